use scale::{Decode, Encode};

/// An account of the chain: a key's, or a contract's address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash))]
pub struct AccountId(pub [u8; 32]);

/// The number of an organisation: companies, authorities, hospitals and operators, from 0 in the order of their
/// registration. It stays when names, keys and accounts change.
pub type OrganisationId = u32;

/// The number of a site, from 0 over all organisations. Goods are with sites.
pub type SiteId = u32;

impl From<[u8; 32]> for AccountId {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8; 32]> for AccountId {
    fn as_ref(&self) -> &[u8; 32] {
        &self.0
    }
}

impl AsRef<[u8]> for AccountId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(feature = "std")]
impl core::fmt::Debug for AccountId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AccountId(0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

// In Wasm nobody reads it, and a formatter would only cost bytes.
#[cfg(not(feature = "std"))]
impl core::fmt::Debug for AccountId {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        Ok(())
    }
}

// By the path that tools know: they show such a value as an address.
#[cfg(feature = "std")]
impl scale_info::TypeInfo for AccountId {
    type Identity = Self;

    fn type_info() -> scale_info::Type {
        let path = scale_info::Path::from_segments(["ink_primitives", "types", "AccountId"]);
        let fields = scale_info::build::Fields::unnamed().field(|f| f.ty::<[u8; 32]>().type_name("[u8; 32]"));
        scale_info::Type::builder().path(path.expect("the segments are identifiers")).composite(fields)
    }
}

/// Who did something: what every event says about its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Actor {
    /// The account that called.
    pub account: AccountId,
    /// The organisation for which it acts. `None` for the administrator and for a contract of the deployment, which
    /// belong to no organisation.
    pub organisation: Option<OrganisationId>,
    /// The site for which it acts. `None` where the act is the organisation's and concerns no site's books.
    pub site: Option<SiteId>,
}

// As derived, in the order of the fields. But every event has an actor: derived, each would carry a copy of this code.
impl Encode for Actor {
    #[inline(never)]
    fn encode_to<T: scale::Output + ?Sized>(&self, dest: &mut T) {
        self.account.encode_to(dest);
        self.organisation.encode_to(dest);
        self.site.encode_to(dest);
    }
}

impl scale::EncodeLike for Actor {}
