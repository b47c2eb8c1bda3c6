//! Typed client of the Theriac contracts, for any chain with pallet-contracts.
//!
//! Everything is encoded by the chain's own metadata; the contracts' arguments, answers, errors and events are the
//! types of the crate `primitives`, from which the contracts take theirs, so client and contract cannot drift apart.
//!
//! ```no_run
//! use chain::batches::Batches;
//! use chain::{Bundles, Chain, Deployment, Signer};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // Once: deploy, and keep where.
//! let chain = Chain::connect("ws://127.0.0.1:9944").await?;
//! let account = chain.account(Signer::from_environment("THERIAC_KEY")?)?;
//! let block = chain.finalised_head().await?.number;
//! let deployment = account.deploy_all(&Bundles::shipped()?, b"2026-11", block, |_| ()).await?;
//! deployment.save("deployment.json".as_ref())?;
//!
//! // Later, anywhere.
//! let deployment = Deployment::load("deployment.json".as_ref())?;
//! deployment.check(&chain).await?;
//! let register = Batches(deployment.contracts.batches.address);
//! let batch = primitives::BatchId::of(9_506_000_134_352, b"ABC123");
//!
//! // A read: one request. A submission: dry run, signature, pool, finality, events.
//! let registered = chain.read(&register.batch(batch)).await?;
//! let receipt = account.submit(&register.block(batch)).await?;
//! let blocked: primitives::batches::BatchBlocked = receipt.event(register.0)?;
//!
//! // Many at once, by one account: each is in the pool when `send` returns.
//! let first = account.send(&register.unblock(batch)).await?;
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

// Two floors: `contracts` stands on `node`, and both on the words beside them. Nothing points upwards.
mod account_id;
mod contracts;
mod errors;
mod hash;
mod node;

pub use account_id::{account_text, parse_account, ParseAccountError};
pub use contracts::bundle::{Bundle, Bundles};
pub use contracts::deploy::{address_of, Step};
pub use contracts::deployment::{ChainOfDeployment, Contracts, Deployed, Deployment};
pub use contracts::events::Event;
pub use contracts::{access, batches, evidence, feeds, governance, products, units};
pub use errors::contract::ContractError;
pub use errors::{Error, Sent};
pub use hash::Hash;
pub use node::block::Block;
pub use node::blocks::FinalisedEvents;
pub use node::call::{Call, Deposit, DryRun, Weight};
pub use node::chain::Chain;
pub use node::constructor::Constructor;
pub use node::events::{ContractEvent, Emitted, Receipt};
pub use node::keystore;
pub use node::pending::Pending;
pub use node::signer::{External, Signer};
pub use node::state::{ContractEntry, Heading, Heads};
pub use node::submit::{Account, Estimate, Limits, Unsigned};
pub use primitives::AccountId;
pub use secrecy::{ExposeSecret, SecretString};
