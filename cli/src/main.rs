//! `theriac`: the one program of Theriac, for manufacturers, traders, pharmacies, regulators and operators.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod account_view;
mod accounts;
mod acknowledgement;
mod answer;
mod args;
mod choices;
mod code;
mod commands;
mod confirm;
mod context;
mod document;
mod failure;
mod gateway_client;
mod global;
mod goods;
mod input;
mod keys;
mod log;
mod money;
mod named;
mod packs;
mod product_view;
mod progress;
mod proof;
mod recall;
mod remedies;
mod secrets;
mod serials;
mod signals;
mod sites;
mod symbol;
mod time;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::commands::Command;
use crate::failure::{Exit, Failure};
use crate::global::Global;

/// The stack of each thread, which is memory only where it is used: in a build without optimisation, a request through
/// all layers of a service takes more than the usual two megabytes.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
    match runtime {
        Ok(runtime) => runtime.block_on(start()),
        Err(error) => {
            report(&Failure::failed(format!("the system gives no threads: {error}; see `ulimit -u`")), false)
        }
    }
}

async fn start() -> ExitCode {
    let Cli { global, command } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    if !command.has_its_own_log() {
        log::init(&global);
    }
    match run(command, &global).await {
        Ok(exit) => exit.into(),
        Err(failure) => report(&failure, global.json),
    }
}

async fn run(command: Command, global: &Global) -> Result<Exit, Failure> {
    match command.run(global).await {
        Ok(answer) => answer.print(global.json),
        // A dry run ends before anything is sent, which is not a failure.
        Err(failure) if failure.exit() == Exit::Success => failure.into_answer()?.print(global.json),
        Err(failure) => Err(failure),
    }
}

fn report(failure: &Failure, json: bool) -> ExitCode {
    if json {
        eprintln!("{:#}", failure.to_json());
    } else {
        anstream::eprintln!("{}", failure.for_people());
    }
    failure.exit().into()
}

/// Help and version, or what is wrong with the arguments: as JSON where that was asked for.
fn not_understood(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    if json && error.use_stderr() {
        let message = error.to_string();
        let message = message.strip_prefix("error: ").unwrap_or(&message).trim();
        return report(&Failure::bad_input(message).with_code("usage"), true);
    }
    // Nobody reads it any more where the pipe is closed.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(Exit::BadInput.number()).into()
}
