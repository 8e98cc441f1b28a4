//! The tutor: lessons on the demo's morning that see for themselves when they are done.

use super::{App, Mode};
use crate::effect::{Batch, BatchRole};
use crate::keymap::show_sequence;
use crate::pane::{Focus, Place};
use crate::record::Kind;

/// A lesson: what to try, and how one sees that it was done.
struct Lesson {
    title: &'static str,
    /// What to do; a command in braces is shown as its keys.
    text: &'static str,
    done: fn(&App, &Mark) -> bool,
}

/// Where things stood when the lesson began.
#[derive(Clone, Debug, Default, PartialEq)]
struct Mark {
    position: usize,
    last: Option<String>,
}

/// The lesson that is on.
#[derive(Clone, Debug, PartialEq)]
pub struct Tutor {
    at: usize,
    mark: Mark,
    praise: bool,
}

/// What the tutor says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lecture {
    /// The number of the lesson, from 1, and how many there are.
    pub number: (usize, usize),
    /// The title.
    pub title: String,
    /// What to do, with the keys of this keymap.
    pub text: String,
    /// Whether the lesson before was done just now.
    pub praise: bool,
}

fn new_batch<'a>(app: &'a App, mark: &Mark) -> Option<&'a Batch> {
    let last = app.undo.last()?;
    (Some(&last.id) != mark.last.as_ref() && last.role == BatchRole::Edit).then_some(last)
}

fn edits(app: &App, mark: &Mark, kind: Kind) -> usize {
    new_batch(app, mark).map_or(0, |batch| {
        batch.edits.iter().filter(|edit| edit.kind == kind).count()
    })
}

fn touched(app: &App, mark: &Mark, field: &str) -> bool {
    new_batch(app, mark).is_some_and(|batch| {
        batch
            .edits
            .iter()
            .any(|edit| edit.patch.set.contains_key(field))
    })
}

const LESSONS: &[Lesson] = &[
    Lesson {
        title: "Places",
        text: "What you see is Today: what needs you now. {pane show inbox} opens the inbox, and so does its number with Enter, as for the other tabs.",
        done: |app, _| app.screen.place == Place::Inbox,
    },
    Lesson {
        title: "Moving",
        text: "{cursor down} and {cursor up} move, so do the arrows. Go down three rows; what is beside the list follows.",
        done: |app, mark| {
            app.screen
                .list()
                .is_some_and(|list| list.position() >= mark.position + 3)
        },
    },
    Lesson {
        title: "Reading",
        text: "{pane open} goes into the conversation, {cursor down} scrolls it. Reading marks nothing as read.",
        done: |app, _| app.screen.focus == Focus::Detail,
    },
    Lesson {
        title: "Leaving",
        text: "{pane leave} leaves, one step at a time: the conversation, marks, the filter. Go back to the list.",
        done: |app, _| app.screen.focus == Focus::List && matches!(app.mode, Mode::Normal),
    },
    Lesson {
        title: "Done",
        text: "{inbox done} deals with the row under the cursor; the next one is there at once. Nothing asks, everything can be taken back.",
        done: |app, mark| touched(app, mark, "done_at") || touched(app, mark, "state"),
    },
    Lesson {
        title: "Undo",
        text: "{undo} takes it back, also after a restart; {redo} does it again. Take it back.",
        done: |app, mark| app.undo.last().map(|batch| &batch.id) != mark.last.as_ref(),
    },
    Lesson {
        title: "Follow-ups",
        text: "{inbox follow-up fri} makes a follow-up for Friday out of the message, for the right CN. After the first key a bar says what you can choose.",
        done: |app, mark| edits(app, mark, Kind::FollowUp) > 0,
    },
    Lesson {
        title: "Snooze",
        text: "{inbox snooze 'tomorrow 9am'} brings it back tomorrow morning; {inbox snooze} takes any phrase: next tue 4pm SGT, 下周三.",
        done: |app, mark| touched(app, mark, "snoozed_until"),
    },
    Lesson {
        title: "Many at once",
        text: "{mark toggle} marks a row, {mark alike} all that are like it. Mark two or more, then {inbox done}.",
        done: |app, mark| edits(app, mark, Kind::Thread) >= 2,
    },
    Lesson {
        title: "Filter",
        text: "{filter edit} narrows the list while you type: words, or sla<2h and channel:email. Type something and press Enter.",
        done: |app, _| {
            matches!(app.mode, Mode::Normal)
                && app
                    .screen
                    .shelf(app.screen.active())
                    .is_some_and(|shelf| !shelf.filter.is_empty())
        },
    },
    Lesson {
        title: "Clear the filter",
        text: "{pane leave} takes the filter away again.",
        done: |app, _| {
            app.screen
                .shelf(app.screen.active())
                .is_none_or(|shelf| shelf.filter.is_empty())
        },
    },
    Lesson {
        title: "What belongs together",
        text: "{jump related} offers what belongs to the row: its CN, lead, follow-ups, meetings. Choose one.",
        done: |app, _| app.screen.place != Place::Inbox,
    },
    Lesson {
        title: "There and back",
        text: "{pane back} goes back to where you were, filter and cursor included; {pane forward} goes forward.",
        done: |app, _| app.screen.place == Place::Inbox,
    },
    Lesson {
        title: "The funnel",
        text: "{pane show funnel} shows the leads; there {lead advance} takes one to the next stage. Move one; what is missing is asked.",
        done: |app, mark| edits(app, mark, Kind::Lead) > 0,
    },
    Lesson {
        title: "Any command by name",
        text: "{app palette} opens the palette: type a word such as dark or archive and see its name and keys. Leave it with Esc.",
        done: |app, _| matches!(app.mode, Mode::Line(_)),
    },
    Lesson {
        title: "Search",
        text: "{app find} searches everything, open or not, Chinese too. Open it and leave it with Esc.",
        done: |app, _| matches!(app.mode, Mode::Find(_)),
    },
    Lesson {
        title: "The keys of a place",
        text: "{app keys} shows every key that holds where you are; the footer shows the most important ones.",
        done: |app, _| matches!(app.mode, Mode::Help(_)),
    },
];

impl Tutor {
    fn begin(app: &App, at: usize, praise: bool) -> Self {
        let mark = Mark {
            position: app.screen.list().map_or(0, crate::list::ListView::position),
            last: app.undo.last().map(|batch| batch.id.clone()),
        };
        Self { at, mark, praise }
    }
}

impl App {
    /// Begins the lessons.
    pub fn begin_lessons(&mut self) {
        self.tutor = Some(Tutor::begin(self, 0, false));
    }

    /// Goes on or back by lessons; past the last one the tutor leaves.
    pub(super) fn turn_lesson(&mut self, forward: bool) {
        let Some(tutor) = &self.tutor else {
            let words = "there are no lessons here: `cnm tutor` gives them on invented data";
            self.screen.say(crate::pane::Tone::Info, words);
            return;
        };
        let at = if forward {
            tutor.at + 1
        } else {
            tutor.at.saturating_sub(1)
        };
        self.go_to_lesson(at, false);
    }

    fn go_to_lesson(&mut self, at: usize, praise: bool) {
        if at < LESSONS.len() {
            self.tutor = Some(Tutor::begin(self, at, praise));
        } else {
            self.tutor = None;
            self.screen.say(
                crate::pane::Tone::Done,
                "that was the last lesson; this morning is yours to play with, `q` leaves",
            );
        }
    }

    /// Looks whether the lesson is done.
    pub(super) fn check_lesson(&mut self) {
        let Some(tutor) = &self.tutor else { return };
        let Some(lesson) = LESSONS.get(tutor.at) else {
            return;
        };
        if (lesson.done)(self, &tutor.mark) {
            let at = tutor.at + 1;
            self.go_to_lesson(at, true);
        }
    }

    /// Returns what the tutor says now.
    pub fn lecture(&self) -> Option<Lecture> {
        let tutor = self.tutor.as_ref()?;
        let lesson = LESSONS.get(tutor.at)?;
        Some(Lecture {
            number: (tutor.at + 1, LESSONS.len()),
            title: lesson.title.to_owned(),
            text: self.with_keys(lesson.text),
            praise: tutor.praise,
        })
    }

    /// Writes the keys of this keymap in the place of commands in braces.
    fn with_keys(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((command, after)) = after.split_once('}') else {
                break;
            };
            out.push_str(&self.keys_of_anywhere(command));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// Returns the keys of a command in the place where they are bound, else the command itself.
    fn keys_of_anywhere(&self, command: &str) -> String {
        let here = [self.screen.active()];
        let scopes = here.iter().chain(&Place::TABS).map(|place| place.name());
        scopes
            .into_iter()
            .find_map(|scope| self.keymap.keys_of(scope, command))
            .map_or_else(|| format!(":{command}"), |keys| show_sequence(&keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_names_keys_that_exist() {
        let keymap = crate::keymap::Keymap::defaults().unwrap();
        for lesson in LESSONS {
            for part in lesson.text.split('{').skip(1) {
                let (command, _) = part.split_once('}').unwrap();
                let known = Place::TABS
                    .iter()
                    .any(|place| keymap.keys_of(place.name(), command).is_some());
                assert!(known, "{}: {command}", lesson.title);
            }
        }
    }
}
