//! Runs the engine in the background, or follows the console that does.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::engine::{Engine, Moved, Turn};
use super::link::{self, Message, Peer, Records};
use super::watch::{self, Watch, Watched};
use super::{Clock, Event, SyncError, SyncReport, outcome};
use crate::effect::{CacheChange, Line, SyncStatus};
use crate::remote::{Address, Client};
use crate::store::StoreHandle;

/// Above this many records another console is told to read everything again.
const MANY: usize = 2_000;
/// A wall clock this far off the running time means that the machine slept or its clock was set.
const JUMP: i64 = 30;
/// How long the lock is left alone for a console that has a server.
const YIELD: Duration = Duration::from_millis(250);

/// What the driver is asked to do or told of.
#[derive(Debug)]
pub(super) enum Ask {
    /// Sync now.
    Wake,
    /// The user changed these records in this console.
    Edited(Records),
    /// Sync now and say what came of it.
    Round(oneshot::Sender<Result<SyncReport, SyncError>>),
    /// The watch noticed something.
    Watched(Watched),
    /// Another console came, spoke or left.
    Joined(u64, mpsc::UnboundedSender<Message>),
    Said(u64, Message),
    Left(u64),
    /// End.
    Stop,
}

/// Who waits for the end of a round.
enum Waiting {
    Here(oneshot::Sender<Result<SyncReport, SyncError>>),
    There(u64, u64),
}

/// What the plan has to be told as soon as no step is under way.
#[derive(Default)]
struct Wants {
    wake: bool,
    edited: bool,
    news: bool,
    head: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    /// Another console on this cache has a server and this one has none: that one should hold the lock.
    Yield,
    Stop,
}

/// How far the running time and the wall clock have come.
struct Elapsed {
    begun: Instant,
    begun_at: Timestamp,
    /// How far the wall clock has moved off the running time, in seconds.
    drift: i64,
}

/// What comes in, and what came while there was nobody to carry it out.
pub(super) struct Asks {
    sender: mpsc::UnboundedSender<Ask>,
    inbox: mpsc::UnboundedReceiver<Ask>,
    pub(super) kept: VecDeque<Ask>,
}

impl Asks {
    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Option<Ask> {
        match self.kept.pop_front() {
            Some(ask) => Some(ask),
            None => self.inbox.recv().await,
        }
    }
}

pub(super) struct Driver {
    pub(super) address: Option<Address>,
    pub(super) store: StoreHandle,
    clock: Clock,
    pub(super) tell: Box<dyn Fn(Event) + Send + Sync>,
    pub(super) asks: Asks,
    pub(super) stays: bool,
    /// The last status that was told.
    pub(super) told: SyncStatus,
    elapsed: Elapsed,
    rounds: Vec<(Waiting, Option<Moved>)>,
    peers: HashMap<u64, mpsc::UnboundedSender<Message>>,
    wants: Wants,
    watch: Watch,
}

impl Driver {
    pub(super) fn new(
        address: Option<Address>,
        store: StoreHandle,
        clock: Clock,
        tell: Box<dyn Fn(Event) + Send + Sync>,
        (sender, inbox): (mpsc::UnboundedSender<Ask>, mpsc::UnboundedReceiver<Ask>),
        stays: bool,
    ) -> Self {
        let begun = Instant::now();
        Self {
            address,
            store,
            elapsed: Elapsed {
                begun,
                begun_at: clock(),
                drift: 0,
            },
            clock,
            tell,
            asks: Asks {
                sender,
                inbox,
                kept: VecDeque::new(),
            },
            stays,
            told: SyncStatus::default(),
            rounds: Vec::new(),
            peers: HashMap::new(),
            wants: Wants::default(),
            watch: Watch::new(begun),
        }
    }

    /// Holds the lock or follows who does, until it is stopped.
    pub(super) async fn run(mut self) {
        let paths = self
            .store
            .call(|store| Ok((store.paths().clone(), store.read_only().map(str::to_owned))))
            .await;
        let Ok((paths, read_only)) = paths else {
            return;
        };
        if let Some(why) = read_only {
            return self.refuse(why).await;
        }
        let mut wait = Duration::from_millis(20);
        loop {
            match link::try_lock(&paths.lock) {
                Ok(Some(lock)) => {
                    match self.hold(lock, &paths.socket).await {
                        Flow::Stop => break,
                        Flow::Yield => {
                            sleep(YIELD).await;
                            // It may have come and gone meanwhile.
                            (self.tell)(Event::Reload);
                        }
                        Flow::On => {}
                    }
                }
                Ok(None) => {
                    if let Ok(peer) = link::connect(&paths.socket).await {
                        wait = Duration::from_millis(20);
                        if self.follow(peer).await == Flow::Stop {
                            break;
                        }
                        continue;
                    }
                    // The holder has just begun, or is about to end.
                    tokio::select! {
                        () = sleep(wait) => {}
                        ask = self.asks.next() => match ask {
                            None | Some(Ask::Stop) => break,
                            Some(ask) => self.asks.kept.push_back(ask),
                        },
                    }
                    wait = (wait * 2).min(Duration::from_millis(500));
                }
                Err(error) => {
                    let lock = paths.lock.display();
                    return self
                        .refuse(format!(
                            "{lock} cannot be locked: {error}; put the state folder on a local disk"
                        ))
                        .await;
                }
            }
        }
        if let Some(watch) = self.watch.task.take() {
            watch.abort();
        }
    }

    /// Says why nothing is synced, to whoever asks, until it is stopped.
    async fn refuse(&mut self, why: String) {
        let line = Line::Refused { why: why.clone() };
        (self.tell)(Event::Status(SyncStatus {
            line,
            ..SyncStatus::default()
        }));
        loop {
            match self.asks.next().await {
                None | Some(Ask::Stop) => return,
                Some(Ask::Round(answer)) => {
                    let _ = answer.send(Err(SyncError::Refused(why.clone())));
                }
                Some(_) => {}
            }
        }
    }

    // ----- the holder of the lock

    async fn hold(&mut self, lock: File, socket: &std::path::Path) -> Flow {
        if self.stays {
            self.store.work_when_idle((self.clock)());
        }
        let accept = match link::listen(socket) {
            Ok(listener) => Some(tokio::spawn(welcome(listener, self.asks.sender.clone()))),
            Err(error) => {
                (self.tell)(Event::Notice(format!(
                    "{}: other consoles on this cache cannot be told what changes: {error}",
                    socket.display()
                )));
                None
            }
        };
        let flow = match &self.address {
            None => self.hold_unconfigured().await,
            Some(address) => match Client::new(address) {
                Ok(client) if self.stays => self.hold_with(Arc::new(client)).await,
                Ok(client) => {
                    let client = client.with_silence(super::ONCE);
                    self.hold_with(Arc::new(client)).await
                }
                Err(error) => {
                    self.refuse(error.to_string()).await;
                    Flow::Stop
                }
            },
        };
        // The socket goes before the lock, so that nobody finds a socket without a holder.
        if let Some(accept) = accept {
            accept.abort();
            let _ = accept.await;
        }
        self.peers.clear();
        drop(lock);
        flow
    }

    async fn hold_unconfigured(&mut self) -> Flow {
        loop {
            let counts = self.store.counts().await.unwrap_or_default();
            let status = SyncStatus {
                line: Line::Unconfigured,
                queued: counts.queued,
                conflicts: counts.conflicts,
                refused: counts.refused,
                ..SyncStatus::default()
            };
            self.finish_rounds(&status, Moved::default());
            (self.tell)(Event::Status(status));
            match self.asks.next().await {
                None => return Flow::Stop,
                Some(Ask::Said(_, Message::Able)) => return Flow::Yield,
                Some(ask) => {
                    if self.take(ask).await == Flow::Stop {
                        return Flow::Stop;
                    }
                }
            }
        }
    }

    async fn hold_with(&mut self, client: Arc<Client>) -> Flow {
        let mut engine = Engine::new(
            self.store.clone(),
            client.clone(),
            self.clock.clone(),
            chance,
        );
        loop {
            self.inform(&mut engine);
            let turn = {
                let now = self.elapsed.begun.elapsed();
                let mut turn = pin!(engine.turn(now));
                loop {
                    tokio::select! {
                        biased;
                        ask = self.asks.next() => {
                            let Some(ask) = ask else { return Flow::Stop };
                            if self.take(ask).await == Flow::Stop {
                                return Flow::Stop;
                            }
                        }
                        turn = &mut turn => break turn,
                    }
                }
            };
            for event in engine.take_events() {
                self.spread(&event);
                if let Event::Status(status) = &event {
                    self.told = status.clone();
                }
                (self.tell)(event);
            }
            self.keep_watch(&engine, &client).await;
            let Turn::Wait(until) = turn else { continue };
            if self.wants.any() {
                continue;
            }
            self.finish_rounds(engine.status(), engine.moved());
            let until = until.map(|until| self.elapsed.begun + until);
            let until = match (&self.watch.task, until) {
                // A stream that ended is opened again after a while, also when nothing else is to be done.
                (None, until) if self.stays && connected(engine.status()) => {
                    Some(until.map_or(self.watch.after, |until| until.min(self.watch.after)))
                }
                (_, until) => until,
            };
            tokio::select! {
                ask = self.asks.next() => {
                    let Some(ask) = ask else { return Flow::Stop };
                    if self.take(ask).await == Flow::Stop {
                        return Flow::Stop;
                    }
                }
                () = sleep_until(until.unwrap_or(self.elapsed.begun)), if until.is_some() => {}
            }
        }
    }

    /// Tells the plan what happened since the last step.
    fn inform(&mut self, engine: &mut Engine<Client>) {
        let wants = std::mem::take(&mut self.wants);
        if wants.wake {
            engine.plan().wake();
        }
        if wants.edited {
            engine.plan().edited();
        }
        if wants.news || wants.head > engine.seq() {
            engine.plan().news();
        }
        engine.set_polling(self.watch.polling);
        let moved = engine.moved();
        for (_, since) in &mut self.rounds {
            since.get_or_insert(moved);
        }
        if self.jumped() {
            if let Some(watch) = self.watch.task.take() {
                watch.abort();
            }
            engine.plan().news();
        }
    }

    /// Tells whether the machine slept, or its clock was set, since the last call: then no connection can be trusted.
    fn jumped(&mut self) -> bool {
        let wall = (self.clock)()
            .duration_since(self.elapsed.begun_at)
            .as_secs();
        let ran = i64::try_from(self.elapsed.begun.elapsed().as_secs()).unwrap_or(i64::MAX);
        let drift = wall - ran;
        let jumped = (drift - self.elapsed.drift).abs() > JUMP;
        if jumped {
            self.elapsed.drift = drift;
        }
        jumped
    }

    /// Carries out what can be done while a step is under way, and notes the rest.
    async fn take(&mut self, ask: Ask) -> Flow {
        match ask {
            Ask::Stop => return Flow::Stop,
            Ask::Wake => self.wants.wake = true,
            Ask::Edited(records) => {
                self.wants.edited = true;
                self.broadcast(&changed(records), None);
            }
            Ask::Round(answer) => {
                // What syncs once has begun with all there is to do: a second try is for who asks again.
                self.wants.wake |= self.stays;
                self.rounds.push((Waiting::Here(answer), None));
            }
            Ask::Watched(watched) => self.watched(&watched),
            Ask::Joined(peer, writer) => {
                self.peers.insert(peer, writer);
            }
            Ask::Left(peer) => {
                self.peers.remove(&peer);
            }
            Ask::Said(peer, message) => match message {
                Message::Changed(records) => {
                    self.wants.edited = true;
                    self.broadcast(&Message::Changed(records.clone()), Some(peer));
                    self.show(records).await;
                    self.tell_counts().await;
                }
                Message::Reload => {
                    self.wants.edited = true;
                    self.broadcast(&Message::Reload, Some(peer));
                    (self.tell)(Event::Reload);
                    self.tell_counts().await;
                }
                Message::Sync(number) => {
                    self.wants.wake = true;
                    if let Some(writer) = self.peers.get(&peer) {
                        let _ = writer.send(Message::Heard(number));
                    }
                    self.rounds.push((Waiting::There(peer, number), None));
                }
                Message::Able | Message::Heard(_) | Message::Synced(..) => {}
            },
        }
        Flow::On
    }

    fn watched(&mut self, watched: &Watched) {
        match watched {
            Watched::Head(seq) => self.wants.head = self.wants.head.max(*seq),
            _ => self.wants.news = true,
        }
        self.watch.note(watched);
    }

    /// Opens the stream, or asks instead, as soon as the server is known to answer.
    async fn keep_watch(&mut self, engine: &Engine<Client>, client: &Arc<Client>) {
        let due = self.stays && self.watch.task.is_none() && Instant::now() >= self.watch.after;
        if !due || !connected(engine.status()) {
            return;
        }
        let asks = self.asks.sender.clone();
        self.watch.task = Some(if self.watch.asks() {
            let cursor = self
                .store
                .call(crate::store::Store::request_cursor)
                .await
                .unwrap_or_default();
            tokio::spawn(watch::poll(client.clone(), cursor, asks))
        } else {
            tokio::spawn(watch::stream(
                client.clone(),
                asks,
                watch::Patience::default(),
            ))
        });
    }

    fn finish_rounds(&mut self, status: &SyncStatus, moved: Moved) {
        for (waiting, since) in std::mem::take(&mut self.rounds) {
            let since = since.unwrap_or(moved);
            let report = outcome(
                status,
                Moved {
                    pushed: moved.pushed - since.pushed,
                    pulled: moved.pulled - since.pulled,
                },
            );
            match waiting {
                Waiting::Here(answer) => {
                    let _ = answer.send(report);
                }
                Waiting::There(peer, number) => {
                    if let Some(writer) = self.peers.get(&peer) {
                        let _ = writer.send(Message::Synced(number, report));
                    }
                }
            }
        }
    }

    /// Lets other consoles follow what the server changed.
    fn spread(&self, event: &Event) {
        match event {
            Event::Changed(changes) => self.broadcast(&changed(records_of(changes)), None),
            Event::Reload => self.broadcast(&Message::Reload, None),
            _ => {}
        }
    }

    fn broadcast(&self, message: &Message, except: Option<u64>) {
        for (peer, writer) in &self.peers {
            if Some(*peer) != except {
                let _ = writer.send(message.clone());
            }
        }
    }
}

impl Wants {
    fn any(&self) -> bool {
        self.wake || self.edited || self.news || self.head > 0
    }
}

/// Welcomes other consoles as they come.
async fn welcome(listener: link::Listener, asks: mpsc::UnboundedSender<Ask>) {
    let mut talks = tokio::task::JoinSet::new();
    let mut number = 0;
    while let Ok(peer) = listener.accept().await {
        number += 1;
        talks.spawn(talk(number, peer, asks.clone()));
    }
}

async fn talk(number: u64, mut peer: Peer, asks: mpsc::UnboundedSender<Ask>) {
    let (writer, mut outgoing) = mpsc::unbounded_channel();
    let _ = asks.send(Ask::Joined(number, writer));
    loop {
        tokio::select! {
            message = outgoing.recv() => match message {
                Some(message) if peer.send(&message).await.is_ok() => {}
                _ => break,
            },
            message = peer.receive() => match message {
                Some(message) => {
                    let _ = asks.send(Ask::Said(number, message));
                }
                None => break,
            },
        }
    }
    let _ = asks.send(Ask::Left(number));
}

/// Names the records that changes are about.
pub(super) fn records_of(changes: &[CacheChange]) -> Records {
    changes
        .iter()
        .map(|change| match change {
            CacheChange::Upsert(row) => (row.kind.name().to_owned(), row.id.clone()),
            CacheChange::Remove(kind, id) => (kind.name().to_owned(), id.clone()),
        })
        .collect()
}

/// Says which records look different, or that too many do.
pub(super) fn changed(records: Records) -> Message {
    if records.len() > MANY {
        Message::Reload
    } else {
        Message::Changed(records)
    }
}

fn connected(status: &SyncStatus) -> bool {
    matches!(status.line, Line::Live | Line::Polling)
}

/// Gives a number from 0 to 1 that differs from console to console.
pub(super) fn chance() -> f64 {
    let bits = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(bits) / f64::from(u32::MAX)
}
