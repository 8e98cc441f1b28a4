//! The door for other programs of the same user: a socket in the state folder that nobody else can open.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// Somebody who waits for an answer.
#[derive(Debug)]
struct Asker {
    tell: oneshot::Sender<String>,
    /// The other end of the line, to see whether it is still held.
    #[cfg(unix)]
    line: std::os::unix::net::UnixStream,
}

impl Asker {
    #[cfg(unix)]
    fn is_there(&self) -> bool {
        use std::io::Read as _;
        if self.tell.is_closed() {
            return false;
        }
        match (&self.line).read(&mut [0; 16]) {
            Ok(read) => read > 0,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }

    #[cfg(not(unix))]
    fn is_there(&self) -> bool {
        !self.tell.is_closed()
    }
}

/// Those who wait for an answer, by the number of their request.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    open: Arc<Mutex<HashMap<u64, Asker>>>,
    /// Another program has the terminal, and the console does nothing.
    away: Arc<AtomicBool>,
}

impl Waiting {
    fn change<T>(&self, change: impl FnOnce(&mut HashMap<u64, Asker>) -> T) -> T {
        change(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whoever asked, once.
    pub(super) fn take(&self, id: u64) -> Option<oneshot::Sender<String>> {
        self.change(|open| open.remove(&id)).map(|asker| asker.tell)
    }

    /// Tells whether whoever asked still waits.
    pub(super) fn is_there(&self, id: u64) -> bool {
        self.change(|open| open.get(&id).is_some_and(Asker::is_there))
    }

    /// Says whether another program has the terminal.
    pub(super) fn is_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
}

#[cfg(unix)]
pub(super) use door::open;
#[cfg(unix)]
pub use door::{Unheard, ask, socket};

#[cfg(unix)]
mod door {
    use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{UnixListener, UnixStream};
    use tokio::sync::{Semaphore, mpsc::UnboundedSender, oneshot};

    use super::{Asker, Waiting};
    use crate::app::Msg;

    /// Largest request, in bytes.
    const REQUEST_MAX: usize = 1 << 20;

    /// How long a request may take to arrive.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// How long a console that is awake may take to say that it heard a request.
    const HEARD: Duration = Duration::from_millis(1800);

    /// How often a console that works on an answer says that it is still there.
    const BEAT: Duration = Duration::from_secs(1);

    /// After how long without such a sign it is given up.
    const SILENCE: Duration = Duration::from_secs(15);

    /// Requests at one time.
    const AT_ONCE: usize = 64;

    /// The longest path that a socket can have on every system, in bytes.
    const PATH_MAX: usize = 100;

    /// Returns where the socket lies.
    pub fn socket(state: &Path) -> PathBuf {
        state.join("console.sock")
    }

    /// The open door; it is taken away when this is dropped.
    #[derive(Debug)]
    pub(crate) struct Door {
        path: PathBuf,
        inode: u64,
        task: tokio::task::JoinHandle<()>,
    }

    impl Drop for Door {
        fn drop(&mut self) {
            self.task.abort();
            // Another console may have opened its own meanwhile.
            let ours =
                std::fs::symlink_metadata(&self.path).is_ok_and(|meta| meta.ino() == self.inode);
            if ours {
                let _ = std::fs::remove_file(&self.path);
            }
        }
    }

    /// Opens the door; `Ok(None)` where another console on the same state has it already.
    ///
    /// # Errors
    /// The socket cannot be made; a sentence says why.
    pub(crate) fn open(
        state: &Path,
        tell: UnboundedSender<Msg>,
        waiting: Waiting,
    ) -> Result<Option<Door>, String> {
        let path = socket(state);
        if path.as_os_str().len() > PATH_MAX {
            return Err(format!(
                "{}: too long for a socket, so `cnm remote` cannot reach this console; set CNM_HOME to a shorter path",
                path.display()
            ));
        }
        if std::os::unix::net::UnixStream::connect(&path).is_ok() {
            return Ok(None);
        }
        let (listener, inode) = bind(state, &path).map_err(|error| {
            format!(
                "{}: {error}; `cnm remote` cannot reach this console",
                path.display()
            )
        })?;
        let task = tokio::spawn(serve(listener, tell, waiting));
        Ok(Some(Door { path, inode, task }))
    }

    /// Makes the socket in a folder that only this user can enter and then moves it to its place, over one
    /// that a killed console left behind: at no moment can anybody else open it.
    fn bind(state: &Path, path: &Path) -> std::io::Result<(UnixListener, u64)> {
        let folder = state.join(format!(".s{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let made = folder.join("s");
        let bound = UnixListener::bind(&made).and_then(|listener| {
            std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600))?;
            let inode = std::fs::symlink_metadata(&made)?.ino();
            std::fs::rename(&made, path)?;
            Ok((listener, inode))
        });
        let _ = std::fs::remove_dir_all(&folder);
        bound
    }

    async fn serve(listener: UnixListener, tell: UnboundedSender<Msg>, waiting: Waiting) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let numbers = Arc::new(AtomicU64::new(1));
        let me = rustix::process::geteuid().as_raw();
        while let Ok((stream, _)) = listener.accept().await {
            // The file's rights say it already; this holds where they do not count.
            let ours = stream.peer_cred().is_ok_and(|peer| peer.uid() == me);
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            if !ours {
                continue;
            }
            let id = numbers.fetch_add(1, Ordering::Relaxed);
            let (tell, waiting) = (tell.clone(), waiting.clone());
            tokio::spawn(async move {
                let _ = answer(stream, id, &tell, &waiting).await;
                waiting.take(id);
                drop(place);
            });
        }
    }

    /// Takes a request, says that it was heard, and hands it on once whoever asked says to go on: one that was
    /// given up while the console slept is never run.
    async fn answer(
        mut stream: UnixStream,
        id: u64,
        tell: &UnboundedSender<Msg>,
        waiting: &Waiting,
    ) -> std::io::Result<()> {
        let Some(request) = line_of(&mut stream).await? else {
            return Ok(());
        };
        let refusal = match String::from_utf8(request) {
            Err(_) => {
                r#"{"ok":false,"error":"the request is longer than 1 MiB, no UTF-8 or not one line"}"#
            }
            Ok(_) if waiting.away.load(Ordering::SeqCst) => {
                r#"{"ok":false,"error":"an editor has the console's terminal; leave it, then ask again; nothing was run"}"#
            }
            Ok(request) => {
                stream.write_all(b"heard\n").await?;
                if line_of(&mut stream).await?.as_deref() != Some(b"go") {
                    return Ok(());
                }
                let (give, answer) = oneshot::channel();
                let asker = Asker {
                    tell: give,
                    line: stream.as_fd().try_clone_to_owned()?.into(),
                };
                waiting.change(|open| open.insert(id, asker));
                let _ = tell.send(Msg::Asked { id, request });
                let text = await_answer(&mut stream, answer).await?;
                return last_words(&mut stream, &text).await;
            }
        };
        last_words(&mut stream, refusal).await
    }

    async fn last_words(stream: &mut UnixStream, text: &str) -> std::io::Result<()> {
        stream.write_all(text.as_bytes()).await?;
        stream.write_all(b"\n").await?;
        stream.shutdown().await
    }

    /// Reads one line, without its end; `None` where the other side went without a word. What is too long or has
    /// no end comes back as a byte that no text has.
    async fn line_of(stream: &mut UnixStream) -> std::io::Result<Option<Vec<u8>>> {
        let late = |_| std::io::Error::from(ErrorKind::TimedOut);
        let mut line = Vec::new();
        let mut part = vec![0; 16 * 1024];
        loop {
            let read = tokio::time::timeout(PATIENCE, stream.read(&mut part));
            let read = read.await.map_err(late)??;
            line.extend(part.iter().take(read));
            if line.last() == Some(&b'\n') {
                line.pop();
                return Ok(Some(line));
            }
            if read == 0 && line.is_empty() {
                return Ok(None);
            }
            if read == 0 || line.len() > REQUEST_MAX {
                return Ok(Some(vec![0xff]));
            }
        }
    }

    /// Waits for the answer, with a sign of life now and then; an error where whoever asked has gone.
    async fn await_answer(
        stream: &mut UnixStream,
        mut answer: oneshot::Receiver<String>,
    ) -> std::io::Result<String> {
        let (mut from, mut to) = stream.split();
        let mut word = [0; 16];
        let mut beat = tokio::time::interval(BEAT);
        loop {
            tokio::select! {
                text = &mut answer => {
                    let leaves = r#"{"ok":false,"error":"the console is leaving"}"#;
                    return Ok(text.unwrap_or_else(|_| leaves.into()));
                }
                read = from.read(&mut word) => {
                    if read? == 0 {
                        return Err(ErrorKind::ConnectionAborted.into());
                    }
                }
                _ = beat.tick() => to.write_all(b"\n").await?,
            }
        }
    }

    /// Why a console gave no answer.
    #[derive(Debug, thiserror::Error)]
    pub enum Unheard {
        /// None is there.
        #[error("no console is running here ({0})")]
        Nobody(std::io::Error),
        /// One is there and does not hear: nothing was run, and nothing will be.
        #[error(
            "the console sleeps; bring it to the front (`fg` in its shell) and ask again; nothing was run"
        )]
        Sleeps,
        /// One heard and went silent before it was done.
        #[error(
            "the console went silent before it answered; look there how much of it was done ({0})"
        )]
        Silent(std::io::Error),
    }

    /// Asks the console that runs on this state; returns its answer as JSON.
    ///
    /// # Errors
    /// No console answers.
    pub fn ask(state: &Path, request: &str) -> Result<String, Unheard> {
        let slept = |error: std::io::Error| match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Unheard::Sleeps,
            _ => Unheard::Nobody(error),
        };
        let mut stream = std::os::unix::net::UnixStream::connect(socket(state)).map_err(slept)?;
        stream.set_read_timeout(Some(HEARD)).map_err(slept)?;
        stream.set_write_timeout(Some(HEARD)).map_err(slept)?;
        let request = format!("{}\n", request.replace('\n', " "));
        stream.write_all(request.as_bytes()).map_err(slept)?;
        let mut lines = BufReader::new(stream.try_clone().map_err(slept)?);
        let mut line = String::new();
        lines.read_line(&mut line).map_err(slept)?;
        if line.is_empty() {
            return Err(Unheard::Nobody(ErrorKind::UnexpectedEof.into()));
        }
        if line.trim_end() != "heard" {
            return Ok(line.trim_end().to_owned());
        }
        stream.set_read_timeout(Some(SILENCE)).map_err(slept)?;
        stream.write_all(b"go\n").map_err(slept)?;
        loop {
            line.clear();
            let read = lines.read_line(&mut line).map_err(Unheard::Silent)?;
            if read == 0 {
                return Err(Unheard::Silent(ErrorKind::UnexpectedEof.into()));
            }
            if !line.trim().is_empty() {
                return Ok(line.trim_end().to_owned());
            }
        }
    }
}
