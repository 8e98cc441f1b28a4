//! How the consoles on one cache share it: a lock that the kernel gives back when its holder dies, and a socket
//! on which the holder says what changed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{SyncError, SyncReport};
use crate::store::private_file;

/// Kinds and ids of records.
pub(super) type Records = Vec<(String, String)>;

/// What consoles on one cache say to each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Message {
    /// These records look different now.
    Changed(Records),
    /// So much changed that everything shown should be read again.
    Reload,
    /// I have a server: a holder that has none should let me hold the lock.
    Able,
    /// Sync now; the answer names the number again.
    Sync(u64),
    /// The sync with this number is under way: whoever asked sees that somebody listens.
    Heard(u64),
    /// What came of the sync with this number.
    Synced(u64, Result<SyncReport, SyncError>),
}

/// Takes the lock if nobody holds it; it is held until the file is dropped.
pub(super) fn try_lock(path: &Path) -> io::Result<Option<File>> {
    private_file(path).map_err(|error| io::Error::other(error.to_string()))?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(unix)]
pub(super) use unix::{Listener, Peer, connect, listen};

#[cfg(unix)]
mod unix {
    use std::fs::{File, Permissions};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
    use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
    use tokio::net::{UnixListener, UnixStream};

    use super::Message;

    /// The longest path of a socket that every system takes.
    const LONGEST: usize = 100;

    /// Gives a path by which a socket can be reached even when its own is too long for the kernel.
    fn reachable(path: &Path) -> io::Result<(PathBuf, Option<File>)> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok((path.to_owned(), None));
        };
        if path.as_os_str().len() <= LONGEST || !Path::new("/proc/self/fd").exists() {
            return Ok((path.to_owned(), None));
        }
        let folder = File::open(folder)?;
        let short = Path::new("/proc/self/fd")
            .join(folder.as_raw_fd().to_string())
            .join(name);
        Ok((short, Some(folder)))
    }

    /// Waits for other consoles; only the holder of the lock may listen.
    #[derive(Debug)]
    pub(crate) struct Listener {
        listener: UnixListener,
        path: PathBuf,
    }

    /// Begins to listen; a socket that a dead console left behind is replaced.
    pub(crate) fn listen(path: &Path) -> io::Result<Listener> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let (short, _folder) = reachable(path)?;
        let listener = UnixListener::bind(&short)?;
        std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
        Ok(Listener {
            listener,
            path: path.to_owned(),
        })
    }

    impl Listener {
        /// Waits for the next console.
        pub(crate) async fn accept(&self) -> io::Result<Peer> {
            let (stream, _) = self.listener.accept().await?;
            Ok(Peer::new(stream))
        }
    }

    impl Drop for Listener {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Connects to the holder of the lock.
    pub(crate) async fn connect(path: &Path) -> io::Result<Peer> {
        let (short, _folder) = reachable(path)?;
        Ok(Peer::new(UnixStream::connect(short).await?))
    }

    /// A connection to another console.
    #[derive(Debug)]
    pub(crate) struct Peer {
        lines: Lines<BufReader<OwnedReadHalf>>,
        writer: Writer,
    }

    /// The sending side of a connection.
    #[derive(Debug)]
    pub(crate) struct Writer(OwnedWriteHalf);

    impl Peer {
        fn new(stream: UnixStream) -> Self {
            let (read, write) = stream.into_split();
            Self {
                lines: BufReader::new(read).lines(),
                writer: Writer(write),
            }
        }

        /// Waits for the next message; `None` when the other side is gone. Nothing is lost when it is dropped.
        pub(crate) async fn receive(&mut self) -> Option<Message> {
            loop {
                let line = self.lines.next_line().await.ok()??;
                // A console of another version may say what this one does not know.
                if let Ok(message) = serde_json::from_str(&line) {
                    return Some(message);
                }
            }
        }

        /// Sends a message.
        pub(crate) async fn send(&mut self, message: &Message) -> io::Result<()> {
            self.writer.send(message).await
        }
    }

    impl Writer {
        async fn send(&mut self, message: &Message) -> io::Result<()> {
            let mut line = serde_json::to_string(message)?;
            line.push('\n');
            self.0.write_all(line.as_bytes()).await
        }
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{Listener, Peer, connect, listen};

/// Without sockets a second console waits until the first is gone; it sees what changed when it reads again.
#[cfg(not(unix))]
mod elsewhere {
    use std::io;
    use std::path::Path;

    use super::Message;

    #[derive(Debug)]
    pub(crate) struct Listener;
    #[derive(Debug)]
    pub(crate) struct Peer;

    fn none() -> io::Error {
        io::Error::from(io::ErrorKind::Unsupported)
    }
    pub(crate) fn listen(_: &Path) -> io::Result<Listener> {
        Err(none())
    }
    pub(crate) async fn connect(_: &Path) -> io::Result<Peer> {
        Err(none())
    }
    impl Listener {
        pub(crate) async fn accept(&self) -> io::Result<Peer> {
            Err(none())
        }
    }
    impl Peer {
        pub(crate) async fn receive(&mut self) -> Option<Message> {
            None
        }
        pub(crate) async fn send(&mut self, _: &Message) -> io::Result<()> {
            Err(none())
        }
    }
}
