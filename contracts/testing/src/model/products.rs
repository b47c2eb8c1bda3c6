use kernel::Call;
use primitives::batches::{ProductRecalled, RecallOfProductEnded};
use primitives::products::{
    Error, NewProduct, Product, ProductAuthorised, ProductChanged, ProductRestored, ProductWithdrawal,
    ProductWithdrawn, WithdrawalRecall,
};
use primitives::{ensure, DocumentHash, OrganisationId, Role};

use super::{done, Done, Model, Outcome};
use crate::backend::{Answer, Event};
use crate::cast;

impl Model {
    /// A product that is or was authorised.
    pub(super) fn product(&self, gtin: u64) -> Result<&Product, Error> {
        self.products.get(&gtin).ok_or(Error::UnknownProduct)
    }

    /// Whether the register of products has its role.
    pub(super) fn may_keep_products(&self) -> bool {
        let register = self.organisations.caller(self.contracts.products, None, self.now);
        register.roles.contains(Role::ProductRegister)
    }

    pub(super) fn authorise(&mut self, call: Call, products: Vec<NewProduct>) -> Outcome<Error> {
        call.ensure_role(Role::Regulator)?;
        let authority = call.author()?;
        ensure(!products.is_empty() && products.len() <= 50, Error::TooManyProducts)?;
        let mut events = Vec::new();
        for product in products {
            self.ensure_possible(authority, &product)?;
            if let Some(former) = self.products.get(&product.gtin) {
                ensure(former.withdrawn.is_some(), Error::ProductExists)?;
                ensure(has_all_markets(authority, former), Error::ProductOfAnother)?;
            }
            self.put_product(authority, &product);
            events.push(Event::of(&ProductAuthorised { by: call.actor(), authority, product }));
        }
        Ok(Done { answer: Answer::Nothing, events })
    }

    pub(super) fn change_product(&mut self, call: Call, product: NewProduct) -> Outcome<Error> {
        call.ensure_role(Role::Regulator)?;
        let authority = call.author()?;
        let former = self.product(product.gtin)?.clone();
        ensure(has_all_markets(authority, &former), Error::ProductOfAnother)?;
        ensure(former.withdrawn.is_none(), Error::AuthorisationWithdrawn)?;
        self.ensure_possible(authority, &product)?;
        self.put_product(authority, &product);
        let (former_holder, former_makers) = (former.holder, former.makers);
        Ok(done(&ProductChanged { by: call.actor(), former_holder, former_makers, product }))
    }

    fn put_product(&mut self, authority: OrganisationId, product: &NewProduct) {
        let NewProduct { gtin, holder, makers, markets, until, document } = product.clone();
        let (authorised_at, withdrawn) = (self.now, None);
        let product =
            Product { holder, makers, markets, until, document, authority, authorised_at, withdrawn };
        self.products.insert(gtin, product);
    }

    fn ensure_possible(&self, authority: OrganisationId, product: &NewProduct) -> Result<(), Error> {
        ensure(product.gtin != 0 && gs1::Gtin::new(product.gtin).is_ok(), Error::InvalidGtin)?;
        let mut all = product.makers.clone();
        all.push(product.holder);
        let known = cast::markets(authority);
        ensure(all.iter().all(|maker| *maker < known.organisations), Error::UnknownOrganisation)?;
        let named = all.len();
        all.sort_unstable();
        all.dedup();
        ensure(all.len() == named && named <= 17, Error::InvalidMakers)?;
        let mut markets = product.markets.clone();
        markets.sort_unstable();
        markets.dedup();
        ensure(!markets.is_empty() && markets.len() == product.markets.len(), Error::InvalidMarkets)?;
        ensure(markets.iter().all(|market| known.markets.contains(market)), Error::MarketOfAnother)?;
        ensure(product.until.is_none_or(|until| until >= self.now), Error::ExpiryInPast)
    }

    /// All packs of the product that are registered until now are recalled with it.
    pub(super) fn withdraw(&mut self, call: Call, gtin: u64, recall: WithdrawalRecall) -> Outcome<Error> {
        call.ensure_role(Role::Regulator)?;
        let by = call.author()?;
        let known = cast::markets(by);
        let product = self.product(gtin)?;
        let concerned = product.markets.iter().any(|market| known.markets.contains(market));
        ensure(concerned, Error::MarketOfAnother)?;
        ensure(product.withdrawn.is_none(), Error::AuthorisationWithdrawn)?;
        ensure(self.may_keep_products(), Error::NotProductRegister)?;
        ensure(recall.acknowledge_by >= self.now, Error::DeadlineInPast)?;
        let withdrawal = ProductWithdrawal { by, account: call.account, at: self.now };
        let notice = self.notice(&call, recall.into())?;
        let recalls = self.recalls_of_products.entry(gtin).or_default();
        let number = u8::try_from(recalls.len()).unwrap();
        recalls.push(notice);
        self.products.get_mut(&gtin).unwrap().withdrawn = Some(withdrawal);
        let recalled = ProductRecalled { by: call.actor(), gtin, number, recall: recall.into() };
        let withdrawn = ProductWithdrawn { by: call.actor(), gtin, recall };
        Ok(Done { answer: Answer::Nothing, events: vec![Event::of(&recalled), Event::of(&withdrawn)] })
    }

    pub(super) fn restore(&mut self, call: Call, gtin: u64, document: DocumentHash) -> Outcome<Error> {
        call.ensure_role(Role::Regulator)?;
        ensure(has_all_markets(call.author()?, self.product(gtin)?), Error::ProductOfAnother)?;
        ensure(self.product(gtin)?.withdrawn.is_some(), Error::NotWithdrawn)?;
        // `batches` ends the recall, and may be paused.
        self.organisations.call(call.account, None, self.now, &[self.contracts.batches])?;
        ensure(self.may_keep_products(), Error::NotProductRegister)?;
        let notices = &self.recalls_of_products[&gtin];
        let number = u8::try_from(notices.len() - 1).unwrap();
        let ended = self.end_of(&call, notices.last().copied(), document)?;
        *self.recalls_of_products.get_mut(&gtin).unwrap().last_mut().unwrap() = ended;
        self.products.get_mut(&gtin).unwrap().withdrawn = None;
        let by = call.actor();
        let ended = RecallOfProductEnded { by, gtin, number, document };
        let restored = ProductRestored { by, gtin, document };
        Ok(Done { answer: Answer::Nothing, events: vec![Event::of(&ended), Event::of(&restored)] })
    }
}

fn has_all_markets(authority: OrganisationId, product: &Product) -> bool {
    let known = cast::markets(authority);
    product.markets.iter().all(|market| known.markets.contains(market))
}
