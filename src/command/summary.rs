//! What was done today, from the batches that stand: counts, pace, and what was decided.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use super::{Ask, Cx};
use crate::effect::{Batch, Edit, Effect};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{Kind, Op, Stage, Terminal, Thread};
use crate::text::{clean_line, first_words};
use crate::triage::Standing;
use crate::when::clock;

/// Two decisions further apart than this had a pause between them, which is no measure of the pace.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// A sort of decision, in the order of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Replies,
    Cards,
    FollowUps,
    Delegated,
    Incidents,
    Leads,
    Merged,
    Moves,
    Lost,
    Coaching,
    Campaigns,
    Meetings,
    Pains,
    Others,
    Snoozed,
    HandedOver,
    Cleared,
}

impl Sort {
    /// Names this many of them.
    const fn words(self, count: usize) -> &'static str {
        match self {
            _ if count == 1 => self.one(),
            Sort::Replies => "replies",
            Sort::Cards => "card answers",
            Sort::FollowUps => "follow-ups",
            Sort::Delegated => "delegated",
            Sort::Incidents => "incidents",
            Sort::Leads => "new leads",
            Sort::Merged => "merged leads",
            Sort::Moves => "stage moves",
            Sort::Lost => "lost leads",
            Sort::Coaching => "coaching actions",
            Sort::Campaigns => "campaign answers",
            Sort::Meetings => "meetings",
            Sort::Pains => "pain points",
            Sort::Others => "other records",
            Sort::Snoozed => "snoozed",
            Sort::HandedOver => "handed over",
            Sort::Cleared => "cleared, nothing to decide",
        }
    }

    const fn one(self) -> &'static str {
        match self {
            Sort::Replies => "reply",
            Sort::Cards => "card answer",
            Sort::FollowUps => "follow-up",
            Sort::Delegated => "delegated",
            Sort::Incidents => "incident",
            Sort::Leads => "new lead",
            Sort::Merged => "merged lead",
            Sort::Moves => "stage move",
            Sort::Lost => "lost lead",
            Sort::Coaching => "coaching action",
            Sort::Campaigns => "campaign answer",
            Sort::Meetings => "meeting",
            Sort::Pains => "pain point",
            Sort::Others => "other record",
            Sort::Snoozed => "snoozed",
            Sort::HandedOver => "handed over",
            Sort::Cleared => "cleared, nothing to decide",
        }
    }
}

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
    pub decisions: Vec<(&'static str, Vec<String>)>,
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
            let decides = batch.edits.iter().any(|edit| sort(world, edit).is_some());
            let chases = chase(batch);
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
                let sort = sort(world, edit);
                if let Some(sort) = sort.filter(|_| !chases.contains(&edit.id.as_str())) {
                    let mut line = about(world, edit);
                    if sort == Sort::Incidents && !chases.is_empty() {
                        line.push_str(", with a follow-up");
                    }
                    decisions.entry(sort).or_default().push(line);
                }
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

/// Returns the follow-ups of a batch that chase the incident made with them: one decision is listed once.
fn chase(batch: &Batch) -> Vec<&str> {
    let made = |kind: Kind| {
        let edits = batch.edits.iter();
        edits.filter(move |edit| edit.kind == kind && edit.op == Op::Create)
    };
    let source = |edit: &Edit| edit.patch.set.get("origin").cloned();
    let incidents: Vec<_> = made(Kind::Incident).filter_map(source).collect();
    made(Kind::FollowUp)
        .filter(|edit| source(edit).is_some_and(|origin| incidents.contains(&origin)))
        .map(|edit| edit.id.as_str())
        .collect()
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

fn sort(world: &World, edit: &Edit) -> Option<Sort> {
    let set = &edit.patch.set;
    let text = |name: &str| set.get(name).and_then(Json::as_str).unwrap_or("");
    let made = edit.op == Op::Create;
    match edit.kind {
        Kind::Message if made && text("direction") == "out" => Some(match text("kind") {
            "card" => Sort::Cards,
            _ => Sort::Replies,
        }),
        Kind::FollowUp if made => Some(match text("owner") {
            "" => Sort::FollowUps,
            owner if owner == &*world.view.me => Sort::FollowUps,
            _ => Sort::Delegated,
        }),
        Kind::Incident if made => Some(Sort::Incidents),
        Kind::Lead if made && set.contains_key("duplicate_of") => Some(Sort::Merged),
        Kind::Lead if made => Some(Sort::Leads),
        Kind::StageEvent if made => {
            let stage = world.table::<Stage>().record(text("to"));
            Some(match stage {
                Some(stage) if stage.terminal == Terminal::Lost => Sort::Lost,
                _ => Sort::Moves,
            })
        }
        Kind::CoachingAction if made => Some(Sort::Coaching),
        Kind::Participation => Some(Sort::Campaigns),
        Kind::Meeting if made => Some(Sort::Meetings),
        Kind::Pain => Some(Sort::Pains),
        Kind::Thread => match text("state") {
            "snoozed" => Some(Sort::Snoozed),
            _ if set.contains_key("assignee") => Some(Sort::HandedOver),
            _ => None,
        },
        _ if made => Some(Sort::Others),
        _ => None,
    }
}

/// What an edit was about, in a line.
fn about(world: &World, edit: &Edit) -> String {
    let set = &edit.patch.set;
    let text = |name: &str| set.get(name).and_then(Json::as_str).unwrap_or("");
    let title = |kind: Kind, id: &str| world.any(kind).title(id).unwrap_or_default();
    let own = ["title", "name", "topic", "text"]
        .into_iter()
        .map(text)
        .find(|words| !words.is_empty());
    let mut line = match (edit.kind, own) {
        (Kind::StageEvent, _) => format!(
            "{} → {}",
            title(Kind::Lead, text("lead")),
            title(Kind::Stage, text("to"))
        ),
        (Kind::Participation, _) => {
            let fields = world
                .any(edit.kind)
                .fields(&edit.id)
                .map(|(.., fields)| fields);
            let fields = fields.unwrap_or_default();
            let campaign = text_of(&fields, "campaign");
            let network = text_of(&fields, "network");
            format!(
                "{}: {} {}",
                title(Kind::Network, network),
                text("state"),
                title(Kind::Campaign, campaign)
            )
        }
        (Kind::Thread, _) => thread_name(world, &edit.id),
        (_, Some(words)) => words.to_owned(),
        (kind, None) => kind.label().to_owned(),
    };
    let thread = thread_name(world, text("thread"));
    let network = title(Kind::Network, text("network"));
    for name in [thread, network] {
        if !name.is_empty() && edit.kind != Kind::Participation {
            line = format!("{line} ({name})");
            break;
        }
    }
    first_words(&line, LINE)
}

/// A line of the summary has at most this many letters.
const LINE: usize = 160;

/// Names a thread by its title, else by who writes in it: its newest words are other ones tomorrow.
fn thread_name(world: &World, id: &str) -> String {
    let Some(thread) = world.table::<Thread>().record(id) else {
        return String::new();
    };
    let name = if thread.title.is_empty() {
        &thread.from_name
    } else {
        &thread.title
    };
    name.clone()
}

fn text_of<'a>(fields: &'a Map<String, Json>, name: &str) -> &'a str {
    fields.get(name).and_then(Json::as_str).unwrap_or("")
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
