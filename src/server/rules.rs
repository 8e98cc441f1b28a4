//! What the server does by itself when records change, in the same transaction.

pub(crate) mod holds;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::ledger::{Change, Ledger, Origin, SERVER, Touched, state_of, to_text};
use super::merge::{Merged, State};
use super::storage::{Life, Result, Stored};
use crate::record::{Kind, ThreadState, WakeOn};
use crate::wire::Op;

/// How much of a message its thread shows.
const FIRST_WORDS: usize = 120;

/// Fields of a thread that follow from its messages; nobody's edit of them is worth a conflict.
const KEPT_OF_THREADS: &[&str] = &[
    "last_at",
    "last_text",
    "from",
    "from_name",
    "messages",
    "new",
    "mentions_me",
];

/// Returns the fields of a kind that the server keeps.
pub(crate) const fn kept(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Thread => KEPT_OF_THREADS,
        _ => &[],
    }
}

/// Fills in what a new record needs.
pub(crate) fn complete(kind: Kind, state: &mut State, now: Timestamp) {
    if kind == Kind::Message && state.text("direction") == "out" {
        if state.text("state").is_empty() {
            state.fields.insert("state".to_owned(), json!("queued"));
        }
        if state.text("state") == "queued" && state.text("send_at").is_empty() {
            state.fields.insert("send_at".to_owned(), json!(now));
        }
    }
}

/// Returns the fields that can no longer change because the message has left.
pub(crate) fn too_late(kind: Kind, before: &State, changed: &[String]) -> Vec<String> {
    let left = kind == Kind::Message
        && before.text("direction") == "out"
        && matches!(before.text("state"), "sent" | "failed");
    if !left {
        return Vec::new();
    }
    changed
        .iter()
        .filter(|field| matches!(field.as_str(), "state" | "text" | "send_at"))
        .cloned()
        .collect()
}

/// Keeps a thread in the inbox when a message came that its user had not seen when putting it away.
pub(crate) fn keep_open(kind: Kind, unseen: bool, merged: &mut Merged, next: i64) {
    let put_away = merged.changed.iter().any(|field| field == "state");
    if kind == Kind::Thread && unseen && put_away && wakes(&merged.state) {
        merged.state.set("state", Some(json!("open")), next);
    }
}

/// Counts anew what is new in a thread whose user dealt with it, or took that back, without having seen all of it: the
/// number in their edit is of what they saw, that of the thread is of before.
pub(crate) fn recount(
    ledger: &Ledger<'_>,
    (kind, id): (Kind, &str),
    unseen: bool,
    merged: &mut Merged,
    next: i64,
) -> Result<()> {
    /// After so many old messages in a row all before them are taken for old ones.
    const OLD: usize = 200;
    let dealt = merged.changed.iter().any(|field| field == "done_at");
    if kind != Kind::Thread || !unseen || !dealt {
        return Ok(());
    }
    let done: Option<Timestamp> = merged.state.text("done_at").parse().ok();
    let (mut new, mut old) = (0_i64, 0);
    let messages = ledger.txn.children(kind, id, usize::MAX)?;
    let messages = messages.iter().rev();
    for child in messages.filter(|child| child.kind == Kind::Message) {
        let Some(stored) = ledger.txn.record(Kind::Message, &child.id)? else {
            continue;
        };
        let message = state_of(&stored)?;
        let sent: Option<Timestamp> = message.text("sent_at").parse().ok();
        if done.is_some() && sent <= done {
            old += 1;
            if old >= OLD {
                break;
            }
        } else if message.text("direction") != "out" {
            (new, old) = (new + 1, 0);
        }
    }
    // One that came in unseen may have been sent before what was done.
    merged.state.set("new", Some(json!(new.max(1))), next);
    Ok(())
}

/// Tells whether a new message brings this thread back.
fn wakes(thread: &State) -> bool {
    match ThreadState::from(thread.text("state")) {
        ThreadState::Done => true,
        ThreadState::Snoozed => WakeOn::from(thread.text("wake_on")) == WakeOn::Reply,
        ThreadState::Open | ThreadState::Other(_) => false,
    }
}

/// Who made a change, and from which cache.
#[derive(Clone, Copy)]
pub(crate) struct By<'b> {
    pub(crate) author: &'b str,
    pub(crate) maker: &'b str,
}

impl<'b> By<'b> {
    /// What a rule does that no cache has seen.
    const fn server(author: &'b str) -> Self {
        Self { author, maker: "" }
    }
}

/// Does what follows from a change that was just stored.
pub(crate) fn follow(
    ledger: &mut Ledger<'_>,
    op: Op,
    stored: &Stored,
    state: &State,
    author: &str,
) -> Result<()> {
    if matches!(stored.kind, Kind::Network | Kind::Lead) {
        let at = hands_over_at(state).filter(|_| stored.life == Life::Live);
        // A record that never was in the queue costs no write.
        if at.is_some() || !state.text("next_owner").is_empty() || op == Op::Update {
            ledger.queue(&queue_key(stored.kind, &stored.id), at)?;
        }
        return Ok(());
    }
    if stored.kind == Kind::Meeting {
        let at = holds::expires_at(state).filter(|_| stored.life == Life::Live);
        if at.is_some() || op != Op::Create {
            ledger.queue(&queue_key(stored.kind, &stored.id), at)?;
        }
        return Ok(());
    }
    if stored.kind != Kind::Message {
        return Ok(());
    }
    let outgoing = state.text("direction") == "out";
    if outgoing {
        let waits = stored.life == Life::Live && state.text("state") == "queued";
        let send_at = waits.then(|| send_at(state, ledger.now).as_microsecond());
        ledger.queue(&stored.id, send_at)?;
    }
    let arrives = op == Op::Create && (!outgoing || state.text("state") == "sent");
    if arrives {
        touch_thread(ledger, state, author)?;
    }
    Ok(())
}

/// Brings back the threads that sleep until this lead moves, whoever they belong to.
///
/// The version counts as made by who moved the lead: their own console wakes the threads that it knows in the
/// same batch, and must not come into conflict with what follows from its own step.
pub(crate) fn wake_sleepers(ledger: &mut Ledger<'_>, lead: &str, by: By<'_>) -> Result<()> {
    for old in ledger.txn.sleepers(lead)? {
        let before = state_of(&old)?;
        if ThreadState::from(before.text("state")) != ThreadState::Snoozed {
            continue;
        }
        store(ledger, &old, &before, by, |thread, next| {
            thread.set("state", Some(json!("open")), next);
            thread.set("snoozed_until", None, next);
            thread.set("wake_on", None, next);
        })?;
    }
    Ok(())
}

/// Returns when a queued message leaves.
pub(crate) fn send_at(message: &State, otherwise: Timestamp) -> Timestamp {
    message.text("send_at").parse().unwrap_or(otherwise)
}

/// Does what has a time and whose time has come: queued messages leave, CNs and leads change hands, times that were
/// kept free are released; returns how many.
///
/// The channels themselves are connectors' work: for the backend a message has left when its record says so.
pub(crate) fn send_due(ledger: &mut Ledger<'_>) -> Result<usize> {
    let due = ledger.txn.due(ledger.now.as_microsecond(), 100)?;
    for id in &due {
        match owned_by_key(id) {
            Some((Kind::Meeting, record)) => holds::release(ledger, record)?,
            Some((kind, record)) => hand_over(ledger, kind, record)?,
            None => send(ledger, id)?,
        }
        ledger.queue(id, None)?;
        ledger.close()?;
    }
    Ok(due.len())
}

/// The name of a record in the queue; ids of messages have no colon.
pub(crate) fn queue_key(kind: Kind, id: &str) -> String {
    format!("{}:{id}", kind.name())
}

fn owned_by_key(key: &str) -> Option<(Kind, &str)> {
    let (kind, id) = key.split_once(':')?;
    Some((Kind::from_name(kind)?, id))
}

/// Returns when a CN or a lead changes hands (microseconds): at the beginning of the day, UTC.
pub(crate) fn hands_over_at(record: &State) -> Option<i64> {
    let day: jiff::civil::Date = record.text("handover_on").parse().ok()?;
    if record.text("next_owner").is_empty() {
        return None;
    }
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_microsecond())
}

/// Hands a CN or a lead over whose day has come; the one before goes on seeing it.
fn hand_over(ledger: &mut Ledger<'_>, kind: Kind, id: &str) -> Result<()> {
    let Some(old) = ledger.txn.record(kind, id)? else {
        return Ok(());
    };
    let before = state_of(&old)?;
    let due = hands_over_at(&before).is_some_and(|at| at <= ledger.now.as_microsecond());
    if old.life == Life::Deleted || !due {
        return Ok(());
    }
    let (owner, next_owner) = (
        before.text("owner").to_owned(),
        before.text("next_owner").to_owned(),
    );
    let mut shared: Vec<String> = before
        .fields
        .get("shared_with")
        .and_then(Json::as_array)
        .map(|users| {
            let users = users.iter().filter_map(Json::as_str);
            users.map(str::to_owned).collect()
        })
        .unwrap_or_default();
    if !owner.is_empty() && owner != next_owner && !shared.contains(&owner) {
        shared.push(owner);
    }
    shared.retain(|user| *user != next_owner);
    store(ledger, &old, &before, By::server(SERVER), |state, next| {
        state.set("owner", Some(json!(next_owner)), next);
        state.set("shared_with", Some(json!(shared)), next);
        state.set("next_owner", None, next);
        state.set("handover_on", None, next);
    })?;
    Ok(())
}

fn send(ledger: &mut Ledger<'_>, id: &str) -> Result<()> {
    let Some(old) = ledger.txn.record(Kind::Message, id)? else {
        return Ok(());
    };
    let before = state_of(&old)?;
    if old.life == Life::Deleted || before.text("state") != "queued" {
        return Ok(());
    }
    let now = json!(ledger.now);
    let state = store(ledger, &old, &before, By::server(SERVER), |state, next| {
        state.set("state", Some(json!("sent")), next);
        state.set("sent_at", Some(now), next);
    })?;
    touch_thread(ledger, &state, SERVER)
}

/// Brings the thread of a message that came or left up to date.
fn touch_thread(ledger: &mut Ledger<'_>, message: &State, author: &str) -> Result<()> {
    let Some(old) = ledger.txn.record(Kind::Thread, message.text("thread"))? else {
        return Ok(());
    };
    if old.life == Life::Deleted {
        return Ok(());
    }
    let before = state_of(&old)?;
    let now = ledger.now;
    store(ledger, &old, &before, By::server(author), |thread, next| {
        newest(thread, message, now, next);
        count(thread, "messages", next);
        if message.text("direction") != "out" {
            arrive(thread, message, next);
        }
    })?;
    Ok(())
}

/// Shows a message as the newest of its thread, unless a later one is known.
fn newest(thread: &mut State, message: &State, now: Timestamp, next: i64) {
    let sent: Timestamp = message.text("sent_at").parse().unwrap_or(now);
    let last: Option<Timestamp> = thread.text("last_at").parse().ok();
    if last.is_some_and(|last| last > sent) {
        return;
    }
    let words: String = message.text("text").chars().take(FIRST_WORDS).collect();
    thread.set("last_at", Some(json!(sent)), next);
    thread.set("last_text", Some(json!(words)), next);
    // The thread stays one with whoever writes to us: what leaves does not change from whom it is.
    if message.text("direction") != "out" {
        let text = |name: &str| Some(message.text(name)).filter(|text| !text.is_empty());
        thread.set("from", text("sender").map(Json::from), next);
        thread.set("from_name", text("sender_name").map(Json::from), next);
    }
}

/// Counts an incoming message and brings its thread back.
fn arrive(thread: &mut State, message: &State, next: i64) {
    count(thread, "new", next);
    if message.fields.get("mentions_me") == Some(&Json::Bool(true)) {
        thread.set("mentions_me", Some(Json::Bool(true)), next);
    }
    if wakes(thread) {
        if thread.text("state") == "snoozed" {
            thread.set("snoozed_until", None, next);
            thread.set("wake_on", None, next);
        }
        thread.set("state", Some(json!("open")), next);
    }
}

fn count(thread: &mut State, field: &str, next: i64) {
    let count = thread
        .fields
        .get(field)
        .and_then(Json::as_i64)
        .unwrap_or_default();
    thread.set(field, Some(json!(count + 1)), next);
}

/// Stores a change that a rule makes, with its line in the audit log.
fn store(
    ledger: &mut Ledger<'_>,
    old: &Stored,
    before: &State,
    by: By<'_>,
    change: impl FnOnce(&mut State, i64),
) -> Result<State> {
    let mut state = before.clone();
    let next = old.version + 1;
    change(&mut state, next);
    let stored = ledger.put(Change {
        kind: old.kind,
        id: &old.id,
        state: &state,
        fields: to_text(&state.fields)?,
        life: Life::Live,
        old: Some(old),
        author: by.author,
        maker: by.maker,
    })?;
    let changed: Vec<String> = state
        .fv
        .iter()
        .filter(|(_, version)| **version == next)
        .map(|(field, _)| field.clone())
        .collect();
    let origin = Origin {
        user: by.author,
        client: SERVER,
        cmd: "",
        op: "update",
        base: old.version,
        mine: false,
        status: "rule",
    };
    let touched = Touched::new(changed.iter(), before, &state);
    ledger.audit(&origin, &stored, touched)?;
    Ok(state)
}
