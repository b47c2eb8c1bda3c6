//! The yardstick of the oracle: the same reports, made and signed before the clock starts, only pushed into the node.
//!
//! Each is about a subject of its own, as those of the service are, carries an operator's secp256k1 signature, and is
//! an extrinsic signed by subxt. Nothing of our client is in between: the bytes go into the pool over one bare socket, in
//! the order of their nonces, each as soon as the pool has taken the one before. The last one is watched until it is
//! final; all others are final by then.

use std::time::Instant;

use ::oracle::keys::{OperatorKey, Secret};
use ::oracle::report::sign;
use chain::feeds::Feeds;
use chain::{Chain, Limits};
use e2e_tests::oracle::FEED;
use jsonrpsee::core::client::{ClientT, Subscription, SubscriptionClientT};
use jsonrpsee::rpc_params;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use primitives::feeds::{Observation, Report};
use primitives::{blake2_256, AccountId, FeedId, InputCommitment, Subject};
use scale::Encode;
use serde_json::Value;
use subxt::config::substrate::SubstrateExtrinsicParamsBuilder;
use subxt::ext::scale_value::{Composite, Value as Dynamic};
use subxt::{OnlineClient, SubstrateConfig};
use subxt_signer::sr25519::{dev, Keypair};
use testkit::Failure;

use e2e_tests::spread::per_second;

/// Makes reports and pushes them.
pub struct ReadyMade {
    chain: Chain,
    subxt: OnlineClient<SubstrateConfig>,
    socket: WsClient,
    feeds: Feeds,
    operator: OperatorKey,
    /// It signs for nothing else as long as this is in use, so its nonces are counted here.
    transmitter: Keypair,
    nonce: u64,
}

/// Reports that are ready to be pushed.
pub struct Reports {
    subjects: Vec<Subject>,
    extrinsics: Vec<String>,
}

impl ReadyMade {
    /// Connects, and reads the operator's key.
    pub async fn new(chain: &Chain, url: &str, feeds: Feeds, operator: &str) -> Result<Self, Failure> {
        let subxt = OnlineClient::<SubstrateConfig>::from_url(url).await?;
        let transmitter = dev::dave();
        let nonce =
            subxt.at_current_block().await?.tx().account_nonce(&transmitter.public_key().into()).await?;
        Ok(Self {
            chain: chain.clone(),
            subxt,
            socket: WsClientBuilder::default().build(url).await?,
            feeds,
            operator: OperatorKey::from_hex(&Secret::from_file(operator.as_ref())?)?,
            transmitter,
            nonce,
        })
    }

    /// Makes and signs `count` reports.
    pub async fn make(&mut self, count: usize) -> Result<Reports, Failure> {
        let feed = FeedId::named(FEED).ok_or("no feed name")?;
        let definition = self.chain.read(&self.feeds.feed(feed)).await?.ok_or("no feed")?;
        let configuration = self.chain.read(&self.feeds.configuration_digest()).await?;
        let subjects: Vec<_> = (self.nonce..)
            .take(count)
            .map(|number| Subject(blake2_256(&("bench", number).encode())))
            .collect();
        let calls = subjects.iter().map(|subject| {
            let report = Report {
                configuration,
                feed,
                subject: *subject,
                round: 1,
                request: None,
                model: definition.model,
                inputs: InputCommitment(blake2_256(&subject.0)),
                observed_at: ::oracle::store::now(),
                observations: vec![Observation { operator: 0, value: 4_242 }],
            };
            let signed = sign(report, &self.operator)?;
            Ok(self.feeds.report(&signed.report, &[signed.signature]))
        });
        let calls = calls.collect::<Result<Vec<_>, Failure>>()?;
        let first = calls.first().ok_or("no reports")?;
        let account = AccountId::from(self.transmitter.public_key().0);
        let limits = Limits::of(&self.chain.dry_run(first, account).await?);
        let at = self.subxt.at_current_block().await?;
        let mut extrinsics = Vec::new();
        for call in &calls {
            let payload = subxt::dynamic::transaction("Contracts", "call", arguments(call, limits));
            let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new().nonce(self.nonce).build();
            let signed = at.tx().create_signable_offline(&payload, params)?.sign(&self.transmitter)?;
            extrinsics.push(format!("0x{}", hex::encode(signed.encoded())));
            self.nonce += 1;
        }
        Ok(Reports { subjects, extrinsics })
    }

    /// Pushes the reports, waits until all are final, and returns how many that are in a second. Afterwards each must
    /// be found on chain.
    pub async fn push(&self, reports: &Reports) -> Result<f64, Failure> {
        let (last, others) = reports.extrinsics.split_last().ok_or("no reports")?;
        let started = Instant::now();
        for extrinsic in others {
            let _: String = self.socket.request("author_submitExtrinsic", rpc_params![extrinsic]).await?;
        }
        let mut watch: Subscription<Value> = self
            .socket
            .subscribe("author_submitAndWatchExtrinsic", rpc_params![last], "author_unwatchExtrinsic")
            .await?;
        while !watch.next().await.ok_or("the node tells no end")??["finalized"].is_string() {}
        let rate = per_second(reports.extrinsics.len(), started)?;
        let feed = FeedId::named(FEED).ok_or("no feed name")?;
        for subject in &reports.subjects {
            self.chain.read_finalised(&self.feeds.read(feed, *subject, u64::MAX)).await?;
        }
        Ok(rate)
    }
}

/// The arguments of `Contracts.call`.
fn arguments<R>(call: &chain::Call<R>, limits: Limits) -> Composite<()> {
    let gas = Dynamic::named_composite([
        ("ref_time", Dynamic::u128(limits.gas.ref_time.into())),
        ("proof_size", Dynamic::u128(limits.gas.proof_size.into())),
    ]);
    Composite::named([
        ("dest", Dynamic::unnamed_variant("Id", [Dynamic::from_bytes(call.contract())])),
        ("value", Dynamic::u128(0)),
        ("gas_limit", gas),
        ("storage_deposit_limit", Dynamic::unnamed_variant("Some", [Dynamic::u128(limits.deposit)])),
        ("data", Dynamic::from_bytes(call.input())),
    ])
}
