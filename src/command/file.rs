//! Files of command lines: what `cnm run` plays, and how macros are kept.

use super::{Command, CommandError, Known, Parsing};
use crate::list::World;
use crate::record::AnyRef;

/// A command line of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it begins, counted from 1.
    pub number: usize,
    /// The line as it was written; one in quotes may go over several lines.
    pub line: String,
    /// What it means.
    pub command: Command,
}

/// Splits a text into command lines: one a line, blank lines and lines that begin with `#` left out. A line
/// goes on where a quote is still open.
pub fn split_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let (number, whole) = if let Some((number, before)) = open.take() {
            (number, format!("{before}\n{line}"))
        } else {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            (at + 1, line.to_owned())
        };
        if is_open(&whole) {
            open = Some((number, whole));
        } else {
            lines.push((number, whole.trim().to_owned()));
        }
    }
    lines.extend(open);
    lines
}

/// Tells whether a quote is open at the end of a line.
fn is_open(line: &str) -> bool {
    let mut quote: Option<char> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None | Some('"'), '\\') => {
                letters.next();
            }
            (None, '"' | '\'') => quote = Some(letter),
            _ => {}
        }
    }
    quote.is_some()
}

/// Reads a file of command lines; nothing of it may run unless all of it can be read.
///
/// # Errors
/// Every line that is not a command, each with its number.
pub fn read_steps(
    text: &str,
    parsing: &mut Parsing,
) -> Result<Vec<Step>, Vec<(usize, CommandError)>> {
    let mut steps = Vec::new();
    let mut wrongs = Vec::new();
    let mut here = None;
    for (number, line) in split_lines(text) {
        let read = parsing.read(&line).and_then(|command| {
            let known = Known {
                kind: here,
                filled: &[],
            };
            command.check(&known)?;
            here = command.kind_after(here);
            Ok(command)
        });
        match read {
            Ok(command) => steps.push(Step {
                number,
                line,
                command,
            }),
            Err(error) => wrongs.push((number, error)),
        }
    }
    if wrongs.is_empty() {
        Ok(steps)
    } else {
        Err(wrongs)
    }
}

/// Reads the commands that a program printed: a command line each, or a JSON object whose `do` is a command
/// line or, better, a list of words.
///
/// # Errors
/// A line that is not a command, or one that a program may not give: it changes records and nothing else.
pub fn read_printed(text: &str, parsing: &mut Parsing) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for (number, line) in split_lines(text) {
        let read = if line.starts_with('{') {
            words_of(&line).and_then(|words| {
                let command = parsing.read_words(&words)?;
                Ok((super::join_words(&words), command))
            })
        } else {
            parsing.read(&line).map(|command| (line.clone(), command))
        };
        let (line, command) = read.map_err(|error| format!("line {number}: {error}"))?;
        if !command.changes_records() {
            return Err(format!(
                "line {number}: `{line}` does not change records; a program may give only commands that do"
            ));
        }
        steps.push(Step {
            number,
            line,
            command,
        });
    }
    Ok(steps)
}

/// Says which record a verb names that is not at hand, before anything of a plan runs.
pub fn missing(command: &Command, world: &World) -> Option<String> {
    let acts = matches!(
        command,
        Command::Inbox(_)
            | Command::Lead(_)
            | Command::FollowUp(_)
            | Command::Edit(_)
            | Command::Delete(_)
    );
    let (kind, targets) = command.named();
    let ids = &targets.filter(|_| acts)?.ids;
    ids.iter().find_map(|id| {
        let link = AnyRef::parse(id)
            .filter(|link| link.known_kind().is_some())
            .or_else(|| kind.map(|kind| AnyRef::new(kind, id)))?;
        let kind = link.known_kind()?;
        let there = world.any(kind).has(&link.id);
        (!there).then(|| format!("there is no {} `{}` here", kind.label(), link.id))
    })
}

fn words_of(line: &str) -> Result<Vec<String>, CommandError> {
    let wrong = || {
        CommandError::usage(
            "it is no command",
            "write a command line, or `{\"do\": [\"inbox\", \"done\", \"--id\", \"…\"]}`",
        )
    };
    let json: serde_json::Value = serde_json::from_str(line).map_err(|_| wrong())?;
    match json.get("do") {
        Some(serde_json::Value::String(line)) => super::split_words(line),
        Some(serde_json::Value::Array(words)) => words
            .iter()
            .map(|word| word.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_comments_blank_lines_and_texts_of_several_lines() {
        let text = "# morning\n\ninbox done --id t1\n  note --id lead:x \"one\ntwo\" \nundo\n";
        let steps = read_steps(text, &mut Parsing::new()).unwrap();
        let numbers: Vec<usize> = steps.iter().map(|step| step.number).collect();
        assert_eq!(numbers, [3, 4, 6]);
        assert!(steps.iter().any(|step| step.line.contains("one\ntwo")));
    }

    #[test]
    fn every_wrong_line_is_named_with_its_number() {
        let wrongs = read_steps("undo\ninbox dnoe\nredo\nnote \"open\n", &mut Parsing::new());
        let numbers: Vec<usize> = wrongs
            .unwrap_err()
            .iter()
            .map(|(number, _)| *number)
            .collect();
        assert_eq!(numbers, [2, 4]);
    }

    #[test]
    fn names_that_no_record_can_make_true_are_wrong_lines_too() {
        let text = "pane show funnel\nfilter set 'stage:new'\nfilter set 'sla<2h'\npane show nowhere\n\
                    inbox snooze --id t1 fryday\ninbox assign --id t1 Whoever\n";
        let wrongs = read_steps(text, &mut Parsing::new()).unwrap_err();
        let numbers: Vec<usize> = wrongs.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [3, 4, 5]);
    }

    #[test]
    fn a_program_gives_only_commands_that_change_records() {
        let mut parsing = Parsing::new();
        let steps = read_printed(
            "{\"do\": [\"note\", \"--id\", \"lead:x\", \"--\", \"--id=y; $(reboot)\"]}\ninbox done --id t1\n",
            &mut parsing,
        )
        .unwrap();
        assert_eq!(steps.len(), 2);
        for line in [
            "exec -- reboot",
            "macro play x",
            "app quit",
            "{\"do\": [\"exec\", \"reboot\"]}",
            "{\"run\": 1}",
            "notify x",
        ] {
            assert!(read_printed(line, &mut parsing).is_err(), "{line}");
        }
    }
}
