use std::fmt;

use primitives::batches::{Holding, RecallNotice};
use primitives::{BatchId, SiteId};
use serde::Serialize;
use view::directory::{Mentioned, Names, SiteView};

use super::show::{unknown, BalanceView};
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::{acknowledgement, time};

/// Lists the sites that have or had packs of a batch.
pub async fn run(context: &Context<'_>, id: BatchId) -> Result<Answer, Failure> {
    let register = context.batches();
    let batch = context.read(&register.batch(id)).await?.ok_or_else(|| unknown(id))?;
    let recalls = context.read(&register.recalls(id)).await?;
    let holders = context.all(|start, limit| register.recall_reach(id, start, limit)).await?;
    let sites = holders.iter().map(|(site, _)| *site).collect();
    let names = context.names(&Mentioned { sites, ..Mentioned::default() }).await?;
    Answer::of(&ReachView {
        batch: id.to_string(),
        quantity: batch.quantity,
        recalls: recalls.len(),
        holders: holders.iter().map(|holder| HolderView::new(holder, &recalls, &names)).collect(),
    })
}

#[derive(Serialize)]
struct ReachView {
    batch: String,
    quantity: u64,
    /// Of it, of a part of it, and of its product; ended ones too.
    recalls: usize,
    holders: Vec<HolderView>,
}

#[derive(Serialize)]
struct HolderView {
    holder: SiteView,
    packs: BalanceView,
    /// Whether it acknowledged every recall that goes on.
    acknowledged: bool,
    acknowledged_at: Option<String>,
}

impl HolderView {
    fn new((site, holding): &(SiteId, Holding), recalls: &[RecallNotice], names: &Names) -> Self {
        Self {
            holder: names.site(*site),
            packs: holding.places.into(),
            acknowledged: acknowledgement::missing(recalls, holding).next().is_none(),
            acknowledged_at: (holding.acknowledged_at > 0).then(|| time::rfc3339(holding.acknowledged_at)),
        }
    }
}

impl fmt::Display for ReachView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} packs of the batch {}", self.quantity, self.batch)?;
        for holder in &self.holders {
            writeln!(f, "{}", holder.holder)?;
            write!(f, "{}", holder.packs)?;
            match (&holder.acknowledged_at, holder.acknowledged, self.recalls) {
                (_, _, 0) => {}
                (Some(at), true, _) => writeln!(f, "  acknowledged on {at}")?,
                (None, true, _) => {}
                _ => writeln!(f, "  NOT ACKNOWLEDGED")?,
            }
        }
        Ok(())
    }
}
