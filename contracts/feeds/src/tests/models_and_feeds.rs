use super::*;
use primitives::feeds::{FeedSet, Model, ModelApproved, ModelRevoked, MAX_DECIMALS, MAX_VERSION};

#[test]
fn a_model_is_approved_with_its_manifest_and_end() {
    let mut data = feeds();
    let event = ModelApproved {
        model: MODEL,
        by: regulator().actor(),
        manifest: MANIFEST,
        version: "1.0.0".into(),
        valid_until: VALID_UNTIL,
    };
    let approved = data.approve_model(regulator(), MODEL, MANIFEST, "1.0.0".into(), VALID_UNTIL);
    assert_eq!(approved, Ok(event));
    let record = Model {
        manifest: MANIFEST,
        version: "1.0.0".into(),
        approved_by: regulator().actor(),
        approved_at: NOW,
        valid_until: VALID_UNTIL,
        revoked: false,
    };
    assert_eq!(data.model(MODEL), Some(record));
}

#[test]
fn only_admins_and_regulators_approve_and_revoke_models() {
    let mut data = feeds();
    approve(&mut data, MODEL);
    for caller in [provider(), bystander(), anybody()] {
        let refused = data.approve_model(caller, ModelId([1; 32]), MANIFEST, "1".into(), VALID_UNTIL);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
        assert_eq!(data.revoke_model(caller, MODEL), Err(Error::CallerNotAuthorised));
    }
    assert!(data.approve_model(admin(), ModelId([1; 32]), MANIFEST, "1".into(), VALID_UNTIL).is_ok());
}

#[test]
fn a_model_has_a_version_and_an_end_in_the_future() {
    let mut data = feeds();
    let mut approve = |version: &str, end| {
        data.approve_model(regulator(), ModelId([1; 32]), MANIFEST, version.into(), end).map(drop)
    };
    assert_eq!(approve("", VALID_UNTIL), Err(Error::InvalidVersion));
    assert_eq!(approve(&"1".repeat(MAX_VERSION + 1), VALID_UNTIL), Err(Error::InvalidVersion));
    assert_eq!(approve("1", NOW - 1), Err(Error::DeadlineInPast));
    assert_eq!(approve(&"1".repeat(MAX_VERSION), NOW), Ok(()));
    assert_eq!(approve("2", VALID_UNTIL), Err(Error::ModelExists));
}

#[test]
fn a_model_is_revoked_permanently() {
    let mut data = feeds();
    assert_eq!(data.revoke_model(admin(), MODEL), Err(Error::UnknownModel));
    approve(&mut data, MODEL);
    assert_eq!(data.revoke_model(admin(), MODEL), Ok(ModelRevoked { model: MODEL, by: admin().actor() }));
    assert_eq!(data.revoke_model(admin(), MODEL), Err(Error::ModelRevoked));
    let again = data.approve_model(admin(), MODEL, MANIFEST, "2".into(), VALID_UNTIL);
    assert_eq!(again, Err(Error::ModelExists));
}

#[test]
fn a_feed_is_opened_once_by_an_admin() {
    let mut data = feeds();
    approve(&mut data, MODEL);
    for caller in [regulator(), provider(), bystander(), anybody()] {
        assert_eq!(data.create_feed(caller, feed(), definition()), Err(Error::CallerNotAuthorised));
    }
    let event = FeedSet { feed: feed(), by: admin().actor(), definition: definition() };
    assert_eq!(data.create_feed(admin(), feed(), definition()), Ok(event));
    assert_eq!(data.feed(feed()), Some(definition()));
    assert_eq!(data.create_feed(admin(), feed(), definition()), Err(Error::FeedExists));
}

#[test]
fn a_feed_has_a_name_and_a_range_that_make_sense() {
    let mut data = feeds();
    approve(&mut data, MODEL);
    for name in [[0; 32], *b"Upper-case----------------------", [0xFF; 32]] {
        let refused = data.create_feed(admin(), FeedId(name), definition());
        assert_eq!(refused, Err(Error::InvalidFeedName));
    }
    let turned = Feed { min: 1, max: 0, ..definition() };
    let too_fine = Feed { decimals: MAX_DECIMALS + 1, ..definition() };
    for wrong in [turned, too_fine] {
        assert_eq!(data.create_feed(admin(), feed(), wrong), Err(Error::InvalidFeedRange));
    }
    assert_eq!(data.list_feeds(0, 50), []);
    let one_value = Feed { min: 5, max: 5, decimals: MAX_DECIMALS, ..definition() };
    assert!(data.create_feed(admin(), feed(), one_value).is_ok());
}

#[test]
fn a_feed_uses_a_model_that_may_be_used() {
    let mut data = feeds();
    assert_eq!(data.create_feed(admin(), feed(), definition()), Err(Error::UnknownModel));
    approve(&mut data, MODEL);
    let late = at(admin(), VALID_UNTIL + 1);
    assert_eq!(data.create_feed(late, feed(), definition()), Err(Error::ModelExpired));
    data.revoke_model(admin(), MODEL).unwrap();
    assert_eq!(data.create_feed(admin(), feed(), definition()), Err(Error::ModelRevoked));
}

#[test]
fn a_feed_gets_another_model_range_and_age() {
    let mut data = with_feed();
    let next = ModelId([2; 32]);
    let changed = Feed { model: next, min: 1, max: 2, max_report_age: 3, ..definition() };
    assert_eq!(data.update_feed(admin(), feed(), changed.clone()), Err(Error::UnknownModel));
    approve(&mut data, next);
    assert_eq!(data.update_feed(regulator(), feed(), changed.clone()), Err(Error::CallerNotAuthorised));
    let event = FeedSet { feed: feed(), by: admin().actor(), definition: changed.clone() };
    assert_eq!(data.update_feed(admin(), feed(), changed.clone()), Ok(event));
    assert_eq!(data.list_feeds(0, 50), [(feed(), changed.clone())]);
    let other = FeedId::named("other").unwrap();
    assert_eq!(data.update_feed(admin(), other, changed.clone()), Err(Error::UnknownFeed));
    let turned = Feed { min: 9, ..changed };
    assert_eq!(data.update_feed(admin(), feed(), turned), Err(Error::InvalidFeedRange));
}

#[test]
fn what_a_feeds_values_mean_never_changes() {
    let mut data = with_feed();
    let other_digits = Feed { decimals: 4, ..definition() };
    let other_kind = Feed { kind: FeedKind::ClaimFraud, ..definition() };
    for changed in [other_digits, other_kind] {
        assert_eq!(data.update_feed(admin(), feed(), changed), Err(Error::FeedMeaningFixed));
    }
    assert_eq!(data.feed(feed()), Some(definition()));
}

#[test]
fn models_and_feeds_are_listed_by_pages_in_their_order() {
    let mut data = feeds();
    for number in 0..60_u8 {
        approve(&mut data, ModelId([number; 32]));
        let name = format!("feed-{number}");
        let model = Feed { model: ModelId([number; 32]), ..definition() };
        data.create_feed(admin(), FeedId::named(&name).unwrap(), model).unwrap();
    }
    let page = data.list_models(58, 50);
    assert_eq!(page.iter().map(|(id, _)| id.0[0]).collect::<Vec<_>>(), [58, 59]);
    assert_eq!(data.list_models(0, u32::MAX).len(), 50);
    assert_eq!(data.list_feeds(0, u32::MAX).len(), 50);
    assert_eq!(data.list_feeds(59, 1)[0].0.name(), "feed-59");
    assert_eq!(data.list_feeds(u32::MAX, u32::MAX), []);
}
