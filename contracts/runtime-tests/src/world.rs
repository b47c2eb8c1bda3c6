use std::sync::OnceLock;

use access::Identifier;
use devnet_runtime::{
    genesis::{development, ENDOWMENT},
    Balance, Balances, Contracts, EventRecord, Hash, RuntimeEvent, System, Timestamp,
};
use ink::env::Event;
use ink::MessageResult;
use polkadot_sdk::{
    pallet_contracts::{
        Code, CollectEvents, ContractExecResult, DebugInfo, Determinism, Event as PalletEvent, StorageDeposit,
    },
    sp_io::{self, TestExternalities},
    sp_runtime::{AccountId32, BuildStorage, DispatchError, StateVersion, Weight},
};
use primitives::{AccountId, Role};
use scale::{Decode, Encode};

use crate::{bundle, Party};

/// The chain's time when a [`World`] begins: 2026-01-01T00:00:00Z, in milliseconds.
pub const NOW: u64 = 1_767_225_600_000;

const GAS: Weight = Weight::from_parts(375_000_000_000, 3 << 20);
const STATE_VERSION: StateVersion = StateVersion::V1;

/// A chain with all contracts, and an organisation for each [`Party`] but the stranger.
#[derive(Debug)]
pub struct World {
    externalities: Externalities,
    /// The address of `access`.
    pub access: AccountId,
    /// The address of `batches`.
    pub batches: AccountId,
    /// The address of `units`.
    pub units: AccountId,
    /// The address of `feeds`.
    pub feeds: AccountId,
    /// The address of `evidence`.
    pub evidence: AccountId,
    events: Vec<EventRecord>,
}

/// What a message returned, and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt<R> {
    /// What it returned.
    pub returned: R,
    /// The time (picoseconds) and proof (bytes) that its execution took.
    pub weight: Weight,
    /// The storage deposit in planck that the caller paid; below zero where it got some back.
    pub deposit: i128,
    /// Whether the message returned an error, which takes back all that it did.
    pub reverted: bool,
}

/// Why a message has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The contract stopped, or there is none.
    Stopped(DispatchError),
    /// The contract could not read its input, and reverted.
    CouldNotReadInput,
    /// The result is not of the expected type.
    UnexpectedResult,
}

/// Any result at all: for calls whose answer does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anything;

impl Decode for Anything {
    fn decode<I: scale::Input>(_: &mut I) -> Result<Self, scale::Error> {
        Ok(Self)
    }
}

/// The bytes of a result, whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Decode for Bytes {
    fn decode<I: scale::Input>(input: &mut I) -> Result<Self, scale::Error> {
        let mut bytes = vec![0; input.remaining_len()?.unwrap_or_default()];
        input.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}

struct Externalities(TestExternalities);

impl core::fmt::Debug for Externalities {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Externalities")
    }
}

/// Keys, and values with how often they are referred to.
type RawStorage = Vec<(Vec<u8>, (Vec<u8>, i32))>;

/// The chain's storage after deployment: each test starts from a copy.
struct Deployed {
    storage: RawStorage,
    root: Hash,
    addresses: [AccountId; 5],
}

impl World {
    /// A chain with all contracts deployed and all roles granted.
    #[must_use]
    pub fn new() -> Self {
        static DEPLOYED: OnceLock<Deployed> = OnceLock::new();
        let deployed = DEPLOYED.get_or_init(|| {
            let world = Self::deployed();
            let addresses = [world.access, world.batches, world.units, world.feeds, world.evidence];
            let Externalities(mut chain) = world.externalities;
            chain.commit_all().expect("nothing is open");
            let (storage, root) = chain.into_raw_snapshot();
            Deployed { storage, root, addresses }
        });
        let chain =
            TestExternalities::from_raw_snapshot(deployed.storage.clone(), deployed.root, STATE_VERSION);
        Self::on(chain, deployed.addresses)
    }

    fn on(chain: TestExternalities, [access, batches, units, feeds, evidence]: [AccountId; 5]) -> Self {
        let externalities = Externalities(chain);
        Self { externalities, access, batches, units, feeds, evidence, events: Vec::new() }
    }

    fn deployed() -> Self {
        let mut genesis = development();
        let rich = Party::ALL.map(|party| (account(party.id()), ENDOWMENT));
        genesis.balances.balances.extend(rich);
        let chain = genesis.build_storage().expect("the genesis is sound").into();
        let nowhere = AccountId::from([0; 32]);
        let mut world = Self::on(chain, [nowhere; 5]);
        world.set_time(NOW);
        world.access = world.instantiate("access", ());
        world.batches = world.instantiate("batches", world.access);
        world.units = world.instantiate("units", (world.access, world.batches));
        world.feeds = world.instantiate("feeds", (world.access, world.genesis_hash()));
        world.evidence = world.instantiate("evidence", (world.access, world.batches));
        for (number, party) in (0_u8..).zip(Party::ALL) {
            let Some(role) = party.role() else { continue };
            world.admit(party.id(), &format!("{party:?}"), &format!("urn:theriac:test:{number}"), role);
        }
        world.admit(world.units, "units", "urn:theriac:contract:units", Role::UnitRegister);
        world.admit(world.evidence, "evidence", "urn:theriac:contract:evidence", Role::Sentinel);
        world
    }

    /// Registers an organisation or contract, and gives it a role.
    fn admit(&mut self, account: AccountId, name: &str, uri: &str, role: Role) {
        let organisation = (account, name.to_owned(), Identifier::Uri(uri.to_owned()));
        let no_end: Option<u64> = None;
        let (admin, access) = (Party::Administrator, self.access);
        let steps: [Result<(), access::Error>; 2] = [
            self.call(admin, access, "register_organisation", organisation),
            self.call(admin, access, "grant_role", (role, account, no_end)),
        ];
        assert_eq!(steps, [Ok(()); 2]);
    }

    /// The address of the contract with this name.
    #[must_use]
    pub fn address(&self, contract: &str) -> AccountId {
        match contract {
            "access" => self.access,
            "batches" => self.batches,
            "units" => self.units,
            "feeds" => self.feeds,
            "evidence" => self.evidence,
            _ => panic!("there is no contract {contract}"),
        }
    }

    /// What this chain calls itself in the digest of reports.
    #[must_use]
    pub fn genesis_hash(&self) -> [u8; 32] {
        [0x67; 32]
    }

    /// Deploys one more contract from its bundle, by the administrator.
    pub fn instantiate(&mut self, contract: &str, arguments: impl Encode) -> AccountId {
        let bundle = bundle(contract);
        let input = (bundle.selector("new"), arguments).encode();
        let deployed = self.inside(|| {
            Contracts::bare_instantiate(
                account(Party::Administrator.id()),
                0,
                GAS,
                Some(ENDOWMENT / 100),
                Code::Upload(bundle.wasm.clone()),
                input,
                System::block_number().encode(),
                DebugInfo::Skip,
                CollectEvents::Skip,
            )
        });
        let instance = deployed.result.expect("the contract instantiates");
        assert!(!instance.result.did_revert(), "the constructor accepts its arguments");
        let address: [u8; 32] = instance.account_id.into();
        address.into()
    }

    /// Puts a contract's code on chain without an instance, and returns its hash.
    pub fn upload(&mut self, contract: &str) -> [u8; 32] {
        let code = bundle(contract).wasm.clone();
        let admin = account(Party::Administrator.id());
        let uploaded = self.inside(|| Contracts::bare_upload_code(admin, code, None, Determinism::Enforced));
        uploaded.expect("the code is sound").code_hash.0
    }

    /// The hash of the code that the contract runs.
    pub fn code_hash(&mut self, contract: AccountId) -> [u8; 32] {
        self.inside(|| Contracts::code_hash(&account(contract))).expect("there is such a contract").0
    }

    /// The chain's time in milliseconds.
    pub fn now(&mut self) -> u64 {
        self.inside(Timestamp::get)
    }

    /// Lets milliseconds pass.
    pub fn pass(&mut self, milliseconds: u64) {
        let later = self.now().saturating_add(milliseconds);
        self.set_time(later);
    }

    fn set_time(&mut self, now: u64) {
        self.inside(|| {
            System::set_block_number(System::block_number().saturating_add(1));
            Timestamp::set_timestamp(now);
        });
    }

    /// Calls a message as a transaction of `caller` would, and returns what it returned. Stops the test where the
    /// contract gives no answer.
    #[track_caller]
    pub fn call<R: Decode>(
        &mut self,
        caller: Party,
        contract: AccountId,
        message: &str,
        arguments: impl Encode,
    ) -> R {
        let receipt = self.measure(caller, contract, message, arguments);
        receipt.unwrap_or_else(|failure| panic!("{message}: {failure:?}")).returned
    }

    /// Calls a message, and says what it cost.
    pub fn measure<R: Decode>(
        &mut self,
        caller: Party,
        contract: AccountId,
        message: &str,
        arguments: impl Encode,
    ) -> Result<Receipt<R>, Failure> {
        self.call_bytes(caller, contract, (selector(message), arguments).encode())
    }

    /// Calls a contract with any input.
    pub fn call_bytes<R: Decode>(
        &mut self,
        caller: Party,
        contract: AccountId,
        input: Vec<u8>,
    ) -> Result<Receipt<R>, Failure> {
        let (executed, events) = self.inside(|| {
            System::reset_events();
            let executed: ContractExecResult<Balance, EventRecord> = Contracts::bare_call(
                account(caller.id()),
                account(contract),
                0,
                GAS,
                None,
                input,
                DebugInfo::Skip,
                CollectEvents::Skip,
                Determinism::Enforced,
            );
            let events = System::read_events_no_consensus().map(|record| *record).collect();
            System::reset_events();
            (executed, events)
        });
        self.events = events;
        let returned = executed.result.map_err(Failure::Stopped)?;
        let answer = MessageResult::<R>::decode(&mut &returned.data[..]);
        Ok(Receipt {
            reverted: returned.did_revert(),
            returned: answer
                .map_err(|_| Failure::UnexpectedResult)?
                .map_err(|_| Failure::CouldNotReadInput)?,
            weight: executed.gas_consumed,
            deposit: match executed.storage_deposit {
                StorageDeposit::Charge(paid) => planck(paid),
                StorageDeposit::Refund(returned) => planck(returned).saturating_neg(),
            },
        })
    }

    /// The events of this type that `contract` emitted in the last call.
    #[must_use]
    pub fn events<E: Event + Decode>(&self, contract: AccountId) -> Vec<E> {
        let of_type =
            |record: &&EventRecord| record.topics.first().map(|topic| topic.0) == E::SIGNATURE_TOPIC;
        let emitted = self.events.iter().filter(of_type).filter_map(|record| match &record.event {
            RuntimeEvent::Contracts(PalletEvent::ContractEmitted { contract: by, data })
                if *by == account(contract) =>
            {
                Some(E::decode(&mut &data[..]).expect("an event decodes as its own type"))
            }
            _ => None,
        });
        emitted.collect()
    }

    /// How many events contracts emitted in the last call.
    #[must_use]
    pub fn event_count(&self) -> usize {
        let emitted = |record: &&EventRecord| {
            matches!(record.event, RuntimeEvent::Contracts(PalletEvent::ContractEmitted { .. }))
        };
        self.events.iter().filter(emitted).count()
    }

    /// What `contract` stores in the mapping with this storage key under `key`, without a call of the contract. The
    /// storage keys are listed in `docs/upgrades.md`.
    pub fn stored<R: Decode>(
        &mut self,
        contract: AccountId,
        storage_key: u32,
        key: impl Encode,
    ) -> Option<R> {
        let key = (storage_key, key).encode();
        let value = self.inside(|| Contracts::get_storage(account(contract), key));
        let value = value.expect("there is such a contract")?;
        Some(R::decode(&mut &value[..]).expect("a stored value decodes as its own type"))
    }

    /// Does something on the chain and takes all of it back: what it returned stays.
    pub fn rolled_back<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.inside(sp_io::storage::start_transaction);
        let result = act(self);
        self.inside(sp_io::storage::rollback_transaction);
        result
    }

    /// Moves all changes into the trie, as a block's end does. The runtime goes through all pending changes at each
    /// call: long stories take quadratic time without this.
    pub fn commit(&mut self) {
        self.externalities.0.commit_all().expect("nothing is open");
    }

    /// The root of the chain's whole storage: two states are the same where their roots are.
    pub fn storage_root(&mut self) -> [u8; 32] {
        self.commit();
        self.externalities.0.backend.root().0
    }

    /// What the account may spend, in planck.
    pub fn balance(&mut self, party: Party) -> Balance {
        self.inside(|| Balances::free_balance(account(party.id())))
    }

    fn inside<T>(&mut self, act: impl FnOnce() -> T) -> T {
        self.externalities.0.execute_with(act)
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// The selector of a message by ink!'s rule: the first four bytes of its name's hash.
fn selector(message: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = primitives::blake2_256(message.as_bytes());
    [a, b, c, d]
}

fn account(id: AccountId) -> AccountId32 {
    let bytes: &[u8; 32] = id.as_ref();
    AccountId32::new(*bytes)
}

fn planck(amount: Balance) -> i128 {
    i128::try_from(amount).expect("no deposit exceeds the supply")
}
