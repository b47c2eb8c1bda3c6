//! The dictionaries inside the program, prepared for look-ups.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use flate2::read::GzDecoder;

use super::fuzzy::Targets;
use super::token::tokens;
use super::{DamagedDictionary, Kind};

const DRUGS: &[u8] = include_bytes!("../../data/drugs.tsv.gz");
const GUARD: &[u8] = include_bytes!("../../data/guard.txt.gz");
const PROBLEMS: &str = include_str!("../../data/problems.tsv");
/// Above the size of the unpacked dictionaries.
const MAX_UNPACKED: u64 = 16 << 20;

/// A substance or a problem.
#[derive(Debug)]
pub(crate) struct Concept {
    pub kind: Kind,
    pub name: String,
    pub code: Option<String>,
}

/// The meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// An index into the concepts.
    pub concept: usize,
    pub reading: Reading,
}

/// The condition under which a name counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Always.
    Always,
    /// Next to a dose, a form or a verb of taking.
    InContext,
    /// Written in capitals.
    InCapitals,
}

/// All names of drugs and problems.
pub(crate) struct Lexicon {
    concepts: Vec<Concept>,
    names: HashMap<Box<str>, Entry>,
    /// Names that may be misspelt.
    pub targets: Targets,
    /// Words that are never misspelt names.
    pub guard: HashSet<Box<str>>,
}

impl Lexicon {
    pub(crate) fn new() -> Result<Self, DamagedDictionary> {
        let mut lexicon = Self {
            concepts: Vec::new(),
            names: HashMap::new(),
            targets: Targets::default(),
            guard: unpacked(GUARD, "guard.txt.gz")?.lines().map(Box::from).collect(),
        };
        lexicon.add_drugs(&unpacked(DRUGS, "drugs.tsv.gz")?)?;
        lexicon.add_problems()?;
        Ok(lexicon)
    }

    /// The concept of an entry.
    pub(crate) fn concept(&self, index: usize) -> Option<&Concept> {
        self.concepts.get(index)
    }

    /// The meaning of words in lower case, with one space between them.
    pub(crate) fn get(&self, words: &str) -> Option<Entry> {
        self.names.get(words).copied()
    }

    fn add_drugs(&mut self, table: &str) -> Result<(), DamagedDictionary> {
        for line in table.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            let [name, code, known, other, context] = columns[..] else {
                return Err(DamagedDictionary("drugs.tsv.gz"));
            };
            let concept = self.add_concept(Kind::Drug, name, code);
            for (names, reading) in
                [(known, Reading::Always), (other, Reading::Always), (context, Reading::InContext)]
            {
                for name in names.split('|').filter(|name| !name.is_empty()) {
                    self.names.insert(name.into(), Entry { concept, reading });
                }
            }
            for name in known.split('|') {
                self.targets.add(name, concept);
            }
        }
        Ok(())
    }

    fn add_problems(&mut self) -> Result<(), DamagedDictionary> {
        for line in PROBLEMS.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [code, name, terms] = columns[..] else { return Err(DamagedDictionary("problems.tsv")) };
            let concept = self.add_concept(Kind::Problem, name, code);
            for term in terms.split('|') {
                let words: Vec<String> = tokens(term).into_iter().map(|token| token.lower).collect();
                let capitals = !term.chars().any(char::is_lowercase);
                let reading = if capitals { Reading::InCapitals } else { Reading::Always };
                if !capitals && words.len() == 1 {
                    self.targets.add(&words.join(" "), concept);
                }
                // Words of a term never count as misspelt names.
                self.guard.extend(words.iter().map(|word| Box::from(word.as_str())));
                self.names.insert(words.join(" ").into(), Entry { concept, reading });
            }
        }
        Ok(())
    }

    fn add_concept(&mut self, kind: Kind, name: &str, code: &str) -> usize {
        let code = (!code.is_empty()).then(|| code.to_owned());
        self.concepts.push(Concept { kind, name: name.to_owned(), code });
        self.concepts.len().saturating_sub(1)
    }
}

fn unpacked(packed: &[u8], name: &'static str) -> Result<String, DamagedDictionary> {
    let mut text = String::new();
    GzDecoder::new(packed)
        .take(MAX_UNPACKED)
        .read_to_string(&mut text)
        .map_err(|_| DamagedDictionary(name))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_has_the_substances_of_its_source() {
        let lexicon = Lexicon::new().unwrap();
        let drugs = lexicon.concepts.iter().filter(|concept| concept.kind == Kind::Drug).count();
        // 20,070 from the source, and four that it lacks.
        assert_eq!(drugs, 20_074);
        let tylenol = lexicon.get("tylenol").unwrap();
        assert_eq!(lexicon.concept(tylenol.concept).unwrap().code.as_deref(), Some("DB00316"));
    }

    #[test]
    fn a_name_has_one_meaning() {
        let lexicon = Lexicon::new().unwrap();
        let problem = |name: &str| {
            let entry = lexicon.get(name).unwrap();
            lexicon.concept(entry.concept).unwrap().kind
        };
        for line in PROBLEMS.lines().filter(|line| !line.starts_with('#')) {
            for term in line.split('\t').nth(2).unwrap().split('|') {
                let words: Vec<String> = tokens(term).into_iter().map(|token| token.lower).collect();
                assert_eq!(problem(&words.join(" ")), Kind::Problem, "{term}");
            }
        }
    }
}
