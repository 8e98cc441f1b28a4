//! Tables as text: CSV, with semicolons, tabs or bars, in the encodings that spreadsheets write.

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::columns::ColumnMap;
use super::grid::{Cell, Grid, ImportError, Line, Meter, Progress};

/// The delimiters that are tried, with their names.
const DELIMITERS: [(u8, &str); 4] = [
    (b',', "comma"),
    (b';', "semicolon"),
    (b'\t', "tab"),
    (b'|', "bar"),
];

/// How many lines at the top are looked at for a delimiter.
const TOP: usize = 8;

/// Reads a table of text.
pub(super) fn read(
    bytes: &[u8],
    map: &ColumnMap,
    progress: &mut dyn FnMut(Progress),
) -> Result<Grid, ImportError> {
    let (text, encoding, mut warnings) = decode(bytes)?;
    let start = text.get(..400).unwrap_or(&text).trim_start();
    if start.starts_with('<') {
        return Err(ImportError::new(
            "the file is a web page or XML, not a table",
            "open the platform's export page again, sign in, and download the export as XLSX or CSV",
        ));
    }
    let (text, forced) = separator_line(&text);
    let (delimiter, name) = forced.unwrap_or_else(|| sniff(text, map));
    let mut grid = Grid {
        written: format!("CSV, {encoding}, {name}"),
        ..Grid::default()
    };
    let mut reader = reader(text, delimiter);
    let mut meter = Meter::default();
    let mut record = csv::StringRecord::new();
    let skipped = usize::from(forced.is_some());
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                return Err(ImportError::new(
                    format!("the table cannot be read: {error}"),
                    "export the file again and do not edit it",
                ));
            }
        }
        let place = record.position().map_or(0, csv::Position::line);
        let number = usize::try_from(place).unwrap_or(usize::MAX) + skipped;
        meter.row(number)?;
        let mut cells = Vec::with_capacity(record.len());
        for (column, field) in record.iter().enumerate() {
            meter.cell(number, column, field)?;
            cells.push(Cell::text(unwrapped(field)));
        }
        if cells.iter().any(|cell| !cell.is_blank()) {
            grid.lines.push(Line { number, cells });
        }
        if grid.lines.len().is_multiple_of(512) {
            let at = record.position().map_or(0, csv::Position::byte);
            progress(Progress::Reading(at, text.len() as u64));
        }
    }
    if !text.matches('"').count().is_multiple_of(2) {
        warnings.push(
            "a quotation mark is opened and never closed: the file may be cut off; compare its rows with the platform's"
                .into(),
        );
    } else if !text.ends_with(['\n', '\r']) && text.lines().count() > 1 {
        let widths = |line: Option<&Line>| line.map_or(0, |line| line.cells.len());
        let before = grid.lines.iter().rev().nth(1);
        if widths(grid.lines.last()) < widths(before) {
            warnings.push(
                "the last row is shorter than the others and has no end: the file may be cut off"
                    .into(),
            );
        }
    }
    grid.warnings = warnings;
    Ok(grid)
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// Takes off what keeps spreadsheets from making a number of an id: `="7359…"` and `'7359…`.
fn unwrapped(field: &str) -> &str {
    let trimmed = field.trim();
    if let Some(inner) = trimmed
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return inner;
    }
    match trimmed.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|letter: char| letter.is_ascii_digit()) => rest,
        _ => field,
    }
}

/// Reads the line `sep=;` that some spreadsheets write first.
fn separator_line(text: &str) -> (&str, Option<(u8, &'static str)>) {
    let Some((first, rest)) = text.split_once('\n') else {
        return (text, None);
    };
    let first = first.trim_end_matches('\r').trim_matches('"');
    let wanted = first.strip_prefix("sep=").and_then(|rest| {
        let letter = rest.bytes().next().unwrap_or(b'\t');
        DELIMITERS.into_iter().find(|(byte, _)| *byte == letter)
    });
    match wanted {
        Some(found) => (rest, Some(found)),
        None => (text, None),
    }
}

/// Finds the delimiter by which the top of the file gives the most known columns, else the most cells.
fn sniff(text: &str, map: &ColumnMap) -> (u8, &'static str) {
    let mut best = DELIMITERS[0];
    let mut most = (0, 0);
    for (delimiter, name) in DELIMITERS {
        let mut known = 0;
        let mut cells = 0;
        for record in reader(text, delimiter).into_records().take(TOP).flatten() {
            let here = record.iter().filter(|name| map.knows(name)).count();
            known = known.max(here);
            cells = cells.max(record.len());
        }
        if (known, cells) > most {
            most = (known, cells);
            best = (delimiter, name);
        }
    }
    best
}

/// Finds out the encoding and decodes.
fn decode(bytes: &[u8]) -> Result<(String, &'static str, Vec<String>), ImportError> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return match std::str::from_utf8(rest) {
            Ok(text) => Ok((text.to_owned(), "UTF-8", Vec::new())),
            Err(error) => Ok((
                String::from_utf8_lossy(rest).into_owned(),
                "UTF-8",
                vec![damaged(error.valid_up_to())],
            )),
        };
    }
    if bytes.starts_with(b"\xff\xfe") {
        return Ok(decoded(UTF_16LE, bytes, "UTF-16"));
    }
    if bytes.starts_with(b"\xfe\xff") {
        return Ok(decoded(UTF_16BE, bytes, "UTF-16"));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
    {
        return Ok((text.to_owned(), "UTF-8", Vec::new()));
    }
    let top = bytes.get(..bytes.len().min(512)).unwrap_or(bytes);
    let zeros = |odd: usize| {
        let places = top.iter().skip(odd).step_by(2);
        places.filter(|byte| **byte == 0).count() * 4 > top.len()
    };
    match (zeros(1), zeros(0)) {
        (true, false) => return Ok(decoded(UTF_16LE, bytes, "UTF-16")),
        (false, true) => return Ok(decoded(UTF_16BE, bytes, "UTF-16")),
        _ => {}
    }
    if bytes.contains(&0) {
        return Err(ImportError::new(
            "the file is neither a workbook nor a table of text",
            "give the XLSX or CSV file that the platform's export page saved",
        ));
    }
    let (text, _, broken) = GB18030.decode(bytes);
    if !broken {
        return Ok((text.into_owned(), "GBK", Vec::new()));
    }
    let whole = top_is_utf8(bytes);
    if whole {
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        return Ok((
            String::from_utf8_lossy(bytes).into_owned(),
            "UTF-8",
            vec![damaged(valid)],
        ));
    }
    let (text, _, _) = WINDOWS_1252.decode(bytes);
    let warning = "the encoding is neither UTF-8 nor GBK; it was read as Western European: look at names with accents"
        .to_owned();
    Ok((text.into_owned(), "Windows-1252", vec![warning]))
}

/// Tells whether at least the first tenth of the file is UTF-8 with letters beyond ASCII.
fn top_is_utf8(bytes: &[u8]) -> bool {
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    valid * 10 >= bytes.len() && bytes.iter().take(valid).any(|byte| *byte >= 0x80)
}

fn damaged(at: usize) -> String {
    format!("byte {at} and others are not UTF-8; they stand as \u{fffd}")
}

fn decoded(
    encoding: &'static Encoding,
    bytes: &[u8],
    name: &'static str,
) -> (String, &'static str, Vec<String>) {
    let (text, _, broken) = encoding.decode(bytes);
    let warnings =
        broken.then(|| format!("some characters are not {name}; they stand as \u{fffd}"));
    (text.into_owned(), name, warnings.into_iter().collect())
}
