//! What somebody scanned or typed: the text of a code, or a picture of it.

use std::path::PathBuf;

use clap::Args;
use gs1::scanner::{self, Diagnosis};
use gs1::{MedicinePack, Parser, Rules};
use serde_json::json;

use crate::failure::Failure;
use crate::{symbol, time};

/// Where the code of a pack comes from.
#[derive(Args, Debug, Clone)]
#[group(required = true, multiple = false)]
pub struct CodeArgs {
    /// The code as scanned or typed: an element string with brackets or without (then with GS, 0x1D, for FNC1), or a
    /// GS1 Digital Link
    #[arg(value_name = "CODE")]
    pub code: Option<String>,

    /// A PNG or JPEG picture with one QR or DataMatrix code
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
}

impl CodeArgs {
    /// The code's fields.
    pub fn read(&self) -> Result<MedicinePack, Failure> {
        parse(&self.text()?)
    }

    /// The code as it was scanned or typed, or as it is in the picture.
    pub fn text(&self) -> Result<String, Failure> {
        match (&self.code, &self.image) {
            (Some(code), _) => Ok(code.clone()),
            (None, Some(image)) => symbol::read(image).map_err(Failure::bad_input),
            (None, None) => Err(Failure::bad_input("no code was given; give its text, or --image")),
        }
    }
}

/// Reads a code's text. A fault of the scanner is reported as such, and never corrected silently.
pub fn parse(text: &str) -> Result<MedicinePack, Failure> {
    let lost = || scanner::lost_separators(text, &parser());
    if let Some(diagnosis) = scanner::diagnose(text, &parser()).or_else(lost) {
        return Err(scanner_fault(&diagnosis));
    }
    MedicinePack::parse(text, time::current_year())
        .map_err(|error| Failure::bad_input(format!("the code cannot be used: {error}")))
}

/// The packs whose codes a faulty scanner could have sent as this text, each with its fault.
pub fn alternatives(text: &str) -> Vec<(Diagnosis, MedicinePack)> {
    let pack = |diagnosis: Diagnosis| {
        let pack = MedicinePack::from_elements(diagnosis.corrected()?, time::current_year()).ok()?;
        Some((diagnosis, pack))
    };
    scanner::alternatives(text, &parser()).into_iter().filter_map(pack).collect()
}

/// The failure that names what the scanner does wrong, with the corrected code as a suggestion.
pub fn scanner_fault(diagnosis: &Diagnosis) -> Failure {
    let corrected = diagnosis.corrected().map(gs1::Elements::to_bracketed);
    let readings: Vec<String> = diagnosis.readings.iter().map(gs1::Elements::to_bracketed).collect();
    Failure::bad_input(diagnosis).with_code("scanner-fault").with_details(
        json!({ "fault": diagnosis.fault.name(), "corrected": corrected, "readings": readings }),
    )
}

fn parser() -> Parser<'static> {
    Parser::new(Rules::new(time::current_year()))
}

/// The lot of a pack: without it nobody knows the batch.
pub fn lot_of(pack: &MedicinePack) -> Result<&str, Failure> {
    pack.lot().ok_or_else(|| {
        Failure::bad_input(
            "the code has no lot, AI (10), so that its batch is not known; scan the code on the pack",
        )
    })
}
