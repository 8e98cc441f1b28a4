//! Commands without a screen: the same commands, the same outbox.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::named::{self, named_links};
use super::{CliError, print};
use crate::app::Configured;
use crate::command::{Command, CommandError, Cx, InboxCommand, LeadCommand, MacroCommand, UndoLog};
use crate::effect::{CalendarRequest, Effect, Load, OutboxRow, OutboxState};
use crate::list::World;
use crate::record::{AnyRef, FollowUp, Id, Kind, Meeting, Thread, User};
use crate::runtime::{Clock, Home};
use crate::store::Store;
use crate::when::zone;

/// Kinds that commands look names up in.
pub(super) const NAMED: &[Kind] = &[
    Kind::User,
    Kind::Team,
    Kind::Stage,
    Kind::Term,
    Kind::Rubric,
    Kind::Person,
    Kind::Network,
    Kind::Thread,
    Kind::Lead,
    Kind::FollowUp,
    Kind::Meeting,
    Kind::Goal,
    Kind::Snippet,
    Kind::Incident,
    Kind::CoachingAction,
    Kind::Campaign,
    Kind::Participation,
    Kind::BusyBlock,
    Kind::MetricDef,
    Kind::Milestone,
    Kind::CriteriaSet,
    Kind::DimensionSet,
    Kind::Contract,
    Kind::Pain,
    Kind::Article,
    Kind::Objective,
    Kind::KeyResult,
    Kind::Plan,
    Kind::PlanItem,
];

/// How many steps of a lead and messages of a thread are read.
const HISTORY: usize = 200;

/// Opens the store and says what it had to repair.
pub(super) fn open_store(home: &Home, now: Timestamp) -> Result<Store, CliError> {
    let (store, report) = Store::open(&home.store(), now)?;
    for notice in &report.notices {
        super::check::warn(notice);
    }
    Ok(store)
}

/// Fills a world from the cache.
pub(super) fn world(
    store: &mut Store,
    configured: &Configured,
    now: Timestamp,
    kinds: &[Kind],
) -> Result<World, CliError> {
    let mut world = unzoned(store, now, kinds)?;
    world.view.zone = console_zone(configured, &world);
    Ok(world)
}

/// Fills a world from the cache whose zone is still to be found out.
pub(super) fn unzoned(
    store: &mut Store,
    now: Timestamp,
    kinds: &[Kind],
) -> Result<World, CliError> {
    let identity = store.identity()?;
    let me = identity.user.unwrap_or_default();
    let rows = store.load(&Load::Working(kinds.to_vec()))?;
    super::check::tell_repairs(store);
    let mut world = World::new(&me, now, TimeZone::UTC, seed(now));
    for row in &rows {
        world.upsert(row);
    }
    Ok(world)
}

/// Returns the people and leads that rows in memory name and that are not in memory themselves.
///
/// A book of a thousand people need not be read for a morning's threads, and a lead that was closed is
/// still named by its thread.
pub(super) fn linked(world: &World) -> Vec<AnyRef> {
    let mut links = std::collections::BTreeSet::new();
    for (_, thread) in world.table::<Thread>().records() {
        links.extend(thread.from.as_ref().map(Id::link));
        links.extend(thread.lead.as_ref().map(Id::link));
    }
    for (_, follow_up) in world.table::<FollowUp>().records() {
        links.extend(follow_up.lead.as_ref().map(Id::link));
    }
    let ahead = |meeting: &Meeting| meeting.end.is_some_and(|end| end > world.view.now);
    for (_, meeting) in world.table::<Meeting>().records() {
        if ahead(meeting) {
            links.extend(meeting.attendees.iter().map(|one| one.person.link()));
        }
    }
    links
        .into_iter()
        .filter(|link| {
            link.known_kind()
                .is_some_and(|kind| !world.any(kind).has(&link.id))
        })
        .collect()
}

/// The zone of the console: the configured one, else the user's, else the machine's.
pub(super) fn console_zone(configured: &Configured, world: &World) -> TimeZone {
    let configured = &configured.config.ui.zone;
    let mine = world
        .table::<User>()
        .record(&world.view.me)
        .map(|user| user.zone.clone());
    [Some(configured.clone()), mine]
        .into_iter()
        .flatten()
        .filter(|name| !name.is_empty())
        .find_map(|name| zone::load(&name).ok())
        .unwrap_or_else(|| zone::ours(&TimeZone::try_system().unwrap_or(TimeZone::UTC)))
}

/// A seed for ids that no other process has.
pub(super) fn seed(now: Timestamp) -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        // Without a source of randomness the time and the process still differ.
        Err(_) => now.as_microsecond().unsigned_abs() ^ (u64::from(std::process::id()) << 40),
    }
}

/// Runs a command and saves what it changed; then tries to send it.
pub(super) fn run(command: Command) -> Result<(), CliError> {
    let mut session = Session::open(Home::find()?)?;
    session.perform(vec![command])?;
    session.send()
}

/// A console without a screen: records in memory, the store, and the edits that it made.
pub(super) struct Session {
    pub(super) home: Home,
    pub(super) store: Store,
    pub(super) now: Timestamp,
    clock: Clock,
    configured: Configured,
    pub(super) world: World,
    undo: UndoLog,
    knows_undo: bool,
    mine: Vec<String>,
    /// Whether what runs comes from a macro: its programs run beside the keymap and not where the shell is.
    pub(super) beside_macros: bool,
    /// Which of the commands that were to be performed failed last.
    pub(super) failed_at: usize,
}

impl Session {
    /// Reads what commands look names up in.
    pub(super) fn open(home: Home) -> Result<Self, CliError> {
        Self::open_with(home, NAMED)
    }

    pub(super) fn open_with(home: Home, kinds: &[Kind]) -> Result<Self, CliError> {
        let clock = super::console::clock(&home);
        let now = clock.now();
        let configured = home.configured();
        super::check::warn_config(&home);
        let mut store = open_store(&home, now)?;
        let world = world(&mut store, &configured, now, kinds)?;
        Ok(Self {
            home,
            store,
            now,
            clock,
            configured,
            world,
            undo: UndoLog::default(),
            knows_undo: false,
            mine: Vec::new(),
            beside_macros: false,
            failed_at: 0,
        })
    }

    /// Runs commands as one batch, saves what they changed and prints what they say.
    pub(super) fn perform(&mut self, commands: Vec<Command>) -> Result<(), CliError> {
        let mut unfolded = Vec::new();
        self.beside_macros |= commands
            .iter()
            .any(|command| matches!(command, Command::Macro(_)));
        for command in commands {
            self.unfold(command, 0, &mut unfolded)?;
        }
        // What steps back in time cannot be in one batch with what goes forward.
        let steps_back = |command: &Command| matches!(command, Command::Undo | Command::Redo);
        let mut before = 0;
        for part in unfolded.chunk_by(|one, next| !steps_back(one) && !steps_back(next)) {
            self.failed_at = 0;
            let performed = self.perform_batch(part.to_vec());
            if performed.is_err() && self.store.place()?.synced_at.is_none() {
                super::check::warn("nothing was synced yet; `cnm sync` fetches the records");
            }
            self.failed_at += before;
            performed?;
            before += part.len();
        }
        Ok(())
    }

    /// Puts the commands of a macro in the place of the one that plays it.
    fn unfold(
        &self,
        command: Command,
        depth: usize,
        unfolded: &mut Vec<Command>,
    ) -> Result<(), CliError> {
        let Command::Macro(MacroCommand::Play {
            name: Some(name),
            times,
        }) = &command
        else {
            unfolded.push(command);
            return Ok(());
        };
        let known = self.configured.keymap.macros.get(name).ok_or_else(|| {
            CliError::Usage(format!(
                "macro {name}: there is none of this name in {}",
                self.home.macros_folder().display()
            ))
        })?;
        if depth > 8 || unfolded.len() > 10_000 {
            return Err(CliError::Refused(format!(
                "macro {name}: it plays itself, or runs more than 10000 commands; nothing of it was run"
            )));
        }
        for _ in 0..*times {
            for step in &known.steps {
                self.unfold(step.command.clone(), depth + 1, unfolded)?;
            }
        }
        Ok(())
    }

    fn perform_batch(&mut self, commands: Vec<Command>) -> Result<(), CliError> {
        let named = named::read(&mut self.store, &mut self.world, &commands)?;
        let any = |fits: fn(&Command) -> bool| commands.iter().any(fits);
        if any(|command| matches!(command, Command::Lead(_))) {
            read_history(&mut self.store, &mut self.world, &named)?;
        }
        if any(|command| matches!(command, Command::Inbox(_))) {
            // What is answered, and what a follow-up comes from, is named as it is on the screen.
            read_messages(&mut self.store, &mut self.world, &named)?;
        }
        if any(|command| matches!(command, Command::Slot(_))) {
            let blocks = Load::Working(vec![Kind::BusyBlock]);
            for row in self.store.load(&blocks)? {
                self.world.upsert(&row);
            }
        }
        if any(looks_back) {
            for load in crate::command::funnel_loads(self.now) {
                for row in self.store.load(&load)? {
                    self.world.upsert(&row);
                }
            }
        }
        if any(|command| matches!(command, Command::Promise(_))) {
            read_sent(&mut self.store, &mut self.world)?;
        }
        for command in &commands {
            if let Command::Network(network) = command {
                let links = named_links(command);
                let figures = network.reads_figures();
                super::page::read_page(&mut self.store, &mut self.world, &links, figures)?;
            }
        }
        if any(|command| matches!(command, Command::Undo | Command::Redo)) && !self.knows_undo {
            self.knows_undo = true;
            restore_undo(&mut self.store, &mut self.undo, &mut self.world, 50)?;
        } else if any(|command| matches!(command, Command::Inbox(InboxCommand::Summary { .. })))
            && !self.knows_undo
        {
            // The whole day: it may have many batches.
            self.knows_undo = true;
            restore_undo(&mut self.store, &mut self.undo, &mut self.world, 5_000)?;
        }
        let settings = self.configured.config.settings();
        let settles = any(|command| matches!(command, Command::Conflict(_)));
        let synced_at = self.store.synced_at()?;
        let mut cx = Cx::new(&mut self.world, None, &settings, &mut self.undo);
        cx.synced_at = synced_at;
        if settles {
            cx.outbox = self.store.outbox()?;
        }
        let mut failed = None;
        for (at, command) in commands.into_iter().enumerate() {
            if let Err(error) = command.run(&mut cx) {
                failed = Some(error);
                self.failed_at = at;
                break;
            }
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        let outcome = cx.finish();
        let mut stale = false;
        for effect in outcome.effects {
            stale |= matches!(effect, Effect::Resolve { .. } | Effect::Discard { .. });
            self.carry_out(effect)?;
        }
        if stale {
            self.world = world(&mut self.store, &self.configured, self.now, NAMED)?;
        }
        print(&outcome.output)
    }

    /// Sends the edits that were made, where there are any.
    pub(super) fn send(self) -> Result<(), CliError> {
        if self.mine.is_empty() {
            return Ok(());
        }
        let Self {
            home,
            clock,
            mine,
            store,
            ..
        } = self;
        drop(store);
        send(&home, clock, &mine)
    }

    /// Takes the busy time of a calendar file into the book.
    fn take_calendar(&mut self, path: &str, request: &CalendarRequest) -> Result<(), CliError> {
        let bytes = crate::runtime::read_file(path, crate::ics::MOST_BYTES);
        let bytes = bytes.map_err(CliError::Refused)?;
        self.change_aside(|cx| crate::command::take_calendar(cx, path, request, &bytes))
    }

    /// Makes a batch of edits, saves them and prints what is said about them.
    pub(super) fn change_aside(
        &mut self,
        change: impl FnOnce(&mut Cx<'_>) -> Result<(), CommandError>,
    ) -> Result<(), CliError> {
        let settings = self.configured.config.settings();
        let mut cx = Cx::new(&mut self.world, None, &settings, &mut self.undo);
        change(&mut cx)?;
        let made = cx.finish();
        for effect in made.effects {
            self.carry_out(effect)?;
        }
        print(&made.output)
    }

    /// Carries out an effect without a screen.
    fn carry_out(&mut self, effect: Effect) -> Result<(), CliError> {
        match effect {
            Effect::Save(batch) => {
                self.store.save(&batch)?;
                print(self.store.take_said())?;
                self.mine
                    .extend(batch.edits.into_iter().map(|edit| edit.cmd));
            }
            Effect::Resolve {
                cmd,
                resolution,
                again,
            } => {
                let before = commands(&mut self.store)?;
                let again = again.as_deref();
                self.store.choose(&cmd, &resolution, again, self.now)?;
                let mut made = commands(&mut self.store)?;
                made.retain(|one| *one == cmd || !before.contains(one));
                // What waited behind it can be sent now, even where nothing takes its place.
                made.push(cmd);
                self.mine.extend(made);
            }
            Effect::Discard { cmd } => {
                self.store.discard(&cmd, self.now)?;
            }
            Effect::LoadOutbox => {
                let rows = self.store.outbox()?;
                print(rows.iter().map(super::outbox::line))?;
            }
            Effect::Sync => {
                super::sync::report(&self.home)?;
            }
            Effect::Draft { key, text } => {
                self.store.set_draft(&key, &text, self.now)?;
            }
            Effect::Redraft { key, words, back } => {
                self.store.redraft(&key, &words, back, self.now)?;
            }
            Effect::Copy(text) | Effect::Open(text) => {
                print([text])?;
            }
            Effect::Export { path, text } => {
                std::fs::write(&path, text)?;
            }
            Effect::ReadCalendar { path, request } => self.take_calendar(&path, &request)?,
            Effect::Exec(program, purpose) => super::exec::run(self, &program, &purpose)?,
            Effect::Notify { title, text } => print([format!("{title}: {text}")])?,
            Effect::Load(_)
            | Effect::LoadUndo { .. }
            | Effect::Import(_)
            | Effect::KeepMacro { .. }
            | Effect::Answer { .. }
            | Effect::Follow(_)
            | Effect::Editor { .. }
            | Effect::WakeAt(_)
            | Effect::Reload
            | Effect::Theme(_)
            | Effect::Suspend
            | Effect::Quit => {}
        }
        Ok(())
    }
}

/// Tells whether a command looks at the leads of the past: for figures, or because a lead that was lost is known.
fn looks_back(command: &Command) -> bool {
    matches!(
        command,
        Command::Funnel(_) | Command::Lead(LeadCommand::Add { .. } | LeadCommand::Duplicates)
    )
}

/// Reads the history of the leads that a command names: one that was closed goes back to where it was.
fn read_history(store: &mut Store, world: &mut World, named: &[AnyRef]) -> Result<(), CliError> {
    for lead in named {
        if lead.known_kind() == Some(Kind::Lead) {
            let load = Load::Children {
                parent: lead.clone(),
                kind: Kind::StageEvent,
                limit: HISTORY,
            };
            for row in store.load(&load)? {
                world.upsert(&row);
            }
        }
    }
    Ok(())
}

/// Reads the messages that wait, those of the threads that a command names, and the leads that they are about: a
/// verb is about the first message that asks something.
fn read_messages(store: &mut Store, world: &mut World, named: &[AnyRef]) -> Result<(), CliError> {
    for row in store.load(&Load::Unhandled)? {
        world.upsert(&row);
    }
    let threads: Vec<Id<Thread>> = named.iter().filter_map(AnyRef::id_of::<Thread>).collect();
    for thread in &threads {
        let load = Load::Children {
            parent: thread.link(),
            kind: Kind::Message,
            limit: HISTORY,
        };
        for row in store.load(&load)? {
            world.upsert(&row);
        }
    }
    let leads = threads.iter().filter_map(|id| world.get(id)?.lead.as_ref());
    let leads: Vec<AnyRef> = leads.map(Id::link).collect();
    read_history(store, world, &leads)?;
    for row in store.load(&Load::Records(leads))? {
        world.upsert(&row);
    }
    Ok(())
}

/// Reads what was sent lately, in which promises are looked for.
fn read_sent(store: &mut Store, world: &mut World) -> Result<(), CliError> {
    let load = Load::Since {
        kind: Kind::Message,
        since: world.view.now - crate::pane::OFFERED,
        limit: HISTORY * 10,
    };
    for row in store.load(&load)? {
        world.upsert(&row);
    }
    Ok(())
}

/// Reads so many batches of the undo log and the records that they touch.
fn restore_undo(
    store: &mut Store,
    undo: &mut UndoLog,
    world: &mut World,
    batches: usize,
) -> Result<(), CliError> {
    let mut done = Vec::new();
    let mut undone = Vec::new();
    for logged in store.recent_batches(batches)? {
        match logged.state {
            crate::store::BatchState::Done => done.insert(0, logged.batch),
            crate::store::BatchState::Undone => undone.push(logged.batch),
        }
    }
    let links: Vec<AnyRef> = done
        .iter()
        .chain(&undone)
        .flat_map(|batch| &batch.edits)
        .map(|edit| AnyRef::new(edit.kind, &edit.id))
        .collect();
    for row in store.load(&Load::Records(links))? {
        world.upsert(&row);
    }
    undo.restore(done, undone);
    Ok(())
}

/// Lists the edits that are not settled, by their commands.
fn commands(store: &mut Store) -> Result<Vec<String>, CliError> {
    let rows = store.outbox()?;
    Ok(rows.into_iter().map(|row| row.edit.cmd).collect())
}

/// Tries to send what waits; an edit that cannot be sent now stays queued, and that is no failure.
///
/// Only what became of the edits of this command decides how it went: others may have failed long ago.
fn send(home: &Home, clock: Clock, mine: &[String]) -> Result<(), CliError> {
    let account = super::account(home);
    let nowhere = matches!(account, Ok(None));
    let sent = account.and_then(|account| {
        // Without a server of its own it still asks the console that holds this cache.
        super::sync::push(home, account.as_ref(), clock, mine.len())
    });
    let report = match sent {
        Ok(report) => report,
        Err(CliError::Refused(_)) if nowhere => {
            return print(["queued: no server is configured yet"]);
        }
        Err(error) => return print([format!("queued: {error}")]),
    };
    let fate = fate(open_store(home, clock.now())?.outbox()?, mine);
    let failed = fate.conflicts + fate.refused;
    let older = (report.conflicts + report.refused).saturating_sub(failed);
    if older > 0 {
        super::check::warn(&format!(
            "edits before this one: {older} not taken by the server; `cnm outbox show` lists them"
        ));
    }
    if failed > 0 {
        return Err(CliError::Refused(format!(
            "the server did not take it: {} in conflict, {} refused; `cnm outbox show` lists them",
            fate.conflicts, fate.refused
        )));
    }
    match fate.queued {
        0 => print(["sent"]),
        waiting => print([format!("queued: {waiting} wait")]),
    }
}

/// Counts what became of these edits.
fn fate(rows: Vec<OutboxRow>, mine: &[String]) -> crate::store::Counts {
    let mut counts = crate::store::Counts::default();
    let mine: HashSet<&str> = mine.iter().map(String::as_str).collect();
    for row in rows {
        if mine.contains(row.edit.cmd.as_str()) {
            match row.state {
                OutboxState::Queued | OutboxState::Blocked => counts.queued += 1,
                OutboxState::Conflict(_) => counts.conflicts += 1,
                OutboxState::Refused { .. } | OutboxState::Damaged { .. } => counts.refused += 1,
                OutboxState::Acked { .. } => {}
            }
        }
    }
    counts
}
