//! What is typed into a form outlives the form, the console and a crash, until it is saved or begun again.

use serde_json::{Map, Value as Json};

use super::form::Form;
use super::{App, Mode};
use crate::effect::Effect;
use crate::pane::Tone;

impl Form {
    /// Under which name it is kept: one for each record, each kind of new record and each edit in conflict.
    fn draft_key(&self) -> String {
        let kind = self.kind.name();
        match (self.conflict(), &self.id) {
            (Some(cmd), _) => format!("form:conflict:{cmd}"),
            (None, Some(id)) if self.title.is_some() => format!("form:{kind}:{id}:facts"),
            (None, Some(id)) => format!("form:{kind}:{id}"),
            (None, None) => format!("form:{kind}"),
        }
    }

    /// What was typed, field by field beside what stood there when the form was opened; empty where nothing was.
    fn draft_text(&self) -> String {
        let typed: Map<String, Json> = self
            .fields
            .iter()
            .filter(|field| field.is_changed())
            .map(|field| {
                let sides = [field.seed.clone(), field.input.text()];
                (field.info.name.to_owned(), sides.to_vec().into())
            })
            .collect();
        if typed.is_empty() {
            String::new()
        } else {
            Json::Object(typed).to_string()
        }
    }

    /// Puts in what was typed before, and says of each field whether it has another value since; tells whether there
    /// was anything.
    fn take_draft(&mut self, text: &str) -> bool {
        let Ok(typed) = serde_json::from_str::<Map<String, Json>>(text) else {
            return false;
        };
        let mut any = false;
        for field in &mut self.fields {
            let sides = typed.get(field.info.name).and_then(Json::as_array);
            let Some([seed, words]) = sides.map(Vec::as_slice) else {
                continue;
            };
            let (Some(seed), Some(words)) = (seed.as_str(), words.as_str()) else {
                continue;
            };
            if words == field.input.text() {
                continue;
            }
            field.input.set(words);
            if seed != field.seed {
                let now = if field.seed.is_empty() {
                    "—"
                } else {
                    &field.seed
                };
                field.error = Some(format!("changed meanwhile: {now}; Enter keeps yours"));
            }
            any = true;
        }
        any
    }
}

impl App {
    /// Shows a form with what was typed into the same one before, if it was left without being saved.
    pub(super) fn show_form(&mut self, mut form: Form) {
        let kept = self.drafts.get(&form.draft_key());
        if kept.is_some_and(|text| form.take_draft(text)) {
            let words = "what you typed is back; Ctrl-R starts again";
            self.screen.say(Tone::Info, words);
        }
        self.mode = Mode::Form(Box::new(form));
    }

    /// Keeps what is typed, here and on the disk; nothing where it is kept as it is.
    pub(super) fn keep_form(&mut self, form: &Form) -> Vec<Effect> {
        self.keep(form.draft_key(), form.draft_text())
    }

    /// Keeps what is typed into the form that is open.
    pub(super) fn keep_open_form(&mut self) -> Vec<Effect> {
        let Mode::Form(form) = &self.mode else {
            return Vec::new();
        };
        let (key, text) = (form.draft_key(), form.draft_text());
        self.keep(key, text)
    }

    /// Forgets what was typed, because it is saved.
    pub(super) fn forget_form(&mut self, form: &Form) -> Vec<Effect> {
        self.keep(form.draft_key(), String::new())
    }

    fn keep(&mut self, key: String, text: String) -> Vec<Effect> {
        let kept = self.drafts.get(&key).map_or("", String::as_str);
        if kept == text {
            return Vec::new();
        }
        if text.is_empty() {
            self.drafts.remove(&key);
        } else {
            self.drafts.insert(key.clone(), text.clone());
        }
        vec![Effect::Draft { key, text }]
    }
}
