//! The figures of a CN, in words that can stand in an answer: what it is, the number in full, of when, and the goal.

use jiff::civil::Date;

use crate::app::Course;
use crate::record::PointStatus;
use crate::text::fold;
use crate::when::clock;

/// Returns what is chosen by typing (a figure has no key): its name, and the words that are put in.
pub(super) fn entry(course: &Course, lang: &str) -> (char, String, String) {
    (' ', course.name.clone(), words(course, lang))
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

/// The words around a figure in one language.
struct Words {
    this_month: &'static str,
    last_month: &'static str,
    /// What stands before and behind the day of the data.
    as_of: (&'static str, &'static str),
    provisional: &'static str,
    restated: &'static str,
    goal: &'static str,
    /// What opens the facts, parts them, comes before the goal, and closes them.
    marks: [&'static str; 4],
}

const ENGLISH: Words = Words {
    this_month: "this month",
    last_month: "last month",
    as_of: ("as of ", ""),
    provisional: "provisional",
    restated: "restated",
    goal: "goal of the month ",
    marks: [" (", ", ", "; ", ")"],
};

/// The languages that snippets come in, without English.
const TONGUES: [(&str, Words); 6] = [
    (
        "zh",
        Words {
            this_month: "本月",
            last_month: "上月",
            as_of: ("截至 ", ""),
            provisional: "暂定",
            restated: "已更正",
            goal: "本月目标 ",
            marks: ["（", "，", "；", "）"],
        },
    ),
    (
        "es",
        Words {
            this_month: "este mes",
            last_month: "el mes pasado",
            as_of: ("datos al ", ""),
            provisional: "provisional",
            restated: "corregido",
            goal: "meta del mes ",
            marks: [" (", ", ", "; ", ")"],
        },
    ),
    (
        "pt",
        Words {
            this_month: "este mês",
            last_month: "mês passado",
            as_of: ("dados de ", ""),
            provisional: "provisório",
            restated: "corrigido",
            goal: "meta do mês ",
            marks: [" (", ", ", "; ", ")"],
        },
    ),
    (
        "ja",
        Words {
            this_month: "今月",
            last_month: "先月",
            as_of: ("", " 時点"),
            provisional: "暫定",
            restated: "修正済み",
            goal: "今月の目標 ",
            marks: ["（", "、", "、", "）"],
        },
    ),
    (
        "vi",
        Words {
            this_month: "tháng này",
            last_month: "tháng trước",
            as_of: ("số liệu ngày ", ""),
            provisional: "tạm tính",
            restated: "đã sửa",
            goal: "mục tiêu tháng ",
            marks: [" (", ", ", "; ", ")"],
        },
    ),
    (
        "ar",
        Words {
            this_month: "هذا الشهر",
            last_month: "الشهر الماضي",
            as_of: ("حتى ", ""),
            provisional: "غير نهائي",
            restated: "مصحَّح",
            goal: "هدف الشهر ",
            marks: [" (", "، ", "؛ ", ")"],
        },
    ),
];

/// Says a figure in a language: what it is, how much, over which days, of when, how firm, and the goal:
/// `Diamonds 1,204,311 (1–15 Nov, as of Mon 16 Nov UTC, provisional; goal of the month 2,000,000)`.
///
/// Metrics are called what the backend calls them.
pub(super) fn words(course: &Course, lang: &str) -> String {
    let lang = lang.split('-').next().unwrap_or("");
    let words = TONGUES.iter().find(|(known, _)| *known == lang);
    let words = words.map_or(&ENGLISH, |(_, words)| words);
    let month = if course.running {
        words.this_month
    } else {
        words.last_month
    };
    let mut facts = vec![match course.days {
        Some(days) => stretch(days, lang),
        None => month.to_owned(),
    }];
    if let Some(at) = course.as_of {
        let day = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        let (before, behind) = words.as_of;
        facts.push(format!("{before}{} UTC{behind}", on(day, lang)));
    }
    match &course.status {
        PointStatus::Final => {}
        PointStatus::Provisional => facts.push(words.provisional.to_owned()),
        PointStatus::Restated => facts.push(words.restated.to_owned()),
        other @ PointStatus::Other(_) => facts.push(other.as_str().replace('_', " ")),
    }
    let [open, between, before_goal, close] = words.marks;
    let mut about = facts.join(between);
    if let Some(target) = course.target {
        about.push_str(before_goal);
        about.push_str(words.goal);
        about.push_str(&grouped(target));
    }
    let number = grouped(course.latest);
    format!("{} {number}{open}{about}{close}", course.name)
}

/// Writes the days that a figure covers; all of them lie in one month.
fn stretch((first, last): (Date, Date), lang: &str) -> String {
    let (from, to, month) = (first.day(), last.day(), first.month());
    match lang {
        _ if first == last => on(first, lang),
        "zh" | "ja" => format!("{month}月{from}–{to}日"),
        known if TONGUES.iter().any(|(tongue, _)| *tongue == known) => {
            format!("{from}–{to}/{month}")
        }
        _ => format!("{from}–{}", clock::day_month(last)),
    }
}

fn on(day: Date, lang: &str) -> String {
    let (number, month) = (day.day(), day.month());
    match lang {
        "zh" | "ja" => format!("{month}月{number}日"),
        known if TONGUES.iter().any(|(tongue, _)| *tongue == known) => {
            format!("{number}/{month}")
        }
        _ => clock::date_stamp(day),
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

    #[test]
    fn a_figure_says_what_it_is_over_which_days_and_of_when() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let course = Course {
            metric: crate::record::Id::new("diamonds"),
            name: "Diamonds".into(),
            values: Vec::new(),
            steps: crate::app::Steps::Weeks,
            latest: 1_204_311.0,
            running: true,
            days: Some((date("2026-11-01"), date("2026-11-16"))),
            as_of: Some("2026-11-16T02:00:00Z".parse().unwrap()),
            status: PointStatus::Provisional,
            change: None,
            target: Some(2_000_000.0),
            pace: None,
        };
        for (lang, said) in [
            (
                "en",
                "Diamonds 1,204,311 (1–16 Nov, as of Mon 16 Nov UTC, provisional; goal of the month 2,000,000)",
            ),
            (
                "zh-CN",
                "Diamonds 1,204,311（11月1–16日，截至 11月16日 UTC，暂定；本月目标 2,000,000）",
            ),
            (
                "es-MX",
                "Diamonds 1,204,311 (1–16/11, datos al 16/11 UTC, provisional; meta del mes 2,000,000)",
            ),
            (
                "ja",
                "Diamonds 1,204,311（11月1–16日、11月16日 UTC 時点、暫定、今月の目標 2,000,000）",
            ),
        ] {
            assert_eq!(words(&course, lang), said);
        }
        let bare = Course {
            days: None,
            as_of: None,
            running: false,
            status: PointStatus::Final,
            target: None,
            ..course
        };
        assert_eq!(words(&bare, "fr"), "Diamonds 1,204,311 (last month)");
    }
}
