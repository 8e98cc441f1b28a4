//! The backend's records in one `SQLite` file.
//!
//! One connection writes, others read beside it (write-ahead log). Commits are durable: `synchronous=FULL`.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};

use super::{Brief, Reading, Result, Storage, StorageError, Writing};

mod read;
mod write;

/// The steps from an empty file to the present schema; only ever appended to.
const MIGRATIONS: &[&str] = &[
    include_str!("sqlite/0001_records.sql"),
    include_str!("sqlite/0002_sleepers.sql"),
    include_str!("sqlite/0003_lean.sql"),
];

/// Marks the file as ours (`PRAGMA application_id`): the letters `cnms`.
const APPLICATION_ID: i64 = 0x636e_6d73;

/// How many idle reading connections are kept: opening one costs as much as many requests.
const IDLE_READERS: usize = 32;

/// The backend's records in one `SQLite` file.
pub(crate) struct Sqlite {
    path: PathBuf,
    writer: Mutex<Connection>,
    /// Commits since the file was opened, until the log has its room.
    commits: AtomicU32,
    readers: Mutex<Vec<Connection>>,
}

/// How many steps of statements are counted as one.
const STEPS: i32 = 1_000;
/// How many thousands of steps are brief: about a millisecond of work.
const BRIEF: i32 = 20;

/// How many pages the write-ahead log gets before it is written back into the database.
const LOG_PAGES: u32 = 4_000;
/// The size of a page with its head in the log, in bytes.
const LOG_PAGE: u64 = 4_096 + 24;
/// After so many commits the log is given all of its room.
const SETTLED: u32 = 16;

/// Readers beside the writer, and commits that are on the disk when they return.
///
/// The log is written back after [`LOG_PAGES`].
const LOG: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000";

/// What the writer keeps in memory of the database.
const WRITER_CACHE: &str = "PRAGMA cache_size = -16384";

/// One connection inside a transaction.
pub(super) struct Session<'a> {
    conn: &'a Connection,
}

impl Sqlite {
    /// Opens the file, makes it if it is not there, and brings its schema up to date.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        make_private(path)?;
        let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        migrate(&writer)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            commits: AtomicU32::new(0),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// Copies a database file, of whatever schema, to a new file without touching it.
    pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
        copy_to(&connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?, to)
    }

    fn reader(&self) -> Result<Connection> {
        if let Some(conn) = lock(&self.readers).pop() {
            return Ok(conn);
        }
        connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Counts a commit; after the first few the log gets its room.
    fn committed(&self, conn: &Connection) {
        if self.commits.load(Ordering::Relaxed) >= SETTLED {
            return;
        }
        if self.commits.fetch_add(1, Ordering::Relaxed) + 1 == SETTLED
            && let Err(error) = self.make_room(conn)
        {
            tracing::debug!(%error, "the log grows as it is needed");
        }
    }

    /// Makes the log as long as it will become: a commit that makes a file longer waits for several writes of the
    /// disk, one that writes over old places for one. What is written here is rolled back.
    fn make_room(&self, conn: &Connection) -> Result<()> {
        let mut path = self.path.clone().into_os_string();
        path.push("-wal");
        let path = PathBuf::from(path);
        let long = std::fs::metadata(&path).map_or(0, |file| file.len());
        let room = (u64::from(LOG_PAGES) * LOG_PAGE).saturating_sub(long);
        let bytes = room / LOG_PAGE * 4_096;
        if bytes == 0 {
            return Ok(());
        }
        // What does not fit into the cache goes into the log at once, though it is never committed.
        conn.execute_batch("PRAGMA cache_size = -256; BEGIN IMMEDIATE")?;
        let filled = conn.execute(
            "INSERT INTO superseded (new, old) VALUES (-1, zeroblob(?1))",
            [i64::try_from(bytes).unwrap_or(0)],
        );
        if !conn.is_autocommit() {
            conn.execute_batch("ROLLBACK")?;
        }
        conn.execute_batch(WRITER_CACHE)?;
        filled?;
        // The disk may take its time, but the next commit should not have to wait for all of it.
        std::thread::spawn(move || {
            if let Ok(log) = std::fs::File::open(path)
                && let Err(error) = log.sync_data()
            {
                tracing::debug!(%error, "the log's room is not on the disk yet");
            }
        });
        Ok(())
    }

    /// Keeps a connection for the next reader.
    fn keep(&self, conn: Connection) {
        let mut idle = lock(&self.readers);
        if idle.len() < IDLE_READERS {
            idle.push(conn);
        }
    }
}

impl Storage for Sqlite {
    fn read(&self, work: &mut Reading<'_>) -> Result<()> {
        let conn = self.reader()?;
        conn.prepare_cached("BEGIN")?.execute([])?;
        let outcome = work(&Session { conn: &conn });
        let ended = conn
            .prepare_cached("COMMIT")
            .and_then(|mut end| end.execute([]));
        if ended.is_ok() {
            self.keep(conn);
        }
        outcome
    }

    fn read_briefly(&self, work: &mut Reading<'_>) -> Result<Brief> {
        let mut conn = self.reader()?;
        // SQLite counts the steps of a statement over all its runs: only many calls mean a long one.
        let mut left = BRIEF;
        let over = move || {
            left -= 1;
            left < 0
        };
        conn.progress_handler(STEPS, Some(over))?;
        conn.prepare_cached("BEGIN")?.execute([])?;
        let outcome = work(&Session { conn: &conn });
        let lifted = conn.progress_handler(0, None::<fn() -> bool>);
        let ended = conn
            .prepare_cached("COMMIT")
            .and_then(|mut end| end.execute([]));
        if ended.is_ok() && lifted.is_ok() {
            self.keep(conn);
        }
        match outcome {
            Ok(()) => Ok(Brief::Done),
            Err(StorageError::Interrupted) => Ok(Brief::TooLong),
            Err(error) => Err(error),
        }
    }

    fn write(&self, work: &mut Writing<'_>) -> Result<()> {
        let conn = lock(&self.writer);
        if !conn.is_autocommit() {
            // An earlier work was torn out by a panic: nothing of it may stay.
            conn.execute_batch("ROLLBACK")?;
        }
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let outcome = work(&Session { conn: &conn }).and_then(|()| {
            conn.prepare_cached("COMMIT")?.execute([])?;
            Ok(())
        });
        match outcome {
            Ok(()) => self.committed(&conn),
            Err(_) if !conn.is_autocommit() => conn.execute_batch("ROLLBACK")?,
            Err(_) => {}
        }
        outcome
    }

    fn rights(&self) -> Result<i64> {
        let conn = self.reader()?;
        let found = conn
            .prepare_cached(read::RIGHTS)?
            .query_row([], |row| row.get(0))
            .optional()?;
        self.keep(conn);
        Ok(found.unwrap_or_default())
    }

    fn loading(&self, on: bool) -> Result<()> {
        let conn = lock(&self.writer);
        if !on {
            // The way back to a durable log ends with everything on the disk.
            conn.execute_batch(&format!("{WRITER_CACHE}; PRAGMA synchronous = FULL"))?;
            conn.execute_batch(LOG)?;
            return Ok(());
        }
        conn.execute_batch("PRAGMA cache_size = -131072; PRAGMA synchronous = OFF")?;
        // Without the write-ahead log nothing is written twice. Other connections may forbid that; then the
        // load only takes longer.
        lock(&self.readers).clear();
        if let Err(error) = conn.execute_batch("PRAGMA journal_mode = MEMORY") {
            tracing::debug!(%error, "the load goes through the write-ahead log");
        }
        Ok(())
    }

    fn backup(&self, to: &Path) -> Result<()> {
        copy_to(&self.reader()?, to)
    }
}

fn copy_to(conn: &Connection, to: &Path) -> Result<()> {
    // SQLite fills an empty file and refuses one that holds anything.
    make_private(to)?;
    conn.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in a transaction leaves no half state behind: `write` rolls it back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the file readable for its owner only, before `SQLite` gives its side files the same rights.
fn make_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .map(drop)
        .map_err(|error| StorageError::Unavailable(format!("{}: {error}", path.display())))
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(
        path,
        access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI.intersection(access),
    )?;
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(128);
    // Otherwise a statement that might profit from a partial index is planned anew for each value that is
    // bound, which costs several times what it does.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -2048; PRAGMA mmap_size = 268435456",
    )?;
    if access.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        conn.execute_batch(WRITER_CACHE)?;
        conn.execute_batch(LOG)?;
    }
    Ok(conn)
}

fn migrate(conn: &Connection) -> Result<()> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StorageError::Newer { found, known });
    }
    let owner: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let empty: bool = conn.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })?;
    if owner != APPLICATION_ID && !empty {
        return Err(StorageError::Unavailable(
            "the file belongs to another program".to_owned(),
        ));
    }
    for (number, step) in (1_i64..).zip(MIGRATIONS) {
        if number <= found {
            continue;
        }
        // A step and its number are one transaction: killed anywhere, the schema is old or new.
        conn.execute_batch(&format!(
            "BEGIN IMMEDIATE; {step}; PRAGMA application_id = {APPLICATION_ID};
             PRAGMA user_version = {number}; COMMIT"
        ))?;
    }
    Ok(())
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked,
            ) => Self::Unavailable(error.to_string()),
            Some(ErrorCode::OperationInterrupted) => Self::Interrupted,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.db");
        drop(Sqlite::open(&path).unwrap());
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("PRAGMA user_version = 99").unwrap();
        assert!(matches!(
            Sqlite::open(&path),
            Err(StorageError::Newer { found: 99, .. })
        ));
    }

    #[test]
    fn the_file_of_another_program_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(
            Sqlite::open(&path),
            Err(StorageError::Unavailable(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.db");
        let _open = Sqlite::open(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
