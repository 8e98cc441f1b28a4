//! A plan in words, for a person and for a program.

use serde_json::{Map, Value as Json, json};

use super::plan::{Change, Plan};
use super::table::Period;
use crate::record::{Import, Kind, Op, Patch};

/// How many bytes of rows one record of an import holds; the contract allows 262,144 for all of it.
const ROWS_BYTES: usize = 160_000;
/// How many characters of one cell are kept of a row that could not be used.
const CELL_CHARS: usize = 2_000;

/// What a line of the report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The file and what would happen.
    Summary,
    /// Something odd.
    Warning,
    /// A column that the map does not know.
    Column,
    /// A new record.
    New,
    /// A changed record.
    Changed,
    /// A value that a person typed and that stays.
    Kept,
    /// A row that could not be used.
    Unmatched,
}

impl Topic {
    /// Returns the word that stands before its lines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Summary => "file",
            Self::Warning => "odd",
            Self::Column => "unknown",
            Self::New => "new",
            Self::Changed => "changed",
            Self::Kept => "stays",
            Self::Unmatched => "not used",
        }
    }
}

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// What it is about.
    pub topic: Topic,
    /// What it says, unsanitised.
    pub text: String,
}

impl Plan {
    /// Says in one line what it does.
    pub fn headline(&self) -> String {
        let counts = &self.counts;
        let mut parts = Vec::new();
        let mut part = |count: usize, one: &str, many: &str| {
            if count > 0 || parts.is_empty() {
                let what = if count == 1 { one } else { many };
                parts.push(format!("{count} {what}"));
            }
        };
        part(counts.rows, "row", "rows");
        part(counts.created, "new creator", "new creators");
        part(counts.updated, "creator changed", "creators changed");
        part(counts.new_figures, "new figure", "new figures");
        part(counts.changed_figures, "figure changed", "figures changed");
        part(counts.totals, "figure of a CN", "figures of CNs");
        part(
            counts.unchanged,
            "row says nothing new",
            "rows say nothing new",
        );
        part(counts.repeated, "row said twice", "rows said twice");
        part(
            counts.older,
            "row older than what is here",
            "rows older than what is here",
        );
        part(
            self.kept.len(),
            "value typed by a person stays",
            "values typed by people stay",
        );
        part(counts.unmatched, "row not used", "rows not used");
        parts.join(" · ")
    }

    /// Returns the lines that stand above the changes.
    pub fn summary(&self) -> Vec<ReportLine> {
        let line = |topic, text| ReportLine { topic, text };
        let mut about = vec![
            format!("{}: {}", self.file, self.report),
            self.written.clone(),
            format!("column map {}", self.map_version),
        ];
        about.extend(self.period.as_ref().map(|period| {
            let Period { kind, start, end } = period;
            format!("{kind} {start} to {end} (UTC)")
        }));
        about.extend(self.exported_at.map(|at| format!("as of {at}")));
        let about = about.join(", ");
        let mut lines = vec![
            line(Topic::Summary, about),
            line(Topic::Summary, self.headline()),
        ];
        if self.changes.is_empty() {
            let again = if self.seen {
                ": this file was imported before"
            } else {
                ""
            };
            lines.push(line(Topic::Summary, format!("nothing to change{again}")));
        }
        let warnings = self.warnings.iter().cloned();
        lines.extend(warnings.map(|text| line(Topic::Warning, text)));
        let columns = self.unknown_columns.iter();
        lines.extend(columns.map(|name| {
            line(
                Topic::Column,
                format!(
                    "column `{name}` is not known; its cells are kept with the figures as they are"
                ),
            )
        }));
        lines
    }

    /// Returns the whole report.
    pub fn lines(&self) -> Vec<ReportLine> {
        let mut lines = self.summary();
        for row in &self.unmatched {
            let cells: Vec<&str> = row
                .cells
                .iter()
                .map(|cell| cell.trim())
                .filter(|cell| !cell.is_empty())
                .collect();
            let cells: String = cells.join(" · ").chars().take(120).collect();
            lines.push(ReportLine {
                topic: Topic::Unmatched,
                text: format!("row {}: not used: {} ({cells})", row.line, row.why),
            });
        }
        for kept in &self.kept {
            lines.push(ReportLine {
                topic: Topic::Kept,
                text: format!(
                    "row {}: {} {}: `{}` stays, the file says `{}`",
                    kept.line,
                    kept.who,
                    kept.field,
                    brief(&kept.mine),
                    brief(&kept.theirs)
                ),
            });
        }
        lines.extend(self.changes.iter().map(|change| ReportLine {
            topic: if change.op == Op::Create {
                Topic::New
            } else {
                Topic::Changed
            },
            text: change.words(),
        }));
        lines
    }

    /// Returns the plan as JSON.
    pub fn json(&self) -> Json {
        let changes: Vec<Json> = self
            .changes
            .iter()
            .map(|change| {
                let before: Map<String, Json> = change
                    .patch
                    .fields()
                    .into_iter()
                    .filter_map(|name| Some((name.to_owned(), change.before.get(name)?.clone())))
                    .collect();
                json!({
                    "row": (change.line > 0).then_some(change.line), "kind": change.kind, "id": change.id, "op": change.op,
                    "creator": change.who, "before": before, "change": change.patch,
                })
            })
            .collect();
        let kept: Vec<Json> = self
            .kept
            .iter()
            .map(|kept| {
                json!({
                    "row": kept.line, "creator": kept.who, "field": kept.field,
                    "stays": kept.mine, "file": kept.theirs,
                })
            })
            .collect();
        let unmatched: Vec<Json> = self.unmatched.iter().map(row_json).collect();
        json!({
            "file": self.file, "sha256": self.sha256, "report": self.report, "written": self.written,
            "column_map": self.map_version, "exported_at": self.exported_at.map(|at| at.to_string()),
            "period": self.period.as_ref().map(|period| json!({
                "kind": period.kind.as_str(), "start": period.start.to_string(), "end": period.end.to_string(),
            })),
            "seen": self.seen, "counts": self.counts, "changes": changes, "kept": kept,
            "unknown_columns": self.unknown_columns, "warnings": self.warnings, "unmatched": unmatched,
        })
    }

    /// Returns the records that keep what was imported: one, and more where its rows do not fit in it.
    pub fn records(
        &self,
        by: &str,
        at: jiff::Timestamp,
        ids: &mut dyn FnMut() -> String,
    ) -> Vec<(String, Import)> {
        let count = |count: usize| i64::try_from(count).ok();
        let counts = &self.counts;
        let period = self.period.as_ref();
        let mut chunks = self.chunks().into_iter();
        let first = Import {
            file: self.file.clone(),
            sha256: self.sha256.clone(),
            report: self.report.clone(),
            map_version: Some(self.map_version),
            by: Some(by.into()),
            at: Some(at),
            exported_at: self.exported_at,
            period_kind: period.map(|period| period.kind.clone()).unwrap_or_default(),
            period_start: period.map(|period| period.start),
            period_end: period.map(|period| period.end),
            rows: count(counts.rows),
            matched: count(counts.by_id + counts.by_handle),
            created: count(counts.created),
            updated: count(counts.updated),
            figures: count(counts.new_figures + counts.changed_figures),
            unchanged: count(counts.unchanged),
            kept: count(self.kept.len()),
            unmatched_rows: count(counts.unmatched),
            unknown_columns: self.unknown_columns.clone(),
            warnings: self
                .warnings
                .join("\n")
                .chars()
                .take(20_000)
                .collect::<String>()
                .into(),
            unmatched: chunks.next().unwrap_or_default().into(),
            part_of: None,
        };
        let mut records = vec![(self.import.clone(), first)];
        for chunk in chunks {
            let part = Import {
                file: self.file.clone(),
                by: Some(by.into()),
                at: Some(at),
                unmatched: chunk.into(),
                part_of: Some(self.import.as_str().into()),
                ..Import::default()
            };
            records.push((ids(), part));
        }
        records
    }

    /// Returns the rows that could not be used in texts that fit into a record each.
    fn chunks(&self) -> Vec<String> {
        let mut chunks = Vec::new();
        let mut chunk = String::new();
        for row in &self.unmatched {
            let line = row_json(row).to_string();
            // Quotes and backslashes are escaped once more inside the record.
            let escaped = line.len() + line.matches(['"', '\\']).count();
            if !chunk.is_empty() && chunk.len() + escaped > ROWS_BYTES / 2 {
                chunks.push(std::mem::take(&mut chunk));
            }
            if !chunk.is_empty() {
                chunk.push('\n');
            }
            chunk.push_str(&line);
        }
        if !chunk.is_empty() {
            chunks.push(chunk);
        }
        chunks
    }
}

fn row_json(row: &super::table::Unmatched) -> Json {
    let cells: Vec<String> = row
        .cells
        .iter()
        .take(80)
        .map(|cell| match cell.char_indices().nth(CELL_CHARS) {
            Some((at, _)) => format!("{}…", cell.get(..at).unwrap_or_default()),
            None => cell.clone(),
        })
        .collect();
    json!({"row": row.line, "why": row.why, "cells": cells})
}

impl Change {
    /// Says what changes, old and new values side by side.
    pub fn words(&self) -> String {
        let text = |name: &str| {
            let new = self.patch.set.get(name).or_else(|| self.before.get(name));
            new.and_then(Json::as_str).unwrap_or_default()
        };
        let what = match self.kind {
            Kind::Creator => "creator".to_owned(),
            Kind::MetricPoint => {
                let metric = text("metric").replace('_', " ");
                format!("{metric} {} from {}", text("period_kind"), text("period"))
            }
            _ => format!("{} from {}", text("period_kind"), text("period_start")),
        };
        let mut parts = Vec::new();
        for name in self.patch.fields() {
            if matches!(
                name,
                "import"
                    | "imported"
                    | "creator"
                    | "period_kind"
                    | "period_start"
                    | "subject"
                    | "metric"
                    | "period"
                    | "source"
            ) {
                continue;
            }
            parts.push((name, part(name, &self.before, &self.patch)));
        }
        // When the export was made stands above all of them.
        if parts.iter().any(|(name, _)| !AGES.contains(name)) {
            parts.retain(|(name, _)| !AGES.contains(name));
        }
        parts.sort_by_key(|(name, _)| *name != "value");
        let parts: Vec<String> = parts.into_iter().map(|(_, words)| words).collect();
        let sign = if self.op == Op::Create { '+' } else { '~' };
        format!("{sign} {} {what}: {}", self.who, parts.join(", "))
    }
}

/// Fields that say how old the others are.
const AGES: [&str; 2] = ["exported_at", "as_of"];

fn part(name: &str, before: &Map<String, Json>, patch: &Patch) -> String {
    let written = |value: &Json| match (name, value.as_i64()) {
        ("live_seconds", Some(seconds)) => {
            format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60)
        }
        _ => brief(value),
    };
    let old = before.get(name).map(written);
    let new = patch
        .set
        .get(name)
        .or_else(|| patch.add.get(name))
        .map(written);
    let key = name;
    let name = match name {
        "live_seconds" => "LIVE time".to_owned(),
        _ => name.replace('_', " "),
    };
    match (old, new) {
        (Some(old), Some(new)) if patch.set.contains_key(key) => format!("{name} {old} → {new}"),
        (_, Some(new)) if patch.add.contains_key(key) => format!("{name} +{new}"),
        (_, Some(new)) => format!("{name} {new}"),
        (old, None) => format!("{name} {} → nothing", old.unwrap_or_default()),
    }
}

/// Writes a value short enough for a line.
fn brief(value: &Json) -> String {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(number) if number.is_f64() => {
            let value = number.as_f64().unwrap_or_default();
            let text = format!("{value:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
