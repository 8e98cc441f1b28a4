//! Layer 7: the REST client, the only place that opens a connection to a server.
//!
//! It follows no redirect, sends the token only to the configured origin, reads no more than it can hold and
//! tells failures apart ([`RemoteError`]), because what has to happen next depends on which one it was: an
//! edit that never left this machine, one whose fate is unknown and one that was refused are three things.

mod cause;
mod error;
mod heard;
mod page;
mod sse;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Method, Response, Url};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};

use cause::{causes, tls_fault};
pub use error::RemoteError;
use error::{plain, redirect, retry_after};
use heard::Ear;
pub use heard::Heard;
pub use sse::{Decoder, Sse, SseEvent, TooLong};

use crate::wire::{self, Batch, BatchReply, Digest, Me, Meta, Problem, RawPage, path, problem};

/// The most that is read of one answer, decompressed.
const BODY: usize = 64 << 20;
/// The longest silence in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// The slowest answer that is waited for, in bytes a second, after the first half minute.
const SLOWEST: u32 = 1 << 10;

/// A secret that proves who is asking; it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes a token as it was configured.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().trim().to_owned())
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The id part is no secret and helps to find the token on the server.
        let shown: String = self
            .0
            .strip_prefix("cnm_pat_")
            .unwrap_or("")
            .chars()
            .take(4)
            .collect();
        write!(out, "Token(cnm_pat_{shown}…)")
    }
}

/// Where the server is and how to speak to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The base address, for example `https://cnm.example.com`.
    pub url: String,
    /// The token to send.
    pub token: Token,
    /// A file with further certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
}

/// Speaks to one server; cheap to make, connects at the first request.
pub struct Client {
    base: Url,
    host: String,
    token: Token,
    ca_file: Option<PathBuf>,
    silence: Duration,
    http: OnceLock<reqwest::Client>,
    ear: Ear,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Client")
            .field("host", &self.host)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Checks the address and makes a client for it; nothing is read or sent yet.
    pub fn new(address: &Address) -> Result<Self, RemoteError> {
        let wrong = |why: String| RemoteError::Address {
            address: plain(&address.url),
            why,
        };
        let mut base = Url::parse(&address.url)
            .map_err(|error| wrong(format!("{error}; it begins with https:// and a name")))?;
        if !base.username().is_empty() || base.password().is_some() {
            let _ = base.set_username("");
            let _ = base.set_password(None);
            return Err(RemoteError::Address {
                address: plain(base.as_str()),
                why: "a name or password in the address; the token is set apart from it".to_owned(),
            });
        }
        let Some(name) = base.host_str().map(str::to_owned) else {
            return Err(wrong("it names no host".to_owned()));
        };
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(&name) => {}
            "http" => {
                return Err(wrong(
                    "http sends the token unprotected; use https".to_owned(),
                ));
            }
            other => {
                let other = plain(other);
                return Err(wrong(format!(
                    "it begins with `{other}:`, not with https://"
                )));
            }
        }
        base.set_query(None);
        base.set_fragment(None);
        let host = match base.port() {
            Some(port) => format!("{name}:{port}"),
            None => name,
        };
        if address.token.is_empty() {
            // Nothing is asked: an address that is asked in vain too often is made to wait.
            return Err(RemoteError::Unauthorized {
                host: plain(&host),
                why: "none is set".to_owned(),
            });
        }
        Ok(Self {
            base,
            host: plain(&host),
            token: address.token.clone(),
            ca_file: address.ca_file.clone(),
            silence: SILENCE,
            http: OnceLock::new(),
            ear: Ear::default(),
        })
    }

    /// Waits no longer than this for the next byte: somebody waits for the answer.
    #[must_use]
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Returns the host and port that it speaks to.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns what the server said beside its last answer.
    pub fn heard(&self) -> Heard {
        self.ear.heard()
    }

    /// Asks who the server is and what it allows.
    pub async fn meta(&self) -> Result<Meta, RemoteError> {
        self.get(path::META, &[]).await
    }

    /// Asks whose token this is.
    pub async fn me(&self) -> Result<Me, RemoteError> {
        self.get(path::ME, &[]).await
    }

    /// Asks for the next page of the feed; `wait` lets the server hold the answer back until there is news.
    pub async fn changes(
        &self,
        cursor: Option<&str>,
        limit: usize,
        wait: Option<Duration>,
    ) -> Result<RawPage, RemoteError> {
        let limit = limit.to_string();
        let wait = wait.map(|wait| wait.as_secs().to_string());
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        query.extend(wait.as_deref().map(|wait| ("wait", wait)));
        let request = self.request(Method::GET, path::CHANGES)?.query(&query);
        let (headers, body) = self.exchange(request).await?;
        RawPage::read(&body).map_err(|error| self.unread(&headers, &body, &error.to_string()))
    }

    /// Sends a batch of commands.
    pub async fn commands(&self, batch: &Batch) -> Result<BatchReply, RemoteError> {
        let request = self.request(Method::POST, path::COMMANDS)?.json(batch);
        let (headers, body) = self.exchange(request).await?;
        self.read(&headers, &body)
    }

    /// Asks what this user sees, in numbers.
    pub async fn digest(&self) -> Result<Digest, RemoteError> {
        self.get(path::DIGEST, &[]).await
    }

    /// Opens the stream of events.
    pub async fn events(&self) -> Result<Events, RemoteError> {
        let request = self
            .request(Method::GET, path::EVENTS)?
            .header(header::ACCEPT, "text/event-stream");
        let response = self.answer(request).await?;
        let kind = content_type(response.headers());
        if kind != "text/event-stream" {
            let headers = response.headers().clone();
            let start = page::start(response, self.silence).await;
            return Err(self.not_expected(&headers, &kind, &start));
        }
        Ok(Events {
            response,
            decoder: Decoder::new(),
            ready: std::collections::VecDeque::new(),
            host: self.host.clone(),
        })
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, RemoteError> {
        let request = self.request(Method::GET, path)?.query(query);
        let (headers, body) = self.exchange(request).await?;
        self.read(&headers, &body)
    }

    fn read<T: DeserializeOwned>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<T, RemoteError> {
        serde_json::from_slice(body).map_err(|error| self.unread(headers, body, &error.to_string()))
    }

    /// Says why a body that should be JSON cannot be read.
    fn unread(&self, headers: &HeaderMap, body: &[u8], why: &str) -> RemoteError {
        if page::is_html(body) {
            self.page()
        } else {
            self.odd(headers, why)
        }
    }

    fn http(&self) -> Result<&reqwest::Client, RemoteError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let built = self.build()?;
        Ok(self.http.get_or_init(|| built))
    }

    fn build(&self) -> Result<reqwest::Client, RemoteError> {
        let wrong = |why: String| RemoteError::Address {
            address: plain(self.base.as_str()),
            why,
        };
        // Another part of the program may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("cnm/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(2)
            .tcp_nodelay(true);
        if self.base.scheme() == "http" {
            // Only loopback gets here: no proxy stands in between, and no certificate is needed.
            builder = builder.no_proxy().tls_certs_only([]);
        } else if let Some(file) = &self.ca_file {
            let read = std::fs::read(file).map_err(|error| error.to_string());
            let certificates = read.and_then(|pem| {
                reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| error.to_string())
            });
            let certificates = certificates.map_err(|why| {
                wrong(format!("the file of authorities {}: {why}", file.display()))
            })?;
            builder = builder.tls_certs_merge(certificates);
        }
        builder.build().map_err(|error| wrong(causes(&error)))
    }

    fn request(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder, RemoteError> {
        let mut url = self.base.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}{path}"));
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", self.token.0)).map_err(|_| {
                RemoteError::Unauthorized {
                    host: self.host.clone(),
                    why: "it holds characters that no token has".to_owned(),
                }
            })?;
        bearer.set_sensitive(true);
        Ok(self
            .http()?
            .request(method, url)
            .header(header::AUTHORIZATION, bearer))
    }

    /// Sends a request and returns the answer's head once it is a success.
    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Response, RemoteError> {
        let response = match timeout(self.silence, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.failed(&error)),
            Err(_) => {
                let seconds = self.silence.as_secs().max(1);
                return Err(self.unanswered(&format!("nothing came within {seconds} s")));
            }
        };
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(self.refusal(response).await)
        }
    }

    /// Sends a request and reads the whole JSON of its answer.
    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(HeaderMap, Vec<u8>), RemoteError> {
        let response = self.answer(request).await?;
        let headers = response.headers().clone();
        self.ear.hear(&headers);
        let kind = content_type(&headers);
        if kind != "application/json" {
            let start = page::start(response, self.silence).await;
            return Err(self.not_expected(&headers, &kind, &start));
        }
        let body = self.body(response).await?;
        Ok((headers, body))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, RemoteError> {
        let started = Instant::now();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        loop {
            let chunk = match timeout(self.silence, response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Ok(body),
                Ok(Err(error)) => return Err(self.unanswered(&causes(&error))),
                Err(_) => return Err(self.unanswered("the answer stopped")),
            };
            if body.len() + chunk.len() > BODY {
                return Err(self.odd(
                    &headers,
                    &format!("an answer of more than {} MiB", BODY >> 20),
                ));
            }
            body.extend_from_slice(&chunk);
            let allowed =
                self.silence + Duration::from_secs((body.len() as u64) / u64::from(SLOWEST));
            if started.elapsed() > allowed {
                return Err(self.unanswered("the answer comes too slowly"));
            }
        }
    }

    async fn refusal(&self, response: Response) -> RemoteError {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let host = self.host.clone();
        let request = request_id(&headers);
        let url = plain(self.base.as_str());
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let kind = content_type(&headers);
        let is_json = matches!(
            kind.as_str(),
            "application/problem+json" | "application/json"
        );
        let body = if is_json {
            self.body(response).await.unwrap_or_default()
        } else {
            page::start(response, self.silence).await
        };
        let is_html = page::is_html_type(&kind) || page::is_html(&body);
        let problem: Option<Problem> = serde_json::from_slice(&body).ok().filter(|_| is_json);
        let why = problem.as_ref().map_or_else(
            || format!("status {status}"),
            |problem| plain(&problem.to_string()),
        );
        let urn = problem.as_ref().map_or("", |problem| problem.kind.as_str());
        match (status, urn) {
            (_, problem::EPOCH_CHANGED) => {
                let problem = problem.unwrap_or_default();
                RemoteError::EpochChanged {
                    host,
                    epoch: problem.epoch,
                    restored_seq: problem.restored_seq,
                }
            }
            (_, problem::SCOPE_CHANGED) => RemoteError::ScopeChanged { host },
            (_, problem::BAD_CURSOR) => RemoteError::BadCursor { host },
            (410, _) => RemoteError::CursorExpired { host },
            (429 | 503, _) => RemoteError::Busy {
                host,
                wait: retry_after(text("retry-after"), text("date")),
            },
            (500..=599, _) => RemoteError::Failed {
                host,
                status,
                request,
            },
            (413, _) => RemoteError::TooLarge { host },
            (404, _) => RemoteError::WrongBase { url },
            (300..=399, _) => RemoteError::Proxy {
                host,
                what: redirect(status, text("location")),
            },
            (407, _) => RemoteError::Proxy {
                host,
                what: format!("{status}"),
            },
            (401, _) if problem.is_some() || headers.contains_key(header::WWW_AUTHENTICATE) => {
                RemoteError::Unauthorized { host, why }
            }
            _ if is_html => RemoteError::Proxy {
                host,
                what: format!("{status} with an HTML page"),
            },
            (401, _) => RemoteError::Unauthorized { host, why },
            (403, _) => RemoteError::Forbidden { host, why },
            _ => RemoteError::Refused {
                host,
                status,
                why,
                request,
            },
        }
    }

    fn not_expected(&self, headers: &HeaderMap, kind: &str, start: &[u8]) -> RemoteError {
        if page::is_html_type(kind) || page::is_html(start) {
            return self.page();
        }
        let kind = match plain(kind) {
            none if none.is_empty() => "no type".to_owned(),
            kind => format!("the type `{kind}`"),
        };
        let why = format!("an answer of {kind} and not JSON, so it may be no cnm server");
        self.odd(headers, &why)
    }

    /// Says that a page for people came, whatever it was called.
    fn page(&self) -> RemoteError {
        RemoteError::Proxy {
            host: self.host.clone(),
            what: "an HTML page".to_owned(),
        }
    }

    fn odd(&self, headers: &HeaderMap, why: &str) -> RemoteError {
        RemoteError::Odd {
            host: self.host.clone(),
            why: plain(why),
            request: request_id(headers),
        }
    }

    fn unanswered(&self, why: &str) -> RemoteError {
        RemoteError::Unanswered {
            host: self.host.clone(),
            why: plain(why),
        }
    }

    fn failed(&self, error: &reqwest::Error) -> RemoteError {
        let host = self.host.clone();
        let why = plain(&causes(error));
        if let Some(fault) = tls_fault(error) {
            if matches!(
                fault,
                rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)
            ) {
                return RemoteError::Address {
                    address: plain(self.base.as_str()),
                    why: format!(
                        "what answers at {host} does not speak TLS; write http:// where it is on this machine, or the \
                         port that does"
                    ),
                };
            }
            RemoteError::Tls { host, why }
        } else if error.is_connect() {
            RemoteError::Unreachable { host, why }
        } else {
            RemoteError::Unanswered { host, why }
        }
    }
}

/// An open stream of events.
#[derive(Debug)]
pub struct Events {
    response: Response,
    decoder: Decoder,
    ready: std::collections::VecDeque<Sse>,
    host: String,
}

impl Events {
    /// Waits for the next thing on the stream, at most this long.
    pub async fn next(&mut self, silence: Duration) -> Result<Sse, RemoteError> {
        let broken = |why: String| RemoteError::Unanswered {
            host: self.host.clone(),
            why,
        };
        let until = Instant::now() + silence;
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            let chunk: Bytes = match tokio::time::timeout_at(until, self.response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Err(broken("the stream of events ended".to_owned())),
                Ok(Err(error)) => return Err(broken(plain(&causes(&error)))),
                Err(_) => return Err(broken(format!("no event for {} s", silence.as_secs()))),
            };
            let events = self
                .decoder
                .push(&chunk)
                .map_err(|error| broken(error.to_string()))?;
            self.ready.extend(events);
        }
    }
}

/// Reads the head event of the stream.
pub fn head_of(event: &SseEvent) -> Option<wire::Head> {
    (event.name == "head")
        .then(|| serde_json::from_str(&event.data).ok())
        .flatten()
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    value
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase()
}

fn request_id(headers: &HeaderMap) -> String {
    let id = headers
        .get("x-request-id")
        .and_then(|value| value.to_str().ok());
    plain(id.unwrap_or("-"))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(url: &str) -> Result<Client, RemoteError> {
        Client::new(&Address {
            url: url.into(),
            token: Token::new("cnm_pat_abcd1234_secretsecret"),
            ca_file: None,
        })
    }

    #[test]
    fn http_is_for_loopback_only() {
        for good in [
            "https://cnm.example.com",
            "http://127.0.0.1:7000",
            "http://[::1]:7000/",
            "http://localhost:1",
        ] {
            assert!(client_of(good).is_ok(), "{good}");
        }
        for bad in [
            "http://cnm.example.com",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
            "cnm",
            "https://u:p@h",
        ] {
            assert!(client_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_token_is_never_shown() {
        let client = client_of("https://cnm.example.com").unwrap();
        let shown = format!("{client:?}");
        assert!(shown.contains("cnm_pat_abcd…"), "{shown}");
        assert!(
            !shown.contains("1234") && !shown.contains("secret"),
            "{shown}"
        );
        let error = client_of("https://user:hunter2@h").unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
