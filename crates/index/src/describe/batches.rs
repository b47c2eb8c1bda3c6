use chain::batches::Event;
use primitives::batches::Purpose;

use super::{packs, plain, step, words, Description, Speaker};

pub(super) fn describe(event: &Event, names: Speaker<'_>) -> Description {
    let by = |actor| names.actor(actor);
    let at = |site| names.site(site);
    match event {
        Event::BatchRegistered(it) => step(
            "registered",
            ("commissioning", "active"),
            format!("{} registered the batch with {}", by(&it.by), packs(it.quantity)),
        ),
        Event::BatchRegistrationCancelled(it) => step(
            "registration-cancelled",
            ("decommissioning", "inactive"),
            format!("{} cancelled the registration of the batch", by(&it.by)),
        ),
        Event::BatchReleased(it) => {
            step("released", ("inspecting", "available"), format!("{} released the batch", by(&it.by)))
        }
        Event::BatchBlocked(it) => {
            step("blocked", ("holding", "unavailable"), format!("{} blocked the batch", by(&it.by)))
        }
        Event::BatchUnblocked(it) => {
            step("unblocked", ("holding", "available"), format!("{} unblocked the batch", by(&it.by)))
        }
        Event::UnitsShipped(it) => {
            let words = match it.purpose {
                Purpose::Supply => ("shipping", "in_transit"),
                Purpose::Return => ("shipping", "returned"),
            };
            let unit = it.logistic_unit.map(|sscc| format!(" in logistic unit {sscc:018}"));
            let sentence = format!(
                "{} {} {}{} from {} to {}, shipment {}",
                by(&it.by),
                words::purpose(it.purpose),
                packs(it.quantity),
                unit.unwrap_or_default(),
                at(it.from),
                at(it.to),
                it.shipment
            );
            step("shipped", words, sentence)
        }
        Event::UnitsReceived(it) => {
            let sentence = format!(
                "{} received {} from {} at {}, shipment {}",
                by(&it.by),
                packs(it.quantity),
                at(it.from),
                at(it.to),
                it.shipment
            );
            step("received", ("receiving", "in_progress"), sentence)
        }
        Event::ShipmentRejected(it) => {
            let sentence = format!(
                "{} rejected {} of shipment {}, which are back at {}: {}",
                by(&it.by),
                packs(it.quantity),
                it.shipment,
                at(it.from),
                words::rejection(it.reason)
            );
            step("rejected", ("void_shipping", "returned"), sentence)
        }
        Event::LogisticUnitPacked(it) => step(
            "packed",
            ("packing", "container_closed"),
            format!(
                "{} packed {} into logistic unit {:018}",
                by(&it.by),
                packs(it.quantity),
                it.logistic_unit
            ),
        ),
        Event::LogisticUnitUnpacked(it) => step(
            "unpacked",
            ("unpacking", "container_open"),
            format!(
                "{} unpacked logistic unit {:018} with {}",
                by(&it.by),
                it.logistic_unit,
                packs(it.quantity)
            ),
        ),
        Event::LogisticUnitDestroyed(it) => step(
            "destroyed",
            ("destroying", "destroyed"),
            format!(
                "{} destroyed logistic unit {:018} with {}",
                by(&it.by),
                it.logistic_unit,
                packs(it.quantity)
            ),
        ),
        Event::UnitsBooked(it) => plain(
            "booked",
            format!(
                "at {}, {} went from {} to {}",
                at(it.site),
                packs(it.quantity),
                words::place(it.from),
                words::place(it.to)
            ),
        ),
        Event::UnitsDecommissioned(it) => step(
            words::state(it.state),
            words::state_step(it.state),
            format!("{} recorded {} as {}", by(&it.by), packs(it.quantity), words::state(it.state)),
        ),
        Event::DecommissioningReverted(it) => plain(
            "reverted",
            format!(
                "{} took back that {} counted as {}",
                by(&it.by),
                packs(it.quantity),
                words::state(it.state)
            ),
        ),
        Event::UnitsQuarantined(it) => step(
            "quarantined",
            ("holding", "non_sellable_other"),
            format!(
                "{} quarantined {} at {}: {}",
                by(&it.by),
                packs(it.quantity),
                at(it.site),
                words::quarantine(it.reason)
            ),
        ),
        Event::EvidenceFollowed(it) => plain(
            "evidence-followed",
            format!(
                "{} followed evidence from {} to {}",
                by(&it.by),
                words::target(it.from),
                words::target(it.to)
            ),
        ),
        Event::QuarantineReleased(it) => step(
            "quarantine-released",
            ("holding", "available"),
            format!(
                "{} ended the quarantine of {} at {}: {}",
                by(&it.by),
                packs(it.quantity),
                at(it.site),
                words::clearance(it.reason)
            ),
        ),
        Event::GoodsCondemned(it) => step(
            "condemned",
            ("inspecting", "non_sellable_other"),
            format!("{} condemned {} at {}", by(&it.by), packs(it.quantity), at(it.site)),
        ),
        Event::BatchRecalled(it) => step(
            "recalled",
            ("holding", "recalled"),
            format!("{} {}", by(&it.by), words::recalled(it.number, &it.recall)),
        ),
        Event::RecallOfBatchEnded(it) => step(
            "recall-ended",
            ("holding", "sellable_accessible"),
            format!("{} ended recall {} of the batch", by(&it.by), it.number),
        ),
        Event::ProductRecalled(it) => step(
            "product-recalled",
            ("holding", "recalled"),
            format!("{} {}", by(&it.by), words::recalled(it.number, &it.recall)),
        ),
        Event::RecallOfProductEnded(it) => step(
            "product-recall-ended",
            ("holding", "sellable_accessible"),
            format!("{} ended recall {} of the product", by(&it.by), it.number),
        ),
        Event::RecallAcknowledged(it) => step(
            "recall-acknowledged",
            ("holding", "recalled"),
            match it.by.site {
                Some(site) => format!("{} acknowledged the recall at {}", by(&it.by), at(site)),
                None => format!("{} acknowledged the recall", by(&it.by)),
            },
        ),
    }
}
