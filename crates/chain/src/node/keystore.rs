//! Keys in files that a password closes, in the form of the wallets of Substrate's chains (Polkadot-JS keystore, version
//! 3: PKCS#8, scrypt, XSalsa20-Poly1305), so that each can read the other's.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use bip39::Mnemonic;
use crypto_secretbox::aead::{Aead, KeyInit};
use crypto_secretbox::{Key, Nonce, XSalsa20Poly1305};
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use zeroize::Zeroizing;

use crate::account_id::account_text;
use crate::errors::Error;
use crate::AccountId;

/// The entropy of a new phrase: 128 bits are 12 words.
const ENTROPY: usize = 16;
/// scrypt's parameters, N = 2^15, r = 8, p = 1: those of the wallets.
const LOG_N: u8 = 15;
const R: u32 = 8;
const P: u32 = 1;
/// What stands before the secret key, and between it and the public one (PKCS#8 as the wallets write it).
const HEADER: [u8; 16] = [48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
const DIVIDER: [u8; 5] = [161, 35, 3, 33, 0];
/// How many bytes stand before the ciphertext: salt, parameters, nonce.
const BEFORE_CIPHERTEXT: usize = 32 + 12 + 24;

/// A new phrase of 12 words (BIP-39, English): whoever has it has the key.
///
/// # Errors
/// [`Error::BadSecret`] where the machine gives no random numbers.
pub fn new_phrase() -> Result<SecretString, Error> {
    let mut entropy = Zeroizing::new([0; ENTROPY]);
    getrandom::fill(entropy.as_mut_slice()).map_err(|_| bad("this machine gives no random numbers"))?;
    let phrase = Mnemonic::from_entropy(entropy.as_slice()).map_err(|_| bad("no phrase came of it"))?;
    Ok(SecretString::from(phrase.to_string()))
}

/// A phrase or a seed (0x and 64 hexadecimal digits), closed with a password: the text of a key file, and the account.
/// Derivations (`//hard/soft`) cannot be stored so.
///
/// # Errors
/// [`Error::BadSecret`] where it is neither.
pub fn encrypt(secret: &SecretString, password: &SecretString) -> Result<(String, AccountId), Error> {
    let keypair = keypair(secret.expose_secret().trim())?;
    let account = AccountId(keypair.public.to_bytes());
    let mut plain = Zeroizing::new(HEADER.to_vec());
    plain.extend_from_slice(&*Zeroizing::new(keypair.secret.to_ed25519_bytes()));
    plain.extend_from_slice(&DIVIDER);
    plain.extend_from_slice(&account.0);

    let mut random = [0; 32 + 24];
    getrandom::fill(&mut random).map_err(|_| bad("this machine gives no random numbers"))?;
    let (salt, nonce) = random.split_at(32);
    let no_parameters = |_| bad("scrypt does not take its parameters");
    let parameters = scrypt::Params::new(LOG_N, R, P, 32).map_err(no_parameters)?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(password.expose_secret().as_bytes(), salt, &parameters, key.as_mut_slice())
        .map_err(|_| bad("scrypt gives no key"))?;
    let cipher = XSalsa20Poly1305::new(Key::from_slice(key.as_slice()));
    let sealed = cipher.encrypt(Nonce::from_slice(nonce), plain.as_slice());
    let sealed = sealed.map_err(|_| bad("it cannot be encrypted"))?;

    let numbers = [1_u32 << LOG_N, P, R].map(u32::to_le_bytes).concat();
    let encoded = STANDARD.encode([salt, &numbers, nonce, &sealed].concat());
    let file = json!({
        "encoded": encoded,
        "encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
        "address": account_text(&account),
        "meta": {},
    });
    Ok((format!("{file:#}\n"), account))
}

/// The key of a key file.
///
/// # Errors
/// [`Error::BadSecret`] where it is not a key file of this form, or the password is another one.
pub(crate) fn decrypt(file: &str, password: &SecretString) -> Result<subxt_signer::sr25519::Keypair, Error> {
    #[derive(serde::Deserialize)]
    struct Encoded {
        encoded: String,
    }
    let not_a_key_file = |_| bad("it is not a key file of Polkadot-JS, version 3");
    let Encoded { encoded } = serde_json::from_str(file).map_err(not_a_key_file)?;
    // The library takes for granted that there is so much.
    let length = STANDARD.decode(&encoded).map_or(0, |bytes| bytes.len());
    if length < BEFORE_CIPHERTEXT {
        return Err(bad("its encrypted part is cut off"));
    }
    use subxt_signer::polkadot_js_compat::Error as Refused;
    subxt_signer::polkadot_js_compat::decrypt_json(file, password.expose_secret()).map_err(
        |error| match error {
            Refused::Secretbox(_) => bad("the password is another one, or the file was changed"),
            Refused::UnsupportedEncoding => {
                bad("it holds another kind of key than sr25519, or is not encrypted")
            }
            _ => bad("it is not a key file of Polkadot-JS, version 3"),
        },
    )
}

fn keypair(secret: &str) -> Result<Keypair, Error> {
    let not_a_secret =
        || bad("it is neither a phrase of words nor 0x and a seed of 64 digits, and nothing behind it");
    let seed = match secret.strip_prefix("0x") {
        Some(digits) => {
            let mut seed = Zeroizing::new([0; 32]);
            hex::decode_to_slice(digits, seed.as_mut_slice()).map_err(|_| not_a_secret())?;
            seed
        }
        None => {
            let phrase = Mnemonic::parse(secret).map_err(|_| not_a_secret())?;
            let (entropy, length) = phrase.to_entropy_array();
            let entropy = Zeroizing::new(entropy);
            let entropy = entropy.get(..length).ok_or_else(not_a_secret)?;
            // As all of Substrate does: BIP-39's stretching over the entropy, and not over the words.
            let mut stretched = Zeroizing::new([0; 64]);
            pbkdf2::pbkdf2_hmac::<sha2::Sha512>(entropy, b"mnemonic", 2048, stretched.as_mut_slice());
            let mut seed = Zeroizing::new([0; 32]);
            let (first, _) = stretched.split_at(32);
            seed.copy_from_slice(first);
            seed
        }
    };
    let seed = MiniSecretKey::from_bytes(seed.as_slice()).map_err(|_| not_a_secret())?;
    Ok(seed.expand_to_keypair(ExpansionMode::Ed25519))
}

fn bad(reason: &str) -> Error {
    Error::BadSecret { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::node::signer::Signer;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn what_was_encrypted_is_the_same_key_again() {
        let phrase = new_phrase().unwrap();
        assert_eq!(phrase.expose_secret().split(' ').count(), 12);
        assert_ne!(new_phrase().unwrap().expose_secret(), phrase.expose_secret());
        let seed = format!("0x{}", "5a".repeat(32));
        for secret_text in [phrase.expose_secret(), seed.as_str()] {
            let (file, account) = encrypt(&secret(secret_text), &secret("correct horse")).unwrap();
            assert_eq!(
                account,
                Signer::from_secret(&secret(secret_text)).unwrap().account(),
                "as everywhere else"
            );
            assert!(!file.contains(secret_text) && file.contains(&account_text(&account)));
            assert_eq!(AccountId(decrypt(&file, &secret("correct horse")).unwrap().public_key().0), account);
            let error = decrypt(&file, &secret("wrong")).unwrap_err().to_string();
            assert!(error.contains("the password is another one"), "{error}");
        }
    }

    /// What a wallet wrote is read.
    #[test]
    fn a_key_file_of_a_wallet_is_read() {
        let file = r#"{"encoded":"J2FFcPHAY11Pmq/38eqbwfUv9OPitYJs+oYgahBvlagAAAIAAQAAAAgAAAB5o0DwXCWDblsH+9pc++RaBO4fpHBHzUirHFHFE9yS3sDzgAIQjhgvPqJ3ODrMR2gy7vk0VZg1fyirIvmsrfjGbWnOI8YU0joX0tYytroyWaykFKtZJMmE0pNKcJ5dJmDxscbK53Ac+7ld2UdH07yKPXxmPuYNNw3vKx8cg9CdQgifKfzQxHnC+EUpOoHPLwGlHsFEYtIlQtngqd9n","encoding":{"content":["pkcs8","sr25519"],"type":["scrypt","xsalsa20-poly1305"],"version":"3"},"address":"5CfWTDh7XxJ2yrayqQ2aJnnZAH5v5XaF1oJFfH5QCpbfP9v8","meta":{}}"#;
        let keypair = decrypt(file, &secret("whoisbob")).unwrap();
        assert_eq!(
            account_text(&AccountId(keypair.public_key().0)),
            "5CfWTDh7XxJ2yrayqQ2aJnnZAH5v5XaF1oJFfH5QCpbfP9v8"
        );
        let error = decrypt(file, &secret("whoisalice")).unwrap_err().to_string();
        assert!(error.contains("the password is another one"), "{error}");
    }

    #[test]
    fn what_is_not_a_secret_is_refused_and_not_shown() {
        for text in ["", "secret words", "0x12", "//Alice", "abandon abandon about", "0xzz"] {
            let error = encrypt(&secret(text), &secret("password")).unwrap_err();
            assert!(matches!(error, Error::BadSecret { .. }), "{text}");
            assert!(text.is_empty() || !error.to_string().contains(text));
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let encoded = STANDARD.encode(&bytes);
            let encoding = json!({"content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3"});
            let file = json!({
                "encoded": encoded, "encoding": encoding,
                "address": "5CfWTDh7XxJ2yrayqQ2aJnnZAH5v5XaF1oJFfH5QCpbfP9v8",
            });
            prop_assert!(decrypt(&file.to_string(), &secret("password")).is_err());
            prop_assert!(decrypt(&String::from_utf8_lossy(&bytes), &secret("password")).is_err());
        }
    }
}
