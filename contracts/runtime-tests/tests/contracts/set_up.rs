//! A deployment begins in set-up: the first roles are given at once and nothing is registered. One message ends it
//! permanently; from then on what is as strong as new code waits.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{
    definition, feed, model, new_batch, recall, shipping, sscc, Anything, BatchInHand, Bytes, Operators,
    Party, World, NOW, SUBJECT,
};
use primitives::batches::{
    Arrival, Booked, Booking, BookingError, ClearanceReason, Contents, Error, Move, QuarantineError,
    QuarantineReason, QuarantineTarget, RecallScope, RejectionReason, UnitPlace, UnitState, Which,
};
use primitives::batches::{RecallClass, RecallReason};
use primitives::evidence::{self, EvidencePolicy};
use primitives::governance::{Action, Error as GovernanceError, Market, SetUpEnded, CHANGE_DELAY};
use primitives::products::{self, Attestation, WithdrawalRecall};
use primitives::units::{self, Resolution};
use primitives::RegistrationHash;
use primitives::{access, feeds, Actor, BatchId, DocumentHash, Grant, Role, RoleSet, SiteId};
use scale::{Decode, Encode};
use testing::goods::{new_product, prefix_of, GTIN};

/// Sends a message that must change nothing, and returns its error.
#[track_caller]
fn refused<E: Decode + std::fmt::Debug>(
    world: &mut World,
    by: Party,
    contract: &str,
    message: &str,
    arguments: impl Encode,
) -> E {
    let address = world.address(contract);
    let result: Result<Anything, E> =
        world.changing_nothing(|world| world.call(by, address, message, arguments));
    result.expect_err(message)
}

#[test]
fn no_business_is_done_in_set_up() {
    let mut world = World::in_set_up();
    let (maker, site) = (Party::Manufacturer, Party::Manufacturer.site());
    let batch = BatchInHand::of("ABC-123", 10);
    let (id, document, none) = (batch.id, DocumentHash([1; 32]), None::<DocumentHash>);
    let attestation = (id, RegistrationHash([2; 32]), Attestation::CertificateOfAnalysis, document);
    let target = QuarantineTarget::Holding { batch: id, site, quantity: None };
    let packed = Contents::Units { batch: id, quantity: 1 };
    let gone = (site, id, 1_u64, UnitState::Destroyed, none);
    let rejection = (None::<SiteId>, 0_u64, RejectionReason::Other);
    let product = new_product(maker.organisation());
    let (class, reason) = (RecallClass::I, RecallReason::QualityDefect);
    let withdrawal = WithdrawalRecall { class, reason, instructions: document, acknowledge_by: NOW };
    let regulator = Party::Regulator;
    let messages: [(Party, &str, Vec<u8>); 8] = [
        (regulator, "authorise", vec![&product].encode()),
        (regulator, "change", product.encode()),
        (regulator, "withdraw", (GTIN, withdrawal).encode()),
        (regulator, "restore", (GTIN, document).encode()),
        (regulator, "delegate", (prefix_of(0), None::<u32>).encode()),
        (maker, "attest", attestation.encode()),
        (maker, "release", id.encode()),
        // Who else may not do it must not learn more.
        (Party::Stranger, "release", id.encode()),
    ];
    for (by, message, arguments) in messages {
        let error: products::Error = refused(&mut world, by, "products", message, Bytes(arguments));
        assert_eq!(error, products::Error::InSetUp, "{message}");
    }
    // No product can be authorised, and so none is registered.
    let registration = (site, new_batch("ABC-123", 10, None));
    let error: products::Error = refused(&mut world, maker, "products", "register_batch", registration);
    assert_eq!(error, products::Error::UnknownProduct);
    let messages: [(Party, &str, Vec<u8>); 18] = [
        (maker, "cancel_registration", id.encode()),
        (Party::Regulator, "block", id.encode()),
        (Party::Regulator, "unblock", id.encode()),
        (maker, "ship", shipping(id, maker, Party::Wholesaler, 1).encode()),
        (maker, "receive", (site, 0_u64, Arrival::Units(1)).encode()),
        (Party::Regulator, "reject", rejection.encode()),
        (maker, "pack", (site, sscc(1), packed).encode()),
        (maker, "unpack", (site, sscc(1)).encode()),
        (maker, "decommission_quantity", gone.encode()),
        (maker, "revert_quantity", (site, id, 1_u64, UnitState::Sample).encode()),
        (maker, "destroy", (site, sscc(1), None::<DocumentHash>).encode()),
        (maker, "condemn", (Some(site), target).encode()),
        (maker, "quarantine", (Some(site), target, QuarantineReason::Other).encode()),
        (Party::Regulator, "release_quarantine", (target, ClearanceReason::Mistake).encode()),
        (Party::Regulator, "recall", (id, recall(RecallScope::Batch, NOW)).encode()),
        (maker, "acknowledge_recall", (site, id).encode()),
        (Party::Regulator, "end_recall", (id, 0_u8, document).encode()),
        // Who else may not do it must not learn more.
        (Party::Stranger, "block", id.encode()),
    ];
    for (by, message, arguments) in messages {
        let error: Error = refused(&mut world, by, "batches", message, Bytes(arguments));
        assert_eq!(error, Error::InSetUp, "{message}");
    }
    let (unit, pharmacy) = (batch.unit(3), Party::Pharmacy);
    let here = pharmacy.site();
    let restrained = (Some(here), here, id, batch.units(&[3]), false, QuarantineReason::Other);
    let messages: [(Party, &str, Vec<u8>); 5] = [
        (pharmacy, "dispense", (pharmacy.site(), batch.pack(3)).encode()),
        (pharmacy, "decommission", (pharmacy.site(), batch.leaving(3, UnitState::Sample)).encode()),
        (pharmacy, "quarantine", restrained.encode()),
        (Party::Regulator, "resolve_alarms", (id, vec![&unit.1], Resolution::FalseAlarm).encode()),
        (Party::Regulator, "dismiss_alarms", pharmacy.site().encode()),
    ];
    for (by, message, arguments) in messages {
        let error: units::Error = refused(&mut world, by, "units", message, Bytes(arguments));
        assert_eq!(error, units::Error::InSetUp, "{message}");
    }
    let reverted = (pharmacy.site(), id, &unit.1);
    let error: units::Error = refused(&mut world, pharmacy, "units", "revert", reverted);
    assert_eq!(error, units::Error::UnitNotDecommissioned, "nothing can be");
    let policy = EvidencePolicy { feeds: world.feeds, threshold: 0, max_age: 1 };
    let messages: [(Party, &str, Vec<u8>); 2] = [
        (Party::Regulator, "set_policy", (feed(), Some(policy)).encode()),
        (Party::Stranger, "present", (target, feed()).encode()),
    ];
    for (by, message, arguments) in messages {
        let error: evidence::Error = refused(&mut world, by, "evidence", message, Bytes(arguments));
        assert_eq!(error, evidence::Error::InSetUp, "{message}");
    }
    let admin = Party::Administrator;
    let messages: [(Party, &str, Vec<u8>); 5] = [
        (admin, "approve_model", model(NOW).encode()),
        (admin, "create_feed", (feed(), definition()).encode()),
        (admin, "update_feed", (feed(), definition()).encode()),
        (Party::Provider, "request_result", (feed(), SUBJECT, NOW).encode()),
        (Party::Provider, "cancel_request", 0_u64.encode()),
    ];
    for (by, message, arguments) in messages {
        let error: feeds::Error = refused(&mut world, by, "feeds", message, Bytes(arguments));
        assert_eq!(error, feeds::Error::InSetUp, "{message}");
    }
}

#[test]
fn not_even_the_contracts_with_roles_move_goods_in_set_up() {
    let mut world = World::in_set_up();
    let (batch, site) = (BatchId([1; 32]), Party::Manufacturer.site());
    let target = QuarantineTarget::Holding { batch, site, quantity: None };
    let quarantined: Result<(), QuarantineError> =
        world.call(world.evidence, world.batches, "QuarantineBooks::quarantine_on_evidence", (target, NOW));
    assert_eq!(quarantined, Err(QuarantineError::Refused));
    let (from, to) = (UnitPlace::Left(UnitState::Sample), UnitPlace::Shelf);
    let booking = Booking {
        account: Party::Manufacturer.id(),
        acts_at: Some(site),
        batch,
        site,
        at: NOW,
        which: Which::Noted(vec![0]),
        moves: vec![Move { from, to, quantity: 1 }],
        only_ask_for: None,
    };
    let booked: Result<Booked, BookingError> =
        world.call(world.units, world.batches, "UnitBooks::book_units", booking);
    assert_eq!(booked, Err(BookingError::InSetUp));
}

#[test]
fn operators_and_the_first_authorities_are_named_at_once() {
    let mut world = World::in_set_up();
    let operators = Operators::new(4);
    let set: Result<(), feeds::Error> =
        world.call(Party::Administrator, world.feeds, "set_operators", (operators.keys(), 1_u8));
    assert_eq!(set, Ok(()));
    // `World::in_set_up` gave the regulator and the contracts their roles in this way.
    let rights = |world: &mut World, party: Party| -> access::Rights {
        world.call(Party::Stranger, world.access, "AccessControl::rights", party.organisation())
    };
    let regulator = vec![Grant { role: Role::Regulator, expires_at: None }];
    assert_eq!(rights(&mut world, Party::Regulator).grants, regulator);
    let of_units = world.deployment().roles_of(world.units);
    assert_eq!(of_units, RoleSet::of(&[Role::UnitRegister]));
    world.grant(Party::Auditor.organisation(), Role::Admin, None);
    world.administer("set_market", (Market(*b"DE"), Some(Party::Regulator.organisation())));
    world.administer("set_administering_role", (Role::Pharmacy, Role::Regulator));
    // The administrator manages accounts, too: whoever is registered need not have come yet.
    let limits = access::Limits::default();
    let account = (Party::Pharmacy.organisation(), Party::Pharmacy.account("till"), limits);
    world.administer("add_account", account);
}

#[test]
fn the_end_of_set_up_is_permanent() {
    let mut world = World::in_set_up();
    let in_set_up = |world: &mut World| -> Option<bool> {
        world.call(Party::Stranger, world.governance, "in_set_up", ())
    };
    assert_eq!(in_set_up(&mut world), Some(true));
    for by in Party::ALL.into_iter().filter(|party| *party != Party::Administrator) {
        let error: GovernanceError = refused(&mut world, by, "governance", "end_set_up", ());
        assert_eq!(error, GovernanceError::CallerNotAuthorised, "{by:?}");
    }
    world.end_set_up();
    let by = Actor { account: Party::Administrator.id(), organisation: None, site: None };
    assert_eq!(world.events::<SetUpEnded>(world.governance), [SetUpEnded { by }]);
    assert_eq!(in_set_up(&mut world), Some(false));
    world.authorise(Party::Manufacturer);
    world.register_plain("ABC-123", 10);

    let admin = Party::Administrator;
    let auditor = Party::Auditor.organisation();
    let evidence = world.evidence;
    let mut refuse = |message: &str, arguments: Vec<u8>| -> GovernanceError {
        refused(&mut world, admin, "governance", message, Bytes(arguments))
    };
    assert_eq!(refuse("end_set_up", Vec::new()), GovernanceError::SetUpOver);
    for role in [Role::Admin, Role::Regulator] {
        let granted = (auditor, role, None::<u64>).encode();
        assert_eq!(refuse("grant_role", granted), GovernanceError::ProposalRequired, "{role}");
    }
    let roles = RoleSet::of(&[Role::Sentinel]);
    assert_eq!(refuse("set_contract_roles", (evidence, roles).encode()), GovernanceError::ProposalRequired);
    let account = (auditor, Party::Auditor.account("second"), access::Limits::STEWARD).encode();
    assert_eq!(refuse("add_account", account), GovernanceError::CallerNotAuthorised);
}

#[test]
fn a_role_that_was_proposed_is_not_granted_a_millisecond_early() {
    let mut world = World::new();
    let organisation = Party::Auditor.organisation();
    let grant = Grant { role: Role::Regulator, expires_at: None };
    let proposal: u32 = world.govern(Party::Administrator, "propose", Action::Grant { organisation, grant });
    world.pass(CHANGE_DELAY - 1);
    let admin = Party::Administrator;
    let error: GovernanceError = refused(&mut world, admin, "governance", "apply_proposal", proposal);
    assert_eq!(error, GovernanceError::ProposalTooEarly);
    let batch = world.register_plain("ABC-123", 10);
    let error: Error = refused(&mut world, Party::Auditor, "batches", "block", batch);
    assert_eq!(error, Error::CallerNotAuthorised);
    world.pass(1);
    world.administer("apply_proposal", proposal);
    world.done(Party::Auditor, "block", batch);
}
