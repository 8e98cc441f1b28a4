//! Recurring events with exceptions, as calendars of several makers write them.

use cnm::ics::{AllDay, Import, Kind, Options, Shows, read};
use jiff::tz::TimeZoneDatabase;

fn options() -> Options {
    Options::new(
        "2026-02-01T00:00Z".parse().unwrap(),
        "2026-05-01T00:00Z".parse().unwrap(),
    )
}

/// Reads events given line by line and lists start and title of what is in range.
fn listed(events: &[&str]) -> Vec<String> {
    listed_with(events, &options())
}

/// Reads events given line by line.
fn imported(events: &[&str], options: &Options) -> Import {
    let bodies: Vec<String> = events
        .iter()
        .map(|event| event.replace('|', "\n"))
        .collect();
    let body = bodies.join("\nEND:VEVENT\nBEGIN:VEVENT\n");
    let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{body}\nEND:VEVENT\nEND:VCALENDAR\n");
    read(text.as_bytes(), options).unwrap()
}

fn listed_with(events: &[&str], options: &Options) -> Vec<String> {
    let import = imported(events, options);
    import
        .occurrences
        .iter()
        .map(|one| format!("{} {}", one.start.strftime("%m-%d %H:%M"), one.summary))
        .collect()
}

const WEEKLY: &str = "UID:1|SUMMARY:weekly|SEQUENCE:1|DTSTART;TZID=America/Los_Angeles:20260302T170000|\
    DTEND;TZID=America/Los_Angeles:20260302T180000|RRULE:FREQ=WEEKLY;COUNT=4";

#[test]
fn a_series_keeps_its_wall_time_over_a_clock_change() {
    assert_eq!(
        listed(&[WEEKLY]),
        [
            "03-03 01:00 weekly",
            "03-10 00:00 weekly",
            "03-17 00:00 weekly",
            "03-24 00:00 weekly"
        ]
    );
}

#[test]
fn a_moved_instance_is_found_by_its_instant_whatever_its_sequence() {
    let moved = "UID:1|SUMMARY:moved|SEQUENCE:0|RECURRENCE-ID:20260310T000000Z|DTSTART:20260311T090000Z|DURATION:PT1H";
    assert_eq!(
        listed(&[moved, WEEKLY]),
        [
            "03-03 01:00 weekly",
            "03-11 09:00 moved",
            "03-17 00:00 weekly",
            "03-24 00:00 weekly"
        ]
    );
}

#[test]
fn a_cancelled_instance_leaves_a_hole() {
    let gone = "UID:1|SUMMARY:weekly|STATUS:CANCELLED|RECURRENCE-ID;TZID=America/Los_Angeles:20260316T170000|\
        DTSTART;TZID=America/Los_Angeles:20260316T170000";
    assert_eq!(
        listed(&[WEEKLY, gone]),
        [
            "03-03 01:00 weekly",
            "03-10 00:00 weekly",
            "03-24 00:00 weekly"
        ]
    );
}

/// Returns what is said about events given line by line.
fn remarks(events: &[&str]) -> Vec<String> {
    let import = imported(events, &options());
    let remarks = import.remarks.iter().chain(&import.outside_events);
    remarks.map(ToString::to_string).collect()
}

#[test]
fn what_blocks_nothing_is_named_with_the_true_reason() {
    let gone = "UID:1|SUMMARY:gone|STATUS:CANCELLED|RECURRENCE-ID;TZID=America/Los_Angeles:20260316T170000|\
        DTSTART;TZID=America/Los_Angeles:20260316T170000";
    assert_eq!(
        remarks(&[WEEKLY, gone]),
        ["`gone` (line 10): left out: cancelled"]
    );
    assert_eq!(
        remarks(&["UID:3|SUMMARY:point|DTSTART:20260302T100000Z"]),
        ["`point` (line 2): blocks no time: without length, neither an end nor a duration"]
    );
    assert_eq!(
        remarks(&[
            "UID:4|SUMMARY:over|DTSTART:20260302T100000Z|DURATION:PT1H|RRULE:FREQ=DAILY;UNTIL=20260301T000000Z"
        ]),
        ["`over` (line 2): left out: its rule ends before it begins, so it never takes place"]
    );
    assert_eq!(
        remarks(&[
            "UID:5|SUMMARY:none|DTSTART:20260302T100000Z|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=2|\
            EXDATE:20260302T100000Z,20260303T100000Z"
        ]),
        ["`none` (line 2): left out: its exceptions take away every time in that range"]
    );
    assert_eq!(
        remarks(&["UID:6|SUMMARY:late|DTSTART:20270302T100000Z|DURATION:PT1H"]),
        ["`late` (line 2): left out: no time in that range, it begins Tue 2 Mar 2027"]
    );
}

#[test]
fn an_instance_moved_into_the_range_from_outside_is_seen() {
    let late = "UID:2|SUMMARY:far|DTSTART:20200101T100000Z|DURATION:PT1H|RRULE:FREQ=YEARLY";
    let moved =
        "UID:2|SUMMARY:near|RECURRENCE-ID:20260101T100000Z|DTSTART:20260315T100000Z|DURATION:PT1H";
    assert_eq!(listed(&[late, moved]), ["03-15 10:00 near"]);
}

#[test]
fn an_exception_may_be_a_date_a_local_time_or_an_instant() {
    for exception in [
        "EXDATE;VALUE=DATE:20260309",
        "EXDATE:20260309T170000",
        "EXDATE:20260310T000000Z",
    ] {
        let event = format!("{WEEKLY}|{exception}");
        assert_eq!(
            listed(&[&event]),
            [
                "03-03 01:00 weekly",
                "03-17 00:00 weekly",
                "03-24 00:00 weekly"
            ],
            "{exception}"
        );
    }
}

#[test]
fn this_and_all_later_instances_may_move_together() {
    let later = "UID:1|SUMMARY:later|RECURRENCE-ID;RANGE=THISANDFUTURE:20260317T000000Z|DTSTART:20260317T020000Z|DURATION:PT2H";
    assert_eq!(
        listed(&[WEEKLY, later]),
        [
            "03-03 01:00 weekly",
            "03-10 00:00 weekly",
            "03-17 02:00 later",
            "03-24 02:00 later"
        ]
    );
}

#[test]
fn until_may_be_local_or_universal() {
    for until in ["20260309T170000", "20260310T000000Z"] {
        let event = WEEKLY.replace("COUNT=4", &format!("UNTIL={until}"));
        assert_eq!(
            listed(&[&event]),
            ["03-03 01:00 weekly", "03-10 00:00 weekly"],
            "{until}"
        );
    }
}

#[test]
fn the_newest_version_of_a_series_counts() {
    let newer = WEEKLY
        .replace("SEQUENCE:1", "SEQUENCE:2")
        .replace("170000", "190000")
        .replace("180000", "200000");
    assert_eq!(listed(&[&newer, WEEKLY])[0], "03-03 03:00 weekly");
    assert_eq!(listed(&[&newer, WEEKLY]).len(), 4);
}

#[test]
fn whole_days_follow_the_calendar_of_the_reader_and_block_only_when_they_say_so() {
    let plain = "SUMMARY:birthday|DTSTART;VALUE=DATE:20260329";
    let away = "SUMMARY:away|DTSTART;VALUE=DATE:20260329|DTEND;VALUE=DATE:20260331|TRANSP:OPAQUE";
    let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{plain}\nEND:VEVENT\nBEGIN:VEVENT\n{away}\nEND:VEVENT\nEND:VCALENDAR").replace('|', "\n");
    let warsaw = TimeZoneDatabase::bundled().get("Europe/Warsaw").unwrap();
    let mut options = options().local(warsaw);
    let import = read(text.as_bytes(), &options).unwrap();
    let busy: Vec<String> = import
        .busy()
        .iter()
        .map(|(a, b)| format!("{a} {b}"))
        .collect();
    // 29 March has 23 hours in Warsaw
    assert_eq!(busy, ["2026-03-28T23:00:00Z 2026-03-30T22:00:00Z"]);
    assert_eq!(
        import.occurrences[0].kind,
        Kind::WholeDays {
            first: "2026-03-29".parse().unwrap()
        }
    );
    assert_eq!(
        import
            .occurrences
            .iter()
            .filter(|one| one.shows == Shows::Free)
            .count(),
        1
    );
    options.all_day = AllDay::Busy;
    assert_eq!(
        read(text.as_bytes(), &options)
            .unwrap()
            .occurrences
            .iter()
            .filter(|one| one.shows == Shows::Busy)
            .count(),
        2
    );
}

#[test]
fn outlook_says_free_in_its_own_words() {
    let event =
        "SUMMARY:hint|DTSTART:20260302T100000Z|DURATION:PT1H|X-MICROSOFT-CDO-BUSYSTATUS:FREE";
    let text = format!("BEGIN:VEVENT\n{}\nEND:VEVENT\n", event.replace('|', "\n"));
    assert!(read(text.as_bytes(), &options()).unwrap().busy().is_empty());
}

#[test]
fn busy_periods_without_events_are_read_too() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nFREEBUSY:20260302T100000Z/PT1H,20260302T103000Z/20260302T120000Z\n\
        FREEBUSY;FBTYPE=FREE:20260303T100000Z/PT1H\nEND:VFREEBUSY\nEND:VCALENDAR";
    let busy: Vec<String> = read(text.as_bytes(), &options())
        .unwrap()
        .busy()
        .iter()
        .map(|(a, b)| format!("{a} {b}"))
        .collect();
    assert_eq!(busy, ["2026-03-02T10:00:00Z 2026-03-02T12:00:00Z"]);
}

#[test]
fn times_without_a_zone_follow_the_calendar_s_own() {
    let text = "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Asia/Shanghai\nX-WR-CALNAME:Ops\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260302T100000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR";
    let import = read(text.as_bytes(), &options()).unwrap();
    assert_eq!(import.name.as_deref(), Some("Ops"));
    assert_eq!(
        import.occurrences[0].start.to_string(),
        "2026-03-02T02:00:00Z"
    );
}
