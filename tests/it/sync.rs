//! The engine against the contract: faults, conflicts, restored servers, several clients.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cnm::effect::{Line, Load, OutboxState, Resolution, RowState};
use cnm::record::Kind;
use cnm::remote::RemoteError;
use cnm::store::{Store, StoreHandle};
use cnm::sync::{Engine, Event, Turn};
use cnm::wire::Status;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::cache::{Cache, batch, create, edit, field, one, update};
use crate::model::{Fault, Model, instant};

/// A console without a screen: a cache and an engine on a model of the server, in virtual time.
struct Console {
    cache: Cache,
    model: Model,
    store: StoreHandle,
    engine: Engine<Model>,
    now: Duration,
    edits: usize,
}

impl Console {
    fn new(model: &Model) -> Self {
        let cache = Cache::new();
        let (store, engine) = Self::open(&cache, model);
        Self {
            cache,
            model: model.clone(),
            store,
            engine,
            now: Duration::ZERO,
            edits: 0,
        }
    }

    fn open(cache: &Cache, model: &Model) -> (StoreHandle, Engine<Model>) {
        let store = StoreHandle::spawn(cache.open().0).unwrap();
        let engine = Engine::new(
            store.clone(),
            Arc::new(model.clone()),
            Arc::new(instant),
            || 0.5,
        );
        (store, engine)
    }

    async fn restart(&mut self) {
        self.store.close().await;
        (self.store, self.engine) = Self::open(&self.cache, &self.model);
    }

    /// Works until there is nothing left to do, however long that takes; says what it did.
    async fn settle(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        self.engine.plan().wake();
        for _ in 0..2_000 {
            let turn = self.engine.turn(self.now).await;
            events.extend(self.engine.take_events());
            match turn {
                Turn::Did => {}
                Turn::Wait(Some(until)) => self.now = until,
                Turn::Wait(None) => return events,
            }
        }
        panic!("it never comes to rest")
    }

    /// Takes a few steps only.
    async fn steps(&mut self, steps: usize) {
        for _ in 0..steps {
            if let Turn::Wait(Some(until)) = self.engine.turn(self.now).await {
                self.now = until;
            }
        }
    }

    async fn on<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> T {
        self.store.call(|store| Ok(work(store))).await.unwrap()
    }

    async fn save(&mut self, edits: Vec<cnm::effect::Edit>) {
        self.edits += 1;
        self.store
            .save(batch(&format!("b{}", self.edits), edits))
            .await
            .unwrap();
        self.engine.plan().edited();
    }

    async fn name(&self, id: &str) -> Option<Json> {
        let id = id.to_owned();
        self.on(move |store| one(store, Kind::Lead, &id))
            .await
            .and_then(|row| field(&row, "name"))
    }

    async fn states(&self) -> Vec<OutboxState> {
        let rows = self.store.outbox().await.unwrap();
        rows.into_iter().map(|row| row.state).collect()
    }
}

fn leads(model: &Model, names: &[(&str, &str)]) {
    for (id, name) in names {
        model.put(&[("lead", id, json!({"name": name}))]);
    }
}

#[tokio::test]
async fn a_first_sync_brings_everything() {
    let model = Model::new();
    let rows: Vec<String> = (0..20).map(|number| format!("l{number}")).collect();
    for id in &rows {
        leads(&model, &[(id, id)]);
    }
    let mut console = Console::new(&model);
    let events = console.settle().await;
    assert_eq!(console.name("l19").await, Some(json!("l19")));
    assert!(events.contains(&Event::Reload));
    let Some(Event::Status(status)) = events
        .iter()
        .rev()
        .find(|event| matches!(event, Event::Status(_)))
    else {
        panic!("{events:?}")
    };
    assert_eq!(
        (&status.line, status.synced_at, status.loading),
        (&Line::Live, Some(instant()), None)
    );
}

#[tokio::test]
async fn news_from_the_server_name_the_rows_that_changed() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann")]);
    let mut console = Console::new(&model);
    console.settle().await;
    leads(&model, &[("l1", "Anna")]);
    let events = console.settle().await;
    let changed: Vec<_> = events
        .iter()
        .filter(|event| matches!(event, Event::Changed(_)))
        .collect();
    assert_eq!(changed.len(), 1, "{events:?}");
}

#[tokio::test]
async fn an_edit_made_offline_is_sent_once_when_the_server_is_back() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann")]);
    let mut console = Console::new(&model);
    console.settle().await;
    model.fail_next(&[Fault::Refused; 5]);
    console
        .save(vec![update("c1", "l1", 1, json!({"name": "Bo"}))])
        .await;
    console.steps(2).await;
    assert!(matches!(console.engine.status().line, Line::Offline { .. }));
    assert_eq!(console.name("l1").await, Some(json!("Bo")));
    console.settle().await;
    assert_eq!(model.row("lead", "l1").unwrap().fields["name"], "Bo");
    assert_eq!(model.with(|inner| inner.audit.len()), 1);
    assert!(console.states().await.is_empty());
}

#[tokio::test]
async fn a_lost_or_doubled_answer_does_nothing_twice() {
    for fault in [Fault::Lost, Fault::Twice, Fault::FailedAfter] {
        let model = Model::new();
        let mut console = Console::new(&model);
        console.settle().await;
        console
            .save(vec![create("c1", "l1", json!({"name": "New"}))])
            .await;
        model.fail_next(&[fault]);
        console.steps(1).await;
        console.restart().await;
        console.settle().await;
        assert_eq!(model.with(|inner| inner.audit.len()), 1, "{fault:?}");
        assert!(console.states().await.is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn edits_of_different_fields_merge_without_a_question() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann")]);
    let mut console = Console::new(&model);
    console.settle().await;
    console
        .save(vec![update("c1", "l1", 1, json!({"market": "US"}))])
        .await;
    model.put(&[("lead", "l1", json!({"name": "Anna"}))]);
    console.settle().await;
    assert!(console.states().await.is_empty());
    let fields = model.row("lead", "l1").unwrap().fields;
    assert_eq!(
        (&fields["name"], &fields["market"]),
        (&json!("Anna"), &json!("US"))
    );
}

#[tokio::test]
async fn each_choice_in_a_conflict_reaches_the_server_also_after_a_restart() {
    for (resolution, expected) in [
        (Resolution::Mine, "Mine"),
        (Resolution::Theirs, "Theirs"),
        (
            Resolution::Edited(cnm::record::Patch {
                set: crate::cache::object(json!({"name": "Both"})),
                ..cnm::record::Patch::default()
            }),
            "Both",
        ),
    ] {
        let model = Model::new();
        leads(&model, &[("l1", "Ann")]);
        let mut console = Console::new(&model);
        console.settle().await;
        let mine = vec![
            update("c1", "l1", 1, json!({"name": "Mine"})),
            update("c2", "l1", 1, json!({"market": "US"})),
        ];
        console.save(mine).await;
        leads(&model, &[("l1", "Theirs")]);
        console.settle().await;
        assert!(matches!(
            console.states().await[..],
            [OutboxState::Conflict(_), OutboxState::Blocked]
        ));
        console.restart().await;
        console
            .store
            .resolve("c1".into(), resolution, instant())
            .await
            .unwrap();
        console.restart().await;
        console.settle().await;
        let fields = model.row("lead", "l1").unwrap().fields;
        assert_eq!(fields["name"], expected);
        assert_eq!(
            fields["market"], "US",
            "what waited behind the conflict goes on"
        );
        assert_eq!(console.name("l1").await, Some(json!(expected)));
        assert!(console.states().await.is_empty());
    }
}

#[tokio::test]
async fn deleted_there_and_changed_here_is_shown_in_both_orders() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann"), ("l2", "Bea")]);
    let mut console = Console::new(&model);
    console.settle().await;
    console
        .save(vec![update("c1", "l1", 1, json!({"name": "Mine"}))])
        .await;
    console
        .save(vec![edit(
            "c2",
            Kind::Lead,
            "l2",
            cnm::record::Op::Delete,
            Some(1),
            json!({}),
        )])
        .await;
    model.delete("lead", "l1");
    leads(&model, &[("l2", "Changed")]);
    console.settle().await;
    let states = console.states().await;
    assert!(
        matches!(
            states[..],
            [OutboxState::Refused { .. }, OutboxState::Conflict(_)]
        ),
        "{states:?}"
    );
}

#[tokio::test]
async fn a_restored_server_gets_back_what_it_lost_and_nothing_twice() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann"), ("l2", "Bea")]);
    let mut console = Console::new(&model);
    console.settle().await;
    console
        .save(vec![update("c1", "l1", 1, json!({"name": "Before"}))])
        .await;
    console.settle().await;
    let backup = model.with(|inner| inner.clone());
    console
        .save(vec![update("c2", "l1", 2, json!({"name": "After"}))])
        .await;
    console
        .save(vec![create("c3", "l3", json!({"name": "New"}))])
        .await;
    console.settle().await;
    console.restart().await;
    for epoch in [2, 3] {
        // Twice in a row, from the same backup.
        model.with(|inner| {
            *inner = backup.clone();
            inner.epoch = epoch;
            inner.restored = Some(backup.seq);
        });
        leads(&model, &[("l2", "Someone else")]);
        console.settle().await;
        assert_eq!(model.row("lead", "l1").unwrap().fields["name"], "After");
        assert_eq!(model.row("lead", "l3").unwrap().fields["name"], "New");
        let mut cmds: Vec<String> =
            model.with(|inner| inner.audit.iter().map(|audit| audit.cmd.clone()).collect());
        cmds.sort();
        assert_eq!(cmds, ["c1", "c2", "c3"]);
        assert!(console.states().await.is_empty());
        assert_eq!(console.name("l2").await, Some(json!("Someone else")));
    }
}

#[tokio::test]
async fn what_others_did_on_a_restored_server_is_not_overwritten() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann")]);
    let mut console = Console::new(&model);
    console.settle().await;
    let backup = model.with(|inner| inner.clone());
    console
        .save(vec![update("c1", "l1", 1, json!({"name": "Lost"}))])
        .await;
    console.settle().await;
    model.with(|inner| {
        *inner = backup.clone();
        (inner.epoch, inner.restored) = (2, Some(backup.seq));
    });
    leads(&model, &[("l1", "Someone else")]);
    console.settle().await;
    assert!(matches!(
        console.states().await[..],
        [OutboxState::Conflict(_)]
    ));
    assert_eq!(
        model.row("lead", "l1").unwrap().fields["name"],
        "Someone else"
    );
}

#[tokio::test]
async fn an_expired_or_broken_cursor_loses_no_edit() {
    for expired in [true, false] {
        let model = Model::new();
        leads(&model, &[("l1", "Ann"), ("l2", "Bea")]);
        let mut console = Console::new(&model);
        console.settle().await;
        console
            .save(vec![update("c1", "l1", 1, json!({"name": "Mine"}))])
            .await;
        model.delete("lead", "l2");
        model.with(|inner| {
            inner.rows.retain(|_, row| !row.deleted);
            inner.floor = if expired { inner.seq } else { 0 };
        });
        if !expired {
            console.store.close().await;
            let db = rusqlite::Connection::open(console.cache.paths().mirror).unwrap();
            db.execute("UPDATE place SET cursor = 'broken'", [])
                .unwrap();
            drop(db);
            console.restart().await;
        }
        console.settle().await;
        assert_eq!(console.name("l2").await, None);
        assert_eq!(model.row("lead", "l1").unwrap().fields["name"], "Mine");
        assert!(console.states().await.is_empty());
    }
}

#[tokio::test]
async fn another_server_or_an_empty_one_is_refused() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann")]);
    let mut console = Console::new(&model);
    console.settle().await;
    console
        .save(vec![update("c1", "l1", 1, json!({"name": "Mine"}))])
        .await;
    let full = model.with(|inner| inner.clone());
    model.with(|inner| inner.server_id = "another".into());
    console.restart().await;
    console.settle().await;
    let line = console.engine.status().line.clone();
    assert!(
        matches!(&line, Line::Refused { why } if why.contains("another")),
        "{line:?}"
    );
    assert_eq!(model.with(|inner| inner.audit.len()), 0);
    model.with(|inner| {
        *inner = full.clone();
        inner.rows.clear();
        (inner.seq, inner.epoch, inner.restored) = (0, 2, Some(0));
    });
    console.restart().await;
    console.settle().await;
    let line = console.engine.status().line.clone();
    assert!(
        matches!(&line, Line::Refused { why } if why.contains("without a single record")),
        "{line:?}"
    );
    assert_eq!(console.name("l1").await, Some(json!("Mine")));
    assert!(matches!(console.states().await[..], [OutboxState::Queued]));
}

#[tokio::test]
async fn a_poisonous_edit_is_set_aside_and_the_others_pass() {
    let model = Model::new();
    let mut console = Console::new(&model);
    console.settle().await;
    model.with(|inner| inner.poison = Some("c3".into()));
    for number in 1..=5 {
        let id = format!("l{number}");
        console
            .save(vec![create(
                &format!("c{number}"),
                &id,
                json!({"name": id}),
            )])
            .await;
    }
    console.settle().await;
    assert_eq!(model.with(|inner| inner.audit.len()), 4);
    assert!(matches!(
        console.states().await[..],
        [OutboxState::Refused { .. }]
    ));
    // Its outcome is unknown, so it goes again under its own id.
    model.with(|inner| inner.poison = None);
    console
        .store
        .resolve("c3".into(), Resolution::Mine, instant())
        .await
        .unwrap();
    console.settle().await;
    assert!(model.with(|inner| inner.audit.iter().any(|audit| audit.cmd == "c3")));
}

#[tokio::test]
async fn a_large_transaction_is_never_seen_in_part() {
    let model = Model::new();
    leads(&model, &[("l0", "Ann")]);
    let mut console = Console::new(&model);
    console.settle().await;
    let ids: Vec<String> = (0..50).map(|number| format!("l{number}")).collect();
    let rows: Vec<(&str, &str, Json)> = ids
        .iter()
        .map(|id| ("lead", id.as_str(), json!({"name": "x"})))
        .collect();
    model.put(&rows);
    console.engine.plan().news();
    loop {
        let turn = console.engine.turn(Duration::ZERO).await;
        let shown = console
            .store
            .load(Load::All {
                kind: Kind::Lead,
                limit: 99,
            })
            .await
            .unwrap()
            .len();
        assert!(shown == 1 || shown == 50, "{shown} of 50");
        if turn != Turn::Did {
            break;
        }
    }
    assert_eq!(
        console
            .store
            .load(Load::All {
                kind: Kind::Lead,
                limit: 99
            })
            .await
            .unwrap()
            .len(),
        50
    );
}

#[tokio::test]
async fn a_server_that_never_moves_on_is_not_asked_for_ever() {
    struct Stuck(Model);
    impl cnm::sync::Backend for Stuck {
        async fn meta(&self) -> Result<cnm::wire::Meta, RemoteError> {
            self.0.meta().await
        }
        async fn me(&self) -> Result<cnm::wire::Me, RemoteError> {
            self.0.me().await
        }
        async fn changes(
            &self,
            cursor: Option<&str>,
            limit: usize,
        ) -> Result<cnm::wire::RawPage, RemoteError> {
            let mut page = self.0.changes(cursor, limit).await?;
            page.more = true;
            Ok(page)
        }
        async fn digest(&self) -> Result<cnm::wire::Digest, RemoteError> {
            self.0.digest().await
        }
        async fn commands(
            &self,
            batch: &cnm::wire::Batch,
        ) -> Result<cnm::wire::BatchReply, RemoteError> {
            let mut reply = self.0.commands(batch).await?;
            reply
                .results
                .iter_mut()
                .for_each(|result| result.status = Status::Blocked);
            Ok(reply)
        }
    }
    let model = Model::new();
    let cache = Cache::new();
    let store = StoreHandle::spawn(cache.store()).unwrap();
    store
        .save(batch("b", vec![create("c1", "l1", json!({"name": "x"}))]))
        .await
        .unwrap();
    let mut engine = Engine::new(
        store,
        Arc::new(Stuck(model.clone())),
        Arc::new(instant),
        || 0.5,
    );
    let mut now = Duration::ZERO;
    for _ in 0..300 {
        if let Turn::Wait(Some(until)) = engine.turn(now).await {
            now = until;
        }
    }
    let requests = model.with(|inner| inner.requests);
    assert!(
        now.as_secs() * 4 + 10 > requests as u64,
        "{requests} requests in {now:?}"
    );
}

fn notices(events: &[Event]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Notice(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn a_row_that_the_feed_forgot_is_noticed_within_a_day_and_fetched_again() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann"), ("l2", "Bea")]);
    let mut console = Console::new(&model);
    assert!(notices(&console.settle().await).is_empty());
    let compared = console.on(|store| store.compared().unwrap()).await;
    assert_eq!(compared, Some((instant(), true)));
    model.with(|inner| inner.forgotten = Some("l1".into()));
    leads(&model, &[("l1", "Ann B"), ("l2", "Bea B")]);
    console
        .save(vec![update("c1", "l2", 1, json!({"market": "US"}))])
        .await;
    console.settle().await;
    assert_eq!(console.name("l1").await, Some(json!("Ann")));
    assert_eq!(console.name("l2").await, Some(json!("Bea B")));
    // A day later it is compared again; nothing that was not asked for before tells of the gap.
    console.now += Duration::from_hours(25);
    let mut events = Vec::new();
    while notices(&events).is_empty() {
        console.engine.turn(console.now).await;
        events.extend(console.engine.take_events());
    }
    assert!(
        notices(&events)[0].starts_with("the cache differed from the server in lead"),
        "{events:?}"
    );
    model.with(|inner| inner.forgotten = None);
    console.settle().await;
    assert_eq!(console.name("l1").await, Some(json!("Ann B")));
    let compared = console.on(|store| store.compared().unwrap()).await;
    assert_eq!(compared, Some((instant(), true)));
}

#[tokio::test]
async fn a_difference_that_stays_is_reported_and_not_fetched_for_ever() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann"), ("l2", "Bea")]);
    model.with(|inner| inner.forgotten = Some("l1".into()));
    let mut console = Console::new(&model);
    let events = console.settle().await;
    let told = notices(&events);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("still differs"), "{told:?}");
    let requests = model.with(|inner| inner.requests);
    assert!(requests < 20, "{requests}");
    let events = console.settle().await;
    assert!(notices(&events).is_empty(), "{events:?}");
}

#[tokio::test]
async fn a_contract_that_went_on_is_read_and_never_written() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann")]);
    model.with(|inner| inner.api_min = 2);
    let mut console = Console::new(&model);
    console
        .save(vec![create("c1", "l9", json!({"name": "New"}))])
        .await;
    console.settle().await;
    assert!(
        matches!(&console.engine.status().line, Line::Refused { why } if why.contains("upgrade")),
        "{:?}",
        console.engine.status()
    );
    assert_eq!(console.name("l1").await, Some(json!("Ann")));
    assert!(model.with(|inner| inner.audit.is_empty()));
    assert!(matches!(console.states().await[..], [OutboxState::Queued]));
}

#[tokio::test]
async fn batches_shrink_until_the_server_takes_them_and_one_too_large_is_kept() {
    let model = Model::new();
    let mut console = Console::new(&model);
    console.settle().await;
    model.with(|inner| inner.most = 3);
    let edits = (0..20)
        .map(|number| {
            let id = format!("l{number}");
            create(&format!("c{number}"), &id, json!({"name": id}))
        })
        .collect();
    console.save(edits).await;
    console.settle().await;
    assert_eq!(model.with(|inner| inner.audit.len()), 20);
    assert!(console.states().await.is_empty());
}

#[tokio::test]
async fn a_server_restored_twice_in_a_row_gets_everything_back_once() {
    let model = Model::new();
    leads(&model, &[("l1", "Ann")]);
    let mut console = Console::new(&model);
    console.settle().await;
    let backup = model.with(|inner| inner.clone());
    for (epoch, cmd) in [(2, "c1"), (3, "c2")] {
        console
            .save(vec![create(
                cmd,
                &format!("by-{cmd}"),
                json!({"name": cmd}),
            )])
            .await;
        console.settle().await;
        model.with(|inner| {
            *inner = backup.clone();
            inner.epoch = epoch;
            inner.restored = Some(backup.seq);
        });
        console.settle().await;
    }
    for cmd in ["c1", "c2"] {
        let times = model.with(|inner| inner.audit.iter().filter(|one| one.cmd == cmd).count());
        assert_eq!(times, 1, "{cmd}");
    }
    assert!(console.states().await.is_empty());
}

// ----- three clients

/// What may happen, in any order.
#[derive(Clone, Debug)]
enum Happening {
    Edit {
        client: usize,
        record: u8,
        field: u8,
        value: u8,
    },
    Create {
        client: usize,
        record: u8,
    },
    Delete {
        client: usize,
        record: u8,
    },
    Steps {
        client: usize,
        steps: usize,
        fault: Option<Fault>,
    },
    Restart {
        client: usize,
    },
    Choose {
        client: usize,
        mine: bool,
    },
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let fault = prop_oneof![
        3 => Just(None),
        1 => prop::sample::select(vec![Fault::Refused, Fault::Lost, Fault::Twice, Fault::Failed, Fault::FailedAfter])
            .prop_map(Some),
    ];
    let one = prop_oneof![
        6 => (0..3_usize, 0..4_u8, 0..3_u8, 0..4_u8)
            .prop_map(|(client, record, field, value)| Happening::Edit { client, record, field, value }),
        1 => (0..3_usize, 0..4_u8).prop_map(|(client, record)| Happening::Create { client, record }),
        1 => (0..3_usize, 0..4_u8).prop_map(|(client, record)| Happening::Delete { client, record }),
        6 => (0..3_usize, 1..5_usize, fault)
            .prop_map(|(client, steps, fault)| Happening::Steps { client, steps, fault }),
        1 => (0..3_usize).prop_map(|client| Happening::Restart { client }),
        1 => (0..3_usize, any::<bool>()).prop_map(|(client, mine)| Happening::Choose { client, mine }),
    ];
    prop::collection::vec(one, 1..60)
}

struct World {
    model: Model,
    consoles: Vec<Console>,
    /// The version that the user saw, for each edit.
    made: HashMap<String, u64>,
    dropped: Vec<String>,
    /// Edits that were shown as failed although they had taken effect.
    doubted: Vec<String>,
    count: usize,
}

impl World {
    fn new() -> Self {
        let model = Model::new();
        leads(
            &model,
            &[("l0", "a"), ("l1", "b"), ("l2", "c"), ("l3", "d")],
        );
        let consoles = (0..3).map(|_| Console::new(&model)).collect();
        Self {
            model,
            consoles,
            made: HashMap::new(),
            dropped: Vec::new(),
            doubted: Vec::new(),
            count: 0,
        }
    }

    async fn save(&mut self, client: usize, record: u8, op: cnm::record::Op, set: Json) {
        let id = format!("l{record}");
        let console = &mut self.consoles[client];
        let seen = {
            let id = id.clone();
            console.on(move |store| one(store, Kind::Lead, &id)).await
        };
        let base = seen.as_ref().map(|row| row.version);
        if seen.is_some() == (op == cnm::record::Op::Create) {
            return;
        }
        self.count += 1;
        let cmd = format!("c{}", self.count);
        self.made.insert(cmd.clone(), base.unwrap_or(0));
        let base = base.filter(|_| op != cnm::record::Op::Create);
        console
            .save(vec![edit(&cmd, Kind::Lead, &id, op, base, set)])
            .await;
    }

    async fn happen(&mut self, happening: Happening) {
        use cnm::record::Op;
        match happening {
            Happening::Edit {
                client,
                record,
                field,
                value,
            } => {
                let name = ["name", "market", "summary"][usize::from(field)];
                self.save(
                    client,
                    record,
                    Op::Update,
                    json!({name: format!("v{value}")}),
                )
                .await;
            }
            Happening::Create { client, record } => {
                self.save(
                    client,
                    record + 4,
                    Op::Create,
                    json!({"name": format!("by {client}")}),
                )
                .await;
            }
            Happening::Delete { client, record } => {
                self.save(client, record, Op::Delete, json!({})).await;
            }
            Happening::Steps {
                client,
                steps,
                fault,
            } => {
                if let Some(fault) = fault {
                    self.model.fail_next(&[fault]);
                }
                self.consoles[client].engine.plan().news();
                self.consoles[client].steps(steps).await;
            }
            Happening::Restart { client } => self.consoles[client].restart().await,
            Happening::Choose { client, mine } => self.choose(client, mine).await,
        }
    }

    /// Settles the first open question of a client, as its user.
    async fn choose(&mut self, client: usize, mine: bool) {
        let console = &self.consoles[client];
        let rows = console.store.outbox().await.unwrap();
        let open = rows.iter().find(|row| {
            matches!(
                row.state,
                OutboxState::Conflict(_) | OutboxState::Refused { .. }
            )
        });
        let Some(row) = open else { return };
        let resolution = if mine {
            Resolution::Mine
        } else {
            Resolution::Theirs
        };
        let cmd = row.edit.cmd.clone();
        let took_effect = self
            .model
            .with(|inner| inner.audit.iter().any(|entry| entry.cmd == cmd));
        self.doubted.extend(took_effect.then(|| cmd.clone()));
        let (record, before) = (row.edit.id.clone(), rows.clone());
        let gives_way = resolution == Resolution::Theirs;
        console
            .store
            .resolve(cmd.clone(), resolution, instant())
            .await
            .unwrap();
        // What was written on top of what gave way goes with it, and nothing else does.
        let after = console.store.outbox().await.unwrap();
        let waits = |one: &&cnm::effect::OutboxRow| {
            after.iter().any(|other| other.edit.cmd == one.edit.cmd)
        };
        for one in before
            .iter()
            .filter(|one| !waits(one) && one.edit.cmd != cmd)
        {
            assert!(gives_way && one.edit.id == record, "{one:?}");
            self.dropped.push(one.edit.cmd.clone());
        }
        self.dropped.push(cmd);
    }

    async fn come_to_rest(&mut self) {
        self.model.faults.lock().unwrap().clear();
        for round in 0..40 {
            for client in 0..3 {
                self.consoles[client].settle().await;
                self.choose(client, round < 3).await;
            }
        }
        for client in 0..3 {
            self.consoles[client].settle().await;
        }
    }

    async fn judge(&self) -> Result<(), TestCaseError> {
        let (rows, audit, answers) = self.model.with(|inner| {
            (
                inner.rows.clone(),
                inner.audit.clone(),
                inner.answers.clone(),
            )
        });
        // Nothing lost, nothing twice.
        for cmd in self.made.keys() {
            let effects = audit.iter().filter(|entry| entry.cmd == *cmd).count();
            let noop = answers
                .get(cmd)
                .is_some_and(|(_, answer)| answer.status == Status::Noop);
            let dropped = self.dropped.contains(cmd);
            prop_assert!(effects <= 1, "{cmd} took effect {effects} times");
            prop_assert!(effects == 1 || noop || dropped, "{cmd} is lost");
        }
        prop_assert!(
            self.doubted.is_empty(),
            "{:?} took effect and were shown as failed",
            self.doubted
        );
        // Nobody's change was overwritten by somebody who had not seen it.
        for entry in &audit {
            let Some(made) = self.made.get(&entry.cmd).filter(|_| !entry.mine) else {
                continue;
            };
            for previous in &entry.previous {
                let own = audit
                    .iter()
                    .find(|other| other.id == entry.id && other.version == *previous)
                    .is_some_and(|other| other.client == entry.client);
                prop_assert!(
                    *previous <= *made || own,
                    "{entry:?} overwrites what was not seen at {made}"
                );
            }
        }
        // Everybody sees what the server has.
        for (client, console) in self.consoles.iter().enumerate() {
            let shown = console
                .store
                .load(Load::All {
                    kind: Kind::Lead,
                    limit: 999,
                })
                .await
                .unwrap();
            let live: Vec<_> = rows.values().filter(|row| !row.deleted).collect();
            prop_assert_eq!(shown.len(), live.len(), "client {}", client);
            for row in live {
                let have = shown.iter().find(|have| have.id == row.id);
                let fields = have.map(|have| serde_json::from_str::<Json>(&have.fields).unwrap());
                prop_assert_eq!(
                    fields,
                    Some(Json::Object(row.fields.clone())),
                    "client {}",
                    client
                );
                prop_assert_eq!(have.map(|have| have.state), Some(RowState::Clean));
            }
            prop_assert!(console.states().await.is_empty());
        }
        Ok(())
    }
}

fn quiet_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Lets everything happen and judges what came of it.
fn play(happenings: Vec<Happening>, forgets_ids: bool) -> Result<(), TestCaseError> {
    quiet_runtime().block_on(async {
        let mut world = World::new();
        world.model.with(|inner| inner.forgets_ids = forgets_ids);
        for happening in happenings {
            world.happen(happening).await;
        }
        world.come_to_rest().await;
        world.judge().await
    })
}

#[test]
fn the_judge_finds_a_server_that_forgets_which_edits_it_had() {
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        ProptestConfig {
            cases: 200,
            max_shrink_iters: 0,
            failure_persistence: None,
            ..ProptestConfig::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let fault = runner
        .run(&happenings(), |happenings| play(happenings, true))
        .unwrap_err()
        .to_string();
    assert!(
        fault.contains("took effect") || fault.contains("overwrites") || fault.contains("client"),
        "{fault}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn three_clients_converge_and_lose_nothing(happenings in happenings()) {
        play(happenings, false)?;
    }
}
