//! What people should know about a slot: clocks that change nearby, zones out of step, holidays.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::out_of_step::difference_runs;
use super::zone::{DAY, Offsets};
use super::{Attendee, Minute, Slot, Span, Zone};

/// How near a clock change must be to be mentioned, in days.
const NEAR_DAYS: i32 = 10;

/// How far is looked for the usual difference around a period out of step, in days.
const AROUND_DAYS: i32 = 80;

/// The longest difference of offsets that counts as out of step, in days: the United States and
/// Europe are apart for up to four weeks, Ramadan lasts up to five with its rounding to Sundays.
const OUT_OF_STEP_DAYS: i32 = 40;

/// Something to know about a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The clocks of a zone change within ten days of the slot.
    ClockChange {
        /// The zone.
        zone: Zone,
        /// The people in it.
        people: Vec<usize>,
        /// When.
        at: Minute,
        /// Minutes by which the clock jumps forward.
        jump: i32,
    },
    /// Two zones are not as far apart as before and after.
    OutOfStep {
        /// The organizer's zone.
        organizer: Zone,
        /// The other zone.
        other: Zone,
        /// The people in the other zone.
        people: Vec<usize>,
        /// How long it lasts.
        period: Span,
        /// Minutes by which the other zone is ahead during the period.
        now: i32,
        /// Minutes by which it is ahead before and after.
        usually: i32,
    },
    /// The clock shows the start or the end of the slot twice that day.
    RepeatedHour {
        /// The zone.
        zone: Zone,
        /// The people in it.
        people: Vec<usize>,
    },
    /// The clock jumps forward during the slot.
    SkippedHour {
        /// The zone.
        zone: Zone,
        /// The people in it.
        people: Vec<usize>,
    },
    /// The slot touches someone's day off.
    DayOff {
        /// The person.
        person: usize,
        /// The person's local date.
        date: Date,
        /// The holiday's name, or an empty text.
        name: String,
    },
}

/// Collects what to know about a slot, for the people in the order given.
pub fn warnings(slot: Span, organizer: &Zone, people: &[&Attendee]) -> Vec<Warning> {
    let mut zones: BTreeMap<&Zone, Vec<usize>> = BTreeMap::new();
    zones.entry(organizer).or_default();
    for (index, person) in people.iter().enumerate() {
        zones.entry(&person.hours.zone).or_default().push(index);
    }
    let mut out = Vec::new();
    for (zone, members) in &zones {
        let offsets = Offsets::over(zone, slot);
        clock_changes(zone, members, &offsets, slot, &mut out);
        if *zone != organizer {
            out_of_step(organizer, zone, members, slot, &mut out);
        }
    }
    for (index, person) in people.iter().enumerate() {
        days_off(index, person, slot, &mut out);
    }
    out
}

fn clock_changes(
    zone: &Zone,
    people: &[usize],
    offsets: &Offsets,
    slot: Span,
    out: &mut Vec<Warning>,
) {
    let near = slot.widen(NEAR_DAYS * DAY, NEAR_DAYS * DAY);
    for pair in offsets.runs().windows(2) {
        let at = pair[1].first_minute();
        let jump = pair[1].minutes() - pair[0].minutes();
        if !near.contains(at) || jump == 0 {
            continue;
        }
        let (zone, people) = ((*zone).clone(), people.to_vec());
        out.push(Warning::ClockChange {
            zone: zone.clone(),
            people: people.clone(),
            at,
            jump,
        });
        // the clock shows the same times from `at - |jump|` on and again from `at` on
        let twice = Span::new(at + jump.min(0), at - jump.min(0));
        if jump < 0 && (twice.contains(slot.start) || twice.contains(slot.end)) {
            out.push(Warning::RepeatedHour { zone, people });
        } else if jump > 0 && slot.start < at && at < slot.end {
            out.push(Warning::SkippedHour { zone, people });
        }
    }
}

fn out_of_step(
    organizer: &Zone,
    other: &Zone,
    people: &[usize],
    slot: Span,
    out: &mut Vec<Warning>,
) {
    let around = slot.widen(AROUND_DAYS * DAY, AROUND_DAYS * DAY);
    let runs = difference_runs(organizer, other, around);
    for three in runs.windows(3) {
        let (before, run, after) = (three[0], three[1], three[2]);
        let brief = run.span.minutes() <= OUT_OF_STEP_DAYS * DAY;
        if brief && run.span.contains(slot.start) && before.minutes == after.minutes {
            out.push(Warning::OutOfStep {
                organizer: organizer.clone(),
                other: other.clone(),
                people: people.to_vec(),
                period: run.span,
                now: run.minutes,
                usually: before.minutes,
            });
        }
    }
}

fn days_off(index: usize, person: &Attendee, slot: Span, out: &mut Vec<Warning>) {
    let zone = &person.hours.zone;
    let first = zone.wall_at(slot.start).date;
    let last = zone.wall_at(slot.end - 1).date;
    for (&date, name) in person.hours.days_off.range(first..=last.max(first)) {
        out.push(Warning::DayOff {
            person: index,
            date,
            name: name.clone(),
        });
    }
}

impl Slot<'_> {
    /// Collects what to know about the slot; people are named by their index in the plan.
    pub fn warnings(self) -> Vec<Warning> {
        let people: Vec<&Attendee> = self.plan().attendees().collect();
        warnings(self.span(), &self.plan().search().grid_zone, &people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Hours, WeekWindows, Window};

    fn person(zone: &str) -> Attendee {
        Attendee::new(
            zone,
            Hours::new(
                Zone::load(zone).unwrap(),
                WeekWindows::weekdays(Window::new(540, 1080)),
            ),
        )
    }

    fn kinds(start: &str, zones: &[&str]) -> Vec<String> {
        let people: Vec<Attendee> = zones.iter().map(|zone| person(zone)).collect();
        let slot = Span::lasting(Minute::parse(start).unwrap(), 60);
        let refs: Vec<&Attendee> = people.iter().collect();
        warnings(slot, &people[0].hours.zone, &refs)
            .into_iter()
            .map(|warning| match warning {
                Warning::ClockChange { zone, at, jump, .. } => format!("change {zone} {at} {jump}"),
                Warning::OutOfStep {
                    other,
                    period,
                    now,
                    usually,
                    ..
                } => {
                    format!(
                        "step {other} {} {} {now} {usually}",
                        period.start, period.end
                    )
                }
                Warning::RepeatedHour { zone, .. } => format!("twice {zone}"),
                Warning::SkippedHour { zone, .. } => format!("skip {zone}"),
                Warning::DayOff { date, name, .. } => format!("off {date} {name}"),
            })
            .collect()
    }

    #[test]
    fn march_between_the_changes_of_america_and_europe_is_out_of_step() {
        assert_eq!(
            kinds(
                "2026-03-12T16:00Z",
                &["America/Los_Angeles", "Europe/Warsaw", "Asia/Shanghai"]
            ),
            [
                "change America/Los_Angeles 2026-03-08T10:00Z 60",
                "step Europe/Warsaw 2026-03-08T10:00Z 2026-03-29T01:00Z 480 540"
            ]
        );
    }

    #[test]
    fn nothing_is_said_in_the_middle_of_summer() {
        assert!(
            kinds(
                "2026-07-15T16:00Z",
                &["America/Los_Angeles", "Europe/Warsaw", "Asia/Shanghai"]
            )
            .is_empty()
        );
    }

    #[test]
    fn a_slot_in_the_repeated_hour_says_so() {
        let said = kinds("2026-11-01T09:30Z", &["America/Los_Angeles"]);
        assert_eq!(
            said,
            [
                "change America/Los_Angeles 2026-11-01T09:00Z -60",
                "twice America/Los_Angeles"
            ]
        );
    }

    #[test]
    fn a_slot_over_the_skipped_hour_says_so() {
        let said = kinds("2026-03-08T09:30Z", &["America/Los_Angeles"]);
        assert_eq!(
            said,
            [
                "change America/Los_Angeles 2026-03-08T10:00Z 60",
                "skip America/Los_Angeles"
            ]
        );
    }

    #[test]
    fn the_day_off_is_that_of_the_person_not_of_the_organizer() {
        let mut people = [person("America/Los_Angeles"), person("Asia/Shanghai")];
        people[1]
            .hours
            .days_off
            .insert(Date::constant(2026, 2, 17), "Chinese New Year".to_owned());
        let refs: Vec<&Attendee> = people.iter().collect();
        // Monday 16 February 17:00 in Los Angeles is Tuesday 17 February 09:00 in Shanghai
        let slot = Span::lasting(Minute::parse("2026-02-17T01:00Z").unwrap(), 60);
        let said = warnings(slot, &people[0].hours.zone, &refs);
        let date = Date::constant(2026, 2, 17);
        assert_eq!(
            said,
            [Warning::DayOff {
                person: 1,
                date,
                name: "Chinese New Year".to_owned()
            }]
        );
    }
}
