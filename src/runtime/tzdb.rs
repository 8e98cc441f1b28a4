//! The choice of the time zone database: the one inside the program, or that of the operating system.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZoneDatabase;

use super::Home;
use crate::config::Config;
use crate::when::tzdb::{self, Source, Tzdb};

/// Where systems keep their zones, in the order in which they are looked for.
const FOLDERS: [&str; 3] = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"];

/// Returns the database of the operating system, where it has one: that of the folder `TZDIR`, else of the usual ones.
pub fn system_tzdb() -> Option<Tzdb> {
    let named = std::env::var_os("TZDIR").filter(|folder| !folder.is_empty());
    let folders = named
        .map(PathBuf::from)
        .into_iter()
        .chain(FOLDERS.map(PathBuf::from));
    // Each folder by itself: the search of `jiff` ends with the database that is compiled in, and does not say so.
    folders.into_iter().find_map(|folder| {
        let database = TimeZoneDatabase::from_dir(&folder).ok()?;
        database.get("Europe/London").ok()?;
        Some(Tzdb {
            source: Source::System,
            version: release_of(&folder).unwrap_or_default(),
            database,
        })
    })
}

/// Reads the release that a folder of zones states: in the head of `tzdata.zi`, in `+VERSION` or `version`.
fn release_of(folder: &Path) -> Option<String> {
    use std::io::Read as _;
    let head = |name: &str| {
        let mut text = String::new();
        let file = std::fs::File::open(folder.join(name)).ok()?;
        file.take(64).read_to_string(&mut text).ok()?;
        text.lines().next().map(str::to_owned)
    };
    let line = ["tzdata.zi", "+VERSION", "version"]
        .into_iter()
        .find_map(head)?;
    let word = line.split_whitespace().next_back()?;
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    (word.len() <= 8 && word.chars().all(plain)).then(|| word.to_owned())
}

/// Reads which database the configuration asks for; a file that cannot be read asks for nothing.
fn configured(home: &Home) -> Option<Source> {
    let file = home.config_file();
    // A pipe would be waited for without end.
    let text = super::home::read(&file).ok()??;
    // Most say nothing about it, and then the file need not be understood twice.
    if !text.contains("tzdb") {
        return None;
    }
    Some(Config::read(&text, "").ok()?.time.source())
}

/// Lets all zones come from the database asked for by a flag, else by `CNM_TZDB`, else by the configuration; to be
/// called before any zone is loaded.
///
/// # Errors
///
/// `CNM_TZDB` names neither, or flag or variable ask for that of an operating system that has none.
pub fn choose_tzdb(flag: Option<Source>) -> Result<(), String> {
    let variable = std::env::var("CNM_TZDB").unwrap_or_default();
    let source = match (flag, variable.as_str()) {
        (Some(source), _) => Some(source),
        (None, "") => Home::find().ok().and_then(|home| configured(&home)),
        (None, "bundled") => Some(Source::Bundled),
        (None, "system") => Some(Source::System),
        (None, other) => {
            return Err(format!(
                "CNM_TZDB: `{other}` is no time zone database; write `bundled` or `system`"
            ));
        }
    };
    if source != Some(Source::System) {
        return Ok(());
    }
    match system_tzdb() {
        Some(system) => {
            tzdb::choose(system);
            Ok(())
        }
        None if flag.is_some() || !variable.is_empty() => Err(
            "tzdb: this system has no time zone database; install tzdata, or choose `bundled`"
                .to_owned(),
        ),
        // A console that is configured for another machine opens all the same, and the doctor says why.
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_of_a_folder_is_read_from_what_makers_of_systems_write() {
        let folder = std::env::temp_dir().join(format!("cnm-tzdb-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text, wanted) in [
            ("version", "\u{1b}[31m\n", None),
            ("version", "2027b", Some("2027b")),
            ("+VERSION", "2024a\n", Some("2024a")),
            ("tzdata.zi", "# version 2025b\n# more\n", Some("2025b")),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
            assert_eq!(release_of(&folder).as_deref(), wanted, "{name}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(release_of(&folder), None);
    }
}
