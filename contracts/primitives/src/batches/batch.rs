use alloc::vec::Vec;

use scale::{Decode, Encode};

use super::RecallSet;
use crate::governance::CHANGE_DELAY;
use crate::{
    blake2_256, ensure, AccountId, OrganisationId, Quantity, RegistrationHash, SiteId, Timestamp,
    MAX_PROOF_DEPTH,
};

/// The most units of one batch: the greatest serial tree has so many leaves.
pub const MAX_QUANTITY: Quantity = 1 << MAX_PROOF_DEPTH;
/// The most batches or holders that one page lists.
pub const MAX_PAGE: u32 = 50;

/// A batch that the register of products has checked, for `batches` to register.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Registration {
    /// Who asked the register of products for it. `batches` asks `access` about both at once.
    pub account: AccountId,
    /// The site at which all units are.
    pub site: SiteId,
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The lot.
    pub lot: Vec<u8>,
    /// The expiry date, YYMMDD, with its day.
    pub expiry: u32,
    /// The last moment of that day in UTC.
    pub expires_at: Timestamp,
    /// How many sales packs, 1 to [`MAX_QUANTITY`].
    pub quantity: Quantity,
    /// The root of their serials.
    pub serial_root: Option<[u8; 32]>,
    /// How many units a numbered case holds, at least 1.
    pub units_per_case: Option<u32>,
}

/// A regulator's stop of goods: it stands against every other regulator for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Stop {
    /// The regulator.
    pub by: OrganisationId,
    /// Since when.
    pub at: Timestamp,
}

impl Stop {
    /// Whether this organisation, a regulator, may end it: the one that ordered it at once, another one after
    /// [`CHANGE_DELAY`].
    #[must_use]
    pub fn yields_to(&self, organisation: Option<OrganisationId>, now: Timestamp) -> bool {
        organisation == Some(self.by) || now >= self.at.saturating_add(CHANGE_DELAY)
    }
}

/// A drug batch as its manufacturer registered it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Batch {
    /// The number of its registration. Registered anew after it was cancelled, the batch has another one.
    pub registration: u32,
    /// The trade item: a GTIN of 14 digits, as a number (AI 01).
    pub gtin: u64,
    /// The lot (AI 10): 1 to 20 characters of CSET 82.
    pub lot: Vec<u8>,
    /// The last day of use: YYMMDD (AI 17). A printed day of 00 stands here as the month's last.
    pub expiry: u32,
    /// The last moment of that day in UTC.
    pub expires_at: Timestamp,
    /// How many sales packs were made.
    pub quantity: Quantity,
    /// The root of the units' serials. `None` where the packs have none.
    pub serial_root: Option<[u8; 32]>,
    /// How many units a closed case of the packaging line holds: case 0 has the units 0 to this less 1 in the order
    /// of the serial tree, and so on, the last case the rest. `None` where cases are not numbered.
    pub units_per_case: Option<u32>,
    /// The organisation that made it.
    pub manufacturer: OrganisationId,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When quality released it.
    pub released_at: Option<Timestamp>,
    /// The regulator that blocks it. `None` where none does.
    pub blocked: Option<Stop>,
    /// Since when the whole batch is recalled.
    pub recalled_at: Option<Timestamp>,
    /// How many recalls there are of it or of a part of it, ended ones too: see [`super::RecallNotice`].
    pub recalls: u8,
    /// Which of them ended.
    pub ended_recalls: RecallSet,
}

/// Why goods of a batch may not be supplied or dispensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMarketable {
    /// The batch is recalled.
    Recalled,
    /// A regulator blocks it.
    Blocked,
    /// It is not released.
    NotReleased,
    /// Its expiry date is over.
    Expired,
}

impl Batch {
    /// The hash of all that the registration says: who attests names by it what was reviewed.
    ///
    /// BLAKE2b-256 over the SCALE encoding of a tag, and of the fields in the order in which they stand there.
    #[must_use]
    pub fn registration_hash(&self) -> RegistrationHash {
        let &Batch {
            registration, gtin, expiry, quantity, serial_root, units_per_case, manufacturer, ..
        } = self;
        let said =
            (registration, gtin, &self.lot, expiry, quantity, serial_root, units_per_case, manufacturer);
        RegistrationHash(blake2_256(&(b"theriac/registration/1", said).encode()))
    }

    /// Whether any of these recalls goes on.
    #[must_use]
    pub fn any_goes_on(&self, recalls: RecallSet) -> bool {
        !recalls.without(self.ended_recalls).is_empty()
    }

    /// Refuses a batch that might not be supplied or dispensed at the time `at`: it must have been released, and neither
    /// recalled, blocked nor expired. A block that was lifted since does not count.
    pub fn ensure_marketable(&self, at: Timestamp) -> Result<(), NotMarketable> {
        let since = |event: Option<Timestamp>| event.is_some_and(|since| since <= at);
        ensure(!since(self.recalled_at), NotMarketable::Recalled)?;
        ensure(!since(self.blocked.map(|stop| stop.at)), NotMarketable::Blocked)?;
        ensure(since(self.released_at), NotMarketable::NotReleased)?;
        ensure(at <= self.expires_at, NotMarketable::Expired)
    }
}
