//! What can go wrong, by what the caller can do about it: each kind has its own exit code.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use chain::ContractError;
use heck::ToKebabCase;
use serde_json::{json, Value};

use crate::answer::Answer;
use crate::remedies;

/// How the program ends. The numbers are part of the interface: scripts branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; where a pack was judged: it is valid at the site that was named, or genuine where none was.
    Success = 0,
    /// Another failure, such as a file that cannot be written.
    Failed = 1,
    /// Arguments, codes, keys or files that cannot be used. clap uses this number for arguments, too.
    BadInput = 2,
    /// A pack was judged, and is not what exit code 0 stands for.
    NotValid = 3,
    /// A contract refused; nothing changed on chain.
    Refused = 4,
    /// The pack cannot be here: one of two packs is a copy. The alarm is on chain.
    CloneAlarm = 5,
    /// The chain or the gateway cannot be reached, or cannot be used.
    Unreachable = 6,
}

/// The table of exit codes, as `--help` shows it.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done; where a pack was judged: valid at the named site, or genuine
  1  another failure, such as a file that cannot be written
  2  bad input: arguments, codes, keys or files that cannot be used
  3  a pack was judged, and is not valid, or not genuine
  4  a contract refused, or would refuse; nothing changed on chain
  5  clone alarm: one of two packs is a copy, and the alarm is on chain
  6  the chain or the gateway cannot be reached, or the chain has no contracts";

impl Exit {
    /// The number that the shell gets.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.number().into()
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    /// A stable name of the error for scripts, where there is one.
    code: Option<String>,
    message: String,
    /// Facts for scripts.
    details: Option<Value>,
}

impl Failure {
    /// Input that cannot be used.
    pub fn bad_input(error: impl fmt::Display) -> Self {
        Self::new(Exit::BadInput, error)
    }

    /// A failure that none of the other kinds describes.
    pub fn failed(error: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, error)
    }

    /// A failure of any kind.
    pub fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, code: None, message: message.to_string(), details: None }
    }

    /// Gives the failure a stable name.
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds facts for scripts.
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Adds what to do besides, on a line of its own.
    pub fn with_hint(mut self, hint: &str) -> Self {
        self.message.push('\n');
        self.message.push_str(hint);
        self
    }

    /// The answer of a dry run, which ends a command without being a failure.
    pub fn into_answer(self) -> Result<Answer, Self> {
        Answer::new(self.message, &self.details)
    }

    /// How the program ends because of it.
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// The failure for a terminal: in colour, which is stripped where nobody sees it.
    pub fn for_people(&self) -> String {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        format!("{style}error:{style:#} {}", self.message)
    }

    /// The failure as a JSON object.
    pub fn to_json(&self) -> Value {
        json!({
            "error": {
                "code": self.code,
                "message": self.message,
                "exit_code": self.exit.number(),
                "details": self.details,
            }
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

impl From<chain::Error> for Failure {
    fn from(error: chain::Error) -> Self {
        use chain::Error as Chain;
        let exit = match &error {
            Chain::Contract(refusal) => return refused(refusal),
            Chain::BadUrl { .. }
            | Chain::Unencrypted { .. }
            | Chain::BadBundle { .. }
            | Chain::BadSecret { .. }
            | Chain::BadDeployment { .. }
            | Chain::DevKeyOnLiveChain { .. }
            | Chain::WrongChain { .. }
            | Chain::CodeMismatch { .. } => Exit::BadInput,
            Chain::Unreachable { .. }
            | Chain::Disconnected { .. }
            | Chain::Timeout { .. }
            | Chain::MissingPallet { .. }
            | Chain::MissingPart { .. }
            | Chain::ContractNotFound { .. } => Exit::Unreachable,
            _ => Exit::Failed,
        };
        Self::new(exit, error)
    }
}

fn refused(error: &ContractError) -> Failure {
    let remedy = match error {
        ContractError::Access(error) => remedies::of_access(*error),
        ContractError::Governance(error) => remedies::of_governance(*error),
        ContractError::Batches(error) => remedies::of_batches(*error),
        ContractError::Products(error) => remedies::of_products(*error),
        ContractError::Units(error) => remedies::of_units(*error),
        ContractError::Evidence(error) => remedies::of_evidence(*error),
        ContractError::Feeds(error) => remedies::of_feeds(*error),
    };
    Failure::new(Exit::Refused, format!("{error} {remedy}")).with_code(code_of(*error))
}

/// The stable name of a contract's refusal, such as `batches/not-released`.
pub fn code_of(error: ContractError) -> String {
    format!("{}/{}", error.contract(), error.name().to_kebab_case())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_documented() {
        use Exit::*;
        let all = [Success, Failed, BadInput, NotValid, Refused, CloneAlarm, Unreachable];
        for (number, exit) in (0_u8..).zip(all) {
            assert_eq!(exit.number(), number);
            assert!(EXIT_CODES.contains(&format!("\n  {number}  ")));
        }
    }

    #[test]
    fn a_failure_is_readable_by_machines() {
        let failure = Failure::new(Exit::Refused, "no").with_code("batches/not-released");
        assert_eq!(
            failure.to_json().to_string(),
            r#"{"error":{"code":"batches/not-released","details":null,"exit_code":4,"message":"no"}}"#
        );
    }

    #[test]
    fn a_refusal_names_cause_and_remedy() {
        let failure = Failure::from(chain::Error::Contract(primitives::batches::Error::NotReleased.into()));
        assert_eq!(failure.exit(), Exit::Refused);
        assert_eq!(failure.code.as_deref(), Some("batches/not-released"));
        assert_eq!(
            failure.to_string(),
            "batches refuses with NotReleased: The batch is not released. Wait for `theriac batch release` by the \
             manufacturer's quality unit."
        );
    }

    #[test]
    fn an_unreachable_chain_is_distinguished_from_wrong_input() {
        let away = chain::Error::Unreachable { url: "ws://a".to_owned(), reason: "refused".to_owned() };
        assert_eq!(Failure::from(away).exit(), Exit::Unreachable);
        let wrong = chain::Error::BadUrl { url: "a".to_owned(), reason: "no scheme".to_owned() };
        assert_eq!(Failure::from(wrong).exit(), Exit::BadInput);
        assert_eq!(Failure::from(chain::Error::OutOfGas).exit(), Exit::Failed);
    }
}
