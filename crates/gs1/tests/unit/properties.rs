//! Properties that hold for any input.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use gs1::scanner::{self, ScannerFault};
use gs1::{check_digit, year_of_ms, Ai, Date, Elements, Gtin, MedicinePack, Parser, Rules, CANONICAL_STEM};
use proptest::prelude::*;

const YEAR: u16 = 2026;
const CSET82: &str = r#"[!"%-?A-Z_a-z]{1,20}"#;

/// Without the characters that begin the spelling of a separator.
const PLAIN: &str = r#"[!"'*-;>?A-Za-z]{1,20}"#;

fn pack() -> impl Strategy<Value = MedicinePack> {
    pack_of(CSET82)
}

/// A pack whose values have these characters.
fn pack_of(text: &'static str) -> impl Strategy<Value = MedicinePack> {
    let gtin = (0u64..10_000_000_000_000)
        .prop_map(|payload| Gtin::new(payload * 10 + u64::from(check_digit(payload))).unwrap());
    let expiry = (0u64..1_577_836_800_000)
        // Days from 2000 to 2049, which all have their century in 2026.
        .prop_map(|ms| Date::of_ms(946_684_800_000 + ms));
    let other = (prop::sample::select(vec!["91", "240", "400", "710"]), text);
    (gtin, prop::option::of(expiry), prop::option::of(text), prop::option::of(text), prop::option::of(other))
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

/// What scanners, their drivers and the libraries of cameras send for one separator.
fn separator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "", "<GS>", "{GS}", "[GS]", "<FNC1>", "[FNC1]", "(FNC1)", "<0x1D>", "^]", "^FNC1", "%1D", "=1D",
        "0x1D", "\\x1d", "\\u001d", "\\F", "\\029", "&#29;", "_x001D_", "~029", "~d029", "␝", "↔", "|", "~",
        "#", "@", "\u{1e}", "\u{fffd}", "029", "0029", "FNC1",
    ])
}

/// A pack with all four fields, as the law of the European Union asks for, in any order after the GTIN.
fn complete_pack() -> impl Strategy<Value = Vec<(Ai, String)>> {
    let date = (2000u32..2049, 1u32..=12, 1u32..=28)
        .prop_map(|(year, month, day)| (Ai::EXPIRY, format!("{:02}{month:02}{day:02}", year % 100)));
    let text = |ai: Ai| "[A-Za-z0-9/-]{1,20}".prop_map(move |text| (ai, text));
    (0u64..1_000_000_000_000, date, text(Ai::LOT), text(Ai::SERIAL)).prop_flat_map(
        |(payload, expiry, lot, serial)| {
            let gtin = (Ai::GTIN, format!("{:014}", payload * 10 + u64::from(check_digit(payload))));
            Just(vec![expiry, lot, serial])
                .prop_shuffle()
                .prop_map(move |rest| [vec![gtin.clone()], rest].concat())
        },
    )
}

/// As a barcode carries it, with `separator` for FNC1.
fn sent(fields: &[(Ai, String)], separator: &str) -> String {
    let mut text = String::new();
    for (index, (ai, value)) in fields.iter().enumerate() {
        text.push_str(&format!("{ai}{value}"));
        if !ai.definition().has_predefined_length() && index + 1 < fields.len() {
            text.push_str(separator);
        }
    }
    text
}

/// What a program reads that asks for faults of scanners first; `None` if it refuses.
fn read(text: &str, parser: &Parser) -> Option<Elements> {
    if scanner::diagnose(text, parser).is_some() || scanner::lost_separators(text, parser).is_some() {
        return None;
    }
    parser.parse(text).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn a_lost_separator_is_never_read_as_data(fields in complete_pack(), separator in separator(), prefix in prop::sample::select(vec!["", "]d2", "\u{1d}"])) {
        let parser = Parser::new(Rules::new(YEAR));
        let genuine = parser.parse(sent(&fields, "\u{1d}")).unwrap();
        let text = format!("{prefix}{}", sent(&fields, separator));
        prop_assert_eq!(read(&text, &parser), None, "{}", text);
        let diagnosis = scanner::diagnose(&text, &parser).or_else(|| scanner::lost_separators(&text, &parser));
        let diagnosis = diagnosis.unwrap();
        prop_assert_eq!(diagnosis.fault, ScannerFault::LostSeparator, "{}", text);
        prop_assert!(!diagnosis.complete || diagnosis.readings.contains(&genuine), "{}: {}", text, diagnosis);
    }

    #[test]
    fn a_code_with_one_byte_replaced_never_reads_as_other_data(
        fields in complete_pack(),
        place in any::<prop::sample::Index>(),
        replacement in prop::sample::select(vec![
            "<GS>", "{GS}", "<FNC1>", "[FNC1]", "^]", "%1D", "\\x1d", "\\u001d", "&#29;", "_x001D_", "␝", "↔", "|", "~", "#", " ", "\t", "\r\n",
            "<CR>", "{ENTER}", "\\r", "\u{1e}", "\u{4}", "\u{fffd}", "é", "ß",
        ]),
        prefix in prop::sample::select(vec!["", "]d2", "\u{1d}"]),
    ) {
        let parser = Parser::new(Rules::new(YEAR));
        let code = format!("{prefix}{}", sent(&fields, "\u{1d}"));
        let genuine = parser.parse(&code).unwrap();
        let place = place.index(code.len());
        let text = [&code[..place], replacement, &code[place + 1..]].concat();
        // A serial that is one character shorter, and the end of the scan, are what a scanner sends for the shorter one.
        prop_assume!(place + 1 < code.len() || !replacement.trim_matches([' ', '\t', '\r', '\n', '\u{4}']).is_empty());
        if let Some(read) = read(&text, &parser) {
            prop_assert_eq!(read, genuine, "{}", text);
        }
    }
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
        prop_assert_eq!(found.corrected(), Some(&pack.elements()));
    }

    /// A lot such as `%0D` reads as a suffix that the scanner spelled out: then another fault of the scanner is named.
    #[test]
    fn a_pack_is_found_again_behind_two_scans(pack in pack_of(PLAIN), end in prop::sample::select(vec!["", "\r\n", "\n", "\t"])) {
        let code = pack.to_element_string();
        let found = scanner::diagnose(&[code.as_str(), end, &code].concat(), &Parser::new(Rules::new(YEAR))).unwrap();
        prop_assert_eq!(found.fault, ScannerFault::DoubledScan);
        prop_assert_eq!(found.corrected(), Some(&pack.elements()));
    }

    #[test]
    fn a_correct_scan_has_no_diagnosis(pack in pack_of(PLAIN)) {
        let parser = Parser::new(Rules::new(YEAR));
        let code = pack.to_element_string();
        for code in [format!("]d2{code}"), code, pack.to_digital_link(CANONICAL_STEM).unwrap()] {
            prop_assert_eq!(scanner::diagnose(&code, &parser), None);
        }
    }
}
