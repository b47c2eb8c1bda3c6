use alloc::string::String;

use super::{Action, Identifier, Market};
use crate::access::Limits;
use crate::event::events;
use crate::{AccountId, Actor, Grant, OrganisationId, Prefix, Role, RoleSet, SiteId, Timestamp};

events! {
    /// An organisation was registered, with its first steward.
    OrganisationRegistered [1] {
        /// Who registered it.
        by: Actor,
        /// Its number.
        organisation: OrganisationId,
        /// Its name.
        name: String,
        /// Its identifier.
        identifier: Identifier,
        /// The account of its first steward.
        steward: AccountId,
    }

    /// The name or identifier of an organisation was corrected.
    OrganisationUpdated [1] {
        /// Who corrected it.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
        /// Its name until now.
        former_name: String,
        /// Its identifier until now.
        former_identifier: Identifier,
        /// Its name.
        name: String,
        /// Its identifier.
        identifier: Identifier,
    }

    /// A site was registered.
    SiteRegistered [1] {
        /// Who registered it.
        by: Actor,
        /// Its number.
        site: SiteId,
        /// Whose it is.
        organisation: OrganisationId,
        /// Its name.
        name: String,
        /// Its GLN, as a number.
        gln: u64,
    }

    /// The name or GLN of a site was corrected.
    SiteUpdated [1] {
        /// Who corrected it.
        by: Actor,
        /// The site.
        site: SiteId,
        /// Its name until now.
        former_name: String,
        /// Its GLN until now, as a number.
        former_gln: u64,
        /// Its name.
        name: String,
        /// Its GLN, as a number.
        gln: u64,
    }

    /// A GS1 company prefix was registered.
    PrefixRegistered [1] {
        /// Who registered it.
        by: Actor,
        /// Whose it is.
        organisation: OrganisationId,
        /// The prefix.
        prefix: Prefix,
    }

    /// A GS1 company prefix does not belong to an organisation any more.
    PrefixRemoved [1] {
        /// Who removed it: a steward of the organisation where it was given up.
        by: Actor,
        /// Whose it was.
        organisation: OrganisationId,
        /// The prefix.
        prefix: Prefix,
    }

    /// An account acts for an organisation.
    AccountAdded [2] {
        /// The account.
        account: AccountId,
        /// Who added it.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
        /// What it is limited to.
        limits: Limits,
    }

    /// An account has other limits.
    AccountChanged [2] {
        /// The account.
        account: AccountId,
        /// Who changed them.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
        /// What it is limited to now.
        limits: Limits,
    }

    /// An account does not act for an organisation any more.
    AccountRemoved [2] {
        /// The account.
        account: AccountId,
        /// Who removed it: itself, where it left.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
    }

    /// An organisation published the key to which confidential data is sealed for it.
    SealingKeySet [1] {
        /// Who published it.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
        /// An X25519 public key.
        sealing_key: [u8; 32],
    }

    /// The roles of an organisation stopped counting.
    OrganisationSuspended [1] {
        /// Who suspended it.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
    }

    /// The roles of an organisation count again.
    OrganisationReinstated [1] {
        /// Who reinstated it.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
    }

    /// An organisation got a role, or a new end for it.
    RoleGranted [1] {
        /// Who granted it.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
        /// The role, and until when.
        grant: Grant,
    }

    /// An organisation lost a role or gave it up.
    RoleRevoked [1] {
        /// Who revoked it: a steward of the organisation where it was given up.
        by: Actor,
        /// The organisation.
        organisation: OrganisationId,
        /// The role.
        role: Role,
    }

    /// A contract of the deployment has other roles.
    ContractRolesSet [2] {
        /// The contract.
        contract: AccountId,
        /// Who set them.
        by: Actor,
        /// All of its roles.
        roles: RoleSet,
    }

    /// Another authority decides in a market now.
    MarketSet [1] {
        /// Who set it.
        by: Actor,
        /// The market.
        market: Market,
        /// The authority. `None` where nobody decides in it any more.
        authority: Option<OrganisationId>,
    }

    /// Another role now administers a role.
    RoleAdministrationSet [1] {
        /// Who set it.
        by: Actor,
        /// The role that is administered.
        role: Role,
        /// The role whose holders grant and revoke it.
        administered_by: Role,
    }

    /// The administrator offered the administration to another account.
    AdministrationOffered [2] {
        /// Who may accept.
        to: AccountId,
        /// The administrator.
        by: Actor,
        /// The first moment at which it can be accepted. In set-up it can be at once.
        applies_from: Timestamp,
        /// The last moment at which it can be accepted.
        applies_until: Timestamp,
    }

    /// The offer was withdrawn.
    AdministrationOfferWithdrawn [2] {
        /// Who could have accepted.
        to: AccountId,
        /// Who withdrew it: the administrator, or a regulator.
        by: Actor,
    }

    /// Another account administers the deployment now.
    AdministrationTransferred [1] {
        /// The new administrator, who accepted; at the deployment's beginning, who deployed it.
        by: Actor,
        /// The former administrator. `None` at the deployment's beginning.
        from: Option<AccountId>,
    }

    /// The deployment's set-up ended, permanently.
    SetUpEnded [1] {
        /// The administrator.
        by: Actor,
    }

    /// State changes of a contract stopped.
    ContractPaused [2] {
        /// The contract.
        contract: AccountId,
        /// Who paused it.
        by: Actor,
    }

    /// State changes of a contract go on.
    ContractUnpaused [2] {
        /// The contract.
        contract: AccountId,
        /// Who unpaused it.
        by: Actor,
    }

    /// A change was proposed: it can be applied from `applies_from` to `applies_until`.
    ChangeProposed [1] {
        /// Who proposed it.
        by: Actor,
        /// The proposal's number.
        proposal: u32,
        /// What is proposed.
        action: Action,
        /// The first moment at which it can be applied.
        applies_from: Timestamp,
        /// The last moment at which it can be applied.
        applies_until: Timestamp,
    }

    /// A proposal was cancelled, or removed after it had lapsed.
    ProposalCancelled [1] {
        /// Who cancelled it.
        by: Actor,
        /// The proposal's number.
        proposal: u32,
        /// What will not be done.
        action: Action,
    }

    /// A proposal was applied.
    ProposalApplied [1] {
        /// Who applied it.
        by: Actor,
        /// The proposal's number.
        proposal: u32,
        /// What was done.
        action: Action,
    }
}
