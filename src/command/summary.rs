//! What was done today, from the batches that stand: counts, pace, and what was decided, in the inbox and elsewhere.

mod decision;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::{Ask, Cx};
use crate::effect::{Batch, Edit, Effect};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{Kind, Thread};
use crate::text::clean_line;
use crate::triage::Standing;
use crate::when::clock;
use decision::{Sort, about};

/// Two decisions further apart than this had a pause between them, which is no measure of the pace.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// What was done today.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// The local day, in words.
    pub day: String,
    /// Threads that wait.
    pub left: usize,
    /// Threads done today.
    pub done: usize,
    /// Median time from one decision to the next, pauses of more than five minutes left out.
    pub pace: Option<SignedDuration>,
    /// From the first decision to the last.
    pub span: Option<SignedDuration>,
    /// How many decisions of each sort, and what they were about.
    pub decisions: Vec<(String, Vec<String>)>,
}

impl Summary {
    /// Sums up the batches of the local day that stand.
    pub fn of(world: &World, batches: &[Batch]) -> Self {
        let view = &world.view;
        let today: Vec<&Batch> = batches
            .iter()
            .filter(|batch| view.zone.to_datetime(batch.at).date() == view.today())
            .collect();
        let mut done = BTreeSet::new();
        let mut decisions: BTreeMap<Sort, Vec<String>> = BTreeMap::new();
        // Threads that were done without anything else, as they are now.
        let mut cleared: BTreeMap<&str, &Edit> = BTreeMap::new();
        for batch in &today {
            let decided = decision::decisions(world, batch);
            let decides = !decided.is_empty();
            let chases = batch.edits.iter().any(|edit| edit.kind == Kind::FollowUp);
            for edit in &batch.edits {
                if edit.kind == Kind::Thread {
                    let id = edit.id.as_str();
                    match edit.patch.set.get("state").and_then(Json::as_str) {
                        Some("done") => {
                            done.insert(id);
                            if !decides {
                                cleared.insert(id, edit);
                            }
                        }
                        Some(_) => {
                            done.remove(id);
                            cleared.remove(id);
                        }
                        None => {}
                    }
                }
            }
            for (sort, edit) in decided {
                let mut line = about(world, edit);
                if sort == Sort::Incidents && chases {
                    line.push_str(", with a follow-up");
                }
                decisions.entry(sort).or_default().push(line);
            }
        }
        if !cleared.is_empty() {
            let about = cleared.into_values().map(|edit| about(world, edit));
            decisions.insert(Sort::Cleared, about.collect());
        }
        let mine = |thread: &Thread| match (&thread.assignee, &thread.owner) {
            (Some(assignee), _) => assignee.as_str() == &*view.me,
            (None, Some(owner)) => owner.as_str() == &*view.me,
            (None, None) => true,
        };
        let left = world
            .table::<Thread>()
            .records()
            .filter(|(_, thread)| mine(thread))
            .filter(|(_, thread)| Standing::of(thread, view) == Standing::Waiting)
            .count();
        let times: Vec<Timestamp> = today.iter().map(|batch| batch.at).collect();
        Self {
            day: clock::date_stamp(view.today()),
            left,
            done: done.len(),
            pace: pace(&times),
            span: times
                .first()
                .zip(times.last())
                .map(|(first, last)| last.duration_since(*first)),
            decisions: decisions
                .into_iter()
                .map(|(sort, about)| (sort.words(about.len()), about))
                .collect(),
        }
    }

    /// Says in one line how far the day is.
    pub fn line(&self) -> String {
        let mut line = format!("{} done · {} left", self.done, self.left);
        if let Some(pace) = self.pace {
            let _ = write!(line, " · median {} a decision", seconds(pace));
        }
        line
    }

    /// Writes it as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = format!("# Inbox, {}\n\n", self.day);
        let _ = writeln!(out, "- done: {}", crate::text::counted(self.done, "thread"));
        let _ = writeln!(out, "- left: {}", crate::text::counted(self.left, "thread"));
        if let Some(pace) = self.pace {
            let _ = writeln!(out, "- median pace: {} a decision", seconds(pace));
        }
        if let Some(span) = self.span {
            let _ = writeln!(out, "- from first to last: {}", seconds(span));
        }
        for (words, about) in &self.decisions {
            let _ = write!(out, "\n## {words}: {}\n\n", about.len());
            for line in about {
                let _ = writeln!(out, "- {}", escaped(line));
            }
        }
        out
    }
}

/// Keeps what others wrote from being read as Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A line that begins so is a list or a rule of its own.
    let mut begins = true;
    for letter in clean_line(text).trim().chars() {
        let ends_number = begins && matches!(letter, '.' | ')');
        let lists = out.is_empty() && matches!(letter, '-' | '+' | '=');
        let marks = matches!(
            letter,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&' | '~'
        );
        if marks || lists || ends_number {
            out.push('\\');
        }
        out.push(letter);
        begins &= letter.is_ascii_digit();
    }
    out
}

fn seconds(span: SignedDuration) -> String {
    match span.as_secs() {
        seconds @ ..=99 => format!("{seconds} s"),
        seconds @ 100..=5_999 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

fn pace(times: &[Timestamp]) -> Option<SignedDuration> {
    let mut gaps: Vec<SignedDuration> = times
        .iter()
        .zip(times.iter().skip(1))
        .map(|(one, next)| next.duration_since(*one))
        .filter(|gap| *gap <= PAUSE && !gap.is_negative())
        .collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied()
}

/// Shows the summary, prints it where there is no screen, or writes it to a file.
pub(super) fn run(cx: &mut Cx<'_>, export: Option<String>) {
    let summary = Summary::of(cx.world, cx.undo.done());
    if let Some(path) = export {
        // A shell says where it is; nobody knows where a console was started.
        let folder = if cx.screen.is_some() { "~/" } else { "" };
        let path = if path.is_empty() {
            format!("{folder}inbox-{}.md", cx.world.view.today())
        } else {
            path
        };
        cx.effects.push(Effect::Export {
            path: path.clone(),
            text: summary.markdown(),
        });
        cx.say(Tone::Done, format!("summary written to {path}"));
    } else if cx.screen.is_some() {
        cx.asks.push(Ask::Summary);
    } else {
        let text = summary.markdown();
        cx.output.extend(text.lines().map(str::to_owned));
    }
}
