//! Keyboards that do not type Latin letters, and input methods that type full-width forms: where such a key
//! lies, and so which key was meant.

use super::{Key, KeyCode};

/// The keys of a keyboard from the United States, row by row, as a layout names them.
const ROWS: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,./";

/// Layouts that have a name: the letters of the same keys in the same order.
const NAMED: &[(&str, &str)] = &[
    ("ru", "йцукенгшщзхъфывапролджэячсмитьбю."),
    ("uk", "йцукенгшщзхїфівапролджєячсмитьбю."),
    ("el", ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,./"),
    ("he", "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ."),
    (
        "ko",
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ[]ㅁㄴㅇㄹㅎㅗㅓㅏㅣ;'ㅋㅌㅊㅍㅠㅜㅡ,./",
    ),
];

/// What an input method types for a key of its own kind, beyond the full-width forms.
const MARKS: &[(char, char)] = &[
    ('。', '.'),
    ('、', '/'),
    ('「', '['),
    ('」', ']'),
    ('【', '['),
    ('】', ']'),
    ('《', '<'),
    ('》', '>'),
    ('〈', '<'),
    ('〉', '>'),
    ('“', '"'),
    ('”', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('·', '`'),
    ('¥', '$'),
    ('￥', '$'),
    ('…', '^'),
    ('—', '_'),
    ('×', '*'),
    ('\u{3000}', ' '),
];

/// Which key was meant by what was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    letters: Vec<(char, char)>,
}

/// A layout that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "keys.layout: `{0}` is neither a layout nor the letters of one; write ru, uk, el, he, ko, or the 33 letters \
     that lie where qwertyuiop[]asdfghjkl;'zxcvbnm,./ lie"
)]
pub struct LayoutError(String);

impl Layout {
    /// Reads a name or the letters of a keyboard; an empty text is a Latin keyboard.
    ///
    /// # Errors
    /// It is neither a name nor as many letters as there are keys.
    pub fn read(text: &str) -> Result<Self, LayoutError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        let letters = NAMED
            .iter()
            .find(|(name, _)| *name == text)
            .map_or(text, |(_, letters)| letters);
        if letters.chars().count() != ROWS.chars().count() {
            return Err(LayoutError(text.to_owned()));
        }
        let mut pairs: Vec<(char, char)> = Vec::new();
        for (letter, key) in letters.chars().zip(ROWS.chars()) {
            if letter != key && !letter.is_ascii() {
                pairs.push((letter, key));
                let mut upper = letter.to_uppercase();
                if let (Some(capital), None) = (upper.next(), upper.next())
                    && capital != letter
                {
                    pairs.push((capital, key.to_ascii_uppercase()));
                }
            }
        }
        Ok(Self { letters: pairs })
    }

    /// Returns the key that was meant: the one where the typed letter lies, a full-width form as its own.
    pub fn meant(&self, key: Key) -> Key {
        let KeyCode::Char(letter) = key.code else {
            return key;
        };
        if letter.is_ascii() {
            return key;
        }
        let known = self.letters.iter().chain(MARKS);
        let found = known
            .filter(|(typed, _)| *typed == letter)
            .map(|(_, key)| *key)
            .next()
            .or_else(|| half_width(letter));
        Key {
            code: KeyCode::Char(found.unwrap_or(letter)),
            ..key
        }
    }
}

/// Returns the ASCII character of a full-width form.
fn half_width(letter: char) -> Option<char> {
    let code = u32::from(letter);
    if !(0xff01..=0xff5e).contains(&code) {
        return None;
    }
    char::from_u32(code - 0xfee0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_layout_has_a_letter_for_every_key() {
        for (name, _) in NAMED {
            let layout = Layout::read(name).unwrap();
            assert!(layout.letters.len() > 20, "{name}");
        }
    }

    #[test]
    fn a_letter_means_the_key_that_it_lies_on() {
        let layout = Layout::read("ru").unwrap();
        let meant = |letter| layout.meant(Key::char(letter));
        assert_eq!(meant('у'), Key::char('e'));
        assert_eq!(meant('О'), Key::char('J'));
        assert_eq!(meant('e'), Key::char('e'));
        assert_eq!(meant('.'), Key::char('.'));
    }

    #[test]
    fn full_width_forms_mean_themselves_on_every_keyboard() {
        let layout = Layout::default();
        for (typed, key) in [
            ('ｊ', 'j'),
            ('；', ';'),
            ('：', ':'),
            ('？', '?'),
            ('。', '.'),
            ('＊', '*'),
        ] {
            assert_eq!(layout.meant(Key::char(typed)), Key::char(key));
        }
        assert_eq!(layout.meant(Key::char('字')), Key::char('字'));
    }

    #[test]
    fn a_layout_with_too_few_letters_is_named() {
        let error = Layout::read("йцу").unwrap_err().to_string();
        assert!(
            error.contains("йцу") && error.contains("33 letters"),
            "{error}"
        );
    }
}
