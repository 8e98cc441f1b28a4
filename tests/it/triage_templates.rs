//! The rules of triage against the shared table of typical messages, and the tabs of the inbox against the
//! query language.

use std::collections::HashMap;

use cnm::query::{Links, Query, Row, Scope};
use cnm::record::{Id, Kind, Message, Person, Thread, View};
use cnm::triage::{Ask, Assessment, Rule, Split, splits};
use jiff::tz::TimeZone;

fn view() -> View {
    View::new(
        "2026-11-17T16:30:00Z".parse().unwrap(),
        TimeZone::get("America/Los_Angeles").unwrap(),
        "u-ana",
    )
}

/// Reads the table named by `CNM_MESSAGE_TEMPLATES`, else the shared one; `None` when there is none.
fn templates() -> Option<String> {
    let path = std::env::var_os("CNM_MESSAGE_TEMPLATES").map_or_else(
        || {
            std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../shared/data/message_templates.tsv")
        },
        Into::into,
    );
    std::fs::read_to_string(path).ok()
}

fn person(circle: &str) -> Person {
    Person {
        circle: circle.into(),
        ..Person::default()
    }
}

fn ask(intent: &str, channel: &str, kind: &str, text: &str) -> Option<Ask> {
    let circle = match (intent, channel) {
        ("lead_inbound" | "lead_progress", _) => "lead",
        (_, "lark_card" | "platform") => "system",
        (_, channel) if channel.starts_with("lark") => "colleague",
        _ => "owner",
    };
    let people = HashMap::from([(Id::from("p"), person(circle))]);
    let thread = Thread {
        channel: channel.into(),
        from: Some("p".into()),
        ..Thread::default()
    };
    let message = Message {
        direction: "in".into(),
        sender: Some("p".into()),
        kind: kind.into(),
        text: text.into(),
        mentions_me: text.contains("{me}"),
        ..Message::default()
    };
    Assessment::of(&thread, [&message], &people).ask()
}

#[test]
fn typical_messages_are_told_apart_by_what_they_say() {
    let Some(table) = templates() else {
        println!("skipped: no table of messages at hand; set CNM_MESSAGE_TEMPLATES");
        return;
    };
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [intent, channel, _, kind, text] = columns.as_slice() else {
            panic!("{line}");
        };
        let channel = match *channel {
            "lark_doc_mention" => "lark_doc",
            "platform_notice" => "platform",
            other => other,
        };
        let asks = match *intent {
            "fyi_group" | "dup_or_ack" | "bot_card" => false,
            intent if intent.starts_with("edge_") || intent == "platform_notice" => continue,
            _ => true,
        };
        let found = ask(intent, channel, kind, text);
        println!("{found:?}\t{intent}\t{text}");
        if found.is_some() != asks {
            wrong.push((line, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

struct Contacts(HashMap<Id<Person>, Person>);

impl Links for Contacts {
    fn row(&self, kind: Kind, id: &str) -> Option<&dyn Row> {
        match kind {
            Kind::Person => self.0.get(id).map(|person| person as &dyn Row),
            _ => None,
        }
    }
}

#[test]
fn a_tab_and_its_query_show_the_same_threads() {
    let offices = [("lei", "Shanghai"), ("wei", "Singapore \"SG\""), ("jo", "")];
    let mut people: HashMap<Id<Person>, Person> = offices
        .into_iter()
        .map(|(id, office)| {
            let colleague = Person {
                office: office.into(),
                ..person("colleague")
            };
            (Id::from(id), colleague)
        })
        .collect();
    for circle in ["owner", "lead", "system"] {
        people.insert(circle.into(), person(circle));
    }
    let mut threads = Vec::new();
    for from in ["lei", "wei", "jo", "owner", "lead", "system", "nobody"] {
        for channel in ["lark_dm", "lark_card", "platform", "email"] {
            for (state, done_at) in [
                ("open", None),
                ("snoozed", None),
                ("done", Some("2026-11-17T16:00:00Z")),
                ("done", Some("2026-11-10T16:00:00Z")),
            ] {
                threads.push(Thread {
                    from: Some(from.into()),
                    channel: channel.into(),
                    state: state.into(),
                    done_at: done_at.and_then(|at| at.parse().ok()),
                    ..Thread::default()
                });
            }
        }
    }
    let view = view();
    let tabs = splits(&threads, &people, &view);
    assert_eq!(tabs.len(), 9);
    let contacts = Contacts(people.clone());
    for Split { name, rule, .. } in tabs {
        let query = Query::parse(&rule.query()).unwrap();
        let filter = query.check(Kind::Thread, &Scope::plain(&view)).unwrap();
        for thread in &threads {
            assert_eq!(
                filter.matches(thread, &view, &contacts),
                rule.holds(thread, &people, &view),
                "{name}: {query}: {thread:?}"
            );
        }
    }
    assert_eq!(Rule::All.query(), "state:open");
}
