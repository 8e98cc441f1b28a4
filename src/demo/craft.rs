//! The craft around CNs: onboarding, conditions of graduation, scored dimensions, contracts, plans,
//! objectives, pain points, articles. All of it draws from streams of its own.

use jiff::civil::Date;

use crate::record::{
    AnyRef, Article, ArticleKind, Bound, Contract, ContractState, CriteriaSet, Criterion,
    Dimension, DimensionScore, DimensionSet, GoalPeriod, Id, KeyResult, Kind, Milestone, Objective,
    Pain, PainState, Plan, PlanHorizon, PlanItem, PlanItemState, PlanPhase, Severity,
};

use super::calendar::{days_between, days_from, month_from, utc};
use super::chance::Chance;
use super::texts::craft::{
    ARTICLES, EVIDENCE, MILESTONES, OBJECTIVES, PAINS, PLAN_ITEMS, PLAN_SUMMARIES, SCORE_NOTES,
    TEAM_ITEMS, WAIVED,
};
use super::world::{LEAD, World};

/// Records of one kind with their ids.
type Made<R> = Vec<(Id<R>, R)>;

/// Makes the onboarding of the CNs that have not graduated.
pub(super) fn milestones(world: &World) -> Made<Milestone> {
    let today = world.calendar.today;
    let mut all = Vec::new();
    for (network, cn) in world.networks.iter().enumerate() {
        if cn.graduated() {
            continue;
        }
        for (place, (key, title, days)) in MILESTONES.iter().enumerate() {
            let mut chance = world.chance("milestone", network * 100 + place);
            let due = days_from(cn.signed, *days);
            let mut record = Milestone {
                network: Some(cn.id.clone()),
                title: (*title).into(),
                key: (*key).into(),
                due: Some(due),
                owner: Some(world.users[cn.user].0.clone()),
                ..Milestone::default()
            };
            let late = days_between(due, today);
            // Most are reached in time, and the older ones in the end.
            let reached = if late > 0 {
                chance.yes(if late > 14 { 0.93 } else { 0.7 })
            } else {
                late > -10 && chance.yes(0.25)
            };
            if late > 0 && chance.yes(0.05) {
                record.waived_reason = (*chance.pick(&WAIVED)).into();
            } else if reached {
                let done = days_from(due, chance.between(-5, 4));
                record.done_at = Some(done.clamp(cn.signed, days_from(today, -1)));
                record.evidence = (*chance.pick(&EVIDENCE)).into();
            }
            all.push((Id::new(chance.id(utc(cn.signed))), record));
        }
    }
    all
}

/// Makes the conditions of graduation: this year's first, and those in force since the last quarter.
pub(super) fn criteria(world: &World) -> Made<CriteriaSet> {
    let year = world.calendar.last_day.first_of_year();
    let condition = |metric: &str, value: f64, within: u32| Criterion {
        metric: Id::new(metric),
        op: Bound::AtLeast,
        value,
        within_days: Some(within),
    };
    let sets = [
        (
            "1",
            year,
            vec![
                condition("diamonds", 150_000.0, 90),
                condition("live_hours", 400.0, 90),
            ],
        ),
        (
            "2",
            month_from(world.calendar.last_day, -4),
            vec![
                condition("diamonds", 250_000.0, 90),
                condition("live_hours", 500.0, 90),
                condition("valid_days", 160.0, 90),
                condition("active_creators", 18.0, 60),
            ],
        ),
    ];
    sets.into_iter()
        .enumerate()
        .map(|(place, (version, from, items))| {
            let mut chance = world.chance("criteria", place);
            let record = CriteriaSet {
                name: "CN graduation".into(),
                version: version.into(),
                effective_from: Some(from),
                items,
            };
            (Id::new(chance.id(world.founded())), record)
        })
        .collect()
}

/// Makes the set of dimensions in its two versions. The names are neutral: a company brings its own.
pub(super) fn dimension_sets(world: &World) -> Made<DimensionSet> {
    let metrics = [
        &["diamonds"][..],
        &["live_hours", "valid_days"],
        &["active_creators"],
        &["new_creators"],
        &[],
    ];
    let dimension = |place: usize, weight: Option<f64>| Dimension {
        key: format!("D{}", place + 1),
        label: None,
        weight,
        evidence_metrics: metrics[place].iter().map(Id::new).collect(),
        guidance: "Score what you have seen in the last four weeks.".into(),
    };
    let year = world.calendar.last_day.first_of_year();
    let versions = [
        (
            "1",
            year,
            (1.0, 5.0),
            (0..4).map(|place| dimension(place, None)).collect(),
        ),
        (
            "2",
            month_from(world.calendar.last_day, -4),
            (0.0, 10.0),
            (0..5)
                .map(|place| dimension(place, Some([0.3, 0.25, 0.2, 0.15, 0.1][place])))
                .collect::<Vec<_>>(),
        ),
    ];
    versions
        .into_iter()
        .enumerate()
        .map(|(place, (version, from, (min, max), dimensions))| {
            let mut chance = world.chance("dimensions", place);
            let record = DimensionSet {
                name: "Demo five".into(),
                version: version.into(),
                effective_from: Some(from),
                scale_min: Some(min),
                scale_max: Some(max),
                scale_step: Some(1.0),
                dimensions,
            };
            (Id::new(chance.id(world.founded())), record)
        })
        .collect()
}

/// Scores the CNs of Ana and of the first team-mate: most under the second version, some gaps.
pub(super) fn scores(
    world: &World,
    sets: &[(Id<DimensionSet>, DimensionSet)],
) -> Made<DimensionScore> {
    let mut all = Vec::new();
    for (network, cn) in world.networks.iter().enumerate().take(33) {
        for (version, (set, record)) in sets.iter().enumerate() {
            for (place, dimension) in record.dimensions.iter().enumerate() {
                let index = network * 100 + version * 10 + place;
                let mut chance = world.chance("score", index);
                // What nobody has scored stays without a score.
                if !chance.yes(if version == 0 { 0.5 } else { 0.75 }) {
                    continue;
                }
                let low = record.scale_min.unwrap_or(0.0);
                let high = record.scale_max.unwrap_or(5.0);
                let rounds = if version == 0 {
                    1
                } else {
                    chance.between(1, 2)
                };
                let mut value = chance.within(low + (high - low) * 0.3, high);
                for round in 0..rounds {
                    let days = if version == 0 {
                        chance.between(150, 240)
                    } else {
                        chance.between(3, 25) + 45 * (rounds - 1 - round)
                    };
                    let at = world.calendar.days_ago(days, chance.between(0, 500));
                    value = (value + chance.within(-1.2, 1.4)).clamp(low, high);
                    let score = DimensionScore {
                        network: Some(cn.id.clone()),
                        set: Some(set.clone()),
                        version: record.version.clone(),
                        key: dimension.key.clone(),
                        value: Some(value.round()),
                        at: Some(at),
                        by: Some(world.users[cn.user].0.clone()),
                        note: (*chance.pick(&SCORE_NOTES)).into(),
                        ..DimensionScore::default()
                    };
                    all.push((Id::new(chance.id(at)), score));
                }
            }
        }
    }
    all
}

/// Makes the contracts of the CNs, renewals under way, and those that leads have before them.
pub(super) fn contracts(world: &World) -> Made<Contract> {
    let today = world.calendar.today;
    let mut all = Vec::new();
    for (network, cn) in world.networks.iter().enumerate() {
        let mut chance = world.chance("contract", network);
        let age = days_between(cn.signed, today);
        let owner = Some(world.users[cn.user].0.clone());
        let subject = Some(cn.id.link());
        let term = 730 * (1 + age / 730);
        let ends = days_from(cn.signed, term);
        let record = Contract {
            subject: subject.clone(),
            version: "1".into(),
            state: ContractState::Signed,
            sent_at: Some(days_from(cn.signed, -chance.between(4, 20))),
            signed_at: Some(cn.signed),
            starts: Some(cn.signed),
            ends: Some(ends),
            doc_url: format!("https://docs.example/contract/{network}"),
            owner: owner.clone(),
            ..Contract::default()
        };
        all.push((Id::new(chance.id(utc(cn.signed))), record));
        if days_between(today, ends) < 90 {
            let record = Contract {
                subject,
                version: "2".into(),
                state: ContractState::from(*chance.pick(&["draft", "sent", "redlined"])),
                sent_at: Some(days_from(today, -chance.between(2, 12))),
                starts: Some(days_from(ends, 1)),
                ends: Some(days_from(ends, 730)),
                doc_url: format!("https://docs.example/contract/{network}-2"),
                owner,
                notes: "Renewal; they ask for a shorter term.".into(),
                ..Contract::default()
            };
            all.push((Id::new(chance.id(world.calendar.days_ago(14, 0))), record));
        }
    }
    for (place, lead) in world.leads.iter().enumerate() {
        let stage = lead.record.stage.as_ref().map(Id::as_str);
        if stage != Some("contract_sent") {
            continue;
        }
        let mut chance = world.chance("lead contract", place);
        let record = Contract {
            subject: Some(lead.id.link()),
            version: chance.between(1, 3).to_string(),
            state: ContractState::from(*chance.pick(&["sent", "sent", "redlined", "approved"])),
            sent_at: Some(days_from(today, -chance.between(2, 16))),
            doc_url: format!("https://docs.example/contract/lead-{place}"),
            owner: Some(world.users[lead.user].0.clone()),
            notes: "They ask about the notice period.".into(),
            ..Contract::default()
        };
        all.push((Id::new(chance.id(world.calendar.days_ago(18, 0))), record));
    }
    all
}

/// Makes the pain points.
pub(super) fn pains(world: &World) -> Made<Pain> {
    PAINS
        .iter()
        .enumerate()
        .map(
            |(place, (title, category, severity, state, team, eta, networks))| {
                let mut chance = world.chance("pain", place);
                let record = Pain {
                    title: (*title).into(),
                    category: (*category).into(),
                    severity: Severity::from(*severity),
                    networks: networks
                        .iter()
                        .map(|network| world.networks[*network].id.clone())
                        .collect(),
                    state: PainState::from(*state),
                    request_team: (*team).into(),
                    request_eta: (!team.is_empty()).then(|| world.calendar.day(*eta)),
                    request_url: if team.is_empty() {
                        String::new()
                    } else {
                        format!("https://requests.example/{}", 400 + place)
                    },
                    owner: Some(world.ana().clone()),
                    ..Pain::default()
                };
                let made = world.calendar.days_ago(chance.between(8, 60), 300);
                (Id::new(chance.id(made)), record)
            },
        )
        .collect()
}

/// Makes the articles of the library.
pub(super) fn articles(world: &World) -> Made<Article> {
    ARTICLES
        .iter()
        .enumerate()
        .map(|(place, text)| {
            let mut chance = world.chance("article", place);
            let record = Article {
                title: text.title.into(),
                kind: ArticleKind::from(text.kind),
                body: text.body.into(),
                steps: text.steps.iter().map(|step| (*step).to_owned()).collect(),
                tags: text.tags.iter().map(|tag| (*tag).to_owned()).collect(),
                source_network: text.source.map(|source| world.networks[source].id.clone()),
                verified_at: Some(world.calendar.day(-text.verified)),
                lang: "en".into(),
                owner: Some(world.users[if place % 3 == 0 { LEAD } else { 0 }].0.clone()),
            };
            (Id::new(chance.id(world.founded())), record)
        })
        .collect()
}

/// Returns the first day of the running quarter (UTC).
fn quarter(world: &World) -> Date {
    let last = world.calendar.last_day;
    month_from(last, -i64::from((last.month() - 1) % 3))
}

/// Makes the objectives of the quarter with their key results.
pub(super) fn objectives(world: &World) -> (Made<Objective>, Made<KeyResult>) {
    let (mut objectives, mut results) = (Vec::new(), Vec::new());
    let starts = quarter(world);
    for (place, (title, of_lead, texts)) in OBJECTIVES.iter().enumerate() {
        let mut chance = world.chance("objective", place);
        let owner = world.users[if *of_lead { LEAD } else { 0 }].0.clone();
        let id: Id<Objective> = Id::new(chance.id(utc(starts)));
        let shared = if *of_lead {
            world.users[..LEAD]
                .iter()
                .map(|(id, _)| id.clone())
                .collect()
        } else {
            Vec::new()
        };
        let record = Objective {
            title: (*title).into(),
            period: GoalPeriod::Quarter,
            starts: Some(starts),
            owner: Some(owner.clone()),
            shared_with: shared,
            ..Objective::default()
        };
        for (title, metric, unit, start, target, current, confidence) in *texts {
            let record = KeyResult {
                objective: Some(id.clone()),
                title: (*title).into(),
                metric: (!metric.is_empty()).then(|| Id::new(metric)),
                unit: (*unit).into(),
                start_value: Some(*start),
                target: Some(*target),
                current: Some(*current),
                confidence: Some(*confidence),
                owner: Some(owner.clone()),
                due: Some(days_from(month_from(starts, 3), -1)),
                ..KeyResult::default()
            };
            results.push((Id::new(chance.id(utc(starts))), record));
        }
        objectives.push((id, record));
    }
    (objectives, results)
}

/// Makes the plan of the team for the year, and those of some CNs for the quarter.
pub(super) fn plans(world: &World) -> (Made<Plan>, Made<PlanItem>) {
    let (mut plans, mut items) = (Vec::new(), Vec::new());
    let year = world.calendar.last_day.first_of_year();
    if let Some((team, _)) = world.teams.last() {
        let mut chance = world.chance("team plan", 0);
        let id: Id<Plan> = Id::new(chance.id(utc(year)));
        let record = Plan {
            subject: Some(AnyRef::new(Kind::Team, team.as_str())),
            title: "Growth plan of the team".into(),
            horizon: PlanHorizon::Annual,
            phase: PlanPhase::Execution,
            starts: Some(year),
            ends: Some(days_from(month_from(year, 12), -1)),
            doc_url: "https://docs.example/plan/team".into(),
            owner: Some(world.users[LEAD].0.clone()),
            summary: "Fewer CNs that last, signed early in the quarter.".into(),
        };
        for (place, title) in TEAM_ITEMS.iter().enumerate() {
            let user = [LEAD, 0, 1, 2, 3, LEAD][place];
            items.push(item(world, &mut chance, &id, place, title, user));
        }
        plans.push((id, record));
    }
    let starts = quarter(world);
    for (network, cn) in world.networks.iter().enumerate() {
        let mut chance = world.chance("plan", network);
        if cn.graduated() && !chance.yes(0.5) {
            continue;
        }
        let id: Id<Plan> = Id::new(chance.id(utc(starts.max(cn.signed))));
        let record = Plan {
            subject: Some(cn.id.link()),
            title: "Growth plan of the quarter".into(),
            horizon: PlanHorizon::Quarter,
            phase: PlanPhase::from(*chance.pick(&["approval", "implementation", "execution"])),
            starts: Some(starts),
            ends: Some(days_from(month_from(starts, 3), -1)),
            doc_url: format!("https://docs.example/plan/{network}"),
            owner: Some(world.users[cn.user].0.clone()),
            summary: (*chance.pick(&PLAN_SUMMARIES)).into(),
        };
        let first = chance.below(PLAN_ITEMS.len());
        for place in 0..3 + chance.below(3) {
            let title = PLAN_ITEMS[(first + place * 2) % PLAN_ITEMS.len()];
            items.push(item(world, &mut chance, &id, place, title, cn.user));
        }
        plans.push((id, record));
    }
    (plans, items)
}

fn item(
    world: &World,
    chance: &mut Chance,
    plan: &Id<Plan>,
    place: usize,
    title: &str,
    user: usize,
) -> (Id<PlanItem>, PlanItem) {
    let due = chance.between(-25, 30);
    let done = due < -3 && chance.yes(0.8);
    let record = PlanItem {
        plan: Some(plan.clone()),
        title: title.into(),
        position: i64::try_from(place).ok(),
        state: if done {
            PlanItemState::Done
        } else {
            PlanItemState::Open
        },
        due: Some(world.calendar.day(due)),
        owner: Some(world.users[user].0.clone()),
        done_at: done.then(|| world.calendar.day(due.min(-1))),
        ..PlanItem::default()
    };
    let made = world.calendar.days_ago(40, 0);
    (Id::new(chance.id(made)), record)
}
