//! Reasons in few words, for a list that is read at a glance.

use jiff::civil::Date;

use crate::slots::{Attendee, Blocker, Cause};
use crate::when::{told, zone};

/// Writes what stands in the way of a start: whoever is taken, in their own time, then all who are off, then all
/// whose hours do not reach there.
///
/// `Ana busy Tue 17 Nov 09:30–12:15 LA · outside hours: Chen, Ng`
pub(super) fn reasons<S: AsRef<str>>(
    blockers: &[Blocker],
    people: &[&Attendee],
    shorts: &[S],
    today: Date,
) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut outside: Vec<String> = Vec::new();
    for blocker in blockers {
        let Some(person) = people.get(blocker.person) else {
            continue;
        };
        let name = shorts
            .get(blocker.person)
            .map_or("", AsRef::as_ref)
            .to_owned();
        for cause in blocker.told() {
            match cause {
                Cause::OutsideHours { .. } if outside.contains(&name) => {}
                Cause::OutsideHours { .. } => outside.push(name.clone()),
                other => parts.push(format!("{name} {}", in_the_way(other, person, today))),
            }
        }
    }
    if !outside.is_empty() {
        parts.push(format!("outside hours: {}", outside.join(", ")));
    }
    parts.join(" · ")
}

/// Writes what stands in the way of one person, without the name.
pub(super) fn of_one(blocker: &Blocker, people: &[&Attendee], today: Date) -> String {
    let Some(person) = people.get(blocker.person) else {
        return String::new();
    };
    let told = blocker.told();
    let words: Vec<String> = told.map(|cause| in_the_way(cause, person, today)).collect();
    words.join(" · ")
}

fn in_the_way(cause: &Cause, person: &Attendee, today: Date) -> String {
    let theirs = person.hours.zone.time_zone();
    match cause {
        Cause::DayOff { date, name } if name.is_empty() => {
            format!("off {}", told::date(*date, today))
        }
        Cause::DayOff { date, name } => format!("off {}, {name}", told::date(*date, today)),
        Cause::Busy { block, .. } => {
            let (from, to) = (block.start.timestamp(), block.end.timestamp());
            format!(
                "busy {} {}",
                told::stretch(from, to, theirs, today),
                zone::short_name(person.hours.zone.name())
            )
        }
        Cause::NightsUsedUp { used, limit } => format!("has no night left, {used} of {limit}"),
        Cause::OutsideHours { .. } => "outside hours".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Hours, Span, WeekWindows, Zone};

    #[test]
    fn the_taken_come_first_and_those_outside_their_hours_share_a_word() {
        let person = |name: &str, zone: &str| {
            Attendee::new(
                name,
                Hours::new(Zone::load(zone).unwrap(), WeekWindows::new()),
            )
        };
        let ana = person("Ana Duarte", "America/Los_Angeles");
        let chen = person("陈悦 Chen", "Asia/Shanghai");
        let ng = person("Ng", "Asia/Singapore");
        let block = Span::parse("2026-11-17T17:30Z", "2026-11-17T20:15Z").unwrap();
        let outside = Cause::OutsideHours {
            minutes: 60,
            stretch: 300,
        };
        let busy = Cause::Busy { block, minutes: 30 };
        let blocker = |person: usize, causes: Vec<Cause>| Blocker { person, causes };
        let blockers = [
            blocker(1, vec![outside.clone()]),
            blocker(0, vec![busy]),
            blocker(2, vec![outside]),
        ];
        assert_eq!(
            reasons(
                &blockers,
                &[&ana, &chen, &ng],
                &["Ana", "陈悦", "Ng"],
                jiff::civil::date(2026, 11, 17)
            ),
            "Ana busy Tue 17 Nov 09:30–12:15 LA · outside hours: 陈悦, Ng"
        );
    }
}
