//! Any bytes as an envelope, and the same with a correct signature: the reader does not panic, and opens nothing that
//! was not sealed to its key.
#![no_main]

use std::sync::LazyLock;

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use sealed::{signed_message, Envelope, Keyring, OpenError};

static ACCOUNT: LazyLock<Keypair> = LazyLock::new(|| {
    let secret = MiniSecretKey::from_bytes(&[1; 32]).expect("32 bytes");
    secret.expand_to_keypair(ExpansionMode::Ed25519)
});
static KEYRING: LazyLock<Keyring> = LazyLock::new(|| Keyring::parse(&"11".repeat(32)).expect("a key"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(envelope) = Envelope::parse(bytes) else { return };
    let context = *envelope.context();
    assert!(envelope.open(&KEYRING, &context).is_err());

    // Behind the signature: the account as author, the key as the first recipient.
    let mut bytes = bytes.to_vec();
    let account = ACCOUNT.public.to_bytes();
    bytes[144..176].copy_from_slice(&account);
    bytes[208..240].copy_from_slice(&KEYRING.current().public().id().0);
    let signed = bytes.len() - 64;
    let signature = ACCOUNT.sign_simple(b"substrate", &signed_message(&bytes[..signed]));
    bytes[signed..].copy_from_slice(&signature.to_bytes());
    let Ok(envelope) = Envelope::parse(&bytes) else { return };
    assert_eq!(envelope.open(&KEYRING, &context), Err(OpenError::KeyNotOpened));
});
