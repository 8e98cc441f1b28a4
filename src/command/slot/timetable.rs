//! Who can meet when: the day of the people of the slots place, and the best times of a range of days.

mod insight;

pub use insight::Insight;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::brief;
use super::offers::{Offer, fairest, miss, offers};
use super::people::{Known, attendees, burdens, guests, notice};
use super::propose::language_of_reader;
use super::series::{SeriesTable, series};
use crate::list::World;
use crate::pane::{SlotOrder, SlotView, SlotsScreen};
use crate::record::{Id, Kind, Meeting, Person};
use crate::slots::text::{self, Language};
use crate::slots::{
    Attendance, Attendee, Blocker, Minute, Plan, Search, Session, Shade, SlotsError, Span, SpanSet,
    Warning, Zone, warnings,
};
use crate::when::{wall, zone};

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
    /// The shortest name that tells them from the others: `Chen`, `陈晨 Shanghai`.
    pub short: String,
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
    /// Whether some start of the day shown suits everyone.
    pub day_open: bool,
    /// How many meetings of the past the burdens are made of.
    pub counted: usize,
    /// The next meetings of a series, where they were asked for.
    pub series: Option<SeriesTable>,
    /// My date when it was worked out: years are said where they are others.
    pub today: Date,
    /// The language of whoever a proposal goes to.
    pub reader: Language,
    now: Timestamp,
    /// How many minutes ahead a meeting must be, and whom that is for.
    notice: (i32, Vec<String>),
    plan: Plan,
    day_plan: Plan,
    grid: Zone,
    /// What only some views show, worked out when one first does.
    later: Later,
}

/// A start, and what stands in its way.
type Miss = (Timestamp, Vec<String>);

/// What is worked out once it is asked for, and then kept until something changes.
#[derive(Clone, Debug, Default)]
struct Later {
    rejections: OnceLock<Vec<Rejection>>,
    day_miss: OnceLock<Option<Miss>>,
    message: OnceLock<Option<String>>,
    /// One for each cell of the day.
    insights: Vec<OnceLock<Insight>>,
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
    /// What the last meetings of these people have cost them, and how many those are.
    burdens: (Vec<i64>, usize),
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
        let burdens = burdens(world, &known, COUNTED);
        Ok(self.0.insert(Kept {
            stamp,
            people,
            moving: slots.moving.clone(),
            years,
            known,
            burdens,
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
        let (range, windows) = looked_at(world, slots, (from, last));
        let grid = Zone::load(&zone::name(here)).or_else(|_| Zone::load("UTC"))?;
        let length = u32::try_from(slots.minutes).unwrap_or(60);
        let people = guests(world, slots);
        let notice = notice(world, &people);
        let mut search = Search::new(range, length, grid.clone())
            .every(slots.step)
            .with_notice(Minute::ceil(world.view.now), notice);
        search.windows = windows;
        let kept = desk.seat(world, slots, people, (from, last), search)?;
        let (session, known) = (&mut kept.session, &kept.known);
        let (burdens, counted) = &kept.burdens;
        let plan = session.plan()?;
        // What a phrase narrowed is where best times are looked for; the day and the series are whole.
        session.open_windows();
        let today = world.view.today();
        let series = match (slots.view, slots.first) {
            (SlotView::Series, Some(first)) => {
                let shorts: Vec<String> = known.iter().map(|one| one.short.clone()).collect();
                let from = (first, here, today);
                Some(series(session, slots, from, burdens, &shorts)?)
            }
            _ => None,
        };
        let day_start = wall::day_start(day, here).map_or(range.start, Minute::floor);
        let whole = Span::new(day_start, Minute::ceil(wall::day_end(day, here)));
        let length = i32::try_from(length).unwrap_or(60);
        // The last start is the last minute of the day: midnight is the next one.
        session.set_range(Span::new(whole.start, whole.end + length - 1))?;
        let day_plan = session.plan()?;
        let day_open = day_plan.slots().any(|slot| whole.contains(slot.start()));
        let (cells, turnout): (Vec<Timestamp>, Vec<usize>) = day_plan
            .turnout()
            .into_iter()
            .filter(|(start, _)| whole.contains(*start))
            .map(|(start, heads)| (start.timestamp(), usize::try_from(heads.all()).unwrap_or(0)))
            .unzip();
        Ok(Self {
            day,
            from,
            days,
            minutes: slots.minutes,
            step: slots.step,
            guests: seats(known, slots, burdens, &day_plan, whole),
            later: Later {
                insights: cells.iter().map(|_| OnceLock::new()).collect(),
                ..Later::default()
            },
            cells,
            turnout,
            offers: offers(&plan, slots.order, OFFERS, Language::English),
            found: plan.len(),
            fairest: fairest(&plan, burdens),
            miss: (plan.is_empty())
                .then(|| miss(&plan, Language::English))
                .flatten(),
            day_open,
            counted: *counted,
            series,
            today,
            reader: language_of_reader(world, slots),
            now: world.view.now,
            notice: (notice, needing(world, known, notice)),
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

    /// Returns the closest of the starts of the whole day shown that somebody rejects, and what stands in the way.
    pub fn day_miss(&self) -> Option<&(Timestamp, Vec<String>)> {
        let found = &self.later.day_miss;
        found
            .get_or_init(|| miss(&self.day_plan, Language::English))
            .as_ref()
    }

    /// Returns the message that the best times are proposed with, in the language of whoever reads it.
    pub fn message(&self, times: usize) -> Option<&str> {
        let written = &self.later.message;
        written
            .get_or_init(|| self.proposal(times, self.reader))
            .as_deref()
    }

    /// Lists every start of the day that does not do: what is over, what is too soon, what somebody rejects; those in
    /// a row for the same reasons together.
    pub fn rejections(&self) -> &[Rejection] {
        self.later.rejections.get_or_init(|| {
            let day: BTreeSet<Minute> = self.cells.iter().map(|at| Minute::floor(*at)).collect();
            self.joined(
                self.day_plan.too_soon().filter(|at| day.contains(at)),
                (self.day_plan.rejections()).filter(|(start, _)| day.contains(start)),
                Language::English,
            )
        })
    }

    /// Lists every start in the range looked at that does not do, as [`Timetable::rejections`] does for the day.
    pub fn all_rejections(&self, language: Language) -> Vec<Rejection> {
        self.joined(self.plan.too_soon(), self.plan.rejections(), language)
    }

    /// Says why a start is too soon: it is over, or somebody must know of it earlier.
    fn too_soon(&self, start: Minute, language: Language) -> String {
        let (minutes, who) = &self.notice;
        if start.timestamp() < self.now || *minutes == 0 {
            return match language {
                Language::English => "over".to_owned(),
                Language::Chinese => "已过".to_owned(),
            };
        }
        let long = text::length(*minutes, language);
        match language {
            Language::English => format!("too soon: {} must know {long} before", who.join(", ")),
            Language::Chinese => format!("太近：{}需提前{long}得知", who.join("、")),
        }
    }

    fn joined(
        &self,
        too_soon: impl Iterator<Item = Minute>,
        rejected: impl Iterator<Item = (Minute, Vec<Blocker>)>,
        language: Language,
    ) -> Vec<Rejection> {
        let people = self.attendees();
        let shorts: Vec<&str> = (self.guests.iter())
            .map(|guest| guest.short.as_str())
            .collect();
        let step = i32::try_from(self.step).unwrap_or(30);
        let early = too_soon.map(|start| {
            let why = self.too_soon(start, language);
            (start, vec![why.clone()], why)
        });
        let refused = rejected.map(|(start, blockers)| {
            let brief = brief::reasons(&blockers, &people, &shorts, self.today);
            let blockers: Vec<String> = blockers
                .iter()
                .map(|blocker| reason(blocker, &people, language))
                .collect();
            (start, blockers, brief)
        });
        let mut rejections: Vec<Rejection> = Vec::new();
        for (start, blockers, brief) in early.chain(refused) {
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

/// The range of days in which best times are looked for, and the windows of it that a phrase named.
fn looked_at(
    world: &World,
    slots: &SlotsScreen,
    (from, last): (Date, Date),
) -> (Span, Option<SpanSet>) {
    let here = &world.view.zone;
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
    (range, windows)
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
            short: one.short.clone(),
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

/// Who of them must know of a meeting as early as that.
fn needing(world: &World, known: &[Known], notice: i32) -> Vec<String> {
    (known.iter())
        .filter(|one| super::people::notice(world, std::slice::from_ref(&one.person)) == notice)
        .map(|one| one.short.clone())
        .collect()
}
