use chain::batches::Event;
use primitives::{AccountId, BatchId};
use serde::Serialize;

use crate::accounts::{AccountView, Names};
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

/// The batch that an event is about.
pub fn batch_of(event: &Event) -> BatchId {
    match event {
        Event::BatchRegistered(event) => event.batch,
        Event::BatchAttested(event) => event.batch,
        Event::BatchReleased(event) => event.batch,
        Event::BatchBlocked(event) => event.batch,
        Event::BatchUnblocked(event) => event.batch,
        Event::UnitsShipped(event) => event.batch,
        Event::UnitsReceived(event) => event.batch,
        Event::ShipmentRejected(event) => event.batch,
        Event::UnitDispensed(event) => event.batch,
        Event::UnserialisedUnitsDispensed(event) => event.batch,
        Event::CloneAlarmRaised(event) => event.batch,
        Event::UnitsQuarantined(event) => event.batch,
        Event::QuarantineReleased(event) => event.batch,
        Event::BatchRecalled(event) => event.batch,
    }
}

/// The accounts that an event names.
pub fn accounts_of(event: &Event) -> Vec<AccountId> {
    match event {
        Event::BatchRegistered(event) => vec![event.manufacturer],
        Event::BatchAttested(event) => vec![event.by],
        Event::BatchReleased(event) => vec![event.by],
        Event::BatchBlocked(event) => vec![event.by],
        Event::BatchUnblocked(event) => vec![event.by],
        Event::UnitsShipped(event) => vec![event.from, event.to],
        Event::UnitsReceived(event) => vec![event.from, event.to],
        Event::ShipmentRejected(event) => vec![event.from, event.to],
        Event::UnitDispensed(event) => vec![event.by],
        Event::UnserialisedUnitsDispensed(event) => vec![event.by],
        Event::CloneAlarmRaised(event) => vec![event.first_by, event.second_by],
        Event::UnitsQuarantined(event) => vec![event.holder, event.by],
        Event::QuarantineReleased(event) => vec![event.holder, event.by],
        Event::BatchRecalled(event) => vec![event.by],
    }
}

/// An event in words and fields.
pub fn describe(event: &Event, block: u64, names: &Names) -> HistoryLine {
    let line = |event, by, text: String| HistoryLine {
        block,
        event,
        text,
        by: Some(names.of(by)),
        ..Default::default()
    };
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
                it.to,
                format!(
                    "{} sent {} packs of shipment {} back to {}: {}",
                    name(it.to),
                    it.quantity,
                    it.shipment,
                    name(it.from),
                    it.reason.name()
                ),
            )
        },
        Event::UnitDispensed(it) => HistoryLine {
            quantity: Some(1),
            ..line("dispensed", it.by, format!("{} dispensed 1 pack", name(it.by)))
        },
        Event::UnserialisedUnitsDispensed(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line("dispensed", it.by, format!("{} dispensed {} packs", name(it.by), it.quantity))
        },
        Event::CloneAlarmRaised(it) => line(
            "clone-alarm",
            it.second_by,
            format!(
                "CLONE ALARM: {} tried to dispense a serial that {} had dispensed",
                name(it.second_by),
                name(it.first_by)
            ),
        ),
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
                "{} recalled the batch: class {}, {}",
                name(it.by),
                it.class.name().to_uppercase(),
                it.reason.name()
            ),
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
        let shipped = Event::UnitsShipped(UnitsShipped {
            batch,
            from: account(1),
            to: account(2),
            shipment: 3,
            quantity: 500,
        });
        let line = describe(&shipped, 12, &names);
        assert_eq!(line.text, "Alpha Pharma shipped 500 packs to Beta Trade, shipment 3");
        assert_eq!(
            (line.block, line.event, line.quantity, line.shipment),
            (12, "shipped", Some(500), Some(3))
        );
        assert_eq!((batch_of(&shipped), accounts_of(&shipped)), (batch, vec![account(1), account(2)]));

        let received = Event::UnitsReceived(UnitsReceived {
            batch,
            from: account(1),
            to: account(2),
            shipment: 3,
            quantity: 480,
            still_in_transit: 20,
        });
        assert_eq!(
            describe(&received, 13, &names).text,
            "Beta Trade received 480 packs from Alpha Pharma, shipment 3, 20 still in transit"
        );
    }
}
