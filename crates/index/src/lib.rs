//! A basic index of finalised contract events in SQLite: the way of a pack and of a batch.
//!
//! [`Index::follow`] reads every finalised block since the deployment, in order, and stores what its contracts emitted: the
//! rows of a block and how far reading is are one transaction, so a crash neither loses an event nor stores one twice.
//! [`Index::of_unit`] and [`Index::of_batch`] answer page by page. An event that this program does not know is stored as it
//! is on chain, never dropped.
//!
//! ```no_run
//! use index::{describe, Index, Numbers, Origin, PageRequest};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = chain::Chain::connect("ws://127.0.0.1:9944").await?;
//! let deployment = chain::Deployment::load("deployment.json".as_ref())?;
//! let index = Index::open("history.sqlite".as_ref(), &Origin::from(&deployment)).await?;
//! let stop = tokio_util::sync::CancellationToken::new();
//! tokio::spawn({
//!     let (index, stop) = (index.clone(), stop.clone());
//!     async move { index.follow(&chain, &stop).await }
//! });
//!
//! let gtin = 9_506_000_134_352;
//! let page = index.of_batch(primitives::BatchId::of(gtin, b"ABC123"), gtin, &PageRequest::default()).await?;
//! for entry in &page.entries {
//!     println!("block {}: {}", entry.block.number, describe(&entry.event, &Numbers).sentence);
//! }
//! page.incomplete.iter().for_each(|gap| println!("{gap}"));
//! # Ok(()) }
//! ```
//!
//! # Nodes that forget
//! Events can only be read while a node has the state of their block. So the first indexing needs an archive node, and says
//! so ([`Error::NeedsArchive`]); after it, any node will do. Where the service was off for longer than its node keeps states,
//! the missing blocks are kept as a [`Gap`], reading goes on with the oldest block that is there, and each page whose time a
//! gap touches says so. Whoever starts the service at an archive node again has the gaps filled.
//!
//! # What is derived
//! Nothing but which identifiers an event names, and that from the event alone. No name, state or count is kept here: what
//! holds now is asked of the contracts, so nothing needs to be rebuilt after a gap. Events that an older program did not know
//! are found from when a newer one opens the file.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod carriers;
mod describe;
mod error;
mod follow;
mod mentions;
mod page;
mod progress;
mod query;
mod rows;
mod source;
mod store;
#[cfg(test)]
mod testing;
mod writer;

pub use describe::{describe, Description, Names, Numbers};
pub use error::Error;
pub use mentions::Parties;
pub use page::{Concern, Entry, Order, Pack, Page, PageRequest, Place, MAX_PAGE};
pub use progress::{Gap, Metrics, Progress};
pub use source::{BlockRead, Source};
pub use store::{Index, Origin};
