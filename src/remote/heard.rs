//! What a server says beside its answers: its clock, and whether it will go away.

use std::sync::Mutex;

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::error::plain;

/// What was heard last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What the server's clock showed (`Date`).
    pub date: Option<Timestamp>,
    /// Since when this version of the contract is deprecated (`Deprecation`, RFC 9745).
    pub deprecated: Option<Timestamp>,
    /// When it will be switched off (`Sunset`, RFC 8594).
    pub sunset: Option<Timestamp>,
    /// Where more is said about it (`Link` with `rel="deprecation"` or `rel="sunset"`), sanitised.
    pub more: Option<String>,
}

impl Heard {
    /// Reads the heads of an answer; what is not there or not understood stays empty.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let date = |name: &str| {
            let zoned = jiff::fmt::rfc2822::parse(text(name)?.trim()).ok()?;
            Some(zoned.timestamp())
        };
        // RFC 9745 writes `@` and seconds since 1970; its drafts wrote a date.
        let deprecated = text("deprecation").and_then(|value| {
            let seconds = value.trim().strip_prefix('@')?.parse().ok()?;
            Timestamp::from_second(seconds).ok()
        });
        let more = headers
            .get_all("link")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .find(|value| value.contains("deprecation") || value.contains("sunset"))
            .and_then(|value| value.split_once('<')?.1.split_once('>'))
            .map(|(address, _)| plain(address));
        Self {
            date: date("date"),
            deprecated: deprecated.or_else(|| date("deprecation")),
            sunset: date("sunset"),
            more,
        }
    }
}

/// Keeps what was heard last.
#[derive(Debug, Default)]
pub(super) struct Ear(Mutex<Heard>);

impl Ear {
    pub(super) fn hear(&self, headers: &HeaderMap) {
        if let Ok(mut heard) = self.0.lock() {
            *heard = Heard::of(headers);
        }
    }

    pub(super) fn heard(&self) -> Heard {
        self.0.lock().map(|heard| heard.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_server_that_will_go_away_is_heard() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("date", "Sat, 21 Nov 2026 08:00:00 GMT"),
            ("deprecation", "@1795000000"),
            ("sunset", "Wed, 30 Jun 2027 23:59:59 GMT"),
            (
                "link",
                "<https://cnm.example.com/v2>; rel=\"deprecation\"; type=\"text/html\"",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let heard = Heard::of(&headers);
        assert_eq!(heard.date, "2026-11-21T08:00:00Z".parse().ok());
        assert_eq!(heard.deprecated, Timestamp::from_second(1_795_000_000).ok());
        assert_eq!(heard.sunset, "2027-06-30T23:59:59Z".parse().ok());
        assert_eq!(heard.more.as_deref(), Some("https://cnm.example.com/v2"));
        headers.insert("sunset", HeaderValue::from_static("soon"));
        headers.insert("deprecation", HeaderValue::from_static("@soon"));
        let heard = Heard::of(&headers);
        assert_eq!((heard.sunset, heard.deprecated), (None, None));
    }
}
