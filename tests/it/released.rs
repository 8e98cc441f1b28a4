//! Files of every released version load, and no file can make the program panic.

use std::path::PathBuf;

use cnm::command::{Parsing, read_printed, read_steps};
use cnm::config::Config;
use cnm::keymap::{DEFAULT, Keymap, Layout, Preset, VERSIONS, parse_sequence, read_hooks};
use cnm::theme::Theme;
use proptest::prelude::*;

/// The folders of the released versions, one each.
fn versions() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/released");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn text(path: impl AsRef<std::path::Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_file_of_every_released_version_loads() {
    let mut parsing = Parsing::new();
    for version in versions() {
        let config = Config::read(&text(version.join("config.toml")), "config.toml").unwrap();
        Layout::read(&config.keys.layout).unwrap();
        let keymap = Keymap::shipped(config.keys.preset(), &config.keys.defaults).unwrap();
        let keymap = keymap
            .with_user(&text(version.join("keymap.toml")), "keymap.toml")
            .unwrap();
        assert!(keymap.all("inbox").len() > 50);
        read_hooks(
            &text(version.join("hooks.toml")),
            "hooks.toml",
            &mut parsing,
        )
        .unwrap();
        for folder in ["macros", "themes"] {
            for entry in std::fs::read_dir(version.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.display().to_string();
                let text = text(path);
                if folder == "macros" {
                    read_steps(&text, &mut parsing).unwrap();
                } else {
                    Theme::read(&text, &name, &|_| None).unwrap();
                }
            }
        }
    }
}

#[test]
fn every_version_of_the_default_keys_can_still_be_asked_for() {
    for (version, _) in VERSIONS {
        for preset in [Preset::Vim, Preset::Plain] {
            Keymap::shipped(preset, version).unwrap();
        }
    }
}

#[test]
fn an_upgrade_says_once_which_default_keys_changed() {
    let folder = tempfile::tempdir().unwrap();
    let home = cnm::runtime::Home::below(folder.path());
    let keys = cnm::config::Keys::default();
    // A new home has nothing to compare with.
    assert_eq!(home.keys_changed(&keys), None);
    std::fs::create_dir_all(&home.state).unwrap();
    std::fs::write(home.state.join("keys-version"), "v1").unwrap();
    let news = home.keys_changed(&keys).unwrap();
    assert!(
        news.contains("--changed v1") && news.contains("defaults = \"v1\""),
        "{news}"
    );
    home.saw_keys();
    assert_eq!(home.keys_changed(&keys), None);
}

/// Reads a text as every kind of file; whatever it is, it is refused or taken.
fn read_as_everything(text: &str) {
    let mut parsing = Parsing::new();
    let _ = Config::read(text, "f");
    if let Ok(keymap) = Keymap::defaults().unwrap().with_user(text, "f") {
        keymap.review();
        keymap.all("inbox");
        keymap.live("inbox", &|_| false);
    }
    let _ = read_hooks(text, "f", &mut parsing);
    let _ = Theme::read(text, "f", &|_| None);
    let _ = read_steps(text, &mut parsing);
    let _ = read_printed(text, &mut parsing);
    let _ = parse_sequence(text);
    let _ = Layout::read(text);
}

/// What files are made of.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "\\PC{0,6}",
        Just("do".to_owned()),
        Just("when".to_owned()),
        Just("ask".to_owned()),
        Just("[[hook]]\n".to_owned()),
        Just("[inbox]\n".to_owned()),
        Just("\n".to_owned()),
        Just(" = ".to_owned()),
        Just("{ ".to_owned()),
        Just(" }".to_owned()),
        Just("\"inbox done {x}\"".to_owned()),
        Just("'exec --into run -- a {item.id}'".to_owned()),
        Just("\"sla<2h marked\"".to_owned()),
        Just("[\"a\", 1]".to_owned()),
        Just("\"".to_owned()),
        Just(",".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_makes_the_program_panic(words in prop::collection::vec(word(), 0..24)) {
        read_as_everything(&words.concat());
    }

    #[test]
    fn no_damage_to_a_good_file_makes_the_program_panic(
        which in 0..4_usize,
        at in any::<prop::sample::Index>(),
        length in 0..40_usize,
        put in "\\PC{0,8}",
    ) {
        let version = versions().remove(0);
        let good = match which {
            0 => text(version.join("config.toml")),
            1 => text(version.join("keymap.toml")),
            2 => text(version.join("hooks.toml")),
            _ => DEFAULT.to_owned(),
        };
        let letters: Vec<char> = good.chars().collect();
        let from = at.index(letters.len());
        let to = (from + length).min(letters.len());
        let mut damaged: String = letters[..from].iter().collect();
        damaged.push_str(&put);
        damaged.extend(&letters[to..]);
        read_as_everything(&damaged);
    }
}
