//! The square on the pack: makes QR codes, and finds and reads QR and DataMatrix codes in pictures.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Luma};
use qrcode::bits::Bits;
use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode, Version};
use rxing::RXingResultMetadataValue as MetadataValue;
use rxing::{BarcodeFormat, DecodeHintValue, DecodeHints, RXingResult, RXingResultMetadataType as Metadata};

/// The largest picture file that is read, in bytes.
pub const MAX_PICTURE_BYTES: usize = 20 << 20;
/// The most pixels of a picture: those of a good telephone's camera.
pub const MAX_PICTURE_PIXELS: u64 = 50_000_000;
/// The width of a module in a PNG, in pixels: prints sharply at 600 dpi and is easy to scan from a screen.
const MODULE_PIXELS: u32 = 8;

/// Why a picture cannot be read, or a code not be made.
#[derive(Debug, thiserror::Error)]
pub enum SymbolError {
    /// The file cannot be read, or is larger than [`MAX_PICTURE_BYTES`].
    #[error("the picture {0}")]
    File(#[from] files::Error),
    /// The picture has more than [`MAX_PICTURE_PIXELS`].
    #[error(
        "the picture {path} has {width} × {height} pixels, more than {} million; crop it to the code or make it smaller",
        MAX_PICTURE_PIXELS / 1_000_000, path = .path.display()
    )]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// The bytes are not PNG or JPEG.
    #[error("{path} is not a picture that can be read: {cause}; save it as PNG or JPEG", path = .path.display())]
    NoPicture {
        /// Which file.
        path: PathBuf,
        /// What the decoder says.
        cause: String,
    },
    /// There is no QR or DataMatrix code, or it is damaged.
    #[error(
        "no QR or DataMatrix code can be read in {path}; take the picture again: straight, sharp, with a white margin around the code",
        path = .0.display()
    )]
    NoCode(PathBuf),
    /// There are several codes with different contents.
    #[error("{count} different codes are in {path}; take a picture of one pack", path = .path.display())]
    SeveralCodes {
        /// Which file.
        path: PathBuf,
        /// How many.
        count: usize,
    },
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

/// Reads the one code in the picture at `path`, as a scanner would send it: with the symbology identifier first,
/// and GS (0x1D) for FNC1.
pub fn read(path: &Path) -> Result<String, SymbolError> {
    let (width, height, pixels) = load(path)?.into_pixels();
    let formats = [BarcodeFormat::QR_CODE, BarcodeFormat::DATA_MATRIX].into_iter().collect();
    let mut hints = DecodeHints::default()
        .with(DecodeHintValue::PossibleFormats(formats))
        // Etched codes are light on dark.
        .with(DecodeHintValue::AlsoInverted(true));
    // The reader looks at pixels from anywhere: where it fails by panic, there is no readable code either.
    let found = catch_unwind(AssertUnwindSafe(|| {
        rxing::helpers::detect_multiple_in_luma_with_hints(pixels, width, height, &mut hints)
    }));
    let results = found.ok().and_then(Result::ok).unwrap_or_default();
    let contents: BTreeSet<String> = results.iter().map(scanner_data).collect();
    let count = contents.len();
    match contents.into_iter().next() {
        None => Err(SymbolError::NoCode(path.to_owned())),
        Some(_) if count > 1 => Err(SymbolError::SeveralCodes { path: path.to_owned(), count }),
        Some(content) => Ok(content),
    }
}

fn scanner_data(result: &RXingResult) -> String {
    let identifier = match result.getRXingResultMetadata().get(&Metadata::SYMBOLOGY_IDENTIFIER) {
        Some(MetadataValue::SymbologyIdentifier(identifier)) => identifier.as_str(),
        _ => "",
    };
    // The same symbols, where an ECI names the character set: the reader has decoded it already.
    let identifier = match identifier {
        "]Q2" => "]Q1",
        "]Q4" => "]Q3",
        "]d4" => "]d1",
        "]d5" => "]d2",
        other => other,
    };
    format!("{identifier}{}", result.getText())
}

/// A picture in shades of grey.
struct Picture(GrayImage);

impl Picture {
    fn into_pixels(self) -> (u32, u32, Vec<u8>) {
        (self.0.width(), self.0.height(), self.0.into_raw())
    }
}

fn load(path: &Path) -> Result<Picture, SymbolError> {
    let no_picture =
        |cause: image::ImageError| SymbolError::NoPicture { path: path.to_owned(), cause: cause.to_string() };
    let bytes = files::read(path, MAX_PICTURE_BYTES)?;
    let reader = || {
        let mut reader = ImageReader::new(Cursor::new(&bytes));
        // Decoding may take no more than the pixels of the largest picture, in 16 bits and four channels.
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(MAX_PICTURE_PIXELS.saturating_mul(8));
        reader.limits(limits);
        reader.with_guessed_format().map_err(|error| no_picture(error.into()))
    };
    let (width, height) = reader()?.into_dimensions().map_err(no_picture)?;
    if u64::from(width).saturating_mul(u64::from(height)) > MAX_PICTURE_PIXELS {
        return Err(SymbolError::TooLarge { path: path.to_owned(), width, height });
    }
    let picture = reader()?.decode().map_err(no_picture)?;
    Ok(Picture(on_white_paper(picture)))
}

/// Grey on white: what is transparent would be black otherwise.
fn on_white_paper(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let picture = picture.into_luma_alpha8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [grey, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        let paper = 255_u32.saturating_sub(alpha).saturating_mul(255);
        let shade = grey.saturating_mul(alpha).saturating_add(paper) / 255;
        Luma([u8::try_from(shade).unwrap_or(u8::MAX)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELEMENTS: &str = "01095060001343521727123110A%1(b\u{1d}21S+7";
    const LINK: &str = "https://id.gs1.org/01/09506000134352/10/A%2F1/21/S%2B7?17=271231";

    fn in_file(name: &str, write: impl FnOnce(&Path)) -> Result<String, SymbolError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        write(&path);
        read(&path)
    }

    #[test]
    fn an_element_string_survives_the_way_through_a_picture() {
        let code = element_string_code(ELEMENTS).unwrap();
        let content = in_file("pack.png", |path| write(&code, path).unwrap());
        assert_eq!(content.unwrap(), format!("]Q3{ELEMENTS}"));
    }

    #[test]
    fn a_link_survives_the_way_through_a_picture() {
        let code = link_code(LINK).unwrap();
        let content = in_file("pack.png", |path| write(&code, path).unwrap());
        assert_eq!(content.unwrap(), format!("]Q1{LINK}"));
    }

    #[test]
    fn a_transparent_background_is_white_paper() {
        let code = link_code(LINK).unwrap();
        let content = in_file("pack.png", |path| {
            let grey = code.render::<Luma<u8>>().module_dimensions(4, 4).build();
            let clear = image::GrayAlphaImage::from_fn(grey.width(), grey.height(), |x, y| {
                let [shade] = grey.get_pixel(x, y).0;
                image::LumaA([0, 255_u8.saturating_sub(shade)])
            });
            clear.save(path).unwrap();
        });
        assert_eq!(content.unwrap(), format!("]Q1{LINK}"));
    }

    #[test]
    fn a_light_code_on_a_dark_pack_is_read() {
        let code = element_string_code(ELEMENTS).unwrap();
        let content = in_file("pack.png", |path| {
            let mut picture = code.render::<Luma<u8>>().module_dimensions(4, 4).build();
            image::imageops::invert(&mut picture);
            picture.save(path).unwrap();
        });
        assert_eq!(content.unwrap(), format!("]Q3{ELEMENTS}"));
    }

    #[test]
    fn a_code_is_found_in_a_large_photograph_at_an_angle() {
        let code =
            element_string_code(ELEMENTS).unwrap().render::<Luma<u8>>().module_dimensions(12, 12).build();
        // Turned by 17 degrees around the middle, on grey ground, with the light falling from one side.
        let content = in_file("photo.jpg", |path| {
            let photo = GrayImage::from_fn(2_400, 1_800, |x, y| {
                let (right, down) = (i64::from(x) - 1_200, i64::from(y) - 900);
                let middle = i64::from(code.width() / 2);
                let [u, v] =
                    [right * 956 + down * 292, down * 956 - right * 292].map(|at| at / 1_000 + middle);
                let inside = u32::try_from(u).ok().zip(u32::try_from(v).ok());
                let paint =
                    inside.and_then(|(u, v)| code.get_pixel_checked(u, v)).map_or(150, |pixel| pixel.0[0]);
                let light = 120 + u64::from(x) / 20;
                Luma([u8::try_from((u64::from(paint) + 20) * light / 275).unwrap_or(u8::MAX)])
            });
            photo.save(path).unwrap();
        });
        assert_eq!(content.unwrap(), format!("]Q3{ELEMENTS}"));
    }

    #[test]
    fn a_damaged_code_is_read_rightly_or_not_at_all() {
        let clean =
            element_string_code(ELEMENTS).unwrap().render::<Luma<u8>>().module_dimensions(3, 3).build();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut read_rightly = 0;
        for spots in 0..40 {
            let mut picture = clean.clone();
            for _ in 0..spots {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let [x, y] = [random >> 33, random >> 43].map(|at| at % u64::from(clean.width() - 3));
                for (dx, dy) in (0..9).map(|pixel| (pixel % 3, pixel / 3)) {
                    let pixel =
                        picture.get_pixel_mut((x + dx).try_into().unwrap(), (y + dy).try_into().unwrap());
                    pixel.0 = [if random & 1 == 0 { 0 } else { 255 }];
                }
            }
            match in_file("pack.png", |path| picture.save(path).unwrap()) {
                Ok(content) => {
                    assert_eq!(content, format!("]Q3{ELEMENTS}"));
                    read_rightly += 1;
                }
                Err(error) => assert!(matches!(error, SymbolError::NoCode(_)), "{error}"),
            }
        }
        assert!(read_rightly > 10, "only {read_rightly} were read");
    }

    #[test]
    fn two_packs_in_one_picture_are_refused() {
        let error = in_file("packs.png", |path| {
            let codes = [ELEMENTS, "010950600013435210OTHER"].map(|text| {
                element_string_code(text).unwrap().render::<Luma<u8>>().module_dimensions(4, 4).build()
            });
            let width = codes[0].width() + codes[1].width();
            let mut both =
                GrayImage::from_pixel(width, codes[0].height().max(codes[1].height()), Luma([255]));
            image::imageops::replace(&mut both, &codes[0], 0, 0);
            image::imageops::replace(&mut both, &codes[1], i64::from(codes[0].width()), 0);
            both.save(path).unwrap();
        });
        assert!(matches!(error, Err(SymbolError::SeveralCodes { count: 2, .. })), "{error:?}");
    }

    #[test]
    fn a_picture_without_code_is_told_from_a_file_that_is_no_picture() {
        let blank =
            in_file("blank.png", |path| GrayImage::from_pixel(64, 64, Luma([255])).save(path).unwrap());
        assert!(matches!(blank, Err(SymbolError::NoCode(_))), "{blank:?}");
        let text = in_file("text.png", |path| std::fs::write(path, "no picture").unwrap());
        assert!(matches!(text, Err(SymbolError::NoPicture { .. })), "{text:?}");
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
