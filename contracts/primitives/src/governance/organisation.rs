use alloc::string::String;

use scale::{Decode, Encode};

use crate::access::Rights;
use crate::{OrganisationId, SiteId, Timestamp};

/// The most bytes that a name has, in UTF-8.
pub const MAX_NAME: usize = 80;
/// The most bytes that an identifier's URI has.
pub const MAX_URI: usize = 128;
/// The most organisations, sites, accounts, prefixes or proposals that one page lists.
pub const MAX_PAGE: u32 = 50;

/// How the world knows an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Identifier {
    /// A GS1 Global Location Number that names a party (AI 417): 13 digits with their check digit, as a number.
    #[codec(index = 0)]
    Gln(u64),
    /// Another identifier as a URI in ASCII, such as `urn:oid:2.16.840.1.113883.4.6`: 1 to [`MAX_URI`] bytes.
    #[codec(index = 1)]
    Uri(String),
}

/// A company, authority, hospital or operator. Never a person.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Organisation {
    /// The name that people read: 1 to [`MAX_NAME`] bytes.
    pub name: String,
    /// Its identifier.
    pub identifier: Identifier,
    /// The X25519 public key to which confidential data is sealed for it.
    pub sealing_key: Option<[u8; 32]>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// How many accounts act for it, among those whose time is over too.
    pub accounts: u32,
    /// How many of them are stewards whose time does not end. Never 0.
    pub stewards: u32,
}

/// A place where goods are: a factory, warehouse, pharmacy or ward.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Site {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The name that people read: 1 to [`MAX_NAME`] bytes.
    pub name: String,
    /// The Global Location Number of the place (AI 414): 13 digits with their check digit, as a number.
    pub gln: u64,
    /// When it was registered.
    pub registered_at: Timestamp,
}

/// What a GLN names. It is registered once: by one organisation, for itself, for one site, or for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct GlnUse {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Whether it names the organisation itself.
    pub names_organisation: bool,
    /// The site that it names.
    pub site: Option<SiteId>,
}

/// A line of the list of organisations.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct OrganisationEntry {
    /// Its number.
    pub id: OrganisationId,
    /// What it is.
    pub organisation: Organisation,
    /// What it may do.
    pub rights: Rights,
}

/// A line of the list of sites.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct SiteEntry {
    /// Its number.
    pub id: SiteId,
    /// What it is.
    pub site: Site,
}
