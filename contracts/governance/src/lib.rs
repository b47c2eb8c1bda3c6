//! Who decides in a deployment: organisations with their sites and accounts, the roles that they hold, the administration,
//! the stop switch of each contract, and the changes that wait before they are made.
//!
//! What every state change of every contract asks is kept in the contract `access`, into which this one writes what it
//! decided. All of its messages work in set-up, too: that is when the first roles are given.
//!
//! Every message that changes state first refuses with `AccessUnavailable` and, unless it is said otherwise, `Paused` (this
//! contract). Its own errors follow in the order in which it names them. `AccessRefused` comes last: before `access` takes
//! this contract's decisions, nothing can be decided.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod caller;
mod data;
mod names;

pub use caller::{Access, AccessContract, Caller};
pub use data::{Applied, Data, LAYOUT};

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod governance {
    use ink::prelude::{string::String, vec::Vec};
    use kernel::{answer, ask_to_replace_code, caller, emit, replace_code, this, Registry, Replaceable};
    use primitives::access::{Account, Limits, PrefixOwner};
    use primitives::governance::{
        AccountAdded, AccountChanged, AccountRemoved, Action, AdministrationOffer,
        AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred, ChangeProposed,
        ContractPaused, ContractRolesSet, ContractUnpaused, Error, GlnUse, Identifier, Market, MarketSet,
        Markets, OrganisationEntry, OrganisationRegistered, OrganisationReinstated, OrganisationSuspended,
        OrganisationUpdated, PrefixRegistered, PrefixRemoved, Proposal, ProposalApplied, ProposalCancelled,
        RoleAdministrationSet, RoleGranted, RoleRevoked, SealingKeySet, SetUpEnded, Site, SiteEntry,
        SiteRegistered, SiteUpdated,
    };
    use primitives::{
        ensure, Actor, CodeHash, Grant, OrganisationId, Prefix, Question, Role, RoleSet, SiteId, Standing,
    };

    use crate::{Access, AccessContract, Applied, Caller, Data, LAYOUT};

    kernel::events_of_contract!(
        OrganisationRegistered,
        OrganisationUpdated,
        SiteRegistered,
        SiteUpdated,
        PrefixRegistered,
        PrefixRemoved,
        AccountAdded,
        AccountChanged,
        AccountRemoved,
        SealingKeySet,
        OrganisationSuspended,
        OrganisationReinstated,
        RoleGranted,
        RoleRevoked,
        ContractRolesSet,
        MarketSet,
        RoleAdministrationSet,
        AdministrationOffered,
        AdministrationOfferWithdrawn,
        AdministrationTransferred,
        SetUpEnded,
        ContractPaused,
        ContractUnpaused,
        ChangeProposed,
        ProposalCancelled,
        ProposalApplied,
    );

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Governance {
        data: Data,
    }

    impl Governance {
        /// The governance of the deployment of the contract `access`. Needs the administrator, who then lets `access` take
        /// this contract's decisions ([`primitives::access::Deployment`]).
        ///
        /// Event: `AdministrationTransferred`. Errors, in this order: `AccessUnavailable`, `CallerNotAuthorised`.
        #[ink(constructor)]
        pub fn new(access: primitives::AccountId) -> Result<Self, Error> {
            let account = kernel::caller();
            ensure(
                AccessContract(access).deployment()?.administrator == account,
                Error::CallerNotAuthorised,
            )?;
            let by = Actor { account, organisation: None, site: None };
            emit(&AdministrationTransferred { by, from: None });
            Ok(Self { data: Data::new(access) })
        }

        /// Registers an organisation with its first steward, and returns its number. Needs Admin.
        ///
        /// Event: `OrganisationRegistered`. Errors, in this order: `CallerNotAuthorised`, `InvalidName`, `AccountExists`,
        /// `InvalidIdentifier`, then for a GLN `GlnExists`, `PrefixOfAnother`, for a URI `IdentifierExists`.
        #[ink(message)]
        pub fn register_organisation(
            &mut self,
            name: String,
            identifier: Identifier,
            steward: primitives::AccountId,
        ) -> Result<OrganisationId, Error> {
            let event = self.data.register_organisation(&mut self.caller()?, name, identifier, steward)?;
            emit(&event);
            Ok(event.organisation)
        }

        /// Corrects the name or identifier of an organisation. Needs Admin.
        ///
        /// Event: `OrganisationUpdated`. Errors, in this order: `CallerNotAuthorised`, `UnknownOrganisation`,
        /// `InvalidName`, `InvalidIdentifier`, then for a GLN `GlnExists`, `PrefixOfAnother`, for a URI `IdentifierExists`.
        #[ink(message)]
        pub fn update_organisation(
            &mut self,
            organisation: OrganisationId,
            name: String,
            identifier: Identifier,
        ) -> Result<(), Error> {
            emit(&self.data.update_organisation(&self.caller()?, organisation, name, identifier)?);
            Ok(())
        }

        /// Registers a site of an organisation by its GLN, and returns its number. Needs Admin.
        ///
        /// Event: `SiteRegistered`. Errors, in this order: `CallerNotAuthorised`, `UnknownOrganisation`, `InvalidName`,
        /// `InvalidIdentifier`, `GlnExists`, `PrefixOfAnother`.
        #[ink(message)]
        pub fn register_site(
            &mut self,
            organisation: OrganisationId,
            name: String,
            gln: u64,
        ) -> Result<SiteId, Error> {
            let event = self.data.register_site(&mut self.caller()?, organisation, name, gln)?;
            emit(&event);
            Ok(event.site)
        }

        /// Corrects the name or GLN of a site. Needs Admin.
        ///
        /// Event: `SiteUpdated`. Errors, in this order: `CallerNotAuthorised`, `UnknownSite`, `InvalidName`,
        /// `InvalidIdentifier`, `GlnExists`, `PrefixOfAnother`.
        #[ink(message)]
        pub fn update_site(&mut self, site: SiteId, name: String, gln: u64) -> Result<(), Error> {
            emit(&self.data.update_site(&self.caller()?, site, name, gln)?);
            Ok(())
        }

        /// Registers a GS1 company prefix for an organisation: the keys that begin with it are its own. Needs Admin or
        /// Regulator. GLNs that are registered stay.
        ///
        /// Event: `PrefixRegistered`. Errors, in this order: `CallerNotAuthorised`, `UnknownOrganisation`, `InvalidPrefix`,
        /// `PrefixExists`, `PrefixContained`.
        #[ink(message)]
        pub fn register_prefix(&mut self, organisation: OrganisationId, prefix: Prefix) -> Result<(), Error> {
            emit(&self.data.register_prefix(&mut self.caller()?, organisation, prefix)?);
            Ok(())
        }

        /// Takes a prefix from its organisation. Needs Regulator; a steward of the organisation may give it up.
        ///
        /// Event: `PrefixRemoved`. Errors, in this order: `UnknownPrefix`, `CallerNotAuthorised`.
        #[ink(message)]
        pub fn remove_prefix(&mut self, prefix: Prefix) -> Result<(), Error> {
            emit(&self.data.remove_prefix(&mut self.caller()?, prefix)?);
            Ok(())
        }

        /// Lets an account act for an organisation. Needs a steward of it; in set-up, an Admin may as well.
        ///
        /// Event: `AccountAdded`. Errors, in this order: `UnknownOrganisation`, `CallerNotAuthorised`, `AccountExists`,
        /// `UnknownSite`, `SiteOfAnotherOrganisation`, `RoleNotHeld`, `ExpiryInPast`.
        #[ink(message)]
        pub fn add_account(
            &mut self,
            organisation: OrganisationId,
            account: primitives::AccountId,
            limits: Limits,
        ) -> Result<(), Error> {
            emit(&self.data.add_account(&mut self.caller()?, organisation, account, limits)?);
            Ok(())
        }

        /// Sets what an account is limited to. Needs a steward of its organisation; in set-up, an Admin may as well.
        ///
        /// Event: `AccountChanged`. Errors, in this order: `UnknownAccount`, `CallerNotAuthorised`, `UnknownSite`,
        /// `SiteOfAnotherOrganisation`, `RoleNotHeld`, `ExpiryInPast`, `LastSteward`.
        #[ink(message)]
        pub fn change_account(
            &mut self,
            account: primitives::AccountId,
            limits: Limits,
        ) -> Result<(), Error> {
            emit(&self.data.change_account(&mut self.caller()?, account, limits)?);
            Ok(())
        }

        /// Ends that an account acts for its organisation, at once, in a pause too. Needs a steward of it; in set-up, an
        /// Admin may as well, and each account may leave by itself.
        ///
        /// Event: `AccountRemoved`. Errors, in this order: `UnknownAccount`, `CallerNotAuthorised`, `LastSteward`.
        #[ink(message)]
        pub fn remove_account(&mut self, account: primitives::AccountId) -> Result<(), Error> {
            emit(&self.data.remove_account(&mut self.caller_in_pause()?, account)?);
            Ok(())
        }

        /// Publishes the X25519 key of the caller's organisation for confidential data. Needs a steward.
        ///
        /// Event: `SealingKeySet`. Errors: `CallerNotAuthorised`.
        #[ink(message)]
        pub fn set_sealing_key(&mut self, sealing_key: [u8; 32]) -> Result<(), Error> {
            emit(&self.data.set_sealing_key(&self.caller()?, sealing_key)?);
            Ok(())
        }

        /// Stops an organisation's roles from counting, at once and everywhere, in a pause too. Needs Admin or Regulator;
        /// the administrator where the organisation holds Admin.
        ///
        /// Event: `OrganisationSuspended`. Errors, in this order: `CallerNotAuthorised`, `UnknownOrganisation`,
        /// `OrganisationSuspended`.
        #[ink(message)]
        pub fn suspend_organisation(&mut self, organisation: OrganisationId) -> Result<(), Error> {
            emit(&self.data.suspend(&mut self.caller_in_pause()?, organisation)?);
            Ok(())
        }

        /// Lets an organisation's roles count again. Needs what suspending it needs. After set-up, one that holds Admin or
        /// Regulator is reinstated by a proposal instead.
        ///
        /// Event: `OrganisationReinstated`. Errors, in this order: `CallerNotAuthorised`, `UnknownOrganisation`,
        /// `OrganisationNotSuspended`, `ProposalRequired`.
        #[ink(message)]
        pub fn reinstate_organisation(&mut self, organisation: OrganisationId) -> Result<(), Error> {
            emit(&self.data.reinstate(&mut self.caller()?, organisation)?);
            Ok(())
        }

        /// Gives an organisation a role, until `expires_at` (milliseconds, that moment included) where given. Needs the
        /// role's administering role; the administrator for Admin. Granted again, the end changes.
        ///
        /// After set-up, Admin and Regulator are proposed instead. Event: `RoleGranted`. Errors, in this order:
        /// `CallerNotAuthorised`, `RoleOfContracts`, `UnknownOrganisation`, `ExpiryInPast`, `OrganisationSuspended`,
        /// `ProposalRequired`.
        #[ink(message)]
        pub fn grant_role(
            &mut self,
            organisation: OrganisationId,
            role: Role,
            expires_at: Option<u64>,
        ) -> Result<(), Error> {
            let grant = Grant { role, expires_at };
            emit(&self.data.grant_role(&mut self.caller()?, organisation, grant)?);
            Ok(())
        }

        /// Takes a role from an organisation, at once, in a pause too. Needs the role's administering role, the
        /// administrator for Admin; a steward of the organisation may give it up.
        ///
        /// Event: `RoleRevoked`. Errors, in this order: `CallerNotAuthorised`, `RoleNotHeld`.
        #[ink(message)]
        pub fn revoke_role(&mut self, organisation: OrganisationId, role: Role) -> Result<(), Error> {
            emit(&self.data.revoke_role(&mut self.caller_in_pause()?, organisation, role)?);
            Ok(())
        }

        /// Gives a contract its roles, in place of those that it has; none removes it. Needs Admin, in set-up. Afterwards
        /// it is proposed instead.
        ///
        /// Event: `ContractRolesSet`. Errors, in this order: `CallerNotAuthorised`, `NotRoleOfContracts`, `NotAContract`,
        /// `ProposalRequired`, `TooManyContracts`.
        #[ink(message)]
        pub fn set_contract_roles(
            &mut self,
            contract: primitives::AccountId,
            roles: RoleSet,
        ) -> Result<(), Error> {
            emit(&self.data.set_contract_roles(&mut self.caller()?, contract, roles)?);
            Ok(())
        }

        /// Gives a market to an authority, in place of the one that has it; `None` takes it away. Needs Admin, in set-up.
        /// Afterwards it is proposed instead.
        ///
        /// Event: `MarketSet`. Errors, in this order: `CallerNotAuthorised`, `InvalidMarket`, `UnknownOrganisation`,
        /// `RoleNotHeld` (the authority is not a Regulator), `ProposalRequired`, `TooManyMarkets`.
        #[ink(message)]
        pub fn set_market(&mut self, market: Market, authority: Option<OrganisationId>) -> Result<(), Error> {
            emit(&self.data.set_market(&self.caller()?, market, authority)?);
            Ok(())
        }

        /// Lets the holders of `administered_by` grant and revoke `role`. Needs the administrator, in set-up. Afterwards it is
        /// proposed instead.
        ///
        /// Event: `RoleAdministrationSet`. Errors, in this order: `CallerNotAuthorised`, `AdminRoleFixed`,
        /// `RoleOfContracts`, `ProposalRequired`.
        #[ink(message)]
        pub fn set_administering_role(&mut self, role: Role, administered_by: Role) -> Result<(), Error> {
            emit(&self.data.set_administering_role(&self.caller()?, role, administered_by)?);
            Ok(())
        }

        /// Offers the administration to another account, in place of an earlier offer. After set-up it can be accepted after
        /// [`primitives::governance::CHANGE_DELAY`], for [`primitives::governance::APPLY_WINDOW`]. Needs the administrator.
        ///
        /// Event: `AdministrationOffered`. Errors: `CallerNotAuthorised`.
        #[ink(message)]
        pub fn offer_administration(&mut self, to: primitives::AccountId) -> Result<(), Error> {
            emit(&self.data.offer_administration(&self.caller()?, to)?);
            Ok(())
        }

        /// Withdraws the offer, in a pause too. Needs the administrator or Regulator.
        ///
        /// Event: `AdministrationOfferWithdrawn`. Errors, in this order: `CallerNotAuthorised`, `NoAdministrationOffer`.
        #[ink(message)]
        pub fn withdraw_administration_offer(&mut self) -> Result<(), Error> {
            emit(&self.data.withdraw_administration_offer(&self.caller_in_pause()?)?);
            Ok(())
        }

        /// Takes over the administration that was offered to the caller. The former administrator keeps what it has as an
        /// account of an organisation.
        ///
        /// Event: `AdministrationTransferred`. Errors, in this order: `NoAdministrationOffer`, `CallerNotOffered`,
        /// `OfferTooEarly`, `OfferLapsed`.
        #[ink(message)]
        pub fn accept_administration(&mut self) -> Result<(), Error> {
            emit(&self.data.accept_administration(&mut self.caller()?)?);
            Ok(())
        }

        /// Ends the set-up, permanently: the contracts do business from now on. Needs the administrator.
        ///
        /// Event: `SetUpEnded`. Errors, in this order: `CallerNotAuthorised`, `SetUpOver`.
        #[ink(message)]
        pub fn end_set_up(&mut self) -> Result<(), Error> {
            emit(&self.data.end_set_up(&mut self.caller()?)?);
            Ok(())
        }

        /// Stops state changes of a contract: reads go on. Needs Admin. Works while this contract is paused.
        ///
        /// Event: `ContractPaused`. Errors, in this order: `CallerNotAuthorised`, `AlreadyPaused`, `TooManyContracts`.
        #[ink(message)]
        pub fn pause(&mut self, contract: primitives::AccountId) -> Result<(), Error> {
            emit(&self.data.pause(&mut self.caller_in_pause()?, contract)?);
            Ok(())
        }

        /// Lets state changes of a contract go on. Needs Admin. Works while this contract is paused.
        ///
        /// Event: `ContractUnpaused`. Errors, in this order: `CallerNotAuthorised`, `NotPaused`.
        #[ink(message)]
        pub fn unpause(&mut self, contract: primitives::AccountId) -> Result<(), Error> {
            emit(&self.data.unpause(&mut self.caller_in_pause()?, contract)?);
            Ok(())
        }

        /// Proposes a change that can be applied after [`primitives::governance::CHANGE_DELAY`], for
        /// [`primitives::governance::APPLY_WINDOW`], and returns its number. Needs Admin; for a role, its administering
        /// role; to reinstate, Admin or Regulator; the administrator for Admin, for an administering role, and for a
        /// steward of an organisation that holds Admin, and to reinstate one. Works while this contract is paused, as all
        /// about proposals does.
        ///
        /// Event: `ChangeProposed`. Errors, in this order: `CallerNotAuthorised`; for a grant `RoleOfContracts`,
        /// `UnknownOrganisation`, `ExpiryInPast`, `OrganisationSuspended`; for roles of a contract `NotRoleOfContracts`,
        /// `NotAContract`; for a steward `UnknownOrganisation`, `CallerNotAuthorised` (the organisation holds Admin),
        /// `AccountExists`; for a market `InvalidMarket`, `UnknownOrganisation`, `RoleNotHeld`; to reinstate
        /// `UnknownOrganisation`, `CallerNotAuthorised` (the organisation holds Admin), `OrganisationNotSuspended`; for an
        /// administering role `AdminRoleFixed`, `RoleOfContracts`; for code `TooManyCodes`, `CodeNotFound`.
        #[ink(message)]
        pub fn propose(&mut self, action: Action) -> Result<u32, Error> {
            let event = self.data.propose(&mut self.caller_in_pause()?, action)?;
            emit(&event);
            Ok(event.proposal)
        }

        /// Cancels a proposal. Needs Admin or Regulator; one that has lapsed is removed by anybody.
        ///
        /// Event: `ProposalCancelled`. Errors, in this order: `CallerNotAuthorised`, `UnknownProposal`.
        #[ink(message)]
        pub fn cancel_proposal(&mut self, proposal: u32) -> Result<(), Error> {
            emit(&self.data.cancel_proposal(&mut self.caller_in_pause()?, proposal)?);
            Ok(())
        }

        /// Does what was proposed. Needs what proposing it needs. New code migrates the contract's storage first.
        ///
        /// Events: `RoleGranted`, `ContractRolesSet`, `AccountAdded`, `MarketSet`, `OrganisationReinstated` or
        /// `RoleAdministrationSet`, then `ProposalApplied`. Errors, in this order:
        /// `UnknownProposal`, those of `propose`, `ProposalTooEarly`, `ProposalLapsed`, `TooManyContracts` or `TooManyMarkets`,
        /// `LayoutNotUnderstood`.
        #[ink(message)]
        pub fn apply_proposal(&mut self, proposal: u32) -> Result<(), Error> {
            let (event, applied) = self.data.apply_proposal(&mut self.caller_in_pause()?, proposal)?;
            match applied {
                Applied::Upgrade { contract, code } => {
                    let replaced = if contract == this() {
                        replace_code(code)
                    } else {
                        ask_to_replace_code(contract, code)
                    };
                    ensure(replaced, Error::LayoutNotUnderstood)?;
                }
                Applied::Grant(event) => emit(&event),
                Applied::ContractRoles(event) => emit(&event),
                Applied::Steward(event) => emit(&event),
                Applied::Market(event) => emit(&event),
                Applied::Reinstated(event) => emit(&event),
                Applied::RoleAdministration(event) => emit(&event),
            }
            emit(&event);
            Ok(())
        }

        /// Keeps code on chain for a proposal. Needs this contract itself: the chain stops a call that locks code which is not
        /// there, and `propose` has to go on and say so.
        ///
        /// Errors: `CallerNotAuthorised`.
        #[ink(message)]
        pub fn lock_code(&mut self, code: CodeHash) -> Result<(), Error> {
            ensure(caller() == this(), Error::CallerNotAuthorised)?;
            ink::env::lock_delegate_dependency::<ink::env::DefaultEnvironment>(&code.into());
            Ok(())
        }

        /// The organisation, with its roles.
        #[ink(message)]
        pub fn organisation(&self, organisation: OrganisationId) -> Option<OrganisationEntry> {
            answer(self.data.organisation(&self.access_contract()?, organisation))
        }

        /// The organisations from number `start` (from 0) in the order of their registration: at most `limit`, and never
        /// more than 50.
        #[ink(message)]
        pub fn organisations(&self, start: OrganisationId, limit: u32) -> Vec<OrganisationEntry> {
            let list = |access| self.data.list_organisations(&access, start, limit);
            self.access_contract().map(list).unwrap_or_default()
        }

        /// The site.
        #[ink(message)]
        pub fn site(&self, site: SiteId) -> Option<Site> {
            answer(self.data.site(site))
        }

        /// The sites of all organisations from number `start` (from 0) in the order of their registration: at most
        /// `limit`, and never more than 50.
        #[ink(message)]
        pub fn sites(&self, start: SiteId, limit: u32) -> Vec<SiteEntry> {
            answer(self.data.list_sites(start, limit))
        }

        /// For which organisation a GS1 company prefix is registered.
        #[ink(message)]
        pub fn prefix(&self, prefix: Prefix) -> Option<OrganisationId> {
            answer(self.data.prefix(prefix))
        }

        /// The prefixes that are registered among at most `limit` numbers from `start` (from 0), and never more than 50.
        #[ink(message)]
        pub fn prefixes(&self, start: u32, limit: u32) -> Vec<(u32, PrefixOwner)> {
            answer(self.data.list_prefixes(start, limit))
        }

        /// What a GLN names.
        #[ink(message)]
        pub fn gln(&self, gln: u64) -> Option<GlnUse> {
            answer(self.data.gln(gln))
        }

        /// For whom an account acts, its time over or not.
        #[ink(message)]
        pub fn account(&self, account: primitives::AccountId) -> Option<Account> {
            answer(self.access_contract()?.account(account).ok()?)
        }

        /// The accounts of an organisation from number `start` (from 0) of its list: at most `limit`, and never more than
        /// 50. The last one takes the number of one that is removed.
        #[ink(message)]
        pub fn accounts(
            &self,
            organisation: OrganisationId,
            start: u32,
            limit: u32,
        ) -> Vec<(primitives::AccountId, Limits)> {
            let list = |access| self.data.list_accounts(&access, organisation, start, limit);
            self.access_contract().map(list).unwrap_or_default()
        }

        /// The proposal, while it waits.
        #[ink(message)]
        pub fn proposal(&self, proposal: u32) -> Option<Proposal> {
            answer(self.data.proposal(proposal))
        }

        /// The proposals that wait among at most `limit` numbers from `start` (from 0), and never more than 50.
        #[ink(message)]
        pub fn proposals(&self, start: u32, limit: u32) -> Vec<(u32, Proposal)> {
            answer(self.data.list_proposals(start, limit))
        }

        /// The authority that decides in a market.
        #[ink(message)]
        pub fn authority(&self, market: Market) -> Option<OrganisationId> {
            answer(self.data.authority(market))
        }

        /// The account that administers the deployment.
        #[ink(message)]
        pub fn administrator(&self) -> Option<primitives::AccountId> {
            answer(Some(self.access_contract()?.deployment().ok()?.administrator))
        }

        /// Whether the deployment is in set-up. `None` where `access` gives no answer.
        #[ink(message)]
        pub fn in_set_up(&self) -> Option<bool> {
            answer(Some(self.access_contract()?.deployment().ok()?.in_set_up))
        }

        /// The administration, where it is offered.
        #[ink(message)]
        pub fn administration_offer(&self) -> Option<AdministrationOffer> {
            answer(self.data.offer())
        }

        /// The role whose holders grant and revoke `role`.
        #[ink(message)]
        pub fn administering_role(&self, role: Role) -> Role {
            answer(self.data.administering_role(role))
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            answer(self.data.member.access())
        }

        fn access_contract(&self) -> Option<AccessContract> {
            self.data.member.access().map(AccessContract)
        }

        /// The caller, where the state changes of this contract are not stopped.
        fn caller(&self) -> Result<Caller<AccessContract>, Error> {
            let (caller, standing) = self.ask()?;
            ensure(!standing.paused, Error::Paused)?;
            Ok(caller)
        }

        fn caller_in_pause(&self) -> Result<Caller<AccessContract>, Error> {
            Ok(self.ask()?.0)
        }

        fn ask(&self) -> Result<(Caller<AccessContract>, Standing), Error> {
            let access = self.access_contract().ok_or(Error::AccessUnavailable)?;
            let (call, standing) = self.data.member.ask(Question::about(caller(), None))?;
            Ok((Caller { call, in_set_up: standing.in_set_up, access }, standing))
        }
    }

    impl Registry for Governance {
        #[ink(message)]
        fn markets(&self, authority: OrganisationId) -> Markets {
            answer(self.data.markets(authority))
        }
    }

    impl Replaceable for Governance {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.data.member.replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.member.has_layout(LAYOUT)
        }
    }
}
