//! The follow-ups at the keys: views, next steps, promises, and the verbs.

use cnm::app::{App, Mode};
use cnm::effect::{CacheRow, Effect, RowState};
use cnm::pane::{DueView, Place, Stretch};
use cnm::record::{Due, FollowUp, FollowUpState, Kind, Message, WaitingOn};
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};
use serde_json::{Value as Json, json};

use crate::desk;

const LOOK: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Unicode,
};

fn row(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

/// The morning of the undo tests, with me as a person and a colleague.
fn rows() -> Vec<CacheRow> {
    let mut rows: Vec<CacheRow> = include_str!("undo/morning.jsonl")
        .lines()
        .map(|line| {
            let json: Json = serde_json::from_str(line).unwrap();
            let kind = Kind::from_name(json["kind"].as_str().unwrap()).unwrap();
            row(kind, json["id"].as_str().unwrap(), &json["fields"])
        })
        .collect();
    for (id, name, role) in [
        ("ana", "Ana Belmonte", "cnm"),
        ("ben", "Ben Ortiz", "cnm"),
        ("lea", "Lea Park", "lead"),
    ] {
        let fields =
            json!({"name": name, "role": role, "team": "west", "zone": "America/Los_Angeles"});
        rows.push(row(Kind::User, id, &fields));
    }
    rows
}

fn open(size: (u16, u16)) -> App {
    desk::open("ana", rows(), size)
}

fn at(keys: &str) -> App {
    let mut app = open((120, 40));
    desk::press(&mut app, keys);
    app
}

fn follow_up(app: &App, id: &str) -> FollowUp {
    app.world.table::<FollowUp>().record(id).unwrap().clone()
}

fn on(app: &mut App, id: &str) {
    assert!(app.screen.shelf_mut(Place::FollowUps).list.go_to_key(id));
}

fn text(app: &mut App, words: &str) {
    let now = app.world.view.now;
    app.update(now, cnm::app::Msg::Paste(words.into()));
}

fn date(text: &str) -> Due {
    Due::On {
        date: text.parse().unwrap(),
    }
}

fn notice(app: &App) -> String {
    app.screen
        .notice
        .as_ref()
        .map(|notice| notice.text.clone())
        .unwrap_or_default()
}

fn rows_of(app: &App, view: DueView) -> usize {
    let tab = app.screen.tally.due.iter().find(|tab| tab.view == view);
    tab.unwrap().rows
}

#[test]
fn the_views_are_tabs_with_counts() {
    let mut app = at("5");
    let counts: Vec<(DueView, usize)> = DueView::ALL
        .into_iter()
        .map(|view| (view, rows_of(&app, view)))
        .collect();
    assert_eq!(
        counts,
        [
            (DueView::All, 3),
            (DueView::Overdue, 2),
            (DueView::Today, 0),
            (DueView::Week, 1),
            (DueView::Waiting, 1),
            (DueView::Recurring, 1),
            (DueView::Subject, 3),
            (DueView::NoStep, 2),
            (DueView::Offers, 1),
            (DueView::Snoozed, 0),
        ]
    );
    for view in DueView::ALL.into_iter().skip(1) {
        desk::press(&mut app, "tab");
        assert_eq!(app.screen.due_view(), view);
        let shown = app.screen.list().map_or(0, cnm::list::ListView::len);
        assert_eq!(shown, rows_of(&app, view), "{view:?}");
        let picture = desk::lines(&desk::draw(&app, LOOK)).join("\n");
        assert!(picture.contains(view.title()), "{view:?}\n{picture}");
    }
    desk::press(&mut app, "tab");
    assert_eq!(app.screen.due_view(), DueView::All);
    desk::press(&mut app, "tab tab tab tab 1");
    assert_eq!(
        app.screen.shelf(Place::FollowUps).unwrap().list.len(),
        3,
        "Today shows all of them"
    );
}

/// A lead or a CN without a next step gets one by a single key.
#[test]
fn one_key_gives_a_next_step() {
    let mut app = at("5");
    app.run_line("pane show next-steps");
    assert_eq!(app.screen.active(), Place::NextSteps);
    let key = app.screen.list().unwrap().cursor().unwrap().to_owned();
    assert_eq!(key, "lead:halo", "longest in its stage first");
    let effects = desk::press(&mut app, "f");
    let Some(Effect::Save(batch)) = effects
        .iter()
        .find(|effect| matches!(effect, Effect::Save(_)))
    else {
        panic!("{effects:?}: {}", notice(&app));
    };
    let made = follow_up(&app, &batch.edits[0].id);
    assert_eq!(made.due, Some(date("2026-11-20")));
    assert_eq!(made.lead.unwrap().as_str(), "halo");
    assert!(made.title.contains("Halo"), "{}", made.title);
    assert_eq!(rows_of(&app, DueView::NoStep), 1);
    desk::press(&mut app, "u");
    assert_eq!(rows_of(&app, DueView::NoStep), 2);
    assert_eq!(app.screen.list().unwrap().cursor(), Some("lead:halo"));
}

/// What an answer promises is offered right after it is sent; one key takes it, one dismisses it.
#[test]
fn a_promise_is_offered_after_sending() {
    for (words, due) in [
        ("Thanks! I will send the statement by Friday.", "2026-11-20"),
        ("收到，我会在周五前发给你。", "2026-11-20"),
    ] {
        let mut app = at("2");
        // The promise of yesterday is not what this is about.
        desk::press(&mut app, "-");
        app.run_line(&format!("inbox reply --id t1 \"{words}\""));
        assert!(notice(&app).contains("+ keeps it"), "{}", notice(&app));
        assert_eq!(app.screen.offers.list().len(), 1);
        desk::press(&mut app, "+");
        assert_eq!(app.screen.offers.list().len(), 0);
        let table = app.world.table::<FollowUp>();
        let kept: Vec<&FollowUp> = table
            .records()
            .map(|(_, kept)| kept)
            .filter(|kept| kept.quote == words)
            .collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].due, Some(date(due)), "{words}");
        assert_eq!(kept[0].network.as_ref().unwrap().as_str(), "nova");
        desk::press(&mut app, "u");
        assert_eq!(app.screen.offers.list().len(), 1, "it is offered again");
        desk::press(&mut app, "-");
        assert_eq!(app.screen.offers.list().len(), 0);
    }
}

#[test]
fn a_promise_of_yesterday_is_on_today_and_read_against_its_day() {
    let mut app = at("1");
    let picture = desk::lines(&desk::draw(&app, LOOK)).join("\n");
    assert!(picture.contains("+ keep - dismiss"), "{picture}");
    desk::press(&mut app, "+");
    let table = app.world.table::<FollowUp>();
    let kept = table
        .records()
        .find(|(_, one)| one.quote.contains("statement by Wednesday"));
    // "by Wednesday", written on Monday the 16th.
    assert_eq!(kept.unwrap().1.due, Some(date("2026-11-18")));
}

#[test]
fn what_was_escalated_is_closed_with_its_root_cause() {
    let mut app = at("5");
    on(&mut app, "call");
    desk::press(&mut app, "i 1");
    let escalated = follow_up(&app, "call");
    assert_eq!(
        escalated.escalated_to.unwrap().as_str(),
        "lea",
        "the lead of the team"
    );
    assert_eq!(escalated.priority.as_str(), "p1");
    on(&mut app, "call");
    desk::press(&mut app, "e");
    assert!(matches!(app.mode, Mode::Line(_)), "the cause is asked for");
    assert_eq!(follow_up(&app, "call").state, FollowUpState::Open);
    text(&mut app, "the bank was closed");
    desk::press(&mut app, "enter");
    let closed = follow_up(&app, "call");
    assert_eq!(closed.state, FollowUpState::Done);
    assert_eq!(&*closed.root_cause, "the bank was closed");
    desk::press(&mut app, "u u");
    let before = follow_up(&app, "call");
    assert_eq!(
        (before.state, before.escalated_at),
        (FollowUpState::Open, None)
    );
    app.run_line("follow-up escalate p2 --id plan");
    app.run_line("edit state=done --id follow_up:plan");
    assert!(notice(&app).contains("root cause"), "{}", notice(&app));
    for other_way in [
        "follow-up drop --id plan",
        "edit state=cancelled --id follow_up:plan",
    ] {
        app.run_line(other_way);
        assert!(notice(&app).contains("root cause"), "{}", notice(&app));
    }
    assert_eq!(follow_up(&app, "plan").state, FollowUpState::Open);
}

#[test]
fn a_recurring_one_makes_the_next() {
    let mut app = at("5");
    app.run_line("follow-up repeat \"mon,thu\" --id weekly");
    on(&mut app, "weekly");
    desk::press(&mut app, "e");
    let next = app
        .world
        .table::<FollowUp>()
        .records()
        .find(|(id, one)| id.as_str() != "weekly" && one.title == "Weekly numbers");
    assert_eq!(next.unwrap().1.due, Some(date("2026-11-19")), "Thursday");
}

#[test]
fn a_shift_keeps_each_distance_and_the_wall_clock() {
    let mut app = at("5");
    app.run_line("follow-up shift 3d --id call --id plan");
    assert_eq!(follow_up(&app, "call").due, Some(date("2026-11-15")));
    let Some(Due::At { wall, zone, .. }) = follow_up(&app, "plan").due else {
        panic!()
    };
    assert_eq!(
        (wall.to_string(), &*zone),
        ("2026-11-22T18:00:00".to_owned(), "Asia/Singapore")
    );
    assert_eq!(follow_up(&app, "call").slipped, Some(2));
    desk::press(&mut app, "u");
    assert_eq!(follow_up(&app, "call").due, Some(date("2026-11-12")));
    app.run_line("follow-up shift 3h --id call");
    assert!(notice(&app).contains("no hours"), "{}", notice(&app));
    app.run_line("follow-up shift 3x --id call");
    assert!(notice(&app).contains("`x` is no span"), "{}", notice(&app));
}

#[test]
fn snoozed_ones_come_back() {
    let mut app = at("5");
    on(&mut app, "call");
    desk::press(&mut app, "w m");
    assert_eq!(rows_of(&app, DueView::Snoozed), 1);
    assert_eq!(rows_of(&app, DueView::All), 2);
    desk::wait(&mut app, jiff::SignedDuration::from_hours(26));
    assert_eq!(rows_of(&app, DueView::Snoozed), 0);
    assert_eq!(rows_of(&app, DueView::All), 3);
}

#[test]
fn handing_over_keeps_source_and_says_why() {
    let mut app = at("5");
    on(&mut app, "call");
    desk::press(&mut app, "a b");
    text(&mut app, "Dana wants the PDF");
    desk::press(&mut app, "enter");
    let handed = follow_up(&app, "call");
    assert_eq!(handed.owner.unwrap().as_str(), "ben");
    assert_eq!(&*handed.context, "Ana Belmonte, 17 Nov: Dana wants the PDF");
    assert_eq!(handed.origin.unwrap().as_str(), "m1");
    on(&mut app, "plan");
    desk::press(&mut app, "a b enter");
    assert_eq!(
        follow_up(&app, "plan").owner.unwrap().as_str(),
        "ben",
        "a note may be left out"
    );
}

/// What was slipped or handed over stays in the list, elsewhere: the cursor goes on to the next row, is back with undo, and
/// on again with redo. What is moved by days with `>` stays under the cursor.
#[test]
fn a_slip_and_a_handing_over_go_on_to_the_next() {
    let cursor = |app: &App| app.screen.list().unwrap().cursor().unwrap().to_owned();
    for keys in ["s f", "a b enter"] {
        let mut app = at("5");
        app.screen.shelf_mut(Place::FollowUps).list.go_to(0);
        let order = app.screen.list().unwrap().order().to_vec();
        desk::press(&mut app, keys);
        assert_eq!(cursor(&app), order[1], "{keys}");
        desk::press(&mut app, "u");
        assert_eq!(cursor(&app), order[0], "{keys}");
        desk::press(&mut app, "ctrl-r");
        assert_eq!(cursor(&app), order[1], "{keys}");
    }
    let mut app = at("5");
    app.screen.shelf_mut(Place::FollowUps).list.go_to(0);
    let first = cursor(&app);
    desk::press(&mut app, "> >");
    assert_eq!(cursor(&app), first);
}

/// What I gave to somebody is late for them: it stands under what waits on others, says how late it is, and is not
/// counted as mine.
#[test]
fn what_was_handed_over_late_is_not_overdue_of_mine() {
    let mut app = at("5");
    assert_eq!(app.screen.tally.overdue, 2);
    on(&mut app, "call");
    desk::press(&mut app, "a b enter");
    let table = app.world.table::<FollowUp>();
    let stretch = Stretch::of(table.record("call").unwrap(), &app.world.view);
    assert_eq!((stretch, app.screen.tally.overdue), (Stretch::Waiting, 1));
    assert_eq!(rows_of(&app, DueView::Overdue), 1);
    assert_eq!(rows_of(&app, DueView::Today), 0);
    desk::press(&mut app, "tab tab tab tab");
    assert_eq!(app.screen.due_view(), DueView::Waiting);
    let picture = desk::lines(&desk::draw(&app, LOOK));
    let line = picture
        .iter()
        .find(|line| line.contains("Send the October statement"))
        .unwrap();
    assert!(line.contains("4d late"), "{line}");
    assert!(
        picture[2].contains("2 open · 1 overdue · oldest 4d"),
        "{}",
        picture[2]
    );
    desk::press(&mut app, "u");
    assert_eq!(app.screen.tally.overdue, 2);
}

/// It is 00:30 on Wednesday in Singapore: the nudge waits for nine.
#[test]
fn a_nudge_leaves_in_their_morning() {
    let mut app = at("5");
    on(&mut app, "plan");
    desk::press(&mut app, "p");
    let table = app.world.table::<Message>();
    let nudge = table
        .records()
        .map(|(_, one)| one)
        .find(|one| one.text.contains("Agree the December plan"))
        .unwrap();
    assert_eq!(nudge.send_at.unwrap().to_string(), "2026-11-18T01:00:00Z");
    assert_eq!(nudge.thread.as_ref().unwrap().as_str(), "t2");
    assert!(nudge.text.starts_with("Hi Wei,"), "{}", &*nudge.text);
    assert_eq!(follow_up(&app, "plan").waiting_on, WaitingOn::Them);
    assert!(
        notice(&app).contains("Wed 18 Nov 09:00 Singapore"),
        "{}",
        notice(&app)
    );
}

/// Whoever works now is nudged at once, but for the seconds in which undo stops it: those are counted down.
#[test]
fn a_nudge_that_leaves_at_once_says_in_how_many_seconds() {
    let mut rows = rows();
    // It is half past eight in Los Angeles, and half past eleven in New York.
    let person = rows.iter_mut().find(|row| row.id == "wei").unwrap();
    let mut fields: serde_json::Value = serde_json::from_str(&person.fields).unwrap();
    fields["zone"] = json!("America/New_York");
    fields.as_object_mut().unwrap().remove("hours");
    person.fields = fields.to_string();
    let mut app = desk::open("ana", rows, (120, 40));
    desk::press(&mut app, "5");
    on(&mut app, "plan");
    desk::press(&mut app, "p");
    let leaves = |app: &App, seconds: i64| {
        let now = app.world.view.now;
        let words = app.screen.notice.as_ref().unwrap().words(now).into_owned();
        let begins = format!("nudge leaves in {seconds} s");
        assert!(
            words.starts_with(&begins) && words.contains("undo stops it"),
            "{words}"
        );
    };
    leaves(&app, 10);
    desk::wait(&mut app, jiff::SignedDuration::from_secs(4));
    leaves(&app, 6);
    let shown = desk::lines(&desk::draw(&app, LOOK)).join("\n");
    assert!(shown.contains("nudge leaves in 6 s"), "{shown}");
}

/// A state that is set by hand brings along what its verb would have: when it was done, and the next one.
#[test]
fn a_state_that_is_set_by_hand_is_whole() {
    let mut app = at("5");
    let now = app.world.view.now;
    app.run_line("edit state=done --id follow_up:plan");
    let done = follow_up(&app, "plan");
    assert_eq!(done.state, FollowUpState::Done);
    assert_eq!(done.done_at, Some(now), "{}", notice(&app));
    app.run_line("edit state=open --id follow_up:plan");
    assert_eq!(follow_up(&app, "plan").done_at, None);
    // What is said stands.
    app.run_line("edit state=done done_at=2026-11-16T10:00:00Z --id follow_up:plan");
    let at = follow_up(&app, "plan").done_at.unwrap();
    assert_eq!(at.to_string(), "2026-11-16T10:00:00Z");
    // One that comes again has its successor, as by the verb; undo takes both back.
    let (id, _) = app
        .world
        .table::<FollowUp>()
        .records()
        .find(|(_, one)| !one.recurrence.is_empty())
        .map(|(id, one)| (id.as_str().to_owned(), one.clone()))
        .unwrap();
    let count = |app: &App| app.world.table::<FollowUp>().records().count();
    let before = count(&app);
    app.run_line(&format!("edit state=done --id follow_up:{id}"));
    assert_eq!(count(&app), before + 1, "{}", notice(&app));
    app.run_line("undo");
    assert_eq!(count(&app), before);
    let back = follow_up(&app, &id);
    assert_eq!((back.state, back.done_at), (FollowUpState::Open, None));
    // A thread that is set to done is dealt with up to now.
    app.run_line("edit state=done --id thread:t1");
    let thread = app
        .world
        .table::<cnm::record::Thread>()
        .record("t1")
        .unwrap();
    assert!(thread.done_at >= Some(now), "{thread:?}");
    assert_eq!(thread.new, None);
}

#[test]
fn a_full_day_is_levelled_by_a_plan_that_is_shown() {
    let mut rows = rows();
    for number in 0..12 {
        let fields = json!({"title": format!("Chore {number}"), "state": "open", "kind": "plan", "owner": "ana", "due": {"date": "2026-11-17"}});
        rows.push(row(Kind::FollowUp, &format!("chore-{number:02}"), &fields));
    }
    let mut app = desk::open("ana", rows, (120, 40));
    desk::press(&mut app, "5");
    let picture = desk::lines(&desk::draw(&app, LOOK)).join("\n");
    assert!(picture.contains("at most 8 · L moves 6"), "{picture}");
    desk::press(&mut app, "L");
    let Mode::Pick(picker) = &app.mode else {
        panic!("{}", notice(&app))
    };
    assert_eq!(picker.shown[0].label, "Move all 6");
    desk::press(&mut app, "a");
    let today = app.figures.load()[0];
    assert!(today <= 8, "{today}");
    desk::press(&mut app, "u");
    assert_eq!(
        app.figures.load()[0],
        14,
        "all come back as one, and two are late"
    );
}

/// Nobody is named who is waited for: the contact of the CN is written to, in their newest thread.
#[test]
fn a_nudge_goes_to_the_contact_of_the_cn_or_lead() {
    for kind in ["network", "lead"] {
        let mut rows = rows();
        let of = if kind == "network" {
            Kind::Network
        } else {
            Kind::Lead
        };
        rows.push(row(
            Kind::Person,
            "pia",
            &json!({"name": "Pia Lund", "circle": "owner"}),
        ));
        rows.push(row(
            of,
            "zz",
            &json!({"name": "Zed", "owner": "ana", "contact": "pia"}),
        ));
        for (id, at) in [
            ("old", "2026-11-01T10:00:00Z"),
            ("new", "2026-11-09T10:00:00Z"),
        ] {
            let fields = json!({"channel": "whatsapp", "state": "done", "owner": "ana", "from": "pia", "last_at": at});
            rows.push(row(Kind::Thread, id, &fields));
        }
        let fields = json!({"title": "Ask Zed", "state": "open", "owner": "ana", kind: "zz", "due": {"date": "2026-11-17"}});
        rows.push(row(Kind::FollowUp, "ask", &fields));
        let mut app = desk::open("ana", rows, (120, 40));
        app.run_line("follow-up nudge --id ask");
        let table = app.world.table::<Message>();
        let nudge = table
            .records()
            .find(|(_, one)| one.text.contains("Ask Zed"));
        let (_, nudge) = nudge.unwrap_or_else(|| panic!("{kind}: {}", notice(&app)));
        assert_eq!(nudge.thread.as_ref().unwrap().as_str(), "new");
        assert!(nudge.text.starts_with("Hi Pia,"), "{}", &*nudge.text);
    }
}

#[test]
fn an_escalation_that_is_cleared_while_it_is_closed_still_wants_its_cause() {
    let mut app = at("5");
    app.run_line("follow-up escalate p2 --id plan");
    app.run_line("edit escalated_at= state=done --id follow_up:plan");
    assert!(notice(&app).contains("root cause"), "{}", notice(&app));
    assert_eq!(follow_up(&app, "plan").state, FollowUpState::Open);
    // Nor in two steps; whoever escalated by mistake takes it back.
    app.run_line("edit escalated_at= --id follow_up:plan");
    assert!(notice(&app).contains("root cause"), "{}", notice(&app));
    assert!(follow_up(&app, "plan").escalated_at.is_some());
    app.run_line("undo");
    assert_eq!(follow_up(&app, "plan").escalated_at, None);
}

/// `next tue` has two readings: the other one is one key away.
#[test]
fn tab_shows_the_other_reading() {
    let mut app = at("5");
    on(&mut app, "call");
    desk::press(&mut app, "s /");
    text(&mut app, "next thu");
    let picture = desk::lines(&desk::draw(&app, LOOK)).join("\n");
    assert!(
        picture.contains("[Tab other reading: Thu 26 Nov]")
            || picture.contains("[Tab other reading: Thu 19 Nov]"),
        "{picture}"
    );
    let (first, other) = if picture.contains("[Tab other reading: Thu 26 Nov]") {
        ("2026-11-19", "2026-11-26")
    } else {
        ("2026-11-26", "2026-11-19")
    };
    desk::press(&mut app, "tab enter");
    assert_eq!(follow_up(&app, "call").due, Some(date(other)));
    on(&mut app, "call");
    desk::press(&mut app, "s /");
    text(&mut app, "next thu");
    desk::press(&mut app, "tab tab enter");
    assert_eq!(follow_up(&app, "call").due, Some(date(first)));
}

/// It is half past midnight on the 18th in Shanghai: what a colleague there had to do on the 17th is late, also for
/// who looks at it from the 17th in Los Angeles.
#[test]
fn a_date_is_overdue_by_the_day_of_its_owner() {
    let mut rows = rows();
    let wei = json!({"name": "Wei Zhang", "role": "cnm", "team": "west", "zone": "Asia/Shanghai"});
    rows.push(row(Kind::User, "weiz", &wei));
    let app = desk::open("lea", rows, (120, 40));
    let view = &app.world.view;
    let stretch = |owner: &str, day: &str| {
        let one = FollowUp {
            owner: Some(cnm::record::Id::new(owner)),
            due: Some(date(day)),
            ..FollowUp::default()
        };
        (one.late(view).unwrap().as_mins(), Stretch::of(&one, view))
    };
    assert_eq!(stretch("weiz", "2026-11-17"), (30, Stretch::Overdue));
    assert_eq!(
        stretch("weiz", "2026-11-18"),
        (30 - 24 * 60, Stretch::Today)
    );
    assert_eq!(stretch("ben", "2026-11-17").1, Stretch::Today);
    assert_eq!(stretch("ben", "2026-11-18").1, Stretch::Week);
}

/// Thanksgiving is left out without anyone having entered it, and so is a day off.
#[test]
fn levelling_leaves_out_days_off_and_public_holidays() {
    let mut rows = rows();
    let me = json!({"name": "Ana Belmonte", "circle": "colleague", "zone": "America/Los_Angeles", "days_off": ["2026-11-27"]});
    rows.push(row(Kind::Person, "anas", &me));
    let user = json!({"name": "Ana Belmonte", "role": "cnm", "team": "west", "zone": "America/Los_Angeles", "person": "anas"});
    rows.push(row(Kind::User, "ana", &user));
    for number in 0..3 {
        let fields = json!({"title": format!("Chore {number}"), "state": "open", "kind": "plan", "owner": "ana", "due": {"date": "2026-11-25"}});
        rows.push(row(Kind::FollowUp, &format!("chore-{number}"), &fields));
    }
    let mut app = desk::open("ana", rows, (120, 40));
    app.run_line("follow-up level all --cap 1");
    let mut days: Vec<String> = (0..3)
        .filter_map(|number| follow_up(&app, &format!("chore-{number}")).due)
        .map(|due| due.date().to_string())
        .collect();
    days.sort();
    assert_eq!(days, ["2026-11-25", "2026-11-30", "2026-12-01"]);
}

/// What begins after a break at noon is no morning.
#[test]
fn their_morning_is_the_first_window_of_a_day() {
    let mut rows = rows();
    let halves =
        [["09:00", "12:00"], ["13:00", "18:00"]].map(|[from, to]| json!({"from": from, "to": to}));
    let working: serde_json::Map<String, serde_json::Value> = ["mon", "tue", "wed", "thu", "fri"]
        .iter()
        .map(|day| ((*day).to_owned(), json!(halves)))
        .collect();
    let dana = json!({"name": "Dana Reyes", "circle": "owner", "zone": "America/New_York",
        "hours": {"working": working}});
    rows.push(row(Kind::Person, "dana", &dana));
    let mut app = desk::open("ana", rows, (120, 40));
    // 11:30 in New York: at 13:00 they come back from lunch.
    app.run_line("follow-up snooze morning --id call");
    let snoozed = follow_up(&app, "call").snoozed_until.unwrap();
    assert_eq!(snoozed.to_string(), "2026-11-18T14:00:00Z");
}

/// A morning is that of a working day: neither a public holiday nor now, while they work.
#[test]
fn their_morning_is_the_next_working_day() {
    let mut rows = rows();
    let dana = json!({"name": "Dana Reyes", "circle": "owner", "zone": "America/New_York"});
    rows.push(row(Kind::Person, "dana", &dana));
    let mut app = desk::open("ana", rows, (120, 40));
    let snoozed = |app: &App| follow_up(app, "call").snoozed_until.unwrap().to_string();
    // 11:30 in New York: the next morning is tomorrow's.
    app.run_line("follow-up snooze morning --id call");
    assert_eq!(snoozed(&app), "2026-11-18T14:00:00Z");
    // Wednesday evening before Thanksgiving: the next morning is Friday's.
    desk::wait(&mut app, jiff::SignedDuration::from_hours(8 * 24 + 10));
    app.run_line("follow-up snooze morning --id call");
    assert_eq!(snoozed(&app), "2026-11-27T14:00:00Z");
    app.run_line("inbox snooze morning --id t1");
    let thread = app
        .world
        .table::<cnm::record::Thread>()
        .record("t1")
        .unwrap();
    assert_eq!(
        thread.snoozed_until.unwrap().to_string(),
        "2026-11-27T14:00:00Z"
    );
}

/// A lead is handed over with the key that hands over a CN, and one undo takes it back.
#[test]
fn a_lead_is_handed_over_by_a_key() {
    let mut app = at("3");
    assert!(app.screen.shelf_mut(Place::Funnel).list.go_to_key("halo"));
    desk::press(&mut app, "T b enter");
    let owner = |app: &App| {
        let lead = app
            .world
            .table::<cnm::record::Lead>()
            .record("halo")
            .unwrap();
        lead.owner.clone().unwrap().as_str().to_owned()
    };
    assert_eq!(owner(&app), "ben", "{}", notice(&app));
    desk::press(&mut app, "u");
    assert_eq!(owner(&app), "ana");
}

/// A thread can only sleep until its lead moves if it has one.
#[test]
fn sleeping_until_a_lead_moves_needs_a_lead() {
    let mut app = at("2");
    app.run_line("inbox snooze stage --id t1");
    assert!(
        notice(&app).contains("belongs to no lead"),
        "{}",
        notice(&app)
    );
    app.run_line("inbox link --lead halo --id t1");
    app.run_line("inbox snooze stage --id t1");
    let state = |app: &App| {
        let thread = app.world.table::<cnm::record::Thread>().record("t1");
        thread.unwrap().state.clone()
    };
    assert_eq!(state(&app), cnm::record::ThreadState::Snoozed);
    app.run_line("lead advance --id halo");
    assert_eq!(state(&app), cnm::record::ThreadState::Open);
    desk::press(&mut app, "u");
    assert_eq!(state(&app), cnm::record::ThreadState::Snoozed);
}

/// A due date is over when the local day of its owner has ended.
#[test]
fn a_date_is_overdue_after_the_local_day() {
    let app = open((120, 40));
    let one = FollowUp {
        due: Some(date("2026-11-17")),
        ..FollowUp::default()
    };
    let late = |at: &str| {
        let mut view = app.world.view.clone();
        view.now = at.parse().unwrap();
        one.late(&view).unwrap().is_positive()
    };
    assert!(!late("2026-11-18T07:59:59Z"), "23:59 in Los Angeles");
    assert!(late("2026-11-18T08:00:01Z"), "the day after");
}

#[test]
fn the_views_look_right() {
    for (columns, lines) in [(80, 24), (120, 40), (200, 60)] {
        for (name, view) in [
            ("next-steps", DueView::NoStep),
            ("promises", DueView::Offers),
            ("by-cn", DueView::Subject),
        ] {
            let mut app = open((columns, lines));
            desk::press(&mut app, "5");
            app.screen.show_view(view);
            app.run_line("filter refresh");
            let shown = desk::lines(&desk::draw(&app, LOOK));
            let text: Vec<&str> = shown.iter().map(|line| line.trim_end()).collect();
            insta::assert_snapshot!(format!("{name}-{columns}x{lines}"), text.join("\n"));
        }
    }
}

/// The rows of a morning with what waits on others in all of it.
fn shared_week() -> Vec<CacheRow> {
    let mut rows = rows();
    rows.retain(|row| row.kind != Kind::FollowUp);
    for (id, waiting, due) in [
        ("late-mine", "me", "2026-11-10"),
        ("late-theirs", "them", "2026-11-14"),
        ("today-mine", "me", "2026-11-17"),
        ("today-theirs", "them", "2026-11-17"),
        ("wed-theirs", "them", "2026-11-18"),
        ("sun-mine", "me", "2026-11-22"),
        ("far-theirs", "them", "2026-12-01"),
    ] {
        let fields = json!({"title": id, "state": "open", "kind": "plan", "owner": "ana", "waiting_on": waiting, "due": {"date": due}});
        rows.push(row(Kind::FollowUp, id, &fields));
    }
    rows
}

#[test]
fn the_views_the_header_and_the_load_of_the_days_agree() {
    let mut app = desk::open("ana", shared_week(), (120, 40));
    desk::press(&mut app, "g d");
    assert_eq!(rows_of(&app, DueView::Today), 2);
    assert_eq!(rows_of(&app, DueView::Week), 4);
    let (today, late) = (app.figures.load()[0], app.figures.late());
    assert_eq!(
        (today, late),
        (
            rows_of(&app, DueView::Today) + rows_of(&app, DueView::Overdue),
            2
        )
    );
    let whole: usize = app.figures.load().iter().sum();
    assert_eq!(whole, late + rows_of(&app, DueView::Week));
    // The header speaks of the rows that the list shows.
    let header = |app: &App| desk::lines(&desk::draw(app, LOOK))[2].clone();
    assert!(
        header(&app).contains("7 open · 2 overdue · oldest 6d"),
        "{}",
        header(&app)
    );
    let status = |app: &App| desk::lines(&desk::draw(app, LOOK))[38].clone();
    desk::press(&mut app, "tab tab");
    assert_eq!(app.screen.due_view(), DueView::Today);
    assert!(
        header(&app).contains("2 open") && !header(&app).contains("overdue"),
        "{}",
        header(&app)
    );
    desk::press(&mut app, "tab tab");
    assert_eq!(app.screen.due_view(), DueView::Waiting);
    assert!(
        header(&app).contains("4 open · 1 overdue"),
        "{}",
        header(&app)
    );
    let order = app.screen.list().unwrap().order().to_vec();
    assert_eq!(
        order,
        ["late-theirs", "today-theirs", "wed-theirs", "far-theirs"]
    );
    assert!(
        status(&app).contains("by day, then weight"),
        "{}",
        status(&app)
    );
    desk::press(&mut app, "backtab backtab backtab backtab");
    assert!(
        status(&app).contains("in it what needs me most"),
        "{}",
        status(&app)
    );
    desk::press(&mut app, "/ o w n e r : a n a space s u n enter");
    assert!(
        header(&app).contains("1 open") && !header(&app).contains("overdue"),
        "{}",
        header(&app)
    );
}
