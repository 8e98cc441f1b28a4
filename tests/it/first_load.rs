//! A first sync: every row can be read in every way from the moment it is there, with its indexes made behind it.

use std::collections::BTreeMap;

use cnm::effect::Load;
use cnm::record::{AnyRef, Kind};
use cnm::store::{Page, Store, StoreHandle};
use cnm::wire::{ChangesPage, Row};
use proptest::prelude::*;
use serde_json::{Map, json};

use crate::cache::{Cache, object};
use crate::model::instant;

/// One row of the feed: the message, whether it is deleted, its thread, the day it was sent.
type Change = (u8, bool, u8, Option<u8>);

fn sent_at(day: u8) -> String {
    format!("2026-10-{:02}T08:00:00Z", day + 1)
}

fn row((id, deleted, thread, day): Change, seq: u64) -> Row {
    let fields = json!({
        "thread": format!("t{thread}"),
        "sent_at": day.map(sent_at),
        "text": format!("words {seq}"),
    });
    Row {
        kind: "message".into(),
        id: format!("m{id}"),
        version: seq,
        seq,
        updated_at: None,
        updated_by: None,
        fields: if deleted { Map::new() } else { object(fields) },
        fv: Map::new(),
        deleted,
        left: false,
    }
}

fn page(rows: Vec<Row>, seq: u64, more: bool) -> Page {
    Page::from(ChangesPage {
        changes: rows,
        cursor: format!("c{seq}"),
        more,
        head: seq,
        seq,
        txn_open: false,
    })
}

/// Reads the messages in all ways: ids with their versions, in the order in which they came.
fn read(store: &mut Store) -> Vec<Vec<(String, u64)>> {
    let since = sent_at(3).parse().unwrap();
    let mut loads = vec![
        Load::All {
            kind: Kind::Message,
            limit: usize::MAX,
        },
        Load::Since {
            kind: Kind::Message,
            since,
            limit: usize::MAX,
        },
    ];
    for thread in 0..3 {
        loads.push(Load::Children {
            parent: AnyRef::new(Kind::Thread, format!("t{thread}")),
            kind: Kind::Message,
            limit: usize::MAX,
        });
    }
    let mut found = Vec::new();
    for load in &loads {
        let rows = store.load(load).unwrap();
        let mut rows: Vec<_> = rows.into_iter().map(|row| (row.id, row.version)).collect();
        if !matches!(load, Load::Children { .. }) {
            // Messages of one instant stand in no order of their own.
            rows.sort();
        }
        found.push(rows);
    }
    found
}

/// What ought to be read, from the list of changes alone.
fn expected(changes: &[(Change, u64)]) -> Vec<Vec<(String, u64)>> {
    let mut there = BTreeMap::new();
    for ((id, deleted, thread, day), seq) in changes {
        if *deleted {
            there.remove(id);
        } else {
            there.insert(*id, (*thread, *day, *seq));
        }
    }
    let of = |wanted: &dyn Fn(u8, Option<u8>) -> bool| {
        let mut rows: Vec<_> = there
            .iter()
            .filter(|(_, (thread, day, _))| wanted(*thread, *day))
            .map(|(id, (_, day, seq))| (*day, format!("m{id}"), *seq))
            .collect();
        rows.sort();
        rows.into_iter()
            .map(|(_, id, seq)| (id, seq))
            .collect::<Vec<_>>()
    };
    let mut found = vec![of(&|_, _| true), of(&|_, day| day >= Some(3))];
    for rows in &mut found {
        rows.sort();
    }
    for of_thread in 0..3 {
        found.push(of(&|thread, _| thread == of_thread));
    }
    found
}

fn indexes(cache: &Cache) -> Vec<String> {
    let db = rusqlite::Connection::open(cache.file("mirror.db")).unwrap();
    let mut select = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'row%' ORDER BY name")
        .unwrap();
    let names = select.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

const ALL: [&str; 4] = ["row0_at", "row0_id", "row0_open", "row0_parent"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_is_read_does_not_depend_on_the_indexes(
        pages in prop::collection::vec(
            prop::collection::vec((0..12_u8, prop::bool::weighted(0.2), 0..3_u8, prop::option::of(0..6_u8)), 1..8),
            1..6,
        ),
        ends in any::<bool>(),
    ) {
        let cache = Cache::new();
        let mut store = cache.store();
        let mut told: Vec<(Change, u64)> = Vec::new();
        let count = pages.len();
        for (index, changes) in pages.into_iter().enumerate() {
            let mut rows = Vec::new();
            for change in changes {
                let seq = told.len() as u64 + 1;
                told.push((change, seq));
                rows.push(row(change, seq));
            }
            let more = !ends || index + 1 < count;
            store.apply(&page(rows, told.len() as u64, more), instant()).unwrap();
            prop_assert_eq!(read(&mut store), expected(&told));
            prop_assert_eq!(indexes(&cache), ["row0_open"]);
        }
        if ends {
            while store.index(100).unwrap() {}
            prop_assert_eq!(read(&mut store), expected(&told));
            prop_assert_eq!(indexes(&cache), ALL);
        }
        // As after a kill: what is missing is made before anything is read, where there is anything.
        drop(store);
        let mut store = cache.store();
        prop_assert_eq!(read(&mut store), expected(&told));
        let any = !expected(&told)[0].is_empty();
        prop_assert_eq!(indexes(&cache).len(), if any || ends { 4 } else { 1 });
        // It goes on, with indexes or without.
        let seq = told.len() as u64 + 1;
        told.push(((1, false, 1, Some(1)), seq));
        store.apply(&page(vec![row((1, false, 1, Some(1)), seq)], seq, false), instant()).unwrap();
        prop_assert_eq!(read(&mut store), expected(&told));
    }
}

#[test]
fn another_console_on_the_same_cache_sees_every_row_and_may_go_on_with_the_load() {
    let cache = Cache::new();
    let (mut one, mut other) = (cache.store(), cache.store());
    let mut told = Vec::new();
    for seq in 1..=9_u8 {
        let change = (seq, false, seq % 3, Some(seq % 6));
        told.push((change, u64::from(seq)));
        let page = page(vec![row(change, seq.into())], seq.into(), true);
        let holder = if seq % 4 < 2 { &mut one } else { &mut other };
        holder.apply(&page, instant()).unwrap();
        assert_eq!(read(&mut one), expected(&told), "after {seq}");
        assert_eq!(read(&mut other), expected(&told), "after {seq}");
    }
    assert_eq!(indexes(&cache), ALL);
}

#[tokio::test]
async fn a_first_sync_that_is_complete_is_left_with_its_indexes() {
    for (more, left) in [(false, 4), (true, 1)] {
        let cache = Cache::new();
        let store = StoreHandle::spawn(cache.store()).unwrap();
        let first = page(vec![row((1, false, 1, Some(1)), 1)], 1, more);
        let applied = store
            .call(move |store| store.apply(&first, instant()))
            .await
            .unwrap();
        assert_eq!(applied.complete, !more);
        store.close().await;
        assert_eq!(indexes(&cache).len(), left, "more to come: {more}");
    }
}
