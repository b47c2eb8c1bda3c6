//! What contracts ask of each other. No contract depends on another one: they meet in these traits.

use ink::codegen::TraitCallBuilder;
use ink::env::DefaultEnvironment;
use ink::prelude::vec::Vec;
use primitives::access::{self, Account, Change, Deployment, Rights};
use primitives::batches::{
    self, Batch, Booked, Booking, BookingError, QuarantineError, QuarantineTarget, Recall, Registered,
    Registration, Released, Whereabouts,
};
use primitives::feeds::FeedValue;
use primitives::governance::Markets;
use primitives::{
    AccountId, Actor, BatchId, DocumentHash, Extensible, FeedId, OrganisationId, Question, SiteId, Standing,
    Subject, Timestamp,
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

/// What other contracts ask of `governance`.
#[ink::trait_definition]
pub trait Registry {
    /// The markets in which an authority decides, and how many organisations were ever registered.
    ///
    /// No market where it has none, or where no such organisation is registered. Whether it is a Regulator still is for
    /// `access` to say.
    #[ink(message)]
    fn markets(&self, authority: OrganisationId) -> Markets;
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
    /// What is known of the units at these positions of the batch's serial tree, and of the site's units. `None` where the
    /// batch is unknown.
    #[ink(message)]
    fn whereabouts(
        &self,
        batch: BatchId,
        positions: Vec<u32>,
        site: Option<SiteId>,
    ) -> Option<Extensible<Whereabouts>>;

    /// Books what becomes of units of a site, all of it or nothing, and says what was known of them: where what their proof
    /// shows is the batch's, none is in a closed logistic unit, and the site has so many where they are taken from. The
    /// caller needs UnitRegister.
    ///
    /// The account that it names acts for the site. To dispense, it needs Pharmacy or Provider; to destroy and to condemn, no
    /// role; else one that may hold drugs. A Regulator quarantines, condemns and takes back for every site. Regulators and
    /// the batch's manufacturer end a quarantine. A pause does not stop a quarantine or condemnation.
    ///
    /// Errors, in this order: those of every message, `NotUnitRegister`, `UnknownBatch`, `CallerNotAuthorised`.
    #[ink(message)]
    fn book_units(&mut self, booking: Booking) -> Result<Booked, BookingError>;
}

/// What the register of products, the contract `products`, asks of `batches`.
#[ink::trait_definition]
pub trait ProductBooks {
    /// Registers a batch, all of whose units are at the site. The caller needs ProductRegister, and answers for what is
    /// registered; the account that it names acts for the site, and needs Manufacturer.
    ///
    /// Event: `BatchRegistered`. Errors, in this order: those of every message, `NotProductRegister`,
    /// `CallerNotAuthorised`, `BatchExists`.
    #[ink(message)]
    fn register(&mut self, registration: Registration) -> Result<Registered, batches::Error>;

    /// Releases a batch. The caller needs ProductRegister, and answers for its attestations; the account that it names needs
    /// QualityUnit of the batch's manufacturer.
    ///
    /// Event: `BatchReleased`. Errors, in this order: those of every message, `NotProductRegister`, `UnknownBatch`,
    /// `CallerNotAuthorised`, `AlreadyReleased`, `BatchRecalled`, `BatchBlocked`.
    #[ink(message)]
    fn release(&mut self, account: AccountId, batch: BatchId) -> Result<Released, batches::Error>;

    /// What is registered. `None` where the batch is unknown.
    #[ink(message)]
    fn registered(&self, batch: BatchId) -> Option<Extensible<Batch>>;

    /// Recalls all batches of a product that were registered until now. The caller needs ProductRegister, and the account
    /// that it names Regulator. A pause does not stop it.
    ///
    /// Event: `ProductRecalled`. Errors, in this order: `AccessUnavailable`, `InSetUp`, `NotProductRegister`,
    /// `CallerNotAuthorised`, `DeadlineInPast`, `TooManyRecalls`.
    #[ink(message)]
    fn recall_product(
        &mut self,
        account: AccountId,
        gtin: u64,
        recall: Recall,
    ) -> Result<Actor, batches::Error>;

    /// Ends the last recall of a product. The caller needs ProductRegister, and the account that it names Regulator.
    ///
    /// Event: `RecallOfProductEnded`. Errors, in this order: those of every message, `NotProductRegister`, `UnknownRecall`,
    /// `CallerNotAuthorised`, `RecallEnded`, `RecallByCaller`, `RecallStands`.
    #[ink(message)]
    fn end_recall_of_product(
        &mut self,
        account: AccountId,
        gtin: u64,
        document: DocumentHash,
    ) -> Result<Actor, batches::Error>;
}

/// What the contract `evidence` asks of `batches`.
#[ink::trait_definition]
pub trait QuarantineBooks {
    /// Quarantines what is free of goods, because of an oracle's report about them whose inputs were observed at this time:
    /// where they are now, and of loose units no more than were there then. They are suspect from then on until now, so
    /// that what left them in between can be followed. Needs Sentinel.
    ///
    /// Errors, in this order: `Refused`, `UnknownGoods`.
    #[ink(message)]
    fn quarantine_on_evidence(
        &mut self,
        target: QuarantineTarget,
        observed_at: Timestamp,
    ) -> Result<(), QuarantineError>;

    /// When a quarantine of these goods was last ended: 0 if never. `None` if the goods are unknown.
    #[ink(message)]
    fn cleared_at(&self, target: QuarantineTarget) -> Option<Timestamp>;
}

/// The computation that a feed's reader gives it, in picoseconds: ten times what `feeds` takes. The address is a policy's,
/// so that it may be another contract, which must not burn all that the caller brought.
const FEED_READ_LIMIT: u64 = 6_000_000_000;

/// Asks `feeds` for a value that was observed at most `max_age` milliseconds ago.
///
/// `None` where the contract gives no answer within [`FEED_READ_LIMIT`], which must be treated as a refusal. It cannot call
/// back.
#[must_use]
pub fn ask_feed_value(
    feeds: AccountId,
    feed: FeedId,
    subject: Subject,
    max_age: Timestamp,
) -> Option<Option<Extensible<FeedValue>>> {
    let contract: ink::contract_ref!(FeedReader, DefaultEnvironment) =
        ink::primitives::AccountId::from(feeds.0).into();
    let question = contract.call().fresh_value(feed, subject, max_age).call_v1();
    question.gas_limit(FEED_READ_LIMIT).try_invoke().ok()?.ok()
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
    /// Asks `governance` in which markets an authority decides.
    ask_markets of governance: Registry, call markets(authority: OrganisationId) -> Markets;
    /// Asks `batches` about a unit.
    ask_whereabouts of batches: UnitBooks, call whereabouts(batch: BatchId, positions: Vec<u32>, site: Option<SiteId>)
        -> Option<Extensible<Whereabouts>>;
    /// Has `batches` book what becomes of units.
    ask_to_book_units of batches: UnitBooks, call_mut book_units(booking: Booking) -> Result<Booked, BookingError>;
    /// Has `batches` register a batch.
    ask_to_register of batches: ProductBooks, call_mut register(registration: Registration)
        -> Result<Registered, batches::Error>;
    /// Has `batches` release a batch.
    ask_to_release of batches: ProductBooks, call_mut release(account: AccountId, batch: BatchId)
        -> Result<Released, batches::Error>;
    /// Asks `batches` what is registered.
    ask_registered of batches: ProductBooks, call registered(batch: BatchId) -> Option<Extensible<Batch>>;
    /// Has `batches` recall a product.
    ask_to_recall_product of batches: ProductBooks, call_mut recall_product(
        account: AccountId, gtin: u64, recall: Recall) -> Result<Actor, batches::Error>;
    /// Has `batches` end the last recall of a product.
    ask_to_end_recall_of_product of batches: ProductBooks, call_mut end_recall_of_product(
        account: AccountId, gtin: u64, document: DocumentHash) -> Result<Actor, batches::Error>;
    /// Has `batches` quarantine goods.
    ask_to_quarantine of batches: QuarantineBooks, call_mut quarantine_on_evidence(
        target: QuarantineTarget, observed_at: Timestamp) -> Result<(), QuarantineError>;
    /// Asks `batches` when a quarantine of these goods was last ended.
    ask_cleared_at of batches: QuarantineBooks, call cleared_at(target: QuarantineTarget) -> Option<Timestamp>;
}
