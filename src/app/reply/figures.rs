//! The figures of a CN, in words that can stand in an answer: the number in full, of when it is, and the goal.

use crate::app::Course;
use crate::record::PointStatus;
use crate::text::fold;
use crate::when::clock;

/// Returns what is chosen by typing (a figure has no key): its name, and the sentence that is put in.
pub(super) fn entry(course: &Course) -> (char, String, String) {
    let name = &course.name;
    (' ', name.clone(), format!("{name}: {}", words(course)))
}

/// Finds the figure that a place of a snippet names: `figure.diamonds`, by id or by name.
pub(super) fn named<'c>(courses: &'c [Course], place: &str) -> Option<&'c Course> {
    let wanted = fold(place.strip_prefix("figure.")?.trim());
    let is = |course: &&Course| fold(course.metric.as_str()) == wanted;
    let by_name = |course: &&Course| fold(&course.name).replace(' ', "_") == wanted;
    let found = courses.iter().find(is);
    found.or_else(|| courses.iter().find(by_name))
}

/// Finds the figure that a place of a snippet means: `figure.diamonds` names it, `figure.goal` is the first that has a
/// goal, `figure` alone is the one that the question names.
pub(super) fn meant<'c>(courses: &'c [Course], place: &str, question: &str) -> Option<&'c Course> {
    match place {
        "figure" => asked(courses, question),
        "figure.goal" => courses.iter().find(|course| course.target.is_some()),
        named => self::named(courses, named),
    }
}

/// Finds the figure that a question names by most words of its name; none where two are named as well.
fn asked<'c>(courses: &'c [Course], question: &str) -> Option<&'c Course> {
    let question = fold(question);
    let words: Vec<&str> = question
        .split(|letter: char| !letter.is_alphanumeric())
        .collect();
    let known = |course: &Course| {
        let name = fold(&course.name);
        let parts = name.split(|letter: char| !letter.is_alphanumeric());
        // Of short words such as `in` or `30` none names a figure.
        let parts = parts.filter(|part| part.chars().count() > 3 && *part != "live");
        parts.filter(|part| words.contains(part)).count()
    };
    let most = courses.iter().map(known).max().filter(|most| *most > 0)?;
    let mut best = courses.iter().filter(|course| known(course) == most);
    let first = best.next();
    first.filter(|_| best.next().is_none())
}

/// Says a figure: `1,204,311 this month (as of Mon 16 Nov UTC, provisional; goal 2,000,000)`.
pub(super) fn words(course: &Course) -> String {
    let month = if course.running {
        "this month"
    } else {
        "last month"
    };
    let mut facts = Vec::new();
    if let Some(at) = course.as_of {
        let day = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        facts.push(format!("as of {} UTC", clock::date_stamp(day)));
    }
    if course.status != PointStatus::Final {
        facts.push(course.status.as_str().replace('_', " "));
    }
    let mut about = facts.join(", ");
    if let Some(target) = course.target {
        if !about.is_empty() {
            about.push_str("; ");
        }
        about.push_str("goal ");
        about.push_str(&grouped(target));
    }
    let number = grouped(course.latest);
    if about.is_empty() {
        format!("{number} {month}")
    } else {
        format!("{number} {month} ({about})")
    }
}

/// Writes a number in full, its thousands apart; a part of one with two digits.
fn grouped(number: f64) -> String {
    let text = if number.fract().abs() < 0.005 {
        format!("{number:.0}")
    } else {
        format!("{number:.2}")
    };
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (text.as_str(), None),
    };
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        for (number, words) in [
            (0.0, "0"),
            (999.0, "999"),
            (1_204_311.0, "1,204,311"),
            (-12_000.0, "-12,000"),
            (0.375, "0.38"),
            (4_321.5, "4,321.50"),
        ] {
            assert_eq!(grouped(number), words);
        }
    }
}
