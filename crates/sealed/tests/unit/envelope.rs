//! Envelopes from outside: those that open, those that do not, and the error of each.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use crate::common::{account, consignee, consignor, content, context, seal_by};
use sealed::{
    seal, signed_message, Author, Content, Context, ContextPart, Envelope, FormatError, Keyring, OpenError,
    PublicKey, SealError, MAX_ENVELOPE, MAX_RECIPIENTS,
};

/// The offsets of the parts of an envelope for one recipient.
const DIGEST: usize = 176;
const RECIPIENTS: usize = 208;
const RECIPIENT: usize = 112;

fn keyrings(count: usize) -> Vec<Keyring> {
    (0..count).map(|_| Keyring::generate().unwrap()).collect()
}

fn public(keyrings: &[Keyring]) -> Vec<PublicKey> {
    keyrings.iter().map(|keyring| keyring.current().public()).collect()
}

fn open(bytes: &[u8], keyring: &Keyring) -> Result<Content, OpenError> {
    Envelope::parse(bytes).unwrap().open(keyring, &context()).map(|opened| opened.content)
}

/// Signs changed bytes again, as a malicious author would.
fn sign_again(bytes: &mut Vec<u8>) {
    bytes.truncate(bytes.len() - 64);
    let signature = consignor().sign_simple(b"substrate", &signed_message(bytes));
    bytes.extend(signature.to_bytes());
}

#[test]
fn only_recipients_can_open() {
    let partners = keyrings(3);
    let terms = content("500 packs at 12.40 EUR");
    let bytes = seal_by(&consignor(), &terms, &public(&partners));
    for partner in &partners {
        let opened = Envelope::parse(&bytes).unwrap().open(partner, &context()).unwrap();
        assert_eq!(opened.content, terms);
        assert_eq!(opened.author, context().consignor);
        assert_eq!(opened.key, partner.current().public());
    }
    assert_eq!(open(&bytes, &Keyring::generate().unwrap()), Err(OpenError::NotARecipient));
}

#[test]
fn an_old_key_opens_envelopes_from_before_the_rotation() {
    let mut partner = Keyring::generate().unwrap();
    let terms = content("terms");
    let before = seal_by(&consignor(), &terms, &[partner.current().public()]);
    let stolen = partner.clone();
    partner.rotate().unwrap();
    let after = seal_by(&consignor(), &terms, &[partner.current().public()]);
    assert_eq!(open(&before, &partner), Ok(terms.clone()));
    assert_eq!(open(&after, &partner), Ok(terms));
    assert_eq!(open(&after, &stolen), Err(OpenError::NotARecipient));
}

#[test]
fn sealing_twice_gives_other_bytes_of_provably_the_same_document() {
    let partner = keyrings(1);
    let terms = content("terms");
    let (one, two) =
        (seal_by(&consignor(), &terms, &public(&partner)), seal_by(&consignee(), &terms, &public(&partner)));
    let other = seal_by(&consignor(), &content("terms"), &public(&partner));
    let parse = |bytes| Envelope::parse(bytes).unwrap();
    assert_ne!(one[RECIPIENTS..], two[RECIPIENTS..]);
    assert!(parse(&one).has_content_of(&parse(&two)));
    assert!(!parse(&one).has_content_of(&parse(&other)), "a new salt");
    assert_eq!(parse(&two).author(), context().consignee);
}

#[test]
fn an_envelope_opens_only_in_its_context() {
    let partner = keyrings(1);
    let bytes = seal_by(&consignor(), &content("terms"), &public(&partner));
    let here = context();
    for (elsewhere, part) in [
        (Context { genesis: [1; 32], ..here }, ContextPart::Genesis),
        (Context { contract: [1; 32], ..here }, ContextPart::Contract),
        (Context { consignor: [1; 32], ..here }, ContextPart::Consignor),
        (Context { consignee: [1; 32], ..here }, ContextPart::Consignee),
    ] {
        let opened = Envelope::parse(&bytes).unwrap().open(&partner[0], &elsewhere);
        assert_eq!(opened.unwrap_err(), OpenError::OtherContext(part));
    }
}

#[test]
fn an_author_of_two_contexts_cannot_move_an_envelope_between_them() {
    // The consignor writes another consignee into the head and signs again: the sealed key is bound to the old head.
    let partner = keyrings(1);
    let mut bytes = seal_by(&consignor(), &content("terms"), &public(&partner));
    bytes[112..144].copy_from_slice(&[3; 32]);
    sign_again(&mut bytes);
    let elsewhere = Context { consignee: [3; 32], ..context() };
    let opened = Envelope::parse(&bytes).unwrap().open(&partner[0], &elsewhere);
    assert_eq!(opened.unwrap_err(), OpenError::KeyNotOpened);
}

#[test]
fn every_changed_byte_is_noticed() {
    let partner = keyrings(2);
    let bytes = seal_by(&consignor(), &content("terms"), &public(&partner));
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1 << (index % 8);
        match Envelope::parse(&changed) {
            Err(_) => assert!(index < RECIPIENTS + 2 * RECIPIENT, "byte {index}"),
            Ok(envelope) => {
                let error = envelope.open(&partner[0], &context()).unwrap_err();
                let expected = match index {
                    16..144 => matches!(error, OpenError::OtherContext(_)),
                    _ => error == OpenError::BadSignature,
                };
                assert!(expected, "byte {index}: {error:?}");
            }
        }
    }
}

#[test]
fn a_signed_envelope_that_was_badly_made_is_refused_at_each_layer() {
    let partner = keyrings(1);
    let bytes = seal_by(&consignor(), &content("terms"), &public(&partner));
    let changed = |index: usize| {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        sign_again(&mut changed);
        open(&changed, &partner[0]).unwrap_err()
    };
    assert_eq!(changed(DIGEST), OpenError::KeyNotOpened);
    assert_eq!(changed(RECIPIENTS), OpenError::NotARecipient);
    assert_eq!(changed(RECIPIENTS + 32), OpenError::KeyNotOpened);
    assert_eq!(changed(RECIPIENTS + 64), OpenError::KeyNotOpened);
    assert_eq!(changed(RECIPIENTS + RECIPIENT), OpenError::ContentNotOpened);
    let mut low_order = bytes.clone();
    low_order[RECIPIENTS + 32..RECIPIENTS + 64].fill(0);
    sign_again(&mut low_order);
    assert_eq!(open(&low_order, &partner[0]), Err(OpenError::KeyNotOpened));
}

#[test]
fn an_author_seals_only_in_its_own_name() {
    let partner = public(&keyrings(1));
    let stranger = account(3);
    let sign = |message: &[u8]| stranger.sign_simple(b"substrate", message).to_bytes();
    let other_name = Author { account: consignor().public.to_bytes(), sign: &sign };
    assert_eq!(seal(&content("terms"), &context(), &partner, &other_name), Err(SealError::WrongSigner));
}

#[test]
fn recipients_are_counted_once_and_limited() {
    let partners = public(&keyrings(MAX_RECIPIENTS + 1));
    let consignor = consignor();
    let sign = |message: &[u8]| consignor.sign_simple(b"substrate", message).to_bytes();
    let author = Author { account: consignor.public.to_bytes(), sign: &sign };
    let sealed = |to: &[PublicKey]| seal(&content("terms"), &context(), to, &author);
    assert_eq!(sealed(&[]), Err(SealError::RecipientCount(0)));
    assert_eq!(sealed(&partners), Err(SealError::RecipientCount(MAX_RECIPIENTS + 1)));
    let twice = sealed(&[partners[0], partners[0]]).unwrap();
    assert_eq!(Envelope::parse(&twice).unwrap().recipients().collect::<Vec<_>>(), [partners[0].id()]);
    // Points of low order: keys that keep nothing secret.
    for weak in [[0; 32], std::array::from_fn(|index| u8::from(index == 0))] {
        assert_eq!(sealed(&[partners[0], PublicKey(weak)]), Err(SealError::WeakKey));
    }
}

#[test]
fn the_longest_document_makes_the_longest_envelope() {
    let partners = keyrings(MAX_RECIPIENTS);
    let longest = Content::new(vec![7; sealed::MAX_CONTENT]).unwrap();
    let bytes = seal_by(&consignor(), &longest, &public(&partners));
    assert_eq!(bytes.len(), MAX_ENVELOPE);
    assert_eq!(open(&bytes, &partners[3]), Ok(longest));
}

#[test]
fn the_form_is_read_to_the_last_byte() {
    let bytes = seal_by(&consignor(), &content("terms"), &public(&keyrings(2)));
    let with = |index: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[index] = byte;
        Envelope::parse(&changed).unwrap_err()
    };
    assert_eq!(with(0, b'X'), FormatError::NotAnEnvelope);
    assert_eq!(with(8, 2), FormatError::UnknownVersion(2));
    assert_eq!(with(9, 2), FormatError::UnknownSuite(2));
    assert_eq!(with(10, 0), FormatError::UnknownPurpose(0));
    assert_eq!(with(11, 0), FormatError::RecipientCount(0));
    assert_eq!(with(11, 17), FormatError::RecipientCount(17));
    assert_eq!(with(15, 17), FormatError::ContentLength);
    assert_eq!(with(12, 255), FormatError::ContentLength);
    let expected = bytes.len();
    let longer = [&bytes[..], &[0]].concat();
    let wrong = |actual| FormatError::WrongLength { expected, actual };
    assert_eq!(Envelope::parse(&longer).unwrap_err(), wrong(expected + 1));
    assert_eq!(Envelope::parse(&bytes[..expected - 1]).unwrap_err(), wrong(expected - 1));
    assert_eq!(Envelope::parse(&bytes[..300]).unwrap_err(), wrong(300));
    assert_eq!(Envelope::parse(&bytes[..100]).unwrap_err(), FormatError::NotAnEnvelope);
    assert_eq!(Envelope::parse(&[]).unwrap_err(), FormatError::NotAnEnvelope);
    let mut swapped = bytes.clone();
    swapped[RECIPIENTS..RECIPIENTS + 2 * RECIPIENT].rotate_left(RECIPIENT);
    assert_eq!(Envelope::parse(&swapped).unwrap_err(), FormatError::RecipientsNotSorted);
    let mut doubled = bytes;
    doubled.copy_within(RECIPIENTS..RECIPIENTS + RECIPIENT, RECIPIENTS + RECIPIENT);
    assert_eq!(Envelope::parse(&doubled).unwrap_err(), FormatError::RecipientsNotSorted);
}
