//! From what the contracts emitted to the changes that EPCIS events stand for.

use std::collections::HashMap;

use chain::{batches as by_batches, units as by_units};
use epcis::mapping::{Attestation, Batch, Change, Delivery, Fate, Goods, StateChange};
use gs1::{Gln, Gtin, Sscc};
use primitives::batches::{self, Arrival, Contents, Purpose, RecallScope, UnitState};
use primitives::units::Resolution;
use primitives::{products, Actor, BatchId, OrganisationId, SiteId, UnitId};

use crate::accounts::ss58;
use crate::commands::batch::BatchEvent;
use crate::failure::{Exit, Failure};
use crate::serials::SerialList;

/// The GLNs of the organisations and sites that a history names.
#[derive(Default)]
pub struct Parties {
    /// Without those that are registered by a URI.
    pub organisations: HashMap<OrganisationId, Gln>,
    /// Every site has one.
    pub sites: HashMap<SiteId, Gln>,
}

impl Parties {
    /// The GLN of a site.
    fn site(&self, site: SiteId) -> Result<Gln, Failure> {
        self.sites.get(&site).copied().ok_or_else(|| {
            Failure::failed(format!(
                "the node does not know the site {site}, which an event names; ask a node that is up to date"
            ))
        })
    }

    /// The GLN of the site at which somebody acted, and of the organisation where no site's books are concerned.
    fn actor(&self, by: &Actor) -> Result<Gln, Failure> {
        if let Some(site) = by.site {
            return self.site(site);
        }
        let gln = by.organisation.and_then(|organisation| self.organisations.get(&organisation));
        gln.copied().ok_or_else(|| {
            let who = by.organisation.map_or_else(|| ss58(by.account), |id| format!("the organisation {id}"));
            let message = format!(
                "{who} has no GLN, by which EPCIS names parties; give it one with `theriac org update --gln`"
            );
            Failure::new(Exit::Refused, message).with_code("epcis/no-gln")
        })
    }
}

/// The history of a batch, event by event.
pub struct History<'l> {
    batch: Batch,
    parties: Parties,
    /// Empty where the serials are not known: the chain has their hashes only.
    units: HashMap<UnitId, &'l String>,
    serials: &'l [String],
    /// When the units of the history so far were decommissioned.
    decommissioned: HashMap<UnitId, i64>,
    /// When units that are counted only were decommissioned last, by their site.
    counted: HashMap<(Option<SiteId>, Fate), i64>,
    /// What the recalls of the history so far are about, by their numbers.
    recalls: HashMap<u8, Goods>,
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
        let batch = Batch { gtin, lot };
        let (decommissioned, counted, recalls) = (HashMap::new(), HashMap::new(), HashMap::new());
        Ok(Self { batch, parties, units, serials, decommissioned, counted, recalls })
    }

    /// The change that an event stands for.
    pub fn change(&mut self, event: &BatchEvent, block_at: i64) -> Result<StateChange, Failure> {
        let at = match event {
            // What was done offline was sent later.
            BatchEvent::Units(by_units::Event::UnitDecommissioned(it)) => {
                i64::try_from(it.at).map_err(Failure::failed)?
            }
            _ => block_at,
        };
        let (by, goods, change) = match event {
            BatchEvent::Batches(event) => self.of_batches(event, at)?,
            BatchEvent::Attested(it) => {
                let attestation = match it.attestation {
                    products::Attestation::CertificateOfAnalysis => Attestation::CertificateOfAnalysis,
                    products::Attestation::GoodManufacturingPractice => {
                        Attestation::GoodManufacturingPractice
                    }
                };
                let change = Change::Attested { attestation, document: it.document.0 };
                (self.parties.actor(&it.by)?, Goods::Batch, change)
            }
            BatchEvent::Units(event) => self.of_units(event, at)?,
        };
        Ok(StateChange { at, by, batch: self.batch.clone(), goods, change })
    }

    fn of_batches(&mut self, event: &by_batches::Event, at: i64) -> Result<(Gln, Goods, Change), Failure> {
        use by_batches::Event;
        Ok(match event {
            Event::BatchRegistered(it) => (
                self.parties.actor(&it.by)?,
                Goods::Quantity(it.quantity),
                Change::Registered { expiry: it.expiry },
            ),
            Event::BatchReleased(it) => (self.parties.actor(&it.by)?, Goods::Batch, Change::Released),
            Event::BatchBlocked(it) => (self.parties.actor(&it.by)?, Goods::Batch, Change::Blocked),
            Event::BatchUnblocked(it) => (self.parties.actor(&it.by)?, Goods::Batch, Change::Unblocked),
            Event::BatchRegistrationCancelled(it) => {
                (self.parties.actor(&it.by)?, Goods::Batch, Change::RegistrationCancelled)
            }
            Event::UnitsShipped(it) => {
                let goods = match it.logistic_unit {
                    Some(sscc) => logistic_units(&[sscc])?,
                    None => Goods::Quantity(it.quantity),
                };
                let delivery = self.delivery(it.to, it.shipment)?;
                (
                    self.parties.site(it.from)?,
                    goods,
                    match it.purpose {
                        Purpose::Supply => Change::Shipped(delivery),
                        Purpose::Return => Change::Returned(delivery),
                    },
                )
            }
            Event::UnitsReceived(it) => {
                let goods = match &it.arrival {
                    Arrival::Units(quantity) => Goods::Quantity(*quantity),
                    Arrival::LogisticUnits(units) => logistic_units(units)?,
                };
                (self.parties.site(it.to)?, goods, Change::Received(self.delivery(it.from, it.shipment)?))
            }
            Event::ShipmentRejected(it) => (
                self.parties.site(it.to)?,
                Goods::Quantity(it.quantity),
                Change::Rejected(self.delivery(it.from, it.shipment)?),
            ),
            Event::LogisticUnitPacked(it) => {
                let goods = match &it.contents {
                    Contents::LogisticUnits(units) => logistic_units(units)?,
                    Contents::Units { .. } | Contents::Case { .. } => Goods::Quantity(it.quantity),
                };
                (self.parties.actor(&it.by)?, goods, Change::Packed { into: sscc(it.logistic_unit)? })
            }
            Event::LogisticUnitUnpacked(it) => (
                self.parties.actor(&it.by)?,
                Goods::Quantity(it.quantity),
                Change::Unpacked { from: sscc(it.logistic_unit)? },
            ),
            Event::UnitsDecommissioned(it) => {
                let fate = fate(it.state);
                self.counted.insert((it.by.site, fate), at);
                (self.parties.actor(&it.by)?, Goods::Quantity(it.quantity), Change::Decommissioned(fate))
            }
            Event::DecommissioningReverted(it) => {
                let fate = fate(it.state);
                let decommissioned_at = self.counted.get(&(it.by.site, fate)).copied().ok_or_else(early)?;
                let change = Change::Reverted { fate, decommissioned_at };
                (self.parties.actor(&it.by)?, Goods::Quantity(it.quantity), change)
            }
            Event::LogisticUnitDestroyed(it) => (
                self.parties.actor(&it.by)?,
                logistic_units(&[it.logistic_unit])?,
                Change::Decommissioned(Fate::Destroyed),
            ),
            Event::GoodsCondemned(it) => {
                (self.parties.site(it.site)?, Goods::Quantity(it.quantity), Change::Condemned)
            }
            Event::UnitsQuarantined(it) => {
                (self.parties.site(it.site)?, Goods::Quantity(it.quantity), Change::Quarantined)
            }
            Event::QuarantineReleased(it) => {
                (self.parties.site(it.site)?, Goods::Quantity(it.quantity), Change::QuarantineReleased)
            }
            Event::BatchRecalled(it) => {
                let goods = self.recalled(it.recall.scope)?;
                self.recalls.insert(it.number, goods.clone());
                (self.parties.actor(&it.by)?, goods, Change::Recalled)
            }
            Event::RecallOfBatchEnded(it) => {
                let goods = self.recalls.get(&it.number).cloned().ok_or_else(|| {
                    Failure::failed("the recall that ended is not in the history; begin at an earlier block")
                })?;
                (self.parties.actor(&it.by)?, goods, Change::RecallEnded)
            }
            Event::ProductRecalled(it) => (self.parties.actor(&it.by)?, Goods::Batch, Change::Recalled),
            Event::RecallOfProductEnded(it) => {
                (self.parties.actor(&it.by)?, Goods::Batch, Change::RecallEnded)
            }
            Event::RecallAcknowledged(it) => {
                (self.parties.actor(&it.by)?, Goods::Batch, Change::RecallAcknowledged)
            }
            Event::EvidenceFollowed(_) => {
                return Err(Failure::failed("evidence that is followed only explains another event"));
            }
            Event::UnitsBooked(_) => {
                return Err(Failure::failed(
                    "packs were booked by another register of units than the deployment file's; use the \
                     file that names it",
                ))
            }
        })
    }

    fn of_units(&mut self, event: &by_units::Event, at: i64) -> Result<(Gln, Goods, Change), Failure> {
        use by_units::Event;
        Ok(match event {
            Event::UnitDecommissioned(it) => {
                self.decommissioned.insert(it.unit, at);
                (self.parties.actor(&it.by)?, self.unit(it.unit), Change::Decommissioned(fate(it.state)))
            }
            Event::UnitReverted(it) => {
                let decommissioned_at = self.decommissioned.get(&it.unit).copied();
                let decommissioned_at = decommissioned_at.ok_or_else(early)?;
                let change = Change::Reverted { fate: fate(it.state), decommissioned_at };
                (self.parties.site(it.site)?, self.unit(it.unit), change)
            }
            Event::UnitsQuarantinedBySerial(it) => {
                let units = it.units.iter().map(|(unit, _)| *unit);
                (self.parties.site(it.site)?, self.units(units), Change::Quarantined)
            }
            Event::UnitsReleased(it) => {
                let units = it.units.iter().copied();
                (self.parties.site(it.site)?, self.units(units), Change::QuarantineReleased)
            }
            Event::UnitsCondemned(it) => {
                let units = it.units.iter().map(|(unit, _)| *unit);
                (self.parties.site(it.site)?, self.units(units), Change::Condemned)
            }
            Event::AlarmRaised(it) => (self.parties.actor(&it.by)?, self.unit(it.unit), Change::AlarmRaised),
            Event::AlarmResolved(it) => {
                let counterfeit = it.resolution == Resolution::CounterfeitConfirmed;
                (self.parties.actor(&it.by)?, self.unit(it.unit), Change::AlarmResolved { counterfeit })
            }
            Event::AlarmsDismissed(_) => {
                return Err(Failure::failed(
                    "alarms are dismissed by their site, and are in no batch's history",
                ))
            }
        })
    }

    fn delivery(&self, partner: SiteId, shipment: u64) -> Result<Delivery, Failure> {
        Ok(Delivery { partner: self.parties.site(partner)?, shipment })
    }

    /// What a recall is about: a range of serials by the serials, where they are known.
    fn recalled(&self, scope: RecallScope) -> Result<Goods, Failure> {
        match scope {
            RecallScope::Batch | RecallScope::Product => Ok(Goods::Batch),
            RecallScope::LogisticUnit(unit) => logistic_units(&[unit]),
            RecallScope::SerialRange { first, last } => {
                let ends = usize::try_from(first).ok().zip(usize::try_from(last).ok());
                let serials = ends.and_then(|(first, last)| self.serials.get(first..=last));
                let quantity = u64::from(last.saturating_sub(first)).saturating_add(1);
                Ok(serials.map_or(Goods::Quantity(quantity), |serials| Goods::Serials(serials.to_vec())))
            }
        }
    }

    /// A unit by its serial, or as one of its batch.
    fn unit(&self, unit: UnitId) -> Goods {
        self.units(std::iter::once(unit))
    }

    /// Units by their serials, or as so many of their batch.
    fn units(&self, units: impl ExactSizeIterator<Item = UnitId>) -> Goods {
        let count = u64::try_from(units.len()).unwrap_or(u64::MAX);
        let serials = units.map(|unit| self.units.get(&unit).map(|serial| (*serial).clone())).collect();
        Option::map_or(serials, Goods::Quantity(count), Goods::Serials)
    }
}

fn early() -> Failure {
    Failure::failed("the decommissioning that was reverted is not in the history; begin at an earlier block")
}

fn sscc(number: u64) -> Result<Sscc, Failure> {
    Sscc::new(number).map_err(Failure::failed)
}

fn logistic_units(numbers: &[u64]) -> Result<Goods, Failure> {
    Ok(Goods::LogisticUnits(numbers.iter().map(|number| sscc(*number)).collect::<Result<_, _>>()?))
}

const fn fate(state: UnitState) -> Fate {
    match state {
        UnitState::Dispensed => Fate::Dispensed,
        UnitState::Destroyed => Fate::Destroyed,
        UnitState::Stolen => Fate::Stolen,
        UnitState::Sample => Fate::Sample,
        UnitState::Exported => Fate::Exported,
    }
}
