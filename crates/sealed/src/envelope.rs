//! The envelope's bytes: its context, its recipients, and its sealed content.

use crate::content::{MAX_PADDED, MIN_PADDED};
use crate::error::{ContextPart, FormatError};
use crate::keys::KeyId;
use crate::suite::TAG;

/// The first bytes of every envelope.
pub(crate) const MAGIC: [u8; 8] = *b"THRCSEAL";
/// The version of this format.
pub(crate) const VERSION: u8 = 1;
/// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305; sr25519 signatures; SHA-256.
pub(crate) const SUITE: u8 = 1;

/// The part before the recipients.
pub(crate) const HEAD: usize = 16 + 6 * 32;
/// A recipient: key id, encapsulated key, sealed content key with its tag.
pub(crate) const RECIPIENT: usize = 32 + 32 + SEALED_KEY;
pub(crate) const SEALED_KEY: usize = 32 + TAG;
pub(crate) const SIGNATURE: usize = 64;

/// Maximum number of recipients of an envelope.
pub const MAX_RECIPIENTS: usize = 16;
/// Maximum length of an envelope, in bytes.
pub const MAX_ENVELOPE: usize = HEAD + MAX_RECIPIENTS * RECIPIENT + MAX_PADDED + TAG + SIGNATURE;

/// The purpose of an envelope. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// The terms and prices of a delivery.
    DeliveryTerms = 1,
}

impl Purpose {
    fn from_number(number: u8) -> Result<Self, FormatError> {
        match number {
            1 => Ok(Self::DeliveryTerms),
            other => Err(FormatError::UnknownPurpose(other)),
        }
    }
}

/// The context to which an envelope is bound: it does not open in any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The hash of the chain's first block.
    pub genesis: [u8; 32],
    /// The account of the contract whose shipment carries the hash.
    pub contract: [u8; 32],
    /// The site that ships the goods: its number, big-endian, behind zeros.
    pub consignor: [u8; 32],
    /// The site to which they are shipped, in the same form.
    pub consignee: [u8; 32],
    /// The purpose.
    pub purpose: Purpose,
}

impl Context {
    /// The first part in which the two differ.
    pub(crate) fn difference(&self, other: &Self) -> Option<ContextPart> {
        let parts = [
            (ContextPart::Genesis, self.genesis == other.genesis),
            (ContextPart::Contract, self.contract == other.contract),
            (ContextPart::Consignor, self.consignor == other.consignor),
            (ContextPart::Consignee, self.consignee == other.consignee),
            (ContextPart::Purpose, self.purpose == other.purpose),
        ];
        parts.into_iter().find_map(|(part, same)| (!same).then_some(part))
    }
}

/// The part of an envelope that can be read without a key.
pub(crate) struct Head {
    pub(crate) recipients: u8,
    /// The length of the sealed content with its tag.
    pub(crate) content_length: u32,
    pub(crate) context: Context,
    pub(crate) author: [u8; 32],
    pub(crate) digest: [u8; 32],
}

impl Head {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Context { genesis, contract, consignor, consignee, purpose } = self.context;
        let mut bytes = MAGIC.to_vec();
        bytes.extend([VERSION, SUITE, purpose as u8, self.recipients]);
        bytes.extend(self.content_length.to_be_bytes());
        for part in [genesis, contract, consignor, consignee, self.author, self.digest] {
            bytes.extend(part);
        }
        bytes
    }

    /// The caller has checked the magic.
    fn decode(head: &[u8; HEAD]) -> Result<Self, FormatError> {
        let [.., version, suite, purpose, recipients, l0, l1, l2, l3] = *first::<16>(head)?;
        match (version, suite) {
            (VERSION, SUITE) => {}
            (VERSION, suite) => return Err(FormatError::UnknownSuite(suite)),
            (version, _) => return Err(FormatError::UnknownVersion(version)),
        }
        let purpose = Purpose::from_number(purpose)?;
        let (parts, _) = head.get(16..).unwrap_or_default().as_chunks::<32>();
        let &[genesis, contract, consignor, consignee, author, digest] = parts else {
            return Err(FormatError::NotAnEnvelope);
        };
        let context = Context { genesis, contract, consignor, consignee, purpose };
        let content_length = u32::from_be_bytes([l0, l1, l2, l3]);
        Ok(Self { recipients, content_length, context, author, digest })
    }
}

fn first<const N: usize>(bytes: &[u8]) -> Result<&[u8; N], FormatError> {
    bytes.first_chunk::<N>().ok_or(FormatError::NotAnEnvelope)
}

/// A recipient's part: the content key, sealed to one public key.
#[derive(Clone, Copy)]
pub(crate) struct Recipient<'a> {
    pub(crate) key: KeyId,
    pub(crate) encapsulated: &'a [u8; 32],
    pub(crate) sealed_key: &'a [u8; SEALED_KEY],
}

/// A well-formed envelope. Its content is not trusted before it is opened.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Everything before the signature.
    pub(crate) signed: &'a [u8],
    pub(crate) head: &'a [u8; HEAD],
    /// Head and recipients.
    pub(crate) front: &'a [u8],
    recipients: &'a [[u8; RECIPIENT]],
    pub(crate) content: &'a [u8],
    pub(crate) signature: &'a [u8; SIGNATURE],
    context: Context,
    author: [u8; 32],
    digest: [u8; 32],
}

impl<'a> Envelope<'a> {
    /// Reads an envelope's form, to the last byte.
    ///
    /// # Errors
    /// The bytes are not an envelope, or of another version.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(FormatError::NotAnEnvelope);
        }
        let head: &[u8; HEAD] = first(bytes)?;
        let Head { recipients: count, content_length, context, author, digest } = Head::decode(head)?;
        let recipients = usize::from(count);
        if recipients == 0 || recipients > MAX_RECIPIENTS {
            return Err(FormatError::RecipientCount(count));
        }
        let content_length = usize::try_from(content_length).map_err(|_| FormatError::ContentLength)?;
        let padded = content_length.checked_sub(TAG).ok_or(FormatError::ContentLength)?;
        if !padded.is_power_of_two() || !(MIN_PADDED..=MAX_PADDED).contains(&padded) {
            return Err(FormatError::ContentLength);
        }
        // Neither overflows: both counts were checked above.
        let front_length = recipients.saturating_mul(RECIPIENT).saturating_add(HEAD);
        let signed_length = front_length.saturating_add(content_length);
        let wrong_length = FormatError::WrongLength {
            expected: signed_length.saturating_add(SIGNATURE),
            actual: bytes.len(),
        };
        let (signed, signature) = bytes.split_at_checked(signed_length).ok_or(wrong_length)?;
        let signature = <&[u8; SIGNATURE]>::try_from(signature).map_err(|_| wrong_length)?;
        let (front, content) = signed.split_at_checked(front_length).ok_or(wrong_length)?;
        let (recipients, _) = front.get(HEAD..).unwrap_or_default().as_chunks::<RECIPIENT>();
        let envelope = Self { signed, head, front, recipients, content, signature, context, author, digest };
        if !envelope.recipients().is_sorted_by(|one, next| one < next) {
            return Err(FormatError::RecipientsNotSorted);
        }
        Ok(envelope)
    }

    /// The context that it claims.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// The account that it claims as its author.
    #[must_use]
    pub const fn author(&self) -> [u8; 32] {
        self.author
    }

    /// The keys that it claims as recipients, ascending.
    pub fn recipients(&self) -> impl Iterator<Item = KeyId> + use<'a> {
        self.parts().map(|recipient| recipient.key)
    }

    /// Whether both envelopes claim the same document in the same context. A reader that opens one of them then knows
    /// the content of the other.
    #[must_use]
    pub fn has_content_of(&self, other: &Envelope<'_>) -> bool {
        self.context == other.context && self.digest == other.digest
    }

    pub(crate) const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    pub(crate) fn parts(&self) -> impl Iterator<Item = Recipient<'a>> + use<'a> {
        self.recipients.iter().filter_map(|part| {
            let (key, rest) = part.split_first_chunk::<32>()?;
            let (encapsulated, rest) = rest.split_first_chunk::<32>()?;
            Some(Recipient { key: KeyId(*key), encapsulated, sealed_key: rest.first_chunk()? })
        })
    }
}
