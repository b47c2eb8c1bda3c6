//! By which identifiers an event is found.

use std::collections::BTreeSet;

use chain::{batches, evidence, feeds, governance, products, units, Event};
use primitives::batches::{Arrival, Contents, QuarantineTarget, RecallScope};
use primitives::governance::Action;
use primitives::{AccountId, Actor, BatchId, OrganisationId, SiteId, Sscc, UnitId};

/// What kind of identifier it is. The numbers are in files: one that is given stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A batch, of every event about it.
    Batch = 1,
    /// A batch, of an event about all of its units.
    WholeBatch = 2,
    /// A unit.
    Unit = 3,
    /// A logistic unit.
    LogisticUnit = 4,
    /// A numbered case of a batch.
    Case = 5,
    /// A shipment, of every event about it.
    Shipment = 6,
    /// A product, of every event about it.
    Product = 7,
    /// A product, of a recall of all its batches.
    ProductRecall = 8,
    /// A site.
    Site = 9,
    /// An organisation.
    Organisation = 10,
    /// An account.
    Account = 11,
    /// A shipment, of an event about all that is in it.
    WholeShipment = 12,
}

/// An identifier that an event names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mention {
    pub(crate) kind: Kind,
    pub(crate) key: Vec<u8>,
}

impl Mention {
    pub(crate) fn batch(batch: BatchId) -> Self {
        Self { kind: Kind::Batch, key: batch.0.to_vec() }
    }

    pub(crate) fn whole_batch(batch: BatchId) -> Self {
        Self { kind: Kind::WholeBatch, key: batch.0.to_vec() }
    }

    pub(crate) fn unit(unit: UnitId) -> Self {
        Self { kind: Kind::Unit, key: unit.0.to_vec() }
    }

    pub(crate) fn logistic_unit(sscc: Sscc) -> Self {
        Self { kind: Kind::LogisticUnit, key: sscc.to_be_bytes().to_vec() }
    }

    pub(crate) fn case(batch: BatchId, number: u32) -> Self {
        Self { kind: Kind::Case, key: [&batch.0[..], &number.to_be_bytes()].concat() }
    }

    pub(crate) fn shipment(number: u64) -> Self {
        Self { kind: Kind::Shipment, key: number.to_be_bytes().to_vec() }
    }

    pub(crate) fn whole_shipment(number: u64) -> Self {
        Self { kind: Kind::WholeShipment, key: number.to_be_bytes().to_vec() }
    }

    pub(crate) fn product(gtin: u64) -> Self {
        Self { kind: Kind::Product, key: gtin.to_be_bytes().to_vec() }
    }

    pub(crate) fn product_recall(gtin: u64) -> Self {
        Self { kind: Kind::ProductRecall, key: gtin.to_be_bytes().to_vec() }
    }

    pub(crate) fn site(site: SiteId) -> Self {
        Self { kind: Kind::Site, key: site.to_be_bytes().to_vec() }
    }

    pub(crate) fn organisation(organisation: OrganisationId) -> Self {
        Self { kind: Kind::Organisation, key: organisation.to_be_bytes().to_vec() }
    }

    pub(crate) fn account(account: AccountId) -> Self {
        Self { kind: Kind::Account, key: account.0.to_vec() }
    }

    fn number(&self) -> Option<u32> {
        self.key.as_slice().try_into().ok().map(u32::from_be_bytes)
    }
}

/// The organisations and sites that an event names, for whoever shows it with their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    /// The organisations.
    pub organisations: BTreeSet<OrganisationId>,
    /// The sites.
    pub sites: BTreeSet<SiteId>,
}

impl Parties {
    /// Those of an event.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let mut parties = Self::default();
        for mention in mentions(event) {
            match mention.kind {
                Kind::Organisation => parties.organisations.extend(mention.number()),
                Kind::Site => parties.sites.extend(mention.number()),
                _ => {}
            }
        }
        parties
    }
}

/// All identifiers that an event names, each once. None of an unknown one.
pub(crate) fn mentions(event: &Event) -> BTreeSet<Mention> {
    let mut found = Found::default();
    match event {
        Event::Governance(event) => found.of_governance(event),
        Event::Products(event) => found.of_products(event),
        Event::Batches(event) => found.of_batches(event),
        Event::Units(event) => found.of_units(event),
        Event::Evidence(event) => found.of_evidence(event),
        Event::Feeds(event) => found.of_feeds(event),
        Event::Unknown(_) => {}
    }
    found.0
}

/// Whether an event only books in `batches` what an event of `units` in the same transaction says.
pub(crate) const fn is_booking(event: &Event) -> bool {
    matches!(event, Event::Batches(batches::Event::UnitsBooked(_)))
}

#[derive(Default)]
struct Found(BTreeSet<Mention>);

impl Found {
    fn add(&mut self, mention: Mention) -> &mut Self {
        self.0.insert(mention);
        self
    }

    fn actor(&mut self, by: &Actor) -> &mut Self {
        self.add(Mention::account(by.account)).organisations(by.organisation).sites(by.site)
    }

    fn batch(&mut self, batch: BatchId, by: &Actor) -> &mut Self {
        self.add(Mention::batch(batch)).actor(by)
    }

    fn whole(&mut self, batch: BatchId, by: &Actor) -> &mut Self {
        self.add(Mention::whole_batch(batch)).batch(batch, by)
    }

    fn units(&mut self, units: impl IntoIterator<Item = UnitId>) -> &mut Self {
        self.0.extend(units.into_iter().map(Mention::unit));
        self
    }

    fn sites(&mut self, sites: impl IntoIterator<Item = SiteId>) -> &mut Self {
        self.0.extend(sites.into_iter().map(Mention::site));
        self
    }

    fn organisations(&mut self, organisations: impl IntoIterator<Item = OrganisationId>) -> &mut Self {
        self.0.extend(organisations.into_iter().map(Mention::organisation));
        self
    }

    fn logistic_units(&mut self, units: impl IntoIterator<Item = Sscc>) -> &mut Self {
        self.0.extend(units.into_iter().map(Mention::logistic_unit));
        self
    }

    fn whole_shipment(&mut self, number: u64) -> &mut Self {
        self.add(Mention::shipment(number)).add(Mention::whole_shipment(number))
    }

    fn target(&mut self, target: &QuarantineTarget) -> &mut Self {
        match target {
            QuarantineTarget::Holding { batch, site, .. } => {
                self.add(Mention::batch(*batch)).add(Mention::site(*site))
            }
            QuarantineTarget::Shipment(number) => self.whole_shipment(*number),
            QuarantineTarget::LogisticUnit(sscc) => self.add(Mention::logistic_unit(*sscc)),
        }
    }

    fn of_batches(&mut self, event: &batches::Event) {
        use batches::Event as E;
        match event {
            E::BatchRegistered(it) => self.whole(it.batch, &it.by).add(Mention::product(it.gtin)),
            E::BatchRegistrationCancelled(it) => self.whole(it.batch, &it.by),
            E::BatchReleased(it) => self.whole(it.batch, &it.by),
            E::BatchBlocked(it) => self.whole(it.batch, &it.by),
            E::BatchUnblocked(it) => self.whole(it.batch, &it.by),
            E::UnitsShipped(it) => self
                .batch(it.batch, &it.by)
                .sites([it.from, it.to])
                .whole_shipment(it.shipment)
                .logistic_units(it.logistic_unit),
            E::UnitsReceived(it) => {
                self.batch(it.batch, &it.by).sites([it.from, it.to]).add(Mention::shipment(it.shipment));
                match &it.arrival {
                    Arrival::Units(_) => self,
                    Arrival::LogisticUnits(units) => self.logistic_units(units.iter().copied()),
                }
            }
            E::ShipmentRejected(it) => {
                self.batch(it.batch, &it.by).sites([it.from, it.to]).whole_shipment(it.shipment)
            }
            E::LogisticUnitPacked(it) => {
                self.batch(it.batch, &it.by).add(Mention::logistic_unit(it.logistic_unit));
                match &it.contents {
                    Contents::Units { .. } => self,
                    Contents::Case { batch, number } => self.add(Mention::case(*batch, *number)),
                    Contents::LogisticUnits(units) => self.logistic_units(units.iter().copied()),
                }
            }
            E::LogisticUnitUnpacked(it) => {
                self.batch(it.batch, &it.by).add(Mention::logistic_unit(it.logistic_unit))
            }
            E::LogisticUnitDestroyed(it) => {
                self.batch(it.batch, &it.by).add(Mention::logistic_unit(it.logistic_unit))
            }
            E::UnitsBooked(it) => self.add(Mention::batch(it.batch)).sites([it.site]),
            E::UnitsDecommissioned(it) => self.batch(it.batch, &it.by),
            E::DecommissioningReverted(it) => self.batch(it.batch, &it.by),
            E::UnitsQuarantined(it) => self.batch(it.batch, &it.by).sites([it.site]).target(&it.target),
            E::EvidenceFollowed(it) => self.batch(it.batch, &it.by).target(&it.from).target(&it.to),
            E::QuarantineReleased(it) => self.batch(it.batch, &it.by).sites([it.site]).target(&it.target),
            E::GoodsCondemned(it) => self.batch(it.batch, &it.by).sites([it.site]).target(&it.target),
            E::BatchRecalled(it) => {
                self.whole(it.batch, &it.by);
                match it.recall.scope {
                    RecallScope::LogisticUnit(sscc) => self.add(Mention::logistic_unit(sscc)),
                    RecallScope::Batch | RecallScope::SerialRange { .. } | RecallScope::Product => self,
                }
            }
            E::RecallOfBatchEnded(it) => self.whole(it.batch, &it.by),
            E::ProductRecalled(it) => {
                self.actor(&it.by).add(Mention::product(it.gtin)).add(Mention::product_recall(it.gtin))
            }
            E::RecallOfProductEnded(it) => {
                self.actor(&it.by).add(Mention::product(it.gtin)).add(Mention::product_recall(it.gtin))
            }
            E::RecallAcknowledged(it) => self.batch(it.batch, &it.by),
        };
    }

    fn of_units(&mut self, event: &units::Event) {
        use units::Event as E;
        match event {
            E::UnitDecommissioned(it) => self.batch(it.batch, &it.by).units([it.unit]),
            E::UnitReverted(it) => self.batch(it.batch, &it.by).units([it.unit]).sites([it.site]),
            E::UnitsQuarantinedBySerial(it) => {
                self.batch(it.batch, &it.by).sites([it.site]).units(it.units.iter().map(|(unit, _)| *unit))
            }
            E::UnitsReleased(it) => {
                self.batch(it.batch, &it.by).sites([it.site]).units(it.units.iter().copied())
            }
            E::UnitsCondemned(it) => {
                self.batch(it.batch, &it.by).sites([it.site]).units(it.units.iter().map(|(unit, _)| *unit))
            }
            E::AlarmRaised(it) => self.batch(it.batch, &it.by).units([it.unit]).sites(it.other),
            E::AlarmResolved(it) => self.batch(it.batch, &it.by).units([it.unit]),
            E::AlarmsDismissed(it) => self.actor(&it.by).sites([it.site]),
        };
    }

    fn of_products(&mut self, event: &products::Event) {
        use products::Event as E;
        match event {
            E::ProductAuthorised(it) => self
                .actor(&it.by)
                .add(Mention::product(it.product.gtin))
                .organisations([it.authority, it.product.holder])
                .organisations(it.product.makers.iter().copied()),
            E::ProductChanged(it) => self
                .actor(&it.by)
                .add(Mention::product(it.product.gtin))
                .organisations([it.former_holder, it.product.holder])
                .organisations(it.former_makers.iter().chain(&it.product.makers).copied()),
            E::ProductWithdrawn(it) => self.actor(&it.by).add(Mention::product(it.gtin)),
            E::ProductRestored(it) => self.actor(&it.by).add(Mention::product(it.gtin)),
            E::ProductsDelegated(it) => self.actor(&it.by).organisations(it.delegate),
            E::BatchAttested(it) => self.whole(it.batch, &it.by),
        };
    }

    fn of_governance(&mut self, event: &governance::Event) {
        use governance::Event as E;
        match event {
            E::OrganisationRegistered(it) => {
                self.actor(&it.by).organisations([it.organisation]).add(Mention::account(it.steward))
            }
            E::OrganisationUpdated(it) => self.actor(&it.by).organisations([it.organisation]),
            E::SiteRegistered(it) => self.actor(&it.by).sites([it.site]).organisations([it.organisation]),
            E::SiteUpdated(it) => self.actor(&it.by).sites([it.site]),
            E::PrefixRegistered(it) => self.actor(&it.by).organisations([it.organisation]),
            E::PrefixRemoved(it) => self.actor(&it.by).organisations([it.organisation]),
            E::AccountAdded(it) => self
                .actor(&it.by)
                .add(Mention::account(it.account))
                .organisations([it.organisation])
                .sites(it.limits.site),
            E::AccountChanged(it) => self
                .actor(&it.by)
                .add(Mention::account(it.account))
                .organisations([it.organisation])
                .sites(it.limits.site),
            E::AccountRemoved(it) => {
                self.actor(&it.by).add(Mention::account(it.account)).organisations([it.organisation])
            }
            E::SealingKeySet(it) => self.actor(&it.by).organisations([it.organisation]),
            E::OrganisationSuspended(it) => self.actor(&it.by).organisations([it.organisation]),
            E::OrganisationReinstated(it) => self.actor(&it.by).organisations([it.organisation]),
            E::RoleGranted(it) => self.actor(&it.by).organisations([it.organisation]),
            E::RoleRevoked(it) => self.actor(&it.by).organisations([it.organisation]),
            E::ContractRolesSet(it) => self.actor(&it.by).add(Mention::account(it.contract)),
            E::MarketSet(it) => self.actor(&it.by).organisations(it.authority),
            E::RoleAdministrationSet(it) => self.actor(&it.by),
            E::AdministrationOffered(it) => self.actor(&it.by).add(Mention::account(it.to)),
            E::AdministrationOfferWithdrawn(it) => self.actor(&it.by).add(Mention::account(it.to)),
            E::AdministrationTransferred(it) => {
                self.0.extend(it.from.map(Mention::account));
                self.actor(&it.by)
            }
            E::SetUpEnded(it) => self.actor(&it.by),
            E::ContractPaused(it) => self.actor(&it.by).add(Mention::account(it.contract)),
            E::ContractUnpaused(it) => self.actor(&it.by).add(Mention::account(it.contract)),
            E::ChangeProposed(it) => self.actor(&it.by).action(&it.action),
            E::ProposalCancelled(it) => self.actor(&it.by).action(&it.action),
            E::ProposalApplied(it) => self.actor(&it.by).action(&it.action),
        };
    }

    fn action(&mut self, action: &Action) -> &mut Self {
        match action {
            Action::Upgrade { contract, .. } | Action::ContractRoles { contract, .. } => {
                self.add(Mention::account(*contract))
            }
            Action::Grant { organisation, .. } | Action::Reinstate { organisation } => {
                self.organisations([*organisation])
            }
            Action::Steward { organisation, account } => {
                self.organisations([*organisation]).add(Mention::account(*account))
            }
            Action::Market { authority, .. } => self.organisations(*authority),
            Action::RoleAdministration { .. } => self,
        }
    }

    fn of_evidence(&mut self, event: &evidence::Event) {
        use evidence::Event as E;
        match event {
            E::EvidencePolicySet(it) => self.actor(&it.by),
            E::EvidencePresented(it) => self.actor(&it.by).target(&it.target),
        };
    }

    fn of_feeds(&mut self, event: &feeds::Event) {
        use feeds::Event as E;
        match event {
            E::OperatorsSet(_) => self,
            E::ModelApproved(it) => self.actor(&it.by),
            E::ModelRevoked(it) => self.actor(&it.by),
            E::FeedSet(it) => self.actor(&it.by),
            E::ResultRequested(it) => self.actor(&it.by),
            E::RequestCancelled(it) => self.actor(&it.by),
            E::ReportAccepted(it) => self.add(Mention::account(it.transmitter)),
        };
    }
}
