//! Properties that hold for any bytes: the fuzz targets check them, and a test checks them on the fuzzing corpus.
#![allow(clippy::unwrap_used)]

use gs1::{scanner, Ai, Elements, OtherCode, ParseError, Parser, Rules};

const YEAR: u16 = 2026;

/// Parsers that permit everything and nothing beyond the standard.
fn parsers() -> [Parser<'static>; 2] {
    let permit = |all| {
        Parser::new(Rules::new(YEAR))
            .permit_unknown_ais(all)
            .permit_unknown_link_attributes(all)
            .permit_zero_suppressed_gtins(all)
            .permit_convenience_alphas(all)
    };
    [permit(true), permit(false)]
}

/// A code is refused at a place inside of it, or survives all forms.
fn check(parser: &Parser, input: &[u8], result: Result<Elements, ParseError>) {
    let elements = match result {
        Ok(elements) => elements,
        Err(error) => return assert!(error.position <= input.len(), "{error}"),
    };
    assert!(!elements.is_empty());
    assert_eq!(parser.parse_bracketed(elements.to_bracketed()).as_ref(), Ok(&elements));
    let known_widths =
        elements.iter().all(|element| Ai::at_start_of(element.ai().to_string().as_bytes()).is_some());
    if known_widths {
        assert_eq!(parser.parse_element_string(elements.to_element_string()).as_ref(), Ok(&elements));
    }
    assert_eq!(elements.to_hri().lines().count(), elements.len());
    let _ = elements.ensure_pairs();
    for link in
        [elements.to_digital_link("https://a/b"), elements.to_digital_link_with_unknown("https://a/b")]
    {
        let Ok(link) = link else { continue };
        // The path has the key and its qualifiers first, so the order may change; the fields do not.
        let read = parsers()[0].parse_digital_link(&link).unwrap();
        let sorted = |elements: &Elements| {
            let mut all: Vec<(Ai, String)> =
                elements.iter().map(|element| (element.ai(), element.value().to_owned())).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&read), sorted(&elements), "{link}");
        // A canonical link is written as it was read.
        assert_eq!(read.to_digital_link_with_unknown("https://a/b").as_ref(), Ok(&link));
    }
}

/// Any bytes as the segment of a compressed link: what is read is a code like any other.
pub fn compressed(input: &[u8]) {
    for parser in parsers() {
        if let Ok(read) = parser.decompress(input) {
            check(&parser, input, Ok(read.elements));
            assert!(read.parameters.iter().all(|(name, value)| name.is_ascii() && value.is_ascii()));
        }
    }
}

/// Any bytes as an unbracketed element string.
pub fn element_string(input: &[u8]) {
    for parser in parsers() {
        check(&parser, input, parser.parse_element_string(input));
    }
}

/// Any bytes as a bracketed element string.
pub fn bracketed(input: &[u8]) {
    for parser in parsers() {
        check(&parser, input, parser.parse_bracketed(input));
    }
}

/// Any bytes as a Digital Link.
pub fn digital_link(input: &[u8]) {
    for parser in parsers() {
        check(&parser, input, parser.parse_digital_link(input));
    }
}

/// Any bytes as the output of a scanner.
pub fn scan_data(input: &[u8]) {
    for parser in parsers() {
        match parser.scan(input) {
            Ok(scan) => {
                if let Some(elements) = scan.into_elements() {
                    check(&parser, input, Ok(elements));
                }
            }
            Err(error) => assert!(error.position <= input.len(), "{error}"),
        }
        check(&parser, input, parser.parse(input));
    }
}

/// Any lines as fields, `identifier=value`, that are put together one by one.
pub fn builder(input: &[u8]) {
    let rules = Rules::new(YEAR);
    let mut elements = Elements::default();
    for line in input.split(|byte| *byte == b'\n') {
        let split = line.iter().position(|byte| *byte == b'=').unwrap_or(line.len());
        let (digits, value) = line.split_at(split);
        let value = value.get(1..).unwrap_or_default();
        let Some(ai) = Ai::from_digits_or_unknown(digits) else { continue };
        let before = elements.len();
        match elements.push(ai, value, &rules) {
            Ok(()) => assert_eq!(elements.get(ai).unwrap().as_bytes(), value),
            Err(error) => {
                assert!(error.position <= value.len(), "{error}");
                assert_eq!(elements.len(), before);
            }
        }
    }
    if !elements.is_empty() {
        let code = elements.to_bracketed();
        if code.len() <= gs1::MAX_INPUT {
            check(&parsers()[0], code.as_bytes(), Ok(elements));
        }
    }
}

/// Any text as the output of a faulty scanner: each suggestion is a code, and differs from the text.
pub fn scanner(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else { return };
    let [_, parser] = parsers();
    if let Some(code) = OtherCode::recognise(text, &parser) {
        assert!(code.to_string().starts_with("this "), "{code}");
    }
    let read = parser.parse(text);
    if let Some(diagnosis) = scanner::diagnose(text, &parser) {
        assert!(diagnosis.to_string().starts_with("your scanner "));
        for reading in diagnosis.readings {
            check(&parser, input, Ok(reading));
        }
    }
    if let Some(diagnosis) = scanner::lost_separators(text, &parser) {
        assert!(diagnosis.readings.len() > 1 || !diagnosis.complete);
        assert!(diagnosis.readings.contains(read.as_ref().unwrap()));
        for reading in diagnosis.readings {
            check(&parser, input, Ok(reading));
        }
    }
    for alternative in scanner::alternatives(text, &parser) {
        let corrected = alternative.corrected().unwrap().clone();
        assert_ne!(Ok(&corrected), read.as_ref());
        check(&parser, input, Ok(corrected));
    }
}
