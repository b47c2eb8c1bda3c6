//! Goods as people name them.

use clap::Args;
use gs1::{validate_lot, Gtin, Sscc};
use primitives::batches::{QuarantineTarget, MAX_QUANTITY};
use primitives::{BatchId, Quantity};
use serde_json::{json, Value};
use view::directory::Mentioned;

use crate::context::Context;
use crate::failure::Failure;
use crate::named::SiteRef;

/// Names loose packs with the site that holds them, a shipment, or a logistic unit.
#[derive(Args, Debug)]
pub struct GoodsArgs {
    /// Loose packs: the trade item's GTIN, 8 to 14 digits
    #[arg(long, requires = "lot", required_unless_present_any = ["id", "shipment", "sscc"])]
    gtin: Option<Gtin>,
    /// Loose packs: the lot
    #[arg(long, requires = "gtin", value_parser = lot)]
    lot: Option<String>,
    /// Loose packs: the batch's identifier, 0x and 64 hexadecimal digits, instead of GTIN and lot
    #[arg(long, conflicts_with = "gtin")]
    id: Option<BatchId>,
    /// The site that holds the loose packs: its GLN or number; without it, yours
    #[arg(long, value_name = "SITE")]
    holder: Option<SiteRef>,
    /// How many loose packs; without it, all
    #[arg(long, value_parser = quantity())]
    quantity: Option<Quantity>,
    /// All that is still in this shipment: its number
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["gtin", "id", "holder", "quantity"])]
    shipment: Option<u64>,
    /// A logistic unit that is not under way, with all that is in it: its SSCC, 18 digits
    #[arg(long, conflicts_with_all = ["gtin", "id", "holder", "quantity", "shipment"])]
    sscc: Option<Sscc>,
}

/// Goods, with their description for people and for programs.
pub struct Goods {
    /// As the contracts name them.
    pub target: QuarantineTarget,
    /// In words.
    pub text: String,
    /// For programs.
    pub data: Value,
}

impl GoodsArgs {
    /// The goods that the options name.
    pub async fn goods(&self, context: &Context<'_>) -> Result<Goods, Failure> {
        if let Some(shipment) = self.shipment {
            return Ok(Goods {
                target: QuarantineTarget::Shipment(shipment),
                text: format!("Shipment {shipment}"),
                data: json!({ "shipment": shipment }),
            });
        }
        if let Some(sscc) = self.sscc {
            return Ok(Goods {
                target: QuarantineTarget::LogisticUnit(sscc.value()),
                text: format!("The logistic unit {sscc}"),
                data: json!({ "sscc": sscc.to_string() }),
            });
        }
        let batch = match (self.id, self.gtin, &self.lot) {
            (Some(id), ..) => id,
            (None, Some(gtin), Some(lot)) => BatchId::of(gtin.value(), lot.as_bytes()),
            _ => {
                return Err(Failure::bad_input(
                    "no goods were given; give --gtin and --lot, --id, --shipment, or --sscc",
                ))
            }
        };
        let site = match self.holder {
            Some(holder) => context.find_site(holder).await?,
            None => context.acting_site().await?,
        };
        let mentioned = Mentioned { sites: [site].into(), ..Mentioned::default() };
        let holder = context.names(&mentioned).await?.site(site);
        let text = match self.quantity {
            Some(quantity) => format!("{quantity} packs at {holder}"),
            None => format!("All free packs at {holder}"),
        };
        Ok(Goods {
            target: QuarantineTarget::Holding { batch, site, quantity: self.quantity },
            text,
            data: json!({ "batch": batch.to_string(), "holder": holder, "quantity": self.quantity }),
        })
    }
}

/// What a target is, in words, without its place.
pub fn name_of(target: QuarantineTarget) -> String {
    match target {
        QuarantineTarget::Holding { .. } => "loose".to_owned(),
        QuarantineTarget::Shipment(number) => format!("shipment {number}"),
        QuarantineTarget::LogisticUnit(sscc) => format!("logistic unit {sscc:018}"),
    }
}

/// Reads a lot: 1 to 20 characters of GS1's character set 82.
pub fn lot(text: &str) -> Result<String, String> {
    validate_lot(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

/// Reads a number of packs.
pub fn quantity() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=MAX_QUANTITY)
}
