//! Exports of the platform: every spelling, every trap, hostile files, and the way to the server and back.

mod console;
mod figures;
pub(crate) mod files;
mod hostile;
mod online;

use cnm::effect::CacheRow;
use cnm::import::backstage::{
    self, Cell, ColumnMap, ImportError, Known, Plan, Reading, Told, prepare,
};
use cnm::record::{Kind, Op, PeriodKind};
use serde_json::{Value as Json, json};

use crate::shared_files;
use files::{CREATOR_DATA, MANAGE, csv, csv_of, row_of, workbook};

fn cached(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 3,
        state: cnm::effect::RowState::Clean,
        fields: fields.to_string(),
    }
}

fn read(
    name: &str,
    bytes: &[u8],
    known: &Known,
    network: Option<&str>,
) -> Result<Plan, ImportError> {
    let told = Told {
        network,
        ..Told::default()
    };
    let mut next = 0;
    prepare(
        name,
        bytes,
        known,
        told,
        &mut || {
            next += 1;
            format!("new-{next}")
        },
        &mut |_| {},
    )
}

fn fresh(name: &str, bytes: &[u8]) -> Plan {
    read(name, bytes, &Known::default(), Some("nova")).unwrap()
}

/// The fields that a plan sets on records of a kind, in the order of the file.
fn sets(plan: &Plan, kind: Kind) -> Vec<Json> {
    let changes = plan.changes.iter().filter(|change| change.kind == kind);
    changes
        .map(|change| Json::Object(change.patch.set.clone()))
        .collect()
}

/// `CNM_NORMALISE_VECTORS` names the file, else the shared one is used; without either the test skips.
#[test]
fn every_row_of_the_vectors_passes() {
    let Some(path) = shared_files::find("CNM_NORMALISE_VECTORS", "data/normalise_vectors.tsv")
    else {
        println!("skipped: no normalise_vectors.tsv; name one with CNM_NORMALISE_VECTORS");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let mut done = 0;
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [kind, input, expected] = cells.as_slice() else {
            panic!("a row of three cells: {line}");
        };
        let input = if *input == "(blank)" { "" } else { input };
        assert_eq!(
            said(kind, &Cell::text(input)),
            expected_of(kind, input, expected),
            "{line}"
        );
        done += 1;
    }
    assert!(done >= 19, "{done} rows");
}

fn expected_of(kind: &str, input: &str, expected: &str) -> String {
    match kind {
        "id" => input.to_owned(),
        "period" => expected.trim_end_matches(" (UTC)").to_owned(),
        _ => expected.to_owned(),
    }
}

fn word<T>(reading: Reading<T>, show: impl Fn(T) -> String) -> String {
    match reading {
        Reading::Value(value) => show(value),
        Reading::Nothing => "null".into(),
        Reading::Odd(_) => "null+warning".into(),
    }
}

fn said(kind: &str, cell: &Cell) -> String {
    match kind {
        "duration_s" => word(backstage::seconds(cell), |seconds| seconds.to_string()),
        "count" | "days" | "any" => word(backstage::count(cell), |count| count.to_string()),
        "percent" => word(backstage::percent(cell), |percent| percent.to_string()),
        "bool" => word(backstage::flag(cell), |flag| flag.to_string()),
        "period" => word(backstage::days(cell), |(from, to)| format!("{from}..{to}")),
        "datetime" => word(backstage::instant(cell), |at| at.to_string()),
        "group" => {
            let bytes = csv(
                &["Creator ID", "Group"],
                &[&["7359135855103475718", &cell.text]],
            );
            let plan = fresh("2026_06_02_14_59.csv", bytes.as_bytes());
            let group = sets(&plan, Kind::Creator)[0].get("group").cloned();
            group.map_or_else(|| "null".into(), |group| group.to_string())
        }
        "id" => match backstage::judge([Some(cell)].into_iter()).remove(0) {
            backstage::IdCell::Good(digits) => digits,
            other => format!("{other:?}"),
        },
        other => panic!("unknown kind {other}"),
    }
}

/// The column names are facts about the platform's exports: the map has to know each of them.
#[test]
fn the_map_knows_every_column_of_the_three_exports() {
    let Some(path) = shared_files::find("CNM_BACKSTAGE_COLUMNS", "data/backstage_columns.tsv")
    else {
        println!("skipped: no backstage_columns.tsv; name one with CNM_BACKSTAGE_COLUMNS");
        return;
    };
    let map = ColumnMap::shipped().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let mut unknown = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [export, header, aliases, ..] = cells.as_slice() else {
            continue;
        };
        if *export == "scouting" || header.starts_with('(') {
            continue;
        }
        let aliases = aliases
            .split(';')
            .map(|alias| alias.replace("(with colon)", ""));
        let names = std::iter::once((*header).to_owned()).chain(aliases);
        for name in names
            .map(|name| name.trim().to_owned())
            .filter(|name| name.len() > 1)
        {
            // The fourth column of a row with an unquoted semicolon is no name.
            if map.find(&name).is_none() && !["money", "string"].contains(&name.as_str()) {
                unknown.push(name);
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn one_name_that_begins_another_is_never_taken_for_it() {
    let map = ColumnMap::shipped().unwrap();
    let name = |text: &str| map.find(text).map(|column| column.name.clone());
    assert_eq!(
        name("Estimated bonus - Off-platform creator task (2026.3)").unwrap(),
        "Estimated bonus - Off-platform creator task (2026.3)"
    );
    assert_eq!(
        name("Estimated bonus - Off-platform creator task:").unwrap(),
        "Estimated bonus - Off-platform creator task"
    );
    assert_eq!(
        name("Estimated bonus - Off-platform creator task (2027.1)"),
        None
    );
}

#[test]
fn a_workbook_with_the_header_on_row_two_gives_the_same_as_a_table_of_text() {
    let rows: Vec<Vec<String>> = (0..5).map(row_of).collect();
    let book = workbook(
        &CREATOR_DATA,
        &rows,
        Some("Exported at 2026-07-07 08:00 (UTC+0)"),
    );
    let text = format!(
        "Exported at,2026-07-07 08:00 (UTC+0)\n{}",
        csv_of(&CREATOR_DATA, &rows)
    );
    let one = fresh("a.xlsx", &book);
    let other = fresh("a.csv", text.as_bytes());
    assert_eq!(one.counts, other.counts);
    assert_eq!(one.changes, other.changes);
    assert_eq!(
        one.exported_at,
        Some("2026-07-07T08:00:00Z".parse().unwrap())
    );
    assert_eq!((one.counts.created, one.counts.new_figures), (5, 5));
    let creator = &sets(&one, Kind::Creator)[0];
    assert_eq!(creator["platform_id"], "7359135855103475718");
    assert_eq!(creator["handle"], "creator0");
    assert_eq!(creator["network"], "nova");
    let figures = &sets(&one, Kind::CreatorSnapshot)[0];
    assert_eq!(figures["period_kind"], "mtd");
    assert_eq!(figures["live_seconds"], 83_228);
    assert_eq!(figures["diamonds"], 553_978);
    assert_eq!(figures["fan_share"], 90.13);
}

#[test]
fn encodings_and_delimiters_of_spreadsheets_are_found_out() {
    let text = "Creator ID;Creator's username;Group;Data period;Diamonds\n7359135855103475718;小雨;测试组;2026-06-01 ~ 2026-06-23;2.98M\n";
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("UTF-8", text.as_bytes().to_vec()),
        (
            "UTF-8",
            [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat(),
        ),
        ("GBK", encoding_rs::GBK.encode(text).0.into_owned()),
    ];
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    files.push(("UTF-16", [b"\xff\xfe".as_slice(), &little].concat()));
    files.push(("UTF-16", [b"\xfe\xff".as_slice(), &big].concat()));
    for delimiter in [",", "\t", "|"] {
        files.push(("UTF-8", text.replace(';', delimiter).into_bytes()));
    }
    files.push((
        "UTF-8",
        format!("sep=;\r\n{}", text.replace('\n', "\r\n")).into_bytes(),
    ));
    for (encoding, bytes) in files {
        let plan = fresh("x.csv", &bytes);
        assert!(
            plan.written.contains(encoding),
            "{} for {encoding}",
            plan.written
        );
        let creator = &sets(&plan, Kind::Creator)[0];
        assert_eq!(
            (&creator["handle"], &creator["group"]),
            (&json!("小雨"), &json!("测试组")),
            "{}",
            plan.written
        );
        assert_eq!(sets(&plan, Kind::CreatorSnapshot)[0]["diamonds"], 2_980_000);
        assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    }
}

#[test]
fn colon_headers_and_the_hybrid_layout_are_read() {
    let header = [
        "Creator ID:",
        "Creator:",
        "Selected period:",
        "Diamonds in selected period",
        "LIVE duration in selected period",
        "Valid go LIVE days in selected period",
        "Diamonds in L30D",
        "LIVE duration in L30D",
        "Mood",
    ];
    let row = [
        "7359135855103475718",
        "@Queen",
        "2026-06-01 ~ 2026-06-23",
        "4,001,930",
        "88.46h",
        "21d",
        "88.46K",
        "119h 47m 31s",
        "sunny",
    ];
    let plan = fresh(
        "Creator data 2026_06_24 06_00 UTC+0 (1).csv",
        csv(&header, &[&row]).as_bytes(),
    );
    let figures = sets(&plan, Kind::CreatorSnapshot);
    assert_eq!(
        figures.len(),
        2,
        "month to date and thirty days stand in records of their own"
    );
    let of = |kind: &str| {
        figures
            .iter()
            .find(|one| one["period_kind"] == kind)
            .unwrap()
    };
    assert_eq!(
        (&of("mtd")["diamonds"], &of("mtd")["live_seconds"]),
        (&json!(4_001_930), &json!(318_456))
    );
    assert_eq!(
        (&of("l30d")["diamonds"], &of("l30d")["live_seconds"]),
        (&json!(88_460), &json!(431_251))
    );
    assert_eq!(of("l30d")["period_start"], "2026-05-25");
    assert_eq!(
        of("mtd")["other"],
        json!({"Mood": "sunny"}),
        "an unknown column is kept"
    );
    assert_eq!(plan.unknown_columns, ["Mood"]);
    assert_eq!(sets(&plan, Kind::Creator)[0]["handle"], "Queen");
}

#[test]
fn a_rounded_id_is_refused_loudly_and_a_whole_one_in_a_number_cell_is_kept() {
    let good = files::raw_workbook("<c r=\"A2\"><v>7359135855103475718</v></c>");
    let plan = fresh("2026_06_02_14_59.xlsx", &good);
    assert_eq!(
        sets(&plan, Kind::Creator)[0]["platform_id"],
        "7359135855103475718"
    );
    let lost = files::raw_workbook("<c r=\"A2\"><v>7.35913585510347E+18</v></c>");
    let error = read(
        "2026_06_02_14_59.xlsx",
        &lost,
        &Known::default(),
        Some("nova"),
    )
    .unwrap_err();
    assert!(error.to_string().contains("lost digits"), "{error}");
    assert!(error.to_string().contains("row 2"), "{error}");
    // One among good ones: the others are imported, this one is listed and its handle is not guessed at.
    let text = csv(
        &["Creator ID", "Handle", "Data period", "Diamonds"],
        &[
            &["7359135855103475718", "a", "2026-06-01 ~ 2026-06-02", "5"],
            &["7.35914E+18", "b", "2026-06-01 ~ 2026-06-02", "5"],
        ],
    );
    let known = Known::new(
        &[cached(
            Kind::Creator,
            "c1",
            &json!({"handle": "b", "network": "nova"}),
        )],
        &[],
        &[],
    );
    let plan = read("x.csv", text.as_bytes(), &known, Some("nova")).unwrap();
    assert_eq!((plan.counts.created, plan.counts.unmatched), (1, 1));
    assert!(plan.unmatched[0].why.contains("lost digits") && plan.unmatched[0].line == 3);
    assert!(plan.changes.iter().all(|change| change.id != "c1"));
}

#[test]
fn countdowns_become_instants_counted_from_the_export() {
    let header = ["Creator ID", "Status", "Relationship status", "Followers"];
    let rows: [&[&str]; 3] = [
        &[
            "7359135855103475718",
            "Awaiting approval – Invitation expiring in 6d 6h 58m",
            "-",
            "430336",
        ],
        &[
            "7359135855103475719",
            "Trial ongoing – Ends in 2d 1h",
            "Effective",
            "1",
        ],
        &[
            "7359135855103475720",
            "Managed by Creator Network",
            "Effective",
            "1",
        ],
    ];
    let plan = fresh(
        "Manage creators 2026_06_02 14_59.csv",
        csv(&header, &rows).as_bytes(),
    );
    let creators = sets(&plan, Kind::Creator);
    assert_eq!(creators[0]["status"], "Awaiting approval");
    assert_eq!(creators[0]["invitation_expires_at"], "2026-06-08T21:57:00Z");
    assert_eq!(creators[1]["status"], "Trial ongoing");
    assert_eq!(creators[1]["trial_ends_at"], "2026-06-04T15:59:00Z");
    assert!(creators[2].get("trial_ends_at").is_none());
    // Without a time of the export nothing is invented.
    let bare = read(
        "x.csv",
        csv(&header[..2], &[&rows[0][..2]]).as_bytes(),
        &Known::default(),
        Some("nova"),
    )
    .unwrap();
    assert!(
        sets(&bare, Kind::Creator)[0]["status"]
            .as_str()
            .unwrap()
            .contains("6d 6h 58m")
    );
    assert!(
        bare.warnings
            .iter()
            .any(|warning| warning.contains("--exported-at")),
        "{:?}",
        bare.warnings
    );
}

#[test]
fn a_file_without_period_and_time_is_refused_with_what_to_do() {
    let text = csv(
        &["Creator ID", "Diamonds in L30D"],
        &[&["7359135855103475718", "5"]],
    );
    let error = read("x.csv", text.as_bytes(), &Known::default(), Some("nova")).unwrap_err();
    assert!(error.to_string().contains("--exported-at"), "{error}");
}

fn known_creators() -> Known {
    let creators = [
        cached(
            Kind::Creator,
            "by-id",
            &json!({"handle": "old_name", "platform_id": "7359135855103475718", "network": "nova", "group": "Our word",
                "name": "Star", "imported": {"group": "Group A"}}),
        ),
        cached(
            Kind::Creator,
            "by-handle",
            &json!({"handle": "Queen", "name": "Star", "network": "nova"}),
        ),
        cached(
            Kind::Creator,
            "same-name",
            &json!({"handle": "nobody", "name": "Moon", "network": "nova"}),
        ),
        cached(
            Kind::Creator,
            "twin1",
            &json!({"handle": "twin", "network": "nova"}),
        ),
        cached(
            Kind::Creator,
            "twin2",
            &json!({"handle": "twin", "network": "nova"}),
        ),
    ];
    Known::new(&creators, &[], &[])
}

#[test]
fn creators_are_found_by_id_then_by_handle_and_never_by_name() {
    let header = [
        "Creator ID",
        "Handle",
        "Creator nickname",
        "Group",
        "Data period",
        "Diamonds",
    ];
    let june = "2026-06-01 ~ 2026-06-23";
    let rows: [&[&str]; 6] = [
        &[
            "7359135855103475718",
            "new_name",
            "Star",
            "Group B",
            june,
            "1",
        ],
        &[
            "7359135855103475719",
            "@QUEEN",
            "Star",
            "Group B",
            june,
            "2",
        ],
        &["7359135855103475720", "moonlight", "Moon", "-", june, "3"],
        &["-", "twin", "-", "-", june, "4"],
        &["-", "unheard", "-", "-", june, "5"],
        &["-", "-", "Moon", "-", june, "6"],
    ];
    let plan = read(
        "x.csv",
        csv(&header, &rows).as_bytes(),
        &known_creators(),
        None,
    )
    .unwrap();
    let target = |line: usize| {
        let change = plan
            .changes
            .iter()
            .find(|change| change.line == line && change.kind == Kind::Creator);
        change.map(|change| change.id.as_str())
    };
    assert_eq!(
        (target(2), target(3), target(4)),
        (Some("by-id"), Some("by-handle"), None)
    );
    let renamed = plan
        .changes
        .iter()
        .find(|change| change.id == "by-id")
        .unwrap();
    assert_eq!(renamed.patch.set["handle"], "new_name");
    assert_eq!(renamed.patch.add["former_handles"], json!(["old_name"]));
    let why: Vec<&str> = plan.unmatched.iter().map(|row| row.why.as_str()).collect();
    assert_eq!(
        plan.unmatched
            .iter()
            .map(|row| row.line)
            .collect::<Vec<_>>(),
        [4, 5, 6, 7]
    );
    assert!(
        why[0].contains("--network")
            && why[1].contains("2 creators")
            && why[3].contains("names no creator"),
        "{why:?}"
    );
    // What a person typed stays; a field that still says what the last export said is updated.
    let kept: Vec<(&str, &str)> = plan
        .kept
        .iter()
        .map(|kept| (kept.who.as_str(), kept.field.as_str()))
        .collect();
    assert_eq!(kept, [("new_name", "group")]);
    assert!(!renamed.patch.set.contains_key("group"));
}

#[test]
fn a_field_that_nobody_touched_follows_the_export() {
    let creator = json!({"handle": "a", "platform_id": "7359135855103475718", "network": "nova", "group": "Group A",
        "imported": {"group": "Group A"}});
    let known = Known::new(&[cached(Kind::Creator, "c", &creator)], &[], &[]);
    let text = csv(
        &["Creator ID", "Group"],
        &[&["7359135855103475718", "Group B"]],
    );
    let plan = read("2026_06_02_14_59.csv", text.as_bytes(), &known, None).unwrap();
    assert_eq!(plan.changes[0].patch.set["group"], "Group B");
    assert_eq!(
        plan.changes[0].patch.set["imported"],
        json!({"group": "Group B"})
    );
    assert!(plan.kept.is_empty());
}

#[test]
fn rows_that_come_twice_count_once_and_contradictions_are_listed() {
    let header = ["Creator ID", "Data period", "Diamonds"];
    let id = "7359135855103475718";
    let june = "2026-06-01 ~ 2026-06-23";
    let rows: [&[&str]; 4] = [
        &[id, june, "1"],
        &[id, june, "1"],
        &[id, june, "9"],
        &[id, "2026-05-01 ~ 2026-05-31", "7"],
    ];
    let plan = fresh("x.csv", csv(&header, &rows).as_bytes());
    assert_eq!(
        (
            plan.counts.created,
            plan.counts.new_figures,
            plan.counts.repeated
        ),
        (1, 2, 1)
    );
    assert_eq!(plan.unmatched[0].line, 4);
    assert!(
        plan.unmatched[0].why.contains("row 2"),
        "{:?}",
        plan.unmatched
    );
    let kinds: Vec<Json> = sets(&plan, Kind::CreatorSnapshot)
        .iter()
        .map(|one| one["period_kind"].clone())
        .collect();
    assert_eq!(
        kinds,
        [PeriodKind::MonthToDate.as_str(), PeriodKind::Month.as_str()]
    );
}

#[test]
fn a_second_look_at_the_same_file_finds_nothing_and_an_older_one_changes_nothing() {
    let rows: Vec<Vec<String>> = (0..20).map(row_of).collect();
    let book = workbook(
        &CREATOR_DATA,
        &rows,
        Some("Exported at 2026-07-07 08:00 (UTC+0)"),
    );
    let mut known = Known::default();
    let first = read("a.xlsx", &book, &known, Some("nova")).unwrap();
    known.take(&first);
    let second = read("a.xlsx", &book, &known, Some("nova")).unwrap();
    assert!(second.is_empty(), "{:?}", second.changes.first());
    assert_eq!(second.counts.unchanged, 20);
    let mut older = rows.clone();
    for row in &mut older {
        row[7] = "1".into();
    }
    let book = workbook(
        &CREATOR_DATA,
        &older,
        Some("Exported at 2026-07-06 08:00 (UTC+0)"),
    );
    let third = read("b.xlsx", &book, &known, Some("nova")).unwrap();
    assert!(third.changes.is_empty(), "{:?}", third.changes.first());
    assert_eq!(third.counts.older, 20);
    let book = workbook(
        &CREATOR_DATA,
        &older,
        Some("Exported at 2026-07-08 08:00 (UTC+0)"),
    );
    let newer = read("c.xlsx", &book, &known, Some("nova")).unwrap();
    assert_eq!(
        (newer.counts.changed_figures, newer.counts.new_figures),
        (20, 0)
    );
    assert!(newer.changes.iter().all(|change| change.op == Op::Update));
}

#[test]
fn the_bonus_export_keeps_amounts_as_digits() {
    let header = [
        "Data Month",
        "Creator ID",
        "Creator nickname",
        "Handle",
        "Group manager",
        "Is violative creators",
        "The creator was Rookie at the time of first joining",
        "Diamonds",
        "Valid days(d)",
        "LIVE duration(h)",
        "Estimated bonus",
        "Estimated bonus - Ranked up",
        "Estimated bonus - Off-platform creator task",
        "Estimated bonus - Off-platform creator task (2026.3)",
    ];
    let row = [
        "202603",
        "7359135855103475718",
        "Queen",
        "queen",
        "mei@example.com",
        "No",
        "Yes",
        "1,200,000",
        "22",
        "80.5",
        "1,234.50",
        "$1,000.10",
        "0.20",
        "234.20",
    ];
    let plan = fresh(
        "_Task_202603_UTC+0_2026_04_12_13_54_07.csv",
        csv(&header, &[&row]).as_bytes(),
    );
    let figures = &sets(&plan, Kind::CreatorSnapshot)[0];
    assert_eq!(
        (&figures["period_kind"], &figures["period_start"]),
        (&json!("month"), &json!("2026-03-01"))
    );
    assert_eq!(figures["estimated_bonus"], "1234.50");
    assert_eq!(
        figures["bonus_items"]["Estimated bonus - Ranked up"],
        "$ 1000.10"
    );
    assert_eq!(
        figures["bonus_items"]["Estimated bonus - Off-platform creator task"],
        "0.20"
    );
    assert_eq!(figures["live_seconds"], 289_800);
    assert_eq!(sets(&plan, Kind::Creator)[0]["violative"], false);
    assert_eq!(plan.report, "bonus task");
    assert_eq!(
        plan.exported_at.unwrap().to_string(),
        "2026-04-12T13:54:00Z"
    );
}

#[test]
fn manage_creators_brings_thirty_days_and_contract_dates() {
    let row: Vec<String> = MANAGE
        .iter()
        .map(|(_, value)| (*value).to_owned())
        .collect();
    let header: Vec<&str> = MANAGE.iter().map(|(name, _)| *name).collect();
    let book = workbook(
        &header,
        &[row],
        Some("Exported at: 2026-07-07 08:00:00 (UTC+0)"),
    );
    let plan = fresh("m.xlsx", &book);
    assert_eq!(plan.report, "manage creators");
    assert!(
        plan.unknown_columns.is_empty() && plan.warnings.is_empty(),
        "{:?} {:?}",
        plan.unknown_columns,
        plan.warnings
    );
    let creator = &sets(&plan, Kind::Creator)[0];
    assert_eq!(
        (&creator["contract_start"], &creator["contract_end"]),
        (&json!("2024-01-01"), &json!("2025-01-01"))
    );
    assert_eq!(creator["platform_notes"], "(free text)");
    let figures = sets(&plan, Kind::CreatorSnapshot);
    assert_eq!(figures.len(), 1);
    assert_eq!(
        (&figures[0]["period_kind"], &figures[0]["diamonds"]),
        (&json!("l30d"), &json!(123_456))
    );
    assert_eq!(figures[0]["live_seconds"], 45_000);
}
