//! Where the console's files are, and that nobody else may read them.

use std::fs::{DirBuilder, OpenOptions};
use std::path::{Path, PathBuf};

use super::StoreError;

/// The files of one cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// What the server said; may be thrown away.
    pub mirror: PathBuf,
    /// The user's edits, drafts and undo log; may not.
    pub outbox: PathBuf,
    /// Whoever holds the lock on this file does the sending.
    pub lock: PathBuf,
    /// Where the consoles on this cache talk to each other.
    pub socket: PathBuf,
}

impl Paths {
    /// Names the files below a cache folder and a state folder.
    pub fn new(cache: &Path, state: &Path) -> Self {
        Self {
            mirror: cache.join("mirror.db"),
            outbox: state.join("outbox.db"),
            lock: state.join("sync.lock"),
            socket: state.join("sync.sock"),
        }
    }
}

/// Makes the folder of a file with access for its owner only.
pub(crate) fn private_folder(file: &Path) -> Result<(), StoreError> {
    let Some(folder) = file.parent().filter(|folder| !folder.exists()) else {
        return Ok(());
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| StoreError::io(folder, &error))
}

/// Makes the file if it is not there, with access for its owner only; side files get the same mode.
pub(crate) fn private_file(file: &Path) -> Result<(), StoreError> {
    private_folder(file)?;
    if file.exists() {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .map(drop)
        .map_err(|error| StoreError::io(file, &error))
}

/// Moves a database and its side files out of the way and returns the new name.
pub(super) fn move_aside(file: &Path, now: jiff::Timestamp) -> Result<PathBuf, StoreError> {
    let mut number = now.as_second();
    let aside = loop {
        let name = with_suffix(file, &format!(".damaged-{number}"));
        if !name.exists() {
            break name;
        }
        number += 1;
    };
    std::fs::rename(file, &aside).map_err(|error| StoreError::io(file, &error))?;
    for side in ["-wal", "-shm"] {
        let from = with_suffix(file, side);
        if from.exists() {
            std::fs::rename(&from, with_suffix(&aside, side))
                .map_err(|error| StoreError::io(&from, &error))?;
        }
    }
    Ok(aside)
}

/// Adds to a file's name, after its extension.
pub(super) fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Tells one file from another of the same name, after a rebuild has put a new one in its place.
pub(super) fn file_identity(file: &Path) -> Option<(u64, u64)> {
    let meta = std::fs::metadata(file).ok()?;
    #[cfg(unix)]
    return Some((
        std::os::unix::fs::MetadataExt::dev(&meta),
        std::os::unix::fs::MetadataExt::ino(&meta),
    ));
    #[cfg(not(unix))]
    Some((0, u64::from(meta.is_file())))
}

/// Returns a mark by which a file is told from its copies, also on another machine; it stays the same when the file is
/// moved or written to.
pub(super) fn file_mark(file: &Path) -> String {
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let mark = super::checksum::Checksum::new().text(machine.trim());
    #[cfg(unix)]
    let mark = {
        // Not the device: its number may be another one after each start of the machine.
        let meta = std::fs::metadata(file);
        let inode = meta.map_or(0, |meta| std::os::unix::fs::MetadataExt::ino(&meta));
        mark.number(inode.cast_signed())
    };
    #[cfg(not(unix))]
    let mark = {
        let path = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        mark.text(&path.to_string_lossy())
    };
    mark.end().to_string()
}
