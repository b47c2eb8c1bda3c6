//! `theriac terms`: confidential terms of delivery, sealed to partners, with their hash on chain.

mod file;
mod shipment;

use std::path::{Path, PathBuf};

use ::sealed::{
    Author, Content, Context as Place, Envelope, OpenError, Opened, PublicKey, Purpose, SealError, Store,
    StoreError,
};
use clap::{Args, Subcommand};
use primitives::{AccountId, DocumentHash};
use serde_json::json;
use subxt::tx::Signer;
use subxt::utils::MultiSignature;
use subxt::SubstrateConfig;

use self::shipment::{Agreed, ShipmentArgs};
use super::sealing_key::KeyringArgs;
use crate::accounts::{self, ss58};
use crate::answer::Answer;
use crate::context::{signer, Context};
use crate::failure::{Exit, Failure};
use crate::global::Global;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  export THERIAC_STORE=s3://alpha-pharma-terms
  pharmacy=5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy
  theriac terms seal --to $pharmacy prices.txt
  theriac batch ship --gtin 9506000134352 --lot ABC123 --to $pharmacy \\
      --quantity 500 --terms HASH
  theriac terms open --shipment 1
  theriac terms reseal HASH             after a partner's key was rotated

The store is file:///folder, or s3://bucket/prefix with AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL as usual.";

/// Commands of `theriac terms`.
#[derive(Subcommand, Debug)]
pub enum TermsCommand {
    /// Seal a document to yourself and the consignee, keep it in the store, and print its hash for `batch ship`
    Seal {
        /// The document: up to a mebibyte of anything
        file: PathBuf,
        /// The consignee's account
        #[arg(long, value_name = "ACCOUNT", value_parser = accounts::parse)]
        to: AccountId,
        #[command(flatten)]
        readers: ReaderArgs,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Fetch sealed terms, check them against the chain, and show them
    Open {
        /// Their hash; with --shipment, where they are not the very ones that were shipped but sealed again
        #[arg(required_unless_present = "shipment")]
        hash: Option<DocumentHash>,
        #[command(flatten)]
        shipment: ShipmentArgs,
        /// Write the document to this new file, which only you can read, instead of showing it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        keyring: KeyringArgs,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Seal terms that you can open again, to the current keys of both parties
    Reseal {
        /// Their hash
        hash: DocumentHash,
        #[command(flatten)]
        readers: ReaderArgs,
        #[command(flatten)]
        keyring: KeyringArgs,
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// Who else may read.
#[derive(Args, Debug)]
pub struct ReaderArgs {
    /// Another organisation that may read it, such as a regulator or an auditor; may be given more than once
    #[arg(long = "reader", value_name = "ACCOUNT", value_parser = accounts::parse)]
    readers: Vec<AccountId>,
}

/// Where envelopes are kept.
#[derive(Args, Debug)]
pub struct StoreArgs {
    /// Where envelopes are kept: file:///folder or s3://bucket/prefix
    #[arg(long, value_name = "URL", env = "THERIAC_STORE")]
    store: String,
}

/// Runs a command of `theriac terms`.
pub async fn run(command: TermsCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        TermsCommand::Seal { file, to, readers, store } => {
            // What is wrong with the document or the store is said before a chain is asked.
            let content = Content::new(file::read(&file)?).map_err(not_sealed)?;
            let store = Store::open(&store.store).map_err(of_store)?;
            let context = Context::open(global).await?;
            let consignor = context.account()?.id();
            let place = place(&context, consignor, to);
            let hash = seal(&context, &store, &content, &place, &readers.readers, global).await?;
            let text = format!(
                "Sealed for {}, and kept in the store.\nHash  {hash}\nShip with it: theriac batch ship ... --terms {hash}",
                ss58(to)
            );
            Answer::new(
                text,
                &json!({ "hash": hash.to_string(), "consignor": ss58(consignor), "consignee": ss58(to) }),
            )
        }
        TermsCommand::Open { hash, shipment, out, keyring, store } => {
            let keyring = keyring.load()?;
            let store = Store::open(&store.store).map_err(of_store)?;
            let context = Context::open(global).await?;
            let agreed = shipment.find(&context).await?;
            let hash = hash.or(agreed.as_ref().map(|agreed| agreed.terms));
            let hash =
                hash.ok_or_else(|| Failure::bad_input("name the terms by their hash, or give --shipment"))?;
            let bytes = store.get(hash.0).await.map_err(of_store)?;
            let envelope = Envelope::parse(&bytes).map_err(of_envelope)?;
            let expected = match &agreed {
                Some(agreed) => place(&context, agreed.from, agreed.to),
                None => here(&context, &envelope),
            };
            let opened = envelope.open(&keyring, &expected).map_err(not_opened)?;
            if let Some(agreed) = &agreed {
                ensure_agreed(&store, &envelope, hash, agreed).await?;
            }
            show(&context, hash, &expected, &opened, agreed.as_ref(), out.as_deref()).await
        }
        TermsCommand::Reseal { hash, readers, keyring, store } => {
            let keyring = keyring.load()?;
            let store = Store::open(&store.store).map_err(of_store)?;
            let context = Context::open(global).await?;
            let bytes = store.get(hash.0).await.map_err(of_store)?;
            let envelope = Envelope::parse(&bytes).map_err(of_envelope)?;
            let place = here(&context, &envelope);
            let opened = envelope.open(&keyring, &place).map_err(not_opened)?;
            let new = seal(&context, &store, &opened.content, &place, &readers.readers, global).await?;
            let text = format!(
                "Sealed again, to the current keys.\nHash  {new}\nA shipment with the old hash is read with: theriac terms \
                 open {new} --shipment NUMBER"
            );
            Answer::new(text, &json!({ "hash": new.to_string(), "replaces": hash.to_string() }))
        }
    }
}

/// Where terms between these two belong.
fn place(context: &Context<'_>, consignor: AccountId, consignee: AccountId) -> Place {
    Place {
        genesis: context.chain.genesis().0,
        contract: *context.batches().0.as_ref(),
        consignor: *consignor.as_ref(),
        consignee: *consignee.as_ref(),
        purpose: Purpose::DeliveryTerms,
    }
}

/// The place of an envelope on this chain, where nobody says between whom.
fn here(context: &Context<'_>, envelope: &Envelope<'_>) -> Place {
    let &Place { consignor, consignee, .. } = envelope.context();
    place(context, consignor.into(), consignee.into())
}

/// Seals to both parties and the readers, signs, and puts the envelope into the store.
async fn seal(
    context: &Context<'_>,
    store: &Store,
    content: &Content,
    place: &Place,
    readers: &[AccountId],
    global: &Global,
) -> Result<DocumentHash, Failure> {
    // Refuses a development key on a live chain.
    let account = context.account()?.id();
    if !place.has_party(account.as_ref()) {
        return Err(not_sealed(SealError::AuthorNotAParty));
    }
    if place.consignor == place.consignee {
        return Err(Failure::bad_input(
            "consignor and consignee are the same; name another organisation with --to",
        ));
    }
    let mut keys = Vec::new();
    for account in [place.consignor.into(), place.consignee.into()].iter().chain(readers) {
        keys.push(key_of(context, *account).await?);
    }
    let signer: &dyn Signer<SubstrateConfig> = &signer(global)?;
    let sign = |message: &[u8]| match signer.sign(message) {
        MultiSignature::Sr25519(signature) => signature,
        // Is refused as no signature of the account.
        _ => [0; 64],
    };
    let author = Author { account: *account.as_ref(), sign: &sign };
    let envelope = ::sealed::seal(content, place, &keys, &author).map_err(not_sealed)?;
    store.put(&envelope).await.map(DocumentHash).map_err(of_store)
}

/// The sealing key of an organisation in good standing, as it is final on chain.
async fn key_of(context: &Context<'_>, account: AccountId) -> Result<PublicKey, Failure> {
    let refused = |cause: &str, code: &str| {
        Failure::new(Exit::Refused, format!("{} {cause}", ss58(account))).with_code(code)
    };
    let member = context.chain.read_finalised(&context.access().organisation(account)).await?;
    let Some(member) = member else {
        let cause = "acts for no organisation; the administrator registers it with `theriac org register`";
        return Err(refused(cause, "access/unknown-organisation"));
    };
    if member.membership.suspended {
        let cause = "is suspended, and gets nothing new; reinstate it with `theriac org reinstate`, if it may act again";
        return Err(refused(cause, "access/organisation-suspended"));
    }
    let key = member.organisation.sealing_key.ok_or_else(|| {
        let cause = "has published no sealing key; its owner does with `theriac sealing-key register`";
        refused(cause, "terms/no-sealing-key")
    })?;
    Ok(PublicKey(key))
}

/// Whether the envelope holds what the shipment's hash stands for.
async fn ensure_agreed(
    store: &Store,
    envelope: &Envelope<'_>,
    hash: DocumentHash,
    agreed: &Agreed,
) -> Result<(), Failure> {
    if hash == agreed.terms {
        return Ok(());
    }
    let shipped = store.get(agreed.terms.0).await.map_err(of_store)?;
    if envelope.has_content_of(&Envelope::parse(&shipped).map_err(of_envelope)?) {
        return Ok(());
    }
    let message =
        "the envelope holds another document than the one that was shipped; do not rely on it, and ask who \
                   gave you the hash";
    Err(Failure::bad_input(message).with_code("terms/other-document"))
}

async fn show(
    context: &Context<'_>,
    hash: DocumentHash,
    place: &Place,
    opened: &Opened,
    agreed: Option<&Agreed>,
    out: Option<&Path>,
) -> Result<Answer, Failure> {
    let parties = [opened.author, place.consignor, place.consignee].map(AccountId::from);
    let names = context.names(parties).await?;
    let [author, consignor, consignee] = parties.map(|account| names.of(account));
    let bytes = opened.content.as_bytes();
    let text = match out {
        Some(path) => {
            file::write(path, bytes)?;
            None
        }
        None => Some(file::printable(bytes)?),
    };
    let on_chain = match agreed {
        Some(agreed) => format!("the terms of shipment {}", agreed.shipment),
        None => "not compared with a shipment; give --shipment".to_owned(),
    };
    let shown = match (&text, out) {
        (Some(text), _) => format!("\n{text}"),
        (None, path) => format!("Written to  {}", path.unwrap_or(Path::new("")).display()),
    };
    let told = format!(
        "Sealed by   {author}\nConsignor   {consignor}\nConsignee   {consignee}\nHash        {hash}\nOn chain    {on_chain}\n{shown}"
    );
    let data = json!({
        "hash": hash.to_string(), "author": author, "consignor": consignor, "consignee": consignee,
        "shipment": agreed.map(|agreed| agreed.shipment), "terms": text, "out": out,
    });
    Answer::new(told, &data)
}

fn not_sealed(error: SealError) -> Failure {
    let exit = match error {
        SealError::NoRandomness | SealError::Cipher => Exit::Failed,
        _ => Exit::BadInput,
    };
    Failure::new(exit, error)
}

fn not_opened(error: OpenError) -> Failure {
    let code = match error {
        OpenError::NotARecipient => "terms/not-a-recipient",
        OpenError::OtherContext(_) => "terms/other-context",
        OpenError::AuthorNotAParty | OpenError::BadSignature => "terms/bad-signature",
        OpenError::KeyNotOpened
        | OpenError::ContentNotOpened
        | OpenError::BadPadding
        | OpenError::DigestMismatch => "terms/not-opened",
    };
    Failure::bad_input(error).with_code(code)
}

fn of_envelope(error: ::sealed::FormatError) -> Failure {
    Failure::bad_input(error).with_code("terms/no-envelope")
}

fn of_store(error: StoreError) -> Failure {
    let (exit, code) = match error {
        StoreError::BadAddress { .. } => (Exit::BadInput, "store/bad-address"),
        StoreError::Tampered { .. } | StoreError::TooLong { .. } => (Exit::BadInput, "store/tampered"),
        StoreError::NotFound { .. } => (Exit::Failed, "store/not-found"),
        StoreError::Unavailable { .. } => (Exit::Failed, "store/unavailable"),
    };
    Failure::new(exit, error).with_code(code)
}
