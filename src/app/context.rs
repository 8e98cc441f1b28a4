//! What conditions of the keymap ask: how the console stands, and what is under the cursor.

use super::{App, Mode};
use crate::effect::Line;
use crate::keymap::{Binding, EVERYWHERE, Key, SUMMARY, SWEEP, When};
use crate::pane::{Focus, Screen};
use crate::query::Context;
use crate::record::{AnyRef, Value};

/// The variables of conditions, read from the screen.
struct Facts<'a> {
    screen: &'a Screen,
    recording: bool,
}

impl Context for Facts<'_> {
    fn variable(&self, name: &'static str) -> Value<'_> {
        let screen = self.screen;
        let shelf = screen.shelf(screen.active());
        match name {
            "online" => Value::Flag(matches!(
                screen.sync.line,
                Line::Live | Line::Polling | Line::Follower
            )),
            "pane" => Value::Text(screen.place.name().into()),
            "focus" => Value::Text(
                match screen.focus {
                    Focus::List => "list",
                    Focus::Detail => "detail",
                }
                .into(),
            ),
            "marked" => some(shelf.map_or(0, |shelf| shelf.list.mark_count())),
            "rows" => counted(shelf.map_or(0, |shelf| shelf.list.len())),
            "filtered" => Value::Flag(shelf.is_some_and(|shelf| !shelf.filter.is_empty())),
            "zoomed" => Value::Flag(screen.zoom),
            "queued" => counted(screen.sync.queued),
            "conflicts" => counted(screen.sync.conflicts),
            "recording" => Value::Flag(self.recording),
            _ => Value::Empty,
        }
    }
}

fn counted(number: usize) -> Value<'static> {
    Value::Number(f64::from(u32::try_from(number).unwrap_or(u32::MAX)))
}

/// A number that is nothing where it is zero, so that a bare `marked` asks whether any is.
fn some(number: usize) -> Value<'static> {
    if number == 0 {
        Value::Empty
    } else {
        counted(number)
    }
}

impl App {
    /// Tells whether a condition holds now.
    pub fn holds(&self, when: &When) -> bool {
        self.holds_for(when, self.screen.selected().as_ref())
    }

    /// Tells whether a condition holds for a record.
    pub(super) fn holds_for(&self, when: &When, link: Option<&AnyRef>) -> bool {
        let facts = Facts {
            screen: &self.screen,
            recording: self.recording().is_some(),
        };
        let item = link.and_then(|link| {
            let kind = link.known_kind()?;
            self.world.any(kind).query_row(&link.id)
        });
        when.holds(&facts, item, &self.world.view, &self.world)
    }

    /// Lists what each sequence of keys does here and now, the place's own first.
    pub fn live_keys(&self) -> Vec<(Vec<Key>, &Binding)> {
        let scope = self.screen.scope();
        self.keymap.live(scope, &|when| self.holds(when))
    }

    /// Lists what can follow the keys typed so far.
    pub fn next_keys(&self) -> Vec<(Key, Option<&Binding>)> {
        let scope = self.screen.scope();
        self.keymap
            .continuations(scope, &self.pending, &|when| self.holds(when))
    }

    /// Returns the scope of the keymap that has the keys.
    pub fn scope(&self) -> &'static str {
        match &self.mode {
            Mode::Normal => self.screen.scope(),
            Mode::Line(line) => line.purpose.scope(),
            Mode::Pick(_) => "pick",
            Mode::Reply(_) => "reply",
            Mode::Form(_) => "form",
            Mode::Score(_) => "score",
            Mode::Find(_) => "find",
            Mode::Sweep(_) => SWEEP,
            Mode::Summary(_) => SUMMARY,
            Mode::Help(_) | Mode::Sheet(_) => "help",
        }
    }

    /// Lists places where a binding of the user's hides or blocks keys, those that concern this place.
    pub fn findings(&self) -> Vec<crate::keymap::Finding> {
        let scopes = self.screen.scope().split('/').chain([EVERYWHERE]);
        let here: Vec<String> = scopes.map(|scope| format!(" of {scope} ")).collect();
        let mut findings = self.keymap.review();
        findings.retain(|finding| {
            finding.blocks || here.iter().any(|scope| finding.what.contains(scope))
        });
        findings
    }
}
