//! From what the contract emitted to the changes that EPCIS events stand for.

use std::collections::HashMap;

use chain::batches::Event;
use epcis::mapping::{Attestation, Batch, Change, Delivery, Fate, Goods, StateChange};
use gs1::{Gln, Gtin};
use primitives::{AccountId, BatchId, UnitId};

use crate::failure::Failure;
use crate::serials::SerialList;

/// The GLNs of the accounts that a history names.
#[derive(Default)]
pub struct Parties(HashMap<[u8; 32], Gln>);

impl Parties {
    /// Whether the account's GLN is there.
    pub fn knows(&self, account: AccountId) -> bool {
        self.0.contains_key(AsRef::<[u8; 32]>::as_ref(&account))
    }

    /// Adds an account's GLN.
    pub fn insert(&mut self, account: AccountId, gln: Gln) {
        self.0.insert(*account.as_ref(), gln);
    }

    /// The GLN of an account that was added.
    fn gln(&self, account: AccountId) -> Result<Gln, Failure> {
        let gln = self.0.get(AsRef::<[u8; 32]>::as_ref(&account)).copied();
        gln.ok_or_else(|| Failure::failed("an event names a party that was not looked up"))
    }
}

/// The history of a batch, event by event.
pub struct History<'l> {
    batch: Batch,
    parties: Parties,
    /// Empty where the serials are not known: the chain has their hashes only.
    units: HashMap<UnitId, &'l String>,
}

impl<'l> History<'l> {
    /// Of a registered batch, with the parties that its events name.
    pub fn new(
        id: BatchId,
        batch: &batches::Batch,
        parties: Parties,
        serials: Option<&'l SerialList>,
    ) -> Result<Self, Failure> {
        let gtin = Gtin::new(batch.gtin).map_err(Failure::failed)?;
        let lot = String::from_utf8(batch.lot.clone()).map_err(Failure::failed)?;
        let serials = serials.map_or(&[][..], SerialList::serials);
        let units = serials.iter().map(|serial| (UnitId::of(id, serial.as_bytes()), serial)).collect();
        Ok(Self { batch: Batch { gtin, lot }, parties, units })
    }

    /// The change that an event tells of.
    pub fn change(&self, event: &Event, at: i64) -> Result<StateChange, Failure> {
        let (by, goods, change) = match event {
            Event::BatchRegistered(it) => {
                (it.manufacturer, Goods::Quantity(it.quantity), Change::Registered { expiry: it.expiry })
            }
            Event::BatchAttested(it) => {
                let attestation = match it.attestation {
                    batches::Attestation::CertificateOfAnalysis => Attestation::CertificateOfAnalysis,
                    batches::Attestation::GoodManufacturingPractice => Attestation::GoodManufacturingPractice,
                    batches::Attestation::MarketAuthorisation => Attestation::MarketAuthorisation,
                };
                (it.by, Goods::Batch, Change::Attested { attestation, document: it.document.0 })
            }
            Event::BatchReleased(it) => (it.by, Goods::Batch, Change::Released),
            Event::BatchBlocked(it) => (it.by, Goods::Batch, Change::Blocked),
            Event::BatchUnblocked(it) => (it.by, Goods::Batch, Change::Unblocked),
            Event::UnitsShipped(it) => {
                (it.from, Goods::Quantity(it.quantity), Change::Shipped(self.delivery(it.to, it.shipment)?))
            }
            Event::UnitsReceived(it) => {
                (it.to, Goods::Quantity(it.quantity), Change::Received(self.delivery(it.from, it.shipment)?))
            }
            Event::ShipmentRejected(it) => {
                (it.to, Goods::Quantity(it.quantity), Change::Rejected(self.delivery(it.from, it.shipment)?))
            }
            Event::UnitDispensed(it) => (it.by, self.unit(it.unit), Change::Decommissioned(Fate::Dispensed)),
            Event::UnserialisedUnitsDispensed(it) => {
                (it.by, Goods::Quantity(it.quantity), Change::Decommissioned(Fate::Dispensed))
            }
            Event::CloneAlarmRaised(it) => (it.second_by, self.unit(it.unit), Change::AlarmRaised),
            Event::UnitsQuarantined(it) => (it.holder, Goods::Quantity(it.quantity), Change::Quarantined),
            Event::QuarantineReleased(it) => {
                (it.holder, Goods::Quantity(it.quantity), Change::QuarantineReleased)
            }
            Event::BatchRecalled(it) => (it.by, Goods::Batch, Change::Recalled),
        };
        Ok(StateChange { at, by: self.parties.gln(by)?, batch: self.batch.clone(), goods, change })
    }

    fn delivery(&self, partner: AccountId, shipment: u64) -> Result<Delivery, Failure> {
        Ok(Delivery { partner: self.parties.gln(partner)?, shipment })
    }

    /// A unit by its serial, or as one of its batch.
    fn unit(&self, unit: UnitId) -> Goods {
        self.units.get(&unit).map_or(Goods::Quantity(1), |serial| Goods::Serials(vec![(*serial).clone()]))
    }
}
