// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

use primitives::{AccountId, BatchId, UnitId, UnitState};

use crate::types::{AlarmCode, Resolution};

/// A unit was dispensed, destroyed, or left the supply chain otherwise.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitDecommissioned {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The unit.
    #[ink(topic)]
    pub unit: UnitId,
    /// Who did it.
    #[ink(topic)]
    pub by: AccountId,
    /// What became of it.
    pub state: UnitState,
}

/// A decommissioning was taken back: the unit is with its holder again.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitReverted {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The unit.
    #[ink(topic)]
    pub unit: UnitId,
    /// Who has it.
    #[ink(topic)]
    pub holder: AccountId,
    /// The holder, or a regulator who unlocked it.
    pub by: AccountId,
    /// What it was.
    pub state: UnitState,
}

/// Packs with the same serial are in places where they cannot both be: one is a copy.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmRaised {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The unit.
    #[ink(topic)]
    pub unit: UnitId,
    /// Who was about to decommission the unit now.
    #[ink(topic)]
    pub by: AccountId,
    /// What gave it away.
    pub code: AlarmCode,
    /// The other party.
    pub other: AccountId,
}

/// A regulator looked into an alarm.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmResolved {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The unit.
    #[ink(topic)]
    pub unit: UnitId,
    /// The regulator.
    #[ink(topic)]
    pub by: AccountId,
    /// The finding.
    pub resolution: Resolution,
}
