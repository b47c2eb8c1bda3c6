//! `theriac-node`: a Substrate node with `pallet-contracts` for development, tests and demonstrations.
//!
//! It seals a block for each transaction and finalises it at once, serves JSON-RPC on the loopback interface,
//! and talks to no other node. On standard output it says one line, `RPC ready at ws://127.0.0.1:PORT`, once it
//! answers; everything else goes to standard error. SIGTERM and SIGINT stop it with exit code 0.

mod client;
mod network;
mod options;
mod rpc;
mod sealing;
mod service;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match service::run(options::Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("theriac-node: {error}");
            ExitCode::FAILURE
        }
    }
}
