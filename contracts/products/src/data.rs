//! The rules of `products`, without the macro: who calls, when, and what other contracts answer are arguments, what
//! happened is the result.

use ink::prelude::vec::Vec;
use kernel::{key, Call, Item, Map, Member};
use primitives::batches::{Batch, Registration, MAX_QUANTITY};
use primitives::governance::{Markets, MAX_MARKETS};
use primitives::prefix::body_of_gtin;
use primitives::products::{
    Attestation, AttestationRecord, BatchAttested, Delegation, Error, NewBatch, NewProduct, Product,
    ProductAuthorised, ProductChanged, ProductRestored, ProductWithdrawal, ProductWithdrawn,
    ProductsDelegated, WithdrawalRecall, MAX_MAKERS, MAX_PAGE, MAX_PRODUCTS,
};
use primitives::{
    ensure, AccountId, BatchId, DocumentHash, OrganisationId, Prefix, RegistrationHash, Role, RoleSet,
    SiteId, Timestamp,
};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x5052_0001;

/// Who may attest good manufacturing practice.
const INSPECTORS: RoleSet = RoleSet::of(&[Role::Regulator, Role::Auditor]);

/// A regulator that decides on products, and what `governance` says of it.
#[derive(Clone, Copy, Debug)]
pub struct Authority<'a> {
    /// The regulator.
    pub organisation: OrganisationId,
    /// Its markets, and how many organisations there are.
    pub known: &'a Markets,
    /// The company prefix that it delegated to the caller. `None` where the regulator itself calls.
    pub delegated: Option<Prefix>,
}

/// What the contract knows. Every field has its own storage key, which spells its name.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    /// What every contract of a deployment keeps.
    pub member: Member,
    batches: Item<AccountId, { key(b"BATC") }>,
    /// How many products were ever authorised.
    count: Item<u32, { key(b"COUN") }>,
    gtins: Map<u32, u64, { key(b"GTIN") }>,
    /// By GTIN.
    products: Map<u64, Product, { key(b"PROD") }>,
    delegations: Map<Prefix, Delegation, { key(b"DELE") }>,
    /// By the number of the batch's registration: what is reviewed is that, and no later one.
    attestations: Map<(u32, Attestation), AttestationRecord, { key(b"ATTE") }>,
}

impl Data {
    /// No product is authorised, in the deployment of `access`. Their batches are in the books of `batches`.
    #[must_use]
    pub fn new(access: AccountId, batches: AccountId) -> Self {
        let mut data = Self::default();
        data.member.join(LAYOUT, access);
        data.batches.set(&batches);
        data.count.set(&0);
        data
    }

    /// The contract that knows the batches. `None` where the storage is not this contract's.
    #[must_use]
    pub fn batches(&self) -> Option<AccountId> {
        self.batches.get()
    }

    /// The product, authorised now or before.
    #[must_use]
    // One copy of it.
    #[inline(never)]
    pub fn product(&self, gtin: u64) -> Option<Product> {
        self.products.get(gtin)
    }

    /// The products from number `start` in the order of their first authorisation, at most [`MAX_PAGE`].
    #[must_use]
    pub fn list_products(&self, start: u32, limit: u32) -> Vec<(u64, Product)> {
        let end = start.saturating_add(limit.min(MAX_PAGE)).min(self.count.get().unwrap_or_default());
        let entry = |number| self.gtins.get(number).and_then(|gtin| Some((gtin, self.product(gtin)?)));
        (start..end).filter_map(entry).collect()
    }

    /// Who authorises products of the prefix in place of a regulator.
    #[must_use]
    pub fn delegation(&self, prefix: Prefix) -> Option<Delegation> {
        self.delegations.get(prefix)
    }

    /// Who attested this registration, and with which document.
    #[must_use]
    pub fn attestation(&self, registration: u32, attestation: Attestation) -> Option<AttestationRecord> {
        self.attestations.get((registration, attestation))
    }

    /// For which regulator the caller authorises products whose GTINs begin with this registered prefix: itself, or the one
    /// that delegated it to the caller's organisation.
    pub fn authority_of(
        &self,
        call: &Call,
        prefix: Option<Prefix>,
    ) -> Result<(OrganisationId, Option<Prefix>), Error> {
        if call.roles.contains(Role::Regulator) {
            return Ok((call.author()?, None));
        }
        let prefix = prefix.ok_or(Error::CallerNotAuthorised)?;
        let delegation = self.delegation(prefix).filter(|delegation| call.is_of(delegation.delegate));
        let delegation = delegation.ok_or(Error::CallerNotAuthorised)?;
        Ok((delegation.authority, Some(prefix)))
    }

    /// Authorises products: new ones, and those whose authorisation was withdrawn. All of them or none.
    pub fn authorise(
        &mut self,
        call: &Call,
        authority: Authority,
        products: Vec<NewProduct>,
    ) -> Result<Vec<ProductAuthorised>, Error> {
        ensure((1..=MAX_PRODUCTS).contains(&products.len()), Error::TooManyProducts)?;
        let mut count = self.count.get().unwrap_or_default();
        let mut events = Vec::new();
        for product in products {
            ensure_allowed(&product, &authority, call.now)?;
            let gtin = product.gtin;
            match self.product(gtin) {
                None => {
                    self.gtins.insert(count, &gtin);
                    // Each costs a storage deposit: 2^32 of them exceed every chain's supply.
                    count = count.saturating_add(1);
                }
                Some(former) => {
                    ensure(former.withdrawn.is_some(), Error::ProductExists)?;
                    // What a regulator withdrew, its delegate does not give back.
                    ensure(authority.delegated.is_none(), Error::AuthorisationWithdrawn)?;
                    ensure_holds(authority.known, &former)?;
                }
            }
            self.put(&product, authority.organisation, call.now);
            events.push(ProductAuthorised { by: call.actor(), authority: authority.organisation, product });
        }
        self.count.set(&count);
        Ok(events)
    }

    /// Changes an authorisation that stands: holder, makers, markets, end and document.
    pub fn change(
        &mut self,
        call: &Call,
        authority: Authority,
        product: NewProduct,
    ) -> Result<ProductChanged, Error> {
        let former = self.known(product.gtin)?;
        ensure_holds(authority.known, &former)?;
        ensure(former.withdrawn.is_none(), Error::AuthorisationWithdrawn)?;
        ensure_allowed(&product, &authority, call.now)?;
        self.put(&product, authority.organisation, call.now);
        let Product { holder, makers, .. } = former;
        Ok(ProductChanged { by: call.actor(), former_holder: holder, former_makers: makers, product })
    }

    fn put(&mut self, product: &NewProduct, authority: OrganisationId, now: Timestamp) {
        let NewProduct { gtin, holder, makers, markets, until, document } = product.clone();
        let (authorised_at, withdrawn) = (now, None);
        let product =
            Product { holder, makers, markets, until, document, authority, authorised_at, withdrawn };
        self.products.insert(gtin, &product);
    }

    /// Withdraws an authorisation. A regulator with one of the product's markets may.
    pub fn withdraw(
        &mut self,
        call: &Call,
        known: &Markets,
        gtin: u64,
        recall: WithdrawalRecall,
    ) -> Result<ProductWithdrawn, Error> {
        let mut product = self.known(gtin)?;
        let concerned = product.markets.iter().any(|market| known.markets.contains(market));
        ensure(concerned, Error::MarketOfAnother)?;
        ensure(product.withdrawn.is_none(), Error::AuthorisationWithdrawn)?;
        let (by, account, at) = (call.author()?, call.account, call.now);
        product.withdrawn = Some(ProductWithdrawal { by, account, at });
        self.products.insert(gtin, &product);
        Ok(ProductWithdrawn { by: call.actor(), gtin, recall })
    }

    /// Takes a withdrawal back, whose recall `batches` ends. A regulator with all of the product's markets may.
    pub fn restore(
        &mut self,
        call: &Call,
        known: &Markets,
        gtin: u64,
        document: DocumentHash,
    ) -> Result<ProductRestored, Error> {
        let mut product = self.known(gtin)?;
        ensure_holds(known, &product)?;
        ensure(product.withdrawn.take().is_some(), Error::NotWithdrawn)?;
        self.products.insert(gtin, &product);
        Ok(ProductRestored { by: call.actor(), gtin, document })
    }

    /// Lets another organisation authorise products of a company prefix, or nobody any more. `former_stands` is whether
    /// the one that delegated the prefix before still is a regulator.
    pub fn delegate(
        &mut self,
        call: &Call,
        (prefix, delegate): (Prefix, Option<OrganisationId>),
        known: &Markets,
        former_stands: bool,
    ) -> Result<ProductsDelegated, Error> {
        let authority = call.author()?;
        ensure(prefix.is_valid(), Error::InvalidPrefix)?;
        let former = self.delegation(prefix).filter(|former| former.authority != authority);
        ensure(former.is_none() || !former_stands, Error::PrefixOfAnother)?;
        match delegate {
            Some(delegate) => {
                ensure(delegate < known.organisations, Error::UnknownOrganisation)?;
                self.delegations.insert(prefix, &Delegation { authority, delegate });
            }
            None => self.delegations.remove(prefix),
        }
        Ok(ProductsDelegated { by: call.actor(), prefix, delegate })
    }

    /// What `batches` is to register, where the product may be made now.
    pub fn registration(
        &self,
        (account, site): (AccountId, SiteId),
        new: NewBatch,
        now: Timestamp,
    ) -> Result<Registration, Error> {
        let NewBatch { gtin, lot, expiry, quantity, serial_root, units_per_case } = new;
        ensure_gtin(gtin)?;
        gs1::validate_lot(&lot).map_err(|_| Error::InvalidLot)?;
        let date = gs1::Date::from_yymmdd(expiry, gs1::year_of_ms(now)).map_err(|_| Error::InvalidExpiry)?;
        let (expiry, expires_at) = (date.to_yymmdd(), date.end_of_day_ms());
        ensure(now <= expires_at, Error::BatchExpired)?;
        ensure(quantity > 0, Error::QuantityZero)?;
        ensure(quantity <= MAX_QUANTITY, Error::QuantityTooLarge)?;
        if let Some(units) = units_per_case {
            ensure(serial_root.is_some(), Error::SerialsNotRegistered)?;
            ensure(units > 0, Error::QuantityZero)?;
        }
        self.standing(gtin, now)?;
        Ok(Registration {
            account,
            site,
            gtin,
            lot,
            expiry,
            expires_at,
            quantity,
            serial_root,
            units_per_case,
        })
    }

    /// Refuses an organisation that may not make the product now.
    pub fn ensure_maker(
        &self,
        gtin: u64,
        organisation: Option<OrganisationId>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let product = self.standing(gtin, now)?;
        let makes = organisation.is_some_and(|organisation| product.is_made_by(organisation));
        ensure(makes, Error::NotMaker)
    }

    /// The product, where batches of it may be registered and released now.
    fn standing(&self, gtin: u64, now: Timestamp) -> Result<Product, Error> {
        let product = self.known(gtin)?;
        ensure(product.withdrawn.is_none(), Error::AuthorisationWithdrawn)?;
        ensure(!product.has_lapsed(now), Error::AuthorisationLapsed)?;
        Ok(product)
    }

    /// Attests one requirement of the release gate by a document: what was reviewed must be what is registered.
    pub fn attest(
        &mut self,
        call: &Call,
        (id, batch, reviewed): (BatchId, &Batch, RegistrationHash),
        attestation: Attestation,
        document: DocumentHash,
    ) -> Result<BatchAttested, Error> {
        let is_own = call.is_of(batch.manufacturer);
        let entitled = match attestation {
            Attestation::CertificateOfAnalysis => is_own && call.roles.contains(Role::QualityUnit),
            Attestation::GoodManufacturingPractice => !is_own && call.roles.intersects(INSPECTORS),
        };
        ensure(entitled, Error::CallerNotAuthorised)?;
        ensure(batch.registration_hash() == reviewed, Error::RegistrationChanged)?;
        let registration = batch.registration;
        let key = (registration, attestation);
        ensure(!self.attestations.contains(key), Error::AlreadyAttested)?;
        let record = AttestationRecord { document, by: call.author()?, at: call.now };
        self.attestations.insert(key, &record);
        Ok(BatchAttested { batch: id, by: call.actor(), registration, attestation, document })
    }

    /// Refuses the release of a batch, which `batches` released, where an attestation is missing, or its product may not
    /// be made any more by its manufacturer.
    pub fn ensure_releasable(&self, batch: &Batch, now: Timestamp) -> Result<(), Error> {
        let attested =
            |attestation: &Attestation| self.attestations.contains((batch.registration, *attestation));
        ensure(Attestation::REQUIRED.iter().all(attested), Error::AttestationMissing)?;
        self.ensure_maker(batch.gtin, Some(batch.manufacturer), now)
    }

    fn known(&self, gtin: u64) -> Result<Product, Error> {
        self.product(gtin).ok_or(Error::UnknownProduct)
    }
}

fn ensure_gtin(gtin: u64) -> Result<(), Error> {
    // Zeros have a right check digit, and are the number of nothing.
    ensure(gtin > 0 && gs1::Gtin::new(gtin).is_ok(), Error::InvalidGtin)
}

/// Refuses a regulator that does not have all markets of the product.
fn ensure_holds(known: &Markets, product: &Product) -> Result<(), Error> {
    let holds = product.markets.iter().all(|market| known.markets.contains(market));
    ensure(holds, Error::ProductOfAnother)
}

/// Refuses an authorisation that says something impossible, or that is not this authority's to give.
fn ensure_allowed(product: &NewProduct, authority: &Authority, now: Timestamp) -> Result<(), Error> {
    let NewProduct { gtin, holder, makers, markets, until, .. } = product;
    ensure_gtin(*gtin)?;
    let in_reach = authority.delegated.is_none_or(|prefix| prefix.holds(body_of_gtin(*gtin)));
    ensure(in_reach, Error::PrefixOfAnother)?;
    let Markets { markets: own, organisations } = authority.known;
    let all_known = makers.iter().chain([holder]).all(|maker| maker < organisations);
    ensure(all_known, Error::UnknownOrganisation)?;
    let distinct = are_distinct(makers) && !makers.contains(holder);
    ensure(makers.len() <= MAX_MAKERS && distinct, Error::InvalidMakers)?;
    let some = (1..=MAX_MARKETS).contains(&markets.len());
    ensure(some && are_distinct(markets), Error::InvalidMarkets)?;
    ensure(markets.iter().all(|market| own.contains(market)), Error::MarketOfAnother)?;
    ensure(until.is_none_or(|until| now <= until), Error::ExpiryInPast)
}

fn are_distinct<T: PartialEq>(list: &[T]) -> bool {
    list.iter().enumerate().all(|(number, item)| !list.iter().take(number).any(|other| other == item))
}
