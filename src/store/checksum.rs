//! Checksums of rows: they find flipped bits, they keep no secret and resist no forger.

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xff51_afd7_ed55_8ccd;

/// Adds up the parts of a row; two rows that differ in one bit have different sums.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checksum(u64);

impl Checksum {
    /// Starts a sum.
    pub(super) fn new() -> Self {
        Self(SEED)
    }

    fn mix(&mut self, word: u64) {
        // Each step is a bijection of the state for a given word, so a difference is never lost.
        self.0 = (self.0 ^ word).wrapping_mul(STEP).rotate_left(29);
    }

    /// Adds a text, its length included, so that text cannot move from one column to the next.
    #[must_use]
    pub(super) fn text(mut self, text: &str) -> Self {
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        self.mix(u64::from_le_bytes(last));
        self.mix(text.len() as u64);
        self
    }

    /// Adds a number.
    #[must_use]
    pub(super) fn number(mut self, number: i64) -> Self {
        self.mix(number.cast_unsigned());
        self
    }

    /// Adds what may be absent.
    #[must_use]
    pub(super) fn maybe(self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.number(1).number(number),
            None => self.number(0),
        }
    }

    /// Returns the sum as the database stores it.
    pub(super) fn end(self) -> i64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(STEP);
        (mixed ^ (mixed >> 29)).cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Checksum;

    proptest! {
        #[test]
        fn a_flipped_bit_changes_the_sum(text in "[ -~]{1,90}", place in any::<prop::sample::Index>(), bit in 0..7_u8) {
            let mut bytes = text.clone().into_bytes();
            let index = place.index(bytes.len());
            bytes[index] ^= 1 << bit;
            let other = String::from_utf8(bytes).unwrap();
            prop_assert_ne!(Checksum::new().text(&text).end(), Checksum::new().text(&other).end());
        }
    }

    #[test]
    fn text_cannot_move_between_columns() {
        let one = Checksum::new().text("ab").text("c").end();
        let two = Checksum::new().text("a").text("bc").end();
        assert_ne!(one, two);
    }
}
