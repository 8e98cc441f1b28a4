//! The next meetings of a series, and what they cost whom.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::brief;
use crate::pane::{Anchored, SlotsScreen};
use crate::slots::text::{self, Language};
use crate::slots::{
    Attendee, Blocker, Fairness, Minute, Pick, SeriesRequest, SeriesRule, Session, SlotsError,
    Span, Verdict, Wall, Zone, warnings,
};
use crate::when::wall;

/// Meetings of a series that are shown and held.
const MEETINGS: i64 = 8;
/// The grid of a series that keeps someone's clock: every offset on earth is a multiple of it.
const QUARTER: u32 = 15;

/// One meeting of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesRow {
    /// When it is, or would have to be.
    pub span: Span,
    /// Whether everyone who is needed can come.
    pub possible: bool,
    /// Whether the span is a time: that which was asked for, or taking turns the one that suits most; else only its
    /// day counts, since none of it is still to come or somebody is off.
    pub timed: bool,
    /// Guests, by position, who are needed and cannot come.
    pub absent: Vec<usize>,
    /// What it costs each guest.
    pub costs: Vec<Option<u32>>,
    /// Guests, by position, who pay most.
    pub payers: Vec<usize>,
    /// Guests, by position, whose clock shows another time than at the meeting before, with the old one.
    pub moved: Vec<(usize, Wall)>,
    /// Who is in the way and why; clock changes and days off; a line each.
    pub notes: Vec<String>,
}

/// The next meetings of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesTable {
    /// The meetings.
    pub rows: Vec<SeriesRow>,
    /// What each guest will have paid at the end, what they had paid before included, in weight-minutes.
    pub burden: Vec<i64>,
    /// How evenly that is.
    pub fairness: Fairness,
    /// How many meetings in a row the same people pay most.
    pub longest_run: usize,
    /// The zone whose clock the series keeps; none when people take turns.
    pub zone: Option<TimeZone>,
}

/// Chooses the next meetings of a series that begins at an instant.
///
/// # Errors
///
/// There are too many slots to compare.
pub(super) fn series(
    session: &Session,
    slots: &SlotsScreen,
    (first, here, today): (Timestamp, &TimeZone, Date),
    burdens: &[i64],
    shorts: &[String],
) -> Result<SeriesTable, SlotsError> {
    let mut session = session.clone();
    let people: Vec<Attendee> = session.attendees().cloned().collect();
    let clock = match slots.anchored {
        Anchored::Theirs => farthest(&people, first, here).unwrap_or_else(|| here.clone()),
        Anchored::Mine | Anchored::Rotate => here.clone(),
    };
    let start = clock.to_datetime(first);
    let weeks = |k: i64| start.date().checked_add((k * slots.every.max(1)).weeks());
    let dates: Vec<_> = (0..MEETINGS).filter_map(|k| weeks(k).ok()).collect();
    let length = i32::try_from(slots.minutes).unwrap_or(60);
    let zone = Zone::load(&crate::when::zone::name(&clock)).or_else(|_| Zone::load("UTC"))?;
    let minute =
        u16::try_from(i32::from(start.hour()) * 60 + i32::from(start.minute())).unwrap_or_default();
    let rule = match slots.anchored {
        Anchored::Rotate => SeriesRule::Rotate,
        Anchored::Mine | Anchored::Theirs => SeriesRule::Fixed { minute, zone },
    };
    let windows: Vec<Span> = dates
        .iter()
        .map(|date| match rule {
            SeriesRule::Fixed { .. } => {
                let at = wall::instant(date.to_datetime(start.time()), &clock);
                Span::lasting(Minute::floor(at), length)
            }
            SeriesRule::Rotate => {
                let from = wall::day_start(*date, here).unwrap_or(first);
                // The last start is the last minute of the day: midnight is the next one.
                Span::new(
                    Minute::floor(from),
                    Minute::ceil(wall::day_end(*date, here)) + length - 1,
                )
            }
        })
        .collect();
    if matches!(rule, SeriesRule::Fixed { .. }) {
        session.set_step(QUARTER)?;
    }
    let debt: BTreeMap<String, i64> = people
        .iter()
        .zip(burdens)
        .map(|(person, burden)| (person.id.clone(), *burden))
        .collect();
    let grid = session.search().grid_zone.clone();
    let rotates = rule == SeriesRule::Rotate;
    let plan = session.series(&SeriesRequest {
        windows,
        rule,
        debt,
    })?;
    let refs: Vec<&Attendee> = people.iter().collect();
    let picks = plan.picks.iter();
    let with = With {
        people: &refs,
        shorts,
        grid: &grid,
        length,
        today,
    };
    let mut rows: Vec<SeriesRow> = picks.map(|pick| row(pick, &with)).collect();
    if !rotates {
        mark_moved(&mut rows, &people);
    }
    Ok(SeriesTable {
        rows,
        burden: plan.burden,
        fairness: plan.fairness,
        longest_run: plan.longest_same_payer_run,
        zone: (!rotates).then_some(clock),
    })
}

/// Notes whose clock shows another time than a meeting before, also where somebody cannot come.
fn mark_moved(rows: &mut [SeriesRow], people: &[Attendee]) {
    for at in (1..rows.len()).rev() {
        let (before, now) = (rows[at - 1].span.start, rows[at].span.start);
        rows[at].moved = (people.iter().enumerate())
            .filter_map(|(person, one)| {
                let zone = &one.hours.zone;
                let then = zone.wall_at(before);
                (then.minute != zone.wall_at(now).minute).then_some((person, then))
            })
            .collect();
    }
}

/// What the rows of a series are made with.
struct With<'a> {
    people: &'a [&'a Attendee],
    shorts: &'a [String],
    grid: &'a Zone,
    length: i32,
    today: Date,
}

fn row(pick: &Pick, with: &With<'_>) -> SeriesRow {
    let (people, grid, length) = (with.people, with.grid, with.length);
    let warn = |span: Span| {
        warnings(span, grid, people)
            .iter()
            .map(|warning| text::warning(warning, people, Language::English))
            .collect::<Vec<_>>()
    };
    match pick {
        Pick::Meeting(meeting) => SeriesRow {
            span: meeting.slot,
            possible: true,
            timed: true,
            absent: Vec::new(),
            costs: meeting.costs.clone(),
            payers: meeting.payers.clone(),
            moved: meeting.moved.clone(),
            notes: warn(meeting.slot),
        },
        Pick::Missed {
            window,
            wanted,
            closest,
            verdict,
        } => {
            // Taking turns, the closest miss of the day stands for it; a day without any, or on which somebody is off, has
            // no time at all.
            let holiday = match verdict {
                Verdict::Blocked(blockers) => blockers.iter().any(Blocker::is_off),
                _ => false,
            };
            let start = wanted.or(closest.filter(|_| !holiday));
            let span = Span::lasting(start.unwrap_or(window.start), length);
            let absent = match verdict {
                Verdict::Blocked(blockers) => blockers.iter().map(|one| one.person).collect(),
                _ => Vec::new(),
            };
            let mut notes: Vec<String> = match verdict {
                Verdict::Blocked(blockers) => {
                    vec![brief::reasons(blockers, people, with.shorts, with.today)]
                }
                Verdict::TooSoon { .. } => {
                    vec!["too soon: that is over, or needs more notice".into()]
                }
                Verdict::OffGrid => vec!["that clock skips this time".into()],
                Verdict::Open | Verdict::OutsideRange => {
                    vec!["no time that day suits everyone".into()]
                }
            };
            if start.is_some() {
                notes.extend(warn(span));
            }
            SeriesRow {
                span,
                possible: false,
                timed: start.is_some(),
                absent,
                costs: people
                    .iter()
                    .map(|one| start.map(|_| one.hours.cost(span).total))
                    .collect(),
                payers: Vec::new(),
                moved: Vec::new(),
                notes,
            }
        }
    }
}

/// Returns the clock that differs most from mine.
fn farthest(people: &[Attendee], at: Timestamp, here: &TimeZone) -> Option<TimeZone> {
    let mine = here.to_offset(at).seconds();
    people
        .iter()
        .map(|person| person.hours.zone.time_zone())
        .max_by_key(|zone| (zone.to_offset(at).seconds() - mine).abs())
        .cloned()
}
