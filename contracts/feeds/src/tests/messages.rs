//! The messages that work in ink!'s off-chain environment: the constructor and the reads. State changes ask
//! `access`, and are tested in the real runtime (`contract-runtime-tests`).

use kernel::{FeedReader, Replaceable};
use primitives::feeds::Configuration;

use super::*;
use crate::feeds::Feeds;

#[ink::test]
fn new_feeds_are_empty_and_know_their_access_contract_and_chain() {
    let mut feeds = Feeds::new(account(0xAC), CHAIN);
    let configuration = Configuration { epoch: 0, f: 0, operators: Vec::new() };
    let contract = AccountId(*ink::env::test::callee::<DefaultEnvironment>().as_ref());
    assert_eq!(feeds.access(), Some(account(0xAC)));
    assert_eq!(feeds.configuration(), configuration);
    assert_eq!(feeds.configuration_digest(), configuration.digest(CHAIN, contract));
    assert_eq!(feeds.feed(feed()), None);
    assert_eq!(feeds.feeds(0, 50), []);
    assert_eq!(feeds.model(MODEL), None);
    assert_eq!(feeds.models(0, 50), []);
    assert_eq!(feeds.request(0), None);
    assert_eq!(feeds.round(feed(), SUBJECT), 0);
    assert!(feeds.migrate(), "the code understands the storage that it sets up");
}

#[ink::test]
fn an_unknown_feed_has_no_value() {
    let feeds = Feeds::new(account(0xAC), CHAIN);
    assert_eq!(feeds.read(feed(), SUBJECT, u64::MAX), Err(Error::UnknownFeed));
    assert_eq!(feeds.fresh_value(feed(), SUBJECT, u64::MAX), None);
}
