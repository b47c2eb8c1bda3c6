//! Options for the drug treatment of high blood pressure in adults: those without a contraindication, ranked, with
//! reasons.
//!
//! A table of rules ([`RULES`]) states which fact contraindicates, cautions or favours which of nine options, each with
//! its source. [`read_chart`] takes the facts from a FHIR R4 bundle. A fact that is not recorded is [`State::Unknown`];
//! an option that an unknown fact could rule out *needs a check* and is not recommended. A contraindicated option is
//! never shown. [`recommend`] ranks by modelled risk ([`risk`]).
//!
//! It supports a physician who decides. It is not a medical device, and it knows only the content of the bundle.

mod chart;
mod codes;
mod fact;
mod measurements;
mod recommend;
mod records;
pub mod risk;
mod rules;

pub use chart::{read_chart, Chart, ChartError, NotModelled, Unread, UnusableValue};
pub use fact::{Fact, Facts, State};
pub use recommend::{recommend, standing, Choice, Modelled, Reason, Recommendation, RuledOut, Standing};
pub use rules::{rules_of, Effect, Rule, Treatment, RULES};

/// The intended use, to be shown under every result.
pub const INTENDED_USE: &str = "For physicians who choose a medicine for high blood pressure in an adult. The rules \
cover nine options and the contraindications named in docs/clinical.md, nothing else; doses, combinations and \
preferences are not considered. The ranking is a model of averages. Not a medical device: check every statement \
against the patient and the current label.";
