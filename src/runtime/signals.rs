//! The ways in which the system tells the console to leave, or that it came back.

use super::Woken;

/// How long the console has to leave by itself after its terminal has vanished.
#[cfg(unix)]
const GRACE: std::time::Duration = std::time::Duration::from_millis(250);

/// The signals on which the console leaves or comes back, and the terminal, which may vanish without one.
///
/// From the moment this is made no signal ends the process by itself, so it is made before the terminal is taken.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    resume: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    /// Whether the terminal has vanished.
    gone: tokio::sync::watch::Receiver<bool>,
    /// Who started the console, where a terminal is read.
    parent: Option<Parent>,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen; needs a running `tokio`. Fails when a handler cannot be installed.
    ///
    /// `watch` says that a terminal is read, whose end is the end of the console too.
    pub fn new(watch: bool) -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (tell, gone) = tokio::sync::watch::channel(false);
        ends_at_last([
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::quit())?,
        ]);
        let orphaned = watch.then(parent::watch).transpose()?;
        // A task of its own: whoever reads keys may be stuck in an empty answer when it matters.
        tokio::spawn(async move {
            let vanished = async {
                if !watch || !vanished().await {
                    std::future::pending::<()>().await;
                }
            };
            let orphaned = async {
                match orphaned {
                    Some(orphaned) => orphaned.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = vanished => {}
                () = orphaned => {}
            }
            let _ = tell.send(true);
        });
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            // SIGCONT: 18 on Linux and 19 on the BSDs.
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            gone,
            parent: watch.then(Parent::now),
        })
    }

    /// Tells whether the starter is dead and the terminal is somebody else's; asked when the minute turns, on every
    /// system, and the only way to know on those that do not tell.
    pub(super) fn is_orphaned(&self) -> bool {
        self.parent.is_some_and(Parent::has_left)
    }

    /// Ends the process a moment after the terminal has vanished, if it is still there then.
    ///
    /// The reader of keys may spin on the closed terminal and never come back to be told; what was typed is
    /// written first.
    pub(super) fn ends_without_terminal(
        &self,
        store: crate::store::StoreHandle,
    ) -> tokio::task::JoinHandle<()> {
        let mut gone = self.gone.clone();
        tokio::spawn(async move {
            if gone.wait_for(|gone| *gone).await.is_err() {
                return;
            }
            tokio::time::sleep(GRACE).await;
            let _ = store.counts().await;
            super::give_back();
            super::program::kill_every();
            std::process::exit(0);
        })
    }

    /// Forgets what was pressed while another program had the terminal: it was meant for that one.
    pub(super) fn forget_pressed(&mut self) {
        use futures_util::FutureExt as _;
        while self.interrupt.recv().now_or_never().is_some() {}
        while self.quit.recv().now_or_never().is_some() {}
    }

    pub(super) async fn next(&mut self) -> Woken {
        tokio::select! {
            _ = self.terminate.recv() => Woken::Leave,
            _ = self.hangup.recv() => Woken::Leave,
            _ = self.interrupt.recv() => Woken::Leave,
            _ = self.quit.recv() => Woken::Leave,
            _ = self.gone.wait_for(|gone| *gone) => Woken::Leave,
            _ = self.stop.recv() => Woken::Sleep,
            _ = self.resume.recv() => Woken::Resumed,
        }
    }
}

/// How long the console has to leave by itself after it was told to: it may wait for a terminal that does not read.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

/// How long it has from then on to write down what was done last.
#[cfg(unix)]
const LAST: std::time::Duration = std::time::Duration::from_secs(2);

/// Sees to it that the console ends after one of these signals, even where the terminal takes nothing.
#[cfg(unix)]
#[expect(
    clippy::exit,
    reason = "whoever should leave waits for a terminal that does not read, and cannot be reached"
)]
fn ends_at_last(signals: [tokio::signal::unix::Signal; 4]) {
    tokio::spawn(async move {
        let [mut terminate, mut hangup, mut interrupt, mut quit] = signals;
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = hangup.recv() => break,
                // What is pressed in an editor is the editor's.
                _ = interrupt.recv() => if !super::terminal::is_lent() { break },
                _ = quit.recv() => if !super::terminal::is_lent() { break },
            }
        }
        // A thread of its own: whoever leaves takes the runtime down before the terminal is given back.
        std::thread::spawn(|| {
            std::thread::park_timeout(PATIENCE);
            while super::terminal::is_lent() {
                // What is written there is waited for.
                std::thread::park_timeout(PATIENCE);
            }
            super::terminal::let_go();
            std::thread::park_timeout(LAST);
            super::program::kill_every();
            super::terminal::cook();
            std::process::exit(1);
        });
    });
}

/// The program that started the console: where it is killed, a shell above it takes the terminal, and nobody says so.
#[cfg(unix)]
#[derive(Clone, Copy, Debug)]
struct Parent(Option<rustix::process::Pid>);

#[cfg(unix)]
impl Parent {
    fn now() -> Self {
        Self(rustix::process::getppid())
    }

    fn is_dead(self) -> bool {
        rustix::process::getppid() != self.0
    }

    /// Tells whether it is dead and the terminal is not the console's any more.
    ///
    /// Where it led the job, the job is over to the shell above; else it may have gone its way and left the terminal.
    fn has_left(self) -> bool {
        let led = self.0 == Some(rustix::process::getpgrp());
        self.is_dead() && (led || !has_terminal())
    }
}

#[cfg(unix)]
fn has_terminal() -> bool {
    rustix::termios::tcgetpgrp(std::io::stdin())
        .is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Where the system tells of a dead parent at once.
#[cfg(target_os = "linux")]
mod parent {
    use std::time::Duration;

    use rustix::process::{Signal, set_parent_process_death_signal};
    use tokio::signal::unix::{SignalKind, signal};

    use super::Parent;

    /// How often it is looked who has the terminal, and how long to wait in between.
    const LOOKS: usize = 20;
    const BETWEEN: Duration = Duration::from_millis(100);

    /// Begins to watch; what is returned ends when the terminal belongs to somebody else.
    pub(super) fn watch() -> std::io::Result<impl Future<Output = ()>> {
        let mut told = signal(SignalKind::user_defined1())?;
        let parent = Parent::now();
        let watched = set_parent_process_death_signal(Some(Signal::USR1)).is_ok();
        Ok(async move {
            while watched && told.recv().await.is_some() {
                // It comes also when only the thread ends that started the console.
                if !parent.is_dead() {
                    continue;
                }
                for _ in 0..LOOKS {
                    if parent.has_left() {
                        return;
                    }
                    tokio::time::sleep(BETWEEN).await;
                }
            }
            std::future::pending::<()>().await;
        })
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod parent {
    /// Here the system does not tell: [`super::Signals::is_orphaned`] finds it out when the minute turns.
    pub(super) fn watch() -> std::io::Result<impl Future<Output = ()>> {
        Ok(std::future::pending())
    }
}

/// Waits until the terminal is gone; says `false` at once where the system cannot watch it.
///
/// A process that does not lead the terminal's session gets no signal then, and whoever reads keys would read
/// an empty answer for ever.
#[cfg(unix)]
async fn vanished() -> bool {
    #[expect(
        deprecated,
        reason = "its successor is unsafe because a descriptor may be closed too early; standard input never is"
    )]
    let terminal =
        tokio::io::unix::AsyncFd::with_interest(std::io::stdin(), tokio::io::Interest::READABLE);
    let Ok(terminal) = terminal else {
        return false;
    };
    while let Ok(mut guard) = terminal.readable().await {
        if guard.ready().is_read_closed() {
            return true;
        }
        // Keys: somebody else reads them.
        guard.clear_ready();
    }
    false
}

/// The signals on which the console leaves.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub fn new(_: bool) -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn ends_without_terminal(
        &self,
        _: crate::store::StoreHandle,
    ) -> tokio::task::JoinHandle<()> {
        tokio::spawn(std::future::pending())
    }

    /// No program takes the terminal of another one here.
    pub(super) const fn is_orphaned(&self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "elsewhere it has something to forget")]
    pub(super) fn forget_pressed(&mut self) {}

    pub(super) async fn next(&mut self) -> Woken {
        let _ = tokio::signal::ctrl_c().await;
        Woken::Leave
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::BufRead as _;
    use std::time::{Duration, Instant};

    /// The variable that names the file in which an orphan says that it knows.
    const ORPHAN: &str = "CNM_ORPHAN_TEST";

    /// Not a test by itself: what the next one runs below a shell.
    #[test]
    fn waits_to_be_an_orphan() {
        let Some(file) = std::env::var_os(ORPHAN) else {
            return;
        };
        let parent = Parent::now();
        assert!(!parent.has_left());
        println!("waits");
        let began = Instant::now();
        while !parent.has_left() {
            assert!(began.elapsed() < Duration::from_secs(30));
            std::thread::park_timeout(Duration::from_millis(10));
        }
        std::fs::write(file, "").unwrap();
    }

    /// Without any word from the system, as when the minute turns.
    #[test]
    fn a_killed_starter_is_found_out_by_looking() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orphan");
        let mut starter = std::process::Command::new("sh")
            .args(["-c", "\"$0\" --exact \"$1\" --nocapture & wait"])
            .arg(std::env::current_exe().unwrap())
            .arg("runtime::signals::tests::waits_to_be_an_orphan")
            .env(ORPHAN, &file)
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let out = std::io::BufReader::new(starter.stdout.take().unwrap());
        let mut lines = out.lines();
        assert!(lines.any(|line| line.unwrap().contains("waits")));
        assert!(!file.exists());
        starter.kill().unwrap();
        starter.wait().unwrap();
        let began = Instant::now();
        while !file.exists() {
            assert!(began.elapsed() < Duration::from_secs(20), "it never knew");
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }
}
