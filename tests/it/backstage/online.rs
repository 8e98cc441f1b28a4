//! From a file through the program and a real server, and what the server then has.

use std::collections::BTreeMap;

use cnm::effect::Load;
use cnm::import::backstage::Export;
use cnm::record::Kind;
use serde_json::{Value as Json, json};

use super::files::{CREATOR_DATA, csv, row_of, workbook};
use crate::backend::{Backend, Console};

/// Everything that the server has of a kind, by its feed: none of our own reading of files is in it.
fn dump(backend: &Backend, console: &Console, kind: &str) -> Vec<Json> {
    let feed = backend.record("changes?limit=1000", &console.token);
    assert_eq!(feed["more"], false);
    let changes = feed["changes"].as_array().unwrap();
    changes
        .iter()
        .filter(|row| row["kind"] == kind && row.get("deleted").is_none())
        .cloned()
        .collect()
}

fn file(console: &Console, name: &str, bytes: &[u8]) -> String {
    std::fs::create_dir_all(&console.home).unwrap();
    let path = console.home.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn july(rows: u64) -> Vec<u8> {
    let rows: Vec<Vec<String>> = (0..rows).map(row_of).collect();
    workbook(
        &CREATOR_DATA,
        &rows,
        Some("Exported at 2026-07-07 08:00 (UTC+0)"),
    )
}

/// Compares what the server has with the cells of the file, one by one.
fn cells_are_fields(backend: &Backend, ana: &Console) {
    let creators = dump(backend, ana, "creator");
    let figures = dump(backend, ana, "creator_snapshot");
    assert_eq!((creators.len(), figures.len()), (120, 120));
    let by_id: BTreeMap<&str, &Json> = creators
        .iter()
        .map(|row| (row["fields"]["platform_id"].as_str().unwrap(), row))
        .collect();
    for number in 0..120 {
        let cells = row_of(number);
        let creator = by_id[cells[1].as_str()];
        assert_eq!(creator["fields"]["handle"], json!(cells[2]));
        assert_eq!(creator["fields"]["network"], "nova");
        assert_eq!(creator["fields"]["manager"], json!(cells[4]));
        assert_eq!(creator["fields"]["joined_at"], "2023-08-05");
        assert_eq!(creator["fields"]["tier_status"], json!(cells[22]));
        assert_eq!(creator["updated_by"], "ana");
        let mine = figures
            .iter()
            .filter(|row| row["fields"]["creator"] == creator["id"]);
        let mine: Vec<&Json> = mine.map(|row| &row["fields"]).collect();
        assert_eq!(mine.len(), 1);
        assert_eq!(mine[0]["diamonds"], json!(cells[7].parse::<i64>().unwrap()));
        assert_eq!(mine[0]["live_seconds"], 23 * 3600 + 7 * 60 + 8);
        assert_eq!(mine[0]["last_month_hours"], 180.5);
        assert_eq!(
            (
                &mine[0]["period_start"],
                &mine[0]["period_end"],
                &mine[0]["period_kind"]
            ),
            (&json!("2026-07-01"), &json!("2026-07-06"), &json!("mtd"))
        );
    }
}

/// What the CN has is what its creators have together.
fn totals_are_sums(backend: &Backend, ana: &Console) {
    let points = dump(backend, ana, "metric_point");
    assert_eq!(points.len(), 9);
    let of = |metric: &str| {
        let mut all = points
            .iter()
            .filter(|row| row["fields"]["metric"] == metric);
        let point = all.next().unwrap()["fields"].clone();
        assert_eq!(point["subject"], json!({"kind": "network", "id": "nova"}));
        assert_eq!(point["source"], "backstage export");
        assert_eq!(
            (&point["period_kind"], &point["period"], &point["n"]),
            (&json!("mtd"), &json!("2026-07-01"), &json!(120))
        );
        assert_eq!(point["as_of"], "2026-07-07T08:00:00Z");
        point["value"].as_f64().unwrap()
    };
    let diamonds: u32 = (0..120).map(|number| 553_978 + number).sum();
    let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
    assert!(near(of("diamonds"), f64::from(diamonds)));
    assert!(near(of("valid_days"), 720.0));
    assert!(near(of("active_creators"), 120.0));
    let largest = f64::from(553_978 + 119) / f64::from(diamonds) * 100.0;
    assert!(near(of("largest_creator_share"), largest));
    let seconds = 120 * (23 * 3600 + 7 * 60 + 8);
    assert!(near(of("live_hours"), f64::from(seconds) / 3600.0));
}

#[test]
fn what_the_file_says_is_what_the_server_has() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let path = file(&ana, "Creator data.xlsx", &july(120));
    let dry = ana
        .run(&[
            "import",
            "backstage",
            &path,
            "--network",
            "Nova Media",
            "--dry-run",
        ])
        .ok();
    assert!(
        dry.contains("120 new creators") && dry.contains("nothing was changed"),
        "{dry}"
    );
    assert!(
        dump(&backend, &ana, "creator").is_empty(),
        "a dry run changes nothing"
    );
    let said = ana
        .run(&["import", "backstage", &path, "--network", "Nova Media"])
        .ok();
    assert!(said.contains("sent: 250 edits"), "{said}");

    cells_are_fields(&backend, &ana);
    totals_are_sums(&backend, &ana);
    let imports = dump(&backend, &ana, "import");
    assert_eq!(imports.len(), 1);
    let kept = &imports[0]["fields"];
    assert_eq!(
        (&kept["by"], &kept["rows"], &kept["created"]),
        (&json!("ana"), &json!(120), &json!(120))
    );
    assert_eq!(kept["file"], "Creator data.xlsx");

    let again = ana
        .run(&["import", "backstage", &path, "--network", "Nova Media"])
        .ok();
    assert!(
        again.contains("nothing to change: this file was imported before"),
        "{again}"
    );
    assert_eq!(dump(&backend, &ana, "import").len(), 1);

    assert!(
        ana.run(&["undo"])
            .ok()
            .contains("took back: import Creator data.xlsx")
    );
    for kind in ["creator", "creator_snapshot", "import", "metric_point"] {
        assert!(
            dump(&backend, &ana, kind).is_empty(),
            "{kind}: one undo takes all of it back"
        );
    }
}

#[test]
fn an_import_made_offline_waits_and_what_a_person_typed_stays() {
    let mut backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.run(&[
        "new",
        "creator",
        "handle=creator0",
        "network=nova",
        "group=Our word",
    ])
    .ok();
    backend.stop();
    let header = [
        "Creator ID",
        "Handle",
        "Group",
        "Data period",
        "Diamonds",
        "Shoe size",
    ];
    let rows: [&[&str]; 2] = [
        &[
            "7359135855103475718",
            "creator0",
            "Group A",
            "2026-07-01 ~ 2026-07-06",
            "2.98M",
            "38",
        ],
        &[
            "7359135855103475719",
            "stranger",
            "Group A",
            "2026-07-01 ~ 2026-07-06",
            "1",
            "40",
        ],
    ];
    let path = file(&ana, "a.csv", csv(&header, &rows).as_bytes());
    let said = ana.run(&["import", "backstage", &path]).ok();
    // A creator, their figures, the import, and three figures of the CN.
    assert!(said.contains("queued: 6 of 6 edits wait"), "{said}");
    assert!(
        said.contains("`Our word` stays") && said.contains("row 3: not used"),
        "{said}"
    );
    assert!(said.contains("column `Shoe size` is not known"), "{said}");
    backend.resume();
    ana.run(&["sync"]).ok();
    let creators = dump(&backend, &ana, "creator");
    assert_eq!(creators.len(), 1);
    assert_eq!(creators[0]["fields"]["group"], "Our word");
    assert_eq!(creators[0]["fields"]["platform_id"], "7359135855103475718");
    let figures = dump(&backend, &ana, "creator_snapshot");
    assert_eq!(figures[0]["fields"]["diamonds"], 2_980_000);
    assert_eq!(figures[0]["fields"]["other"], json!({"Shoe size": "38"}));
    let import = &dump(&backend, &ana, "import")[0]["fields"];
    assert_eq!(import["unknown_columns"], json!(["Shoe size"]));
    let unmatched: Json = serde_json::from_str(import["unmatched"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&unmatched["row"], &unmatched["cells"][1]),
        (&json!(3), &json!("stranger"))
    );
}

#[test]
fn the_report_for_programs_says_every_change() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let path = file(&ana, "Creator data.xlsx", &july(3));
    let out = ana
        .run(&[
            "import",
            "backstage",
            &path,
            "--network",
            "nova",
            "--dry-run",
            "--format",
            "json",
        ])
        .ok();
    let report: Json = serde_json::from_str(&out).unwrap();
    let plan = &report["imports"][0];
    assert_eq!(plan["counts"]["created"], 3);
    let changes = plan["changes"].as_array().unwrap();
    let (of_rows, of_networks): (Vec<&Json>, Vec<&Json>) =
        changes.iter().partition(|change| change["row"].is_u64());
    assert_eq!((of_rows.len(), of_networks.len()), (6, 9));
    assert!(
        of_networks
            .iter()
            .all(|change| change["kind"] == "metric_point" && change["creator"] == "Nova Media")
    );
    assert_eq!(
        of_rows[0]["change"]["set"]["platform_id"],
        "7359135855103475718"
    );
    let wrong = ana.run(&["import", "backstage", "/nowhere/a.xlsx"]);
    assert!(
        wrong.code == 1 && wrong.err.contains("/nowhere/a.xlsx: cannot be opened"),
        "{wrong:?}"
    );
    let unknown = ana.run(&["import", "backstage", &path, "--network", "Nobody"]);
    assert!(
        unknown.code == 2 && unknown.err.contains("cnm list network"),
        "{unknown:?}"
    );
}

/// The contract promises no more than 100 commands a batch; larger ones are what a server may offer.
#[test]
fn a_server_that_takes_a_hundred_commands_a_batch_gets_all_of_an_import() {
    let backend = Backend::tuned(
        |_| Vec::new(),
        |options| options.limits.commands_per_batch = 100,
    );
    let ana = backend.console("ana");
    let meta = backend.record("meta", &ana.token);
    assert_eq!(meta["limits"]["commands_per_batch"], 100);
    ana.run(&["sync"]).ok();
    let path = file(&ana, "july.xlsx", &july(120));
    let said = ana
        .run(&["import", "backstage", &path, "--network", "nova"])
        .ok();
    assert!(said.contains("sent: 250 edits"), "{said}");
    cells_are_fields(&backend, &ana);
    assert_eq!(ana.run(&["outbox", "show"]).ok(), "");
}

/// Of what was imported before only that is read which a file can touch: months ago are left alone, and what is read
/// gives the same plan as everything would.
#[test]
fn a_file_is_compared_with_its_own_months_only() {
    let bytes = july(3);
    let export = Export::read("july.xlsx", &bytes, None, &mut |_| {}).unwrap();
    let since = export.reaches_back_to().unwrap();
    assert_eq!(since, jiff::civil::date(2026, 4, 6));
    let loads = cnm::runtime::import_loads(&[export]);
    let begins = loads.iter().find_map(|load| match load {
        Load::Since { kind, since, .. } if *kind == Kind::CreatorSnapshot => Some(*since),
        _ => None,
    });
    assert_eq!(begins.unwrap().to_string(), "2026-04-06T00:00:00Z");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the program is killed after a while of real time"
)]
fn an_import_that_was_killed_is_all_there_or_not_at_all_and_a_second_one_completes_it() {
    for delay in [30, 120, 400] {
        let backend = Backend::start();
        let ana = backend.console("ana");
        ana.run(&["sync"]).ok();
        let path = file(&ana, "july.xlsx", &july(120));
        let args = ["import", "backstage", &path, "--network", "Nova Media"];
        let mut child = crate::backend::program(&ana.home)
            .args(args)
            .env("CNM_SERVER", &ana.server)
            .env("CNM_TOKEN", &ana.token)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        ana.run(&args).ok();
        ana.run(&["sync"]).ok();
        // Whether or not the first one got as far as its edits: nothing is missing, nothing is there twice.
        cells_are_fields(&backend, &ana);
        totals_are_sums(&backend, &ana);
        assert_eq!(dump(&backend, &ana, "import").len(), 1, "after {delay} ms");
    }
}

#[test]
fn whoever_does_not_look_after_a_cn_is_told_so_and_changes_nothing() {
    let backend = Backend::start();
    let (ana, ben) = (backend.console("ana"), backend.console("ben"));
    ana.run(&["sync"]).ok();
    let creator = [
        "new",
        "creator",
        "handle=creator0",
        "platform_id=7359135855103475718",
        "network=nova",
    ];
    ana.run(&creator).ok();
    ben.run(&["sync"]).ok();
    let header = ["Creator ID", "Handle", "Data period", "Diamonds"];
    let row: &[&str] = &[
        "7359135855103475718",
        "creator0",
        "2026-07-01 ~ 2026-07-06",
        "12",
    ];
    let path = file(&ben, "a.csv", csv(&header, &[row]).as_bytes());
    // The creator is not among those that Ben sees: the row is named, nothing is sent.
    let ran = ben.run(&["import", "backstage", &path]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("row 2: not used"), "{ran:?}");
    assert!(ran.out.contains("nothing to change"), "{ran:?}");
    assert!(ran.err.contains("no row could be used"), "{ran:?}");
    // Nor can he name the CN under which it would be filed.
    let refused = ben.run(&["import", "backstage", &path, "--network", "Nova Media"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(
        refused.err.contains("no CN `Nova Media`") && refused.err.contains("cnm list network"),
        "{refused:?}"
    );
    assert!(dump(&backend, &ana, "creator_snapshot").is_empty());
    assert!(dump(&backend, &ana, "import").is_empty());
}
