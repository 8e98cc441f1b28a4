//! Cells, as a file holds them, and why a file cannot be read.

use std::fmt;

/// The largest file that is read, in bytes.
pub const FILE_BYTES: usize = 128 << 20;
/// The most bytes that one part of a workbook may unpack to.
pub const PART_BYTES: u64 = 512 << 20;
/// The most bytes of one text or tag in a part of a workbook.
pub(super) const EVENT_BYTES: u64 = 1 << 20;
/// How many bytes a part may unpack to for each packed byte, past the first 16 MiB.
pub(super) const PACKING: u64 = 400;
/// The most characters in a cell; spreadsheets hold no more.
pub const CELL_CHARS: usize = 32_767;
/// The most rows.
pub const ROWS: usize = 200_000;
/// The most columns.
pub const COLUMNS: usize = 400;
/// The most bytes of text in all cells together.
pub const TEXT_BYTES: usize = 256 << 20;

/// How a cell holds its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As text.
    #[default]
    Text,
    /// As a number, with the digits that the file gives it.
    Number,
    /// As a number that is shown as a percentage: 0.9 stands for 90 %.
    Percent,
    /// As a number of days since the beginning of 1900, shown as a date or a length of time.
    Days,
    /// As a number of days since the beginning of 1904.
    Days1904,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text, or the digits of its number exactly as they stand in the file.
    pub text: Box<str>,
    /// How it holds them.
    pub form: Form,
}

impl Cell {
    /// Makes a cell of text.
    pub fn text(text: &str) -> Self {
        Self {
            text: text.into(),
            form: Form::Text,
        }
    }

    /// Tells whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// A row with the line that a person finds it at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The number of the row, the first is 1.
    pub number: usize,
    /// Its cells; cells at the end may be missing.
    pub cells: Vec<Cell>,
}

impl Line {
    /// Returns the text of a cell; empty where there is none.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| &cell.text)
    }
}

/// A table as a file holds it, before anybody knows what its columns mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The rows in which anything stands.
    pub lines: Vec<Line>,
    /// How the file is written: `XLSX, sheet "Sheet1"` or `CSV, UTF-8, comma`.
    pub written: String,
    /// What was odd about the file.
    pub warnings: Vec<String>,
}

/// Why a file cannot be imported: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {hint}")]
pub struct ImportError {
    /// What is wrong, with the place.
    pub what: String,
    /// What to do.
    pub hint: String,
}

impl ImportError {
    /// Makes the error.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// Puts the name of the file in front.
    #[must_use]
    pub fn of(mut self, file: &str) -> Self {
        self.what = format!("{file}: {}", self.what);
        self
    }
}

/// How far a file has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Bytes of the file that were read, and how many there are.
    Reading(u64, u64),
    /// Rows that were compared, and how many there are.
    Comparing(u64, u64),
}

/// Counts what a grid holds and refuses more than the limits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meter {
    rows: usize,
    bytes: usize,
}

impl Meter {
    /// Counts a row.
    pub(super) fn row(&mut self, number: usize) -> Result<(), ImportError> {
        self.rows += 1;
        if self.rows > ROWS {
            return Err(ImportError::new(
                format!("more than {ROWS} rows, the last read is {number}"),
                "export fewer creators at a time, or cut the file in two",
            ));
        }
        Ok(())
    }

    /// Counts a cell.
    pub(super) fn cell(
        &mut self,
        line: usize,
        column: usize,
        text: &str,
    ) -> Result<(), ImportError> {
        self.bytes += text.len();
        let place = Place { line, column };
        if column >= COLUMNS {
            return Err(ImportError::new(
                format!("row {line} has more than {COLUMNS} columns"),
                "delete the columns that are not the export's and save it again",
            ));
        }
        if text.len() > CELL_CHARS && text.chars().count() > CELL_CHARS {
            return Err(ImportError::new(
                format!(
                    "{place} holds more than {CELL_CHARS} characters, more than a spreadsheet can"
                ),
                "look whether a quotation mark is missing there; then export the file again",
            ));
        }
        if self.bytes > TEXT_BYTES {
            return Err(ImportError::new(
                format!("more than {} MiB of text, up to {place}", TEXT_BYTES >> 20),
                "export fewer creators at a time, or cut the file in two",
            ));
        }
        Ok(())
    }
}

/// The place of a cell as spreadsheets write it: `C7`.
pub(super) struct Place {
    /// The row, from 1.
    pub(super) line: usize,
    /// The column, from 0.
    pub(super) column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut rest = self.column + 1;
        while rest > 0 {
            let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
            letters.push(char::from(b'A' + digit));
            rest = (rest - 1) / 26;
        }
        let letters: String = letters.into_iter().rev().collect();
        write!(out, "cell {letters}{}", self.line)
    }
}
