//! The instances of a recurrence rule, within a window and a budget.
//!
//! Rules of whole days repeat on the wall clock and each instance is then put into its zone; rules by
//! the hour, minute or second repeat in elapsed time, so that no hour is lost or doubled when clocks
//! change. Nothing is worked out before the window unless a count or a position asks for it.

use super::periods::{Periods, bit_list, day_allowed};
use super::rule::Rule;
use super::stamp::{DAY, Stamp};
use super::zones::Clock;

/// How much work is left for all rules of a file.
#[derive(Debug)]
pub(super) struct Budget(u64);

/// The work ran out; the rule was not followed to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OutOfBudget;

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self(steps)
    }

    /// Takes a part out: a sixteenth of what is left, so that no number of bad rules takes it all.
    pub(super) fn share(&mut self) -> Self {
        let share = self.0.div_ceil(16);
        self.0 -= share;
        Self(share)
    }

    /// Puts back what is left of a part.
    pub(super) fn give_back(&mut self, share: &Self) {
        self.0 += share.0;
    }

    fn take(&mut self, steps: u64) -> Result<(), OutOfBudget> {
        self.0 = self.0.checked_sub(steps).ok_or(OutOfBudget)?;
        Ok(())
    }
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    More,
    Enough,
}

/// Where instances are looked for, in seconds UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Two days: more than any zone is away from UTC, with any change of clocks.
const ZONE_MARGIN: i64 = 2 * DAY;

/// Calls `emit` with the instants of a rule in order of time, from the first in reach (or shortly
/// before) on.
///
/// # Errors
///
/// The budget ran out.
pub(super) fn expand(
    rule: &Rule,
    start: i64,
    clock: &Clock,
    reach: Reach,
    budget: &mut Budget,
    emit: &mut dyn FnMut(i64) -> Flow,
) -> Result<(), OutOfBudget> {
    let until = rule.until.map_or(i64::MAX, |until| match until {
        // a bare date ends a series of times at its midnight, as other programs read it
        Stamp::Day(_) | Stamp::Wall(_) => until.written(),
        Stamp::Utc(instant) => clock.wall(instant),
    });
    let mut run = Run {
        rule,
        start,
        clock,
        reach,
        until,
        budget,
        emit,
        counted: 0,
        last: i64::MIN,
    };
    match rule.frequency.seconds() {
        Some(unit) => run.by_elapsed_time(unit),
        None => run.by_days(),
    }
}

struct Run<'a> {
    rule: &'a Rule,
    /// Wall seconds.
    start: i64,
    clock: &'a Clock,
    reach: Reach,
    /// The last wall second allowed.
    until: i64,
    budget: &'a mut Budget,
    emit: &'a mut dyn FnMut(i64) -> Flow,
    counted: u64,
    /// The instant given last, so that a gap gives none twice.
    last: i64,
}

impl Run<'_> {
    /// Takes one instance; its wall time decides about start, end and count.
    fn take(&mut self, wall: i64, instant: i64) -> Result<Flow, OutOfBudget> {
        if wall < self.start {
            return Ok(Flow::More);
        }
        if wall > self.until
            || instant >= self.reach.to
            || self.rule.count.is_some_and(|count| self.counted >= count)
        {
            return Ok(Flow::Enough);
        }
        self.budget.take(1)?;
        self.counted += 1;
        if instant == self.last {
            return Ok(Flow::More);
        }
        self.last = instant;
        Ok((self.emit)(instant))
    }

    fn by_days(&mut self) -> Result<(), OutOfBudget> {
        let times = self.times_of_day();
        self.budget.take(times.len() as u64 / 16)?;
        let periods = Periods::of(self.rule, self.start);
        let mut period = 0;
        if self.rule.count.is_none() || self.rule.is_steady() {
            period = periods.before((self.reach.from - ZONE_MARGIN).div_euclid(DAY));
            self.counted = u64::try_from(period).unwrap_or(0);
        }
        let last_day = (self.reach.to + ZONE_MARGIN)
            .min(self.until)
            .div_euclid(DAY);
        let mut days = Vec::new();
        loop {
            self.budget.take(1)?;
            if periods.first_day(period) > last_day {
                return Ok(());
            }
            days.clear();
            periods.days(period, &mut days);
            self.budget.take(days.len() as u64 / 8)?;
            if self.period(&days, &times)? == Flow::Enough {
                return Ok(());
            }
            period += 1;
        }
    }

    /// Takes the instances of one period: all of them, or those at the positions asked for.
    fn period(&mut self, days: &[i64], times: &[i64]) -> Result<Flow, OutOfBudget> {
        if self.rule.positions.is_empty() {
            for day in days {
                for time in times {
                    if self.take_wall(day * DAY + time)? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                }
            }
            return Ok(Flow::More);
        }
        let size = days.len().saturating_mul(times.len());
        for index in positions(&self.rule.positions, size) {
            self.budget.take(1)?;
            if self.take_wall(days[index / times.len()] * DAY + times[index % times.len()])?
                == Flow::Enough
            {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    fn take_wall(&mut self, wall: i64) -> Result<Flow, OutOfBudget> {
        if wall < self.start {
            Ok(Flow::More)
        } else {
            self.take(wall, self.clock.instant(wall))
        }
    }

    /// Lists the seconds of the day at which a rule of whole days repeats.
    fn times_of_day(&self) -> Vec<i64> {
        let start = self.start.rem_euclid(DAY);
        let times = self.rule.times;
        let mut out = Vec::new();
        for hour in bit_list(times.hours, start / 3600) {
            for minute in bit_list(times.minutes, start / 60 % 60) {
                out.extend(
                    bit_list(times.seconds, start % 60)
                        .map(|second| hour * 3600 + minute * 60 + second.min(59)),
                );
            }
        }
        out.dedup();
        out
    }

    fn by_elapsed_time(&mut self, unit: i64) -> Result<(), OutOfBudget> {
        let first = self.clock.instant(self.start);
        let step = unit.saturating_mul(self.rule.interval);
        let offsets = self.offsets_within(unit);
        let mut n = 0_i64;
        if self.rule.count.is_none() || self.rule.is_steady() {
            n = ((self.reach.from - unit - first).div_euclid(step)).max(0);
            self.counted = u64::try_from(n).unwrap_or(0);
        }
        loop {
            self.budget.take(1)?;
            let Some(at) = n
                .checked_mul(step)
                .and_then(|ahead| first.checked_add(ahead))
            else {
                return Ok(());
            };
            let wall = self.clock.wall(at);
            if at - unit >= self.reach.to || wall - unit > self.until {
                return Ok(());
            }
            if let Some(next) = self.next_allowed(wall, unit) {
                // what is skipped is skipped on the wall, with whatever the clocks do in between
                let target = self.clock.instant(next);
                n = (-(first - target).div_euclid(step)).max(n + 1);
                continue;
            }
            let base = at - wall.rem_euclid(unit);
            let base_wall = wall - wall.rem_euclid(unit);
            let chosen: Vec<i64> = match self.rule.positions.as_slice() {
                [] => offsets.clone(),
                list => positions(list, offsets.len())
                    .map(|index| offsets[index])
                    .collect(),
            };
            for offset in chosen {
                if self.take(base_wall + offset, base + offset)? == Flow::Enough {
                    return Ok(());
                }
            }
            n += 1;
        }
    }

    /// Lists the seconds within an hour, minute or second at which the rule repeats.
    fn offsets_within(&self, unit: i64) -> Vec<i64> {
        let times = self.rule.times;
        let second =
            || bit_list(times.seconds, self.start.rem_euclid(60)).map(|second| second.min(59));
        match unit {
            3600 => bit_list(times.minutes, self.start.rem_euclid(3600) / 60)
                .flat_map(|minute| second().map(move |second| minute * 60 + second))
                .collect(),
            60 => second().collect(),
            _ => vec![0],
        }
    }

    /// Returns the wall second from which on the limits of the rule could hold again, unless they hold.
    fn next_allowed(&self, wall: i64, unit: i64) -> Option<i64> {
        let day = wall.div_euclid(DAY);
        let time = wall.rem_euclid(DAY);
        let times = self.rule.times;
        let lacks = |bits: u64, value: i64| bits != 0 && bits >> value & 1 == 0;
        if !day_allowed(&self.rule.days, day, self.rule.week_start) {
            Some((day + 1) * DAY)
        } else if lacks(times.hours, time / 3600) {
            Some(day * DAY + (time / 3600 + 1) * 3600)
        } else if unit <= 60 && lacks(times.minutes, time / 60 % 60) {
            Some(day * DAY + (time / 60 + 1) * 60)
        } else if unit == 1 && lacks(times.seconds, time % 60) {
            Some(wall + 1)
        } else {
            None
        }
    }
}

/// Turns positions counted from 1, or from the end when negative, into ascending indices.
fn positions(list: &[i64], size: usize) -> impl Iterator<Item = usize> {
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    let mut indices: Vec<usize> = list
        .iter()
        .map(|&position| {
            if position > 0 {
                position - 1
            } else {
                size + position
            }
        })
        .filter(|index| (0..size).contains(index))
        .filter_map(|index| usize::try_from(index).ok())
        .collect();
    indices.sort_unstable();
    indices.dedup();
    indices.into_iter()
}

#[cfg(test)]
mod tests {
    use super::super::stamp::civil;
    use super::*;
    use jiff::tz::TimeZoneDatabase;

    /// Lists up to ten instances on the wall of a zone, looked for from an instant on.
    fn walls(zone: &str, start: &str, rule: &str, from: &str) -> Vec<String> {
        let clock = Clock::Rules(TimeZoneDatabase::bundled().get(zone).unwrap());
        let start = Stamp::parse(start).unwrap().written();
        let from = Stamp::parse(from).unwrap().written();
        let mut found = Vec::new();
        let mut emit = |at: i64| {
            if at >= from {
                found.push(civil(clock.wall(at)).unwrap().to_string());
            }
            if found.len() < 10 {
                Flow::More
            } else {
                Flow::Enough
            }
        };
        let rule = Rule::parse(rule).unwrap();
        let reach = Reach {
            from,
            to: from + 3_660 * DAY,
        };
        expand(
            &rule,
            start,
            &clock,
            reach,
            &mut Budget::new(100_000),
            &mut emit,
        )
        .unwrap();
        found
    }

    #[test]
    fn every_hour_comes_once_when_clocks_go_forward_and_back() {
        let forward = walls(
            "Europe/London",
            "20240331T000000",
            "FREQ=HOURLY;COUNT=4",
            "20240330T000000Z",
        );
        assert_eq!(
            forward,
            [
                "2024-03-31T00:00:00",
                "2024-03-31T02:00:00",
                "2024-03-31T03:00:00",
                "2024-03-31T04:00:00"
            ]
        );
        let back = walls(
            "Europe/London",
            "20241027T000000",
            "FREQ=HOURLY;COUNT=4",
            "20241026T000000Z",
        );
        assert_eq!(
            back,
            [
                "2024-10-27T00:00:00",
                "2024-10-27T01:00:00",
                "2024-10-27T01:00:00",
                "2024-10-27T02:00:00"
            ]
        );
    }

    #[test]
    fn a_daily_time_in_the_gap_moves_by_the_gap_and_is_not_lost() {
        let days = walls(
            "America/Vancouver",
            "20210313T022210",
            "FREQ=DAILY;COUNT=3",
            "20210301T000000Z",
        );
        assert_eq!(
            days,
            [
                "2021-03-13T02:22:10",
                "2021-03-14T03:22:10",
                "2021-03-15T02:22:10"
            ]
        );
    }

    #[test]
    fn looking_from_later_on_gives_the_same_instances() {
        let rules = [
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR,2MO",
            "FREQ=MONTHLY;BYMONTHDAY=31,-1",
            "FREQ=YEARLY;INTERVAL=3;BYWEEKNO=1,53;BYDAY=MO,SA",
            "FREQ=YEARLY;BYYEARDAY=-1,60",
            "FREQ=HOURLY;INTERVAL=7;BYHOUR=3,10;BYMINUTE=5,25",
            "FREQ=MINUTELY;INTERVAL=61;BYDAY=MO",
            "FREQ=DAILY;BYMONTH=2;BYSETPOS=-1;BYHOUR=8,9",
            "FREQ=WEEKLY;COUNT=600",
            "FREQ=HOURLY;INTERVAL=11;COUNT=9000",
        ];
        for rule in rules {
            let from = "20190117T050000Z";
            let near = walls("America/New_York", "20121104T013000", rule, from);
            // a position makes every period be worked out, with the same result
            let clock = Clock::Rules(TimeZoneDatabase::bundled().get("America/New_York").unwrap());
            let mut far = Vec::new();
            let mut emit = |at: i64| {
                if at >= Stamp::parse(from).unwrap().written() {
                    far.push(civil(clock.wall(at)).unwrap().to_string());
                }
                if far.len() < 10 {
                    Flow::More
                } else {
                    Flow::Enough
                }
            };
            let start = Stamp::parse("20121104T013000").unwrap().written();
            let reach = Reach {
                from: start - DAY,
                to: start + 6_000 * DAY,
            };
            expand(
                &Rule::parse(rule).unwrap(),
                start,
                &clock,
                reach,
                &mut Budget::new(10_000_000),
                &mut emit,
            )
            .unwrap();
            assert_eq!(near, far, "{rule}");
        }
    }

    #[test]
    fn a_rule_that_never_holds_ends() {
        assert!(
            walls(
                "UTC",
                "20200101T000000",
                "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
                "20200101T000000Z"
            )
            .is_empty()
        );
        assert!(
            walls(
                "UTC",
                "20200101T000000",
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                "20200101T000000Z"
            )
            .is_empty()
        );
    }

    #[test]
    fn too_much_work_is_refused_and_not_done() {
        let rule = Rule::parse("FREQ=SECONDLY;BYSECOND=1,2,3;COUNT=900000000").unwrap();
        let reach = Reach {
            from: 60_000 * DAY,
            to: 60_001 * DAY,
        };
        let outcome = expand(
            &rule,
            0,
            &Clock::Fixed(0),
            reach,
            &mut Budget::new(10_000),
            &mut |_| Flow::More,
        );
        assert_eq!(outcome, Err(OutOfBudget));
    }

    #[test]
    fn no_time_can_make_the_arithmetic_overflow() {
        for start in ["00010101T000000", "99991231T235959"] {
            for frequency in [
                "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY",
            ] {
                for parts in [
                    "",
                    ";INTERVAL=1000000000",
                    ";BYDAY=MO;COUNT=3",
                    ";BYWEEKNO=53",
                    ";BYMONTHDAY=-31",
                ] {
                    let rule = Rule::parse(&format!("FREQ={frequency}{parts}")).unwrap();
                    let start = Stamp::parse(start).unwrap().written();
                    let reach = Reach {
                        from: start,
                        to: i64::MAX / 4,
                    };
                    let mut left = 50;
                    let mut emit = |_| {
                        left -= 1;
                        if left > 0 { Flow::More } else { Flow::Enough }
                    };
                    let _ = expand(
                        &rule,
                        start,
                        &Clock::Fixed(0),
                        reach,
                        &mut Budget::new(5_000),
                        &mut emit,
                    );
                }
            }
        }
    }
}
