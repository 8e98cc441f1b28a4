//! Content lines and components: unfolding, names, parameters, nesting.
//!
//! A parser of its own, because one bad line must cost one event and not the file: nothing here fails.

use std::borrow::Cow;

/// One unfolded content line.
#[derive(Clone, Debug)]
pub(super) struct Property<'a> {
    /// In capitals, one of those that are kept.
    name: &'static str,
    parameters: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

impl Property<'_> {
    /// Returns a parameter without quotes; names are compared without case.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut quoted = false;
        let parts = self.parameters.split(|c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        });
        for part in parts {
            if let Some((key, value)) = part.split_once('=')
                && key.trim().eq_ignore_ascii_case(name)
            {
                return Some(value.trim().trim_matches('"').to_owned());
            }
        }
        None
    }

    /// Returns the value as text: backslash sequences resolved.
    pub(super) fn text(&self) -> String {
        let mut out = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            }
        }
        out
    }
}

/// A component with its own properties; those of components inside are in `children`.
#[derive(Debug, Default)]
pub(super) struct Component<'a> {
    /// In capitals.
    pub(super) kind: String,
    /// The line of its `BEGIN`, counted from 1.
    pub(super) line: usize,
    pub(super) closed: bool,
    /// The component around it that no calendar has; empty where there is none.
    pub(super) inside: String,
    pub(super) properties: Vec<Property<'a>>,
    pub(super) children: Vec<Component<'a>>,
}

impl<'a> Component<'a> {
    /// Returns the first property of that name.
    pub(super) fn first(&self, name: &str) -> Option<&Property<'a>> {
        self.all(name).next()
    }

    /// Returns all properties of that name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Property<'a>> {
        self.properties
            .iter()
            .filter(move |property| property.name == name)
    }
}

/// The components that are looked into; others (alarms, to-dos) are passed over with their content.
const KEPT: [&str; 6] = [
    "VCALENDAR",
    "VEVENT",
    "VFREEBUSY",
    "VTIMEZONE",
    "STANDARD",
    "DAYLIGHT",
];

/// The properties of events that are kept; long ones such as DESCRIPTION are not.
const WANTED: [&str; 24] = [
    "BEGIN",
    "END",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "EXRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "UID",
    "SUMMARY",
    "STATUS",
    "TRANSP",
    "SEQUENCE",
    "FREEBUSY",
    "TZID",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "X-LIC-LOCATION",
    "X-WR-TIMEZONE",
    "X-WR-CALNAME",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "NAME",
];

/// Finds a name among those that are kept, without case.
fn known(name: &str) -> Option<&'static str> {
    let name = name.trim();
    let same =
        |wanted: &&'static str| wanted.len() == name.len() && wanted.eq_ignore_ascii_case(name);
    WANTED.into_iter().find(same)
}

/// Returns the text of a file: UTF-16 where its mark says so, else UTF-8 with what is none replaced; lines of old Macs,
/// which end in CR alone, end in LF.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let unit = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return with_lines(String::from_utf8_lossy(bytes)),
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    let letters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    let text = letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    with_lines(Cow::Owned(text.collect()))
}

fn with_lines(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\n') || !text.contains('\r') {
        return text;
    }
    Cow::Owned(text.replace('\r', "\n"))
}

/// Reads a text into its components, those of all calendars side by side; an event outside any
/// calendar is read too, and a component that is never closed ends where its parent does.
///
/// The returned component is a root without a kind.
pub(super) fn components(text: &str) -> Component<'_> {
    let mut stack = vec![Component {
        closed: true,
        ..Component::default()
    }];
    let mut passed_over: Vec<String> = Vec::new();
    // What was passed over around an event that is kept, to be said, with how deep that stands.
    let mut around: Vec<(usize, Vec<String>)> = Vec::new();
    for (line, content) in unfolded(text) {
        let Some(property) = property(content) else {
            continue;
        };
        match property.name {
            "BEGIN" => {
                let kind = property.value.trim().to_ascii_uppercase();
                let hidden = kind == "VEVENT" && may_hold(&passed_over);
                if !hidden && (!passed_over.is_empty() || !KEPT.contains(&kind.as_str())) {
                    if passed_over.len() < DEEPEST {
                        passed_over.push(kind);
                    }
                    continue;
                }
                // an event cannot hold an event: the one before was not closed
                while stack
                    .last()
                    .is_some_and(|open| cannot_nest(&open.kind, &kind))
                {
                    close(&mut stack, Closing::Broken);
                }
                let inside = passed_over.last().cloned().unwrap_or_default();
                if hidden {
                    around.push((stack.len(), std::mem::take(&mut passed_over)));
                }
                stack.push(Component {
                    kind,
                    line,
                    inside,
                    ..Component::default()
                });
            }
            "END" => {
                let kind = property.value.trim().to_ascii_uppercase();
                if let Some(depth) = passed_over.iter().rposition(|open| *open == kind) {
                    passed_over.truncate(depth);
                } else if let Some(depth) = stack
                    .iter()
                    .rposition(|open| open.kind == kind)
                    .filter(|depth| *depth > 0)
                {
                    passed_over.clear();
                    while stack.len() > depth + 1 {
                        close(&mut stack, Closing::Broken);
                    }
                    close(&mut stack, Closing::Proper);
                }
                while let Some((_, outer)) = around.pop_if(|(depth, _)| stack.len() <= *depth) {
                    passed_over = outer;
                }
            }
            _ if passed_over.is_empty() => {
                if let Some(open) = stack.last_mut() {
                    open.properties.push(property);
                }
            }
            _ => {}
        }
    }
    while stack.len() > 1 {
        close(&mut stack, Closing::Broken);
    }
    stack.pop().unwrap_or_default()
}

/// How deep components that are passed over are followed.
const DEEPEST: usize = 32;

/// Tells whether what is passed over may hold an event: a component of another program may, an alarm does not.
fn may_hold(passed_over: &[String]) -> bool {
    const WITHOUT: [&str; 5] = ["VALARM", "VTODO", "VJOURNAL", "VTIMEZONE", "PARTICIPANT"];
    (1..DEEPEST).contains(&passed_over.len())
        && !passed_over
            .iter()
            .any(|open| WITHOUT.contains(&open.as_str()))
}

fn cannot_nest(open: &str, inner: &str) -> bool {
    matches!(open, "VEVENT" | "VFREEBUSY" | "STANDARD" | "DAYLIGHT")
        || (open == "VCALENDAR" && inner == "VCALENDAR")
        || (open == "VTIMEZONE" && !matches!(inner, "STANDARD" | "DAYLIGHT"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    Proper,
    Broken,
}

fn close(stack: &mut Vec<Component<'_>>, closing: Closing) {
    let Some(mut component) = stack.pop() else {
        return;
    };
    component.closed = closing == Closing::Proper;
    if let Some(parent) = stack.last_mut() {
        parent.children.push(component);
    }
}

/// Joins folded lines; a line break is CR LF, LF or CR, a fold is one followed by a space or a tab.
fn unfolded(text: &str) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    let mut lines = text
        .split('\n')
        .map(|line| line.trim_end_matches('\r'))
        .enumerate()
        .peekable();
    std::iter::from_fn(move || {
        let (number, first) = lines.next()?;
        let mut content = Cow::Borrowed(first);
        while let Some((_, next)) = lines.next_if(|(_, next)| next.starts_with([' ', '\t'])) {
            content.to_mut().push_str(next.get(1..).unwrap_or_default());
        }
        Some((number + 1, content))
    })
}

/// Splits `NAME;PARAMETERS:VALUE` at the first colon outside quotes; nothing for a name that is not kept.
fn property(content: Cow<'_, str>) -> Option<Property<'_>> {
    match content {
        Cow::Borrowed(line) => {
            let (head, value) = split_head(line)?;
            let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
            Some(Property {
                name: known(name)?,
                parameters: Cow::Borrowed(parameters),
                value: Cow::Borrowed(value),
            })
        }
        Cow::Owned(line) => {
            let (head, value) = split_head(&line)?;
            let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
            Some(Property {
                name: known(name)?,
                parameters: Cow::Owned(parameters.to_owned()),
                value: Cow::Owned(value.to_owned()),
            })
        }
    }
}

fn split_head(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    });
    // an odd quote hides every colon: take the first one then
    let colon = colon.or_else(|| line.bytes().position(|byte| byte == b':'))?;
    let (head, rest) = line.split_at_checked(colon)?;
    Some((head, rest.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fold_may_cut_a_name_and_a_colon_may_be_quoted() {
        let root = components(
            "BEGIN:VEVENT\r\nSUMM\r\n ARY;X=\"a:b;c\";LANGUAGE=en:one\\, two\\n\r\n\tthree\r\nEND:VEVENT\r\n",
        );
        let event = &root.children[0];
        assert!(event.closed);
        let summary = event.first("SUMMARY").unwrap();
        assert_eq!(summary.text(), "one, two\nthree");
        assert_eq!(summary.parameter("language").as_deref(), Some("en"));
        assert_eq!(summary.parameter("x").as_deref(), Some("a:b;c"));
    }

    #[test]
    fn a_file_of_any_system_is_text() {
        let text = "BEGIN:VEVENT\rSUMMARY:周会\rEND:VEVENT\r";
        let read = |bytes: &[u8]| {
            let text = decoded(bytes);
            let root = components(text.trim_start_matches('\u{feff}'));
            root.children[0].first("SUMMARY").map(Property::text)
        };
        let le: Vec<u8> = ("\u{feff}".encode_utf16().chain(text.encode_utf16()))
            .flat_map(u16::to_le_bytes)
            .collect();
        let be: Vec<u8> = ("\u{feff}".encode_utf16().chain(text.encode_utf16()))
            .flat_map(u16::to_be_bytes)
            .collect();
        for bytes in [text.as_bytes(), &le, &be] {
            assert_eq!(read(bytes).as_deref(), Some("周会"));
        }
    }

    #[test]
    fn an_alarm_inside_an_event_is_passed_over() {
        let root = components(
            "BEGIN:VEVENT\nBEGIN:VALARM\nSUMMARY:ring\nEND:VALARM\nSUMMARY:meet\nEND:VEVENT",
        );
        let said: Vec<String> = root.children[0]
            .all("SUMMARY")
            .map(Property::text)
            .collect();
        assert_eq!(said, ["meet"]);
    }

    #[test]
    fn an_event_that_is_not_closed_does_not_swallow_the_next() {
        let root = components(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nBEGIN:VEVENT\nUID:b\nEND:VEVENT\nEND:VCALENDAR\n",
        );
        let closed: Vec<bool> = root.children[0]
            .children
            .iter()
            .map(|event| event.closed)
            .collect();
        assert_eq!(closed, [false, true]);
    }

    #[test]
    fn an_end_without_a_beginning_is_ignored() {
        let root =
            components("END:VCALENDAR\nEND:\n:\n;;;\nBEGIN:VEVENT\nEND:VALARM\nUID:a\nEND:VEVENT");
        assert!(root.children[0].closed && root.children[0].first("UID").is_some());
    }
}
