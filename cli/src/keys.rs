//! The key that signs: read from where the user keeps it, and never shown.

use chain::SecretString;
use clap::ValueEnum;
use oracle::keys::Secret;

use crate::failure::Failure;
use crate::global::{DevAccount, Global};

/// The environment variable with a secret URI.
pub const KEY_VARIABLE: &str = "THERIAC_KEY";

/// The secret URI of the key that the options or the environment name, in this order; nothing where they name none.
pub fn find(global: &Global) -> Result<Option<SecretString>, Failure> {
    if let Some(path) = &global.key_file {
        // Refuses a file that others can read.
        let secret = Secret::from_file(path).map_err(Failure::bad_input)?;
        return Ok(Some(secret.expose().into()));
    }
    if let Some(account) = global.dev_account {
        return Ok(Some(development_uri(account).into()));
    }
    match std::env::var(KEY_VARIABLE) {
        Ok(text) if !text.trim().is_empty() => Ok(Some(text.into())),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::bad_input(format!("{KEY_VARIABLE} is not text; set it to a secret URI")))
        }
        _ => Ok(None),
    }
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
