//! The program `theriac` as a person or a supervisor runs it.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::programs::Program;
use crate::service::Service;
use crate::Failure;

/// What a command of `theriac` said.
#[derive(Debug)]
pub struct Said {
    /// The arguments, as a person would type them.
    pub typed: String,
    /// Its exit code; nothing where a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Said {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// Where the program cannot be run at all. What it refuses is in the answer.
    pub fn by(command: &mut Command) -> Result<Self, Failure> {
        let typed = std::iter::once("theriac".into())
            .chain(command.get_args().map(|argument| argument.to_string_lossy().into_owned()))
            .collect::<Vec<_>>()
            .join(" ");
        let Output { status, stdout, stderr } = command.output()?;
        Ok(Said {
            typed,
            code: status.code(),
            out: String::from_utf8_lossy(&stdout).into_owned(),
            err: String::from_utf8_lossy(&stderr).into_owned(),
        })
    }

    /// Standard output where it succeeded.
    ///
    /// # Errors
    /// Where it did not.
    pub fn ok(self) -> Result<String, Failure> {
        if self.code == Some(0) {
            Ok(self.out)
        } else {
            Err(format!("`{}` failed with {:?}:\n{}{}", self.typed, self.code, self.out, self.err).into())
        }
    }

    /// Fails the test where the exit code is another one, with all that was said.
    ///
    /// # Panics
    /// Then.
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "`{}`:\n{}{}", self.typed, self.out, self.err);
        self
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// Where it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Standard error as JSON.
    ///
    /// # Panics
    /// Where it is not JSON.
    #[must_use]
    pub fn error_json(&self) -> Value {
        serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {}", self.err))
    }

    /// Everything that it said, in one text.
    #[must_use]
    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// The program `theriac`, towards one chain and one deployment.
#[derive(Clone, Debug)]
pub struct Theriac {
    program: PathBuf,
    folder: PathBuf,
    url: String,
    authority: Option<PathBuf>,
}

impl Theriac {
    /// The program with `folder` as its working folder.
    ///
    /// # Errors
    /// Where it is not built.
    pub fn new(folder: &Path, url: &str) -> Result<Self, Failure> {
        Ok(Self {
            program: Program::Theriac.path()?,
            folder: folder.to_owned(),
            url: url.to_owned(),
            authority: None,
        })
    }

    /// The same program, on a machine that trusts this authority's certificate (PEM) and no other.
    #[must_use]
    pub fn trusting(self, authority: &Path) -> Self {
        Self { authority: Some(authority.to_owned()), ..self }
    }

    /// The deployment file.
    #[must_use]
    pub fn deployment(&self) -> PathBuf {
        self.folder.join("deployment.json")
    }

    /// A command that is not run yet.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = command_of(&self.program, &self.folder);
        command
            .env("THERIAC_URL", &self.url)
            .env("THERIAC_DEPLOYMENT", self.deployment())
            .env("NO_COLOR", "1");
        if let Some(authority) = &self.authority {
            command.env("SSL_CERT_FILE", authority);
        }
        command
    }

    /// Runs `theriac` with these arguments, as the development account `who` where one is named.
    ///
    /// # Errors
    /// Where the program cannot be run at all. What it refuses is in the answer.
    pub fn run<A: AsRef<OsStr>>(&self, who: Option<&str>, arguments: &[A]) -> Result<Said, Failure> {
        let mut command = self.command();
        if let Some(who) = who {
            command.args(["--dev-account", who]);
        }
        command.args(arguments);
        Said::by(&mut command)
    }
}

/// Runs the program in a folder with these arguments, as a shell would.
///
/// # Panics
/// Where it is not built, or cannot be run.
pub fn theriac(folder: &Path, arguments: &[&str]) -> Said {
    let ran = command(folder).and_then(|mut command| Said::by(command.args(arguments)));
    ran.unwrap_or_else(|failure| panic!("{failure}"))
}

/// The program in a folder, without what the caller's environment says to it.
///
/// # Errors
/// Where it is not built.
pub fn command(folder: &Path) -> Result<Command, Failure> {
    Ok(command_of(&Program::Theriac.path()?, folder))
}

fn command_of(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    for variable in [
        "THERIAC_URL",
        "THERIAC_DEPLOYMENT",
        "THERIAC_KEY",
        "THERIAC_KEY_PASSWORD",
        "THERIAC_SITE",
        "THERIAC_MANUFACTURER_SECRET",
        "THERIAC_INSECURE",
    ] {
        command.env_remove(variable);
    }
    // A story is played to its end.
    command.env("THERIAC_YES", "1");
    command
}

/// Starts `theriac devnet` on a free port, and returns its URL.
///
/// # Errors
/// Where program or node are not built, or it does not become ready.
pub fn start_devnet(folder: &Path, base_path: Option<&Path>) -> Result<(Service, String), Failure> {
    start_devnet_with(&Program::Node.path()?, folder, base_path)
}

/// The same with a node that keeps the states of so many blocks, as most nodes of other chains do.
///
/// # Errors
/// Where program or node are not built, or it does not become ready.
pub fn start_pruning_devnet(folder: &Path, keep_states: u32) -> Result<(Service, String), Failure> {
    let node = node_with(folder, &format!("--keep-states {keep_states}"))?;
    start_devnet_with(&node, folder, None)
}

/// The same with a node that finalises its blocks only so many seconds after it made them, as other chains do.
///
/// # Errors
/// Where program or node are not built, or it does not become ready.
pub fn start_delaying_devnet(
    folder: &Path,
    base_path: &Path,
    finality_delay: u32,
) -> Result<(Service, String), Failure> {
    let node = node_with(folder, &format!("--finality-delay {finality_delay}"))?;
    start_devnet_with(&node, folder, Some(base_path))
}

/// A program that is the node with these options.
fn node_with(folder: &Path, options: &str) -> Result<PathBuf, Failure> {
    let node = folder.join("node-with-options");
    let built = Program::Node.path()?;
    let program = format!("#!/bin/sh\nexec '{}' {options} \"$@\"\n", built.display());
    std::fs::write(&node, program)?;
    std::fs::set_permissions(&node, Permissions::from_mode(0o700))?;
    Ok(node)
}

fn start_devnet_with(
    node: &Path,
    folder: &Path,
    base_path: Option<&Path>,
) -> Result<(Service, String), Failure> {
    let mut command = command(folder)?;
    command.args(["devnet", "--rpc-port", "0", "--node"]).arg(node);
    if let Some(path) = base_path {
        command.arg("--base-path").arg(path);
    }
    Service::start("theriac devnet", &mut command, &folder.join("devnet.log"), |line| {
        let at = line.find("ws://")?;
        Some(line[at..].split_whitespace().next()?.to_owned())
    })
}
