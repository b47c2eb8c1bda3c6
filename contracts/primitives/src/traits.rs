use ink::codegen::TraitCallBuilder;
use ink::env::DefaultEnvironment;

use crate::{
    AccountId, BatchId, BookingError, FeedId, QuarantineError, QuarantineTarget, Standing, Subject,
    Timestamp, UnitState, Whereabouts,
};

/// What other contracts ask of `access`.
#[ink::trait_definition]
pub trait AccessControl {
    /// The roles of `account` now, and whether state changes of `contract` are stopped.
    ///
    /// An unknown or suspended account has no role; an expired role is not among them.
    #[ink(message)]
    fn standing(&self, account: AccountId, contract: AccountId) -> Standing;
}

/// What other contracts ask of `feeds`.
#[ink::trait_definition]
pub trait FeedReader {
    /// The value of `feed` about `subject` in the feed's fixed point, where it was observed at most `max_age`
    /// milliseconds ago; nothing where it is older, missing, or the feed is unknown.
    #[ink(message)]
    fn fresh_value(&self, feed: FeedId, subject: Subject, max_age: Timestamp) -> Option<i128>;
}

/// What the register of units, the contract `units`, asks of `batches`.
#[ink::trait_definition]
pub trait UnitBooks {
    /// What is known of the unit at this position of the batch's serial tree, and of the holder's units. Nothing where
    /// the batch is unknown.
    #[ink(message)]
    fn whereabouts(
        &self,
        batch: BatchId,
        position: Option<u32>,
        holder: Option<AccountId>,
    ) -> Option<Whereabouts>;

    /// Books one loose unit of the holder as decommissioned; or, where that is `taken_back`, as loose again. Needs
    /// UnitRegister.
    #[ink(message)]
    fn book_unit(
        &mut self,
        batch: BatchId,
        holder: AccountId,
        state: UnitState,
        taken_back: bool,
    ) -> Result<(), BookingError>;
}

/// What the contract `evidence` asks of `batches`.
#[ink::trait_definition]
pub trait QuarantineBooks {
    /// Sets goods apart because of an oracle's report about them. Needs Sentinel.
    #[ink(message)]
    fn quarantine_on_evidence(&mut self, target: QuarantineTarget) -> Result<(), QuarantineError>;

    /// When a quarantine of these goods was last ended: 0 where none was, nothing where there are no such goods.
    #[ink(message)]
    fn quarantine_cleared_at(&self, target: QuarantineTarget) -> Option<Timestamp>;
}

/// Asks the `access` contract at `access` for the standing of `account` towards `contract`.
///
/// Nothing where it gives no answer: the caller must treat that as a refusal. It cannot change anything while it
/// is asked, nor call back.
#[must_use]
pub fn ask_standing(access: AccountId, account: AccountId, contract: AccountId) -> Option<Standing> {
    let access: ink::contract_ref!(AccessControl, DefaultEnvironment) = access.into();
    // Version 1 of the host function is there on every chain with the pallet.
    access.call().standing(account, contract).call_v1().try_invoke().ok()?.ok()
}

/// Asks the `feeds` contract at `feeds` for a value about `subject` that was observed at most `max_age` milliseconds
/// ago: nothing where there is none, or no answer.
#[must_use]
pub fn ask_fresh_value(feeds: AccountId, feed: FeedId, subject: Subject, max_age: Timestamp) -> Option<i128> {
    let feeds: ink::contract_ref!(FeedReader, DefaultEnvironment) = feeds.into();
    feeds.call().fresh_value(feed, subject, max_age).call_v1().try_invoke().ok()?.ok()?
}

/// Asks the `batches` contract at `batches` about a unit. Nothing where it gives no answer; nothing inside where it does
/// not know the batch.
#[must_use]
pub fn ask_whereabouts(
    batches: AccountId,
    batch: BatchId,
    position: Option<u32>,
    holder: Option<AccountId>,
) -> Option<Option<Whereabouts>> {
    let batches: ink::contract_ref!(UnitBooks, DefaultEnvironment) = batches.into();
    batches.call().whereabouts(batch, position, holder).call_v1().try_invoke().ok()?.ok()
}

/// Asks the `batches` contract at `batches` to book a unit; nothing where it gives no answer.
#[must_use]
pub fn ask_to_book_unit(
    batches: AccountId,
    batch: BatchId,
    holder: AccountId,
    state: UnitState,
    taken_back: bool,
) -> Option<Result<(), BookingError>> {
    let mut batches: ink::contract_ref!(UnitBooks, DefaultEnvironment) = batches.into();
    batches.call_mut().book_unit(batch, holder, state, taken_back).call_v1().try_invoke().ok()?.ok()
}

/// Asks the `batches` contract at `batches` to set goods apart; nothing where it gives no answer.
#[must_use]
pub fn ask_to_quarantine(
    batches: AccountId,
    target: QuarantineTarget,
) -> Option<Result<(), QuarantineError>> {
    let mut batches: ink::contract_ref!(QuarantineBooks, DefaultEnvironment) = batches.into();
    batches.call_mut().quarantine_on_evidence(target).call_v1().try_invoke().ok()?.ok()
}

/// Asks the `batches` contract at `batches` when a quarantine of these goods was last ended. Nothing where it gives no
/// answer; nothing inside where there are no such goods.
#[must_use]
pub fn ask_quarantine_cleared_at(batches: AccountId, target: QuarantineTarget) -> Option<Option<Timestamp>> {
    let batches: ink::contract_ref!(QuarantineBooks, DefaultEnvironment) = batches.into();
    batches.call().quarantine_cleared_at(target).call_v1().try_invoke().ok()?.ok()
}
