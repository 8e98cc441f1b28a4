//! The funnel as a whole: its figures on paper, how they are counted, and what the place shows.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::cx::Expects;
use super::{Ask, CommandError, Cx};
use crate::effect::Load;
use crate::funnel::{Basis, HISTORY_DAYS, Report, WhatIf};
use crate::pane::{
    Focus, FunnelView, Place, Reach, Stepping, Tone, arrange, funnel_report, journeys, pressing,
};
use crate::record::Kind;

/// At most this many leads of the past are read, beside the open ones.
const LEADS: usize = 10_000;
/// At most this many of their stage events are read.
const EVENTS: usize = 50_000;

/// Prints the figures of the funnel, or changes what its place shows.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct FunnelCommand {
    /// How the figures are written where there is no screen.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: FunnelFormat,
    /// Whose leads: everyone, me, team or region.
    #[arg(long, value_parser = reach, value_name = "SCOPE")]
    pub scope: Option<Reach>,
    /// How steps are counted: cohort or activity.
    #[arg(long, value_parser = basis, value_name = "BASIS")]
    pub basis: Option<Basis>,
    /// Says what a better step would bring, for example `proposal=60`; can be repeated.
    #[arg(long, value_name = "STAGE=PERCENT")]
    pub what_if: Vec<String>,
    /// What to change.
    #[command(subcommand)]
    pub verb: Option<FunnelVerb>,
}

/// How the figures are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FunnelFormat {
    /// For reading.
    #[default]
    Table,
    /// One JSON object.
    Json,
}

/// A change of what the place shows.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum FunnelVerb {
    /// Shows a column for each stage, or the list again.
    Board,
    /// Shows all figures, or the list again.
    Figures,
    /// Counts steps by cohort or by activity; without a word, by the other one.
    Basis {
        /// `cohort` or `activity`.
        #[arg(value_parser = basis, value_name = "BASIS")]
        basis: Option<Basis>,
    },
    /// Looks at the leads of everyone, me, my team or my region; without a word, at the next of them.
    Scope {
        /// `everyone`, `me`, `team` or `region`.
        #[arg(value_parser = reach, value_name = "SCOPE")]
        scope: Option<Reach>,
    },
    /// Lists the leads that stand before the step that costs most, longest first.
    Hole,
    /// Lists the leads that stay too long in the stage under the cursor.
    Late,
    /// Says what a better step would bring, for example `proposal 60`.
    WhatIf {
        /// The stage after the step and the share in per cent; without a stage the biggest hole.
        #[arg(value_name = "STAGE PERCENT")]
        step: Option<String>,
    },
    /// Steps through the leads that need me; once more puts the one under the cursor off.
    Step,
}

fn reach(word: &str) -> Result<Reach, String> {
    Reach::from_name(word).ok_or_else(|| {
        let known = Reach::ALL.map(Reach::name);
        format!("known: {}", known.join(", "))
    })
}

fn basis(word: &str) -> Result<Basis, String> {
    [Basis::Cohort, Basis::Activity]
        .into_iter()
        .find(|basis| basis.word() == word)
        .ok_or_else(|| "known: cohort, activity".to_owned())
}

/// Returns what has to be read from the cache for the figures of the funnel, beside the open leads.
pub fn funnel_loads(now: jiff::Timestamp) -> [Load; 2] {
    let days = jiff::SignedDuration::from_hours(24 * i64::from(HISTORY_DAYS));
    let since = now.checked_sub(days).unwrap_or(jiff::Timestamp::MIN);
    [(Kind::Lead, LEADS), (Kind::StageEvent, EVENTS)].map(|(kind, limit)| Load::Since {
        kind,
        since,
        limit,
    })
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    report: &'a Report,
    what_if: &'a [WhatIf],
}

impl FunnelCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let Some(verb) = self.verb else {
            if cx.screen.is_some() {
                cx.screen("funnel")?.go(Place::Funnel);
                return Ok(());
            }
            return print(&self, cx);
        };
        match verb {
            FunnelVerb::Board => show(cx, FunnelView::Board)?,
            FunnelVerb::Figures => show(cx, FunnelView::Figures)?,
            FunnelVerb::Basis { basis } => {
                let funnel = &mut cx.screen("funnel basis")?.funnel;
                funnel.basis = basis.unwrap_or(funnel.basis.other());
                let words = match funnel.basis {
                    Basis::Cohort => "cohort: of the leads that entered, who took the step in time",
                    Basis::Activity => {
                        "activity: entries after over entries before; it punishes growth"
                    }
                };
                cx.say(Tone::Info, words);
            }
            FunnelVerb::Scope { scope } => {
                let funnel = &mut cx.screen("funnel scope")?.funnel;
                funnel.reach = scope.unwrap_or(funnel.reach.next());
                let reach = funnel.reach;
                let (words, _) = reach.owners(cx.world);
                cx.say(Tone::Info, format!("leads: {words}"));
                again(cx);
            }
            FunnelVerb::Hole => hole(cx)?,
            FunnelVerb::Late => late(cx)?,
            FunnelVerb::WhatIf { step } => what_if(cx, step)?,
            FunnelVerb::Step => step(cx)?,
        }
        Ok(())
    }
}

fn print(command: &FunnelCommand, cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let reach = command.scope.unwrap_or_default();
    let report = {
        let journeys = journeys(cx.world, reach).as_of(cx.synced_at);
        funnel_report(cx.world, reach, &journeys)
    };
    let supposed: Vec<WhatIf> = command
        .what_if
        .iter()
        .map(|text| report.suppose(text))
        .collect::<Result<_, String>>()
        .map_err(|why| CommandError::usage(format!("--what-if: {why}"), "see `cnm funnel`"))?;
    match command.format {
        FunnelFormat::Table => {
            let basis = command.basis.unwrap_or_default();
            cx.output = report.lines(basis, &supposed, &cx.world.view.zone);
        }
        FunnelFormat::Json => {
            let printed = Printed {
                report: &report,
                what_if: &supposed,
            };
            let json = serde_json::to_string_pretty(&printed)
                .map_err(|error| CommandError::refused("funnel", error.to_string(), "report it"))?;
            cx.output = json.lines().map(str::to_owned).collect();
        }
    }
    Ok(())
}

/// Shows a view, or the list where it is shown already.
fn show(cx: &mut Cx<'_>, view: FunnelView) -> Result<(), CommandError> {
    let screen = cx.screen("funnel")?;
    if screen.place != Place::Funnel {
        screen.go(Place::Funnel);
    } else if screen.funnel.view == view {
        screen.funnel.view = FunnelView::List;
        screen.focus = Focus::List;
        return Ok(());
    }
    screen.funnel.view = view;
    screen.detail_scroll = 0;
    screen.focus = match view {
        FunnelView::Figures => Focus::Detail,
        FunnelView::List | FunnelView::Board => Focus::List,
    };
    Ok(())
}

/// Puts the list in order again after a change of what it shows.
fn again(cx: &mut Cx<'_>) {
    if let Some(screen) = cx.screen.as_deref_mut() {
        arrange(cx.world, screen, Place::Funnel, true);
    }
}

/// Narrows the list and goes to its first row.
fn narrow(cx: &mut Cx<'_>, name: &'static str, filter: String) -> Result<(), CommandError> {
    let screen = cx.screen(name)?;
    if screen.place != Place::Funnel {
        screen.go(Place::Funnel);
    }
    if screen.funnel.view == FunnelView::Figures {
        screen.funnel.view = FunnelView::List;
    }
    screen.focus = Focus::List;
    screen.shelf_mut(Place::Funnel).filter = filter;
    again(cx);
    if let Some(screen) = cx.screen.as_deref_mut() {
        screen.shelf_mut(Place::Funnel).list.go_to(0);
    }
    Ok(())
}

fn hole(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let reach = cx.screen("funnel hole")?.funnel.reach;
    let report = {
        let journeys = journeys(cx.world, reach);
        funnel_report(cx.world, reach, &journeys)
    };
    let Some(hole) = report.holes.biggest() else {
        return Err(CommandError::refused(
            "biggest hole",
            "no step with ten leads or more costs anything against what it is compared with",
            "look at a longer history, or at more people with `funnel scope`",
        ));
    };
    let words = format!(
        "{} → {}: {}",
        report.stage_name(&hole.from),
        report.stage_name(&hole.into),
        hole.cause
    );
    let filter = format!("stage:{}", super::quote_word(hole.from.as_str()));
    narrow(cx, "funnel hole", filter)?;
    cx.say(Tone::Info, words);
    Ok(())
}

fn late(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let screen = cx.screen("funnel late")?;
    let reach = screen.funnel.reach;
    let selected = screen.selected().and_then(|link| link.id_of());
    let here = selected
        .and_then(|id| cx.world.get::<crate::record::Lead>(&id))
        .and_then(|lead| lead.stage.clone())
        .ok_or_else(|| CommandError::NoTarget("no lead is under the cursor".into()))?;
    let report = {
        let journeys = journeys(cx.world, reach);
        funnel_report(cx.world, reach, &journeys)
    };
    let row = report.table.rows.iter().find(|row| row.stage == here);
    let Some((row, days)) = row.and_then(|row| Some((row, row.rot.yardstick.days()?))) else {
        return Err(CommandError::refused(
            report.stage_name(&here).to_owned(),
            "neither its limit nor its median is known",
            "give the stage a limit",
        ));
    };
    let words = format!(
        "{}: {} of {} longer than {days:.0} days",
        row.name, row.rot.over.hits, row.rot.over.of.n
    );
    let hours = (days * 24.0).ceil();
    let filter = format!(
        "stage:{} idle>{hours:.0}h",
        super::quote_word(here.as_str())
    );
    narrow(cx, "funnel late", filter)?;
    cx.say(Tone::Info, words);
    Ok(())
}

fn what_if(cx: &mut Cx<'_>, step: Option<String>) -> Result<(), CommandError> {
    let screen = cx.screen("funnel what-if")?;
    let reach = screen.funnel.reach;
    let Some(step) = step else {
        let text = screen.funnel.supposed.clone();
        cx.asks.push(Ask::Prompt {
            title: "what if (step and share)".into(),
            command: "funnel what-if".into(),
            text,
            expects: Expects::Share,
        });
        return Ok(());
    };
    let report = {
        let journeys = journeys(cx.world, reach);
        funnel_report(cx.world, reach, &journeys)
    };
    let what_if = report
        .suppose(&step)
        .map_err(|why| CommandError::usage(why, "try `proposal 60`"))?;
    let words = report.what_if_words(&what_if);
    let screen = cx.screen("funnel what-if")?;
    screen.funnel.supposed = step;
    if screen.place != Place::Funnel {
        screen.go(Place::Funnel);
    }
    cx.say(Tone::Info, words);
    Ok(())
}

/// Begins to step through the leads that need me, or puts the one under the cursor off.
fn step(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let before = (cx.undo.standing().iter())
        .map(|batch| batch.id.clone())
        .collect();
    let screen = cx.screen("funnel step")?;
    if screen.place != Place::Funnel {
        screen.go(Place::Funnel);
    }
    let reach = screen.funnel.reach;
    let shelf = screen.shelf_mut(Place::Funnel);
    let here = shelf.list.cursor().map(str::to_owned);
    let next = shelf.list.order().get(shelf.list.position() + 1).cloned();
    if let Some(stepping) = &mut screen.funnel.stepping {
        let Some(here) = here else {
            return Err(CommandError::NoTarget(
                "every lead that needed you is decided; Esc leaves".into(),
            ));
        };
        let next = next.or_else(|| stepping.left().find(|id| **id != here).cloned());
        stepping.queue.retain(|id| *id != here);
        stepping.queue.push(here);
        again(cx);
        if let (Some(screen), Some(next)) = (cx.screen.as_deref_mut(), next) {
            screen.shelf_mut(Place::Funnel).list.go_to_key(&next);
        }
        cx.say(Tone::Info, "put off to the end");
        return Ok(());
    }
    let queue: Vec<String> = pressing(cx.world, reach)
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    if queue.is_empty() {
        cx.say(Tone::Done, "no lead needs you now");
        return Ok(());
    }
    let words = match queue.len() {
        1 => "1 lead needs you".to_owned(),
        many => format!("{many} leads need you"),
    };
    let screen = cx.screen("funnel step")?;
    screen.funnel.stepping = Some(Stepping {
        queue,
        before,
        ..Stepping::default()
    });
    screen.focus = Focus::List;
    let shelf = screen.shelf_mut(Place::Funnel);
    shelf.filter.clear();
    shelf.list.clear_marks();
    again(cx);
    if let Some(screen) = cx.screen.as_deref_mut() {
        screen.shelf_mut(Place::Funnel).list.go_to(0);
    }
    cx.say(Tone::Info, words);
    Ok(())
}
