//! Properties that hold for all documents, recipients and kinds of damage.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use crate::common::{consignor, context, seal_by};
use proptest::prelude::*;
use sealed::{hash, Content, Context, Envelope, Keyring, KeyringError, OpenError};

fn keyring(seed: [u8; 32]) -> Keyring {
    Keyring::parse(&hex::encode(seed)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_recipient_reads_the_sealed_document(
        document in prop::collection::vec(any::<u8>(), 0..5000),
        seeds in prop::collection::btree_set(any::<[u8; 32]>(), 2..6),
    ) {
        let mut keyrings: Vec<Keyring> = seeds.into_iter().map(keyring).collect();
        let outsider = keyrings.pop().unwrap();
        let content = Content::new(document).unwrap();
        let to: Vec<_> = keyrings.iter().map(|keyring| keyring.current().public()).collect();
        let bytes = seal_by(&consignor(), &content, &to);
        let envelope = Envelope::parse(&bytes).unwrap();
        for keyring in &keyrings {
            prop_assert_eq!(&envelope.open(keyring, &context()).unwrap().content, &content);
        }
        prop_assert_eq!(envelope.open(&outsider, &context()).unwrap_err(), OpenError::NotARecipient);
    }

    #[test]
    fn a_changed_envelope_has_another_hash_and_does_not_open(
        seed: [u8; 32], at: prop::sample::Index, flip in 1_u8..,
    ) {
        let keyring = keyring(seed);
        let content = Content::new(b"terms".to_vec()).unwrap();
        let mut bytes = seal_by(&consignor(), &content, &[keyring.current().public()]);
        let before = hash(&bytes);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert_ne!(hash(&bytes), before);
        if let Ok(envelope) = Envelope::parse(&bytes) {
            prop_assert!(envelope.open(&keyring, &context()).is_err());
        }
    }

    #[test]
    fn an_envelope_does_not_open_in_another_context(
        seed: [u8; 32], genesis: [u8; 32], contract: [u8; 32], consignor_: [u8; 32], consignee: [u8; 32], which in 0..4,
    ) {
        let keyring = keyring(seed);
        let content = Content::new(b"terms".to_vec()).unwrap();
        let bytes = seal_by(&consignor(), &content, &[keyring.current().public()]);
        let here = context();
        let elsewhere = match which {
            0 => Context { genesis, ..here },
            1 => Context { contract, ..here },
            2 => Context { consignor: consignor_, ..here },
            _ => Context { consignee, ..here },
        };
        let opened = Envelope::parse(&bytes).unwrap().open(&keyring, &elsewhere);
        prop_assert!(matches!(opened, Err(OpenError::OtherContext(_))));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..2000), valid_start: bool) {
        if valid_start {
            let start = b"THRCSEAL\x01\x01\x01\x01\x00\x00\x04\x10";
            let length = bytes.len().min(start.len());
            bytes[..length].copy_from_slice(&start[..length]);
        }
        if let Ok(envelope) = Envelope::parse(&bytes) {
            prop_assert!(envelope.open(&keyring([1; 32]), &context()).is_err());
        }
    }

    #[test]
    fn no_text_makes_the_keyring_panic(text in ".{0,200}") {
        if let Err(error) = Keyring::parse(&text) {
            prop_assert!(matches!(error, KeyringError::NotAKeyring));
        }
    }
}
