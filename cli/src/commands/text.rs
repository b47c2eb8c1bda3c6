//! `theriac text`: drug names and problems in a clinical note.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use clinical::text::{Assertion, Finder, Kind, Mention, MAX_TEXT_BYTES};
use serde::Serialize;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Names and rules are for English. Misspelt names are found, too, with a lower confidence. See docs/clinical.md for what \
it finds and what it misses; a person has to read what matters.

Examples:
  theriac text note.txt
  theriac text - --json < note.txt";

/// Options of `theriac text`.
#[derive(Args, Debug)]
pub struct TextArgs {
    /// A note in UTF-8, or - for standard input
    #[arg(value_name = "FILE")]
    note: PathBuf,
}

/// Runs `theriac text`.
pub fn run(args: &TextArgs) -> Result<Answer, Failure> {
    let bytes = input::read(&args.note, MAX_TEXT_BYTES)?;
    let name = args.note.display();
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::bad_input(format!("{name} is not UTF-8; save it as UTF-8 text")))?;
    let finder = Finder::new().map_err(Failure::failed)?;
    let mentions = finder.find(&text).map_err(Failure::bad_input)?;
    let views: Vec<MentionView> = mentions.into_iter().map(MentionView).collect();
    Answer::list(&views, "No drug and no problem is found.")
}

#[derive(Serialize)]
#[serde(transparent)]
struct MentionView(Mention);

impl fmt::Display for MentionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(mention) = self;
        let kind = match mention.kind {
            Kind::Drug => "drug",
            Kind::Problem => "problem",
        };
        let assertion = match mention.assertion {
            Assertion::Absent => "absent",
            Assertion::Family => "of a relative",
            Assertion::Allergy => "allergy",
            Assertion::Past => "past",
            Assertion::Possible => "possible",
            Assertion::Present => "present",
        };
        let code = mention.code.as_deref().unwrap_or("-");
        let place = format!("{}..{}", mention.start, mention.end);
        write!(
            f,
            "{place:>13}  {kind:7}  {assertion:13}  {:.2}  {code:8} {}",
            mention.confidence, mention.name
        )
    }
}
