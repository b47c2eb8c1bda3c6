//! The books as events alone tell them: nothing here decides what is allowed.

use std::collections::BTreeMap;

use primitives::batches::{
    Arrival, Batch, BatchBlocked, BatchRecalled, BatchRegistered, BatchRegistrationCancelled, BatchReleased,
    BatchUnblocked, Contents, DecommissioningReverted, EvidenceFollowed, GoodsCondemned, Hold, Holding,
    LogisticUnit, LogisticUnitDestroyed, LogisticUnitPacked, LogisticUnitUnpacked, Places, ProductRecalled,
    Purpose, QuarantineReason, QuarantineReleased, QuarantineTarget, Recall, RecallAcknowledged, RecallEnded,
    RecallNotice, RecallOfBatchEnded, RecallOfProductEnded, RecallScope, RecallSet, Shipment,
    ShipmentRejected, Stop, UnitPlace, UnitState, UnitsBooked, UnitsDecommissioned, UnitsQuarantined,
    UnitsReceived, UnitsShipped, Withdrawal,
};
use primitives::products::{
    AttestationRecord, BatchAttested, NewProduct, Product, ProductAuthorised, ProductChanged,
    ProductRestored, ProductWithdrawal, ProductWithdrawn,
};
use primitives::units::{
    Alarm, AlarmRaised, AlarmResolved, AlarmsDismissed, Resolution, UnitDecommissioned, UnitRecord,
    UnitReverted, UnitsCondemned, UnitsQuarantinedBySerial, UnitsReleased,
};
use primitives::{Actor, BatchId, DocumentHash, Event as _, Quantity, SiteId, Sscc, Timestamp, UnitId};
use scale::Decode;
use testing::backend::{BatchBooks, Books, Event, Scope};
use testing::rules::sum;

/// One of the numbers of [`Places`].
type Place = fn(&mut Places) -> &mut Quantity;
const HELD: Place = |places| &mut places.held;
const PACKED: Place = |places| &mut places.packed;
const IN_TRANSIT: Place = |places| &mut places.in_transit;
const APART: Place = |places| &mut places.quarantined;
const APART_CLOSED: Place = |places| &mut places.quarantined_closed;
const CONDEMNED: Place = |places| &mut places.condemned;
const CONDEMNED_CLOSED: Place = |places| &mut places.condemned_closed;
const RETURNED: Place = |places| &mut places.returned;

/// Where units of this state are counted.
fn place_of(state: UnitState) -> Place {
    match state {
        UnitState::Dispensed => |places| &mut places.dispensed,
        UnitState::Destroyed => |places| &mut places.destroyed,
        _ => |places| &mut places.decommissioned,
    }
}

/// Where units are counted of which the register of units has a say.
fn place_in_books(place: UnitPlace) -> Place {
    match place {
        UnitPlace::Shelf => HELD,
        UnitPlace::Quarantine => APART,
        UnitPlace::QuarantineBySerial => |places| &mut places.quarantined_by_serial,
        UnitPlace::Condemned => CONDEMNED,
        UnitPlace::Left(state) => place_of(state),
    }
}

/// Where the target's units are counted while they are free, and while they are quarantined.
fn places_of(target: QuarantineTarget) -> (Place, Place) {
    match target {
        QuarantineTarget::Holding { .. } => (HELD, APART),
        QuarantineTarget::Shipment(_) => (IN_TRANSIT, APART_CLOSED),
        QuarantineTarget::LogisticUnit(_) => (PACKED, APART_CLOSED),
    }
}

/// Where a shipment's units are under way, and where they are counted at its end.
fn transit(shipment: &Shipment) -> (Place, Place) {
    let under_way = if shipment.hold.quarantined { APART_CLOSED } else { IN_TRANSIT };
    match (shipment.hold.quarantined, shipment.logistic_unit.is_some()) {
        (_, true) if shipment.condemned => (under_way, CONDEMNED_CLOSED),
        (_, false) if shipment.condemned => (under_way, CONDEMNED),
        (true, true) => (APART_CLOSED, APART_CLOSED),
        (true, false) => (APART_CLOSED, APART),
        (false, true) => (IN_TRANSIT, PACKED),
        (false, false) => (IN_TRANSIT, HELD),
    }
}

/// What was heard.
#[derive(Debug, Default)]
pub struct Listener {
    /// A logistic unit inside of another one has the site at which it was put there.
    books: Books,
    children: BTreeMap<Sscc, Vec<Sscc>>,
    dismissed: BTreeMap<SiteId, Timestamp>,
    /// The recalls of the product of all batches.
    of_product: Vec<RecallNotice>,
}

impl Listener {
    /// The books of everything in `scope`.
    pub fn books(&self, scope: &Scope) -> Books {
        let books = self.books.clone();
        let in_scope = |sscc: &Sscc| scope.logistic_units.contains(sscc);
        let outermost = |sscc: Sscc| Some((sscc, self.outermost(sscc)?));
        let mut batches = books.batches;
        for it in batches.values_mut() {
            let concerns = |notice: &&RecallNotice| notice.at >= it.batch.registered_at;
            let of_product: Vec<RecallNotice> = self.of_product.iter().filter(concerns).copied().collect();
            let last = of_product.iter().rfind(|notice| notice.ended.is_none()).map(|notice| notice.at);
            it.batch.recalled_at = it.batch.recalled_at.into_iter().chain(last).min();
            it.recalls.extend(of_product);
        }
        Books {
            batches,
            logistic_units: books.logistic_units.into_keys().filter(in_scope).filter_map(outermost).collect(),
            ..books
        }
    }

    /// The logistic unit with the site of the outermost one around it.
    fn outermost(&self, sscc: Sscc) -> Option<LogisticUnit> {
        let unit = self.books.logistic_units.get(&sscc)?;
        let mut outer = unit;
        while let Some(parent) = outer.parent.and_then(|parent| self.books.logistic_units.get(&parent)) {
            outer = parent;
        }
        Some(LogisticUnit { site: outer.site, ..unit.clone() })
    }

    /// Takes note of what an event at the time `now` says.
    pub fn hear(&mut self, event: &Event, now: Timestamp) {
        macro_rules! heard {
            ($($name:ident => $note:ident),* $(,)?) => {
                match event.name.as_str() {
                    $($name::NAME => self.$note($name::decode(&mut &event.fields[..]).unwrap(), now),)*
                    other => panic!("{other} is not known here"),
                }
            };
        }
        heard! {
            ProductAuthorised => authorised,
            ProductChanged => product_changed,
            ProductWithdrawn => withdrawn,
            ProductRestored => restored,
            ProductRecalled => product_recalled,
            RecallOfProductEnded => product_recall_ended,
            RecallOfBatchEnded => recall_ended,
            BatchRegistered => registered,
            BatchRegistrationCancelled => registration_cancelled,
            BatchAttested => attested,
            BatchReleased => released,
            BatchBlocked => blocked,
            BatchUnblocked => unblocked,
            UnitsShipped => shipped,
            UnitsReceived => received,
            ShipmentRejected => rejected,
            LogisticUnitPacked => packed,
            LogisticUnitUnpacked => unpacked,
            LogisticUnitDestroyed => destroyed,
            UnitsBooked => booked,
            UnitsDecommissioned => decommissioned,
            DecommissioningReverted => taken_back,
            UnitsQuarantined => quarantined,
            EvidenceFollowed => followed,
            QuarantineReleased => cleared,
            GoodsCondemned => condemned,
            BatchRecalled => recalled,
            RecallAcknowledged => acknowledged,
            UnitDecommissioned => unit_decommissioned,
            UnitReverted => unit_reverted,
            UnitsQuarantinedBySerial => units_quarantined,
            UnitsReleased => units_released,
            UnitsCondemned => units_condemned,
            AlarmRaised => alarm_raised,
            AlarmResolved => alarm_resolved,
            AlarmsDismissed => alarms_dismissed,
        }
    }

    fn batch(&mut self, id: BatchId) -> &mut BatchBooks {
        self.books.batches.get_mut(&id).expect("events name registered batches")
    }

    fn holding(&mut self, batch: BatchId, site: SiteId) -> &mut Holding {
        let holdings = &mut self.batch(batch).holdings;
        let place = holdings.iter().position(|(at, _)| *at == site).unwrap_or_else(|| {
            holdings.push((site, Holding::default()));
            holdings.len() - 1
        });
        &mut holdings[place].1
    }

    fn logistic_unit(&mut self, sscc: Sscc) -> &mut LogisticUnit {
        self.books.logistic_units.get_mut(&sscc).expect("events name packed logistic units")
    }

    fn shipment(&mut self, number: u64) -> &mut Shipment {
        self.books.shipments.get_mut(&number).expect("events name open shipments")
    }

    /// Moves units; stops the test where there are not so many.
    fn move_units(&mut self, id: BatchId, from: (SiteId, Place), to: (SiteId, Place), quantity: Quantity) {
        let source = from.1(&mut self.holding(id, from.0).places);
        *source = source.checked_sub(quantity).expect("nothing moves that is not there");
        *to.1(&mut self.holding(id, to.0).places) += quantity;
        let batch = self.batch(id);
        batch.places = sum(batch.holdings.iter().map(|(_, holding)| holding.places));
    }

    fn registered(&mut self, event: BatchRegistered, now: Timestamp) {
        let site = event.by.site.expect("goods are at a site");
        let places = Places { held: event.quantity, ..Places::default() };
        let expiry = gs1::Date::from_yymmdd(event.expiry, gs1::year_of_ms(now)).unwrap();
        let batch = Batch {
            registration: event.registration,
            gtin: event.gtin,
            lot: event.lot,
            expiry: event.expiry,
            expires_at: expiry.end_of_day_ms(),
            quantity: event.quantity,
            serial_root: event.serial_root,
            units_per_case: event.units_per_case,
            manufacturer: event.by.organisation.expect("an organisation makes it"),
            registered_at: now,
            released_at: None,
            blocked: None,
            recalled_at: None,
            recalls: 0,
            ended_recalls: RecallSet::NONE,
        };
        let holdings = vec![(site, Holding { places, ..Holding::default() })];
        let books = BatchBooks { batch, places, holdings, recalls: Vec::new(), attestations: Vec::new() };
        assert!(self.books.batches.insert(event.batch, books).is_none(), "registered once");
        self.books.listed.push(event.batch);
    }

    fn registration_cancelled(&mut self, event: BatchRegistrationCancelled, _: Timestamp) {
        self.books.batches.remove(&event.batch);
        self.books.listed.retain(|batch| *batch != event.batch);
        self.books.logistic_units.retain(|_, unit| unit.batch != event.batch);
    }

    fn attested(&mut self, event: BatchAttested, now: Timestamp) {
        let by = event.by.organisation.expect("an organisation attests");
        let record = AttestationRecord { document: event.document, by, at: now };
        let attestations = &mut self.batch(event.batch).attestations;
        attestations.push((event.attestation, record));
        attestations.sort_by_key(|(attestation, _)| *attestation);
    }

    fn released(&mut self, event: BatchReleased, now: Timestamp) {
        self.batch(event.batch).batch.released_at = Some(now);
    }

    fn blocked(&mut self, event: BatchBlocked, now: Timestamp) {
        self.batch(event.batch).batch.blocked = Some(stop_by(event.by, now));
    }

    fn unblocked(&mut self, event: BatchUnblocked, _: Timestamp) {
        self.batch(event.batch).batch.blocked = None;
    }

    fn shipped(&mut self, event: UnitsShipped, now: Timestamp) {
        let UnitsShipped {
            batch,
            from,
            to,
            shipment,
            quantity,
            logistic_unit,
            condemned,
            purpose,
            terms,
            ..
        } = event;
        let source = match (logistic_unit.is_some(), condemned) {
            (true, true) => CONDEMNED_CLOSED,
            (true, false) => PACKED,
            (false, true) => CONDEMNED,
            (false, false) => HELD,
        };
        self.move_units(batch, (from, source), (to, IN_TRANSIT), quantity);
        if let Some(sscc) = logistic_unit {
            self.logistic_unit(sscc).shipment = Some(shipment);
        }
        let (shipped_at, hold) = (now, Hold::default());
        let record = Shipment {
            batch,
            from,
            to,
            quantity,
            logistic_unit,
            condemned,
            purpose,
            terms,
            shipped_at,
            hold,
        };
        self.books.shipments.insert(shipment, record);
    }

    fn received(&mut self, event: UnitsReceived, now: Timestamp) {
        let UnitsReceived { batch, to, quantity, .. } = event;
        let shipment = self.shipment(event.shipment).clone();
        let back = shipment.purpose == Purpose::Return;
        let (source, free) = transit(&shipment);
        let target = if back { RETURNED } else { free };
        self.move_units(batch, (to, source), (to, target), quantity);
        if shipment.hold.quarantined && !back && shipment.logistic_unit.is_none() {
            self.bring_stop(batch, to, shipment.hold);
        }
        if let Arrival::LogisticUnits(arrived) = event.arrival {
            arrived.into_iter().for_each(|sscc| self.arrived(sscc, &shipment, back, now));
        }
        if event.still_in_transit == 0 {
            self.books.shipments.remove(&event.shipment);
        } else {
            let record = self.shipment(event.shipment);
            record.quantity -= quantity;
            assert_eq!(record.quantity, event.still_in_transit);
        }
    }

    /// A logistic unit leaves the shipment, and the one around it.
    fn arrived(&mut self, sscc: Sscc, shipment: &Shipment, back: bool, now: Timestamp) {
        let parent = self.logistic_unit(sscc).parent;
        let recalls = parent.map_or(RecallSet::NONE, |parent| self.take_out(sscc, parent));
        let unit = self.logistic_unit(sscc);
        unit.taken_out_at = parent.map(|_| now).or(unit.taken_out_at);
        unit.recalls = unit.recalls.and(recalls);
        unit.withdrawn = back.then_some(Withdrawal::Returned);
        unit.parent = None;
        unit.shipment = None;
        unit.site = shipment.to;
        unit.hold = shipment.hold;
        unit.hold.quarantined &= !back;
        unit.hold.stop = unit.hold.stop.filter(|_| !back);
    }

    /// The recalls of what was around the logistic unit.
    fn take_out(&mut self, sscc: Sscc, parent: Sscc) -> RecallSet {
        let quantity = self.logistic_unit(sscc).quantity;
        let inside = self.children.get_mut(&parent).expect("a parent has children");
        inside.retain(|child| *child != sscc);
        let left = inside.clone();
        let still = left.iter().fold(RecallSet::NONE, |all, child| {
            let unit = self.logistic_unit(*child);
            all.and(unit.recalls).and(unit.recalls_inside)
        });
        let outer = self.logistic_unit(parent);
        outer.quantity -= quantity;
        outer.recalls_inside = still;
        let recalls = outer.recalls;
        if left.is_empty() {
            self.children.remove(&parent);
            self.books.logistic_units.remove(&parent);
        }
        recalls
    }

    fn rejected(&mut self, event: ShipmentRejected, _: Timestamp) {
        let ShipmentRejected { batch, from, to, quantity, .. } = event;
        let mut shipment =
            self.books.shipments.remove(&event.shipment).expect("an open shipment is rejected");
        let (source, target) = transit(&shipment);
        shipment.hold.quarantined &= !shipment.condemned;
        self.move_units(batch, (to, source), (from, target), quantity);
        if let Some(sscc) = shipment.logistic_unit {
            let unit = self.logistic_unit(sscc);
            unit.shipment = None;
            unit.hold = shipment.hold;
        } else if shipment.hold.quarantined {
            self.bring_stop(batch, from, shipment.hold);
        }
    }

    fn packed(&mut self, event: LogisticUnitPacked, now: Timestamp) {
        let LogisticUnitPacked { batch, by, logistic_unit: sscc, quantity, contents } = event;
        let site = by.site.expect("it is packed at a site");
        let (mut level, mut case, mut cases) = (0, None, None);
        let mut recalls_inside = RecallSet::NONE;
        let registration = self.batch(batch).batch.registration;
        match contents {
            Contents::LogisticUnits(inside) => {
                let numbered: Option<Vec<(u32, u32)>> =
                    inside.iter().map(|child| self.logistic_unit(*child).cases).collect();
                cases = numbered.map(|all| {
                    let lowest = all.iter().map(|(lowest, _)| *lowest).min().expect("one at least");
                    (lowest, all.iter().map(|(_, highest)| *highest).max().expect("one at least"))
                });
                for child in &inside {
                    let unit = self.logistic_unit(*child);
                    unit.parent = Some(sscc);
                    level = level.max(unit.level + 1);
                    recalls_inside = recalls_inside.and(unit.recalls).and(unit.recalls_inside);
                }
                self.children.insert(sscc, inside);
            }
            Contents::Case { number, .. } => (case, cases) = (Some(number), Some((number, number))),
            Contents::Units { .. } => {}
        }
        if level == 0 {
            self.move_units(batch, (site, HELD), (site, PACKED), quantity);
        }
        let unit = LogisticUnit {
            batch,
            registration,
            quantity,
            site,
            level,
            packed_by: site,
            packed_at: now,
            taken_out_at: None,
            parent: None,
            shipment: None,
            case,
            cases,
            recalls: RecallSet::NONE,
            recalls_inside,
            withdrawn: None,
            hold: Hold::default(),
        };
        self.books.logistic_units.insert(sscc, unit);
    }

    fn unpacked(&mut self, event: LogisticUnitUnpacked, now: Timestamp) {
        let sscc = event.logistic_unit;
        let mut unit = self.logistic_unit(sscc).clone();
        let LogisticUnit { batch, quantity, site, hold, .. } = unit;
        let condemned = unit.withdrawn == Some(Withdrawal::Condemned);
        let recalled = self.batch(batch).batch.any_goes_on(unit.recalls);
        if recalled && unit.withdrawn != Some(Withdrawal::Returned) {
            let closed = if condemned { CONDEMNED_CLOSED } else { PACKED };
            self.move_units(batch, (site, closed), (site, RETURNED), quantity);
            unit.withdrawn = Some(Withdrawal::Returned);
        }
        for child in self.children.remove(&sscc).unwrap_or_default() {
            let inside = self.logistic_unit(child);
            inside.parent = None;
            inside.taken_out_at = Some(now);
            inside.site = site;
            inside.withdrawn = unit.withdrawn;
            inside.recalls = inside.recalls.and(unit.recalls);
            inside.hold = Hold { cleared_at: hold.cleared_at.max(inside.hold.cleared_at), ..hold };
        }
        if unit.level == 0 && unit.withdrawn != Some(Withdrawal::Returned) {
            let (closed, loose) = match unit.withdrawn {
                Some(_) => (CONDEMNED_CLOSED, CONDEMNED),
                None if hold.quarantined => (APART_CLOSED, APART),
                None => (PACKED, HELD),
            };
            self.move_units(batch, (site, closed), (site, loose), quantity);
            if hold.quarantined {
                self.bring_stop(batch, site, hold);
            }
        }
        if unit.case.is_some() && unit.withdrawn.is_some() {
            self.books.logistic_units.insert(sscc, unit);
        } else {
            self.books.logistic_units.remove(&sscc);
        }
    }

    fn destroyed(&mut self, event: LogisticUnitDestroyed, _: Timestamp) {
        let LogisticUnitDestroyed { batch, by, logistic_unit, quantity, .. } = event;
        let site = by.site.expect("goods are at a site");
        let gone = place_of(UnitState::Destroyed);
        self.move_units(batch, (site, CONDEMNED_CLOSED), (site, gone), quantity);
        self.logistic_unit(logistic_unit).withdrawn = Some(Withdrawal::Destroyed);
    }

    fn booked(&mut self, event: UnitsBooked, _: Timestamp) {
        let UnitsBooked { batch, site, from, to, quantity } = event;
        self.move_units(batch, (site, place_in_books(from)), (site, place_in_books(to)), quantity);
        let holding = self.holding(batch, site);
        holding.hold.stop = holding.hold.stop.filter(|_| holding.places.quarantined > 0);
    }

    fn decommissioned(&mut self, event: UnitsDecommissioned, _: Timestamp) {
        let UnitsDecommissioned { batch, by, quantity, of_returned, of_condemned, state, .. } = event;
        let site = by.site.expect("units are at a site");
        let others = quantity - of_returned - of_condemned;
        for (place, quantity) in [(RETURNED, of_returned), (CONDEMNED, of_condemned), (HELD, others)] {
            self.move_units(batch, (site, place), (site, place_of(state)), quantity);
        }
    }

    fn taken_back(&mut self, event: DecommissioningReverted, _: Timestamp) {
        let DecommissioningReverted { batch, by, quantity, state } = event;
        let site = by.site.expect("units are at a site");
        self.move_units(batch, (site, place_of(state)), (site, HELD), quantity);
    }

    fn quarantined(&mut self, event: UnitsQuarantined, now: Timestamp) {
        let UnitsQuarantined { batch, by, site, target, quantity, reason } = event;
        let (free, apart) = places_of(target);
        self.move_units(batch, (site, free), (site, apart), quantity);
        let by_regulator = reason != QuarantineReason::OracleEvidence && by.site != Some(site);
        let hold = self.hold(target);
        if by_regulator {
            hold.stop = Some(stop_by(by, now));
        }
        hold.quarantined = !matches!(target, QuarantineTarget::Holding { .. });
    }

    /// It says why goods are quarantined, which other events do.
    fn followed(&mut self, event: EvidenceFollowed, _: Timestamp) {
        self.batch(event.batch);
    }

    fn cleared(&mut self, event: QuarantineReleased, now: Timestamp) {
        let QuarantineReleased { batch, site, target, quantity, .. } = event;
        let (free, apart) = places_of(target);
        self.move_units(batch, (site, apart), (site, free), quantity);
        self.hold_what_is_left(target, Some(now));
    }

    fn condemned(&mut self, event: GoodsCondemned, _: Timestamp) {
        let GoodsCondemned { batch, site, target, quantity, .. } = event;
        let (free, apart) = places_of(target);
        let (from, to) = match target {
            QuarantineTarget::LogisticUnit(sscc) => {
                let unit = self.logistic_unit(sscc);
                unit.withdrawn = Some(Withdrawal::Condemned);
                (if unit.hold.quarantined { apart } else { free }, CONDEMNED_CLOSED)
            }
            _ => (apart, CONDEMNED),
        };
        self.move_units(batch, (site, from), (site, to), quantity);
        self.hold_what_is_left(target, None);
    }

    /// What is left of a holding stays quarantined; that is cleared which is cleared as a whole.
    fn hold_what_is_left(&mut self, target: QuarantineTarget, cleared_at: Option<Timestamp>) {
        let left = match target {
            QuarantineTarget::Holding { batch, site, .. } => self.holding(batch, site).places.quarantined > 0,
            _ => false,
        };
        let hold = self.hold(target);
        hold.quarantined = false;
        hold.stop = hold.stop.filter(|_| left);
        if let Some(now) = cleared_at.filter(|_| !left) {
            hold.cleared_at = now;
        }
    }

    fn hold(&mut self, target: QuarantineTarget) -> &mut Hold {
        match target {
            QuarantineTarget::Holding { batch, site, .. } => &mut self.holding(batch, site).hold,
            QuarantineTarget::Shipment(number) => &mut self.shipment(number).hold,
            QuarantineTarget::LogisticUnit(sscc) => &mut self.logistic_unit(sscc).hold,
        }
    }

    fn recalled(&mut self, event: BatchRecalled, now: Timestamp) {
        let BatchRecalled { batch: id, by, by_regulator, number, recall } = event;
        if let RecallScope::LogisticUnit(sscc) = recall.scope {
            let unit = self.logistic_unit(sscc);
            unit.recalls = unit.recalls.with(number);
            let mut parent = self.logistic_unit(sscc).parent;
            while let Some(outer) = parent {
                let unit = self.logistic_unit(outer);
                unit.recalls_inside = unit.recalls_inside.with(number);
                parent = unit.parent;
            }
        }
        let batch = self.batch(id);
        assert_eq!(batch.recalls.len(), usize::from(number));
        batch.recalls.push(notice_of(recall, by, now, by_regulator));
        batch.batch.recalls += 1;
        if recall.scope == RecallScope::Batch {
            batch.batch.recalled_at = Some(now);
        }
    }

    fn acknowledged(&mut self, event: RecallAcknowledged, now: Timestamp) {
        let holding = self.holding(event.batch, event.by.site.expect("a site acknowledges"));
        holding.acknowledged = event.acknowledged;
        holding.acknowledged_of_product = event.acknowledged_of_product;
        holding.acknowledged_at = now;
    }

    fn authorised(&mut self, event: ProductAuthorised, now: Timestamp) {
        self.put_product(event.product, event.authority, now);
    }

    fn product_changed(&mut self, event: ProductChanged, now: Timestamp) {
        let authority = event.by.organisation.expect("a regulator");
        self.put_product(event.product, authority, now);
    }

    fn put_product(&mut self, product: NewProduct, authority: u32, now: Timestamp) {
        let NewProduct { holder, makers, markets, until, document, .. } = product;
        let (authorised_at, withdrawn) = (now, None);
        let product =
            Product { holder, makers, markets, until, document, authority, authorised_at, withdrawn };
        self.books.product = Some(product);
    }

    fn withdrawn(&mut self, event: ProductWithdrawn, now: Timestamp) {
        let (by, account) = (event.by.organisation.expect("a regulator"), event.by.account);
        let product = self.books.product.as_mut().expect("it is authorised");
        product.withdrawn = Some(ProductWithdrawal { by, account, at: now });
    }

    fn restored(&mut self, _: ProductRestored, _: Timestamp) {
        self.books.product.as_mut().expect("it is authorised").withdrawn = None;
    }

    fn product_recalled(&mut self, event: ProductRecalled, now: Timestamp) {
        assert_eq!(self.of_product.len(), usize::from(event.number));
        self.of_product.push(notice_of(event.recall, event.by, now, true));
    }

    fn product_recall_ended(&mut self, event: RecallOfProductEnded, now: Timestamp) {
        self.of_product[usize::from(event.number)].ended = Some(end_of(event.by, event.document, now));
    }

    fn recall_ended(&mut self, event: RecallOfBatchEnded, now: Timestamp) {
        let batch = self.batch(event.batch);
        let notice = &mut batch.recalls[usize::from(event.number)];
        notice.ended = Some(end_of(event.by, event.document, now));
        if notice.recall.scope == RecallScope::Batch {
            batch.batch.recalled_at = None;
        }
        batch.batch.ended_recalls = batch.batch.ended_recalls.with(event.number);
    }

    /// A regulator's stop goes with quarantined goods.
    fn bring_stop(&mut self, batch: BatchId, site: SiteId, hold: Hold) {
        if hold.stop.is_some() {
            self.holding(batch, site).hold.stop = hold.stop;
        }
    }

    fn unit_decommissioned(&mut self, event: UnitDecommissioned, _: Timestamp) {
        let UnitDecommissioned { batch, unit, by, state, at, position } = event;
        let registration = self.batch(batch).batch.registration;
        let site = by.site.expect("units are at a site");
        let place = UnitPlace::Left(state);
        self.books.units.insert(unit, UnitRecord { place, site, at, position, stop: None, registration });
    }

    fn units_quarantined(&mut self, event: UnitsQuarantinedBySerial, now: Timestamp) {
        let UnitsQuarantinedBySerial { batch, site, units, stop, .. } = event;
        self.restrained((batch, stop), units, (UnitPlace::QuarantineBySerial, site), now);
    }

    fn units_condemned(&mut self, event: UnitsCondemned, now: Timestamp) {
        let UnitsCondemned { batch, site, units, stop, .. } = event;
        self.restrained((batch, stop), units, (UnitPlace::Condemned, site), now);
    }

    fn restrained(
        &mut self,
        (batch, stop): (BatchId, Option<Stop>),
        units: Vec<(UnitId, u32)>,
        (place, site): (UnitPlace, SiteId),
        now: Timestamp,
    ) {
        let registration = self.batch(batch).batch.registration;
        for (unit, position) in units {
            let record = UnitRecord { place, site, at: now, position, stop, registration };
            self.books.units.insert(unit, record);
        }
    }

    fn units_released(&mut self, event: UnitsReleased, _: Timestamp) {
        for unit in event.units {
            self.books.units.remove(&unit);
        }
    }

    fn unit_reverted(&mut self, event: UnitReverted, _: Timestamp) {
        self.books.units.remove(&event.unit);
    }

    fn alarm_raised(&mut self, event: AlarmRaised, now: Timestamp) {
        let AlarmRaised { batch, unit, by, code, other } = event;
        let registration = self.batch(batch).batch.registration;
        let site = by.site.expect("units are at a site");
        let (count, by_others, confirmed) = (1, false, false);
        let new = Alarm { code, site, other, at: now, count, by_others, confirmed, registration };
        let dismissed = |alarm: &Alarm| {
            let until = self.dismissed.get(&alarm.site);
            !alarm.confirmed && !alarm.by_others && until.is_some_and(|until| alarm.at <= *until)
        };
        let counts = |first: &&Alarm| first.registration == registration && !dismissed(first);
        let alarm = match self.books.alarms.get(&unit).filter(counts) {
            Some(first) => {
                let (count, by_others) = (first.count + 1, first.by_others || first.site != site);
                let kept = if first.concerns_proven() { first.clone() } else { new };
                Alarm { count, by_others, ..kept }
            }
            None => new,
        };
        self.books.alarms.insert(unit, alarm);
    }

    fn alarm_resolved(&mut self, event: AlarmResolved, _: Timestamp) {
        match event.resolution {
            Resolution::FalseAlarm | Resolution::RecordWrong => {
                self.books.alarms.remove(&event.unit);
            }
            Resolution::CounterfeitConfirmed => {
                self.books.alarms.get_mut(&event.unit).expect("an alarm is resolved").confirmed = true;
            }
        }
    }

    fn alarms_dismissed(&mut self, event: AlarmsDismissed, now: Timestamp) {
        self.dismissed.insert(event.site, now);
    }
}

/// A stop that this regulator ordered.
fn stop_by(by: Actor, now: Timestamp) -> Stop {
    Stop { by: by.organisation.expect("a regulator"), at: now }
}

/// A recall that goes on.
fn notice_of(recall: Recall, by: Actor, now: Timestamp, by_regulator: bool) -> RecallNotice {
    let organisation = by.organisation.expect("an organisation");
    RecallNotice { recall, by: organisation, account: by.account, by_regulator, at: now, ended: None }
}

fn end_of(by: Actor, document: DocumentHash, now: Timestamp) -> RecallEnded {
    RecallEnded { by: by.organisation.expect("a regulator"), at: now, document }
}
