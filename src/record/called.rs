//! By what a person knows a record, and that it cannot be taken away.

use serde_json::{Map, Value as Json};

use super::Kind;

/// Returns the field by which a record is called; nothing where there is none. A creator is called by the handle as well.
pub fn called(kind: Kind) -> Option<&'static str> {
    ["name", "title", "topic"]
        .into_iter()
        .find(|name| kind.field(name).is_some() && kind.field("handle").is_none())
}

/// Returns the field by which the record was called and is not any more. Busy time may hide what it is about, and a
/// thread and a milestone have other words to be known by.
///
/// Only the step is judged: a record that never had a name stays editable.
pub fn nameless(
    kind: Kind,
    before: &Map<String, Json>,
    after: &Map<String, Json>,
) -> Option<&'static str> {
    if matches!(kind, Kind::BusyBlock | Kind::Thread | Kind::Milestone) {
        return None;
    }
    let name = called(kind)?;
    let blank = |fields: &Map<String, Json>| {
        let text = fields.get(name).and_then(Json::as_str);
        text.is_none_or(|text| text.chars().all(is_unseen))
    };
    (blank(after) && !blank(before)).then_some(name)
}

/// Tells whether nothing is seen of a letter: a name of such letters alone is no name.
fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}
