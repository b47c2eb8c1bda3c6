//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// A development chain with contracts: one block per transaction, final at once, `//Alice` to `//Ferdie` rich.
#[derive(Parser, Debug)]
#[command(name = "theriac-node", version)]
pub struct Options {
    /// Keep the chain in this folder and go on from there next time; without it, the chain is gone at the end
    #[arg(long, value_name = "FOLDER")]
    pub base_path: Option<PathBuf>,

    /// Keep only the states of so many final blocks, as other chains' nodes do; without it, all of them
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep_states: Option<u32>,

    /// Finalise each block only so many seconds after it was made, as other chains do; without it, at once
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=600))]
    pub finality_delay: Option<u32>,

    /// Serve RPC (HTTP and WebSocket) on this port of 127.0.0.1; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 9944)]
    pub rpc_port: u16,

    /// Stop when the process that started the node ends
    #[arg(long)]
    pub with_parent: bool,

    /// What to log on standard error, such as `warn` or `info,txpool=debug`
    #[arg(long, value_name = "FILTER", default_value = "info")]
    pub log: String,
}
