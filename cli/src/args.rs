//! The command line: what every command shares, and the list of commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    admin, batch, deploy, devnet, epcis, evidence, feed, logistic, model, oracle, org, qr, quarantine, route,
    sealing_key, terms, text, treatment, verify,
};
use crate::failure::EXIT_CODES;

const INTRODUCTION: &str = "\
Follows medicine from its maker to the patient on a chain with smart contracts, judges scanned packs, and puts \
signed results of models on chain.

Manufacturers, traders and pharmacies use `batch`, `qr` and `verify`; whoever runs a deployment uses `deploy`, \
`org`, `admin`, `model` and `feed`; operators of models use `oracle`.

Commands that change something on chain sign with a key: --key-file FILE, or a secret URI in the environment \
variable THERIAC_KEY, or --dev-account on a development chain. The key is never shown.";

const EXAMPLES: &str = "\
Try it on a chain of your own, in two terminals:
  theriac devnet

  theriac deploy --dev-account alice
  bob=5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
  theriac org register $bob --name 'Alpha Pharma' --gln 6291041500213 \\
      --dev-account alice
  theriac org grant manufacturer $bob --dev-account alice
  theriac batch register --gtin 9506000134352 --lot ABC123 \\
      --expiry 2027-12-31 --serials serials.txt --dev-account bob
  theriac verify '(01)09506000134352(17)271231(10)ABC123(21)S0000001' \\
      --serials serials.txt";

/// Where `theriac deploy` looks for a chain: a development node on this computer.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9944";
/// Where `theriac deploy` writes and the other commands read.
pub const DEFAULT_DEPLOYMENT: &str = "deployment.json";

/// Medicine that can be trusted: from the maker to the patient, on chain.
#[derive(Parser, Debug)]
#[command(name = "theriac", version, long_about = INTRODUCTION)]
#[command(after_help = EXIT_CODES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The chain's RPC address; without it, the one in the deployment file, and ws://127.0.0.1:9944 for `deploy`
    #[arg(long, global = true, env = "THERIAC_URL")]
    pub url: Option<String>,

    /// Where the contracts are: the file that `theriac deploy` wrote; without it, deployment.json
    #[arg(long, global = true, value_name = "FILE", env = "THERIAC_DEPLOYMENT")]
    pub deployment: Option<PathBuf>,

    /// Sign with the secret URI in this file (a mnemonic, or 0x and a seed), which only you may read
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "dev_account")]
    pub key_file: Option<PathBuf>,

    /// Sign with a well-known key: works on development chains only
    #[arg(long, global = true, value_name = "NAME")]
    pub dev_account: Option<DevAccount>,

    /// Print JSON for programs, errors too
    #[arg(long, global = true)]
    pub json: bool,
}

/// The well-known accounts of development chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // Their names say it all.
pub enum DevAccount {
    Alice,
    Bob,
    Charlie,
    Dave,
    Eve,
    Ferdie,
}

/// What the program can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Start a chain for development and try-outs, and stop it with Ctrl-C
    #[command(after_help = devnet::EXAMPLES)]
    Devnet(devnet::DevnetArgs),

    /// Put the contracts on chain, and write down where they are
    #[command(after_help = deploy::EXAMPLES)]
    Deploy(deploy::DeployArgs),

    /// Organisations and the roles that they hold
    #[command(subcommand, after_help = org::EXAMPLES)]
    Org(org::OrgCommand),

    /// The administration of the deployment, and the stop switch of each contract
    #[command(subcommand, after_help = admin::EXAMPLES)]
    Admin(admin::AdminCommand),

    /// Batches: register, release, hand over, dispense, recall
    #[command(subcommand, after_help = batch::EXAMPLES)]
    Batch(Box<batch::BatchCommand>),

    /// Logistic units: packs in cases in pallets, each with its SSCC
    #[command(subcommand, after_help = logistic::EXAMPLES)]
    Logistic(logistic::LogisticCommand),

    /// Goods that are set apart, and let move again
    #[command(subcommand, after_help = quarantine::EXAMPLES)]
    Quarantine(Box<quarantine::QuarantineCommand>),
    /// The keys that open what partners seal for you
    #[command(subcommand, after_help = sealing_key::EXAMPLES)]
    SealingKey(sealing_key::SealingKeyCommand),

    /// Confidential terms of delivery: seal them to partners, open and check them
    #[command(subcommand, after_help = terms::EXAMPLES)]
    Terms(terms::TermsCommand),

    /// QR codes for packs: make them, read them
    #[command(subcommand, after_help = qr::EXAMPLES)]
    Qr(qr::QrCommand),

    /// Judge a pack by its code: valid, or why not
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::VerifyArgs),

    /// EPCIS events, in files and of a batch: hash, validate, export
    #[command(subcommand, after_help = epcis::EXAMPLES)]
    Epcis(Box<epcis::EpcisCommand>),

    /// Drug names and problems in a clinical note, with what it says about them
    #[command(after_help = text::EXAMPLES)]
    Text(text::TextArgs),

    /// Medicines for high blood pressure that nothing in a FHIR record speaks against, ranked
    #[command(after_help = treatment::EXAMPLES)]
    Treatment(treatment::TreatmentArgs),

    /// Who delivers what to whom in which order, with the lateness to expect
    #[command(after_help = route::EXAMPLES)]
    Route(route::RouteArgs),

    /// Models that operators may use
    #[command(subcommand, after_help = model::EXAMPLES)]
    Model(model::ModelCommand),

    /// Feeds of results, and the operators who sign them
    #[command(subcommand, after_help = feed::EXAMPLES)]
    Feed(feed::FeedCommand),

    /// Goods that are set apart because of what operators report about them
    #[command(subcommand, after_help = evidence::EXAMPLES)]
    Evidence(Box<evidence::EvidenceCommand>),

    /// Run models on real data; ask for results and read them
    #[command(subcommand, after_help = oracle::EXAMPLES)]
    Oracle(oracle::OracleCommand),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn examples_fit_into_a_terminal() {
        let after =
            |command: &clap::Command| command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let cli = Cli::command();
        let long = cli.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        for text in cli.get_subcommands().map(after).chain([long]) {
            for line in text.lines().filter(|line| line.starts_with("  ")) {
                assert!(line.chars().count() <= 78, "{line}");
            }
        }
    }

    #[test]
    fn every_group_of_commands_has_examples_and_every_argument_a_help() {
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            assert!(command.get_after_help().is_some(), "{name} has no examples");
            for inner in std::iter::once(command).chain(command.get_subcommands()) {
                assert!(inner.get_about().is_some(), "{name} {} has no help", inner.get_name());
                for argument in inner.get_arguments() {
                    assert!(argument.get_help().is_some(), "{} of {name} has no help", argument.get_id());
                }
            }
        }
    }

    #[test]
    fn one_key_is_chosen() {
        let both = ["theriac", "deploy", "--key-file", "k", "--dev-account", "alice"];
        let error = Cli::try_parse_from(both).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::ArgumentConflict);
    }
}
