//! The square on the pack: makes QR codes. The crate `scan` reads them.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{ImageFormat, Luma};
use qrcode::bits::Bits;
use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode, Version};

/// The width of a module in a PNG, in pixels: prints sharply at 600 dpi and is easy to scan from a screen.
const MODULE_PIXELS: u32 = 8;

/// Why a code cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SymbolError {
    /// The content does not fit into a QR code.
    #[error("no QR code can be made of this: {0}; leave fields out")]
    Content(QrError),
    /// The ending of the file's name is not that of a format.
    #[error("the file {path} ends neither in .png nor in .svg; give it one of these endings", path = .0.display())]
    UnknownEnding(PathBuf),
    /// The file cannot be written.
    #[error("the file {path} cannot be written: {cause}; check the folder and the permissions", path = .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// The system's answer.
        cause: String,
    },
}

/// A QR code with this web address.
pub fn link_code(link: &str) -> Result<QrCode, SymbolError> {
    QrCode::with_error_correction_level(link, EcLevel::M).map_err(SymbolError::Content)
}

/// A GS1 QR Code with this element string, in which GS (0x1D) ends the values of variable length.
pub fn element_string_code(elements: &str) -> Result<QrCode, SymbolError> {
    let encode = |version| {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_fnc1_first_position()?;
        // Bytes only: in the alphanumeric mode a percent sign would stand for FNC1 (GenSpecs 5.7.3).
        bits.push_byte_data(elements.as_bytes())?;
        bits.push_terminator(EcLevel::M)?;
        QrCode::with_bits(bits, EcLevel::M)
    };
    let fitting = (1..=40).map(encode).find(|code| !matches!(code, Err(QrError::DataTooLong)));
    fitting.unwrap_or(Err(QrError::DataTooLong)).map_err(SymbolError::Content)
}

/// Writes the code as the file's ending says: `.png` or `.svg`.
pub fn write(code: &QrCode, path: &Path) -> Result<(), SymbolError> {
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let bytes = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("png") => png(code).map_err(|cause| write_error(path, cause))?,
        Some("svg") => code.render::<svg::Color>().min_dimensions(200, 200).build().into_bytes(),
        _ => return Err(SymbolError::UnknownEnding(path.to_owned())),
    };
    std::fs::write(path, bytes).map_err(|cause| write_error(path, cause))
}

fn write_error(path: &Path, cause: impl std::fmt::Display) -> SymbolError {
    SymbolError::Write { path: path.to_owned(), cause: cause.to_string() }
}

fn png(code: &QrCode) -> image::ImageResult<Vec<u8>> {
    let picture = code.render::<Luma<u8>>().module_dimensions(MODULE_PIXELS, MODULE_PIXELS).build();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scan::picture::Limits;

    const ELEMENTS: &str = "01095060001343521727123110A%1(b\u{1d}21S+7";
    const LINK: &str = "https://id.gs1.org/01/09506000134352/10/A%2F1/21/S%2B7?17=271231";

    fn content(code: &QrCode) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pack.png");
        write(code, &path).unwrap();
        scan::picture::read_file(&path, Limits::CAMERA).unwrap()
    }

    #[test]
    fn an_element_string_survives_the_way_through_a_picture() {
        assert_eq!(content(&element_string_code(ELEMENTS).unwrap()), format!("]Q3{ELEMENTS}"));
    }

    #[test]
    fn a_link_survives_the_way_through_a_picture() {
        assert_eq!(content(&link_code(LINK).unwrap()), format!("]Q1{LINK}"));
    }

    #[test]
    fn the_ending_decides_on_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let code = link_code(LINK).unwrap();
        let svg = folder.path().join("pack.SVG");
        write(&code, &svg).unwrap();
        assert!(std::fs::read_to_string(svg).unwrap().contains("<svg"));
        let error = write(&code, &folder.path().join("pack.gif")).unwrap_err();
        assert!(matches!(error, SymbolError::UnknownEnding(_)));
    }

    #[test]
    fn too_much_content_is_refused() {
        let error = element_string_code(&"9".repeat(3_000)).map(drop).unwrap_err();
        assert_eq!(error.to_string(), "no QR code can be made of this: data too long; leave fields out");
    }
}
