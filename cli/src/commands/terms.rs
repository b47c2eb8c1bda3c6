//! `theriac terms`: confidential terms of delivery, sealed to partners, with their hash on chain.

mod file;
mod shipment;

use std::path::{Path, PathBuf};

use ::sealed::{
    Author, Content, Context as Place, Envelope, OpenError, Opened, PublicKey, Purpose, SealError, Store,
    StoreError,
};
use clap::{Args, Subcommand};
use primitives::governance::{Error, OrganisationEntry};
use primitives::{AccountId, DocumentHash, OrganisationId, SiteId};
use serde_json::json;
use view::directory::{Mentioned, OrganisationView};

use self::shipment::{Agreed, ShipmentArgs};
use super::sealing_key::KeyringArgs;
use crate::accounts::ss58;
use crate::answer::Answer;
use crate::context::{signer, Context};
use crate::failure::{code_of, Exit, Failure};
use crate::global::Global;
use crate::named::{OrganisationRef, SiteRef};

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  export THERIAC_STORE=s3://alpha-pharma-terms
  theriac terms seal --to 6291041500237 prices.txt
  theriac batch ship --gtin 9506000134352 --lot ABC123 \\
      --to 6291041500237 --quantity 500 --terms HASH
  theriac terms open --shipment 1
  theriac terms reseal HASH             after a partner's key was rotated

The store is file:///folder, or s3://bucket/prefix with AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL as usual.";

/// Commands of `theriac terms`.
#[derive(Subcommand, Debug)]
pub enum TermsCommand {
    /// Seal a document to your organisation and the consignee's, keep it in the store, and print its hash for `batch ship`
    Seal {
        /// The document: up to a mebibyte of anything
        file: PathBuf,
        /// The consignee: its site's GLN or number
        #[arg(long, value_name = "SITE")]
        to: SiteRef,
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
    /// Another organisation that may read it, such as a regulator or an auditor: its number, a GLN or its URI; may be given
    /// more than once
    #[arg(long = "reader", value_name = "ORGANISATION")]
    readers: Vec<OrganisationRef>,
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
            // What is wrong with the document or the store is reported before a chain is asked.
            let content = Content::new(file::read(&file)?).map_err(not_sealed)?;
            let store = Store::open(&store.store).map_err(of_store)?;
            let context = Context::open(global).await?;
            let (consignor, consignee) = (context.acting_site().await?, context.find_site(to).await?);
            let place = place(&context, consignor, consignee);
            let hash = seal(&context, &store, &content, &place, &readers.readers, global).await?;
            let sites = [consignor, consignee].into();
            let names = context.names(&Mentioned { sites, ..Mentioned::default() }).await?;
            let (consignor, consignee) = (names.site(consignor), names.site(consignee));
            let text = format!(
                "Sealed for {consignee}, and kept in the store.\nHash  {hash}\nShip with it: theriac batch ship ... --terms \
                 {hash}"
            );
            let data = json!({ "hash": hash.to_string(), "consignor": consignor, "consignee": consignee });
            Answer::new(text, &data)
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
                None => here(&context, &envelope)?,
            };
            let opened = envelope.open(&keyring, &expected).map_err(not_opened)?;
            match &agreed {
                // The consignor's own transaction vouches for the terms, whoever sealed them.
                Some(agreed) => ensure_agreed(&store, &envelope, hash, agreed).await?,
                None => ensure_party(&context, opened.author.into(), &expected).await?,
            }
            show(&context, hash, &expected, &opened, agreed.as_ref(), out.as_deref()).await
        }
        TermsCommand::Reseal { hash, readers, keyring, store } => {
            let keyring = keyring.load()?;
            let store = Store::open(&store.store).map_err(of_store)?;
            let context = Context::open(global).await?;
            let bytes = store.get(hash.0).await.map_err(of_store)?;
            let envelope = Envelope::parse(&bytes).map_err(of_envelope)?;
            let place = here(&context, &envelope)?;
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

/// Where terms between these two sites belong.
fn place(context: &Context<'_>, consignor: SiteId, consignee: SiteId) -> Place {
    Place {
        genesis: context.chain.genesis().0,
        contract: *context.batches().0.as_ref(),
        consignor: party(consignor),
        consignee: party(consignee),
        purpose: Purpose::DeliveryTerms,
    }
}

/// A site as envelopes name it: its number, big-endian, behind zeros.
fn party(site: SiteId) -> [u8; 32] {
    let mut bytes = [0; 32];
    if let Some(number) = bytes.last_chunk_mut() {
        *number = site.to_be_bytes();
    }
    bytes
}

/// The site that an envelope names.
fn site_of(party: &[u8; 32]) -> Result<SiteId, Failure> {
    let site = party.last_chunk().map(|number| SiteId::from_be_bytes(*number)).unwrap_or_default();
    if self::party(site) == *party {
        return Ok(site);
    }
    let message = "the envelope does not name sites: it is not of this version; ask its author to seal the document again";
    Err(Failure::bad_input(message).with_code("terms/no-envelope"))
}

/// The place of an envelope on this chain, where nobody says between whom.
fn here(context: &Context<'_>, envelope: &Envelope<'_>) -> Result<Place, Failure> {
    let Place { consignor, consignee, .. } = envelope.context();
    Ok(place(context, site_of(consignor)?, site_of(consignee)?))
}

/// The organisations of consignor and consignee, as they are final on chain.
async fn parties(context: &Context<'_>, place: &Place) -> Result<[OrganisationEntry; 2], Failure> {
    Ok([organisation_of(context, &place.consignor).await?, organisation_of(context, &place.consignee).await?])
}

/// The organisation of a site that an envelope names.
async fn organisation_of(context: &Context<'_>, party: &[u8; 32]) -> Result<OrganisationEntry, Failure> {
    let number = site_of(party)?;
    let site = context.chain.read_finalised(&context.governance().site(number)).await?;
    let site = site.ok_or_else(|| {
        let message = format!("the site {number} is not final on chain; see `theriac org site list`");
        refused(Error::UnknownSite, message)
    })?;
    organisation(context, site.organisation).await
}

/// An organisation as it is final on chain.
async fn organisation(context: &Context<'_>, id: OrganisationId) -> Result<OrganisationEntry, Failure> {
    let entry = context.chain.read_finalised(&context.governance().organisation(id)).await?;
    entry.ok_or_else(|| {
        let message = format!("the organisation {id} is not final on chain yet; try again in a minute");
        refused(Error::UnknownOrganisation, message)
    })
}

/// Refuses an author that acts for neither of both parties.
async fn ensure_party(context: &Context<'_>, author: AccountId, place: &Place) -> Result<(), Failure> {
    let acts_for = context.actor(author).await?.organisation;
    if parties(context, place).await?.iter().any(|entry| Some(entry.id) == acts_for) {
        return Ok(());
    }
    let message = format!(
        "{} acts neither for the consignor nor for the consignee; do not rely on terms by others, and seal as one of both, or \
         name the shipment with --shipment",
        ss58(author)
    );
    Err(Failure::bad_input(message).with_code("terms/author-not-a-party"))
}

/// Seals to both parties and the readers, signs, and puts the envelope into the store.
async fn seal(
    context: &Context<'_>,
    store: &Store,
    content: &Content,
    place: &Place,
    readers: &[OrganisationRef],
    global: &Global,
) -> Result<DocumentHash, Failure> {
    // Refuses a development key on a live chain.
    let account = context.account()?.id();
    if place.consignor == place.consignee {
        return Err(Failure::bad_input("consignor and consignee are the same; name another site with --to"));
    }
    ensure_party(context, account, place).await?;
    let mut keys = Vec::new();
    for entry in parties(context, place).await? {
        keys.push(key_of(&entry)?);
    }
    for reader in readers {
        let id = context.find_organisation(reader).await?.id;
        keys.push(key_of(&organisation(context, id).await?)?);
    }
    let signer = signer(global)?;
    // What is not a signature of the account is refused.
    let sign = |message: &[u8]| signer.sign_message(message).unwrap_or([0; 64]);
    let author = Author { account: *account.as_ref(), sign: &sign };
    let envelope = ::sealed::seal(content, place, &keys, &author).map_err(not_sealed)?;
    store.put(&envelope).await.map(DocumentHash).map_err(of_store)
}

/// The sealing key of an organisation in good standing.
fn key_of(entry: &OrganisationEntry) -> Result<PublicKey, Failure> {
    let name = OrganisationView::from(entry);
    if entry.rights.suspended {
        let message = format!(
            "{name} is suspended, and gets nothing new; reinstate it with `theriac org reinstate`, if it may act again"
        );
        return Err(refused(Error::OrganisationSuspended, message));
    }
    let key = entry.organisation.sealing_key.ok_or_else(|| {
        let message = format!(
            "{name} has not published a sealing key; its steward does with `theriac sealing-key register`"
        );
        Failure::new(Exit::Refused, message).with_code("terms/no-sealing-key")
    })?;
    Ok(PublicKey(key))
}

/// What `governance` would refuse with.
fn refused(error: Error, message: String) -> Failure {
    Failure::new(Exit::Refused, message).with_code(code_of(error.into()))
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
    let author = context.actor(opened.author.into()).await?;
    let [consignor, consignee] = [site_of(&place.consignor)?, site_of(&place.consignee)?];
    let mut mentioned = Mentioned { sites: [consignor, consignee].into(), ..Mentioned::default() };
    mentioned.actor(&author);
    let names = context.names(&mentioned).await?;
    let author = names.actor(&author);
    let (consignor, consignee) = (names.site(consignor), names.site(consignee));
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
    let answer = format!(
        "Sealed by   {author}\nConsignor   {consignor}\nConsignee   {consignee}\nHash        {hash}\nOn chain    {on_chain}\n{shown}"
    );
    let data = json!({
        "hash": hash.to_string(), "author": author, "consignor": consignor, "consignee": consignee,
        "shipment": agreed.map(|agreed| agreed.shipment), "terms": text, "out": out,
    });
    Answer::new(answer, &data)
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
        OpenError::BadSignature => "terms/bad-signature",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_names_sites_by_number() {
        for site in [0, 7, SiteId::MAX] {
            assert_eq!(site_of(&party(site)).unwrap(), site);
        }
        assert_eq!(party(258)[28..], [0, 0, 1, 2]);
        let by_account = site_of(&[5; 32]).unwrap_err();
        assert!(by_account.to_string().contains("it is not of this version"), "{by_account}");
    }
}
