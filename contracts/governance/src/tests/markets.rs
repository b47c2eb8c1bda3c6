use super::*;
use crate::Applied;
use primitives::governance::{Market, MarketSet, Markets, MAX_MARKETS};

const DE: Market = Market(*b"DE");
const FR: Market = Market(*b"FR");

/// A deployment in set-up with two authorities, 0 and 1, and a pharmacy.
fn authorities() -> Data {
    let mut data = set_up();
    with_role(&mut data, 1, Role::Regulator);
    with_role(&mut data, 2, Role::Regulator);
    with_role(&mut data, 3, Role::Pharmacy);
    data
}

fn set(data: &mut Data, market: Market, authority: Option<OrganisationId>) -> Result<(), Error> {
    data.set_market(&by(ADMINISTRATOR), market, authority).map(drop)
}

#[test]
fn a_market_has_one_authority() {
    let mut data = authorities();
    let event = MarketSet { by: actor(ADMINISTRATOR), market: DE, authority: Some(0) };
    assert_eq!(data.set_market(&by(ADMINISTRATOR), DE, Some(0)), Ok(event));
    set(&mut data, FR, Some(0)).unwrap();
    assert_eq!(data.markets(0), Markets { markets: vec![DE, FR], organisations: 3 });
    assert_eq!((data.authority(DE), data.authority(Market(*b"AT"))), (Some(0), None));

    set(&mut data, DE, Some(1)).unwrap();
    assert_eq!((data.markets(0).markets, data.markets(1).markets), (vec![FR], vec![DE]));
    assert_eq!(data.authority(DE), Some(1));
    set(&mut data, DE, None).unwrap();
    assert_eq!((data.markets(1).markets, data.authority(DE)), (vec![], None));
    assert_eq!(data.markets(9), Markets { markets: vec![], organisations: 3 }, "no such organisation");
}

#[test]
fn only_an_organisation_that_is_a_regulator_gets_a_market() {
    let mut data = authorities();
    for market in [Market(*b"de"), Market(*b"D1"), Market([0; 2])] {
        assert_eq!(set(&mut data, market, Some(9)), Err(Error::InvalidMarket));
        assert_eq!(set(&mut data, market, None), Err(Error::InvalidMarket));
    }
    assert_eq!(set(&mut data, DE, Some(9)), Err(Error::UnknownOrganisation));
    assert_eq!(set(&mut data, DE, Some(2)), Err(Error::RoleNotHeld));
    give(&mut data, 0, Grant { role: Role::Regulator, expires_at: Some(NOW) });
    assert!(data.set_market(&by_at(ADMINISTRATOR, NOW), DE, Some(0)).is_ok());
    let late = data.set_market(&by_at(ADMINISTRATOR, NOW + 1), FR, Some(0));
    assert_eq!(late, Err(Error::RoleNotHeld), "the role is over");
}

#[test]
fn an_admin_sets_markets_at_once_in_set_up_only() {
    let mut data = authorities();
    with_role(&mut data, 4, Role::Admin);
    for caller in [account(1), account(3), account(9)] {
        assert_eq!(data.set_market(&by(caller), DE, Some(0)), Err(Error::CallerNotAuthorised));
    }
    assert!(data.set_market(&by(account(4)), DE, Some(0)).is_ok());
    data.end_set_up(&mut by(ADMINISTRATOR)).unwrap();
    assert_eq!(set(&mut data, DE, Some(1)), Err(Error::ProposalRequired));
    assert_eq!(set(&mut data, DE, None), Err(Error::ProposalRequired));
    assert_eq!(data.authority(DE), Some(0));
}

#[test]
fn afterwards_a_market_waits() {
    let mut data = authorities();
    set(&mut data, DE, Some(0)).unwrap();
    data.end_set_up(&mut by(ADMINISTRATOR)).unwrap();
    let action = Action::Market { market: DE, authority: Some(1) };
    assert_eq!(data.propose(&mut by(account(1)), action), Err(Error::CallerNotAuthorised));
    let wrong = Action::Market { market: DE, authority: Some(2) };
    assert_eq!(data.propose(&mut by(ADMINISTRATOR), wrong), Err(Error::RoleNotHeld));
    let proposal = data.propose(&mut by(ADMINISTRATOR), action).unwrap().proposal;
    let due = NOW + CHANGE_DELAY;
    let early = data.apply_proposal(&mut by_at(ADMINISTRATOR, due - 1), proposal);
    assert_eq!(early, Err(Error::ProposalTooEarly));
    assert_eq!(data.authority(DE), Some(0));
    let (_, applied) = data.apply_proposal(&mut by_at(ADMINISTRATOR, due), proposal).unwrap();
    let event = MarketSet { by: actor(ADMINISTRATOR), market: DE, authority: Some(1) };
    assert_eq!(applied, Applied::Market(event));
    assert_eq!(data.authority(DE), Some(1));
}

#[test]
fn an_authority_has_64_markets_at_most() {
    let mut data = authorities();
    let market = |number: u8| Market([b'A' + number / 26, b'A' + number % 26]);
    let most = u8::try_from(MAX_MARKETS).unwrap();
    for number in 0..most {
        set(&mut data, market(number), Some(0)).unwrap();
    }
    assert_eq!(set(&mut data, market(most), Some(0)), Err(Error::TooManyMarkets));
    assert_eq!(set(&mut data, market(0), Some(0)), Ok(()), "its own");
    assert_eq!(set(&mut data, market(most), Some(1)), Ok(()));
    assert_eq!(data.markets(0).markets.len(), MAX_MARKETS);
}
