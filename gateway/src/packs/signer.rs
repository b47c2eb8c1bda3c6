//! Keys that another program has: a hardware module's client, or a service of the organisation.
//!
//! The program is started for each signature. It gets the payload on standard input, in hexadecimal with a line end, and
//! gives the 64 bytes of an sr25519 signature on standard output, in hexadecimal. It ends with 0 within ten seconds.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chain::External;

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);
/// Two digits for each byte, `0x`, and a line end or two.
const MAX_ANSWER: u64 = 160;

/// A program that signs.
pub(super) struct Program {
    command: Vec<String>,
}

impl Program {
    pub(super) fn new(command: Vec<String>) -> Self {
        Self { command }
    }
}

impl External for Program {
    fn sign(&self, payload: &[u8]) -> Result<[u8; 64], String> {
        let (program, arguments) = self.command.split_first().ok_or("no program is named")?;
        let started = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = started.map_err(|error| format!("{program} cannot be started: {error}"))?;
        if let Some(mut input) = child.stdin.take() {
            // A program that reads nothing gives no signature either.
            let _ = writeln!(input, "{}", hex::encode(payload));
        }
        let began = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if began.elapsed() < PATIENCE => std::thread::sleep(LOOK),
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(format!("{program} gave no signature within {} s", PATIENCE.as_secs()));
                }
            }
        };
        if !status.success() {
            return Err(format!("{program} ended with {status}"));
        }
        let mut answer = String::new();
        if let Some(output) = child.stdout.take() {
            output.take(MAX_ANSWER).read_to_string(&mut answer).map_err(|error| error.to_string())?;
        }
        let mut signature = [0; 64];
        let digits = answer.trim().trim_start_matches("0x");
        hex::decode_to_slice(digits, &mut signature).map_err(|_| {
            format!("{program} gave something else than a signature of 64 bytes in hexadecimal")
        })?;
        Ok(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<[u8; 64], String> {
        Program::new(vec!["sh".into(), "-c".into(), script.into()]).sign(b"\x01\xff")
    }

    #[test]
    fn a_program_gets_the_payload_and_gives_the_signature() {
        let signed = shell("read payload; [ $payload = 01ff ] && printf '0x%0128d\\n' 7");
        let mut expected = [0; 64];
        expected[63] = 7;
        assert_eq!(signed, Ok(expected));
    }

    #[test]
    fn a_program_that_fails_or_gives_anything_else_does_not_sign() {
        for (script, says) in [
            ("exit 3", "ended with"),
            ("echo 00", "something else"),
            ("printf '%01000d' 7", "something else"),
            ("true", "something else"),
        ] {
            let error = shell(script).unwrap_err();
            assert!(error.contains(says), "{script}: {error}");
        }
        let missing = Program::new(vec!["/nowhere/signer".into()]).sign(b"").unwrap_err();
        assert!(missing.contains("cannot be started"), "{missing}");
    }
}
