//! Programs, macros, notifications, and what can be done while something is typed.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};

use super::{Ask, CommandError, Cx, Targets};
use crate::effect::{Effect, OUTPUT_MAX, OutputTo, Program, Purpose};
use crate::list::World;
use crate::pane::Tone;
use crate::record::AnyRef;

/// Runs a program of the user's.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct ExecCommand {
    /// What becomes of its output.
    #[arg(long, value_name = "WHERE", value_enum, default_value_t = OutputTo::Show)]
    pub into: OutputTo,
    /// Runs the commands that it prints at once, without showing them first.
    #[arg(long)]
    pub trust: bool,
    /// Stops it after this long: seconds, or a length such as `30s` or `2m`, up to an hour.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub limit: u32,
    /// Takes its one word as a line for the shell.
    #[arg(long)]
    pub shell: bool,
    /// The records that it reads.
    #[command(flatten)]
    pub targets: Targets,
    /// The program and its words.
    #[arg(
        value_name = "PROGRAM",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub words: Vec<String>,
}

/// Keeps command lines under a name and plays them.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum MacroCommand {
    /// Records what is done from now on; a second time it stops.
    Record {
        /// The name; it is asked for at the end where it is left out.
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Stops recording and keeps what was done.
    Stop {
        /// The name.
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Does again what was recorded.
    Play {
        /// The name; without one they are offered.
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// How often.
        #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
        times: u16,
    },
    /// Edits the command lines of a macro.
    Edit {
        /// The name; without one they are offered.
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Forgets a macro.
    Delete {
        /// The name; without one they are offered.
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
}

/// Tells the user something through the terminal.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct NotifyCommand {
    /// What it is about.
    #[arg(long, value_name = "TITLE", default_value = "cnm")]
    pub title: String,
    /// What it says.
    #[arg(value_name = "TEXT")]
    pub text: String,
}

/// What can be done while something is typed or chosen.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum InputCommand {
    /// Takes what is typed or chosen.
    Accept,
    /// Leaves without taking it.
    Leave,
    /// Goes to the next choice, field or line.
    Next,
    /// Goes to the choice, field or line before.
    Previous,
    /// Completes what is typed.
    Complete,
    /// Ticks what is chosen, or takes its tick away.
    Toggle,
    /// Ticks everything, or nothing.
    ToggleAll,
    /// Goes a page on.
    PageDown,
    /// Goes a page back.
    PageUp,
    /// Looks for a snippet or a figure to put into an answer.
    Find,
    /// Begins a new line.
    NewLine,
    /// Opens the text in `$EDITOR`.
    Editor,
    /// Types a text.
    Insert {
        /// The text.
        #[arg(value_name = "TEXT")]
        text: String,
    },
}

impl ExecCommand {
    /// Checks what the parser cannot know.
    pub fn check(&self) -> Result<(), CommandError> {
        if self.shell && self.words.len() != 1 {
            return Err(CommandError::usage(
                "a line for the shell is one word",
                "put it into quotes: `exec --shell 'sort | uniq -c'`",
            ));
        }
        if self.trust && self.into != OutputTo::Run {
            return Err(CommandError::usage(
                "--trust is about commands that a program prints",
                "write `--into run --trust`",
            ));
        }
        Ok(())
    }

    /// Tells whether it ends in a plan that somebody has to look at.
    pub fn shows_plan(&self) -> bool {
        self.into == OutputTo::Run && !self.trust
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        self.check()?;
        let links = match self.targets.any(None, cx) {
            Ok(links) => links,
            // A program may be about nothing in particular.
            Err(CommandError::NoTarget(_) | CommandError::Unnamed) if self.targets.is_empty() => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let program = program(cx.world, &links, self.words, self.shell, self.limit);
        let purpose = Purpose::Output {
            to: self.into,
            trust: self.trust,
            about: links.into_iter().next(),
        };
        // Whoever pressed a key sees that something happens; a hook is nobody's key.
        if cx.screen.is_some() && cx.subject.is_none() && self.into != OutputTo::Nothing {
            cx.say(Tone::Info, runs(&program.name()));
        }
        cx.effects.push(Effect::Exec(Box::new(program), purpose));
        Ok(())
    }
}

/// What is said until a program has ended.
pub(crate) fn runs(name: &str) -> String {
    format!("{name} runs…")
}

/// Makes a program that gets records: all of them as JSON on its standard input, the first one as variables.
pub fn program(
    world: &World,
    links: &[AnyRef],
    words: Vec<String>,
    shell: bool,
    limit: u32,
) -> Program {
    let records: Vec<Json> = links.iter().map(|link| record(world, link)).collect();
    let mut variables = vec![("CNM_SEL_COUNT".to_owned(), links.len().to_string())];
    if let Some(first) = links.first() {
        let ids: Vec<&str> = links.iter().map(|link| &*link.id).collect();
        variables.push(("CNM_SEL_KIND".into(), first.kind.to_string()));
        variables.push(("CNM_SEL_ID".into(), first.id.to_string()));
        variables.push(("CNM_SEL_IDS".into(), ids.join("\n")));
        variables.push(("CNM_SEL_TITLE".into(), world.title(first)));
        let fields = records.first().and_then(|record| record.get("fields"));
        for (name, value) in fields.and_then(Json::as_object).into_iter().flatten() {
            let text = match value {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                Json::Bool(flag) => flag.to_string(),
                _ => continue,
            };
            let plain = name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            // What describes the selection is not overwritten by a field of the same name.
            let variable = format!("CNM_SEL_{}", name.to_ascii_uppercase());
            if plain && !variables.iter().any(|(known, _)| *known == variable) {
                variables.push((variable, text));
            }
        }
    }
    for (_, value) in &mut variables {
        // A variable ends at the first NUL, and one that is too long stops the program from starting.
        value.retain(|letter| letter != '\0');
        truncate(value, 16 * 1024);
    }
    Program {
        words,
        shell,
        input: Json::Array(records).to_string(),
        variables,
        limit,
        most: OUTPUT_MAX,
    }
}

/// Reads how long a program may run.
fn seconds(text: &str) -> Result<u32, String> {
    let (digits, unit) = match text.strip_suffix('m') {
        Some(digits) => (digits, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    let count = digits.parse::<u32>().ok();
    let seconds = count.and_then(|count| count.checked_mul(unit));
    seconds
        .filter(|seconds| (1..=3600).contains(seconds))
        .ok_or_else(|| "write seconds, `30s` or `2m`, up to an hour".to_owned())
}

fn truncate(text: &mut String, most: usize) {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// Writes a record as programs read it.
pub fn record(world: &World, link: &AnyRef) -> Json {
    let found = link
        .known_kind()
        .and_then(|kind| world.any(kind).fields(&link.id));
    let (version, fields) = match found {
        Some((version, _, fields)) => (version, fields),
        None => (0, Map::new()),
    };
    json!({
        "kind": link.kind,
        "id": link.id,
        "version": version,
        "title": world.title(link),
        "fields": fields,
    })
}

impl MacroCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        cx.screen("macro")?;
        cx.asks.push(Ask::Macro(self));
        Ok(())
    }
}

impl NotifyCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) {
        if let Some(screen) = cx.screen.as_deref_mut() {
            screen.say(Tone::Info, self.text.clone());
        }
        cx.effects.push(Effect::Notify {
            title: self.title,
            text: self.text,
        });
    }
}

/// Says that there is nothing to accept or leave: while something is typed the console takes these itself.
pub(super) fn nothing_typed(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    cx.screen("input")?;
    Err(CommandError::NoTarget(
        "nothing is being typed; bind `input …` in a scope such as [reply]".into(),
    ))
}
