//! `theriac account`: keys in files that a password closes, and what the chain knows of their accounts.

use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};

use chain::{keystore, ExposeSecret, SecretString};
use clap::Subcommand;
use primitives::AccountId;
use serde_json::json;

use crate::account_view::AccountView;
use crate::accounts::{self, ss58};
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::global::Global;
use crate::keys;

/// The longest phrase that is read.
const MAX_PHRASE: usize = 1024;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac account new pharmacy.key
  theriac account import admin.key               asks for the phrase
  theriac account import admin.key < phrase.txt
  theriac account show --key-file pharmacy.key
  theriac account show 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty

A key file has the form of the wallets of Substrate's chains (Polkadot-JS), is closed with a password, and only you may
read it. Its password comes from a question, --password-file, or the variable THERIAC_KEY_PASSWORD.";

/// Commands of `theriac account`.
#[derive(Subcommand, Debug)]
pub enum AccountCommand {
    /// Make a key; its phrase is shown once
    New {
        /// The key file to write; an existing one is not overwritten
        file: PathBuf,
    },
    /// Put a phrase, or 0x and a seed, into a key file; from standard input, or a question
    Import {
        /// The key file to write; an existing one is not overwritten
        file: PathBuf,
    },
    /// Show an account: its address, balance, organisation and roles
    Show {
        /// The account: SS58, or 0x and hexadecimal; without it, the one that signs
        #[arg(value_parser = accounts::parse)]
        account: Option<AccountId>,
    },
}

/// Runs a command of `theriac account`.
pub async fn run(command: AccountCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        AccountCommand::New { file } => {
            ensure_new(&file)?;
            let phrase = keystore::new_phrase()?;
            let account = write(&file, &phrase, global)?;
            let words = phrase.expose_secret();
            let text = format!(
                "{}\n\nThe phrase of this key, which is shown only now. Write it down, and keep it where nobody finds it: \
                 whoever has it has the key, and without it a lost file or password cannot be replaced.\n\n  {words}",
                written(&file, account)
            );
            let data = json!({ "file": file, "address": ss58(account), "phrase": words });
            Answer::new(text, &data)
        }
        AccountCommand::Import { file } => {
            ensure_new(&file)?;
            let account = write(&file, &phrase()?, global)?;
            Answer::new(written(&file, account), &json!({ "file": file, "address": ss58(account) }))
        }
        AccountCommand::Show { account } => {
            let context = Context::open(global).await?;
            let account = match account {
                Some(account) => account,
                None => context.account()?.id(),
            };
            Answer::of(&AccountView::of(&context, account).await?)
        }
    }
}

/// Refuses to write over a file, before anybody types a password.
fn ensure_new(file: &Path) -> Result<(), Failure> {
    match file.exists() {
        true => Err(exists(file)),
        false => Ok(()),
    }
}

fn exists(file: &Path) -> Failure {
    let file = file.display();
    Failure::bad_input(format!("the file {file} exists, and a key is never overwritten; give another name"))
}

/// The phrase from standard input, or from a question.
fn phrase() -> Result<SecretString, Failure> {
    if std::io::stdin().is_terminal() {
        return keys::prompt("Phrase, or 0x and the seed: ");
    }
    let bytes =
        files::read_from(std::io::stdin(), "standard input", MAX_PHRASE).map_err(Failure::bad_input)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::bad_input("the phrase is not text"))?;
    Ok(text.trim().into())
}

fn write(file: &Path, secret: &SecretString, global: &Global) -> Result<AccountId, Failure> {
    let password = keys::new_password(global)?;
    let (text, account) = keystore::encrypt(secret, &password)?;
    match files::create_private(file, text.as_bytes()) {
        Ok(()) => Ok(account),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(file)),
        Err(error) => {
            let file = file.display();
            Err(Failure::failed(format!(
                "{file} cannot be written: {error}; check the folder and its permissions"
            )))
        }
    }
}

fn written(file: &Path, account: AccountId) -> String {
    format!("The key of {} is in {}, closed with your password.", ss58(account), file.display())
}
