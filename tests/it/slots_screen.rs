//! What the slots place shows and says: every time with its day and zone, nothing twice, nothing that is not so.

use cnm::app::{App, Mode};
use cnm::effect::{CacheRow, Effect, RowState};
use cnm::pane::Place;
use cnm::record::{Id, Kind, Meeting, MeetingState};
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};
use jiff::SignedDuration;
use serde_json::json;

use crate::desk;

fn row(kind: Kind, id: &str, fields: &serde_json::Value) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 3,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn open(size: (u16, u16), keys: &str) -> App {
    let mut app = desk::open("ana", desk::morning(), size);
    desk::press(&mut app, keys);
    app
}

fn lines(app: &App) -> Vec<String> {
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    desk::lines(&desk::draw(app, look))
}

fn said(app: &App) -> String {
    let notice = app.screen.notice.as_ref();
    notice.map_or(String::new(), |notice| notice.text.clone())
}

fn mine(app: &App) -> Vec<(Id<Meeting>, Meeting)> {
    let all = app.world.table::<Meeting>().records();
    all.map(|(id, meeting)| (id.clone(), meeting.clone()))
        .collect()
}

#[test]
fn a_time_is_held_once_and_said_with_its_day_and_zone() {
    let mut app = open((120, 40), "6 j enter");
    let words = said(&app);
    assert!(words.starts_with("held "), "{words}");
    assert_eq!(words.matches(" LA").count(), 2, "{words}");
    let before = mine(&app).len();
    desk::press(&mut app, "enter");
    assert!(said(&app).contains("held already"), "{}", said(&app));
    assert_eq!(mine(&app).len(), before);
    // Moved, it says where to.
    let id = mine(&app)
        .into_iter()
        .find(|(_, one)| one.state == MeetingState::Held && one.expires_at.is_some());
    app.run_line(&format!("slot move 'thu 18:00' --id {}", id.unwrap().0));
    assert!(
        said(&app).starts_with("moved to Thu 19 Nov 18:00 LA"),
        "{}",
        said(&app)
    );
}

#[test]
fn a_time_that_the_clocks_skip_is_said_when_it_is_held() {
    let mut app = open((120, 40), "6");
    app.run_line("slot hold Late --at '2027-03-14 02:30' --with Ng");
    let words = said(&app);
    assert!(
        words.contains("held Sun 14 Mar 2027 03:30 LA") && words.contains("02:30 does not exist"),
        "{words}"
    );
}

#[test]
fn a_doubt_about_the_clocks_is_said_beside_another_reading() {
    let mut app = open((200, 60), "6");
    app.run_line("slot find '14 mar 2:30 with Ng'");
    let words = said(&app);
    assert!(
        words.contains("not 14:30") && words.contains("02:30 does not exist"),
        "{words}"
    );
    app.run_line("slot find '7 nov 2027 1:30am with Ng'");
    let words = said(&app);
    assert!(
        words.contains("happens twice") && words.contains("not 01:30 (UTC-"),
        "{words}"
    );
}

#[test]
fn what_is_proposed_twice_is_there_once_and_esc_leaves_no_promise_behind() {
    let mut app = open((120, 40), "6");
    let thread = app
        .world
        .table::<cnm::record::Thread>()
        .records()
        .find(|(_, thread)| thread.from.is_some());
    let thread = thread.unwrap().0.clone();
    app.run_line(&format!("slot meet --id {}", thread.link()));
    desk::wait(&mut app, SignedDuration::from_secs(1));
    let before = mine(&app).len();
    desk::press(&mut app, "p");
    assert!(matches!(app.mode, Mode::Reply(_)), "{}", said(&app));
    let proposed = mine(&app).len();
    assert!(proposed > before);
    desk::press(&mut app, "esc");
    assert_eq!(app.screen.place, Place::Slots);
    let words = said(&app);
    assert!(
        words.contains("draft") && !words.contains("Enter sends"),
        "{words}"
    );
    desk::press(&mut app, "p");
    assert_eq!(
        mine(&app).len(),
        proposed,
        "the same times again are no new proposal"
    );
    desk::press(&mut app, "esc");
    // Holding one of them makes it firmer instead of adding one beside it.
    desk::press(&mut app, "j enter");
    assert_eq!(mine(&app).len(), proposed, "{}", said(&app));
    assert!(said(&app).starts_with("held "), "{}", said(&app));
}

#[test]
fn what_is_copied_and_listed_is_counted() {
    let mut app = open((120, 40), "6 y");
    let words = said(&app);
    assert!(words.starts_with("copied the 3 best times of "), "{words}");
    let text = lines(&app).join("\n");
    let found = app
        .figures
        .timetable()
        .map(|table| (table.offers.len(), table.found))
        .unwrap();
    assert!(
        text.contains(&format!("best {} of {}", found.0, found.1)),
        "{text}"
    );
    app.run_line("slot find '2026-11-19 17:00 with Ng for 60m'");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    if app
        .figures
        .timetable()
        .is_some_and(|table| table.found == 1)
    {
        desk::press(&mut app, "y");
        assert_eq!(said(&app), "copied the only time");
    }
}

/// Someone in Los Angeles who accepts one window a day.
fn within(id: &str, from: &str, to: &str) -> CacheRow {
    let day = json!([{ "from": from, "to": to }]);
    let week = json!({ "mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day });
    row(
        Kind::Person,
        id,
        &json!({ "name": id, "zone": "America/Los_Angeles", "circle": "colleague",
            "hours": { "working": week, "acceptable": week } }),
    )
}

#[test]
fn the_closest_miss_is_that_of_the_whole_day() {
    let mut rows = desk::morning();
    rows.push(within("early", "08:00", "12:00"));
    rows.push(within("late", "12:30", "17:00"));
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut app = desk::open("ana", rows.clone(), size);
        app.run_line("slot find '2026-11-20 with early and late for 60m'");
        desk::wait(&mut app, SignedDuration::from_secs(1));
        let table = app.figures.timetable().unwrap();
        let (closest, _) = table.day_miss().cloned().unwrap();
        let there = app.world.view.zone.to_datetime(closest);
        assert!((11..=13).contains(&there.hour()), "{there}");
        let text = lines(&app).join("\n");
        assert!(text.contains("Closest is Fri 20 Nov 1"), "{text}");
    }
}

#[test]
fn the_week_has_a_line_where_it_has_no_frame() {
    let app = open((80, 24), "6");
    let text = lines(&app).join("\n");
    assert!(text.contains("in 7 days, LA: "), "{text}");
    let strip = lines(&app)
        .into_iter()
        .find(|line| line.contains("in 7 days"))
        .unwrap();
    assert!(strip.contains(" Nov "), "{strip}");
}

#[test]
fn a_day_on_which_clocks_change_names_both_distances() {
    let mut rows = desk::morning();
    rows.push(row(
        Kind::Person,
        "p-london",
        &json!({ "name": "Lon Doner", "zone": "Europe/London" }),
    ));
    let mut app = desk::open("ana", rows, (120, 40));
    // In Los Angeles it is 18:00 on the 27th when the clocks of London go forward.
    app.run_line("slot find '2027-03-27 5pm with Lon Doner'");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    let text = lines(&app).join("\n");
    assert!(text.contains("+7 → +8 h"), "{text}");
}

/// Every time of day in a line, with what stands before it.
fn times(line: &str) -> Vec<(String, String)> {
    let letters: Vec<char> = line.chars().collect();
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    (0..letters.len())
        .filter(|at| {
            digit(*at)
                && digit(at + 1)
                && letters.get(at + 2) == Some(&':')
                && digit(at + 3)
                && digit(at + 4)
                && !digit(at + 5)
                && (*at == 0 || !digit(at - 1))
        })
        .map(|at| {
            (
                letters[at..at + 5].iter().collect(),
                letters[at.saturating_sub(12)..at].iter().collect(),
            )
        })
        .collect()
}

#[test]
fn the_bar_at_the_top_has_no_time_without_its_day() {
    for size in [(80, 24), (120, 40), (200, 60), (60, 20), (40, 10)] {
        let app = open(size, "6");
        let top = lines(&app).remove(0);
        for (at, (time, before)) in times(&top).into_iter().enumerate() {
            let dated = ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "]
                .iter()
                .any(|day| before.contains(day));
            assert!(dated, "{size:?}: clock {at} {time} in {top:?}");
        }
    }
}

#[test]
fn lists_of_meetings_name_the_zone() {
    let mut app = open((120, 40), "6");
    app.run_line("pane open meeting");
    let text = lines(&app).join("\n");
    assert!(text.contains(":00 LA") || text.contains(":30 LA"), "{text}");
}

#[test]
fn an_export_copies_what_it_writes() {
    let mut app = open((120, 40), "6 j");
    let effects = app.run_line("slot export out.ics");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Export { .. }))
    );
}

// --- every time carries weekday, date and zone

/// What a cell shows.
fn cells(app: &App) -> (Vec<Vec<String>>, usize) {
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let buffer = desk::draw(app, look);
    let area = buffer.area;
    let rows = (area.top()..area.bottom())
        .map(|y| {
            (area.left()..area.right())
                .map(|x| buffer[(x, y)].symbol().to_owned())
                .collect()
        })
        .collect();
    (rows, usize::from(area.width))
}

/// A row of a frame with the title of the frame, and whether the row is the title.
struct Framed {
    title: String,
    row: String,
    above: String,
}

/// Every row inside a frame, with the frame's title and the row above it.
fn framed(app: &App) -> Vec<Framed> {
    let (rows, width) = cells(app);
    let mut found = Vec::new();
    for (top, row) in rows.iter().enumerate() {
        for left in (0..width).filter(|x| matches!(row[*x].as_str(), "╭" | "┏")) {
            let right = (left..width).find(|x| matches!(row[*x].as_str(), "╮" | "┓"));
            let Some(right) = right else { continue };
            let text = |y: usize| -> String { rows[y][left + 1..right].concat() };
            let title = text(top);
            let mut above = String::new();
            for (y, row) in rows.iter().enumerate().skip(top + 1) {
                if matches!(row[left].as_str(), "╰" | "┗") {
                    break;
                }
                let row = text(y);
                found.push(Framed {
                    title: title.clone(),
                    row: row.clone(),
                    above: std::mem::replace(&mut above, row),
                });
            }
            // The title itself may name a time.
            found.push(Framed {
                title: String::new(),
                row: title,
                above: String::new(),
            });
        }
    }
    found
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Whether a text holds a weekday with a day and its month: `Tue 17 Nov`.
fn has_date(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(3).any(|three| {
        WEEKDAYS.contains(&three[0])
            && three[1].parse::<u8>().is_ok()
            && MONTHS.contains(&three[2].trim_end_matches([',', ':']))
    })
}

/// Whether a text names a zone or a city.
fn has_zone(text: &str) -> bool {
    let zones = [
        "LA",
        "SHA",
        "SIN",
        "NYC",
        "DEN",
        "TYO",
        "LON",
        "Los Angeles",
        "Shanghai",
        "Singapore",
        "London",
        "UTC",
    ];
    zones.iter().any(|zone| {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != ' ')
            .any(|part| part == *zone || part.split(' ').any(|word| word == *zone))
            || (zone.contains(' ') && text.contains(zone))
    })
}

/// Checks every time in the frames of a screen; returns how many there were.
fn checked(app: &App, what: &str) -> usize {
    let mut count = 0;
    let today = app.screen.place == Place::Today;
    // Of Today the meetings belong here.
    let mine = |one: &Framed| !today || one.title.contains("Meetings");
    for one in framed(app).into_iter().filter(mine) {
        for (time, _) in times(&one.row) {
            count += 1;
            // A row that is wrapped goes on in the next one; the rows of a meeting's day stand below its date.
            let seen = format!("{} {} {}", one.title, one.above, one.row);
            assert!(has_zone(&seen), "{what}: {time} without a zone in {seen:?}");
            assert!(
                has_date(&seen) || has_date(&one.title),
                "{what}: {time} without weekday, day and month in {seen:?}"
            );
        }
        // A clock of somebody else says its own day, right behind its name.
        for zone in ["SHA", "SIN", "SHA/SIN", "LON", "NYC", "DEN"] {
            for part in one.row.split(&format!(" {zone} ")).skip(1) {
                let words: Vec<&str> = part.split_whitespace().take(4).collect();
                let timed = words.iter().take(2).any(|word| word.contains(':'));
                let first = words.first().copied().unwrap_or("");
                assert!(
                    !(timed && first.contains(':') && first.len() >= 5),
                    "{what}: {zone} without its day in {:?}",
                    one.row
                );
            }
        }
    }
    count
}

#[test]
fn every_time_of_the_place_has_weekday_date_and_zone_at_three_sizes() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        for (what, keys) in [
            ("today", "1"),
            ("times", "6"),
            ("by calendar", "6 c"),
            ("another day", "6 J J J"),
            ("why", "6 v"),
            ("series on my clock", "6 s"),
            ("series on theirs", "6 s s"),
            ("series taking turns", "6 s s s"),
            ("meetings", "6 tab j"),
            ("moving", "6 tab M"),
        ] {
            let app = open(size, keys);
            let found = checked(&app, &format!("{what} at {size:?}"));
            // Where there is least room Today has no list of meetings.
            let bare = what == "today" && size == (80, 24);
            assert!(found > 0 || bare, "{what} at {size:?} shows no time at all");
        }
        let mut app = open(size, "6");
        app.run_line("slot find '6 jan 2027 with Ng'");
        desk::wait(&mut app, SignedDuration::from_secs(1));
        checked(&app, &format!("next year at {size:?}"));
        let text = lines(&app).join("\n");
        assert!(text.contains("Wed 6 Jan 2027"), "{size:?}: {text}");
    }
}

#[test]
fn inside_an_hour_that_comes_twice_the_offset_is_said() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut app = open(size, "6");
        app.run_line("slot find '2027-11-07 with Ng'");
        desk::wait(&mut app, SignedDuration::from_secs(1));
        // 01:00 of the second pass: two half hours from midnight, and two of the first pass.
        app.screen.slots.day = Some(jiff::civil::date(2027, 11, 7));
        app.screen.slots.cell = 4;
        app.screen.slots.view = cnm::pane::SlotView::Times;
        desk::wait(&mut app, SignedDuration::from_secs(1));
        let text = lines(&app).join("\n");
        assert!(text.contains("01:00"), "{size:?}: {text}");
        assert!(text.contains("(UTC-8)"), "{size:?}: {text}");
    }
}

#[test]
fn a_series_is_seen_whole_with_its_warnings_also_where_there_is_little_room() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut app = open(size, "6");
        app.screen.slots.day = Some(jiff::civil::date(2027, 2, 24));
        desk::press(&mut app, "s");
        let text = lines(&app).join("\n");
        for number in 1..=8 {
            let row = lines(&app)
                .into_iter()
                .any(|line| line.contains(&format!("│ {number} Wed ")));
            assert!(row, "{size:?}: meeting {number} in {text}");
        }
        assert!(text.contains("moves to "), "{size:?}: {text}");
        assert!(text.contains("Gini"), "{size:?}: {text}");
    }
}

#[test]
fn why_not_names_what_is_over_and_who_must_know_earlier() {
    let mut rows = desk::morning();
    rows.push(row(
        Kind::Person,
        "p-slow",
        &json!({ "name": "Slow Reader", "zone": "America/Los_Angeles", "notice": "PT24H" }),
    ));
    let mut app = desk::open("ana", rows, (120, 40));
    app.run_line("slot find '2026-11-17..2026-11-19 with Slow Reader'");
    app.screen.slots.day = Some(jiff::civil::date(2026, 11, 17));
    desk::press(&mut app, "v");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    let table = app.figures.timetable().unwrap();
    let said: Vec<&str> = (table.rejections().iter())
        .map(|one| one.brief.as_str())
        .collect();
    assert_eq!(said.first(), Some(&"over"), "{said:?}");
    assert!(
        said.contains(&"too soon: Slow must know 24 h before"),
        "{said:?}"
    );
    let text = lines(&app).join("\n");
    assert!(text.contains("too soon: Slow must know"), "{text}");
}

#[test]
fn a_meeting_that_moves_begins_with_a_cell() {
    let mut rows = desk::morning();
    rows.push(row(
        Kind::Meeting,
        "quarter",
        &json!({ "title": "Clinic", "start": "2026-11-19T04:45:00Z", "end": "2026-11-19T05:15:00Z",
            "zone": "America/Los_Angeles", "state": "confirmed", "owner": "ana",
            "attendees": [{ "person": "p-ana" }] }),
    ));
    let mut app = desk::open("ana", rows, (120, 40));
    desk::press(&mut app, "6");
    app.run_line("slot move --id quarter");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    let table = app.figures.timetable().unwrap();
    let cell = app.screen.slots.cell;
    assert_eq!(
        table.cells[cell].to_string(),
        "2026-11-19T04:45:00Z",
        "{}",
        said(&app)
    );
}

#[test]
fn the_series_that_is_shown_is_what_is_exported() {
    let mut app = open((120, 40), "6 s");
    let effects = app.run_line("slot export series.ics");
    let file = effects.iter().find_map(|effect| match effect {
        Effect::Export { text, .. } => Some(text.clone()),
        _ => None,
    });
    let file = file.expect("a file is written");
    assert!(file.contains("RRULE") || file.contains("RDATE"), "{file}");
    assert!(file.contains("STATUS:TENTATIVE"), "{file}");
    assert!(
        said(&app).contains("meetings of the series"),
        "{}",
        said(&app)
    );
}

#[test]
fn a_day_that_suits_nobody_shows_the_closest_time_and_its_own_blocker() {
    let mut rows = desk::morning();
    rows.push(within("early", "08:00", "12:00"));
    rows.push(within("late", "12:30", "17:00"));
    let mut app = desk::open("ana", rows, (120, 40));
    app.run_line("slot find '2026-11-20 with early and late for 60m'");
    app.run_line("slot series --clock rotate");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    let table = app.figures.timetable().unwrap();
    let series = table.series.as_ref().unwrap();
    // Christmas and New Year are days off for all of them.
    for row in series.rows.iter().take(5) {
        assert!(!row.possible && row.timed, "{row:?}");
        let hour = app
            .world
            .view
            .zone
            .to_datetime(row.span.start.timestamp())
            .hour();
        assert!((11..=13).contains(&hour), "the closest one: {row:?}");
    }
    let text = lines(&app).join("\n");
    assert!(text.contains("! closest, not "), "{text}");
    assert!(!text.contains("00:00 LA  !"), "{text}");
    assert!(!series.rows[5].timed, "Christmas: {:?}", series.rows[5]);
    assert!(text.contains("Christmas Day"), "{text}");
}

#[test]
fn a_time_that_the_clocks_skip_is_said_when_a_meeting_is_edited() {
    let mut app = open((120, 40), "6");
    let (id, _) = mine(&app).remove(0);
    app.run_line(&format!("edit --id {} 'start=2027-03-14 02:30'", id.link()));
    assert!(
        said(&app).contains("02:30 does not exist"),
        "{}",
        said(&app)
    );
}

#[test]
fn the_words_of_a_phrase_come_without_the_phrase_and_are_seen_whole() {
    for size in [(80, 24), (120, 40)] {
        let mut app = open(size, "6 /");
        for letter in "next tue 4-6pm SGT with Ng and Chen for 45m".chars() {
            let key = if letter == ' ' {
                "space".to_owned()
            } else {
                letter.to_string()
            };
            desk::press(&mut app, &key);
        }
        let text = lines(&app).join("\n");
        assert!(text.contains("Singapore"), "{size:?}: {text}");
        assert!(text.contains("LA"), "{size:?}: {text}");
        assert_eq!(
            text.matches("next tue 4-6pm").count(),
            1,
            "{size:?}: {text}"
        );
    }
}

#[test]
fn the_linear_mode_reads_the_ranked_list_the_rows_and_the_warnings() {
    let mut app = open((120, 40), "6");
    let speech = cnm::ui::speak(&app);
    assert!(
        speech.place.contains("starts suit everyone") && speech.place.contains("tzdb"),
        "{speech:?}"
    );
    assert!(speech.row.contains("LA: "), "{speech:?}");
    let list = speech.list.join("\n");
    assert!(list.contains("Best times, least hurt first:"), "{list}");
    assert!(list.contains("1 Wed 18 Nov 18:00 LA, "), "{list}");
    assert!(list.contains("likes it"), "everyone's rows: {list}");
    desk::press(&mut app, "v");
    let list = cnm::ui::speak(&app).list.join("\n");
    assert!(
        list.contains("Closest is ") && list.contains("over."),
        "{list}"
    );
    app.screen.slots.day = Some(jiff::civil::date(2027, 2, 24));
    desk::press(&mut app, "s");
    let list = cnm::ui::speak(&app).list.join("\n");
    assert!(
        list.contains("8 Wed ") && list.contains("Warning: moves to "),
        "{list}"
    );
    desk::press(&mut app, "tab");
    let speech = cnm::ui::speak(&app);
    assert!(
        speech.list.join("").contains("Meetings of 7 days"),
        "{speech:?}"
    );
}

#[test]
fn namesakes_are_told_apart_by_their_city() {
    let mut rows = desk::morning();
    for (id, zone) in [("p-chen-1", "Asia/Shanghai"), ("p-chen-2", "Asia/Tokyo")] {
        rows.push(row(
            Kind::Person,
            id,
            &json!({ "name": "陈晨", "zone": zone, "circle": "colleague" }),
        ));
    }
    let mut app = desk::open("ana", rows, (200, 60));
    app.run_line("slot find 'next week with 陈晨 for 30m'");
    assert!(
        said(&app).contains("Shanghai") && said(&app).contains("Tokyo"),
        "{}",
        said(&app)
    );
    app.run_line("slot find 'next week with 陈晨 shanghai and 陈晨 tokyo for 30m'");
    desk::wait(&mut app, SignedDuration::from_secs(1));
    let text = lines(&app).join("\n");
    assert!(!text.contains("p-chen"), "{text}");
    let table = app.figures.timetable().unwrap();
    let shorts: Vec<&str> = table.guests.iter().map(|one| one.short.as_str()).collect();
    assert_eq!(&shorts[1..], ["陈晨 Shanghai", "陈晨 Tokyo"]);
}
