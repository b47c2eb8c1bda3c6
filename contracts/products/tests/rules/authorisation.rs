use super::*;
use primitives::batches::{RecallClass, RecallReason};
use primitives::governance::Market;
use primitives::products::{
    Delegation, Product, ProductAuthorised, ProductChanged, ProductRestored, ProductWithdrawal,
    ProductWithdrawn, ProductsDelegated, WithdrawalRecall,
};
use primitives::Prefix;

const FRANCE: Market = Market(*b"FR");
const RECALL: WithdrawalRecall = WithdrawalRecall {
    class: RecallClass::II,
    reason: RecallReason::QualityDefect,
    instructions: DOCUMENT,
    acknowledge_by: NOW + 1,
};

fn product() -> NewProduct {
    new_product(organisation(1))
}

/// A GTIN with its check digit: the product of this number under the prefix of organisation 0.
fn gtin(number: u64) -> u64 {
    let payload = 950_600_000_000 + number;
    payload * 10 + u64::from(gs1::check_digit(payload))
}

#[test]
fn an_authorised_product_is_known_and_listed() {
    let (mut data, known) = (empty(), known());
    let new = NewProduct { makers: vec![organisation(9)], until: Some(NOW), ..product() };
    let other = NewProduct { gtin: gtin(1), ..product() };
    let products = vec![new.clone(), other.clone()];
    let events = data.authorise(&regulator(), authority(&known), products).unwrap();
    let event = |product| ProductAuthorised { by: by(regulator()), authority: organisation(5), product };
    assert_eq!(events, [event(new), event(other)]);
    let expected = Product {
        holder: organisation(1),
        makers: vec![organisation(9)],
        markets: vec![MARKET],
        until: Some(NOW),
        document: DOCUMENT,
        authority: organisation(5),
        authorised_at: NOW,
        withdrawn: None,
    };
    assert_eq!(data.product(GTIN), Some(expected.clone()));
    assert_eq!(data.list_products(0, 1), [(GTIN, expected)]);
    let all: Vec<u64> = data.list_products(0, 1_000).into_iter().map(|(gtin, _)| gtin).collect();
    assert_eq!(all, [GTIN, gtin(1)]);
    assert_eq!(data.list_products(2, 50), []);
    assert_eq!(data.list_products(u32::MAX, u32::MAX), []);
}

#[test]
fn no_page_is_longer_than_50_and_no_message_authorises_more() {
    let (mut data, known) = (empty(), known());
    let some = |numbers: std::ops::Range<u64>| {
        numbers.map(|number| NewProduct { gtin: gtin(number), ..product() }).collect::<Vec<_>>()
    };
    for (count, error) in [(0, Error::TooManyProducts), (51, Error::TooManyProducts)] {
        let refused = data.authorise(&regulator(), authority(&known), some(0..count));
        assert_eq!(refused, Err(error));
    }
    for range in [0..50, 50..60] {
        data.authorise(&regulator(), authority(&known), some(range)).unwrap();
    }
    assert_eq!(data.list_products(0, 1_000).len(), 50);
    assert_eq!(data.list_products(50, 1_000).len(), 10);
}

#[test]
fn what_cannot_be_authorised_is_named() {
    let o = organisation;
    type Spoil = fn(&mut NewProduct);
    let wrong: [(Spoil, Error); 12] = [
        (|it| it.gtin += 1, Error::InvalidGtin),
        (|it| it.gtin = 0, Error::InvalidGtin),
        (|it| it.holder = 100, Error::UnknownOrganisation),
        (|it| it.makers = vec![100], Error::UnknownOrganisation),
        (|it| it.makers = vec![it.holder], Error::InvalidMakers),
        (|it| it.makers = vec![7, 8, 7], Error::InvalidMakers),
        (|it| it.makers = (10..27).collect(), Error::InvalidMakers),
        (|it| it.markets = vec![], Error::InvalidMarkets),
        (|it| it.markets = vec![MARKET, MARKET], Error::InvalidMarkets),
        (|it| it.markets = vec![FRANCE], Error::MarketOfAnother),
        (|it| it.markets.push(FRANCE), Error::MarketOfAnother),
        (|it| it.until = Some(NOW - 1), Error::ExpiryInPast),
    ];
    for (change, error) in wrong {
        let mut data = empty();
        let mut new = product();
        change(&mut new);
        assert_eq!(authorise(&mut data, new.clone()), Err(error), "{new:?}");
        // A change is held to the same.
        let mut data = with_product();
        let same = NewProduct { gtin: GTIN, ..new.clone() };
        let changed = data.change(&regulator(), authority(&known()), same).map(drop);
        assert_eq!(changed, if error == Error::InvalidGtin { Ok(()) } else { Err(error) });
    }
    let most = NewProduct { makers: (10..26).collect(), until: Some(NOW), ..new_product(o(1)) };
    assert_eq!(authorise(&mut empty(), most), Ok(()));
}

#[test]
fn a_product_is_authorised_once() {
    let mut data = with_product();
    assert_eq!(authorise(&mut data, product()), Err(Error::ProductExists));
    let twice = empty().authorise(&regulator(), authority(&known()), vec![product(), product()]);
    assert_eq!(twice, Err(Error::ProductExists), "nor in one message");
}

#[test]
fn a_regulator_authorises_for_itself_and_a_delegate_for_the_regulator_of_the_prefix() {
    let (mut data, known) = (empty(), known());
    let prefix = prefix_of(0);
    let delegated = ProductsDelegated { by: by(regulator()), prefix, delegate: Some(organisation(2)) };
    let delegate = |data: &mut Data, to| data.delegate(&regulator(), (prefix, to), &known, false);
    assert_eq!(delegate(&mut data, Some(organisation(2))), Ok(delegated));
    let stored = Delegation { authority: organisation(5), delegate: organisation(2) };
    assert_eq!(data.delegation(prefix), Some(stored));

    assert_eq!(data.authority_of(&regulator(), None), Ok((organisation(5), None)));
    assert_eq!(data.authority_of(&wholesaler(), Some(prefix)), Ok((organisation(5), Some(prefix))));
    for (caller, prefix) in
        [(wholesaler(), None), (wholesaler(), Some(prefix_of(1))), (manufacturer(), Some(prefix))]
    {
        assert_eq!(data.authority_of(&caller, prefix), Err(Error::CallerNotAuthorised));
    }
    assert!(delegate(&mut data, None).is_ok());
    assert_eq!(data.authority_of(&wholesaler(), Some(prefix)), Err(Error::CallerNotAuthorised));
}

#[test]
fn a_delegate_authorises_gtins_of_its_prefix_only() {
    let (mut data, known) = (empty(), known());
    let delegated = Some("9506000".parse::<Prefix>().unwrap());
    let authority = Authority { delegated, ..authority(&known) };
    let foreign = NewProduct { gtin: 4_150_123_456_782, ..product() };
    assert!(gs1::Gtin::new(foreign.gtin).is_ok());
    let both = vec![product(), foreign];
    assert_eq!(data.authorise(&wholesaler(), authority, both), Err(Error::PrefixOfAnother));
    let own = data.authorise(&wholesaler(), authority, vec![NewProduct { gtin: gtin(3), ..product() }]);
    assert!(own.is_ok());
    assert_eq!(data.product(gtin(3)).unwrap().authority, organisation(5), "of the regulator");
}

#[test]
fn what_another_regulator_delegated_stays_while_it_is_one() {
    let (mut data, known) = (empty(), known());
    let prefix = prefix_of(0);
    let other = Call { organisation: Some(organisation(8)), ..regulator() };
    data.delegate(&regulator(), (prefix, Some(2)), &known, false).unwrap();
    for delegate in [Some(3), None] {
        let refused = data.delegate(&other, (prefix, delegate), &known, true);
        assert_eq!(refused, Err(Error::PrefixOfAnother));
    }
    assert!(data.delegate(&regulator(), (prefix, Some(4)), &known, true).is_ok(), "its own one");
    assert!(data.delegate(&other, (prefix, Some(3)), &known, false).is_ok());
    let three_digits = Prefix { length: 3, digits: 950 };
    let refused = data.delegate(&other, (three_digits, Some(3)), &known, false);
    assert_eq!(refused, Err(Error::InvalidPrefix));
    let refused = data.delegate(&other, (prefix, Some(100)), &known, false);
    assert_eq!(refused, Err(Error::UnknownOrganisation));
}

#[test]
fn a_product_passes_to_another_holder_by_the_regulator_of_its_markets() {
    let (mut data, known) = (with_product(), known());
    let new = NewProduct { makers: vec![organisation(1)], ..new_product(organisation(9)) };
    let foreign = Markets { markets: vec![FRANCE], organisations: 100 };
    let refused = data.change(&regulator(), authority(&foreign), new.clone());
    assert_eq!(refused, Err(Error::ProductOfAnother));
    let event = ProductChanged {
        by: by(regulator()),
        former_holder: organisation(1),
        former_makers: vec![],
        product: new.clone(),
    };
    assert_eq!(data.change(&regulator(), authority(&known), new), Ok(event));
    let product = data.product(GTIN).unwrap();
    assert!(product.is_made_by(organisation(9)) && product.is_made_by(organisation(1)));
    let unknown = NewProduct { gtin: gtin(1), ..new_product(organisation(9)) };
    assert_eq!(data.change(&regulator(), authority(&known), unknown), Err(Error::UnknownProduct));
}

#[test]
fn a_withdrawn_authorisation_is_taken_back_or_given_anew() {
    let (mut data, known) = (with_product(), known());
    let foreign = Markets { markets: vec![FRANCE], organisations: 100 };
    assert_eq!(data.withdraw(&regulator(), &foreign, GTIN, RECALL), Err(Error::MarketOfAnother));
    assert_eq!(data.restore(&regulator(), &known, GTIN, DOCUMENT), Err(Error::NotWithdrawn));
    let event = ProductWithdrawn { by: by(regulator()), gtin: GTIN, recall: RECALL };
    assert_eq!(data.withdraw(&regulator(), &known, GTIN, RECALL), Ok(event));
    let withdrawn = ProductWithdrawal { by: organisation(5), account: account(5), at: NOW };
    assert_eq!(data.product(GTIN).unwrap().withdrawn, Some(withdrawn));
    assert_eq!(data.withdraw(&regulator(), &known, GTIN, RECALL), Err(Error::AuthorisationWithdrawn));
    let refused = data.registration((account(1), site(1)), new_batch(1), NOW);
    assert_eq!(refused, Err(Error::AuthorisationWithdrawn));
    let refused = data.change(&regulator(), authority(&known), product());
    assert_eq!(refused, Err(Error::AuthorisationWithdrawn));
    assert_eq!(data.restore(&regulator(), &foreign, GTIN, DOCUMENT), Err(Error::ProductOfAnother));

    let event = ProductRestored { by: by(regulator()), gtin: GTIN, document: DOCUMENT };
    assert_eq!(data.restore(&regulator(), &known, GTIN, DOCUMENT), Ok(event));
    assert_eq!(data.ensure_maker(GTIN, Some(organisation(1)), NOW), Ok(()));

    data.withdraw(&regulator(), &known, GTIN, RECALL).unwrap();
    let foreigner = Authority { organisation: organisation(8), known: &foreign, delegated: None };
    let french = NewProduct { markets: vec![FRANCE], ..product() };
    let refused = data.authorise(&regulator(), foreigner, vec![french]);
    assert_eq!(refused, Err(Error::ProductOfAnother), "by the regulator whose market it was");
    authorise(&mut data, new_product(organisation(9))).unwrap();
    assert_eq!(data.product(GTIN).unwrap().holder, organisation(9));
    assert_eq!(data.list_products(0, 50).len(), 1, "it is listed once");
}
