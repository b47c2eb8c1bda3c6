//! Confidential business documents: sealed to the partners' X25519 keys and kept off chain, with their hash on chain.
//!
//! [`seal`] makes an envelope; its SHA-256 goes on chain, and a store keeps its bytes. [`Envelope::open`] checks its
//! context, its author and its content. `docs/confidential.md` specifies the format and lists the attacks that it
//! prevents.
//!
//! ```
//! use sealed::{hash, seal, Author, Content, Context, Envelope, Keyring, Purpose};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let account = schnorrkel::Keypair::generate();
//! # let sign = |message: &[u8]| account.sign_simple(b"substrate", message).to_bytes();
//! let (consignor, consignee) = ([1; 32], [2; 32]);
//! let context = Context { genesis: [8; 32], contract: [9; 32], consignor, consignee, purpose: Purpose::DeliveryTerms };
//! let keyring = Keyring::generate()?;
//!
//! let content = Content::new(b"500 packs at 12.40 EUR, net 30 days".to_vec())?;
//! let author = Author { account: account.public.to_bytes(), sign: &sign };
//! let bytes = seal(&content, &context, &[keyring.current().public()], &author)?;
//! let on_chain = hash(&bytes);
//!
//! let opened = Envelope::parse(&bytes)?.open(&keyring, &context)?;
//! assert_eq!(opened.content.as_bytes(), content.as_bytes());
//! # let _ = on_chain;
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod content;
mod envelope;
mod error;
mod keyring;
mod keys;
mod open;
mod seal;
mod signature;
#[cfg(feature = "store")]
mod store;
mod suite;

pub use content::{Content, MAX_CONTENT};
pub use envelope::{Context, Envelope, Purpose, MAX_ENVELOPE, MAX_RECIPIENTS};
pub use error::{ContextPart, FormatError, KeyringError, OpenError, SealError};
pub use keyring::{Keyring, MAX_KEYS};
pub use keys::{KeyId, PublicKey, SealingKey};
pub use open::Opened;
pub use seal::{seal, Author};
pub use signature::signed_message;
#[cfg(feature = "store")]
pub use store::{Store, StoreError};

use sha2::{Digest, Sha256};

/// The SHA-256 of an envelope: the hash on chain, and the object's name in the store.
#[must_use]
pub fn hash(envelope: &[u8]) -> [u8; 32] {
    Sha256::digest(envelope).into()
}
