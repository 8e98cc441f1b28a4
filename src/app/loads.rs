//! What is read from the cache on demand, and how rows from the cache come in.

use std::collections::{BTreeSet, HashSet};

use super::App;
use crate::effect::{Batch, CacheChange, CacheRow, Effect, Line, Load, SyncStatus};
use crate::pane::{OFFERED, Place, Standing, Tab, Tone, arrange, arrange_all, arrange_stale};
use crate::record::{
    AnyRef, Direction, FollowUp, Id, Kind, KindVisitor, Message, MetricPoint, Plan, Record, Thread,
};

/// At most this many messages of a thread are read for its preview.
const MESSAGES: usize = 200;
/// At most this many rows of other kinds hang under an open record.
const CHILDREN: usize = 2_000;
/// Of at most this many CNs the figures are read for the portfolio.
const COURSES: usize = 64;
/// At most this many messages of the last days are looked through for promises.
const SENT: usize = 2_000;
/// At most this many creators of a CN are read.
const CREATORS: usize = 20_000;
/// At most this many figures of its creators are read: six metrics in two months of 15,000 creators.
const FIGURES: usize = 200_000;

impl App {
    /// Brings everything that is computed up to date after something happened, and asks for what is missing.
    pub(super) fn follow_up_on(&mut self, now: jiff::Timestamp, effects: &mut Vec<Effect>) {
        self.screen.tell_next();
        self.screen.date_told(now);
        self.show_held();
        self.follow_page();
        self.check_lesson();
        effects.append(&mut self.asked_again);
        effects.extend(self.wanted_loads());
        self.screen.readings.follow(&self.world);
        let changed = self.courses.refresh(&self.world);
        if !changed.is_empty() {
            self.screen.standing.renew(&self.world, &changed);
            arrange_stale(&self.world, &mut self.screen, Place::Networks);
        }
        self.figures.refresh(&self.world, &self.screen);
        self.figures
            .level(&self.world, &self.screen, self.settings.day_cap);
        self.page.refresh(&self.world, &self.screen);
        self.figures.meet(&self.world, &self.screen);
        if self.is_quiet() {
            effects.retain(|effect| !matches!(effect, Effect::Notify { .. }));
        }
        if let Some(at) = self.popup_at
            && at > now
        {
            effects.push(Effect::WakeAt(at));
        }
        effects.extend(self.next_second(now).map(Effect::WakeAt));
    }

    /// Returns when a message that counts down says another number.
    fn next_second(&self, now: jiff::Timestamp) -> Option<jiff::Timestamp> {
        let countdown = self.screen.notice.as_ref()?.countdown.as_ref()?;
        let left = countdown.at.duration_since(now);
        let part = match left.subsec_nanos() {
            0 => 1_000_000_000,
            part => i64::from(part),
        };
        now.checked_add(jiff::SignedDuration::from_nanos(part)).ok()
    }

    /// Takes a message away whose moment has come.
    pub(super) fn count_down(&mut self) {
        let now = self.world.view.now;
        let over = |countdown: &crate::pane::Countdown| countdown.at <= now;
        self.screen
            .notice
            .take_if(|notice| notice.countdown.as_ref().is_some_and(over));
    }

    /// Takes in changes of the cache; rows that nobody looks at stay on disk, and those that were edited a
    /// moment ago are read again.
    pub(super) fn take_changes(&mut self, changes: &[CacheChange]) -> Vec<Effect> {
        let now = self.world.view.now;
        let mut again = Vec::new();
        for change in changes {
            let (kind, id) = match change {
                CacheChange::Upsert(row) => (row.kind, row.id.as_str()),
                CacheChange::Remove(kind, id) => (*kind, id.as_str()),
            };
            if self.pending_edits.doubts(kind, id, now) {
                again.push(AnyRef::new(kind, id));
                continue;
            }
            match change {
                CacheChange::Upsert(row) if self.wants(row) => self.world.upsert(row),
                CacheChange::Upsert(_) => {}
                CacheChange::Remove(..) => self.world.apply(change),
            }
        }
        self.follow_courses(changes);
        arrange_all(&self.world, &mut self.screen, false);
        // Another program may have done it, and then it can be taken back here too.
        let mut effects = vec![Effect::LoadUndo { whole: false }];
        if !again.is_empty() {
            effects.push(Effect::Load(Load::Records(again)));
        }
        effects
    }

    /// Takes in the undo log of former sessions, and asks for the records that it touches: those that were
    /// closed are not in memory, and taking back must show them at once.
    pub(super) fn take_undo_log(&mut self, done: Vec<Batch>, undone: Vec<Batch>) -> Vec<Effect> {
        let links: BTreeSet<AnyRef> = done
            .iter()
            .chain(&undone)
            .flat_map(|batch| &batch.edits)
            // Of what is never changed taking back needs nothing, and a part of a history would be taken for all.
            .filter(|edit| !edit.kind.is_append_only() && !self.world.any(edit.kind).has(&edit.id))
            .map(|edit| AnyRef::new(edit.kind, &edit.id))
            .collect();
        let mut effects = Vec::new();
        if self.pending_edits.is_empty() {
            self.undo.replace(done, undone);
        } else {
            // It was read before the last edit was on the disk.
            self.undo.restore(done, undone);
            effects.push(Effect::LoadUndo { whole: true });
        }
        if !links.is_empty() {
            effects.push(Effect::Load(Load::Records(links.into_iter().collect())));
        }
        effects
    }

    /// Takes note of the courses whose figures changed.
    fn follow_courses(&mut self, changes: &[CacheChange]) {
        let subjects: Vec<AnyRef> = changes
            .iter()
            .filter_map(|change| match change {
                CacheChange::Upsert(row) if row.kind == Kind::MetricPoint => {
                    let point = self.world.table::<MetricPoint>().record(&row.id)?;
                    point.subject.clone()
                }
                _ => None,
            })
            .collect();
        for subject in subjects {
            self.courses.mark(&subject);
        }
    }

    /// Tells whether a row belongs into memory: it is open, already there, or hangs under an open parent.
    fn wants(&self, row: &CacheRow) -> bool {
        struct Look<'a>(&'a str);
        impl KindVisitor for Look<'_> {
            type Out = Option<(bool, Option<AnyRef>)>;
            fn visit<R: Record>(self) -> Self::Out {
                let record: R = serde_json::from_str(self.0).ok()?;
                Some((record.is_open(), record.parent()))
            }
        }
        if self.world.any(row.kind).has(&row.id) || self.is_done_today(row) {
            return true;
        }
        match row.kind.visit(Look(&row.fields)) {
            Some((true, _)) => true,
            Some((false, Some(_))) if self.whole.contains(&row.kind) => {
                row.kind != Kind::Message || is_sent(row)
            }
            Some((false, Some(parent))) => {
                self.screen.loaded.contains(&(parent, row.kind))
                    || self.screen.place == Place::Browse(row.kind)
            }
            _ => self.screen.place == Place::Browse(row.kind),
        }
    }

    /// Takes in rows that were asked for.
    pub(super) fn take_loaded(&mut self, load: &Load, rows: &[CacheRow]) {
        if let Load::Records(links) = load {
            let there: HashSet<(Kind, &str)> =
                rows.iter().map(|row| (row.kind, row.id.as_str())).collect();
            for link in links {
                let Some(kind) = link.known_kind() else {
                    continue;
                };
                if !there.contains(&(kind, &*link.id))
                    && !self.pending_edits.creates(kind, &link.id)
                {
                    self.world.take(kind, &link.id);
                }
            }
        }
        if let Load::Search { text, .. } = load {
            let titled = self.titled(text);
            if let super::Mode::Find(find) = &mut self.mode {
                find.take(text, titled, rows);
            }
            return;
        }
        let sent = matches!(
            load,
            Load::Since {
                kind: Kind::Message,
                ..
            }
        );
        for row in rows {
            if sent && !is_sent(row) {
                continue;
            }
            match self.pending_edits.over(row.clone()) {
                Some(row) => self.world.upsert(&row),
                None => {
                    self.world.take(row.kind, &row.id);
                }
            }
        }
        if let Load::Children {
            parent,
            kind: Kind::MetricPoint,
            ..
        } = load
        {
            self.courses.mark(parent);
        }
        if let Load::All { kind, .. } | Load::Since { kind, .. } = load {
            self.figures.whole(*kind);
        }
        match load {
            Load::Working(_)
            | Load::Unhandled
            | Load::Since {
                kind: Kind::Message | Kind::Thread,
                ..
            } => arrange_all(&self.world, &mut self.screen, true),
            Load::Children { kind, .. } | Load::All { kind, .. } | Load::Since { kind, .. } => {
                arrange(&self.world, &mut self.screen, Place::of_kind(*kind), true);
                self.arrange_page();
            }
            Load::Below { .. } => {
                self.arrange_page();
                // Their figures decide the order: what stands on top now is what one looks for.
                let tab = Place::Page(self.screen.tab);
                self.screen.shelf_mut(tab).list.go_to(0);
            }
            Load::Records(_) | Load::Search { .. } => {
                arrange_all(&self.world, &mut self.screen, false);
                self.reach_sought();
            }
        }
    }

    /// Returns what decides which rows stand in the active list.
    pub(super) fn looking_at(&self) -> (Place, String, usize) {
        let place = self.screen.active();
        let shelf = self.screen.shelf(place);
        let filter = shelf.map(|shelf| shelf.filter.clone()).unwrap_or_default();
        (place, filter, self.screen.split_of(place))
    }

    /// Lets the open tab of a CN's page follow the CN and its records.
    pub(super) fn follow_page(&mut self) {
        if self.screen.place == Place::Networks {
            let tab = Place::Page(self.screen.tab);
            arrange_stale(&self.world, &mut self.screen, tab);
        }
    }

    /// Lets what was read for the open tab of a CN's page stand in it at once.
    fn arrange_page(&mut self) {
        if self.screen.place == Place::Networks {
            let tab = Place::Page(self.screen.tab);
            arrange(&self.world, &mut self.screen, tab, true);
        }
    }

    /// Starts again from what the cache holds now; the screen stays where it is.
    pub(super) fn reload(&mut self, user: &str, rows: &[CacheRow]) -> Vec<Effect> {
        self.world.clear();
        self.world.view.me = user.into();
        for row in rows {
            self.world.upsert(row);
        }
        let mine = self
            .world
            .me()
            .map(|me| me.zone.clone())
            .unwrap_or_default();
        for name in [&self.config.ui.zone, &mine] {
            if let (false, Ok(zone)) = (name.is_empty(), crate::when::zone::load(name)) {
                self.world.view.zone = zone;
                break;
            }
        }
        self.screen.loaded.clear();
        self.courses.clear();
        self.screen.standing = Standing::default();
        self.whole.clear();
        let first = self.screen.sync.synced_at.is_none();
        arrange_all(&self.world, &mut self.screen, true);
        if first {
            // Nobody has chosen a row yet: what stands under the cursor came by chance of arrival.
            for shelf in self.screen.shelves.values_mut() {
                if !shelf.list.is_chosen() {
                    shelf.list.to_top();
                }
            }
        }
        vec![Effect::Load(Load::Unhandled), Effect::LoadOutbox]
    }

    /// Takes in the edits that wait.
    pub(super) fn take_outbox(&mut self, rows: Vec<crate::effect::OutboxRow>) {
        self.screen.outbox = rows;
        self.screen.outbox_read = true;
        arrange(&self.world, &mut self.screen, Place::Outbox, true);
        arrange(&self.world, &mut self.screen, Place::Conflicts, true);
    }

    /// Takes in how the console stands to its server.
    pub(super) fn take_status(&mut self, status: SyncStatus) -> Vec<Effect> {
        let more = status.conflicts + status.refused
            > self.screen.sync.conflicts + self.screen.sync.refused;
        let looking = matches!(self.screen.place, Place::Outbox | Place::Conflicts);
        let before = std::mem::replace(&mut self.screen.sync, status);
        // The status line has room for a word only: what is wrong and what to do is said once, in full.
        match &self.screen.sync.line {
            Line::Refused { why } if before.line != self.screen.sync.line => {
                let why = why.clone();
                self.screen.tell(Tone::Error, why);
            }
            Line::Offline { why } if before.line == Line::Starting => {
                // What is wrong here does not go under in what is wrong on the way to the server.
                let why = why.clone();
                self.screen.tell(Tone::Info, why);
            }
            _ => {}
        }
        if more || looking {
            vec![Effect::LoadOutbox]
        } else {
            Vec::new()
        }
    }

    /// Returns what has to be read for what is on screen now.
    pub(super) fn wanted_loads(&mut self) -> Vec<Effect> {
        let mut wanted: Vec<(AnyRef, Kind)> = Vec::new();
        let at_hand = match self.screen.place {
            Place::Networks => self.screen.network().map(|network| network.link()),
            _ => self.screen.selected(),
        };
        if let Some(link) = at_hand {
            let kinds: &[Kind] = match link.known_kind() {
                Some(Kind::Thread) => &[Kind::Message],
                Some(Kind::Network) => &[
                    Kind::MetricPoint,
                    Kind::Note,
                    Kind::Incident,
                    Kind::CoachingAction,
                    Kind::Milestone,
                    Kind::Contract,
                    Kind::DimensionScore,
                ],
                Some(Kind::Lead | Kind::FollowUp) => &[Kind::Note],
                _ => &[],
            };
            wanted.extend(kinds.iter().map(|kind| (link.clone(), *kind)));
            // The card beside a thread or a follow-up shows how its CN does.
            let thread = self.world.table::<Thread>().record(&link.id);
            let of_thread = thread.and_then(|thread| thread.network.as_ref());
            let follow_up = self.world.table::<FollowUp>().record(&link.id);
            let of_follow_up = follow_up.and_then(|follow_up| follow_up.network.as_ref());
            let network = match link.known_kind() {
                Some(Kind::Thread) => of_thread,
                Some(Kind::FollowUp) => of_follow_up,
                _ => None,
            };
            wanted.extend(network.map(|network| (network.link(), Kind::MetricPoint)));
        }
        if self.screen.place == Place::Today
            && let Some(shelf) = self.screen.shelf(Place::Networks)
        {
            // Their figures are part of why they need me; a month has one row a metric, so this is little.
            let first = shelf.list.order().iter().take(COURSES);
            wanted.extend(first.map(|id| (AnyRef::new(Kind::Network, id), Kind::MetricPoint)));
        }
        let mut effects = self.wanted_figures();
        effects.extend(self.wanted_page());
        effects.extend(self.wanted_origin());
        effects.extend(self.wanted_sent());
        effects.extend(self.wanted_done());
        for (parent, kind) in wanted {
            let wanted = (parent, kind);
            if self.screen.loaded.contains(&wanted) {
                continue;
            }
            self.screen.loaded.push(wanted.clone());
            let limit = if kind == Kind::Message {
                MESSAGES
            } else {
                CHILDREN
            };
            effects.push(Effect::Load(Load::Children {
                parent: wanted.0,
                kind,
                limit,
            }));
        }
        self.forget_oldest();
        effects
    }

    /// Returns what a follow-up was made from and what it is about, where that is not in memory yet.
    fn wanted_origin(&mut self) -> Option<Effect> {
        let id = self.screen.selected()?.id_of::<FollowUp>()?;
        let follow_up = self.world.get(&id)?;
        let origin = follow_up.origin.as_ref().map(Id::link)?;
        let wanted = (origin, Kind::Message);
        if self.screen.loaded.contains(&wanted) || self.world.any(Kind::Message).has(&wanted.0.id) {
            return None;
        }
        self.screen.loaded.push(wanted.clone());
        Some(Effect::Load(Load::Records(vec![wanted.0])))
    }

    /// Returns what was sent lately, in which promises are looked for, once they are on screen.
    fn wanted_sent(&mut self) -> Option<Effect> {
        let shown = matches!(self.screen.place, Place::Today | Place::FollowUps);
        let ready = shown && self.world.me().is_some();
        (ready && self.whole.insert(Kind::Message)).then(|| {
            let since = self.world.view.now - OFFERED;
            Effect::Load(Load::Since {
                kind: Kind::Message,
                since,
                limit: SENT,
            })
        })
    }

    /// Returns what the figures of a place need and nobody has read yet: the ways of all leads for the
    /// funnel, the figures of each CN for the portfolio.
    fn wanted_figures(&mut self) -> Vec<Effect> {
        match self.screen.place {
            Place::Funnel if self.whole.insert(Kind::StageEvent) => {
                crate::command::funnel_loads(self.world.view.now)
                    .map(Effect::Load)
                    .into()
            }
            Place::Networks => {
                let Some(shelf) = self.screen.shelf(Place::Networks) else {
                    return Vec::new();
                };
                let missing: Vec<AnyRef> = shelf
                    .list
                    .order()
                    .iter()
                    .take(COURSES)
                    .map(|key| AnyRef::new(Kind::Network, key))
                    .filter(|link| {
                        let known = |(parent, kind): &(AnyRef, Kind)| {
                            *kind == Kind::MetricPoint && parent == link
                        };
                        !self.screen.loaded.iter().any(known)
                    })
                    .collect();
                missing
                    .into_iter()
                    .map(|parent| {
                        self.screen.loaded.push((parent.clone(), Kind::MetricPoint));
                        Effect::Load(Load::Children {
                            parent,
                            kind: Kind::MetricPoint,
                            limit: CHILDREN,
                        })
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns what the open tab of a CN's page needs and nobody has read yet.
    fn wanted_page(&mut self) -> Vec<Effect> {
        if self.screen.place != Place::Networks {
            return Vec::new();
        }
        let Some(network) = self.screen.network().map(|network| network.link()) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        match self.screen.tab {
            Tab::Creators => {
                if self.first_time((network.clone(), Kind::Creator)) {
                    effects.push(Effect::Load(Load::Children {
                        parent: network.clone(),
                        kind: Kind::Creator,
                        limit: CREATORS,
                    }));
                }
                // Their figures of this month and of the one before, by which they are compared.
                let today = crate::pane::utc_today(&self.world);
                let first = crate::figure::plus_months(crate::figure::month_start(today), -1);
                let since = first.to_zoned(jiff::tz::TimeZone::UTC);
                let below = AnyRef {
                    kind: "creators_of".into(),
                    id: network.id.clone(),
                };
                // What the backend computed of them, and what exports said.
                let kinds = [Kind::MetricPoint, Kind::CreatorSnapshot];
                for kind in kinds {
                    if let Ok(since) = &since
                        && self.first_time((below.clone(), kind))
                    {
                        effects.push(Effect::Load(Load::Below {
                            parent: network.clone(),
                            through: Kind::Creator,
                            kind,
                            since: since.timestamp(),
                            limit: FIGURES,
                        }));
                    }
                }
            }
            Tab::Plan => {
                let plans: Vec<AnyRef> = self
                    .world
                    .table::<Plan>()
                    .records()
                    .filter(|(_, plan)| plan.subject.as_ref() == Some(&network))
                    .map(|(id, _)| id.link())
                    .collect();
                for parent in plans {
                    if self.first_time((parent.clone(), Kind::PlanItem)) {
                        effects.push(Effect::Load(Load::Children {
                            parent,
                            kind: Kind::PlanItem,
                            limit: CHILDREN,
                        }));
                    }
                }
            }
            _ => {}
        }
        effects
    }

    /// Takes note that the children of a parent are read; says whether they were not before.
    fn first_time(&mut self, wanted: (AnyRef, Kind)) -> bool {
        let first = !self.screen.loaded.contains(&wanted);
        if first {
            self.screen.loaded.push(wanted);
        }
        first
    }
}

/// Tells whether a row is a message that went out.
fn is_sent(row: &CacheRow) -> bool {
    let message: Result<Message, _> = serde_json::from_str(&row.fields);
    row.kind == Kind::Message && message.is_ok_and(|message| message.direction == Direction::Out)
}
