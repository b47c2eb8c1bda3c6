use super::*;
use primitives::access::PrefixOwner;
use primitives::governance::{PrefixRegistered, PrefixRemoved};
use primitives::prefix::body_of_gln;
use primitives::Prefix;

fn prefix(text: &str) -> Prefix {
    text.parse().unwrap()
}

/// What `access` answers about a key.
fn owner(body: u64) -> Option<PrefixOwner> {
    let question = Question { key: Some(body), ..Question::about(account(9), None) };
    in_storage_of(ACCESS, || access::Data::default().standing(GOVERNANCE, question, NOW)).prefix
}

fn add(data: &mut Data, organisation: OrganisationId, text: &str) -> Result<(), Error> {
    data.register_prefix(&mut by(ADMINISTRATOR), organisation, prefix(text)).map(drop)
}

#[test]
fn a_prefix_belongs_to_its_organisation_in_both_contracts() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let own = prefix("9506000");
    let event = PrefixRegistered { by: actor(ADMINISTRATOR), organisation, prefix: own };
    assert_eq!(data.register_prefix(&mut by(ADMINISTRATOR), organisation, own), Ok(event));
    let entry = PrefixOwner { prefix: own, organisation };
    assert_eq!((data.prefix(own), owner(950_600_013_435)), (Some(organisation), Some(entry)));
    assert_eq!((data.prefix(prefix("9506001")), owner(950_600_113_435)), (None, None));
    assert_eq!(data.list_prefixes(0, 50), [(0, entry)]);
    let by_nobody = Question::about(account(9), None);
    let answer = in_storage_of(ACCESS, || access::Data::default().standing(GOVERNANCE, by_nobody, NOW));
    assert_eq!(answer.prefix, None, "nobody asked");
}

#[test]
fn prefixes_of_all_lengths_are_found_behind_the_same_four_digits() {
    let mut data = deployment();
    let (first, second) = (register(&mut data, 1), register(&mut data, 2));
    add(&mut data, first, "95060").unwrap();
    add(&mut data, second, "9506100").unwrap();
    add(&mut data, first, "950620000000").unwrap();
    let of = |body| owner(body).map(|owner| (owner.prefix.to_string(), owner.organisation));
    assert_eq!(of(950_609_999_999), Some(("95060".into(), first)));
    assert_eq!(of(950_610_099_999), Some(("9506100".into(), second)));
    assert_eq!(of(950_610_100_000), None);
    assert_eq!(of(950_620_000_000), Some(("950620000000".into(), first)));
    assert_eq!(of(950_620_000_001), None);
}

#[test]
fn no_prefix_contains_another_one_whosever_it_is() {
    let mut data = deployment();
    let (first, second) = (register(&mut data, 1), register(&mut data, 2));
    add(&mut data, first, "9506000").unwrap();
    for organisation in [first, second] {
        assert_eq!(add(&mut data, organisation, "9506000"), Err(Error::PrefixExists));
        for other in ["9506", "95060", "950600", "95060000", "950600013435"] {
            assert_eq!(add(&mut data, organisation, other), Err(Error::PrefixContained), "{other}");
        }
    }
    assert_eq!(add(&mut data, second, "9506001"), Ok(()));
    assert_eq!(add(&mut data, second, "09506000"), Ok(()), "a leading zero counts");
    data.remove_prefix(&mut by(account(1)), prefix("9506000")).unwrap();
    assert_eq!(add(&mut data, second, "9506"), Err(Error::PrefixContained), "another one is left");
    data.remove_prefix(&mut by(account(2)), prefix("9506001")).unwrap();
    assert_eq!(add(&mut data, second, "9506"), Ok(()));
    assert_eq!(add(&mut data, second, "950600013435"), Err(Error::PrefixContained));
}

#[test]
fn a_prefix_of_a_gtin_8_or_of_another_length_is_refused() {
    let mut data = deployment();
    register(&mut data, 1);
    let admin = &mut by(ADMINISTRATOR);
    for (length, digits) in [(3, 950), (13, 9_506_000_134_352), (4, 0), (6, 1), (4, 12_345)] {
        let refused = data.register_prefix(admin, 0, Prefix { length, digits });
        assert_eq!(refused, Err(Error::InvalidPrefix), "{length} {digits}");
    }
    let refused = data.register_prefix(admin, 9, Prefix { length: 3, digits: 950 });
    assert_eq!(refused, Err(Error::UnknownOrganisation));
    assert_eq!(add(&mut data, 0, "00001"), Ok(()));
}

#[test]
fn admins_and_regulators_register_a_prefix() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    with_role(&mut data, 2, Role::Admin);
    let own = with_role(&mut data, 3, Role::Manufacturer);
    for number in [3, 9] {
        let refused = data.register_prefix(&mut by(account(number)), own, prefix("9506"));
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    assert!(data.register_prefix(&mut by(account(1)), own, prefix("9506")).is_ok());
    assert!(data.register_prefix(&mut by(account(2)), own, prefix("9507")).is_ok());
}

#[test]
fn a_regulator_or_a_steward_of_its_owner_removes_a_prefix() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    with_role(&mut data, 2, Role::Admin);
    let own = register(&mut data, 3);
    register(&mut data, 4);
    data.add_account(&mut by(account(3)), own, account(5), Limits::default()).unwrap();
    for remover in [account(1), account(3)] {
        add(&mut data, own, "9506000").unwrap();
        for other in [ADMINISTRATOR, account(2), account(4), account(5), account(9)] {
            let refused = data.remove_prefix(&mut by(other), prefix("9506000"));
            assert_eq!(refused, Err(Error::CallerNotAuthorised));
        }
        let event = PrefixRemoved { by: actor(remover), organisation: own, prefix: prefix("9506000") };
        assert_eq!(data.remove_prefix(&mut by(remover), prefix("9506000")), Ok(event));
        let again = data.remove_prefix(&mut by(remover), prefix("9506000"));
        assert_eq!(again, Err(Error::UnknownPrefix));
        assert_eq!((data.prefix(prefix("9506000")), owner(950_600_013_435)), (None, None));
    }
}

#[test]
fn a_removed_prefix_leaves_the_others_of_its_length_to_be_found() {
    let mut data = deployment();
    register(&mut data, 1);
    add(&mut data, 0, "9506000").unwrap();
    add(&mut data, 0, "9506001").unwrap();
    data.remove_prefix(&mut by(account(1)), prefix("9506000")).unwrap();
    assert_eq!(owner(950_600_000_000), None);
    assert_eq!(owner(950_600_100_000).map(|owner| owner.organisation), Some(0));
}

#[test]
fn a_gln_of_anothers_prefix_is_not_registered() {
    let mut data = deployment();
    let (own, other) = (register(&mut data, 1), register(&mut data, 2));
    let before = site(&mut data, other, 1);
    add(&mut data, own, "9506000").unwrap();
    assert!(prefix("9506000").holds(body_of_gln(gln(1))));
    let admin = &mut by(ADMINISTRATOR);
    let refused = data.register_site(admin, other, "Site".into(), gln(2));
    assert_eq!(refused.unwrap_err(), Error::PrefixOfAnother);
    let refused = data.update_site(admin, before, "Site".into(), gln(2));
    assert_eq!(refused.unwrap_err(), Error::PrefixOfAnother);
    let refused = data.update_organisation(admin, other, "Name".into(), Identifier::Gln(gln(2)));
    assert_eq!(refused.unwrap_err(), Error::PrefixOfAnother);
    let refused = data.register_organisation(admin, "Name".into(), Identifier::Gln(gln(2)), account(3));
    assert_eq!(refused.unwrap_err(), Error::PrefixOfAnother);

    assert!(data.update_site(admin, before, "Ward".into(), gln(1)).is_ok(), "what was there stays");
    site(&mut data, own, 2);
    site(&mut data, other, 1_000_000);
    data.remove_prefix(&mut by(account(1)), prefix("9506000")).unwrap();
    site(&mut data, other, 3);
}

#[test]
fn prefixes_are_listed_by_number_with_gaps() {
    let mut data = deployment();
    register(&mut data, 1);
    for number in 1000..1052 {
        add(&mut data, 0, &number.to_string()).unwrap();
    }
    data.remove_prefix(&mut by(account(1)), prefix("1001")).unwrap();
    let listed = |start, limit| {
        let page = data.list_prefixes(start, limit);
        page.iter().map(|(number, owner)| (*number, owner.prefix.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(listed(0, 3), [(0, "1000".into()), (2, "1002".into())]);
    assert_eq!(listed(0, u32::MAX).len(), 49, "50 numbers, one of them removed");
    assert_eq!(listed(50, 50), [(50, "1050".into()), (51, "1051".into())]);
}

#[test]
fn what_is_removed_leaves_nothing_behind() {
    let mut data = deployment();
    register(&mut data, 1);
    let cells = |contract: AccountId| {
        ink::env::test::count_used_storage_cells::<DefaultEnvironment>(&contract.0.into())
    };
    let count = || (cells(GOVERNANCE).unwrap(), cells(ACCESS).unwrap());
    let before = count();
    add(&mut data, 0, "950600013435").unwrap();
    assert_ne!(count(), before);
    data.remove_prefix(&mut by(account(1)), prefix("950600013435")).unwrap();
    assert_eq!(count(), before);
}
