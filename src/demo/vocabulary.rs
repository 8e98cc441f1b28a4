//! What the pipeline is set up with: sources, archetypes, reasons of loss, the rubric, and the goals of people.

use crate::record::{
    AnyRef, Goal, GoalPeriod, Id, Kind, MetricDef, Rubric, RubricQuestion, Term, Vocabulary,
};

use super::calendar::{days_from, utc};
use super::world::World;

/// A word with its key, what it means, and how many leads of it are wanted in a quarter.
struct Word(&'static str, &'static str, &'static str, Option<f64>);

const SOURCES: &[Word] = &[
    Word("inbound", "i", "they asked: form, mail, message", None),
    Word("outbound", "o", "we wrote first", None),
    Word("referral", "r", "a CN or a creator introduced them", None),
    Word("event", "e", "met at an event", None),
    Word("scout", "s", "found by scouting; expires", None),
];

const ARCHETYPES: &[Word] = &[
    Word(
        "talent agency",
        "t",
        "manages talents on several platforms",
        Some(12.0),
    ),
    Word(
        "former creator",
        "f",
        "was LIVE before, knows the work",
        Some(8.0),
    ),
    Word("LIVE-only firm", "l", "lives from LIVE alone", Some(6.0)),
    Word(
        "challenge operator",
        "c",
        "runs challenges with prizes",
        Some(4.0),
    ),
];

const REASONS: &[Word] = &[
    Word(
        "signed with a rival",
        "r",
        "ask what they were offered",
        None,
    ),
    Word("too few creators", "f", "ask again in half a year", None),
    Word("terms", "t", "share or exclusivity", None),
    Word("no answer", "n", "three messages on two channels", None),
    Word(
        "not allowed by an older contract",
        "c",
        "note the day on which it ends",
        None,
    ),
];

const QUESTIONS: &[(&str, &str, f64, [&str; 6])] = &[
    (
        "trend",
        "Trend awareness",
        1.0,
        [
            "follows nobody",
            "knows big names",
            "follows trends late",
            "follows them in time",
            "sets some",
            "sets them",
        ],
    ),
    (
        "creativity",
        "Creativity",
        1.0,
        [
            "copies",
            "varies a little",
            "own ideas now and then",
            "own formats",
            "formats others copy",
            "known for them",
        ],
    ),
    (
        "dedication",
        "Dedication",
        1.5,
        [
            "a side line",
            "evenings",
            "half the week",
            "a full job",
            "a team of its own",
            "a firm that lives from it",
        ],
    ),
    (
        "growth",
        "Growth and results",
        1.5,
        [
            "no figures",
            "figures, no plan",
            "a plan",
            "a plan that was met once",
            "met twice",
            "met for a year",
        ],
    ),
];

/// Makes the words of the three lists.
pub(super) fn terms(world: &World) -> Vec<(Id<Term>, Term)> {
    let lists = [
        (Vocabulary::Source, SOURCES),
        (Vocabulary::Archetype, ARCHETYPES),
        (Vocabulary::LossReason, REASONS),
    ];
    let mut chance = world.chance("terms", 0);
    let mut terms = Vec::new();
    for (list, words) in lists {
        for (Word(name, key, about, target), order) in words.iter().zip(1..) {
            let term = Term {
                list: list.clone(),
                name: (*name).into(),
                about: (*about).into(),
                order: Some(order),
                key: (*key).into(),
                quarter_target: *target,
                retired: false,
            };
            terms.push((Id::new(chance.id(world.founded())), term));
        }
    }
    terms
}

/// Makes the rubric that leads are scored by.
pub(super) fn rubrics(world: &World) -> Vec<(Id<Rubric>, Rubric)> {
    let mut chance = world.chance("rubrics", 0);
    let questions = QUESTIONS
        .iter()
        .map(|(key, name, weight, levels)| RubricQuestion {
            key: (*key).into(),
            name: (*name).into(),
            weight: Some(*weight),
            levels: levels.iter().map(|level| (*level).to_owned()).collect(),
        })
        .collect();
    let rubric = Rubric {
        name: "rubric 3".into(),
        questions,
        since: Some(days_from(world.calendar.today, -400)),
        retired: false,
    };
    vec![(Id::new(chance.id(world.founded())), rubric)]
}

/// Sets the goals of Ana and her team-mates for the running quarter and month: new leads and new CNs.
pub(super) fn goals(world: &World) -> Vec<(Id<Goal>, Goal)> {
    let today = world.calendar.last_day;
    let month = today.first_of_month();
    let quarter = super::calendar::month_from(month, -i64::from((today.month() - 1) % 3));
    let mut goals = Vec::new();
    for (index, (user, _)) in world.users.iter().enumerate().take(4) {
        let mut chance = world.chance("user goals", index);
        let size = if index == 0 { 1.0 } else { 0.5 };
        for (metric, period, starts, target) in [
            ("new_networks", GoalPeriod::Quarter, quarter, 8.0),
            ("new_networks", GoalPeriod::Month, month, 2.0),
            ("new_leads", GoalPeriod::Quarter, quarter, 90.0),
        ] {
            let goal = Goal {
                subject: Some(AnyRef::new(Kind::User, user.as_str())),
                metric: Some(Id::<MetricDef>::new(metric)),
                period,
                starts: Some(starts),
                target: Some(f64::max(1.0, target * size)),
                ..Goal::default()
            };
            goals.push((Id::new(chance.id(utc(starts))), goal));
        }
    }
    goals
}
