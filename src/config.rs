//! Layer 4: the configuration file, checked.
//!
//! Everything has a default, so an empty file is a valid one. An unknown key is an error with its line and a
//! suggestion: a setting that is silently ignored is worse than none.

mod hint;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::command::{PORTFOLIO_COLUMNS, Settings};
use crate::keymap::{self, Layout, line_of};
use crate::record::Kind;
use crate::when::tzdb::Source;

/// The configuration.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the backend is and how to sign in.
    pub server: Server,
    /// How the console looks.
    pub ui: Ui,
    /// What keys mean before the keymap is asked.
    pub keys: Keys,
    /// How the inbox works.
    pub inbox: Inbox,
    /// How follow-ups are spread.
    pub follow_ups: FollowUps,
    /// When I work.
    pub day: Day,
    /// How the console speaks up while another window has the keys.
    pub notify: Notify,
    /// How meetings are arranged.
    pub slots: Slots,
    /// How time is told.
    pub time: Time,
    /// How the CNs are listed.
    pub portfolio: Portfolio,
}

/// How the console speaks up while another window has the keys.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Notify {
    /// How the terminal is told: `auto`, `osc9` (iTerm2, `WezTerm`, Ghostty, Windows Terminal), `osc777` (foot, urxvt), `osc99` (kitty), `bell` or `none`.
    pub via: Via,
    /// Rings the bell as well.
    pub bell: bool,
    /// Local hours in which nothing speaks up, for example `22:00-08:00`; empty for none.
    pub quiet: String,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            via: Via::Auto,
            bell: false,
            quiet: String::new(),
        }
    }
}

impl Notify {
    /// Tells whether a local time lies in the quiet hours, which may go over midnight.
    pub fn is_quiet(&self, at: jiff::civil::Time) -> bool {
        let Some((from, to)) = hours(&self.quiet) else {
            return false;
        };
        if from <= to {
            (from..to).contains(&at)
        } else {
            at >= from || at < to
        }
    }
}

/// The way by which the terminal is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Via {
    /// What the terminal is known to understand, else the bell.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// OSC 9.
    #[serde(rename = "osc9")]
    Osc9,
    /// OSC 777.
    #[serde(rename = "osc777")]
    Osc777,
    /// OSC 99.
    #[serde(rename = "osc99")]
    Osc99,
    /// The bell.
    #[serde(rename = "bell")]
    Bell,
    /// Not at all.
    #[serde(rename = "none")]
    Off,
}

/// Where the backend is and how to sign in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Base address, for example `https://cnm.example.com`; `CNM_SERVER` overrides it.
    pub url: String,
    /// A command, as a list of words, that prints the token; `CNM_TOKEN` overrides it.
    pub token_command: Vec<String>,
    /// A file with further certificate authorities (PEM).
    pub ca_file: String,
}

/// How the console looks.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ui {
    /// Name of the theme: `midnight`, `okabe` (for eyes that do not tell red from green), `gruvbox`, `nord`, `dracula`, `catppuccin-mocha`, `tokyo-night`, `rose-pine`, `solarized-dark`; light: `daylight`, `okabe-light`, `catppuccin-latte`, `solarized-light`; `ansi` (the terminal's own sixteen colours); or a file in `themes/`.
    pub theme: String,
    /// Name of the theme where the terminal says that its background is light; empty takes `theme` everywhere.
    pub light_theme: String,
    /// Draws with ASCII characters only.
    pub ascii: bool,
    /// Colours: `auto`, `truecolor`, `256`, `16` or `none`.
    pub colours: Colours,
    /// Captures the mouse: a click goes to a row or a tab, a second one opens, the wheel scrolls; `app mouse` switches.
    pub mouse: bool,
    /// Lets names lead to web addresses where the terminal knows links (OSC 8).
    pub links: bool,
    /// Milliseconds that the keys must rest before the preview follows the cursor; 0 lets it follow at once.
    pub preview_delay: u16,
    /// Cells of characters of ambiguous width (`…`, `─`, Greek, Cyrillic): `auto` asks the terminal where the locale is Chinese, Japanese or Korean, `narrow` or `wide`.
    pub ambiguous_width: AmbiguousWidth,
    /// IANA zone of the console; empty takes the user's, then the machine's.
    pub zone: String,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            theme: "midnight".into(),
            light_theme: String::new(),
            ascii: false,
            colours: Colours::Auto,
            mouse: false,
            links: true,
            preview_delay: 40,
            ambiguous_width: AmbiguousWidth::Auto,
            zone: String::new(),
        }
    }
}

/// What keys mean before the keymap is asked.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Digits: `counts` (`3e` takes three rows; the third tab by `3` and Enter, Alt and the digit, or `g` and a letter) or `tabs` (1 to 6 open their tabs, a count begins with 0: `03e`); empty takes what the default keys do: counts, in `v1` tabs.
    pub digits: Digits,
    /// The keys to begin with: `vim` or `plain` (arrows and function keys; j, k, h, l and G are free).
    pub preset: Preset,
    /// The version of the default keys, for example `v1`; empty takes the newest. `cnm keys --changed v1` says what differs.
    pub defaults: String,
    /// The keyboard, where it does not type Latin letters: `ru`, `uk`, `el`, `he`, `ko`, or its 33 letters in the place of `qwertyuiop[]asdfghjkl;'zxcvbnm,./`.
    pub layout: String,
}

impl Keys {
    /// Returns the keys to begin with.
    pub const fn preset(&self) -> keymap::Preset {
        match self.preset {
            Preset::Vim => keymap::Preset::Vim,
            Preset::Plain => keymap::Preset::Plain,
        }
    }
}

/// The keys to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Preset {
    /// Moves as in vim.
    #[default]
    #[serde(rename = "vim")]
    Vim,
    /// Arrows and function keys.
    #[serde(rename = "plain")]
    Plain,
}

/// What a digit begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Digits {
    /// What the version of the default keys says: a count, in the first version a tab.
    #[default]
    #[serde(rename = "")]
    AsKeys,
    /// A tab, from 1 to 6; a count begins with a digit that is not bound.
    #[serde(rename = "tabs")]
    Tabs,
    /// A count.
    #[serde(rename = "counts")]
    Counts,
}

/// How many colours are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Colours {
    /// As many as the terminal says it can.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// 24 bit.
    #[serde(rename = "truecolor")]
    TrueColour,
    /// The 256 colours of xterm.
    #[serde(rename = "256")]
    Indexed,
    /// The sixteen ANSI colours.
    #[serde(rename = "16")]
    Ansi,
    /// None; meaning is carried by characters and weight alone.
    #[serde(rename = "none")]
    Off,
}

/// How many cells characters of ambiguous width take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AmbiguousWidth {
    /// What the terminal does.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// One.
    #[serde(rename = "narrow")]
    Narrow,
    /// Two.
    #[serde(rename = "wide")]
    Wide,
}

/// How the inbox works.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Inbox {
    /// Seconds that a reply waits before it leaves, so that undo can stop it.
    pub send_delay: u32,
    /// Ids or names of the people that `assign` offers first.
    pub favourites: Vec<String>,
    /// Saved views: further tabs of the inbox, each a filter in the query language.
    pub views: Vec<View>,
}

/// A saved view of the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct View {
    /// The name of its tab.
    pub name: String,
    /// What it shows, for example `network.lifecycle:new sla<4h`.
    pub filter: String,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            send_delay: 10,
            favourites: Vec::new(),
            views: Vec::new(),
        }
    }
}

/// How follow-ups are spread.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FollowUps {
    /// At most this many follow-ups a day when `follow-up level` spreads them; a day above it is shown as too full.
    pub day_cap: u16,
}

impl Default for FollowUps {
    fn default() -> Self {
        Self { day_cap: 8 }
    }
}

/// How the CNs are listed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Portfolio {
    /// Columns between the name and the reason, the most important first; as many are shown as fit: `weeks` (course), `change` (month to date against the same day of the month before), `goal`, `health`, `mom` (last whole month against the one before), `per-day` (the same for a day: months have 28 to 31), `yoy` (against the same month a year before), `active` (active creators), `valid` (valid LIVE days so far), `dark` (days without anything coming in), `steps` (onboarding milestones: overdue, or days to the next), `creators`, `tier`, `owner`, `quiet` (since the last contact). Without any: weeks, change, goal, health, active, yoy, steps.
    pub columns: Vec<String>,
}

/// The columns that a list of CNs has while none are chosen.
const SHIPPED_COLUMNS: [&str; 7] = [
    "weeks", "change", "goal", "health", "active", "yoy", "steps",
];

impl Portfolio {
    /// Returns the columns, the most important first.
    pub fn columns(&self) -> Vec<&str> {
        if self.columns.is_empty() {
            SHIPPED_COLUMNS.to_vec()
        } else {
            self.columns.iter().map(String::as_str).collect()
        }
    }
}

/// When I work.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Day {
    /// Local start of the working day, `HH:MM`.
    pub start: String,
    /// Local end of the working day, `HH:MM`.
    pub end: String,
}

impl Default for Day {
    fn default() -> Self {
        Self {
            start: "09:00".into(),
            end: "18:00".into(),
        }
    }
}

/// How meetings are arranged.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Slots {
    /// Hours that a time is kept free before it is released by itself, at most until it begins.
    pub hold_hours: u32,
}

impl Default for Slots {
    fn default() -> Self {
        Self { hold_hours: 48 }
    }
}

/// How time is told.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Time {
    /// Where the rules of time zones come from: `bundled` (inside the program, the same on every machine) or `system`; holds from the next start on. `CNM_TZDB` overrides it, and `--tzdb` both.
    pub tzdb: Zones,
}

impl Time {
    /// Returns where the rules of time zones come from.
    pub const fn source(&self) -> Source {
        match self.tzdb {
            Zones::Bundled => Source::Bundled,
            Zones::System => Source::System,
        }
    }
}

/// Where the rules of time zones come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Zones {
    /// The database inside the program.
    #[default]
    #[serde(rename = "bundled")]
    Bundled,
    /// That of the operating system.
    #[serde(rename = "system")]
    System,
}

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}; {hint}")]
pub struct ConfigError {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
}

crate::keymap::fault!(ConfigError);

/// Largest configuration that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

impl Config {
    /// Reads and checks a configuration.
    pub fn read(text: &str, file: &str) -> Result<Config, ConfigError> {
        let fail = |line: usize, what: String, hint: String| ConfigError {
            file: file.to_owned(),
            line,
            what,
            hint,
        };
        if text.len() > MAX_BYTES {
            return Err(fail(
                1,
                "the file is larger than 1 MiB".into(),
                "make it smaller".into(),
            ));
        }
        let config: Config = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            let hint = hint::suggestion(&message);
            fail(line, message, hint)
        })?;
        if let Err(error) = Layout::read(&config.keys.layout) {
            let line = text
                .lines()
                .position(|line| line.trim_start().starts_with("layout"));
            let (what, hint) = error
                .to_string()
                .rsplit_once("; ")
                .map(|(what, hint)| (what.to_owned(), hint.to_owned()))
                .unwrap_or_default();
            return Err(fail(line.map_or(1, |line| line + 1), what, hint));
        }
        check_defaults(text, &config.keys.defaults)
            .map_err(|(line, what, hint)| fail(line, what, hint))?;
        if !config.notify.quiet.is_empty() && hours(&config.notify.quiet).is_none() {
            let line = text
                .lines()
                .position(|line| line.trim_start().starts_with("quiet"));
            return Err(fail(
                line.map_or(1, |line| line + 1),
                format!("notify.quiet: `{}` are no hours", config.notify.quiet),
                "write for example \"22:00-08:00\"".into(),
            ));
        }
        for (name, value) in [("start", &config.day.start), ("end", &config.day.end)] {
            if time(value).is_none() {
                let line = text
                    .lines()
                    .position(|line| line.trim_start().starts_with(name));
                return Err(fail(
                    line.map_or(1, |line| line + 1),
                    format!("day.{name}: `{value}` is not a time of day"),
                    "write for example \"09:00\"".into(),
                ));
            }
        }
        check_views(text, &config).map_err(|(line, what, hint)| fail(line, what, hint))?;
        let unknown = config
            .portfolio
            .columns
            .iter()
            .find(|name| !PORTFOLIO_COLUMNS.iter().any(|(known, _)| known == name));
        if let Some(unknown) = unknown {
            let quoted = format!("\"{unknown}\"");
            let line = text.lines().position(|line| line.contains(&quoted));
            return Err(fail(
                line.map_or(1, |line| line + 1),
                format!("portfolio.columns: `{unknown}` is not a column"),
                format!(
                    "known: {}",
                    PORTFOLIO_COLUMNS.map(|(name, _)| name).join(", ")
                ),
            ));
        }
        Ok(config)
    }

    /// Returns all that is wrong with a configuration, in the order of its lines.
    pub fn faults(text: &str, file: &str) -> Vec<ConfigError> {
        keymap::faults(text, file, |text| Config::read(text, file).err())
    }

    /// Returns what commands take from the configuration.
    pub fn settings(&self) -> Settings {
        let defaults = Settings::default();
        Settings {
            send_delay: SignedDuration::from_secs(i64::from(self.inbox.send_delay)),
            day_start: time(&self.day.start).unwrap_or(defaults.day_start),
            day_end: time(&self.day.end).unwrap_or(defaults.day_end),
            favourites: self.inbox.favourites.clone(),
            hold: SignedDuration::from_hours(i64::from(self.slots.hold_hours)),
            day_cap: usize::from(self.follow_ups.day_cap.max(1)),
            columns: self
                .portfolio
                .columns()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        }
    }
}

fn hours(text: &str) -> Option<(jiff::civil::Time, jiff::civil::Time)> {
    let (from, to) = text.split_once('-')?;
    Some((time(from.trim())?, time(to.trim())?))
}

/// Checks the name of the default keys; returns line, fault and hint where there are none of this name.
fn check_defaults(text: &str, wanted: &str) -> Result<(), (usize, String, String)> {
    let known: Vec<&str> = keymap::VERSIONS.iter().map(|(name, _)| *name).collect();
    if wanted.is_empty() || known.contains(&wanted) {
        return Ok(());
    }
    let line = text.lines().position(|line| {
        line.split_once('=')
            .is_some_and(|(name, value)| name.contains("defaults") || value.contains("defaults"))
    });
    Err((
        line.map_or(1, |line| line + 1),
        format!("keys.defaults: there are no default keys `{wanted}`"),
        format!("known: {}", known.join(", ")),
    ))
}

/// Checks the saved views; returns line, fault and hint of the first that cannot be used.
fn check_views(text: &str, config: &Config) -> Result<(), (usize, String, String)> {
    let view = crate::record::View::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC, "me");
    for (at, saved) in config.inbox.views.iter().enumerate() {
        let header = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.trim() == "[[inbox.views]]")
            .nth(at);
        let line = header.map_or(1, |(line, _)| line + 1);
        if saved.name.trim().is_empty() {
            let hint = "write for example name = \"New CNs\"".to_owned();
            return Err((line, "a saved view has no name".into(), hint));
        }
        if let Err(error) = crate::command::check_filter(Kind::Thread, &saved.filter, &view) {
            let what = format!("view `{}`: {error}", saved.name);
            return Err((line, what, "`cnm list thread QUERY` tries a filter".into()));
        }
    }
    Ok(())
}

fn time(text: &str) -> Option<jiff::civil::Time> {
    jiff::civil::Time::strptime("%H:%M", text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(Config::read("", "config.toml").unwrap(), Config::default());
    }

    #[test]
    fn default_keys_that_are_not_there_are_told_with_their_line() {
        for (text, line) in [
            ("[ui]\n\n[keys]\ndefaults=\"v9\"\n", 4),
            ("\nkeys = { defaults = \"v9\" }\n", 2),
        ] {
            let error = Config::read(text, "config.toml").unwrap_err().to_string();
            let start = format!(
                "config.toml:{line}: keys.defaults: there are no default keys `v9`; known: v1, "
            );
            assert!(error.starts_with(&start), "{error}");
        }
        assert!(Config::read("[keys]\ndefaults = \"v1\"\n", "config.toml").is_ok());
    }

    #[test]
    fn an_unknown_key_names_line_and_suggestion() {
        let error = Config::read("[ui]\nthme = \"ansi\"\n", "config.toml")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("config.toml:2: unknown field `thme`"),
            "{error}"
        );
        assert!(error.ends_with("did you mean `theme`?"), "{error}");
    }

    #[test]
    fn a_setting_under_another_heading_is_told_where_it_belongs() {
        for (text, hint) in [
            ("theme = \"ansi\"\n", "it belongs under [ui]"),
            (
                "[ui]\nquiet = \"22:00-08:00\"\n",
                "it belongs under [notify]",
            ),
        ] {
            let error = Config::read(text, "config.toml").unwrap_err().to_string();
            assert!(error.ends_with(hint), "{error}");
        }
    }

    #[test]
    fn a_time_that_is_none_is_named() {
        let error = Config::read("[day]\nstart = \"nine\"\n", "config.toml")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("config.toml:2: day.start: `nine`"),
            "{error}"
        );
    }
}
