//! The references below `docs`, made from the commands, the keymap and the configuration.

mod settings;

use std::fmt::Write as _;

use cnm::app::{App, Configured, Mode, footer, help_rows};
use cnm::command::{Entry, reference};
use cnm::config::Config;
use cnm::keymap::{EVERYWHERE, Found, Keymap, SUMMARY, SWEEP, parse_sequence, show_sequence};
use cnm::list::World;
use cnm::pane::Place;
use cnm::record::Kind;
use cnm::theme::Theme;

use crate::desk;
use crate::generated::keep;

const NOTE: &str =
    "<!-- Made from the program; write it anew with `UPDATE_DOCS=1 cargo test --test it`. -->";

/// Escapes what would end a cell of a table.
fn in_table(text: &str) -> String {
    text.replace('|', "\\|")
}

fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// Every scope of the keymap with its name on screen.
fn scopes() -> Vec<(&'static str, &'static str)> {
    let places = Place::TABS
        .into_iter()
        .chain([Place::Conflicts, Place::Outbox])
        .chain(Kind::ALL.iter().map(|kind| Place::Browse(*kind)));
    let mut scopes = vec![(EVERYWHERE, "everywhere")];
    for place in places {
        if !scopes.iter().any(|(name, _)| *name == place.name()) {
            scopes.push((place.name(), place.title()));
        }
    }
    scopes
}

/// Returns the keys that run a command and nothing else, with the place where they hold.
fn keys_of(keymap: &Keymap, entry: &Entry) -> String {
    let runs = |line: &str| line == entry.name || line.starts_with(&format!("{} ", entry.name));
    let mut found: Vec<String> = Vec::new();
    for (scope, title) in scopes() {
        let own = keymap.own(scope);
        let keys: Vec<String> = keymap
            .all(scope)
            .into_iter()
            .filter(|(keys, _)| own.contains(keys))
            .filter(|(_, binding)| matches!(binding.commands.as_slice(), [line] if runs(line)))
            .map(|(keys, _)| code(&show_sequence(&keys)))
            .collect();
        if !keys.is_empty() {
            let place = if scope == EVERYWHERE {
                String::new()
            } else {
                format!("{title}: ")
            };
            found.push(format!("{place}{}", keys.join(" ")));
        }
    }
    found.join("; ")
}

#[test]
fn commands() {
    let keymap = Keymap::defaults().unwrap();
    let mut text = format!(
        "# Commands\n\n{NOTE}\n\n\
         Every action has a name. The same words work in the palette (`:`), in `keymap.toml`, in scripts and in the\n\
         shell: `:inbox snooze \"tomorrow 9am\"` and `cnm inbox snooze --id ID \"tomorrow 9am\"` do the same. In the\n\
         console a verb acts on the marked rows, else on the row under the cursor; in the shell it needs `--id`.\n\
         A word in brackets may be left out; the console then asks for it where it must know.\n"
    );
    let mut group = "";
    let entries = reference();
    for entry in &entries {
        let space = entry.name.split(' ').next().unwrap_or_default();
        let shared = entries
            .iter()
            .filter(|other| other.name.split(' ').next() == Some(space))
            .count();
        let heading = if shared > 1 { space } else { "records" };
        if heading != group {
            group = heading;
            let _ = write!(
                text,
                "\n## {group}\n\n| command | what it does | keys |\n|---|---|---|\n"
            );
        }
        let usage = format!("{} {}", entry.name, entry.usage);
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            in_table(&code(usage.trim())),
            in_table(&entry.help),
            in_table(&keys_of(&keymap, entry)),
        );
    }
    text.push_str(
        "\n## In the shell\n\nWhat only makes sense there; `cnm NAME --help` says the rest.\n\n\
         | command | what it does |\n|---|---|\n",
    );
    let shell = cnm::cli::definition();
    let tools = shell.get_subcommands().filter(|tool| {
        let name = tool.get_name();
        entries
            .iter()
            .all(|entry| entry.name.split(' ').next() != Some(name))
    });
    for tool in tools {
        let help = tool
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = writeln!(text, "| `cnm {}` | {} |", tool.get_name(), in_table(&help));
    }
    keep("docs/commands.md", &text);
}

/// A console without records in a place.
fn console(place: Place) -> App {
    let zone = cnm::when::zone::load("UTC").unwrap();
    let configured = Configured {
        config: Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::bare(),
        problems: Vec::new(),
    };
    let mut app = App::new(
        World::new("me", desk::now(), zone, 7),
        configured,
        (120, 40),
    );
    app.screen.go(place);
    app
}

/// What the reference shows as an example of a keymap.
const EXAMPLE: &str = "[inbox]\nD = \"inbox done\"\n\"s h\" = { do = \"inbox snooze +1h\", help = \"in an hour\" }\nE = { unbind = true }\n";

#[test]
fn what_the_reference_of_keys_says_is_so() {
    Keymap::defaults()
        .unwrap()
        .with_user(EXAMPLE, "keymap.toml")
        .unwrap();
    let mut app = desk::console(&desk::morning(), (120, 40));
    app.keymap = Keymap::defaults().unwrap();
    desk::press(&mut app, "g i 7 j");
    assert_eq!(app.screen.list().unwrap().position(), 7);
    let threads = app.screen.list().unwrap().len();
    desk::press(&mut app, "home 3 e");
    assert_eq!(app.screen.list().unwrap().len(), threads - 3);
    desk::press(&mut app, "3 enter");
    assert_eq!(app.screen.place, Place::Funnel);
}

/// The keys in the first column of the tour in the README.
fn tour() -> Vec<String> {
    let readme = include_str!("../../README.md");
    let (_, tour) = readme.split_once("\n## A tour").unwrap();
    let (tour, _) = tour.split_once("\n## ").unwrap();
    tour.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|cell| cell.split('`').step_by(2))
        .filter(|keys| !keys.trim().is_empty() && keys.trim() != "to")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_tour_of_the_readme_names_keys_that_exist() {
    let keymap = Keymap::defaults().unwrap();
    let tour = tour();
    assert!(tour.len() > 15, "{tour:?}");
    for keys in tour {
        let sequence = parse_sequence(&keys.to_lowercase()).unwrap();
        let known = scopes()
            .iter()
            .any(|(scope, _)| keymap.find(scope, &sequence) != Found::Nothing);
        assert!(known, "`{keys}` does nothing");
    }
}

#[test]
fn keys() {
    let mut text = format!(
        "# Keys\n\n{NOTE}\n\n\
         These are the keys that ship with the program; `?` shows those of the place where you are, yours included.\n\
         A `keymap.toml` in the config folder binds any key to any [command](commands.md) or to a list of them, and\n\
         always wins:\n\n\
         ```toml\n{EXAMPLE}```\n\n\
         A digit begins a count: `7 j` goes down seven rows, `3 e` deals with three threads, `3` and Enter opens the\n\
         third tab. `digits = \"tabs\"` below `[keys]` makes 1 to 6 open their tabs at once; a count then begins with 0.\n"
    );
    let places = Place::TABS
        .into_iter()
        .skip(1)
        .chain([Place::Conflicts, Place::Outbox]);
    for place in places {
        let rows = help_rows(&console(place));
        let _ = write!(
            text,
            "\n## {}\n\n| keys | what they do | command |\n|---|---|---|\n",
            place.title()
        );
        for row in rows.iter().filter(|row| row.here) {
            key_row(&mut text, &row.keys, &row.help, &row.command);
        }
    }
    inner_places(&mut text);
    text.push_str("\n## Everywhere\n\n| keys | what they do | command |\n|---|---|---|\n");
    for row in help_rows(&console(Place::Browse(Kind::Note))) {
        assert!(!row.here, "notes have keys of their own now; list them");
        key_row(&mut text, &row.keys, &row.help, &row.command);
    }
    for (scope, title) in [
        (SWEEP, "What needs no decision"),
        (SUMMARY, "What was done today"),
    ] {
        let _ = write!(
            text,
            "\n## {title} (`[{scope}]`)\n\n| keys | what they do | command |\n|---|---|---|\n"
        );
        let keymap = Keymap::defaults().unwrap();
        for (keys, binding) in keymap.all(scope) {
            key_row(
                &mut text,
                &show_sequence(&keys),
                &binding.help,
                &binding.shown(),
            );
        }
    }
    text.push_str("\n## While something is typed or chosen\n\n| where | keys |\n|---|---|\n");
    for (name, keys) in [
        ("palette, filter, questions", "2 :"),
        ("choices", "2 a"),
        ("reply", "2 r"),
        ("form", "3 ="),
        ("keys of this place", "2 ?"),
    ] {
        let mut app = desk::console(&desk::morning(), (120, 40));
        desk::press(&mut app, keys);
        assert!(!matches!(app.mode, Mode::Normal), "{keys} opens nothing");
        let hints: Vec<String> = footer(&app)
            .into_iter()
            .map(|(key, help)| format!("{} {help}", code(&key)))
            .collect();
        let _ = writeln!(text, "| {name} | {} |", hints.join(", "));
    }
    keep("docs/keys.md", &text);
}

/// The keys of what is opened within a place: the page of a CN with its tabs, views of the follow-ups, an import.
fn inner_places(text: &mut String) {
    let keymap = Keymap::defaults().unwrap();
    let (first, last) = (Place::NextSteps.name(), Place::Import.name());
    for scope in keymap.scopes() {
        let page = scope.starts_with("cn-");
        if !page && ![first, Place::Offers.name(), last].contains(&scope) {
            continue;
        }
        let title = Place::from_name(scope).map_or("On every tab", Place::title);
        let title = if page {
            format!("Page of a CN: {}", title.to_lowercase())
        } else {
            title.to_owned()
        };
        let _ = write!(
            text,
            "\n## {title} (`[{scope}]`)\n\n| keys | what they do | command |\n|---|---|---|\n"
        );
        let own = keymap.own(scope);
        for (keys, binding) in keymap.all(scope) {
            if own.contains(&keys) {
                let keys = show_sequence(&keys);
                key_row(text, &keys, &binding.help, &binding.shown());
            }
        }
    }
}

fn key_row(text: &mut String, keys: &str, help: &str, command: &str) {
    let commands: Vec<String> = command.split(" · ").map(code).collect();
    let _ = writeln!(
        text,
        "| {} | {} | {} |",
        in_table(&code(keys)),
        in_table(help),
        in_table(&commands.join(", then ")),
    );
}

#[test]
fn papers() {
    use cnm::cli::{Paper, man_page, schema};
    let page = man_page();
    assert!(page.contains("cnm") && page.lines().count() > 30);
    let version = env!("CARGO_PKG_VERSION");
    keep("docs/cnm.1", &page.replace(version, "VERSION"));
    for (name, paper) in [
        ("config", Paper::Config),
        ("keymap", Paper::Keymap),
        ("theme", Paper::Theme),
    ] {
        keep(&format!("docs/schema/{name}.json"), &schema(paper));
    }
}

#[test]
fn configuration() {
    let mut text = format!(
        "# Configuration\n\n{NOTE}\n\n\
         `config.toml` in the config folder (`cnm config path` names it). Every setting has a default, an empty file is\n\
         a valid one, and an unknown setting is an error with its line: `cnm config check` looks before you start.\n"
    );
    for section in settings::sections() {
        let _ = write!(
            text,
            "\n## `[{}]`\n\n{}\n\n| setting | default | what it does |\n|---|---|---|\n",
            section.name, section.help
        );
        for setting in &section.settings {
            let line = format!(
                "[{}]\n{} = {}\n",
                section.name, setting.name, setting.default
            );
            let read = Config::read(&line, "config.toml");
            assert_eq!(read.as_ref(), Ok(&Config::default()), "{line}");
            let _ = writeln!(
                text,
                "| `{}` | {} | {} |",
                setting.name,
                code(&setting.default),
                in_table(&setting.help)
            );
        }
    }
    keep("docs/config.md", &text);
}
