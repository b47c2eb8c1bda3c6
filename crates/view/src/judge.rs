//! Judges a pack: what the register says, by this computer's clock too, and only after a faulty scanner is excluded.

use std::future::Future;

use chain::batches::Batches;
use chain::units::Units;
use chain::Contracts;
use gs1::scanner::Diagnosis;
use gs1::MedicinePack;
use primitives::batches::{Batch, RecallNotice};
use primitives::units::{Reason, Scan, Verdict};
use primitives::{BatchId, SerialProof, SiteId, Timestamp};
use scan::{lot_of, Code, Unreadable};

use crate::directory::{names, Mentioned, Names};
use crate::{batch, Reads};

/// What is shown about one serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The root to which the proof leads: only where it is the registered one, the proof is the batch's.
    pub root: [u8; 32],
    /// The serial's proof; where the serial is not in the list, one that fails.
    pub proof: SerialProof,
    /// List or proof in words, such as `the list of serials a.txt with this batch key`.
    pub source: String,
}

impl Evidence {
    /// What to say where the root is not the registered one.
    #[must_use]
    pub fn not_registered(&self) -> String {
        not_registered(&self.source)
    }
}

/// What to say where a list or proof is not of the registered serials.
#[must_use]
pub fn not_registered(source: &str) -> String {
    format!(
        "{source} does not belong to the serials that were registered for this batch; get the right one from the \
         manufacturer"
    )
}

/// What is known of a pack before the register is asked.
#[derive(Clone, Debug)]
pub struct Given {
    pack: MedicinePack,
    lot: String,
    /// What is shown about its serial.
    pub evidence: Option<Evidence>,
    /// Why the list of serials does not help, where it does not.
    pub note: Option<String>,
}

impl Given {
    /// A pack about whose serial nothing is shown.
    ///
    /// # Errors
    /// [`Unreadable::NoLot`]: its batch is not known.
    pub fn new(pack: MedicinePack) -> Result<Self, Unreadable> {
        let lot = lot_of(&pack)?.to_owned();
        Ok(Self { pack, lot, evidence: None, note: None })
    }

    /// The pack.
    #[must_use]
    pub const fn pack(&self) -> &MedicinePack {
        &self.pack
    }

    /// Its batch.
    #[must_use]
    pub fn batch(&self) -> BatchId {
        BatchId::of(self.pack.gtin().value(), self.lot.as_bytes())
    }

    fn scan(&self, site: Option<SiteId>) -> Scan {
        Scan {
            gtin: self.pack.gtin().value(),
            lot: self.lot.as_bytes().to_vec(),
            expiry: self.pack.expiry().map(gs1::Date::to_yymmdd),
            serial: self.pack.serial().map(Into::into),
            proof: self.evidence.as_ref().map(|evidence| evidence.proof.clone()),
            site,
        }
    }
}

/// Who has lists of serials, or a proof.
pub trait Proves: Sync {
    /// Why a list cannot be read.
    type Error: Send;

    /// What is known of this pack; nothing where it cannot be asked about.
    fn given(&self, pack: MedicinePack) -> impl Future<Output = Result<Option<Given>, Self::Error>> + Send;
}

/// A pack that is to be judged.
pub struct Asked<'a> {
    /// Its code as it was scanned.
    pub code: &'a Code,
    /// What is known of the pack of this code.
    pub given: Given,
    /// The site where the pack is, where that is named.
    pub site: Option<SiteId>,
    /// The time by this computer's clock, in milliseconds since 1970 UTC.
    pub now: Timestamp,
}

/// What came of a scan.
pub enum Judgement {
    /// A verdict on the pack.
    Pack(Box<Judged>),
    /// The register does not know what the text says, and knows the pack that a faulty scanner would have turned into this
    /// text: the scanner is at fault, and nothing is said about a pack.
    Scanner(Diagnosis),
}

/// A verdict with everything that it rests on.
#[derive(Debug)]
pub struct Judged {
    /// The pack.
    pub pack: MedicinePack,
    /// The site that was named.
    pub site: Option<SiteId>,
    /// The register's verdict; expired by this computer's clock, too.
    pub verdict: Verdict,
    /// The recalls of the batch, and behind them its product's.
    pub recalls: Vec<RecallNotice>,
    /// The names of the organisations and sites in all of this.
    pub names: Names,
    /// Why the list of serials did not help, where it did not.
    pub list_note: Option<String>,
}

/// Judges a pack.
///
/// The register is asked once, and again without the proof where that is another list's. Where it does not know what the
/// code says, it is asked about each pack that a faulty scanner could have meant: usually four, and 56 at most.
///
/// # Errors
/// Those of who reads, and of who has the lists.
pub async fn judge<R, P>(
    reads: &R,
    contracts: &Contracts,
    asked: Asked<'_>,
    proves: &P,
) -> Result<Judgement, R::Error>
where
    R: Reads,
    P: Proves,
    R::Error: From<P::Error>,
{
    let Asked { code, given, site, now } = asked;
    let pack = given.pack.clone();
    let (mut verdict, list_note) = ask(reads, contracts, given, site).await?;
    let batch = verdict.batch();
    expire(&mut verdict, batch.as_ref(), now);
    if contradicts(&verdict) {
        // Before a pack is called forged or unknown: would the register know it from a sound scanner?
        for (diagnosis, pack) in code.alternatives(gs1::year_of_ms(now)) {
            let Some(given) = proves.given(pack).await? else { continue };
            if !contradicts(&ask(reads, contracts, given, site).await?.0) {
                return Ok(Judgement::Scanner(diagnosis));
            }
        }
    }
    let recalls = match &batch {
        Some(batch) if batch::may_have_recalls(batch) => {
            let id = BatchId::of(batch.gtin, &batch.lot);
            reads.read(&Batches(contracts.batches.address).recalls(id)).await?
        }
        _ => Vec::new(),
    };
    let names = names(reads, contracts, &mentioned(&verdict, batch.as_ref(), &recalls, site)).await?;
    Ok(Judgement::Pack(Box::new(Judged { pack, site, verdict, recalls, names, list_note })))
}

/// The register's verdict, and a note on the list of serials.
async fn ask<R: Reads>(
    reads: &R,
    contracts: &Contracts,
    given: Given,
    site: Option<SiteId>,
) -> Result<(Verdict, Option<String>), R::Error> {
    let units = Units(contracts.units.address);
    let mut scan = given.scan(site);
    let verdict = reads.read(&units.verdict(&scan)).await?;
    let registered = verdict.batch().and_then(|batch| batch.serial_root);
    match given.evidence {
        Some(evidence) if registered.is_some_and(|root| root != evidence.root) => {
            // Another batch's list or proof must not make a genuine pack look forged.
            scan.proof = None;
            let verdict = reads.read(&units.verdict(&scan)).await?;
            Ok((verdict, Some(evidence.not_registered())))
        }
        _ => Ok((verdict, given.note)),
    }
}

/// Whether the register does not know what the code says.
fn contradicts(verdict: &Verdict) -> bool {
    let contradictions = [Reason::BatchUnknown, Reason::SerialNotInBatch, Reason::ExpiryMismatch];
    contradictions.into_iter().any(|reason| verdict.reasons.contains(reason))
}

/// The verdict by this computer's clock, too: the chain's stands still where no blocks are made. A pack has expired as
/// soon as one of both says so.
fn expire(verdict: &mut Verdict, batch: Option<&Batch>, now: Timestamp) {
    if batch.is_some_and(|batch| now > batch.expires_at) {
        verdict.reasons = verdict.reasons.with(Reason::Expired);
        let outcome = Reason::Expired.outcome();
        if outcome.severity() > verdict.outcome.severity() {
            verdict.outcome = outcome;
        }
    }
}

/// The organisations and sites that a verdict names.
fn mentioned(
    verdict: &Verdict,
    batch: Option<&Batch>,
    recalls: &[RecallNotice],
    site: Option<SiteId>,
) -> Mentioned {
    let mut mentioned = Mentioned::default();
    batch.iter().for_each(|batch| batch::mention(batch, recalls, &mut mentioned));
    let (unit, alarm) = (verdict.unit(), verdict.alarm());
    mentioned.organisations.extend(unit.as_ref().and_then(|unit| Some(unit.stop?.by)));
    mentioned.sites.extend(site);
    mentioned.sites.extend(unit.map(|unit| unit.site));
    mentioned.sites.extend(alarm.into_iter().flat_map(|alarm| [Some(alarm.site), alarm.other]).flatten());
    mentioned
}

#[cfg(test)]
mod tests;
