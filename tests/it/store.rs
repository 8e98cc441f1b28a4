//! The store: what it keeps, what it shows and what it repairs.

use cnm::effect::{Batch, BatchRole, CacheChange, Edit, Load, OutboxState, Resolution, RowState};
use cnm::record::{AnyRef, Kind, Op, Patch};
use cnm::store::{BatchState, Changes, Page, SnapshotReason, Store, StoreError};
use cnm::wire::{ChangesPage, CommandResult, Problem, Row, Status};
use serde_json::{Map, Value as Json, json};

use crate::cache::{Cache, batch, batch_at, create, edit, field, object, one, update};
use crate::model::instant;

fn row(kind: &str, id: &str, version: u64, seq: u64, fields: Json) -> Row {
    Row {
        kind: kind.into(),
        id: id.into(),
        version,
        seq,
        updated_at: None,
        updated_by: None,
        fields: object(fields),
        fv: Map::new(),
        deleted: false,
        left: false,
    }
}

fn page(rows: Vec<Row>, seq: u64) -> Page {
    Page::from(ChangesPage {
        changes: rows,
        cursor: format!("c{seq}"),
        more: false,
        head: seq,
        seq,
        txn_open: false,
    })
}

fn lead(id: &str, version: u64, seq: u64, name: &str) -> Row {
    row("lead", id, version, seq, json!({"name": name}))
}

fn apply(store: &mut Store, rows: Vec<Row>, seq: u64) -> Changes {
    store.apply(&page(rows, seq), instant()).unwrap().changes
}

fn answer(cmd: &str, status: Status) -> CommandResult {
    CommandResult {
        cmd: cmd.into(),
        status,
        version: None,
        seq: None,
        fields: vec![],
        base: None,
        changed_by: None,
        changed_at: None,
        server: None,
        problem: None,
    }
}

fn acked(cmd: &str, version: u64, seq: u64) -> CommandResult {
    CommandResult {
        version: Some(version),
        seq: Some(seq),
        ..answer(cmd, Status::Applied)
    }
}

fn record(store: &mut Store, results: &[CommandResult]) -> Vec<CacheChange> {
    store
        .record_results(results, 1_000, "e", instant())
        .unwrap()
}

fn conflict(cmd: &str, server: Row) -> CommandResult {
    CommandResult {
        fields: vec!["name".into()],
        server: Some(server),
        ..answer(cmd, Status::Conflict)
    }
}

fn take(store: &mut Store) -> Vec<(String, Option<u64>)> {
    let commands = store.take(100, 1 << 20, instant()).unwrap();
    commands
        .into_iter()
        .map(|command| (command.cmd, command.base))
        .collect()
}

fn name(store: &mut Store, id: &str) -> Option<Json> {
    one(store, Kind::Lead, id).and_then(|row| field(&row, "name"))
}

// ----- mirror and overlay

#[test]
fn an_edit_is_shown_at_once_and_after_a_restart() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 3, 9, "Ann")], 9);
    let changes = store
        .save(&batch(
            "b",
            vec![update("c1", "l1", 3, json!({"name": "Bo"}))],
        ))
        .unwrap();
    assert!(
        matches!(&changes[..], [CacheChange::Upsert(row)] if row.state == RowState::Pending && row.version == 3)
    );
    drop(store);
    assert_eq!(name(&mut cache.store(), "l1"), Some(json!("Bo")));
}

#[test]
fn the_working_set_follows_pending_edits() {
    let cache = Cache::new();
    let mut store = cache.store();
    let open = json!({"title": "a", "state": "open"});
    let done = json!({"title": "b", "state": "done"});
    apply(
        &mut store,
        vec![
            row("thread", "t1", 1, 1, open),
            row("thread", "t2", 1, 2, done),
        ],
        2,
    );
    let close = edit(
        "c1",
        Kind::Thread,
        "t1",
        Op::Update,
        Some(1),
        json!({"state": "done"}),
    );
    let reopen = edit(
        "c2",
        Kind::Thread,
        "t2",
        Op::Update,
        Some(1),
        json!({"state": "open"}),
    );
    store.save(&batch("b", vec![close, reopen])).unwrap();
    let rows = store.load(&Load::Working(vec![Kind::Thread])).unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["t2"]
    );
}

#[test]
fn children_come_newest_last_with_those_written_here() {
    let cache = Cache::new();
    let mut store = cache.store();
    let message = |at: &str| json!({"thread": "t1", "sent_at": at, "text": at});
    let rows = (1..=5)
        .map(|day| {
            row(
                "message",
                &format!("m{day}"),
                1,
                day,
                message(&format!("2026-11-0{day}T08:00:00Z")),
            )
        })
        .collect();
    apply(&mut store, rows, 5);
    let mine = edit(
        "c1",
        Kind::Message,
        "m9",
        Op::Create,
        None,
        message("2026-11-04T09:00:00Z"),
    );
    store.save(&batch("b", vec![mine])).unwrap();
    let parent = AnyRef::new(Kind::Thread, "t1");
    let load = Load::Children {
        parent,
        kind: Kind::Message,
        limit: 3,
    };
    let ids: Vec<String> = store
        .load(&load)
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(ids, ["m4", "m9", "m5"]);
}

#[test]
fn unhandled_messages_are_those_after_the_thread_was_done_with() {
    let cache = Cache::new();
    let mut store = cache.store();
    let message = |thread: &str, at: &str| json!({"thread": thread, "sent_at": at});
    apply(
        &mut store,
        vec![
            row(
                "thread",
                "t1",
                1,
                1,
                json!({"state": "open", "done_at": "2026-11-02T00:00:00Z"}),
            ),
            row("thread", "t2", 1, 2, json!({"state": "done"})),
            row("thread", "t3", 1, 3, json!({"state": "open"})),
            row("message", "m1", 1, 4, message("t1", "2026-11-01T00:00:00Z")),
            row("message", "m2", 1, 5, message("t1", "2026-11-03T00:00:00Z")),
            row("message", "m3", 1, 6, message("t2", "2026-11-03T00:00:00Z")),
            row("message", "m4", 1, 7, message("t3", "2026-11-01T00:00:00Z")),
        ],
        7,
    );
    let ids: Vec<String> = store
        .load(&Load::Unhandled)
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(ids, ["m4", "m2"]);
}

#[test]
fn a_replayed_older_page_changes_nothing() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(
        &mut store,
        vec![lead("l1", 1, 1, "Ann"), lead("l2", 1, 2, "Bea")],
        2,
    );
    let mut gone = lead("l2", 2, 4, "");
    gone.deleted = true;
    apply(&mut store, vec![lead("l1", 2, 3, "Anna"), gone], 4);
    assert_eq!(
        apply(
            &mut store,
            vec![lead("l1", 1, 1, "Ann"), lead("l2", 1, 2, "Bea")],
            2
        ),
        Changes::Rows(vec![])
    );
    assert_eq!(name(&mut store, "l1"), Some(json!("Anna")));
    assert_eq!(name(&mut store, "l2"), None);
    assert_eq!(store.place().unwrap().seq, 4);
}

#[test]
fn a_transaction_is_shown_whole_or_not_at_all() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
    let mut open = page(vec![lead("l1", 2, 2, "Anna")], 2);
    (open.txn_open, open.more) = (true, true);
    store.apply(&open, instant()).unwrap();
    assert_eq!(name(&mut store, "l1"), Some(json!("Ann")));
    assert_eq!(store.request_cursor().unwrap().as_deref(), Some("c2"));
    assert_eq!(
        apply(&mut store, vec![lead("l2", 1, 3, "Bea")], 3),
        Changes::Reload
    );
    assert_eq!(name(&mut store, "l1"), Some(json!("Anna")));
    // After a restart in the middle, the whole transaction is asked for again.
    let mut open = page(vec![lead("l1", 3, 4, "Anne")], 4);
    (open.txn_open, open.more) = (true, true);
    store.apply(&open, instant()).unwrap();
    drop(store);
    let mut store = cache.store();
    assert_eq!(store.request_cursor().unwrap().as_deref(), Some("c3"));
    assert_eq!(name(&mut store, "l1"), Some(json!("Anna")));
}

#[test]
fn unknown_kinds_and_fields_are_kept_as_they_came() {
    let cache = Cache::new();
    let mut store = cache.store();
    let strange = json!({"name": "Ann", "brand_new": {"x": [1, 2.50]}, "stage": 7});
    apply(
        &mut store,
        vec![
            row("hologram", "h1", 1, 1, json!({"a": 1})),
            row("lead", "l1", 1, 2, strange.clone()),
        ],
        2,
    );
    let shown = one(&mut store, Kind::Lead, "l1").unwrap();
    assert_eq!(
        serde_json::from_str::<Json>(&shown.fields).unwrap(),
        strange
    );
    store
        .save(&batch(
            "b",
            vec![update("c1", "l1", 1, json!({"name": "Bo"}))],
        ))
        .unwrap();
    let shown = one(&mut store, Kind::Lead, "l1").unwrap();
    assert_eq!(field(&shown, "brand_new"), Some(json!({"x": [1, 2.50]})));
}

// ----- settling

#[test]
fn an_acknowledged_edit_is_shown_until_the_mirror_has_it() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 3, 9, "Ann")], 9);
    store
        .save(&batch(
            "b",
            vec![update("c1", "l1", 3, json!({"name": "Bo"}))],
        ))
        .unwrap();
    assert_eq!(take(&mut store), [("c1".to_owned(), Some(3))]);
    record(&mut store, &[acked("c1", 4, 12)]);
    drop(store);
    let mut store = cache.store();
    let shown = one(&mut store, Kind::Lead, "l1").unwrap();
    assert_eq!(
        (shown.state, field(&shown, "name")),
        (RowState::Clean, Some(json!("Bo")))
    );
    assert!(
        matches!(store.outbox().unwrap()[..], [ref row] if row.state == OutboxState::Acked { seq: 12 })
    );
    assert_eq!(take(&mut store), []);
    // The mirror catches up, and what the server has is what is shown.
    apply(&mut store, vec![lead("l1", 5, 13, "Bob")], 13);
    assert_eq!(name(&mut store, "l1"), Some(json!("Bob")));
    assert!(store.outbox().unwrap().is_empty());
}

#[test]
fn edits_of_one_record_go_one_at_a_time_each_on_the_version_before() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(
        &mut store,
        vec![lead("l1", 17, 9, "Ann"), lead("l2", 1, 8, "Bea")],
        9,
    );
    let edits = vec![
        update("c1", "l1", 17, json!({"name": "A"})),
        update("c2", "l1", 17, json!({"name": "B", "market": "US"})),
        update("c3", "l2", 1, json!({"name": "C"})),
    ];
    store.save(&batch("b", edits)).unwrap();
    assert_eq!(
        take(&mut store),
        [("c1".into(), Some(17)), ("c3".into(), Some(1))]
    );
    record(&mut store, &[acked("c1", 18, 10), acked("c3", 2, 11)]);
    drop(store);
    assert_eq!(take(&mut cache.store()), [("c2".to_owned(), Some(18))]);
}

#[test]
fn a_command_that_was_sent_is_sent_again_unchanged() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 17, 9, "Ann")], 9);
    // A clock knows more of a moment than the file keeps.
    let edit = update("c1", "l1", 17, json!({"name": "A"}));
    let mut made = batch("b", vec![edit]);
    made.at = instant() + jiff::SignedDuration::from_nanos(617);
    store.save(&made).unwrap();
    let first = store.take(9, 1 << 20, instant()).unwrap();
    apply(&mut store, vec![lead("l1", 18, 10, "Else")], 10);
    drop(store);
    assert_eq!(cache.store().take(9, 1 << 20, instant()).unwrap(), first);
}

#[test]
fn what_was_first_sent_a_month_ago_is_asked_about() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
    store
        .save(&batch(
            "b",
            vec![update("c1", "l1", 1, json!({"name": "A"}))],
        ))
        .unwrap();
    assert_eq!(take(&mut store).len(), 1);
    let later = instant() + jiff::SignedDuration::from_hours(31 * 24);
    assert!(store.take(9, 1 << 20, later).unwrap().is_empty());
    assert_eq!(store.counts().unwrap().refused, 1);
    store.resolve("c1", &Resolution::Mine, later).unwrap();
    assert_eq!(store.take(9, 1 << 20, later).unwrap()[0].cmd, "c1");
}

// ----- conflicts

fn in_conflict(cache: &Cache) -> Store {
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 17, 9, "Ann")], 9);
    let mut first = update("c1", "l1", 17, json!({"name": "Mine"}));
    first.before = object(json!({"name": "Ann"}));
    store
        .save(&batch(
            "b",
            vec![first, update("c2", "l1", 17, json!({"market": "US"}))],
        ))
        .unwrap();
    take(&mut store);
    let mut theirs = lead("l1", 20, 30, "Theirs");
    theirs.fv = object(json!({"name": 20}));
    theirs.updated_by = Some("u7".into());
    record(&mut store, &[conflict("c1", theirs)]);
    store
}

#[test]
fn a_conflict_keeps_all_three_values_and_blocks_what_follows() {
    let cache = Cache::new();
    drop(in_conflict(&cache));
    let mut store = cache.store();
    let rows = store.outbox().unwrap();
    let OutboxState::Conflict(conflict) = &rows[0].state else {
        panic!("{:?}", rows[0].state)
    };
    let field = &conflict.fields[0];
    assert_eq!(
        (&field.base, &field.mine, &field.theirs),
        (
            &Some(json!("Ann")),
            &Some(json!("Mine")),
            &Some(json!("Theirs"))
        )
    );
    assert_eq!(
        (conflict.version, conflict.changed_by.as_deref()),
        (20, Some("u7"))
    );
    assert_eq!(rows[1].state, OutboxState::Blocked);
    assert_eq!(take(&mut store), []);
    assert_eq!(
        one(&mut store, Kind::Lead, "l1").unwrap().state,
        RowState::Conflict
    );
}

#[test]
fn mine_is_sent_under_a_new_id_on_the_version_seen_before_what_was_blocked() {
    let cache = Cache::new();
    let mut store = in_conflict(&cache);
    store.resolve("c1", &Resolution::Mine, instant()).unwrap();
    drop(store);
    let mut store = cache.store();
    let commands = store.take(9, 1 << 20, instant()).unwrap();
    let [mine] = &commands[..] else {
        panic!("{commands:?}")
    };
    assert_ne!(mine.cmd, "c1");
    assert_eq!(
        (mine.base, mine.mine, &mine.patch.set["name"]),
        (Some(20), true, &json!("Mine"))
    );
    record(&mut store, &[acked(&mine.cmd, 21, 31)]);
    // Nobody showed the user what else changed between 17 and 20, so the next edit stays on 17.
    assert_eq!(take(&mut store), [("c2".to_owned(), Some(17))]);
}

#[test]
fn theirs_drops_the_edit_and_releases_the_next() {
    let cache = Cache::new();
    let mut store = in_conflict(&cache);
    store.resolve("c1", &Resolution::Theirs, instant()).unwrap();
    drop(store);
    let mut store = cache.store();
    assert_eq!(take(&mut store), [("c2".to_owned(), Some(17))]);
    assert_eq!(store.counts().unwrap().conflicts, 0);
}

#[test]
fn an_edited_value_is_sent_instead() {
    let cache = Cache::new();
    let mut store = in_conflict(&cache);
    let patch = Patch {
        set: object(json!({"name": "Both"})),
        ..Patch::default()
    };
    store
        .resolve("c1", &Resolution::Edited(patch), instant())
        .unwrap();
    drop(store);
    let commands = cache.store().take(9, 1 << 20, instant()).unwrap();
    assert_eq!(
        (&commands[0].patch.set["name"], commands[0].base),
        (&json!("Both"), Some(20))
    );
}

#[test]
fn what_was_deleted_elsewhere_is_kept_as_a_copy() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
    store
        .save(&batch(
            "b",
            vec![update("c1", "l1", 1, json!({"market": "US"}))],
        ))
        .unwrap();
    take(&mut store);
    let last = lead("l1", 1, 5, "Ann");
    let gone = CommandResult {
        server: Some(last),
        ..answer("c1", Status::Gone)
    };
    record(&mut store, &[gone]);
    store.resolve("c1", &Resolution::Mine, instant()).unwrap();
    let copy = &store.take(9, 1 << 20, instant()).unwrap()[0];
    assert_eq!(
        (copy.op, &copy.patch.set["name"], &copy.patch.set["market"]),
        (Op::Create, &json!("Ann"), &json!("US"))
    );
    assert_ne!(copy.id, "l1");
}

#[test]
fn a_refused_creation_stays_visible_and_says_why() {
    let cache = Cache::new();
    let mut store = cache.store();
    store
        .save(&batch(
            "b",
            vec![create("c1", "l1", json!({"name": "New"}))],
        ))
        .unwrap();
    take(&mut store);
    let problem = Problem {
        title: "Not valid".into(),
        status: 422,
        errors: vec![cnm::wire::FieldProblem {
            pointer: "/fields/name".into(),
            code: "short".into(),
            detail: "too short".into(),
        }],
        ..Problem::default()
    };
    record(
        &mut store,
        &[CommandResult {
            problem: Some(problem),
            ..answer("c1", Status::Rejected)
        }],
    );
    assert_eq!(
        one(&mut store, Kind::Lead, "l1").unwrap().state,
        RowState::Refused
    );
    let OutboxState::Refused { why, .. } = &store.outbox().unwrap()[0].state else {
        panic!()
    };
    assert!(
        why.contains("Not valid") && why.contains("name: too short"),
        "{why}"
    );
    let fix = Patch {
        set: object(json!({"name": "Newer"})),
        ..Patch::default()
    };
    store
        .resolve("c1", &Resolution::Edited(fix), instant())
        .unwrap();
    let again = &store.take(9, 1 << 20, instant()).unwrap()[0];
    assert_eq!(
        (again.op, again.id.as_str(), &again.patch.set["name"]),
        (Op::Create, "l1", &json!("Newer"))
    );
}

#[test]
fn what_was_refused_and_what_takes_it_back_settle_each_other() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
    let mut first = update("c1", "l1", 1, json!({"name": "Mine"}));
    first.before = object(json!({"name": "Ann"}));
    store.save(&batch("b", vec![first])).unwrap();
    store
        .save(&batch(
            "new",
            vec![create("c2", "l2", json!({"name": "Bea"}))],
        ))
        .unwrap();
    take(&mut store);
    let refused = [
        answer("c1", Status::Rejected),
        answer("c2", Status::Rejected),
    ];
    record(&mut store, &refused);
    // One more edit waits behind the one that was refused.
    store
        .save(&batch(
            "later",
            vec![update("c3", "l1", 1, json!({"market": "US"}))],
        ))
        .unwrap();
    let counts = store.counts().unwrap();
    assert_eq!((counts.queued, counts.refused), (1, 2));
    let back = |id: &str, edit: Edit| Batch {
        role: BatchRole::Undo(id.into()),
        ..batch(&format!("undo {id}"), vec![edit])
    };
    let mut delete = create("u2", "l2", json!({}));
    (delete.op, delete.base) = (Op::Delete, Some(0));
    for undo in [
        back("later", update("u3", "l1", 1, json!({"market": ""}))),
        back("new", delete),
        back("b", update("u1", "l1", 1, json!({"name": "Ann"}))),
    ] {
        store.save(&undo).unwrap();
    }
    let counts = store.counts().unwrap();
    assert_eq!((counts.queued, counts.refused), (0, 0));
    assert!(take(&mut store).is_empty());
    assert_eq!(name(&mut store, "l1"), Some(json!("Ann")));
    assert!(one(&mut store, Kind::Lead, "l2").is_none());
    // The same after a restart.
    drop(store);
    assert_eq!(cache.store().counts().unwrap().queued, 0);
}

#[test]
fn whatever_the_server_says_of_one_edit_it_stays_with_its_words_and_the_others_pass() {
    for (status, words) in [
        (Status::Forbidden, "not allowed"),
        (Status::NotFound, "no such record"),
        (Status::Gone, "deleted"),
        (Status::Reused, "used before"),
    ] {
        let cache = Cache::new();
        let mut store = cache.store();
        apply(
            &mut store,
            vec![lead("l1", 1, 1, "Ann"), lead("l2", 1, 1, "Bea")],
            1,
        );
        let edits = vec![
            update("c1", "l1", 1, json!({"name": "Mine"})),
            update("c2", "l2", 1, json!({"name": "Other"})),
        ];
        store.save(&batch("b", edits)).unwrap();
        take(&mut store);
        record(&mut store, &[answer("c1", status), acked("c2", 2, 2)]);
        let rows = store.outbox().unwrap();
        let failed = rows.iter().find(|row| row.edit.cmd == "c1").unwrap();
        let why = match &failed.state {
            OutboxState::Refused { why, .. } => why.clone(),
            OutboxState::Conflict(conflict) => format!("{conflict:?} deleted"),
            other => panic!("{status:?}: {other:?}"),
        };
        assert!(why.contains(words), "{status:?}: {why}");
        assert_eq!(failed.edit.patch.set["name"], "Mine", "{status:?}");
        // It is not sent by itself any more, neither now nor after a restart.
        assert!(take(&mut store).is_empty(), "{status:?}");
        drop(store);
        let mut store = cache.store();
        assert!(take(&mut store).is_empty(), "{status:?}");
        assert_eq!(name(&mut store, "l2"), Some(json!("Other")), "{status:?}");
    }
}

#[test]
fn discarding_takes_back_what_was_not_sent() {
    let cache = Cache::new();
    let mut store = cache.store();
    store
        .save(&batch(
            "b",
            vec![
                create("c1", "l1", json!({"name": "New"})),
                update("c2", "l1", 0, json!({"name": "N"})),
            ],
        ))
        .unwrap();
    assert_eq!(
        store.discard("c1", instant()).unwrap(),
        [CacheChange::Remove(Kind::Lead, "l1".into())]
    );
    assert_eq!(take(&mut store), []);
    store
        .save(&batch(
            "b2",
            vec![create("c3", "l2", json!({"name": "New"}))],
        ))
        .unwrap();
    take(&mut store);
    assert!(matches!(
        store.discard("c3", instant()),
        Err(StoreError::Edit { .. })
    ));
}

// ----- undo log and drafts

#[test]
fn the_undo_log_knows_what_stands_after_a_restart() {
    let cache = Cache::new();
    let mut store = cache.store();
    let roles = [
        ("b1", BatchRole::Edit),
        ("b2", BatchRole::Edit),
        ("b3", BatchRole::Undo("b2".into())),
        ("b4", BatchRole::Undo("b1".into())),
        ("b5", BatchRole::Redo("b1".into())),
    ];
    for (number, (id, role)) in roles.into_iter().enumerate() {
        let edits = vec![update(&format!("c{number}"), "l1", 1, json!({"name": id}))];
        store.save(&batch_at(id, instant(), edits, role)).unwrap();
    }
    drop(store);
    let logged = cache.store().recent_batches(10).unwrap();
    let states: Vec<_> = logged
        .iter()
        .map(|logged| (logged.batch.id.as_str(), logged.state))
        .collect();
    assert_eq!(
        states,
        [("b2", BatchState::Undone), ("b1", BatchState::Done)]
    );
    // What was done again is taken back as it was done the second time: its records may have new ids.
    assert_eq!(logged[1].batch.edits[0].patch.set["name"], "b5");
}

#[test]
fn drafts_survive_and_empty_ones_are_forgotten() {
    let cache = Cache::new();
    let mut store = cache.store();
    store.set_draft("reply:t1", "Dear", instant()).unwrap();
    store.set_draft("reply:t2", "x", instant()).unwrap();
    store.set_draft("reply:t2", "", instant()).unwrap();
    drop(store);
    assert_eq!(
        cache.store().drafts().unwrap(),
        [("reply:t1".to_owned(), "Dear".to_owned())]
    );
}

#[test]
fn saving_the_same_batch_twice_saves_it_once() {
    let cache = Cache::new();
    let mut store = cache.store();
    let twice = batch("b", vec![create("c1", "l1", json!({"name": "New"}))]);
    store.save(&twice).unwrap();
    store.save(&twice).unwrap();
    assert_eq!(store.outbox().unwrap().len(), 1);
}

#[test]
fn what_the_server_has_had_for_a_month_is_forgotten_and_nothing_else() {
    let cache = Cache::new();
    let mut store = cache.store();
    let edits = vec![
        create("c1", "l1", json!({"name": "A"})),
        create("c2", "l2", json!({"name": "B"})),
    ];
    store.save(&batch("b1", edits)).unwrap();
    store
        .save(&batch("b2", vec![create("c3", "l3", json!({"name": "C"}))]))
        .unwrap();
    take(&mut store);
    record(&mut store, &[acked("c1", 1, 1), acked("c3", 1, 2)]);
    apply(
        &mut store,
        vec![lead("l1", 1, 1, "A"), lead("l3", 1, 2, "C")],
        2,
    );
    store
        .prune(instant() + jiff::SignedDuration::from_hours(31 * 24))
        .unwrap();
    let left: Vec<String> = store
        .recent_batches(9)
        .unwrap()
        .into_iter()
        .map(|logged| logged.batch.id)
        .collect();
    assert_eq!(left, ["b1"]);
    assert_eq!(store.outbox().unwrap()[0].edit.cmd, "c2");
}

// ----- search

#[test]
fn search_finds_all_words_newest_first_and_what_waits_here() {
    let cache = Cache::new();
    let mut store = cache.store();
    let message = |at: u64, text: &str| json!({"thread": "t1", "sent_at": format!("2026-11-0{at}T08:00:00Z"), "text": text});
    apply(
        &mut store,
        vec![
            row(
                "message",
                "m2",
                1,
                1,
                message(2, "Holiday battle in 北京 starts"),
            ),
            row("message", "m3", 1, 2, message(3, "the BATTLE of the Café")),
            row(
                "message",
                "m1",
                1,
                3,
                message(1, "battle plan for the holiday"),
            ),
        ],
        3,
    );
    while store.index(2).unwrap() {}
    let mut find = |text: &str| -> Vec<String> {
        let load = Load::Search {
            text: text.into(),
            limit: 50,
        };
        store
            .load(&load)
            .unwrap()
            .into_iter()
            .map(|row| row.id)
            .collect()
    };
    assert_eq!(find("battle"), ["m3", "m2", "m1"]);
    assert_eq!(find("hol bat"), ["m2", "m1"]);
    assert_eq!(find("\"holiday battle\""), ["m2"]);
    assert_eq!(find("京"), ["m2"]);
    assert_eq!(find("cafe"), ["m3"]);
    assert!(find("nothing*\" OR").is_empty());
    apply(
        &mut store,
        vec![row("message", "m2", 2, 4, message(2, "Changed"))],
        4,
    );
    while store.index(2).unwrap() {}
    let mine = edit(
        "c1",
        Kind::Message,
        "m9",
        Op::Create,
        None,
        message(9, "a battle of mine"),
    );
    store.save(&batch("b", vec![mine])).unwrap();
    let load = Load::Search {
        text: "battle".into(),
        limit: 2,
    };
    let ids: Vec<String> = store
        .load(&load)
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(ids, ["m9", "m3"]);
}

// ----- snapshot

#[test]
fn a_snapshot_is_shown_only_when_it_is_whole_and_survives_a_restart() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(
        &mut store,
        vec![lead("l1", 1, 1, "Ann"), lead("l2", 1, 2, "Bea")],
        2,
    );
    let wanted = cnm::store::Snapshot {
        cursor: None,
        reason: SnapshotReason::Scope,
        epoch: None,
        restored_seq: None,
    };
    store.begin_snapshot(&wanted).unwrap();
    let mut first = page(vec![lead("l1", 5, 50, "Anna")], 50);
    first.more = true;
    store.apply(&first, instant()).unwrap();
    drop(store);
    let mut store = cache.store();
    assert_eq!(store.request_cursor().unwrap().as_deref(), Some("c50"));
    assert_eq!(name(&mut store, "l1"), Some(json!("Ann")));
    let last = store
        .apply(&page(vec![lead("l3", 1, 60, "Cleo")], 60), instant())
        .unwrap();
    assert_eq!((last.changes, last.complete), (Changes::Reload, true));
    assert_eq!(name(&mut store, "l1"), Some(json!("Anna")));
    assert_eq!(name(&mut store, "l2"), None);
    while store.index(1).unwrap() {}
    let all = Load::All {
        kind: Kind::Lead,
        limit: 9,
    };
    assert_eq!(store.load(&all).unwrap().len(), 2);
}

#[test]
fn an_emptied_server_does_not_empty_the_cache() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
    let wanted = cnm::store::Snapshot {
        cursor: None,
        reason: SnapshotReason::Epoch,
        epoch: Some("e2".into()),
        restored_seq: Some(0),
    };
    store.begin_snapshot(&wanted).unwrap();
    let refused = store.apply(&page(vec![], 0), instant());
    assert!(
        matches!(refused, Err(StoreError::OtherServer { .. })),
        "{refused:?}"
    );
    assert_eq!(name(&mut store, "l1"), Some(json!("Ann")));
}

// ----- damage

#[test]
fn a_damaged_mirror_is_set_aside_and_the_outbox_stays() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
    store
        .save(&batch(
            "b",
            vec![create("c1", "l9", json!({"name": "New"}))],
        ))
        .unwrap();
    drop(store);
    std::fs::write(
        cache.file("mirror.db"),
        b"this is not a database, and longer than a header ".repeat(100),
    )
    .unwrap();
    let (mut store, report) = cache.open();
    assert_eq!(
        (report.notices.len(), report.set_aside.len()),
        (1, 1),
        "{report:?}"
    );
    assert_eq!(store.place().unwrap().cursor, None);
    assert_eq!(name(&mut store, "l9"), Some(json!("New")));
}

#[test]
fn a_cache_that_was_emptied_or_removed_is_fetched_again_and_the_edits_stay() {
    for remove in [true, false] {
        let cache = Cache::new();
        let mut store = cache.store();
        apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
        let edit = update("c1", "l1", 1, json!({"name": "Mine"}));
        store.save(&batch("b1", vec![edit])).unwrap();
        drop(store);
        let mirror = cache.paths().mirror;
        if remove {
            std::fs::remove_dir_all(mirror.parent().unwrap()).unwrap();
        } else {
            std::fs::write(&mirror, b"").unwrap();
        }
        let (mut store, _) = cache.open();
        assert_eq!(store.place().unwrap().cursor, None);
        let outbox = store.outbox().unwrap();
        assert_eq!(outbox.len(), 1, "removed: {remove}");
        assert_eq!(outbox[0].edit.patch.set["name"], "Mine");
    }
}

#[test]
fn a_flipped_bit_in_a_record_is_noticed() {
    let cache = Cache::new();
    let mut store = cache.store();
    apply(&mut store, vec![lead("l1", 1, 1, "Annunziata")], 1);
    drop(store);
    let file = cache.file("mirror.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes
        .windows(10)
        .position(|window| window == b"Annunziata")
        .unwrap();
    bytes[at] = b'B';
    std::fs::write(&file, bytes).unwrap();
    let mut store = cache.store();
    assert_eq!(name(&mut store, "l1"), None);
    assert!(store.take_notices()[0].contains("fetched again"));
}

fn with_edits(cache: &Cache, count: usize) {
    let mut store = cache.store();
    for number in 0..count {
        let set = json!({"name": format!("Lead {number}"), "summary": "x".repeat(300)});
        store
            .save(&batch(
                &format!("b{number}"),
                vec![create(&format!("c{number}"), &format!("l{number}"), set)],
            ))
            .unwrap();
    }
}

#[test]
fn any_damage_of_the_outbox_is_repaired_or_named() {
    let sizes = {
        let cache = Cache::new();
        with_edits(&cache, 40);
        std::fs::metadata(cache.file("outbox.db")).unwrap().len()
    };
    let cache = Cache::new();
    with_edits(&cache, 40);
    let whole = std::fs::read(cache.file("outbox.db")).unwrap();
    // A step that is no multiple of the page size, so that every kind of page is hit at different places.
    for at in (0..sizes).step_by(331) {
        let other = Cache::new();
        drop(other.store());
        let mut bytes = whole.clone();
        bytes[usize::try_from(at).unwrap()] ^= 0x55;
        std::fs::write(other.file("outbox.db"), &bytes).unwrap();
        let (mut store, report) = other.open();
        store.verify_outbox(instant()).unwrap();
        let notices = store.take_notices();
        let listed = store.outbox().unwrap();
        let damaged =
            |row: &&cnm::effect::OutboxRow| matches!(row.state, OutboxState::Damaged { .. });
        let kept = listed.len() - listed.iter().filter(damaged).count();
        let told = !report.notices.is_empty() || !notices.is_empty() || !report.damaged.is_empty();
        assert!(
            kept == 40 || told,
            "byte {at}: {kept} of 40 edits, and nothing was said"
        );
        assert!(
            kept >= 30,
            "byte {at}: only {kept} of 40 edits survived; {report:?} {notices:?}"
        );
        // What did not survive is in the list, as one of them or as a part of its batch, also after a restart.
        drop(store);
        let again = other.open().0.outbox().unwrap();
        assert!(
            kept == 40 || again.iter().any(|row| damaged(&row)),
            "byte {at}: {again:?}"
        );
        assert_eq!(again.len(), listed.len(), "byte {at}");
    }
}

/// A row that was damaged stays in the list of the outbox, with what is known of it, until it is discarded; the others
/// are sent.
#[test]
fn a_damaged_edit_is_listed_and_never_sent() {
    for (column, value) in [
        ("body", "replace(body, 'Lead 2', 'Leaf 2')"),
        ("body", "'no json at all'"),
        ("kind", "'starship'"),
        ("sum", "sum + 1"),
        ("cmd", "'c2x'"),
    ] {
        let cache = Cache::new();
        with_edits(&cache, 4);
        let db = rusqlite::Connection::open(cache.file("outbox.db")).unwrap();
        let sql = format!("UPDATE edit SET {column} = {value} WHERE cmd = 'c2'");
        assert_eq!(db.execute(&sql, []).unwrap(), 1);
        drop(db);
        for restart in [false, true] {
            let (mut store, report) = cache.open();
            store.verify_outbox(instant()).unwrap();
            let mut told = report.notices;
            told.extend(store.take_notices());
            if column == "kind" {
                // The body says it too.
                assert_eq!(store.outbox().unwrap().len(), 4);
                continue;
            }
            assert!(
                told[0].contains("edit 3") && told[0].contains("outbox show"),
                "{told:?}"
            );
            let rows = store.outbox().unwrap();
            assert_eq!(rows.len(), 4, "{column} {value}: {rows:?}");
            let [bad] = &rows
                .iter()
                .filter(|row| matches!(row.state, OutboxState::Damaged { .. }))
                .collect::<Vec<_>>()[..]
            else {
                panic!("{rows:?}")
            };
            assert_eq!((bad.edit.kind, bad.edit.id.as_str()), (Kind::Lead, "l2"));
            let why = bad.state.refusal().unwrap();
            assert!(
                why.contains("edit 3 of lead l2") && why.contains("again by hand"),
                "{why}"
            );
            let cmd = bad.edit.cmd.clone();
            let choice = store
                .resolve(&cmd, &Resolution::Mine, instant())
                .unwrap_err();
            assert!(
                choice.to_string().contains("make the change again"),
                "{choice}"
            );
            if !restart {
                continue;
            }
            let sent: Vec<String> = take(&mut store).into_iter().map(|(cmd, _)| cmd).collect();
            assert_eq!(sent, ["c0", "c1", "c3"]);
            store.discard(&cmd, instant()).unwrap();
            assert_eq!(store.outbox().unwrap().len(), 3);
            drop(store);
            let (mut store, report) = cache.open();
            store.verify_outbox(instant()).unwrap();
            assert_eq!(
                (store.outbox().unwrap().len(), report.notices),
                (3, Vec::new())
            );
        }
    }
}

/// An edit of which nothing says what became of it is sent again: the server takes each once.
#[test]
fn an_edit_whose_fate_is_lost_is_sent_again() {
    let cache = Cache::new();
    with_edits(&cache, 3);
    let db = rusqlite::Connection::open(cache.file("outbox.db")).unwrap();
    db.execute("DELETE FROM fate WHERE cmd = 'c1'", []).unwrap();
    drop(db);
    let (mut store, _) = cache.open();
    store.verify_outbox(instant()).unwrap();
    let told = store.take_notices();
    assert!(told[0].contains("sent again"), "{told:?}");
    let sent: Vec<String> = take(&mut store).into_iter().map(|(cmd, _)| cmd).collect();
    assert_eq!(sent, ["c0", "c1", "c2"]);
}

#[test]
fn a_file_of_a_newer_version_is_read_and_never_changed() {
    for file in ["mirror.db", "outbox.db"] {
        let cache = Cache::new();
        let mut store = cache.store();
        apply(&mut store, vec![lead("l1", 1, 1, "Ann")], 1);
        drop(store);
        let db = rusqlite::Connection::open(cache.file(file)).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        drop(db);
        let before = std::fs::read(cache.file(file)).unwrap();
        let (mut store, report) = cache.open();
        assert!(report.read_only.unwrap().contains("newer version"));
        assert_eq!(name(&mut store, "l1"), Some(json!("Ann")));
        let saved = store.save(&batch(
            "b",
            vec![create("c1", "l9", json!({"name": "New"}))],
        ));
        assert!(matches!(saved, Err(StoreError::ReadOnly { .. })));
        drop(store);
        assert_eq!(std::fs::read(cache.file(file)).unwrap(), before);
    }
}

#[test]
fn a_full_disk_refuses_the_whole_batch() {
    let cache = Cache::new();
    let mut store = cache.store();
    store.limit_outbox_pages(40).unwrap();
    let big = |name: &str, count: usize| {
        let edits = (0..count)
            .map(|number| {
                let set = json!({"name": name, "summary": "x".repeat(2_000)});
                create(&format!("{name}{number}"), &format!("{name}{number}"), set)
            })
            .collect();
        batch(name, edits)
    };
    store.save(&big("a", 3)).unwrap();
    assert!(matches!(
        store.save(&big("b", 200)),
        Err(StoreError::DiskFull { .. })
    ));
    assert_eq!(store.outbox().unwrap().len(), 3);
    drop(store);
    assert_eq!(cache.store().outbox().unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let cache = Cache::new();
    let mut store = cache.store();
    store
        .save(&batch(
            "b",
            vec![create("c1", "l1", json!({"name": "New"}))],
        ))
        .unwrap();
    for folder in ["cache", "state"] {
        let folder = cache.folder.path().join(folder);
        assert_eq!(
            std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700
        );
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap();
            assert_eq!(
                file.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{:?}",
                file.path()
            );
        }
    }
}

// ----- two consoles

#[test]
fn a_second_console_sees_what_the_first_one_does() {
    let cache = Cache::new();
    let (mut one_store, mut other) = (cache.store(), cache.store());
    apply(&mut one_store, vec![lead("l1", 1, 1, "Ann")], 1);
    assert_eq!(name(&mut other, "l1"), Some(json!("Ann")));
    other
        .save(&batch(
            "b",
            vec![update("c1", "l1", 1, json!({"name": "Bo"}))],
        ))
        .unwrap();
    assert_eq!(name(&mut one_store, "l1"), Some(json!("Bo")));
    assert_eq!(take(&mut one_store).len(), 1);
    record(&mut one_store, &[acked("c1", 2, 2)]);
    apply(&mut one_store, vec![lead("l1", 2, 2, "Bo")], 2);
    assert!(other.outbox().unwrap().is_empty());
    assert_eq!(
        one(&mut other, Kind::Lead, "l1").unwrap().state,
        RowState::Clean
    );
}
