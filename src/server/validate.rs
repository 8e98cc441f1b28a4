//! Whether a record would be valid: the shapes of the fields that the contract knows.
//!
//! Unknown fields and unknown values of open enumerations are kept as they come.

use serde_json::Value as Json;

use crate::record::{AnyRef, FieldType, Kind, KindVisitor, Patch, Record, Value};
use crate::wire::FieldProblem;

/// The longest id.
const ID_BYTES: usize = 100;
/// The longest name of a field.
const NAME_BYTES: usize = 100;

/// Tells whether a text can be the id of a record, a command or a client.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_BYTES
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:@+~".contains(&byte))
}

/// Returns what is wrong with a patch for this kind.
pub(crate) fn patch_problems(kind: Kind, patch: &Patch) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for (name, value) in &patch.set {
        check_name("set", name, &mut problems);
        check_value(kind, "set", name, value, &mut problems);
    }
    for name in &patch.unset {
        check_name("unset", name, &mut problems);
    }
    for (part, changes) in [("add", &patch.add), ("remove", &patch.remove)] {
        for (name, values) in changes {
            check_name(part, name, &mut problems);
            check_set(kind, part, name, values, &mut problems);
        }
    }
    let mut names: Vec<&String> = patch
        .set
        .keys()
        .chain(&patch.unset)
        .chain(patch.add.keys())
        .collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        if pair[0] == pair[1] {
            problems.push(problem(
                "set",
                pair[0],
                "twice",
                "the field is changed twice",
            ));
        }
    }
    for name in patch.remove.keys() {
        if patch.set.contains_key(name) || patch.unset.contains(name) {
            problems.push(problem(
                "remove",
                name,
                "twice",
                "the field is changed twice",
            ));
        }
    }
    problems
}

fn check_name(part: &str, name: &str, problems: &mut Vec<FieldProblem>) {
    if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
        problems.push(problem(part, name, "name", "a field cannot be called this"));
    }
}

fn check_value(kind: Kind, part: &str, name: &str, value: &Json, into: &mut Vec<FieldProblem>) {
    let Some(field) = kind.field(name) else {
        return;
    };
    let fits = || value_of(&field.ty, value).is_some_and(|value| kind.visit(Fits { name, value }));
    if !plainly_fits(&field.ty, value) && !fits() {
        let detail = format!("not {}", field.ty.words());
        into.push(problem(part, name, "type", &detail));
    }
}

/// Tells of the commonest shapes, without making a record of them, that every field of the type takes them.
fn plainly_fits(ty: &FieldType, value: &Json) -> bool {
    match ty {
        FieldType::Text | FieldType::LongText | FieldType::Choice(_) | FieldType::Link(_) => {
            value.is_string()
        }
        FieldType::Flag => value.is_boolean(),
        FieldType::Instant => value
            .as_str()
            .is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        FieldType::Many(FieldType::Text | FieldType::Link(_)) => value
            .as_array()
            .is_some_and(|values| values.iter().all(Json::is_string)),
        _ => false,
    }
}

fn check_set(kind: Kind, part: &str, name: &str, values: &Json, into: &mut Vec<FieldProblem>) {
    if !values.is_array() {
        into.push(problem(part, name, "type", "not a list"));
        return;
    }
    match kind.field(name).map(|field| field.ty) {
        // An unknown field may be a set: a newer console knows.
        None => {}
        Some(FieldType::Many(
            FieldType::Text | FieldType::Link(_) | FieldType::AnyLink | FieldType::Date,
        )) => check_value(kind, part, name, values, into),
        Some(_) => into.push(problem(part, name, "not_a_set", "the field is no set")),
    }
}

/// Makes the report on one field.
pub(crate) fn problem(part: &str, name: &str, code: &str, detail: &str) -> FieldProblem {
    let name = name.replace('~', "~0").replace('/', "~1");
    FieldProblem {
        pointer: format!("/{part}/{name}"),
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

struct Fits<'a> {
    name: &'a str,
    value: Value<'static>,
}

impl KindVisitor for Fits<'_> {
    type Out = bool;
    fn visit<R: Record>(self) -> bool {
        R::FIELDS
            .iter()
            .find(|field| field.info.name == self.name)
            .is_none_or(|field| (field.set)(&mut R::default(), self.value).is_ok())
    }
}

/// Reads JSON as a value of this type; `None` when it has another shape.
fn value_of(ty: &FieldType, json: &Json) -> Option<Value<'static>> {
    if json.is_null() {
        return Some(Value::Empty);
    }
    let text = || json.as_str().map(str::to_owned);
    match ty {
        FieldType::Text | FieldType::LongText | FieldType::Choice(_) => {
            text().map(|text| Value::Text(text.into()))
        }
        FieldType::Number => json.as_f64().map(Value::Number),
        FieldType::Flag => json.as_bool().map(Value::Flag),
        FieldType::Link(kind) => text().map(|id| Value::Link(AnyRef::new(*kind, id))),
        FieldType::Many(inner) => json
            .as_array()?
            .iter()
            .map(|value| value_of(inner, value))
            .collect::<Option<Vec<_>>>()
            .map(Value::List),
        FieldType::Money => read(json).map(Value::Money),
        FieldType::Instant => read(json).map(Value::Instant),
        FieldType::Date => read(json).map(Value::Date),
        FieldType::Due => read(json).map(Value::Due),
        FieldType::Span => read(json).map(Value::Span),
        FieldType::AnyLink => read(json).map(Value::Link),
        FieldType::Json => Some(Value::Json(json.clone())),
    }
}

fn read<T: serde::de::DeserializeOwned>(json: &Json) -> Option<T> {
    serde_json::from_value(json.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(kind: Kind, patch: &Json) -> Vec<(String, String)> {
        let patch: Patch = serde_json::from_value(patch.clone()).unwrap();
        patch_problems(kind, &patch)
            .into_iter()
            .map(|problem| (problem.pointer, problem.code))
            .collect()
    }

    #[test]
    fn a_wrong_shape_is_named_by_its_pointer() {
        let wrong = [
            (Kind::Lead, json!({"name": 5}), "/set/name"),
            (Kind::Lead, json!({"creators": 1.5}), "/set/creators"),
            (Kind::Lead, json!({"creators": "5"}), "/set/creators"),
            (Kind::Lead, json!({"tax_form": "yes"}), "/set/tax_form"),
            (
                Kind::Lead,
                json!({"entered_at": "yesterday"}),
                "/set/entered_at",
            ),
            (
                Kind::Lead,
                json!({"next_due": "2026-02-30"}),
                "/set/next_due",
            ),
            (
                Kind::Lead,
                json!({"expected_value": 5}),
                "/set/expected_value",
            ),
            (
                Kind::Lead,
                json!({"shared_with": "mei"}),
                "/set/shared_with",
            ),
            (Kind::Lead, json!({"shared_with": [1]}), "/set/shared_with"),
            (Kind::Note, json!({"subject": "lead:1"}), "/set/subject"),
            (
                Kind::FollowUp,
                json!({"due": {"on": "2026-01-01"}}),
                "/set/due",
            ),
            (Kind::Person, json!({"hours": {"working": 5}}), "/set/hours"),
        ];
        for (kind, set, pointer) in wrong {
            let found = codes(kind, &json!({ "set": set }));
            assert_eq!(found, [(pointer.to_owned(), "type".to_owned())], "{set}");
        }
    }

    #[test]
    fn known_shapes_unknown_fields_and_unknown_choices_pass() {
        let right = [
            (
                Kind::Lead,
                json!({"name": "Nova", "creators": 5, "score": 1.5, "x": {"y": [1]}}),
            ),
            (
                Kind::Lead,
                json!({"source": "telepathy", "next_due": "2026-02-28"}),
            ),
            (
                Kind::Lead,
                json!({"expected_value": {"minor": 5, "currency": "USD"}}),
            ),
            (
                Kind::Note,
                json!({"subject": {"kind": "starship", "id": "1"}}),
            ),
            (Kind::FollowUp, json!({"due": {"date": "2026-01-01"}})),
            (Kind::MetricPoint, json!({"daily": [1, null, 2.5]})),
            (
                Kind::Person,
                json!({"handles": [{"channel": "x", "address": "y"}]}),
            ),
        ];
        for (kind, set) in right {
            assert_eq!(codes(kind, &json!({ "set": set })), [], "{set}");
        }
    }

    #[test]
    fn a_scalar_is_no_set_and_a_field_is_changed_once() {
        let found = codes(Kind::Lead, &json!({"add": {"name": ["x"]}}));
        assert_eq!(found, [("/add/name".to_owned(), "not_a_set".to_owned())]);
        let found = codes(
            Kind::Lead,
            &json!({"set": {"name": "x"}, "unset": ["name"]}),
        );
        assert_eq!(found, [("/set/name".to_owned(), "twice".to_owned())]);
    }
}
