//! The page of a CN: every tab is reached, drawn and worked on by keys, and what is done there arrives.

use std::collections::BTreeSet;

use cnm::app::App;
use cnm::demo::{self, Options};
use cnm::effect::{Batch, Effect};
use cnm::pane::{Focus, Place, Tab};
use cnm::record::{Kind, Lifecycle, Network};
use cnm::server::{Grant, NewRecord};
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};

use crate::desk;
use crate::online::{Backend, Console};
use crate::pictures::cache::Cache;

const PLAIN: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Unicode,
};

/// Presses keys and lets the cache answer what they ask for.
pub(crate) fn press(cache: &Cache, app: &mut App, keys: &str) -> Vec<Effect> {
    let mut all = Vec::new();
    for key in keys.split(' ') {
        let effects = desk::press(app, key);
        cache.answer(app, &effects);
        all.extend(effects);
        // What the answer made the console ask for.
        let more = app.update(app.world.view.now, cnm::app::Msg::Tick);
        cache.answer(app, &more);
    }
    all
}

/// Opens the portfolio of the demo and goes to the first CN that is new (or not).
pub(crate) fn open(cache: &Cache, size: (u16, u16), new: bool) -> App {
    let (mut app, effects) = desk::opened(&cache.me, cache.working(), size);
    cache.answer(&mut app, &effects);
    press(cache, &mut app, "4");
    let order = app.screen.shelf(Place::Networks).unwrap().list.order();
    let wanted = order.iter().position(|id| {
        let network = app.world.table::<Network>().record(id).unwrap();
        (network.lifecycle == Lifecycle::New) == new
    });
    for _ in 0..wanted.unwrap() {
        press(cache, &mut app, "j");
    }
    app
}

fn screen(app: &App) -> String {
    desk::lines(&desk::draw(app, PLAIN))
        .iter()
        .map(|line| line.trim_end())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The key that opens each tab.
const TABS: [(Tab, &str); 12] = [
    (Tab::Overview, "v o"),
    (Tab::Creators, "v c"),
    (Tab::Goals, "v g"),
    (Tab::Onboarding, "v b"),
    (Tab::Dimensions, "v d"),
    (Tab::Coaching, "v k"),
    (Tab::Campaigns, "v m"),
    (Tab::Contacts, "v p"),
    (Tab::Incidents, "v i"),
    (Tab::Plan, "v l"),
    (Tab::Timeline, "v t"),
    (Tab::Figures, "v f"),
];

#[test]
fn every_tab_has_a_key_a_list_and_a_screen_at_every_size() {
    let cache = Cache::morning();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut app = open(&cache, size, true);
        for (tab, keys) in TABS {
            press(&cache, &mut app, keys);
            assert_eq!(app.screen.tab, tab);
            assert_eq!(app.screen.focus, Focus::Detail);
            assert_eq!(app.screen.active(), Place::Page(tab));
            let shown = screen(&app);
            assert!(shown.contains(&format!("[{}]", tab.title())), "{shown}");
            let list = app.screen.list().unwrap();
            if tab != Tab::Incidents {
                assert!(!list.is_empty(), "{tab:?} is empty at {size:?}\n{shown}");
            }
            insta::assert_snapshot!(format!("{}-{}x{}", tab.name(), size.0, size.1), shown);
        }
    }
}

#[test]
fn incidents_of_a_network_that_has_some_are_seen_at_every_size() {
    let cache = Cache::morning();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut app = open(&cache, size, false);
        press(&cache, &mut app, "v i");
        assert!(!app.screen.list().unwrap().is_empty(), "{}", screen(&app));
        insta::assert_snapshot!(
            format!("cn-incidents-open-{}x{}", size.0, size.1),
            screen(&app)
        );
    }
}

/// A key that the footer names does something: nothing is offered that is refused for every row.
#[test]
fn the_footer_of_a_tab_names_steps_only_where_there_are_steps() {
    let cache = Cache::morning();
    let mut app = open(&cache, (200, 60), true);
    let steps = [
        (Tab::Goals, Some("agreed")),
        (Tab::Onboarding, Some("reached")),
        (Tab::Coaching, Some("one step on")),
        (Tab::Campaigns, Some("joined")),
        (Tab::Incidents, Some("one step on")),
        (Tab::Plan, Some("done")),
    ];
    for (tab, keys) in TABS {
        press(&cache, &mut app, keys);
        let shown = cnm::app::footer(&app);
        let named = shown.iter().find(|(key, _)| key == "e");
        let named = named.map(|(_, words)| words.as_str());
        let wanted = steps.iter().find(|(of, _)| *of == tab);
        // Without a row there is nothing to step.
        let rows = app.screen.list().is_some_and(|list| !list.is_empty());
        let wanted = wanted.filter(|_| rows);
        assert_eq!(named, wanted.and_then(|(_, words)| *words), "{tab:?}");
    }
}

#[test]
fn a_hand_over_by_keys_asks_to_whom_and_from_which_day() {
    let cache = Cache::morning();
    let mut app = open(&cache, (120, 40), true);
    let network = app.screen.network().unwrap();
    let before = app.world.get(&network).unwrap().clone();
    let owner = |app: &App| app.world.get(&network).unwrap().owner.clone();
    // Kezia, now.
    let batch = saved(press(&cache, &mut app, "T k enter"));
    assert_eq!(batch.len(), 1, "{}", screen(&app));
    let kezia = owner(&app);
    assert_ne!(kezia, before.owner);
    assert!(
        screen(&app).contains("to Kezia Boateng"),
        "{}",
        screen(&app)
    );
    press(&cache, &mut app, "u");
    assert_eq!(*app.world.get(&network).unwrap(), before, "u gives it back");
    // Two of them, from a day on: until then the record says who is next.
    press(&cache, &mut app, "x j x");
    let day = "2 0 2 6 - 1 2 - 0 1";
    let keys = format!("T k ctrl-u {day} enter");
    assert_eq!(saved(press(&cache, &mut app, &keys)).len(), 1);
    let due: Vec<&Network> = app
        .world
        .table::<Network>()
        .records()
        .map(|(_, network)| network)
        .filter(|network| network.next_owner == kezia)
        .collect();
    assert_eq!(due.len(), 2, "{}", screen(&app));
    for network in due {
        assert_eq!(network.handover_on, Some("2026-12-01".parse().unwrap()));
        assert_eq!(network.owner, before.owner);
    }
    press(&cache, &mut app, "u");
    assert_eq!(*app.world.get(&network).unwrap(), before);
    // A day that is over is refused, and says so.
    press(&cache, &mut app, "T k ctrl-u 2 0 2 6 - 1 1 - 0 1 enter");
    assert!(screen(&app).contains("is over"), "{}", screen(&app));
    assert_eq!(owner(&app), before.owner);
}

#[test]
fn tab_goes_round_and_brackets_keep_the_tab() {
    let cache = Cache::morning();
    let mut app = open(&cache, (120, 40), true);
    press(&cache, &mut app, "enter");
    let first = app.screen.network();
    let mut seen = BTreeSet::new();
    for _ in Tab::ALL {
        seen.insert(app.screen.tab);
        press(&cache, &mut app, "tab");
    }
    assert_eq!(seen.len(), Tab::ALL.len());
    assert_eq!(app.screen.tab, Tab::Overview);
    press(&cache, &mut app, "v g ]");
    assert_eq!(app.screen.tab, Tab::Goals);
    assert_ne!(app.screen.network(), first);
    let network = app.screen.network().unwrap();
    for id in app.screen.list().unwrap().order() {
        let goal = app.world.table::<cnm::record::Goal>().record(id).unwrap();
        assert_eq!(goal.subject, Some(network.link()));
    }
    press(&cache, &mut app, "esc");
    assert_eq!(app.screen.focus, Focus::List);
}

fn saved(effects: Vec<Effect>) -> Vec<Batch> {
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Save(batch) => Some(batch),
            _ => None,
        })
        .collect()
}

/// One edit on every tab, by keys alone: the tab, the keys, the kind that changes.
pub(crate) const EDITS: [(Tab, &str, Kind); 12] = [
    (Tab::Overview, "v o N h i enter", Kind::Note),
    (Tab::Creators, "v c N h i enter", Kind::Note),
    (Tab::Goals, "v g e", Kind::Goal),
    (Tab::Onboarding, "v b e", Kind::Milestone),
    (Tab::Dimensions, "v d 7", Kind::DimensionScore),
    (Tab::Coaching, "v k e", Kind::CoachingAction),
    (Tab::Campaigns, "v m e", Kind::Participation),
    (Tab::Contacts, "v p N h i enter", Kind::Note),
    (Tab::Incidents, "v i e", Kind::Incident),
    (Tab::Plan, "v l e", Kind::PlanItem),
    (Tab::Timeline, "v t a h i enter", Kind::Note),
    (Tab::Figures, "v f a h i enter", Kind::FollowUp),
];

/// Goes on to the next CN until the tab has a row that the keys change.
pub(crate) fn edit(cache: &Cache, app: &mut App, keys: &str, kind: Kind) -> Batch {
    press(cache, app, "esc esc home");
    for _ in 0..24 {
        for batch in saved(press(cache, app, keys)) {
            if batch.edits.iter().any(|edit| edit.kind == kind) {
                return batch;
            }
        }
        press(cache, app, "esc esc ]");
        if app.screen.focus == Focus::List {
            press(cache, app, "j");
        }
    }
    panic!("no CN on which `{keys}` changes a {kind}");
}

#[test]
fn one_edit_on_every_tab_is_made_by_keys_and_taken_back_by_u() {
    let cache = Cache::morning();
    let mut app = open(&cache, (120, 40), true);
    for (tab, keys, kind) in EDITS {
        let batch = edit(&cache, &mut app, keys, kind);
        assert!(!batch.label.is_empty(), "{tab:?}: the undo log names it");
        let undone = saved(press(&cache, &mut app, "u"));
        let expected = usize::from(kind != Kind::Note);
        assert!(undone.len() >= expected, "{tab:?}: u takes it back");
    }
}

/// The whole way: keys, console, outbox, backend, audit log.
#[tokio::test(flavor = "multi_thread")]
async fn one_edit_on_every_tab_reaches_the_audit_log_of_the_backend() {
    let backend = Backend::start().await;
    let options = Options::default();
    let ana = demo::cast(&options).ana.user.as_str().to_owned();
    // The figures are many and nobody edits them here.
    let transactions = demo::generate(&options).map(|transaction| {
        let records = transaction.records.into_iter();
        records
            .filter(|filed| filed.kind != Kind::MetricPoint)
            .map(|filed| NewRecord {
                kind: filed.kind,
                id: filed.id,
                fields: filed.fields,
                updated_at: filed.updated_at,
                updated_by: filed.updated_by,
            })
            .collect::<Vec<_>>()
    });
    backend
        .server
        .load(transactions.filter(|records| !records.is_empty()))
        .unwrap();
    let token = backend
        .server
        .create_token(&ana, &Grant::default())
        .unwrap();
    let mut address = backend.address();
    address.token = cnm::remote::Token::new(token.reveal().to_owned());
    let folder = crate::cache::Cache::new();
    let mut console = Console::start(&folder.paths(), Some(address));
    console.until_live().await;
    let cache = Cache::morning();
    let mut edits = Vec::new();
    let mut app = open(&cache, (120, 40), true);
    for (tab, keys, kind) in EDITS {
        let batch = edit(&cache, &mut app, keys, kind);
        let change = batch.edits.iter().find(|edit| edit.kind == kind).unwrap();
        edits.push((tab, change.cmd.clone(), change.id.clone()));
        console.store.save(batch).await.unwrap();
    }
    console.sync.poke();
    let audit = rusqlite::Connection::open(backend.folder.path().join("server.db")).unwrap();
    let entry = |cmd: &str| -> (i64, Option<String>, Option<String>) {
        let sql = "SELECT count(*), max(user), max(id) FROM audit WHERE cmd = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        audit.query_row(sql, [cmd], read).unwrap()
    };
    let began = std::time::Instant::now();
    while edits.iter().any(|(_, cmd, _)| entry(cmd).0 == 0) && began.elapsed().as_secs() < 120 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for (tab, cmd, id) in edits {
        let wanted = (1, Some(ana.clone()), Some(id));
        assert_eq!(entry(&cmd), wanted, "{tab:?}");
    }
    console.stop().await;
    backend.running.shutdown().await;
}
