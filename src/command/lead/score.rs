//! Scoring leads by the rubric.

use crate::command::inbox::conclude;
use crate::command::{Ask, CommandError, Cx, Targets};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{Id, Kind, Lead, Rubric, ScoreAnswer};

/// Returns the rubric that is in force: the latest one that has begun and is not retired.
pub(crate) fn current_rubric(world: &World) -> Option<(&Id<Rubric>, &Rubric)> {
    let today = world.view.today();
    world
        .table::<Rubric>()
        .records()
        .filter(|(_, rubric)| !rubric.retired && !rubric.questions.is_empty())
        .filter(|(_, rubric)| rubric.since.is_none_or(|since| since <= today))
        .max_by_key(|(id, rubric)| (rubric.since, (*id).clone()))
}

pub(super) fn score(
    cx: &mut Cx<'_>,
    answers: &[String],
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    let Some((_, rubric)) = current_rubric(cx.world) else {
        return Err(CommandError::refused(
            "score a lead",
            "the backend has no rubric that is in force",
            "make one with `new rubric`, or write a number with `edit score=4`",
        ));
    };
    let rubric = rubric.clone();
    if answers.is_empty() {
        let Some(id) = ids.first() else {
            return Ok(());
        };
        return cx.ask("lead score", Ask::Score { lead: id.clone() });
    }
    let given = answers
        .iter()
        .map(|answer| read(answer, &rubric))
        .collect::<Result<Vec<ScoreAnswer>, CommandError>>()?;
    let mut words = String::new();
    for id in &ids {
        cx.change::<Lead>(id, |lead| {
            let mut all = if lead.score_version == rubric.name {
                std::mem::take(&mut lead.score_answers)
            } else {
                // Points of another version answer other questions.
                Vec::new()
            };
            for answer in &given {
                all.retain(|one| one.question != answer.question);
                all.push(answer.clone());
            }
            let place = |answer: &ScoreAnswer| {
                let questions = rubric.questions.iter();
                questions
                    .map(|question| &question.key)
                    .position(|key| *key == answer.question)
            };
            all.sort_by_key(place);
            lead.score = rubric
                .score(&all)
                .map(|score| (score * 100.0).round() / 100.0);
            words = lead.score.map_or_else(
                || format!("{} of {} answered", all.len(), rubric.questions.len()),
                |score| format!("score {score:.1}"),
            );
            lead.score_answers = all;
            lead.score_version.clone_from(&rubric.name);
        })?;
    }
    conclude(cx, &words, &ids)?;
    if cx.edit_count() > 0 {
        cx.say(Tone::Done, format!("{words} by {}", rubric.name));
    }
    Ok(())
}

/// Reads `trend=4` or `trend=4:sets them`.
fn read(text: &str, rubric: &Rubric) -> Result<ScoreAnswer, CommandError> {
    let known = || {
        let keys: Vec<&str> = rubric
            .questions
            .iter()
            .map(|question| question.key.as_str())
            .collect();
        format!("{} asks for {}, each 0 to 5", rubric.name, keys.join(", "))
    };
    let wrong = |what: String| CommandError::usage(what, known());
    let (question, rest) = text
        .split_once('=')
        .ok_or_else(|| wrong(format!("`{text}` is not of the form question=points")))?;
    let (points, evidence) = rest.split_once(':').unwrap_or((rest, ""));
    let found = rubric
        .questions
        .iter()
        .find(|one| one.key == question.trim())
        .ok_or_else(|| wrong(format!("`{question}` is no question of {}", rubric.name)))?;
    let points = points
        .trim()
        .parse::<i64>()
        .ok()
        .filter(|points| (0..=Rubric::MOST).contains(points))
        .ok_or_else(|| wrong(format!("`{points}` is not 0 to 5 points")))?;
    Ok(ScoreAnswer {
        question: found.key.clone(),
        points,
        evidence: evidence.trim().to_owned(),
    })
}
