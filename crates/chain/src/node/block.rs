use serde::Deserialize;

use crate::hash::Hash;

/// A block by its number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its height.
    pub number: u64,
    /// Its hash.
    pub hash: Hash,
}

/// A header, as far as this client needs it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    #[serde(deserialize_with = "hexadecimal")]
    pub(crate) number: u64,
    pub(crate) parent_hash: Hash,
    pub(crate) state_root: Hash,
}

fn hexadecimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    u64::from_str_radix(text.trim_start_matches("0x"), 16).map_err(serde::de::Error::custom)
}

/// A block with its transactions.
#[derive(Deserialize)]
pub(crate) struct Body {
    pub(crate) header: Header,
    /// In hexadecimal, as the node tells them.
    pub(crate) extrinsics: Vec<String>,
}

impl Body {
    /// The place of an extrinsic in the block.
    pub(crate) fn place_of(&self, extrinsic: &[u8]) -> Option<u32> {
        place(&self.extrinsics, extrinsic)
    }
}

/// The place of an extrinsic among those of a block.
pub(crate) fn place(extrinsics: &[String], extrinsic: &[u8]) -> Option<u32> {
    let bytes = format!("0x{}", hex::encode(extrinsic));
    extrinsics.iter().position(|other| *other == bytes).and_then(|place| u32::try_from(place).ok())
}
