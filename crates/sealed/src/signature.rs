//! The author's signature, by the account that moves the goods.

use schnorrkel::{PublicKey, Signature};

use crate::envelope::SIGNATURE;
use crate::hash;

/// The signing context of all Substrate accounts.
const SUBSTRATE: &[u8] = b"substrate";

/// The message that the author's account signs, over an envelope's bytes before the signature. It is wrapped as wallets
/// wrap messages that are not transactions, so that a signature of one never counts for the other.
#[must_use]
pub fn signed_message(before_signature: &[u8]) -> Vec<u8> {
    let hash = hex::encode(hash(before_signature));
    format!("<Bytes>Theriac sealed envelope 1: {hash}</Bytes>").into_bytes()
}

/// Whether `account` signed these bytes.
pub(crate) fn is_signed(before_signature: &[u8], account: &[u8; 32], signature: &[u8; SIGNATURE]) -> bool {
    let (Ok(account), Ok(signature)) = (PublicKey::from_bytes(account), Signature::from_bytes(signature))
    else {
        return false;
    };
    account.verify_simple(SUBSTRATE, &signed_message(before_signature), &signature).is_ok()
}
