//! Other calendars as busy blocks: what is new, what is gone, what was left out and why.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::cx::Choice;
use super::super::{Ask, CommandError, Cx, quote_word};
use crate::effect::CalendarRequest;
use crate::ics::{self, AllDay, Options};
use crate::pane::Tone;
use crate::record::{BusyBlock, Id, Kind, Person};
use crate::when::{clock, tzdb, zone};

/// How far back and ahead a calendar is read, in days.
const REACH: (i64, i64) = (7, 180);
/// The most busy blocks that are made from one calendar.
const MOST_BLOCKS: usize = 5_000;
/// An event with more instances than these in that time is none that people meet at: more than five a day.
const CROWD: usize = 1_000;
/// Events outside the time that is read which are named where nobody can scroll, unless all are asked for.
const NAMED: usize = 20;

/// Takes the busy time of a calendar file into the book: what is new is added, what is gone from the same
/// calendar is removed, what is there already stays. Titles are kept only when asked for: everyone sees blocks.
///
/// A calendar is known by its name (that of the file where it has none) and its person. One of the same name that shares
/// nearly nothing with what is there is probably another: that is asked, not replaced.
///
/// # Errors
///
/// The file is no calendar, is too large, holds more than 5,000 blocks, or is probably another calendar.
pub fn take_calendar(
    cx: &mut Cx<'_>,
    file: &str,
    request: &CalendarRequest,
    bytes: &[u8],
) -> Result<(), CommandError> {
    // What the reader says ends with what to do.
    let refuse = |why: String| match why.rsplit_once("; ") {
        Some((why, hint)) => CommandError::refused(file.to_owned(), why.to_owned(), hint),
        None => CommandError::refused(file.to_owned(), why, "export it again as iCalendar (.ics)"),
    };
    let person: Id<Person> = Id::new(&request.person);
    let Some(whose) = cx.world.get(&person).cloned() else {
        return Err(CommandError::NoTarget(format!("no contact `{person}`")));
    };
    let now = cx.world.view.now;
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let from = now.checked_sub(days(REACH.0)).unwrap_or(now);
    let to = now.checked_add(days(REACH.1)).unwrap_or(now);
    let local = zone::load(&whose.zone).unwrap_or_else(|_| cx.world.view.zone.clone());
    let mut options = Options::new(from, to).local(local);
    options.zones = tzdb::current().database.clone();
    if request.whole_days {
        options.all_day = AllDay::Busy;
    }
    let mut import = ics::read(bytes, &options).map_err(|error| refuse(error.to_string()))?;
    make_room(&mut import, request.titles, (from, to));
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = request.called.as_deref().or(import.name.as_deref());
    let name = name.unwrap_or(base).to_owned();
    let source = format!("ics:{name}");
    let mut wanted = blocks(&import, request.titles, (from, to));
    if wanted.len() > MOST_BLOCKS {
        return Err(refuse(format!(
            "{} busy blocks in half a year are more than {MOST_BLOCKS}; export fewer calendars at a time",
            wanted.len()
        )));
    }
    let (mut gone, mut kept) = (Vec::new(), 0_usize);
    for (id, block) in cx.world.table::<BusyBlock>().records() {
        if block.person.as_ref() != Some(&person) || block.source != source {
            continue;
        }
        let (Some(start), Some(end)) = (block.start, block.end) else {
            continue;
        };
        match wanted.get_mut(&(start, end, block.title.clone())) {
            Some(times) if *times == 0 => {
                *times = 1;
                kept += 1;
            }
            // Blocks of the past that the file need not hold any more stay as they are; doubles go.
            Some(_) => gone.push(id.clone()),
            None if end > from && start < to && start >= from => gone.push(id.clone()),
            None => {}
        }
    }
    let new = wanted.values().filter(|times| **times == 0).count();
    // Calendars change, but hardly ever nearly all of one at once.
    let other = gone.len() >= 3 && new > 0 && kept * 5 < gone.len();
    if other && !request.replace {
        return Err(doubt(cx, file, request, &name, (gone.len(), kept)));
    }
    for id in &gone {
        cx.delete(Kind::BusyBlock, id.as_str())?;
    }
    for ((start, end, title), there) in wanted {
        if there == 0 {
            cx.create(BusyBlock {
                person: Some(person.clone()),
                start: Some(start),
                end: Some(end),
                title,
                source: source.clone(),
            });
        }
    }
    cx.label(format!("calendar of {}", whose.name));
    let counts = (new, gone.len(), kept);
    let named = if request.verbose || cx.screen.is_some() {
        usize::MAX
    } else {
        NAMED
    };
    told(cx, &whose, base, counts, (&import, named), (from, to));
    Ok(())
}

/// Leaves out the events that alone have more instances than anybody has meetings, the most crowded first, until the others
/// have room; each is named.
fn make_room(import: &mut ics::Import, titles: bool, range: (Timestamp, Timestamp)) {
    while blocks(import, titles, range).len() > MOST_BLOCKS {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for one in &import.occurrences {
            *counts.entry(one.line).or_default() += 1;
        }
        let most = counts
            .into_iter()
            .max_by_key(|(line, count)| (*count, *line));
        let Some((line, instances)) = most.filter(|(_, count)| *count > CROWD) else {
            return;
        };
        let event = import.occurrences.iter().find(|one| one.line == line);
        let event = event.map_or_else(String::new, |one| {
            let name = if one.summary.trim().is_empty() {
                &one.uid
            } else {
                &one.summary
            };
            crate::text::truncate(&crate::text::plain(name), 60).into_owned()
        });
        import.occurrences.retain(|one| one.line != line);
        let reason = ics::Reason::Crowds { instances };
        import.remarks.retain(|remark| remark.line != line);
        let at = import.remarks.partition_point(|remark| remark.line < line);
        import.remarks.insert(
            at,
            ics::Remark {
                event,
                line,
                reason,
            },
        );
    }
}

/// Asks whether a calendar is the one that is there, or another of the same name.
fn doubt(
    cx: &mut Cx<'_>,
    file: &str,
    request: &CalendarRequest,
    name: &str,
    (gone, kept): (usize, usize),
) -> CommandError {
    let there = gone + kept;
    let why = format!(
        "it holds {kept} of the {there} busy blocks that are there from a calendar called `{name}`, so it is probably \
         another one"
    );
    if cx.screen.is_some() {
        let mut line = format!(
            "slot import {{}} {} --of {}",
            quote_word(file),
            quote_word(&request.person)
        );
        for (given, word) in [
            (request.titles, " --titles"),
            (request.whole_days, " --whole-days"),
        ] {
            if given {
                line.push_str(word);
            }
        }
        let mut second = 2;
        let taken = |cx: &Cx<'_>, called: &str| {
            let source = format!("ics:{called}");
            let blocks = cx.world.table::<BusyBlock>();
            blocks.records().any(|(_, block)| block.source == source)
        };
        while taken(cx, &format!("{name} {second}")) {
            second += 1;
        }
        let beside = quote_word(&format!("{name} {second}"));
        let choice = |key: char, label: &str, detail: String, word: String| Choice {
            key: Some(key),
            label: label.to_owned(),
            detail,
            word,
        };
        cx.asks.push(Ask::Pick {
            title: format!("`{name}` is there already"),
            command: line,
            choices: vec![
                choice(
                    'k',
                    "keep both",
                    format!("this one as {beside}"),
                    format!("--as={name} {second}"),
                ),
                choice(
                    'r',
                    "replace it",
                    format!("{gone} blocks are removed"),
                    "--replace".to_owned(),
                ),
            ],
        });
    }
    CommandError::refused(
        file.to_owned(),
        why,
        "--as NAME keeps both, --replace takes its place",
    )
}

/// The busy time that a calendar holds in a range, with titles where they are kept; none is in the book yet.
fn blocks(
    import: &ics::Import,
    titles: bool,
    (from, to): (Timestamp, Timestamp),
) -> BTreeMap<(Timestamp, Timestamp, String), usize> {
    if !titles {
        let merged = merged(import, from, to).into_iter();
        return merged
            .map(|(start, end)| ((start, end, String::new()), 0))
            .collect();
    }
    import
        .occurrences
        .iter()
        .filter(|one| one.shows == ics::Shows::Busy && one.end > one.start)
        .filter(|one| one.end > from && one.start < to)
        .map(|one| {
            let title = crate::text::plain(&one.summary).into_owned();
            ((one.start, one.end, title), 0)
        })
        .collect()
}

/// Merges the busy time that reaches into a range without cutting it: a block must be the same on every day on
/// which the calendar is read.
fn merged(import: &ics::Import, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for one in &import.occurrences {
        let busy = one.shows == ics::Shows::Busy && one.end > one.start;
        if !busy || one.end <= from || one.start >= to {
            continue;
        }
        match merged.last_mut() {
            Some(last) if one.start <= last.1 => last.1 = last.1.max(one.end),
            _ => merged.push((one.start, one.end)),
        }
    }
    merged
}

/// Says what came of a calendar, and which events were left out and why: in a line, and where there is more in a text
/// to read through.
fn told(
    cx: &mut Cx<'_>,
    whose: &Person,
    file: &str,
    (added, gone, kept): (usize, usize, usize),
    (import, named): (&ics::Import, usize),
    (from, to): (Timestamp, Timestamp),
) {
    let words = format!(
        "{file}: {added} busy block{} of {} added, {gone} removed, {kept} as before",
        if added == 1 { "" } else { "s" },
        whose.name
    );
    let here = &cx.world.view.zone;
    let mut outside: Vec<String> = Vec::new();
    if import.outside > 0 {
        let (from, to) = (here.to_datetime(from).date(), here.to_datetime(to).date());
        let range = format!(
            "{} {} to {} {}",
            clock::date_stamp(from),
            from.year(),
            clock::date_stamp(to),
            to.year()
        );
        outside.push(match import.outside {
            1 => format!("1 event has no time from {range}: not taken"),
            many => format!("{many} events have no time from {range}: not taken"),
        });
        let shown = import.outside_events.iter().take(named);
        outside.extend(shown.map(ToString::to_string));
        let unnamed = import.outside + 1 - outside.len();
        if unnamed > 0 {
            let hint = if named < import.outside_events.len() {
                "; --verbose names them"
            } else {
                ""
            };
            outside.push(format!("and {unnamed} more without a time in it{hint}"));
        }
    }
    let mut lines: Vec<String> = import.remarks.iter().map(ToString::to_string).collect();
    if import.unsaid > 0 {
        lines.push(format!("and {} more remarks of this kind", import.unsaid));
    }
    let outside_words = outside.first().cloned();
    lines.extend(outside);
    if cx.screen.is_none() {
        cx.say(Tone::Done, words);
        for line in lines {
            cx.say(Tone::Info, line);
        }
        return;
    }
    match lines.as_slice() {
        [] => cx.say(Tone::Done, words),
        [one] => cx.say(Tone::Done, format!("{words}; {one}")),
        several => {
            let count = several.len();
            let said = match outside_words {
                Some(outside) if import.remarks.is_empty() => outside,
                _ => format!("{count} remarks"),
            };
            cx.say(Tone::Done, format!("{words}; {said}"));
            lines.insert(0, words);
            cx.asks.push(Ask::Read(format!("calendar {file}"), lines));
        }
    }
}
