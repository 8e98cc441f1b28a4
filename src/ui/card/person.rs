//! The card of a person whose conversation is about no CN and no lead: who they are, when they work, what is open.

use ratatui::layout::Rect;

use crate::app::App;
use crate::pane::Stretch;
use crate::record::{
    FollowUp, FollowUpState, Handle, Hours, Id, Person, Thread, ThreadState, Window,
};
use crate::ui::canvas::{Canvas, Piece, piece};
use crate::ui::follow_ups::lateness;
use crate::ui::sheet::Sheet;
use crate::when::{clock, zone};

/// Draws the card.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: &Id<Person>) {
    let Some(person) = app.world.get(id) else {
        canvas.frame(area, "Contact", "not in the cache", false);
        return;
    };
    let side = person.circle.as_str();
    let inner = canvas.frame(area, &person.name, side, false);
    let paint = canvas.paint;
    let mut card = Sheet::new(inner);
    let parts = [&person.role, &person.org, &person.office];
    let mut seen: Vec<&str> = Vec::new();
    for part in parts {
        if !part.is_empty() && !seen.contains(&part.as_str()) {
            seen.push(part);
        }
    }
    card.text("who", &seen.join(" · "), paint.text());
    card.line("there", there(canvas, app, person));
    card.text("works", &hours_words(&person.hours), paint.text());
    let off: Vec<String> = person
        .days_off
        .iter()
        .filter(|day| **day >= app.world.view.today())
        .take(4)
        .map(|day| clock::day_month(*day))
        .collect();
    card.text("off", &off.join(", "), paint.warn());
    card.text("reads", language(&person.locale), paint.text());
    // An id of a messenger is an address to programs only.
    let spoken = |handle: &&Handle| !handle.address.starts_with("ou_");
    for handle in person.handles.iter().filter(spoken) {
        let mut pieces = vec![piece(handle.address.clone(), paint.text())];
        if handle.preferred {
            pieces.push(piece("  preferred", paint.dim()));
        }
        card.line(&handle.channel.replace('_', " "), pieces);
    }
    open(canvas, app, id, &mut card);
    card.draw(canvas, inner, 0);
}

/// What time it is there, and whether they sleep.
fn there(canvas: &Canvas<'_>, app: &App, person: &Person) -> Vec<Piece> {
    let paint = &canvas.paint;
    let Ok(theirs) = zone::load(&person.zone) else {
        return Vec::new();
    };
    vec![piece(
        crate::command::local_time(&theirs, app.world.view.now),
        paint.info(),
    )]
}

/// Writes working hours as a person says them: `Mon–Fri 09:00–18:00, Sat 10:00–12:00`; empty where none are known.
fn hours_words(hours: &Hours) -> String {
    let windows = |day: &str| hours.working.get(day).map_or(&[][..], Vec::as_slice);
    let mut runs: Vec<(usize, usize, &[Window])> = Vec::new();
    for (at, (name, _)) in Hours::WEEKDAYS.iter().enumerate() {
        let today = windows(name);
        match runs.last_mut() {
            Some((_, last, before)) if *before == today && *last + 1 == at => *last = at,
            _ => runs.push((at, at, today)),
        }
    }
    let day = |at: usize| {
        Hours::WEEKDAYS
            .get(at)
            .map_or("", |(_, weekday)| clock::weekday_word(*weekday))
    };
    let written = runs.iter().filter(|(.., windows)| !windows.is_empty());
    let written = written.map(|(first, last, windows)| {
        let days = if first == last {
            day(*first).to_owned()
        } else {
            format!("{}–{}", day(*first), day(*last))
        };
        let times: Vec<String> = windows
            .iter()
            .map(|window| format!("{}–{}", window.from, window.to))
            .collect();
        format!("{days} {}", times.join(" and "))
    });
    written.collect::<Vec<_>>().join(", ")
}

/// Names the language of a locale; one that is not known here stays its tag.
fn language(locale: &str) -> &str {
    match locale.split('-').next().unwrap_or("") {
        "ar" => "Arabic",
        "en" => "English",
        "es" => "Spanish",
        "ja" => "Japanese",
        "pt" => "Portuguese",
        "vi" => "Vietnamese",
        "zh" => "Chinese",
        _ => locale,
    }
}

/// What is open with them: threads that wait, then follow-ups, the latest first.
fn open(canvas: &Canvas<'_>, app: &App, id: &Id<Person>, card: &mut Sheet) {
    let paint = &canvas.paint;
    let threads = app.world.table::<Thread>().records();
    let (mut waiting, mut last) = (0, None);
    for (_, thread) in threads.filter(|(_, thread)| thread.from.as_ref() == Some(id)) {
        waiting += usize::from(thread.state == ThreadState::Open);
        last = last.max(thread.last_at);
    }
    let mut words = vec![piece(crate::text::counted(waiting, "thread"), paint.text())];
    if let Some(at) = last {
        let ago = clock::ago(app.world.view.now, at);
        words.push(piece(format!("  last wrote {ago}"), paint.dim()));
    }
    card.line("waits", words);
    let mut due: Vec<&FollowUp> = app
        .world
        .table::<FollowUp>()
        .records()
        .map(|(_, follow_up)| follow_up)
        .filter(|follow_up| follow_up.state == FollowUpState::Open)
        .filter(|follow_up| follow_up.waiting_for.as_ref() == Some(id))
        .collect();
    due.sort_by_key(|follow_up| std::cmp::Reverse(follow_up.late(&app.world.view)));
    for (at, follow_up) in due.into_iter().enumerate() {
        let (late, style) = lateness(canvas, app, follow_up);
        let late_at = Stretch::of(follow_up, &app.world.view) == Stretch::Overdue;
        let title = if late_at {
            paint.strong()
        } else {
            paint.text()
        };
        let pieces = vec![
            piece(format!("{late}  "), style),
            piece(follow_up.title.clone(), title),
        ];
        card.line(if at == 0 { "open" } else { "" }, pieces);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_said_as_people_say_them() {
        let window = |from: &str, to: &str| Window {
            from: from.into(),
            to: to.into(),
        };
        let mut hours = Hours::default();
        for day in ["mon", "tue", "wed", "thu"] {
            let windows = vec![window("09:00", "12:00"), window("13:00", "18:00")];
            hours.working.insert(day.into(), windows);
        }
        hours
            .working
            .insert("sat".into(), vec![window("10:00", "12:00")]);
        assert_eq!(
            hours_words(&hours),
            "Mon–Thu 09:00–12:00 and 13:00–18:00, Sat 10:00–12:00"
        );
        assert_eq!(hours_words(&Hours::default()), "");
    }
}
