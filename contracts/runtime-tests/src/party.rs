use primitives::{AccountId, Role};

/// An account of the tests' chain, named after what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Deployed the contracts.
    Administrator,
    /// The medicines authority.
    Regulator,
    /// Inspects sites.
    Auditor,
    /// Makes the batches.
    Manufacturer,
    /// Buys from the manufacturer.
    Wholesaler,
    /// Buys from the wholesaler.
    Pharmacy,
    /// Gets copies.
    OtherPharmacy,
    /// Asks for predictions.
    Provider,
    /// Has no role and no organisation.
    Stranger,
}

impl Party {
    /// Everybody.
    pub const ALL: [Party; 9] = [
        Party::Administrator,
        Party::Regulator,
        Party::Auditor,
        Party::Manufacturer,
        Party::Wholesaler,
        Party::Pharmacy,
        Party::OtherPharmacy,
        Party::Provider,
        Party::Stranger,
    ];

    /// The account.
    #[must_use]
    pub fn id(self) -> AccountId {
        primitives::blake2_256(format!("{self:?}").as_bytes()).into()
    }

    /// The role that its organisation holds from the start.
    #[must_use]
    pub fn role(self) -> Option<Role> {
        match self {
            Party::Administrator | Party::Stranger => None,
            Party::Regulator => Some(Role::Regulator),
            Party::Auditor => Some(Role::Auditor),
            Party::Manufacturer => Some(Role::Manufacturer),
            Party::Wholesaler => Some(Role::Wholesaler),
            Party::Pharmacy | Party::OtherPharmacy => Some(Role::Pharmacy),
            Party::Provider => Some(Role::Provider),
        }
    }
}
