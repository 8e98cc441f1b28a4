use super::*;
use crate::query::{Context, Row};
use crate::record::{Value, View};

fn keys(text: &str) -> Vec<Key> {
    parse_sequence(text).unwrap()
}

fn mine(text: &str) -> Keymap {
    Keymap::defaults()
        .unwrap()
        .with_user(text, "keymap.toml")
        .unwrap()
}

fn refused(text: &str) -> String {
    Keymap::defaults()
        .unwrap()
        .with_user(text, "keymap.toml")
        .unwrap_err()
        .to_string()
}

fn runs(found: Found<'_>) -> Vec<String> {
    match found {
        Found::Bound(binding) => binding.commands.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_default_binding_is_a_command() {
    Keymap::check_defaults().unwrap();
}

#[test]
fn the_user_wins_over_a_default_of_the_same_place() {
    let keymap = mine("[everywhere]\ne = \"app redraw\"\n");
    assert_eq!(runs(keymap.find("inbox", &keys("e"))), ["app redraw"]);
}

#[test]
fn a_key_can_be_taken_away() {
    let keymap = mine("[inbox]\ne = { unbind = true }\n");
    assert_eq!(keymap.find("inbox", &keys("e")), Found::Nothing);
    assert!(
        keymap
            .all("inbox")
            .iter()
            .all(|(known, _)| *known != keys("e"))
    );
}

#[test]
fn a_wrong_command_names_file_line_key_and_a_suggestion() {
    let error = refused("[inbox]\n\ne = \"inbox dnoe\"\n");
    assert!(error.contains("keymap.toml:3"), "{error}");
    assert!(error.contains("`e`") && error.contains("done"), "{error}");
}

#[test]
fn what_is_wrong_in_a_table_is_named() {
    for (text, words) in [
        ("e = { wen = \"online\", do = \"inbox done\" }", "`wen`"),
        (
            "e = { when = \"lifecycle:new\", do = \"inbox done\" }",
            "lifecycle",
        ),
        ("e = { when = \"channel:fax\", do = \"inbox done\" }", "fax"),
        ("e = { when = \"due:today\", do = \"inbox done\" }", "due"),
        ("e = { do = \"note {text}\" }", "nothing asks for {text}"),
        (
            "e = { do = \"inbox done\", ask = { a = \"x\" } }",
            "does not use it",
        ),
        ("e = { do = \"note {item.nothing}\" }", "item.nothing"),
        (
            "e = { do = \"inbox done\", unbind = true }",
            "bound and unbound",
        ),
        ("e = {}", "does nothing"),
        ("e = 7", "neither a text nor a list"),
        (
            "e = { do = \"note {a}\", ask = { a = { menu = [] } } }",
            "menu",
        ),
        (
            "e = { do = \"note {a}\", ask = { a = { input = \"x\", type = \"float\" } } }",
            "float",
        ),
        (
            "e = { do = \"note {a}\", ask = { a = { input = \"x\", kind = \"lead\" } } }",
            "exactly one",
        ),
    ] {
        let error = refused(&format!("[inbox]\n{text}\n"));
        assert!(error.starts_with("keymap.toml:2: `e`: "), "{error}");
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn no_default_sits_on_a_key_that_terminals_or_multiplexers_take() {
    for (version, _) in VERSIONS {
        for preset in [Preset::Vim, Preset::Plain] {
            let keymap = Keymap::shipped(preset, version).unwrap();
            for scope in keymap.ours.keys() {
                for (sequence, _) in keymap.all(scope) {
                    for key in sequence {
                        // Prefixes of tmux and screen, flow control, and what is Backspace, Tab, Enter and
                        // Esc, literal next, discard and interrupt to a terminal; F10 and F11 are the window's.
                        let letter = key.ctrl
                            && matches!(
                                key.code,
                                KeyCode::Char(
                                    'a' | 'b'
                                        | 's'
                                        | 'q'
                                        | 'h'
                                        | 'i'
                                        | 'm'
                                        | 'j'
                                        | 'c'
                                        | 'v'
                                        | 'o'
                                        | '['
                                        | '\\'
                                        | ' '
                                        | '@'
                                )
                            );
                        let window = matches!(key.code, KeyCode::F(10 | 11))
                            || (key.shift
                                && matches!(
                                    key.code,
                                    KeyCode::PageUp | KeyCode::PageDown | KeyCode::Insert
                                ))
                            || (key.alt
                                && matches!(
                                    key.code,
                                    KeyCode::F(_) | KeyCode::Tab | KeyCode::Char(' ')
                                ));
                        assert!(!letter && !window, "{version} {preset:?} {scope}: {key}");
                    }
                }
            }
        }
    }
}

struct Marked(f64);
impl Context for Marked {
    fn variable(&self, name: &'static str) -> Value<'_> {
        match name {
            "marked" => Value::Number(self.0),
            _ => Value::Empty,
        }
    }
}

#[test]
fn of_several_bindings_the_first_that_holds_counts() {
    let keymap = mine(
        "[inbox]\ne = [\n  { when = \"network.lifecycle:new sla<2h\", do = \"inbox snooze +1h\" },\n  { when = \"marked>3\", do = \"mark clear\" },\n]\n",
    );
    let view = View::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC, "ana");
    let item: Option<&dyn Row> = None;
    let with = |marks: f64| {
        let holds = |when: &When| when.holds(&Marked(marks), item, &view, &crate::query::NoLinks);
        runs(keymap.look_up("inbox", &keys("e"), &holds).unwrap())
    };
    assert_eq!(with(4.0), ["mark clear"]);
    // None of them holds: the default is reached.
    assert_eq!(with(2.0), ["inbox done"]);
    assert_eq!(
        keymap
            .all("inbox")
            .iter()
            .filter(|(known, _)| *known == keys("e"))
            .count(),
        3
    );
}

#[test]
fn a_key_of_everywhere_names_every_default_that_it_hides() {
    let keymap = mine("[everywhere]\ne = \"app redraw\"\n");
    let findings: Vec<String> = keymap.review().iter().map(ToString::to_string).collect();
    let all = findings.join("\n");
    for words in [
        "keymap.toml:2: `e` of everywhere hides",
        "`inbox done` (inbox)",
        "`lead expires` (funnel)",
        "`follow-up done` (follow-ups)",
        "`slot export` (slots)",
        "`conflict edit` (conflicts)",
    ] {
        assert!(all.contains(words), "no `{words}` in\n{all}");
    }
}

#[test]
fn what_cannot_be_reached_is_named_with_its_line() {
    let keymap = mine(
        "[everywhere]\n\"Z a\" = \"app redraw\"\n\n[inbox]\ng = \"inbox done\"\n\"e e\" = \"inbox done\"\nb = [{ do = \"inbox done\" }, { do = \"mark clear\" }]\nZ = \"app redraw\"\n\"space\" = \"inbox done\"\n\"n\" = { unbind = true }\n\"g q\" = \"app quit\"\n",
    );
    let findings: Vec<String> = keymap.review().iter().map(ToString::to_string).collect();
    let all = findings.join("\n");
    for words in [
        "keymap.toml:5: `g` of inbox hides",
        "defaults that begin with it: g g",
        "keymap.toml:6: `e` waits for more keys since `e e` of inbox begins with it: the default `inbox done`",
        "keymap.toml:7: `b` of inbox is never reached: line 7",
        "keymap.toml:2: `Z a` cannot be reached in inbox: line 8",
        "keymap.toml:10: `n` of inbox takes away",
        "keymap.toml:11: `g q` of inbox is never reached: line 5 binds `g`",
    ] {
        assert!(all.contains(words), "{words}\n--\n{all}");
    }
    assert_eq!(mine("[inbox]\nD = \"inbox done\"\n").review(), []);
}

#[test]
fn the_plain_preset_frees_the_letters_of_vim_and_moves_by_arrows() {
    let plain = Keymap::shipped(Preset::Plain, "").unwrap();
    assert_eq!(plain.find("inbox", &keys("j")), Found::Nothing);
    assert_eq!(runs(plain.find("inbox", &keys("down"))), ["cursor down"]);
    assert_eq!(runs(plain.find("inbox", &keys("delete"))), ["inbox done"]);
    assert_eq!(runs(plain.find("inbox", &keys("e"))), ["inbox done"]);
}

#[test]
fn versions_of_the_defaults_can_be_asked_for_and_compared() {
    let error = Keymap::shipped(Preset::Vim, "v0").unwrap_err().to_string();
    assert!(error.contains("v1, v2"), "{error}");
    assert_eq!(changes(Preset::Vim, "v1", "v1").unwrap(), []);
    let list = changes(Preset::Vim, "v1", "v2").unwrap();
    assert!(
        list.iter().any(|change| change.before.is_none()),
        "{list:?}"
    );
}

#[test]
fn while_something_is_typed_only_what_keeps_it_can_be_bound() {
    let error = refused("[reply]\nctrl-x = \"inbox done\"\n");
    assert!(error.contains("would throw away"), "{error}");
    let keymap = mine("[reply]\nctrl-x = \"input accept\"\n");
    assert_eq!(
        runs(keymap.find("reply", &keys("ctrl-x"))),
        ["input accept"]
    );
    // Keys of places are letters there.
    assert_eq!(keymap.find("reply", &keys("e")), Found::Nothing);
}

#[test]
fn names_and_values_in_bindings_are_checked_when_the_file_is_read() {
    for (line, words) in [
        ("e = \"pane show inbx\"", "`inbx` is not a place"),
        ("e = [\"inbox done\", \"new leed\"]", "`leed` is not a kind"),
        ("e = \"filter set channle:lark\"", "channle"),
        ("e = \"inbox done --where state:opne\"", "opne"),
        ("e = \"inbox snooze fryday\"", "fryday"),
        ("e = { do = \"inbox incident p9\" }", "p9"),
        (
            "e = { do = [\"pane show funnel\", \"filter set sla<2h\"] }",
            "sla",
        ),
        (
            "e = { do = \"follow-up shift 2x --where title:{t}\", ask = { t = \"T\" } }",
            "`x` is no span",
        ),
        (
            "e = { do = \"inbox snooze {t}\", ask = { t = { input = \"T\", type = \"when\", default = \"fryday\" } } }",
            "fryday",
        ),
        (
            "e = { do = \"new lead nmae={t}\", ask = { t = \"T\" } }",
            "nmae",
        ),
    ] {
        let error = refused(&format!("[inbox]\n{line}\n"));
        assert!(error.starts_with("keymap.toml:2: `e`: "), "{error}");
        assert!(error.contains(words), "{line}: {error}");
    }
    // What is filled in later, and who is meant by a name, nobody knows yet.
    mine(
        "[inbox]\ne = { do = \"inbox snooze {t}\", ask = { t = \"T\" } }\n\
         d = { do = \"filter set owner:{t} sla<{t}\", ask = { t = \"T\" } }\n\
         x = [\"inbox assign Whoever\", \"filter set network:Nowhere\"]\n",
    );
}

#[test]
fn keys_that_terminals_cannot_tell_apart_are_named() {
    for (key, other) in [
        ("ctrl-i", "Tab"),
        ("ctrl-m", "Enter"),
        ("ctrl-[", "Esc"),
        ("ctrl-shift-a", "Ctrl-A"),
        ("shift-enter", "Enter"),
        ("ctrl-1", "1"),
    ] {
        let findings = mine(&format!("[inbox]\n\"{key}\" = \"inbox done\"\n")).review();
        let told = findings
            .iter()
            .find(|finding| finding.what.contains("kitty"));
        let told = told.expect(key);
        assert!(told.blocks && !told.never && told.line == 2, "{told:?}");
        assert!(told.what.contains(&format!("as `{other}`")), "{told}");
    }
    let findings = mine("[inbox]\nshift-1 = \"inbox done\"\n").review();
    assert!(findings.iter().any(|finding| finding.never), "{findings:?}");
    // A default sits on none of them.
    for (version, _) in VERSIONS {
        for preset in [Preset::Vim, Preset::Plain] {
            let keymap = Keymap::shipped(preset, version).unwrap();
            for scope in keymap.scopes() {
                for (keys, _) in keymap.all(scope) {
                    for key in keys {
                        assert_eq!(key.arrives_as(), Some(key), "{version} {scope}: {key}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_binding_that_names_a_macro_or_theme_that_is_not_there_is_named() {
    let mut keymap = mine("[inbox]\nD = \"macro play nothing\"\nE = \"app theme nothing\"\n");
    keymap.themes = vec!["midnight".into()];
    let lines: Vec<usize> = keymap
        .review()
        .iter()
        .filter(|finding| finding.never)
        .map(|finding| finding.line)
        .collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn what_the_build_has_read_is_what_the_files_say() {
    let read = |text, file| {
        let mut scopes = BTreeMap::new();
        load::read(text, file, &mut scopes, None).unwrap();
        format!("{scopes:?}")
    };
    let packed = |packed, file| {
        let mut scopes = BTreeMap::new();
        load::read_packed(packed, file, &mut scopes, None).unwrap();
        format!("{scopes:?}")
    };
    let versions = VERSIONS.iter().map(|(_, text)| *text).zip(PACKED);
    let others = [
        (include_str!("plain.toml"), PLAIN),
        (include_str!("tabs.toml"), TABS),
    ];
    for (text, built) in versions.chain(others) {
        assert_eq!(read(text, "keys"), packed(built, "keys"));
    }
}
