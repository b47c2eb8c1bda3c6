use crate::content::Content;
use crate::envelope::{Context, Envelope};
use crate::error::OpenError;
use crate::keyring::Keyring;
use crate::keys::PublicKey;
use crate::signature::is_signed;
use crate::suite;

/// An opened envelope, with all its checks passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The document.
    pub content: Content,
    /// The account that sealed it. Whether it acts for consignor or consignee is a question to the chain.
    pub author: [u8; 32],
    /// The key of the keyring that opened it.
    pub key: PublicKey,
}

impl Envelope<'_> {
    /// Opens the envelope with one of the keys, if it belongs to `expected` and its author signed it.
    ///
    /// # Errors
    /// See [`OpenError`]; the checks are made in the order of its variants.
    pub fn open(&self, keyring: &Keyring, expected: &Context) -> Result<Opened, OpenError> {
        if let Some(part) = self.context().difference(expected) {
            return Err(OpenError::OtherContext(part));
        }
        let author = self.author();
        if !is_signed(self.signed, &author, self.signature) {
            return Err(OpenError::BadSignature);
        }
        let own = self.parts().find_map(|part| Some((keyring.find(&part.key)?, part)));
        let (key, part) = own.ok_or(OpenError::NotARecipient)?;
        let content_key = suite::open_key(key, &part.key, part.encapsulated, part.sealed_key, self.head)?;
        let padded = suite::open_content(&content_key, self.content, self.front)?;
        let content = Content::unpad(&padded)?;
        if content.digest() != self.digest() {
            return Err(OpenError::DigestMismatch);
        }
        Ok(Opened { content, author, key: key.public() })
    }
}
