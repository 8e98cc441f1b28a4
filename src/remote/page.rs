//! Pages for people that come in the place of an answer, whatever type they are said to be of.

use std::time::Duration;

use reqwest::Response;
use tokio::time::timeout;

/// So many bytes tell what an answer is.
const START: usize = 1 << 10;

/// Tells whether a type is that of a page.
pub(super) fn is_html_type(kind: &str) -> bool {
    matches!(kind, "text/html" | "application/xhtml+xml")
}

/// Tells whether a text begins as a page does: with a document type, or with an element that stands at the top of one.
pub(super) fn is_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let start = body.trim_ascii_start();
    let start = start.get(..start.len().min(START)).unwrap_or_default();
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let mut rest = text.as_str();
    // Comments and what an XML file says of itself come before it.
    for (open, close) in [("<!--", "-->"), ("<?xml", "?>"), ("<!--", "-->")] {
        if rest.starts_with(open) {
            rest = rest
                .split_once(close)
                .map_or("", |(_, rest)| rest.trim_start());
        }
    }
    [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<meta",
        "<script",
    ]
    .iter()
    .any(|tag| rest.starts_with(tag))
}

/// Reads how an answer begins; nothing where it does not come.
pub(super) async fn start(mut response: Response, silence: Duration) -> Vec<u8> {
    let mut start = Vec::new();
    let read = async {
        while start.len() < START
            && let Ok(Some(chunk)) = response.chunk().await
        {
            start.extend_from_slice(&chunk);
        }
    };
    // What came so far is enough.
    let _ = timeout(silence.min(Duration::from_secs(5)), read).await;
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_how_it_begins() {
        for page in [
            "<!DOCTYPE html><html>",
            "\n  <HTML lang=en>",
            "\u{feff}<!-- saved --><html>",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE html>",
            "<head><title>Sign in</title>",
            "<script>location='/login'</script>",
        ] {
            assert!(is_html(page.as_bytes()), "{page}");
        }
        for other in [
            "",
            "{}",
            "<",
            "<svg/>",
            "html",
            "<?xml version=\"1.0\"?><feed/>",
            "\u{1}\u{2}",
        ] {
            assert!(!is_html(other.as_bytes()), "{other}");
        }
    }
}
