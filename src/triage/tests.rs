use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::record::{Due, FollowUp, Id, Message, Person, Thread, View};

/// Tuesday 17 November 2026, 08:30 in Los Angeles.
fn view() -> View {
    View::new(
        at("2026-11-17T16:30:00Z"),
        TimeZone::get("America/Los_Angeles").unwrap(),
        "u-ana",
    )
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes(minutes: i64) -> Timestamp {
    view().now + SignedDuration::from_mins(minutes)
}

fn folk() -> HashMap<Id<Person>, Person> {
    let person = |name: &str, circle: &str, office: &str| Person {
        name: name.into(),
        circle: circle.into(),
        office: office.into(),
        ..Person::default()
    };
    [
        ("lei", person("Lei Wang", "colleague", "Shanghai")),
        ("min", person("Zhang Min", "colleague", "Shanghai")),
        ("wei", person("Wei Ling Tan", "colleague", "Singapore")),
        ("dana", person("Dana Reyes", "owner", "")),
        ("marcus", person("Marcus Bell", "owner", "")),
        ("sam", person("Sam Okafor", "lead", "")),
        ("bot", person("Bot · Ops", "system", "")),
        ("cal", person("Calendar", "system", "")),
    ]
    .into_iter()
    .map(|(id, person)| (Id::new(id), person))
    .collect()
}

fn thread(channel: &str, from: &str) -> Thread {
    Thread {
        channel: channel.into(),
        title: format!("{channel} {from}"),
        state: "open".into(),
        from: (!from.is_empty()).then(|| from.into()),
        new: Some(1),
        last_at: Some(minutes(-60)),
        ..Thread::default()
    }
}

fn says(sender: &str, text: &str) -> Message {
    Message {
        direction: "in".into(),
        sender: (!sender.is_empty()).then(|| sender.into()),
        kind: "text".into(),
        text: text.into(),
        sent_at: Some(minutes(-60)),
        ..Message::default()
    }
}

fn ask_of(channel: &str, sender: &str, change: impl Fn(&mut Message)) -> Option<Ask> {
    let mut message = says(sender, "");
    change(&mut message);
    let folk = folk();
    Assessment::of(&thread(channel, sender), [&message], &folk).ask()
}

fn asked(channel: &str, sender: &str, text: &str) -> Option<Ask> {
    ask_of(channel, sender, |message| message.text = text.into())
}

fn asked_by_name(channel: &str, sender: &str, text: &str) -> Option<Ask> {
    ask_of(channel, sender, |message| {
        message.text = text.into();
        message.mentions_me = true;
    })
}

/// Channel, sender, text and what it asks.
const ASKING: &[(&str, &str, &str, Ask)] = &[
    (
        "lark_dm",
        "lei",
        "Orbit 上周的数为什么比预期低?",
        Ask::Question,
    ),
    (
        "lark_dm",
        "wei",
        "Hi, please send me the names for the cup, the list closes by 6pm SGT",
        Ask::Deadline,
    ),
    (
        "lark_dm",
        "lei",
        "麻烦发一下 Orbit 的名单,谢谢🙏",
        Ask::Request,
    ),
    ("lark_group", "min", "这个掉幅是正常的吗?", Ask::Question),
    (
        "lark_group",
        "wei",
        "Everyone: please add your numbers before Wed noon SGT 🙏",
        Ask::Deadline,
    ),
    (
        "lark_doc",
        "lei",
        "王磊 提到了你:这一段请更新一下,周三前",
        Ask::Deadline,
    ),
    (
        "whatsapp",
        "dana",
        "Buenas, ¿cuánto tarda la revisión del contrato?",
        Ask::Question,
    ),
    (
        "discord",
        "dana",
        "does a LIVE of 50 minutes count for the day?",
        Ask::Question,
    ),
    (
        "email",
        "dana",
        "Te paso el borrador; necesito tu opinión",
        Ask::Request,
    ),
    (
        "discord",
        "dana",
        "we will not join this time, the dates do not suit us",
        Ask::Direct,
    ),
    (
        "whatsapp",
        "sam",
        "we have decided to stay where we are",
        Ask::Direct,
    ),
    (
        "email",
        "",
        "We are a small agency from Denver and like your model.",
        Ask::Direct,
    ),
    ("lark_dm", "lei", "更正:Orbit 是 8% 不是 18%", Ask::Direct),
    ("whatsapp", "sam", "هل الاجتماع يوم الاثنين؟", Ask::Question),
];

#[test]
fn questions_requests_and_deadlines_are_seen_in_four_languages() {
    for (channel, sender, text, ask) in ASKING {
        assert_eq!(asked(channel, sender, text), Some(*ask), "{text}");
    }
    assert_eq!(
        asked_by_name("lark_group", "min", "@Ana 新版今天能上线吗?"),
        Some(Ask::QuestionToMe)
    );
    assert_eq!(
        asked_by_name("lark_group", "min", "@Ana 新版今天上线"),
        Some(Ask::Deadline)
    );
    assert_eq!(
        asked_by_name("lark_group", "min", "@Ana 同步给你"),
        Some(Ask::Mention)
    );
}

#[test]
fn trouble_is_an_incident_unless_colleagues_talk_about_it_among_themselves() {
    for (channel, sender, text) in [
        (
            "whatsapp",
            "dana",
            "@kayla is perma banned since last night, nobody answers",
        ),
        ("email", "marcus", "October payout missing for two creators"),
        (
            "whatsapp",
            "dana",
            "Bom dia, a conta dela foi suspensa ontem",
        ),
        ("lark_dm", "lei", "Apex 的申诉有结果了"),
        ("platform", "", "The account @kayla was suspended"),
    ] {
        assert_eq!(asked(channel, sender, text), Some(Ask::Incident), "{text}");
    }
    assert_eq!(asked("lark_group", "min", "下月起申诉流程有变化"), None);
}

#[test]
fn cards_ask_only_when_they_offer_a_choice() {
    let card = |text: &str| {
        ask_of("lark_card", "bot", |message| {
            message.kind = "card".into();
            message.text = text.into();
        })
    };
    assert_eq!(card("【审批】差旅 $800,同意 / 拒绝"), Some(Ask::Approval));
    assert_eq!(
        card("Team sync, Wed 16:00, accept / decline"),
        Some(Ask::Approval)
    );
    assert_eq!(card("报表已生成 2026-11-17 06:00"), None);
    assert_eq!(card("Team sync moved to 16:00"), None);
}

#[test]
fn chatter_acks_and_recalled_messages_ask_nothing() {
    for text in [
        "收到,已转给同事",
        "今天的材料放在群文件里,大家可以看下",
        "お疲れ様です。先週の結果を共有します",
        "收到",
        "+1",
    ] {
        assert_eq!(asked("lark_group", "lei", text), None, "{text}");
    }
    for text in ["Thanks, resolved", "👍", "ok, got it"] {
        assert_eq!(asked("whatsapp", "dana", text), None, "{text}");
    }
    let recalled = ask_of("lark_dm", "lei", |message| {
        message.text = "can you call me?".into();
        message.recalled_at = Some(minutes(-5));
    });
    assert_eq!(recalled, None);
    let voice = |channel: &str, sender: &str| {
        ask_of(channel, sender, |message| message.kind = "voice".into())
    };
    assert_eq!(voice("discord", "dana"), Some(Ask::Unreadable));
    assert_eq!(voice("lark_group", "lei"), None);
}

#[test]
fn only_messages_since_the_thread_was_done_count() {
    let folk = folk();
    let mut thread = thread("lark_dm", "lei");
    thread.done_at = Some(minutes(-30));
    let old = says("lei", "can you call me?");
    let mut mine = says("", "I will?");
    mine.direction = "out".into();
    mine.sent_at = Some(minutes(-1));
    let mut new = says("lei", "收到");
    new.sent_at = Some(minutes(-2));
    let assessment = Assessment::of(&thread, [&old, &mine, &new], &folk);
    assert_eq!((assessment.messages(), assessment.ask()), (1, None));
}

#[test]
fn without_messages_the_newest_words_speak_for_themselves_only() {
    let folk = folk();
    let mut group = thread("lark_group", "lei");
    group.last_text = "收到".into();
    group.new = Some(4);
    let assessment = Assessment::of(&group, [], &folk);
    assert_eq!((assessment.messages(), assessment.ask()), (4, None));
    let mut direct = thread("whatsapp", "dana");
    direct.last_text = "thanks".into();
    assert_eq!(Assessment::of(&direct, [], &folk).ask(), None);
    direct.new = Some(2);
    assert_eq!(Assessment::of(&direct, [], &folk).ask(), Some(Ask::Direct));
    direct.new = Some(0);
    assert_eq!(Assessment::of(&direct, [], &folk).messages(), 0);
}

/// Threads with their messages, as the inbox holds them.
struct Inbox {
    folk: HashMap<Id<Person>, Person>,
    threads: Vec<(Id<Thread>, Thread, Assessment)>,
}

impl Inbox {
    fn new() -> Self {
        Inbox {
            folk: folk(),
            threads: Vec::new(),
        }
    }

    fn add(&mut self, id: &str, thread: Thread, messages: &[Message]) -> &mut Thread {
        let assessment = Assessment::of(&thread, messages, &self.folk);
        self.threads.push((id.into(), thread, assessment));
        &mut self.threads.last_mut().unwrap().1
    }

    fn cases(&self) -> Vec<Case<'_>> {
        self.threads
            .iter()
            .map(|(id, thread, assessment)| Case {
                id,
                thread,
                assessment,
            })
            .collect()
    }

    fn order(&self) -> Vec<&str> {
        let cases = self.cases();
        inbox_order(&cases, &self.folk, &view())
            .into_iter()
            .map(|position| self.threads[position].0.as_str())
            .collect()
    }

    fn groups(&self) -> Vec<Group> {
        alike(&self.cases(), &self.folk)
    }
}

#[test]
fn the_clock_comes_first_then_who_asks_then_one_sender_after_the_other() {
    let mut inbox = Inbox::new();
    inbox.add(
        "fyi",
        thread("lark_group", "min"),
        &[says("min", "纪要已发")],
    );
    inbox.add("lei-1", thread("lark_dm", "lei"), &[says("lei", "看一下?")]);
    inbox
        .add(
            "dana-1",
            thread("whatsapp", "dana"),
            &[says("dana", "any news?")],
        )
        .sla_due = Some(minutes(300));
    inbox
        .add(
            "soon",
            thread("whatsapp", "marcus"),
            &[says("marcus", "hello?")],
        )
        .sla_due = Some(minutes(70));
    inbox
        .add(
            "lei-2",
            thread("lark_dm", "lei"),
            &[says("lei", "还有一个?")],
        )
        .last_at = Some(minutes(-600));
    inbox
        .add("late", thread("lark_group", "min"), &[says("min", "收到")])
        .sla_due = Some(minutes(-10));
    inbox.add(
        "sam",
        thread("email", "sam"),
        &[says("sam", "Who countersigns?")],
    );
    inbox.add(
        "dana-2",
        thread("whatsapp", "dana"),
        &[says("dana", "and this?")],
    );
    inbox
        .add(
            "marcus-2",
            thread("whatsapp", "marcus"),
            &[says("marcus", "payout?")],
        )
        .sla_due = Some(minutes(200));
    assert_eq!(
        inbox.order(),
        [
            "late", "soon", "marcus-2", "dana-1", "dana-2", "sam", "lei-2", "lei-1", "fyi"
        ]
    );
}

#[test]
fn the_badge_says_why() {
    let folk = folk();
    let badge = |thread: &Thread, message: &Message| {
        let assessment = Assessment::of(thread, [message], &folk);
        let sender = thread.from.as_ref().and_then(|id| folk.get(id));
        let badge = Badge::of(thread, &assessment, sender, &view());
        (badge.mark, badge.reason)
    };
    let mut dana = thread("whatsapp", "dana");
    let question = says("dana", "can you help?");
    assert_eq!(
        badge(&dana, &question),
        (Mark::Asks, "Dana Reyes asks a question".to_owned())
    );
    dana.sla_due = Some(minutes(40));
    assert_eq!(
        badge(&dana, &question),
        (Mark::Urgent, "answer due in 40 min".to_owned())
    );
    dana.sla_due = Some(minutes(-125));
    assert_eq!(
        badge(&dana, &question),
        (Mark::Urgent, "answer late by 2 h 5 min".to_owned())
    );
    dana.sla_due = Some(minutes(120));
    dana.waiting_on = "them".into();
    assert_eq!(
        badge(&dana, &question),
        (Mark::Fyi, "waits for Dana Reyes".to_owned())
    );
    let group = thread("lark_group", "lei");
    assert_eq!(
        badge(&group, &says("lei", "收到")),
        (Mark::Fyi, "asks nothing of you".to_owned())
    );
}

#[test]
fn splits_count_each_thread_where_it_shows() {
    let folk = folk();
    let mut snoozed = thread("whatsapp", "dana");
    snoozed.state = "snoozed".into();
    snoozed.snoozed_until = Some(minutes(60));
    let mut woken = snoozed.clone();
    woken.snoozed_until = Some(minutes(-1));
    let mut done = thread("lark_dm", "lei");
    done.state = "done".into();
    done.done_at = Some(minutes(-30));
    let mut answered = done.clone();
    answered.last_at = Some(minutes(-5));
    let mut yesterday = done.clone();
    yesterday.done_at = Some(minutes(-1_000));
    yesterday.last_at = Some(minutes(-2_000));
    let mut long = thread("lark_group", "wei");
    long.new = Some(7);
    let threads = [
        snoozed,
        woken,
        done,
        answered,
        yesterday,
        long,
        thread("lark_dm", "lei"),
        thread("email", "sam"),
        thread("lark_card", "lei"),
        thread("email", ""),
    ];
    let splits = splits(&threads, &folk, &view());
    let counts: Vec<(&str, usize, usize)> = splits
        .iter()
        .map(|split| (split.name.as_str(), split.threads, split.messages))
        .collect();
    assert_eq!(
        counts,
        [
            ("All", 7, 13),
            ("CN owners", 1, 1),
            ("Shanghai", 2, 2),
            ("Singapore", 1, 7),
            ("Leads", 1, 1),
            ("Systems", 1, 1),
            ("Snoozed", 1, 1),
            ("Done today", 1, 1),
        ]
    );
    for split in &splits {
        let shown = threads
            .iter()
            .filter(|thread| split.rule.holds(thread, &folk, &view()))
            .count();
        assert_eq!(shown, split.threads, "{}", split.name);
    }
}

/// Twelve threads without and two with something to decide.
fn quiet_morning() -> Inbox {
    let mut inbox = Inbox::new();
    let card = |text: &str| {
        let mut message = says("bot", text);
        message.kind = "card".into();
        message
    };
    for (id, text) in [
        ("b1", "Data board updated 2026-11-16 06:00"),
        ("b2", "Data board updated 2026-11-17 06:00"),
        ("b3", "Nightly export ready"),
        ("b4", "Kite: 3 streaks broken"),
    ] {
        inbox.add(id, thread("lark_card", "bot"), &[card(text)]);
    }
    inbox.add(
        "c1",
        thread("lark_card", "cal"),
        &[{
            let mut message = card("Calendar: sync moved");
            message.sender = Some("cal".into());
            message
        }],
    );
    inbox.add(
        "a1",
        thread("lark_group", "lei"),
        &[says("lei", "收到"), says("min", "+1")],
    );
    inbox.add("a2", thread("whatsapp", "dana"), &[says("dana", "thanks!")]);
    inbox.add(
        "f1",
        thread("lark_group", "wei"),
        &[
            says("wei", "sharing the deck here"),
            says("lei", "收到"),
            says("min", "已同步"),
        ],
    );
    inbox.add(
        "f2",
        thread("lark_group", "min"),
        &[says("min", "纪要在公告里")],
    );
    inbox.add(
        "f3",
        thread("lark_group", "min"),
        &[says("min", "新版流程上线")],
    );
    inbox.add(
        "f4",
        thread("lark_group", "lei"),
        &[says("lei", "素材已更新")],
    );
    inbox.add(
        "mixed",
        thread("lark_group", "lei"),
        &[says("lei", "收到"), says("wei", "which date?")],
    );
    inbox.add(
        "asks",
        thread("whatsapp", "dana"),
        &[says("dana", "which date works?")],
    );
    inbox
}

#[test]
fn what_needs_no_decision_comes_in_a_few_groups() {
    let groups = quiet_morning().groups();
    let found: Vec<(GroupKind, Vec<&str>, usize)> = groups
        .iter()
        .map(|group| {
            let mut threads: Vec<&str> = group.threads.iter().map(Id::as_str).collect();
            threads.sort_unstable();
            (group.kind, threads, group.messages)
        })
        .collect();
    assert_eq!(
        found,
        [
            (GroupKind::Acknowledgements, vec!["a1", "a2"], 3),
            (GroupKind::Chatter, vec!["f1"], 3),
            (GroupKind::Notices, vec!["b1", "b2"], 2),
            (GroupKind::Chatter, vec!["f2", "f3"], 2),
            (GroupKind::Notices, vec!["b3", "b4"], 2),
            (GroupKind::Chatter, vec!["f4"], 1),
            (GroupKind::Notices, vec!["c1"], 1),
        ]
    );
    assert_eq!(
        groups[2].reason,
        "notices of one template: Data board updated 2026-11-16 06:00"
    );
}

#[test]
fn groups_of_one_kind_are_cleared_with_one_key() {
    let merged = merged(&quiet_morning().groups());
    let sums: Vec<(GroupKind, usize, usize)> = merged
        .iter()
        .map(|group| (group.kind, group.threads.len(), group.messages))
        .collect();
    assert_eq!(
        sums,
        [
            (GroupKind::Chatter, 4, 6),
            (GroupKind::Notices, 5, 5),
            (GroupKind::Acknowledgements, 2, 3),
        ]
    );
}

#[test]
fn a_text_posted_in_several_threads_is_asked_once() {
    let mut inbox = Inbox::new();
    let post = |minutes_ago: i64, text: &str| {
        let mut message = says("wei", text);
        message.sent_at = Some(minutes(-minutes_ago));
        message
    };
    let asks = "Everyone: please add your numbers before Wed noon";
    let tells = "The holiday schedule is now in the wiki";
    inbox.add("x2", thread("lark_group", "wei"), &[post(20, asks)]);
    inbox.add(
        "x1",
        thread("lark_group", "wei"),
        &[post(30, asks), says("lei", "收到")],
    );
    inbox.add(
        "x3",
        thread("lark_dm", "wei"),
        &[post(10, &asks.to_uppercase())],
    );
    inbox.add("y1", thread("lark_group", "wei"), &[post(9, tells)]);
    inbox.add("y2", thread("lark_group", "wei"), &[post(8, tells)]);
    inbox.add("z", thread("lark_group", "lei"), &[says("lei", asks)]);
    let groups: Vec<(GroupKind, Vec<String>)> = inbox
        .groups()
        .into_iter()
        .map(|group| {
            let threads = group
                .threads
                .iter()
                .map(|id| id.as_str().to_owned())
                .collect();
            (group.kind, threads)
        })
        .collect();
    assert_eq!(groups.len(), 2);
    for threads in [["x3", "x2"], ["y2", "y1"]] {
        let expected = (GroupKind::CrossPosts, threads.map(String::from).to_vec());
        assert!(groups.contains(&expected), "{threads:?} in {groups:?}");
    }
}

fn follow_up(due: Option<&str>, priority: &str, waiting_on: &str, who: &str) -> FollowUp {
    FollowUp {
        title: "Send deck".into(),
        state: "open".into(),
        due: due.map(|due| match due.parse() {
            Ok(date) if due.len() == 10 => Due::On { date },
            _ => Due::At {
                wall: "2026-11-17T12:00".parse().unwrap(),
                zone: "America/Los_Angeles".into(),
                instant: at(due),
            },
        }),
        priority: priority.into(),
        waiting_on: waiting_on.into(),
        waiting_for: (!who.is_empty()).then(|| who.into()),
        ..FollowUp::default()
    }
}

#[test]
fn follow_ups_are_ordered_by_lateness_weight_and_who_waits() {
    let folk = folk();
    let follow_ups = [
        ("later", follow_up(Some("2026-12-20"), "p3", "none", "")),
        ("late-3d", follow_up(Some("2026-11-13"), "p3", "none", "")),
        (
            "late-3d-owner-waits",
            follow_up(Some("2026-11-13"), "p3", "me", "dana"),
        ),
        (
            "p1-today",
            follow_up(Some("2026-11-17"), "p1", "me", "dana"),
        ),
        ("i-wait", follow_up(Some("2026-11-13"), "p3", "them", "lei")),
        ("undated", follow_up(None, "p3", "none", "")),
    ];
    let ids: Vec<Id<FollowUp>> = follow_ups.iter().map(|(id, _)| Id::new(id)).collect();
    let pairs: Vec<_> = ids
        .iter()
        .zip(&follow_ups)
        .map(|(id, (_, record))| (id, record))
        .collect();
    let order: Vec<&str> = need_you_order(&pairs, &folk, &view())
        .into_iter()
        .map(|position| follow_ups[position].0)
        .collect();
    assert_eq!(
        order,
        [
            "late-3d-owner-waits",
            "p1-today",
            "late-3d",
            "i-wait",
            "undated",
            "later"
        ]
    );
    let urgency = Urgency::of(&follow_ups[2].1, &folk, &view());
    assert_eq!(urgency.reason, "3 d 8 h late, P3, Dana Reyes waits");
}

#[test]
fn buckets_follow_the_day_and_the_week_at_the_console() {
    let bucket = |follow_up: &FollowUp| Bucket::of(follow_up, &view());
    let due = |due: &str| bucket(&follow_up(Some(due), "", "", ""));
    assert_eq!(due("2026-11-16"), Some(Bucket::Overdue));
    assert_eq!(due("2026-11-17"), Some(Bucket::Today));
    assert_eq!(due("2026-11-17T16:30:00Z"), Some(Bucket::Overdue));
    assert_eq!(due("2026-11-18T07:59:00Z"), Some(Bucket::Today));
    assert_eq!(due("2026-11-18T08:00:00Z"), Some(Bucket::ThisWeek));
    assert_eq!(due("2026-11-22"), Some(Bucket::ThisWeek));
    assert_eq!(due("2026-11-23"), Some(Bucket::Later));
    assert_eq!(bucket(&follow_up(None, "", "", "")), Some(Bucket::Later));
    assert_eq!(
        bucket(&follow_up(Some("2026-11-01"), "", "them", "")),
        Some(Bucket::WaitingOnOthers)
    );
    let mut snoozed = follow_up(Some("2026-11-01"), "", "", "");
    snoozed.snoozed_until = Some(minutes(5));
    assert_eq!(bucket(&snoozed), Some(Bucket::Snoozed));
    snoozed.state = "done".into();
    assert_eq!(bucket(&snoozed), None);
}

#[test]
fn promises_are_found_in_what_i_wrote() {
    let found = |text: &str| -> Vec<(String, String)> {
        promises(text)
            .into_iter()
            .inspect(|promise| {
                assert_eq!(
                    text.get(promise.place.clone()),
                    Some(promise.quote.as_str())
                );
            })
            .map(|promise| (promise.quote, promise.due))
            .collect()
    };
    for (text, quote, due) in [
        (
            "Thanks Dana! I'll send deck v2 by Friday.",
            "by Friday",
            "Friday",
        ),
        ("收到,周五前给你", "周五前", "周五"),
        ("我明天发你新版", "明天", "明天"),
        (
            "Deck v2 by end of day SGT",
            "by end of day SGT",
            "end of day SGT",
        ),
        (
            "> can you send it by Monday?\nYes, you'll have it tomorrow",
            "tomorrow",
            "tomorrow",
        ),
        (
            "Te lo mando antes del viernes",
            "antes del viernes",
            "viernes",
        ),
    ] {
        assert_eq!(found(text), [(quote.to_owned(), due.to_owned())], "{text}");
    }
    for text in [
        "Can you send the list by Friday?",
        "Please add your numbers before Wed noon SGT",
        "The event is on Friday",
        "请在周五前补充",
        "Thanks, resolved",
        "> I'll send it by Friday",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    let two = "I'll ask payouts by tomorrow. The calendar will be approved by Mon; more then.";
    assert_eq!(found(two).len(), 2);
}

/// Prints what triage costs; run it in release with `--ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn triage_of_a_hundred_thousand_messages() {
    let texts = [
        "收到,已转给同事",
        "Hi, please send me the names for the cup, the list closes by 6pm SGT",
        "报表已生成 2026-11-17 06:00",
        "three of ours stopped after the cup, we should talk about the others",
        "+1",
    ];
    let senders = ["lei", "wei", "bot", "dana", "min"];
    for many in [300_usize, 3_000, 100_000] {
        let mut inbox = Inbox::new();
        let start = std::time::Instant::now();
        for n in 0..many {
            let sender = senders[n % 5];
            let channel = ["lark_group", "lark_dm", "lark_card", "whatsapp"][n % 4];
            inbox.add(
                &format!("t{n}"),
                thread(channel, sender),
                &[says(sender, texts[n % 5])],
            );
        }
        let read = start.elapsed();
        let start = std::time::Instant::now();
        let first = inbox.order().len();
        let ordered = start.elapsed();
        let start = std::time::Instant::now();
        let groups = inbox.groups().len();
        println!(
            "{many}: read {read:.2?}, order of {first} {ordered:.2?}, {groups} groups {:.2?}",
            start.elapsed()
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
        for text in [text, pieces.concat()] {
            for promise in promises(&text) {
                prop_assert_eq!(text.get(promise.place), Some(promise.quote.as_str()));
            }
            for channel in ["lark_group", "lark_card", "whatsapp"] {
                asked_by_name(channel, "lei", &text);
                asked(channel, "dana", &text);
            }
        }
    }

    #[test]
    fn the_order_is_a_permutation_and_groups_share_no_thread(
        rows in prop::collection::vec((0..4_usize, 0..5_usize, 0..6_usize, prop::option::of(-300..300_i64)), 0..40),
    ) {
        let mut inbox = Inbox::new();
        let senders = ["lei", "wei", "bot", "dana", "sam"];
        let texts = ["收到", "which date?", "报表已生成 7", "材料放在群文件里了，供参考", "+1", "by Friday please"];
        for (n, (channel, sender, text, due)) in rows.iter().enumerate() {
            let channel = ["lark_group", "lark_dm", "lark_card", "whatsapp"][*channel];
            let thread = thread(channel, senders[*sender]);
            inbox.add(&format!("t{n}"), thread, &[says(senders[*sender], texts[*text])]).sla_due = due.map(minutes);
        }
        let mut order: Vec<String> = inbox.order().into_iter().map(String::from).collect();
        order.sort();
        order.dedup();
        prop_assert_eq!(order.len(), rows.len());
        let groups = inbox.groups();
        let mut grouped: Vec<&str> = groups.iter().flat_map(|group| group.threads.iter().map(Id::as_str)).collect();
        let all = grouped.len();
        grouped.sort_unstable();
        grouped.dedup();
        prop_assert_eq!(grouped.len(), all);
        let quiet = inbox.threads.iter().filter(|(_, _, assessment)| assessment.ask().is_none()).count();
        prop_assert!(all >= quiet, "whatever asks nothing is in a group");
    }
}

/// Pieces of texts that the rules look for.
const PIECES: &[&str] = &[
    "by ",
    "Friday",
    "18:00",
    " ",
    "周五",
    "前",
    "下",
    "11月",
    "20日",
    "点",
    "3",
    "@",
    "+1",
    "收到",
    "?",
    "？",
    "\n",
    ">",
    "’",
    "é",
    "e\u{301}",
    "🙏",
    "end of ",
    "the ",
    "week",
    ". ",
    "。",
    "i'll ",
    "antes del ",
    "：",
    "5pm",
    "-",
    "/",
];

#[test]
fn promises_in_every_language_have_a_time_that_can_be_read() {
    use crate::when::phrase::{PhraseContext, read};
    // Tuesday 17 November 2026, 08:30 in Los Angeles.
    let now = "2026-11-17T16:30:00Z".parse().unwrap();
    let zone = crate::when::zone::load("America/Los_Angeles").unwrap();
    let context = PhraseContext::new(now, zone);
    for (text, day) in [
        ("I'll send it today.", 17),
        ("Thanks Dana! I'll send deck v2 by Friday.", 20),
        ("Gracias, te lo mando hoy.", 17),
        ("Te confirmo mañana.", 18),
        ("Te lo paso el viernes", 20),
        ("Lo tendrás antes del viernes.", 20),
        ("Voy a revisarlo para el lunes", 23),
        ("Te mando el plan pasado mañana.", 19),
        ("Mando hoje.", 17),
        ("Confirmo amanhã", 18),
        ("Envio até sexta-feira", 20),
        ("Vou mandar até sexta", 20),
        ("我今天发你", 17),
        ("收到,周五前给你", 20),
        ("我明天发你新版", 18),
        ("我今天下班前发给你", 17),
        ("今日中に送ります", 17),
        ("明日送ります", 18),
        ("金曜日までに送ります", 20),
        ("Em sẽ gửi hôm nay", 17),
        ("Mình sẽ gửi trước thứ sáu", 20),
        ("Em gửi ngày mai ạ", 18),
        ("سأرسل لك الملف اليوم", 17),
        ("سأرد عليك غداً", 18),
        ("سأرسلها قبل الجمعة", 20),
    ] {
        let found = promises(text);
        let [promise] = found.as_slice() else {
            panic!("{text}: {found:?}");
        };
        let reading =
            read(&promise.due, &context).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(reading.start.date().day(), day, "{text}: {promise:?}");
    }
    for text in [
        "¿Me lo mandas hoy?",
        "por favor mándalo hoy",
        "今日はありがとう",
        "hoy fue un buen día",
    ] {
        assert_eq!(promises(text), [], "{text}");
    }
}
