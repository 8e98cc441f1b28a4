//! The keys of this place, generated from the keymap.

use super::{App, Mode, Purpose};
use crate::command::{Entry, entries};
use crate::keymap::{Binding, show_sequence};
use crate::pane::{Focus, Place};

/// One row of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// The keys.
    pub keys: String,
    /// What they do.
    pub help: String,
    /// The command line behind them.
    pub command: String,
    /// Where they were bound.
    pub source: String,
    /// Whether they are bound for this place only.
    pub here: bool,
}

/// Lists the keys that hold in the active place, its own first.
pub fn help_rows(app: &App) -> Vec<HelpRow> {
    let entries = entries();
    let scope = app.screen.scope();
    let own = app.keymap.own(scope);
    let rows = app.keymap.all(scope);
    rows.into_iter()
        .map(|(keys, binding)| HelpRow {
            here: own.contains(&keys),
            keys: show_sequence(&keys),
            help: help_of(binding, entries),
            command: binding.shown(),
            source: format!("{}:{}", binding.source.file, binding.source.line),
        })
        .collect()
}

fn help_of(binding: &Binding, entries: &[Entry]) -> String {
    if !binding.help.is_empty() {
        return binding.help.clone();
    }
    let line = binding.commands.first().map_or("", String::as_str);
    entry_of(line, entries)
        .map(|entry| entry.help.trim_end_matches('.').to_owned())
        .unwrap_or_default()
}

/// Returns the command of a line.
fn entry_of<'e>(line: &str, entries: &'e [Entry]) -> Option<&'e Entry> {
    let runs = |entry: &&Entry| {
        let rest = line.strip_prefix(entry.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let fits = entries.iter().filter(runs);
    fits.max_by_key(|entry| entry.name.len())
}

/// Tells whether a binding does nothing where there is no row: something that it runs acts on one, or on what a row
/// would have brought.
fn wants_row(app: &App, binding: &Binding) -> bool {
    let others = [
        "pane open",
        "mark toggle",
        "mark all",
        "mark alike",
        "jump related",
        "inbox sweep",
    ];
    // What was done can be taken back, and a filter changed, also where that left nothing.
    let filtered = app.screen.shelf(app.screen.active());
    let filtered = filtered.is_some_and(|shelf| !shelf.filter.is_empty());
    let idle = |line: &str| match line {
        "undo" => app.undo.last().is_none(),
        "filter edit" => !filtered,
        _ => false,
    };
    binding.commands.iter().any(|line| {
        let verb = |entry: &Entry| entry.acts_on_rows() && entry.name != "exec";
        others.contains(&line.as_str()) || idle(line) || entry_of(line, entries()).is_some_and(verb)
    })
}

/// Tells whether the place has no row that a verb could act on.
fn has_no_row(app: &App) -> bool {
    let screen = &app.screen;
    let empty = screen.list().is_none_or(crate::list::ListView::is_empty);
    empty && screen.active().kind().is_some()
}

/// Returns the verbs of what is typed or chosen in; none where the place has the keys.
fn while_typing(mode: &Mode) -> Option<Vec<(String, String)>> {
    let rows: &[(&str, &str)] = match mode {
        Mode::Normal | Mode::Sweep(_) | Mode::Summary(_) => return None,
        Mode::Line(line) if line.purpose.is_when() => &[
            ("Enter", "accept"),
            ("Tab", "other reading"),
            ("Esc", "leave"),
        ],
        Mode::Line(line) if line.purpose == Purpose::Palette => {
            &[("Enter", "accept"), ("Tab", "complete"), ("Esc", "leave")]
        }
        Mode::Line(_) => &[("Enter", "accept"), ("Esc", "leave")],
        Mode::Pick(picker) if picker.input.is_none() => &[
            ("letter", "pick"),
            ("/", "type"),
            ("Enter", "accept"),
            ("Esc", "leave"),
        ],
        Mode::Pick(_) => &[("↑↓", "choose"), ("Enter", "accept"), ("Esc", "leave")],
        Mode::Reply(_) => &[
            ("Enter", "send"),
            ("Alt-Enter", "new line"),
            ("1-9 /", "snippet"),
            ("Ctrl-E", "editor"),
            ("Esc", "keep draft"),
            ("Ctrl-T", "figure"),
        ],
        Mode::Form(_) => &[
            ("Enter", "save"),
            ("Tab", "next field"),
            ("←→", "choices"),
            ("Ctrl-E", "editor"),
            ("Esc", "leave"),
        ],
        Mode::Score(open) if open.typing => &[("Enter", "keep")],
        Mode::Score(_) => &[
            ("0-5", "answer"),
            ("e", "evidence"),
            ("Enter", "save"),
            ("Esc", "leave"),
        ],
        Mode::Find(_) => &[
            ("↑↓", "choose"),
            ("Tab", "next kind"),
            ("Enter", "go there"),
            ("Esc", "leave"),
        ],
        Mode::Sheet(sheet) if !sheet.plan.is_empty() => &[
            ("Enter", "run them"),
            ("Esc", "run nothing"),
            ("j/k", "scroll"),
            ("y", "copy"),
        ],
        Mode::Sheet(_) => &[("j/k", "scroll"), ("y", "copy"), ("Esc", "close")],
        Mode::Help(_) => &[("j/k", "scroll"), ("any key", "close")],
    };
    Some(fixed(rows))
}

/// What the footer names while the meetings of the slots place have the keys.
const MEETING_VERBS: [&str; 6] = [
    "slot confirm",
    "slot decline",
    "slot move",
    "slot release",
    "slot export",
    "slot copy",
];

/// Returns the verbs of the focused row for the footer: keys and a word or two each.
pub fn footer(app: &App) -> Vec<(String, String)> {
    if let Some(rows) = while_typing(&app.mode) {
        return rows;
    }
    if matches!(app.mode, Mode::Sweep(_) | Mode::Summary(_)) {
        let keys = app.keymap.live(app.scope(), &|when| app.holds(when));
        let hints = keys.into_iter().filter(|(_, binding)| binding.hint);
        let row =
            |(keys, binding): (Vec<_>, &Binding)| (show_sequence(&keys), binding.help.clone());
        let rows: Vec<_> = hints.map(row).collect();
        // A set of keys of a former version may say nothing about it: these always work.
        let always = [
            ("Enter", "accept"),
            ("Space", "tick"),
            ("↑↓", "move"),
            ("Esc", "leave"),
        ];
        return if rows.is_empty() {
            fixed(&always)
        } else {
            rows
        };
    }
    let scope = app.screen.scope();
    let own = app.keymap.own(scope);
    let mut rows: Vec<(bool, String, String)> = Vec::new();
    // A first key that begins sequences everywhere says nothing about this place.
    let mut prefixes: Vec<String> = app
        .keymap
        .own(crate::keymap::EVERYWHERE)
        .iter()
        .filter(|keys| keys.len() > 1)
        .filter_map(|keys| keys.first().map(ToString::to_string))
        .collect();
    let meetings = app.screen.place == Place::Slots && app.screen.focus == Focus::Detail;
    let empty = has_no_row(app);
    for (keys, binding) in app.live_keys() {
        if empty && wants_row(app, binding) {
            continue;
        }
        let here = own.contains(&keys);
        if meetings {
            let verb = |line: &String| MEETING_VERBS.contains(&line.as_str());
            if binding.commands.first().is_some_and(verb) {
                rows.push((true, show_sequence(&keys), binding.help.clone()));
            }
        } else if let ([first, _, ..], true) = (keys.as_slice(), here) {
            // A sequence of this place stands in the footer once, by its first key.
            let name = binding
                .commands
                .first()
                .and_then(|line| line.split_whitespace().nth(1));
            let prefix = first.to_string();
            if let Some(name) = name.filter(|_| !prefixes.contains(&prefix)) {
                let word = super::Prefix::of(binding).map(super::Prefix::word);
                let word = word.map_or_else(|| name.replace('-', " "), str::to_owned);
                rows.push((true, format!("{prefix}…"), word));
                prefixes.push(prefix);
            }
        } else if binding.hint {
            rows.push((here, show_sequence(&keys), binding.help.clone()));
        }
    }
    if empty {
        rows.extend(ways_on(app));
    }
    rows.sort_by_key(|(here, ..)| !here);
    rows.into_iter()
        .map(|(_, keys, help)| (keys, help))
        .collect()
}

/// Returns what the footer names where there is no row: how one is made, and the way out.
fn ways_on(app: &App) -> Vec<(bool, String, String)> {
    let live = app.live_keys();
    let makes = |(keys, binding): &&(Vec<_>, &Binding)| {
        keys.len() > 1 && binding.commands.iter().any(|line| line.starts_with("new "))
    };
    let new = live.iter().find(makes);
    let new = new.and_then(|(keys, _)| Some((false, format!("{}…", keys.first()?), "new".into())));
    let quits = app.keymap.keys_of(app.screen.scope(), "app quit");
    let quit = quits.map(|keys| (false, show_sequence(&keys), "quit".into()));
    new.into_iter().chain(quit).collect()
}

fn fixed(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter()
        .map(|(keys, help)| ((*keys).to_owned(), (*help).to_owned()))
        .collect()
}
