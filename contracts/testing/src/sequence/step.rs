use primitives::batches::{
    Arrival, ClearanceReason, Contents, Goods, Purpose, QuarantineReason, QuarantineTarget, Recall,
    RecallClass, RecallReason, RecallScope, RejectionReason, Shipment, UnitPlace, UnitState, Withdrawal,
};
use primitives::products::{Attestation, NewProduct, WithdrawalRecall};
use primitives::units::Resolution;
use primitives::{
    AccountId, BatchId, DocumentHash, OrganisationId, Quantity, Role, SiteId, Sscc, Timestamp, UnitId,
    CUSTODIANS, DISPENSERS,
};
use proptest::prelude::*;

use super::catalogue::{Catalogue, SSCCS};
use crate::cast;
use crate::goods::{new_product, serial, GTIN};
use crate::message::Message;
use crate::model::{Around, Container, Model, Pack, Quarantined};
use crate::organisations::Administration;

/// How many kinds of steps there are, the frequent ones several times.
const KINDS: u8 = 150;
pub(super) const DAY: Timestamp = 86_400_000;

const STATES: [UnitState; 6] = [
    UnitState::Dispensed,
    UnitState::Destroyed,
    UnitState::Stolen,
    UnitState::Sample,
    UnitState::Exported,
    UnitState::Destroyed,
];

/// Numbers that become a call.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    kind: u8,
    pub(super) a: u16,
    pub(super) b: u16,
    pub(super) c: u16,
    /// Below [`WILD`] of 256: the call is changed in one place.
    pub(super) wild: u8,
}

pub(super) const WILD: u8 = 32;

/// Any step.
pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let numbers = (0..KINDS, any::<u16>(), any::<u16>(), any::<u16>(), any::<u8>());
    numbers.prop_map(|(kind, a, b, c, wild)| Step { kind, a, b, c, wild })
}

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum Action {
    Send(AccountId, Message),
    Administer(Administration),
    Pass(Timestamp),
}

fn is_free(container: &Container) -> bool {
    container.shipment.is_none() && !container.hold.quarantined
}

pub(super) fn pick<T: Clone>(list: &[T], number: u16) -> Option<T> {
    list.get(usize::from(number).checked_rem(list.len())?).cloned()
}

impl Step {
    /// The batch that it is about, by its place in the catalogue.
    fn batch(self) -> usize {
        usize::from(self.b / 7) % 3
    }

    pub(super) fn any_site(self) -> SiteId {
        SiteId::from(self.c) % cast::SITES
    }

    pub(super) fn any_account(self) -> AccountId {
        pick(&cast::senders(), self.c).expect("there are accounts")
    }

    /// Somebody who acts for the site, and may hold drugs.
    fn at(self, model: &Model, site: SiteId) -> AccountId {
        let acts = |who: &AccountId| {
            let call = model.organisations.caller(*who, Some(site), model.now);
            call.site == Some(site) && call.roles.intersects(CUSTODIANS)
        };
        let accounts: Vec<AccountId> = cast::senders().into_iter().filter(acts).collect();
        pick(&accounts, self.a).unwrap_or_else(|| self.any_account())
    }

    /// Somebody with this role, of the organisation where one is named.
    fn with(self, model: &Model, role: Role, organisation: Option<OrganisationId>) -> AccountId {
        let accounts = model.organisations.accounts_with(role, organisation, model.now);
        pick(&accounts, self.a).unwrap_or_else(|| self.any_account())
    }

    /// A site with such packs of the batch.
    fn site_with(self, model: &Model, batch: BatchId, fits: impl Fn(&Pack) -> bool) -> SiteId {
        let packs = model.batches.get(&batch).into_iter().flat_map(|facts| &facts.packs);
        let mut sites: Vec<SiteId> = packs.filter(|pack| fits(pack)).map(|pack| pack.site).collect();
        sites.sort_unstable();
        sites.dedup();
        pick(&sites, self.b).unwrap_or_else(|| self.any_site())
    }

    /// An outermost container, and where it is.
    fn outermost(self, model: &Model, fits: impl Fn(&Container) -> bool) -> (Sscc, SiteId) {
        let alone = model.containers.iter().filter(|(_, it)| it.parent.is_none() && fits(it));
        let alone: Vec<(Sscc, SiteId)> = alone.map(|(sscc, it)| (*sscc, it.site)).collect();
        pick(&alone, self.b).unwrap_or_else(|| (self.any_sscc(), self.any_site()))
    }

    pub(super) fn any_sscc(self) -> Sscc {
        cast::logistic_unit(u64::from(self.b) % SSCCS)
    }

    /// One of whose organisation the site is.
    fn unused_sscc(self, model: &Model, site: SiteId) -> Sscc {
        let is_used = |sscc: &Sscc| model.containers.contains_key(sscc) || model.ended_lately(*sscc);
        let organisation = model.organisations.sites.get(&site).copied();
        let own = (0..SSCCS).filter(|number| Some(cast::packer(*number)) == organisation);
        let unused = own.map(cast::logistic_unit).find(|sscc| !is_used(sscc));
        unused.unwrap_or_else(|| self.any_sscc())
    }

    fn shipment(self, model: &Model) -> (u64, SiteId) {
        let open: Vec<(u64, SiteId)> = model.shipments.iter().map(|(number, it)| (*number, it.to)).collect();
        pick(&open, self.b).unwrap_or_else(|| (u64::from(self.b) % (model.shipped + 1), self.any_site()))
    }

    /// At most so many, and at least one.
    fn some_of(self, there: Quantity) -> Quantity {
        Quantity::from(self.c) % there.max(1) + 1
    }

    fn target(self, model: &Model, batch: BatchId, quarantined: bool) -> (QuarantineTarget, SiteId) {
        let fits_shipment = |it: &&Shipment| it.hold.quarantined == quarantined;
        let shipments: Vec<(u64, SiteId)> = model
            .shipments
            .iter()
            .filter(|(_, it)| fits_shipment(it))
            .map(|(number, it)| (*number, it.to))
            .collect();
        match self.c % 3 {
            0 => {
                let (number, to) = pick(&shipments, self.b).unwrap_or_else(|| self.shipment(model));
                (QuarantineTarget::Shipment(number), to)
            }
            1 => {
                let fits = |it: &Container| it.hold.quarantined == quarantined && it.shipment.is_none();
                let (sscc, site) = self.outermost(model, fits);
                (QuarantineTarget::LogisticUnit(sscc), site)
            }
            _ => {
                let how = quarantined.then_some(Quarantined::Counted);
                let fits = |pack: &Pack| pack.is_loose_at(pack.site) && pack.quarantined == how;
                let site = self.site_with(model, batch, fits);
                let there = model
                    .batches
                    .get(&batch)
                    .map_or(1, |facts| facts.count(|pack| pack.is_loose_at(site) && pack.quarantined == how));
                let by_count = !model.batches.contains_key(&batch) || model.counts_do(batch);
                let whole = if by_count { self.a.is_multiple_of(4) } else { !self.a.is_multiple_of(8) };
                let some = if self.a % 16 == 5 { there + 1 } else { self.some_of(there) };
                let quantity = if whole { None } else { Some(some) };
                (QuarantineTarget::Holding { batch, site, quantity }, site)
            }
        }
    }

    /// Goods where they are, or what they were in.
    fn evidence_target(self, model: &Model, batch: BatchId) -> QuarantineTarget {
        let ended: Vec<Around> = model.came_out.iter().map(|it| it.of).collect();
        match pick(&ended, self.c).filter(|_| self.a.is_multiple_of(2)) {
            Some(Around::Shipment(number)) => QuarantineTarget::Shipment(number),
            Some(Around::LogisticUnit(sscc)) => QuarantineTarget::LogisticUnit(sscc),
            None => self.target(model, batch, false).0,
        }
    }

    pub(super) fn action(self, model: &Model, catalogue: &Catalogue) -> Action {
        match self.instead(model, catalogue) {
            100..=102 => Action::Administer(self.change(model)),
            103..=106 => Action::Administer(self.mending(model)),
            107..=109 => {
                let long =
                    if self.wild < WILD / 16 { 1_200 * DAY } else { Timestamp::from(self.c % 64) * DAY / 4 };
                Action::Pass(long)
            }
            kind => {
                let (mut who, mut message) = Step { kind, ..self }.message(model, catalogue);
                // A registration has most that can be wrong.
                let wild = if matches!(message, Message::RegisterBatch { .. }) { 6 * WILD } else { WILD };
                if self.wild < wild {
                    self.change_one_thing(&mut who, &mut message);
                }
                Action::Send(who, message)
            }
        }
    }

    /// The kind of the step; another one where it has nothing to act on.
    fn instead(self, model: &Model, catalogue: &Catalogue) -> u8 {
        let facts = model.batches.get(&catalogue.id(self.batch()));
        let attested = facts.is_some_and(|it| it.attested.len() == Attestation::REQUIRED.len());
        let (alone, recalled) =
            (model.containers.values(), model.batches.values().any(|it| !it.recalls.is_empty()));
        let product = model.products.get(&GTIN);
        let unauthorised = product.is_none_or(|it| it.until.is_some());
        let withdrawn = product.is_some_and(|it| it.withdrawn.is_some());
        let quarantined = model.shipments.values().any(|it| it.hold.quarantined)
            || alone.clone().any(|it| it.hold.quarantined)
            || model.batches.values().any(|it| it.packs.iter().any(|pack| pack.quarantined.is_some()));
        let condemned = model.batches.values().any(|it| it.packs.iter().any(|pack| pack.condemned))
            || alone.clone().any(|it| it.withdrawn.is_some());
        match self.kind {
            // Now and then it is tried again.
            0..=3 if facts.is_some() && !self.a.is_multiple_of(3) => 19,
            5..=10 if attested && !self.c.is_multiple_of(8) => 23,
            11..=14 if facts.is_some_and(|it| it.released_at.is_some()) && !self.c.is_multiple_of(8) => 27,
            16..=18 if facts.is_none_or(|it| it.blocked.is_none()) && !self.c.is_multiple_of(8) => 40,
            37..=52 if model.shipments.is_empty() => 19,
            31..=36 | 62..=69 if !alone.clone().any(|it| it.parent.is_none() && it.shipment.is_none()) => 53,
            82..=84 if model.units.is_empty() => 70,
            85..=86 if model.alarms.is_empty() => 70,
            91..=94 if !quarantined => 87,
            // Either a withdrawn product is restored, or it is authorised anew.
            0..=3 if self.a.is_multiple_of(4) && unauthorised => 146,
            0..=3 if self.a.is_multiple_of(4) && withdrawn => [144, 146][usize::from(self.c % 2)],
            97..=99 if !recalled => 19,
            140..=142 if !recalled => 95,
            143 if withdrawn => 144,
            144..=145 if !withdrawn && !self.c.is_multiple_of(8) => 19,
            110..=113 | 120..=121 if !quarantined => 87,
            114..=116 | 118..=119 if !condemned => 122,
            128..=129 if model.batches.values().all(|it| it.last_bookings.is_empty()) => 79,
            kind => kind,
        }
    }

    /// A call that fits where the facts stand, as far as there is one.
    fn message(self, model: &Model, catalogue: &Catalogue) -> (AccountId, Message) {
        let index = self.batch();
        let batch = catalogue.id(index);
        let facts = model.batches.get(&batch);
        let maker = facts.map(|facts| facts.manufacturer);
        let free_at = |site| facts.map_or(1, |facts| facts.count(|pack| pack.is_free_at(site)));
        let free = |pack: &Pack| pack.is_free_at(pack.site);
        let document = DocumentHash([0x44; 32]);
        let regulator = self.with(model, Role::Regulator, None);
        let state = STATES[usize::from((self.a / 4 % 12).saturating_sub(6))];
        match self.kind {
            0..=3 => {
                let plants: [SiteId; 4] = [0, 1, 2, 10];
                let site = plants[usize::from(self.c % 4)];
                (
                    self.at(model, site),
                    Message::RegisterBatch { site, batch: catalogue.batches[index].clone() },
                )
            }
            4 => (self.with(model, Role::Manufacturer, maker), Message::CancelRegistration { batch }),
            5..=10 => {
                let attestation = Attestation::REQUIRED[usize::from(self.c) % 2];
                let who = match attestation {
                    Attestation::CertificateOfAnalysis => self.with(model, Role::QualityUnit, maker),
                    Attestation::GoodManufacturingPractice if self.a.is_multiple_of(4) => regulator,
                    Attestation::GoodManufacturingPractice => self.with(model, Role::Auditor, None),
                };
                let reviewed = facts.map(|facts| facts.record().registration_hash());
                let registration = reviewed.unwrap_or_default();
                (who, Message::Attest { batch, registration, attestation, document })
            }
            11..=14 => (self.with(model, Role::QualityUnit, maker), Message::Release { batch }),
            15 => (regulator, Message::Block { batch }),
            16..=18 => (regulator, Message::Unblock { batch }),
            19..=30 => {
                let from = self.site_with(model, batch, free);
                let goods = Goods::Units { batch, quantity: self.some_of(free_at(from).div_ceil(2)) };
                self.ship(model, from, goods, maker)
            }
            31..=36 => {
                let (sscc, from) = self.outermost(model, |it| is_free(it) && it.withdrawn.is_none());
                let batch = model.containers.get(&sscc).map(|it| model.batches[&it.batch].manufacturer);
                self.ship(model, from, Goods::LogisticUnit(sscc), batch)
            }
            37..=50 => self.receive(model),
            51..=52 => {
                let (shipment, to) = self.shipment(model);
                let reason = RejectionReason::Other;
                if self.c.is_multiple_of(4) {
                    (regulator, Message::Reject { site: None, shipment, reason })
                } else {
                    (self.at(model, to), Message::Reject { site: Some(to), shipment, reason })
                }
            }
            53..=58 => {
                let site = self.site_with(model, batch, free);
                let contents = Contents::Units { batch, quantity: self.some_of(free_at(site).div_ceil(2)) };
                (
                    self.at(model, site),
                    Message::Pack { site, logistic_unit: self.unused_sscc(model, site), contents },
                )
            }
            59..=61 => {
                let cased = catalogue.id(0);
                let maker = model.batches.get(&cased).map(|facts| facts.manufacturer);
                let is_makers = |site: SiteId| model.organisations.sites.get(&site).copied() == maker;
                let site = self.site_with(model, cased, |pack| free(pack) && is_makers(pack.site));
                let contents = Contents::Case { batch: cased, number: u32::from(self.c % 5) };
                (
                    self.at(model, site),
                    Message::Pack { site, logistic_unit: self.unused_sscc(model, site), contents },
                )
            }
            62..=65 => {
                let (first, site) =
                    self.outermost(model, |it| is_free(it) && (it.level < 3 || self.c.is_multiple_of(4)));
                let batch = model.containers.get(&first).map(|it| it.batch);
                let fits = |it: &Container| {
                    let same = Some(it.batch) == batch || self.c.is_multiple_of(16);
                    it.parent.is_none() && is_free(it) && it.site == site && same
                };
                let more = model.containers.iter().filter(|(sscc, it)| **sscc != first && fits(it));
                let more = more.map(|(sscc, _)| *sscc).take(usize::from(self.c % 3));
                let contents = Contents::LogisticUnits([first].into_iter().chain(more).collect());
                (
                    self.at(model, site),
                    Message::Pack { site, logistic_unit: self.unused_sscc(model, site), contents },
                )
            }
            66..=69 => {
                let (logistic_unit, site) = self.outermost(model, is_free);
                (self.at(model, site), Message::Unpack { site, logistic_unit })
            }
            70..=78 | 131..=139 => {
                let index = index.min(1);
                let batch = catalogue.id(index);
                let dispenses = |site: SiteId| {
                    let standing = model.organisations.site_standing(site, model.now);
                    standing.is_some_and(|it| it.roles.intersects(DISPENSERS))
                };
                let anywhere = self.site_with(model, batch, free);
                let shop = |fits: &dyn Fn(&Pack) -> bool| {
                    let site = self.site_with(model, batch, |pack| fits(pack) && dispenses(pack.site));
                    if dispenses(site) {
                        site
                    } else {
                        anywhere
                    }
                };
                // Some are about packs that are gone, in a case, or elsewhere.
                let (site, fits): (SiteId, &dyn Fn(&Pack) -> bool) = match self.c % 16 {
                    0..=1 => (shop(&|pack| pack.gone.is_some()), &|pack| pack.gone.is_some()),
                    2..=3 => (self.site_with(model, batch, |pack| pack.inside.is_some()), &|pack| {
                        pack.inside.is_some()
                    }),
                    4 => (self.any_site(), &|_| true),
                    5..=6 => (anywhere, &free),
                    _ => (shop(&free), &|pack| pack.is_free_at(pack.site) && dispenses(pack.site)),
                };
                let state = if dispenses(site) || self.a.is_multiple_of(8) {
                    state
                } else {
                    STATES[usize::from(self.a % 5) + 1]
                };
                let packs = model.batches.get(&batch).map(|facts| facts.positions(fits)).unwrap_or_default();
                let number =
                    pick(&packs, self.c / 16).unwrap_or(usize::from(self.c)) % catalogue.serials(index);
                let (serial, proof) = (serial(number), catalogue.proof(index, number));
                let ago = [0, 1, 8, 11][usize::from(self.b % 4)] * DAY;
                let done_at = self.a.is_multiple_of(7).then_some(model.now.saturating_sub(ago));
                (self.at(model, site), Message::Decommission { site, batch, serial, proof, state, done_at })
            }
            79..=81 => {
                let site = self.site_with(model, batch, |pack| free(pack) || pack.is_returned_at(pack.site));
                let quantity = self.some_of(free_at(site).div_ceil(4));
                let state = if self.a.is_multiple_of(2) { state } else { UnitState::Destroyed };
                let document = self.c.is_multiple_of(2).then_some(document);
                (
                    self.at(model, site),
                    Message::DecommissionQuantity { site, batch, quantity, state, document },
                )
            }
            82..=84 => self.revert(model, catalogue, index),
            85..=86 => self.resolve(model, catalogue, index),
            87..=89 => {
                let (target, site) = self.target(model, batch, false);
                let reason = QuarantineReason::Damaged;
                if self.a.is_multiple_of(3) {
                    (regulator, Message::Quarantine { site: None, target, reason })
                } else {
                    (self.at(model, site), Message::Quarantine { site: Some(site), target, reason })
                }
            }
            90 => (
                cast::sentinel(),
                Message::QuarantineOnEvidence {
                    target: self.evidence_target(model, batch),
                    observed_at: model.now.saturating_sub(Timestamp::from(self.b % 16) * DAY / 2),
                },
            ),
            91..=94 => {
                let (target, _) = self.target(model, batch, true);
                let who = if self.a.is_multiple_of(3) {
                    self.with(model, Role::QualityUnit, maker)
                } else {
                    regulator
                };
                (who, Message::ReleaseQuarantine { target, reason: ClearanceReason::NothingFound })
            }
            95..=96 => self.recall(model, catalogue, batch, maker),
            110..=113 => {
                let (target, site) = self.target(model, batch, true);
                let own = !self.a.is_multiple_of(3);
                let who = if own { self.at(model, site) } else { regulator };
                (who, Message::Condemn { site: own.then_some(site), target })
            }
            114..=116 => {
                let from = self.site_with(model, batch, |pack| pack.is_condemned_at(pack.site));
                let there = facts.map_or(1, |facts| facts.count(|pack| pack.is_condemned_at(from)));
                let (who, message) =
                    self.ship(model, from, Goods::Condemned { batch, quantity: self.some_of(there) }, maker);
                (who, self.back_home(model, message, maker))
            }
            117 => {
                let (logistic_unit, from) = self.outermost(model, |it| is_free(it) && it.withdrawn.is_some());
                let maker =
                    model.containers.get(&logistic_unit).map(|it| model.batches[&it.batch].manufacturer);
                let (who, message) = self.ship(model, from, Goods::LogisticUnit(logistic_unit), maker);
                (who, self.back_home(model, message, maker))
            }
            118..=119 => {
                let fits = |it: &Container| is_free(it) && it.withdrawn == Some(Withdrawal::Condemned);
                let (logistic_unit, site) = self.outermost(model, fits);
                let document = self.c.is_multiple_of(2).then_some(document);
                (self.at(model, site), Message::Destroy { site, logistic_unit, document })
            }
            120..=121 => {
                let quarantined = |serial: &Vec<u8>| {
                    let record = model.units.get(&UnitId::of(batch, serial))?;
                    (record.place == UnitPlace::QuarantineBySerial).then_some(record.site)
                };
                let serials: Vec<Vec<u8>> = (0..catalogue.serials(index)).map(serial).collect();
                let at = serials.iter().find_map(quarantined);
                let mut serials: Vec<Vec<u8>> =
                    serials.into_iter().filter(|serial| quarantined(serial) == at && at.is_some()).collect();
                serials.truncate(usize::from(self.c % 3) + 1);
                let who = if self.a.is_multiple_of(2) {
                    regulator
                } else {
                    self.with(model, Role::Manufacturer, maker)
                };
                (who, Message::ReleaseUnits { batch, serials, reason: ClearanceReason::Mistake })
            }
            122..=125 => self.restrain(model, catalogue, index),
            126 => (regulator, Message::DismissAlarms { of: self.alarmed(model) }),
            127 => {
                let from = self.site_with(model, batch, free);
                let goods = Goods::Units { batch, quantity: self.some_of(free_at(from)) };
                let (who, message) = self.ship(model, from, goods, maker);
                let Message::Ship { from, goods, to, purpose, .. } = message else { return (who, message) };
                (regulator, Message::ShipFor { from, goods, to, purpose, document })
            }
            128..=129 => {
                let mut booked = model.batches.iter().flat_map(|(batch, it)| {
                    it.last_bookings.iter().map(|(site, booking)| (*batch, *site, *booking))
                });
                let (batch, site, (state, quantity, _)) =
                    booked.next().unwrap_or((batch, self.any_site(), (UnitState::Sample, 1, 0)));
                let quantity = if self.c.is_multiple_of(2) { quantity } else { self.some_of(quantity) };
                (self.at(model, site), Message::RevertQuantity { site, batch, quantity, state })
            }
            130 => {
                let site = self.site_with(model, batch, free);
                let quantity = self.some_of(free_at(site).div_ceil(4));
                let document = (!self.c.is_multiple_of(4)).then_some(document);
                let state = UnitState::Stolen;
                (
                    self.at(model, site),
                    Message::DecommissionQuantity { site, batch, quantity, state, document },
                )
            }
            140..=142 => {
                let recalled = facts.map_or(&[][..], |facts| &facts.recalls);
                let going_on: Vec<u8> = (0..)
                    .zip(recalled)
                    .filter(|(_, it)| it.ended.is_none() || self.a.is_multiple_of(8))
                    .map(|(number, _)| number)
                    .collect();
                let number = pick(&going_on, self.b).unwrap_or_default();
                (regulator, Message::EndRecall { batch, number, document })
            }
            143 => {
                let recall = WithdrawalRecall {
                    class: RecallClass::II,
                    reason: RecallReason::QualityDefect,
                    instructions: document,
                    acknowledge_by: model.now + DAY,
                };
                (regulator, Message::Withdraw { gtin: GTIN, recall })
            }
            144..=145 => {
                let authority = self.with(model, Role::Regulator, Some(cast::REGULATOR));
                (authority, Message::Restore { gtin: GTIN, document })
            }
            146..=147 => (regulator, Message::Authorise { products: vec![self.product(model)] }),
            148..=149 => (regulator, Message::ChangeProduct { product: self.product(model) }),
            _ => {
                let site = self.site_with(model, batch, |_| true);
                (self.at(model, site), Message::AcknowledgeRecall { site, batch })
            }
        }
    }

    /// The same goods, mostly back to their manufacturer.
    fn back_home(self, model: &Model, mut message: Message, maker: Option<OrganisationId>) -> Message {
        if let Message::Ship { to, purpose, from, .. } = &mut message {
            let homes = model.organisations.sites.iter().filter(|(_, whose)| Some(**whose) == maker);
            let homes: Vec<SiteId> = homes.map(|(site, _)| *site).filter(|site| site != from).collect();
            if let (Some(home), false) = (pick(&homes, self.c), self.a.is_multiple_of(8)) {
                (*to, *purpose) = (home, Purpose::Return);
            }
        }
        message
    }

    /// Some packs are quarantined or condemned by their serials, at the site where they are.
    fn restrain(self, model: &Model, catalogue: &Catalogue, index: usize) -> (AccountId, Message) {
        let index = index.min(1);
        let batch = catalogue.id(index);
        let from_quarantine = self.a.is_multiple_of(3);
        let fits = |pack: &Pack| {
            if from_quarantine {
                pack.is_loose_at(pack.site) && pack.quarantined.is_some()
            } else {
                pack.is_free_at(pack.site)
            }
        };
        let at = self.site_with(model, batch, fits);
        let there = |pack: &Pack| fits(pack) && pack.site == at;
        let mut numbers = model.batches.get(&batch).map(|facts| facts.positions(there)).unwrap_or_default();
        numbers.retain(|number| *number < catalogue.serials(index));
        let first = usize::from(self.c).checked_rem(numbers.len()).unwrap_or(0);
        numbers.rotate_left(first);
        numbers.truncate(usize::from(self.c % 3) + 1);
        if numbers.is_empty() || self.c.is_multiple_of(11) {
            numbers = vec![usize::from(self.c) % catalogue.serials(index)];
        }
        let (serials, proof) = catalogue.proof_of_all(index, &numbers);
        let own = !self.b.is_multiple_of(4);
        let who = if own { self.at(model, at) } else { self.with(model, Role::Regulator, None) };
        let site = own.then_some(at);
        let message = if self.b.is_multiple_of(2) {
            let reason = QuarantineReason::Damaged;
            Message::QuarantineUnits { site, at, batch, serials, proof, from_quarantine, reason }
        } else {
            Message::CondemnUnits { site, at, batch, serials, proof, from_quarantine }
        };
        (who, message)
    }

    /// Mostly, everybody who makes batches may.
    fn product(self, model: &Model) -> NewProduct {
        let until = [None, None, None, Some(model.now + 20 * DAY)][usize::from(self.b % 4)];
        let (holder, makers) = match self.c % 8 {
            0 => (cast::MANUFACTURER, vec![]),
            1 => (3, vec![9]),
            _ => (3, vec![cast::MANUFACTURER, 9]),
        };
        NewProduct { makers, until, ..new_product(holder) }
    }

    /// A site that raised an alarm.
    fn alarmed(self, model: &Model) -> SiteId {
        let sites: Vec<SiteId> = model.alarms.values().map(|alarm| alarm.site).collect();
        pick(&sites, self.c).unwrap_or_else(|| self.any_site())
    }

    fn ship(
        self,
        model: &Model,
        from: SiteId,
        goods: Goods,
        maker: Option<OrganisationId>,
    ) -> (AccountId, Message) {
        let homes = model.organisations.sites.iter().filter(|(_, whose)| Some(**whose) == maker);
        let homes: Vec<SiteId> = homes.map(|(site, _)| *site).filter(|site| *site != from).collect();
        let (to, purpose) = match pick(&homes, self.c) {
            Some(home) if self.a.is_multiple_of(5) => (home, Purpose::Return),
            _ if self.a.is_multiple_of(2) => (SiteId::from(self.c / 3) % cast::SITES, Purpose::Supply),
            _ => (cast::DISPENSERS[usize::from(self.c / 3) % cast::DISPENSERS.len()], Purpose::Supply),
        };
        let terms = self.c.is_multiple_of(7).then_some(DocumentHash([7; 32]));
        (self.at(model, from), Message::Ship { from, goods, to, purpose, terms })
    }

    fn receive(self, model: &Model) -> (AccountId, Message) {
        let (shipment, site) = self.shipment(model);
        let arrival = match model.shipment(shipment) {
            Some(Shipment { logistic_unit: Some(sscc), .. }) => {
                let mut some = model.children(sscc);
                some.truncate(some.len().saturating_sub(usize::from(self.c % 2)));
                let all = some.is_empty() || self.a.is_multiple_of(2);
                Arrival::LogisticUnits(if all { vec![sscc] } else { some })
            }
            Some(record) => Arrival::Units(self.some_of(record.quantity)),
            None => Arrival::LogisticUnits(vec![self.any_sscc()]),
        };
        (self.at(model, site), Message::Receive { site, shipment, arrival })
    }

    fn revert(self, model: &Model, catalogue: &Catalogue, index: usize) -> (AccountId, Message) {
        let index = index.min(1);
        let batch = catalogue.id(index);
        let serials = (0..catalogue.serials(index)).map(serial);
        let gone = serials.filter_map(|serial| {
            model.units.get(&UnitId::of(batch, &serial)).map(|unit| (unit.site, serial))
        });
        let gone: Vec<(SiteId, Vec<u8>)> = gone.collect();
        let (site, serial) = pick(&gone, self.c).unwrap_or_else(|| (self.any_site(), serial(0)));
        (self.at(model, site), Message::Revert { site, batch, serial })
    }

    fn resolve(self, model: &Model, catalogue: &Catalogue, index: usize) -> (AccountId, Message) {
        let batch = catalogue.id(index);
        let serials = (0..catalogue.serials(index)).map(serial);
        let open = serials.filter(|serial| model.alarms.contains_key(&UnitId::of(batch, serial)));
        let open: Vec<Vec<u8>> = open.collect();
        let resolution = [
            Resolution::CounterfeitConfirmed,
            Resolution::FalseAlarm,
            Resolution::FalseAlarm,
            Resolution::RecordWrong,
            Resolution::RecordWrong,
        ][usize::from(self.b % 5)];
        let serials = if resolution == Resolution::FalseAlarm && self.a.is_multiple_of(2) && !open.is_empty()
        {
            open
        } else {
            vec![pick(&open, self.c).unwrap_or_else(|| serial(0))]
        };
        (self.with(model, Role::Regulator, None), Message::ResolveAlarms { batch, serials, resolution })
    }

    fn recall(
        self,
        model: &Model,
        catalogue: &Catalogue,
        batch: BatchId,
        maker: Option<OrganisationId>,
    ) -> (AccountId, Message) {
        let (first, length) = (u32::from(self.c % 12), u32::from(self.a % 4));
        let (batch, scope) = match self.a % 16 {
            0 => (batch, RecallScope::Batch),
            1..=6 => (
                catalogue.id(usize::from(self.c % 2)),
                RecallScope::SerialRange { first, last: first + length },
            ),
            _ => {
                let all: Vec<(Sscc, BatchId)> =
                    model.containers.iter().map(|(sscc, it)| (*sscc, it.batch)).collect();
                let (sscc, batch) = pick(&all, self.c).unwrap_or_else(|| (self.any_sscc(), batch));
                (batch, RecallScope::LogisticUnit(sscc))
            }
        };
        let recall = Recall {
            scope,
            class: RecallClass::I,
            reason: RecallReason::Contamination,
            instructions: DocumentHash([0x44; 32]),
            acknowledge_by: model.now + DAY,
        };
        let by_maker = self.b.is_multiple_of(2) && maker.is_some();
        let who = if by_maker {
            self.with(model, Role::Manufacturer, maker)
        } else {
            self.with(model, Role::Regulator, None)
        };
        (who, Message::Recall { batch, recall })
    }
}
