//! Bindings with conditions and questions, macros, programs, hooks, and commands from other programs.

use cnm::app::{App, Configured, Mode, Msg};
use cnm::command::Parsing;
use cnm::config::Config;
use cnm::effect::{CacheChange, CacheRow, Edit, Effect, Purpose, Ran, RowState};
use cnm::keymap::{Keymap, read_hooks};
use cnm::pane::Place;
use cnm::record::Kind;
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{Depth, Look};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::desk::{now, open, press, wait};

fn row(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 3,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn rows() -> Vec<CacheRow> {
    let thread = |id: &str, minutes: i64, network: Option<&str>| {
        let due = now()
            .checked_add(SignedDuration::from_mins(minutes))
            .unwrap();
        row(
            Kind::Thread,
            id,
            &json!({
                "title": format!("About {id}"), "state": "open", "owner": "ana", "from_name": "Dana; $(reboot)",
                "network": network, "channel": "whatsapp", "sla_due": due.to_string(), "last_text": "Hello",
                "last_at": "2026-11-17T10:00:00Z", "new": 1
            }),
        )
    };
    vec![
        row(Kind::User, "ana", &json!({"name": "Ana", "role": "cnm"})),
        row(
            Kind::User,
            "ben",
            &json!({"name": "Ben Ortiz", "role": "cnm"}),
        ),
        row(
            Kind::Network,
            "nova",
            &json!({"name": "Nova", "lifecycle": "new", "owner": "ana"}),
        ),
        row(
            Kind::Stage,
            "new",
            &json!({"name": "New", "order": 1, "limit_days": 7}),
        ),
        row(
            Kind::Stage,
            "hot",
            &json!({"name": "Hot", "order": 2, "limit_days": 7}),
        ),
        row(
            Kind::Lead,
            "halo",
            &json!({"name": "Halo", "stage": "new", "owner": "ana"}),
        ),
        thread("t1", 20, Some("nova")),
        thread("t2", 300, Some("nova")),
        thread("t3", 400, None),
    ]
}

/// The inbox with the cursor on a thread, and keys of the user's.
pub(crate) fn inbox(keys: &str, thread: &str) -> App {
    let mut app = open("ana", rows(), (120, 40));
    app.keymap = Keymap::defaults()
        .unwrap()
        .with_digits(true)
        .unwrap()
        .with_user(keys, "keymap.toml")
        .unwrap();
    press(&mut app, "2");
    on(&mut app, thread);
    app
}

fn on(app: &mut App, thread: &str) {
    assert!(app.screen.shelf_mut(Place::Inbox).list.go_to_key(thread));
}

fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    let now = app.world.view.now;
    app.update(now, Msg::Paste(text.into()))
}

pub(crate) fn tell(app: &mut App, msg: Msg) -> Vec<Effect> {
    let now = app.world.view.now;
    app.update(now, msg)
}

pub(crate) fn edits(effects: &[Effect]) -> Vec<&Edit> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Save(batch) => Some(&batch.edits),
            _ => None,
        })
        .flatten()
        .collect()
}

pub(crate) fn state(app: &App, thread: &str) -> Json {
    let fields = app.world.any(Kind::Thread).fields(thread).unwrap().2;
    fields["state"].clone()
}

pub(crate) fn said(app: &App) -> String {
    app.screen
        .notice
        .as_ref()
        .map(|notice| notice.text.clone())
        .unwrap_or_default()
}

#[test]
fn a_key_does_what_the_record_under_the_cursor_asks_for() {
    let keys = "[inbox]\ne = [{ when = \"network.lifecycle:new sla<2h\", do = \"inbox snooze +1h\" }, { when = \"marked>1\", do = \"mark clear\" }]\n";
    for (thread, ends) in [("t1", "snoozed"), ("t2", "done"), ("t3", "done")] {
        let mut app = inbox(keys, thread);
        press(&mut app, "e");
        assert_eq!(state(&app, thread), ends, "{thread}");
    }
    let mut app = inbox(keys, "t3");
    press(&mut app, "*");
    on(&mut app, "t3");
    assert_eq!(edits(&press(&mut app, "e")).len(), 0);
    assert_eq!(app.screen.list().unwrap().mark_count(), 0);
}

#[test]
fn what_is_typed_becomes_one_word_whatever_it_is() {
    let keys = "[inbox]\nP = { do = \"note {text}\", ask = { text = { input = \"Note\", default = \"x\" } } }\n";
    for text in [
        "--id=lead:halo",
        "two  words",
        "\"; $(reboot)",
        "{text}",
        "-",
    ] {
        let mut app = inbox(keys, "t1");
        press(&mut app, "P");
        press(&mut app, "ctrl-u");
        paste(&mut app, text);
        let effects = press(&mut app, "enter");
        let edits = edits(&effects);
        assert_eq!(edits.len(), 1, "{text}: {}", said(&app));
        assert_eq!(edits[0].patch.set["subject"]["id"], "t1");
        let written = edits[0].patch.set["text"].as_str().unwrap();
        assert!(written.ends_with(text), "{text}: {written}");
    }
}

#[test]
fn a_binding_asks_in_order_checks_types_and_does_nothing_without_a_yes() {
    let keys = "[inbox]\nT = { do = [\"inbox snooze {until}\", \"note {why}\"], confirm = \"Sure?\", ask = { why = { menu = [[\"later\", \"Not now\"], \"never\"] }, until = { input = \"until\", type = \"when\" } } }\n";
    let mut app = inbox(keys, "t1");
    press(&mut app, "T");
    paste(&mut app, "blursday");
    press(&mut app, "enter");
    assert!(
        matches!(app.mode, Mode::Line(_)),
        "a phrase that is none is not taken"
    );
    for _ in 0..8 {
        press(&mut app, "backspace");
    }
    paste(&mut app, "tomorrow 9am");
    press(&mut app, "enter");
    assert!(matches!(&app.mode, Mode::Pick(picker) if picker.shown.len() == 2));
    press(&mut app, "enter");
    // No stands first: a slip of Enter does nothing.
    assert_eq!(edits(&press(&mut app, "enter")).len(), 0);
    assert_eq!(state(&app, "t1"), "open");
    press(&mut app, "T");
    paste(&mut app, "tomorrow 9am");
    press(&mut app, "enter enter");
    let effects = press(&mut app, "y");
    assert_eq!(edits(&effects).len(), 2);
    assert_eq!(edits(&effects)[1].patch.set["text"], "later");
    press(&mut app, "u");
    assert_eq!(
        state(&app, "t1"),
        "open",
        "one undo takes the whole binding back"
    );
}

#[test]
fn a_menu_comes_from_records_or_from_a_program() {
    let keys = "[inbox]\nW = { do = \"inbox link --network {cn}\", ask = { cn = { kind = \"network\" } } }\nO = { do = \"note {line}\", ask = { line = { from = [\"choices\"] } } }\n";
    let mut app = inbox(keys, "t3");
    press(&mut app, "W");
    let effects = press(&mut app, "enter");
    assert_eq!(edits(&effects)[0].patch.set["network"], "nova");
    let effects = press(&mut app, "O");
    let (program, purpose) = effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Exec(program, purpose) => Some((program, purpose)),
            _ => None,
        })
        .unwrap();
    assert_eq!(program.words, ["choices"]);
    let output = "a;b\tFirst\tmore\n{\"word\": \"--id=x\", \"label\": \"Second\"}\n";
    let ran = |purpose: &Purpose| Ran {
        name: "choices".into(),
        purpose: purpose.clone(),
        output: Ok(output.into()),
        end: cnm::effect::End::default(),
    };
    tell(&mut app, Msg::Ran(ran(&purpose)));
    let effects = press(&mut app, "down enter");
    assert_eq!(edits(&effects)[0].patch.set["text"], "--id=x");
    // An answer that comes after its question was left changes nothing.
    press(&mut app, "O");
    tell(&mut app, Msg::Ran(ran(&purpose)));
    assert!(matches!(app.mode, Mode::Normal));
}

#[test]
fn a_macro_is_recorded_as_lines_named_edited_and_played_with_a_count() {
    let mut app = inbox("[inbox]\nf5 = \"macro play close\"\n", "t1");
    press(&mut app, "Q e");
    press(&mut app, "Q");
    paste(&mut app, "close");
    let effects = press(&mut app, "enter");
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::KeepMacro { name, text } => Some((name.clone(), text.clone())),
        _ => None,
    });
    assert_eq!(kept, Some(("close".into(), Some("inbox done\n".into()))));
    press(&mut app, "u");
    on(&mut app, "t1");
    let effects = press(&mut app, "0 3 f5");
    assert_eq!(edits(&effects).len(), 3, "{}", said(&app));
    press(&mut app, "u");
    assert!(
        ["t1", "t2", "t3"]
            .iter()
            .all(|id| state(&app, id) == "open")
    );
    // Edited as text: what is wrong is named and not lost.
    let effects = press(&mut app, ":");
    assert!(effects.is_empty());
    paste(&mut app, "macro edit close");
    let effects = press(&mut app, "enter");
    let purpose = effects.iter().find_map(|effect| match effect {
        Effect::Editor { purpose, text } if text == "inbox done\n" => Some(purpose.clone()),
        _ => None,
    });
    let purpose = purpose.unwrap();
    let edited = |text: &str| Msg::Edited {
        purpose: purpose.clone(),
        text: Ok(text.into()),
    };
    tell(&mut app, edited("# two\ninbox dnoe\n"));
    assert!(said(&app).contains("line 2"), "{}", said(&app));
    let effects = tell(&mut app, edited("# two\nnote 'a\nb'\ninbox done\n"));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::KeepMacro { .. }))
    );
    on(&mut app, "t2");
    press(&mut app, "@");
    let effects = press(&mut app, "enter");
    assert_eq!(edits(&effects)[0].patch.set["text"], "a\nb");
}

#[test]
fn a_macro_that_plays_itself_is_stopped_before_it_begins() {
    let mut app = inbox("", "t1");
    tell(
        &mut app,
        Msg::Edited {
            purpose: "macro:loop".into(),
            text: Ok("inbox done\nmacro play loop\n".into()),
        },
    );
    press(&mut app, ":");
    paste(&mut app, "macro play loop");
    let effects = press(&mut app, "enter");
    assert_eq!(edits(&effects).len(), 0);
    assert_eq!(state(&app, "t1"), "open");
}

#[test]
fn a_program_gets_the_selection_and_its_output_goes_where_it_was_told() {
    let keys = "[inbox]\nt = \"exec --into reply -- translate --to {item.from_name}\"\nB = \"exec --into run -- rules\"\n";
    let mut app = inbox(keys, "t1");
    let effects = press(&mut app, "t");
    let program = effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Exec(program, _) => Some(program.clone()),
            _ => None,
        })
        .unwrap();
    assert_eq!(program.words, ["translate", "--to", "Dana; $(reboot)"]);
    assert!(!program.shell);
    let input: Json = serde_json::from_str(&program.input).unwrap();
    assert_eq!(input[0]["id"], "t1");
    assert_eq!(input[0]["fields"]["from_name"], "Dana; $(reboot)");
    let variable = |name: &str| {
        let found = program.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(variable("CNM_SEL_ID"), Some("t1"));
    assert_eq!(variable("CNM_SEL_FROM_NAME"), Some("Dana; $(reboot)"));
    let purpose = effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Exec(_, purpose) => Some(purpose),
            _ => None,
        })
        .unwrap();
    let ran = Ran {
        name: "translate".into(),
        purpose,
        output: Ok("Hola\n".into()),
        end: cnm::effect::End::default(),
    };
    tell(&mut app, Msg::Ran(ran));
    assert!(matches!(&app.mode, Mode::Reply(reply) if reply.input.text() == "Hola"));
}

pub(crate) fn ran(app: &mut App, keys: &str, output: &str) -> Vec<Effect> {
    let purpose = press(app, keys)
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Exec(_, purpose) => Some(purpose),
            _ => None,
        })
        .unwrap();
    tell(
        app,
        Msg::Ran(Ran {
            name: "rules".into(),
            purpose,
            output: Ok(output.into()),
            end: cnm::effect::End::default(),
        }),
    )
}

#[test]
fn commands_of_a_program_are_shown_before_they_run_unless_it_is_trusted() {
    let keys =
        "[inbox]\nB = \"exec --into run -- rules\"\nV = \"exec --into run --trust -- rules\"\n";
    let plan =
        "inbox done --id t1\n{\"do\": [\"note\", \"--id\", \"lead:halo\", \"--\", \"--id=x\"]}\n";
    let mut app = inbox(keys, "t1");
    assert_eq!(edits(&ran(&mut app, "B", plan)).len(), 0);
    assert!(matches!(&app.mode, Mode::Sheet(sheet) if sheet.plan.len() == 2));
    // A key that was meant for the inbox does not run it.
    assert_eq!(edits(&press(&mut app, "enter")).len(), 0);
    wait(&mut app, SignedDuration::from_secs(1));
    assert_eq!(edits(&press(&mut app, "enter")).len(), 2);
    press(&mut app, "u");
    assert_eq!(state(&app, "t1"), "open");
    assert_eq!(edits(&ran(&mut app, "V", plan)).len(), 2);
    for evil in [
        "exec -- reboot\n",
        "inbox done --id t1\napp quit\n",
        "{\"do\": [\"macro\", \"play\", \"x\"]}\n",
    ] {
        let mut app = inbox(keys, "t1");
        let effects = ran(&mut app, "V", evil);
        assert!(
            effects
                .iter()
                .all(|effect| matches!(effect, Effect::Load(_))),
            "{effects:?}"
        );
        assert!(said(&app).contains("nothing was run"), "{}", said(&app));
    }
}

#[test]
fn what_a_program_wrote_waits_until_nothing_is_typed() {
    let mut app = inbox("[inbox]\nV = \"exec -- rules\"\n", "t1");
    let purpose = press(&mut app, "V")
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Exec(_, purpose) => Some(purpose),
            _ => None,
        });
    press(&mut app, "r");
    paste(&mut app, "On it");
    tell(
        &mut app,
        Msg::Ran(Ran {
            name: "rules".into(),
            purpose: purpose.unwrap(),
            output: Ok("evil \u{1b}[2J\u{202e}text\n".into()),
            end: cnm::effect::End::default(),
        }),
    );
    assert!(matches!(&app.mode, Mode::Reply(reply) if reply.input.text() == "On it"));
    press(&mut app, "esc");
    assert!(matches!(app.mode, Mode::Sheet(_)));
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let buffer = crate::desk::draw(&app, look);
    let shown = crate::desk::lines(&buffer).join("\n");
    assert!(shown.contains("evil") && !shown.contains('\u{1b}') && !shown.contains('\u{202e}'));
}

fn hooked(hooks: &str) -> App {
    let mut app = inbox("", "t3");
    app.keymap.hooks = read_hooks(hooks, "hooks.toml", &mut Parsing::new()).unwrap();
    app
}

fn notified(effects: &[Effect]) -> Vec<String> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Notify { text, .. } => Some(text.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn hooks_run_for_what_happens_and_act_on_it() {
    let mut app = hooked(
        "[[hook]]\non = \"message-arrived\"\nwhen = \"network:none\"\ndo = [\"notify 'From {item.from_name}'\", \"inbox assign Ben\"]\n\
         [[hook]]\non = \"stage-changed\"\ndo = \"notify '{item.name} moved'\"\n",
    );
    let arrives = |id: &str, network: Option<&str>| {
        let fields = json!({
            "title": "x", "state": "open", "owner": "ana", "from_name": "Eve' --id=t1 '", "network": network,
            "last_at": now().to_string(), "new": 2
        });
        Msg::Changed(vec![CacheChange::Upsert(row(Kind::Thread, id, &fields))])
    };
    assert_eq!(
        notified(&tell(&mut app, arrives("t1", Some("nova")))),
        [""; 0]
    );
    let effects = tell(&mut app, arrives("t2", None));
    assert_eq!(notified(&effects), ["From Eve' --id=t1 '"]);
    let changed: Vec<&str> = edits(&effects)
        .iter()
        .map(|edit| edit.id.as_str())
        .collect();
    assert_eq!(changed, ["t2"], "the cursor stands on t3");
    // The same message again is no news.
    assert_eq!(notified(&tell(&mut app, arrives("t2", None))), [""; 0]);
    let moved = row(
        Kind::Lead,
        "halo",
        &json!({"name": "Halo", "stage": "hot", "owner": "ana"}),
    );
    let effects = tell(&mut app, Msg::Changed(vec![CacheChange::Upsert(moved)]));
    assert_eq!(notified(&effects), ["Halo moved"]);
    press(&mut app, "3");
    assert_eq!(
        notified(&press(&mut app, "<")),
        ["Halo moved"],
        "{}",
        said(&app)
    );
}

#[test]
fn hooks_run_once_when_their_time_has_come() {
    let mut app = hooked(
        "[[hook]]\non = \"sla-soon\"\nbefore = \"15m\"\ndo = \"notify 'SLA {item.id}'\"\n\
         [[hook]]\non = \"follow-up-due\"\ndo = \"notify 'Due {item.title}'\"\n\
         [[hook]]\non = \"meeting-soon\"\ndo = \"notify '{item.title} in a moment'\"\n",
    );
    let after = |minutes: i64| {
        now()
            .checked_add(SignedDuration::from_mins(minutes))
            .unwrap()
    };
    let due = json!({"title": "Call", "state": "open", "owner": "ana", "due": {
        "wall": "2026-11-17T08:40:00", "zone": "America/Los_Angeles", "instant": after(10).to_string()}});
    let meeting = json!({"title": "Review", "state": "confirmed", "start": after(25).to_string(), "end": after(55).to_string()});
    tell(
        &mut app,
        Msg::Changed(vec![
            CacheChange::Upsert(row(Kind::FollowUp, "f1", &due)),
            CacheChange::Upsert(row(Kind::Meeting, "m1", &meeting)),
        ]),
    );
    let at = |app: &mut App, minutes: i64| notified(&app.update(after(minutes), Msg::Tick));
    assert_eq!(at(&mut app, 1), [""; 0]);
    assert_eq!(at(&mut app, 6), ["SLA t1"]);
    assert_eq!(at(&mut app, 7), [""; 0]);
    assert_eq!(at(&mut app, 11), ["Due Call"]);
    assert_eq!(at(&mut app, 16), ["Review in a moment"]);
    assert_eq!(at(&mut app, 17), [""; 0]);
}

fn configured(config: &str) -> Msg {
    Msg::Configured(Box::new(Configured {
        config: Config::read(config, "config.toml").unwrap(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    }))
}

#[test]
fn nothing_speaks_up_in_the_quiet_hours() {
    let mut app = inbox("", "t1");
    // It is half past eight in Los Angeles.
    for (quiet, heard) in [
        ("08:00-09:00", 0),
        ("22:00-08:30", 1),
        ("22:00-08:31", 0),
        ("09:00-22:00", 1),
    ] {
        tell(
            &mut app,
            configured(&format!("[notify]\nquiet = \"{quiet}\"\n")),
        );
        press(&mut app, ":");
        paste(&mut app, "notify hello");
        let effects = press(&mut app, "enter");
        assert_eq!(notified(&effects).len(), heard, "{quiet}");
    }
}

#[test]
fn keys_work_on_other_keyboards_and_under_an_input_method() {
    let mut app = inbox("", "t1");
    press(&mut app, "ｅ");
    assert_eq!(state(&app, "t1"), "done", "a full-width e is e");
    press(&mut app, "ｕ");
    assert_eq!(state(&app, "t1"), "open");
    tell(&mut app, configured("[keys]\nlayout = \"ru\"\n"));
    on(&mut app, "t1");
    press(&mut app, "у");
    assert_eq!(
        state(&app, "t1"),
        "done",
        "the key of e types у on a Russian keyboard"
    );
    press(&mut app, "п ш");
    assert_eq!(app.screen.place, Place::Inbox, "g i");
}

fn asked(app: &mut App, lines: &[&str]) -> (Json, Vec<Effect>) {
    let request = json!({"run": lines}).to_string();
    let effects = tell(app, Msg::Asked { id: 7, request });
    let answer = effects.iter().find_map(|effect| match effect {
        Effect::Answer { id: 7, text } => Some(text.clone()),
        _ => None,
    });
    (serde_json::from_str(&answer.unwrap()).unwrap(), effects)
}

#[test]
fn another_program_runs_commands_and_reads_records() {
    let mut app = inbox("", "t1");
    let (answer, effects) = asked(
        &mut app,
        &["inbox done --id t1", "list thread state:open", "status"],
    );
    assert_eq!(answer["ok"], true, "{answer}");
    assert_eq!(answer["results"][0]["changed"][0]["id"], "t1");
    assert_eq!(answer["results"][1]["records"].as_array().unwrap().len(), 2);
    assert_eq!(answer["results"][2]["place"], "inbox");
    assert_eq!(edits(&effects).len(), 1);
    assert!(matches!(
        effects.last(),
        Some(Effect::Answer { .. } | Effect::Load(_))
    ));
    // The first that is refused ends it.
    let (answer, effects) = asked(&mut app, &["inbox dnoe", "inbox done --id t2"]);
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["results"].as_array().unwrap().len(), 1);
    assert_eq!(edits(&effects).len(), 0);
}

/// What fails only when it is carried out is told to whoever asked, and what follows is not run.
#[test]
fn another_program_is_told_what_failed() {
    let mut app = inbox("", "t1");
    let answer = |effects: &[Effect]| {
        let text = effects.iter().find_map(|effect| match effect {
            Effect::Answer { id: 7, text } => Some(text.clone()),
            _ => None,
        });
        text.map(|text| serde_json::from_str::<Json>(&text).unwrap())
    };
    let ask = |app: &mut App, lines: &[&str]| {
        let request = json!({"run": lines}).to_string();
        tell(app, Msg::Asked { id: 7, request })
    };
    // A program is waited for.
    for (output, exit) in [(Ok("hello\n"), 0), (Err("it left with exit status: 1"), 1)] {
        let effects = ask(&mut app, &["exec -- prog", "inbox done --id t1"]);
        assert_eq!(answer(&effects), None);
        let purpose = effects.into_iter().find_map(|effect| match effect {
            Effect::Exec(_, purpose) => Some(purpose),
            _ => None,
        });
        let ran = Ran {
            name: "prog".into(),
            purpose: purpose.unwrap(),
            output: output.map(str::to_owned).map_err(str::to_owned),
            end: cnm::effect::End {
                exit: Some(exit),
                wrote: "half\n".into(),
            },
        };
        let effects = tell(&mut app, Msg::Ran(ran));
        let told = answer(&effects).unwrap();
        let good = output.is_ok();
        assert_eq!(told["ok"], good, "{told}");
        assert_eq!(told["results"][0]["exit"], exit, "{told}");
        assert_eq!(told["results"][0]["output"], output.unwrap_or("half\n"));
        assert_eq!(
            told["results"].as_array().unwrap().len(),
            1 + usize::from(good)
        );
        assert_eq!(edits(&effects).len(), usize::from(good));
        // The screen is somebody else's.
        assert!(matches!(app.mode, Mode::Normal));
    }
    let effects = ask(&mut app, &["app theme nope", "inbox done --id t2"]);
    assert_eq!(answer(&effects), None);
    tell(&mut app, Msg::Themed(Err("no theme `nope`".into())));
    let effects = tell(&mut app, Msg::Followed(7));
    let told = answer(&effects).unwrap();
    assert_eq!(told["ok"], false, "{told}");
    assert_eq!(told["results"][0]["error"], "no theme `nope`");
    assert_eq!(edits(&effects).len(), 0);
    let before = app.screen.shelf(Place::Inbox).unwrap().filter.clone();
    let (told, _) = asked(&mut app, &["filter set nosuchfield:x"]);
    assert_eq!(told["ok"], false, "{told}");
    assert_eq!(app.screen.shelf(Place::Inbox).unwrap().filter, before);
}

#[test]
fn another_program_does_not_take_away_what_is_being_typed() {
    let mut app = inbox("", "t1");
    press(&mut app, "r");
    paste(&mut app, "Half a sen");
    let (answer, _) = asked(&mut app, &["inbox snooze --id t2"]);
    assert_eq!(answer["ok"], false, "{answer}");
    let (answer, _) = asked(&mut app, &["inbox done --id t2"]);
    assert_eq!(answer["ok"], true, "{answer}");
    assert!(matches!(&app.mode, Mode::Reply(reply) if reply.input.text() == "Half a sen"));
}

#[test]
fn keys_can_be_bound_while_something_is_typed() {
    let keys = "[reply]\nctrl-s = \"input accept\"\nctrl-t = \"input insert 'Best, Ana'\"\nesc = { unbind = true }\n";
    let mut app = inbox(keys, "t1");
    press(&mut app, "r ctrl-t esc");
    assert!(matches!(&app.mode, Mode::Reply(reply) if reply.input.text() == "Best, Ana"));
    let effects = press(&mut app, "ctrl-s");
    assert!(
        edits(&effects)
            .iter()
            .any(|edit| edit.kind == Kind::Message)
    );
}
