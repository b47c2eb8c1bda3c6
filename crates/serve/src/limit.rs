//! How much one client may ask: rates by key, and places.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::{NotUntil, Quota, RateLimiter};
use tokio::sync::Semaphore;

use crate::client::{Client, Network};
use crate::problem::Problem;

mod bounded;
mod shares;

pub use shares::{Share, Shares};

use bounded::{Bounded, Counting, Looking};

/// The shortest time between two cleanings of a full table.
const CLEAN: Duration = Duration::from_secs(1);
/// When who found no place tries again.
const BUSY_PAUSE: Duration = Duration::from_secs(5);

/// How many in which time: all of them at once, and then evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub burst: NonZeroU32,
    /// The time in which all of them come back.
    pub per: Duration,
}

/// A limit by key: a client's network, a token's name, a batch.
///
/// Memory is bounded. When the table is full, keys that have their whole burst again are forgotten, once a second at
/// most. While it is full of keys that are not forgotten yet, new keys share 1024
/// budgets by their hash; keys in the table keep their own. So nobody can wipe a count by inventing keys.
pub struct Limit<K: Hash + Eq + Clone, C: Clock = DefaultClock> {
    code: &'static str,
    table: Arc<Bounded<K>>,
    counting: RateLimiter<K, Counting<K>, C, NoOpMiddleware<C::Instant>>,
    looking: RateLimiter<K, Looking<K>, C, NoOpMiddleware<C::Instant>>,
    cleaned: Mutex<C::Instant>,
}

/// A key that has no more budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests; try again in {} s", .pause.as_secs().saturating_add(1))]
pub struct Limited {
    /// The limit's code.
    pub code: &'static str,
    /// When there will be budget again.
    pub pause: Duration,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// A limit for at most so many keys at once. The code is that of the problem documents: `too-many-requests`, or one
    /// that says what is limited.
    #[must_use]
    pub fn new(code: &'static str, rate: Rate, keys: usize) -> Self {
        Self::with_clock(code, rate, keys, DefaultClock::default())
    }
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Limit<K, C> {
    fn with_clock(code: &'static str, rate: Rate, keys: usize, clock: C) -> Self {
        let period = rate.per.checked_div(rate.burst.get()).unwrap_or_default().max(Duration::from_nanos(1));
        let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_second(rate.burst));
        let quota = quota.allow_burst(rate.burst);
        let table = Arc::new(Bounded::new(keys));
        let cleaned = Mutex::new(clock.now());
        // Both begin now: what one has counted, the other one reads.
        let counting = RateLimiter::new(quota, Counting(Arc::clone(&table)), clock.clone());
        let looking = RateLimiter::new(quota, Looking(Arc::clone(&table)), clock);
        Self { code, table, counting, looking, cleaned }
    }

    /// Takes one of the key's budget.
    ///
    /// # Errors
    /// [`Limited`]: nothing is left, and nothing was taken.
    pub fn take(&self, key: &K) -> Result<(), Limited> {
        self.make_room();
        self.counting.check_key(key).map_err(|until| self.limited(&until))
    }

    /// Whether the key has any budget, without taking of it: for counts of what only turns out later, for example of
    /// wrong guesses.
    ///
    /// # Errors
    /// [`Limited`]: nothing is left.
    pub fn look(&self, key: &K) -> Result<(), Limited> {
        self.looking.check_key(key).map_err(|until| self.limited(&until))
    }

    /// How many keys are in the table.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.counting.len()
    }

    fn limited(&self, until: &NotUntil<C::Instant>) -> Limited {
        Limited { code: self.code, pause: until.wait_time_from(self.counting.clock().now()) }
    }

    fn make_room(&self) {
        if !self.table.is_full() {
            return;
        }
        let now = self.counting.clock().now();
        let mut cleaned = self.cleaned.lock().unwrap_or_else(PoisonError::into_inner);
        if Duration::from(now.duration_since(*cleaned)) >= CLEAN {
            *cleaned = now;
            self.counting.retain_recent();
        }
    }
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> fmt::Debug for Limit<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit").field("code", &self.code).field("keys", &self.keys()).finish_non_exhaustive()
    }
}

impl From<Limited> for Problem {
    fn from(limited: Limited) -> Self {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, limited.code, "Too many requests")
            .detail("too many requests; try again after the seconds in the header Retry-After")
            .retry_after(limited.pause)
    }
}

impl IntoResponse for Limited {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Middleware that limits requests by the [`Client`]'s network. It works inside of [`crate::client::identify`]; requests
/// whose client is not known share one budget.
pub async fn by_client(State(limit): State<Arc<Limit<Network>>>, request: Request, next: Next) -> Response {
    let network = request.extensions().get::<Client>().map_or(Network::UNKNOWN, Client::network);
    match limit.take(&network) {
        Ok(()) => next.run(request).await,
        Err(limited) => limited.into_response(),
    }
}

/// Places for requests that are served at once.
#[derive(Clone, Debug)]
pub struct Places(Arc<Semaphore>);

impl Places {
    /// So many places.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))))
    }

    /// How many are free.
    #[must_use]
    pub fn free(&self) -> usize {
        self.0.available_permits()
    }

    /// Takes places until the answer is dropped; `None` if there are not so many.
    #[must_use]
    pub fn take(&self, places: u32) -> Option<tokio::sync::OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_many_owned(places).ok()
    }
}

/// Middleware that serves only as many requests at once as there are places; others are answered 503 `busy`.
pub async fn by_places(State(places): State<Places>, request: Request, next: Next) -> Response {
    let Some(_place) = places.take(1) else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "The service is busy")
            .detail("the service is busy; try again in a few seconds")
            .retry_after(BUSY_PAUSE)
            .into_response();
    };
    next.run(request).await
}

#[cfg(test)]
mod tests;
