use std::fmt::{self, Display};

use primitives::batches::RecallNotice;
use primitives::products::Product;
use primitives::units::Alarm;
use primitives::{AccountId, BatchId, OrganisationId, Role, SiteId, UnitId};
use serde::Serialize;
use view::batch::RecallView;
use view::choices::Choice;
use view::directory::{Names, OrganisationView, SiteView};
use view::gtin_text;

use crate::accounts::ss58;
use crate::commands::admin::{OfferView, ProposalView};
use crate::commands::status::view::WaitingView;
use crate::commands::status::waiting::Waiting;
use crate::time;

/// How many entries of each list a page has.
const PAGE: usize = 50;

/// An alarm that waits for a finding.
pub struct AlarmEntry {
    /// The batch.
    pub batch: BatchId,
    /// Its GTIN.
    pub gtin: u64,
    /// Its lot.
    pub lot: String,
    /// The pack.
    pub unit: UnitId,
    /// Its position in the list of serials, from 0, where it is known.
    pub position: Option<u32>,
    /// The alarm.
    pub alarm: Alarm,
}

/// A recall that goes on.
pub struct RecallEntry {
    /// The batch.
    pub batch: BatchId,
    /// Its GTIN.
    pub gtin: u64,
    /// Its lot.
    pub lot: String,
    /// Its place among the recalls of the batch.
    pub number: u8,
    /// The recall.
    pub notice: RecallNotice,
    /// How many sites have or had packs of the batch.
    pub sites: usize,
    /// Those that did not acknowledge it.
    pub missing: Vec<SiteId>,
}

/// What ends soon, with the moment in milliseconds.
pub enum Lapse {
    /// The authorisation of a product.
    Product {
        /// When.
        end: u64,
        /// Of which.
        gtin: u64,
        /// The product.
        product: Product,
    },
    /// A role of an organisation.
    Role {
        /// When.
        end: u64,
        /// Of which.
        organisation: OrganisationId,
        /// Which role.
        role: Role,
    },
    /// What an account may do.
    Account {
        /// When.
        end: u64,
        /// Of which organisation.
        organisation: OrganisationId,
        /// The account.
        account: AccountId,
    },
}

impl Lapse {
    /// When.
    pub const fn end(&self) -> u64 {
        match self {
            Self::Product { end, .. } | Self::Role { end, .. } | Self::Account { end, .. } => *end,
        }
    }
}

/// The work of a regulator, for people and programs.
#[derive(Serialize)]
pub struct RegulatorView {
    alarms: Page<AlarmView>,
    /// Goods that a regulator stopped.
    held: Page<WaitingView>,
    proposals: Page<ProposalView>,
    /// The administration, where it is offered to somebody.
    offer: Option<OfferView>,
    recalls: Page<RecallStatusView>,
    lapses: Page<LapseView>,
    /// Why alarms, shipments, logistic units and times are missing, where they are.
    log_missing: Option<String>,
}

/// A part of a list.
#[derive(Serialize)]
struct Page<T> {
    /// How many entries the whole list has.
    total: usize,
    /// From 1.
    page: u32,
    pages: usize,
    entries: Vec<T>,
}

impl<T> Page<T> {
    fn of<E>(all: Vec<E>, page: u32, view: impl FnMut(E) -> T) -> Self {
        let (total, start) =
            (all.len(), usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1).saturating_mul(PAGE));
        let entries = all.into_iter().skip(start).take(PAGE).map(view).collect();
        Self { total, page, pages: total.div_ceil(PAGE), entries }
    }
}

#[derive(Serialize)]
struct AlarmView {
    code: &'static str,
    batch: String,
    gtin: String,
    lot: String,
    /// The hash by which the register knows the pack.
    unit: String,
    /// In the list of serials, from 0, where the register knows it.
    position: Option<u32>,
    site: SiteView,
    other: Option<SiteView>,
    since: String,
    count: u32,
    #[serde(skip)]
    since_ms: u64,
}

#[derive(Serialize)]
struct RecallStatusView {
    batch: String,
    gtin: String,
    lot: String,
    #[serde(flatten)]
    recall: RecallView,
    /// Whether the deadline is over.
    overdue: bool,
    /// How many sites have or had packs.
    sites: usize,
    acknowledged: usize,
    missing: Vec<SiteView>,
    #[serde(skip)]
    deadline_ms: u64,
}

#[derive(Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
enum LapseView {
    Product { gtin: String, holder: OrganisationView, ends: String },
    Role { role: &'static str, organisation: OrganisationView, ends: String },
    Account { account: String, organisation: OrganisationView, ends: String },
}

/// The lists as they were found.
pub type Lists =
    (Vec<AlarmEntry>, Vec<Waiting>, (Vec<ProposalView>, Option<OfferView>), Vec<RecallEntry>, Vec<Lapse>);

impl RegulatorView {
    /// One page of each list, at the time `now`.
    pub fn new(
        (alarms, held, (proposals, offer), recalls, lapses): Lists,
        names: &Names,
        now: u64,
        page: u32,
        log_missing: Option<String>,
    ) -> Self {
        Self {
            alarms: Page::of(alarms, page, |entry| AlarmView::new(entry, names)),
            held: Page::of(held, page, |item| WaitingView::new(item, names)),
            proposals: Page::of(proposals, page, |proposal| proposal),
            offer,
            recalls: Page::of(recalls, page, |entry| RecallStatusView::new(entry, names, now)),
            lapses: Page::of(lapses, page, |lapse| LapseView::new(&lapse, names)),
            log_missing,
        }
    }
}

impl AlarmView {
    fn new(AlarmEntry { batch, gtin, lot, unit, position, alarm }: AlarmEntry, names: &Names) -> Self {
        Self {
            code: alarm.code.name(),
            batch: batch.to_string(),
            gtin: gtin_text(gtin),
            lot,
            unit: unit.to_string(),
            position,
            site: names.site(alarm.site),
            other: alarm.other.map(|other| names.site(other)),
            since: time::rfc3339(alarm.at),
            count: alarm.count,
            since_ms: alarm.at,
        }
    }
}

impl RecallStatusView {
    fn new(entry: RecallEntry, names: &Names, now: u64) -> Self {
        let deadline_ms = entry.notice.recall.acknowledge_by;
        Self {
            batch: entry.batch.to_string(),
            gtin: gtin_text(entry.gtin),
            lot: entry.lot,
            recall: RecallView::new(entry.number, &entry.notice, names),
            overdue: now > deadline_ms,
            sites: entry.sites,
            acknowledged: entry.sites.saturating_sub(entry.missing.len()),
            missing: entry.missing.into_iter().map(|site| names.site(site)).collect(),
            deadline_ms,
        }
    }
}

impl LapseView {
    fn new(lapse: &Lapse, names: &Names) -> Self {
        let ends = time::rfc3339(lapse.end());
        match lapse {
            Lapse::Product { gtin, product, .. } => {
                Self::Product { gtin: gtin_text(*gtin), holder: names.organisation(product.holder), ends }
            }
            Lapse::Role { organisation, role, .. } => {
                Self::Role { role: role.name(), organisation: names.organisation(*organisation), ends }
            }
            Lapse::Account { organisation, account, .. } => Self::Account {
                account: ss58(*account),
                organisation: names.organisation(*organisation),
                ends,
            },
        }
    }
}

impl Display for AlarmView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of a pack of GTIN {}, lot {}", self.code.replace('-', " "), self.gtin, self.lot)?;
        match self.position {
            Some(position) => {
                writeln!(f, "  Pack        line {} of the list of serials", position.saturating_add(1))?
            }
            None => writeln!(f, "  Pack        {}", self.unit)?,
        }
        writeln!(f, "  At          {}", self.site)?;
        if let Some(other) = &self.other {
            writeln!(f, "  Against     {other}")?;
        }
        let times = if self.count == 1 { "once".to_owned() } else { format!("{} times", self.count) };
        writeln!(f, "  Since       {}, raised {times}", time::readable(self.since_ms))?;
        writeln!(
            f,
            "  What to do  find out, then `theriac alarm resolve FINDING`, or `theriac alarm dismiss SITE`"
        )
    }
}

impl Display for RecallStatusView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "GTIN {}, lot {}: {}", self.gtin, self.lot, self.recall)?;
        let over = if self.overdue { ", which is over" } else { "" };
        writeln!(f, "  Deadline    {}{over}", time::readable(self.deadline_ms))?;
        writeln!(f, "  Answered    {} of {} sites", self.acknowledged, self.sites)?;
        self.missing.iter().try_for_each(|site| writeln!(f, "  Missing     {site}"))
    }
}

impl Display for LapseView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product { gtin, holder, ends } => {
                writeln!(f, "{ends}  the authorisation of {gtin}, held by {}", holder.short())
            }
            Self::Role { role, organisation, ends } => {
                writeln!(f, "{ends}  the role {role} of {}", organisation.short())
            }
            Self::Account { account, organisation, ends } => {
                writeln!(f, "{ends}  the account {account} of {}", organisation.short())
            }
        }
    }
}

impl<T: Display> Page<T> {
    fn write(&self, f: &mut fmt::Formatter<'_>, title: &str) -> fmt::Result {
        let Self { total, page, pages, entries } = self;
        match pages {
            0 | 1 => writeln!(f, "{title}: {total}")?,
            pages => writeln!(f, "{title}: {total}, page {page} of {pages}")?,
        }
        entries.iter().try_for_each(|entry| {
            entry.to_string().trim_end().lines().try_for_each(|line| writeln!(f, "  {line}"))
        })?;
        writeln!(f)
    }
}

impl Display for RegulatorView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.alarms.write(f, "Open alarms")?;
        self.held.write(f, "Goods that a regulator stopped")?;
        self.proposals.write(f, "Proposals that wait")?;
        if let Some(offer) = &self.offer {
            writeln!(f, "Administration offered\n  Offered to   {offer}\n")?;
        }
        self.recalls.write(f, "Recalls that go on")?;
        self.lapses.write(f, "What lapses soon")?;
        match &self.log_missing {
            Some(reason) => {
                writeln!(f, "Alarms, shipments, logistic units and times are not shown: {reason}")
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_shown_page_by_page() {
        let page = |number| Page::of((0..120).collect(), number, |entry: usize| entry);
        assert_eq!((page(1).total, page(1).pages, page(1).entries.len()), (120, 3, 50));
        assert_eq!(page(3).entries, (100..120).collect::<Vec<_>>());
        assert!(page(4).entries.is_empty() && page(u32::MAX).entries.is_empty());
    }

    #[test]
    fn nothing_that_waits_is_said_too_and_so_is_what_the_node_does_not_know() {
        let lists = (Vec::new(), Vec::new(), (Vec::new(), None), Vec::new(), Vec::new());
        let view = RegulatorView::new(
            lists,
            &Names::default(),
            0,
            1,
            Some("the node keeps no old states".to_owned()),
        );
        assert_eq!(
            view.to_string(),
            "Open alarms: 0\n\nGoods that a regulator stopped: 0\n\nProposals that wait: 0\n\nRecalls that go on: 0\n\nWhat \
             lapses soon: 0\n\nAlarms, shipments, logistic units and times are not shown: the node keeps no old states\n"
        );
        let json = serde_json::to_value(&view).unwrap();
        assert_eq!(json["alarms"], serde_json::json!({ "total": 0, "page": 1, "pages": 0, "entries": [] }));
    }

    #[test]
    fn a_recall_names_its_deadline_and_the_sites_that_are_missing() {
        use primitives::batches::RecallScope;
        use testkit::register::recall;
        let entry = RecallEntry {
            batch: BatchId([1; 32]),
            gtin: 9_506_000_134_352,
            lot: "A1".to_owned(),
            number: 0,
            notice: recall(RecallScope::Product, 1_790_000_000_000),
            sites: 3,
            missing: vec![4],
        };
        let view = RecallStatusView::new(entry, &Names::default(), 1_790_000_000_001);
        let expected = "\
GTIN 09506000134352, lot A1: the product: class II, wrong strength, by organisation 1 on 2026-09-21 14:13:20 UTC
  Deadline    2026-09-21 14:13:20 UTC, which is over
  Answered    2 of 3 sites
  Missing     site 4
";
        assert_eq!(view.to_string(), expected);
    }
}
