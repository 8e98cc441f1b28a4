//! Due phrases inside a text: `by Friday`, `before Wed 17:30 SGT`, `EOD`, `周五前`, `antes del viernes`.

use std::borrow::Cow;
use std::ops::Range;

use super::cue::{folded, is_unspaced};
use words::{Sense, Word, joined, sense};

mod hours;
mod words;

/// Whether the words bind to a time or only name one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Firmness {
    /// `by Friday`, `EOD`, `周五前`.
    Bound,
    /// `Friday`, `明天`.
    Loose,
}

/// A due phrase and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DuePhrase {
    /// All its words.
    pub(super) quote: Range<usize>,
    /// The time alone.
    pub(super) time: Range<usize>,
    pub(super) firmness: Firmness,
}

/// Finds the due phrases of a text, in its order.
pub(super) fn find(text: &str) -> Vec<DuePhrase> {
    let mut found = spaced(text);
    if text.contains(is_unspaced) {
        found.extend(unspaced(text));
        found.sort_by_key(|due| due.quote.start);
    }
    found
}

/// Returns where the times begin that a text names, those that it is bound to first, in bytes.
pub fn due_places(text: &str) -> Vec<usize> {
    let mut found = find(text);
    found.sort_by_key(|due| (due.firmness == Firmness::Loose, due.time.start));
    found.into_iter().map(|due| due.time.start).collect()
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start: Option<usize> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins = matches!(c, ':' | '/' | '-' | '.' | '\'' | '’' | '：')
            && start.is_some()
            && chars
                .peek()
                .is_some_and(|(_, next)| next.is_alphanumeric() && !is_unspaced(*next));
        let inside = (c.is_alphanumeric() && !is_unspaced(c)) || joins || is_mark(c);
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.extend(word(text, from..at));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        words.extend(word(text, from..text.len()));
    }
    hours::joined(joined(words))
}

/// Tells whether a character belongs to the letter before it.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

fn word(text: &str, place: Range<usize>) -> Option<Word<'_>> {
    let written = text.get(place.clone())?;
    let plain = |byte: u8| matches!(byte, b'!'..=b'~') && !byte.is_ascii_uppercase();
    let folded = if written.bytes().all(plain) {
        Cow::Borrowed(written)
    } else {
        Cow::Owned(folded(written))
    };
    let sense = sense(&folded);
    Some(Word {
        folded,
        place,
        sense,
    })
}

/// Tells whether a time of day such as `18h` begins here, and not a length as in `within 18h`.
pub fn names_hour(text: &str, place: usize) -> bool {
    let (head, rest) = text.split_at_checked(place).unwrap_or_default();
    let first = words(rest).into_iter().next();
    if !first.is_some_and(|word| word.place.start == 0 && hours::is_mark(&word.folded)) {
        return false;
    }
    let before = words(head);
    !(0..before.len()).any(|at| {
        let within = hours::within(&before, at);
        within > 0 && at + within == before.len()
    })
}

/// Finds phrases of words with spaces between them.
fn spaced(text: &str) -> Vec<DuePhrase> {
    let words = words(text);
    let mut found: Vec<DuePhrase> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some(last) = hours::length_within(&words, at) {
            let first = at + hours::within(&words, at);
            found.push(DuePhrase {
                quote: words[at].place.start..words[last].place.end,
                time: words[first].place.start..words[last].place.end,
                firmness: Firmness::Bound,
            });
            at = last + 1;
            continue;
        }
        let binding = binding(&words, at);
        match time(text, &words, at + binding, binding > 0) {
            Some((first, last, firmness)) => {
                let start = if binding > 0 { at } else { first };
                found.push(DuePhrase {
                    quote: words[start].place.start..words[last].place.end,
                    time: words[first].place.start..words[last].place.end,
                    firmness,
                });
                at = last + 1;
            }
            None => at += 1,
        }
    }
    found
}

/// Counts the words that bind to a time at this place: `by`, `no later than`, `antes del`, …
fn binding(words: &[Word<'_>], at: usize) -> usize {
    const BINDINGS: &[&[&str]] = &[
        &["no", "later", "than"],
        &["not", "later", "than"],
        &["due", "on"],
        &["due", "by"],
        &["by"],
        &["before"],
        &["until"],
        &["till"],
        &["due"],
        &["deadline"],
        &["antes", "del"],
        &["antes", "de", "las"],
        &["antes", "das"],
        &["antes", "de"],
        &["para", "el"],
        &["para"],
        &["hasta", "el"],
        &["hasta"],
        &["ate", "a"],
        &["ate", "o"],
        &["ate", "as"],
        &["ate"],
        &["truoc"],
        &["avant"],
        &["bis"],
        &["قبل"],
    ];
    let rest = words.get(at..).unwrap_or(&[]);
    let begins = |word: &Word<'_>| {
        word.folded
            .starts_with(['n', 'd', 'b', 'u', 't', 'a', 'p', 'h', 'ق'])
    };
    if !rest.first().is_some_and(begins) {
        return 0;
    }
    BINDINGS
        .iter()
        .find(|binding| {
            rest.len() > binding.len()
                && binding.first() == rest.first().map(|word| &*word.folded).as_ref()
                && binding
                    .iter()
                    .zip(rest)
                    .all(|(wanted, word)| word.folded == *wanted)
        })
        .map_or(0, |binding| binding.len())
}

/// Reads a time from this word on: the first and the last of its words, without articles at its ends.
fn time(
    text: &str,
    words: &[Word<'_>],
    at: usize,
    bound: bool,
) -> Option<(usize, usize, Firmness)> {
    /// More words than this are no time.
    const MOST: usize = 7;
    let mut anchor: Option<Firmness> = None;
    let mut last = at;
    let mut ends_of = false;
    for position in at..words.len().min(at + MOST) {
        let word = &words[position];
        if position > at && !only_space(text, words, position) {
            break;
        }
        // `às 18h` after a day.
        if anchor.is_some() && hours::leads(words, position) {
            continue;
        }
        let after_end_of = position >= 2
            && position >= at + 2
            && words[position - 2..position]
                .iter()
                .zip(["end", "of"])
                .all(|(word, wanted)| word.folded == wanted);
        ends_of |= after_end_of;
        let period = matches!(&*word.folded, "day" | "week" | "month" | "quarter");
        let before = (position > at).then(|| &*words[position - 1].folded);
        let next = matches!(before, Some("next" | "this"));
        let firmness = match word.sense {
            Sense::None => break,
            Sense::BoundTime => Some(Firmness::Bound),
            Sense::Time => Some(Firmness::Loose),
            Sense::TimeIfBound if bound || anchor.is_some() => Some(Firmness::Loose),
            Sense::Part
                if period && (after_end_of || (ends_of && (next || before == Some("the")))) =>
            {
                Some(Firmness::Bound)
            }
            Sense::Part if period && next && bound => Some(Firmness::Loose),
            Sense::TimeIfBound if next => Some(Firmness::Loose),
            Sense::TimeIfBound if hours::is_led(words, position) => Some(Firmness::Loose),
            Sense::Part | Sense::TimeIfBound => None,
        };
        if let Some(firmness) = firmness {
            anchor = match anchor {
                Some(Firmness::Bound) => anchor,
                _ => Some(firmness),
            };
            last = position;
        } else if anchor.is_some() && is_tail(&word.folded) {
            last = position;
        } else if word.sense == Sense::TimeIfBound {
            break;
        }
    }
    let anchor = anchor?;
    let first = (at..last)
        .find(|position| !matches!(&*words[*position].folded, "the" | "of" | "at"))
        .unwrap_or(last);
    let firmness = if bound { Firmness::Bound } else { anchor };
    Some((first, last, firmness))
}

/// Tells whether a word may end a time: a number, half of the day, a zone.
fn is_tail(word: &str) -> bool {
    !matches!(
        word,
        "next"
            | "this"
            | "end"
            | "of"
            | "the"
            | "day"
            | "week"
            | "month"
            | "quarter"
            | "at"
            | "latest"
    )
}

/// Tells whether nothing but space, or a comma and space, lies between a word and the one before it.
fn only_space(text: &str, words: &[Word<'_>], position: usize) -> bool {
    let between = words[position - 1].place.end..words[position].place.start;
    text.get(between).is_some_and(|between| {
        between
            .chars()
            .all(|c| c.is_whitespace() || matches!(c, ',' | '('))
    })
}

/// Finds phrases of Chinese and Japanese.
fn unspaced(text: &str) -> Vec<DuePhrase> {
    let mut found = Vec::new();
    let mut skip_to = 0;
    for (at, first) in text.char_indices() {
        if at < skip_to || !begins_time(first) {
            continue;
        }
        let rest = text.get(at..).unwrap_or("");
        // A figure in the middle of a longer one begins nothing.
        let inside = text
            .get(..at)
            .is_some_and(|before| before.ends_with(is_figure));
        let Some(after_time) = (!inside).then(|| unspaced_time(rest)).flatten() else {
            continue;
        };
        let time = at..text.len() - after_time.text.len();
        let spaced = after_time.text.trim_start();
        let within = ["内", "之内", "以内"];
        let bound = if after_time.is_length {
            &within[..]
        } else {
            &["之前", "以前", "前", "截止", "为止", "までに", "まで"]
        };
        let bound = bound.iter().find_map(|word| spaced.strip_prefix(word));
        let (end, firmness) = match bound {
            Some(rest) => (text.len() - rest.len(), Firmness::Bound),
            // 今天的 means "today's" and asks nothing by today.
            None if after_time.needs_binding || spaced.starts_with('的') => continue,
            None => (time.end, Firmness::Loose),
        };
        skip_to = end;
        found.push(DuePhrase {
            quote: at..end,
            time,
            firmness,
        });
    }
    found
}

/// What follows a time.
struct AfterTime<'t> {
    text: &'t str,
    /// Whether it is a time only if a word such as 前 follows.
    needs_binding: bool,
    /// Whether it is a length, as in 24小时内.
    is_length: bool,
}

/// Tells whether a time may begin with this letter: nearly none does, and each costs some sixty comparisons.
const fn begins_time(letter: char) -> bool {
    is_figure(letter)
        || matches!(
            letter,
            '今' | '明'
                | '来'
                | '后'
                | '周'
                | '星'
                | '礼'
                | '下'
                | '本'
                | '这'
                | '上'
                | '早'
                | '晚'
                | '中'
                | '傍'
                | '午'
                | '正'
                | '月'
                | '火'
                | '水'
                | '木'
                | '金'
                | '土'
                | '日'
                | '年'
                | '季'
                | '节'
        )
}

/// Reads a time at the beginning of a text: a day, a day and an hour, or an hour.
fn unspaced_time(text: &str) -> Option<AfterTime<'_>> {
    if let Some(rest) = day(text) {
        let of_day = rest.trim_start();
        let of_day = of_day.strip_prefix('の').unwrap_or(of_day);
        let hour = hour(of_day).or_else(|| one_of(rest, &["下班"]));
        let rest = hour.unwrap_or(rest);
        return Some(AfterTime {
            text: rest,
            needs_binding: false,
            is_length: false,
        });
    }
    if let Some(rest) = figures(text).and_then(|rest| one_of(rest, &["小时", "个小时", "時間"]))
    {
        return Some(AfterTime {
            text: rest,
            needs_binding: true,
            is_length: true,
        });
    }
    let rest = hour(text).or_else(|| one_of(text, &["下班", "月底", "年底", "季度末", "节前"]))?;
    Some(AfterTime {
        text: rest,
        needs_binding: true,
        is_length: false,
    })
}

fn one_of<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    words.iter().find_map(|word| text.strip_prefix(word))
}

fn day(text: &str) -> Option<&str> {
    const DAYS: &[&str] = &[
        "今天",
        "今日",
        "今晚",
        "明天",
        "明日",
        "明早",
        "明晚",
        "后天",
        "明後日",
        "来週",
        "周末",
        "月底",
        "年底",
        "下周末",
    ];
    const WEEKS: &[&str] = &["周", "星期", "礼拜"];
    if let Some(rest) = one_of(text, DAYS) {
        return Some(rest);
    }
    let week = one_of(text, &["下", "本", "这", "上"]);
    if let Some(rest) = one_of(week.unwrap_or(text), WEEKS) {
        let weekday = one_of(rest, &["一", "二", "三", "四", "五", "六", "日", "天"]);
        // 下周 alone is a time, 周 alone is half of another word.
        return weekday.or(week.map(|_| rest));
    }
    if let Some(rest) = one_of(
        text,
        &["月曜", "火曜", "水曜", "木曜", "金曜", "土曜", "日曜"],
    ) {
        return Some(rest.strip_prefix('日').unwrap_or(rest));
    }
    let rest = figures(text)?;
    if let Some(rest) = rest.strip_prefix('月') {
        let rest = figures(rest)?;
        return one_of(rest, &["日", "号"]);
    }
    rest.strip_prefix('号')
}

/// Reads `下午3点`, `18:00`, `10点半`.
fn hour(text: &str) -> Option<&str> {
    const HALVES: &[&str] = &[
        "上午", "下午", "早上", "晚上", "中午", "傍晚", "午前", "午後", "正午",
    ];
    let half = one_of(text, HALVES);
    let rest = half.unwrap_or(text);
    let Some(rest) = figures(rest) else {
        return half;
    };
    if let Some(rest) = one_of(rest, &["点半", "点整", "時半"]) {
        return Some(rest);
    }
    if let Some(rest) = rest.strip_prefix(['点', '時']) {
        return Some(
            figures(rest)
                .and_then(|rest| rest.strip_prefix('分'))
                .unwrap_or(rest),
        );
    }
    figures(rest.strip_prefix([':', '：'])?)
}

/// Reads one or two figures.
fn figures(text: &str) -> Option<&str> {
    let figures = text.chars().take_while(|c| is_figure(*c)).take(3).count();
    let rest = text.trim_start_matches(is_figure);
    (1..=2).contains(&figures).then_some(rest)
}

/// Tells whether a character is a figure, as it stands or as wide as a Chinese letter: `3`, `３`.
const fn is_figure(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<(&str, &str, Firmness)> {
        let due = find(text).into_iter().next()?;
        Some((text.get(due.quote)?, text.get(due.time)?, due.firmness))
    }

    #[test]
    fn phrases_that_bind_are_found_in_four_languages() {
        for (text, quote, time) in [
            ("deck v2 by Friday, promised", "by Friday", "Friday"),
            (
                "your numbers before Wed 17:30 SGT 🙏",
                "before Wed 17:30 SGT",
                "Wed 17:30 SGT",
            ),
            ("the list closes by EOD SGT", "by EOD SGT", "EOD SGT"),
            ("no later than the 12th", "no later than the 12th", "12th"),
            (
                "by end of next week.",
                "by end of next week",
                "end of next week",
            ),
            (
                "by 5pm PT tomorrow",
                "by 5pm PT tomorrow",
                "5pm PT tomorrow",
            ),
            ("lock it EOD", "EOD", "EOD"),
            ("by Nov 20 please", "by Nov 20", "Nov 20"),
            ("请更新一下,周三前", "周三前", "周三"),
            ("下周三 18:00 之前给我", "下周三 18:00 之前", "下周三 18:00"),
            ("11月20日前", "11月20日前", "11月20日"),
            ("下班前发你", "下班前", "下班"),
            ("下午3点前", "下午3点前", "下午3点"),
            ("下午３点前", "下午３点前", "下午３点"),
            ("周四１５：３０前", "周四１５：３０前", "周四１５：３０"),
            ("１１月２０日前", "１１月２０日前", "１１月２０日"),
            ("请在２４小时内回复", "２４小时内", "２４小时"),
            (
                "by ５pm PT tomorrow",
                "by ５pm PT tomorrow",
                "５pm PT tomorrow",
            ),
            (
                "by Friday １７：３０",
                "by Friday １７：３０",
                "Friday １７：３０",
            ),
            (
                "te lo mando antes del viernes",
                "antes del viernes",
                "viernes",
            ),
            ("mando até sexta-feira", "até sexta-feira", "sexta-feira"),
            ("金曜日までに送ります", "金曜日までに", "金曜日"),
            ("mando até sexta às 18h", "até sexta às 18h", "sexta às 18h"),
            ("mando até 18h", "até 18h", "18h"),
            (
                "antes del viernes a las 17h30, gracias",
                "antes del viernes a las 17h30",
                "viernes a las 17h30",
            ),
            (
                "金曜日の18時までに送ってください",
                "金曜日の18時までに",
                "金曜日の18時",
            ),
            (
                "by Friday half past five please",
                "by Friday half past five",
                "Friday half past five",
            ),
            ("the numbers within 24h?", "within 24h", "24h"),
            ("within 2 days, please", "within 2 days", "2 days"),
            ("请在24小时内回复", "24小时内", "24小时"),
        ] {
            assert_eq!(first(text), Some((quote, time, Firmness::Bound)), "{text}");
        }
    }

    #[test]
    fn the_words_of_time_are_in_order() {
        assert!(words::SENSES.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn a_time_alone_is_loose() {
        for (text, time) in [
            ("call moved to tomorrow 9am", "tomorrow 9am"),
            ("see you next Friday", "next Friday"),
            ("本周直播活动,请今天确认", "本周"),
            ("明天下午3点开会", "明天下午3点"),
            ("mañana te aviso", "mañana"),
        ] {
            assert_eq!(first(text), Some((time, time, Firmness::Loose)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_left_alone() {
        for text in [
            "conversion dropped by 5",
            "stand by me",
            "he may sit in the sun",
            "by the way",
            "until we know",
            "due to rain",
            "一周年",
            "周年庆",
            "25天",
            "the sat image",
            "8.5%",
            "tier 4",
            "3点经验",
            "24小时客服",
            "１００号",
            "３点经验",
            "within the team",
            "views of 24h",
            "half past the goal",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
