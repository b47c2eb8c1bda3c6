//! Judges what was scanned, at the newest finalised block.

use gs1::MedicinePack;
use primitives::units::{Outcome, Reason, Verdict};
use primitives::{SiteId, Timestamp};
use scan::{Code, Unreadable};
use serde::Serialize;
use serials::Lists;
use serve::limit::Limited;
use view::choices::Choice;
use view::judge::{judge, Asked, Judged, Judgement, Proves};
use view::{time, Audience, VerdictView};

use crate::proofs::Proofs;
use crate::register::{Now, Pinned, Register, Unanswered};

/// What came of a scan.
pub(crate) enum Verified {
    /// A verdict.
    Pack(Box<Answer>),
    /// A text that names no pack: the scanner's fault, another code of the pack, or no code.
    Unreadable(Unreadable),
    /// Two scans of one pack that differ: at least one of them is wrong.
    ScansDiffer,
    /// Too many serials that are not in their batch were asked about.
    Limited(Limited),
}

/// A verdict with the block that it rests on.
pub(crate) struct Answer {
    pub(crate) judged: Judged,
    pub(crate) block: BlockView,
    /// Whether the pack should be scanned again before anybody acts on this.
    pub(crate) scan_again: bool,
    /// What the best block says, where that is something else.
    pub(crate) newer: Option<NewerView>,
}

/// The block at which a verdict was given.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BlockView {
    pub(crate) number: u64,
    pub(crate) hash: String,
    pub(crate) state_root: String,
    /// The chain's time at the block.
    pub(crate) time: String,
}

impl BlockView {
    pub(crate) fn of(at: &Pinned) -> Self {
        let heading = at.heading();
        Self {
            number: heading.block.number,
            hash: format!("{:?}", heading.block.hash),
            state_root: format!("{:?}", heading.state_root),
            time: time::rfc3339(at.time()),
        }
    }
}

/// What a block says that can still be taken back.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewerView {
    /// Its outcome.
    pub(crate) outcome: &'static str,
    pub(crate) block: BlockView,
}

/// An answer as JSON: the verdict's fields, and those of the block.
#[derive(Serialize)]
pub(crate) struct AnswerView<'a> {
    #[serde(flatten)]
    pub(crate) verdict: VerdictView,
    pub(crate) scan_again: bool,
    pub(crate) block: &'a BlockView,
    pub(crate) newer: Option<&'a NewerView>,
}

impl Answer {
    pub(crate) fn view(&self) -> AnswerView<'_> {
        AnswerView {
            verdict: VerdictView::new(&self.judged, Audience::Web),
            scan_again: self.scan_again,
            block: &self.block,
            newer: self.newer.as_ref(),
        }
    }
}

/// A text to judge.
pub(crate) struct Scanned {
    pub(crate) code: Code,
    /// A second scan of the same pack, where there is one.
    pub(crate) again: Option<Code>,
    /// The site where the pack is, where it is named.
    pub(crate) site: Option<SiteId>,
}

/// What a scan is judged by: the register and the lists now, and this machine's clock.
pub(crate) struct Judge<'a> {
    pub(crate) register: &'a Register,
    pub(crate) lists: &'a Lists,
    pub(crate) now: &'a Now,
    pub(crate) clock: Timestamp,
}

impl Judge<'_> {
    /// Judges a scan.
    pub(crate) async fn verify(&self, scanned: &Scanned) -> Result<Verified, Unanswered> {
        let year = gs1::year_of_ms(self.clock);
        let pack = match scanned.code.parse(year) {
            Ok(pack) => pack,
            Err(unreadable) => return Ok(Verified::Unreadable(unreadable)),
        };
        let confirmed = match scanned.again.as_ref().map(|again| again.parse(year)) {
            None => false,
            Some(Ok(again)) if same(&again, &pack) => true,
            Some(_) => return Ok(Verified::ScansDiffer),
        };
        Ok(match self.answer(scanned, pack, confirmed).await? {
            Ok(answer) => Verified::Pack(answer),
            Err(unreadable) => Verified::Unreadable(unreadable),
        })
    }

    /// Judges a pack whose fields are known: those of a scan, or of a Digital Link.
    pub(crate) async fn answer(
        &self,
        scanned: &Scanned,
        pack: MedicinePack,
        confirmed: bool,
    ) -> Result<Result<Box<Answer>, Unreadable>, Unanswered> {
        let judged = match self.at(&self.now.finalised, scanned, pack.clone()).await? {
            Ok(judged) => *judged,
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        let newer = match &self.now.best {
            Some(best) => match self.at(best, scanned, pack).await {
                Ok(Ok(newer)) if differ(&newer.verdict, &judged.verdict) => {
                    Some(NewerView { outcome: newer.verdict.outcome.name(), block: BlockView::of(best) })
                }
                // What is final counts, even where the best block has been taken back.
                _ => None,
            },
            None => None,
        };
        let scan_again = !confirmed && is_suspicion(&judged.verdict);
        let block = BlockView::of(&self.now.finalised);
        Ok(Ok(Box::new(Answer { judged, block, scan_again, newer })))
    }

    /// What the register says at a block.
    async fn at(
        &self,
        block: &Pinned,
        scanned: &Scanned,
        pack: MedicinePack,
    ) -> Result<Result<Box<Judged>, Unreadable>, Unanswered> {
        let contracts = self.register.contracts();
        let proofs = Proofs { lists: self.lists, at: block, batches: contracts.batches.address };
        let Some(given) = proofs.given(pack).await? else { return Ok(Err(Unreadable::NoLot)) };
        let asked = Asked { code: &scanned.code, given, site: scanned.site, now: self.clock };
        Ok(match judge(block, contracts, asked, &proofs).await? {
            Judgement::Pack(judged) => Ok(judged),
            Judgement::Scanner(diagnosis) => Err(Unreadable::ScannerFault(diagnosis)),
        })
    }
}

/// Whether two verdicts say different things. That time has passed does not count.
fn differ(newer: &Verdict, verdict: &Verdict) -> bool {
    (newer.outcome, newer.reasons, newer.notes) != (verdict.outcome, verdict.reasons, verdict.notes)
}

/// Whether a faulty scan can be behind it: then nobody should be alarmed before the pack was scanned twice.
fn is_suspicion(verdict: &Verdict) -> bool {
    matches!(verdict.outcome, Outcome::Unknown | Outcome::Mismatch)
        && [
            Reason::BatchUnknown,
            Reason::SerialNotInBatch,
            Reason::ExpiryMismatch,
            Reason::SerialsNotRegistered,
        ]
        .into_iter()
        .any(|reason| verdict.reasons.contains(reason))
}

/// Whether two scans name the same pack. An expiry that only one of them has does not contradict the other.
fn same(a: &MedicinePack, b: &MedicinePack) -> bool {
    let expiry = match (a.expiry(), b.expiry()) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    expiry && (a.gtin(), a.lot(), a.serial()) == (b.gtin(), b.lot(), b.serial())
}
