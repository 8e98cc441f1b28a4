//! How many requests are answered: a bucket of tokens for each caller.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many buckets are kept before full ones are dropped.
const BUCKETS: usize = 10_000;

/// How many requests of one token are answered at the same time; streams and waits for news are not counted.
const AT_ONCE: usize = 8;

/// Wrong tokens an address may try in a row, and for how long (seconds) one try counts.
const WRONG_TOKENS: RateLimit = RateLimit {
    per_second: 5.0 / 60.0,
    burst: 5.0,
};

/// How many requests one token may make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Requests a second in the long run.
    pub per_second: f64,
    /// Requests at once.
    pub burst: f64,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            per_second: 20.0,
            burst: 60.0,
        }
    }
}

/// Counts requests.
pub(in crate::server) struct Limiter {
    rate: Option<RateLimit>,
    tokens: Mutex<HashMap<String, Bucket>>,
    addresses: Mutex<HashMap<IpAddr, Bucket>>,
    places: Mutex<HashMap<String, Arc<Semaphore>>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    level: f64,
    at: Instant,
}

impl Limiter {
    /// Begins to count.
    pub(in crate::server) fn new(rate: Option<RateLimit>) -> Self {
        Self {
            rate,
            tokens: Mutex::default(),
            addresses: Mutex::default(),
            places: Mutex::default(),
        }
    }

    /// Counts a request of a token and gives it a place among those that are answered at the same time.
    pub(super) fn request(&self, token: &str) -> Result<Place, Wait> {
        let Some(rate) = self.rate else {
            return Ok(None);
        };
        take(&self.tokens, token.to_owned(), rate).map_err(|wait| rate.wait("token", wait))?;
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() > BUCKETS {
            places.retain(|_, places| places.available_permits() < AT_ONCE);
        }
        let of_token = places
            .entry(token.to_owned())
            .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)));
        let place = Arc::clone(of_token).try_acquire_owned();
        place.map(Some).map_err(|_| Wait {
            policy: "at-once",
            burst: AT_ONCE as u64,
            window: 1,
            seconds: 1,
        })
    }

    /// Counts a wrong token from an address.
    pub(super) fn wrong_token(&self, address: IpAddr) -> Result<(), Wait> {
        match self.rate {
            Some(_) => take(&self.addresses, address, WRONG_TOKENS)
                .map_err(|wait| WRONG_TOKENS.wait("wrong-tokens", wait)),
            None => Ok(()),
        }
    }
}

/// A place among the requests of a token that are answered at the same time; there is none without limits.
pub(super) type Place = Option<OwnedSemaphorePermit>;

/// Which limit was reached, and how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) policy: &'static str,
    /// Requests at once.
    pub(super) burst: u64,
    /// Seconds in which so many are allowed again.
    pub(super) window: u64,
    /// Seconds until the next one is.
    pub(super) seconds: u64,
}

impl RateLimit {
    fn wait(self, policy: &'static str, wait: u64) -> Wait {
        Wait {
            policy,
            burst: seconds(self.burst),
            window: seconds(self.burst / self.per_second),
            seconds: wait,
        }
    }
}

fn take<K: std::hash::Hash + Eq>(
    buckets: &Mutex<HashMap<K, Bucket>>,
    key: K,
    rate: RateLimit,
) -> Result<(), u64> {
    let now = Instant::now();
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    if buckets.len() > BUCKETS {
        buckets.retain(|_, bucket| bucket.filled(now, rate) < rate.burst);
    }
    let bucket = buckets.entry(key).or_insert(Bucket {
        level: rate.burst,
        at: now,
    });
    let level = bucket.filled(now, rate);
    if level < 1.0 {
        return Err(seconds((1.0 - level) / rate.per_second));
    }
    *bucket = Bucket {
        level: level - 1.0,
        at: now,
    };
    Ok(())
}

impl Bucket {
    fn filled(&self, now: Instant, rate: RateLimit) -> f64 {
        let gained = now.duration_since(self.at).as_secs_f64() * rate.per_second;
        (self.level + gained).min(rate.burst)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a range that both types hold"
)]
fn seconds(wait: f64) -> u64 {
    wait.ceil().clamp(1.0, 900.0) as u64
}
