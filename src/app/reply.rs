//! The reply box.

mod figures;

use super::{App, Course, Courses, Input, Mode};
use crate::command::quote_word;
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::list::World;
use crate::record::{Id, Lead, Network, Person, Snippet, Thread, User};
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
    /// The snippets that digits put in (key, title, filled text), then the figures of the CN, without a key.
    pub snippets: Vec<(char, String, String)>,
    /// What is typed to find a snippet or a figure; absent while the reply itself is typed.
    pub search: Option<Input>,
    /// Which of the snippets that fit is chosen.
    pub chosen: usize,
    /// Whether a promise in it becomes a follow-up when it is sent.
    pub keeps_promise: bool,
    /// Whether it offers times to meet: sending it proposes a meeting.
    pub meeting: bool,
}

impl ReplyBox {
    pub(super) fn open(world: &World, courses: &Courses, thread: &str, draft: &str) -> Self {
        let record = world.table::<Thread>().record(thread);
        let facts = Facts {
            person: record.and_then(|thread| world.follow(thread.from.as_ref())),
            network: record.and_then(|thread| world.follow(thread.network.as_ref())),
            lead: record.and_then(|thread| world.follow(thread.lead.as_ref())),
            me: world.me(),
            figures: record
                .and_then(|thread| thread.network.as_ref())
                .map_or(&[], |network| courses.of(&network.link())),
        };
        Self {
            thread: Id::new(thread),
            input: Input::body(draft),
            snippets: snippets(world, &facts),
            search: None,
            chosen: 0,
            keeps_promise: false,
            meeting: false,
        }
    }

    /// Returns the snippets to choose from, those that fit what is typed first.
    pub fn shown(&self) -> Vec<&(char, String, String)> {
        let Some(search) = &self.search else {
            return self.snippets.iter().collect();
        };
        let texts: Vec<String> = self
            .snippets
            .iter()
            .map(|(_, title, body)| format!("{title} {body}"))
            .collect();
        super::fuzzy::rank(&search.text(), &texts)
            .into_iter()
            .filter_map(|at| self.snippets.get(at))
            .collect()
    }

    /// Begins to look for a snippet or a figure to put in at the cursor; without any nothing happens.
    fn seek(&mut self) {
        if !self.snippets.is_empty() {
            self.search = Some(Input::line(""));
            self.chosen = 0;
        }
    }

    /// Takes a key while a snippet is sought.
    fn search_key(&mut self, key: Key) {
        let count = self.shown().len().max(1);
        match key.code {
            KeyCode::Esc => self.search = None,
            KeyCode::Enter => {
                let text = self.shown().get(self.chosen).map(|(.., text)| text.clone());
                if let Some(text) = text {
                    self.input.insert(&text);
                    self.search = None;
                }
            }
            KeyCode::Down | KeyCode::Tab => self.chosen = (self.chosen + 1) % count,
            KeyCode::Up | KeyCode::BackTab => self.chosen = (self.chosen + count - 1) % count,
            _ => {
                if let Some(search) = &mut self.search {
                    search.key(key);
                }
                self.chosen = 0;
            }
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

/// What the places of a snippet are filled from.
struct Facts<'w> {
    person: Option<&'w Person>,
    network: Option<&'w Network>,
    lead: Option<&'w Lead>,
    me: Option<&'w User>,
    /// How the CN does.
    figures: &'w [Course],
}

/// Fills the snippets for one reader: in their language where there is a translation, else in English.
fn snippets(world: &World, facts: &Facts<'_>) -> Vec<(char, String, String)> {
    let wanted = facts
        .person
        .map_or("", |person| person.locale.split('-').next().unwrap_or(""));
    let mut best: Vec<(char, u8, &Snippet)> = Vec::new();
    for (_, snippet) in world.table::<Snippet>().records() {
        // One without a key is found by typing.
        let key = snippet.key.chars().next().unwrap_or(' ');
        let lang = snippet.lang.split('-').next().unwrap_or("");
        let grade = match lang {
            lang if lang == wanted => 0,
            "en" => 1,
            _ => 2,
        };
        let same = |known: char, other: &Snippet| {
            known == key && (key != ' ' || other.title == snippet.title)
        };
        match best
            .iter_mut()
            .find(|(known, _, other)| same(*known, other))
        {
            Some(known) if known.1 > grade => *known = (key, grade, snippet),
            Some(_) => {}
            None => best.push((key, grade, snippet)),
        }
    }
    best.sort_by_key(|(key, _, snippet)| (*key == ' ', *key, snippet.title.clone()));
    best.into_iter()
        .map(|(key, _, snippet)| (key, snippet.title.clone(), fill(&snippet.body, facts)))
        .chain(facts.figures.iter().map(figures::entry))
        .collect()
}

/// Puts names into a snippet; a value never becomes a place for another value.
fn fill(body: &str, facts: &Facts<'_>) -> String {
    let me = facts.me;
    let full = facts.person.map_or("", |person| person.name.as_str());
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
        let place = place.trim();
        match place {
            "sender.name" if !full.is_empty() => filled.push_str(full),
            "sender.first_name" | "sender.first" if !first.is_empty() => filled.push_str(first),
            "network.name" | "cn.name" if facts.network.is_some() => {
                filled.push_str(facts.network.map_or("", |network| network.name.as_str()));
            }
            "lead.name" if facts.lead.is_some() => {
                filled.push_str(facts.lead.map_or("", |lead| lead.name.as_str()));
            }
            "me.name" => filled.push_str(me.map_or("", |me| me.name.as_str())),
            "me.first" | "me.first_name" => {
                let name = me.map_or("", |me| me.name.as_str());
                filled.push_str(name.split_whitespace().next().unwrap_or(name));
            }
            other if figures::named(facts.figures, other).is_some() => {
                let figure = figures::named(facts.figures, other);
                filled.push_str(&figure.map(figures::words).unwrap_or_default());
            }
            other => {
                // A place that is not known here stays visible, so that nobody sends a hole.
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
    /// Opens the reply box of a thread, with a text or with the draft that was left there.
    pub(super) fn open_reply(&mut self, thread: &str, text: String, meeting: bool) -> Vec<Effect> {
        let draft = self.drafts.get(&format!("reply:{thread}"));
        let draft = draft.cloned().unwrap_or_default();
        let begun = match (draft.is_empty(), text.is_empty()) {
            (true, _) => text,
            (false, true) => draft,
            // What was written before stays above what is offered.
            (false, false) => format!("{draft}\n\n{text}"),
        };
        let mut reply = Box::new(ReplyBox::open(&self.world, &self.courses, thread, &begun));
        reply.meeting = meeting;
        let effects = if meeting {
            vec![reply.draft()]
        } else {
            Vec::new()
        };
        self.mode = Mode::Reply(reply);
        effects
    }

    /// Takes a key while a reply is being written.
    pub(super) fn reply_key(&mut self, mut reply: Box<ReplyBox>, key: Key) -> Vec<Effect> {
        let new_line = key.alt || key.shift;
        if reply.search.is_some() {
            reply.search_key(key);
            self.keep_draft(&reply);
            let effects = vec![reply.draft()];
            self.mode = Mode::Reply(reply);
            return effects;
        }
        match key.code {
            KeyCode::Esc => {
                self.keep_draft(&reply);
                if self.screen.place == crate::pane::Place::Slots {
                    let words = "not sent: the reply is kept as a draft; p opens it again, Enter here holds the time";
                    self.screen.say(crate::pane::Tone::Info, words);
                }
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
            KeyCode::Char('t') if key.ctrl => reply.seek(),
            KeyCode::Char('/') if reply.input.is_empty() => reply.seek(),
            KeyCode::Char(letter) if reply.input.is_empty() && key.typed().is_some() => {
                let is_key = |known: char| known == letter && letter != ' ';
                let snippet = reply.snippets.iter().find(|(known, ..)| is_key(*known));
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
        let meeting = if reply.meeting { " --meeting" } else { "" };
        let line = format!(
            "inbox reply{promise}{meeting} --id {} -- {}",
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
