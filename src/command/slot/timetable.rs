//! Who can meet when: the day of the people of the slots place, and the best times of a range of days.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::brief;
use super::people::{Known, attendees, burdens, guests, notice};
use super::series::{SeriesTable, series};
use crate::list::World;
use crate::pane::{SlotOrder, SlotView, SlotsScreen};
use crate::record::{Id, Kind, Meeting, Person};
use crate::slots::text::{self, Language};
use crate::slots::{
    Attendance, Attendee, Blocker, CostSplit, Minute, Plan, Search, Session, Shade, Slot,
    SlotsError, Span, SpanSet, Verdict, Warning, Zone, warnings,
};
use crate::when::{tzdb, wall, zone};

/// Best times that are named.
const OFFERS: usize = 8;
/// Meetings that count for who has paid how much.
const COUNTED: usize = 8;
/// The longest stretch of days in which best times are looked for.
const MOST_DAYS: i64 = 92;

/// One person of the timetable.
#[derive(Clone, Debug, PartialEq)]
pub struct Guest {
    /// Who it is.
    pub person: Id<Person>,
    /// Where they are.
    pub zone: TimeZone,
    /// Whether their hours are not known and taken as Monday to Friday, nine to six.
    pub assumed: bool,
    /// Whether the meeting can take place without them.
    pub optional: bool,
    /// What the last meetings of these people have cost them, in weight-minutes.
    pub burden: i64,
    /// What each cell of the day is for them.
    pub cells: Vec<Shade>,
}

/// A time at which everyone can meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// When it starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// What it costs each guest; nothing for an optional one who cannot come.
    pub costs: Vec<Option<CostSplit>>,
    /// Guests, by position, who pay most; nobody when it is free for all.
    pub payers: Vec<usize>,
    /// Guests, by position, who would meet outside their working hours.
    pub stretched: Vec<usize>,
    /// The time in the words of everyone's clock.
    pub words: String,
}

/// What there is to say about one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Insight {
    /// What it is.
    pub verdict: Verdict,
    /// Who is in the way and why, a line each.
    pub blockers: Vec<String>,
    /// What it costs each guest, whether they would come or not.
    pub costs: Vec<CostSplit>,
    /// Changes of clocks, periods out of step and days off, a line each.
    pub warnings: Vec<String>,
}

/// Starts in a row that the same people reject for the same reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The first start.
    pub first: Timestamp,
    /// The last start.
    pub last: Timestamp,
    /// Who is in the way and why, a line each.
    pub blockers: Vec<String>,
    /// The same in few words, all in one line.
    pub brief: String,
}

/// Who can meet when on a day, and the best times of the range of days that begins with it.
#[derive(Clone, Debug)]
pub struct Timetable {
    /// The local day.
    pub day: Date,
    /// The first day of the range in which the best times are looked for.
    pub from: Date,
    /// The days of the range.
    pub days: i64,
    /// Length of the meeting in minutes.
    pub minutes: i64,
    /// Minutes of a cell.
    pub step: u32,
    /// The starts of the cells of the day.
    pub cells: Vec<Timestamp>,
    /// The people, me first.
    pub guests: Vec<Guest>,
    /// How many of them could come to a meeting of that length that starts with the cell.
    pub turnout: Vec<usize>,
    /// Times that suit everyone in the order asked for, none overlapping another.
    pub offers: Vec<Offer>,
    /// How many starts in the range suit everyone.
    pub found: usize,
    /// The start at which whoever has paid most so far is spared most.
    pub fairest: Option<Timestamp>,
    /// Where no time suits everyone: the closest one, and what stands in the way.
    pub miss: Option<(Timestamp, Vec<String>)>,
    /// The closest of the starts of the whole day shown that somebody rejects, and what stands in the way.
    pub day_miss: Option<(Timestamp, Vec<String>)>,
    /// Whether some start of the day shown suits everyone.
    pub day_open: bool,
    /// How many meetings of the past the burdens are made of.
    pub counted: usize,
    /// The next meetings of a series, where they were asked for.
    pub series: Option<SeriesTable>,
    plan: Plan,
    day_plan: Plan,
    grid: Zone,
}

/// The people of a timetable with their free time, kept for the next one: most keys change only what is looked for.
#[derive(Clone, Debug, Default)]
pub struct Desk(Option<Kept>);

#[derive(Clone, Debug)]
struct Kept {
    /// The state of the records that it was made from.
    stamp: [u64; 5],
    people: Vec<Id<Person>>,
    moving: Option<Id<Meeting>>,
    /// The years whose holidays are known.
    years: (i16, i16),
    known: Vec<Known>,
    session: Session,
}

impl Desk {
    /// Returns the people and a session with them that looks for something, from what is kept if that is still true.
    fn seat(
        &mut self,
        world: &World,
        slots: &SlotsScreen,
        people: Vec<Id<Person>>,
        days: (Date, Date),
        search: Search,
    ) -> Result<&mut Kept, SlotsError> {
        let kinds = [Kind::Person, Kind::BusyBlock, Kind::Meeting, Kind::User];
        let [person, busy, meeting, user] = kinds.map(|kind| world.revision(kind));
        // Holds expire with time.
        let half_hours = u64::try_from(world.view.now.as_second() / 1_800).unwrap_or(0);
        let stamp = [person, busy, meeting, user, half_hours];
        let years = (days.0.year(), days.1.year());
        let same = |kept: &Kept| {
            (kept.stamp, kept.years) == (stamp, years)
                && kept.people == people
                && kept.moving == slots.moving
        };
        if let Some(mut kept) = self.0.take_if(|kept| same(kept)) {
            kept.session.set_search(search)?;
            for one in &mut kept.known {
                let wanted = if slots.optional.contains(&one.person) {
                    Attendance::Optional
                } else {
                    Attendance::Required
                };
                if one.attendee.attendance != wanted {
                    one.attendee.attendance = wanted;
                    kept.session.set_attendance(&one.attendee.id, wanted);
                }
            }
            return Ok(self.0.insert(kept));
        }
        let known = attendees(world, &people, slots, days);
        let everyone = known.iter().map(|one| one.attendee.clone()).collect();
        let session = Session::new(search, everyone)?;
        Ok(self.0.insert(Kept {
            stamp,
            people,
            moving: slots.moving.clone(),
            years,
            known,
            session,
        }))
    }
}

impl Timetable {
    /// Works out the timetable of the slots place.
    ///
    /// # Errors
    ///
    /// The length of the meeting is not one that can be planned, or there is too much to compare.
    pub fn of(world: &World, slots: &SlotsScreen) -> Result<Self, SlotsError> {
        Self::at(&mut Desk::default(), world, slots)
    }

    /// Works out the timetable as [`Timetable::of`] does, with what a desk has kept from the one before.
    ///
    /// # Errors
    ///
    /// As for [`Timetable::of`].
    pub fn at(desk: &mut Desk, world: &World, slots: &SlotsScreen) -> Result<Self, SlotsError> {
        let here = &world.view.zone;
        let day = slots.day.unwrap_or_else(|| world.view.today());
        let days = slots.days.clamp(1, MOST_DAYS);
        let ahead = |from: &Date| (0..days).contains(&crate::figure::days_between(*from, day));
        let from = slots.from.filter(ahead).unwrap_or(day);
        let last = from.checked_add(days.days()).unwrap_or(from);
        let start = wall::day_start(from, here).unwrap_or(world.view.now);
        let end = wall::day_start(last, here).unwrap_or(start);
        let mut range = Span::covering(start, end);
        let windows = slots.within.as_ref().map(|windows| {
            let spans = windows.iter().map(|(from, to)| Span::covering(*from, *to));
            SpanSet::from_spans(spans.collect())
        });
        if let Some(hull) = windows.as_ref().and_then(hull) {
            range = range.clip(hull);
        }
        let grid = Zone::load(&zone::name(here)).or_else(|_| Zone::load("UTC"))?;
        let length = u32::try_from(slots.minutes).unwrap_or(60);
        let people = guests(world, slots);
        let mut search = Search::new(range, length, grid.clone())
            .every(slots.step)
            .with_notice(Minute::ceil(world.view.now), notice(world, &people));
        search.windows = windows;
        let kept = desk.seat(world, slots, people, (from, last), search)?;
        let (session, known) = (&mut kept.session, &kept.known);
        let plan = session.plan()?;
        // What a phrase narrowed is where best times are looked for; the day and the series are whole.
        session.open_windows();
        let (burdens, counted) = burdens(world, known, COUNTED);
        let series = match (slots.view, slots.first) {
            (SlotView::Series, Some(first)) => Some(series(session, slots, first, here, &burdens)?),
            _ => None,
        };
        let day_start = wall::day_start(day, here).map_or(range.start, Minute::floor);
        let today = Span::new(day_start, Minute::ceil(wall::day_end(day, here)));
        let length = i32::try_from(length).unwrap_or(60);
        session.set_range(Span::new(today.start, today.end + length))?;
        let day_plan = session.plan()?;
        let day_open = day_plan.slots().any(|slot| today.contains(slot.start()));
        let (cells, turnout) = day_plan
            .turnout()
            .into_iter()
            .filter(|(start, _)| today.contains(*start))
            .map(|(start, heads)| (start.timestamp(), usize::try_from(heads.all()).unwrap_or(0)))
            .unzip();
        Ok(Self {
            day,
            from,
            days,
            minutes: slots.minutes,
            step: slots.step,
            cells,
            guests: seats(known, slots, &burdens, &day_plan, today),
            turnout,
            offers: offers(&plan, slots.order, OFFERS, Language::English),
            found: plan.len(),
            fairest: fairest(&plan, &burdens),
            miss: (plan.is_empty())
                .then(|| miss(&plan, Language::English))
                .flatten(),
            day_miss: (slots.view == SlotView::Why)
                .then(|| miss(&day_plan, Language::English))
                .flatten(),
            day_open,
            counted,
            series,
            plan,
            day_plan,
            grid,
        })
    }

    /// Counts who is free in a cell, whatever the length of the meeting.
    pub fn free(&self, cell: usize) -> usize {
        let free = |guest: &&Guest| guest.cells.get(cell).is_some_and(|shade| is_free(*shade));
        self.guests.iter().filter(free).count()
    }

    /// Returns the best times in an order, at most so many, none overlapping another.
    pub fn best(&self, most: usize, order: SlotOrder, language: Language) -> Vec<Offer> {
        offers(&self.plan, order, most, language)
    }

    /// Returns the people as the engine sees them, in the order of the guests.
    pub fn attendees(&self) -> Vec<&Attendee> {
        self.day_plan.attendees().collect()
    }

    /// Says what there is to say about a meeting that starts at an instant of the day shown.
    pub fn insight(&self, start: Timestamp) -> Insight {
        let people = self.attendees();
        let start = Minute::floor(start);
        let span = Span::lasting(start, i32::try_from(self.minutes).unwrap_or(60));
        let verdict = self.day_plan.why(start);
        let blockers = match &verdict {
            Verdict::Blocked(blockers) => blockers
                .iter()
                .map(|blocker| text::blocker(blocker, &people, Language::English))
                .collect(),
            _ => Vec::new(),
        };
        Insight {
            blockers,
            costs: people.iter().map(|one| one.hours.cost(span)).collect(),
            warnings: self.warn(span, Language::English),
            verdict,
        }
    }

    /// Lists what to know about a time, a line each.
    pub fn warn(&self, span: Span, language: Language) -> Vec<String> {
        let people = self.attendees();
        warnings(span, &self.grid, &people)
            .iter()
            .map(|warning| text::warning(warning, &people, language))
            .chain(tzdb::current().doubt(self.day))
            .collect()
    }

    /// Lists every start of the day that somebody rejects, those in a row for the same reasons together.
    pub fn rejections(&self) -> Vec<Rejection> {
        let day: BTreeSet<Minute> = self.cells.iter().map(|at| Minute::floor(*at)).collect();
        let rejected = self.day_plan.rejections();
        self.joined(
            rejected.filter(|(start, _)| day.contains(start)),
            Language::English,
        )
    }

    /// Lists every start in the range looked at that somebody rejects, as [`Timetable::rejections`] does for the day.
    pub fn all_rejections(&self, language: Language) -> Vec<Rejection> {
        self.joined(self.plan.rejections(), language)
    }

    fn joined(
        &self,
        rejected: impl Iterator<Item = (Minute, Vec<Blocker>)>,
        language: Language,
    ) -> Vec<Rejection> {
        let people = self.attendees();
        let step = i32::try_from(self.step).unwrap_or(30);
        let mut rejections: Vec<Rejection> = Vec::new();
        for (start, blockers) in rejected {
            let brief = brief::reasons(&blockers, &people);
            let blockers: Vec<String> = blockers
                .iter()
                .map(|blocker| reason(blocker, &people, language))
                .collect();
            let at = start.timestamp();
            match rejections.last_mut() {
                Some(last)
                    if last.blockers == blockers && Minute::floor(last.last) + step == start =>
                {
                    last.last = at;
                }
                _ => rejections.push(Rejection {
                    first: at,
                    last: at,
                    blockers,
                    brief,
                }),
            }
        }
        rejections
    }

    /// Where no time suits everyone: the closest one, and what stands in the way.
    pub fn closest(&self, language: Language) -> Option<(Timestamp, Vec<String>)> {
        self.plan
            .is_empty()
            .then(|| miss(&self.plan, language))
            .flatten()
    }

    /// Writes the best times for a message, one a line, in everyone's time, and what clocks will do around them.
    pub fn proposal(&self, times: usize, language: Language) -> Option<String> {
        let people = self.attendees();
        let spans: Vec<Span> = self
            .offers
            .iter()
            .take(times)
            .map(|offer| Span::covering(offer.start, offer.end))
            .collect();
        if spans.is_empty() {
            return None;
        }
        let question = match (language, spans.len()) {
            (Language::English, 1) => format!("Could we meet for {} minutes then?", self.minutes),
            (Language::English, _) => format!(
                "Could we meet for {} minutes at one of these times?",
                self.minutes
            ),
            (Language::Chinese, 1) => format!("请问这个时间方便开会吗（{}分钟）？", self.minutes),
            (Language::Chinese, _) => {
                format!("请问以下哪个时间方便开会（{}分钟）？", self.minutes)
            }
        };
        let mut words = format!("{question}\n{}", text::list(&spans, &people, language));
        let mut said: Vec<String> = Vec::new();
        for span in &spans {
            for warning in warnings(*span, &self.grid, &people) {
                let clocks = matches!(
                    warning,
                    Warning::ClockChange { .. } | Warning::OutOfStep { .. }
                );
                let line = text::warning(&warning, &people, language);
                if clocks && !said.contains(&line) {
                    words.push('\n');
                    words.push_str(&line);
                    said.push(line);
                }
            }
        }
        Some(words)
    }
}

/// Writes why a person is in the way without what differs from one start to the next.
fn reason(blocker: &Blocker, people: &[&Attendee], language: Language) -> String {
    use crate::slots::Cause;
    let mut alike = blocker.clone();
    let beyond = |cause: &Cause| matches!(cause, Cause::OutsideHours { .. });
    let outside = alike.causes.iter().any(beyond);
    alike.causes.retain(|cause| !beyond(cause));
    let name = people
        .get(blocker.person)
        .map_or("", |person| person.id.as_str());
    let (colon, semicolon, beyond) = match language {
        Language::English => (": ", "; ", "outside acceptable hours"),
        Language::Chinese => ("：", "；", "超出可接受时间"),
    };
    match (outside, alike.causes.is_empty()) {
        (true, true) => format!("{name}{colon}{beyond}"),
        (true, false) => format!(
            "{}{semicolon}{beyond}",
            text::blocker(&alike, people, language)
        ),
        (false, _) => text::blocker(&alike, people, language),
    }
}

/// The span from the first window to the last.
fn hull(windows: &SpanSet) -> Option<Span> {
    let first = windows.spans().first()?;
    Some(first.hull(*windows.spans().last()?))
}

fn seats(
    known: &[Known],
    slots: &SlotsScreen,
    burdens: &[i64],
    plan: &Plan,
    day: Span,
) -> Vec<Guest> {
    known
        .iter()
        .enumerate()
        .map(|(at, one)| Guest {
            optional: slots.optional.contains(&one.person),
            person: one.person.clone(),
            zone: one.zone.clone(),
            assumed: one.assumed,
            burden: burdens.get(at).copied().unwrap_or(0),
            cells: plan.shades(at, day, slots.step),
        })
        .collect()
}

/// Tells whether a person can meet in a stretch of this kind.
pub const fn is_free(shade: Shade) -> bool {
    matches!(shade, Shade::Preferred | Shade::Working | Shade::Acceptable)
}

fn offers(plan: &Plan, order: SlotOrder, most: usize, language: Language) -> Vec<Offer> {
    let people: Vec<&Attendee> = plan.attendees().collect();
    if people.is_empty() {
        return Vec::new();
    }
    let ordered: Box<dyn Iterator<Item = Slot<'_>> + '_> = match order {
        SlotOrder::Fair => Box::new(plan.ranked()),
        SlotOrder::Calendar => Box::new(plan.slots()),
    };
    let mut chosen: Vec<Slot<'_>> = Vec::new();
    for slot in ordered {
        let apart = |other: &Slot<'_>| other.end() <= slot.start() || slot.end() <= other.start();
        if chosen.iter().all(apart) {
            chosen.push(slot);
        }
        if chosen.len() >= most {
            break;
        }
    }
    chosen
        .into_iter()
        .map(|slot| offer(slot, &people, language))
        .collect()
}

fn offer(slot: Slot<'_>, people: &[&Attendee], language: Language) -> Offer {
    let costs: Vec<Option<CostSplit>> =
        (0..people.len()).map(|person| slot.split(person)).collect();
    let stretched = |cost: &Option<CostSplit>| {
        cost.as_ref()
            .is_some_and(|cost| cost.stretched_minutes() > 0)
    };
    Offer {
        start: slot.start().timestamp(),
        end: slot.end().timestamp(),
        payers: slot.payers().collect(),
        stretched: (0..people.len())
            .filter(|at| costs.get(*at).is_some_and(stretched))
            .collect(),
        costs,
        words: text::slot(slot.span(), people, language, text::Layout::Line),
    }
}

/// Returns the start after which the greatest burden is least, then the sum of squares, then the total.
fn fairest(plan: &Plan, burdens: &[i64]) -> Option<Timestamp> {
    let fewest = plan.best()?.missing().count();
    plan.slots()
        .filter(|slot| slot.missing().count() == fewest)
        .min_by_key(|slot| {
            let after = || {
                burdens
                    .iter()
                    .zip(slot.costs())
                    .map(|(burden, cost)| burden + i64::from(cost.unwrap_or(0)))
            };
            let squares: i128 = after().map(|one| i128::from(one) * i128::from(one)).sum();
            (
                after().max().unwrap_or(0),
                squares,
                slot.total(),
                slot.start(),
            )
        })
        .map(|slot| slot.start().timestamp())
}

fn miss(plan: &Plan, language: Language) -> Option<(Timestamp, Vec<String>)> {
    let people: Vec<&Attendee> = plan.attendees().collect();
    let miss = plan.nearest_miss()?;
    let words = miss
        .blockers
        .iter()
        .map(|blocker| text::blocker(blocker, &people, language))
        .collect();
    Some((miss.start.timestamp(), words))
}

/// Returns the meetings of a local day and the six after it that are not off, in order.
pub fn agenda(world: &World, day: Date) -> Vec<(Timestamp, Id<Meeting>)> {
    let from = wall::day_start(day, &world.view.zone).unwrap_or(world.view.now);
    let last = day.checked_add(6.days()).unwrap_or(day);
    let to = wall::day_end(last, &world.view.zone);
    let mut meetings: Vec<(Timestamp, Id<Meeting>)> = world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| !meeting.is_off(world.view.now))
        .filter_map(|(id, meeting)| Some((meeting.start?, id.clone())))
        .filter(|(at, _)| (from..to).contains(at))
        .collect();
    meetings.sort();
    meetings
}
