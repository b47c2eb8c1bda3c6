//! The real node as a child process.
#![allow(clippy::unwrap_used)] // A node that does not start fails the test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::programs::Program;

/// A running `theriac-node`; killed when it goes out of scope.
#[derive(Debug)]
pub struct Node {
    child: Child,
    /// Where it answers.
    pub url: String,
}

impl Node {
    /// Starts a node on a free port, whose chain is gone at the end.
    ///
    /// # Panics
    /// Where it is not built, or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::run(0, None, None)
    }

    /// Starts a node on a free port that keeps the states of so many blocks, as most nodes of other chains do.
    ///
    /// # Panics
    /// Where it is not built, or does not start.
    #[must_use]
    pub fn start_pruning(keep_states: u32) -> Self {
        Self::run(0, None, Some(keep_states))
    }

    /// Starts a node on a port (0: any free one) that keeps its chain in a folder.
    ///
    /// # Panics
    /// Where it is not built, or does not start.
    #[must_use]
    pub fn start_in(port: u16, base_path: &Path) -> Self {
        Self::run(port, Some(base_path), None)
    }

    /// The same on a port (0: any free one), with its chain in a folder.
    ///
    /// # Panics
    /// Where it is not built, or does not start.
    #[must_use]
    pub fn start_pruning_in(port: u16, base_path: &Path, keep_states: u32) -> Self {
        Self::run(port, Some(base_path), Some(keep_states))
    }

    fn run(port: u16, base_path: Option<&Path>, keep_states: Option<u32>) -> Self {
        let program = Program::Node.path().unwrap_or_else(|failure| panic!("{failure}"));
        let mut command = Command::new(program);
        command.args(["--rpc-port", &port.to_string(), "--with-parent", "--log", "error"]);
        if let Some(base_path) = base_path {
            command.arg("--base-path").arg(base_path);
        }
        if let Some(keep_states) = keep_states {
            command.args(["--keep-states", &keep_states.to_string()]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("RPC ready at ");
        Self { url: url.unwrap_or_else(|| panic!("no ready line, but: {line:?}")).to_owned(), child }
    }

    /// Its port.
    ///
    /// # Panics
    /// Where its address ends with none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Asks the node to end, and waits until it has.
    ///
    /// # Panics
    /// Where the system does not let us.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Already ended is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
