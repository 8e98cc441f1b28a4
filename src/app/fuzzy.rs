//! Fuzzy matching, at one place.

use frizbee::{Config, Matcher};

use crate::text::fold;

/// Returns the positions of the texts that fit what was typed, best first; everything when nothing was typed.
pub(super) fn rank(typed: &str, texts: &[String]) -> Vec<usize> {
    let typed = fold(typed.trim());
    if typed.is_empty() {
        return (0..texts.len()).collect();
    }
    let folded: Vec<String> = texts.iter().map(|text| fold(text)).collect();
    let refs: Vec<&str> = folded.iter().map(String::as_str).collect();
    let mut found = Matcher::new(&typed, &Config::default()).match_list(&refs);
    // A literal hit beats a scattered one; equal scores keep the order of the list.
    found.sort_by_key(|hit| {
        let index = hit.index as usize;
        let literal = folded.get(index).is_some_and(|text| text.contains(&typed));
        (!literal, std::cmp::Reverse(hit.score), index)
    });
    found.into_iter().map(|hit| hit.index as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn names_are_found_by_scattered_letters_and_chinese_by_a_part() {
        let texts: Vec<String> = ["Wei Ling Tan", "Wang Lei 王磊", "Dana Reyes"]
            .map(str::to_owned)
            .into();
        assert_eq!(rank("wlt", &texts).first(), Some(&0));
        assert_eq!(rank("王磊", &texts), [1]);
        assert_eq!(rank("", &texts), [0, 1, 2]);
    }
}
