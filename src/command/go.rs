//! Going from place to place, and the program itself.

use clap::Subcommand;

use super::{Ask, CommandError, Cx, Targets};
use crate::effect::Effect;
use crate::pane::{DueView, Focus, FunnelView, Panel, Place, Tone, at_hand};
use crate::record::Thread;

/// A change of what is on screen.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum PaneCommand {
    /// Goes to a place: today, inbox, funnel, networks, follow-ups, next-steps, promises, slots, conflicts, outbox
    /// or a kind.
    Show {
        /// The place.
        #[arg(value_name = "PLACE")]
        place: String,
    },
    /// Gives the keys to the next part of the place.
    Next,
    /// Gives the keys to the part before.
    Previous,
    /// Opens what is under the cursor.
    Open,
    /// Leaves what was opened, marked or filtered, step by step.
    Leave,
    /// Lets the focused part fill the screen, or not.
    Zoom,
    /// Goes back to where I was.
    Back,
    /// Goes forward again.
    Forward,
    /// Shows an older message of the thread.
    OlderMessage,
    /// Shows a newer message of the thread.
    NewerMessage,
}

impl PaneCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        if matches!(self, Self::OlderMessage | Self::NewerMessage) {
            return step_message(cx, self == Self::OlderMessage);
        }
        let screen = cx.screen("pane")?;
        match self {
            Self::Show { place } => {
                let place = Place::from_name(&place).ok_or_else(|| no_place(&place))?;
                match place {
                    Place::NextSteps => screen.show_view(DueView::NoStep),
                    Place::Offers => screen.show_view(DueView::Offers),
                    Place::Page(tab) => {
                        screen.go(Place::Networks);
                        screen.focus = Focus::Detail;
                        screen.tab = tab;
                    }
                    place => screen.go(place),
                }
                if matches!(place, Place::Conflicts | Place::Outbox) {
                    cx.effects.push(Effect::LoadOutbox);
                } else if let Place::Browse(kind) = place {
                    cx.effects.push(Effect::Load(crate::effect::Load::All {
                        kind,
                        limit: 20_000,
                    }));
                }
            }
            Self::Next | Self::Previous => turn(screen, self == Self::Next),
            Self::Open if screen.place == Place::Today => {
                let place = screen.panel.place();
                screen.go(place);
            }
            Self::Open => open(cx)?,
            Self::Leave => leave(screen),
            Self::Zoom => screen.zoom = !screen.zoom,
            Self::Back | Self::Forward => {
                if !screen.travel(self == Self::Forward) {
                    return Err(CommandError::NoTarget("there is nowhere to go".into()));
                }
            }
            Self::OlderMessage | Self::NewerMessage => {}
        }
        Ok(())
    }
}

/// Says that there is no such place, and which there are.
pub(super) fn no_place(name: &str) -> CommandError {
    CommandError::usage(
        format!("`{name}` is not a place"),
        "known: today, inbox, funnel, networks, follow-ups, next-steps, promises, slots, conflicts, outbox, import, or a kind",
    )
}

/// Goes to the message before or after the one at hand.
fn step_message(cx: &mut Cx<'_>, older: bool) -> Result<(), CommandError> {
    cx.screen("pane")?;
    let Some(screen) = cx.screen.as_deref() else {
        return Ok(());
    };
    let thread = screen.selected().and_then(|link| link.id_of::<Thread>());
    let Some(thread) = thread else {
        return Ok(());
    };
    let messages = screen.readings.messages(&thread);
    let newest = messages.len().saturating_sub(1);
    let here = at_hand(cx.world, Some(screen), &thread)
        .and_then(|id| messages.iter().position(|message| *message == id))
        .map_or(0, |at| newest - at);
    let there = if older {
        (here + 1).min(newest)
    } else {
        here.saturating_sub(1)
    };
    let screen = cx.screen("pane")?;
    screen.message = Some(there);
    screen.detail_scroll = 0;
    Ok(())
}

/// Opens what is under the cursor: the detail beside a list, on a tab of a CN's page the form of the row.
fn open(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let screen = cx.screen("pane open")?;
    let (Place::Page(tab), Some(link)) = (screen.active(), screen.selected()) else {
        screen.focus = Focus::Detail;
        return Ok(());
    };
    match link.known_kind() {
        Some(kind) if tab != crate::pane::Tab::Overview && !link.id.starts_with('?') => {
            cx.asks.push(Ask::Form {
                kind,
                id: Some(link.id.to_string()),
                fields: serde_json::Map::new(),
            });
        }
        _ => {}
    }
    Ok(())
}

pub(super) fn turn(screen: &mut crate::pane::Screen, forward: bool) {
    if screen.place == Place::Today {
        let count = Panel::ALL.len();
        let here = Panel::ALL
            .iter()
            .position(|panel| *panel == screen.panel)
            .unwrap_or(0);
        let next = if forward { here + 1 } else { here + count - 1 } % count;
        screen.panel = Panel::ALL.get(next).copied().unwrap_or_default();
    } else {
        screen.focus = match screen.focus {
            Focus::List => Focus::Detail,
            Focus::Detail => Focus::List,
        };
    }
}

/// Leaves one thing at a time: the zoom, the detail, the marks, the filter, the place.
fn leave(screen: &mut crate::pane::Screen) {
    let place = screen.active();
    screen.notice = None;
    if screen.zoom {
        screen.zoom = false;
        return;
    }
    if screen.place == Place::Funnel && leave_funnel(screen) {
        // What the place showed over its list is gone.
        return;
    }
    let detail = screen.focus == Focus::Detail;
    // What is beside a list has no marks and no filter, except a tab of a CN's page.
    let has_list = !detail || matches!(place, Place::Page(_));
    let shelf = screen.shelf(place).filter(|_| has_list);
    let marked = shelf.is_some_and(|shelf| shelf.list.mark_count() > 0);
    let filtered = shelf.is_some_and(|shelf| !shelf.filter.is_empty());
    if marked {
        screen.shelf_mut(place).list.clear_marks();
    } else if filtered {
        screen.shelf_mut(place).filter.clear();
    } else if detail {
        screen.focus = Focus::List;
    } else if !Place::TABS.contains(&screen.place) {
        screen.travel(false);
    }
}

/// Leaves the stepping, the figures, or what was supposed of a step; says whether there was something.
fn leave_funnel(screen: &mut crate::pane::Screen) -> bool {
    let in_detail = screen.focus == Focus::Detail;
    let funnel = &mut screen.funnel;
    if funnel.view == FunnelView::Figures {
        funnel.view = FunnelView::List;
        screen.focus = Focus::List;
    } else if in_detail {
        return false;
    } else if funnel.stepping.take().is_none() {
        let list = screen.shelf(Place::Funnel).map(|shelf| &shelf.list);
        let marked = list.is_some_and(|list| list.mark_count() > 0);
        if marked || screen.funnel.supposed.is_empty() {
            return false;
        }
        screen.funnel.supposed.clear();
    }
    true
}

/// Where to go among the lessons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lesson {
    /// To the next one.
    Next,
    /// To the one before.
    Back,
    /// Out of them.
    Stop,
}

/// What concerns the program itself.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum AppCommand {
    /// Leaves; edits that are not sent yet stay in the queue.
    Quit,
    /// Shows the keys of this place.
    Keys,
    /// Opens the palette.
    Palette {
        /// What to begin with.
        #[arg(value_name = "TEXT", default_value = "")]
        text: String,
    },
    /// Searches everything in the cache, open or not.
    Find {
        /// What to begin with.
        #[arg(value_name = "WORDS", default_value = "")]
        words: String,
    },
    /// Shows what the console has told since its start, the newest first.
    Messages,
    /// Repeats the last verb.
    Repeat,
    /// Talks to the server now.
    Sync,
    /// Draws everything again.
    Redraw,
    /// Captures the mouse, or gives it back to the terminal for copying.
    Mouse,
    /// Reads config, keymap and theme again; a bad file changes nothing and says why.
    Reload,
    /// Changes the theme until the console is left; without a name it offers those that ship.
    Theme {
        /// Name of the theme, shipped or a file in `themes/`.
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Goes from lesson to lesson of `cnm tutor`.
    Lesson {
        /// Where to.
        #[arg(value_enum, value_name = "WHERE", default_value_t = Lesson::Next)]
        which: Lesson,
    },
    /// Puts the program to sleep and gives the terminal back.
    Suspend,
    /// Copies what a person would read of the selection.
    Copy(Targets),
}

impl AppCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Sync => cx.effects.push(Effect::Sync),
            Self::Copy(targets) => {
                let links = targets.any(None, cx)?;
                let titles: Vec<String> = links.iter().map(|link| cx.world.title(link)).collect();
                cx.effects.push(Effect::Copy(titles.join("\n")));
                cx.say(Tone::Done, "copied");
            }
            Self::Quit => {
                cx.screen("app quit")?;
                cx.effects.push(Effect::Quit);
            }
            Self::Suspend => {
                cx.screen("app suspend")?;
                cx.effects.push(Effect::Suspend);
            }
            Self::Keys => ask(cx, Ask::Help)?,
            Self::Palette { text } => ask(cx, Ask::Palette(text))?,
            Self::Find { words } => ask(cx, Ask::Find(words))?,
            Self::Messages => messages(cx)?,
            Self::Repeat => ask(cx, Ask::Repeat)?,
            Self::Lesson { which } => ask(
                cx,
                match which {
                    Lesson::Next => Ask::Lesson { forward: true },
                    Lesson::Back => Ask::Lesson { forward: false },
                    Lesson::Stop => Ask::NoLessons,
                },
            )?,
            Self::Redraw => ask(cx, Ask::Redraw)?,
            Self::Mouse => ask(cx, Ask::Mouse)?,
            Self::Reload => ask(cx, Ask::Reload)?,
            Self::Theme { name } => ask(cx, Ask::Theme(name))?,
        }
        Ok(())
    }
}

/// Lays out what was told so far; the present message too.
fn messages(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let view = cx.world.view.clone();
    let screen = cx.screen("app messages")?;
    let mut lines = Vec::new();
    for past in screen.told.past().rev() {
        let at = past.at.unwrap_or(view.now).to_zoned(view.zone.clone());
        let mark = match past.tone {
            Tone::Error => "!",
            Tone::Done | Tone::Info => " ",
        };
        lines.push(format!("{} {mark} {}", at.strftime("%H:%M"), past.text));
    }
    if lines.is_empty() {
        lines.push("nothing was told yet".to_owned());
    }
    ask(cx, Ask::Read("Messages".to_owned(), lines))
}

fn ask(cx: &mut Cx<'_>, ask: Ask) -> Result<(), CommandError> {
    cx.screen("app")?;
    cx.asks.push(ask);
    Ok(())
}
