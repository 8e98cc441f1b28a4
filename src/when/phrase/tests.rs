use super::super::zone::load;
use super::*;

/// Wednesday 4 March 2026, 10:30 in Los Angeles; Thursday 02:30 in Singapore.
const NOW: &str = "2026-03-04T18:30:00Z";

const PEOPLE: &[(&str, &str)] = &[
    ("Wei Ling Tan", "Asia/Singapore"),
    ("Lei Wang 王磊", "Asia/Shanghai"),
    ("Ana Nowak", "Europe/Warsaw"),
    ("Tom Ellery", "America/New_York"),
    ("Sam Okafor", "Africa/Lagos"),
    ("Sam Li", "Asia/Shanghai"),
    ("Sydney Park", "Asia/Seoul"),
];

fn context() -> PhraseContext<'static> {
    PhraseContext {
        people: PEOPLE,
        ..PhraseContext::new(NOW.parse().unwrap(), load("America/Los_Angeles").unwrap())
    }
}

fn at(now: &str) -> PhraseContext<'static> {
    PhraseContext {
        now: now.parse().unwrap(),
        ..context()
    }
}

fn reading(text: &str) -> Reading {
    read(text, &context()).unwrap_or_else(|refused| panic!("{text}: {refused}"))
}

fn refused(text: &str) -> PhraseError {
    match read(text, &context()) {
        Ok(reading) => panic!("{text}: {reading:?}"),
        Err(refused) => refused,
    }
}

/// Start, end and a zone other than home, in one line.
fn short(reading: &Reading) -> String {
    let json = to_json(reading);
    let mut line = json["start"].as_str().unwrap().to_owned();
    if let Some(end) = json["end"].as_str() {
        line = format!("{line} .. {end}");
    }
    match json["zone"].as_str() {
        Some("America/Los_Angeles") | None => line,
        Some(zone) => format!("{line} {zone}"),
    }
}

fn others(text: &str) -> Vec<String> {
    reading(text)
        .others
        .iter()
        .map(|other| short(&other.reading))
        .collect()
}

#[track_caller]
fn means(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, wanted) in cases {
        match read(text, &context()) {
            Ok(reading) if short(&reading) == *wanted => {}
            Ok(reading) => wrong.push(format!("{text}: {} (wanted {wanted})", short(&reading))),
            Err(refused) => wrong.push(format!("{text}: {refused} (wanted {wanted})")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn days_by_name() {
    means(&[
        ("mon", "2026-03-09"),
        ("Friday", "2026-03-06"),
        ("FRI.", "2026-03-06"),
        ("coming fri", "2026-03-06"),
        ("next fri", "2026-03-13"),
        ("last fri", "2026-02-27"),
        ("last wed", "2026-02-25"),
        ("this wed", "2026-03-04"),
        ("this tue", "2026-03-10"),
        ("tmr", "2026-03-05"),
        ("day after tomorrow", "2026-03-06"),
        ("the day before yesterday", "2026-03-02"),
        ("on monday", "2026-03-09"),
        ("by fri", "2026-03-06"),
        ("due by fri", "2026-03-06"),
        ("fri next week", "2026-03-13"),
        ("next week fri", "2026-03-13"),
        ("mon this week", "2026-03-02"),
        ("week after next", "2026-03-16"),
        ("weekend", "2026-03-07"),
        ("last week", "2026-02-23"),
        ("next business day", "2026-03-05"),
        ("next quarter", "2026-04-01"),
        ("next year", "2027-01-01"),
        ("this month", "2026-03-31"),
        ("this week", "2026-03-06"),
        ("eow", "2026-03-06"),
        ("end of next week", "2026-03-13"),
        ("end of the month", "2026-03-31"),
        ("the end of next month", "2026-04-30"),
        ("end of november", "2026-11-30"),
        ("start of next quarter", "2026-04-01"),
        ("end of q4", "2026-12-31"),
        ("q1", "2027-01-01"),
        ("q1 2027", "2027-01-01"),
        ("eom", "2026-03-31"),
    ]);
}

#[test]
fn dates() {
    means(&[
        ("17 nov", "2026-11-17"),
        ("nov 17", "2026-11-17"),
        ("17nov", "2026-11-17"),
        ("Nov. 17th, 2027", "2027-11-17"),
        ("the 17th of november", "2026-11-17"),
        ("17 Nov 2027", "2027-11-17"),
        ("4 mar", "2026-03-04"),
        ("nov 2026", "2026-11-01"),
        ("in november", "2026-11-01"),
        ("29 feb", "2028-02-29"),
        ("3rd", "2026-04-03"),
        ("31st", "2026-03-31"),
        ("2026-11-17", "2026-11-17"),
        ("2026/11/17", "2026-11-17"),
        ("17-nov-2026", "2026-11-17"),
        ("17-nov", "2026-11-17"),
        ("end of 2027", "2027-12-31"),
        ("17.11.2026", "2026-11-17"),
        ("17/11", "2026-11-17"),
        ("3/12", "2026-03-12"),
        ("3/12/27", "2027-03-12"),
        ("Tue 17 Nov", "2026-11-17"),
        ("tue 17 nov 2026", "2026-11-17"),
        ("Tue 17 Nov 08:30", "2026-11-17T08:30"),
        ("2026-11-17 18:00", "2026-11-17T18:00"),
        ("2026-11-17T18:00", "2026-11-17T18:00"),
        ("2026-11-17T18:00:00Z", "2026-11-17T18:00 UTC"),
        ("2026-11-17T18:00+08:00", "2026-11-17T18:00 UTC+8"),
        ("2026-11-17T18:00-05:00", "2026-11-17T18:00 UTC-5"),
    ]);
}

#[test]
fn lengths_of_time() {
    means(&[
        ("in 3d", "2026-03-07"),
        ("+2d", "2026-03-06"),
        ("-2d", "2026-03-02"),
        ("2w", "2026-03-18"),
        ("a week", "2026-03-11"),
        ("in two weeks", "2026-03-18"),
        ("within 3 days", "2026-03-07"),
        ("1mo", "2026-04-04"),
        ("in a year", "2027-03-04"),
        ("1q", "2026-06-04"),
        ("3d 9am", "2026-03-07T09:00"),
        ("9am in 3 days", "2026-03-07T09:00"),
        ("72h", "2026-03-07T10:30"),
        ("in an hour", "2026-03-04T11:30"),
        ("half an hour", "2026-03-04T11:00"),
        ("1h 30m", "2026-03-04T12:00"),
        ("1h30m", "2026-03-04T12:00"),
        ("1 hour and 30 minutes", "2026-03-04T12:00"),
        ("1.5h", "2026-03-04T12:00"),
        ("1h30", "2026-03-04T12:00"),
        ("2h ago", "2026-03-04T08:30"),
        ("1d 4h", "2026-03-05T14:30"),
        ("2 weeks from now", "2026-03-18"),
        ("3 days from today", "2026-03-07"),
        ("a week from fri", "2026-03-13"),
        ("2 days before eom", "2026-03-29"),
        ("3 business days", "2026-03-09"),
        ("2 workdays ago", "2026-03-02"),
        ("10bd", "2026-03-18"),
    ]);
}

#[test]
fn times_of_day() {
    means(&[
        ("6pm", "2026-03-04T18:00"),
        ("6p", "2026-03-04T18:00"),
        ("6:30 p.m.", "2026-03-04T18:30"),
        ("6.30pm", "2026-03-04T18:30"),
        ("9am", "2026-03-05T09:00"),
        ("10:30", "2026-03-04T10:30"),
        ("10:29", "2026-03-05T10:29"),
        ("noon", "2026-03-04T12:00"),
        ("12am", "2026-03-05T00:00"),
        ("12pm", "2026-03-04T12:00"),
        ("24:00", "2026-03-05T00:00"),
        ("fri midnight", "2026-03-07T00:00"),
        ("fri 9am", "2026-03-06T09:00"),
        ("9am fri", "2026-03-06T09:00"),
        ("fri, 9am", "2026-03-06T09:00"),
        ("Fri @ 7pm", "2026-03-06T19:00"),
        ("fri at noon", "2026-03-06T12:00"),
        ("tomorrow 9", "2026-03-05T09:00"),
        ("tomorrow at 3", "2026-03-05T15:00"),
        ("fri 16", "2026-03-06T16:00"),
        ("eod", "2026-03-04T23:59"),
        ("end of day", "2026-03-04T23:59"),
        ("by the end of day fri", "2026-03-06T23:59"),
        ("fri cob", "2026-03-06T18:00"),
        ("end of business tomorrow", "2026-03-05T18:00"),
        ("8 tonight", "2026-03-04T20:00"),
        ("tonight at 1", "2026-03-05T01:00"),
        ("9 in the morning", "2026-03-05T09:00"),
        ("tomorrow morning at 9", "2026-03-05T09:00"),
        ("mon afternoon", "2026-03-09T15:00"),
        ("fri evening", "2026-03-06T20:00"),
        ("last night", "2026-03-03T22:00"),
        ("4-6pm", "2026-03-04T16:00 .. 2026-03-04T18:00"),
        ("11-1pm", "2026-03-04T11:00 .. 2026-03-04T13:00"),
        ("fri 10am-2", "2026-03-06T10:00 .. 2026-03-06T14:00"),
        ("fri 9-17:00", "2026-03-06T09:00 .. 2026-03-06T17:00"),
        ("fri 9-5", "2026-03-06T09:00 .. 2026-03-06T17:00"),
        ("fri 4:30-6pm", "2026-03-06T16:30 .. 2026-03-06T18:00"),
        ("fri 22:00-02:00", "2026-03-06T22:00 .. 2026-03-07T02:00"),
        ("fri 11pm-1am", "2026-03-06T23:00 .. 2026-03-07T01:00"),
        ("from 4 to 6pm", "2026-03-04T16:00 .. 2026-03-04T18:00"),
        (
            "between 4 and 6pm fri",
            "2026-03-06T16:00 .. 2026-03-06T18:00",
        ),
        ("fri 4pm – 6pm", "2026-03-06T16:00 .. 2026-03-06T18:00"),
        ("fri 10pm-midnight", "2026-03-06T22:00 .. 2026-03-07T00:00"),
    ]);
}

#[test]
fn stretches_of_days() {
    means(&[
        ("mon-wed", "2026-03-09 .. 2026-03-11"),
        ("mon-fri next week", "2026-03-09 .. 2026-03-13"),
        ("next week wed-fri", "2026-03-11 .. 2026-03-13"),
        ("fri to mon", "2026-03-06 .. 2026-03-09"),
        ("17-19 nov", "2026-11-17 .. 2026-11-19"),
        ("nov 17-19", "2026-11-17 .. 2026-11-19"),
        ("28 dec - 3 jan", "2026-12-28 .. 2027-01-03"),
        ("from tomorrow to fri", "2026-03-05 .. 2026-03-06"),
    ]);
}

#[test]
fn zones_and_contacts() {
    means(&[
        ("eod SGT", "2026-03-05T23:59 Asia/Singapore"),
        ("by 5pm PT", "2026-03-04T17:00"),
        ("thu 18:00 sgt", "2026-03-05T18:00 Asia/Singapore"),
        ("before Thu 18:00 SGT", "2026-03-05T18:00 Asia/Singapore"),
        ("wei 10am", "2026-03-05T10:00 Asia/Singapore"),
        ("10am wei's time", "2026-03-05T10:00 Asia/Singapore"),
        ("fri 9am Lei Wang", "2026-03-06T09:00 Asia/Shanghai"),
        ("fri 9am 王磊", "2026-03-06T09:00 Asia/Shanghai"),
        ("sam li fri 9am", "2026-03-06T09:00 Asia/Shanghai"),
        ("fri 9am in singapore", "2026-03-06T09:00 Asia/Singapore"),
        ("fri 9am (SGT)", "2026-03-06T09:00 Asia/Singapore"),
        ("fri 9am los angeles", "2026-03-06T09:00"),
        (
            "fri 9am Asia/Ho_Chi_Minh",
            "2026-03-06T09:00 Asia/Ho_Chi_Minh",
        ),
        ("fri 9am UTC+8", "2026-03-06T09:00 UTC+8"),
        ("fri 9am utc-3:30", "2026-03-06T09:00 UTC-3:30"),
        ("fri 9am singapore time", "2026-03-06T09:00 Asia/Singapore"),
        ("fri 9am my time", "2026-03-06T09:00"),
        ("SGT fri 9am", "2026-03-06T09:00 Asia/Singapore"),
        ("fri sgt", "2026-03-06 Asia/Singapore"),
        ("2h SGT", "2026-03-05T04:30 Asia/Singapore"),
    ]);
}

#[test]
fn chinese() {
    means(&[
        ("今天", "2026-03-04"),
        ("明天", "2026-03-05"),
        ("后天", "2026-03-06"),
        ("大后天", "2026-03-07"),
        ("周四前", "2026-03-05"),
        ("周五之前", "2026-03-06"),
        ("星期五", "2026-03-06"),
        ("下周二", "2026-03-10"),
        ("下周二10:00", "2026-03-10T10:00"),
        ("下下周一", "2026-03-16"),
        ("这周五", "2026-03-06"),
        ("周五下午3点", "2026-03-06T15:00"),
        ("周五下午三点半", "2026-03-06T15:30"),
        ("周五下午3点到5点", "2026-03-06T15:00 .. 2026-03-06T17:00"),
        ("明天上午十点", "2026-03-05T10:00"),
        ("明早9点", "2026-03-05T09:00"),
        ("今晚8点", "2026-03-04T20:00"),
        ("今天下班前", "2026-03-04T18:00"),
        ("今天18:00前", "2026-03-04T18:00"),
        ("3天后", "2026-03-07"),
        ("三天内", "2026-03-07"),
        ("两周后", "2026-03-18"),
        ("半小时后", "2026-03-04T11:00"),
        ("2小时后", "2026-03-04T12:30"),
        ("3个工作日", "2026-03-09"),
        ("月底", "2026-03-31"),
        ("下个月", "2026-04-01"),
        ("11月17日", "2026-11-17"),
        ("2027年1月5号", "2027-01-05"),
        ("17号", "2026-03-17"),
        ("周末", "2026-03-07"),
        ("周四18：00新加坡时间", "2026-03-05T18:00 Asia/Singapore"),
        ("北京时间周五上午10点", "2026-03-06T10:00 Asia/Shanghai"),
        ("明天下午3点20分", "2026-03-05T15:20"),
        ("周五的下午3点", "2026-03-06T15:00"),
    ]);
}

#[test]
fn doubts_are_shown_with_the_other_readings() {
    for text in [
        "next tue",
        "next fri",
        "wed",
        "this wed",
        "eod",
        "tonight",
        "morning",
        "3/12",
        "45m",
        "jan 27",
        "next month",
        "next week",
        "tue in 2 weeks",
        "fri midnight",
        "tomorrow 9",
        "fri 4:30",
        "before fri",
        "周四前",
        "next weekend",
        "eow",
    ] {
        assert!(reading(text).ambiguous.is_some(), "{text}");
    }
    for text in [
        "fri",
        "fri 9am",
        "17 nov",
        "in 3d",
        "72h",
        "17/11",
        "13/3",
        "24/12",
        "12/24",
        "at 18h",
        "sexta às 17h30",
        "下周二",
        "fri 18:00",
        "today 5pm",
    ] {
        let plain = reading(text);
        assert!(
            plain.ambiguous.is_none() && plain.others.is_empty(),
            "{text}: {plain:?}"
        );
    }
    assert_eq!(others("next tue"), ["2026-03-17"]);
    assert_eq!(others("next fri"), ["2026-03-06"]);
    assert_eq!(others("wed"), ["2026-03-04"]);
    assert_eq!(others("3/12"), ["2026-12-03"]);
    assert_eq!(others("fri eod"), ["2026-03-06T18:00", "2026-03-06T17:00"]);
    assert_eq!(others("tomorrow 9"), ["2026-03-05T21:00"]);
    assert_eq!(others("周四前"), ["2026-03-04"]);
    assert_eq!(others("45m"), ["2029-12-04"]);
}

#[test]
fn a_number_with_h_is_a_time_of_day_where_one_stands() {
    means(&[
        ("sexta às 18h", "2026-03-06T18:00"),
        ("até sexta às 18h", "2026-03-06T18:00"),
        ("viernes a las 17h30", "2026-03-06T17:30"),
        ("fri 17h30", "2026-03-06T17:30"),
        ("fri 17h30min", "2026-03-06T17:30"),
        ("fri 1730h", "2026-03-06T17:30"),
        ("fri 18 h", "2026-03-06T18:00"),
        ("fri 18hs", "2026-03-06T18:00"),
        ("18h fri", "2026-03-06T18:00"),
        ("às 18h de sexta", "2026-03-06T18:00"),
        ("vendredi à 17h", "2026-03-06T17:00"),
        ("freitag um 18 Uhr", "2026-03-06T18:00"),
        ("by 18h", "2026-03-04T18:00"),
        ("até 18h", "2026-03-04T18:00"),
        ("fri 9h-18h", "2026-03-06T09:00 .. 2026-03-06T18:00"),
        ("viernes a las 6 de la tarde", "2026-03-06T18:00"),
        ("sexta às 6h da tarde", "2026-03-06T18:00"),
        ("fri half past five", "2026-03-06T17:30"),
        ("fri half past 9", "2026-03-06T09:30"),
        ("fri quarter to six pm", "2026-03-06T17:45"),
        ("fri at five", "2026-03-06T17:00"),
        ("金曜日の18時", "2026-03-06T18:00"),
        ("金曜日の午後6時半", "2026-03-06T18:30"),
        ("18h", "2026-03-05T04:30"),
        ("in 18h", "2026-03-05T04:30"),
        ("within 24h", "2026-03-05T10:30"),
        ("1h 30m", "2026-03-04T12:00"),
        ("2h ago", "2026-03-04T08:30"),
    ]);
    assert_eq!(others("18h"), ["2026-03-04T18:00"]);
    assert_eq!(others("16h30"), ["2026-03-04T16:30"]);
    assert_eq!(others("1730h"), ["2026-03-04T17:30"]);
    for text in [
        "in 18h",
        "within 24h",
        "1h 30m",
        "2h ago",
        "+2h",
        "fri 17h30",
    ] {
        assert!(others(text).is_empty(), "{text}");
    }
}

#[test]
fn another_reading_is_told_apart_from_the_taken_one() {
    // On Sunday 1 November 2026 the clocks of Los Angeles go back.
    let fold = at("2026-11-01T07:30:00Z");
    let twice = read("today 1:30am", &fold).unwrap();
    assert_eq!(other_labels(&twice), ["01:30 (UTC-8)"]);
    assert_eq!(other_labels(&reading("mon 9am PST")), ["09:00 UTC-8"]);
    for label in other_labels(&reading("next year")) {
        assert!(label.ends_with("2027"), "{label}");
    }
    assert_eq!(other_labels(&reading("next tue")), ["Tue 17 Mar"]);
}

#[test]
fn a_weekday_settles_what_a_date_leaves_open() {
    // 3 December 2026 is a Thursday like 12 March; 3/11 is only a Wednesday as 11 March.
    let settled = reading("wed 3/11");
    assert_eq!(short(&settled), "2026-03-11");
    assert!(settled.ambiguous.is_none());
    let wrong = refused("mon 17 nov 2026");
    assert!(
        wrong
            .to_string()
            .contains("17 Nov 2026 is a Tue, not a Mon"),
        "{wrong}"
    );
}

#[test]
fn what_is_not_understood_is_refused_by_name_and_place() {
    let cases = [
        ("fri foo", "foo", 5),
        ("foo fri", "foo", 1),
        ("fri 9am sgtt", "sgtt", 9),
        ("tomorrow at", "at", 10),
        ("fri 9am 10am", "10am", 9),
        ("fri mon", "mon", 5),
        ("fri SGT HKT", "HKT", 9),
        ("5pm PT / 9am SGT", "/", 8),
        ("at 9am at", "at", 8),
        ("fri the", "the", 5),
        ("31 feb", "31 feb", 1),
        ("25:00", "25:00", 1),
        ("13pm", "13pm", 1),
        ("8", "8", 1),
        ("1800", "1800", 1),
        ("next foo", "foo", 6),
        ("9am ,", ",", 5),
        ("明天下午三点开会", "开会", 7),
        ("９am ｆoo", "foo", 5),
        ("fri 9am and 10am", "and", 9),
        ("fri 9am (SGT", "(SGT", 9),
    ];
    for (text, word, place) in cases {
        let error = refused(text);
        assert_eq!(
            (error.word.as_str(), error.at),
            (word, place),
            "{text}: {error}"
        );
    }
    assert!(
        refused("firday")
            .to_string()
            .contains("did you mean `friday`?")
    );
    assert!(
        refused("fri 9am singapor")
            .to_string()
            .contains("did you mean `singapore`?")
    );
    assert!(
        refused("fri 9am annna")
            .to_string()
            .contains("did you mean `ana`?")
    );
    assert!(refused("1800").hint.contains("18:00"));
    assert_eq!(refused("").problem, Problem::Empty);
    assert_eq!(refused("  ").problem, Problem::Empty);
    assert_eq!(refused("SGT").problem, Problem::OnlyZone);
    assert_eq!(refused("wei").problem, Problem::OnlyZone);
}

#[test]
fn contested_zones_and_contacts_are_refused_with_their_candidates() {
    for word in ["CST", "IST", "AST"] {
        let error = refused(&format!("fri 9am {word}"));
        assert!(matches!(error.problem, Problem::Contested(_)), "{error}");
        assert_eq!(error.word, word);
    }
    let text = refused("fri 9am cst").to_string();
    assert!(
        text.contains("Asia/Shanghai") && text.contains("America/Chicago"),
        "{text}"
    );
    let text = refused("sam 9am").to_string();
    assert!(
        text.contains("Sam Okafor (Lagos)") && text.contains("Sam Li (Shanghai)"),
        "{text}"
    );
}

#[test]
fn contradictions_are_refused() {
    for text in [
        "tonight 8am",
        "tomorrow morning 3pm",
        "2h 9am",
        "nov 5pm",
        "mon-wed 9am",
        "in 99999999 days",
        "in 99999 years",
        "nov 17 3050",
        "tomorrow eom",
        "now 9am",
        "9-9",
        "fri 9am-",
        "in tuesday",
        "UTC+25 9am",
        "2026-13-01",
        "40/50",
        "1.5d",
        "2 hours before fri",
        "17:5",
        "18:00:30",
    ] {
        refused(text);
    }
}

#[test]
fn a_contact_named_like_a_word_is_the_other_reading() {
    let tom = reading("tom 9am");
    assert_eq!(short(&tom), "2026-03-05T09:00");
    assert!(tom.ambiguous.is_some());
    assert_eq!(others("tom 9am"), ["2026-03-05T09:00 America/New_York"]);
    assert_eq!(
        short(&reading("tom ellery fri 9am")),
        "2026-03-06T09:00 America/New_York"
    );
    // A contact named like a city: the contact first, the place as the other reading.
    assert_eq!(
        short(&reading("sydney fri 9am")),
        "2026-03-06T09:00 Asia/Seoul"
    );
    assert_eq!(
        others("sydney fri 9am"),
        ["2026-03-06T09:00 Australia/Sydney"]
    );
}

#[test]
fn the_day_is_counted_at_home_unless_that_is_past() {
    // Thursday already in Singapore.
    assert_eq!(
        short(&reading("tomorrow 9am SGT")),
        "2026-03-05T09:00 Asia/Singapore"
    );
    assert_eq!(
        others("tomorrow 9am SGT"),
        ["2026-03-06T09:00 Asia/Singapore"]
    );
    assert_eq!(
        short(&reading("today 6pm SGT")),
        "2026-03-05T18:00 Asia/Singapore"
    );
    assert_eq!(
        short(&reading("17 nov 9am SGT")),
        "2026-11-17T09:00 Asia/Singapore"
    );
    assert!(reading("17 nov 9am SGT").ambiguous.is_none());
    // Nobody means next week's Thursday here, whatever the day in Singapore.
    assert!(reading("thu 18:00 SGT").ambiguous.is_none());
    assert_eq!(
        others("eod tomorrow SGT").last().unwrap(),
        "2026-03-06T23:59 Asia/Singapore"
    );
}

#[test]
fn a_stated_offset_that_is_not_in_force_is_shown() {
    // Daylight saving begins on 8 March.
    let before = reading("fri 9am PST");
    assert!(before.ambiguous.is_none() && before.others.is_empty());
    let after = reading("mon 9am PST");
    assert_eq!(short(&after), "2026-03-09T09:00");
    assert!(after.ambiguous.is_some());
    assert_eq!(others("mon 9am PST"), ["2026-03-09T09:00 UTC-8"]);
    assert!(reading("mon 9am PT").ambiguous.is_none());
}

#[test]
fn calendar_days_keep_the_wall_clock_and_hours_do_not() {
    let saturday = at("2026-03-07T18:30:00Z");
    let days = read("in 1d 9am", &saturday).unwrap();
    assert_eq!(short(&days), "2026-03-08T09:00");
    assert_eq!(days.anchor, Anchor::Wall);
    let hours = read("24h", &saturday).unwrap();
    assert_eq!(short(&hours), "2026-03-08T11:30");
    assert_eq!(hours.instant().to_string(), "2026-03-08T18:30:00Z");
    assert_eq!(hours.anchor, Anchor::Instant(hours.instant()));
    let both = read("1d 1h", &saturday).unwrap();
    assert_eq!(short(&both), "2026-03-08T11:30");
}

#[test]
fn a_skipped_hour_shows_as_the_clock_will_and_says_so() {
    let gap = reading("sun 2:30am");
    assert_eq!(short(&gap), "2026-03-08T03:30");
    assert_eq!(gap.instant().to_string(), "2026-03-08T10:30:00Z");
    assert!(
        gap.ambiguous
            .unwrap()
            .contains("02:30 does not exist in Los Angeles")
    );
}

#[test]
fn a_doubled_hour_means_its_first_pass_and_offers_the_second() {
    let fold = reading("1 nov 1:30am");
    assert_eq!(fold.instant().to_string(), "2026-11-01T08:30:00Z");
    assert!(fold.ambiguous.is_some());
    let second = &fold.others[0].reading;
    assert_eq!(second.instant().to_string(), "2026-11-01T09:30:00Z");
    assert_eq!(short(second), "2026-11-01T01:30");
}

#[test]
fn a_date_that_a_zone_skipped_is_said() {
    let context = PhraseContext::new(
        "2011-12-28T10:00:00Z".parse().unwrap(),
        load("Pacific/Apia").unwrap(),
    );
    let missing = read("30 dec", &context).unwrap();
    assert!(
        missing
            .ambiguous
            .unwrap()
            .contains("does not exist in Apia")
    );
}

#[test]
fn the_hour_of_tonight_and_eod_can_be_past() {
    // 23:10 in Los Angeles.
    let late = at("2026-03-05T07:10:00Z");
    assert_eq!(short(&read("tonight", &late).unwrap()), "2026-03-04T23:59");
    assert_eq!(short(&read("eod", &late).unwrap()), "2026-03-04T23:59");
    assert_eq!(
        short(&read("today 5pm", &late).unwrap()),
        "2026-03-04T17:00"
    );
    assert!(read("today 5pm", &late).unwrap().is_past());
    assert_eq!(short(&read("5pm", &late).unwrap()), "2026-03-05T17:00");
}

#[test]
fn what_is_past_is_no_other_reading() {
    // Wednesday 10:30: today's 9 o'clock is gone, today's 18:00 is not.
    assert!(reading("wed 9am").ambiguous.is_none());
    assert_eq!(others("wed 18:00"), ["2026-03-04T18:00"]);
    let evening = at("2026-03-05T03:00:00Z");
    let eod = read("eod", &evening).unwrap();
    assert_eq!(short(&eod), "2026-03-04T23:59");
    assert!(eod.ambiguous.is_none() && eod.others.is_empty());
    let now = at("2026-03-04T18:30:20Z");
    assert!(!read("now", &now).unwrap().is_past());
    assert!(read("yesterday", &now).unwrap().is_past());
    assert!(!read("today", &now).unwrap().is_past());
}

#[test]
fn a_stretch_within_the_skipped_hour_is_refused() {
    refused("sun 2:30am-3am");
    assert_eq!(
        short(&reading("sun 1am-3am")),
        "2026-03-08T01:00 .. 2026-03-08T03:00"
    );
}

#[test]
fn settings_change_the_first_reading() {
    let mut settings = context();
    settings.settings.end_of_day = EndOfDay::WorkEnd;
    settings.settings.date_order = DateOrder::DayFirst;
    settings.settings.tonight = Time::constant(20, 0, 0, 0);
    settings.settings.week_start = Weekday::Sunday;
    let read = |text: &str| short(&read(text, &settings).unwrap());
    assert_eq!(read("fri eod"), "2026-03-06T18:00");
    assert_eq!(read("3/12"), "2026-12-03");
    assert_eq!(read("tonight"), "2026-03-04T20:00");
    assert_eq!(read("next week"), "2026-03-08");
}

#[test]
fn the_echo_shows_weekday_date_and_both_zones() {
    let home = load("America/Los_Angeles").unwrap();
    let echo = |text: &str| echo(&reading(text), &home);
    assert_eq!(
        echo("next tue 4-6pm SGT"),
        "next tue 4-6pm SGT -> Tue 10 Mar 16:00-18:00 Singapore = Tue 10 Mar 01:00-03:00 LA"
    );
    assert_eq!(other_labels(&reading("next tue 4-6pm SGT")), ["Tue 17 Mar"]);
    assert_eq!(echo("fri 9am"), "fri 9am -> Fri 6 Mar 09:00 LA");
    assert_eq!(echo(" fri "), "fri -> Fri 6 Mar LA");
    assert_eq!(echo("jan 27"), "jan 27 -> Wed 27 Jan 2027 LA");
    assert_eq!(echo("mon-wed"), "mon-wed -> Mon 9 Mar - Wed 11 Mar LA");
    assert_eq!(
        echo("wei 10am"),
        "wei 10am -> Thu 5 Mar 10:00 Singapore = Wed 4 Mar 18:00 LA"
    );
    assert_eq!(
        echo("fri SGT"),
        "fri SGT -> Fri 6 Mar Singapore = Thu 5 Mar 08:00 - Fri 6 Mar 08:00 LA"
    );
    assert_eq!(
        echo("fri 3pm-5pm SGT"),
        "fri 3pm-5pm SGT -> Fri 6 Mar 15:00-17:00 Singapore = Thu 5 Mar 23:00 - Fri 6 Mar 01:00 LA"
    );
    assert_eq!(other_labels(&reading("fri eod")), ["18:00", "17:00"]);
    assert_eq!(other_labels(&reading("tom 9am")), ["09:00 New York"]);
}

#[test]
fn json_carries_the_doubts() {
    let json = to_json(&reading("next tue 4-6pm SGT"));
    assert_eq!(json["start"], "2026-03-10T16:00");
    assert_eq!(json["end"], "2026-03-10T18:00");
    assert_eq!(json["zone"], "Asia/Singapore");
    assert_eq!(json["precision"], "minute");
    assert_eq!(json["instant"], "2026-03-10T08:00:00Z");
    assert_eq!(json["others"][0]["start"], "2026-03-17T16:00");
    assert!(json["ambiguous"].is_string() && json["others"][0]["why"].is_string());
    let plain = to_json(&reading("fri"));
    assert_eq!(plain["precision"], "date");
    assert!(plain["end"].is_null() && plain["ambiguous"].is_null());
    assert_eq!(plain["others"].as_array().unwrap().len(), 0);
}

#[test]
fn readings_become_due_times() {
    assert_eq!(
        reading("fri").due(),
        Due::Day(jiff::civil::date(2026, 3, 6))
    );
    assert_eq!(
        reading("fri 9am").due(),
        Due::Wall(
            jiff::civil::date(2026, 3, 6).at(9, 0, 0, 0),
            load("America/Los_Angeles").unwrap()
        )
    );
    assert_eq!(
        reading("72h").due(),
        Due::Instant("2026-03-07T18:30:00Z".parse().unwrap())
    );
    // The end of a stretch is when it is due.
    assert_eq!(
        reading("mon-wed").due(),
        Due::Day(jiff::civil::date(2026, 3, 11))
    );
}

#[test]
fn every_zone_word_can_follow_a_time() {
    let mut wrong = Vec::new();
    for word in super::super::zone::words() {
        let text = format!("fri 9am {word}");
        match read(&text, &context()) {
            Ok(_)
            | Err(PhraseError {
                problem: Problem::Contested(_),
                ..
            }) => {}
            Err(refused) => wrong.push(format!("{text}: {refused}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_bare_number_that_may_be_a_day_is_shown_as_one_too() {
    for (text, taken, other) in [
        ("20", "2026-03-04T20:00", Some("2026-03-20")),
        ("by 20", "2026-03-04T20:00", Some("2026-03-20")),
        ("13", "2026-03-04T13:00", Some("2026-03-13")),
        ("24", "2026-03-05T00:00", Some("2026-03-24")),
        ("fri 20", "2026-03-06T20:00", Some("2026-03-20")),
        // Thursday is not the 20th.
        ("thu 20", "2026-03-05T20:00", None),
        ("at 20", "2026-03-04T20:00", None),
        ("20:00", "2026-03-04T20:00", None),
        ("tomorrow 20", "2026-03-05T20:00", None),
    ] {
        let read = reading(text);
        assert_eq!(short(&read), taken, "{text}");
        assert_eq!(others(text).first().map(String::as_str), other, "{text}");
        assert_eq!(read.ambiguous.is_some(), other.is_some(), "{text}");
    }
    assert_eq!(others("20 sgt"), ["2026-03-20 Asia/Singapore"]);
    for text in [
        "5",
        "31",
        "7 8",
        "20 21",
        "2030",
        "in 3",
        "in -3d",
        "within -2 weeks",
    ] {
        refused(text);
    }
    assert!(refused("in -3d").to_string().contains("goes forward"));
    assert_eq!(short(&reading("-3d")), "2026-03-01");
    assert_eq!(
        others("12/11").first().map(String::as_str),
        Some("2026-11-12")
    );
}

#[test]
fn days_are_read_in_the_languages_of_those_one_writes_with() {
    for (text, wanted) in [
        ("hoy", "2026-03-04"),
        ("mañana", "2026-03-05"),
        ("manan\u{303}a", "2026-03-05"),
        ("pasado mañana", "2026-03-06"),
        ("el viernes", "2026-03-06"),
        ("viernes 18:00", "2026-03-06T18:00"),
        ("Miércoles", "2026-03-11"),
        ("20 marzo", "2026-03-20"),
        ("hoje", "2026-03-04"),
        ("amanhã", "2026-03-05"),
        ("sexta-feira", "2026-03-06"),
        ("terça", "2026-03-10"),
        ("今日", "2026-03-04"),
        ("明後日", "2026-03-06"),
        ("金曜日", "2026-03-06"),
        ("hôm nay", "2026-03-04"),
        ("ngày mai", "2026-03-05"),
        ("thứ sáu", "2026-03-06"),
        ("اليوم", "2026-03-04"),
        ("غداً", "2026-03-05"),
        ("الجمعة", "2026-03-06"),
    ] {
        assert_eq!(short(&reading(text)), wanted, "{text}");
    }
    for text in [
        "hoyo",
        "viernesito",
        "hoy mismo",
        "el",
        "el salvador",
        "ngày",
    ] {
        refused(text);
    }
}
