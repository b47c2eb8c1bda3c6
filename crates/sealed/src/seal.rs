use std::collections::BTreeMap;
use std::fmt;

use crate::content::Content;
use crate::envelope::{Context, Head, MAX_RECIPIENTS};
use crate::error::SealError;
use crate::keys::{KeyId, PublicKey};
use crate::signature::{is_signed, signed_message};
use crate::suite;

/// The author: an account, and its way to sign.
pub struct Author<'a> {
    /// The account. Whether it acts for consignor or consignee is a question to the chain, and for the reader.
    pub account: [u8; 32],
    /// Signs a message with the account's sr25519 key.
    pub sign: &'a dyn Fn(&[u8]) -> [u8; 64],
}

impl fmt::Debug for Author<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Author({})", hex::encode(self.account))
    }
}

/// Seals a document to the holders of these public keys. Each call returns other bytes.
///
/// # Errors
/// See [`SealError`].
pub fn seal(
    content: &Content,
    context: &Context,
    recipients: &[PublicKey],
    author: &Author<'_>,
) -> Result<Vec<u8>, SealError> {
    let recipients: BTreeMap<_, _> = recipients.iter().map(|key| (key.id(), key)).collect();
    let count = recipients.len();
    if count == 0 || count > MAX_RECIPIENTS {
        return Err(SealError::RecipientCount(count));
    }
    let padded = content.pad()?;
    let too_long = |_| SealError::TooLong { length: content.as_bytes().len() };
    let head = Head {
        recipients: u8::try_from(count).map_err(|_| SealError::RecipientCount(count))?,
        content_length: u32::try_from(padded.len().saturating_add(suite::TAG)).map_err(too_long)?,
        context: *context,
        author: author.account,
        digest: content.digest(),
    };
    assemble(&head.encode(), &recipients, &padded, author)
}

/// Head, recipients, content, signature.
pub(crate) fn assemble(
    head: &[u8],
    recipients: &BTreeMap<KeyId, &PublicKey>,
    padded: &[u8],
    author: &Author<'_>,
) -> Result<Vec<u8>, SealError> {
    let key = suite::new_content_key()?;
    let mut envelope = head.to_vec();
    for (id, public) in recipients {
        let (encapsulated, sealed) = suite::seal_key(&key, public, head)?;
        envelope.extend(id.0);
        envelope.extend(encapsulated);
        envelope.extend(sealed);
    }
    let sealed = suite::seal_content(&key, padded, &envelope)?;
    envelope.extend_from_slice(&sealed);
    let signature = (author.sign)(&signed_message(&envelope));
    if !is_signed(&envelope, &author.account, &signature) {
        return Err(SealError::WrongSigner);
    }
    envelope.extend(signature);
    Ok(envelope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::{Envelope, Purpose};
    use crate::error::OpenError;
    use crate::keyring::Keyring;

    #[test]
    fn a_content_that_does_not_match_the_digest_is_refused() {
        let account = schnorrkel::Keypair::generate();
        let sign = |message: &[u8]| account.sign_simple(b"substrate", message).to_bytes();
        let author = Author { account: account.public.to_bytes(), sign: &sign };
        let (consignor, purpose) = (author.account, Purpose::DeliveryTerms);
        let context = Context { genesis: [8; 32], contract: [9; 32], consignor, consignee: [2; 32], purpose };
        let keyring = Keyring::generate().unwrap();
        let public = keyring.current().public();
        let content = Content::new(b"12.40 EUR".to_vec()).unwrap();
        let promised = Content::new(b"11.40 EUR".to_vec()).unwrap();
        let head = |digest| {
            let content_length = 1024 + 16;
            Head { recipients: 1, content_length, context, author: consignor, digest }.encode()
        };
        let opened = |digest, padded: &[u8]| {
            let bytes = assemble(&head(digest), &[(public.id(), &public)].into(), padded, &author).unwrap();
            Envelope::parse(&bytes).unwrap().open(&keyring, &context).map(|opened| opened.content)
        };
        let padded = content.pad().unwrap();
        assert_eq!(opened(content.digest(), &padded), Ok(content));
        assert_eq!(opened(promised.digest(), &padded), Err(OpenError::DigestMismatch));
        assert_eq!(opened(promised.digest(), &[0xff; 1024]), Err(OpenError::BadPadding));
    }
}
