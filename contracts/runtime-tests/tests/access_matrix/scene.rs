//! A chain on which one organisation is a party to everything that can be sent, and has no role any more.

use batches::{
    Arrival, Attestation, Contents, Goods, NewBatch, Purpose, QuarantineReason, QuarantineTarget,
    RecallScope, RejectionReason, UnitState,
};
use contract_runtime_tests::{feed, new_batch, recall, sscc, Anything, BatchInHand, Operators, Party, World};
use evidence::EvidencePolicy;
use feeds::Report;
use primitives::{BatchId, DocumentHash, Role};

/// The caller of most columns: a party to everything.
pub const ACTOR: Party = Party::Stranger;
/// Holds every role that may hold drugs, and is a party to nothing.
pub const FOREIGNER: Party = Party::OtherPharmacy;

/// The chain, and what the messages name.
#[derive(Debug)]
pub struct Scene {
    pub world: World,
    /// Released, with serials: most of it is with the actor, who made it.
    pub released: BatchInHand,
    /// Released, without serials.
    pub plain: BatchId,
    /// Only registered, by the actor.
    pub fresh: BatchId,
    /// Attested in full, by the actor's regulator and auditor, and not released.
    pub attested: BatchId,
    /// Blocked, and the actor's.
    pub blocked: BatchId,
    /// Recalled, and the actor's.
    pub recalled: BatchId,
    /// Registered by another manufacturer.
    pub of_another: BatchId,
    /// On its way to the actor.
    pub shipment: u64,
    /// Closed, with the actor.
    pub case: u64,
    /// Set apart, by the actor itself and by a regulator.
    pub apart: [QuarantineTarget; 2],
    /// Goods of the actor about which there is a report over the policy's threshold.
    pub warm: QuarantineTarget,
    /// A report that is signed and was not sent.
    pub report: (Report, Vec<feeds::Signature>),
}

/// Sends a message of `access` as the administrator: it must succeed.
#[track_caller]
pub fn administer(world: &mut World, message: &str, arguments: impl scale::Encode) {
    let done: Result<(), access::Error> = world.call(Party::Administrator, world.access, message, arguments);
    assert_eq!(done, Ok(()), "{message}");
}

/// Gives the actor a role.
pub fn grant(world: &mut World, role: Role, end: Option<u64>) {
    administer(world, "grant_role", (role, ACTOR.id(), end));
}

fn of_units(world: &mut World, by: Party, message: &str, arguments: impl scale::Encode) {
    let receipt = world.measure::<Anything>(by, world.units, message, arguments).unwrap();
    assert!(!receipt.reverted, "{message}");
}

impl Scene {
    pub fn new() -> Self {
        let mut world = World::new();
        let organisation = (ACTOR.id(), "Actor".to_owned(), access::Identifier::Uri("urn:test:actor".into()));
        administer(&mut world, "register_organisation", organisation);
        for role in [Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Provider] {
            grant(&mut world, role, None);
            administer(&mut world, "grant_role", (role, FOREIGNER.id(), None::<u64>));
        }
        let released = Self::registered(&mut world, "RELEASED", true);
        let [plain, fresh, attested, blocked, recalled] =
            ["PLAIN", "FRESH", "ATTESTED", "BLOCKED", "RECALLED"]
                .map(|lot| Self::register(&mut world, ACTOR, new_batch(lot, 100, None)));
        let of_another = Self::register(&mut world, Party::Manufacturer, new_batch("ANOTHER", 100, None));
        for batch in [released.id, plain, attested, recalled] {
            Self::attest(&mut world, batch);
        }
        for batch in [released.id, plain, recalled] {
            world.done(ACTOR, "release", batch);
        }
        world.done(Party::Regulator, "block", blocked);
        let now = world.now();
        world.done(Party::Regulator, "recall", (recalled, recall(RecallScope::Batch, now)));

        // Goods on their way to the actor, and in a closed case with it.
        world.hand_over(plain, ACTOR, Party::Wholesaler, 20);
        let shipment = world.ship(plain, Party::Wholesaler, ACTOR, 10);
        let case = sscc(1);
        world.done(ACTOR, "pack", (case, Contents::Units { batch: plain, quantity: 5 }));
        let apart = [(released.id, ACTOR), (attested, Party::Regulator)].map(|(batch, by)| {
            let target = QuarantineTarget::Holding { batch, holder: ACTOR.id(), quantity: Some(2) };
            world.done(by, "quarantine", (target, QuarantineReason::Damaged));
            target
        });

        // Units that the actor took out of the supply chain, one that another locked, and an alarm.
        world.hand_over(released.id, ACTOR, Party::Pharmacy, 10);
        for (by, number, state) in [(ACTOR, 1, UnitState::Sample), (Party::Pharmacy, 2, UnitState::Locked)] {
            let (batch, serial, proof) = released.unit(number);
            of_units(&mut world, by, "decommission", (batch, serial, proof, state));
        }
        of_units(&mut world, Party::Pharmacy, "dispense", released.unit(3));
        of_units(&mut world, FOREIGNER, "dispense", released.unit(3));

        let operators = Operators::new(1);
        world.with_feed(&operators, 0);
        let warm = QuarantineTarget::Holding { batch: fresh, holder: ACTOR.id(), quantity: None };
        let policy = EvidencePolicy { feeds: world.feeds, threshold: 500_000, max_age: 60_000 };
        let set: Result<(), evidence::Error> =
            world.call(Party::Regulator, world.evidence, "set_policy", (feed(), Some(policy)));
        assert_eq!(set, Ok(()));
        let about = warm.subject(world.batches);
        let first = Report { subject: about, ..world.report(1, &[612_500]) };
        let sent: Result<(), feeds::Error> =
            world.call(Party::Provider, world.feeds, "report", (&first, operators.sign(&first, &[0])));
        assert_eq!(sent, Ok(()));
        let next = world.report(1, &[612_500]);
        let report = (next.clone(), operators.sign(&next, &[0]));
        let asked: Result<u64, feeds::Error> =
            world.call(ACTOR, world.feeds, "request_result", (feed(), next.subject, now + 60_000));
        assert_eq!(asked, Ok(0));

        // What the messages of `access` name.
        administer(&mut world, "suspend_organisation", Party::Provider.id());
        administer(&mut world, "grant_role", (Role::Patient, Party::Auditor.id(), None::<u64>));
        administer(&mut world, "pause", Party::Auditor.id());
        let evidence = world.evidence;
        administer(&mut world, "propose_upgrade", (evidence, [9_u8; 32]));
        for role in [Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Provider] {
            administer(&mut world, "revoke_role", (role, ACTOR.id()));
        }
        Self {
            world,
            released,
            plain,
            fresh,
            attested,
            blocked,
            recalled,
            of_another,
            shipment,
            case,
            apart,
            warm,
            report,
        }
    }

    fn registered(world: &mut World, lot: &str, cases: bool) -> BatchInHand {
        let mut batch = BatchInHand::of(lot, 100);
        batch.new.units_per_case = cases.then_some(10);
        Self::register(world, ACTOR, batch.new.clone());
        batch
    }

    fn register(world: &mut World, by: Party, new: NewBatch) -> BatchId {
        let id: Result<BatchId, batches::Error> = world.call(by, world.batches, "register_batch", new);
        id.expect("the registration is right")
    }

    fn attest(world: &mut World, batch: BatchId) {
        let by = [ACTOR, Party::Auditor, Party::Regulator];
        for (party, attestation) in by.into_iter().zip(Attestation::REQUIRED) {
            world.done(party, "attest", (batch, attestation, DocumentHash([0x44; 32])));
        }
    }

    /// Loose units of the actor that go to the pharmacy.
    pub fn shipping(&self) -> impl scale::Encode {
        let goods = Goods::Units { batch: self.plain, quantity: 1 };
        (goods, Party::Pharmacy.id(), Purpose::Supply, None::<DocumentHash>)
    }

    /// What rejects the shipment.
    pub fn rejection(&self) -> impl scale::Encode {
        (self.shipment, RejectionReason::Damaged)
    }

    /// What receives the shipment.
    pub fn arrival(&self) -> impl scale::Encode {
        (self.shipment, Arrival::Units(10))
    }
}
