//! Drug batches from manufacture to patient: what exists, where it is, and whether it may move. Who may make and release
//! them is in the contract `products`; what becomes of single units, and what a scan of a pack is answered with, in `units`.
//!
//! Invariant: after every message, the places of a batch over all sites add up to its registered quantity. No unit
//! appears or vanishes, which is what keeps copies out of the books.
//!
//! Every message that changes state first refuses with `AccessUnavailable`, `InSetUp`, `Paused` and, where it acts for a
//! site, `CallerNotAtSite`, in this order. Its own errors follow in the order in which it names them. A pause does not stop
//! what only restrains goods: `block`, `quarantine`, `follow_evidence`, `condemn`, `recall`, `acknowledge_recall`.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod place;

pub use data::{Data, LAYOUT};

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod batches {
    use ink::prelude::vec::Vec;
    use kernel::{answer, caller, emit, now, Call, ProductBooks, QuarantineBooks, Replaceable, UnitBooks};
    use primitives::batches::{
        Arrival, Batch, BatchBlocked, BatchRecalled, BatchRegistered, BatchRegistrationCancelled,
        BatchReleased, BatchUnblocked, Booked, Booking, BookingError, ClearanceReason, Contents,
        DecommissioningReverted, Error, EvidenceFollowed, Goods, GoodsCondemned, Holding, LogisticUnit,
        LogisticUnitDestroyed, LogisticUnitPacked, LogisticUnitUnpacked, Places, ProductRecalled, Purpose,
        QuarantineError, QuarantineReason, QuarantineReleased, QuarantineTarget, Recall, RecallAcknowledged,
        RecallNotice, RecallOfBatchEnded, RecallOfProductEnded, Registered, Registration, RejectionReason,
        Released, Shipment, ShipmentRejected, UnitPlace, UnitState, UnitsBooked, UnitsDecommissioned,
        UnitsQuarantined, UnitsReceived, UnitsShipped, Whereabouts,
    };
    use primitives::prefix::body_of_sscc;
    use primitives::{
        Actor, BatchId, CodeHash, DocumentHash, Extensible, Quantity, Question, Refused, SiteId, Sscc,
    };

    use crate::data::extensible;
    use crate::{Data, LAYOUT};

    kernel::events_of_contract!(
        BatchRegistered,
        BatchRegistrationCancelled,
        BatchReleased,
        BatchBlocked,
        BatchUnblocked,
        UnitsShipped,
        UnitsReceived,
        ShipmentRejected,
        LogisticUnitPacked,
        LogisticUnitUnpacked,
        LogisticUnitDestroyed,
        UnitsBooked,
        UnitsDecommissioned,
        DecommissioningReverted,
        UnitsQuarantined,
        EvidenceFollowed,
        QuarantineReleased,
        GoodsCondemned,
        BatchRecalled,
        RecallOfBatchEnded,
        ProductRecalled,
        RecallOfProductEnded,
        RecallAcknowledged,
    );

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Batches {
        data: Data,
    }

    impl Batches {
        /// An empty register in the deployment of the contract `access`.
        #[ink(constructor)]
        pub fn new(access: primitives::AccountId) -> Self {
            Self { data: Data::new(access) }
        }

        /// Cancels a registration before the batch is released: the GTIN and lot can be registered anew. Needs the batch's
        /// manufacturer (Manufacturer or QualityUnit) while nothing became of its units; or a Regulator, whatever became of
        /// them, unless another one blocked it less than two days ago.
        ///
        /// Event: `BatchRegistrationCancelled`. Errors, in this order: `UnknownBatch`, `CallerNotAuthorised`,
        /// `RegistrationFinal`.
        #[ink(message)]
        pub fn cancel_registration(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.cancel_registration(call, batch)?);
            Ok(())
        }

        /// Stops a batch from moving. Needs Regulator.
        ///
        /// Event: `BatchBlocked`. Errors, in this order: `UnknownBatch`, `CallerNotAuthorised`, `BatchBlocked`.
        #[ink(message)]
        pub fn block(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call_to_restrain(None)?;
            emit(&self.data.block(call, batch)?);
            Ok(())
        }

        /// Lets a blocked batch move again. Needs Regulator: the one that blocked it, or after two days another one.
        ///
        /// Event: `BatchUnblocked`. Errors, in this order: `UnknownBatch`, `CallerNotAuthorised`, `BatchNotBlocked`,
        /// `StoppedByAnother`.
        #[ink(message)]
        pub fn unblock(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.unblock(call, batch)?);
            Ok(())
        }

        /// Puts goods of the site `from` in transit to the site `to`, and returns the shipment's number. The consignee, and to
        /// supply the consignor, need a role that may hold drugs: Manufacturer, Wholesaler, Logistics, Pharmacy, Provider.
        /// What goes back of a batch with serials is condemned before, in a numbered case, or recalled: so it is known
        /// which packs came back. `terms` is the SHA-256 of the sealed terms of delivery, if there are any.
        ///
        /// Event: `UnitsShipped`. Errors, in this order: `CallerNotAuthorised`; for a logistic unit
        /// `UnknownLogisticUnit`, `LogisticUnitInside`, `LogisticUnitNotHeld`, `LogisticUnitInTransit`,
        /// `LogisticUnitQuarantined`, `LogisticUnitNotHeld` (returned permanently); `UnknownBatch`; to supply
        /// `BatchRecalled`, `BatchBlocked`, `NotReleased`, `BatchExpired`, `GoodsCondemned`, `LogisticUnitRecalled`, to
        /// return `ReturnNotToManufacturer`, `BatchBlocked`, `NotReleased`, `SerialRequired`; `ConsigneeIsConsignor`,
        /// `ConsigneeNotAuthorised`, `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn ship(
            &mut self,
            from: SiteId,
            goods: Goods,
            to: SiteId,
            purpose: Purpose,
            terms: Option<DocumentHash>,
        ) -> Result<u64, Error> {
            let question = Question { counterparty: Some(to), ..Question::about(caller(), Some(from)) };
            let (call, standing) = self.data.member.ask_to_run(question)?;
            let event = self.data.ship(call, goods, (to, standing.counterparty), purpose, terms)?;
            emit(&event);
            Ok(event.shipment)
        }

        /// Ships goods for a site whose organisation has no role any more that may hold drugs, so that nobody moves what it
        /// has. Needs Regulator. `document` is the SHA-256 of the order.
        ///
        /// Event: `UnitsShipped`. Errors, in this order: `CallerNotAuthorised`, `SiteActsItself`, those of `ship`.
        #[ink(message)]
        pub fn ship_for(
            &mut self,
            from: SiteId,
            goods: Goods,
            to: SiteId,
            purpose: Purpose,
            document: DocumentHash,
        ) -> Result<u64, Error> {
            let question = |site| Question { counterparty: Some(site), ..Question::about(caller(), None) };
            let (call, standing) = self.data.member.ask_to_run(question(to))?;
            let consignor = self.data.member.ask(question(from))?.1.counterparty;
            let (from, to) = ((from, consignor), (to, standing.counterparty));
            let event = self.data.ship_for(call, from, goods, to, (purpose, document))?;
            emit(&event);
            Ok(event.shipment)
        }

        /// Takes goods of a shipment over at the site, its consignee: all or part of them, the others stay in transit.
        /// Needs a role that may hold drugs.
        ///
        /// Event: `UnitsReceived`. Errors, in this order: `UnknownShipment`, `CallerNotConsignee`,
        /// `CallerNotAuthorised`, `ShipmentQuarantined` (a return that a regulator withholds), `NotInShipment`, `TooManyLogisticUnits`, `UnknownLogisticUnit`,
        /// `QuantityNotInShipment`, `QuantityZero`.
        #[ink(message)]
        pub fn receive(&mut self, site: SiteId, shipment: u64, arrival: Arrival) -> Result<(), Error> {
            let call = self.call_at(site)?;
            emit(&self.data.receive(call, shipment, arrival)?);
            Ok(())
        }

        /// Gives what is still in transit of a shipment back to its consignor. Needs the consignee, whose site is named,
        /// or a Regulator.
        ///
        /// Event: `ShipmentRejected`. Errors, in this order: `UnknownShipment`, `CallerNotConsignee`,
        /// `ShipmentQuarantined` (condemned goods that a regulator withholds).
        #[ink(message)]
        pub fn reject(
            &mut self,
            site: Option<SiteId>,
            shipment: u64,
            reason: RejectionReason,
        ) -> Result<(), Error> {
            let call = self.call_for(site)?;
            emit(&self.data.reject(call, shipment, reason)?);
            Ok(())
        }

        /// Packs and closes a logistic unit with this SSCC, of one batch, at the site. Needs a role that may hold drugs, and that
        /// the company prefix of the SSCC is registered for the caller's organisation; a numbered case needs Manufacturer of the batch's manufacturer.
        ///
        /// Event: `LogisticUnitPacked`. Errors, in this order: `CallerNotAuthorised`, `InvalidSscc`, `SsccOfAnother`,
        /// `LogisticUnitExists` (or was opened in the last 30 days); for units `UnknownBatch`; for a case `UnknownBatch`, `CallerNotAuthorised`,
        /// `CaseAlreadyPacked`, `UnknownCase`; for logistic units `TooManyLogisticUnits`, `UnknownLogisticUnit`,
        /// `LogisticUnitInside`, `LogisticUnitNotHeld`, `LogisticUnitInTransit`, `LogisticUnitQuarantined`,
        /// `MixedBatches`, `LogisticUnitRecalled`, `GoodsCondemned`, `NestedTooDeep`; `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn pack(&mut self, site: SiteId, logistic_unit: Sscc, contents: Contents) -> Result<(), Error> {
            let key = Some(body_of_sscc(logistic_unit));
            let question = Question { key, ..Question::about(caller(), Some(site)) };
            let (call, standing) = self.data.member.ask_to_run(question)?;
            let owner = standing.prefix.map(|prefix| prefix.organisation);
            emit(&self.data.pack(call, owner, logistic_unit, contents)?);
            Ok(())
        }

        /// Opens a logistic unit at the site: its units are loose then, or the logistic units in it stand alone; quarantined
        /// as before. Needs a role that may hold drugs.
        ///
        /// Event: `LogisticUnitUnpacked`. Errors, in this order: `CallerNotAuthorised`, `UnknownLogisticUnit`,
        /// `LogisticUnitInside`, `LogisticUnitNotHeld`, `LogisticUnitInTransit`, `LogisticUnitNotHeld` (a numbered case
        /// that was returned permanently), `GoodsCondemned` (a numbered case), `LogisticUnitQuarantined` (and recalled),
        /// `LogisticUnitRecalled`.
        #[ink(message)]
        pub fn unpack(&mut self, site: SiteId, logistic_unit: Sscc) -> Result<(), Error> {
            let call = self.call_at(site)?;
            emit(&self.data.unpack(call, logistic_unit)?);
            Ok(())
        }

        /// Takes units of the site out of the supply chain that are counted only: of a batch without serials; to be
        /// destroyed, those that were returned or are condemned, and of a batch that is recalled; or stolen and lost ones of
        /// any batch, by a document. Needs a role that may hold drugs; to dispense them, Pharmacy or Provider; to destroy
        /// them, none.
        ///
        /// Event: `UnitsDecommissioned`. Errors, in this order: `CallerNotAuthorised`, `UnknownBatch`,
        /// `DocumentMissing`, `SerialRequired`, `BatchRecalled`, `BatchBlocked`, `NotReleased`, `BatchExpired`, `QuantityZero`,
        /// `QuantityNotHeld`.
        #[ink(message)]
        pub fn decommission_quantity(
            &mut self,
            site: SiteId,
            batch: BatchId,
            quantity: Quantity,
            state: UnitState,
            document: Option<DocumentHash>,
        ) -> Result<(), Error> {
            let call = self.call_at(site)?;
            emit(&self.data.decommission_quantity(call, batch, quantity, state, document)?);
            Ok(())
        }

        /// Destroys a condemned logistic unit at the site, with all that is in it. Needs no role. `document` is the SHA-256 of
        /// the certificate of destruction.
        ///
        /// Event: `LogisticUnitDestroyed`. Errors, in this order: `UnknownLogisticUnit`, `LogisticUnitInside`,
        /// `LogisticUnitNotHeld`, `LogisticUnitInTransit`, `NotCondemned`.
        #[ink(message)]
        pub fn destroy(
            &mut self,
            site: SiteId,
            logistic_unit: Sscc,
            document: Option<DocumentHash>,
        ) -> Result<(), Error> {
            let call = self.call_at(site)?;
            emit(&self.data.destroy(call, logistic_unit, document)?);
            Ok(())
        }

        /// Undoes the site's last booking by quantity, or a part of it, within ten days. Needs the role that the booking
        /// needed.
        ///
        /// Event: `DecommissioningReverted`. Errors, in this order: `CallerNotAuthorised`, `UnknownBatch`,
        /// `NothingToRevert`, `QuantityZero`.
        #[ink(message)]
        pub fn revert_quantity(
            &mut self,
            site: SiteId,
            batch: BatchId,
            quantity: Quantity,
            state: UnitState,
        ) -> Result<(), Error> {
            let call = self.call_at(site)?;
            emit(&self.data.revert_quantity(call, batch, quantity, state)?);
            Ok(())
        }

        /// Quarantines goods. Of loose units of a batch with serials all, here; a part in `units`, by serial. Needs the site that has them (of a shipment the consignee), which is named, with a role that
        /// may hold drugs; or a Regulator.
        ///
        /// Event: `UnitsQuarantined`. Errors, in this order: `UnknownBatch`, `UnknownShipment`, `UnknownLogisticUnit`,
        /// `LogisticUnitInside`, `LogisticUnitInTransit`, `LogisticUnitNotHeld` (returned permanently), `GoodsCondemned`,
        /// `SerialRequired`, `CallerNotAuthorised`, `AlreadyQuarantined`, `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn quarantine(
            &mut self,
            site: Option<SiteId>,
            target: QuarantineTarget,
            reason: QuarantineReason,
        ) -> Result<(), Error> {
            let call = self.call_to_restrain(site)?;
            emit(&self.data.quarantine(call, target, reason)?);
            Ok(())
        }

        /// Follows evidence to goods that left suspect ones between its observation and its presentation, and quarantines what is
        /// free of them. The first of 2 to 8 stations is suspect: evidence about it was presented, or followed to it. Each next
        /// one is where the same goods were after that: a logistic unit that was packed of a site's loose units, a shipment of
        /// them, the loose units of the site where it ended, the logistic unit that was shipped, one that was inside. What
        /// ended is known for 30 days. Needs no role.
        ///
        /// Event: `EvidenceFollowed` for each step, and `UnitsQuarantined`. Errors, in this order: `TrailBroken`; for each step
        /// `NotSuspect`, `TrailBroken`, `NotSuspect`.
        #[ink(message)]
        pub fn follow_evidence(&mut self, trail: Vec<QuarantineTarget>) -> Result<(), Error> {
            let call = self.call_to_restrain(None)?;
            let (steps, quarantined) = self.data.follow_evidence(call, &trail)?;
            steps.iter().for_each(emit);
            quarantined.iter().for_each(emit);
            Ok(())
        }

        /// Ends a quarantine: the goods are free again. Needs a Regulator, or the batch's manufacturer where no Regulator
        /// quarantined the goods. What another Regulator quarantined stays so for two days.
        ///
        /// Event: `QuarantineReleased`. Errors, in this order: those of `quarantine` about the goods,
        /// `CallerNotAuthorised`, `SerialRequired`, `CallerNotAuthorised`, `StoppedByAnother`, `NotQuarantined`,
        /// `QuantityZero`, `QuantityNotQuarantined`.
        #[ink(message)]
        pub fn release_quarantine(
            &mut self,
            target: QuarantineTarget,
            reason: ClearanceReason,
        ) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.release_quarantine(call, target, reason)?);
            Ok(())
        }

        /// Condemns goods that are quarantined, or a logistic unit that is recalled: they can only be destroyed, or returned to
        /// the manufacturer. Of a batch with serials it must be known which units these are: a numbered case; loose ones in
        /// `units`, by serial. Needs a Regulator; or the site that has them, which is named, or the batch's manufacturer, where
        /// no Regulator quarantined the goods. The site needs no role.
        ///
        /// Event: `GoodsCondemned`. Errors, in this order: those of `quarantine` about the goods, `CallerNotAuthorised`,
        /// `SerialRequired`, `GoodsUnderWay`, `SerialRequired`, `NotQuarantined`, `QuantityZero`,
        /// `QuantityNotQuarantined`.
        #[ink(message)]
        pub fn condemn(&mut self, site: Option<SiteId>, target: QuarantineTarget) -> Result<(), Error> {
            let call = self.call_to_restrain(site)?;
            emit(&self.data.condemn(call, target)?);
            Ok(())
        }

        /// Recalls a released batch or a part of it. Needs a Regulator or the batch's manufacturer.
        ///
        /// Event: `BatchRecalled`. Errors, in this order: `UnknownBatch`, `CallerNotAuthorised`, `NotReleased`, `BatchRecalled`,
        /// `DeadlineInPast`, `TooManyRecalls`; for a range `SerialsNotRegistered`, `InvalidRange`; for a logistic unit
        /// `UnknownLogisticUnit`, `MixedBatches`, `LogisticUnitRecalled`.
        #[ink(message)]
        pub fn recall(&mut self, batch: BatchId, recall: Recall) -> Result<(), Error> {
            let call = self.call_to_restrain(None)?;
            emit(&self.data.recall(call, batch, recall)?);
            Ok(())
        }

        /// Ends a recall of a batch or of a part of it; its notice stays. Needs a Regulator, by another account than ordered it.
        /// What a Regulator ordered, or the caller's own organisation, stands for two days.
        ///
        /// Event: `RecallOfBatchEnded`. Errors, in this order: `UnknownBatch`, `CallerNotAuthorised`, `UnknownRecall`,
        /// `RecallEnded`, `RecallByCaller`, `RecallStands`.
        #[ink(message)]
        pub fn end_recall(
            &mut self,
            batch: BatchId,
            number: u8,
            document: DocumentHash,
        ) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.end_recall(call, batch, number, document)?);
            Ok(())
        }

        /// Acknowledges all recalls of the batch, and of its product, for the site. Needs a site that has or had units of it.
        ///
        /// Event: `RecallAcknowledged`. Errors, in this order: `UnknownBatch`, `CallerNotAuthorised`,
        /// `NothingToAcknowledge`.
        #[ink(message)]
        pub fn acknowledge_recall(&mut self, site: SiteId, batch: BatchId) -> Result<(), Error> {
            let call = self.call_to_restrain(Some(site))?;
            emit(&self.data.acknowledge_recall(call, batch)?);
            Ok(())
        }

        /// The batch.
        #[ink(message)]
        pub fn batch(&self, batch: BatchId) -> Option<Batch> {
            answer(self.data.batch(batch))
        }

        /// The batches from number `start` (from 0) in the order of their registration: at most `limit`, and never more
        /// than 50. A registration that was cancelled leaves a gap.
        #[ink(message)]
        pub fn batches(&self, start: u32, limit: u32) -> Vec<BatchId> {
            answer(self.data.list_batches(start, limit))
        }

        /// Where the batch's units are.
        #[ink(message)]
        pub fn mass_balance(&self, batch: BatchId) -> Option<Places> {
            answer(self.data.mass_balance(batch))
        }

        /// What the site has or had of the batch.
        #[ink(message)]
        pub fn holding(&self, batch: BatchId, site: SiteId) -> Holding {
            answer(self.data.holding(batch, site))
        }

        /// Every site that ever had units of the batch, from number `start` (from 0): at most `limit`, and never more than
        /// 50. The sum over all pages is what was registered.
        #[ink(message)]
        pub fn recall_reach(&self, batch: BatchId, start: u32, limit: u32) -> Vec<(SiteId, Holding)> {
            answer(self.data.recall_reach(batch, start, limit))
        }

        /// The recalls of the batch, at most 16, and behind them those of its product that concern it.
        #[ink(message)]
        pub fn recalls(&self, batch: BatchId) -> Vec<RecallNotice> {
            answer(self.data.all_recalls(batch))
        }

        /// The shipment, while anything of it is in transit.
        #[ink(message)]
        pub fn shipment(&self, shipment: u64) -> Option<Shipment> {
            answer(self.data.shipment(shipment))
        }

        /// The logistic unit, while it is packed.
        #[ink(message)]
        pub fn logistic_unit(&self, logistic_unit: Sscc) -> Option<LogisticUnit> {
            answer(self.data.logistic_unit(logistic_unit))
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            answer(self.data.member.access())
        }

        fn call(&self) -> Result<Call, Refused> {
            self.call_for(None)
        }

        fn call_at(&self, site: SiteId) -> Result<Call, Refused> {
            self.call_for(Some(site))
        }

        // One copy of it for all messages.
        #[inline(never)]
        fn call_for(&self, site: Option<SiteId>) -> Result<Call, Refused> {
            self.data.member.call(site)
        }

        #[inline(never)]
        fn call_to_restrain(&self, site: Option<SiteId>) -> Result<Call, Refused> {
            Ok(self.data.member.ask_to_restrain(Question::about(caller(), site))?.0)
        }
    }

    impl UnitBooks for Batches {
        #[ink(message)]
        fn whereabouts(
            &self,
            batch: BatchId,
            positions: Vec<u32>,
            site: Option<SiteId>,
        ) -> Option<Extensible<Whereabouts>> {
            answer(self.data.whereabouts(batch, &positions, site, now()).map(|known| extensible(&known)))
        }

        #[ink(message)]
        fn book_units(&mut self, booking: Booking) -> Result<Booked, BookingError> {
            // Who called the register of units, and the roles of that.
            let question = asked_by(booking.account, booking.acts_at);
            let restrains = |to| matches!(to, UnitPlace::QuarantineBySerial | UnitPlace::Condemned);
            let (call, standing) = if booking.moves.iter().all(|step| restrains(step.to)) {
                self.data.member.ask_to_restrain(question)?
            } else {
                self.data.member.ask_to_run(question)?
            };
            let (booked, events) = self.data.book_units(call, standing.through, booking)?;
            events.iter().for_each(emit);
            Ok(booked)
        }
    }

    impl ProductBooks for Batches {
        #[ink(message)]
        fn register(&mut self, registration: Registration) -> Result<Registered, Error> {
            let question = asked_by(registration.account, Some(registration.site));
            let (call, standing) = self.data.member.ask_to_run(question)?;
            let (registered, event) = self.data.register(call, standing.through, registration)?;
            emit(&event);
            Ok(registered)
        }

        #[ink(message)]
        fn release(&mut self, account: primitives::AccountId, batch: BatchId) -> Result<Released, Error> {
            let (call, standing) = self.data.member.ask_to_run(asked_by(account, None))?;
            let (released, event) = self.data.release(call, standing.through, batch)?;
            emit(&event);
            Ok(released)
        }

        #[ink(message)]
        fn registered(&self, batch: BatchId) -> Option<Extensible<Batch>> {
            answer(self.data.batch(batch).map(|batch| Extensible::from(&batch)))
        }

        #[ink(message)]
        fn recall_product(
            &mut self,
            account: primitives::AccountId,
            gtin: u64,
            recall: Recall,
        ) -> Result<Actor, Error> {
            let (call, standing) = self.data.member.ask_to_restrain(asked_by(account, None))?;
            let event = self.data.recall_product(call, standing.through, gtin, recall)?;
            emit(&event);
            Ok(event.by)
        }

        #[ink(message)]
        fn end_recall_of_product(
            &mut self,
            account: primitives::AccountId,
            gtin: u64,
            document: DocumentHash,
        ) -> Result<Actor, Error> {
            let (call, standing) = self.data.member.ask_to_run(asked_by(account, None))?;
            let event = self.data.end_recall_of_product(call, standing.through, gtin, document)?;
            emit(&event);
            Ok(event.by)
        }
    }

    /// A question about who called the contract that asks this one.
    fn asked_by(account: primitives::AccountId, site: Option<SiteId>) -> Question {
        Question { through: Some(caller()), ..Question::about(account, site) }
    }

    impl QuarantineBooks for Batches {
        #[ink(message)]
        fn quarantine_on_evidence(
            &mut self,
            target: QuarantineTarget,
            observed_at: Timestamp,
        ) -> Result<(), QuarantineError> {
            let call = self.call_to_restrain(None).map_err(Error::from)?;
            self.data.quarantine_on_evidence(call, target, observed_at)?.iter().for_each(emit);
            Ok(())
        }

        #[ink(message)]
        fn cleared_at(&self, target: QuarantineTarget) -> Option<Timestamp> {
            answer(self.data.cleared_at(target, now()))
        }
    }

    impl Replaceable for Batches {
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
