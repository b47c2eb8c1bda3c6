//! What people give to `theriac batch`.

use std::path::PathBuf;

use batches::{Attestation, Purpose, RecallClass, RecallReason, RejectionReason, UnitState};
use clap::{Args, Subcommand};
use gs1::{Gtin, Sscc};
use primitives::{AccountId, BatchId, DocumentHash, Quantity};
use units::Resolution;

use crate::accounts;
use crate::choices::choice;
use crate::code::CodeArgs;
use crate::failure::Failure;
use crate::goods::{lot, quantity};
use crate::time;

/// Commands of `theriac batch`.
#[derive(Subcommand, Debug)]
pub enum BatchCommand {
    /// Register a batch: all its packs are with you then (needs Manufacturer)
    Register(RegisterArgs),
    /// Hand a pack to a patient (needs Pharmacy or Provider); a serial's second time is a clone alarm
    Dispense(GoneArgs),
    /// Book a pack as destroyed, stolen, sample, exported or locked; also packs of a recalled batch as destroyed
    Decommission {
        /// What became of it
        #[arg(value_parser = choice::<UnitState>())]
        state: UnitState,
        #[command(flatten)]
        packs: GoneArgs,
        /// The SHA-256 of a document about it, such as the certificate of destruction; only with --quantity
        #[arg(long, value_name = "HASH", requires = "quantity")]
        sha256: Option<DocumentHash>,
    },
    /// Take back that a pack was booked out (needs who did it, within ten days; a Regulator unlocks)
    Revert {
        #[command(flatten)]
        code: CodeArgs,
    },
    /// Say what came of the alarm about a pack (needs Regulator)
    ResolveAlarm {
        /// The finding
        #[arg(value_parser = choice::<Resolution>())]
        resolution: Resolution,
        #[command(flatten)]
        code: CodeArgs,
    },
    /// What happens to a registered batch.
    #[command(flatten)]
    Step(Step),
}

/// What happens to a batch that is registered.
#[derive(Subcommand, Debug)]
pub enum Step {
    /// Answer for one requirement of the release with a document
    Attest {
        #[command(flatten)]
        batch: BatchArgs,
        /// Which requirement: the manufacturer answers for the certificate of analysis, a regulator or auditor for
        /// good manufacturing practice, a regulator for the market authorisation
        #[arg(value_parser = choice::<Attestation>())]
        attestation: Attestation,
        #[command(flatten)]
        document: DocumentArgs,
    },
    /// Take a registration back, made in error, before the release and before anything moved
    Cancel {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Release a batch to the market, once all attestations are there (needs its manufacturer)
    Release {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Stop a batch from moving (needs Regulator)
    Block {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Let a blocked batch move again (needs Regulator)
    Unblock {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Send packs to another organisation, and print the shipment's number
    Ship {
        #[command(flatten)]
        batch: BatchArgs,
        /// The consignee's account
        #[arg(long, value_name = "ACCOUNT", value_parser = accounts::parse)]
        to: AccountId,
        /// How many packs
        #[arg(long, value_parser = quantity())]
        quantity: Quantity,
        #[command(flatten)]
        terms: DeliveryArgs,
    },
    /// Take packs of a shipment over, all or part of them (needs its consignee)
    Receive {
        /// The shipment's number
        shipment: u64,
        /// How many packs; without it, all that are still in transit
        #[arg(long, value_parser = quantity())]
        quantity: Option<Quantity>,
    },
    /// Send back what is still in transit of a shipment (needs its consignee, or Regulator)
    Reject {
        /// The shipment's number
        shipment: u64,
        /// Why
        #[arg(value_parser = choice::<RejectionReason>())]
        reason: RejectionReason,
    },
    /// Recall a batch, a range of its serials or a logistic unit for good (needs Regulator or its manufacturer)
    Recall {
        #[command(flatten)]
        batch: BatchArgs,
        /// How dangerous it is: i (serious harm or death), ii (harm that passes), iii (harm is unlikely)
        #[arg(value_parser = choice::<RecallClass>())]
        class: RecallClass,
        /// Why
        #[arg(value_parser = choice::<RecallReason>())]
        reason: RecallReason,
        #[command(flatten)]
        instructions: DocumentArgs,
        /// Recall only these serials: the first and the last position in the list of serials, counted from 0
        #[arg(long, value_name = "FIRST-LAST", value_parser = serial_range, conflicts_with = "sscc")]
        serials: Option<(u32, u32)>,
        /// Recall only this logistic unit with all that is in it
        #[arg(long)]
        sscc: Option<Sscc>,
        /// By when every holder is to acknowledge, in days
        #[arg(long, value_name = "DAYS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=365))]
        acknowledge_within: u16,
    },
    /// Say that you know all recalls of a batch (needs who has or had packs of it)
    Acknowledge {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// List everybody who has or had packs of a batch, where they are, and who acknowledged its recalls
    Reach {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Show a batch, its attestations, where its packs are, and its history
    Show {
        #[command(flatten)]
        batch: BatchArgs,
        /// Search the history from this block on; without it, from the deployment's
        #[arg(long, value_name = "BLOCK")]
        from_block: Option<u64>,
    },
}

/// Names a batch.
#[derive(Args, Debug, Clone)]
pub struct BatchArgs {
    /// The trade item's GTIN, 8 to 14 digits
    #[arg(long, requires = "lot", required_unless_present = "id")]
    pub(super) gtin: Option<Gtin>,
    /// The lot
    #[arg(long, requires = "gtin", value_parser = lot)]
    pub(super) lot: Option<String>,
    /// The batch's identifier: 0x and 64 hexadecimal digits, instead of GTIN and lot
    #[arg(long, conflicts_with_all = ["gtin", "lot"])]
    pub(super) id: Option<BatchId>,
}

impl BatchArgs {
    pub(super) fn id(&self) -> Result<BatchId, Failure> {
        match (self.id, self.gtin, &self.lot) {
            (Some(id), ..) => Ok(id),
            (None, Some(gtin), Some(lot)) => Ok(BatchId::of(gtin.value(), lot.as_bytes())),
            _ => Err(Failure::bad_input("there is no batch; give --gtin and --lot, or --id")),
        }
    }
}

/// Options of `theriac batch register`.
#[derive(Args, Debug)]
pub struct RegisterArgs {
    /// The trade item's GTIN, 8 to 14 digits
    #[arg(long)]
    pub(super) gtin: Gtin,
    /// The lot: 1 to 20 letters, digits and !\"%&'()*+,-./:;<=>?_
    #[arg(long, value_parser = lot)]
    pub(super) lot: String,
    /// The last day of use: YYMMDD as on the pack (day 00 is the month's last), or YYYY-MM-DD
    #[arg(long, value_name = "DAY", value_parser = time::parse_day)]
    pub(super) expiry: gs1::Date,
    #[command(flatten)]
    pub(super) packs: PacksArgs,
    /// How many packs a numbered case holds, in the order of the list of serials: case 0 has the first ones
    #[arg(long, value_name = "PACKS", requires = "serials", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) units_per_case: Option<u32>,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct PacksArgs {
    /// The packs' serials, one on each line; keep the file: it proves each pack
    #[arg(long, value_name = "FILE")]
    pub(super) serials: Option<PathBuf>,
    /// How many packs, where they have no serials
    #[arg(long, value_parser = quantity())]
    pub(super) quantity: Option<Quantity>,
}

/// Names a document.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct DocumentArgs {
    /// The document: only its SHA-256 goes on chain
    #[arg(long, value_name = "FILE")]
    pub(super) document: Option<PathBuf>,
    /// The document's SHA-256, 64 hexadecimal digits
    #[arg(long, value_name = "HASH")]
    pub(super) sha256: Option<DocumentHash>,
}

/// How goods are delivered.
#[derive(Args, Debug)]
pub struct DeliveryArgs {
    /// Return them to the batch's manufacturer for good, also where the batch is recalled or expired
    #[arg(long = "return")]
    pub returned: bool,
    /// The SHA-256 of the sealed terms of delivery
    #[arg(long, value_name = "HASH")]
    pub terms: Option<DocumentHash>,
}

impl DeliveryArgs {
    /// Why the goods move.
    pub const fn purpose(&self) -> Purpose {
        if self.returned {
            Purpose::Return
        } else {
            Purpose::Supply
        }
    }
}

/// Names packs that leave the supply chain.
#[derive(Args, Debug)]
pub struct GoneArgs {
    #[command(flatten)]
    pub(super) code: CodeArgs,
    /// The manufacturer's list of serials, or a folder with a list for each batch (BATCH-ID.txt or GTIN-LOT.txt)
    #[arg(long, value_name = "PATH", required_unless_present = "quantity")]
    pub(super) serials: Option<PathBuf>,
    /// How many packs, where they are not told apart
    #[arg(long, conflicts_with = "serials", value_parser = quantity())]
    pub(super) quantity: Option<Quantity>,
}

fn serial_range(text: &str) -> Result<(u32, u32), String> {
    let ends = text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    ends.ok_or_else(|| "two positions are expected with a hyphen between them, such as 100-199".to_owned())
}
