//! The picture that an image model takes in place of named inputs.

use serde::Deserialize;

/// The largest value of a channel in a file.
const BRIGHTEST: f64 = 255.0;

/// The picture that a model expects.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// The channels of a pixel.
    pub channels: Channels,
    /// The values of a channel's 0 and 255; values in between are linear.
    pub range: [f64; 2],
    /// The kinds of files that are read, each once.
    pub formats: Vec<Format>,
    /// The treatment of a picture of another size.
    pub resize: Resize,
    /// The order in which the graph takes the values, if its input is not one flat row of pixels.
    #[serde(default)]
    pub layout: Layout,
}

/// The order of a picture's values in the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// The channels of a pixel side by side: `[rows, height, width, channels]`.
    #[default]
    ChannelsLast,
    /// One picture for each channel: `[rows, channels, height, width]`.
    ChannelsFirst,
}

/// The channels of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// One channel of 8 bits.
    Grey,
    /// Red, green and blue of 8 bits each.
    Rgb,
}

impl Channels {
    /// The number of channels.
    #[must_use]
    pub fn count(self) -> usize {
        usize::from(self.byte())
    }

    /// The same, in a commitment.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// A kind of image file, recognised by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// ISO/IEC 15948.
    Png,
    /// ISO/IEC 10918-1.
    Jpeg,
}

/// The treatment of a picture of another size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// It is refused.
    Refuse,
    /// A larger picture of the same proportions is scaled down with a triangle filter; others are refused.
    Shrink,
}

impl Image {
    /// The number of values: one for each channel of each pixel.
    #[must_use]
    pub fn values(&self) -> usize {
        let sides = [self.width, self.height].map(|side| usize::try_from(side).unwrap_or(usize::MAX));
        sides.into_iter().fold(self.channels.count(), usize::saturating_mul)
    }

    /// What a channel of 8 bits becomes. A sum of two products reaches both ends exactly.
    #[must_use]
    pub fn value(&self, byte: u8) -> f64 {
        let [low, high] = self.range;
        let share = f64::from(byte) / BRIGHTEST;
        low * (1.0 - share) + high * share
    }
}
