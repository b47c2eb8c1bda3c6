//! What every command takes: where the chain and the contracts are, the key that signs, and the form of answers.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, ValueEnum};

use crate::named::SiteRef;

/// Where `theriac deploy` looks for a chain: a development node on this computer.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9944";
/// Where `theriac deploy` writes and the other commands read.
pub const DEFAULT_DEPLOYMENT: &str = "deployment.json";

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

    /// Sign with the key in this file, which only you may read: an encrypted one (`theriac account new`), or a secret
    /// URI (a mnemonic, or 0x and a seed)
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "dev_account")]
    pub key_file: Option<PathBuf>,

    /// The file with the password of an encrypted key file; without it, the variable THERIAC_KEY_PASSWORD, or a question
    #[arg(long, global = true, value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// Sign with a well-known key: works on development chains only
    #[arg(long, global = true, value_name = "NAME")]
    pub dev_account: Option<DevAccount>,

    /// The site for which the command acts: its GLN, or its number such as site:7; without it, the one that
    /// THERIAC_SITE names, or the only one for which the account can act
    // Not by clap's `env`: `org account` has a `--site` of its own, which the variable must not fill.
    #[arg(long, global = true, value_name = "SITE")]
    pub site: Option<SiteRef>,

    /// Allow a ws:// address beyond this machine: whoever sits between can change what the node answers
    #[arg(long, global = true, env = "THERIAC_INSECURE", value_parser = BoolishValueParser::new())]
    pub insecure: bool,

    /// Send nothing: show what the first transaction of the command would cost, or why it would be refused
    #[arg(long, global = true)]
    pub dry_run: bool,

    /// Do not ask before recalls, and what cannot be taken back; needed where nobody can be asked
    #[arg(short, long, global = true, env = "THERIAC_YES", value_parser = BoolishValueParser::new())]
    pub yes: bool,

    /// Print JSON for programs; errors and warnings too, on standard error
    #[arg(long, global = true)]
    pub json: bool,

    /// Say more about what is done: -v for progress, -vv for details
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
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
