//! "Did you mean": folding of words and the nearest known one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a word for comparison: lower case, no accents, compatibility forms (full width) resolved.
pub(super) fn fold(word: &str) -> String {
    word.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Finds the candidate that is nearest to `word`, if any is near enough to be a slip of the finger.
///
/// Words of up to two letters have no near neighbour; three or four letters allow one slip, longer
/// words two. Of equally near candidates the one with the same first letter wins, then the first.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().collect();
    let allowed = match letters.len() {
        0..=2 => return None,
        3..=4 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, bool, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.chars().collect();
        if other.len() < 2 || other.len().abs_diff(letters.len()) > allowed {
            continue;
        }
        let slips = distance(&letters, &other);
        let same_start = letters.first() == other.first();
        let better = best.is_none_or(|(least, start, _)| {
            slips < least || (slips == least && same_start && !start)
        });
        if slips <= allowed && better {
            best = Some((slips, same_start, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// Counts insertions, removals, replacements and swaps of neighbours (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, &from) in left.iter().enumerate() {
        let mut line = Vec::with_capacity(right.len() + 1);
        line.push(row + 1);
        for (column, &to) in right.iter().enumerate() {
            let replace = above[column] + usize::from(from != to);
            let mut least = replace.min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && from == right[column - 1] && left[row - 1] == to {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = above;
        above = line;
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_accents_and_width() {
        assert_eq!(fold("São Paulo"), "sao paulo");
        assert_eq!(fold("ＳＧＴ"), "sgt");
    }

    #[test]
    fn a_swap_counts_as_one_slip() {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        assert_eq!(distance(&letters("firday"), &letters("friday")), 1);
        assert_eq!(distance(&letters("tomorow"), &letters("tomorrow")), 1);
        assert_eq!(distance(&letters(""), &letters("abc")), 3);
    }

    #[test]
    fn only_near_words_are_suggested() {
        let known = ["friday", "tomorrow", "sgt"];
        assert_eq!(nearest("firday", known), Some("friday"));
        assert_eq!(nearest("sgy", known), Some("sgt"));
        assert_eq!(nearest("banana", known), None);
    }
}
