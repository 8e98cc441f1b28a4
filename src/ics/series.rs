//! The events of one UID together: which instances there are, and which are moved or cancelled.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::{Event, Extent, Named, Replaced, ReplacedReach, Standing, excerpt, instant};
use super::recurrence::{Budget, Flow, OutOfBudget, Reach, expand};
use super::rule::Rule;
use super::stamp::{DAY, Stamp, date_of_day};
use super::zones::Clock;
use super::{Kind, MOST_INSTANCES, MOST_REMARKS, Occurrence, Reason, Remark, Shows};

/// Instances in the making, with what limits them.
pub(super) struct Collection<'a> {
    pub(super) reach: Reach,
    pub(super) budget: Budget,
    /// Where the work of a rule is taken from.
    pub(super) purse: Purse,
    /// Whether a rule has more instances than are taken.
    pub(super) cut: bool,
    /// Whether some rule was not followed to its end.
    pub(super) ran_out: bool,
    /// Whether the event at hand has times in reach that are excepted.
    pub(super) excepted: bool,
    pub(super) occurrences: Vec<Occurrence>,
    /// How many events have no time in reach.
    pub(super) outside: usize,
    /// The first of them.
    pub(super) outside_events: Vec<Remark>,
    pub(super) remarks: &'a mut Vec<Remark>,
}

/// Where the work of a rule is taken from.
#[derive(Debug)]
pub(super) enum Purse {
    /// A part of what is left for the file.
    Shared,
    /// What every event may cost, whatever the others do.
    Own(Budget),
}

/// Steps that all events together may cost before any is looked at longer; each gets the same.
const QUICK_STEPS: u64 = 8_000_000;
/// The least and the most of it for one event: a daily one of half a year needs about four hundred.
const QUICK_EACH: (u64, u64) = (100, 4_000);
/// Instances of one event that are taken before those of all others are there.
const MANY: usize = 2_000;

/// An instance and the event that describes it.
#[derive(Clone, Copy)]
struct Instance<'e> {
    start: i64,
    end: i64,
    event: &'e Event,
}

/// Puts events with the same UID together, in the order in which UIDs first come; events without one
/// stay alone.
pub(super) fn by_uid(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut groups: Vec<Vec<Event>> = Vec::new();
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for event in events {
        match places.get(&event.uid) {
            Some(&place) if !event.uid.is_empty() => groups[place].push(event),
            _ => {
                places.insert(Arc::clone(&event.uid), groups.len());
                groups.push(vec![event]);
            }
        }
    }
    groups
}

impl Collection<'_> {
    /// Adds the instances of all events: first those that are worked out soon and are not too many, so that an event
    /// that repeats without end takes nothing from honest ones, wherever it stands in the file.
    pub(super) fn add_all(&mut self, groups: &[Vec<Event>]) {
        let count = u64::try_from(groups.len()).unwrap_or(u64::MAX).max(1);
        let each = (QUICK_STEPS / count).clamp(QUICK_EACH.0, QUICK_EACH.1);
        let mut later = Vec::new();
        for group in groups {
            let (taken, said, outside) = (self.occurrences.len(), self.remarks.len(), self.outside);
            self.purse = Purse::Own(Budget::new(each));
            self.ran_out = false;
            self.add_series(group);
            let many = self.occurrences.len() - taken > MANY;
            if self.ran_out || many {
                self.occurrences.truncate(taken);
                self.remarks.truncate(said);
                self.outside = outside;
                later.push(group);
            }
        }
        self.purse = Purse::Shared;
        for group in later {
            self.add_series(group);
        }
    }

    /// Adds the instances of the events of one UID.
    ///
    /// The event without RECURRENCE-ID and with the highest SEQUENCE is the series; replacements find
    /// their instance by instant or date, whatever their own SEQUENCE.
    fn add_series(&mut self, group: &[Event]) {
        let before = (self.occurrences.len(), self.remarks.len());
        self.cut = false;
        self.excepted = false;
        let mut replacements = newest_replacements(group);
        let mut found: Vec<Instance<'_>> = Vec::new();
        for series in newest_series(group) {
            if series.standing == Standing::Cancelled {
                self.remark(series, Reason::Cancelled);
                continue;
            }
            replacements.retain(|(event, which)| !self.outdates(series, event, which));
            self.add_instances(series, &replacements, &mut found);
        }
        for (event, _) in &replacements {
            let start = instant(event.start, &event.clock);
            let end = event.extent.end(start, &event.clock);
            if event.standing == Standing::Cancelled {
                if self.touches(start, end) {
                    self.remark(event, Reason::Cancelled);
                }
                continue;
            }
            found.push(Instance { start, end, event });
        }
        let mut idle: BTreeMap<usize, (&Event, Reason)> = BTreeMap::new();
        for instance in found {
            if !self.touches(instance.start, instance.end) {
                continue;
            }
            if self.occurrences.len() >= MOST_INSTANCES {
                // One word about an event is enough: that of the limit it reached last.
                let line = instance.event.line;
                let worn =
                    |remark: &Remark| remark.line == line && remark.reason == Reason::TooMuchWork;
                self.remarks.pop_if(|remark| worn(remark));
                self.remark(instance.event, Reason::TooManyInstances);
                break;
            }
            if let Some(reason) = why_idle(instance) {
                idle.insert(instance.event.line, (instance.event, reason));
            }
            self.occurrences.push(occurrence(instance));
        }
        let said = |remark: &Remark| remark.reason == Reason::TooManyInstances;
        if self.cut
            && !self.remarks.iter().skip(before.1).any(said)
            && let Some(event) = group.first()
        {
            self.remark(event, Reason::TooManyInstances);
        }
        for (event, reason) in idle.into_values() {
            self.remark(event, reason);
        }
        let cancelled = |event: &Event| event.standing == Standing::Cancelled;
        if before == (self.occurrences.len(), self.remarks.len())
            && let Some(event) = group.iter().find(|event| !cancelled(event))
        {
            self.remark_absence(event);
        }
    }

    /// Says why nothing of an event is there.
    fn remark_absence(&mut self, event: &Event) {
        if never(event) {
            self.remark(event, Reason::EndsBeforeItBegins);
            return;
        }
        if self.excepted {
            self.remark(event, Reason::AllExcepted);
            return;
        }
        self.outside += 1;
        if self.outside_events.len() < MOST_REMARKS {
            let first = instant(event.start, &event.clock);
            let begins = date_of_day(event.clock.wall(first).div_euclid(DAY));
            let remark = remark(event, Reason::OutOfReach { begins });
            self.outside_events.push(remark);
        }
    }

    /// Tells whether a series has taken back a replacement: by an exception for that instance, or, if the
    /// replacement is an older version of the whole series, by no longer having the instance.
    fn outdates(&mut self, series: &Event, event: &Event, which: &Replaced) -> bool {
        let at = match which.stamp {
            Stamp::Day(day) => series.clock.instant(day * DAY),
            _ => instant(which.stamp, &which.clock),
        };
        if series.recurrence.except.has(at, &series.clock) {
            return true;
        }
        let older_version = !event.recurrence.rules.is_empty() && event.sequence < series.sequence;
        older_version && {
            let day = Reach {
                from: at - DAY,
                to: at + DAY,
            };
            let (starts, _) = self.starts(series, &[], day);
            let mut named = Named::default();
            named.add(which.stamp, &which.clock, series.start);
            !starts.keys().any(|start| named.has(*start, &series.clock))
        }
    }

    fn remark(&mut self, event: &Event, reason: Reason) {
        self.remarks.push(remark(event, reason));
    }

    /// Tells whether a stretch of time touches the range; one without length counts at its start.
    fn touches(&self, start: i64, end: i64) -> bool {
        let Reach { from, to } = self.reach;
        if start == end || from == to {
            // one instant against a stretch, or two instants
            start <= from && from < end || from <= start && start < to || start == from
        } else {
            start < to && from < end
        }
    }

    fn add_instances<'e>(
        &mut self,
        series: &'e Event,
        replacements: &[(&'e Event, &Replaced)],
        found: &mut Vec<Instance<'e>>,
    ) {
        let mut replaced = Named::default();
        let mut later: Vec<Later<'e>> = Vec::new();
        for (event, which) in replacements {
            replaced.add(which.stamp, &which.clock, series.start);
            if which.reach == ReplacedReach::ThisAndFuture {
                let from = instant(which.stamp, &which.clock);
                later.push(Later {
                    from,
                    shift: instant(event.start, &event.clock) - from,
                    event,
                });
            }
        }
        later.sort_by_key(|later| later.from);
        let (starts, outcome) = self.starts(series, &later, self.reach);
        let room = MOST_INSTANCES.saturating_sub(self.occurrences.len());
        for (start, own) in starts {
            if series.recurrence.except.has(start, &series.clock) {
                let end = own.unwrap_or(series.extent).end(start, &series.clock);
                self.excepted |= self.touches(start, end);
                continue;
            }
            if replaced.has(start, &series.clock) {
                continue;
            }
            let in_force = later
                .partition_point(|later| later.from < start)
                .checked_sub(1);
            let (event, start) = match in_force.map(|index| &later[index]) {
                Some(later) => (later.event, start + later.shift),
                None => (series, start),
            };
            if event.standing == Standing::Cancelled {
                continue;
            }
            let end = own.unwrap_or(event.extent).end(start, &event.clock);
            if self.touches(start, end) {
                found.push(Instance { start, end, event });
            }
            if found.len() > room {
                break;
            }
        }
        if outcome.is_err() {
            self.remark(series, Reason::TooMuchWork);
        }
    }

    /// Lists the starts of a series around a stretch of time, each once, with lengths of their own.
    fn starts(
        &mut self,
        series: &Event,
        later: &[Later<'_>],
        around: Reach,
    ) -> (BTreeMap<i64, Option<Extent>>, Result<(), OutOfBudget>) {
        let shift = later
            .iter()
            .map(|later| later.shift.abs())
            .max()
            .unwrap_or(0);
        let own = series
            .recurrence
            .dates
            .iter()
            .filter_map(|(_, extent)| *extent);
        let extents = own
            .chain(later.iter().map(|later| later.event.extent))
            .chain([series.extent]);
        let longest = extents.map(Extent::most).max().unwrap_or(0);
        let reach = Reach {
            from: around.from - longest - shift - 1,
            to: around.to + shift + 1,
        };
        let within = |start: i64| reach.from <= start && start < reach.to;
        let first = instant(series.start, &series.clock);
        let start = match series.start {
            Stamp::Utc(instant) => series.clock.wall(instant),
            Stamp::Wall(_) | Stamp::Day(_) => series.start.written(),
        };
        let mut starts = BTreeMap::new();
        let mut outcome = Ok(());
        let mut cut = false;
        // the start belongs to the set even when the rule does not name it, unless the rule ended before
        let rules = &series.recurrence.rules;
        let over = ends_first(series);
        if within(first) && !over {
            starts.insert(first, None);
        }
        for rule in rules {
            let mut emit = |at: i64| {
                // What is over before the range must not use up the room of what lies in it.
                let reaches = at >= around.from
                    || !later.is_empty()
                    || series.extent.end(at, &series.clock) >= around.from;
                if within(at) && reaches {
                    starts.insert(at, None);
                }
                if starts.len() > MOST_INSTANCES {
                    cut = true;
                    Flow::Enough
                } else {
                    Flow::More
                }
            };
            outcome = outcome.and(self.follow(rule, start, &series.clock, reach, &mut emit));
        }
        for (at, extent) in series.recurrence.dates.iter().filter(|(at, _)| within(*at)) {
            let own = starts.entry(*at).or_insert(*extent);
            *own = own.or(*extent);
        }
        for rule in &series.recurrence.except_rules {
            let mut emit = |at: i64| {
                starts.remove(&at);
                Flow::More
            };
            outcome = outcome.and(self.follow(rule, start, &series.clock, reach, &mut emit));
        }
        self.cut |= cut;
        (starts, outcome)
    }

    /// Follows one rule with its share of the work.
    fn follow(
        &mut self,
        rule: &Rule,
        start: i64,
        clock: &Clock,
        reach: Reach,
        emit: &mut dyn FnMut(i64) -> Flow,
    ) -> Result<(), OutOfBudget> {
        let outcome = match &mut self.purse {
            Purse::Own(own) => expand(rule, start, clock, reach, own, emit),
            Purse::Shared => {
                let mut share = self.budget.share();
                let outcome = expand(rule, start, clock, reach, &mut share, emit);
                self.budget.give_back(&share);
                outcome
            }
        };
        self.ran_out |= outcome.is_err();
        outcome
    }
}

/// Why an instance that is there blocks no time.
fn why_idle(instance: Instance<'_>) -> Option<Reason> {
    match instance.event.shows {
        Shows::Free if instance.event.of_days => Some(Reason::WholeDays),
        Shows::Free => Some(Reason::ShownAsFree),
        Shows::Busy if instance.start == instance.end => Some(Reason::NoLength),
        Shows::Busy => None,
    }
}

/// Tells whether all rules of an event ended before it begins.
fn ends_first(event: &Event) -> bool {
    let first = instant(event.start, &event.clock);
    let start = match event.start {
        Stamp::Utc(instant) => event.clock.wall(instant),
        Stamp::Wall(_) | Stamp::Day(_) => event.start.written(),
    };
    let ended = |until: Stamp| match until {
        Stamp::Day(_) | Stamp::Wall(_) => until.written() < start,
        Stamp::Utc(instant) => instant < first,
    };
    let rules = &event.recurrence.rules;
    !rules.is_empty() && rules.iter().all(|rule| rule.until.is_some_and(ended))
}

/// Tells whether an event has no time at all.
fn never(event: &Event) -> bool {
    event.recurrence.dates.is_empty() && ends_first(event)
}

/// A replacement of an instance and of all later ones.
struct Later<'e> {
    from: i64,
    /// Seconds by which later instances move.
    shift: i64,
    event: &'e Event,
}

/// Returns the series of a UID: those with the highest SEQUENCE, the last one of each start.
fn newest_series(group: &[Event]) -> Vec<&Event> {
    let series = || group.iter().filter(|event| event.replaces.is_none());
    let newest = series().map(|event| event.sequence).max();
    let mut kept: BTreeMap<i64, &Event> = BTreeMap::new();
    for event in series().filter(|event| Some(event.sequence) == newest) {
        kept.insert(instant(event.start, &event.clock), event);
    }
    kept.into_values().collect()
}

/// Returns one replacement for each instance: the one with the highest SEQUENCE, the last of equals.
fn newest_replacements(group: &[Event]) -> Vec<(&Event, &Replaced)> {
    let mut kept: BTreeMap<i64, (&Event, &Replaced)> = BTreeMap::new();
    for event in group {
        let Some(which) = &event.replaces else {
            continue;
        };
        let key = instant(which.stamp, &which.clock);
        match kept.get(&key) {
            Some((known, _)) if known.sequence > event.sequence => {}
            _ => {
                kept.insert(key, (event, which));
            }
        }
    }
    kept.into_values().collect()
}

fn remark(event: &Event, reason: Reason) -> Remark {
    let name = if event.summary.trim().is_empty() {
        &event.uid
    } else {
        &event.summary
    };
    Remark {
        event: excerpt(name),
        line: event.line,
        reason,
    }
}

fn occurrence(instance: Instance<'_>) -> Occurrence {
    let event = instance.event;
    let kind = match event.start {
        Stamp::Day(_) => {
            let first = date_of_day(event.clock.wall(instance.start).div_euclid(DAY));
            Kind::WholeDays {
                first: first.unwrap_or(jiff::civil::Date::MAX),
            }
        }
        Stamp::Wall(_) | Stamp::Utc(_) => Kind::Timed,
    };
    let timestamp =
        |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    Occurrence {
        start: timestamp(instance.start),
        end: timestamp(instance.end),
        line: event.line,
        uid: Arc::clone(&event.uid),
        summary: Arc::clone(&event.summary),
        kind,
        shows: event.shows,
    }
}
