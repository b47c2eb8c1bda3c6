//! `theriac feed`: feeds of results, and the operators who sign them.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use inference::FixedPoint;
use oracle::job::feed_kind;
use primitives::feeds::{Feed, OperatorKey};
use primitives::FeedId;
use serde::Serialize;
use serde_json::json;
use view::choices::Choice;

use super::model::Local;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::global::Global;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac feed create heart-disease-risk --model models/heart-disease \\
      --max-report-age 1h
  theriac feed update heart-disease-risk --model models/heart-disease-2 \\
      --max-report-age 1h
  theriac feed list
  theriac feed operators --f 0 $(theriac oracle key operator.key --json \\
      | jq -r .public_key)
  theriac feed operators

A feed's kind, decimals and range come from the manifest of its model, which must be approved before.";

/// Commands of `theriac feed`.
#[derive(Subcommand, Debug)]
pub enum FeedCommand {
    /// Open a feed (needs Admin)
    Create(FeedArgs),
    /// Give a feed another model, range or age (needs Admin)
    Update(FeedArgs),
    /// List all feeds
    List,
    /// Show who signs reports; with keys, let these operators sign from now on, and nobody else (needs Admin)
    Operators {
        /// How many of the operators may be faulty: there must be three times as many, and one more
        #[arg(long = "f", value_name = "NUMBER", requires = "keys")]
        faulty: Option<u8>,
        /// Their public keys, as `theriac oracle key` prints them: 66 hexadecimal digits each
        #[arg(value_name = "KEY", value_parser = operator_key, requires = "faulty")]
        keys: Vec<OperatorKey>,
    },
}

/// What a feed is.
#[derive(Args, Debug)]
pub struct FeedArgs {
    /// The feed's name: lower-case letters, digits and hyphens, at most 32
    #[arg(value_name = "FEED", value_parser = feed_name)]
    feed: FeedId,
    /// The folder of the model whose results are reported
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    /// Which of the model's outputs; without it, the first one
    #[arg(long, value_name = "NAME")]
    output: Option<String>,
    /// How old an observation may be when it is reported, such as 1h
    #[arg(long, value_name = "SPAN", value_parser = time::parse_span)]
    max_report_age: u64,
}

/// Reads a feed's name.
pub fn feed_name(text: &str) -> Result<FeedId, String> {
    FeedId::named(text)
        .ok_or_else(|| "a feed's name has 1 to 32 lower-case letters, digits and hyphens".to_owned())
}

fn operator_key(text: &str) -> Result<OperatorKey, String> {
    let mut key = [0; 33];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut key).map_err(|_| {
        "an operator's public key has 66 hexadecimal digits; see `theriac oracle key`".to_owned()
    })?;
    Ok(key)
}

impl FeedArgs {
    fn definition(&self) -> Result<Feed, Failure> {
        let local = Local::load(&self.model)?;
        let manifest = local.model.manifest();
        let output = match &self.output {
            Some(name) => manifest.output(name).map(|(_, output)| output),
            None => manifest.outputs.first(),
        };
        let output = output.ok_or_else(|| {
            let names: Vec<&str> = manifest.outputs.iter().map(|output| output.name.as_str()).collect();
            Failure::bad_input(format!("the model has no such output; it has {}", names.join(", ")))
        })?;
        let end = |number| FixedPoint::from_f64(number, output.decimals).map(|fixed| fixed.value);
        let [min, max] = output.range.map(end);
        Ok(Feed {
            kind: feed_kind(manifest.kind),
            decimals: output.decimals,
            min: min.map_err(Failure::bad_input)?,
            max: max.map_err(Failure::bad_input)?,
            model: local.id,
            max_report_age: self.max_report_age,
        })
    }
}

/// Runs a command of `theriac feed`.
pub async fn run(command: FeedCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        FeedCommand::Create(args) => {
            let definition = args.definition()?;
            let context = Context::open(global).await?;
            let call = context.feeds().create_feed(args.feed, &definition);
            let done = format!("The feed {} is open.", args.feed.name());
            context.change(&call, &done, to_json(&FeedView::new(args.feed, &definition))?).await
        }
        FeedCommand::Update(args) => {
            let definition = args.definition()?;
            let context = Context::open(global).await?;
            let call = context.feeds().update_feed(args.feed, &definition);
            let done = format!("The feed {} is changed.", args.feed.name());
            context.change(&call, &done, to_json(&FeedView::new(args.feed, &definition))?).await
        }
        FeedCommand::List => {
            let context = Context::open(global).await?;
            let feeds = context.all(|start, limit| context.feeds().feeds(start, limit)).await?;
            let views: Vec<FeedView> = feeds.iter().map(|(id, feed)| FeedView::new(*id, feed)).collect();
            Answer::list(&views, "No feed is open.")
        }
        FeedCommand::Operators { faulty, keys } => {
            let context = Context::open(global).await?;
            match faulty {
                Some(faulty) => set_operators(&context, faulty, &keys).await,
                None => show_operators(&context).await,
            }
        }
    }
}

async fn set_operators(context: &Context<'_>, faulty: u8, keys: &[OperatorKey]) -> Result<Answer, Failure> {
    let call = context.feeds().set_operators(keys, faulty);
    let done = format!("{} operators sign reports from now on; {faulty} of them may be faulty.", keys.len());
    let operators: Vec<String> = keys.iter().map(hex::encode).collect();
    context.change(&call, &done, json!({ "operators": operators, "faulty": faulty })).await
}

async fn show_operators(context: &Context<'_>) -> Result<Answer, Failure> {
    let configuration = context.read(&context.feeds().configuration()).await?;
    let digest = context.read(&context.feeds().configuration_digest()).await?;
    Answer::of(&OperatorsView {
        epoch: configuration.epoch,
        faulty: configuration.f,
        operators: configuration.operators.iter().map(hex::encode).collect(),
        digest: format!("0x{}", hex::encode(digest)),
    })
}

fn to_json(view: &impl Serialize) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(view).map_err(Failure::failed)
}

#[derive(Serialize)]
struct FeedView {
    feed: String,
    kind: &'static str,
    decimals: u8,
    min: String,
    max: String,
    model: String,
    /// In milliseconds.
    max_report_age: u64,
}

impl FeedView {
    fn new(id: FeedId, feed: &Feed) -> Self {
        let number = |value| FixedPoint { value, decimals: feed.decimals }.to_string();
        Self {
            feed: id.name(),
            kind: feed.kind.name(),
            decimals: feed.decimals,
            min: number(feed.min),
            max: number(feed.max),
            model: feed.model.to_string(),
            max_report_age: feed.max_report_age,
        }
    }
}

impl fmt::Display for FeedView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({})", self.feed, self.kind)?;
        writeln!(f, "  Range       {} to {}", self.min, self.max)?;
        writeln!(f, "  Model       {}", self.model)?;
        writeln!(f, "  Observed    at most {} s before the report", self.max_report_age / 1_000)
    }
}

#[derive(Serialize)]
struct OperatorsView {
    epoch: u32,
    faulty: u8,
    operators: Vec<String>,
    digest: String,
}

impl fmt::Display for OperatorsView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operators.is_empty() {
            return writeln!(f, "No operator signs reports yet.");
        }
        writeln!(f, "Epoch {}; {} of the operators may be faulty", self.epoch, self.faulty)?;
        for operator in &self.operators {
            writeln!(f, "  {operator}")?;
        }
        writeln!(f, "Digest of this configuration: {}", self.digest)
    }
}
