//! Choices as people type them: the name, a family of names, the start of a name, a synonym.

use crate::record::Kind;

/// Other words for choices and for the families of their names.
const SYNONYMS: &[(&str, &str)] = &[
    ("feishu", "lark"),
    ("飞书", "lark"),
    ("wa", "whatsapp"),
    ("mail", "email"),
    ("e_mail", "email"),
    ("nobody", "none"),
];

/// The names of all kinds, as the choices of `item.kind`.
pub(super) const KINDS: &[&str] = &{
    let mut names = [""; Kind::ALL.len()];
    let mut position = 0;
    while position < names.len() {
        names[position] = Kind::ALL[position].name();
        position += 1;
    }
    names
};

/// What a word means among the known choices.
pub(super) enum Chosen {
    /// One choice or a family of them.
    These(Vec<&'static str>),
    /// Several choices begin like this.
    Ambiguous(Vec<&'static str>),
    /// No choice is meant.
    Unknown,
}

/// Finds the choices that a word means: the one of that name; else the family whose names begin with it
/// and an underscore (`lark` for `lark_dm`, `lark_group`, …); else the only one that begins with it.
pub(super) fn choose(known: &'static [&'static str], word: &str) -> Chosen {
    let word = normal(word);
    let synonym = SYNONYMS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, meant)| *meant);
    let word = match synonym {
        Some(meant) if !known.contains(&word.as_str()) => meant,
        _ => word.as_str(),
    };
    if let Some(name) = known.iter().find(|name| **name == word) {
        return Chosen::These(vec![name]);
    }
    let begin: Vec<&'static str> = known
        .iter()
        .copied()
        .filter(|name| !word.is_empty() && name.starts_with(word))
        .collect();
    let family = |name: &&str| {
        name.strip_prefix(word)
            .is_some_and(|rest| rest.starts_with('_'))
    };
    match begin.as_slice() {
        [] => Chosen::Unknown,
        [_] => Chosen::These(begin),
        several if several.iter().all(family) => Chosen::These(begin),
        _ => Chosen::Ambiguous(begin),
    }
}

/// Returns the word in the form of the wire names: lower case, underscores.
pub(super) fn normal(word: &str) -> String {
    word.trim().to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Channel, MessageState, Severity};

    fn chosen(known: &'static [&'static str], word: &str) -> Option<Vec<&'static str>> {
        match choose(known, word) {
            Chosen::These(names) => Some(names),
            Chosen::Ambiguous(_) | Chosen::Unknown => None,
        }
    }

    #[test]
    fn a_family_a_prefix_and_a_synonym_are_understood() {
        let lark = ["lark_dm", "lark_group", "lark_card", "lark_doc"];
        assert_eq!(chosen(Channel::KNOWN, "lark").unwrap(), lark);
        assert_eq!(chosen(Channel::KNOWN, "飞书").unwrap(), lark);
        assert_eq!(chosen(Channel::KNOWN, "Disc").unwrap(), ["discord"]);
        assert_eq!(chosen(Channel::KNOWN, "lark-dm").unwrap(), ["lark_dm"]);
        assert_eq!(chosen(MessageState::KNOWN, "q").unwrap(), ["queued"]);
    }

    #[test]
    fn what_could_be_two_things_is_neither() {
        assert!(
            matches!(choose(Severity::KNOWN, "p"), Chosen::Ambiguous(names) if names.len() == 4)
        );
        assert!(matches!(choose(Severity::KNOWN, "huge"), Chosen::Unknown));
        assert!(matches!(choose(Severity::KNOWN, ""), Chosen::Unknown));
    }
}
