//! `theriac logistic`: packs in cases in pallets, which move as one.

use std::fmt;

use clap::{Args, Subcommand};
use gs1::{Gtin, Sscc};
use primitives::batches::{Arrival, Contents, Goods, LogisticUnit, UnitsReceived};
use primitives::{BatchId, DocumentHash, Quantity};
use serde::Serialize;
use serde_json::json;
use view::choices::Choice;
use view::directory::{Mentioned, Names, SiteView};

use super::batch::{ship, DeliveryArgs};
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::goods::{lot, quantity};
use crate::named::SiteRef;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac logistic pack 106141412345678908 --gtin 9506000134352 --lot ABC123 \\
      --case 0
  theriac logistic pack 106141412345678915 --inside 106141412345678908
  theriac logistic ship 106141412345678915 --to 6291041500237
  theriac logistic receive 1 106141412345678915
  theriac logistic unpack 106141412345678915
  theriac logistic destroy 106141412345678908      where it is condemned
  theriac logistic show 106141412345678908

A logistic unit holds one batch. Moving it costs the same whatever is in it.";

/// Commands of `theriac logistic`.
#[derive(Subcommand, Debug)]
pub enum LogisticCommand {
    /// Pack and close a logistic unit
    Pack(Box<PackArgs>),
    /// Open a logistic unit: its packs are loose then, or the logistic units in it stand alone
    Unpack {
        /// Its SSCC, 18 digits
        sscc: Sscc,
    },
    /// Ship a logistic unit to another site, with all that is in it
    Ship {
        /// Its SSCC, 18 digits
        sscc: Sscc,
        /// The consignee: its site's GLN or number
        #[arg(long, value_name = "SITE")]
        to: SiteRef,
        #[command(flatten)]
        terms: DeliveryArgs,
    },
    /// Receive logistic units of a shipment: the one that was shipped, or some of those in it
    Receive {
        /// The shipment's number
        shipment: u64,
        /// Their SSCCs
        #[arg(required = true)]
        sscc: Vec<Sscc>,
    },
    /// Record that a condemned logistic unit was destroyed with all that is in it
    Destroy {
        /// Its SSCC, 18 digits
        sscc: Sscc,
        /// The SHA-256 of the certificate of destruction
        #[arg(long, value_name = "HASH")]
        sha256: Option<DocumentHash>,
    },
    /// Show a logistic unit
    Show {
        /// Its SSCC, 18 digits
        sscc: Sscc,
    },
}

/// Options of `theriac logistic pack`.
#[derive(Args, Debug)]
pub struct PackArgs {
    /// The new logistic unit's SSCC, 18 digits
    sscc: Sscc,
    /// The trade item's GTIN, 8 to 14 digits; with --quantity or --case
    #[arg(long, requires = "lot")]
    gtin: Option<Gtin>,
    /// The lot; with --quantity or --case
    #[arg(long, requires = "gtin", value_parser = lot)]
    lot: Option<String>,
    #[command(flatten)]
    contents: ContentsArgs,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct ContentsArgs {
    /// Loose packs of the batch: how many
    #[arg(long, value_parser = quantity(), requires = "gtin")]
    quantity: Option<Quantity>,
    /// The packs of this numbered case of the batch (needs its manufacturer)
    #[arg(long, value_name = "NUMBER", requires = "gtin")]
    case: Option<u32>,
    /// Other logistic units: their SSCCs
    #[arg(long, value_name = "SSCC", num_args = 1.., conflicts_with = "gtin")]
    inside: Vec<Sscc>,
}

/// Runs a command of `theriac logistic`.
pub async fn run(command: LogisticCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        LogisticCommand::Pack(args) => {
            let contents = args.contents()?;
            let context = Context::open(global).await?;
            let site = context.acting_site().await?;
            let call = context.batches().pack(site, args.sscc.value(), &contents);
            let done = format!("Packed and closed {}.", args.sscc);
            context.change(&call, &done, json!({ "sscc": args.sscc.to_string() })).await
        }
        LogisticCommand::Unpack { sscc } => {
            let context = Context::open(global).await?;
            let site = context.acting_site().await?;
            let call = context.batches().unpack(site, sscc.value());
            context.change(&call, &format!("Opened {sscc}."), json!({ "sscc": sscc.to_string() })).await
        }
        LogisticCommand::Ship { sscc, to, terms } => {
            let context = Context::open(global).await?;
            ship(&context, Goods::LogisticUnit(sscc.value()), to, &terms).await
        }
        LogisticCommand::Receive { shipment, sscc } => receive(shipment, &sscc, global).await,
        LogisticCommand::Destroy { sscc, sha256 } => {
            let context = Context::open(global).await?;
            let site = context.acting_site().await?;
            context.ask_before(&format!(
                "You record that {sscc} was destroyed with all that is in it. This cannot be taken back."
            ))?;
            let call = context.batches().destroy(site, sscc.value(), sha256);
            let done = format!("Recorded that {sscc} was destroyed with all that was in it.");
            context.change(&call, &done, json!({ "sscc": sscc.to_string() })).await
        }
        LogisticCommand::Show { sscc } => show(sscc, global).await,
    }
}

async fn receive(shipment: u64, sscc: &[Sscc], global: &Global) -> Result<Answer, Failure> {
    let context = Context::open(global).await?;
    let register = context.batches();
    let arrival = Arrival::LogisticUnits(sscc.iter().map(|sscc| sscc.value()).collect());
    let receipt = context.submit(&register.receive(context.acting_site().await?, shipment, &arrival)).await?;
    let UnitsReceived { batch, quantity, still_in_transit, .. } = receipt.event(register.0)?;
    let data = json!({
        "shipment": shipment, "batch": batch.to_string(), "quantity": quantity, "still_in_transit": still_in_transit,
    });
    let done = format!(
        "Received {} logistic units with {quantity} packs of shipment {shipment}; {still_in_transit} packs are still in \
         transit.",
        sscc.len()
    );
    changed(&receipt, &done, data)
}

async fn show(sscc: Sscc, global: &Global) -> Result<Answer, Failure> {
    let context = Context::open(global).await?;
    let Some(unit) = context.read(&context.batches().logistic_unit(sscc.value())).await? else {
        let message =
            format!("no logistic unit {sscc} is packed; compare it with the label, it may be unpacked");
        return Err(Failure::new(Exit::Refused, message).with_code("batches/unknown-logistic-unit"));
    };
    let batch = context.read(&context.batches().batch(unit.batch)).await?;
    let recalled = batch.is_some_and(|batch| batch.any_goes_on(unit.recalls.and(unit.recalls_inside)));
    let names = context.names(&Mentioned { sites: [unit.site].into(), ..Mentioned::default() }).await?;
    Answer::of(&LogisticUnitView::new(sscc, &unit, recalled, &names))
}

impl PackArgs {
    fn contents(&self) -> Result<Contents, Failure> {
        let ContentsArgs { quantity, case, inside } = &self.contents;
        let batch = || match (self.gtin, &self.lot) {
            (Some(gtin), Some(lot)) => Ok(BatchId::of(gtin.value(), lot.as_bytes())),
            _ => Err(Failure::bad_input("no batch was given; give --gtin and --lot")),
        };
        match (quantity, case) {
            (Some(quantity), _) => Ok(Contents::Units { batch: batch()?, quantity: *quantity }),
            (None, Some(number)) => Ok(Contents::Case { batch: batch()?, number: *number }),
            (None, None) => Ok(Contents::LogisticUnits(inside.iter().map(|sscc| sscc.value()).collect())),
        }
    }
}

#[derive(Serialize)]
struct LogisticUnitView {
    sscc: String,
    batch: String,
    quantity: u64,
    site: SiteView,
    inside: Option<String>,
    case: Option<u32>,
    /// The lowest and the highest number of the cases in it, where all is in numbered cases.
    cases: Option<(u32, u32)>,
    shipment: Option<u64>,
    quarantined: bool,
    recalled: bool,
    /// Why nothing of it is supplied any more.
    withdrawn: Option<&'static str>,
}

impl LogisticUnitView {
    fn new(sscc: Sscc, unit: &LogisticUnit, recalled: bool, names: &Names) -> Self {
        Self {
            sscc: sscc.to_string(),
            batch: unit.batch.to_string(),
            quantity: unit.quantity,
            site: names.site(unit.site),
            inside: unit.parent.map(|parent| format!("{parent:018}")),
            case: unit.case,
            cases: unit.cases,
            shipment: unit.shipment,
            quarantined: unit.hold.quarantined,
            recalled,
            withdrawn: unit.withdrawn.map(Choice::name),
        }
    }
}

impl fmt::Display for LogisticUnitView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Logistic unit {}", self.sscc)?;
        writeln!(f, "  Batch       {}", self.batch)?;
        writeln!(f, "  Quantity    {} packs", self.quantity)?;
        writeln!(f, "  At          {}", self.site)?;
        if let Some(inside) = &self.inside {
            writeln!(f, "  Inside      {inside}")?;
        }
        if let Some(case) = self.case {
            writeln!(f, "  Case        {case}")?;
        } else if let Some((first, last)) = self.cases {
            writeln!(f, "  Cases       {first} to {last}")?;
        }
        if let Some(shipment) = self.shipment {
            writeln!(f, "  In transit  shipment {shipment}")?;
        }
        for (holds, text) in
            [(self.quarantined, "  Quarantined"), (self.recalled, "  Recalled, or contains recalled packs")]
        {
            if holds {
                writeln!(f, "{text}")?;
            }
        }
        if let Some(withdrawn) = self.withdrawn {
            writeln!(f, "  Withdrawn   {withdrawn}")?;
        }
        Ok(())
    }
}
