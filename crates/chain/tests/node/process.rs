//! The real node as a child process. Tests of other crates include this file, too.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running `theriac-node`; killed when it goes out of scope.
pub struct Node {
    child: Child,
    pub url: String,
}

impl Node {
    /// Starts a node on a free port, whose chain is gone at the end.
    pub fn start() -> Self {
        Self::run(0, None)
    }

    /// Starts a node on a port (0: any free one) that keeps its chain in a folder.
    pub fn start_in(port: u16, base_path: &Path) -> Self {
        Self::run(port, Some(base_path))
    }

    fn run(port: u16, base_path: Option<&Path>) -> Self {
        let mut command = Command::new(binary());
        command.args(["--rpc-port", &port.to_string(), "--with-parent", "--log", "error"]);
        if let Some(base_path) = base_path {
            command.arg("--base-path").arg(base_path);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("RPC ready at ");
        Self { url: url.unwrap_or_else(|| panic!("no ready line, but: {line:?}")).to_owned(), child }
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Asks the node to end, and waits until it has.
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

/// The node's binary, built beside this test.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let beside = test.ancestors().skip(1).map(|folder| folder.join("theriac-node"));
    let found = beside.into_iter().find(|path| path.is_file());
    found.expect(
        "there is no theriac-node beside this test: build it first, with `cargo build -p devnet-node` in contracts",
    )
}
