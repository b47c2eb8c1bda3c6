//! How a contract gets new code: `governance` decides and waits, the contract itself lets the new code say that it
//! understands what is stored, and only then puts it in its place.

use ink::codegen::TraitCallBuilder;
use ink::env::call::{build_call, ExecutionInput, Selector};
use ink::env::DefaultEnvironment;
use primitives::{AccountId, CodeHash};

/// What a contract answers whose code `governance` can replace.
#[ink::trait_definition]
pub trait Replaceable {
    /// Replaces the code of this contract by `code`, after that has migrated the storage. Needs Governor.
    ///
    /// `false` where the caller is another one, or where `code` is not on chain, has no `migrate` message, or does
    /// not understand the storage: the caller must then take back the whole call.
    #[ink(message)]
    fn replace_code(&mut self, code: CodeHash) -> bool;

    /// Brings the storage from the layout that it has to the one of this code; `false` where this code does not
    /// understand it. Called again, it changes nothing.
    ///
    /// The running code calls it in its own storage before it hands over, so that no foreign and no wrong code can
    /// take its place. It needs no role: in the storage of a contract that runs this code it does nothing.
    #[ink(message)]
    fn migrate(&mut self) -> bool;
}

/// Lets `code` migrate the storage of the contract that runs, and then puts it in its place.
///
/// Where the answer is `false`, the message must fail, so that all that the migration did is taken back.
#[must_use]
pub fn replace_code(code: CodeHash) -> bool {
    let selector = ink::selector_bytes!("Replaceable::migrate");
    let understood = build_call::<DefaultEnvironment>()
        .delegate(code.into())
        .exec_input(ExecutionInput::new(Selector::new(selector)))
        .returns::<bool>()
        .try_invoke();
    matches!(understood, Ok(Ok(true))) && ink::env::set_code_hash::<DefaultEnvironment>(&code.into()).is_ok()
}

/// Asks `contract` to replace its code; `false` where it does not, or gives no answer.
#[must_use]
pub fn ask_to_replace_code(contract: AccountId, code: CodeHash) -> bool {
    let mut contract: ink::contract_ref!(Replaceable, DefaultEnvironment) =
        ink::primitives::AccountId::from(contract.0).into();
    matches!(contract.call_mut().replace_code(code).call_v1().try_invoke(), Ok(Ok(true)))
}
