//! Random messages against a small model of what they should do: it knows nothing of the contract's storage.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use batches::{ClearanceReason, QuarantineReason, QuarantineTarget, RejectionReason};

/// Who sends messages: four that may hold drugs, two of which dispense.
fn parties() -> [Call; 4] {
    [manufacturer(), wholesaler(), pharmacy(), other_pharmacy()]
}

const SERIALS: usize = 8;
const PLAIN_UNITS: Quantity = 100;
const CASES: u64 = 6;

#[derive(Clone, Debug)]
enum Message {
    Ship { batch: usize, from: usize, to: usize, quantity: Quantity, back: bool },
    ShipCase { from: usize, to: usize, case: u64, back: bool },
    Receive { by: usize, shipment: u64, quantity: Quantity },
    ReceiveCase { by: usize, shipment: u64, case: u64 },
    Reject { by: usize, shipment: u64 },
    Pack { by: usize, batch: usize, quantity: Quantity, case: u64 },
    Unpack { by: usize, case: u64 },
    Dispense { by: usize, serial: usize, proof: usize },
    Revert { by: usize, serial: usize },
    DispenseQuantity { by: usize, batch: usize, quantity: Quantity },
    Destroy { by: usize, batch: usize, quantity: Quantity },
    Quarantine { by: usize, target: Target },
    QuarantineByRegulator { target: Target },
    Release { target: Target },
    Block { batch: usize },
    Unblock { batch: usize },
    Recall { batch: usize },
    RecallCase { case: u64 },
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Holding { batch: usize, holder: usize, quantity: Quantity },
    Shipment(u64),
    Case(u64),
}

fn messages() -> impl Strategy<Value = Message> {
    let party = || 0_usize..4;
    let batch = || 0_usize..2;
    let quantity = || prop_oneof![9 => 0_u64..40, 1 => Just(Quantity::MAX)];
    let shipment = || 0_u64..12;
    let case = || 0..CASES;
    let back = || prop::bool::weighted(0.2);
    let target = || {
        prop_oneof![
            2 => (batch(), party(), quantity())
                .prop_map(|(batch, holder, quantity)| Target::Holding { batch, holder, quantity }),
            1 => shipment().prop_map(Target::Shipment),
            1 => case().prop_map(Target::Case),
        ]
    };
    prop_oneof![
        8 => (batch(), party(), party(), quantity(), back())
            .prop_map(|(batch, from, to, quantity, back)| Message::Ship { batch, from, to, quantity, back }),
        8 => (party(), party(), case(), back())
            .prop_map(|(from, to, case, back)| Message::ShipCase { from, to, case, back }),
        8 => (party(), shipment(), quantity())
            .prop_map(|(by, shipment, quantity)| Message::Receive { by, shipment, quantity }),
        12 => (party(), shipment(), case())
            .prop_map(|(by, shipment, case)| Message::ReceiveCase { by, shipment, case }),
        2 => (party(), shipment()).prop_map(|(by, shipment)| Message::Reject { by, shipment }),
        8 => (party(), batch(), quantity(), case())
            .prop_map(|(by, batch, quantity, case)| Message::Pack { by, batch, quantity, case }),
        6 => (party(), case()).prop_map(|(by, case)| Message::Unpack { by, case }),
        6 => (party(), 0..SERIALS, 0..SERIALS * 8).prop_map(|(by, serial, other)| Message::Dispense {
            by,
            serial,
            // Mostly the right proof.
            proof: if other < SERIALS { other } else { serial },
        }),
        3 => (party(), 0..SERIALS).prop_map(|(by, serial)| Message::Revert { by, serial }),
        3 => (party(), batch(), quantity())
            .prop_map(|(by, batch, quantity)| Message::DispenseQuantity { by, batch, quantity }),
        3 => (party(), batch(), quantity())
            .prop_map(|(by, batch, quantity)| Message::Destroy { by, batch, quantity }),
        4 => (party(), target()).prop_map(|(by, target)| Message::Quarantine { by, target }),
        2 => target().prop_map(|target| Message::QuarantineByRegulator { target }),
        4 => target().prop_map(|target| Message::Release { target }),
        1 => batch().prop_map(|batch| Message::Block { batch }),
        3 => batch().prop_map(|batch| Message::Unblock { batch }),
        1 => (batch(), case(), 0..10).prop_map(|(batch, case, chance)| match chance {
            0 => Message::Recall { batch },
            1..=3 => Message::RecallCase { case },
            _ => Message::Unblock { batch },
        }),
    ]
}

/// A closed case, and the shipment in which it is.
#[derive(Clone, Copy, Default)]
struct Case {
    batch: usize,
    holder: usize,
    quantity: Quantity,
    shipment: Option<u64>,
    apart: bool,
    recalled: bool,
    returned: bool,
}

#[derive(Clone, Copy)]
struct Shipped {
    batch: usize,
    from: usize,
    to: usize,
    quantity: Quantity,
    case: Option<u64>,
    back: bool,
    apart: bool,
}

/// What should be: plain numbers, by batch and party.
#[derive(Default)]
struct Model {
    places: BTreeMap<(usize, usize), Places>,
    shipments: BTreeMap<u64, Shipped>,
    shipped: u64,
    cases: BTreeMap<u64, Case>,
    serials: BTreeMap<usize, usize>,
    alarms: BTreeSet<usize>,
    wrong_proofs: BTreeSet<usize>,
    blocked: [bool; 2],
    recalled: [bool; 2],
}

type Field = fn(&mut Places) -> &mut Quantity;
const HELD: Field = |places| &mut places.held;
const PACKED: Field = |places| &mut places.packed;
const IN_TRANSIT: Field = |places| &mut places.in_transit;
const APART: Field = |places| &mut places.quarantined;
const APART_CLOSED: Field = |places| &mut places.quarantined_closed;
const RETURNED: Field = |places| &mut places.returned;
const DISPENSED: Field = |places| &mut places.dispensed;
const DESTROYED: Field = |places| &mut places.destroyed;

fn is_pharmacy(party: usize) -> bool {
    party >= 2
}

impl Model {
    fn is_marketable(&self, batch: usize) -> bool {
        !self.blocked[batch] && !self.recalled[batch]
    }

    fn places(&mut self, batch: usize, party: usize) -> &mut Places {
        self.places.entry((batch, party)).or_default()
    }

    fn count(&mut self, batch: usize, party: usize, field: Field) -> Quantity {
        *field(self.places(batch, party))
    }

    /// Moves units of a batch, where there are so many.
    fn moves(&mut self, batch: usize, from: (usize, Field), to: (usize, Field), quantity: Quantity) -> bool {
        let enough = quantity > 0 && quantity <= self.count(batch, from.0, from.1);
        if enough {
            *from.1(self.places(batch, from.0)) -= quantity;
            *to.1(self.places(batch, to.0)) += quantity;
        }
        enough
    }

    fn ship(&mut self, shipped: Shipped) -> bool {
        let Shipped { batch, from, to, quantity, case, back, .. } = shipped;
        let may = if back { to == 0 } else { self.is_marketable(batch) };
        let place = if case.is_some() { PACKED } else { HELD };
        let done = may && from != to && self.moves(batch, (from, place), (to, IN_TRANSIT), quantity);
        if done {
            self.shipments.insert(self.shipped, shipped);
            self.shipped += 1;
        }
        done
    }

    /// Ends a part of a shipment at `party`.
    fn end(&mut self, shipment: u64, party: usize, quantity: Quantity, back: bool) -> bool {
        let Shipped { batch, to, quantity: left, case, apart, .. } = self.shipments[&shipment];
        let under_way = if apart { APART_CLOSED } else { IN_TRANSIT };
        let place = match (back, apart, case.is_some()) {
            (true, ..) => RETURNED,
            (_, true, true) => APART_CLOSED,
            (_, true, false) => APART,
            (_, false, true) => PACKED,
            (_, false, false) => HELD,
        };
        if quantity > left || !self.moves(batch, (to, under_way), (party, place), quantity) {
            return false;
        }
        if quantity == left {
            self.shipments.remove(&shipment);
        } else if let Some(shipped) = self.shipments.get_mut(&shipment) {
            shipped.quantity -= quantity;
        }
        if let Some(case) = case.and_then(|case| self.cases.get_mut(&case)) {
            *case = Case { holder: party, shipment: None, apart: apart && !back, returned: back, ..*case };
        }
        true
    }

    /// A closed case that may be moved or opened by this party.
    fn own_case(&self, by: usize, case: u64) -> Option<Case> {
        let own = |case: &&Case| case.holder == by && case.shipment.is_none() && !case.apart;
        self.cases.get(&case).filter(own).copied()
    }

    /// Whether the message is to succeed; changes the numbers where it is.
    fn apply(&mut self, message: &Message) -> bool {
        match *message {
            Message::Ship { batch, from, to, quantity, back } => {
                self.ship(Shipped { batch, from, to, quantity, case: None, back, apart: false })
            }
            Message::ShipCase { from, to, case: number, back } => {
                let Some(case) = self.own_case(from, number).filter(|case| !case.returned) else {
                    return false;
                };
                let Case { batch, quantity, .. } = case;
                let shipment = Some(self.shipped);
                let shipped = Shipped { batch, from, to, quantity, case: Some(number), back, apart: false };
                let done = (back || !case.recalled) && self.ship(shipped);
                if done {
                    self.cases.insert(number, Case { shipment, ..case });
                }
                done
            }
            Message::Receive { by, shipment, quantity } => match self.shipments.get(&shipment) {
                Some(&Shipped { to, case: None, back, .. }) if by == to => {
                    self.end(shipment, by, quantity, back)
                }
                _ => false,
            },
            Message::ReceiveCase { by, shipment, case } => match self.shipments.get(&shipment) {
                Some(&Shipped { to, case: Some(shipped), back, quantity, .. })
                    if by == to && case == shipped =>
                {
                    self.end(shipment, by, quantity, back)
                }
                _ => false,
            },
            Message::Reject { by, shipment } => match self.shipments.get(&shipment) {
                Some(&Shipped { from, to, quantity, .. }) if by == to => {
                    self.end(shipment, from, quantity, false)
                }
                _ => false,
            },
            Message::Pack { by, batch, quantity, case } => {
                let done =
                    !self.cases.contains_key(&case) && self.moves(batch, (by, HELD), (by, PACKED), quantity);
                if done {
                    self.cases.insert(case, Case { batch, holder: by, quantity, ..Case::default() });
                }
                done
            }
            Message::Unpack { by, case: number } => {
                let Some(case) = self.own_case(by, number) else { return false };
                if case.recalled && !case.returned && by != 0 {
                    return false;
                }
                self.cases.remove(&number);
                let place = if case.recalled { RETURNED } else { HELD };
                case.returned || self.moves(case.batch, (by, PACKED), (by, place), case.quantity)
            }
            Message::Dispense { by, serial, proof } => {
                if !is_pharmacy(by) {
                    return false;
                }
                if serial != proof {
                    self.wrong_proofs.insert(serial);
                    return true;
                }
                if self.serials.contains_key(&serial) || self.places(0, by).present() == 0 {
                    self.alarms.insert(serial);
                    return true;
                }
                let done = self.is_marketable(0)
                    && !self.alarms.contains(&serial)
                    && self.moves(0, (by, HELD), (by, DISPENSED), 1);
                if done {
                    self.serials.insert(serial, by);
                }
                done
            }
            Message::Revert { by, serial } => {
                let done = self.serials.get(&serial) == Some(&by)
                    && !self.alarms.contains(&serial)
                    && !self.recalled[0]
                    && self.moves(0, (by, DISPENSED), (by, HELD), 1);
                if done {
                    self.serials.remove(&serial);
                }
                done
            }
            Message::DispenseQuantity { by, batch, quantity } => {
                batch == 1
                    && is_pharmacy(by)
                    && self.is_marketable(1)
                    && self.moves(1, (by, HELD), (by, DISPENSED), quantity)
            }
            Message::Destroy { by, batch, quantity } => {
                let returned = self.count(batch, by, RETURNED).min(quantity);
                let others = quantity - returned;
                if quantity == 0 || others > self.count(batch, by, HELD) {
                    return false;
                }
                if others > 0 && batch == 0 && !self.recalled[0] {
                    return false;
                }
                self.moves(batch, (by, RETURNED), (by, DESTROYED), returned);
                self.moves(batch, (by, HELD), (by, DESTROYED), others);
                true
            }
            Message::Quarantine { by, target } => {
                self.holder(target) == Some(by) && self.set_apart(target, true)
            }
            Message::QuarantineByRegulator { target } => self.set_apart(target, true),
            Message::Release { target } => self.set_apart(target, false),
            Message::Block { batch } => !std::mem::replace(&mut self.blocked[batch], true),
            Message::Unblock { batch } => std::mem::replace(&mut self.blocked[batch], false),
            Message::Recall { batch } => !std::mem::replace(&mut self.recalled[batch], true),
            Message::RecallCase { case } => match self.cases.get_mut(&case) {
                Some(case) if !self.recalled[case.batch] => !std::mem::replace(&mut case.recalled, true),
                _ => false,
            },
        }
    }

    fn holder(&self, target: Target) -> Option<usize> {
        match target {
            Target::Holding { holder, .. } => Some(holder),
            Target::Shipment(number) => self.shipments.get(&number).map(|shipped| shipped.to),
            Target::Case(number) => self.cases.get(&number).map(|case| case.holder),
        }
    }

    fn set_apart(&mut self, target: Target, apart: bool) -> bool {
        let (batch, holder, quantity, free, closed) = match target {
            Target::Holding { batch, holder, quantity } => (batch, holder, quantity, HELD, APART),
            Target::Shipment(number) => match self.shipments.get_mut(&number) {
                Some(shipped) if shipped.apart != apart => {
                    shipped.apart = apart;
                    (shipped.batch, shipped.to, shipped.quantity, IN_TRANSIT, APART_CLOSED)
                }
                _ => return false,
            },
            Target::Case(number) => match self.cases.get_mut(&number) {
                Some(case) if case.apart != apart && case.shipment.is_none() && !case.returned => {
                    case.apart = apart;
                    (case.batch, case.holder, case.quantity, PACKED, APART_CLOSED)
                }
                _ => return false,
            },
        };
        let (from, to) = if apart { (free, closed) } else { (closed, free) };
        self.moves(batch, (holder, from), (holder, to), quantity)
    }
}

/// An error's name, whichever of the two contracts refuses.
fn name(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

/// The contracts' data with two batches: one with serials, one without.
struct Chain {
    data: Register,
    serialised: Serialised,
    plain: BatchId,
}

impl Chain {
    fn new() -> Self {
        let mut data = register();
        let serialised = Serialised::released(&mut data, b"SERIAL", SERIALS);
        let plain = released(&mut data, PLAIN_UNITS);
        Self { data, serialised, plain }
    }

    fn id(&self, batch: usize) -> BatchId {
        [self.serialised.id, self.plain][batch]
    }

    fn target(&self, target: Target) -> QuarantineTarget {
        match target {
            Target::Holding { batch, holder, quantity } => QuarantineTarget::Holding {
                batch: self.id(batch),
                holder: parties()[holder].caller,
                quantity: Some(quantity),
            },
            Target::Shipment(number) => QuarantineTarget::Shipment(number),
            Target::Case(number) => QuarantineTarget::LogisticUnit(sscc(number)),
        }
    }

    fn send(&mut self, message: &Message) -> Result<(), String> {
        let parties = parties();
        let reason = QuarantineReason::Other;
        let ship = |data: &mut Register, from: usize, goods, to: usize, back| {
            let purpose = if back { Purpose::Return } else { Purpose::Supply };
            data.ship(parties[from], goods, (parties[to].caller, parties[to].roles), purpose, None)
                .map(drop)
                .map_err(name)
        };
        match *message {
            Message::Ship { batch, from, to, quantity, back } => {
                let goods = loose(self.id(batch), quantity);
                ship(&mut self.data, from, goods, to, back)
            }
            Message::ShipCase { from, to, case, back } => {
                ship(&mut self.data, from, Goods::LogisticUnit(sscc(case)), to, back)
            }
            Message::Receive { by, shipment, quantity } => {
                self.data.receive(parties[by], shipment, Arrival::Units(quantity)).map(drop).map_err(name)
            }
            Message::ReceiveCase { by, shipment, case } => {
                let arrival = Arrival::LogisticUnits(vec![sscc(case)]);
                self.data.receive(parties[by], shipment, arrival).map(drop).map_err(name)
            }
            Message::Reject { by, shipment } => {
                self.data.reject(parties[by], shipment, RejectionReason::Other).map(drop).map_err(name)
            }
            Message::Pack { by, batch, quantity, case } => {
                let contents = Contents::Units { batch: self.id(batch), quantity };
                self.data.pack(parties[by], sscc(case), contents).map(drop).map_err(name)
            }
            Message::Unpack { by, case } => self.data.unpack(parties[by], sscc(case)).map(drop).map_err(name),
            Message::Dispense { by, serial: number, proof } => {
                let (id, proof) = (self.serialised.id, self.serialised.proof(proof));
                let state = UnitState::Dispensed;
                self.data
                    .decommission(parties[by], id, &serial(number), &proof, state)
                    .map(drop)
                    .map_err(name)
            }
            Message::Revert { by, serial: number } => {
                self.data.revert(parties[by], self.serialised.id, &serial(number)).map(drop).map_err(name)
            }
            Message::DispenseQuantity { by, batch, quantity } => {
                let (id, state) = (self.id(batch), UnitState::Dispensed);
                self.data
                    .decommission_quantity(parties[by], id, quantity, state, None)
                    .map(drop)
                    .map_err(name)
            }
            Message::Destroy { by, batch, quantity } => {
                let (id, state) = (self.id(batch), UnitState::Destroyed);
                self.data
                    .decommission_quantity(parties[by], id, quantity, state, None)
                    .map(drop)
                    .map_err(name)
            }
            Message::Quarantine { by, target } => {
                let target = self.target(target);
                self.data.quarantine(parties[by], target, reason).map(drop).map_err(name)
            }
            Message::QuarantineByRegulator { target } => {
                let target = self.target(target);
                self.data.quarantine(regulator(), target, reason).map(drop).map_err(name)
            }
            Message::Release { target } => {
                let (target, reason) = (self.target(target), ClearanceReason::NothingFound);
                self.data.release_quarantine(regulator(), target, reason).map(drop).map_err(name)
            }
            Message::Block { batch } => {
                let id = self.id(batch);
                self.data.block(regulator(), id).map(drop).map_err(name)
            }
            Message::Unblock { batch } => {
                let id = self.id(batch);
                self.data.unblock(regulator(), id).map(drop).map_err(name)
            }
            Message::Recall { batch } => {
                let (id, recall) = (self.id(batch), recall_of(RecallScope::Batch));
                self.data.recall(regulator(), id, recall).map(drop).map_err(name)
            }
            Message::RecallCase { case } => {
                let batch = self.data.logistic_unit(sscc(case)).map_or(self.plain, |unit| unit.batch);
                let scope = RecallScope::LogisticUnit(sscc(case));
                self.data.recall(regulator(), batch, recall_of(scope)).map(drop).map_err(name)
            }
        }
    }

    fn ensure_agrees(&self, model: &Model) {
        for batch in 0..2 {
            let id = self.id(batch);
            ensure_mass_balance(&self.data, id);
            for (party, call) in parties().into_iter().enumerate() {
                let expected = model.places.get(&(batch, party)).copied().unwrap_or_default();
                assert_eq!(places(&self.data, id, call), expected);
            }
        }
        for number in 0..=model.shipped {
            let left = self.data.shipment(number).map(|record| record.quantity);
            assert_eq!(left, model.shipments.get(&number).map(|shipped| shipped.quantity));
        }
        for number in 0..CASES {
            let unit = self.data.logistic_unit(sscc(number));
            let unit = unit.map(|unit| (unit.holder, unit.quantity, unit.shipment, unit.quarantined));
            let expected = model.cases.get(&number);
            let holder = |case: &Case| parties()[case.holder].caller;
            let expected = expected.map(|case| (holder(case), case.quantity, case.shipment, case.apart));
            assert_eq!(
                unit.map(|unit| (unit.0, unit.1, unit.2)),
                expected.map(|unit| (unit.0, unit.1, unit.2))
            );
            if expected.is_some_and(|(_, _, shipment, _)| shipment.is_none()) {
                assert_eq!(unit.map(|unit| unit.3), expected.map(|unit| unit.3));
            }
        }
        for number in 0..SERIALS {
            let unit = self.data.decommissioned_unit(self.serialised.unit(number));
            let by = model.serials.get(&number).map(|party| parties()[*party].caller);
            assert_eq!(unit.map(|unit| unit.by), by);
            let alarm = self.data.alarm(self.serialised.unit(number)).is_some();
            assert_eq!(alarm, model.alarms.contains(&number) || model.wrong_proofs.contains(&number));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_sequence_of_messages_makes_or_loses_a_unit(messages in prop::collection::vec(messages(), 100)) {
        let mut chain = Chain::new();
        let mut model = Model::default();
        model.places(0, 0).held = chain.serialised.tree.quantity();
        model.places(1, 0).held = PLAIN_UNITS;
        for message in &messages {
            let result = chain.send(message);
            assert_eq!(result.is_ok(), model.apply(message), "{message:?} gave {result:?}");
            assert_ne!(result, Err("BalanceBroken".to_owned()));
            chain.ensure_agrees(&model);
        }
    }
}
