//! `theriac treatment`: which medicines for high blood pressure nothing speaks against.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use clinical::text::Finder;
use clinical::treatment::risk::baseline;
use clinical::treatment::{
    read_chart, recommend, Choice, Effect, Fact, NotModelled, Recommendation, State, Unread, UnusableValue,
    INTENDED_USE,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Reads Patient, Observation, DiagnosticReport, Condition, MedicationRequest, MedicationStatement, Medication and \
AllergyIntolerance of one adult. \
What is not recorded is unknown, and an option that it could rule out is not recommended. For physicians, no \
medical device; see docs/clinical.md for the rules, their sources, and the limits.

Examples:
  theriac treatment --fhir patient.json
  theriac treatment --fhir patient.json --at 2026-11-21T12:00:00Z --json";

/// Options of `theriac treatment`.
#[derive(Args, Debug)]
pub struct TreatmentArgs {
    /// A FHIR R4 bundle with the record of one patient, or - for standard input
    #[arg(long, value_name = "BUNDLE")]
    fhir: PathBuf,

    /// The moment to judge for, such as 2026-11-21T12:00:00Z; without it, now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

/// Runs `theriac treatment`.
pub fn run(args: &TreatmentArgs) -> Result<Answer, Failure> {
    let bytes = input::read(&args.fhir, fhir::MAX_RESOURCE_BYTES)?;
    let finder = Finder::new().map_err(Failure::failed)?;
    let chart =
        read_chart(&bytes, args.at.unwrap_or_else(Timestamp::now), &finder).map_err(Failure::bad_input)?;
    let risks = match &chart.risk {
        Ok(factors) => baseline(factors).map_err(|error| NotModelled::OutOfRange(error.0)),
        Err(reason) => Err(reason.clone()),
    };
    Answer::of(&View {
        intended_use: INTENDED_USE,
        recommendation: recommend(&chart.facts, risks.as_ref().ok().copied()),
        risk_not_modelled: risks.err(),
        unread: chart.unread,
        left_out: chart.left_out,
        unusable: chart.unusable,
    })
}

#[derive(Serialize)]
struct View {
    intended_use: &'static str,
    #[serde(flatten)]
    recommendation: Recommendation,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_not_modelled: Option<NotModelled>,
    unread: Unread,
    left_out: Vec<fhir::LeftOut>,
    unusable: Vec<UnusableValue>,
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Recommendation { possible, needs_check, ruled_out, baseline } = &self.recommendation;
        writeln!(f, "Possible: nothing that the rules know speaks against")?;
        choices(f, possible)?;
        writeln!(f, "\nNot before a check")?;
        choices(f, needs_check)?;
        if !ruled_out.is_empty() {
            writeln!(f, "\nRuled out other options")?;
        }
        for fact in ruled_out {
            writeln!(f, "  {} ({})", fact.text, fact.options)?;
        }
        let Unread { conditions, medicines, allergies } = self.unread;
        if conditions.saturating_add(medicines).saturating_add(allergies) > 0 {
            writeln!(
                f,
                "\nNot understood: {conditions} conditions, {medicines} medicines, {allergies} allergies"
            )?;
        }
        if !self.left_out.is_empty() {
            writeln!(f, "\nLeft out of the record, or not understood")?;
        }
        for fhir::LeftOut { entry, element, reason } in &self.left_out {
            writeln!(f, "  entry {entry}: {element}: {reason}")?;
        }
        if !self.unusable.is_empty() {
            writeln!(f, "\nMeasured, but not usable")?;
        }
        for UnusableValue { value, entry, reason } in &self.unusable {
            writeln!(f, "  {value} in entry {entry}: {reason}")?;
        }
        match (baseline, &self.risk_not_modelled) {
            (Some(risk), _) => writeln!(
                f,
                "\nTen-year risk without a new medicine (PREVENT): {:.1} % atherosclerotic disease, {:.1} % heart failure",
                risk.atherosclerotic * 100.0,
                risk.heart_failure * 100.0
            )?,
            (None, Some(reason)) => writeln!(f, "\nNot ranked by risk: {}", why(reason))?,
            (None, None) => {}
        }
        write!(f, "\n{}", self.intended_use)
    }
}

fn choices(f: &mut fmt::Formatter<'_>, choices: &[Choice]) -> fmt::Result {
    if choices.is_empty() {
        return writeln!(f, "  none");
    }
    for choice in choices {
        match choice.modelled {
            Some(risk) => {
                writeln!(f, "  {}: {:.1} modelled events in 100 people", choice.name, risk.events * 100.0)?
            }
            None => writeln!(f, "  {}", choice.name)?,
        }
        for reason in &choice.reasons {
            let says = match (reason.effect, reason.state) {
                (Effect::Favours, _) => "favoured by",
                (Effect::Cautions, State::Present) => "care, because of",
                (Effect::Cautions, _) => "care, if there is",
                (_, State::Present) => "find out how severe is",
                (_, _) => "find out whether there is",
            };
            writeln!(f, "    {says} {} [{}]", reason.text, reason.source)?;
        }
    }
    Ok(())
}

fn why(reason: &NotModelled) -> String {
    match reason {
        NotModelled::Missing(what) => format!("not known: {}", what.join(", ")),
        NotModelled::OutOfRange(what) => format!("the equations are not made for this {what}"),
        NotModelled::NotFirstEvent(fact) => {
            format!("the equations are for people without {}", Fact::text(*fact))
        }
    }
}
