//! How many cells the terminal gives to characters of ambiguous width.
//!
//! Terminals that are set up for Chinese, Japanese or Korean may give two. It is asked by writing such a character
//! and looking where the cursor is: once for each kind of terminal, and only where the locale makes it likely,
//! because a terminal that does not answer keeps the keys waiting for a moment. The first frame is on screen by
//! then.

use std::path::Path;

use crate::config::AmbiguousWidth;
use crate::text::Ambiguous;

/// Returns what the configuration says, else what is remembered of this terminal, else what it answers.
pub(super) fn ambiguous(configured: AmbiguousWidth, remembered: &Path) -> Ambiguous {
    match configured {
        AmbiguousWidth::Narrow => Ambiguous::Narrow,
        AmbiguousWidth::Wide => Ambiguous::Wide,
        AmbiguousWidth::Auto if !is_likely() => Ambiguous::Narrow,
        AmbiguousWidth::Auto => {
            let terminal = terminal();
            let known: Known = std::fs::read_to_string(remembered)
                .ok()
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default();
            if let Some(wide) = known.get(&terminal) {
                return width(*wide);
            }
            let wide = probe().unwrap_or(false);
            let mut known = known;
            known.insert(terminal, wide);
            if let Ok(text) = serde_json::to_string(&known) {
                let _ = super::outside::write_private(remembered, &text);
            }
            width(wide)
        }
    }
}

/// Terminals by name, and whether they draw ambiguous characters wide.
type Known = std::collections::BTreeMap<String, bool>;

const fn width(wide: bool) -> Ambiguous {
    if wide {
        Ambiguous::Wide
    } else {
        Ambiguous::Narrow
    }
}

/// Tells whether the locale or the terminal make wide characters likely.
fn is_likely() -> bool {
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .map(|name| value(name))
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    ["zh", "ja", "ko"]
        .iter()
        .any(|tongue| locale.starts_with(tongue))
        || value("VTE_CJK_WIDTH") == "wide"
}

fn terminal() -> String {
    ["TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"]
        .map(|name| std::env::var(name).unwrap_or_default())
        .join(" ")
}

/// Writes an ambiguous character at the left edge and asks where the cursor is; `None` where nobody answers.
pub(crate) fn probe() -> Option<bool> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    out.write_all("\x1b7\r\u{2026}".as_bytes()).ok()?;
    out.flush().ok()?;
    let column = crossterm::cursor::position().ok().map(|(column, _)| column);
    // The character goes again; the next frame draws over it in any case.
    out.write_all(b"\r  \x1b8").ok()?;
    out.flush().ok()?;
    column.map(|column| column >= 2)
}
