//! What people give to `theriac batch`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gs1::{Gtin, Sscc};
use primitives::batches::{Purpose, RejectionReason, UnitState};
use primitives::products::Attestation;
use primitives::{BatchId, DocumentHash, Quantity, RegistrationHash};

use crate::choices::choice;
use crate::code::CodeArgs;
use crate::document::DocumentArgs;
use crate::failure::Failure;
use crate::goods::{lot, quantity};
use crate::named::SiteRef;
use crate::proof::ProofArgs;
use crate::recall::RecallArgs;
use crate::secrets::{BatchKeyArgs, SecretArgs};
use crate::time;

/// Commands of `theriac batch`.
#[derive(Subcommand, Debug)]
pub enum BatchCommand {
    /// Register a batch: all its packs are at your site then (needs Manufacturer of the product's holder or of a maker)
    Register(RegisterArgs),
    /// Make a manufacturer's secret in a file that only you can read: the salts of all serials come from it
    Secret {
        /// The file to write; an existing one is never overwritten
        file: PathBuf,
    },
    /// Write the key of one batch for a service that gives proofs: it opens this batch and no other
    Key(KeyArgs),
    /// Write the proof of one pack's serial, for somebody who has neither list nor key
    Prove {
        #[command(flatten)]
        code: CodeArgs,
        #[command(flatten)]
        proof: ProofArgs,
        /// The file to write; without it, the proof is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Hand a pack to a patient (needs Pharmacy or Provider); a serial's second time at another site is a clone alarm
    Dispense(GoneArgs),
    /// Record that a pack was destroyed, stolen, taken as a sample or exported; with --quantity, packs that are condemned,
    /// returned or recalled are destroyed
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
    /// Undo a decommissioning (needs the site that did it, within ten days)
    Revert {
        #[command(flatten)]
        code: CodeArgs,
        /// Undo the site's last booking by quantity, or a part of it: how many packs
        #[arg(long, value_parser = quantity(), requires = "state")]
        quantity: Option<Quantity>,
        /// What the packs were recorded as; with --quantity
        #[arg(long, value_parser = choice::<UnitState>(), requires = "quantity")]
        state: Option<UnitState>,
    },
    /// What happens to a registered batch.
    #[command(flatten)]
    Step(Step),
}

/// What happens to a batch that is registered.
#[derive(Subcommand, Debug)]
pub enum Step {
    /// Attest to one release requirement with a document
    Attest {
        #[command(flatten)]
        batch: BatchArgs,
        /// Which requirement: the manufacturer's quality unit attests to the certificate of analysis, a regulator or
        /// auditor to good manufacturing practice
        #[arg(value_parser = choice::<Attestation>())]
        attestation: Attestation,
        #[command(flatten)]
        document: DocumentArgs,
        /// The hash of the registration that was reviewed, as `theriac batch show` shows it; without it, the one that is
        /// registered now
        #[arg(long, value_name = "HASH")]
        registration: Option<RegistrationHash>,
    },
    /// Cancel a registration before release (needs Regulator, or its manufacturer while its packs are untouched)
    Cancel {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Release a batch to the market, once all attestations are there (needs QualityUnit of its manufacturer)
    Release {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Stop a batch from moving (needs Regulator)
    Block {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Unblock a batch (needs Regulator: the one that blocked it, or another one two days later)
    Unblock {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Ship packs to another site, and print the shipment's number
    Ship {
        #[command(flatten)]
        batch: BatchArgs,
        /// The consignee: its site's GLN or number
        #[arg(long, value_name = "SITE")]
        to: SiteRef,
        /// How many packs
        #[arg(long, value_parser = quantity())]
        quantity: Quantity,
        /// The packs are condemned: they only go back to the manufacturer
        #[arg(long, requires = "returned")]
        condemned: bool,
        #[command(flatten)]
        terms: DeliveryArgs,
    },
    /// Receive packs of a shipment, all or part of them (needs its consignee)
    Receive {
        /// The shipment's number
        shipment: u64,
        /// How many packs; without it, all that are still in transit
        #[arg(long, value_parser = quantity())]
        quantity: Option<Quantity>,
    },
    /// Reject what is still in transit of a shipment (needs its consignee, or Regulator)
    Reject {
        /// The shipment's number
        shipment: u64,
        /// Why
        #[arg(value_parser = choice::<RejectionReason>())]
        reason: RejectionReason,
    },
    /// Recall a released batch, a range of its serials or a logistic unit (needs Regulator or its manufacturer)
    Recall {
        #[command(flatten)]
        batch: BatchArgs,
        #[command(flatten)]
        recall: RecallArgs,
        /// Recall only these serials: the first and the last position in the list of serials, counted from 0
        #[arg(long, value_name = "FIRST-LAST", value_parser = serial_range, conflicts_with = "sscc")]
        serials: Option<(u32, u32)>,
        /// Recall only this logistic unit with all that is in it
        #[arg(long)]
        sscc: Option<Sscc>,
    },
    /// End a recall of a batch or a part of it (needs Regulator, by an account that did not order it; what a regulator
    /// ordered stands for two days)
    EndRecall {
        #[command(flatten)]
        batch: BatchArgs,
        /// The recall's number, as `theriac batch show` shows it
        number: u8,
        #[command(flatten)]
        document: DocumentArgs,
    },
    /// Acknowledge all recalls of a batch and its product (needs a site that has or had packs of it)
    Acknowledge {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// List the sites that have or had packs of a batch, in which places, and which acknowledged its recalls
    Reach {
        #[command(flatten)]
        batch: BatchArgs,
    },
    /// Show a batch with its registration, its product, attestations and recalls, where its packs are, and its history
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
            _ => Err(Failure::bad_input("no batch was given; give --gtin and --lot, or --id")),
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
    #[command(flatten)]
    pub(super) key: BatchKeyArgs,
    /// How many packs a numbered case holds, in the order of the list of serials: case 0 has the first ones
    #[arg(long, value_name = "PACKS", requires = "serials", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) units_per_case: Option<u32>,
}

/// Options of `theriac batch key`.
#[derive(Args, Debug)]
pub struct KeyArgs {
    /// The trade item's GTIN, 8 to 14 digits
    #[arg(long)]
    pub(super) gtin: Gtin,
    /// The lot
    #[arg(long, value_parser = lot)]
    pub(super) lot: String,
    #[command(flatten)]
    pub(super) secret: SecretArgs,
    /// The file to write, which only you can read then; an existing one is not overwritten
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct PacksArgs {
    /// The packs' serials, one on each line; keep the file: with the batch key, it proves each pack
    #[arg(long, value_name = "FILE")]
    pub(super) serials: Option<PathBuf>,
    /// How many packs, where they have no serials
    #[arg(long, value_parser = quantity())]
    pub(super) quantity: Option<Quantity>,
}

/// How goods are delivered.
#[derive(Args, Debug)]
pub struct DeliveryArgs {
    /// Return them to the batch's manufacturer permanently, also where the batch is recalled or expired: where packs have
    /// serials, it must be known which these are (condemned by serial, a numbered case, or all recalled)
    #[arg(long = "return")]
    pub returned: bool,
    /// The SHA-256 of the sealed terms of delivery
    #[arg(long, value_name = "HASH")]
    pub terms: Option<DocumentHash>,
    /// Ship for another site, whose organisation may not hold drugs any more (needs Regulator): its GLN or number
    #[arg(long = "for", value_name = "SITE", requires = "order", conflicts_with = "terms")]
    pub consignor: Option<SiteRef>,
    /// The SHA-256 of the order to do so; with --for
    #[arg(long, value_name = "HASH", requires = "consignor")]
    pub order: Option<DocumentHash>,
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
    #[command(flatten)]
    pub(super) proof: ProofArgs,
    /// How many packs, where they have no serials
    #[arg(long, conflicts_with_all = ["serials", "proof"], value_parser = quantity())]
    pub(super) quantity: Option<Quantity>,
    /// When it was done, where that was offline and is sent later: a moment such as 2027-12-31T12:00:00Z, within ten days
    #[arg(long, value_name = "TIME", conflicts_with = "quantity", value_parser = time::parse_moment)]
    pub(super) done_at: Option<u64>,
}

fn serial_range(text: &str) -> Result<(u32, u32), String> {
    let ends = text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    ends.ok_or_else(|| "two positions are expected with a hyphen between them, such as 100-199".to_owned())
}
