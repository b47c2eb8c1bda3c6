use primitives::{AccountId, OrganisationId, Role, SiteId, Sscc};
use testing::goods::sscc_of;

/// An account of the tests' chain, named after what it is: the steward of an organisation that has one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Deployed the contracts. Acts for no organisation.
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
    /// Acts for no organisation, and has no role.
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

    /// Those with an organisation, in the order of its number.
    pub const ORGANISED: [Party; 7] = [
        Party::Regulator,
        Party::Auditor,
        Party::Manufacturer,
        Party::Wholesaler,
        Party::Pharmacy,
        Party::OtherPharmacy,
        Party::Provider,
    ];

    /// The account.
    #[must_use]
    pub fn id(self) -> AccountId {
        self.account("steward")
    }

    /// Another account of its own, such as a till: it acts for nobody until a steward adds it.
    #[must_use]
    pub fn account(self, name: &str) -> AccountId {
        primitives::blake2_256(format!("{self:?}, {name}").as_bytes()).into()
    }

    /// The number of its organisation.
    ///
    /// # Panics
    /// Where it has none.
    #[must_use]
    pub fn organisation(self) -> OrganisationId {
        let number = Self::ORGANISED.iter().position(|party| *party == self);
        let number = number.unwrap_or_else(|| panic!("{self:?} has no organisation"));
        OrganisationId::try_from(number).expect("there are a few")
    }

    /// The number of its site, which is never that of its organisation: no rule may take one for the other.
    ///
    /// # Panics
    /// Where it has none.
    #[must_use]
    pub fn site(self) -> SiteId {
        let number = Self::in_order_of_sites().position(|party| party == self);
        let number = number.unwrap_or_else(|| panic!("{self:?} has no site"));
        SiteId::try_from(number).expect("there are a few")
    }

    /// Those with a site, in the order of its number: the authorities come last.
    pub(crate) fn in_order_of_sites() -> impl Iterator<Item = Party> {
        let [authorities @ .., _, _, _, _, _] = Self::ORGANISED;
        Self::ORGANISED.into_iter().filter(move |party| !authorities.contains(party)).chain(authorities)
    }

    /// A logistic unit by its number among those of its organisation.
    #[must_use]
    pub fn sscc(self, number: u64) -> Sscc {
        sscc_of(self.organisation(), number)
    }

    /// The roles that its organisation holds from the start.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Party::Administrator | Party::Stranger => &[],
            Party::Regulator => &[Role::Regulator],
            Party::Auditor => &[Role::Auditor],
            Party::Manufacturer => &[Role::Manufacturer, Role::QualityUnit],
            Party::Wholesaler => &[Role::Wholesaler],
            Party::Pharmacy | Party::OtherPharmacy => &[Role::Pharmacy],
            Party::Provider => &[Role::Provider],
        }
    }
}

/// Who acts, and where: an account and a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// The account that calls.
    pub account: AccountId,
    /// The site that it names.
    pub site: SiteId,
}

impl From<Party> for Agent {
    fn from(party: Party) -> Self {
        Self { account: party.id(), site: party.site() }
    }
}

impl From<Party> for AccountId {
    fn from(party: Party) -> Self {
        party.id()
    }
}

impl From<Agent> for AccountId {
    fn from(agent: Agent) -> Self {
        agent.account
    }
}
