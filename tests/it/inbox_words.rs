//! Times that messages name, figures in answers, keys of the sweep, and what the day's end says of it.

use cnm::app::{App, Mode, Msg};
use cnm::effect::{CacheChange, CacheRow, Effect, Load, RowState};
use cnm::keymap::Keymap;
use cnm::record::{AnyRef, Due, FollowUp, Kind, Message, MessageState};
use serde_json::{Value as Json, json};

use crate::desk;

fn row(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.to_owned(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

/// One thread with one message of Qin in Shanghai, sent when this many hours have passed since.
fn from_shanghai(text: &str, hours: i64) -> App {
    let sent = desk::now() - jiff::SignedDuration::from_hours(hours);
    let rows = vec![
        row(
            Kind::User,
            "ana",
            &json!({"name": "Ana", "role": "cnm", "zone": "America/Los_Angeles"}),
        ),
        row(
            Kind::Network,
            "nova",
            &json!({"name": "Nova", "lifecycle": "mature", "owner": "ana"}),
        ),
        row(
            Kind::Person,
            "qin",
            &json!({"name": "Qin", "circle": "colleague", "zone": "Asia/Shanghai"}),
        ),
        row(
            Kind::Snippet,
            "s1",
            &json!({"key": "1", "title": "Month", "lang": "en", "body": "So far: {{figure.diamonds}}."}),
        ),
        row(
            Kind::MetricDef,
            "diamonds",
            &json!({"name": "Diamonds", "unit": "diamonds", "direction": "up"}),
        ),
        row(
            Kind::Thread,
            "t1",
            &json!({
                "state": "open", "owner": "ana", "channel": "lark_dm", "from": "qin", "from_name": "Qin",
                "network": "nova", "last_text": text, "last_at": sent, "new": 1,
            }),
        ),
        row(
            Kind::Message,
            "m1",
            &json!({
                "thread": "t1", "direction": "in", "sender": "qin", "sender_name": "Qin",
                "sent_at": sent, "kind": "text", "text": text,
            }),
        ),
    ];
    let mut app = desk::open("ana", rows, (120, 40));
    desk::press(&mut app, "2");
    // The thread under the cursor asks for the figures of its CN.
    let figures = Load::Children {
        parent: AnyRef::new(Kind::Network, "nova"),
        kind: Kind::MetricPoint,
        limit: 2_000,
    };
    let point = row(
        Kind::MetricPoint,
        "p1",
        &json!({
            "subject": {"kind": "network", "id": "nova"}, "metric": "diamonds",
            "period_kind": "mtd", "period": "2026-11-01", "value": 1_204_311, "n": 16,
            "as_of": "2026-11-16T02:00:00Z", "status": "provisional",
        }),
    );
    app.update(desk::now(), Msg::Loaded(figures, vec![point]));
    app
}

fn follow_up_said(text: &str, hours: i64) -> String {
    let mut app = from_shanghai(text, hours);
    desk::press(&mut app, "f d");
    let made = app.world.table::<FollowUp>().records().next();
    let made = made.unwrap_or_else(|| panic!("{text}: {:?}", app.screen.notice));
    match made.1.due.clone().unwrap() {
        Due::On { date } => date.to_string(),
        Due::At { wall, zone, .. } => format!("{wall} {zone}"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn a_time_is_meant_as_its_writer_means_it() {
    // It is Tuesday 08:30 in Los Angeles and Wednesday 00:30 in Shanghai.
    for (text, hours, due) in [
        ("周三下班前要定稿。", 8, "2026-11-18T18:00:00 Asia/Shanghai"),
        (
            "明天下班前补一下，不然要掉到下个迭代。",
            8,
            "2026-11-18T18:00:00 Asia/Shanghai",
        ),
        (
            "明天下班前补一下，不然要掉到下个迭代。",
            0,
            "2026-11-19T18:00:00 Asia/Shanghai",
        ),
        (
            "需要你补一段 narrative，Thu 11:00 SGT 要给大老板过。",
            8,
            "2026-11-19T11:00:00 Asia/Singapore",
        ),
        (
            "one line each, by 5pm PT. Rough is fine.",
            8,
            "2026-11-17T17:00:00 America/Los_Angeles",
        ),
        ("麻烦周四前把确认版发我", 8, "2026-11-19"),
        // Figures as wide as Chinese letters.
        (
            "麻烦周四１５：３０前把确认版发我",
            8,
            "2026-11-19T15:30:00 Asia/Shanghai",
        ),
        (
            "明天下午３点前要，谢谢",
            8,
            "2026-11-18T15:00:00 Asia/Shanghai",
        ),
        (
            "Could you send it by Friday １７：３０ please",
            8,
            "2026-11-20T17:30:00 Asia/Shanghai",
        ),
        (
            "请于11月20日（周五） 18:00（北京时间）前回填登记表",
            8,
            "2026-11-20T18:00:00 Asia/Shanghai",
        ),
        (
            "I need it EOD SGT please if can",
            8,
            "2026-11-17T23:59:00 Asia/Singapore",
        ),
        (
            "Pode mandar até sexta às 18h?",
            8,
            "2026-11-20T18:00:00 Asia/Shanghai",
        ),
        (
            "¿Me lo mandas antes del viernes a las 17h30?",
            8,
            "2026-11-20T17:30:00 Asia/Shanghai",
        ),
        (
            "金曜日の18時までに送ってください",
            8,
            "2026-11-20T18:00:00 Asia/Shanghai",
        ),
        (
            "Could you send by Friday half past five please",
            8,
            "2026-11-20T17:30:00 Asia/Shanghai",
        ),
        (
            "Ana, você pode mandar o relatório até 18h?",
            8,
            "2026-11-17T18:00:00 Asia/Shanghai",
        ),
        // A day from when it was written, at 16:30 in Shanghai.
        (
            "Can you send the numbers within 24h?",
            8,
            "2026-11-18T16:30:00 Asia/Shanghai",
        ),
        (
            "Pode mandar às 18h de sexta?",
            8,
            "2026-11-20T18:00:00 Asia/Shanghai",
        ),
        (
            "Pouvez-vous l'envoyer avant vendredi à 17h ?",
            8,
            "2026-11-20T17:00:00 Asia/Shanghai",
        ),
        (
            "Can you send it by Friday, kl. 18?",
            8,
            "2026-11-20T18:00:00 Asia/Shanghai",
        ),
        (
            "Please send it by Friday 18:00h",
            8,
            "2026-11-20T18:00:00 Asia/Shanghai",
        ),
        (
            "¿Puedes antes del viernes a las 6 de la tarde?",
            8,
            "2026-11-20T18:00:00 Asia/Shanghai",
        ),
        ("周五下午6点前给我", 8, "2026-11-20T18:00:00 Asia/Shanghai"),
        (
            "Send it by Friday 5 PM EST please",
            8,
            "2026-11-20T17:00:00 America/New_York",
        ),
    ] {
        assert_eq!(follow_up_said(text, hours), due, "{text}, {hours} h ago");
    }
}

#[test]
fn an_hour_that_is_not_understood_is_said() {
    let mut app = from_shanghai("Can you send it by Friday, around 18h?", 8);
    desk::press(&mut app, "f d");
    let made = app.world.table::<FollowUp>().records().next().unwrap();
    assert!(matches!(made.1.due, Some(Due::On { .. })));
    let notice = app.screen.notice.as_ref().unwrap().text.clone();
    assert!(
        notice.contains("`18h` in the message is not read"),
        "{notice}"
    );
    let mut app = from_shanghai("Kun je het rond 18 uur geven?", 8);
    desk::press(&mut app, "f d");
    let notice = app.screen.notice.as_ref().unwrap().text.clone();
    assert!(notice.contains("`18 uur`"), "{notice}");
}

/// A time that has passed since the message was written makes a follow-up that is late, and that is said.
#[test]
fn a_time_that_has_passed_is_told() {
    for (text, hours, late) in [
        ("Can you send it today by 18:00?", 30, true),
        ("Can you send it by tomorrow?", 60, true),
        ("今天下班前要定稿。", 30, true),
        ("Can you send it by Friday?", 30, false),
    ] {
        let mut app = from_shanghai(text, hours);
        desk::press(&mut app, "f d");
        assert_eq!(app.world.table::<FollowUp>().records().count(), 1, "{text}");
        let notice = app.screen.notice.as_ref().unwrap().text.clone();
        assert_eq!(
            notice.contains("that time has passed"),
            late,
            "{text}: {notice}"
        );
    }
}

#[test]
fn a_figure_goes_into_an_answer_by_a_snippet_and_by_its_name() {
    // What it is, over which days, of when.
    let figure = "Diamonds 1,204,311 (1–15 Nov, as of Mon 16 Nov UTC, provisional)";
    let text = |app: &App| match &app.mode {
        Mode::Reply(reply) => reply.input.text(),
        _ => panic!("the reply box is open"),
    };
    let mut app = from_shanghai("How much is it so far?", 8);
    desk::press(&mut app, "r 1");
    assert_eq!(text(&app), format!("So far: {figure}."));
    desk::press(&mut app, "esc u");
    let mut app = from_shanghai("How much is it so far?", 8);
    desk::press(&mut app, "r H i : space ctrl-t d i a enter");
    assert_eq!(text(&app), format!("Hi: {figure}"));
    desk::press(&mut app, "enter");
    let sent = app.world.table::<Message>().records();
    let sent: Vec<_> = sent
        .filter(|(_, one)| one.state == MessageState::Queued)
        .collect();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].1.text.contains("1,204,311"));
}

#[test]
fn the_keys_of_the_sweep_and_of_the_summary_are_bindings() {
    let user = "[sweep]\ny = \"input accept\"\ne = { unbind = true }\n[summary]\nm = \"input leave\"\no = \"inbox summary --export today.md\"\n";
    let mut app = desk::console(&desk::morning(), (120, 40));
    app.keymap = Keymap::defaults()
        .unwrap()
        .with_digits(true)
        .unwrap()
        .with_user(user, "keymap.toml")
        .unwrap();
    desk::press(&mut app, "2 S j x e");
    assert!(matches!(app.mode, Mode::Sweep(_)), "`e` was taken away");
    let before = app.screen.tally.waiting;
    let effects = desk::press(&mut app, "y");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Save(_)))
    );
    assert!(app.screen.tally.waiting < before);
    desk::press(&mut app, "W j");
    assert!(matches!(app.mode, Mode::Summary(1)));
    desk::press(&mut app, "m");
    assert!(matches!(app.mode, Mode::Normal));
}

#[test]
fn what_was_swept_stands_in_the_summary() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "2 S enter");
    let summary = |app: &App| cnm::command::Summary::of(&app.world, app.undo.done());
    let swept = summary(&app);
    let cleared = swept
        .decisions
        .iter()
        .find(|(words, _)| words.starts_with("cleared"));
    let (_, about) = cleared.expect("the sweep is in it");
    assert_eq!(about.len(), swept.done);
    assert_ne!(swept.done, 0);
    desk::press(&mut app, "u");
    assert!(
        summary(&app).decisions.is_empty(),
        "what was taken back is not"
    );
}

/// An incident says what it understood of the times in the message, and what not.
#[test]
fn an_incident_echoes_the_times_that_it_read_and_did_not() {
    for (text, severity, said, unsaid) in [
        (
            "Our host is suspended, kunt u rond 18 uur antwoorden?",
            "2",
            "incident p2, follow-up Wed 18 Nov; `18 uur` in the message is not read",
            "deadline",
        ),
        (
            "Our host was banned, 24h to appeal",
            "1",
            // Sent at 16:30 in Shanghai, 00:30 here.
            "follow-up Tue 17 Nov, deadline Wed 18 Nov 00:30 LA",
            "not read",
        ),
        (
            "Payout of October is missing, please answer by Thu 11:00 SGT",
            "3",
            "follow-up Thu 19 Nov 11:00 Singapore as they say",
            "not read",
        ),
        (
            "Payout of October is missing, please answer by Thu 11:00 SGT",
            "1",
            "follow-up Tue 17 Nov, they say Thu 19 Nov 11:00 Singapore",
            "not read",
        ),
        (
            "Our host was suspended at 3pm",
            "2",
            "incident p2, follow-up Wed 18 Nov",
            "not read",
        ),
    ] {
        let mut app = from_shanghai(text, 8);
        desk::press(&mut app, &format!("i {severity}"));
        let notice = app.screen.notice.as_ref().unwrap().text.clone();
        assert!(notice.contains(said), "{text}: {notice}");
        assert!(!notice.contains(unsaid), "{text}: {notice}");
    }
}

/// Whoever has until half past midnight to appeal is not helped by a follow-up of the day after.
#[test]
fn the_follow_up_of_an_incident_is_not_due_after_the_deadline_that_was_read() {
    let due = |text: &str, hours: i64, severity: &str| {
        let mut app = from_shanghai(text, hours);
        desk::press(&mut app, &format!("i {severity}"));
        let table = app.world.table::<FollowUp>();
        let (_, made) = table.records().next().unwrap();
        match made.due.clone().unwrap() {
            Due::At { instant, .. } => instant.to_string(),
            Due::On { date } => date.to_string(),
        }
    };
    let text = "Our host was banned, 24h to appeal";
    for severity in ["2", "3", "4"] {
        assert_eq!(
            due(text, 8, severity),
            "2026-11-18T08:30:00Z",
            "p{severity}"
        );
        assert_eq!(due(text, 30, severity), "2026-11-17", "it is over");
    }
    assert_eq!(due(text, 8, "1"), "2026-11-17");
    // Two days from now is after the day on which P2 is due.
    assert_eq!(
        due("Our host was banned, 72h to appeal", 8, "2"),
        "2026-11-18"
    );
}

#[test]
fn an_enrolment_is_said_once_in_the_summary() {
    let mut app = from_shanghai("Are you in?", 8);
    app.run_line("new campaign name=Games");
    app.run_line("network enrol Games --as invited --id nova");
    app.run_line("network enrol Games --as declined --id nova");
    let summary = cnm::command::Summary::of(&app.world, app.undo.done());
    let lines: Vec<&String> = summary
        .decisions
        .iter()
        .flat_map(|(_, about)| about)
        .filter(|line| line.starts_with("Nova"))
        .collect();
    assert_eq!(lines, ["Nova: invited Games", "Nova: declined Games"]);
}

/// What was done elsewhere stands in the summary by its kind, each decision once.
#[test]
fn the_summary_lists_follow_ups_leads_networks_and_slots_too() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    let id = |app: &App, kind: Kind| app.world.any(kind).ids().first().cloned().unwrap();
    let (follow_up, lead, network) = (
        id(&app, Kind::FollowUp),
        id(&app, Kind::Lead),
        id(&app, Kind::Network),
    );
    for line in [
        format!("follow-up slip mon --id {follow_up}"),
        format!("follow-up shift +1d --id {follow_up}"),
        format!("follow-up done \"paid\" --id {follow_up}"),
        format!("note \"asked again\" --id lead:{lead}"),
        format!("edit next_step=call --id lead:{lead}"),
        format!("edit health=50 --id network:{network}"),
        "new meeting title=Review start=2026-11-20T17:00:00Z end=2026-11-20T18:00:00Z state=held"
            .to_owned(),
        format!("new milestone title=Signed network={network}"),
    ] {
        let effects = app.run_line(&line);
        assert!(
            effects.iter().any(|one| matches!(one, Effect::Save(_))),
            "{line}: {:?}",
            app.screen.notice
        );
    }
    let summary = cnm::command::Summary::of(&app.world, app.undo.done());
    let found: Vec<(&str, usize)> = summary
        .decisions
        .iter()
        .map(|(words, about)| (words.as_str(), about.len()))
        .collect();
    assert_eq!(
        found,
        [
            ("meeting", 1),
            ("follow-up done", 1),
            ("follow-ups to another time", 2),
            ("note", 1),
            ("new milestone", 1),
            ("CN changed", 1),
            ("lead changed", 1),
        ]
    );
    let text = summary.markdown();
    for line in [
        ": paid",
        ": held, Fri 20 Nov 09:00 LA",
        "asked again (",
        ": next step",
        ": health",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

/// Answers, lets the server confirm the message, waits and takes it back; returns whether the message is still there.
fn taken_back_after(seconds: i64, sent: bool) -> (App, bool) {
    let mut app = from_shanghai("How much is it so far?", 8);
    let effects = desk::press(&mut app, "r o k enter");
    let batch = effects.into_iter().find_map(|effect| match effect {
        Effect::Save(batch) => Some(batch),
        _ => None,
    });
    let batch = batch.unwrap();
    let edit = batch.edits.iter().find(|edit| edit.kind == Kind::Message);
    let id = edit.unwrap().id.clone();
    app.update(desk::now(), Msg::Saved(batch.id.clone()));
    desk::wait(&mut app, jiff::SignedDuration::from_secs(seconds));
    let (_, _, mut fields) = app.world.any(Kind::Message).fields(&id).unwrap();
    fields.insert("state".into(), json!(if sent { "sent" } else { "queued" }));
    let confirmed = row(Kind::Message, &id, &Json::Object(fields));
    let now = app.world.view.now;
    app.update(now, Msg::Changed(vec![CacheChange::Upsert(confirmed)]));
    desk::press(&mut app, "u");
    let there = app.world.any(Kind::Message).has(&id);
    (app, there)
}

#[test]
fn a_message_is_stopped_until_its_delay_is_over_and_not_after() {
    for (seconds, sent, stays) in [
        (3, false, false),
        (9, false, false),
        (30, false, true),
        (30, true, true),
    ] {
        let (app, there) = taken_back_after(seconds, sent);
        assert_eq!(there, stays, "after {seconds} s");
        // Either way the thread waits again.
        assert_eq!(app.screen.tally.waiting, 1, "after {seconds} s");
        let said = app.screen.notice.as_ref().unwrap().text.clone();
        assert_eq!(said.contains("has left and stays"), stays, "{said}");
    }
}
