//! `theriac sealing-key`: the keys that open what partners seal for you.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sealed::{Keyring, KeyringError};
use serde_json::json;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::global::Global;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  export THERIAC_KEYRING=~/.theriac/keyring
  theriac sealing-key new
  theriac sealing-key register          so that partners seal to it
  theriac sealing-key rotate            a new key; old envelopes still open

Instead of a file, the environment variable THERIAC_SEALING_KEYS may hold the
keys: 64 hexadecimal digits on each line, the current one last.";

/// The environment variable with the keys themselves.
const KEYS_VARIABLE: &str = "THERIAC_SEALING_KEYS";

/// Commands of `theriac sealing-key`.
#[derive(Subcommand, Debug)]
pub enum SealingKeyCommand {
    /// Make a keyring with a key, in a file that only you can read
    New {
        #[command(flatten)]
        keyring: KeyringArgs,
    },
    /// Publish the current key on chain, for your organisation (needs a steward)
    Register {
        #[command(flatten)]
        keyring: KeyringArgs,
    },
    /// Add a new key to the keyring and publish it (needs a steward); the old ones still open what was sealed to them
    Rotate {
        #[command(flatten)]
        keyring: KeyringArgs,
    },
    /// Show the public part of the current key, and whether it is the published one
    Show {
        #[command(flatten)]
        keyring: KeyringArgs,
    },
}

/// Where the private keys are.
#[derive(Args, Debug)]
pub struct KeyringArgs {
    /// The file with your private keys, which only you may read
    #[arg(long, value_name = "FILE", env = "THERIAC_KEYRING")]
    keyring: Option<PathBuf>,
}

impl KeyringArgs {
    fn path(&self) -> Result<&Path, Failure> {
        self.keyring.as_deref().ok_or_else(|| {
            Failure::bad_input("no keyring was given; give --keyring FILE, or set THERIAC_KEYRING to one")
        })
    }

    /// The keys of the file, and of the environment where no file is named.
    pub fn load(&self) -> Result<Keyring, Failure> {
        if self.keyring.is_none() {
            if let Ok(text) = std::env::var(KEYS_VARIABLE) {
                return Keyring::parse(&Zeroizing::new(text)).map_err(failure);
            }
        }
        Keyring::load(self.path()?).map_err(failure)
    }
}

/// Runs a command of `theriac sealing-key`.
pub async fn run(command: SealingKeyCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        SealingKeyCommand::New { keyring } => {
            let path = keyring.path()?;
            let keys = Keyring::generate().map_err(failure)?;
            keys.create(path).map_err(failure)?;
            let (shown, public) = (path.display().to_string(), public_of(&keys));
            let text = format!(
                "The key is in {shown}: keep it, and show it to nobody.\nPublic key  {public}\nPublish it with: theriac \
                 sealing-key register"
            );
            Answer::new(text, &json!({ "file": shown, "public_key": public }))
        }
        SealingKeyCommand::Register { keyring } => publish(&keyring.load()?, global).await,
        SealingKeyCommand::Rotate { keyring } => {
            let path = keyring.path()?;
            let mut keys = Keyring::load(path).map_err(failure)?;
            keys.rotate().map_err(failure)?;
            // First into the file: a published key that is lost would make envelopes that nobody opens.
            keys.replace(path).map_err(failure)?;
            publish(&keys, global).await.map_err(|error| {
                let message = format!(
                    "{error}\nThe new key is in the keyring, and not published yet: run `theriac sealing-key register`"
                );
                Failure::new(error.exit(), message).with_code("sealing-key/not-published")
            })
        }
        SealingKeyCommand::Show { keyring } => show(&keyring.load()?, global).await,
    }
}

async fn publish(keys: &Keyring, global: &Global) -> Result<Answer, Failure> {
    let context = Context::open(global).await?;
    let public = public_of(keys);
    let done = format!("Partners seal to this key from now on: {public}");
    let call = context.governance().set_sealing_key(keys.current().public().0);
    context.change(&call, &done, json!({ "public_key": public, "keys": keys.len() })).await
}

async fn show(keys: &Keyring, global: &Global) -> Result<Answer, Failure> {
    let context = Context::open(global).await?;
    let published = context.own_organisation().await?.organisation.sealing_key;
    let is_published = published == Some(keys.current().public().0);
    let public = public_of(keys);
    let state = match (is_published, published) {
        (true, _) => "it is published: partners seal to it",
        (false, Some(_)) => "another key is published; run `theriac sealing-key register`",
        (false, None) => "no key is published; run `theriac sealing-key register`",
    };
    let text =
        format!("Public key  {public}\nOn chain    {state}\nOld keys    {}", keys.len().saturating_sub(1));
    Answer::new(text, &json!({ "public_key": public, "published": is_published, "keys": keys.len() }))
}

fn public_of(keys: &Keyring) -> String {
    format!("0x{}", hex::encode(keys.current().public().0))
}

fn failure(error: KeyringError) -> Failure {
    let exit = match error {
        KeyringError::NoRandomness => Exit::Failed,
        _ => Exit::BadInput,
    };
    Failure::new(exit, error)
}
