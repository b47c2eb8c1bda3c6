//! The rules of `batches`, without the macro: who calls and when is an argument, what happened is the result.
// Storage keys go by reference: a copy of 32 bytes at each use adds up to kilobytes of Wasm.
#![allow(clippy::needless_borrows_for_generic_args)]

mod custody;
mod logistics;
mod quarantine;
mod recall;
mod registration;
mod trail;
mod units;

pub(crate) use units::extensible;

use ink::prelude::vec::Vec;
use kernel::{key, Call, Item, Map, Member};
use primitives::batches::{
    Batch, Error, Holding, LogisticUnit, Places, QuarantineTarget, RecallNotice, Shipment, UnitState,
    MAX_PAGE, MAX_RECALLS,
};
use primitives::{ensure, AccountId, BatchId, Quantity, Refused, Role, SiteId, Sscc, Timestamp, CUSTODIANS};
use scale::{Decode, Encode};

use crate::place::Place;
use recall::ProductRecalls;
use trail::{ArrivalNumber, ArrivalsKept, Arrived, End, Suspicion};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4241_0007;

/// What is stored once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct State {
    /// How many batches were ever registered.
    pub batches: u32,
    /// How many shipments there ever were.
    pub shipments: u64,
}

/// The places of a batch over all sites, and how many sites ever had some.
#[derive(Clone, Copy, Debug, Default, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct Balance {
    places: Places,
    sites: u32,
}

/// What a site last booked by quantity, as far as it can be undone.
#[derive(Clone, Copy, Debug, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct LastBooking {
    state: UnitState,
    quantity: Quantity,
    at: Timestamp,
}

/// What the contract knows. Every field has its own storage key, which spells its name.
///
/// Every unit of a batch is in exactly one of the [`Places`] of exactly one site. Each message moves units by
/// [`Data::transfer`], which can neither make nor lose any.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    /// What every contract of a deployment keeps.
    pub member: Member,
    state: Item<State, { key(b"STAT") }>,
    batch_ids: Map<u32, BatchId, { key(b"BAID") }>,
    batches: Map<BatchId, Batch, { key(b"BATC") }>,
    balances: Map<BatchId, Balance, { key(b"BALA") }>,
    recalls: Map<(BatchId, u8), RecallNotice, { key(b"RECA") }>,
    /// By GTIN.
    products: Map<u64, ProductRecalls, { key(b"PROD") }>,
    recalls_of_products: Map<(u64, u8), RecallNotice, { key(b"PREC") }>,
    sites: Map<(BatchId, u32), SiteId, { key(b"SITE") }>,
    holdings: Map<(BatchId, SiteId), Holding, { key(b"HOLD") }>,
    shipments: Map<u64, Shipment, { key(b"SHIP") }>,
    logistic_units: Map<Sscc, LogisticUnit, { key(b"LOGI") }>,
    children: Map<Sscc, Vec<Sscc>, { key(b"CHIL") }>,
    /// By the number of the registration, and of the case.
    cases: Map<(u32, u32), Sscc, { key(b"CASE") }>,
    last_bookings: Map<(BatchId, SiteId), LastBooking, { key(b"BOOK") }>,
    ends: Map<QuarantineTarget, End, { key(b"ENDS") }>,
    arrivals: Map<ArrivalNumber, Arrived, { key(b"ARRI") }>,
    arrivals_kept: Map<(BatchId, SiteId), ArrivalsKept, { key(b"KEPT") }>,
    suspicions: Map<QuarantineTarget, Suspicion, { key(b"SUSP") }>,
}

impl Data {
    /// An empty register in the deployment of `access`.
    #[must_use]
    pub fn new(access: AccountId) -> Self {
        let mut data = Self::default();
        data.member.join(LAYOUT, access);
        data.state.set(&State::default());
        data
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self, batch: BatchId) -> Option<Batch> {
        self.current(&batch).ok()
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
        self.balance(&batch).ok().map(|balance| balance.places)
    }

    /// What the site has or had of it.
    #[must_use]
    pub fn holding(&self, batch: BatchId, site: SiteId) -> Holding {
        self.holding_of(&batch, site)
    }

    fn holding_of(&self, batch: &BatchId, site: SiteId) -> Holding {
        self.any_holding(batch, site).unwrap_or_default()
    }

    /// Every site that ever had units of the batch, from number `start` in the order in which it came to them, at most
    /// [`MAX_PAGE`]: the sum over all of them is what was registered.
    #[must_use]
    pub fn recall_reach(&self, batch: BatchId, start: u32, limit: u32) -> Vec<(SiteId, Holding)> {
        let mut list = Vec::new();
        for number in page(start, limit, self.balance(&batch).map_or(0, |balance| balance.sites)) {
            if let Some(site) = self.sites.get((&batch, number)) {
                list.push((site, self.holding_of(&batch, site)));
            }
        }
        list
    }

    /// The recalls of the batch, in their order: at most [`MAX_RECALLS`]; and behind them those of its product.
    #[must_use]
    pub fn all_recalls(&self, id: BatchId) -> Vec<RecallNotice> {
        let mut list = self.recalls(id);
        if let Ok(batch) = self.known(&id) {
            list.extend(self.recalls_of_product(&batch));
        }
        list
    }

    /// The recalls of the batch, in their order: at most [`MAX_RECALLS`].
    fn recalls(&self, batch: BatchId) -> Vec<RecallNotice> {
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
        self.shipment_under_way(shipment).ok()
    }

    /// The logistic unit, while it is packed; with the site of the outermost one around it.
    #[must_use]
    pub fn logistic_unit(&self, sscc: Sscc) -> Option<LogisticUnit> {
        let mut unit = self.live_unit(sscc).ok()?;
        unit.site = self.outermost_site(&unit);
        Some(unit)
    }

    /// No state: the storage is not this contract's.
    fn state(&self) -> Result<State, Error> {
        self.state.get().ok_or(Error::BalanceBroken)
    }

    // One copy of each access to storage, instead of one at each place that needs it: kilobytes of Wasm.

    #[inline(never)]
    fn known(&self, id: &BatchId) -> Result<Batch, Error> {
        self.batches.get(id).ok_or(Error::UnknownBatch)
    }

    /// The batch with the recalls of its product.
    #[inline(never)]
    fn current(&self, id: &BatchId) -> Result<Batch, Error> {
        Ok(self.with_product(self.known(id)?))
    }

    /// The batch of a logistic unit. One whose registration was cancelled since it was packed does not exist.
    #[inline(never)]
    fn record_of(&self, unit: &LogisticUnit) -> Result<Batch, Error> {
        let batch = self.current(&unit.batch).map_err(|_| Error::UnknownLogisticUnit)?;
        ensure(batch.registration == unit.registration, Error::UnknownLogisticUnit)?;
        Ok(batch)
    }

    /// The logistic unit, where the registration of its batch was not cancelled since.
    #[inline(never)]
    fn live_unit(&self, sscc: Sscc) -> Result<LogisticUnit, Error> {
        let unit = self.packed_unit(sscc)?;
        self.record_of(&unit)?;
        Ok(unit)
    }

    #[inline(never)]
    fn save_batch(&mut self, id: &BatchId, batch: &Batch) {
        self.batches.insert(id, batch);
    }

    #[inline(never)]
    fn balance(&self, id: &BatchId) -> Result<Balance, Error> {
        self.balances.get(id).ok_or(Error::UnknownBatch)
    }

    #[inline(never)]
    fn any_holding(&self, batch: &BatchId, site: SiteId) -> Option<Holding> {
        self.holdings.get((batch, site))
    }

    #[inline(never)]
    fn save_holding(&mut self, batch: &BatchId, site: SiteId, holding: &Holding) {
        self.holdings.insert((batch, site), holding);
    }

    #[inline(never)]
    fn packed_unit(&self, sscc: Sscc) -> Result<LogisticUnit, Error> {
        self.logistic_units.get(sscc).ok_or(Error::UnknownLogisticUnit)
    }

    #[inline(never)]
    fn save_unit(&mut self, sscc: Sscc, unit: &LogisticUnit) {
        self.logistic_units.insert(sscc, unit);
    }

    #[inline(never)]
    fn shipment_under_way(&self, shipment: u64) -> Result<Shipment, Error> {
        self.shipments.get(shipment).ok_or(Error::UnknownShipment)
    }

    #[inline(never)]
    fn save_shipment(&mut self, shipment: u64, record: &Shipment) {
        self.shipments.insert(shipment, record);
    }

    /// Moves units of a batch: out of one place of one site, into one place of another or the same.
    ///
    /// Guarantee: the sum over all places and sites is the same after the call as before it. `short` is the error
    /// where the first site has fewer units there.
    fn transfer(
        &mut self,
        id: &BatchId,
        (from, source): (SiteId, Place),
        (to, target): (SiteId, Place),
        quantity: Quantity,
        short: Error,
    ) -> Result<(), Error> {
        let (balance, holding) = (self.balance(id)?, self.holding_of(id, from));
        self.transfer_from((id, balance, holding), (from, source), (to, target), quantity, short)
    }

    /// The same, where the batch's balance and the first site's holding are read already.
    fn transfer_from(
        &mut self,
        (id, mut balance, mut holding): (&BatchId, Balance, Holding),
        (from, source): (SiteId, Place),
        (to, target): (SiteId, Place),
        quantity: Quantity,
        short: Error,
    ) -> Result<(), Error> {
        ensure(quantity > 0, Error::QuantityZero)?;
        take(&mut holding.places, source, quantity).ok_or(short)?;
        if from != to {
            self.save_holding(id, from, &holding);
            holding = self.any_holding(id, to).unwrap_or_else(|| {
                self.sites.insert((id, balance.sites), &to);
                // Each site costs a storage deposit: 2^32 of them exceed every chain's supply.
                balance.sites = balance.sites.saturating_add(1);
                Holding::default()
            });
        }
        put(&mut holding.places, target, quantity).ok_or(Error::BalanceBroken)?;
        self.save_holding(id, to, &holding);

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

/// Where a custodian acts: its site.
fn ensure_custodian(call: &Call) -> Result<SiteId, Refused> {
    call.ensure_any(CUSTODIANS)?;
    call.site()
}

/// Whether the caller acts for the batch's manufacturer, with this role.
fn is_manufacturer(call: &Call, batch: &Batch, role: Role) -> bool {
    call.is_of(batch.manufacturer) && call.roles.contains(role)
}

/// Refuses who may neither recall the batch nor end a quarantine: a regulator, and its manufacturer, may.
fn ensure_answers_for(call: &Call, batch: &Batch) -> Result<(), Error> {
    let entitled = call.roles.contains(Role::Regulator)
        || is_manufacturer(call, batch, Role::Manufacturer)
        || is_manufacturer(call, batch, Role::QualityUnit);
    ensure(entitled, Error::CallerNotAuthorised)
}

fn ensure_not_stopped(batch: &Batch) -> Result<(), Error> {
    ensure(batch.recalled_at.is_none(), Error::BatchRecalled)?;
    ensure(batch.blocked.is_none(), Error::BatchBlocked)
}
