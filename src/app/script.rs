//! Bindings that ask before they run, and what programs of the user's left.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::macros::Script;
use super::{App, Line, Mode, Picker, ReplyBox};
use crate::command::{Choice, Command, Step, join_words, missing, program, read_printed};
use crate::effect::{Effect, OutputTo, Purpose, Ran};
use crate::keymap::{Binding, Hole, Key, KeyCode, Prompt, Template, Wants, is_query};
use crate::pane::Tone;
use crate::record::{AnyRef, Id, Kind, Thread};

/// How long a plan that came up by itself takes no key: it might have been meant for what was there before.
const SETTLES: SignedDuration = SignedDuration::from_millis(300);

/// Most records that are offered as choices.
const CHOICES: usize = 5_000;

/// How long a program has to print the choices of a prompt, in seconds.
const PATIENCE: u32 = 10;

/// A binding that waits for answers.
#[derive(Debug)]
pub(super) struct Asking {
    binding: Binding,
    count: Option<usize>,
    answers: BTreeMap<String, String>,
    /// Tells the answer of a program from that of an earlier one.
    serial: u64,
    /// Whether only the question for a yes is left.
    confirming: bool,
}

/// Text over the place: what a program wrote, or the commands that it proposes.
#[derive(Debug)]
pub struct Sheet {
    /// Where it comes from.
    pub title: String,
    /// Its lines, unsanitised.
    pub lines: Vec<String>,
    /// The first line that is shown.
    pub scroll: usize,
    /// The commands that Enter runs; empty for a text.
    pub plan: Vec<Step>,
    /// From when on it takes keys.
    ready: Timestamp,
}

impl App {
    /// Runs a binding, or asks first for what it wants to know.
    pub(super) fn begin(&mut self, binding: Binding, count: Option<usize>) -> Vec<Effect> {
        self.serial += 1;
        self.asking = Some(Box::new(Asking {
            binding,
            count,
            answers: BTreeMap::new(),
            serial: self.serial,
            confirming: false,
        }));
        self.ask_on()
    }

    /// Asks for the next thing that is not known yet; runs the binding where nothing is left.
    fn ask_on(&mut self) -> Vec<Effect> {
        let Some(asking) = self.asking.as_mut() else {
            return Vec::new();
        };
        let open = asking
            .binding
            .prompts
            .iter()
            .find(|prompt| !asking.answers.contains_key(&prompt.name));
        if let Some(prompt) = open.cloned() {
            return self.put(&prompt);
        }
        if let (false, Some(question)) = (asking.confirming, asking.binding.confirm.clone()) {
            asking.confirming = true;
            let choice = |key: char, label: &str| Choice {
                key: Some(key),
                label: label.into(),
                detail: String::new(),
                word: label.to_lowercase(),
            };
            let choices = vec![choice('n', "No"), choice('y', "Yes")];
            self.mode = Mode::Pick(Box::new(Picker::answering(&question, choices)));
            return Vec::new();
        }
        let Some(asking) = self.asking.take() else {
            return Vec::new();
        };
        match self.filled(&asking) {
            Ok((lines, commands)) => self.run_times(lines, commands, asking.count),
            Err(why) => {
                let source = &asking.binding.source;
                let words = format!("{}:{}: {why}", source.file, source.line);
                self.screen.say(Tone::Error, words);
                Vec::new()
            }
        }
    }

    /// Puts a question.
    fn put(&mut self, prompt: &Prompt) -> Vec<Effect> {
        let choices = match &prompt.wants {
            Wants::Text | Wants::Number | Wants::When | Wants::Query => {
                let line = Line::answer(&prompt.title, prompt.wants.clone(), &prompt.text);
                self.mode = Mode::Line(Box::new(line));
                return Vec::new();
            }
            Wants::OneOf(words) => words
                .iter()
                .map(|(word, label)| Choice {
                    key: None,
                    label: label.clone(),
                    detail: String::new(),
                    word: word.clone(),
                })
                .collect(),
            Wants::Record(kind) => self.records(*kind),
            Wants::Output(words) => {
                let links = self.targets();
                let program = program(&self.world, &links, words.clone(), false, PATIENCE);
                self.screen.say(Tone::Info, format!("{} …", prompt.title));
                return vec![Effect::Exec(
                    Box::new(program),
                    Purpose::Choices(self.serial),
                )];
            }
        };
        self.mode = Mode::Pick(Box::new(Picker::answering(&prompt.title, choices)));
        Vec::new()
    }

    /// Offers the records of a kind.
    fn records(&self, kind: Kind) -> Vec<Choice> {
        let mut choices = Vec::new();
        self.world.any(kind).each(&mut |id, row| {
            choices.push(Choice {
                key: None,
                label: row.row_title().into_owned(),
                detail: String::new(),
                word: id.to_owned(),
            });
        });
        choices.sort_by(|one, other| one.label.cmp(&other.label));
        choices.truncate(CHOICES);
        choices
    }

    /// Takes the answer to the question that was put last.
    pub(super) fn answered(&mut self, answer: &str) -> Vec<Effect> {
        let Some(asking) = self.asking.as_mut() else {
            return Vec::new();
        };
        if asking.confirming {
            if answer == "yes" {
                return self.ask_on();
            }
            self.asking = None;
            self.screen.say(Tone::Info, "not done");
            return Vec::new();
        }
        let open = asking
            .binding
            .prompts
            .iter()
            .find(|prompt| !asking.answers.contains_key(&prompt.name));
        if let Some(name) = open.map(|prompt| prompt.name.clone()) {
            asking.answers.insert(name, answer.to_owned());
        }
        self.ask_on()
    }

    /// Fills what was asked for, and what is under the cursor, into the words of the commands.
    fn filled(&mut self, asking: &Asking) -> Result<(Vec<String>, Vec<Command>), String> {
        let Asking {
            binding,
            count,
            answers,
            ..
        } = asking;
        let selected = self.screen.selected();
        let mut lines = Vec::new();
        let mut commands = Vec::new();
        let mut parsing = self.parsing.take().unwrap_or_default();
        let mut missing = false;
        for line in &binding.commands {
            let template = Template::read(line)
                .and_then(|template| template.check(&mut parsing))
                .map_err(|error| error.to_string())?;
            let words = template.fill(&mut |hole| match hole {
                Hole::Answer(name) => (
                    answers.get(name).cloned().unwrap_or_default(),
                    is_query(&binding.prompts, name),
                ),
                Hole::Count => (count.unwrap_or(1).to_string(), false),
                Hole::Item(field) => {
                    missing |= selected.is_none();
                    let value = selected.as_ref().map(|link| self.item(link, field));
                    (value.unwrap_or_default(), false)
                }
            });
            template.refuse_options(&words)?;
            let command = parsing.read_words(&words);
            commands.push(command.map_err(|error| error.to_string())?);
            lines.push(join_words(&words));
        }
        self.parsing = Some(parsing);
        if missing {
            return Err("nothing is under the cursor; go to a row".into());
        }
        Ok((lines, commands))
    }

    /// Returns a field of a record as the text that stands for it: ids for links, nothing for what is empty.
    pub(super) fn item(&self, link: &AnyRef, field: &str) -> String {
        match field {
            "id" => return link.id.to_string(),
            "kind" => return link.kind.to_string(),
            "title" => return self.world.title(link),
            _ => {}
        }
        let fields = link
            .known_kind()
            .and_then(|kind| self.world.any(kind).fields(&link.id));
        match fields.and_then(|(_, _, fields)| fields.get(field).cloned()) {
            None | Some(serde_json::Value::Null) => String::new(),
            Some(serde_json::Value::String(text)) => text,
            Some(other) => other.to_string(),
        }
    }

    /// Returns the records that a verb would act on now.
    pub(super) fn targets(&self) -> Vec<AnyRef> {
        let (Some(kind), Some(list)) = (self.screen.active().kind(), self.screen.list()) else {
            return Vec::new();
        };
        let targets = list.targets();
        targets.iter().map(|id| AnyRef::new(kind, id)).collect()
    }

    /// Takes in what a program left.
    pub(super) fn take_ran(&mut self, ran: Ran) -> Vec<Effect> {
        let Ran {
            name,
            purpose,
            output,
            end,
        } = ran;
        if let Purpose::Asked(id, purpose) = purpose {
            let purpose = *purpose;
            return self.ran_for(
                id,
                Ran {
                    name,
                    purpose,
                    output,
                    end,
                },
            );
        }
        let runs = crate::command::runs(&name);
        self.screen.notice.take_if(|notice| notice.text == runs);
        let output = match output {
            Ok(output) => output,
            Err(why) => {
                if matches!(&purpose, Purpose::Choices(serial) if self.awaits(*serial)) {
                    self.asking = None;
                }
                self.screen.say(Tone::Error, format!("{name}: {why}"));
                return Vec::new();
            }
        };
        let (to, trust, about) = match purpose {
            Purpose::Choices(serial) => {
                self.offer_printed(&name, serial, &output);
                return Vec::new();
            }
            Purpose::Output { to, trust, about } => (to, trust, about),
            Purpose::Asked(..) => return Vec::new(),
        };
        let first = output.lines().next().unwrap_or_default().to_owned();
        match to {
            OutputTo::Nothing => {}
            OutputTo::Notice if first.is_empty() => {
                self.screen.say(Tone::Done, format!("{name}: done"));
            }
            OutputTo::Notice => self.screen.say(Tone::Info, first),
            OutputTo::Show if output.trim().is_empty() => {
                self.screen
                    .say(Tone::Done, format!("{name}: done, it wrote nothing"));
            }
            OutputTo::Show => {
                let lines = output.lines().map(str::to_owned).collect();
                self.lay_over(name, lines, Vec::new());
            }
            OutputTo::Copy => {
                self.screen.say(Tone::Done, format!("{name}: copied"));
                return vec![Effect::Copy(output.trim_end().to_owned())];
            }
            OutputTo::Reply => return self.reply_with(&name, about.as_ref(), output.trim_end()),
            OutputTo::Run => return self.propose(name, trust, &output),
        }
        Vec::new()
    }

    fn awaits(&self, serial: u64) -> bool {
        self.asking
            .as_ref()
            .is_some_and(|asking| asking.serial == serial)
    }

    /// Offers the lines of a program as choices, where its question still stands.
    fn offer_printed(&mut self, name: &str, serial: u64, output: &str) {
        if !self.awaits(serial) {
            return;
        }
        let choices: Vec<Choice> = output
            .lines()
            .filter(|line| !line.trim().is_empty())
            .take(CHOICES)
            .map(printed_choice)
            .collect();
        if choices.is_empty() || !matches!(self.mode, Mode::Normal) {
            self.asking = None;
            let why = if choices.is_empty() {
                "it printed nothing to choose from"
            } else {
                "something else is being typed; press the key again"
            };
            self.screen.say(Tone::Info, format!("{name}: {why}"));
            return;
        }
        self.screen.notice = None;
        self.mode = Mode::Pick(Box::new(Picker::answering(name, choices)));
    }

    /// Puts a text into the reply that is being written, else into one to the thread it is about.
    fn reply_with(&mut self, name: &str, about: Option<&AnyRef>, text: &str) -> Vec<Effect> {
        if let Mode::Reply(reply) = &mut self.mode {
            reply.input.insert(text);
            return vec![reply.draft()];
        }
        let thread = about.and_then(AnyRef::id_of::<Thread>);
        let Some(thread) = thread.filter(|id: &Id<Thread>| self.world.get(id).is_some()) else {
            self.screen.say(
                Tone::Error,
                format!("{name}: there is no thread to reply to"),
            );
            return Vec::new();
        };
        let key = format!("reply:{thread}");
        let mut draft = self.drafts.get(&key).cloned().unwrap_or_default();
        if !draft.is_empty() {
            draft.push('\n');
        }
        draft.push_str(text);
        self.drafts.insert(key.clone(), draft.clone());
        if matches!(self.mode, Mode::Normal) {
            let reply = ReplyBox::open(
                (&self.world, &self.screen),
                &self.courses,
                thread.as_str(),
                &draft,
            );
            self.mode = Mode::Reply(Box::new(reply));
        } else {
            self.screen.say(
                Tone::Info,
                format!("{name}: the draft of the reply holds it"),
            );
        }
        vec![Effect::Draft { key, text: draft }]
    }

    /// Shows the commands that a program proposes, or runs them where it is trusted.
    fn propose(&mut self, name: String, trust: bool, output: &str) -> Vec<Effect> {
        let mut parsing = self.parsing.take().unwrap_or_default();
        let read = read_printed(output, &mut parsing);
        self.parsing = Some(parsing);
        let steps = match read {
            Ok(steps) => steps,
            Err(why) => {
                self.screen
                    .say(Tone::Error, format!("{name}: {why}; nothing was run"));
                return Vec::new();
            }
        };
        if steps.is_empty() {
            self.screen
                .say(Tone::Info, format!("{name}: nothing to do"));
            return Vec::new();
        }
        let lacks = steps
            .iter()
            .find_map(|step| Some((step, missing(&step.command, &self.world)?)));
        if let Some((step, why)) = lacks {
            let (number, line) = (step.number, &step.line);
            let words = format!("{name}: line {number}: `{line}`: {why}; nothing was run");
            self.screen.say(Tone::Error, words);
            return Vec::new();
        }
        if trust {
            return self.run_script(Script {
                name,
                ..Script::of(steps)
            });
        }
        let lines = steps
            .iter()
            .map(|step| match self.named_by(&step.command) {
                Some(title) => format!("{}   # {title}", step.line),
                None => step.line.clone(),
            })
            .collect();
        self.lay_over(name, lines, steps);
        Vec::new()
    }

    /// Returns the title of the first record that a command names.
    fn named_by(&self, command: &Command) -> Option<String> {
        let (kind, targets) = command.named();
        let id = targets?.ids.first()?;
        let link = AnyRef::parse(id)
            .filter(|link| link.known_kind().is_some())
            .or_else(|| kind.map(|kind| AnyRef::new(kind, id)))?;
        Some(self.world.title(&link))
    }

    /// Lays a text over the place, at once or as soon as nothing is typed any more.
    pub(super) fn lay_over(&mut self, title: String, lines: Vec<String>, plan: Vec<Step>) {
        let now = self.world.view.now;
        let sheet = Box::new(Sheet {
            title,
            lines,
            scroll: 0,
            ready: if plan.is_empty() {
                now
            } else {
                now.checked_add(SETTLES).unwrap_or(now)
            },
            plan,
        });
        if matches!(self.mode, Mode::Normal) && self.pending.is_empty() {
            self.mode = Mode::Sheet(sheet);
        } else {
            self.screen.say(
                Tone::Info,
                format!("{}: it is shown when you are done here", sheet.title),
            );
            self.held.push_back(sheet);
        }
    }

    /// Shows what waited until nothing was typed.
    pub(super) fn show_held(&mut self) {
        if matches!(self.mode, Mode::Normal)
            && self.pending.is_empty()
            && let Some(mut sheet) = self.held.pop_front()
        {
            let now = self.world.view.now;
            sheet.ready = now.checked_add(SETTLES).unwrap_or(now);
            self.mode = Mode::Sheet(sheet);
        }
    }

    /// Takes a key while a text lies over the place.
    pub(super) fn sheet_key(&mut self, mut sheet: Box<Sheet>, key: Key) -> Vec<Effect> {
        // A long line is broken when it is drawn, on the narrowest screen at every twenty cells.
        let rows = |line: &String| 1 + line.chars().count() / 20;
        let last = sheet
            .lines
            .iter()
            .map(rows)
            .sum::<usize>()
            .saturating_sub(1);
        match key.code {
            KeyCode::Char('j') | KeyCode::Down => sheet.scroll += 1,
            KeyCode::Char('k') | KeyCode::Up => sheet.scroll = sheet.scroll.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ' | 'd') => sheet.scroll += 10,
            KeyCode::PageUp | KeyCode::Char('u') => sheet.scroll = sheet.scroll.saturating_sub(10),
            KeyCode::Char('y') => {
                let text = sheet.lines.join("\n");
                self.screen.say(Tone::Done, "copied");
                self.mode = Mode::Sheet(sheet);
                return vec![Effect::Copy(text)];
            }
            KeyCode::Enter if !sheet.plan.is_empty() => {
                if self.world.view.now < sheet.ready {
                    self.mode = Mode::Sheet(sheet);
                    return Vec::new();
                }
                return self.run_script(Script {
                    name: sheet.title,
                    ..Script::of(sheet.plan)
                });
            }
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => {
                if !sheet.plan.is_empty() {
                    self.screen
                        .say(Tone::Info, format!("{}: nothing was run", sheet.title));
                }
                return Vec::new();
            }
            _ => {}
        }
        sheet.scroll = sheet.scroll.min(last);
        self.mode = Mode::Sheet(sheet);
        Vec::new()
    }
}

/// Reads a choice that a program printed: a JSON object, or word, label and detail parted by tabs.
fn printed_choice(line: &str) -> Choice {
    if let Ok(json) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line) {
        let text = |name: &str| {
            let value = json.get(name).and_then(serde_json::Value::as_str);
            value.map(str::to_owned)
        };
        let word = text("word").unwrap_or_default();
        return Choice {
            key: None,
            label: text("label").unwrap_or_else(|| word.clone()),
            detail: text("detail").unwrap_or_default(),
            word,
        };
    }
    let mut parts = line.splitn(3, '\t');
    let word = parts.next().unwrap_or_default().to_owned();
    Choice {
        key: None,
        label: parts.next().unwrap_or(&word).to_owned(),
        detail: parts.next().unwrap_or_default().to_owned(),
        word,
    }
}
