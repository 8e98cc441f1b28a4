//! The stages in order.

use std::collections::HashMap;

use crate::record::{Id, Stage, Terminal};

/// One stage of the ladder that leads climb.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// The stage.
    pub id: Id<Stage>,
    /// Its name; its id where it has none.
    pub name: String,
    /// Days after which a lead has been here too long.
    pub limit_days: Option<i64>,
    /// Whether a lead that is here has signed.
    pub won: bool,
}

/// Where a stage stands in the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// On the ladder, counted from 0.
    Rung(usize),
    /// Off the ladder: lost.
    Lost,
    /// Off the ladder: at rest.
    Parked,
    /// Not among the stages that the backend sent.
    Unknown,
}

/// The stages in order: the ladder from the first stage to the signed contract, and the two ways off it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipeline {
    rungs: Vec<Rung>,
    spots: HashMap<Id<Stage>, Spot>,
}

impl Pipeline {
    /// Puts the stages in order: by position, then name; those where a lead has signed come last.
    ///
    /// A stage without a position comes after those with one.
    pub fn new<'a>(stages: impl IntoIterator<Item = (&'a Id<Stage>, &'a Stage)>) -> Self {
        let mut spots = HashMap::new();
        let mut ladder = Vec::new();
        for (id, stage) in stages {
            match stage.terminal {
                Terminal::Lost => {
                    spots.insert(id.clone(), Spot::Lost);
                }
                Terminal::Parked => {
                    spots.insert(id.clone(), Spot::Parked);
                }
                Terminal::Won | Terminal::Other(_) => ladder.push((id, stage)),
            }
        }
        ladder.sort_by(|(id, stage), (other_id, other)| {
            let won = |stage: &Stage| stage.terminal == Terminal::Won;
            (
                won(stage),
                stage.order.is_none(),
                stage.order,
                &stage.name,
                id,
            )
                .cmp(&(
                    won(other),
                    other.order.is_none(),
                    other.order,
                    &other.name,
                    other_id,
                ))
        });
        let rungs: Vec<Rung> = ladder
            .into_iter()
            .map(|(id, stage)| Rung {
                id: id.clone(),
                name: if stage.name.is_empty() {
                    id.to_string()
                } else {
                    stage.name.clone()
                },
                limit_days: stage.limit_days.filter(|limit| *limit > 0),
                won: stage.terminal == Terminal::Won,
            })
            .collect();
        for (position, rung) in rungs.iter().enumerate() {
            spots.insert(rung.id.clone(), Spot::Rung(position));
        }
        Self { rungs, spots }
    }

    /// Returns the ladder, first stage first.
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs
    }

    /// Returns where a stage stands.
    pub fn spot(&self, stage: &Id<Stage>) -> Spot {
        self.spots.get(stage).copied().unwrap_or(Spot::Unknown)
    }

    /// Returns the rung of a stage, if it is on the ladder.
    pub fn rung(&self, stage: &Id<Stage>) -> Option<&Rung> {
        match self.spot(stage) {
            Spot::Rung(position) => self.rungs.get(position),
            Spot::Lost | Spot::Parked | Spot::Unknown => None,
        }
    }

    /// Returns the first rung where a lead has signed.
    pub fn first_won(&self) -> Option<usize> {
        self.rungs.iter().position(|rung| rung.won)
    }

    /// Tells whether a lead in this stage is still being worked on.
    pub fn is_open(&self, stage: &Id<Stage>) -> bool {
        match self.spot(stage) {
            Spot::Rung(position) => !self.rungs[position].won,
            Spot::Unknown => true,
            Spot::Lost | Spot::Parked => false,
        }
    }
}
