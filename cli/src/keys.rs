//! The key that signs: read from where the user keeps it, and never shown.

use std::io::IsTerminal;

use chain::{ExposeSecret, SecretString, Signer};
use clap::ValueEnum;
use oracle::keys::Secret;

use crate::failure::Failure;
use crate::global::{DevAccount, Global};

/// The environment variable with a secret URI.
pub const KEY_VARIABLE: &str = "THERIAC_KEY";

/// The environment variable with the password of an encrypted key file.
pub const PASSWORD_VARIABLE: &str = "THERIAC_KEY_PASSWORD";
/// The longest key file that is read.
const MAX_FILE: usize = 16 * 1024;
/// The fewest characters of a new password.
const MIN_PASSWORD: usize = 8;

/// Whether the options or the environment name a key.
pub fn is_named(global: &Global) -> bool {
    let variable = || std::env::var(KEY_VARIABLE).is_ok_and(|text| !text.trim().is_empty());
    global.key_file.is_some() || global.dev_account.is_some() || variable()
}

/// The key that the options or the environment name, in this order; nothing where they name none.
pub fn find(global: &Global) -> Result<Option<Signer>, Failure> {
    let of = |secret: SecretString| Ok(Some(Signer::from_secret(&secret)?));
    if let Some(path) = &global.key_file {
        // Refuses a file that others can read.
        let bytes = files::read_secret(path, MAX_FILE)
            .map_err(|error| Failure::bad_input(format!("the key {error}")))?;
        let not_text = |_| Failure::bad_input(format!("the key file {} is not text", path.display()));
        let text = str::from_utf8(&bytes).map_err(not_text)?;
        if text.trim_start().starts_with('{') {
            let ask = format!("Password of {}: ", path.display());
            return Ok(Some(Signer::from_key_file(text, &password(global, &ask)?)?));
        }
        return of(text.trim().into());
    }
    if let Some(account) = global.dev_account {
        return of(development_uri(account).into());
    }
    match std::env::var(KEY_VARIABLE) {
        Ok(text) if !text.trim().is_empty() => of(text.into()),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::bad_input(format!("{KEY_VARIABLE} is not text; set it to a secret URI")))
        }
        _ => Ok(None),
    }
}

/// The password of a key file: from the file that the options name, the environment, or the terminal.
fn password(global: &Global, ask: &str) -> Result<SecretString, Failure> {
    match password_elsewhere(global)? {
        Some(password) => Ok(password),
        None => prompt(ask),
    }
}

/// A password for a new key file. At a terminal it is asked for twice.
pub fn new_password(global: &Global) -> Result<SecretString, Failure> {
    let password = match password_elsewhere(global)? {
        Some(password) => password,
        None => {
            let first = prompt("New password of the key file: ")?;
            let second = prompt("The same again: ")?;
            if first.expose_secret() != second.expose_secret() {
                return Err(Failure::bad_input("the two passwords differ; try again"));
            }
            first
        }
    };
    if password.expose_secret().chars().count() < MIN_PASSWORD {
        return Err(Failure::bad_input(format!(
            "the password is too short; use {MIN_PASSWORD} characters or more"
        )));
    }
    Ok(password)
}

fn password_elsewhere(global: &Global) -> Result<Option<SecretString>, Failure> {
    if let Some(path) = &global.password_file {
        let secret = Secret::from_file(path).map_err(Failure::bad_input)?;
        return Ok(Some(secret.expose().into()));
    }
    Ok(std::env::var(PASSWORD_VARIABLE).ok().filter(|password| !password.is_empty()).map(SecretString::from))
}

/// Asks for a secret, which is not shown.
pub fn prompt(text: &str) -> Result<SecretString, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::bad_input(format!(
            "a password is needed, and nobody can be asked; give --password-file, or set {PASSWORD_VARIABLE}"
        )));
    }
    let typed = rpassword::prompt_password(text);
    typed
        .map(SecretString::from)
        .map_err(|error| Failure::failed(format!("the terminal cannot be read: {error}")))
}

/// The secret URI of a well-known account, such as `//Alice`.
pub fn development_uri(account: DevAccount) -> String {
    let name = account.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let (first, rest) = name.split_at(name.len().min(1));
    format!("//{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_development_account_has_its_uri() {
        assert_eq!(development_uri(DevAccount::Alice), "//Alice");
        assert_eq!(development_uri(DevAccount::Ferdie), "//Ferdie");
    }
}
