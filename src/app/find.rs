//! Searching everything in the cache, open or not, while one types.

use jiff::Timestamp;

use super::{App, Input, Mode};
use crate::effect::{CacheRow, Effect, Load};
use crate::keymap::{Key, KeyCode};
use crate::pane::{Place, arrange};
use crate::record::{AnyRef, Kind, KindVisitor, Message, Record};

/// At most this many hits are listed.
pub const HITS: usize = 50;

/// One record that holds the words.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The record.
    pub link: AnyRef,
    /// What a person reads for it, unsanitised.
    pub title: String,
    /// When it happened, where its kind says so.
    pub at: Option<Timestamp>,
    row: CacheRow,
}

/// The search over everything.
#[derive(Debug)]
pub struct Find {
    /// What is typed.
    pub input: Input,
    /// What holds the words, the newest first.
    pub hits: Vec<Hit>,
    /// Whether there are more than are listed.
    pub more: bool,
    /// The hit that is chosen.
    pub chosen: usize,
    /// The words whose hits are listed.
    pub answered: String,
}

impl Find {
    pub(super) fn open(text: &str) -> Self {
        Self {
            input: Input::line(text),
            hits: Vec::new(),
            more: false,
            chosen: 0,
            answered: String::new(),
        }
    }

    /// Returns what has to be read for the words as they are now; without words nothing is listed.
    pub(super) fn asked(&mut self) -> Vec<Effect> {
        let text = self.input.text();
        if text.trim().is_empty() {
            self.hits.clear();
            self.answered.clear();
            self.more = false;
            return Vec::new();
        }
        vec![Effect::Load(Load::Search {
            text,
            limit: HITS + 1,
        })]
    }

    /// Takes in the answer to the words as they are now; an older answer is dropped.
    pub(super) fn take(&mut self, text: &str, rows: &[CacheRow]) {
        if text != self.input.text() {
            return;
        }
        text.clone_into(&mut self.answered);
        self.more = rows.len() > HITS;
        self.hits = rows.iter().take(HITS).filter_map(hit).collect();
        self.chosen = 0;
    }
}

fn hit(row: &CacheRow) -> Option<Hit> {
    struct Read<'a>(&'a str);
    impl KindVisitor for Read<'_> {
        type Out = Option<(String, Option<Timestamp>)>;
        fn visit<R: Record>(self) -> Self::Out {
            let record: R = serde_json::from_str(self.0).ok()?;
            Some((record.title().into_owned(), record.at()))
        }
    }
    let (title, at) = row.kind.visit(Read(&row.fields))?;
    Some(Hit {
        link: AnyRef::new(row.kind, &row.id),
        title,
        at,
        row: row.clone(),
    })
}

impl App {
    /// Takes a key while the search has the keys.
    pub(super) fn find_key(&mut self, mut find: Box<Find>, key: Key) -> Vec<Effect> {
        let count = find.hits.len().max(1);
        let mut effects = Vec::new();
        match key.code {
            KeyCode::Esc => return effects,
            KeyCode::Char('c' | 'g') if key.ctrl => return effects,
            KeyCode::Enter => {
                return match find.hits.get(find.chosen) {
                    Some(hit) => self.open_hit(hit),
                    None => effects,
                };
            }
            KeyCode::Down | KeyCode::Tab => find.chosen = (find.chosen + 1) % count,
            KeyCode::Up | KeyCode::BackTab => find.chosen = (find.chosen + count - 1) % count,
            _ => {
                find.input.key(key);
                effects = find.asked();
            }
        }
        self.mode = Mode::Find(find);
        effects
    }

    /// Goes to a hit: in its tab if it stands there, a message in its thread, else in the list of its kind.
    fn open_hit(&mut self, hit: &Hit) -> Vec<Effect> {
        let mut target = hit.link.clone();
        if hit.row.kind == Kind::Message
            && let Ok(message) = serde_json::from_str::<Message>(&hit.row.fields)
            && let Some(thread) = message.thread
        {
            target = thread.link();
        }
        let Some(kind) = target.known_kind() else {
            return Vec::new();
        };
        let tab = Place::of_kind(kind);
        if self.reach(tab, &target.id) {
            self.screen.go(tab);
            return Vec::new();
        }
        // It is closed, or somebody else's: the list of its kind shows it.
        let mut effects = Vec::new();
        if kind == hit.row.kind {
            self.world.upsert(&hit.row);
        } else if !self.world.any(kind).has(&target.id) {
            effects.push(Effect::Load(Load::Records(vec![target.clone()])));
            self.sought = Some(target.clone());
        }
        self.screen.go(Place::Browse(kind));
        self.reach(Place::Browse(kind), &target.id);
        effects
    }

    /// Puts the cursor of a place on a record; says whether it stands there.
    fn reach(&mut self, place: Place, id: &str) -> bool {
        arrange(&self.world, &mut self.screen, place, true);
        self.screen.shelf_mut(place).list.go_to_key(id)
    }

    /// Puts the cursor on a record that was sought and has just been read.
    pub(super) fn reach_sought(&mut self) {
        let there = |sought: &mut AnyRef| {
            let kind = sought.known_kind();
            kind.is_some_and(|kind| self.world.any(kind).has(&sought.id))
        };
        if let Some(sought) = self.sought.take_if(there)
            && let Some(kind) = sought.known_kind()
        {
            self.reach(Place::Browse(kind), &sought.id);
        }
    }
}
