//! `theriac serials`: lists of serials that a gateway holds, so that whoever scans a pack need not have them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use ::serials::body::{self, Head, Held, MEDIA_TYPE, NO_LIST};
use clap::{Args, Subcommand};
use gs1::Gtin;
use primitives::{BatchId, Quantity};
use reqwest::Body;
use scan::{lot_of, Code};
use serde_json::{json, Value};
use view::judge::not_registered;

use crate::answer::Answer;
use crate::code;
use crate::commands::batch;
use crate::context::Context;
use crate::failure::Failure;
use crate::gateway_client::{Content, Gateway, GatewayArgs};
use crate::global::Global;
use crate::goods::lot;
use crate::progress;
use crate::secrets::BatchKeyArgs;
use crate::serials::SerialList;

/// Shown below the help.
pub const EXAMPLES: &str = "\
A gateway answers a scan with the proof of the pack's serial, for which it needs the batch's list. It gets the
batch's key and hashes of the serials, and never your secret; no serial can be read out of it.

Examples:
  theriac serials publish --gateway https://gateway.example \\
      --token-file token --gtin 9506000134352 --lot ABC123 \\
      --serials serials.txt --batch-key-file ABC123.key
  theriac serials publish --gateway https://gateway.example \\
      --token-file token --gtin 9506000134352 --lot ABC123 \\
      --epcis commissioned.xml --secret-file maker.secret
  theriac serials status --gateway https://gateway.example \\
      --token-file token --gtin 9506000134352 --lot ABC123";

/// How many leaves go in one piece.
const PIECE: usize = 2048;

/// Commands of `theriac serials`.
#[derive(Subcommand, Debug)]
pub enum SerialsCommand {
    /// Give a gateway the list of a batch, so that it can verify each pack of it
    Publish(PublishArgs),
    /// Show which list of a batch a gateway holds
    Status(StatusArgs),
}

/// A batch by GTIN and lot, or by the code of one of its packs.
#[derive(Args, Debug)]
struct NamedBatch {
    /// The code of any pack of the batch; or --gtin and --lot
    #[arg(value_name = "CODE", required_unless_present = "gtin", conflicts_with = "gtin")]
    #[arg(allow_negative_numbers = true)]
    code: Option<String>,
    /// The trade item's GTIN, 8 to 14 digits
    #[arg(long, requires = "lot")]
    gtin: Option<Gtin>,
    /// The lot
    #[arg(long, requires = "gtin", value_parser = lot)]
    lot: Option<String>,
}

/// What `theriac serials publish` takes.
#[derive(Args, Debug)]
pub struct PublishArgs {
    #[command(flatten)]
    batch: NamedBatch,
    #[command(flatten)]
    gateway: GatewayArgs,
    /// The list of serials, or a folder with a list for each batch (BATCH-ID.txt or GTIN-LOT.txt)
    #[arg(long, value_name = "PATH", required_unless_present = "epcis", conflicts_with = "epcis")]
    serials: Option<PathBuf>,
    /// An EPCIS document in JSON-LD or XML whose events commission the packs, in the order of the list, instead of the list
    #[arg(long, value_name = "FILE")]
    epcis: Option<PathBuf>,
    #[command(flatten)]
    key: BatchKeyArgs,
}

/// What `theriac serials status` takes.
#[derive(Args, Debug)]
pub struct StatusArgs {
    #[command(flatten)]
    batch: NamedBatch,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl PublishArgs {
    fn list(&self, gtin: Gtin, lot: &str) -> Result<SerialList, Failure> {
        let list = match (&self.serials, &self.epcis) {
            (Some(list), _) => SerialList::read_for(list, gtin, lot),
            (None, Some(events)) => SerialList::read_events(events, gtin, lot),
            (None, None) => return Err(Failure::bad_input("no list was given; give --serials or --epcis")),
        };
        list.map_err(Failure::bad_input)
    }
}

impl NamedBatch {
    fn named(&self) -> Result<(Gtin, String), Failure> {
        match (&self.code, self.gtin, &self.lot) {
            (_, Some(gtin), Some(lot)) => Ok((gtin, lot.clone())),
            (Some(code), ..) => {
                let pack = code::parse(&Code::typed(code))?;
                Ok((pack.gtin(), lot_of(&pack)?.to_owned()))
            }
            _ => Err(Failure::bad_input("no batch was named; give --gtin and --lot, or the code of a pack")),
        }
    }
}

/// Runs a command of `theriac serials`.
pub async fn run(command: SerialsCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        SerialsCommand::Publish(args) => publish(&args, global).await,
        SerialsCommand::Status(args) => status(&args, global).await,
    }
}

async fn publish(args: &PublishArgs, global: &Global) -> Result<Answer, Failure> {
    // What is wrong in files is reported before a chain is asked.
    let (gtin, lot) = args.batch.named()?;
    let gateway = Gateway::new(&args.gateway, global.insecure)?;
    let list = args.list(gtin, &lot)?;
    let key = args.key.key(gtin, &lot)?;
    let batch = BatchId::of(gtin.value(), lot.as_bytes());
    let leaves = body::leaves(batch, list.serials(), &key);
    // A list that was read has serials, fewer than 2^32.
    let root = body::root(&leaves).unwrap_or_default();
    let quantity = Quantity::try_from(leaves.len()).map_err(Failure::failed)?;
    let source = format!("the list of serials {} with this batch key", list.path().display());
    ensure_registered(batch, root, quantity, &source, global).await?;

    let head = Head { key, first: list.first().as_bytes().to_vec() }.encode().map_err(Failure::bad_input)?;
    let shown = gateway.shown();
    if global.dry_run {
        let text = format!(
            "Dry run: {quantity} serials of lot {lot} would be published at {shown}; they are those of the batch's \
             registration. Nothing was sent."
        );
        let data = json!({ "dry_run": true, "gtin": gtin.to_string(), "lot": lot, "serials": quantity });
        return Answer::new(text, &data);
    }
    let sent = Arc::new(AtomicU64::new(0));
    let content = content(&head, leaves, &sent)?;
    let length = content.length;
    let text = || match sent.load(Ordering::Relaxed) {
        sent if sent < length => format!("{} of {} MB are sent", sent / 1_000_000, length / 1_000_000),
        _ => format!("all is sent; {shown} checks the list"),
    };
    let path = ["serials", &gtin.to_string(), &lot];
    let (new, held): (bool, Held) = progress::show(global.json, text, gateway.put(&path, content)).await?;
    if held.root != shown_root(root) || held.serials != quantity {
        return Err(Failure::failed(format!("{shown} says that it holds another list; tell its operator"))
            .with_code("gateway/other-list"));
    }
    let done = if new { "holds" } else { "holds again, or already held," };
    let mut data = serde_json::to_value(&held).map_err(Failure::failed)?;
    insert(&mut data, "new", json!(new));
    Answer::new(format!("{shown} {done} the list of lot {lot}: {quantity} serials, {}", since(&held)), &data)
}

async fn status(args: &StatusArgs, global: &Global) -> Result<Answer, Failure> {
    let (gtin, lot) = args.batch.named()?;
    let gateway = Gateway::new(&args.gateway, global.insecure)?;
    let shown = gateway.shown();
    let path = ["serials", &gtin.to_string(), &lot];
    let held: Option<Held> = gateway.get(&path, NO_LIST).await?;
    let held = held.ok_or_else(|| {
        let message = format!(
            "{shown} holds no list of lot {lot}, so it can verify no pack of it; publish it with `theriac serials publish`"
        );
        Failure::failed(message).with_code("gateway/no-list")
    })?;
    let text = format!(
        "{shown} holds the list of lot {lot}: {} serials, {}\n  Root  {}",
        held.serials,
        since(&held),
        held.root
    );
    Answer::new(text, &held)
}

/// Refuses a list that no verification would accept: with it, the gateway would refuse all the same, after all was sent.
async fn ensure_registered(
    id: BatchId,
    root: [u8; 32],
    quantity: Quantity,
    source: &str,
    global: &Global,
) -> Result<(), Failure> {
    let context = Context::open(global).await?;
    let batch = context.read(&context.batches().batch(id)).await?.ok_or_else(|| batch::unknown(id))?;
    match batch.serial_root {
        None => Err(Failure::bad_input(
            "the batch was registered without serials, so it needs no list: its packs are verified by GTIN and lot",
        )
        .with_code("serials/not-serialised")),
        Some(registered) if registered != root || batch.quantity != quantity => {
            Err(Failure::bad_input(not_registered(source)).with_code("serials/other-root"))
        }
        Some(_) => Ok(()),
    }
}

/// The body, which counts what of it is sent.
fn content(head: &[u8], leaves: Vec<[u8; 32]>, sent: &Arc<AtomicU64>) -> Result<Content, Failure> {
    let length = head.len().saturating_add(leaves.len().saturating_mul(32));
    let length = u64::try_from(length).map_err(Failure::failed)?;
    let sent = Arc::clone(sent);
    let pieces = pieces(head, leaves).map(move |piece| {
        sent.fetch_add(u64::try_from(piece.len()).unwrap_or(0), Ordering::Relaxed);
        Ok::<_, std::io::Error>(piece)
    });
    let body = Body::wrap_stream(futures::stream::iter(pieces));
    Ok(Content { media_type: MEDIA_TYPE, body, length })
}

fn pieces(head: &[u8], leaves: Vec<[u8; 32]>) -> impl Iterator<Item = Vec<u8>> {
    let of_leaves = (0..leaves.len().div_ceil(PIECE)).map(move |number| {
        let from = number.saturating_mul(PIECE);
        let until = from.saturating_add(PIECE).min(leaves.len());
        leaves.get(from..until).unwrap_or_default().as_flattened().to_vec()
    });
    std::iter::once(head.to_vec()).chain(of_leaves)
}

fn since(held: &Held) -> String {
    format!("taken in at {}.", held.taken_at)
}

fn shown_root(root: [u8; 32]) -> String {
    format!("0x{}", hex::encode(root))
}

fn insert(data: &mut Value, name: &str, value: Value) {
    if let Some(fields) = data.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::serials::{Lists, Outcome, Registered, StorageKey};
    use primitives::BatchKey;

    #[test]
    fn a_gateway_takes_in_what_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let lists = Lists::open(folder.path(), StorageKey::generate().unwrap()).unwrap();
        let (batch, key) = (BatchId([7; 32]), BatchKey::new([9; 32]));
        let serials: Vec<String> = (0..PIECE + 3).map(|number| format!("S{number}")).collect();
        let leaves = body::leaves(batch, &serials, &key);
        let quantity = Quantity::try_from(leaves.len()).unwrap();
        let registered = Registered { batch, root: body::root(&leaves).unwrap(), quantity };
        let head = Head { key, first: b"S0".to_vec() }.encode().unwrap();
        let length = content(&head, leaves.clone(), &Arc::default()).unwrap().length;
        let (mut upload, mut sent) = (lists.upload(registered).unwrap(), 0);
        for piece in pieces(&head, leaves) {
            upload.write(&piece).unwrap();
            sent += u64::try_from(piece.len()).unwrap();
        }
        assert_eq!(upload.finish().unwrap(), Outcome::Taken);
        assert!(sent == length && length <= body::max_length(quantity));
    }
}
