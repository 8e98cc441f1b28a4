//! What a key press and a cold start cost in the slot finder, and a large calendar in the importer.
//!
//! `cargo bench --bench slots`. Compare within one run: `plain_merge` is the least that the busy blocks
//! themselves cost, so the ratio to it is what travels between machines.
#![expect(
    clippy::expect_used,
    reason = "a benchmark whose input does not hold may fail loudly"
)]

use cnm::app::{App, Configured, Msg};
use cnm::config::Config;
use cnm::effect::{CacheRow, RowState};
use cnm::ics::{Import, MOST_BYTES, Options, read};
use cnm::keymap::Keymap;
use cnm::list::World;
use cnm::pane::Place;
use cnm::record::{Id, Kind};
use cnm::slots::{
    Attendance, Attendee, Headcount, Hours, Minute, Search, Session, Span, SpanSet, WeekWindows,
    Window, Zone,
};
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{self, Depth, Look};
use divan::{Bencher, black_box};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn main() {
    divan::main();
}

/// A number of people over a number of days.
#[derive(Clone, Copy)]
struct Load {
    people: usize,
    days: i32,
    busy_each: usize,
}

const KEY: Load = Load {
    people: 12,
    days: 28,
    busy_each: 168,
};
const TEAM: Load = Load {
    people: 50,
    days: 90,
    busy_each: 720,
};
const CROWD: Load = Load {
    people: 1_000,
    days: 90,
    busy_each: 900,
};

const ZONES: [&str; 12] = [
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Warsaw",
    "Africa/Cairo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> i32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((self.0 >> 33) % limit).unwrap_or(0)
    }
}

fn range(load: Load) -> Span {
    Span::lasting(
        Minute::parse("2026-02-16T08:00Z").unwrap_or(Minute::new(0)),
        load.days * 1440,
    )
}

fn window(start: u16, end: u16) -> WeekWindows {
    WeekWindows::every_day(Window::new(start, end))
}

/// People spread over twelve zones and four kinds of hours, with busy blocks in no order.
fn people(load: Load) -> Vec<Attendee> {
    let mut random = Random(7);
    let range = range(load);
    (0..load.people)
        .map(|index| {
            let zone = Zone::load(ZONES[index % ZONES.len()]).expect("a zone of the database");
            let shift = u16::try_from(index / ZONES.len() % 4).unwrap_or(0) * 30;
            let hours = Hours::new(zone, WeekWindows::weekdays(Window::new(480 + shift, 1080)))
                .preferring(WeekWindows::weekdays(Window::new(600, 960)))
                .accepting(window(0, 1440));
            let busy = (0..load.busy_each)
                .map(|_| {
                    Span::lasting(
                        range.start
                            + random.below(load.days.unsigned_abs().into()) * 1440
                            + random.below(96) * 15,
                        30,
                    )
                })
                .collect();
            Attendee::new(format!("p{index}"), hours).busy(busy)
        })
        .collect()
}

fn session(load: Load, people: Vec<Attendee>) -> Session {
    let zone = Zone::load(ZONES[0]).expect("a zone of the database");
    Session::new(Search::new(range(load), 45, zone).every(15), people).expect("a sound search")
}

fn warm(load: Load) -> Session {
    let mut session = session(load, people(load));
    session.plan().expect("few enough slots");
    session
}

fn cold(bencher: Bencher<'_, '_>, load: Load) {
    let people = people(load);
    bencher
        .with_inputs(|| people.clone())
        .bench_values(|people| {
            let plan = session(load, people).plan().expect("few enough slots");
            (plan.len(), plan)
        });
}

/// Changes the duration back and forth, which touches every slot.
fn change_duration(bencher: Bencher<'_, '_>, load: Load) {
    let mut session = warm(load);
    let mut minutes = 45;
    bencher.bench_local(|| {
        minutes = 105 - minutes;
        session.set_duration(minutes).expect("a sound duration");
        session.plan().expect("few enough slots")
    });
}

/// Makes one person optional and required in turn.
fn change_attendance(bencher: Bencher<'_, '_>, load: Load) {
    let mut session = warm(load);
    let mut attendance = Attendance::Required;
    bencher.bench_local(|| {
        attendance = if attendance == Attendance::Required {
            Attendance::Optional
        } else {
            Attendance::Required
        };
        session.set_attendance("p3", attendance);
        session.plan().expect("few enough slots")
    });
}

/// Pages to the next week and back.
fn page(bencher: Bencher<'_, '_>, load: Load) {
    let mut session = warm(load);
    let home = range(load);
    let mut away = false;
    bencher.bench_local(|| {
        away = !away;
        let shift = if away { 7 * 1440 } else { 0 };
        session
            .set_range(Span::new(home.start + shift, home.end + shift))
            .expect("a sound range");
        session.plan().expect("few enough slots")
    });
}

/// Replaces the busy blocks of one person.
fn change_busy(bencher: Bencher<'_, '_>, load: Load) {
    let mut session = warm(load);
    let busy = people(load).swap_remove(1).busy;
    bencher.bench_local(|| {
        session.set_busy("p3", busy.clone());
        session.plan().expect("few enough slots")
    });
}

/// Sorts and merges the same busy blocks and does nothing else.
fn plain_merge(bencher: Bencher<'_, '_>, load: Load) {
    let people = people(load);
    bencher
        .with_inputs(|| {
            people
                .iter()
                .map(|person| person.busy.clone())
                .collect::<Vec<_>>()
        })
        .bench_values(|busy| {
            busy.into_iter()
                .map(SpanSet::from_spans)
                .collect::<Vec<_>>()
        });
}

/// Counts who is free at every start of the grid.
fn turnout(bencher: Bencher<'_, '_>, load: Load) {
    let plan = warm(load).plan().expect("few enough slots");
    bencher.bench_local(|| {
        black_box(&plan)
            .turnout()
            .iter()
            .map(|(_, count): &(Minute, Headcount)| count.all())
            .max()
    });
}

/// Counts who is free in every cell of the range.
fn headcounts(bencher: Bencher<'_, '_>, load: Load) {
    let plan = warm(load).plan().expect("few enough slots");
    bencher.bench_local(|| black_box(&plan).headcounts(range(load), 15));
}

fn nearest_miss(bencher: Bencher<'_, '_>, load: Load) {
    let plan = warm(load).plan().expect("few enough slots");
    bencher.bench_local(|| black_box(&plan).nearest_miss());
}

/// The console on the slots place with so many people, each with so many busy blocks in the cache.
fn console(load: Load) -> App {
    let zone = |index: usize| ZONES[index % ZONES.len()];
    let day = |from: &str, to: &str| {
        let names = ["mon", "tue", "wed", "thu", "fri"];
        let week = names.map(|name| format!(r#""{name}":[{{"from":"{from}","to":"{to}"}}]"#));
        format!("{{{}}}", week.join(","))
    };
    let mut rows = vec![(
        Kind::User,
        "me".to_owned(),
        r#"{"name":"Me","zone":"America/Los_Angeles","person":"p0"}"#.to_owned(),
    )];
    for (index, person) in people(load).into_iter().enumerate() {
        let fields = format!(
            r#"{{"name":"Person {index}","zone":"{}","circle":"colleague","nights":3,"buffer":"PT15M","hours":{{"working":{},"acceptable":{}}}}}"#,
            zone(index),
            day("09:00", "18:00"),
            day("00:00", "24:00"),
        );
        rows.push((Kind::Person, format!("p{index}"), fields));
        for (number, block) in person.busy.iter().enumerate() {
            let fields = format!(
                r#"{{"person":"p{index}","start":"{}","end":"{}"}}"#,
                block.start.timestamp(),
                block.end.timestamp()
            );
            rows.push((Kind::BusyBlock, format!("b{index}-{number}"), fields));
        }
    }
    let now = range(load).start.timestamp();
    let here = Zone::load(ZONES[0]).expect("a zone of the database");
    let mut world = World::new("me", now, here.time_zone().clone(), 7);
    for (kind, id, fields) in rows {
        world.upsert(&CacheRow {
            kind,
            id,
            version: 1,
            state: RowState::Clean,
            fields,
        });
    }
    let configured = Configured {
        config: Config::default(),
        keymap: Keymap::defaults().expect("the keys that ship"),
        theme: Theme::shipped("midnight").expect("a theme that ships"),
        problems: Vec::new(),
    };
    let mut app = App::new(world, configured, (200, 60));
    app.screen.place = Place::Slots;
    app.screen.slots.people = (0..load.people)
        .map(|index| Id::new(format!("p{index}")))
        .collect();
    app.screen.slots.days = i64::from(load.days);
    app
}

/// A key of the console that changes what is looked for: everything from the records on, and the frame.
fn key_in_the_console(bencher: Bencher<'_, '_>, load: Load) {
    let mut app = console(load);
    let now = app.world.view.now;
    let mut longer = false;
    bencher.bench_local(|| {
        longer = !longer;
        app.screen.slots.minutes = if longer { 45 } else { 60 };
        app.update(now, Msg::Resize(200, 60));
        app.figures.timetable().map(|table| table.found)
    });
}

/// A key that only moves the cursor over the hours, with its frame.
fn cursor_in_the_console(bencher: Bencher<'_, '_>, load: Load) {
    let mut app = console(load);
    let now = app.world.view.now;
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 60));
    bencher.bench_local(|| {
        app.screen.slots.cell = (app.screen.slots.cell + 1) % 48;
        app.update(now, Msg::Resize(200, 60));
        ui::draw(&app, look, &mut buffer)
    });
}

macro_rules! loads {
    ($module:ident, $load:expr, $($name:ident),+) => {
        mod $module {
            $(#[divan::bench]
            fn $name(bencher: divan::Bencher<'_, '_>) {
                super::$name(bencher, $load);
            })+
        }
    };
}

loads!(
    people_12_days_28,
    super::KEY,
    cold,
    change_duration,
    change_attendance,
    change_busy,
    page,
    turnout,
    headcounts,
    nearest_miss,
    key_in_the_console,
    cursor_in_the_console,
    plain_merge
);
loads!(
    people_50_days_90,
    super::TEAM,
    cold,
    change_duration,
    change_attendance,
    change_busy,
    page,
    turnout,
    headcounts,
    nearest_miss,
    key_in_the_console,
    cursor_in_the_console,
    plain_merge
);
loads!(
    people_1000_days_90,
    super::CROWD,
    cold,
    change_duration,
    change_attendance,
    change_busy,
    page,
    turnout,
    headcounts,
    plain_merge
);

/// A calendar just below the limit, about ten thousand weekly events with descriptions.
fn large_calendar() -> Vec<u8> {
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    let mut random = Random(3);
    for index in 0.. {
        let event = format!(
            "BEGIN:VEVENT\r\nUID:{index}@example.com\r\nDTSTAMP:20260101T000000Z\r\nSEQUENCE:0\r\nSUMMARY:Meeting {index}\r\n\
             DTSTART;TZID=Europe/Warsaw:2025{:02}{:02}T{:02}3000\r\nDURATION:PT45M\r\n{}DESCRIPTION:{}\r\n {}\r\n\
             LOCATION:Room {}\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\n",
            1 + random.below(12),
            1 + random.below(28),
            8 + random.below(10),
            if index % 9 == 0 {
                "RRULE:FREQ=WEEKLY;BYDAY=MO,TH\r\n"
            } else {
                ""
            },
            "What we talk about. ".repeat(6),
            "And what we do not. ".repeat(4),
            random.below(40),
        );
        if out.len() + event.len() + 30 > MOST_BYTES {
            break;
        }
        out.push_str(&event);
    }
    out.push_str("END:VCALENDAR\r\n");
    out.into_bytes()
}

#[divan::bench]
fn calendar_of_5_mib(bencher: Bencher<'_, '_>) {
    let bytes = large_calendar();
    let options = Options::new(
        "2026-01-01T00:00Z".parse().expect("an instant"),
        "2026-04-01T00:00Z".parse().expect("an instant"),
    );
    bencher.bench_local(|| -> Import { read(black_box(&bytes), &options).expect("a calendar") });
}
