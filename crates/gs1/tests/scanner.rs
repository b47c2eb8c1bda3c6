//! How scanners change a genuine code, and the diagnosis of each fault.
#![allow(clippy::unwrap_used)]

use gs1::scanner::{alternatives, diagnose, Diagnosis, Layout, ScannerFault};
use gs1::{Elements, Parser, Rules};

const YEAR: u16 = 2026;
const CODE: &str = "01095060001343521727123110ABc/1\u{1d}21Xyz_7";
const BRACKETED: &str = "(01)09506000134352(17)271231(10)ABc/1(21)Xyz_7";

fn parser() -> Parser<'static> {
    Parser::new(Rules::new(YEAR))
}

fn elements(code: &str) -> Elements {
    Elements::parse(code, YEAR).unwrap()
}

fn found(text: &str) -> Option<Diagnosis> {
    diagnose(text, &parser())
}

fn fault_of(text: &str) -> (ScannerFault, Option<String>) {
    let diagnosis = found(text).unwrap();
    (diagnosis.fault, diagnosis.corrected.map(|corrected| corrected.to_bracketed()))
}

fn corrected(code: &str) -> Option<String> {
    Some(code.to_owned())
}

#[test]
fn a_correct_code_has_no_diagnosis() {
    for code in [
        CODE,
        BRACKETED,
        &format!("]d2{CODE}"),
        "https://id.gs1.org/01/09506000134352/10/ABC/21/1?17=271231",
        "HTTPS://ID.GS1.ORG/01/09506000134352/10/ABC",
        "]E09506000134352",
    ] {
        assert_eq!(found(code), None, "{code}");
    }
}

#[test]
fn faults_that_no_scanner_causes_have_no_diagnosis() {
    for code in ["", "hello", "(01)09506000134353(10)A", "0109506000134353", "https://a.example/shop"] {
        assert_eq!(found(code), None, "{code}");
    }
}

#[test]
fn caps_lock_shows_in_the_symbology_identifier() {
    let typed = "]D201095060001343521727123110abC/1\u{1d}21xYZ_7";
    assert_eq!(fault_of(typed), (ScannerFault::CapsLock, corrected(BRACKETED)));
}

#[test]
fn a_german_keyboard_shows_in_its_characters() {
    // The key of ] is + there, the one of / is -, and Y and Z are swapped; GS arrives or gets lost.
    let fault = ScannerFault::KeyboardLayout { layout: Layout::German, caps_lock: false };
    let typed = "+d201095060001343521727123110ABc-1\u{1d}21Xzy?7";
    assert_eq!(fault_of(typed), (fault, corrected(BRACKETED)));
    // Without GS the lot could go on to the end, or end before the serial.
    assert_eq!(fault_of(&typed.replace('\u{1d}', "")).0, fault);
}

#[test]
fn a_french_keyboard_shows_in_its_digits() {
    let fault = ScannerFault::KeyboardLayout { layout: Layout::French, caps_lock: false };
    // Without Shift the digit keys make &é"'(-è_çà there, and A is where Q is.
    let typed = "à&àç(à-ààà&\"'\"(é&èéè&é\"&&àQBC";
    assert_eq!(fault_of(typed), (fault, corrected("(01)09506000134352(17)271231(10)ABC")));
}

#[test]
fn caps_lock_and_another_keyboard_are_diagnosed_together() {
    let fault = ScannerFault::KeyboardLayout { layout: Layout::German, caps_lock: true };
    let typed = "+D20109506000134352\u{1d}10aZ";
    assert_eq!(fault_of(typed), (fault, corrected("(01)09506000134352(10)Ay")));
}

#[test]
fn a_substitute_for_the_separator_is_read_as_one() {
    // The first of them could also be a part of the lot: it is not taken for that.
    for substitute in ["<GS>", "{GS}", "|", "~", "^", "^]", " "] {
        let typed = CODE.replace('\u{1d}', substitute);
        assert_eq!(fault_of(&typed), (ScannerFault::LostSeparator, corrected(BRACKETED)), "{substitute}");
    }
}

#[test]
fn a_lost_separator_is_found_where_the_value_gets_too_long() {
    let typed = "010950600013435217271231".to_owned() + "10ABCDEFGH" + "21ABCDEFGHIJKLMNOP";
    assert_eq!(
        fault_of(&typed),
        (
            ScannerFault::LostSeparator,
            corrected("(01)09506000134352(17)271231(10)ABCDEFGH(21)ABCDEFGHIJKLMNOP")
        )
    );
}

#[test]
fn a_separator_with_two_possible_positions_gets_no_correction() {
    // The lot may be ABCDEFGH or ABCDEFGH21X.
    let typed = "010950600013435210ABCDEFGH21X21CDEFGHIJKLMNO";
    assert_eq!(fault_of(typed), (ScannerFault::LostSeparator, None));
}

#[test]
fn a_doubled_scan_is_not_read_as_one() {
    for end in ["", "\r\n", "\n", "\t", "\u{1d}"] {
        for times in 2..=3 {
            let typed = vec![CODE; times].join(end);
            assert_eq!(fault_of(&typed), (ScannerFault::DoubledScan, corrected(BRACKETED)), "{typed:?}");
        }
    }
    // Even if it could be read as a code with each field twice.
    let typed = "01095060001343520109506000134352";
    assert!(parser().parse(typed).is_ok());
    assert_eq!(fault_of(typed), (ScannerFault::DoubledScan, corrected("(01)09506000134352")));
    assert_eq!(fault_of(&[BRACKETED, BRACKETED].concat()).0, ScannerFault::DoubledScan);
}

#[test]
fn a_code_that_was_cut_short_has_no_correction() {
    for typed in ["010950600013435217271", "]d201095060001", "https://id.gs1.org/01/095060001"] {
        assert_eq!(fault_of(typed), (ScannerFault::LostEnd, None), "{typed}");
    }
    // A person who types does not scan.
    assert_eq!(found("(01)095060001"), None);
}

#[test]
fn a_code_without_its_start_is_completed() {
    assert_eq!(
        fault_of("0950600013435217271231"),
        (ScannerFault::LostStart, corrected("(01)09506000134352(17)271231"))
    );
    assert_eq!(
        fault_of("1095060001343521727123110AB\u{1d}21C"),
        (ScannerFault::LostStart, corrected("(01)09506000134352(17)271231(10)AB(21)C"))
    );
}

#[test]
fn an_ambiguous_code_is_listed_with_its_alternatives() {
    let faults = |text: &str| -> Vec<(&str, String)> {
        alternatives(text, &parser())
            .into_iter()
            .map(|diagnosis| (diagnosis.fault.name(), diagnosis.corrected.unwrap().to_bracketed()))
            .collect()
    };
    let item = "(01)09506000134352";
    assert_eq!(faults("010950600013435210123"), []);
    assert_eq!(faults("010950600013435210Ab"), [("caps_lock", format!("{item}(10)aB"))]);
    assert_eq!(
        faults("010950600013435210AY"),
        [("caps_lock", format!("{item}(10)ay")), ("keyboard_layout", format!("{item}(10)AZ"))]
    );
    assert_eq!(faults("0109506000134352101232145"), [("lost_separator", format!("{item}(10)123(21)45"))]);
    assert_eq!(faults("(01)09506000134352(10)1232145"), []);
    assert_eq!(faults("no code"), []);
}

#[test]
fn the_message_names_the_scanner_and_offers_the_correction() {
    let message = found(&[CODE, CODE].concat()).unwrap().to_string();
    assert_eq!(
        message,
        format!(
            "your scanner sent the code more than once; scan it once. If the print on the pack says the same, \
             this is its code: {BRACKETED}"
        )
    );
    for typed in ["]D20109506000134352", "+d20109506000134352", "0109506000", "0950600013435217271231"] {
        let message = found(typed).unwrap().to_string();
        assert!(message.starts_with("your scanner "), "{message}");
    }
    assert_eq!(elements(BRACKETED), elements(CODE));
}
