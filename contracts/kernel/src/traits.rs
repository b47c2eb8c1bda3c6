//! What contracts ask of each other. No contract depends on another one: they meet in these traits.

use ink::codegen::TraitCallBuilder;
use ink::env::DefaultEnvironment;
use primitives::access::{self, Account, Change, Deployment, Rights};
use primitives::batches::{Booked, Booking, BookingError, QuarantineError, QuarantineTarget, Whereabouts};
use primitives::feeds::FeedValue;
use primitives::{
    AccountId, BatchId, Extensible, FeedId, OrganisationId, Question, SiteId, Standing, Subject, Timestamp,
};

/// What other contracts ask of `access`.
#[ink::trait_definition]
pub trait AccessControl {
    /// What the account of the question may do now. `paused` is about the contract that asks.
    ///
    /// An account that is unknown, whose time is over, or whose organisation is suspended, has no role.
    #[ink(message)]
    fn standing(&self, question: Question) -> Standing;

    /// For whom the account acts, its time over or not.
    #[ink(message)]
    fn account(&self, account: AccountId) -> Option<Account>;

    /// The roles of the organisation.
    #[ink(message)]
    fn rights(&self, organisation: OrganisationId) -> Rights;

    /// Who administers the deployment, its contracts, and whether it is in set-up. `None` where the storage is not
    /// this contract's.
    #[ink(message)]
    fn deployment(&self) -> Option<Deployment>;

    /// Writes down what `governance` decided. Needs Governor.
    ///
    /// Errors, in this order: `CallerNotAuthorised`, `TooManyContracts`.
    #[ink(message)]
    fn change(&mut self, change: Change) -> Result<(), access::Error>;
}

/// What other contracts ask of `feeds`.
#[ink::trait_definition]
pub trait FeedReader {
    /// The last value of `feed` about `subject`, where it was observed at most `max_age` milliseconds ago. `None` where it
    /// is older or missing, the feed is unknown, or the approval of the model was revoked.
    #[ink(message)]
    fn fresh_value(
        &self,
        feed: FeedId,
        subject: Subject,
        max_age: Timestamp,
    ) -> Option<Extensible<FeedValue>>;
}

/// What the register of units, the contract `units`, asks of `batches`.
#[ink::trait_definition]
pub trait UnitBooks {
    /// What is known of the unit at this position of the batch's serial tree, and of the site's units. `None` where the
    /// batch is unknown.
    #[ink(message)]
    fn whereabouts(
        &self,
        batch: BatchId,
        position: Option<u32>,
        site: Option<SiteId>,
    ) -> Option<Extensible<Whereabouts>>;

    /// Books a unit, and says what was known of it: a loose one as decommissioned, where what its proof shows is the
    /// batch's, it is in no closed logistic unit, and the site has a loose one; or one that was decommissioned as loose
    /// again. The caller needs UnitRegister. The account that it names needs a role that may hold drugs, and to dispense
    /// Pharmacy or Provider; a Regulator unlocks what others locked.
    ///
    /// Errors, in this order: those of every message, `NotUnitRegister`, `UnknownBatch`, `CallerNotAuthorised`,
    /// `NothingThere`.
    #[ink(message)]
    fn book_unit(&mut self, booking: Booking) -> Result<Booked, BookingError>;
}

/// What the contract `evidence` asks of `batches`.
#[ink::trait_definition]
pub trait QuarantineBooks {
    /// Quarantines goods because of an oracle's report about them. Needs Sentinel.
    ///
    /// Errors, in this order: `Refused`, `UnknownGoods`, `NothingFree`.
    #[ink(message)]
    fn quarantine_on_evidence(&mut self, target: QuarantineTarget) -> Result<(), QuarantineError>;

    /// When a quarantine of these goods was last ended: 0 if never. `None` if the goods are unknown.
    #[ink(message)]
    fn cleared_at(&self, target: QuarantineTarget) -> Option<Timestamp>;
}

/// Declares functions that ask another contract. `None` is no answer, which the caller must treat as a refusal: the
/// contract is not there, stopped, or answers with something else.
macro_rules! asks {
    ($(
        $(#[doc = $doc:literal])*
        $function:ident of $contract:ident: $definition:ident, $kind:ident $message:ident($($arg:ident: $type:ty),*)
            -> $answer:ty;
    )*) => {$(
        $(#[doc = $doc])*
        ///
        /// `None` where the contract gives no answer, which must be treated as a refusal. It cannot call back.
        #[must_use]
        pub fn $function($contract: AccountId, $($arg: $type),*) -> Option<$answer> {
            #[allow(unused_mut)]
            let mut contract: ink::contract_ref!($definition, DefaultEnvironment) =
                ink::primitives::AccountId::from($contract.0).into();
            // Version 1 of the host function is there on every chain with the pallet.
            contract.$kind().$message($($arg),*).call_v1().try_invoke().ok()?.ok()
        }
    )*};
}

asks! {
    /// Asks `access` what an account may do now.
    ask_standing of access: AccessControl, call standing(question: Question) -> Standing;
    /// Asks `access` for whom the account acts.
    ask_account of access: AccessControl, call account(account: AccountId) -> Option<Account>;
    /// Asks `access` for the roles of an organisation.
    ask_rights of access: AccessControl, call rights(organisation: OrganisationId) -> Rights;
    /// Asks `access` about the deployment.
    ask_deployment of access: AccessControl, call deployment() -> Option<Deployment>;
    /// Has `access` write down a decision.
    ask_to_change_access of access: AccessControl, call_mut change(change: Change) -> Result<(), access::Error>;
    /// Asks `feeds` for a value that was observed at most `max_age` milliseconds ago.
    ask_feed_value of feeds: FeedReader, call fresh_value(feed: FeedId, subject: Subject, max_age: Timestamp)
        -> Option<Extensible<FeedValue>>;
    /// Asks `batches` about a unit.
    ask_whereabouts of batches: UnitBooks, call whereabouts(batch: BatchId, position: Option<u32>, site: Option<SiteId>)
        -> Option<Extensible<Whereabouts>>;
    /// Has `batches` book a unit.
    ask_to_book_unit of batches: UnitBooks, call_mut book_unit(booking: Booking) -> Result<Booked, BookingError>;
    /// Has `batches` quarantine goods.
    ask_to_quarantine of batches: QuarantineBooks, call_mut quarantine_on_evidence(target: QuarantineTarget)
        -> Result<(), QuarantineError>;
    /// Asks `batches` when a quarantine of these goods was last ended.
    ask_cleared_at of batches: QuarantineBooks, call cleared_at(target: QuarantineTarget) -> Option<Timestamp>;
}
