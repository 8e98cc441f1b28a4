//! The feed: pages, transactions, cursors, whole states.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cnm::record::Kind;
use cnm::wire::{ChangesPage, Digest, KindDigest, Row, problem};
use serde_json::{Value as Json, json};

use super::{Backend, Client, Mirror, create, delete, update};

fn notes(count: usize) -> Vec<(Kind, String, Json)> {
    (0..count)
        .map(|number| {
            (
                Kind::Snippet,
                format!("s{number:02}"),
                json!({"title": number.to_string()}),
            )
        })
        .collect()
}

async fn backend_with_snippets(count: usize) -> Backend {
    let backend = Backend::start().await;
    let snippets = notes(count);
    let snippets: Vec<_> = snippets
        .iter()
        .map(|(kind, id, fields)| (*kind, id.as_str(), fields.clone()))
        .collect();
    backend.seed(&snippets);
    backend
}

#[tokio::test]
async fn a_transaction_larger_than_a_page_is_open_until_its_last_page() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let start = mei.page("", 5_000).await.cursor;
    let snippets = notes(50);
    let commands: Vec<Json> = snippets
        .iter()
        .map(|(_, id, fields)| create(id, "snippet", id, fields.clone()))
        .collect();
    mei.batch(&commands, true).await;
    mei.one(create("after", "snippet", "after", json!({})))
        .await;

    let mut cursor = start;
    let mut pages = Vec::new();
    loop {
        let page = mei.page(&cursor, 7).await;
        cursor.clone_from(&page.cursor);
        pages.push((page.changes.len(), page.txn_open));
        if !page.more {
            break;
        }
    }
    let mut expected = vec![(7, true); 7];
    // The last row of the large transaction and the small one after it share a page.
    expected.push((2, false));
    assert_eq!(pages, expected);
}

#[tokio::test]
async fn a_page_ends_at_the_end_of_a_transaction() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let start = mei.page("", 5_000).await.cursor;
    for group in ["a", "b", "c"] {
        let commands: Vec<Json> = (0..3)
            .map(|number| format!("{group}{number}"))
            .map(|id| create(&id, "snippet", &id, json!({"title": id})))
            .collect();
        mei.batch(&commands, true).await;
    }
    let page = mei.page(&start, 7).await;
    assert_eq!(page.changes.len(), 6);
    assert!(page.more);
    assert!(!page.txn_open);
}

#[tokio::test]
async fn a_page_between_two_changes_of_a_record_is_no_whole_state() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "a"})))
        .await;
    let start = mei.page("", 5_000).await.cursor;
    mei.one(update("2", "lead", "l", 1, json!({"name": "b"})))
        .await;
    mei.one(create("3", "snippet", "s", json!({}))).await;
    mei.one(update("4", "lead", "l", 2, json!({"name": "c"})))
        .await;
    let first = mei.page(&start, 1).await;
    assert_eq!(first.changes[0].id, "s");
    assert!(
        first.txn_open,
        "the lead had another name when the snippet came"
    );
    let second = mei.page(&first.cursor, 1).await;
    assert_eq!(second.changes[0].id, "l");
    assert!(!second.txn_open);
}

#[tokio::test]
async fn a_record_that_changed_often_is_in_the_feed_once() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("c", "lead", "l", json!({"name": "0"})))
        .await;
    let start = mei.page("", 5_000).await.cursor;
    for version in 1..=5 {
        let name = version.to_string();
        mei.one(update(&name, "lead", "l", version, json!({"name": name})))
            .await;
    }
    let page = mei.page(&start, 500).await;
    assert_eq!(page.changes.len(), 1);
    assert_eq!(page.changes[0].version, 6);
    assert_eq!(page.changes[0].fields["name"], "5");
}

#[tokio::test]
async fn a_first_reader_gets_no_deletions_and_a_later_one_does() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "a"})))
        .await;
    let known = mei.page("", 5_000).await.cursor;
    mei.one(delete("2", "lead", "l", 1)).await;
    let fresh = mei.page("", 5_000).await;
    assert!(fresh.changes.iter().all(|row| !row.deleted));
    let later = mei.page(&known, 500).await;
    assert!(later.changes[0].deleted);
    assert!(
        later.changes[0].fields.is_empty(),
        "a tombstone tells nothing"
    );
}

#[tokio::test]
async fn what_is_deleted_during_the_first_read_does_not_stay() {
    let backend = backend_with_snippets(20).await;
    let mei = backend.client("mei");
    let mut mirror = Mirror::default();
    assert!(mirror.pull(&mei, 12).await);
    mei.one(delete("d", "snippet", "s00", 1)).await;
    mirror.catch_up(&mei, 12).await;
    assert_eq!(mirror.rows, mei.everything().await);
}

#[tokio::test]
async fn a_page_is_no_larger_than_promised() {
    let backend = Backend::with(|options| {
        options.limits.record_bytes = 1_000;
        options.limits.page_bytes = 12_000;
    })
    .await;
    let mei = backend.client("mei");
    for number in 0..40 {
        let id = number.to_string();
        let set = json!({"title": "x".repeat(900)});
        mei.one(create(&id, "snippet", &id, set)).await;
    }
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/changes?cursor={cursor}&limit=5000");
        let text = mei.get(&path).await.text().await.unwrap();
        assert!(text.len() <= 12_000, "{}", text.len());
        let page: ChangesPage = serde_json::from_str(&text).unwrap();
        if !page.more {
            break;
        }
        cursor = page.cursor;
    }
}

#[tokio::test]
async fn a_limit_that_is_no_number_is_refused() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let reply = mei.get("/v1/changes?limit=many").await;
    assert_eq!(super::problem(reply).await.kind, problem::MALFORMED);
}

#[tokio::test]
async fn every_changed_character_of_a_cursor_is_noticed() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let cursor = mei.page("", 500).await.cursor;
    for place in 0..cursor.len() {
        let mut changed: Vec<char> = cursor.chars().collect();
        changed[place] = if changed[place] == 'A' { 'B' } else { 'A' };
        let changed: String = changed.into_iter().collect();
        assert_eq!(
            mei.refused_page(&changed).await.kind,
            problem::BAD_CURSOR,
            "{place}"
        );
    }
    let cut: String = cursor.chars().take(40).collect();
    for wrong in ["x", &cut, "%00", "..", &format!("{cursor}AAAA")] {
        assert_eq!(
            mei.refused_page(wrong).await.kind,
            problem::BAD_CURSOR,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_cursor_of_another_principal_is_not_continued() {
    let backend = Backend::start().await;
    let cursor = backend.client("mei").page("", 500).await.cursor;
    let problem = backend.client("tom").refused_page(&cursor).await;
    assert_eq!(problem.kind, problem::SCOPE_CHANGED);
}

#[tokio::test]
async fn a_cursor_of_another_server_is_refused() {
    let (one, other) = (Backend::start().await, Backend::start().await);
    let cursor = one.client("mei").page("", 500).await.cursor;
    let problem = other.client("mei").refused_page(&cursor).await;
    assert_eq!(problem.kind, problem::BAD_CURSOR);
}

#[tokio::test]
async fn a_waiting_reader_is_told_at_once() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let cursor = mei.page("", 500).await.cursor;
    let path = format!("/v1/changes?cursor={cursor}&wait=25");
    let waiting = tokio::spawn(async move {
        let page: ChangesPage = mei.get(&path).await.json().await.unwrap();
        page
    });
    // What Tom keeps to himself does not wake Mei; what both see does.
    tom.one(create("1", "lead", "secret", json!({"name": "x"})))
        .await;
    tom.one(create("2", "snippet", "s", json!({"title": "x"})))
        .await;
    let page = tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.changes.len(), 1);
    assert_eq!(page.changes[0].id, "s");
}

#[tokio::test]
async fn the_digest_of_a_mirror_equals_that_of_the_server() {
    let backend = backend_with_snippets(30).await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "x"})))
        .await;
    backend
        .client("tom")
        .one(create("2", "lead", "t", json!({"name": "y"})))
        .await;
    mei.one(delete("3", "snippet", "s03", 1)).await;
    let digest: Digest = mei.get("/v1/digest").await.json().await.unwrap();
    let mut kinds: BTreeMap<String, KindDigest> = BTreeMap::new();
    for ((kind, id), row) in mei.everything().await {
        kinds.entry(kind).or_default().add(&id, row.version);
    }
    assert_eq!(digest.kinds, kinds);
    assert_eq!(digest.seq, mei.page("", 1).await.head);
}

type State = BTreeMap<(String, String), Row>;

/// A small generator of numbers, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Makes one random edit: creating, renaming, handing over, deleting, or noting something.
async fn random_edit(dice: &mut Dice, number: usize, clients: &[Client]) {
    let who = &clients[dice.roll(clients.len())];
    let seen = who.everything().await;
    let leads: Vec<&Row> = seen.values().filter(|row| row.kind == "lead").collect();
    let cmd = format!("c{number}");
    let id = format!("r{number}");
    let lead = (!leads.is_empty()).then(|| leads[dice.roll(leads.len())]);
    let owners = ["mei", "tom", "uma"];
    let command = match (dice.roll(6), lead) {
        (0, _) | (_, None) => create(&cmd, "lead", &id, json!({"name": id})),
        (1, Some(lead)) => {
            let owner = owners[dice.roll(owners.len())];
            update(
                &cmd,
                "lead",
                &lead.id,
                lead.version,
                json!({"owner": owner}),
            )
        }
        (2, Some(lead)) => delete(&cmd, "lead", &lead.id, lead.version),
        (3, Some(lead)) => {
            let shared = json!([owners[dice.roll(owners.len())]]);
            update(
                &cmd,
                "lead",
                &lead.id,
                lead.version,
                json!({"shared_with": shared}),
            )
        }
        (4, Some(lead)) => update(&cmd, "lead", &lead.id, lead.version, json!({"name": id})),
        (_, Some(lead)) => {
            let subject = json!({"kind": "lead", "id": lead.id});
            create(&cmd, "note", &id, json!({"subject": subject, "text": id}))
        }
    };
    let result = who.one(command).await;
    assert!(result.status.is_settled(), "{result:?}");
}

/// Readers with small pages, at random moments, only ever publish states that the server was in.
#[tokio::test]
async fn every_published_state_is_one_that_the_server_was_in() {
    for seed in 1..=3 {
        let backend = Backend::start().await;
        let clients = ["mei", "tom", "lena"].map(|user| backend.client(user));
        let mut dice = Dice(seed);
        let mut history: Vec<BTreeMap<u64, State>> = vec![BTreeMap::new(); clients.len()];
        let mut mirrors = vec![Mirror::default(); clients.len()];
        let mut published = BTreeSet::new();
        for (client, mirror) in clients.iter().zip(&mut mirrors) {
            mirror.catch_up(client, 500).await;
        }
        for number in 0..60 {
            random_edit(&mut dice, number, &clients).await;
            for (client, history) in clients.iter().zip(&mut history) {
                let head = client.page("", 1).await.head;
                history.insert(head, client.everything().await);
            }
            let reader = dice.roll(clients.len());
            let mirror = &mut mirrors[reader];
            for _ in 0..dice.roll(3) {
                let before = mirror.seq;
                mirror.pull(&clients[reader], 1 + dice.roll(4)).await;
                assert!(mirror.seq >= before);
                let state = history[reader].range(..=mirror.seq).next_back();
                if mirror.seq > before
                    && let Some((seq, state)) = state
                {
                    let same: Vec<_> = state.iter().map(stripped).collect();
                    let mine: Vec<_> = mirror.rows.iter().map(stripped).collect();
                    assert_eq!(mine, same, "seed {seed} reader {reader} at {seq}");
                    published.insert((reader, *seq));
                }
            }
        }
        assert!(published.len() > 10, "the test looked at hardly anything");
        for (client, mut mirror) in clients.iter().zip(mirrors) {
            mirror.catch_up(client, 2).await;
            assert_eq!(mirror.rows, client.everything().await);
        }
    }
}

/// A record without its position: a handover gives it another one without changing it.
fn stripped(entry: (&(String, String), &Row)) -> (String, String, u64, Json) {
    let ((kind, id), row) = entry;
    (
        kind.clone(),
        id.clone(),
        row.version,
        Json::Object(row.fields.clone()),
    )
}
