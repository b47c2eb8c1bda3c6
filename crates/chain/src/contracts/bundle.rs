use std::path::Path;

use serde::Deserialize;

use crate::errors::Error;
use crate::hash::Hash;

/// The longest bundle file in bytes: code in hexadecimal and metadata.
const MAX_FILE: usize = 8 * 1024 * 1024;
/// The longest code in bytes; chains allow less (123 KiB is usual).
const MAX_CODE: usize = 1024 * 1024;
/// What every Wasm module begins with: the magic number and version 1.
const WASM: [u8; 8] = *b"\0asm\x01\0\0\0";

/// A contract's code, as cargo-contract bundles it in a `.contract` file.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    name: String,
    code: Vec<u8>,
    code_hash: Hash,
}

#[derive(Deserialize)]
struct File {
    source: Source,
    contract: Contract,
}

#[derive(Deserialize)]
struct Source {
    hash: Hash,
    language: String,
    wasm: Option<String>,
}

#[derive(Deserialize)]
struct Contract {
    name: String,
}

impl Bundle {
    /// Reads a bundle file.
    ///
    /// # Errors
    /// [`Error::BadBundle`] where it cannot be read, is over 8 MiB, or is none that this client can deploy.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = files::read(path, MAX_FILE).map_err(|error| bad(path, format!("it {}", error.fault)))?;
        Self::parse(path, &bytes)
    }

    /// Reads a bundle's bytes; the path only serves messages.
    ///
    /// # Errors
    /// [`Error::BadBundle`] where it is not a bundle of ink! 5, or its code is not the one of its code hash.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let file: File = serde_json::from_slice(bytes)
            .map_err(|error| bad(path, format!("it is not a bundle: {error}")))?;
        let Source { hash, language, wasm } = file.source;
        if !language.starts_with("ink! 5.") {
            return Err(bad(path, format!("it is written in {language:?}, and ink! 5 is needed")));
        }
        let wasm = wasm.ok_or_else(|| bad(path, "it has metadata only, and no code"))?;
        if wasm.len() / 2 > MAX_CODE {
            return Err(bad(path, format!("its code is longer than {MAX_CODE} bytes")));
        }
        let code = hex::decode(wasm.trim_start_matches("0x"))
            .map_err(|error| bad(path, format!("its code: {error}")))?;
        if !code.starts_with(&WASM) {
            return Err(bad(path, "its code is not WebAssembly"));
        }
        let code_hash = Hash::from(primitives::blake2_256(&code));
        if code_hash != hash {
            return Err(bad(
                path,
                format!("its code has the hash {code_hash:?}, and the bundle says {hash:?}"),
            ));
        }
        Ok(Self { name: file.contract.name, code, code_hash })
    }

    /// The contract's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &[u8] {
        &self.code
    }

    /// The BLAKE2b-256 of the code, by which chains know it.
    #[must_use]
    pub fn code_hash(&self) -> Hash {
        self.code_hash
    }
}

impl std::fmt::Debug for Bundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bundle({}, {} bytes, {:?})", self.name, self.code.len(), self.code_hash)
    }
}

fn bad(path: &Path, reason: impl ToString) -> Error {
    Error::BadBundle { path: path.to_owned(), reason: reason.to_string() }
}

/// The bundles of one deployment.
#[derive(Clone, Debug)]
pub struct Bundles {
    /// Who may do what.
    pub access: Bundle,
    /// Organisations, sites, accounts, roles, proposals.
    pub governance: Bundle,
    /// Drug batches.
    pub batches: Bundle,
    /// Who may make which product, and the release of batches.
    pub products: Bundle,
    /// Single units of batches, and verdicts on them.
    pub units: Bundle,
    /// Quarantine by oracles' reports.
    pub evidence: Bundle,
    /// Oracle results.
    pub feeds: Bundle,
}

impl Bundles {
    /// The bundles that this program was built with.
    ///
    /// # Errors
    /// [`Error::BadBundle`] never, where the tests of this crate passed.
    pub fn shipped() -> Result<Self, Error> {
        macro_rules! file {
            ($name:literal) => {
                include_bytes!(concat!("../../../../contracts/artifacts/", $name, ".contract"))
            };
        }
        Self::read(|name| {
            let bytes: &[u8] = match name {
                "access" => file!("access"),
                "governance" => file!("governance"),
                "batches" => file!("batches"),
                "products" => file!("products"),
                "units" => file!("units"),
                "evidence" => file!("evidence"),
                _ => file!("feeds"),
            };
            Bundle::parse(Path::new(&format!("{name}.contract")), bytes)
        })
    }

    /// Reads the bundles of a folder: `access.contract` and so on.
    ///
    /// # Errors
    /// [`Error::BadBundle`] for the first that cannot be used, or is another contract than its file's name says.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        Self::read(|name| Bundle::load(&folder.join(format!("{name}.contract"))))
    }

    /// A hash over the code of all of them.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let Self { access, governance, batches, products, units, evidence, feeds } = self;
        let all = [access, governance, batches, products, units, evidence, feeds];
        let hashes: Vec<[u8; 32]> = all.iter().map(|bundle| bundle.code_hash().0).collect();
        Hash::from(primitives::blake2_256(hashes.as_flattened()))
    }

    fn read(bundle: impl Fn(&str) -> Result<Bundle, Error>) -> Result<Self, Error> {
        let load = |name: &str| {
            let bundle = bundle(name)?;
            match bundle.name() {
                found if found == name => Ok(bundle),
                found => {
                    Err(bad(Path::new(&format!("{name}.contract")), format!("it is the contract {found:?}")))
                }
            }
        };
        Ok(Self {
            access: load("access")?,
            governance: load("governance")?,
            batches: load("batches")?,
            products: load("products")?,
            units: load("units")?,
            evidence: load("evidence")?,
            feeds: load("feeds")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(code: &[u8], hash: [u8; 32], language: &str) -> String {
        serde_json::json!({
            "source": { "hash": Hash::from(hash), "language": language, "wasm": format!("0x{}", hex::encode(code)) },
            "contract": { "name": "flipper", "version": "0.1.0", "authors": ["somebody"] },
            "spec": {}, "version": 5,
        })
        .to_string()
    }

    fn parse(text: &str) -> Result<Bundle, String> {
        Bundle::parse(Path::new("flipper.contract"), text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_bundle_is_its_code_and_hash() {
        let hash = primitives::blake2_256(&WASM);
        let bundle = parse(&file(&WASM, hash, "ink! 5.1.1")).unwrap();
        assert_eq!(
            (bundle.name(), bundle.code(), bundle.code_hash()),
            ("flipper", &WASM[..], Hash::from(hash))
        );
    }

    #[test]
    fn a_bundle_that_cannot_be_deployed_says_why() {
        let hash = primitives::blake2_256(&WASM);
        let mut changed = WASM.to_vec();
        changed.push(0);
        let long = [&WASM[..], &vec![0; MAX_CODE]].concat();
        for (text, reason) in [
            (file(&changed, hash, "ink! 5.1.1"), "and the bundle says"),
            (file(&WASM, hash, "ink! 6.0.0"), "ink! 5 is needed"),
            (file(b"text", primitives::blake2_256(b"text"), "ink! 5.1.1"), "not WebAssembly"),
            (file(&long, primitives::blake2_256(&long), "ink! 5.1.1"), "longer than"),
            (file(&WASM, hash, "ink! 5.1.1").replace("0x0061", "0xzz61"), "its code: "),
            (file(&WASM, hash, "ink! 5.1.1").replace("\"wasm\"", "\"polkavm\""), "no code"),
            ("{}".to_owned(), "not a bundle"),
            (String::new(), "not a bundle"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.contains(reason), "{reason}: {error}");
            assert!(error.starts_with("the contract bundle flipper.contract cannot be used: "), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            prop_assert!(Bundle::parse(Path::new("any"), &bytes).is_err());
        }

        #[test]
        fn no_text_in_a_bundles_fields_makes_the_reader_panic(wasm in ".{0,64}", language in ".{0,16}") {
            let hash = Hash::zero();
            let file = serde_json::json!({
                "source": { "hash": hash, "language": language, "wasm": wasm },
                "contract": { "name": "any" },
            });
            prop_assert!(parse(&file.to_string()).is_err());
        }
    }
}
