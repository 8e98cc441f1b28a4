//! Strings that break things, through every way by which a value reaches a command, a program or a terminal.

use std::process::Command;

use cnm::app::Msg;
use cnm::command::{
    Parsing, join_words, program as program_of, quote_word, split_lines, split_words,
};
use cnm::effect::{Effect, Program};
use cnm::keymap::{Keymap, Template};
use cnm::record::{AnyRef, Kind};
use cnm::runtime::Programs;
use serde_json::{Value as Json, json};

/// Strings that are code, options, quotes or the end of something to somebody.
pub(crate) const NAUGHTY: &[&str] = &[
    "",
    " ",
    "  two  blanks ",
    "-",
    "--",
    "--id",
    "--id=lead:halo",
    "--trust",
    "-rf",
    "--where=state:open",
    "'",
    "''",
    "\"",
    "\"\"",
    "\\",
    "\\\\",
    "\\\"",
    "'; drop table thread; --",
    "\"; quit",
    "$(reboot)",
    "`reboot`",
    "$HOME",
    "${IFS}",
    "%s%n",
    "%00",
    "{text}",
    "{{text}}",
    "{item.id}",
    "{count}",
    "{",
    "}",
    "{}",
    "a{b",
    "; reboot",
    "| reboot",
    "& reboot",
    "&& reboot",
    "> /tmp/x",
    "< /etc/passwd",
    "#comment",
    "# exec -- reboot",
    "a\nb",
    "\nexec -- reboot\n",
    "inbox done\ninbox done",
    "a\r\nb",
    "a\tb",
    "\u{1b}[2J",
    "\u{1b}]52;c;AAAA\u{7}",
    "\u{9b}2J",
    "\u{202e}gnp",
    "\u{200b}",
    "\u{feff}x",
    "\u{0}",
    "a\u{0}b",
    "*",
    "?",
    "~",
    "~/x",
    "../../etc/passwd",
    "=cmd|'/c calc'!A1",
    "@SUM(1)",
    "+1",
    "<script>alert(1)</script>",
    "or",
    "not",
    "none",
    "any",
    "me",
    "or -owner:me",
    "sort:title",
    "limit:1",
    "a..b",
    "state:done",
    "(",
    ")",
    "()",
    "null",
    "true",
    "NaN",
    "1e999",
    "\u{ff1a}",
    "（",
    "“x”",
    "田中さん",
    "👨‍👩‍👧‍👦",
    "نص",
    "e\u{301}\u{301}\u{301}",
    "İ",
    "ß",
    "'\"'\"'",
    "() { :; }; echo x",
    "{\"do\":[\"exec\",\"reboot\"]}",
    "!!",
    "^x^y",
    "\\n",
    "'\n'",
    "a'b\"c\\d",
];

#[test]
fn a_word_survives_lines_files_and_the_parser() {
    for text in NAUGHTY {
        let words = ["note".to_owned(), "--".into(), (*text).to_owned()];
        let line = join_words(&words);
        assert_eq!(split_words(&line).unwrap(), words, "{line}");
        let file = format!("undo\n{line}\nredo\n");
        let lines: Vec<String> = split_lines(&file)
            .into_iter()
            .map(|(_, line)| line)
            .collect();
        // A carriage return before a line's end is part of the end to whoever reads lines.
        if !text.contains('\r') {
            assert_eq!(lines, ["undo", line.as_str(), "redo"], "{text:?}");
        }
        assert_eq!(
            quote_word(text),
            quote_word(&split_words(&quote_word(text)).unwrap()[0])
        );
    }
}

#[test]
fn a_value_in_a_template_is_never_another_word_option_or_command() {
    let mut parsing = Parsing::new();
    let lines = [
        "note {text}",
        "note before{text}after",
        "edit next_step={text}",
        "edit {text}",
        "inbox reply --keep {text}",
        "inbox follow-up --title {text} fri",
        "inbox link --network {text}",
        "new lead name={text}",
        "exec -- printf {text}",
        "exec --into run -- prog name-{text} tail",
        "notify --title {text} x",
        "notify {text}",
    ];
    for line in lines {
        let template = Template::read(line).unwrap().check(&mut parsing).unwrap();
        let shape = template.fill(&mut |_| ("x".into(), false));
        let plain = parsing.read_words(&shape);
        for text in NAUGHTY {
            let words = template.fill(&mut |_| ((*text).to_owned(), false));
            assert_eq!(words.len(), shape.len(), "{line} {text:?}");
            let joined = words.join("\u{1}");
            assert!(joined.contains(text), "{line} {text:?}");
            // It is the same command with the same options; only the value differs.
            if let (Ok(plain), Ok(filled)) = (&plain, parsing.read_words(&words)) {
                let same = std::mem::discriminant(plain) == std::mem::discriminant(&filled);
                assert!(same, "{line} {text:?}");
                let ids = filled
                    .named()
                    .1
                    .map(|targets| (targets.ids.clone(), targets.query.clone()));
                let was = plain
                    .named()
                    .1
                    .map(|targets| (targets.ids.clone(), targets.query.clone()));
                assert_eq!(ids, was, "{line} {text:?}");
            }
        }
    }
}

#[test]
fn a_value_in_a_query_is_a_value() {
    let mut parsing = Parsing::new();
    for line in [
        "filter set from_name:{text} state:open",
        "inbox done --where from_name:{text}",
    ] {
        let template = Template::read(line).unwrap().check(&mut parsing).unwrap();
        for text in NAUGHTY {
            let words = template.fill(&mut |_| ((*text).to_owned(), false));
            let query: Vec<String> = words
                .iter()
                .filter_map(|word| {
                    let word = word.strip_prefix("--where=").unwrap_or(word);
                    word.contains("from_name:").then(|| word.to_owned())
                })
                .collect();
            let parsed = cnm::query::Query::parse(&query[0]);
            // A value that cannot be asked for at all is refused as a whole.
            let Ok(parsed) = parsed else { continue };
            let shown = parsed.to_string();
            assert!(shown.starts_with("from_name:"), "{text:?}: {shown}");
            assert_eq!(parsed.limit(), None, "{text:?}");
            assert!(
                !shown.contains(" or ") || text.contains("or"),
                "{text:?}: {shown}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_program_gets_every_string_as_it_is_and_nothing_runs() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut words = vec!["printf".to_owned(), "%s\u{1}".into()];
    let plain: Vec<&&str> = NAUGHTY.iter().filter(|text| !text.contains('\0')).collect();
    words.extend(plain.iter().map(|text| (**text).to_owned()));
    let mut program = Program {
        words,
        shell: false,
        input: "[]".into(),
        variables: Vec::new(),
        limit: 20,
        most: 1 << 20,
    };
    let out = runtime.block_on(Programs::default().run(&program)).unwrap();
    let got: Vec<&str> = out.split('\u{1}').collect();
    for (at, text) in plain.iter().enumerate() {
        assert_eq!(got[at], **text);
    }
    // A word with a NUL cannot be given to a program; it is refused, not cut.
    program.words = vec!["printf".into(), "a\0b".into()];
    assert!(runtime.block_on(Programs::default().run(&program)).is_err());
}

#[cfg(unix)]
#[test]
fn records_reach_a_program_as_json_and_variables_whatever_they_say() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut app = crate::desk::open("ana", Vec::new(), (120, 40));
    let now = app.world.view.now;
    for (at, text) in NAUGHTY.iter().enumerate() {
        let id = format!("l{at}");
        let change = cnm::effect::CacheRow {
            kind: Kind::Lead,
            id: id.clone(),
            version: 1,
            state: cnm::effect::RowState::Clean,
            fields: json!({"name": text, "next_step": text, "owner": "ana"}).to_string(),
        };
        app.update(
            now,
            Msg::Changed(vec![cnm::effect::CacheChange::Upsert(change)]),
        );
        let link = AnyRef::new(Kind::Lead, &id);
        let words = vec![
            "sh".into(),
            "-c".into(),
            "cat; printf '\\001%s' \"$CNM_SEL_NAME\"".into(),
        ];
        let program = program_of(&app.world, &[link], words, false, 20);
        let out = runtime.block_on(Programs::default().run(&program)).unwrap();
        let (input, name) = out.rsplit_once('\u{1}').unwrap();
        let input: Json = serde_json::from_str(input).unwrap();
        // An empty text is left out on the wire.
        assert_eq!(
            input[0]["fields"]["name"].as_str().unwrap_or_default(),
            *text
        );
        assert_eq!(name, text.replace('\0', ""));
        assert!(
            program
                .variables
                .iter()
                .all(|(name, _)| name.starts_with("CNM_SEL_"))
        );
    }
}

#[test]
fn a_binding_with_the_record_in_it_acts_on_that_record_only() {
    let keys = "[everywhere]\nf5 = \"note {item.name}\"\nf6 = \"filter set name:{item.name}\"\n";
    for text in NAUGHTY {
        let mut app = crate::desk::open("ana", Vec::new(), (120, 40));
        app.keymap = Keymap::defaults()
            .unwrap()
            .with_digits(true)
            .unwrap()
            .with_user(keys, "keymap.toml")
            .unwrap();
        let now = app.world.view.now;
        let lead = |id: &str, name: &str| {
            cnm::effect::CacheChange::Upsert(cnm::effect::CacheRow {
                kind: Kind::Lead,
                id: id.into(),
                version: 1,
                state: cnm::effect::RowState::Clean,
                fields: json!({"name": name, "stage": "new", "owner": "ana"}).to_string(),
            })
        };
        app.update(
            now,
            Msg::Changed(vec![lead("l1", text), lead("l2", "Other")]),
        );
        crate::desk::press(&mut app, "3 g .");
        let list = &mut app.screen.shelf_mut(cnm::pane::Place::Funnel).list;
        assert!(list.go_to_key("l1"), "{text:?}");
        let effects = crate::desk::press(&mut app, "f5");
        for effect in &effects {
            let Effect::Save(batch) = effect else {
                assert!(matches!(effect, Effect::Load(_)), "{text:?}: {effect:?}");
                continue;
            };
            assert_eq!(batch.edits.len(), 1);
            assert_eq!(batch.edits[0].patch.set["subject"]["id"], "l1");
            let written = batch.edits[0].patch.set.get("text").and_then(Json::as_str);
            assert_eq!(written.unwrap_or_default(), *text);
        }
        let effects = crate::desk::press(&mut app, "f6");
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::Save(_))),
            "{text:?}"
        );
    }
}

/// To `sh -c` a word is a program: there a value would be run, however well it is quoted.
#[test]
fn a_value_is_refused_where_an_interpreter_reads_code() {
    let lines = [
        "exec -- sh -c 'echo {item.name}'",
        "exec --into copy -- /bin/bash -lc 'echo {item.name}'",
        "exec -- env A=b zsh -c {item.name}",
        "exec -- nice -n 5 python3 -c 'print({item.name})'",
        "exec -- perl -e 'print' {item.name}",
        "exec -- node --eval={item.name}",
        "exec -- awk '/{item.name}/'",
        "exec -- osascript -e 'say {item.name}'",
        "exec -- setpriv sh -c 'echo {item.name}'",
        "exec -- docker exec box sh -c {item.name}",
        "exec -- kubectl exec pod -- sh -c 'echo {item.name}'",
        "exec -- pkexec sh -c {item.name}",
        "exec -- nsenter -t 1 sh -c {item.name}",
        "exec -- never-heard-of-it bash -c {item.name}",
        "exec -- find {item.name}",
    ];
    for line in lines {
        refused_at_load(
            line,
            &["reads code", "'echo \"$1\"' - {item.name}", "$CNM_SEL_NAME"],
        );
    }
    let from = "[funnel]\nf5 = { do = \"note {x}\", ask = { x = { from = [\"sh\", \"-c\", \"ls {item.name}\"] } } }\n";
    let error = Keymap::defaults().unwrap().with_user(from, "keymap.toml");
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("keymap.toml:2") && error.contains("nothing is filled"),
        "{error}"
    );
}

/// Refused in a key and in a hook, with file, line and these words.
fn refused_at_load(line: &str, said: &[&str]) {
    let quoted = toml::Value::from(line);
    let keys = format!("[funnel]\n\nf5 = {quoted}\n");
    let error = Keymap::defaults().unwrap().with_user(&keys, "keymap.toml");
    let error = error.expect_err(line).to_string();
    assert!(error.starts_with("keymap.toml:3: "), "{error}");
    let hook = format!("\n[[hook]]\non = \"stage-changed\"\ndo = {quoted}\n");
    let hook = cnm::keymap::read_hooks(&hook, "hooks.toml", &mut Parsing::new());
    let hook = hook.expect_err(line).to_string();
    assert!(hook.starts_with("hooks.toml:2: "), "{hook}");
    for words in said {
        assert!(error.contains(words), "{words}: {error}");
        assert!(hook.contains(words), "{words}: {hook}");
    }
}

/// Whatever program it is: behind what looks like an option for code nothing is filled in.
#[test]
fn a_value_is_refused_behind_and_in_options_for_code() {
    for line in [
        "exec -- flock FILE -c 'echo {item.name}'",
        "exec -- vim -c '!echo {item.name}' x",
        "exec -- julia -e 'print({item.name})'",
        "exec -- never-heard-of-it -e 'print({item.name})'",
        "exec -- xterm -e {item.name}",
        "exec -- npx foo -c {item.name}",
        "exec -- nix-shell --run {item.name}",
        "exec -- tar xf a --to-command={item.name}",
        "exec -- tar xf a --to-command {item.name}",
        "exec -- vim +!{item.name}",
        "exec -- git alias.x='!{item.name}'",
        "exec -- foo '`{item.name}`'",
        "exec -- env LD_PRELOAD={item.name} ls",
    ] {
        refused_at_load(
            line,
            &["would be run", "as a word of its own", "$CNM_SEL_NAME"],
        );
    }
}

/// The words of the product's own program are commands and queries.
#[test]
fn a_value_is_refused_in_the_words_of_the_console_itself() {
    for line in [
        "exec -- cnm remote 'edit {item.name}'",
        "exec -- cnm inbox done --where 'name:{item.name}'",
        "exec -- /usr/local/bin/cnm run {item.name}",
        "exec -- cnm exec -- {item.name}",
        "exec -- cnm remote -- --id {item.name}",
        "exec -- timeout 5 cnm note -- {item.name}",
        "exec -- cnm inbox done --id={item.id}",
    ] {
        refused_at_load(line, &["`cnm`", "standard input", "$CNM_SEL_"]);
    }
    let keys = "[funnel]\nf5 = \"exec -- cnm lead advance --id {item.id}\"\n\
                f6 = \"exec -- firefox https://host/cn/{item.id}?name={item.name}\"\n";
    Keymap::defaults()
        .unwrap()
        .with_user(keys, "keymap.toml")
        .unwrap();
}

/// A program that takes a value for an option does what the value says: nothing runs, and it is said why.
#[test]
fn a_value_that_would_be_an_option_of_a_program_runs_nothing() {
    let lead = |name: &str, stage: &str| {
        cnm::effect::CacheChange::Upsert(cnm::effect::CacheRow {
            kind: Kind::Lead,
            id: "l1".into(),
            version: 1,
            state: cnm::effect::RowState::Clean,
            fields: json!({"name": name, "stage": stage, "owner": "ana"}).to_string(),
        })
    };
    for (line, value, option) in [
        ("exec --into nothing -- find . {item.name}", "-delete", true),
        ("exec --into nothing -- find . {item.name}", "delete", false),
        ("exec --into nothing -- ls {item.name}", "--help", true),
        ("exec --into nothing -- ls {item.name}x", "-", true),
        ("exec --into nothing -- ls -- {item.name}", "--help", false),
        ("exec --into nothing -- ls a{item.name}", "-l", false),
        ("exec --into nothing -- vim {item.name}", "+!reboot", true),
        (
            "exec --into nothing -- sh -c 'echo \"$1\"' - {item.name}",
            "-c",
            false,
        ),
    ] {
        let quoted = toml::Value::from(line);
        let mut app = crate::desk::open("ana", Vec::new(), (200, 40));
        let keys = format!("[everywhere]\nf5 = {quoted}\n");
        app.keymap = Keymap::defaults()
            .unwrap()
            .with_digits(true)
            .unwrap()
            .with_user(&keys, "keymap.toml")
            .unwrap();
        let now = app.world.view.now;
        app.update(now, Msg::Changed(vec![lead(value, "new")]));
        crate::desk::press(&mut app, "3 g .");
        let list = &mut app.screen.shelf_mut(cnm::pane::Place::Funnel).list;
        assert!(list.go_to_key("l1"), "{line}");
        let runs = |effects: &[Effect]| {
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Exec(..)))
        };
        let told = |app: &cnm::app::App| {
            crate::scripting::said(app).contains("the value of {item.name} begins with")
        };
        let effects = crate::desk::press(&mut app, "f5");
        assert_eq!(runs(&effects), !option, "{line} {value}");
        assert_eq!(told(&app), option, "{line} {value}");
        // The same by a hook.
        let mut app = crate::desk::open("ana", Vec::new(), (200, 40));
        let hooks = format!("[[hook]]\non = \"stage-changed\"\ndo = {quoted}\n");
        app.keymap.hooks =
            cnm::keymap::read_hooks(&hooks, "hooks.toml", &mut Parsing::new()).unwrap();
        app.update(now, Msg::Changed(vec![lead(value, "new")]));
        let effects = app.update(now, Msg::Changed(vec![lead(value, "contacted")]));
        assert_eq!(runs(&effects), !option, "{line} {value}");
        assert_eq!(told(&app), option, "{line} {value}");
    }
}

/// The way out that the refusal names, through a hook: each string arrives as it is, and nothing of it runs.
#[cfg(unix)]
#[test]
fn every_string_goes_through_a_hook_to_a_shell_as_data() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let hooks = "[[hook]]\non = \"stage-changed\"\ndo = \"exec --into nothing -- sh -c 'printf %s \\\"$1\\\"' - {item.name}\"\n";
    let hooks = cnm::keymap::read_hooks(hooks, "hooks.toml", &mut Parsing::new()).unwrap();
    let lead = |name: &str, stage: &str| {
        cnm::effect::CacheChange::Upsert(cnm::effect::CacheRow {
            kind: Kind::Lead,
            id: "l1".into(),
            version: 1,
            state: cnm::effect::RowState::Clean,
            fields: json!({"name": name, "stage": stage, "owner": "ana"}).to_string(),
        })
    };
    let code = [
        "$(touch X)",
        "'; touch X; '",
        "\"; touch X; \"",
        "`touch X`",
        "-c",
        "--",
    ];
    for text in NAUGHTY.iter().chain(&code) {
        let mut app = crate::desk::open("ana", Vec::new(), (120, 40));
        app.keymap.hooks.clone_from(&hooks);
        let now = app.world.view.now;
        app.update(now, Msg::Changed(vec![lead(text, "new")]));
        let effects = app.update(now, Msg::Changed(vec![lead(text, "contacted")]));
        let program = effects.into_iter().find_map(|effect| match effect {
            Effect::Exec(program, _) => Some(program),
            _ => None,
        });
        let program = program.unwrap_or_else(|| panic!("the hook did not run: {text:?}"));
        let out = runtime.block_on(Programs::default().run(&program));
        if text.contains('\0') {
            assert!(out.is_err(), "{text:?}");
        } else {
            assert_eq!(out.unwrap(), **text);
        }
    }
}

#[cfg(unix)]
#[test]
fn no_token_reaches_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cnm"))
        .args(["exec", "--", "env"])
        .env("CNM_HOME", folder.path())
        .env("CNM_TOKEN", "secret-token")
        .env("CNM_TOKEN_OLD", "secret-token")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("CNM_SEL_COUNT=0"), "{output:?}");
    assert!(!out.contains("secret-token"), "{out}");
    // What it runs works on the same folders, wherever the console was started.
    let home = format!("CNM_HOME={}", folder.path().display());
    assert!(out.lines().any(|line| line == home), "{out}");
}
