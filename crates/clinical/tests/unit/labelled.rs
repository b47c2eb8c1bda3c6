//! Scores of the finder on realistic sentences, against labels made by hand.
//!
//! The half `dev.jsonl` was used to improve the rules, the half `test.jsonl` was not. `docs/clinical.md` shows the
//! counts of both, which this test checks. The baseline is a plain look-up of the same names: no misspelt names, no
//! guard for common words, and everything present.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Read;

use clinical::text::{Assertion, Finder, Kind};
use serde::Deserialize;

#[derive(Deserialize)]
struct Sentence {
    id: String,
    text: String,
    mentions: Vec<Label>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Label {
    kind: String,
    start: usize,
    end: usize,
    concept: String,
    assertion: String,
}

impl Label {
    fn is_same_finding(&self, other: &Self) -> bool {
        (&self.kind, self.start, self.end, &self.concept)
            == (&other.kind, other.start, other.end, &other.concept)
    }
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn finder(finder: &Finder, text: &str) -> Vec<Label> {
    let label = |mention: clinical::text::Mention| Label {
        kind: word(mention.kind),
        start: mention.start,
        end: mention.end,
        concept: if mention.kind == Kind::Drug { mention.name } else { mention.code.unwrap() },
        assertion: word(mention.assertion),
    };
    finder.find(text).unwrap().into_iter().map(label).collect()
}

/// Name by name, the longest first, without regard to context.
struct LookUp(HashMap<String, (String, String)>);

impl LookUp {
    fn new() -> Self {
        let mut drugs = String::new();
        let packed = std::fs::read("data/drugs.tsv.gz").unwrap();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut drugs).unwrap();
        let mut names = HashMap::new();
        for line in drugs.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            for name in columns[2..].iter().flat_map(|names| names.split('|')) {
                names.insert(name.to_owned(), ("drug".to_owned(), columns[0].to_owned()));
            }
        }
        for line in std::fs::read_to_string("data/problems.tsv")
            .unwrap()
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let columns: Vec<&str> = line.split('\t').collect();
            for term in columns[2].split('|') {
                let words: Vec<String> = words(term).into_iter().map(|(_, _, word)| word).collect();
                names.insert(words.join(" "), ("problem".to_owned(), columns[0].to_owned()));
            }
        }
        names.remove("");
        Self(names)
    }

    fn find(&self, text: &str) -> Vec<Label> {
        let words = words(text);
        let (mut labels, mut at) = (Vec::new(), 0);
        while at < words.len() {
            let longest = (1..=5.min(words.len() - at)).rev().find_map(|count| {
                let run: Vec<&str> = words[at..at + count].iter().map(|(_, _, word)| word.as_str()).collect();
                self.0.get(&run.join(" ")).map(|found| (count, found))
            });
            if let Some((count, (kind, concept))) = longest {
                let (start, end) = (words[at].0, words[at + count - 1].1);
                let (kind, concept, assertion) = (kind.clone(), concept.clone(), word(Assertion::Present));
                labels.push(Label { kind, start, end, concept, assertion });
            }
            at += longest.map_or(1, |(count, _)| count);
        }
        labels
    }
}

fn words(text: &str) -> Vec<(usize, usize, String)> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let length = characters[at..].iter().take_while(|character| character.is_alphanumeric()).count();
        if length > 0 {
            words.push((
                at,
                at + length,
                characters[at..at + length].iter().collect::<String>().to_lowercase(),
            ));
        }
        at += length.max(1);
    }
    words
}

#[derive(Default)]
struct Counts {
    labelled: usize,
    found: usize,
    right: usize,
    right_and_asserted: usize,
}

impl Counts {
    fn add(&mut self, labels: &[Label], found: &[Label], kind: &str) {
        let labels: Vec<&Label> = labels.iter().filter(|label| label.kind == kind).collect();
        let found: Vec<&Label> = found.iter().filter(|label| label.kind == kind).collect();
        self.labelled += labels.len();
        self.found += found.len();
        self.right +=
            found.iter().filter(|one| labels.iter().any(|label| label.is_same_finding(one))).count();
        self.right_and_asserted += found.iter().filter(|one| labels.contains(one)).count();
    }

    fn row(&self, half: &str, what: &str, who: &str) -> String {
        let Self { labelled, found, right, right_and_asserted } = self;
        let share = |part: usize, whole: usize| part as f64 / whole as f64;
        format!(
            "| {half} | {what} | {who} | {labelled} | {found} | {right} | {:.3} | {:.3} | {right_and_asserted} | {:.3} | {:.3} |",
            share(*right, *found),
            share(*right, *labelled),
            share(*right_and_asserted, *found),
            share(*right_and_asserted, *labelled),
        )
    }
}

fn sentences(half: &str) -> Vec<Sentence> {
    let lines = std::fs::read_to_string(format!("tests/data/{half}.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_document_shows_the_scores_of_the_finder() {
    let (ours, plain) = (Finder::new().unwrap(), LookUp::new());
    let mut table = String::new();
    for half in ["dev", "test"] {
        let sentences = sentences(half);
        for kind in ["drug", "problem"] {
            let (mut finder_counts, mut plain_counts) = (Counts::default(), Counts::default());
            for sentence in &sentences {
                finder_counts.add(&sentence.mentions, &finder(&ours, &sentence.text), kind);
                plain_counts.add(&sentence.mentions, &plain.find(&sentence.text), kind);
            }
            writeln!(table, "{}", finder_counts.row(half, kind, "finder")).unwrap();
            writeln!(table, "{}", plain_counts.row(half, kind, "look-up")).unwrap();
        }
    }
    let card = std::fs::read_to_string("../../docs/clinical.md").unwrap();
    for row in table.lines() {
        assert!(card.lines().any(|line| line == row), "docs/clinical.md should have these rows:\n{table}");
    }
}

#[test]
fn the_halves_have_no_sentence_in_common_and_are_labelled_within_their_text() {
    let (dev, test) = (sentences("dev"), sentences("test"));
    assert!(dev.len() + test.len() >= 150);
    let texts: std::collections::HashSet<&str> =
        dev.iter().chain(&test).map(|sentence| sentence.text.as_str()).collect();
    assert_eq!(texts.len(), dev.len() + test.len());
    for sentence in dev.iter().chain(&test) {
        let length = sentence.text.chars().count();
        let mut end = 0;
        for label in &sentence.mentions {
            assert!(end <= label.start && label.start < label.end && label.end <= length, "{}", sentence.id);
            end = label.end;
        }
    }
}

/// Prints the differences in the development half: `cargo test -p clinical -- --ignored --nocapture`.
#[test]
#[ignore = "for work on the rules"]
fn differences_in_the_development_half() {
    let ours = Finder::new().unwrap();
    for sentence in sentences("dev") {
        let found = finder(&ours, &sentence.text);
        if found != sentence.mentions {
            let missed: Vec<_> = sentence.mentions.iter().filter(|label| !found.contains(label)).collect();
            let wrong: Vec<_> = found.iter().filter(|label| !sentence.mentions.contains(label)).collect();
            println!("{}\n  missed {missed:?}\n  wrong {wrong:?}", sentence.text);
        }
    }
}
