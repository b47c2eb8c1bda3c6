use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::RETRY_AFTER;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::Router;
use governor::clock::FakeRelativeClock;
use tower::ServiceExt;

use super::*;

fn rate(burst: u32, seconds: u64) -> Rate {
    Rate { burst: NonZeroU32::new(burst).unwrap(), per: Duration::from_secs(seconds) }
}

fn limit(burst: u32, seconds: u64, keys: usize) -> (Limit<String, FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    // A time of zero would be before every state.
    clock.advance(Duration::from_secs(1000));
    (Limit::with_clock("too-many-requests", rate(burst, seconds), keys, clock.clone()), clock)
}

fn taken<C: Clock + Clone>(limit: &Limit<String, C>, key: &str) -> usize {
    (0..1000).take_while(|_| limit.take(&key.to_owned()).is_ok()).count()
}

#[test]
fn a_key_has_its_burst_and_then_its_rate() {
    let (limit, clock) = limit(3, 30, 10);
    assert_eq!(taken(&limit, "a"), 3);
    assert_eq!(taken(&limit, "b"), 3, "each key has a budget of its own");
    let limited = limit.take(&"a".to_owned()).unwrap_err();
    assert_eq!(limited, Limited { code: "too-many-requests", pause: Duration::from_secs(10) });
    clock.advance(Duration::from_secs(9));
    assert_eq!(taken(&limit, "a"), 0);
    clock.advance(Duration::from_secs(1));
    assert_eq!(taken(&limit, "a"), 1);
    clock.advance(Duration::from_secs(3600));
    assert_eq!(taken(&limit, "a"), 3);
}

#[test]
fn a_look_takes_nothing() {
    let (limit, _) = limit(2, 60, 10);
    let key = "batch".to_owned();
    for _ in 0..5 {
        limit.look(&key).unwrap();
    }
    assert_eq!(limit.keys(), 0);
    assert_eq!(taken(&limit, "batch"), 2);
    assert_eq!(limit.look(&key).unwrap_err(), limit.take(&key).unwrap_err());
}

#[test]
fn invented_keys_neither_fill_the_memory_nor_wipe_a_count() {
    let (limit, _) = limit(2, 3600, 100);
    assert_eq!(taken(&limit, "batch"), 2);
    let mut through = 0;
    for invented in 0..50_000 {
        through += usize::from(limit.take(&format!("invented-{invented}")).is_ok());
    }
    assert_eq!(limit.keys(), 100);
    assert!(limit.take(&"batch".to_owned()).is_err() && limit.look(&"batch".to_owned()).is_err());
    assert!(through <= 99 + 2 * 1024, "{through} of them had a budget");
}

#[test]
fn keys_that_have_their_whole_burst_again_make_room() {
    let (limit, clock) = limit(1, 10, 50);
    for key in 0..50 {
        limit.take(&key.to_string()).unwrap();
    }
    clock.advance(Duration::from_secs(21));
    limit.take(&"new".to_owned()).unwrap();
    assert_eq!(limit.keys(), 1);
}

async fn status(router: &Router, peer: &str) -> Response {
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse::<IpAddr>().unwrap(), 1)));
    router.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn a_client_that_asks_too_much_is_answered_429_with_the_time_to_wait() {
    let limit = Arc::new(Limit::new("too-many-requests", rate(2, 7200), 10));
    let router = Router::new().route("/", get(|| async { "yes" }));
    let router = router.layer(from_fn_with_state(limit, by_client));
    let router = router.layer(from_fn_with_state(0, crate::client::identify));
    for _ in 0..2 {
        assert_eq!(status(&router, "2001:db8::1").await.status(), 200);
    }
    let refused = status(&router, "2001:db8::2").await;
    assert_eq!(refused.status(), 429, "the same network of 64 bits");
    let pause: u64 = refused.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((3500..=3600).contains(&pause), "{pause}");
    assert_eq!(status(&router, "2001:db8:0:1::1").await.status(), 200);
}

#[tokio::test]
async fn clients_without_an_address_share_one_budget() {
    let limit = Arc::new(Limit::new("too-many-requests", rate(1, 7200), 10));
    let router =
        Router::new().route("/", get(|| async { "yes" })).layer(from_fn_with_state(limit, by_client));
    let ask = || async { router.clone().oneshot(Request::new(Body::empty())).await.unwrap().status() };
    assert_eq!((ask().await, ask().await), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn without_a_free_place_a_request_is_refused_at_once() {
    let places = Places::new(2);
    let router = Router::new().route("/", get(|| async { "yes" }));
    let router = router.layer(from_fn_with_state(places.clone(), by_places));
    let taken = places.take(2).unwrap();
    let refused = status(&router, "203.0.113.7").await;
    assert_eq!((refused.status().as_u16(), refused.headers()[RETRY_AFTER].as_bytes()), (503, &b"5"[..]));
    drop(taken);
    assert_eq!(status(&router, "203.0.113.7").await.status(), 200);
    assert_eq!(places.free(), 2);
}
