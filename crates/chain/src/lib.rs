//! Typed client of the Theriac contracts, for any chain with pallet-contracts.
//!
//! Everything is encoded by the chain's own metadata; the contracts' arguments, answers, errors and events are the
//! types of the contracts' own crates, so client and contract cannot drift apart.
//!
//! ```no_run
//! use chain::batches::Batches;
//! use chain::{Bundles, Chain, Deployment, Signer};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // Once: deploy, and keep where.
//! let chain = Chain::connect("ws://127.0.0.1:9944").await?;
//! let account = chain.account(Signer::from_environment("THERIAC_KEY")?)?;
//! let bundles = Bundles::load("contracts/artifacts".as_ref())?;
//! account.deploy_all(&bundles, b"2026-11").await?.save("deployment.json".as_ref())?;
//!
//! // Later, anywhere.
//! let deployment = Deployment::load("deployment.json".as_ref())?;
//! deployment.check(&chain).await?;
//! let register = Batches(deployment.contracts.batches.address);
//! let batch = primitives::BatchId::of(9_506_000_134_352, b"ABC123");
//!
//! // A read: one request. A submission: dry run, signature, pool, finality, events.
//! let registered = chain.read(&register.batch(batch)).await?;
//! let receipt = account.submit(&register.release(batch)).await?;
//! let released: ::batches::BatchReleased = receipt.event(register.0)?;
//!
//! // Many at once, by one account: each is in the pool when `send` returns.
//! let first = account.send(&register.block(batch)).await?;
//! first.finalised().await?;
//! # Ok(()) }
//! ```
//!
//! # When the node goes away
//! The next request connects again, and waits up to 15 s for the node. A read under way is repeated. A
//! transaction under way is followed over the lost connection: its same signed bytes, which a chain executes once at
//! most, go into the pool again. Where that does not come to an end, [`Error::Disconnected`] and [`Error::Timeout`]
//! say whether the transaction may have been sent. A call is signed anew only where its former transaction is
//! certain never to be executed.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod access;
mod account_id;
pub mod batches;
mod blocks;
mod bundle;
mod call;
mod chain;
mod connection;
mod contract_error;
mod deploy;
mod deployment;
mod errors;
mod events;
pub mod evidence;
mod executed;
pub mod feeds;
mod nonce;
mod pending;
mod pool;
mod runtime;
mod signer;
mod submit;
pub mod units;

pub use account_id::{account_text, parse_account, ParseAccountError};
pub use bundle::{Bundle, Bundles};
pub use call::{Call, Deposit, DryRun, Weight};
pub use chain::{Block, Chain};
pub use contract_error::ContractError;
pub use deploy::Constructor;
pub use deployment::{ChainOfDeployment, Contracts, Deployed, Deployment};
pub use errors::{Error, Sent};
pub use events::{ContractEvent, Emitted, Event, Receipt};
pub use pending::Pending;
pub use primitives::AccountId;
pub use secrecy::SecretString;
pub use signer::Signer;
pub use submit::{Account, Limits};

/// A hash of 32 bytes: of a block, a transaction or a contract's code.
pub type Hash = subxt::utils::H256;
