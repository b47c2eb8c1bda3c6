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
mod failure;
mod goods;
mod input;
mod keys;
mod remedies;
mod serials;
mod signals;
mod symbol;
mod time;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use crate::answer::Answer;
use crate::args::{Cli, Command, Global};
use crate::commands::{
    admin, batch, deploy, devnet, epcis, evidence, feed, logistic, model, oracle, org, qr, quarantine, route,
    sealing_key, terms, text, treatment, verify,
};
use crate::failure::{Exit, Failure};

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
    answer(command, global).await?.print(global.json)
}

async fn answer(command: Command, global: &Global) -> Result<Answer, Failure> {
    match command {
        Command::Devnet(args) => devnet::run(args, global.json).await,
        Command::Deploy(args) => deploy::run(&args, global).await,
        Command::Org(command) => org::run(command, global).await,
        Command::Admin(command) => admin::run(command, global).await,
        Command::Batch(command) => batch::run(*command, global).await,
        Command::Logistic(command) => logistic::run(command, global).await,
        Command::Quarantine(command) => quarantine::run(*command, global).await,
        Command::SealingKey(command) => sealing_key::run(command, global).await,
        Command::Terms(command) => terms::run(command, global).await,
        Command::Qr(command) => qr::run(command),
        Command::Verify(args) => verify::run(&args, global).await,
        Command::Route(args) => route::run(&args),
        Command::Text(args) => text::run(&args),
        Command::Treatment(args) => treatment::run(&args),
        Command::Epcis(command) => epcis::run(*command, global).await,
        Command::Model(command) => model::run(command, global).await,
        Command::Feed(command) => feed::run(command, global).await,
        Command::Evidence(command) => evidence::run(*command, global).await,
        Command::Oracle(command) => oracle::run(command, global).await,
    }
}
