//! Load: requests that arrive steadily, and clients that ask again as soon as they are answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::Client;
use testkit::Failure;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::counter::{body, is_genuine, Counter};

/// The most connections that one address may have; a request that waits for one has begun to wait.
const CONNECTIONS: usize = 60;

/// How long each request took.
#[derive(Default)]
pub struct Times {
    pub latencies: Vec<Duration>,
}

/// Who asks a gateway.
#[derive(Clone)]
pub struct Asker {
    client: Client,
    verify: Arc<str>,
}

impl Asker {
    pub fn new(counter: &Counter) -> Result<Self, Failure> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { client, verify: format!("{}/verify", counter.url).into() })
    }

    /// Asks for one verdict, which has to be genuine.
    pub async fn ask(&self, body: String) -> Result<(), Failure> {
        let request = self.client.post(&*self.verify).header(CONTENT_TYPE, "application/json").body(body);
        let answer = request.send().await?.text().await?;
        match is_genuine(&answer) {
            true => Ok(()),
            false => Err(format!("a verdict is not genuine: {answer}").into()),
        }
    }
}

/// So many requests a second, one after the other in even steps, whether the ones before are answered or not. Each counts
/// from the moment for which it was planned: an answer that is late makes none of the later ones look early.
pub async fn open(counter: &mut Counter, rate: u32, long: Duration) -> Result<Times, Failure> {
    let asker = Asker::new(counter)?;
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let step = Duration::from_secs(1) / rate;
    let count = u32::try_from(long.as_millis() / step.as_millis().max(1))?
        .min(rate * u32::try_from(long.as_secs().max(1))?);
    let mut answers = JoinSet::new();
    let begin = tokio::time::Instant::now() + Duration::from_millis(50);
    for number in 0..count {
        let due = begin + step * number;
        let (asker, connections) = (asker.clone(), connections.clone());
        let body = counter_body(counter);
        sleep_until(due).await;
        answers.spawn(async move {
            let _connection = connections.acquire().await?;
            asker.ask(body).await?;
            Ok::<_, Failure>(due.elapsed())
        });
    }
    let mut times = Times::default();
    while let Some(answer) = answers.join_next().await {
        times.latencies.push(answer??);
    }
    Ok(times)
}

/// So many clients, each with a connection of its own, without pauses.
pub async fn closed(counter: &mut Counter, clients: usize, long: Duration) -> Result<Times, Failure> {
    let serials: Arc<[String]> = counter.goods.serials.clone().into();
    let first = counter.next();
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(first));
    let begin = Instant::now();
    let mut answers = JoinSet::new();
    for _ in 0..clients {
        let (asker, serials, next) = (Asker::new(counter)?, serials.clone(), next.clone());
        answers.spawn(async move {
            let mut latencies = Vec::new();
            while begin.elapsed() < long {
                let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % serials.len();
                let body = body(&serials[number]);
                let asked = Instant::now();
                asker.ask(body).await?;
                latencies.push(asked.elapsed());
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let mut times = Times::default();
    while let Some(latencies) = answers.join_next().await {
        times.latencies.extend(latencies??);
    }
    counter.skip(times.latencies.len());
    Ok(times)
}

fn counter_body(counter: &mut Counter) -> String {
    let pack = counter.next();
    counter.body(pack)
}
