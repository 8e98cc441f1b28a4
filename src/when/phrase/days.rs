//! From what was said about a day to dates, with every other sensible meaning.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::said::{Amount, Day, Edge, Which};
use super::words::Unit;
use super::{DateOrder, Settings};
use crate::when::clock::{date_stamp, day_month, weekday_word};

/// One meaning of a day: the date, and the last date of a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) date: Date,
    pub(super) last: Option<Date>,
    pub(super) why: String,
}

/// The meaning taken (first), the other ones, and what makes them doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) all: Vec<Choice>,
    pub(super) note: Option<String>,
}

impl Choices {
    fn sure(date: Date) -> Choices {
        Choices {
            all: vec![choice(date, "")],
            note: None,
        }
    }

    fn doubtful(all: Vec<Choice>, note: String) -> Choices {
        Choices {
            all,
            note: Some(note),
        }
    }

    fn first(&self) -> Option<Date> {
        self.all.first().map(|choice| choice.date)
    }
}

fn choice(date: Date, why: impl Into<String>) -> Choice {
    Choice {
        date,
        last: None,
        why: why.into(),
    }
}

/// Why a day cannot be placed, as a sentence.
pub(super) type Wrong = String;

/// Places a day on the calendar of someone for whom it is `today`.
pub(super) fn place(day: &Day, today: Date, settings: &Settings) -> Result<Choices, Wrong> {
    let choices = match day {
        Day::Shift(days) => Choices::sure(shift(today, i64::from(*days))?),
        Day::Weekday(weekday, which) => weekday_choices(*weekday, *which, today, settings)?,
        Day::WeekdayOfWeek(weekday, weeks) => {
            Choices::sure(weekday_of_week(*weekday, *weeks, today, settings)?)
        }
        Day::WeekdayAhead(weekday, weeks) => weekday_ahead(*weekday, *weeks, today, settings)?,
        Day::Week(weeks) => week(*weeks, today, settings)?,
        Day::Weekend(weeks) => weekend(*weeks, today)?,
        Day::Period(unit, shift) => period(*unit, *shift, today)?,
        Day::Edge(edge, unit, shift) => edge_choices(*edge, *unit, *shift, today, settings)?,
        Day::EdgeOfMonth(edge, month) => {
            let first = next_exact(*month, 1, today.first_of_month())?;
            Choices::sure(edge_of_month(*edge, first))
        }
        Day::EdgeOfQuarter(edge, quarter, year) => edge_of_quarter(*edge, *quarter, *year, today)?,
        Day::Quarter(quarter, year) => edge_of_quarter(Edge::Start, *quarter, *year, today)?,
        Day::Exact { year, month, day } => exact(*year, *month, *day, today)?,
        Day::Slashed {
            first,
            second,
            year,
        } => slashed(*first, *second, *year, today, settings)?,
        Day::OfMonth(day) => Choices::sure(day_of_month(*day, today)?),
        Day::MonthOnly { month, year } => match year {
            Some(year) => Choices::sure(date(*year, *month, 1)?),
            None => Choices::sure(next_exact(*month, 1, today)?),
        },
        Day::Ahead(amount, from) => {
            let mut from = place(from, today, settings)?;
            for choice in &mut from.all {
                choice.date = ahead(choice.date, amount)?;
            }
            from
        }
        Day::Checked(weekday, day) => checked(*weekday, place(day, today, settings)?)?,
        Day::Span(first, last) => span(first, last, today, settings)?,
    };
    for choice in &choices.all {
        if !(1900..=2999).contains(&choice.date.year()) {
            return Err("this is outside the years 1900 to 2999".to_owned());
        }
    }
    Ok(choices)
}

/// Adds a length in calendar units to a date; months are cut at the month's end.
pub(super) fn ahead(from: Date, amount: &Amount) -> Result<Date, Wrong> {
    let span = Span::new()
        .try_months(amount.months)
        .and_then(|span| span.try_weeks(amount.weeks))
        .and_then(|span| span.try_days(amount.days))
        .map_err(|_| too_far())?;
    let date = from.checked_add(span).map_err(|_| too_far())?;
    workdays(date, amount.workdays)
}

/// Counts workdays (Monday to Friday) from a date, which itself does not count.
fn workdays(from: Date, count: i64) -> Result<Date, Wrong> {
    let mut date = from;
    if count == 0 {
        return Ok(date);
    }
    // Whole weeks in one step, the rest day by day, starting from a workday.
    let step = count.signum();
    while is_weekend(date) {
        date = shift(date, -step)?;
    }
    date = shift(date, count / 5 * 7)?;
    for _ in 0..(count % 5).abs() {
        date = shift(date, step)?;
        while is_weekend(date) {
            date = shift(date, step)?;
        }
    }
    Ok(date)
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

pub(super) fn too_far() -> Wrong {
    "this is too far away".to_owned()
}

pub(super) fn shift(from: Date, days: i64) -> Result<Date, Wrong> {
    let span = Span::new().try_days(days).map_err(|_| too_far())?;
    from.checked_add(span).map_err(|_| too_far())
}

pub(super) fn date(year: i16, month: i8, day: i8) -> Result<Date, Wrong> {
    Date::new(year, month, day).map_err(|_| format!("{day}/{month}/{year} does not exist"))
}

// --- weekdays and weeks

/// The first such weekday strictly after a date.
pub(super) fn coming(weekday: Weekday, after: Date) -> Result<Date, Wrong> {
    let ahead = i64::from(after.weekday().until(weekday));
    shift(after, if ahead == 0 { 7 } else { ahead })
}

pub(super) fn week_start(today: Date, settings: &Settings) -> Result<Date, Wrong> {
    shift(
        today,
        -i64::from(today.weekday().since(settings.week_start)),
    )
}

fn weekday_of_week(
    weekday: Weekday,
    weeks: i32,
    today: Date,
    settings: &Settings,
) -> Result<Date, Wrong> {
    let into = i64::from(settings.week_start.until(weekday));
    shift(week_start(today, settings)?, i64::from(weeks) * 7 + into)
}

fn weekday_choices(
    weekday: Weekday,
    which: Which,
    today: Date,
    settings: &Settings,
) -> Result<Choices, Wrong> {
    let next = coming(weekday, today)?;
    let word = weekday_word(weekday);
    match which {
        Which::Bare if today.weekday() == weekday => Ok(Choices::doubtful(
            vec![choice(next, ""), choice(today, "today")],
            format!("today is {word}; a weekday alone means the next one"),
        )),
        Which::Bare => Ok(Choices::sure(next)),
        Which::This => {
            let this = weekday_of_week(weekday, 0, today, settings)?;
            if today.weekday() == weekday {
                return Ok(Choices::doubtful(
                    vec![choice(today, ""), choice(next, "a week later")],
                    format!("today is {word}"),
                ));
            }
            if this > today {
                return Ok(Choices::sure(this));
            }
            Ok(Choices::doubtful(
                vec![choice(next, ""), choice(this, "the one just gone")],
                format!("{word} of this week is already over"),
            ))
        }
        Which::Last => {
            let last = shift(next, if today.weekday() == weekday { -14 } else { -7 })?;
            Ok(Choices::sure(last))
        }
        Which::Next => {
            let taken = weekday_of_week(weekday, 1, today, settings)?;
            if taken == next {
                return Ok(Choices::doubtful(
                    vec![choice(taken, ""), choice(shift(taken, 7)?, "the one after")],
                    format!(
                        "next {word} is taken as the one of next week; some mean the week after"
                    ),
                ));
            }
            Ok(Choices::doubtful(
                vec![choice(taken, ""), choice(next, "the first one to come")],
                format!(
                    "next {word} is taken as the one of next week; some mean the first to come"
                ),
            ))
        }
    }
}

fn weekday_ahead(
    weekday: Weekday,
    weeks: i64,
    today: Date,
    settings: &Settings,
) -> Result<Choices, Wrong> {
    let shifted = i32::try_from(weeks).map_err(|_| too_far())?;
    let taken = weekday_of_week(weekday, shifted, today, settings)?;
    let other = shift(coming(weekday, today)?, weeks * 7)?;
    if taken == other {
        return Ok(Choices::sure(taken));
    }
    let word = weekday_word(weekday);
    Ok(Choices::doubtful(
        vec![
            choice(taken, ""),
            choice(other, format!("{weeks} weeks after the coming {word}")),
        ],
        format!("{word} is taken from the week that lies {weeks} weeks ahead"),
    ))
}

fn week(weeks: i32, today: Date, settings: &Settings) -> Result<Choices, Wrong> {
    if weeks == 0 {
        let friday = work_week_end(today)?;
        let sunday = shift(week_start(today, settings)?, 6)?;
        return Ok(Choices::doubtful(
            vec![choice(friday, ""), choice(sunday, "the end of the week")],
            "this week is taken as its last workday".to_owned(),
        ));
    }
    let start = shift(week_start(today, settings)?, i64::from(weeks) * 7)?;
    let other = shift(today, i64::from(weeks) * 7)?;
    if start == other {
        return Ok(Choices::sure(start));
    }
    Ok(Choices::doubtful(
        vec![choice(start, ""), choice(other, "whole weeks from today")],
        format!(
            "the week is taken as its first day, {}",
            weekday_word(settings.week_start)
        ),
    ))
}

/// Saturday of this weekend (today on a Saturday or Sunday) or of another one.
fn weekend(weeks: i32, today: Date) -> Result<Choices, Wrong> {
    let saturday = match today.weekday() {
        Weekday::Sunday => today.yesterday().map_err(|_| too_far())?,
        other => shift(today, i64::from(other.until(Weekday::Saturday)))?,
    };
    let taken = shift(saturday, i64::from(weeks) * 7)?;
    if weeks == 1 {
        let others = if saturday > today {
            vec![choice(taken, ""), choice(saturday, "the weekend to come")]
        } else {
            return Ok(Choices::sure(taken));
        };
        return Ok(Choices::doubtful(
            others,
            "next weekend is taken as the one after this".to_owned(),
        ));
    }
    Ok(Choices::sure(taken.max(if weeks == 0 {
        today
    } else {
        taken
    })))
}

// --- periods

fn period(unit: Unit, periods: i32, today: Date) -> Result<Choices, Wrong> {
    let (name, months) = match unit {
        Unit::Quarter => ("quarter", 3),
        Unit::Year => ("year", 12),
        _ => ("month", 1),
    };
    if periods == 0 {
        let end = edge(Edge::End, unit, 0, today)?;
        return Ok(Choices::doubtful(
            vec![choice(end, "")],
            format!("this {name} is taken as its end"),
        ));
    }
    let start = edge(Edge::Start, unit, periods, today)?;
    let months = Amount {
        months: i64::from(periods) * months,
        ..Amount::default()
    };
    let other = ahead(today, &months)?;
    if start == other {
        return Ok(Choices::sure(start));
    }
    Ok(Choices::doubtful(
        vec![
            choice(start, ""),
            choice(other, format!("a {name} from today")),
        ],
        format!("a {name} is taken as its first day"),
    ))
}

fn edge_choices(
    which: Edge,
    unit: Unit,
    periods: i32,
    today: Date,
    settings: &Settings,
) -> Result<Choices, Wrong> {
    if unit == Unit::WorkWeek {
        return Ok(Choices::sure(work_week_end(today)?));
    }
    if unit != Unit::Week {
        return Ok(Choices::sure(edge(which, unit, periods, today)?));
    }
    let start = shift(week_start(today, settings)?, i64::from(periods) * 7)?;
    if which == Edge::Start {
        return Ok(Choices::sure(start));
    }
    let friday = if periods == 0 {
        work_week_end(today)?
    } else {
        shift(start, i64::from(settings.week_start.until(Weekday::Friday)))?
    };
    Ok(Choices::doubtful(
        vec![
            choice(friday, ""),
            choice(shift(start, 6)?, "the last day of the week"),
        ],
        "the end of the week is taken as Friday".to_owned(),
    ))
}

/// Friday of this week; on a weekend the Friday to come.
fn work_week_end(today: Date) -> Result<Date, Wrong> {
    shift(today, i64::from(today.weekday().until(Weekday::Friday)))
}

pub(super) fn edge(which: Edge, unit: Unit, periods: i32, today: Date) -> Result<Date, Wrong> {
    let months = match unit {
        Unit::Quarter => 3,
        Unit::Year => 12,
        _ => 1,
    };
    let into = i64::from((today.month() - 1) % months);
    let back = Amount {
        months: i64::from(months) * i64::from(periods) - into,
        ..Amount::default()
    };
    let start = ahead(today.first_of_month(), &back)?;
    if which == Edge::Start {
        return Ok(start);
    }
    let last_month = Amount {
        months: i64::from(months) - 1,
        ..Amount::default()
    };
    Ok(ahead(start, &last_month)?.last_of_month())
}

fn edge_of_month(which: Edge, first: Date) -> Date {
    match which {
        Edge::Start => first,
        Edge::End => first.last_of_month(),
    }
}

fn edge_of_quarter(
    which: Edge,
    quarter: i8,
    year: Option<i16>,
    today: Date,
) -> Result<Choices, Wrong> {
    let last_month = quarter * 3;
    let of = |year: i16| {
        let date = match which {
            Edge::Start => date(year, last_month - 2, 1)?,
            Edge::End => date(year, last_month, 1)?.last_of_month(),
        };
        Ok::<Date, Wrong>(date)
    };
    if let Some(year) = year {
        return Ok(Choices::sure(of(year)?));
    }
    let this = of(today.year())?;
    Ok(Choices::sure(if this < today {
        of(today.year() + 1)?
    } else {
        this
    }))
}

// --- exact dates

/// The first date with this month and day that is not before `from`.
pub(super) fn next_exact(month: i8, day: i8, from: Date) -> Result<Date, Wrong> {
    (0..=8)
        .filter_map(|years| Date::new(from.year() + years, month, day).ok())
        .find(|date| *date >= from)
        .ok_or_else(too_far)
}

fn exact(year: Option<i16>, month: i8, day: i8, today: Date) -> Result<Choices, Wrong> {
    if let Some(year) = year {
        return Ok(Choices::sure(date(year, month, day)?));
    }
    let taken = next_exact(month, day, today)?;
    let past = Date::new(today.year(), month, day)
        .ok()
        .filter(|past| *past < today);
    let Some(past) = past else {
        return Ok(Choices::sure(taken));
    };
    Ok(Choices::doubtful(
        vec![choice(taken, ""), choice(past, "this year, already past")],
        format!("{} is past in {}", day_month(past), today.year()),
    ))
}

fn slashed(
    first: i8,
    second: i8,
    year: Option<i16>,
    today: Date,
    settings: &Settings,
) -> Result<Choices, Wrong> {
    let orders = match settings.date_order {
        DateOrder::DayFirst => [(first, second), (second, first)],
        DateOrder::MonthFirst => [(second, first), (first, second)],
    };
    let mut all = Vec::new();
    for (day, month) in orders {
        if let Ok(found) = exact(year, month, day, today) {
            all.extend(found.all.into_iter().map(|found| Choice {
                why: format!("day {day}, month {month}"),
                ..found
            }));
        }
    }
    let Some(taken) = all.first() else {
        return Err(format!("{first}/{second} does not exist"));
    };
    if first == second {
        return exact(year, first, second, today);
    }
    // `13/3`: there is no month 13, so nothing is guessed.
    let mut real = orders
        .into_iter()
        .filter(|(day, month)| exact(year, *month, *day, today).is_ok());
    if let (Some((day, month)), None) = (real.next(), real.next()) {
        return exact(year, month, day, today);
    }
    let note = format!("day and month are guessed: {}", date_stamp(taken.date));
    Ok(Choices::doubtful(all, note))
}

/// The next date with this day of the month, today included.
pub(super) fn day_of_month(day: i8, today: Date) -> Result<Date, Wrong> {
    let mut first = today.first_of_month();
    for _ in 0..12 {
        let found = Date::new(first.year(), first.month(), day).ok();
        if let Some(found) = found.filter(|found| *found >= today) {
            return Ok(found);
        }
        first = first.last_of_month().tomorrow().map_err(|_| too_far())?;
    }
    Err(too_far())
}

fn checked(weekday: Weekday, choices: Choices) -> Result<Choices, Wrong> {
    let said = choices.first();
    let all: Vec<Choice> = choices
        .all
        .into_iter()
        .filter(|choice| choice.date.weekday() == weekday)
        .collect();
    if let (true, Some(date)) = (all.is_empty(), said) {
        let year = date.year();
        return Err(format!(
            "{} {year} is a {}, not a {}",
            day_month(date),
            weekday_word(date.weekday()),
            weekday_word(weekday)
        ));
    }
    let settled = all.len() == 1 && all.first().map(|choice| choice.date) == said;
    let note = choices.note.filter(|_| !settled);
    Ok(Choices { all, note })
}

fn span(first: &Day, last: &Day, today: Date, settings: &Settings) -> Result<Choices, Wrong> {
    let mut starts = place(first, today, settings)?;
    for start in &mut starts.all {
        let ends = match last {
            // `mon-wed`: the end is the first such day from the start on.
            Day::Weekday(weekday, Which::Bare) => Choices::sure(coming(
                *weekday,
                start.date.yesterday().map_err(|_| too_far())?,
            )?),
            Day::Exact {
                year: None,
                month,
                day,
            } => Choices::sure(next_exact(*month, *day, start.date)?),
            _ => place(last, today, settings)?,
        };
        start.last = ends.first();
    }
    starts
        .all
        .retain(|start| start.last.is_some_and(|last| last >= start.date));
    if starts.all.is_empty() {
        return Err("the stretch ends before it begins".to_owned());
    }
    Ok(starts)
}
