use chain::batches::Event;
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

/// The batch that an event is about; nothing where it is about the contract.
pub fn batch_of(event: &Event) -> Option<BatchId> {
    Some(match event {
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
        Event::UnitDecommissioned(event) => event.batch,
        Event::UnitsDecommissioned(event) => event.batch,
        Event::UnitReverted(event) => event.batch,
        Event::AlarmRaised(event) => event.batch,
        Event::AlarmResolved(event) => event.batch,
        Event::UnitsQuarantined(event) => event.batch,
        Event::QuarantineReleased(event) => event.batch,
        Event::BatchRecalled(event) => event.batch,
        Event::RecallAcknowledged(event) => event.batch,
        Event::EvidencePolicySet(_)
        | Event::UpgradeProposed(_)
        | Event::UpgradeCancelled(_)
        | Event::UpgradeApplied(_) => return None,
    })
}

/// The accounts that an event names.
pub fn accounts_of(event: &Event) -> Vec<AccountId> {
    match event {
        Event::BatchRegistered(event) => vec![event.manufacturer],
        Event::BatchRegistrationCancelled(event) => vec![event.by],
        Event::BatchAttested(event) => vec![event.by],
        Event::BatchReleased(event) => vec![event.by],
        Event::BatchBlocked(event) => vec![event.by],
        Event::BatchUnblocked(event) => vec![event.by],
        Event::UnitsShipped(event) => vec![event.from, event.to],
        Event::UnitsReceived(event) => vec![event.from, event.to],
        Event::ShipmentRejected(event) => vec![event.from, event.to, event.by],
        Event::LogisticUnitPacked(event) => vec![event.by],
        Event::LogisticUnitUnpacked(event) => vec![event.by],
        Event::UnitDecommissioned(event) => vec![event.by],
        Event::UnitsDecommissioned(event) => vec![event.by],
        Event::UnitReverted(event) => vec![event.holder, event.by],
        Event::AlarmRaised(event) => vec![event.by, event.other],
        Event::AlarmResolved(event) => vec![event.by],
        Event::UnitsQuarantined(event) => vec![event.holder, event.by],
        Event::QuarantineReleased(event) => vec![event.holder, event.by],
        Event::BatchRecalled(event) => vec![event.by],
        Event::RecallAcknowledged(event) => vec![event.by],
        Event::EvidencePolicySet(event) => vec![event.by],
        Event::UpgradeProposed(event) => vec![event.by],
        Event::UpgradeCancelled(event) => vec![event.by],
        Event::UpgradeApplied(event) => vec![event.by],
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
        Event::BatchRegistrationCancelled(it) => {
            line("registration-cancelled", it.by, format!("{} took the registration back", name(it.by)))
        }
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
        Event::UnitDecommissioned(it) => HistoryLine {
            quantity: Some(1),
            ..line(it.state.name(), it.by, format!("{} booked 1 pack as {}", name(it.by), it.state.name()))
        },
        Event::UnitsDecommissioned(it) => HistoryLine {
            quantity: Some(it.quantity),
            ..line(
                it.state.name(),
                it.by,
                format!("{} booked {} packs as {}", name(it.by), it.quantity, it.state.name()),
            )
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
        Event::EvidencePolicySet(it) => line(
            "evidence-policy-set",
            it.by,
            format!("{} set the policy for evidence of {}", name(it.by), it.feed.name()),
        ),
        Event::UpgradeProposed(it) => {
            line("upgrade-proposed", it.by, format!("{} proposed new code", name(it.by)))
        }
        Event::UpgradeCancelled(it) => {
            line("upgrade-cancelled", it.by, format!("{} withdrew new code", name(it.by)))
        }
        Event::UpgradeApplied(it) => {
            line("upgrade-applied", it.by, format!("{} put new code in place", name(it.by)))
        }
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
            logistic_unit: None,
            purpose: batches::Purpose::Supply,
            terms: None,
        });
        let line = describe(&shipped, 12, &names);
        assert_eq!(line.text, "Alpha Pharma shipped 500 packs to Beta Trade, shipment 3");
        assert_eq!(
            (line.block, line.event, line.quantity, line.shipment),
            (12, "shipped", Some(500), Some(3))
        );
        assert_eq!((batch_of(&shipped), accounts_of(&shipped)), (Some(batch), vec![account(1), account(2)]));

        let received = Event::UnitsReceived(UnitsReceived {
            batch,
            from: account(1),
            to: account(2),
            shipment: 3,
            quantity: 480,
            still_in_transit: 20,
            arrival: batches::Arrival::Units(480),
        });
        assert_eq!(
            describe(&received, 13, &names).text,
            "Beta Trade received 480 packs from Alpha Pharma, shipment 3, 20 still in transit"
        );
    }
}
