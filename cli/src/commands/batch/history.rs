use chain::{batches as by_batches, units as by_units, Contracts, Emitted};
use primitives::batches::Recall;
use primitives::products::BatchAttested;
use primitives::{Actor, BatchId};
use serde::Serialize;
use view::batch::scope;
use view::choices::{place_name, Choice};
use view::directory::{ActorView, Mentioned, Names, SiteView};

use crate::goods::name_of;

/// What happened to a batch, as it is on chain: one event.
#[derive(Debug, Default, Serialize)]
pub struct HistoryLine {
    /// The finalised block.
    pub block: u64,
    /// What happened, in kebab case.
    pub event: &'static str,
    /// In words.
    pub text: String,
    /// Who did it; nothing where the event of another contract says so.
    pub by: Option<ActorView>,
    /// The consignor, or where the goods are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<SiteView>,
    /// The consignee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<SiteView>,
    /// Packs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u64>,
    /// The shipment's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment: Option<u64>,
}

/// What happened to a batch: an event of `batches`, `products` or `units`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchEvent {
    /// By `batches`.
    Batches(by_batches::Event),
    /// By `products`.
    Attested(BatchAttested),
    /// By `units`.
    Units(by_units::Event),
}

impl BatchEvent {
    /// What a contract of the deployment emitted, where it is about a batch.
    pub fn of(emitted: &Emitted, contracts: &Contracts) -> Option<Self> {
        match emitted.of(contracts) {
            chain::Event::Batches(event) => Some(BatchEvent::Batches(event)),
            chain::Event::Products(chain::products::Event::BatchAttested(event)) => {
                Some(BatchEvent::Attested(event))
            }
            chain::Event::Units(event) => Some(BatchEvent::Units(event)),
            _ => None,
        }
    }

    /// The batch that it is about. Alarms are dismissed by their site, and so of no batch in particular; and all batches of
    /// a product are recalled at once.
    pub const fn batch(&self) -> Option<BatchId> {
        Some(match self {
            BatchEvent::Batches(event) => return batch_of(event),
            BatchEvent::Attested(event) => event.batch,
            BatchEvent::Units(event) => match event {
                by_units::Event::UnitDecommissioned(event) => event.batch,
                by_units::Event::UnitReverted(event) => event.batch,
                by_units::Event::UnitsQuarantinedBySerial(event) => event.batch,
                by_units::Event::UnitsReleased(event) => event.batch,
                by_units::Event::UnitsCondemned(event) => event.batch,
                by_units::Event::AlarmRaised(event) => event.batch,
                by_units::Event::AlarmResolved(event) => event.batch,
                by_units::Event::AlarmsDismissed(_) => return None,
            },
        })
    }

    /// The product whose batches it is about, where that is not one batch.
    pub const fn product(&self) -> Option<u64> {
        match self {
            BatchEvent::Batches(by_batches::Event::ProductRecalled(event)) => Some(event.gtin),
            BatchEvent::Batches(by_batches::Event::RecallOfProductEnded(event)) => Some(event.gtin),
            _ => None,
        }
    }

    /// Whether the batch was registered by it: what happened to its product before does not concern it.
    pub const fn is_registration(&self) -> bool {
        matches!(self, BatchEvent::Batches(by_batches::Event::BatchRegistered(_)))
    }

    /// Whether it changes nothing about goods, and only explains another event.
    pub const fn only_explains(&self) -> bool {
        matches!(self, BatchEvent::Batches(by_batches::Event::EvidenceFollowed(_)))
    }

    /// Whether `batches` booked packs here for the register of units.
    pub const fn is_booking(&self) -> bool {
        matches!(self, BatchEvent::Batches(by_batches::Event::UnitsBooked(_)))
    }
}

const fn batch_of(event: &by_batches::Event) -> Option<BatchId> {
    use by_batches::Event;
    Some(match event {
        Event::BatchRegistered(event) => event.batch,
        Event::BatchRegistrationCancelled(event) => event.batch,
        Event::BatchReleased(event) => event.batch,
        Event::BatchBlocked(event) => event.batch,
        Event::BatchUnblocked(event) => event.batch,
        Event::UnitsShipped(event) => event.batch,
        Event::UnitsReceived(event) => event.batch,
        Event::ShipmentRejected(event) => event.batch,
        Event::LogisticUnitPacked(event) => event.batch,
        Event::LogisticUnitUnpacked(event) => event.batch,
        Event::LogisticUnitDestroyed(event) => event.batch,
        Event::UnitsBooked(event) => event.batch,
        Event::UnitsDecommissioned(event) => event.batch,
        Event::DecommissioningReverted(event) => event.batch,
        Event::UnitsQuarantined(event) => event.batch,
        Event::EvidenceFollowed(event) => event.batch,
        Event::QuarantineReleased(event) => event.batch,
        Event::GoodsCondemned(event) => event.batch,
        Event::BatchRecalled(event) => event.batch,
        Event::RecallOfBatchEnded(event) => event.batch,
        Event::RecallAcknowledged(event) => event.batch,
        Event::ProductRecalled(_) | Event::RecallOfProductEnded(_) => return None,
    })
}

/// Adds the organisations and sites that an event names.
pub fn mention(event: &BatchEvent, mentioned: &mut Mentioned) {
    use by_batches::Event;
    if let Some(by) = actor_of(event) {
        mentioned.actor(by);
    }
    match event {
        BatchEvent::Batches(Event::UnitsShipped(event)) => mentioned.sites.extend([event.from, event.to]),
        BatchEvent::Batches(Event::UnitsReceived(event)) => mentioned.sites.extend([event.from, event.to]),
        BatchEvent::Batches(Event::ShipmentRejected(event)) => mentioned.sites.extend([event.from, event.to]),
        BatchEvent::Batches(Event::UnitsBooked(event)) => mentioned.sites.extend([event.site]),
        BatchEvent::Batches(Event::UnitsQuarantined(event)) => mentioned.sites.extend([event.site]),
        BatchEvent::Batches(Event::QuarantineReleased(event)) => mentioned.sites.extend([event.site]),
        BatchEvent::Batches(Event::GoodsCondemned(event)) => mentioned.sites.extend([event.site]),
        BatchEvent::Units(by_units::Event::UnitReverted(event)) => mentioned.sites.extend([event.site]),
        BatchEvent::Units(by_units::Event::UnitsQuarantinedBySerial(event)) => {
            mentioned.sites.extend([event.site]);
        }
        BatchEvent::Units(by_units::Event::UnitsReleased(event)) => mentioned.sites.extend([event.site]),
        BatchEvent::Units(by_units::Event::UnitsCondemned(event)) => mentioned.sites.extend([event.site]),
        BatchEvent::Units(by_units::Event::AlarmRaised(event)) => mentioned.sites.extend(event.other),
        _ => {}
    }
}

/// Who caused an event; nothing where the event of another contract says so.
pub const fn actor_of(event: &BatchEvent) -> Option<&Actor> {
    use by_batches::Event;
    Some(match event {
        BatchEvent::Batches(Event::BatchRegistered(event)) => &event.by,
        BatchEvent::Batches(Event::BatchRegistrationCancelled(event)) => &event.by,
        BatchEvent::Attested(event) => &event.by,
        BatchEvent::Batches(Event::BatchReleased(event)) => &event.by,
        BatchEvent::Batches(Event::BatchBlocked(event)) => &event.by,
        BatchEvent::Batches(Event::BatchUnblocked(event)) => &event.by,
        BatchEvent::Batches(Event::UnitsShipped(event)) => &event.by,
        BatchEvent::Batches(Event::UnitsReceived(event)) => &event.by,
        BatchEvent::Batches(Event::ShipmentRejected(event)) => &event.by,
        BatchEvent::Batches(Event::LogisticUnitPacked(event)) => &event.by,
        BatchEvent::Batches(Event::LogisticUnitUnpacked(event)) => &event.by,
        BatchEvent::Batches(Event::LogisticUnitDestroyed(event)) => &event.by,
        BatchEvent::Batches(Event::UnitsBooked(_)) => return None,
        BatchEvent::Batches(Event::UnitsDecommissioned(event)) => &event.by,
        BatchEvent::Batches(Event::DecommissioningReverted(event)) => &event.by,
        BatchEvent::Batches(Event::UnitsQuarantined(event)) => &event.by,
        BatchEvent::Batches(Event::EvidenceFollowed(event)) => &event.by,
        BatchEvent::Batches(Event::QuarantineReleased(event)) => &event.by,
        BatchEvent::Batches(Event::GoodsCondemned(event)) => &event.by,
        BatchEvent::Batches(Event::BatchRecalled(event)) => &event.by,
        BatchEvent::Batches(Event::RecallOfBatchEnded(event)) => &event.by,
        BatchEvent::Batches(Event::ProductRecalled(event)) => &event.by,
        BatchEvent::Batches(Event::RecallOfProductEnded(event)) => &event.by,
        BatchEvent::Batches(Event::RecallAcknowledged(event)) => &event.by,
        BatchEvent::Units(by_units::Event::UnitDecommissioned(event)) => &event.by,
        BatchEvent::Units(by_units::Event::UnitReverted(event)) => &event.by,
        BatchEvent::Units(by_units::Event::UnitsQuarantinedBySerial(event)) => &event.by,
        BatchEvent::Units(by_units::Event::UnitsReleased(event)) => &event.by,
        BatchEvent::Units(by_units::Event::UnitsCondemned(event)) => &event.by,
        BatchEvent::Units(by_units::Event::AlarmRaised(event)) => &event.by,
        BatchEvent::Units(by_units::Event::AlarmResolved(event)) => &event.by,
        BatchEvent::Units(by_units::Event::AlarmsDismissed(event)) => &event.by,
    })
}

/// An event in words and fields.
pub fn describe(event: &BatchEvent, block: u64, names: &Names) -> HistoryLine {
    let line = match event {
        BatchEvent::Batches(event) => of_batches(event, names),
        BatchEvent::Attested(it) => {
            let by = names.actor(&it.by).short();
            line(
                "attested",
                format!("{by} attested {} of registration {}", it.attestation.name(), it.registration),
            )
        }
        BatchEvent::Units(event) => of_units(event, names),
    };
    HistoryLine { block, by: actor_of(event).map(|by| names.actor(by)), ..line }
}

/// A line without its block and author.
fn line(event: &'static str, text: String) -> HistoryLine {
    HistoryLine { event, text, ..Default::default() }
}

fn of_batches(event: &by_batches::Event, names: &Names) -> HistoryLine {
    use by_batches::Event;
    let by = |actor: &Actor| names.actor(actor).short();
    let at = |site| names.site(site).short();
    match event {
        Event::BatchRegistered(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "registered",
                format!("{} registered {} packs, registration {}", by(&it.by), it.quantity, it.registration),
            )
        },
        Event::BatchRegistrationCancelled(it) => line(
            "registration-cancelled",
            format!("{} cancelled registration {}", by(&it.by), it.registration),
        ),
        Event::BatchReleased(it) => line("released", format!("{} released the batch", by(&it.by))),
        Event::BatchBlocked(it) => line("blocked", format!("{} blocked the batch", by(&it.by))),
        Event::BatchUnblocked(it) => line("unblocked", format!("{} unblocked the batch", by(&it.by))),
        Event::UnitsShipped(it) => HistoryLine {
            from: Some(names.site(it.from)),
            to: Some(names.site(it.to)),
            quantity: Some(it.quantity),
            shipment: Some(it.shipment),
            ..line(
                "shipped",
                format!(
                    "{} shipped {} packs from {} to {}, shipment {}",
                    by(&it.by),
                    it.quantity,
                    at(it.from),
                    at(it.to),
                    it.shipment
                ),
            )
        },
        Event::UnitsReceived(it) => HistoryLine {
            from: Some(names.site(it.from)),
            to: Some(names.site(it.to)),
            quantity: Some(it.quantity),
            shipment: Some(it.shipment),
            ..line(
                "received",
                format!(
                    "{} received {} packs from {} at {}, shipment {}, {} still in transit",
                    by(&it.by),
                    it.quantity,
                    at(it.from),
                    at(it.to),
                    it.shipment,
                    it.still_in_transit
                ),
            )
        },
        Event::ShipmentRejected(it) => HistoryLine {
            from: Some(names.site(it.from)),
            to: Some(names.site(it.to)),
            quantity: Some(it.quantity),
            shipment: Some(it.shipment),
            ..line(
                "rejected",
                format!(
                    "{} rejected {} packs of shipment {}, back at {}: {}",
                    by(&it.by),
                    it.quantity,
                    it.shipment,
                    at(it.from),
                    it.reason.name()
                ),
            )
        },
        Event::LogisticUnitPacked(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "packed",
                format!("{} packed {} packs into {:018}", by(&it.by), it.quantity, it.logistic_unit),
            )
        },
        Event::LogisticUnitUnpacked(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "unpacked",
                format!("{} unpacked {:018} with {} packs", by(&it.by), it.logistic_unit, it.quantity),
            )
        },
        Event::LogisticUnitDestroyed(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "destroyed",
                format!("{} destroyed {:018} with {} packs", by(&it.by), it.logistic_unit, it.quantity),
            )
        },
        Event::UnitsBooked(it) => {
            let (from, to) = (place_name(it.from), place_name(it.to));
            let text = format!("packs at {} that were {from} are {to}: {}", at(it.site), it.quantity);
            HistoryLine {
                quantity: Some(it.quantity),
                from: Some(names.site(it.site)),
                ..line("booked", text)
            }
        }
        Event::UnitsDecommissioned(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                it.state.name(),
                format!("{} recorded {} packs as {}", by(&it.by), it.quantity, it.state.name()),
            )
        },
        Event::DecommissioningReverted(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "reverted",
                format!("{} reverted that {} packs were {}", by(&it.by), it.quantity, it.state.name()),
            )
        },
        Event::UnitsQuarantined(it) => HistoryLine {
            from: Some(names.site(it.site)),
            quantity: Some(it.quantity),
            ..line(
                "quarantined",
                format!(
                    "{} quarantined {} packs at {}: {}",
                    by(&it.by),
                    it.quantity,
                    at(it.site),
                    it.reason.name()
                ),
            )
        },
        Event::EvidenceFollowed(it) => line(
            "evidence-followed",
            format!(
                "{} followed evidence from goods {} to goods {}",
                by(&it.by),
                name_of(it.from),
                name_of(it.to)
            ),
        ),
        Event::QuarantineReleased(it) => HistoryLine {
            from: Some(names.site(it.site)),
            quantity: Some(it.quantity),
            ..line(
                "quarantine-released",
                format!("{} ended the quarantine of {} packs at {}", by(&it.by), it.quantity, at(it.site)),
            )
        },
        Event::GoodsCondemned(it) => HistoryLine {
            from: Some(names.site(it.site)),
            quantity: Some(it.quantity),
            ..line("condemned", format!("{} condemned {} packs at {}", by(&it.by), it.quantity, at(it.site)))
        },
        Event::BatchRecalled(it) => line("recalled", recalled(&by(&it.by), it.number, &it.recall)),
        Event::ProductRecalled(it) => line("product-recalled", recalled(&by(&it.by), it.number, &it.recall)),
        Event::RecallOfBatchEnded(it) => {
            line("recall-ended", format!("{} ended recall {} of the batch", by(&it.by), it.number))
        }
        Event::RecallOfProductEnded(it) => {
            line("product-recall-ended", format!("{} ended recall {} of the product", by(&it.by), it.number))
        }
        Event::RecallAcknowledged(it) => {
            line("recall-acknowledged", format!("{} acknowledged the recall", names.actor(&it.by)))
        }
    }
}

/// A recall and its number, in words.
fn recalled(by: &str, number: u8, recall: &Recall) -> String {
    let class = recall.class.name().to_uppercase();
    format!("{by} recalled {}, recall {number}: class {class}, {}", scope(recall.scope), recall.reason.name())
}

fn of_units(event: &by_units::Event, names: &Names) -> HistoryLine {
    use by_units::Event;
    let by = |actor: &Actor| names.actor(actor).short();
    let packs = |event, did: &str, count: usize, site| HistoryLine {
        from: Some(names.site(site)),
        quantity: u64::try_from(count).ok(),
        ..line(event, format!("{did} {count} packs at {}", names.site(site).short()))
    };
    match event {
        Event::UnitDecommissioned(it) => HistoryLine {
            quantity: Some(1),
            ..line(it.state.name(), format!("{} recorded 1 pack as {}", by(&it.by), it.state.name()))
        },
        Event::UnitReverted(it) => HistoryLine {
            from: Some(names.site(it.site)),
            quantity: Some(1),
            ..line("reverted", format!("{} reverted that 1 pack was {}", by(&it.by), it.state.name()))
        },
        Event::UnitsQuarantinedBySerial(it) => {
            let did = format!("{} quarantined by serial, {},", by(&it.by), it.reason.name());
            packs("quarantined-by-serial", &did, it.units.len(), it.site)
        }
        Event::UnitsReleased(it) => {
            let did = format!("{} ended the quarantine by serial, {}, of", by(&it.by), it.reason.name());
            packs("quarantine-released", &did, it.units.len(), it.site)
        }
        Event::UnitsCondemned(it) => {
            packs("condemned", &format!("{} condemned", by(&it.by)), it.units.len(), it.site)
        }
        Event::AlarmRaised(it) => {
            let other = it.other.map(|other| format!(", against {}", names.site(other).short()));
            let code = it.code.name().replace('-', " ");
            line("alarm", format!("ALARM, {code}: at {}{}", names.actor(&it.by), other.unwrap_or_default()))
        }
        Event::AlarmResolved(it) => line(
            "alarm-resolved",
            format!("{} resolved an alarm: {}", by(&it.by), it.resolution.name().replace('-', " ")),
        ),
        Event::AlarmsDismissed(it) => line(
            "alarms-dismissed",
            format!("{} dismissed the alarms of {}", by(&it.by), names.site(it.site).short()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::batches::{
        Arrival, Purpose, QuarantineReason, UnitPlace, UnitState, UnitsBooked, UnitsReceived, UnitsShipped,
    };
    use primitives::units::{UnitDecommissioned, UnitsQuarantinedBySerial};
    use primitives::{AccountId, UnitId};
    use testkit::register::{organisation, site};

    const BATCH: BatchId = BatchId([7; 32]);

    fn names() -> Names {
        let mut names = Names::default();
        names.insert_organisation(&organisation(1, "Alpha Pharma", 6_291_041_500_213));
        names.insert_organisation(&organisation(2, "Beta Trade", 6_291_041_500_220));
        names.insert_site(&site(10, 1, "Plant 1", 6_291_041_500_213));
        names.insert_site(&site(20, 2, "Depot", 6_291_041_500_220));
        names
    }

    fn by(organisation: u32, site: u32) -> Actor {
        Actor { account: AccountId([1; 32]), organisation: Some(organisation), site: Some(site) }
    }

    #[test]
    fn a_shipment_is_described_with_its_parties() {
        let shipped = BatchEvent::Batches(by_batches::Event::UnitsShipped(UnitsShipped {
            batch: BATCH,
            by: by(1, 10),
            from: 10,
            to: 20,
            shipment: 3,
            quantity: 500,
            logistic_unit: None,
            condemned: false,
            purpose: Purpose::Supply,
            terms: None,
        }));
        let line = describe(&shipped, 12, &names());
        assert_eq!(line.text, "Alpha Pharma shipped 500 packs from Plant 1 to Depot, shipment 3");
        assert_eq!(
            (line.block, line.event, line.quantity, line.shipment),
            (12, "shipped", Some(500), Some(3))
        );
        assert_eq!(line.by.unwrap().to_string(), "Alpha Pharma, Plant 1 (GLN 6291041500213)");
        let mut mentioned = Mentioned::default();
        mention(&shipped, &mut mentioned);
        assert_eq!(shipped.batch(), Some(BATCH));
        assert_eq!(mentioned, Mentioned { organisations: [1].into(), sites: [10, 20].into() });

        let received = BatchEvent::Batches(by_batches::Event::UnitsReceived(UnitsReceived {
            batch: BATCH,
            by: by(2, 20),
            from: 10,
            to: 20,
            shipment: 3,
            quantity: 480,
            still_in_transit: 20,
            arrival: Arrival::Units(480),
        }));
        assert_eq!(
            describe(&received, 13, &names()).text,
            "Beta Trade received 480 packs from Plant 1 at Depot, shipment 3, 20 still in transit"
        );
    }

    #[test]
    fn a_unit_is_described_by_its_register_and_by_its_booking() {
        let (batch, state, unit) = (BATCH, UnitState::Dispensed, UnitId([8; 32]));
        let dispensed = UnitDecommissioned { batch, unit, by: by(2, 20), state, at: 9, position: 3 };
        let dispensed = BatchEvent::Units(by_units::Event::UnitDecommissioned(dispensed));
        let line = describe(&dispensed, 14, &names());
        assert_eq!(
            (line.event, line.text.as_str()),
            ("dispensed", "Beta Trade recorded 1 pack as dispensed")
        );

        let (from, to) = (UnitPlace::Shelf, UnitPlace::Left(state));
        let booked = UnitsBooked { batch, site: 20, from, to, quantity: 1 };
        let booked = BatchEvent::Batches(by_batches::Event::UnitsBooked(booked));
        assert!(booked.is_booking() && !dispensed.is_booking());
        let line = describe(&booked, 14, &names());
        assert_eq!((line.text.as_str(), line.by), ("packs at Depot that were loose are dispensed: 1", None));
    }

    #[test]
    fn packs_that_are_named_by_serial_are_counted() {
        let quarantined = UnitsQuarantinedBySerial {
            batch: BATCH,
            by: by(2, 20),
            site: 20,
            units: vec![(UnitId([8; 32]), 0), (UnitId([9; 32]), 1)],
            stop: None,
            reason: QuarantineReason::Damaged,
        };
        let event = BatchEvent::Units(by_units::Event::UnitsQuarantinedBySerial(quarantined));
        let line = describe(&event, 15, &names());
        assert_eq!(line.text, "Beta Trade quarantined by serial, damaged, 2 packs at Depot");
        assert_eq!((line.event, line.quantity), ("quarantined-by-serial", Some(2)));
    }
}
