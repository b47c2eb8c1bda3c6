//! The rules of `access`, `batches` and `units`, natively: fast enough for thousands of sequences.

use ::units::Decommissioning;
use ink::env::DefaultEnvironment;
use kernel::{key, Call};
use primitives::access::Change;
use primitives::batches::{Attestation, Error, QuarantineError};
use primitives::units::{self, Scan, UnitOutcome, Verdict};
use primitives::{ensure, AccountId, BatchId, Refused, SiteId, Standing, Timestamp, UnitId};
use scale::{Decode, Encode, Input, Output};

use crate::backend::{Answer, AnyError, Backend, BatchBooks, Books, Done, Event, Scope};
use crate::cast::Contracts;
use crate::message::Message;
use crate::parties::account;
use crate::rules::Registers;

/// A deployment without a chain: the contracts' data, and what a chain does around them.
#[derive(Debug)]
pub struct Native {
    access: access::Data,
    access_storage: AccountId,
    registers: Registers,
    scope: Scope,
}

const DEPLOYER: AccountId = AccountId([0xDE; 32]);

impl Native {
    /// Empty contracts in set-up. A refused message may have changed what is in `scope`, which is taken back then.
    pub fn new(scope: Scope) -> Self {
        let registers = Registers::default();
        let access_storage = AccountId(primitives::blake2_256(registers.units_storage().as_ref()));
        let access = registers.in_storage(access_storage, || access::Data::new(DEPLOYER));
        Self { access, access_storage, registers, scope }
    }

    /// The same in an off-chain environment of its own, which forgets afterwards what was stored.
    pub fn with(scope: Scope, play: impl FnOnce(&mut Native)) {
        let fresh = ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
            play(&mut Self::new(scope));
            Ok(())
        });
        fresh.unwrap();
    }

    fn standing(&self, who: AccountId, site: Option<SiteId>, now: Timestamp) -> Standing {
        self.registers.in_storage(self.access_storage, || self.access.standing(who, site, now))
    }

    /// What `kernel` makes of the answer of `access`.
    fn call(
        &self,
        who: AccountId,
        site: Option<SiteId>,
        now: Timestamp,
        contracts: &[AccountId],
    ) -> Result<Call, Refused> {
        let Standing { organisation, site: acts_at, roles, in_set_up, paused } =
            self.standing(who, site, now);
        ensure(!in_set_up, Refused::InSetUp)?;
        ensure(!contracts.iter().any(|contract| paused.contains(contract)), Refused::Paused)?;
        ensure(site.is_none() || acts_at == site, Refused::CallerNotAtSite)?;
        Ok(Call { account: who, organisation, site: acts_at, roles, now })
    }

    fn send_to_units(
        &mut self,
        who: AccountId,
        now: Timestamp,
        message: &Message,
    ) -> Result<Done, units::Error> {
        let Contracts { batches, units: this } = self.contracts();
        // `batches` is called by `units` then.
        let register = self.call(this, None, now, &[]);
        match message {
            Message::Decommission { site, batch, serial, proof, state } => {
                let call = self.call(who, Some(*site), now, &[this, batches])?;
                let unit = (*batch, &serial[..], proof);
                let (outcome, booked) = self.registers.decommission_by(call, register?, unit, *state)?;
                let mut events: Vec<Event> = booked.iter().map(Event::of).collect();
                let answer = match outcome {
                    Decommissioning::Done(event) => {
                        events.push(Event::of(&event));
                        UnitOutcome::Done
                    }
                    Decommissioning::Alarm(event) => {
                        events.push(Event::of(&event));
                        UnitOutcome::Alarm { code: event.code, other: event.other }
                    }
                };
                Ok(Done { answer: Answer::Unit(answer), events })
            }
            Message::Revert { site, batch, serial } => {
                let call = self.call(who, *site, now, &[this, batches])?;
                let (event, booked) = self.registers.revert_by(call, register?, *batch, serial)?;
                Ok(Done { answer: Answer::Nothing, events: vec![Event::of(&booked), Event::of(&event)] })
            }
            Message::ResolveAlarm { batch, serial, resolution } => {
                let call = self.call(who, None, now, &[this])?;
                Ok(happened(&self.registers.resolve_alarm(call, *batch, serial, *resolution)?))
            }
            other => panic!("{} is not a message of units", other.name()),
        }
    }

    fn send_to_batches(&mut self, who: AccountId, now: Timestamp, message: Message) -> Result<Done, Error> {
        let call = self.call(who, message.site(), now, &[self.contracts().batches])?;
        let consignee = |to| {
            let standing = || self.access.site_standing(to, now);
            (to, self.registers.in_storage(self.access_storage, standing))
        };
        let to = match &message {
            Message::Ship { to, .. } => Some(consignee(*to)),
            _ => None,
        };
        let data = &mut *self.registers;
        Ok(match message {
            Message::RegisterBatch { batch, .. } => {
                let event = data.register(call, batch)?;
                Done { answer: Answer::Batch(event.batch), ..happened(&event) }
            }
            Message::CancelRegistration { batch } => happened(&data.cancel_registration(call, batch)?),
            Message::Attest { batch, attestation, document } => {
                happened(&data.attest(call, batch, attestation, document)?)
            }
            Message::Release { batch } => happened(&data.release(call, batch)?),
            Message::Block { batch } => happened(&data.block(call, batch)?),
            Message::Unblock { batch } => happened(&data.unblock(call, batch)?),
            Message::Ship { goods, to: site, purpose, terms, .. } => {
                let event = data.ship(call, goods, to.unwrap_or((site, None)), purpose, terms)?;
                Done { answer: Answer::Shipment(event.shipment), ..happened(&event) }
            }
            Message::Receive { shipment, arrival, .. } => happened(&data.receive(call, shipment, arrival)?),
            Message::Reject { shipment, reason, .. } => happened(&data.reject(call, shipment, reason)?),
            Message::Pack { logistic_unit, contents, .. } => {
                happened(&data.pack(call, logistic_unit, contents)?)
            }
            Message::Unpack { logistic_unit, .. } => happened(&data.unpack(call, logistic_unit)?),
            Message::DecommissionQuantity { batch, quantity, state, document, .. } => {
                happened(&data.decommission_quantity(call, batch, quantity, state, document)?)
            }
            Message::Quarantine { target, reason, .. } => happened(&data.quarantine(call, target, reason)?),
            Message::QuarantineOnEvidence { target } => happened(&data.quarantine_on_evidence(call, target)?),
            Message::ReleaseQuarantine { target, reason } => {
                happened(&data.release_quarantine(call, target, reason)?)
            }
            Message::Recall { batch, recall } => happened(&data.recall(call, batch, recall)?),
            Message::AcknowledgeRecall { batch, .. } => happened(&data.acknowledge_recall(call, batch)?),
            other => panic!("{} is not a message of batches", other.name()),
        })
    }

    /// What this message may have written before it is refused.
    fn at_stake(&self, message: &Message) -> Vec<(AccountId, Raw)> {
        let batches = self.registers.batches_storage();
        let sscc_keys = || {
            let of = |sscc| [(key(b"LOGI"), sscc).encode(), (key(b"CHIL"), sscc).encode()];
            self.scope.logistic_units.iter().flat_map(of).collect::<Vec<_>>()
        };
        let (contract, keys) = match message {
            Message::Pack { contents: primitives::batches::Contents::Case { batch, number }, .. } => {
                (batches, vec![(key(b"CASE"), batch, number).encode()])
            }
            Message::Pack { .. } | Message::Receive { .. } => (batches, sscc_keys()),
            Message::Decommission { site, batch, .. } => {
                (batches, vec![(key(b"HOLD"), batch, site).encode(), (key(b"BALA"), batch).encode()])
            }
            Message::Revert { batch, serial, .. } => {
                (self.registers.units_storage(), vec![(key(b"UNIT"), UnitId::of(*batch, serial)).encode()])
            }
            _ => (batches, Vec::new()),
        };
        keys.into_iter().map(|key| (contract, Raw(key))).collect()
    }

    fn batch_books(&self, id: BatchId) -> Option<BatchBooks> {
        let data = &*self.registers;
        let attestation = |attestation| Some((attestation, data.attestation(id, attestation)?));
        Some(BatchBooks {
            batch: data.batch(id)?,
            places: data.mass_balance(id)?,
            holdings: data.recall_reach(id, 0, u32::MAX),
            recalls: data.recalls(id),
            attestations: Attestation::REQUIRED.into_iter().filter_map(attestation).collect(),
        })
    }
}

impl Backend for Native {
    fn contracts(&self) -> Contracts {
        Contracts { batches: account(0xBA), units: account(0x0E) }
    }

    fn administer(&mut self, change: &Change) {
        let (access, storage) = (&mut self.access, self.access_storage);
        self.registers.in_storage(storage, || access.change(DEPLOYER, change.clone())).unwrap();
    }

    fn send(&mut self, who: AccountId, now: Timestamp, message: &Message) -> Result<Done, AnyError> {
        let before: Vec<_> = self
            .at_stake(message)
            .into_iter()
            .map(|(contract, key)| (contract, self.registers.in_storage(contract, || key.stored()), key))
            .collect();
        let result = if message.is_for_units() {
            self.send_to_units(who, now, message).map_err(AnyError::from)
        } else {
            self.send_to_batches(who, now, message.clone()).map_err(|error| match message {
                Message::QuarantineOnEvidence { .. } => QuarantineError::from(error).into(),
                _ => error.into(),
            })
        };
        if result.is_err() {
            for (contract, value, key) in before {
                self.registers.in_storage(contract, || key.restore(value));
            }
        }
        result
    }

    fn stored(&mut self, scope: &Scope) -> Books {
        let data = &*self.registers;
        let registers = &self.registers;
        Books {
            listed: data.list_batches(0, u32::MAX),
            batches: scope.batches.iter().filter_map(|id| Some((*id, self.batch_books(*id)?))).collect(),
            shipments: (0..scope.shipments).filter_map(|it| Some((it, data.shipment(it)?))).collect(),
            logistic_units: scope
                .logistic_units
                .iter()
                .filter_map(|sscc| Some((*sscc, data.logistic_unit(*sscc)?)))
                .collect(),
            units: scope
                .units
                .iter()
                .filter_map(|unit| Some((*unit, registers.decommissioned_unit(*unit)?)))
                .collect(),
            alarms: scope.units.iter().filter_map(|unit| Some((*unit, registers.alarm(*unit)?))).collect(),
        }
    }

    fn verdict(&mut self, now: Timestamp, scan: &Scan) -> Verdict {
        self.registers.verdict(scan, now)
    }
}

fn happened(event: &impl primitives::Event) -> Done {
    Done { answer: Answer::Nothing, events: vec![Event::of(event)] }
}

/// Bytes of a contract's storage, as they are.
#[derive(Clone, Debug)]
struct Raw(Vec<u8>);

impl Raw {
    /// What is stored under this key.
    fn stored(&self) -> Option<Raw> {
        ink::env::get_contract_storage(self).unwrap()
    }

    /// Stores under this key what was there before.
    fn restore(&self, value: Option<Raw>) {
        match value {
            Some(value) => drop(ink::env::set_contract_storage(self, &value)),
            None => drop(ink::env::clear_contract_storage(self)),
        }
    }
}

impl Encode for Raw {
    fn encode_to<T: Output + ?Sized>(&self, output: &mut T) {
        output.write(&self.0);
    }
}

impl Decode for Raw {
    fn decode<I: Input>(input: &mut I) -> Result<Self, scale::Error> {
        let mut bytes = vec![0; input.remaining_len()?.unwrap_or(0)];
        input.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}
