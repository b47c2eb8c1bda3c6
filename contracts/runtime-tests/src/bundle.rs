use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

/// A `.contract` file as it is committed.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The code that goes on chain.
    pub wasm: Vec<u8>,
    /// The selector of each constructor and message by its name.
    pub selectors: Vec<(String, [u8; 4])>,
}

impl Bundle {
    /// The selector of a message, such as `ship`, or `AccessControl::standing` for one of a trait.
    #[must_use]
    pub fn selector(&self, message: &str) -> [u8; 4] {
        let known = self.selectors.iter().find(|(label, _)| label == message);
        known.unwrap_or_else(|| panic!("the bundle has no message {message}")).1
    }
}

/// The contracts whose bundles are tested.
pub const CONTRACTS: [&str; 7] =
    ["access", "batches", "evidence", "feeds", "governance", "products", "units"];

/// Contracts that only tests deploy: one that calls back into who asks it, and a later version of `evidence`.
const FIXTURES: [&str; 2] = ["fixture_hostile", "fixture_evidence_next"];

/// The committed bundle of one of [`CONTRACTS`], or of a fixture.
#[must_use]
pub fn bundle(contract: &str) -> &'static Bundle {
    static BUNDLES: LazyLock<BTreeMap<&str, Bundle>> = LazyLock::new(|| {
        CONTRACTS.into_iter().chain(FIXTURES).map(|contract| (contract, read(contract))).collect()
    });
    BUNDLES.get(contract).unwrap_or_else(|| panic!("there is no contract {contract}"))
}

fn read(contract: &str) -> Bundle {
    let file: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "artifacts", &format!("{contract}.contract")].iter().collect();
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}. Run: make contracts", file.display()));
    let json: serde_json::Value = serde_json::from_str(&text).expect("a bundle is JSON");
    let labelled = |list: &str| {
        let entries = json["spec"][list].as_array().expect("a bundle lists its messages");
        let entry = |entry: &serde_json::Value| {
            let label = entry["label"].as_str().expect("a message has a name").to_owned();
            (label, bytes(&entry["selector"]).try_into().expect("a selector has four bytes"))
        };
        entries.iter().map(entry).collect::<Vec<_>>()
    };
    Bundle {
        wasm: bytes(&json["source"]["wasm"]),
        selectors: [labelled("constructors"), labelled("messages")].concat(),
    }
}

fn bytes(value: &serde_json::Value) -> Vec<u8> {
    let text = value.as_str().and_then(|text| text.strip_prefix("0x")).expect("bytes are 0x and digits");
    hex::decode(text).expect("bytes are hexadecimal")
}
