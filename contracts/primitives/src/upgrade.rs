//! How a contract gets new code: proposed by an administrator, open to everybody's eyes for [`UPGRADE_DELAY`], and
//! applied only where the new code itself says that it understands what is stored.

use crate::{ensure, AccountId, Call, Role, Timestamp};

/// How long proposed code waits before it can be applied, in milliseconds: two days, in which everybody sees the
/// proposal on chain, and an administrator or regulator can cancel it.
pub const UPGRADE_DELAY: Timestamp = 172_800_000;

/// Code that is to replace a contract's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct UpgradeProposal {
    /// The hash of the new code, which must be on chain when it is applied.
    pub code: [u8; 32],
    /// Who proposed it.
    pub by: AccountId,
    /// The first moment at which it can be applied.
    pub applies_from: Timestamp,
}

/// Why code is not replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeError {
    /// Needs Admin; to cancel, Admin or Regulator.
    CallerNotAuthorised,
    /// The delay is not over.
    TooEarly,
    /// The new code is not on chain, has no `migrate` message, or does not understand the stored layout.
    LayoutNotUnderstood,
}

/// New code was proposed: it can be applied from `applies_from` on.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeProposed {
    /// The hash of the new code.
    #[ink(topic)]
    pub code: [u8; 32],
    /// The administrator who proposed it.
    #[ink(topic)]
    pub by: AccountId,
    /// The first moment at which it can be applied.
    pub applies_from: Timestamp,
}

/// A proposal was withdrawn.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeCancelled {
    /// The hash of the code that will not be applied.
    #[ink(topic)]
    pub code: [u8; 32],
    /// Who cancelled.
    #[ink(topic)]
    pub by: AccountId,
}

/// The contract has new code, and its storage the layout of that code.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeApplied {
    /// The hash of the code.
    #[ink(topic)]
    pub code: [u8; 32],
    /// The administrator who applied it.
    #[ink(topic)]
    pub by: AccountId,
}

/// What the code that is to replace another one must answer.
#[ink::trait_definition]
pub trait Migration {
    /// Brings the storage from the layout that it has to the one of this code; `false` where this code does not
    /// understand it, and then nothing may have changed. Called again, it changes nothing.
    ///
    /// The running contract calls it in its own storage before it hands over, so that no foreign and no wrong code
    /// can take its place. It needs no role: in the storage of a contract that runs this code it does nothing.
    #[ink(message)]
    fn migrate(&mut self) -> bool;
}

impl UpgradeProposal {
    /// The caller proposes `code`, in place of an earlier proposal.
    pub fn new(call: Call, code: [u8; 32]) -> Result<(Self, UpgradeProposed), UpgradeError> {
        ensure(call.roles.contains(Role::Admin), UpgradeError::CallerNotAuthorised)?;
        let applies_from = call.now.saturating_add(UPGRADE_DELAY);
        let by = call.caller;
        Ok((Self { code, by, applies_from }, UpgradeProposed { code, by, applies_from }))
    }

    /// The caller withdraws this proposal.
    pub fn cancel(self, call: Call) -> Result<UpgradeCancelled, UpgradeError> {
        let entitled = call.roles.contains(Role::Admin) || call.roles.contains(Role::Regulator);
        ensure(entitled, UpgradeError::CallerNotAuthorised)?;
        Ok(UpgradeCancelled { code: self.code, by: call.caller })
    }

    /// The caller applies this proposal, where its time has come.
    pub fn apply(self, call: Call) -> Result<UpgradeApplied, UpgradeError> {
        ensure(call.roles.contains(Role::Admin), UpgradeError::CallerNotAuthorised)?;
        ensure(call.now >= self.applies_from, UpgradeError::TooEarly)?;
        Ok(UpgradeApplied { code: self.code, by: call.caller })
    }
}

/// Lets `code` migrate the storage of the contract that runs, and then puts it in its place.
///
/// An error is to be returned by the message, so that all that the migration did is taken back.
pub fn replace_code(code: [u8; 32]) -> Result<(), UpgradeError> {
    use ink::env::call::{build_call, ExecutionInput, Selector};
    use ink::env::DefaultEnvironment;

    let selector = ink::selector_bytes!("Migration::migrate");
    let understood = build_call::<DefaultEnvironment>()
        .delegate(code.into())
        .exec_input(ExecutionInput::new(Selector::new(selector)))
        .returns::<bool>()
        .try_invoke();
    ensure(matches!(understood, Ok(Ok(true))), UpgradeError::LayoutNotUnderstood)?;
    ink::env::set_code_hash::<DefaultEnvironment>(&code.into()).map_err(|_| UpgradeError::LayoutNotUnderstood)
}
