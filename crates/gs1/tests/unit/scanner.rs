//! How scanners change a genuine code, and the diagnosis of each fault.
#![allow(clippy::unwrap_used)]

use gs1::scanner::{alternatives, diagnose, lost_separators, Diagnosis, Layout, ScannerFault};
use gs1::{Elements, ParseErrorKind, Parser, Rules};

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
    (diagnosis.fault, diagnosis.corrected().map(Elements::to_bracketed))
}

fn readings_of(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis.readings.iter().map(Elements::to_bracketed).collect()
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
fn a_zero_of_an_identifier_does_not_spell_a_separator() {
    // The lots `X1D` and `x1d7`: the 0 of `0X1D` belongs to (10) and (240).
    for code in ["010950600013435210X1D", "]d2010950600013435210x1d7\u{1d}21S", "0109506000134352240X1D"] {
        assert_eq!(found(code), None, "{code}");
        let twice = [code, code].concat();
        assert_eq!(fault_of(&twice), (ScannerFault::DoubledScan, corrected(&elements(code).to_bracketed())));
    }
    let spelled = "010950600013435210A0x1D21S";
    assert_eq!(fault_of(spelled), (ScannerFault::LostSeparator, corrected("(01)09506000134352(10)A(21)S")));
    assert_eq!(fault_of("010950600013435210A00x1D").0, ScannerFault::LostSeparator);
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
    // Names in brackets, escapes, the glyphs of Windows, what a printer or a font shows for FNC1, and plain characters.
    // Some of them could also be a part of the lot: they are not taken for that.
    for substitute in [
        "<GS>", "{GS}", "[GS]", "(GS)", "<FNC1>", "[FNC1]", "{FNC1}", "<F1>", "<0x1D>", "<29>", "^]",
        "^FNC1", "%1D", "%1d", "=1D", "0x1D", "\\x1d", "\\u001d", "\\F", "\\029", "\\035", "&#29;", "&#x1d;",
        "_x001D_", "~029", "~d029", "~1", "␝", "↔", "|", "||", "~", "^", " ", "#", "@", "$", "]", "[", "{",
        "}", "\\", "`", "\u{1e}", "\u{1c}", "\u{fffd}", "□", "è", "ñ", "Ê",
    ] {
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
fn a_separator_with_two_possible_positions_gets_both_readings() {
    let typed = "010950600013435210ABCDEFGH21X21CDEFGHIJKLMNO";
    assert_eq!(fault_of(typed), (ScannerFault::LostSeparator, None));
    let item = "(01)09506000134352";
    assert_eq!(
        readings_of(&found(typed).unwrap()),
        [
            format!("{item}(10)ABCDEFGH21X(21)CDEFGHIJKLMNO"),
            format!("{item}(10)ABCDEFGH(21)X21CDEFGHIJKLMNO")
        ]
    );
}

#[test]
fn a_code_that_may_have_lost_its_separators_is_not_read() {
    let item = "(01)09506000134352";
    for (typed, readings) in [
        ("010950600013435210AB21C", vec![format!("{item}(10)AB(21)C"), format!("{item}(10)AB21C")]),
        // The lot first, the expiry after the serial: all four fields are likelier than a long serial.
        (
            "010950600013435221S11728022910A",
            vec![format!("{item}(21)S1(17)280229(10)A"), format!("{item}(21)S11728022910A")],
        ),
        ("]d2010950600013435210AB21C", vec![format!("{item}(10)AB(21)C"), format!("{item}(10)AB21C")]),
        // A leading FNC1 shows nothing about those between fields: some libraries send the first one only.
        ("\u{1d}010950600013435210AB21C\r\n", vec![format!("{item}(10)AB(21)C"), format!("{item}(10)AB21C")]),
        // Alt got lost, and the digits of 29 stayed.
        (
            "010950600013435210AB02921C",
            vec![
                format!("{item}(10)AB029(21)C"),
                format!("{item}(10)AB(21)C"),
                format!("{item}(10)AB02921C"),
            ],
        ),
    ] {
        assert_eq!(found(typed), None, "{typed}");
        let diagnosis = lost_separators(typed, &parser()).unwrap();
        assert_eq!(diagnosis.fault, ScannerFault::LostSeparator);
        let found = readings_of(&diagnosis);
        for reading in &readings {
            assert!(found.contains(reading), "{typed}: {found:?} lacks {reading}");
        }
        assert_eq!(found.first(), readings.first(), "{typed}");
    }
}

#[test]
fn a_code_that_lost_no_separator_is_read() {
    for typed in [
        CODE,
        BRACKETED,
        "010950600013435210ABC-123",
        // A second lot is on no pack, nor is the content of a carton.
        "010950600013435210A10B",
        "010950600013435221S0209506000134352",
        "010950600013435210A\u{1d}21B22C",
        "(01)09506000134352(10)AB21C",
        "https://id.gs1.org/01/09506000134352/10/AB21C",
        "]Q1https://id.gs1.org/01/09506000134352/10/AB21C",
        "]E09506000134352",
    ] {
        assert_eq!(lost_separators(typed, &parser()), None, "{typed}");
    }
}

#[test]
fn a_value_that_only_a_separator_could_end_is_the_scanners_fault() {
    let typed = "010950600013435210ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    assert_eq!(fault_of(typed), (ScannerFault::LostSeparator, None));
    // Identifiers that are not on packs of medicine are searched where those on packs explain nothing.
    let typed = "010950600013435221ABCDEFGHIJKLM91EE0692ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let readings = readings_of(&found(typed).unwrap());
    let crypto = "(01)09506000134352(21)ABCDEFGHIJKLM(91)EE06(92)ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    assert!(readings.contains(&crypto.to_owned()), "{readings:?}");
}

#[test]
fn a_text_with_very_many_readings_lists_some_and_says_so() {
    let typed = "010950600013435210".to_owned() + &"21A".repeat(20);
    let diagnosis = found(&typed).unwrap_or_else(|| lost_separators(&typed, &parser()).unwrap());
    assert_eq!((diagnosis.fault, diagnosis.corrected()), (ScannerFault::LostSeparator, None));
    let short = "010950600013435210".to_owned() + "2221240217102172217";
    let diagnosis = lost_separators(&short, &parser()).unwrap();
    assert!(!diagnosis.complete && diagnosis.readings.len() > 10, "{diagnosis}");
    assert!(diagnosis.to_string().ends_with(", or another one"));
}

#[test]
fn a_text_too_long_to_search_is_not_read_without_separators() {
    let long = "0109506000134352".repeat(20) + "10ABC";
    assert!(parser().parse(&long).is_ok());
    let diagnosis = lost_separators(&long, &parser()).unwrap();
    assert_eq!(
        (diagnosis.complete, readings_of(&diagnosis)),
        (false, vec!["(01)09506000134352(10)ABC".to_owned()])
    );
    assert_eq!(lost_separators(&(long + "\u{1d}21S"), &parser()), None);
}

#[test]
fn what_is_around_a_scan_is_no_part_of_it() {
    for (before, after) in [
        ("", "\r"),
        ("", "\n"),
        ("", "\r\n"),
        ("", "\t"),
        ("\u{2}", "\u{3}"),
        (" ", " "),
        ("", "\r\n\r\n"),
        ("", "\0"),
    ] {
        for code in [CODE, BRACKETED, &format!("]d2{CODE}"), "https://id.gs1.org/01/09506000134352/10/ABC"] {
            let typed = [before, code, after].concat();
            assert_eq!(found(&typed), None, "{typed:?}");
            assert_eq!(elements(&typed), elements(code), "{typed:?}");
        }
    }
    // Only around it.
    assert!(Elements::parse(CODE.replace("ABc", "A\tc"), YEAR).is_err());
    let error = Elements::parse("\u{2}0109506000134353\u{3}", YEAR).unwrap_err();
    assert_eq!(error.position, 16);
}

#[test]
fn an_end_that_is_spelled_out_is_named() {
    for end in [
        "<CR>", "<CR><LF>", "{ENTER}", "[TAB]", "<Return>", "\\r\\n", "\\t", "%0D%0A", "&#13;", "␍␊", "<ETX>",
    ] {
        let typed = [CODE, end].concat();
        assert_eq!(fault_of(&typed), (ScannerFault::SpelledKey, corrected(BRACKETED)), "{end}");
    }
}

#[test]
fn anything_that_no_value_can_have_is_taken_for_a_separator_at_last() {
    for strange in ["$1D", "#FNC#", "[~]", "§29§", "\\GS\\", "{~29}"] {
        let typed = CODE.replace('\u{1d}', strange);
        let diagnosis = found(&typed).unwrap();
        assert_eq!(diagnosis.fault, ScannerFault::LostSeparator, "{typed}");
        assert!(readings_of(&diagnosis).contains(&BRACKETED.to_owned()), "{typed}: {diagnosis}");
    }
    // Between fields, not at the end of the code.
    assert_eq!(found(&format!("{CODE}#")).map(|found| found.fault), Some(ScannerFault::LostSeparator));
    assert_eq!(found("0109506000134352$ABC$"), None);
}

#[test]
fn several_scans_in_one_text_are_named() {
    let other = "010950600013435217280229";
    for end in ["\r\n", "\n", "\t", "\r"] {
        let typed = [CODE, end, other, end].concat();
        let diagnosis = found(&typed).unwrap();
        assert_eq!(diagnosis.fault, ScannerFault::SeveralScans, "{typed:?}");
        assert_eq!(readings_of(&diagnosis), [BRACKETED, "(01)09506000134352(17)280229"]);
    }
    let spelled = [CODE, "<CR>", CODE, "<CR>"].concat();
    assert_eq!(fault_of(&spelled), (ScannerFault::DoubledScan, corrected(BRACKETED)));
    assert_eq!(found(&format!("{CODE}\nhello")).map(|found| found.fault), None);
}

#[test]
fn a_prefix_of_the_scanner_is_named() {
    for prefix in ["w", "P01", "\u{1d}]d2", "#d2"] {
        let typed = [prefix, CODE].concat();
        assert_eq!(fault_of(&typed).1, corrected(BRACKETED), "{typed}");
    }
    assert_eq!(fault_of(&format!("w{CODE}")).0, ScannerFault::Prefix);
    assert_eq!(found(&format!("prefix{CODE}")), None);
}

#[test]
fn separators_between_brackets_say_nothing() {
    let typed = BRACKETED.replace("(21)", "<GS>(21)");
    assert_eq!(fault_of(&typed), (ScannerFault::LostSeparator, corrected(BRACKETED)));
    let typed = BRACKETED.replace("(21)", "\u{1d}(21)") + "\u{1d}";
    assert_eq!(fault_of(&typed), (ScannerFault::LostSeparator, corrected(BRACKETED)));
    // Only a separator: another character is the person's mistake.
    assert_eq!(found(&format!("{BRACKETED}#")), None);
    // Inside a value it is not part of it, and nobody knows what is.
    let typed = BRACKETED.replace("ABc", "A<FNC1>c");
    assert_eq!(fault_of(&typed), (ScannerFault::LostSeparator, None));
}

#[test]
fn a_code_of_nothing_but_separators_is_refused_in_bounded_time() {
    let started = std::time::Instant::now();
    for separator in ["\u{1d}", "<GS>", "^]", "|", " ", "%1D", "␝", "21", "<"] {
        for start in ["", "010950600013435210A"] {
            let text = start.to_owned() + &separator.repeat((8_192 - start.len()) / separator.len());
            let _ = (found(&text), lost_separators(&text, &parser()), alternatives(&text, &parser()));
            if let Ok(read) = Elements::parse(&text, YEAR) {
                // White space at the end is the end of a scan.
                assert_eq!((separator, read.to_bracketed().as_str()), (" ", "(01)09506000134352(10)A"));
            }
        }
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
    let error = Elements::parse("\u{1d}".repeat(8_193), YEAR).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::TooLong);
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
    // Even if the rest can be read as a lot.
    let typed = "1095060001343521014\u{1d}21C";
    assert!(parser().parse(typed).is_ok());
    assert_eq!(fault_of(typed), (ScannerFault::LostStart, corrected("(01)09506000134352(10)14(21)C")));
    assert_eq!(found("10123\u{1d}21C"), None);
}

#[test]
fn an_ambiguous_code_is_listed_with_its_alternatives() {
    let faults = |text: &str| -> Vec<(&str, String)> {
        alternatives(text, &parser())
            .into_iter()
            .map(|diagnosis| (diagnosis.fault.name(), diagnosis.corrected().unwrap().to_bracketed()))
            .collect()
    };
    let item = "(01)09506000134352";
    assert_eq!(faults("010950600013435210123"), []);
    // With Caps Lock on, a French keyboard of Windows makes `A` of the key of `q`, and digits stay.
    assert_eq!(
        faults("010950600013435210Ab"),
        [("caps_lock", format!("{item}(10)aB")), ("keyboard_layout", format!("{item}(10)qB"))]
    );
    assert_eq!(
        faults("010950600013435210AY"),
        [
            ("caps_lock", format!("{item}(10)ay")),
            ("keyboard_layout", format!("{item}(10)AZ")),
            ("keyboard_layout", format!("{item}(10)az")),
            ("keyboard_layout", format!("{item}(10)qy")),
        ]
    );
    // Where the United States have `/`, most keyboards have `-`; that of Turkey has it for `=`, that of the Netherlands for `+`.
    let by_layout = ["/", "=", "+"].map(|sign| ("keyboard_layout", format!("{item}(10)4{sign}7")));
    assert_eq!(faults("0109506000134352104-7"), by_layout);
    assert_eq!(faults("(01)09506000134352(10)4-7"), []);
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
