//! What is timed: our models in this process, onnxruntime in others that take instructions line by line.

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use inference::{FeatureVector, Model};
use serde_json::{json, Value};

/// The other side, in Python.
const SCRIPT: &str = include_str!("../../bench/onnxruntime.py");

/// A model with rows to run it on.
pub struct Case {
    pub name: String,
    pub model: Model,
    /// The absolute path of the graph.
    pub onnx: PathBuf,
    pub rows: Vec<FeatureVector>,
    /// The same rows as the graph takes them.
    pub values: Vec<Vec<Option<f64>>>,
}

/// What can be timed.
pub trait Engine {
    /// For the table.
    fn name(&self) -> &str;

    /// The time of all calls together, each on this many rows.
    fn time(&mut self, rows: usize, calls: u32) -> Result<Duration, Box<dyn Error>>;
}

/// Our way: from checked features to fixed-point results.
pub struct Ours<'c>(&'c Case);

impl<'c> Ours<'c> {
    pub const fn new(case: &'c Case) -> Self {
        Self(case)
    }
}

impl Engine for Ours<'_> {
    fn name(&self) -> &str {
        "ours"
    }

    fn time(&mut self, rows: usize, calls: u32) -> Result<Duration, Box<dyn Error>> {
        let rows: Vec<FeatureVector> = self.0.rows.iter().cycle().take(rows).cloned().collect();
        let start = Instant::now();
        for _ in 0..calls {
            black_box(self.0.model.predict(black_box(&rows))?);
        }
        Ok(start.elapsed())
    }
}

/// A process that has onnxruntime.
pub struct Other {
    name: String,
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Other {
    /// onnxruntime from Python.
    pub fn python(python: &Path) -> Result<Self, Box<dyn Error>> {
        Self::start(Command::new(python).args(["-c", SCRIPT]), "--python", python)
    }

    /// onnxruntime from Rust.
    pub fn rust(program: &Path, library: &Path) -> Result<Self, Box<dyn Error>> {
        Self::start(Command::new(program).arg(library), "--rust", program)
    }

    fn start(command: &mut Command, option: &str, program: &Path) -> Result<Self, Box<dyn Error>> {
        let program = program.display();
        let failed = |error: &dyn std::fmt::Display| {
            format!("{program} cannot be started: {error}; name another with {option}")
        };
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| failed(&error))?;
        let (orders, answers) =
            child.stdin.take().zip(child.stdout.take()).ok_or_else(|| failed(&"no pipes"))?;
        Ok(Self { name: program.to_string(), child, orders, answers: BufReader::new(answers) })
    }

    /// Makes the process load a model.
    pub fn load(&mut self, case: &Case) -> Result<(), Box<dyn Error>> {
        let input = &case.model.manifest().model.input;
        let answer = self.ask(&json!({ "model": case.onnx, "input": input, "rows": case.values }))?;
        if let Some(name) = answer.get("engine").and_then(Value::as_str) {
            name.clone_into(&mut self.name);
        }
        Ok(())
    }

    fn ask(&mut self, order: &Value) -> Result<Value, Box<dyn Error>> {
        let mut line = String::new();
        // A process that has ended takes no orders, but its last line says why.
        let sent = writeln!(self.orders, "{order}").and_then(|()| self.orders.flush());
        let read = self.answers.read_line(&mut line);
        let answer: Value = serde_json::from_str(&line).unwrap_or_default();
        let why = answer.get("error").and_then(Value::as_str).map(str::to_owned);
        let why = why.or_else(|| sent.err().or(read.err()).map(|error| error.to_string()));
        match why {
            None if answer.is_object() => Ok(answer),
            why => {
                let why = why.unwrap_or_else(|| "it gave no answer".to_owned());
                Err(format!("onnxruntime failed in {}: {why}", self.name).into())
            }
        }
    }
}

impl Engine for Other {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&mut self, rows: usize, calls: u32) -> Result<Duration, Box<dyn Error>> {
        let answer = self.ask(&json!({ "count": rows, "calls": calls }))?;
        let nanoseconds = answer.get("nanoseconds").and_then(Value::as_u64);
        nanoseconds.map(Duration::from_nanos).ok_or_else(|| "onnxruntime's time is missing".into())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // Nothing of it is needed any more, and it must not outlive us.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_python_without_onnxruntime_is_named() {
        let missing = Other::python(Path::new("no-such-python")).err().unwrap().to_string();
        assert!(missing.contains("name another with --python"), "{missing}");
        let mut other = Other::python(Path::new("false")).unwrap();
        let failed = other.ask(&json!({})).unwrap_err().to_string();
        assert!(failed.starts_with("onnxruntime failed in false: "), "{failed}");
    }
}
