//! Which terms a shipment carries, as the chain says.

use clap::Args;
use futures::TryStreamExt;
use primitives::batches::UnitsShipped;
use primitives::{DocumentHash, SiteId};

use crate::context::Context;
use crate::failure::{Exit, Failure};

/// The most blocks that are searched for a shipment that has arrived: a minute's work at a node nearby.
const MAX_BLOCKS: u64 = 100_000;

/// Names a shipment.
#[derive(Args, Debug)]
pub struct ShipmentArgs {
    /// The number of the shipment that the terms are for
    #[arg(long, value_name = "NUMBER")]
    shipment: Option<u64>,
    /// Search for a shipment that has arrived from this block on; without it, from the deployment's
    #[arg(long, value_name = "BLOCK", requires = "shipment")]
    from_block: Option<u64>,
}

/// What consignor and consignee agreed on by a shipment.
#[derive(Debug)]
pub struct Agreed {
    /// Its number.
    pub shipment: u64,
    /// The consignor.
    pub from: SiteId,
    /// The consignee.
    pub to: SiteId,
    /// The hash that the consignor's transaction carried.
    pub terms: DocumentHash,
}

impl ShipmentArgs {
    /// What the named shipment carries; nothing where none is named.
    pub async fn find(&self, context: &Context<'_>) -> Result<Option<Agreed>, Failure> {
        let Some(number) = self.shipment else { return Ok(None) };
        let open = context.chain.read_finalised(&context.batches().shipment(number)).await?;
        let (from, to, terms) = match open {
            Some(shipment) => (shipment.from, shipment.to, shipment.terms),
            // The contract forgets a shipment that has arrived; its event stays.
            None => self.search(context, number).await?,
        };
        let terms = terms.ok_or_else(|| {
            let message = format!("shipment {number} has no sealed terms; ask the consignor");
            Failure::new(Exit::Refused, message).with_code("terms/none")
        })?;
        Ok(Some(Agreed { shipment: number, from, to, terms }))
    }

    async fn search(
        &self,
        context: &Context<'_>,
        number: u64,
    ) -> Result<(SiteId, SiteId, Option<DocumentHash>), Failure> {
        let head = context.chain.finalised_head().await?.number;
        let from = self.from_block.unwrap_or(context.deployment.block);
        if head.saturating_sub(from) > MAX_BLOCKS {
            return Err(Failure::failed(format!(
                "more than {MAX_BLOCKS} blocks must be searched; give a first block with --from-block, for example {}",
                head.saturating_sub(MAX_BLOCKS)
            )));
        }
        let mut emitted = context.chain.events_in(from..=head, vec![context.batches().0]);
        while let Some(emitted) = emitted.try_next().await? {
            match emitted.decode_as::<UnitsShipped>() {
                Some(it) if it.shipment == number => return Ok((it.from, it.to, it.terms)),
                _ => {}
            }
        }
        let message = format!("shipment {number} is not in transit; compare the number with the consignor's");
        Err(Failure::new(Exit::Refused, message).with_code("batches/unknown-shipment"))
    }
}
