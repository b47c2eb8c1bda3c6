use super::*;
use primitives::governance::{GlnUse, SiteRegistered, SiteUpdated};

#[test]
fn a_site_belongs_to_its_organisation_in_both_contracts() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Wholesaler);
    let event = SiteRegistered {
        by: actor(ADMINISTRATOR),
        site: 0,
        organisation,
        name: "Warehouse".into(),
        gln: gln(1),
    };
    let admin = &mut by(ADMINISTRATOR);
    assert_eq!(data.register_site(admin, organisation, "Warehouse".into(), gln(1)), Ok(event));
    let known = data.site(0).unwrap();
    assert_eq!((known.organisation, known.gln, known.registered_at), (organisation, gln(1), NOW));
    let question = Question { counterparty: Some(0), ..Question::about(account(9), None) };
    let answer = in_storage_of(ACCESS, || access::Data::default().standing(GOVERNANCE, question, NOW));
    let asked = answer.counterparty.unwrap();
    assert_eq!((asked.organisation, asked.roles), (organisation, RoleSet::of(&[Role::Wholesaler])));
    assert_eq!(standing(account(1), Some(0), NOW).site, Some(0));
    assert_eq!(standing(account(1), None, NOW).site, None);
}

#[test]
fn a_gln_is_registered_once() {
    let mut data = deployment();
    let (first, second) = (register(&mut data, 1), register(&mut data, 2));
    let admin = &mut by(ADMINISTRATOR);
    site(&mut data, first, 1);
    for organisation in [first, second] {
        let again = data.register_site(admin, organisation, "Site".into(), gln(1));
        assert_eq!(again.unwrap_err(), Error::GlnExists);
    }
    let taken = data.update_organisation(admin, second, "Name".into(), Identifier::Gln(gln(1)));
    assert_eq!(taken.unwrap_err(), Error::GlnExists);

    // The organisation itself may bear the GLN of its one site.
    data.update_organisation(admin, first, "Name".into(), Identifier::Gln(gln(1))).unwrap();
    let both = GlnUse { organisation: first, names_organisation: true, site: Some(0) };
    assert_eq!(data.gln(gln(1)), Some(both));
    data.update_organisation(admin, first, "Name".into(), uri("urn:a:b")).unwrap();
    assert_eq!(data.gln(gln(1)), Some(GlnUse { names_organisation: false, ..both }));
}

#[test]
fn a_site_needs_an_organisation_and_a_right_gln() {
    let mut data = deployment();
    let admin = &mut by(ADMINISTRATOR);
    let refused = data.register_site(admin, 0, "Site".into(), gln(1));
    assert_eq!(refused.unwrap_err(), Error::UnknownOrganisation);
    register(&mut data, 1);
    for wrong in [gln(1) ^ 1, gln(1) + 10_000_000_000_000] {
        let refused = data.register_site(admin, 0, "Site".into(), wrong);
        assert_eq!(refused.unwrap_err(), Error::InvalidIdentifier);
    }
    assert_eq!(data.list_sites(0, 50), []);
    assert_eq!(standing(account(1), Some(0), NOW).site, None);
}

#[test]
fn a_sites_name_and_gln_are_corrected() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let admin = &by(ADMINISTRATOR);
    let (first, second) = (site(&mut data, organisation, 1), site(&mut data, organisation, 2));
    let event = SiteUpdated {
        by: actor(ADMINISTRATOR),
        site: first,
        former_name: "Site".into(),
        former_gln: gln(1),
        name: "Ward".into(),
        gln: gln(3),
    };
    assert_eq!(data.update_site(admin, first, "Ward".into(), gln(3)), Ok(event));
    assert_eq!(data.gln(gln(1)), None);
    assert_eq!(data.gln(gln(3)).unwrap().site, Some(first));
    assert!(data.update_site(admin, first, "Ward 2".into(), gln(3)).is_ok(), "its own GLN");
    assert_eq!(data.update_site(admin, second, "Ward".into(), gln(3)).unwrap_err(), Error::GlnExists);
    assert_eq!(data.update_site(admin, second, "Ward".into(), 1).unwrap_err(), Error::InvalidIdentifier);
    assert_eq!(data.update_site(admin, 9, "Ward".into(), gln(4)).unwrap_err(), Error::UnknownSite);
    assert_eq!(data.gln(gln(2)).unwrap().site, Some(second));
}

#[test]
fn sites_are_listed_by_pages_in_their_order() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    for number in 0..52 {
        site(&mut data, organisation, number);
    }
    let numbers =
        |start, limit| data.list_sites(start, limit).iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(numbers(50, 9), [50, 51]);
    assert_eq!(numbers(0, u32::MAX).len(), 50);
    assert!(numbers(u32::MAX, 1).is_empty());
}
