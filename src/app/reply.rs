//! The reply box.

use super::{App, Input, Mode};
use crate::command::quote_word;
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::list::World;
use crate::record::{Id, Network, Person, Snippet, Thread, User};
use crate::triage::promises;

/// A reply that is being written.
///
/// Enter sends, Alt-Enter begins a new line, a digit in an empty box puts in the snippet with that key.
#[derive(Debug)]
pub struct ReplyBox {
    /// The thread that is answered.
    pub thread: Id<Thread>,
    /// What is written.
    pub input: Input,
    /// The snippets that digits put in: key, title, filled text.
    pub snippets: Vec<(char, String, String)>,
    /// Whether a promise in it becomes a follow-up when it is sent.
    pub keeps_promise: bool,
}

impl ReplyBox {
    pub(super) fn open(world: &World, thread: &str, draft: &str) -> Self {
        let record = world.table::<Thread>().record(thread);
        let person = record.and_then(|thread| world.follow::<Person>(thread.from.as_ref()));
        let network = record.and_then(|thread| world.follow::<Network>(thread.network.as_ref()));
        Self {
            thread: Id::new(thread),
            input: Input::body(draft),
            snippets: snippets(world, person, network, world.me()),
            keeps_promise: false,
        }
    }

    /// Returns the words that promise something by a time, if there are any.
    pub fn promise(&self) -> Option<String> {
        let found = promises(&self.input.text()).into_iter().next();
        found.map(|promise| promise.quote)
    }

    /// Returns the effect that keeps what is written so far.
    pub(super) fn draft(&self) -> Effect {
        Effect::Draft {
            key: format!("reply:{}", self.thread),
            text: self.input.text(),
        }
    }
}

/// Fills the snippets for one reader: in their language where there is a translation, else in English.
fn snippets(
    world: &World,
    person: Option<&Person>,
    network: Option<&Network>,
    me: Option<&User>,
) -> Vec<(char, String, String)> {
    let wanted = person.map_or("", |person| person.locale.split('-').next().unwrap_or(""));
    let mut best: Vec<(char, u8, &Snippet)> = Vec::new();
    for (_, snippet) in world.table::<Snippet>().records() {
        let Some(key) = snippet.key.chars().next() else {
            continue;
        };
        let lang = snippet.lang.split('-').next().unwrap_or("");
        let grade = match lang {
            lang if lang == wanted => 0,
            "en" => 1,
            _ => 2,
        };
        match best.iter_mut().find(|(known, ..)| *known == key) {
            Some(known) if known.1 > grade => *known = (key, grade, snippet),
            Some(_) => {}
            None => best.push((key, grade, snippet)),
        }
    }
    best.sort_by_key(|(key, ..)| *key);
    best.into_iter()
        .map(|(key, _, snippet)| {
            (
                key,
                snippet.title.clone(),
                fill(&snippet.body, person, network, me),
            )
        })
        .collect()
}

/// Puts names into a snippet; a value never becomes a place for another value.
fn fill(
    body: &str,
    person: Option<&Person>,
    network: Option<&Network>,
    me: Option<&User>,
) -> String {
    let full = person.map_or("", |person| person.name.as_str());
    let first = full.split_whitespace().next().unwrap_or(full);
    let mut filled = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((place, tail)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        match place.trim() {
            "sender.name" => filled.push_str(full),
            "sender.first_name" | "sender.first" => filled.push_str(first),
            "network.name" | "cn.name" => {
                filled.push_str(network.map_or("", |network| network.name.as_str()));
            }
            "me.name" => filled.push_str(me.map_or("", |me| me.name.as_str())),
            "me.first" | "me.first_name" => {
                let name = me.map_or("", |me| me.name.as_str());
                filled.push_str(name.split_whitespace().next().unwrap_or(name));
            }
            other => {
                // An unknown place stays visible, so that nobody sends a hole.
                filled.push_str("{{ ");
                filled.push_str(other);
                filled.push_str(" }}");
            }
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

impl App {
    /// Takes a key while a reply is being written.
    pub(super) fn reply_key(&mut self, mut reply: Box<ReplyBox>, key: Key) -> Vec<Effect> {
        let new_line = key.alt || key.shift;
        match key.code {
            KeyCode::Esc => {
                self.keep_draft(&reply);
                return vec![reply.draft()];
            }
            KeyCode::Enter if !new_line => return self.send(reply),
            KeyCode::Enter => reply.input.new_line(),
            KeyCode::Char('p') if key.ctrl && reply.promise().is_some() => {
                reply.keeps_promise = !reply.keeps_promise;
            }
            KeyCode::Char('e' | 'x') if key.ctrl => {
                let effects = vec![Effect::Editor {
                    purpose: format!("reply:{}", reply.thread),
                    text: reply.input.text(),
                }];
                self.mode = Mode::Reply(reply);
                return effects;
            }
            KeyCode::Char(letter) if reply.input.is_empty() && key.typed().is_some() => {
                let snippet = reply.snippets.iter().find(|(known, ..)| *known == letter);
                match snippet.map(|(.., text)| text.clone()) {
                    Some(text) => reply.input.set(&text),
                    None => {
                        reply.input.key(key);
                    }
                }
            }
            _ => {
                reply.input.key(key);
            }
        }
        self.keep_draft(&reply);
        let effects = vec![reply.draft()];
        self.mode = Mode::Reply(reply);
        effects
    }

    pub(super) fn keep_draft(&mut self, reply: &ReplyBox) {
        let key = format!("reply:{}", reply.thread);
        let text = reply.input.text();
        if text.is_empty() {
            self.drafts.remove(&key);
        } else {
            self.drafts.insert(key, text);
        }
    }

    fn send(&mut self, reply: Box<ReplyBox>) -> Vec<Effect> {
        let text = reply.input.text();
        if text.trim().is_empty() {
            self.screen
                .say(crate::pane::Tone::Info, "nothing to send yet; Esc leaves");
            self.mode = Mode::Reply(reply);
            return Vec::new();
        }
        self.drafts.remove(&format!("reply:{}", reply.thread));
        let promise = if reply.keeps_promise && reply.promise().is_some() {
            " --promise"
        } else {
            ""
        };
        let line = format!(
            "inbox reply{promise} --id {} -- {}",
            quote_word(reply.thread.as_str()),
            quote_word(&text)
        );
        match self.parse(&line) {
            // In a macro it answers whatever thread is selected then.
            Ok(command) => {
                let line = format!("inbox reply{promise} -- {}", quote_word(&text));
                self.run_as(vec![line], vec![command])
            }
            Err(_) => self.run_line(&line),
        }
    }
}
