//! Layer 5: the state of the console and its only `update`.
//!
//! Whatever happens (a key, a row from the cache, a poke of the clock) comes in as a [`Msg`] together with
//! the present moment; what follows from it goes out as [`Effect`]s. There is no I/O and no clock in here, so
//! a test can play a whole morning without a terminal.

mod again;
mod asks;
mod back;
mod configure;
mod context;
mod course;
mod done;
mod drafts;
mod figures;
mod find;
mod forget;
mod form;
mod fuzzy;
mod going;
mod help;
mod hooks;
mod import;
mod input;
mod kept;
mod keys;
mod line;
mod loads;
mod macros;
mod needs;
mod offers;
mod page;
mod pending;
mod pick;
mod point;
mod prefix;
mod remember;
mod remote;
mod reply;
mod score;
mod script;
mod slots;
mod stepping;
mod sweep;
mod told;
mod tutor;
mod typed;

pub use configure::Configured;
pub use course::{Course, Courses, Steps};
pub use figures::{Figures, FunnelFigures, Hanging};
pub use find::{Find, HITS, Hit};
pub use form::{Form, FormField};
pub use help::{HelpRow, footer, help_rows};
pub use input::Input;
pub use keys::SMALLEST;
pub use line::{Echo, Line, Purpose};
pub use needs::{Need, Pressure};
pub use page::Page;
pub use pick::Picker;
pub use prefix::{Prefix, PrefixBar};
pub use remember::{Remembered, RememberedShelf};
pub use reply::ReplyBox;
pub use score::{ScoreBox, ScoreRow};
pub use script::Sheet;
pub use sweep::{Cleared, Sweep};
pub use tutor::{Lecture, Tutor};

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use crate::command::{Ask, Command, CommandError, Cx, Parsing, Settings, UndoLog};
use crate::config::Config;
use crate::effect::{
    Batch, CacheChange, CacheRow, CalendarRequest, Effect, Load, OutboxRow, Ran, SyncStatus,
};
use crate::import::backstage::Plan;
use crate::keymap::{Key, Keymap, Layout};
use crate::list::World;
use crate::pane::{Place, Pointing, Screen, Spot, Tone, arrange, arrange_all};
use crate::record::{AnyRef, Kind};
use crate::theme::Theme;
use pending::PendingEdits;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// A line was typed in the linear mode.
    Typed(String),
    /// Text was pasted.
    Paste(String),
    /// Something was pointed at: what lies there, the topmost first.
    Point(Pointing, Vec<Spot>),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// Time went on; relative times on screen may have changed.
    Tick,
    /// Rows of the cache changed.
    Changed(Vec<CacheChange>),
    /// Rows that were asked for.
    Loaded(Load, Vec<CacheRow>),
    /// Everything open was read again, after a first sync or because the server was restored.
    Reloaded {
        /// The user whose cache it is.
        user: String,
        /// The rows.
        rows: Vec<CacheRow>,
    },
    /// A batch is safe in the outbox.
    Saved(String),
    /// A batch could not be saved; the screen must not show it.
    SaveFailed {
        /// The batch.
        batch: Box<Batch>,
        /// Why, in a sentence.
        why: String,
    },
    /// The outbox as it is now.
    Outbox(Vec<OutboxRow>),
    /// What else is to be told about what was just done.
    Also(String),
    /// How the console stands to its server.
    Sync(SyncStatus),
    /// How many edits wait, conflict and were refused.
    Counts {
        /// Not confirmed by the server.
        queued: usize,
        /// In conflict.
        conflicts: usize,
        /// Refused.
        refused: usize,
    },
    /// Drafts that survived.
    Drafts(Vec<(String, String)>),
    /// The undo log from disk, oldest first: what stands and what was taken back.
    UndoLog(Vec<Batch>, Vec<Batch>),
    /// `$EDITOR` was left.
    Edited {
        /// What the text was for.
        purpose: String,
        /// The text, or why there is none.
        text: Result<String, String>,
    },
    /// Another program asks something of the console.
    Asked {
        /// Who asks.
        id: u64,
        /// What, as JSON.
        request: String,
    },
    /// What another program asked for was carried out so far.
    Followed(u64),
    /// A program of the user's ended.
    Ran(Ran),
    /// A calendar file was read.
    Calendar {
        /// The file.
        path: String,
        /// Whose it is, and how it is taken.
        request: CalendarRequest,
        /// What is in it, or why it cannot be read.
        bytes: Result<Vec<u8>, String>,
    },
    /// Something to tell the user.
    Tell(Tone, String),
    /// A file was written.
    Exported {
        /// The path as it was asked for.
        path: String,
        /// Where it lies, from the root on.
        full: String,
    },
    /// What export files would change, or why they cannot be read.
    Imported(Result<Vec<Plan>, String>),
    /// Config, keymap and theme were read again.
    Configured(Box<Configured>),
    /// A theme that was asked for, or why there is none.
    Themed(Result<Box<Theme>, String>),
}

/// Who has the keys.
#[derive(Debug, Default)]
pub enum Mode {
    /// The place.
    #[default]
    Normal,
    /// A line at the bottom: palette, filter, prompt.
    Line(Box<Line>),
    /// A list of choices.
    Pick(Box<Picker>),
    /// The reply box.
    Reply(Box<ReplyBox>),
    /// A form.
    Form(Box<Form>),
    /// The questions of the rubric.
    Score(Box<ScoreBox>),
    /// The search over everything.
    Find(Box<Find>),
    /// The keys of this place, scrolled by this many lines.
    Help(usize),
    /// What a program wrote, or the commands that it proposes.
    Sheet(Box<Sheet>),
    /// What needs no decision.
    Sweep(Box<Sweep>),
    /// What was done today, scrolled by this many lines.
    Summary(usize),
}

/// The state of the console.
pub struct App {
    /// The records.
    pub world: World,
    /// What is on screen.
    pub screen: Screen,
    /// What can be taken back.
    pub undo: UndoLog,
    /// The configuration.
    pub config: Config,
    /// What commands take from the configuration.
    pub settings: Settings,
    /// The keys.
    pub keymap: Keymap,
    /// The colours.
    pub theme: Theme,
    /// Who has the keys.
    pub mode: Mode,
    /// The beginning of a key sequence.
    pub pending: Vec<Key>,
    /// When the popup of a key sequence is to be shown.
    pub popup_at: Option<Timestamp>,
    /// The count before a key.
    pub count: Option<usize>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Texts that are being written, by what they are for.
    pub drafts: BTreeMap<String, String>,
    /// How the list stood when a batch of this session was made.
    stood: BTreeMap<String, back::Stood>,
    /// The rows that a count before a verb has marked, and the marks that were there before.
    counted: Option<(Vec<String>, Vec<String>)>,
    /// The course of the figures of CNs whose figures were read.
    pub courses: Courses,
    /// Whether the screen must be drawn again.
    pub dirty: bool,
    /// Whether every cell must be written again.
    pub redraw: bool,
    /// While the cursor of a list moves: until when what lies beside the list stays as it is.
    pub following: Option<Timestamp>,
    /// Counts the lines that were typed in the linear mode: each gets an answer.
    pub said_again: u32,
    /// The lesson that is on, in the tutor.
    pub tutor: Option<Tutor>,
    /// How many cells the terminal gives to characters of ambiguous width.
    pub ambiguous: crate::text::Ambiguous,
    /// What is computed from many records, kept until they change.
    pub figures: Figures,
    /// What is computed for the page of a CN and the portfolio.
    pub page: Box<Page>,
    /// Kinds of which all records were asked for, open or not.
    whole: BTreeSet<Kind>,
    /// Batches on their way to the disk, and records that were edited a moment ago.
    pending_edits: PendingEdits,
    last: again::Last,
    /// The binding that waits for answers.
    asking: Option<Box<script::Asking>>,
    asked_for: Vec<remote::Held>,
    /// How many bindings have asked.
    serial: u64,
    /// What hooks have noticed.
    noticed: hooks::Noticed,
    /// The macro that is being recorded.
    recording: Option<macros::Recording>,
    /// What is shown as soon as nothing is typed.
    held: VecDeque<Box<Sheet>>,
    /// What the batch of the commands that are about to run is called.
    titled: Option<String>,
    /// Who gave the commands that are about to run, and on which lines.
    given_by: Option<(String, Vec<usize>)>,
    /// Which keys letters of other keyboards mean.
    layout: Layout,
    /// The lines of the commands that are about to run.
    lines: Vec<String>,
    /// A record that was sought and is being read.
    sought: Option<AnyRef>,
    /// What has to be asked for because of an answer.
    asked_again: Vec<Effect>,
    parsed: HashMap<String, Command>,
    parsing: Option<Parsing>,
    asks: VecDeque<Ask>,
}

impl App {
    /// Starts with these records and settings.
    pub fn new(world: World, configured: Configured, size: (u16, u16)) -> Self {
        let Configured {
            config,
            keymap,
            theme,
            problems,
        } = configured;
        let mut app = Self {
            world,
            screen: Screen::default(),
            undo: UndoLog::default(),
            settings: config.settings(),
            layout: Layout::read(&config.keys.layout).unwrap_or_default(),
            config,
            keymap,
            theme,
            mode: Mode::Normal,
            pending: Vec::new(),
            popup_at: None,
            count: None,
            size,
            drafts: BTreeMap::new(),
            stood: BTreeMap::new(),
            counted: None,
            courses: Courses::default(),
            dirty: true,
            redraw: false,
            following: None,
            said_again: 0,
            tutor: None,
            ambiguous: crate::text::Ambiguous::Narrow,
            figures: Figures::default(),
            page: Box::default(),
            whole: BTreeSet::new(),
            pending_edits: PendingEdits::default(),
            last: again::Last::default(),
            asking: None,
            asked_for: Vec::new(),
            serial: 0,
            noticed: hooks::Noticed::default(),
            recording: None,
            held: VecDeque::new(),
            titled: None,
            given_by: None,
            lines: Vec::new(),
            sought: None,
            asked_again: Vec::new(),
            parsed: HashMap::new(),
            parsing: None,
            asks: VecDeque::new(),
        };
        app.screen.views = configure::saved_views(&app.config);
        if let Some(problem) = configure::problem_of(&problems) {
            app.screen.say(Tone::Error, problem);
        } else {
            let blocked = app.keymap.review();
            let mut blocked: Vec<_> = blocked.iter().filter(|one| one.blocks).collect();
            blocked.sort_by_key(|one| !one.never);
            if let Some(first) = blocked.first() {
                let more = match blocked.len() {
                    1 => String::new(),
                    many => format!(" and {} more", many - 1),
                };
                let words = format!("{first}{more}; `cnm config check` lists all");
                app.screen.say(Tone::Info, words);
            }
        }
        app
    }

    /// Takes in what happened and returns what follows from it.
    pub fn update(&mut self, now: Timestamp, msg: Msg) -> Vec<Effect> {
        self.world.view.now = now;
        let mut effects = Vec::new();
        let waits = self.dirty;
        // A frame that is still to be drawn whole, as of a new place, must not be left half drawn by a move.
        let whole = waits && self.following.is_none();
        self.dirty = true;
        let holds = matches!(
            msg,
            Msg::Tick | Msg::Changed(_) | Msg::Loaded(..) | Msg::Reloaded { .. }
        );
        let stance = self.stance();
        // What comes from the cache or the server waits for the keys to rest, as everything beside the list does.
        let stays = msg.is_background();
        self.following = self.following.filter(|at| stays && *at > now);
        match msg {
            Msg::Key(_) | Msg::Paste(_) | Msg::Point(..) if self.is_blind() => {
                effects = self.blind(&msg);
            }
            Msg::Key(key) => {
                effects = self.key(key);
                if !whole {
                    self.follow(stance, &mut effects);
                }
            }
            Msg::Typed(line) => effects = self.typed_line(&line),
            Msg::Paste(text) => effects = self.paste(&text),
            Msg::Point(pointing, spots) => effects = self.point(pointing, &spots),
            Msg::Resize(columns, rows) => self.resized((columns, rows)),
            Msg::Tick => {
                self.count_down();
                arrange_all(&self.world, &mut self.screen, false);
                effects = self.after_time();
            }
            Msg::Changed(changes) => effects = self.changed(&changes),
            Msg::Loaded(load, rows) => effects = self.loaded(&load, &rows),
            Msg::Reloaded { user, rows } => effects = self.reload(&user, &rows),
            Msg::Saved(batch) => {
                self.pending_edits.saved(&batch);
                self.dirty = waits;
            }
            Msg::SaveFailed { batch, why } => effects = self.take_back(&batch, &why),
            Msg::Outbox(rows) => self.take_outbox(rows),
            Msg::Sync(status) => effects = self.synced(status),
            Msg::Drafts(drafts) => self.drafts = drafts.into_iter().collect(),
            Msg::Counts {
                queued,
                conflicts,
                refused,
            } => {
                let status = SyncStatus {
                    queued,
                    conflicts,
                    refused,
                    ..self.screen.sync.clone()
                };
                effects = self.take_status(status);
            }
            Msg::UndoLog(done, undone) => effects = self.take_undo_log(done, undone),
            Msg::Edited { purpose, text } => effects = self.edited(&purpose, text),
            Msg::Asked { id, request } => effects = self.asked(id, &request),
            Msg::Followed(id) => effects = self.followed(id),
            Msg::Ran(ran) => effects = self.take_ran(ran),
            Msg::Calendar {
                path,
                request,
                bytes,
            } => effects = self.take_calendar(&path, &request, bytes),
            Msg::Tell(tone, text) => self.screen.tell(tone, text),
            Msg::Also(text) => self.also(&text),
            Msg::Exported { path, full } => self.exported(&path, &full),
            Msg::Imported(plans) => effects = self.take_import(plans),
            Msg::Configured(configured) => self.configure(*configured),
            Msg::Themed(theme) => self.take_theme(theme),
        }
        if holds {
            effects.extend(self.release_holds());
        }
        self.follow_up_on(now, &mut effects);
        effects
    }

    /// Reads a command line, remembering those that keys run again and again.
    pub(crate) fn parse(&mut self, line: &str) -> Result<Command, CommandError> {
        if let Some(command) = self.parsed.get(line) {
            return Ok(command.clone());
        }
        let command = self.parsing.get_or_insert_with(Parsing::new).read(line)?;
        if self.parsed.len() < 512 {
            self.parsed.insert(line.to_owned(), command.clone());
        }
        Ok(command)
    }

    /// Runs commands that were given by these lines.
    pub(super) fn run_as(&mut self, lines: Vec<String>, commands: Vec<Command>) -> Vec<Effect> {
        self.lines = lines;
        self.run(commands)
    }

    /// Runs commands one after another as one batch; stops at the first that fails and says why.
    pub fn run(&mut self, commands: Vec<Command>) -> Vec<Effect> {
        self.screen.notice = None;
        let before = self.looking_at();
        let stood = self.stands();
        let counted = self.counted_rows();
        let lines = std::mem::take(&mut self.lines);
        let view = self.screen.due_view();
        let mut cx = Cx::new(
            &mut self.world,
            Some(&mut self.screen),
            &self.settings,
            &mut self.undo,
        );
        cx.title = self.titled.take();
        let given_by = self.given_by.take();
        let mut failed = None;
        let mut repeat = again::Last::default();
        let keeps_macros = commands.iter().any(Command::records_macro);
        for (at, command) in commands.into_iter().enumerate() {
            if command.is_repeatable() {
                repeat.lines.extend(lines.get(at).cloned());
                repeat.commands.push(command.clone());
            }
            if at > 0 {
                // What follows acts on the rows that stand there now.
                cx.arrange();
            }
            if let Err(error) = cx.run(command) {
                failed = Some(macros::blamed(given_by.as_ref(), at, &error));
                break;
            }
        }
        let outcome = cx.finish();
        if !repeat.commands.is_empty() && failed.is_none() {
            // A verb that asks for the rest of its words is done once it has them.
            if outcome.asks.is_empty() {
                repeat.count = counted;
                self.last = repeat;
                self.counted = None;
            }
        }
        if failed.is_none() {
            let plays = |ask: &Ask| matches!(ask, Ask::Macro(_) | Ask::Redraw | Ask::Mouse);
            let asked = !outcome.asks.iter().all(plays) || keeps_macros;
            self.note_run(lines, asked);
        }
        if let Some(error) = failed {
            self.screen.say(Tone::Error, error);
        }
        let mut effects = self.with_drafts(outcome.effects);
        effects.extend(self.after_edits(&effects));
        let back = self.take_note(&effects, stood.as_ref());
        self.asks.extend(outcome.asks);
        self.follow_stepping();
        self.offer_promises(&effects);
        // A move of the cursor changes no list: only an edit or another filter does.
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::Save(_)))
        {
            arrange_all(&self.world, &mut self.screen, false);
        }
        let here = self.screen.active();
        let emptied = self
            .screen
            .shelf(here)
            .is_none_or(|shelf| shelf.list.is_empty());
        if emptied || self.looking_at() != before {
            arrange(&self.world, &mut self.screen, here, true);
        }
        if let Some(key) = self.screen.returning.take() {
            self.screen.shelf_mut(here).list.go_to_key(&key);
        }
        if here != Place::FollowUps && self.screen.due_view() != view {
            arrange(&self.world, &mut self.screen, Place::FollowUps, true);
        }
        self.go_back_to(here, back);
        effects.extend(self.answer_asks());
        effects
    }

    /// Reads and runs one command line.
    pub fn run_line(&mut self, line: &str) -> Vec<Effect> {
        match self.parse(line) {
            Ok(command) => self.run_as(vec![line.to_owned()], vec![command]),
            Err(error) => {
                self.screen.say(Tone::Error, error.to_string());
                Vec::new()
            }
        }
    }

    /// Says of a file where it lies: whoever is told of it must find it, wherever the console was started.
    fn exported(&mut self, path: &str, full: &str) {
        if let Some(notice) = &mut self.screen.notice {
            notice.text = notice.text.replace(path, full);
        }
    }

    fn edited(&mut self, purpose: &str, text: Result<String, String>) -> Vec<Effect> {
        self.redraw = true;
        match text {
            Err(why) => {
                self.screen.say(Tone::Error, why);
                Vec::new()
            }
            Ok(text) if purpose.starts_with("macro:") => {
                self.macro_edited(purpose, &text).unwrap_or_default()
            }
            Ok(text) => match &mut self.mode {
                Mode::Reply(reply) => {
                    reply.input.set(&text);
                    vec![reply.draft()]
                }
                Mode::Form(form) => {
                    self.screen.notice = None;
                    if let Err(why) = form.take_text(purpose, &text) {
                        self.screen.say(Tone::Error, why);
                    }
                    self.keep_open_form()
                }
                _ => Vec::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests;
