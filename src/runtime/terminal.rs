//! The terminal: taken over once, given back on every way out.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::repaint::changed_cells;
use crate::app::App;
use crate::ui::{self, Look};

/// Alternate screen, bracketed paste, no cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[?25l";
/// Everything that was switched on, off again: synchronized output, mouse, paste, focus, cursor shape,
/// colours, alternate screen.
const LEAVE: &str = "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// Presses and the wheel, with places beyond column 223; moves are not reported.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back if it is taken; safe to call from anywhere and more than once.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(LEAVE.as_bytes());
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
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
        before(info);
        std::process::exit(101);
    }));
}

/// Collects what a frame writes, so that it leaves in one piece or not at all.
#[derive(Clone, Debug, Default)]
struct Sheet {
    bytes: Rc<RefCell<Vec<u8>>>,
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while the console has it.
///
/// Frames are compared here and not by the library's terminal, which asks the real one for its cursor when it
/// clears: an answer that may never come.
pub struct Screen {
    sheet: Sheet,
    backend: CrosstermBackend<Sheet>,
    shown: Buffer,
    cursor: Option<Position>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    pub fn open() -> io::Result<Self> {
        take_over()?;
        let sheet = Sheet::default();
        Ok(Self {
            backend: CrosstermBackend::new(sheet.clone()),
            sheet,
            shown: Buffer::default(),
            cursor: None,
            mouse: false,
        })
    }

    /// Captures the mouse or gives it back, if that is a change.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        if self.mouse == on {
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
        let (columns, rows) = app.size;
        let area = Rect::new(0, 0, columns, rows);
        let mut next = Buffer::empty(area);
        let cursor = ui::draw(app, look, &mut next);
        if app.redraw || self.shown.area != area {
            self.shown = Buffer::empty(area);
            self.sheet.write_all(b"\x1b[0m\x1b[2J")?;
        }
        self.backend
            .draw(changed_cells(&self.shown, &next).into_iter())?;
        let mut bytes = self.sheet.bytes.take();
        self.shown = next;
        let changed = bytes.iter().any(|byte| *byte != 0x1b) && !is_reset_only(&bytes);
        if !changed && cursor == self.cursor {
            return Ok(());
        }
        match cursor {
            Some(at) => {
                bytes.extend(format!("\x1b[{};{}H\x1b[?25h", at.y + 1, at.x + 1).as_bytes());
            }
            None if self.cursor.is_some() => bytes.extend(b"\x1b[?25l"),
            None => {}
        }
        self.cursor = cursor;
        let mut out = io::stdout().lock();
        out.write_all(b"\x1b[?2026h")?;
        out.write_all(&bytes)?;
        out.write_all(b"\x1b[?2026l")?;
        out.flush()
    }

    /// Gives the terminal back for a while, does something, and takes it over again.
    pub fn while_away<T>(&mut self, act: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        let result = act();
        take_over()?;
        self.shown = Buffer::default();
        self.cursor = None;
        if std::mem::take(&mut self.mouse) {
            self.capture_mouse(true)?;
        }
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Tells whether a frame wrote nothing but the reset of colours that the library ends every frame with.
fn is_reset_only(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == 0x1b)
        .filter(|sequence| !sequence.is_empty())
        .all(|sequence| sequence.starts_with(b"[") && sequence.ends_with(b"m"))
}
