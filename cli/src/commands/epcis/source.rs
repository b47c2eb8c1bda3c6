//! Where events come from: a file, or the history of a batch.

use std::path::{Path, PathBuf};

use clap::Args;
use epcis::limits::MAX_DOCUMENT;
use epcis::Document;
use gs1::{Gln, Gtin};
use primitives::governance::Identifier;
use primitives::BatchId;
use view::directory::Mentioned;

use super::changes::{History, Parties};
use crate::commands::batch;
use crate::context::Context;
use crate::failure::Failure;
use crate::global::Global;
use crate::serials::SerialList;
use crate::{goods, time};

/// Where events come from.
#[derive(Args, Debug)]
pub struct SourceArgs {
    /// An EPCIS document in JSON-LD or XML
    #[arg(value_name = "FILE", required_unless_present_any = ["gtin", "id"])]
    #[arg(conflicts_with_all = ["gtin", "id"])]
    file: Option<PathBuf>,

    /// A batch on chain: the trade item's GTIN, 8 to 14 digits
    #[arg(long, requires = "lot")]
    gtin: Option<Gtin>,

    /// The batch's lot
    #[arg(long, requires = "gtin", value_parser = goods::lot)]
    lot: Option<String>,

    /// The batch's identifier: 0x and 64 hexadecimal digits, instead of GTIN and lot
    #[arg(long, conflicts_with = "gtin")]
    id: Option<BatchId>,

    /// The list of the batch's serials: the chain has only a hash of them, so units have no serial without it
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    serials: Option<PathBuf>,

    /// The block to begin with; without it, the one of the deployment
    #[arg(long, value_name = "NUMBER", conflicts_with = "file")]
    from_block: Option<u64>,
}

impl SourceArgs {
    /// The document that the options name.
    pub async fn document(&self, global: &Global) -> Result<Document, Failure> {
        let id = match (&self.file, self.id, self.gtin, &self.lot) {
            (Some(file), ..) => return read(file),
            (None, Some(id), ..) => id,
            (None, None, Some(gtin), Some(lot)) => BatchId::of(gtin.value(), lot.as_bytes()),
            _ => {
                return Err(Failure::bad_input(
                    "no document was given; give FILE, or --gtin and --lot, or --id",
                ))
            }
        };
        let context = Context::open(global).await?;
        self.history(&context, id).await
    }

    /// The history of a batch as events.
    async fn history(&self, context: &Context<'_>, id: BatchId) -> Result<Document, Failure> {
        let batch = context.read(&context.batches().batch(id)).await?;
        let batch = batch.ok_or_else(|| batch::unknown(id))?;
        let serials =
            self.serials.as_deref().map(SerialList::read).transpose().map_err(Failure::bad_input)?;
        let emitted = batch::events(context, id, batch.gtin, self.from_block).await?;
        let mut mentioned = Mentioned::default();
        emitted.iter().for_each(|(_, event)| batch::mention(event, &mut mentioned));
        let parties = parties(context, &mentioned).await?;
        let mut history = History::new(id, &batch, parties, serials.as_ref())?;
        let mut changes = Vec::new();
        // Following evidence does not change goods: where it quarantines any, another event says so.
        for (block, event) in emitted.iter().filter(|(_, event)| !event.only_explains()) {
            let at = i64::try_from(context.chain.time_at(*block).await?).map_err(Failure::failed)?;
            let change = history.change(event, at)?;
            changes.push(change.to_event().map_err(Failure::failed)?);
        }
        Document::new(&time::rfc3339(time::now_ms()), changes).map_err(Failure::failed)
    }
}

/// Reads a document from a file.
fn read(path: &Path) -> Result<Document, Failure> {
    let bytes = files::read(path, MAX_DOCUMENT).map_err(Failure::bad_input)?;
    Document::read(&bytes).map_err(|error| Failure::bad_input(format!("{}: {error}", path.display())))
}

/// The GLNs of organisations and sites, by which EPCIS knows them.
async fn parties(context: &Context<'_>, mentioned: &Mentioned) -> Result<Parties, Failure> {
    let mut parties = Parties::default();
    for id in &mentioned.organisations {
        if let Identifier::Gln(gln) = context.organisation(*id).await?.organisation.identifier {
            parties.organisations.insert(*id, Gln::new(gln).map_err(Failure::failed)?);
        }
    }
    for id in &mentioned.sites {
        if let Some(site) = context.site(*id).await? {
            parties.sites.insert(*id, Gln::new(site.gln).map_err(Failure::failed)?);
        }
    }
    Ok(parties)
}
