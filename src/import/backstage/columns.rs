//! The column map: which column of which export goes where. It is data: `columns.toml`.

use std::collections::HashMap;

use serde::Deserialize;

use super::grid::ImportError;

/// The map that ships with the program.
const SHIPPED: &str = include_str!("columns.toml");

/// How the cells of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// An id of the platform: digits, kept as text.
    Id,
    /// A user name; the at sign is taken off.
    Handle,
    /// Text as it stands.
    Text,
    /// A status that may hold a countdown.
    Status,
    /// A whole number: `4,001,930`, `2.98M`, `27d`.
    Count,
    /// A number with a fraction.
    Decimal,
    /// A length of time: `119h 47m 31s`, `88.46h`, or hours.
    Length,
    /// A percentage.
    Percent,
    /// An amount of money, kept as digits.
    Money,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// An instant (UTC+0).
    Instant,
    /// A stretch of days: `2026-06-01 ~ 2026-06-23`.
    Days,
    /// A month: `202506`.
    Month,
    /// Read and left out: it follows from another column.
    Skip,
}

/// Who may overwrite the field that a column goes into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The platform: the newest export is right.
    #[default]
    Platform,
    /// People too: what someone typed stays.
    Shared,
}

/// The period that the figures of a column belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// The period that the row names, or the month of the export.
    #[default]
    Row,
    /// The 30 days before the export.
    ThirtyDays,
}

/// Where a column goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// A field of the creator.
    Creator(String),
    /// A field of the figures.
    Figure(String),
    /// An item of a bonus, by the name of its column.
    Bonus,
    /// The period of the row.
    Period,
    /// Nowhere.
    Nowhere,
}

/// A column that the map knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its first name.
    pub name: String,
    /// Where it goes.
    pub into: Home,
    /// How its cells are read.
    pub shape: Shape,
    /// Who may overwrite the field.
    pub owner: Owner,
    /// The period of its figures.
    pub span: Span,
    /// Texts that mean nothing, folded.
    pub empty: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: i64,
    report: Vec<ReportEntry>,
    column: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportEntry {
    name: String,
    marks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    into: String,
    shape: Shape,
    #[serde(default)]
    owner: Owner,
    #[serde(default)]
    span: Span,
    #[serde(default)]
    empty: Vec<String>,
}

/// All columns that are known, by the names that exports give them.
#[derive(Clone, Debug)]
pub struct ColumnMap {
    /// Version of the map; it grows when a column changes its meaning.
    pub version: i64,
    columns: Vec<Column>,
    by_name: HashMap<String, usize>,
    reports: Vec<(String, Vec<String>)>,
}

impl ColumnMap {
    /// Reads the map that ships with the program.
    pub fn shipped() -> Result<Self, ImportError> {
        Self::parse(SHIPPED)
    }

    /// Reads a map.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let file: File = toml::from_str(text).map_err(|error| {
            ImportError::new(
                format!("the column map cannot be read: {error}"),
                "compare it with `src/import/backstage/columns.toml`",
            )
        })?;
        let mut map = Self {
            version: file.version,
            columns: Vec::new(),
            by_name: HashMap::new(),
            reports: Vec::new(),
        };
        for report in file.report {
            let marks = report.marks.iter().map(|mark| fold(mark)).collect();
            map.reports.push((report.name, marks));
        }
        for entry in file.column {
            map.add(&entry)?;
        }
        Ok(map)
    }

    fn add(&mut self, entry: &Entry) -> Result<(), ImportError> {
        let wrong = |what: String| {
            ImportError::new(
                format!("the column map: {what}"),
                "correct `src/import/backstage/columns.toml`",
            )
        };
        let into = match entry.into.split_once('.') {
            Some(("creator", field)) if known(crate::record::Kind::Creator, field) => {
                Home::Creator(field.to_owned())
            }
            Some(("figures", field)) if known(crate::record::Kind::CreatorSnapshot, field) => {
                Home::Figure(field.to_owned())
            }
            None if entry.into == "bonus" => Home::Bonus,
            None if entry.into == "period" => Home::Period,
            None if entry.into == "nowhere" => Home::Nowhere,
            _ => return Err(wrong(format!("`{}` is not a field", entry.into))),
        };
        let Some(name) = entry.names.first().cloned() else {
            return Err(wrong(format!("`{}` has no name", entry.into)));
        };
        let at = self.columns.len();
        for name in &entry.names {
            if self.by_name.insert(fold(name), at).is_some() {
                return Err(wrong(format!("`{name}` stands there twice")));
            }
        }
        self.columns.push(Column {
            name,
            into,
            shape: entry.shape,
            owner: entry.owner,
            span: entry.span,
            empty: entry.empty.iter().map(|text| fold(text)).collect(),
        });
        Ok(())
    }

    /// Finds a column by the name in a header, exactly: one name may be the beginning of another.
    pub fn find(&self, name: &str) -> Option<&Column> {
        self.columns.get(*self.by_name.get(&fold(name))?)
    }

    /// Tells whether a header cell names a known column.
    pub fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(&fold(name))
    }

    /// Says which export has a header like this one: that of which the most marks are there.
    pub fn report<'a>(&'a self, header: &[&str]) -> &'a str {
        let header: Vec<String> = header.iter().map(|name| fold(name)).collect();
        let mut best = ("export", 0);
        for (name, marks) in &self.reports {
            let there = marks.iter().filter(|mark| header.contains(mark)).count();
            if there > best.1 {
                best = (name, there);
            }
        }
        best.0
    }
}

fn known(kind: crate::record::Kind, field: &str) -> bool {
    kind.field(field).is_some()
}

/// Folds a name: case, blanks, the colon at its end and curly apostrophes do not matter.
pub(super) fn fold(name: &str) -> String {
    let name = name.trim_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, ':' | '：' | '\u{feff}')
    });
    let mut folded = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        for letter in word.chars() {
            match letter {
                '\u{2018}' | '\u{2019}' => folded.push('\''),
                '（' => folded.push('('),
                '）' => folded.push(')'),
                other => folded.extend(other.to_lowercase()),
            }
        }
    }
    folded
}
