//! Layer 9: the event loop, the terminal guard, timers, and whoever carries out effects.
//!
//! The loop drains everything that is there, keys first, then draws once if anything asked for
//! it, at most one frame in 16 ms. There is no tick: a timer wakes it at the next full minute, because ages are
//! on screen, and whenever the core asked for it. The store, the sync and all files are on other threads.

mod clock;
mod encode;
mod frames;
mod ground;
mod home;
mod import;
mod keys;
mod lines;
mod notify;
mod outside;
mod program;
mod remote;
mod repaint;
mod room;
mod signals;
mod terminal;
mod tzdb;
mod wait;
mod watch;
mod width;
mod worker;
pub(crate) use worker::tell_repairs;

pub use clock::Clock;
pub use frames::Frames;
pub use home::{Home, HomeError, fallback_theme};
pub use import::{
    loads as import_loads, plans as import_plans, point_loads as import_point_loads,
    read as read_exports,
};
pub use outside::read_file;
pub use program::Programs;
#[cfg(unix)]
pub use remote::{Unheard, ask, socket};
pub use room::keep_room;
pub use signals::Signals;
pub use terminal::{give_back, install_panic_hook};
pub use tzdb::{choose_tzdb, system_tzdb};

use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream};

use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::{App, Msg};
use crate::config::{Colours, Config};
use crate::effect::{Effect, Load, Program, Purpose, Ran};
use crate::pane::Tone;
use crate::store::StoreHandle;
use crate::text::{Ambiguous, Glyphs};
use crate::ui::{Depth, Look};
use wait::{Woken, translate};
use watch::Watch;
use worker::Job;

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);

/// Why the console stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal cannot be used.
    #[error("terminal: {0}; run cnm in a terminal, or use its commands without one")]
    Terminal(#[from] std::io::Error),
}

/// What the console needs besides its state.
pub struct Wiring {
    /// The store.
    pub store: StoreHandle,
    /// The clock.
    pub clock: Clock,
    /// The files.
    pub home: Home,
    /// What comes from the sync.
    pub incoming: UnboundedReceiver<Msg>,
    /// Wakes the sync.
    pub poke: Box<dyn Fn() + Send>,
    /// What tells the console to leave.
    pub signals: Signals,
}

/// Decides how many colours and which glyphs the terminal gets.
pub fn look(app: &App) -> Look {
    look_of(&app.config, app.ambiguous == Ambiguous::Wide)
}

/// Asks the terminal how wide characters of ambiguous width are; `None` where it does not answer.
pub fn probe_width() -> Option<bool> {
    width::probe()
}

/// Decides how many colours and which glyphs the terminal gets, from configuration and environment.
pub fn look_of(config: &Config, wide: bool) -> Look {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    let depth = match config.ui.colours {
        _ if set("NO_COLOR") => Depth::Off,
        Colours::Off => Depth::Off,
        Colours::TrueColour => Depth::TrueColour,
        Colours::Indexed => Depth::Indexed,
        Colours::Ansi => Depth::Ansi,
        Colours::Auto => {
            let term = value("TERM");
            if matches!(value("COLORTERM").as_str(), "truecolor" | "24bit") {
                Depth::TrueColour
            } else if term == "dumb" || term.starts_with("vt") {
                Depth::Off
            } else if term.ends_with("-direct") {
                Depth::TrueColour
            } else if term.contains("256") || set("TMUX") || term.contains("kitty") {
                Depth::Indexed
            } else {
                Depth::Ansi
            }
        }
    };
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .map(|name| value(name))
        .find(|value| !value.is_empty())
        .is_some_and(|value| {
            let value = value.to_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        });
    let glyphs = if config.ui.ascii || !utf8 || wide {
        Glyphs::Ascii
    } else {
        Glyphs::Unicode
    };
    Look { depth, glyphs }
}

/// Runs the console until it is left; the first frame is drawn before anything else happens.
pub async fn run(app: &mut App, screen: &mut Screen, wiring: Wiring) -> Result<(), RunError> {
    let (answers, queue) = unbounded_channel();
    let (jobs, todo) = unbounded_channel();
    tokio::spawn(worker::work(
        wiring.store.clone(),
        wiring.clock,
        todo,
        answers.clone(),
    ));
    for job in [
        Job::UndoLog(false),
        Job::Drafts,
        Job::Load(Load::Unhandled),
        Job::Outbox,
    ] {
        let _ = jobs.send(job);
    }
    let waiting = remote::Waiting::default();
    #[cfg(unix)]
    let door = match remote::open(&wiring.home.state, answers.clone(), waiting.clone()) {
        Ok(door) => door,
        Err(why) => {
            let _ = answers.send(Msg::Tell(Tone::Info, why));
            None
        }
    };
    let lines = screen.is_linear().then(lines::reader);
    // The first frame is on screen; the reader of keys, which would take the answer for keys, is not there yet.
    let asks = lines.is_none() && !app.config.ui.light_theme.is_empty();
    let ground = asks.then(|| ground::ask(&wiring.home.state)).flatten();
    let mut console = Loop {
        waiting,
        look: look(app),
        jobs,
        answers,
        programs: Programs::inside(&wiring.home.config).of(&wiring.home),
        queue,
        events: lines.is_none().then(EventStream::new),
        lines,
        wake: None,
        drawn: Instant::now(),
        answered: Instant::now(),
        left: false,
        watch: Watch::new(&wiring.home),
        wiring,
    };
    console.look = console.settle_width(app);
    if let Some(ground) = ground {
        console.grounded(app, screen, ground)?;
    }
    let watchdog = console
        .wiring
        .signals
        .ends_without_terminal(console.wiring.store.clone());
    let result = console.turn(app, screen).await;
    console.wiring.home.remember(&app.remembered());
    // What was typed last is on its way to the disk: wait for it, then go.
    let store = console.wiring.store.clone();
    console.programs.kill_all();
    #[cfg(unix)]
    drop(door);
    drop(console);
    let _ = store.counts().await;
    watchdog.abort();
    result
}

pub use terminal::Screen;

struct Loop {
    waiting: remote::Waiting,
    look: Look,
    jobs: UnboundedSender<Job>,
    answers: UnboundedSender<Msg>,
    programs: Programs,
    queue: UnboundedReceiver<Msg>,
    events: Option<EventStream>,
    /// The lines that are typed in the linear mode.
    lines: Option<UnboundedReceiver<String>>,
    wake: Option<Timestamp>,
    drawn: Instant,
    /// When a frame last showed what a key did.
    answered: Instant,
    left: bool,
    watch: Watch,
    wiring: Wiring,
}

impl Loop {
    async fn turn(&mut self, app: &mut App, screen: &mut Screen) -> Result<(), RunError> {
        loop {
            let woken = self.wait(app.dirty).await;
            let pressed = matches!(woken, Woken::Event(_));
            match woken {
                Woken::Msg(msg) => self.take(app, screen, msg)?,
                Woken::Event(Event::FocusGained) | Woken::Files => self.reread(app, screen)?,
                Woken::Event(event) => {
                    if let Some(msg) = translate(event, screen) {
                        self.take(app, screen, msg)?;
                    }
                }
                Woken::Line(Some(line)) => self.take(app, screen, Msg::Typed(line))?,
                Woken::Line(None) => self.ends(app, screen)?,
                Woken::Leave => return Ok(()),
                Woken::Time if self.wiring.signals.is_orphaned() => return Ok(()),
                Woken::Time => {
                    self.wake = self.wake.filter(|at| *at > self.wiring.clock.now());
                    self.take(app, screen, Msg::Tick)?;
                    if self.wake.is_none() {
                        self.reread(app, screen)?;
                    }
                }
                Woken::Sleep => self.carry_out(app, screen, Effect::Suspend)?,
                Woken::Resumed => {
                    screen.take_again()?;
                    app.redraw = true;
                    self.take(app, screen, Msg::Tick)?;
                }
            }
            let pressed = self.drain(app, screen, pressed).await?;
            // The terminal may have changed its size while nobody listened for it.
            let (columns, rows) = Screen::size();
            if !screen.is_linear() && (columns, rows) != app.size {
                self.take(app, screen, Msg::Resize(columns, rows))?;
            }
            if self.left {
                return Ok(());
            }
            screen.capture_mouse(app.config.ui.mouse)?;
            // What is said must not be overtaken by the next line.
            // A key does not wait because something else was drawn a moment ago.
            let answers = pressed && self.answered.elapsed() >= FRAME;
            if app.dirty && (screen.is_linear() || answers || self.drawn.elapsed() >= FRAME) {
                screen.draw(app, self.look)?;
                self.drawn = Instant::now();
                if pressed {
                    self.answered = self.drawn;
                }
                app.dirty = false;
                app.redraw = false;
            }
        }
    }

    fn take(&mut self, app: &mut App, screen: &mut Screen, msg: Msg) -> Result<(), RunError> {
        // What nobody waits for any more is not done: whoever asked was told so, or has given it up.
        if matches!(msg, Msg::Asked { id, .. } if !self.waiting.is_there(id)) {
            return Ok(());
        }
        let effects = app.update(self.wiring.clock.now(), msg);
        for effect in effects {
            self.carry_out(app, screen, effect)?;
        }
        Ok(())
    }

    fn carry_out(
        &mut self,
        app: &mut App,
        screen: &mut Screen,
        effect: Effect,
    ) -> Result<(), RunError> {
        let effect = match Job::of(effect) {
            Ok(job) => {
                let _ = self.jobs.send(job);
                return Ok(());
            }
            Err(effect) => *effect,
        };
        let job = match effect {
            Effect::Sync => {
                (self.wiring.poke)();
                return Ok(());
            }
            Effect::Editor { purpose, text } => {
                let state = self.wiring.home.state.clone();
                let text = self.away(screen, || outside::edit(&state, &text))?;
                return self.take(app, screen, Msg::Edited { purpose, text });
            }
            Effect::Suspend => {
                self.away(screen, suspend)?;
                app.redraw = true;
                return self.take(app, screen, Msg::Tick);
            }
            Effect::Copy(text) => return self.tell(app, screen, outside::copy(&text)),
            Effect::Open(address) => {
                return self.tell(app, screen, outside::open_address(&address));
            }
            Effect::Export { path, text } => {
                let msg = match outside::export(&path, &text) {
                    Ok(full) => Msg::Exported { path, full },
                    Err(why) => Msg::Tell(Tone::Error, why),
                };
                return self.take(app, screen, msg);
            }
            Effect::ReadCalendar { path, request } => {
                let bytes = read_file(&path, crate::ics::MOST_BYTES);
                let msg = Msg::Calendar {
                    path,
                    request,
                    bytes,
                };
                return self.take(app, screen, msg);
            }
            Effect::WakeAt(at) => {
                self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
                return Ok(());
            }
            Effect::Exec(program, purpose) => {
                self.start(*program, purpose);
                return Ok(());
            }
            Effect::Notify { title, text } => {
                let config = &app.config.notify;
                let told = notify::notify(config.via, config.bell, &title, &text);
                return self.tell(app, screen, told);
            }
            Effect::KeepMacro { name, text } => {
                let kept = self.wiring.home.keep_macro(&name, text.as_deref());
                // The console knows it already.
                self.watch.changed();
                return self.tell(app, screen, kept);
            }
            Effect::Answer { id, text } => match self.waiting.take(id) {
                Some(who) => Job::Answer(who, text),
                None => return Ok(()),
            },
            Effect::Follow(id) => return self.take(app, screen, Msg::Followed(id)),
            Effect::Reload => {
                self.watch.changed();
                return self.configure(app, screen);
            }
            Effect::Theme(name) => {
                let theme = self.wiring.home.theme(&name).map(Box::new);
                return self.take(app, screen, Msg::Themed(theme));
            }
            // A quit, and what was work for the store.
            _ => {
                self.left = true;
                return Ok(());
            }
        };
        let _ = self.jobs.send(job);
        Ok(())
    }

    /// Starts a program beside the console.
    fn start(&self, program: Program, purpose: Purpose) {
        let (programs, answers) = (self.programs.clone(), self.answers.clone());
        tokio::spawn(async move {
            let (output, end) = programs.run_to_end(&program).await;
            let name = program.name();
            let _ = answers.send(Msg::Ran(Ran {
                name,
                purpose,
                output,
                end,
            }));
        });
    }

    /// The input of the linear mode has ended: what was asked for is answered, then the console leaves.
    fn ends(&mut self, app: &mut App, screen: &mut Screen) -> Result<(), RunError> {
        self.lines = None;
        self.left = true;
        screen.draw(app, self.look)?;
        Ok(())
    }

    /// Reads the configuration again if a file of it changed.
    fn reread(&mut self, app: &mut App, screen: &mut Screen) -> Result<(), RunError> {
        if self.watch.changed() {
            return self.configure(app, screen);
        }
        Ok(())
    }

    fn configure(&mut self, app: &mut App, screen: &mut Screen) -> Result<(), RunError> {
        let home = &self.wiring.home;
        let configured = home.configured_after(&app.config, &app.keymap, &app.theme);
        self.take(app, screen, Msg::Configured(Box::new(configured)))?;
        self.look = self.settle_width(app);
        Ok(())
    }

    /// Takes the theme for the ground of the terminal, and the keys that were typed before it was known.
    fn grounded(
        &mut self,
        app: &mut App,
        screen: &mut Screen,
        ground: ground::Answer,
    ) -> Result<(), RunError> {
        if ground.changed {
            let theme = self.wiring.home.theme_of(&app.config.ui).map(Box::new);
            self.take(app, screen, Msg::Themed(theme))?;
        }
        for key in ground.keys {
            self.take(app, screen, Msg::Key(key))?;
        }
        Ok(())
    }

    /// Finds out how wide characters of ambiguous width are; where they are wide, frames are drawn without them.
    fn settle_width(&self, app: &mut App) -> Look {
        let remembered = self.wiring.home.state.join("terminal.json");
        app.ambiguous = width::ambiguous(app.config.ui.ambiguous_width, &remembered);
        look(app)
    }

    /// Gives terminal and keys away while something else has them.
    fn away<T>(&mut self, screen: &mut Screen, act: impl FnOnce() -> T) -> Result<T, RunError> {
        // The stream reads the terminal from a thread of its own, which would take the other program's keys.
        drop(self.events.take());
        self.waiting.is_away(true);
        let result = screen.while_away(act);
        self.waiting.is_away(false);
        self.wiring.signals.forget_pressed();
        self.events = self.lines.is_none().then(EventStream::new);
        Ok(result?)
    }

    fn tell(
        &mut self,
        app: &mut App,
        screen: &mut Screen,
        result: Result<(), String>,
    ) -> Result<(), RunError> {
        match result {
            Ok(()) => Ok(()),
            Err(why) => self.take(app, screen, Msg::Tell(Tone::Error, why)),
        }
    }
}

/// Stops the process until the shell continues it.
#[cfg(unix)]
fn suspend() {
    // The whole job, as the terminal would do it; STOP, since TSTP comes back to the console itself.
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
}

#[cfg(not(unix))]
fn suspend() {}
