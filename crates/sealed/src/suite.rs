//! The algorithms of suite 1, and the nonce of the content.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use hpke::aead::ChaCha20Poly1305 as HpkeAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, HpkeError, OpModeR, OpModeS, Serializable};
use rand::rngs::StdRng;
use rand::SeedableRng;
use zeroize::Zeroizing;

use crate::envelope::SEALED_KEY;
use crate::error::{OpenError, SealError};
use crate::keys::{KeyId, PublicKey, SealingKey};

/// The key encapsulation of RFC 9180, section 7.1: 0x0020.
pub(crate) type Kem = X25519HkdfSha256;
type Public = <Kem as hpke::Kem>::PublicKey;
type Private = <Kem as hpke::Kem>::PrivateKey;
type Encapsulated = <Kem as hpke::Kem>::EncappedKey;

/// The start of HPKE's `info`: other data that is sealed to a key never opens as one of our envelopes.
const LABEL: &[u8] = b"Theriac sealed envelope 1";

/// The length of the cipher's tag, in bytes.
pub(crate) const TAG: usize = size_of::<Tag>();

/// The key of one content: random, and used once.
pub(crate) type ContentKey = Zeroizing<[u8; 32]>;

pub(crate) fn new_content_key() -> Result<ContentKey, SealError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| SealError::NoRandomness)?;
    Ok(key)
}

/// Seals the content key to one recipient: the encapsulated key, and the sealed one.
pub(crate) fn seal_key(
    key: &ContentKey,
    to: &PublicKey,
    head: &[u8],
) -> Result<([u8; 32], [u8; SEALED_KEY]), SealError> {
    let mut rng = StdRng::try_from_os_rng().map_err(|_| SealError::NoRandomness)?;
    let public = Public::from_bytes(&to.0).map_err(|_| SealError::WeakKey)?;
    let info = [LABEL, head].concat();
    let (encapsulated, sealed) = hpke::single_shot_seal::<HpkeAead, HkdfSha256, Kem, _>(
        &OpModeS::Base,
        &public,
        &info,
        key.as_slice(),
        &to.id().0,
        &mut rng,
    )
    .map_err(|error| match error {
        HpkeError::EncapError => SealError::WeakKey,
        _ => SealError::Cipher,
    })?;
    let sealed = sealed.try_into().map_err(|_| SealError::Cipher)?;
    Ok((encapsulated.to_bytes().into(), sealed))
}

/// Opens a content key that was sealed to `key`.
pub(crate) fn open_key(
    key: &SealingKey,
    id: &KeyId,
    encapsulated: &[u8; 32],
    sealed: &[u8; SEALED_KEY],
    head: &[u8],
) -> Result<ContentKey, OpenError> {
    let failed = |_: HpkeError| OpenError::KeyNotOpened;
    let private = Private::from_bytes(key.expose()).map_err(failed)?;
    let encapsulated = Encapsulated::from_bytes(encapsulated).map_err(failed)?;
    let info = [LABEL, head].concat();
    let opened = hpke::single_shot_open::<HpkeAead, HkdfSha256, Kem>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        &info,
        sealed,
        &id.0,
    );
    let opened = Zeroizing::new(opened.map_err(failed)?);
    let bytes = opened.as_slice().try_into().map_err(|_| OpenError::KeyNotOpened)?;
    Ok(Zeroizing::new(bytes))
}

/// Seals the content. The nonce is zero: the key is never used again.
pub(crate) fn seal_content(key: &ContentKey, padded: &[u8], front: &[u8]) -> Result<Vec<u8>, SealError> {
    let cipher = ChaCha20Poly1305::new(Key::from_slice(key.as_slice()));
    let payload = Payload { msg: padded, aad: front };
    cipher.encrypt(&Nonce::default(), payload).map_err(|_| SealError::Cipher)
}

/// Opens the content.
pub(crate) fn open_content(
    key: &ContentKey,
    sealed: &[u8],
    front: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let cipher = ChaCha20Poly1305::new(Key::from_slice(key.as_slice()));
    let payload = Payload { msg: sealed, aad: front };
    let opened = cipher.decrypt(&Nonce::default(), payload);
    opened.map(Zeroizing::new).map_err(|_| OpenError::ContentNotOpened)
}

#[cfg(test)]
#[path = "suite_vectors.rs"]
mod vectors;
