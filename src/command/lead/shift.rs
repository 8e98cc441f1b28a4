//! A lead that moves because of a message, and the threads that wait for a lead to move.

use super::{beside, enter_because, gate, stage_name, terminal_stage};
use crate::command::{CommandError, Cx};
use crate::funnel::Fact;
use crate::list::World;
use crate::record::{Id, Lead, Message, Stage, Terminal, Thread, ThreadState, WakeOn};

/// Where a lead goes from the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::command) enum Move {
    /// One stage forward.
    Forward,
    /// One stage back.
    Back,
    /// Lost, for this reason.
    Lost(String),
}

/// Moves one lead because of a message; returns the name of the stage that it entered.
pub(in crate::command) fn shift(
    cx: &mut Cx<'_>,
    lead: &str,
    way: &Move,
    origin: Option<Id<Message>>,
) -> Result<String, CommandError> {
    let stage = match way {
        Move::Forward => beside(cx, lead, 1)?,
        Move::Back => beside(cx, lead, -1)?,
        Move::Lost(_) => terminal_stage(cx, &Terminal::Lost)?,
    };
    if *way == Move::Forward {
        check_gate(cx.world, lead, &stage)?;
    }
    let reason = match way {
        Move::Lost(reason) => reason.as_str(),
        Move::Forward | Move::Back => "",
    };
    enter_because(cx, lead, &stage, reason, origin)?;
    if let Move::Lost(reason) = way {
        cx.change::<Lead>(lead, |lead| reason.clone_into(&mut lead.lost_reason))?;
    }
    Ok(stage_name(cx.world, &stage))
}

/// Refuses a step into a stage while facts that it needs are missing, and names them.
fn check_gate(world: &World, lead: &str, stage: &Id<Stage>) -> Result<(), CommandError> {
    let facts = gate::missing(world, lead, stage);
    let names: Vec<&str> = facts.iter().map(Fact::name).collect();
    let Some(first) = names.first() else {
        return Ok(());
    };
    let name = world.table::<Lead>().record(lead);
    let name = name.map_or(lead, |lead| lead.name.as_str());
    Err(CommandError::refused(
        format!("{name} → {}", stage_name(world, stage)),
        format!("not known yet: {}", names.join(", ")),
        format!("fill it in with `edit {first}=…`"),
    ))
}

/// Brings back the threads that sleep until their lead moves.
pub(super) fn wake_threads(cx: &mut Cx<'_>, lead: &str) -> Result<(), CommandError> {
    let asleep: Vec<Id<Thread>> = cx
        .world
        .table::<Thread>()
        .records()
        .filter(|(_, thread)| {
            thread.state == ThreadState::Snoozed
                && thread.wake_on == WakeOn::Stage
                && thread.lead.as_ref().is_some_and(|id| id.as_str() == lead)
        })
        .map(|(id, _)| id.clone())
        .collect();
    for thread in asleep {
        cx.change::<Thread>(thread.as_str(), |thread| {
            thread.state = ThreadState::Open;
            thread.wake_on = WakeOn::default();
        })?;
    }
    Ok(())
}
