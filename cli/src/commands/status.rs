//! `theriac status`: what waits for somebody, since when, and what can be done.

mod log;
mod overview;
mod regulator;
mod view;
mod waiting;

use std::collections::BTreeSet;

use ::view::batch::may_have_recalls;
use ::view::directory::Mentioned;
use clap::{Args, Subcommand};
use gs1::Gtin;
use primitives::{BatchId, SiteId, CUSTODIANS};

use self::log::Log;
use self::regulator::RegulatorArgs;
use self::view::StatusView;
use self::waiting::{waiting, Books, Goods, Since, Waiting};
use super::batch;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::global::Global;
use crate::goods::lot;
use crate::named::SiteRef;
use crate::{keys, time};

/// How many batches one request lists: the contract gives no more.
const PAGE: u32 = 50;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac status                                     chain and deployment
  theriac status goods --key-file pharmacy.key       your site's goods
  theriac status goods --holder 6291041500237        those of a site
  theriac status goods --gtin 9506000134352 --lot ABC123
  theriac status goods                               everybody's
  theriac status regulator --within 90d              a regulator's work

With the key of a regulator, and without a key, all sites are shown. `Since` is the moment of a
shipment, a recall, or the last booking of goods that are counted only.";

/// Options of `theriac status`.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// What is shown; without it, the chain, the deployment and the account that signs
    #[command(subcommand)]
    command: Option<StatusCommand>,
}

/// Commands of `theriac status`.
#[derive(Subcommand, Debug)]
pub enum StatusCommand {
    /// Show goods that wait: under way, quarantined, condemned, returned, recalled, or with a site that may not hold them
    Goods(GoodsArgs),
    /// Show what waits for a regulator: open alarms, goods that a regulator stopped, proposals, recalls that go on, and what
    /// lapses soon
    Regulator(RegulatorArgs),
}

/// Options of `theriac status goods`.
#[derive(Args, Debug)]
pub struct GoodsArgs {
    /// Only one batch: the trade item's GTIN, 8 to 14 digits
    #[arg(long, requires = "lot")]
    gtin: Option<Gtin>,
    /// Only one batch: the lot
    #[arg(long, requires = "gtin", value_parser = lot)]
    lot: Option<String>,
    /// Only one batch: its identifier, 0x and 64 hexadecimal digits, instead of GTIN and lot
    #[arg(long, conflicts_with = "gtin")]
    id: Option<BatchId>,
    /// The site whose goods are shown: its GLN or number
    #[arg(long, value_name = "SITE")]
    holder: Option<SiteRef>,
    /// Search for shipments and times from this block on; without it, from the deployment's
    #[arg(long, value_name = "BLOCK")]
    from_block: Option<u64>,
}

/// Runs a command of `theriac status`.
pub async fn run(args: StatusArgs, global: &Global) -> Result<Answer, Failure> {
    match args.command {
        None => overview::show(&Context::open(global).await?).await,
        Some(StatusCommand::Goods(args)) => waiting_goods(args, global).await,
        Some(StatusCommand::Regulator(args)) => regulator::run(&Context::open(global).await?, &args).await,
    }
}

async fn waiting_goods(args: GoodsArgs, global: &Global) -> Result<Answer, Failure> {
    let context = &Context::open(global).await?;
    let site = args.site(context, global).await?;
    let one = match (args.id, args.gtin, &args.lot) {
        (Some(id), ..) => Some(id),
        (None, Some(gtin), Some(lot)) => Some(BatchId::of(gtin.value(), lot.as_bytes())),
        _ => None,
    };
    let Found { items, mut mentioned, missing, .. } = find(context, one, site, args.from_block).await?;
    mentioned.organisations.extend(items.iter().filter_map(|item| Some(item.stop?.by)));
    let names = context.names(&mentioned).await?;
    Answer::of(&StatusView::new(site, items, &names, missing))
}

/// What is known of goods, and which of them wait.
struct Found {
    goods: Vec<Goods>,
    books: Books,
    items: Vec<Waiting>,
    /// The sites that are named.
    mentioned: Mentioned,
    /// What the registers emitted.
    events: Vec<(batch::Place, batch::BatchEvent)>,
    /// Why the events are missing, if they are.
    missing: Option<String>,
}

/// Asks about one batch or all, and about one site or all, with the events from a block on.
async fn find(
    context: &Context<'_>,
    one: Option<BatchId>,
    site: Option<SiteId>,
    from_block: Option<u64>,
) -> Result<Found, Failure> {
    let goods = goods(context, one).await?;
    let mut books = Books { site, now: time::now_ms(), ..Books::default() };
    let (events, missing) = match batch::emitted(context, from_block).await {
        Ok(events) => (events, None),
        Err(failure) => (Vec::new(), Some(failure.to_string())),
    };
    books.log = Log::of(&events, &goods);
    look_up(context, &mut books).await?;
    let mut mentioned = Mentioned::default();
    mentioned.sites.extend(goods.iter().flat_map(|goods| &goods.holders).map(|(site, _)| *site));
    mentioned.sites.extend(books.shipments.iter().flat_map(|(_, shipment)| [shipment.from, shipment.to]));
    books.without_role = without_role(context, &mentioned.sites, books.now).await?;
    let mut items = waiting(&goods, &books);
    for item in &mut items {
        if let Since::Block(block) = item.since {
            // A node that keeps no old states does not know.
            item.since = context.chain.time_at(block).await.map_or(Since::Unknown, Since::Moment);
        }
    }
    Ok(Found { goods, books, items, mentioned, events, missing })
}

impl GoodsArgs {
    /// The site whose goods are shown; nothing for all.
    async fn site(&self, context: &Context<'_>, global: &Global) -> Result<Option<SiteId>, Failure> {
        if let Some(holder) = self.holder {
            return context.find_site(holder).await.map(Some);
        }
        if !keys::is_named(global) || context.is_regulator().await? {
            return Ok(None);
        }
        context.acting_site().await.map(Some)
    }
}

/// The batch that is asked about, or all, with who has them.
async fn goods(context: &Context<'_>, one: Option<BatchId>) -> Result<Vec<Goods>, Failure> {
    let register = context.batches();
    let ids = match one {
        Some(id) => vec![id],
        None => all_batches(context).await?,
    };
    let mut goods = Vec::new();
    for id in ids {
        let Some(batch) = context.read(&register.batch(id)).await? else {
            if one.is_none() {
                continue;
            }
            return Err(batch::unknown(id));
        };
        let recalls = match may_have_recalls(&batch) {
            true => context.read(&register.recalls(id)).await?,
            false => Vec::new(),
        };
        let holders = context.all(|start, limit| register.recall_reach(id, start, limit)).await?;
        goods.push(Goods { id, batch, recalls, holders });
    }
    Ok(goods)
}

/// Every batch that is registered: a cancelled registration leaves a gap, so that a short page is not the last one.
async fn all_batches(context: &Context<'_>) -> Result<Vec<BatchId>, Failure> {
    let (mut all, mut start) = (Vec::new(), 0_u32);
    loop {
        let page = context.read(&context.batches().batches(start, PAGE)).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
        start = start.saturating_add(PAGE);
    }
}

/// Reads the shipments and logistic units that the log names, as they are now.
async fn look_up(context: &Context<'_>, books: &mut Books) -> Result<(), Failure> {
    let register = context.batches();
    for number in &books.log.shipments {
        if let Some(shipment) = context.read(&register.shipment(*number)).await? {
            books.shipments.push((*number, shipment));
        }
    }
    for sscc in &books.log.logistic_units {
        if let Some(unit) = context.read(&register.logistic_unit(*sscc)).await? {
            books.logistic_units.push((*sscc, unit));
        }
    }
    Ok(())
}

/// Those of the sites whose organisation has no role that may hold drugs.
async fn without_role(
    context: &Context<'_>,
    sites: &BTreeSet<SiteId>,
    now: u64,
) -> Result<BTreeSet<SiteId>, Failure> {
    let mut without = BTreeSet::new();
    for id in sites {
        if let Some(site) = context.site(*id).await? {
            let rights = context.organisation(site.organisation).await?.rights;
            if !rights.roles_at(now).intersects(CUSTODIANS) {
                without.insert(*id);
            }
        }
    }
    Ok(without)
}
