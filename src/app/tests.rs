use jiff::tz::TimeZone;

use super::*;
use crate::effect::RowState;
use crate::keymap::parse_sequence;
use crate::record::Kind;

fn app() -> App {
    let now: Timestamp = "2026-11-17T16:30:00Z".parse().unwrap();
    let zone = TimeZone::get("America/Los_Angeles").unwrap();
    let mut world = World::new("u1", now, zone, 7);
    for (kind, id, fields) in [
        (Kind::User, "u1", r#"{"name":"Ana","role":"cnm"}"#),
        (Kind::User, "u2", r#"{"name":"Ben Ortiz","role":"cnm"}"#),
        (
            Kind::Thread,
            "t1",
            r#"{"title":"Payout","state":"open","owner":"u1","sla_due":"2026-11-17T17:00:00Z","last_text":"Where is the payout? Third time I ask","last_at":"2026-11-17T10:00:00Z","new":2}"#,
        ),
        (
            Kind::Thread,
            "t2",
            r#"{"title":"Deck","state":"open","owner":"u1","sla_due":"2026-11-17T19:00:00Z","last_at":"2026-11-17T11:00:00Z","new":1}"#,
        ),
        (
            Kind::Thread,
            "t3",
            r#"{"title":"Lunch","state":"open","owner":"u1","last_at":"2026-11-17T12:00:00Z","new":1}"#,
        ),
    ] {
        world.upsert(&CacheRow {
            kind,
            id: id.into(),
            version: 3,
            state: RowState::Clean,
            fields: fields.into(),
        });
    }
    let configured = Configured {
        config: Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    };
    let mut app = App::new(world, configured, (120, 40));
    arrange_all(&app.world, &mut app.screen, true);
    app
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in parse_sequence(keys).unwrap() {
        let now = app.world.view.now;
        effects.extend(app.update(now, Msg::Key(key)));
    }
    effects
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

#[test]
fn done_is_one_key_and_the_cursor_is_on_the_next_thread() {
    let mut app = app();
    press(&mut app, "alt-2");
    assert_eq!(app.screen.list().unwrap().cursor(), Some("t1"));
    let effects = press(&mut app, "e");
    assert_eq!(saved(&effects).len(), 1);
    assert_eq!(saved(&effects)[0].edits[0].base, Some(3));
    assert_eq!(app.screen.list().unwrap().cursor(), Some("t2"));
}

#[test]
fn undo_restores_the_former_state_and_redo_does_it_again() {
    let mut app = app();
    press(&mut app, "alt-2");
    let before = app.world.any(Kind::Thread).fields("t1").unwrap().2;
    press(&mut app, "e");
    let after = app.world.any(Kind::Thread).fields("t1").unwrap().2;
    assert_ne!(before, after);
    press(&mut app, "u");
    assert_eq!(app.world.any(Kind::Thread).fields("t1").unwrap().2, before);
    press(&mut app, "ctrl-r");
    assert_eq!(app.world.any(Kind::Thread).fields("t1").unwrap().2, after);
}

#[test]
fn marks_make_one_batch_and_one_undo() {
    let mut app = app();
    press(&mut app, "alt-2 x x");
    let effects = press(&mut app, "e");
    assert_eq!(saved(&effects)[0].label, "done ×2");
    assert_eq!(app.screen.list().unwrap().order(), ["t3"]);
    press(&mut app, "u g .");
    assert_eq!(app.screen.list().unwrap().len(), 3);
}

#[test]
fn a_follow_up_takes_two_keys_and_keeps_its_source() {
    let mut app = app();
    let effects = press(&mut app, "alt-2 f f");
    let batch = saved(&effects)[0];
    let created = &batch.edits[0];
    assert_eq!(created.kind, Kind::FollowUp);
    assert_eq!(created.patch.set["title"], "Where is the payout");
    assert_eq!(created.patch.set["due"]["date"], "2026-11-20");
    assert_eq!(created.patch.set["refs"][0]["id"], "t1");
}

#[test]
fn a_reply_is_queued_with_a_delay_and_can_be_taken_back() {
    let mut app = app();
    press(&mut app, "alt-2 r");
    app.update(app.world.view.now, Msg::Paste("on it\nsoon".into()));
    let effects = press(&mut app, "enter");
    let message = &saved(&effects)[0].edits[0];
    assert_eq!(message.patch.set["state"], "queued");
    assert_eq!(message.patch.set["send_at"], "2026-11-17T16:30:10Z");
    assert_eq!(message.patch.set["text"], "on it\nsoon");
    let effects = press(&mut app, "u");
    assert_eq!(
        saved(&effects)[0].edits.last().unwrap().op,
        crate::record::Op::Delete
    );
}

#[test]
fn a_batch_that_cannot_be_saved_is_taken_off_the_screen_again() {
    let mut app = app();
    press(&mut app, "alt-2");
    let before = app.world.any(Kind::Thread).fields("t1").unwrap().2;
    let effects = press(&mut app, "e");
    let batch = Box::new(saved(&effects)[0].clone());
    let now = app.world.view.now;
    app.update(
        now,
        Msg::SaveFailed {
            batch,
            why: "the disk is full".into(),
        },
    );
    assert_eq!(app.world.any(Kind::Thread).fields("t1").unwrap().2, before);
    assert!(
        app.screen
            .notice
            .as_ref()
            .unwrap()
            .text
            .contains("the disk is full")
    );
    assert!(app.undo.last().is_none());
}

#[test]
fn the_form_names_what_is_wrong_at_the_field_and_saves_only_what_changed() {
    let mut app = app();
    press(&mut app, "alt-2 =");
    let Mode::Form(form) = &mut app.mode else {
        panic!("no form")
    };
    form.current = form
        .fields
        .iter()
        .position(|field| field.info.name == "sla_due")
        .unwrap();
    form.fields[form.current].input.set("someday");
    assert!(saved(&press(&mut app, "enter")).is_empty());
    let Mode::Form(form) = &mut app.mode else {
        panic!("the form is gone")
    };
    assert!(form.fields[form.current].error.is_some());
    let current = form.current;
    form.fields[current].input.set("2026-11-18T01:00:00Z");
    let effects = press(&mut app, "enter");
    assert_eq!(saved(&effects)[0].edits[0].patch.fields(), ["sla_due"]);
}

#[test]
fn a_verb_that_is_refused_at_one_of_its_rows_has_done_nothing() {
    let mut app = app();
    for (thread, text) in [("t1", "Please send the list by Friday"), ("t3", "Fine")] {
        let row = app.world.row_mut::<crate::record::Thread>(thread).unwrap();
        row.record.last_text = text.into();
    }
    press(&mut app, "2 *");
    let before = app.world.table::<crate::record::FollowUp>().len();
    let effects = press(&mut app, "f d");
    assert!(saved(&effects).is_empty());
    let told = app.screen.notice.as_ref().unwrap();
    assert_eq!(told.tone, Tone::Error);
    assert_eq!(app.world.table::<crate::record::FollowUp>().len(), before);
    assert!(app.undo.last().is_none());
}

#[test]
fn a_new_record_without_its_name_stays_in_the_form() {
    let mut app = app();
    press(&mut app, "3 n l");
    assert!(saved(&press(&mut app, "enter")).is_empty());
    let Mode::Form(form) = &mut app.mode else {
        panic!("the form is gone")
    };
    let name = form
        .fields
        .iter_mut()
        .find(|field| field.info.name == "name")
        .unwrap();
    assert_eq!(name.error.as_deref(), Some("must be filled in"));
    name.input.set("Nova");
    assert_eq!(saved(&press(&mut app, "enter")).len(), 1);
}

#[test]
fn a_filter_that_cannot_be_read_is_not_taken_for_its_beginning() {
    let mut app = app();
    press(&mut app, "2 /");
    for letter in "statee:open".chars() {
        press(&mut app, &letter.to_string());
    }
    press(&mut app, "enter");
    let Mode::Line(line) = &app.mode else {
        panic!("the line is gone")
    };
    assert!(matches!(line.echo, Echo::Wrong(_)));
    press(&mut app, "esc");
    let shelf = app.screen.shelf(app.screen.active()).unwrap();
    assert_eq!(shelf.filter, "");
}

#[test]
fn an_older_state_from_the_sync_does_not_flicker_back_over_an_edit() {
    let mut app = app();
    press(&mut app, "alt-2");
    let old = app.world.any(Kind::Thread).fields("t1").unwrap().2;
    let effects = press(&mut app, "e");
    let batch = saved(&effects)[0].clone();
    let stale = CacheRow {
        kind: Kind::Thread,
        id: "t1".into(),
        version: 4,
        state: RowState::Clean,
        fields: serde_json::Value::Object(old).to_string(),
    };
    let now = app.world.view.now;
    // The change was computed before the edit was saved and overtakes, or is overtaken by, the news of it.
    for saved_first in [false, true] {
        if saved_first {
            app.update(now, Msg::Saved(batch.id.clone()));
        }
        let effects = app.update(now, Msg::Changed(vec![CacheChange::Upsert(stale.clone())]));
        let state = app
            .world
            .table::<crate::record::Thread>()
            .record("t1")
            .unwrap()
            .state
            .clone();
        assert_eq!(state, crate::record::ThreadState::Done);
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Load(Load::Records(_))))
        );
    }
}

#[test]
fn a_row_read_while_an_edit_is_on_its_way_is_shown_with_the_edit() {
    let mut app = app();
    press(&mut app, "alt-2");
    let old = app.world.any(Kind::Thread).fields("t1").unwrap().2;
    press(&mut app, "e");
    let load = Load::Records(vec![AnyRef::new(Kind::Thread, "t1")]);
    let row = CacheRow {
        kind: Kind::Thread,
        id: "t1".into(),
        version: 4,
        state: RowState::Clean,
        fields: serde_json::Value::Object(old).to_string(),
    };
    let now = app.world.view.now;
    app.update(now, Msg::Loaded(load, vec![row]));
    let thread = app.world.row::<crate::record::Thread>("t1").unwrap();
    assert_eq!(thread.record.state, crate::record::ThreadState::Done);
    assert_eq!(thread.version, 4);
}

fn cached(kind: Kind, id: &str, fields: &str) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 1,
        state: RowState::Clean,
        fields: fields.into(),
    }
}

fn searched(app: &mut App, text: &str, rows: Vec<CacheRow>) {
    let load = Load::Search {
        text: text.into(),
        limit: HITS + 1,
    };
    let now = app.world.view.now;
    app.update(now, Msg::Loaded(load, rows));
}

#[test]
fn the_search_asks_at_each_letter_and_drops_answers_to_older_words() {
    let mut app = app();
    press(&mut app, "ctrl-f");
    press(&mut app, "p");
    let effects = press(&mut app, "a");
    let asked = Effect::Load(Load::Search {
        text: "pa".into(),
        limit: HITS + 1,
    });
    assert!(effects.contains(&asked), "{effects:?}");
    let payout = cached(Kind::Thread, "t9", r#"{"title":"Payout of May"}"#);
    searched(&mut app, "p", vec![payout.clone()]);
    let Mode::Find(find) = &app.mode else {
        panic!("{:?}", app.mode)
    };
    assert!(find.hits.is_empty(), "an answer to older words is dropped");
    let many =
        (0..=HITS).map(|at| cached(Kind::Thread, &format!("p{at}"), r#"{"title":"Payout"}"#));
    searched(&mut app, "pa", many.collect());
    let Mode::Find(find) = &app.mode else {
        panic!("{:?}", app.mode)
    };
    assert_eq!(find.hits.len(), HITS);
    assert!(find.more);
    assert!(
        !app.world.any(Kind::Thread).has("p1"),
        "a hit is not yet a row"
    );
}

#[test]
fn a_hit_leads_to_its_row_and_a_message_to_its_thread() {
    let mut app = app();
    press(&mut app, "g /");
    press(&mut app, "x");
    let message = cached(
        Kind::Message,
        "m1",
        r#"{"thread":"t3","text":"x marks the spot"}"#,
    );
    searched(&mut app, "x", vec![message]);
    press(&mut app, "enter");
    assert_eq!(app.screen.place, Place::Inbox);
    assert_eq!(app.screen.list().unwrap().cursor(), Some("t3"));
}

#[test]
fn a_hit_that_is_closed_is_shown_in_the_list_of_its_kind() {
    let mut app = app();
    press(&mut app, "ctrl-f");
    press(&mut app, "o");
    let done = r#"{"title":"Old deal","state":"done","done_at":"2025-01-02T00:00:00Z"}"#;
    searched(&mut app, "o", vec![cached(Kind::Thread, "t8", done)]);
    press(&mut app, "enter");
    assert_eq!(app.screen.place, Place::Browse(Kind::Thread));
    assert_eq!(app.screen.list().unwrap().cursor(), Some("t8"));
    press(&mut app, "[");
    assert_eq!(app.screen.place, Place::Today);
}

#[test]
fn back_from_a_closed_hit_leads_to_the_place_of_the_search() {
    let mut app = app();
    press(&mut app, "alt-2");
    press(&mut app, "ctrl-f");
    press(&mut app, "o");
    let done = r#"{"title":"Old deal","state":"done","done_at":"2025-01-02T00:00:00Z"}"#;
    searched(&mut app, "o", vec![cached(Kind::Thread, "t8", done)]);
    press(&mut app, "enter");
    assert_eq!(app.screen.place, Place::Browse(Kind::Thread));
    press(&mut app, "[");
    assert_eq!(app.screen.place, Place::Inbox);
}

#[test]
fn what_someone_else_changed_under_an_open_form_is_said_before_it_is_written_over() {
    let mut app = app();
    press(&mut app, "alt-2 =");
    let Mode::Form(form) = &mut app.mode else {
        panic!("no form")
    };
    let id = form.id.clone().unwrap();
    let at = |form: &Form| {
        let mut fields = form.fields.iter();
        fields.position(|field| field.info.name == "title").unwrap()
    };
    let title = at(form);
    form.fields[title].input.set("Mine");
    let theirs = r#"{"title":"Theirs","state":"open","owner":"u1"}"#;
    let row = CacheRow {
        version: 9,
        ..cached(Kind::Thread, &id, theirs)
    };
    let now = app.world.view.now;
    app.update(now, Msg::Changed(vec![CacheChange::Upsert(row)]));
    assert!(saved(&press(&mut app, "enter")).is_empty());
    let Mode::Form(form) = &app.mode else {
        panic!("the form is gone")
    };
    let error = form.fields[title].error.clone().unwrap();
    assert!(error.contains("Theirs"), "{error}");
    let effects = press(&mut app, "enter");
    assert_eq!(saved(&effects)[0].edits[0].patch.fields(), ["title"]);
}
