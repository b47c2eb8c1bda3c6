//! `theriac qr`: makes QR codes for packs, and reads them from pictures.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gs1::{MedicinePack, Pzn, CANONICAL_STEM};
use scan::Code;
use serde::Serialize;

use crate::answer::Answer;
use crate::code::{self, CodeArgs};
use crate::failure::Failure;
use crate::symbol;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac qr make '(01)09506000134352(17)271231(10)ABC123(21)S0000001' \\
      --out pack.png
  theriac qr make '(01)09506000134352(10)ABC123' --as element-string \\
      --out pack.svg
  theriac qr read pack.png
  theriac qr read --text '+d2010950600013435210ABC123'

Text from a faulty scanner is recognised: try yours with --text.";

/// Commands of `theriac qr`.
#[derive(Subcommand, Debug)]
pub enum QrCommand {
    /// Make a QR code as PNG or SVG
    Make(MakeArgs),
    /// Read the QR or DataMatrix code in a picture, or what a scanner typed
    Read(ReadArgs),
}

/// Options of `theriac qr read`.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct ReadArgs {
    /// A PNG or JPEG picture with one code
    #[arg(value_name = "FILE")]
    image: Option<PathBuf>,

    /// The text that a scanner typed, to check how the scanner is set up
    #[arg(long, value_name = "CODE", allow_negative_numbers = true)]
    text: Option<String>,
}

/// Options of `theriac qr make`.
#[derive(Args, Debug)]
pub struct MakeArgs {
    /// The pack's fields: an element string such as '(01)09506000134352(10)ABC123', or a GS1 Digital Link
    #[arg(value_name = "CODE")]
    code: String,

    /// The file to write: its ending, .png or .svg, decides on the format
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// What the QR code carries: a web address that telephones open, or an element string for scanners
    #[arg(long = "as", value_name = "FORM", default_value = "link")]
    form: Form,

    /// Where links lead to: the address of a resolver, without a path
    #[arg(long, value_name = "URL", default_value = CANONICAL_STEM)]
    stem: String,
}

/// What a QR code carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A GS1 Digital Link
    Link,
    /// A GS1 element string, in a GS1 QR Code
    ElementString,
}

/// Runs a command of `theriac qr`.
pub fn run(command: QrCommand) -> Result<Answer, Failure> {
    match command {
        QrCommand::Make(args) => make(&args),
        QrCommand::Read(ReadArgs { image, text }) => {
            let code = CodeArgs { code: text, image }.text()?;
            Answer::of(&CodeView::new(&code::parse(&code)?, code.into_text()))
        }
    }
}

fn make(args: &MakeArgs) -> Result<Answer, Failure> {
    let pack = code::parse(&Code::typed(&args.code))?;
    pack.elements().ensure_pairs().map_err(Failure::bad_input)?;
    let (content, symbol) = match args.form {
        Form::Link => {
            let link = pack.to_digital_link(&args.stem).map_err(Failure::bad_input)?;
            // Every code that is made can be read.
            code::parse(&Code::typed(&link))?;
            let symbol = symbol::link_code(&link);
            (link, symbol)
        }
        Form::ElementString => {
            let elements = pack.to_element_string();
            let symbol = symbol::element_string_code(&elements);
            (elements, symbol)
        }
    };
    let symbol = symbol.map_err(Failure::bad_input)?;
    symbol::write(&symbol, &args.out).map_err(|error| match error {
        symbol::SymbolError::Write { .. } => Failure::failed(error),
        other => Failure::bad_input(other),
    })?;
    let file = args.out.display().to_string();
    let text = format!("{file}: {}", readable(&content));
    Answer::new(text, &serde_json::json!({ "file": file, "content": content }))
}

/// FNC1 as people can see it, without the end of the scan.
fn readable(content: &str) -> String {
    content.trim().replace('\u{1d}', "<GS>")
}

/// What a code says.
#[derive(Serialize)]
struct CodeView {
    /// As a scanner sends it.
    content: String,
    /// With brackets.
    elements: String,
    gtin: String,
    /// The Pharmazentralnummer, if the GTIN is an NTIN of Germany.
    pzn: Option<String>,
    lot: Option<String>,
    expiry: Option<String>,
    serial: Option<String>,
}

impl CodeView {
    fn new(pack: &MedicinePack, content: String) -> Self {
        Self {
            content,
            elements: pack.to_bracketed(),
            gtin: pack.gtin().to_string(),
            pzn: Pzn::of_ntin(pack.gtin()).map(|pzn| pzn.to_string()),
            lot: pack.lot().map(str::to_owned),
            expiry: pack.expiry().map(|day| day.to_string()),
            serial: pack.serial().map(str::to_owned),
        }
    }
}

impl fmt::Display for CodeView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.elements)?;
        writeln!(f, "  Content     {}", readable(&self.content))?;
        writeln!(f, "  GTIN        {}", self.gtin)?;
        if let Some(pzn) = &self.pzn {
            writeln!(f, "  PZN         {pzn} (the GTIN is its NTIN)")?;
        }
        for (label, value) in [("Lot", &self.lot), ("Expiry", &self.expiry), ("Serial", &self.serial)] {
            writeln!(f, "  {label:<12}{}", value.as_deref().unwrap_or("not on the code"))?;
        }
        Ok(())
    }
}
