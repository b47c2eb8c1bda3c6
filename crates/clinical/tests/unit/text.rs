//! The finder on any kind of text.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::sync::LazyLock;

use clinical::text::{Assertion, Finder, Kind, TextError, MAX_TEXT_BYTES};
use proptest::prelude::*;

static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new().unwrap());

fn found(text: &str) -> Vec<(String, Assertion)> {
    FINDER.find(text).unwrap().into_iter().map(|mention| (mention.name, mention.assertion)).collect()
}

#[test]
fn the_error_for_too_long_a_note_contains_none_of_it() {
    let long = "aspirin ".repeat(MAX_TEXT_BYTES / 8 + 1);
    let error = FINDER.find(&long).unwrap_err();
    assert_eq!(error, TextError::TooLong);
    assert!(!error.to_string().contains("aspirin"));
}

#[test]
fn a_text_of_maximum_length_is_read_with_any_content() {
    // Words that are close to many names, without the end of a sentence.
    let words = "metoprolex predniso ".repeat(1_000);
    assert_eq!(FINDER.find(&words).unwrap().len(), 1_000);
    let triggers = "no aspirin ".repeat(MAX_TEXT_BYTES / 11);
    assert_eq!(FINDER.find(&triggers).unwrap().len(), MAX_TEXT_BYTES / 11);
}

#[test]
fn a_brand_is_reported_as_its_substance() {
    for (brand, name) in
        [("Tylenol", "Acetaminophen"), ("LASIX", "Furosemide"), ("paracetamol", "Acetaminophen")]
    {
        assert_eq!(found(brand), [(name.to_owned(), Assertion::Present)], "{brand}");
    }
}

#[test]
fn a_common_word_is_a_drug_only_next_to_a_dose() {
    assert_eq!(found("calcium 9.4, potassium 4.1, the tums of ice"), []);
    assert_eq!(found("takes calcium 500 mg"), [("Calcium".to_owned(), Assertion::Present)]);
}

#[test]
fn exact_reading_does_not_guess() {
    assert_eq!(FINDER.find_exact("metfromin").unwrap(), []);
    assert_eq!(FINDER.find("metfromin").unwrap().len(), 1);
}

#[test]
fn positions_are_right_in_texts_of_many_scripts() {
    let text = "患者は😀 “aspirin” — Größe; naïve: METFORMIN…";
    let mentions = FINDER.find(text).unwrap();
    let characters: Vec<char> = text.chars().collect();
    let cut: Vec<String> =
        mentions.iter().map(|mention| characters[mention.start..mention.end].iter().collect()).collect();
    assert_eq!(cut, ["aspirin", "METFORMIN"]);
}

/// Pieces of notes in any order, so that the rules meet each other.
fn notes() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "no",
        "denies",
        "aspirin",
        "metfromin",
        "hypertension",
        "but",
        ",",
        ".",
        "\n",
        "history of",
        "mother",
        "was stopped",
        "allergic to",
        "possible",
        "MI",
        "é",
        "😀",
        "a\u{301}",
        "calcium",
        "500",
        "mg",
        "patient",
        "-",
        "ruled out",
        "İ",
        "ﬁ",
        "\u{0}",
        "Dr.",
        "no relief from",
        "+",
        "(-)",
        "∅",
        "[x]",
        "[ ]",
        "☐",
        "yes",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn mentions_are_in_order_and_within_the_text(text in prop_oneof![notes(), "\\PC{0,200}", ".{0,200}"]) {
        let mentions = FINDER.find(&text).unwrap();
        let characters: Vec<char> = text.chars().collect();
        let mut end = 0;
        for mention in &mentions {
            prop_assert!(end <= mention.start && mention.start < mention.end && mention.end <= characters.len());
            let cut: String = characters[mention.start..mention.end].iter().collect();
            prop_assert_eq!(text.get(mention.bytes.clone()), Some(cut.as_str()));
            prop_assert!(mention.confidence > 0.5 && mention.confidence <= 1.0);
            prop_assert!(mention.kind == Kind::Drug || (mention.code.is_some() && mention.assertion != Assertion::Allergy));
            end = mention.end;
        }
        let exact = FINDER.find_exact(&text).unwrap();
        prop_assert!(exact.len() <= mentions.len());
    }

    #[test]
    fn the_context_does_not_change_the_reading_of_a_sentence(text in notes()) {
        let text = text.replace(['\n', '.'], " ");
        let alone = found(&text);
        let within = found(&format!("No fever, no cough.\n\n{text}\n\nMother had asthma."));
        prop_assert_eq!(&within[2..within.len() - 1], &alone[..]);
    }

    #[test]
    fn one_swapped_pair_of_letters_is_forgiven(at in 1_usize..8) {
        let mut word: Vec<char> = "lisinopril".chars().collect();
        word.swap(at, at + 1);
        let word: String = word.into_iter().collect();
        prop_assert_eq!(found(&word), [("Lisinopril".to_owned(), Assertion::Present)]);
    }
}

#[test]
fn a_note_of_ten_megabytes_is_refused_unread() {
    let started = std::time::Instant::now();
    let note = "No fever. ".repeat(1 << 20);
    assert_eq!(FINDER.find(&note), Err(TextError::TooLong));
    assert_eq!(FINDER.assertion_at(&note, 3..8), Err(TextError::TooLong));
    assert!(started.elapsed().as_millis() < 1_000);
}

#[test]
fn a_note_of_marks_and_light_words_takes_linear_time() {
    let started = std::time::Instant::now();
    let signs = ["+ gout, - ", "- gout\n+ ", "(-) gout ", "+-", "- - ", "∅", "- \n"];
    let boxes =
        ["[x]", "[x]\n", "[ ]", "[", "☐", "[ ] yes ", "[ ] no [x] yes ", "gout [ ] ", "[ ] gout\n", "x]"];
    let words = ["gout: no ", "not be ", "if he ", "? ", "gout ", "no no ", "lives with "];
    for word in words.into_iter().chain(signs).chain(boxes) {
        let note = word.repeat(MAX_TEXT_BYTES / word.len());
        assert!(FINDER.find(&note).is_ok(), "{word}");
    }
    assert!(started.elapsed().as_secs() < 60);
}

#[test]
fn a_term_of_another_dictionary_has_its_assertion() {
    let said = |text: &str, term: &str| {
        let start = text.find(term).unwrap();
        FINDER.assertion_at(text, start..start + term.len()).unwrap()
    };
    assert_eq!(said("No perihilar haze, but cough.", "perihilar haze"), Some(Assertion::Absent));
    assert_eq!(said("No fever but perihilar haze.", "perihilar haze"), Some(Assertion::Present));
    assert_eq!(said("Perihilar haze: no", "Perihilar haze"), Some(Assertion::Absent));
    assert_eq!(FINDER.assertion_at("No fever.", 8..9), Ok(None));
    assert_eq!(FINDER.assertion_at("No fever.", 20..30), Ok(None));
}

#[test]
fn what_is_said_about_one_thing_is_not_said_about_the_next() {
    use Assertion::{Absent, Past, Possible, Present};
    let said = |text: &str| found(text).into_iter().map(|(_, said)| said).collect::<Vec<_>>();
    for (text, expected) in [
        ("Not feeling well, fever since Monday.", vec![Present]),
        ("Never smoked, asthma.", vec![Present]),
        ("Does not have fever, chills, or cough.", vec![Absent, Absent, Absent]),
        ("No fever and cough is mild.", vec![Absent, Present]),
        ("No fever and cough.", vec![Absent, Absent]),
        ("Fever (-), cough (+), rash -, chills +", vec![Absent, Present, Absent, Present]),
        ("Gout, resolved. Pneumonia, ruled out.", vec![Past, Absent]),
        ("Pneumonia, likely. Gout, likely asthma.", vec![Possible, Present, Possible]),
        ("Ruled out: pneumonia, sepsis. Gout.", vec![Absent, Absent, Present]),
        ("Family history: diabetes (mother). Known gout.", vec![Assertion::Family, Present]),
        ("She was not negative for pneumonia.", vec![Present]),
        ("Unable to exclude stroke.", vec![Possible]),
        ("No acute distress, gout of the left toe.", vec![Present]),
        ("Denies sick contacts, cough, fever.", vec![Absent, Absent]),
        ("No weight change, cough, or fever.", vec![Absent, Absent]),
        ("Without rest his asthma gets worse.", vec![Present]),
        ("Denies that he has asthma.", vec![Absent]),
        ("Do not discontinue metformin.", vec![Present]),
        ("Hold metformin if vomiting.", vec![Past, Possible]),
        ("No fever\nCough\nChills", vec![Absent, Present, Present]),
        ("No fever or\nchills", vec![Absent, Absent]),
        ("1. No gout 2. Asthma 3) No angina", vec![Absent, Present, Absent]),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn a_minus_is_told_from_a_dash_and_a_bullet() {
    use Assertion::{Absent, Past, Possible, Present};
    let said = |text: &str| found(text).into_iter().map(|(_, said)| said).collect::<Vec<_>>();
    for (text, expected) in [
        // Signs.
        ("+ fever, - cough", vec![Present, Absent]),
        ("- fever, + cough", vec![Absent, Present]),
        ("ROS: +fever -chills -cough", vec![Present, Absent, Absent]),
        ("+ fever\n- cough\n- chest pain", vec![Present, Absent, Absent]),
        ("(-) hematuria (+) abdominal pain", vec![Absent, Present]),
        ("Hematuria (-) abdominal pain (+)", vec![Absent, Present]),
        ("(+) cough, fever (-)", vec![Present, Absent]),
        ("PMH: + gout, - diabetes", vec![Past, Absent]),
        ("No fever, + cough, chills", vec![Absent, Present, Present]),
        ("No fever, ± cough", vec![Absent, Possible]),
        ("∅ fever or chills, cough", vec![Absent, Absent, Present]),
        ("Ø edema", vec![Absent]),
        ("Pertinent neg.: fever, cough", vec![Absent, Absent]),
        ("+ve for gout", vec![Present]),
        ("-ve for gout", vec![Absent]),
        // Bullets and dashes.
        ("- fever", vec![Present]),
        ("- fever\n- cough", vec![Present, Present]),
        ("-fever\n-cough", vec![Present, Present]),
        ("+ fever\n+ cough", vec![Present, Present]),
        ("- gout\n  + on allopurinol\n- asthma", vec![Present, Present, Present]),
        ("- Hypertension, well controlled on lisinopril 10 mg\n+ Add amlodipine", vec![Present; 3]),
        ("- gout, + fever, - cough\n- asthma", vec![Present, Present, Absent, Present]),
        ("Meds: - aspirin - metformin", vec![Present, Present]),
        ("+ cough - pneumonia", vec![Present, Present]),
        ("+ gout: - allopurinol, - colchicine", vec![Present, Present, Present]),
        ("+ gout, - asthma is stable", vec![Present, Present]),
        ("CT abdomen + pelvis, - appendicitis", vec![Present]),
        ("Fever for 3-4 days, + cough, 2 - 3 nausea", vec![Present, Present, Present]),
        ("Na+ 140, K+ 5.9 - hyperkalemia", vec![Present]),
        ("anxiety-related insomnia + fatigue", vec![Present, Present, Present]),
        ("HIV neg: cough", vec![Present, Present]),
        ("Ø 3 cm cancer", vec![Present]),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn a_box_says_something_only_if_it_is_checked() {
    use Assertion::{Absent, Allergy, Family, Possible, Present};
    let said = |text: &str| found(text).into_iter().map(|(_, said)| said).collect::<Vec<_>>();
    for (text, expected) in [
        ("[x] gout [ ] asthma", vec![Present, Possible]),
        ("gout [x] asthma [ ]", vec![Present, Possible]),
        ("[X]gout, []asthma", vec![Present, Possible]),
        ("☒ gout ☐ asthma ☑ angina", vec![Present, Possible, Present]),
        ("- [ ] gout\n- [x] asthma", vec![Possible, Present]),
        ("( ) gout (x) asthma", vec![Possible, Present]),
        ("[ ] no fever, cough [x] no chills [x] rash", vec![Possible, Possible, Absent, Present]),
        ("Denies: [x] fever [ ] cough [x] chills", vec![Absent, Possible, Absent]),
        ("Allergies: [x] penicillin [ ] aspirin", vec![Allergy, Possible]),
        ("Family history: ☐ gout ☒ diabetes", vec![Possible, Family]),
        ("Gout: [ ] yes [x] no, asthma: [x] yes [ ] no", vec![Absent, Present]),
        ("Gout: [ ] no [x] yes", vec![Present]),
        ("Gout ☐ Yes ☒ No Asthma ☐ Yes ☐ No", vec![Absent, Possible]),
        ("Gout: [x] yes [x] no", vec![Possible]),
        ("Gout: [x] no", vec![Absent]),
        ("Gout: [ ] no", vec![Possible]),
        ("[x] no gout", vec![Absent]),
        ("[ ] gout. Has asthma.", vec![Possible, Present]),
        ("[ ] gout\nasthma", vec![Possible, Present]),
        // No boxes.
        ("gout (x2), asthma [1]", vec![Present, Present]),
        ("fever x 3 days", vec![Present]),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}

/// A sentence in which each of two problems may have a cue of its own, before or after it.
fn sentence(cues: [&str; 2], problems: [&str; 2]) -> String {
    let part = |cue: &str, problem: &str| match cue.strip_prefix('<') {
        Some(after) => format!("{problem} {after}"),
        None => format!("{cue} {problem}"),
    };
    format!("{}. {}.", part(cues[0], problems[0]), part(cues[1], problems[1]))
}

proptest! {
    #[test]
    fn a_cue_says_something_about_its_own_sentence_wherever_it_is_moved(
        (cue, assertion) in prop::sample::select(vec![
            ("No", Assertion::Absent),
            ("Denies", Assertion::Absent),
            ("Negative for", Assertion::Absent),
            ("Does not have", Assertion::Absent),
            ("<was ruled out", Assertion::Absent),
            ("<: no", Assertion::Absent),
            ("Possible", Assertion::Possible),
            ("<cannot be ruled out", Assertion::Possible),
            ("<?", Assertion::Possible),
            ("History of", Assertion::Past),
            ("<two years ago", Assertion::Past),
            ("Mother has", Assertion::Family),
            ("(-)", Assertion::Absent),
            ("∅", Assertion::Absent),
            ("neg.:", Assertion::Absent),
            ("±", Assertion::Possible),
            ("[ ]", Assertion::Possible),
            ("☐", Assertion::Possible),
            ("[ ] No", Assertion::Possible),
            ("[x] No", Assertion::Absent),
        ]),
        one in prop::sample::select(vec!["gout", "asthma", "pneumonia", "angina"]),
        other in prop::sample::select(vec!["anemia", "migraine", "sepsis", "epilepsy"]),
        is_first: bool,
    ) {
        let cues = if is_first { [cue, "Known"] } else { ["Known", cue] };
        let said: Vec<Assertion> =
            found(&sentence(cues, [one, other])).into_iter().map(|(_, said)| said).collect();
        let expected =
            if is_first { [assertion, Assertion::Present] } else { [Assertion::Present, assertion] };
        prop_assert_eq!(said, expected, "{}", sentence(cues, [one, other]));
    }

    #[test]
    fn the_answer_of_one_field_says_nothing_about_another(answers in prop::collection::vec(any::<bool>(), 1..8)) {
        let names = ["gout", "asthma", "pneumonia", "angina", "anemia", "migraine", "sepsis", "epilepsy"];
        for (mark, end) in [(": ", "\n"), (": ", ", "), (": ", ". "), ("? ", " "), (" - ", "; "), (" (", "), "), (" ", ", "), (" ", "\n")] {
            let field = |(name, yes): (&&str, &bool)| format!("{name}{mark}{}{end}", if *yes { "yes" } else { "no" });
            let form: String = names.iter().zip(&answers).map(field).collect();
            let said: Vec<bool> =
                found(&form).into_iter().map(|(_, said)| said == Assertion::Present).collect();
            prop_assert_eq!(&said, &answers, "{}", form);
        }
    }

    #[test]
    fn each_sign_of_a_list_says_something_about_its_own_item(pluses in prop::collection::vec(any::<bool>(), 1..8)) {
        let names = ["gout", "asthma", "pneumonia", "angina", "anemia", "migraine", "sepsis", "epilepsy"];
        let said = |text: &str| -> Vec<bool> {
            found(text).into_iter().map(|(_, said)| said == Assertion::Present).collect()
        };
        let is_pair = pluses.contains(&true) && pluses.contains(&false);
        for (blank, between, brackets) in [
            (" ", ", ", false), ("", ", ", false), ("", " ", false), (" ", "\n", false), ("", "\n", false),
            (" ", "; ", false), (" ", ", ", true), (" ", " ", true), ("", "\n", true),
        ] {
            let item = |(name, plus): (&&str, &bool)| {
                let sign = if *plus { "+" } else { "-" };
                if brackets { format!("({sign}){blank}{name}") } else { format!("{sign}{blank}{name}") }
            };
            let list = names.iter().zip(&pluses).map(item).collect::<Vec<_>>().join(between);
            // Without a plus, dashes may be bullets.
            let expected: Vec<bool> = pluses.iter().map(|plus| *plus || !(is_pair || brackets)).collect();
            prop_assert_eq!(said(&list), expected, "{}", list);
        }
    }

    #[test]
    fn each_box_of_a_form_says_something_about_its_own_label(checked in prop::collection::vec(any::<bool>(), 1..8)) {
        let names = ["gout", "asthma", "pneumonia", "angina", "anemia", "migraine", "sepsis", "epilepsy"];
        for (open, full) in [("[ ]", "[x]"), ("☐", "☒"), ("[]", "[✓]"), ("( )", "(X)")] {
            for (is_before, between) in [(true, " "), (true, "\n"), (true, ", "), (false, "  "), (false, "\n")] {
                let field = |(name, checked): (&&str, &bool)| {
                    let drawn = if *checked { full } else { open };
                    if is_before { format!("{drawn} {name}") } else { format!("{name} {drawn}") }
                };
                let form = names.iter().zip(&checked).map(field).collect::<Vec<_>>().join(between);
                let said: Vec<Assertion> = found(&form).into_iter().map(|(_, said)| said).collect();
                let expected: Vec<Assertion> = checked
                    .iter()
                    .map(|checked| if *checked { Assertion::Present } else { Assertion::Possible })
                    .collect();
                prop_assert_eq!(said, expected, "{}", form);
            }
        }
    }
}
