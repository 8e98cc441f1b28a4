//! The form of any record, made from its fields.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::{App, Input, Mode};
use crate::command::quote_word;
use crate::command::{
    Ask, Command, ConflictCommand, Cx, EditCommand, LeadCommand, NewCommand, Targets, Which,
    read_value, show_value,
};
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{AnyRef, FieldInfo, FieldType, Kind};
use crate::text::fold;

/// One field of a form.
#[derive(Debug)]
pub struct FormField {
    /// What is known of the field.
    pub info: FieldInfo,
    /// What is typed.
    pub input: Input,
    /// What is wrong with it.
    pub error: Option<String>,
    before: String,
    /// What stood in it when the form was opened.
    pub(super) seed: String,
}

impl FormField {
    /// Says what is wrong with it, with its name.
    fn told(&self) -> Option<String> {
        let error = self.error.as_ref()?;
        Some(format!("{}: {error}", self.info.name.replace('_', " ")))
    }

    /// Tells whether the user changed it since the form was opened.
    pub fn is_changed(&self) -> bool {
        self.input.text() != self.seed
    }

    /// Tells whether its value has to be sent: it differs from what the record has.
    fn is_sent(&self) -> bool {
        self.input.text() != self.before
    }
}

/// A record being made or changed by hand.
///
/// Tab and the arrows move between fields, Enter saves, Esc leaves, Ctrl-E opens all of it in `$EDITOR`,
/// Left and Right go through the choices of a field that has some.
#[derive(Debug)]
pub struct Form {
    /// The kind.
    pub kind: Kind,
    /// The record; absent for a new one.
    pub id: Option<String>,
    /// Its fields.
    pub fields: Vec<FormField>,
    /// The field that has the keys.
    pub current: usize,
    fixed: Map<String, Json>,
    /// The edit in conflict whose values these are.
    settles: Option<String>,
    /// What it is about, where that is not the record.
    pub title: Option<String>,
    /// The step of a lead that waits for these values.
    then: Option<Box<LeadCommand>>,
}

impl Form {
    /// Marks the fields without which the record would be nothing; returns the first.
    fn lacks(&mut self) -> Option<usize> {
        if self.then.is_some() {
            return None;
        }
        let mut first = None;
        for name in crate::command::needed(self.kind) {
            let (is_new, settles) = (self.id.is_none(), self.settles.is_some());
            let fields = self.fields.iter_mut().enumerate();
            let empty = fields
                .filter(|(_, field)| field.info.name == name)
                .filter(|(_, field)| is_new || settles || field.is_changed())
                .find(|(_, field)| field.input.text().trim().is_empty());
            if let Some((at, field)) = empty {
                field.error = Some("must be filled in".to_owned());
                first = first.or(Some(at));
            }
        }
        first
    }

    /// Marks the first fact that a step asks for where none was given.
    fn asks_in_vain(&mut self, values: &[String]) -> Option<usize> {
        let first = self.fields.first_mut();
        let first = first.filter(|_| values.is_empty() && self.then.is_some())?;
        first.error = Some("the step needs it; Esc leaves the lead where it is".to_owned());
        Some(0)
    }

    /// Opens the form of a record, or of a new one with these values.
    pub(super) fn open(
        world: &World,
        kind: Kind,
        id: Option<String>,
        fields: Map<String, Json>,
    ) -> Self {
        let values = match &id {
            Some(id) => world
                .any(kind)
                .fields(id)
                .map(|(_, _, fields)| fields)
                .unwrap_or_default(),
            None => fields.clone(),
        };
        let fields_of_form = kind
            .fields()
            .iter()
            .map(|info| {
                let text = show_value(&info.ty, values.get(info.name), world);
                let input = if info.ty == FieldType::LongText {
                    Input::body(&text)
                } else {
                    Input::line(&text)
                };
                let before = if id.is_some() || !is_typed(&info.ty) {
                    text.clone()
                } else {
                    String::new()
                };
                FormField {
                    info: *info,
                    input,
                    error: None,
                    before,
                    seed: text,
                }
            })
            .collect();
        Self {
            kind,
            id,
            fields: fields_of_form,
            current: 0,
            fixed: fields,
            settles: None,
            title: None,
            then: None,
        }
    }

    /// Opens the form of the values that settle a conflict: all fields of that edit and no other.
    pub(super) fn settle(
        world: &World,
        kind: Kind,
        (id, cmd): (String, String),
        values: Map<String, Json>,
    ) -> Self {
        let mut form = Self::open(world, kind, None, values);
        let Self { fields, fixed, .. } = &mut form;
        fields.retain(|field| fixed.contains_key(field.info.name));
        Self {
            id: Some(id),
            settles: Some(cmd),
            ..form
        }
    }

    /// Opens the form of just the facts that a stage asks for.
    pub(super) fn facts(
        world: &World,
        (lead, title): (String, String),
        names: &[String],
        then: Box<LeadCommand>,
    ) -> Self {
        let mut form = Self::open(world, Kind::Lead, Some(lead), Map::new());
        form.fields
            .retain(|field| names.iter().any(|name| name == field.info.name));
        Self {
            title: Some(title),
            then: Some(then),
            ..form
        }
    }

    /// The edit in conflict that it settles.
    pub(super) fn conflict(&self) -> Option<&str> {
        self.settles.as_deref()
    }

    /// Tells whether anything was typed into it.
    pub fn is_changed(&self) -> bool {
        self.fields.iter().any(FormField::is_changed)
    }

    /// Puts every field back to what it was when the form was opened.
    fn start_again(&mut self) {
        for field in &mut self.fields {
            let seed = field.seed.clone();
            field.input.set(&seed);
            field.error = None;
        }
    }

    /// Names records that fit what is typed into the current field, at most this many; none where it is no link.
    pub fn suggestions(&self, world: &World, most: usize) -> Vec<String> {
        let Some(field) = self.fields.get(self.current) else {
            return Vec::new();
        };
        let typed = fold(field.input.text().trim());
        let words = crate::command::agreed_words(world, self.kind, field.info.name);
        if !words.is_empty() {
            let fits = words.into_iter().filter(|word| fold(word).contains(&typed));
            return fits.take(most).collect();
        }
        let FieldType::Link(kind) = field.info.ty else {
            return Vec::new();
        };
        if typed.is_empty() {
            return Vec::new();
        }
        let table = world.any(kind);
        let mut found: Vec<(bool, String)> = table
            .ids()
            .into_iter()
            .filter_map(|id| table.title(&id))
            .filter_map(|title| {
                let folded = fold(&title);
                folded
                    .contains(&typed)
                    .then(|| (!folded.starts_with(&typed), title))
            })
            .collect();
        found.sort();
        found.dedup();
        found
            .into_iter()
            .map(|(_, title)| title)
            .take(most)
            .collect()
    }

    /// Takes the first suggestion over where the cursor stands at the end; says whether there was one.
    fn complete(&mut self, world: &World) -> bool {
        let first = self.suggestions(world, 1).into_iter().next();
        let (Some(title), Some(field)) = (first, self.fields.get_mut(self.current)) else {
            return false;
        };
        let text = field.input.text();
        if field.input.cursor().1 < text.chars().count() || text == title {
            return false;
        }
        field.input.set(&title);
        field.error = None;
        true
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.current) {
            field.input.insert(text);
            field.error = None;
        }
    }

    /// Writes the form as text for `$EDITOR`: one `field = value` a line, long texts between `"""`.
    fn as_text(&self) -> String {
        let mut text = format!(
            "# {} — save and leave to take the values over; an empty value clears a field.\n",
            self.kind.label()
        );
        for field in &self.fields {
            let value = field.input.text();
            let _ = writeln!(text, "\n# {}", field.info.help.trim());
            if value.contains('\n') {
                let _ = writeln!(text, "{} = \"\"\"\n{value}\n\"\"\"", field.info.name);
            } else {
                let _ = writeln!(text, "{} = {value}", field.info.name);
            }
        }
        text
    }

    /// Takes over what came back from `$EDITOR`.
    pub(super) fn take_text(&mut self, _purpose: &str, text: &str) -> Result<(), String> {
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((name, value)) = line.split_once('=') else {
                return Err(format!(
                    "line {}: not of the form `field = value`",
                    number + 1
                ));
            };
            let (name, mut value) = (name.trim(), value.trim().to_owned());
            if value == "\"\"\"" {
                value = lines
                    .by_ref()
                    .map(|(_, line)| line)
                    .take_while(|line| line.trim() != "\"\"\"")
                    .collect::<Vec<_>>()
                    .join("\n");
            }
            let Some(field) = self.fields.iter_mut().find(|field| field.info.name == name) else {
                return Err(format!(
                    "line {}: a {} has no field `{name}`",
                    number + 1,
                    self.kind.label()
                ));
            };
            field.input.set(&value);
            field.error = None;
        }
        Ok(())
    }

    /// Finds the first typed field that someone else changed while the form was open, and says so beside it.
    ///
    /// Saving again writes over it: then it was seen.
    fn overtaken(&mut self, world: &World) -> Option<usize> {
        let id = self.id.as_ref().filter(|_| self.settles.is_none())?;
        let (_, _, now) = world.any(self.kind).fields(id)?;
        let mut first = None;
        for (at, field) in self.fields.iter_mut().enumerate() {
            let theirs = show_value(&field.info.ty, now.get(field.info.name), world);
            let text = field.input.text();
            if theirs == field.before || !field.is_changed() || text == theirs {
                continue;
            }
            let words = if theirs.is_empty() { "—" } else { &theirs };
            field.error = Some(format!("changed meanwhile: {words}; Enter keeps yours"));
            field.before.clone_from(&theirs);
            field.seed = theirs;
            first = first.or(Some(at));
        }
        first
    }

    /// Goes to the next or the previous choice of the current field.
    fn turn_choice(&mut self, world: &World, forward: bool) -> bool {
        let kind = self.kind;
        let Some(field) = self.fields.get_mut(self.current) else {
            return false;
        };
        let agreed = crate::command::agreed_words(world, kind, field.info.name);
        let text = field.input.text();
        // The words of the team come first; while one of them is being typed the arrows move the cursor.
        if !agreed.is_empty() && (text.is_empty() || agreed.contains(&text)) {
            let count = agreed.len();
            let next = match agreed.iter().position(|word| *word == text) {
                Some(at) if forward => (at + 1) % count,
                Some(at) => (at + count - 1) % count,
                None => 0,
            };
            if let Some(word) = agreed.get(next) {
                field.input.set(word);
                field.error = None;
            }
            return true;
        }
        let FieldType::Choice(known) = field.info.ty else {
            return false;
        };
        let count = known.len();
        let next = match known.iter().position(|name| *name == text) {
            Some(at) if forward => (at + 1) % count,
            Some(at) => (at + count - 1) % count,
            None => 0,
        };
        if let Some(name) = known.get(next) {
            field.input.set(name);
            field.error = None;
        }
        true
    }
}

/// Tells whether a value is typed as text; links and structures that a new record begins with stay as they are.
fn is_typed(ty: &FieldType) -> bool {
    !matches!(
        ty,
        FieldType::Link(_) | FieldType::AnyLink | FieldType::Json | FieldType::Many(_)
    )
}

impl App {
    /// Opens the form of a record; what was typed into the same form and left comes back.
    pub(super) fn open_form(&mut self, kind: Kind, id: Option<String>, fields: Map<String, Json>) {
        let form = Form::open(&self.world, kind, id, fields);
        self.show_form(form);
    }

    /// Opens the form of the values that settle a conflict.
    pub(super) fn open_settling(&mut self, ask: Ask) {
        if let Ask::Settle {
            cmd,
            kind,
            id,
            fields,
        } = ask
        {
            let form = Form::settle(&self.world, kind, (id, cmd), fields);
            self.show_form(form);
        }
    }

    /// Opens the form of the facts that a step waits for.
    pub(super) fn open_facts(&mut self, ask: Ask) {
        if let Ask::Facts {
            lead,
            title,
            fields,
            then,
        } = ask
        {
            let form = Form::facts(&self.world, (lead, title), &fields, then);
            self.show_form(form);
        }
    }

    /// Takes a key while a form has the keys.
    pub(super) fn form_key(&mut self, mut form: Box<Form>, key: Key) -> Vec<Effect> {
        let count = form.fields.len().max(1);
        match key.code {
            KeyCode::Esc => {
                self.screen.notice = None;
                if form.settles.is_some() {
                    let words = "still in conflict: nothing was sent";
                    self.screen.say(Tone::Info, words);
                } else if form.then.is_some() {
                    self.screen.say(Tone::Info, "the step was not taken");
                } else if form.is_changed() {
                    self.screen.say(
                        Tone::Info,
                        "not saved; the same key brings back what you typed",
                    );
                }
                return self.keep_form(&form);
            }
            KeyCode::Char('r') if key.ctrl => form.start_again(),
            KeyCode::Tab | KeyCode::Down => form.current = (form.current + 1) % count,
            KeyCode::BackTab | KeyCode::Up => form.current = (form.current + count - 1) % count,
            KeyCode::Enter if !key.alt => return self.save_form(form),
            KeyCode::Enter => {
                if let Some(field) = form.fields.get_mut(form.current) {
                    field.input.new_line();
                }
            }
            KeyCode::Char('e') if key.ctrl => {
                let effects = vec![Effect::Editor {
                    purpose: "form".into(),
                    text: form.as_text(),
                }];
                self.mode = Mode::Form(form);
                return effects;
            }
            KeyCode::Left | KeyCode::Right
                if form.turn_choice(&self.world, key.code == KeyCode::Right) => {}
            KeyCode::Right if form.complete(&self.world) => {}
            _ => {
                if let Some(field) = form.fields.get_mut(form.current) {
                    field.input.key(key);
                    field.error = None;
                }
            }
        }
        let effects = self.keep_form(&form);
        self.mode = Mode::Form(form);
        effects
    }

    /// Checks every changed field where it stands; saves only when all are right.
    fn save_form(&mut self, mut form: Box<Form>) -> Vec<Effect> {
        let mut values = Vec::new();
        let mut wrong = None;
        if let Some(at) = form.overtaken(&self.world) {
            form.current = at;
            self.mode = Mode::Form(form);
            return Vec::new();
        }
        let mut undo = std::mem::take(&mut self.undo);
        let cx = Cx::new(&mut self.world, None, &self.settings, &mut undo);
        for (at, field) in form.fields.iter_mut().enumerate() {
            if !field.is_sent() && form.settles.is_none() {
                continue;
            }
            let text = field.input.text();
            match read_value(form.kind, field.info.name, &text, &cx) {
                Ok(_) => values.push(format!("{}={text}", field.info.name)),
                Err(error) => {
                    // The field is named by where the words stand.
                    let named = format!("{}.{}: ", form.kind.name(), field.info.name);
                    field.error = Some(error.to_string().replacen(&named, "", 1));
                    wrong = wrong.or(Some(at));
                }
            }
        }
        drop(cx);
        self.undo = undo;
        let lacks = form.lacks();
        wrong = wrong.or(lacks);
        if let Some(at) = wrong.or_else(|| form.asks_in_vain(&values)) {
            // A low form has no room for many words.
            if let Some(told) = form.fields.get(at).and_then(FormField::told) {
                self.screen.note_told(Tone::Error, &told);
            }
            form.current = at;
            self.mode = Mode::Form(form);
            return Vec::new();
        }
        if values.is_empty() && (form.id.is_some() || form.fixed.is_empty()) {
            self.screen.say(Tone::Info, "nothing changed");
            return self.forget_form(&form);
        }
        let mut effects = self.forget_form(&form);
        if let Some(then) = form.then {
            effects.extend(self.run(vec![Command::Lead(then.with_facts(values))]));
            return effects;
        }
        let command = match (&form.id, form.settles) {
            (_, Some(cmd)) => Command::Conflict(ConflictCommand::Edit {
                values,
                which: Which { cmd: Some(cmd) },
            }),
            (Some(id), None) => Command::Edit(EditCommand {
                values,
                targets: Targets::one(&AnyRef::new(form.kind, id)),
            }),
            (None, None) => Command::New(NewCommand {
                kind: form.kind.name().into(),
                values,
            }),
        };
        let lines = match &command {
            Command::Edit(edit) => {
                let words = edit.values.iter().map(|value| quote_word(value));
                vec![format!("edit -- {}", words.collect::<Vec<_>>().join(" "))]
            }
            Command::New(new) => {
                let words = new.values.iter().map(|value| quote_word(value));
                let words = words.collect::<Vec<_>>().join(" ");
                vec![format!("new {} -- {words}", new.kind)]
            }
            _ => Vec::new(),
        };
        effects.extend(self.run_as(lines, vec![command]));
        effects
    }
}
