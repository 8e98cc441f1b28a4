//! Listens for the server's pokes: by the stream of events, or by asking with a long wait where a proxy holds the stream back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::driver::Ask;
use crate::remote::{Client, RemoteError, Sse, head_of};

/// The longest wait for the first sign of life on the stream.
const FIRST: Duration = Duration::from_secs(5);
/// The longest silence on the stream; the server pings every 20 s.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the server may hold back an answer.
const HOLD: Duration = Duration::from_secs(25);
/// How often to ask a server that does not hold its answers back.
const ASK: Duration = Duration::from_mins(1);
/// How long to ask before the stream is tried again.
const POLL: Duration = Duration::from_mins(5);

/// What the watch noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// The stream is open and speaks.
    Up,
    /// The server has got to this sequence.
    Head(u64),
    /// Something new is there.
    News,
    /// The stream opened but said nothing: somebody holds it back.
    Mute,
    /// The watch ended; what is wrong will show at the next pull.
    Ended,
}

/// Follows the stream until it ends.
pub(super) async fn stream(client: Arc<Client>, asks: mpsc::UnboundedSender<Ask>) {
    let end = follow(&client, &asks).await;
    let watched = match end {
        Ok(()) => Watched::Mute,
        Err(_) => Watched::Ended,
    };
    let _ = asks.send(Ask::Watched(watched));
}

async fn follow(client: &Client, asks: &mpsc::UnboundedSender<Ask>) -> Result<(), RemoteError> {
    let mut events = client.events().await?;
    let mut first = true;
    loop {
        let heard = match events.next(if first { FIRST } else { SILENCE }).await {
            Ok(heard) => heard,
            Err(_) if first => return Ok(()),
            Err(error) => return Err(error),
        };
        if std::mem::take(&mut first) {
            let _ = asks.send(Ask::Watched(Watched::Up));
        }
        if let Sse::Event(event) = heard {
            match head_of(&event) {
                Some(head) => {
                    let _ = asks.send(Ask::Watched(Watched::Head(head.seq)));
                }
                // The token is about to end: what comes next the requests will say.
                None if event.name == "reauth" => {
                    return Err(RemoteError::Unanswered {
                        host: client.host().to_owned(),
                        why: "the server ended the stream".to_owned(),
                    });
                }
                None => {}
            }
        }
    }
}

/// Asks with a long wait for five minutes, or until that fails.
pub(super) async fn poll(
    client: Arc<Client>,
    cursor: Option<String>,
    asks: mpsc::UnboundedSender<Ask>,
) {
    let begun = Instant::now();
    let mut cursor = cursor;
    while begun.elapsed() < POLL {
        let asked = Instant::now();
        let Ok(page) = client.changes(cursor.as_deref(), 1, Some(HOLD)).await else {
            break;
        };
        if page.changes.is_empty() {
            if asked.elapsed() < HOLD / 2 {
                sleep(ASK).await;
            }
        } else {
            cursor = Some(page.cursor);
            let _ = asks.send(Ask::Watched(Watched::News));
            sleep(Duration::from_secs(1)).await;
        }
    }
    let _ = asks.send(Ask::Watched(Watched::Ended));
}
