//! Runs the real program, as a shell would.
#![allow(dead_code, missing_docs)] // Each test file uses a part.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Fails the test where the exit code is another one, with all that was said.
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    pub fn error_json(&self) -> Value {
        serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {}", self.err))
    }
}

/// The program: the one that `THERIAC_PROGRAM` names, or else cargo's build for this test.
fn program() -> PathBuf {
    std::env::var_os("THERIAC_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_theriac").into(), PathBuf::from)
}

/// The program in a folder, without what the caller's environment says to it.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.current_dir(folder).stdin(Stdio::null());
    for variable in ["THERIAC_URL", "THERIAC_DEPLOYMENT", "THERIAC_KEY"] {
        command.env_remove(variable);
    }
    command
}

pub fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

pub fn theriac(folder: &Path, arguments: &[&str]) -> Said {
    run(command(folder).args(arguments))
}

/// The node beside cargo's build of the program, where it is built.
pub fn node() -> Option<PathBuf> {
    let node = Path::new(env!("CARGO_BIN_EXE_theriac")).with_file_name("theriac-node");
    node.is_file().then_some(node)
}

/// `theriac devnet` on a free port.
pub struct Devnet {
    process: Child,
    pub url: String,
}

impl Devnet {
    pub fn start(folder: &Path) -> Self {
        let mut process =
            command(folder).args(["devnet", "--rpc-port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("The chain is ready at ").unwrap().to_owned();
        Self { process, url }
    }

    /// Asks it to stop as a supervisor does, and gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        assert!(Command::new("kill").arg(self.process.id().to_string()).status().unwrap().success());
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the devnet did not stop");
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        // After a failed test; the node ends with its parent.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
