//! What somebody scanned or typed: the text of a code, or a picture of it.

use std::path::PathBuf;

use clap::Args;
use gs1::scanner::{self, Diagnosis};
use gs1::{MedicinePack, OtherCode, Parser, Rules};
use serde_json::json;

use crate::failure::Failure;
use crate::{symbol, time};

/// Where the code of a pack comes from.
#[derive(Args, Debug, Clone)]
#[group(required = true, multiple = false)]
pub struct CodeArgs {
    /// The code as scanned or typed: an element string with brackets or without (then with GS, 0x1D, for FNC1), or a
    /// GS1 Digital Link
    // The linear barcode of a PZN begins with a hyphen.
    #[arg(value_name = "CODE", allow_negative_numbers = true)]
    pub code: Option<String>,

    /// A PNG or JPEG picture with one QR or DataMatrix code
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
}

impl CodeArgs {
    /// The code's fields.
    pub fn read(&self) -> Result<MedicinePack, Failure> {
        self.text()?.parse()
    }

    /// The code as it was scanned or typed, or as it is in the picture.
    pub fn text(&self) -> Result<Code, Failure> {
        match (&self.code, &self.image) {
            (Some(code), _) => Ok(Code::typed(code)),
            (None, Some(image)) => {
                let text = symbol::read(image).map_err(Failure::bad_input)?;
                Ok(Code { text, origin: Origin::Picture })
            }
            (None, None) => Err(Failure::bad_input("no code was given; give its text, or --image")),
        }
    }
}

/// The text of a code, and where it comes from.
#[derive(Debug)]
pub struct Code {
    text: String,
    origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A scanner or a person: separators may have got lost.
    Typed,
    /// Our own decoder, which loses none.
    Picture,
}

impl Code {
    /// What a scanner or a person typed.
    pub fn typed(text: &str) -> Self {
        Self { text: text.to_owned(), origin: Origin::Typed }
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The code's fields. A fault of the scanner is reported as such, and never corrected silently; another code of the
    /// pack is named for what it is.
    pub fn parse(&self) -> Result<MedicinePack, Failure> {
        let parser = parser();
        if let Some(other) = OtherCode::recognise(&self.text, &parser) {
            return Err(other_code(&other));
        }
        let typed = self.origin == Origin::Typed;
        let lost = || typed.then(|| scanner::lost_separators(&self.text, &parser)).flatten();
        if let Some(diagnosis) = scanner::diagnose(&self.text, &parser).or_else(lost) {
            return Err(scanner_fault(&diagnosis));
        }
        let elements = parser.parse(&self.text);
        let pack = elements.and_then(|elements| MedicinePack::from_elements(&elements, time::current_year()));
        pack.map_err(|error| Failure::bad_input(format!("the code cannot be used: {error}")))
    }

    /// The packs whose codes a faulty scanner could have sent as this text, each with its fault.
    pub fn alternatives(&self) -> Vec<(Diagnosis, MedicinePack)> {
        let pack = |diagnosis: Diagnosis| {
            let pack = MedicinePack::from_elements(diagnosis.corrected()?, time::current_year()).ok()?;
            Some((diagnosis, pack))
        };
        match self.origin {
            Origin::Typed => {
                scanner::alternatives(&self.text, &parser()).into_iter().filter_map(pack).collect()
            }
            Origin::Picture => Vec::new(),
        }
    }
}

/// The failure that names a code which does not identify a pack, with what it says.
fn other_code(code: &OtherCode) -> Failure {
    let (gtin, pzn) = match code {
        OtherCode::Linear { gtin, .. } => (Some(*gtin), None),
        OtherCode::Pzn(pzn) => (pzn.ntin(), Some(*pzn)),
        OtherCode::Ppn(pack) => (pack.pzn.ntin(), Some(pack.pzn)),
        OtherCode::Aic(_) | OtherCode::Hibc(_) | OtherCode::Message { .. } | OtherCode::WithoutFnc1(_) => {
            (None, None)
        }
    };
    let elements = match code {
        OtherCode::Ppn(pack) => pack.by_ntin(),
        OtherCode::WithoutFnc1(elements) => Some(elements.clone()),
        _ => None,
    };
    let aic = match code {
        OtherCode::Aic(aic) => Some(aic.to_string()),
        _ => None,
    };
    Failure::bad_input(code).with_code("other-code").with_details(json!({
        "kind": code.name(),
        "gtin": gtin.map(|gtin| gtin.to_string()),
        "pzn": pzn.map(|pzn| pzn.to_string()),
        "aic": aic,
        "elements": elements.map(|elements| elements.to_bracketed()),
    }))
}

/// The failure that names what the scanner does wrong, with the corrected code as a suggestion.
pub fn scanner_fault(diagnosis: &Diagnosis) -> Failure {
    let corrected = diagnosis.corrected().map(gs1::Elements::to_bracketed);
    let readings: Vec<String> = diagnosis.readings.iter().map(gs1::Elements::to_bracketed).collect();
    Failure::bad_input(diagnosis).with_code("scanner-fault").with_details(
        json!({ "fault": diagnosis.fault.name(), "corrected": corrected, "readings": readings }),
    )
}

/// What is read as the code of a pack. A path before the key of a link could name another pack to other readers.
fn parser() -> Parser<'static> {
    Parser::new(Rules::new(time::current_year())).permit_link_paths(false)
}

/// The lot of a pack: without it nobody knows the batch.
pub fn lot_of(pack: &MedicinePack) -> Result<&str, Failure> {
    pack.lot().ok_or_else(|| {
        Failure::bad_input(
            "the code has no lot, AI (10), so that its batch is not known; scan the code on the pack",
        )
    })
}
