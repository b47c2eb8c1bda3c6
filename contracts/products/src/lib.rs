//! Products: who may make which, the registration of their batches, and the release gate.
//!
//! A regulator authorises who may register batches of a product: so nobody registers, releases or recalls the goods of
//! another. The batches are in the books of the contract `batches`, which registers, releases and recalls as this one
//! says.
//!
//! Every message that changes state refuses with `AccessUnavailable`, `InSetUp`, `Paused` (this contract or, where it has
//! `batches` act, that one) and, where it acts for a site, `CallerNotAtSite`, in this order: first, or where it says so. Its
//! own errors come in the order in which it names them. A pause does not stop `withdraw`.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;

pub use data::{Authority, Data, LAYOUT};

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod products {
    use ink::prelude::vec::Vec;
    use kernel::{
        answer, ask_account, ask_deployment, ask_markets, ask_registered, ask_rights,
        ask_to_end_recall_of_product, ask_to_recall_product, ask_to_register, ask_to_release, caller, emit,
        now, Call, Replaceable,
    };
    use primitives::governance::Markets;
    use primitives::prefix::body_of_gtin;
    use primitives::products::{
        Attestation, AttestationRecord, BatchAttested, Delegation, Error, NewBatch, NewProduct, Product,
        ProductAuthorised, ProductChanged, ProductRestored, ProductWithdrawn, ProductsDelegated,
        WithdrawalRecall,
    };
    use primitives::{
        ensure, BatchId, CodeHash, DocumentHash, OrganisationId, Prefix, Question, Refused, RegistrationHash,
        Role, SiteId,
    };

    use crate::{Authority, Data, LAYOUT};

    kernel::events_of_contract!(
        ProductAuthorised,
        ProductChanged,
        ProductWithdrawn,
        ProductRestored,
        ProductsDelegated,
        BatchAttested,
    );

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Products {
        data: Data,
    }

    impl Products {
        /// No product yet, in the deployment of the contract `access`. Their batches are in the books of the contract
        /// `batches`, where this one needs the role ProductRegister.
        #[ink(constructor)]
        pub fn new(access: primitives::AccountId, batches: primitives::AccountId) -> Self {
            Self { data: Data::new(access, batches) }
        }

        /// Authorises products, at most 50, all of them or none: who holds the authorisation, which other organisations make
        /// batches, in which markets, until when, and by which document. Needs Regulator, with all the markets named; or
        /// the organisation to which one delegated the company prefix with which all the GTINs begin, by an account that is
        /// not limited to a site or to roles. A regulator can authorise anew what was withdrawn: its recalled batches stay
        /// so.
        ///
        /// Event: `ProductAuthorised` for each. Errors, in this order: `CallerNotAuthorised`, `GovernanceUnavailable`,
        /// `TooManyProducts`; for each product `InvalidGtin`, `PrefixOfAnother`, `UnknownOrganisation`, `InvalidMakers`,
        /// `InvalidMarkets`, `MarketOfAnother`, `ExpiryInPast`, `ProductExists`, `AuthorisationWithdrawn` (for a delegate),
        /// `ProductOfAnother`.
        #[ink(message)]
        pub fn authorise(&mut self, products: Vec<NewProduct>) -> Result<(), Error> {
            let key = products.first().map(|product| body_of_gtin(product.gtin));
            let question = Question { key, ..Question::about(caller(), None) };
            let (call, standing) = self.data.member.ask_to_run(question)?;
            let prefix = standing.prefix.map(|owner| owner.prefix);
            let (organisation, delegated) = self.data.authority_of(&call, prefix)?;
            if delegated.is_some() {
                self.ensure_acts_for_delegate(&call)?;
                ensure(self.is_regulator(organisation)?, Error::CallerNotAuthorised)?;
            }
            let known = &self.markets(organisation)?;
            let authority = Authority { organisation, known, delegated };
            self.data.authorise(&call, authority, products)?.iter().for_each(emit);
            Ok(())
        }

        /// Changes an authorisation that stands: its holder, other makers, markets, end and document. What was registered
        /// stays what it is. Needs Regulator, with all markets that the product has and gets.
        ///
        /// Event: `ProductChanged`. Errors, in this order: `CallerNotAuthorised`, `GovernanceUnavailable`,
        /// `UnknownProduct`, `ProductOfAnother`, `AuthorisationWithdrawn`, those of `authorise` about a product.
        #[ink(message)]
        pub fn change(&mut self, product: NewProduct) -> Result<(), Error> {
            let (call, known) = self.regulator()?;
            let authority = Authority { organisation: call.author()?, known: &known, delegated: None };
            emit(&self.data.change(&call, authority, product)?);
            Ok(())
        }

        /// Withdraws an authorisation, and recalls all batches of the product that were registered until now. Needs Regulator,
        /// with one of the product's markets. A pause does not stop it.
        ///
        /// Events: `ProductWithdrawn`, and `ProductRecalled` of `batches`. Errors, in this order: `CallerNotAuthorised`,
        /// `GovernanceUnavailable`, `UnknownProduct`, `MarketOfAnother`, `AuthorisationWithdrawn`, `BatchesUnavailable`,
        /// `NotProductRegister`, `DeadlineInPast`, `TooManyRecalls`.
        #[ink(message)]
        pub fn withdraw(&mut self, gtin: u64, recall: WithdrawalRecall) -> Result<(), Error> {
            let call = self.data.member.ask_to_restrain(Question::about(caller(), None))?.0;
            let known = self.markets_of(&call)?;
            let event = self.data.withdraw(&call, &known, gtin, recall)?;
            ask_to_recall_product(self.batches()?, caller(), gtin, recall.into())
                .ok_or(Error::BatchesUnavailable)??;
            emit(&event);
            Ok(())
        }

        /// Takes a withdrawal back: the authorisation stands again, and the recall ends; its notice stays. Needs Regulator, with
        /// all of the product's markets, by another account than withdrew it, and after two days.
        ///
        /// Events: `ProductRestored`, and `RecallOfProductEnded` of `batches`. Errors, in this order:
        /// `CallerNotAuthorised`, `GovernanceUnavailable`, `UnknownProduct`, `ProductOfAnother`, `NotWithdrawn`,
        /// `BatchesUnavailable`, `NotProductRegister`, `RecallByCaller`, `RecallStands`.
        #[ink(message)]
        pub fn restore(&mut self, gtin: u64, document: DocumentHash) -> Result<(), Error> {
            let (call, known) = self.regulator()?;
            let event = self.data.restore(&call, &known, gtin, document)?;
            ask_to_end_recall_of_product(self.batches()?, caller(), gtin, document)
                .ok_or(Error::BatchesUnavailable)??;
            emit(&event);
            Ok(())
        }

        /// Lets an organisation authorise products of a company prefix in place of the caller's; `None` ends that. Needs
        /// Regulator.
        ///
        /// Event: `ProductsDelegated`. Errors, in this order: `CallerNotAuthorised`, `GovernanceUnavailable`,
        /// `InvalidPrefix`, `PrefixOfAnother` (another regulator delegated it), `UnknownOrganisation`.
        #[ink(message)]
        pub fn delegate(&mut self, prefix: Prefix, delegate: Option<OrganisationId>) -> Result<(), Error> {
            let (call, known) = self.regulator()?;
            let former_stands = match self.data.delegation(prefix) {
                Some(former) => self.is_regulator(former.authority)?,
                None => false,
            };
            emit(&self.data.delegate(&call, (prefix, delegate), &known, former_stands)?);
            Ok(())
        }

        /// Registers a batch: GTIN of 14 digits, lot, expiry YYMMDD, quantity, the root of the packs' serials, and the
        /// size of its numbered cases. All units are at the site then. Needs Manufacturer, of the product's holder or of one
        /// of its makers.
        ///
        /// Event: `BatchRegistered` of `batches`. Errors, in this order: `InvalidGtin`, `InvalidLot`, `InvalidExpiry`,
        /// `BatchExpired`, `QuantityZero`, `QuantityTooLarge`, `SerialsNotRegistered`, `QuantityZero` (of a case),
        /// `UnknownProduct`, `AuthorisationWithdrawn`, `AuthorisationLapsed`, `BatchesUnavailable`, those of every message,
        /// `NotProductRegister`, `CallerNotAuthorised`, `BatchExists`, `NotMaker`.
        #[ink(message)]
        pub fn register_batch(&mut self, site: SiteId, batch: NewBatch) -> Result<BatchId, Error> {
            let gtin = batch.gtin;
            let registration = self.data.registration((caller(), site), batch, now())?;
            let registered =
                ask_to_register(self.batches()?, registration).ok_or(Error::BatchesUnavailable)??;
            self.data.ensure_maker(gtin, registered.by.organisation, now())?;
            Ok(registered.batch)
        }

        /// Attests one requirement of the release gate by a document's SHA-256. `registration` is the hash of the registration
        /// that was reviewed ([`primitives::batches::Batch::registration_hash`]). The certificate of analysis needs
        /// QualityUnit of the batch's manufacturer; GMP a Regulator or Auditor that is not of the manufacturer.
        ///
        /// Event: `BatchAttested`. Errors, in this order: `BatchesUnavailable`, `UnknownBatch`, `CallerNotAuthorised`,
        /// `RegistrationChanged`, `AlreadyAttested`.
        #[ink(message)]
        pub fn attest(
            &mut self,
            batch: BatchId,
            registration: RegistrationHash,
            attestation: Attestation,
            document: DocumentHash,
        ) -> Result<(), Error> {
            let call = self.data.member.call(None)?;
            let known = ask_registered(self.batches()?, batch).ok_or(Error::BatchesUnavailable)?;
            let known = known.ok_or(Error::UnknownBatch)?.get().ok_or(Error::BatchesUnavailable)?;
            emit(&self.data.attest(&call, (batch, &known, registration), attestation, document)?);
            Ok(())
        }

        /// Releases a batch to the market, once every attestation is there. Needs QualityUnit of the batch's manufacturer,
        /// which may still make the product.
        ///
        /// Event: `BatchReleased` of `batches`. Errors, in this order: `BatchesUnavailable`, those of every message,
        /// `NotProductRegister`, `UnknownBatch`, `CallerNotAuthorised`, `AlreadyReleased`, `BatchRecalled`,
        /// `BatchBlocked`, `AttestationMissing`, `UnknownProduct`, `AuthorisationWithdrawn`, `AuthorisationLapsed`,
        /// `NotMaker`.
        #[ink(message)]
        pub fn release(&mut self, batch: BatchId) -> Result<(), Error> {
            let released =
                ask_to_release(self.batches()?, caller(), batch).ok_or(Error::BatchesUnavailable)??;
            let batch = released.batch.get().ok_or(Error::BatchesUnavailable)?;
            self.data.ensure_releasable(&batch, now())
        }

        /// The product, authorised now or before.
        #[ink(message)]
        pub fn product(&self, gtin: u64) -> Option<Product> {
            answer(self.data.product(gtin))
        }

        /// The products from number `start` (from 0) in the order of their first authorisation, each with its GTIN: at most
        /// `limit`, and never more than 50.
        #[ink(message)]
        pub fn products(&self, start: u32, limit: u32) -> Vec<(u64, Product)> {
            answer(self.data.list_products(start, limit))
        }

        /// Who authorises products of the company prefix in place of a regulator.
        #[ink(message)]
        pub fn delegation(&self, prefix: Prefix) -> Option<Delegation> {
            answer(self.data.delegation(prefix))
        }

        /// Which organisation attested the registration of this number, by which document.
        #[ink(message)]
        pub fn attestation(&self, registration: u32, attestation: Attestation) -> Option<AttestationRecord> {
            answer(self.data.attestation(registration, attestation))
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            answer(self.data.member.access())
        }

        /// The contract in whose books the batches are.
        #[ink(message)]
        pub fn batches_contract(&self) -> Option<primitives::AccountId> {
            answer(self.data.batches())
        }

        fn batches(&self) -> Result<primitives::AccountId, Error> {
            self.data.batches().ok_or(Error::BatchesUnavailable)
        }

        fn access_contract(&self) -> Result<primitives::AccountId, Error> {
            self.data.member.access().ok_or(Error::AccessUnavailable)
        }

        /// A regulator that calls, and what `governance` says of it.
        #[inline(never)]
        fn regulator(&self) -> Result<(Call, Markets), Error> {
            let call = self.data.member.call(None)?;
            let known = self.markets_of(&call)?;
            Ok((call, known))
        }

        fn markets_of(&self, call: &Call) -> Result<Markets, Error> {
            call.ensure_role(Role::Regulator)?;
            self.markets(call.author()?)
        }

        #[inline(never)]
        fn markets(&self, authority: OrganisationId) -> Result<Markets, Error> {
            let deployment = ask_deployment(self.access_contract()?).flatten();
            let governance = deployment.ok_or(Refused::AccessUnavailable)?.governance;
            ask_markets(governance, authority).ok_or(Error::GovernanceUnavailable)
        }

        /// No role says what a delegate may do: so its suspension and the limits of its accounts are asked for.
        fn ensure_acts_for_delegate(&self, call: &Call) -> Result<(), Error> {
            let access = self.access_contract()?;
            let account = ask_account(access, call.account).ok_or(Error::AccessUnavailable)?;
            let limits = account.ok_or(Error::CallerNotAuthorised)?.limits;
            ensure(limits.site.is_none() && limits.roles.is_none(), Error::CallerNotAuthorised)?;
            let delegate = ask_rights(access, call.author()?).ok_or(Error::AccessUnavailable)?;
            ensure(!delegate.suspended, Error::CallerNotAuthorised)
        }

        fn is_regulator(&self, organisation: OrganisationId) -> Result<bool, Error> {
            let rights = ask_rights(self.access_contract()?, organisation).ok_or(Error::AccessUnavailable)?;
            Ok(rights.roles_at(now()).contains(Role::Regulator))
        }
    }

    impl Replaceable for Products {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.data.member.replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.member.has_layout(LAYOUT)
        }
    }
}
