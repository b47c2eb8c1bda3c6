//! `theriac quarantine`: goods that are isolated until it is decided what becomes of them.

use clap::Subcommand;
use primitives::batches::{ClearanceReason, QuarantineReason};
use view::choices::Choice;

use crate::answer::Answer;
use crate::choices::choice;
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
  theriac quarantine condemn --sscc 106141412345678908

A quarantine has two ways out: the goods are released, or condemned. What is condemned can only be
destroyed, or returned to the manufacturer. Of a batch with serials, a part of the loose packs is
named by serial: see `theriac packs`.
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
    /// Condemn goods that are quarantined, or a recalled logistic unit (needs the site that has them, or the batch's
    /// manufacturer; Regulator where one quarantined them)
    Condemn {
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
    let (goods, call, done) = match command {
        QuarantineCommand::Set { reason, goods } => {
            let mut goods = goods.goods(&context).await?;
            goods.data["reason"] = reason.name().into();
            let site = context.acting_site_unless_regulator().await?;
            let call = register.quarantine(site, goods.target, reason);
            (goods, call, format!("quarantined, {}", reason.name()))
        }
        QuarantineCommand::Release { reason, goods } => {
            let mut goods = goods.goods(&context).await?;
            goods.data["reason"] = reason.name().into();
            let call = register.release_quarantine(goods.target, reason);
            (goods, call, format!("released from quarantine, {}", reason.name()))
        }
        QuarantineCommand::Condemn { goods } => {
            let goods = goods.goods(&context).await?;
            let site = context.acting_site_unless_regulator().await?;
            context.ask_before(&format!("You condemn goods. {}. This cannot be taken back.", goods.text))?;
            let call = register.condemn(site, goods.target);
            (goods, call, "condemned (only to be destroyed, or returned to the manufacturer)".to_owned())
        }
    };
    context.change(&call, &format!("{}: {done}.", goods.text), goods.data).await
}
