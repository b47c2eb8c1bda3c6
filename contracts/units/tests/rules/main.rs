//! The rules of `units`, message by message, together with those of `batches`; and the verdict, reason by reason.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use kernel::Call;
use primitives::batches::{
    Arrival, ClearanceReason, Goods, Places, QuarantineReason, QuarantineTarget, RecallScope, UnitPlace,
    UnitState,
};
use primitives::units::{Alarm, AlarmCode, Outcome, Reason, Reasons, Resolution, Scan};
use primitives::{BatchId, MultiProof, SerialProof, UnitId};
use testing::goods::*;
use testing::parties::*;
use testing::rules::*;
use units::{Decommissioning, Dispensing};

mod alarms;
mod model;
mod packs_by_serial;
mod units_of_a_batch;
mod verdict;
