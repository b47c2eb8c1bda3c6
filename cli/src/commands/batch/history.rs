use chain::{batches as by_batches, units as by_units, Contracts, Emitted};
use primitives::{AccountId, BatchId};
use serde::Serialize;

use crate::accounts::{AccountView, Names};
use crate::batch_view::scope;
use crate::choices::Choice;

/// What happened to a batch, as it is on chain: one event.
#[derive(Debug, Default, Serialize)]
pub struct HistoryLine {
    /// The finalised block.
    pub block: u64,
    /// What happened, in kebab case.
    pub event: &'static str,
    /// In words.
    pub text: String,
    /// Who did it.
    pub by: Option<AccountView>,
    /// From whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<AccountView>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<AccountView>,
    /// Packs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u64>,
    /// The shipment's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment: Option<u64>,
}

/// What happened to a batch: an event of one of the two registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchEvent {
    /// By `batches`.
    Batches(by_batches::Event),
    /// By `units`.
    Units(by_units::Event),
}

impl BatchEvent {
    /// What a contract of the deployment emitted, where it is about a batch.
    pub fn of(emitted: &Emitted, contracts: &Contracts) -> Option<Self> {
        match emitted.of(contracts) {
            chain::Event::Batches(event) => Some(BatchEvent::Batches(event)),
            chain::Event::Units(event) => Some(BatchEvent::Units(event)),
            _ => None,
        }
    }

    /// The batch that it is about.
    pub const fn batch(&self) -> BatchId {
        match self {
            BatchEvent::Batches(event) => batch_of(event),
            BatchEvent::Units(event) => match event {
                by_units::Event::UnitDecommissioned(event) => event.batch,
                by_units::Event::UnitReverted(event) => event.batch,
                by_units::Event::AlarmRaised(event) => event.batch,
                by_units::Event::AlarmResolved(event) => event.batch,
            },
        }
    }

    /// Whether `batches` booked a pack here for the register of units.
    pub const fn is_booking(&self) -> bool {
        matches!(self, BatchEvent::Batches(by_batches::Event::UnitBooked(_)))
    }
}

const fn batch_of(event: &by_batches::Event) -> BatchId {
    use by_batches::Event;
    match event {
        Event::BatchRegistered(event) => event.batch,
        Event::BatchRegistrationCancelled(event) => event.batch,
        Event::BatchAttested(event) => event.batch,
        Event::BatchReleased(event) => event.batch,
        Event::BatchBlocked(event) => event.batch,
        Event::BatchUnblocked(event) => event.batch,
        Event::UnitsShipped(event) => event.batch,
        Event::UnitsReceived(event) => event.batch,
        Event::ShipmentRejected(event) => event.batch,
        Event::LogisticUnitPacked(event) => event.batch,
        Event::LogisticUnitUnpacked(event) => event.batch,
        Event::UnitBooked(event) => event.batch,
        Event::UnitsDecommissioned(event) => event.batch,
        Event::UnitsQuarantined(event) => event.batch,
        Event::QuarantineReleased(event) => event.batch,
        Event::BatchRecalled(event) => event.batch,
        Event::RecallAcknowledged(event) => event.batch,
    }
}

/// The accounts that an event names.
pub fn accounts_of(event: &BatchEvent) -> Vec<AccountId> {
    use by_batches::Event;
    match event {
        BatchEvent::Batches(Event::BatchRegistered(event)) => vec![event.manufacturer],
        BatchEvent::Batches(Event::BatchRegistrationCancelled(event)) => vec![event.by],
        BatchEvent::Batches(Event::BatchAttested(event)) => vec![event.by],
        BatchEvent::Batches(Event::BatchReleased(event)) => vec![event.by],
        BatchEvent::Batches(Event::BatchBlocked(event)) => vec![event.by],
        BatchEvent::Batches(Event::BatchUnblocked(event)) => vec![event.by],
        BatchEvent::Batches(Event::UnitsShipped(event)) => vec![event.from, event.to],
        BatchEvent::Batches(Event::UnitsReceived(event)) => vec![event.from, event.to],
        BatchEvent::Batches(Event::ShipmentRejected(event)) => vec![event.from, event.to, event.by],
        BatchEvent::Batches(Event::LogisticUnitPacked(event)) => vec![event.by],
        BatchEvent::Batches(Event::LogisticUnitUnpacked(event)) => vec![event.by],
        BatchEvent::Batches(Event::UnitBooked(event)) => vec![event.holder],
        BatchEvent::Batches(Event::UnitsDecommissioned(event)) => vec![event.by],
        BatchEvent::Batches(Event::UnitsQuarantined(event)) => vec![event.holder, event.by],
        BatchEvent::Batches(Event::QuarantineReleased(event)) => vec![event.holder, event.by],
        BatchEvent::Batches(Event::BatchRecalled(event)) => vec![event.by],
        BatchEvent::Batches(Event::RecallAcknowledged(event)) => vec![event.by],
        BatchEvent::Units(by_units::Event::UnitDecommissioned(event)) => vec![event.by],
        BatchEvent::Units(by_units::Event::UnitReverted(event)) => vec![event.holder, event.by],
        BatchEvent::Units(by_units::Event::AlarmRaised(event)) => vec![event.by, event.other],
        BatchEvent::Units(by_units::Event::AlarmResolved(event)) => vec![event.by],
    }
}

/// An event in words and fields.
pub fn describe(event: &BatchEvent, block: u64, names: &Names) -> HistoryLine {
    let line = match event {
        BatchEvent::Batches(event) => of_batches(event, names),
        BatchEvent::Units(event) => of_units(event, names),
    };
    HistoryLine { block, ..line }
}

/// A line without its block.
fn line(names: &Names, event: &'static str, by: AccountId, text: String) -> HistoryLine {
    HistoryLine { event, text, by: Some(names.of(by)), ..Default::default() }
}

fn of_batches(event: &by_batches::Event, names: &Names) -> HistoryLine {
    use by_batches::Event;
    let line = |event, by, text| line(names, event, by, text);
    let name = |account| names.of(account).short();
    match event {
        Event::BatchRegistered(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "registered",
                it.manufacturer,
                format!("{} registered {} packs", name(it.manufacturer), it.quantity),
            )
        },
        Event::BatchRegistrationCancelled(it) => {
            line("registration-cancelled", it.by, format!("{} took the registration back", name(it.by)))
        }
        Event::BatchAttested(it) => {
            line("attested", it.by, format!("{} attested {}", name(it.by), it.attestation.name()))
        }
        Event::BatchReleased(it) => line("released", it.by, format!("{} released the batch", name(it.by))),
        Event::BatchBlocked(it) => line("blocked", it.by, format!("{} blocked the batch", name(it.by))),
        Event::BatchUnblocked(it) => line("unblocked", it.by, format!("{} unblocked the batch", name(it.by))),
        Event::UnitsShipped(it) => HistoryLine {
            from: Some(names.of(it.from)),
            to: Some(names.of(it.to)),
            quantity: Some(it.quantity),
            shipment: Some(it.shipment),
            ..line(
                "shipped",
                it.from,
                format!(
                    "{} shipped {} packs to {}, shipment {}",
                    name(it.from),
                    it.quantity,
                    name(it.to),
                    it.shipment
                ),
            )
        },
        Event::UnitsReceived(it) => HistoryLine {
            from: Some(names.of(it.from)),
            to: Some(names.of(it.to)),
            quantity: Some(it.quantity),
            shipment: Some(it.shipment),
            ..line(
                "received",
                it.to,
                format!(
                    "{} received {} packs from {}, shipment {}, {} still in transit",
                    name(it.to),
                    it.quantity,
                    name(it.from),
                    it.shipment,
                    it.still_in_transit
                ),
            )
        },
        Event::ShipmentRejected(it) => HistoryLine {
            from: Some(names.of(it.from)),
            to: Some(names.of(it.to)),
            quantity: Some(it.quantity),
            shipment: Some(it.shipment),
            ..line(
                "rejected",
                it.by,
                format!(
                    "{} sent {} packs of shipment {} back to {}: {}",
                    name(it.by),
                    it.quantity,
                    it.shipment,
                    name(it.from),
                    it.reason.name()
                ),
            )
        },
        Event::LogisticUnitPacked(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "packed",
                it.by,
                format!("{} packed {} packs into {:018}", name(it.by), it.quantity, it.logistic_unit),
            )
        },
        Event::LogisticUnitUnpacked(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                "unpacked",
                it.by,
                format!("{} unpacked {:018} with {} packs", name(it.by), it.logistic_unit, it.quantity),
            )
        },
        Event::UnitBooked(it) => {
            let (event, verb) =
                if it.taken_back { ("reverted", "back from") } else { (it.state.name(), "as") };
            let text = format!("1 pack of {} was booked {verb} {}", name(it.holder), it.state.name());
            HistoryLine { quantity: Some(1), ..line(event, it.holder, text) }
        }
        Event::UnitsDecommissioned(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                it.state.name(),
                it.by,
                format!("{} booked {} packs as {}", name(it.by), it.quantity, it.state.name()),
            )
        },
        Event::UnitsQuarantined(it) => HistoryLine {
            from: Some(names.of(it.holder)),
            quantity: Some(it.quantity),
            ..line(
                "quarantined",
                it.by,
                format!(
                    "{} set {} packs of {} apart: {}",
                    name(it.by),
                    it.quantity,
                    name(it.holder),
                    it.reason.name()
                ),
            )
        },
        Event::QuarantineReleased(it) => HistoryLine {
            from: Some(names.of(it.holder)),
            quantity: Some(it.quantity),
            ..line(
                "quarantine-released",
                it.by,
                format!("{} let {} packs of {} move again", name(it.by), it.quantity, name(it.holder)),
            )
        },
        Event::BatchRecalled(it) => line(
            "recalled",
            it.by,
            format!(
                "{} recalled {}: class {}, {}",
                name(it.by),
                scope(it.recall.scope),
                it.recall.class.name().to_uppercase(),
                it.recall.reason.name()
            ),
        ),
        Event::RecallAcknowledged(it) => {
            line("recall-acknowledged", it.by, format!("{} acknowledged the recall", name(it.by)))
        }
    }
}

fn of_units(event: &by_units::Event, names: &Names) -> HistoryLine {
    use by_units::Event;
    let line = |event, by, text| line(names, event, by, text);
    let name = |account| names.of(account).short();
    match event {
        Event::UnitDecommissioned(it) => HistoryLine {
            quantity: Some(1),
            ..line(it.state.name(), it.by, format!("{} booked 1 pack as {}", name(it.by), it.state.name()))
        },
        Event::UnitReverted(it) => HistoryLine {
            quantity: Some(1),
            ..line(
                "reverted",
                it.by,
                format!("{} took back that 1 pack was {}", name(it.by), it.state.name()),
            )
        },
        Event::AlarmRaised(it) => line(
            "alarm",
            it.by,
            format!(
                "ALARM, {}: {} has a pack that {} is known to have or to have had",
                it.code.name().replace('-', " "),
                name(it.by),
                name(it.other)
            ),
        ),
        Event::AlarmResolved(it) => line(
            "alarm-resolved",
            it.by,
            format!("{} resolved an alarm: {}", name(it.by), it.resolution.name().replace('-', " ")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use batches::{UnitsReceived, UnitsShipped};

    fn account(byte: u8) -> AccountId {
        [byte; 32].into()
    }

    #[test]
    fn a_shipment_is_told_with_its_parties() {
        let mut names = Names::default();
        names.insert(account(1), "Alpha Pharma".to_owned());
        names.insert(account(2), "Beta Trade".to_owned());
        let batch = BatchId([7; 32]);
        let shipped = BatchEvent::Batches(by_batches::Event::UnitsShipped(UnitsShipped {
            batch,
            from: account(1),
            to: account(2),
            shipment: 3,
            quantity: 500,
            logistic_unit: None,
            purpose: batches::Purpose::Supply,
            terms: None,
        }));
        let line = describe(&shipped, 12, &names);
        assert_eq!(line.text, "Alpha Pharma shipped 500 packs to Beta Trade, shipment 3");
        assert_eq!(
            (line.block, line.event, line.quantity, line.shipment),
            (12, "shipped", Some(500), Some(3))
        );
        assert_eq!((shipped.batch(), accounts_of(&shipped)), (batch, vec![account(1), account(2)]));

        let received = BatchEvent::Batches(by_batches::Event::UnitsReceived(UnitsReceived {
            batch,
            from: account(1),
            to: account(2),
            shipment: 3,
            quantity: 480,
            still_in_transit: 20,
            arrival: batches::Arrival::Units(480),
        }));
        assert_eq!(
            describe(&received, 13, &names).text,
            "Beta Trade received 480 packs from Alpha Pharma, shipment 3, 20 still in transit"
        );
    }

    #[test]
    fn a_unit_is_told_by_its_register_and_by_its_booking() {
        let mut names = Names::default();
        names.insert(account(3), "Corner Pharmacy".to_owned());
        let (batch, state) = (BatchId([7; 32]), units::UnitState::Dispensed);
        let unit = primitives::UnitId([8; 32]);
        let dispensed = units::UnitDecommissioned { batch, unit, by: account(3), state };
        let dispensed = BatchEvent::Units(by_units::Event::UnitDecommissioned(dispensed));
        let line = describe(&dispensed, 14, &names);
        assert_eq!(
            (line.event, line.text.as_str()),
            ("dispensed", "Corner Pharmacy booked 1 pack as dispensed")
        );

        let booked = |taken_back| {
            let booked = batches::UnitBooked { batch, holder: account(3), state, taken_back };
            BatchEvent::Batches(by_batches::Event::UnitBooked(booked))
        };
        assert!(booked(false).is_booking() && !dispensed.is_booking());
        let line = describe(&booked(false), 14, &names);
        assert_eq!(line.text, "1 pack of Corner Pharmacy was booked as dispensed");
        let line = describe(&booked(true), 15, &names);
        assert_eq!(
            (line.event, line.text.as_str()),
            ("reverted", "1 pack of Corner Pharmacy was booked back from dispensed")
        );
    }
}
