//! Picking one of several choices by key or by typing.

use super::{App, Input, Mode, fuzzy};
use crate::command::{Choice, quote_word};
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::theme::{SHIPPED, Theme};

/// A list of choices; their keys pick at once, `/` or any other letter begins to type.
#[derive(Debug)]
pub struct Picker {
    /// What is picked.
    pub title: String,
    /// The choices that fit, best first.
    pub shown: Vec<Choice>,
    /// The one that is chosen.
    pub chosen: usize,
    /// What is typed; absent while the keys still pick at once.
    pub input: Option<Input>,
    then: Then,
    all: Vec<Choice>,
}

/// What happens with the choice.
#[derive(Clone, Debug)]
enum Then {
    /// It becomes the last word of this command line.
    Command(String),
    /// It answers what a binding asks for.
    Answer,
}

impl Picker {
    pub(super) fn new(title: &str, command: &str, choices: Vec<Choice>) -> Self {
        Self::open(title, Then::Command(command.to_owned()), choices)
    }

    pub(super) fn answering(title: &str, choices: Vec<Choice>) -> Self {
        Self::open(title, Then::Answer, choices)
    }

    fn open(title: &str, then: Then, choices: Vec<Choice>) -> Self {
        let typing = choices.iter().all(|choice| choice.key.is_none());
        Self {
            title: title.to_owned(),
            shown: choices.clone(),
            chosen: 0,
            input: typing.then(|| Input::line("")),
            then,
            all: choices,
        }
    }

    pub(super) fn refresh(&mut self) {
        let typed = self.input.as_ref().map(Input::text).unwrap_or_default();
        let texts: Vec<String> = self
            .all
            .iter()
            .map(|choice| format!("{} {}", choice.label, choice.detail))
            .collect();
        self.shown = fuzzy::rank(&typed, &texts)
            .into_iter()
            .filter_map(|at| self.all.get(at).cloned())
            .collect();
        self.chosen = 0;
    }
}

/// Offers the themes that ship.
pub(super) fn themes() -> Picker {
    let choices = SHIPPED
        .iter()
        .zip('a'..='z')
        .map(|((name, _), key)| {
            let light = Theme::shipped(name).is_some_and(|theme| theme.light);
            let detail = match *name {
                "okabe" => "dark, for eyes that do not tell red from green",
                "okabe-light" => "light, for eyes that do not tell red from green",
                "ansi" => "the terminal's own sixteen colours",
                _ if light => "light",
                _ => "dark",
            };
            Choice {
                key: Some(key),
                label: (*name).to_owned(),
                detail: detail.to_owned(),
                word: (*name).to_owned(),
            }
        })
        .collect();
    Picker::new("theme", "app theme", choices)
}

impl App {
    /// Takes a key while choices have the keys.
    pub(super) fn pick_key(&mut self, mut picker: Box<Picker>, key: Key) -> Vec<Effect> {
        let count = picker.shown.len().max(1);
        match key.code {
            KeyCode::Esc => {
                self.asking = None;
                return Vec::new();
            }
            KeyCode::Char('c' | 'g') if key.ctrl => {
                self.asking = None;
                return Vec::new();
            }
            KeyCode::Enter => {
                let word = picker
                    .shown
                    .get(picker.chosen)
                    .map(|choice| choice.word.clone());
                return word.map_or_else(Vec::new, |word| self.picked(&picker.then, &word));
            }
            KeyCode::Down | KeyCode::Tab => picker.chosen = (picker.chosen + 1) % count,
            KeyCode::Up | KeyCode::BackTab => picker.chosen = (picker.chosen + count - 1) % count,
            _ => match (&mut picker.input, key.typed()) {
                (Some(input), _) => {
                    input.key(key);
                    picker.refresh();
                }
                (None, Some('/')) => picker.input = Some(Input::line("")),
                (None, Some(letter)) => {
                    let hit = picker.all.iter().find(|choice| choice.key == Some(letter));
                    if let Some(word) = hit.map(|choice| choice.word.clone()) {
                        return self.picked(&picker.then, &word);
                    }
                    picker.input = Some(Input::line(&letter.to_string()));
                    picker.refresh();
                }
                (None, None) => {}
            },
        }
        self.mode = Mode::Pick(picker);
        Vec::new()
    }

    fn picked(&mut self, then: &Then, word: &str) -> Vec<Effect> {
        match then {
            Then::Command(command) => {
                let word = quote_word(word);
                let line = match command.split_once("{}") {
                    Some((before, after)) => format!("{before}{word}{after}"),
                    None => format!("{command} -- {word}"),
                };
                self.run_line(&line)
            }
            Then::Answer => self.answered(word),
        }
    }
}
