//! What a journey tells: each step with the command that a person would type, what the program answered, and in the
//! end a table of what was checked.
use std::path::Path;

use serde_json::Value;

use testkit::theriac::{Said, Theriac};
use testkit::Failure;

/// How much a journey tells while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Every command and answer, for people.
    Everything,
    /// Nothing: a test tells only what failed.
    Nothing,
}

/// A journey in progress.
#[derive(Debug)]
pub struct Stage {
    theriac: Theriac,
    telling: Telling,
    steps: usize,
    checked: Vec<String>,
}

impl Stage {
    /// A journey that types its commands into `theriac`.
    #[must_use]
    pub fn new(theriac: Theriac, telling: Telling) -> Self {
        Self { theriac, telling, steps: 0, checked: Vec::new() }
    }

    /// The program.
    #[must_use]
    pub fn theriac(&self) -> &Theriac {
        &self.theriac
    }

    /// What was checked so far.
    #[must_use]
    pub fn checked(&self) -> &[String] {
        &self.checked
    }

    /// Begins a step.
    pub fn step(&mut self, title: &str) {
        self.steps += 1;
        self.tell(&format!("\n{:>2}. {title}", self.steps));
    }

    /// Says something, where the journey is told.
    pub fn tell(&self, text: &str) {
        if self.telling == Telling::Everything {
            println!("{text}");
        }
    }

    /// Notes a fact that was checked.
    pub fn check(&mut self, fact: &str) {
        self.tell(&format!("    ✔ {fact}"));
        self.checked.push(fact.to_owned());
    }

    /// Types a command that must succeed, and returns what it said.
    ///
    /// # Errors
    /// Where it fails.
    pub fn does(&self, who: Option<&str>, command: &[&str]) -> Result<String, Failure> {
        self.typed(who, command)?.ok()
    }

    /// The same, with the answer as JSON.
    ///
    /// # Errors
    /// Where it fails, or the answer is no JSON.
    pub fn asks(&self, who: Option<&str>, command: &[&str]) -> Result<Value, Failure> {
        let with_json = [command, &["--json"]].concat();
        Ok(serde_json::from_str(&self.typed(who, &with_json)?.ok()?)?)
    }

    /// Types a command that must fail with this exit code, and say `because`.
    ///
    /// # Errors
    /// Where it succeeds, or fails otherwise.
    pub fn fails(
        &self,
        who: Option<&str>,
        command: &[&str],
        code: i32,
        because: &str,
    ) -> Result<String, Failure> {
        let said = self.typed(who, command)?;
        let all = said.all();
        if said.code != Some(code) || !all.to_lowercase().contains(&because.to_lowercase()) {
            let wanted = format!("exit code {code} and {because:?} were expected");
            return Err(format!("`{}` ended with {:?}, {wanted}:\n{all}", said.typed, said.code).into());
        }
        Ok(all)
    }

    fn typed(&self, who: Option<&str>, command: &[&str]) -> Result<Said, Failure> {
        let said = self.theriac.run(who, command)?;
        self.tell(&format!("    $ {}", said.typed));
        for line in said.all().lines().take(24) {
            self.tell(&format!("      {line}"));
        }
        Ok(said)
    }

    /// The table of what was checked.
    #[must_use]
    pub fn table(&self) -> String {
        let width = self.checked.iter().map(|fact| fact.chars().count()).max().unwrap_or_default();
        let line = format!("+{}+----+", "-".repeat(width + 2));
        let rows: Vec<String> = self.checked.iter().map(|fact| format!("| {fact:<width$} | ok |")).collect();
        format!("{line}\n{}\n{line}", rows.join("\n"))
    }
}

/// Writes a file of the journey.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<String, Failure> {
    let path = folder.join(name);
    std::fs::write(&path, text)?;
    Ok(path.to_string_lossy().into_owned())
}
