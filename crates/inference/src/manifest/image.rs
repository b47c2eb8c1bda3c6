//! The picture that an image model takes in place of named inputs.

use serde::Deserialize;

use super::{Input, Missing, Source};

/// The picture that a model expects.
#[derive(Clone, Debug, Deserialize)]
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
    /// The inputs of the picture's pixels, in the order of the graph's columns.
    pub(super) fn inputs(&self) -> Vec<Input> {
        let rows = (0..self.height).flat_map(|row| (0..self.width).map(move |column| (row, column)));
        let names = rows.flat_map(|(row, column)| {
            (0..self.channels.count()).map(move |channel| match self.channels {
                Channels::Grey => format!("pixel_{row}_{column}"),
                Channels::Rgb => format!("pixel_{row}_{column}_{channel}"),
            })
        });
        let input = |name| Input {
            name,
            column: None,
            description: "A channel of a pixel: row and column from the upper left, from 0".to_owned(),
            unit: "1".to_owned(),
            substance: None,
            range: self.range,
            categories: Vec::new(),
            missing: Missing::Refuse,
            source: Source::Parameter {},
            reference: None,
        };
        names.map(input).collect()
    }
}
