//! The console in sentences: no frame, one line a change, numbered choices; for screen readers and bare terminals.

use super::table::{field_lines, words};
use crate::app::{App, Echo, Find, Form, Line, Mode, Purpose, Sweep, help_rows};
use crate::command::Summary;
use crate::pane::{Focus, Place, Tone};
use crate::record::{AnyRef, Id, Kind, KindVisitor, Message, Person, Record, Thread};
use crate::text;
use crate::triage;
use crate::when::clock;

/// What is to be said of the console; a part is said again only when it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speech {
    /// Where one is, and how much is there.
    pub place: String,
    /// What is under the cursor.
    pub row: String,
    /// What stands beside it and is read again only when it changes: the ranked list of the slots place.
    pub list: Vec<String>,
    /// What is asked, with numbered choices; what was opened.
    pub more: Vec<String>,
    /// What was done, or went wrong.
    pub notice: String,
}

impl Speech {
    /// Returns the lines in which this differs from what was said before, the most important first.
    pub fn after(&self, before: &Speech) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.notice.is_empty() && self.notice != before.notice {
            lines.push(self.notice.clone());
        }
        if self.place != before.place {
            lines.push(self.place.clone());
        }
        if self.more != before.more {
            lines.extend(self.more.iter().cloned());
        }
        if self.list != before.list && self.more.is_empty() {
            lines.extend(self.list.iter().cloned());
        }
        if self.row != before.row && self.more.is_empty() {
            lines.push(self.row.clone());
        }
        lines
    }
}

/// At most so many choices are read out.
const CHOICES: usize = 20;

/// Says what is on the screen now; everything in it is safe to print.
pub fn speak(app: &App) -> Speech {
    let mut speech = Speech {
        place: place(app),
        row: row(app),
        list: list(app),
        more: more(app),
        notice: notice(app),
    };
    let clean = |line: &mut String| *line = text::plain(line).into_owned();
    clean(&mut speech.place);
    clean(&mut speech.row);
    clean(&mut speech.notice);
    (speech.more.iter_mut().chain(&mut speech.list)).for_each(clean);
    speech
}

/// Ends a sentence that does not end yet.
fn stopped(words: &str) -> String {
    if words.ends_with(['.', '?', '!', '…']) {
        words.to_owned()
    } else {
        format!("{words}.")
    }
}

fn notice(app: &App) -> String {
    let Some(notice) = &app.screen.notice else {
        return String::new();
    };
    let words = match notice.tone {
        Tone::Error => format!("Error: {}", stopped(&notice.text)),
        Tone::Done | Tone::Info => stopped(&notice.text),
    };
    let undo = app.undo.last().filter(|_| notice.tone == Tone::Done);
    match undo {
        Some(_) => format!("{words} Undo: u."),
        None => words,
    }
}

fn place(app: &App) -> String {
    let place = app.screen.active();
    let mut words = if app.screen.place == Place::Today {
        format!("Today, {}", place.title())
    } else {
        place.title().to_owned()
    };
    if place == Place::Slots {
        return super::slots::spoken::place(app);
    }
    let Some(shelf) = app.screen.shelf(place) else {
        return format!("{words}.");
    };
    if place == Place::Inbox
        && let Some(split) = app.screen.tally.splits.get(shelf.split)
    {
        words = format!("{words}, {}", split.name);
    }
    words = format!("{words}, {}", text::counted(shelf.list.len(), "row"));
    if !shelf.filter.is_empty() {
        words = format!("{words}, filter {}", shelf.filter);
    }
    let marks = shelf.list.mark_count();
    if marks > 0 {
        words = format!("{words}, {marks} marked");
    }
    if shelf.list.waiting() > 0 {
        words = format!(
            "{words}, {} new wait, g . calls them in",
            shelf.list.waiting()
        );
    }
    format!("{words}.")
}

fn list(app: &App) -> Vec<String> {
    if app.screen.active() == Place::Slots {
        return super::slots::spoken::list(app);
    }
    Vec::new()
}

fn row(app: &App) -> String {
    if app.screen.active() == Place::Slots {
        return super::slots::spoken::row(app);
    }
    let Some(list) = app.screen.list() else {
        return String::new();
    };
    let Some(link) = app.screen.selected() else {
        return "Nothing is selected.".into();
    };
    format!("{}: {}", list.position() + 1, row_words(app, &link))
}

/// Says a row in a sentence.
fn row_words(app: &App, link: &AnyRef) -> String {
    if link.known_kind() == Some(Kind::Thread) {
        let id = Id::<Thread>::new(&link.id);
        if let Some(thread) = app.world.get(&id) {
            return thread_words(app, &id, thread);
        }
    }
    let mut parts = vec![app.world.title(link)];
    parts.extend(columns(app, link));
    format!("{}.", parts.join(", "))
}

fn thread_words(app: &App, id: &Id<Thread>, thread: &Thread) -> String {
    let sender = app.world.follow::<Person>(thread.from.as_ref());
    let from = sender.map_or(thread.from_name.as_str(), |person| person.name.as_str());
    let mut parts = vec![from.to_owned()];
    if let Some(network) = app.world.follow(thread.network.as_ref()) {
        let network: &crate::record::Network = network;
        parts.push(network.name.clone());
    }
    if !thread.title.is_empty() && thread.title != from {
        parts.push(thread.title.clone());
    }
    if let Some(read) = app.screen.readings.of(id) {
        let asker = app.world.follow::<Person>(read.asker());
        let sender = asker.or(sender);
        parts.push(triage::Badge::of(thread, read, sender, &app.world.view).reason);
    }
    format!("{}. {}", parts.join(", "), thread.last_text)
}

/// The columns of a record as its kind declares them, without its title.
fn columns(app: &App, link: &AnyRef) -> Vec<String> {
    struct Columns;
    impl KindVisitor for Columns {
        type Out = &'static [&'static str];
        fn visit<R: Record>(self) -> Self::Out {
            R::COLUMNS
        }
    }
    let Some(kind) = link.known_kind() else {
        return Vec::new();
    };
    let title = app.world.title(link);
    kind.visit(Columns)
        .iter()
        .filter_map(|name| {
            let value = app.world.any(kind).cell(&link.id, name, &app.world.view)?;
            let words = words(&value, app);
            (!words.is_empty() && words != title)
                .then(|| format!("{} {words}", name.replace('_', " ")))
        })
        .collect()
}

fn numbered<'a>(choices: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    choices
        .take(CHOICES)
        .zip(1..)
        .map(|((label, detail), number)| match detail {
            "" => format!("{number} {label}"),
            detail => format!("{number} {label}, {detail}"),
        })
        .collect()
}

fn swept(sweep: &Sweep) -> Vec<String> {
    let counts = sweep.counts();
    let mut lines = vec![format!(
        "Clear {}, {}, {}: a number leaves one out or takes it in, `yes` clears, an empty line leaves.",
        text::counted(counts.groups, "group"),
        text::counted(counts.done + counts.begun, "thread"),
        text::counted(counts.messages, "message")
    )];
    lines.extend(sweep.groups.iter().zip(1..).map(|(group, number)| {
        let stays = if sweep.is_ticked(group) {
            ""
        } else {
            ", stays"
        };
        format!(
            "{number} {}, {}{stays}",
            group.reason,
            text::counted(group.threads.len(), "thread")
        )
    }));
    lines
}

fn more(app: &App) -> Vec<String> {
    match &app.mode {
        Mode::Normal
            if app.screen.focus == Focus::Detail && app.screen.active() != Place::Slots =>
        {
            detail(app)
        }
        Mode::Normal => following(app),
        Mode::Line(line) => asked(line),
        Mode::Pick(picker) => {
            let mut lines = vec![format!(
                "{}: a number chooses, letters narrow, an empty line leaves.",
                picker.title
            )];
            let shown = picker.shown.iter();
            lines.extend(numbered(
                shown.map(|one| (one.label.as_str(), one.detail.as_str())),
            ));
            lines
        }
        Mode::Reply(reply) => {
            let mut lines =
                vec!["Reply: type it, Enter sends, an empty line keeps the draft.".to_owned()];
            let text = reply.input.text();
            if !text.is_empty() {
                lines.push(format!("So far: {text}"));
            }
            lines
        }
        Mode::Form(form) => fields(form),
        Mode::Find(find) => hits(find),
        Mode::Score(open) => {
            let question = open.rubric.questions.get(open.current);
            let question = question.map_or("", |question| question.name.as_str());
            let (number, count) = (open.current + 1, open.rows.len());
            vec![format!(
                "Question {number} of {count}, {question}: a digit answers, `save` saves, an empty line leaves."
            )]
        }
        Mode::Sweep(sweep) => swept(sweep),
        Mode::Summary(_) => {
            let summary = Summary::of(&app.world, app.undo.done());
            vec![format!(
                "Done, {}: {}; any line closes.",
                summary.day,
                summary.line()
            )]
        }
        Mode::Sheet(sheet) => {
            let end = if sheet.plan.is_empty() {
                "an empty line leaves"
            } else {
                "`yes` runs the commands, an empty line leaves"
            };
            let mut lines = vec![format!("{}; {end}.", sheet.title)];
            lines.extend(sheet.lines.iter().cloned());
            lines.extend(sheet.plan.iter().map(|step| step.line.clone()));
            lines
        }
        Mode::Help(_) => {
            let mut lines = vec!["Keys here, any line closes:".to_owned()];
            lines.extend(help_rows(app).into_iter().map(|row| {
                let help = if row.help.is_empty() {
                    row.command
                } else {
                    row.help
                };
                format!("{}: {help}", row.keys)
            }));
            lines
        }
    }
}

/// What can follow the keys typed so far.
fn following(app: &App) -> Vec<String> {
    if let Some(bar) = app.prefix_bar() {
        let choices = bar
            .choices
            .iter()
            .map(|(key, help)| format!("{key} {help}"));
        let choices: Vec<String> = choices.collect();
        let (word, choices) = (bar.prefix.word(), choices.join(", "));
        return vec![format!("{word} {}: {choices}. esc leaves.", bar.title)];
    }
    if app.pending.is_empty() {
        return Vec::new();
    }
    let next = app.next_keys();
    let next: Vec<String> = next
        .iter()
        .map(|(key, binding)| {
            let help = binding.map_or("more", |binding| binding.help.as_str());
            format!("{key} {help}")
        })
        .collect();
    vec![format!("What follows: {}. esc leaves.", next.join(", "))]
}

fn asked(line: &Line) -> Vec<String> {
    let title = match &line.purpose {
        Purpose::Palette => "Command",
        Purpose::Filter { .. } => "Filter",
        Purpose::Prompt { title, .. } | Purpose::Answer { title, .. } => title.as_str(),
    };
    let mut lines = vec![format!("{title}: type it, an empty line leaves.")];
    if let Echo::Wrong(words) = &line.echo {
        lines.push(format!("Error: {words}."));
    }
    lines
}

fn fields(form: &Form) -> Vec<String> {
    let mut lines = vec![format!(
        "Form of a {}: write field=value, `save` saves, an empty line leaves.",
        form.kind.label()
    )];
    lines.extend(form.fields.iter().filter_map(|field| {
        let text = field.input.text();
        let error = field.error.as_ref();
        let error = error.map(|error| format!(" Error: {error}."));
        (!text.is_empty() || error.is_some())
            .then(|| format!("{}={text}{}", field.info.name, error.unwrap_or_default()))
    }));
    lines
}

fn hits(find: &Find) -> Vec<String> {
    let mut lines =
        vec!["Search: type words, a number goes there, an empty line leaves.".to_owned()];
    if !find.answered.is_empty() {
        lines.push(format!("{} found.", find.hits.len()));
    }
    let hits = find.hits.iter().map(|hit| {
        let kind = hit.link.known_kind().map_or("", Kind::label);
        (hit.title.as_str(), kind)
    });
    lines.extend(numbered(hits));
    lines
}

/// Everything of the record under the cursor.
fn detail(app: &App) -> Vec<String> {
    let Some(link) = app.screen.selected() else {
        return Vec::new();
    };
    if link.known_kind() == Some(Kind::Thread) {
        let table = app.world.table::<Message>();
        let ids = app.screen.readings.messages(&Id::new(&link.id));
        let messages = ids.iter().filter_map(|id| table.record(id.as_str()));
        let mut lines = vec!["Conversation, the newest last; esc leaves.".to_owned()];
        for message in messages {
            let at = message
                .sent_at
                .map(|at| clock::stamp(at, &app.world.view.zone));
            let from = app
                .world
                .follow::<Person>(message.sender.as_ref())
                .map_or(message.sender_name.as_str(), |person| person.name.as_str());
            lines.push(format!("{}, {from}:", at.unwrap_or_default()));
            lines.extend(text::clean_body(&message.text).map(std::borrow::Cow::into_owned));
        }
        return lines;
    }
    let mut lines = vec![format!("{}; esc leaves.", app.world.title(&link))];
    lines.extend(
        field_lines(app, &link)
            .into_iter()
            .map(|(name, words)| format!("{name}: {words}")),
    );
    lines
}
