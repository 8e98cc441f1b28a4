//! Lines typed in the linear mode: keys, words, numbers, commands.

use super::{App, Mode};
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode, parse_sequence};
use crate::pane::{Focus, Place, Tone};

/// A key without modifiers.
const fn plain(code: KeyCode) -> Key {
    Key {
        code,
        ctrl: false,
        alt: false,
        shift: false,
    }
}

impl App {
    /// Takes a line that was typed: in a list keys such as `f t`, a number of a row, or a command after `:`;
    /// elsewhere what is asked for.
    pub(super) fn typed_line(&mut self, line: &str) -> Vec<Effect> {
        let line = line.trim();
        // Each line gets an answer, be it the same as before; what was said to the last one is no part of it.
        self.said_again = self.said_again.wrapping_add(1);
        self.screen.notice = None;
        if line.is_empty() && !matches!(self.mode, Mode::Normal) {
            return self.key(plain(KeyCode::Esc));
        }
        if line == "esc" {
            return self.key(plain(KeyCode::Esc));
        }
        let number: Option<usize> = line.parse().ok().filter(|number| *number > 0);
        match &mut self.mode {
            Mode::Normal => self.typed_in_place(line, number),
            Mode::Pick(picker) => {
                if let Some(number) = number.filter(|number| *number <= picker.shown.len()) {
                    picker.chosen = number - 1;
                    return self.key(plain(KeyCode::Enter));
                }
                if picker.shown.len() == 1 && line == "yes" {
                    return self.key(plain(KeyCode::Enter));
                }
                picker.input = Some(super::Input::line(line));
                picker.refresh();
                Vec::new()
            }
            Mode::Find(find) => {
                if let Some(number) = number.filter(|number| *number <= find.hits.len()) {
                    find.chosen = number - 1;
                    return self.key(plain(KeyCode::Enter));
                }
                find.input.set(line);
                find.asked()
            }
            Mode::Line(typed) => {
                typed.input.set(line);
                let mut mode = std::mem::take(&mut self.mode);
                if let Mode::Line(typed) = &mut mode {
                    self.refresh_line(typed);
                }
                self.mode = mode;
                self.key(plain(KeyCode::Enter))
            }
            Mode::Reply(reply) => {
                reply.input.set(line);
                self.key(plain(KeyCode::Enter))
            }
            Mode::Form(_) => self.typed_field(line),
            Mode::Score(open) => {
                let typing = open.typing;
                self.typed_score(line, typing)
            }
            Mode::Sweep(sweep) => match number.filter(|number| *number <= sweep.groups.len()) {
                Some(number) => {
                    sweep.chosen = number - 1;
                    self.typed(plain(KeyCode::Char(' ')))
                }
                None if line == "yes" => self.key(plain(KeyCode::Enter)),
                None => Vec::new(),
            },
            // The commands of a plan run when they are agreed to, and never by an empty line.
            Mode::Sheet(_) if line == "yes" => self.key(plain(KeyCode::Enter)),
            Mode::Sheet(_) => self.key(plain(KeyCode::Esc)),
            Mode::Help(_) | Mode::Summary(_) => {
                self.mode = Mode::Normal;
                Vec::new()
            }
        }
    }

    /// Takes `field=value` or `save` while a form is open.
    fn typed_field(&mut self, line: &str) -> Vec<Effect> {
        if line == "save" {
            return self.key(plain(KeyCode::Enter));
        }
        let Mode::Form(form) = &mut self.mode else {
            return Vec::new();
        };
        let field = line.split_once('=').and_then(|(name, value)| {
            let name = name.trim();
            let mut fields = form.fields.iter_mut();
            Some((fields.find(|field| field.info.name == name)?, value))
        });
        if let Some((field, value)) = field {
            field.input.set(value.trim());
        } else {
            let names: Vec<&str> = form.fields.iter().map(|field| field.info.name).collect();
            let words = format!("write field=value; fields: {}", names.join(", "));
            self.screen.say(Tone::Error, words);
        }
        Vec::new()
    }

    /// Takes a digit or `save` while a lead is being scored.
    fn typed_score(&mut self, line: &str, typing: bool) -> Vec<Effect> {
        let digit = line.chars().next().filter(char::is_ascii_digit);
        let code = match (line, digit) {
            ("save", _) => KeyCode::Enter,
            (_, Some(digit)) if !typing => KeyCode::Char(digit),
            _ => {
                let words = "a digit answers, `save` saves, an empty line leaves";
                self.screen.say(Tone::Info, words);
                return Vec::new();
            }
        };
        self.key(plain(code))
    }

    fn typed_in_place(&mut self, line: &str, number: Option<usize>) -> Vec<Effect> {
        if let Some(command) = line.strip_prefix(':') {
            // As in the palette: a kind and a name go there.
            let way = match self.parse(command) {
                Ok(_) => None,
                Err(_) => self.ways_to(command).into_iter().next(),
            };
            return self.run_line(way.as_ref().map_or(command, |way| way.name.as_str()));
        }
        match line {
            // What is under the cursor is said again.
            "" => return Vec::new(),
            "read" => {
                self.screen.focus = Focus::Detail;
                return Vec::new();
            }
            "help" => return self.run_line("app keys"),
            "quit" => return self.run_line("app quit"),
            _ => {}
        }
        // A single digit is the tab of this number; a row is named with two digits or `row 3`.
        if let Some(number) = number.filter(|number| Place::of_tab(*number).is_some()) {
            return self.open_tab(number);
        }
        let row = line
            .strip_prefix("row ")
            .and_then(|text| text.trim().parse().ok());
        if let Some(row) = row.or(number.filter(|number| *number > 9)) {
            let place = self.screen.active();
            self.screen.focus = Focus::List;
            let row: usize = row;
            self.screen
                .shelf_mut(place)
                .list
                .go_to(row.saturating_sub(1));
            return Vec::new();
        }
        match parse_sequence(line) {
            Some(keys) => {
                let mut effects = Vec::new();
                for key in keys {
                    effects.extend(self.key(key));
                }
                effects
            }
            None => self.run_line(line),
        }
    }
}
