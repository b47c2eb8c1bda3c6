//! What people scan instead of the GS1 code of a pack, and what is close to it.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use gs1::{LinearName, OtherCode, Parser, Pzn, Rules};
use proptest::prelude::*;

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
fn a_shortened_upc_is_named_with_its_whole_gtin() {
    let gtin = |text: &str| match recognise(text) {
        Some(OtherCode::Linear { name: LinearName::UpcE, gtin }) => Some(gtin.to_string()),
        _ => None,
    };
    for (text, whole) in [
        // Each way to leave out zeros; the first one is the example of the General Specifications.
        ("04252614", "00042100005264"),
        ("01234505", "00012000003455"),
        ("01234531", "00012300000451"),
        ("01234543", "00012340000053"),
        ("01234558", "00012345000058"),
        ("]E004252614", "00042100005264"),
        ("04252614\r\n", "00042100005264"),
    ] {
        assert_eq!(gtin(text).as_deref(), Some(whole), "{text}");
    }
    // A wrong check digit, another number system, another length, and a symbol that has none.
    for text in ["04252615", "24252614", "4252614", "004252614", "]E404252614", "]C004252614"] {
        assert_eq!(gtin(text), None, "{text}");
    }
    let message = recognise("04252614").unwrap().to_string();
    assert!(message.contains("(UPC-E), which has only the GTIN 00042100005264"), "{message}");
}

#[test]
fn eight_digits_are_an_ean_where_packs_have_one() {
    // Both check digits are right. GTINs of eight digits never begin with 0 on packs, and may begin with 1.
    for first in ['0', '1'] {
        let both = (0..1_000_000).map(|payload| format!("{first}{payload:06}")).find_map(|payload| {
            let checked = |digit| format!("{payload}{digit}");
            let upc = (0..10).map(checked).find(|text| {
                matches!(recognise(text), Some(OtherCode::Linear { name: LinearName::UpcE, .. }))
            });
            let ean = (0..10).map(checked).find(|text| text.parse::<gs1::Gtin>().is_ok());
            if first == '0' {
                upc.filter(|upc| Some(upc) == ean.as_ref())
            } else {
                ean
            }
        });
        let Some(OtherCode::Linear { name, .. }) = recognise(&both.unwrap()) else { panic!("{first}") };
        assert_eq!(name, if first == '0' { LinearName::UpcE } else { LinearName::Ean8 });
    }
}

#[test]
fn the_number_of_a_medicine_in_italy_is_named() {
    let number = gs1::Aic::from_digits(b"026089019").unwrap();
    for text in ["A026089019", "]A0A026089019", "0SW5KV", "]A00SW5KV", "0SW5KV\r\n", "]A0000000"] {
        assert_eq!(recognise(text).unwrap().name(), "aic", "{text}");
    }
    assert_eq!(recognise("0SW5KV"), Some(OtherCode::Aic(number)));
    let message = recognise("A026089019").unwrap().to_string();
    assert!(message.contains("(Code 32)") && message.contains("AIC A026089019"), "{message}");
    // A wrong check digit, a vowel, a small letter, digits that may be anything, and another symbol.
    for text in ["A026089018", "026089019", "0SW5KW", "0AW5KV", "0sw5kv", "000000", "]C00SW5KV", "A02608901"]
    {
        assert_eq!(recognise(text), None, "{text}");
    }
}

#[test]
fn a_code_of_the_health_industry_bar_code_standard_is_named() {
    for text in [
        "+A123BJC5D6E71G",
        "*+A123BJC5D6E71G*",
        "]A0+A123BJC5D6E71G",
        "]C0+A123BJC5D6E71G",
        "]d1+A99912345/$$52001510X3/16D20111212/S77DE1G45-",
        "+83278F8G9H0J2G%",
        "+A123BJC5D6E71G\r\n",
    ] {
        assert_eq!(recognise(text).unwrap().name(), "hibc", "{text}");
    }
    let message = recognise("+A123BJC5D6E71G").unwrap().to_string();
    assert!(message.contains("(HIBC): labeler A123, item BJC5D6E7;"), "{message}");
    let secondary = recognise("+83278F8G9H0J2G%").unwrap().to_string();
    assert!(secondary.contains("a secondary one without the item"), "{secondary}");
    // A check character that is a space.
    assert_eq!(recognise("+A123N1 \r\n").unwrap().name(), "hibc");
    assert_eq!(recognise("+A123BJC5D6E71G "), None);
    for text in [
        "+A123BJC5D6E71H",
        "A123BJC5D6E71G",
        "+A123N1",
        "+A123N1\r\n",
        "]E0+A123BJC5D6E71G",
        "+",
        "+4915112345678",
    ] {
        assert_eq!(recognise(text), None, "{text}");
    }
}

#[test]
fn a_plus_that_a_keyboard_layout_made_of_a_bracket_is_none() {
    // What a scanner for the United States types at a German computer, for any serial and so with any check character.
    for serial in 0..200 {
        let text = format!("+d2010950600013435221S{serial}");
        for text in [text.clone(), text.to_uppercase()] {
            assert_eq!(recognise(&text), None, "{text}");
        }
    }
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

/// A code of another system, and the characters of its alphabet.
fn other() -> impl Strategy<Value = (String, &'static str)> {
    const HIBC: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
    let hibc = "\\+[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9](/\\$[A-Z0-9]{1,10})?".prop_map(|body| {
        let sum: usize = body.chars().map(|character| HIBC.find(character).unwrap()).sum();
        (format!("{body}{}", HIBC.chars().nth(sum % 43).unwrap()), HIBC)
    });
    let aic = (0_u32..100_000_000).prop_map(|number| {
        let checked = |digit| format!("A{number:08}{digit}");
        let is_right = |text: &String| gs1::Aic::from_digits(&text.as_bytes()[1..]).is_some();
        ((0..10).map(checked).find(is_right).unwrap(), "0123456789")
    });
    prop_oneof![hibc, aic]
}

proptest! {
    #[test]
    fn a_code_of_another_system_with_one_character_replaced_is_not_named_for_another_one(
        (code, alphabet) in other(),
        place in any::<prop::sample::Index>(),
        replacement in any::<prop::sample::Index>(),
    ) {
        let known = recognise(&format!("]A0{code}"));
        prop_assert!(known.is_some(), "{}", code);
        let replacement = alphabet.chars().nth(replacement.index(alphabet.len())).unwrap();
        let place = place.index(code.len());
        let text = format!("]A0{}{replacement}{}", &code[..place], &code[place + 1..]);
        let read = recognise(&text);
        prop_assert!(read.is_none() || read == known, "{} instead of {}", text, code);
    }

    #[test]
    fn the_code_of_a_pack_is_never_named_for_another(
        lot in "[!-~]{1,20}",
        serial in "[!-~]{1,20}",
        place in any::<prop::sample::Index>(),
        replacement in "[ -~]",
    ) {
        let code = format!("010950600013435210{lot}\u{1d}21{serial}");
        prop_assert_eq!(recognise(&code), None);
        let place = place.index(code.len());
        let text = [&code[..place], &replacement, &code[place + 1..]].concat();
        prop_assert_eq!(recognise(&text), None, "{}", text);
    }
}
