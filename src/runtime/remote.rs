//! The door for other programs of the same user: a socket in the state folder that nobody else can open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// Those who wait for an answer, by the number of their request.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    open: Arc<Mutex<HashMap<u64, oneshot::Sender<String>>>>,
}

impl Waiting {
    fn change<T>(&self, change: impl FnOnce(&mut HashMap<u64, oneshot::Sender<String>>) -> T) -> T {
        change(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whoever asked, once.
    pub(super) fn take(&self, id: u64) -> Option<oneshot::Sender<String>> {
        self.change(|open| open.remove(&id))
    }
}

#[cfg(unix)]
pub(super) use door::open;
#[cfg(unix)]
pub use door::{ask, socket};

#[cfg(unix)]
mod door {
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{UnixListener, UnixStream};
    use tokio::sync::{Semaphore, mpsc::UnboundedSender, oneshot};

    use super::Waiting;
    use crate::app::Msg;

    /// Largest request, in bytes.
    const REQUEST_MAX: u64 = 1 << 20;

    /// How long a request may take to arrive, and an answer to be made.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// Requests at one time.
    const AT_ONCE: usize = 16;

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

    async fn answer(
        mut stream: UnixStream,
        id: u64,
        tell: &UnboundedSender<Msg>,
        waiting: &Waiting,
    ) -> std::io::Result<()> {
        let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
        let mut request = Vec::new();
        let mut limited = (&mut stream).take(REQUEST_MAX + 1);
        tokio::time::timeout(PATIENCE, limited.read_to_end(&mut request))
            .await
            .map_err(late)??;
        let too_long = u64::try_from(request.len()).is_ok_and(|length| length > REQUEST_MAX);
        let text = match String::from_utf8(request) {
            Ok(request) if !too_long => {
                let (give, answer) = oneshot::channel();
                waiting.change(|open| open.insert(id, give));
                let _ = tell.send(Msg::Asked { id, request });
                let waited = tokio::time::timeout(PATIENCE, answer).await.map_err(late)?;
                waited.unwrap_or_else(|_| r#"{"ok":false,"error":"the console is leaving"}"#.into())
            }
            _ => r#"{"ok":false,"error":"the request is longer than 1 MiB or no UTF-8"}"#.into(),
        };
        stream.write_all(text.as_bytes()).await?;
        stream.write_all(b"\n").await?;
        stream.shutdown().await
    }

    /// Asks the console that runs on this state; returns its answer as JSON.
    ///
    /// # Errors
    /// No console answers.
    pub fn ask(state: &Path, request: &str) -> std::io::Result<String> {
        let mut stream = std::os::unix::net::UnixStream::connect(socket(state))?;
        stream.set_read_timeout(Some(PATIENCE * 2))?;
        stream.write_all(request.as_bytes())?;
        stream.shutdown(std::net::Shutdown::Write)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.trim_end().to_owned())
    }
}
