//! What commands ask of the part of the console that talks with the user.

use super::{App, Find, Line, Mode, Picker};
use crate::command::Ask;
use crate::effect::Effect;
use crate::pane::Tone;

impl App {
    /// Answers what was asked, one after another.
    pub(super) fn answer_asks(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(ask) = self.asks.pop_front() {
            match ask {
                Ask::Palette(text) => {
                    let line = Line::palette(&text, self.own_entries());
                    self.mode = Mode::Line(Box::new(line));
                }
                Ask::Filter => {
                    let text = self.screen.shelf_mut(self.screen.active()).filter.clone();
                    self.mode = Mode::Line(Box::new(Line::filter(&text)));
                }
                Ask::Prompt {
                    title,
                    command,
                    text,
                    expects,
                } => {
                    self.mode =
                        Mode::Line(Box::new(Line::prompt(&title, &command, &text, expects)));
                }
                Ask::Pick {
                    title,
                    command,
                    choices,
                } => {
                    self.mode = Mode::Pick(Box::new(Picker::new(&title, &command, choices)));
                }
                Ask::Form { kind, id, fields } => {
                    self.open_form(kind, id, fields);
                }
                ask @ Ask::Settle { .. } => self.open_settling(ask),
                ask @ Ask::Facts { .. } => self.open_facts(ask),
                Ask::Score { lead } => self.open_score(&lead),
                Ask::Propose { thread, text } => {
                    effects.extend(self.open_proposal(&thread, &text));
                }
                Ask::Reply {
                    thread,
                    text,
                    meeting,
                } => effects.extend(self.open_reply(&thread, text, meeting)),
                Ask::Sweep => self.open_sweep(),
                Ask::Read(title, lines) => self.lay_over(title, lines, Vec::new()),
                Ask::Summary => self.mode = Mode::Summary(0),
                Ask::Find(text) => {
                    let mut find = Box::new(Find::open(&text));
                    effects.extend(find.asked());
                    self.mode = Mode::Find(find);
                }
                Ask::Reach(link) => effects.extend(self.reach_record(&link)),
                Ask::Urgent => effects.extend(self.reach_urgent()),
                Ask::Lesson { forward } => self.turn_lesson(forward),
                Ask::NoLessons => self.tutor = None,
                Ask::Help => self.mode = Mode::Help(0),
                Ask::Macro(command) => effects.extend(self.macro_command(command)),
                Ask::Repeat => effects.extend(self.repeat_last(None)),
                Ask::Theme(Some(name)) => effects.push(Effect::Theme(name)),
                Ask::Theme(None) => self.mode = Mode::Pick(Box::new(super::pick::themes())),
                Ask::Reload => effects.push(Effect::Reload),
                Ask::Redraw => self.redraw = true,
                Ask::Mouse => {
                    self.config.ui.mouse = !self.config.ui.mouse;
                    let words = if self.config.ui.mouse {
                        "the mouse points here; `app mouse` gives it back to the terminal"
                    } else {
                        "the mouse is the terminal's again"
                    };
                    self.screen.say(Tone::Info, words);
                }
            }
        }
        effects
    }
}
