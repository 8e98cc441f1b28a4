//! Rubrics: by which questions a lead is scored, each version a record of its own.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Audience, Derived, Record};

/// One question of a rubric; it is answered with 0 to 5 points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RubricQuestion {
    /// The word by which answers name it.
    pub key: String,
    /// What is asked.
    pub name: String,
    /// How much it weighs against the others; none counts as 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// What 0, 1, 2 … points mean, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
}
json_item!(RubricQuestion);

/// The answer to one question about one lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreAnswer {
    /// The question, by its key.
    pub question: String,
    /// The points, 0 to 5.
    pub points: i64,
    /// What it rests on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub evidence: String,
}
json_item!(ScoreAnswer);

record! {
    /// One version of the questions by which leads are scored.
    Rubric ("rubric", "rubrics") audience Audience::Everyone;
    columns ["name", "since", "retired", "questions"];
    /// Name of the version, for example `rubric 3`; scores name it.
    name: String,
    /// The questions, in the order in which they are asked.
    questions: Vec<RubricQuestion>,
    /// From when on leads are scored by it.
    since: Option<Date>,
    /// It stands in old scores and is not used any more.
    retired: bool,
}

impl Rubric {
    /// The most points that an answer can have.
    pub const MOST: i64 = 5;

    /// Computes the score, 0 to 5: the mean of the answers by the weights of their questions.
    ///
    /// Nothing while a question is open, or where the rubric asks nothing; answers to questions of
    /// other versions are left out.
    pub fn score(&self, answers: &[ScoreAnswer]) -> Option<f64> {
        let (mut points, mut weights) = (0.0, 0.0);
        for question in &self.questions {
            let answer = answers.iter().find(|one| one.question == question.key)?;
            let weight = question
                .weight
                .filter(|weight| *weight > 0.0 && weight.is_finite())
                .unwrap_or(1.0);
            let given = u32::try_from(answer.points.clamp(0, Self::MOST)).unwrap_or(0);
            points += weight * f64::from(given);
            weights += weight;
        }
        (weights > 0.0).then(|| points / weights)
    }
}

impl Record for Rubric {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
