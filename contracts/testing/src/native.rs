//! The rules of `access`, `products`, `batches` and `units`, natively: fast enough for thousands of sequences.

use std::cell::RefCell;

use ::products::Authority;
use ::units::{Corrected, Decommissioning, Dispensing};
use ink::env::DefaultEnvironment;
use kernel::{key, Call};
use primitives::batches::{Error, QuarantineError, QuarantineTarget, UnitPlace};
use primitives::prefix::body_of_sscc;
use primitives::products::{self, Attestation};
use primitives::units::{self, Scan, UnitOutcome, UnitRecord, Verdict};
use primitives::{ensure, AccountId, BatchId, Question, Refused, Role, Sscc, Standing, Timestamp, UnitId};
use scale::Encode;

use crate::backend::{Answer, AnyError, Backend, BatchBooks, Books, Done, Event, Scope};
use crate::cast::{self, Contracts};
use crate::goods::GTIN;
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
    answered: RefCell<Answered>,
}

/// What `access` answered at this time. It answers the same until a change of who may do what, and the verdicts of all
/// packs ask the same: looking in its storage each time takes a fifth of a sequence.
#[derive(Debug, Default)]
struct Answered {
    now: Timestamp,
    standings: Vec<(AccountId, Question, Standing)>,
}

const DEPLOYER: AccountId = AccountId([0xDE; 32]);

impl Native {
    /// Empty contracts in set-up. A refused message may have changed what is in `scope`, which is taken back then.
    pub fn new(scope: Scope) -> Self {
        let registers = Registers::default();
        let access_storage = AccountId(primitives::blake2_256(registers.units_storage().as_ref()));
        let access = registers.in_storage(access_storage, || access::Data::new(DEPLOYER));
        Self { access, access_storage, registers, scope, answered: RefCell::default() }
    }

    /// The same in an off-chain environment of its own, which forgets afterwards what was stored.
    pub fn with(scope: Scope, play: impl FnOnce(&mut Native)) {
        let fresh = ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
            play(&mut Self::new(scope));
            Ok(())
        });
        fresh.unwrap();
    }

    /// What `access` answers the contract that asks.
    fn answer(&self, asker: AccountId, question: Question, now: Timestamp) -> (Call, Standing) {
        let mut answered = self.answered.borrow_mut();
        if answered.now != now {
            *answered = Answered { now, ..Answered::default() };
        }
        let known = answered.standings.iter().find(|(by, what, _)| (*by, *what) == (asker, question));
        let standing = known.map(|(_, _, standing)| *standing).unwrap_or_else(|| {
            let answer = || self.access.standing(asker, question, now);
            let standing = self.registers.in_storage(self.access_storage, answer);
            answered.standings.push((asker, question, standing));
            standing
        });
        let Standing { organisation, site, roles, .. } = standing;
        (Call { account: question.account, organisation, site, roles, now }, standing)
    }

    /// What `kernel` makes of it.
    fn ask(
        &self,
        asker: AccountId,
        question: Question,
        now: Timestamp,
        restrains: bool,
    ) -> Result<(Call, Standing), Refused> {
        let (call, standing) = self.answer(asker, question, now);
        ensure(!standing.in_set_up, Refused::InSetUp)?;
        ensure(restrains || !standing.paused, Refused::Paused)?;
        ensure(question.site.is_none() || call.site == question.site, Refused::CallerNotAtSite)?;
        Ok((call, standing))
    }

    fn send_to_units(
        &mut self,
        who: AccountId,
        now: Timestamp,
        message: &Message,
    ) -> Result<Done, units::Error> {
        let Contracts { batches, units, .. } = self.contracts();
        let restrains = message.restrains();
        // `batches` asks for both where `units` has it book.
        let ask = |native: &Self, site| {
            let question = Question { through: Some(units), ..Question::about(who, site) };
            let answer = native.ask(batches, question, now, restrains);
            answer.map(|(call, standing)| (call, standing.through))
        };
        // What is refused before anybody asks who calls.
        let site = message.site();
        let unknown = self.answer(batches, Question::about(who, site), now).0;
        let of = |booked: Vec<primitives::batches::UnitsBooked>, event: Event| {
            let events = booked.iter().map(Event::of).chain([event]).collect();
            Ok(Done { answer: Answer::Nothing, events })
        };
        match message {
            Message::Decommission { batch, serial, proof, state, done_at, .. } => {
                ensure_serial(serial)?;
                ::units::time_of_act(*done_at, now)?;
                let (call, through) = ask(self, site)?;
                let (unit, how) = ((*batch, &serial[..], proof), (*state, *done_at));
                let (outcome, booked) = self.registers.decommission_by(call, through, unit, how)?;
                let mut events: Vec<Event> = booked.iter().map(Event::of).collect();
                let answer = match outcome {
                    Decommissioning::Done(event) => {
                        events.push(Event::of(&event));
                        UnitOutcome::Done
                    }
                    Decommissioning::Already { place, at } => UnitOutcome::Already { place, at },
                    Decommissioning::Alarm(event) => {
                        events.push(Event::of(&event));
                        UnitOutcome::Alarm { code: event.code, other: event.other }
                    }
                };
                Ok(Done { answer: Answer::Unit(answer), events })
            }
            Message::Revert { batch, serial, .. } => {
                let left = |unit: UnitRecord| matches!(unit.place, UnitPlace::Left(_));
                let known = self.registers.unit(UnitId::of(*batch, serial)).is_some_and(left);
                ensure(known, units::Error::UnitNotDecommissioned)?;
                let (call, through) = ask(self, site)?;
                let (event, booked) = self.registers.revert_by(call, through, *batch, serial)?;
                of(booked, Event::of(&event))
            }
            Message::QuarantineUnits { at, batch, serials, proof, from_quarantine, reason, .. } => {
                let named = Registers::named((*batch, *at), serials, proof)?;
                let place = (*from_quarantine, UnitPlace::QuarantineBySerial);
                self.registers.booking_to_restrain(unknown, &named, place)?;
                let (call, through) = ask(self, site)?;
                let how = (*from_quarantine, *reason);
                let (event, booked) = self.registers.quarantine_by(call, through, named, how)?;
                of(booked, Event::of(&event))
            }
            Message::CondemnUnits { at, batch, serials, proof, from_quarantine, .. } => {
                let named = Registers::named((*batch, *at), serials, proof)?;
                let place = (*from_quarantine, UnitPlace::Condemned);
                self.registers.booking_to_restrain(unknown, &named, place)?;
                let (call, through) = ask(self, site)?;
                let (event, booked) = self.registers.condemn_by(call, through, named, *from_quarantine)?;
                of(booked, Event::of(&event))
            }
            Message::ReleaseUnits { batch, serials, reason } => {
                let named = self.registers.quarantined(*batch, serials)?;
                let (call, through) = ask(self, None)?;
                let (event, booked) = self.registers.release_by(call, through, named, *reason)?;
                of(booked, Event::of(&event))
            }
            Message::ResolveAlarms { batch, serials, resolution } => {
                let (call, _) = self.ask(units, Question::about(who, None), now, false)?;
                let books = ask(self, None);
                let books = |_: &Registers| Ok(books?);
                let which = (*batch, &serials[..]);
                let resolved = self.registers.resolve_alarms_by(call, books, which, *resolution)?;
                let mut events = Vec::new();
                for (event, corrected) in resolved {
                    events.push(Event::of(&event));
                    if let Some((booked, corrected)) = corrected {
                        events.push(Event::of(&booked));
                        events.push(match corrected {
                            Corrected::Reverted(event) => Event::of(&event),
                            Corrected::Released(event) => Event::of(&event),
                        });
                    }
                }
                Ok(Done { answer: Answer::Nothing, events })
            }
            Message::DismissAlarms { of } => {
                let (call, _) = self.ask(units, Question::about(who, None), now, false)?;
                Ok(happened(&self.registers.dismiss_alarms(call, *of)?))
            }
            other => panic!("{} is not a message of units", other.name()),
        }
    }

    fn send_to_batches(&mut self, who: AccountId, now: Timestamp, message: Message) -> Result<Done, Error> {
        let counterparty = match &message {
            Message::Ship { to, .. } | Message::ShipFor { to, .. } => Some(*to),
            _ => None,
        };
        let batches = self.contracts().batches;
        let key = match &message {
            Message::Pack { logistic_unit, .. } => Some(body_of_sscc(*logistic_unit)),
            _ => None,
        };
        let question = Question { counterparty, key, ..Question::about(who, message.site()) };
        let (call, standing) = self.ask(batches, question, now, message.restrains())?;
        let consignor = match &message {
            Message::ShipFor { from, .. } => {
                let question = Question { counterparty: Some(*from), ..question };
                self.answer(batches, question, now).1.counterparty
            }
            _ => None,
        };
        let data = &mut *self.registers;
        Ok(match message {
            Message::CancelRegistration { batch } => happened(&data.cancel_registration(call, batch)?),
            Message::Block { batch } => happened(&data.block(call, batch)?),
            Message::Unblock { batch } => happened(&data.unblock(call, batch)?),
            Message::Ship { goods, to, purpose, terms, .. } => {
                let event = data.ship(call, goods, (to, standing.counterparty), purpose, terms)?;
                Done { answer: Answer::Shipment(event.shipment), ..happened(&event) }
            }
            Message::ShipFor { from, goods, to, purpose, document } => {
                let (from, to) = ((from, consignor), (to, standing.counterparty));
                let event = data.ship_for(call, from, goods, to, (purpose, document))?;
                Done { answer: Answer::Shipment(event.shipment), ..happened(&event) }
            }
            Message::Receive { shipment, arrival, .. } => happened(&data.receive(call, shipment, arrival)?),
            Message::Reject { shipment, reason, .. } => happened(&data.reject(call, shipment, reason)?),
            Message::Pack { logistic_unit, contents, .. } => {
                let owner = standing.prefix.map(|prefix| prefix.organisation);
                happened(&data.pack(call, owner, logistic_unit, contents)?)
            }
            Message::Unpack { logistic_unit, .. } => happened(&data.unpack(call, logistic_unit)?),
            Message::Destroy { logistic_unit, document, .. } => {
                happened(&data.destroy(call, logistic_unit, document)?)
            }
            Message::RevertQuantity { batch, quantity, state, .. } => {
                happened(&data.revert_quantity(call, batch, quantity, state)?)
            }
            Message::DecommissionQuantity { batch, quantity, state, document, .. } => {
                happened(&data.decommission_quantity(call, batch, quantity, state, document)?)
            }
            Message::Quarantine { target, reason, .. } => happened(&data.quarantine(call, target, reason)?),
            Message::QuarantineOnEvidence { target, observed_at } => {
                let events = data.quarantine_on_evidence(call, target, observed_at)?;
                Done { answer: Answer::Nothing, events: events.iter().map(Event::of).collect() }
            }
            Message::ReleaseQuarantine { target, reason } => {
                happened(&data.release_quarantine(call, target, reason)?)
            }
            Message::Condemn { target, .. } => happened(&data.condemn(call, target)?),
            Message::Recall { batch, recall } => happened(&data.recall(call, batch, recall)?),
            Message::EndRecall { batch, number, document } => {
                happened(&data.end_recall(call, batch, number, document)?)
            }
            Message::AcknowledgeRecall { batch, .. } => happened(&data.acknowledge_recall(call, batch)?),
            other => panic!("{} is not a message of batches", other.name()),
        })
    }

    fn send_to_products(
        &mut self,
        who: AccountId,
        now: Timestamp,
        message: Message,
    ) -> Result<Done, products::Error> {
        let Contracts { products, batches, .. } = self.contracts();
        let own = |native: &Self, restrains| {
            native.ask(products, Question::about(who, None), now, restrains).map(|(call, _)| call)
        };
        // `batches` asks for both where `products` has it act.
        let passed_on = |native: &Self, site, restrains| {
            let question = Question { through: Some(products), ..Question::about(who, site) };
            let (call, standing) = native.ask(batches, question, now, restrains)?;
            Ok::<_, products::Error>((call, standing.through))
        };
        let regulator = |native: &Self, restrains| {
            let call = own(native, restrains)?;
            call.ensure_role(Role::Regulator)?;
            let organisation = call.author()?;
            Ok::<_, products::Error>((call, organisation, cast::markets(organisation)))
        };
        let of = |events: Vec<Event>| Ok(Done { answer: Answer::Nothing, events });
        match message {
            Message::Authorise { products } => {
                let call = own(self, false)?;
                let (organisation, delegated) =
                    self.registers.read_products(|data| data.authority_of(&call, None))?;
                let known = &cast::markets(organisation);
                let authority = Authority { organisation, known, delegated };
                let events = self.registers.in_products(|data| data.authorise(&call, authority, products))?;
                of(events.iter().map(Event::of).collect())
            }
            Message::ChangeProduct { product } => {
                let (call, organisation, known) = regulator(self, false)?;
                let authority = Authority { organisation, known: &known, delegated: None };
                let event = self.registers.in_products(|data| data.change(&call, authority, product))?;
                of(vec![Event::of(&event)])
            }
            Message::Withdraw { gtin, recall } => {
                let (call, _, known) = regulator(self, true)?;
                let event = self.registers.in_products(|data| data.withdraw(&call, &known, gtin, recall))?;
                let (call, through) = passed_on(self, None, true)?;
                let recalled = self.registers.recall_product(call, through, gtin, recall.into())?;
                of(vec![Event::of(&recalled), Event::of(&event)])
            }
            Message::Restore { gtin, document } => {
                let (call, _, known) = regulator(self, false)?;
                let event = self.registers.in_products(|data| data.restore(&call, &known, gtin, document))?;
                let (call, through) = passed_on(self, None, false)?;
                let ended = self.registers.end_recall_of_product(call, through, gtin, document)?;
                of(vec![Event::of(&ended), Event::of(&event)])
            }
            Message::RegisterBatch { site, batch } => {
                let gtin = batch.gtin;
                let new = self.registers.read_products(|data| data.registration((who, site), batch, now))?;
                let (call, through) = passed_on(self, Some(site), false)?;
                let (registered, event) = self.registers.register(call, through, new)?;
                let by = registered.by.organisation;
                self.registers.read_products(|data| data.ensure_maker(gtin, by, now))?;
                Ok(Done { answer: Answer::Batch(registered.batch), events: vec![Event::of(&event)] })
            }
            Message::Attest { batch, registration, attestation, document } => {
                let call = own(self, false)?;
                let known = self.registers.batch(batch).ok_or(products::Error::UnknownBatch)?;
                let reviewed = (batch, &known, registration);
                let event =
                    self.registers.in_products(|data| data.attest(&call, reviewed, attestation, document))?;
                of(vec![Event::of(&event)])
            }
            Message::Release { batch } => {
                let (call, through) = passed_on(self, None, false)?;
                let (released, event) = self.registers.release(call, through, batch)?;
                let record = released.batch.get().unwrap();
                self.registers.read_products(|data| data.ensure_releasable(&record, now))?;
                of(vec![Event::of(&event)])
            }
            other => panic!("{} is not a message of products", other.name()),
        }
    }

    /// What this message may have written before it is refused.
    fn at_stake(&self, message: &Message) -> Vec<(AccountId, Raw)> {
        let batches = self.registers.batches_storage();
        let sscc_keys = || {
            let ended = |sscc: &Sscc| (key(b"ENDS"), QuarantineTarget::LogisticUnit(*sscc)).encode();
            let of = |sscc| [(key(b"LOGI"), sscc).encode(), (key(b"CHIL"), sscc).encode(), ended(sscc)];
            self.scope.logistic_units.iter().flat_map(of).collect::<Vec<_>>()
        };
        let (contract, keys) = match message {
            Message::Pack { contents: primitives::batches::Contents::Case { batch, number }, .. } => {
                let registration = self.registers.batch(*batch).map(|batch| batch.registration);
                (batches, vec![(key(b"CASE"), registration.unwrap_or_default(), number).encode()])
            }
            Message::RegisterBatch { site, batch } => {
                let id = BatchId::of(batch.gtin, &batch.lot);
                let keys = vec![
                    key(b"STAT").encode(),
                    (key(b"BATC"), id).encode(),
                    (key(b"BALA"), id).encode(),
                    (key(b"SITE"), id, 0_u32).encode(),
                    (key(b"HOLD"), id, site).encode(),
                ];
                (batches, keys)
            }
            Message::Release { batch } => (batches, vec![(key(b"BATC"), batch).encode()]),
            Message::Withdraw { gtin, .. } | Message::Restore { gtin, .. } => {
                (self.registers.products_storage(), vec![(key(b"PROD"), gtin).encode()])
            }
            Message::Authorise { products } => {
                let of = |product: &products::NewProduct| (key(b"PROD"), product.gtin).encode();
                (self.registers.products_storage(), products.iter().map(of).collect())
            }
            Message::Receive { site, .. } => {
                let kept = |batch| (key(b"KEPT"), batch, site).encode();
                let kept = self.scope.batches.iter().map(kept);
                (batches, sscc_keys().into_iter().chain(kept).collect())
            }
            Message::Pack { .. } => (batches, sscc_keys()),
            Message::DecommissionQuantity { site, batch, .. } => {
                (batches, vec![(key(b"HOLD"), batch, site).encode(), (key(b"BALA"), batch).encode()])
            }
            Message::Condemn { target: QuarantineTarget::LogisticUnit(_), .. } => (batches, sscc_keys()),
            Message::ReleaseUnits { .. } | Message::ResolveAlarms { .. } => {
                let units = self.registers.units_storage();
                let of = |unit: &UnitId| [(key(b"UNIT"), unit).encode(), (key(b"ALAR"), unit).encode()];
                (units, self.scope.units.iter().flat_map(of).collect())
            }
            Message::QuarantineUnits { .. } | Message::CondemnUnits { .. } => {
                let of = |unit: &UnitId| (key(b"UNIT"), unit).encode();
                (self.registers.units_storage(), self.scope.units.iter().map(of).collect())
            }
            _ => (batches, Vec::new()),
        };
        keys.into_iter().map(|key| (contract, Raw(key))).collect()
    }

    fn batch_books(&self, id: BatchId) -> Option<BatchBooks> {
        let data = &*self.registers;
        let batch = data.batch(id)?;
        let attestation = |attestation| {
            let known = |products: &::products::Data| products.attestation(batch.registration, attestation);
            Some((attestation, self.registers.read_products(known)?))
        };
        Some(BatchBooks {
            batch: batch.clone(),
            places: data.mass_balance(id)?,
            holdings: data.recall_reach(id, 0, u32::MAX),
            recalls: data.all_recalls(id),
            attestations: Attestation::REQUIRED.into_iter().filter_map(attestation).collect(),
        })
    }
}

impl Backend for Native {
    fn contracts(&self) -> Contracts {
        Contracts { products: account(0x9D), batches: account(0xBA), units: account(0x0E) }
    }

    fn administer(&mut self, change: &Administration) {
        *self.answered.get_mut() = Answered::default();
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
        } else if message.is_for_products() {
            self.send_to_products(who, now, message.clone()).map_err(AnyError::from)
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

    fn would(
        &mut self,
        who: AccountId,
        now: Timestamp,
        message: &Message,
    ) -> Result<UnitOutcome, units::Error> {
        let Message::Decommission { site, batch, serial, .. } = message else {
            panic!("{} is not tried", message.name())
        };
        let unit = UnitId::of(*batch, serial);
        let (batches, register) = (self.registers.batches_storage(), self.registers.units_storage());
        let touched = [
            (batches, Raw((key(b"HOLD"), batch, site).encode())),
            (batches, Raw((key(b"BALA"), batch).encode())),
            (register, Raw((key(b"UNIT"), unit).encode())),
            (register, Raw((key(b"ALAR"), unit).encode())),
        ];
        let before = touched
            .map(|(contract, key)| (contract, self.registers.in_storage(contract, || key.stored()), key));
        let result = self.send_to_units(who, now, message);
        for (contract, value, key) in before {
            self.registers.in_storage(contract, || key.restore(value));
        }
        match result?.answer {
            Answer::Unit(outcome) => Ok(outcome),
            other => panic!("{other:?}"),
        }
    }

    fn stored(&mut self, scope: &Scope) -> Books {
        let data = &*self.registers;
        let registers = &self.registers;
        Books {
            listed: data.list_batches(0, u32::MAX),
            product: registers.read_products(|products| products.product(GTIN)),
            batches: scope.batches.iter().filter_map(|id| Some((*id, self.batch_books(*id)?))).collect(),
            shipments: (0..scope.shipments).filter_map(|it| Some((it, data.shipment(it)?))).collect(),
            logistic_units: scope
                .logistic_units
                .iter()
                .filter_map(|sscc| Some((*sscc, data.logistic_unit(*sscc)?)))
                .collect(),
            units: scope.units.iter().filter_map(|unit| Some((*unit, registers.unit(*unit)?))).collect(),
            alarms: scope.units.iter().filter_map(|unit| Some((*unit, registers.alarm(*unit)?))).collect(),
        }
    }

    fn verdict(&mut self, now: Timestamp, scan: &Scan) -> Verdict {
        let Contracts { batches, units, .. } = self.contracts();
        let question =
            Question { through: Some(batches), counterparty: scan.site, ..Question::about(units, None) };
        let answer = self.answer(units, question, now);
        self.registers.verdict_where(scan, Dispensing::of(Some(answer), scan.site.is_some()), now)
    }
}

fn happened(event: &impl primitives::Event) -> Done {
    Done { answer: Answer::Nothing, events: vec![Event::of(event)] }
}
