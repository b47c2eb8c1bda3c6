use std::sync::atomic::{AtomicU64, Ordering};

use ink::env::DefaultEnvironment;
use k256::ecdsa::{RecoveryId, Signature as Ecdsa, SigningKey, VerifyingKey};
use kernel::Call;
use primitives::feeds::{
    Error, Feed, FeedKind, Observation, OperatorKey, Report, ReportAccepted, Request, Signature,
};
use primitives::{
    AccountId, DocumentHash, FeedId, InputCommitment, ModelId, OrganisationId, Role, RoleSet, Subject,
};

use crate::Data;

mod messages;
mod models_and_feeds;
mod operators;
mod readings;
mod reports;
mod requests;
mod signatures;

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600_000;
const CHAIN: [u8; 32] = [0x67; 32];
const MODEL: ModelId = ModelId([0x4D; 32]);
const SUBJECT: Subject = Subject([0x53; 32]);
const MANIFEST: DocumentHash = DocumentHash([0x6D; 32]);
const VALID_UNTIL: u64 = NOW + 1_000_000;
const MAX_REPORT_AGE: u64 = 10_000;

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

/// The address of the contract.
fn this() -> AccountId {
    account(0xFE)
}

fn call(number: u8, organisation: Option<OrganisationId>, roles: &[Role]) -> Call {
    Call { account: account(number), organisation, site: None, roles: RoleSet::of(roles), now: NOW }
}

fn admin() -> Call {
    call(1, None, &[Role::Admin])
}

fn regulator() -> Call {
    call(2, Some(20), &[Role::Regulator])
}

fn provider() -> Call {
    Call { site: Some(300), ..call(3, Some(30), &[Role::Provider]) }
}

/// Has no role: a report needs none of its sender.
fn anybody() -> Call {
    call(9, None, &[])
}

/// Holds every role that does not count here.
fn bystander() -> Call {
    call(8, Some(80), &[Role::Manufacturer, Role::Operator, Role::Auditor, Role::QualityUnit])
}

fn at(call: Call, now: u64) -> Call {
    Call { now, ..call }
}

/// Feeds without anything, with a contract of its own in the off-chain environment: storage belongs to a contract.
fn feeds() -> Data {
    static CONTRACTS: AtomicU64 = AtomicU64::new(0);
    let number = CONTRACTS.fetch_add(1, Ordering::Relaxed);
    let contract = primitives::blake2_256(&number.to_le_bytes()).into();
    ink::env::test::set_callee::<DefaultEnvironment>(contract);
    Data::new(account(0xAC), CHAIN)
}

fn feed() -> FeedId {
    FeedId::named("heart-disease-risk").unwrap()
}

fn definition() -> Feed {
    Feed {
        kind: FeedKind::DiseaseRisk,
        decimals: 6,
        min: 0,
        max: 1_000_000,
        model: MODEL,
        max_report_age: MAX_REPORT_AGE,
    }
}

fn approve(data: &mut Data, model: ModelId) {
    data.approve_model(regulator(), model, MANIFEST, "1.0.0".into(), VALID_UNTIL).unwrap();
}

/// Feeds with one approved model and one feed, and no operator.
fn with_feed() -> Data {
    let mut data = feeds();
    approve(&mut data, MODEL);
    data.create_feed(admin(), feed(), definition()).unwrap();
    data
}

/// Operators with real keys.
struct Operators(Vec<SigningKey>);

impl Operators {
    fn numbered(numbers: std::ops::RangeInclusive<u8>) -> Self {
        Self(numbers.map(|number| SigningKey::from_slice(&[number; 32]).unwrap()).collect())
    }

    fn keys(&self) -> Vec<OperatorKey> {
        self.0.iter().map(|key| compressed(key.verifying_key())).collect()
    }

    /// The signatures of the operators at these places.
    fn sign(&self, report: &Report, places: &[usize]) -> Vec<Signature> {
        let sign = |place: &usize| {
            let (signature, recovery) = self.0[*place].sign_prehash_recoverable(&report.hash()).unwrap();
            signature_bytes(&signature, recovery)
        };
        places.iter().map(sign).collect()
    }
}

fn compressed(key: &VerifyingKey) -> OperatorKey {
    key.to_encoded_point(true).as_bytes().try_into().unwrap()
}

fn signature_bytes(signature: &Ecdsa, recovery: RecoveryId) -> Signature {
    let mut bytes = [0; 65];
    bytes[..64].copy_from_slice(&signature.to_bytes());
    bytes[64] = recovery.to_byte();
    bytes
}

/// What the chain's host function does.
fn recover(signature: &Signature, hash: &[u8; 32]) -> Option<OperatorKey> {
    let recovery = RecoveryId::from_byte(signature[64])?;
    let ecdsa = Ecdsa::from_slice(&signature[..64]).ok()?;
    Some(compressed(&VerifyingKey::recover_from_prehash(hash, &ecdsa, recovery).ok()?))
}

/// Feeds with a feed and so many operators.
fn with_operators(count: u8, f: u8) -> (Data, Operators) {
    let mut data = with_feed();
    let operators = Operators::numbered(1..=count);
    data.set_operators(admin(), this(), operators.keys(), f).unwrap();
    (data, operators)
}

/// One observation by each operator in the order of their places.
fn observe(values: &[i128]) -> Vec<Observation> {
    (0..).zip(values).map(|(operator, value)| Observation { operator, value: *value }).collect()
}

/// A report that is right, for the present configuration.
fn report(data: &Data, round: u64, values: &[i128]) -> Report {
    Report {
        configuration: data.digest(this()),
        feed: feed(),
        subject: SUBJECT,
        round,
        request: None,
        model: MODEL,
        inputs: InputCommitment([0x49; 32]),
        observed_at: NOW,
        observations: observe(values),
    }
}

/// Sends a report, signed by the operators at these places.
fn send(
    data: &mut Data,
    call: Call,
    operators: &Operators,
    report: &Report,
    places: &[usize],
) -> Result<ReportAccepted, Error> {
    data.report(call, this(), report, &operators.sign(report, places), recover)
}
