//! A console beside the one that sends: it queues its edits in the same outbox and is told what changes.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::driver::{Ask, Driver, Flow, changed};
use super::engine::standing;
use super::link::{Message, Peer, Records};
use super::{Event, SyncError, SyncReport};
use crate::effect::{CacheChange, Line, Load, SyncStatus};
use crate::record::{AnyRef, Kind};

/// How long a command without a screen waits for a first word of the console that sends: that one may have been
/// suspended.
const FIRST: Duration = Duration::from_secs(2);
/// How long it waits for the next word.
const LATER: Duration = Duration::from_secs(30);

impl Driver {
    /// Follows the holder of the lock until it is gone or this console is stopped.
    pub(super) async fn follow(&mut self, mut holder: Peer) -> Flow {
        let mut rounds: HashMap<u64, oneshot::Sender<Result<SyncReport, SyncError>>> =
            HashMap::new();
        let mut number = 0;
        let mut patience = None;
        let mut heard = false;
        if self.address.is_some() && holder.send(&Message::Able).await.is_err() {
            return Flow::On;
        }
        let flow = loop {
            self.tell_follower_status().await;
            tokio::select! {
                ask = self.asks.next() => {
                    let message = match ask {
                        None | Some(Ask::Stop) => break Flow::Stop,
                        Some(Ask::Edited(records)) => changed(records),
                        Some(Ask::Round(answer)) => {
                            number += 1;
                            heard = false;
                            patience = Some(Instant::now() + FIRST);
                            rounds.insert(number, answer);
                            Message::Sync(number)
                        }
                        Some(Ask::Wake) => Message::Sync(0),
                        Some(_) => continue,
                    };
                    if holder.send(&message).await.is_err() {
                        break Flow::On;
                    }
                }
                message = holder.receive() => {
                    patience = patience.map(|_| Instant::now() + LATER);
                    match message {
                    None => break Flow::On,
                    Some(Message::Changed(records)) => self.show(records).await,
                    Some(Message::Reload) => (self.tell)(Event::Reload),
                    Some(Message::Synced(number, report)) => {
                        if let Some(answer) = rounds.remove(&number) {
                            let _ = answer.send(report);
                        }
                    }
                    Some(Message::Heard(_)) => heard = true,
                    Some(Message::Able | Message::Sync(_)) => {}
                    }
                },
                () = sleep_until(patience.unwrap_or_else(Instant::now)), if patience.is_some() && !self.stays => {
                    let why = if heard {
                        "the console that holds this cache waits for the server, which does not answer; what is queued \
                         is sent when it does"
                    } else {
                        "the console that holds this cache does not answer; bring it to the front or leave it, nothing \
                         is lost"
                    };
                    for (_, answer) in rounds.drain() {
                        let _ = answer.send(Err(SyncError::Offline(why.to_owned())));
                    }
                    patience = None;
                }
            }
        };
        // Whoever still waits is served by the next holder, which may be this console.
        self.asks.kept.extend(rounds.into_values().map(Ask::Round));
        flow
    }

    async fn tell_follower_status(&self) {
        let Ok((counts, synced_at, notices)) = standing(&self.store).await else {
            return;
        };
        for notice in notices {
            (self.tell)(Event::Notice(notice));
        }
        (self.tell)(Event::Status(SyncStatus {
            line: Line::Follower,
            synced_at,
            queued: counts.queued,
            conflicts: counts.conflicts,
            refused: counts.refused,
            loading: None,
        }));
    }

    /// Tells how many edits wait now, while a request is under way that would tell it later.
    pub(super) async fn tell_counts(&mut self) {
        if let Ok(counts) = self.store.counts().await {
            self.told.queued = counts.queued;
            self.told.conflicts = counts.conflicts;
            self.told.refused = counts.refused;
            (self.tell)(Event::Status(self.told.clone()));
        }
    }

    /// Shows how records look that another console changed.
    pub(super) async fn show(&self, records: Records) {
        let links: Vec<AnyRef> = records
            .iter()
            .map(|(kind, id)| AnyRef {
                kind: kind.as_str().into(),
                id: id.as_str().into(),
            })
            .collect();
        let Ok(rows) = self.store.load(Load::Records(links)).await else {
            return;
        };
        let mut gone: Vec<(Kind, String)> = records
            .into_iter()
            .filter_map(|(kind, id)| Some((Kind::from_name(&kind)?, id)))
            .collect();
        gone.retain(|(kind, id)| !rows.iter().any(|row| row.kind == *kind && row.id == *id));
        let changes = rows
            .into_iter()
            .map(CacheChange::Upsert)
            .chain(
                gone.into_iter()
                    .map(|(kind, id)| CacheChange::Remove(kind, id)),
            )
            .collect();
        (self.tell)(Event::Changed(changes));
    }
}
