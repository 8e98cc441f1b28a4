//! The last verb again, on the row where the cursor is now.

use super::{App, Mode};
use crate::command::{Command, InboxCommand, join_words, split_words};
use crate::effect::Effect;
use crate::pane::Tone;

/// The verb that `.` repeats.
#[derive(Default)]
pub(super) struct Last {
    /// The lines that it was given by.
    pub(super) lines: Vec<String>,
    /// What they say.
    pub(super) commands: Vec<Command>,
    /// On how many rows it was run, where a count said so.
    pub(super) count: Option<usize>,
    /// The snippet with which the reply began (key, title), where it was a reply.
    pub(super) snippet: Option<(char, String)>,
}

impl App {
    /// Runs the last verb again: on the row under the cursor, or on as many rows from there on as `count` says, else
    /// as it was run on.
    ///
    /// A reply is written anew: its words were for somebody else.
    pub(super) fn repeat_last(&mut self, count: Option<usize>) -> Vec<Effect> {
        let (lines, commands) = (self.last.lines.clone(), self.last.commands.clone());
        match commands.as_slice() {
            [] => {
                let words = "there is no verb to repeat yet";
                self.screen.say(Tone::Info, words);
                return Vec::new();
            }
            [Command::Inbox(InboxCommand::Reply { .. })] => return self.reply_again(),
            _ => {}
        }
        let (lines, commands) = self.here(lines, commands);
        match (commands.as_slice(), count.or(self.last.count)) {
            ([command], Some(count)) if command.counts_rows() => {
                self.run_counted(lines, command, count)
            }
            _ if count.is_some() => self.run_times(lines, commands, count),
            _ => self.run_as(lines, commands),
        }
    }

    /// Takes the rows away that a verb was given by name, as a prompt does with those it was asked for.
    fn here(&mut self, lines: Vec<String>, commands: Vec<Command>) -> (Vec<String>, Vec<Command>) {
        let (true, [line]) = (
            matches!(commands.as_slice(), [command] if command.counts_rows()),
            lines.as_slice(),
        ) else {
            return (lines, commands);
        };
        let Ok(words) = split_words(line) else {
            return (lines, commands);
        };
        let mut kept = Vec::with_capacity(words.len());
        let mut rest = words.into_iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--id" => drop(rest.next()),
                "--" => {
                    kept.push(word);
                    kept.extend(rest.by_ref());
                }
                _ => kept.push(word),
            }
        }
        let line = join_words(&kept);
        match self.parse(&line) {
            Ok(command) => (vec![line], vec![command]),
            Err(_) => (lines, commands),
        }
    }

    /// Opens the reply box on the row under the cursor; a reply that began with a snippet begins with it again, filled
    /// for whoever reads this one.
    fn reply_again(&mut self) -> Vec<Effect> {
        let snippet = self.last.snippet.clone();
        let mut effects = self.run_line("inbox reply");
        self.last.snippet.clone_from(&snippet);
        let Some((key, title)) = snippet else {
            return effects;
        };
        let Mode::Reply(mut reply) = std::mem::replace(&mut self.mode, Mode::Normal) else {
            return effects;
        };
        if !reply.input.is_empty() {
            let words = "the draft that was left here is in the box";
            self.screen.say(Tone::Info, words);
        } else if reply.begin_with(key, &title) {
            self.say_hole(&mut reply);
            self.keep_draft(&reply);
            effects.push(reply.draft());
        } else {
            let words = format!("there is no snippet “{title}” for them");
            self.screen.say(Tone::Info, words);
        }
        self.mode = Mode::Reply(reply);
        effects
    }
}
