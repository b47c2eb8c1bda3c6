use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::Quantity;

/// What a manufacturer registers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct NewBatch {
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The lot.
    pub lot: Vec<u8>,
    /// The expiry date, YYMMDD; day 00 means the month's last.
    pub expiry: u32,
    /// How many sales packs, 1 to [`crate::batches::MAX_QUANTITY`].
    pub quantity: Quantity,
    /// The root of their serials.
    pub serial_root: Option<[u8; 32]>,
    /// How many units a numbered case holds, at least 1; only for batches with serials.
    pub units_per_case: Option<u32>,
}
