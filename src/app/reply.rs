//! The reply box.

mod figures;
mod snippets;

use super::{App, Courses, Input, Mode};
use crate::command::quote_word;
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::list::World;
use crate::pane::{Screen, Tone, at_hand};
use crate::record::{Id, Person, Thread};
use crate::triage::promises;
use snippets::{Facts, hole, snippets};

/// A reply that is being written.
///
/// Enter sends, Alt-Enter begins a new line, a digit in an empty box puts in the snippet with that key.
#[derive(Debug)]
pub struct ReplyBox {
    /// The thread that is answered.
    pub thread: Id<Thread>,
    /// Who wrote the message that is answered, where that is a known contact.
    pub reader: Option<Id<Person>>,
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
    /// Whether a snippet is in it: one with a place that is not filled does not leave.
    pub prepared: bool,
    /// The snippet with which it began (key, title).
    begun: Option<(char, String)>,
}

impl ReplyBox {
    pub(super) fn open(
        (world, screen): (&World, &Screen),
        courses: &Courses,
        thread: &str,
        draft: &str,
    ) -> Self {
        let record = world.table::<Thread>().record(thread);
        // In a group whoever wrote the message is answered, and not who wrote there last.
        let asked = at_hand(world, Some(screen), &Id::new(thread));
        let asked = asked.and_then(|id| world.get(&id));
        let reader = asked.and_then(|message| message.sender.clone());
        let reader = reader.or_else(|| record.and_then(|thread| thread.from.clone()));
        let facts = Facts {
            person: world.follow(reader.as_ref()),
            question: asked.map_or("", |message| &message.text),
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
            // A draft may have been begun by a snippet.
            prepared: hole(draft).is_some(),
            begun: None,
            reader,
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
                let chosen = self.shown().get(self.chosen).map(|&one| one.clone());
                if let Some((key, title, text)) = chosen {
                    if self.input.is_empty() {
                        self.begun = Some((key, title));
                    }
                    self.fill_hole();
                    self.input.insert(&text);
                    self.search = None;
                    self.put_in();
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

    /// Puts the snippet with this key in, or with this title where it has no key; says whether there is one.
    pub(super) fn begin_with(&mut self, key: char, title: &str) -> bool {
        let found = self
            .snippets
            .iter()
            .find(|(known, named, _)| *known == key && (key != ' ' || named == title));
        let Some((key, title, text)) = found.cloned() else {
            return false;
        };
        self.input.set(&text);
        self.begun = Some((key, title));
        self.put_in();
        true
    }

    /// Takes note that a snippet was put in; the cursor goes to the first place that is not filled.
    fn put_in(&mut self) {
        self.prepared = true;
        self.go_to_hole();
    }

    /// Puts the cursor on the first place of a snippet that is not filled; returns what the place is for.
    fn go_to_hole(&mut self) -> Option<String> {
        let hole = hole(&self.input.text()).filter(|_| self.prepared)?;
        self.input.go_to(hole.line, hole.column);
        Some(hole.place)
    }

    /// Takes the place under the cursor away: what is typed or put in stands for it.
    fn fill_hole(&mut self) {
        let cursor = self.input.cursor();
        let found = hole(&self.input.text()).filter(|_| self.prepared);
        if let Some(hole) = found.filter(|hole| (hole.line, hole.column) == cursor) {
            self.input.delete(hole.letters);
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
        let mut reply = Box::new(ReplyBox::open(
            (&self.world, &self.screen),
            &self.courses,
            thread,
            &begun,
        ));
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
                    self.screen.say(Tone::Info, words);
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
                if letter != ' ' && reply.begin_with(letter, "") {
                    self.say_hole(&mut reply);
                } else {
                    reply.input.key(key);
                }
            }
            _ => {
                if key.typed().is_some() {
                    reply.fill_hole();
                }
                reply.input.key(key);
            }
        }
        if reply.input.is_empty() {
            reply.begun = None;
        }
        self.keep_draft(&reply);
        let effects = vec![reply.draft()];
        self.mode = Mode::Reply(reply);
        effects
    }

    /// Goes to a place that a snippet could not fill and says so; says whether there is one.
    pub(super) fn say_hole(&mut self, reply: &mut ReplyBox) -> bool {
        let Some(place) = reply.go_to_hole() else {
            return false;
        };
        let words = format!(
            "the snippet has a hole for {place} and does not leave with it; type it, or Ctrl-T puts a figure in"
        );
        self.screen.say(Tone::Info, words);
        true
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

    fn send(&mut self, mut reply: Box<ReplyBox>) -> Vec<Effect> {
        let text = reply.input.text();
        if text.trim().is_empty() {
            self.screen
                .say(Tone::Info, "nothing to send yet; Esc leaves");
            self.mode = Mode::Reply(reply);
            return Vec::new();
        }
        if self.say_hole(&mut reply) {
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
        let effects = match self.parse(&line) {
            // In a macro it answers whatever thread is selected then.
            Ok(command) => {
                let line = format!("inbox reply{promise} -- {}", quote_word(&text));
                self.run_as(vec![line], vec![command])
            }
            Err(_) => self.run_line(&line),
        };
        self.last.snippet = reply.begun;
        effects
    }
}
