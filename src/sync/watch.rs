//! Listens for the server's pokes: by the stream of events, or by asking with a long wait where a proxy holds the stream back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::driver::{Ask, chance};
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

/// Streams without a word after which the server is asked instead.
const MUTE: u32 = 3;

/// The task that listens for pokes.
pub(super) struct Watch {
    pub(super) task: Option<JoinHandle<()>>,
    /// Streams in a row that opened and said nothing.
    mute: u32,
    pub(super) polling: bool,
    /// When the next one may be opened.
    pub(super) after: Instant,
}

impl Watch {
    pub(super) fn new(begun: Instant) -> Self {
        Self {
            task: None,
            mute: 0,
            polling: false,
            after: begun,
        }
    }

    /// Follows what the task says: after three streams without a word the server is asked instead.
    pub(super) fn note(&mut self, watched: &Watched) {
        match watched {
            Watched::Up => {
                self.mute = 0;
                self.polling = false;
            }
            Watched::Head(_) | Watched::News => {}
            Watched::Mute | Watched::Ended => {
                self.task = None;
                if *watched == Watched::Mute {
                    self.mute += 1;
                    self.polling |= self.mute >= MUTE;
                } else {
                    // After a spell of asking, the stream gets another chance.
                    self.mute = 0;
                }
                // Many consoles lose their streams at the same moment when a server restarts.
                self.after = Instant::now()
                    + Duration::from_secs(1)
                    + Duration::from_secs(2).mul_f64(chance());
            }
        }
    }

    /// Tells whether the server is to be asked instead of opening a stream.
    pub(super) fn asks(&self) -> bool {
        self.polling && self.mute >= MUTE
    }
}

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

/// How long to wait for a word on the stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    first: Duration,
    later: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: FIRST,
            later: SILENCE,
        }
    }
}

/// Follows the stream until it ends.
pub(super) async fn stream(
    client: Arc<Client>,
    asks: mpsc::UnboundedSender<Ask>,
    patience: Patience,
) {
    let end = follow(&client, &asks, patience).await;
    let watched = match end {
        Ok(()) => Watched::Mute,
        Err(_) => Watched::Ended,
    };
    let _ = asks.send(Ask::Watched(watched));
}

async fn follow(
    client: &Client,
    asks: &mpsc::UnboundedSender<Ask>,
    patience: Patience,
) -> Result<(), RemoteError> {
    let mut events = client.events().await?;
    let mut first = true;
    loop {
        let wait = if first {
            patience.first
        } else {
            patience.later
        };
        let heard = match events.next(wait).await {
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::remote::{Address, Token};

    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    /// Serves one stream that says these words and then keeps still with the connection open.
    async fn watched(words: &'static str) -> Vec<Watched> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address {
            url: format!("http://{}", listener.local_addr().unwrap()),
            token: Token::new("cnm_pat_abcd_secret"),
            ca_file: None,
        };
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(HEAD.as_bytes()).await;
            let _ = stream.write_all(words.as_bytes()).await;
            std::future::pending::<()>().await;
        });
        let (asks, mut heard) = mpsc::unbounded_channel();
        let patience = Patience {
            first: if words.is_empty() {
                Duration::from_millis(50)
            } else {
                FIRST
            },
            later: Duration::from_millis(50),
        };
        stream(Arc::new(Client::new(&address).unwrap()), asks, patience).await;
        let mut all = Vec::new();
        while let Some(Ask::Watched(watched)) = heard.recv().await {
            all.push(watched);
        }
        all
    }

    #[tokio::test]
    async fn a_stream_that_falls_silent_is_given_up() {
        let words = ": hello\n\nevent: head\ndata: {\"seq\":4}\n\n";
        assert_eq!(
            watched(words).await,
            [Watched::Up, Watched::Head(4), Watched::Ended]
        );
    }

    #[tokio::test]
    async fn lost_doubled_and_odd_events_are_only_pokes() {
        let words = "event: head\nid: 9\ndata: {\"seq\":9}\n\nevent: head\nid: 9\ndata: {\"seq\":9}\n\n\
                     event: head\ndata: {\"seq\":2}\n\nevent: head\ndata: nonsense\n\nevent: other\ndata: x\n\n\
                     event: head\nid: \0\ndata: {\"seq\":18446744073709551615}\n\n";
        assert_eq!(
            watched(words).await,
            [
                Watched::Up,
                Watched::Head(9),
                Watched::Head(9),
                Watched::Head(2),
                Watched::Head(u64::MAX),
                Watched::Ended
            ]
        );
    }

    #[tokio::test]
    async fn a_stream_that_somebody_holds_back_is_mute() {
        assert_eq!(watched("").await, [Watched::Mute]);
    }

    #[test]
    fn three_mute_streams_lead_to_asking_and_asking_leads_back_to_the_stream() {
        let mut watch = Watch::new(Instant::now());
        watch.note(&Watched::Mute);
        watch.note(&Watched::Mute);
        assert!(!watch.asks(), "two may be chance");
        watch.note(&Watched::Mute);
        assert!(watch.asks());
        // A spell of asking ends: the stream is tried again.
        watch.note(&Watched::Ended);
        assert!(!watch.asks());
        assert!(watch.polling, "the status stays until the stream speaks");
        watch.note(&Watched::Up);
        assert!(!watch.polling);
        // Streams that end for another reason in between do not count.
        for watched in [Watched::Mute, Watched::Mute, Watched::Ended, Watched::Mute] {
            watch.note(&watched);
        }
        assert!(!watch.asks());
    }
}
