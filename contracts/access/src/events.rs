use ink::prelude::string::String;
use primitives::{AccountId, Role, Timestamp};

use crate::types::Identifier;

/// An organisation was registered.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationRegistered {
    /// The account that acts for it.
    #[ink(topic)]
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its identifier.
    pub identifier: Identifier,
}

/// An organisation published the key to which confidential data is sealed for it.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealingKeySet {
    /// The organisation's account.
    #[ink(topic)]
    pub account: AccountId,
    /// An X25519 public key.
    pub sealing_key: [u8; 32],
}

/// The roles of an organisation stopped counting.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationSuspended {
    /// The organisation's account.
    #[ink(topic)]
    pub account: AccountId,
    /// Who suspended it.
    pub by: AccountId,
}

/// The roles of an organisation count again.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationReinstated {
    /// The organisation's account.
    #[ink(topic)]
    pub account: AccountId,
    /// Who reinstated it.
    pub by: AccountId,
}

/// An organisation got a role, or a new end for it.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGranted {
    /// The role.
    #[ink(topic)]
    pub role: Role,
    /// Who holds it.
    #[ink(topic)]
    pub account: AccountId,
    /// The last moment at which it is held.
    pub expires_at: Option<Timestamp>,
    /// Who granted it.
    pub by: AccountId,
}

/// An organisation lost a role or gave it up.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRevoked {
    /// The role.
    #[ink(topic)]
    pub role: Role,
    /// Who held it.
    #[ink(topic)]
    pub account: AccountId,
    /// Who took it: the holder itself where it was given up.
    pub by: AccountId,
}

/// Another role now administers a role.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAdministrationSet {
    /// The role that is administered.
    #[ink(topic)]
    pub role: Role,
    /// The role whose holders grant and revoke it.
    pub administered_by: Role,
}

/// The administrator offered the administration to another account.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrationOffered {
    /// The administrator.
    #[ink(topic)]
    pub from: AccountId,
    /// Who may accept.
    #[ink(topic)]
    pub to: AccountId,
}

/// The administrator withdrew the offer.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrationOfferWithdrawn {
    /// Who could have accepted.
    #[ink(topic)]
    pub to: AccountId,
}

/// Another account is the administrator now.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrationTransferred {
    /// The former administrator; nothing at the contract's birth.
    #[ink(topic)]
    pub from: Option<AccountId>,
    /// The administrator.
    #[ink(topic)]
    pub to: AccountId,
}

/// State changes of a contract stopped.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractPaused {
    /// The contract.
    #[ink(topic)]
    pub contract: AccountId,
    /// Who stopped them.
    pub by: AccountId,
}

/// State changes of a contract go on.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractUnpaused {
    /// The contract.
    #[ink(topic)]
    pub contract: AccountId,
    /// Who let them go on.
    pub by: AccountId,
}

/// New code was proposed for a contract: it can be applied from `applies_from` on.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeProposed {
    /// The contract.
    #[ink(topic)]
    pub contract: AccountId,
    /// The hash of the new code.
    #[ink(topic)]
    pub code: [u8; 32],
    /// The administrator who proposed it.
    pub by: AccountId,
    /// The first moment at which it can be applied.
    pub applies_from: Timestamp,
}

/// A proposal was withdrawn.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeCancelled {
    /// The contract.
    #[ink(topic)]
    pub contract: AccountId,
    /// The hash of the code that will not be applied.
    #[ink(topic)]
    pub code: [u8; 32],
    /// Who cancelled.
    pub by: AccountId,
}

/// A contract has new code, and its storage the layout of that code.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeApplied {
    /// The contract.
    #[ink(topic)]
    pub contract: AccountId,
    /// The hash of the code.
    #[ink(topic)]
    pub code: [u8; 32],
    /// The administrator who applied it.
    pub by: AccountId,
}
