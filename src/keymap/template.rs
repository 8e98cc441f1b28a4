//! Command lines with places for answers and for what is under the cursor.
//!
//! A line is split into words *before* anything is filled in, so that a value is always part of one word: it
//! cannot end a word, begin another or become an option of a command. In a word that is a query a value is quoted for
//! the query language as well. Of the words of a program see [`Template::refuse_options`] and `code`.

use super::{Prompt, Wants, code};
use crate::command::{CommandError, Parsing, split_words};
use crate::query;

/// A command line with places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    parts: Vec<Part>,
    /// The word is a query, or the end of one.
    query: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Hole(Hole),
}

/// A place in a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hole {
    /// The answer to the prompt of this name.
    Answer(String),
    /// The field of this name of the record under the cursor; `id` and `title` are known for every kind.
    Item(String),
    /// The count before the key, 1 where none was typed.
    Count,
}

/// What a place is tried with when a line is checked: it reads as a text and as a number.
const SAMPLE: &str = "1";

impl Template {
    /// Reads a line. `{name}` is a place, `{{name}}` is the text `{name}`; any other brace stands for itself.
    ///
    /// # Errors
    /// The quotes of the line do not fit.
    pub fn read(line: &str) -> Result<Self, CommandError> {
        let words = split_words(line)?;
        Ok(Self {
            words: words
                .iter()
                .map(|word| Word {
                    parts: parts(word),
                    query: false,
                })
                .collect(),
        })
    }

    /// Tells whether nothing has to be filled in.
    pub fn is_plain(&self) -> bool {
        self.holes().next().is_none()
    }

    /// Lists the places, in order.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.words
            .iter()
            .flat_map(|word| &word.parts)
            .filter_map(|part| match part {
                Part::Hole(hole) => Some(hole),
                Part::Text(_) => None,
            })
    }

    /// Checks the command and puts `--` and `=` where a value could be taken for an option.
    ///
    /// # Errors
    /// The command is unknown or abbreviated, or an option stands behind a place.
    pub fn check(self, parsing: &mut Parsing) -> Result<Self, CommandError> {
        if self.is_plain() {
            return Ok(self);
        }
        let names: Vec<String> = self.words.iter().map_while(Word::literal).collect();
        let depth = parsing.depth(&names).ok_or_else(|| {
            CommandError::usage(
                "a line with a place in it must name its command in full",
                "`cnm commands` lists the names",
            )
        })?;
        if names.first().is_some_and(|name| name == "exec") {
            return self.check_exec(&names);
        }
        let command: Vec<String> = names.iter().take(depth).cloned().collect();
        let is_filter = command == ["filter", "set"];
        let mut words: Vec<Word> = Vec::new();
        let mut dashed = false;
        let mut behind_place = false;
        for (at, mut word) in self.words.into_iter().enumerate() {
            let literal = word.literal();
            word.query = at >= depth && is_filter;
            if let Some(text) = word.starts_with().map(str::to_owned) {
                word.query |= text.starts_with("--where=");
                if behind_place && !dashed && text.starts_with('-') {
                    return Err(CommandError::usage(
                        format!("`{text}` stands behind a place"),
                        "write options before what is filled in",
                    ));
                }
                dashed |= literal.as_deref() == Some("--");
                words.push(word);
                continue;
            }
            // The word begins with a place: it must not be read as an option.
            let option = words.last().and_then(Word::literal).filter(|text| {
                !dashed
                    && text
                        .strip_prefix("--")
                        .is_some_and(|name| parsing.takes_value(&command, name))
            });
            if let Some(option) = option {
                words.pop();
                word.query |= option == "--where";
                word.parts.insert(0, Part::Text(format!("{option}=")));
            } else if !dashed && at >= depth {
                behind_place = true;
                dashed = true;
                words.push(Word {
                    parts: vec![Part::Text("--".into())],
                    query: false,
                });
            }
            words.push(word);
        }
        if words.iter().any(Word::quotes_a_place) {
            return Err(CommandError::usage(
                "a place in a query stands within quotes",
                "leave the quotes out: what is filled in is quoted anyway",
            ));
        }
        let template = Self { words };
        parsing.read_words(&template.fill(&mut |_| (SAMPLE.into(), false)))?;
        Ok(template)
    }

    /// Checks a line that runs a program: places are arguments of the program only.
    fn check_exec(self, names: &[String]) -> Result<Self, CommandError> {
        if names.iter().any(|name| name == "--shell") {
            return Err(CommandError::usage(
                "a line for the shell has no places",
                "give the program its words behind `--`; the selection comes on standard input",
            ));
        }
        let dashes = names.iter().position(|name| name == "--");
        if dashes.is_none_or(|at| at + 1 >= names.len()) {
            return Err(CommandError::usage(
                "the program must stand behind `--`, before what is filled in",
                "write `exec -- PROGRAM {name}`",
            ));
        }
        let program = self.words.iter().skip(dashes.map_or(0, |at| at + 1));
        code::check(&program.map(Word::said).collect::<Vec<_>>())?;
        Ok(self)
    }

    /// Refuses words for a program that were filled in here, where a value would be an option of it.
    ///
    /// # Errors
    /// A value begins with `-` where nothing says that options are over.
    pub fn refuse_options(&self, filled: &[String]) -> Result<(), String> {
        if self.words.first().and_then(Word::literal).as_deref() != Some("exec") {
            return Ok(());
        }
        let dashes = self
            .words
            .iter()
            .position(|word| word.literal().as_deref() == Some("--"));
        let from = dashes.map_or(1, |at| at + 1);
        let program = self.words.get(from..).unwrap_or_default();
        let said: Vec<code::Said> = program.iter().map(Word::said).collect();
        for (at, (word, text)) in program.iter().zip(filled.iter().skip(from)).enumerate() {
            if let Some(Part::Hole(hole)) = word.parts.first()
                && let Some(first) = text.chars().next()
                && code::is_option(&said, at, first)
            {
                let place = match hole {
                    Hole::Answer(name) => name.clone(),
                    Hole::Item(field) => format!("item.{field}"),
                    Hole::Count => "count".into(),
                };
                return Err(format!(
                    "the value of {{{place}}} begins with `{first}` and would be an option; \
                     write `--` before it in the binding"
                ));
            }
        }
        Ok(())
    }

    /// Fills something into every place; returns the words, and those of them that nobody knows yet, with what stands
    /// behind the `=` of an option.
    pub(super) fn sample(&self) -> (Vec<String>, Vec<String>) {
        let words = self.fill(&mut |_| (SAMPLE.into(), false));
        let mut filled = Vec::new();
        for (word, text) in self.words.iter().zip(&words) {
            if word.literal().is_some() {
                continue;
            }
            let value = text
                .strip_prefix("--")
                .and_then(|option| option.split_once('='));
            filled.extend(value.map(|(_, value)| value.to_owned()));
            filled.push(text.clone());
        }
        (words, filled)
    }

    /// Fills the places in; a value stays within its word.
    ///
    /// `value` gives the text of a place and whether it may stand in a query as it is.
    pub fn fill(&self, value: &mut dyn FnMut(&Hole) -> (String, bool)) -> Vec<String> {
        self.words
            .iter()
            .map(|word| {
                let mut text = String::new();
                for part in &word.parts {
                    match part {
                        Part::Text(part) => text.push_str(part),
                        Part::Hole(hole) => {
                            let (value, is_query) = value(hole);
                            if word.query && !is_query {
                                text.push_str(&quoted(&value));
                            } else {
                                text.push_str(&value);
                            }
                        }
                    }
                }
                text
            })
            .collect()
    }
}

/// Quotes a value for the query language, always: a bare word such as `or` would be read as its own.
fn quoted(value: &str) -> String {
    let quoted = query::quote(value);
    if quoted.starts_with('"') {
        quoted.into_owned()
    } else {
        format!("\"{quoted}\"")
    }
}

impl Word {
    /// Returns what is known of the word; a count is a number whatever is typed.
    fn said(&self) -> code::Said {
        let (mut first, mut before) = (None, String::new());
        let mut all = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => all.push_str(part),
                Part::Hole(Hole::Count) => all.push_str(SAMPLE),
                Part::Hole(Hole::Answer(_) | Hole::Item(_)) => {
                    first.get_or_insert_with(|| all.clone());
                    before.clone_from(&all);
                }
            }
        }
        code::Said {
            filled: first.is_some(),
            whole: matches!(self.parts.as_slice(), [Part::Hole(_)]) && first.is_some(),
            text: first.unwrap_or(all),
            before,
        }
    }

    /// Returns the word where nothing is to be filled in.
    fn literal(&self) -> Option<String> {
        match self.parts.as_slice() {
            [Part::Text(text)] => Some(text.clone()),
            [] => Some(String::new()),
            _ => None,
        }
    }

    /// Tells whether a quote of the query is open where a place stands.
    fn quotes_a_place(&self) -> bool {
        let mut quotes = 0;
        self.query
            && self.parts.iter().any(|part| match part {
                Part::Text(text) => {
                    quotes += text.matches('"').count();
                    false
                }
                Part::Hole(_) => quotes % 2 == 1,
            })
    }

    /// Returns the text that the word begins with; `None` where it begins with a place.
    fn starts_with(&self) -> Option<&str> {
        match self.parts.first() {
            Some(Part::Text(text)) => Some(text),
            Some(Part::Hole(_)) => None,
            None => Some(""),
        }
    }
}

fn parts(word: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        if let Some(inner) = after.strip_prefix('{')
            && let Some((name, tail)) = inner.split_once("}}")
            && hole(name).is_some()
        {
            text.push('{');
            text.push_str(name);
            text.push('}');
            rest = tail;
            continue;
        }
        if let Some((name, tail)) = after.split_once('}')
            && let Some(hole) = hole(name)
        {
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Hole(hole));
            rest = tail;
            continue;
        }
        text.push('{');
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}

fn hole(name: &str) -> Option<Hole> {
    let plain = |name: &str| {
        !name.is_empty()
            && name.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
            })
    };
    match name.split_once('.') {
        Some(("item", field)) if plain(field) => Some(Hole::Item(field.to_owned())),
        None if name == "count" => Some(Hole::Count),
        None if plain(name) => Some(Hole::Answer(name.to_owned())),
        _ => None,
    }
}

/// Tells whether the answer to a prompt may stand in a query as it was typed.
pub fn is_query(prompts: &[Prompt], name: &str) -> bool {
    prompts
        .iter()
        .any(|prompt| prompt.name == name && prompt.wants == Wants::Query)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(line: &str, value: &str) -> Vec<String> {
        let template = Template::read(line).unwrap();
        let template = template.check(&mut Parsing::new()).unwrap();
        template.fill(&mut |_| (value.to_owned(), false))
    }

    #[test]
    fn a_value_stays_within_its_word() {
        for value in [
            "two words",
            "--id=other",
            "-x",
            "\"; quit",
            "",
            "a\nb",
            "{text}",
        ] {
            let words = filled("note {text}", value);
            assert_eq!(words, ["note", "--", value]);
            let words = filled("edit next_step={text}", value);
            assert_eq!(words, ["edit".to_owned(), format!("next_step={value}")]);
            let words = filled("inbox link --network {cn}", value);
            assert_eq!(
                words,
                ["inbox".into(), "link".into(), format!("--network={value}")]
            );
            let words = filled("inbox reply --keep {text}", value);
            assert_eq!(words, ["inbox", "reply", "--keep", "--", value]);
        }
    }

    #[test]
    fn a_value_in_a_query_is_quoted_for_it() {
        let words = filled("filter set network:{cn}", "x or -owner:me \"y\"");
        let text = words.last().unwrap();
        let query = query::Query::parse(text).unwrap();
        assert_eq!(query.to_string().matches("owner").count(), 1, "{text}");
        assert!(text.starts_with("network:\"x or"), "{text}");
    }

    #[test]
    fn braces_that_are_no_places_stay() {
        let template = Template::read(r#"edit "extra={\"a\": 1}" {{text}}"#).unwrap();
        assert!(template.is_plain());
        let words = template.fill(&mut |_| (String::new(), false));
        assert_eq!(words, ["edit", r#"extra={"a": 1}"#, "{text}"]);
    }

    #[test]
    fn a_line_for_the_shell_has_no_places() {
        for line in [
            "exec --shell 'echo {text}'",
            "exec --shell echo {text}",
            "exec {text}",
            "exec -- {text}",
            "exec -- sh -c 'echo {text}'",
            "exec --into copy -- env python3 -c {text}",
            "inb done {text}",
            "note {text} --id x",
            r#"filter set 'network:"{cn}"'"#,
        ] {
            let template = Template::read(line).unwrap();
            assert!(template.check(&mut Parsing::new()).is_err(), "{line}");
        }
    }
}
