//! `cnm list`: the query language from the shell.

use std::collections::{HashMap, HashSet};
use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json};

use super::{CliError, headless};
use crate::effect::{CacheRow, Load};
use crate::list::World;
use crate::pane::Filter;
use crate::record::{FieldType, Kind, KindVisitor, Record, Value};
use crate::runtime::Home;
use crate::text;
use crate::when::{clock, zone};

/// What to list, and how.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The kind, for example `lead` or `follow_up`.
    kind: String,
    /// A query such as `stage:proposal idle>7d sort:-idle`.
    #[arg(allow_hyphen_values = true)]
    query: Option<String>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Also lists what is closed: done threads, old follow-ups, past figures.
    #[arg(long)]
    all: bool,
    /// Leaves CSV cells that look like formulas as they are.
    #[arg(long)]
    raw: bool,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For reading.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values.
    Csv,
}

/// At most this many rows are read from the cache.
const MOST: usize = 2_000_000;

/// Lists records.
pub(super) fn run(args: &ListArgs) -> Result<(), CliError> {
    let kind = crate::command::find_kind(&args.kind)?;
    let home = Home::find()?;
    let now = super::console::clock(&home).now();
    let configured = home.configured();
    super::check::warn_config(&home);
    let mut store = headless::open_store(&home, now)?;
    if let Some(why) = store.read_only() {
        super::check::warn(why);
    }
    let mut world = headless::world(&mut store, &configured, now, headless::NAMED)?;
    let open: Option<HashSet<String>> = if args.all || !headless::NAMED.contains(&kind) {
        None
    } else {
        let rows = store.load(&Load::Working(vec![kind]))?;
        Some(rows.into_iter().map(|row| row.id).collect())
    };
    let rows = store.load(&Load::All { kind, limit: MOST })?;
    for row in &rows {
        world.upsert(row);
    }
    let query = args.query.as_deref().unwrap_or("").trim();
    let filter = (!query.is_empty())
        .then(|| Filter::compile(kind, query, &world.view))
        .transpose()
        .map_err(|error| CliError::Usage(error.to_string()))?;
    let matching = |ids: Vec<String>| match &filter {
        Some(filter) => filter.apply(&world, &ids),
        None => ids,
    };
    let (ids, closed): (Vec<String>, Vec<String>) = rows
        .iter()
        .map(|row| row.id.clone())
        .partition(|id| open.as_ref().is_none_or(|open| open.contains(id)));
    let ids = matching(ids);
    let closed = match &filter {
        Some(filter) => filter.count(&world, &closed),
        None => closed.len(),
    };
    let by_id: HashMap<&str, &CacheRow> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
    let chosen: Vec<&CacheRow> = ids
        .iter()
        .filter_map(|id| by_id.get(id.as_str()).copied())
        .collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match args.format {
        Format::Json => json(&mut out, &chosen, true)?,
        Format::Jsonl => json(&mut out, &chosen, false)?,
        Format::Csv => csv(&mut out, kind, &chosen, args.raw)?,
        Format::Table => table(&mut out, kind, &chosen, &world)?,
    }
    out.flush()?;
    super::check::tell_repairs(&mut store);
    if store.was_rebuilt() {
        return Err(CliError::Refused(
            "the cache was damaged, so the list is not whole; `cnm sync` fetches the records again"
                .into(),
        ));
    }
    for stranger in filter.iter().flat_map(|filter| filter.strangers(&world)) {
        super::check::warn(&stranger);
    }
    if store.place()?.synced_at.is_none() {
        super::check::warn(
            "nothing was synced yet, so this is no whole list; `cnm sync` fetches the records",
        );
    }
    if closed > 0 {
        super::check::warn(&format!(
            "not listed: {closed} {} that match and are closed; --all lists them too",
            kind.plural()
        ));
    }
    Ok(())
}

/// Writes records as they are on the wire, unknown fields included. JSON strings escape control characters
/// themselves; the other invisible ones are escaped here.
fn json(out: &mut impl std::io::Write, rows: &[&CacheRow], array: bool) -> Result<(), CliError> {
    if array {
        writeln!(out, "[")?;
    }
    for (at, row) in rows.iter().enumerate() {
        let mut object = Map::new();
        object.insert("kind".into(), row.kind.name().into());
        object.insert("id".into(), row.id.clone().into());
        object.insert("version".into(), row.version.into());
        let state = format!("{:?}", row.state).to_lowercase();
        object.insert("state".into(), state.into());
        object.insert(
            "fields".into(),
            serde_json::from_str(&row.fields).unwrap_or(Json::Null),
        );
        let line = escape_invisible(&Json::Object(object).to_string());
        let comma = if array && at + 1 < rows.len() {
            ","
        } else {
            ""
        };
        writeln!(out, "{line}{comma}")?;
    }
    if array {
        writeln!(out, "]")?;
    }
    Ok(())
}

/// Writes characters that a terminal could act on, or that reorder text, as JSON escapes: the value stays the same.
pub(super) fn escape_invisible(json: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        let hidden = letter == '\u{7f}'
            || matches!(u32::from(letter),
                0x80..=0x9f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb);
        if hidden {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

fn csv(
    out: &mut impl std::io::Write,
    kind: Kind,
    rows: &[&CacheRow],
    raw: bool,
) -> Result<(), CliError> {
    let names: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
    writeln!(out, "id,{}", names.join(","))?;
    for row in rows {
        let fields: Map<String, Json> = serde_json::from_str(&row.fields).unwrap_or_default();
        let mut cells = vec![text::csv_cell(&row.id, raw)];
        for field in kind.fields() {
            let value = fields.get(field.name);
            // Figures are written as they are: the guard against formulas is for text.
            let figure = field.ty == FieldType::Number;
            cells.push(match value {
                None | Some(Json::Null) => String::new(),
                Some(Json::Number(number)) if figure => number.to_string(),
                Some(Json::String(string)) => text::csv_cell(string, raw),
                Some(other) => text::csv_cell(&other.to_string(), raw),
            });
        }
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

/// Writes the columns of the kind's table, each as wide as its widest cell, at most 40.
fn table(
    out: &mut impl std::io::Write,
    kind: Kind,
    rows: &[&CacheRow],
    world: &World,
) -> Result<(), CliError> {
    struct Columns;
    impl KindVisitor for Columns {
        type Out = &'static [&'static str];
        fn visit<R: Record>(self) -> Self::Out {
            R::COLUMNS
        }
    }
    let columns = kind.visit(Columns);
    let mut lines: Vec<Vec<String>> = vec![
        std::iter::once("id")
            .chain(columns.iter().copied())
            .map(str::to_owned)
            .collect(),
    ];
    for row in rows {
        let mut cells = vec![row.id.clone()];
        for name in columns {
            let value = world.any(kind).cell(&row.id, name, &world.view);
            cells.push(value.map(|value| words(&value, world)).unwrap_or_default());
        }
        lines.push(cells);
    }
    let widths: Vec<usize> = (0..=columns.len())
        .map(|at| {
            let widest = lines.iter().filter_map(|cells| cells.get(at));
            widest
                .map(|cell| text::width(&text::clean_line(cell)))
                .max()
                .unwrap_or(0)
                .min(40)
        })
        .collect();
    for cells in lines {
        let shown: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| text::table_cell(cell, *width))
            .collect();
        writeln!(out, "{}", shown.join("  ").trim_end())?;
    }
    Ok(())
}

/// Writes a value for a table on paper.
fn words(value: &Value<'_>, world: &World) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Instant(at) => {
            let here = &world.view.zone;
            let short = zone::short_name(&zone::name(here));
            format!("{} {short}", clock::stamp(*at, here))
        }
        Value::Date(date) => date.to_string(),
        Value::Due(due) => due.date().to_string(),
        Value::Span(span) => {
            let sign = if span.is_negative() { "-" } else { "" };
            format!("{sign}{}", clock::length(span.abs()))
        }
        Value::Money(money) => format!(
            "{}.{:02} {}",
            money.minor / 100,
            (money.minor % 100).abs(),
            money.currency
        ),
        Value::Link(link) => world.title(link),
        Value::List(values) => values
            .iter()
            .map(|value| words(value, world))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Json(json) => json.to_string(),
    }
}
