//! `theriac devnet`: finds the node, starts it, and stops it cleanly.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use clap::Args;
use rustix::process::{kill_process, Pid, Signal};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::signals;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac devnet                        a chain that is gone when it stops
  theriac devnet --base-path ./chain    one that goes on next time

The node is a program of its own, theriac-node. It is looked for beside this program, then in PATH.
The accounts alice, bob, charlie, dave, eve and ferdie have money on it: see --dev-account.";

const NODE: &str = "theriac-node";
const READY: &str = "RPC ready at ";
/// A node opens its database and compiles its runtime before it answers.
const START: Duration = Duration::from_secs(120);
/// How long a node may take to stop before it is killed.
const STOP: Duration = Duration::from_secs(20);

/// Options of `theriac devnet`.
#[derive(Args, Debug)]
pub struct DevnetArgs {
    /// Keep the chain in this folder, and go on from there next time
    #[arg(long, value_name = "FOLDER")]
    base_path: Option<PathBuf>,

    /// Serve RPC on this port of this computer; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 9944)]
    rpc_port: u16,

    /// The program to start
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
}

/// Runs a node until a signal comes or it ends by itself.
pub async fn run(args: DevnetArgs, json: bool) -> Result<Answer, Failure> {
    let program = find(args.node.as_deref())?;
    // Before the start: a signal must never leave a node behind.
    let mut stop = Box::pin(signals::stop()?);
    let mut node = start(&program, &args)?;
    let url = tokio::select! {
        url = ready(&mut node) => url,
        () = &mut stop => return end(node).await,
    };
    let url = match url {
        Ok(url) => url,
        Err(failure) => {
            end(node).await?;
            return Err(failure);
        }
    };
    let text = format!("The chain is ready at {url}\nStop it with Ctrl-C.");
    Answer::new(text, &serde_json::json!({ "url": url }))?.print(json)?;
    tokio::select! {
        status = node.wait() => Err(ended(status.map_err(Failure::failed)?)),
        () = &mut stop => end(node).await,
    }
}

fn find(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = given {
        return match path.is_file() {
            true => Ok(path.to_owned()),
            false => Err(Failure::bad_input(format!("there is no node at {}; check --node", path.display()))),
        };
    }
    let own = std::env::current_exe().ok();
    let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
    let path = std::env::var_os("PATH").unwrap_or_default();
    search(beside, &path).ok_or_else(|| {
        Failure::bad_input(format!(
            "{NODE} is neither beside this program nor in PATH; build it with `cargo build -p devnet-node` in contracts, \
             or say with --node where it is"
        ))
    })
}

fn search(beside: Option<PathBuf>, path: &OsStr) -> Option<PathBuf> {
    let name = format!("{NODE}{}", std::env::consts::EXE_SUFFIX);
    beside
        .into_iter()
        .chain(std::env::split_paths(path))
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

fn start(program: &Path, args: &DevnetArgs) -> Result<Child, Failure> {
    let mut command = Command::new(program);
    command.arg("--with-parent").args(["--log", "warn"]).arg("--rpc-port").arg(args.rpc_port.to_string());
    if let Some(folder) = &args.base_path {
        command.arg("--base-path").arg(folder);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    command.spawn().map_err(|error| {
        Failure::failed(format!("{} cannot be started: {error}; check --node", program.display()))
    })
}

/// Waits for the node to say where it answers.
async fn ready(node: &mut Child) -> Result<String, Failure> {
    let output =
        node.stdout.take().ok_or_else(|| Failure::failed("the node has no output; start it again"))?;
    let mut lines = BufReader::new(output).lines();
    let url = async {
        while let Some(line) = lines.next_line().await.map_err(Failure::failed)? {
            if let Some(url) = line.strip_prefix(READY) {
                return Ok(Some(url.trim().to_owned()));
            }
        }
        Ok(None)
    };
    match timeout(START, url).await {
        Ok(Ok(Some(url))) => Ok(url),
        Ok(Ok(None)) => Err(ended(node.wait().await.map_err(Failure::failed)?)),
        Ok(Err(failure)) => Err(failure),
        Err(_) => Err(Failure::failed(format!(
            "the node did not answer within {} seconds; look at its messages above",
            START.as_secs()
        ))),
    }
}

fn ended(status: ExitStatus) -> Failure {
    Failure::failed(format!("the node ended by itself ({status}); its last message above says why"))
}

/// Asks the node to stop, and waits for it.
async fn end(mut node: Child) -> Result<Answer, Failure> {
    let pid = node.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by the same Ctrl-C: then there is nobody to ask.
        let _ = kill_process(pid, Signal::TERM);
    }
    match timeout(STOP, node.wait()).await {
        Ok(_) => Answer::silent(),
        Err(_) => {
            node.kill().await.map_err(Failure::failed)?;
            Err(Failure::failed(
                "the node did not stop and was killed; its chain may have lost its last blocks",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_found_beside_the_program_before_the_path() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [beside, in_path] = folders.each_ref().map(|folder| folder.path().join(NODE));
        let search = || search(Some(folders[0].path().to_owned()), folders[1].path().as_os_str());
        assert_eq!(search(), None);
        std::fs::write(&in_path, "").unwrap();
        assert_eq!(search(), Some(in_path));
        std::fs::write(&beside, "").unwrap();
        assert_eq!(search(), Some(beside));
    }
}
