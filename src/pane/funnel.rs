//! The state of the funnel place: what is shown, how it is counted, whose leads, and what is being stepped through.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;

use crate::figure::{goal_days, month_start};
use crate::funnel::{
    Basis, Counted, Extras, Journeys, NeedLimits, NeedReason, Params, Pipeline, Report, Scope,
    needs,
};
use crate::list::World;
use crate::record::{
    Goal, GoalPeriod, Id, Kind, Lead, Stage, StageEvent, Team, Term, Terminal, Thread, User,
    Vocabulary,
};

/// What the funnel place shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FunnelView {
    /// The picture, the list, the card.
    #[default]
    List,
    /// A column for each stage, a card for each lead.
    Board,
    /// All figures, as large as the screen.
    Figures,
}

/// Whose leads are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Everyone's that the backend shows me.
    #[default]
    Everyone,
    /// Mine.
    Me,
    /// Those of my team.
    Team,
    /// Those of all teams of my region or functional area.
    Region,
}

impl Reach {
    /// All of them, in the order of their key.
    pub const ALL: [Reach; 4] = [Reach::Everyone, Reach::Me, Reach::Team, Reach::Region];

    /// Returns its name in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Me => "me",
            Self::Team => "team",
            Self::Region => "region",
        }
    }

    /// Finds it by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reach| reach.name() == name)
    }

    /// Returns the next one.
    #[must_use]
    pub fn next(self) -> Self {
        let here = Self::ALL.iter().position(|reach| *reach == self);
        let next = here.map_or(0, |here| (here + 1) % Self::ALL.len());
        Self::ALL.get(next).copied().unwrap_or_default()
    }

    /// Returns whose leads these are: in words, and as owners.
    ///
    /// Without a team of mine, team and region are mine alone.
    pub fn owners(self, world: &World) -> (String, Scope) {
        let me = world.my_id();
        let team = world.me().and_then(|me| me.team.clone());
        let record = world.follow::<Team>(team.as_ref());
        let of_teams = |fits: &dyn Fn(&Id<Team>) -> bool| -> BTreeSet<Id<User>> {
            let users = world.table::<User>().records();
            let mut owners: BTreeSet<Id<User>> = users
                .filter(|(_, user)| user.team.as_ref().is_some_and(fits))
                .map(|(id, _)| id.clone())
                .collect();
            owners.insert(me.clone());
            owners
        };
        match self {
            Self::Everyone => ("everyone I see".to_owned(), Scope::Everyone),
            Self::Me => ("mine".to_owned(), Scope::owner(me)),
            Self::Team => {
                let owners = of_teams(&|other| Some(other) == team.as_ref());
                let name = record.map_or("of mine", |record| record.name.as_str());
                (
                    format!("team {name}, {} people", owners.len()),
                    Scope::Owners(owners),
                )
            }
            Self::Region => {
                // The region is the team above mine with all teams below it; mine where none is above it.
                let above = record.and_then(|record| record.parent.clone());
                let top = above.or_else(|| team.clone());
                let same = |other: &Id<Team>| {
                    let parent = world.get(other).and_then(|theirs| theirs.parent.as_ref());
                    Some(other) == top.as_ref() || (top.is_some() && parent == top.as_ref())
                };
                let owners = of_teams(&same);
                let name = world
                    .follow::<Team>(top.as_ref())
                    .map_or("of mine", |record| record.name.as_str());
                (
                    format!("region {name}, {} people", owners.len()),
                    Scope::Owners(owners),
                )
            }
        }
    }
}

/// What became of the leads of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// Went forward.
    pub forward: usize,
    /// Went back.
    pub back: usize,
    /// Were lost.
    pub lost: usize,
    /// Were put to rest.
    pub parked: usize,
    /// Got another next step or date, or were merged.
    pub planned: usize,
}

impl Decided {
    /// Adds them up.
    pub const fn sum(&self) -> usize {
        self.forward + self.back + self.lost + self.parked + self.planned
    }

    /// Writes `9 forward · 3 lost`, leaving out what did not happen.
    pub fn words(&self) -> String {
        let parts = [
            (self.forward, "forward"),
            (self.back, "back"),
            (self.lost, "lost"),
            (self.parked, "parked"),
            (self.planned, "planned"),
        ];
        let words: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        words.join(" · ")
    }
}

/// Leads that are stepped through one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stepping {
    /// The leads in the order in which they need me, those put off at the end.
    pub queue: Vec<String>,
    /// Those that were decided since, by the undo log.
    pub done: BTreeSet<String>,
    /// What became of them.
    pub decided: Decided,
    /// The batches that stood in the undo log when it began.
    pub before: BTreeSet<String>,
}

impl Stepping {
    /// Returns the leads that are left, in order.
    pub fn left(&self) -> impl Iterator<Item = &String> {
        self.queue.iter().filter(|id| !self.done.contains(*id))
    }
}

/// The state of the funnel place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunnelScreen {
    /// What is shown.
    pub view: FunnelView,
    /// How steps are counted.
    pub basis: Basis,
    /// Whose leads.
    pub reach: Reach,
    /// What is supposed of a step, as it was typed.
    pub supposed: String,
    /// What is being stepped through.
    pub stepping: Option<Stepping>,
}

/// Reads the journeys of the leads in reach.
pub fn journeys(world: &World, reach: Reach) -> Journeys<'_> {
    let (_, scope) = reach.owners(world);
    Journeys::read(
        Pipeline::new(world.table::<Stage>().records()),
        world.table::<Lead>().records(),
        world.table::<StageEvent>().records(),
        &scope,
        world.view.now,
    )
}

/// Computes all figures of the funnel from the records in memory.
pub fn funnel_report(world: &World, reach: Reach, journeys: &Journeys<'_>) -> Report {
    let (whose, scope) = reach.owners(world);
    let stages = || world.table::<Stage>().records();
    let extras = Extras {
        whose,
        targets: stages()
            .filter_map(|(id, stage)| {
                let percent = stage.target_percent.filter(|percent| *percent > 0.0)?;
                Some((id.clone(), (percent / 100.0).min(1.0)))
            })
            .collect(),
        qualified: stages()
            .filter(|(_, stage)| stage.qualifies)
            .min_by_key(|(id, stage)| (stage.order, (*id).clone()))
            .map(|(id, _)| id.clone()),
        goals: running_goals(world, &scope),
        wanted: terms(world, &Vocabulary::Archetype)
            .into_iter()
            .filter_map(|term| Some((term.name.clone(), term.quarter_target?)))
            .collect(),
    };
    Report::of(journeys, Params::default(), extras, &world.view.zone)
}

/// Returns the words of a list that are offered, in their order.
pub fn terms<'w>(world: &'w World, list: &Vocabulary) -> Vec<&'w Term> {
    let mut terms: Vec<&Term> = world
        .table::<Term>()
        .records()
        .map(|(_, term)| term)
        .filter(|term| term.list == *list && !term.retired && !term.name.trim().is_empty())
        .collect();
    terms.sort_by(|a, b| {
        let key = |term: &Term| (term.order.is_none(), term.order);
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    terms
}

/// Metrics of goals that the funnel counts: the word in the id says which.
fn counted(metric: &str) -> Option<Counted> {
    match metric {
        "new_leads" => Some(Counted::New),
        "new_networks" | "signed_leads" => Some(Counted::Signed),
        _ => None,
    }
}

/// Adds up the goals of the owners in scope, as far as their leads are seen, whose period runs, by what they count and how long they last.
///
/// A goal of a team counts where a team or more is looked at and none of its people has one of that kind.
fn running_goals(world: &World, scope: &Scope) -> Vec<(Counted, Goal, usize)> {
    let today = TimeZone::UTC.to_datetime(world.view.now).date();
    // What a colleague brings in is only seen with their leads: without them their goal says nothing here.
    let me = world.my_id();
    let seen: BTreeSet<&str> = world
        .table::<Lead>()
        .records()
        .filter_map(|(_, lead)| lead.owner.as_ref())
        .map(Id::as_str)
        .chain([me.as_str()])
        .collect();
    let in_scope = |user: &str| match scope {
        Scope::Everyone => seen.contains(user),
        Scope::Owners(owners) => {
            seen.contains(user) && owners.iter().any(|owner| owner.as_str() == user)
        }
    };
    let mut sums: BTreeMap<(bool, String), BTreeMap<bool, (Goal, usize)>> = BTreeMap::new();
    for (_, goal) in world.table::<Goal>().records() {
        let (Some(subject), Some(metric)) = (&goal.subject, &goal.metric) else {
            continue;
        };
        let of_team = match subject.known_kind() {
            Some(Kind::User) if in_scope(&subject.id) => false,
            Some(Kind::Team) if team_in(world, &subject.id, scope) => true,
            _ => continue,
        };
        let Some(counted) = counted(metric.as_str()) else {
            continue;
        };
        let runs = goal_days(goal).is_some_and(|(from, to)| from <= today && today <= to);
        let Some(target) = goal.target.filter(|target| runs && *target > 0.0) else {
            continue;
        };
        let key = (counted == Counted::New, goal.period.to_string());
        sums.entry(key)
            .or_default()
            .entry(of_team)
            .and_modify(|(sum, goals)| {
                sum.target = sum.target.map(|so_far| so_far + target);
                *goals += 1;
            })
            .or_insert_with(|| (goal.clone(), 1));
    }
    let mut found: Vec<(Counted, Goal, usize)> = sums
        .into_iter()
        .filter_map(|((new, _), by_kind)| {
            // People come before teams: `false` is the first key.
            let (goal, goals) = by_kind.into_values().next()?;
            let counted = if new { Counted::New } else { Counted::Signed };
            Some((counted, goal, goals))
        })
        .collect();
    found.sort_by_key(|(counted, goal, _)| {
        let length = match goal.period {
            GoalPeriod::Month => 0,
            GoalPeriod::Quarter => 1,
            GoalPeriod::Year => 2,
            GoalPeriod::Other(_) => 3,
        };
        (
            length,
            *counted == Counted::New,
            goal.starts.map(month_start),
        )
    });
    found
}

/// Tells whether all people of a team are in scope.
fn team_in(world: &World, team: &str, scope: &Scope) -> bool {
    match scope {
        Scope::Everyone => true,
        Scope::Owners(owners) if owners.len() > 1 => world
            .table::<User>()
            .records()
            .filter(|(_, user)| user.team.as_ref().is_some_and(|of| of.as_str() == team))
            .all(|(id, _)| owners.contains(id)),
        Scope::Owners(_) => false,
    }
}

/// Returns the leads in reach that need me, the most pressing first, with the reasons.
pub fn pressing(world: &World, reach: Reach) -> Vec<(String, Vec<NeedReason>)> {
    let (_, scope) = reach.owners(world);
    let pipeline = Pipeline::new(world.table::<Stage>().records());
    let leads = world
        .table::<Lead>()
        .records()
        .filter(|(_, lead)| owned(lead, &scope));
    needs(
        &pipeline,
        leads,
        world.table::<Thread>().records(),
        &world.view,
        NeedLimits::default(),
    )
    .into_iter()
    .map(|need| (need.lead.as_str().to_owned(), need.reasons))
    .collect()
}

/// Tells whether a lead is in scope; one without an owner belongs to everyone.
pub(super) fn owned(lead: &Lead, scope: &Scope) -> bool {
    match (scope, &lead.owner) {
        (Scope::Everyone, _) => true,
        (Scope::Owners(owners), Some(owner)) => owners.contains(owner),
        (Scope::Owners(_), None) => false,
    }
}

/// A column of the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column<'a> {
    /// The stage.
    pub stage: &'a Id<Stage>,
    /// The leads in it, in the order of the list.
    pub cards: Vec<&'a str>,
}

/// Divides leads into the columns of the board: every stage that is worked on has one, empty or not.
pub fn board_columns<'a>(world: &'a World, keys: &'a [String]) -> Vec<Column<'a>> {
    let mut stages: Vec<(&Id<Stage>, &Stage)> = world
        .table::<Stage>()
        .records()
        .filter(|(_, stage)| {
            !matches!(
                stage.terminal,
                Terminal::Won | Terminal::Lost | Terminal::Parked
            )
        })
        .collect();
    stages.sort_by(|(a_id, a), (b_id, b)| (a.order, a_id).cmp(&(b.order, b_id)));
    let mut columns: Vec<Column<'a>> = stages
        .into_iter()
        .map(|(stage, _)| Column {
            stage,
            cards: Vec::new(),
        })
        .collect();
    let position: HashMap<&str, usize> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| (column.stage.as_str(), at))
        .collect();
    let table = world.table::<Lead>();
    for key in keys {
        let stage = table.record(key).and_then(|lead| lead.stage.as_ref());
        let at = stage.and_then(|stage| position.get(stage.as_str()));
        if let Some(column) = at.and_then(|at| columns.get_mut(*at)) {
            column.cards.push(key);
        }
    }
    columns
}

/// Returns the card to which the cursor goes on the board: along its column, or to the same height of
/// the next column that has cards.
pub fn board_step(
    world: &World,
    keys: &[String],
    cursor: &str,
    across: isize,
    down: isize,
) -> Option<String> {
    let columns = board_columns(world, keys);
    let (column, row) = columns.iter().enumerate().find_map(|(at, column)| {
        let row = column.cards.iter().position(|card| *card == cursor)?;
        Some((at, row))
    })?;
    if across == 0 {
        let cards = &columns.get(column)?.cards;
        let to = row
            .saturating_add_signed(down)
            .min(cards.len().checked_sub(1)?);
        return cards.get(to).map(|card| (*card).to_owned());
    }
    let mut at = column;
    loop {
        at = at.checked_add_signed(across.signum())?;
        let cards = &columns.get(at)?.cards;
        if let Some(last) = cards.len().checked_sub(1) {
            return cards.get(row.min(last)).map(|card| (*card).to_owned());
        }
    }
}
