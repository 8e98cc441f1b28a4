//! The ways in which the system tells the console to leave, or that it came back.

use super::Woken;

/// The signals on which the console leaves or comes back, and the terminal, which may vanish without one.
///
/// From the moment this is made no signal ends the process by itself, so it is made before the terminal is taken.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    resume: tokio::signal::unix::Signal,
    /// The terminal; none where the system cannot watch it.
    terminal: Option<tokio::io::unix::AsyncFd<std::io::Stdin>>,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen; needs a running `tokio`. Fails when a handler cannot be installed.
    pub fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        #[expect(
            deprecated,
            reason = "its successor is unsafe because a descriptor may be closed too early; standard input never is"
        )]
        let terminal = tokio::io::unix::AsyncFd::with_interest(
            std::io::stdin(),
            tokio::io::Interest::READABLE,
        )
        .ok();
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            // SIGCONT: 18 on Linux and 19 on the BSDs.
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            terminal,
        })
    }

    pub(super) async fn next(&mut self) -> Woken {
        tokio::select! {
            _ = self.terminate.recv() => Woken::Leave,
            _ = self.hangup.recv() => Woken::Leave,
            _ = self.interrupt.recv() => Woken::Leave,
            () = gone(self.terminal.as_ref()) => Woken::Leave,
            _ = self.resume.recv() => Woken::Resumed,
        }
    }
}

/// Waits until the terminal is gone. A process that does not lead the terminal's session gets no signal then, and
/// whoever reads keys would read an empty answer for ever.
#[cfg(unix)]
async fn gone(terminal: Option<&tokio::io::unix::AsyncFd<std::io::Stdin>>) {
    let Some(terminal) = terminal else {
        return std::future::pending().await;
    };
    while let Ok(mut guard) = terminal.readable().await {
        if guard.ready().is_read_closed() {
            return;
        }
        // Keys: somebody else reads them.
        guard.clear_ready();
    }
}

/// The signals on which the console leaves.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> Woken {
        let _ = tokio::signal::ctrl_c().await;
        Woken::Leave
    }
}
