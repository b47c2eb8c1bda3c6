use scale_info::{meta_type, MetaType, TypeInfo};
use subxt::ext::frame_metadata::v15::{
    CustomMetadata, ExtrinsicMetadata, OuterEnums, PalletCallMetadata, PalletEventMetadata, PalletMetadata,
    RuntimeApiMetadata, RuntimeApiMethodMetadata, RuntimeApiMethodParamMetadata, RuntimeMetadataV15,
};

use super::*;

#[derive(TypeInfo)]
#[allow(non_camel_case_types, dead_code)]
enum Extrinsics {
    call,
    instantiate_with_code,
}

#[derive(TypeInfo)]
#[allow(dead_code)]
enum PalletEvents {
    ContractEmitted,
    Instantiated,
}

#[derive(TypeInfo)]
#[allow(dead_code)]
struct AccountId32([u8; 32]);

#[derive(TypeInfo)]
#[allow(dead_code)]
struct AccountId20([u8; 20]);

#[derive(TypeInfo)]
#[allow(dead_code)]
struct Weight {
    #[codec(compact)]
    ref_time: u64,
    #[codec(compact)]
    proof_size: u64,
}

#[derive(TypeInfo)]
#[allow(dead_code)]
enum Code {
    Upload(Vec<u8>),
    Existing([u8; 32]),
}

#[derive(TypeInfo)]
#[allow(dead_code)]
struct ContractResult {
    gas_consumed: Weight,
    gas_required: Weight,
    storage_deposit: u128,
    debug_message: Vec<u8>,
    result: Result<(), ()>,
    events: Option<u8>,
}

fn method(name: &'static str, inputs: Vec<MetaType>, output: MetaType) -> RuntimeApiMethodMetadata {
    let inputs = inputs.into_iter().map(|ty| RuntimeApiMethodParamMetadata { name: "_", ty }).collect();
    RuntimeApiMethodMetadata { name, inputs, output, docs: Vec::new() }
}

fn api(account: MetaType, balance: MetaType, output: MetaType) -> RuntimeApiMetadata {
    let (weight, deposit) = (meta_type::<Option<Weight>>(), meta_type::<Option<u128>>());
    let (code, bytes) = (meta_type::<Code>(), meta_type::<Vec<u8>>());
    let call = vec![account, account, balance, weight, deposit, bytes];
    let instantiate = vec![account, balance, weight, deposit, code, bytes, bytes];
    let methods = vec![method("call", call, output), method("instantiate", instantiate, output)];
    RuntimeApiMetadata { name: API, methods, docs: Vec::new() }
}

fn usual_api() -> RuntimeApiMetadata {
    api(meta_type::<AccountId32>(), meta_type::<u128>(), meta_type::<ContractResult>())
}

fn chain_with(pallet: &'static str, apis: Vec<RuntimeApiMetadata>) -> Metadata {
    let pallet = PalletMetadata {
        name: pallet,
        storage: None,
        calls: Some(PalletCallMetadata { ty: meta_type::<Extrinsics>() }),
        event: Some(PalletEventMetadata { ty: meta_type::<PalletEvents>() }),
        constants: Vec::new(),
        error: None,
        index: 7,
        docs: Vec::new(),
    };
    let unit = meta_type::<()>();
    let extrinsic = ExtrinsicMetadata {
        version: 4,
        address_ty: unit,
        call_ty: meta_type::<Extrinsics>(),
        signature_ty: unit,
        extra_ty: unit,
        signed_extensions: Vec::new(),
    };
    let enums =
        OuterEnums { call_enum_ty: meta_type::<Extrinsics>(), event_enum_ty: unit, error_enum_ty: unit };
    let custom = CustomMetadata { map: Default::default() };
    RuntimeMetadataV15::new(vec![pallet], extrinsic, unit, apis, enums, custom).try_into().unwrap()
}

fn checked(metadata: Metadata) -> Result<Runtime, String> {
    let versions = Versions { spec_version: 1, transaction_version: 1 };
    Runtime::new(metadata, versions, Hash::zero(), "Some Chain").map_err(|error| error.to_string())
}

#[test]
fn a_chain_with_all_that_is_needed_is_taken() {
    assert_eq!(checked(chain_with("Contracts", vec![usual_api()])).unwrap().versions().spec_version, 1);
}

#[test]
fn a_chain_without_the_pallet_is_refused_by_name() {
    let error = checked(chain_with("Balances", vec![usual_api()])).unwrap_err();
    assert_eq!(
        error,
        "the chain \"Some Chain\" has no pallet Contracts: choose a chain with pallet-contracts"
    );
    let error = checked(chain_with("Revive", vec![])).unwrap_err();
    assert!(error.contains("it has Revive, which does not run ink! 5 contracts"), "{error}");
}

#[test]
fn a_chain_without_the_runtime_api_is_refused_by_name() {
    let error = checked(chain_with("Contracts", vec![])).unwrap_err();
    assert!(error.contains("its runtime does not offer ContractsApi"), "{error}");
    let mut without_instantiate = usual_api();
    without_instantiate.methods.truncate(1);
    let error = checked(chain_with("Contracts", vec![without_instantiate])).unwrap_err();
    assert!(error.contains("ContractsApi has no method instantiate"), "{error}");
}

#[test]
fn a_chain_that_encodes_differently_is_refused_with_the_difference() {
    let (account, balance, output) =
        (meta_type::<AccountId32>(), meta_type::<u128>(), meta_type::<ContractResult>());
    for (other, difference) in [
        (api(meta_type::<AccountId20>(), balance, output), "takes (AccountId20([u8; 20]), AccountId20("),
        (api(account, meta_type::<u64>(), output), "takes (AccountId, AccountId, u64, "),
        (
            api(account, balance, meta_type::<Weight>()),
            "gives (ref_time, proof_size), and not (gas_consumed, ",
        ),
    ] {
        let error = checked(chain_with("Contracts", vec![other])).unwrap_err();
        assert!(error.contains(difference), "{difference}: {error}");
    }
}
