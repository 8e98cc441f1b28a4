//! What to do about a setting that is not known.

use super::Config;

/// Makes a hint from the parser's message about an unknown key.
pub(super) fn suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().unwrap_or_default().to_owned();
    if !message.starts_with("unknown field") {
        return "docs/config.md explains every setting".into();
    }
    // A setting that stands under another heading than its own is told where it belongs.
    let sections = sections_with(&unknown);
    if !sections.is_empty() {
        let sections: Vec<String> = sections.iter().map(|name| format!("[{name}]")).collect();
        return format!("it belongs under {}", sections.join(" or "));
    }
    match quoted.max_by_key(|known| alike(known, &unknown)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "docs/config.md explains every setting".into(),
    }
}

/// Returns the sections that have a setting of this name.
fn sections_with(setting: &str) -> Vec<String> {
    let schema = schemars::schema_for!(Config).to_value();
    let properties = |schema: &serde_json::Value| schema["properties"].as_object().cloned();
    let sections = properties(&schema).unwrap_or_default();
    let has = |section: &serde_json::Value| {
        let section = section["$ref"]
            .as_str()
            .and_then(|place| schema.pointer(place.strip_prefix('#')?));
        section
            .and_then(properties)
            .is_some_and(|settings| settings.contains_key(setting))
    };
    let found = sections.iter().filter(|(_, section)| has(section));
    found.map(|(name, _)| name.clone()).collect()
}

fn alike(known: &str, typed: &str) -> usize {
    let common = known
        .chars()
        .zip(typed.chars())
        .take_while(|(a, b)| a == b)
        .count();
    common * 3
        + typed
            .chars()
            .filter(|letter| known.contains(*letter))
            .count()
}
