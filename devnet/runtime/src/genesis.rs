//! Where the chain begins: the accounts of every Substrate tutorial, rich.

use alloc::{string::ToString, vec, vec::Vec};

use polkadot_sdk::{
    frame_support::build_struct_json_patch,
    sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET},
    sp_keyring::Sr25519Keyring,
};
use serde_json::Value;

use crate::{config::UNIT, Balance, BalancesConfig, RuntimeGenesisConfig};

/// What each well-known account holds at the start, in planck: a million units.
pub const ENDOWMENT: Balance = 1_000_000 * UNIT;

/// The well-known accounts, with keys that everybody has: `//Alice`, `//Bob`, `//Charlie`, `//Dave`, `//Eve`
/// and `//Ferdie`, all Sr25519.
pub fn well_known_accounts() -> [Sr25519Keyring; 6] {
    [
        Sr25519Keyring::Alice,
        Sr25519Keyring::Bob,
        Sr25519Keyring::Charlie,
        Sr25519Keyring::Dave,
        Sr25519Keyring::Eve,
        Sr25519Keyring::Ferdie,
    ]
}

/// The genesis of a development chain: [`well_known_accounts`] with [`ENDOWMENT`] each.
pub fn development() -> RuntimeGenesisConfig {
    RuntimeGenesisConfig { balances: endowed(), ..Default::default() }
}

/// The names of the presets that [`preset`] knows.
pub fn preset_names() -> Vec<PresetId> {
    vec![DEV_RUNTIME_PRESET.to_string()]
}

/// The preset `id` as the JSON patch that a chain specification takes, or nothing for an unknown name.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch: Value = match id.as_str() {
        DEV_RUNTIME_PRESET => build_struct_json_patch!(RuntimeGenesisConfig { balances: endowed() }),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

fn endowed() -> BalancesConfig {
    let balances = well_known_accounts().map(|key| (key.to_account_id(), ENDOWMENT));
    BalancesConfig { balances: balances.to_vec(), dev_accounts: None }
}
