//! A question before what others act upon, or what cannot be taken back.

use std::io::{BufRead, IsTerminal, Write};

use crate::failure::{Exit, Failure};
use crate::global::Global;

/// Asks whether something is to be done, unless `--yes` says so. `what` says what follows from it.
pub fn ask(global: &Global, what: &str) -> Result<(), Failure> {
    if global.yes {
        return Ok(());
    }
    let (stdin, stderr) = (std::io::stdin(), std::io::stderr());
    if global.json || !stdin.is_terminal() || !stderr.is_terminal() {
        let message = format!("{what} Give --yes, because nobody can be asked here");
        return Err(Failure::bad_input(message).with_code("confirmation/missing"));
    }
    let answer = question(&mut stdin.lock(), &mut stderr.lock(), what);
    match answer.map_err(|error| Failure::failed(format!("the terminal cannot be read: {error}")))? {
        true => Ok(()),
        false => {
            Err(Failure::new(Exit::Failed, "stopped: nothing was changed").with_code("confirmation/refused"))
        }
    }
}

/// Whether the answer is yes: everything else, and no answer, is no.
fn question(input: &mut impl BufRead, output: &mut impl Write, what: &str) -> std::io::Result<bool> {
    write!(output, "{what} Continue? [y/N] ")?;
    output.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (answer, expected) in
            [("y\n", true), (" YES \n", true), ("\n", false), ("", false), ("no\n", false), ("yep\n", false)]
        {
            let mut asked = Vec::new();
            assert_eq!(
                question(&mut answer.as_bytes(), &mut asked, "The batch is recalled.").unwrap(),
                expected
            );
            let asked = String::from_utf8(asked).unwrap();
            assert_eq!(asked, "The batch is recalled. Continue? [y/N] ");
        }
    }
}
