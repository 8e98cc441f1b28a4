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
    /// Takes the files as they are.
    pub(super) fn new(home: &Home) -> Self {
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
}

#[cfg(target_os = "linux")]
impl Told {
    fn new(folders: &[&Path]) -> Self {
        use rustix::fs::inotify;
        let flags = inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC;
        let Ok(descriptor) = inotify::init(flags) else {
            return Self { inotify: None };
        };
        // Editors write beside the file and rename, or write it in place: both end in one of these.
        let wanted = inotify::WatchFlags::CLOSE_WRITE
            | inotify::WatchFlags::MOVED_TO
            | inotify::WatchFlags::DELETE;
        let watched = folders
            .iter()
            .filter(|folder| inotify::add_watch(&descriptor, **folder, wanted).is_ok())
            .count();
        let registered = (watched > 0).then(|| register(descriptor)).flatten();
        Self {
            inotify: registered,
        }
    }

    async fn wait(&mut self) {
        let Some(inotify) = &mut self.inotify else {
            return std::future::pending().await;
        };
        let Ok(mut ready) = inotify.readable_mut().await else {
            return std::future::pending().await;
        };
        let mut chunk = [0_u8; 4_096];
        while rustix::io::read(ready.get_inner(), &mut chunk).is_ok_and(|read| read > 0) {}
        ready.clear_ready();
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
