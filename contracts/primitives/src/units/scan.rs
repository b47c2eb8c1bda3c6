use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::{SerialProof, SiteId};

/// What somebody read from a pack, and wants judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Scan {
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The lot.
    pub lot: Vec<u8>,
    /// The expiry date on the pack, YYMMDD, where it was read. A day of 00 is to be given as the month's last.
    pub expiry: Option<u32>,
    /// The serial on the pack, where it was read.
    pub serial: Option<Vec<u8>>,
    /// The proof that the serial is the batch's.
    pub proof: Option<SerialProof>,
    /// The site where the pack is, where that is known: its quarantine and stock count then, instead of those of all sites.
    pub site: Option<SiteId>,
}
