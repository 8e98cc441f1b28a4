//! What became of the leads that are stepped through, read from the undo log: what is taken back is left again.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::App;
use crate::effect::{Batch, Edit};
use crate::funnel::{Pipeline, Spot};
use crate::pane::Decided;
use crate::record::{Id, Kind, Op, Stage};

/// Fields whose change decides about a lead for now.
const DECIDING: [&str; 5] = [
    "stage",
    "next_step",
    "next_due",
    "expires_at",
    "duplicate_of",
];

/// What an edit decided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Forward,
    Back,
    Lost,
    Parked,
    Planned,
}

impl App {
    /// Counts anew which of the leads that are stepped through were decided.
    pub(super) fn follow_stepping(&mut self) {
        let Some(stepping) = &mut self.screen.funnel.stepping else {
            return;
        };
        let pipeline = Pipeline::new(self.world.table::<Stage>().records());
        let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
        let new = |batch: &&Batch| !stepping.before.contains(&batch.id);
        let standing = self.undo.standing().iter().filter(new);
        for edit in standing.flat_map(|batch| &batch.edits) {
            if let Some(verdict) = verdict(edit, &pipeline)
                && stepping.queue.contains(&edit.id)
            {
                // A step and the plan that goes with it are one decision.
                let known = verdicts.entry(&edit.id).or_insert(verdict);
                if verdict != Verdict::Planned {
                    *known = verdict;
                }
            }
        }
        let mut decided = Decided::default();
        for verdict in verdicts.values() {
            let count = match verdict {
                Verdict::Forward => &mut decided.forward,
                Verdict::Back => &mut decided.back,
                Verdict::Lost => &mut decided.lost,
                Verdict::Parked => &mut decided.parked,
                Verdict::Planned => &mut decided.planned,
            };
            *count += 1;
        }
        stepping.done = verdicts.into_keys().map(str::to_owned).collect();
        stepping.decided = decided;
    }
}

fn verdict(edit: &Edit, pipeline: &Pipeline) -> Option<Verdict> {
    if edit.kind != Kind::Lead || edit.op != Op::Update {
        return None;
    }
    let fields = edit.patch.fields();
    if !fields.iter().any(|field| DECIDING.contains(field)) {
        return None;
    }
    let stage = |json: Option<&Json>| json.and_then(Json::as_str).map(Id::<Stage>::new);
    let Some(to) = stage(edit.patch.set.get("stage")) else {
        return Some(Verdict::Planned);
    };
    let from = stage(edit.before.get("stage"));
    let from = from.map_or(Spot::Unknown, |from| pipeline.spot(&from));
    Some(match (from, pipeline.spot(&to)) {
        (_, Spot::Lost) => Verdict::Lost,
        (_, Spot::Parked) => Verdict::Parked,
        (Spot::Rung(from), Spot::Rung(to)) if to < from => Verdict::Back,
        _ => Verdict::Forward,
    })
}
