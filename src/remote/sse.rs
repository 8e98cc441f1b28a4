//! A decoder of server-sent events: any line ends, any packet borders, and never more than it can hold.

/// The longest line that is taken.
const LINE: usize = 64 << 10;
/// The longest event that is taken.
const EVENT: usize = 256 << 10;

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its name; `message` when it gave none.
    pub name: String,
    /// Its data, lines joined by a line feed.
    pub data: String,
}

/// What came out of a piece of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sse {
    /// A whole event.
    Event(SseEvent),
    /// A line that only shows that the server is there.
    Comment,
    /// How long to wait before connecting again, in milliseconds.
    Retry(u64),
}

/// The stream holds a line or an event that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event longer than {EVENT} bytes")]
pub struct TooLong;

/// Turns bytes as they arrive into events.
#[derive(Debug, Default)]
pub struct Decoder {
    line: Vec<u8>,
    started: bool,
    after_cr: bool,
    name: String,
    data: String,
    any: bool,
}

impl Decoder {
    /// Makes a decoder for the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and returns what they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Sse>, TooLong> {
        let mut out = Vec::new();
        for &byte in bytes {
            let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            match byte {
                b'\n' if after_cr => {}
                b'\r' | b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    self.take_line(&line, &mut out)?;
                    self.line = line;
                    self.line.clear();
                }
                _ => {
                    if self.line.len() >= LINE {
                        return Err(TooLong);
                    }
                    self.line.push(byte);
                }
            }
        }
        Ok(out)
    }

    fn take_line(&mut self, line: &[u8], out: &mut Vec<Sse>) -> Result<(), TooLong> {
        let line = if self.started {
            line
        } else {
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        };
        self.started = true;
        let text = String::from_utf8_lossy(line);
        if text.is_empty() {
            let name = std::mem::take(&mut self.name);
            let data = std::mem::take(&mut self.data);
            if std::mem::take(&mut self.any) {
                let name = if name.is_empty() {
                    "message".to_owned()
                } else {
                    name
                };
                out.push(Sse::Event(SseEvent { name, data }));
            }
            return Ok(());
        }
        if text.starts_with(':') {
            out.push(Sse::Comment);
            return Ok(());
        }
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if self.data.len() + value.len() >= EVENT {
                    return Err(TooLong);
                }
                if self.any {
                    self.data.push('\n');
                }
                self.any = true;
                self.data.push_str(value);
            }
            "retry" => out.extend(value.parse().ok().map(Sse::Retry)),
            // An id would only be of use to somebody who takes data from the stream.
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<Sse> {
        let mut decoder = Decoder::new();
        pieces
            .iter()
            .flat_map(|piece| decoder.push(piece).unwrap())
            .collect()
    }

    fn event(name: &str, data: &str) -> Sse {
        Sse::Event(SseEvent {
            name: name.into(),
            data: data.into(),
        })
    }

    #[test]
    fn every_line_end_will_do() {
        for end in ["\n", "\r", "\r\n"] {
            let text = [
                "event: head",
                "data: {\"seq\":4}",
                "id: x\0y",
                "",
                ": hello",
                "data",
                "data: b",
                "",
                "",
            ]
            .join(end);
            assert_eq!(
                decode(&[text.as_bytes()]),
                [
                    event("head", "{\"seq\":4}"),
                    Sse::Comment,
                    event("message", "\nb")
                ],
                "{end:?}"
            );
        }
    }

    #[test]
    fn a_byte_order_mark_is_left_out_once() {
        assert_eq!(
            decode(&[b"\xef\xbb", b"\xbfdata: a\n\n"]),
            [event("message", "a")]
        );
    }

    #[test]
    fn an_endless_line_is_given_up() {
        let mut decoder = Decoder::new();
        let piece = [b'x'; 4096];
        let end = (0..1_000).find(|_| decoder.push(&piece).is_err());
        assert_eq!(end, Some(LINE / 4096));
    }

    #[test]
    fn an_event_without_data_is_none() {
        assert_eq!(
            decode(&[b"event: ping\n\nretry: 2000\nretry: x\n\n"]),
            [Sse::Retry(2000)]
        );
    }

    proptest! {
        #[test]
        fn packet_borders_do_not_matter(
            lines in prop::collection::vec(("(event|data|id|retry|:|)", "[ -~]{0,9}", "(\n|\r|\r\n)"), 0..12),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            // A CR at the very end of one line and an LF alone after it would be one line end, whole or cut.
            let text = lines.iter().map(|(field, value, end)| [field, ":", value, end].concat()).collect::<Vec<_>>().concat();
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&pieces), decode(&[bytes]));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = Decoder::new().push(&bytes);
        }
    }
}
