//! Reading and writing the codes of packs, with literal values.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use gs1::{
    Ai, Content, Date, Elements, Gtin, LinkError, LintError, MedicinePack, PairError, ParseError,
    ParseErrorKind, Parser, Rules, Symbology, CANONICAL_STEM, MAX_ELEMENTS, MAX_INPUT,
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

fn content(ai: Ai, error: LintError) -> ParseErrorKind {
    ParseErrorKind::Content { ai, error }
}

fn set82(ai: Ai) -> ParseErrorKind {
    content(ai, LintError::InvalidCset82Character)
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
        ("(01)09506000134352(10)A#", 23, set82(Ai::LOT)),
        (r"(01)09506000134352(10)\(#", 24, set82(Ai::LOT)),
        ("(01)09506000134352(10)caf\u{e9}", 25, set82(Ai::LOT)),
        ("(01)09506000134352(17)270231", 26, content(Ai::EXPIRY, LintError::IllegalDay)),
        ("(01)09506000134352(422)999", 23, content(ai("422"), LintError::NotIso3166)),
        ("(01)0950600013435X", 17, content(Ai::GTIN, LintError::NonDigitCharacter)),
        ("00376104250021234569", 0, Kind::MissingGtin),
        ("https://us er/01/09506000134352", 10, Kind::UriCharacter),
        ("https://a/01/09506000134352/10/%4", 31, Kind::UriCharacter),
        ("https://me@a/01/09506000134352", 0, Kind::Uri),
        ("https:///01/09506000134352", 0, Kind::Uri),
        ("https://a/shop", 9, Kind::NoKey),
        ("https://a/01/09506000134352/10/%23", 31, set82(Ai::LOT)),
        ("https://a/01/9506000134353", 25, Kind::CheckDigit { ai: Ai::GTIN, expected: 2 }),
        ("https://a/01/09506000134352/21/A/10/B", 33, Kind::Misplaced { ai: Ai::LOT }),
        ("https://a/01/09506000134352?10=A", 28, Kind::Misplaced { ai: Ai::LOT }),
        ("https://a/01/09506000134352/shop/B", 28, Kind::UnknownAi),
        ("https://a/01/09506000134352?999=A", 28, Kind::UnknownAi),
        ("https://a/01/09506000134352?240=A+B", 33, set82(ai("240"))),
    ] {
        assert_eq!(refused(input), (position, kind), "{input}");
    }
}

#[test]
fn a_message_says_where_and_why_and_what_to_do() {
    let error = MedicinePack::parse("(01)09506000134352(17)270231", YEAR).unwrap_err();
    assert_eq!(
        error.to_string(),
        "at position 26: the value of (17) is wrong here: the month has no such day; use a day that exists, or 00 \
         where a day may be left open"
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

#[test]
fn a_scheme_is_in_small_letters_or_in_capitals() {
    assert!(MedicinePack::parse("HTTP://A/01/09506000134352", YEAR).is_ok());
    assert_eq!(refused("HtTps://a/01/09506000134352"), (0, ParseErrorKind::UnknownAi));
    let scan = Parser::new(Rules::new(YEAR)).scan("]Q1HtTps://a/01/09506000134352").unwrap();
    assert_eq!(scan.content(), &Content::Plain(b"HtTps://a/01/09506000134352"));
}

#[test]
fn the_item_of_an_ean_symbol_is_a_gtin() {
    let parser = Parser::new(Rules::new(YEAR));
    let scan = parser.scan("]E09506000134352|]e010ABC\u{1d}21X").unwrap();
    assert_eq!(scan.symbology(), Symbology::Ean13);
    assert_eq!(scan.into_elements().unwrap().to_bracketed(), "(01)09506000134352(10)ABC(21)X");
    assert_eq!(MedicinePack::parse("]E402345673", YEAR).unwrap().gtin().value(), 2_345_673);
    for (input, position, kind) in [
        ("]E0950600013435", 15, ParseErrorKind::TooShort { ai: Ai::GTIN }),
        ("]E095060001343521", 16, ParseErrorKind::ValueTooLong { ai: Ai::GTIN }),
        ("]E09506000134353", 15, ParseErrorKind::CheckDigit { ai: Ai::GTIN, expected: 2 }),
        ("]E095060001343X2", 14, content(Ai::GTIN, LintError::NonDigitCharacter)),
        ("]E09506000134352|]e0", 20, ParseErrorKind::Empty),
        ("]E09506000134352|]e00112345678901231", 20, ParseErrorKind::Duplicate { ai: Ai::GTIN }),
    ] {
        assert_eq!(refused(input), (position, kind), "{input}");
    }
}

#[test]
fn identifiers_of_the_future_are_read_where_they_are_permitted() {
    let strict = Parser::new(Rules::new(YEAR));
    let parser = strict.permit_unknown_ais(true);
    assert_eq!(strict.parse("(89)A").unwrap_err().kind, ParseErrorKind::UnknownAi);
    let elements = parser.parse("(01)09506000134352(89)A(3999)B(419)1234567890123").unwrap();
    assert_eq!(elements.to_element_string(), "010950600013435289A\u{1d}3999B\u{1d}4191234567890123");
    // Without brackets the width of (89) is unknown.
    assert_eq!(parser.parse("89A").unwrap_err().kind, ParseErrorKind::UnknownAi);
    assert_eq!(parser.parse("3999A").unwrap().to_bracketed(), "(3999)A");
    assert_eq!(
        elements.to_digital_link(CANONICAL_STEM),
        Err(LinkError::NoPlace { ai: elements_ai(&elements, 3) })
    );
    assert_eq!(
        elements.to_digital_link_with_unknown("https://a").unwrap(),
        "https://a/01/09506000134352?419=1234567890123&89=A&3999=B"
    );
    let link = "https://a/01/09506000134352?89=A";
    assert_eq!(parser.parse(link).unwrap_err().position, 28);
    assert!(parser.permit_unknown_link_attributes(true).parse(link).is_ok());
}

fn elements_ai(elements: &Elements, index: usize) -> Ai {
    elements.iter().nth(index).unwrap().ai()
}

#[test]
fn a_current_link_is_distinguished_from_one_of_version_1_1() {
    let strict =
        Parser::new(Rules::new(YEAR)).permit_zero_suppressed_gtins(false).permit_convenience_alphas(false);
    assert_eq!(
        strict.parse("https://a/01/9506000134352").unwrap_err(),
        ParseError { position: 26, kind: ParseErrorKind::TooShort { ai: Ai::GTIN } }
    );
    assert_eq!(strict.parse("https://a/gtin/09506000134352").unwrap_err().kind, ParseErrorKind::NoKey);
}

#[test]
fn a_qualifier_is_an_attribute_only_where_the_path_has_no_place_for_it() {
    let parse = |link| Elements::parse(link, YEAR).map(|elements| elements.to_bracketed());
    assert_eq!(parse("https://a/01/09506000134352/235/T?10=A").unwrap(), "(01)09506000134352(235)T(10)A");
    assert_eq!(
        parse("https://a/01/09506000134352/22/V?10=A").unwrap_err().kind,
        ParseErrorKind::Misplaced { ai: Ai::LOT }
    );
}

#[test]
fn identifiers_that_do_not_go_together_are_named() {
    let pairs = |code| Elements::parse(code, YEAR).unwrap().ensure_pairs();
    let missing = |digits| Err(PairError::Missing { ai: ai(digits) });
    assert_eq!(pairs("(01)09506000134352(10)A(17)271231(21)S"), Ok(()));
    assert_eq!(pairs("(10)A"), missing("10"));
    assert_eq!(pairs("(01)09506000134352(37)2"), Err(PairError::Excluded { ai: Ai::GTIN, other: ai("37") }));
    assert_eq!(pairs("(02)09506000134352(37)2"), missing("37"));
    assert_eq!(pairs("(00)006141411234567890(02)09506000134352(37)2"), Ok(()));
    assert_eq!(pairs("(01)09506000134352(3100)000001(3920)12"), Ok(()));
    assert_eq!(pairs("(01)09506000134352(3920)12"), missing("3920"));
    assert_eq!(
        pairs("(01)09506000134352(3100)000001(3101)000001"),
        Err(PairError::Excluded { ai: ai("3100"), other: ai("3101") })
    );
    assert_eq!(pairs("(253)1231231231232(8030)AB"), Err(PairError::Unserialised { ai: ai("253") }));
    assert_eq!(pairs("(253)1231231231232X(8030)AB"), Ok(()));
    assert_eq!(
        missing("37").unwrap_err().to_string(),
        "(37) needs (00) with (02), or (00) with (8026); add one of them"
    );
}

#[test]
fn too_many_fields_are_refused() {
    let parser = Parser::new(Rules::new(YEAR)).permit_unknown_ais(true);
    let code = |fields: usize| (0..fields).map(|field| format!("({})A", 5_000 + field)).collect::<String>();
    assert_eq!(parser.parse(code(MAX_ELEMENTS)).unwrap().len(), MAX_ELEMENTS);
    assert_eq!(parser.parse(code(MAX_ELEMENTS + 1)).unwrap_err().kind, ParseErrorKind::TooManyElements);
}

#[test]
fn the_text_next_to_a_barcode_has_a_line_for_each_field() {
    let elements = Elements::parse("01095060001343521727123110AB", YEAR).unwrap();
    assert_eq!(elements.to_hri(), "(01) 09506000134352\n(17) 271231\n(10) AB");
    assert_eq!(format!("{:#}", elements.iter().next().unwrap()), "GTIN (01) 09506000134352");
}
