//! Options for the drug treatment of high blood pressure in adults: which ones nothing speaks against, in which order,
//! and why.
//!
//! A table of rules ([`RULES`]) says which fact contraindicates, cautions or favours which of nine options, each with
//! its source. [`read_chart`] takes the facts from a FHIR R4 bundle; what is not written there is
//! [`State::Unknown`], and an option that an unknown fact could rule out *needs a check* and is not recommended. A
//! contraindicated option is never shown. [`recommend`] ranks by modelled risk ([`risk`]).
//!
//! It supports a physician who decides; it is no medical device, and it knows nothing of what a bundle does not say.

mod chart;
mod codes;
mod fact;
mod measurements;
mod recommend;
mod records;
mod resources;
pub mod risk;
mod rules;

pub use chart::{read_chart, Chart, ChartError, NotModelled, Unread};
pub use fact::{Fact, Facts, State};
pub use recommend::{recommend, standing, Choice, Modelled, Reason, Recommendation, RuledOut, Standing};
pub use rules::{rules_of, Effect, Rule, Treatment, RULES};

/// What this is for, in one paragraph that belongs under every result.
pub const INTENDED_USE: &str = "For physicians who choose a medicine for high blood pressure in an adult. The rules \
cover nine options and the contraindications named in docs/clinical.md, nothing else; doses, combinations and wishes \
are not considered. The ranking is a model of averages. No medical device: check every statement against the patient \
and the current label.";
