//! Connections: how many at a time, and how long one may keep the server waiting.
//!
//! A request's head must arrive within ten seconds, and some byte must pass within two minutes: a peer
//! that sends a byte now and then (or nothing) holds a socket for that long and nothing else.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(10);
/// How long a connection may be silent; streams send a ping every 20 seconds.
const SILENCE: Duration = Duration::from_mins(2);

/// The address of the other side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Connected<IncomingStream<'_, Guarded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Guarded>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A listener that keeps a bounded number of connections.
pub(super) struct Guarded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Guarded {
    /// Guards a listener.
    pub(super) fn new(listener: TcpListener, connections: usize) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(connections)),
        }
    }
}

impl Listener for Guarded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // The semaphore is never closed, so a place is always got in the end.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        (Connection::new(stream, place), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that ends when the peer is too slow.
pub(super) struct Connection {
    stream: TcpStream,
    phase: Phase,
    limit: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

/// What the server waits for on a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// For the first byte of a request.
    Idle,
    /// For the rest of its head; the last bytes seen that may belong to the blank line.
    Head { seen: usize },
    /// For its body, or for nothing: the server is at work.
    Work,
}

impl Connection {
    fn new(stream: TcpStream, place: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            stream,
            phase: Phase::Head { seen: 0 },
            limit: Box::pin(tokio::time::sleep(HEAD)),
            _place: place,
        }
    }

    fn allow(&mut self, time: Duration) {
        self.limit.as_mut().reset(Instant::now() + time);
    }

    fn received(&mut self, bytes: &[u8]) {
        let seen = match self.phase {
            Phase::Work => {
                self.allow(SILENCE);
                return;
            }
            Phase::Idle => 0,
            Phase::Head { seen } => seen,
        };
        let begins = self.phase == Phase::Idle;
        let seen = bytes.iter().copied().fold(seen, blank_line);
        if seen == BLANK_LINE.len() {
            self.phase = Phase::Work;
            self.allow(SILENCE);
            return;
        }
        self.phase = Phase::Head { seen };
        if begins {
            self.allow(HEAD);
        }
    }
}

const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// Follows one byte on the way to the end of a head.
fn blank_line(seen: usize, byte: u8) -> usize {
    match BLANK_LINE.get(seen) {
        None => seen,
        Some(expected) if *expected == byte => seen + 1,
        Some(_) => usize::from(byte == b'\r'),
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Ready(outcome) => {
                let new = buffer.filled().get(before..).unwrap_or_default();
                if !new.is_empty() {
                    this.received(new);
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => {
                ready!(this.limit.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, bytes));
        this.phase = Phase::Idle;
        this.allow(SILENCE);
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.stream).poll_write_vectored(cx, parts));
        this.phase = Phase::Idle;
        this.allow(SILENCE);
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_head_is_found_across_any_cut() {
        let seen = |text: &[u8]| text.iter().copied().fold(0, blank_line);
        assert_eq!(seen(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 4);
        assert_eq!(seen(b"GET / HTTP/1.1\r\n\r"), 3);
        assert_eq!(seen(b"a\r\r\n\r\nbody"), 4);
        assert_eq!(seen(b"a\r\n\rb"), 0);
    }
}
