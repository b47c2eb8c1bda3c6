//! `theriac packs`: single packs by their serials.

use chain::units::Named;
use chain::{Call, Receipt};
use clap::{Args, Subcommand};
use primitives::batches::{ClearanceReason, QuarantineReason};
use primitives::{SiteId, MAX_UNITS};
use serde_json::json;
use view::choices::Choice;
use view::directory::Mentioned;
use view::judge::not_registered;

use crate::answer::Answer;
use crate::choices::choice;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::global::Global;
use crate::named::SiteRef;
use crate::packs::{Packs, PacksArgs};
use crate::proof::ListArgs;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Packs are named by their codes as scanned; or by their serials, with --gtin and --lot. All are of one batch.

Examples:
  theriac packs quarantine damaged --gtin 9506000134352 --lot ABC123 \\
      S0000007 S0000008 --serials serials.txt --batch-key-file ABC123.key
  theriac packs quarantine suspected-counterfeit --already-quarantined \\
      --gtin 9506000134352 --lot ABC123 --file suspects.txt \\
      --serials lists/ --batch-key-file keys/
  theriac packs release nothing-found --gtin 9506000134352 --lot ABC123 \\
      S0000007
  theriac packs condemn --gtin 9506000134352 --lot ABC123 S0000008 \\
      --serials serials.txt --batch-key-file ABC123.key

A long list goes in several transactions. What is condemned is never dispensed again: it is
destroyed, or goes back to the manufacturer with `theriac batch ship --condemned --return`.";

/// Commands of `theriac packs`.
#[derive(Subcommand, Debug)]
pub enum PacksCommand {
    /// Quarantine packs (needs the site that has them, or Regulator)
    Quarantine {
        /// Why
        #[arg(value_parser = choice::<QuarantineReason>())]
        reason: QuarantineReason,
        #[command(flatten)]
        packs: NamedArgs,
    },
    /// End the quarantine of packs at one site (needs Regulator, or the batch's manufacturer where no regulator
    /// quarantined them)
    Release {
        /// Why
        #[arg(value_parser = choice::<ClearanceReason>())]
        reason: ClearanceReason,
        #[command(flatten)]
        packs: PacksArgs,
    },
    /// Condemn packs, loose or quarantined ones (needs the site that has them; Regulator where one quarantined them)
    Condemn {
        #[command(flatten)]
        packs: NamedArgs,
    },
}

/// Names packs at a site with what proves their serials.
#[derive(Args, Debug)]
pub struct NamedArgs {
    #[command(flatten)]
    packs: PacksArgs,
    #[command(flatten)]
    list: ListArgs,
    /// The site that has the packs: its GLN or number; without it, yours
    #[arg(long, value_name = "SITE")]
    holder: Option<SiteRef>,
    /// The packs are among those that are quarantined at the site, and not loose on the shelf
    #[arg(long)]
    already_quarantined: bool,
}

/// Runs a command of `theriac packs`.
pub async fn run(command: PacksCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        PacksCommand::Quarantine { reason, packs } => {
            let done = format!("quarantined, {}", reason.name());
            let call =
                |context: &Context<'_>, site, named: &Named| context.units().quarantine(site, named, reason);
            at_site(&packs, call, (None, &done), global).await
        }
        PacksCommand::Condemn { packs } => {
            let call = |context: &Context<'_>, site, named: &Named| context.units().condemn(site, named);
            let done = "condemned (only to be destroyed, or returned to the manufacturer)";
            at_site(&packs, call, (Some("condemn"), done), global).await
        }
        PacksCommand::Release { reason, packs } => {
            let packs = packs.packs()?;
            let context = Context::open(global).await?;
            let batch = packs.batch();
            let calls = packs.parts(MAX_UNITS).into_iter().map(|serials| {
                let call = context.units().release(batch, &serials, reason);
                (serials, call)
            });
            let receipt = submit_parts(&context, calls.collect()).await?;
            answer(&receipt, &packs, &format!("released from quarantine, {}", reason.name()))
        }
    }
}

/// Does something to packs at a site.
async fn at_site(
    args: &NamedArgs,
    call: impl Fn(&Context<'_>, Option<SiteId>, &Named) -> Call<()>,
    (doing, done): (Option<&str>, &str),
    global: &Global,
) -> Result<Answer, Failure> {
    // What is wrong in files is reported before a chain is asked.
    let packs = args.packs.packs()?;
    let (tree, source) = args.list.tree(packs.gtin, &packs.lot)?;
    let parts = packs.proven(&tree)?;
    let context = Context::open(global).await?;
    let batch = packs.batch();
    let root = context.read(&context.batches().batch(batch)).await?.and_then(|batch| batch.serial_root);
    if root.is_some_and(|root| root != tree.root()) {
        return Err(Failure::bad_input(not_registered(&source)));
    }
    let site = context.acting_site_unless_regulator().await?;
    let at = match args.holder {
        Some(holder) => context.find_site(holder).await?,
        None => site.ok_or_else(|| Failure::bad_input("name the site that has the packs with --holder"))?,
    };
    let names = context.names(&Mentioned { sites: [at].into(), ..Mentioned::default() }).await?;
    if let Some(doing) = doing {
        context
            .ask_before(&format!("You {doing} {} packs. This cannot be taken back.", packs.serials.len()))?;
    }
    let from_quarantine = args.already_quarantined;
    let calls = parts.into_iter().map(|(serials, proof)| {
        let named = Named { at, batch, serials, proof, from_quarantine };
        let call = call(&context, site, &named);
        (named.serials, call)
    });
    let receipt = submit_parts(&context, calls.collect()).await?;
    answer(&receipt, &packs, &format!("{done}, at {}", names.site(at)))
}

fn answer(receipt: &Receipt, packs: &Packs, done: &str) -> Result<Answer, Failure> {
    let data = json!({ "batch": packs.batch().to_string(), "serials": packs.serials });
    let count = packs.serials.len();
    let packs = if count == 1 { "1 pack".to_owned() } else { format!("{count} packs") };
    changed(receipt, &format!("{packs}: {done}."), data)
}

/// Sends one call after the other, and tells how far it is; gives the last one's receipt. Where one is refused, those before
/// it are done.
pub async fn submit_parts(
    context: &Context<'_>,
    calls: Vec<(Vec<Vec<u8>>, Call<()>)>,
) -> Result<Receipt, Failure> {
    let all: usize = calls.iter().map(|(serials, _)| serials.len()).sum();
    let (parts, mut done, mut last) = (calls.len(), 0_usize, None);
    for (serials, call) in calls {
        let receipt = context.submit(&call).await;
        let receipt = receipt.map_err(|failure| match done {
            0 => failure,
            done => {
                let first = serials.first().map(|serial| String::from_utf8_lossy(serial)).unwrap_or_default();
                failure.with_hint(&format!(
                    "{done} of {all} packs are done, in the order of the list; the others, from {first} on, are not."
                ))
            }
        })?;
        done = done.saturating_add(serials.len());
        if parts > 1 {
            eprintln!("{done} of {all} packs");
        }
        last = Some(receipt);
    }
    last.ok_or_else(|| Failure::bad_input("no pack was named"))
}
