//! Ids of nineteen digits, and how to see that a spreadsheet has rounded them.
//!
//! A float holds 53 bits: of an id above 9,007,199,254,740,992 it keeps 15 to 17 digits. Spreadsheets make
//! floats of what looks like a number, write them as `7.35913585510347E+18` or fill up with zeros, and the id
//! then belongs to nobody, or to somebody else. Such a row is refused, never guessed.

use super::grid::{Cell, Form};
use super::value::is_nothing;

/// Digits that any float holds.
const SAFE_DIGITS: usize = 15;
/// The longest id.
const MOST_DIGITS: usize = 24;

/// What the cell of an id says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdCell {
    /// Nothing.
    Nothing,
    /// All digits.
    Good(String),
    /// Something that was rounded.
    Lost(String),
    /// Something else.
    Odd(String),
}

enum Look {
    Fine(IdCell),
    /// All digits are there, and they look as if they had been rounded.
    Rounded(String),
}

/// Reads the cells of the column of ids.
///
/// One id in a thousand looks rounded by chance. Where nearly all long ids of a column are whole, its writer
/// keeps digits and those few are taken; else each that looks rounded is refused.
pub fn judge<'a>(cells: impl Iterator<Item = Option<&'a Cell>>) -> Vec<IdCell> {
    let looks: Vec<Look> = cells
        .map(|cell| cell.map_or(Look::Fine(IdCell::Nothing), look))
        .collect();
    let long = |look: &&Look| match look {
        Look::Fine(IdCell::Good(digits)) => digits.len() > SAFE_DIGITS,
        Look::Fine(_) => false,
        Look::Rounded(_) => true,
    };
    let all = looks.iter().filter(long).count();
    let rounded = looks
        .iter()
        .filter(|look| matches!(look, Look::Rounded(_)))
        .count();
    let by_chance = all >= 40 && rounded * 40 <= all;
    looks
        .into_iter()
        .map(|look| match look {
            Look::Fine(cell) => cell,
            Look::Rounded(digits) if by_chance => IdCell::Good(digits),
            Look::Rounded(digits) => IdCell::Lost(digits),
        })
        .collect()
}

fn look(cell: &Cell) -> Look {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Look::Fine(IdCell::Nothing);
    }
    let short = || text.chars().take(40).collect::<String>();
    let Some(digits) = whole(text) else {
        let like_number = text.parse::<f64>().is_ok_and(f64::is_finite);
        return Look::Fine(if like_number {
            IdCell::Lost(short())
        } else {
            IdCell::Odd(short())
        });
    };
    if digits.len() > MOST_DIGITS {
        return Look::Fine(IdCell::Odd(short()));
    }
    if digits.len() <= SAFE_DIGITS {
        return Look::Fine(IdCell::Good(digits));
    }
    let rounded = if cell.form == Form::Text && digits == text {
        digits.ends_with("0000")
    } else {
        looks_rounded(&digits)
    };
    if rounded {
        Look::Rounded(digits)
    } else {
        Look::Fine(IdCell::Good(digits))
    }
}

/// Tells whether these digits are what is left of a float.
fn looks_rounded(digits: &str) -> bool {
    let Ok(float) = digits.parse::<f64>() else {
        return true;
    };
    // Written in full, or with the fewest digits that stand for the same float.
    format!("{float:.0}") == digits || format!("{float}") == digits
}

/// Returns all digits of a whole number, also where it is written `7.359135855103475718E+18`; nothing where
/// digits are missing.
fn whole(text: &str) -> Option<String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => {
            let exponent: i32 = text.get(at + 1..)?.trim_start_matches('+').parse().ok()?;
            (text.get(..at)?, usize::try_from(exponent).ok()?)
        }
        None => (text, 0),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if before.is_empty() || !plain(before) || !plain(after) {
        return None;
    }
    if exponent == 0 {
        return after
            .bytes()
            .all(|byte| byte == b'0')
            .then(|| before.to_owned());
    }
    // With fewer digits than the exponent asks for, the rest was rounded away.
    (after.len() == exponent).then(|| format!("{before}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str, form: Form) -> IdCell {
        let cell = Cell {
            text: text.into(),
            form,
        };
        judge([Some(&cell)].into_iter()).remove(0)
    }

    #[test]
    fn whole_ids_stay_byte_for_byte_as_text_and_as_number() {
        let id = "7359135855103475718";
        for form in [Form::Text, Form::Number] {
            assert_eq!(one(id, form), IdCell::Good(id.into()));
        }
        assert_eq!(
            one("7.359135855103475718E+18", Form::Number),
            IdCell::Good(id.into())
        );
        assert_eq!(
            one("7359135855103475718.0", Form::Number),
            IdCell::Good(id.into())
        );
        assert_eq!(one(" 12345 ", Form::Number), IdCell::Good("12345".into()));
    }

    #[test]
    fn every_way_to_write_a_rounded_id_is_refused() {
        // Fifteen digits as spreadsheets keep them, shortest and exact digits of the float, scientific.
        for text in [
            "7359135855103470000",
            "7359135855103476000",
            "7359135855103475712",
            "7.35913585510347E+18",
            "7.35914E+18",
            "7.359135855103476e+18",
        ] {
            assert!(matches!(one(text, Form::Number), IdCell::Lost(_)), "{text}");
        }
        for text in ["7359135855103470000", "7.35914E+18"] {
            assert!(matches!(one(text, Form::Text), IdCell::Lost(_)), "{text}");
        }
    }

    #[test]
    fn a_few_that_look_rounded_among_many_whole_ones_are_chance() {
        let cells: Vec<Cell> = (0..200_u64)
            .map(|place| Cell {
                text: (7_359_135_855_103_475_718 + place * 1_000_003)
                    .to_string()
                    .into(),
                form: Form::Number,
            })
            .chain([Cell {
                text: "7359135855103475712".into(),
                form: Form::Number,
            }])
            .collect();
        let judged = judge(cells.iter().map(Some));
        assert!(judged.iter().all(|cell| matches!(cell, IdCell::Good(_))));
        let few = judge(cells.iter().rev().take(10).map(Some));
        assert!(matches!(few.first(), Some(IdCell::Lost(_))));
    }

    #[test]
    fn words_are_no_ids() {
        assert_eq!(one("-", Form::Text), IdCell::Nothing);
        assert!(matches!(one("@queen", Form::Text), IdCell::Odd(_)));
        assert!(matches!(
            one("1234567890123456789012345678", Form::Text),
            IdCell::Odd(_)
        ));
    }
}
