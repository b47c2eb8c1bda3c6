use std::fmt;

use primitives::batches::Holding;
use primitives::{BatchId, SiteId};
use serde::Serialize;

use super::show::BalanceView;
use crate::answer::Answer;
use crate::context::Context;
use crate::directory::{Mentioned, Names, SiteView};
use crate::failure::{Exit, Failure};
use crate::time;

/// Lists the sites that have or had packs of a batch.
pub async fn run(context: &Context<'_>, id: BatchId) -> Result<Answer, Failure> {
    let register = context.batches();
    let Some(batch) = context.read(&register.batch(id)).await? else {
        let message = format!("no batch {id} is registered; compare GTIN and lot with the print on the pack");
        return Err(Failure::new(Exit::Refused, message).with_code("batches/unknown-batch"));
    };
    let holders = context.all(|start, limit| register.recall_reach(id, start, limit)).await?;
    let sites = holders.iter().map(|(site, _)| *site).collect();
    let names = context.names(&Mentioned { sites, ..Mentioned::default() }).await?;
    Answer::of(&ReachView {
        batch: id.to_string(),
        quantity: batch.quantity,
        recalls: batch.recalls,
        holders: holders.iter().map(|holder| HolderView::new(holder, batch.recalls, &names)).collect(),
    })
}

#[derive(Serialize)]
struct ReachView {
    batch: String,
    quantity: u64,
    recalls: u8,
    holders: Vec<HolderView>,
}

#[derive(Serialize)]
struct HolderView {
    holder: SiteView,
    packs: BalanceView,
    /// Whether it acknowledged every recall.
    acknowledged: bool,
    acknowledged_at: Option<String>,
}

impl HolderView {
    fn new((site, holding): &(SiteId, Holding), recalls: u8, names: &Names) -> Self {
        Self {
            holder: names.site(*site),
            packs: holding.places.into(),
            acknowledged: holding.acknowledged == recalls,
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
                _ => writeln!(f, "  NOT ACKNOWLEDGED")?,
            }
        }
        Ok(())
    }
}
