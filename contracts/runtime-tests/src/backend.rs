use primitives::access::{Change, Deployment};
use primitives::batches::{
    self, Batch, Holding, LogisticUnit, Places, QuarantineError, RecallNotice, Shipment,
};
use primitives::governance::Identifier;
use primitives::products::{self, Attestation, AttestationRecord};
use primitives::units::{self, Alarm, Scan, UnitOutcome, UnitRecord, Verdict};
use primitives::{access, AccountId, BatchId, OrganisationId, Role, SiteId, Timestamp};
use scale::{Decode, Encode};
use testing::backend::{Answer, AnyError, Backend, BatchBooks, Books, Done, Event, Scope};
use testing::cast::{self, Contracts};
use testing::goods::{GTIN, MARKET};
use testing::message::Message;
use testing::organisations::Administration;

use crate::{Bytes, Emitted, Party, World};

/// The built contracts on a chain, as the reference model is compared with them.
///
/// The contract `governance` answers which markets a regulator has. What the sequences change is written into `access` in its
/// name.
#[derive(Debug)]
pub struct Wasm {
    world: World,
}

impl Wasm {
    /// Empty contracts in set-up.
    #[must_use]
    pub fn new() -> Self {
        let mut world = World::new();
        world.access = world.instantiate("access", ());
        world.governance = world.instantiate("governance", world.access);
        world.endow(world.governance);
        let deployed = Deployment { governance: world.governance, ..world.deployment() };
        let named: Result<(), access::Error> = world.call(
            Party::Administrator,
            world.access,
            "AccessControl::change",
            Change::Deployment(deployed),
        );
        assert_eq!(named, Ok(()));
        for (number, _) in (0..).zip(cast::ORGANISATIONS) {
            let uri = Identifier::Uri(format!("urn:theriac:cast:{number}"));
            let arguments = (format!("Organisation {number}"), uri, cast::account(number, 0));
            let registered: OrganisationId =
                world.govern(Party::Administrator, "register_organisation", arguments);
            assert_eq!(registered, number);
        }
        // A market is given to a Regulator; who has which role is for the sequence to say.
        world.grant(cast::REGULATOR, Role::Regulator, None);
        world.administer("set_market", (MARKET, Some(cast::REGULATOR)));
        world.administer("revoke_role", (cast::REGULATOR, Role::Regulator));
        world.batches = world.instantiate("batches", world.access);
        world.products = world.instantiate("products", (world.access, world.batches));
        world.units = world.instantiate("units", (world.access, world.batches));
        cast::senders().into_iter().for_each(|sender| world.endow(sender));
        Self { world }
    }

    fn read<R: Decode>(&mut self, contract: &str, message: &str, arguments: impl Encode) -> R {
        let address = self.world.address(contract);
        self.world.call(Party::Stranger, address, message, arguments)
    }

    /// Sends a message, and returns its answer, or its error of this type.
    fn answer<R: Decode, E: Decode>(&mut self, who: AccountId, message: &Message) -> Result<R, E> {
        let contract = if message.is_for_units() {
            self.world.units
        } else if message.is_for_products() {
            self.world.products
        } else {
            self.world.batches
        };
        let receipt =
            self.world.measure::<Result<R, E>>(who, contract, message.name(), Bytes(message.arguments()));
        let receipt = receipt.unwrap_or_else(|failure| panic!("{message:?}: {failure:?}"));
        assert_eq!(receipt.reverted, receipt.returned.is_err(), "{message:?}");
        receipt.returned
    }

    fn batch_books(&mut self, id: BatchId) -> Option<BatchBooks> {
        let batch: Batch = self.read::<Option<_>>("batches", "batch", id)?;
        let places: Option<Places> = self.read("batches", "mass_balance", id);
        let holdings: Vec<(SiteId, Holding)> = self.read("batches", "recall_reach", (id, 0_u32, u32::MAX));
        let recalls: Vec<RecallNotice> = self.read("batches", "recalls", id);
        let attestations = Attestation::REQUIRED.into_iter().filter_map(|attestation| {
            let arguments = (batch.registration, attestation);
            let record: Option<AttestationRecord> = self.read("products", "attestation", arguments);
            Some((attestation, record?))
        });
        let attestations = attestations.collect();
        Some(BatchBooks { batch, places: places.expect("of a batch"), holdings, recalls, attestations })
    }
}

impl Default for Wasm {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for Wasm {
    fn contracts(&self) -> Contracts {
        let World { products, batches, units, .. } = self.world;
        Contracts { products, batches, units }
    }

    fn administer(&mut self, change: &Administration) {
        let access = self.world.access;
        let change = change.written(self.world.deployment());
        let written: Result<(), access::Error> =
            self.world.call(self.world.governance, access, "AccessControl::change", change);
        assert_eq!(written, Ok(()));
        // The runtime goes through all that is pending at each call.
        self.world.commit();
    }

    fn send(&mut self, who: AccountId, now: Timestamp, message: &Message) -> Result<Done, AnyError> {
        self.world.set_time(now);
        let answer = match message {
            Message::RegisterBatch { .. } => {
                self.answer::<_, products::Error>(who, message).map(Answer::Batch)?
            }
            Message::Ship { .. } | Message::ShipFor { .. } => {
                self.answer::<_, batches::Error>(who, message).map(Answer::Shipment)?
            }
            Message::Decommission { .. } => {
                self.answer::<UnitOutcome, units::Error>(who, message).map(Answer::Unit)?
            }
            Message::QuarantineOnEvidence { .. } => {
                self.answer::<(), QuarantineError>(who, message).map(|()| Answer::Nothing)?
            }
            _ if message.is_for_units() => {
                self.answer::<(), units::Error>(who, message).map(|()| Answer::Nothing)?
            }
            _ if message.is_for_products() => {
                self.answer::<(), products::Error>(who, message).map(|()| Answer::Nothing)?
            }
            _ => self.answer::<(), batches::Error>(who, message).map(|()| Answer::Nothing)?,
        };
        let events = self.world.emitted().into_iter().map(event).collect();
        self.world.commit();
        Ok(Done { answer, events })
    }

    fn would(
        &mut self,
        who: AccountId,
        now: Timestamp,
        message: &Message,
    ) -> Result<UnitOutcome, units::Error> {
        self.world.set_time(now);
        let contract = self.world.units;
        let receipt = self
            .world
            .rolled_back(|world| world.measure(who, contract, message.name(), Bytes(message.arguments())));
        receipt.unwrap_or_else(|failure| panic!("{message:?}: {failure:?}")).returned
    }

    fn stored(&mut self, scope: &Scope) -> Books {
        let mut books =
            Books { listed: self.read("batches", "batches", (0_u32, u32::MAX)), ..Books::default() };
        books.product = self.read("products", "product", GTIN);
        for id in &scope.batches {
            books.batches.extend(self.batch_books(*id).map(|batch| (*id, batch)));
        }
        for number in 0..scope.shipments {
            let shipment: Option<Shipment> = self.read("batches", "shipment", number);
            books.shipments.extend(shipment.map(|shipment| (number, shipment)));
        }
        for sscc in &scope.logistic_units {
            let unit: Option<LogisticUnit> = self.read("batches", "logistic_unit", sscc);
            books.logistic_units.extend(unit.map(|unit| (*sscc, unit)));
        }
        for unit in &scope.units {
            let gone: Option<UnitRecord> = self.read("units", "unit", unit);
            books.units.extend(gone.map(|gone| (*unit, gone)));
            let alarm: Option<Alarm> = self.read("units", "alarm", unit);
            books.alarms.extend(alarm.map(|alarm| (*unit, alarm)));
        }
        books
    }

    fn verdict(&mut self, now: Timestamp, scan: &Scan) -> Verdict {
        self.world.set_time(now);
        let verdict: Result<Verdict, units::Error> = self.read("units", "verdict", scan);
        verdict.expect("`batches` answers")
    }
}

/// An event with its name, which its first topic spells.
fn event(emitted: Emitted) -> Event {
    let name = emitted.topic.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte));
    Event { name: name.collect(), fields: emitted.fields }
}
