//! A client of one socket: what it costs is the same for both sides, and little.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) type Address = SocketAddr;

/// A request as its bytes.
pub(crate) struct Request(Vec<u8>);

impl Request {
    pub(crate) fn get(path: &str, token: &str) -> Self {
        Self(format!("GET {path} HTTP/1.1\r\nHost: b\r\n{}\r\n", bearer(token)).into_bytes())
    }

    pub(crate) fn post(path: &str, token: &str, body: &str) -> Self {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: b\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            bearer(token),
            body.len()
        );
        Self(head.into_bytes())
    }
}

fn bearer(token: &str) -> String {
    if token.is_empty() {
        return String::new();
    }
    format!("Authorization: Bearer {token}\r\n")
}

/// A kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: Address) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::with_capacity(1 << 16),
        }
    }

    /// Sends a request and returns the body of the reply.
    pub(crate) async fn send(&mut self, request: &Request) -> Vec<u8> {
        let (head, end) = self.exchange(request).await;
        self.buffer[head..end].to_vec()
    }

    pub(crate) async fn json(&mut self, request: &Request) -> Value {
        let body = self.send(request).await;
        serde_json::from_slice(&body).unwrap()
    }

    /// Sends a request and reads the whole reply; returns where its body begins and ends.
    async fn exchange(&mut self, request: &Request) -> (usize, usize) {
        self.stream.write_all(&request.0).await.unwrap();
        self.buffer.clear();
        let mut whole = None;
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the connection ended");
            if whole.is_none() {
                whole = ends(&self.buffer);
            }
            if let Some((head, end)) = whole
                && self.buffer.len() >= end
            {
                assert_eq!(
                    self.buffer.get(9..11),
                    Some(&b"20"[..]),
                    "{}",
                    String::from_utf8_lossy(&self.buffer)
                );
                return (head, end);
            }
        }
    }
}

/// Returns where the body begins and ends, once the head is there.
fn ends(buffer: &[u8]) -> Option<(usize, usize)> {
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).unwrap().to_lowercase();
    let (_, length) = text.split_once("content-length: ").unwrap();
    let length: usize = length.split('\r').next().unwrap().parse().unwrap();
    Some((head, head + length))
}

/// Sends requests from several clients for a while and returns how many were answered.
///
/// The clients share one thread of their own, so that they wait for nothing in the server's.
pub(crate) async fn hammer(
    address: Address,
    clients: usize,
    stretch: Duration,
    request: impl Fn(usize, usize) -> Request + Send + 'static,
) -> usize {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let request = &request;
            let start = Instant::now();
            let all = (0..clients).map(|client| async move {
                let mut connection = Connection::open(address).await;
                let mut number = 0;
                while start.elapsed() < stretch {
                    connection.exchange(&request(client, number)).await;
                    number += 1;
                }
                number
            });
            futures_util::future::join_all(all).await.into_iter().sum()
        })
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}
