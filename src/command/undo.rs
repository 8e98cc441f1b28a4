//! Undo and redo by batch, over restarts and after sync.

use serde_json::{Map, Value as Json};

use super::{CommandError, Cx};
use crate::effect::{Batch, BatchRole, Edit, Effect, Resolution};
use crate::pane::{Countdown, Tone};
use crate::record::{
    Direction, Kind, Message, MessageKind, MessageState, Op, Patch, StageEvent, Thread,
};

/// The batches that can be taken back and those that can be done again.
///
/// The store keeps the same log on disk, so it is filled again at start.
#[derive(Clone, Debug, Default)]
pub struct UndoLog {
    done: Vec<Batch>,
    undone: Vec<Batch>,
}

impl UndoLog {
    /// Takes what is on disk, oldest first, in the place of all that is known: other programs write to the same log.
    /// Only where everything of one's own is on the disk already.
    pub fn replace(&mut self, done: Vec<Batch>, undone: Vec<Batch>) {
        (self.done, self.undone) = (done, undone);
    }

    /// Puts what is on disk, oldest first, behind what was done since the start.
    pub fn restore(&mut self, done: Vec<Batch>, undone: Vec<Batch>) {
        let known = |id: &str| {
            self.done
                .iter()
                .chain(&self.undone)
                .any(|batch| batch.id == id)
        };
        let older: Vec<Batch> = done.into_iter().filter(|batch| !known(&batch.id)).collect();
        let older_undone: Vec<Batch> = undone
            .into_iter()
            .filter(|batch| self.done.is_empty() && !known(&batch.id))
            .collect();
        self.done.splice(0..0, older);
        self.undone.splice(0..0, older_undone);
    }

    /// Takes in a batch that was made.
    pub fn record(&mut self, batch: &Batch) {
        match &batch.role {
            BatchRole::Edit | BatchRole::Choice { .. } => {
                self.done.push(batch.clone());
                self.undone.clear();
            }
            BatchRole::Undo(id) => {
                if let Some(at) = self.done.iter().rposition(|done| done.id == *id) {
                    let taken = self.done.remove(at);
                    self.undone.push(taken);
                }
            }
            BatchRole::Aside => {}
            BatchRole::Redo(id) => {
                if let Some(at) = self.undone.iter().rposition(|undone| undone.id == *id) {
                    let mut again = self.undone.remove(at);
                    again.edits.clone_from(&batch.edits);
                    again.id.clone_from(&batch.id);
                    self.done.push(again);
                }
            }
        }
    }

    /// Returns the batches that stand, oldest first.
    pub fn done(&self) -> &[Batch] {
        &self.done
    }

    /// Returns what undo would take back.
    pub fn last(&self) -> Option<&Batch> {
        self.done.last()
    }

    /// Returns what was done and still stands, oldest first.
    pub fn standing(&self) -> &[Batch] {
        &self.done
    }

    /// Returns what redo would do again.
    pub fn next(&self) -> Option<&Batch> {
        self.undone.last()
    }

    /// Takes a batch that is done again in another way off what can be done again.
    fn take_undone(&mut self, id: &str) {
        self.undone.retain(|batch| batch.id != id);
    }

    /// Forgets a batch that could not be saved.
    pub fn forget(&mut self, id: &str) {
        self.done.retain(|batch| batch.id != id);
    }
}

/// Takes back the last batch.
pub(super) fn undo(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let Some(batch) = cx.undo.last().cloned() else {
        return Err(CommandError::NoTarget("there is nothing to undo".into()));
    };
    let choice = matches!(batch.role, BatchRole::Choice { .. });
    if matches!(batch.role, BatchRole::Choice { theirs: true, .. }) {
        // Nothing of it was sent: the conflict is there again, and nothing else.
        reopen(cx, &batch);
        return Ok(());
    }
    let (mut kept, mut left) = (0, 0);
    let mut theirs: Vec<String> = Vec::new();
    // A thread that sleeps until its lead moves goes back to sleep after the lead has moved back, which would wake it.
    let sleeps = |edit: &&Edit| edit.kind == Kind::Thread && edit.before.contains_key("wake_on");
    let (last, first): (Vec<&Edit>, Vec<&Edit>) = batch.edits.iter().rev().partition(sleeps);
    for edit in first.into_iter().chain(last) {
        if has_left(cx, edit) {
            left += 1;
        } else if edit.kind.is_append_only() {
            kept += usize::from(!step_back(cx, edit));
        } else if edit.op == Op::Create && since::wrote(cx, edit) {
            theirs.push(since::whole(cx, edit));
        } else {
            let (op, mut patch) = take_back(edit);
            let mut written = edit.before.clone();
            edit.patch.apply(&mut written);
            let arrived = new_with_arrivals(cx, edit, false).is_some();
            if let Some(words) = since::leave(cx, edit, &mut patch, &written, arrived) {
                theirs.push(words);
                if patch.fields().is_empty() {
                    continue;
                }
            }
            if let Some(new) = new_with_arrivals(cx, edit, false) {
                keep_arrivals(&mut patch, new);
            }
            apply(cx, edit, op, patch)?;
        }
    }
    let words = if left == 0 {
        give_words(cx, &batch, true)
    } else {
        0
    };
    let all = kept == batch.edits.len();
    let theirs = theirs.join("; ");
    cx.label(format!("undo: {}", batch.label));
    cx.set_role(BatchRole::Undo(batch.id.clone()));
    if !theirs.is_empty() {
        let open = if choice { OPEN_AGAIN } else { "" };
        let words = format!("took back: {}; {theirs}{open}", batch.label);
        cx.say(Tone::Info, words);
    } else if all {
        let stays = "it stays as it was written, write another that corrects it";
        cx.say(Tone::Info, format!("{}: {stays}", batch.label));
    } else if left > 0 {
        let words = format!("took back: {}; its message has left and stays", batch.label);
        cx.say(Tone::Info, words);
    } else {
        let words = match words {
            0 if choice => OPEN_AGAIN,
            0 => "",
            1 => "; its words are in the draft of the reply",
            _ => "; their words are in the drafts of the replies",
        };
        cx.say(Tone::Done, format!("took back: {}{words}", batch.label));
    }
    Ok(())
}

/// What is said where a choice in a conflict was taken back.
const OPEN_AGAIN: &str = "; the choice is open again";

/// Takes a choice in a conflict back: the store makes the conflict open again, and drops the edits of this batch where
/// the choice was not sent.
fn reopen(cx: &mut Cx<'_>, batch: &Batch) {
    cx.label(format!("undo: {}", batch.label));
    cx.set_role(BatchRole::Undo(batch.id.clone()));
    let words = format!("took back: {}{OPEN_AGAIN}", batch.label);
    cx.say(Tone::Done, words);
}

/// What somebody else wrote since an edit was made: taking the edit back never takes that back with it.
mod since {
    use serde_json::{Map, Value as Json};

    use super::Cx;
    use crate::effect::Edit;
    use crate::record::{Kind, KindVisitor, Op, Patch, Record};

    /// Reads fields as a record of a kind and writes them again, so that what means the same looks the same.
    fn plain(kind: Kind, fields: Map<String, Json>) -> Map<String, Json> {
        struct Plain(Map<String, Json>);
        impl KindVisitor for Plain {
            type Out = Option<Map<String, Json>>;
            fn visit<R: Record>(self) -> Self::Out {
                let record: R = serde_json::from_value(self.0.into()).ok()?;
                match serde_json::to_value(&record) {
                    Ok(Json::Object(fields)) => Some(fields),
                    _ => None,
                }
            }
        }
        let kept = fields.clone();
        kind.visit(Plain(fields)).unwrap_or(kept)
    }

    fn value<'a>(fields: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
        fields.get(name).filter(|value| !value.is_null())
    }

    /// Takes out of a patch the fields that no longer hold what an edit left there, and says which stay.
    ///
    /// What I wrote later myself was taken back before. A thread that got new messages has rules of its own.
    pub(super) fn leave(
        cx: &Cx<'_>,
        edit: &Edit,
        patch: &mut Patch,
        written: &Map<String, Json>,
        arrived: bool,
    ) -> Option<String> {
        let there = cx.world.any(edit.kind).fields(&edit.id);
        let (_, _, now) = there.filter(|_| edit.op == Op::Update && !arrived)?;
        let mut after = now.clone();
        for name in patch.set.keys().chain(&patch.unset) {
            match written.get(name) {
                Some(value) => after.insert(name.clone(), value.clone()),
                None => after.remove(name),
            };
        }
        let (now, after) = (plain(edit.kind, now), plain(edit.kind, after));
        let other = |name: &String| value(&now, name) != value(&after, name);
        let names = patch.set.keys().chain(&patch.unset);
        let left: Vec<String> = names.filter(|name| other(name)).cloned().collect();
        patch.set.retain(|name, _| !left.contains(name));
        patch.unset.retain(|name| !left.contains(name));
        (!left.is_empty()).then(|| some(cx, edit, &left))
    }

    /// Tells whether somebody else wrote to a record since an edit made it; messages, threads and meetings change by
    /// themselves.
    pub(super) fn wrote(cx: &Cx<'_>, edit: &Edit) -> bool {
        if matches!(edit.kind, Kind::Message | Kind::Thread | Kind::Meeting) {
            return false;
        }
        let Some((_, _, now)) = cx.world.any(edit.kind).fields(&edit.id) else {
            return false;
        };
        let (now, made) = (
            plain(edit.kind, now),
            plain(edit.kind, edit.patch.set.clone()),
        );
        let names = now.keys().chain(made.keys());
        names
            .into_iter()
            .any(|name| value(&now, name) != value(&made, name))
    }

    fn title(cx: &Cx<'_>, edit: &Edit) -> String {
        cx.world.any(edit.kind).title(&edit.id).unwrap_or_default()
    }

    /// Says that a record stays.
    pub(super) fn whole(cx: &Cx<'_>, edit: &Edit) -> String {
        let title = title(cx, edit);
        format!("{title} stays, somebody else has written to it since; `delete` deletes it")
    }

    /// Says which fields stay.
    fn some(cx: &Cx<'_>, edit: &Edit, fields: &[String]) -> String {
        let names: Vec<String> = fields.iter().map(|name| name.replace('_', " ")).collect();
        format!(
            "{} of {} was changed by somebody else since and stays",
            names.join(", "),
            title(cx, edit)
        )
    }
}

/// Gives the words of each reply of a batch back to its draft, or takes them out of it; says how many there were.
fn give_words(cx: &mut Cx<'_>, batch: &Batch, back: bool) -> usize {
    let replies: Vec<Effect> = batch
        .edits
        .iter()
        .filter_map(|edit| words_of(batch, edit, back))
        .collect();
    let many = replies.len();
    cx.effects.extend(replies);
    many
}

/// The words that somebody wrote as a reply; buttons and nudges write by themselves.
pub(crate) fn words_of(batch: &Batch, edit: &Edit, back: bool) -> Option<Effect> {
    if edit.kind != Kind::Message || edit.op != Op::Create {
        return None;
    }
    let message: Message = serde_json::from_value(edit.patch.set.clone().into()).ok()?;
    let thread = message.thread.as_ref()?;
    let written = message.direction == Direction::Out
        && message.kind == MessageKind::Text
        && (message.reply_to.is_some() || batch.label.starts_with("reply"));
    written.then(|| Effect::Redraft {
        key: format!("reply:{thread}"),
        words: message.text.to_string(),
        back,
    })
}

/// Does again the batch that was taken back last.
pub(super) fn redo(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let Some(batch) = cx.undo.next().cloned() else {
        return Err(CommandError::NoTarget("there is nothing to redo".into()));
    };
    if let BatchRole::Choice { cmd, theirs } = &batch.role {
        let patch = batch.edits.first().map(|edit| edit.patch.clone());
        let resolution = match patch {
            Some(patch) if !theirs => Resolution::Edited(patch),
            _ => Resolution::Theirs,
        };
        cx.undo.take_undone(&batch.id);
        cx.effects.push(Effect::Resolve {
            cmd: cmd.clone(),
            resolution,
            again: Some(batch.id.clone()),
        });
        cx.say(Tone::Done, format!("did again: {}", batch.label));
        return Ok(());
    }
    let mut leaves = None;
    let mut theirs: Vec<String> = Vec::new();
    for edit in &batch.edits {
        if has_left(cx, edit) {
            // It was not taken back.
        } else if !edit.kind.is_append_only() {
            let mut patch = edit.patch.clone();
            let now = cx.world.view.now;
            let at = now.checked_add(cx.settings.send_delay).unwrap_or(now);
            if leaves_at(edit).is_some_and(|first| first <= at) {
                // It waits anew: the moment it was to leave first may be over. What goes later goes as planned.
                patch.set.insert("send_at".into(), at.to_string().into());
                patch.set.insert("sent_at".into(), now.to_string().into());
                leaves = Some(at);
            }
            let arrived = new_with_arrivals(cx, edit, true);
            let words = since::leave(cx, edit, &mut patch, &edit.before, arrived.is_some());
            if let Some(words) = words {
                theirs.push(words);
                if patch.fields().is_empty() {
                    continue;
                }
            }
            if let Some(new) = arrived {
                keep_arrivals(&mut patch, new);
            }
            apply(cx, edit, edit.op, patch)?;
        } else if let Some(event) = event_of(edit) {
            let at = Some(cx.world.view.now);
            cx.create(StageEvent { at, ..event });
        }
    }
    give_words(cx, &batch, false);
    super::follow_up::go_on_again(cx, &batch);
    cx.label(format!("redo: {}", batch.label));
    cx.set_role(BatchRole::Redo(batch.id.clone()));
    if theirs.is_empty() {
        cx.say(Tone::Done, format!("did again: {}", batch.label));
    } else {
        let theirs = theirs.join("; ");
        cx.say(Tone::Info, format!("did again: {}; {theirs}", batch.label));
    }
    let now = cx.world.view.now;
    if let (Some(at), Some(screen)) = (leaves, cx.screen.as_deref_mut()) {
        let countdown = Countdown {
            at,
            before: format!("did again: {}, leaves in ", batch.label),
            after: "; undo stops it".into(),
        };
        screen.say_until(now, Tone::Done, countdown);
    }
    Ok(())
}

/// Counts how many messages of a thread are new once an edit of it is taken back (or, with `again`, done again), where
/// something came in since; else the patch says it.
fn new_with_arrivals(cx: &Cx<'_>, edit: &Edit, again: bool) -> Option<i64> {
    if edit.kind != Kind::Thread || edit.op != Op::Update || !edit.patch.fields().contains(&"new") {
        return None;
    }
    let count = |fields: &Map<String, Json>| {
        let count = fields.get("new").and_then(Json::as_i64);
        count.unwrap_or_default()
    };
    let (before, after) = (count(&edit.before), count(&edit.patch.set));
    let (from, to) = if again {
        (before, after)
    } else {
        (after, before)
    };
    let thread = cx.world.table::<Thread>().record(&edit.id)?;
    let arrived = thread.new.unwrap_or_default() - from;
    (arrived > 0).then_some(to + arrived)
}

/// Keeps what came in meanwhile: it stays counted, and its thread stays in the inbox.
fn keep_arrivals(patch: &mut Patch, new: i64) {
    // One of them may name me.
    patch
        .unset
        .retain(|name| !matches!(name.as_str(), "new" | "mentions_me"));
    patch.set.insert("new".into(), new.into());
    let text = |name: &str| patch.set.get(name).and_then(Json::as_str);
    let hides = match text("state") {
        Some("done") => true,
        Some("snoozed") => text("wake_on") == Some("reply"),
        _ => false,
    };
    if hides {
        patch.set.insert("state".into(), "open".into());
        patch.set.remove("snoozed_until");
        patch.set.remove("wake_on");
    }
}

/// When a message that an edit wrote was to leave.
fn leaves_at(edit: &Edit) -> Option<jiff::Timestamp> {
    if edit.kind != Kind::Message || edit.op != Op::Create {
        return None;
    }
    edit.patch.set.get("send_at")?.as_str()?.parse().ok()
}

/// Tells whether an edit wrote a message that has left: the server has it, and the delay is over. Until then, and
/// as long as the server does not know of it, it can be stopped.
fn has_left(cx: &Cx<'_>, edit: &Edit) -> bool {
    if edit.kind != Kind::Message || edit.op != Op::Create {
        return false;
    }
    let Some(row) = cx.world.row::<Message>(&edit.id) else {
        return false;
    };
    let message = &row.record;
    let over = message.send_at.is_none_or(|at| at <= cx.world.view.now);
    message.direction == Direction::Out
        && match message.state {
            MessageState::Sent | MessageState::Failed => true,
            MessageState::Queued => row.version > 0 && over,
            _ => false,
        }
}

/// Enters the way back into the history of a lead, which keeps both steps; says whether there was a step.
fn step_back(cx: &mut Cx<'_>, edit: &Edit) -> bool {
    let Some(event) = event_of(edit) else {
        return false;
    };
    let by = Some(cx.world.my_id());
    cx.create(StageEvent {
        from: event.to,
        to: event.from,
        at: Some(cx.world.view.now),
        by,
        reason: "taken back".into(),
        source: StageEvent::UNDO.into(),
        ..event
    });
    true
}

fn event_of(edit: &Edit) -> Option<StageEvent> {
    if edit.kind != Kind::StageEvent {
        return None;
    }
    serde_json::from_value(edit.patch.set.clone().into()).ok()
}

/// Applies an operation to the record of an edit; what was deleted comes back under its own id, so that links to
/// it stay true.
fn apply(cx: &mut Cx<'_>, edit: &Edit, op: Op, patch: Patch) -> Result<(), CommandError> {
    if op == Op::Create {
        cx.bring_back(edit.kind, &edit.id, edit.base.unwrap_or(0), patch);
        Ok(())
    } else if !cx.world.any(edit.kind).has(&edit.id) {
        // It was closed and is on disk only; whether it is still there is for the server to say.
        let mut before = edit.before.clone();
        edit.patch.apply(&mut before);
        cx.change_unseen(
            edit.kind,
            &edit.id,
            op,
            edit.base.unwrap_or(0),
            patch,
            before,
        );
        Ok(())
    } else {
        cx.apply(edit.kind, &edit.id, op, patch)
    }
}

/// Computes the operation that takes an edit back.
fn take_back(edit: &Edit) -> (Op, Patch) {
    match edit.op {
        Op::Create => (Op::Delete, Patch::default()),
        Op::Delete => (
            Op::Create,
            Patch {
                set: edit.before.clone(),
                ..Patch::default()
            },
        ),
        Op::Update => (Op::Update, edit.patch.inverse(&edit.before)),
    }
}
