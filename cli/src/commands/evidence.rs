//! `theriac evidence`: goods that are quarantined because of what oracles report about them.

mod trail;

use std::fmt;

use clap::{Args, Subcommand};
use inference::FixedPoint;
use primitives::evidence::EvidencePolicy;
use primitives::feeds::{Error, Feed};
use primitives::{FeedId, Subject};
use serde::Serialize;
use serde_json::{json, Value};
use view::directory::{Mentioned, SiteView};

use self::trail::Quarantined;
use super::feed::feed_name;
use crate::accounts;
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::goods::{name_of, Goods, GoodsArgs};
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Goods are loose packs (--gtin and --lot, or --id, and --holder), a shipment, or a logistic unit.

Examples:
  theriac evidence policy set cold-chain --threshold 0.9 --max-age 24h
  theriac evidence policy show cold-chain
  theriac evidence subject --shipment 1      ask operators about this one
  theriac evidence present cold-chain --shipment 1
  theriac evidence follow cold-chain --shipment 1

A policy says from which value on a report of a feed is evidence. Anybody can present such a report, which quarantines the
goods where they are now, and what left them since the observation; only a regulator or the batch's manufacturer ends
that. `follow` does the second part again, where it was interrupted.";

/// Commands of `theriac evidence`.
#[derive(Subcommand, Debug)]
pub enum EvidenceCommand {
    /// Which reports of a feed are evidence
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Print the subject that a report must be about to be evidence against goods
    Subject(GoodsArgs),
    /// Quarantine goods by the report of a feed about them, and what left them since its observation
    Present(EvidenceArgs),
    /// Quarantine what left goods between the observation of a report that was presented and its presentation
    Follow(EvidenceArgs),
}

/// Options of `theriac evidence present` and `follow`.
#[derive(Args, Debug)]
pub struct EvidenceArgs {
    /// The feed's name
    #[arg(value_parser = feed_name)]
    feed: FeedId,
    #[command(flatten)]
    goods: GoodsArgs,
    /// Search for where the goods went from this block on: one before the observation, and before the goods were packed and
    /// shipped; without it, from the deployment's
    #[arg(long, value_name = "BLOCK")]
    from_block: Option<u64>,
}

/// Commands of `theriac evidence policy`.
#[derive(Subcommand, Debug)]
pub enum PolicyCommand {
    /// Let reports of a feed be evidence (needs Regulator)
    Set(PolicyArgs),
    /// End that reports of a feed are evidence (needs Regulator)
    Remove {
        /// The feed's name
        #[arg(value_parser = feed_name)]
        feed: FeedId,
    },
    /// Show which reports of a feed are evidence
    Show {
        /// The feed's name
        #[arg(value_parser = feed_name)]
        feed: FeedId,
    },
}

/// Options of `theriac evidence policy set`.
#[derive(Args, Debug)]
pub struct PolicyArgs {
    /// The feed's name
    #[arg(value_parser = feed_name)]
    feed: FeedId,
    /// The least value that is evidence, a decimal number in the feed's range
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    threshold: f64,
    /// How old the observation may be, such as 24h
    #[arg(long, value_name = "SPAN", value_parser = time::parse_span)]
    max_age: u64,
}

/// Runs a command of `theriac evidence`.
pub async fn run(command: EvidenceCommand, global: &Global) -> Result<Answer, Failure> {
    let context = Context::open(global).await?;
    match command {
        EvidenceCommand::Policy(command) => policy(command, &context).await,
        EvidenceCommand::Subject(goods) => {
            let subject = goods.goods(&context).await?.target.subject(context.batches().0).to_string();
            Answer::new(subject.clone(), &json!({ "subject": subject }))
        }
        EvidenceCommand::Present(args) => present(args, &context).await,
        EvidenceCommand::Follow(args) => {
            let goods = args.goods.goods(&context).await?;
            let followed = follow(&context, &args, &goods).await?;
            Answer::new(followed.text(&goods), &followed.data(goods.data))
        }
    }
}

/// Presents the report, and follows it.
async fn present(args: EvidenceArgs, context: &Context<'_>) -> Result<Answer, Failure> {
    let feed = args.feed;
    let goods = args.goods.goods(context).await?;
    let receipt = context.submit(&context.evidence().present(goods.target, feed)).await?;
    let done = format!("{}: quarantined by the report of {}.", goods.text, feed.name());
    let followed = follow(context, &args, &goods).await.map_err(|failure| {
        failure.with_hint(
            "The report was presented: only run `theriac evidence follow` again, with the same options.",
        )
    })?;
    let text = format!("{done}\n{}", followed.text(&goods));
    let mut data = followed.data(goods.data);
    data["feed"] = feed.name().into();
    changed(&receipt, &text, data)
}

async fn follow(context: &Context<'_>, args: &EvidenceArgs, goods: &Goods) -> Result<Followed, Failure> {
    let subject = goods.target.subject(context.batches().0);
    let observed_at = presented_at(context, args.feed, subject).await?;
    let quarantined = trail::follow(context, goods.target, observed_at, args.from_block).await?;
    let sites = quarantined.iter().map(|one| one.site).collect();
    let names = context.names(&Mentioned { sites, ..Mentioned::default() }).await?;
    let view = |one: &Quarantined| (name_of(one.target), one.quantity, names.site(one.site));
    Ok(Followed { quarantined: quarantined.iter().map(view).collect() })
}

/// When the inputs of the last report about the subject that was presented were observed.
async fn presented_at(context: &Context<'_>, feed: FeedId, subject: Subject) -> Result<u64, Failure> {
    let presented = context.read(&context.evidence().presented_at(feed, subject)).await?;
    presented.ok_or_else(|| {
        let message = format!(
            "no report of {} about these goods was presented; present one with `theriac evidence present`",
            feed.name()
        );
        Failure::new(Exit::Refused, message)
    })
}

/// What was quarantined besides the goods that a report is about: what, how many packs, and where.
struct Followed {
    quarantined: Vec<(String, u64, SiteView)>,
}

impl Followed {
    fn text(&self, goods: &Goods) -> String {
        if self.quarantined.is_empty() {
            return format!("Nothing that is free left {}.", lower_first(&goods.text));
        }
        let line = |(what, quantity, site): &(String, u64, SiteView)| {
            format!("Followed to {quantity} packs at {site}, {what}: quarantined.")
        };
        self.quarantined.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn data(&self, mut data: Value) -> Value {
        let one = |(what, quantity, site): &(String, u64, SiteView)| json!({ "goods": what, "quantity": quantity, "site": site });
        data["followed"] = self.quarantined.iter().map(one).collect();
        data
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

async fn policy(command: PolicyCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    let register = context.evidence();
    match command {
        PolicyCommand::Set(PolicyArgs { feed, threshold, max_age }) => {
            let decimals = definition(context, feed).await?.decimals;
            let fixed = FixedPoint::from_f64(threshold, decimals).map_err(Failure::bad_input)?;
            let policy = EvidencePolicy { feeds: context.feeds().0, threshold: fixed.value, max_age };
            let done = format!(
                "A report of {} from {fixed} on, at most {} s after its observation, is evidence.",
                feed.name(),
                max_age / 1_000
            );
            let data = json!({ "feed": feed.name(), "threshold": fixed.to_string(), "max_age": max_age });
            context.change(&register.set_policy(feed, Some(policy)), &done, data).await
        }
        PolicyCommand::Remove { feed } => {
            let done = format!("Reports of {} are not evidence any more.", feed.name());
            context.change(&register.set_policy(feed, None), &done, json!({ "feed": feed.name() })).await
        }
        PolicyCommand::Show { feed } => {
            let policy = context.read(&register.policy(feed)).await?;
            let policy = match policy {
                Some(policy) => Some(PolicyView::new(&policy, definition(context, feed).await?.decimals)),
                None => None,
            };
            Answer::of(&FeedPolicyView { feed: feed.name(), policy })
        }
    }
}

/// What the feed is.
async fn definition(context: &Context<'_>, feed: FeedId) -> Result<Feed, Failure> {
    let definition = context.read(&context.feeds().feed(feed)).await?;
    definition.ok_or_else(|| chain::Error::Contract(Error::UnknownFeed.into()).into())
}

#[derive(Serialize)]
struct FeedPolicyView {
    feed: String,
    policy: Option<PolicyView>,
}

#[derive(Serialize)]
struct PolicyView {
    /// The contract with the feed.
    feeds: String,
    /// A decimal number.
    threshold: String,
    /// In milliseconds.
    max_age: u64,
}

impl PolicyView {
    fn new(policy: &EvidencePolicy, decimals: u8) -> Self {
        Self {
            feeds: accounts::ss58(policy.feeds),
            threshold: FixedPoint { value: policy.threshold, decimals }.to_string(),
            max_age: policy.max_age,
        }
    }
}

impl fmt::Display for FeedPolicyView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.policy {
            None => writeln!(f, "Reports of {} are not evidence.", self.feed),
            Some(policy) => {
                writeln!(f, "Reports of {} are evidence", self.feed)?;
                writeln!(f, "  From      {}", policy.threshold)?;
                writeln!(f, "  Observed  at most {} s before", policy.max_age / 1_000)?;
                writeln!(f, "  Feeds     {}", policy.feeds)
            }
        }
    }
}
