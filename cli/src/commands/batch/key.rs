use std::path::Path;

use primitives::BatchId;
use serde_json::json;
use zeroize::Zeroizing;

use super::args::KeyArgs;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::secrets;
use crate::serials::file_name;

/// Makes a manufacturer's secret in a file, unless there is one.
pub fn secret(path: &Path) -> Result<Answer, Failure> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(Failure::failed)?;
    let made = secrets::create(path, &bytes)?;
    secrets::check(path)?;
    let shown = path.display().to_string();
    let text = match made {
        true => format!(
            "The secret is in {shown}: keep it, with a copy in a safe place, and show it to nobody. Without it, your packs \
             cannot be proven."
        ),
        false => format!("The secret in {shown} was there before."),
    };
    Answer::new(text, &json!({ "file": shown, "made": made }))
}

/// Writes the key of a batch to a new file.
pub fn key(args: &KeyArgs) -> Result<Answer, Failure> {
    let KeyArgs { gtin, lot, secret, out } = args;
    let batch = BatchId::of(gtin.value(), lot.as_bytes());
    let key = secret.secret()?.batch_key(batch);
    let shown = out.display().to_string();
    if !secrets::create(out, key.expose())? {
        return Err(Failure::bad_input(format!("the file {shown} exists; give another --out")));
    }
    let text = format!(
        "The key of lot {lot} of {gtin} is in {shown}. With the list of serials it proves every pack of this batch: give it \
         only to a service that gives proofs. In a folder of keys, call it {}.",
        file_name(*gtin, lot, "key")
    );
    Answer::new(text, &json!({ "file": shown, "batch": batch.to_string() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::SecretError;

    #[test]
    fn a_secret_is_made_once_and_another_file_is_not_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("maker.secret");
        secret(&path).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        assert_eq!(first.trim().len(), 64);
        secret(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
        let other = folder.path().join("note.txt");
        files::create_private(&other, b"a note").unwrap();
        let failure = secret(&other).unwrap_err();
        let length = SecretError::WrongLength {
            what: crate::secrets::What::Manufacturer,
            place: other.display().to_string(),
            found: 6,
        };
        assert_eq!(failure.to_string(), length.to_string());
    }
}
