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

/// The serials of a batch's units, as far as they are known: the chain has their hashes only.
pub struct Units(HashMap<UnitId, String>);

impl Units {
    /// The units of a list of serials.
    pub fn new(batch: BatchId, serials: Option<&SerialList>) -> Self {
        let serials = serials.map_or(&[][..], SerialList::serials);
        Self(serials.iter().map(|serial| (UnitId::of(batch, serial.as_bytes()), serial.clone())).collect())
    }

    /// A unit by its serial, or as one of its batch.
    fn goods(&self, unit: UnitId) -> Goods {
        self.0.get(&unit).map_or(Goods::Quantity(1), |serial| Goods::Serials(vec![serial.clone()]))
    }
}

/// GTIN and lot of a registered batch.
pub fn epcis_batch(batch: &batches::Batch) -> Result<Batch, Failure> {
    let gtin = Gtin::new(batch.gtin).map_err(Failure::failed)?;
    let lot = String::from_utf8(batch.lot.clone()).map_err(Failure::failed)?;
    Ok(Batch { gtin, lot })
}

/// The change that an event tells of.
pub fn change(
    event: &Event,
    at: i64,
    batch: &Batch,
    parties: &Parties,
    units: &Units,
) -> Result<StateChange, Failure> {
    let delivery = |partner, shipment| -> Result<_, Failure> {
        Ok(Delivery { partner: parties.gln(partner)?, shipment })
    };
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
            (it.from, Goods::Quantity(it.quantity), Change::Shipped(delivery(it.to, it.shipment)?))
        }
        Event::UnitsReceived(it) => {
            (it.to, Goods::Quantity(it.quantity), Change::Received(delivery(it.from, it.shipment)?))
        }
        Event::ShipmentRejected(it) => {
            (it.to, Goods::Quantity(it.quantity), Change::Rejected(delivery(it.from, it.shipment)?))
        }
        Event::UnitDispensed(it) => (it.by, units.goods(it.unit), Change::Decommissioned(Fate::Dispensed)),
        Event::UnserialisedUnitsDispensed(it) => {
            (it.by, Goods::Quantity(it.quantity), Change::Decommissioned(Fate::Dispensed))
        }
        Event::CloneAlarmRaised(it) => (it.second_by, units.goods(it.unit), Change::AlarmRaised),
        Event::UnitsQuarantined(it) => (it.holder, Goods::Quantity(it.quantity), Change::Quarantined),
        Event::QuarantineReleased(it) => {
            (it.holder, Goods::Quantity(it.quantity), Change::QuarantineReleased)
        }
        Event::BatchRecalled(it) => (it.by, Goods::Batch, Change::Recalled),
    };
    Ok(StateChange { at, by: parties.gln(by)?, batch: batch.clone(), goods, change })
}
