//! What happens by itself: it is noticed here, and the hooks that wait for it run.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::App;
use crate::command::{Command, Cx};
use crate::effect::{CacheChange, CacheRow, Effect, Load, SyncStatus};
use crate::keymap::{Event, Hole, Hook};
use crate::pane::{Tone, arrange_all};
use crate::record::{AnyRef, FollowUp, Id, Kind, Lead, Meeting, Thread, ThreadState};

/// How often one hook may run in a minute: more often it has run into itself.
const OFTEN: usize = 30;

/// What was noticed so far.
#[derive(Debug, Default)]
pub(super) struct Noticed {
    /// Since when the console looks.
    since: Option<Timestamp>,
    /// What a hook has run for already, with the time that made it run.
    fired: HashSet<(usize, String, Timestamp)>,
    /// When each hook ran lately.
    ran: HashMap<usize, VecDeque<Timestamp>>,
}

/// Threads and leads as they were before a change.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// When somebody wrote last; for a thread that was not known, since when the console looks.
    threads: HashMap<String, Option<Timestamp>>,
    leads: HashMap<String, Option<Id<crate::record::Stage>>>,
}

impl App {
    fn hooks(&self) -> &[Hook] {
        &self.keymap.hooks
    }

    /// Takes in changes of the cache, and runs the hooks that wait for what they brought.
    pub(super) fn changed(&mut self, changes: &[CacheChange]) -> Vec<Effect> {
        let rows = changes.iter().filter_map(|change| match change {
            CacheChange::Upsert(row) => Some((row.kind, row.id.as_str())),
            CacheChange::Remove(..) => None,
        });
        let before = self.before(rows);
        let mut effects = self.take_changes(changes);
        effects.extend(self.after_changes(before));
        effects
    }

    /// Takes in rows that were asked for: what is read again because it was edited a moment ago may have
    /// changed elsewhere too.
    pub(super) fn loaded(&mut self, load: &Load, rows: &[CacheRow]) -> Vec<Effect> {
        let again = matches!(load, Load::Records(_));
        let again = rows.iter().filter(|_| again);
        let before = self.before(again.map(|row| (row.kind, row.id.as_str())));
        self.take_loaded(load, rows);
        self.after_changes(before)
    }

    /// Takes in how the console stands to its server.
    pub(super) fn synced(&mut self, status: SyncStatus) -> Vec<Effect> {
        let finished = status.synced_at > self.screen.sync.synced_at;
        let mut effects = self.take_status(status);
        if finished {
            effects.extend(self.fire(Event::SyncFinished, &[]));
        }
        effects
    }

    /// Remembers how records are, where a hook may ask.
    fn before<'a>(&self, rows: impl Iterator<Item = (Kind, &'a str)>) -> Before {
        let mut before = Before::default();
        if self.hooks().is_empty() {
            return before;
        }
        for (kind, id) in rows {
            match kind {
                Kind::Thread => {
                    let thread = self.world.table::<Thread>().record(id);
                    let seen = thread.map_or(self.noticed.since, |thread| thread.last_at);
                    before.threads.insert(id.to_owned(), seen);
                }
                Kind::Lead => {
                    let lead = self.world.table::<Lead>().record(id);
                    if let Some(lead) = lead {
                        before.leads.insert(id.to_owned(), lead.stage.clone());
                    }
                }
                _ => {}
            }
        }
        before
    }

    /// Runs the hooks that wait for what a change brought.
    fn after_changes(&mut self, before: Before) -> Vec<Effect> {
        let mut arrived = Vec::new();
        for (id, last) in before.threads {
            let Some(thread) = self.world.table::<Thread>().record(&id) else {
                continue;
            };
            // What I wrote myself is no news: nothing in the thread is new then.
            if thread.new.is_some_and(|new| new > 0) && thread.last_at > last {
                arrived.push(AnyRef::new(Kind::Thread, &id));
            }
        }
        let mut moved = Vec::new();
        for (id, stage) in before.leads {
            let lead = self.world.table::<Lead>().record(&id);
            if lead.is_some_and(|lead| lead.stage != stage) {
                moved.push(AnyRef::new(Kind::Lead, &id));
            }
        }
        let mut effects = self.fire(Event::MessageArrived, &arrived);
        effects.extend(self.fire(Event::StageChanged, &moved));
        effects
    }

    /// Runs the hooks that wait for leads that were moved here.
    pub(super) fn after_edits(&mut self, effects: &[Effect]) -> Vec<Effect> {
        if self.hooks().is_empty() {
            return Vec::new();
        }
        let mut moved: Vec<AnyRef> = Vec::new();
        for effect in effects {
            let Effect::Save(batch) = effect else {
                continue;
            };
            for edit in &batch.edits {
                let link = AnyRef::new(edit.kind, &edit.id);
                let steps = edit.kind == Kind::Lead && edit.base.is_some();
                if steps && edit.patch.set.contains_key("stage") && !moved.contains(&link) {
                    moved.push(link);
                }
            }
        }
        self.fire(Event::StageChanged, &moved)
    }

    /// Runs the hooks that wait for a time.
    pub(super) fn after_time(&mut self) -> Vec<Effect> {
        let now = self.world.view.now;
        let since = *self.noticed.since.get_or_insert(now);
        if self.hooks().is_empty() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for at in 0..self.hooks().len() {
            let Some(hook) = self.hooks().get(at) else {
                continue;
            };
            let due = self.due(hook, now, since);
            let new: Vec<AnyRef> = due
                .into_iter()
                .filter(|(link, time)| self.noticed.fired.insert((at, link.to_string(), *time)))
                .map(|(link, _)| link)
                .collect();
            if !new.is_empty() {
                effects.extend(self.run_hook(at, new));
            }
        }
        self.noticed
            .fired
            .retain(|(_, _, time)| now.duration_since(*time) < SignedDuration::from_hours(48));
        effects
    }

    /// Lists what a hook waits for by the clock and that has come, with the time that it is about.
    fn due(&self, hook: &Hook, now: Timestamp, since: Timestamp) -> Vec<(AnyRef, Timestamp)> {
        let until = now.checked_add(hook.before).unwrap_or(now);
        match hook.on {
            Event::SlaSoon => {
                let threads = self.world.table::<Thread>();
                threads
                    .records()
                    .filter(|(_, thread)| thread.state == ThreadState::Open)
                    .filter_map(|(id, thread)| Some((id.link(), thread.sla_due?)))
                    .filter(|(_, due)| *due > now && *due <= until)
                    .collect()
            }
            Event::MeetingSoon => {
                let meetings = self.world.table::<Meeting>();
                meetings
                    .records()
                    .filter(|(_, meeting)| !meeting.is_off(now))
                    .filter_map(|(id, meeting)| Some((id.link(), meeting.start?)))
                    .filter(|(_, start)| *start > now && *start <= until)
                    .collect()
            }
            Event::FollowUpDue => {
                let follow_ups = self.world.table::<FollowUp>();
                follow_ups
                    .records()
                    .filter(|(_, follow_up)| crate::record::Record::is_open(*follow_up))
                    .filter_map(|(id, follow_up)| {
                        let late = follow_up.late(&self.world.view)?;
                        Some((id.link(), now.checked_sub(late).ok()?))
                    })
                    // What was late before the console was opened is no news.
                    .filter(|(_, due)| *due > since && *due <= until)
                    .collect()
            }
            Event::SyncFinished | Event::MessageArrived | Event::StageChanged => Vec::new(),
        }
    }

    /// Runs the hooks that wait for an event.
    pub(super) fn fire(&mut self, event: Event, items: &[AnyRef]) -> Vec<Effect> {
        if items.is_empty() && event != Event::SyncFinished {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for at in 0..self.hooks().len() {
            if self.hooks().get(at).is_some_and(|hook| hook.on == event) {
                effects.extend(self.run_hook(at, items.to_vec()));
            }
        }
        effects
    }

    /// Runs one hook for those of the items that its condition wants.
    fn run_hook(&mut self, at: usize, items: Vec<AnyRef>) -> Vec<Effect> {
        let Some(hook) = self.hooks().get(at).cloned() else {
            return Vec::new();
        };
        let had = items.len();
        let items: Vec<AnyRef> = items
            .into_iter()
            .filter(|link| {
                hook.when
                    .as_ref()
                    .is_none_or(|when| self.holds_for(when, Some(link)))
            })
            .collect();
        let about_nothing = had == 0
            && hook
                .when
                .as_ref()
                .is_none_or(|when| self.holds_for(when, None));
        if items.is_empty() && !about_nothing {
            return Vec::new();
        }
        let place = format!("{}:{}", hook.source.file, hook.source.line);
        if self.runs_too_often(at) {
            let words = format!(
                "{place}: this hook ran {OFTEN} times within a minute; it rests for a while"
            );
            self.screen.say(Tone::Error, words);
            return Vec::new();
        }
        match self.hook_commands(&hook, &items) {
            Ok(commands) => self.run_for(items, commands, &place),
            Err(why) => {
                self.screen.say(Tone::Error, format!("{place}: {why}"));
                Vec::new()
            }
        }
    }

    fn runs_too_often(&mut self, at: usize) -> bool {
        let now = self.world.view.now;
        let ran = self.noticed.ran.entry(at).or_default();
        while ran
            .front()
            .is_some_and(|then| now.duration_since(*then) > SignedDuration::from_secs(60))
        {
            ran.pop_front();
        }
        if ran.len() >= OFTEN {
            return true;
        }
        ran.push_back(now);
        false
    }

    /// Fills the first item into the words of the commands.
    fn hook_commands(&mut self, hook: &Hook, items: &[AnyRef]) -> Result<Vec<Command>, String> {
        let mut parsing = self.parsing.take().unwrap_or_default();
        let commands = hook
            .commands
            .iter()
            .map(|template| {
                let words = template.fill(&mut |hole| match hole {
                    Hole::Count => (items.len().to_string(), false),
                    Hole::Item(field) => {
                        let value = items.first().map(|link| self.item(link, field));
                        (value.unwrap_or_default(), false)
                    }
                    Hole::Answer(_) => (String::new(), false),
                });
                template.refuse_options(&words)?;
                parsing
                    .read_words(&words)
                    .map_err(|error| error.to_string())
            })
            .collect();
        self.parsing = Some(parsing);
        commands
    }

    /// Runs commands that act on these records, as one batch, and leaves the screen as it is.
    fn run_for(
        &mut self,
        subject: Vec<AnyRef>,
        commands: Vec<Command>,
        place: &str,
    ) -> Vec<Effect> {
        let mut cx = Cx::new(&mut self.world, None, &self.settings, &mut self.undo);
        cx.subject = Some(subject);
        let mut failed = None;
        for command in commands {
            if let Err(error) = cx.run(command) {
                failed = Some(error);
                break;
            }
        }
        let outcome = cx.finish();
        if let Some(error) = failed {
            self.screen.say(Tone::Error, format!("{place}: {error}"));
        } else if let Some(words) = outcome.output.last() {
            self.screen.say(Tone::Info, words.clone());
        }
        for effect in &outcome.effects {
            match effect {
                Effect::Save(batch) => self.pending_edits.made(batch),
                Effect::Notify { text, .. } => self.screen.say(Tone::Info, text.clone()),
                _ => {}
            }
        }
        arrange_all(&self.world, &mut self.screen, false);
        outcome.effects
    }
}
