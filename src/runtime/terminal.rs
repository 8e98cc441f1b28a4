//! The terminal: taken over once, given back on every way out.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::frames::Frames;
use super::lines::Voice;
use crate::app::App;
use crate::pane::Spot;
use crate::ui::Look;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::layout::Position;

/// Alternate screen, keys told apart as far as the terminal can (kitty's protocol; its flags belong to the screen),
/// the title kept aside and set, bracketed paste, reports of the focus, no cursor.
const ENTER: &str = "\x1b[?1049h\x1b[>5u\x1b[22;2t\x1b]2;cnm\x1b\\\x1b[?2004h\x1b[?1004h\x1b[?25l";
/// Everything that was switched on, off again: synchronized output, an open link, mouse, paste, focus,
/// colours, the title, the cursor, the keys, alternate screen.
const LEAVE: &str = "\x1b[?2026l\x1b]8;;\x1b\\\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[0m\x1b[23;2t\x1b[?25h\x1b[<u\x1b[?1049l";

/// Presses and the wheel, with places beyond column 223; moves are not reported.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Frames up to this many bytes arrive whole without being told to.
const ONE_WRITE: usize = 512;

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the console was told to leave and nobody reads what it writes.
static UNREAD: AtomicBool = AtomicBool::new(false);

/// Whoever drops what is unread, or gives the terminal back, has this.
static DROPS: Mutex<()> = Mutex::new(());

/// Whether another program has the terminal: an editor, or the shell while the console sleeps.
static LENT: AtomicBool = AtomicBool::new(false);

/// Tells whether another program has the terminal.
pub(super) fn is_lent() -> bool {
    LENT.load(Ordering::SeqCst)
}

/// Gives the terminal back if it is taken; safe to call from anywhere and more than once.
pub fn give_back() {
    // From here on nobody else drops what is written, nor sets modes.
    let was_taken = {
        let _turn = DROPS.lock().unwrap_or_else(PoisonError::into_inner);
        TAKEN.swap(false, Ordering::SeqCst)
    };
    if was_taken {
        if UNREAD.load(Ordering::SeqCst) {
            drop_unread();
        }
        let mut out = io::stdout().lock();
        let _ = out.write_all(LEAVE.as_bytes());
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Drops what a terminal that does not read has not taken yet, for as long as the console has it: whoever waits in
/// the middle of a frame goes on, and leaves in the ordinary way.
pub(super) fn let_go() {
    UNREAD.store(true, Ordering::SeqCst);
    let began = std::time::Instant::now();
    while began.elapsed() < LET_GO {
        {
            let _turn = DROPS.lock().unwrap_or_else(PoisonError::into_inner);
            if !TAKEN.load(Ordering::SeqCst) {
                return;
            }
            drop_unread();
        }
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
}

/// How long somebody who waits in the middle of a frame has to go on.
const LET_GO: std::time::Duration = std::time::Duration::from_secs(1);

#[cfg(unix)]
fn drop_unread() {
    use rustix::termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};
    let out = io::stdout();
    let _ = tcflush(&out, QueueSelector::OFlush);
    // Whoever waits to write is not woken by that, but by a change of the modes, also into what they are.
    if let Ok(modes) = tcgetattr(&out) {
        let _ = tcsetattr(&out, OptionalActions::Now, &modes);
    }
}

#[cfg(not(unix))]
fn drop_unread() {}

/// Gives back what needs nothing written: the modes of the line.
pub(super) fn cook() {
    let _ = disable_raw_mode();
}

/// Takes the terminal over.
fn take_over() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout().lock();
    out.write_all(ENTER.as_bytes())?;
    out.flush()
}

/// Gives the terminal back before a panic is reported, so that the report can be read, and then ends the process,
/// whichever thread it was: without the store or the sync the console would only look alive.
///
/// What was shown as saved is on the disk already.
#[expect(
    clippy::exit,
    reason = "a panic of any thread ends the console; nothing that is still to be done may be trusted"
)]
pub fn install_panic_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        give_back();
        super::program::kill_every();
        before(info);
        std::process::exit(101);
    }));
}

/// The terminal while the console has it.
///
/// Frames are compared here and not by the library's terminal, which asks the real one for its cursor when it
/// clears: an answer that may never come.
pub struct Screen {
    frames: Frames,
    mouse: bool,
    /// In the linear mode nothing is drawn, and changes are said.
    voice: Option<Voice>,
}

impl Screen {
    /// Takes nothing over: what changes is said line by line.
    pub fn linear() -> Self {
        Self {
            frames: Frames::default(),
            mouse: false,
            voice: Some(Voice::default()),
        }
    }

    /// Tells whether changes are said and not drawn.
    pub fn is_linear(&self) -> bool {
        self.voice.is_some()
    }

    /// Takes the terminal over.
    pub fn open() -> io::Result<Self> {
        take_over()?;
        Ok(Self {
            frames: Frames::default(),
            mouse: false,
            voice: None,
        })
    }

    /// Captures the mouse or gives it back, if that is a change.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        if self.mouse == on || self.is_linear() {
            return Ok(());
        }
        self.mouse = on;
        let mut out = io::stdout().lock();
        out.write_all(if on { MOUSE_ON } else { MOUSE_OFF }.as_bytes())?;
        out.flush()
    }

    /// Returns columns and rows.
    pub fn size() -> (u16, u16) {
        crossterm::terminal::size().unwrap_or((80, 24))
    }

    /// Draws a frame; only changed cells are written, in one synchronized piece; nothing when nothing changed.
    pub fn draw(&mut self, app: &App, look: Look) -> io::Result<()> {
        if let Some(voice) = &mut self.voice {
            return voice.say(app);
        }
        let mut bytes = self.frames.next(app, look);
        if !bytes.is_empty() {
            // A few rows arrive whole and need no bracket around them. In any case they leave in one write: each
            // wakes the terminal, which on a small machine takes its turn before the next.
            if bytes.len() > ONE_WRITE {
                bytes.splice(0..0, *b"\x1b[?2026h");
                bytes.extend_from_slice(b"\x1b[?2026l");
            }
            let mut out = io::stdout().lock();
            out.write_all(&bytes)?;
            out.flush()?;
        }
        Ok(())
    }

    /// Returns what lies at a cell of what is shown, the topmost first.
    pub fn spots(&self, at: Position) -> Vec<Spot> {
        self.frames.spots(at)
    }

    /// Takes the terminal over again after somebody else may have had it.
    pub fn take_again(&mut self) -> io::Result<()> {
        if self.is_linear() {
            return Ok(());
        }
        // The library believes that it is raw still; a shell in between may have seen to it that it is not.
        let _ = disable_raw_mode();
        take_over()?;
        self.frames = Frames::default();
        if std::mem::take(&mut self.mouse) {
            self.capture_mouse(true)?;
        }
        Ok(())
    }

    /// Gives the terminal back for a while, does something, and takes it over again.
    pub fn while_away<T>(&mut self, act: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        LENT.store(true, Ordering::SeqCst);
        let result = act();
        LENT.store(false, Ordering::SeqCst);
        self.take_again()?;
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}
