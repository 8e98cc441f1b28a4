//! Marks.

use clap::Subcommand;

use super::{CommandError, Cx};
use crate::pane::{Place, Tone};
use crate::record::{Id, Thread};

/// A change of the marks.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum MarkCommand {
    /// Marks the row under the cursor or takes its mark away, and goes on.
    Toggle,
    /// Marks everything from the last mark to the cursor.
    Range,
    /// Marks every row of the list.
    All,
    /// Marks the threads that are like the one under the cursor, else all that its sender wrote.
    Alike,
    /// Takes all marks away.
    Clear,
}

impl MarkCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        if self == Self::Alike {
            return alike(cx);
        }
        let screen = cx.screen("mark")?;
        let place = screen.active();
        let list = &mut screen.shelf_mut(place).list;
        match self {
            Self::Toggle => {
                if let Some(key) = list.cursor().map(str::to_owned) {
                    list.toggle_mark(&key);
                    list.step(1);
                }
            }
            Self::Range => list.mark_range(),
            Self::All => {
                let keys = list.order().to_vec();
                list.mark(keys);
            }
            Self::Clear => list.clear_marks(),
            Self::Alike => {}
        }
        Ok(())
    }
}

/// Marks the group of the thread under the cursor; where it is in none, the threads of its sender.
fn alike(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let threads = cx.world.table::<Thread>();
    let screen = cx.screen.as_deref_mut();
    let screen = screen.ok_or(CommandError::NeedsScreen("mark alike"))?;
    if screen.active() != Place::Inbox {
        return Err(CommandError::NoTarget(
            "only threads are alike; go to the inbox".into(),
        ));
    }
    let list = &mut screen.shelf_mut(Place::Inbox).list;
    let Some(here) = list.cursor().map(str::to_owned) else {
        return Err(CommandError::NoTarget(
            "no thread is under the cursor".into(),
        ));
    };
    let group = screen.tally.group_of(&Id::new(&here));
    let (keys, why): (Vec<String>, String) = if let Some(group) = group {
        let keys = group.threads.iter().map(|id| id.as_str().to_owned());
        (keys.collect(), group.reason.clone())
    } else {
        let record = threads.record(&here);
        let from = record.and_then(|thread| thread.from.as_ref());
        let name = record.map(|thread| thread.from_name.as_str());
        let same = |key: &&String| {
            let other = threads.record(key);
            match from {
                Some(_) => other.and_then(|thread| thread.from.as_ref()) == from,
                None => other.map(|thread| thread.from_name.as_str()) == name,
            }
        };
        let order = screen.shelf(Place::Inbox).map(|shelf| shelf.list.order());
        let keys = order.unwrap_or_default().iter().filter(same).cloned();
        (
            keys.collect(),
            format!("all from {}", name.unwrap_or_default()),
        )
    };
    let list = &mut screen.shelf_mut(Place::Inbox).list;
    list.mark(keys);
    screen.say(Tone::Info, why);
    Ok(())
}
