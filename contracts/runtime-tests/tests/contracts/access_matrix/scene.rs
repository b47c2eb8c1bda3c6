//! A chain on which one organisation is a party to everything that can be sent, and has all roles.

use contract_runtime_tests::{
    bundle, feed, new_batch, recall, shipping, sscc, Agent, Anything, BatchInHand, Operators, Party, World,
};
use primitives::access::{Deployment, Limits};
use primitives::batches::{
    Arrival, Contents, QuarantineReason, QuarantineTarget, RecallClass, RecallReason, RecallScope,
    RejectionReason, UnitState,
};
use primitives::evidence::{self, EvidencePolicy};
use primitives::feeds::{self, Report, Signature};
use primitives::governance::{Action, Market, APPLY_WINDOW, CHANGE_DELAY};
use primitives::products::{NewProduct, WithdrawalRecall};
use primitives::{AccountId, BatchId, DocumentHash, OrganisationId, Prefix, Role, RoleSet, Sscc, CUSTODIANS};
use scale::Encode;
use testing::goods::{new_product, prefix_of, sscc_of, GTIN};

/// The actor's market.
const FRANCE: Market = Market(*b"FR");

/// The roles of organisations.
pub const OWN_ROLES: [Role; 11] = [
    Role::Admin,
    Role::Regulator,
    Role::Manufacturer,
    Role::Logistics,
    Role::Wholesaler,
    Role::Pharmacy,
    Role::Provider,
    Role::Insurer,
    Role::Operator,
    Role::Auditor,
    Role::QualityUnit,
];

/// After how many milliseconds the time of the account is over whose time ends.
pub const ENDS_AFTER: u64 = 1_000;
/// After how many milliseconds all roles of the organisation are over.
pub const EXPIRES_AFTER: u64 = 10_000;

/// What the messages name.
#[derive(Debug)]
pub struct Scene {
    /// The organisation that is a party to everything.
    pub organisation: OrganisationId,
    /// Its steward, at its first site.
    pub actor: Agent,
    /// An account of it that is limited to the first site.
    pub at_site: AccountId,
    /// An account of it that is limited to its second site.
    pub elsewhere: AccountId,
    /// An account of it that is limited to Insurer.
    pub one_role: AccountId,
    /// A steward of it whose time ends.
    pub ending: AccountId,
    /// An account that was removed from it.
    pub removed: AccountId,
    /// Of an organisation with every role that may hold drugs, which is a party to nothing.
    pub foreigner: Agent,
    /// An organisation with Admin, whose steward sends nothing.
    pub deputy: OrganisationId,
    /// A suspended organisation with Regulator.
    pub authority: OrganisationId,
    /// Released, with serials: most of it is with the actor, who made it.
    pub released: BatchInHand,
    /// Released, without serials.
    pub plain: BatchId,
    /// Only registered, by the actor.
    pub fresh: BatchId,
    /// Attested in full, and not released.
    pub attested: BatchId,
    /// Blocked today, and the actor's.
    pub blocked: BatchId,
    /// Blocked two days ago, and the actor's.
    pub blocked_for_two_days: BatchId,
    /// Recalled by a regulator, and the actor's.
    pub recalled: BatchId,
    /// Recalled by its maker.
    pub recalled_by_maker: BatchId,
    /// Registered by another manufacturer.
    pub of_another: BatchId,
    /// On its way to the actor.
    pub shipment: u64,
    /// Closed, with the actor.
    pub case: u64,
    /// Condemned, with the actor.
    pub condemned: u64,
    /// Quarantined, by the actor itself and by a regulator.
    pub apart: [QuarantineTarget; 2],
    /// Goods of the actor about which there is a report over the policy's threshold.
    pub warm: QuarantineTarget,
    /// Goods that evidence was presented about, and what left them before.
    pub trail: [QuarantineTarget; 2],
    /// A report that is signed and was not sent.
    pub report: (Report, Vec<Signature>),
    /// A contract whose state changes are stopped.
    pub paused: AccountId,
    /// What `access` stores once.
    pub deployment: Deployment,
}

/// The proposal that was not applied in time.
pub const LAPSED: u32 = 0;
/// The proposal whose delay is over: new code for `evidence`, which is its own.
pub const DUE: u32 = 1;
/// The proposal whose delay is not over.
pub const EARLY: u32 = 2;

/// Code that is on chain, and that no contract runs: proposed, and not.
pub fn new_codes() -> [[u8; 32]; 2] {
    ["fixture_evidence_next", "fixture_hostile"].map(|name| primitives::blake2_256(&bundle(name).wasm))
}

/// A GS1 company prefix of seven digits.
pub fn prefix(digits: u64) -> Prefix {
    Prefix { length: 7, digits }
}

/// The prefixes of the actor, and of another organisation.
pub const PREFIXES: [u64; 2] = [4_000_001, 4_000_002];

impl Scene {
    /// The chain, and what is on it.
    pub fn new() -> (World, Self) {
        let mut world = World::in_set_up();
        let upgrade = Action::Upgrade {
            contract: world.evidence,
            code: primitives::blake2_256(&bundle("evidence").wasm),
        };
        assert_eq!(world.govern::<u32>(Party::Administrator, "propose", upgrade), LAPSED);
        world.pass(APPLY_WINDOW + 1);
        assert_eq!(world.govern::<u32>(Party::Administrator, "propose", upgrade), DUE);
        world.administer("offer_administration", Party::Stranger.id());
        world.pass(CHANGE_DELAY);

        // No number of an organisation is that of a site of it.
        let deputy = world.register_organisation("Deputy", Party::Administrator.account("deputy"));
        world.grant(deputy, Role::Admin, None);
        for _ in 0..2 {
            world.register_site(deputy);
        }
        let actor = Party::Stranger;
        let organisation = world.register_organisation("Actor", actor);
        // One delay passes below.
        let end = world.now() + CHANGE_DELAY + EXPIRES_AFTER;
        world.administer("register_prefix", (organisation, prefix_of(organisation)));
        OWN_ROLES.into_iter().for_each(|role| world.grant(organisation, role, Some(end)));
        world.administer("set_market", (FRANCE, Some(organisation)));
        let [site, second] = [(); 2].map(|()| world.register_site(organisation));
        let mut add = |name: &str, limits: Limits| {
            let account = actor.account(name);
            world.endow(account);
            world.govern::<()>(actor, "add_account", (organisation, account, limits));
            account
        };
        let at_site = add("at site", Limits { site: Some(site), ..Limits::default() });
        let elsewhere = add("elsewhere", Limits { site: Some(second), ..Limits::default() });
        let insurer = RoleSet::of(&[Role::Insurer]);
        let one_role = add("one role", Limits { roles: Some(insurer), ..Limits::default() });
        let until = Some(end - EXPIRES_AFTER + ENDS_AFTER);
        let ending = add("ending", Limits { until, ..Limits::STEWARD });
        let removed = add("removed", Limits::STEWARD);
        world.govern::<()>(actor, "remove_account", removed);
        let authority = world.register_organisation("Authority", Party::Administrator.account("authority"));
        world.grant(authority, Role::Regulator, None);
        for (organisation, digits) in [organisation, Party::Auditor.organisation()].into_iter().zip(PREFIXES)
        {
            world.administer("register_prefix", (organisation, prefix(digits)));
        }
        let foreigner = Agent::from(Party::OtherPharmacy);
        for role in Role::ALL.into_iter().filter(|role| CUSTODIANS.contains(*role)) {
            world.grant(Party::OtherPharmacy.organisation(), role, None);
        }
        for contract in [world.units, world.evidence, world.governance, world.products] {
            world.endow(contract);
        }
        world.end_set_up();

        // Three products of the actor's market, of which one was withdrawn two days ago; and a prefix that the authority of
        // another market delegated to it.
        for number in [0, 1, 2] {
            world.decided(actor, "authorise", vec![product(organisation, number)]);
        }
        let recall_of_product = WithdrawalRecall {
            class: RecallClass::II,
            reason: RecallReason::QualityDefect,
            instructions: DocumentHash([0x44; 32]),
            acknowledge_by: u64::MAX,
        };
        world.decided(at_site, "withdraw", (gtin(2), recall_of_product));
        let delegated = (prefix_of(Party::Manufacturer.organisation()), Some(organisation));
        world.decided(Party::Regulator, "delegate", delegated);
        let actor = Agent { account: actor.id(), site };
        let blocked_for_two_days = world.register_by(actor, new_batch("BLOCKED-LONG", 100, None));
        world.done(Party::Regulator, "block", blocked_for_two_days);
        world.pass(CHANGE_DELAY);

        let mut released = BatchInHand::of("RELEASED", 100);
        released.new.units_per_case = Some(10);
        world.register_by(actor, released.new.clone());
        let [plain, fresh, attested, blocked, recalled] =
            ["PLAIN", "FRESH", "ATTESTED", "BLOCKED", "RECALLED"]
                .map(|lot| world.register_by(actor, new_batch(lot, 100, None)));
        let of_another = world.register_plain("ANOTHER", 100);
        let recalled_by_maker = world.register_plain("RECALLED BY MAKER".replace(' ', "-").as_str(), 10);
        world.attest_and_release(recalled_by_maker);
        let today = world.now();
        let by_maker = (recalled_by_maker, recall(RecallScope::Batch, today));
        world.done(Party::Manufacturer, "recall", by_maker);
        for batch in [released.id, plain, attested, recalled] {
            world.attest(actor, batch);
        }
        for batch in [released.id, plain, recalled] {
            world.release(actor, batch);
        }
        world.done(Party::Regulator, "block", blocked);
        let now = world.now();
        world.done(Party::Regulator, "recall", (recalled, recall(RecallScope::Batch, now)));

        // Goods on their way to the actor, and in a closed case with it.
        world.hand_over(plain, actor, Party::Wholesaler, 20);
        // The provider is suspended below, and has these.
        world.hand_over(plain, actor, Party::Provider, 5);
        let shipment = world.ship(plain, Party::Wholesaler, actor, 10);
        let case = sscc_of(organisation, 1);
        world.done(actor, "pack", (site, case, Contents::Units { batch: plain, quantity: 5 }));
        let holding = |batch, quantity| QuarantineTarget::Holding { batch, site, quantity };
        let apart = [holding(plain, Some(2)), holding(attested, Some(2))];
        world.done(actor, "quarantine", (Some(site), apart[0], QuarantineReason::Damaged));
        world.done(Party::Regulator, "quarantine", (None::<u32>, apart[1], QuarantineReason::Damaged));

        // Units that the actor took out of the supply chain, one that another one did, some that are quarantined, and an alarm.
        world.hand_over(released.id, actor, Party::Pharmacy, 10);
        let pharmacy = Agent::from(Party::Pharmacy);
        for (by, number) in [(actor, 1), (pharmacy, 2)] {
            of_units(&mut world, by, "decommission", (by.site, released.leaving(number, UnitState::Sample)));
        }
        for (by, number, own) in [(actor, 6, Some(site)), (Agent::from(Party::Regulator), 7, None::<u32>)] {
            let named = (own, site, released.id, released.units(&[number]), false);
            of_units(&mut world, by, "quarantine", (named, QuarantineReason::Damaged));
        }
        // A case to be destroyed, and what was booked by number.
        let condemned = sscc_of(organisation, 3);
        world.done(actor, "pack", (site, condemned, Contents::Units { batch: plain, quantity: 5 }));
        let target = QuarantineTarget::LogisticUnit(condemned);
        world.done(actor, "quarantine", (Some(site), target, QuarantineReason::Damaged));
        world.done(actor, "condemn", (Some(site), target));
        let sample = (site, plain, 1_u64, UnitState::Sample, None::<DocumentHash>);
        world.done(actor, "decommission_quantity", sample);
        of_units(&mut world, pharmacy, "dispense", (pharmacy.site, released.pack(3)));
        of_units(&mut world, foreigner, "dispense", (foreigner.site, released.pack(3)));

        let warm = holding(fresh, None);
        // What left these goods meanwhile is suspect.
        let suspect = QuarantineTarget::holding(of_another, Party::Manufacturer.site());
        let report = reports(&mut world, actor, [warm, suspect]);
        let left = (Party::Manufacturer.site(), sscc(5), Contents::Units { batch: of_another, quantity: 5 });
        world.done(Party::Manufacturer, "pack", left);
        let presented: Result<(), evidence::Error> =
            world.call(Party::Stranger, world.evidence, "present", (suspect, feed()));
        assert_eq!(presented, Ok(()));
        let trail = [suspect, QuarantineTarget::LogisticUnit(sscc(5))];

        // What the messages of `governance` name.
        for suspended in [Party::Provider.organisation(), authority] {
            world.administer("suspend_organisation", suspended);
        }
        let paused = Party::Auditor.account("a contract");
        world.administer("pause", paused);
        let codes = ["fixture_evidence_next", "fixture_hostile"].map(|name| world.upload(name));
        assert_eq!(codes, new_codes());
        let upgrade = Action::Upgrade { contract: world.units, code: codes[0] };
        assert_eq!(world.govern::<u32>(Party::Administrator, "propose", upgrade), EARLY);
        let deployment = world.deployment();
        let scene = Self {
            deployment,
            organisation,
            actor,
            at_site,
            elsewhere,
            one_role,
            ending,
            removed,
            foreigner,
            deputy,
            authority,
            released,
            plain,
            fresh,
            attested,
            blocked,
            blocked_for_two_days,
            recalled,
            recalled_by_maker,
            of_another,
            shipment,
            case,
            condemned,
            apart,
            warm,
            trail,
            report,
            paused,
        };
        (world, scene)
    }

    /// A logistic unit of the actor.
    pub fn sscc(&self, number: u64) -> Sscc {
        sscc_of(self.organisation, number)
    }

    /// A product of the actor, in its market.
    pub fn product(&self, number: u64) -> NewProduct {
        product(self.organisation, number)
    }

    /// A product of the prefix that is delegated to the actor, in the market of the other authority.
    pub fn delegated(&self) -> NewProduct {
        let payload = prefix_of(Party::Manufacturer.organisation()).digits * 100_000;
        let gtin = payload * 10 + u64::from(gs1::check_digit(payload));
        NewProduct { gtin, ..new_product(Party::Manufacturer.organisation()) }
    }

    /// Loose units of the actor that go to the pharmacy, behind the consignor.
    pub fn shipping(&self) -> impl Encode {
        let (_, goods, to, purpose, terms) = shipping(self.plain, self.actor, Party::Pharmacy, 1);
        (goods, to, purpose, terms)
    }

    /// What rejects the shipment, behind the site.
    pub fn rejection(&self) -> impl Encode {
        (self.shipment, RejectionReason::Damaged)
    }

    /// What receives the shipment, behind the site.
    pub fn arrival(&self) -> impl Encode {
        (self.shipment, Arrival::Units(10))
    }
}

/// The product of all batches, and others by their numbers.
pub fn gtin(number: u64) -> u64 {
    if number == 0 {
        return GTIN;
    }
    let payload = 950_600_000_000 + number;
    payload * 10 + u64::from(gs1::check_digit(payload))
}

fn product(organisation: OrganisationId, number: u64) -> NewProduct {
    let makers = vec![Party::Manufacturer.organisation()];
    NewProduct { gtin: gtin(number), makers, markets: vec![FRANCE], ..new_product(organisation) }
}

#[track_caller]
fn of_units(world: &mut World, by: Agent, message: &str, arguments: impl Encode) {
    let receipt = world.measure::<Anything>(by, world.units, message, arguments).unwrap();
    assert!(!receipt.reverted, "{message}");
}

/// A feed, reports over the threshold about `warm` goods, a request of the actor; and a report that is not sent yet.
fn reports(world: &mut World, actor: Agent, warm: [QuarantineTarget; 2]) -> (Report, Vec<Signature>) {
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let policy = EvidencePolicy { feeds: world.feeds, threshold: 500_000, max_age: 60_000 };
    let set: Result<(), evidence::Error> =
        world.call(Party::Regulator, world.evidence, "set_policy", (feed(), Some(policy)));
    assert_eq!(set, Ok(()));
    for target in warm {
        let first = Report { subject: target.subject(world.batches), ..world.report(1, &[612_500]) };
        let sent: Result<(), feeds::Error> =
            world.call(Party::Provider, world.feeds, "report", (&first, operators.sign(&first, &[0])));
        assert_eq!(sent, Ok(()));
    }
    let next = world.report(1, &[612_500]);
    let deadline = world.now() + 60_000;
    let asked: Result<u64, feeds::Error> =
        world.call(actor, world.feeds, "request_result", (feed(), next.subject, deadline));
    assert_eq!(asked, Ok(0));
    (next.clone(), operators.sign(&next, &[0]))
}
