//! Carries out the effects that concern the store, in order, away from the screen.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use super::Clock;
use crate::app::Msg;
use crate::effect::{
    Batch, BatchRole, CacheChange, CacheRow, Effect, ImportRequest, Load, Resolution, RowState,
};
use crate::import::backstage::{Export, Plan, Progress};
use crate::pane::Tone;
use crate::store::{BatchState, LoggedBatch, Store, StoreError, StoreHandle};

/// A piece of work for the store.
#[derive(Debug)]
pub(super) enum Job {
    Save(Batch),
    Load(Load),
    Outbox,
    Resolve(String, Resolution, Option<String>),
    Discard(String),
    Draft(String, String),
    /// Read the undo log, or only if somebody else has written to it.
    UndoLog(bool),
    Drafts,
    /// Tells whoever asked that everything before this is on the disk.
    Answer(oneshot::Sender<String>, String),
    Import(ImportRequest),
}

impl Job {
    /// Returns the work that an effect is for the store, else the effect.
    pub(super) fn of(effect: Effect) -> Result<Job, Box<Effect>> {
        Ok(match effect {
            Effect::Save(batch) => Job::Save(batch),
            Effect::Load(load) => Job::Load(load),
            Effect::LoadOutbox => Job::Outbox,
            Effect::Resolve {
                cmd,
                resolution,
                again,
            } => Job::Resolve(cmd, resolution, again),
            Effect::Discard { cmd } => Job::Discard(cmd),
            Effect::Draft { key, text } => Job::Draft(key, text),
            // The core has made a draft of it.
            Effect::Redraft { key, words, .. } => Job::Draft(key, words),
            Effect::LoadUndo { whole } => Job::UndoLog(!whole),
            Effect::Import(request) => Job::Import(request),
            other => return Err(Box::new(other)),
        })
    }
}

/// At most this many batches can be taken back after a restart.
const UNDO: usize = 1_000;

/// Works off the jobs in the order in which they came; batches that wait together are saved together.
pub(super) async fn work(
    store: StoreHandle,
    clock: Clock,
    mut jobs: UnboundedReceiver<Job>,
    answers: UnboundedSender<Msg>,
) {
    let mut held = None;
    // The newest batch that the console knows of.
    let mut newest = 0;
    loop {
        let job = match held.take() {
            Some(job) => job,
            None => match jobs.recv().await {
                Some(job) => job,
                None => return,
            },
        };
        let Job::Save(batch) = job else {
            if let Job::UndoLog(only_news) = job {
                undo_log(&store, &answers, &mut newest, only_news).await;
            } else {
                let chosen = matches!(job, Job::Resolve(..));
                other(&store, clock, job, &answers).await;
                if chosen {
                    // The choice is in the log, and can be taken back like anything else.
                    undo_log(&store, &answers, &mut newest, true).await;
                }
            }
            continue;
        };
        let mut batches = vec![batch];
        while let Ok(next) = jobs.try_recv() {
            match next {
                Job::Save(batch) => batches.push(batch),
                other => {
                    held = Some(other);
                    break;
                }
            }
        }
        let many = i64::try_from(batches.len()).unwrap_or(0);
        save(&store, batches, &answers).await;
        match store.call(|store: &mut Store| store.newest_batch()).await {
            // Nobody has written in between.
            Ok(now) if now == newest + many => newest = now,
            Ok(_) => undo_log(&store, &answers, &mut newest, true).await,
            Err(_) => {}
        }
    }
}

/// Tells what can be taken back and done again, the log being shared by all programs on this cache.
async fn undo_log(
    store: &StoreHandle,
    answers: &UnboundedSender<Msg>,
    newest: &mut i64,
    only_news: bool,
) {
    let known = *newest;
    let read = store
        .call(move |store: &mut Store| {
            let now = store.newest_batch()?;
            let wanted = !only_news || now != known;
            let batches = wanted.then(|| store.recent_batches(UNDO)).transpose()?;
            Ok((now, batches))
        })
        .await;
    let msg = match read {
        Err(error) => Msg::Tell(Tone::Error, error.to_string()),
        Ok((now, batches)) => {
            *newest = now;
            let Some(batches) = batches else { return };
            let (done, undone): (Vec<_>, Vec<_>) = batches
                .into_iter()
                .rev()
                .partition(|logged| logged.state == BatchState::Done);
            let batches =
                |logged: Vec<LoggedBatch>| logged.into_iter().map(|logged| logged.batch).collect();
            // What was taken back last is done again first.
            Msg::UndoLog(batches(done), batches(undone.into_iter().rev().collect()))
        }
    };
    let _ = answers.send(msg);
}

async fn save(store: &StoreHandle, batches: Vec<Batch>, answers: &UnboundedSender<Msg>) {
    // All go to the store's thread before the first answer is awaited: they share one write to the disk.
    let waiting: Vec<_> = batches
        .into_iter()
        .map(|batch| {
            let store = store.clone();
            let copy = batch.clone();
            (batch, async move { store.save(copy).await })
        })
        .collect();
    let (batches, futures): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
    let results = futures_util::future::join_all(futures).await;
    for (batch, result) in batches.into_iter().zip(results) {
        let msg = match result {
            Ok(changes) => {
                let undoes = matches!(batch.role, BatchRole::Undo(_));
                let settled = |change: &CacheChange| match change {
                    CacheChange::Upsert(row) => row.state != RowState::Pending,
                    CacheChange::Remove(..) => true,
                };
                let _ = answers.send(Msg::Saved(batch.id));
                // Where the server had refused what is taken back, nothing waits any more.
                if !(undoes && changes.iter().any(settled)) {
                    continue;
                }
                Msg::Changed(changes)
            }
            Err(error) => Msg::SaveFailed {
                batch: Box::new(batch),
                why: error.to_string(),
            },
        };
        let _ = answers.send(msg);
    }
    let said = store.call(|store: &mut Store| Ok(store.take_said())).await;
    for words in said.unwrap_or_default() {
        let _ = answers.send(Msg::Also(words));
    }
    counts(store, answers).await;
}

/// Tells how many edits wait, also while nothing syncs.
async fn counts(store: &StoreHandle, answers: &UnboundedSender<Msg>) {
    if let Ok(counts) = store.counts().await {
        let _ = answers.send(Msg::Counts {
            queued: counts.queued,
            conflicts: counts.conflicts,
            refused: counts.refused,
        });
    }
}

async fn other(store: &StoreHandle, clock: Clock, job: Job, answers: &UnboundedSender<Msg>) {
    let now = clock.now();
    let result = match job {
        Job::Save(_) | Job::UndoLog(_) => return,
        Job::Answer(who, text) => {
            let _ = who.send(text);
            return;
        }
        Job::Import(request) => {
            // Away from the queue: a large file takes seconds, and edits must not wait for it.
            tokio::spawn(import(store.clone(), request, now, answers.clone()));
            return;
        }
        Job::Load(load) => store
            .load(load.clone())
            .await
            .map(|rows| Some(Msg::Loaded(load, rows))),
        Job::Outbox => store.outbox().await.map(|rows| Some(Msg::Outbox(rows))),
        Job::Resolve(cmd, resolution, again) => store
            .choose(cmd, resolution, again, now)
            .await
            .map(|changes| Some(Msg::Changed(changes))),
        Job::Discard(cmd) => store
            .discard(cmd, now)
            .await
            .map(|changes| Some(Msg::Changed(changes))),
        Job::Draft(key, text) => store.set_draft(key, text, now).await.map(|()| None),
        Job::Drafts => store.drafts().await.map(|drafts| Some(Msg::Drafts(drafts))),
    };
    let msg = match result {
        Ok(msg) => msg,
        Err(error) => Some(Msg::Tell(Tone::Error, error.to_string())),
    };
    if let Some(msg) = msg {
        let _ = answers.send(msg);
    }
    tell_repairs(store, answers).await;
}

/// Says what the store found damaged and repaired on the way.
pub(crate) async fn tell_repairs(store: &StoreHandle, answers: &UnboundedSender<Msg>) {
    let notices = store
        .call(|store: &mut Store| Ok(store.take_notices()))
        .await;
    for notice in notices.unwrap_or_default() {
        let _ = answers.send(Msg::Tell(Tone::Error, notice));
    }
}

/// Reads export files and answers with what they would change.
async fn import(
    store: StoreHandle,
    request: ImportRequest,
    now: jiff::Timestamp,
    answers: UnboundedSender<Msg>,
) {
    let plans = import_plans(&store, request, now, &answers).await;
    let _ = answers.send(Msg::Imported(plans));
}

async fn import_plans(
    store: &StoreHandle,
    request: ImportRequest,
    now: jiff::Timestamp,
    answers: &UnboundedSender<Msg>,
) -> Result<Vec<Plan>, String> {
    let lost = |_| "the file could not be read to its end; please report it".to_owned();
    let mut bar = Bar::new(answers);
    let asked = request.clone();
    let exports = tokio::task::spawn_blocking(move || {
        super::import::read(&asked, &mut |file, at| bar.tell(file, at))
    });
    let exports = exports.await.map_err(lost)??;
    let (cached, points) = import_cache(store, &exports)
        .await
        .map_err(|error| error.to_string())?;
    let mut bar = Bar::new(answers);
    let plans = tokio::task::spawn_blocking(move || {
        let seed = (fresh_seed(), now);
        let mut tell = |file: &str, at| bar.tell(file, at);
        super::import::plans(exports, &cached, &points, (&request, seed), &mut tell)
    });
    plans.await.map_err(lost)
}

/// Tells how far an import is, in steps of five per cent.
struct Bar {
    answers: UnboundedSender<Msg>,
    last: u64,
}

impl Bar {
    fn new(answers: &UnboundedSender<Msg>) -> Self {
        Self {
            answers: answers.clone(),
            last: u64::MAX,
        }
    }

    fn tell(&mut self, file: &str, progress: Progress) {
        let (what, done, all) = match progress {
            Progress::Reading(done, all) => ("read", done, all),
            Progress::Comparing(done, all) => ("compared", done, all),
        };
        let percent = done * 100 / all.max(1);
        if percent / 5 != self.last {
            self.last = percent / 5;
            let full = usize::try_from(percent / 5).unwrap_or(0);
            let (full, rest) = ("#".repeat(full), "-".repeat(20_usize.saturating_sub(full)));
            let words = format!("[{full}{rest}] {percent} % {what}: {file}");
            let _ = self.answers.send(Msg::Tell(Tone::Info, words));
        }
    }
}

/// Reads what files are compared with.
async fn import_cache(
    store: &StoreHandle,
    exports: &[Export],
) -> Result<([Vec<CacheRow>; 4], Vec<CacheRow>), StoreError> {
    let mut cached = [const { Vec::new() }; 4];
    for (rows, load) in cached.iter_mut().zip(super::import::loads(exports)) {
        *rows = store.load(load).await?;
    }
    let mut points = Vec::new();
    for load in super::import::point_loads(&cached[3]) {
        points.extend(store.load(load).await?);
    }
    Ok((cached, points))
}

/// A seed for ids that no other process has.
fn fresh_seed() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => u64::from(std::process::id()) << 40,
    }
}
