// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

use ink::prelude::{string::String, vec::Vec};
use primitives::{AccountId, Role, RoleSet, Timestamp};

/// The most bytes that an organisation's name has, in UTF-8.
pub const MAX_NAME: usize = 80;
/// The most bytes that an identifier's URI has.
pub const MAX_URI: usize = 128;
/// The most organisations that one page lists.
pub const MAX_PAGE: u32 = 50;

/// How the world knows an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Identifier {
    /// A GS1 Global Location Number: 13 digits with their check digit, as a number.
    Gln(u64),
    /// Another identifier as a URI in ASCII, such as `urn:oid:2.16.840.1.113883.4.6`.
    Uri(String),
}

/// A company, authority, hospital or operator, as `access` knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Organisation {
    /// The name that people read: 1 to [`MAX_NAME`] bytes.
    pub name: String,
    /// Its identifier.
    pub identifier: Identifier,
    /// The X25519 public key to which confidential data is sealed for it.
    pub sealing_key: Option<[u8; 32]>,
    /// When it was registered.
    pub registered_at: Timestamp,
}

/// A role that an organisation holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The last moment at which it is held; nothing where it does not end.
    pub expires_at: Option<Timestamp>,
}

impl Grant {
    /// Whether the role is held at `now`.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now <= end)
    }
}

/// What decides on an organisation's rights: kept apart from its description, because each state change of every
/// contract reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Membership {
    /// A suspended organisation keeps its roles, and none of them counts.
    pub suspended: bool,
    /// At most one grant for each role.
    pub grants: Vec<Grant>,
}

impl Membership {
    /// The roles that count at `now`.
    #[must_use]
    pub fn roles_at(&self, now: Timestamp) -> RoleSet {
        if self.suspended {
            return RoleSet::EMPTY;
        }
        self.grants
            .iter()
            .filter(|grant| grant.holds_at(now))
            .fold(RoleSet::EMPTY, |roles, grant| roles.with(grant.role))
    }
}

/// A line of the list of organisations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Member {
    /// The account that acts for the organisation.
    pub account: AccountId,
    /// Who it is.
    pub organisation: Organisation,
    /// What it may do.
    pub membership: Membership,
}

/// How long proposed code waits before it can be applied, in milliseconds: two days, in which everybody sees the
/// proposal on chain, and an administrator or regulator can cancel it.
pub const UPGRADE_DELAY: Timestamp = 172_800_000;

/// Code that is to replace a contract's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct UpgradeProposal {
    /// The hash of the new code, which must be on chain when it is applied.
    pub code: [u8; 32],
    /// Who proposed it.
    pub by: AccountId,
    /// The first moment at which it can be applied.
    pub applies_from: Timestamp,
}
