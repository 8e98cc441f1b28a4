//! Text as it is compared: without case, accents, full-width forms and invisible characters.

use unicode_normalization::UnicodeNormalization;

/// Writes the folded form of a text into `out`, which is cleared first.
pub(super) fn fold_into(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
    } else if text.chars().all(is_simple) {
        out.extend(text.chars().map(simple));
    } else {
        let letters = text
            .nfkd()
            .filter(|c| !is_accent(*c) && !is_invisible(*c))
            .flat_map(char::to_lowercase);
        for c in letters.filter(|c| !is_accent(*c)).nfc() {
            match c {
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                other => out.push(without_stroke(other)),
            }
        }
    }
}

/// Returns the folded form of a text.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Tells whether a character folds by itself, whatever stands beside it, as long as all others do too:
/// ASCII, Chinese characters and their punctuation, full-width forms.
const fn is_simple(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF5E}')
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

const fn without_stroke(c: char) -> char {
    match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ı' => 'i',
        'ς' => 'σ',
        other => other,
    }
}

/// Tells whether a combining mark is an accent or a vowel point that people leave out; the voicing marks of
/// Japanese and the vowel signs of Indic scripts make other letters and stay.
const fn is_accent(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}'
            | '\u{483}'..='\u{487}'
            | '\u{591}'..='\u{5C7}'
            | '\u{610}'..='\u{61A}'
            | '\u{64B}'..='\u{65F}'
            | '\u{670}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Tells whether a character takes no room on screen and so must not hide a word from a search.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
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
        if text.is_ascii() {
            return self.ascii && self.find_ascii(text.as_bytes()).is_some();
        }
        fold_into(text, scratch);
        scratch.contains(&self.folded)
    }

    /// Tells whether the text is the needle.
    pub(super) fn is(&self, text: &str, scratch: &mut String) -> bool {
        if text.is_ascii() {
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
    fn case_accents_and_full_width_do_not_matter() {
        assert_eq!(fold("Zoë ŁUKASZ Søren Straße"), "zoe lukasz soren strasse");
        assert_eq!(fold("ＮＯＶＡ１２３，王磊"), "nova123,王磊");
        assert_eq!(fold("İstanbul"), fold("istanbul"));
        assert_eq!(fold("pay\u{200B}out"), "payout");
        assert_eq!(fold("が한국"), "が한국");
    }

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
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_text_contains_each_of_its_parts(text in "[a-zA-Z ]{1,20}", from in 0_usize..20, many in 0_usize..20) {
            let part: String = text.chars().skip(from).take(many).collect();
            prop_assert!(Needle::new(&part).is_in(&text, &mut String::new()));
        }
    }
}
