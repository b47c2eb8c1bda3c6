//! Imports every model of a zoo (see `models/zoo`), runs its rows, and compares with onnxruntime's results.
//!
//! `zoo FOLDER` prints a line for each model and the number that agree; `zoo FOLDER --table` prints Markdown. The exit code
//! is 1 if a model differs from onnxruntime, or is refused, and is not one of [`OTHERWISE`].
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::expect_used)]

#[path = "../tests/unit/exported.rs"]
mod exported;

use std::fs;
use std::process::ExitCode;

use exported::{compare, rows, TOLERANCE};

/// Models that are refused, or differ, and why.
const OTHERWISE: [(&str, &str); 2] = [
    ("neighbours-imputed", "branches (If) over rows with gaps: refused by name"),
    (
        "nu-svr-linear",
        "a sum of 304 terms up to 1,000 in 32 bits: onnxruntime is 3.0e-5 from the sum in 64 bits, and this program 3.3e-5",
    ),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("zoo FOLDER [--table]");
    let table = arguments.next().is_some();
    let mut folders: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("rows.json").is_file());
    folders.sort();
    if table {
        println!("| model | kind | values | largest difference |\n| --- | --- | ---: | ---: |");
    }
    let (mut wrong, mut otherwise) = (0, 0);
    for folder in &folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let rows = rows(folder);
        let to = tempfile::tempdir().unwrap();
        let result = compare(folder, to.path(), &rows);
        let agrees = matches!(result, Ok((_, difference)) if difference <= TOLERANCE);
        let reason = OTHERWISE.iter().find(|(own, _)| *own == name).map(|(_, reason)| *reason);
        let (count, mut said) = match &result {
            Ok((count, difference)) => (count.to_string(), format!("{difference:.1e}")),
            Err(why) => ("refused".to_owned(), why.lines().next().unwrap_or_default().to_owned()),
        };
        match (agrees, reason) {
            (true, _) => {}
            (false, Some(reason)) => {
                otherwise += 1;
                said = format!("{}: {reason}", if result.is_ok() { &said } else { "refused" });
            }
            (false, None) => wrong += 1,
        }
        if table {
            println!("| {name} | {} | {count} | {said} |", rows["kind"].as_str().unwrap());
        } else {
            println!("{name}: {count} {said}");
        }
    }
    let agree = folders.len() - wrong - otherwise;
    println!("\n{agree} of {} models agree with onnxruntime, {otherwise} are known not to.", folders.len());
    ExitCode::from(u8::from(wrong > 0 || folders.is_empty()))
}
