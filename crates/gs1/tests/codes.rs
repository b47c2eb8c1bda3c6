//! Reading and writing the codes of packs, with literal values.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use gs1::{
    Ai, Date, DateError, Elements, Gtin, LinkError, MedicinePack, ParseError, ParseErrorKind, CANONICAL_STEM,
    MAX_INPUT,
};

const YEAR: u16 = 2026;

fn ai(digits: &str) -> Ai {
    Ai::from_digits(digits.as_bytes()).unwrap()
}

fn pack() -> MedicinePack {
    MedicinePack::new(Gtin::new(9_506_000_134_352).unwrap())
        .with_expiry(Date::from_yymmdd(271231, YEAR).unwrap())
        .with_lot("A/1(b")
        .unwrap()
        .with_serial("S+7")
        .unwrap()
}

fn refused(input: &str) -> (usize, ParseErrorKind) {
    let ParseError { position, kind } = MedicinePack::parse(input, YEAR).unwrap_err();
    (position, kind)
}

#[test]
fn a_pack_is_written_in_three_forms() {
    assert_eq!(pack().to_bracketed(), r"(01)09506000134352(17)271231(10)A/1\(b(21)S+7");
    assert_eq!(pack().to_element_string(), "01095060001343521727123110A/1(b\u{1d}21S+7");
    assert_eq!(
        pack().to_digital_link(CANONICAL_STEM).unwrap(),
        "https://id.gs1.org/01/09506000134352/10/A%2F1%28b/21/S%2B7?17=271231"
    );
}

#[test]
fn a_pack_is_read_in_any_form_and_order() {
    for input in [
        r"(01)09506000134352(17)271231(10)A/1\(b(21)S+7",
        r"(21)S+7(10)A/1\(b(17)271200(01)09506000134352",
        "01095060001343521727123110A/1(b\u{1d}21S+7",
        "\u{1d}21S+7\u{1d}10A/1(b\u{1d}010950600013435217271231",
        "]d201095060001343521727123110A/1(b\u{1d}21S+7\u{1d}",
        "]Q3\u{1d}010950600013435221S+7\u{1d}1727123110A/1(b",
        "https://id.gs1.org/01/09506000134352/10/A%2F1%28b/21/S%2B7?17=271231",
        "HTTP://pharma.example:8080/de/verify/01/9506000134352/10/A%2f1(b/21/S+7?linkType=all&17=271231#top",
        "]Q1https://x.example/gtin/09506000134352/lot/A%2F1(b/ser/S+7?17=271231",
    ] {
        assert_eq!(MedicinePack::parse(input, YEAR), Ok(pack()), "{input}");
    }
}

#[test]
fn other_fields_are_kept_in_their_order() {
    let pack = MedicinePack::parse("(710)12345678(01)09506000134352(3103)000195(240)X", YEAR).unwrap();
    let others: Vec<_> = pack.others().iter().map(|other| (other.ai(), other.value())).collect();
    assert_eq!(others, [(ai("710"), "12345678"), (ai("3103"), "000195"), (ai("240"), "X")]);
    assert_eq!(pack.to_element_string(), "0109506000134352310300019571012345678\u{1d}240X");
}

#[test]
fn fields_without_separator_end_at_their_length() {
    let elements = Elements::parse("0109506000134352112601011727123110AB", YEAR).unwrap();
    assert_eq!(elements.to_bracketed(), "(01)09506000134352(11)260101(17)271231(10)AB");
}

#[test]
fn the_same_field_twice_is_one_field_and_another_value_is_an_error() {
    assert_eq!(MedicinePack::parse("(01)09506000134352(10)A(10)A", YEAR).unwrap().lot(), Some("A"));
    assert_eq!(refused("(01)09506000134352(10)A(10)B"), (27, ParseErrorKind::Duplicate { ai: Ai::LOT }));
    assert_eq!(
        refused("https://a/01/09506000134352?17=271231&17=271231"),
        (38, ParseErrorKind::Duplicate { ai: Ai::EXPIRY })
    );
}

#[test]
fn every_fault_is_named_with_its_position() {
    use ParseErrorKind as Kind;
    for (input, position, kind) in [
        ("", 0, Kind::Empty),
        ("]d2", 3, Kind::Empty),
        ("]Z1010950600013435", 0, Kind::Symbology),
        ("]d1010950600013435", 0, Kind::Symbology),
        ("hello", 0, Kind::UnknownAi),
        ("(01)09506000134352(89)A", 18, Kind::UnknownAi),
        ("(01)09506000134352(17", 18, Kind::UnknownAi),
        ("(01)0950600013435", 17, Kind::TooShort { ai: Ai::GTIN }),
        ("(01)09506000134352(10)", 22, Kind::TooShort { ai: Ai::LOT }),
        ("(01)095060001343521", 18, Kind::ValueTooLong { ai: Ai::GTIN }),
        ("010950600013435210123456789012345678901", 38, Kind::ValueTooLong { ai: Ai::LOT }),
        ("(01)09506000134353", 17, Kind::CheckDigit { ai: Ai::GTIN, expected: 2 }),
        ("(01)09506000134352(10)A#", 23, Kind::Character { ai: Ai::LOT }),
        (r"(01)09506000134352(10)\(#", 24, Kind::Character { ai: Ai::LOT }),
        ("(01)09506000134352(10)caf\u{e9}", 25, Kind::Character { ai: Ai::LOT }),
        ("(01)09506000134352(17)270231", 22, Kind::Date { ai: Ai::EXPIRY, error: DateError::DayOutOfRange }),
        ("00376104250021234569", 0, Kind::MissingGtin),
        ("https://us er/01/09506000134352", 10, Kind::UriCharacter),
        ("https://a/01/09506000134352/10/%4", 31, Kind::UriCharacter),
        ("https://me@a/01/09506000134352", 0, Kind::Uri),
        ("https:///01/09506000134352", 0, Kind::Uri),
        ("https://a/shop", 9, Kind::NoKey),
        ("https://a/01/09506000134352/10/%23", 31, Kind::Character { ai: Ai::LOT }),
        ("https://a/01/9506000134353", 25, Kind::CheckDigit { ai: Ai::GTIN, expected: 2 }),
        ("https://a/01/09506000134352/21/A/10/B", 33, Kind::Misplaced { ai: Ai::LOT }),
        ("https://a/01/09506000134352?10=A", 28, Kind::Misplaced { ai: Ai::LOT }),
        ("https://a/01/09506000134352/shop/B", 28, Kind::UnknownAi),
        ("https://a/01/09506000134352?999=A", 28, Kind::UnknownAi),
        ("https://a/01/09506000134352?240=A+B", 33, Kind::Character { ai: ai("240") }),
    ] {
        assert_eq!(refused(input), (position, kind), "{input}");
    }
}

#[test]
fn a_message_says_where_and_why_and_what_to_do() {
    let error = MedicinePack::parse("(01)09506000134352(17)270231", YEAR).unwrap_err();
    assert_eq!(
        error.to_string(),
        "at position 22: the value of (17) is no date: the month has no such day; use a day that exists, or 00 \
         for the last day of the month"
    );
}

#[test]
fn too_long_an_input_is_refused_before_it_is_read() {
    let longest = format!("https://a/01/09506000134352?x={}", "y".repeat(MAX_INPUT - 30));
    assert_eq!(longest.len(), MAX_INPUT);
    assert!(MedicinePack::parse(&longest, YEAR).is_ok());
    assert_eq!(refused(&format!("{longest}y")), (MAX_INPUT, ParseErrorKind::TooLong));
}

#[test]
fn a_link_needs_a_plain_stem() {
    for stem in ["", "id.gs1.org", "https://", "https://a?b", "https://a#b", "https://a b", "ftp://a"] {
        assert_eq!(pack().to_digital_link(stem), Err(LinkError::Stem), "{stem}");
    }
    let link = pack().to_digital_link("https://pharma.example/verify/").unwrap();
    assert!(link.starts_with("https://pharma.example/verify/01/09506000134352/"));
}

#[test]
fn a_link_refuses_what_it_has_no_place_for() {
    let link = |bracketed| Elements::parse(bracketed, YEAR).unwrap().to_digital_link(CANONICAL_STEM);
    assert_eq!(link("(10)A(17)271231"), Err(LinkError::NoKey));
    assert_eq!(link("(01)09506000134352(8200)http"), Err(LinkError::NoPlace { ai: ai("8200") }));
    assert_eq!(link("(01)09506000134352(22)A(235)B"), Err(LinkError::NoPlace { ai: ai("235") }));
}
