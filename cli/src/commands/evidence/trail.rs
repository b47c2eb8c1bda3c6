//! Where goods went that evidence is about: the stations through which `batches` follows it to what left them meanwhile.

use std::collections::HashMap;

use chain::{batches as by_batches, ContractError};
use primitives::batches::{Arrival, Contents, Error, QuarantineTarget, UnitsQuarantined, MAX_TRAIL};
use primitives::{Quantity, SiteId, Sscc, Timestamp};
use scale::Encode;

use crate::commands::batch::{emitted, BatchEvent};
use crate::context::Context;
use crate::failure::Failure;

/// Goods left one station for another, in this block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Move {
    block: u64,
    from: QuarantineTarget,
    to: QuarantineTarget,
}

/// What was quarantined at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// What exactly.
    pub target: QuarantineTarget,
    /// Where.
    pub site: SiteId,
    /// How many packs.
    pub quantity: Quantity,
}

/// Follows evidence about these goods that was presented: what left them since its observation, or came of them, is
/// quarantined. Returns what was free until now.
pub async fn follow(
    context: &Context<'_>,
    start: QuarantineTarget,
    observed_at: Timestamp,
    from_block: Option<u64>,
) -> Result<Vec<Quarantined>, Failure> {
    let moves = moves(&emitted(context, from_block).await?);
    // What is in a shipment or logistic unit may have left it before its logger was read.
    let first = match start {
        QuarantineTarget::Holding { .. } => first_block_since(context, observed_at, from_block).await?,
        QuarantineTarget::Shipment(_) | QuarantineTarget::LogisticUnit(_) => 0,
    };
    let payer = context.account()?.id();
    let mut quarantined = Vec::new();
    let mut ways: HashMap<Vec<u8>, Vec<QuarantineTarget>> = HashMap::from([(key(start), vec![start])]);
    for step in moves.iter().filter(|step| step.block >= first) {
        let Some(way) = ways.get(&key(step.from)) else { continue };
        if ways.contains_key(&key(step.to)) {
            continue;
        }
        let way: Vec<QuarantineTarget> = way.iter().copied().chain([step.to]).collect();
        let call = context.batches().follow_evidence(&way);
        match context.chain.dry_run(&call, payer).await {
            Ok(_) => {}
            // They left before the observation, were cleared since, or nothing of them is known any more.
            Err(chain::Error::Contract(ContractError::Batches(Error::NotSuspect | Error::TrailBroken))) => {
                continue
            }
            Err(error) => return Err(error.into()),
        }
        if way.len() == MAX_TRAIL {
            quarantined.extend(submit(context, &way).await?);
            // It is suspect now, and a trail begins with it.
            ways.insert(key(step.to), vec![step.to]);
        } else {
            ways.insert(key(step.to), way);
        }
    }
    for way in longest(ways.into_values()) {
        quarantined.extend(submit(context, &way).await?);
    }
    Ok(quarantined)
}

async fn submit(context: &Context<'_>, way: &[QuarantineTarget]) -> Result<Vec<Quarantined>, Failure> {
    let receipt = context.submit(&context.batches().follow_evidence(way)).await?;
    let own = receipt.events.iter().filter(|event| event.contract == context.batches().0);
    let events = own.filter_map(|event| event.decode_as::<UnitsQuarantined>());
    Ok(events
        .map(|UnitsQuarantined { target, site, quantity, .. }| Quarantined { target, site, quantity })
        .collect())
}

/// Those trails that no other one goes on from: following them follows all.
fn longest(ways: impl Iterator<Item = Vec<QuarantineTarget>>) -> Vec<Vec<QuarantineTarget>> {
    let mut ways: Vec<Vec<QuarantineTarget>> = ways.filter(|way| way.len() > 1).collect();
    ways.sort_by_key(|way| std::cmp::Reverse(way.len()));
    let mut kept: Vec<Vec<QuarantineTarget>> = Vec::new();
    for way in ways {
        if !kept.iter().any(|longer| longer.starts_with(&way)) {
            kept.push(way);
        }
    }
    kept
}

/// The first finalised block at this time or later, among those that were searched. Where the search began after it, goods may
/// have left unseen, and nobody must take that for an answer.
async fn first_block_since(
    context: &Context<'_>,
    time: Timestamp,
    from_block: Option<u64>,
) -> Result<u64, Failure> {
    if let Some(from) = from_block.filter(|from| *from > context.deployment.block) {
        if context.chain.time_at(from).await? > time {
            return Err(Failure::bad_input(format!(
                "block {from} is younger than the observation of the report, so that goods may have left before it; give an \
                 earlier --from-block"
            )));
        }
    }
    let mut first = from_block.unwrap_or(context.deployment.block);
    let mut last = context.chain.finalised_head().await?.number;
    while first < last {
        let middle = first.midpoint(last);
        if context.chain.time_at(middle).await? >= time {
            last = middle;
        } else {
            first = middle.saturating_add(1);
        }
    }
    Ok(first)
}

fn key(target: QuarantineTarget) -> Vec<u8> {
    target.whole().encode()
}

/// What the contracts emitted, as moves between stations, in the chain's order.
fn moves(events: &[((u64, Option<u32>), BatchEvent)]) -> Vec<Move> {
    use by_batches::Event;
    use QuarantineTarget::{LogisticUnit, Shipment};
    let mut moves = Vec::new();
    let mut inside: HashMap<Sscc, Vec<Sscc>> = HashMap::new();
    let mut shipped: HashMap<u64, Sscc> = HashMap::new();
    for ((block, _), event) in events {
        let BatchEvent::Batches(event) = event else { continue };
        let mut note = |from, to| moves.push(Move { block: *block, from, to });
        match event {
            Event::UnitsShipped(it) => match it.logistic_unit {
                Some(sscc) => {
                    shipped.insert(it.shipment, sscc);
                }
                None if it.condemned => {}
                None => note(QuarantineTarget::holding(it.batch, it.from), Shipment(it.shipment)),
            },
            Event::UnitsReceived(it) => match (&it.arrival, shipped.get(&it.shipment)) {
                (Arrival::Units(_), _) => {
                    note(Shipment(it.shipment), QuarantineTarget::holding(it.batch, it.to))
                }
                (Arrival::LogisticUnits(_), None) => {}
                (Arrival::LogisticUnits(arrived), Some(outer)) => {
                    note(Shipment(it.shipment), LogisticUnit(*outer));
                    for sscc in arrived.iter().filter(|sscc| *sscc != outer) {
                        note(LogisticUnit(*outer), LogisticUnit(*sscc));
                    }
                }
            },
            Event::ShipmentRejected(it) => match shipped.get(&it.shipment) {
                Some(outer) => note(Shipment(it.shipment), LogisticUnit(*outer)),
                None => note(Shipment(it.shipment), QuarantineTarget::holding(it.batch, it.from)),
            },
            Event::LogisticUnitPacked(it) => match (&it.contents, it.by.site) {
                (Contents::LogisticUnits(units), _) => {
                    inside.insert(it.logistic_unit, units.clone());
                }
                (Contents::Units { .. } | Contents::Case { .. }, Some(site)) => {
                    note(QuarantineTarget::holding(it.batch, site), LogisticUnit(it.logistic_unit));
                }
                _ => {}
            },
            Event::LogisticUnitUnpacked(it) => match (inside.get(&it.logistic_unit), it.by.site) {
                (Some(units), _) => {
                    units.iter().for_each(|sscc| note(LogisticUnit(it.logistic_unit), LogisticUnit(*sscc)));
                }
                (None, Some(site)) => {
                    note(LogisticUnit(it.logistic_unit), QuarantineTarget::holding(it.batch, site));
                }
                _ => {}
            },
            _ => {}
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use primitives::batches::{
        LogisticUnitPacked, LogisticUnitUnpacked, Purpose, UnitsReceived, UnitsShipped,
    };
    use primitives::{AccountId, Actor, BatchId};

    use super::*;

    const BATCH: BatchId = BatchId([7; 32]);

    fn by(site: SiteId) -> Actor {
        Actor { account: AccountId([1; 32]), organisation: Some(1), site: Some(site) }
    }

    fn shelf(site: SiteId) -> QuarantineTarget {
        QuarantineTarget::holding(BATCH, site)
    }

    fn shipped(shipment: u64, logistic_unit: Option<Sscc>, condemned: bool) -> by_batches::Event {
        by_batches::Event::UnitsShipped(UnitsShipped {
            batch: BATCH,
            by: by(1),
            from: 1,
            to: 2,
            shipment,
            quantity: 5,
            logistic_unit,
            condemned,
            purpose: Purpose::Supply,
            terms: None,
        })
    }

    fn received(shipment: u64, arrival: Arrival) -> by_batches::Event {
        by_batches::Event::UnitsReceived(UnitsReceived {
            batch: BATCH,
            by: by(2),
            from: 1,
            to: 2,
            shipment,
            quantity: 5,
            still_in_transit: 0,
            arrival,
        })
    }

    fn packed(logistic_unit: Sscc, contents: Contents) -> by_batches::Event {
        by_batches::Event::LogisticUnitPacked(LogisticUnitPacked {
            batch: BATCH,
            by: by(1),
            logistic_unit,
            quantity: 5,
            contents,
        })
    }

    fn unpacked(logistic_unit: Sscc) -> by_batches::Event {
        by_batches::Event::LogisticUnitUnpacked(LogisticUnitUnpacked {
            batch: BATCH,
            by: by(2),
            logistic_unit,
            quantity: 5,
        })
    }

    fn between(events: Vec<by_batches::Event>) -> Vec<(QuarantineTarget, QuarantineTarget)> {
        let events = (1..).zip(events).map(|(block, event)| ((block, None), BatchEvent::Batches(event)));
        moves(&events.collect::<Vec<_>>()).iter().map(|step| (step.from, step.to)).collect()
    }

    #[test]
    fn loose_goods_go_through_shipments_to_shelves_and_condemned_ones_do_not() {
        let road = QuarantineTarget::Shipment(3);
        assert_eq!(
            between(vec![shipped(3, None, false), shipped(4, None, true), received(3, Arrival::Units(5))]),
            [(shelf(1), road), (road, shelf(2))]
        );
    }

    #[test]
    fn a_pallet_leads_to_its_cases_and_a_case_to_a_shelf() {
        use QuarantineTarget::{LogisticUnit, Shipment};
        let units = Contents::Units { batch: BATCH, quantity: 5 };
        let events = vec![
            packed(11, units.clone()),
            packed(12, units),
            packed(20, Contents::LogisticUnits(vec![11, 12])),
            shipped(3, Some(20), false),
            received(3, Arrival::LogisticUnits(vec![11])),
            received(3, Arrival::LogisticUnits(vec![20])),
            unpacked(20),
            unpacked(12),
        ];
        let pallet = LogisticUnit(20);
        assert_eq!(
            between(events),
            [
                (shelf(1), LogisticUnit(11)),
                (shelf(1), LogisticUnit(12)),
                (Shipment(3), pallet),
                (pallet, LogisticUnit(11)),
                (Shipment(3), pallet),
                (pallet, LogisticUnit(11)),
                (pallet, LogisticUnit(12)),
                (LogisticUnit(12), shelf(2)),
            ]
        );
    }

    #[test]
    fn only_the_longest_trails_are_sent() {
        let case = QuarantineTarget::LogisticUnit(9);
        let ways = vec![
            vec![shelf(1)],
            vec![shelf(1), case],
            vec![shelf(1), case, shelf(2)],
            vec![shelf(1), shelf(3)],
        ];
        let kept = longest(ways.into_iter());
        assert_eq!(kept, [vec![shelf(1), case, shelf(2)], vec![shelf(1), shelf(3)]]);
    }
}
