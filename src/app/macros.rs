//! Macros: command lines that are recorded, named, edited as text, and played.

use super::{App, Mode, Picker};
use crate::command::{Ask, Choice, Command, CommandError, Expects, MacroCommand, Step, read_steps};
use crate::effect::Effect;
use crate::keymap::Macro;
use crate::pane::Tone;

/// How deep macros may play each other.
const DEPTH: usize = 8;

/// Most commands that one play runs.
const STEPS: usize = 10_000;

/// A macro that is being recorded.
#[derive(Debug, Default)]
pub(super) struct Recording {
    name: Option<String>,
    lines: Vec<String>,
}

impl App {
    /// Returns the name of the macro that is being recorded and how many lines it has.
    pub fn recording(&self) -> Option<(&str, usize)> {
        self.recording.as_ref().map(|recording| {
            (
                recording.name.as_deref().unwrap_or(""),
                recording.lines.len(),
            )
        })
    }

    /// Notes a command line in the macro that is being recorded.
    pub(super) fn note_line(&mut self, line: &str) {
        if let Some(recording) = &mut self.recording {
            recording.lines.push(line.to_owned());
        }
    }

    /// Notes what was run, except what only opened a question: its answer is noted instead.
    pub(super) fn note_run(&mut self, lines: Vec<String>, asked: bool) {
        // That a macro is played is noted too, whether or not it had to be asked which.
        if self.recording.is_some() && !asked {
            for line in lines {
                self.note_line(&line);
            }
        }
    }

    /// Does what a command about macros says.
    pub(super) fn macro_command(&mut self, command: MacroCommand) -> Vec<Effect> {
        match command {
            MacroCommand::Record { name } if self.recording.is_none() => {
                if let Some(why) = name.as_deref().and_then(bad_name) {
                    self.screen.say(Tone::Error, why);
                    return Vec::new();
                }
                self.recording = Some(Recording {
                    name,
                    lines: Vec::new(),
                });
                let keys = self.keymap.keys_of(self.screen.scope(), "macro record");
                let key = keys.map_or_else(
                    || "`macro record`".to_owned(),
                    |keys| crate::keymap::show_sequence(&keys),
                );
                self.screen
                    .say(Tone::Info, format!("recording; {key} again keeps it"));
                Vec::new()
            }
            MacroCommand::Record { name } | MacroCommand::Stop { name } => self.stop(name),
            MacroCommand::Play { name: None, times } => {
                self.offer_macros("play", &format!("macro play --times {times}"))
            }
            MacroCommand::Edit { name: None } => self.offer_macros("edit", "macro edit"),
            MacroCommand::Delete { name: None } => self.offer_macros("forget", "macro delete"),
            MacroCommand::Play {
                name: Some(name),
                times,
            } => self.play(&name, usize::from(times)),
            MacroCommand::Edit { name: Some(name) } => {
                if let Some(why) = bad_name(&name) {
                    self.screen.say(Tone::Error, why);
                    return Vec::new();
                }
                let known = self
                    .keymap
                    .macros
                    .get(&name)
                    .map(|known| known.text.clone());
                let draft = self.drafts.get(&format!("macro:{name}")).cloned();
                let text = draft.or(known).unwrap_or_else(|| {
                    "# One command a line; `cnm commands` lists them.\n".to_owned()
                });
                vec![Effect::Editor {
                    purpose: format!("macro:{name}"),
                    text,
                }]
            }
            MacroCommand::Delete { name: Some(name) } => {
                if self.keymap.macros.remove(&name).is_none() {
                    self.screen.say(Tone::Error, unknown(&name));
                    return Vec::new();
                }
                self.screen
                    .say(Tone::Done, format!("macro {name}: forgotten"));
                vec![Effect::KeepMacro { name, text: None }]
            }
        }
    }

    fn stop(&mut self, name: Option<String>) -> Vec<Effect> {
        let Some(recording) = &self.recording else {
            self.screen.say(Tone::Info, "no macro is being recorded");
            return Vec::new();
        };
        if recording.lines.is_empty() {
            self.recording = None;
            self.screen.say(Tone::Info, "nothing was recorded");
            return Vec::new();
        }
        let Some(name) = name.or_else(|| recording.name.clone()) else {
            self.asks.push_back(Ask::Prompt {
                title: "name of the macro".into(),
                command: "macro stop".into(),
                text: String::new(),
                expects: Expects::Text,
            });
            return self.answer_asks();
        };
        if let Some(why) = bad_name(&name) {
            self.screen.say(Tone::Error, why);
            return Vec::new();
        }
        let lines = self.recording.take().map(|recording| recording.lines);
        let mut text = lines.unwrap_or_default().join("\n");
        text.push('\n');
        self.keep_macro(&name, text)
    }

    /// Checks the lines of a macro and keeps them; what is wrong stays a draft.
    fn keep_macro(&mut self, name: &str, text: String) -> Vec<Effect> {
        let mut parsing = self.parsing.take().unwrap_or_default();
        let read = read_steps(&text, &mut parsing);
        self.parsing = Some(parsing);
        let key = format!("macro:{name}");
        match read {
            Ok(steps) => {
                self.drafts.remove(&key);
                let count = steps.len();
                self.keymap.macros.insert(
                    name.to_owned(),
                    Macro {
                        text: text.clone(),
                        steps,
                    },
                );
                self.screen
                    .say(Tone::Done, format!("macro {name}: {count} commands kept"));
                vec![
                    Effect::Draft {
                        key,
                        text: String::new(),
                    },
                    Effect::KeepMacro {
                        name: name.to_owned(),
                        text: Some(text),
                    },
                ]
            }
            Err(wrongs) => {
                let words = wrongs
                    .first()
                    .map(|(number, error)| format!("line {number}: {error}"));
                self.screen.say(
                    Tone::Error,
                    format!(
                        "macro {name}: {}; not kept, `macro edit {name}` goes on with your text",
                        words.unwrap_or_default()
                    ),
                );
                self.drafts.insert(key.clone(), text.clone());
                vec![Effect::Draft { key, text }]
            }
        }
    }

    /// Takes the text of a macro back from the editor; says whether it was one.
    pub(super) fn macro_edited(&mut self, purpose: &str, text: &str) -> Option<Vec<Effect>> {
        let name = purpose.strip_prefix("macro:")?.to_owned();
        Some(self.keep_macro(&name, format!("{}\n", text.trim_end())))
    }

    fn offer_macros(&mut self, verb: &str, command: &str) -> Vec<Effect> {
        let choices: Vec<Choice> = self
            .keymap
            .macros
            .iter()
            .map(|(name, known)| Choice {
                key: None,
                label: name.clone(),
                detail: known
                    .steps
                    .iter()
                    .map(|step| step.line.as_str())
                    .collect::<Vec<_>>()
                    .join(" · "),
                word: name.clone(),
            })
            .collect();
        if choices.is_empty() {
            self.screen.say(
                Tone::Info,
                "there is no macro yet; `macro record` begins one",
            );
            return Vec::new();
        }
        let picker = Picker::new(&format!("{verb} a macro"), command, choices);
        self.mode = Mode::Pick(Box::new(picker));
        Vec::new()
    }

    /// Plays a macro: all that it changes is one batch, which one undo takes back.
    fn play(&mut self, name: &str, times: usize) -> Vec<Effect> {
        let mut steps = Vec::new();
        for _ in 0..times {
            if let Err(why) = self.unfold(name, 0, &mut steps) {
                self.screen.say(Tone::Error, why);
                return Vec::new();
            }
        }
        let recording = self.recording.take();
        let called = match times {
            1 => format!("macro {name}"),
            many => format!("macro {name} ×{many}"),
        };
        let effects = self.run_script(Script {
            title: Some(called.clone()),
            name: called.clone(),
            ..Script::of(steps)
        });
        self.recording = recording;
        let said = self.screen.notice.as_ref().map(|notice| notice.tone);
        if said == Some(Tone::Done) {
            self.screen.say(Tone::Done, called);
        }
        effects
    }

    /// Runs commands as one batch that one undo takes back; what steps back in time itself stands alone.
    pub(super) fn run_script(&mut self, script: Script) -> Vec<Effect> {
        let steps_back = |command: &Command| matches!(command, Command::Undo | Command::Redo);
        let mut effects = Vec::new();
        let mut lines = script.lines.into_iter();
        let mut numbers = script.numbers.into_iter();
        for part in script
            .commands
            .chunk_by(|one, next| !steps_back(one) && !steps_back(next))
        {
            self.titled = script
                .title
                .clone()
                .filter(|_| !part.iter().any(steps_back));
            let numbers: Vec<usize> = numbers.by_ref().take(part.len()).collect();
            self.given_by = (!numbers.is_empty()).then(|| (script.name.clone(), numbers));
            let lines = lines.by_ref().take(part.len()).collect();
            effects.extend(self.run_as(lines, part.to_vec()));
            let failed = self.screen.notice.as_ref();
            if failed.is_some_and(|notice| notice.tone == Tone::Error) {
                break;
            }
        }
        effects
    }

    /// Puts the commands of macros in the place of those that play them among others, so that all run in their order.
    pub(super) fn unfolded(
        &self,
        lines: Vec<String>,
        commands: Vec<Command>,
    ) -> Result<(Vec<String>, Vec<Command>), String> {
        let plays = |command: &Command| {
            matches!(
                command,
                Command::Macro(MacroCommand::Play { name: Some(_), .. })
            )
        };
        if commands.len() < 2 || !commands.iter().any(plays) {
            return Ok((lines, commands));
        }
        let mut steps = Vec::new();
        for (at, command) in commands.into_iter().enumerate() {
            let Command::Macro(MacroCommand::Play {
                name: Some(name),
                times,
            }) = &command
            else {
                steps.push(Step {
                    number: at + 1,
                    line: lines.get(at).cloned().unwrap_or_default(),
                    command,
                });
                continue;
            };
            for _ in 0..*times {
                self.unfold(name, 0, &mut steps)?;
            }
        }
        Ok(steps
            .into_iter()
            .map(|step| (step.line, step.command))
            .unzip())
    }

    /// Lists the commands of a macro with those of the macros that it plays.
    fn unfold(&self, name: &str, depth: usize, steps: &mut Vec<Step>) -> Result<(), String> {
        let known = self.keymap.macros.get(name).ok_or_else(|| unknown(name))?;
        if depth > DEPTH || steps.len() > STEPS {
            return Err(format!(
                "macro {name}: it plays itself, or runs more than {STEPS} commands; nothing was run"
            ));
        }
        for step in &known.steps {
            match &step.command {
                Command::Macro(MacroCommand::Play {
                    name: Some(inner),
                    times,
                }) => {
                    for _ in 0..*times {
                        self.unfold(inner, depth + 1, steps)?;
                    }
                }
                _ => steps.push(step.clone()),
            }
        }
        Ok(())
    }
}

/// Command lines that run one after another.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// What the batch is called; what its commands call it, where nothing is said.
    pub(super) title: Option<String>,
    /// Who gave the lines.
    pub(super) name: String,
    /// The lines.
    pub(super) lines: Vec<String>,
    /// What they mean.
    pub(super) commands: Vec<Command>,
    /// Where they stand in what was given; empty where nobody could look there.
    pub(super) numbers: Vec<usize>,
}

impl Script {
    pub(super) fn of(steps: Vec<Step>) -> Self {
        let mut script = Self::default();
        for step in steps {
            script.numbers.push(step.number);
            script.lines.push(step.line);
            script.commands.push(step.command);
        }
        script
    }
}

/// Says what went wrong, and on which line of whom.
pub(super) fn blamed(
    given_by: Option<&(String, Vec<usize>)>,
    at: usize,
    error: &CommandError,
) -> String {
    let place = given_by.and_then(|(name, numbers)| Some((name, numbers.get(at)?)));
    place.map_or_else(
        || error.to_string(),
        |(name, number)| format!("{name}: line {number}: {error}"),
    )
}

fn unknown(name: &str) -> String {
    format!("macro {name}: there is none of this name; `macro play` offers those there are")
}

/// Says why a name cannot be that of a macro: it is the name of a file too.
fn bad_name(name: &str) -> Option<String> {
    let fits = !name.is_empty()
        && name.len() <= 40
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    (!fits).then(|| format!("macro `{name}`: a name has up to 40 letters, digits, - and _"))
}
