//! What every command takes: where the chain and the contracts are, the key that signs, and the form of answers.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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

    /// Sign with the secret URI in this file (a mnemonic, or 0x and a seed), which only you may read
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "dev_account")]
    pub key_file: Option<PathBuf>,

    /// Sign with a well-known key: works on development chains only
    #[arg(long, global = true, value_name = "NAME")]
    pub dev_account: Option<DevAccount>,

    /// The site for which the command acts: its GLN, or its number such as site:7; without it, the one that
    /// THERIAC_SITE names, or the only one for which the account can act
    // Not by clap's `env`: `org account` has a `--site` of its own, which the variable must not fill.
    #[arg(long, global = true, value_name = "SITE")]
    pub site: Option<SiteRef>,

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
