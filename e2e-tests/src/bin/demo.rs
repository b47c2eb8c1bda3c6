//! Plays the whole story with real parts, and tells each step. `make demo` runs it.
use std::process::ExitCode;
use std::time::Instant;

use e2e_tests::{stage::Telling, story};
use testkit::Failure;

#[tokio::main]
async fn main() -> ExitCode {
    let started = Instant::now();
    match play().await {
        Ok(table) => {
            println!("\nEverything was as it should be:\n{table}\n{:.1} s", started.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("\nThe story went wrong: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn play() -> Result<String, Failure> {
    let folder = tempfile::tempdir()?;
    story::play(folder.path(), Telling::Everything).await
}
