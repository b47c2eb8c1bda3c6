//! What is waited for, and since when, on a terminal: programs and files get none of it.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Nothing is shown of what is done before.
const PATIENCE: Duration = Duration::from_millis(700);
/// How often the line is written anew.
const STEP: Duration = Duration::from_millis(500);

/// Waits, and says for what and how long on a line that is gone in the end. `text` is asked again for each line.
pub async fn show<T>(quiet: bool, text: impl Fn() -> String, work: impl Future<Output = T>) -> T {
    if quiet || !std::io::stderr().is_terminal() {
        return work.await;
    }
    let began = Instant::now();
    let mut shown = 0;
    tokio::pin!(work);
    let done = loop {
        let wait = if shown == 0 { PATIENCE } else { STEP };
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(wait) => {
                let line = format!("{}, {} s", text(), began.elapsed().as_secs());
                write(&format!("{line:shown$}"));
                shown = line.chars().count();
            }
        }
    };
    if shown > 0 {
        write(&" ".repeat(shown));
        write("");
    }
    done
}

/// Writes over the line.
fn write(line: &str) {
    let mut out = std::io::stderr().lock();
    // A terminal that is gone shows nothing.
    let _ = write!(out, "\r{line}").and_then(|()| out.flush());
}
