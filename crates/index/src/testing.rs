//! A chain that a test scripts, and events for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use chain::{Block, Contracts, Deployed, Emitted, Error, Hash};
use futures::stream::{self, BoxStream, StreamExt};
use primitives::batches::{
    Arrival, BatchBlocked, BatchRegistered, BatchReleased, Contents, LogisticUnitPacked,
    LogisticUnitUnpacked, Purpose, UnitPlace, UnitState, UnitsBooked, UnitsReceived, UnitsShipped,
};
use primitives::units::UnitDecommissioned;
use primitives::{blake2_256, AccountId, Actor, BatchId, Event, SiteId, Sscc, UnitId};
use scale::Encode;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};
use tokio::sync::{watch, Notify};

use crate::source::{BlockRead, Source};
use crate::store::{Index, Origin};

pub const FIRST: u64 = 3;
pub const GTIN: u64 = 9_506_000_134_352;
pub const PLANT: SiteId = 10;
pub const DEPOT: SiteId = 20;

pub fn batch() -> BatchId {
    BatchId::of(GTIN, b"ABC123")
}

pub fn unit(number: u8) -> UnitId {
    UnitId::of(batch(), &[number])
}

pub fn by(organisation: u8, site: SiteId) -> Actor {
    Actor {
        account: AccountId([organisation; 32]),
        organisation: Some(organisation.into()),
        site: Some(site),
    }
}

pub fn contracts() -> Contracts {
    let deployed = |byte| Deployed { address: AccountId([byte; 32]), code_hash: Hash::zero() };
    Contracts {
        access: deployed(0xA1),
        governance: deployed(0xA2),
        batches: deployed(0xA3),
        products: deployed(0xA4),
        units: deployed(0xA5),
        evidence: deployed(0xA6),
        feeds: deployed(0xA7),
    }
}

pub fn origin() -> Origin {
    Origin { genesis: Hash::from([7; 32]), contracts: contracts(), first: FIRST }
}

pub async fn open(path: &Path) -> Index {
    Index::open(path, &origin()).await.unwrap()
}

/// What a contract emits, before it is in a block.
#[derive(Clone, Debug)]
pub struct Said {
    contract: AccountId,
    topic: [u8; 32],
    data: Vec<u8>,
    extrinsic: u32,
}

impl Said {
    /// The same in another transaction of its block.
    pub fn in_transaction(self, extrinsic: u32) -> Self {
        Self { extrinsic, ..self }
    }
}

fn said<E: Event>(contract: Deployed, event: &E) -> Said {
    Said { contract: contract.address, topic: *E::SIGNATURE, data: event.encode(), extrinsic: 1 }
}

pub fn by_batches<E: Event>(event: &E) -> Said {
    said(contracts().batches, event)
}

pub fn by_units<E: Event>(event: &E) -> Said {
    said(contracts().units, event)
}

/// By a version of `batches` that is not known.
pub fn unknown() -> Said {
    Said { topic: *b"PacksPainted\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", ..by_batches(&released()) }
}

pub fn registered(units_per_case: Option<u32>) -> BatchRegistered {
    BatchRegistered {
        batch: batch(),
        by: by(1, PLANT),
        registration: 0,
        gtin: GTIN,
        lot: b"ABC123".to_vec(),
        expiry: 351_231,
        quantity: 100,
        serial_root: Some([1; 32]),
        units_per_case,
    }
}

pub fn released() -> BatchReleased {
    BatchReleased { batch: batch(), by: by(1, PLANT) }
}

pub fn blocked() -> BatchBlocked {
    BatchBlocked { batch: batch(), by: by(9, 90) }
}

pub fn packed(into: Sscc, contents: Contents) -> LogisticUnitPacked {
    LogisticUnitPacked { batch: batch(), by: by(1, PLANT), logistic_unit: into, quantity: 10, contents }
}

pub fn unpacked(sscc: Sscc) -> LogisticUnitUnpacked {
    LogisticUnitUnpacked { batch: batch(), by: by(2, DEPOT), logistic_unit: sscc, quantity: 10 }
}

pub fn shipped(shipment: u64, logistic_unit: Option<Sscc>) -> UnitsShipped {
    UnitsShipped {
        batch: batch(),
        by: by(1, PLANT),
        shipment,
        from: PLANT,
        to: DEPOT,
        quantity: 10,
        logistic_unit,
        condemned: false,
        purpose: Purpose::Supply,
        terms: None,
    }
}

pub fn received(shipment: u64, arrival: Arrival) -> UnitsReceived {
    let (by, from, to) = (by(2, DEPOT), PLANT, DEPOT);
    UnitsReceived { batch: batch(), by, shipment, from, to, quantity: 10, still_in_transit: 0, arrival }
}

pub fn dispensed(number: u8) -> UnitDecommissioned {
    let (batch, unit, state) = (batch(), unit(number), UnitState::Dispensed);
    UnitDecommissioned { batch, unit, by: by(2, DEPOT), state, at: 9, position: number.into() }
}

pub fn booked() -> UnitsBooked {
    let (from, to) = (UnitPlace::Shelf, UnitPlace::Left(UnitState::Dispensed));
    UnitsBooked { batch: batch(), site: DEPOT, from, to, quantity: 1 }
}

/// A chain of scripted blocks. Answers come in another order than they are asked for.
pub struct Script {
    pub genesis: Hash,
    chain: Mutex<State>,
    head: watch::Sender<u64>,
    /// A read that never ends has begun.
    pub hung: Notify,
}

struct State {
    said: BTreeMap<u64, Vec<Said>>,
    /// From this height on the chain is another one.
    forked_at: u64,
    /// The first block of which the node has the state.
    oldest: u64,
    /// So many reads are answered yet; then none ever.
    patience: Option<u64>,
    /// The next read fails so.
    failure: Option<Error>,
}

impl Script {
    pub fn new(head: u64) -> Self {
        let said = BTreeMap::new();
        let state = State { said, forked_at: u64::MAX, oldest: 0, patience: None, failure: None };
        let head = watch::Sender::new(head);
        Self { genesis: origin().genesis, chain: Mutex::new(state), head, hung: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.chain.lock().unwrap()
    }

    /// What contracts emit in a block.
    pub fn say(&self, block: u64, said: impl IntoIterator<Item = Said>) -> &Self {
        self.state().said.entry(block).or_default().extend(said);
        self
    }

    /// Blocks up to this one are final.
    pub fn finalise(&self, head: u64) -> &Self {
        self.head.send_replace(head);
        self
    }

    /// The node has no states of blocks before this one.
    pub fn prune_before(&self, oldest: u64) -> &Self {
        self.state().oldest = oldest;
        self
    }

    /// The chain begins anew, from a height on.
    pub fn fork_at(&self, height: u64) -> &Self {
        self.state().forked_at = height;
        self
    }

    /// The node answers so many reads yet.
    pub fn hang_after(&self, reads: Option<u64>) -> &Self {
        self.state().patience = reads;
        self
    }

    /// The next read fails.
    pub fn fail_once(&self, failure: Error) -> &Self {
        self.state().failure = Some(failure);
        self
    }

    pub fn hash(&self, number: u64) -> Hash {
        Hash::from(blake2_256(&(number, number >= self.state().forked_at).encode()))
    }

    fn blocks(&self, number: u64) -> Block {
        Block { number, hash: self.hash(number) }
    }
}

impl Source for Script {
    fn genesis(&self) -> Hash {
        self.genesis
    }

    async fn head(&self) -> Result<Block, Error> {
        Ok(self.blocks(*self.head.borrow()))
    }

    async fn block(&self, number: u64) -> Result<Option<Block>, Error> {
        Ok(Some(self.blocks(number)))
    }

    async fn read(&self, number: u64, contracts: &[AccountId]) -> Result<BlockRead, Error> {
        for _ in 0..number * 7 % 5 {
            tokio::task::yield_now().await;
        }
        assert!(number <= *self.head.borrow(), "a block that is not final is read");
        let is_hanging = match &mut self.state().patience {
            Some(0) => true,
            Some(patience) => {
                *patience -= 1;
                false
            }
            None => false,
        };
        if is_hanging {
            self.hung.notify_one();
            std::future::pending::<()>().await;
        }
        let block = self.blocks(number);
        let parent = self.hash(number - 1);
        let mut state = self.state();
        if let Some(failure) = state.failure.take() {
            return Err(failure);
        }
        if number < state.oldest {
            return Err(Error::StatePruned { block: number });
        }
        let said = state.said.get(&number).cloned().unwrap_or_default();
        let emitted = said.into_iter().zip(2..).map(|(said, index)| Emitted {
            block,
            index,
            extrinsic: Some(said.extrinsic),
            contract: said.contract,
            topics: vec![Hash::from(said.topic)],
            data: said.data,
        });
        let emitted: Vec<Emitted> = emitted.filter(|emitted| contracts.contains(&emitted.contract)).collect();
        let at = (!emitted.is_empty()).then_some(number * 6_000);
        Ok(BlockRead { block, parent, at, emitted })
    }

    fn announced(&self, from: u64) -> BoxStream<'_, Result<Block, Error>> {
        let state = (self.head.subscribe(), from);
        stream::unfold(state, move |(mut head, next)| async move {
            head.wait_for(|head| *head >= next).await.unwrap();
            Some((Ok(self.blocks(next)), (head, next + 1)))
        })
        .boxed()
    }
}

/// Everything that a file has, in one text.
pub async fn dump(path: &Path) -> String {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = options.connect().await.unwrap();
    let mut text = String::new();
    for query in [
        "SELECT first || ' ' || next || ' ' || ifnull(hex(tip), '-') FROM deployment",
        "SELECT 'gap ' || first || ' ' || last FROM gaps ORDER BY first",
        "SELECT number || ' ' || hex(hash) || ' ' || at FROM blocks ORDER BY number",
        "SELECT block || ' ' || place || ' ' || extrinsic || ' ' || hex(contract) || ' ' || name || ' ' || \
         hex(topics) || ' ' || hex(data) || ' ' || known FROM events ORDER BY block, place",
        "SELECT kind || ' ' || hex(key) || ' ' || block || ' ' || place FROM mentions \
         ORDER BY kind, key, block, place",
    ] {
        for row in sqlx::query(query).fetch_all(&mut connection).await.unwrap() {
            text.push_str(row.get::<&str, _>(0));
            text.push('\n');
        }
    }
    connection.close().await.unwrap();
    text
}
