//! Commands: idempotency, merging, conflicts, order, validity.

use cnm::wire::{Status, problem};
use serde_json::{Value as Json, json};

use super::{Backend, create, delete, update};

#[tokio::test]
async fn a_command_that_is_sent_again_has_one_effect() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let command = create("c1", "lead", "l", json!({"name": "Nova"}));
    let first = mei.one(command.clone()).await;
    let again = mei.one(command).await;
    assert_eq!(first.status, Status::Applied);
    assert_eq!(again.status, Status::Duplicate);
    assert_eq!((again.version, again.seq), (first.version, first.seq));
    assert_eq!(mei.everything().await[&key("lead", "l")].version, 1);
}

#[tokio::test]
async fn an_id_that_is_used_for_another_command_is_refused() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("c1", "lead", "l", json!({"name": "Nova"})))
        .await;
    let other = mei
        .one(create("c1", "lead", "l", json!({"name": "Other"})))
        .await;
    assert_eq!(other.status, Status::Reused);
    assert_eq!(other.problem.unwrap().kind, problem::REUSED);
}

#[tokio::test]
async fn command_ids_of_two_people_do_not_meet() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    mei.one(create("c1", "lead", "a", json!({}))).await;
    let other = tom.one(create("c1", "lead", "b", json!({}))).await;
    assert_eq!(other.status, Status::Applied);
}

#[tokio::test]
async fn a_failed_command_can_be_sent_again() {
    let backend = Backend::start().await;
    let (mei, lena) = (backend.client("mei"), backend.client("lena"));
    lena.one(create("c", "lead", "l", json!({"owner": "tom"})))
        .await;
    let command = update("u", "lead", "l", 1, json!({"name": "x"}));
    assert_eq!(mei.one(command.clone()).await.status, Status::NotFound);
    lena.one(update(
        "share",
        "lead",
        "l",
        1,
        json!({"shared_with": ["mei"]}),
    ))
    .await;
    assert_eq!(mei.one(command).await.status, Status::Merged);
}

#[tokio::test]
async fn edits_of_different_fields_merge() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "Nova", "market": "US", "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("1", "lead", "l", set)).await;
    tom.one(update("2", "lead", "l", 1, json!({"market": "CA"})))
        .await;
    let merged = mei
        .one(update("3", "lead", "l", 1, json!({"name": "Nova Media"})))
        .await;
    assert_eq!(merged.status, Status::Merged);
    let server = merged.server.unwrap();
    assert_eq!(server.fields["market"], "CA");
    assert_eq!(server.fields["name"], "Nova Media");
    assert_eq!(server.fv["market"], 2);
    assert_eq!(server.fv["name"], 3);
}

#[tokio::test]
async fn edits_of_the_same_field_conflict_and_both_values_are_told() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "Nova", "market": "US", "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("1", "lead", "l", set)).await;
    tom.one(update("2", "lead", "l", 1, json!({"name": "T"})))
        .await;
    let both = json!({"name": "M", "market": "MX"});
    let conflict = mei.one(update("3", "lead", "l", 1, both)).await;
    assert_eq!(conflict.status, Status::Conflict);
    assert_eq!(conflict.fields, ["name"]);
    let server = conflict.server.unwrap();
    assert_eq!(server.fields["name"], "T");
    assert_eq!(server.updated_by.as_deref(), Some("tom"));
    let now = &mei.everything().await[&key("lead", "l")];
    assert_eq!(
        now.fields["market"], "US",
        "nothing of the command was applied"
    );
}

#[tokio::test]
async fn the_same_value_from_both_sides_is_no_conflict() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    mei.one(create("1", "lead", "l", json!({"shared_with": ["tom"]})))
        .await;
    // Sharing alone does not make Mei the owner: the record names Tom only.
    let owned = mei
        .one(update("0", "lead", "l", 1, json!({"owner": "mei"})))
        .await;
    assert_eq!(owned.status, Status::NotFound);
    tom.one(update("2", "lead", "l", 1, json!({"name": "Nova"})))
        .await;
    let mut other_cache = tom.clone();
    other_cache.cache = "second".to_owned();
    let same = other_cache
        .one(update("3", "lead", "l", 1, json!({"name": "Nova"})))
        .await;
    assert_eq!(same.status, Status::Noop);
    assert_eq!(same.version, Some(2));
}

#[tokio::test]
async fn someone_who_chose_mine_is_asked_again_only_after_another_change() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "a", "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("1", "lead", "l", set)).await;
    tom.one(update("2", "lead", "l", 1, json!({"name": "t"})))
        .await;
    let mine = |cmd: &str, base: u64| {
        let mut command = update(cmd, "lead", "l", base, json!({"name": "m"}));
        command["mine"] = json!(true);
        command
    };
    tom.one(update("3", "lead", "l", 2, json!({"name": "t2"})))
        .await;
    assert_eq!(mei.one(mine("4", 2)).await.status, Status::Conflict);
    assert_eq!(mei.one(mine("5", 3)).await.status, Status::Applied);
}

#[tokio::test]
async fn two_edits_of_one_cache_on_the_same_base_follow_each_other() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "a"})))
        .await;
    let results = mei
        .send(&[
            update("2", "lead", "l", 1, json!({"name": "b"})),
            update("3", "lead", "l", 1, json!({"name": "c"})),
        ])
        .await;
    assert!(
        results.iter().all(|result| result.status.is_settled()),
        "{results:?}"
    );
    let mut second = mei.clone();
    second.cache = "second".to_owned();
    let other = second
        .one(update("4", "lead", "l", 1, json!({"name": "d"})))
        .await;
    assert_eq!(
        other.status,
        Status::Conflict,
        "another cache has not seen them"
    );
}

#[tokio::test]
async fn additions_to_a_list_from_both_sides_stay() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"aliases": ["a", "b"], "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("1", "network", "n", set)).await;
    let with = |cmd: &str, part: &str, value: &str| {
        json!({"cmd": cmd, "kind": "network", "id": "n", "op": "update", "base": 1,
               part: {"aliases": [value]}})
    };
    assert_eq!(tom.one(with("2", "add", "t")).await.status, Status::Applied);
    assert_eq!(mei.one(with("3", "add", "m")).await.status, Status::Merged);
    assert_eq!(
        mei.one(with("4", "remove", "a")).await.status,
        Status::Merged
    );
    let whole = mei.everything().await;
    assert_eq!(
        whole[&key("network", "n")].fields["aliases"],
        json!(["b", "t", "m"])
    );
    let set = tom
        .one(update("5", "network", "n", 1, json!({"aliases": []})))
        .await;
    assert_eq!(set.status, Status::Conflict);
}

#[tokio::test]
async fn a_deletion_does_not_hide_someone_elses_edit() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "a", "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("1", "lead", "l", set)).await;
    tom.one(update("2", "lead", "l", 1, json!({"name": "t"})))
        .await;
    let blind = mei.one(delete("3", "lead", "l", 1)).await;
    assert_eq!(blind.status, Status::Conflict);
    assert_eq!(blind.fields, ["name"]);
    assert_eq!(blind.server.unwrap().fields["name"], "t");
    let seen = mei.one(delete("4", "lead", "l", 2)).await;
    assert_eq!(seen.status, Status::Applied);
}

#[tokio::test]
async fn an_edit_of_a_deleted_record_gets_its_last_version() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "a", "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("1", "lead", "l", set)).await;
    tom.one(delete("2", "lead", "l", 1)).await;
    let late = mei
        .one(update("3", "lead", "l", 1, json!({"name": "m"})))
        .await;
    assert_eq!(late.status, Status::Gone);
    let last = late.server.unwrap();
    assert!(last.deleted);
    assert_eq!(last.fields["name"], "a");
    let twice = mei.one(delete("4", "lead", "l", 1)).await;
    assert_eq!(twice.status, Status::Noop, "both wanted the same");
    let again = mei
        .one(create("5", "lead", "l", json!({"name": "b"})))
        .await;
    assert_eq!(again.status, Status::Gone);
}

/// Who has seen the deletion can take it back: the record keeps its id, so links to it stay true.
#[tokio::test]
async fn a_deleted_record_comes_back_under_its_own_id() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "a", "owner": "mei", "shared_with": ["tom"], "x_unknown": 7});
    mei.one(create("1", "lead", "l", set.clone())).await;
    tom.one(delete("2", "lead", "l", 1)).await;
    let mut back = create("3", "lead", "l", json!({"name": "a", "owner": "mei"}));
    back["base"] = json!(1);
    let blind = mei.one(back.clone()).await;
    assert_eq!(blind.status, Status::Gone, "the deletion was not seen");
    (back["cmd"], back["base"]) = (json!("4"), json!(2));
    let seen = mei.one(back).await;
    assert_eq!((seen.status, seen.version), (Status::Applied, Some(3)));
    let key = ("lead".to_owned(), "l".to_owned());
    let row = mei.everything().await.remove(&key).unwrap();
    assert!(!row.deleted);
    assert_eq!(row.fields["name"], "a");
    assert_eq!(row.fields["x_unknown"], 7, "what nobody knows is kept");
    assert!(!row.fields.contains_key("shared_with"));
    let stale = mei
        .one(update("5", "lead", "l", 1, json!({"name": "m"})))
        .await;
    assert_eq!(stale.status, Status::Conflict, "every field is new");
}

#[tokio::test]
async fn two_creations_of_one_id_make_one_record() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "Nova", "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("1", "lead", "l", set.clone())).await;
    let same = tom.one(create("2", "lead", "l", set)).await;
    assert_eq!(same.status, Status::Noop);
    let more = tom
        .one(create("3", "lead", "l", json!({"name": "Nova", "x": 1})))
        .await;
    assert_eq!(more.status, Status::Merged);
    let other = tom
        .one(create("4", "lead", "l", json!({"name": "Other"})))
        .await;
    assert_eq!(other.status, Status::Conflict);
    let fields = &mei.everything().await[&key("lead", "l")].fields;
    assert_eq!((&fields["name"], &fields["x"]), (&json!("Nova"), &json!(1)));
}

#[tokio::test]
async fn notes_are_append_only() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "a"})))
        .await;
    let note = json!({"subject": {"kind": "lead", "id": "l"}, "text": "hi"});
    mei.one(create("2", "note", "n", note.clone())).await;
    let results = mei
        .send(&[update("3", "note", "n", 1, json!({"text": "ho"}))])
        .await;
    assert_eq!(results[0].status, Status::Forbidden);
    assert_eq!(
        mei.one(delete("4", "note", "n", 1)).await.status,
        Status::Forbidden
    );
    assert_eq!(
        mei.one(create("5", "note", "n", note)).await.status,
        Status::Noop
    );
    let other = json!({"subject": {"kind": "lead", "id": "l"}, "text": "other"});
    assert_eq!(
        mei.one(create("6", "note", "n", other)).await.status,
        Status::Conflict
    );
}

#[tokio::test]
async fn a_failure_blocks_what_builds_on_it_and_nothing_else() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let results = mei
        .send(&[
            create("1", "thread", "t", json!({"title": 5})),
            update("2", "thread", "t", 1, json!({"title": "x"})),
            create("3", "message", "m", json!({"thread": "t", "text": "hi"})),
            create("4", "thread", "u", json!({"title": "fine"})),
        ])
        .await;
    let statuses: Vec<Status> = results.iter().map(|result| result.status).collect();
    assert_eq!(
        statuses,
        [
            Status::Rejected,
            Status::Blocked,
            Status::Blocked,
            Status::Applied
        ]
    );
}

#[tokio::test]
async fn an_atomic_batch_happens_whole_or_not_at_all() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let head = mei.page("", 1).await.head;
    let good = create("1", "lead", "a", json!({"name": "a"}));
    let bad = create("2", "lead", "b", json!({"name": 5}));
    let reply = mei.batch(&[good.clone(), bad], true).await;
    assert_eq!(reply.results[0].status, Status::Blocked);
    assert_eq!(reply.results[1].status, Status::Rejected);
    assert_eq!(reply.head, head);
    assert!(!mei.has("lead", "a").await);
    let fixed = create("3", "lead", "b", json!({"name": "b"}));
    let reply = mei.batch(&[good, fixed], true).await;
    assert!(
        reply
            .results
            .iter()
            .all(|result| result.status == Status::Applied)
    );
}

#[tokio::test]
async fn an_invalid_field_is_named_and_nothing_is_applied() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let set = json!({"name": "a", "market": "US", "creators": "many", "zone": "UTC", "score": 1});
    let result = mei.one(create("1", "lead", "l", set)).await;
    assert_eq!(result.status, Status::Rejected);
    let problem = result.problem.unwrap();
    assert_eq!(problem.status, 422);
    assert_eq!(problem.errors[0].pointer, "/set/creators");
    assert!(!mei.has("lead", "l").await);
}

#[tokio::test]
async fn unknown_fields_and_choices_come_back_as_they_were_sent() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let set = json!({
        "source": "telepathy",
        "未来": {"a": [1, 2.5, "x", null, {"b": "\u{202e}\u{0}"}]},
        "name": "Nova \u{1f600}",
    });
    mei.one(create("1", "lead", "l", set.clone())).await;
    let fields = &mei.everything().await[&key("lead", "l")].fields;
    for (name, value) in set.as_object().unwrap() {
        assert_eq!(&fields[name], value);
    }
}

#[tokio::test]
async fn a_record_that_is_too_large_is_rejected_alone() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let large = create("1", "lead", "l", json!({"summary": "x".repeat(300_000)}));
    let results = mei
        .send(&[large, create("2", "lead", "m", json!({}))])
        .await;
    assert_eq!(results[0].status, Status::Rejected);
    assert_eq!(
        results[0].problem.as_ref().unwrap().kind,
        problem::TOO_LARGE
    );
    assert_eq!(results[1].status, Status::Applied);
}

#[tokio::test]
async fn a_child_needs_a_parent_that_its_maker_sees() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    tom.one(create("1", "thread", "t", json!({"title": "x"})))
        .await;
    mei.one(create("1", "thread", "gone", json!({"title": "x"})))
        .await;
    mei.one(delete("2", "thread", "gone", 1)).await;
    let message = |cmd: &str, set: Json| create(cmd, "message", cmd, set);
    let cases = [
        (json!({"thread": "t"}), Status::NotFound),
        (json!({"thread": "nowhere"}), Status::NotFound),
        (json!({"thread": "gone"}), Status::NotFound),
        (json!({"thread": ""}), Status::Rejected),
        (json!({}), Status::Rejected),
    ];
    for (number, (set, status)) in cases.into_iter().enumerate() {
        let result = mei.one(message(&format!("m{number}"), set.clone())).await;
        assert_eq!(result.status, status, "{set}");
    }
    let starship = json!({"subject": {"kind": "starship", "id": "1"}, "text": "x"});
    assert_eq!(
        mei.one(create("n", "note", "n", starship)).await.status,
        Status::Rejected
    );
}

#[tokio::test]
async fn a_record_that_names_nobody_belongs_to_its_maker() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "a"})))
        .await;
    assert_eq!(
        mei.everything().await[&key("lead", "l")].fields["owner"],
        "mei"
    );
}

#[tokio::test]
async fn a_base_that_this_server_never_had_is_a_conflict() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "a"})))
        .await;
    let ahead = mei
        .one(update("2", "lead", "l", 7, json!({"name": "b"})))
        .await;
    assert_eq!(ahead.status, Status::Conflict);
}

#[tokio::test]
async fn a_command_without_sense_does_not_spoil_its_batch() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let results = mei
        .send(&[
            json!({"cmd": "1", "kind": "lead", "id": "l", "op": "explode"}),
            json!({"cmd": "2", "kind": "starship", "id": "l", "op": "create"}),
            json!({"cmd": "3", "kind": "lead", "id": "no/slash", "op": "create"}),
            json!({"cmd": "4", "kind": "lead", "id": "l", "op": "update", "set": {}}),
            create("5", "lead", "fine", json!({})),
            update("6", "lead", "fine", 1, json!({"name": null})),
        ])
        .await;
    let statuses: Vec<Status> = results.iter().map(|result| result.status).collect();
    assert_eq!(
        statuses,
        [
            Status::Rejected,
            Status::Rejected,
            Status::Rejected,
            Status::NotFound,
            Status::Applied,
            Status::Noop,
        ]
    );
}

fn key(kind: &str, id: &str) -> (String, String) {
    (kind.to_owned(), id.to_owned())
}
