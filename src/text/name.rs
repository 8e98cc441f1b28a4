//! Names that pretend to be other names.

use super::category::is_hidden;
use super::fold::is_accent;
use unicode_normalization::UnicodeNormalization;

/// Returns whether two names look the same to a hurried reader, equal names included.
///
/// Compares what remains when accents, invisible characters and case are taken away and each
/// look-alike is replaced by one letter. It is meant for warnings ("not the Dana Reyes you know")
/// and errs on the side of warning.
pub fn looks_like(one: &str, other: &str) -> bool {
    let (one, other) = (skeleton(one), skeleton(other));
    strokes(&one) == strokes(&other) || strokes(&lower(&one)) == strokes(&lower(&other))
}

/// Returns whether a name mixes scripts that share letter shapes, as look-alikes do.
///
/// True for a word with letters of two of Latin, Cyrillic, Greek, Armenian and Cherokee, and for a
/// name with Latin words and a word of another of these that consists of look-alikes only.
/// Chinese, Japanese, Korean and all other scripts mix with anything.
pub fn mixed_script(name: &str) -> bool {
    let mut latin_word = false;
    let mut disguised_word = false;
    for word in name.split(|c: char| !c.is_alphanumeric() && !is_hidden(c) && !is_accent(c)) {
        let mut found = None;
        let mut disguised = true;
        for c in word.chars().filter(|&c| c != '\u{B5}').nfkc() {
            let Some(script) = Script::of(c) else {
                continue;
            };
            if found.is_some_and(|before| before != script) {
                return true;
            }
            found = Some(script);
            disguised &= prototype(c) != c;
        }
        latin_word |= found == Some(Script::Latin);
        disguised_word |= disguised && found.is_some_and(|script| script != Script::Latin);
    }
    latin_word && disguised_word
}

/// The scripts whose letters are mistaken for one another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
}

impl Script {
    const fn of(c: char) -> Option<Self> {
        match c {
            'A'..='Z'
            | 'a'..='z'
            | '\u{C0}'..='\u{24F}'
            | '\u{250}'..='\u{2AF}'
            | '\u{1E00}'..='\u{1EFF}' => match c {
                '×' | '÷' => None,
                _ => Some(Self::Latin),
            },
            '\u{370}'..='\u{373}'
            | '\u{376}'..='\u{37D}'
            | '\u{37F}'
            | '\u{386}'
            | '\u{388}'..='\u{3FF}'
            | '\u{1F00}'..='\u{1FFF}' => Some(Self::Greek),
            '\u{400}'..='\u{481}'
            | '\u{48A}'..='\u{52F}'
            | '\u{1C80}'..='\u{1C8F}'
            | '\u{A640}'..='\u{A69F}' => Some(Self::Cyrillic),
            '\u{531}'..='\u{587}' => Some(Self::Armenian),
            '\u{13A0}'..='\u{13FF}' | '\u{AB70}'..='\u{ABBF}' => Some(Self::Cherokee),
            _ => None,
        }
    }
}

/// Returns the name in prototypes, its case kept, with single blanks between words.
fn skeleton(name: &str) -> String {
    let mut skeleton = String::with_capacity(name.len());
    let visible = name
        .chars()
        .filter(|&c| !is_hidden(c))
        .nfkd()
        .filter(|&c| !is_mark(c));
    for c in visible.map(prototype) {
        if !c.is_whitespace() {
            skeleton.push(c);
        } else if !skeleton.is_empty() && !skeleton.ends_with(' ') {
            skeleton.push(' ');
        }
    }
    skeleton.truncate(skeleton.trim_end().len());
    skeleton
}

fn lower(skeleton: &str) -> String {
    skeleton
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|&c| !is_mark(c))
        .map(prototype)
        .collect()
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Returns the skeleton with the letters, digits and pairs merged that differ by a stroke.
fn strokes(skeleton: &str) -> String {
    let mut merged = String::with_capacity(skeleton.len());
    for c in skeleton.chars() {
        let joined = match (merged.chars().next_back(), c) {
            (Some('r'), 'n') => Some('m'),
            (Some('v'), 'v') => Some('w'),
            (Some('V'), 'V') => Some('W'),
            _ => None,
        };
        if joined.is_some() {
            merged.pop();
        }
        merged.push(joined.unwrap_or(match c {
            'I' | '1' | '|' => 'l',
            '0' => 'O',
            other => other,
        }));
    }
    merged
}

/// Returns the letter that a character is most easily mistaken for, or itself.
///
/// A small table of our own: what looks alike in common terminal fonts, compatibility forms and
/// accents being out of the way already.
const fn prototype(c: char) -> char {
    match c {
        'А' | 'Α' | 'Ꭺ' => 'A',
        'В' | 'Β' | 'Ᏼ' => 'B',
        'С' | 'Ϲ' | 'Ꮯ' => 'C',
        'Ꭰ' => 'D',
        'Е' | 'Ε' | 'Ꭼ' => 'E',
        'Ϝ' | 'Ғ' => 'F',
        'Ԍ' | 'Ꮐ' => 'G',
        'Н' | 'Η' | 'Ꮋ' => 'H',
        'І' | 'Ι' | 'Ӏ' | 'ӏ' | 'ǀ' | 'Ⲓ' | 'ł' => 'l',
        'Ј' | 'Ꭻ' => 'J',
        'К' | 'Κ' | 'Ꮶ' => 'K',
        'Լ' | 'Ꮮ' | 'Ł' => 'L',
        'М' | 'Μ' | 'Ꮇ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' | 'Օ' | 'Ø' => 'O',
        'Р' | 'Ρ' | 'Ꮲ' => 'P',
        'Ԛ' => 'Q',
        'Ꭱ' => 'R',
        'Ѕ' | 'Տ' | 'Ꮪ' => 'S',
        'Т' | 'Τ' | 'Ꭲ' => 'T',
        'Ս' => 'U',
        'Ѵ' | 'Ꮩ' => 'V',
        'Ԝ' | 'Ꮃ' => 'W',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' | 'Ү' | 'Ꮍ' => 'Y',
        'Ζ' | 'Ꮓ' => 'Z',
        'а' | 'α' | 'ɑ' => 'a',
        'Ь' | 'ь' | 'ƅ' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' | 'đ' => 'd',
        'е' | 'ҽ' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' | 'հ' | 'ħ' => 'h',
        'і' | 'ı' | 'ι' | 'ɩ' | 'ɪ' | 'Ꭵ' => 'i',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' => 'k',
        'п' | 'η' | 'ո' => 'n',
        'о' | 'ο' | 'օ' | 'σ' | 'ø' | '〇' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ѡ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' => 'y',
        'З' | 'з' => '3',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        '‘' | '’' | '´' | '`' => '\'',
        'ー' | '一' | '―' => '一',
        'ロ' => '口',
        'エ' => '工',
        'カ' => '力',
        'タ' => '夕',
        'ト' => '卜',
        'ハ' => '八',
        'ニ' => '二',
        'チ' => '千',
        'へ' => 'ヘ',
        'り' => 'リ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_found() {
        for (one, other) in [
            ("Dana Reyes", "D\u{430}na Reyes"),
            ("PAYPAL", "РАУРАL"),
            ("PayPal", "Раураl"),
            ("Nova Media", "Nova\u{200B} Media"),
            ("Nova Media", "NOVA  MEDIA"),
            ("Will", "Wi1l"),
            ("Ian", "lan"),
            ("Modern", "Modem"),
            ("Olivia", "0livia"),
            ("José", "Jose"),
            ("Apex", "Αρех"),
            ("Nova", "Ｎｏｖａ"),
            ("Nova", "\u{1D40D}\u{1D428}\u{1D42F}\u{1D41A}"),
            ("口袋", "ロ袋"),
        ] {
            assert!(looks_like(one, other), "{one} {other}");
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (one, other) in [
            ("Dana Reyes", "Dana Reye"),
            ("Mia", "Mla"),
            ("王磊", "王蕊"),
            ("Иван", "Ivan"),
            ("", "a"),
        ] {
            assert!(!looks_like(one, other), "{one} {other}");
        }
    }

    #[test]
    fn words_of_mixed_scripts_are_flagged() {
        for name in [
            "D\u{430}na",
            "Nov\u{3B1}",
            "Wei \u{422}an",
            "\u{420}\u{430}ul",
            "Dana \u{420}\u{435}\u{443}\u{435}\u{455}",
        ] {
            assert!(mixed_script(name), "{name}");
        }
    }

    #[test]
    fn honest_names_are_not_flagged() {
        for name in [
            "Dana Reyes",
            "Lei Wang 王磊",
            "Мария (Maria)",
            "Zoë",
            "김 Kim",
            "Ελένη",
            "5 µm",
            "",
            "Bot · Ops",
        ] {
            assert!(!mixed_script(name), "{name}");
        }
    }
}
