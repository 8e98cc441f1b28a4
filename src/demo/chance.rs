//! Seeded chance: the same seed and label give the same draws on every machine.
//!
//! The generator is xoshiro256** (Blackman and Vigna, 2018), seeded by `splitmix64`. Only additions,
//! multiplications and comparisons are used on floating numbers, because the mathematical library of a
//! platform may round `exp` and `ln` in its own way and the bytes would differ.

use std::fmt::Write as _;

use jiff::Timestamp;

/// A stream of random draws.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    state: [u64; 4],
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Chance {
    /// Starts the stream of this seed for one purpose; streams of different labels are independent, so
    /// that more draws in one part of the data leave the others as they were.
    pub(super) fn new(seed: u64, label: &str, index: u64) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in label.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut mix = seed ^ hash.rotate_left(17) ^ index.wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self {
            state: std::array::from_fn(|_| splitmix(&mut mix)),
        }
    }

    /// Draws 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let out = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        out
    }

    /// Draws a whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.wrapping_sub(low).max(0).unsigned_abs().wrapping_add(1);
        let drawn = (u128::from(self.bits()) * u128::from(width)) >> 64;
        low.wrapping_add(i64::try_from(drawn).unwrap_or(0))
    }

    /// Draws an index below `count`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let last = i64::try_from(count).unwrap_or(i64::MAX).saturating_sub(1);
        usize::try_from(self.between(0, last.max(0))).unwrap_or(0)
    }

    /// Draws one of the items.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.below(items.len());
        &items[index]
    }

    /// Puts the items in a random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }

    /// Draws a number from 0 up to but not including 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Draws a number between two bounds.
    pub(super) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Says yes with this probability.
    pub(super) fn yes(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Draws from a nearly normal distribution (the sum of four uniform draws, mean 0, deviation 1).
    pub(super) fn normal(&mut self) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 1.732_050_807_568_877_2
    }

    /// Makes an id of the shape of a `UUIDv7` from a record's time and random bits.
    pub(super) fn id(&mut self, at: Timestamp) -> String {
        let millis = at.as_millisecond().max(0).unsigned_abs() & 0xffff_ffff_ffff;
        let (first, second) = (self.bits(), self.bits());
        let mut id = String::with_capacity(36);
        let written = write!(
            id,
            "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
            millis >> 16,
            millis & 0xffff,
            first & 0xfff,
            0x8000 | (first >> 20) & 0x3fff,
            second & 0xffff_ffff_ffff,
        );
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        id
    }
}

/// Computes e to the power of `x` for moderate `x`, with the same bits everywhere.
pub(super) fn exp(x: f64) -> f64 {
    let mut power = 1.0 + x / 1024.0;
    for _ in 0..10 {
        power *= power;
    }
    power
}

/// Rounds to a whole number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and figures are far below 2^53"
)]
pub(super) fn whole(x: f64) -> i64 {
    x.round() as i64
}

/// Converts a count for arithmetic with figures.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn float(count: i64) -> f64 {
    count as f64
}
