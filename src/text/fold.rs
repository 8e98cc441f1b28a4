//! Folding: the form in which texts are compared and searched, never shown.

use super::category::{is_hidden, lone_cells};
use unicode_normalization::UnicodeNormalization;

/// Returns the text as it is searched: compatibility forms and full-width letters made plain (NFKC),
/// lower case, without accents, invisible characters removed.
///
/// Folding a folded text changes nothing. Voicing marks of Japanese and vowel signs of Indic scripts
/// stay, because they make other letters; accents of Latin, Greek, Cyrillic, Hebrew and Arabic go.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = rest.bytes().take_while(|byte| is_plain(*byte)).count();
        // An accent may follow the last of the plain letters.
        let plain = if ascii == rest.len() {
            ascii
        } else {
            ascii.saturating_sub(1)
        };
        let (head, tail) = rest.split_at_checked(plain).unwrap_or(("", rest));
        folded.extend(
            head.bytes()
                .map(|byte| char::from(byte.to_ascii_lowercase())),
        );
        let end = tail
            .char_indices()
            .skip(1)
            .find(|(_, c)| u8::try_from(*c).is_ok_and(is_plain))
            .map_or(tail.len(), |(at, _)| at);
        let (strange, after) = tail.split_at_checked(end).unwrap_or((tail, ""));
        fold_any(strange, &mut folded);
        rest = after;
    }
    folded
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E)
}

/// Folds any text, letter by letter.
fn fold_any(text: &str, folded: &mut String) {
    let letters = text.chars().filter(|c| !is_removed(*c)).nfkd();
    let lower = letters
        .filter(|c| !is_accent(*c))
        .flat_map(char::to_lowercase);
    for c in lower.filter(|c| !is_accent(*c) && !is_removed(*c)).nfc() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            other => folded.push(plain(other)),
        }
    }
}

/// Returns the letter without a stroke or hook that Unicode does not count as an accent.
const fn plain(c: char) -> char {
    match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ı' => 'i',
        'ς' => 'σ',
        '\t' | '\n' | '\r' => ' ',
        other => other,
    }
}

/// Returns whether a character is invisible, and no white space either.
fn is_removed(c: char) -> bool {
    let known = lone_cells(c).is_some() || matches!(c, '\t' | '\n' | '\r');
    !known && is_hidden(c) && !is_private(c)
}

/// Returns whether a code point is private: hidden on output, but a letter to somebody.
const fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}

/// Returns whether a combining mark is an accent or a vowel point that people leave out.
pub(super) const fn is_accent(c: char) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clean::tests::nasty;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_runs_change_nothing_of_the_result(text in "[ -~é\u{301}ﬁＡßİ中の\n\u{200b}한]{0,24}") {
            let mut whole = String::new();
            fold_any(&text, &mut whole);
            prop_assert_eq!(fold(&text), whole);
        }
    }

    #[test]
    fn case_accents_and_full_width_do_not_matter() {
        assert_eq!(fold("Zoë ŁUKASZ Søren Straße"), "zoe lukasz soren strasse");
        assert_eq!(fold("ＮＯＶＡ　１２３"), "nova 123");
        assert_eq!(fold("ﬁle №1"), "file no1");
        assert_eq!(fold("İstanbul ΣΊΣΥΦΟΣ"), fold("istanbul σίσυφος"));
        assert_eq!(fold("й"), "и");
    }

    #[test]
    fn invisible_characters_do_not_hide_a_word() {
        assert_eq!(fold("pay\u{200B}out\u{AD}"), "payout");
        assert_eq!(fold("\u{FEFF}ａ\u{FE0F}b\u{0}"), "ab");
        assert_eq!(fold("one\ttwo\nthree"), "one two three");
    }

    #[test]
    fn letters_of_other_scripts_stay_what_they_are() {
        assert_eq!(fold("王磊 が नमस्ते 한국"), "王磊 が नमस्ते 한국");
        assert_eq!(fold("ｶﾞ"), "ガ");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(raw in nasty()) {
            let once = fold(&raw);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
