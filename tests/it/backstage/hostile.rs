//! Files that are broken, enormous or made to harm: a sentence, never a panic, never a full memory.

use cnm::import::backstage::{CELL_CHARS, COLUMNS, Known};
use cnm::record::Kind;

use super::files::{CREATOR_DATA, csv, csv_of, packed, raw_sheet, raw_workbook, row_of, workbook};
use super::{fresh, read, sets};
use crate::shared_files;

fn refused(name: &str, bytes: &[u8]) -> String {
    let error = read(name, bytes, &Known::default(), Some("nova")).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with(name), "the file is named: {text}");
    assert!(text.contains("; "), "what to do is said: {text}");
    text
}

#[test]
fn a_bomb_is_stopped_before_it_fills_the_memory() {
    // 200 MiB of blanks in a sheet of less than a megabyte.
    let mut rows = String::from(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Creator ID</t></is></c></row>",
    );
    rows.push_str(&format!("{}<row/>", " ".repeat(512 << 10)).repeat(400));
    let text = refused("bomb.xlsx", &raw_sheet(&rows));
    assert!(text.contains("bomb"), "{text}");
}

#[test]
fn a_text_or_tag_of_megabytes_is_refused_before_it_is_held_in_full() {
    let long = " ".repeat(3 << 20);
    for rows in [
        long.clone(),
        format!("<!--{long}-->"),
        format!("<row a=\"{long}\"/>"),
    ] {
        let text = refused("long.xlsx", &raw_sheet(&rows));
        assert!(text.contains("more than 1 MiB"), "{text}");
    }
}

#[test]
fn a_cell_or_a_row_beyond_what_spreadsheets_hold_is_named() {
    let long = "x".repeat(CELL_CHARS + 1);
    let text = csv(&["Creator ID", "Notes"], &[&["7359135855103475718", &long]]);
    assert!(refused("a.csv", text.as_bytes()).contains("cell B2"));
    let cell = format!("<c r=\"C2\" t=\"inlineStr\"><is><t>{long}</t></is></c>");
    assert!(refused("a.xlsx", &raw_workbook(&cell)).contains("cell C2"));
    let wide = "1,".repeat(COLUMNS + 5);
    assert!(
        refused("a.csv", format!("Creator ID,Diamonds\n{wide}\n").as_bytes()).contains("columns")
    );
    let far = "<c r=\"ZZZZZZZZZZZZZZ9\"><v>1</v></c>";
    let _ = read("a.xlsx", &raw_workbook(far), &Known::default(), None);
    assert!(refused("a.xlsx", &raw_workbook("<c r=\"ZZZ2\"><v>1</v></c>")).contains("columns"));
}

#[test]
fn a_file_of_another_kind_is_told_by_what_it_is() {
    let cases: [(&[u8], &str); 7] = [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "XLS"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"name,age\nx,3\n", "no header"),
        (b"\x00\x01\x02\x00\x7f", "neither a workbook"),
        (b"PK\x03\x04 and no archive", "cannot be opened"),
    ];
    for (bytes, expected) in cases {
        let text = refused("f.xlsx", bytes);
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(refused("f.xlsx", &packed(&[("mimetype", b"x")])).contains("no XLSX"));
    assert!(refused("f.xlsb", &packed(&[("xl/workbook.bin", b"x")])).contains("XLSB"));
}

#[test]
fn formulas_are_not_run_and_macros_are_named() {
    let formula = "<c r=\"A2\" t=\"str\"><f>CONCAT(\"7359\",\"135855103475718\")</f><v>7359135855103475718</v></c>\
                   <c r=\"B2\"><f>1/0</f><v>12</v></c>";
    let plan = fresh("2026_06_02_14_59.xlsx", &raw_workbook(formula));
    assert!(
        plan.warnings
            .iter()
            .any(|warning| warning.contains("2 cells hold formulas")),
        "{:?}",
        plan.warnings
    );
    assert_eq!(sets(&plan, Kind::CreatorSnapshot)[0]["diamonds"], 12);
    let book = packed(&[
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"a\"/></sheets></workbook>"),
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><row><c t=\"inlineStr\"><is><t>Creator ID</t></is></c><c t=\"inlineStr\"><is><t>Group</t></is></c></row></worksheet>",
        ),
        ("xl/vbaProject.bin", b"x"),
    ]);
    let plan = fresh("m.xlsm", &book);
    assert!(
        plan.warnings
            .iter()
            .any(|warning| warning.contains("macros")),
        "{:?}",
        plan.warnings
    );
}

#[test]
fn entities_are_not_expanded() {
    let book = raw_workbook(
        "<c r=\"A2\" t=\"inlineStr\"><is><t>7359135855103475718</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>&lol; &amp; &#65;</t></is></c>",
    );
    let plan = fresh("2026_06_02_14_59.xlsx", &book);
    assert!(
        plan.warnings
            .iter()
            .any(|warning| warning.contains("&lol; & A")),
        "{:?}",
        plan.warnings
    );
}

/// `CNM_CSV_INJECTION` names the file, else the shared one is used.
#[test]
fn formulas_in_a_table_of_text_stay_text() {
    let Some(path) =
        shared_files::find("CNM_CSV_INJECTION", "corpora/csv-injection/csv-payload.txt")
    else {
        println!("skipped: no csv-payload.txt; name one with CNM_CSV_INJECTION");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let payloads: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    assert!(!payloads.is_empty());
    for payload in payloads {
        let table = csv(
            &["Creator ID", "Notes"],
            &[&["7359135855103475718", payload]],
        );
        let plan = fresh("2026_06_02_14_59.csv", table.as_bytes());
        assert_eq!(
            sets(&plan, Kind::Creator)[0]["platform_notes"],
            payload.trim()
        );
    }
}

#[test]
fn a_file_that_was_cut_off_is_noticed() {
    let rows: Vec<Vec<String>> = (0..200).map(row_of).collect();
    let book = workbook(&CREATOR_DATA, &rows, None);
    for part in 1..10 {
        refused("cut.xlsx", &book[..book.len() * part / 10]);
    }
    let text = csv(
        &["Creator ID", "Group", "Notes"],
        &[
            &["7359135855103475718", "A", "a, b"],
            &["7359135855103475719", "B", "c, d"],
        ],
    );
    let plan = fresh(
        "cut_2026_06_02_14_59.csv",
        &text.as_bytes()[..text.len() - 4],
    );
    assert!(
        plan.warnings
            .iter()
            .any(|warning| warning.contains("cut off")),
        "{:?}",
        plan.warnings
    );
}

/// A small generator, so that a failure can be played again from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }
}

fn mutated(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len());
        match dice.below(5) {
            0 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            1 => bytes.truncate(at.max(4)),
            2 => {
                let end = (at + dice.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let piece: Vec<u8> = bytes[at..(at + dice.below(40)).min(bytes.len())].to_vec();
                let place = dice.below(bytes.len());
                bytes.splice(place..place, piece);
            }
            _ => {
                let odd: [&[u8]; 8] = [
                    b"\"",
                    b",",
                    b"\n",
                    b"\0",
                    b"<",
                    b"&",
                    b"1e999",
                    "∞%".as_bytes(),
                ];
                bytes.splice(at..at, odd[dice.below(8)].iter().copied());
            }
        }
        if bytes.is_empty() {
            return bytes;
        }
    }
    bytes
}

#[test]
fn no_mutated_file_makes_it_panic() {
    let rows: Vec<Vec<String>> = (0..4).map(row_of).collect();
    let book = workbook(
        &CREATOR_DATA,
        &rows,
        Some("Exported at 2026-07-07 08:00 (UTC+0)"),
    );
    let text = csv_of(&CREATOR_DATA, &rows).into_bytes();
    let wide: Vec<u8> = String::from_utf8(text.clone())
        .unwrap()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    // The sheet without its packing, so that mutations reach the XML.
    let mut sheet = String::new();
    for row in 0..5 {
        let id = format!("<c r=\"A{row}\" t=\"inlineStr\"><is><t>Creator ID</t></is></c>");
        let number = format!("<c r=\"B{row}\" s=\"1\"><v>1.5</v></c>");
        sheet.push_str(&["<row r=\"1\">", &id, &number, "</row>"].concat());
    }
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for round in 0..1_500 {
        let (name, bytes) = match round % 4 {
            0 => ("f.xlsx", mutated(&book, &mut dice)),
            1 => ("f.csv", mutated(&text, &mut dice)),
            2 => ("f.csv", mutated(&wide, &mut dice)),
            _ => {
                let sheet = mutated(sheet.as_bytes(), &mut dice);
                ("f.xlsx", raw_sheet(&String::from_utf8_lossy(&sheet)))
            }
        };
        if let Ok(plan) = read(name, &bytes, &Known::default(), Some("nova")) {
            assert!(plan.lines().iter().all(|line| line.text.len() < 4_000_000));
            let _ = plan.json();
        }
    }
}
