//! `theriac alarm`: what a regulator finds about packs that were where they cannot be.

use clap::Subcommand;
use primitives::units::Resolution;
use primitives::MAX_UNITS;
use serde_json::json;
use view::choices::Choice;
use view::directory::Mentioned;

use super::packs::submit_parts;
use crate::answer::Answer;
use crate::choices::choice;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::global::Global;
use crate::named::SiteRef;
use crate::packs::PacksArgs;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Packs are named by their codes as scanned; or by their serials, with --gtin and --lot. All are of one batch.

Examples:
  theriac alarm resolve false-alarm --gtin 9506000134352 --lot ABC123 \\
      S0000007 S0000008
  theriac alarm resolve record-wrong \\
      '(01)09506000134352(10)ABC123(21)S0000007'
  theriac alarm dismiss 6291041500237

`record-wrong` means that the first record is a mistake and the later attempt is not: the pack is
loose again at the site that made the record, also where that condemned it. A dismissal sets aside
what one site alone raised until now; what others raised, too, stays.";

/// Commands of `theriac alarm`.
#[derive(Subcommand, Debug)]
pub enum AlarmCommand {
    /// Resolve the alarms about packs (needs Regulator)
    Resolve {
        /// The finding
        #[arg(value_parser = choice::<Resolution>())]
        resolution: Resolution,
        #[command(flatten)]
        packs: PacksArgs,
    },
    /// Dismiss all alarms that a site raised alone until now (needs Regulator)
    Dismiss {
        /// The site: its GLN or number
        site: SiteRef,
    },
}

/// Runs a command of `theriac alarm`.
pub async fn run(command: AlarmCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        AlarmCommand::Resolve { resolution, packs } => {
            let packs = packs.packs()?;
            let context = Context::open(global).await?;
            let batch = packs.batch();
            if resolution == Resolution::CounterfeitConfirmed {
                let count = packs.serials.len();
                context.ask_before(&format!(
                    "You confirm counterfeits of {count} serials. This cannot be taken back."
                ))?;
            }
            // A wrong record is taken back in the books: one for each call.
            let most = if resolution == Resolution::RecordWrong { 1 } else { MAX_UNITS };
            let calls = packs.parts(most).into_iter().map(|serials| {
                let call = context.units().resolve_alarms(batch, &serials, resolution);
                (serials, call)
            });
            let receipt = submit_parts(&context, calls.collect()).await?;
            let count = packs.serials.len();
            let done = format!("Alarms about {count} serials are resolved: {}.", resolution.name());
            let data = json!({
                "batch": batch.to_string(), "serials": packs.serials, "resolution": resolution.name(),
            });
            changed(&receipt, &done, data)
        }
        AlarmCommand::Dismiss { site } => {
            let context = Context::open(global).await?;
            let site = context.find_site(site).await?;
            let names = context.names(&Mentioned { sites: [site].into(), ..Mentioned::default() }).await?;
            let named = names.site(site);
            let done = format!("The alarms that {named} alone raised until now are dismissed.");
            context.change(&context.units().dismiss_alarms(site), &done, json!({ "site": named })).await
        }
    }
}
