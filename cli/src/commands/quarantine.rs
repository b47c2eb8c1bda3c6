//! `theriac quarantine`: goods that are isolated until it is decided what becomes of them.

use clap::Subcommand;
use primitives::batches::{ClearanceReason, QuarantineReason};

use crate::answer::Answer;
use crate::choices::{choice, Choice};
use crate::context::Context;
use crate::failure::Failure;
use crate::global::Global;
use crate::goods::GoodsArgs;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Goods are loose packs (--gtin and --lot, or --id), a shipment, or a logistic unit.

Examples:
  theriac quarantine set damaged --gtin 9506000134352 --lot ABC123 \\
      --quantity 40
  theriac quarantine set temperature-excursion --shipment 1
  theriac quarantine set suspected-counterfeit --sscc 106141412345678908
  theriac quarantine release nothing-found --sscc 106141412345678908

Reports of oracles quarantine goods, too: see `theriac evidence`.";

/// Commands of `theriac quarantine`.
#[derive(Subcommand, Debug)]
pub enum QuarantineCommand {
    /// Quarantine goods (needs the site that has them, or Regulator)
    Set {
        /// Why
        #[arg(value_parser = choice::<QuarantineReason>())]
        reason: QuarantineReason,
        #[command(flatten)]
        goods: GoodsArgs,
    },
    /// End the quarantine of goods (needs Regulator, or the batch's manufacturer where no regulator quarantined them)
    Release {
        /// Why
        #[arg(value_parser = choice::<ClearanceReason>())]
        reason: ClearanceReason,
        #[command(flatten)]
        goods: GoodsArgs,
    },
}

/// Runs a command of `theriac quarantine`.
pub async fn run(command: QuarantineCommand, global: &Global) -> Result<Answer, Failure> {
    let context = Context::open(global).await?;
    let register = context.batches();
    let (goods, call, done, reason) = match command {
        QuarantineCommand::Set { reason, goods } => {
            let goods = goods.goods(&context).await?;
            let site = context.acting_site_unless_regulator().await?;
            let call = register.quarantine(site, goods.target, reason);
            (goods, call, "quarantined", reason.name())
        }
        QuarantineCommand::Release { reason, goods } => {
            let goods = goods.goods(&context).await?;
            let call = register.release_quarantine(goods.target, reason);
            (goods, call, "released from quarantine", reason.name())
        }
    };
    let mut data = goods.data;
    data["reason"] = reason.into();
    context.change(&call, &format!("{}: {done}, {reason}.", goods.text), data).await
}
