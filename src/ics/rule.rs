//! Recurrence rules as they are written: RFC 5545, 3.3.10.

use super::stamp::{Length, Stamp};

/// How often a rule repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Frequency {
    /// Returns the length of a period shorter than a day, in seconds.
    pub(super) fn seconds(self) -> Option<i64> {
        match self {
            Self::Secondly => Some(1),
            Self::Minutely => Some(60),
            Self::Hourly => Some(3600),
            Self::Daily | Self::Weekly | Self::Monthly | Self::Yearly => None,
        }
    }
}

/// A weekday, of every week or the nth of a month or year, counted from the end when negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NthDay {
    /// 0 for every one.
    pub(super) nth: i64,
    /// 0 for Monday.
    pub(super) weekday: i64,
}

/// Which days a rule names; an empty list says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DayParts {
    /// Bit 1 for January.
    pub(super) months: u64,
    pub(super) month_days: Vec<i64>,
    pub(super) year_days: Vec<i64>,
    pub(super) weeks: Vec<i64>,
    pub(super) weekdays: Vec<NthDay>,
}

impl DayParts {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which times of the day a rule names, as bits; 0 says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TimeParts {
    pub(super) hours: u64,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
}

/// A recurrence rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) count: Option<u64>,
    pub(super) until: Option<Stamp>,
    pub(super) days: DayParts,
    pub(super) times: TimeParts,
    /// Sorted, without 0.
    pub(super) positions: Vec<i64>,
    /// 0 for Monday.
    pub(super) week_start: i64,
}

/// The most values that a list of a rule may have.
const LONGEST_LIST: usize = 1_000;

impl Rule {
    /// Reads a rule such as `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10`.
    ///
    /// Forgives small letters, spaces, empty and `X-` parts and a negative count (taken as none).
    ///
    /// # Errors
    ///
    /// Says which part is not understood.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut frequency = None;
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            days: DayParts::default(),
            times: TimeParts::default(),
            positions: Vec::new(),
            week_start: 0,
        };
        for part in text.split(';') {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let (name, value) = (
                name.trim().to_ascii_uppercase(),
                value.trim().to_ascii_uppercase(),
            );
            let bad = || format!("{name}={}", value.chars().take(40).collect::<String>());
            if name == "FREQ" {
                frequency = Some(frequency_of(&value).ok_or_else(bad)?);
            } else {
                rule.part(&name, &value).ok_or_else(bad)?;
            }
        }
        rule.frequency = frequency.ok_or_else(|| "no FREQ".to_owned())?;
        Ok(rule)
    }

    fn part(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "INTERVAL" => {
                let interval: i64 = value.parse().ok()?;
                self.interval = Some(interval).filter(|n| (1..=1_000_000_000).contains(n))?;
            }
            "COUNT" => {
                let count: i64 = value.parse().ok()?;
                self.count = u64::try_from(count).ok();
            }
            "UNTIL" => self.until = Some(Stamp::parse(value)?),
            "WKST" => self.week_start = weekday_of(value)?,
            "BYMONTH" => self.days.months = bits(value, 1, 12)?,
            "BYMONTHDAY" => self.days.month_days = numbers(value, 31)?,
            "BYYEARDAY" => self.days.year_days = numbers(value, 366)?,
            "BYWEEKNO" => self.days.weeks = numbers(value, 53)?,
            "BYSETPOS" => self.positions = numbers(value, 100_000)?,
            "BYDAY" => self.days.weekdays = nth_days(value)?,
            "BYHOUR" => self.times.hours = bits(value, 0, 23)?,
            "BYMINUTE" => self.times.minutes = bits(value, 0, 59)?,
            "BYSECOND" => self.times.seconds = bits(value, 0, 60)?,
            "RSCALE" if value != "GREGORIAN" => return None,
            "SKIP" if value != "OMIT" => return None,
            "RSCALE" | "SKIP" => {}
            // a misspelt UNTIL must not become a series without end
            name if !name.starts_with("X-") => return None,
            _ => {}
        }
        Some(())
    }

    /// Tells whether every period has exactly one instance, at the distance of the interval.
    pub(super) fn is_steady(&self) -> bool {
        self.frequency <= Frequency::Weekly
            && self.days.is_empty()
            && self.times == TimeParts::default()
            && self.positions.is_empty()
    }

    /// Drops the parts that make no sense for an event of whole days.
    pub(super) fn for_whole_days(mut self) -> Self {
        self.times = TimeParts::default();
        self
    }
}

fn frequency_of(value: &str) -> Option<Frequency> {
    Some(match value {
        "SECONDLY" => Frequency::Secondly,
        "MINUTELY" => Frequency::Minutely,
        "HOURLY" => Frequency::Hourly,
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        _ => return None,
    })
}

fn weekday_of(value: &str) -> Option<i64> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    names
        .iter()
        .position(|name| *name == value)
        .and_then(|index| i64::try_from(index).ok())
}

fn bits(value: &str, least: u32, most: u32) -> Option<u64> {
    value.split(',').try_fold(0, |bits, number| {
        let number: u32 = number.trim().parse().ok()?;
        (least..=most)
            .contains(&number)
            .then_some(bits | 1 << number.min(63))
    })
}

/// Reads numbers from -most to most without 0, sorted and each once.
fn numbers(value: &str, most: i64) -> Option<Vec<i64>> {
    let mut list: Vec<i64> = value
        .split(',')
        .take(LONGEST_LIST + 1)
        .map(|number| {
            number
                .trim()
                .parse()
                .ok()
                .filter(|n: &i64| *n != 0 && (-most..=most).contains(n))
        })
        .collect::<Option<_>>()?;
    list.sort_unstable();
    list.dedup();
    (list.len() <= LONGEST_LIST).then_some(list)
}

fn nth_days(value: &str) -> Option<Vec<NthDay>> {
    let mut list: Vec<NthDay> = value
        .split(',')
        .take(LONGEST_LIST + 1)
        .map(|day| {
            let day = day.trim();
            let (nth, name) = day.split_at_checked(day.len().checked_sub(2)?)?;
            let nth = match nth {
                "" => 0,
                text => text
                    .parse()
                    .ok()
                    .filter(|nth: &i64| *nth != 0 && (-53..=53).contains(nth))?,
            };
            Some(NthDay {
                nth,
                weekday: weekday_of(name)?,
            })
        })
        .collect::<Option<_>>()?;
    list.sort_unstable();
    list.dedup();
    (list.len() <= LONGEST_LIST).then_some(list)
}

/// A further date of a series, with a length of its own when it is a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeriodEnd {
    At(Stamp),
    After(Length),
}

/// Reads `start/end` or `start/duration`.
pub(super) fn parse_period(text: &str) -> Option<(Stamp, PeriodEnd)> {
    let (start, end) = text.split_once('/')?;
    let start = Stamp::parse(start)?;
    let end = match Length::parse(end) {
        Some(length) => PeriodEnd::After(length),
        None => PeriodEnd::At(Stamp::parse(end)?),
    };
    Some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_spaces_and_trailing_semicolons_are_forgiven() {
        let rule = Rule::parse("freq=weekly; byday = mo,-1fr ,mo;interval=2;X-A=1;").unwrap();
        assert_eq!((rule.frequency, rule.interval), (Frequency::Weekly, 2));
        assert_eq!(
            rule.days.weekdays,
            [
                NthDay {
                    nth: -1,
                    weekday: 4
                },
                NthDay { nth: 0, weekday: 0 }
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let cases = [
            "",
            "FREQ=OFTEN",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;BYDAY=XX",
            "FREQ=DAILY;BYMONTHDAY=0",
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;UNTIL=soon",
            "FREQ=YEARLY;RSCALE=CHINESE",
            "FREQ=DAILY;BYDAY=é",
        ];
        for text in cases {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Rule::parse("FREQ=DAILY;BYHOUR=24").unwrap_err(),
            "BYHOUR=24"
        );
    }

    #[test]
    fn a_negative_count_is_no_count() {
        assert_eq!(Rule::parse("FREQ=DAILY;COUNT=-1").unwrap().count, None);
    }
}
