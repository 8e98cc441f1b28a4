//! What happens next with a lead, and when it expires.

use jiff::civil::Date;

use crate::command::cx::Expects;
use crate::command::inbox::{command_line, conclude};
use crate::command::phrase::{due_of, instant_of, reading};
use crate::command::{Ask, CommandError, Cx, Settings, Targets};
use crate::list::World;
use crate::record::{Kind, Lead};
use crate::when::clock;

/// At most this many words at the end of a step are read as its day.
const WORDS: usize = 5;
/// Words that lead over from the step to its day.
const LEADING: [&str; 5] = ["by", "on", "until", "till", "at"];

/// Splits a line into the step and the day at its end: `call Tom tue` is `call Tom` on Tuesday.
pub(crate) fn planned(line: &str, world: &World, settings: &Settings) -> (String, Option<Date>) {
    let words: Vec<&str> = line.split_whitespace().collect();
    for count in (1..=WORDS.min(words.len())).rev() {
        let (head, tail) = words.split_at(words.len() - count);
        let phrase = tail.join(" ");
        // A bare number is a part of the step: `send page 4`.
        if phrase.chars().all(|letter| letter.is_ascii_digit()) {
            continue;
        }
        if let Ok(read) = reading(&phrase, world, settings) {
            let mut head = head.to_vec();
            while head
                .last()
                .is_some_and(|word| LEADING.contains(&word.to_lowercase().as_str()))
            {
                head.pop();
            }
            return (head.join(" "), Some(due_of(&read).date()));
        }
    }
    (words.join(" "), None)
}

/// Writes how a line was understood: `“call Tom” by Tue 24 Nov`.
pub(crate) fn due_shown(step: &str, due: Option<Date>, world: &World) -> String {
    let day = due.map(|due| {
        let today = world.view.today();
        let word = clock::day_word(due, today);
        let stamp = clock::date_stamp(due);
        if stamp.starts_with(&word) || word == clock::day_month(due) {
            stamp
        } else {
            format!("{word} ({stamp})")
        }
    });
    match (step, day) {
        ("", Some(day)) => format!("the same step by {day}"),
        ("", None) => String::new(),
        (step, Some(day)) => format!("“{step}” by {day}"),
        (step, None) => format!("“{step}”, no day yet"),
    }
}

pub(super) fn next(
    cx: &mut Cx<'_>,
    line: Option<String>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    let Some(line) = line else {
        return cx.ask(
            "lead next",
            Ask::Prompt {
                title: "next step and day".into(),
                command: command_line("lead next", targets),
                text: String::new(),
                expects: Expects::Step,
            },
        );
    };
    let (step, due) = planned(&line, cx.world, cx.settings);
    for id in &ids {
        cx.change::<Lead>(id, |lead| {
            if !step.is_empty() {
                lead.next_step.clone_from(&step);
                lead.next_due = due;
            } else if due.is_some() {
                lead.next_due = due;
            }
        })?;
    }
    let words = due_shown(&step, due, cx.world);
    conclude(cx, &format!("next {words}"), &ids)
}

pub(super) fn expires(
    cx: &mut Cx<'_>,
    at: Option<String>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    let Some(at) = at else {
        return cx.ask(
            "lead expires",
            Ask::Prompt {
                title: "expires".into(),
                command: command_line("lead expires", targets),
                text: String::new(),
                expects: Expects::When,
            },
        );
    };
    let never = matches!(at.trim().to_lowercase().as_str(), "never" | "no" | "off");
    let instant = if never {
        None
    } else {
        let read = reading(&at, cx.world, cx.settings)?;
        Some(instant_of(&due_of(&read), cx))
    };
    for id in &ids {
        cx.change::<Lead>(id, |lead| lead.expires_at = instant)?;
    }
    let words = instant.map_or_else(
        || "never expires".to_owned(),
        |at| format!("expires {}", clock::stamp(at, &cx.world.view.zone)),
    );
    conclude(cx, &words, &ids)
}
