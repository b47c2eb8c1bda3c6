use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::TryStreamExt;
use primitives::batches::Places;
use primitives::products::{Attestation, AttestationRecord};
use primitives::BatchId;
use serde::Serialize;
use view::batch::{self, BatchView};
use view::choices::Choice;
use view::directory::{Mentioned, Names, OrganisationView};

use super::history::{describe, mention, BatchEvent, HistoryLine};
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::product_view::{self, ProductView};
use crate::{progress, time};

/// How many blocks are searched before it is said how far the search is.
const BLOCKS_AT_ONCE: u64 = 1_000;

/// Shows a batch, its attestations, where its packs are, and its history.
pub async fn run(context: &Context<'_>, id: BatchId, from_block: Option<u64>) -> Result<Answer, Failure> {
    let register = context.batches();
    let batch = context.read(&register.batch(id)).await?.ok_or_else(|| unknown(id))?;
    let balance = context.read(&register.mass_balance(id)).await?.unwrap_or_default();
    let recalls = context.read(&register.recalls(id)).await?;
    let products = context.products();
    let product = context.read(&products.product(batch.gtin)).await?;
    let mut attestations = Vec::new();
    for attestation in Attestation::REQUIRED {
        let record = context.read(&products.attestation(batch.registration, attestation)).await?;
        attestations.push((attestation, record));
    }
    let history = events(context, id, batch.gtin, from_block).await;
    let mut mentioned = Mentioned::default();
    batch::mention(&batch, &recalls, &mut mentioned);
    product.iter().for_each(|product| product_view::mention(product, &mut mentioned));
    mentioned.organisations.extend(attestations.iter().filter_map(|(_, record)| Some(record.as_ref()?.by)));
    history.iter().flatten().for_each(|(_, event)| mention(event, &mut mentioned));
    let names = context.names(&mentioned).await?;
    let (history, history_missing) = match history {
        Ok(events) => (events.iter().map(|(block, event)| describe(event, *block, &names)).collect(), None),
        Err(failure) => (Vec::new(), Some(failure.to_string())),
    };
    Answer::of(&ShowView {
        batch: BatchView::new(&batch, &recalls, &names),
        product: product.map(|product| ProductView::new(batch.gtin, &product, &names, time::now_ms())),
        attestations: attestations
            .iter()
            .map(|(name, record)| AttestationView::new(*name, record, &names))
            .collect(),
        mass_balance: balance.into(),
        history,
        history_missing,
    })
}

/// Why nothing is shown of a batch.
pub fn unknown(id: BatchId) -> Failure {
    let message = format!("no batch {id} is registered; compare GTIN and lot with the print on the pack");
    Failure::new(Exit::Refused, message).with_code("batches/unknown-batch")
}

/// The events of the batch and, from its registration on, of its product, with their blocks, in the chain's order.
pub async fn events(
    context: &Context<'_>,
    id: BatchId,
    gtin: u64,
    from: Option<u64>,
) -> Result<Vec<(u64, BatchEvent)>, Failure> {
    let mut found = emitted(context, from).await?;
    let mut registered = from.is_some();
    found.retain(|(_, event)| {
        let of_batch = event.batch() == Some(id);
        registered |= of_batch && event.is_registration();
        of_batch || registered && event.product() == Some(gtin)
    });
    let by_units: BTreeSet<_> =
        found.iter().filter(|(_, event)| matches!(event, BatchEvent::Units(_))).map(|(at, _)| *at).collect();
    // `batches` books what `units` says of a pack: one line is enough for both.
    found.retain(|(at, event)| !(event.is_booking() && by_units.contains(at)));
    Ok(found.into_iter().map(|((block, _), event)| (block, event)).collect())
}

/// The block of an event, and the place of its transaction there.
pub type Place = (u64, Option<u32>);

/// The events of the registers `batches`, `products` and `units`, in the chain's order.
pub async fn emitted(context: &Context<'_>, from: Option<u64>) -> Result<Vec<(Place, BatchEvent)>, Failure> {
    let head = context.chain.finalised_head().await?.number;
    let from = from.unwrap_or(context.deployment.block);
    let reached = AtomicU64::new(from);
    let search = async {
        let mut found = Vec::new();
        let contracts = vec![context.batches().0, context.products().0, context.units().0];
        let mut first = from;
        while first <= head {
            let last = first.saturating_add(BLOCKS_AT_ONCE).min(head);
            let mut emitted = context.chain.events_in(first..=last, contracts.clone());
            while let Some(emitted) = emitted.try_next().await? {
                if let Some(event) = BatchEvent::of(&emitted, &context.deployment.contracts) {
                    found.push(((emitted.block.number, emitted.extrinsic), event));
                }
            }
            reached.store(last, Ordering::Relaxed);
            first = last.saturating_add(1);
        }
        Ok(found)
    };
    let text = || format!("searching the history: block {} of {head}", reached.load(Ordering::Relaxed));
    progress::show(context.global.json, text, search).await
}

#[derive(Serialize)]
struct ShowView {
    #[serde(flatten)]
    batch: BatchView,
    /// Who may make it.
    product: Option<ProductView>,
    attestations: Vec<AttestationView>,
    mass_balance: BalanceView,
    history: Vec<HistoryLine>,
    /// Why there is no history, where there is none.
    history_missing: Option<String>,
}

#[derive(Serialize)]
struct AttestationView {
    attestation: &'static str,
    by: Option<OrganisationView>,
    at: Option<String>,
    document: Option<String>,
}

impl AttestationView {
    fn new(attestation: Attestation, record: &Option<AttestationRecord>, names: &Names) -> Self {
        let record = record.as_ref();
        Self {
            attestation: attestation.name(),
            by: record.map(|record| names.organisation(record.by)),
            at: record.map(|record| time::rfc3339(record.at)),
            document: record.map(|record| record.document.to_string()),
        }
    }
}

/// Where the packs are.
#[derive(Serialize)]
pub struct BalanceView {
    held: u64,
    packed: u64,
    in_transit: u64,
    /// Counted only, or in closed shipments and logistic units.
    quarantined: u64,
    quarantined_by_serial: u64,
    condemned: u64,
    returned: u64,
    dispensed: u64,
    destroyed: u64,
    decommissioned: u64,
}

impl From<Places> for BalanceView {
    fn from(places: Places) -> Self {
        Self {
            held: places.held,
            packed: places.packed,
            in_transit: places.in_transit,
            quarantined: places.quarantined.saturating_add(places.quarantined_closed),
            quarantined_by_serial: places.quarantined_by_serial,
            condemned: places.all_condemned(),
            returned: places.returned,
            dispensed: places.dispensed,
            destroyed: places.destroyed,
            decommissioned: places.decommissioned,
        }
    }
}

impl fmt::Display for BalanceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, count) in [
            ("held", self.held),
            ("packed", self.packed),
            ("in transit", self.in_transit),
            ("quarantined", self.quarantined),
            ("… by serial", self.quarantined_by_serial),
            ("condemned", self.condemned),
            ("returned", self.returned),
            ("dispensed", self.dispensed),
            ("destroyed", self.destroyed),
            ("decommissioned", self.decommissioned),
        ] {
            writeln!(f, "  {place:<16}{count:>12}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ShowView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.batch)?;
        let BatchView { registration, registration_hash, .. } = &self.batch;
        writeln!(f, "Registration  {registration}\n  Hash        {registration_hash}")?;
        self.product.iter().try_for_each(|product| write!(f, "{product}"))?;
        writeln!(f, "Attestations")?;
        for attestation in &self.attestations {
            match &attestation.by {
                Some(by) => writeln!(f, "  {:<28}by {by}", attestation.attestation)?,
                None => writeln!(f, "  {:<28}missing", attestation.attestation)?,
            }
        }
        write!(f, "Where the packs are\n{}", self.mass_balance)?;
        writeln!(f, "History")?;
        for line in &self.history {
            writeln!(f, "  block {:<8}{}", line.block, line.text)?;
        }
        match &self.history_missing {
            Some(reason) => writeln!(f, "  not shown: {reason}"),
            None => Ok(()),
        }
    }
}
