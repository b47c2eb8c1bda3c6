//! `theriac verify`: judges a pack by its code.

use std::path::{Path, PathBuf};

use clap::Args;
use gs1::MedicinePack;
use primitives::{AccountId, BatchId};
use units::{Outcome, Reason, Scan, Verdict};

use crate::accounts;
use crate::answer::Answer;
use crate::code::{self, lot_of, CodeArgs};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::serials::{Evidence, SerialList, SerialListError};
use crate::time;
use crate::verdict::VerdictView;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac verify '(01)09506000134352(17)271231(10)ABC123(21)S0000001' \\
      --serials serials.txt
  theriac verify https://id.gs1.org/01/09506000134352/10/ABC123/21/S0000001 \\
      --serials lists/
  theriac verify --image pack.png --serials lists/ --json

The exit code is 0 only where the pack is valid, and 3 where it is not: all reasons are named.
Without the list of serials, a pack with a serial cannot be proven and is never called valid.
Where the scanner is at fault (Caps Lock, keyboard layout, lost separators, a doubled or cut scan), that is said
instead of a verdict, with the corrected code as a suggestion; the exit code is 2.";

/// Options of `theriac verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    #[command(flatten)]
    code: CodeArgs,

    /// The manufacturer's list of serials, or a folder with a list for each batch (BATCH-ID.txt or GTIN-LOT.txt)
    #[arg(long, value_name = "PATH")]
    serials: Option<PathBuf>,

    /// The organisation at which the pack is: then its own stock and quarantine count, not everybody's
    #[arg(long, value_name = "ACCOUNT", value_parser = accounts::parse)]
    holder: Option<AccountId>,
}

/// Judges a pack, with a proof of its serial where there is a list.
pub async fn run(args: &VerifyArgs, global: &Global) -> Result<Answer, Failure> {
    let text = args.code.text()?;
    let pack = code::parse(&text)?;
    let given = given(&pack, args)?;
    let context = Context::open(global).await?;
    let (mut verdict, note) = judge(&context, given).await?;
    expire(&mut verdict, time::now_ms());
    if contradicts(&verdict) {
        // Before a pack is called forged or unknown: would the register know it from a sound scanner?
        for (diagnosis, pack) in code::alternatives(&text) {
            let Ok(given) = self::given(&pack, args) else { continue };
            if !contradicts(&judge(&context, given).await?.0) {
                return Err(code::scanner_fault(&diagnosis));
            }
        }
    }
    let recalls = match &verdict.batch {
        Some(batch) if batch.recalls > 0 => {
            let id = BatchId::of(batch.gtin, &batch.lot);
            context.read(&context.batches().recalls(id)).await?
        }
        _ => Vec::new(),
    };
    let mut accounts: Vec<AccountId> = recalls.iter().map(|notice| notice.by).collect();
    accounts.extend(verdict.batch.as_ref().map(|batch| batch.manufacturer));
    accounts.extend(verdict.unit.as_ref().map(|unit| unit.by));
    accounts.extend(verdict.alarm.iter().flat_map(|alarm| [alarm.by, alarm.other]));
    let names = context.names(accounts).await?;
    let view = VerdictView::new(&verdict, &recalls, &pack, &names, note);
    let exit = if view.valid { Exit::Success } else { Exit::NotValid };
    Ok(Answer::of(&view)?.with_exit(exit))
}

/// Whether the register does not know what the code says.
fn contradicts(verdict: &Verdict) -> bool {
    verdict.reasons.iter().any(|reason| {
        matches!(reason, Reason::BatchUnknown | Reason::SerialNotInBatch | Reason::ExpiryMismatch)
    })
}

/// The verdict by this computer's clock, too: the chain's stands still where no blocks are made. A pack has expired as
/// soon as one of both says so.
fn expire(verdict: &mut Verdict, now: u64) {
    if verdict.batch.as_ref().is_some_and(|batch| now > batch.expires_at) {
        verdict.reasons = with(Reason::Expired, std::mem::take(&mut verdict.reasons));
        verdict.outcome = verdict.outcome.min(Outcome::Expired);
    }
}

/// The reasons and one more, in their order.
fn with(reason: Reason, mut reasons: Vec<Reason>) -> Vec<Reason> {
    if let Err(place) = reasons.binary_search(&reason) {
        reasons.insert(place, reason);
    }
    reasons
}

/// What is asked of the register, and what the list of serials says.
struct Given {
    scan: Scan,
    found: Found,
    note: Option<String>,
}

/// What is known of a pack without the chain.
fn given(pack: &MedicinePack, args: &VerifyArgs) -> Result<Given, Failure> {
    let (found, note) = evidence(pack, args.serials.as_deref())?;
    let scan = Scan {
        gtin: pack.gtin().value(),
        lot: lot_of(pack)?.into(),
        expiry: pack.expiry().map(gs1::Date::to_yymmdd),
        serial: pack.serial().map(Into::into),
        proof: found.as_ref().map(|(_, evidence)| evidence.proof.clone()),
        holder: args.holder,
    };
    Ok(Given { scan, found, note })
}

/// The register's verdict, and a note on the list of serials.
async fn judge(context: &Context<'_>, given: Given) -> Result<(Verdict, Option<String>), Failure> {
    let Given { mut scan, found, note } = given;
    let verdict = context.read(&context.units().verdict(&scan)).await?;
    let registered = verdict.batch.as_ref().and_then(|batch| batch.serial_root);
    match found {
        Some((list, evidence)) if registered.is_some_and(|root| root != evidence.root) => {
            // Another batch's list must not make a genuine pack look forged.
            scan.proof = None;
            let verdict = context.read(&context.units().verdict(&scan)).await?;
            Ok((verdict, Some(list.not_registered())))
        }
        _ => Ok((verdict, note)),
    }
}

type Found = Option<(SerialList, Evidence)>;

/// What the list says of the pack's serial. A folder that lacks the batch's list is no error: perhaps there is no such
/// batch, and the verdict says so.
fn evidence(pack: &MedicinePack, serials: Option<&Path>) -> Result<(Found, Option<String>), Failure> {
    let (Some(path), Some(serial)) = (serials, pack.serial()) else {
        return Ok((None, None));
    };
    let lot = lot_of(pack)?;
    let list = match SerialList::read_for(path, pack.gtin(), lot) {
        Err(missing @ SerialListError::NoListOfBatch { .. }) => return Ok((None, Some(missing.to_string()))),
        list => list.map_err(Failure::bad_input)?,
    };
    let batch = BatchId::of(pack.gtin().value(), lot.as_bytes());
    let evidence = list.evidence(batch, serial).map_err(Failure::bad_input)?;
    Ok((Some((list, evidence)), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_takes_its_place_among_the_reasons_once() {
        use Reason::{BatchRecalled, Expired, SerialMissing};
        assert_eq!(with(Expired, Vec::new()), [Expired]);
        assert_eq!(
            with(Expired, vec![BatchRecalled, SerialMissing]),
            [BatchRecalled, Expired, SerialMissing]
        );
        assert_eq!(with(Expired, vec![BatchRecalled, Expired]), [BatchRecalled, Expired]);
    }

    #[test]
    fn a_batch_that_is_not_registered_has_no_expiry() {
        let reasons = vec![Reason::BatchUnknown];
        let mut verdict = Verdict {
            outcome: Outcome::Unknown,
            reasons,
            batch: None,
            unit: None,
            alarm: None,
            judged_at: 0,
        };
        expire(&mut verdict, u64::MAX);
        assert_eq!((verdict.outcome, verdict.reasons), (Outcome::Unknown, vec![Reason::BatchUnknown]));
    }
}
