//! Powers after set-up: each waits where everybody sees it, lapses, and is taken away at once.

use std::collections::BTreeSet;

use contract_runtime_tests::{gln, Anything, Bytes, Party, World, CONTRACTS};
use polkadot_sdk::pallet_contracts::Error as PalletError;
use primitives::governance::{
    Action, Error, Identifier, Market, MarketSet, Markets, Proposal, ProposalCancelled, APPLY_WINDOW,
    CHANGE_DELAY, MAX_CODES,
};
use primitives::{AccountId, Actor, CodeHash, Grant, OrganisationId, Prefix, Role, RoleSet};
use scale::Encode;

const ADMIN: Party = Party::Administrator;
/// Whoever gets Admin from the administrator.
const DEPUTY: Party = Party::Auditor;

/// Sends a message to `governance`.
fn send(world: &mut World, by: Party, message: &str, arguments: impl Encode) -> Result<(), Error> {
    world.call(by, world.governance, message, arguments)
}

/// Sends a message that must change nothing, and returns its error.
#[track_caller]
fn refused(world: &mut World, by: Party, message: &str, arguments: impl Encode) -> Error {
    let result: Result<Anything, Error> =
        world.changing_nothing(|world| world.call(by, world.governance, message, arguments));
    result.expect_err(message)
}

fn propose(world: &mut World, by: Party, action: Action) -> Result<u32, Error> {
    world.call(by, world.governance, "propose", action)
}

fn upgrade(world: &World, code: CodeHash) -> Action {
    Action::Upgrade { contract: world.evidence, code }
}

fn proposal(world: &mut World, number: u32) -> Option<Proposal> {
    world.call(Party::Stranger, world.governance, "proposal", number)
}

/// How many proposals keep the code on chain.
fn held(world: &mut World, code: CodeHash) -> Option<(u32, bool)> {
    world.stored(world.governance, b"CODE", code)
}

fn grant(party: Party, role: Role) -> Action {
    Action::Grant { organisation: party.organisation(), grant: Grant { role, expires_at: None } }
}

fn code_in_use() -> polkadot_sdk::sp_runtime::DispatchError {
    PalletError::<devnet_runtime::Runtime>::CodeInUse.into()
}

/// A chain with a deputy.
fn with_deputy() -> World {
    let mut world = World::new();
    world.decide(grant(DEPUTY, Role::Admin));
    world
}

#[test]
fn no_power_is_given_at_once() {
    let mut world = World::new();
    let regulator = Party::Regulator.organisation();
    world.administer("suspend_organisation", regulator);
    let (role, no_end) = (Role::Regulator, None::<u64>);
    let market = (Market(*b"DE"), None::<OrganisationId>);
    let sentinel = (world.evidence, RoleSet::of(&[Role::Sentinel]));
    let at_once: [(&str, Vec<u8>); 6] = [
        ("grant_role", (DEPUTY.organisation(), role, no_end).encode()),
        ("grant_role", (DEPUTY.organisation(), Role::Admin, no_end).encode()),
        ("set_contract_roles", sentinel.encode()),
        ("set_market", market.encode()),
        ("set_administering_role", (role, Role::Auditor).encode()),
        ("reinstate_organisation", regulator.encode()),
    ];
    for (message, arguments) in at_once {
        let error = refused(&mut world, ADMIN, message, Bytes(arguments));
        assert_eq!(error, Error::ProposalRequired, "{message}");
    }
    world.administer("offer_administration", DEPUTY.id());
    assert_eq!(refused(&mut world, DEPUTY, "accept_administration", ()), Error::OfferTooEarly);
    world.pass(CHANGE_DELAY - 1);
    assert_eq!(refused(&mut world, DEPUTY, "accept_administration", ()), Error::OfferTooEarly);
    world.pass(APPLY_WINDOW + 2);
    assert_eq!(refused(&mut world, DEPUTY, "accept_administration", ()), Error::OfferLapsed);
}

#[test]
fn a_regulator_withdraws_the_offer_of_the_administration() {
    let mut world = World::new();
    world.administer("offer_administration", DEPUTY.id());
    for other in [DEPUTY, Party::Stranger] {
        let error = refused(&mut world, other, "withdraw_administration_offer", ());
        assert_eq!(error, Error::CallerNotAuthorised);
    }
    world.administer("pause", world.governance);
    world.govern::<()>(Party::Regulator, "withdraw_administration_offer", ());
    world.administer("unpause", world.governance);
    world.pass(CHANGE_DELAY);
    let error = refused(&mut world, DEPUTY, "accept_administration", ());
    assert_eq!(error, Error::NoAdministrationOffer);
}

#[test]
fn an_account_that_signs_gets_no_role_of_a_contract() {
    let mut world = World::new();
    let roles = RoleSet::of(&[Role::UnitRegister]);
    let account = Party::Stranger.id();
    let to_account = Action::ContractRoles { contract: account, roles };
    assert_eq!(refused(&mut world, ADMIN, "propose", to_account), Error::NotAContract);
    let mut in_set_up = World::in_set_up();
    let error = refused(&mut in_set_up, ADMIN, "set_contract_roles", (account, roles));
    assert_eq!(error, Error::NotAContract);
    let roles = RoleSet::of(&[Role::ProductRegister]);
    let contract = world.feeds;
    world.decide(Action::ContractRoles { contract, roles });
    assert_eq!(world.deployment().roles_of(contract), roles);
}

/// The messages of `governance` that an organisation with this role only may send, and one without a role may not.
fn messages_of(role: &str) -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../access-matrix.csv");
    let table = std::fs::read_to_string(path).unwrap();
    let mut rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(','));
    let names: Vec<&str> = rows.next().unwrap().collect();
    let column = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let (with, without) = (column(role), column("none"));
    let rows = rows.map(|row| row.collect::<Vec<&str>>());
    let may = rows.filter(|row| row[0] == "governance" && row[with] == "ok" && row[without] != "ok");
    may.map(|row| row[1].to_owned()).collect()
}

/// Every message that a deputy may send, and all of them together.
#[test]
fn a_deputy_cannot_lock_its_own_removal_out() {
    let mut world = with_deputy();
    let due = propose(&mut world, ADMIN, grant(Party::Pharmacy, Role::Auditor)).unwrap();
    world.pass(CHANGE_DELAY);
    world.administer("suspend_organisation", Party::Wholesaler.organisation());
    world.administer("pause", Party::Wholesaler.id());
    let waiting = propose(&mut world, ADMIN, grant(Party::Provider, Role::Regulator)).unwrap();
    let (own, stranger) = (DEPUTY.organisation(), Party::Stranger.id());
    let stranger_named = (String::from("Stranger"), Identifier::Uri("urn:a:b".into()), stranger);
    let renamed = (own, String::from("Other"), Identifier::Uri("urn:c:d".into()));
    let code = world.upload("fixture_evidence_next");
    let upgrade_access = Action::Upgrade { contract: world.access, code };
    let mut attempts: Vec<(&str, Vec<u8>)> = vec![
        ("reinstate_organisation", Party::Wholesaler.organisation().encode()),
        ("unpause", Party::Wholesaler.id().encode()),
        ("apply_proposal", due.encode()),
        ("cancel_proposal", waiting.encode()),
        ("grant_role", (own, Role::Auditor, None::<u64>).encode()),
        ("register_site", (own, "New", gln(1_000)).encode()),
        ("update_site", (DEPUTY.site(), "New", gln(1_001)).encode()),
        ("propose", grant(DEPUTY, Role::Regulator).encode()),
        ("propose", upgrade_access.encode()),
        ("suspend_organisation", Party::Regulator.organisation().encode()),
        ("revoke_role", (Party::Regulator.organisation(), Role::Regulator).encode()),
        ("register_organisation", stranger_named.encode()),
        ("update_organisation", renamed.encode()),
        ("register_prefix", (own, Prefix { length: 4, digits: 4_000 }).encode()),
        ("add_account", (own, DEPUTY.account("second"), primitives::access::Limits::STEWARD).encode()),
    ];
    // The list of contracts that are paused has an end, too.
    let fillers = (0..10).map(|number| AccountId([0xF0 + number; 32]));
    let paused = CONTRACTS.map(|name| world.address(name)).into_iter().chain(fillers);
    attempts.extend(paused.map(|contract| ("pause", contract.encode())));

    for message in messages_of("Admin") {
        assert!(attempts.iter().any(|(sent, _)| *sent == message), "{message} is not tried");
    }

    let remove = |world: &mut World| {
        world.administer("revoke_role", (own, Role::Admin));
        let by_now = refused(world, DEPUTY, "pause", stranger);
        assert_eq!(by_now, Error::CallerNotAuthorised);
        world.administer("suspend_organisation", own);
    };
    for (message, arguments) in &attempts {
        world.rolled_back(|world| {
            world
                .call::<Result<Anything, Error>>(DEPUTY, world.governance, message, Bytes(arguments.clone()))
                .unwrap();
            remove(world);
        });
    }
    // One that pauses `governance` comes last: it stops the deputy's others.
    attempts.sort_by_key(|(_, arguments)| *arguments == world.governance.encode());
    for (message, arguments) in attempts {
        let done: Result<Anything, Error> = world.call(DEPUTY, world.governance, message, Bytes(arguments));
        assert!(done.is_ok() || done == Err(Error::TooManyContracts), "{message}: {done:?}");
    }
    remove(&mut world);
    // What it proposed does not come back to it.
    world.pass(CHANGE_DELAY);
    for number in 0..10 {
        if proposal(&mut world, number).is_some() {
            assert_eq!(refused(&mut world, DEPUTY, "apply_proposal", number), Error::CallerNotAuthorised);
        }
    }
}

#[test]
fn an_account_is_removed_while_the_governance_is_paused() {
    let mut world = World::new();
    let stolen = world.add_account(Party::Pharmacy, "till", primitives::access::Limits::STEWARD);
    world.administer("pause", world.governance);
    world.govern::<()>(Party::Pharmacy, "remove_account", stolen.account);
}

#[test]
fn a_proposal_stops_no_other_one() {
    let mut world = with_deputy();
    let mend = world.upload("fixture_evidence_next");
    let first = upgrade(&world, mend);
    let first = propose(&mut world, ADMIN, first).unwrap();
    world.pass(CHANGE_DELAY);
    for code in [mend, world.upload_variant("evidence", 0)] {
        let later = upgrade(&world, code);
        propose(&mut world, DEPUTY, later).unwrap();
    }
    world.administer("apply_proposal", first);
    assert_eq!(world.code_hash(world.evidence), mend);
}

#[test]
fn code_that_is_not_there_is_not_proposed() {
    let mut world = World::new();
    let action = upgrade(&world, [9; 32]);
    assert_eq!(refused(&mut world, ADMIN, "propose", action), Error::CodeNotFound);
    let code = world.upload_variant("evidence", 1);
    let action = upgrade(&world, code);
    assert!(propose(&mut world, ADMIN, action).is_ok());
    world.rolled_back(|world| assert_eq!(world.remove_code(code), Err(code_in_use())));
    assert_eq!(refused(&mut world, ADMIN, "lock_code", code), Error::CallerNotAuthorised);
}

#[test]
fn code_is_removed_by_nobody_while_a_proposal_with_it_waits() {
    let mut world = World::new();
    let code = world.upload_variant("evidence", 1);
    let action = upgrade(&world, code);
    let numbers = [(); 3].map(|()| propose(&mut world, ADMIN, action).unwrap());
    assert_eq!(held(&mut world, code), Some((3, true)));
    world.govern::<()>(Party::Regulator, "cancel_proposal", numbers[0]);
    assert_eq!(world.remove_code(code), Err(code_in_use()), "two wait");
    world.pass(CHANGE_DELAY + APPLY_WINDOW + 1);
    for number in [numbers[1], numbers[2]] {
        assert_eq!(world.remove_code(code), Err(code_in_use()));
        world.govern::<()>(Party::Stranger, "cancel_proposal", number);
    }
    assert_eq!(held(&mut world, code), None);
    assert_eq!(world.remove_code(code), Ok(()));

    // Applied, it belongs to the contract.
    let code = world.upload_variant("evidence", 2);
    let action = upgrade(&world, code);
    world.decide(action);
    assert_eq!((world.code_hash(world.evidence), held(&mut world, code)), (code, None));
}

#[test]
fn governance_gets_new_code_that_it_held_and_goes_back() {
    let mut world = World::new();
    let (contract, first) = (world.governance, world.code_hash(world.governance));
    let next = world.upload_variant("governance", 1);
    let own = propose(&mut world, ADMIN, Action::Upgrade { contract, code: first }).unwrap();
    assert_eq!(held(&mut world, first), Some((1, false)), "it runs it");
    world.decide(Action::Upgrade { contract, code: next });
    assert_eq!(world.code_hash(contract), next);
    // The same code is not its own any more.
    propose(&mut world, ADMIN, Action::Upgrade { contract, code: first }).unwrap();
    assert_eq!(held(&mut world, first), Some((2, true)));
    world.administer("apply_proposal", own);
    assert_eq!((world.code_hash(contract), held(&mut world, first)), (first, Some((1, true))));
}

#[test]
fn the_chain_holds_as_many_codes_as_the_contract_says() {
    let mut world = World::new();
    for number in 0..MAX_CODES {
        let code = world.upload_variant("fixture_hostile", u8::try_from(number).unwrap());
        let action = upgrade(&world, code);
        propose(&mut world, ADMIN, action).unwrap();
    }
    let code = world.upload("fixture_hostile");
    let action = upgrade(&world, code);
    assert_eq!(refused(&mut world, ADMIN, "propose", action), Error::TooManyCodes);
    world.govern::<()>(Party::Regulator, "cancel_proposal", 7_u32);
    assert!(propose(&mut world, ADMIN, action).is_ok());
}

#[test]
fn a_proposal_that_lapsed_is_applied_by_nobody_and_removed_by_anybody() {
    let mut world = World::new();
    let action = grant(Party::Provider, Role::Regulator);
    let number = propose(&mut world, ADMIN, action).unwrap();
    let until = proposal(&mut world, number).unwrap().applies_until;
    assert_eq!(until, world.now() + CHANGE_DELAY + APPLY_WINDOW);
    world.pass(CHANGE_DELAY + APPLY_WINDOW);
    let error = refused(&mut world, Party::Stranger, "cancel_proposal", number);
    assert_eq!(error, Error::CallerNotAuthorised);
    world.rolled_back(|world| world.administer("apply_proposal", number));
    world.pass(1);
    assert_eq!(refused(&mut world, ADMIN, "apply_proposal", number), Error::ProposalLapsed);
    world.govern::<()>(Party::Stranger, "cancel_proposal", number);
    let by = Actor { account: Party::Stranger.id(), organisation: None, site: None };
    let cancelled = ProposalCancelled { by, proposal: number, action };
    assert_eq!(world.events::<ProposalCancelled>(world.governance), [cancelled]);
    assert_eq!(proposal(&mut world, number), None);
}

#[test]
fn a_market_changes_hands_after_two_days() {
    let mut world = World::in_set_up();
    let (market, regulator) = (Market(*b"DE"), Party::Regulator.organisation());
    world.administer("set_market", (market, Some(regulator)));
    world.end_set_up();
    let markets = |world: &mut World, of: OrganisationId| -> Markets {
        world.call(Party::Stranger, world.governance, "Registry::markets", of)
    };
    let organisations = markets(&mut world, regulator).organisations;
    assert_eq!(markets(&mut world, regulator).markets, [market]);
    let last: Option<primitives::governance::OrganisationEntry> =
        world.call(Party::Stranger, world.governance, "organisation", organisations - 1);
    assert!(last.is_some());
    let authority: Option<OrganisationId> =
        world.call(Party::Stranger, world.governance, "authority", market);
    assert_eq!(authority, Some(regulator));

    let wrong = Action::Market { market, authority: Some(Party::Auditor.organisation()) };
    assert_eq!(refused(&mut world, ADMIN, "propose", wrong), Error::RoleNotHeld);
    world.decide(Action::Market { market, authority: None });
    let by = Actor { account: ADMIN.id(), organisation: None, site: None };
    let set = MarketSet { by, market, authority: None };
    assert_eq!(world.events::<MarketSet>(world.governance), [set]);
    assert_eq!(markets(&mut world, regulator), Markets { markets: vec![], organisations });
}

/// A name is corrected, a GLN names one place, and one whose prefix is another's names none.
#[test]
fn an_organisation_is_corrected_under_its_own_prefix_only() {
    let mut world = World::new();
    let (own, other) = (Party::Manufacturer.organisation(), Party::Wholesaler.organisation());
    let prefix = Prefix { length: 7, digits: 6_291_040 };
    let (mine, foreign) = (Identifier::Gln(gln(1_000)), Identifier::Gln(gln(1_001)));
    world.administer("register_prefix", (own, prefix));
    world.administer("update_organisation", (own, "Maker", mine.clone()));
    let taken = (other, "Trader", mine);
    assert_eq!(refused(&mut world, ADMIN, "update_organisation", taken), Error::GlnExists);
    let of_another = (other, "Trader", foreign.clone());
    assert_eq!(refused(&mut world, ADMIN, "update_organisation", &of_another), Error::PrefixOfAnother);
    let site = (other, "Depot", gln(1_002));
    assert_eq!(refused(&mut world, ADMIN, "register_site", site), Error::PrefixOfAnother);
    let contained = (other, Prefix { length: 12, digits: 629_104_000_000 });
    assert_eq!(refused(&mut world, ADMIN, "register_prefix", contained), Error::PrefixContained);
    assert_eq!(refused(&mut world, ADMIN, "remove_prefix", prefix), Error::CallerNotAuthorised);
    assert_eq!(send(&mut world, Party::Manufacturer, "remove_prefix", prefix), Ok(()));
    assert_eq!(send(&mut world, ADMIN, "update_organisation", of_another), Ok(()));
}
