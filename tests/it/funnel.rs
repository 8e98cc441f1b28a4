//! The funnel at work: figures on screen and on paper, gates, reasons, doubles, scores, the board, stepping.

use std::collections::BTreeSet;

use cnm::app::{App, Echo, Mode, Msg};
use cnm::command::{Command, Cx, UndoLog};
use cnm::effect::{CacheRow, Effect, RowState};
use cnm::pane::{FunnelView, Place, Reach};
use cnm::record::{Kind, Lead, StageEvent};
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};
use serde_json::{Value as Json, json};

use crate::desk;
use crate::pictures::cache::Cache;

const PLAIN: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Ascii,
};

/// Opens the morning of the demo and presses keys, everything read that is asked for.
fn morning(cache: &Cache, keys: &str, size: (u16, u16)) -> App {
    let (mut app, effects) = desk::opened(&cache.me, cache.working(), size);
    cache.answer(&mut app, &effects);
    for key in keys.split(' ') {
        let effects = desk::press(&mut app, key);
        cache.answer(&mut app, &effects);
    }
    app
}

fn shown(app: &App) -> String {
    desk::lines(&desk::draw(app, PLAIN)).join("\n")
}

fn row(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn with(mut fields: Json, more: &Json) -> Json {
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    fields
}

fn stage(id: &str, order: i64, name: &str, more: &Json) -> CacheRow {
    let fields = json!({"name": name, "order": order, "limit_days": 7});
    row(Kind::Stage, id, &with(fields, more))
}

fn prospect(id: &str, name: &str, stage: &str, more: &Json) -> CacheRow {
    let fields = json!({
        "name": name, "stage": stage, "owner": "ana", "source": "inbound",
        "entered_at": "2026-11-10T09:00:00Z", "created_at": "2026-11-01T09:00:00Z",
    });
    row(Kind::Lead, id, &with(fields, more))
}

fn term(id: &str, list: &str, name: &str, key: &str, order: i64) -> CacheRow {
    let fields = json!({"list": list, "name": name, "key": key, "order": order});
    row(Kind::Term, id, &fields)
}

/// Two teams of a region, four stages with gates, the words of the team and a rubric.
fn house() -> Vec<CacheRow> {
    let team = |id: &str, fields: &Json| row(Kind::Team, id, fields);
    let user = |id: &str, name: &str, team: &str| {
        let fields = json!({"name": name, "role": "cnm", "team": team});
        row(Kind::User, id, &fields)
    };
    let lost = json!({"terminal": "lost", "required": ["lost_reason"]});
    let parked = json!({"terminal": "parked", "required": ["next_due"]});
    let rubric = json!({"name": "rubric 1", "questions": [
        {"key": "trend", "name": "Trend awareness", "weight": 1.0},
        {"key": "growth", "name": "Growth", "weight": 3.0},
    ]});
    vec![
        team("us", &json!({"name": "US Growth"})),
        team("west", &json!({"name": "West", "parent": "us"})),
        team("east", &json!({"name": "East", "parent": "us"})),
        user("ana", "Ana Duarte", "west"),
        user("ben", "Ben", "west"),
        user("eve", "Eve", "east"),
        stage("new", 1, "New", &json!({})),
        stage("talk", 2, "Talk", &json!({})),
        stage(
            "offer",
            3,
            "Offer",
            &json!({"required": ["signer", "tax_form"]}),
        ),
        stage("signed", 4, "Signed", &json!({"terminal": "won"})),
        stage("lost", 5, "Lost", &lost),
        stage("parked", 6, "Parked", &parked),
        term("t1", "loss_reason", "terms", "t", 1),
        term("t2", "loss_reason", "no answer", "n", 2),
        term("t3", "source", "referral", "r", 1),
        term("t4", "source", "roadshow", "w", 2),
        term("t5", "archetype", "talent agency", "t", 1),
        row(Kind::Rubric, "r1", &rubric),
    ]
}

/// The house with a few leads of Ana and her colleagues.
fn desk_rows() -> Vec<CacheRow> {
    let mut rows = house();
    let planned = json!({"next_step": "call", "next_due": "2026-11-20"});
    let ready = json!({"signer": "Kit", "tax_form": true});
    let hello = json!({"title": "Hello", "state": "open", "lead": "acme2"});
    let ring = json!({"title": "Ring", "state": "open", "lead": "acme2", "owner": "ana"});
    rows.extend([
        prospect("acme", "Acme Live", "new", &json!({})),
        prospect("bolt", "Bolt Media", "talk", &planned),
        prospect("cove", "Cove Talent", "talk", &ready),
        prospect(
            "acme2",
            "ACME Live LLC",
            "talk",
            &json!({"market": "US", "creators": 40}),
        ),
        prospect("bens", "Ben's Own", "new", &json!({"owner": "ben"})),
        prospect("eves", "Eve's Own", "new", &json!({"owner": "eve"})),
        row(Kind::Thread, "th", &hello),
        row(Kind::FollowUp, "fu", &ring),
    ]);
    rows
}

fn console() -> App {
    let mut app = desk::open("ana", desk_rows(), (120, 40));
    desk::press(&mut app, "3");
    app
}

fn lead<'a>(app: &'a App, id: &str) -> &'a Lead {
    app.world.table::<Lead>().record(id).unwrap()
}

fn go(app: &mut App, id: &str) {
    let list = &mut app.screen.shelf_mut(Place::Funnel).list;
    assert!(list.go_to_key(id), "{id} is not in the list");
}

/// Types letters as they are, blanks included.
fn type_in(app: &mut App, text: &str) {
    let now = app.world.view.now;
    for letter in text.chars() {
        let key = cnm::keymap::Key {
            code: cnm::keymap::KeyCode::Char(letter),
            ctrl: false,
            alt: false,
            shift: false,
        };
        app.update(now, Msg::Key(key));
    }
}

fn saves(effects: &[Effect]) -> usize {
    let save = |effect: &&Effect| matches!(effect, Effect::Save(_));
    effects.iter().filter(save).count()
}

/// Runs a command without a screen on the records of a console and returns what it prints.
fn printed(app: &mut App, line: &str) -> String {
    let settings = app.config.settings();
    let mut undo = UndoLog::default();
    let mut cx = Cx::new(&mut app.world, None, &settings, &mut undo);
    cx.synced_at = app.screen.sync.synced_at;
    Command::parse(line).unwrap().run(&mut cx).unwrap();
    cx.finish().output.join("\n")
}

#[test]
fn the_command_line_prints_the_figures_that_the_screen_draws() {
    let cache = Cache::morning();
    for (keys, scope) in [("3", "everyone"), ("3 S", "me"), ("3 S S", "team")] {
        let mut app = morning(&cache, keys, (200, 60));
        assert_eq!(app.screen.funnel.reach.name(), scope);
        // Both are read back from text: a figure that is read is not always the last bit of the one written.
        let drawn = serde_json::to_string(&app.figures.funnel().unwrap().report).unwrap();
        let drawn: Json = serde_json::from_str(&drawn).unwrap();
        let line = format!("funnel --format json --scope {scope}");
        let mut paper: Json = serde_json::from_str(&printed(&mut app, &line)).unwrap();
        assert_eq!(paper["what_if"], json!([]));
        paper.as_object_mut().unwrap().remove("what_if");
        // Everything but the age of the records, which each says for itself.
        assert_eq!(without_age(drawn), without_age(paper), "{scope}");
    }
}

fn without_age(mut json: Json) -> Json {
    match &mut json {
        Json::Object(fields) => {
            fields.remove("as_of");
            for value in fields.values_mut() {
                *value = without_age(value.take());
            }
        }
        Json::Array(items) => {
            for item in items {
                *item = without_age(item.take());
            }
        }
        _ => {}
    }
    json
}

#[test]
fn the_printed_table_holds_each_figure_of_the_picture() {
    let cache = Cache::morning();
    let mut app = morning(&cache, "3", (200, 60));
    let table = printed(&mut app, "funnel");
    let screen = shown(&app);
    let report = &app.figures.funnel().unwrap().report;
    let signed = report.table.signed.unwrap();
    for (rung, stage) in report.table.rows.iter().enumerate() {
        let line = table
            .lines()
            .find(|line| line.starts_with(&stage.name))
            .unwrap();
        let drawn = screen
            .lines()
            .find(|line| line.contains(&format!(" {} ", stage.name)) && line.contains('d'));
        if let Some(step) = stage.cohort_step {
            let share = cnm::funnel::percent(&step.share);
            let range = cnm::funnel::range(&step.share);
            assert!(line.contains(&share) && line.contains(&range), "{line}");
            let drawn = drawn.unwrap();
            assert!(drawn.contains(&share) && drawn.contains(&range), "{drawn}");
        }
        // Nobody leaves a signature.
        let lasts = line.contains(&stage.time.basis());
        assert_eq!(lasts, rung < signed, "{line}");
    }
    assert!(table.contains("cohort of 13 weeks, 28 days a step"));
    assert!(printed(&mut app, "funnel --basis activity").contains("activity of 13 weeks"));
}

#[test]
fn the_biggest_hole_is_one_key_from_its_leads() {
    let cache = Cache::morning();
    let app = morning(&cache, "3", (120, 40));
    let hole = app
        .figures
        .funnel()
        .unwrap()
        .report
        .holes
        .biggest()
        .cloned()
        .unwrap();
    assert!(shown(&app).contains("biggest hole"));
    let app = morning(&cache, "3 O", (120, 40));
    let rows = app.screen.list().unwrap().order().to_vec();
    let wanted: Vec<String> = hole.leads.iter().map(|id| id.as_str().to_owned()).collect();
    assert_eq!(rows, wanted, "the leads before the step, longest first");
    assert!(!rows.is_empty());
    let app = morning(&cache, "3 O esc", (120, 40));
    assert!(app.screen.list().unwrap().len() > rows.len());
}

#[test]
fn what_if_answers_while_it_is_typed_and_stays_under_the_picture() {
    let cache = Cache::morning();
    let mut app = morning(&cache, "3 w", (120, 40));
    type_in(&mut app, "proposal 9");
    let Mode::Line(line) = &app.mode else {
        panic!("a line is typed")
    };
    let Echo::Reads(words) = &line.echo else {
        panic!("{:?}", line.echo)
    };
    let before = words.clone();
    assert!(words.contains("at 9 %") && words.contains("signed a quarter"));
    type_in(&mut app, "0");
    let Mode::Line(line) = &app.mode else {
        panic!("a line is typed")
    };
    let Echo::Reads(words) = &line.echo else {
        panic!("{:?}", line.echo)
    };
    assert!(words.contains("at 90 %") && *words != before);
    let words = words.clone();
    desk::press(&mut app, "enter");
    assert_eq!(app.screen.funnel.supposed, "proposal 90");
    let stage = cnm::record::Id::new("proposal");
    let report = &app.figures.funnel().unwrap().report;
    let what_if = report.table.what_if(&stage, 0.9).unwrap();
    assert_eq!(report.what_if_words(&what_if), words);
    assert!(shown(&app).contains("what if"));
    desk::press(&mut app, "esc");
    assert!(app.screen.funnel.supposed.is_empty());
    assert!(report_error(&app, "propsal 60").contains("known: "));
    assert!(report_error(&app, "proposal 160").contains("between 0 and 100"));
}

fn report_error(app: &App, text: &str) -> String {
    let report = &app.figures.funnel().unwrap().report;
    report.suppose(text).unwrap_err()
}

#[test]
fn a_gate_asks_for_just_the_missing_facts_and_the_step_goes_through() {
    let mut app = console();
    go(&mut app, "bolt");
    desk::press(&mut app, ">");
    let Mode::Form(form) = &app.mode else {
        panic!("a form is open")
    };
    let names: Vec<&str> = form.fields.iter().map(|field| field.info.name).collect();
    assert_eq!(names, ["signer", "tax_form"]);
    assert!(shown(&app).contains("Bolt Media"), "{}", shown(&app));
    type_in(&mut app, "Kit");
    desk::press(&mut app, "tab");
    type_in(&mut app, "yes");
    let effects = desk::press(&mut app, "enter");
    assert_eq!(saves(&effects), 1, "facts and step are one batch");
    let bolt = lead(&app, "bolt");
    assert_eq!(bolt.stage.as_ref().unwrap().as_str(), "offer");
    assert!(bolt.tax_form && bolt.signer == "Kit");
    desk::press(&mut app, "u");
    let bolt = lead(&app, "bolt");
    assert_eq!(bolt.stage.as_ref().unwrap().as_str(), "talk");
    assert!(!bolt.tax_form && bolt.signer.is_empty());
}

#[test]
fn what_is_still_missing_is_asked_again_and_escape_takes_no_step() {
    let mut app = console();
    go(&mut app, "bolt");
    desk::press(&mut app, ">");
    type_in(&mut app, "Kit");
    desk::press(&mut app, "enter");
    let Mode::Form(form) = &app.mode else {
        panic!("it is asked again")
    };
    assert_eq!(form.fields.len(), 1);
    desk::press(&mut app, "esc");
    assert_eq!(lead(&app, "bolt").stage.as_ref().unwrap().as_str(), "talk");
    assert_eq!(lead(&app, "bolt").signer, "Kit");
}

#[test]
fn of_several_leads_those_with_all_facts_go_through() {
    let mut app = console();
    for id in ["bolt", "cove"] {
        app.screen
            .shelf_mut(Place::Funnel)
            .list
            .mark([id.to_owned()]);
    }
    desk::press(&mut app, ">");
    assert_eq!(lead(&app, "cove").stage.as_ref().unwrap().as_str(), "offer");
    assert_eq!(lead(&app, "bolt").stage.as_ref().unwrap().as_str(), "talk");
    assert!(matches!(app.mode, Mode::Form(_)));
}

#[test]
fn a_loss_takes_a_reason_of_the_team_or_one_of_its_own() {
    let mut app = console();
    go(&mut app, "acme");
    desk::press(&mut app, "d");
    assert!(matches!(app.mode, Mode::Pick(_)));
    desk::press(&mut app, "t");
    let acme = lead(&app, "acme");
    assert_eq!(acme.lost_reason, "terms");
    assert_eq!(acme.stage.as_ref().unwrap().as_str(), "lost");
    let events = app.world.table::<StageEvent>();
    let reasons: Vec<&str> = events
        .records()
        .map(|(_, event)| event.reason.as_str())
        .collect();
    assert_eq!(reasons, ["terms"]);
    desk::press(&mut app, "u");
    go(&mut app, "acme");
    desk::press(&mut app, "d .");
    assert!(matches!(app.mode, Mode::Line(_)));
    type_in(&mut app, "moved away");
    desk::press(&mut app, "enter");
    assert_eq!(lead(&app, "acme").lost_reason, "moved away");
}

#[test]
fn parking_asks_when_to_look_again() {
    let mut app = console();
    go(&mut app, "acme");
    desk::press(&mut app, "p");
    assert!(matches!(app.mode, Mode::Form(_)));
    type_in(&mut app, "2026-12-01");
    desk::press(&mut app, "enter");
    let acme = lead(&app, "acme");
    assert_eq!(acme.stage.as_ref().unwrap().as_str(), "parked");
    assert_eq!(acme.next_due, Some(jiff::civil::date(2026, 12, 1)));
    // With the day at hand it is one key.
    go(&mut app, "bolt");
    desk::press(&mut app, "p");
    assert_eq!(
        lead(&app, "bolt").stage.as_ref().unwrap().as_str(),
        "parked"
    );
}

#[test]
fn a_next_step_and_an_expiry_are_lines_of_text() {
    let mut app = console();
    go(&mut app, "acme");
    desk::press(&mut app, "t");
    type_in(&mut app, "send page 4 by fri");
    let Mode::Line(line) = &app.mode else {
        panic!("a line is typed")
    };
    let words = match &line.echo {
        Echo::Reads(words) => words.clone(),
        other => panic!("{other:?}"),
    };
    assert!(
        words.contains("send page 4") && words.contains("Fri"),
        "{words}"
    );
    desk::press(&mut app, "enter");
    let acme = lead(&app, "acme");
    assert_eq!(acme.next_step, "send page 4");
    assert_eq!(acme.next_due, Some(jiff::civil::date(2026, 11, 20)));
    desk::press(&mut app, "e");
    type_in(&mut app, "fri");
    desk::press(&mut app, "enter");
    assert!(lead(&app, "acme").expires_at.is_some());
    app.run_line("lead expires never");
    assert!(lead(&app, "acme").expires_at.is_none());
}

#[test]
fn a_lead_is_added_in_one_line_with_the_words_of_the_team() {
    let mut app = console();
    desk::press(&mut app, "a");
    type_in(&mut app, "Harbour Lights, road, talent, CA, 25");
    let Mode::Line(line) = &app.mode else {
        panic!("a line is typed")
    };
    assert_eq!(
        line.echo,
        Echo::Reads("roadshow · talent agency · CA · 25 creators".into())
    );
    desk::press(&mut app, "enter");
    let id = app.screen.list().unwrap().cursor().unwrap().to_owned();
    let made = lead(&app, &id);
    assert_eq!(made.name, "Harbour Lights");
    assert_eq!(made.source.as_str(), "roadshow", "a word no program knows");
    assert_eq!(made.stage.as_ref().unwrap().as_str(), "new");
    assert_eq!(made.owner.as_ref().unwrap().as_str(), "ana");
    desk::press(&mut app, "u");
    assert!(app.world.table::<Lead>().record(&id).is_none());
    desk::press(&mut app, "a");
    type_in(&mut app, "Harbour, nonsense");
    let Mode::Line(line) = &app.mode else {
        panic!("a line is typed")
    };
    assert!(matches!(&line.echo, Echo::Wrong(why) if why.contains("`nonsense`")));
}

#[test]
fn what_looks_known_is_offered_before_it_is_added_twice() {
    let mut app = console();
    desk::press(&mut app, "a");
    type_in(&mut app, "Bolt Media Inc");
    let Mode::Line(line) = &app.mode else {
        panic!("a line is typed")
    };
    assert!(matches!(&line.echo, Echo::Wrong(why) if why.contains("Bolt Media")));
    let before = app.world.table::<Lead>().len();
    desk::press(&mut app, "enter");
    assert!(matches!(app.mode, Mode::Pick(_)));
    desk::press(&mut app, "1");
    assert_eq!(app.screen.list().unwrap().cursor(), Some("bolt"));
    assert_eq!(app.world.table::<Lead>().len(), before);
    desk::press(&mut app, "a");
    type_in(&mut app, "Bolt Media Inc");
    desk::press(&mut app, "enter n");
    assert_eq!(app.world.table::<Lead>().len(), before + 1);
}

#[test]
fn a_merge_takes_over_what_was_missing_and_is_undone_as_a_whole() {
    let mut app = console();
    desk::press(&mut app, "D");
    let alike: BTreeSet<&str> = app
        .screen
        .list()
        .unwrap()
        .order()
        .iter()
        .map(String::as_str)
        .collect();
    assert_eq!(alike, BTreeSet::from(["acme", "acme2"]));
    desk::press(&mut app, "esc");
    go(&mut app, "acme2");
    desk::press(&mut app, "m");
    assert!(matches!(app.mode, Mode::Pick(_)));
    let effects = desk::press(&mut app, "1");
    assert_eq!(saves(&effects), 1);
    let kept = lead(&app, "acme");
    assert_eq!((kept.market.as_str(), kept.creators), ("US", Some(40)));
    assert_eq!(kept.name, "Acme Live");
    let double = lead(&app, "acme2");
    assert_eq!(double.duplicate_of.as_ref().unwrap().as_str(), "acme");
    assert!(double.closed_at.is_some());
    let link = |kind: Kind, id: &str| app.world.any(kind).fields(id).unwrap().2["lead"].clone();
    assert_eq!(link(Kind::Thread, "th"), "acme");
    assert_eq!(link(Kind::FollowUp, "fu"), "acme");
    let list = app.screen.list().unwrap();
    assert!(!list.order().iter().any(|id| id == "acme2"));
    assert_eq!(list.cursor(), Some("acme"));
    desk::press(&mut app, "u");
    let double = lead(&app, "acme2");
    assert!(double.duplicate_of.is_none() && double.closed_at.is_none());
    assert!(lead(&app, "acme").market.is_empty());
    let link = |kind: Kind, id: &str| app.world.any(kind).fields(id).unwrap().2["lead"].clone();
    assert_eq!(link(Kind::Thread, "th"), "acme2");
    assert_eq!(link(Kind::FollowUp, "fu"), "acme2");
}

#[test]
fn digits_score_a_lead_by_the_rubric() {
    let mut app = console();
    go(&mut app, "acme");
    desk::press(&mut app, "c");
    assert!(shown(&app).contains("Trend awareness"));
    desk::press(&mut app, "e");
    type_in(&mut app, "two formats of 2026");
    desk::press(&mut app, "enter 4 2");
    let acme = lead(&app, "acme");
    assert!(matches!(app.mode, Mode::Normal), "the last digit saves");
    // (4 × 1 + 2 × 3) ÷ 4
    assert_eq!(acme.score, Some(2.5));
    assert_eq!(acme.score_version, "rubric 1");
    assert_eq!(acme.score_answers[0].evidence, "two formats of 2026");
    app.run_line("lead score growth=5");
    assert_eq!(lead(&app, "acme").score, Some(4.75));
    desk::press(&mut app, "u u");
    assert_eq!(lead(&app, "acme").score, None);
    app.run_line("lead score growth=9");
    assert!(app.screen.notice.as_ref().unwrap().text.contains("0 to 5"));
}

#[test]
fn the_board_moves_between_columns_and_the_card_moves_with_its_stage() {
    let mut app = console();
    desk::press(&mut app, "b");
    assert_eq!(app.screen.funnel.view, FunnelView::Board);
    go(&mut app, "acme");
    desk::press(&mut app, "l");
    let here = app.screen.list().unwrap().cursor().unwrap().to_owned();
    assert_eq!(lead(&app, &here).stage.as_ref().unwrap().as_str(), "talk");
    desk::press(&mut app, "j j j j j j");
    let last = app.screen.list().unwrap().cursor().unwrap().to_owned();
    assert_eq!(
        lead(&app, &last).stage.as_ref().unwrap().as_str(),
        "talk",
        "down stays in the column"
    );
    desk::press(&mut app, "h");
    let back = app.screen.list().unwrap().cursor().unwrap().to_owned();
    assert_eq!(lead(&app, &back).stage.as_ref().unwrap().as_str(), "new");
    go(&mut app, "cove");
    desk::press(&mut app, ">");
    assert_eq!(lead(&app, "cove").stage.as_ref().unwrap().as_str(), "offer");
    assert_eq!(
        app.screen.list().unwrap().cursor(),
        Some("cove"),
        "the cursor goes with the card"
    );
    let screen = shown(&app);
    assert!(
        screen.contains("Board") && screen.contains("Offer 1"),
        "{screen}"
    );
}

#[test]
fn stepping_goes_from_lead_to_lead_counts_and_takes_back() {
    let mut app = console();
    desk::press(&mut app, "S s");
    let whole = app.screen.list().unwrap().len();
    assert!(whole >= 3, "{whole}");
    let first = app.screen.list().unwrap().cursor().unwrap().to_owned();
    // Putting it off brings the next one and loses none.
    desk::press(&mut app, "s");
    let second = app.screen.list().unwrap().cursor().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(app.screen.list().unwrap().order().last(), Some(&first));
    assert_eq!(app.screen.list().unwrap().len(), whole);
    desk::press(&mut app, "d n");
    let stepping = app.screen.funnel.stepping.clone().unwrap();
    assert_eq!(stepping.decided.lost, 1);
    assert_eq!(stepping.left().count(), whole - 1);
    let third = app.screen.list().unwrap().cursor().unwrap().to_owned();
    assert_ne!(third, second);
    assert!(
        shown(&app).contains(&format!("1 done - {} left", whole - 1)),
        "{}",
        shown(&app)
    );
    desk::press(&mut app, "<");
    let decided = app.screen.funnel.stepping.clone().unwrap().decided;
    assert_eq!(decided.sum(), 2);
    desk::press(&mut app, "u u");
    let stepping = app.screen.funnel.stepping.clone().unwrap();
    assert_eq!(stepping.decided.sum(), 0);
    assert_eq!(app.screen.list().unwrap().len(), whole);
    assert_eq!(
        app.screen.list().unwrap().cursor(),
        Some(second.as_str()),
        "what was taken back is under the cursor"
    );
    // A next step decides for now, too.
    desk::press(&mut app, "t");
    type_in(&mut app, "call fri");
    desk::press(&mut app, "enter");
    let decided = app.screen.funnel.stepping.clone().unwrap().decided;
    assert_eq!((decided.planned, decided.sum()), (1, 1));
    desk::press(&mut app, "esc");
    assert!(app.screen.funnel.stepping.is_none());
}

#[test]
fn the_end_of_stepping_says_what_was_done() {
    let mut app = console();
    desk::press(&mut app, "S s");
    let whole = app.screen.list().unwrap().len();
    for _ in 0..whole {
        desk::press(&mut app, "d t");
    }
    let screen = shown(&app);
    assert!(
        screen.contains(&format!("All {whole} decided: {whole} lost")),
        "{screen}"
    );
    desk::press(&mut app, "u");
    assert_eq!(app.screen.list().unwrap().len(), 1);
}

#[test]
fn the_scope_is_one_key_and_holds_for_list_and_figures() {
    let mut app = console();
    let all = app.screen.list().unwrap().len();
    assert_eq!(all, 6);
    for (reach, leads) in [(Reach::Me, 4), (Reach::Team, 5), (Reach::Region, 6)] {
        desk::press(&mut app, "S");
        assert_eq!(app.screen.funnel.reach, reach);
        assert_eq!(app.screen.list().unwrap().len(), leads, "{reach:?}");
        let report = &app.figures.funnel().unwrap().report;
        assert_eq!(report.open.n, leads as u64, "{reach:?}");
    }
    desk::press(&mut app, "S");
    assert_eq!(app.screen.funnel.reach, Reach::Everyone);
}

#[test]
fn the_basis_is_named_wherever_it_is_shown() {
    let cache = Cache::morning();
    let app = morning(&cache, "3", (120, 40));
    assert!(shown(&app).contains("cohort of 13 weeks, 28 days a step"));
    let app = morning(&cache, "3 v", (120, 40));
    assert!(shown(&app).contains("activity of 13 weeks"));
    assert!(!shown(&app).contains("cohort of 13 weeks"));
}

#[test]
fn every_share_of_the_picture_stands_with_its_number() {
    let cache = Cache::morning();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let app = morning(&cache, "3", size);
        let report = &app.figures.funnel().unwrap().report;
        let screen = shown(&app);
        for stage in &report.table.rows {
            let Some(step) = stage.cohort_step.filter(|step| step.share.of.n > 0) else {
                continue;
            };
            let line = screen
                .lines()
                .find(|line| line.contains(&format!(" {}", stage.name)) && line.contains('%'))
                .unwrap_or_else(|| panic!("{} at {size:?}\n{screen}", stage.name));
            let n = step.share.of.n;
            assert!(
                line.contains(&format!(" of {n}")) || line.contains(&format!("/{n}")),
                "{line}"
            );
        }
    }
}

/// Each was looked at before it was taken.
#[test]
fn screens_of_the_funnel_at_every_size() {
    const UNICODE: Look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    const SHOWN: [(&str, &str, &str); 8] = [
        ("list", "3", ""),
        ("activity", "3 v", ""),
        ("hole", "3 O", ""),
        ("board", "3 b", ""),
        ("figures", "3 f", ""),
        ("stepping", "3 s", ""),
        ("score", "3 c", ""),
        ("gate", "3", "filter set stage:replied"),
    ];
    let cache = Cache::morning();
    for (columns, lines) in [(80, 24), (120, 40), (200, 60)] {
        for (name, keys, line) in SHOWN {
            let mut app = morning(&cache, keys, (columns, lines));
            if !line.is_empty() {
                app.run_line(line);
                desk::press(&mut app, ">");
            }
            let drawn = desk::lines(&desk::draw(&app, UNICODE));
            let drawn: Vec<&str> = drawn.iter().map(|line| line.trim_end()).collect();
            insta::assert_snapshot!(format!("{name}-{columns}x{lines}"), drawn.join("\n"));
        }
    }
}
