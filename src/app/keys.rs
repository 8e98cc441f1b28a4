//! Keys in a place: counts, sequences, and what they are bound to.

use std::mem::{Discriminant, discriminant};

use jiff::{SignedDuration, Timestamp};

use super::macros::Script;
use super::{App, Mode, Msg, Purpose};
use crate::command::{AppCommand, Command, CursorCommand, InputCommand, MacroCommand};
use crate::effect::Effect;
use crate::keymap::{Binding, Found, Key, KeyCode, show_sequence};
use crate::pane::{Focus, Panel, Place, Tone};

impl Msg {
    /// Tells whether it comes from the cache, the server or the clock, and not from the user.
    pub(super) const fn is_background(&self) -> bool {
        matches!(
            self,
            Msg::Loaded(..)
                | Msg::Changed(_)
                | Msg::Saved(_)
                | Msg::Sync(_)
                | Msg::Counts { .. }
                | Msg::Tick
        )
    }
}

/// Where the keys are, and what the cursor is on.
#[derive(PartialEq, Eq)]
pub(super) struct Stance {
    here: Here,
    cursor: Option<String>,
}

/// Where the keys are.
#[derive(PartialEq, Eq)]
enum Here {
    /// In the list of a place.
    Place {
        place: Place,
        panel: Panel,
        focus: Focus,
        zoom: bool,
        filter: (String, usize),
    },
    /// Among so many choices that fit what is typed.
    Choices(Discriminant<Mode>, String, usize),
}

/// How long a sequence waits before its popup is shown.
const POPUP_AFTER: SignedDuration = SignedDuration::from_millis(300);

/// The smallest terminal in which the console can be used, columns by rows.
pub const SMALLEST: (u16, u16) = (40, 10);

impl App {
    /// Returns where the keys are; `None` where no list and no choices have them.
    pub(super) fn stance(&self) -> Option<Stance> {
        if let Some(chosen) = self.chosen() {
            let typed = |input: &super::Input| input.text();
            let (typed, count) = match &self.mode {
                Mode::Line(line) => (typed(&line.input), line.entries.len()),
                Mode::Pick(picker) => {
                    let typed = picker.input.as_ref().map(typed);
                    (typed.unwrap_or_default(), picker.shown.len())
                }
                Mode::Find(find) => (typed(&find.input), find.hits.len()),
                Mode::Sweep(sweep) => {
                    let out: Vec<_> = sweep.left_out.iter().map(String::as_str).collect();
                    (out.join("\n"), sweep.groups.len())
                }
                _ => return None,
            };
            return Some(Stance {
                here: Here::Choices(discriminant(&self.mode), typed, count),
                cursor: Some(chosen.to_string()),
            });
        }
        if !matches!(self.mode, Mode::Normal) {
            return None;
        }
        let screen = &self.screen;
        let shelf = screen.shelf(screen.active())?;
        Some(Stance {
            here: Here::Place {
                place: screen.place,
                panel: screen.panel,
                focus: screen.focus,
                zoom: screen.zoom,
                filter: (shelf.filter.clone(), shelf.split),
            },
            cursor: shelf.list.cursor().map(str::to_owned),
        })
    }

    /// Returns which of the choices that have the keys is chosen, counted from 0; `None` where there are none.
    pub fn chosen(&self) -> Option<usize> {
        match &self.mode {
            Mode::Line(line) if line.purpose == Purpose::Palette => Some(line.chosen),
            Mode::Pick(picker) => Some(picker.chosen),
            Mode::Find(find) => Some(find.chosen),
            Mode::Sweep(sweep) => Some(sweep.chosen),
            _ => None,
        }
    }

    /// After a key that moved the cursor of a list or of choices, by itself or because a verb took the row away that
    /// it was on: what lies beside follows when the keys rest, so that each step of a long way costs a slow line two
    /// rows and not a screen.
    pub(super) fn follow(&mut self, before: Option<Stance>, effects: &mut Vec<Effect>) {
        let (Some(before), Some(now)) = (before, self.stance()) else {
            return;
        };
        let stays = before.here == now.here;
        if !stays || before.cursor == now.cursor || now.cursor.is_none() {
            return;
        }
        let delay = SignedDuration::from_millis(i64::from(self.config.ui.preview_delay));
        if let (true, Ok(at)) = (delay.is_positive(), self.world.view.now.checked_add(delay)) {
            self.following = Some(at);
            effects.push(Effect::WakeAt(at));
        }
    }

    /// Tells whether the terminal is too small to show what a key would act on.
    pub(super) const fn is_blind(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    /// Takes in another size of the terminal, columns by rows.
    pub(super) const fn resized(&mut self, size: (u16, u16)) {
        self.size = size;
        self.redraw = true;
    }

    /// Takes what comes while nothing can be seen: a key may leave, and nothing else does anything.
    pub(super) fn blind(&mut self, msg: &Msg) -> Vec<Effect> {
        let Msg::Key(key) = *msg else {
            return Vec::new();
        };
        self.forget_sequence();
        let scope = match self.mode {
            Mode::Normal => self.screen.scope(),
            _ => self.scope(),
        };
        let found = self.keymap.look_up(scope, &[key], &|when| self.holds(when));
        let Some(Found::Bound(binding)) = found else {
            return Vec::new();
        };
        let leaves = |line: &String| matches!(line.as_str(), "app quit" | "app suspend");
        if !binding.commands.iter().all(leaves) {
            return Vec::new();
        }
        let binding = binding.clone();
        self.bound(&binding, None)
    }

    /// Takes a key.
    pub(super) fn key(&mut self, key: Key) -> Vec<Effect> {
        if matches!(self.mode, Mode::Normal) {
            return self.normal_key(key);
        }
        let scope = self.scope();
        let key = match self.mode {
            Mode::Sweep(_) | Mode::Summary(_) => self.layout.meant(key),
            _ => key,
        };
        match self.keymap.look_up(scope, &[key], &|when| self.holds(when)) {
            Some(Found::Bound(binding)) => {
                let binding = binding.clone();
                self.bound_while_typing(&binding)
            }
            // A key that was taken away types nothing.
            Some(Found::Nothing) => Vec::new(),
            Some(Found::Pending) | None => self.typed(key),
        }
    }

    /// Gives a key to whatever has the keys.
    pub(super) fn typed(&mut self, key: Key) -> Vec<Effect> {
        match std::mem::take(&mut self.mode) {
            Mode::Normal => self.normal_key(key),
            Mode::Line(line) => self.line_key(line, key),
            Mode::Pick(picker) => {
                // Until something is typed its letters are keys.
                let key = if picker.input.is_none() {
                    self.layout.meant(key)
                } else {
                    key
                };
                self.pick_key(picker, key)
            }
            Mode::Sheet(sheet) => self.sheet_key(sheet, self.layout.meant(key)),
            Mode::Reply(reply) => self.reply_key(reply, key),
            Mode::Form(form) => self.form_key(form, key),
            Mode::Score(open) => self.score_key(open, key),
            Mode::Find(find) => self.find_key(find, key),
            Mode::Sweep(sweep) => self.sweep_key(sweep, key),
            Mode::Summary(scroll) => self.summary_key(scroll, key),
            Mode::Help(scroll) => {
                self.mode = match self.layout.meant(key).code {
                    KeyCode::Char('j') | KeyCode::Down => Mode::Help(scroll + 1),
                    KeyCode::Char('k') | KeyCode::Up => Mode::Help(scroll.saturating_sub(1)),
                    KeyCode::PageDown | KeyCode::Char(' ' | 'd') => Mode::Help(scroll + 10),
                    KeyCode::PageUp | KeyCode::Char('u') => Mode::Help(scroll.saturating_sub(10)),
                    _ => Mode::Normal,
                };
                Vec::new()
            }
        }
    }

    /// Takes pasted text: it is typed where something is typed, and never run as keys.
    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        let mut mode = std::mem::take(&mut self.mode);
        let mut effects = Vec::new();
        match &mut mode {
            Mode::Line(line) => {
                line.input.insert(text);
                self.refresh_line(line);
            }
            Mode::Pick(picker) => {
                picker
                    .input
                    .get_or_insert_with(|| super::Input::line(""))
                    .insert(text);
                picker.refresh();
            }
            Mode::Reply(reply) => {
                reply.input.insert(text);
                self.keep_draft(reply);
                effects.push(reply.draft());
            }
            Mode::Form(form) => {
                form.paste(text);
                effects = self.keep_form(form);
            }
            Mode::Score(open) => {
                if let Some(row) = open.rows.get_mut(open.current).filter(|_| open.typing) {
                    row.evidence.insert(text);
                }
            }
            Mode::Find(find) => {
                find.input.insert(text);
                effects = find.asked();
            }
            Mode::Normal | Mode::Help(_) | Mode::Sheet(_) | Mode::Sweep(_) | Mode::Summary(_) => {
                self.screen.say(
                    Tone::Info,
                    "pasted text goes where something is typed: try `/`, `:` or a reply",
                );
            }
        }
        self.mode = mode;
        effects
    }

    /// Runs what a key is bound to without taking away what is being typed.
    fn bound_while_typing(&mut self, binding: &Binding) -> Vec<Effect> {
        let mut effects = Vec::new();
        for line in &binding.commands {
            let plain = |code| Key::plain(code);
            let with_alt = |code| Key {
                alt: true,
                ..Key::plain(code)
            };
            let command = match self.parse(line) {
                Ok(command) => command,
                Err(error) => {
                    self.screen.say(Tone::Error, error.to_string());
                    return effects;
                }
            };
            let key = match command {
                Command::Input(InputCommand::Insert { text }) => {
                    effects.extend(self.paste(&text));
                    continue;
                }
                Command::Input(input) => match (input, &self.mode) {
                    (InputCommand::Accept, _) => plain(KeyCode::Enter),
                    (InputCommand::Leave, _) => plain(KeyCode::Esc),
                    (InputCommand::Next, Mode::Form(_)) | (InputCommand::Complete, _) => {
                        plain(KeyCode::Tab)
                    }
                    (InputCommand::Next, _) => plain(KeyCode::Down),
                    (InputCommand::Previous, Mode::Form(_)) => plain(KeyCode::BackTab),
                    (InputCommand::Previous, _) => plain(KeyCode::Up),
                    (InputCommand::NewLine, _) => with_alt(KeyCode::Enter),
                    (InputCommand::Toggle, _) => plain(KeyCode::Char(' ')),
                    (InputCommand::ToggleAll, _) => plain(KeyCode::Char('*')),
                    (InputCommand::PageDown, _) => plain(KeyCode::PageDown),
                    (InputCommand::PageUp, _) => plain(KeyCode::PageUp),
                    (InputCommand::Find, _) => Key {
                        ctrl: true,
                        ..Key::char('t')
                    },
                    (InputCommand::Editor | InputCommand::Insert { .. }, _) => Key {
                        ctrl: true,
                        ..Key::char('e')
                    },
                },
                other => {
                    let mode = std::mem::take(&mut self.mode);
                    let types = !matches!(mode, Mode::Sweep(_) | Mode::Summary(_));
                    effects.extend(self.run_as(vec![line.clone()], vec![other]));
                    // What is being typed stays; a list gives way to a question.
                    if types || matches!(self.mode, Mode::Normal) {
                        self.mode = mode;
                    }
                    continue;
                }
            };
            effects.extend(self.typed(key));
        }
        effects
    }

    /// Returns the key that was meant: as it was typed where that is bound, else where it lies on the keyboard.
    fn meant(&self, key: Key) -> Key {
        let meant = self.layout.meant(key);
        let mut keys = self.pending.clone();
        keys.push(key);
        let scope = self.screen.scope();
        let known = meant == key
            || self
                .keymap
                .look_up(scope, &keys, &|when| self.holds(when))
                .is_some();
        if known { key } else { meant }
    }

    fn normal_key(&mut self, key: Key) -> Vec<Effect> {
        let key = self.meant(key);
        if self.pending.is_empty()
            && let Some(digit) = self.counting(key)
        {
            let count = self
                .count
                .unwrap_or(0)
                .saturating_mul(10)
                .saturating_add(digit);
            self.count = Some(count.min(9_999));
            return Vec::new();
        }
        if key.code == KeyCode::Esc && (!self.pending.is_empty() || self.count.is_some()) {
            self.forget_sequence();
            return Vec::new();
        }
        if key == Key::plain(KeyCode::Enter)
            && self.pending.is_empty()
            && let Some(number) = self.count.take()
        {
            return self.open_tab(number);
        }
        let mut keys = std::mem::take(&mut self.pending);
        keys.push(key);
        let scope = self.screen.scope();
        let found = self.keymap.look_up(scope, &keys, &|when| self.holds(when));
        match found.unwrap_or(Found::Nothing) {
            Found::Bound(binding) => {
                let binding = binding.clone();
                let count = self.count.take();
                self.popup_at = None;
                self.bound(&binding, count)
            }
            Found::Pending => {
                self.popup_at = self.world.view.now.checked_add(POPUP_AFTER).ok();
                self.pending = keys;
                if self.prefix_bar().is_some() {
                    // The bar is there at once, no popup follows.
                    self.popup_at = None;
                }
                Vec::new()
            }
            Found::Nothing => {
                let shown = show_sequence(&keys);
                self.forget_sequence();
                self.screen.say(
                    Tone::Info,
                    format!("{shown} does nothing here; ? shows the keys"),
                );
                Vec::new()
            }
        }
    }

    /// Opens the tab with this number.
    pub(super) fn open_tab(&mut self, number: usize) -> Vec<Effect> {
        if let Some(place) = Place::of_tab(number) {
            return self.run_line(&format!("pane show {}", place.name()));
        }
        let last = Place::TABS.len();
        let words = format!("there is no tab {number}: they are numbered 1 to {last}");
        self.screen.say(Tone::Info, words);
        Vec::new()
    }

    /// Returns the digit if the key begins a count or goes on with one: a digit that is not bound here, and all that
    /// follow it.
    fn counting(&self, key: Key) -> Option<usize> {
        let digit = key.typed()?.to_digit(10)? as usize;
        let scope = self.screen.scope();
        let found = self.keymap.look_up(scope, &[key], &|when| self.holds(when));
        let bound = matches!(found, Some(Found::Bound(_) | Found::Pending));
        (self.count.is_some() || !bound).then_some(digit)
    }

    pub(super) fn forget_sequence(&mut self) {
        self.pending.clear();
        self.count = None;
        self.popup_at = None;
    }

    /// Does what keys are bound to here, where their condition holds.
    pub(super) fn press_all(&mut self, keys: &[Key]) -> Vec<Effect> {
        let scope = self.screen.scope();
        let found = self.keymap.look_up(scope, keys, &|when| self.holds(when));
        if let Some(Found::Bound(binding)) = found {
            let binding = binding.clone();
            return self.bound(&binding, None);
        }
        let shown = show_sequence(keys);
        let words = format!("{shown}: its condition does not hold here");
        self.screen.say(Tone::Info, words);
        Vec::new()
    }

    fn bound(&mut self, binding: &Binding, count: Option<usize>) -> Vec<Effect> {
        if binding.asks() {
            return self.begin(binding.clone(), count);
        }
        let mut commands = Vec::new();
        for line in &binding.commands {
            match self.parse(line) {
                Ok(command) => commands.push(command),
                Err(error) => {
                    let at = format!("{}:{}", binding.source.file, binding.source.line);
                    self.screen.say(Tone::Error, format!("{at}: {error}"));
                    return Vec::new();
                }
            }
        }
        self.run_times(binding.commands.clone(), commands, count)
    }

    /// Runs commands once, or as often as a count says: a move goes that far, a verb takes that many rows, and so does
    /// the last verb again.
    pub(super) fn run_times(
        &mut self,
        lines: Vec<String>,
        commands: Vec<Command>,
        count: Option<usize>,
    ) -> Vec<Effect> {
        let (lines, commands) = match self.unfolded(lines, commands) {
            Ok(unfolded) => unfolded,
            Err(why) => {
                self.screen.say(Tone::Error, why);
                return Vec::new();
            }
        };
        if let ([Command::App(AppCommand::Repeat)], Some(_)) = (commands.as_slice(), count) {
            return self.repeat_last(count);
        }
        let Some(count) = count.filter(|count| *count > 1) else {
            return self.run_as(lines, commands);
        };
        match commands.as_slice() {
            [Command::Cursor(CursorCommand::Down { .. })] => self.run_as(
                vec![format!("cursor down {count}")],
                vec![Command::Cursor(CursorCommand::Down { by: count })],
            ),
            [Command::Cursor(CursorCommand::Up { .. })] => self.run_as(
                vec![format!("cursor up {count}")],
                vec![Command::Cursor(CursorCommand::Up { by: count })],
            ),
            [Command::Macro(MacroCommand::Play { name, .. })] => {
                let times = u16::try_from(count).unwrap_or(1000).min(1000);
                let play = MacroCommand::Play {
                    name: name.clone(),
                    times,
                };
                let name = name.as_deref().unwrap_or("");
                let line = format!("macro play --times {times} {name}");
                self.run_as(vec![line], vec![Command::Macro(play)])
            }
            [command] if command.counts_rows() => self.run_counted(lines, command, count),
            _ => {
                let times = count.min(100);
                let lines_of = lines.len() * times;
                let commands_of = commands.len() * times;
                self.run_script(Script {
                    title: Some(format!("{} ×{times}", lines.join(" · "))),
                    lines: lines.iter().cycle().take(lines_of).cloned().collect(),
                    commands: commands.iter().cycle().take(commands_of).cloned().collect(),
                    ..Script::default()
                })
            }
        }
    }

    /// Runs a verb on this many rows from the cursor on, as one batch.
    pub(super) fn run_counted(
        &mut self,
        lines: Vec<String>,
        command: &Command,
        count: usize,
    ) -> Vec<Effect> {
        let place = self.screen.active();
        let list = &mut self.screen.shelf_mut(place).list;
        let former = list.marked();
        list.clear_marks();
        let keys: Vec<String> = list
            .order()
            .iter()
            .skip(list.position())
            .take(count)
            .cloned()
            .collect();
        list.mark(keys);
        self.counted = Some((list.marked(), former));
        if self.recording().is_some() {
            self.note_line("mark clear");
            for _ in 0..count {
                self.note_line("mark toggle");
            }
        }
        self.run_as(lines, vec![command.clone()])
    }

    /// Tells whether the popup of a key sequence is to be shown now.
    pub fn shows_popup(&self, now: Timestamp) -> bool {
        !self.pending.is_empty() && self.popup_at.is_some_and(|at| at <= now)
    }
}
