//! What somebody scanned or typed: the text of a code, or a picture of it.

use std::path::PathBuf;

use clap::Args;
use gs1::MedicinePack;

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
        let text = match (&self.code, &self.image) {
            (Some(code), _) => code.clone(),
            (None, Some(image)) => symbol::read(image).map_err(Failure::bad_input)?,
            (None, None) => return Err(Failure::bad_input("there is no code; give its text, or --image")),
        };
        parse(&text)
    }
}

/// Reads a code's text.
pub fn parse(text: &str) -> Result<MedicinePack, Failure> {
    MedicinePack::parse(text, time::current_year())
        .map_err(|error| Failure::bad_input(format!("the code cannot be used: {error}")))
}

/// The lot of a pack: without it nobody knows the batch.
pub fn lot_of(pack: &MedicinePack) -> Result<&str, Failure> {
    pack.lot().ok_or_else(|| {
        Failure::bad_input(
            "the code has no lot, AI (10), so that its batch is not known; scan the code on the pack",
        )
    })
}
