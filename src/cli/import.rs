//! `cnm import backstage`: exports of the platform from the shell.

use std::collections::HashSet;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::{Account, CliError, headless, print};
use crate::command::{BackstageArgs, Cx, ImportFormat, UndoLog, apply_plan};
use crate::effect::{Effect, OutboxState};
use crate::import::backstage::{Plan, Progress, Topic};
use crate::runtime::{Clock, Home, import_loads, import_plans, import_point_loads, read_exports};
use crate::store::{Store, StoreHandle};
use crate::sync::once;

/// How many lines of each topic are shown without `--all`.
const SHOWN: usize = 25;
/// How long the sending may take before the rest is left in the queue.
const PATIENCE: Duration = Duration::from_mins(15);
/// How often the bar moves.
const STEP: Duration = Duration::from_millis(80);

/// Reads files, shows what they would change, and changes it unless that is only to be shown.
///
/// A file none of whose rows could be used is refused once all is said and its rows are kept.
pub(super) fn run(args: &BackstageArgs) -> Result<(), CliError> {
    let plans = import(args)?;
    let useless = |plan: &&Plan| plan.counts.rows > 0 && plan.counts.unmatched == plan.counts.rows;
    match plans.iter().find(useless) {
        Some(plan) => Err(CliError::Refused(format!(
            "{}: no row could be used; the reasons stand above, `--network` files creators that are not known yet",
            plan.file
        ))),
        None => Ok(()),
    }
}

fn import(args: &BackstageArgs) -> Result<Vec<Plan>, CliError> {
    if args.files.is_empty() {
        return Err(CliError::Usage(
            "no file; give the XLSX or CSV files that the platform's export page saved".into(),
        ));
    }
    let home = Home::find()?;
    let clock = super::console::clock(&home);
    let now = clock.now();
    let configured = home.configured();
    super::check::warn_config(&home);
    let mut store = headless::open_store(&home, now)?;
    let mut world = headless::world(&mut store, &configured, now, headless::NAMED)?;
    let request = args.request(&world)?;
    let mut bar = Bar::new();
    let exports = read_exports(&request, &mut |file, progress| bar.read(file, progress));
    let exports = exports.map_err(|error| {
        bar.end();
        CliError::Refused(error)
    })?;
    let mut cached = [const { Vec::new() }; 4];
    for (rows, load) in cached.iter_mut().zip(import_loads(&exports)) {
        *rows = store.load(&load)?;
    }
    let mut points = Vec::new();
    for load in import_point_loads(&cached[3]) {
        points.extend(store.load(&load)?);
    }
    let terms = (&request, (headless::seed(now), now));
    let plans = import_plans(exports, &cached, &points, terms, &mut |file, progress| {
        bar.read(file, progress);
    });
    bar.end();
    drop((cached, points));
    if args.format == ImportFormat::Table {
        print(report(&plans, args.all))?;
    }
    let something = plans.iter().any(|plan| !plan.is_empty());
    if args.dry_run || !something {
        match args.format {
            ImportFormat::Json => print_json(&plans, "not applied")?,
            ImportFormat::Table if args.dry_run => {
                print(["nothing was changed: this was a dry run"])?;
            }
            ImportFormat::Table => {}
        }
        return Ok(plans);
    }
    bar.say("writing the edits down, safe on the disk");
    let settings = configured.config.settings();
    let mut undo = UndoLog::default();
    let mut cx = Cx::new(&mut world, None, &settings, &mut undo);
    for plan in plans.iter().filter(|plan| !plan.is_empty()) {
        apply_plan(&mut cx, plan)?;
    }
    let mut mine = HashSet::new();
    for effect in cx.finish().effects {
        if let Effect::Save(batch) = effect {
            store.save(&batch)?;
            mine.extend(batch.edits.into_iter().map(|edit| edit.cmd));
        }
    }
    bar.end();
    let said = send(&home, store, clock, &mine)?;
    match args.format {
        ImportFormat::Json => print_json(&plans, &said)?,
        ImportFormat::Table => print([said])?,
    }
    Ok(plans)
}

/// Returns the report, with at most so many lines of each topic unless all are wanted.
fn report(plans: &[Plan], all: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for plan in plans {
        let mut topic = Topic::Summary;
        let mut shown = 0;
        let mut left = 0;
        for line in plan.lines() {
            if line.topic != topic {
                lines.extend(more(left));
                (topic, shown, left) = (line.topic, 0, 0);
            }
            if all || shown < SHOWN {
                let mark = match topic {
                    Topic::Warning | Topic::Column => "! ",
                    Topic::Summary => "",
                    Topic::New | Topic::Changed | Topic::Kept | Topic::Unmatched => "  ",
                };
                lines.push(format!("{mark}{}", line.text));
                shown += 1;
            } else {
                left += 1;
            }
        }
        lines.extend(more(left));
    }
    lines
}

fn more(left: usize) -> Option<String> {
    (left > 0).then(|| format!("  … and {left} more; --all lists them"))
}

fn print_json(plans: &[Plan], outcome: &str) -> Result<(), CliError> {
    let plans: Vec<Json> = plans.iter().map(Plan::json).collect();
    let text = json!({"outcome": outcome, "imports": plans}).to_string();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", super::list::escape_invisible(&text))?;
    out.flush()?;
    Ok(())
}

/// Sends what waits, with a bar; what cannot be sent now stays in the queue.
fn send(
    home: &Home,
    store: Store,
    clock: Clock,
    mine: &HashSet<String>,
) -> Result<String, CliError> {
    let account = match super::account(home) {
        Ok(Some(account)) => account,
        Ok(None) => {
            return Ok(format!(
                "queued: {} edits wait, no server is configured yet",
                mine.len()
            ));
        }
        Err(error) => return Ok(format!("queued: {} edits wait: {error}", mine.len())),
    };
    let (rows, problem) = super::block_on(super::sync::small_runtime()?, async {
        let store = StoreHandle::spawn(store)?;
        let problem = push(&store, &account, clock, mine.len()).await;
        let rows = store.outbox().await;
        store.close().await;
        Ok::<_, CliError>((rows?, problem))
    })?;
    let (mut queued, mut failed) = (0, 0);
    for row in rows.iter().filter(|row| mine.contains(&row.edit.cmd)) {
        match row.state {
            OutboxState::Queued | OutboxState::Blocked => queued += 1,
            OutboxState::Conflict(_)
            | OutboxState::Refused { .. }
            | OutboxState::Damaged { .. } => failed += 1,
            OutboxState::Acked { .. } => {}
        }
    }
    if failed > 0 {
        return Err(CliError::Refused(format!(
            "the server did not take {failed} of {} edits; `cnm outbox show` lists them",
            mine.len()
        )));
    }
    Ok(match (queued, problem) {
        (0, _) => format!("sent: {} edits", mine.len()),
        (queued, Some(why)) => format!("queued: {queued} of {} edits wait: {why}", mine.len()),
        (queued, None) => format!("queued: {queued} of {} edits wait", mine.len()),
    })
}

/// Pushes until everything is there or nothing can be done; says why it stopped early.
async fn push(store: &StoreHandle, account: &Account, clock: Clock, all: usize) -> Option<String> {
    let mut bar = Bar::new();
    let address = Some(account.address());
    let work = once(address, store.clone(), super::sync::shared(clock));
    let work = tokio::time::timeout(PATIENCE, work);
    tokio::pin!(work);
    let mut step = tokio::time::interval(STEP * 3);
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            _ = step.tick() => {
                if bar.on && let Ok(counts) = store.counts().await {
                    bar.show("sending", all.saturating_sub(counts.queued) as u64, all as u64);
                }
            }
        }
    };
    bar.end();
    match result {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!(
            "not done within {} minutes",
            PATIENCE.as_secs() / 60
        )),
    }
}

/// A bar on the error stream, where that is a terminal.
struct Bar {
    on: bool,
    drawn: Option<Instant>,
}

impl Bar {
    fn new() -> Self {
        Self {
            on: std::io::stderr().is_terminal(),
            drawn: None,
        }
    }

    fn read(&mut self, file: &str, progress: Progress) {
        let (what, done, all) = match progress {
            Progress::Reading(done, all) => ("reading", done, all),
            Progress::Comparing(done, all) => ("comparing", done, all),
        };
        self.show(&format!("{what} {file}"), done, all);
    }

    fn show(&mut self, what: &str, done: u64, all: u64) {
        if !self.on || self.drawn.is_some_and(|drawn| drawn.elapsed() < STEP) {
            return;
        }
        self.drawn = Some(Instant::now());
        let percent = (done.min(all) * 100).checked_div(all).unwrap_or(0);
        let full = usize::try_from(percent / 5).unwrap_or(0);
        let what: String = crate::text::plain(what).chars().take(40).collect();
        let _ = write!(
            std::io::stderr(),
            "\r\x1b[K[{}{}] {percent:3} % {what}",
            "#".repeat(full),
            "-".repeat(20_usize.saturating_sub(full)),
        );
    }

    /// Says what is done where nobody can tell how far it is.
    fn say(&mut self, what: &str) {
        if self.on {
            self.drawn = Some(Instant::now());
            let _ = write!(std::io::stderr(), "\r\x1b[K{what} …");
        }
    }

    fn end(&mut self) {
        if self.drawn.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
