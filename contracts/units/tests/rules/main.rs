//! The rules of `units`, message by message, together with those of `batches`; and the verdict, reason by reason.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use kernel::Call;
use primitives::batches::{
    Arrival, Goods, Places, QuarantineReason, QuarantineTarget, RecallScope, UnitState,
};
use primitives::units::{Alarm, AlarmCode, Outcome, Reason, Reasons, Resolution, Scan};
use primitives::{BatchId, SerialProof, UnitId};
use testing::goods::*;
use testing::parties::*;
use testing::rules::*;
use units::Decommissioning;

mod model;
mod units_of_a_batch;
mod verdict;
