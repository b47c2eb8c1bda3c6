//! Where the code of a pack comes from: the command line, or a picture that it names.

use std::path::PathBuf;

use clap::Args;
use gs1::MedicinePack;
use scan::picture::Limits;
use scan::{Code, Unreadable};

use crate::failure::Failure;
use crate::time;

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
        parse(&self.text()?)
    }

    /// The code as it was scanned or typed, or as it is in the picture.
    pub fn text(&self) -> Result<Code, Failure> {
        match (&self.code, &self.image) {
            (Some(code), _) => Ok(Code::typed(code)),
            (None, Some(image)) => Code::in_picture_file(image, Limits::CAMERA).map_err(Failure::bad_input),
            (None, None) => Err(Failure::bad_input("no code was given; give its text, or --image")),
        }
    }
}

/// The code's fields, in the year by this computer's clock.
pub fn parse(code: &Code) -> Result<MedicinePack, Failure> {
    Ok(code.parse(time::current_year())?)
}

impl From<Unreadable> for Failure {
    fn from(error: Unreadable) -> Self {
        let failure = Self::bad_input(&error);
        match error.details() {
            Some(details) => failure.with_code(error.name()).with_details(details),
            None => failure,
        }
    }
}
