//! The spellings of values in exports, read into plain values.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::grid::{Cell, Form};

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading<T> {
    /// A value.
    Value(T),
    /// Nothing: blank, `-`, or a text that means so.
    Nothing,
    /// Something that cannot be used; the text says why.
    Odd(String),
}

impl<T> Reading<T> {
    /// Returns the value.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Odd(_) => None,
        }
    }

    /// Turns the value into another.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Value(value) => Reading::Value(change(value)),
            Self::Nothing => Reading::Nothing,
            Self::Odd(why) => Reading::Odd(why),
        }
    }
}

/// Tells whether a cell says nothing in any column.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(
        text.trim(),
        "" | "-" | "--" | "–" | "—" | "N/A" | "n/a" | "null" | "None"
    )
}

fn odd<T>(text: &str, wanted: &str) -> Reading<T> {
    let short: String = text.chars().take(40).collect();
    Reading::Odd(format!("`{short}` is not {wanted}"))
}

/// Reads a number with its separators and a `K`, `M`, `B` or `d` at its end.
fn number(text: &str) -> Option<f64> {
    let text: String = text
        .trim()
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '_'))
        .collect();
    let (digits, factor) = match text.char_indices().last()? {
        (at, 'K' | 'k') => (text.get(..at)?, 1e3),
        (at, 'M' | 'm') => (text.get(..at)?, 1e6),
        (at, 'B' | 'b') => (text.get(..at)?, 1e9),
        (at, 'D' | 'd') => (text.get(..at)?, 1.0),
        _ => (text.as_str(), 1.0),
    };
    let plain = without_separators(digits)?;
    let number: f64 = plain.parse().ok()?;
    number.is_finite().then_some(number * factor)
}

/// Takes thousands separators out: `4,001,930`, `4.001.930`, `1,055`; a single comma before one or two digits is
/// a decimal one.
fn without_separators(digits: &str) -> Option<String> {
    let sign = if digits.starts_with('-') { "-" } else { "" };
    let body = digits.trim_start_matches(['-', '+']);
    let allowed = |letter: char| {
        letter.is_ascii_digit() || matches!(letter, '.' | ',' | 'e' | 'E' | '+' | '-')
    };
    if body.is_empty()
        || !body.chars().all(allowed)
        || !body.contains(|one: char| one.is_ascii_digit())
    {
        return None;
    }
    let commas = body.matches(',').count();
    let points = body.matches('.').count();
    let grouped = |by: char| {
        let mut groups = body.split(by);
        let first = groups.next().unwrap_or_default();
        (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
    };
    let plain = match (commas, points) {
        (0, 0 | 1) => body.to_owned(),
        (_, 0) if grouped(',') => body.replace(',', ""),
        (1, 0) => body.replace(',', "."),
        (0, _) if grouped('.') => body.replace('.', ""),
        (_, 1) if body.rfind('.') > body.rfind(',') => body.replace(',', ""),
        (1, _) if body.rfind(',') > body.rfind('.') => body.replace('.', "").replace(',', "."),
        _ => return None,
    };
    Some(format!("{sign}{plain}"))
}

/// Reads a whole number; numbers that are no whole ones are rounded only where a letter said so.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the number is checked to be whole and within 2^53 first"
)]
pub fn count(cell: &Cell) -> Reading<i64> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    match number(text) {
        Some(number) if number.abs() < 9_007_199_254_740_992.0 => {
            let whole = number.round();
            if (whole - number).abs() > 1e-6 && !text.ends_with(|one: char| one.is_alphabetic()) {
                return odd(text, "a whole number");
            }
            Reading::Value(whole as i64)
        }
        _ => odd(text, "a whole number"),
    }
}

/// Reads a number with a fraction.
pub fn decimal(cell: &Cell) -> Reading<f64> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    let plain = text.trim_end_matches(['h', 'H']);
    number(plain).map_or_else(|| odd(text, "a number"), Reading::Value)
}

/// Reads a percentage; `∞%` says nothing that can be counted.
pub fn percent(cell: &Cell) -> Reading<f64> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    if text.contains('∞') || text.eq_ignore_ascii_case("inf%") {
        return Reading::Odd("`∞%`: the figure was divided by zero, so it is left empty".into());
    }
    let digits = text.trim_end_matches('%').trim_end();
    match number(digits) {
        Some(share) if cell.form == Form::Percent => Reading::Value(round(share * 100.0)),
        Some(percent) => Reading::Value(percent),
        None => odd(text, "a percentage"),
    }
}

fn round(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

/// Reads a length of time in seconds: `119h 47m 31s`, `88.46h`, `1:02:03`, or a number of hours.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the number is checked to be below 2^53 first"
)]
pub fn seconds(cell: &Cell) -> Reading<i64> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    let whole = |seconds: f64| {
        if (0.0..1e12).contains(&seconds) {
            Reading::Value(seconds.round() as i64)
        } else {
            odd(text, "a length of time")
        }
    };
    if matches!(cell.form, Form::Days | Form::Days1904)
        && let Some(days) = number(text)
    {
        return whole(days * 86_400.0);
    }
    if let Some(hours) = number(text).filter(|_| !text.ends_with(|one: char| one.is_alphabetic())) {
        return whole(hours * 3600.0);
    }
    if let [hours, minutes, rest @ ..] = text.split(':').collect::<Vec<_>>().as_slice() {
        let second = rest.first().copied().unwrap_or("0");
        if rest.len() <= 1
            && let (Ok(hours), Ok(minutes), Ok(second)) = (
                hours.parse::<u32>(),
                minutes.parse::<u32>(),
                second.parse::<f64>(),
            )
        {
            return whole(f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0 + second);
        }
    }
    units(text).map_or_else(|| odd(text, "a length of time"), whole)
}

/// Reads numbers with units, `6d 6h 58m`, in seconds.
fn units(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut any = false;
    let mut digits = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_digit() || matches!(letter, '.' | ',') {
            digits.push(letter);
        } else if letter.is_alphabetic() {
            let mut unit = letter.to_lowercase().to_string();
            while let Some(next) = letters.next_if(|next| next.is_alphabetic()) {
                unit.extend(next.to_lowercase());
            }
            let length = match unit.as_str() {
                "d" | "day" | "days" | "天" => 86_400.0,
                "h" | "hr" | "hrs" | "hour" | "hours" | "小时" | "时" => 3600.0,
                "m" | "min" | "mins" | "minute" | "minutes" | "分" | "分钟" => 60.0,
                "s" | "sec" | "secs" | "second" | "seconds" | "秒" => 1.0,
                _ => return None,
            };
            total += number(&digits)? * length;
            digits.clear();
            any = true;
        } else if !letter.is_whitespace() {
            return None;
        }
    }
    (any && digits.is_empty()).then_some(total)
}

/// Reads yes or no.
pub fn flag(cell: &Cell) -> Reading<bool> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    match text.to_lowercase().as_str() {
        "yes" | "true" | "1" | "y" | "是" => Reading::Value(true),
        "no" | "false" | "0" | "n" | "否" => Reading::Value(false),
        _ => odd(text, "yes or no"),
    }
}

/// Reads an amount of money as digits with a point; the sign of the currency stays in front where there is one.
pub fn money(cell: &Cell) -> Reading<String> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    let is_sign = |letter: char| letter.is_alphabetic() || "$€£¥₩₫฿".contains(letter);
    let digits = text.trim_matches(|letter: char| is_sign(letter) || letter.is_whitespace());
    let sign: String = text.chars().filter(|letter| is_sign(*letter)).collect();
    match without_separators(&digits.replace([' ', '\u{a0}', '\u{202f}'], "")) {
        Some(plain) if plain.parse::<f64>().is_ok_and(f64::is_finite) => {
            let plain = plain.strip_prefix('+').unwrap_or(&plain).to_owned();
            Reading::Value(if sign.is_empty() {
                plain
            } else {
                format!("{sign} {plain}")
            })
        }
        _ => odd(text, "an amount of money"),
    }
}

/// Reads text; control characters at its ends are no part of it.
pub fn words(text: &str) -> Reading<String> {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter.is_control());
    if is_nothing(text) {
        return Reading::Nothing;
    }
    Reading::Value(text.to_owned())
}

/// Reads a user name: the first line of the cell without the at sign.
pub fn handle(text: &str) -> Reading<String> {
    let first = text.trim().lines().next().unwrap_or_default();
    words(first.trim().trim_start_matches(['@', '＠']).trim())
}

/// Folds a user name for comparison.
pub fn folded_handle(handle: &str) -> String {
    handle.trim().trim_start_matches(['@', '＠']).to_lowercase()
}

/// Reads a civil time with or without `(UTC+0)`, or the days of a spreadsheet.
fn civil(cell: &Cell) -> Option<DateTime> {
    if matches!(cell.form, Form::Days | Form::Days1904) {
        return spreadsheet_day(&cell.text, cell.form == Form::Days1904);
    }
    let text = cell.text.trim();
    let text = text
        .strip_suffix("(UTC+0)")
        .or_else(|| text.strip_suffix("UTC+0"))
        .or_else(|| text.strip_suffix("(UTC)"))
        .or_else(|| text.strip_suffix('Z'))
        .unwrap_or(text)
        .trim();
    let text = text.replace(['/', '_'], "-").replace('T', " ");
    for format in [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H-%M-%S",
        "%Y-%m-%d %H-%M",
    ] {
        if let Ok(time) = DateTime::strptime(format, &text) {
            return Some(time);
        }
    }
    let day = Date::strptime("%Y-%m-%d", &text)
        .or_else(|_| Date::strptime("%Y%m%d", &text))
        .ok()?;
    Some(day.at(0, 0, 0, 0))
}

/// Reads the days since 1899-12-30 (or 1904-01-01) that spreadsheets count.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the number is checked to lie within the years that spreadsheets know"
)]
fn spreadsheet_day(text: &str, from_1904: bool) -> Option<DateTime> {
    let days: f64 = text.trim().parse().ok()?;
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    let first = if from_1904 {
        jiff::civil::date(1904, 1, 1)
    } else {
        jiff::civil::date(1899, 12, 30)
    };
    let seconds = (days.fract() * 86_400.0).round() as i64;
    let start = first.at(0, 0, 0, 0);
    start
        .checked_add((days.trunc() as i64).days())
        .ok()?
        .checked_add(SignedDuration::from_secs(seconds))
        .ok()
}

/// Reads an instant; exports are cut in UTC+0.
pub fn instant(cell: &Cell) -> Reading<Timestamp> {
    if is_nothing(&cell.text) {
        return Reading::Nothing;
    }
    civil(cell)
        .and_then(|time| time.to_zoned(TimeZone::UTC).ok())
        .map_or_else(
            || {
                odd(
                    cell.text.trim(),
                    "a time such as `2026-07-06 09:30:00 (UTC+0)`",
                )
            },
            |zoned| Reading::Value(zoned.timestamp()),
        )
}

/// Reads a day (UTC+0).
pub fn day(cell: &Cell) -> Reading<Date> {
    if is_nothing(&cell.text) {
        return Reading::Nothing;
    }
    civil(cell).map_or_else(
        || odd(cell.text.trim(), "a day such as `2026-07-06`"),
        |time| Reading::Value(time.date()),
    )
}

/// Reads a stretch of days: `2026-06-01 ~ 2026-06-23`.
pub fn days(cell: &Cell) -> Reading<(Date, Date)> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    let halves = ["~", "～", " - ", " – ", " to "]
        .iter()
        .find_map(|between| text.split_once(between));
    let read = |half: &str| day(&Cell::text(half)).value();
    match halves.map(|(from, to)| (read(from), read(to))) {
        Some((Some(from), Some(to))) if from <= to => Reading::Value((from, to)),
        _ => odd(text, "a stretch such as `2026-06-01 ~ 2026-06-23`"),
    }
}

/// Reads a month, `202506` or `2025-06`, as its first and last day.
pub fn month(cell: &Cell) -> Reading<(Date, Date)> {
    let text = cell.text.trim();
    if is_nothing(text) {
        return Reading::Nothing;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plain = text
        .chars()
        .all(|one| one.is_ascii_digit() || matches!(one, '-' | '/' | '.'));
    let first = digits
        .get(..4)
        .zip(digits.get(4..6))
        .and_then(|(year, month)| Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok());
    match first {
        Some(first) if plain && digits.len() == 6 => Reading::Value((first, first.last_of_month())),
        _ => odd(text, "a month such as `202506`"),
    }
}

/// A countdown in a status, for example `Invitation expiring in 6d 6h 58m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// The status without it.
    pub status: String,
    /// How long it still was when the export was made.
    pub left: SignedDuration,
    /// Whether it is an invitation that expires; else a trial that ends.
    pub invitation: bool,
}

/// Finds the countdown of a status.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the length is checked to be below ten years first"
)]
pub fn countdown(text: &str) -> Option<Countdown> {
    let lower = text.to_lowercase();
    let (at, words) = ["expiring in ", "expires in ", "ends in ", "ending in "]
        .iter()
        .find_map(|words| lower.find(words).map(|at| (at, words.len())))?;
    // Folding may change the length of a text: then its places are not those of the original.
    if lower.len() != text.len() {
        return None;
    }
    let rest = text.get(at + words..)?;
    let rest = rest.trim_end_matches([']', ')', '.']).trim();
    let seconds = units(rest).filter(|seconds| (0.0..3.2e8).contains(seconds))?;
    let before = text.get(..at)?;
    let invitation =
        before.to_lowercase().contains("invitation") || !before.to_lowercase().contains("trial");
    let status = before
        .trim_end()
        .trim_end_matches("Invitation")
        .trim_end_matches(['[', '(', '-', '–', '—', ' ', '\u{a0}'])
        .trim();
    Some(Countdown {
        status: status.to_owned(),
        left: SignedDuration::from_secs(seconds as i64),
        invitation,
    })
}
