//! Recalls as people order them.

use clap::Args;
use primitives::batches::{RecallClass, RecallReason};
use primitives::products::WithdrawalRecall;
use primitives::DocumentHash;
use serde_json::{json, Value};
use view::choices::Choice;

use crate::choices::choice;
use crate::document::DocumentArgs;
use crate::failure::Failure;
use crate::time;

/// How goods are recalled.
#[derive(Args, Debug)]
pub struct RecallArgs {
    /// How dangerous it is: i (serious harm or death), ii (harm that passes), iii (harm is unlikely)
    #[arg(value_parser = choice::<RecallClass>())]
    class: RecallClass,
    /// Why
    #[arg(value_parser = choice::<RecallReason>())]
    reason: RecallReason,
    #[command(flatten)]
    instructions: DocumentArgs,
    /// How many days every holder has to acknowledge
    #[arg(long, value_name = "DAYS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=365))]
    acknowledge_within: u16,
}

/// A recall without its scope.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// How dangerous.
    pub class: RecallClass,
    /// Why.
    pub reason: RecallReason,
    /// The SHA-256 of the instructions to holders.
    pub instructions: DocumentHash,
    /// By when holders are to acknowledge, in milliseconds.
    pub acknowledge_by: u64,
}

impl From<Order> for WithdrawalRecall {
    fn from(Order { class, reason, instructions, acknowledge_by }: Order) -> Self {
        Self { class, reason, instructions, acknowledge_by }
    }
}

impl RecallArgs {
    /// The order, with the deadline from now on.
    pub fn order(&self) -> Result<Order, Failure> {
        Ok(Order {
            class: self.class,
            reason: self.reason,
            instructions: self.instructions.hash()?,
            acknowledge_by: time::days_from_now(self.acknowledge_within),
        })
    }
}

impl Order {
    /// Class and reason, such as `class II, contamination`.
    pub fn summary(&self) -> String {
        format!("class {}, {}", self.class.name().to_uppercase(), self.reason.name())
    }

    /// For programs.
    pub fn data(&self) -> Value {
        json!({
            "class": self.class.name(), "reason": self.reason.name(),
            "instructions": self.instructions.to_string(), "acknowledge_by": time::rfc3339(self.acknowledge_by),
        })
    }
}
