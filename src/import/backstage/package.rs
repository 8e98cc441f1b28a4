//! The parts of a packed workbook: their XML, event by event, with limits on what they unpack to.

use std::cell::Cell;
use std::io::{BufReader, Cursor, Read};
use std::rc::Rc;

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::grid::{CELL_CHARS, EVENT_BYTES, ImportError, PACKING, PART_BYTES};

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What to do about a file that is broken.
pub(super) const AGAIN: &str =
    "download the export again; the file may not have been saved to its end";

/// Collects the text between `<t>` and `</t>`, without the readings that stand above characters.
#[derive(Default)]
pub(super) struct Words {
    open: bool,
    above: bool,
}

impl Words {
    pub(super) fn take(&mut self, event: &Event<'_>, text: &mut String) {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => self.open = true,
                "rPh" => self.above = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => self.open = false,
                "rPh" => self.above = false,
                _ => {}
            },
            _ if self.open && !self.above => append(event, text),
            _ => {}
        }
    }
}

/// Appends what an event says in letters.
pub(super) fn append(event: &Event<'_>, text: &mut String) {
    // One character more than a cell can hold is enough to refuse it.
    if text.len() > CELL_CHARS * 4 + 4 {
        return;
    }
    match event {
        Event::Text(words) => text.push_str(&words.xml10_content()),
        Event::CData(words) => text.push_str(&words.xml10_content()),
        Event::GeneralRef(name) => match name.resolve_char_ref() {
            Ok(Some(letter)) => text.push(letter),
            _ => match &**name {
                "amp" => text.push('&'),
                "lt" => text.push('<'),
                "gt" => text.push('>'),
                "quot" => text.push('"'),
                "apos" => text.push('\''),
                // Anything else would have to be expanded from a definition in the file.
                other => {
                    text.push('&');
                    text.push_str(other);
                    text.push(';');
                }
            },
        },
        _ => {}
    }
}

/// Reads an attribute of a tag.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .flatten()
        .find(|one| one.key.as_ref() == name)?;
    let value = &found.value;
    if value.contains('&') {
        return Some(
            value
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&amp;", "&"),
        );
    }
    Some(value.to_string())
}

/// Goes through the XML of one part.
pub(super) fn each(
    archive: &mut Archive<'_>,
    part: &str,
    visit: &mut dyn FnMut(&Event<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    each_with(archive, part, &mut |event, _| visit(event))
}

/// Goes through the XML of one part, with how many bytes were read so far.
pub(super) fn each_with(
    archive: &mut Archive<'_>,
    part: &str,
    visit: &mut dyn FnMut(&Event<'_>, u64) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let broken = |why: &dyn std::fmt::Display| {
        ImportError::new(
            format!("part `{part}` of the workbook is broken: {why}"),
            AGAIN,
        )
    };
    let file = archive.by_name(part).map_err(|error| broken(&error))?;
    let packed = file.compressed_size();
    let most = PART_BYTES.min((16 << 20) + packed.saturating_mul(PACKING));
    let event_left = Rc::new(Cell::new(EVENT_BYTES));
    let source = BufReader::with_capacity(
        1 << 16,
        Capped {
            inner: file,
            left: most,
            event_left: event_left.clone(),
        },
    );
    let mut reader = quick_xml::Reader::from_reader(source);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        event_left.set(EVENT_BYTES);
        let event = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => return Ok(()),
            Ok(event) => event,
            Err(error) => {
                let why = error.to_string();
                if why.contains(TOO_LARGE) {
                    return Err(ImportError::new(
                        format!(
                            "part `{part}` unpacks to more than {} MiB: it is packed like a bomb",
                            most >> 20
                        ),
                        "give the file that the platform's export page saved, not one from elsewhere",
                    ));
                }
                if why.contains(TOO_LONG) {
                    return Err(ImportError::new(
                        format!(
                            "part `{part}` holds one text or tag of more than {} MiB",
                            EVENT_BYTES >> 20
                        ),
                        "give the file that the platform's export page saved, not one from elsewhere",
                    ));
                }
                return Err(broken(&why));
            }
        };
        visit(&event, reader.buffer_position())?;
    }
}

/// What the reader says when a part is larger than allowed.
const TOO_LARGE: &str = "unpacks to too much";

/// What the reader says when one text or tag is longer than allowed.
const TOO_LONG: &str = "one text or tag is too long";

/// Stops reading after so many bytes in all, and so many for one event.
struct Capped<R> {
    inner: R,
    left: u64,
    event_left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = match self.left.checked_sub(read as u64) {
            Some(left) => left,
            None => return Err(std::io::Error::other(TOO_LARGE)),
        };
        match self.event_left.get().checked_sub(read as u64) {
            Some(left) => self.event_left.set(left),
            None => return Err(std::io::Error::other(TOO_LONG)),
        }
        Ok(read)
    }
}
