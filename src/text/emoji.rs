//! Which graphemes are emoji sequences, and may therefore hold joiners, selectors and tags.

use super::category::{is_hidden, is_pictographic};

const JOINER: char = '\u{200D}';
const TEXT_STYLE: char = '\u{FE0E}';
const EMOJI_STYLE: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// The flags of England, Scotland and Wales without their black flag.
///
/// Other regions are well formed too, but hardly any font draws them: a reader would see a black
/// flag and not the text that hides in its tags.
const TAG_FLAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// Returns whether one whole grapheme is a well-formed emoji sequence.
///
/// Grammar after Unicode Technical Standard 51, section 1.4.9, narrowed to what fonts draw:
/// `pictograph modifier? selector?` elements joined by U+200D, a pair of regional indicators, a
/// keycap, or a flag made of tags.
pub(super) fn is_sequence(grapheme: &str) -> bool {
    let mut chars = grapheme.chars();
    let rest = chars.clone();
    match chars.next() {
        Some('\u{1F3F4}') if TAG_FLAGS.contains(&chars.as_str()) => true,
        Some('0'..='9' | '#' | '*') => match (chars.next(), chars.next()) {
            (Some(TEXT_STYLE | EMOJI_STYLE | KEYCAP), None) => true,
            (Some(EMOJI_STYLE), Some(KEYCAP)) => chars.next().is_none(),
            _ => false,
        },
        Some(c) if is_regional(c) => {
            chars.next().is_some_and(is_regional) && chars.next().is_none()
        }
        Some(c) if is_pictographic(c) => is_joined(rest),
        _ => false,
    }
}

/// Returns whether the characters are elements with one joiner between each two.
fn is_joined(chars: std::str::Chars<'_>) -> bool {
    let mut chars = chars.peekable();
    loop {
        if !chars
            .next()
            .is_some_and(|c| is_pictographic(c) && !is_hidden(c))
        {
            return false;
        }
        let styled = chars.next_if(|&c| matches!(c, TEXT_STYLE | EMOJI_STYLE));
        let toned = chars.next_if(|&c| is_modifier(c));
        if styled.is_none() && toned.is_some() {
            chars.next_if(|&c| c == EMOJI_STYLE);
        }
        match chars.next() {
            None => return true,
            Some(JOINER) => {}
            Some(_) => return false,
        }
    }
}

const fn is_regional(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

const fn is_modifier(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_flags_keycaps_and_tones_are_sequences() {
        for text in [
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
            "\u{1F469}\u{1F3FD}\u{200D}\u{2764}\u{FE0F}\u{200D}\u{1F48B}\u{200D}\u{1F468}\u{1F3FF}",
            "\u{1F1E8}\u{1F1F3}",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            "\u{1F3F3}\u{FE0F}\u{200D}\u{26A7}\u{FE0F}",
            "1\u{FE0F}\u{20E3}",
            "\u{2764}\u{FE0E}",
        ] {
            assert!(is_sequence(text), "{text:?}");
        }
    }

    #[test]
    fn dangling_joiners_doubled_selectors_and_foreign_tags_are_not() {
        for text in [
            "",
            "a\u{FE0F}",
            "\u{1F469}\u{200D}",
            "\u{200D}\u{1F469}",
            "\u{1F469}\u{FE0F}\u{FE0F}",
            "\u{1F469}\u{200D}\u{200D}\u{1F469}",
            "\u{1F1E8}",
            "\u{1F3F4}\u{E0075}\u{E0073}\u{E0074}\u{E0078}\u{E007F}",
            "\u{1F3F4}\u{E0067}\u{E0062}",
            "1\u{200D}\u{1F469}",
            "\u{1F600}\u{FE01}",
        ] {
            assert!(!is_sequence(text), "{text:?}");
        }
    }
}
