//! Scoring a lead: the questions of the rubric, a digit for each, and what it rests on.

use super::{App, Input, Mode};
use crate::command::{Command, LeadCommand, Targets, current_rubric};
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{Id, Lead, Rubric, ScoreAnswer};

/// One question with its answer.
#[derive(Debug)]
pub struct ScoreRow {
    /// The points, if it is answered.
    pub points: Option<i64>,
    /// What the answer rests on.
    pub evidence: Input,
    before: Option<ScoreAnswer>,
}

/// The questions of the rubric about one lead.
#[derive(Debug)]
pub struct ScoreBox {
    /// The lead.
    pub lead: String,
    /// The rubric.
    pub rubric: Rubric,
    /// Its questions, in order.
    pub rows: Vec<ScoreRow>,
    /// The question that has the keys.
    pub current: usize,
    /// Whether the evidence of that question is being typed.
    pub typing: bool,
    /// Whether every question had an answer when it was opened.
    complete: bool,
}

impl ScoreBox {
    /// Opens the questions of the rubric in force with the answers so far.
    pub(super) fn open(world: &World, lead: &str) -> Option<Self> {
        let (_, rubric) = current_rubric(world)?;
        let record = world.get(&Id::<Lead>::new(lead))?;
        let same = record.score_version == rubric.name;
        let rows: Vec<ScoreRow> = rubric
            .questions
            .iter()
            .map(|question| {
                let mut answers = record.score_answers.iter().filter(|_| same);
                let before = answers.find(|one| one.question == question.key).cloned();
                ScoreRow {
                    points: before.as_ref().map(|answer| answer.points),
                    evidence: Input::line(before.as_ref().map_or("", |answer| &answer.evidence)),
                    before,
                }
            })
            .collect();
        let open = rows.iter().position(|row| row.points.is_none());
        Some(Self {
            lead: lead.to_owned(),
            rubric: rubric.clone(),
            current: open.unwrap_or(0),
            complete: open.is_none(),
            rows,
            typing: false,
        })
    }

    /// Computes the score that these answers give.
    pub fn score(&self) -> Option<f64> {
        let answers: Vec<ScoreAnswer> = self
            .rubric
            .questions
            .iter()
            .zip(&self.rows)
            .filter_map(|(question, row)| {
                Some(ScoreAnswer {
                    question: question.key.clone(),
                    points: row.points?,
                    evidence: String::new(),
                })
            })
            .collect();
        self.rubric.score(&answers)
    }

    /// Returns the answers that differ from those on the record, as the words of a command.
    fn words(&self) -> Vec<String> {
        self.rubric
            .questions
            .iter()
            .zip(&self.rows)
            .filter_map(|(question, row)| {
                let points = row.points?;
                let evidence = row.evidence.text();
                let same = row.before.as_ref().is_some_and(|before| {
                    before.points == points && before.evidence == evidence.trim()
                });
                (!same).then(|| format!("{}={points}:{evidence}", question.key))
            })
            .collect()
    }
}

impl App {
    /// Opens the questions of a lead.
    pub(super) fn open_score(&mut self, lead: &str) {
        if let Some(open) = ScoreBox::open(&self.world, lead) {
            self.mode = Mode::Score(Box::new(open));
        }
    }

    /// Takes a key while a lead is being scored: a digit answers and goes on to the next question.
    pub(super) fn score_key(&mut self, mut open: Box<ScoreBox>, key: Key) -> Vec<Effect> {
        let count = open.rows.len().max(1);
        if open.typing {
            match key.code {
                KeyCode::Enter | KeyCode::Esc | KeyCode::Tab => open.typing = false,
                _ => {
                    if let Some(row) = open.rows.get_mut(open.current) {
                        row.evidence.key(key);
                    }
                }
            }
            self.mode = Mode::Score(open);
            return Vec::new();
        }
        match key.code {
            KeyCode::Esc => {
                if !open.words().is_empty() {
                    self.screen.say(Tone::Info, "not scored");
                }
                return Vec::new();
            }
            KeyCode::Enter => return self.save_score(&open),
            KeyCode::Down | KeyCode::Char('j') => open.current = (open.current + 1) % count,
            KeyCode::Up | KeyCode::BackTab | KeyCode::Char('k') => {
                open.current = (open.current + count - 1) % count;
            }
            KeyCode::Tab | KeyCode::Char('e') => open.typing = true,
            KeyCode::Backspace => {
                if let Some(row) = open.rows.get_mut(open.current) {
                    row.points = None;
                }
            }
            _ => {
                let digit = key.typed().and_then(|letter| letter.to_digit(10));
                let points = digit
                    .map(i64::from)
                    .filter(|points| *points <= Rubric::MOST);
                if let (Some(points), Some(row)) = (points, open.rows.get_mut(open.current)) {
                    row.points = Some(points);
                    let mut order = (open.current + 1..count).chain(0..open.current);
                    match order
                        .find(|at| open.rows.get(*at).is_some_and(|row| row.points.is_none()))
                    {
                        Some(next) => open.current = next,
                        // The last open question was answered: that was the whole of it.
                        None if !open.complete => return self.save_score(&open),
                        None => open.current = (open.current + 1) % count,
                    }
                }
            }
        }
        self.mode = Mode::Score(open);
        Vec::new()
    }

    fn save_score(&mut self, open: &ScoreBox) -> Vec<Effect> {
        let answers = open.words();
        if answers.is_empty() {
            self.screen.say(Tone::Info, "nothing changed");
            return Vec::new();
        }
        self.run(vec![Command::Lead(LeadCommand::Score {
            answers,
            targets: Targets {
                ids: vec![format!("lead:{}", open.lead)],
                ..Targets::default()
            },
        })])
    }
}
