//! The runtime of Theriac's development chain.
//!
//! A contracts chain and nothing more: accounts, fees, time and `pallet-contracts`, with the limits of
//! production chains ([`config`]), so that what passes here runs elsewhere.
//!
//! Tests use it natively and in process: build a storage from [`RuntimeGenesisConfig`], then call
//! [`System`], [`Contracts`] and [`Timestamp`] inside externalities. The node runs the same code as Wasm.

#![cfg_attr(not(feature = "std"), no_std)]
// `impl_runtime_apis!` expands recursively, once per API.
#![recursion_limit = "256"]
// `#[frame_support::runtime]` and `impl_runtime_apis!` generate public items without documentation.
#![allow(missing_docs)]

extern crate alloc;

pub mod apis;
pub mod config;
pub mod genesis;

use alloc::{borrow::Cow, vec::Vec};

use polkadot_sdk::{
    frame_executive, frame_support, frame_system, pallet_balances, pallet_contracts,
    pallet_insecure_randomness_collective_flip, pallet_timestamp, pallet_transaction_payment, pallet_utility,
    sp_runtime::{
        generic,
        traits::{BlakeTwo256, IdentifyAccount, Verify},
        MultiAddress, MultiSignature,
    },
    sp_version::{self, RuntimeVersion},
};

pub use apis::RuntimeApi;
pub use config::{MILLIUNIT, UNIT};

/// An amount of the chain's currency in planck; [`UNIT`] planck are one unit.
pub type Balance = u128;
/// The number of a block, 0 for genesis.
pub type BlockNumber = u32;
/// A Blake2-256 hash.
pub type Hash = polkadot_sdk::sp_core::H256;
/// How often an account has signed; the next transaction must carry it.
pub type Nonce = u32;
/// Milliseconds since the Unix epoch.
pub type Moment = u64;
/// An Ed25519, Sr25519 or ECDSA signature.
pub type Signature = MultiSignature;
/// The account that a [`Signature`] speaks for, 32 bytes.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block with decoded transactions.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// What a signature covers besides the call: the extensions that every Substrate client knows.
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
);
/// A transaction as it arrives, before its signature is checked.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// Executes blocks: dispatches their transactions to the pallets.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;
/// One entry of a block's event list.
pub type EventRecord = frame_system::EventRecord<RuntimeEvent, Hash>;

/// Name and version of this runtime. `spec_version` rises with every change of its logic, and
/// `transaction_version` with every change of how transactions are encoded.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("theriac-devnet"),
    impl_name: Cow::Borrowed("theriac-devnet"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

/// The pallets. An index is part of how a call is encoded: it never changes.
#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;

    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;

    #[runtime::pallet_index(2)]
    pub type Balances = pallet_balances;

    #[runtime::pallet_index(3)]
    pub type TransactionPayment = pallet_transaction_payment;

    #[runtime::pallet_index(4)]
    pub type Utility = pallet_utility;

    #[runtime::pallet_index(5)]
    pub type RandomnessCollectiveFlip = pallet_insecure_randomness_collective_flip;

    #[runtime::pallet_index(6)]
    pub type Contracts = pallet_contracts;
}

#[cfg(test)]
mod tests;
