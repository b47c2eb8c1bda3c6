//! Properties that hold for any input.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use gs1::scanner::{self, ScannerFault};
use gs1::{check_digit, year_of_ms, Ai, Date, Elements, Gtin, MedicinePack, Parser, Rules, CANONICAL_STEM};
use proptest::prelude::*;

const YEAR: u16 = 2026;
const CSET82: &str = r#"[!"%-?A-Z_a-z]{1,20}"#;

fn pack() -> impl Strategy<Value = MedicinePack> {
    let gtin = (0u64..10_000_000_000_000)
        .prop_map(|payload| Gtin::new(payload * 10 + u64::from(check_digit(payload))).unwrap());
    let expiry = (0u64..1_577_836_800_000)
        // Days from 2000 to 2049, which all have their century in 2026.
        .prop_map(|ms| Date::of_ms(946_684_800_000 + ms));
    let other = (prop::sample::select(vec!["91", "240", "400", "710"]), CSET82);
    (
        gtin,
        prop::option::of(expiry),
        prop::option::of(CSET82),
        prop::option::of(CSET82),
        prop::option::of(other),
    )
        .prop_map(|(gtin, expiry, lot, serial, other)| {
            let mut pack = MedicinePack::new(gtin);
            if let Some(expiry) = expiry {
                pack = pack.with_expiry(expiry);
            }
            if let Some(lot) = lot {
                pack = pack.with_lot(&lot).unwrap();
            }
            if let Some(serial) = serial {
                pack = pack.with_serial(&serial).unwrap();
            }
            match other {
                Some((ai, value)) => {
                    let code = format!("{}({ai}){}", pack.to_bracketed(), value.replace('(', r"\("));
                    MedicinePack::parse(code, YEAR).unwrap()
                }
                None => pack,
            }
        })
}

proptest! {
    #[test]
    fn a_pack_survives_every_form(pack in pack()) {
        prop_assert_eq!(&MedicinePack::parse(pack.to_bracketed(), YEAR).unwrap(), &pack);
        prop_assert_eq!(&MedicinePack::parse(pack.to_element_string(), YEAR).unwrap(), &pack);
        let link = pack.to_digital_link(CANONICAL_STEM).unwrap();
        prop_assert!(link.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/?=&%-._~".contains(&byte)));
        prop_assert_eq!(&MedicinePack::parse(link, YEAR).unwrap(), &pack);
    }

    #[test]
    fn any_bytes_are_read_or_refused_inside_the_input(input in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Err(error) = Elements::parse(&input, YEAR) {
            prop_assert!(error.position <= input.len());
        }
    }

    #[test]
    fn code_like_text_is_read_or_refused_inside_the_input(
        input in r"(\]d2|\]Q3|\]Q1|https://a/|https://a\?|\()?([0-9]{2,4}|01/09506000134352|[()/?&=%\\#\x1d]|[A-Za-z0-9+é]{0,6}){0,30}",
        year in any::<u16>(),
    ) {
        match Elements::parse(&input, year) {
            Ok(elements) => {
                prop_assert_eq!(&Elements::parse(elements.to_bracketed(), year).unwrap(), &elements);
                prop_assert_eq!(&Elements::parse(elements.to_element_string(), year).unwrap(), &elements);
            }
            Err(error) => prop_assert!(error.position <= input.len()),
        }
    }

    #[test]
    fn any_digits_are_an_identifier_or_refused(digits in prop::collection::vec(any::<u8>(), 0..6)) {
        if let Some(ai) = Ai::from_digits(&digits) {
            prop_assert_eq!(ai.to_string().into_bytes(), digits);
        }
    }

    #[test]
    fn any_number_is_a_date_or_refused(yymmdd in any::<u32>(), ms in any::<u64>()) {
        if let Ok(date) = Date::from_yymmdd(yymmdd % 1_000_000, year_of_ms(ms % 250_000_000_000_000)) {
            prop_assert_eq!(date.to_yymmdd() / 100, yymmdd % 1_000_000 / 100);
        }
        let _ = Date::from_yymmdd(yymmdd, year_of_ms(ms));
    }

    #[test]
    fn a_pack_is_found_again_behind_caps_lock(pack in pack()) {
        let typed: String = format!("]d2{}", pack.to_element_string())
            .chars()
            .map(|letter| if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() })
            .collect();
        let found = scanner::diagnose(&typed, &Parser::new(Rules::new(YEAR))).unwrap();
        prop_assert_eq!(found.fault, ScannerFault::CapsLock);
        prop_assert_eq!(found.corrected, Some(pack.elements()));
    }

    #[test]
    fn a_pack_is_found_again_behind_two_scans(pack in pack(), end in prop::sample::select(vec!["", "\r\n", "\n", "\t"])) {
        let code = pack.to_element_string();
        let found = scanner::diagnose(&[code.as_str(), end, &code].concat(), &Parser::new(Rules::new(YEAR))).unwrap();
        prop_assert_eq!(found.fault, ScannerFault::DoubledScan);
        prop_assert_eq!(found.corrected, Some(pack.elements()));
    }

    #[test]
    fn a_correct_scan_has_no_diagnosis(pack in pack()) {
        let parser = Parser::new(Rules::new(YEAR));
        let code = pack.to_element_string();
        // A value might spell the separator out.
        prop_assume!(!code.contains("<GS>"));
        for code in [format!("]d2{code}"), code, pack.to_digital_link(CANONICAL_STEM).unwrap()] {
            prop_assert_eq!(scanner::diagnose(&code, &parser), None);
        }
    }
}
