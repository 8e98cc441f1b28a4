//! Files as the platform's export pages save them.

use std::io::Write as _;

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;

/// The header of the export `Creator data`.
pub(crate) const CREATOR_DATA: [&str; 29] = [
    "Data period",
    "Creator ID",
    "Creator's username",
    "Group",
    "Creator Network manager",
    "Join time",
    "Days since joining",
    "Diamonds",
    "LIVE duration",
    "Valid go LIVE days",
    "New followers",
    "LIVE streams",
    "Diamonds last month",
    "LIVE duration (hours) last month",
    "Valid go LIVE days last month",
    "Matches",
    "Diamonds from matches",
    "New LIVE creators",
    "Diamonds from multi-guest",
    "Diamonds from multi-guest (as host)",
    "Diamonds from multi-guest (as guest)",
    "Graduation status",
    "Tier status",
    "New fans",
    "Fan Club total Diamonds",
    "Fan contribution %",
    "Total fans",
    "Active fans from Fan Club",
    "Status",
];

/// Columns that only `Manage creators` has, with a value each.
pub(super) const MANAGE: [(&str, &str); 20] = [
    ("Creator ID", "7359135855103475718"),
    ("Creator's username", "queenwidivybz"),
    ("Tier last month", "Tier maintained"),
    ("Relationship status", "Effective"),
    ("Subscription status", "Active"),
    ("Invitation type", "Invite"),
    ("Invited by", "Agency"),
    ("Promote permission", "Yes"),
    ("Last LIVE", "2026-07-06"),
    ("Notes", "(free text)"),
    ("Followers", "430336"),
    ("Videos", "100"),
    ("Likes", "50000"),
    ("Diamonds in L30D", "123456"),
    ("Valid go LIVE days in L30D", "7d"),
    ("LIVE duration in L30D", "12.5h"),
    ("Diamonds from Fan Club in L30D", "1000"),
    ("Active fans from Fan Club in L30D", "50"),
    ("Management relationship dates", "2024-01-01 ~ 2025-01-01"),
    ("Renewed management relationship dates", ""),
];

/// A row of `Creator data`.
pub(crate) fn row_of(number: u64) -> Vec<String> {
    let id = 7_359_135_855_103_475_718 + number * 1_000_003;
    [
        "2026-07-01 ~ 2026-07-06",
        &id.to_string(),
        &format!("creator{number}"),
        "Not in a group",
        "agent@example.com",
        "2023-08-05 00:11:00 (UTC+0)",
        "1068",
        &(553_978 + number).to_string(),
        "23h 7m 8s",
        "6",
        "1200",
        "15",
        "2100000",
        "180.5",
        "28",
        "22",
        "5000",
        "No",
        "100",
        "50",
        "50",
        "Non-new creator",
        "Tier not maintained",
        "100",
        "535517",
        "90.13%",
        "5000",
        "200",
        "Active",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Writes a workbook with another program's writer; what looks like a plain number becomes a number.
pub(super) fn workbook(header: &[&str], rows: &[Vec<String>], top: Option<&str>) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let mut line = 0;
    if let Some(top) = top {
        sheet.write_string(0, 0, top).unwrap();
        line = 1;
    }
    for (column, name) in (0..).zip(header) {
        sheet.write_string(line, column, *name).unwrap();
    }
    for row in rows {
        line += 1;
        for (column, value) in (0..).zip(row) {
            match value.parse::<f64>() {
                Ok(number) if value.len() < 12 => sheet.write_number(line, column, number).unwrap(),
                _ => sheet.write_string(line, column, value).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

/// Writes rows of owned cells as a table of text.
pub(crate) fn csv_of(header: &[&str], rows: &[Vec<String>]) -> String {
    let cells: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let slices: Vec<&[&str]> = cells.iter().map(Vec::as_slice).collect();
    csv(header, &slices)
}

/// Writes a table of text.
pub(super) fn csv(header: &[&str], rows: &[&[&str]]) -> String {
    let line = |cells: &[&str]| {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| {
                if cell.contains([',', '"', '\n']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    (*cell).to_owned()
                }
            })
            .collect();
        cells.join(",") + "\n"
    };
    let mut text = line(header);
    for row in rows {
        text += &line(row);
    }
    text
}

/// Packs parts into an archive.
pub(super) fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook of a header and one row written by hand, so that a cell holds exactly these characters.
pub(super) fn raw_workbook(cells: &str) -> Vec<u8> {
    raw_sheet(&format!(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Creator ID</t></is></c>\
         <c r=\"B1\" t=\"inlineStr\"><is><t>Diamonds</t></is></c></row><row r=\"2\">{cells}</row>"
    ))
}

/// A workbook with these rows.
pub(super) fn raw_sheet(rows: &str) -> Vec<u8> {
    let sheet =
        format!("<?xml version=\"1.0\"?><worksheet><sheetData>{rows}</sheetData></worksheet>");
    packed(&[
        (
            "xl/workbook.xml",
            b"<workbook><sheets><sheet name=\"Data\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}
