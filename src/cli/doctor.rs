//! What the doctor says of the terminal, the clock, and a server that will go away.

use std::io::IsTerminal as _;
use std::process::Command as Process;

use jiff::{SignedDuration, Timestamp};

use super::check::Findings;
use crate::config::{AmbiguousWidth, Config};
use crate::remote::Heard;
use crate::runtime;
use crate::text::Glyphs;
use crate::ui::Depth;
use crate::when::tzdb::{self, Source};

/// A clock that is off by more than this shows wrong ages and late SLAs.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// Says which time zone database holds, whether it is old, and what the system has instead.
pub(super) fn tzdb(now: Timestamp, found: &mut Findings) {
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let current = tzdb::current();
    if let Some(doubt) = current.doubt(today) {
        found.wrong(doubt);
    }
    let configured = runtime::Home::find().map(|home| home.config().unwrap_or_default());
    if let (Ok(config), Source::Bundled) = (configured, current.source)
        && config.time.source() == Source::System
        && std::env::var_os("CNM_TZDB").is_none()
    {
        found.wrong(
            "tzdb: the configuration asks for the system's, and it has none; install tzdata",
        );
    }
    match (current.source, runtime::system_tzdb()) {
        (Source::System, _) => {}
        (Source::Bundled, Some(system)) => found.fine(format!(
            "tzdb    not used: {system}; `tzdb` below [time], CNM_TZDB or --tzdb choose"
        )),
        (Source::Bundled, None) => found.fine("tzdb    the system has none".into()),
    }
}

/// Says what the terminal can do, as far as the environment and the terminal itself tell.
pub(super) fn terminal(config: &Config, found: &mut Findings) {
    let value = |name: &str| std::env::var(name).unwrap_or_else(|_| "unset".into());
    let inside = std::env::var_os("TMUX").is_some();
    found.fine(format!(
        "terminal TERM={} COLORTERM={} LANG={} NO_COLOR={}{}",
        value("TERM"),
        value("COLORTERM"),
        value("LANG"),
        value("NO_COLOR"),
        if inside { " inside tmux" } else { "" }
    ));
    let look = runtime::look_of(config, false);
    let depth = match look.depth {
        Depth::TrueColour => "24-bit colours",
        Depth::Indexed => "256 colours",
        Depth::Ansi => "16 colours",
        Depth::Off => "no colours",
    };
    let glyphs = match look.glyphs {
        Glyphs::Unicode => "Unicode frames",
        Glyphs::Ascii => "ASCII frames",
    };
    found.fine(format!(
        "colours {depth}, {glyphs}, theme {}",
        config.ui.theme
    ));
    if look.depth == Depth::Indexed && inside {
        found.fine(
            "colours tmux hides the 24-bit colours of most terminals: `set -as terminal-features ',*:RGB'` in \
             tmux.conf and `export COLORTERM=truecolor` show them"
                .into(),
        );
    }
    let interactive = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if interactive {
        let (columns, rows) = runtime::Screen::size();
        let (least_columns, least_rows) = crate::ui::SMALLEST;
        if columns < least_columns || rows < least_rows {
            found.wrong(format!(
                "terminal {columns}×{rows} is smaller than {least_columns}×{least_rows}; make it larger"
            ));
        } else {
            found.fine(format!("size    {columns}×{rows}"));
        }
        width(config, found);
    }
    if inside {
        tmux(found);
    }
}

fn width(config: &Config, found: &mut Findings) {
    let answer = runtime::probe_width();
    let says = match answer {
        Some(true) => "wide",
        Some(false) => "narrow",
        None => "the terminal does not answer",
    };
    found.fine(format!("width   characters of ambiguous width: {says}"));
    let wrong = match (config.ui.ambiguous_width, answer) {
        (AmbiguousWidth::Narrow, Some(true)) => Some("wide"),
        (AmbiguousWidth::Wide, Some(false)) => Some("narrow"),
        _ => None,
    };
    if let Some(says) = wrong {
        found.wrong(format!(
            "ui.ambiguous_width says otherwise than the terminal: frames will break; set it to \"{says}\" or \"auto\""
        ));
    }
}

/// Asks tmux whether it lets through what the console sends.
fn tmux(found: &mut Findings) {
    let option = |name: &str| {
        let output = Process::new("tmux")
            .args(["show-options", "-gv", name])
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (output.status.success() && !text.is_empty()).then_some(text)
    };
    for (name, off, words) in [
        (
            "set-clipboard",
            "off",
            "`y` cannot reach the clipboard: `set -g set-clipboard on` in tmux.conf",
        ),
        (
            "focus-events",
            "off",
            "the console is not told when it gets the focus: `set -g focus-events on` in tmux.conf",
        ),
    ] {
        if option(name).is_some_and(|value| value == off) {
            found.fine(format!("tmux    {words}"));
        }
    }
}

/// Compares the clocks, and says whether the server will go away.
pub(super) fn server(heard: &Heard, now: Timestamp, found: &mut Findings) {
    if let Some(theirs) = heard.date {
        let off = now.duration_since(theirs);
        // Their clock shows whole seconds.
        if off.abs() > SKEW {
            found.wrong(format!(
                "clock   this machine is {} {} the server: ages and deadlines are shown wrongly; set the clock, \
                 best by NTP",
                crate::when::clock::length(off.abs()),
                if off.is_positive() { "ahead of" } else { "behind" }
            ));
        } else {
            found.fine("clock   agrees with the server's".into());
        }
    }
    let more = heard
        .more
        .as_deref()
        .map_or_else(String::new, |more| format!("; more at {more}"));
    match (heard.deprecated, heard.sunset) {
        (_, Some(sunset)) if sunset <= now => found.wrong(format!(
            "server  was to be switched off on {}: ask for the new address or a new cnm{more}",
            day(sunset)
        )),
        (_, Some(sunset)) => found.wrong(format!(
            "server  will be switched off on {}: update cnm or ask for the new address before then{more}",
            day(sunset)
        )),
        (Some(since), None) => found.wrong(format!(
            "server  this version of the contract is deprecated since {}: update cnm{more}",
            day(since)
        )),
        (None, None) => {}
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(heard: &Heard) -> Vec<String> {
        let mut found = Findings::default();
        server(heard, "2026-11-21T08:00:00Z".parse().unwrap(), &mut found);
        found.lines
    }

    #[test]
    fn a_wrong_clock_and_a_sunset_are_named() {
        let heard = Heard {
            date: "2026-11-21T08:10:00Z".parse().ok(),
            deprecated: "2026-11-01T00:00:00Z".parse().ok(),
            sunset: "2027-06-30T00:00:00Z".parse().ok(),
            more: Some("https://cnm.example.com/v2".into()),
        };
        let lines = said(&heard);
        assert!(
            lines[0].starts_with("! clock   this machine is 10m behind"),
            "{lines:?}"
        );
        assert!(
            lines[1].contains("switched off on 2027-06-30") && lines[1].ends_with("/v2"),
            "{lines:?}"
        );
        let fine = Heard {
            date: "2026-11-21T08:00:01Z".parse().ok(),
            ..Heard::default()
        };
        assert_eq!(said(&fine), ["clock   agrees with the server's"]);
    }
}
