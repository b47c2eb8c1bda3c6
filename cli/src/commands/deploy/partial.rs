use std::path::{Path, PathBuf};

use chain::Hash;
use primitives::AccountId;
use serde::{Deserialize, Serialize};

use crate::accounts::{parse, ss58};
use crate::failure::Failure;

/// The version of the file's form.
const VERSION: u32 = 1;
/// The longest file in bytes.
const MAX_FILE: usize = 4096;

/// A deployment that has begun, as its file beside the deployment file notes it: what is needed to complete it. It is
/// written before the first transaction, and removed after the deployment file is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partial {
    version: u32,
    /// The hash of the chain's first block.
    genesis: Hash,
    /// The salt from which the contracts' addresses are derived.
    #[serde(with = "salt_text")]
    salt: [u8; 16],
    /// The account that deploys, SS58.
    deployer: String,
    /// The hash over the contracts' code: their addresses follow from it too.
    bundles: Hash,
    /// The last final block before the first transaction.
    block: u64,
}

impl Partial {
    /// The deployment that has begun and is to be resumed; nothing where a new one is to begin.
    pub fn find(out: &Path, resume: bool) -> Result<Option<Self>, Failure> {
        let path = path_of(out);
        let shown = path.display();
        match (path.exists(), resume) {
            (true, true) => Self::read(&path).map(Some),
            (false, false) => Ok(None),
            (true, false) => Err(Failure::bad_input(format!(
                "a deployment to {} was interrupted: {shown} exists; complete it with --resume, or remove that file to \
                 begin another one",
                out.display()
            ))
            .with_code("deploy/interrupted")),
            (false, true) => Err(Failure::bad_input(format!(
                "there is nothing to resume: {shown} does not exist; leave --resume out, or give the --out of the \
                 deployment that was interrupted"
            ))
            .with_code("deploy/nothing-to-resume")),
        }
    }

    /// Begins a deployment with a new salt, and writes its file.
    pub fn begin(
        out: &Path,
        genesis: Hash,
        deployer: AccountId,
        bundles: Hash,
        block: u64,
    ) -> Result<Self, Failure> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(Failure::failed)?;
        let partial = Self { version: VERSION, genesis, salt, deployer: ss58(deployer), bundles, block };
        let mut text = serde_json::to_string_pretty(&partial).map_err(Failure::failed)?;
        text.push('\n');
        let path = path_of(out);
        files::create_private(&path, text.as_bytes()).map_err(|error| {
            let shown = path.display();
            Failure::failed(format!(
                "{shown} cannot be written: {error}; check the folder and the permissions"
            ))
        })?;
        Ok(partial)
    }

    /// Refuses to continue on another chain, by another account, or with other contracts than those that began.
    pub fn ensure_continues(&self, genesis: Hash, deployer: AccountId, bundles: Hash) -> Result<(), Failure> {
        if self.genesis != genesis {
            return Err(chain::Error::WrongChain { expected: self.genesis, found: genesis }.into());
        }
        if parse(&self.deployer) != Ok(deployer) {
            return Err(Failure::bad_input(format!(
                "the deployment was begun by {}, and the key is that of {}; sign with the key that began it",
                self.deployer,
                ss58(deployer)
            ))
            .with_code("deploy/other-deployer"));
        }
        if self.bundles != bundles {
            return Err(Failure::bad_input(
                "the deployment was begun with other bundles, which would leave half of it behind; give the --artifacts \
                 or the program that began it",
            )
            .with_code("deploy/other-bundles"));
        }
        Ok(())
    }

    /// Removes the file of a deployment that is complete.
    pub fn remove(out: &Path) -> Result<(), Failure> {
        let path = path_of(out);
        std::fs::remove_file(&path).map_err(|error| {
            let shown = path.display();
            Failure::failed(format!(
                "the deployment is complete, and {shown} cannot be removed: {error}; remove it yourself"
            ))
        })
    }

    /// The salt from which the contracts' addresses are derived.
    pub const fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// A block before the first transaction.
    pub const fn block(&self) -> u64 {
        self.block
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = files::read(path, MAX_FILE).map_err(Failure::bad_input)?;
        let unusable = |reason: String| {
            Failure::bad_input(format!(
                "{} cannot be used: {reason}; resume with the program that wrote it, or remove it to begin another \
                 deployment",
                path.display()
            ))
            .with_code("deploy/bad-partial-file")
        };
        let partial: Self = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
        match partial.version {
            VERSION => Ok(partial),
            other => Err(unusable(format!("it has the version {other}, and this program reads {VERSION}"))),
        }
    }
}

/// The salt as hexadecimal digits.
mod salt_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(salt: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(salt))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        let mut salt = [0; 16];
        let text = String::deserialize(deserializer)?;
        hex::decode_to_slice(text, &mut salt)
            .map_err(|_| D::Error::custom("the salt is not 32 hexadecimal digits"))?;
        Ok(salt)
    }
}

/// The file of the deployment that is to be written to `out`.
fn path_of(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId([1; 32]);

    fn code(failure: &Failure) -> String {
        failure.to_json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_deployment_is_resumed_by_the_same_account_on_the_same_chain() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("deployment.json");
        assert_eq!(Partial::find(&out, false).unwrap(), None);
        assert_eq!(code(&Partial::find(&out, true).unwrap_err()), "deploy/nothing-to-resume");
        let genesis = Hash::from([9; 32]);
        let bundles = Hash::from([5; 32]);
        let begun = Partial::begin(&out, genesis, ALICE, bundles, 7).unwrap();
        assert_eq!(code(&Partial::find(&out, false).unwrap_err()), "deploy/interrupted");
        assert!(Partial::find(&out, false).unwrap_err().to_string().contains("--resume"));
        let found = Partial::find(&out, true).unwrap().unwrap();
        assert_eq!((&found, found.block()), (&begun, 7));
        found.ensure_continues(genesis, ALICE, bundles).unwrap();
        let elsewhere = found.ensure_continues(Hash::from([8; 32]), ALICE, bundles).unwrap_err();
        assert!(elsewhere.to_string().starts_with("the node is on the chain with genesis"), "{elsewhere}");
        let other = found.ensure_continues(genesis, AccountId([2; 32]), bundles).unwrap_err();
        assert_eq!(code(&other), "deploy/other-deployer");
        let others = found.ensure_continues(genesis, ALICE, Hash::from([6; 32])).unwrap_err();
        assert_eq!(code(&others), "deploy/other-bundles");
        Partial::remove(&out).unwrap();
        assert_eq!(Partial::find(&out, false).unwrap(), None);
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("deployment.json");
        let genesis = Hash::from([9; 32]);
        Partial::begin(&out, genesis, ALICE, Hash::from([5; 32]), 7).unwrap();
        let text = std::fs::read_to_string(path_of(&out)).unwrap();
        for (changed, because) in [
            (text.replace("\"version\": 1", "\"version\": 2"), "it has the version 2"),
            (text.replace("\"block\"", "\"blocks\""), "unknown field `blocks`"),
            (text.replace("\"salt\": \"", "\"salt\": \"00"), "the salt is not 32 hexadecimal digits"),
            ("{".to_owned(), "cannot be used"),
        ] {
            std::fs::write(path_of(&out), changed).unwrap();
            let failure = Partial::find(&out, true).unwrap_err();
            assert!(failure.to_string().contains(because), "{failure}");
            assert_eq!(code(&failure), "deploy/bad-partial-file");
        }
    }
}
