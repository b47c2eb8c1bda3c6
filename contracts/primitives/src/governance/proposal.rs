use scale::{Decode, Encode};

use super::Market;
use crate::{AccountId, Actor, CodeHash, Grant, OrganisationId, Role, RoleSet, Timestamp};

/// How long a proposal waits before it can be applied, in milliseconds: two days, in which everybody sees it on chain,
/// and an administrator or a regulator can cancel it.
pub const CHANGE_DELAY: Timestamp = 172_800_000;

/// How long a proposal can be applied once its delay is over, in milliseconds: 14 days. Then it has lapsed, so that nobody
/// keeps one in store for later.
pub const APPLY_WINDOW: Timestamp = 1_209_600_000;

/// The most codes that are proposed at one time: so many the chain holds for one contract.
pub const MAX_CODES: u32 = 32;

/// What is proposed: whatever is as strong as new code waits as long as new code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Action {
    /// New code for a contract of the deployment. The code must be on chain, and is kept there while the proposal waits.
    #[codec(index = 0)]
    Upgrade {
        /// The contract.
        contract: AccountId,
        /// The hash of the new code.
        code: CodeHash,
    },
    /// A role for an organisation. After set-up, Admin and Regulator are granted in no other way.
    #[codec(index = 1)]
    Grant {
        /// The organisation.
        organisation: OrganisationId,
        /// The role, and until when.
        grant: Grant,
    },
    /// Other roles for a contract, of UnitRegister, Sentinel and ProductRegister.
    #[codec(index = 2)]
    ContractRoles {
        /// The contract.
        contract: AccountId,
        /// All of its roles then.
        roles: RoleSet,
    },
    /// A steward for an organisation that lost its keys.
    #[codec(index = 3)]
    Steward {
        /// The organisation.
        organisation: OrganisationId,
        /// The steward's account.
        account: AccountId,
    },
    /// Another authority for a market.
    #[codec(index = 4)]
    Market {
        /// The market.
        market: Market,
        /// The authority. `None` takes the market from the one that has it.
        authority: Option<OrganisationId>,
    },
    /// The roles of a suspended organisation count again. After set-up, one that holds Admin or Regulator is reinstated in no
    /// other way.
    #[codec(index = 5)]
    Reinstate {
        /// The organisation.
        organisation: OrganisationId,
    },
    /// Another role administers a role.
    #[codec(index = 6)]
    RoleAdministration {
        /// The role that is administered.
        role: Role,
        /// The role whose holders grant and revoke it then.
        administered_by: Role,
    },
}

/// A change that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Proposal {
    /// What is proposed.
    pub action: Action,
    /// Who proposed it.
    pub by: Actor,
    /// The first moment at which it can be applied.
    pub applies_from: Timestamp,
    /// The last moment at which it can be applied.
    pub applies_until: Timestamp,
}

impl Proposal {
    /// Whether it cannot be applied any more at `now`.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        now > self.applies_until
    }
}

/// The administration, offered to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct AdministrationOffer {
    /// Who may accept.
    pub to: AccountId,
    /// The first moment at which it can be accepted. In set-up it can be at once.
    pub applies_from: Timestamp,
    /// The last moment at which it can be accepted.
    pub applies_until: Timestamp,
}
