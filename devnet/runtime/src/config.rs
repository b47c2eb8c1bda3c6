//! The pallets' parameters. Where a chain in production had to choose, this one chose what Astar runs (the
//! largest network with `pallet-contracts`): `devnet/README.md` has the table.

use polkadot_sdk::{
    frame_support::{
        self, derive_impl, parameter_types,
        traits::{ConstBool, ConstU128, ConstU32, ConstU64, ConstU8, Nothing},
        weights::{
            constants::{RocksDbWeight, WEIGHT_REF_TIME_PER_SECOND},
            IdentityFee, Weight,
        },
    },
    frame_system::{self, EnsureSigned},
    pallet_balances, pallet_contracts, pallet_insecure_randomness_collective_flip, pallet_timestamp,
    pallet_transaction_payment::{self, ConstFeeMultiplier, FungibleAdapter, Multiplier},
    pallet_utility,
    sp_runtime::{
        traits::{AccountIdLookup, One},
        Perbill,
    },
    sp_version::RuntimeVersion,
};

use crate::{
    AccountId, Balance, Balances, Block, Hash, Moment, Nonce, OriginCaller, PalletInfo,
    RandomnessCollectiveFlip, Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason,
    RuntimeOrigin, RuntimeTask, System, Timestamp, VERSION,
};

/// A thousandth of a [`UNIT`], in planck.
pub const MILLIUNIT: Balance = 1_000_000_000;
/// One unit of the currency, in planck: 12 decimals.
pub const UNIT: Balance = 1_000 * MILLIUNIT;
/// An account with less than this many planck is removed.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLIUNIT;

/// What one storage item of a contract locks, in planck.
pub const DEPOSIT_PER_ITEM: Balance = 4 * MILLIUNIT;
/// What one byte that a contract stores locks, in planck.
pub const DEPOSIT_PER_BYTE: Balance = MILLIUNIT / 50;
/// What a transaction may lock when it names no limit of its own: 16 items with 16 KiB, in planck.
pub const DEFAULT_DEPOSIT_LIMIT: Balance = 16 * DEPOSIT_PER_ITEM + 16 * 1024 * DEPOSIT_PER_BYTE;

/// The longest Wasm that a contract may have, in bytes.
pub const MAX_CODE_LEN: u32 = 123 * 1024;

/// The time that a block's transactions may take on the reference machine, and the storage proof that they
/// may need: half a second and 5 MiB.
pub const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND / 2, 5 * 1024 * 1024);
/// The share of a block that users' transactions may fill; the rest is kept for operational ones.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);
/// The longest block, in bytes.
pub const MAX_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

parameter_types! {
    /// The runtime's version, for the pallets.
    pub const Version: RuntimeVersion = VERSION;
    /// What a block may hold.
    pub BlockWeights: frame_system::limits::BlockWeights =
        frame_system::limits::BlockWeights::with_sensible_defaults(MAX_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO);
    /// How long a block may be.
    pub BlockLength: frame_system::limits::BlockLength =
        frame_system::limits::BlockLength::builder()
            .max_length(MAX_BLOCK_LENGTH)
            .modify_max_length_for_class(frame_support::dispatch::DispatchClass::Normal, |length| {
                *length = NORMAL_DISPATCH_RATIO.mul_floor(MAX_BLOCK_LENGTH);
            })
            .build();
    /// Fees do not rise with demand, so that a measurement is the same tomorrow.
    pub FeeMultiplier: Multiplier = Multiplier::one();
    /// The share of a code's deposit that each contract using it locks too.
    pub const CodeHashLockupDepositPercent: Perbill = Perbill::from_percent(10);
    /// Costs of instructions and memory limits: the pallet's own.
    pub Schedule: pallet_contracts::Schedule<Runtime> = Default::default();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountData = pallet_balances::AccountData<Balance>;
    type AccountId = AccountId;
    type Block = Block;
    type BlockHashCount = ConstU32<2400>;
    type BlockLength = BlockLength;
    type BlockWeights = BlockWeights;
    type DbWeight = RocksDbWeight;
    type Hash = Hash;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type MaxConsumers = ConstU32<16>;
    type Nonce = Nonce;
    type SS58Prefix = ConstU16Ss58;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type Version = Version;
}

/// The generic Substrate address format, which every wallet can show.
pub type ConstU16Ss58 = frame_support::traits::ConstU16<42>;

impl pallet_timestamp::Config for Runtime {
    // Blocks follow transactions, however quickly: time only has to rise.
    type MinimumPeriod = ConstU64<1>;
    type Moment = Moment;
    type OnTimestampSet = ();
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type AccountStore = System;
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxFreezes = ConstU32<8>;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type ReserveIdentifier = [u8; 8];
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

impl pallet_transaction_payment::Config for Runtime {
    type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
    type LengthToFee = IdentityFee<Balance>;
    type OnChargeTransaction = FungibleAdapter<Balances, ()>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
    // One picosecond on the reference machine costs one planck: a second costs one unit.
    type WeightToFee = IdentityFee<Balance>;
}

impl pallet_utility::Config for Runtime {
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_insecure_randomness_collective_flip::Config for Runtime {}

impl pallet_contracts::Config for Runtime {
    type AddressGenerator = pallet_contracts::DefaultAddressGenerator;
    type ApiVersion = ();
    // A contract cannot reach the chain's own calls.
    type CallFilter = Nothing;
    // A call may nest four deep below the contract that the transaction names.
    type CallStack = [pallet_contracts::Frame<Self>; 5];
    type ChainExtension = ();
    type CodeHashLockupDepositPercent = CodeHashLockupDepositPercent;
    type Currency = Balances;
    type Debug = ();
    type DefaultDepositLimit = ConstU128<DEFAULT_DEPOSIT_LIMIT>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type DepositPerItem = ConstU128<DEPOSIT_PER_ITEM>;
    type Environment = ();
    type InstantiateOrigin = EnsureSigned<AccountId>;
    type MaxCodeLen = ConstU32<MAX_CODE_LEN>;
    type MaxDebugBufferLen = ConstU32<{ 2 * 1024 * 1024 }>;
    type MaxDelegateDependencies = ConstU32<32>;
    type MaxStorageKeyLen = ConstU32<128>;
    type MaxTransientStorageSize = ConstU32<{ 1024 * 1024 }>;
    type Migrations = ();
    // Contracts that ask for it are refused; the pallet demands a source nevertheless.
    type Randomness = RandomnessCollectiveFlip;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Schedule = Schedule;
    type Time = Timestamp;
    type UnsafeUnstableInterface = ConstBool<false>;
    type UploadOrigin = EnsureSigned<AccountId>;
    type WeightInfo = pallet_contracts::weights::SubstrateWeight<Self>;
    type WeightPrice = pallet_transaction_payment::Pallet<Self>;
    type Xcm = ();
}
