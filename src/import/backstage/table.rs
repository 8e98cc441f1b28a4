//! From the cells of an export to rows with names: header, period, time of the export, readings.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Map, Value as Json};

use super::columns::{Column, ColumnMap, Home, Shape, Span};
use super::grid::{Cell, Grid, ImportError, Line};
use super::ids::{self, IdCell};
use super::value::{self, Reading};
use crate::record::PeriodKind;

/// How many rows at the top may stand above the header.
const ABOVE: usize = 6;

/// A period with the kind that keeps it apart from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    /// Its kind.
    pub kind: PeriodKind,
    /// Its first day (UTC+0).
    pub start: Date,
    /// Its last day (UTC+0).
    pub end: Date,
}

/// A row that could not be used, with its cells as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// The row in the file.
    pub line: usize,
    /// Why.
    pub why: String,
    /// Its cells.
    pub cells: Vec<String>,
}

/// What one row says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// The row in the file.
    pub line: usize,
    /// Id on the platform.
    pub platform_id: Option<String>,
    /// User name.
    pub handle: Option<String>,
    /// Fields of the creator.
    pub creator: Map<String, Json>,
    /// Figures of the period of the row.
    pub figures: Map<String, Json>,
    /// Figures of the thirty days before the export.
    pub thirty: Map<String, Json>,
    /// Items of a bonus.
    pub bonus: BTreeMap<String, String>,
    /// Columns that the map does not know.
    pub other: BTreeMap<String, String>,
    /// The period of the row.
    pub period: Option<Period>,
}

/// An export with names.
#[derive(Clone, Debug)]
pub struct Table {
    /// Which export it is.
    pub report: String,
    /// When it was made.
    pub exported_at: Option<Timestamp>,
    /// The names of all columns, as they came.
    pub header: Vec<String>,
    /// The columns that the map does not know.
    pub unknown: Vec<String>,
    /// The rows.
    pub rows: Vec<Entry>,
    /// The rows that name no creator.
    pub unmatched: Vec<Unmatched>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// How many rows stood below the header.
    pub count: usize,
}

/// Odd cells, counted by column.
#[derive(Default)]
struct Odd {
    by_column: BTreeMap<(usize, bool), (usize, usize, String)>,
}

impl Odd {
    fn note(&mut self, column: usize, line: usize, why: String) {
        let endless = why.starts_with("`∞");
        let entry = self.by_column.entry((column, endless));
        entry.or_insert((0, line, why)).0 += 1;
    }

    fn lines(self, header: &[String]) -> Vec<String> {
        let name = |column: usize| header.get(column).map_or("", String::as_str).to_owned();
        self.by_column
            .into_iter()
            .map(|((column, _), (count, line, why))| match count {
                1 => format!("column `{}`, row {line}: {why}", name(column)),
                _ => format!(
                    "column `{}`, {count} cells, the first in row {line}: {why}",
                    name(column)
                ),
            })
            .collect()
    }
}

/// Reads an export; `told` is the time of the export where the user gave it.
pub fn read(
    grid: &Grid,
    map: &ColumnMap,
    file: &str,
    told: Option<Timestamp>,
) -> Result<Table, ImportError> {
    let at = header_at(grid, map)?;
    let header: Vec<String> = grid.lines.get(at).map_or_else(Vec::new, |line| {
        let names = line.cells.iter().map(|cell| cell.text.trim().to_owned());
        names.collect()
    });
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    let columns: Vec<Option<&Column>> = names.iter().map(|name| map.find(name)).collect();
    let above = grid.lines.get(..at).unwrap_or_default();
    let exported_at = told
        .or_else(|| above.iter().find_map(exported_line))
        .or_else(|| time_in_name(file));
    let mut warnings = grid.warnings.clone();
    warnings.extend(doubled(&header, &columns));
    let mut table = Table {
        report: map.report(&names).to_owned(),
        exported_at,
        unknown: names
            .iter()
            .zip(&columns)
            .filter(|(name, column)| column.is_none() && !name.is_empty())
            .map(|(name, _)| name.chars().take(200).collect())
            .collect(),
        rows: Vec::new(),
        unmatched: Vec::new(),
        warnings,
        count: 0,
        header: header.clone(),
    };
    let below = grid.lines.get(at + 1..).unwrap_or_default();
    table.count = below.len();
    let id_column = place_of(&columns, &Home::Creator("platform_id".into()));
    let judged = ids::judge(below.iter().map(|line| cell(line, id_column)));
    let mut odd = Odd::default();
    let reader = Reader {
        columns: &columns,
        header: &header,
        exported_at,
    };
    for (line, id) in below.iter().zip(judged) {
        match reader.row(line, id, &mut odd) {
            Ok(entry) => table.rows.push(entry),
            Err(why) => table.unmatched.push(unmatched(line, why)),
        }
    }
    table.warnings.extend(odd.lines(&header));
    date_rows(&mut table, &columns)?;
    Ok(table)
}

/// Keeps a row with its reason.
pub(super) fn unmatched(line: &Line, why: impl Into<String>) -> Unmatched {
    Unmatched {
        line: line.number,
        why: why.into(),
        cells: line
            .cells
            .iter()
            .map(|cell| cell.text.to_string())
            .collect(),
    }
}

fn cell(line: &Line, column: Option<usize>) -> Option<&Cell> {
    line.cells.get(column?)
}

fn place_of(columns: &[Option<&Column>], into: &Home) -> Option<usize> {
    columns
        .iter()
        .position(|column| column.is_some_and(|column| column.into == *into))
}

/// Finds the header among the first rows: the one with the most known names.
fn header_at(grid: &Grid, map: &ColumnMap) -> Result<usize, ImportError> {
    let known = |line: &Line| {
        let names = line.cells.iter().filter(|cell| map.knows(&cell.text));
        names.count()
    };
    let top = grid.lines.iter().take(ABOVE).map(known).enumerate();
    let (at, found) = top
        .max_by_key(|(at, found)| (*found, usize::MAX - at))
        .unwrap_or((0, 0));
    let line = grid.lines.get(at);
    let names_creator = line.is_some_and(|line| {
        line.cells.iter().any(|cell| {
            map.find(&cell.text).is_some_and(|column| {
                matches!(&column.into, Home::Creator(field) if field == "platform_id" || field == "handle")
            })
        })
    });
    if found < 2 || !names_creator {
        let first: Vec<String> = grid.lines.first().map_or_else(Vec::new, |line| {
            let cells = line.cells.iter().filter(|cell| !cell.is_blank()).take(4);
            cells
                .map(|cell| cell.text.chars().take(30).collect())
                .collect()
        });
        return Err(ImportError::new(
            format!(
                "no header of a creator export in the first {ABOVE} rows; row 1 holds: {}",
                if first.is_empty() {
                    "nothing".to_owned()
                } else {
                    first.join(" · ")
                }
            ),
            "export `Creator data`, `Manage creators` or the bonus task in English, with `Creator ID` or a handle among the columns",
        ));
    }
    Ok(at)
}

/// Says which fields are filled by two columns: the first one counts.
fn doubled(header: &[String], columns: &[Option<&Column>]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let Some(column) = column else { continue };
        let same = |other: &&Column| {
            other.into == column.into
                && other.span == column.span
                && !matches!(column.into, Home::Bonus | Home::Nowhere)
        };
        let before = columns
            .iter()
            .take(at)
            .position(|other| other.as_ref().is_some_and(same));
        if let Some(before) = before {
            let name = |at: usize| header.get(at).map_or("", String::as_str);
            warnings.push(format!(
                "columns `{}` and `{}` mean the same: the first was read",
                name(before),
                name(at)
            ));
        }
    }
    warnings
}

/// Reads a line such as `Exported at 2026-06-02 14:59 (UTC+0)`.
fn exported_line(line: &Line) -> Option<Timestamp> {
    let text: Vec<&str> = line.cells.iter().map(|cell| cell.text.trim()).collect();
    let text = text.join(" ");
    let lower = text.to_ascii_lowercase();
    let at = lower.find("exported at").map(|at| at + "exported at".len());
    let at = at.or_else(|| lower.find("export time").map(|at| at + "export time".len()))?;
    let rest = text.get(at..)?.trim_start_matches([':', '：', ' ']).trim();
    zoned(rest)
}

/// Reads a civil time that may name its distance from UTC.
pub fn zoned(text: &str) -> Option<Timestamp> {
    let (time, offset) = match text.find("UTC") {
        Some(at) => (text.get(..at)?, text.get(at + 3..)?),
        None => (text, ""),
    };
    let offset = offset.trim().trim_end_matches(')').trim();
    let minutes = if offset.is_empty() {
        0
    } else {
        let sign = if offset.starts_with(['-', '−']) {
            -1
        } else {
            1
        };
        let digits = offset.trim_start_matches(['+', '-', '−']);
        let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))?
    };
    let time = time.trim().trim_end_matches('(').trim();
    let utc = value::instant(&Cell::text(time)).value()?;
    utc.checked_sub(SignedDuration::from_mins(minutes)).ok()
}

/// Finds the time in a name such as `Creator data 2026_06_02 14_59 UTC+0 (1).xlsx`.
fn time_in_name(file: &str) -> Option<Timestamp> {
    let numbers: Vec<&str> = file
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect();
    numbers.windows(5).find_map(|window| {
        let [year, month, day, hour, minute] = window else {
            return None;
        };
        if year.len() != 4
            || [month, day, hour, minute]
                .iter()
                .any(|part| part.len() != 2)
        {
            return None;
        }
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        let time = jiff::civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
        let zoned = DateTime::from_parts(date, time)
            .to_zoned(TimeZone::UTC)
            .ok()?;
        Some(zoned.timestamp())
    })
}

/// Reads the rows of one export.
struct Reader<'a> {
    columns: &'a [Option<&'a Column>],
    header: &'a [String],
    exported_at: Option<Timestamp>,
}

impl Reader<'_> {
    fn row(&self, line: &Line, id: IdCell, odd: &mut Odd) -> Result<Entry, String> {
        let mut entry = Entry {
            line: line.number,
            ..Entry::default()
        };
        match id {
            IdCell::Nothing => {}
            IdCell::Good(digits) => entry.platform_id = Some(digits),
            IdCell::Odd(text) => return Err(format!("`{text}` is not a creator id")),
            IdCell::Lost(text) => {
                return Err(format!(
                    "the creator id `{text}` has lost digits: a spreadsheet has rounded it. Export again and do not save the file in between"
                ));
            }
        }
        for (at, cell) in line.cells.iter().enumerate() {
            let Some(name) = self.header.get(at) else {
                if !cell.is_blank() {
                    entry
                        .other
                        .insert(format!("column {}", at + 1), cell.text.to_string());
                }
                continue;
            };
            match self.columns.get(at).copied().flatten() {
                Some(column) => {
                    if let Err(why) = self.take(&mut entry, column, cell) {
                        odd.note(at, line.number, why);
                    }
                }
                None if !name.is_empty() && !value::is_nothing(&cell.text) => {
                    entry
                        .other
                        .insert(name.chars().take(200).collect(), cell.text.to_string());
                }
                None => {}
            }
        }
        if entry.platform_id.is_none() && entry.handle.is_none() {
            return Err("the row names no creator: neither id nor handle".into());
        }
        Ok(entry)
    }

    /// Takes a cell into the entry; an error is what is odd about it.
    fn take(&self, entry: &mut Entry, column: &Column, cell: &Cell) -> Result<(), String> {
        if column.empty.contains(&super::columns::fold(&cell.text)) {
            return Ok(());
        }
        let read = match column.shape {
            Shape::Skip | Shape::Id => return Ok(()),
            Shape::Handle => {
                if entry.handle.is_none() {
                    entry.handle = value::handle(&cell.text).value();
                }
                return Ok(());
            }
            Shape::Days | Shape::Month if column.into == Home::Period => {
                return self.period(entry, column, cell);
            }
            Shape::Days => return Self::stretch(entry, column, cell),
            Shape::Status => return self.status(entry, column, cell),
            Shape::Text => value::words(&cell.text).map(Json::from),
            Shape::Count => value::count(cell).map(Json::from),
            Shape::Decimal => value::decimal(cell).map(Json::from),
            Shape::Percent => value::percent(cell).map(Json::from),
            Shape::Length => value::seconds(cell).map(Json::from),
            Shape::Money => value::money(cell).map(Json::from),
            Shape::Flag => value::flag(cell).map(Json::from),
            Shape::Day => value::day(cell).map(|day| day.to_string().into()),
            Shape::Instant => value::instant(cell).map(|at| at.to_string().into()),
            Shape::Month => value::month(cell).map(|(first, _)| first.to_string().into()),
        };
        match read {
            Reading::Value(value) => Self::put(entry, column, value),
            Reading::Nothing => {}
            Reading::Odd(why) => return Err(why),
        }
        Ok(())
    }

    /// Puts a value where its column goes; of two columns that mean the same the first counts.
    fn put(entry: &mut Entry, column: &Column, value: Json) {
        match (&column.into, column.span) {
            (Home::Creator(field), _) => {
                entry.creator.entry(field.clone()).or_insert(value);
            }
            (Home::Figure(field), span) => {
                if field == "followers" {
                    entry
                        .creator
                        .entry(field.clone())
                        .or_insert_with(|| value.clone());
                }
                let figures = match span {
                    Span::Row => &mut entry.figures,
                    Span::ThirtyDays => &mut entry.thirty,
                };
                figures.entry(field.clone()).or_insert(value);
            }
            (Home::Bonus, _) => {
                if let Json::String(amount) = value {
                    entry.bonus.insert(column.name.clone(), amount);
                }
            }
            (Home::Period | Home::Nowhere, _) => {}
        }
    }

    fn period(&self, entry: &mut Entry, column: &Column, cell: &Cell) -> Result<(), String> {
        let read = match column.shape {
            Shape::Month => value::month(cell),
            _ => value::days(cell),
        };
        match read {
            Reading::Value((start, end)) if entry.period.is_none() => {
                let kind = if column.shape == Shape::Month {
                    PeriodKind::Month
                } else {
                    kind_of(start, end, self.exported_at)
                };
                entry.period = Some(Period { kind, start, end });
                Ok(())
            }
            Reading::Value(_) | Reading::Nothing => Ok(()),
            Reading::Odd(why) => Err(why),
        }
    }

    fn stretch(entry: &mut Entry, column: &Column, cell: &Cell) -> Result<(), String> {
        let Home::Creator(first) = &column.into else {
            return Ok(());
        };
        match value::days(cell) {
            Reading::Value((start, end)) => {
                let last = first.replace("_start", "_end");
                entry
                    .creator
                    .insert(first.clone(), start.to_string().into());
                entry.creator.insert(last, end.to_string().into());
                Ok(())
            }
            Reading::Nothing => Ok(()),
            Reading::Odd(why) => Err(why),
        }
    }

    /// Takes a status; its countdown becomes an instant.
    fn status(&self, entry: &mut Entry, column: &Column, cell: &Cell) -> Result<(), String> {
        let Some(words) = value::words(&cell.text).value() else {
            return Ok(());
        };
        let Some(countdown) = value::countdown(&words) else {
            Self::put(entry, column, words.into());
            return Ok(());
        };
        let Some(end) = self
            .exported_at
            .and_then(|at| at.checked_add(countdown.left).ok())
        else {
            Self::put(entry, column, words.into());
            return Err(
                "a countdown, but nothing says when the export was made: it stays as text. Give --exported-at".into(),
            );
        };
        let field = if countdown.invitation {
            "invitation_expires_at"
        } else {
            "trial_ends_at"
        };
        entry.creator.insert(field.into(), end.to_string().into());
        Self::put(entry, column, countdown.status.into());
        Ok(())
    }
}

/// Tells what kind of period a stretch of days is.
///
/// From the first of a month up to a day that the export was made soon after it is the month to date; a
/// stretch that ended long before is one that somebody chose.
fn kind_of(start: Date, end: Date, exported_at: Option<Timestamp>) -> PeriodKind {
    let one_month = start.day() == 1 && (start.year(), start.month()) == (end.year(), end.month());
    if one_month && end == start.last_of_month() {
        return PeriodKind::Month;
    }
    let fresh = exported_at.is_none_or(|at| {
        let made = TimeZone::UTC.to_datetime(at).date();
        end.checked_add(4.days()).is_ok_and(|late| made <= late)
    });
    if one_month && fresh {
        PeriodKind::MonthToDate
    } else {
        PeriodKind::Custom
    }
}

/// Returns the thirty days before an export; its figures end with the day before.
pub(super) fn thirty_days(made: Timestamp) -> Option<Period> {
    let end = TimeZone::UTC.to_datetime(made).date().yesterday().ok()?;
    Some(Period {
        kind: PeriodKind::Last30Days,
        start: end.checked_sub(29.days()).ok()?,
        end,
    })
}

/// Gives a period to the rows that name none, from the time of the export.
fn date_rows(table: &mut Table, columns: &[Option<&Column>]) -> Result<(), ImportError> {
    let with = |span: Span| {
        columns.iter().flatten().any(|column| {
            column.span == span && matches!(column.into, Home::Figure(_) | Home::Bonus)
        })
    };
    let undated = table
        .rows
        .iter()
        .any(|row| row.period.is_none() && !row.figures.is_empty());
    let ends = table
        .rows
        .iter()
        .filter_map(|row| row.period.as_ref())
        .map(|period| period.end);
    let latest = ends.max();
    if table.exported_at.is_none()
        && (undated || (with(Span::ThirtyDays) && !table.rows.is_empty()))
    {
        return Err(ImportError::new(
            "the file says neither in a row above its header nor in its name when it was exported, and its figures have no period",
            "give --exported-at \"2026-06-02 14:59\" (UTC+0)",
        ));
    }
    // A day's figures are complete when the day is over.
    let next = latest.and_then(|day| day.tomorrow().ok());
    let next = next.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    table.exported_at = table
        .exported_at
        .or_else(|| next.map(|zoned| zoned.timestamp()));
    let Some(made) = table.exported_at else {
        return Ok(());
    };
    let day = TimeZone::UTC.to_datetime(made).date();
    let Ok(end) = day.yesterday() else {
        return Ok(());
    };
    for row in &mut table.rows {
        if row.period.is_none() && !row.figures.is_empty() {
            row.period = Some(Period {
                kind: PeriodKind::MonthToDate,
                start: end.first_of_month(),
                end,
            });
        }
    }
    Ok(())
}
