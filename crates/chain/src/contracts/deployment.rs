use std::io::Write;
use std::path::Path;

use primitives::AccountId;
use serde::{Deserialize, Serialize};

use crate::account_id::as_text;
use crate::errors::Error;
use crate::hash::Hash;
use crate::node::chain::Chain;

/// The version of the file's form.
const VERSION: u32 = 4;
/// The longest file in bytes.
const MAX_FILE: usize = 64 * 1024;

/// Where the contracts are: all that a client needs to know of a deployment. None of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    version: u32,
    /// The chain on which it is.
    pub chain: ChainOfDeployment,
    /// The block at which its first contract was born: nobody needs to search for events before it.
    pub block: u64,
    /// The contracts.
    pub contracts: Contracts,
}

/// The chain of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainOfDeployment {
    /// Its name, for people.
    pub name: String,
    /// The hash of its first block, by which it is known.
    pub genesis: Hash,
    /// A node at which it is reached, and where to connect unless another address is given. `None` where none is for
    /// everybody: this file goes to all partners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The contracts of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contracts {
    /// Who may do what.
    pub access: Deployed,
    /// Organisations, sites, accounts, roles, proposals.
    pub governance: Deployed,
    /// Drug batches.
    pub batches: Deployed,
    /// Who may make which product, and the release of batches.
    pub products: Deployed,
    /// Single units of batches, and verdicts on them.
    pub units: Deployed,
    /// Quarantine by oracles' reports.
    pub evidence: Deployed,
    /// Oracle results.
    pub feeds: Deployed,
}

impl Contracts {
    /// The contracts with their names.
    #[must_use]
    pub fn all(&self) -> [(&'static str, Deployed); 7] {
        [
            ("access", self.access),
            ("governance", self.governance),
            ("batches", self.batches),
            ("products", self.products),
            ("units", self.units),
            ("evidence", self.evidence),
            ("feeds", self.feeds),
        ]
    }

    /// Writes down that the contract at `address` runs the code `code` now: it was upgraded.
    pub fn note_code(&mut self, address: AccountId, code: Hash) {
        let all = [
            &mut self.access,
            &mut self.governance,
            &mut self.batches,
            &mut self.products,
            &mut self.units,
            &mut self.evidence,
            &mut self.feeds,
        ];
        for contract in all.into_iter().filter(|contract| contract.address == address) {
            contract.code_hash = code;
        }
    }

    /// The contracts' addresses.
    #[must_use]
    pub fn addresses(&self) -> Vec<AccountId> {
        self.all().map(|(_, contract)| contract.address).to_vec()
    }
}

/// A contract on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployed {
    /// Its account.
    #[serde(with = "as_text")]
    pub address: AccountId,
    /// The hash of the code that it runs.
    pub code_hash: Hash,
}

impl Deployment {
    /// The deployment of these contracts on a chain, the first of them born at a block.
    #[must_use]
    pub fn new(chain: &Chain, block: u64, contracts: Contracts) -> Self {
        let (name, url) = (chain.name().to_owned(), chain.public_url().map(str::to_owned));
        let chain = ChainOfDeployment { name, genesis: chain.genesis(), url };
        Self { version: VERSION, chain, block, contracts }
    }

    /// Reads a deployment file.
    ///
    /// # Errors
    /// [`Error::BadDeployment`] where it cannot be read, is over 64 KiB, or is not of this version.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let unreadable = |error: files::Error| {
            bad(path, format!("it {}; `theriac deploy` makes one, or name another file", error.fault))
        };
        Self::parse(path, &files::read(path, MAX_FILE).map_err(unreadable)?)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let not_a_deployment =
            |error| bad(path, format!("it is not a deployment file: {error}; `theriac deploy` makes one"));
        let Versioned { version } = serde_json::from_slice(bytes).map_err(not_a_deployment)?;
        if version != VERSION {
            return Err(bad(path, format!("it has the version {version}, and this program reads {VERSION}")));
        }
        serde_json::from_slice(bytes).map_err(not_a_deployment)
    }

    /// Writes the deployment file: a reader sees the old one or the new one, and never a part.
    ///
    /// # Errors
    /// [`Error::BadDeployment`] where it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let not_written = |error: &dyn std::fmt::Display| bad(path, format!("it cannot be written: {error}"));
        let mut text = serde_json::to_string_pretty(self).map_err(|error| not_written(&error))?;
        text.push('\n');
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| not_written(&error))?;
        file.write_all(text.as_bytes()).map_err(|error| not_written(&error))?;
        file.as_file().sync_all().map_err(|error| not_written(&error))?;
        file.persist(path).map_err(|error| not_written(&error))?;
        Ok(())
    }

    /// Checks that this is the deployment's chain, and that its contracts are there with their code.
    ///
    /// # Errors
    /// [`Error::WrongChain`], [`Error::ContractNotFound`], [`Error::CodeMismatch`], and those of the connection.
    pub async fn check(&self, chain: &Chain) -> Result<(), Error> {
        if chain.genesis() != self.chain.genesis {
            return Err(Error::WrongChain { expected: self.chain.genesis, found: chain.genesis() });
        }
        for (_, Deployed { address, code_hash: expected }) in self.contracts.all() {
            let found = chain.code_hash(address).await?;
            if found != expected {
                return Err(Error::CodeMismatch { address, expected, found });
            }
        }
        Ok(())
    }
}

fn bad(path: &Path, reason: impl Into<String>) -> Error {
    Error::BadDeployment { path: path.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn deployment() -> Deployment {
        let deployed = |byte| Deployed { address: AccountId([byte; 32]), code_hash: Hash::from([byte; 32]) };
        Deployment {
            version: VERSION,
            chain: ChainOfDeployment {
                name: "Theriac devnet".to_owned(),
                genesis: Hash::from([9; 32]),
                url: Some("ws://127.0.0.1:9944".to_owned()),
            },
            block: 12,
            contracts: Contracts {
                access: deployed(1),
                governance: deployed(6),
                batches: deployed(2),
                products: deployed(7),
                units: deployed(3),
                evidence: deployed(4),
                feeds: deployed(5),
            },
        }
    }

    #[test]
    fn a_deployment_survives_its_file_and_replaces_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deployment.json");
        std::fs::write(&path, "an older one").unwrap();
        deployment().save(&path).unwrap();
        assert_eq!(Deployment::load(&path).unwrap(), deployment());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn an_upgrade_changes_the_code_of_its_contract_only() {
        let mut contracts = deployment().contracts;
        contracts.note_code(AccountId([3; 32]), Hash::from([9; 32]));
        let codes = contracts.all().map(|(_, contract)| contract.code_hash.0[0]);
        assert_eq!(codes, [1, 6, 2, 7, 9, 4, 5]);
    }

    #[test]
    fn a_file_that_is_not_a_deployment_says_why() {
        let text = serde_json::to_string(&deployment()).unwrap();
        for (text, reason) in [
            (
                text.replace("\"version\":4", "\"version\":3"),
                "it has the version 3, and this program reads 4",
            ),
            (text.replace("\"block\":12,", ""), "missing field `block`"),
            (text.replace("\"block\"", "\"blocks\""), "unknown field `blocks`"),
            (text.replace("0x0101", "0x01"), "it is not a deployment file"),
            (text.replace("\"5", "\"6"), "not an account"),
            ("[]".to_owned(), "it is not a deployment file"),
        ] {
            let error = Deployment::parse(Path::new("d.json"), text.as_bytes()).unwrap_err();
            assert!(matches!(error, Error::BadDeployment { .. }));
            assert!(error.to_string().contains(reason), "{reason}: {error}");
        }
        let error = Deployment::load(Path::new("/nowhere/d.json")).unwrap_err();
        assert!(error.to_string().contains("`theriac deploy` makes one"), "{error}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            prop_assert!(Deployment::parse(Path::new("any"), &bytes).is_err());
        }
    }
}
