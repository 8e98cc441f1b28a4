//! Days as whole stretches: a week is seven days, a month all of its days.
//!
//! A due time is one day, so [`super::days`] takes the last day of this week or the first of the next. Whoever looks
//! for a time to meet means all of it.

use jiff::civil::{Date, Weekday};

use super::Settings;
use super::days::{
    Choices, Wrong, coming, date, day_of_month, edge, next_exact, place, shift, too_far, week_start,
};
use super::said::{Day, Edge, Which};
use super::words::Unit;
use crate::when::clock::weekday_word;

/// The first and the last date of a day or period, both included, and what is doubtful about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) first: Date,
    pub(super) last: Date,
    pub(super) note: Option<String>,
    /// Whether a period was named rather than a day: its days are then all meant.
    pub(super) period: bool,
}

/// Returns the dates that are meant by a day, a period or a stretch of them; what is over of it is left out.
pub(super) fn extent(day: &Day, today: Date, settings: &Settings) -> Result<Extent, Wrong> {
    let period = |first: Date, last: Date| Extent {
        first: if last >= today {
            first.max(today)
        } else {
            first
        },
        last,
        note: None,
        period: true,
    };
    Ok(match day {
        Day::Week(weeks) => {
            let first = shift(week_start(today, settings)?, i64::from(*weeks) * 7)?;
            period(first, shift(first, 6)?)
        }
        Day::Weekend(_) => {
            let choices = place(day, today, settings)?;
            let first = first_of(&choices)?;
            let last = match first.weekday() {
                Weekday::Saturday => shift(first, 1)?,
                _ => first,
            };
            Extent {
                note: choices.note,
                ..period(first, last)
            }
        }
        Day::Period(unit, periods) => {
            let first = edge(Edge::Start, *unit, *periods, today)?;
            period(first, edge(Edge::End, *unit, *periods, today)?)
        }
        Day::Quarter(quarter, year) => {
            let of = |year: i16| -> Result<(Date, Date), Wrong> {
                let first = date(year, quarter * 3 - 2, 1)?;
                Ok((first, edge(Edge::End, Unit::Quarter, 0, first)?))
            };
            let (first, last) = match year {
                Some(year) => of(*year)?,
                None => match of(today.year())? {
                    (_, last) if last < today => of(today.year() + 1)?,
                    this => this,
                },
            };
            period(first, last)
        }
        Day::MonthOnly { month, year } => {
            let first = match year {
                Some(year) => date(*year, *month, 1)?,
                None => next_exact(*month, 1, today.first_of_month())?,
            };
            period(first, first.last_of_month())
        }
        Day::Span(first, last) => {
            let start = extent(first, today, settings)?;
            let last = end_of(last, start.first, today, settings)?;
            if last < start.first {
                return Err("the stretch ends before it begins".to_owned());
            }
            Extent {
                last,
                period: true,
                ..start
            }
        }
        _ => {
            let choices = place(day, today, settings)?;
            let first = first_of(&choices)?;
            let last = choices.all.first().and_then(|choice| choice.last);
            Extent {
                first,
                last: last.unwrap_or(first),
                note: choices.note,
                period: false,
            }
        }
    })
}

/// Returns the last date of a stretch that begins on a date: what comes round again is seen from there, so `mon..fri`
/// on a Wednesday ends on the Friday after that Monday.
pub(super) fn end_of(
    day: &Day,
    from: Date,
    today: Date,
    settings: &Settings,
) -> Result<Date, Wrong> {
    match day {
        Day::Weekday(weekday, Which::Bare) => coming(*weekday, shift(from, -1)?),
        Day::Exact {
            year: None,
            month,
            day,
        } => next_exact(*month, *day, from),
        Day::OfMonth(day) => day_of_month(*day, from),
        Day::MonthOnly { month, year: None } => {
            Ok(next_exact(*month, 1, from.first_of_month())?.last_of_month())
        }
        Day::Edge(..) | Day::EdgeOfMonth(..) => Ok(extent(day, from, settings)?.last),
        _ => Ok(extent(day, today, settings)?.last),
    }
}

fn first_of(choices: &Choices) -> Result<Date, Wrong> {
    choices
        .all
        .first()
        .map(|choice| choice.date)
        .ok_or_else(too_far)
}

/// Which days of a stretch count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DaysOnly(pub(super) Vec<Weekday>);

impl DaysOnly {
    /// Tells whether a date counts; without any weekday all do.
    pub(super) fn has(&self, date: Date) -> bool {
        self.0.is_empty() || self.0.contains(&date.weekday())
    }

    /// Says which count: `Mon–Fri`, `Tue, Thu`; nothing where all do.
    pub(super) fn words(&self) -> Option<String> {
        let mut days: Vec<i8> = (self.0.iter())
            .map(|day| day.to_monday_zero_offset())
            .collect();
        days.sort_unstable();
        days.dedup();
        let word = |day: i8| {
            Weekday::from_monday_zero_offset(day).map_or("", |weekday| weekday_word(weekday))
        };
        let in_a_row = days
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        match days.as_slice() {
            [] => None,
            [first, .., last] if in_a_row && days.len() > 2 => {
                Some(format!("{}–{}", word(*first), word(*last)))
            }
            some => Some(
                (some.iter())
                    .map(|day| word(*day))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        }
    }
}
