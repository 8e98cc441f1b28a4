//! Strings that break things, through every file that leaves the program: CSV, JSON, Markdown, calendars.

use std::collections::BTreeMap;

use cnm::app::{App, Msg};
use cnm::command::join_words;
use cnm::effect::{CacheChange, CacheRow, Effect, RowState};
use cnm::ics;
use cnm::record::Kind;
use cnm::runtime::Clock;
use cnm::server::NewRecord;
use cnm::text::plain_body;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::backend::{Backend, new_record};
use crate::desk;
use crate::naughty::NAUGHTY;

/// A record of each kind that is exported, for each string.
fn fields(text: &str) -> [(Kind, char, Json); 4] {
    [
        (
            Kind::Lead,
            'l',
            json!({"name": text, "next_step": text, "stage": "new", "owner": "ana"}),
        ),
        (
            Kind::Network,
            'n',
            json!({"name": text, "lifecycle": "active", "owner": "ana"}),
        ),
        (
            Kind::MetricPoint,
            'p',
            json!({"metric": "diamonds", "period_kind": "month", "period": "2026-10-01",
                "value": -1.5, "as_of": "2026-11-01T00:00:00Z", "source": text}),
        ),
        (
            Kind::Meeting,
            'm',
            json!({"title": text, "start": "2026-11-18T18:00:00Z", "end": "2026-11-18T18:30:00Z",
                "state": "confirmed", "owner": "ana", "attendees": []}),
        ),
    ]
}

fn records(clock: Clock) -> Vec<NewRecord> {
    let mut made = vec![new_record(
        clock,
        Kind::MetricDef,
        "diamonds",
        json!({"name": "Diamonds", "unit": "diamonds", "formula": "=1+1"}),
    )];
    for (at, text) in NAUGHTY.iter().enumerate() {
        for (kind, letter, mut fields) in fields(text) {
            if kind == Kind::MetricPoint {
                fields["subject"] = json!({"kind": "network", "id": format!("n{at}")});
            }
            made.push(new_record(clock, kind, &format!("{letter}{at}"), fields));
        }
    }
    made
}

/// Reads a table as a spreadsheet does; returns its records by the first column named.
fn table(text: &str, key: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        assert_eq!(record.len(), header.len(), "{record:?}");
        let cells: BTreeMap<String, String> = header
            .iter()
            .zip(record.iter())
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect();
        let found = rows.insert(cells[key].clone(), cells);
        assert_eq!(found, None, "a row of its own");
    }
    rows
}

/// A cell is what was stored, without what no terminal may see, and never a formula.
fn is_the_text(cell: &str, text: &str) {
    let clean = plain_body(text);
    let bare = cell.strip_prefix('\'').unwrap_or(cell);
    // Spreadsheets end a line with either; the reader keeps what is in quotes.
    assert!(bare == clean || cell == clean, "{text:?} became {cell:?}");
    let begins = cell.trim_start().chars().next();
    let formula = begins.is_some_and(|letter| "=+-@＝＋－＠".contains(letter));
    assert!(!formula, "{cell:?}");
    assert!(!cell.starts_with(['\t', '\r', '\n']), "{cell:?}");
    no_sequences(cell);
}

fn no_sequences(text: &str) {
    let odd = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t' | '\r')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(odd), "{text:?}");
}

#[test]
fn lists_and_figures_leave_as_tables_and_json_with_every_string_in_its_own_cell() {
    let backend = Backend::with(records);
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let printed = ana.run(&["list", "lead", "--format", "csv"]).ok();
    let rows = table(&printed, "id");
    let kept = ana.run(&["list", "lead", "--format", "json"]).ok();
    no_sequences(&kept);
    let kept: Vec<Json> = serde_json::from_str(&kept).unwrap();
    let lines = ana.run(&["list", "lead", "--format", "jsonl"]).ok();
    let lines: Vec<Json> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(kept, lines);
    // Two more leads are Ana's in every fixture.
    assert_eq!(kept.len(), NAUGHTY.len() + 2);
    assert_eq!(rows.len(), kept.len());
    for (at, text) in NAUGHTY.iter().enumerate() {
        let id = format!("l{at}");
        is_the_text(&rows[&id]["name"], text);
        is_the_text(&rows[&id]["next_step"], text);
        let found = kept.iter().find(|lead| lead["id"] == id.as_str()).unwrap();
        let name = found["fields"]["name"].as_str().unwrap_or_default();
        assert_eq!(name, *text, "JSON keeps every letter");
    }
    let shown = ana.run(&["list", "lead"]).ok();
    assert_eq!(shown.lines().count(), kept.len() + 1, "a line each");
    no_sequences(&shown);
    figures(&ana);
}

fn figures(ana: &crate::backend::Console) {
    let printed = ana.run(&["network", "export", "-", "--format", "csv"]).ok();
    let rows = table(&printed, "cn_id");
    let kept = ana
        .run(&["network", "export", "-", "--format", "json"])
        .ok();
    no_sequences(&kept);
    let kept: Vec<Json> = serde_json::from_str(&kept).unwrap();
    assert_eq!((rows.len(), kept.len()), (NAUGHTY.len(), NAUGHTY.len()));
    for (at, text) in NAUGHTY.iter().enumerate() {
        let row = &rows[&format!("n{at}")];
        is_the_text(&row["source"], text);
        is_the_text(&row["definition"], "=1+1");
        // A figure is a number, also below nothing.
        assert_eq!(row["value"], "-1.5");
    }
}

fn app() -> App {
    let mut app = desk::open("ana", desk::morning(), (120, 40));
    let changes = NAUGHTY.iter().enumerate().flat_map(|(at, text)| {
        fields(text).map(|(kind, letter, fields)| {
            CacheChange::Upsert(CacheRow {
                kind,
                id: format!("{letter}{at}"),
                version: 1,
                state: RowState::Clean,
                fields: fields.to_string(),
            })
        })
    });
    let now = app.world.view.now;
    app.update(now, Msg::Changed(changes.collect()));
    app
}

fn run(app: &mut App, words: &[&str]) -> Vec<Effect> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let request = json!({"run": [join_words(&words)]}).to_string();
    let now = app.world.view.now;
    app.update(now, Msg::Asked { id: 1, request })
}

fn exported(effects: &[Effect]) -> &str {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Export { text, .. } => Some(text.as_str()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing was written: {effects:?}"))
}

#[test]
fn a_calendar_file_holds_one_event_whatever_its_title_says() {
    let mut app = app();
    let now = app.world.view.now;
    for (at, text) in NAUGHTY.iter().enumerate() {
        let id = format!("meeting:m{at}");
        let effects = run(&mut app, &["slot", "export", "x.ics", "--id", &id]);
        let file = exported(&effects);
        for line in file.split("\r\n") {
            assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
        }
        no_sequences(file);
        let unfolded = file.replace("\r\n ", "");
        let names: Vec<&str> = unfolded
            .lines()
            .filter_map(|line| line.split([':', ';']).next())
            .collect();
        let count = |name: &str| names.iter().filter(|one| **one == name).count();
        assert_eq!(
            (count("SUMMARY"), count("UID"), count("DTSTART")),
            (1, 1, 1)
        );
        let known = |name: &&str| {
            name.chars()
                .all(|letter| letter.is_ascii_uppercase() || letter == '-')
        };
        assert!(names.iter().all(known), "{names:?}");
        let until = now + SignedDuration::from_hours(24 * 30);
        let read = ics::read(file.as_bytes(), &ics::Options::new(now, until)).unwrap();
        assert_eq!(read.remarks, [], "{text:?}");
        assert_eq!(read.occurrences.len(), 1, "{text:?}");
        // The invitation that is copied with it holds no more lines than one for a plain title.
        let copied = effects.iter().find_map(|effect| match effect {
            Effect::Copy(words) => Some(plain_body(words).into_owned()),
            _ => None,
        });
        no_sequences(&copied.unwrap());
    }
}

#[test]
fn what_is_copied_holds_nothing_that_a_terminal_or_a_shell_would_take_for_its_own() {
    let mut app = app();
    for (at, text) in NAUGHTY.iter().enumerate() {
        let effects = run(&mut app, &["app", "copy", "--id", &format!("lead:l{at}")]);
        let copied = effects.iter().find_map(|effect| match effect {
            Effect::Copy(words) => Some(words),
            _ => None,
        });
        // The runtime cleans it once more on its way into the sequence, so that no byte can end it.
        let clean = plain_body(copied.unwrap());
        no_sequences(&clean);
        assert!(
            clean.contains(plain_body(text).trim()),
            "{text:?}: {clean:?}"
        );
    }
}

#[test]
fn a_summary_is_a_list_whatever_its_lines_say() {
    let mut app = app();
    for (at, text) in NAUGHTY.iter().enumerate() {
        let name = format!("title=zz{text}");
        let plain = format!("title={text}");
        for title in [name, plain] {
            let id = format!("lead:l{at}");
            let words = ["follow-up", "add", "--id", &id, "fri", "--title"];
            let title = title.trim_start_matches("title=");
            let mut words: Vec<&str> = words.to_vec();
            words.push(title);
            run(&mut app, &words);
        }
    }
    let effects = run(&mut app, &["inbox", "summary", "--export", "x.md"]);
    let file = exported(&effects);
    no_sequences(file);
    let mut items = 0;
    for line in file.lines().filter(|line| !line.is_empty()) {
        let (mark, rest) = line.split_once(' ').unwrap();
        assert!(["#", "##", "-"].contains(&mark), "{line:?}");
        if mark != "-" {
            continue;
        }
        items += 1;
        // Whatever could begin a tag, a link, code, an entity, another list or a heading is escaped.
        let mut before = ' ';
        for letter in rest.chars() {
            if "`*_[]<>#|!&~".contains(letter) {
                assert_eq!(before, '\\', "{line:?}");
                before = ' ';
                continue;
            }
            before = if (before, letter) == ('\\', '\\') {
                ' '
            } else {
                letter
            };
        }
        assert!(!rest.starts_with(['-', '+', '=']), "{line:?}");
        let number = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        assert!(
            number == rest || !number.starts_with(['.', ')']),
            "{line:?}"
        );
    }
    assert!(items > NAUGHTY.len(), "{items} lines");
}
