use std::str::FromStr;
use std::sync::Arc;

use primitives::AccountId;
use secrecy::{ExposeSecret, SecretString};
use subxt::utils::MultiSignature;
use subxt_signer::sr25519::{dev, Keypair};
use subxt_signer::{SecretUri, DEV_PHRASE};

use crate::account_id::account_text;
use crate::errors::Error;
use crate::node::keystore;

/// An sr25519 key that signs transactions. It shows its account and nothing else.
#[derive(Clone)]
pub struct Signer {
    account: AccountId,
    key: Key,
    is_development: bool,
}

#[derive(Clone)]
enum Key {
    Here(Box<Keypair>),
    Elsewhere(Arc<dyn External>),
}

/// A key that another program or machine has.
pub trait External: Send + Sync {
    /// Signs these bytes by sr25519, with the context `substrate`. It may take its time: it is called on a thread that may
    /// wait.
    ///
    /// # Errors
    /// Why there is no signature, in words.
    fn sign(&self, payload: &[u8]) -> Result<[u8; 64], String>;
}

impl Signer {
    /// The key of a secret URI: a mnemonic or `0x` and a seed in hexadecimal, then derivations (`//hard/soft`) and
    /// `///password` where wanted. Derivations alone (`//Alice`) give a public development key.
    ///
    /// # Errors
    /// [`Error::BadSecret`] where it is none.
    pub fn from_secret(secret: &SecretString) -> Result<Self, Error> {
        let text = secret.expose_secret().trim();
        if text.is_empty() {
            return Err(bad("it is empty"));
        }
        // The messages of the libraries may quote what they read: none goes into ours.
        let uri = SecretUri::from_str(text).map_err(|_| bad("it is not a secret URI"))?;
        let keypair = Keypair::from_uri(&uri).map_err(|_| bad("it is neither a mnemonic nor a seed"))?;
        let is_development = is_public(&uri, &keypair)?;
        Ok(Self::here(keypair, is_development))
    }

    /// The key whose secret URI is in the environment variable `name`.
    ///
    /// # Errors
    /// [`Error::BadSecret`] where the variable is not set or holds no key.
    pub fn from_environment(name: &str) -> Result<Self, Error> {
        let secret =
            std::env::var(name).map_err(|_| bad(&format!("the environment variable {name} is not set")))?;
        Self::from_secret(&SecretString::from(secret))
    }

    /// The key of a key file that is closed with a password: see [`crate::keystore`].
    ///
    /// # Errors
    /// [`Error::BadSecret`] where it is not one, or the password is another one.
    pub fn from_key_file(file: &str, password: &SecretString) -> Result<Self, Error> {
        let keypair = keystore::decrypt(file, password)?;
        let is_development = is_well_known(&keypair);
        Ok(Self::here(keypair, is_development))
    }

    /// The key of an account that somebody else has.
    #[must_use]
    pub fn external(account: AccountId, key: Arc<dyn External>) -> Self {
        Self { account, key: Key::Elsewhere(key), is_development: false }
    }

    fn here(keypair: Keypair, is_development: bool) -> Self {
        Self { account: AccountId(keypair.public_key().0), key: Key::Here(Box::new(keypair)), is_development }
    }

    /// The account for which the key signs.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Signs a message that is no transaction, by sr25519 with the context `substrate`.
    ///
    /// # Errors
    /// [`Error::NotSigned`] where the key is elsewhere and is not used.
    pub fn sign_message(&self, message: &[u8]) -> Result<[u8; 64], Error> {
        match &self.key {
            Key::Here(keypair) => Ok(keypair.sign(message).0),
            Key::Elsewhere(key) => {
                key.sign(message).map_err(|reason| Error::NotSigned { account: self.account, reason })
            }
        }
    }

    /// Whether everybody knows the key: it is derived from the mnemonic of Substrate's development chains.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.is_development
    }
}

fn bad(reason: &str) -> Error {
    Error::BadSecret { reason: reason.to_owned() }
}

/// Whether everybody knows a key: its root is the development mnemonic's (written out, as its seed, or left out),
/// or it is one of the well-known accounts by the seed of its own.
fn is_public(uri: &SecretUri, keypair: &Keypair) -> Result<bool, Error> {
    let root = |uri: SecretUri| Keypair::from_uri(&uri).map(|key| key.public_key().0);
    let not_a_key = |_| bad("it is neither a mnemonic nor a seed");
    let own = SecretUri { junctions: Vec::new(), phrase: uri.phrase.clone(), password: uri.password.clone() };
    let public = SecretUri { junctions: Vec::new(), phrase: SecretString::from(DEV_PHRASE), password: None };
    Ok(uri.phrase.expose_secret() == DEV_PHRASE
        || root(own).map_err(not_a_key)? == root(public).map_err(not_a_key)?
        || is_well_known(keypair))
}

/// Whether it is the key of one of the well-known accounts of development chains.
fn is_well_known(keypair: &Keypair) -> bool {
    let well_known = [
        dev::alice(),
        dev::bob(),
        dev::charlie(),
        dev::dave(),
        dev::eve(),
        dev::ferdie(),
        dev::one(),
        dev::two(),
    ];
    well_known.iter().any(|known| known.public_key().0 == keypair.public_key().0)
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", account_text(&self.account()))
    }
}

impl Signer {
    /// The signature of a transaction's payload.
    pub(crate) async fn signature_of(&self, payload: Vec<u8>) -> Result<MultiSignature, Error> {
        let signature = match &self.key {
            Key::Here(_) => self.sign_message(&payload)?,
            Key::Elsewhere(_) => {
                let (signer, account) = (self.clone(), self.account);
                let signed = tokio::task::spawn_blocking(move || signer.sign_message(&payload)).await;
                signed.map_err(|_| Error::NotSigned { account, reason: "the signer failed".to_owned() })??
            }
        };
        Ok(MultiSignature::Sr25519(signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const MNEMONIC: &str = "caution juice atom organ advance problem want pledge someone senior holiday very";

    fn signer(secret: &str) -> Result<Signer, Error> {
        Signer::from_secret(&SecretString::from(secret))
    }

    #[test]
    fn a_key_comes_from_a_derivation_a_mnemonic_or_a_seed() {
        assert_eq!(account_text(&signer("//Alice").unwrap().account()), ALICE);
        let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
        assert_eq!(account_text(&signer(seed).unwrap().account()), ALICE, "the derived seed");
        assert_ne!(signer(MNEMONIC).unwrap().account(), signer(&format!("{MNEMONIC}//1")).unwrap().account());
    }

    #[test]
    fn a_development_key_is_known_however_it_is_written() {
        let dev_seed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
        let alice_seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
        for public in [
            "//Alice",
            "//Bob//stash",
            alice_seed,
            &format!("{DEV_PHRASE}//Alice"),
            &format!("{dev_seed}//Eve"),
        ] {
            assert!(signer(public).unwrap().is_development(), "{public}");
        }
        assert!(!signer(MNEMONIC).unwrap().is_development());
        assert!(!signer(&format!("{MNEMONIC}//Alice")).unwrap().is_development());
    }

    #[test]
    fn a_secret_shows_nowhere() {
        let shown = format!("{:?}", signer(MNEMONIC).unwrap());
        assert!(shown.starts_with("Signer(5") && !shown.contains("caution"), "{shown}");
        let broken = format!("{MNEMONIC} caution");
        for secret in [broken.as_str(), "0x1234", "hunter2 hunter2", "", "0xzz"] {
            let error = signer(secret).unwrap_err();
            assert!(matches!(error, Error::BadSecret { .. }));
            assert!(!format!("{error} {error:?}").contains("hunter2"));
            assert!(!format!("{error} {error:?}").contains("caution"));
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_no_key() {
        assert!(matches!(Signer::from_environment("THERIAC_NO_SUCH_KEY"), Err(Error::BadSecret { .. })));
    }
}
