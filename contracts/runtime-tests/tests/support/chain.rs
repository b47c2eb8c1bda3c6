//! Calls of a random sequence on the real chain, and what the chain's books say.

use batches::{Batch, Holding, LogisticUnit, Places, RecallNotice, Shipment};
use contract_runtime_tests::{sscc, Anything, Party, World};
use primitives::{AccountId, BatchId, DocumentHash};
use scale::{Decode, Encode};
use units::{Alarm, DecommissionedUnit, Outcome, Reason, Scan, Verdict};

use super::message::{Call, Catalogue, Message, BATCHES, REASONS, SSCCS};
use super::model::DOCUMENT;
use super::state::{BatchState, State};

fn sent(world: &mut World, contract: &str, by: Party, message: &str, arguments: impl Encode) -> bool {
    let address = world.address(contract);
    let receipt = world.measure::<Anything>(by, address, message, arguments);
    let receipt = receipt.unwrap_or_else(|failure| panic!("{message} stopped: {failure:?}"));
    if receipt.reverted {
        assert_eq!(world.event_count(), 0, "{message}: what is refused says nothing");
    }
    !receipt.reverted
}

/// Sends a call: whether it was accepted.
pub fn send(world: &mut World, catalogue: &Catalogue, call: &Call) -> bool {
    let by = call.by;
    let now = world.now();
    let targets = [world.batches, world.units];
    let mut batches = |message: &str, arguments: &dyn Fn() -> Vec<u8>| {
        sent(world, contract_of(message), by, message, Raw(arguments()))
    };
    match call.message.clone() {
        Message::Register(new) => batches("register_batch", &|| new.encode()),
        Message::Cancel(batch) => batches("cancel_registration", &|| batch.encode()),
        Message::Attest(batch, which) => batches("attest", &|| (batch, which, DOCUMENT).encode()),
        Message::Release(batch) => batches("release", &|| batch.encode()),
        Message::Block(batch) => batches("block", &|| batch.encode()),
        Message::Unblock(batch) => batches("unblock", &|| batch.encode()),
        Message::Ship(goods, to, purpose) => {
            batches("ship", &|| (goods, to.id(), purpose, None::<DocumentHash>).encode())
        }
        Message::Receive(shipment, arrival) => batches("receive", &|| (shipment, &arrival).encode()),
        Message::Reject(shipment) => batches("reject", &|| (shipment, REASONS.0).encode()),
        Message::Pack(sscc, contents) => batches("pack", &|| (sscc, &contents).encode()),
        Message::Unpack(sscc) => batches("unpack", &|| sscc.encode()),
        Message::Decommission { batch, serial, proof_of, state } => {
            let (_, name) = catalogue.serial(batch, serial);
            let proof = catalogue.proof(batch, proof_of);
            batches("decommission", &|| (catalogue.id(batch), &name, &proof, state).encode())
        }
        Message::DecommissionQuantity(batch, quantity, state) => {
            batches("decommission_quantity", &|| (batch, quantity, state, None::<DocumentHash>).encode())
        }
        Message::Revert(batch, serial) => batches("revert", &|| (batch, &serial).encode()),
        Message::Resolve(batch, serial, finding) => {
            batches("resolve_alarm", &|| (batch, &serial, finding).encode())
        }
        Message::Quarantine(target) => batches("quarantine", &|| (target, REASONS.1).encode()),
        Message::ReleaseQuarantine(target) => batches("release_quarantine", &|| (target, REASONS.2).encode()),
        Message::Recall(batch, scope) => {
            batches("recall", &|| (batch, contract_runtime_tests::recall(scope, now)).encode())
        }
        Message::Acknowledge(batch) => batches("acknowledge_recall", &|| batch.encode()),
        Message::Grant(whose, role, end) => sent(world, "access", by, "grant_role", (role, whose.id(), end)),
        Message::Revoke(whose, role) => sent(world, "access", by, "revoke_role", (role, whose.id())),
        Message::Suspend(whose) => sent(world, "access", by, "suspend_organisation", whose.id()),
        Message::Reinstate(whose) => sent(world, "access", by, "reinstate_organisation", whose.id()),
        Message::Pause => targets.map(|target| sent(world, "access", by, "pause", target)) == [true; 2],
        Message::Unpause => targets.map(|target| sent(world, "access", by, "unpause", target)) == [true; 2],
        Message::Pass(time) => {
            world.pass(time);
            true
        }
    }
}

/// Whether the message is one of `batches` or `units`.
pub fn is_for_batches(message: &Message) -> bool {
    !matches!(
        message,
        Message::Grant(..)
            | Message::Revoke(..)
            | Message::Suspend(_)
            | Message::Reinstate(_)
            | Message::Pause
            | Message::Unpause
            | Message::Pass(_)
    )
}

/// Arguments that are encoded already.
struct Raw(Vec<u8>);

impl Encode for Raw {
    fn encode_to<T: scale::Output + ?Sized>(&self, output: &mut T) {
        output.write(&self.0);
    }
}

/// Which contract has the message.
fn contract_of(message: &str) -> &'static str {
    match message {
        "decommission" | "revert" | "resolve_alarm" | "decommissioned_unit" | "alarm" => "units",
        _ => "batches",
    }
}

fn read<R: Decode>(world: &mut World, message: &str, arguments: impl Encode) -> R {
    world.call(Party::Stranger, world.address(contract_of(message)), message, arguments)
}

/// The balance of a batch, its holders and the sum over them are stored as the state says.
pub fn ensure_batch(world: &mut World, state: &State, id: BatchId) {
    let batches = world.batches;
    let expected = state.batches.get(&id);
    // The places, the number of holders, and the batch's number.
    let balance: Option<(Places, u32, u32)> = world.stored(batches, 0x4241_4C41, id);
    assert_eq!(balance.map(|(places, ..)| places), expected.map(BatchState::places));
    let (Some((places, holders, _)), Some(batch)) = (balance, expected) else { return };
    assert_eq!(places.total(), Some(batch.quantity), "mass balance");
    assert_eq!(usize::try_from(holders), Ok(batch.holders.len()));
    for (number, holder) in (0_u32..).zip(&batch.holders) {
        assert_eq!(world.stored(batches, 0x484F_4C4E, (id, number)), Some(*holder));
        assert_eq!(world.stored(batches, 0x484F_4C44, (id, holder)), Some(batch.holding(*holder)));
    }
}

/// The shipment is stored as the state says.
pub fn ensure_shipment(world: &mut World, state: &State, number: u64) {
    let shipment: Option<Shipment> = world.stored(world.batches, 0x5348_4950, number);
    assert_eq!(shipment.as_ref(), state.shipments.get(&number));
}

/// The logistic unit is stored as the state says.
pub fn ensure_logistic_unit(world: &mut World, state: &State, sscc: u64) {
    let unit: Option<LogisticUnit> = world.stored(world.batches, 0x4C4F_4749, sscc);
    let expected = state.logistic_units.get(&sscc);
    // Only an outermost one knows with whom it is.
    let holder = expected.map(|unit| unit.holder);
    let unit = unit.map(|unit| LogisticUnit { holder: holder.unwrap_or(unit.holder), ..unit });
    assert_eq!(unit.as_ref(), expected);
}

/// The states and alarms of a batch's units are stored as the state says.
pub fn ensure_units(world: &mut World, catalogue: &Catalogue, state: &State, batch: usize) {
    for serial in 0..catalogue.serials(batch) {
        let (unit, _) = catalogue.serial(batch, serial);
        let gone: Option<DecommissionedUnit> = world.stored(world.units, 0x554E_4954, unit);
        assert_eq!(gone.as_ref(), state.units.get(&unit));
        let alarm: Option<Alarm> = world.stored(world.units, 0x414C_4152, unit);
        assert_eq!(alarm.as_ref(), state.alarms.get(&unit));
    }
}

/// The unit's state, its alarm and its verdict are what they should be.
pub fn ensure_verdict(
    world: &mut World,
    catalogue: &Catalogue,
    state: &State,
    (batch, serial, proof_of): (usize, u64, u64),
    holder: Option<Party>,
    reasons: &[Reason],
) {
    let serialised = batch < 2;
    let new = catalogue.new_batch(batch);
    let (unit, name) = catalogue.serial(batch, serial);
    let scan = Scan {
        gtin: new.gtin,
        lot: new.lot.clone(),
        expiry: Some(new.expiry),
        serial: serialised.then_some(name),
        proof: serialised.then(|| catalogue.proof(batch, proof_of)),
        holder: holder.map(Party::id),
    };
    let verdict: Result<Verdict, units::Error> = world.call(Party::Stranger, world.units, "verdict", scan);
    let verdict = verdict.expect("batches answers");
    assert_eq!(verdict.reasons, reasons);
    assert_eq!(verdict.outcome, reasons.first().map_or(Outcome::Valid, |worst| worst.outcome()));
    if serialised {
        assert_eq!(verdict.unit.as_ref(), state.units.get(&unit));
        assert_eq!(verdict.alarm.as_ref(), state.alarms.get(&unit));
    }
}

/// Every record is stored as the state says, and the contracts' messages tell the same.
pub fn ensure_all(world: &mut World, catalogue: &Catalogue, state: &State) {
    for index in 0..BATCHES {
        let id = catalogue.id(index);
        ensure_batch(world, state, id);
        ensure_units(world, catalogue, state, index);
        let expected = state.batches.get(&id);
        let batch: Option<Batch> = read(world, "batch", id);
        let known = |batch: Batch| (batch.manufacturer, batch.released_at, batch.blocked, batch.recalled);
        let expects =
            |batch: &BatchState| (batch.maker, batch.released_at, batch.blocked, batch.is_recalled());
        assert_eq!(batch.map(known), expected.map(expects));
        let places: Option<Places> = read(world, "mass_balance", id);
        assert_eq!(places, expected.map(BatchState::places));
        let reach: Vec<(AccountId, Holding)> = read(world, "recall_reach", (id, 0_u32, 50_u32));
        let holders = expected.map_or(&[][..], |batch| &batch.holders);
        let holdings = holders.iter().map(|holder| (*holder, state.batches[&id].holding(*holder)));
        assert_eq!(reach, holdings.collect::<Vec<_>>());
        let recalls: Vec<RecallNotice> = read(world, "recalls", id);
        assert_eq!(recalls, expected.map_or(Vec::new(), |batch| batch.recalls.clone()));
        for serial in 0..catalogue.serials(index) {
            let (unit, _) = catalogue.serial(index, serial);
            let gone: Option<DecommissionedUnit> = read(world, "decommissioned_unit", unit);
            assert_eq!(gone.as_ref(), state.units.get(&unit));
            let alarm: Option<Alarm> = read(world, "alarm", unit);
            assert_eq!(alarm.as_ref(), state.alarms.get(&unit));
        }
    }
    for number in 0..=state.shipped {
        ensure_shipment(world, state, number);
        let shipment: Option<Shipment> = read(world, "shipment", number);
        assert_eq!(shipment.as_ref(), state.shipments.get(&number));
    }
    for number in 0..SSCCS {
        ensure_logistic_unit(world, state, sscc(number));
        let unit: Option<LogisticUnit> = read(world, "logistic_unit", sscc(number));
        assert_eq!(unit, state.outermost(sscc(number)));
    }
}
