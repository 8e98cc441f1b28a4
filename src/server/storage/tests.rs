//! What every database must do; run for each one that there is.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::*;

/// Makes the suite for one database; `$open` returns an empty one and whatever must live as long as it.
macro_rules! storage_tests {
    ($name:ident, $open:expr) => {
        mod $name {
            use super::*;

            storage_tests!(@each $open;
                settings_are_kept,
                a_record_is_found_by_its_key,
                a_newer_state_takes_the_place_of_the_older,
                only_those_of_the_audience_see_a_record,
                a_new_audience_is_seen_by_its_members,
                the_feed_is_in_order_and_holds_departures,
                a_first_reader_is_spared_old_deletions,
                a_reader_may_stop_early,
                a_record_that_is_known_is_not_read_and_still_has_to_be_seen,
                a_position_belongs_to_a_transaction,
                a_state_that_changed_again_is_known,
                a_listing_is_in_the_order_of_ids,
                children_move_to_another_audience,
                threads_that_sleep_until_a_lead_moves_are_found,
                a_failed_write_leaves_nothing,
                an_undone_part_leaves_the_rest,
                a_view_does_not_see_later_writes,
                an_answer_is_remembered_once,
                the_audit_log_cannot_be_rewritten,
                messages_leave_in_their_order,
                a_scope_can_be_bumped,
                a_token_is_replaced_by_its_newer_state,
                purging_forgets_the_old_and_keeps_the_floor,
                a_backup_is_whole,
            );
        }
    };
    (@each $open:expr; $($test:ident,)*) => {
        $(#[test] fn $test() {
            let (storage, _keep) = $open;
            super::$test(&storage);
        })*
    };
}

storage_tests!(sqlite_file, {
    let folder = tempfile::tempdir().unwrap();
    let storage = sqlite::Sqlite::open(&folder.path().join("server.db")).unwrap();
    (storage, folder)
});

fn record(id: &str, seq: i64, audience: i64) -> Stored {
    Stored {
        kind: Kind::Lead,
        id: id.to_owned(),
        version: 1,
        seq,
        life: Life::Live,
        audience,
        parent: None,
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "mei".to_owned(),
        fields: format!(r#"{{"name":"{id}"}}"#),
        fv: "{}".to_owned(),
        makers: "{}".to_owned(),
    }
}

fn deleted(id: &str, seq: i64, audience: i64) -> Stored {
    Stored {
        life: Life::Deleted,
        version: 2,
        ..record(id, seq, audience)
    }
}

fn mark(first: i64, last: i64) -> Mark {
    Mark {
        first,
        last,
        at: last * 100,
        chain: [u8::try_from(last).unwrap(); 32],
    }
}

/// Mei and Tom are principals; Lena sees what both of them see.
fn directory() -> Directory {
    let row = || PrincipalRow {
        role: "cnm".to_owned(),
        scope: 7,
        bumps: 0,
    };
    let pairs = [
        ("mei", "mei"),
        ("tom", "tom"),
        ("lena", "mei"),
        ("lena", "tom"),
        ("lena", ANY_LEAD),
    ];
    let all = ["mei", "tom", "lena"].map(|user| (user, ANYONE));
    Directory {
        principals: ["mei", "tom", "lena"]
            .map(|user| (user.to_owned(), row()))
            .into(),
        members: pairs
            .into_iter()
            .chain(all)
            .map(|(principal, user)| (principal.to_owned(), user.to_owned()))
            .collect(),
    }
}

fn feed(snapshot: &dyn Snapshot, principal: &str, after: i64, fresh_until: i64) -> Vec<String> {
    let query = FeedQuery {
        principal,
        after,
        fresh_until,
        texts: None,
    };
    let mut rows = Vec::new();
    snapshot
        .feed(&query, &mut |row| {
            let state = match row.state {
                FeedState::Live {
                    version, fields, ..
                } => format!("v{version} {fields}"),
                FeedState::Deleted { version } => format!("v{version} deleted"),
                FeedState::Left => "left".to_owned(),
                FeedState::Text(text) => text.to_owned(),
            };
            rows.push(format!("{} {} {} {state}", row.seq, row.kind, row.id));
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    rows
}

fn settings_are_kept(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_setting("epoch", "a")?;
            txn.set_setting("epoch", "b")
        })
        .unwrap();
    let found = storage
        .view(|view| Ok((view.setting("epoch")?, view.setting("other")?)))
        .unwrap();
    assert_eq!(found, (Some("b".to_owned()), None));
}

fn a_record_is_found_by_its_key(storage: &dyn Storage) {
    let parent = Some(AnyRef::new(Kind::Thread, "t"));
    let stored = Stored {
        parent,
        ..record("a", 1, EVERYONE)
    };
    storage.change(|txn| txn.put(&stored, None)).unwrap();
    let found = storage
        .view(|view| Ok((view.record(Kind::Lead, "a")?, view.record(Kind::Note, "a")?)))
        .unwrap();
    assert_eq!(found, (Some(stored), None));
}

fn a_newer_state_takes_the_place_of_the_older(storage: &dyn Storage) {
    let newer = Stored {
        version: 2,
        ..record("a", 3, EVERYONE)
    };
    let found = storage
        .change(|txn| {
            txn.put(&record("a", 1, EVERYONE), None)?;
            txn.put(&record("b", 2, EVERYONE), None)?;
            txn.put(&newer, Some(1))?;
            txn.set_directory(&directory())?;
            Ok(feed(txn, "mei", 0, 0))
        })
        .unwrap();
    assert_eq!(
        found,
        [r#"2 lead b v1 {"name":"b"}"#, r#"3 lead a v2 {"name":"a"}"#]
    );
}

fn only_those_of_the_audience_see_a_record(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            let of_mei = txn.audience(&["mei".to_owned()])?;
            txn.put(&record("all", 1, EVERYONE), None)?;
            txn.put(&record("mei", 2, of_mei), None)?;
            txn.put(&record("none", 3, UNASSIGNED), None)?;
            for (principal, sees) in [
                ("mei", [true, true, false]),
                ("tom", [true, false, false]),
                ("lena", [true, true, true]),
                ("nobody", [false, false, false]),
            ] {
                for (id, sees) in ["all", "mei", "none"].iter().zip(sees) {
                    let found = txn.visible(principal, Kind::Lead, id)?;
                    assert_eq!(found.is_some(), sees, "{principal} {id}");
                }
                assert_eq!(
                    feed(txn, principal, 0, 0).len(),
                    sees.iter().filter(|sees| **sees).count()
                );
            }
            Ok(())
        })
        .unwrap();
}

fn a_new_audience_is_seen_by_its_members(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            let both = txn.audience(&["mei".to_owned(), "tom".to_owned()])?;
            let again = txn.audience(&["mei".to_owned(), "tom".to_owned()])?;
            let of_tom = txn.audience(&["tom".to_owned()])?;
            assert_eq!(both, again);
            assert_eq!(txn.sees_only(both, of_tom)?, ["mei"]);
            assert!(txn.sees_only(of_tom, both)?.is_empty());
            assert_eq!(txn.sees_only(EVERYONE, both)?, Vec::<String>::new());
            Ok(())
        })
        .unwrap();
}

fn the_feed_is_in_order_and_holds_departures(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            txn.put(&record("a", 1, EVERYONE), None)?;
            txn.depart(2, "mei", Kind::Thread, "x")?;
            txn.depart(3, "tom", Kind::Thread, "x")?;
            txn.put(&deleted("b", 4, EVERYONE), None)?;
            txn.depart(5, "mei", Kind::Note, "y")?;
            assert_eq!(
                feed(txn, "mei", 0, 0),
                [
                    r#"1 lead a v1 {"name":"a"}"#,
                    "2 thread x left",
                    "4 lead b v2 deleted",
                    "5 note y left"
                ]
            );
            assert_eq!(feed(txn, "mei", 4, 0), ["5 note y left"]);
            Ok(())
        })
        .unwrap();
}

fn a_first_reader_is_spared_old_deletions(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            txn.put(&deleted("a", 1, EVERYONE), None)?;
            txn.depart(2, "mei", Kind::Note, "n")?;
            txn.put(&record("b", 3, EVERYONE), None)?;
            txn.put(&deleted("c", 4, EVERYONE), None)?;
            txn.depart(5, "mei", Kind::Note, "m")?;
            assert_eq!(
                feed(txn, "mei", 0, 3),
                [
                    r#"3 lead b v1 {"name":"b"}"#,
                    "4 lead c v2 deleted",
                    "5 note m left"
                ]
            );
            Ok(())
        })
        .unwrap();
}

fn a_reader_may_stop_early(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            for seq in 1..=5 {
                txn.put(&record(&seq.to_string(), seq, EVERYONE), None)?;
            }
            let query = FeedQuery {
                principal: "mei",
                after: 1,
                fresh_until: 0,
                texts: None,
            };
            let mut seen = Vec::new();
            txn.feed(&query, &mut |row| {
                seen.push(row.seq);
                Ok(if row.seq == 3 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
            assert_eq!(seen, [2, 3]);
            Ok(())
        })
        .unwrap();
}

fn a_record_that_is_known_is_not_read_and_still_has_to_be_seen(storage: &dyn Storage) {
    let recent = recent::Recent::default();
    let text = |text: &str| text.to_owned().into_boxed_str();
    recent.add(vec![(1, text("one")), (2, text("two")), (3, text("three"))]);
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            let of_tom = txn.audience(&["tom".to_owned()])?;
            txn.put(&record("a", 1, EVERYONE), None)?;
            txn.put(&record("b", 2, of_tom), None)?;
            txn.put(&record("d", 4, EVERYONE), None)?;
            let texts = recent.texts();
            let query = FeedQuery {
                principal: "mei",
                after: 0,
                fresh_until: 0,
                texts: Some(&texts),
            };
            let mut seen = Vec::new();
            txn.feed(&query, &mut |row| {
                seen.push((row.seq, matches!(row.state, FeedState::Text("one"))));
                Ok(ControlFlow::Continue(()))
            })?;
            assert_eq!(seen, [(1, true), (4, false)]);
            Ok(())
        })
        .unwrap();
}

fn a_position_belongs_to_a_transaction(storage: &dyn Storage) {
    storage
        .change(|txn| {
            assert_eq!(txn.head()?.last, 0);
            txn.mark(&mark(1, 3), &[])?;
            txn.mark(&mark(4, 4), &[])?;
            assert_eq!(txn.head()?, mark(4, 4));
            assert_eq!(txn.mark_at(2)?, Some(mark(1, 3)));
            assert_eq!(txn.mark_at(3)?, Some(mark(1, 3)));
            assert_eq!(txn.mark_at(4)?, Some(mark(4, 4)));
            assert_eq!(txn.mark_at(5)?, None);
            Ok(())
        })
        .unwrap();
}

fn a_state_that_changed_again_is_known(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.put(&record("a", 2, EVERYONE), None)?;
            txn.put(&record("a", 5, EVERYONE), Some(2))?;
            txn.mark(&mark(5, 5), &[Move { from: 2, to: 5 }])?;
            assert!(txn.superseded(0, 2)?);
            assert!(txn.superseded(1, 4)?);
            assert!(!txn.superseded(2, 4)?, "the reader had it before");
            assert!(!txn.superseded(0, 5)?, "the page holds the newer one");
            assert!(!txn.superseded(0, 1)?, "not there yet");
            // In a transaction of several, each move counts.
            let moves = [Move { from: 1, to: 6 }, Move { from: 5, to: 7 }];
            txn.mark(&mark(6, 7), &moves)?;
            assert!(txn.superseded(0, 1)?);
            assert!(txn.superseded(3, 5)?);
            assert!(txn.superseded(3, 6)?);
            assert!(!txn.superseded(5, 6)?);
            assert!(!txn.superseded(0, 7)?);
            Ok(())
        })
        .unwrap();
}

fn a_listing_is_in_the_order_of_ids(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            txn.put(&record("c", 1, EVERYONE), None)?;
            txn.put(&record("a", 2, EVERYONE), None)?;
            txn.put(&record("b", 3, UNASSIGNED), None)?;
            txn.put(&deleted("d", 4, EVERYONE), None)?;
            let mut ids = Vec::new();
            txn.listing("mei", Kind::Lead, "", &mut |row| {
                ids.push(row.id.to_owned());
                Ok(ControlFlow::Continue(()))
            })?;
            assert_eq!(ids, ["a", "c"]);
            let mut versions = Vec::new();
            txn.versions("mei", &mut |kind, id, version| {
                versions.push(format!("{kind} {id} {version}"));
                Ok(())
            })?;
            versions.sort();
            assert_eq!(versions, ["lead a 1", "lead c 1"]);
            Ok(())
        })
        .unwrap();
}

fn children_move_to_another_audience(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            let of_tom = txn.audience(&["tom".to_owned()])?;
            let child = |id: &str, seq| Stored {
                kind: Kind::Note,
                parent: Some(AnyRef::new(Kind::Lead, "a")),
                ..record(id, seq, UNASSIGNED)
            };
            txn.put(&record("a", 1, of_tom), None)?;
            txn.put(&child("n", 2), None)?;
            txn.put(&child("m", 3), None)?;
            let orphans = txn.orphans()?;
            assert_eq!(orphans.len(), 2);
            let children = txn.children(Kind::Lead, "a", 9)?;
            assert_eq!(children.len(), 2);
            assert_eq!(txn.children(Kind::Lead, "a", 1)?.len(), 1);
            txn.rehouse(2, Some(4), of_tom)?;
            txn.rehouse(3, None, of_tom)?;
            txn.mark(&mark(4, 4), &[Move { from: 2, to: 4 }])?;
            assert!(txn.orphans()?.is_empty());
            assert_eq!(feed(txn, "tom", 1, 0).len(), 2);
            assert_eq!(txn.record(Kind::Note, "n")?.map(|note| note.seq), Some(4));
            assert_eq!(txn.record(Kind::Note, "m")?.map(|note| note.seq), Some(3));
            assert!(txn.superseded(1, 3)?);
            Ok(())
        })
        .unwrap();
}

fn threads_that_sleep_until_a_lead_moves_are_found(storage: &dyn Storage) {
    storage
        .change(|txn| {
            let thread = |id: &str, seq, fields: &str| Stored {
                kind: Kind::Thread,
                fields: fields.to_owned(),
                ..record(id, seq, UNASSIGNED)
            };
            let sleeps = r#"{"lead":"l","wake_on":"stage"}"#;
            txn.put(&thread("a", 1, sleeps), None)?;
            txn.put(&thread("b", 2, r#"{"lead":"k","wake_on":"stage"}"#), None)?;
            txn.put(&thread("c", 3, r#"{"lead":"l","wake_on":"reply"}"#), None)?;
            txn.put(&thread("d", 4, r#"{"lead":"l"}"#), None)?;
            let gone = Stored {
                life: Life::Deleted,
                ..thread("e", 5, sleeps)
            };
            txn.put(&gone, None)?;
            let found = txn.sleepers("l")?;
            let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
            assert_eq!(ids, ["a"]);
            txn.put(&thread("a", 6, r#"{"lead":"l"}"#), Some(1))?;
            assert!(txn.sleepers("l")?.is_empty());
            Ok(())
        })
        .unwrap();
}

fn a_failed_write_leaves_nothing(storage: &dyn Storage) {
    let failed = storage.change(|txn| {
        txn.put(&record("a", 1, EVERYONE), None)?;
        Err::<(), _>(StorageError::Failed("on purpose".to_owned()))
    });
    assert!(failed.is_err());
    let found = storage.view(|view| view.record(Kind::Lead, "a")).unwrap();
    assert_eq!(found, None);
}

fn an_undone_part_leaves_the_rest(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.put(&record("a", 1, EVERYONE), None)?;
            txn.begin_part()?;
            txn.put(&record("b", 2, EVERYONE), None)?;
            txn.begin_part()?;
            txn.put(&record("c", 3, EVERYONE), None)?;
            txn.undo_part()?;
            txn.keep_part()?;
            txn.begin_part()?;
            txn.put(&record("d", 3, EVERYONE), None)?;
            txn.undo_part()
        })
        .unwrap();
    let found = storage.view(|view| view.all(Kind::Lead)).unwrap();
    let ids: Vec<String> = found.into_iter().map(|record| record.id).collect();
    assert_eq!(ids, ["a", "b"]);
}

fn a_view_does_not_see_later_writes(storage: &dyn Storage) {
    storage
        .change(|txn| txn.put(&record("a", 1, EVERYONE), None))
        .unwrap();
    storage
        .view(|view| {
            assert!(view.record(Kind::Lead, "a")?.is_some());
            storage.change(|txn| txn.put(&record("b", 2, EVERYONE), None))?;
            assert!(view.record(Kind::Lead, "b")?.is_none());
            Ok(())
        })
        .unwrap();
}

fn an_answer_is_remembered_once(storage: &dyn Storage) {
    let answer = Answer {
        digest: [7; 32],
        result: "{}".to_owned(),
    };
    storage
        .change(|txn| {
            txn.remember("mei", "c", &answer, 5)?;
            assert_eq!(txn.answer("mei", "c")?, Some(answer.clone()));
            assert_eq!(txn.answer("tom", "c")?, None);
            assert!(txn.remember("mei", "c", &answer, 6).is_err());
            Ok(())
        })
        .unwrap();
}

fn audit_row(number: i64) -> AuditRow {
    AuditRow {
        number,
        user: "mei".to_owned(),
        client: "laptop".to_owned(),
        kind: "lead".to_owned(),
        id: "a".to_owned(),
        version: number,
        seq: number,
        hash: [9; 32],
        ..AuditRow::default()
    }
}

fn the_audit_log_cannot_be_rewritten(storage: &dyn Storage) {
    storage
        .change(|txn| {
            assert_eq!(txn.last_audit()?, None);
            txn.append_audit(&audit_row(1))?;
            txn.append_audit(&audit_row(2))?;
            assert!(txn.append_audit(&audit_row(2)).is_err());
            assert_eq!(txn.last_audit()?, Some((2, [9; 32])));
            let mut rows = Vec::new();
            txn.audit(1, &mut |row| {
                rows.push(row);
                Ok(())
            })?;
            assert_eq!(rows, [audit_row(2)]);
            Ok(())
        })
        .unwrap();
}

fn messages_leave_in_their_order(storage: &dyn Storage) {
    storage
        .change(|txn| {
            assert_eq!(txn.next_outgoing()?, None);
            txn.queue("b", Some(20))?;
            txn.queue("a", Some(10))?;
            txn.queue("c", Some(5))?;
            txn.queue("c", Some(30))?;
            txn.queue("a", None)?;
            txn.queue("a", Some(20))?;
            assert_eq!(txn.next_outgoing()?, Some(20));
            assert_eq!(txn.due(25, 9)?, ["a", "b"]);
            assert_eq!(txn.due(25, 1)?, ["a"]);
            assert_eq!(txn.due(19, 9)?, Vec::<String>::new());
            Ok(())
        })
        .unwrap();
}

fn a_scope_can_be_bumped(storage: &dyn Storage) {
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            let before = txn.principal("mei")?.unwrap().scope_hash();
            txn.bump_scope("mei")?;
            txn.set_directory(&directory())?;
            let after = txn.principal("mei")?.unwrap().scope_hash();
            assert_ne!(before, after);
            assert_eq!(txn.principal("nobody")?, None);
            Ok(())
        })
        .unwrap();
}

fn a_token_is_replaced_by_its_newer_state(storage: &dyn Storage) {
    let token = TokenRow {
        id: "t".to_owned(),
        user: "mei".to_owned(),
        name: "laptop".to_owned(),
        scopes: "read".to_owned(),
        hash: [3; 32],
        created_at: 1,
        expires_at: 2,
        revoked: false,
        last_used: 0,
    };
    let revoked = TokenRow {
        revoked: true,
        ..token.clone()
    };
    storage
        .change(|txn| {
            txn.put_token(&token)?;
            assert_eq!(txn.token("t")?, Some(token));
            txn.put_token(&revoked)?;
            assert_eq!(txn.token("t")?, Some(revoked.clone()));
            assert_eq!(txn.token("u")?, None);
            let other = TokenRow {
                id: "a".to_owned(),
                created_at: 3,
                ..revoked.clone()
            };
            txn.put_token(&other)?;
            assert_eq!(txn.tokens()?, [revoked, other]);
            let rights = txn.rights()?;
            txn.note_use("t", 9)?;
            txn.note_use("nobody's", 9)?;
            assert_eq!(txn.token("t")?.map(|token| token.last_used), Some(9));
            assert_eq!(txn.rights()?, rights, "nobody need look again");
            Ok(())
        })
        .unwrap();
}

fn purging_forgets_the_old_and_keeps_the_floor(storage: &dyn Storage) {
    let answer = Answer {
        digest: [0; 32],
        result: String::new(),
    };
    storage
        .change(|txn| {
            txn.set_directory(&directory())?;
            txn.put(&record("old", 1, EVERYONE), None)?;
            txn.mark(&mark(1, 1), &[])?;
            txn.put(&deleted("gone", 2, EVERYONE), None)?;
            txn.depart(3, "mei", Kind::Note, "n")?;
            txn.mark(&mark(2, 3), &[])?;
            txn.put(&deleted("new", 4, EVERYONE), None)?;
            txn.mark(&mark(4, 4), &[])?;
            txn.remember("mei", "old", &answer, 10)?;
            txn.remember("mei", "new", &answer, 11)?;
            let floor = txn.purge(&Expiry {
                feed_before: 350,
                answers_before: 11,
            })?;
            assert_eq!(floor, 3);
            assert_eq!(
                feed(txn, "mei", 0, 0),
                [r#"1 lead old v1 {"name":"old"}"#, "4 lead new v2 deleted"]
            );
            assert_eq!(txn.mark_at(1)?, None);
            assert_eq!(txn.mark_at(3)?, Some(mark(2, 3)));
            assert_eq!(txn.answer("mei", "old")?, None);
            assert!(txn.answer("mei", "new")?.is_some());
            Ok(())
        })
        .unwrap();
}

fn a_backup_is_whole(storage: &dyn Storage) {
    storage
        .change(|txn| txn.put(&record("a", 1, EVERYONE), None))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup.db");
    storage.backup(&to).unwrap();
    let copy = sqlite::Sqlite::open(&to).unwrap();
    let copy: &dyn Storage = &copy;
    let found = copy.view(|view| view.record(Kind::Lead, "a")).unwrap();
    assert!(found.is_some());
    assert!(
        storage.backup(&to).is_err(),
        "a backup is never overwritten"
    );
}
