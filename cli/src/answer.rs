//! What a command says when it is done: text for people, or JSON for machines.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;
use serde_json::Value;

use crate::failure::{Exit, Failure};

/// The answer of a command.
#[derive(Debug)]
pub struct Answer {
    text: String,
    json: Value,
    exit: Exit,
}

impl Answer {
    /// An answer that is shown as text by its `Display` and as JSON by its `Serialize`.
    pub fn of(view: &(impl Display + Serialize)) -> Result<Self, Failure> {
        Self::new(view.to_string(), view)
    }

    /// An answer with one text for people and data for machines.
    pub fn new(text: String, data: &impl Serialize) -> Result<Self, Failure> {
        let json = serde_json::to_value(data).map_err(Failure::failed)?;
        Ok(Self { text, json, exit: Exit::Success })
    }

    /// Nothing more to say: what there was is printed already.
    pub fn silent() -> Result<Self, Failure> {
        Ok(Self { text: String::new(), json: Value::Null, exit: Exit::Success })
    }

    /// A list; for people with what to say where it is empty.
    pub fn list<T: Display + Serialize>(views: &[T], empty: &str) -> Result<Self, Failure> {
        let text: Vec<String> = views.iter().map(ToString::to_string).collect();
        Self::new(if text.is_empty() { empty.to_owned() } else { text.join("\n") }, &views)
    }

    /// The same answer with another exit code.
    pub fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Writes the answer to standard output, and says how the program ends.
    pub fn print(&self, json: bool) -> Result<Exit, Failure> {
        let written = match json {
            true if self.json.is_null() => Ok(()),
            true => print_json(&self.json),
            false => print_text(&self.text),
        };
        match written {
            // The reader that closed the pipe has read enough.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::failed(format!(
                "the answer cannot be written: {error}; check where it is sent to"
            ))),
            _ => Ok(self.exit),
        }
    }
}

fn print_json(value: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)
}

fn print_text(text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = anstream::stdout();
    writeln!(out, "{}", text.trim_end())?;
    out.flush()
}
