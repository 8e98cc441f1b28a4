//! Workbooks (XLSX), read cell by cell from the packed file.
//!
//! A reader of our own, because the ones at hand turn every number into a float: an id of nineteen digits
//! that a cell still holds in full would be lost in reading. Nothing in a workbook is run: of a formula the
//! value that was computed last is read, macros and links are left alone, and no entity is expanded.

use std::io::Cursor;

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::grid::{Cell, Form, Grid, ImportError, Line, Meter, Place, Progress};
use super::package::{AGAIN, Archive, Words, append, attribute, each, each_with};

/// The most shared texts, and the most parts of a workbook.
const TEXTS: usize = 2_000_000;
const PARTS: usize = 10_000;

/// Reads the first sheet of a workbook that holds anything.
pub(super) fn read(bytes: &[u8], progress: &mut dyn FnMut(Progress)) -> Result<Grid, ImportError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
        ImportError::new(format!("the workbook cannot be opened: {error}"), AGAIN)
    })?;
    if archive.len() > PARTS {
        return Err(ImportError::new(
            format!(
                "the workbook has {} parts, more than {PARTS}",
                archive.len()
            ),
            "give the file that the platform's export page saved",
        ));
    }
    let sheets = sheets(&mut archive)?;
    let styles = styles(&mut archive, sheets.from_1904)?;
    let texts = texts(&mut archive)?;
    let mut first = None;
    let mut others = Vec::new();
    for (name, part) in &sheets.list {
        let mut grid = sheet(&mut archive, name, part, (&styles, &texts), progress)?;
        if grid.lines.is_empty() {
            continue;
        }
        if first.is_none() {
            grid.written = format!("XLSX, sheet `{name}`");
            first = Some(grid);
        } else {
            others.push(format!("`{name}`"));
        }
    }
    let mut grid = first.ok_or_else(|| {
        ImportError::new(
            "the workbook has no sheet with anything in it",
            "export the file again and look that it has rows",
        )
    })?;
    if !others.is_empty() {
        grid.warnings.push(format!(
            "only the first sheet was read, not {}",
            others.join(", ")
        ));
    }
    if archive
        .file_names()
        .any(|name| name.ends_with("vbaProject.bin"))
    {
        grid.warnings
            .push("the workbook holds macros; they were not run".into());
    }
    Ok(grid)
}

/// The sheets of a workbook.
#[derive(Default)]
struct Sheets {
    /// Name and part, in the order of the tabs.
    list: Vec<(String, String)>,
    from_1904: bool,
}

/// Reads which sheets there are.
fn sheets(archive: &mut Archive<'_>) -> Result<Sheets, ImportError> {
    if archive.index_for_name("xl/workbook.bin").is_some() {
        return Err(ImportError::new(
            "the file is a binary workbook (XLSB)",
            "save it as XLSX or CSV",
        ));
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(ImportError::new(
            "the file is an archive, but no XLSX workbook",
            "save it as XLSX or CSV",
        ));
    }
    let mut sheets = Sheets::default();
    let mut ids = Vec::new();
    each(archive, "xl/workbook.xml", &mut |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event {
            match tag.local_name().as_ref() {
                "sheet" => ids.push((
                    attribute(tag, "name").unwrap_or_default(),
                    attribute(tag, "r:id")
                        .or_else(|| attribute(tag, "id"))
                        .unwrap_or_default(),
                )),
                "workbookPr" => {
                    sheets.from_1904 = attribute(tag, "date1904")
                        .is_some_and(|value| matches!(value.as_str(), "1" | "true"));
                }
                _ => {}
            }
        }
        Ok(())
    })?;
    let mut targets = Vec::new();
    if archive
        .index_for_name("xl/_rels/workbook.xml.rels")
        .is_some()
    {
        each(archive, "xl/_rels/workbook.xml.rels", &mut |event| {
            if let Event::Start(tag) | Event::Empty(tag) = event
                && tag.local_name().as_ref() == "Relationship"
            {
                targets.push((
                    attribute(tag, "Id").unwrap_or_default(),
                    attribute(tag, "Target").unwrap_or_default(),
                ));
            }
            Ok(())
        })?;
    }
    for (place, (name, id)) in ids.into_iter().enumerate() {
        let target = targets.iter().find(|(other, _)| *other == id);
        let part = match target {
            Some((_, target)) => match target.strip_prefix('/') {
                Some(whole) => whole.to_owned(),
                None => format!("xl/{target}"),
            },
            None => format!("xl/worksheets/sheet{}.xml", place + 1),
        };
        if archive.index_for_name(&part).is_some() && part.contains("worksheet") {
            sheets.list.push((name, part));
        }
    }
    Ok(sheets)
}

/// Reads how each style shows numbers.
fn styles(archive: &mut Archive<'_>, from_1904: bool) -> Result<Vec<Form>, ImportError> {
    let mut formats: Vec<(u32, Form)> = Vec::new();
    let mut styles = Vec::new();
    let mut inside = false;
    if archive.index_for_name("xl/styles.xml").is_none() {
        return Ok(styles);
    }
    let days = if from_1904 {
        Form::Days1904
    } else {
        Form::Days
    };
    each(archive, "xl/styles.xml", &mut |event| {
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(tag, "numFmtId").and_then(|id| id.parse().ok());
                    let code = attribute(tag, "formatCode").unwrap_or_default();
                    if let Some(id) = id {
                        formats.push((id, form_of(&code, days)));
                    }
                }
                "cellXfs" => inside = true,
                "xf" if inside => {
                    let id = attribute(tag, "numFmtId").and_then(|id| id.parse().ok());
                    let id: u32 = id.unwrap_or(0);
                    let own = formats.iter().find(|(other, _)| *other == id);
                    // The numbers below 50 are built in: ECMA-376, part 1, 18.8.30.
                    styles.push(match (own, id) {
                        (Some((_, form)), _) => *form,
                        (None, 9 | 10) => Form::Percent,
                        (None, 14..=22 | 45..=47) => days,
                        (None, _) => Form::Number,
                    });
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => inside = false,
            _ => {}
        }
        Ok(())
    })?;
    Ok(styles)
}

/// Reads a format such as `0.00%` or `yyyy-mm-dd`.
fn form_of(code: &str, days: Form) -> Form {
    let mut quoted = false;
    let mut bracket = String::new();
    let mut inside = false;
    let mut letters = code.chars();
    let mut form = Form::Number;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                inside = true;
                bracket.clear();
            }
            ']' => {
                inside = false;
                if matches!(
                    bracket.to_lowercase().as_str(),
                    "h" | "hh" | "m" | "mm" | "s" | "ss"
                ) {
                    form = days;
                }
            }
            other if inside => bracket.push(other),
            '%' => return Form::Percent,
            'y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 'm' | 'M' | 's' | 'S' => form = days,
            ';' => break,
            _ => {}
        }
    }
    // `General` has no letter of a date but e and n; a lone E belongs to 0.00E+00.
    if code.eq_ignore_ascii_case("general") {
        Form::Number
    } else {
        form
    }
}

/// Reads the texts that cells share.
fn texts(archive: &mut Archive<'_>) -> Result<Vec<Box<str>>, ImportError> {
    let mut texts: Vec<Box<str>> = Vec::new();
    if archive.index_for_name("xl/sharedStrings.xml").is_none() {
        return Ok(texts);
    }
    let mut text = String::new();
    let mut reading = Words::default();
    let mut meter = Meter::default();
    each(archive, "xl/sharedStrings.xml", &mut |event| {
        reading.take(event, &mut text);
        if let Event::End(tag) = event
            && tag.local_name().as_ref() == "si"
        {
            meter.cell(texts.len() + 1, 0, &text).map_err(|error| {
                ImportError::new(format!("shared texts: {}", error.what), error.hint)
            })?;
            if texts.len() >= TEXTS {
                return Err(ImportError::new(
                    format!("the workbook shares more than {TEXTS} texts"),
                    "export fewer creators at a time",
                ));
            }
            texts.push(text.as_str().into());
            text.clear();
        } else if let Event::Empty(tag) = event
            && tag.local_name().as_ref() == "si"
        {
            texts.push("".into());
        }
        Ok(())
    })?;
    Ok(texts)
}

/// The cell that is being read.
#[derive(Default)]
struct Open {
    column: usize,
    kind: String,
    style: usize,
    value: String,
    in_value: bool,
    formula: bool,
    words: Words,
}

/// Reads one sheet.
fn sheet(
    archive: &mut Archive<'_>,
    name: &str,
    part: &str,
    known: (&[Form], &[Box<str>]),
    progress: &mut dyn FnMut(Progress),
) -> Result<Grid, ImportError> {
    let mut rows = Rows {
        grid: Grid::default(),
        meter: Meter::default(),
        line: Line::default(),
        open: None,
        formulas: 0,
        styles: known.0,
        texts: known.1,
    };
    let total = archive.by_name(part).map_or(0, |part| part.size());
    let mut last = 0;
    let read = each_with(archive, part, &mut |event, at| {
        rows.take(event)?;
        if at > last + (1 << 19) {
            last = at;
            progress(Progress::Reading(at.min(total), total));
        }
        Ok(())
    });
    read.map_err(|error| ImportError::new(format!("sheet `{name}`: {}", error.what), error.hint))?;
    let Rows {
        mut grid, formulas, ..
    } = rows;
    if formulas > 0 {
        grid.warnings.push(format!(
            "{formulas} cells hold formulas; the values that were computed last were read, nothing was run"
        ));
    }
    Ok(grid)
}

/// The rows of a sheet while they are read.
struct Rows<'a> {
    grid: Grid,
    meter: Meter,
    line: Line,
    open: Option<Open>,
    formulas: usize,
    styles: &'a [Form],
    texts: &'a [Box<str>],
}

impl Rows<'_> {
    fn take(&mut self, event: &Event<'_>) -> Result<(), ImportError> {
        match event {
            Event::Start(tag) => self.begins(tag, true)?,
            Event::Empty(tag) => self.begins(tag, false)?,
            Event::End(tag) => self.ends(tag.local_name().as_ref())?,
            _ => {}
        }
        if let Some(cell) = &mut self.open {
            if cell.in_value {
                append(event, &mut cell.value);
            } else if cell.kind == "inlineStr" {
                cell.words.take(event, &mut cell.value);
            }
        }
        Ok(())
    }

    fn begins(&mut self, tag: &BytesStart<'_>, has_content: bool) -> Result<(), ImportError> {
        match tag.local_name().as_ref() {
            "row" => {
                let number = attribute(tag, "r").and_then(|number| number.parse().ok());
                let number = number.unwrap_or(self.line.number + 1);
                self.meter.row(number)?;
                let cells = Vec::with_capacity(self.line.cells.len().max(8));
                self.line = Line { number, cells };
            }
            "c" => {
                let cell = begin(tag, &self.line);
                self.meter.cell(self.line.number, cell.column, "")?;
                if has_content {
                    self.open = Some(cell);
                }
            }
            "v" => {
                if let Some(cell) = &mut self.open {
                    cell.in_value = has_content;
                }
            }
            "f" => {
                if let Some(cell) = &mut self.open {
                    cell.formula = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn ends(&mut self, name: &str) -> Result<(), ImportError> {
        match name {
            "v" => {
                if let Some(cell) = &mut self.open {
                    cell.in_value = false;
                }
            }
            "c" => {
                if let Some(cell) = self.open.take() {
                    self.formulas += usize::from(cell.formula);
                    let column = cell.column;
                    let cell = close(cell, self.styles, self.texts, self.line.number)?;
                    self.meter.cell(self.line.number, column, &cell.text)?;
                    if self.line.cells.len() <= column {
                        self.line.cells.resize(column + 1, Cell::default());
                    }
                    if let Some(place) = self.line.cells.get_mut(column) {
                        *place = cell;
                    }
                }
            }
            "row" if self.line.cells.iter().any(|cell| !cell.is_blank()) => {
                let number = self.line.number;
                self.grid.lines.push(std::mem::take(&mut self.line));
                self.line.number = number;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Reads where a cell is and what it holds.
fn begin(tag: &BytesStart<'_>, line: &Line) -> Open {
    let column = attribute(tag, "r").and_then(|place| column_of(&place));
    Open {
        column: column.unwrap_or(line.cells.len()),
        kind: attribute(tag, "t").unwrap_or_default(),
        style: attribute(tag, "s")
            .and_then(|style| style.parse().ok())
            .unwrap_or(0),
        ..Open::default()
    }
}

/// Makes the cell of what was read.
fn close(
    open: Open,
    styles: &[Form],
    texts: &[Box<str>],
    line: usize,
) -> Result<Cell, ImportError> {
    let Open {
        column,
        kind,
        style,
        value,
        ..
    } = open;
    let text = |text: &str| Cell::text(text);
    Ok(match kind.as_str() {
        "s" => {
            let shared = value
                .trim()
                .parse::<usize>()
                .ok()
                .and_then(|at| texts.get(at));
            match shared {
                Some(shared) => Cell {
                    text: shared.clone(),
                    form: Form::Text,
                },
                None if value.is_empty() => Cell::default(),
                None => {
                    let place = Place { line, column };
                    return Err(ImportError::new(
                        format!("{place} names a text that the workbook does not have"),
                        AGAIN,
                    ));
                }
            }
        }
        "inlineStr" | "str" | "d" => text(&value),
        "b" => text(if value.trim() == "1" { "Yes" } else { "No" }),
        // An error such as #N/A is nothing that can be read.
        "e" => text(""),
        _ => Cell {
            text: value.trim().into(),
            form: styles.get(style).copied().unwrap_or(Form::Number),
        },
    })
}

/// Reads the column of a place such as `AB12`.
fn column_of(place: &str) -> Option<usize> {
    let mut column = 0_usize;
    for letter in place.bytes().take_while(u8::is_ascii_alphabetic) {
        let digit = usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        column = column.checked_mul(26)?.checked_add(digit)?;
    }
    column.checked_sub(1)
}
