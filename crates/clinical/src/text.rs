//! Drug names and problems in the free text of a clinical note, in English.
//!
//! [`Finder::find`] reads a note and returns the [`Mention`]s in their order: position, substance or problem, and
//! whether the note says that the patient has it ([`Assertion`]). Misspelt names of drugs and problems are found too.
//! Names come from the dictionary in `data/` (its README names the sources); problems and rules are our own. The rules
//! for negation follow the idea of NegEx: Chapman W. W. et al., A simple algorithm for identifying negated findings
//! and diseases in discharge summaries, J. Biomed. Inform. 34 (2001) 301–310; those for history and family that of
//! its successor ConText: Harkema H. et al., J. Biomed. Inform. 42 (2009) 839–851. Words and code are ours.
//!
//! The time is linear in the length of the text. No error contains any of the text.
//!
//! ```
//! use clinical::text::{Assertion, Finder};
//!
//! let finder = Finder::new()?;
//! let mentions = finder.find("Takes metfromin 500 mg, denies chest pain.")?;
//! assert_eq!(mentions[0].name, "Metformin");
//! assert_eq!(mentions[0].code.as_deref(), Some("DB00331"));
//! assert_eq!((mentions[0].start, mentions[0].end), (6, 15));
//! assert_eq!(mentions[1].code.as_deref(), Some("R07.4"));
//! assert_eq!(mentions[1].assertion, Assertion::Absent);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod assertion;
mod boxes;
mod compound;
mod finder;
mod fuzzy;
mod lexicon;
mod marks;
mod phrase;
mod token;
mod triggers;

pub use finder::Finder;

use core::ops::Range;

use serde::Serialize;

/// Maximum length of a text, in bytes.
pub const MAX_TEXT_BYTES: usize = 256 << 10;

/// Why a text is refused. It contains none of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// More than [`MAX_TEXT_BYTES`].
    #[error("the text is longer than {MAX_TEXT_BYTES} bytes; split it into single notes")]
    TooLong,
}

/// A dictionary inside the program is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the dictionary {0} of this program is damaged; rebuild it with data/build")]
pub struct DamagedDictionary(pub(crate) &'static str);

/// The kind of a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A substance, or a class of them.
    Drug,
    /// A disease, symptom or finding.
    Problem,
}

/// What a note states about a mention. If several apply, the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assertion {
    /// The patient does not have or take it.
    Absent,
    /// A relative has it.
    Family,
    /// The patient is allergic to it, or does not tolerate it.
    Allergy,
    /// The patient had or took it, or the note reports it as history.
    Past,
    /// Suspected, planned, or conditional.
    Possible,
    /// None of these: the patient has or takes it.
    Present,
}

/// A drug or a problem that a text names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mention {
    /// Drug or problem.
    pub kind: Kind,
    /// The position of its first character in the text, in Unicode scalar values from 0.
    pub start: usize,
    /// The position after its last character.
    pub end: usize,
    /// The same position in bytes of UTF-8.
    #[serde(skip)]
    pub bytes: Range<usize>,
    /// The name of the substance in DrugBank or MeSH, or the title of the problem.
    pub name: String,
    /// The DrugBank identifier, or the ICD-10 code; `None` for substances that DrugBank does not list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the text states about it.
    pub assertion: Assertion,
    /// From 0 to 1: 1 if the name is written as in the dictionary, 0.9 if it is also a common word and next to a dose
    /// or the like, and `1 − faults / letters` if it is misspelt. A rank, not a probability.
    pub confidence: f64,
}
