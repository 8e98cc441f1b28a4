//! What one does with times: hold, let expire, propose, agree, move, repeat, send and take in calendars.

use cnm::app::{App, Mode, Msg};
use cnm::command::{Timetable, Wanted, between};
use cnm::effect::{Batch, CacheRow, CalendarRequest, Effect, Load, RowState};
use cnm::ics::{self, Options};
use cnm::pane::{Anchored, Focus, SlotView, SlotsScreen};
use cnm::record::{BusyBlock, Id, Kind, Meeting, MeetingState};
use cnm::slots::Shade;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::backend::Backend;
use crate::desk;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn open(rows: &[CacheRow], keys: &str) -> App {
    let mut app = desk::open("ana", rows.to_vec(), (120, 40));
    desk::press(&mut app, keys);
    app
}

fn morning(keys: &str) -> App {
    open(&desk::morning(), keys)
}

fn row(kind: Kind, id: &str, fields: &serde_json::Value) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 3,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn saved(effects: &[Effect]) -> Vec<&Batch> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Save(batch) => Some(batch),
            _ => None,
        })
        .collect()
}

fn meetings(app: &App, state: &MeetingState) -> Vec<(Id<Meeting>, Meeting)> {
    let mut all: Vec<_> = app
        .world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| meeting.state == *state)
        .map(|(id, meeting)| (id.clone(), meeting.clone()))
        .collect();
    all.sort_by_key(|(_, meeting)| meeting.start);
    all
}

fn said(app: &App) -> String {
    let notice = app.screen.notice.as_ref();
    notice.map_or(String::new(), |notice| notice.text.clone())
}

fn copied(effects: &[Effect]) -> String {
    let text = effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    text.expect("something was copied")
}

#[test]
fn a_hold_is_released_by_itself_when_it_expires() {
    let mut app = morning("6 b enter");
    let held = meetings(&app, &MeetingState::Held);
    let (id, meeting) = held
        .iter()
        .find(|(_, meeting)| meeting.expires_at.is_some())
        .unwrap()
        .clone();
    let start = meeting.start.unwrap();
    let expires = meeting.expires_at.unwrap();
    let two_days = app.world.view.now + SignedDuration::from_hours(48);
    assert_eq!(expires, two_days.min(start), "two days, or its own start");
    let early = expires - SignedDuration::from_mins(1);
    assert!(saved(&app.update(early, Msg::Tick)).is_empty());
    let effects = app.update(expires, Msg::Tick);
    assert_eq!(saved(&effects).len(), 1);
    assert_eq!(
        app.world.get(&id).unwrap().state,
        MeetingState::Released,
        "{}",
        said(&app)
    );
    assert!(said(&app).contains("hold released"), "{}", said(&app));
    assert!(saved(&app.update(expires, Msg::Tick)).is_empty(), "once");
    // Nobody did that, so nobody takes it back: it would be released again at once.
    let last = app.undo.last().map(|batch| batch.label.clone());
    assert!(
        !last.unwrap_or_default().contains("expired"),
        "{:?}",
        app.undo.last()
    );
}

/// A pipe into which nobody writes is no file, and is not waited for.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_calendar_and_is_not_waited_for() {
    let folder = crate::cache::folder();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no mkfifo here");
        return;
    }
    let error = cnm::runtime::read_file(&pipe.display().to_string(), 100).unwrap_err();
    assert!(error.contains("is no file"), "{error}");
}

#[test]
fn a_hold_that_expired_while_the_console_was_closed_takes_no_time_and_is_released_at_the_start() {
    let hold = |owner: &str| {
        json!({ "title": "Old hold", "start": "2026-11-18T02:00:00Z", "end": "2026-11-18T03:00:00Z",
            "zone": "America/Los_Angeles", "state": "held", "owner": owner,
            "expires_at": "2026-11-17T10:00:00Z",
            "attendees": [{ "person": "p-ana" }] })
    };
    let mut rows = desk::morning();
    rows.push(row(Kind::Meeting, "mine", &hold("ana")));
    rows.push(row(Kind::Meeting, "theirs", &hold("ben")));
    let (mut app, effects) = desk::opened("ana", rows, (120, 40));
    assert_eq!(saved(&effects).len(), 1);
    let state = |app: &App, id: &str| {
        app.world
            .get(&Id::<Meeting>::new(id))
            .unwrap()
            .state
            .clone()
    };
    assert_eq!(state(&app, "mine"), MeetingState::Released);
    // Another owner's console does it; until then it takes no time here either.
    assert_eq!(state(&app, "theirs"), MeetingState::Held);
    desk::press(&mut app, "6");
    let table = app.figures.timetable().unwrap();
    let cell = table
        .cells
        .iter()
        .position(|cell| *cell == at("2026-11-18T02:00:00Z"))
        .unwrap();
    assert_ne!(table.guests[0].cells[cell], Shade::Busy);
}

#[test]
fn from_a_thread_the_best_times_go_into_its_reply_and_agreeing_one_releases_the_others() {
    let mut app = morning("2 /");
    desk::press(&mut app, "c h e n enter M");
    let slots = app.screen.slots.clone();
    let people: Vec<&str> = slots.people.iter().map(Id::as_str).collect();
    assert_eq!(people.first(), Some(&"p-ana"));
    assert_eq!(people.len(), 2, "{people:?}");
    assert!(slots.thread.is_some(), "it knows the thread it came from");
    desk::press(&mut app, "p");
    let Mode::Reply(reply) = &app.mode else {
        panic!("no reply box: {}", said(&app));
    };
    assert_eq!(Some(&reply.thread), slots.thread.as_ref());
    let text = reply.input.text();
    let person = app.world.get(&slots.people[1]).unwrap();
    let chinese = person.locale.starts_with("zh");
    assert_eq!(
        text.contains("周"),
        chinese,
        "in the reader's language: {text}"
    );
    assert!(text.contains("(UTC-8)") && text.contains("1. "), "{text}");
    desk::press(&mut app, "esc");
    let proposed: Vec<_> = meetings(&app, &MeetingState::Proposed)
        .into_iter()
        .filter(|(_, meeting)| !meeting.proposal.is_empty())
        .collect();
    assert_eq!(proposed.len(), 3);
    assert!(
        proposed
            .iter()
            .all(|(_, meeting)| meeting.thread == slots.thread)
    );
    app.run_line(&format!("slot confirm --id {}", proposed[1].0));
    let released = meetings(&app, &MeetingState::Released);
    assert_eq!(released.len(), 2, "{}", said(&app));
    let agreed = app.world.get(&proposed[1].0).unwrap();
    assert_eq!(
        (&agreed.state, agreed.expires_at),
        (&MeetingState::Confirmed, None)
    );
    desk::press(&mut app, "u");
    assert!(
        meetings(&app, &MeetingState::Released).is_empty(),
        "one undo for all"
    );
}

#[test]
fn times_for_others_do_not_go_into_the_thread_one_came_from() {
    let mut app = morning("2 /");
    desk::press(&mut app, "c h e n enter M");
    assert!(app.screen.slots.thread.is_some());
    app.run_line("slot with p-tess");
    assert!(
        app.screen.slots.thread.is_some(),
        "whoever writes there still comes: {}",
        said(&app)
    );
    let writer = app.screen.slots.people[1].clone();
    app.run_line(&format!("slot with -{writer}"));
    assert_eq!(app.screen.slots.thread, None, "{}", said(&app));
    desk::press(&mut app, "p");
    assert!(!matches!(app.mode, Mode::Reply(_)));
}

#[test]
fn a_cn_and_a_lead_bring_their_people() {
    let mut app = morning("4 M");
    assert!(app.screen.slots.people.len() >= 2, "{}", said(&app));
    assert_eq!(
        app.screen.slots.about.as_ref().unwrap().known_kind(),
        Some(Kind::Network)
    );
    desk::press(&mut app, "b enter");
    let held = meetings(&app, &MeetingState::Held);
    assert!(
        held.iter()
            .any(|(_, meeting)| meeting.network.is_some() && meeting.expires_at.is_some())
    );
    desk::press(&mut app, "esc");
    app.run_line("slot meet --id lead:pines");
    let people: Vec<&str> = app.screen.slots.people.iter().map(Id::as_str).collect();
    assert_eq!(people, ["p-ana", "p-tess"]);
}

#[test]
fn a_meeting_is_moved_on_the_hours_of_its_people_and_does_not_stand_in_its_own_way() {
    let mut app = morning("6 tab");
    app.run_line("slot move --id mt1");
    assert!(app.screen.slots.moving.is_some(), "{}", said(&app));
    let table = app.figures.timetable();
    assert!(table.is_some());
    desk::press(&mut app, "l");
    let table = app.figures.timetable().unwrap();
    let own = table
        .cells
        .iter()
        .position(|cell| *cell == at("2026-11-18T00:00:00Z"))
        .unwrap();
    assert_ne!(table.guests[0].cells[own], Shade::Busy);
    desk::press(&mut app, "b");
    let wanted = app.figures.timetable().unwrap().offers[0].start;
    desk::press(&mut app, "enter");
    let moved = app.world.get(&Id::<Meeting>::new("mt1")).unwrap();
    assert_eq!(moved.start, Some(wanted), "{}", said(&app));
    assert!(!said(&app).contains("cannot come"), "{}", said(&app));
    assert_eq!(
        moved.end.unwrap().duration_since(wanted),
        SignedDuration::from_hours(1)
    );
    assert_eq!(moved.state, MeetingState::Confirmed);
    app.run_line("slot move --id mt1 'fri 17:30'");
    let moved = app.world.get(&Id::<Meeting>::new("mt1")).unwrap();
    assert_eq!(moved.start, Some(at("2026-11-21T01:30:00Z")));
    app.run_line("slot move --id mt1 'today 12:15'");
    let words = said(&app);
    assert!(
        words.contains("cannot come: Ana busy Tue 17 Nov 12:00"),
        "{words}"
    );
    app.run_line("slot decline --id mt1");
    let declined = app.world.get(&Id::<Meeting>::new("mt1")).unwrap();
    assert_eq!(declined.state, MeetingState::Declined);
}

#[test]
fn the_meetings_are_walked_and_settled_by_keys() {
    let mut app = morning("6 tab j k D");
    assert_eq!(
        meetings(&app, &MeetingState::Declined).len(),
        1,
        "{}",
        said(&app)
    );
    desk::press(&mut app, "u tab");
    assert!(meetings(&app, &MeetingState::Declined).is_empty());
}

#[test]
fn words_say_when_with_whom_and_how_long_and_every_word_counts() {
    let mut app = morning("6");
    let read = |app: &App, text: &str| Wanted::read(text, &app.world, &app.settings);
    // Tuesday, 17 November: the next Tuesday is the 24th.
    let wanted = read(&app, "next tue 4-6pm SGT with Ng and Chen for 45m").unwrap();
    let people: Vec<&str> = wanted.people.iter().map(Id::as_str).collect();
    assert_eq!(people, ["p-ng", "p-chen"]);
    assert_eq!(wanted.minutes, Some(45));
    assert_eq!(
        wanted.within,
        [(at("2026-11-24T08:00:00Z"), at("2026-11-24T10:00:00Z"))]
    );
    // Whoever names me too means me once.
    let wanted = read(&app, "next tue with Ng and Ana").unwrap();
    let mut slots = SlotsScreen::default();
    wanted.apply(&app.world, &mut slots);
    let people: Vec<&str> = slots.people.iter().map(Id::as_str).collect();
    assert_eq!(people, ["p-ana", "p-ng"]);
    for wrong in [
        "next tue 4-6pm SGT with Nobody",
        "next blursday with Ng",
        "tue 4-6pm CST with Ng",
        "tue 4-6pm with Ng for soon",
        "",
    ] {
        assert!(read(&app, wrong).is_err(), "{wrong}");
    }
    let stretch = between("mon..fri", &app.world, &app.settings).unwrap();
    let week = (at("2026-11-23T08:00:00Z"), at("2026-11-28T08:00:00Z"));
    assert_eq!(
        stretch.windows,
        [week],
        "the Friday after that Monday, whole"
    );
    assert!(between("2026-11-27..2026-11-20", &app.world, &app.settings).is_err());
    // The slots place goes there.
    app.run_line("slot find 'wed 3-8pm with Ng and Chen for 45m'");
    let table = app.figures.timetable();
    assert!(table.is_some());
    desk::wait(&mut app, SignedDuration::from_secs(1));
    let table = app.figures.timetable().unwrap();
    assert_eq!((table.minutes, table.guests.len()), (45, 3));
    assert!(!table.offers.is_empty(), "{}", said(&app));
    for offer in &table.offers {
        assert!(
            offer.start >= at("2026-11-18T23:00:00Z") && offer.end <= at("2026-11-19T04:00:00Z")
        );
    }
    app.run_line("slot find 'wed 3-8pm with Zaphod'");
    assert!(said(&app).contains("Zaphod"), "{}", said(&app));
}

#[test]
fn the_line_echoes_how_it_is_understood_while_it_is_typed() {
    let mut app = morning("6 /");
    for letter in "tue 4-6pm SGT with ng".chars() {
        let key = match letter {
            ' ' => "space".to_owned(),
            other => other.to_string(),
        };
        desk::press(&mut app, &key);
    }
    let Mode::Line(line) = &app.mode else {
        panic!("no line");
    };
    let cnm::app::Echo::Reads(words) = &line.echo else {
        panic!("{:?}", line.echo);
    };
    assert!(
        words.contains("Singapore") && words.contains("Ng Hui Shan"),
        "{words}"
    );
}

#[test]
fn texts_to_send_carry_weekday_date_time_city_and_offset_in_both_languages() {
    let mut app = morning("6");
    let english = copied(&desk::press(&mut app, "y"));
    let first = english.lines().nth(1).unwrap();
    for part in [
        "Thu 19 Nov 2026",
        "10:00-11:00",
        "Shanghai/Singapore (UTC+8)",
        "Los Angeles (UTC-8)",
        "Wed 18 Nov",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    let chinese = copied(&desk::press(&mut app, "Y"));
    let first = chinese.lines().nth(1).unwrap();
    for part in [
        "2026年11月19日 周四",
        "10:00-11:00",
        "上海/新加坡 (UTC+8)",
        "洛杉矶 (UTC-8)",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    // That of one meeting, for those who come to it.
    let meeting = copied(&desk::press(&mut app, "tab y"));
    assert!(
        meeting.contains("Northlight") && meeting.contains("New York (UTC-5)"),
        "{meeting}"
    );
}

fn exported(effects: &[Effect]) -> String {
    let text = effects.iter().find_map(|effect| match effect {
        Effect::Export { text, .. } => Some(text.clone()),
        _ => None,
    });
    text.expect("a file was written")
}

fn starts(calendar: &str) -> Vec<Timestamp> {
    let options = Options::new(at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
    let import = ics::read(calendar.as_bytes(), &options).unwrap();
    assert!(import.remarks.is_empty(), "{:?}", import.remarks);
    import.occurrences.iter().map(|one| one.start).collect()
}

/// Asks a parser that others wrote, where there is one: `python3` with the package `icalendar`.
fn independent_starts(calendar: &str) -> Option<Vec<Timestamp>> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let program = "import sys, icalendar, datetime\n\
        c = icalendar.Calendar.from_ical(sys.stdin.buffer.read())\n\
        e = [x for x in c.walk('VEVENT')][0]\n\
        s = e['DTSTART'].dt\n\
        d = [s]\n\
        r = e.get('RDATE')\n\
        for one in ([] if r is None else (r if isinstance(r, list) else [r])):\n\
        \x20   d += [x.dt for x in one.dts]\n\
        if e.get('RRULE'):\n\
        \x20   from dateutil.rrule import rrulestr\n\
        \x20   rule = rrulestr(e['RRULE'].to_ical().decode(), dtstart=s.replace(tzinfo=None))\n\
        \x20   d = [x.replace(tzinfo=s.tzinfo) for x in rule]\n\
        for x in d: print(x.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ'))\n";
    let python = std::env::var("CNM_PYTHON").unwrap_or_else(|_| "python3".into());
    let mut child = Command::new(python)
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(calendar.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    if !output.status.success() {
        eprintln!("SKIPPED: no python3 with icalendar and dateutil (CNM_PYTHON)");
        return None;
    }
    let lines = String::from_utf8(output.stdout).ok()?;
    Some(lines.lines().map(|line| line.parse().unwrap()).collect())
}

fn holds_in_both(calendar: &str, wanted: &[Timestamp]) {
    assert_eq!(starts(calendar), wanted);
    if let Some(found) = independent_starts(calendar) {
        assert_eq!(found, wanted, "another parser reads the same");
    }
}

#[test]
fn a_meeting_goes_out_as_a_calendar_file_and_reads_back_the_same() {
    let mut app = morning("6");
    let effects = app.run_line("slot export --id mt1 sync.ics");
    let file = exported(&effects);
    assert!(
        file.contains("SUMMARY:Asia sync") && file.contains("SEQUENCE:3"),
        "{file}"
    );
    assert!(file.lines().all(|line| line.len() <= 75), "folded");
    holds_in_both(&file, &[at("2026-11-18T00:00:00Z")]);
    // The words of the invitation are copied with it.
    let words = copied(&effects);
    assert!(
        words.starts_with("Asia sync\nWed 18 Nov 2026 08:00-09:00 Shanghai"),
        "{words}"
    );
    // The time under the cursor, where there is no meeting.
    let table = app.figures.timetable().unwrap();
    let start = table.cells[app.screen.slots.cell];
    let file = exported(&app.run_line("slot export maybe.ics"));
    holds_in_both(&file, &[start]);
}

#[test]
fn a_series_keeps_a_clock_or_takes_turns_says_what_moves_and_goes_out_as_one_file() {
    let mut app = morning("6 s");
    assert_eq!(app.screen.slots.view, SlotView::Series);
    let series = app.figures.timetable().unwrap().series.clone().unwrap();
    assert_eq!(series.rows.len(), 8);
    let mine = &app.world.view.zone;
    for row in &series.rows {
        assert_eq!(mine.to_datetime(row.span.start.timestamp()).hour(), 17);
    }
    // On the clock of the others my own time moves with the clocks of March.
    desk::press(&mut app, "s");
    assert_eq!(app.screen.slots.anchored, Anchored::Theirs);
    app.run_line("slot series --clock theirs --every 4");
    desk::press(&mut app, "l");
    let series = app.figures.timetable().unwrap().series.clone().unwrap();
    let moved = series
        .rows
        .iter()
        .find(|row| row.moved.iter().any(|(person, _)| *person == 0));
    let moved = moved.expect("the clocks of Los Angeles change on 14 March 2027");
    assert!(moved.span.start.timestamp() > at("2027-03-14T10:00:00Z"));
    app.run_line("slot series --clock rotate --every 1");
    desk::press(&mut app, "h");
    let series = app.figures.timetable().unwrap().series.clone().unwrap();
    assert!(series.zone.is_none() && series.burden.len() == 3);
    app.run_line("slot series --clock mine");
    desk::press(&mut app, "l");
    let possible: Vec<Timestamp> = app
        .figures
        .timetable()
        .unwrap()
        .series
        .as_ref()
        .unwrap()
        .rows
        .iter()
        .filter(|row| row.possible)
        .map(|row| row.span.start.timestamp())
        .collect();
    let effects = desk::press(&mut app, "S");
    assert_eq!(saved(&effects).len(), 1, "{}", said(&app));
    let mut held: Vec<_> = meetings(&app, &MeetingState::Held);
    held.retain(|(_, meeting)| !meeting.series.is_empty());
    let starts: Vec<Timestamp> = held
        .iter()
        .filter_map(|(_, meeting)| meeting.start)
        .collect();
    assert_eq!(starts, possible);
    // What is held is what is shown, not a series that would be planned around it.
    assert_eq!(app.screen.focus, Focus::Detail);
    assert_eq!(app.screen.slots.view, SlotView::Times);
    let first = held
        .iter()
        .min_by_key(|(_, meeting)| meeting.start)
        .unwrap();
    assert_eq!(app.screen.slots.meeting.as_ref(), Some(&first.0));
    // Nor does a second one come to stand beside it.
    desk::press(&mut app, "esc s");
    let effects = desk::press(&mut app, "S");
    assert!(saved(&effects).is_empty());
    assert!(
        said(&app).contains("one is held for these people already"),
        "{}",
        said(&app)
    );
    let file = exported(&app.run_line(&format!("slot export --id {} series.ics", held[0].0)));
    assert!(file.contains("BEGIN:VTIMEZONE"), "{file}");
    holds_in_both(&file, &starts);
}

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Work\r\n\
    BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Secret review\r\nDTSTART;TZID=Pacific Standard Time:20261118T180000\r\n\
    DURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;TZID=Pacific Standard Time:20261125T180000\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Off\r\nSTATUS:CANCELLED\r\nDTSTART:20261119T180000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Maybe\r\nTRANSP:TRANSPARENT\r\nDTSTART:20261119T180000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:4\r\nSUMMARY:Nowhere\r\nDTSTART;TZID=Mars/Base:20261119T180000\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

fn of_ana() -> CalendarRequest {
    CalendarRequest {
        person: "p-ana".into(),
        ..CalendarRequest::default()
    }
}

fn take(app: &mut App, calendar: &str) -> Vec<Effect> {
    take_as(app, calendar, of_ana())
}

fn take_as(app: &mut App, calendar: &str, request: CalendarRequest) -> Vec<Effect> {
    let msg = Msg::Calendar {
        path: "calendars/work.ics".into(),
        request,
        bytes: Ok(calendar.as_bytes().to_vec()),
    };
    let now = app.world.view.now;
    app.update(now, msg)
}

fn blocks(app: &App) -> Vec<(Timestamp, Timestamp, String)> {
    let mut blocks: Vec<_> = app
        .world
        .table::<BusyBlock>()
        .records()
        .filter(|(_, block)| block.source == "ics:Work")
        .map(|(_, block)| {
            (
                block.start.unwrap(),
                block.end.unwrap(),
                block.title.clone(),
            )
        })
        .collect();
    blocks.sort();
    blocks
}

#[test]
fn a_calendar_comes_in_as_busy_time_once_and_says_what_it_left_out() {
    let mut app = morning("6");
    let effects = app.run_line("slot import calendars/work.ics");
    assert!(effects.contains(&Effect::ReadCalendar {
        path: "calendars/work.ics".into(),
        request: of_ana(),
    }));
    assert_eq!(saved(&take(&mut app, CALENDAR)).len(), 1);
    let expected = [
        (
            at("2026-11-19T02:00:00Z"),
            at("2026-11-19T03:00:00Z"),
            String::new(),
        ),
        (
            at("2026-12-03T02:00:00Z"),
            at("2026-12-03T03:00:00Z"),
            String::new(),
        ),
    ];
    assert_eq!(
        blocks(&app),
        expected,
        "the cancelled, the free and the excepted are not there"
    );
    let words = said(&app);
    assert!(
        words.contains("2 busy blocks of Ana Duarte added") && words.contains("remarks"),
        "{words}"
    );
    // All of what was left out can be read, and Esc leads back.
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("{:?}", app.mode);
    };
    let lines = sheet.lines.join("\n");
    assert!(
        lines.contains("`Nowhere`") && lines.contains("Mars/Base") && lines.contains("cancelled"),
        "{lines}"
    );
    desk::press(&mut app, "esc");
    assert!(matches!(app.mode, Mode::Normal));
    // The timetable keeps off it.
    desk::press(&mut app, "J");
    let table = app.figures.timetable().unwrap();
    let cell = table
        .cells
        .iter()
        .position(|cell| *cell == at("2026-11-19T02:00:00Z"))
        .unwrap();
    assert_eq!(table.guests[0].cells[cell], Shade::Busy);
    // Twice changes nothing; a day later neither; what is gone from the file goes.
    assert!(
        saved(&take(&mut app, CALENDAR)).is_empty(),
        "{}",
        said(&app)
    );
    app.world.view.now += SignedDuration::from_hours(24);
    assert!(saved(&take(&mut app, CALENDAR)).is_empty());
    let shorter = CALENDAR.replace("COUNT=3", "COUNT=1");
    assert_eq!(saved(&take(&mut app, &shorter)).len(), 1);
    assert_eq!(blocks(&app), expected[..1]);
    assert!(saved(&take(&mut app, "nonsense")).is_empty());
    assert!(said(&app).contains("work.ics"), "{}", said(&app));
}

/// Meetings of half an hour on some days of December, at an hour of UTC.
fn december(hour: u32, days: std::ops::Range<u32>) -> String {
    let events: Vec<String> = days
        .map(|day| {
            format!(
                "BEGIN:VEVENT\r\nUID:{day}-{hour}\r\nSUMMARY:x\r\nDTSTART:202612{day:02}T{hour:02}0000Z\r\n\
                 DURATION:PT30M\r\nEND:VEVENT\r\n"
            )
        })
        .collect();
    format!(
        "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Work\r\n{}END:VCALENDAR\r\n",
        events.concat()
    )
}

#[test]
fn another_calendar_of_the_same_name_is_asked_about_and_not_replaced() {
    let mut app = morning("6");
    take(&mut app, &december(10, 1..6));
    assert_eq!(blocks(&app).len(), 5);
    // The same calendar later: one meeting is gone, one is new.
    take(&mut app, &december(10, 2..7));
    assert_eq!(blocks(&app).len(), 5);
    let before = blocks(&app);
    // Another one.
    let other = december(20, 1..6);
    assert!(saved(&take(&mut app, &other)).is_empty());
    assert_eq!(blocks(&app), before, "{}", said(&app));
    assert!(said(&app).contains("probably another"), "{}", said(&app));
    let Mode::Pick(_) = &app.mode else {
        panic!("{:?}", app.mode);
    };
    // `k` keeps both: the file is asked for again, under another name.
    let effects = desk::press(&mut app, "k");
    let beside = effects.iter().find_map(|effect| match effect {
        Effect::ReadCalendar { request, .. } => Some(request.clone()),
        _ => None,
    });
    let beside = beside.unwrap_or_else(|| panic!("{effects:?}: {}", said(&app)));
    assert_eq!(beside.called.as_deref(), Some("Work 2"));
    take_as(&mut app, &other, beside);
    assert_eq!(blocks(&app), before, "{}", said(&app));
    let all = app.world.table::<BusyBlock>().records();
    let named = all
        .filter(|(_, block)| block.source == "ics:Work 2")
        .count();
    assert_eq!(named, 5);
    // Or it takes its place.
    let replace = CalendarRequest {
        replace: true,
        ..of_ana()
    };
    take_as(&mut app, &other, replace);
    assert!(
        blocks(&app)
            .iter()
            .all(|(start, ..)| start.to_string().contains("T20"))
    );
}

#[test]
fn events_that_lie_elsewhere_are_counted() {
    let mut app = morning("6");
    let event = |year: u32| {
        format!(
            "BEGIN:VEVENT\r\nUID:{year}\r\nDTSTART:{year}0105T100000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
        )
    };
    let calendar = format!(
        "BEGIN:VCALENDAR\r\n{}{}{}END:VCALENDAR\r\n",
        event(2020),
        event(2027),
        event(2031)
    );
    take(&mut app, &calendar);
    let words = said(&app);
    assert!(
        words.contains("1 busy block of Ana Duarte added"),
        "{words}"
    );
    assert!(
        words.contains("2 events have no time from Tue 10 Nov 2026 to Sun 16 May 2027"),
        "{words}"
    );
}

#[test]
fn a_series_is_written_with_all_of_its_times_and_how_firm_they_are() {
    let mut app = morning("6");
    app.run_line("slot find 'next week with Ng for 30m'");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    desk::press(&mut app, "j s");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    app.run_line("slot hold-series Weekly");
    let held = meetings(&app, &MeetingState::Held);
    let first = held.iter().find(|(_, one)| !one.series.is_empty()).unwrap();
    let line = format!("slot export out.ics --id {}", first.0);
    let written = |app: &mut App| {
        let effects = app.run_line(&line);
        let file = effects.iter().find_map(|effect| match effect {
            Effect::Export { text, .. } => Some(text.replace("\r\n ", "")),
            _ => None,
        });
        file.unwrap_or_else(|| panic!("{}", said(app)))
    };
    let file = written(&mut app);
    assert!(file.contains("STATUS:TENTATIVE"), "{file}");
    let count = held
        .iter()
        .filter(|(_, one)| one.series == first.1.series)
        .count();
    assert!(count > 4, "{count}");
    assert_eq!(file.matches("(held)").count(), count, "{file}");
    app.run_line(&format!("slot confirm --id {}", first.0));
    let file = written(&mut app);
    assert_eq!(file.matches("(confirmed)").count(), 1, "{file}");
    assert!(file.contains("STATUS:TENTATIVE"), "not all are agreed");
    for (id, one) in &held {
        if one.series == first.1.series {
            app.run_line(&format!("slot confirm --id {id}"));
        }
    }
    assert!(written(&mut app).contains("STATUS:CONFIRMED"));
    // The name that is proposed carries the day of the meeting.
    app.run_line(&format!("slot export --id {}", first.0));
    let Mode::Line(asked) = &app.mode else {
        panic!("{:?}", app.mode);
    };
    let day = app
        .world
        .view
        .zone
        .to_datetime(first.1.start.unwrap())
        .date();
    assert!(
        asked.input.text().contains(&format!("meeting-{day}.ics")),
        "{}",
        asked.input.text()
    );
}

/// What a time of the day shown is for a guest.
fn shade(table: &Timetable, guest: usize, time: &str) -> Shade {
    let cell = table.cells.iter().position(|cell| *cell == at(time));
    table.guests[guest].cells[cell.unwrap()]
}

/// Someone in Los Angeles who works from nine to six and accepts eight to eleven.
fn person(id: &str, more: &serde_json::Value) -> CacheRow {
    let mut fields = json!({ "name": id, "zone": "America/Los_Angeles", "circle": "colleague",
            "hours": { "working": { "mon": [{ "from": "09:00", "to": "18:00" }],
                    "tue": [{ "from": "09:00", "to": "18:00" }], "wed": [{ "from": "09:00", "to": "18:00" }],
                    "thu": [{ "from": "09:00", "to": "18:00" }], "fri": [{ "from": "09:00", "to": "18:00" }] },
                "acceptable": { "mon": [{ "from": "08:00", "to": "23:00" }],
                    "tue": [{ "from": "08:00", "to": "23:00" }], "wed": [{ "from": "08:00", "to": "23:00" }],
                    "thu": [{ "from": "08:00", "to": "23:00" }], "fri": [{ "from": "08:00", "to": "23:00" }] } } });
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    row(Kind::Person, id, &fields)
}

#[test]
fn nights_holidays_buffers_notice_and_optional_people_of_the_records_count() {
    let rows = vec![
        row(
            Kind::User,
            "ana",
            &json!({ "name": "Ana", "zone": "America/Los_Angeles", "person": "me" }),
        ),
        person("me", &json!({ "nights": 1 })),
        person("you", &json!({ "buffer": "PT30M", "notice": "PT3H" })),
        row(
            Kind::Meeting,
            "evening",
            &json!({ "title": "Late", "state": "confirmed", "owner": "ana",
            "start": "2026-11-18T03:00:00Z", "end": "2026-11-18T04:00:00Z",
            "attendees": [{ "person": "me" }, { "person": "you" }] }),
        ),
    ];
    let app = open(&rows, "6");
    let ask = |day: &str, optional: &[&str]| {
        let slots = SlotsScreen {
            people: vec![Id::new("me"), Id::new("you")],
            optional: optional.iter().map(|id| Id::new(*id)).collect(),
            day: Some(day.parse().unwrap()),
            minutes: 30,
            ..SlotsScreen::default()
        };
        Timetable::of(&app.world, &slots).unwrap()
    };
    let tuesday = ask("2026-11-17", &[]);
    // It is 8:30 and they want three hours' notice.
    let first = tuesday
        .offers
        .iter()
        .map(|offer| offer.start)
        .min()
        .unwrap();
    assert!(first >= at("2026-11-17T19:30:00Z"), "{first}");
    // Half an hour before and after the meeting at 19:00 is kept free.
    assert_eq!(shade(&tuesday, 1, "2026-11-18T02:30:00Z"), Shade::Busy);
    assert_eq!(
        shade(&tuesday, 1, "2026-11-18T02:00:00Z"),
        Shade::Acceptable
    );
    // One evening a week is given: Tuesday's. A second meeting on it is possible, Wednesday's is not.
    assert_eq!(
        shade(&tuesday, 0, "2026-11-18T04:30:00Z"),
        Shade::Acceptable
    );
    let wednesday = ask("2026-11-18", &[]);
    assert_eq!(
        shade(&wednesday, 0, "2026-11-19T04:00:00Z"),
        Shade::NightsUsedUp
    );
    let monday = ask("2026-11-23", &[]);
    assert_eq!(
        shade(&monday, 0, "2026-11-24T04:00:00Z"),
        Shade::Acceptable,
        "a new week"
    );
    // The fourth Thursday of November is a holiday of the United States.
    let thursday = ask("2026-11-26", &[]);
    assert!(
        thursday
            .guests
            .iter()
            .all(|guest| guest.cells.iter().all(|cell| *cell == Shade::Closed))
    );
    let insight = thursday.insight(at("2026-11-26T18:00:00Z"));
    assert!(
        insight
            .blockers
            .iter()
            .any(|line| line.contains("Thanksgiving")),
        "{insight:?}"
    );
    assert!(!thursday.rejections().is_empty());
    // Without the one who needs notice there are earlier times, and nobody is stopped by them.
    let without = ask("2026-11-17", &["you"]);
    assert!(without.found > tuesday.found);
    assert!(without.guests[1].optional);
}

#[test]
fn the_reasons_name_the_closest_miss_and_the_cells_can_be_made_finer() {
    let mut app = morning("6");
    app.run_line("slot length 4h");
    app.run_line("slot range 1");
    desk::press(&mut app, "v");
    let shown = desk::lines(&desk::draw(
        &app,
        cnm::ui::Look {
            depth: cnm::ui::Depth::Off,
            glyphs: cnm::text::Glyphs::Ascii,
        },
    ))
    .join("\n");
    assert!(shown.contains("Closest is"), "{shown}");
    assert!(shown.contains("outside acceptable hours"), "{shown}");
    let before = app.figures.timetable().unwrap().cells.len();
    let at = app.figures.timetable().unwrap().cells[app.screen.slots.cell];
    desk::press(&mut app, "+");
    let table = app.figures.timetable().unwrap();
    assert_eq!((before, table.cells.len()), (48, 96));
    assert_eq!(
        table.cells[app.screen.slots.cell], at,
        "the cursor stays at its time"
    );
    desk::press(&mut app, "- -");
    assert_eq!(app.figures.timetable().unwrap().cells.len(), 24);
}

#[test]
fn the_fairest_time_spares_whoever_has_paid_most() {
    let mut rows = desk::morning();
    // Ana has met them late in her evening again and again.
    for day in 10..14 {
        rows.push(row(Kind::Meeting, &format!("past{day}"), &json!({ "title": "Sync", "state": "confirmed",
            "owner": "ana", "start": format!("2026-11-{day}T06:00:00Z"), "end": format!("2026-11-{day}T07:00:00Z"),
            "attendees": [{ "person": "p-ana" }, { "person": "p-chen" }, { "person": "p-ng" }] })));
    }
    let mut app = open(&rows, "6");
    let table = app.figures.timetable().unwrap();
    assert_eq!(table.counted, 4);
    let paid: Vec<i64> = table.guests.iter().map(|guest| guest.burden).collect();
    assert!(paid[0] > paid[1] && paid[0] > 0, "{paid:?}");
    let fairest = table.fairest.unwrap();
    desk::press(&mut app, "f");
    let table = app.figures.timetable().unwrap();
    assert_eq!(table.cells[app.screen.slots.cell], fairest);
    let costs = table.insight(fairest).costs;
    assert_eq!(costs[0].total, 0, "nothing more for her: {costs:?}");
}

#[test]
fn the_shell_finds_times_answers_requests_holds_and_takes_calendars_in() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    for (name, zone) in [
        ("Ng Hui Shan", "Asia/Singapore"),
        ("Chen Yue", "Asia/Shanghai"),
    ] {
        let fields = [format!("name={name}"), format!("zone={zone}")];
        ana.run(&["new", "person", &fields[0], &fields[1]]).ok();
    }
    let line = "slots --with Ng,Chen --for 45m --between mon..fri";
    let args: Vec<&str> = line.split(' ').collect();
    let text = ana.run(&args).ok();
    // Nobody has told when these two work.
    for part in [
        "tzdb ",
        "(UTC+8)",
        "cost Ng",
        "hours not known, taken as Mon to Fri",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let out = ana.run(&[&args[..], &["--format", "json"]].concat()).ok();
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(answer["found"].as_u64().unwrap() > 0);
    let start = at(answer["slots"][0]["start"].as_str().unwrap());
    let file = ana.run(&[&args[..], &["--format", "ics"]].concat()).ok();
    assert_eq!(starts(&file), [start]);
    let unknown = ana.run(&["slots", "--with", "Zaphod"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
    // A request of the engine's own form.
    let recorded: Vec<(serde_json::Value, serde_json::Value)> =
        serde_json::from_str(include_str!("../fixtures/slots_recorded.json")).unwrap();
    let folder = std::env::temp_dir().join(format!("cnm-slots-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let request = folder.join("request.json");
    let (asked, wanted) = &recorded[0];
    std::fs::write(&request, asked.to_string()).unwrap();
    let out = ana
        .run(&["slots", "--request", request.to_str().unwrap()])
        .ok();
    assert_eq!(
        &serde_json::from_str::<serde_json::Value>(&out).unwrap(),
        wanted
    );
    // A calendar comes in once.
    let calendar = folder.join("work.ics");
    let weekly = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260105T180000Z\r\nDURATION:PT1H\r\n\
        RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    std::fs::write(&calendar, weekly).unwrap();
    let path = calendar.to_str().unwrap();
    let out = ana.run(&["slot", "import", path, "--of", "Ng"]).ok();
    assert!(
        out.contains("busy blocks of Ng Hui Shan added") && !out.contains(": 0 busy"),
        "{out}"
    );
    let again = ana.run(&["slot", "import", path, "--of", "Ng"]).ok();
    assert!(
        again.contains(": 0 busy blocks of Ng Hui Shan added, 0 removed"),
        "{again}"
    );
    let held = ana
        .run(&[
            "slot",
            "hold",
            "Quick call",
            "--at",
            "mon 17:00",
            "--with",
            "Ng",
            "--for",
            "30m",
        ])
        .ok();
    assert!(
        held.contains("held Mon") && held.contains("until"),
        "{held}"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_load_of_nothing_releases_nothing() {
    let mut app = morning("1");
    let now = app.world.view.now;
    let load = Load::Working(vec![Kind::Meeting]);
    assert!(saved(&app.update(now, Msg::Loaded(load, Vec::new()))).is_empty());
}

#[test]
fn a_sync_without_a_console_releases_what_expired() {
    let mut backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    // Nobody but the console can do it now.
    backend.stop();
    // A hold that expired while no console was open is released by a sync, and not listed as held.
    let fields = [
        "title=Old hold",
        "state=held",
        "owner=ana",
        "start=2026-12-01T10:00:00Z",
        "end=2026-12-01T11:00:00Z",
        "expires_at=2026-01-01T10:00:00Z",
    ];
    ana.run(&[&["new", "meeting"][..], &fields[..]].concat());
    let told = ana.run(&["sync"]).out;
    assert!(
        told.contains("hold released, it had expired: Old hold"),
        "{told}"
    );
    let list = ana.run(&["list", "meeting"]).ok();
    let line = list.lines().find(|line| line.contains("Old hold"));
    assert!(line.is_none_or(|line| line.contains("released")), "{list}");
}
