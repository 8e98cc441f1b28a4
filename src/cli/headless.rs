//! Commands without a screen: the same commands, the same outbox.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{CliError, print};
use crate::app::Configured;
use crate::command::{Command, Cx, UndoLog};
use crate::effect::{Effect, Load, OutboxRow, OutboxState};
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

/// How long a command waits for the server before it leaves its edit in the queue.
const PATIENCE: Duration = Duration::from_secs(8);

/// How many steps of a lead are read.
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
        .unwrap_or_else(|| TimeZone::try_system().unwrap_or(TimeZone::UTC))
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
    let home = Home::find()?;
    let clock = super::console::clock(&home);
    let now = clock.now();
    super::check::warn_config(&home);
    let mut store = open_store(&home, now)?;
    let mine = perform(&home, &mut store, vec![command], now)?;
    if !mine.is_empty() {
        drop(store);
        send(&home, clock, &mine)?;
    }
    Ok(())
}

/// Runs commands as one batch, saves what they changed and prints what they say; returns the edits.
pub(super) fn perform(
    home: &Home,
    store: &mut Store,
    commands: Vec<Command>,
    now: Timestamp,
) -> Result<Vec<String>, CliError> {
    let configured = home.configured();
    let mut world = world(store, &configured, now, NAMED)?;
    let named: Vec<AnyRef> = commands.iter().flat_map(named_links).collect();
    if commands
        .iter()
        .any(|command| matches!(command, Command::Lead(_)))
    {
        read_history(store, &mut world, &named)?;
    }
    for row in store.load(&Load::Records(named))? {
        world.upsert(&row);
    }
    let mut undo = UndoLog::default();
    if commands
        .iter()
        .any(|command| matches!(command, Command::Undo | Command::Redo))
    {
        restore_undo(store, &mut undo, &mut world)?;
    }
    let settings = configured.config.settings();
    let mut cx = Cx::new(&mut world, None, &settings, &mut undo);
    if commands
        .iter()
        .any(|command| matches!(command, Command::Conflict(_)))
    {
        cx.outbox = store.outbox()?;
    }
    for command in commands {
        command.run(&mut cx)?;
    }
    let outcome = cx.finish();
    let mut mine = Vec::new();
    for effect in outcome.effects {
        mine.extend(carry_out(home, store, effect, now)?);
    }
    print(&outcome.output)?;
    Ok(mine)
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

/// Reads the undo log and the records that it touches.
fn restore_undo(store: &mut Store, undo: &mut UndoLog, world: &mut World) -> Result<(), CliError> {
    let mut done = Vec::new();
    let mut undone = Vec::new();
    for logged in store.recent_batches(50)? {
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

/// Carries out an effect without a screen; returns the edits that it made, by their commands.
fn carry_out(
    home: &Home,
    store: &mut Store,
    effect: Effect,
    now: Timestamp,
) -> Result<Vec<String>, CliError> {
    match effect {
        Effect::Save(batch) => {
            store.save(&batch)?;
            return Ok(batch.edits.into_iter().map(|edit| edit.cmd).collect());
        }
        Effect::Resolve { cmd, resolution } => {
            let before = commands(store)?;
            store.resolve(&cmd, &resolution, now)?;
            let mut made = commands(store)?;
            made.retain(|one| *one == cmd || !before.contains(one));
            // What waited behind it can be sent now, even where nothing takes its place.
            made.push(cmd);
            return Ok(made);
        }
        Effect::Discard { cmd } => {
            store.discard(&cmd, now)?;
        }
        Effect::LoadOutbox => {
            let rows = store.outbox()?;
            print(rows.iter().map(outbox_line))?;
        }
        Effect::Sync => {
            super::sync::report(home)?;
        }
        Effect::Draft { key, text } => {
            store.set_draft(&key, &text, now)?;
        }
        Effect::Copy(text) | Effect::Open(text) => {
            print([text])?;
        }
        Effect::Export { path, text } => {
            std::fs::write(&path, text)?;
        }
        Effect::Exec(program, purpose) => {
            return super::exec::run(home, store, &program, &purpose, now);
        }
        Effect::Load(_)
        | Effect::Notify { .. }
        | Effect::KeepMacro { .. }
        | Effect::Answer { .. }
        | Effect::Editor { .. }
        | Effect::WakeAt(_)
        | Effect::Reload
        | Effect::Suspend
        | Effect::Quit => {}
    }
    Ok(Vec::new())
}

/// Lists the edits that are not settled, by their commands.
fn commands(store: &mut Store) -> Result<Vec<String>, CliError> {
    let rows = store.outbox()?;
    Ok(rows.into_iter().map(|row| row.edit.cmd).collect())
}

fn outbox_line(row: &OutboxRow) -> String {
    let state = match &row.state {
        OutboxState::Queued => "queued".to_owned(),
        OutboxState::Acked { .. } => "sent".to_owned(),
        OutboxState::Conflict(_) => "conflict".to_owned(),
        OutboxState::Refused { why, .. } => format!("refused: {why}"),
        OutboxState::Blocked => "blocked".to_owned(),
    };
    format!(
        "{}  {}:{}  {}  {state}",
        row.edit.cmd,
        row.edit.kind,
        row.edit.id,
        row.edit.patch.fields().join(",")
    )
}

/// Tries to send what waits; an edit that cannot be sent now stays queued, and that is no failure.
///
/// Only what became of the edits of this command decides how it went: others may have failed long ago.
fn send(home: &Home, clock: Clock, mine: &[String]) -> Result<(), CliError> {
    let sent = match super::account(home) {
        Ok(None) => return print(["queued: no server is configured yet"]),
        Ok(Some(account)) => super::sync::push(home, &account, clock, PATIENCE),
        Err(error) => Err(error),
    };
    let report = match sent {
        Ok(report) => report,
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
    for row in rows {
        if mine.contains(&row.edit.cmd) {
            match row.state {
                OutboxState::Queued | OutboxState::Blocked => counts.queued += 1,
                OutboxState::Conflict(_) => counts.conflicts += 1,
                OutboxState::Refused { .. } => counts.refused += 1,
                OutboxState::Acked { .. } => {}
            }
        }
    }
    counts
}

/// Lists the records that a command names with `--id`, so that they can be read whether open or not.
fn named_links(command: &Command) -> Vec<AnyRef> {
    let (kind, targets) = command.named();
    let Some(targets) = targets else {
        return Vec::new();
    };
    targets
        .ids
        .iter()
        .filter_map(|text| {
            AnyRef::parse(text)
                .filter(|link| link.known_kind().is_some())
                .or_else(|| kind.map(|kind| AnyRef::new(kind, text)))
        })
        .collect()
}
