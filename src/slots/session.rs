//! A search that is changed step by step, with everything kept that a change leaves true.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cost::Curve;
use super::grid::Grid;
use super::hours::Layers;
use super::night::NightLedger;
use super::zone::{DAY, Offsets};
use super::{Attendance, Attendee, Hours, Minute, Plan, SlotsError, Span, SpanSet, Weights, Zone};

/// The longest range, in days.
const LONGEST_RANGE: i32 = 3_660;

/// The longest meeting, in minutes.
const LONGEST_MEETING: u32 = 14 * 1440;

/// How far windows and free time are laid out on both sides of the range, in minutes, so that paging
/// by a week needs nothing new.
const MARGIN: i32 = 7 * DAY;

/// What is looked for: the part of a request that is not about people.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// The slot lies wholly inside.
    pub range: Span,
    /// The slot lies wholly inside one of these as well, such as 9 to 11 on each of some days; everywhere without.
    pub windows: Option<SpanSet>,
    /// Minutes of the meeting.
    pub duration: u32,
    /// Minutes between starts; divides 1440.
    pub step: u32,
    /// The organizer's zone, in whose wall clock the starts are round.
    pub grid_zone: Zone,
    /// No slot starts earlier: now plus the notice.
    pub not_before: Option<Minute>,
    /// What minutes outside the preferred hours cost.
    pub weights: Weights,
}

impl Search {
    /// Looks for a meeting on a grid of 30 minutes with the default weights.
    pub fn new(range: Span, duration: u32, grid_zone: Zone) -> Self {
        Self {
            range,
            windows: None,
            duration,
            step: 30,
            grid_zone,
            not_before: None,
            weights: Weights::default(),
        }
    }

    /// Sets the minutes between starts.
    #[must_use]
    pub fn every(mut self, step: u32) -> Self {
        self.step = step;
        self
    }

    /// Sets the windows in one of which the slot lies.
    #[must_use]
    pub fn inside(mut self, windows: SpanSet) -> Self {
        self.windows = Some(windows);
        self
    }

    /// Tells whether a slot lies where it is looked for.
    pub(super) fn admits(&self, slot: Span) -> bool {
        self.range.covers(slot)
            && (self.windows.as_ref()).is_none_or(|windows| windows.covering(slot).is_some())
    }

    /// Sets the earliest start from the present and a notice in minutes.
    #[must_use]
    pub fn with_notice(mut self, now: Minute, notice: i32) -> Self {
        self.not_before = Some(now + notice);
        self
    }

    fn check(&self) -> Result<(), SlotsError> {
        if self.duration == 0 || self.duration > LONGEST_MEETING {
            return Err(SlotsError::Duration {
                minutes: self.duration,
            });
        }
        if self.step == 0 || 1440 % self.step != 0 {
            return Err(SlotsError::Step { minutes: self.step });
        }
        let days = self.range.minutes() / DAY;
        if days > LONGEST_RANGE {
            return Err(SlotsError::Range { days });
        }
        Ok(())
    }
}

/// What people with the same hours share.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) offsets: Offsets,
    pub(super) layers: Layers,
    pub(super) curve: Curve,
}

/// A person with everything that does not depend on the meeting.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) attendee: Arc<Attendee>,
    pub(super) class: Arc<Class>,
    /// Busy time with buffers, merged.
    pub(super) busy: SpanSet,
    /// Acceptable, not busy and within the night budget.
    pub(super) free: SpanSet,
    pub(super) nights: Option<NightLedger>,
}

/// A search with its people, made for being changed key by key.
///
/// Windows are laid out once for all people with the same hours, and each person's free time is kept;
/// a change of duration, step or range only repeats the part that depends on it.
#[derive(Clone, Debug)]
pub struct Session {
    search: Search,
    attendees: Vec<Arc<Attendee>>,
    prepared: Vec<Option<Arc<Prepared>>>,
    classes: BTreeMap<Hours, Arc<Class>>,
    coverage: Option<Span>,
}

impl Session {
    /// Starts a session.
    ///
    /// # Errors
    ///
    /// The duration is 0 or longer than two weeks, the step does not divide 1440, the range is longer
    /// than ten years, or two people have the same id.
    pub fn new(search: Search, people: Vec<Attendee>) -> Result<Self, SlotsError> {
        search.check()?;
        let mut session = Self {
            search,
            attendees: Vec::new(),
            prepared: Vec::new(),
            classes: BTreeMap::new(),
            coverage: None,
        };
        let mut ids: Vec<&str> = people.iter().map(|p| p.id.as_str()).collect();
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(SlotsError::DuplicatePerson {
                id: pair[0].to_owned(),
            });
        }
        session.prepared = vec![None; people.len()];
        session.attendees = people.into_iter().map(Arc::new).collect();
        Ok(session)
    }

    /// Returns what is looked for.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// Returns the people in the order in which they were added.
    pub fn attendees(&self) -> impl ExactSizeIterator<Item = &Attendee> {
        self.attendees.iter().map(AsRef::as_ref)
    }

    /// Changes what is looked for; free time is kept unless the range leaves what is laid out.
    ///
    /// # Errors
    ///
    /// As for [`Session::new`]; the session then stays as it was.
    pub fn set_search(&mut self, search: Search) -> Result<(), SlotsError> {
        search.check()?;
        if search.weights != self.search.weights {
            self.forget();
        }
        self.search = search;
        Ok(())
    }

    /// Changes the minutes of the meeting.
    ///
    /// # Errors
    ///
    /// The duration is 0 or longer than two weeks.
    pub fn set_duration(&mut self, minutes: u32) -> Result<(), SlotsError> {
        self.set_search(Search {
            duration: minutes,
            ..self.search.clone()
        })
    }

    /// Changes the minutes between starts.
    ///
    /// # Errors
    ///
    /// The step does not divide 1440.
    pub fn set_step(&mut self, minutes: u32) -> Result<(), SlotsError> {
        self.set_search(Search {
            step: minutes,
            ..self.search.clone()
        })
    }

    /// Changes the range.
    ///
    /// # Errors
    ///
    /// The range is longer than ten years.
    pub fn set_range(&mut self, range: Span) -> Result<(), SlotsError> {
        self.set_search(Search {
            range,
            ..self.search.clone()
        })
    }

    /// Looks everywhere in the range, whatever windows there were.
    pub fn open_windows(&mut self) {
        self.search.windows = None;
    }

    /// Adds a person, or replaces the one with the same id in place.
    pub fn put(&mut self, attendee: Attendee) {
        let attendee = Arc::new(attendee);
        if let Some(index) = self.index_of(&attendee.id) {
            self.attendees[index] = attendee;
            self.prepared[index] = None;
        } else {
            self.attendees.push(attendee);
            self.prepared.push(None);
        }
    }

    /// Removes a person; tells whether there was one of that id.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(index) = self.index_of(id) else {
            return false;
        };
        self.attendees.remove(index);
        self.prepared.remove(index);
        true
    }

    /// Makes a person required or optional; tells whether there is one of that id.
    pub fn set_attendance(&mut self, id: &str, attendance: Attendance) -> bool {
        let Some(index) = self.index_of(id) else {
            return false;
        };
        let attendee = Arc::make_mut(&mut self.attendees[index]);
        attendee.attendance = attendance;
        if let Some(known) = self.prepared[index].take() {
            let attendee = Arc::clone(&self.attendees[index]);
            self.prepared[index] = Some(Arc::new(Prepared {
                attendee,
                class: Arc::clone(&known.class),
                busy: known.busy.clone(),
                free: known.free.clone(),
                nights: known.nights.clone(),
            }));
        }
        true
    }

    /// Replaces a person's busy blocks; tells whether there is one of that id.
    pub fn set_busy(&mut self, id: &str, busy: Vec<Span>) -> bool {
        let Some(index) = self.index_of(id) else {
            return false;
        };
        Arc::make_mut(&mut self.attendees[index]).busy = busy;
        self.prepared[index] = None;
        true
    }

    /// Counts one more meeting against the night budgets of the people at those indices.
    pub(super) fn book_night(&mut self, slot: Span, people: impl IntoIterator<Item = usize>) {
        for index in people {
            let Some(attendee) = self.attendees.get_mut(index) else {
                continue;
            };
            if attendee.nights.is_some() {
                Arc::make_mut(attendee).booked.push(slot);
                self.prepared[index] = None;
            }
        }
    }

    /// Lays windows and free time out over at least a span, for several ranges to come.
    ///
    /// # Errors
    ///
    /// The span is longer than ten years.
    pub(super) fn cover(&mut self, span: Span) -> Result<(), SlotsError> {
        let days = span.minutes() / DAY;
        if days > LONGEST_RANGE {
            return Err(SlotsError::Range { days });
        }
        if self.coverage.is_none_or(|coverage| !coverage.covers(span)) {
            self.forget();
            self.coverage = Some(span.widen(MARGIN, MARGIN));
        }
        Ok(())
    }

    /// Works out the slots, from whatever is still true.
    ///
    /// # Errors
    ///
    /// There are more than 40 million pairs of slot and person.
    pub fn plan(&mut self) -> Result<Plan, SlotsError> {
        self.cover(self.search.range)?;
        let coverage = self.coverage.unwrap_or(self.search.range);
        let mut people = Vec::with_capacity(self.attendees.len());
        for index in 0..self.attendees.len() {
            people.push(self.prepare(index, coverage));
        }
        let offsets = Offsets::over(&self.search.grid_zone, self.search.range);
        let step = i32::try_from(self.search.step).unwrap_or(DAY);
        let grid = Grid::over(&offsets, step, self.search.range);
        Plan::work_out(self.search.clone(), people, grid, coverage)
    }

    fn prepare(&mut self, index: usize, coverage: Span) -> Arc<Prepared> {
        if let Some(known) = &self.prepared[index] {
            return Arc::clone(known);
        }
        let attendee = Arc::clone(&self.attendees[index]);
        let class = self.class(&attendee.hours, coverage);
        let (before, after) = (
            i32::from(attendee.buffer_before),
            i32::from(attendee.buffer_after),
        );
        // a slot with its buffers meets a block exactly when the bare slot meets the widened block
        let busy: SpanSet = attendee
            .busy
            .iter()
            .filter(|block| !block.is_empty())
            .map(|block| block.widen(after, before))
            .filter(|block| !block.clip(coverage).is_empty())
            .collect();
        let mut free = class.layers.acceptable.subtract(&busy);
        let nights = attendee.nights.map(|budget| {
            let booked = SpanSet::from_spans(attendee.booked.clone());
            NightLedger::over(budget, &class.offsets, coverage, &booked)
        });
        if let Some(ledger) = &nights {
            free = free.subtract(&ledger.closed());
        }
        let prepared = Arc::new(Prepared {
            attendee,
            class,
            busy,
            free,
            nights,
        });
        self.prepared[index] = Some(Arc::clone(&prepared));
        prepared
    }

    fn class(&mut self, hours: &Hours, coverage: Span) -> Arc<Class> {
        if let Some(class) = self.classes.get(hours) {
            return Arc::clone(class);
        }
        let offsets = Offsets::over(&hours.zone, coverage);
        let layers = Layers::over(hours, &offsets, coverage);
        let curve = Curve::over(&layers, &offsets, self.search.weights, coverage);
        let class = Arc::new(Class {
            offsets,
            layers,
            curve,
        });
        self.classes.insert(hours.clone(), Arc::clone(&class));
        class
    }

    fn forget(&mut self) {
        self.classes.clear();
        self.prepared
            .iter_mut()
            .for_each(|prepared| *prepared = None);
    }

    fn index_of(&self, id: &str) -> Option<usize> {
        self.attendees.iter().position(|attendee| attendee.id == id)
    }
}
