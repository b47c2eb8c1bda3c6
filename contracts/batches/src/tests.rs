use primitives::{AccountId, BatchId, Call, Quantity, Role};

use crate::{
    Arrival, Attestation, Batch, Contents, Data, Error, Goods, Holding, NewBatch, Places, Purpose, Recall,
    RecallClass, RecallReason, RecallScope, UnitState, UnitsShipped,
};
use crate::{Data as BatchesData, Error as BatchesError};
use support::*;

mod custody;
mod logistic_units;
mod messages;
mod quarantine;
mod recall;
mod registration;
mod release_gate;
mod support;
