//! What a demo takes over of the user's configuration: their look, keys and macros, to practise with.
//!
//! Neither the server nor the token nor hooks come along: what happens in an invented morning must reach nobody.

use std::path::Path;

use crate::config::MAX_BYTES;
use crate::runtime::Home;

/// The parts of `config.toml` that are about the person at the console and not about their work.
const OWN: [&str; 2] = ["ui", "keys"];

/// Copies the user's look, keys and macros into the home of a demo; what cannot be read stays behind.
pub(super) fn take_over(from: &Home, to: &Home) {
    if std::fs::create_dir_all(&to.config).is_err() {
        return;
    }
    if let Some(text) = read(&from.config_file()).and_then(|text| own_part(&text)) {
        let _ = std::fs::write(to.config_file(), text);
    }
    copy(&from.keymap_file(), &to.keymap_file());
    for folder in ["themes", "macros"] {
        let (from, to) = (from.config.join(folder), to.config.join(folder));
        let Ok(entries) = std::fs::read_dir(from) else {
            continue;
        };
        let _ = std::fs::create_dir_all(&to);
        for entry in entries.flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    }
}

fn read(file: &Path) -> Option<String> {
    let small = std::fs::metadata(file).ok()?.len() <= u64::try_from(MAX_BYTES).ok()?;
    small.then(|| std::fs::read_to_string(file).ok()).flatten()
}

fn copy(from: &Path, to: &Path) {
    if let Some(text) = read(from) {
        let _ = std::fs::write(to, text);
    }
}

/// Keeps the parts of a configuration that a demo may have.
fn own_part(text: &str) -> Option<String> {
    let mut table: toml::Table = toml::from_str(text).ok()?;
    table.retain(|name, _| OWN.contains(&name));
    (!table.is_empty())
        .then(|| toml::to_string(&table).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_keys_and_macros_come_along_and_nothing_that_reaches_anybody() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, demo) = (
            Home::below(&folder.path().join("mine")),
            Home::below(&folder.path().join("demo")),
        );
        std::fs::create_dir_all(mine.config.join("macros")).unwrap();
        std::fs::write(
            mine.config_file(),
            "[server]\nurl = \"https://real.example\"\n[ui]\ntheme = \"nord\"\n[keys]\npreset = \"plain\"\n",
        )
        .unwrap();
        std::fs::write(mine.keymap_file(), "[inbox]\nD = \"inbox done\"\n").unwrap();
        std::fs::write(mine.config.join("token"), "secret").unwrap();
        std::fs::write(mine.hooks_file(), "").unwrap();
        std::fs::write(mine.config.join("macros/two.cnm"), "inbox done\n").unwrap();
        take_over(&mine, &demo);
        let config = std::fs::read_to_string(demo.config_file()).unwrap();
        assert!(
            config.contains("nord") && config.contains("plain"),
            "{config}"
        );
        assert!(!config.contains("real.example"), "{config}");
        assert!(demo.keymap_file().exists() && demo.config.join("macros/two.cnm").exists());
        assert!(!demo.config.join("token").exists() && !demo.hooks_file().exists());
    }

    #[test]
    fn without_a_configuration_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, demo) = (
            Home::below(&folder.path().join("mine")),
            Home::below(&folder.path().join("demo")),
        );
        take_over(&mine, &demo);
        assert!(!demo.config_file().exists() && !demo.keymap_file().exists());
    }
}
