//! A chain's runtime as its own metadata describes it: what this client needs of it, and how it is encoded.

use subxt::client::OfflineClientAtBlock;
use subxt::config::substrate::SpecVersionForRange;
use subxt::ext::scale_decode::{self, DecodeAsType};
use subxt::ext::scale_value;
use subxt::metadata::{Metadata, RuntimeApiMethodMetadata};
use subxt::{OfflineClient, SubstrateConfig};

use crate::errors::Error;
use crate::hash::Hash;

pub(crate) const PALLET: &str = "Contracts";
pub(crate) const API: &str = "ContractsApi";
/// Where the pallet keeps what it knows of each contract.
pub(crate) const CONTRACTS: &str = "ContractInfoOf";
/// The pallet of Ethereum-like contracts, by which people often mean "contracts".
const OTHER_PALLET: &str = "Revive";
const EXTRINSICS: [&str; 2] = ["call", "instantiate_with_code"];
const EVENTS: [&str; 2] = ["ContractEmitted", "Instantiated"];
/// The arguments of the two API methods, as this client writes them.
const CALL_INPUTS: [&str; 6] =
    ["AccountId", "AccountId", "u128", "Option<Weight>", "Option<u128>", "Vec<u8>"];
const INSTANTIATE_INPUTS: [&str; 7] =
    ["AccountId", "u128", "Option<Weight>", "Option<u128>", "Code", "Vec<u8>", "Vec<u8>"];
/// What both give back begins with these fields, which this client reads; what follows it leaves alone.
const RESULT_FIELDS: [&str; 5] =
    ["gas_consumed", "gas_required", "storage_deposit", "debug_message", "result"];

/// The versions of a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Versions {
    pub(crate) spec_version: u32,
    pub(crate) transaction_version: u32,
}

/// A runtime of which it is known that this client can use it.
#[derive(Debug)]
pub(crate) struct Runtime {
    client: OfflineClientAtBlock<SubstrateConfig>,
    versions: Versions,
}

impl Runtime {
    /// Checks all that this client relies on, so that nothing is found missing later.
    pub(crate) fn new(
        metadata: Metadata,
        versions: Versions,
        genesis: Hash,
        chain: &str,
    ) -> Result<Self, Error> {
        check(&metadata).map_err(|missing| match missing {
            Missing::Pallet { instead } => Error::MissingPallet { chain: chain.to_owned(), instead },
            Missing::Part(part) => Error::MissingPart { chain: chain.to_owned(), part },
        })?;
        let versions_of_all_blocks = SpecVersionForRange {
            block_range: 0..u64::MAX,
            spec_version: versions.spec_version,
            transaction_version: versions.transaction_version,
        };
        let config = SubstrateConfig::builder()
            .set_genesis_hash(genesis)
            .set_metadata_for_spec_versions([(versions.spec_version, metadata.arc())])
            .set_spec_version_for_block_ranges([versions_of_all_blocks])
            .build();
        let client = OfflineClient::new_with_config(config)
            .at_block(0_u64)
            .map_err(|error| Error::encode("anything", error))?;
        Ok(Self { client, versions })
    }

    pub(crate) fn client(&self) -> &OfflineClientAtBlock<SubstrateConfig> {
        &self.client
    }

    pub(crate) fn versions(&self) -> Versions {
        self.versions
    }

    /// The pallet's entry of a contract.
    pub(crate) fn contract_info(&self, mut entry: &[u8]) -> Option<ContractInfo> {
        let metadata = self.client.metadata_ref();
        let ty = metadata.pallet_by_name(PALLET)?.storage()?.entry_by_name(CONTRACTS)?.value_ty();
        ContractInfo::decode_as_type(&mut entry, ty, metadata.types()).ok()
    }

    /// The free balance in the entry of an account.
    pub(crate) fn free_balance(&self, mut entry: &[u8]) -> Option<u128> {
        let metadata = self.client.metadata_ref();
        let ty = metadata.pallet_by_name("System")?.storage()?.entry_by_name("Account")?.value_ty();
        AccountInfo::decode_as_type(&mut entry, ty, metadata.types()).ok().map(|info| info.data.free)
    }

    /// The pallet's or the dispatcher's error whose SCALE bytes these are, whatever may follow them.
    pub(crate) fn dispatch_error(&self, bytes: &[u8]) -> DispatchFailure {
        let metadata = self.client.metadata_ref();
        let unknown =
            || DispatchFailure::Other { name: format!("an unknown error 0x{}", hex::encode(bytes)) };
        let Some(id) = metadata.dispatch_error_ty() else { return unknown() };
        let Ok(value) = scale_value::scale::decode_as_type(&mut &*bytes, id, metadata.types()) else {
            return unknown();
        };
        let scale_value::ValueDef::Variant(variant) = value.value else { return unknown() };
        // Module { index, error }: both are single bytes behind the variant's own.
        if let ("Module", [_, pallet, error, ..]) = (variant.name.as_str(), bytes) {
            let Some(pallet) = metadata.pallet_by_error_index(*pallet) else { return unknown() };
            let Some(error) = pallet.error_variant_by_index(*error) else { return unknown() };
            return DispatchFailure::Module {
                pallet: pallet.name().to_owned(),
                name: error.name.clone(),
                docs: error.docs.join(" ").trim().to_owned(),
            };
        }
        let inner = variant.values.values().next().map(|value| format!(" ({value})")).unwrap_or_default();
        DispatchFailure::Other { name: format!("{}{inner}", variant.name) }
    }
}

/// Why the chain refused, by the names of its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DispatchFailure {
    Module { pallet: String, name: String, docs: String },
    Other { name: String },
}

#[derive(Debug, PartialEq, Eq)]
enum Missing {
    Pallet { instead: Option<String> },
    Part(String),
}

impl From<String> for Missing {
    fn from(part: String) -> Self {
        Missing::Part(part)
    }
}

fn check(metadata: &Metadata) -> Result<(), Missing> {
    let Some(pallet) = metadata.pallet_by_name(PALLET) else {
        let instead = metadata.pallet_by_name(OTHER_PALLET).map(|other| other.name().to_owned());
        return Err(Missing::Pallet { instead });
    };
    for extrinsic in EXTRINSICS {
        pallet
            .call_variant_by_name(extrinsic)
            .ok_or(format!("its pallet {PALLET} has no call {extrinsic}"))?;
    }
    let events = pallet.event_variants().unwrap_or_default();
    for event in EVENTS {
        let known = events.iter().any(|candidate| candidate.name == event);
        known.then_some(()).ok_or(format!("its pallet {PALLET} has no event {event}"))?;
    }
    let api = metadata
        .runtime_api_trait_by_name(API)
        .ok_or(format!("its runtime does not offer {API}, by which contracts are read"))?;
    for (name, inputs) in [("call", &CALL_INPUTS[..]), ("instantiate", &INSTANTIATE_INPUTS[..])] {
        let method = api.method_by_name(name).ok_or(format!("{API} has no method {name}"))?;
        check_method(metadata, &method, inputs).map_err(|difference| format!("{API}_{name} {difference}"))?;
    }
    Ok(())
}

/// Whether a method takes and gives what this client writes and reads natively.
fn check_method(
    metadata: &Metadata,
    method: &RuntimeApiMethodMetadata<'_>,
    expected: &[&str],
) -> Result<(), String> {
    let inputs: Vec<String> = method.inputs().map(|input| type_name(metadata, input.id)).collect();
    if inputs != expected {
        return Err(format!("takes ({}), and not ({})", inputs.join(", "), expected.join(", ")));
    }
    let output = metadata.types().resolve(method.output_ty()).map(|output| &output.type_def);
    let fields: Vec<&str> = match output {
        Some(scale_info::TypeDef::Composite(composite)) => {
            composite.fields.iter().map(|field| field.name.as_deref().unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    };
    if !fields.starts_with(&RESULT_FIELDS) {
        return Err(format!("gives ({}), and not ({}, …)", fields.join(", "), RESULT_FIELDS.join(", ")));
    }
    Ok(())
}

/// A type's name, telling apart what is encoded differently: an account of 20 bytes is not `AccountId`, a weight
/// of one number is not `Weight`.
fn type_name(metadata: &Metadata, id: u32) -> String {
    use scale_info::TypeDef;
    let Some(ty) = metadata.types().resolve(id) else { return "?".to_owned() };
    let ident = ty.path.ident().unwrap_or_default();
    match &ty.type_def {
        TypeDef::Primitive(primitive) => format!("{primitive:?}").to_lowercase(),
        TypeDef::Sequence(sequence) => format!("Vec<{}>", type_name(metadata, sequence.type_param.id)),
        TypeDef::Array(array) => format!("[{}; {}]", type_name(metadata, array.type_param.id), array.len),
        TypeDef::Variant(variants) if ident == "Option" => {
            let some = variants.variants.iter().find_map(|variant| variant.fields.first());
            format!("Option<{}>", some.map_or("?".to_owned(), |field| type_name(metadata, field.ty.id)))
        }
        TypeDef::Composite(composite) => {
            let fields: Vec<String> =
                composite.fields.iter().map(|field| type_name(metadata, field.ty.id)).collect();
            match (ident.as_str(), fields.iter().map(String::as_str).collect::<Vec<_>>().as_slice()) {
                ("Weight", ["Compact<u64>", "Compact<u64>"]) => "Weight".to_owned(),
                (_, ["[u8; 32]"]) => "AccountId".to_owned(),
                (_, fields) => format!("{ident}({})", fields.join(", ")),
            }
        }
        TypeDef::Compact(compact) => format!("Compact<{}>", type_name(metadata, compact.type_param.id)),
        _ => ident,
    }
}

/// What two events of the pallet carry, read by their fields' names.
#[derive(scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct ContractEmitted {
    pub(crate) contract: subxt::utils::AccountId32,
    pub(crate) data: Vec<u8>,
}

/// What the pallet keeps of a contract.
#[derive(scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct ContractInfo {
    pub(crate) trie_id: Vec<u8>,
    pub(crate) code_hash: Hash,
}

/// What the chain keeps of an account.
#[derive(scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountInfo {
    data: AccountData,
}

#[derive(scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountData {
    free: u128,
}

/// A contract was born.
#[derive(scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Instantiated {
    pub(crate) contract: subxt::utils::AccountId32,
}

#[cfg(test)]
mod tests;
