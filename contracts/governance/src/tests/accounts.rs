use super::*;
use primitives::governance::{AccountAdded, AccountChanged, AccountRemoved};

const UNTIL_NOW: Limits = Limits { until: Some(NOW), ..Limits::STEWARD };

fn limited_to(site: Option<SiteId>, roles: &[Role]) -> Limits {
    Limits { site, roles: Some(RoleSet::of(roles)), ..Limits::default() }
}

fn listed(data: &Data, organisation: OrganisationId) -> Vec<AccountId> {
    let list = data.list_accounts(&Store::default(), organisation, 0, 50);
    list.into_iter().map(|(account, _)| account).collect()
}

#[test]
fn a_steward_adds_changes_and_removes_accounts() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Pharmacy);
    let till = site(&mut data, organisation, 1);
    let (steward, clerk) = (account(1), account(2));

    let limits = limited_to(Some(till), &[Role::Pharmacy]);
    let added = AccountAdded { account: clerk, by: actor(steward), organisation, limits };
    assert_eq!(data.add_account(&mut by(steward), organisation, clerk, limits), Ok(added));
    let own = standing(clerk, None, NOW);
    assert_eq!((own.organisation, own.site), (Some(organisation), Some(till)));
    assert_eq!(own.roles, RoleSet::of(&[Role::Pharmacy]));

    let limits = Limits { until: Some(NOW), ..limited_to(None, &[]) };
    let changed = AccountChanged { account: clerk, by: actor(steward), organisation, limits };
    assert_eq!(data.change_account(&mut by(steward), clerk, limits), Ok(changed));
    assert_eq!(data.list_accounts(&Store::default(), organisation, 1, 1), [(clerk, limits)]);
    assert_eq!(standing(clerk, None, NOW).organisation, Some(organisation));
    assert!(roles(clerk, NOW).is_empty());
    assert_eq!(standing(clerk, None, NOW + 1).organisation, None, "its time is over");

    let removed = AccountRemoved { account: clerk, by: actor(steward), organisation };
    assert_eq!(data.remove_account(&mut by(steward), clerk), Ok(removed));
    assert_eq!(Store::default().account(clerk), Ok(None));
    assert_eq!(listed(&data, organisation), [steward]);
}

#[test]
fn an_account_acts_for_one_organisation() {
    let mut data = deployment();
    let (first, second) = (register(&mut data, 1), register(&mut data, 2));
    data.add_account(&mut by(account(1)), first, account(3), Limits::default()).unwrap();
    let again = data.add_account(&mut by(account(1)), first, account(3), Limits::default());
    assert_eq!(again, Err(Error::AccountExists));
    for taken in [account(1), account(3)] {
        let refused = data.add_account(&mut by(account(2)), second, taken, Limits::default());
        assert_eq!(refused, Err(Error::AccountExists));
    }
    data.remove_account(&mut by(account(3)), account(3)).unwrap();
    assert!(data.add_account(&mut by(account(2)), second, account(3), Limits::default()).is_ok());
}

#[test]
fn limits_name_sites_and_roles_of_the_organisation_and_a_time_to_come() {
    let mut data = deployment();
    let own = with_role(&mut data, 1, Role::Pharmacy);
    let other = with_role(&mut data, 2, Role::Wholesaler);
    let foreign = site(&mut data, other, 1);
    data.add_account(&mut by(account(1)), own, account(3), Limits::default()).unwrap();
    let past = Limits { until: Some(NOW - 1), ..Limits::default() };
    let refused = [
        (limited_to(Some(7), &[]), Error::UnknownSite),
        (limited_to(Some(foreign), &[]), Error::SiteOfAnotherOrganisation),
        (limited_to(None, &[Role::Pharmacy, Role::Wholesaler]), Error::RoleNotHeld),
        (limited_to(None, &[Role::UnitRegister]), Error::RoleNotHeld),
        (past, Error::ExpiryInPast),
    ];
    for (limits, error) in refused {
        let added = data.add_account(&mut by(account(1)), own, account(4), limits);
        assert_eq!(added, Err(error), "{limits:?}");
        let changed = data.change_account(&mut by(account(1)), account(3), limits);
        assert_eq!(changed, Err(error), "{limits:?}");
    }
    assert_eq!(Store::default().account(account(4)), Ok(None));
    let kept = Account { organisation: own, limits: Limits::default() };
    assert_eq!(Store::default().account(account(3)), Ok(Some(kept)));
}

#[test]
fn a_role_that_is_over_is_not_held_and_one_that_is_suspended_is() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Pharmacy);
    give(&mut data, organisation, Grant { role: Role::Logistics, expires_at: Some(NOW) });
    data.suspend(&mut by(ADMINISTRATOR), organisation).unwrap();
    let later = &mut by_at(account(1), NOW + 1);
    let over = data.add_account(later, organisation, account(2), limited_to(None, &[Role::Logistics]));
    assert_eq!(over, Err(Error::RoleNotHeld));
    let limits = limited_to(None, &[Role::Pharmacy]);
    assert!(data.add_account(later, organisation, account(2), limits).is_ok());
    assert!(roles(account(2), NOW).is_empty());
    data.reinstate(&mut by(ADMINISTRATOR), organisation).unwrap();
    assert_eq!(roles(account(2), NOW), RoleSet::of(&[Role::Pharmacy]));
}

#[test]
fn nobody_but_a_steward_of_the_organisation_manages_its_accounts() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    register(&mut data, 2);
    let steward = &mut by(account(1));
    data.add_account(steward, organisation, account(3), Limits::default()).unwrap();
    data.add_account(steward, organisation, account(4), UNTIL_NOW).unwrap();
    let strangers =
        [by(account(2)), by(account(3)), by(account(9)), by(ADMINISTRATOR), by_at(account(4), NOW + 1)];
    for mut caller in strangers {
        let refused = data.add_account(&mut caller, organisation, account(5), Limits::default());
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
        let refused = data.change_account(&mut caller, account(1), Limits::STEWARD);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
        let refused = data.remove_account(&mut caller, account(1));
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    assert!(data.add_account(&mut by(account(4)), organisation, account(5), Limits::default()).is_ok());
    assert_eq!(
        data.add_account(&mut by(account(1)), 9, account(6), Limits::default()),
        Err(Error::UnknownOrganisation)
    );
    assert_eq!(
        data.change_account(&mut by(account(1)), account(9), Limits::default()),
        Err(Error::UnknownAccount)
    );
    assert_eq!(data.remove_account(&mut by(account(9)), account(9)), Err(Error::UnknownAccount));
}

#[test]
fn in_set_up_an_admin_manages_accounts() {
    let mut data = set_up();
    let organisation = with_role(&mut data, 1, Role::Operator);
    let admin = &mut by(ADMINISTRATOR);
    assert!(data.add_account(admin, organisation, account(2), limited_to(None, &[Role::Operator])).is_ok());
    assert!(data.change_account(admin, account(2), Limits::STEWARD).is_ok());
    assert!(data.remove_account(admin, account(1)).is_ok());
    assert_eq!(data.remove_account(admin, account(2)), Err(Error::LastSteward));
    let stranger = data.add_account(&mut by(account(9)), organisation, account(3), Limits::default());
    assert_eq!(stranger, Err(Error::CallerNotAuthorised));
    data.end_set_up(admin).unwrap();
    let after = data.add_account(&mut by(ADMINISTRATOR), organisation, account(3), Limits::default());
    assert_eq!(after, Err(Error::CallerNotAuthorised));
}

#[test]
fn the_last_steward_stays_without_an_end() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let steward = account(1);
    data.add_account(&mut by(steward), organisation, account(2), UNTIL_NOW).unwrap();
    for caller in [steward, account(2)] {
        assert_eq!(data.remove_account(&mut by(caller), steward), Err(Error::LastSteward));
        for limits in [Limits::default(), UNTIL_NOW] {
            let refused = data.change_account(&mut by(caller), steward, limits);
            assert_eq!(refused, Err(Error::LastSteward));
        }
    }
    assert_eq!(data.organisation(&Store::default(), organisation).unwrap().organisation.stewards, 1);
    let kept = Account { organisation, limits: Limits::STEWARD };
    assert_eq!(Store::default().account(steward), Ok(Some(kept)));

    // Its roles and site may be limited: it still manages the accounts.
    assert!(data
        .change_account(&mut by(steward), steward, Limits { steward: true, ..limited_to(None, &[]) })
        .is_ok());
    data.change_account(&mut by(steward), account(2), Limits::STEWARD).unwrap();
    assert!(data.remove_account(&mut by(steward), steward).is_ok());
    assert_eq!(data.remove_account(&mut by(account(2)), account(2)), Err(Error::LastSteward));
}

#[test]
fn any_other_account_leaves_by_itself_its_time_over_or_not() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    for number in [2, 3] {
        data.add_account(&mut by(account(1)), organisation, account(number), UNTIL_NOW).unwrap();
    }
    let left = AccountRemoved { account: account(2), by: actor(account(2)), organisation };
    assert_eq!(data.remove_account(&mut by(account(2)), account(2)), Ok(left));
    let late = data.remove_account(&mut by_at(account(3), NOW + 1), account(3)).unwrap();
    assert_eq!((late.by.account, late.by.organisation), (account(3), None));
    assert_eq!(listed(&data, organisation), [account(1)]);
}

#[test]
fn every_account_of_an_organisation_can_be_replaced() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Pharmacy);
    data.add_account(&mut by(account(1)), organisation, account(2), Limits::default()).unwrap();
    data.add_account(&mut by(account(1)), organisation, account(3), Limits::STEWARD).unwrap();
    data.remove_account(&mut by(account(3)), account(1)).unwrap();
    assert_eq!(listed(&data, organisation), [account(3), account(2)], "the last one takes the free number");
    data.remove_account(&mut by(account(3)), account(2)).unwrap();
    data.add_account(&mut by(account(3)), organisation, account(4), Limits::default()).unwrap();
    assert_eq!(listed(&data, organisation), [account(3), account(4)]);
    let entry = data.organisation(&Store::default(), organisation).unwrap().organisation;
    assert_eq!((entry.accounts, entry.stewards), (2, 1));
    assert_eq!(roles(account(4), NOW), RoleSet::of(&[Role::Pharmacy]));
    assert_eq!(standing(account(1), None, NOW).organisation, None);
}

#[test]
fn a_steward_of_a_suspended_organisation_still_replaces_stolen_keys() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Pharmacy);
    data.add_account(&mut by(account(1)), organisation, account(2), Limits::default()).unwrap();
    data.suspend(&mut by(ADMINISTRATOR), organisation).unwrap();
    assert!(data.remove_account(&mut by(account(1)), account(2)).is_ok());
}
