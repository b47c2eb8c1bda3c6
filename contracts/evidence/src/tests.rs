use kernel::{Call, Replaceable};
use primitives::batches::QuarantineTarget;
use primitives::evidence::{Error, EvidencePolicy, EvidencePolicySet, EvidencePresented};
use primitives::{AccountId, BatchId, FeedId, Role, RoleSet};

use crate::{judge, max_age_since, Data};

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600_000;
const FEED: FeedId = FeedId([7; 32]);
const MAX_AGE: u64 = 3_600_000;

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

fn call(number: u8, roles: &[Role]) -> Call {
    let organisation = Some(u32::from(number));
    Call { account: account(number), organisation, site: None, roles: RoleSet::of(roles), now: NOW }
}

fn policy() -> EvidencePolicy {
    EvidencePolicy { feeds: account(0xFE), threshold: 80, max_age: MAX_AGE }
}

fn register() -> Data {
    Data::new(account(0xAC), account(0xBA))
}

#[ink::test]
fn a_new_contract_has_no_policy_and_knows_its_contracts() {
    let mut evidence = crate::evidence::Evidence::new(account(0xAC), account(0xBA));
    assert_eq!((evidence.access(), evidence.batches()), (Some(account(0xAC)), Some(account(0xBA))));
    assert_eq!(evidence.policy(FEED), None);
    assert!(evidence.migrate(), "the code understands the storage that it sets up");
}

#[ink::test]
fn a_regulator_sets_and_removes_which_reports_are_evidence() {
    let mut data = register();
    for role in Role::ALL {
        let refused = data.set_policy(call(1, &[role]), FEED, Some(policy())).err();
        assert_eq!(refused, (role != Role::Regulator).then_some(Error::CallerNotAuthorised), "{role}");
    }
    let regulator = call(5, &[Role::Regulator]);
    let event = EvidencePolicySet { feed: FEED, by: regulator.actor(), policy: Some(policy()) };
    assert_eq!(data.set_policy(regulator, FEED, Some(policy())), Ok(event));
    assert_eq!(data.policy(FEED), Some(policy()));
    assert_eq!(data.policy(FeedId([8; 32])), None);
    let event = EvidencePolicySet { feed: FEED, by: regulator.actor(), policy: None };
    assert_eq!(data.set_policy(regulator, FEED, None), Ok(event));
    assert_eq!(data.policy(FEED), None);
}

#[test]
fn evidence_from_before_a_clearance_does_not_count_again() {
    assert_eq!(max_age_since(&policy(), 0, NOW), Some(MAX_AGE), "never cleared");
    assert_eq!(max_age_since(&policy(), NOW, NOW), None, "nothing is newer than the clearance");
    assert_eq!(max_age_since(&policy(), NOW + 1, NOW), None);
    assert_eq!(max_age_since(&policy(), NOW, NOW + 1), Some(0));
    assert_eq!(max_age_since(&policy(), NOW, NOW + 1_000), Some(999));
    assert_eq!(max_age_since(&policy(), NOW, NOW + 2 * MAX_AGE), Some(MAX_AGE));
}

#[test]
fn weak_or_missing_evidence_is_insufficient() {
    let (anybody, target) = (call(9, &[]), QuarantineTarget::Shipment(2));
    for value in [None, Some(79), Some(-80), Some(i128::MIN)] {
        let judged = judge(&policy(), anybody, FEED, target, value);
        assert_eq!(judged, Err(Error::EvidenceInsufficient), "{value:?}");
    }
    for value in [80, i128::MAX] {
        let event = EvidencePresented { feed: FEED, by: anybody.actor(), target, value, threshold: 80 };
        assert_eq!(judge(&policy(), anybody, FEED, target, Some(value)), Ok(event));
    }
}

#[ink::test]
fn a_report_is_presented_once_and_no_earlier_one_after_it() {
    let mut data = register();
    let (subject, other) = (primitives::Subject([1; 32]), primitives::Subject([2; 32]));
    assert_eq!(data.note_presented(FEED, subject, NOW), Ok(()));
    for earlier in [NOW, NOW - 1] {
        assert_eq!(data.note_presented(FEED, subject, earlier), Err(Error::AlreadyPresented));
    }
    assert_eq!(data.note_presented(FEED, other, NOW - 1), Ok(()), "about other goods");
    assert_eq!(data.note_presented(FeedId([8; 32]), subject, NOW - 1), Ok(()), "of another feed");
    assert_eq!(data.note_presented(FEED, subject, NOW + 1), Ok(()));
    assert_eq!(data.presented_at(FEED, subject), Some(NOW + 1));
}

#[test]
fn a_report_is_evidence_about_one_target_in_one_contract() {
    let id = BatchId([1; 32]);
    let at = |batch, site, quantity| QuarantineTarget::Holding { batch, site, quantity };
    let subjects = [
        at(id, 2, None).subject(account(1)),
        at(id, 2, None).subject(account(2)),
        at(id, 3, None).subject(account(1)),
        at(BatchId([2; 32]), 2, None).subject(account(1)),
        QuarantineTarget::Shipment(1).subject(account(1)),
        QuarantineTarget::Shipment(2).subject(account(1)),
        QuarantineTarget::LogisticUnit(1).subject(account(1)),
    ];
    let different: std::collections::BTreeSet<_> = subjects.iter().collect();
    assert_eq!(different.len(), subjects.len());
    assert_eq!(at(id, 2, Some(5)).subject(account(1)), subjects[0]);
}
