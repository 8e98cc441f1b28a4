//! Hooks: commands that run when something happens, by the same rules as keys.

use jiff::SignedDuration;
use serde::Deserialize;
use toml::{Spanned, Table, Value};

use super::load::{Wrong, known, line_of, lines, text};
use super::{Hole, KeymapError, Source, Template, When};
use crate::command::{Command, Known, Parsing};
use crate::record::Kind;

/// What a hook waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// The cache is up to date again.
    SyncFinished,
    /// Somebody wrote; the item is the thread.
    MessageArrived,
    /// A lead moved; the item is the lead.
    StageChanged,
    /// An answer is owed soon; the item is the thread.
    SlaSoon,
    /// A follow-up falls due; it is the item.
    FollowUpDue,
    /// A meeting begins soon; it is the item.
    MeetingSoon,
}

impl Event {
    /// All events with their names.
    pub const ALL: [(Event, &'static str); 6] = [
        (Event::SyncFinished, "sync-finished"),
        (Event::MessageArrived, "message-arrived"),
        (Event::StageChanged, "stage-changed"),
        (Event::SlaSoon, "sla-soon"),
        (Event::FollowUpDue, "follow-up-due"),
        (Event::MeetingSoon, "meeting-soon"),
    ];

    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(event, _)| *event == self)
            .map_or("", |(_, name)| name)
    }

    /// Returns the kind of its item.
    const fn kinds(self) -> &'static [Kind] {
        match self {
            Event::SyncFinished => &[],
            Event::MessageArrived | Event::SlaSoon => &[Kind::Thread],
            Event::StageChanged => &[Kind::Lead],
            Event::FollowUpDue => &[Kind::FollowUp],
            Event::MeetingSoon => &[Kind::Meeting],
        }
    }

    /// Returns how long before it something is said, where nothing else is asked for.
    const fn notice(self) -> SignedDuration {
        SignedDuration::from_mins(match self {
            Event::SlaSoon => 30,
            Event::MeetingSoon => 10,
            _ => 0,
        })
    }
}

/// Commands that run when something happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    /// What it waits for.
    pub on: Event,
    /// Which items it is about; all, where nothing is said.
    pub when: Option<When>,
    /// What it runs; verbs act on the items.
    pub commands: Vec<Template>,
    /// How long before the event it runs.
    pub before: SignedDuration,
    /// Where it stands.
    pub source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    hook: Vec<Spanned<Table>>,
}

/// Reads a file of hooks; every command is checked.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn read_hooks(
    words: &str,
    file: &str,
    parsing: &mut Parsing,
) -> Result<Vec<Hook>, KeymapError> {
    let fail = |at: usize, (what, hint): Wrong| KeymapError {
        file: file.to_owned(),
        line: line_of(words, at),
        what,
        hint,
    };
    let parsed: File = toml::from_str(words).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        fail(
            at,
            (
                message,
                "a hook is a table `[[hook]]` with `on` and `do`".into(),
            ),
        )
    })?;
    parsed
        .hook
        .into_iter()
        .map(|table| {
            let at = table.span().start;
            let source = Source {
                file: file.to_owned(),
                line: line_of(words, at),
            };
            read(table.into_inner(), source, parsing).map_err(|error| fail(at, error))
        })
        .collect()
}

/// Returns all that is wrong with a file of hooks, in the order of its lines.
pub fn hook_faults(words: &str, file: &str) -> Vec<KeymapError> {
    let mut parsing = Parsing::new();
    super::faults(words, file, |words| {
        read_hooks(words, file, &mut parsing).err()
    })
}

fn read(mut table: Table, source: Source, parsing: &mut Parsing) -> Result<Hook, Wrong> {
    known(&table, &["on", "when", "do", "before"])?;
    let name = text(&mut table, "on")?.unwrap_or_default();
    let on = Event::ALL
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(event, _)| *event)
        .ok_or_else(|| {
            let names: Vec<&str> = Event::ALL.iter().map(|(_, name)| *name).collect();
            (
                format!("on: `{name}` is nothing that a hook waits for"),
                format!("known: {}", names.join(", ")),
            )
        })?;
    let when = text(&mut table, "when")?
        .map(|when| {
            When::read(&when, on.kinds()).map_err(|error| {
                (
                    format!("when `{when}`: {error}"),
                    "see docs/scripting.md".into(),
                )
            })
        })
        .transpose()?;
    let before = match text(&mut table, "before")? {
        None => on.notice(),
        Some(text) => length(&text)?,
    };
    let commands = lines(table.remove("do").unwrap_or(Value::Array(Vec::new())))?;
    if commands.is_empty() {
        return Err((
            "it does nothing".into(),
            "give it commands with `do`".into(),
        ));
    }
    let commands = commands
        .iter()
        .map(|line| command(line, on, parsing))
        .collect::<Result<_, _>>()?;
    Ok(Hook {
        on,
        when,
        commands,
        before,
        source,
    })
}

fn length(text: &str) -> Result<SignedDuration, Wrong> {
    let wrong = || {
        (
            format!("before: `{text}` is no length of time up to a day"),
            "write for example \"15m\" or \"2h\"".to_owned(),
        )
    };
    let (digits, seconds) = match text.strip_suffix('m') {
        Some(digits) => (digits, 60),
        None => (text.strip_suffix('h').ok_or_else(wrong)?, 3600),
    };
    let count: i64 = digits.parse().map_err(|_| wrong())?;
    let seconds = count.checked_mul(seconds).ok_or_else(wrong)?;
    if !(0..=86_400).contains(&seconds) {
        return Err(wrong());
    }
    Ok(SignedDuration::from_secs(seconds))
}

/// Checks a command of a hook: nobody looks at the screen when it runs.
fn command(line: &str, on: Event, parsing: &mut Parsing) -> Result<Template, Wrong> {
    let seen = |error: crate::command::CommandError| {
        let (what, hint) = error.parts();
        // Most of them name the line themselves.
        let named = what.contains(line);
        let what = if named {
            what
        } else {
            format!("`{line}`: {what}")
        };
        (what, hint)
    };
    let template = Template::read(line)
        .and_then(|template| template.check(parsing))
        .map_err(seen)?;
    for hole in template.holes() {
        let fits = match hole {
            Hole::Count => true,
            Hole::Item(field) => {
                let fields = on.kinds().iter().any(|kind| kind.field(field).is_some());
                let always = matches!(field.as_str(), "id" | "title" | "kind");
                fields || (always && !on.kinds().is_empty())
            }
            Hole::Answer(_) => false,
        };
        if !fits {
            return Err((
                format!(
                    "`{line}` asks for something that {} does not know",
                    on.name()
                ),
                "a hook knows {item.FIELD} of the first item and {count}".into(),
            ));
        }
    }
    let (words, filled) = template.sample();
    let command = parsing.read_words(&words).map_err(seen)?;
    let known = Known {
        kind: on.kinds().first().copied(),
        filled: &filled,
    };
    command.check(&known).map_err(seen)?;
    match &command {
        Command::Exec(exec) => {
            if exec.shows_plan() {
                return Err((
                    format!("`{line}` would show a plan while you do something else"),
                    "add `--trust`, or bind it to a key".into(),
                ));
            }
        }
        Command::Notify(_) => {}
        command if command.changes_records() => {}
        _ => {
            return Err((
                format!("`{line}` has no place in a hook"),
                "a hook changes records, runs programs and notifies".into(),
            ));
        }
    }
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        read_hooks(text, "hooks.toml", &mut Parsing::new())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_hook_is_read_with_its_line() {
        let hooks = read_hooks(
            "# mine\n[[hook]]\non = \"sla-soon\"\nwhen = \"owner:any channel:lark\"\nbefore = \"15m\"\n\
             do = [\"notify 'SLA of {item.title}'\", \"exec --into nothing -- ./log.sh {item.id}\"]\n",
            "hooks.toml",
            &mut Parsing::new(),
        )
        .unwrap();
        let [hook] = hooks.as_slice() else {
            panic!("{hooks:?}")
        };
        assert_eq!((hook.on, hook.source.line), (Event::SlaSoon, 2));
        assert_eq!(hook.before, SignedDuration::from_mins(15));
    }

    #[test]
    fn what_is_wrong_with_a_hook_is_named_with_its_line() {
        for (fields, words) in [
            ("on = \"tea\"\ndo = \"undo\"", "`tea`"),
            ("on = \"sla-soon\"", "does nothing"),
            (
                "on = \"sla-soon\"\ndo = \"cursor down\"",
                "no place in a hook",
            ),
            (
                "on = \"sla-soon\"\ndo = \"exec --into run -- x\"",
                "--trust",
            ),
            (
                "on = \"sync-finished\"\ndo = \"notify {item.title}\"",
                "does not know",
            ),
            (
                "on = \"sla-soon\"\nwhen = \"lifecycle:new\"\ndo = \"inbox done\"",
                "lifecycle",
            ),
            (
                "on = \"sla-soon\"\nbefore = \"9d\"\ndo = \"inbox done\"",
                "9d",
            ),
            (
                "on = \"sla-soon\"\ntrust = true\ndo = \"inbox done\"",
                "`trust`",
            ),
            ("on = \"sla-soon\"\ndo = \"inbox dnoe\"", "done"),
            (
                "on = \"sla-soon\"\ndo = [\"inbox done\", \"inbox snooze fryday\"]",
                "fryday",
            ),
            (
                "on = \"follow-up-due\"\ndo = \"follow-up escalate p9\"",
                "p9",
            ),
            (
                "on = \"stage-changed\"\ndo = \"edit nmae={item.title}\"",
                "nmae",
            ),
        ] {
            let error = refused(&format!("\n[[hook]]\n{fields}\n"));
            assert!(error.starts_with("hooks.toml:2: "), "{error}");
            assert!(error.contains(words), "{fields}: {error}");
        }
    }
}
