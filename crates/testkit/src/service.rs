//! A process that serves until it is stopped.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::Failure;

/// How long a service may take until it says that it is ready.
const START: Duration = Duration::from_secs(60);
/// How long a service may take to stop after it was asked to.
const STOP: Duration = Duration::from_secs(20);

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

    /// The number of its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
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
