//! `theriac verify`: judges a pack by its code.

use clap::Args;
use gs1::MedicinePack;
use primitives::batches::Batch;
use primitives::units::{Reason, Scan, Verdict};
use primitives::{BatchId, SiteId};
use scan::{lot_of, Unreadable};

use crate::answer::Answer;
use crate::batch_view;
use crate::code::{self, CodeArgs};
use crate::context::Context;
use crate::directory::Mentioned;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::named::SiteRef;
use crate::proof::{Evidence, ProofArgs};
use crate::time;
use crate::verdict::VerdictView;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac verify '(01)09506000134352(17)271231(10)ABC123(21)S0000001' \\
      --serials serials.txt --batch-key-file ABC123.key
  theriac verify https://id.gs1.org/01/09506000134352/10/ABC123/21/S0000001 \\
      --serials lists/ --batch-key-file keys/
  theriac verify --image pack.png --serials lists/ \\
      --batch-key-file keys/ --json
  theriac verify --image pack.png --proof proof.json
  theriac verify --image pack.png --proof proof.json --holder 6291041500237

There are two readings. Genuine, for anybody: nothing speaks against the pack, and notes say what
became of it. Valid, where a site is named with --holder: the pack may be dispensed there now.
The exit code is 0 where the pack is valid at the site that is named, or genuine where none is, and
3 otherwise: all reasons are named. Without a proof, or the list of serials and the batch key, a pack
with a serial is neither.
Where the scanner is at fault (Caps Lock, keyboard layout, lost or spelled-out separators, a prefix, a doubled or cut
scan), that is reported instead of a verdict, with every code that can be on the pack; the exit code is 2. Another code
of the pack, such as its linear barcode or a PPN, is named for what it is.";

/// Options of `theriac verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    #[command(flatten)]
    code: CodeArgs,

    #[command(flatten)]
    proof: ProofArgs,

    /// The site where the pack is, by GLN or number: asks whether it may be dispensed there now
    #[arg(long, value_name = "SITE")]
    holder: Option<SiteRef>,
}

/// Judges a pack, with a proof of its serial where there is a list.
pub async fn run(args: &VerifyArgs, global: &Global) -> Result<Answer, Failure> {
    let code = args.code.text()?;
    let pack = code::parse(&code)?;
    let given = given(&pack, args)?;
    let context = Context::open(global).await?;
    let site = match args.holder {
        Some(holder) => Some(context.find_site(holder).await?),
        None => None,
    };
    let (mut verdict, list_note) = judge(&context, given, site).await?;
    let batch = verdict.batch();
    expire(&mut verdict, batch.as_ref(), time::now_ms());
    if contradicts(&verdict) {
        // Before a pack is called forged or unknown: would the register know it from a sound scanner?
        for (diagnosis, pack) in code.alternatives(time::current_year()) {
            let Ok(given) = self::given(&pack, args) else { continue };
            if !contradicts(&judge(&context, given, site).await?.0) {
                return Err(Unreadable::ScannerFault(diagnosis).into());
            }
        }
    }
    let recalls = match &batch {
        Some(batch) if batch_view::may_have_recalls(batch) => {
            let id = BatchId::of(batch.gtin, &batch.lot);
            context.read(&context.batches().recalls(id)).await?
        }
        _ => Vec::new(),
    };
    let mut mentioned = Mentioned::default();
    batch.iter().for_each(|batch| batch_view::mention(batch, &recalls, &mut mentioned));
    mentioned.organisations.extend(verdict.unit().and_then(|unit| Some(unit.stop?.by)));
    mentioned.sites.extend(site);
    mentioned.sites.extend(verdict.unit().map(|unit| unit.site));
    mentioned
        .sites
        .extend(verdict.alarm().into_iter().flat_map(|alarm| [Some(alarm.site), alarm.other]).flatten());
    let names = context.names(&mentioned).await?;
    let view = VerdictView::new(&verdict, site, &recalls, &pack, &names, list_note);
    let exit = if view.is_good() { Exit::Success } else { Exit::NotValid };
    Ok(Answer::of(&view)?.with_exit(exit))
}

/// Whether the register does not know what the code says.
fn contradicts(verdict: &Verdict) -> bool {
    let contradictions = [Reason::BatchUnknown, Reason::SerialNotInBatch, Reason::ExpiryMismatch];
    contradictions.into_iter().any(|reason| verdict.reasons.contains(reason))
}

/// The verdict by this computer's clock, too: the chain's stands still where no blocks are made. A pack has expired as
/// soon as one of both says so.
fn expire(verdict: &mut Verdict, batch: Option<&Batch>, now: u64) {
    if batch.is_some_and(|batch| now > batch.expires_at) {
        verdict.reasons = verdict.reasons.with(Reason::Expired);
        let outcome = Reason::Expired.outcome();
        if outcome.severity() > verdict.outcome.severity() {
            verdict.outcome = outcome;
        }
    }
}

/// What is asked of the register, and what the list of serials shows.
struct Given {
    scan: Scan,
    found: Option<Evidence>,
    note: Option<String>,
}

/// What is known of a pack without the chain.
fn given(pack: &MedicinePack, args: &VerifyArgs) -> Result<Given, Failure> {
    let (found, note) = evidence(pack, args)?;
    let scan = Scan {
        gtin: pack.gtin().value(),
        lot: lot_of(pack)?.into(),
        expiry: pack.expiry().map(gs1::Date::to_yymmdd),
        serial: pack.serial().map(Into::into),
        proof: found.as_ref().map(|evidence| evidence.proof.clone()),
        site: None,
    };
    Ok(Given { scan, found, note })
}

/// The register's verdict, and a note on the list of serials.
async fn judge(
    context: &Context<'_>,
    given: Given,
    site: Option<SiteId>,
) -> Result<(Verdict, Option<String>), Failure> {
    let Given { mut scan, found, note } = given;
    scan.site = site;
    let verdict = context.read(&context.units().verdict(&scan)).await?;
    let registered = verdict.batch().and_then(|batch| batch.serial_root);
    match found {
        Some(evidence) if registered.is_some_and(|root| root != evidence.root) => {
            // Another batch's list or proof must not make a genuine pack look forged.
            scan.proof = None;
            let verdict = context.read(&context.units().verdict(&scan)).await?;
            Ok((verdict, Some(evidence.not_registered())))
        }
        _ => Ok((verdict, note)),
    }
}

/// What list or proof show about the pack's serial. A folder that lacks the batch's list or key is not an error: perhaps
/// the batch is not registered, and the verdict says so.
fn evidence(pack: &MedicinePack, args: &VerifyArgs) -> Result<(Option<Evidence>, Option<String>), Failure> {
    let Some(serial) = pack.serial() else { return Ok((None, None)) };
    match args.proof.evidence(pack.gtin(), lot_of(pack)?, serial) {
        Err(missing) if missing.is_missing() => Ok((None, Some(missing.to_string()))),
        evidence => Ok((evidence?, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::batches::RecallSet;
    use primitives::units::{Outcome, Reasons};

    fn batch() -> Batch {
        Batch {
            registration: 0,
            gtin: 9_506_000_134_352,
            lot: b"ABC123".to_vec(),
            expiry: 271_231,
            expires_at: 1_830_297_599_999,
            quantity: 1,
            serial_root: None,
            units_per_case: None,
            manufacturer: 1,
            registered_at: 0,
            released_at: None,
            blocked: None,
            recalled_at: None,
            recalls: 0,
            ended_recalls: RecallSet::NONE,
        }
    }

    #[test]
    fn an_expiry_by_this_clock_leads_only_where_nothing_is_graver() {
        for (reason, outcome) in [
            (Reason::SerialMissing, Outcome::Expired),
            (Reason::BatchRecalled, Outcome::Recalled),
            (Reason::Expired, Outcome::Expired),
        ] {
            let mut verdict = Verdict::new(Reasons::default().with(reason), false, 0);
            expire(&mut verdict, Some(&batch()), batch().expires_at + 1);
            assert_eq!(verdict.outcome, outcome);
            assert!(verdict.reasons.contains(reason) && verdict.reasons.contains(Reason::Expired));
        }
    }

    #[test]
    fn a_batch_that_is_not_registered_or_not_over_has_not_expired() {
        for batch in [None, Some(batch())] {
            let unknown = Verdict::new(Reasons::default().with(Reason::BatchUnknown), false, 0);
            let mut verdict = unknown.clone();
            expire(&mut verdict, batch.as_ref(), 1_830_297_599_999);
            assert_eq!(verdict, unknown);
        }
    }
}
