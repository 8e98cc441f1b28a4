//! Reading keymap files.

use std::collections::BTreeMap;

use toml::{Spanned, Table, Value};

use super::{
    Binding, EVERYWHERE, Hole, MODES, Node, Prompt, SUMMARY, SWEEP, Template, Wants, When,
    parse_sequence,
};
use crate::command::{Command, CommandError, Known, Parsing, check_phrase, check_query, find_kind};
use crate::pane::Place;
use crate::record::Kind;

/// Where a binding was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A keymap that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}; {hint}")]
pub struct KeymapError {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
}

super::fault!(KeymapError);

/// What is wrong, and what to do.
pub(super) type Wrong = (String, String);

fn wrong(what: impl Into<String>, hint: impl Into<String>) -> Wrong {
    (what.into(), hint.into())
}

/// The fields of a binding that is a table.
const FIELDS: &[&str] = &["do", "when", "ask", "confirm", "help", "hint", "unbind"];

/// The fields of something that is asked for.
const ASKED: &[&str] = &["input", "type", "default", "menu", "from", "kind", "title"];

type File = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Value>>;

/// What a keymap binds: its scopes with their lines, and in each the keys, their line and what they are bound to.
type Scopes = Vec<(String, usize, Vec<(String, usize, Value)>)>;

/// The largest keymap that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Reads a keymap over what is there; with a parser every command is checked.
pub(super) fn read(
    text: &str,
    file: &str,
    scopes: &mut BTreeMap<String, Node>,
    parsing: Option<&mut Parsing>,
) -> Result<(), KeymapError> {
    let fail = |at: usize, (what, hint): Wrong| KeymapError {
        file: file.to_owned(),
        line: line_of(text, at),
        what,
        hint,
    };
    if text.len() > MAX_BYTES {
        return Err(fail(
            0,
            wrong("the file is larger than 1 MiB", "make it smaller"),
        ));
    }
    let parsed: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().lines().next().unwrap_or_default();
        fail(
            at,
            wrong(message, "a key is bound as `\"g i\" = \"pane show inbox\"`"),
        )
    })?;
    let lines = Lines::of(text);
    let entries = |entries: BTreeMap<Spanned<String>, Value>| {
        let entries = entries.into_iter().map(|(keys, value)| {
            let line = lines.of_offset(keys.span().start);
            (keys.into_inner(), line, value)
        });
        entries.collect()
    };
    let parsed = parsed
        .into_iter()
        .map(|(scope, bound)| {
            let line = lines.of_offset(scope.span().start);
            (scope.into_inner(), line, entries(bound))
        })
        .collect();
    bind(parsed, file, scopes, parsing)
}

/// Reads a keymap that was read when the program was built, over what is there; with a parser every command is checked.
pub(super) fn read_packed(
    packed: &str,
    file: &str,
    scopes: &mut BTreeMap<String, Node>,
    parsing: Option<&mut Parsing>,
) -> Result<(), KeymapError> {
    let parsed: Scopes = serde_json::from_str(packed).map_err(|error| KeymapError {
        file: file.to_owned(),
        line: error.line(),
        what: error.to_string(),
        hint: "build the program anew".into(),
    })?;
    bind(parsed, file, scopes, parsing)
}

/// Binds what a keymap binds.
fn bind(
    parsed: Scopes,
    file: &str,
    scopes: &mut BTreeMap<String, Node>,
    mut parsing: Option<&mut Parsing>,
) -> Result<(), KeymapError> {
    let fail = |line: usize, (what, hint): Wrong| KeymapError {
        file: file.to_owned(),
        line,
        what,
        hint,
    };
    for (scope, line, entries) in parsed {
        let kinds = kinds_of(&scope).map_err(|error| fail(line, error))?;
        // In these nothing is typed that a command could throw away.
        let name = scope.as_str();
        let is_mode = MODES.contains(&name) && ![SWEEP, SUMMARY].contains(&name);
        // A kind has two names, and its place one of them.
        let place = Place::from_name(name).map(|place| place.name().to_owned());
        let root: &mut Node = scopes.entry(place.unwrap_or(scope)).or_default();
        for (name, line, entry) in entries {
            let Some(keys) = parse_sequence(&name) else {
                return Err(fail(
                    line,
                    wrong(
                        format!("`{name}` is not a key"),
                        "write for example `e`, `ctrl-d`, `alt-enter`, `space` or `g i`",
                    ),
                ));
            };
            let source = Source {
                file: file.to_owned(),
                line,
            };
            let mut reader = Reader {
                kinds,
                is_mode,
                parsing: parsing.as_deref_mut(),
            };
            let bindings = reader
                .bindings(entry, &source)
                .map_err(|(what, hint)| fail(line, (format!("`{name}`: {what}"), hint)))?;
            root.bind(&keys, bindings);
        }
    }
    Ok(())
}

/// Returns the kinds that may be under the cursor in a scope.
fn kinds_of(scope: &str) -> Result<&'static [Kind], Wrong> {
    if scope == EVERYWHERE || scope == super::PAGE || MODES.contains(&scope) {
        return Ok(Kind::ALL);
    }
    let Some(place) = Place::from_name(scope) else {
        let known: Vec<&str> = Place::TABS.iter().map(|place| place.name()).collect();
        return Err(wrong(
            format!("`{scope}` is not a place"),
            format!(
                "known: {EVERYWHERE}, {}, conflicts, outbox, a kind, or while something is typed: {}",
                known.join(", "),
                MODES.join(", ")
            ),
        ));
    };
    // A place without records of its own shows those of others.
    Ok(place
        .kind()
        .and_then(|kind| Kind::ALL.iter().position(|known| *known == kind))
        .and_then(|at| Kind::ALL.get(at..=at))
        .unwrap_or(Kind::ALL))
}

/// Reads what a key is bound to.
pub(super) struct Reader<'a> {
    pub(super) kinds: &'static [Kind],
    pub(super) is_mode: bool,
    pub(super) parsing: Option<&'a mut Parsing>,
}

impl Reader<'_> {
    /// One command line, several, a table with more to say, or several such tables of which the first that
    /// holds counts.
    fn bindings(&mut self, entry: Value, source: &Source) -> Result<Vec<Binding>, Wrong> {
        match entry {
            Value::Array(items) if items.iter().any(Value::is_table) => items
                .into_iter()
                .map(|item| match item {
                    Value::Table(table) => self.table(table, source),
                    other => self.finish(lines(other)?, source),
                })
                .collect(),
            Value::Table(table) => Ok(vec![self.table(table, source)?]),
            other => Ok(vec![self.finish(lines(other)?, source)?]),
        }
    }

    fn table(&mut self, mut table: Table, source: &Source) -> Result<Binding, Wrong> {
        known(&table, FIELDS)?;
        let commands = table.remove("do").map(lines).transpose()?;
        let when = match text(&mut table, "when")? {
            Some(when) => Some(When::read(&when, self.kinds).map_err(|error| {
                wrong(format!("when `{when}`: {error}"), "see docs/scripting.md")
            })?),
            None => None,
        };
        let asked = match table.remove("ask") {
            Some(Value::Table(asked)) => asked,
            Some(_) => {
                return Err(wrong(
                    "`ask` is not a table",
                    "write `ask = { text = { input = \"Note\" } }`",
                ));
            }
            None => Table::new(),
        };
        let prompts = asked
            .into_iter()
            .map(|(name, value)| prompt(name, value))
            .collect::<Result<Vec<_>, _>>()?;
        let binding = Binding {
            commands: commands.unwrap_or_default(),
            help: text(&mut table, "help")?.unwrap_or_default(),
            hint: flag(&mut table, "hint")?,
            when,
            prompts,
            confirm: text(&mut table, "confirm")?,
            source: source.clone(),
            unbound: flag(&mut table, "unbind")?,
        };
        self.checked(binding)
    }

    fn finish(&mut self, commands: Vec<String>, source: &Source) -> Result<Binding, Wrong> {
        self.checked(Binding {
            commands,
            help: String::new(),
            hint: false,
            when: None,
            prompts: Vec::new(),
            confirm: None,
            source: source.clone(),
            unbound: false,
        })
    }

    fn checked(&mut self, mut binding: Binding) -> Result<Binding, Wrong> {
        if binding.unbound != binding.commands.is_empty() {
            return Err(if binding.unbound {
                wrong("it is bound and unbound at once", "leave one of them out")
            } else {
                wrong(
                    "it does nothing",
                    "give it a command or write `{ unbind = true }`",
                )
            });
        }
        let (kinds, is_mode) = (self.kinds, self.is_mode);
        let Some(parsing) = self.parsing.as_deref_mut() else {
            return Ok(binding);
        };
        let mut order: Vec<String> = Vec::new();
        // The rows on which the commands act, as far as that is certain before they run.
        let mut here = match kinds {
            [only] => Some(*only),
            _ => None,
        };
        for line in &binding.commands {
            let template = check_line(line, parsing, is_mode, &mut here)?;
            for hole in template.holes() {
                match hole {
                    Hole::Answer(name) => {
                        if !binding.prompts.iter().any(|prompt| prompt.name == *name) {
                            return Err(wrong(
                                format!("nothing asks for {{{name}}}"),
                                format!("add `ask = {{ {name} = {{ input = \"…\" }} }}`"),
                            ));
                        }
                        if !order.contains(name) {
                            order.push(name.clone());
                        }
                    }
                    Hole::Item(field) => check_item(field, kinds)?,
                    Hole::Count => {}
                }
            }
        }
        if let Some(prompt) = binding
            .prompts
            .iter()
            .find(|prompt| !order.contains(&prompt.name))
        {
            return Err(wrong(
                format!("it asks for `{}` and does not use it", prompt.name),
                format!("write {{{}}} in its commands", prompt.name),
            ));
        }
        // What comes first in the commands is asked for first.
        binding
            .prompts
            .sort_by_key(|prompt| order.iter().position(|name| *name == prompt.name));
        Ok(binding)
    }
}

fn check_line(
    line: &str,
    parsing: &mut Parsing,
    is_mode: bool,
    here: &mut Option<Kind>,
) -> Result<Template, Wrong> {
    let template = Template::read(line)
        .and_then(|template| template.check(parsing))
        .map_err(CommandError::parts)?;
    let (words, filled) = template.sample();
    let command = parsing.read_words(&words).map_err(CommandError::parts)?;
    if template.is_plain() || matches!(command, Command::Exec(_)) {
        if is_mode && !command.fits_while_typing() {
            return Err(wrong(
                format!("`{line}` would throw away what is being typed"),
                "while something is typed only `input …` and `exec …` can be bound",
            ));
        }
    } else if is_mode {
        return Err(wrong(
            "it asks while something is typed",
            "bind it in a place",
        ));
    }
    let known = Known {
        kind: *here,
        filled: &filled,
    };
    command.check(&known).map_err(CommandError::parts)?;
    *here = command.kind_after(*here);
    Ok(template)
}

fn check_item(field: &str, kinds: &[Kind]) -> Result<(), Wrong> {
    let known = matches!(field, "id" | "title" | "kind")
        || kinds.iter().any(|kind| kind.field(field).is_some());
    if known {
        return Ok(());
    }
    Err(wrong(
        format!("{{item.{field}}}: nothing that can be under the cursor has this field"),
        "`cnm list KIND --help` names the fields; id, title and kind are always there",
    ))
}

/// Reads what is asked for.
fn prompt(name: String, value: Value) -> Result<Prompt, Wrong> {
    let mut table = match value {
        Value::String(title) => {
            return Ok(Prompt {
                name,
                title,
                wants: Wants::Text,
                text: String::new(),
            });
        }
        Value::Table(table) => table,
        _ => {
            return Err(wrong(
                format!("ask.{name} is neither a text nor a table"),
                "write `{ input = \"Note\" }` or `{ menu = [\"a\", \"b\"] }`",
            ));
        }
    };
    known(&table, ASKED)?;
    let input = text(&mut table, "input")?;
    let title = text(&mut table, "title")?.or_else(|| input.clone());
    let kind = text(&mut table, "type")?;
    let default = text(&mut table, "default")?.unwrap_or_default();
    let record = text(&mut table, "kind")?;
    let (menu, from) = (table.remove("menu"), table.remove("from"));
    let ways = usize::from(input.is_some())
        + usize::from(menu.is_some())
        + usize::from(from.is_some())
        + usize::from(record.is_some());
    if ways != 1 {
        return Err(wrong(
            format!("ask.{name} needs exactly one of `input`, `menu`, `from` and `kind`"),
            "leave the others out",
        ));
    }
    let wants = match (menu, from, record) {
        (Some(menu), ..) => Wants::OneOf(choices(&name, menu)?),
        (_, Some(from), _) => Wants::Output(program_of(&name, from)?),
        (.., Some(kind)) => Wants::Record(
            find_kind(&kind)
                .map_err(|error| (error.to_string(), "see `cnm list --help`".into()))?,
        ),
        _ => match kind.as_deref() {
            None | Some("text") => Wants::Text,
            Some("number") => Wants::Number,
            Some("when") => Wants::When,
            Some("query") => Wants::Query,
            Some(other) => {
                return Err(wrong(
                    format!("ask.{name}: `{other}` is not a type"),
                    "known: text, number, when, query",
                ));
            }
        },
    };
    let begins = match &wants {
        _ if default.is_empty() => Ok(()),
        Wants::Number if default.parse::<i64>().is_err() => Err("it is no whole number".to_owned()),
        Wants::When => check_phrase(&default).map_err(|error| error.parts().0),
        Wants::Query => check_query(None, &default).map_err(|error| error.to_string()),
        _ => Ok(()),
    };
    begins.map_err(|why| {
        wrong(
            format!("ask.{name}.default `{default}`: {why}"),
            "write what one would type",
        )
    })?;
    if matches!(&wants, Wants::Output(argv) if argv.is_empty()) {
        return Err(wrong(
            format!("ask.{name}: no program"),
            "name one, as a list of words",
        ));
    }
    Ok(Prompt {
        title: title.unwrap_or_else(|| name.clone()),
        name,
        wants,
        text: default,
    })
}

/// Reads the program whose lines are offered; nothing is filled into its words.
fn program_of(name: &str, from: Value) -> Result<Vec<String>, Wrong> {
    let words = lines(from)?;
    let item = words.iter().find(|word| {
        let template = Template::read(&crate::command::quote_word(word));
        template.is_ok_and(|template| template.holes().any(|hole| matches!(hole, Hole::Item(_))))
    });
    match item {
        None => Ok(words),
        Some(word) => Err(wrong(
            format!("ask.{name}.from: nothing is filled into `{word}`"),
            "the program finds the selection on its standard input and in `$CNM_SEL_NAME` and the like",
        )),
    }
}

/// Reads the choices of a menu: words, or pairs of a word and what is shown for it.
fn choices(name: &str, menu: Value) -> Result<Vec<(String, String)>, Wrong> {
    let bad = || {
        wrong(
            format!("ask.{name}.menu is not a list of words"),
            "write `[\"a\", \"b\"]` or `[[\"a\", \"what is shown\"]]`",
        )
    };
    let Value::Array(items) = menu else {
        return Err(bad());
    };
    let choices: Vec<(String, String)> = items
        .into_iter()
        .map(|item| match item {
            Value::String(word) => Ok((word.clone(), word)),
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(word), Value::String(label)] => Ok((word.clone(), label.clone())),
                _ => Err(bad()),
            },
            _ => Err(bad()),
        })
        .collect::<Result<_, _>>()?;
    if choices.is_empty() {
        return Err(bad());
    }
    Ok(choices)
}

/// Reads one line or a list of lines.
pub(super) fn lines(value: Value) -> Result<Vec<String>, Wrong> {
    let bad = || {
        wrong(
            "it is neither a text nor a list of texts",
            "write `\"inbox done\"` or `[\"mark all\", \"inbox done\"]`",
        )
    };
    match value {
        Value::String(line) => Ok(vec![line]),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::String(line) => Ok(line),
                _ => Err(bad()),
            })
            .collect(),
        _ => Err(bad()),
    }
}

pub(super) fn text(table: &mut Table, name: &str) -> Result<Option<String>, Wrong> {
    match table.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(
            format!("`{name}` is not a text"),
            "put it into quotes",
        )),
    }
}

fn flag(table: &mut Table, name: &str) -> Result<bool, Wrong> {
    match table.remove(name) {
        None => Ok(false),
        Some(Value::Boolean(flag)) => Ok(flag),
        Some(_) => Err(wrong(
            format!("`{name}` is neither true nor false"),
            "write true",
        )),
    }
}

/// Refuses fields that nobody reads.
pub(super) fn known(table: &Table, fields: &[&str]) -> Result<(), Wrong> {
    let odd = table.keys().find(|name| !fields.contains(&name.as_str()));
    match odd {
        None => Ok(()),
        Some(name) => Err(wrong(
            format!("`{name}` is not a field of it"),
            format!("known: {}", fields.join(", ")),
        )),
    }
}

/// Where the lines of a text end: a file of some hundred keys is asked for the line of each.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// Returns the line of a byte offset, counted from 1, as [`line_of`] does.
    fn of_offset(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}

/// Returns the line of a byte offset, counted from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
