//! What people scan instead of the GS1 code of a pack, and what is close to it.
#![allow(clippy::unwrap_used)]

use gs1::{LinearName, OtherCode, Parser, Pzn, Rules};

const HEADER: &str = "[)>\u{1e}06\u{1d}";
const PPN: &str = "9N111234567842\u{1d}1TL-07\u{1d}D280200\u{1d}SAB12";

fn recognise(text: &str) -> Option<OtherCode> {
    OtherCode::recognise(text, &Parser::new(Rules::new(2026)))
}

#[test]
fn a_linear_barcode_is_named_by_its_digits() {
    for (text, name, gtin) in [
        ("96385074", LinearName::Ean8, "00000096385074"),
        ("036000291452", LinearName::UpcA, "00036000291452"),
        ("9506000134352", LinearName::Ean13, "09506000134352"),
        ("9506000134352\r\n", LinearName::Ean13, "09506000134352"),
        ("19506000134359", LinearName::Itf14, "19506000134359"),
        ("]I119506000134359", LinearName::Itf14, "19506000134359"),
    ] {
        let gtin = gtin.parse().unwrap();
        assert_eq!(recognise(text), Some(OtherCode::Linear { name, gtin }), "{text}");
    }
    assert_eq!(
        recognise("9506000134352").unwrap().to_string(),
        "this is a linear barcode (EAN-13), which has only the GTIN 09506000134352; scan the two-dimensional code of the \
         pack, a GS1 DataMatrix or QR Code"
    );
    // A wrong check digit, another length, a code of a pack, and one whose symbol is known.
    for text in
        ["9506000134353", "950600013435", "0109506000134352", "]E09506000134352", "(01)09506000134352", ""]
    {
        assert_eq!(recognise(text), None, "{text}");
    }
}

#[test]
fn a_ppn_is_read_and_named() {
    for text in [
        format!("{HEADER}{PPN}\u{1e}\u{4}"),
        format!("{HEADER}{PPN}\u{1e}\u{4}\r\n"),
        format!("]d1{HEADER}{PPN}\u{1e}\u{4}"),
        format!("{HEADER}{PPN}"),
        // Without its header, with the fields in another order, and spelled out.
        PPN.to_owned(),
        format!("{HEADER}SAB12\u{1d}D280200\u{1d}1TL-07\u{1d}9N111234567842\u{1e}\u{4}"),
        format!("[)><RS>06<GS>{}<RS><EOT>", PPN.replace('\u{1d}', "<GS>")),
    ] {
        let Some(OtherCode::Ppn(pack)) = recognise(&text) else { panic!("{text:?}") };
        assert_eq!(pack.pzn, Pzn::from_digits(b"12345678").unwrap());
        assert_eq!((pack.lot.as_deref(), pack.serial.as_deref()), (Some("L-07"), Some("AB12")));
        assert_eq!(pack.expiry.unwrap().to_string(), "2028-02-29");
        let ntin = pack.pzn.ntin().unwrap();
        assert_eq!(pack.by_ntin().unwrap().to_bracketed(), format!("(01){ntin}(17)280229(10)L-07(21)AB12"));
    }
    let message = recognise(PPN).unwrap().to_string();
    for part in [
        "PPN",
        "IFA",
        "ISO/IEC 15434, format 06",
        "PZN 12345678",
        "lot L-07",
        "serial AB12",
        "(01)0415012345678",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_ppn_without_its_separators_is_still_one() {
    let text = "[)>069N1112345678421TL-07D280200SAB12";
    let Some(OtherCode::Ppn(pack)) = recognise(text) else { panic!("not recognised") };
    assert_eq!((pack.pzn.to_string().as_str(), pack.lot, pack.serial), ("12345678", None, None));
}

#[test]
fn other_messages_are_named_by_their_format() {
    for (text, format) in [
        ("[)>\u{1e}05\u{1d}0109506000134352\u{1e}\u{4}", "format 05"),
        ("[)>\u{1e}06\u{1d}1PABC\u{1e}\u{4}", "format 06"),
        // Check digits of a PPN that are wrong.
        ("[)>\u{1e}06\u{1d}9N111234567843\u{1e}\u{4}", "format 06"),
    ] {
        let code = recognise(text).unwrap();
        assert_eq!(code.name(), "iso_15434");
        assert!(code.to_string().contains(format), "{code}");
    }
    assert_eq!(recognise("9N111234567843"), None);
}

#[test]
fn the_linear_barcode_of_a_pzn_is_named() {
    assert_eq!(recognise("-12345678"), Some(OtherCode::Pzn(Pzn::from_digits(b"12345678").unwrap())));
    assert_eq!(recognise("]A0-12345678").unwrap().name(), "pzn");
    assert_eq!(recognise("-12345679"), None);
}

#[test]
fn an_element_string_without_fnc1_is_no_gs1_symbol() {
    let code = recognise("]d1010950600013435210AB\u{1d}21C").unwrap();
    assert_eq!(code.name(), "without_fnc1");
    assert!(code.to_string().contains("no FNC1 in first position"), "{code}");
    for text in ["]d2010950600013435210AB\u{1d}21C", "]d1hello", "]Q1https://id.gs1.org/01/09506000134352"] {
        assert_eq!(recognise(text), None, "{text}");
    }
}
