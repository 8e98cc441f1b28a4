//! The words of a reply: never lost, also when it is taken back, and what other programs did can be taken back.

use cnm::app::{App, Mode, Msg};
use cnm::effect::{Batch, Effect};

use crate::backend::Backend;
use crate::desk;
use crate::terminal::Terminal;

fn console() -> App {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "g i");
    app
}

/// What is kept of each draft on the disk, as the effects say.
fn kept<'a>(effects: &'a [Effect]) -> Vec<(&'a str, &'a str)> {
    let draft = |effect: &'a Effect| match effect {
        Effect::Draft { key, text } => Some((key.as_str(), text.as_str())),
        _ => None,
    };
    effects.iter().filter_map(draft).collect()
}

fn batches(effects: &[Effect]) -> Vec<Batch> {
    let batch = |effect: &Effect| match effect {
        Effect::Save(batch) => Some(batch.clone()),
        _ => None,
    };
    effects.iter().filter_map(batch).collect()
}

/// What stands in the reply box that is open.
fn box_text(app: &App) -> String {
    let Mode::Reply(reply) = &app.mode else {
        panic!("no reply box is open");
    };
    reply.input.text()
}

#[test]
fn a_reply_that_is_taken_back_gives_its_words_back_to_the_box() {
    let mut app = console();
    let thread = app.screen.selected().unwrap().id;
    let key = format!("reply:{thread}");
    let sent = desk::press(&mut app, "r O n space i t enter");
    assert_eq!(
        kept(&sent).last(),
        Some(&(key.as_str(), "")),
        "sent: no draft is left"
    );
    let taken = desk::press(&mut app, "u");
    assert_eq!(kept(&taken), [(key.as_str(), "On it")]);
    let notice = app.screen.notice.clone().unwrap().text;
    assert!(notice.contains("its words are in the draft"), "{notice}");
    desk::press(&mut app, "r");
    assert_eq!(box_text(&app), "On it");
    // Sent after all: the draft goes with it.
    desk::press(&mut app, "esc");
    let again = desk::press(&mut app, "ctrl-r");
    assert_eq!(kept(&again), [(key.as_str(), "")]);
    assert!(!app.drafts.contains_key(&key));
    // What was begun since stays below what comes back, and stays alone when that leaves again.
    app.drafts.insert(key.clone(), "More tomorrow".into());
    let taken = desk::press(&mut app, "u");
    assert_eq!(kept(&taken), [(key.as_str(), "On it\n\nMore tomorrow")]);
    let again = desk::press(&mut app, "ctrl-r");
    assert_eq!(kept(&again), [(key.as_str(), "More tomorrow")]);
    // Buttons of cards and nudges write by themselves: nobody's words are lost.
    let done = desk::press(&mut app, "u e u");
    assert_eq!(kept(&done), [(key.as_str(), "On it\n\nMore tomorrow")]);
}

#[test]
fn a_reply_of_a_former_session_gives_its_words_back() {
    let mut app = console();
    let sent = desk::press(&mut app, "r O n space i t enter");
    let done = batches(&sent);
    let mut later = desk::console(&desk::morning(), (120, 40));
    later.update(desk::now(), Msg::UndoLog(done.clone(), Vec::new()));
    let taken = desk::press(&mut later, "u");
    let texts: Vec<&str> = kept(&taken).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["On it"]);
    assert!(later.drafts.values().any(|text| text == "On it"));
    // The disk refuses the reply itself: its words stay all the same.
    let refused = Msg::SaveFailed {
        batch: Box::new(done[0].clone()),
        why: "the disk is full".into(),
    };
    let after = app.update(desk::now(), refused);
    assert_eq!(kept(&after).len(), 1);
    assert!(app.drafts.values().any(|text| text == "On it"));
}

#[test]
fn the_log_of_all_programs_is_what_is_taken_back() {
    let mut app = console();
    let mine = desk::press(&mut app, "e");
    let mine = batches(&mine);
    let mut shell = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut shell, "g i j j");
    let theirs = batches(&desk::press(&mut shell, "e"));
    // It was read before mine was on the disk: mine stays the last, and the log is read again.
    let effects = app.update(desk::now(), Msg::UndoLog(theirs.clone(), Vec::new()));
    assert!(effects.contains(&Effect::LoadUndo { whole: true }));
    assert_eq!(app.undo.last().unwrap().id, mine[0].id);
    for batch in &mine {
        app.update(desk::now(), Msg::Saved(batch.id.clone()));
    }
    let both = vec![mine[0].clone(), theirs[0].clone()];
    let effects = app.update(desk::now(), Msg::UndoLog(both, Vec::new()));
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::LoadUndo { .. }))
    );
    assert_eq!(app.undo.last().unwrap().id, theirs[0].id);
    // The shell took its own back, and mine too: nothing is left here but to do them again.
    app.update(
        desk::now(),
        Msg::UndoLog(Vec::new(), vec![theirs[0].clone(), mine[0].clone()]),
    );
    assert!(app.undo.last().is_none());
    assert_eq!(app.undo.next().unwrap().id, mine[0].id);
    // Whatever changes by other hands makes the console look at the log.
    let effects = app.update(desk::now(), Msg::Changed(Vec::new()));
    assert!(effects.contains(&Effect::LoadUndo { whole: false }));
}

#[test]
fn what_the_shell_does_beside_a_running_console_is_taken_back_by_its_key() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    ana.run(&["inbox", "reply", "--id", "t1", "--", "The shell says so"])
        .ok();
    let began = std::time::Instant::now();
    while backend.record("threads/t1", &ana.token)["fields"]["state"] != "done" {
        assert!(
            began.elapsed() < std::time::Duration::from_secs(20),
            "never done"
        );
    }
    terminal.press("gi");
    terminal.until("Inbox");
    terminal.rests(std::time::Duration::from_millis(500));
    terminal.press("u");
    terminal.until("took back: reply");
    // After a restart the words are in the box.
    terminal.press("q");
    terminal.gone();
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("gi/payout\r");
    terminal.press("r");
    terminal.until("The shell says so");
    terminal.press("\u{1b}");
    terminal.rests(std::time::Duration::from_millis(200));
    terminal.press("q");
    terminal.gone();
}

/// A thread about a lead that became no CN yet, and a message that begins with courtesies.
fn with_lead() -> App {
    use cnm::record::Kind;
    use serde_json::json;
    let ago = |hours: i64| desk::now() - jiff::SignedDuration::from_hours(hours);
    let mut rows = desk::morning();
    let mut put = |kind: Kind, id: &str, fields: serde_json::Value| {
        rows.push(cnm::effect::CacheRow {
            kind,
            id: id.into(),
            version: 1,
            state: cnm::effect::RowState::Clean,
            fields: fields.to_string(),
        });
    };
    put(
        Kind::Stage,
        "warm",
        json!({"name": "Warming", "order": 40, "limit_days": 5}),
    );
    put(
        Kind::Person,
        "luz",
        json!({"name": "Luz Ortega", "role": "Founder", "zone": "America/Mexico_City"}),
    );
    put(
        Kind::Lead,
        "ember",
        json!({"name": "Ember Live", "stage": "warm", "owner": "ana", "contact": "luz", "entered_at": ago(24 * 8),
            "score": 3.5, "next_step": "Send the Spanish deck", "next_due": "2026-11-16", "source": "referral", "creators": 40}),
    );
    put(
        Kind::FollowUp,
        "fu-ember",
        json!({"title": "Ask Luz about the roster", "state": "open", "owner": "ana", "lead": "ember", "due": {"date": "2026-11-20"}}),
    );
    put(
        Kind::Thread,
        "t-ember",
        json!({"state": "open", "owner": "ana", "channel": "whatsapp", "from": "luz", "from_name": "Luz Ortega", "lead": "ember",
            "last_text": "x", "last_at": ago(3), "new": 1, "sla_due": ago(1)}),
    );
    put(
        Kind::Message,
        "m-ember",
        json!({"thread": "t-ember", "direction": "in", "sender": "luz", "sender_name": "Luz Ortega", "sent_at": ago(3), "kind": "text",
            "text": "Hola Ana! Sorry for the delay. Can you send the contract by Friday? Thanks"}),
    );
    let mut app = desk::open("ana", rows, (120, 40));
    desk::press(&mut app, "g i");
    assert!(
        app.screen
            .shelf_mut(cnm::pane::Place::Inbox)
            .list
            .go_to_key("t-ember")
    );
    app
}

#[test]
fn a_lead_has_a_card_beside_its_conversation() {
    let mut app = with_lead();
    for size in [(120, 40), (200, 60)] {
        app.update(desk::now(), Msg::Resize(size.0, size.1));
        let look = cnm::ui::Look {
            depth: cnm::ui::Depth::Off,
            glyphs: cnm::text::Glyphs::Unicode,
        };
        let picture = desk::lines(&desk::draw(&app, look)).join("\n");
        for words in [
            "Ember Live",
            "Warming · 8d, limit 5d!",
            "3d over its limit of 5d",
            "score 3.5",
            "1d late  Send the Spanish deck",
            "talked 3h ago  Luz Ortega  owner me",
            "Ask Luz about the roster",
        ] {
            assert!(
                picture.contains(words),
                "no `{words}` at {size:?}:\n{picture}"
            );
        }
    }
}

#[test]
fn what_is_made_of_a_message_is_called_by_what_it_says() {
    for (keys, kind) in [
        ("f t", cnm::record::Kind::FollowUp),
        ("i 2", cnm::record::Kind::Incident),
    ] {
        let mut app = with_lead();
        let made = batches(&desk::press(&mut app, keys));
        let titles: Vec<&str> = made
            .iter()
            .flat_map(|batch| &batch.edits)
            .filter(|edit| edit.kind == kind)
            .filter_map(|edit| edit.patch.set.get("title")?.as_str())
            .collect();
        assert_eq!(titles, ["Can you send the contract by Friday"], "{keys}");
    }
}
