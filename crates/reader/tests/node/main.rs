//! Answers of the reader against the node's own, on a real node.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

#[path = "../../../chain/tests/node/support.rs"]
#[allow(dead_code)] // It serves the client's tests as well.
mod support;

use std::collections::HashSet;
use std::sync::Arc;

use chain::batches::Batches;
use chain::governance::Governance;
use chain::products::Products;
use chain::units::{Named, Units};
use chain::{Account, Call, Chain, Contracts, Error};
use primitives::batches::{
    Arrival, ClearanceReason, Goods, Purpose, QuarantineReason, QuarantineTarget, Recall, RecallClass,
    RecallReason, RecallScope, UnitState,
};
use primitives::products::{Attestation, NewBatch};
use primitives::units::{Scan, Verdict};
use primitives::{BatchId, BatchKey, DocumentHash, Role, SerialTree, SiteId};
use reader::{Reader, Snapshot};
use support::{account, connect, deploy, register, GLNS, GTIN, SITE};
use testkit::node::Node;

/// Packs of a batch.
const PACKS: usize = 6;
/// Batches of the play.
const BATCHES: usize = 4;

struct Play {
    chain: Chain,
    contracts: Contracts,
    maker: Account,
    auditor: Account,
    pharmacy: Account,
    site: SiteId,
    trees: Vec<(NewBatch, Vec<Vec<u8>>, Option<SerialTree>)>,
    shipments: u64,
}

impl Play {
    async fn begin(node: &Node) -> Self {
        let chain = connect(node).await;
        let (maker, pharmacy) = (account(&chain, "//Alice"), account(&chain, "//Bob"));
        let contracts = deploy(&maker).await;
        let governance = Governance(contracts.governance.address);
        maker.submit(&governance.grant_role(0, Role::QualityUnit, None)).await.unwrap();
        let (organisation, site) = register(&maker, &governance, pharmacy.id(), "Corner", GLNS[1]).await;
        maker.submit(&governance.grant_role(organisation, Role::Pharmacy, None)).await.unwrap();
        let auditor = account(&chain, "//Charlie");
        let (organisation, _) = register(&maker, &governance, auditor.id(), "Audit", GLNS[2]).await;
        maker.submit(&governance.grant_role(organisation, Role::Auditor, None)).await.unwrap();
        let trees = (0..BATCHES).map(batch).collect();
        let mut play = Self { chain, contracts, maker, auditor, pharmacy, site, trees, shipments: 0 };
        // The first three batches are in trade; the last one is not even registered.
        for number in 0..BATCHES - 1 {
            for step in [0, 2, 4] {
                assert!(
                    play.happens(step, number, &mut fastrand::Rng::with_seed(1)).await,
                    "{step} of {number}"
                );
            }
        }
        play
    }

    /// Something that may happen, and may be refused. Returns whether it happened.
    async fn something_happens(&mut self, rng: &mut fastrand::Rng) -> bool {
        let (step, number) = (rng.u32(..18), rng.usize(..BATCHES));
        self.happens(step, number, rng).await
    }

    async fn happens(&mut self, step: u32, number: usize, rng: &mut fastrand::Rng) -> bool {
        let (batches, units) = (Batches(self.contracts.batches.address), Units(self.contracts.units.address));
        let products = Products(self.contracts.products.address);
        let (new, serials, tree) = &self.trees[number];
        let id = BatchId::of(new.gtin, &new.lot);
        let (by, at) = if rng.bool() { (&self.maker, SITE) } else { (&self.pharmacy, self.site) };
        let serial = &serials[rng.usize(..PACKS)];
        let proof = tree.as_ref().and_then(|tree| tree.prove(serial));
        let document = DocumentHash([7; 32]);
        let shelf = QuarantineTarget::Holding { batch: id, site: at, quantity: Some(rng.u64(1..3)) };
        let done = match (step, proof) {
            (0 | 1, _) => self.maker.submit(&products.register_batch(SITE, new)).await.map(drop),
            (2 | 3, _) => match self.chain.read(&batches.batch(id)).await.unwrap() {
                Some(batch) => {
                    for attestation in Attestation::REQUIRED {
                        let hash = batch.registration_hash();
                        let by = match attestation {
                            Attestation::CertificateOfAnalysis => &self.maker,
                            Attestation::GoodManufacturingPractice => &self.auditor,
                        };
                        let _ = by.submit(&products.attest(id, hash, attestation, document)).await;
                    }
                    self.maker.submit(&products.release(id)).await.map(drop)
                }
                None => return false,
            },
            (4 | 5, _) => {
                let goods = Goods::Units { batch: id, quantity: 2 };
                let shipped =
                    self.maker.submit(&batches.ship(SITE, goods, self.site, Purpose::Supply, None)).await;
                if shipped.is_ok() {
                    let number = self.shipments;
                    self.shipments += 1;
                    let arrival = batches.receive(self.site, number, &Arrival::Units(2));
                    self.pharmacy.submit(&arrival).await.unwrap();
                }
                shipped.map(drop)
            }
            (6..=8, Some(proof)) => by.submit(&units.dispense(at, id, serial, &proof, None)).await.map(drop),
            (9, Some(proof)) => {
                let state = [UnitState::Destroyed, UnitState::Stolen, UnitState::Sample][rng.usize(..3)];
                by.submit(&units.decommission(at, id, serial, &proof, state, None)).await.map(drop)
            }
            (10, _) => by.submit(&units.revert(at, id, serial)).await.map(drop),
            (11, _) => self.maker.submit(&batches.block(id)).await.map(drop),
            (12, _) => self.maker.submit(&batches.unblock(id)).await.map(drop),
            (13, _) if rng.u32(..4) == 0 => {
                let scope = RecallScope::SerialRange { first: 0, last: rng.u32(..3) };
                let scope = if rng.u32(..6) == 0 { RecallScope::Batch } else { scope };
                let (class, reason) = (RecallClass::II, RecallReason::Contamination);
                let recall =
                    Recall { scope, class, reason, instructions: document, acknowledge_by: u64::MAX };
                self.maker.submit(&batches.recall(id, &recall)).await.map(drop)
            }
            (14, _) => {
                let reason = QuarantineReason::Damaged;
                by.submit(&batches.quarantine(Some(at), shelf, reason)).await.map(drop)
            }
            (15, _) => {
                let reason = ClearanceReason::NothingFound;
                self.maker.submit(&batches.release_quarantine(shelf, reason)).await.map(drop)
            }
            (16, _) => {
                let serials = std::slice::from_ref(serial);
                let Some((_, proof)) = tree.as_ref().and_then(|tree| tree.prove_all(serials)) else {
                    return false;
                };
                let (serials, from_quarantine) = (serials.to_vec(), false);
                let named = Named { at, batch: id, serials, proof, from_quarantine };
                by.submit(&units.quarantine(Some(at), &named, QuarantineReason::Damaged)).await.map(drop)
            }
            _ => {
                let state = UnitState::Dispensed;
                by.submit(&batches.decommission_quantity(at, id, 1, state, None)).await.map(drop)
            }
        };
        done.is_ok()
    }

    /// What somebody may scan, with and without a serial, a proof, a site, the right expiry.
    fn scan(&self, rng: &mut fastrand::Rng) -> Scan {
        let (new, serials, tree) = &self.trees[rng.usize(..BATCHES)];
        let (_, others, other) = &self.trees[rng.usize(..BATCHES)];
        let serial = (rng.u32(..8) > 0).then(|| serials[rng.usize(..PACKS)].clone());
        let proof = match rng.u32(..8) {
            0 => None,
            1 => other.as_ref().and_then(|tree| tree.prove(&others[0])),
            _ => tree.as_ref().zip(serial.as_ref()).and_then(|(tree, serial)| tree.prove(serial)),
        };
        let lot = if rng.u32(..12) == 0 { b"NOBODYS".to_vec() } else { new.lot.clone() };
        let expiry = [None, Some(new.expiry), Some(300_101)][rng.usize(..3)];
        let site = [None, Some(SITE), Some(self.site), Some(99)][rng.usize(..4)];
        Scan { gtin: GTIN, lot, expiry, serial, proof, site }
    }
}

fn batch(number: usize) -> (NewBatch, Vec<Vec<u8>>, Option<SerialTree>) {
    let lot = format!("LOT{number}").into_bytes();
    let serials: Vec<Vec<u8>> = (0..PACKS).map(|pack| format!("S{number}{pack}").into_bytes()).collect();
    let key = BatchKey::new([u8::try_from(number).unwrap(); 32]);
    // The last one has no serials.
    let tree =
        (number + 1 < BATCHES).then(|| SerialTree::new(BatchId::of(GTIN, &lot), &serials, &key).unwrap());
    let (quantity, serial_root) = (PACKS as u64, tree.as_ref().map(SerialTree::root));
    (
        NewBatch { gtin: GTIN, lot, expiry: 351_231, quantity, serial_root, units_per_case: None },
        serials,
        tree,
    )
}

async fn same<R: PartialEq + std::fmt::Debug>(reader: &Reader, at: &Arc<Snapshot>, call: &Call<R>) -> R {
    let node = reader.chain().read_at(call, at.heading().block.hash).await;
    let here = reader.read(call, at).await;
    match (node, here) {
        (Ok(node), Ok(here)) => {
            assert_eq!(here, node, "{call:?} at {at:?}");
            here
        }
        (node, here) => panic!("{call:?} at {at:?}: {node:?} by the node, {here:?} here"),
    }
}

/// Plays until so many verdicts were the same, each on another state or of another scan.
async fn verdicts_are_the_same(wanted: usize, for_each_state: usize) {
    let node = Node::start();
    let mut play = Play::begin(&node).await;
    let reader = Reader::new(play.chain.clone());
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut compared, mut states, mut happened) = (0, 0, 0);
    let mut seen = HashSet::new();
    while compared < wanted {
        happened += usize::from(play.something_happens(&mut rng).await);
        let at = reader.at(play.chain.heads().await.unwrap().finalised).await.unwrap();
        let scans: Vec<Scan> = (0..for_each_state).map(|_| play.scan(&mut rng)).collect();
        let units = Units(play.contracts.units.address);
        let calls: Vec<Call<Verdict>> = scans.iter().map(|scan| units.verdict(scan)).collect();
        for verdict in futures::future::join_all(calls.iter().map(|call| same(&reader, &at, call))).await {
            seen.insert(format!("{:?}", verdict.reasons));
        }
        let batches = Batches(play.contracts.batches.address);
        let id = BatchId::of(GTIN, b"LOT0");
        same(&reader, &at, &batches.batch(id)).await;
        same(&reader, &at, &batches.recalls(id)).await;
        same(&reader, &at, &Governance(play.contracts.governance.address).organisation(0)).await;
        compared += for_each_state;
        states += 1;
    }
    println!("{compared} verdicts on {states} states, {happened} changes, {} sets of reasons", seen.len());
    assert!(happened * 8 > states, "{happened} of {states}: nothing happens");
    assert!(seen.len() > 20, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verdict_is_the_nodes_own_at_the_same_block() {
    verdicts_are_the_same(320, 8).await;
}

/// For the night: 10,000 states.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "half an hour"]
async fn ten_thousand_verdicts_are_the_nodes_own() {
    verdicts_are_the_same(10_000, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_a_read_is_refused_here_and_where_nothing_is_nothing_answers() {
    let node = Node::start();
    let play = Play::begin(&node).await;
    let reader = Reader::new(play.chain.clone());
    let at = reader.at(play.chain.heads().await.unwrap().finalised).await.unwrap();
    let register = Products(play.contracts.products.address).register_batch(SITE, &play.trees[0].0);
    // Nobody may register, so that the contract answers before it changes anything: as by the node.
    assert!(matches!(reader.read(&register, &at).await, Err(reader::Error::Chain(Error::Contract(_)))));
    let nowhere = Units(primitives::AccountId([9; 32])).access();
    let found = reader.read(&nowhere, &at).await;
    assert!(matches!(found, Err(reader::Error::Chain(Error::ContractNotFound { .. }))), "{found:?}");
    // The account of a person is no contract either.
    let person = Units(play.maker.id()).access();
    let found = reader.read(&person, &at).await;
    assert!(matches!(found, Err(reader::Error::Chain(Error::ContractNotFound { .. }))), "{found:?}");
    // Another contract than the message's: it does not know the message.
    let confused = Units(play.contracts.access.address).verdict(&Scan::default());
    let (here, there) = (reader.read(&confused, &at).await, play.chain.read(&confused).await);
    assert!(matches!(here, Err(reader::Error::Chain(Error::MessageNotUnderstood { .. }))), "{here:?}");
    assert!(matches!(there, Err(Error::MessageNotUnderstood { .. })), "{there:?}");
}
