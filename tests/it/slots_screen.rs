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
        words.contains("held Sun 14 Mar 03:30 LA") && words.contains("02:30 does not exist"),
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
        words.contains("happens twice") && !words.contains("not 01:30"),
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
        let (closest, _) = table.day_miss.clone().unwrap();
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
