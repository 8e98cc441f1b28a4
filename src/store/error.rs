//! What can go wrong between the console and its two files.

use rusqlite::ErrorCode;

/// A failure of the cache or the outbox; the text says what, why and what to do.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum StoreError {
    /// The disk has no room; nothing was half written.
    #[error(
        "saving to {file}: the disk is full; nothing was saved, free some space and do it again"
    )]
    DiskFull {
        /// The file that could not grow.
        file: String,
    },
    /// The files may not be changed by this program.
    #[error("{}", read_only(file, why))]
    ReadOnly {
        /// The file in question.
        file: String,
        /// Why, and what to do.
        why: String,
    },
    /// Another program holds the file for too long.
    #[error("{file}: another program holds it; close other consoles on this cache and do it again")]
    Busy {
        /// The file in question.
        file: String,
    },
    /// The content of the file is damaged.
    #[error("{file} is damaged: {why}; restart the console, it repairs what can be repaired")]
    Damaged {
        /// The file in question.
        file: String,
        /// What the database says.
        why: String,
    },
    /// The operating system failed to read or write.
    #[error("{file}: {why}; nothing was saved, look at the disk and its mount")]
    Io {
        /// The file in question.
        file: String,
        /// What the system says.
        why: String,
    },
    /// The edit named by its command id is not there, or not in a state that allows this.
    #[error("edit {cmd}: {why}")]
    Edit {
        /// The command's id.
        cmd: String,
        /// Why not, and what to do.
        why: String,
    },
    /// The server is not the one that this cache belongs to.
    #[error("the server at this address is not the one of this cache: {why}")]
    OtherServer {
        /// What differs, and what to do.
        why: String,
    },
    /// The store's thread has ended.
    #[error("the store has been closed; restart the console")]
    Closed,
}

/// Names the file, unless the reason names the one that is to blame.
fn read_only(file: &str, why: &str) -> String {
    if why.contains(".db ") {
        why.to_owned()
    } else {
        format!("{file} is read-only: {why}")
    }
}

impl StoreError {
    /// Makes the error for a failed statement on one of the files.
    pub(crate) fn sql(file: &str, error: &rusqlite::Error) -> Self {
        let file = file.to_owned();
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { file },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly {
                file,
                why: format!("{why}; look at its owner and mode"),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { file },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { file, why }
            }
            None if matches!(
                error,
                rusqlite::Error::FromSqlConversionFailure(..)
                    | rusqlite::Error::InvalidColumnType(..)
                    | rusqlite::Error::IntegralValueOutOfRange(..)
                    | rusqlite::Error::Utf8Error(..)
            ) =>
            {
                Self::Damaged { file, why }
            }
            // A table that is not there means that the schema page was damaged.
            Some(ErrorCode::Unknown) if why.contains("no such table") => {
                Self::Damaged { file, why }
            }
            _ => Self::Io { file, why },
        }
    }

    /// Makes the error for a failed call to the operating system.
    pub(crate) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        let file = path.display().to_string();
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull { file },
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly {
                    file,
                    why: format!("{error}; look at its owner and mode"),
                }
            }
            _ => Self::Io {
                file,
                why: error.to_string(),
            },
        }
    }

    /// Tells whether the file's content is what failed.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }
}
