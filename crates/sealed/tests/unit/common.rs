//! Accounts and contexts for the tests.

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use sealed::{seal, Author, Content, Context, PublicKey, Purpose};

/// An account with its key.
pub fn account(number: u8) -> Keypair {
    MiniSecretKey::from_bytes(&[number; 32]).unwrap().expand_to_keypair(ExpansionMode::Ed25519)
}

/// The consignor of [`context`].
pub fn consignor() -> Keypair {
    account(1)
}

/// The consignee of [`context`].
pub fn consignee() -> Keypair {
    account(2)
}

/// The context of an envelope.
pub fn context() -> Context {
    Context {
        genesis: [8; 32],
        contract: [9; 32],
        consignor: consignor().public.to_bytes(),
        consignee: consignee().public.to_bytes(),
        purpose: Purpose::DeliveryTerms,
    }
}

/// Seals with the key of an account.
pub fn seal_by(by: &Keypair, content: &Content, to: &[PublicKey]) -> Vec<u8> {
    let sign = |message: &[u8]| by.sign_simple(b"substrate", message).to_bytes();
    let author = Author { account: by.public.to_bytes(), sign: &sign };
    seal(content, &context(), to, &author).unwrap()
}

/// A document.
pub fn content(text: &str) -> Content {
    Content::new(text.as_bytes().to_vec()).unwrap()
}
