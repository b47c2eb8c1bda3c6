//! For tests only: a later version of `evidence` that counts what is presented, and so stores its state otherwise.
//!
//! It is how a new version is written: what was stored before is read by its own type, and written anew once.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
#[allow(unsafe_code, missing_docs)] // The macro writes it; we do not.
mod fixture_evidence_next {
    use kernel::{key, Item, Map, Member, Replaceable};
    use primitives::evidence::EvidencePolicy;
    use primitives::{CodeHash, FeedId, Subject};

    /// The layout before, and the one of this code.
    const BEFORE: u32 = 0x4556_0003;
    const LAYOUT: u32 = 0x4556_0004;
    /// The key of what changed, before and now.
    const BATCHES: u32 = key(b"BATC");

    /// The contract that knows the goods: all that was under this key before.
    type BatchesBefore = Item<primitives::AccountId, BATCHES>;

    /// What is under this key now.
    #[derive(Clone, Copy, Debug)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub struct Batches {
        /// New, and in front: what was stored before does not decode as this.
        presented: u64,
        contract: primitives::AccountId,
    }

    /// The same keys as before.
    #[ink(storage)]
    #[derive(Default)]
    pub struct FixtureEvidenceNext {
        member: Member,
        batches: Item<Batches, BATCHES>,
        policies: Map<FeedId, EvidencePolicy, { key(b"POLI") }>,
        last_presented: Map<(FeedId, Subject), Timestamp, { key(b"PRES") }>,
    }

    impl FixtureEvidenceNext {
        /// A new contract of this version.
        #[ink(constructor)]
        pub fn new(access: primitives::AccountId, batches: primitives::AccountId) -> Self {
            let mut contract = Self::default();
            contract.member.join(LAYOUT, access);
            contract.batches.set(&Batches { presented: 0, contract: batches });
            contract
        }

        /// How much evidence was presented since this version.
        #[ink(message)]
        pub fn presented(&self) -> Option<u64> {
            self.batches.get().map(|batches| batches.presented)
        }

        /// Which reports of the feed are evidence.
        #[ink(message)]
        pub fn policy(&self, feed: FeedId) -> Option<EvidencePolicy> {
            self.policies.get(feed)
        }

        /// When the inputs of the last report of the feed about the subject were observed that was presented.
        #[ink(message)]
        pub fn presented_at(&self, feed: FeedId, subject: Subject) -> Option<Timestamp> {
            self.last_presented.get((feed, subject))
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            self.member.access()
        }

        /// The contract that knows the goods.
        #[ink(message)]
        pub fn batches(&self) -> Option<primitives::AccountId> {
            self.batches.get().map(|batches| batches.contract)
        }
    }

    impl Replaceable for FixtureEvidenceNext {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.member.replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            if self.member.has_layout(BEFORE) {
                let Some(contract) = BatchesBefore::default().get() else { return false };
                self.batches.set(&Batches { presented: 0, contract });
                self.member.set_layout(LAYOUT);
            }
            self.member.has_layout(LAYOUT)
        }
    }
}
