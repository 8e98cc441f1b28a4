//! Whether the files of the configuration changed.
//!
//! Where the system tells (Linux), a change wakes the console; elsewhere it is looked for when the terminal gets
//! the focus and when the minute turns. Nothing polls.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Home;

/// The times and lengths of the files, by name.
type Stamps = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Looks after the files of the configuration.
pub(super) struct Watch {
    files: [PathBuf; 3],
    folders: [PathBuf; 2],
    seen: Stamps,
    told: Told,
}

impl Watch {
    /// Takes the files as they are. The folder is made where it is missing: one cannot be told about what is not there.
    pub(super) fn new(home: &Home) -> Self {
        let _ = std::fs::create_dir_all(&home.config);
        let folders = [home.config.join("themes"), home.macros_folder()];
        let mut watch = Self {
            files: [home.config_file(), home.keymap_file(), home.hooks_file()],
            seen: Vec::new(),
            told: Told::new(&[&home.config, &folders[0], &folders[1]]),
            folders,
        };
        watch.seen = watch.stamps();
        watch
    }

    /// Tells whether a file changed since it was last asked.
    pub(super) fn changed(&mut self) -> bool {
        let now = self.stamps();
        if now == self.seen {
            return false;
        }
        self.seen = now;
        true
    }

    /// Waits until the system says that something changed; for ever where it never does.
    pub(super) async fn told(&mut self) {
        self.told.wait().await;
    }

    fn stamps(&self) -> Stamps {
        let inside = self.folders.iter().flat_map(std::fs::read_dir).flatten();
        let inside = inside.flatten().map(|entry| entry.path());
        let mut stamps: Stamps = self
            .files
            .iter()
            .cloned()
            .chain(inside)
            .filter_map(|path| {
                let found = std::fs::metadata(&path).ok()?;
                Some((path, found.modified().ok(), found.len()))
            })
            .collect();
        stamps.sort();
        stamps
    }
}

/// What the system tells about folders.
#[cfg(target_os = "linux")]
struct Told {
    inotify: Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>>,
    folders: Vec<PathBuf>,
}

#[cfg(target_os = "linux")]
impl Told {
    fn new(folders: &[&Path]) -> Self {
        use rustix::fs::inotify;
        let flags = inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC;
        let mut told = Self {
            inotify: inotify::init(flags).ok().and_then(register),
            folders: folders.iter().map(|folder| (*folder).to_owned()).collect(),
        };
        if told.look() == 0 {
            told.inotify = None;
        }
        told
    }

    /// Asks to be told about the folders that are there by now; returns how many those are.
    fn look(&self) -> usize {
        use rustix::fs::inotify::{WatchFlags, add_watch};
        // Editors write beside the file and rename, or write it in place: both end in one of these. What is created
        // is of interest where it is one of the folders.
        let wanted = WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_TO
            | WatchFlags::DELETE
            | WatchFlags::CREATE;
        let Some(inotify) = &self.inotify else {
            return 0;
        };
        let watched = self.folders.iter();
        watched
            .filter(|folder| add_watch(inotify.get_ref(), folder.as_path(), wanted).is_ok())
            .count()
    }

    async fn wait(&mut self) {
        use rustix::fs::inotify::{ReadFlags, Reader};
        loop {
            let Some(inotify) = &mut self.inotify else {
                return std::future::pending().await;
            };
            let Ok(mut ready) = inotify.readable_mut().await else {
                return std::future::pending().await;
            };
            let mut chunk = [std::mem::MaybeUninit::uninit(); 4_096];
            let mut reader = Reader::new(ready.get_inner(), &mut chunk);
            let (mut folder, mut file) = (false, false);
            while let Ok(event) = reader.next() {
                let what = event.events();
                // A file that was created is still to be written.
                folder |= what.contains(ReadFlags::CREATE | ReadFlags::ISDIR);
                file |= !what.contains(ReadFlags::CREATE);
            }
            ready.clear_ready();
            if folder {
                self.look();
            }
            if folder || file {
                return;
            }
        }
    }
}

/// Lets the runtime say when there is something to read.
#[cfg(target_os = "linux")]
#[expect(
    deprecated,
    reason = "its successor is unsafe because a descriptor may be closed too early; this one is owned"
)]
fn register(
    descriptor: std::os::fd::OwnedFd,
) -> Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>> {
    tokio::io::unix::AsyncFd::new(descriptor).ok()
}

#[cfg(not(target_os = "linux"))]
struct Told;

#[cfg(not(target_os = "linux"))]
impl Told {
    fn new(_: &[&Path]) -> Self {
        Self
    }

    async fn wait(&mut self) {
        std::future::pending().await
    }
}
