//! `theriac oracle`: runs models on real data; asks for results and reads them.

mod key;
mod reading;
mod service;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use primitives::feeds::{Reading, ResultRequested};
use primitives::{FeedId, Subject};
use serde_json::json;

use super::feed::feed_name;
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac oracle key operator.key       make a key, and print its public key
  theriac oracle run --config oracle.toml
  theriac oracle backup --config oracle.toml /backup/oracle-1.sqlite
  theriac oracle request heart-disease-risk --subject 0x5f2e… --wait
  theriac oracle read heart-disease-risk --subject 0x5f2e… --max-age 15m

On chain, a person is a subject: a salted hash that the operator's service gives for a patient (POST /v1/subjects).";

/// Shown below the help of `theriac oracle run`.
const RUN: &str = "\
The configuration is a TOML file: begin with oracle/oracle.example.toml; docs/oracle.md explains each key. Variables
THERIAC_ORACLE_… override the file, and options override both: --url is the node, --deployment the contracts, and
--key-file or --dev-account the account that pays for reports.

The service prints its address on standard output when it works, and logs on standard error. GET /alive says that it
works, GET /ready whether chain, store and jobs are usable, GET /metrics is for Prometheus. Ctrl-C or SIGTERM ends it
within 20 seconds: runs under way are finished, or continue at the next start. A second one ends it at once.
RUST_LOG=oracle=debug logs more.";

/// How long `request --wait` looks for the answer after the deadline of the request.
const GRACE_MS: u64 = 5_000;
/// How often it looks.
const POLL: std::time::Duration = std::time::Duration::from_millis(500);

/// Commands of `theriac oracle`.
#[derive(Subcommand, Debug)]
pub enum OracleCommand {
    /// Run the service that fetches data, runs models, and signs and sends reports
    #[command(after_help = RUN)]
    Run {
        /// The service's configuration
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Copy the service's store into a new file that only you can read, while the service runs or not
    Backup {
        /// The service's configuration
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The file to write; an existing one is never overwritten
        #[arg(value_name = "COPY")]
        copy: PathBuf,
    },
    /// Ask the operators for a result, and print the request's number (needs any role)
    Request {
        #[command(flatten)]
        about: AboutArgs,
        /// How long the operators have for an answer, such as 10m
        #[arg(long, value_name = "SPAN", default_value = "10m", value_parser = time::parse_span)]
        within: u64,
        /// Wait for the answer, and print it
        #[arg(long)]
        wait: bool,
    },
    /// Withdraw a request (needs the organisation that made it)
    Cancel {
        /// The request's number
        request: u64,
    },
    /// Read the last result, where it is fresh enough by the chain's clock and by this computer's; an older one is an
    /// error
    Read {
        #[command(flatten)]
        about: AboutArgs,
        /// How long ago the value may have been observed, such as 15m
        #[arg(long, value_name = "SPAN", value_parser = time::parse_span)]
        max_age: u64,
    },
    /// Make an operator's secp256k1 key in a file that only you can read, and print its public key
    Key {
        /// The file to write; an existing one is never overwritten, its public key is printed
        file: PathBuf,
    },
}

/// What a result is about.
#[derive(Args, Debug)]
pub struct AboutArgs {
    /// The feed's name
    #[arg(value_name = "FEED", value_parser = feed_name)]
    feed: FeedId,
    /// Whom it is about, 0x and 64 hexadecimal digits; without it, the feed's global value
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<Subject>,
}

impl AboutArgs {
    fn subject(&self) -> Subject {
        self.subject.unwrap_or_default()
    }
}

impl OracleCommand {
    /// Whether it runs the service.
    pub const fn is_service(&self) -> bool {
        matches!(self, Self::Run { .. })
    }
}

/// Runs a command of `theriac oracle`.
pub async fn run(command: OracleCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        OracleCommand::Run { config } => service::run(&config, global).await,
        OracleCommand::Key { file } => key::run(&file),
        OracleCommand::Backup { config, copy } => service::backup(&config, &copy, global).await,
        OracleCommand::Read { about, max_age } => {
            let context = Context::open(global).await?;
            let reading = context.read(&context.feeds().read(about.feed, about.subject(), max_age)).await?;
            reading::ensure_fresh(&reading, max_age, time::now_ms())?;
            Answer::of(&reading::ReadingView::new(about.feed, about.subject(), &reading))
        }
        OracleCommand::Cancel { request } => {
            let context = Context::open(global).await?;
            let call = context.feeds().cancel_request(request);
            context
                .change(&call, &format!("Request {request} is withdrawn."), json!({ "request": request }))
                .await
        }
        OracleCommand::Request { about, within, wait } => {
            let context = Context::open(global).await?;
            request(&context, &about, within, wait).await
        }
    }
}

async fn request(
    context: &Context<'_>,
    about: &AboutArgs,
    within: u64,
    wait: bool,
) -> Result<Answer, Failure> {
    let feeds = context.feeds();
    let (feed, subject) = (about.feed, about.subject());
    let deadline = time::now_ms().saturating_add(within);
    let before = last(context, about).await?;
    let receipt = context.submit(&feeds.request_result(feed, subject, deadline)).await?;
    let ResultRequested { request, .. } = receipt.event(feeds.0)?;
    if !wait {
        let done =
            format!("Request {request} on {}, to be answered by {}.", feed.name(), time::readable(deadline));
        let data = json!({
            "request": request,
            "feed": feed.name(),
            "subject": subject.to_string(),
            "deadline": time::rfc3339(deadline),
        });
        return changed(&receipt, &done, data);
    }
    while context.read(&feeds.request(request)).await?.is_some() {
        if time::now_ms() > deadline.saturating_add(GRACE_MS) {
            let message = format!(
                "request {request} was not answered in time; ask the operators, see `theriac feed operators`"
            );
            return Err(Failure::new(Exit::Failed, message).with_code("oracle/no-answer"));
        }
        tokio::time::sleep(POLL).await;
    }
    // A request that is not open any more was answered, or withdrawn: then the last value is as old as before.
    let now = last(context, about).await?;
    let reading = now.filter(|now| before.as_ref().is_none_or(|before| order(now) > order(before)));
    let reading = reading.ok_or_else(|| {
        let message = format!("request {request} was withdrawn before it was answered; request again");
        Failure::new(Exit::Failed, message).with_code("oracle/withdrawn")
    })?;
    Answer::of(&reading::ReadingView::new(feed, subject, &reading))
}

/// The last value on a feed about a subject, of any age.
async fn last(context: &Context<'_>, about: &AboutArgs) -> Result<Option<Reading>, Failure> {
    use primitives::feeds::Error as Refusal;
    let call = context.feeds().read(about.feed, about.subject(), u64::MAX);
    match context.chain.read(&call).await {
        Ok(reading) => Ok(Some(reading)),
        Err(chain::Error::Contract(chain::ContractError::Feeds(
            Refusal::NoReading | Refusal::ModelRevoked,
        ))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Later values have more: rounds begin anew with each epoch.
const fn order(reading: &Reading) -> (u32, u64) {
    (reading.epoch, reading.round)
}
