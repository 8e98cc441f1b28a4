//! What a command works with: records, screen, settings, and the batch it is making.

use jiff::SignedDuration;
use serde_json::{Map, Value as Json};

use super::{CommandError, UndoLog};
use crate::effect::{Batch, BatchRole, CacheRow, Edit, Effect, OutboxRow, RowState};
use crate::list::{Row, World};
use crate::pane::{Countdown, Screen, Tone};
use crate::record::{AnyRef, Id, Kind, Op, Patch, Record, diff, missing_to_close};

/// What commands take from the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long a reply waits before it leaves, so that undo can still stop it.
    pub send_delay: SignedDuration,
    /// The local start of a working day, for phrases such as `tomorrow morning`.
    pub day_start: jiff::civil::Time,
    /// The local end of a working day.
    pub day_end: jiff::civil::Time,
    /// Ids or names of the people that `assign` offers first.
    pub favourites: Vec<String>,
    /// How long a time is kept free before it is released by itself.
    pub hold: SignedDuration,
    /// At most this many follow-ups a day, when they are levelled.
    pub day_cap: usize,
    /// The columns that the configuration gives to the list of CNs.
    pub columns: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            send_delay: SignedDuration::from_secs(10),
            day_start: jiff::civil::time(9, 0, 0, 0),
            day_end: jiff::civil::time(18, 0, 0, 0),
            favourites: Vec::new(),
            hold: SignedDuration::from_hours(48),
            day_cap: 8,
            columns: Vec::new(),
        }
    }
}

/// What a command asks of the part of the console that talks with the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Open the palette with this text.
    Palette(String),
    /// Show lines, unsanitised, to read through.
    Read(String, Vec<String>),
    /// Open the search over everything with these words.
    Find(String),
    /// Go to a record, wherever it stands.
    Reach(AnyRef),
    /// Go to what needs the user most.
    Urgent,
    /// Go on to the next lesson of the tutor, or back to the one before.
    Lesson {
        /// On, not back.
        forward: bool,
    },
    /// Leave the lessons.
    NoLessons,
    /// Open the filter line.
    Filter,
    /// Ask for one line of text and run the command line with the answer as its last word.
    Prompt {
        /// What is asked for.
        title: String,
        /// The command line that waits for its last word.
        command: String,
        /// What to begin with.
        text: String,
        /// What the answer must be.
        expects: Expects,
    },
    /// Let the user pick one of the choices and run the command line with it as its last word.
    Pick {
        /// What is picked.
        title: String,
        /// The command line that waits for its last word.
        command: String,
        /// The choices.
        choices: Vec<Choice>,
    },
    /// Open the form of a record, a new one where there is no id.
    Form {
        /// The kind.
        kind: Kind,
        /// The record.
        id: Option<String>,
        /// Values to begin a new record with.
        fields: Map<String, Json>,
    },
    /// Open a form of the values that an edit in conflict is settled with.
    Settle {
        /// The edit.
        cmd: String,
        /// The kind of its record.
        kind: Kind,
        /// Its record.
        id: String,
        /// The fields that the edit changes, with the values to begin with.
        fields: Map<String, Json>,
    },
    /// Open a form of just the facts that a stage asks for; the step goes on with them.
    Facts {
        /// The lead.
        lead: String,
        /// What it is about.
        title: String,
        /// The fields that are missing.
        fields: Vec<String>,
        /// The step that waits for them.
        then: Box<super::LeadCommand>,
    },
    /// Ask the questions of the rubric about a lead.
    Score {
        /// The lead.
        lead: String,
    },
    /// Open the reply box of a thread.
    Reply {
        /// The thread.
        thread: String,
        /// What to begin with; empty takes the draft.
        text: String,
        /// Whether sending it also proposes a meeting.
        meeting: bool,
    },
    /// Record, play, edit or forget a macro.
    Macro(super::MacroCommand),
    /// Open the reply box of a thread with more text in it.
    Propose {
        /// The thread.
        thread: String,
        /// What is put behind whatever was begun.
        text: String,
    },
    /// Show what needs no decision, to clear it as one.
    Sweep,
    /// Show what was done today.
    Summary,
    /// Show the keys of this place.
    Help,
    /// Repeat the last verb.
    Repeat,
    /// Change the theme, or offer those there are.
    Theme(Option<String>),
    /// Read config, keymap and theme again.
    Reload,
    /// Draw everything again.
    Redraw,
    /// Capture the mouse or give it back.
    Mouse,
}

/// What the answer to a prompt must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expects {
    /// Any text.
    Text,
    /// A date phrase; its reading is shown while it is typed.
    When,
    /// When to meet with whom; its reading is shown while it is typed.
    Meeting,
    /// A step of the funnel and a share; what it would bring is shown while it is typed.
    Share,
    /// A step with its day at the end; how it is divided is shown while it is typed.
    Step,
    /// A new lead in one line; how it is read and what it looks like is shown while it is typed.
    Lead,
    /// Any text, or none.
    Note,
}

/// One choice of a [`Ask::Pick`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The key that picks it at once.
    pub key: Option<char>,
    /// What is shown, unsanitised.
    pub label: String,
    /// What helps to choose.
    pub detail: String,
    /// The word that goes into the command line.
    pub word: String,
}

/// What a command works with.
pub struct Cx<'a> {
    /// The records.
    pub world: &'a mut World,
    /// The screen; absent when the command runs without one.
    pub screen: Option<&'a mut Screen>,
    /// What the configuration says.
    pub settings: &'a Settings,
    /// The undo log.
    pub undo: &'a mut UndoLog,
    /// What the world is asked to do.
    pub effects: Vec<Effect>,
    /// What the console is asked to do.
    pub asks: Vec<Ask>,
    /// What to print when there is no screen.
    pub output: Vec<String>,
    /// The outbox, where there is no screen that holds it.
    pub outbox: Vec<OutboxRow>,
    /// The records that verbs act on where they name none: what a hook is about.
    pub subject: Option<Vec<AnyRef>>,
    /// Whether the command that runs brings back what was closed.
    pub(super) brings_back: bool,
    /// When the cache was last known to be up to date, where there is no screen that says so.
    pub synced_at: Option<jiff::Timestamp>,
    /// What the batch is called, whatever its commands call it: the macro that is played.
    pub title: Option<String>,
    pub(super) edits: Vec<Edit>,
    label: String,
    role: BatchRole,
}

impl<'a> Cx<'a> {
    /// Tells whether the records of a query may be closed ones: without a screen all of them were read first.
    pub(super) fn reads_closed(&self) -> bool {
        self.brings_back && self.screen.is_none()
    }

    /// Makes the context of one command or one sequence of commands.
    pub fn new(
        world: &'a mut World,
        screen: Option<&'a mut Screen>,
        settings: &'a Settings,
        undo: &'a mut UndoLog,
    ) -> Self {
        Self {
            world,
            screen,
            settings,
            undo,
            effects: Vec::new(),
            asks: Vec::new(),
            output: Vec::new(),
            outbox: Vec::new(),
            subject: None,
            brings_back: false,
            title: None,
            synced_at: None,
            edits: Vec::new(),
            label: String::new(),
            role: BatchRole::Edit,
        }
    }

    /// Returns the screen, or the error that says that the command needs one.
    pub fn screen(&mut self, name: &'static str) -> Result<&mut Screen, CommandError> {
        self.screen
            .as_deref_mut()
            .ok_or(CommandError::NeedsScreen(name))
    }

    /// Asks the user for what the words of a command left out, or says that there is no screen to ask on.
    pub fn ask(&mut self, name: &'static str, ask: Ask) -> Result<(), CommandError> {
        if self.screen.is_none() {
            return Err(CommandError::NeedsWords(name));
        }
        self.asks.push(ask);
        Ok(())
    }

    /// Tells the user something: in the status line, or as output where there is no screen.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        match self.screen.as_deref_mut() {
            Some(screen) => screen.say(tone, text),
            None => self.output.push(text),
        }
    }

    /// Tells the user what leaves when a moment has come, and counts down to it where there is a screen.
    pub(super) fn say_leaving(&mut self, countdown: Countdown) {
        let now = self.world.view.now;
        if let Some(screen) = self.screen.as_deref_mut() {
            screen.say_until(now, Tone::Done, countdown);
        } else {
            let seconds = countdown.seconds(now);
            let Countdown { before, after, .. } = countdown;
            self.output.push(format!("{before}{seconds} s{after}"));
        }
    }

    /// Names what the batch does, for the status line and the undo log.
    pub fn label(&mut self, label: impl Into<String>) {
        self.label = label.into();
    }

    pub(super) fn set_role(&mut self, role: BatchRole) {
        self.role = role;
    }

    /// Changes a record on screen at once and puts the edit into the batch; says whether anything changed.
    pub fn change<R: Record>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut R),
    ) -> Result<bool, CommandError> {
        let Some(row) = self.world.row_mut::<R>(id) else {
            return Err(CommandError::NoTarget(format!("no {} `{id}`", R::LABEL)));
        };
        let before = fields_of(&row.record);
        change(&mut row.record);
        let patch = diff(R::KIND, &before, &fields_of(&row.record));
        if patch.is_empty() {
            return Ok(false);
        }
        row.state = RowState::Pending;
        let base = row.version;
        let touched = touched(&before, &patch);
        self.push(R::KIND, id, Op::Update, Some(base), patch, touched);
        Ok(true)
    }

    /// Makes a record on screen at once and puts its creation into the batch.
    pub fn create<R: Record>(&mut self, record: R) -> Id<R> {
        let id = Id::new(self.world.ids.next(self.world.view.now));
        let patch = Patch {
            set: fields_of(&record),
            ..Patch::default()
        };
        self.world.insert(
            id.clone(),
            Row {
                version: 0,
                state: RowState::Pending,
                record,
            },
        );
        self.push(R::KIND, id.as_str(), Op::Create, None, patch, Map::new());
        id
    }

    /// Takes a record off the screen and puts its deletion into the batch.
    pub fn delete(&mut self, kind: Kind, id: &str) -> Result<(), CommandError> {
        must_change(kind, "delete")?;
        let Some((version, _, fields)) = self.world.any(kind).fields(id) else {
            return Err(CommandError::NoTarget(format!(
                "no {} `{id}`",
                kind.label()
            )));
        };
        self.world.take(kind, id);
        self.push(
            kind,
            id,
            Op::Delete,
            Some(version),
            Patch::default(),
            fields,
        );
        Ok(())
    }

    /// Applies an edit to a record of a kind known only at run time.
    pub fn apply(
        &mut self,
        kind: Kind,
        id: &str,
        op: Op,
        patch: Patch,
    ) -> Result<(), CommandError> {
        match op {
            Op::Delete => self.delete(kind, id),
            Op::Create => {
                self.put(kind, id, None, patch);
                Ok(())
            }
            Op::Update => {
                must_change(kind, "edit")?;
                let Some((version, _, mut fields)) = self.world.any(kind).fields(id) else {
                    return Err(CommandError::NoTarget(format!(
                        "the {} `{id}` is not here any more",
                        kind.label()
                    )));
                };
                let before = touched(&fields, &patch);
                let unchanged = fields.clone();
                patch.apply(&mut fields);
                if let Some(field) = missing_to_close(kind, &unchanged, &fields) {
                    return Err(CommandError::refused(
                        format!("close the {}", kind.label()),
                        "its root cause is not written down",
                        format!("set it in the same edit: `edit {field}=\"what caused it\" …`"),
                    ));
                }
                self.world.upsert(&CacheRow {
                    kind,
                    id: id.to_owned(),
                    version,
                    state: RowState::Pending,
                    fields: Json::Object(fields).to_string(),
                });
                self.push(kind, id, Op::Update, Some(version), patch, before);
                Ok(())
            }
        }
    }

    /// Brings back a record that was deleted, under its own id; `base` is the version that was on screen before
    /// the deletion.
    pub(super) fn bring_back(&mut self, kind: Kind, id: &str, base: u64, patch: Patch) {
        self.put(kind, id, Some(base), patch);
    }

    /// Changes a record that is not in memory; `base` is a version of it that was on screen.
    pub(super) fn change_unseen(
        &mut self,
        kind: Kind,
        id: &str,
        op: Op,
        base: u64,
        patch: Patch,
        before: Map<String, Json>,
    ) {
        self.push(kind, id, op, Some(base), patch, before);
    }

    fn put(&mut self, kind: Kind, id: &str, base: Option<u64>, patch: Patch) {
        let fields = Json::Object(patch.set.clone()).to_string();
        self.world.upsert(&CacheRow {
            kind,
            id: id.to_owned(),
            version: base.unwrap_or(0),
            state: RowState::Pending,
            fields,
        });
        self.push(kind, id, Op::Create, base, patch, Map::new());
    }

    fn push(
        &mut self,
        kind: Kind,
        id: &str,
        op: Op,
        base: Option<u64>,
        patch: Patch,
        before: Map<String, Json>,
    ) {
        let cmd = self.world.ids.next(self.world.view.now);
        self.edits.push(Edit {
            cmd,
            kind,
            id: id.to_owned(),
            op,
            base,
            patch,
            before,
        });
    }

    /// Puts the rows of the place on screen in order again, between two commands of a sequence.
    pub fn arrange(&mut self) {
        if let Some(screen) = self.screen.as_deref_mut() {
            let place = screen.active();
            crate::pane::arrange(self.world, screen, place, false);
        }
    }

    /// Counts the edits of the batch so far.
    pub fn edit_count(&self) -> usize {
        self.edits.len()
    }

    /// Closes the batch: one effect to save it, one entry in the undo log.
    pub fn finish(mut self) -> Outcome {
        let edits = std::mem::take(&mut self.edits);
        // Taking back what stays as it was made changes no record, but it moves on in the log.
        if !edits.is_empty() || self.role != BatchRole::Edit {
            let now = self.world.view.now;
            let batch = Batch {
                id: self.world.ids.next(now),
                label: self.title.take().unwrap_or(std::mem::take(&mut self.label)),
                at: now,
                edits,
                role: self.role.clone(),
            };
            self.undo.record(&batch);
            self.effects.push(Effect::Save(batch));
        }
        Outcome {
            effects: self.effects,
            asks: self.asks,
            output: self.output,
        }
    }
}

/// What a command left to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// For the runtime.
    pub effects: Vec<Effect>,
    /// For the console.
    pub asks: Vec<Ask>,
    /// For the standard output, where there is no screen.
    pub output: Vec<String>,
}

/// Refuses to change a record that stays as it was made, before the server has to.
fn must_change(kind: Kind, verb: &str) -> Result<(), CommandError> {
    if kind.is_append_only() {
        return Err(CommandError::refused(
            format!("{verb} a {}", kind.label()),
            format!("{} stay as they were made", kind.plural()),
            "make another that corrects it",
        ));
    }
    Ok(())
}

/// Returns a record's fields as they are on the wire.
pub(super) fn fields_of<R: Record>(record: &R) -> Map<String, Json> {
    match serde_json::to_value(record) {
        Ok(Json::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn touched(before: &Map<String, Json>, patch: &Patch) -> Map<String, Json> {
    patch
        .fields()
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), before.get(name)?.clone())))
        .collect()
}
