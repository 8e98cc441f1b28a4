//! Searching everything in the cache, open or not, while one types.

use jiff::Timestamp;

use super::{App, Input, Mode};
use crate::effect::{CacheRow, Effect, Load};
use crate::keymap::{Key, KeyCode};
use crate::pane::{Focus, Place, arrange};
use crate::record::{AnyRef, Kind, KindVisitor, Message, Record};
use crate::text::fold;

/// At most this many hits of the cache are listed.
pub const HITS: usize = 200;

/// Kinds whose titles in memory are searched too, and first.
const TITLED: [Kind; 5] = [
    Kind::Network,
    Kind::Lead,
    Kind::Person,
    Kind::FollowUp,
    Kind::Meeting,
];

/// At most so many of a kind are found by their titles.
const EACH: usize = 20;

/// One record that holds the words.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The record.
    pub link: AnyRef,
    /// What a person reads for it, unsanitised.
    pub title: String,
    /// When it happened, where its kind says so.
    pub at: Option<Timestamp>,
    /// The record as the cache has it, where it came from there.
    row: Option<CacheRow>,
}

/// The search over everything.
#[derive(Debug)]
pub struct Find {
    /// What is typed.
    pub input: Input,
    /// What holds the words, by kind.
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
    ///
    /// The hits stand by kind, in the order in which one looks for them; within a kind those whose titles hold
    /// the words first, then the newest.
    pub(super) fn take(&mut self, text: &str, titled: Vec<Hit>, rows: &[CacheRow]) {
        if text != self.input.text() {
            return;
        }
        text.clone_into(&mut self.answered);
        self.more = rows.len() > HITS;
        let mut hits = titled;
        let stored: Vec<Hit> = rows.iter().take(HITS).filter_map(hit).collect();
        for hit in stored {
            match hits.iter_mut().find(|known| known.link == hit.link) {
                Some(known) => *known = hit,
                None => hits.push(hit),
            }
        }
        hits.sort_by_key(|hit| rank(hit.link.known_kind()));
        self.hits = hits;
        self.chosen = 0;
    }

    /// Counts the hits of a kind.
    pub fn count(&self, kind: Option<Kind>) -> usize {
        self.hits
            .iter()
            .filter(|hit| hit.link.known_kind() == kind)
            .count()
    }

    /// Chooses the first hit of the next kind, or of the kind before.
    fn turn(&mut self, forward: bool) {
        let kind = |at: usize| self.hits.get(at).and_then(|hit| hit.link.known_kind());
        let starts: Vec<usize> = (0..self.hits.len())
            .filter(|at| *at == 0 || kind(*at) != kind(*at - 1))
            .collect();
        let here = starts
            .iter()
            .rposition(|at| *at <= self.chosen)
            .unwrap_or(0);
        let count = starts.len().max(1);
        let next = if forward { here + 1 } else { here + count - 1 } % count;
        self.chosen = starts.get(next).copied().unwrap_or(0);
    }
}

/// In which order the kinds stand.
fn rank(kind: Option<Kind>) -> usize {
    const ORDER: [Kind; 8] = [
        Kind::Network,
        Kind::Lead,
        Kind::Person,
        Kind::Thread,
        Kind::FollowUp,
        Kind::Meeting,
        Kind::Message,
        Kind::Note,
    ];
    let known = ORDER.iter().position(|known| Some(*known) == kind);
    known.unwrap_or_else(|| {
        let all = Kind::ALL.iter().position(|known| Some(*known) == kind);
        ORDER.len() + all.unwrap_or(Kind::ALL.len())
    })
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
        row: Some(row.clone()),
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
            KeyCode::Down => find.chosen = (find.chosen + 1) % count,
            KeyCode::Up => find.chosen = (find.chosen + count - 1) % count,
            KeyCode::Tab => find.turn(true),
            KeyCode::BackTab => find.turn(false),
            _ => {
                find.input.key(key);
                effects = find.asked();
            }
        }
        self.mode = Mode::Find(find);
        effects
    }

    /// Goes to a hit.
    fn open_hit(&mut self, hit: &Hit) -> Vec<Effect> {
        if let Some(row) = &hit.row {
            let kind = row.kind;
            if kind == Kind::Message || !Place::TABS.contains(&Place::of_kind(kind)) {
                self.world.upsert(row);
            } else if !self.world.any(kind).has(&row.id) {
                // It is closed, or somebody else's: the list of its kind shows it.
                self.screen.leave_trace();
                self.world.upsert(row);
                return self.reach_in_list(kind, &hit.link);
            }
        }
        self.reach_record(&hit.link)
    }

    /// Goes to a record: in its tab if it stands there, a message in its thread, else in the list of its kind;
    /// history comes back to where it was left.
    pub(super) fn reach_record(&mut self, link: &AnyRef) -> Vec<Effect> {
        let mut target = link.clone();
        if target.known_kind() == Some(Kind::Message) {
            let message = self.world.table::<Message>().record(&target.id);
            match message.map(|message| message.thread.clone()) {
                Some(Some(thread)) => target = thread.link(),
                Some(None) => {}
                None => {
                    // Where it hangs is known once it is read.
                    self.sought = Some(target.clone());
                    return vec![Effect::Load(Load::Records(vec![target]))];
                }
            }
        }
        let Some(kind) = target.known_kind() else {
            return Vec::new();
        };
        let tab = Place::of_kind(kind);
        self.screen.leave_trace();
        if !Place::TABS.contains(&tab) {
            return self.reach_in_list(kind, &target);
        }
        if self.reach(tab, &target.id) || self.reach_without_filter(tab, &target.id) {
            self.show(tab);
            return Vec::new();
        }
        self.reach_in_list(kind, &target)
    }

    /// Shows a place; the trace was left already.
    fn show(&mut self, place: Place) {
        self.screen.place = place;
        self.screen.focus = Focus::List;
        self.screen.detail_scroll = 0;
        self.screen.message = None;
    }

    fn reach_in_list(&mut self, kind: Kind, target: &AnyRef) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !self.world.any(kind).has(&target.id) {
            effects.push(Effect::Load(Load::Records(vec![target.clone()])));
            self.sought = Some(target.clone());
        }
        let place = Place::Browse(kind);
        self.show(place);
        if !self.reach(place, &target.id) {
            self.reach_without_filter(place, &target.id);
        }
        effects
    }

    /// Takes the filter of a place away where it hides a record; puts it back where that does not help.
    fn reach_without_filter(&mut self, place: Place, id: &str) -> bool {
        let shelf = self.screen.shelf_mut(place);
        let before = (
            std::mem::take(&mut shelf.filter),
            std::mem::take(&mut shelf.split),
        );
        if self.reach(place, id) {
            return true;
        }
        let shelf = self.screen.shelf_mut(place);
        (shelf.filter, shelf.split) = before;
        arrange(&self.world, &mut self.screen, place, true);
        false
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
            if kind == Kind::Message {
                let effects = self.reach_record(&sought);
                self.asked_again.extend(effects);
            } else {
                self.reach(Place::Browse(kind), &sought.id);
            }
        }
    }

    /// Finds the records in memory whose titles hold the words: a CN must not hide behind the messages that
    /// name it.
    pub(super) fn titled(&self, text: &str) -> Vec<Hit> {
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let mut hits = Vec::new();
        for kind in TITLED {
            let mut ids = self.world.any(kind).ids();
            ids.sort();
            let fits = |id: &String| {
                let title = fold(&self.world.any(kind).title(id)?);
                words.iter().all(|word| title.contains(word)).then(|| Hit {
                    link: AnyRef::new(kind, id),
                    title: self.world.any(kind).title(id).unwrap_or_default(),
                    at: None,
                    row: None,
                })
            };
            hits.extend(ids.iter().filter_map(fits).take(EACH));
        }
        hits
    }
}
