//! What is wrong is refused by name, with nothing half done: no event, and the storage as it was.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{gln, new_batch, Anything, BatchInHand, Bytes, Failure, Party, World};
use primitives::access::Limits;
use primitives::governance::{Error, Identifier};
use primitives::products;
use primitives::units::{AlarmCode, UnitOutcome};
use primitives::{units, AccountId, BatchId, OrganisationId, Role, RoleSet, SerialProof, SiteId};
use scale::Encode;

/// Sends a message of `governance` that is refused.
#[track_caller]
fn refused(world: &mut World, by: Party, message: &str, arguments: impl Encode) -> Error {
    let result: Result<Anything, Error> =
        world.changing_nothing(|world| world.call(by, world.governance, message, arguments));
    result.expect_err(message)
}

/// A batch of ten units with serials, all of them with the pharmacy.
fn at_pharmacy(world: &mut World) -> BatchInHand {
    let batch = world.register("ABC-123", 10);
    world.attest_and_release(batch.id);
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, 10);
    batch
}

/// Sends a `dispense` at the pharmacy whose proof is encoded like this.
fn dispense_with(
    world: &mut World,
    unit: (BatchId, Vec<u8>),
    proof: Vec<u8>,
) -> Result<Result<UnitOutcome, units::Error>, Failure> {
    let arguments = (Party::Pharmacy.site(), unit, Bytes(proof), None::<u64>);
    let receipt = world.measure(Party::Pharmacy, world.units, "dispense", arguments);
    receipt.map(|receipt| receipt.returned)
}

#[test]
fn a_proof_of_the_old_form_and_one_with_a_salt_that_is_too_short_are_not_read() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world);
    for number in 0..10 {
        let (id, serial, SerialProof { index, salt, siblings }) = batch.unit(number);
        let short: [u8; 15] = *salt.first_chunk().unwrap();
        let bad = [
            ("without a salt", (index, &siblings).encode()),
            ("with a salt of 15 bytes", (index, short, &siblings).encode()),
            ("without siblings", (index, salt).encode()),
        ];
        for (what, proof) in bad {
            let result = world.changing_nothing(|world| dispense_with(world, (id, serial.clone()), proof));
            assert_eq!(result, Err(Failure::CouldNotReadInput), "{number} {what}");
        }
    }
}

/// ink! ignores what follows the arguments that it read: here the siblings, behind a length that the salt's end was.
#[test]
fn a_proof_with_a_salt_that_is_too_long_is_refused_by_name() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world);
    let (id, serial, SerialProof { index, salt, siblings }) = batch.unit(3);
    for byte in [0_u8, 1, 4, 0x7F, 0xFC] {
        let proof = (index, salt, byte, &siblings).encode();
        let result = world.changing_nothing(|world| dispense_with(world, (id, serial.clone()), proof));
        // A length of siblings that no batch of this size has, or one behind which there are not so many.
        let refused = [Ok(Err(units::Error::InvalidProof)), Err(Failure::CouldNotReadInput)];
        assert!(refused.contains(&result), "{byte}: {result:?}");
    }
}

#[test]
fn a_proof_with_another_salt_is_an_alarm_about_the_serial() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world);
    let (id, serial, mut proof) = batch.unit(3);
    proof.salt[0] ^= 1;
    let arguments = (Party::Pharmacy.site(), id, &serial, proof, None::<u64>);
    let outcome: Result<UnitOutcome, units::Error> =
        world.call(Party::Pharmacy, world.units, "dispense", arguments);
    let alarm = UnitOutcome::Alarm { code: AlarmCode::SerialNotInBatch, other: None };
    assert_eq!(outcome, Ok(alarm));
    // Which keeps the genuine pack from nobody.
    let arguments = (Party::Pharmacy.site(), batch.pack(3));
    let outcome: Result<UnitOutcome, units::Error> =
        world.call(Party::Pharmacy, world.units, "dispense", arguments);
    assert_eq!(outcome, Ok(UnitOutcome::Done));
}

#[test]
fn an_account_acts_for_one_organisation_only() {
    let mut world = World::new();
    let (pharmacy, other) = (Party::Pharmacy, Party::OtherPharmacy);
    let till = world.add_account(pharmacy, "till", Limits::default());
    for account in [till.account, pharmacy.id(), other.id()] {
        let arguments = (other.organisation(), account, Limits::default());
        assert_eq!(refused(&mut world, other, "add_account", arguments), Error::AccountExists);
        let uri = Identifier::Uri("urn:theriac:test:second".to_owned());
        let organisation = ("Second".to_owned(), uri, account);
        let admin = Party::Administrator;
        let error = refused(&mut world, admin, "register_organisation", organisation);
        assert_eq!(error, Error::AccountExists);
    }
    // Where it left, another organisation may have it.
    world.govern::<()>(pharmacy, "remove_account", till.account);
    let arguments = (other.organisation(), till.account, Limits::default());
    world.govern::<()>(other, "add_account", arguments);
}

#[test]
fn a_gln_is_registered_once() {
    let mut world = World::new();
    let admin = Party::Administrator;
    let (pharmacy, wholesaler) = (Party::Pharmacy, Party::Wholesaler);
    let of_site = gln(u64::from(pharmacy.site()));
    let own = Identifier::Gln(gln(1_000));
    let name = || "Name".to_owned();
    let organisation = (name(), own.clone(), Party::Stranger.id());
    let _: OrganisationId = world.govern(admin, "register_organisation", organisation);
    let newcomer = Party::Stranger.account("second");
    let twice: [(&str, Vec<u8>); 6] = [
        ("register_organisation", (name(), own.clone(), newcomer).encode()),
        ("register_organisation", (name(), Identifier::Gln(of_site), newcomer).encode()),
        ("update_organisation", (pharmacy.organisation(), name(), own).encode()),
        ("register_site", (wholesaler.organisation(), name(), of_site).encode()),
        ("register_site", (pharmacy.organisation(), name(), of_site).encode()),
        ("update_site", (wholesaler.site(), name(), of_site).encode()),
    ];
    for (message, arguments) in twice {
        assert_eq!(refused(&mut world, admin, message, Bytes(arguments)), Error::GlnExists, "{message}");
    }
    // The organisation at that site may be named by it itself.
    let itself = (pharmacy.organisation(), name(), Identifier::Gln(of_site));
    world.administer("update_organisation", itself);
    let off_by_one = (pharmacy.organisation(), name(), of_site + 1);
    assert_eq!(refused(&mut world, admin, "register_site", off_by_one), Error::InvalidIdentifier);
}

#[test]
fn a_name_that_shows_otherwise_than_it_is_written_is_refused() {
    let mut world = World::new();
    let (admin, site) = (Party::Administrator, Party::Pharmacy.site());
    let (organisation, number) = (Party::Pharmacy.organisation(), gln(1_000));
    let marks = ['\u{200E}', '\u{200F}', '\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}', '\u{61C}'];
    let names = marks.map(|mark| format!("Apotheke{mark}moD ma"));
    let others = [String::new(), "A\nB".to_owned(), "A\u{0}".to_owned(), "x".repeat(81)];
    for name in names.into_iter().chain(others) {
        let identifier = Identifier::Gln(number);
        let with_name: [(&str, Vec<u8>); 4] = [
            ("register_organisation", (&name, &identifier, Party::Stranger.id()).encode()),
            ("update_organisation", (organisation, &name, &identifier).encode()),
            ("register_site", (organisation, &name, number).encode()),
            ("update_site", (site, &name, number).encode()),
        ];
        for (message, arguments) in with_name {
            let error = refused(&mut world, admin, message, Bytes(arguments));
            assert_eq!(error, Error::InvalidName, "{message}: {name:?}");
        }
    }
    world.administer("update_site", (site, "Apotheke am Dom, Köln".to_owned(), number));
}

#[test]
fn an_account_gets_no_limits_that_are_not_its_organisations() {
    let mut world = World::new();
    let (steward, own) = (Party::Pharmacy, Party::Pharmacy.organisation());
    let now = world.now();
    let account: AccountId = world.add_account(steward, "till", Limits::default()).account;
    let at = |site: SiteId| Limits { site: Some(site), ..Limits::default() };
    let with = |role: Role| Limits { roles: Some(RoleSet::of(&[role])), ..Limits::default() };
    let bad = [
        (at(Party::OtherPharmacy.site()), Error::SiteOfAnotherOrganisation),
        (at(SiteId::MAX), Error::UnknownSite),
        (with(Role::Wholesaler), Error::RoleNotHeld),
        (with(Role::Governor), Error::RoleNotHeld),
        (Limits { until: Some(now - 1), ..Limits::default() }, Error::ExpiryInPast),
    ];
    for (limits, expected) in bad {
        let new = (own, steward.account("second till"), limits);
        assert_eq!(refused(&mut world, steward, "add_account", new), expected, "{limits:?}");
        let changed = (account, limits);
        assert_eq!(refused(&mut world, steward, "change_account", changed), expected, "{limits:?}");
    }
    let last = Limits { steward: false, ..Limits::STEWARD };
    let error = refused(&mut world, steward, "change_account", (steward.id(), last));
    assert_eq!(error, Error::LastSteward);
    assert_eq!(refused(&mut world, steward, "remove_account", steward.id()), Error::LastSteward);
}

#[test]
fn the_site_of_another_organisation_is_refused_before_its_books_are_looked_at() {
    let mut world = World::new();
    let maker = Party::Manufacturer;
    for site in [Party::Wholesaler.site(), SiteId::MAX] {
        let registered: Result<BatchId, products::Error> = world.changing_nothing(|world| {
            let arguments = (site, new_batch("ABC-123", 10, None));
            world.call(maker, world.products, "register_batch", arguments)
        });
        assert_eq!(registered, Err(products::Error::CallerNotAtSite));
    }
}
