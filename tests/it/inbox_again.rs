//! What a verb leaves behind and takes back: marks, counts that `.` repeats, holes in snippets, messages that count
//! down, and what is cleared message by message.

use cnm::app::{App, Mode};
use cnm::effect::{CacheRow, Effect, RowState};
use cnm::record::{Id, Kind, Thread, ThreadState};
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::desk;

const LOOK: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Unicode,
};

fn row(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.to_owned(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn picture(app: &App) -> String {
    desk::lines(&desk::draw(app, LOOK)).join("\n")
}

fn inbox(rows: Vec<CacheRow>, size: (u16, u16)) -> App {
    let mut app = desk::open("ana", rows, size);
    desk::press(&mut app, "g i");
    app
}

fn marked(app: &App) -> Vec<String> {
    app.screen.list().unwrap().marked()
}

fn cursor(app: &App) -> String {
    app.screen.list().unwrap().cursor().unwrap().to_owned()
}

/// The text of the reply box, and where its cursor stands.
fn reply(app: &App) -> (String, (usize, usize)) {
    let Mode::Reply(reply) = &app.mode else {
        panic!("no reply is open: {:?}", app.screen.notice);
    };
    (reply.input.text(), reply.input.cursor())
}

#[test]
fn undo_gives_the_marks_back_and_redo_uses_them_up() {
    for verb in ["e", "s t"] {
        let mut app = inbox(desk::morning(), (120, 40));
        desk::press(&mut app, "x j x");
        let (marks, row, look) = (marked(&app), cursor(&app), picture(&app));
        assert_eq!(marks.len(), 2);
        desk::press(&mut app, verb);
        assert!(marked(&app).is_empty(), "{verb}");
        let after = cursor(&app);
        for _ in 0..2 {
            desk::press(&mut app, "u");
            assert_eq!(
                (marked(&app), cursor(&app)),
                (marks.clone(), row.clone()),
                "{verb}"
            );
            desk::press(&mut app, "ctrl-r");
            assert_eq!(
                (marked(&app), cursor(&app)),
                (Vec::new(), after.clone()),
                "{verb}"
            );
        }
        desk::press(&mut app, "u");
        app.screen.notice = None;
        // What was changed and taken back still has to be sent.
        let now: Vec<String> = picture(&app)
            .lines()
            .map(|line| line.replace('▲', " "))
            .collect();
        let before: Vec<String> = look.lines().map(|line| line.replace('▲', " ")).collect();
        // The status row may name another thing to undo; everything above it is as it was.
        assert_eq!(now[..38], before[..38], "{verb}");
    }
}

#[test]
fn marks_that_a_count_made_are_not_given_back_but_those_before_it_are() {
    let mut app = inbox(desk::morning(), (120, 40));
    desk::press(&mut app, "j j x k k");
    let marks = marked(&app);
    desk::press(&mut app, "2 e");
    assert!(marked(&app).is_empty());
    desk::press(&mut app, "u");
    assert_eq!(marked(&app), marks);
}

#[test]
fn a_repeated_verb_takes_as_many_rows_as_its_count_said() {
    let mut app = inbox(desk::morning(), (120, 40));
    app.keymap = cnm::keymap::Keymap::defaults().unwrap();
    let all = app.screen.list().unwrap().len();
    assert!(all > 6, "{all}");
    desk::press(&mut app, "3 e");
    assert_eq!(app.screen.list().unwrap().len(), all - 3);
    desk::press(&mut app, ".");
    assert_eq!(app.screen.list().unwrap().len(), all - 6);
    desk::press(&mut app, "u");
    assert_eq!(app.screen.list().unwrap().len(), all - 3, "as one");
    // A verb without a count ends it.
    desk::press(&mut app, "e .");
    assert_eq!(app.screen.list().unwrap().len(), all - 5);
}

#[test]
fn a_count_before_a_repeat_stands_for_the_one_before() {
    for (first, again, rows) in [("3 e", "2 .", 2), ("e", "2 .", 2), ("3 e", "1 .", 1)] {
        let mut app = inbox(desk::morning(), (120, 40));
        app.keymap = cnm::keymap::Keymap::defaults().unwrap();
        desk::press(&mut app, first);
        let left = app.screen.list().unwrap().len();
        let expected: Vec<String> = app.screen.list().unwrap().order()[rows..].to_vec();
        assert_eq!(app.screen.list().unwrap().position(), 0);
        desk::press(&mut app, again);
        assert_eq!(
            app.screen.list().unwrap().len(),
            left - rows,
            "{first} {again}"
        );
        for key in &expected {
            assert!(
                app.screen.list().unwrap().order().contains(key),
                "{first} {again}"
            );
        }
        desk::press(&mut app, "u");
        assert_eq!(
            app.screen.list().unwrap().len(),
            left,
            "{first} {again}: as one"
        );
    }
}

/// What was begun and left is not the last verb.
#[test]
fn a_prompt_that_was_left_is_not_what_is_repeated() {
    for left in ["s / esc", "r esc", "a esc"] {
        let mut app = inbox(desk::morning(), (120, 40));
        desk::press(&mut app, "e");
        let rows = app.screen.list().unwrap().len();
        desk::press(&mut app, left);
        desk::press(&mut app, ".");
        assert!(matches!(app.mode, Mode::Normal), "{left}");
        assert_eq!(app.screen.list().unwrap().len(), rows - 1, "{left}");
    }
}

#[test]
fn a_verb_that_was_asked_for_acts_on_the_row_under_the_cursor_when_it_is_repeated() {
    let follow_up = |id: &str, title: &str| {
        row(
            Kind::FollowUp,
            id,
            &json!({"title": title, "state": "open", "owner": "ana", "due": {"date": "2026-11-17"}}),
        )
    };
    let mut app = desk::open(
        "ana",
        vec![follow_up("a", "One"), follow_up("b", "Two")],
        (120, 40),
    );
    desk::press(&mut app, "g d s /");
    app.update(desk::now(), cnm::app::Msg::Paste("2026-12-01".into()));
    desk::press(&mut app, "enter");
    let other = cursor(&app);
    desk::press(&mut app, ".");
    let due = |id: &str| {
        let table = app.world.table::<cnm::record::FollowUp>();
        table
            .record(id)
            .unwrap()
            .due
            .as_ref()
            .unwrap()
            .date()
            .to_string()
    };
    assert_eq!(
        (due("a"), due("b")),
        ("2026-12-01".into(), "2026-12-01".into()),
        "{other}"
    );
}

/// Dana's question and one of a Spanish reader, with a snippet in two languages.
fn two_askers() -> App {
    let mut rows = Vec::new();
    for (thread, person, name, locale, minute) in [
        ("t", "dana", "Dana Reyes", "en", 0),
        ("u", "luz", "Luz Prado", "es-MX", 5),
    ] {
        let sent = format!("2026-11-17T10:{minute:02}:00Z");
        rows.push(row(
            Kind::Person,
            person,
            &json!({"name": name, "circle": "owner", "locale": locale}),
        ));
        rows.push(row(
            Kind::Thread,
            thread,
            &json!({
                "channel": "whatsapp", "state": "open", "owner": "ana", "from": person, "from_name": name,
                "last_text": "When?", "last_at": sent, "new": 1, "waiting_on": "me"
            }),
        ));
        rows.push(row(
            Kind::Message,
            &format!("m{thread}"),
            &json!({
                "thread": thread, "direction": "in", "sender": person, "sender_name": name, "kind": "text",
                "sent_at": sent, "text": "When is it paid?"
            }),
        ));
    }
    for (id, lang, body) in [
        ("s1", "en", "Hi {{ sender.first_name }}, it is paid."),
        ("s2", "es", "Hola {{ sender.first_name }}, está pagado."),
    ] {
        rows.push(row(
            Kind::Snippet,
            id,
            &json!({"key": "2", "lang": lang, "title": "Paid", "body": body}),
        ));
    }
    inbox(rows, (120, 40))
}

/// The words that left, each with its thread.
fn sent(app: &App) -> Vec<(String, String)> {
    let mut sent: Vec<(String, String)> = app
        .world
        .table::<cnm::record::Message>()
        .records()
        .filter(|(_, one)| one.direction == cnm::record::Direction::Out)
        .map(|(_, one)| {
            (
                one.thread.as_ref().unwrap().to_string(),
                one.text.to_string(),
            )
        })
        .collect();
    sent.sort();
    sent
}

#[test]
fn a_reply_that_is_repeated_is_written_anew_for_whoever_is_under_the_cursor() {
    let mut app = two_askers();
    assert_eq!(cursor(&app), "t");
    desk::press(&mut app, "r 2 enter");
    let first = ("t".to_owned(), "Hi Dana, it is paid.".to_owned());
    assert_eq!(
        (sent(&app), cursor(&app).as_str()),
        (vec![first.clone()], "u")
    );
    let effects = desk::press(&mut app, ".");
    assert!(!sends(&effects), "nothing leaves before Enter");
    assert_eq!(reply(&app).0, "Hola Luz, está pagado.");
    desk::press(&mut app, "enter");
    let second = ("u".to_owned(), "Hola Luz, está pagado.".to_owned());
    assert_eq!(sent(&app), [first, second]);

    // Words of one's own are never put into another box.
    let mut app = two_askers();
    desk::press(&mut app, "r y e s enter .");
    assert_eq!((reply(&app).0.as_str(), sent(&app).len()), ("", 1));
    desk::press(&mut app, "enter esc");
    assert_eq!(sent(&app), [("t".to_owned(), "yes".to_owned())]);
    for line in ["inbox reply --id t -- private", "inbox reply -- private"] {
        let mut app = two_askers();
        app.run_line(line);
        desk::press(&mut app, ".");
        assert_eq!(
            (reply(&app).0.as_str(), sent(&app).len()),
            ("", 1),
            "{line}"
        );
    }
    // A draft that was left there stays.
    let mut app = two_askers();
    desk::press(&mut app, "j r n o esc k r 2 enter");
    assert_eq!(cursor(&app), "u");
    desk::press(&mut app, ".");
    assert_eq!(reply(&app).0, "no");
}

#[test]
fn a_message_without_buttons_takes_no_yes_and_no_no() {
    for (kind, words, refused) in [
        ("text", "When is it paid?", "this message has no buttons"),
        (
            "text",
            "My draft: [Approve] [Reject]",
            "this message has no buttons",
        ),
        (
            "card",
            "You finished 23 tasks.",
            "this message has no buttons",
        ),
        ("card", "Read this. [Open]", "none of the buttons"),
        ("card", "Needed. [Approve] [Reject]", ""),
    ] {
        let rows = || {
            vec![
                row(
                    Kind::Thread,
                    "t",
                    &json!({
                        "channel": "lark_group", "state": "open", "owner": "ana", "from_name": "Bot",
                        "last_text": words, "last_at": "2026-11-17T10:00:00Z", "new": 1, "waiting_on": "me"
                    }),
                ),
                row(
                    Kind::Message,
                    "m",
                    &json!({
                        "thread": "t", "direction": "in", "sender_name": "Bot", "kind": kind,
                        "sent_at": "2026-11-17T10:00:00Z", "text": words
                    }),
                ),
            ]
        };
        for keys in ["v y", "v n"] {
            let mut app = inbox(rows(), (120, 40));
            desk::press(&mut app, keys);
            if refused.is_empty() {
                assert!(
                    app.screen
                        .notice
                        .as_ref()
                        .is_none_or(|one| !one.text.contains("button"))
                );
                assert_eq!(sent(&app).len(), usize::from(keys == "v y"));
                continue;
            }
            assert!(picture(&app).contains(refused), "{}", picture(&app));
            assert!(matches!(app.mode, Mode::Normal), "no reason is asked for");
            assert_eq!(sent(&app), []);
        }
        let mut app = inbox(rows(), (120, 40));
        app.run_line("inbox answer yes --id t");
        assert_eq!(sent(&app).len(), usize::from(refused.is_empty()), "{words}");
    }
}

/// A question of Dana's, with a snippet that needs a figure.
fn asked(body: &str) -> App {
    let rows = vec![
        row(
            Kind::Person,
            "dana",
            &json!({"name": "Dana Reyes", "circle": "owner", "locale": "en"}),
        ),
        row(
            Kind::Thread,
            "t",
            &json!({
                "channel": "whatsapp", "state": "open", "owner": "ana", "from": "dana", "from_name": "Dana Reyes",
                "last_text": "How much?", "last_at": "2026-11-17T10:00:00Z", "new": 1, "waiting_on": "me"
            }),
        ),
        row(
            Kind::Message,
            "m",
            &json!({
                "thread": "t", "direction": "in", "sender": "dana", "sender_name": "Dana Reyes", "kind": "text",
                "sent_at": "2026-11-17T10:00:00Z", "text": "How much is it so far?"
            }),
        ),
        row(
            Kind::Snippet,
            "s",
            &json!({"key": "2", "lang": "en", "title": "Figure", "body": body}),
        ),
    ];
    inbox(rows, (120, 40))
}

fn sends(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Save(_)))
}

#[test]
fn a_snippet_with_a_hole_does_not_leave_and_the_cursor_is_in_the_hole() {
    let mut app = asked("Hi {{ sender.first_name }}, it is {{ figure }} so far.");
    let effects = desk::press(&mut app, "r 2 enter");
    assert!(!sends(&effects));
    assert_eq!(
        reply(&app),
        ("Hi Dana, it is {{ figure }} so far.".to_owned(), (0, 15))
    );
    assert!(
        picture(&app).contains("hole for figure"),
        "{}",
        picture(&app)
    );
    // What is typed stands in the place of the hole.
    desk::press(&mut app, "1 2");
    assert_eq!(reply(&app).0, "Hi Dana, it is 12 so far.");
    assert!(sends(&desk::press(&mut app, "enter")));
}

#[test]
fn a_hole_stays_a_hole_in_a_draft_and_braces_of_ones_own_are_words() {
    let mut app = asked("It is {{ figure }}.");
    desk::press(&mut app, "r 2 esc r");
    assert!(!sends(&desk::press(&mut app, "enter")));
    let mut app = asked("It is so.");
    desk::press(&mut app, "r");
    for letter in "use {{ x }}".chars() {
        let key = if letter == ' ' {
            "space".to_owned()
        } else {
            letter.to_string()
        };
        desk::press(&mut app, &key);
    }
    assert!(
        sends(&desk::press(&mut app, "enter")),
        "nobody put a snippet in"
    );
}

#[test]
fn the_message_that_a_reply_leaves_counts_down_and_goes() {
    let mut app = asked("Paid.");
    let effects = desk::press(&mut app, "r 2 enter");
    let wakes = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::WakeAt(_)))
    };
    assert!(wakes(&effects), "the next second is asked for");
    assert!(picture(&app).contains("reply leaves in 10 s; undo stops it"));
    desk::wait(&mut app, SignedDuration::from_secs(4));
    assert!(picture(&app).contains("reply leaves in 6 s; undo stops it"));
    desk::wait(&mut app, SignedDuration::from_secs(6));
    assert!(!picture(&app).contains("leaves in"));
    assert!(app.screen.notice.is_none());
}

/// A thread of a channel: `+1` comes before a question and `thanks` behind it.
fn mixed() -> App {
    let message = |id: &str, minute: i64, text: &str| {
        row(
            Kind::Message,
            id,
            &json!({
                "thread": "t", "direction": "in", "sender": "wei", "sender_name": "Wei", "kind": "text",
                "sent_at": format!("2026-11-17T10:{minute:02}:00Z"), "text": text
            }),
        )
    };
    let rows = vec![
        row(
            Kind::Person,
            "wei",
            &json!({"name": "Wei", "circle": "colleague"}),
        ),
        row(
            Kind::Thread,
            "t",
            &json!({
                "title": "Ops", "channel": "lark_group", "state": "open", "owner": "ana", "from": "wei", "from_name": "Wei",
                "last_text": "thanks", "last_at": "2026-11-17T10:09:00Z", "new": 4, "waiting_on": "me"
            }),
        ),
        message("a", 1, "+1"),
        message("b", 2, "👍"),
        message("c", 5, "Which room do we use?"),
        message("d", 9, "thanks"),
        row(
            Kind::Thread,
            "u",
            &json!({
                "title": "Chat", "channel": "lark_group", "state": "open", "owner": "ana", "from": "wei", "from_name": "Wei",
                "last_text": "收到", "last_at": "2026-11-17T10:00:00Z", "new": 1, "waiting_on": "me"
            }),
        ),
        row(
            Kind::Message,
            "e",
            &json!({
                "thread": "u", "direction": "in", "sender": "wei", "sender_name": "Wei", "kind": "text",
                "sent_at": "2026-11-17T10:00:00Z", "text": "收到"
            }),
        ),
    ];
    inbox(rows, (120, 40))
}

#[test]
fn acks_before_a_question_are_cleared_and_the_question_stays() {
    let mut app = mixed();
    let before = (app.screen.tally.messages, app.screen.tally.waiting);
    desk::press(&mut app, "S");
    let Mode::Sweep(sweep) = &app.mode else {
        panic!("{:?}", app.screen.notice)
    };
    let counts = sweep.counts();
    assert_eq!(
        (counts.groups, counts.messages, counts.done, counts.begun),
        (1, 3, 1, 1)
    );
    assert_eq!(sweep.behind(), 1, "`thanks` goes with the question");
    assert!(picture(&app).contains("acks, +1, emoji"));
    desk::press(&mut app, "enter");
    let thread = |app: &App, id: &str| app.world.get(&Id::<Thread>::new(id)).unwrap().clone();
    assert_eq!(thread(&app, "u").state, ThreadState::Done);
    assert_eq!(thread(&app, "t").state, ThreadState::Open);
    assert_eq!(
        (thread(&app, "t").new, app.screen.tally.messages),
        (Some(2), 2)
    );
    assert!(picture(&app).contains("▶ Wei"), "{}", picture(&app));
    desk::press(&mut app, "u");
    assert_eq!(
        (app.screen.tally.messages, app.screen.tally.waiting),
        before
    );
    assert_eq!(thread(&app, "t").done_at, None);
}

#[test]
fn the_reading_of_a_phrase_is_never_cut() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut app = inbox(desk::morning(), size);
        desk::press(&mut app, "s /");
        for letter in "next tue 18:00 SGT".chars() {
            let key = if letter == ' ' {
                "space".to_owned()
            } else {
                letter.to_string()
            };
            desk::press(&mut app, &key);
        }
        let shown = picture(&app);
        assert!(shown.contains("18:00 Singapore = Tue"), "{shown}");
        assert!(shown.contains("[Tab other reading: "), "{shown}");
        desk::press(&mut app, "tab");
        let shown = picture(&app);
        assert!(
            shown.contains("18:00 Singapore = Tue") && shown.contains("[Tab next reading]"),
            "{shown}"
        );
    }
}

/// A question of many lines with many snippets to answer it.
fn long_question(size: (u16, u16)) -> App {
    let text = "First of all thanks for the help of last week, it went well.\n\
        We had three hosts who could not start.\nTwo of them are back.\nThe third one is not.\n\
        Can you look into her account today?";
    let mut rows = vec![
        row(
            Kind::Thread,
            "t",
            &json!({
                "channel": "whatsapp", "state": "open", "owner": "ana", "from_name": "Dana Reyes",
                "last_text": "Can you", "last_at": "2026-11-17T10:00:00Z", "new": 1, "waiting_on": "me"
            }),
        ),
        row(
            Kind::Message,
            "m",
            &json!({
                "thread": "t", "direction": "in", "sender_name": "Dana Reyes", "kind": "text",
                "sent_at": "2026-11-17T10:00:00Z", "text": text
            }),
        ),
    ];
    rows.extend((0..12).map(|number| {
        row(
            Kind::Snippet,
            &format!("s{number:02}"),
            &json!({"key": "", "lang": "en", "title": format!("Words {number:02}"), "body": "Yes."}),
        )
    }));
    inbox(rows, size)
}

#[test]
fn what_one_answers_stays_in_sight_while_one_writes() {
    for size in [(80, 24), (80, 18), (120, 40), (200, 60), (60, 16)] {
        let mut app = long_question(size);
        desk::press(&mut app, "r");
        let asks = "look into her account today?";
        assert!(picture(&app).contains(asks), "{size:?}\n{}", picture(&app));
        for _ in 0..30 {
            desk::press(&mut app, "w o r d s space");
        }
        let shown = picture(&app);
        assert!(shown.contains(asks), "{size:?}\n{shown}");
        assert!(shown.contains("words words"), "{size:?}\n{shown}");
        assert!(
            !shown.contains("J ") || !shown.contains("a draft waits"),
            "the keys are letters of the answer: {shown}"
        );
    }
}

#[test]
fn no_letter_of_a_reply_is_cut_where_a_row_ends() {
    for columns in 78..92 {
        let mut app = long_question((columns, 24));
        desk::press(&mut app, "r");
        for _ in 0..20 {
            desk::press(&mut app, "a b c d e f g h i j k l m n o p q space");
        }
        let shown = picture(&app);
        let whole = shown.matches("abcdefghijklmnopq").count();
        assert_eq!(whole, 20, "{columns} columns\n{shown}");
    }
}

#[test]
fn a_list_of_snippets_says_that_there_is_more_and_follows_the_chosen_one() {
    let mut app = long_question((80, 24));
    desk::press(&mut app, "r");
    assert!(picture(&app).contains("▼ 6 more"), "{}", picture(&app));
    desk::press(&mut app, "/");
    for _ in 0..9 {
        desk::press(&mut app, "down");
    }
    let shown = picture(&app);
    assert!(shown.contains("▶ Words 09"), "{shown}");
    assert!(shown.contains("▲ 6 above"), "{shown}");
}
