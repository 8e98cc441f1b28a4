//! What the inbox does with threads that hold several messages, what is alike, saved views and the day's end.

use cnm::app::{App, Mode, Msg};
use cnm::config::Config;
use cnm::effect::{CacheChange, CacheRow, Effect, RowState};
use cnm::pane::at_hand;
use cnm::record::{Direction, FollowUp, Id, Kind, Lead, Message, Thread, ThreadState};
use serde_json::{Value as Json, json};

use crate::desk;

fn row(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.to_owned(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn message(id: &str, thread: &str, minute: i8, text: &str) -> CacheRow {
    let sent = desk::now() - jiff::SignedDuration::from_mins(60 - i64::from(minute));
    let fields = json!({
        "thread": thread, "direction": "in", "sender": "dana", "sender_name": "Dana Reyes",
        "sent_at": sent, "kind": "text", "text": text,
    });
    row(Kind::Message, id, &fields)
}

/// One thread with three messages that ask something, talk between them, and one thread of one message.
fn rows() -> Vec<CacheRow> {
    let last = desk::now() - jiff::SignedDuration::from_mins(20);
    let thread = |text: &str, new: i64| {
        json!({
            "state": "open", "owner": "ana", "channel": "whatsapp", "from": "dana",
            "from_name": "Dana Reyes", "network": "nova", "last_text": text, "last_at": last, "new": new,
        })
    };
    vec![
        row(Kind::User, "ana", &json!({"name": "Ana", "role": "cnm"})),
        row(
            Kind::Network,
            "nova",
            &json!({"name": "Nova", "lifecycle": "new", "owner": "ana"}),
        ),
        row(
            Kind::Person,
            "dana",
            &json!({"name": "Dana Reyes", "circle": "owner", "zone": "America/New_York"}),
        ),
        row(Kind::Stage, "st1", &json!({"name": "New", "order": 1})),
        row(
            Kind::Lead,
            "quill",
            &json!({"name": "Quillfeather Studio", "stage": "st1", "owner": "ana"}),
        ),
        row(Kind::Thread, "t1", &thread("And who signs?", 4)),
        message("m1", "t1", 1, "Where do I add a manager?"),
        message("m2", "t1", 2, "thanks!"),
        message("m3", "t1", 3, "Can you send the plan by Thu 18:00 SGT?"),
        message("m4", "t1", 40, "And who signs?"),
        row(
            Kind::Thread,
            "t2",
            &thread("I run Quillfeather Studio, how does one join?", 1),
        ),
        message(
            "m5",
            "t2",
            5,
            "I run Quillfeather Studio, how does one join?",
        ),
    ]
}

fn open() -> App {
    let mut app = desk::open("ana", rows(), (120, 40));
    desk::press(&mut app, "2");
    go_to(&mut app, "t1");
    app
}

fn go_to(app: &mut App, thread: &str) {
    let list = &mut app.screen.shelf_mut(cnm::pane::Place::Inbox).list;
    assert!(list.go_to_key(thread));
}

fn here(app: &App) -> Option<String> {
    let id = at_hand(&app.world, Some(&app.screen), &Id::new("t1"))?;
    Some(id.as_str().to_owned())
}

fn state(app: &App) -> (ThreadState, Option<i64>) {
    let thread = app.world.table::<Thread>().record("t1").unwrap();
    (thread.state.clone(), thread.new)
}

#[test]
fn a_thread_stays_until_its_last_question_is_dealt_with() {
    let mut app = open();
    assert_eq!(here(&app).as_deref(), Some("m1"));
    desk::press(&mut app, "r o k enter");
    assert_eq!(
        here(&app).as_deref(),
        Some("m3"),
        "what asks nothing is passed over"
    );
    assert_eq!(state(&app), (ThreadState::Open, Some(2)));
    desk::press(&mut app, "f d");
    assert_eq!(here(&app).as_deref(), Some("m4"));
    desk::press(&mut app, "space");
    assert_eq!(state(&app), (ThreadState::Done, None));
    // Each kept its message; undo goes back step by step.
    let answers = app.world.table::<Message>();
    let answer = answers
        .records()
        .find(|(_, one)| one.direction == Direction::Out)
        .unwrap()
        .1;
    assert_eq!(answer.reply_to.as_ref().map(Id::as_str), Some("m1"));
    let made = app.world.table::<FollowUp>().records().next().unwrap().1;
    assert_eq!(made.origin.as_ref().map(Id::as_str), Some("m3"));
    let due = serde_json::to_value(&made.due).unwrap();
    assert!(due.to_string().contains("Asia/Singapore"), "{due}");
    desk::press(&mut app, "u u");
    assert_eq!(here(&app).as_deref(), Some("m3"));
    assert_eq!(state(&app), (ThreadState::Open, Some(2)));
}

#[test]
fn a_message_out_of_its_turn_leaves_the_earlier_ones_waiting() {
    let mut app = open();
    desk::press(&mut app, "K");
    desk::press(&mut app, "K K");
    assert_eq!(here(&app).as_deref(), Some("m4"));
    desk::press(&mut app, "r o k enter");
    assert_eq!(here(&app).as_deref(), Some("m1"));
    desk::press(&mut app, "r o k enter");
    assert_eq!(here(&app).as_deref(), Some("m3"));
    desk::press(&mut app, "r o k enter");
    assert_eq!(
        state(&app).0,
        ThreadState::Done,
        "the answered one does not come back"
    );
}

#[test]
fn a_lead_that_is_there_already_is_offered_first() {
    let mut app = open();
    go_to(&mut app, "t2");
    desk::press(&mut app, "t l enter");
    let Mode::Pick(picker) = &app.mode else {
        panic!("{:?}", app.screen.notice)
    };
    assert_eq!(picker.shown[0].label, "merge into Quillfeather Studio");
    desk::press(&mut app, "1");
    let leads = app.world.table::<Lead>();
    let copy = leads
        .records()
        .find(|(_, lead)| lead.origin.is_some())
        .unwrap()
        .1;
    assert_eq!(copy.duplicate_of.as_ref().map(Id::as_str), Some("quill"));
    let thread = app.world.table::<Thread>().record("t2").unwrap();
    assert_eq!(thread.lead.as_ref().map(Id::as_str), Some("quill"));
    assert_eq!(thread.state, ThreadState::Done);
}

#[test]
fn what_comes_later_waits_behind_the_counter_and_brings_a_thread_back() {
    let mut app = open();
    let effects = desk::press(&mut app, "e");
    for effect in effects {
        if let Effect::Save(batch) = effect {
            app.update(desk::now(), Msg::Saved(batch.id));
        }
    }
    assert_eq!(state(&app).0, ThreadState::Done);
    let later = desk::now() + jiff::SignedDuration::from_mins(5);
    let mut fields: Json =
        serde_json::to_value(app.world.table::<Thread>().record("t1").unwrap()).unwrap();
    fields["last_at"] = json!(later);
    fields["new"] = json!(1);
    let change = CacheChange::Upsert(row(Kind::Thread, "t1", &fields));
    // A minute later: what was edited a moment ago would be read again first.
    let now = later + jiff::SignedDuration::from_mins(1);
    app.update(now, Msg::Changed(vec![change]));
    let list = app.screen.list().unwrap();
    assert_eq!((list.len(), list.waiting()), (1, 1));
    desk::press(&mut app, "g .");
    assert_eq!(app.screen.list().unwrap().len(), 2);
}

#[test]
fn the_sweep_shows_its_counts_and_is_undone_as_one() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "2");
    let before = app.screen.tally.waiting;
    desk::press(&mut app, "S");
    let Mode::Sweep(sweep) = &app.mode else {
        panic!("{:?}", app.screen.notice)
    };
    let counts = sweep.counts();
    assert!(counts.groups > 0 && counts.done > 0 && counts.messages >= counts.done);
    desk::press(&mut app, "x");
    let Mode::Sweep(sweep) = &app.mode else {
        panic!("it is still there")
    };
    let kept = sweep.counts();
    assert!(kept.messages < counts.messages, "x keeps a group");
    let effects = desk::press(&mut app, "x enter");
    let saves = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Save(_)));
    assert_eq!(saves.count(), 1);
    assert_eq!(app.screen.tally.waiting, before - counts.done);
    desk::press(&mut app, "u");
    assert_eq!(app.screen.tally.waiting, before);
}

#[test]
fn a_saved_view_is_a_tab_with_its_count() {
    let text = "[[inbox.views]]\nname = \"New CNs\"\nfilter = \"network.lifecycle:new\"\n";
    let mut app = open();
    app.screen.views = vec![("New CNs".into(), "network.lifecycle:new".into())];
    cnm::pane::arrange_all(&app.world, &mut app.screen, true);
    let splits = &app.screen.tally.splits;
    let at = splits
        .iter()
        .position(|split| split.name == "New CNs")
        .unwrap();
    assert_eq!(splits[at].threads, 2);
    for _ in 0..at {
        desk::press(&mut app, "tab");
    }
    assert_eq!(app.screen.list().unwrap().len(), 2);
    assert!(Config::read(text, "config.toml").is_ok());
    let wrong = text.replace("lifecycle", "livecycle");
    let error = Config::read(&wrong, "config.toml").unwrap_err().to_string();
    assert!(
        error.starts_with("config.toml:1: view `New CNs`"),
        "{error}"
    );
}

#[test]
fn the_summary_counts_what_stands_and_escapes_what_others_wrote() {
    let mut app = open();
    desk::press(&mut app, "r o k enter");
    desk::press(&mut app, "i 1");
    desk::press(&mut app, "e u");
    let summary = cnm::command::Summary::of(&app.world, app.undo.done());
    let count = |words: &str| {
        let found = summary.decisions.iter().find(|(known, _)| *known == words);
        found.map_or(0, |(_, about)| about.len())
    };
    assert_eq!(
        (count("reply"), count("incident"), count("follow-up")),
        (1, 1, 0),
        "one decision is listed once"
    );
    let incident = &summary.decisions[1].1[0];
    assert!(incident.ends_with(", with a follow-up"), "{incident}");
    assert_eq!(
        (summary.left, summary.done),
        (2, 0),
        "what was taken back is not done"
    );
    let text = summary.markdown();
    assert!(text.starts_with("# Inbox, Tue 17 Nov"), "{text}");
    let effects = desk::press(&mut app, "W w");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Export { .. }))
    );
}

#[test]
fn a_snippet_is_found_by_letters() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "2 r /");
    let Mode::Reply(reply) = &app.mode else {
        panic!("the box is open")
    };
    assert!(reply.search.is_some() && !reply.shown().is_empty());
    let body = reply.shown()[0].2.clone();
    desk::press(&mut app, "enter");
    let Mode::Reply(reply) = &app.mode else {
        panic!("the box is open")
    };
    assert_eq!((reply.input.text(), reply.search.is_none()), (body, true));
}
