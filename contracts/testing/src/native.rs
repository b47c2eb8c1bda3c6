//! The rules of `access`, `batches` and `units`, natively: fast enough for thousands of sequences.

use ::units::Decommissioning;
use ink::env::DefaultEnvironment;
use kernel::{key, Call};
use primitives::batches::{Attestation, Error, QuarantineError};
use primitives::units::{self, Scan, UnitOutcome, Verdict};
use primitives::{ensure, AccountId, BatchId, Question, Refused, Standing, Timestamp, UnitId};
use scale::Encode;

use crate::backend::{Answer, AnyError, Backend, BatchBooks, Books, Done, Event, Scope};
use crate::cast::Contracts;
use crate::message::Message;
use crate::organisations::Administration;
use crate::parties::account;
use crate::rules::{ensure_serial, Raw, Registers};

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

    /// What `kernel` makes of what `access` answers the contract that asks.
    fn ask(&self, asker: AccountId, question: Question, now: Timestamp) -> Result<(Call, Standing), Refused> {
        let answer = || self.access.standing(asker, question, now);
        let standing = self.registers.in_storage(self.access_storage, answer);
        ensure(!standing.in_set_up, Refused::InSetUp)?;
        ensure(!standing.paused, Refused::Paused)?;
        let Standing { organisation, site, roles, .. } = standing;
        ensure(question.site.is_none() || site == question.site, Refused::CallerNotAtSite)?;
        Ok((Call { account: question.account, organisation, site, roles, now }, standing))
    }

    fn send_to_units(
        &mut self,
        who: AccountId,
        now: Timestamp,
        message: &Message,
    ) -> Result<Done, units::Error> {
        let Contracts { batches, units } = self.contracts();
        // `batches` asks for both where `units` has it book.
        let ask = |native: &Self, site| {
            let question = Question { through: Some(units), ..Question::about(who, site) };
            native.ask(batches, question, now).map(|(call, standing)| (call, standing.through))
        };
        match message {
            Message::Decommission { site, batch, serial, proof, state } => {
                ensure_serial(serial)?;
                let (call, through) = ask(self, Some(*site))?;
                let unit = (*batch, &serial[..], proof);
                let (outcome, booked) = self.registers.decommission_by(call, through, unit, *state)?;
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
                let known = self.registers.decommissioned_unit(UnitId::of(*batch, serial));
                ensure(known.is_some(), units::Error::UnitNotDecommissioned)?;
                let (call, through) = ask(self, *site)?;
                let (event, booked) = self.registers.revert_by(call, through, *batch, serial)?;
                Ok(Done { answer: Answer::Nothing, events: vec![Event::of(&booked), Event::of(&event)] })
            }
            Message::ResolveAlarm { batch, serial, resolution } => {
                let (call, _) = self.ask(units, Question::about(who, None), now)?;
                Ok(happened(&self.registers.resolve_alarm(call, *batch, serial, *resolution)?))
            }
            other => panic!("{} is not a message of units", other.name()),
        }
    }

    fn send_to_batches(&mut self, who: AccountId, now: Timestamp, message: Message) -> Result<Done, Error> {
        let counterparty = match &message {
            Message::Ship { to, .. } => Some(*to),
            _ => None,
        };
        let question = Question { counterparty, ..Question::about(who, message.site()) };
        let (call, standing) = self.ask(self.contracts().batches, question, now)?;
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
            Message::Ship { goods, to, purpose, terms, .. } => {
                let event = data.ship(call, goods, (to, standing.counterparty), purpose, terms)?;
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

    fn administer(&mut self, change: &Administration) {
        let (access, storage) = (&mut self.access, self.access_storage);
        let write = || {
            let change = change.written(access.deployment().unwrap());
            access.change(DEPLOYER, change)
        };
        self.registers.in_storage(storage, write).unwrap();
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
