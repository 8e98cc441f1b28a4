//! Meetings written as a calendar file.
//!
//! Written by hand rather than with a crate: blocks of zone rules must not get a time stamp or an id
//! of their own, and nothing here may read a clock.

use std::fmt::Write as _;

use jiff::tz::{Dst, Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _, Zoned};

use super::IcsError;
use super::stamp::day_of_date;

/// Someone who is invited or invites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guest {
    /// The name to show.
    pub name: String,
    /// The mail address, if known; without one the name stands in the description only.
    pub address: Option<String>,
}

/// What an invitation says besides its times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invite {
    /// The id of the event, the same for every version of it.
    pub uid: String,
    /// When this version was made.
    pub stamp: Timestamp,
    /// Counts versions from 0.
    pub sequence: u32,
    /// The title.
    pub summary: String,
    /// The text, such as the times of everyone.
    pub description: String,
    /// Who invites.
    pub organizer: Option<Guest>,
    /// Who is invited.
    pub guests: Vec<Guest>,
    /// How firm it is, where that is known.
    pub standing: Option<Firmness>,
}

/// How firm a meeting is (STATUS, RFC 5545, 3.8.1.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firmness {
    /// Kept free or proposed.
    Tentative,
    /// Agreed.
    Confirmed,
}

/// When the meetings are.
#[derive(Clone, Debug, PartialEq)]
pub enum Meetings {
    /// One meeting, written in UTC.
    One {
        /// Its start.
        start: Timestamp,
        /// Its length in minutes.
        minutes: u32,
    },
    /// A series on one clock: written for that zone with its rules, as a recurrence where it is regular.
    Fixed {
        /// The starts in order.
        starts: Vec<Timestamp>,
        /// The length of each in minutes.
        minutes: u32,
        /// Whose clock.
        zone: TimeZone,
    },
    /// A series whose wall times change: written as a list of instants.
    Listed {
        /// The starts in order.
        starts: Vec<Timestamp>,
        /// The length of each in minutes.
        minutes: u32,
    },
}

/// Writes a calendar with one event or one series.
///
/// Lines end in CR LF and are folded at 75 octets between characters; backslash, semicolon, comma and
/// line breaks in texts are escaped and other control characters dropped.
///
/// # Errors
///
/// There is no meeting to write.
pub fn write(invite: &Invite, meetings: &Meetings) -> Result<String, IcsError> {
    let mut file = File(String::new());
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line("PRODID:-//cnm//slots//EN");
    file.line("CALSCALE:GREGORIAN");
    let times = times(meetings)?;
    times.zone_lines.iter().for_each(|line| file.line(line));
    file.line("BEGIN:VEVENT");
    file.line(&format!("UID:{}", escaped(&invite.uid)));
    file.line(&format!("DTSTAMP:{}", utc(invite.stamp)));
    file.line(&format!("SEQUENCE:{}", invite.sequence));
    times.event_lines.iter().for_each(|line| file.line(line));
    file.line(&format!("SUMMARY:{}", escaped(&invite.summary)));
    if !invite.description.is_empty() {
        file.line(&format!("DESCRIPTION:{}", escaped(&invite.description)));
    }
    for (property, guest) in invite
        .organizer
        .iter()
        .map(|guest| ("ORGANIZER", guest))
        .chain(invite.guests.iter().map(|guest| ("ATTENDEE", guest)))
    {
        if let Some(address) = guest
            .address
            .as_deref()
            .map(clean_address)
            .filter(|address| address.contains('@'))
        {
            file.line(&format!(
                "{property};CN=\"{}\":mailto:{address}",
                clean_parameter(&guest.name)
            ));
        }
    }
    match invite.standing {
        Some(Firmness::Tentative) => file.line("STATUS:TENTATIVE"),
        Some(Firmness::Confirmed) => file.line("STATUS:CONFIRMED"),
        None => {}
    }
    file.line("TRANSP:OPAQUE");
    file.line("END:VEVENT");
    file.line("END:VCALENDAR");
    Ok(file.0)
}

struct File(String);

impl File {
    /// Writes a line, folded: 75 octets at most, the space of a continuation included.
    fn line(&mut self, content: &str) {
        let mut room = 75;
        for c in content.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = 74;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let bare: String = text
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    // What reorders or hides text would do so in whatever shows the calendar.
    for c in crate::text::plain_body(&bare).chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

fn clean_parameter(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && *c != '"')
        .collect()
}

fn clean_address(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !c.is_whitespace() && !"\",;:<>\\".contains(*c))
        .collect()
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn wall(at: &Zoned) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

#[derive(Default)]
struct Times {
    zone_lines: Vec<String>,
    event_lines: Vec<String>,
}

fn times(meetings: &Meetings) -> Result<Times, IcsError> {
    match meetings {
        Meetings::One { start, minutes } => listed(&[*start], *minutes),
        Meetings::Listed { starts, minutes } => listed(starts, *minutes),
        Meetings::Fixed {
            starts,
            minutes,
            zone,
        } => {
            let shown: Vec<Zoned> = starts.iter().map(|at| at.to_zoned(zone.clone())).collect();
            // an instant that the wall time alone would not lead back to is better written in UTC
            let faithful = shown.iter().all(|at| {
                zone.to_ambiguous_timestamp(at.datetime())
                    .compatible()
                    .is_ok_and(|instant| instant == at.timestamp())
            });
            match (shown.as_slice(), zone.iana_name()) {
                ([first, .., last], Some(name)) if faithful && name != "UTC" => {
                    let mut times = Times {
                        zone_lines: zone_rules(name, first, last, *minutes),
                        ..Times::default()
                    };
                    times.event_lines = fixed(name, &shown, *minutes);
                    Ok(times)
                }
                _ => listed(starts, *minutes),
            }
        }
    }
}

fn listed(starts: &[Timestamp], minutes: u32) -> Result<Times, IcsError> {
    let (first, others) = starts.split_first().ok_or(IcsError::NoMeetings)?;
    let mut event_lines = vec![
        format!("DTSTART:{}", utc(*first)),
        format!("DURATION:PT{minutes}M"),
    ];
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(|at| utc(*at)).collect();
        event_lines.push(format!("RDATE:{}", others.join(",")));
    }
    Ok(Times {
        zone_lines: Vec::new(),
        event_lines,
    })
}

fn fixed(name: &str, shown: &[Zoned], minutes: u32) -> Vec<String> {
    let Some((first, others)) = shown.split_first() else {
        return Vec::new();
    };
    let mut lines = vec![
        format!("DTSTART;TZID={name}:{}", wall(first)),
        format!("DURATION:PT{minutes}M"),
    ];
    let steps: Vec<i64> = shown
        .windows(2)
        .map(|pair| day_of_date(pair[1].date()) - day_of_date(pair[0].date()))
        .collect();
    let same_time = others.iter().all(|at| at.time() == first.time());
    match steps.first() {
        Some(&days) if days > 0 && same_time && steps.iter().all(|step| *step == days) => {
            let (frequency, interval) = if days % 7 == 0 {
                ("WEEKLY", days / 7)
            } else {
                ("DAILY", days)
            };
            lines.push(format!(
                "RRULE:FREQ={frequency};INTERVAL={interval};COUNT={}",
                shown.len()
            ));
        }
        Some(_) => {
            let others: Vec<String> = others.iter().map(wall).collect();
            lines.push(format!("RDATE;TZID={name}:{}", others.join(",")));
        }
        None => {}
    }
    lines
}

/// Writes the rules of a zone from the change before the first meeting to the last before the end.
fn zone_rules(name: &str, first: &Zoned, last: &Zoned, minutes: u32) -> Vec<String> {
    let zone = first.time_zone();
    let end = last
        .timestamp()
        .saturating_add(i64::from(minutes).minutes())
        .unwrap_or(Timestamp::MAX);
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{name}")];
    let mut observance =
        |at: Option<Timestamp>, before: Offset, offset: Offset, dst: Dst, short: &str| {
            let kind = if dst == Dst::Yes {
                "DAYLIGHT"
            } else {
                "STANDARD"
            };
            let begins = at.map_or_else(
                || "19700101T000000".to_owned(),
                |at| wall(&at.to_zoned(TimeZone::fixed(before))),
            );
            lines.extend([
                format!("BEGIN:{kind}"),
                format!("DTSTART:{begins}"),
                format!("TZOFFSETFROM:{}", offset_text(before)),
                format!("TZOFFSETTO:{}", offset_text(offset)),
                format!("TZNAME:{short}"),
                format!("END:{kind}"),
            ]);
        };
    let before_change =
        |at: Timestamp| zone.to_offset(at.saturating_sub(1.second()).unwrap_or(Timestamp::MIN));
    // one second later, so that a change at the very start is the one in force
    let just_after = first
        .timestamp()
        .saturating_add(1.second())
        .unwrap_or(Timestamp::MAX);
    if let Some(change) = zone.preceding(just_after).next() {
        let at = change.timestamp();
        observance(
            Some(at),
            before_change(at),
            change.offset(),
            change.dst(),
            change.abbreviation(),
        );
    } else {
        let info = zone.to_offset_info(first.timestamp());
        observance(
            None,
            info.offset(),
            info.offset(),
            info.dst(),
            info.abbreviation(),
        );
    }
    for change in zone
        .following(first.timestamp())
        .take_while(|change| change.timestamp() < end)
    {
        let at = change.timestamp();
        observance(
            Some(at),
            before_change(at),
            change.offset(),
            change.dst(),
            change.abbreviation(),
        );
    }
    lines.push("END:VTIMEZONE".to_owned());
    lines
}

fn offset_text(offset: Offset) -> String {
    let sign = if offset.seconds() < 0 { '-' } else { '+' };
    let seconds = offset.seconds().unsigned_abs();
    let mut out = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if !seconds.is_multiple_of(60) {
        let _ = write!(out, "{:02}", seconds % 60);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Options, read};
    use super::*;
    use jiff::tz::TimeZoneDatabase;

    fn invite() -> Invite {
        Invite {
            uid: "1@cnm".into(),
            summary: "LIVE; ops, sync \\ 会议".into(),
            description: "one\r\ntwo\u{7}".into(),
            guests: vec![Guest {
                name: "Wei \"L\"".into(),
                address: Some("wei@example.com\r\nX:1".into()),
            }],
            ..Invite::default()
        }
    }

    fn zone(name: &str) -> TimeZone {
        TimeZoneDatabase::bundled().get(name).unwrap()
    }

    fn weekly(count: i64) -> Vec<Timestamp> {
        let first: Zoned = "2026-02-23T21:00[America/Los_Angeles]".parse().unwrap();
        (0..count)
            .map(|n| first.saturating_add((n * 7).days()).timestamp())
            .collect()
    }

    fn starts_read(text: &str) -> Vec<Timestamp> {
        let options = Options::new(
            "2026-01-01T00:00Z".parse().unwrap(),
            "2027-01-01T00:00Z".parse().unwrap(),
        );
        let import = read(text.as_bytes(), &options).unwrap();
        assert!(import.remarks.is_empty(), "{:?}", import.remarks);
        import.occurrences.iter().map(|one| one.start).collect()
    }

    #[test]
    fn texts_are_escaped_and_lines_folded_between_characters() {
        let mut invite = invite();
        invite.summary = "会议".repeat(40);
        let text = write(
            &invite,
            &Meetings::One {
                start: Timestamp::UNIX_EPOCH,
                minutes: 30,
            },
        )
        .unwrap();
        assert!(text.lines().all(|line| line.len() <= 75));
        assert!(text.contains("DESCRIPTION:one\\ntwo\r\n"));
        assert!(text.contains("ATTENDEE;CN=\"Wei L\":mailto:wei@example.comX1\r\n"));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("SUMMARY:{}\r\n", invite.summary)));
    }

    #[test]
    fn a_weekly_series_over_a_clock_change_is_one_rule_that_reads_back_the_same() {
        let starts = weekly(6);
        let fixed = Meetings::Fixed {
            starts: starts.clone(),
            minutes: 60,
            zone: zone("America/Los_Angeles"),
        };
        let text = write(&invite(), &fixed).unwrap();
        assert!(text.contains("RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=6\r\n"));
        assert_eq!(starts_read(&text), starts);
        // a reader that does not know the zone gets the same from the rules in the file
        let renamed = text.replace("America/Los_Angeles", "Customized Time Zone");
        assert_eq!(starts_read(&renamed), starts);
    }

    #[test]
    fn an_irregular_series_is_a_list_of_dates() {
        let mut starts = weekly(6);
        starts.remove(2);
        let fixed = Meetings::Fixed {
            starts: starts.clone(),
            minutes: 60,
            zone: zone("America/Los_Angeles"),
        };
        let text = write(&invite(), &fixed).unwrap();
        assert!(text.contains("RDATE;TZID=America/Los_Angeles:"));
        assert_eq!(starts_read(&text), starts);
        let listed = write(
            &invite(),
            &Meetings::Listed {
                starts: starts.clone(),
                minutes: 60,
            },
        )
        .unwrap();
        assert!(!listed.contains("VTIMEZONE"));
        assert_eq!(starts_read(&listed), starts);
    }

    #[test]
    fn a_series_without_meetings_is_refused() {
        assert_eq!(
            write(
                &invite(),
                &Meetings::Listed {
                    starts: Vec::new(),
                    minutes: 5
                }
            ),
            Err(IcsError::NoMeetings)
        );
    }
}
