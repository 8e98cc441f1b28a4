//! Which clock a TZID means: an IANA name, a Windows name, a name with a prefix, or a block of rules
//! in the file itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::lines::Component;
use super::recurrence::{Budget, Flow, Reach, expand};
use super::rule::Rule;
use super::stamp::{DAY, Stamp, civil, parse_offset};
use super::windows_names::iana_name;

/// Something that turns wall time into instants and back, both in seconds.
#[derive(Clone, Debug)]
pub(super) enum Clock {
    /// The same offset always, in seconds east of UTC.
    Fixed(i64),
    /// The rules of the database.
    Rules(TimeZone),
    /// The rules of a VTIMEZONE block.
    Block(Arc<Block>),
}

impl Clock {
    /// Returns what the clock shows at an instant.
    pub(super) fn wall(&self, instant: i64) -> i64 {
        match self {
            Self::Fixed(offset) => instant + offset,
            Self::Rules(zone) => {
                let clamped = Timestamp::from_second(instant).unwrap_or(Timestamp::MAX);
                instant + i64::from(zone.to_offset(clamped).seconds())
            }
            Self::Block(block) => instant + block.offset_at(instant),
        }
    }

    /// Returns the instant at which the clock shows a time: the first of two in a fold, and with the
    /// offset before the gap in a gap (RFC 5545, 3.3.5).
    pub(super) fn instant(&self, wall: i64) -> i64 {
        match self {
            Self::Fixed(offset) => wall - offset,
            Self::Rules(zone) => civil(wall)
                .and_then(|time| zone.to_ambiguous_timestamp(time).compatible().ok())
                .map_or(wall, Timestamp::as_second),
            Self::Block(block) => block.instant(wall),
        }
    }
}

/// The changes of a VTIMEZONE block, laid out around the range of an import.
#[derive(Debug)]
pub(super) struct Block {
    first_offset: i64,
    /// The instant of each change and the offset from then on, in order of time.
    changes: Vec<(i64, i64)>,
}

impl Block {
    fn offset_at(&self, instant: i64) -> i64 {
        let after = self.changes.partition_point(|(at, _)| *at <= instant);
        after
            .checked_sub(1)
            .map_or(self.first_offset, |index| self.changes[index].1)
    }

    fn instant(&self, wall: i64) -> i64 {
        let mut before = self.first_offset;
        for &(at, offset) in &self.changes {
            // in the run before: its first showing; between the two walls of a jump: the offset before
            if wall < at + before || wall < at + offset {
                break;
            }
            before = offset;
        }
        wall - before
    }
}

/// How long before and after the range a block is laid out, in seconds.
const BLOCK_MARGIN: i64 = 800 * DAY;

/// The most changes of one block.
const MOST_CHANGES: usize = 4_000;

/// All that TZIDs of one file can mean.
#[derive(Debug)]
pub(super) struct Zones {
    database: TimeZoneDatabase,
    blocks: BTreeMap<String, Arc<Block>>,
    aliases: BTreeMap<String, String>,
    known: BTreeMap<String, Option<Clock>>,
}

impl Zones {
    /// Collects the blocks of a file.
    pub(super) fn of(
        root: &Component<'_>,
        database: TimeZoneDatabase,
        reach: Reach,
        budget: &mut Budget,
    ) -> Self {
        let mut zones = Self {
            database,
            blocks: BTreeMap::new(),
            aliases: BTreeMap::new(),
            known: BTreeMap::new(),
        };
        zones.collect(root, reach, budget);
        zones
    }

    fn collect(&mut self, component: &Component<'_>, reach: Reach, budget: &mut Budget) {
        for child in &component.children {
            if child.kind != "VTIMEZONE" {
                self.collect(child, reach, budget);
                continue;
            }
            let Some(id) = child.first("TZID").map(|id| id.value.trim().to_owned()) else {
                continue;
            };
            if let Some(alias) = child.first("X-LIC-LOCATION") {
                self.aliases
                    .insert(id.clone(), alias.value.trim().to_owned());
            }
            if let Some(block) = block(child, reach, budget) {
                self.blocks.insert(id, Arc::new(block));
            }
        }
    }

    /// Finds the clock that a TZID means; nothing when it is unknown.
    pub(super) fn resolve(&mut self, id: &str) -> Option<Clock> {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        let clock = self.find(id);
        self.known.insert(id.to_owned(), clock.clone());
        clock
    }

    fn find(&self, id: &str) -> Option<Clock> {
        let name = id.trim().trim_matches('"').trim();
        self.named(name)
            .or_else(|| self.aliases.get(name).and_then(|alias| self.named(alias)))
            .or_else(|| {
                self.blocks
                    .get(name)
                    .map(|block| Clock::Block(Arc::clone(block)))
            })
            .or_else(|| fixed(name))
    }

    /// Tries a name, the name that Windows has for it, and its last parts: `/x.org/2021/Europe/Paris`.
    fn named(&self, name: &str) -> Option<Clock> {
        let bare = name.trim_start_matches("tzone://Microsoft/");
        if bare.eq_ignore_ascii_case("utc") || bare.eq_ignore_ascii_case("z") {
            return Some(Clock::Fixed(0));
        }
        let load = |name: &str| self.database.get(name).ok().map(Clock::Rules);
        if let Some(clock) = load(bare).or_else(|| iana_name(bare).and_then(load)) {
            return Some(clock);
        }
        let mut rest = bare;
        while let Some((_, tail)) = rest.split_once('/') {
            // `Europe/Paris` of a prefixed name, but not `Paris` alone
            if let Some(clock) = tail.contains('/').then(|| load(tail)).flatten() {
                return Some(clock);
            }
            rest = tail;
        }
        None
    }
}

/// Reads a name that is an offset: `UTC+02:00`, `GMT-5`, `+0530`.
fn fixed(name: &str) -> Option<Clock> {
    let rest = name
        .trim_start_matches('(')
        .trim_start_matches("UTC")
        .trim_start_matches("GMT");
    let offset = rest
        .split_once(')')
        .map_or(rest, |(offset, _)| offset)
        .trim();
    let signed = offset.starts_with(['+', '-']);
    parse_offset(offset).filter(|_| signed).map(Clock::Fixed)
}

fn block(component: &Component<'_>, reach: Reach, budget: &mut Budget) -> Option<Block> {
    let reach = Reach {
        from: reach.from - BLOCK_MARGIN,
        to: reach.to + BLOCK_MARGIN,
    };
    // instant, offset before, offset after
    let mut changes: Vec<(i64, i64, i64)> = Vec::new();
    for part in &component.children {
        let offset = |name: &str| {
            part.first(name)
                .and_then(|property| parse_offset(&property.value))
        };
        let (Some(from), Some(to)) = (offset("TZOFFSETFROM"), offset("TZOFFSETTO")) else {
            continue;
        };
        let Some(start) = part
            .first("DTSTART")
            .and_then(|property| Stamp::parse(&property.value))
        else {
            continue;
        };
        let before = Clock::Fixed(from);
        changes.push((before.instant(start.written()), from, to));
        for rule in part
            .all("RRULE")
            .filter_map(|property| Rule::parse(&property.value).ok())
        {
            let mut add = |instant: i64| {
                changes.push((instant, from, to));
                if changes.len() < MOST_CHANGES {
                    Flow::More
                } else {
                    Flow::Enough
                }
            };
            expand(&rule, start.written(), &before, reach, budget, &mut add).ok()?;
        }
        for date in part
            .all("RDATE")
            .flat_map(|property| property.value.split(','))
            .filter_map(Stamp::parse)
        {
            changes.push((before.instant(date.written()), from, to));
        }
    }
    changes.sort_unstable();
    changes.dedup_by_key(|(at, _, _)| *at);
    let first_offset = changes.first()?.1;
    Some(Block {
        first_offset,
        changes: changes.into_iter().map(|(at, _, to)| (at, to)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::lines::components;
    use super::*;

    fn zones(text: &str) -> Zones {
        let reach = Reach {
            from: 20_454 * DAY,
            to: 20_819 * DAY,
        };
        Zones::of(
            &components(text),
            TimeZoneDatabase::bundled(),
            reach,
            &mut Budget::new(100_000),
        )
    }

    fn offset_in_july(zones: &mut Zones, name: &str) -> Option<i64> {
        zones
            .resolve(name)
            .map(|clock| clock.wall(20_640 * DAY) - 20_640 * DAY)
    }

    #[test]
    fn names_of_many_makers_are_understood() {
        let mut zones = zones("");
        for (name, hours) in [
            ("Europe/Warsaw", 2),
            ("\"Europe/Warsaw\"", 2),
            ("W. Europe Standard Time", 2),
            ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", 2),
            ("/mozilla.org/20050126_1/America/New_York", -4),
            ("tzone://Microsoft/Utc", 0),
            ("UTC", 0),
            ("UTC+08:00", 8),
            ("(UTC-08:00) Pacific Time (US & Canada)", -8),
        ] {
            assert_eq!(
                offset_in_july(&mut zones, name),
                Some(hours * 3600),
                "{name}"
            );
        }
        for name in [
            "",
            "Mars/Olympus",
            "Customized Time Zone",
            "/Paris",
            "+",
            "CST6",
        ] {
            assert_eq!(offset_in_july(&mut zones, name), None, "{name}");
        }
    }

    const CUSTOM: &str = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Mine\n\
        BEGIN:STANDARD\nDTSTART:16011028T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n\
        BEGIN:DAYLIGHT\nDTSTART:16010325T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\nEND:VCALENDAR\n";

    #[test]
    fn a_block_of_rules_tells_time_as_the_zone_it_describes() {
        let mut zones = zones(CUSTOM);
        let (mine, berlin) = (
            zones.resolve("Mine").unwrap(),
            zones.resolve("Europe/Berlin").unwrap(),
        );
        for half_hour in 0..(365 * 48) {
            let at = 20_454 * DAY + half_hour * 1800;
            assert_eq!(mine.wall(at), berlin.wall(at));
            assert_eq!(mine.instant(at), berlin.instant(at));
        }
    }

    #[test]
    fn a_block_may_name_the_zone_it_stands_for() {
        let text = "BEGIN:VTIMEZONE\nTZID:x\nX-LIC-LOCATION:Asia/Shanghai\nEND:VTIMEZONE\n";
        assert_eq!(offset_in_july(&mut zones(text), "x"), Some(8 * 3600));
    }
}
