//! Files that were imported.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Audience, Derived, Id, LongText, PeriodKind, Record, User};

record! {
    /// A file that was imported: what it was, by whom, when, and what could not be used of it.
    Import ("import", "imports") audience Audience::Users(&["by"]);
    columns ["file", "at", "period_kind", "period_start", "period_end", "rows", "updated", "created", "unmatched_rows"];
    /// Name of the file, without its folders.
    file: String,
    /// SHA-256 of the file, in hexadecimal.
    sha256: String,
    /// Which export it is.
    report: String,
    /// Version of the column map that read it.
    map_version: Option<i64>,
    /// Who imported it.
    by: Option<Id<User>>,
    /// When.
    at: Option<Timestamp>,
    /// State of the export.
    exported_at: Option<Timestamp>,
    /// Kind of its period, where all rows have one.
    period_kind: PeriodKind,
    /// First day of its period (UTC+0).
    period_start: Option<Date>,
    /// Last day of its period (UTC+0).
    period_end: Option<Date>,
    /// Rows below the header.
    rows: Option<i64>,
    /// Rows that belong to a creator.
    matched: Option<i64>,
    /// Creators that were made.
    created: Option<i64>,
    /// Creators that changed.
    updated: Option<i64>,
    /// Records of figures that were made or changed.
    figures: Option<i64>,
    /// Rows that said nothing new.
    unchanged: Option<i64>,
    /// Values that people typed and that stayed.
    kept: Option<i64>,
    /// Rows that could not be used.
    unmatched_rows: Option<i64>,
    /// Columns that the map does not know.
    unknown_columns: Vec<String>,
    /// What was odd, a line each.
    warnings: LongText,
    /// The rows that could not be used: reason, line and cells, a row of JSON each.
    unmatched: LongText,
    /// The import whose unmatched rows go on here.
    part_of: Option<Id<Import>>,
}

impl Record for Import {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.file)
    }
    fn is_open(&self) -> bool {
        false
    }
    fn at(&self) -> Option<Timestamp> {
        self.at
    }
}
