//! Layer 3: every action of the console, by name.
//!
//! A [`Command`] is what a key, the palette, the command line, a script and a test all mean. One definition
//! gives its typed arguments, its name, its help and its place in the reference; its behaviour is the `run` of
//! its namespace, which changes records through a [`Cx`] and asks the world through effects. Nothing here
//! knows a widget, a file or a socket.

mod answer;
mod check;
mod columns;
mod conflict;
mod cursor;
mod cx;
mod enrol;
mod error;
mod file;
mod filter;
mod follow_up;
mod funnel;
mod go;
mod handover;
mod import;
mod inbox;
mod input;
mod jump;
mod lead;
mod links;
mod mark;
mod network;
mod outbox;
mod page;
mod phrase;
mod promise;
mod record;
mod refusal;
mod report;
mod said;
mod script;
mod settle;
mod slot;
mod state;
mod summary;
mod synonym;
mod targets;
mod title;
mod turn;
mod undo;

pub use check::{Known, check_phrase, check_query};
pub use columns::PORTFOLIO_COLUMNS;
pub use conflict::{ConflictCommand, Which};
pub use cursor::CursorCommand;
pub use cx::{Ask, Choice, Cx, Expects, Outcome, Settings};
pub use error::CommandError;
pub use file::{Step, missing, read_printed, read_steps, split_lines};
pub use filter::{FilterCommand, check_filter};
pub use follow_up::FollowUpCommand;
pub(crate) use follow_up::level_plan;
pub use funnel::{FunnelCommand, FunnelFormat, FunnelVerb, funnel_loads};
pub use go::{AppCommand, PaneCommand};
pub use import::{BackstageArgs, ImportCommand, ImportFormat, apply_plan};
pub use inbox::InboxCommand;
pub(crate) use inbox::{inferred_title, local_time};
pub(crate) use input::agreed_words;
pub use input::{read_value, show_value};
pub use jump::JumpCommand;
pub(crate) use jump::records_named;
pub use lead::LeadCommand;
pub(crate) use lead::{current_rubric, due_shown, likeness_words, planned, quick_lead};
pub use mark::MarkCommand;
pub use network::NetworkCommand;
pub use outbox::OutboxCommand;
pub(crate) use phrase::reading;
use phrase::stretch_at;
pub use phrase::{due_of, read_phrase};
pub use promise::PromiseCommand;
pub(crate) use promise::promise_due_words;
pub(crate) use record::needed;
pub use record::{EditCommand, NewCommand, NoteCommand, find_kind};
pub use report::Format;
pub(crate) use script::runs;
pub use script::{
    ExecCommand, InputCommand, MacroCommand, NotifyCommand, program, record as record_json,
};
pub use slot::{
    Desk, Evening, Guest, HoldArgs, Insight, Offer, Rejection, SeriesArgs, SeriesRow, SeriesTable,
    SlotCommand, Timetable, Tongue, Tonight, Wanted, agenda, between, invitation, is_free,
    release_expired, split_names, take_calendar, tonight,
};
pub use summary::Summary;
pub use synonym::{SHELL_ONLY, synonyms};
pub use targets::{Targets, all_asked_for, kind_asked_for};
pub use turn::{TurnCommand, Verdict};
pub use undo::UndoLog;
pub(crate) use undo::words_of;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::record::Kind;

/// An action of the console.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Works through the inbox.
    #[command(subcommand)]
    Inbox(InboxCommand),
    /// Prints the figures of the funnel, or changes what its place shows.
    Funnel(FunnelCommand),
    /// Steps leads through the funnel.
    #[command(subcommand)]
    Lead(LeadCommand),
    /// Looks after Creator Networks.
    #[command(subcommand)]
    Network(NetworkCommand),
    /// Keeps follow-ups moving.
    #[command(subcommand)]
    FollowUp(FollowUpCommand),
    /// Takes or dismisses promises found in what I sent.
    #[command(subcommand)]
    Promise(PromiseCommand),
    /// Finds hours in which people can meet.
    #[command(subcommand)]
    Slot(SlotCommand),
    /// Brings in files of other programs.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Makes a new record from field values or a form.
    New(NewCommand),
    /// Changes fields of a record, in a form or by value.
    Edit(EditCommand),
    /// Deletes a record.
    Delete(Targets),
    /// Writes a note on a record.
    Note(NoteCommand),
    /// Takes back the last action.
    Undo,
    /// Does again what was taken back.
    Redo,
    /// Settles edits that conflict with the server's state.
    #[command(subcommand)]
    Conflict(ConflictCommand),
    /// Looks after edits that wait for the server.
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// Moves the cursor.
    #[command(subcommand)]
    Cursor(CursorCommand),
    /// Marks rows, so that a verb acts on all of them.
    #[command(subcommand)]
    Mark(MarkCommand),
    /// Changes what is on screen.
    #[command(subcommand)]
    Pane(PaneCommand),
    /// Jumps to what belongs to the selection.
    #[command(subcommand)]
    Jump(JumpCommand),
    /// Narrows the list.
    #[command(subcommand)]
    Filter(FilterCommand),
    /// Runs a program of yours with the selection as JSON on its standard input.
    Exec(ExecCommand),
    /// Records command lines under a name and plays them.
    #[command(subcommand)]
    Macro(MacroCommand),
    /// Tells you something through the terminal, also while another window has the keys.
    Notify(NotifyCommand),
    /// What keys do while something is typed or chosen.
    #[command(subcommand)]
    Input(InputCommand),
    /// Looks after the program itself.
    #[command(subcommand)]
    App(AppCommand),
}

/// The parser of command lines; the words come without the program's name.
#[derive(Debug, Parser)]
#[command(
    name = "cnm",
    no_binary_name = true,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_required = true,
    infer_subcommands = true
)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

impl Command {
    /// Reads a command line such as `inbox snooze "tomorrow 9am"`.
    pub fn parse(line: &str) -> Result<Command, CommandError> {
        Parsing::new().read(line)
    }

    /// Runs the command.
    pub fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        cx.brings_back = self.brings_back();
        match self {
            Command::Inbox(command) => command.run(cx),
            Command::Funnel(command) => command.run(cx),
            Command::Lead(command) => command.run(cx),
            Command::Network(command) => command.run(cx),
            Command::FollowUp(command) => command.run(cx),
            Command::Promise(command) => command.run(cx),
            Command::Slot(command) => command.run(cx),
            Command::Import(command) => command.run(cx),
            Command::New(command) => command.run(cx),
            Command::Edit(command) => command.run(cx),
            Command::Delete(targets) => record::delete(&targets, cx),
            Command::Note(command) => command.run(cx),
            Command::Undo => undo::undo(cx),
            Command::Redo => undo::redo(cx),
            Command::Conflict(command) => command.run(cx),
            Command::Outbox(command) => command.run(cx),
            Command::Cursor(command) => command.run(cx),
            Command::Mark(command) => command.run(cx),
            Command::Pane(command) => command.run(cx),
            Command::Jump(command) => command.run(cx),
            Command::Filter(command) => command.run(cx),
            Command::Exec(command) => command.run(cx),
            Command::Macro(command) => command.run(cx),
            Command::Notify(command) => {
                command.run(cx);
                Ok(())
            }
            Command::Input(_) => script::nothing_typed(cx),
            Command::App(command) => command.run(cx),
        }
    }

    /// Returns the kind that it acts on, where it acts on one kind only, and the records that it names.
    pub fn named(&self) -> (Option<Kind>, Option<&Targets>) {
        match self {
            Command::Inbox(command) => (Some(Kind::Thread), command.targets()),
            Command::Lead(command) => (Some(Kind::Lead), command.targets()),
            Command::Network(command) => (Some(Kind::Network), command.targets()),
            Command::FollowUp(command) => (Some(Kind::FollowUp), Some(command.targets())),
            Command::Slot(command) => (Some(Kind::Meeting), command.targets()),
            Command::Edit(command) => (None, Some(&command.targets)),
            Command::Note(command) => (None, Some(&command.targets)),
            Command::Exec(command) => (None, Some(&command.targets)),
            Command::Delete(targets) => (None, Some(targets)),
            _ => (None, None),
        }
    }

    /// Tells whether it changes records and nothing else: what a program of the user's may ask for.
    pub fn changes_records(&self) -> bool {
        if let Command::Network(command) = self {
            return command.is_verb();
        }
        matches!(
            self,
            Command::Inbox(_)
                | Command::Lead(_)
                | Command::FollowUp(_)
                | Command::New(_)
                | Command::Edit(_)
                | Command::Delete(_)
                | Command::Note(_)
        )
    }

    /// Tells whether it brings back what was closed, so that it may be meant for closed records.
    pub fn brings_back(&self) -> bool {
        matches!(
            self,
            Command::Inbox(InboxCommand::Reopen(_))
                | Command::FollowUp(FollowUpCommand::Reopen(_))
                | Command::Lead(LeadCommand::Back { .. })
                | Command::Network(NetworkCommand::StepBack(_))
        )
    }

    /// Tells whether it begins or ends a macro, or lacks the name of one: nothing to keep in another.
    pub fn records_macro(&self) -> bool {
        matches!(
            self,
            Command::Macro(
                MacroCommand::Record { .. }
                    | MacroCommand::Stop { .. }
                    | MacroCommand::Play { name: None, .. }
                    | MacroCommand::Edit { name: None }
                    | MacroCommand::Delete { name: None }
            )
        )
    }

    /// Tells whether it leaves alone what is being typed.
    pub fn fits_while_typing(&self) -> bool {
        matches!(self, Command::Input(_) | Command::Exec(_))
    }

    /// Tells whether `.` repeats it: verbs that change records, not moves and views.
    pub fn is_repeatable(&self) -> bool {
        match self {
            Command::Inbox(_)
            | Command::Lead(_)
            | Command::FollowUp(_)
            | Command::Edit(_)
            | Command::Delete(_)
            | Command::Note(_)
            | Command::Exec(_) => true,
            Command::Network(command) => command.is_verb(),
            Command::Funnel(_)
            | Command::Promise(_)
            | Command::Slot(_)
            | Command::Import(_)
            | Command::New(_)
            | Command::Undo
            | Command::Redo
            | Command::Conflict(_)
            | Command::Outbox(_)
            | Command::Cursor(_)
            | Command::Mark(_)
            | Command::Pane(_)
            | Command::Jump(_)
            | Command::Filter(_)
            | Command::Macro(_)
            | Command::Notify(_)
            | Command::Input(_)
            | Command::App(_) => false,
        }
    }

    /// Tells whether a count before the key runs it once for each row from the cursor on.
    pub fn counts_rows(&self) -> bool {
        matches!(
            self,
            Command::Inbox(_) | Command::Lead(_) | Command::FollowUp(_)
        )
    }
}

/// A parser that is built once and used for many command lines.
pub struct Parsing {
    clap: clap::Command,
}

impl Default for Parsing {
    fn default() -> Self {
        Self::new()
    }
}

impl Parsing {
    /// Builds the parser.
    pub fn new() -> Self {
        Self {
            clap: Line::command(),
        }
    }

    /// Reads one command line.
    pub fn read(&mut self, line: &str) -> Result<Command, CommandError> {
        let words = split_words(line)?;
        self.read_split(&words, line)
    }

    /// Reads a command whose words are split already.
    pub fn read_words(&mut self, words: &[String]) -> Result<Command, CommandError> {
        self.read_split(words, &join_words(words))
    }

    /// Returns how many of the words name a command, in full; `None` where they name none.
    pub fn depth(&self, words: &[String]) -> Option<usize> {
        let mut command = &self.clap;
        let mut depth = 0;
        while command.has_subcommands() {
            command = command.find_subcommand(words.get(depth)?)?;
            depth += 1;
        }
        Some(depth)
    }

    /// Tells whether an option of a command takes a value.
    pub fn takes_value(&self, command: &[String], option: &str) -> bool {
        let mut found = Some(&self.clap);
        for word in command {
            found = found.and_then(|command| command.find_subcommand(word));
        }
        let mut arguments = found.into_iter().flat_map(clap::Command::get_arguments);
        arguments.any(|arg| arg.get_long() == Some(option) && arg.get_action().takes_values())
    }

    fn read_split(&mut self, words: &[String], line: &str) -> Result<Command, CommandError> {
        if words.is_empty() {
            return Err(CommandError::usage(
                "no command",
                "type a name such as `inbox done`",
            ));
        }
        let matches = self
            .clap
            .try_get_matches_from_mut(words)
            .map_err(|error| CommandError::from_clap(line, &error))?;
        Line::from_arg_matches(&matches)
            .map(|line| line.command)
            .map_err(|error| CommandError::from_clap(line, &error))
    }
}

/// Splits a command line into words: blanks part them, quotes keep them together, a backslash takes the next
/// character as it is (inside single quotes it does not).
pub fn split_words(line: &str) -> Result<Vec<String>, CommandError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None | Some('"'), '\\') => {
                let next = letters.next().ok_or_else(|| {
                    CommandError::usage(
                        "the line ends in a backslash",
                        "add a character or drop it",
                    )
                })?;
                word.get_or_insert_default().push(next);
            }
            (None, '"' | '\'') => {
                word.get_or_insert_default();
                quote = Some(letter);
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            (Some(_) | None, _) => word.get_or_insert_default().push(letter),
        }
    }
    if let Some(open) = quote {
        return Err(CommandError::usage(
            format!("the quote {open} is not closed"),
            "close it",
        ));
    }
    words.extend(word);
    Ok(words)
}

/// Joins words to a line that [`split_words`] takes apart again.
pub fn join_words(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote_word(word)).collect();
    quoted.join(" ")
}

/// Quotes a word so that [`split_words`] reads it back as one.
pub fn quote_word(word: &str) -> String {
    let plain = !word.is_empty()
        && word.chars().all(|letter| {
            letter.is_alphanumeric()
                || matches!(letter, '-' | '_' | '.' | ':' | '/' | '=' | '+' | '@')
        });
    if plain {
        word.to_owned()
    } else {
        let mut quoted = String::from('"');
        for letter in word.chars() {
            if matches!(letter, '"' | '\\') {
                quoted.push('\\');
            }
            quoted.push(letter);
        }
        quoted.push('"');
        quoted
    }
}

/// One entry of the command reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The full name, for example `inbox done`.
    pub name: String,
    /// One line of help.
    pub help: String,
    /// The arguments in short.
    pub usage: String,
}

impl Entry {
    /// Tells whether it acts on records that are selected or named.
    pub fn acts_on_rows(&self) -> bool {
        self.usage.contains("--id ")
    }
}

/// Lists every command with its help, in the order of the reference.
pub fn reference() -> Vec<Entry> {
    entries().to_vec()
}

/// Lists what [`reference()`] lists, made once.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: std::sync::LazyLock<Vec<Entry>> = std::sync::LazyLock::new(|| {
        let mut entries = Vec::new();
        let mut root = Line::command();
        root.build();
        collect(&root, "", &mut entries);
        entries
    });
    &ENTRIES
}

fn collect(command: &clap::Command, path: &str, entries: &mut Vec<Entry>) {
    for sub in command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
    {
        let name = if path.is_empty() {
            sub.get_name().to_owned()
        } else {
            format!("{path} {}", sub.get_name())
        };
        let whole = !sub.has_subcommands() || !sub.is_subcommand_required_set();
        if sub.has_subcommands() {
            collect(sub, &name, entries);
        }
        if whole {
            let help = sub.get_about().map(ToString::to_string).unwrap_or_default();
            entries.push(Entry {
                usage: usage_of(sub),
                name,
                help,
            });
        }
    }
}

fn usage_of(command: &clap::Command) -> String {
    let mut parts = Vec::new();
    for arg in command.get_arguments() {
        let value = arg
            .get_value_names()
            .and_then(|names| names.first().map(ToString::to_string))
            .unwrap_or_default();
        let part = match (arg.get_long(), arg.get_action().takes_values()) {
            (Some(long), true) => format!("--{long} {value}"),
            (Some(long), false) => format!("--{long}"),
            (None, _) => value,
        };
        let many = matches!(arg.get_action(), clap::ArgAction::Append);
        let part = if many { format!("{part}…") } else { part };
        parts.push(if arg.is_required_set() {
            part
        } else {
            format!("[{part}]")
        });
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests;
