//! Properties that hold for any value.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use epcis::{canonical, link_to_urn, urn_to_link, Document, Value};
use proptest::prelude::*;

/// Any JSON value, as a general JSON library has it; members may not be null, which JSON-LD drops.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(serde_json::Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An ObjectEvent with these EPCs and extension, its members in this order.
fn event(epcs: &[String], word: &str, reverse: bool) -> Document {
    let mut members = [
        r#""type": "ObjectEvent""#.to_owned(),
        r#""eventTime": "2026-05-01T08:00:00Z""#.to_owned(),
        r#""eventTimeZoneOffset": "+00:00""#.to_owned(),
        format!(r#""epcList": {}"#, serde_json::to_string(epcs).unwrap()),
        format!(r#""example:word": {}"#, serde_json::to_string(word).unwrap()),
    ];
    if reverse {
        members.reverse();
    }
    Document::from_json(format!("{{{}}}", members.join(",")).as_bytes()).unwrap()
}

fn serial() -> impl Strategy<Value = String> {
    // GS1's character set 82.
    "[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]{1,20}"
}

proptest! {
    #[test]
    fn json_is_read_as_a_general_library_reads_it(value in any_json()) {
        let text = value.to_string();
        let read = Value::parse(&text).unwrap();
        let again: serde_json::Value = serde_json::from_str(&read.to_string()).unwrap();
        prop_assert_eq!(again, value);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::read(&bytes);
    }

    #[test]
    fn the_order_of_members_and_epcs_does_not_matter(mut epcs in prop::collection::vec(serial(), 0..8), word in ".{0,20}") {
        let one = event(&epcs, &word, false);
        epcs.reverse();
        let other = event(&epcs, &word, true);
        let (one, other) = (one.events().next().unwrap(), other.events().next().unwrap());
        prop_assert_eq!(one.cbv_hash(), other.cbv_hash());
        prop_assert_eq!(one.strict_hash(), other.strict_hash());
    }

    #[test]
    fn another_text_has_another_strict_hash(left in ".{0,20}", right in ".{0,20}") {
        prop_assume!(left.trim() != right.trim());
        let (left, right) = (event(&[], &left, false), event(&[], &right, false));
        let (left, right) = (left.events().next().unwrap(), right.events().next().unwrap());
        prop_assert_ne!(left.strict_hash(), right.strict_hash());
    }

    #[test]
    fn identifiers_convert_there_and_back(
        prefix in 100_000u64..1_000_000_000_000, indicator in 0u8..10, item in any::<u32>(), serial in serial(),
    ) {
        let prefix = prefix.to_string();
        let rest = 12 - prefix.len();
        let item = if rest == 0 { String::new() } else { format!("{:0rest$}", u64::from(item) % 10u64.pow(u32::try_from(rest).unwrap())) };
        for ai in ["21", "10"] {
            let payload: u64 = format!("{indicator}{prefix}{item}").parse().unwrap();
            let gtin = format!("{indicator}{prefix}{item}{}", gs1::check_digit(payload));
            let encoded: String = serial.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let link = format!("https://shop.example/{ai}/01/{gtin}/{ai}/{encoded}");
            let urn = link_to_urn(&link, prefix.len()).unwrap();
            let back = urn_to_link(&urn).unwrap();
            prop_assert_eq!(Some(back.clone()), canonical(&link));
            prop_assert_eq!(link_to_urn(&back, prefix.len()), Ok(urn));
        }
    }
}
