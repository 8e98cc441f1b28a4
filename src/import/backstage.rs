//! The platform's creator exports (XLSX, CSV): cells, columns, rows, and what they would change.
//!
//! The platform has no interface for programs: its exports are how figures come in. Everything here is bytes in,
//! a [`Plan`] out; whoever calls it opens the file, reads the cache and makes commands of the changes.
//!
//! * Which column goes where is data ([`ColumnMap`], `columns.toml`), with a version.
//! * Month to date and thirty days are periods of different kinds and never meet in one record.
//! * A creator is found by id, then by handle, never by the display name.
//! * What a person typed stays: a shared field is overwritten only while it still says what the last export said.
//! * An id that a spreadsheet has rounded is refused, not guessed.

mod change;
mod columns;
mod delimited;
mod grid;
mod ids;
mod known;
mod merge;
mod package;
mod plan;
mod report;
mod table;
mod totals;
mod value;
mod xlsx;

pub use columns::{Column, ColumnMap, Home, Owner, Shape, Span};
pub use grid::{
    CELL_CHARS, COLUMNS, Cell, FILE_BYTES, Form, Grid, ImportError, Line, PART_BYTES, Progress,
    ROWS, TEXT_BYTES,
};
pub use ids::{IdCell, judge};
pub use known::Known;
pub use plan::{Change, Counts, Kept, Plan, Terms, plan};
pub use report::{ReportLine, Topic};
pub use table::{Entry, Period, Table, Unmatched, read as read_table, zoned};
pub use value::{
    Countdown, Reading, count, countdown, day, days, decimal, flag, folded_handle, handle, instant,
    money, month, percent, seconds, words,
};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};

/// Reads the cells of a file, whatever it is.
pub fn read_grid(
    bytes: &[u8],
    map: &ColumnMap,
    progress: &mut dyn FnMut(Progress),
) -> Result<Grid, ImportError> {
    if bytes.len() > FILE_BYTES {
        return Err(ImportError::new(
            format!(
                "the file has {} MiB, more than {}",
                bytes.len() >> 20,
                FILE_BYTES >> 20
            ),
            "export fewer creators at a time, or cut the file in two",
        ));
    }
    if bytes.is_empty() {
        return Err(ImportError::new(
            "the file is empty",
            "download the export again",
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return xlsx::read(bytes, progress);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(ImportError::new(
            "the file is an old workbook (XLS) or one that is locked with a password",
            "open it, take the password away, and save it as XLSX",
        ));
    }
    if bytes.starts_with(b"%PDF") {
        return Err(ImportError::new(
            "the file is a PDF",
            "export as XLSX or CSV",
        ));
    }
    delimited::read(bytes, map, progress)
}

/// Returns the SHA-256 of a file in hexadecimal.
pub fn fingerprint(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What the user says about a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// The CN of creators that are not known yet.
    pub network: Option<&'a str>,
    /// When the export was made.
    pub exported_at: Option<Timestamp>,
}

/// A file that was read, not yet compared with anything.
#[derive(Debug)]
pub struct Export {
    file: String,
    sha256: String,
    map: ColumnMap,
    grid: Grid,
    table: Table,
}

/// How far before its first day a file may be about figures that are there: `last month` reaches back as far.
const BEFORE: i64 = 62;

impl Export {
    /// Reads the rows of a file.
    ///
    /// # Errors
    ///
    /// It is no export, too large, or its ids have lost digits; the error says what to do.
    pub fn read(
        file: &str,
        bytes: &[u8],
        exported_at: Option<Timestamp>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, ImportError> {
        let mut read = || {
            let map = ColumnMap::shipped()?;
            let grid = read_grid(bytes, &map, progress)?;
            let table = read_table(&grid, &map, file, exported_at)?;
            Ok((map, grid, table))
        };
        let (map, grid, table) = read().map_err(|error: ImportError| error.of(file))?;
        let all_lost = table.rows.is_empty()
            && !table.unmatched.is_empty()
            && table
                .unmatched
                .iter()
                .all(|row| row.why.contains("lost digits"));
        if all_lost {
            let row = table.unmatched.first().map_or(0, |row| row.line);
            let what = match table.unmatched.len() {
                1 => format!("its only creator id, in row {row}, has lost digits"),
                all => format!("all {all} creator ids have lost digits, the first in row {row}"),
            };
            return Err(ImportError::new(
                format!("{what}: a spreadsheet has rounded them"),
                "download the export again and import the file as it is, without opening and saving it",
            )
            .of(file));
        }
        Ok(Self {
            file: file.to_owned(),
            sha256: fingerprint(bytes),
            map,
            grid,
            table,
        })
    }

    /// Returns the name of the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the first day (UTC) of which figures that are there may be touched; figures of earlier periods need
    /// not be read. `None` where the file has no figures.
    pub fn reaches_back_to(&self) -> Option<Date> {
        let rows = self.table.rows.iter();
        let own = rows
            .filter_map(|row| row.period.as_ref())
            .map(|period| period.start);
        let rolling = self.table.exported_at.and_then(table::thirty_days);
        let first = own.chain(rolling.map(|period| period.start)).min()?;
        Some(first.checked_sub(BEFORE.days()).unwrap_or(first))
    }

    /// Compares the file with what is there; `network` is the CN of creators that are not known yet.
    pub fn compare(
        self,
        known: &Known,
        network: Option<&str>,
        ids: &mut dyn FnMut() -> String,
        progress: &mut dyn FnMut(Progress),
    ) -> Plan {
        let terms = Terms {
            file: &self.file,
            sha256: self.sha256,
            grid: &self.grid,
            network,
            ids,
        };
        plan(self.table, known, &self.map, terms, progress)
    }
}

/// Reads a file and compares it with what is there.
pub fn prepare(
    file: &str,
    bytes: &[u8],
    known: &Known,
    told: Told<'_>,
    ids: &mut dyn FnMut() -> String,
    progress: &mut dyn FnMut(Progress),
) -> Result<Plan, ImportError> {
    let export = Export::read(file, bytes, told.exported_at, progress)?;
    Ok(export.compare(known, told.network, ids, progress))
}
