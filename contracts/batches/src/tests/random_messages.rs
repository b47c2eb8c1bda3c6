//! Random messages against a small model of what they should do: it knows nothing of the contract's storage.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{QuarantineReason, RecallClass, RecallReason, RejectionReason};

/// Who sends messages: four that may hold drugs, two of which dispense.
fn parties() -> [Call; 4] {
    [manufacturer(), wholesaler(), pharmacy(), other_pharmacy()]
}

const SERIALS: usize = 8;
const PLAIN_UNITS: Quantity = 100;

#[derive(Clone, Debug)]
enum Message {
    Ship { batch: usize, from: usize, to: usize, quantity: Quantity },
    Receive { by: usize, shipment: u64, quantity: Quantity },
    Reject { by: usize, shipment: u64 },
    Dispense { by: usize, serial: usize, proof: usize },
    DispenseUnserialised { by: usize, batch: usize, quantity: Quantity },
    Quarantine { by: usize, batch: usize, holder: usize, quantity: Quantity },
    QuarantineByRegulator { batch: usize, holder: usize, quantity: Quantity },
    ReleaseQuarantine { batch: usize, holder: usize, quantity: Quantity },
    Block { batch: usize },
    Unblock { batch: usize },
    Recall { batch: usize },
}

fn messages() -> impl Strategy<Value = Message> {
    let party = 0_usize..4;
    let batch = 0_usize..2;
    let quantity = prop_oneof![9 => 0_u64..40, 1 => Just(Quantity::MAX)];
    let shipment = 0_u64..12;
    prop_oneof![
        8 => (batch.clone(), party.clone(), party.clone(), quantity.clone())
            .prop_map(|(batch, from, to, quantity)| Message::Ship { batch, from, to, quantity }),
        8 => (party.clone(), shipment.clone(), quantity.clone())
            .prop_map(|(by, shipment, quantity)| Message::Receive { by, shipment, quantity }),
        2 => (party.clone(), shipment).prop_map(|(by, shipment)| Message::Reject { by, shipment }),
        4 => (party.clone(), 0..SERIALS, 0..SERIALS * 8).prop_map(|(by, serial, other)| Message::Dispense {
            by,
            serial,
            // Mostly the right proof.
            proof: if other < SERIALS { other } else { serial },
        }),
        3 => (party.clone(), batch.clone(), quantity.clone())
            .prop_map(|(by, batch, quantity)| Message::DispenseUnserialised { by, batch, quantity }),
        3 => (party.clone(), batch.clone(), party.clone(), quantity.clone())
            .prop_map(|(by, batch, holder, quantity)| Message::Quarantine { by, batch, holder, quantity }),
        1 => (batch.clone(), party.clone(), quantity.clone())
            .prop_map(|(batch, holder, quantity)| Message::QuarantineByRegulator { batch, holder, quantity }),
        3 => (batch.clone(), party, quantity)
            .prop_map(|(batch, holder, quantity)| Message::ReleaseQuarantine { batch, holder, quantity }),
        1 => batch.clone().prop_map(|batch| Message::Block { batch }),
        3 => batch.clone().prop_map(|batch| Message::Unblock { batch }),
        1 => (batch, 0..10).prop_map(|(batch, chance)| match chance {
            0 => Message::Recall { batch },
            _ => Message::Unblock { batch },
        }),
    ]
}

/// What should be: plain numbers, by batch and party.
#[derive(Default)]
struct Model {
    available: BTreeMap<(usize, usize), Quantity>,
    quarantined: BTreeMap<(usize, usize), Quantity>,
    shipments: BTreeMap<u64, (usize, usize, usize, Quantity)>,
    shipped: u64,
    dispensed: [Quantity; 2],
    serials: BTreeSet<usize>,
    alarms: u32,
    blocked: [bool; 2],
    recalled: [bool; 2],
}

fn take(places: &mut BTreeMap<(usize, usize), Quantity>, place: (usize, usize), quantity: Quantity) -> bool {
    let here = places.entry(place).or_default();
    let enough = quantity > 0 && quantity <= *here;
    if enough {
        *here -= quantity;
    }
    enough
}

fn is_pharmacy(party: usize) -> bool {
    party >= 2
}

impl Model {
    fn moves(&self, batch: usize) -> bool {
        !self.blocked[batch] && !self.recalled[batch]
    }

    /// Whether the message is to succeed; changes the numbers where it is.
    fn apply(&mut self, message: &Message) -> bool {
        match *message {
            Message::Ship { batch, from, to, quantity } => {
                let shipped =
                    self.moves(batch) && from != to && take(&mut self.available, (batch, from), quantity);
                if shipped {
                    self.shipments.insert(self.shipped, (batch, from, to, quantity));
                    self.shipped += 1;
                }
                shipped
            }
            Message::Receive { by, shipment, quantity } => {
                let Some((batch, _, to, left)) = self.shipments.get_mut(&shipment) else { return false };
                if by != *to || quantity == 0 || quantity > *left {
                    return false;
                }
                *left -= quantity;
                *self.available.entry((*batch, by)).or_default() += quantity;
                if *left == 0 {
                    self.shipments.remove(&shipment);
                }
                true
            }
            Message::Reject { by, shipment } => {
                let Some((batch, from, _, left)) =
                    self.shipments.get(&shipment).copied().filter(|(_, _, to, _)| by == *to)
                else {
                    return false;
                };
                self.shipments.remove(&shipment);
                *self.available.entry((batch, from)).or_default() += left;
                true
            }
            Message::Dispense { by, serial, proof } => {
                if !is_pharmacy(by) || serial != proof {
                    return false;
                }
                if self.serials.contains(&serial) {
                    self.alarms += 1;
                    return true;
                }
                let done = self.moves(0) && take(&mut self.available, (0, by), 1);
                if done {
                    self.dispensed[0] += 1;
                    self.serials.insert(serial);
                }
                done
            }
            Message::DispenseUnserialised { by, batch, quantity } => {
                let done = batch == 1
                    && is_pharmacy(by)
                    && self.moves(1)
                    && take(&mut self.available, (1, by), quantity);
                if done {
                    self.dispensed[1] += quantity;
                }
                done
            }
            Message::Quarantine { by, batch, holder, quantity } => {
                by == holder && self.set_apart(batch, holder, quantity)
            }
            Message::QuarantineByRegulator { batch, holder, quantity } => {
                self.set_apart(batch, holder, quantity)
            }
            Message::ReleaseQuarantine { batch, holder, quantity } => {
                let done = take(&mut self.quarantined, (batch, holder), quantity);
                if done {
                    *self.available.entry((batch, holder)).or_default() += quantity;
                }
                done
            }
            Message::Block { batch } => !std::mem::replace(&mut self.blocked[batch], true),
            Message::Unblock { batch } => std::mem::replace(&mut self.blocked[batch], false),
            Message::Recall { batch } => !std::mem::replace(&mut self.recalled[batch], true),
        }
    }

    fn set_apart(&mut self, batch: usize, holder: usize, quantity: Quantity) -> bool {
        let done = take(&mut self.available, (batch, holder), quantity);
        if done {
            *self.quarantined.entry((batch, holder)).or_default() += quantity;
        }
        done
    }
}

/// The contract's data with two batches: one with serials, one without.
struct Chain {
    data: Data,
    serialised: Serialised,
    plain: BatchId,
}

impl Chain {
    fn new() -> Self {
        let mut data = register();
        let serialised = Serialised::registered(&mut data, b"SERIAL", SERIALS);
        attest_all(&mut data, serialised.id);
        data.release(manufacturer(), serialised.id).unwrap();
        let plain = released(&mut data, PLAIN_UNITS);
        Self { data, serialised, plain }
    }

    fn id(&self, batch: usize) -> BatchId {
        [self.serialised.id, self.plain][batch]
    }

    fn send(&mut self, message: &Message) -> Result<(), Error> {
        let parties = parties();
        let holder = |party: usize| parties[party].caller;
        let reason = QuarantineReason::Other;
        match *message {
            Message::Ship { batch, from, to, quantity } => {
                let id = self.id(batch);
                self.data.ship(parties[from], id, holder(to), parties[to].roles, quantity).map(drop)
            }
            Message::Receive { by, shipment, quantity } => {
                self.data.receive(parties[by], shipment, quantity).map(drop)
            }
            Message::Reject { by, shipment } => {
                self.data.reject(parties[by], shipment, RejectionReason::Other).map(drop)
            }
            Message::Dispense { by, serial: number, proof } => {
                let proof = self.serialised.proof(proof);
                self.data.dispense(parties[by], self.serialised.id, &serial(number), &proof).map(drop)
            }
            Message::DispenseUnserialised { by, batch, quantity } => {
                let id = self.id(batch);
                self.data.dispense_unserialised(parties[by], id, quantity).map(drop)
            }
            Message::Quarantine { by, batch, holder: at, quantity } => {
                let id = self.id(batch);
                self.data.quarantine(parties[by], id, holder(at), quantity, reason).map(drop)
            }
            Message::QuarantineByRegulator { batch, holder: at, quantity } => {
                let id = self.id(batch);
                self.data.quarantine(regulator(), id, holder(at), quantity, reason).map(drop)
            }
            Message::ReleaseQuarantine { batch, holder: at, quantity } => {
                let id = self.id(batch);
                self.data.release_quarantine(regulator(), id, holder(at), quantity).map(drop)
            }
            Message::Block { batch } => self.data.block(regulator(), self.id(batch)).map(drop),
            Message::Unblock { batch } => self.data.unblock(regulator(), self.id(batch)).map(drop),
            Message::Recall { batch } => {
                let id = self.id(batch);
                self.data.recall(regulator(), id, RecallClass::III, RecallReason::QualityDefect).map(drop)
            }
        }
    }

    fn ensure_agrees(&self, model: &Model) {
        for batch in 0..2 {
            let id = self.id(batch);
            ensure_mass_balance(&self.data, id);
            assert_eq!(self.data.mass_balance(id).unwrap().dispensed, model.dispensed[batch]);
            for (party, call) in parties().into_iter().enumerate() {
                let number = |places: &BTreeMap<(usize, usize), Quantity>| {
                    places.get(&(batch, party)).copied().unwrap_or_default()
                };
                let expected =
                    Holding { available: number(&model.available), quarantined: number(&model.quarantined) };
                assert_eq!(self.data.holding(id, call.caller), expected);
            }
        }
        for number in 0..=model.shipped {
            let left = self.data.shipment(number).map(|record| record.quantity);
            assert_eq!(left, model.shipments.get(&number).map(|(.., left)| *left));
        }
        let units = (0..SERIALS).filter_map(|number| self.data.dispensed_unit(self.serialised.unit(number)));
        let (count, alarms) =
            units.fold((0, 0), |(count, alarms), unit| (count + 1, alarms + unit.clone_alarms));
        assert_eq!((count, alarms), (model.serials.len(), model.alarms));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_sequence_of_messages_makes_or_loses_a_unit(messages in prop::collection::vec(messages(), 60)) {
        let mut chain = Chain::new();
        let mut model = Model::default();
        model.available.insert((0, 0), chain.serialised.tree.quantity());
        model.available.insert((1, 0), PLAIN_UNITS);
        for message in &messages {
            let result = chain.send(message);
            assert_eq!(result.is_ok(), model.apply(message), "{message:?} gave {result:?}");
            assert_ne!(result, Err(Error::BalanceBroken));
            chain.ensure_agrees(&model);
        }
    }
}
