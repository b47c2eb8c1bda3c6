//! `theriac epcis`: EPCIS events, in files and of a batch on chain.

mod changes;
mod source;

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use self::source::SourceArgs;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::global::Global;

/// Shown below the help.
pub const EXAMPLES: &str = "\
A document is a file in JSON-LD or XML, or the history of a batch on chain: FILE, or --gtin and --lot, or --id.

Examples:
  theriac epcis hash events.xml
  theriac epcis validate events.jsonld
  theriac epcis export events.xml --out events.jsonld
  theriac epcis export --gtin 9506000134352 --lot ABC123 \\
      --serials serials.txt --out history.jsonld
  theriac epcis hash --gtin 9506000134352 --lot ABC123";

/// Commands of `theriac epcis`.
#[derive(Subcommand, Debug)]
pub enum EpcisCommand {
    /// The hash of each event: the CBV's, and the strict one that covers what the CBV's leaves out
    Hash(SourceArgs),
    /// Check a document against the rules of EPCIS 2.0
    Validate(SourceArgs),
    /// Write a document as JSON-LD
    Export(ExportArgs),
}

/// Options of `theriac epcis export`.
#[derive(Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    source: SourceArgs,

    /// The file to write; without it, the document is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs a command of `theriac epcis`.
pub async fn run(command: EpcisCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        EpcisCommand::Hash(source) => hash(&source.document(global).await?),
        EpcisCommand::Validate(source) => validate(&source.document(global).await?),
        EpcisCommand::Export(args) => export(&args.source.document(global).await?, args.out),
    }
}

fn hash(document: &epcis::Document) -> Result<Answer, Failure> {
    let mut text = String::new();
    let mut events = Vec::new();
    for (index, event) in document.events().enumerate() {
        let kind = event.event_type().name();
        let time = event.text("eventTime").unwrap_or_default();
        let (cbv, strict) = (event.cbv_hash(), event.strict_hash());
        let undeclared = event.undeclared_prefixes();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{index} {kind} {time}\n  CBV     {cbv}\n  strict  {strict}");
        if !undeclared.is_empty() {
            let prefixes = undeclared.join(", ");
            let _ = writeln!(
                text,
                "  Caution: the document does not declare {prefixes}: declared, the hashes differ"
            );
        }
        events.push(json!({
            "index": index, "type": kind, "time": time, "cbv": cbv, "strict": strict,
            "undeclared_prefixes": undeclared,
        }));
    }
    Answer::new(if events.is_empty() { "The document has no events.".to_owned() } else { text }, &events)
}

fn validate(document: &epcis::Document) -> Result<Answer, Failure> {
    let count = document.events().count();
    let violations = [document.validate().err().unwrap_or_default(), document.undeclared_prefixes()].concat();
    if violations.is_empty() {
        return Answer::new(format!("Valid: {count} events."), &json!({ "valid": true, "events": count }));
    }
    let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
    let message = format!("the document breaks the rules of EPCIS 2.0:\n  {}", violations.join("\n  "));
    let failure = Failure::bad_input(message).with_code("epcis/invalid");
    Err(failure.with_details(json!({ "violations": violations })))
}

fn export(document: &epcis::Document, out: Option<PathBuf>) -> Result<Answer, Failure> {
    let text = document.to_json();
    let count = document.events().count();
    let Some(path) = out else {
        let value: serde_json::Value = serde_json::from_str(&text).map_err(Failure::failed)?;
        return Answer::new(text, &value);
    };
    let file = path.display().to_string();
    std::fs::write(&path, text).map_err(|error| {
        Failure::failed(format!("{file} cannot be written: {error}; check the folder and its permissions"))
    })?;
    Answer::new(format!("{file}: {count} events"), &json!({ "file": file, "events": count }))
}
