//! `theriac`: the one program of Theriac, for manufacturers, traders, pharmacies, regulators and operators.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod accounts;
mod answer;
mod args;
mod batch_view;
mod choices;
mod code;
mod commands;
mod context;
mod directory;
mod failure;
mod global;
mod goods;
mod input;
mod keys;
mod named;
mod packs;
mod proof;
mod remedies;
mod secrets;
mod serials;
mod signals;
mod sites;
mod symbol;
mod time;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::commands::Command;
use crate::failure::{Exit, Failure};
use crate::global::Global;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { global, command } = Cli::parse();
    match run(command, &global).await {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if global.json {
                eprintln!("{:#}", failure.to_json());
            } else {
                anstream::eprintln!("{}", failure.for_people());
            }
            failure.exit().into()
        }
    }
}

async fn run(command: Command, global: &Global) -> Result<Exit, Failure> {
    command.run(global).await?.print(global.json)
}
