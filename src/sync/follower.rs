//! A console beside the one that sends: it queues its edits in the same outbox and is told what changes.

use std::collections::HashMap;

use tokio::sync::oneshot;

use super::driver::{Ask, Driver, Flow, changed};
use super::link::{Message, Peer, Records};
use super::{Event, SyncError, SyncReport};
use crate::effect::{CacheChange, Line, Load, SyncStatus};
use crate::record::{AnyRef, Kind};

impl Driver {
    /// Follows the holder of the lock until it is gone or this console is stopped.
    pub(super) async fn follow(&mut self, mut holder: Peer) -> Flow {
        let mut rounds: HashMap<u64, oneshot::Sender<Result<SyncReport, SyncError>>> =
            HashMap::new();
        let mut number = 0;
        let flow = loop {
            self.tell_follower_status().await;
            tokio::select! {
                ask = self.asks.next() => {
                    let message = match ask {
                        None | Some(Ask::Stop) => break Flow::Stop,
                        Some(Ask::Edited(records)) => changed(records),
                        Some(Ask::Round(answer)) => {
                            number += 1;
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
                message = holder.receive() => match message {
                    None => break Flow::On,
                    Some(Message::Changed(records)) => self.show(records).await,
                    Some(Message::Reload) => (self.tell)(Event::Reload),
                    Some(Message::Synced(number, report)) => {
                        if let Some(answer) = rounds.remove(&number) {
                            let _ = answer.send(report);
                        }
                    }
                    Some(Message::Sync(_)) => {}
                },
            }
        };
        // Whoever still waits is served by the next holder, which may be this console.
        self.asks.kept.extend(rounds.into_values().map(Ask::Round));
        flow
    }

    async fn tell_follower_status(&self) {
        let read = self
            .store
            .call(|store| {
                Ok((
                    store.counts()?,
                    store.place()?.synced_at,
                    store.take_notices(),
                ))
            })
            .await;
        let Ok((counts, synced_at, notices)) = read else {
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
