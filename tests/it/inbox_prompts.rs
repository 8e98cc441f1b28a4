//! What the inbox and the follow-ups do at the edges: prompts that stay, counts of one, a first load, campaigns that
//! are over, the cursor after a batch was taken back.

use cnm::app::{App, Echo, Mode, Msg};
use cnm::effect::{CacheChange, CacheRow, RowState, SyncStatus};
use cnm::pane::Place;
use cnm::record::Kind;
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
        id: id.to_owned(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn picture(app: &App) -> String {
    desk::lines(&desk::draw(app, LOOK)).join("\n")
}

/// What is typed in the prompt that is open, and what is said beside it.
fn prompt(app: &App) -> (String, Echo) {
    let Mode::Line(line) = &app.mode else {
        panic!("no prompt is open: {:?}", app.screen.notice);
    };
    (line.input.text(), line.echo.clone())
}

fn inbox(rows: Vec<CacheRow>) -> App {
    let mut app = desk::open("ana", rows, (120, 40));
    desk::press(&mut app, "g i");
    app
}

#[test]
fn ctrl_u_clears_a_prompt_also_after_another_reading_was_put_in() {
    let mut app = inbox(desk::morning());
    desk::press(&mut app, "f / n e x t space t u e");
    desk::press(&mut app, "tab");
    assert_ne!(prompt(&app).0, "next tue");
    desk::press(&mut app, "ctrl-u");
    assert_eq!(prompt(&app).0, "");
    desk::press(&mut app, "f r i");
    let (text, echo) = prompt(&app);
    assert_eq!(text, "fri");
    assert!(matches!(echo, Echo::Reads(words) if words.contains("Fri")));
}

#[test]
fn an_empty_enter_leaves_no_prompt_and_a_root_cause_has_words() {
    let mut app = inbox(desk::morning());
    desk::press(&mut app, "f / enter");
    assert!(matches!(prompt(&app).1, Echo::Wrong(why) if why.contains("nothing typed")));
    desk::press(&mut app, "esc");
    assert!(matches!(app.mode, Mode::Normal));

    let fields = json!({"title": "Payout stuck", "state": "open", "kind": "plan", "owner": "ana",
        "escalated_at": "2026-11-16T10:00:00Z", "priority": "p2", "due": {"date": "2026-11-17"}});
    let mut rows = desk::morning();
    rows.push(row(Kind::FollowUp, "held", &fields));
    let mut app = desk::open("ana", rows, (120, 40));
    desk::press(&mut app, "g d");
    assert!(
        app.screen
            .shelf_mut(Place::FollowUps)
            .list
            .go_to_key("held")
    );
    desk::press(&mut app, "e enter");
    assert!(matches!(prompt(&app).1, Echo::Wrong(why) if why.contains("root cause")));
    for no_words in [".", "x", "- -", "!!"] {
        desk::press(&mut app, "ctrl-u");
        app.update(desk::now(), Msg::Paste(no_words.into()));
        desk::press(&mut app, "enter");
        let (text, echo) = prompt(&app);
        assert_eq!(text, no_words, "what was typed stays");
        assert!(matches!(echo, Echo::Wrong(why) if why.contains("is no root cause")));
    }
    desk::press(&mut app, "ctrl-u");
    app.update(desk::now(), Msg::Paste("银行换了账号".into()));
    desk::press(&mut app, "enter");
    let held = app.world.table::<cnm::record::FollowUp>().record("held");
    assert!(held.is_none_or(|held| held.done_at.is_some()));
}

#[test]
fn one_thread_is_one_thread() {
    let mut app = inbox(desk::morning());
    desk::press(&mut app, "e");
    let summary = cnm::command::Summary::of(&app.world, app.undo.done()).markdown();
    assert!(summary.contains("- done: 1 thread\n"), "{summary}");
    assert!(!summary.contains("1 threads"), "{summary}");
}

#[test]
fn a_campaign_that_is_over_is_not_offered() {
    let mut rows = desk::morning();
    for (id, name, ends) in [
        ("camp-over", "Summer Fest", "2026-11-16"),
        ("camp-last", "Last Day", "2026-11-17"),
        ("camp-open", "Winter Fest", "2026-12-20"),
    ] {
        rows.push(row(
            Kind::Campaign,
            id,
            &json!({"name": name, "ends": ends}),
        ));
    }
    let mut app = inbox(rows);
    desk::press(&mut app, "t j");
    let Mode::Pick(picker) = &app.mode else {
        panic!("{:?}", app.screen.notice);
    };
    let labels: Vec<&str> = picker
        .shown
        .iter()
        .map(|choice| choice.label.as_str())
        .collect();
    assert!(
        labels.contains(&"Winter Fest") && labels.contains(&"Last Day"),
        "{labels:?}"
    );
    assert!(!labels.contains(&"Summer Fest"), "{labels:?}");
}

/// A thread that must be answered so many minutes from now.
fn clocked(id: &str, minutes: i64) -> CacheRow {
    let now = desk::now();
    row(
        Kind::Thread,
        id,
        &json!({"state": "open", "owner": "ana", "channel": "email", "from_name": id, "last_text": id, "new": 1,
            "last_at": now - jiff::SignedDuration::from_hours(2), "sla_due": now + jiff::SignedDuration::from_mins(minutes)}),
    )
}

#[test]
fn during_the_first_load_the_cursor_stays_on_top_until_it_is_moved() {
    let loading = SyncStatus {
        loading: Some(10),
        ..SyncStatus::default()
    };
    let first = || {
        let mut app = desk::open(
            "ana",
            vec![row(
                Kind::User,
                "ana",
                &json!({"name": "Ana", "role": "cnm"}),
            )],
            (120, 40),
        );
        app.screen.sync = loading.clone();
        desk::press(&mut app, "g i");
        app
    };
    let comes = |app: &mut App, id: &str, minutes: i64| {
        app.update(
            desk::now(),
            Msg::Changed(vec![CacheChange::Upsert(clocked(id, minutes))]),
        );
    };
    let at = |app: &App| {
        let list = app.screen.list().unwrap();
        (
            list.position(),
            list.cursor().map(str::to_owned),
            list.len(),
        )
    };
    let mut app = first();
    for (id, minutes) in [("c", 90), ("b", 60), ("a", 30)] {
        comes(&mut app, id, minutes);
        assert_eq!(at(&app).0, 0, "nobody has chosen a row");
    }
    assert_eq!(at(&app), (0, Some("a".to_owned()), 3));

    let mut app = first();
    comes(&mut app, "c", 90);
    comes(&mut app, "b", 60);
    desk::press(&mut app, "j");
    assert_eq!(at(&app).1.as_deref(), Some("c"));
    comes(&mut app, "a", 30);
    assert_eq!(
        at(&app).1.as_deref(),
        Some("c"),
        "a chosen row stays under the cursor"
    );
    let rows = vec![
        row(Kind::User, "ana", &json!({"name": "Ana", "role": "cnm"})),
        clocked("a", 30),
        clocked("b", 60),
        clocked("c", 90),
        clocked("d", 10),
    ];
    app.update(
        desk::now(),
        Msg::Reloaded {
            user: "ana".into(),
            rows,
        },
    );
    assert_eq!(
        at(&app).1.as_deref(),
        Some("c"),
        "also when everything is there"
    );
}

#[test]
fn the_cursor_is_where_it_was_after_a_batch_from_elsewhere_was_taken_back() {
    let mut app = inbox(desk::morning());
    desk::press(&mut app, "j j");
    let before = app.screen.list().unwrap().cursor().map(str::to_owned);
    desk::press(&mut app, "S enter");
    let swept = app.screen.list().unwrap().len();
    desk::press(&mut app, "u");
    let list = app.screen.list().unwrap();
    assert!(list.len() > swept, "the sweep was taken back");
    assert_eq!(list.cursor().map(str::to_owned), before);
}

#[test]
fn a_thread_says_that_a_draft_waits() {
    let mut app = inbox(desk::morning());
    assert!(!picture(&app).contains("a draft waits"));
    desk::press(&mut app, "r h i esc");
    assert!(
        picture(&app).contains("a draft waits r"),
        "{}",
        picture(&app)
    );
}
