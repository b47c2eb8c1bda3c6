//! The rules of `batches`, message by message.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use batches::Data;
use kernel::Call;
use primitives::batches::{
    Arrival, Batch, Contents, Error, Goods, Hold, Holding, Places, Purpose, Recall, RecallScope, RecallSet,
    Stop, UnitState, UnitsShipped,
};
use primitives::governance::CHANGE_DELAY;
use primitives::products::NewBatch;
use primitives::{BatchId, Quantity, Role, SiteId};
use testing::goods::*;
use testing::parties::*;
use testing::rules::*;

mod custody;
mod disposal;
mod logistic_units;
mod quarantine;
mod recall;
mod registration;
mod stops;
mod trail;
mod units;
