//! What is done on the page of a CN: a step, a score, an enrolment, a goal cut into its parts.

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::cx::Expects;
use super::enrol::{ask_campaign, set_participation};
use super::inbox::{command_line, conclude};
use super::{Ask, CommandError, Cx, Targets, network};
use crate::figure::{Nature, days_between, plus_days, plus_months};
use crate::pane::{DimensionRow, Place, Tab, Tone, dimension_rows, utc_today};
use crate::portfolio::nature_of;
use crate::record::{
    AnyRef, CoachingAction, CoachingState, DimensionScore, DimensionSet, Goal, GoalPeriod, Id,
    Incident, IncidentState, Kind, MetricDef, Milestone, Network, Participation,
    ParticipationState, Plan, PlanItem, PlanItemState,
};

/// Days of the windows before and after that a coaching action gets when it begins.
const WINDOW: i64 = 21;

/// Moves records one state on, or back.
pub(super) fn step(cx: &mut Cx<'_>, targets: &Targets, forward: bool) -> Result<(), CommandError> {
    let links = targets.any(None, cx)?;
    let mut words = String::new();
    let mut ids = Vec::new();
    for link in &links {
        let id = &*link.id;
        words = match link.known_kind() {
            Some(Kind::Milestone) => step_milestone(cx, id, forward)?,
            Some(Kind::Goal) => step_goal(cx, id, forward)?,
            Some(Kind::CoachingAction) => step_coaching(cx, id, forward)?,
            Some(Kind::Participation) => step_participation(cx, id, forward)?,
            Some(Kind::Incident) => step_incident(cx, id, forward)?,
            Some(Kind::PlanItem) => step_item(cx, id, forward)?,
            _ => {
                return Err(CommandError::NoTarget(
                    "what is selected has no steps; `=` edits it".into(),
                ));
            }
        };
        ids.push(id.to_owned());
    }
    conclude(cx, &words, &ids)
}

fn step_milestone(cx: &mut Cx<'_>, id: &str, forward: bool) -> Result<String, CommandError> {
    let today = cx.world.view.today();
    cx.change::<Milestone>(id, |milestone| {
        milestone.done_at = forward.then(|| milestone.done_at.unwrap_or(today));
        milestone.waived_reason.clear();
    })?;
    Ok(if forward { "reached" } else { "open again" }.into())
}

fn step_goal(cx: &mut Cx<'_>, id: &str, forward: bool) -> Result<String, CommandError> {
    let (now, me) = (cx.world.view.now, cx.world.my_id());
    cx.change::<Goal>(id, |goal| {
        goal.aligned_at = forward.then(|| goal.aligned_at.unwrap_or(now));
        goal.aligned_by = forward.then_some(me);
    })?;
    Ok(if forward {
        "agreed with the CN"
    } else {
        "not agreed"
    }
    .into())
}

/// Takes the state that stands before or after another one in a list.
fn neighbour<T: Clone + PartialEq>(ladder: &[T], here: &T, forward: bool) -> Option<T> {
    let at = ladder.iter().position(|state| state == here)?;
    let next = if forward { at + 1 } else { at.checked_sub(1)? };
    ladder.get(next).cloned()
}

fn end_of(what: &str, state: &str, forward: bool) -> CommandError {
    let way = if forward { "on" } else { "back" };
    CommandError::refused(
        format!("{what}: one step {way}"),
        format!("`{state}` has no step {way}"),
        "set the state with `=`",
    )
}

fn step_coaching(cx: &mut Cx<'_>, id: &str, forward: bool) -> Result<String, CommandError> {
    use CoachingState::{Agreed, Doing, Done, Proposed};
    let today = utc_today(cx.world);
    let state = cx
        .world
        .table::<CoachingAction>()
        .record(id)
        .map(|action| action.state.clone())
        .unwrap_or_default();
    let next = neighbour(&[Proposed, Agreed, Doing, Done], &state, forward)
        .ok_or_else(|| end_of("coaching", state.as_str(), forward))?;
    cx.change::<CoachingAction>(id, |action| {
        action.state = next.clone();
        let windows = action.baseline_from.or(action.effect_from);
        if next == Doing && windows.is_none() {
            // The windows are set before anyone looks at the figures.
            action.baseline_from = Some(plus_days(today, -WINDOW));
            action.baseline_to = Some(plus_days(today, -1));
            action.effect_from = Some(today);
            action.effect_to = Some(plus_days(today, WINDOW - 1));
        }
    })?;
    Ok(format!("→ {next}"))
}

fn step_participation(cx: &mut Cx<'_>, id: &str, forward: bool) -> Result<String, CommandError> {
    use ParticipationState::{Declined, Done, Invited, Joined, Undecided};
    let state = cx
        .world
        .table::<Participation>()
        .record(id)
        .map(|part| part.state.clone())
        .unwrap_or_default();
    let next = match (&state, forward) {
        (Invited | Undecided | Declined, true) | (Done, false) => Joined,
        (Joined, true) => Done,
        (Joined | Declined, false) => Undecided,
        (Undecided | Invited, false) => Declined,
        _ => return Err(end_of("participation", state.as_str(), forward)),
    };
    set_participation(cx, id, &next)?;
    Ok(format!("→ {next}"))
}

fn step_incident(cx: &mut Cx<'_>, id: &str, forward: bool) -> Result<String, CommandError> {
    use IncidentState::{Open, Submitted, WaitingPlatform, Won};
    let state = cx
        .world
        .table::<Incident>()
        .record(id)
        .map(|incident| incident.state.clone())
        .unwrap_or_default();
    let next = match (&state, forward) {
        (IncidentState::Lost | IncidentState::Closed, false) => WaitingPlatform,
        _ => neighbour(&[Open, Submitted, WaitingPlatform, Won], &state, forward)
            .ok_or_else(|| end_of("incident", state.as_str(), forward))?,
    };
    cx.change::<Incident>(id, |incident| incident.state = next.clone())?;
    Ok(format!("→ {}", next.as_str().replace('_', " ")))
}

fn step_item(cx: &mut Cx<'_>, id: &str, forward: bool) -> Result<String, CommandError> {
    let today = cx.world.view.today();
    cx.change::<PlanItem>(id, |item| {
        item.state = if forward {
            PlanItemState::Done
        } else {
            PlanItemState::Open
        };
        item.done_at = forward.then(|| item.done_at.unwrap_or(today));
    })?;
    Ok(if forward { "done" } else { "open again" }.into())
}

/// Lets a CN off a milestone, with the reason.
pub(super) fn waive(
    cx: &mut Cx<'_>,
    reason: Option<String>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Milestone, cx)?;
    let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) else {
        return cx.ask(
            "network waive",
            Ask::Prompt {
                title: "not asked for because".into(),
                command: command_line("network waive", targets),
                text: String::new(),
                expects: Expects::Text,
            },
        );
    };
    for id in &ids {
        cx.change::<Milestone>(id, |milestone| {
            milestone.waived_reason.clone_from(&reason);
            milestone.done_at = None;
        })?;
    }
    conclude(cx, "waived", &ids)
}

/// Returns the tab of the page that has the keys.
pub(super) fn tab_here(cx: &Cx<'_>) -> Option<Tab> {
    match cx.screen.as_deref()?.active() {
        Place::Page(tab) => Some(tab),
        _ => None,
    }
}

/// Returns the dimension under the cursor.
fn dimension_here(cx: &Cx<'_>) -> Option<String> {
    let screen = cx.screen.as_deref()?;
    if screen.active() != Place::Page(Tab::Dimensions) {
        return None;
    }
    let cursor = screen.list()?.cursor()?;
    let named = cursor.strip_prefix('?').map(str::to_owned);
    named.or_else(|| {
        let score = cx.world.table::<DimensionScore>().record(cursor)?;
        Some(score.key.clone())
    })
}

/// Lets the row of a dimension be that of its new score.
fn show_score(cx: &mut Cx<'_>, id: &Id<DimensionScore>) {
    let place = Place::Page(Tab::Dimensions);
    if let Some(screen) = cx.screen.as_deref_mut()
        && screen.active() == place
    {
        let list = &mut screen.shelf_mut(place).list;
        let at = list.position();
        let mut order = list.order().to_vec();
        if let Some(slot) = order.get_mut(at) {
            id.as_str().clone_into(slot);
        }
        list.arrange(order, true);
        list.go_to(at);
    }
}

/// Finds a dimension of the set in force by its key or label, or an unknown one that was scored under it.
fn find_dimension(
    set: &DimensionSet,
    rows: &[DimensionRow],
    wanted: String,
) -> Result<String, CommandError> {
    let known = set.dimensions.iter().find(|one| {
        one.key.eq_ignore_ascii_case(&wanted) || one.name().eq_ignore_ascii_case(&wanted)
    });
    match known {
        Some(dimension) => Ok(dimension.key.clone()),
        None if rows.iter().any(|row| row.key == wanted) => Ok(wanted),
        None => {
            let keys: Vec<&str> = set.dimensions.iter().map(|one| one.key.as_str()).collect();
            Err(CommandError::usage(
                format!(
                    "`{wanted}` is no dimension of {} v{}",
                    set.name, set.version
                ),
                format!("known: {}", keys.join(", ")),
            ))
        }
    }
}

/// Gives a CN a score in one dimension: a new record, so that the earlier ones stay.
pub(super) fn score(
    cx: &mut Cx<'_>,
    value: Option<f64>,
    dimension: Option<String>,
    note: Option<String>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let network = network::network_of(cx, targets)?;
    let (set_id, rows) = dimension_rows(cx.world, &network);
    let Some((set_id, set)) = set_id.and_then(|id| {
        let set = cx.world.get(&id)?.clone();
        Some((id, set))
    }) else {
        return Err(CommandError::refused(
            "score",
            "the backend has no set of dimensions in force",
            "ask whoever keeps `dimension_set`",
        ));
    };
    let under_cursor = dimension_here(cx);
    let Some(wanted) = dimension.or(under_cursor) else {
        return Err(CommandError::usage(
            "which dimension?",
            "name it with --dimension",
        ));
    };
    let key = find_dimension(&set, &rows, wanted)?;
    let (low, high) = (set.scale_min.unwrap_or(0.0), set.scale_max.unwrap_or(10.0));
    let Some(value) = value else {
        let command = command_line("network score", targets);
        let command = format!("{command} --dimension {}", super::quote_word(&key));
        return cx.ask(
            "network score",
            Ask::Prompt {
                title: format!("{key}, from {low} to {high}"),
                command,
                text: String::new(),
                expects: Expects::Text,
            },
        );
    };
    let step = set.scale_step.filter(|step| *step > 0.0).unwrap_or(1.0);
    let off = ((value - low) / step).round() * step + low - value;
    if !(low..=high).contains(&value) || off.abs() > 1e-9 {
        return Err(CommandError::usage(
            format!(
                "{value} is not on the scale of {} v{}",
                set.name, set.version
            ),
            format!("score from {low} to {high} in steps of {step}"),
        ));
    }
    let (now, me) = (cx.world.view.now, cx.world.my_id());
    let id = cx.create(DimensionScore {
        network: Some(network),
        set: Some(set_id),
        version: set.version,
        key: key.clone(),
        value: Some(value),
        at: Some(now),
        by: Some(me),
        note: note.unwrap_or_default().into(),
        ..DimensionScore::default()
    });
    show_score(cx, &id);
    conclude(
        cx,
        &format!("{key} scored {value}"),
        &[id.as_str().to_owned()],
    )
}

/// Cuts a goal into its parts: a year into quarters, a quarter into months, in proportion to their days.
///
/// Parts that exist stay as they are; what is left of the target is spread over those that are missing.
pub(super) fn split(cx: &mut Cx<'_>, targets: &Targets) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Goal, cx)?;
    let mut made = Vec::new();
    for id in &ids {
        let Some(goal) = cx.world.table::<Goal>().record(id).cloned() else {
            continue;
        };
        made.extend(split_one(cx, &Id::new(id), &goal)?);
    }
    if made.is_empty() {
        cx.say(Tone::Info, "nothing to split: all its parts are there");
        return Ok(());
    }
    conclude(cx, "parts set", &made)
}

fn split_one(cx: &mut Cx<'_>, id: &Id<Goal>, goal: &Goal) -> Result<Vec<String>, CommandError> {
    let refuse = |why: &str, hint: &str| CommandError::refused("split the goal", why, hint);
    let (period, count, months) = match goal.period {
        GoalPeriod::Year => (GoalPeriod::Quarter, 4, 3),
        GoalPeriod::Quarter => (GoalPeriod::Month, 3, 1),
        _ => return Err(refuse("a month has no parts", "split its quarter or year")),
    };
    let level = cx
        .world
        .follow::<MetricDef>(goal.metric.as_ref())
        .is_some_and(|def| matches!(nature_of(def), Nature::Level | Nature::Distinct));
    if level {
        let why = "a rate or a count of people does not add up";
        return Err(refuse(why, "set each part by hand"));
    }
    let (Some(starts), Some(target)) = (goal.starts, goal.target) else {
        return Err(refuse("it has no start or no target", "set them with `=`"));
    };
    let firsts: Vec<Date> = (0..count)
        .map(|part| plus_months(starts, part * months))
        .collect();
    let days = |first: Date| {
        i32::try_from(days_between(first, plus_months(first, months))).map_or(1.0, f64::from)
    };
    let there: Vec<(Date, f64)> = cx
        .world
        .table::<Goal>()
        .records()
        .filter(|(_, other)| {
            other.subject == goal.subject && other.metric == goal.metric && other.period == period
        })
        .filter_map(|(_, other)| Some((other.starts?, other.target.unwrap_or(0.0))))
        .filter(|(first, _)| firsts.contains(first))
        .collect();
    let missing: Vec<Date> = firsts
        .into_iter()
        .filter(|first| !there.iter().any(|(known, _)| known == first))
        .collect();
    let left = (target - there.iter().map(|(_, target)| target).sum::<f64>()).max(0.0);
    let all: f64 = missing.iter().copied().map(days).sum();
    let mut given = 0.0;
    let mut made = Vec::new();
    for (at, first) in missing.iter().enumerate() {
        let last = at + 1 == missing.len();
        let share = if last {
            left - given
        } else {
            (left * days(*first) / all).round()
        };
        given += share;
        let stretch = goal.stretch.filter(|_| target > 0.0);
        let part = cx.create(Goal {
            subject: goal.subject.clone(),
            metric: goal.metric.clone(),
            period: period.clone(),
            starts: Some(*first),
            target: Some(share),
            stretch: stretch.map(|stretch| (share * stretch / target).round()),
            parent_goal: Some(id.clone()),
            ..Goal::default()
        });
        made.push(part.as_str().to_owned());
    }
    Ok(made)
}

/// Adds to the tab that has the keys: what it lists, for this CN.
pub(super) fn add(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let Some(tab) = tab_here(cx) else {
        return Err(CommandError::NeedsScreen("network add"));
    };
    let network = network::network_of(cx, &Targets::default())?;
    let mut fields = Map::new();
    let mut set = |name: &str, value: Json| {
        fields.insert(name.to_owned(), value);
    };
    let me = Json::from(cx.world.view.me.to_string());
    let kind = match tab {
        Tab::Dimensions => return score(cx, None, None, None, &Targets::default()),
        Tab::Campaigns => {
            let command = command_line("network enrol --as invited", &Targets::default());
            return ask_campaign(cx, "network enrol", command);
        }
        Tab::Timeline => {
            cx.asks.push(Ask::Prompt {
                title: "note".into(),
                command: format!("note --id network:{}", network.as_str()),
                text: String::new(),
                expects: Expects::Text,
            });
            return Ok(());
        }
        Tab::Overview | Tab::Figures => Kind::FollowUp,
        other => other.kind(),
    };
    match tab {
        Tab::Goals => {
            let link = serde_json::to_value(network.link()).unwrap_or_default();
            set("subject", link);
            set("period", "month".into());
            if let Some(metric) = crate::pane::leading_metric(cx.world) {
                set("metric", metric.as_str().into());
            }
            let first = crate::figure::month_start(utc_today(cx.world));
            set("starts", plus_months(first, 1).to_string().into());
        }
        Tab::Plan => {
            let plan = plan_of(cx, &network);
            set("plan", plan.as_str().into());
            set("state", "open".into());
            set("owner", me);
        }
        Tab::Coaching => {
            set("network", network.as_str().into());
            set("state", "proposed".into());
            set("owner", me);
        }
        Tab::Incidents => {
            set("network", network.as_str().into());
            set("state", "open".into());
            set("owner", me);
            set("opened_at", cx.world.view.now.to_string().into());
        }
        Tab::Overview | Tab::Figures => {
            set("network", network.as_str().into());
            set("state", "open".into());
            set("owner", me.clone());
            set("created_by", me);
        }
        _ => {
            set("network", network.as_str().into());
            if kind.field("owner").is_some() {
                set("owner", me);
            }
        }
    }
    cx.ask(
        "network add",
        Ask::Form {
            kind,
            id: None,
            fields,
        },
    )
}

/// Returns the running plan of a CN, made where there is none.
fn plan_of(cx: &mut Cx<'_>, network: &Id<Network>) -> Id<Plan> {
    let link: AnyRef = network.link();
    let running = cx
        .world
        .table::<Plan>()
        .records()
        .filter(|(_, plan)| plan.subject.as_ref() == Some(&link))
        .max_by_key(|(id, plan)| (plan.starts, (*id).clone()))
        .map(|(id, _)| id.clone());
    if let Some(plan) = running {
        return plan;
    }
    let today = utc_today(cx.world);
    let first = crate::figure::month_start(today);
    let starts = plus_months(first, -i32::from((first.month() - 1) % 3));
    let me = cx.world.my_id();
    let plan = cx.create(Plan {
        subject: Some(link),
        title: "Growth plan of the quarter".into(),
        horizon: crate::record::PlanHorizon::Quarter,
        phase: crate::record::PlanPhase::Planning,
        starts: Some(starts),
        ends: Some(plus_days(plus_months(starts, 3), -1)),
        owner: Some(me),
        ..Plan::default()
    });
    cx.label("new plan");
    plan
}
