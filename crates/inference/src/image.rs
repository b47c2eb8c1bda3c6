//! From a PNG or JPEG file to the numbers that an image model gets.
//!
//! A manifest with an `image` part names no inputs: the picture is one input. Its values are those of the pixels' channels,
//! row by row from the upper left. A file that does not decode to the original picture is refused: no rotation, transparency
//! or colour is dropped silently. That a graph was trained on blue before red, no file can tell.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::features::Features;
use crate::manifest::{Channels, Format, Image, Resize};

/// Maximum size of an image file, in bytes.
pub const MAX_IMAGE_BYTES: usize = 8 << 20;
/// Maximum width and height of an image file, in pixels.
pub const MAX_IMAGE_SIDE: u32 = 4096;
/// Maximum number of bytes that a decoder may allocate.
const MAX_DECODED_BYTES: u64 = 64 << 20;
/// The end of a JPEG file; the decoder fills a truncated file with grey.
const JPEG_END: [u8; 2] = [0xff, 0xd9];

/// Why an image was refused. No message holds anything of the picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The manifest has no `image` part.
    #[error("the model does not take an image; give its inputs by name")]
    NoImageModel,
    /// Longer than [`MAX_IMAGE_BYTES`].
    #[error("the image file is longer than {MAX_IMAGE_BYTES} bytes; export a smaller one")]
    TooLong,
    /// Not one of the manifest's formats.
    #[error(
        "the file is not an image in a format that the model's manifest names; export it in one of those"
    )]
    Format,
    /// Wider or higher than [`MAX_IMAGE_SIDE`].
    #[error("the image has more than {MAX_IMAGE_SIDE} pixels on a side; export a smaller one")]
    TooLarge,
    /// The size is not the model's, and the manifest's rule cannot adapt it.
    #[error(
        "the image has {width} x {height} pixels, the model wants {wanted_width} x {wanted_height}; \
         cut or scale it as its card says"
    )]
    Size {
        /// Of the file.
        width: u32,
        /// Of the file.
        height: u32,
        /// Of the manifest.
        wanted_width: u32,
        /// Of the manifest.
        wanted_height: u32,
    },
    /// The channels are not the model's, or do not have 8 bits each.
    #[error("the image's pixels are {found}, and the model expects {wanted}; convert it")]
    Colour {
        /// Of the file, for example `Rgba8`.
        found: String,
        /// Of the manifest.
        wanted: &'static str,
    },
    /// The file has an orientation other than upright.
    #[error("the image is stored rotated or mirrored; store it upright")]
    Turned,
    /// Damaged, truncated, or of an unsupported form.
    #[error("the image cannot be decoded and may be damaged; export it again")]
    Damaged,
    /// A picture without pixels, or decoded values of another picture's size.
    #[error(
        "the picture has {found} values, and the model takes {expected}; give one of the manifest's size"
    )]
    Values {
        /// Of the picture.
        found: usize,
        /// Width times height times channels.
        expected: usize,
    },
    /// There is a picture already.
    #[error("there are two pictures, and the model takes one; leave one of them out")]
    Repeated,
}

impl Image {
    fn decode(&self, file: &[u8]) -> Result<DynamicImage, ImageError> {
        if file.len() > MAX_IMAGE_BYTES {
            return Err(ImageError::TooLong);
        }
        let format = match image::guess_format(file) {
            Ok(ImageFormat::Png) if self.formats.contains(&Format::Png) => ImageFormat::Png,
            Ok(ImageFormat::Jpeg) if self.formats.contains(&Format::Jpeg) => ImageFormat::Jpeg,
            _ => return Err(ImageError::Format),
        };
        if format == ImageFormat::Jpeg && !file.ends_with(&JPEG_END) {
            return Err(ImageError::Damaged);
        }
        let mut reader = ImageReader::with_format(Cursor::new(file), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_DECODED_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|_| ImageError::Damaged)?;
        let (width, height) = decoder.dimensions();
        if width.max(height) > MAX_IMAGE_SIDE {
            return Err(ImageError::TooLarge);
        }
        let resized = self.needs_resize(width, height)?;
        let (colour, wanted) = match self.channels {
            Channels::Grey => (ColorType::L8, "grey of 8 bits"),
            Channels::Rgb => (ColorType::Rgb8, "red, green and blue of 8 bits each"),
        };
        if decoder.color_type() != colour {
            return Err(ImageError::Colour { found: format!("{:?}", decoder.color_type()), wanted });
        }
        if decoder.orientation().map_err(|_| ImageError::Damaged)? != Orientation::NoTransforms {
            return Err(ImageError::Turned);
        }
        let picture = DynamicImage::from_decoder(decoder).map_err(|_| ImageError::Damaged)?;
        Ok(if resized {
            picture.resize_exact(self.width, self.height, image::imageops::FilterType::Triangle)
        } else {
            picture
        })
    }

    /// Whether a picture of this size must be scaled down.
    fn needs_resize(&self, width: u32, height: u32) -> Result<bool, ImageError> {
        if (width, height) == (self.width, self.height) {
            return Ok(false);
        }
        let [width_64, height_64] = [width, height].map(u64::from);
        let same_proportions =
            width_64.checked_mul(u64::from(self.height)) == height_64.checked_mul(u64::from(self.width));
        if self.resize == Resize::Shrink && same_proportions && width > self.width {
            return Ok(true);
        }
        Err(ImageError::Size { width, height, wanted_width: self.width, wanted_height: self.height })
    }
}

impl Features<'_> {
    /// Sets the picture of an image model to that of a PNG or JPEG file.
    ///
    /// Errors, the first that holds: `NoImageModel`, `TooLong`, `Format`, `Damaged` for a JPEG file without its end or
    /// with a malformed header, `TooLarge`, `Size`, `Colour`, `Turned`, `Damaged`, `Repeated`.
    pub fn set_image(&mut self, file: &[u8]) -> Result<(), ImageError> {
        let picture = self.manifest().image.as_ref().ok_or(ImageError::NoImageModel)?;
        self.set_pixels(picture.decode(file)?.into_bytes())
    }

    /// Sets it to decoded values of 8 bits: the channels of the upper left pixel, of the next in its row, and so on.
    ///
    /// Errors, the first that holds: `NoImageModel`, `Values`, `Repeated`.
    pub fn set_pixels(&mut self, pixels: Vec<u8>) -> Result<(), ImageError> {
        let picture = self.manifest().image.as_ref().ok_or(ImageError::NoImageModel)?;
        let (found, expected) = (pixels.len(), picture.values());
        if found != expected {
            return Err(ImageError::Values { found, expected });
        }
        self.show(pixels).map_err(|_| ImageError::Repeated)
    }
}
