use std::io::ErrorKind;
use std::path::Path;

use oracle::keys::{OperatorKey, Secret};
use serde_json::json;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::failure::Failure;

/// How many random numbers are tried: one in 2^128 is not a valid key.
const ATTEMPTS: usize = 4;

/// Makes an operator's key in a file, unless there is one, and answers with its public key.
pub fn run(path: &Path) -> Result<Answer, Failure> {
    let made = make(path)?;
    let secret = Secret::from_file(path).map_err(Failure::bad_input)?;
    let public = hex::encode(OperatorKey::from_hex(&secret).map_err(Failure::bad_input)?.public());
    let shown = path.display().to_string();
    let text = match made {
        true => format!("The key is in {shown}: keep it, and show it to nobody.\nPublic key  {public}"),
        false => format!("The key in {shown} was there before.\nPublic key  {public}"),
    };
    Answer::new(text, &json!({ "file": shown, "public_key": public, "made": made }))
}

/// Whether the file was made now.
fn make(path: &Path) -> Result<bool, Failure> {
    let secret = random_key()?;
    let line = Zeroizing::new(format!("{}\n", secret.expose()));
    match files::create_private(path, line.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => {
            let shown = path.display();
            Err(Failure::failed(format!(
                "{shown} cannot be written: {error}; check the folder and the permissions"
            )))
        }
    }
}

fn random_key() -> Result<Secret, Failure> {
    for _ in 0..ATTEMPTS {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Failure::failed)?;
        let secret = Secret::from(hex::encode(bytes));
        if OperatorKey::from_hex(&secret).is_ok() {
            return Ok(secret);
        }
    }
    Err(Failure::failed("the system's random numbers are not random; do not use this computer"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_for_its_owner_only_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("operator.key");
        run(&path).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        assert_eq!(first.trim().len(), 64);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        run(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(run(file.path()).unwrap_err().to_string().contains("chmod 600"));
    }
}
