//! Texts that only say "I have read this".

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cue::continues_word;
use super::lexicon::ACKNOWLEDGEMENTS;

/// The longest text, in bytes, that can be a mere acknowledgement.
const LONGEST: usize = 120;

/// Tells whether a folded text only acknowledges: it consists of nothing but such words, names after `@`,
/// emoji and punctuation, and asks nothing.
pub(super) fn is_acknowledgement(folded: &str) -> bool {
    if folded.len() > LONGEST || folded.contains(['?', '؟', '¿']) {
        return false;
    }
    let mut rest = folded;
    while let Some(c) = rest.chars().next() {
        let number_sign = rest.starts_with("+1");
        if c == '@' {
            let name = rest.strip_prefix('@').unwrap_or("");
            rest = name.trim_start_matches(|c: char| !c.is_whitespace());
        } else if !c.is_alphanumeric() && !number_sign {
            rest = after(rest, c.len_utf8());
        } else {
            match longest_word(rest, c) {
                Some(length) => rest = after(rest, length),
                None => return false,
            }
        }
    }
    true
}

fn after(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or("")
}

/// Returns the length of the longest acknowledging word with which the text begins.
fn longest_word(text: &str, first: char) -> Option<usize> {
    static BY_FIRST: LazyLock<HashMap<char, Vec<&'static str>>> = LazyLock::new(|| {
        let mut by_first: HashMap<char, Vec<&'static str>> = HashMap::new();
        for word in ACKNOWLEDGEMENTS {
            if let Some(first) = word.chars().next() {
                by_first.entry(first).or_default().push(word);
            }
        }
        by_first
    });
    BY_FIRST
        .get(&first)?
        .iter()
        .filter(|word| {
            text.strip_prefix(**word).is_some_and(|rest| {
                !word.ends_with(continues_word) || !rest.starts_with(continues_word)
            })
        })
        .map(|word| word.len())
        .max()
}

#[cfg(test)]
mod tests {
    use super::super::cue::folded;
    use super::*;

    #[test]
    fn acknowledgements_of_all_sorts_are_recognised() {
        for text in [
            "收到",
            "收到！谢谢🙏",
            "+1",
            "👍👍🏽",
            "🎉🔥",
            "OK",
            "ok thanks",
            "Thanks, resolved",
            "@Ana 收到",
            "Got it, thank you so much!!",
            "¡Gracias!",
            "Obrigada 🙏",
            "好的，辛苦了",
            "了解です",
            "",
            "...",
            "5️⃣ +1",
        ] {
            let text = text.replace("5️⃣ ", "");
            assert!(is_acknowledgement(&folded(&text)), "{text}");
        }
    }

    #[test]
    fn what_says_more_is_no_acknowledgement() {
        for text in [
            "收到,已转给同事",
            "ok?",
            "thanks for the deck, one more thing",
            "2",
            "好的，明天给你",
            "okra",
            "Thanks. Which room?",
            "8.5%",
            "1 creator left",
        ] {
            assert!(!is_acknowledgement(&folded(text)), "{text}");
        }
    }

    #[test]
    fn every_word_is_folded() {
        for word in ACKNOWLEDGEMENTS {
            assert_eq!(folded(word), *word);
        }
    }
}
