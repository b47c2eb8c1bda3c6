#![allow(clippy::unwrap_used)]

use polkadot_sdk::{
    sp_genesis_builder::DEV_RUNTIME_PRESET, sp_io::TestExternalities, sp_runtime::BuildStorage,
};

use super::*;

fn externalities() -> TestExternalities {
    genesis::development().build_storage().unwrap().into()
}

#[test]
fn every_well_known_account_is_rich_at_genesis() {
    externalities().execute_with(|| {
        for key in genesis::well_known_accounts() {
            assert_eq!(Balances::free_balance(key.to_account_id()), genesis::ENDOWMENT);
        }
    });
}

#[test]
fn the_preset_describes_the_same_accounts_as_the_native_genesis() {
    let patch = genesis::preset(&DEV_RUNTIME_PRESET.into()).unwrap();
    let patch: serde_json::Value = serde_json::from_slice(&patch).unwrap();
    let whole = serde_json::to_value(genesis::development()).unwrap();
    assert_eq!(patch["balances"], whole["balances"]);
}

#[test]
fn an_unknown_preset_is_nothing() {
    assert_eq!(genesis::preset(&"mainnet".into()), None);
}

#[test]
fn contracts_have_the_limits_of_production_chains() {
    use frame_support::traits::Get;

    let code_len: u32 = <Runtime as pallet_contracts::Config>::MaxCodeLen::get();
    let unstable: bool = <Runtime as pallet_contracts::Config>::UnsafeUnstableInterface::get();
    assert_eq!(code_len, 125_952);
    assert!(!unstable);
}

#[test]
fn a_block_holds_half_a_second_of_which_users_get_three_quarters() {
    let weights = config::BlockWeights::get();
    let users = weights.get(frame_support::dispatch::DispatchClass::Normal).max_total.unwrap();
    assert_eq!(weights.max_block.ref_time(), 500_000_000_000);
    assert_eq!(users.ref_time(), 375_000_000_000);
}
