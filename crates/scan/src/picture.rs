//! Finds and reads QR and DataMatrix codes in pictures.
//!
//! Pictures come from anybody: only PNG and JPEG are decoded, within [`Limits`], a panic of a decoder is an error of that
//! one picture, and the search ends where a picture has more corners of codes than any photograph. Reading takes up to
//! seconds of one core; a service does it away from its other work.
//!
//! One kind of code is not found: a GS1 QR code with a percent sign in alphanumeric mode, where it is doubled, by a fault of
//! rxing 0.9.3. Other modes, and DataMatrix, have no such limit.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Cursor;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Luma};
use rxing::common::HybridBinarizer;
use rxing::qrcode::QRCodeReader;
use rxing::RXingResultMetadataValue as MetadataValue;
use rxing::{BarcodeFormat, DecodeHintValue, DecodeHints, RXingResult, RXingResultMetadataType as Metadata};
use rxing::{BinaryBitmap, Luma8LuminanceSource, Reader};

/// The most places of a picture that may look like the corner of a QR code. The search tries them by threes, so that its time
/// grows with the cube of their number.
const MAX_CORNERS: usize = 300;

/// The largest picture that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of its file.
    pub bytes: usize,
    /// The most pixels. Decoding takes at most 8 bytes of memory for each: 16 bits in four channels.
    pub pixels: u64,
}

impl Limits {
    /// 20 MiB and 50 million pixels: what a good telephone's camera makes.
    pub const CAMERA: Self = Self { bytes: 20 << 20, pixels: 50_000_000 };
}

/// Which picture an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// That in a file.
    File(PathBuf),
    /// One without a name.
    Unnamed,
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Unnamed => f.write_str("the picture"),
        }
    }
}

/// Why no code is read in a picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file cannot be read, or is larger than [`Limits::bytes`].
    #[error("the picture {0}")]
    File(#[from] files::Error),
    /// The picture has more than [`Limits::bytes`].
    #[error("the picture {0}")]
    TooManyBytes(files::Fault),
    /// The picture has more than [`Limits::pixels`].
    #[error(
        "{picture} has {width} × {height} pixels, more than {} million; crop it to the code or make it smaller",
        most / 1_000_000
    )]
    TooLarge {
        /// Which picture.
        picture: Picture,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// The most pixels that are read.
        most: u64,
    },
    /// The bytes are not PNG or JPEG.
    #[error("{picture} is not a picture that can be read: {cause}; save it as PNG or JPEG")]
    NoPicture {
        /// Which picture.
        picture: Picture,
        /// What the decoder says.
        cause: String,
    },
    /// There is no QR or DataMatrix code, or it is damaged.
    #[error(
        "no QR or DataMatrix code can be read in {0}; take the picture again: straight, sharp, with a white margin around the code"
    )]
    NoCode(Picture),
    /// Very many places look like corners of codes: the search for one would take minutes.
    #[error("too many places in {0} look like the corner of a code; crop it to the code")]
    TooManyCorners(Picture),
    /// There are several codes with different contents.
    #[error("{} different codes are in {picture}; take a picture of one pack", codes.len())]
    SeveralCodes {
        /// Which picture.
        picture: Picture,
        /// Their contents, as a scanner would send them.
        codes: Vec<String>,
    },
}

impl PictureError {
    /// A stable name for programs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "picture/file",
            Self::TooManyBytes(_) => "picture/too-many-bytes",
            Self::TooLarge { .. } => "picture/too-large",
            Self::NoPicture { .. } => "picture/no-picture",
            Self::NoCode(_) => "picture/no-code",
            Self::TooManyCorners(_) => "picture/too-many-corners",
            Self::SeveralCodes { .. } => "picture/several-codes",
        }
    }
}

/// Reads the one code in a picture, as a scanner would send it: with the symbology identifier first, and GS (0x1D) for
/// FNC1.
///
/// # Errors
/// [`PictureError`].
pub fn read(bytes: &[u8], limits: Limits) -> Result<String, PictureError> {
    if bytes.len() > limits.bytes {
        return Err(PictureError::TooManyBytes(files::Fault::TooLarge { limit: limits.bytes }));
    }
    read_code(bytes, limits, &Picture::Unnamed)
}

/// Reads the one code in the picture at `path`, as [`read`] does.
///
/// # Errors
/// [`PictureError`].
pub fn read_file(path: &Path, limits: Limits) -> Result<String, PictureError> {
    read_code(&files::read(path, limits.bytes)?, limits, &Picture::File(path.to_owned()))
}

fn read_code(bytes: &[u8], limits: Limits, picture: &Picture) -> Result<String, PictureError> {
    let (width, height, pixels) = load(bytes, limits, picture)?;
    let results = find(pixels, width, height).map_err(|_| PictureError::TooManyCorners(picture.clone()))?;
    let contents: BTreeSet<String> = results.iter().map(scanner_data).collect();
    let mut codes: Vec<String> = contents.into_iter().collect();
    match (codes.pop(), codes.is_empty()) {
        (None, _) => Err(PictureError::NoCode(picture.clone())),
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            codes.push(last);
            Err(PictureError::SeveralCodes { picture: picture.clone(), codes })
        }
    }
}

/// There are more than [`MAX_CORNERS`].
struct TooManyCorners;

/// The codes in a picture, perhaps none.
fn find(pixels: Vec<u8>, width: u32, height: u32) -> Result<Vec<RXingResult>, TooManyCorners> {
    count_corners(pixels.clone(), width, height)?;
    let formats = [BarcodeFormat::QR_CODE, BarcodeFormat::DATA_MATRIX].into_iter().collect();
    let mut hints = DecodeHints::default()
        .with(DecodeHintValue::PossibleFormats(formats))
        // Etched codes are light on dark.
        .with(DecodeHintValue::AlsoInverted(true));
    // The reader looks at pixels from anywhere: where it fails by panic, there is no readable code either.
    let found = catch_unwind(AssertUnwindSafe(|| {
        rxing::helpers::detect_multiple_in_luma_with_hints(pixels, width, height, &mut hints)
    }));
    Ok(found.ok().and_then(Result::ok).unwrap_or_default())
}

/// Refuses a picture with very many corners before the whole search. Of the library's readers only this one tells of each
/// corner, and can be stopped there.
fn count_corners(pixels: Vec<u8>, width: u32, height: u32) -> Result<(), TooManyCorners> {
    let corners = AtomicUsize::new(0);
    let count = move |_| {
        if corners.fetch_add(1, Ordering::Relaxed) >= MAX_CORNERS {
            resume_unwind(Box::new(TooManyCorners));
        }
    };
    let hints = DecodeHints::default()
        .with(DecodeHintValue::TryHarder(true))
        .with(DecodeHintValue::NeedResultPointCallback(Arc::new(count)));
    let searched = catch_unwind(AssertUnwindSafe(|| {
        let Ok(source) = Luma8LuminanceSource::new(pixels, width, height) else { return };
        let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
        for _dark_on_light in [true, false] {
            // What it reads is read again with all others.
            let _ = QRCodeReader.decode_with_hints(&mut picture, &hints);
            picture.invert();
        }
    }));
    match searched {
        Err(cause) if cause.is::<TooManyCorners>() => Err(TooManyCorners),
        _ => Ok(()),
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

/// The picture in shades of grey: width, height, and a byte for each pixel.
fn load(bytes: &[u8], limits: Limits, picture: &Picture) -> Result<(u32, u32, Vec<u8>), PictureError> {
    let no_picture = |cause: String| PictureError::NoPicture { picture: picture.clone(), cause };
    let of_image = |cause: image::ImageError| no_picture(cause.to_string());
    let format = image::guess_format(bytes).map_err(of_image)?;
    // Whatever other formats the decoder was built with: fewer decoders, fewer faults.
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
        return Err(no_picture(format!("it is {}", format.to_mime_type())));
    }
    let reader = || {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut of_decoder = image::Limits::default();
        of_decoder.max_alloc = Some(limits.pixels.saturating_mul(8));
        reader.limits(of_decoder);
        reader
    };
    let (width, height) = guarded(|| reader().into_dimensions()).map_err(no_picture)?;
    if u64::from(width).saturating_mul(u64::from(height)) > limits.pixels {
        return Err(PictureError::TooLarge { picture: picture.clone(), width, height, most: limits.pixels });
    }
    let grey = on_white_paper(guarded(|| reader().decode()).map_err(no_picture)?);
    Ok((grey.width(), grey.height(), grey.into_raw()))
}

/// What a decoder gives; a panic of it is its error.
fn guarded<T>(decode: impl FnOnce() -> image::ImageResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(decoded) => decoded.map_err(|error| error.to_string()),
        Err(_) => Err("the decoder fails".to_owned()),
    }
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
mod tests;
