use std::fmt::Debug;
use std::sync::OnceLock;

use devnet_runtime::{
    genesis::{development, ENDOWMENT},
    Balance, Balances, Contracts, EventRecord, Hash, RuntimeEvent, RuntimeOrigin, System, Timestamp,
};
use ink::MessageResult;
use polkadot_sdk::{
    frame_support::traits::fungible::Mutate,
    pallet_contracts::{
        Code, CollectEvents, ContractExecResult, DebugInfo, Determinism, Event as PalletEvent, StorageDeposit,
    },
    sp_io::{self, TestExternalities},
    sp_runtime::{AccountId32, BuildStorage, DispatchError, StateVersion, Weight},
};
use primitives::access::{Change, Deployment, Limits};
use primitives::governance::{self, Action, Identifier, CHANGE_DELAY};
use primitives::{access, AccountId, Event, OrganisationId, Role, RoleSet, SiteId};
use scale::{Decode, Encode};
use testing::goods::{prefix_of, MARKET, NOW};

use crate::{bundle, gln, Agent, Party};

const GAS: Weight = Weight::from_parts(375_000_000_000, 3 << 20);
const STATE_VERSION: StateVersion = StateVersion::V1;

/// A chain with all contracts, and an organisation for each of [`Party::ORGANISED`].
#[derive(Debug)]
pub struct World {
    externalities: Externalities,
    /// The address of `access`.
    pub access: AccountId,
    /// The address of `governance`.
    pub governance: AccountId,
    /// The address of `products`.
    pub products: AccountId,
    /// The address of `batches`.
    pub batches: AccountId,
    /// The address of `units`.
    pub units: AccountId,
    /// The address of `feeds`.
    pub feeds: AccountId,
    /// The address of `evidence`.
    pub evidence: AccountId,
    events: Vec<EventRecord>,
    /// How many transactions are open, one in the other: see [`World::rolled_back`].
    open: u32,
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

/// The bytes of a result, whatever it is; or arguments that are encoded already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Encode for Bytes {
    fn encode_to<T: scale::Output + ?Sized>(&self, output: &mut T) {
        output.write(&self.0);
    }
}

impl Decode for Bytes {
    fn decode<I: scale::Input>(input: &mut I) -> Result<Self, scale::Error> {
        let mut bytes = vec![0; input.remaining_len()?.unwrap_or_default()];
        input.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}

/// An event of a contract as it is on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// The contract.
    pub contract: AccountId,
    /// Its first topic.
    pub topic: [u8; 32],
    /// Its fields in SCALE.
    pub fields: Vec<u8>,
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
    addresses: [AccountId; 7],
}

impl World {
    /// A chain with all contracts deployed, everybody in their roles, and its set-up over.
    #[must_use]
    pub fn new() -> Self {
        static DEPLOYED: OnceLock<Deployed> = OnceLock::new();
        let deployed = DEPLOYED.get_or_init(|| {
            let mut world = Self::in_set_up();
            world.end_set_up();
            world.authorise(Party::Manufacturer);
            let addresses = [
                world.access,
                world.governance,
                world.products,
                world.batches,
                world.units,
                world.feeds,
                world.evidence,
            ];
            let Externalities(mut chain) = world.externalities;
            chain.commit_all().expect("nothing is open");
            let (storage, root) = chain.into_raw_snapshot();
            Deployed { storage, root, addresses }
        });
        let chain =
            TestExternalities::from_raw_snapshot(deployed.storage.clone(), deployed.root, STATE_VERSION);
        Self::on(chain, deployed.addresses)
    }

    /// What `access` stores once.
    pub fn deployment(&mut self) -> Deployment {
        let known: Option<Deployment> =
            self.call(Party::Stranger, self.access, "AccessControl::deployment", ());
        known.expect("access knows its deployment")
    }

    /// A chain with all contracts deployed and everybody in their roles, still in set-up.
    #[must_use]
    pub fn in_set_up() -> Self {
        let mut genesis = development();
        let rich = Party::ALL.map(|party| (account(party.id()), ENDOWMENT));
        genesis.balances.balances.extend(rich);
        let chain = genesis.build_storage().expect("the genesis is sound").into();
        let nowhere = AccountId::from([0; 32]);
        let mut world = Self::on(chain, [nowhere; 7]);
        world.set_time(NOW);
        world.access = world.instantiate("access", ());
        world.governance = world.instantiate("governance", world.access);
        let deployed = Deployment { governance: world.governance, ..world.deployment() };
        let change = Change::Deployment(deployed);
        let named: Result<(), access::Error> =
            world.call(Party::Administrator, world.access, "AccessControl::change", change);
        assert_eq!(named, Ok(()));
        world.batches = world.instantiate("batches", world.access);
        world.products = world.instantiate("products", (world.access, world.batches));
        world.units = world.instantiate("units", (world.access, world.batches));
        world.feeds = world.instantiate("feeds", (world.access, world.genesis_hash()));
        world.evidence = world.instantiate("evidence", (world.access, world.batches));
        let registers = [
            (world.products, Role::ProductRegister),
            (world.units, Role::UnitRegister),
            (world.evidence, Role::Sentinel),
        ];
        for (contract, role) in registers {
            world.administer("set_contract_roles", (contract, RoleSet::of(&[role])));
        }
        for party in Party::ORGANISED {
            let number = world.register_organisation(&format!("{party:?}"), party);
            assert_eq!(number, party.organisation());
            party.roles().iter().for_each(|role| world.grant(number, *role, None));
            world.administer("register_prefix", (number, prefix_of(number)));
        }
        world.administer("set_market", (MARKET, Some(Party::Regulator.organisation())));
        for party in Party::in_order_of_sites() {
            assert_eq!(world.register_site(party.organisation()), party.site());
        }
        world
    }

    fn on(
        chain: TestExternalities,
        [access, governance, products, batches, units, feeds, evidence]: [AccountId; 7],
    ) -> Self {
        let externalities = Externalities(chain);
        Self {
            externalities,
            access,
            governance,
            products,
            batches,
            units,
            feeds,
            evidence,
            events: Vec::new(),
            open: 0,
        }
    }

    /// Lets business begin.
    pub fn end_set_up(&mut self) {
        self.administer("end_set_up", ());
    }

    /// Registers an organisation with its first steward, and returns its number.
    #[track_caller]
    pub fn register_organisation(&mut self, name: &str, steward: impl Into<AccountId>) -> OrganisationId {
        let uri = Identifier::Uri(format!("urn:theriac:test:{}", name.to_lowercase()));
        let arguments = (name.to_owned(), uri, steward.into());
        self.govern(Party::Administrator, "register_organisation", arguments)
    }

    /// Registers a site of an organisation, and returns its number.
    #[track_caller]
    pub fn register_site(&mut self, organisation: OrganisationId) -> SiteId {
        let sites: Vec<governance::SiteEntry> =
            self.call(Party::Stranger, self.governance, "sites", (0_u32, 50_u32));
        let number = u64::try_from(sites.len()).expect("there are a few");
        let arguments = (organisation, format!("Site {number}"), gln(number));
        self.govern(Party::Administrator, "register_site", arguments)
    }

    /// Grants an organisation a role.
    #[track_caller]
    pub fn grant(&mut self, organisation: OrganisationId, role: Role, expires_at: Option<u64>) {
        self.administer("grant_role", (organisation, role, expires_at));
    }

    /// Lets another account of a party act for its organisation, added by its steward, and gives it what it needs to pay
    /// deposits.
    #[track_caller]
    pub fn add_account(&mut self, party: Party, name: &str, limits: Limits) -> Agent {
        let account = party.account(name);
        self.endow(account);
        self.govern::<()>(party, "add_account", (party.organisation(), account, limits));
        Agent { account, site: limits.site.unwrap_or_else(|| party.site()) }
    }

    /// Sends a message of `governance` that returns nothing as the administrator: it must succeed.
    #[track_caller]
    pub fn administer(&mut self, message: &str, arguments: impl Encode) {
        self.govern::<()>(Party::Administrator, message, arguments);
    }

    /// Sends a message of `governance`, which must succeed.
    #[track_caller]
    pub fn govern<R: Decode + Debug>(
        &mut self,
        by: impl Into<AccountId>,
        message: &str,
        arguments: impl Encode,
    ) -> R {
        let result: Result<R, governance::Error> = self.call(by, self.governance, message, arguments);
        result.unwrap_or_else(|error| panic!("{message}: {error:?}"))
    }

    /// Proposes a change as the administrator, lets its delay pass, and applies it.
    #[track_caller]
    pub fn decide(&mut self, action: Action) {
        let proposal: u32 = self.govern(Party::Administrator, "propose", action);
        self.pass(CHANGE_DELAY);
        self.administer("apply_proposal", proposal);
    }

    /// Gives an account what it needs to pay deposits.
    pub fn endow(&mut self, of: AccountId) {
        let minted = self.inside(|| Balances::mint_into(&account(of), ENDOWMENT));
        minted.expect("the supply has room");
    }

    /// The address of the contract with this name.
    #[must_use]
    pub fn address(&self, contract: &str) -> AccountId {
        match contract {
            "access" => self.access,
            "governance" => self.governance,
            "products" => self.products,
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
        // The block's number is the salt of the address.
        self.pass(0);
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
        self.upload_code(bundle(contract).wasm.clone())
    }

    /// The same for any code, with a section at its end that tells it from others of its kind: the same contract under
    /// another hash.
    pub fn upload_variant(&mut self, contract: &str, number: u8) -> [u8; 32] {
        // A custom section, of which no code knows: kind, length, length of the name, name, contents.
        let section = [0, 3, 1, b'v', number];
        self.upload_code([&bundle(contract).wasm[..], &section].concat())
    }

    fn upload_code(&mut self, code: Vec<u8>) -> [u8; 32] {
        let admin = account(Party::Administrator.id());
        let uploaded = self.inside(|| {
            let uploaded = Contracts::bare_upload_code(admin, code, None, Determinism::Enforced);
            System::reset_events();
            uploaded
        });
        uploaded.expect("the code is sound").code_hash.0
    }

    /// Takes code from the chain that the administrator uploaded.
    pub fn remove_code(&mut self, code: [u8; 32]) -> Result<(), DispatchError> {
        let admin = RuntimeOrigin::signed(account(Party::Administrator.id()));
        let removed = self.inside(|| Contracts::remove_code(admin, code.into()));
        removed.map(drop).map_err(|failure| failure.error)
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

    /// The next block has this time, in milliseconds.
    pub fn set_time(&mut self, now: u64) {
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
        caller: impl Into<AccountId>,
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
        caller: impl Into<AccountId>,
        contract: AccountId,
        message: &str,
        arguments: impl Encode,
    ) -> Result<Receipt<R>, Failure> {
        self.call_bytes(caller, contract, (selector(message), arguments).encode())
    }

    /// Calls a contract with any input.
    pub fn call_bytes<R: Decode>(
        &mut self,
        caller: impl Into<AccountId>,
        contract: AccountId,
        input: Vec<u8>,
    ) -> Result<Receipt<R>, Failure> {
        let caller = account(caller.into());
        let (executed, events) = self.inside(|| {
            System::reset_events();
            let executed: ContractExecResult<Balance, EventRecord> = Contracts::bare_call(
                caller,
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
        let of_type = |event: &Emitted| event.contract == contract && event.topic == *E::SIGNATURE;
        let decode = |event: Emitted| {
            let fields = &mut &event.fields[..];
            let decoded = E::decode(fields).expect("an event decodes as its own type");
            assert!(fields.is_empty(), "{} has more fields", E::NAME);
            decoded
        };
        self.emitted().into_iter().filter(of_type).map(decode).collect()
    }

    /// The events that contracts emitted in the last call, in their order.
    #[must_use]
    pub fn emitted(&self) -> Vec<Emitted> {
        let emitted = |record: &EventRecord| match &record.event {
            RuntimeEvent::Contracts(PalletEvent::ContractEmitted { contract, data }) => Some(Emitted {
                contract: <[u8; 32]>::from(contract.clone()).into(),
                topic: record.topics.first()?.0,
                fields: data.clone(),
            }),
            _ => None,
        };
        self.events.iter().filter_map(emitted).collect()
    }

    /// What `contract` stores under `key` of the map with this name, without a call of the contract. The names are listed
    /// in `docs/upgrades.md`.
    pub fn stored<R: Decode>(&mut self, contract: AccountId, name: &[u8; 4], key: impl Encode) -> Option<R> {
        let key = (u32::from_be_bytes(*name), key).encode();
        let value = self.inside(|| Contracts::get_storage(account(contract), key));
        let value = value.expect("there is such a contract")?;
        Some(R::decode(&mut &value[..]).expect("a stored value decodes as its own type"))
    }

    /// Does something on the chain and takes all of it back: what it returned stays.
    pub fn rolled_back<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.commit();
        self.open = self.open.saturating_add(1);
        self.inside(sp_io::storage::start_transaction);
        let result = act(self);
        self.inside(sp_io::storage::rollback_transaction);
        self.open = self.open.saturating_sub(1);
        result
    }

    /// Does something that is refused, and asserts that nothing of it is left: no event, and no other storage.
    #[track_caller]
    pub fn changing_nothing<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.storage_root();
        let result = act(self);
        assert_eq!(self.emitted(), []);
        assert!(self.storage_root() == before, "something is half done");
        result
    }

    /// Moves all changes into the trie, as a block's end does; nothing while they may be taken back. The runtime goes
    /// through all pending changes at each call: long stories take quadratic time without this.
    pub fn commit(&mut self) {
        if self.open == 0 {
            self.externalities.0.commit_all().expect("nothing is open");
        }
    }

    /// The root of the chain's whole storage, with all that is pending: two states are the same where their roots are.
    pub fn storage_root(&mut self) -> Vec<u8> {
        self.commit();
        self.inside(|| sp_io::storage::root(STATE_VERSION))
    }

    /// What the account may spend, in planck.
    pub fn balance(&mut self, of: impl Into<AccountId>) -> Balance {
        let account = account(of.into());
        self.inside(|| Balances::free_balance(account))
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
