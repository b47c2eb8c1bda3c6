//! What a note states about a mention, measured on sentences that were not used to write the rules: 300 of our own from
//! the annotation guidelines of the field, and the test kit of NegEx, from the folder in `NEGEX_DIR`.
//!
//! A wrong `absent` is counted apart: it takes away a disease that the patient has, which is worse than an `absent`
//! that is missed.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::fmt::Write as _;
use std::path::PathBuf;

use clinical::text::{Assertion, Finder};

struct Labelled {
    text: String,
    /// In bytes, with the assertion.
    mentions: Vec<(core::ops::Range<usize>, Assertion)>,
}

/// Reads `Denies [chest pain|A].` A box (`[x]`) stays as it is, `\n` is a new line.
fn labelled(line: &str) -> Labelled {
    let (mut text, mut mentions) = (String::new(), Vec::new());
    let line = line.replace("\\n", "\n");
    let mut parts = line.split('[');
    text.push_str(parts.next().unwrap());
    for part in parts {
        let (mention, after) = part.split_once(']').unwrap();
        let Some((words, assertion)) = mention.split_once('|') else {
            text.extend(["[", part]);
            continue;
        };
        let assertion = match assertion {
            "A" => Assertion::Absent,
            "F" => Assertion::Family,
            "L" => Assertion::Allergy,
            "H" => Assertion::Past,
            "Q" => Assertion::Possible,
            "P" => Assertion::Present,
            other => unreachable!("{other} in {line}"),
        };
        mentions.push((text.len()..text.len() + words.len(), assertion));
        text.push_str(words);
        text.push_str(after);
    }
    Labelled { text, mentions }
}

/// By section.
fn sections(file: &str) -> Vec<(String, Vec<Labelled>)> {
    let file = std::fs::read_to_string(format!("tests/data/{file}")).unwrap();
    let mut sections: Vec<(String, Vec<Labelled>)> = Vec::new();
    // The first paragraph says what the file is.
    for line in file.lines().skip_while(|line| !line.is_empty()).filter(|line| !line.is_empty()) {
        match line.strip_prefix("# ") {
            Some(title) => sections.push((title.to_owned(), Vec::new())),
            None => sections.last_mut().unwrap().1.push(labelled(line)),
        }
    }
    sections
}

#[derive(Default)]
struct Counts {
    mentions: usize,
    right: usize,
    wrong_absent: usize,
    missed_absent: usize,
}

impl Counts {
    fn add(&mut self, label: Assertion, found: Option<Assertion>) {
        self.mentions += 1;
        self.right += usize::from(found == Some(label));
        self.wrong_absent += usize::from(found == Some(Assertion::Absent) && label != Assertion::Absent);
        self.missed_absent += usize::from(found != Some(Assertion::Absent) && label == Assertion::Absent);
    }

    fn row(&self, title: &str) -> String {
        let Self { mentions, right, wrong_absent, missed_absent } = self;
        let share = *right as f64 / *mentions as f64;
        format!("| {title} | {mentions} | {right} | {share:.3} | {wrong_absent} | {missed_absent} |")
    }
}

/// The rows of a file's table. What differs is printed for whoever works on the rules.
fn table(file: &str, expected_sentences: usize) -> String {
    let finder = Finder::new().unwrap();
    let (mut table, mut all, mut sentences) = (String::new(), Counts::default(), 0_usize);
    for (title, lines) in sections(file) {
        let mut counts = Counts::default();
        for Labelled { text, mentions } in lines {
            sentences += 1;
            let found = finder.find(&text).unwrap();
            for (bytes, label) in mentions {
                let found =
                    found.iter().find(|mention| mention.bytes == bytes).map(|mention| mention.assertion);
                counts.add(label, found);
                all.add(label, found);
                if found != Some(label) {
                    println!("{text:?}: {:?} should be {label:?}, not {found:?}", &text[bytes]);
                }
            }
        }
        writeln!(table, "{}", counts.row(&title)).unwrap();
    }
    writeln!(table, "{}", all.row(&format!("all of {file}"))).unwrap();
    println!("{table}");
    assert_eq!(sentences, expected_sentences);
    table
}

fn assert_documented(table: &str) {
    let document = std::fs::read_to_string("../../docs/clinical.md").unwrap();
    for row in table.lines() {
        assert!(
            document.lines().any(|line| line == row),
            "docs/clinical.md should have these rows:\n{table}"
        );
    }
}

#[test]
fn the_document_shows_the_scores_by_the_guidelines() {
    assert_documented(&table("guidelines.txt", 300));
}

#[test]
fn the_document_shows_the_scores_on_more_kinds_of_sentences() {
    assert_documented(&table("kinds.txt", 120));
}

#[test]
fn the_document_shows_the_scores_on_notes_with_signs_and_boxes() {
    assert_documented(&table("signs.txt", 65));
}

#[test]
fn the_document_shows_the_scores_on_sentences_that_changed_no_rule() {
    assert_documented(&table("held-out.txt", 120));
}

/// `Annotations-1-120-random.txt` of GeneralNegEx (Apache-2.0): number, phrase, sentence, `Affirmed` or `Negated`.
#[test]
fn the_document_shows_the_scores_on_the_test_kit_of_negex() {
    let Some(folder) = std::env::var_os("NEGEX_DIR") else {
        eprintln!("NOT RUN: NEGEX_DIR does not name the folder with Annotations-1-120-random.txt");
        return;
    };
    let kit = std::fs::read(PathBuf::from(folder).join("Annotations-1-120-random.txt")).unwrap();
    let kit = String::from_utf8_lossy(&kit);
    let finder = Finder::new().unwrap();
    let (mut both, mut found_only, mut labelled_only, mut sentences) = (0_usize, 0_usize, 0_usize, 0_usize);
    for line in kit.lines().filter(|line| !line.trim().is_empty()) {
        let [_, phrase, sentence, label] = line.split('\t').collect::<Vec<_>>()[..] else { unreachable!() };
        // The phrase stands in capitals, once.
        let start = sentence.find(&phrase.trim().to_uppercase()).unwrap_or_default();
        let found = finder.assertion_at(sentence, start..start + phrase.trim().len()).unwrap();
        sentences += 1;
        match (found == Some(Assertion::Absent), label.trim() == "Negated") {
            (true, true) => both += 1,
            (true, false) => found_only += 1,
            (false, true) => labelled_only += 1,
            (false, false) => continue,
        }
        if (found == Some(Assertion::Absent)) != (label.trim() == "Negated") {
            println!("{label} {found:?}: {phrase}: {sentence}");
        }
    }
    let share = |part: usize, other: usize| part as f64 / (part + other) as f64;
    let row = format!(
        "| {sentences} | {} | {both} | {:.3} | {found_only} | {:.3} |",
        both + labelled_only,
        share(both, labelled_only),
        share(both, found_only)
    );
    println!("{row}");
    let document = std::fs::read_to_string("../../docs/clinical.md").unwrap();
    assert!(document.lines().any(|line| line == row), "docs/clinical.md should have this row:\n{row}");
}
