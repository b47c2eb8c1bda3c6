//! The programs of a journey as real processes: a chain, services, and the command line.
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a service may take until it says that it is ready.
const START: Duration = Duration::from_secs(60);
/// How long a service may take to stop after it was asked to.
const STOP: Duration = Duration::from_secs(20);

/// A journey's failure, told to a person.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The program `theriac`: the one that `THERIAC_PROGRAM` names, or else the build beside this program.
///
/// # Errors
/// Says how to build it where it is missing.
pub fn program() -> Result<PathBuf, Failure> {
    if let Some(named) = std::env::var_os("THERIAC_PROGRAM") {
        return Ok(named.into());
    }
    let this = std::env::current_exe()?;
    let found =
        this.ancestors().skip(1).take(2).map(|folder| folder.join("theriac")).find(|path| path.is_file());
    found.ok_or_else(|| {
        format!("`theriac` is not built beside {}. Run: cargo build --package theriac", this.display()).into()
    })
}

/// The folder of the repository, whose bundles and models a journey uses.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A process that serves until it is stopped.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts `command` and waits for a line of its standard output that `ready` recognises. Both outputs go to the
    /// file `log`.
    ///
    /// # Errors
    /// Where it does not start, ends, or is not ready in a minute: with the last lines of its log.
    pub fn start<T: Send + 'static>(
        name: &'static str,
        command: &mut Command,
        log: &Path,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T), Failure> {
        let errors = std::fs::File::create(log)?;
        let mut copy = errors.try_clone()?;
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::from(errors)).spawn()?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let (found, wait) = mpsc::channel();
        std::thread::spawn(move || {
            use std::io::Write;
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = writeln!(copy, "{line}");
                if let Some(value) = ready(&line) {
                    let _ = found.send(value);
                }
            }
        });
        let service = Self { name, child, log: log.to_owned() };
        match wait.recv_timeout(START) {
            Ok(value) => Ok((service, value)),
            Err(_) => {
                Err(format!("{name} did not become ready. Its log ends:\n{}", service.log_end()).into())
            }
        }
    }

    /// The last lines of its log.
    #[must_use]
    pub fn log_end(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Asks it to stop, and waits.
    ///
    /// # Errors
    /// Where it does not stop in time, or stops with an error.
    pub fn stop(mut self) -> Result<(), Failure> {
        self.terminate();
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                let told = format!("{} stopped with {status}. Its log ends:\n{}", self.name, self.log_end());
                return if status.success() { Ok(()) } else { Err(told.into()) };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("{} did not stop when asked to", self.name).into())
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn terminate(&self) {
        // The `kill` of the shell: a signal takes an unsafe call or another crate.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
            std::thread::sleep(Duration::from_millis(300));
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

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
        Ok(Self { program: program()?, folder: folder.to_owned(), url: url.to_owned(), authority: None })
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
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("THERIAC_URL", &self.url)
            .env("THERIAC_DEPLOYMENT", self.deployment())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
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
}

/// Starts `theriac devnet` on a free port, and returns its URL.
///
/// # Errors
/// Where it does not become ready.
pub fn start_devnet(folder: &Path, base_path: Option<&Path>) -> Result<(Service, String), Failure> {
    let mut command = Command::new(program()?);
    command.args(["devnet", "--rpc-port", "0"]).current_dir(folder);
    if let Some(path) = base_path {
        command.arg("--base-path").arg(path);
    }
    Service::start("theriac devnet", &mut command, &folder.join("devnet.log"), |line| {
        let at = line.find("ws://")?;
        Some(line[at..].split_whitespace().next()?.to_owned())
    })
}
