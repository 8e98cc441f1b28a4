//! The slots place in sentences: who and when, the ranked list, everyone's rows, warnings, why not, series, meetings.

use jiff::Timestamp;

use super::{agenda, clocks, cost_words, name, series, spelt, split_words, words};
use crate::app::App;
use crate::command::{Guest, Offer, Timetable};
use crate::pane::{Focus, SlotOrder, SlotView};
use crate::slots::{Shade, Verdict};
use crate::when::{told, zone};

fn table(app: &App) -> Option<&Timetable> {
    let table = app.figures.timetable()?;
    (!table.guests.is_empty()).then_some(table)
}

/// Says which day is shown, with whom, for how long, and how many times suit everyone.
pub(in crate::ui) fn place(app: &App) -> String {
    let Some(table) = table(app) else {
        return "Slots. Nobody to meet is known: `slot with NAME` picks people.".to_owned();
    };
    let people: Vec<String> = (table.guests.iter())
        .map(|guest| whole_name(app, guest))
        .collect();
    let here = zone::name(&app.world.view.zone);
    format!(
        "Slots, {}, clock of {}, tzdb {}. {} minutes with {}. {} suit everyone in {} from {}.",
        told::date(table.day, table.today),
        zone::city_name(&here),
        zone::tzdb_version(),
        table.minutes,
        people.join(", "),
        crate::text::counted(table.found, "start"),
        crate::text::counted(usize::try_from(table.days).unwrap_or(0), "day"),
        told::date(table.from, table.today),
    )
}

fn whole_name(app: &App, guest: &Guest) -> String {
    let person = app.world.get(&guest.person);
    let name = person.map_or(String::new(), |person| person.name.clone());
    if guest.optional {
        format!("{name} (optional)")
    } else {
        name
    }
}

/// Says the time under the cursor for everyone, or the meeting under it.
pub(in crate::ui) fn row(app: &App) -> String {
    let Some(table) = table(app) else {
        return String::new();
    };
    if app.screen.focus == Focus::Detail {
        return agenda::spoken(app, table).unwrap_or_else(|| "No meeting in these 7 days.".into());
    }
    let Some((cell, start)) = spelt::under_cursor(app, table) else {
        return String::new();
    };
    let Some(insight) = table.insight_of(cell) else {
        return String::new();
    };
    let here = &app.world.view.zone;
    let come = spelt::turnout_words(app, table, insight, (cell, start));
    let mut parts = vec![format!(
        "{}: {come}.",
        told::moment_zoned(start, here, table.today)
    )];
    for (at, guest) in table.guests.iter().enumerate() {
        let blocker = match &insight.verdict {
            Verdict::Blocked(blockers) => blockers.iter().position(|one| one.person == at),
            _ => None,
        };
        let reason = blocker.and_then(|index| insight.blockers.get(index));
        let outcome = match (reason, insight.costs.get(at)) {
            (Some(reason), _) => {
                (reason.split_once(": ")).map_or(reason.clone(), |(_, why)| why.to_owned())
            }
            (None, Some(split)) if split.total > 0 => format!(
                "{}, costs {} ({})",
                words(worst(table, guest, cell)),
                cost_words(i64::from(split.total)),
                split_words(split)
            ),
            _ => words(worst(table, guest, cell)).to_owned(),
        };
        parts.push(format!(
            "{}, {}: {outcome}.",
            whole_name(app, guest),
            told::moment_zoned(start, &guest.zone, table.today)
        ));
    }
    parts.extend((insight.warnings.iter()).map(|warning| format!("Warning: {warning}.")));
    parts.join(" ")
}

fn worst(table: &Timetable, guest: &Guest, cell: usize) -> Shade {
    let step = i64::from(table.step.max(1));
    let length = usize::try_from((table.minutes + step - 1) / step).unwrap_or(1);
    let cells = guest.cells.iter().skip(cell).take(length.max(1));
    cells.max().copied().unwrap_or(Shade::Closed)
}

/// Says what stands below the hours: the ranked list and everyone's day, the reasons, or the series.
pub(in crate::ui) fn list(app: &App) -> Vec<String> {
    let Some(table) = table(app) else {
        return Vec::new();
    };
    if app.screen.focus == Focus::Detail {
        return agenda::spoken_all(app, table);
    }
    match app.screen.slots.view {
        SlotView::Times => {
            let mut lines = best(app, table);
            lines.extend(table.guests.iter().map(|guest| day(app, table, guest)));
            lines
        }
        SlotView::Why => why(app, table),
        SlotView::Series => series::spoken(app, table),
    }
}

fn closest(app: &App, table: &Timetable, miss: &(Timestamp, Vec<String>)) -> Vec<String> {
    let at = told::moment_zoned(miss.0, &app.world.view.zone, table.today);
    let mut lines = vec![format!("Closest is {at}, but:")];
    lines.extend(miss.1.iter().cloned());
    lines
}

fn best(app: &App, table: &Timetable) -> Vec<String> {
    if table.offers.is_empty() {
        let mut lines = vec!["No time suits everyone; v says why.".to_owned()];
        if let Some(miss) = &table.miss {
            lines.extend(closest(app, table, miss));
        }
        return lines;
    }
    let order = match app.screen.slots.order {
        SlotOrder::Fair => "Best times, least hurt first:",
        SlotOrder::Calendar => "Earliest times, by calendar:",
    };
    let mut lines = vec![order.to_owned()];
    let offers = table.offers.iter().zip(1..);
    lines.extend(offers.map(|(one, number)| format!("{number} {}", offer(app, table, one))));
    lines
}

fn offer(app: &App, table: &Timetable, offer: &Offer) -> String {
    let here = &app.world.view.zone;
    let local = here.to_datetime(offer.start);
    let mut parts = vec![told::moment_zoned(offer.start, here, table.today)];
    for one in clocks(table, offer.start, &[]) {
        if !one.is(local) {
            let there = told::moment(offer.start, &one.zone, table.today);
            parts.push(format!("{} {there}", one.names));
        }
    }
    let costs: Vec<String> = (offer.costs.iter().enumerate())
        .filter_map(|(at, cost)| match cost {
            None => Some(format!("{} cannot come", name(table, at))),
            Some(cost) if cost.total == 0 => None,
            Some(cost) => {
                let total = cost_words(i64::from(cost.total));
                Some(format!(
                    "{} {total} ({})",
                    name(table, at),
                    split_words(cost)
                ))
            }
        })
        .collect();
    if costs.is_empty() {
        parts.push("costs nobody".to_owned());
    } else {
        parts.push(format!("costs {}", costs.join(", ")));
    }
    if table.fairest == Some(offer.start) {
        parts.push("fairest, f".to_owned());
    }
    format!("{}.", parts.join(", "))
}

/// The day of a person in their own hours, stretch by stretch.
fn day(app: &App, table: &Timetable, guest: &Guest) -> String {
    let mut stretches: Vec<(usize, usize, Shade)> = Vec::new();
    for (cell, shade) in guest.cells.iter().enumerate() {
        match stretches.last_mut() {
            Some(last) if last.2 == *shade => last.1 = cell,
            _ => stretches.push((cell, cell, *shade)),
        }
    }
    let step = jiff::SignedDuration::from_mins(i64::from(table.step));
    let mut date = None;
    let said: Vec<String> = (stretches.into_iter())
        .filter_map(|(first, last, shade)| {
            let from = *table.cells.get(first)?;
            let to = table.cells.get(last)?.checked_add(step).ok()?;
            let there = guest.zone.to_datetime(from).date();
            let day = if date == Some(there) {
                String::new()
            } else {
                format!("{} ", told::date(there, table.today))
            };
            date = Some(there);
            let (from, to) = (told::time(from, &guest.zone), told::time(to, &guest.zone));
            Some(format!("{day}{from}–{to} {}", words(shade)))
        })
        .collect();
    format!(
        "{}, {}: {}.",
        whole_name(app, guest),
        zone::city_name(&zone::name(&guest.zone)),
        said.join(", ")
    )
}

fn why(app: &App, table: &Timetable) -> Vec<String> {
    let here = &app.world.view.zone;
    let short = zone::short_name(&zone::name(here));
    let mut lines = vec![format!(
        "Why not, {} {short}:",
        told::date(table.day, table.today)
    )];
    let misses = [table.miss.as_ref(), table.day_miss()];
    if let Some(miss) = misses.into_iter().flatten().next() {
        lines.extend(closest(app, table, miss));
    }
    lines.extend(table.rejections().iter().map(|one| {
        let (first, last) = (told::time(one.first, here), told::time(one.last, here));
        let times = if first == last {
            first
        } else {
            format!("{first}–{last}")
        };
        format!("{times}: {}.", one.brief)
    }));
    lines
}
