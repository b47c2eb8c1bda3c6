//! The answer to a request for verification, by the verdict.

use gs1::Gln;
use heck::ToKebabCase;
use primitives::units::{Outcome, Reason, Verdict};
use serde::Serialize;

use super::Request;
use crate::Problem;

/// Why a pack is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FailureReason {
    /// No such serial of this GTIN.
    #[serde(rename = "No_match_GTIN_Serial")]
    NoMatchSerial,
    /// No such serial in this lot.
    #[serde(rename = "No_match_GTIN_Serial_Lot")]
    NoMatchLot,
    /// Another expiry date.
    #[serde(rename = "No_match_GTIN_Serial_Expiry")]
    NoMatchExpiry,
    /// Another lot and another expiry date.
    #[serde(rename = "No_match_GTIN_Serial_Lot_Expiry")]
    NoMatchLotExpiry,
    /// By the policy of who answers, although the identifiers match.
    #[serde(rename = "Manufacturer_policy")]
    ManufacturerPolicy,
    /// The pack must not go on.
    #[serde(rename = "Not_for_re-distribution")]
    NotForRedistribution,
    /// It is not said.
    #[serde(rename = "No_reason_provided")]
    NoReasonProvided,
}

/// What is known besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AdditionalInfo {
    /// It is recalled.
    Recalled,
    /// Its expiry date is over.
    Expired,
    /// It may be a copy, or is kept apart until that is known.
    Suspect,
    /// It is a copy, stolen, or condemned.
    Illegitimate,
}

/// What a fact means for a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The pack is not verified.
    Failed(FailureReason, Option<AdditionalInfo>),
    /// It cannot be told whether the pack is what it says: there is no answer.
    Unanswerable,
    /// It is about a place where the pack would be dispensed, which a request never names.
    AboutPlaces,
    /// It is about other packs of the batch: this one is not known to be one of them.
    AboutOthers,
}

impl Finding {
    /// What a fact about a pack means. Every reason is decided here: a new one does not compile before it is.
    #[must_use]
    pub const fn of(reason: Reason) -> Self {
        use AdditionalInfo::{Expired, Illegitimate, Recalled, Suspect};
        use FailureReason::{
            ManufacturerPolicy, NoMatchExpiry, NoMatchLot, NoMatchSerial, NotForRedistribution,
        };
        match reason {
            Reason::BatchRecalled | Reason::UnitRecalled | Reason::LogisticUnitRecalled => {
                Self::Failed(ManufacturerPolicy, Some(Recalled))
            }
            // It is a pack of the manufacturer's, and not one to be sold.
            Reason::UnitDispensed
            | Reason::UnitDestroyed
            | Reason::UnitSampled
            | Reason::UnitExported
            | Reason::NoUnitsLeft => Self::Failed(ManufacturerPolicy, None),
            Reason::UnitStolen | Reason::AlarmOpen | Reason::UnitQuarantined => {
                Self::Failed(NotForRedistribution, Some(Suspect))
            }
            // Otherwise a few packs on one shelf would stop the returns of a whole batch.
            Reason::UnitsQuarantined => Self::AboutOthers,
            Reason::CounterfeitConfirmed => Self::Failed(NotForRedistribution, Some(Illegitimate)),
            Reason::UnitCondemned
            | Reason::LogisticUnitWithdrawn
            | Reason::NotReleased
            | Reason::BlockedByRegulator => Self::Failed(NotForRedistribution, None),
            Reason::Expired => Self::Failed(ManufacturerPolicy, Some(Expired)),
            Reason::ExpiryMismatch => Self::Failed(NoMatchExpiry, None),
            Reason::SerialNotInBatch | Reason::BatchUnknown => Self::Failed(NoMatchLot, None),
            Reason::SerialMissing | Reason::SerialsNotRegistered => Self::Failed(NoMatchSerial, None),
            // A pack is not called wrong for what the gateway lacks, nor because the register is stopped.
            Reason::SerialUnproven | Reason::DispensingStopped => Self::Unanswerable,
            // In a verdict without a site these do not occur; if they do, the pack is not verified.
            Reason::NotHeldHere
            | Reason::UnitElsewhere
            | Reason::UnitPacked
            | Reason::NoneLooseHere
            | Reason::SiteNotDispenser => Self::AboutPlaces,
        }
    }
}

/// Who answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Responder {
    /// The operator's GLN.
    pub gln: Option<Gln>,
}

/// The block whose state the verdict is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Its hash, `0x` and hexadecimal digits.
    pub hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    verification_timestamp: String,
    #[serde(rename = "responderGLN", skip_serializing_if = "Option::is_none")]
    responder_gln: Option<String>,
    data: Data,
    #[serde(rename = "corrUUID", skip_serializing_if = "Option::is_none")]
    correlation: Option<&'a str>,
    register: Register<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_failure_reason: Option<FailureReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<AdditionalInfo>,
}

/// What the register says, for who wants to know more than the standard has words for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Register<'a> {
    outcome: String,
    reasons: Vec<String>,
    notes: Vec<String>,
    unknown_reasons: u32,
    block: &'a Block,
}

/// The answer to a request, by the verdict on its pack without a site, as the document of the standard.
///
/// `verified` is true only where nothing speaks against the pack and nothing is noted on this pack: a dispensed pack is genuine in
/// its patient's hands, and not one to be sold again. The gravest reason decides, so a recall outranks everything.
///
/// # Errors
/// 503 where it cannot be told, because the serial was not proved: a pack is not called wrong for what the gateway lacks.
pub fn reply(
    request: &Request,
    verdict: &Verdict,
    block: &Block,
    responder: Responder,
) -> Result<String, Problem> {
    let data = data(verdict)?;
    let codes = |reasons: primitives::units::Reasons| reasons.by_severity().into_iter().map(code).collect();
    let document = Document {
        verification_timestamp: timestamp(verdict.judged_at),
        responder_gln: responder.gln.map(|gln| gln.to_string()),
        data,
        correlation: request.correlation(),
        register: Register {
            outcome: code(verdict.outcome),
            reasons: codes(verdict.reasons),
            notes: codes(verdict.notes),
            unknown_reasons: unknown(verdict),
            block,
        },
    };
    // Text, numbers and lists of them always serialise.
    Ok(serde_json::to_string(&document).unwrap_or_default())
}

fn unknown(verdict: &Verdict) -> u32 {
    verdict.reasons.unknown().saturating_add(verdict.notes.unknown())
}

fn data(verdict: &Verdict) -> Result<Data, Problem> {
    let failed = |reason, additional_info| Data {
        verified: false,
        verification_failure_reason: Some(reason),
        additional_info,
    };
    // Without a site a note does not decide the outcome, and here it does: the gravest of both.
    let mut facts = verdict.reasons.by_severity();
    facts.extend(
        verdict.notes.by_severity().into_iter().filter(|note| Finding::of(*note) != Finding::AboutOthers),
    );
    facts.sort_by_key(|reason| std::cmp::Reverse(reason.outcome().severity()));
    let gravest = facts.iter().find_map(|reason| match Finding::of(*reason) {
        Finding::Failed(why, info) => Some((why, info)),
        Finding::Unanswerable | Finding::AboutPlaces | Finding::AboutOthers => None,
    });
    if let Some((why, info)) = gravest {
        return Ok(failed(why_of(why, &facts), info));
    }
    if facts.iter().any(|reason| Finding::of(*reason) == Finding::Unanswerable) {
        return Err(Problem::no_answer(
            "the serial could not be checked against the manufacturer's list, or the register is stopped; ask again later, or \
             ask the manufacturer",
        ));
    }
    if !facts.is_empty() {
        return Ok(failed(FailureReason::NoReasonProvided, None));
    }
    let good = match verdict.outcome {
        Outcome::Valid | Outcome::Genuine => unknown(verdict) == 0,
        Outcome::Recalled
        | Outcome::Decommissioned
        | Outcome::Quarantined
        | Outcome::NotReleased
        | Outcome::Expired
        | Outcome::Mismatch
        | Outcome::Unknown => false,
    };
    if good {
        return Ok(Data { verified: true, verification_failure_reason: None, additional_info: None });
    }
    Ok(failed(FailureReason::NoReasonProvided, None))
}

/// Where lot and expiry both differ, the standard has a word for both.
fn why_of(why: FailureReason, facts: &[Reason]) -> FailureReason {
    let both = facts.contains(&Reason::ExpiryMismatch) && facts.contains(&Reason::SerialNotInBatch);
    match why {
        FailureReason::NoMatchExpiry | FailureReason::NoMatchLot if both => FailureReason::NoMatchLotExpiry,
        other => other,
    }
}

/// The name of a variant in kebab case, as everywhere in the product.
pub(super) fn code(variant: impl std::fmt::Debug) -> String {
    format!("{variant:?}").to_kebab_case()
}

/// Milliseconds since 1970 as RFC 3339 in UTC.
fn timestamp(ms: u64) -> String {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::MAX).to_string()
}
