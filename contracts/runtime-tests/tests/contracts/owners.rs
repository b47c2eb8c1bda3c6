//! Who may make, pack, attest, recall and free what: the review's scenarios, and what belongs to their kind.

use contract_runtime_tests::{new_batch, recall, sscc, Agent, BatchInHand, Party, World};
use primitives::access::Limits;
use primitives::batches::{
    Arrival, Batch, ClearanceReason, Contents, Error, Goods, Purpose, QuarantineReason, QuarantineTarget,
    RecallClass, RecallNotice, RecallReason, RecallScope, UnitState,
};
use primitives::governance::{Action, Market, CHANGE_DELAY};
use primitives::products::{self, Attestation, NewBatch, NewProduct, Product, WithdrawalRecall};
use primitives::units::{self, Outcome, Reason, Scan, UnitOutcome, Verdict};
use primitives::{AccountId, BatchId, DocumentHash, Grant, OrganisationId, Role, RoleSet, SiteId};
use scale::Encode;
use testing::goods::{new_product, prefix_of, GTIN};

const DOCUMENT: DocumentHash = DocumentHash([0x44; 32]);
const FRANCE: Market = Market(*b"FR");

/// A manufacturer of its own, in its roles, with a site and a company prefix: no product is authorised for it.
fn stranger_in_the_trade(world: &mut World, name: &str) -> (OrganisationId, Agent) {
    let account = Party::Stranger.account(name);
    world.endow(account);
    let organisation = world.register_organisation(name, account);
    world.grant(organisation, Role::Manufacturer, None);
    world.grant(organisation, Role::QualityUnit, None);
    let site = world.register_site(organisation);
    world.administer("register_prefix", (organisation, prefix_of(organisation)));
    (organisation, Agent { account, site })
}

/// Another regulator, of the market France.
fn other_regulator(world: &mut World) -> AccountId {
    let account = Party::Stranger.account("another regulator");
    world.endow(account);
    let organisation = world.register_organisation("Regulator-of-France", account);
    let grant = Grant { role: Role::Regulator, expires_at: None };
    world.decide(Action::Grant { organisation, grant });
    world.decide(Action::Market { market: FRANCE, authority: Some(organisation) });
    account
}

fn second_inspector(world: &mut World) -> AccountId {
    world.add_account(Party::Regulator, "second inspector", Limits::default()).account
}

#[track_caller]
fn refused(world: &mut World, by: impl Into<AccountId>, message: &str, arguments: impl Encode) -> Error {
    let result: Result<(), Error> =
        world.changing_nothing(|world| world.call(by, world.batches, message, arguments));
    result.expect_err(message)
}

#[track_caller]
fn not_decided(
    world: &mut World,
    by: impl Into<AccountId>,
    message: &str,
    arguments: impl Encode,
) -> products::Error {
    let result: Result<(), products::Error> =
        world.changing_nothing(|world| world.call(by, world.products, message, arguments));
    result.expect_err(message)
}

#[track_caller]
fn not_registered(world: &mut World, by: Agent, new: NewBatch) -> products::Error {
    let result: Result<BatchId, products::Error> =
        world.changing_nothing(|world| world.call(by, world.products, "register_batch", (by.site, new)));
    result.expect_err("it is not registered")
}

fn batch(world: &mut World, id: BatchId) -> Option<Batch> {
    world.call(Party::Stranger, world.batches, "batch", id)
}

fn verdict(world: &mut World, scan: Scan) -> Verdict {
    let verdict: Result<Verdict, units::Error> = world.call(Party::Stranger, world.units, "verdict", scan);
    verdict.unwrap()
}

fn at_counter(world: &mut World, batch: &BatchInHand, number: usize) -> Verdict {
    verdict(world, Scan { site: Some(Party::Pharmacy.site()), ..batch.scan(number) })
}

fn dispense(world: &mut World, batch: &BatchInHand, number: usize) -> Result<UnitOutcome, units::Error> {
    world.call(Party::Pharmacy, world.units, "dispense", (Party::Pharmacy.site(), batch.pack(number)))
}

fn withdrawal(world: &mut World) -> WithdrawalRecall {
    let acknowledge_by = world.now() + 86_400_000;
    let (class, reason) = (RecallClass::I, RecallReason::QualityDefect);
    WithdrawalRecall { class, reason, instructions: DOCUMENT, acknowledge_by }
}

/// A product that only this organisation makes, in place of everybody.
fn only_for(world: &mut World, holder: OrganisationId) {
    world.decided(Party::Regulator, "change", new_product(holder));
}

#[test]
fn h1_a_stranger_registers_nobodys_product_and_recalls_nothing_of_it() {
    let mut world = World::new();
    only_for(&mut world, Party::Manufacturer.organisation());
    let (_, squatter) = stranger_in_the_trade(&mut world, "Squatter");
    let lot = new_batch("L-2027-014", 1, None);
    assert_eq!(not_registered(&mut world, squatter, lot), products::Error::NotMaker);
    let unauthorised = NewBatch { gtin: 4_150_123_456_782, ..new_batch("L-1", 1, None) };
    assert_eq!(not_registered(&mut world, squatter, unauthorised), products::Error::UnknownProduct);

    let owned = world.register("L-2027-014", 10);
    let now = world.now();
    let whole = (owned.id, recall(RecallScope::Batch, now));
    assert_eq!(refused(&mut world, squatter, "recall", whole), Error::CallerNotAuthorised);
    // Past the register of products nobody registers.
    let new = testing::goods::registration(squatter.account, squatter.site, new_batch("L-2", 1, None));
    let past_it: Result<primitives::batches::Registered, Error> =
        world.changing_nothing(|world| world.call(squatter, world.batches, "ProductBooks::register", new));
    assert_eq!(past_it, Err(Error::NotProductRegister));
}

/// A maker that the holder named registers the next lot for itself, and makes it as final as it can.
#[test]
fn h1_a_registration_that_was_wrong_is_taken_back_whatever_its_author_did_since() {
    let mut world = World::new();
    let (organisation, maker) = stranger_in_the_trade(&mut world, "Maker");
    let makers = vec![organisation];
    let product = NewProduct { makers, ..new_product(Party::Manufacturer.organisation()) };
    world.decided(Party::Regulator, "change", product);
    let owned = BatchInHand::of("L-2027-014", 10);
    let mut wrong = owned.new.clone();
    wrong.units_per_case = Some(4);
    world.register_by(maker, wrong);
    let own_sscc = testing::goods::sscc_of(organisation, 1);
    world.done(maker, "pack", (maker.site, own_sscc, Contents::Case { batch: owned.id, number: 0 }));
    let taken: Result<UnitOutcome, units::Error> =
        world.call(maker, world.units, "decommission", (maker.site, owned.leaving(5, UnitState::Sample)));
    assert_eq!(taken, Ok(UnitOutcome::Done));
    let now = world.now();
    let whole = (owned.id, recall(RecallScope::Batch, now));
    assert_eq!(
        refused(&mut world, maker, "recall", whole),
        Error::NotReleased,
        "a maker recalls what was released"
    );
    assert_eq!(refused(&mut world, maker, "cancel_registration", owned.id), Error::RegistrationFinal);
    world.done(Party::Regulator, "cancel_registration", owned.id);

    assert_eq!(world.register_by(Party::Manufacturer, owned.new.clone()), owned.id);
    world.attest_and_release(owned.id);
    world.hand_over(owned.id, Party::Manufacturer, Party::Pharmacy, 10);
    for number in 0..10 {
        let judged = at_counter(&mut world, &owned, number);
        assert_eq!(judged.outcome, Outcome::Valid, "{number}: {:?}", judged.reasons.by_severity());
        assert_eq!(dispense(&mut world, &owned, number), Ok(UnitOutcome::Done), "{number}");
    }
    // What the maker kept of it is nothing.
    let unpacked = refused(&mut world, maker, "unpack", (maker.site, own_sscc));
    assert_eq!(unpacked, Error::UnknownLogisticUnit);
}

#[test]
fn h2_an_attestation_lands_on_no_registration_that_was_not_reviewed() {
    let mut world = World::new();
    let small = BatchInHand::of("ABC-123", 1_000);
    world.register_by(Party::Manufacturer, small.new.clone());
    world.attest(Party::Manufacturer, small.id);
    let reviewed = world.reviewed(small.id, Attestation::GoodManufacturingPractice);

    // In the same block, before the attestation: cancelled, and registered anew.
    world.done(Party::Manufacturer, "cancel_registration", small.id);
    let large = NewBatch { quantity: 1_000_000, ..small.new.clone() };
    world.register_by(Party::Manufacturer, large);
    let changed = not_decided(&mut world, Party::Auditor, "attest", reviewed);
    assert_eq!(changed, products::Error::RegistrationChanged);
    let missing = not_decided(&mut world, Party::Manufacturer, "release", small.id);
    assert_eq!(missing, products::Error::AttestationMissing, "nor does the earlier one count");

    // The same contents registered anew are another registration.
    world.done(Party::Manufacturer, "cancel_registration", small.id);
    world.register_by(Party::Manufacturer, small.new.clone());
    let changed = not_decided(&mut world, Party::Auditor, "attest", reviewed);
    assert_eq!(changed, products::Error::RegistrationChanged);
    world.attest_and_release(small.id);
}

#[test]
fn an_sscc_of_somebody_else_blocks_nobody() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 100);
    world.attest_and_release(id);
    world.hand_over(id, Party::Manufacturer, Party::Wholesaler, 10);
    let some = Contents::Units { batch: id, quantity: 1 };
    let (here, owner) = (Party::Wholesaler.site(), Party::Manufacturer.site());
    assert_eq!(refused(&mut world, Party::Wholesaler, "pack", (here, sscc(7), &some)), Error::SsccOfAnother);
    // Of a prefix that is registered for nobody.
    let nobodys = testing::goods::sscc_of(99, 1);
    assert_eq!(refused(&mut world, Party::Wholesaler, "pack", (here, nobodys, &some)), Error::SsccOfAnother);
    world.done(Party::Manufacturer, "pack", (owner, sscc(7), &some));
    world.done(Party::Wholesaler, "pack", (here, Party::Wholesaler.sscc(7), &some));
}

#[test]
fn m2_a_recall_ends_by_a_second_pair_of_eyes() {
    let mut world = World::new();
    let owned = world.register("ABC-123", 10);
    world.attest_and_release(owned.id);
    world.hand_over(owned.id, Party::Manufacturer, Party::Pharmacy, 10);
    let now = world.now();
    world.done(Party::Manufacturer, "recall", (owned.id, recall(RecallScope::Batch, now)));
    assert_eq!(at_counter(&mut world, &owned, 1).outcome, Outcome::Recalled);
    let by_author = refused(&mut world, Party::Manufacturer, "end_recall", (owned.id, 0_u8, DOCUMENT));
    assert_eq!(by_author, Error::CallerNotAuthorised);
    world.done(Party::Regulator, "end_recall", (owned.id, 0_u8, DOCUMENT));
    assert_eq!(at_counter(&mut world, &owned, 1).outcome, Outcome::Valid);
    assert_eq!(dispense(&mut world, &owned, 1), Ok(UnitOutcome::Done));
    let notices: Vec<RecallNotice> = world.call(Party::Stranger, world.batches, "recalls", owned.id);
    assert!(notices[0].ended.is_some(), "the notice stays");

    // One that a regulator ordered stands for two days, and its author does not end it then.
    let second = second_inspector(&mut world);
    let now = world.now();
    world.done(Party::Regulator, "recall", (owned.id, recall(RecallScope::Batch, now)));
    let end = (owned.id, 1_u8, DOCUMENT);
    assert_eq!(refused(&mut world, second, "end_recall", end), Error::RecallStands);
    world.pass(CHANGE_DELAY);
    assert_eq!(refused(&mut world, Party::Regulator, "end_recall", end), Error::RecallByCaller);
    world.done(second, "end_recall", end);
    assert_eq!(at_counter(&mut world, &owned, 2).outcome, Outcome::Valid);
}

#[test]
fn m11_what_one_regulator_stopped_another_one_frees_after_two_days_and_no_sooner() {
    let mut world = World::new();
    let other = other_regulator(&mut world);
    let owned = world.register("ABC-123", 10);
    world.attest_and_release(owned.id);
    world.hand_over(owned.id, Party::Manufacturer, Party::Pharmacy, 10);
    let shelf = QuarantineTarget::holding(owned.id, Party::Pharmacy.site());
    let nobody = None::<SiteId>;
    let named = (nobody, Party::Pharmacy.site(), owned.id, owned.units(&[3]), false);
    let by_serial: Result<(), units::Error> =
        world.call(Party::Regulator, world.units, "quarantine", (named, QuarantineReason::Other));
    assert_eq!(by_serial, Ok(()));
    world.done(Party::Regulator, "block", owned.id);
    world.done(Party::Regulator, "quarantine", (nobody, shelf, QuarantineReason::Other));
    let cleared = (shelf, ClearanceReason::NothingFound);
    let release = (owned.id, vec![owned.unit(3).1], ClearanceReason::NothingFound);

    let try_all = |world: &mut World| {
        let by_serial: Result<(), units::Error> =
            world.changing_nothing(|world| world.call(other, world.units, "release", &release));
        assert_eq!(by_serial, Err(units::Error::StoppedByAnother));
        assert_eq!(refused(world, other, "unblock", owned.id), Error::StoppedByAnother);
        assert_eq!(refused(world, other, "release_quarantine", cleared), Error::StoppedByAnother);
        let by_maker = refused(world, Party::Manufacturer, "release_quarantine", cleared);
        assert_eq!(by_maker, Error::CallerNotAuthorised);
    };
    try_all(&mut world);
    world.pass(CHANGE_DELAY - 1);
    try_all(&mut world);
    world.pass(1);
    world.done(other, "unblock", owned.id);
    world.done(other, "release_quarantine", cleared);
    let by_serial: Result<(), units::Error> = world.call(other, world.units, "release", &release);
    assert_eq!(by_serial, Ok(()));
    // The first one stops it again at once.
    world.done(Party::Regulator, "block", owned.id);
    assert_eq!(refused(&mut world, other, "unblock", owned.id), Error::StoppedByAnother);
}

#[test]
fn each_regulator_decides_in_its_own_markets() {
    let mut world = World::new();
    let other = other_regulator(&mut world);
    let (_, squatter) = stranger_in_the_trade(&mut world, "Squatter");
    let holder = Party::Manufacturer.organisation();
    let recall = withdrawal(&mut world);
    let taken = NewProduct { gtin: GTIN, ..new_product(7) };
    assert_eq!(not_decided(&mut world, other, "change", &taken), products::Error::ProductOfAnother);
    assert_eq!(not_decided(&mut world, other, "withdraw", (GTIN, recall)), products::Error::MarketOfAnother);
    let twice = vec![new_product(holder)];
    assert_eq!(
        not_decided(&mut world, Party::Regulator, "authorise", &twice),
        products::Error::ProductExists
    );
    assert_eq!(not_decided(&mut world, other, "authorise", &twice), products::Error::MarketOfAnother);
    for caller in [squatter.account, Party::Manufacturer.id(), Party::Administrator.id()] {
        let refusal = not_decided(&mut world, caller, "authorise", &twice);
        assert_eq!(refusal, products::Error::CallerNotAuthorised);
    }
    // A market that passes to another authority takes its products along.
    world.decide(Action::Market { market: *new_product(0).markets.first().unwrap(), authority: None });
    let organisation = 7;
    let market = *new_product(0).markets.first().unwrap();
    world.decide(Action::Market { market, authority: Some(organisation) });
    let recall = withdrawal(&mut world);
    assert_eq!(
        not_decided(&mut world, Party::Regulator, "withdraw", (GTIN, recall)),
        products::Error::MarketOfAnother
    );
    world.decided(other, "withdraw", (GTIN, recall));
}

#[test]
fn a_withdrawn_product_is_recalled_with_all_batches_and_comes_back_by_a_second_account() {
    let mut world = World::new();
    let [first, second] = ["FIRST", "SECOND"].map(|lot| {
        let owned = world.register(lot, 10);
        world.attest_and_release(owned.id);
        world.hand_over(owned.id, Party::Manufacturer, Party::Pharmacy, 5);
        owned
    });
    let unreleased = world.register_plain("THIRD", 5);
    world.attest(Party::Manufacturer, unreleased);
    let recall = withdrawal(&mut world);
    world.decided(Party::Regulator, "withdraw", (GTIN, recall));
    for owned in [&first, &second] {
        let judged = at_counter(&mut world, owned, 1);
        assert_eq!(judged.outcome, Outcome::Recalled);
        assert!(judged.reasons.contains(Reason::BatchRecalled));
        assert_eq!(dispense(&mut world, owned, 1), Err(units::Error::BatchRecalled));
        world.done(Party::Pharmacy, "acknowledge_recall", (Party::Pharmacy.site(), owned.id));
    }
    // Nothing is made or released any more, and what is at the pharmacy goes back.
    let late = not_registered(&mut world, Party::Manufacturer.into(), new_batch("LATE", 1, None));
    assert_eq!(late, products::Error::AuthorisationWithdrawn);
    let late = not_decided(&mut world, Party::Manufacturer, "release", unreleased);
    assert_eq!(late, products::Error::BatchRecalled);
    let all = Goods::Units { batch: first.id, quantity: 5 };
    let (here, home) = (Party::Pharmacy.site(), Party::Manufacturer.site());
    let back: Result<u64, Error> = world.call(
        Party::Pharmacy,
        world.batches,
        "ship",
        (here, all, home, Purpose::Return, None::<DocumentHash>),
    );
    world.done(Party::Manufacturer, "receive", (home, back.unwrap(), Arrival::Units(5)));

    let by_author = not_decided(&mut world, Party::Regulator, "restore", (GTIN, DOCUMENT));
    assert_eq!(by_author, products::Error::RecallByCaller);
    let inspector = second_inspector(&mut world);
    let early = not_decided(&mut world, inspector, "restore", (GTIN, DOCUMENT));
    assert_eq!(early, products::Error::RecallStands);
    world.pass(CHANGE_DELAY);
    world.decided(inspector, "restore", (GTIN, DOCUMENT));
    assert_eq!(at_counter(&mut world, &second, 2).outcome, Outcome::Valid);
    assert_eq!(dispense(&mut world, &second, 2), Ok(UnitOutcome::Done));
    world.release(Party::Manufacturer, unreleased);
}

/// While `batches` is paused as well: to restrain goes on.
#[test]
fn a_pause_does_not_stop_a_withdrawal() {
    let mut world = World::new();
    let owned = world.register("ABC-123", 10);
    world.attest_and_release(owned.id);
    for contract in [world.products, world.batches] {
        world.administer("pause", contract);
    }
    let recall = withdrawal(&mut world);
    world.decided(Party::Regulator, "withdraw", (GTIN, recall));
    assert!(batch(&mut world, owned.id).unwrap().recalled_at.is_some());
    let paused = not_decided(&mut world, Party::Regulator, "restore", (GTIN, DOCUMENT));
    assert_eq!(paused, products::Error::Paused);
}

#[test]
fn a_lapsed_authorisation_stops_registration_and_release_and_leaves_goods_what_they_are() {
    let mut world = World::new();
    let owned = world.register("ABC-123", 10);
    world.attest_and_release(owned.id);
    world.hand_over(owned.id, Party::Manufacturer, Party::Pharmacy, 10);
    let unreleased = world.register_plain("SECOND", 5);
    world.attest(Party::Manufacturer, unreleased);
    let until = Some(world.now() + 1_000);
    let product = NewProduct { until, ..new_product(Party::Manufacturer.organisation()) };
    world.decided(Party::Regulator, "change", &product);
    world.pass(1_001);
    let late = not_registered(&mut world, Party::Manufacturer.into(), new_batch("LATE", 1, None));
    assert_eq!(late, products::Error::AuthorisationLapsed);
    let late = not_decided(&mut world, Party::Manufacturer, "release", unreleased);
    assert_eq!(late, products::Error::AuthorisationLapsed);
    assert_eq!(at_counter(&mut world, &owned, 1).outcome, Outcome::Valid);
    assert_eq!(dispense(&mut world, &owned, 1), Ok(UnitOutcome::Done));
    world.decided(Party::Regulator, "change", NewProduct { until: None, ..product });
    world.release(Party::Manufacturer, unreleased);
}

#[test]
fn a_delegate_authorises_for_its_prefix_as_long_as_its_regulator_is_one() {
    let mut world = World::new();
    let holder = Party::Manufacturer.organisation();
    let delegate = Party::Wholesaler;
    world.decided(Party::Regulator, "delegate", (prefix_of(holder), Some(delegate.organisation())));
    let gtin = |prefix: u64, number: u64| {
        let payload = prefix * 100_000 + number;
        payload * 10 + u64::from(gs1::check_digit(payload))
    };
    let own = |number| NewProduct { gtin: gtin(prefix_of(holder).digits, number), ..new_product(holder) };
    let foreign = NewProduct { gtin: gtin(9_506_099, 1), ..new_product(holder) };
    world.decided(delegate, "authorise", vec![own(1), own(2)]);
    let known: Option<Product> = world.call(Party::Stranger, world.products, "product", own(2).gtin);
    assert_eq!(known.unwrap().authority, Party::Regulator.organisation());
    let mixed = not_decided(&mut world, delegate, "authorise", vec![own(3), foreign.clone()]);
    assert_eq!(mixed, products::Error::PrefixOfAnother, "all of them or none");
    let nobodys = not_decided(&mut world, delegate, "authorise", vec![foreign]);
    assert_eq!(nobodys, products::Error::CallerNotAuthorised);
    // What the regulator withdrew, its delegate does not give back.
    let recall = withdrawal(&mut world);
    world.decided(Party::Regulator, "withdraw", (own(1).gtin, recall));
    let again = not_decided(&mut world, delegate, "authorise", vec![own(1)]);
    assert_eq!(again, products::Error::AuthorisationWithdrawn);
    world.decided(Party::Regulator, "authorise", vec![own(1)]);
    // A till of the delegate does not authorise, and a suspended delegate neither.
    let till = Limits { roles: Some(RoleSet::of(&[Role::Wholesaler])), ..Limits::default() };
    let at_one_site = Limits { site: Some(delegate.site()), ..Limits::default() };
    for (name, limits) in [("till", till), ("branch", at_one_site)] {
        let agent = world.add_account(delegate, name, limits);
        let refused = not_decided(&mut world, agent, "authorise", vec![own(3)]);
        assert_eq!(refused, products::Error::CallerNotAuthorised, "{name}");
    }
    world.administer("suspend_organisation", delegate.organisation());
    let suspended = not_decided(&mut world, delegate, "authorise", vec![own(3)]);
    assert_eq!(suspended, products::Error::CallerNotAuthorised);
    world.administer("reinstate_organisation", delegate.organisation());
    world.decided(delegate, "authorise", vec![own(3)]);
    // The regulator's role is over, and with it what it delegated.
    world.administer("revoke_role", (Party::Regulator.organisation(), Role::Regulator));
    let late = not_decided(&mut world, delegate, "authorise", vec![own(4)]);
    assert_eq!(late, products::Error::CallerNotAuthorised);
}
