//! Looking for text in text, folded by [`crate::text::fold`], with short ways for what is most frequent.

use crate::text::fold;

/// Writes the folded form of a text into `out`, which is cleared first.
fn fold_into(text: &str, out: &mut String) {
    out.clear();
    if text.chars().all(is_simple) {
        out.extend(text.chars().map(simple));
    } else {
        out.push_str(&fold(text));
    }
}

/// Tells whether a character folds by itself, whatever stands beside it, as long as all others do too:
/// printable ASCII, Chinese characters and their punctuation, full-width forms.
const fn is_simple(c: char) -> bool {
    matches!(
        c,
        ' '..='~'
            | '\u{3001}'..='\u{3002}'
            | '\u{3008}'..='\u{3011}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{FF01}'..='\u{FF5E}'
    )
}

/// Folds a character for which [`is_simple`] holds.
const fn simple(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(c as u32 - 0xFEE0) {
            Some(plain) => plain.to_ascii_lowercase(),
            None => c,
        },
        _ => c.to_ascii_lowercase(),
    }
}

/// Tells whether a text is printable ASCII, of which only the case is folded.
fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A text to look for, folded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    folded: String,
    ascii: bool,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let folded = fold(text);
        Self {
            ascii: folded.is_ascii(),
            folded,
        }
    }

    /// Tells whether the text contains the needle.
    pub(super) fn is_in(&self, text: &str, scratch: &mut String) -> bool {
        if is_printable_ascii(text) {
            return self.ascii && self.find_ascii(text.as_bytes()).is_some();
        }
        fold_into(text, scratch);
        scratch.contains(&self.folded)
    }

    /// Tells whether the text is the needle.
    pub(super) fn is(&self, text: &str, scratch: &mut String) -> bool {
        if is_printable_ascii(text) {
            return text.eq_ignore_ascii_case(&self.folded);
        }
        fold_into(text, scratch);
        *scratch == self.folded
    }

    /// Tells whether a text that is folded already contains the needle.
    pub(super) fn is_in_folded(&self, folded: &str) -> bool {
        folded.contains(&self.folded)
    }

    /// Tells whether a text that is folded already is the needle.
    pub(super) fn is_folded(&self, folded: &str) -> bool {
        folded == self.folded
    }

    /// Tells whether a text that is folded already, or one of its words, begins with the needle; each Chinese
    /// or Japanese character counts as a word, because nothing separates words there.
    pub(super) fn begins_word_of_folded(&self, folded: &str) -> bool {
        folded.match_indices(&self.folded).any(|(at, _)| {
            let before = folded.get(..at).and_then(|head| head.chars().next_back());
            before.is_none_or(|c| !c.is_alphanumeric() || matches!(c, '\u{3040}'..='\u{9FFF}'))
        })
    }

    /// Finds the needle in ASCII text without copying it.
    fn find_ascii(&self, text: &[u8]) -> Option<usize> {
        let needle = self.folded.as_bytes();
        let Some((first, others)) = needle.split_first() else {
            return Some(0);
        };
        let last = text.len().checked_sub(needle.len())?;
        let upper = first.to_ascii_uppercase();
        (0..=last).find(|&at| {
            (text[at] == *first || text[at] == upper)
                && text[at + 1..at + needle.len()].eq_ignore_ascii_case(others)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_is_found_without_copying_and_with() {
        let mut scratch = String::new();
        let needle = Needle::new("Battle");
        assert!(needle.is_in("holiday BATTLE", &mut scratch));
        assert!(scratch.is_empty());
        assert!(needle.is_in("节日 Ｂattle 排期", &mut scratch));
        assert!(!needle.is_in("battl", &mut scratch));
        assert!(Needle::new("").is_in("", &mut scratch));
        assert!(needle.begins_word_of_folded("the battle plan"));
        assert!(!Needle::new("attle").begins_word_of_folded("the battle plan"));
        assert!(Needle::new("磊").begins_word_of_folded("王磊"));
    }

    proptest! {
        #[test]
        fn the_short_way_leads_to_the_same(text in "[ -~\\u{3001}-\\u{3011}\\u{4E00}-\\u{9FFF}\\u{FF01}-\\u{FF5E}é\\t]{0,12}") {
            let mut folded = String::new();
            fold_into(&text, &mut folded);
            prop_assert_eq!(&folded, &fold(&text));
            prop_assert!(Needle::new(&text).is(&text, &mut folded));
        }

        #[test]
        fn a_text_contains_each_of_its_parts(text in "[a-zA-Z ]{1,20}", from in 0_usize..20, many in 0_usize..20) {
            let part: String = text.chars().skip(from).take(many).collect();
            prop_assert!(Needle::new(&part).is_in(&text, &mut String::new()));
        }
    }
}
