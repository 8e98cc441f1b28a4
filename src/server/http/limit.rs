//! How many requests are answered: a bucket of tokens for each caller.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How many buckets are kept before full ones are dropped.
const BUCKETS: usize = 10_000;

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
        }
    }

    /// Counts a request of a token; an error is the number of seconds to wait.
    pub(super) fn request(&self, token: &str) -> Result<(), u64> {
        match self.rate {
            Some(rate) => take(&self.tokens, token.to_owned(), rate),
            None => Ok(()),
        }
    }

    /// Counts a wrong token from an address; an error is the number of seconds to wait.
    pub(super) fn wrong_token(&self, address: IpAddr) -> Result<(), u64> {
        match self.rate {
            Some(_) => take(&self.addresses, address, WRONG_TOKENS),
            None => Ok(()),
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
