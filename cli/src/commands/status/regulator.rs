//! `theriac status regulator`: what waits for a regulator.

mod view;

use ::view::batch;
use clap::Args;
use primitives::access::Limits;
use primitives::governance::OrganisationEntry;
use primitives::products::Product;
use primitives::units::Alarm;
use primitives::{AccountId, BatchId, Grant, UnitId};

use self::view::{AlarmEntry, Lapse, RecallEntry, RegulatorView};
use super::{find, Found};
use crate::acknowledgement;
use crate::answer::Answer;
use crate::commands::admin;
use crate::commands::batch::BatchEvent;
use crate::context::Context;
use crate::failure::Failure;
use crate::{product_view, time};

/// Options of `theriac status regulator`.
#[derive(Args, Debug)]
pub struct RegulatorArgs {
    /// Show what lapses within this time, such as 90d
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = time::parse_span)]
    within: u64,
    /// Which page of each list: a page has 50 entries
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// Search for alarms, shipments and times from this block on; without it, from the deployment's
    #[arg(long, value_name = "BLOCK")]
    from_block: Option<u64>,
}

/// Shows it.
pub async fn run(context: &Context<'_>, args: &RegulatorArgs) -> Result<Answer, Failure> {
    let mut found = find(context, None, None, args.from_block).await?;
    let now = found.books.now;
    let held = found.items.extract_if(.., |item| item.stop.is_some()).collect();
    let alarms = open_alarms(context, &found).await?;
    let recalls = recalls(&found);
    let lapses = lapses(context, now, now.saturating_add(args.within)).await?;
    let proposals = admin::waiting_proposals(context).await?;
    let offer = admin::administration_offer(context).await?;
    for goods in &found.goods {
        batch::mention(&goods.batch, &goods.recalls, &mut found.mentioned);
    }
    for AlarmEntry { alarm, .. } in &alarms {
        found.mentioned.sites.insert(alarm.site);
        found.mentioned.sites.extend(alarm.other);
    }
    for lapse in &lapses {
        match lapse {
            Lapse::Product { product, .. } => product_view::mention(product, &mut found.mentioned),
            Lapse::Role { organisation, .. } | Lapse::Account { organisation, .. } => {
                found.mentioned.organisations.insert(*organisation);
            }
        }
    }
    let names = context.names(&found.mentioned).await?;
    Answer::of(&RegulatorView::new(
        (alarms, held, (proposals, offer), recalls, lapses),
        &names,
        now,
        args.page,
        found.missing,
    ))
}

/// The alarms that are not resolved and not dismissed, of those that the log names.
async fn open_alarms(context: &Context<'_>, found: &Found) -> Result<Vec<AlarmEntry>, Failure> {
    use chain::units::Event;
    let register = context.units();
    let mut named: Vec<(BatchId, UnitId)> = Vec::new();
    for (_, event) in &found.events {
        if let BatchEvent::Units(Event::AlarmRaised(raised)) = event {
            if !named.contains(&(raised.batch, raised.unit)) {
                named.push((raised.batch, raised.unit));
            }
        }
    }
    let mut open = Vec::new();
    for (batch, unit) in named {
        let Some(alarm) = context.read(&register.alarm(unit)).await? else { continue };
        let dismissed_at = context.read(&register.alarms_dismissed_at(alarm.site)).await?;
        let Some(goods) = found.goods.iter().find(|goods| goods.id == batch) else { continue };
        if stands(&alarm, goods.batch.registration, dismissed_at) {
            let record = context.read(&register.unit(unit)).await?;
            let position = record.map(|record| record.position);
            let (gtin, lot) = (goods.batch.gtin, String::from_utf8_lossy(&goods.batch.lot).into_owned());
            open.push(AlarmEntry { batch, gtin, lot, unit, position, alarm });
        }
    }
    Ok(open)
}

/// Whether an alarm waits for a finding: it is of the batch as it is registered, nobody confirmed it, and where one site
/// alone raised it, that was not dismissed since.
fn stands(alarm: &Alarm, registration: u32, dismissed_at: Option<u64>) -> bool {
    let dismissed = !alarm.by_others && dismissed_at.is_some_and(|until| alarm.at <= until);
    alarm.registration == registration && !alarm.confirmed && !dismissed
}

/// The recalls that go on, with the sites that did not acknowledge them.
fn recalls(found: &Found) -> Vec<RecallEntry> {
    let mut all = Vec::new();
    for goods in &found.goods {
        for (number, notice) in (0..).zip(&goods.recalls).filter(|(_, notice)| notice.ended.is_none()) {
            let lacks =
                |holding| acknowledgement::missing(&goods.recalls, holding).any(|other| other == notice);
            let missing = goods.holders.iter().filter(|(_, holding)| lacks(holding)).map(|(site, _)| *site);
            all.push(RecallEntry {
                batch: goods.id,
                gtin: goods.batch.gtin,
                lot: String::from_utf8_lossy(&goods.batch.lot).into_owned(),
                number,
                notice: *notice,
                sites: goods.holders.len(),
                missing: missing.collect(),
            });
        }
    }
    // What is due first.
    all.sort_by_key(|entry| entry.notice.recall.acknowledge_by);
    all
}

/// What ends after now and until `last`, the first end first.
async fn lapses(context: &Context<'_>, now: u64, last: u64) -> Result<Vec<Lapse>, Failure> {
    let (governance, register) = (context.governance(), context.products());
    let soon = |end: Option<u64>| end.filter(|end| (now..=last).contains(end));
    let mut all = Vec::new();
    let products: Vec<(u64, Product)> = context.all(|start, limit| register.products(start, limit)).await?;
    for (gtin, product) in products {
        if let Some(end) = soon(product.until).filter(|_| product.withdrawn.is_none()) {
            all.push(Lapse::Product { end, gtin, product });
        }
    }
    for entry in context.all(|start, limit| governance.organisations(start, limit)).await? {
        let OrganisationEntry { id, rights, .. } = &entry;
        for Grant { role, expires_at } in &rights.grants {
            if let Some(end) = soon(*expires_at) {
                all.push(Lapse::Role { end, organisation: *id, role: *role });
            }
        }
        let accounts: Vec<(AccountId, Limits)> =
            context.all(|start, limit| governance.accounts(*id, start, limit)).await?;
        for (account, Limits { until, .. }) in accounts {
            if let Some(end) = soon(until) {
                all.push(Lapse::Account { end, organisation: *id, account });
            }
        }
    }
    all.sort_by_key(Lapse::end);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::units::AlarmCode;

    #[test]
    fn an_alarm_waits_until_it_is_resolved_or_dismissed_or_its_batch_is_gone() {
        let alarm = Alarm {
            code: AlarmCode::UnitNeverReceived,
            site: 1,
            other: None,
            at: 5,
            count: 1,
            by_others: false,
            confirmed: false,
            registration: 3,
        };
        assert!(stands(&alarm, 3, None) && stands(&alarm, 3, Some(4)));
        assert!(!stands(&alarm, 3, Some(5)), "dismissed");
        assert!(stands(&Alarm { by_others: true, ..alarm.clone() }, 3, Some(5)), "others raised it, too");
        assert!(!stands(&alarm, 4, None), "of a registration that was cancelled");
        assert!(!stands(&Alarm { confirmed: true, ..alarm }, 3, None), "found to be a copy");
    }
}
