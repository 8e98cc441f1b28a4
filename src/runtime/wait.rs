//! What wakes the loop, and in which order it takes in what is there.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Instant;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use ratatui::layout::Position;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{FRAME, Loop, RunError, Screen, keys};
use crate::app::{App, Msg};

/// What woke the loop.
pub(super) enum Woken {
    Msg(Msg),
    Event(Event),
    Line(Option<String>),
    Leave,
    Time,
    /// Another program wants the console to sleep.
    Sleep,
    Resumed,
    /// A file of the configuration may have changed.
    Files,
}

impl Loop {
    /// Waits for the next thing that happens.
    pub(super) async fn wait(&mut self, dirty: bool) -> Woken {
        let now = self.wiring.clock.now();
        let minute = next_minute(now);
        let at = self.wake.map_or(minute, |wake| wake.min(minute));
        let mut sleep = self.wiring.clock.until(at);
        if dirty {
            sleep = sleep.min(FRAME.saturating_sub(self.drawn.elapsed()));
        }
        tokio::select! {
            biased;
            Some(msg) = self.queue.recv() => Woken::Msg(msg),
            Some(msg) = self.wiring.incoming.recv() => Woken::Msg(msg),
            // Before the keys: their reader does not come back from a terminal that is gone.
            woken = self.wiring.signals.next() => woken,
            event = poll_fn(|cx| next_event(&mut self.events, cx)) => match event {
                Some(Ok(event)) => Woken::Event(event),
                // The terminal is gone.
                Some(Err(_)) | None => Woken::Leave,
            },
            line = next_line(&mut self.lines) => Woken::Line(line),
            () = self.watch.told() => Woken::Files,
            () = tokio::time::sleep(sleep) => Woken::Time,
        }
    }

    /// Takes in everything that is already there, so that a thousand keys make a few frames; tells whether a key was
    /// among it.
    ///
    /// Keys come first, and once there was one nothing else is taken in before it is on screen: what a first sync
    /// brings would stand in its way for as long as three frames.
    pub(super) async fn drain(
        &mut self,
        app: &mut App,
        screen: &mut Screen,
        mut pressed: bool,
    ) -> Result<bool, RunError> {
        let began = Instant::now();
        loop {
            // Asked with this task's own waker: one that does nothing would swallow the next key.
            let event = poll_fn(|cx| Poll::Ready(next_event(&mut self.events, cx))).await;
            let msg = match event {
                Poll::Ready(Some(Ok(event))) => match translate(event, screen) {
                    Some(msg) => {
                        pressed = true;
                        msg
                    }
                    None => continue,
                },
                Poll::Ready(Some(Err(_)) | None) => {
                    self.left = true;
                    return Ok(pressed);
                }
                Poll::Pending if pressed => return Ok(pressed),
                Poll::Pending => match self.queue.try_recv() {
                    Ok(msg) => msg,
                    Err(_) => match self.wiring.incoming.try_recv() {
                        Ok(msg) => msg,
                        Err(_) => return Ok(pressed),
                    },
                },
            };
            self.take(app, screen, msg)?;
            // A stream of changes from the server must not starve the screen.
            if self.left || began.elapsed() > FRAME * 3 {
                return Ok(pressed);
            }
        }
    }
}

/// Waits for the next typed line; `None` once the input has ended, for ever where no lines are typed.
async fn next_line(lines: &mut Option<UnboundedReceiver<String>>) -> Option<String> {
    match lines {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}

/// Asks for the next event of the terminal.
fn next_event(
    events: &mut Option<EventStream>,
    cx: &mut std::task::Context<'_>,
) -> Poll<Option<std::io::Result<Event>>> {
    match events {
        Some(events) => events.poll_next_unpin(cx),
        None => Poll::Pending,
    }
}

pub(super) fn translate(event: Event, screen: &Screen) -> Option<Msg> {
    match event {
        Event::Mouse(event) => keys::pointing(event.kind).map(|pointing| {
            let at = Position::new(event.column, event.row);
            Msg::Point(pointing, screen.spots(at))
        }),
        Event::Key(event) => keys::key(event).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(columns, rows) => Some(Msg::Resize(columns, rows)),
        _ => None,
    }
}

fn next_minute(now: Timestamp) -> Timestamp {
    let next = (now.as_second().div_euclid(60) + 1) * 60;
    Timestamp::from_second(next).unwrap_or(now)
}
