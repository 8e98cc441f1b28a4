//! Where a meeting may lie, in words: whole periods, hours on each of several days, everything until a day.

use cnm::command::{Timetable, Wanted, between};
use cnm::effect::{CacheRow, RowState};
use cnm::pane::SlotsScreen;
use cnm::record::Kind;
use cnm::when::phrase::{PhraseContext, stretch};
use cnm::when::{clock, zone};
use jiff::Timestamp;
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

/// Wednesday, 4 March 2026, 10:30 in Los Angeles.
const NOW: &str = "2026-03-04T18:30:00Z";

/// The windows in the wall time of Los Angeles, or the starts behind an `@`.
#[expect(
    clippy::unwrap_in_result,
    reason = "the zone and the moment are those of the tests"
)]
fn read_at(now: &str, text: &str) -> Result<String, String> {
    let here = zone::load("America/Los_Angeles").unwrap();
    let context = PhraseContext::new(now.parse().unwrap(), here.clone());
    let found = stretch(text, &context).map_err(|error| error.to_string())?;
    assert!(found.words.contains("->"), "{text}: {}", found.words);
    let at = |at: &Timestamp| clock::stamp(*at, &here);
    let windows = found
        .windows
        .iter()
        .map(|(from, to)| format!("{} to {}", at(from), at(to)));
    let starts = found.starts.iter().map(|start| format!("@{}", at(start)));
    Ok(windows.chain(starts).collect::<Vec<_>>().join("; "))
}

fn read(text: &str) -> String {
    read_at(NOW, text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn words(text: &str) -> String {
    let here = zone::load("America/Los_Angeles").unwrap();
    let context = PhraseContext::new(NOW.parse().unwrap(), here);
    stretch(text, &context).unwrap().words
}

#[test]
fn a_period_is_all_of_its_days() {
    for (text, wanted) in [
        ("next week", "Mon 9 Mar 00:00 to Mon 16 Mar 00:00"),
        ("this week", "Wed 4 Mar 00:00 to Mon 9 Mar 00:00"),
        ("next month", "Wed 1 Apr 00:00 to Fri 1 May 00:00"),
        ("this month", "Wed 4 Mar 00:00 to Wed 1 Apr 00:00"),
        ("march", "Wed 4 Mar 00:00 to Wed 1 Apr 00:00"),
        ("april", "Wed 1 Apr 00:00 to Fri 1 May 00:00"),
        ("q2", "Wed 1 Apr 00:00 to Wed 1 Jul 00:00"),
        ("this weekend", "Sat 7 Mar 00:00 to Mon 9 Mar 00:00"),
        ("下周", "Mon 9 Mar 00:00 to Mon 16 Mar 00:00"),
        ("next 3 days", "Wed 4 Mar 00:00 to Sun 8 Mar 00:00"),
        (
            "in the next two weeks",
            "Wed 4 Mar 00:00 to Thu 19 Mar 00:00",
        ),
        // A day stays a day.
        ("fri", "Fri 6 Mar 00:00 to Sat 7 Mar 00:00"),
        ("17 nov", "Tue 17 Nov 00:00 to Wed 18 Nov 00:00"),
        ("fri 4-6pm", "Fri 6 Mar 16:00 to Fri 6 Mar 18:00"),
        ("fri 5pm", "@Fri 6 Mar 17:00"),
    ] {
        assert_eq!(read(text), wanted, "{text}");
    }
    // A week that has just begun is whole, and Sunday is its last day.
    assert_eq!(
        read_at("2026-03-08T18:30:00Z", "this week").unwrap(),
        "Sun 8 Mar 00:00 to Mon 9 Mar 00:00"
    );
    let long = words("this year");
    assert!(long.contains("only the first 92 of"), "{long}");
}

#[test]
fn hours_with_several_days_are_those_of_each_day() {
    let nine = "Mon 9 Mar 09:00 to Mon 9 Mar 11:00; Tue 10 Mar 09:00 to Tue 10 Mar 11:00; \
                Wed 11 Mar 09:00 to Wed 11 Mar 11:00; Thu 12 Mar 09:00 to Thu 12 Mar 11:00; \
                Fri 13 Mar 09:00 to Fri 13 Mar 11:00";
    for text in [
        "mon..fri 9-11am",
        "mon-fri 9-11am",
        "mon to fri 9-11am",
        "mon 9-11am..fri",
        "next week weekdays 9-11am",
        "weekdays next week 9-11am",
    ] {
        assert_eq!(read(text), nine, "{text}");
    }
    // Those of today and tomorrow are left of this week.
    assert_eq!(
        read("tomorrow..fri 4-6pm"),
        "Thu 5 Mar 16:00 to Thu 5 Mar 18:00; Fri 6 Mar 16:00 to Fri 6 Mar 18:00"
    );
    let days = read("weekdays 4-6pm SGT");
    assert_eq!(days.matches("to").count(), 5, "{days}");
    // Thursday in Singapore has begun: 16:00 there is midnight here.
    assert!(
        days.starts_with("Thu 5 Mar 00:00 to Thu 5 Mar 02:00; Fri 6 Mar 00:00"),
        "{days}"
    );
    assert_eq!(read("next week 5pm").matches('@').count(), 7);
    assert_eq!(
        read("tuesdays and thursdays 9-10am"),
        "Thu 5 Mar 09:00 to Thu 5 Mar 10:00; Tue 10 Mar 09:00 to Tue 10 Mar 10:00"
    );
    // A list of days is each of the next ones.
    for text in [
        "thu and tue 9-10am",
        "tue, thu 9-10am",
        "on thu or tue 9-10am",
        "thu/tue 9-10am",
    ] {
        assert_eq!(
            read(text),
            "Thu 5 Mar 09:00 to Thu 5 Mar 10:00; Tue 10 Mar 09:00 to Tue 10 Mar 10:00",
            "{text}"
        );
    }
    assert_eq!(
        read("mon, wed and fri next week 9-10am")
            .matches("to")
            .count(),
        3
    );
    assert!(read_at(NOW, "next tue and thu 9-10am").is_err());
    // Nights reach into the next day.
    assert_eq!(
        read("thu..fri 10pm-1am"),
        "Thu 5 Mar 22:00 to Fri 6 Mar 01:00; Fri 6 Mar 22:00 to Sat 7 Mar 01:00"
    );
    assert_eq!(
        words("mon..fri 9-11am"),
        "mon..fri 9-11am -> Mon 9 Mar – Fri 13 Mar, 09:00–11:00 each day Los Angeles"
    );
}

#[test]
fn a_part_of_the_day_is_all_of_its_hours() {
    for (text, wanted) in [
        ("tomorrow afternoon", "Thu 5 Mar 12:00 to Thu 5 Mar 18:00"),
        ("this afternoon", "Wed 4 Mar 12:00 to Wed 4 Mar 18:00"),
        ("tonight", "Wed 4 Mar 18:00 to Thu 5 Mar 00:00"),
        ("fri morning", "Fri 6 Mar 06:00 to Fri 6 Mar 12:00"),
        ("明天下午", "Thu 5 Mar 12:00 to Thu 5 Mar 18:00"),
    ] {
        assert_eq!(read(text), wanted, "{text}");
    }
    assert_eq!(read("mornings").matches("06:00 to").count(), 7);
}

#[test]
fn what_is_over_is_said_to_be() {
    for text in ["yesterday", "yesterday 4-6pm", "2026-03-03", "today 9-10am"] {
        let error = read_at(NOW, text).unwrap_err();
        assert!(error.contains("that is over"), "{text}: {error}");
    }
}

/// What else a day may be is a line of its own, with the hours, the length and the people that were asked for.
#[test]
fn another_reading_of_a_day_keeps_the_rest_of_the_line() {
    let mut app = desk::open("ana", desk::morning(), (120, 40));
    desk::press(&mut app, "6 /");
    let now = app.world.view.now;
    app.update(
        now,
        cnm::app::Msg::Paste("next thu 4-6pm SGT for 45m".into()),
    );
    let look = cnm::ui::Look {
        depth: cnm::ui::Depth::TrueColour,
        glyphs: cnm::text::Glyphs::Unicode,
    };
    let first = desk::lines(&desk::draw(&app, look)).join("\n");
    assert!(first.contains("[Tab other reading]"), "{first}");
    desk::press(&mut app, "tab");
    let other = desk::lines(&desk::draw(&app, look)).join("\n");
    assert!(
        other.contains("2026-11-19 16:00-18:00 Asia/Singapore for 45m"),
        "{other}"
    );
    assert!(other.contains("[Tab next reading]"), "{other}");
    desk::press(&mut app, "enter");
    let within = app.screen.slots.within.clone().unwrap();
    assert_eq!(within[0].0.to_string(), "2026-11-19T08:00:00Z");
    assert_eq!(app.screen.slots.minutes, 45);
    // A part of the day keeps its hours.
    let settings = cnm::command::Settings::default();
    let wanted = Wanted::read("next thu afternoon", &app.world, &settings).unwrap();
    assert_eq!(
        wanted.others,
        ["2026-11-19 12:00-18:00 America/Los_Angeles"]
    );
}

#[test]
fn until_is_everything_from_now_on() {
    for (text, wanted) in [
        ("by fri", "Wed 4 Mar 00:00 to Sat 7 Mar 00:00"),
        ("before fri", "Wed 4 Mar 00:00 to Fri 6 Mar 00:00"),
        ("by fri 5pm", "Wed 4 Mar 10:30 to Fri 6 Mar 17:00"),
        ("within 3 days", "Wed 4 Mar 00:00 to Sun 8 Mar 00:00"),
        ("within 48h", "Wed 4 Mar 10:30 to Fri 6 Mar 10:30"),
        ("周五前", "Wed 4 Mar 00:00 to Fri 6 Mar 00:00"),
    ] {
        assert_eq!(read(text), wanted, "{text}");
    }
}

#[test]
fn two_days_are_one_stretch_whatever_they_are_called() {
    for (text, wanted) in [
        ("mon..fri", "Mon 9 Mar 00:00 to Sat 14 Mar 00:00"),
        ("tomorrow..fri", "Thu 5 Mar 00:00 to Sat 7 Mar 00:00"),
        ("today..next week", "Wed 4 Mar 00:00 to Mon 16 Mar 00:00"),
        (
            "this week..next week",
            "Wed 4 Mar 00:00 to Mon 16 Mar 00:00",
        ),
        ("mon..eow", "Mon 9 Mar 00:00 to Sat 14 Mar 00:00"),
        ("mon..mon", "Mon 9 Mar 00:00 to Tue 10 Mar 00:00"),
        ("mon 9am..fri 5pm", "Mon 9 Mar 09:00 to Fri 13 Mar 17:00"),
        ("mon..fri 5pm", "Mon 9 Mar 00:00 to Fri 13 Mar 17:00"),
        ("fri 9am..5pm", "Fri 6 Mar 09:00 to Fri 6 Mar 17:00"),
        (
            "2026-03-10..2026-03-12",
            "Tue 10 Mar 00:00 to Fri 13 Mar 00:00",
        ),
        // A zone at the end is that of both ends.
        (
            "mon 9am..fri 5pm london",
            "Mon 9 Mar 02:00 to Fri 13 Mar 10:00",
        ),
    ] {
        assert_eq!(read(text), wanted, "{text}");
    }
    // Weekdays between two days: both parts of the days.
    assert_eq!(
        read("weekdays fri..mon"),
        "Fri 6 Mar 00:00 to Sat 7 Mar 00:00; Mon 9 Mar 00:00 to Tue 10 Mar 00:00"
    );
    for wrong in [
        "fri..blursday",
        "2026-03-12..2026-03-10",
        "..",
        "mon..",
        "9-11am..fri 2pm",
        "",
    ] {
        assert!(read_at(NOW, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_time_that_the_clocks_skip_is_said() {
    let told = words("sun 2:30am");
    assert!(
        told.contains("02:30 does not exist in Los Angeles"),
        "{told}"
    );
    let told = words("sat..sun 2-4am");
    assert!(
        told.contains("Sun 8 Mar 02:00 does not exist in Los Angeles"),
        "{told}"
    );
}

#[test]
fn best_times_lie_inside_one_of_the_windows() {
    let app = desk::open("ana", desk::morning(), (120, 40));
    let found = between("mon..fri 4-6pm", &app.world, &app.settings).unwrap();
    assert_eq!(found.windows.len(), 5);
    let wanted = Wanted::read("mon..fri 4-6pm with Ng for 60m", &app.world, &app.settings).unwrap();
    let mut slots = SlotsScreen::default();
    wanted.apply(&app.world, &mut slots);
    let table = Timetable::of(&app.world, &slots).unwrap();
    assert!(table.found > 5, "{}", table.found);
    let days: std::collections::BTreeSet<_> = table
        .offers
        .iter()
        .map(|offer| app.world.view.zone.to_datetime(offer.start).date())
        .collect();
    assert!(days.len() > 1, "more than one of the days: {days:?}");
    for offer in &table.offers {
        let inside = |(from, to): &(Timestamp, Timestamp)| *from <= offer.start && offer.end <= *to;
        assert!(found.windows.iter().any(inside), "{offer:?}");
    }
    // The day that is drawn is whole: the cells before four o'clock have their counts too.
    assert!(table.turnout.iter().filter(|count| **count == 2).count() > 4);
}

#[test]
fn a_name_is_found_by_any_words_of_it() {
    let mut rows = desk::morning();
    for (id, name) in [
        ("p-he", "何以安 He Yian"),
        ("p-li", "李 Li Wei Ling"),
        ("p-he2", "何以宁 He Yining"),
    ] {
        rows.push(row(
            Kind::Person,
            id,
            &json!({ "name": name, "zone": "Asia/Shanghai" }),
        ));
    }
    let app = desk::open("ana", rows, (120, 40));
    let called = |name: &str| {
        let line = format!("with {name}");
        let read = Wanted::read(&line, &app.world, &app.settings);
        match read {
            Ok(wanted) => {
                let ids: Vec<String> = wanted.people.iter().map(ToString::to_string).collect();
                ids.join(" ")
            }
            Err(error) => error.to_string(),
        }
    };
    for name in [
        "He Yian",
        "he yia",
        "Yian",
        "以安",
        "何以安",
        "何以安 He Yian",
        "yian he",
    ] {
        assert_eq!(called(name), "p-he", "{name}");
    }
    assert_eq!(called("Wei Ling"), "p-li");
    for (name, why) in [
        ("He", "more than one"),
        ("He Yi", "more than one"),
        ("He Yia Ng", "no contact"),
        ("Yi An", "no contact"),
    ] {
        assert!(called(name).contains(why), "{name}: {}", called(name));
    }
}
