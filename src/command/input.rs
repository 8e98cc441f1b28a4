//! From typed text to field values and back.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use super::phrase::{due_of, instant_of, read_phrase};
use super::{CommandError, Cx};
use crate::list::World;
use crate::record::{
    AnyRef, Due, FieldType, Id, Kind, KindVisitor, Money, Patch, Record, Value, Vocabulary,
};
use crate::text::fold;

/// Ways in which a name may be meant, from the surest on; see [`name_grade`].
const GRADES: u8 = 4;

/// Tells how surely a folded name is meant by folded words: 0 by the whole of it, 1 by its beginning, 2 by words in a
/// row of it, the last of which may be begun only (`he yian` and `以安` of `何以安 he yian`), 3 by beginnings of its
/// words in any order (`duarte ana`).
pub(super) fn name_grade(have: &str, wanted: &str) -> Option<u8> {
    if wanted.is_empty() {
        return None;
    }
    if have == wanted {
        return Some(0);
    }
    if have.starts_with(wanted) {
        return Some(1);
    }
    let words = |text: &str| -> Vec<String> {
        text.split(|letter: char| letter.is_whitespace() || "()[]（）·,，、\"“”".contains(letter))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (have_words, wanted_words) = (words(have), words(wanted));
    let (last, before) = wanted_words.split_last()?;
    let in_a_row = have_words.windows(wanted_words.len()).any(|run| {
        run.split_last()
            .is_some_and(|(end, start)| start == before && end.starts_with(last.as_str()))
    });
    // Chinese is written without spaces: each character counts as a word.
    let han = |letter: char| matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
    if in_a_row || (wanted.chars().all(han) && have.contains(wanted)) {
        return Some(2);
    }
    let mut left: Vec<&String> = have_words.iter().collect();
    let all = wanted_words.iter().all(|word| {
        let at = left.iter().position(|one| one.starts_with(word.as_str()));
        at.map(|at| left.remove(at)).is_some()
    });
    (all && wanted_words.len() > 1).then_some(3)
}

/// Finds a record by id, by its whole name, or by a beginning or words of its name that only one has.
pub(super) fn find_by_name<R: Record>(
    world: &World,
    name: &str,
    name_of: impl Fn(&R) -> &str,
) -> Result<Id<R>, CommandError> {
    let table = world.table::<R>();
    if table.get(name).is_some() {
        return Ok(Id::new(name));
    }
    let wanted = fold(name.trim());
    let named: Vec<(&Id<R>, String)> = table
        .records()
        .map(|(id, record)| (id, fold(name_of(record))))
        .collect();
    for grade in 0..GRADES {
        let mut found: Vec<&Id<R>> = named
            .iter()
            .filter(|(_, have)| name_grade(have, &wanted).is_some_and(|best| best <= grade))
            .map(|(id, _)| *id)
            .collect();
        match found.len() {
            0 => {}
            1 => return Ok(found.remove(0).clone()),
            _ => {
                let mut titles: Vec<String> = found
                    .iter()
                    .take(4)
                    .map(|id| {
                        let name = world.get(*id).map_or("", &name_of);
                        match super::slot::about_person(world, R::KIND, id.as_str()) {
                            Some(about) => format!("{name} ({about}; {id})"),
                            None => format!("{name} ({id})"),
                        }
                    })
                    .collect();
                titles.sort();
                return Err(CommandError::refused(
                    format!("`{name}`"),
                    format!("more than one {} fits: {}", R::LABEL, titles.join(", ")),
                    if R::KIND == Kind::Person {
                        "write more of the name, behind it the CN or the city, or the id"
                    } else {
                        "write more of the name, or the id"
                    },
                ));
            }
        }
    }
    Err(CommandError::NoTarget(format!(
        "no {} is called `{name}`",
        R::LABEL
    )))
}

/// Makes a patch from words of the form `field=value`; an empty value clears the field.
pub(super) fn patch_of(kind: Kind, words: &[String], cx: &Cx<'_>) -> Result<Patch, CommandError> {
    let mut patch = Patch::default();
    for word in words {
        let Some((name, text)) = word.split_once('=') else {
            return Err(CommandError::usage(
                format!("`{word}` is not of the form field=value"),
                "write for example `name=Nova`",
            ));
        };
        match read_field(kind, name, text, cx)? {
            Some(json) => {
                patch.set.insert(name.to_owned(), json);
            }
            None => patch.unset.push(name.to_owned()),
        }
    }
    Ok(patch)
}

/// Says what is doubtful about the times among words of the form `field=value`, such as an hour that the clocks skip;
/// nothing where all of them are plain.
pub(super) fn doubts(kind: Kind, words: &[String], cx: &Cx<'_>) -> Option<String> {
    let doubt = |word: &String| {
        let (name, text) = word.split_once('=')?;
        let timed = matches!(kind.field(name)?.ty, FieldType::Instant | FieldType::Due);
        if !timed || text.trim().parse::<Timestamp>().is_ok() {
            return None;
        }
        let doubt = read_phrase(text.trim(), cx).ok()?.ambiguous?;
        Some(format!("{name}: {doubt}"))
    };
    let doubts: Vec<String> = words.iter().filter_map(doubt).collect();
    (!doubts.is_empty()).then(|| doubts.join("; "))
}

/// Reads the text of one field and returns it as it goes over the wire; `None` clears the field.
pub fn read_value(
    kind: Kind,
    name: &str,
    text: &str,
    cx: &Cx<'_>,
) -> Result<Option<Json>, CommandError> {
    read_field(kind, name, text, cx)
}

fn read_field(
    kind: Kind,
    name: &str,
    text: &str,
    cx: &Cx<'_>,
) -> Result<Option<Json>, CommandError> {
    let Some(info) = kind.field(name) else {
        return Err(no_field(kind, name));
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    if let Some(word) = agreed_word(cx.world, kind, name, text) {
        let value = Value::Text(Cow::Owned(word));
        return kind.visit(Wire { name, value });
    }
    if name == "zone" && matches!(kind, Kind::Person | Kind::User | Kind::Network) {
        crate::when::zone::load(text.trim()).map_err(|error| {
            CommandError::usage(
                format!("{}.{name}: {error}", kind.name()),
                "write for example `Asia/Singapore`",
            )
        })?;
    }
    let value = typed(&info.ty, text, cx).map_err(|error| match error {
        CommandError::Usage { what, hint } => {
            CommandError::usage(format!("{}.{name}: {what}", kind.name()), hint)
        }
        other => other,
    })?;
    kind.visit(Wire { name, value })
}

/// Says that a kind has no such field, and which was probably meant.
pub(super) fn no_field(kind: Kind, name: &str) -> CommandError {
    let known: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
    let near = known
        .iter()
        .max_by_key(|known| likeness(known, name))
        .copied()
        .unwrap_or("name");
    CommandError::usage(
        format!("a {} has no field `{name}`", kind.label()),
        format!("did you mean `{near}`? known: {}", known.join(", ")),
    )
}

/// Returns the words that the team has agreed on for a field; none where any word will do.
pub(crate) fn agreed_words(world: &World, kind: Kind, field: &str) -> Vec<String> {
    let list = match (kind, field) {
        (Kind::Lead, "source") => Vocabulary::Source,
        (Kind::Lead | Kind::Network, "archetype") => Vocabulary::Archetype,
        (Kind::Lead, "lost_reason") => Vocabulary::LossReason,
        _ => return Vec::new(),
    };
    let terms = crate::pane::terms(world, &list);
    terms.into_iter().map(|term| term.name.clone()).collect()
}

/// Finds the agreed word that is meant: the same, or the only one that begins so.
fn agreed_word(world: &World, kind: Kind, field: &str, text: &str) -> Option<String> {
    let words = agreed_words(world, kind, field);
    let wanted = fold(text.trim());
    if let Some(same) = words.iter().find(|word| fold(word) == wanted) {
        return Some(same.clone());
    }
    let mut begins = words.iter().filter(|word| fold(word).starts_with(&wanted));
    let first = begins.next()?;
    begins.next().is_none().then(|| first.clone())
}

/// Puts a value into an empty record and reads it back as it goes over the wire.
struct Wire<'a> {
    name: &'a str,
    value: Value<'a>,
}
impl KindVisitor for Wire<'_> {
    type Out = Result<Option<Json>, CommandError>;
    fn visit<R: Record>(self) -> Self::Out {
        let mut record = R::default();
        if let Some(field) = R::FIELDS.iter().find(|field| field.info.name == self.name) {
            (field.set)(&mut record, self.value).map_err(|error| {
                CommandError::usage(
                    error.to_string(),
                    format!("{} holds {}", self.name, error.expected),
                )
            })?;
        }
        Ok(super::cx::fields_of(&record).remove(self.name))
    }
}

pub(super) fn typed<'a>(
    ty: &FieldType,
    text: &'a str,
    cx: &Cx<'_>,
) -> Result<Value<'a>, CommandError> {
    let trimmed = text.trim();
    let wrong = || CommandError::usage(format!("`{trimmed}` is not {}", ty.words()), "try again");
    Ok(match ty {
        FieldType::Text => Value::Text(Cow::Borrowed(trimmed)),
        FieldType::LongText => Value::Text(Cow::Borrowed(text)),
        FieldType::Choice(known) => {
            let exact = known.iter().find(|name| **name == trimmed);
            let mut near = known.iter().filter(|name| name.starts_with(trimmed));
            match (exact, near.next(), near.next()) {
                (Some(name), ..) | (None, Some(name), None) => Value::Text(Cow::Borrowed(name)),
                _ => return Err(wrong()),
            }
        }
        FieldType::Number => Value::Number(number(trimmed).ok_or_else(wrong)?),
        FieldType::Flag => match fold(trimmed).as_str() {
            "yes" | "y" | "true" | "1" | "on" => Value::Flag(true),
            "no" | "n" | "false" | "0" | "off" => Value::Flag(false),
            _ => return Err(wrong()),
        },
        FieldType::Money => Value::Money(money(trimmed).ok_or_else(wrong)?),
        FieldType::Span => Value::Span(trimmed.parse::<SignedDuration>().map_err(|_| wrong())?),
        FieldType::Instant => match trimmed.parse::<Timestamp>() {
            Ok(instant) => Value::Instant(instant),
            Err(_) => Value::Instant(instant_of(&due_of(&read_phrase(trimmed, cx)?), cx)),
        },
        FieldType::Date => Value::Date(due_of(&read_phrase(trimmed, cx)?).date()),
        FieldType::Due => Value::Due(due_of(&read_phrase(trimmed, cx)?)),
        FieldType::Link(kind) => Value::Link(link_by_name(*kind, trimmed, cx)?),
        FieldType::AnyLink => match AnyRef::parse(trimmed) {
            Some(link) if link.known_kind().is_some() => Value::Link(link),
            _ => return Err(wrong()),
        },
        FieldType::Many(inner) if **inner == FieldType::Json => {
            let json: Vec<Json> = serde_json::from_str(trimmed).map_err(|_| wrong())?;
            Value::List(json.into_iter().map(Value::Json).collect())
        }
        FieldType::Many(inner) => Value::List(
            trimmed
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| typed(inner, part, cx))
                .collect::<Result<_, _>>()?,
        ),
        FieldType::Json => Value::Json(serde_json::from_str(trimmed).map_err(|_| wrong())?),
    })
}

fn link_by_name(kind: Kind, name: &str, cx: &Cx<'_>) -> Result<AnyRef, CommandError> {
    struct Find<'a> {
        world: &'a World,
        name: &'a str,
    }
    impl KindVisitor for Find<'_> {
        type Out = Result<AnyRef, CommandError>;
        fn visit<R: Record>(self) -> Self::Out {
            let titled = self
                .world
                .table::<R>()
                .records()
                .find(|(_, record)| record.title() == self.name)
                .map(|(id, _)| id.link());
            if let Some(link) =
                titled.filter(|_| R::FIELDS.iter().all(|field| field.info.name != "name"))
            {
                return Ok(link);
            }
            find_by_name::<R>(self.world, self.name, name_field::<R>).map(|id| id.link())
        }
    }
    if name == "me" && kind == Kind::User {
        return Ok(AnyRef::new(kind, &cx.world.view.me));
    }
    kind.visit(Find {
        world: cx.world,
        name,
    })
}

/// Returns the `name` field of a record, or nothing to compare with.
fn name_field<R: Record>(record: &R) -> &str {
    R::FIELDS
        .iter()
        .find(|field| matches!(field.info.name, "name" | "title" | "handle"))
        .and_then(|field| match (field.get)(record) {
            Value::Text(Cow::Borrowed(text)) => Some(text),
            _ => None,
        })
        .unwrap_or("")
}

/// Reads a number with an optional magnitude: `1.5M`, `88k`, `12`.
fn number(text: &str) -> Option<f64> {
    let text = text.replace(',', "");
    let (digits, factor) = match text.chars().last()? {
        'k' | 'K' => (text.trim_end_matches(['k', 'K']), 1e3),
        'm' | 'M' => (text.trim_end_matches(['m', 'M']), 1e6),
        'b' | 'B' => (text.trim_end_matches(['b', 'B']), 1e9),
        '%' => (text.trim_end_matches('%'), 0.01),
        _ => (text.as_str(), 1.0),
    };
    digits
        .parse::<f64>()
        .ok()
        .map(|number| number * factor)
        .filter(|number| number.is_finite())
}

/// Reads money such as `1200.50 USD`, `$1.5k` or `900 SGD`.
fn money(text: &str) -> Option<Money> {
    let (amount, currency) = match text.strip_prefix('$') {
        Some(rest) => (rest, "USD"),
        None => text.rsplit_once(' ').unwrap_or((text, "USD")),
    };
    let currency = currency.to_uppercase();
    let minor = number(amount)? * 100.0;
    let fits = currency.len() == 3 && minor.abs() < 9e15;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be far below 2^63"
    )]
    fits.then(|| Money {
        minor: minor.round() as i64,
        currency: currency.into(),
    })
}

/// Counts the letters that two names begin with in common, and the letters they share.
fn likeness(known: &str, typed: &str) -> usize {
    let common = known
        .chars()
        .zip(typed.chars())
        .take_while(|(a, b)| a == b)
        .count();
    common * 4
        + typed
            .chars()
            .filter(|letter| known.contains(*letter))
            .count()
}

/// Writes a field's value as the text that [`read_value`] reads back.
pub fn show_value(ty: &FieldType, json: Option<&Json>, world: &World) -> String {
    match (ty, json) {
        (_, None | Some(Json::Null)) => String::new(),
        (FieldType::Link(kind), Some(Json::String(id))) => world
            .any(*kind)
            .title(id)
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| id.clone()),
        (FieldType::AnyLink, Some(Json::Object(link))) => link_text(link),
        (FieldType::Due, Some(Json::Object(_))) => json
            .and_then(|json| serde_json::from_value::<Due>(json.clone()).ok())
            .map_or_else(
                || json.map(ToString::to_string).unwrap_or_default(),
                |due| match due {
                    Due::On { date } => date.to_string(),
                    Due::At { wall, zone, .. } => {
                        format!("{} {} {zone}", wall.date(), wall.time().strftime("%H:%M"))
                    }
                },
            ),
        (FieldType::Money, Some(Json::Object(_))) => json
            .and_then(|json| serde_json::from_value::<Money>(json.clone()).ok())
            .map_or_else(
                || json.map(ToString::to_string).unwrap_or_default(),
                |money| {
                    format!(
                        "{}.{:02} {}",
                        money.minor / 100,
                        (money.minor % 100).abs(),
                        money.currency
                    )
                },
            ),
        (FieldType::Many(inner), Some(Json::Array(items))) if **inner != FieldType::Json => items
            .iter()
            .map(|item| show_value(inner, Some(item), world))
            .collect::<Vec<_>>()
            .join(", "),
        (_, Some(Json::String(text))) => text.clone(),
        (_, Some(other)) => other.to_string(),
    }
}

fn link_text(link: &Map<String, Json>) -> String {
    let part = |name: &str| link.get(name).and_then(Json::as_str).unwrap_or_default();
    format!("{}:{}", part("kind"), part("id"))
}
