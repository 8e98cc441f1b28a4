//! Broken and hostile calendars: nothing panics, nothing hangs, and what is left out is named.
//!
//! `CNM_ICS_CORPUS` names a folder of calendars, else the shared one is used.

use cnm::ics::{IcsError, Import, MOST_BYTES, MOST_INSTANCES, Options, Reason, read};

use crate::shared_files;

fn options() -> Options {
    Options::new(
        "2026-01-01T00:00Z".parse().unwrap(),
        "2026-04-01T00:00Z".parse().unwrap(),
    )
}

fn event(lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn import(lines: &str) -> Import {
    read(event(lines).as_bytes(), &options()).unwrap()
}

fn reasons(lines: &str) -> Vec<Reason> {
    import(lines)
        .remarks
        .into_iter()
        .map(|remark| remark.reason)
        .collect()
}

#[test]
fn every_calendar_of_the_corpus_is_read_or_refused_also_when_cut_and_mangled() {
    let Some(folder) = shared_files::find("CNM_ICS_CORPUS", "corpora/ics") else {
        eprintln!("SKIPPED: no folder of hostile calendars (CNM_ICS_CORPUS)");
        return;
    };
    let (mut files, mut read_in, mut left_out) = (0, 0, 0);
    let wide = Options::new(
        "1970-01-01T00:00Z".parse().unwrap(),
        "2030-01-01T00:00Z".parse().unwrap(),
    );
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        files += 1;
        if let Ok(import) = read(&bytes, &wide) {
            read_in += import.occurrences.len();
            left_out += import.remarks.len();
            assert!(import.remarks.iter().all(|remark| remark.line > 0 && !remark.to_string().contains(char::is_control)));
        }
        for cut in (0..bytes.len()).step_by((bytes.len() / 30).max(17)) {
            let _ = read(&bytes[..cut], &wide);
        }
        let mut seed = 99_u32;
        for _ in 0..30 {
            let mut mangled = bytes.clone();
            for _ in 0..6 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let place = usize::try_from(seed >> 8).unwrap() % mangled.len().max(1);
                if let Some(byte) = mangled.get_mut(place) {
                    *byte = b"0123456789;:=,\"\r\n \xff-TZP/"[usize::try_from(seed & 15).unwrap()
                        + usize::try_from(seed >> 30).unwrap()];
                }
            }
            let _ = read(&mangled, &wide);
        }
    }
    println!("{files} calendars: {read_in} instances read, {left_out} remarks");
    assert!(files > 0);
}

#[test]
fn a_rule_by_the_second_is_cut_off_and_named() {
    let import = import("DTSTART:20260101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY");
    assert_eq!(import.occurrences.len(), MOST_INSTANCES);
    assert_eq!(import.remarks[0].reason, Reason::TooManyInstances);
}

#[test]
fn endless_work_for_nothing_is_given_up_and_named() {
    let rule = "DTSTART:19000101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY;BYSECOND=1,2,3;COUNT=2000000000";
    assert_eq!(reasons(rule), [Reason::TooMuchWork]);
}

#[test]
fn many_hostile_events_do_not_starve_an_honest_one_before_them() {
    let bad = "BEGIN:VEVENT\r\nUID:B\r\nDTSTART:19000101T000000Z\r\nRRULE:FREQ=MINUTELY;BYMINUTE=1;COUNT=2000000000\r\nEND:VEVENT\r\n";
    let good = "BEGIN:VEVENT\r\nSUMMARY:good\r\nDTSTART:20260105T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n";
    let text = format!(
        "BEGIN:VCALENDAR\r\n{}{good}{}END:VCALENDAR\r\n",
        bad.replace("UID:B\r\n", "").repeat(5),
        bad.repeat(5_000)
    );
    let import = read(text.as_bytes(), &options()).unwrap();
    assert_eq!(
        import
            .occurrences
            .iter()
            .filter(|one| &*one.summary == "good")
            .count(),
        13
    );
}

#[test]
fn events_without_end_take_nothing_from_those_behind_them() {
    let runaway = |uid: u32| {
        format!(
            "BEGIN:VEVENT\r\nUID:r{uid}\r\nSUMMARY:runaway\r\nDTSTART:20260101T000000Z\r\nDURATION:PT1S\r\n\
             RRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\n"
        )
    };
    let good = |uid: u32, rule: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:g{uid}\r\nSUMMARY:good\r\nDTSTART:20260105T100000Z\r\nDURATION:PT1H\r\n\
             {rule}END:VEVENT\r\n"
        )
    };
    let mut text = String::from("BEGIN:VCALENDAR\r\n");
    (0..40).for_each(|uid| text.push_str(&runaway(uid)));
    text.push_str(&good(0, "RRULE:FREQ=WEEKLY\r\n"));
    text.push_str(&good(1, "RRULE:FREQ=DAILY\r\n"));
    text.push_str(&good(2, ""));
    text.push_str("END:VCALENDAR\r\n");
    let import = read(text.as_bytes(), &options()).unwrap();
    let of = |uid: &str| {
        import
            .occurrences
            .iter()
            .filter(|one| &*one.uid == uid)
            .count()
    };
    assert_eq!((of("g0"), of("g2")), (13, 1));
    assert!(of("g1") > 80, "{}", of("g1"));
    // What is said is said of those that it is true of.
    assert!(import.occurrences.len() <= MOST_INSTANCES);
    assert_eq!(import.remarks.len(), 40);
    assert!(
        import
            .remarks
            .iter()
            .all(|remark| remark.event == "runaway")
    );
}

#[test]
fn an_event_without_end_that_began_long_ago_is_cut_off_and_named() {
    for (unit, length, reason) in [
        ("SECONDLY", "PT1S", Reason::TooManyInstances),
        ("MINUTELY", "PT1M", Reason::TooManyInstances),
        ("SECONDLY", "P1D", Reason::TooMuchWork),
    ] {
        let lines = format!("DTSTART:20200101T000000Z\r\nDURATION:{length}\r\nRRULE:FREQ={unit}");
        let import = import(&lines);
        assert_eq!(import.outside, 0, "{unit} {length}");
        let said: Vec<&Reason> = import.remarks.iter().map(|remark| &remark.reason).collect();
        assert_eq!(said, [&reason], "{unit} {length}");
        if reason == Reason::TooManyInstances {
            assert_eq!(import.occurrences.len(), MOST_INSTANCES, "{unit} {length}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_reason() {
    assert_eq!(reasons("SUMMARY:y"), [Reason::NoStart]);
    assert_eq!(
        reasons("DTSTART:tomorrow"),
        [Reason::BadTime {
            text: "tomorrow".into()
        }]
    );
    assert_eq!(
        reasons("DTSTART:20260105T100000Z\r\nDURATION:-PT5M"),
        [Reason::BadTime {
            text: "-PT5M".into()
        }]
    );
    assert_eq!(
        reasons("DTSTART;TZID=Mars:20260105T100000"),
        [Reason::UnknownZone {
            name: "Mars".into()
        }]
    );
    assert_eq!(
        reasons("DTSTART:20260105T100000Z\r\nRRULE:FREQ=WEEKLY;UNTL=20260301"),
        [Reason::BadRule {
            part: "UNTL=20260301".into()
        }]
    );
    assert_eq!(
        reasons("DTSTART:20260105T100000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED"),
        [Reason::Cancelled]
    );
    assert_eq!(
        reasons("DTSTART:20260105T100000Z\r\nDURATION:PT1H\r\nTRANSP:TRANSPARENT"),
        [Reason::ShownAsFree]
    );
    let open = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260105T100000Z\r\nEND:VCALENDAR\r\n";
    assert_eq!(
        read(open.as_bytes(), &options()).unwrap().remarks[0].reason,
        Reason::NotClosed
    );
}

#[test]
fn a_broken_exception_costs_only_itself() {
    let import = import(
        "DTSTART:20260105T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:nonsense,20260106T100000Z",
    );
    assert_eq!(import.occurrences.len(), 2);
    assert_eq!(
        import.remarks[0].reason,
        Reason::DateIgnored {
            text: "nonsense".into()
        }
    );
}

#[test]
fn a_file_that_is_too_large_or_no_calendar_is_refused() {
    assert_eq!(
        read(&vec![b' '; MOST_BYTES + 1], &options()),
        Err(IcsError::TooLarge {
            bytes: MOST_BYTES + 1
        })
    );
    for bytes in [&b""[..], b"\xff\xfe\x00", b"PK\x03\x04", b"hello: world\n"] {
        assert_eq!(read(bytes, &options()), Err(IcsError::NotACalendar));
    }
}

#[test]
fn bytes_that_are_no_text_cost_nothing_but_themselves() {
    let mut bytes = event("DTSTART:20260105T100000Z\r\nDURATION:PT1H").into_bytes();
    let place = bytes.windows(2).position(|pair| pair == b":x").unwrap() + 1;
    bytes[place] = 0xff;
    assert_eq!(
        &*read(&bytes, &options()).unwrap().occurrences[0].summary,
        "\u{fffd}"
    );
}

#[test]
fn deep_nesting_and_long_lines_are_no_trouble() {
    let deep = "BEGIN:VCALENDAR\n".repeat(100_000);
    let _ = read(deep.as_bytes(), &options());
    let long = format!("BEGIN:VEVENT\nSUMMARY:{}\n", " y\n ".repeat(900_000));
    let _ = read(long.as_bytes(), &options());
    let quotes = format!(
        "BEGIN:VEVENT\nDTSTART;X=\"{}:1\nEND:VEVENT\n",
        ";\"".repeat(900_000)
    );
    let _ = read(quotes.as_bytes(), &options());
    let many = "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260101T000000Z\nDTSTART:20260101T000000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n";
    let _ = read(many.repeat(40_000).as_bytes(), &options());
}
