//! The rules of `batches`, without the macro: who calls and when is an argument, what happened is the result.
// Storage keys go by reference: a copy of 32 bytes at each use adds up to kilobytes of Wasm.
#![allow(clippy::needless_borrows_for_generic_args)]

mod custody;
mod logistics;
mod quarantine;
mod recall;
mod registration;
mod units;

use ink::prelude::vec::Vec;
use ink::storage::{traits::ManualKey, Lazy, Mapping};
use primitives::{ensure, AccountId, BatchId, Call, Quantity, Role, Sscc, CUSTODIANS};

use crate::errors::Error;
use crate::types::{
    Attestation, AttestationRecord, Batch, Holding, LogisticUnit, Place, Places, RecallNotice, Shipment,
    MAX_PAGE, MAX_RECALLS,
};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4241_0002;

/// What is stored once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub(crate) struct State {
    /// The contract that knows the roles.
    pub access: AccountId,
    /// How many batches were ever registered.
    pub batches: u32,
    /// How many shipments there ever were.
    pub shipments: u64,
}

/// The places of a batch over all its holders, how many these are, and the batch's number in the register.
#[derive(Clone, Copy, Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub(crate) struct Balance {
    places: Places,
    holders: u32,
    number: u32,
}

/// What the contract knows. Every field has its own storage key, listed in `docs/upgrades.md`.
///
/// Every unit of a batch is in exactly one of the [`Places`] of exactly one holder. Each message moves units by
/// [`Data::transfer`], which can neither make nor lose any.
#[derive(Debug)]
#[ink::storage_item]
pub struct Data {
    layout: Lazy<u32, ManualKey<0x4C41_594F>>,
    state: Lazy<State, ManualKey<0x5354_4154>>,
    batch_ids: Mapping<u32, BatchId, ManualKey<0x4241_4944>>,
    batches: Mapping<BatchId, Batch, ManualKey<0x4241_5443>>,
    balances: Mapping<BatchId, Balance, ManualKey<0x4241_4C41>>,
    attestations: Mapping<(BatchId, Attestation), AttestationRecord, ManualKey<0x4154_5445>>,
    recalls: Mapping<(BatchId, u8), RecallNotice, ManualKey<0x5245_4341>>,
    holders: Mapping<(BatchId, u32), AccountId, ManualKey<0x484F_4C4E>>,
    holdings: Mapping<(BatchId, AccountId), Holding, ManualKey<0x484F_4C44>>,
    shipments: Mapping<u64, Shipment, ManualKey<0x5348_4950>>,
    logistic_units: Mapping<Sscc, LogisticUnit, ManualKey<0x4C4F_4749>>,
    children: Mapping<Sscc, Vec<Sscc>, ManualKey<0x4348_494C>>,
    cases: Mapping<(BatchId, u32), Sscc, ManualKey<0x4341_5345>>,
}

impl Data {
    /// An empty register whose callers' roles are in the contract `access`.
    #[must_use]
    pub fn new(access: AccountId) -> Self {
        let mut data = Self {
            layout: Lazy::new(),
            state: Lazy::new(),
            batch_ids: Mapping::new(),
            batches: Mapping::new(),
            balances: Mapping::new(),
            attestations: Mapping::new(),
            recalls: Mapping::new(),
            holders: Mapping::new(),
            holdings: Mapping::new(),
            shipments: Mapping::new(),
            logistic_units: Mapping::new(),
            children: Mapping::new(),
            cases: Mapping::new(),
        };
        data.layout.set(&LAYOUT);
        data.state.set(&State { access, batches: 0, shipments: 0 });
        data
    }

    /// Whether the storage has the layout of this code.
    #[must_use]
    pub fn understands_layout(&self) -> bool {
        self.layout.get() == Some(LAYOUT)
    }

    /// The contract that knows the roles; all zero where the storage is not this contract's.
    #[must_use]
    pub fn access(&self) -> AccountId {
        self.state.get().map_or([0; 32].into(), |state| state.access)
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self, batch: BatchId) -> Option<Batch> {
        self.batches.get(&batch)
    }

    /// The batches from number `start` in the order of their registration, at most [`MAX_PAGE`]. A registration that
    /// was taken back leaves a gap: the next page starts behind the last number asked for.
    #[must_use]
    pub fn list_batches(&self, start: u32, limit: u32) -> Vec<BatchId> {
        let mut list = Vec::new();
        for number in page(start, limit, self.state.get().map_or(0, |state| state.batches)) {
            if let Some(batch) = self.batch_ids.get(number) {
                list.push(batch);
            }
        }
        list
    }

    /// Where its units are.
    #[must_use]
    pub fn mass_balance(&self, batch: BatchId) -> Option<Places> {
        self.balances.get(&batch).map(|balance| balance.places)
    }

    /// What `holder` has or had of it.
    #[must_use]
    pub fn holding(&self, batch: BatchId, holder: AccountId) -> Holding {
        self.holding_of(&batch, &holder)
    }

    fn holding_of(&self, batch: &BatchId, holder: &AccountId) -> Holding {
        self.holdings.get((batch, holder)).unwrap_or_default()
    }

    /// Everybody who ever had units of the batch, from number `start` in the order in which they came to it, at most
    /// [`MAX_PAGE`]: the sum over all of them is what was registered.
    #[must_use]
    pub fn recall_reach(&self, batch: BatchId, start: u32, limit: u32) -> Vec<(AccountId, Holding)> {
        let mut list = Vec::new();
        for number in page(start, limit, self.balances.get(&batch).map_or(0, |balance| balance.holders)) {
            if let Some(holder) = self.holders.get((&batch, number)) {
                list.push((holder, self.holding_of(&batch, &holder)));
            }
        }
        list
    }

    /// The recalls of the batch, in their order: at most [`MAX_RECALLS`].
    #[must_use]
    pub fn recalls(&self, batch: BatchId) -> Vec<RecallNotice> {
        let mut list = Vec::new();
        for number in 0..MAX_RECALLS {
            let Some(notice) = self.recalls.get((&batch, number)) else { break };
            list.push(notice);
        }
        list
    }

    /// The shipment, while anything of it is in transit.
    #[must_use]
    pub fn shipment(&self, shipment: u64) -> Option<Shipment> {
        self.shipments.get(shipment)
    }

    /// The logistic unit, while it is packed; with its outermost logistic unit's holder.
    #[must_use]
    pub fn logistic_unit(&self, sscc: Sscc) -> Option<LogisticUnit> {
        let mut unit = self.logistic_units.get(sscc)?;
        unit.holder = self.outermost_holder(&unit);
        Some(unit)
    }

    /// Who attested, and with which document.
    #[must_use]
    pub fn attestation(&self, batch: BatchId, attestation: Attestation) -> Option<AttestationRecord> {
        self.attestations.get((&batch, attestation))
    }

    fn state(&self) -> Result<State, Error> {
        self.state.get().ok_or(Error::BalanceBroken)
    }

    fn known(&self, id: &BatchId) -> Result<Batch, Error> {
        self.batches.get(id).ok_or(Error::UnknownBatch)
    }

    /// Moves units of a batch: out of one place of one holder, into one place of another or the same.
    ///
    /// Guarantee: the sum over all places and holders is the same after the call as before it. `short` is the error
    /// where the first holder has fewer units there.
    fn transfer(
        &mut self,
        id: &BatchId,
        (from, source): (&AccountId, Place),
        (to, target): (&AccountId, Place),
        quantity: Quantity,
        short: Error,
    ) -> Result<(), Error> {
        ensure(quantity > 0, Error::QuantityZero)?;
        let mut holding = self.holding_of(id, from);
        take(&mut holding.places, source, quantity).ok_or(short)?;
        self.holdings.insert((id, from), &holding);

        let mut balance = self.balances.get(id).ok_or(Error::UnknownBatch)?;
        let mut holding = self.holdings.get((id, to)).unwrap_or_else(|| {
            self.holders.insert((id, balance.holders), to);
            // Each holder costs a storage deposit: 2^32 of them exceed every chain's supply.
            balance.holders = balance.holders.saturating_add(1);
            Holding::default()
        });
        put(&mut holding.places, target, quantity).ok_or(Error::BalanceBroken)?;
        self.holdings.insert((id, to), &holding);

        take(&mut balance.places, source, quantity).ok_or(Error::BalanceBroken)?;
        put(&mut balance.places, target, quantity).ok_or(Error::BalanceBroken)?;
        self.balances.insert(id, &balance);
        Ok(())
    }
}

fn take(places: &mut Places, place: Place, quantity: Quantity) -> Option<()> {
    let count = place.of(places);
    *count = count.checked_sub(quantity)?;
    Some(())
}

fn put(places: &mut Places, place: Place, quantity: Quantity) -> Option<()> {
    let count = place.of(places);
    *count = count.checked_add(quantity)?;
    Some(())
}

fn page(start: u32, limit: u32, count: u32) -> core::ops::Range<u32> {
    start..start.saturating_add(limit.min(MAX_PAGE)).min(count)
}

fn ensure_custodian(call: &Call) -> Result<(), Error> {
    ensure(call.roles.intersects(CUSTODIANS), Error::CallerNotAuthorised)
}

fn ensure_regulator(call: &Call) -> Result<(), Error> {
    ensure(call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)
}

fn is_manufacturer(call: &Call, batch: &Batch) -> bool {
    call.caller == batch.manufacturer && call.roles.contains(Role::Manufacturer)
}

/// Refuses who may neither recall the batch nor end a quarantine.
fn ensure_answers_for(call: &Call, batch: &Batch) -> Result<(), Error> {
    let entitled = call.roles.contains(Role::Regulator) || is_manufacturer(call, batch);
    ensure(entitled, Error::CallerNotAuthorised)
}

fn ensure_not_stopped(batch: &Batch) -> Result<(), Error> {
    ensure(!batch.recalled, Error::BatchRecalled)?;
    ensure(!batch.blocked, Error::BatchBlocked)
}
