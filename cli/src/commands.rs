//! The commands: each reads its arguments, asks or changes the chain, and answers.

mod account;
mod admin;
mod alarm;
mod batch;
mod deploy;
mod devnet;
mod epcis;
mod evidence;
mod feed;
mod gateway;
mod logistic;
mod model;
mod oracle;
mod org;
mod packs;
mod product;
mod qr;
mod quarantine;
mod route;
mod sealing_key;
mod serials;
mod status;
mod terms;
mod text;
mod treatment;
mod verify;

use clap::Subcommand;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::global::Global;

/// What the program can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Start a chain for development, and stop it with Ctrl-C
    #[command(after_help = devnet::EXAMPLES)]
    Devnet(devnet::DevnetArgs),

    /// Put the contracts on chain, and write down where they are
    #[command(after_help = deploy::EXAMPLES)]
    Deploy(deploy::DeployArgs),

    /// Keys and their accounts: make one, import one, show what it has
    #[command(subcommand, after_help = account::EXAMPLES)]
    Account(account::AccountCommand),

    /// Organisations with their sites, accounts and roles
    #[command(subcommand, after_help = org::EXAMPLES)]
    Org(org::OrgCommand),

    /// The deployment's administration, the end of its set-up, pauses, and proposals that wait
    #[command(subcommand, after_help = admin::EXAMPLES)]
    Admin(admin::AdminCommand),

    /// Products: who may make which, by whose authorisation, in which markets
    #[command(subcommand, after_help = product::EXAMPLES)]
    Product(product::ProductCommand),

    /// Batches: register, release, ship, dispense, recall
    #[command(subcommand, after_help = batch::EXAMPLES)]
    Batch(Box<batch::BatchCommand>),

    /// Logistic units: packs in cases in pallets, each with its SSCC
    #[command(subcommand, after_help = logistic::EXAMPLES)]
    Logistic(logistic::LogisticCommand),

    /// Single packs by their serials: quarantine them, release them, condemn them
    #[command(subcommand, after_help = packs::EXAMPLES)]
    Packs(Box<packs::PacksCommand>),

    /// Lists of serials at a gateway: give it one, see which it holds
    #[command(subcommand, after_help = serials::EXAMPLES)]
    Serials(Box<serials::SerialsCommand>),

    /// Quarantine goods, release them, or condemn them
    #[command(subcommand, after_help = quarantine::EXAMPLES)]
    Quarantine(Box<quarantine::QuarantineCommand>),

    /// Clone alarms: resolve them, or dismiss those of a site
    #[command(subcommand, after_help = alarm::EXAMPLES)]
    Alarm(Box<alarm::AlarmCommand>),

    /// The chain, the deployment and the account that signs; or the goods that wait for somebody
    #[command(after_help = status::EXAMPLES)]
    Status(Box<status::StatusArgs>),

    /// The keys that open what partners seal for you
    #[command(subcommand, after_help = sealing_key::EXAMPLES)]
    SealingKey(sealing_key::SealingKeyCommand),

    /// Confidential terms of delivery: seal them to partners, open and check them
    #[command(subcommand, after_help = terms::EXAMPLES)]
    Terms(terms::TermsCommand),

    /// QR codes for packs: make them, read them
    #[command(subcommand, after_help = qr::EXAMPLES)]
    Qr(qr::QrCommand),

    /// Verify a pack by its code: genuine, and valid at a site, or why not
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::VerifyArgs),

    /// EPCIS events, in files and of a batch: hash, validate, export
    #[command(subcommand, after_help = epcis::EXAMPLES)]
    Epcis(Box<epcis::EpcisCommand>),

    /// Find drug names and problems in a clinical note, with what it says about them
    #[command(after_help = text::EXAMPLES)]
    Text(text::TextArgs),

    /// Rank medicines for high blood pressure that nothing in a FHIR record rules out
    #[command(after_help = treatment::EXAMPLES)]
    Treatment(treatment::TreatmentArgs),

    /// Plan delivery routes with expected delays
    #[command(after_help = route::EXAMPLES)]
    Route(route::RouteArgs),

    /// Models that operators may use
    #[command(subcommand, after_help = model::EXAMPLES)]
    Model(model::ModelCommand),

    /// Feeds of results, and the operators who sign them
    #[command(subcommand, after_help = feed::EXAMPLES)]
    Feed(feed::FeedCommand),

    /// Goods that are quarantined because of what operators report about them
    #[command(subcommand, after_help = evidence::EXAMPLES)]
    Evidence(Box<evidence::EvidenceCommand>),

    /// Run models on real data; ask for results and read them
    #[command(subcommand, after_help = oracle::EXAMPLES)]
    Oracle(oracle::OracleCommand),

    /// Run the gateway that answers scans
    #[command(subcommand, after_help = gateway::EXAMPLES)]
    Gateway(gateway::GatewayCommand),
}

impl Command {
    /// Whether the command writes a log of its own: the oracle's service does.
    pub const fn has_its_own_log(&self) -> bool {
        match self {
            Self::Oracle(command) => command.is_service(),
            Self::Gateway(command) => command.is_service(),
            _ => false,
        }
    }

    /// Runs the command.
    pub async fn run(self, global: &Global) -> Result<Answer, Failure> {
        match self {
            Self::Devnet(args) => devnet::run(args, global.json).await,
            Self::Deploy(args) => deploy::run(&args, global).await,
            Self::Account(command) => account::run(command, global).await,
            Self::Org(command) => org::run(command, global).await,
            Self::Admin(command) => admin::run(command, global).await,
            Self::Product(command) => product::run(command, global).await,
            Self::Batch(command) => batch::run(*command, global).await,
            Self::Logistic(command) => logistic::run(command, global).await,
            Self::Packs(command) => packs::run(*command, global).await,
            Self::Serials(command) => serials::run(*command, global).await,
            Self::Quarantine(command) => quarantine::run(*command, global).await,
            Self::Alarm(command) => alarm::run(*command, global).await,
            Self::Status(args) => status::run(*args, global).await,
            Self::SealingKey(command) => sealing_key::run(command, global).await,
            Self::Terms(command) => terms::run(command, global).await,
            Self::Qr(command) => qr::run(command),
            Self::Verify(args) => verify::run(&args, global).await,
            Self::Route(args) => route::run(&args),
            Self::Text(args) => text::run(&args),
            Self::Treatment(args) => treatment::run(&args),
            Self::Epcis(command) => epcis::run(*command, global).await,
            Self::Model(command) => model::run(command, global).await,
            Self::Feed(command) => feed::run(command, global).await,
            Self::Evidence(command) => evidence::run(*command, global).await,
            Self::Oracle(command) => oracle::run(command, global).await,
            Self::Gateway(command) => gateway::run(command, global).await,
        }
    }
}
