//! What each edit of a batch decided: its sort, and what it was about in a line.
//!
//! One decision is listed once: what only follows from another edit of the same batch is left out.

use serde_json::{Map, Value as Json};

use crate::command::phrase::due_words_at;
use crate::effect::{Batch, Edit};
use crate::list::World;
use crate::record::{AnyRef, Due, Id, Kind, Meeting, Op, Patch, Stage, Terminal, Thread, User};
use crate::text::first_words;
use crate::when::{clock, zone};

/// A sort of decision, in the order of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
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
    FollowUpsDone,
    FollowUpsDropped,
    FollowUpsReopened,
    Escalated,
    FollowUpsHanded,
    FollowUpsMoved,
    FollowUpsSnoozed,
    Nudges,
    Promises,
    CnsHanded,
    LeadsHanded,
    Notes,
    Made(Kind),
    Changed(Kind),
    Removed(Kind),
    Snoozed,
    HandedOver,
    Cleared,
}

impl Sort {
    /// Names this many of them.
    pub(super) fn words(self, count: usize) -> String {
        let (one, many) = match self {
            Sort::Replies => ("reply", "replies"),
            Sort::Cards => ("card answer", "card answers"),
            Sort::FollowUps => ("follow-up", "follow-ups"),
            Sort::Delegated => ("delegated", "delegated"),
            Sort::Incidents => ("incident", "incidents"),
            Sort::Leads => ("new lead", "new leads"),
            Sort::Merged => ("merged lead", "merged leads"),
            Sort::Moves => ("stage move", "stage moves"),
            Sort::Lost => ("lost lead", "lost leads"),
            Sort::Coaching => ("coaching action", "coaching actions"),
            Sort::Campaigns => ("campaign answer", "campaign answers"),
            Sort::Meetings => ("meeting", "meetings"),
            Sort::Pains => ("pain point", "pain points"),
            Sort::FollowUpsDone => ("follow-up done", "follow-ups done"),
            Sort::FollowUpsDropped => ("follow-up dropped", "follow-ups dropped"),
            Sort::FollowUpsReopened => ("follow-up reopened", "follow-ups reopened"),
            Sort::Escalated => ("escalation", "escalations"),
            Sort::FollowUpsHanded => ("follow-up handed over", "follow-ups handed over"),
            Sort::FollowUpsMoved => ("follow-up to another time", "follow-ups to another time"),
            Sort::FollowUpsSnoozed => ("follow-up snoozed", "follow-ups snoozed"),
            Sort::Nudges => ("nudge", "nudges"),
            Sort::Promises => ("promise dismissed", "promises dismissed"),
            Sort::CnsHanded => ("CN handed over", "CNs handed over"),
            Sort::LeadsHanded => ("lead handed over", "leads handed over"),
            Sort::Notes => ("note", "notes"),
            Sort::Made(kind) if count == 1 => return format!("new {}", kind.label()),
            Sort::Made(kind) => return format!("new {}", kind.plural()),
            Sort::Changed(kind) if count == 1 => return format!("{} changed", kind.label()),
            Sort::Changed(kind) => return format!("{} changed", kind.plural()),
            Sort::Removed(kind) if count == 1 => return format!("{} deleted", kind.label()),
            Sort::Removed(kind) => return format!("{} deleted", kind.plural()),
            Sort::Snoozed => ("snoozed", "snoozed"),
            Sort::HandedOver => ("handed over", "handed over"),
            Sort::Cleared => ("cleared, nothing to decide", "cleared, nothing to decide"),
        };
        if count == 1 { one } else { many }.to_owned()
    }
}

/// Lists what the edits of a batch decided, without what only follows from another of them.
pub(super) fn decisions<'b>(world: &World, batch: &'b Batch) -> Vec<(Sort, &'b Edit)> {
    let whole = Whole::of(batch);
    let edits = batch.edits.iter();
    edits
        .filter_map(|edit| Some((sort(world, &whole, edit)?, edit)))
        .collect()
}

/// What is known of a batch as a whole.
struct Whole<'b> {
    batch: &'b Batch,
    /// Follow-ups that chase the incident made with them.
    chases: Vec<&'b str>,
    /// A lead was merged into another: their records were linked anew.
    merges: bool,
}

impl<'b> Whole<'b> {
    fn of(batch: &'b Batch) -> Self {
        let merged = |edit: &Edit| edit.kind == Kind::Lead && set_of(edit, "duplicate_of");
        Self {
            batch,
            chases: chase(batch),
            merges: batch.edits.iter().any(merged),
        }
    }

    fn makes(&self, kind: Kind) -> bool {
        let mut edits = self.batch.edits.iter();
        edits.any(|edit| edit.kind == kind && edit.op == Op::Create)
    }

    /// Tells whether the batch makes this record.
    fn made(&self, kind: Kind, id: &str) -> bool {
        let mut edits = self.batch.edits.iter();
        edits.any(|edit| edit.kind == kind && edit.op == Op::Create && edit.id == id)
    }

    fn steps(&self, lead: &str) -> bool {
        let mut edits = self.batch.edits.iter();
        edits.any(|edit| edit.kind == Kind::StageEvent && text_of(&edit.patch.set, "lead") == lead)
    }

    /// Tells whether the batch closes a follow-up that comes again: it makes the next one.
    fn closes_recurring(&self) -> bool {
        let mut edits = self.batch.edits.iter();
        edits.any(|edit| {
            edit.kind == Kind::FollowUp
                && edit.op == Op::Update
                && text_of(&edit.patch.set, "state") == "done"
        })
    }
}

/// Returns the follow-ups of a batch that chase the incident made with them.
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

fn sort(world: &World, whole: &Whole<'_>, edit: &Edit) -> Option<Sort> {
    // Of an import its own record says what came.
    if whole.makes(Kind::Import) && edit.kind != Kind::Import {
        return None;
    }
    match (edit.kind, edit.op) {
        (Kind::Thread, _) => match text_of(&edit.patch.set, "state") {
            _ if whole.merges => None,
            "snoozed" => Some(Sort::Snoozed),
            _ if set_of(edit, "assignee") => Some(Sort::HandedOver),
            _ => None,
        },
        (kind, Op::Delete) => Some(Sort::Removed(kind)),
        (_, Op::Create) => made(world, whole, edit),
        (_, Op::Update) => changed(whole, edit),
    }
}

/// The sort of what an edit made.
fn made(world: &World, whole: &Whole<'_>, edit: &Edit) -> Option<Sort> {
    let set = &edit.patch.set;
    let text = |name: &str| text_of(set, name);
    match edit.kind {
        Kind::Message if text("direction") == "out" => Some(match text("kind") {
            "card" => Sort::Cards,
            _ if !set.contains_key("reply_to") && whole.batch.label.starts_with("nudge") => {
                Sort::Nudges
            }
            _ => Sort::Replies,
        }),
        Kind::Message => None,
        Kind::FollowUp if whole.chases.contains(&edit.id.as_str()) => None,
        Kind::FollowUp if whole.closes_recurring() => None,
        Kind::FollowUp => Some(match text("owner") {
            "" => Sort::FollowUps,
            owner if owner == &*world.view.me => Sort::FollowUps,
            _ => Sort::Delegated,
        }),
        Kind::Incident => Some(Sort::Incidents),
        Kind::Lead if set.contains_key("duplicate_of") => Some(Sort::Merged),
        Kind::Lead => Some(Sort::Leads),
        Kind::StageEvent if whole.made(Kind::Lead, text("lead")) => None,
        Kind::StageEvent => {
            let stage = world.table::<Stage>().record(text("to"));
            Some(match stage {
                Some(stage) if stage.terminal == Terminal::Lost => Sort::Lost,
                _ => Sort::Moves,
            })
        }
        // The contact of the lead that it came with.
        Kind::Person if whole.makes(Kind::Lead) => None,
        Kind::CoachingAction => Some(Sort::Coaching),
        Kind::Participation => Some(Sort::Campaigns),
        Kind::Meeting => Some(Sort::Meetings),
        Kind::Pain => Some(Sort::Pains),
        Kind::Note => Some(Sort::Notes),
        kind => Some(Sort::Made(kind)),
    }
}

/// The sort of what an edit changed.
fn changed(whole: &Whole<'_>, edit: &Edit) -> Option<Sort> {
    let has = |name: &str| set_of(edit, name);
    match edit.kind {
        Kind::Lead if has("duplicate_of") => Some(Sort::Merged),
        _ if whole.merges => None,
        Kind::Lead if whole.steps(&edit.id) => None,
        Kind::Lead if has("owner") || has("next_owner") => Some(Sort::LeadsHanded),
        Kind::Network if has("owner") || has("next_owner") => Some(Sort::CnsHanded),
        Kind::FollowUp => follow_up(whole, edit),
        Kind::Message if edit.patch.add.contains_key("promises_settled") => {
            (!whole.makes(Kind::FollowUp)).then_some(Sort::Promises)
        }
        Kind::Message => None,
        Kind::Meeting => Some(Sort::Meetings),
        Kind::Participation => Some(Sort::Campaigns),
        Kind::Pain => Some(Sort::Pains),
        kind => Some(Sort::Changed(kind)),
    }
}

fn follow_up(whole: &Whole<'_>, edit: &Edit) -> Option<Sort> {
    let has = |name: &str| set_of(edit, name);
    // The reminder is what was decided.
    if whole.makes(Kind::Message) {
        return None;
    }
    Some(match text_of(&edit.patch.set, "state") {
        "done" => Sort::FollowUpsDone,
        "cancelled" => Sort::FollowUpsDropped,
        "open" => Sort::FollowUpsReopened,
        _ if has("escalated_at") => Sort::Escalated,
        _ if has("owner") => Sort::FollowUpsHanded,
        _ if has("due") => Sort::FollowUpsMoved,
        _ if has("snoozed_until") => Sort::FollowUpsSnoozed,
        _ => Sort::Changed(Kind::FollowUp),
    })
}

fn set_of(edit: &Edit, field: &str) -> bool {
    edit.patch.set.contains_key(field)
}

/// What an edit was about, in a line.
pub(super) fn about(world: &World, edit: &Edit) -> String {
    let set = &edit.patch.set;
    let text = |name: &str| text_of(set, name);
    let title = |kind: Kind, id: &str| world.any(kind).title(id).unwrap_or_default();
    let fields = || fields_of(world, edit);
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
            let fields = fields();
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
        (_, Some(words)) if edit.op == Op::Create => words.to_owned(),
        (kind, own) => {
            let known = world.any(kind).title(&edit.id);
            let known = known.or_else(|| kind.title_of(&edit.before));
            let known = known.filter(|title| !title.is_empty());
            let own = own.map(str::to_owned);
            known.or(own).unwrap_or_else(|| kind.label().to_owned())
        }
    };
    let all = fields();
    let of = |name: &str| match text(name) {
        "" => text_of(&all, name).to_owned(),
        id => id.to_owned(),
    };
    let thread = thread_name(world, &of("thread"));
    let network = title(Kind::Network, &of("network"));
    let lead = title(Kind::Lead, &of("lead"));
    let subject: Option<AnyRef> = set
        .get("subject")
        .and_then(|link| serde_json::from_value(link.clone()).ok());
    let subject = subject.map_or_else(String::new, |link| world.title(&link));
    for name in [thread, network, lead, subject] {
        let named = matches!(edit.kind, Kind::Participation | Kind::StageEvent);
        if !name.is_empty() && name != line && !named {
            line = format!("{line} ({name})");
            break;
        }
    }
    if let Some(outcome) = outcome(world, edit) {
        line = format!("{line}: {outcome}");
    }
    first_words(&line, LINE)
}

/// What became of a record: the result, the new time, the new owner, the new state.
fn outcome(world: &World, edit: &Edit) -> Option<String> {
    let set = &edit.patch.set;
    let text = |name: &str| Some(text_of(set, name)).filter(|text| !text.is_empty());
    let user = |id: &str| {
        world
            .get(&Id::<User>::new(id))
            .map(|user| user.name.clone())
    };
    match (edit.kind, edit.op) {
        (Kind::Thread, _) | (_, Op::Delete) => None,
        // The line says it already.
        (Kind::Participation, _) if text("state").is_some() => None,
        (Kind::FollowUp, Op::Update) => {
            let due = || {
                let due: Due = serde_json::from_value(set.get("due")?.clone()).ok()?;
                Some(due_words_at(&due, &world.view.zone))
            };
            match text("state") {
                Some("done") => text("root_cause").or(text("result")).map(str::to_owned),
                Some(_) => None,
                None => text("owner").and_then(user).or_else(due).or_else(|| {
                    let until = text("snoozed_until")?.parse().ok()?;
                    Some(clock::stamp(until, &world.view.zone))
                }),
            }
        }
        (Kind::Meeting, _) => {
            let record = world.table::<Meeting>().record(&edit.id);
            let start = text("start").and_then(|start| start.parse().ok());
            let start = start.or_else(|| record.and_then(|meeting| meeting.start));
            let when = start.map(|at| {
                let zone = &world.view.zone;
                let short = zone::short_name(&zone::name(zone));
                format!("{} {short}", clock::stamp(at, zone))
            });
            let state = text("state").unwrap_or("moved");
            Some(match when {
                Some(when) => format!("{state}, {when}"),
                None => state.to_owned(),
            })
        }
        (Kind::Lead | Kind::Network, Op::Update) => {
            let owner = text("owner").or(text("next_owner")).and_then(user);
            owner.or_else(|| names(&edit.patch))
        }
        (_, Op::Update) => text("state")
            .map(|state| state.replace('_', " "))
            .or_else(|| names(&edit.patch)),
        (_, Op::Create) => None,
    }
}

/// Names the fields that a patch touches.
fn names(patch: &Patch) -> Option<String> {
    let names: Vec<String> = patch
        .fields()
        .into_iter()
        .map(|name| name.replace('_', " "))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
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

fn fields_of(world: &World, edit: &Edit) -> Map<String, Json> {
    let known = world.any(edit.kind).fields(&edit.id);
    known.map(|(.., fields)| fields).unwrap_or_default()
}

fn text_of<'a>(fields: &'a Map<String, Json>, name: &str) -> &'a str {
    fields.get(name).and_then(Json::as_str).unwrap_or("")
}
