//! Why something did not work: one type for both floors, because callers match on it.

pub(crate) mod contract;

use std::path::PathBuf;

use primitives::AccountId;

use crate::account_id::account_text;
use crate::errors::contract::ContractError;
use crate::hash::Hash;

/// Why something with the chain did not work: the cause, and what to do about it.
///
/// No message holds a key or a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL is no WebSocket address.
    #[error("{url:?} is not a WebSocket address ({reason}): give one such as ws://127.0.0.1:9944")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The address leads over a network without encryption, and nobody allowed that.
    #[error(
        "{url} is not encrypted: whoever sits between can change what the node answers. Use a wss:// address; or, where you \
         trust the whole network up to the node, allow it with --insecure"
    )]
    Unencrypted {
        /// The address, without what may be a key.
        url: String,
    },
    /// No connection to the node could be made.
    #[error("no node answers at {url} ({reason}): is it running, and is the address right?")]
    Unreachable {
        /// The node's address.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// The connection was lost during a request.
    #[error("the connection to the node was lost during {during}: {sent}")]
    Disconnected {
        /// The RPC method, or what was awaited.
        during: String,
        /// Whether a transaction may be on its way.
        sent: Sent,
    },
    /// The node or the chain took too long.
    #[error("{what} took longer than {seconds} s: {sent}")]
    Timeout {
        /// What was awaited.
        what: String,
        /// How long.
        seconds: u64,
        /// Whether a transaction may be on its way.
        sent: Sent,
    },
    /// The node refused a request.
    #[error("the node refused {method}: {message} (code {code})")]
    Rpc {
        /// The RPC method.
        method: String,
        /// The JSON-RPC error code.
        code: i32,
        /// What the node said.
        message: String,
    },
    /// The node answered with something that this client does not understand.
    #[error("the node's answer to {what} was not understood ({reason}): node and client may be of different times")]
    Answer {
        /// What was asked.
        what: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The chain has no pallet for Wasm contracts.
    #[error("the chain {chain:?} has no pallet Contracts{}: choose a chain with pallet-contracts",
        .instead.as_ref().map(|pallet| format!(" (it has {pallet}, which does not run ink! 5 contracts)")).unwrap_or_default())]
    MissingPallet {
        /// The chain's name.
        chain: String,
        /// The pallet for other contracts that it has.
        instead: Option<String>,
    },
    /// The chain lacks something that this client needs, or has it in another form.
    #[error("the chain {chain:?} cannot be used: {part}; a runtime with pallet-contracts 27 or later and metadata 15 is needed")]
    MissingPart {
        /// The chain's name.
        chain: String,
        /// What is missing or different.
        part: String,
    },
    /// The chain is not the one of the deployment file, or the node changed its chain.
    #[error(
        "the node is on the chain with genesis {found:?}, and {expected:?} is expected: \
             connect to the deployment's chain, or deploy on this one"
    )]
    WrongChain {
        /// The expected genesis hash.
        expected: Hash,
        /// The node's genesis hash.
        found: Hash,
    },
    /// There is no contract at an address.
    #[error("there is no contract at {}: was it deployed on this chain, and was the chain started anew since?",
        account_text(.address))]
    ContractNotFound {
        /// The address.
        address: AccountId,
    },
    /// A contract runs another code than the deployment file says.
    #[error("the contract at {} has the code {found:?}, and the deployment file says {expected:?}: \
             use the deployment file of this contract", account_text(.address))]
    CodeMismatch {
        /// The contract.
        address: AccountId,
        /// The code hash of the deployment file.
        expected: Hash,
        /// The code hash on chain.
        found: Hash,
    },
    /// The contract refused.
    #[error("{0}")]
    Contract(ContractError),
    /// The contract does not know the message, or not with these arguments.
    #[error(
        "the contract does not understand {message}: it is of another version than this program; \
             deploy the bundles that belong to it"
    )]
    MessageNotUnderstood {
        /// The message.
        message: String,
    },
    /// A pallet refused.
    #[error("the chain refused with {pallet}::{name}: {docs}")]
    Module {
        /// The pallet.
        pallet: String,
        /// The error's name in the chain's metadata.
        name: String,
        /// What the chain's metadata says about it, and what to do where that is known.
        docs: String,
    },
    /// The chain refused outside of a pallet.
    #[error("the chain refused with {name}")]
    Dispatch {
        /// The variant of `DispatchError`.
        name: String,
    },
    /// The account cannot pay.
    #[error("{} has not enough free balance for {what}: send funds to it", account_text(.account))]
    InsufficientBalance {
        /// The account.
        account: AccountId,
        /// What it should pay for.
        what: String,
    },
    /// The call needs more gas than its limit.
    #[error("the contract ran out of gas: the state changed since the dry run, or the call is too large for a block; \
             try again, with less in one call")]
    OutOfGas,
    /// A transaction can no longer be executed: to send the call again is safe.
    #[error("the transaction {hash:?} was not executed and never will be ({reason}): it is safe to send the call again")]
    NotExecuted {
        /// The transaction.
        hash: Hash,
        /// What became of it.
        reason: String,
    },
    /// The pool refused a transaction: it was not sent.
    #[error("the node's pool refused the transaction: {reason}")]
    Refused {
        /// What the pool said.
        reason: String,
    },
    /// A range of blocks reaches beyond what is final.
    #[error(
        "block {asked} is not final yet, the last final one is {finalised}: ask for blocks up to that one"
    )]
    NotFinalised {
        /// The block that was asked for.
        asked: u64,
        /// The last finalised block.
        finalised: u64,
    },
    /// The node does not have a block's state any more.
    #[error("the node has no state of block {block}: ask an archive node (--state-pruning archive)")]
    StatePruned {
        /// The block.
        block: u64,
    },
    /// A contract bundle cannot be used.
    #[error("the contract bundle {path} cannot be used: {reason}; build it anew with cargo contract")]
    BadBundle {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A secret is not a key.
    #[error(
        "the secret of the signing key cannot be used: {reason}; give a mnemonic of 12 to 24 words, \
             or 0x and the 64 hexadecimal digits of a seed"
    )]
    BadSecret {
        /// What is wrong; never the secret itself.
        reason: String,
    },
    /// The key is somebody else's, who did not sign.
    #[error("{} did not sign: {reason}; look at the external signer", account_text(account))]
    NotSigned {
        /// The account.
        account: primitives::AccountId,
        /// Why.
        reason: String,
    },
    /// A publicly known key on a chain that is not a development chain.
    #[error(
        "the signing key is one of the public development keys, and {chain:?} is not a development chain: \
             everybody could sign with it; use a key of your own"
    )]
    DevKeyOnLiveChain {
        /// The chain's name.
        chain: String,
    },
    /// A deployment file cannot be used.
    #[error("the deployment file {path} cannot be used: {reason}")]
    BadDeployment {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Something could not be encoded for this chain.
    #[error("{what} cannot be encoded for this chain ({reason}): its runtime is too different")]
    Encode {
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
}

/// Whether a transaction may be on its way when a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Nothing was sent: it is safe to try again.
    No,
    /// This transaction may have been sent, and may be executed.
    Maybe(Hash),
}

impl std::fmt::Display for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Sent::No => f.write_str("nothing was sent, so it is safe to try again"),
            Sent::Maybe(hash) => write!(
                f,
                "the transaction {hash:?} may have been sent; look for its effect before you send the call again"
            ),
        }
    }
}

impl Error {
    /// Whether the same request may succeed later without anybody changing anything: the node was away or slow,
    /// and nothing was sent.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Error::Unreachable { .. }
                | Error::Disconnected { sent: Sent::No, .. }
                | Error::Timeout { sent: Sent::No, .. }
                | Error::NotExecuted { .. }
        )
    }

    /// The contract's own error, where it is one.
    #[must_use]
    pub fn contract(&self) -> Option<ContractError> {
        match self {
            Error::Contract(error) => Some(*error),
            _ => None,
        }
    }

    pub(crate) fn answer(what: impl Into<String>, reason: impl ToString) -> Self {
        Error::Answer { what: what.into(), reason: reason.to_string() }
    }

    pub(crate) fn encode(what: impl Into<String>, reason: impl ToString) -> Self {
        Error::Encode { what: what.into(), reason: reason.to_string() }
    }

    /// The same failure of a request that carried a transaction.
    pub(crate) fn may_have_sent(self, hash: Hash) -> Self {
        match self {
            Error::Disconnected { during, .. } => Error::Disconnected { during, sent: Sent::Maybe(hash) },
            Error::Timeout { what, seconds, .. } => Error::Timeout { what, seconds, sent: Sent::Maybe(hash) },
            Error::Unreachable { url, reason } => Error::Disconnected {
                during: format!("submission ({url}: {reason})"),
                sent: Sent::Maybe(hash),
            },
            other => other,
        }
    }
}
