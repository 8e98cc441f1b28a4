//! Everything that can go wrong on the way to the server and back, told apart.

use std::time::Duration;

/// A failed request; the text says what, where, why and what to do, and never holds the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// The address or the certificate file in the configuration cannot be used.
    #[error(
        "server address {address}: {why}; look at `url` under [server] in the configuration, or at CNM_SERVER"
    )]
    Address {
        /// The address as it was given.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// No connection came about: nothing was sent.
    #[error("cannot reach {host}: {why}; your work goes on here and is sent later")]
    Unreachable {
        /// Host and port.
        host: String,
        /// Why.
        why: String,
    },
    /// The connection is not secure.
    #[error(
        "no secure connection to {host}: {why}; look at the date of this machine and at the certificate, \
         or name your authority's file as `ca_file`"
    )]
    Tls {
        /// Host and port.
        host: String,
        /// Why.
        why: String,
    },
    /// The request went out and no whole answer came back: it may have been carried out or not.
    #[error(
        "{host} did not answer: {why}; your work goes on here, and nothing that is sent again happens twice"
    )]
    Unanswered {
        /// Host and port.
        host: String,
        /// Why.
        why: String,
    },
    /// An answer came that this program cannot read.
    #[error(
        "{host} speaks oddly: {why} (request {request}); nothing of it was used, tell whoever runs the server"
    )]
    Odd {
        /// Host and port.
        host: String,
        /// What is odd.
        why: String,
        /// The server's id of the request, or `-`.
        request: String,
    },
    /// Something between here and the server answered in its place.
    #[error(
        "a proxy answered, not the server: {host} sent {what}; sign in to the network or look at the address"
    )]
    Proxy {
        /// Host and port.
        host: String,
        /// What it sent.
        what: String,
    },
    /// The token is missing, unknown, revoked or over.
    #[error(
        "{host} does not accept the token: {why}; ask for a new one and put it into CNM_TOKEN or into the file \
         `token` that `cnm config path` names"
    )]
    Unauthorized {
        /// Host and port.
        host: String,
        /// Why.
        why: String,
    },
    /// The token lacks a right.
    #[error("{host} refuses: {why}; ask for the right, or use another token")]
    Forbidden {
        /// Host and port.
        host: String,
        /// Why.
        why: String,
    },
    /// There is no such service at the address.
    #[error(
        "{url} is not the address of a cnm server: it answers 404; look at `url` under [server] in the \
         configuration, or at CNM_SERVER"
    )]
    WrongBase {
        /// The address that was asked.
        url: String,
    },
    /// The cursor was not made by this server.
    #[error("{host} does not know the place in its feed; everything is fetched again")]
    BadCursor {
        /// Host and port.
        host: String,
    },
    /// The cursor is older than the oldest deletion that the server remembers.
    #[error(
        "{host} no longer knows what happened since the last sync; everything is fetched again"
    )]
    CursorExpired {
        /// Host and port.
        host: String,
    },
    /// The user's rights changed.
    #[error("your rights on {host} changed; everything is fetched again")]
    ScopeChanged {
        /// Host and port.
        host: String,
    },
    /// The server was restored from a backup, or diverged.
    #[error(
        "{host} was restored from a backup; everything is fetched again and lost edits are sent again"
    )]
    EpochChanged {
        /// Host and port.
        host: String,
        /// The new epoch.
        epoch: Option<String>,
        /// The sequence to which it was restored.
        restored_seq: Option<u64>,
    },
    /// The body was too large.
    #[error("{host} refuses so large a request")]
    TooLarge {
        /// Host and port.
        host: String,
    },
    /// The server asks to wait.
    #[error("{host} is busy and asks to wait {} s; it is asked again then, your work goes on here", wait.as_secs())]
    Busy {
        /// Host and port.
        host: String,
        /// How long.
        wait: Duration,
    },
    /// The server failed.
    #[error(
        "{host} failed ({status}, request {request}); it is asked again, tell whoever runs it if it lasts"
    )]
    Failed {
        /// Host and port.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The server's id of the request, or `-`.
        request: String,
    },
    /// The server understood and refuses the request as a whole.
    #[error(
        "{host} refuses the request ({status}): {why}; tell whoever runs the server, request {request}"
    )]
    Refused {
        /// Host and port.
        host: String,
        /// The HTTP status.
        status: u16,
        /// Why.
        why: String,
        /// The server's id of the request, or `-`.
        request: String,
    },
}

/// Makes text that came from elsewhere fit for a message: one line, no control characters, not long.
pub(super) fn plain(text: &str) -> String {
    let mut out: String = text
        .chars()
        .map(|c| {
            if c.is_control()
                || matches!(u32::from(c), 0x200b..=0x200f | 0x2028..=0x202e | 0x2066..=0x2069)
            {
                ' '
            } else {
                c
            }
        })
        .take(200)
        .collect();
    if text.chars().count() > 200 {
        out.push('…');
    }
    out
}

/// Says that a redirect came and, when it can be told, to which host; it is not followed.
pub(super) fn redirect(status: u16, location: Option<&str>) -> String {
    let host = location
        .and_then(|location| reqwest::Url::parse(location).ok())
        .and_then(|url| url.host_str().map(plain));
    match host {
        Some(host) => format!("a redirect ({status}) to {host}"),
        None => format!("a redirect ({status})"),
    }
}

/// Reads `Retry-After`: seconds or a date, never more than a quarter of an hour, five seconds when it makes no sense.
///
/// A date is compared with the server's own `Date`, so that a wrong clock here does not matter.
pub(super) fn retry_after(value: Option<&str>, date: Option<&str>) -> Duration {
    const DEFAULT: Duration = Duration::from_secs(5);
    const LONGEST: u64 = 15 * 60;
    let Some(value) = value.map(str::trim) else {
        return DEFAULT;
    };
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Duration::from_secs(value.parse().unwrap_or(LONGEST).min(LONGEST));
    }
    let instant = |text: &str| {
        jiff::fmt::rfc2822::parse(text)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    match (instant(value), date.and_then(instant)) {
        (Some(until), Some(now)) => {
            let seconds = until.duration_since(now).as_secs();
            Duration::from_secs(u64::try_from(seconds).unwrap_or(0).min(LONGEST))
        }
        _ => DEFAULT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_within_bounds() {
        let date = Some("Sat, 21 Nov 2026 08:00:00 GMT");
        let read = |value| retry_after(Some(value), date).as_secs();
        assert_eq!(read("7"), 7);
        assert_eq!(read("1000000000"), 900);
        assert_eq!(read("99999999999999999999999"), 900);
        assert_eq!(read("-3"), 5);
        assert_eq!(read("soon"), 5);
        assert_eq!(read("Sat, 21 Nov 2026 08:00:30 GMT"), 30);
        assert_eq!(read("Sat, 21 Nov 2026 07:00:00 GMT"), 0);
        assert_eq!(retry_after(None, date).as_secs(), 5);
        assert_eq!(
            retry_after(Some("Sat, 21 Nov 2026 08:00:30 GMT"), None).as_secs(),
            5
        );
    }

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{202e}d"), "a [2Jb c d");
    }
}
