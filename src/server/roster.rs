//! Who may use a database: its users and their tokens, as its keeper reads them.

use std::path::Path;

use jiff::Timestamp;

use super::storage::Storage;
use super::storage::sqlite::Sqlite;
use super::{NewUser, ServerError};
use crate::record::{Kind, User};

/// What the keeper of a database may know of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLine {
    /// Its public part, by which it is revoked.
    pub id: String,
    /// The user it is for.
    pub user: String,
    /// The device or program that holds it.
    pub name: String,
    /// When it was made, to the second.
    pub created_at: Timestamp,
    /// When it ends, to the second.
    pub expires_at: Timestamp,
    /// When it was last used; none before its first use.
    pub last_used: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// Opens a database file that must be there; a wrong name must not make an empty one.
pub(super) fn existing(db: &Path) -> Result<Sqlite, ServerError> {
    if !db.exists() {
        return Err(ServerError::Invalid(format!(
            "{}: there is no such file; name the database that `cnm serve` runs on",
            db.display()
        )));
    }
    Ok(Sqlite::open(db)?)
}

/// Lists the users of a database file, in the order of their ids; a server may be running on it.
///
/// # Errors
/// When the file is not there or cannot be read.
pub fn users(db: &Path) -> Result<Vec<NewUser>, ServerError> {
    let sqlite = existing(db)?;
    let storage: &dyn Storage = &sqlite;
    let stored = storage.view(|snapshot| snapshot.all(Kind::User))?;
    Ok(stored
        .into_iter()
        .filter_map(|record| {
            let user: User = serde_json::from_str(&record.fields).ok()?;
            Some(NewUser {
                id: record.id,
                name: user.name,
                role: user.role,
                team: user.team.map_or_else(String::new, |team| team.to_string()),
                zone: user.zone,
            })
        })
        .collect())
}

/// Lists the tokens of a database file by user, the newest last; a server may be running on it.
///
/// # Errors
/// When the file is not there or cannot be read.
pub fn tokens(db: &Path) -> Result<Vec<TokenLine>, ServerError> {
    let sqlite = existing(db)?;
    let storage: &dyn Storage = &sqlite;
    let rows = storage.view(|snapshot| snapshot.tokens())?;
    let at = |second: i64| Timestamp::from_second(second).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| TokenLine {
            id: row.id,
            user: row.user,
            name: row.name,
            created_at: at(row.created_at),
            expires_at: at(row.expires_at),
            last_used: (row.last_used > 0).then(|| at(row.last_used)),
            revoked: row.revoked,
        })
        .collect())
}

/// Checks the hash chain of the audit log in a database file; a server may be running on it.
///
/// # Errors
/// When the file is not there or cannot be read; a broken chain is a report, not an error.
pub fn verify_audit(db: &Path) -> Result<super::AuditReport, ServerError> {
    Ok(super::upkeep::verify_audit(&existing(db)?)?)
}
