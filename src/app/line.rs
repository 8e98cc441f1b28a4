//! The line at the bottom: the palette, the filter, and prompts.

mod names;
mod readings;

use super::{App, Input, Mode, fuzzy};
use crate::command::{Command, Entry, Expects, quote_word, reference, synonyms};
use crate::effect::Effect;
use crate::keymap::{Binding, Found, Key, KeyCode, Wants, parse_sequence};
use crate::pane::{Filter, Tone, arrange};
use crate::record::Kind;

/// What the line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A command to run.
    Palette,
    /// The filter of the list; it narrows while it is typed.
    Filter {
        /// What it was before, for Esc.
        before: String,
    },
    /// The last word of a command.
    Prompt {
        /// What is asked for.
        title: String,
        /// The command that waits for it.
        command: String,
        /// What the answer must be.
        expects: Expects,
    },
    /// What a binding asks for.
    Answer {
        /// What is asked for.
        title: String,
        /// What the answer must be.
        wants: Wants,
    },
}

impl Purpose {
    /// Returns the scope of the keymap.
    pub(super) const fn scope(&self) -> &'static str {
        match self {
            Purpose::Palette => "palette",
            Purpose::Filter { .. } => "filter",
            Purpose::Prompt { .. } | Purpose::Answer { .. } => "prompt",
        }
    }

    /// Tells whether a date phrase is typed.
    pub(super) const fn is_when(&self) -> bool {
        matches!(
            self,
            Purpose::Prompt {
                expects: Expects::When,
                ..
            } | Purpose::Answer {
                wants: Wants::When,
                ..
            }
        )
    }
}

/// What the line says back while one types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Echo {
    /// Nothing.
    Silent,
    /// How it was understood.
    Reads(String),
    /// Why it was not understood.
    Wrong(String),
}

/// The line at the bottom.
#[derive(Debug)]
pub struct Line {
    /// What it is for.
    pub purpose: Purpose,
    /// What is typed.
    pub input: Input,
    /// How it is understood so far.
    pub echo: Echo,
    /// The commands that fit, best first.
    pub entries: Vec<Entry>,
    /// The entry that is chosen.
    pub chosen: usize,
    all: Vec<Entry>,
    /// What the user bound to keys here that is no command by itself, with the keys.
    own: Vec<(Entry, Vec<Key>)>,
    /// The readings of what was typed, as phrases that have one reading only, and which of them stands there;
    /// the first is what was typed. Empty until another reading is asked for.
    readings: Vec<String>,
    reading: usize,
    /// Whether what stands there was put there and not typed: a date that is typed takes its place.
    preset: bool,
}

impl Line {
    /// The palette, with what the user bound beside the commands.
    pub(super) fn palette(text: &str, own: Vec<(Entry, Vec<Key>)>) -> Self {
        let mut all = reference();
        all.extend(own.iter().map(|(entry, _)| entry.clone()));
        // Commands that wait for one of few words are there once for each word.
        let kinds = Kind::ALL.iter().map(|kind| Entry {
            name: format!("new {}", kind.name().replace('_', "-")),
            help: format!("Makes a new {}", kind.label()),
            usage: "[FIELD=VALUE…]".into(),
        });
        let themes = crate::theme::SHIPPED.iter().map(|(name, _)| Entry {
            name: format!("app theme {name}"),
            help: "Changes the theme".into(),
            usage: String::new(),
        });
        all.extend(kinds.chain(themes));
        let mut line = Self {
            purpose: Purpose::Palette,
            input: Input::line(text),
            echo: Echo::Silent,
            entries: Vec::new(),
            chosen: 0,
            all,
            own,
            readings: Vec::new(),
            reading: 0,
            preset: false,
        };
        line.rank(None);
        line
    }

    pub(super) fn filter(text: &str) -> Self {
        Self {
            purpose: Purpose::Filter {
                before: text.to_owned(),
            },
            input: Input::line(text),
            echo: Echo::Silent,
            entries: Vec::new(),
            chosen: 0,
            all: Vec::new(),
            own: Vec::new(),
            readings: Vec::new(),
            reading: 0,
            preset: false,
        }
    }

    pub(super) fn prompt(title: &str, command: &str, text: &str, expects: Expects) -> Self {
        Self::asking(
            Purpose::Prompt {
                title: title.to_owned(),
                command: command.to_owned(),
                expects,
            },
            text,
        )
    }

    pub(super) fn answer(title: &str, wants: Wants, text: &str) -> Self {
        let title = title.to_owned();
        Self::asking(Purpose::Answer { title, wants }, text)
    }

    fn asking(purpose: Purpose, text: &str) -> Self {
        let preset = purpose.is_when() && !text.is_empty();
        Self {
            purpose,
            input: Input::line(text),
            echo: Echo::Silent,
            entries: Vec::new(),
            chosen: 0,
            all: Vec::new(),
            own: Vec::new(),
            readings: Vec::new(),
            reading: 0,
            preset,
        }
    }

    /// Returns the keys by which the user bound what an entry names, where it is no command by itself.
    pub fn keys_of(&self, entry: &Entry) -> Option<&[Key]> {
        let own = self.own.iter().find(|(known, _)| known == entry);
        own.map(|(_, keys)| keys.as_slice())
    }

    /// Returns what the answer to a prompt must be.
    const fn expects(&self) -> Option<Expects> {
        match &self.purpose {
            Purpose::Prompt { expects, .. } => Some(*expects),
            Purpose::Palette | Purpose::Filter { .. } | Purpose::Answer { .. } => None,
        }
    }

    /// Tells whether what is typed is a command or the beginning of one.
    fn names_command(&self, typed: &str) -> bool {
        self.all.iter().any(|entry| {
            entry.name.starts_with(typed) || typed.starts_with(&format!("{} ", entry.name))
        })
    }

    /// Finds the commands that fit what is typed: what the keys that were typed run, then by name, by what they
    /// do and by other words for it.
    fn rank(&mut self, keys: Option<&str>) {
        let typed = self.input.text();
        let longer = self
            .all
            .iter()
            .any(|entry| entry.name.len() > typed.len() && entry.name.starts_with(&*typed));
        let exact = !longer
            && self
                .all
                .iter()
                .any(|entry| typed == entry.name || typed.starts_with(&format!("{} ", entry.name)));
        let texts: Vec<String> = self
            .all
            .iter()
            .map(|entry| format!("{} {} {}", entry.name, entry.help, synonyms(&entry.name)))
            .collect();
        self.entries = if exact {
            self.all
                .iter()
                .filter(|entry| {
                    typed == entry.name || typed.starts_with(&format!("{} ", entry.name))
                })
                .cloned()
                .collect()
        } else {
            let found = fuzzy::rank(&typed, &texts).into_iter();
            let mut found: Vec<Entry> = found.filter_map(|at| self.all.get(at).cloned()).collect();
            // What is called so comes before what merely does something with it.
            found.sort_by_key(|entry| !typed.trim().is_empty() && !names::is_name(&typed, entry));
            found
        };
        if let Some(command) = keys {
            let of_keys = self
                .all
                .iter()
                .filter(|entry| {
                    command == entry.name || command.starts_with(&format!("{} ", entry.name))
                })
                .max_by_key(|entry| entry.name.len())
                .cloned();
            if let Some(entry) = of_keys {
                self.entries.retain(|known| known.name != entry.name);
                self.entries.insert(0, entry);
            }
        }
        self.chosen = 0;
    }
}

impl App {
    /// Returns the command that the typed keys run here, as `g n` or `ctrl-r`.
    fn command_of_keys(&self, text: &str) -> Option<String> {
        let keys = parse_sequence(text.trim())?;
        match self.keymap.find(self.screen.scope(), &keys) {
            Found::Bound(binding) => binding.commands.first().cloned(),
            Found::Pending | Found::Nothing => None,
        }
    }

    /// Takes a key while the line at the bottom has the keys.
    pub(super) fn line_key(&mut self, mut line: Box<Line>, key: Key) -> Vec<Effect> {
        match key.code {
            KeyCode::Esc => return self.leave_line(&line),
            KeyCode::Char('c' | 'g') if key.ctrl => return self.leave_line(&line),
            KeyCode::Enter => return self.accept_line(line),
            KeyCode::Up | KeyCode::BackTab if !line.entries.is_empty() => {
                line.chosen = (line.chosen + line.entries.len() - 1) % line.entries.len();
            }
            KeyCode::Down if !line.entries.is_empty() => {
                line.chosen = (line.chosen + 1) % line.entries.len();
            }
            KeyCode::Tab if line.purpose.is_when() || line.expects() == Some(Expects::Meeting) => {
                self.other_reading(&mut line);
            }
            KeyCode::Tab => {
                let typed = line.input.text();
                if let Some(entry) = line.entries.get(line.chosen)
                    // What stands behind a command that is there already is not for its name to write over.
                    && !typed.trim_start().starts_with(&format!("{} ", entry.name))
                {
                    let text = format!("{} ", entry.name);
                    line.input.set(&text);
                    line.rank(None);
                }
            }
            _ => {
                let types = matches!(key.code, KeyCode::Char(_)) && !key.ctrl && !key.alt;
                if std::mem::take(&mut line.preset) && types {
                    line.input.set("");
                }
                line.input.key(key);
                line.readings.clear();
                self.refresh_line(&mut line);
            }
        }
        self.mode = Mode::Line(line);
        Vec::new()
    }

    /// Reads what is typed so far and says how it is understood.
    pub(super) fn refresh_line(&mut self, line: &mut Line) {
        let text = line.input.text();
        match &line.purpose {
            Purpose::Palette => {
                line.rank(self.command_of_keys(&text).as_deref());
                if !line.names_command(&text) {
                    let ways = self.ways_to(&text);
                    line.entries.splice(0..0, ways);
                }
            }
            Purpose::Filter { .. } => {
                let place = self.screen.active();
                line.echo = if let Some(Err(error)) = place
                    .kind()
                    .map(|kind| Filter::compile(kind, &text, &self.world.view))
                {
                    Echo::Wrong(error.to_string())
                } else {
                    self.screen.shelf_mut(place).filter.clone_from(&text);
                    arrange(&self.world, &mut self.screen, place, true);
                    let found = self.screen.list().map_or(0, crate::list::ListView::len);
                    Echo::Reads(format!("{found} found"))
                };
            }
            purpose if purpose.is_when() && !text.trim().is_empty() => {
                self.read_phrase(line);
            }
            Purpose::Prompt {
                expects: Expects::Meeting,
                ..
            } if !text.trim().is_empty() => self.read_meeting(line),
            Purpose::Prompt {
                expects: Expects::Share,
                ..
            } if !text.trim().is_empty() => {
                line.echo = match self.figures.funnel() {
                    Some(figures) => match figures.report.suppose(&text) {
                        Ok(what_if) => Echo::Reads(figures.report.what_if_words(&what_if)),
                        Err(why) => Echo::Wrong(why),
                    },
                    None => Echo::Silent,
                };
            }
            Purpose::Prompt {
                expects: expects @ (Expects::Step | Expects::Lead),
                ..
            } if !text.trim().is_empty() => line.echo = self.echo_of_lead(*expects, &text),
            Purpose::Prompt { .. } | Purpose::Answer { .. } => line.echo = Echo::Silent,
        }
    }

    /// Says how a next step or a new lead is understood, and what the new lead looks like.
    fn echo_of_lead(&self, expects: Expects, text: &str) -> Echo {
        use crate::command::{due_shown, likeness_words, planned, quick_lead};
        if expects == Expects::Step {
            let (step, due) = planned(text, &self.world, &self.settings);
            return Echo::Reads(due_shown(&step, due, &self.world));
        }
        let lead = match quick_lead(text, &self.world) {
            Ok(lead) => lead,
            Err(why) => return Echo::Wrong(why),
        };
        let alike = self.figures.duplicates();
        let found = alike.map(|index| index.of_new(&lead)).unwrap_or_default();
        if let Some(first) = found.first() {
            let name = self.world.title(&first.record);
            let how = likeness_words(&first.likeness);
            return Echo::Wrong(format!("looks like {name}: {how}"));
        }
        let creators = lead.creators.map(|creators| format!("{creators} creators"));
        let parts = [
            lead.source.to_string(),
            lead.archetype.clone(),
            lead.market.clone(),
            creators.unwrap_or_default(),
        ];
        let words: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Echo::Reads(if words.is_empty() {
            "not known yet".to_owned()
        } else {
            words.join(" · ")
        })
    }

    fn leave_line(&mut self, line: &Line) -> Vec<Effect> {
        if let Purpose::Filter { before } = &line.purpose {
            let place = self.screen.active();
            self.screen.shelf_mut(place).filter.clone_from(before);
            arrange(&self.world, &mut self.screen, place, true);
        }
        self.asking = None;
        self.mode = Mode::Normal;
        Vec::new()
    }

    /// Says why an answer does not fit what a binding asks for.
    fn misfit(&self, wants: &Wants, text: &str) -> Option<String> {
        match wants {
            Wants::Number => text
                .trim()
                .parse::<i64>()
                .err()
                .map(|_| "a whole number is needed".to_owned()),
            Wants::When => crate::command::reading(text, &self.world, &self.settings)
                .err()
                .map(|error| error.to_string()),
            Wants::Query => crate::query::Query::parse(text)
                .err()
                .map(|error| error.to_string()),
            _ => None,
        }
    }

    fn accept_line(&mut self, mut line: Box<Line>) -> Vec<Effect> {
        let text = line.input.text();
        self.mode = Mode::Normal;
        match &line.purpose {
            Purpose::Filter { before } => {
                if matches!(line.echo, Echo::Wrong(_)) {
                    // What stands behind the line is a filter that nobody asked for.
                    self.mode = Mode::Line(line);
                    return Vec::new();
                }
                if text != *before {
                    let line = match text.trim() {
                        "" => "filter clear".to_owned(),
                        _ => format!("filter set -- {}", quote_word(&text)),
                    };
                    self.note_line(&line);
                }
                Vec::new()
            }
            Purpose::Answer { wants, .. } => {
                if let Some(why) = self.misfit(wants, &text) {
                    line.echo = Echo::Wrong(why);
                    self.mode = Mode::Line(line);
                    return Vec::new();
                }
                let text = match wants {
                    Wants::Number => text.trim().to_owned(),
                    _ => text,
                };
                self.answered(&text)
            }
            Purpose::Prompt { title, command, .. } => {
                if text.trim().is_empty() && line.expects() != Some(Expects::Note) {
                    line.echo = Echo::Wrong(format!("{title}: nothing typed yet; Esc leaves"));
                    self.mode = Mode::Line(line);
                    return Vec::new();
                }
                let word = quote_word(&text);
                let before = match command.split_once("{}") {
                    Some((head, tail)) => format!("{head}{word}{tail}"),
                    None => format!("{command} -- {word}"),
                };
                match self.parse(&before) {
                    Ok(command) => self.run_typed(line, before, command),
                    Err(error) => {
                        line.echo = Echo::Wrong(error.to_string());
                        self.mode = Mode::Line(line);
                        Vec::new()
                    }
                }
            }
            Purpose::Palette => self.accept_palette(line, &text),
        }
    }

    /// Runs what was typed; where it is refused the line stays, with the reason beside it.
    fn run_typed(&mut self, mut line: Box<Line>, text: String, command: Command) -> Vec<Effect> {
        let effects = self.run_as(vec![text], vec![command]);
        let refused = matches!(self.mode, Mode::Normal) && effects.is_empty();
        if let Some(notice) = self
            .screen
            .notice
            .take_if(|notice| refused && notice.tone == Tone::Error)
        {
            line.echo = Echo::Wrong(notice.text);
            self.mode = Mode::Line(line);
        }
        effects
    }

    /// Lists what the user bound here that is no command by itself: lists of commands, what asks first, and what has
    /// words of its own.
    pub(super) fn own_entries(&self) -> Vec<(Entry, Vec<Key>)> {
        let own = |binding: &Binding| {
            !binding.source.file.starts_with("default keys")
                && (!binding.help.is_empty() || binding.commands.len() > 1 || binding.asks())
        };
        let bound = self.keymap.all(self.screen.scope());
        bound
            .into_iter()
            .filter(|(_, binding)| own(binding))
            .map(|(keys, binding)| {
                let commands = binding.shown();
                let entry = Entry {
                    name: if binding.help.is_empty() {
                        commands.clone()
                    } else {
                        binding.help.clone()
                    },
                    help: commands,
                    usage: format!("({}:{})", binding.source.file, binding.source.line),
                };
                (entry, keys)
            })
            .collect()
    }

    /// Runs what is typed if it is a command, else the entry that is chosen; asks for what is missing.
    fn accept_palette(&mut self, mut line: Box<Line>, text: &str) -> Vec<Effect> {
        let chosen = line.entries.get(line.chosen);
        if let Some(keys) = chosen.and_then(|entry| line.keys_of(entry)) {
            return self.press_all(keys);
        }
        let typed: Option<Command> = (line.chosen == 0).then(|| self.parse(text).ok()).flatten();
        if let Some(command) = typed {
            return self.run_typed(line, text.to_owned(), command);
        }
        let Some(entry) = line.entries.get(line.chosen).cloned() else {
            let Some(why) = names::of_shell(text) else {
                return self.run_line(text);
            };
            line.echo = Echo::Wrong(why);
            self.mode = Mode::Line(line);
            return Vec::new();
        };
        // Nobody went to this entry: it only stands first. What is typed must be what it is called, or does.
        let by_keys = self.command_of_keys(text);
        let by_keys = by_keys.is_some_and(|line| line.starts_with(&entry.name));
        if line.chosen == 0
            && !by_keys
            && let Some(why) = names::why_not(text, &entry)
        {
            line.echo = Echo::Wrong(why);
            self.mode = Mode::Line(line);
            return Vec::new();
        }
        // What was typed behind the name cannot be read: the name alone would act on something else.
        let more = text.trim() != entry.name && text.starts_with(&format!("{} ", entry.name));
        match self.parse(&entry.name) {
            Ok(command) if !more => self.run_as(vec![entry.name], vec![command]),
            Ok(_) | Err(_) if text.starts_with(&entry.name) => {
                let error = self.parse(text).err().map(|error| error.to_string());
                line.echo = Echo::Wrong(error.unwrap_or_default());
                self.mode = Mode::Line(line);
                Vec::new()
            }
            Ok(_) | Err(_) => {
                line.input.set(&format!("{} ", entry.name));
                line.rank(None);
                line.echo = Echo::Reads(format!("{} {}", entry.name, entry.usage));
                self.mode = Mode::Line(line);
                Vec::new()
            }
        }
    }
}
