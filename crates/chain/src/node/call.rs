//! A message to a contract with its typed answer, and what running it without a transaction says.

use primitives::AccountId;
use scale::{Decode, Encode};

use crate::account_id::account_text;
use crate::errors::contract::ContractError;
use crate::errors::Error;
use crate::node::runtime::{DispatchFailure, Runtime};

/// The flag by which a contract says that it took all its changes back.
const REVERTED: u32 = 1;

/// A message to a contract, and how its answer is read.
///
/// Made by the functions of the contracts' modules, such as [`crate::batches`].
pub struct Call<R> {
    pub(crate) contract: AccountId,
    message: &'static str,
    pub(crate) input: Vec<u8>,
    decode: Decoder<R>,
}

/// Reads a contract's own answer, and fails where the bytes are none.
type Decoder<R> = fn(&mut &[u8]) -> Result<Result<R, ContractError>, scale::Error>;

impl<T: Decode> Call<T> {
    /// A message that answers with `T`.
    pub(crate) fn infallible(contract: AccountId, message: &'static str, args: impl Encode) -> Self {
        Self { contract, message, input: input(message, args), decode: |answer| T::decode(answer).map(Ok) }
    }

    /// A message that answers with `Result<T, E>`.
    pub(crate) fn fallible<E: Decode + Into<ContractError>>(
        contract: AccountId,
        message: &'static str,
        args: impl Encode,
    ) -> Self {
        let decode: fn(&mut &[u8]) -> _ =
            |answer| Result::<T, E>::decode(answer).map(|it| it.map_err(Into::into));
        Self { contract, message, input: input(message, args), decode }
    }
}

impl<R> Call<R> {
    /// The contract that is called.
    #[must_use]
    pub fn contract(&self) -> AccountId {
        self.contract
    }

    /// The message's name, as the contract's metadata has it: `ship`, `AccessControl::standing`.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.message
    }

    /// What the contract gets: the selector and the SCALE arguments.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    /// Reads what a contract returned that ran elsewhere: its flags and its bytes.
    ///
    /// # Errors
    /// [`Error::Contract`] where it answers with an error, [`Error::MessageNotUnderstood`] where it does not know the
    /// message.
    pub fn read_answer(&self, flags: u32, data: Vec<u8>) -> Result<R, Error> {
        self.answer(&Returned { flags, data })
    }

    /// The answer of a contract that ran to its end.
    pub(crate) fn answer(&self, returned: &Returned) -> Result<R, Error> {
        let misunderstood = || Error::MessageNotUnderstood { message: self.message.to_owned() };
        let mut data = &returned.data[..];
        // ink! wraps each answer in a result of its own: an error means that it could not read the message.
        match u8::decode(&mut data) {
            Ok(0) => {}
            _ => return Err(misunderstood()),
        }
        let answer = (self.decode)(&mut data).map_err(|_| misunderstood())?;
        if !data.is_empty() {
            return Err(misunderstood());
        }
        let answer = answer.map_err(Error::Contract)?;
        if returned.flags & REVERTED != 0 {
            return Err(Error::answer(self.message, "it took its changes back without an error"));
        }
        Ok(answer)
    }
}

// Derived, these would ask the same of the answer's type.
impl<R> Clone for Call<R> {
    fn clone(&self) -> Self {
        Self {
            contract: self.contract,
            message: self.message,
            input: self.input.clone(),
            decode: self.decode,
        }
    }
}

impl<R> std::fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({} at {})", self.message, account_text(&self.contract))
    }
}

fn input(message: &str, args: impl Encode) -> Vec<u8> {
    let mut input = selector(message).to_vec();
    args.encode_to(&mut input);
    input
}

/// The first four bytes of the BLAKE2b-256 of the message's name, by which ink! knows it.
pub(crate) fn selector(message: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = primitives::blake2_256(message.as_bytes());
    [a, b, c, d]
}

/// Time and proof that a call costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Weight {
    /// Picoseconds of computation on the reference machine.
    #[codec(compact)]
    pub ref_time: u64,
    /// Bytes of storage proof.
    #[codec(compact)]
    pub proof_size: u64,
}

/// What a call does to the payer's storage deposit, in the chain's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode)]
pub enum Deposit {
    /// So much comes back.
    Refund(u128),
    /// So much is held.
    Charge(u128),
}

/// What a call would do now.
#[derive(Clone, Debug)]
pub struct DryRun<R> {
    /// The gas that it needs.
    pub gas_required: Weight,
    /// The deposit for the storage that it takes or frees.
    pub deposit: Deposit,
    /// The contract's answer.
    pub output: R,
}

/// What a contract returned.
#[derive(Clone, Debug, Decode)]
pub(crate) struct Returned {
    flags: u32,
    data: Vec<u8>,
}

impl Returned {
    /// Checks that a constructor ran to its end. Ours cannot refuse by an error of their own.
    pub(crate) fn constructed(&self, contract: &str, constructor: &str) -> Result<(), Error> {
        match (self.flags & REVERTED, self.data.first()) {
            (0, None | Some(0)) => Ok(()),
            _ => Err(Error::MessageNotUnderstood { message: format!("{contract}::{constructor}") }),
        }
    }
}

/// A contract that a dry run made.
#[derive(Clone, Debug, Decode)]
pub(crate) struct Instantiated {
    pub(crate) returned: Returned,
    pub(crate) _address: AccountId,
}

/// The beginning of `ContractResult`, the same for calls and instantiations.
#[derive(Decode)]
struct Costs {
    _gas_consumed: Weight,
    gas_required: Weight,
    deposit: Deposit,
    _debug_message: Vec<u8>,
}

/// What an account pays that has a contract store something.
pub(crate) const DEPOSIT: &str = "the storage deposit";

/// The arguments of `ContractsApi_call`: as much gas as the chain allows, and as much deposit as is said, or by default.
pub(crate) fn api_call(
    origin: AccountId,
    contract: AccountId,
    input: &[u8],
    deposit_limit: Option<u128>,
) -> Vec<u8> {
    (origin, contract, 0_u128, None::<Weight>, deposit_limit, input).encode()
}

/// The arguments of `ContractsApi_instantiate` with code that need not be on chain.
pub(crate) fn api_instantiate(origin: AccountId, code: &[u8], input: &[u8], salt: &[u8]) -> Vec<u8> {
    const UPLOAD: u8 = 0;
    (origin, 0_u128, None::<Weight>, None::<u128>, (UPLOAD, code), input, salt).encode()
}

/// Reads what either API method gave back; bytes behind the result are left alone, as the pallet asks.
pub(crate) fn decode_result<T: Decode>(
    mut bytes: &[u8],
    method: &str,
    runtime: &Runtime,
    party: Party,
) -> Result<DryRun<T>, Error> {
    let bytes = &mut bytes;
    let not_understood = |error: scale::Error| Error::answer(method, error);
    let costs = Costs::decode(bytes).map_err(not_understood)?;
    match u8::decode(bytes).map_err(not_understood)? {
        0 => {
            let output = T::decode(bytes).map_err(not_understood)?;
            Ok(DryRun { gas_required: costs.gas_required, deposit: costs.deposit, output })
        }
        _ => Err(match runtime.dispatch_error(bytes) {
            // The limit was the origin's balance, or the chain's default.
            DispatchFailure::Module { name, .. } if name == "StorageDepositLimitExhausted" => {
                party.poor(DEPOSIT)
            }
            failure => party.explain(failure),
        }),
    }
}

/// Between whom a call went: what an error of the pallet is about.
#[derive(Clone, Copy)]
pub(crate) struct Party {
    pub(crate) origin: AccountId,
    pub(crate) contract: Option<AccountId>,
}

impl Party {
    /// The error that callers match on, and its remedy.
    pub(crate) fn explain(self, failure: DispatchFailure) -> Error {
        let (pallet, name, docs) = match failure {
            DispatchFailure::Module { pallet, name, docs } => (pallet, name, docs),
            DispatchFailure::Other { name } if name.starts_with("Token") => {
                return self.poor(&format!("this ({name})"));
            }
            DispatchFailure::Other { name } => return Error::Dispatch { name },
        };
        match (pallet.as_str(), name.as_str(), self.contract) {
            ("Contracts", "ContractNotFound", Some(address)) => Error::ContractNotFound { address },
            ("Contracts", "OutOfGas", _) => Error::OutOfGas,
            ("Contracts", "StorageDepositNotEnoughFunds", _) => self.poor(DEPOSIT),
            ("Contracts", "TransferFailed", _) => self.poor("the transfer"),
            ("Balances", "InsufficientBalance", _) => self.poor("this"),
            _ => {
                let remedy = remedy(&pallet, &name, self.contract);
                Error::Module { pallet, name, docs: format!("{docs}{remedy}") }
            }
        }
    }

    pub(crate) fn poor(self, what: &str) -> Error {
        Error::InsufficientBalance { account: self.origin, what: what.to_owned() }
    }
}

fn remedy(pallet: &str, name: &str, contract: Option<AccountId>) -> String {
    if pallet != "Contracts" {
        return String::new();
    }
    match name {
        "StorageDepositLimitExhausted" => " The state changed since the dry run: try again.".to_owned(),
        "DuplicateContract" => " Deploy with another salt.".to_owned(),
        "CodeRejected" | "CodeTooLarge" => {
            " The chain's limits are tighter than this bundle needs.".to_owned()
        }
        "ContractTrapped" => {
            let address = contract.map(|address| account_text(&address)).unwrap_or_default();
            format!(" Does the contract {address} know this message?")
        }
        "MigrationInProgress" => " Try again when the chain's migration is over.".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: AccountId = AccountId([7; 32]);
    const REGISTER_BATCH: [u8; 4] = [0x91, 0xbc, 0x86, 0x75];
    const STANDING: [u8; 4] = [0x92, 0x4b, 0x55, 0xd2];

    fn returned(flags: u32, data: Vec<u8>) -> Returned {
        Returned { flags, data }
    }

    #[test]
    fn a_selector_is_the_one_of_ink() {
        // From the metadata of the built contracts.
        assert_eq!(selector("register_batch"), REGISTER_BATCH);
        assert_eq!(selector("AccessControl::standing"), STANDING);
    }

    #[test]
    fn an_answer_is_unwrapped_from_the_result_of_ink() {
        let call = Call::<u64>::fallible::<primitives::batches::Error>(CONTRACT, "ship", ());
        let shipped: Result<Result<u64, primitives::batches::Error>, ()> = Ok(Ok(5));
        assert_eq!(call.answer(&returned(0, shipped.encode())).unwrap(), 5);
        let refused: Result<Result<u64, primitives::batches::Error>, ()> =
            Ok(Err(primitives::batches::Error::NotReleased));
        let error = call.answer(&returned(REVERTED, refused.encode())).unwrap_err();
        assert_eq!(error.contract(), Some(ContractError::Batches(primitives::batches::Error::NotReleased)));
    }

    #[test]
    fn an_answer_of_another_version_is_not_taken_for_another_value() {
        let call = Call::<u64>::infallible(CONTRACT, "round", ());
        for data in [vec![], vec![1, 1], vec![0, 1, 2], (0_u8, 1_u64, 2_u8).encode()] {
            let error = call.answer(&returned(0, data)).unwrap_err();
            assert!(matches!(error, Error::MessageNotUnderstood { message } if message == "round"));
        }
        let error = call.answer(&returned(REVERTED, (0_u8, 1_u64).encode())).unwrap_err();
        assert!(matches!(error, Error::Answer { .. }), "a reverted call is not a success");
    }

    #[test]
    fn the_errors_that_callers_act_on_have_names_of_their_own() {
        let party = Party { origin: AccountId([1; 32]), contract: Some(CONTRACT) };
        let module = |name: &str| DispatchFailure::Module {
            pallet: "Contracts".to_owned(),
            name: name.to_owned(),
            docs: "Docs.".to_owned(),
        };
        assert!(matches!(party.explain(module("OutOfGas")), Error::OutOfGas));
        assert!(matches!(
            party.explain(module("ContractNotFound")),
            Error::ContractNotFound { address } if address == CONTRACT
        ));
        assert!(matches!(
            party.explain(module("StorageDepositNotEnoughFunds")),
            Error::InsufficientBalance { account, .. } if account == party.origin
        ));
        let duplicate = party.explain(module("DuplicateContract")).to_string();
        assert_eq!(
            duplicate,
            "the chain refused with Contracts::DuplicateContract: Docs. Deploy with another salt."
        );
    }
}
