//! What the client costs over the raw request, measured in one run: `cargo test -p chain --test node -- --ignored
//! --nocapture`.

use std::time::{Duration, Instant};

use chain::products::Products;
use chain::units::Units;
use chain::Pending;
use primitives::products::NewBatch;
use primitives::units::{Reason, Scan};
use primitives::{BatchId, ManufacturerSecret, SerialTree};
use scale::Encode;
use subxt::rpcs::client::{rpc_params, RpcClient};
use testkit::node::Node;

use crate::support::{account, connect, deploy, GTIN, SITE};

const READS: usize = 500;
const SUBMISSIONS: usize = 60;
/// How much slower than the raw request a read may be.
const GOAL: f64 = 1.5;

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, to be run alone"]
async fn a_verdict_costs_about_one_raw_request() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let serials: Vec<String> = (0..10_000).map(|number| format!("S{number:05}")).collect();
    let batch = BatchId::of(GTIN, b"LOT");
    let key = ManufacturerSecret::new([1; 32]).batch_key(batch);
    let tree = SerialTree::new(batch, &serials, &key).unwrap();
    let new = |lot: &str, serial_root| NewBatch {
        gtin: GTIN,
        lot: lot.as_bytes().to_vec(),
        expiry: 351_231,
        quantity: 10_000,
        serial_root,
        units_per_case: None,
    };
    alice.submit(&products.register_batch(SITE, &new("LOT", Some(tree.root())))).await.unwrap();
    let scan = Scan {
        gtin: GTIN,
        lot: b"LOT".to_vec(),
        serial: Some(b"S00042".to_vec()),
        proof: tree.prove(b"S00042"),
        ..Default::default()
    };
    let call = Units(contracts.units.address).verdict(&scan);

    // The same request, as a string to a socket of its own.
    let raw = RpcClient::from_url(&node.url).await.unwrap();
    let none = (0_u8, 0_u8);
    let arguments = ([0_u8; 32], call.contract(), 0_u128, none, call.input()).encode();
    let arguments = format!("0x{}", hex::encode(arguments));

    let (mut through_client, mut through_socket) = (Vec::new(), Vec::new());
    for round in 0..READS + 20 {
        let start = Instant::now();
        let answer: String =
            raw.request("state_call", rpc_params!["ContractsApi_call", &arguments]).await.unwrap();
        let socket = start.elapsed();
        assert!(answer.len() > 100);
        let start = Instant::now();
        let verdict = chain.read(&call).await.unwrap();
        let client = start.elapsed();
        assert_eq!(verdict.reasons.by_severity(), [Reason::NotReleased]);
        // The first ones warm the node's caches.
        if round >= 20 {
            through_socket.push(socket);
            through_client.push(client);
        }
    }
    for percent in [50, 95] {
        let (client, socket) =
            (percentile(&mut through_client, percent), percentile(&mut through_socket, percent));
        let ratio = client.as_secs_f64() / socket.as_secs_f64();
        println!("verdict p{percent}: client {client:?}, raw state_call {socket:?}, ratio {ratio:.2}");
        assert!(ratio < GOAL, "p{percent}: {ratio}");
    }

    let start = Instant::now();
    futures::future::try_join_all((0..READS).map(|_| chain.read(&call))).await.unwrap();
    println!(
        "verdicts at once over one socket: {:.0} per second",
        READS as f64 / start.elapsed().as_secs_f64()
    );

    let mut submissions = Vec::new();
    for number in 0..SUBMISSIONS {
        let call = products.register_batch(SITE, &new(&format!("A{number}"), None));
        let start = Instant::now();
        alice.submit(&call).await.unwrap();
        submissions.push(start.elapsed());
    }
    let (p50, p95) = (percentile(&mut submissions, 50), percentile(&mut submissions, 95));
    println!("submit to finalised, dry run included: p50 {p50:?}, p95 {p95:?}");

    let calls: Vec<_> =
        (0..SUBMISSIONS).map(|n| products.register_batch(SITE, &new(&format!("B{n}"), None))).collect();
    let start = Instant::now();
    let sent = futures::future::try_join_all(calls.iter().map(|call| alice.send(call))).await.unwrap();
    futures::future::try_join_all(sent.into_iter().map(Pending::finalised)).await.unwrap();
    let rate = SUBMISSIONS as f64 / start.elapsed().as_secs_f64();
    println!("submissions at once by one account: {rate:.0} finalised per second");
}
