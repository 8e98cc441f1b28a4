use std::collections::HashMap;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::record::{
    Creator, Due, FieldInfo, FieldType, FollowUp, Goal, Id, Kind, Lead, Message, Money, Network,
    Person, Record, Stage, Team, Thread, User, Value, View,
};

/// Tuesday 17 November 2026, 08:30 in Los Angeles.
fn view() -> View {
    View::new(
        "2026-11-17T16:30:00Z".parse().unwrap(),
        TimeZone::get("America/Los_Angeles").unwrap(),
        "u-ana",
    )
}

#[derive(Default)]
struct Office(HashMap<(Kind, String), Box<dyn Row>>);

impl Office {
    fn add<R: Record>(&mut self, id: &str, record: R) {
        self.0.insert((R::KIND, id.to_owned()), Box::new(record));
    }
}

impl Links for Office {
    fn row(&self, kind: Kind, id: &str) -> Option<&dyn Row> {
        self.0.get(&(kind, id.to_owned())).map(|row| &**row)
    }
    fn each(&self, wanted: Kind, visit: &mut dyn FnMut(&str, &dyn Row)) {
        let mut rows: Vec<_> = self
            .0
            .iter()
            .filter(|((kind, _), _)| *kind == wanted)
            .collect();
        rows.sort_by(|a, b| a.0.cmp(b.0));
        for ((_, id), row) in rows {
            visit(id, &**row);
        }
    }
}

fn user(name: &str, team: &str) -> User {
    User {
        name: name.into(),
        team: Some(team.into()),
        ..User::default()
    }
}

fn office() -> Office {
    let mut office = Office::default();
    office.add("u-ana", user("Ana Ortiz", "t-west"));
    office.add("u-bo", user("Bo Lind", "t-south"));
    office.add("u-cy", user("Cy Rao", "t-east"));
    for (id, parent) in [
        ("t-west", None),
        ("t-south", Some("t-west")),
        ("t-east", None),
    ] {
        let team = Team {
            parent: parent.map(Id::from),
            ..Team::default()
        };
        office.add(id, team);
    }
    office.add(
        "p-dana",
        Person {
            name: "Dana Reyes".into(),
            circle: "owner".into(),
            ..Person::default()
        },
    );
    office.add(
        "p-ana",
        Person {
            name: "Ana".into(),
            circle: "colleague".into(),
            user: Some("u-ana".into()),
            ..Person::default()
        },
    );
    office.add(
        "n-nova",
        Network {
            name: "Nova Média".into(),
            aliases: vec!["新星".into()],
            lifecycle: "new".into(),
            owner: Some("u-ana".into()),
            contact: Some("p-dana".into()),
            ..Network::default()
        },
    );
    for (order, id, name) in [
        (1, "s-new", "New"),
        (5, "s-neg", "Negotiation"),
        (9, "s-won", "Signed"),
    ] {
        office.add(
            id,
            Stage {
                name: name.into(),
                order: Some(order),
                ..Stage::default()
            },
        );
    }
    office
}

fn lead() -> Lead {
    Lead {
        name: "Halo Talent".into(),
        stage: Some("s-neg".into()),
        entered_at: "2026-11-08T16:30:00Z".parse().ok(),
        created_at: "2026-10-01T00:00:00Z".parse().ok(),
        source: "referral".into(),
        owner: Some("u-ana".into()),
        shared_with: vec!["u-bo".into(), "u-cy".into()],
        creators: Some(88_000),
        expected_value: Some(Money {
            minor: 150_000_000,
            currency: "USD".into(),
        }),
        next_due: "2026-11-18".parse().ok(),
        summary: "Wants the Holiday BATTLE".into(),
        tax_form: true,
        ..Lead::default()
    }
}

fn thread() -> Thread {
    Thread {
        title: "Payout 问题".into(),
        channel: "lark_group".into(),
        network: Some("n-nova".into()),
        state: "open".into(),
        from: Some("p-dana".into()),
        waiting_on: "none".into(),
        sla_due: "2026-11-17T17:10:00Z".parse().ok(),
        last_at: "2026-11-17T14:00:00Z".parse().ok(),
        ..Thread::default()
    }
}

fn check(kind: Kind, text: &str) -> Result<Filter, QueryError> {
    Query::parse(text)?.check(kind, &Scope::plain(&view()))
}

#[track_caller]
fn finds<R: Record>(record: &R, text: &str) -> bool {
    match check(R::KIND, text) {
        Ok(filter) => filter.matches(record, &view(), &office()),
        Err(error) => panic!("{text}: {error}"),
    }
}

#[track_caller]
fn all_true<R: Record>(record: &R, queries: &[&str]) {
    for text in queries {
        assert!(finds(record, text), "should match: {text}");
        assert!(!finds(record, &format!("-({text})")), "negated: {text}");
    }
}

#[track_caller]
fn all_false<R: Record>(record: &R, queries: &[&str]) {
    for text in queries {
        assert!(!finds(record, text), "should not match: {text}");
    }
}

#[track_caller]
fn refused(kind: Kind, text: &str) -> QueryError {
    match check(kind, text) {
        Ok(_) => panic!("{text} was accepted"),
        Err(error) => {
            assert!(
                text.get(error.span.clone()).is_some(),
                "{text}: {:?}",
                error.span
            );
            error
        }
    }
}

#[test]
fn the_examples_of_the_language_work() {
    all_true(
        &lead(),
        &["stage:negotiation idle>7d -source:outbound owner:me \"holiday battle\""],
    );
    all_true(
        &thread(),
        &["(channel:lark or channel:whatsapp) network.lifecycle:new sla<2h"],
    );
}

#[test]
fn terms_are_joined_by_and_and_or_binds_weakest() {
    let lead = lead();
    all_true(
        &lead,
        &[
            "halo",
            "halo battle",
            "nothing or halo battle",
            "not nothing",
            "halo and talent",
        ],
    );
    all_true(
        &lead,
        &[
            "(nothing or halo) battle",
            "-(nothing halo)",
            "nothing or (nothing or halo)",
        ],
    );
    all_false(
        &lead,
        &[
            "halo nothing",
            "nothing or nothing",
            "(nothing or halo) nothing",
        ],
    );
    assert!(finds(&lead, ""));
}

#[test]
fn text_is_compared_folded() {
    let lead = lead();
    all_true(
        &lead,
        &[
            "ＨＡＬＯ",
            "name:talent",
            "name=\"halo talent\"",
            "name:none,halo",
            "Hálo",
        ],
    );
    all_false(
        &lead,
        &[
            "name=halo",
            "name:\"talent halo\"",
            "name:none",
            "market:any",
        ],
    );
    all_true(
        &thread(),
        &[
            "问题",
            "title：payout",
            "（问题 or nothing）",
            "“payout 问题”",
        ],
    );
}

#[test]
fn bare_words_search_the_names_in_link_columns_but_not_the_owners() {
    all_true(&thread(), &["nova", "media", "dana"]);
    all_false(&lead(), &["ana", "ortiz"]);
    all_true(&lead(), &["negotiation"]);
}

#[test]
fn choices_match_by_name_family_and_prefix() {
    let thread = thread();
    all_true(
        &thread,
        &[
            "channel:lark",
            "channel:lark_group",
            "channel:飞书",
            "channel:wh,lark",
            "channel=lark_group",
        ],
    );
    all_false(
        &thread,
        &["channel:lark_dm", "channel:email", "channel:none"],
    );
    let error = refused(Kind::Thread, "channel:larck_dm");
    assert_eq!(error.fault, Fault::UnknownValue);
    assert_eq!(error.suggestion.as_deref(), Some("lark_dm"));
    assert_eq!(error.span, 8..16);
    refused(Kind::Thread, "channel=lark");
    refused(Kind::FollowUp, "priority:p");
    let odd = Thread {
        state: "paused".into(),
        ..Thread::default()
    };
    refused(Kind::Thread, "state:paused");
    all_true(&odd, &["state=\"paused\""]);
}

#[test]
fn choices_are_ordered_as_the_trade_orders_them() {
    let urgent = FollowUp {
        priority: "p2".into(),
        ..FollowUp::default()
    };
    all_true(
        &urgent,
        &[
            "priority<=p2",
            "priority<p3",
            "priority:p1..p3",
            "priority>p1",
        ],
    );
    all_false(&urgent, &["priority<p2", "priority:p3.."]);
    all_false(&FollowUp::default(), &["priority<=p4", "priority:any"]);
}

#[test]
fn a_choice_called_none_counts_as_nothing() {
    all_true(
        &thread(),
        &["waiting_on:none", "waiting_on:nobody", "-waiting_on:any"],
    );
    all_true(&Thread::default(), &["waiting_on:none"]);
    all_false(&Thread::default(), &["waiting_on=\"none\""]);
}

#[test]
fn numbers_and_money_are_read_with_their_suffixes() {
    let lead = lead();
    all_true(
        &lead,
        &[
            "creators:88k",
            "creators>=\"88,000\"",
            "creators<0.1M",
            "creators:80k..90k",
            "creators:..9万",
        ],
    );
    all_false(
        &lead,
        &[
            "creators>88k",
            "creators:1,2",
            "score>0",
            "score<0",
            "score:any",
        ],
    );
    all_true(
        &lead,
        &[
            "expected_value:1.5M",
            "expected_value>=\"1500000 USD\"",
            "expected_value<$2M",
        ],
    );
    all_false(
        &lead,
        &["expected_value>1.5M", "expected_value:\"1.5M EUR\""],
    );
    let error = refused(Kind::Lead, "creators>many");
    assert_eq!((error.fault, error.span), (Fault::WrongType, 9..13));
}

#[test]
fn lengths_of_time_count_in_the_unit_that_was_written() {
    let lead = lead();
    all_true(
        &lead,
        &[
            "idle:9d",
            "idle>8d",
            "idle>=9d",
            "idle:1w",
            "idle:1w..2w",
            "idle<216h1m",
        ],
    );
    all_false(&lead, &["idle>9d", "idle:8d", "idle:10d", "idle<9d"]);
    all_true(&thread(), &["sla<2h", "sla>0", "sla:40m", "-sla<0"]);
    let late = Thread {
        sla_due: "2026-11-17T15:00:00Z".parse().ok(),
        ..Thread::default()
    };
    all_true(&late, &["sla<0", "sla:-1h", "sla>-2h", "sla:-2h..0"]);
    all_false(&Thread::default(), &["sla<2h", "sla>2h", "sla:any"]);
}

#[test]
fn days_are_the_days_of_the_person_at_the_console() {
    // 07:30 UTC on the 18th is still the evening of the 17th in Los Angeles.
    let evening = Message {
        sent_at: "2026-11-18T07:30:00Z".parse().ok(),
        ..Message::default()
    };
    all_true(
        &evening,
        &[
            "sent_at:today",
            "sent_at:2026-11-17",
            "sent_at<tomorrow",
            "sent_at>yesterday",
        ],
    );
    all_true(
        &evening,
        &[
            "sent_at>=today",
            "sent_at<=today",
            "sent_at:2026-11",
            "sent_at:yesterday..today",
            "sent_at>now",
        ],
    );
    all_true(
        &evening,
        &[
            "sent_at<24h",
            "sent_at>-1h",
            "sent_at:2026-11-18T07:30Z",
            "sent_at:\"2026-11-17 23:30\"",
        ],
    );
    all_false(
        &evening,
        &[
            "sent_at>today",
            "sent_at<today",
            "sent_at:2026-11-18",
            "sent_at<2026-11-18T07:30Z",
        ],
    );
}

#[test]
fn a_due_date_is_over_when_its_day_ends() {
    let on = |date: &str| FollowUp {
        due: Some(Due::On {
            date: date.parse().unwrap(),
        }),
        ..FollowUp::default()
    };
    all_true(
        &on("2026-11-17"),
        &["due:today", "due<=today", "due>now", "due<16h", "due:0"],
    );
    all_false(&on("2026-11-17"), &["due<now", "due<today", "due<15h"]);
    all_true(
        &on("2026-11-16"),
        &["due<now", "due<today", "due:yesterday"],
    );
    all_false(&FollowUp::default(), &["due<now", "due:today", "due>now"]);
    all_true(&FollowUp::default(), &["due:none", "-due<today"]);
    let at = FollowUp {
        due: Some(Due::At {
            wall: "2026-11-18T09:00".parse().unwrap(),
            zone: "Asia/Singapore".into(),
            instant: "2026-11-18T01:00:00Z".parse().unwrap(),
        }),
        ..FollowUp::default()
    };
    all_true(&at, &["due:today", "due<9h", "due>8h", "due>now"]);
    all_true(
        &lead(),
        &[
            "next_due:tomorrow",
            "next_due:2026-11-10..2026-11-20",
            "next_due:1d",
            "next_due>now",
        ],
    );
}

#[test]
fn phrases_come_from_outside_and_go_stale() {
    let phrases = |text: &str, view: &View| {
        (text == "next fri").then(|| {
            let day = view.today().saturating_add(jiff::Span::new().days(10));
            Moment::Days {
                first: day,
                last: day,
            }
        })
    };
    let scope = Scope {
        view: &view(),
        phrases: &phrases,
    };
    let query = Query::parse("next_due<\"next fri\"").unwrap();
    let filter = query.check(Kind::Lead, &scope).unwrap();
    assert!(filter.matches(&lead(), &view(), &NoLinks));
    let mut later = view();
    assert!(!filter.is_stale(&later));
    later.now = "2026-11-17T16:31:00Z".parse().unwrap();
    assert!(filter.is_stale(&later));
    assert!(
        !check(Kind::Lead, "next_due:today")
            .unwrap()
            .is_stale(&later)
    );
    later.now = "2026-11-18T09:00:00Z".parse().unwrap();
    assert!(
        check(Kind::Lead, "next_due:today")
            .unwrap()
            .is_stale(&later)
    );
    assert!(
        !check(Kind::Lead, "next_due<now idle>7d")
            .unwrap()
            .is_stale(&later)
    );
    let error = refused(Kind::Lead, "next_due<\"next fry\"");
    assert_eq!(error.fault, Fault::WrongType);
}

#[test]
fn links_match_by_id_by_name_and_by_who_is_looking() {
    let lead = lead();
    all_true(
        &lead,
        &[
            "stage:s-neg",
            "stage:nego",
            "stage:NEGOTIATION",
            "stage=negotiation",
            "owner:ortiz",
        ],
    );
    all_true(
        &lead,
        &[
            "owner:me",
            "owner:my-team",
            "shared_with:bo",
            "shared_with:my-team",
        ],
    );
    all_false(
        &lead,
        &[
            "stage=nego",
            "stage:gotiation",
            "shared_with:me",
            "owner:\"me\"",
            "network:any",
        ],
    );
    all_true(
        &thread(),
        &[
            "network:nova",
            "network:media",
            "network:新星",
            "network:新",
            "from:reyes",
        ],
    );
    let other = Lead {
        owner: Some("u-cy".into()),
        ..Lead::default()
    };
    all_false(&other, &["owner:my-team", "owner:me"]);
    let mine = Thread {
        from: Some("p-ana".into()),
        ..Thread::default()
    };
    all_true(&mine, &["from:me", "from:my-team"]);
}

#[test]
fn a_dotted_field_follows_links() {
    let thread = thread();
    all_true(
        &thread,
        &[
            "network.lifecycle:new",
            "from.circle:owner",
            "network.owner.team:t-west",
            "network.contact.name:dana",
        ],
    );
    all_false(
        &thread,
        &["network.lifecycle:mature", "network.owner.name:bo"],
    );
    all_true(
        &Thread::default(),
        &[
            "network.lifecycle:none",
            "-network.lifecycle:new",
            "network.contact.name:none",
        ],
    );
    all_true(
        &lead(),
        &["shared_with.name:cy", "shared_with.team:t-south"],
    );
    let goal = Goal {
        subject: crate::record::AnyRef::parse("network:n-nova"),
        ..Goal::default()
    };
    all_true(
        &goal,
        &[
            "subject.lifecycle:new",
            "subject:network",
            "subject:nova",
            "subject:network:n-nova",
            "subject.owner:me",
        ],
    );
    all_false(&goal, &["subject:team", "subject.lifecycle:mature"]);
    assert_eq!(
        refused(Kind::Goal, "subject.lifecicle:new")
            .suggestion
            .as_deref(),
        Some("lifecycle")
    );
    assert_eq!(
        refused(Kind::Goal, "subject.lifecycle:newish").fault,
        Fault::UnknownValue
    );
    assert_eq!(refused(Kind::Lead, "name.length:3").fault, Fault::WrongType);
    assert_eq!(
        refused(
            Kind::Team,
            "parent.parent.parent.parent.parent.parent.parent.parent:x"
        )
        .fault,
        Fault::Syntax
    );
}

#[test]
fn flags_lists_and_structures_can_be_asked() {
    all_true(&lead(), &["tax_form:yes", "-tax_form:no", "tax_form:any"]);
    all_true(&Lead::default(), &["tax_form:no", "tax_form:none"]);
    let person: Person = serde_json::from_value(serde_json::json!({
        "handles": [{"channel": "whatsapp", "address": "+1 555 0100"}]
    }))
    .unwrap();
    all_true(
        &person,
        &["handles:0100", "handles:whatsapp", "handles:any"],
    );
    all_false(&person, &["handles:channel", "handles:none"]);
    let keyed = Keyed {
        id: "l7",
        record: &lead(),
    };
    let filter = check(Kind::Lead, "id:l7,l8").unwrap();
    assert!(filter.matches(&keyed, &view(), &NoLinks));
    assert!(!filter.matches(&lead(), &view(), &NoLinks));
    assert!(!filter.matches(&thread(), &view(), &NoLinks));
}

#[test]
fn mistakes_have_a_place_a_reason_and_a_suggestion() {
    let error = refused(Kind::Lead, "halo stgae:new");
    assert_eq!(
        (error.fault, error.span.clone()),
        (Fault::UnknownField, 5..10)
    );
    assert_eq!(
        error.to_string(),
        "stgae: leads have no such field; did you mean stage?"
    );
    assert_eq!(
        refused(Kind::Lead, "idel>7d").suggestion.as_deref(),
        Some("idle")
    );
    assert_eq!(refused(Kind::Lead, "sort:-idel").span, 6..10);
    let url = refused(Kind::Lead, "https://example.org");
    assert!(url.hint.contains("in quotes"), "{url}");
    for (text, span) in [
        ("\"halo", 0..5),
        ("(halo", 0..5),
        ("halo)", 4..5),
        ("()", 0..2),
        ("or halo", 0..2),
        ("halo or", 5..7),
        ("-", 0..1),
        ("stage:", 0..6),
        ("stage:a,", 0..8),
        (":new", 0..1),
        ("a..b:x", 0..5),
        ("idle>1d,2d", 0..8),
        ("-sort:idle", 1..10),
        ("(limit:3)", 1..8),
        ("limit:few", 0..9),
        ("creators:1..2..3", 0..15),
        ("creators:9..3", 9..13),
        ("name>a", 5..6),
        ("name:\"\"", 5..7),
        ("owner>me", 6..8),
        ("tax_form:maybe", 9..14),
        ("next_due:someday", 9..16),
        ("next_due:tomorrow..today", 9..24),
        ("expected_value:1USD..2EUR", 21..25),
    ] {
        assert_eq!(refused(Kind::Lead, text).span, span, "{text}");
    }
    let deep = "(".repeat(5_000);
    assert_eq!(refused(Kind::Lead, &deep).fault, Fault::Syntax);
    assert_eq!(refused(Kind::Lead, &"-".repeat(5_000)).fault, Fault::Syntax);
}

#[test]
fn names_that_nothing_bears_are_a_warning() {
    let filter = check(
        Kind::Thread,
        "lead.stage:negociation network:nova from:me network:none",
    )
    .unwrap();
    let warnings = filter.unknown_names(&office());
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].suggestion.as_deref(), Some("Negotiation"));
    assert_eq!(warnings[0].span, 11..22);
    assert!(filter.unknown_names(&NoLinks).is_empty());
}

#[test]
fn results_come_in_order_with_what_is_empty_last() {
    let named = |name: &str, stage: &str, creators: Option<i64>| Lead {
        name: name.into(),
        stage: Some(stage.into()),
        creators,
        ..Lead::default()
    };
    let leads = [
        named("beta", "s-won", Some(3)),
        named("Ärger", "s-new", None),
        named("Alpha", "s-neg", Some(9)),
        named("gamma", "s-neg", Some(1)),
    ];
    let names = |text: &str| -> Vec<&str> {
        let filter = check(Kind::Lead, text).unwrap();
        let found = filter.select(&leads, &view(), &office());
        found.into_iter().map(|lead| lead.name.as_str()).collect()
    };
    assert_eq!(names(""), ["beta", "Ärger", "Alpha", "gamma"]);
    assert_eq!(names("sort:name"), ["Alpha", "Ärger", "beta", "gamma"]);
    assert_eq!(names("sort:creators"), ["gamma", "beta", "Alpha", "Ärger"]);
    assert_eq!(names("sort:-creators"), ["Alpha", "beta", "gamma", "Ärger"]);
    assert_eq!(
        names("sort:stage,-name limit:3"),
        ["Ärger", "gamma", "Alpha"]
    );
    assert_eq!(
        names("sort:stage.name"),
        ["Alpha", "gamma", "Ärger", "beta"]
    );
    assert_eq!(names("creators>1 sort:name limit:1"), ["Alpha"]);
}

#[test]
fn the_canonical_form_is_short() {
    for (text, canonical) in [
        (
            "  Stage：Nego   AND  NOT （a  OR b） ",
            "stage:Nego -(a or b)",
        ),
        (
            "sort:name x limit:5 sort:-idle",
            "x sort:name,-idle limit:5",
        ),
        ("((a b) c) or (d or e)", "a b c or d or e"),
        (
            "“two words” name:\"a\\\"b\"",
            "\"two words\" name:\"a\\\"b\"",
        ),
        (
            "next-due:..\"next fri\",today..",
            "next_due:..\"next fri\",today..",
        ),
        (
            "\"or\" \"-a\" \"a:b\" \"plain\"",
            "\"or\" \"-a\" \"a:b\" plain",
        ),
        ("", ""),
    ] {
        assert_eq!(Query::parse(text).unwrap().to_string(), canonical);
    }
    assert!(Query::parse("  ").unwrap().is_empty());
}

#[test]
fn completion_knows_fields_values_and_the_way_along_links() {
    let offers = |kind: Kind, text: &str| -> Vec<String> {
        complete(text, text.len(), kind, &office())
            .into_iter()
            .map(|offer| offer.insert)
            .collect()
    };
    assert_eq!(offers(Kind::Lead, "halo sta")[0], "stage");
    assert_eq!(
        offers(Kind::Lead, "stage:ne")[..2],
        ["Negotiation", "New"].map(String::from)
    );
    assert_eq!(offers(Kind::Thread, "channel:lark_d,em"), ["email"]);
    assert_eq!(
        offers(Kind::Thread, "-network.lifecycle:at"),
        ["at_risk", "mature"]
    );
    assert_eq!(offers(Kind::Thread, "network.lif"), ["lifecycle"]);
    assert_eq!(offers(Kind::Thread, "network:nova"), ["\"Nova Média\""]);
    assert_eq!(offers(Kind::Lead, "sort:-idl"), ["idle"]);
    assert_eq!(
        offers(Kind::Lead, "owner:m")[..2],
        ["me", "my-team"].map(String::from)
    );
    assert!(offers(Kind::Lead, "\"some tex").is_empty());
    assert!(offers(Kind::Lead, "").contains(&"sort:".to_owned()));
    let offer = &complete("a -sta b", 6, Kind::Lead, &NoLinks)[0];
    assert_eq!(
        (offer.range.clone(), offer.kind),
        (3..6, CompletionKind::Field)
    );
    assert!(complete("é", 1, Kind::Lead, &NoLinks).is_empty());
}

struct Console {
    online: bool,
    pane: &'static str,
    marked: f64,
}

impl Context for Console {
    fn variable(&self, name: &'static str) -> Value<'_> {
        match name {
            "online" => Value::Flag(self.online),
            "pane" => Value::Text(self.pane.into()),
            "marked" if self.marked > 0.0 => Value::Number(self.marked),
            _ => Value::Empty,
        }
    }
}

const VARIABLES: &[FieldInfo] = &[
    FieldInfo {
        name: "online",
        help: "Whether the backend answers.",
        ty: FieldType::Flag,
    },
    FieldInfo {
        name: "pane",
        help: "The pane that has the focus.",
        ty: FieldType::Choice(&["inbox", "funnel"]),
    },
    FieldInfo {
        name: "marked",
        help: "How many rows are marked.",
        ty: FieldType::Number,
    },
];

fn condition(text: &str) -> Result<Condition, QueryError> {
    Query::parse(text)?.condition(VARIABLES, Kind::ALL, &Scope::plain(&view()))
}

#[test]
fn conditions_ask_the_console_and_the_record_under_the_cursor() {
    let console = Console {
        online: true,
        pane: "inbox",
        marked: 3.0,
    };
    let thread = thread();
    let lead = lead();
    let holds = |text: &str, item: Option<&dyn Row>| {
        condition(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .holds(&console, item, &view(), &office())
    };
    for text in [
        "online pane:inbox",
        "marked",
        "marked>2",
        "-pane:funnel",
        "online or pane:funnel",
    ] {
        assert!(holds(text, None), "{text}");
    }
    for text in [
        "item.kind:thread",
        "network.lifecycle:new",
        "sla<2h",
        "item.sla<2h marked",
    ] {
        assert!(holds(text, Some(&thread)), "{text}");
        assert!(!holds(text, None), "{text}");
        assert!(!holds(text, Some(&lead)), "{text}");
    }
    assert!(holds("tax_form item.kind:lead,thread", Some(&lead)));
    assert!(!holds("mentions_me", Some(&thread)));
    assert!(condition("sla<2h").unwrap().is_about_item());
    assert!(!condition("online").unwrap().is_about_item());
}

#[test]
fn a_condition_that_cannot_hold_is_refused_when_it_is_loaded() {
    let refused = |text: &str| condition(text).err().unwrap_or_else(|| panic!("{text}"));
    assert_eq!(refused("onlin").suggestion.as_deref(), Some("online"));
    assert_eq!(refused("pane:inbocks").fault, Fault::UnknownValue);
    assert_eq!(refused("slaa<2h").suggestion.as_deref(), Some("sla"));
    assert_eq!(
        refused("item.kind:thraed").suggestion.as_deref(),
        Some("thread")
    );
    assert_eq!(
        refused("network.lifecycle:newish").fault,
        Fault::UnknownValue
    );
    assert_eq!(refused("due:today").fault, Fault::WrongType);
    refused("online sort:name");
    refused("online limit:3");
    assert!(condition("due<now").is_ok());
}

#[test]
fn sort_and_limit_are_no_names_of_fields() {
    for kind in Kind::ALL {
        for name in ["sort", "limit", "id", "item"] {
            assert!(kind.field(name).is_none(), "{kind}.{name}");
        }
    }
}

/// Pieces from which queries are put together: every sort of token, good and bad.
const PIECES: &[&str] = &[
    " ",
    " ",
    " ",
    "(",
    ")",
    "-",
    "or ",
    "and ",
    "not ",
    ":",
    "=",
    "<",
    ">",
    "<=",
    ">=",
    ",",
    "..",
    "\"",
    "“",
    "”",
    "\\",
    "stage",
    "idle",
    "network.lifecycle",
    "next_due",
    "creators",
    "channel",
    "sort:",
    "limit:",
    "name",
    "me",
    "none",
    "any",
    "today",
    "7d",
    "-2h",
    "1.5M",
    "new",
    "nova",
    "“a b”",
    "\"x y\"",
    "：",
    "（",
    "）",
    "，",
    "王磊",
    "é",
    "\u{200B}",
    "🙏",
    "0",
    "3",
    ".",
    "'",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

fn written() -> impl Strategy<Value = String> {
    prop_oneof![pieces(), any::<String>(), "[ a-z:<>().\"-]{0,40}"]
}

fn terms() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[a-z0-9]{1,6}".prop_filter("words of the grammar", |word| {
            !matches!(word.as_str(), "or" | "and" | "not")
        }),
        any::<String>().prop_map(|text| quote(&format!("{text} ")).into_owned()),
        "[0-9]{1,3}[dhwm]",
    ];
    let field = "[a-z]{1,5}(\\.[a-z]{1,5})?";
    let operand = prop_oneof![
        value.clone(),
        (value.clone(), value.clone()).prop_map(|(low, high)| format!("{low}..{high}")),
        value.clone().prop_map(|low| format!("{low}..")),
        value.clone().prop_map(|high| format!("..{high}")),
    ];
    let term = prop_oneof![
        value.clone(),
        (
            field,
            prop::sample::select(vec!["<", "<=", ">", ">="]),
            value
        )
            .prop_map(|(field, sign, value)| format!("{field}{sign}{value}")),
        (field, prop::collection::vec(operand, 1..3))
            .prop_map(|(field, values)| format!("{field}:{}", values.join(","))),
    ];
    term.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|term| format!("-{term}")),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|terms| format!("({})", terms.join(" "))),
            prop::collection::vec(inner, 1..4)
                .prop_map(|terms| format!("({})", terms.join(" or "))),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in written(), cursor in 0_usize..60) {
        let view = view();
        let office = office();
        for kind in [Kind::Lead, Kind::Thread, Kind::Goal, Kind::FollowUp] {
            complete(&text, cursor, kind, &office);
            if let Ok(query) = Query::parse(&text) {
                match query.check(kind, &Scope::plain(&view)) {
                    Ok(filter) => {
                        filter.matches(&lead(), &view, &office);
                        filter.matches(&thread(), &view, &office);
                        filter.sort_key(&thread(), &view, &office);
                        filter.unknown_names(&office);
                    }
                    Err(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}"),
                }
                let _ = query.condition(VARIABLES, Kind::ALL, &Scope::plain(&view));
            }
        }
    }

    #[test]
    fn a_mistake_has_a_place_in_the_text(text in written()) {
        if let Err(error) = Query::parse(&text) {
            prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}");
        }
    }

    #[test]
    fn the_canonical_form_says_the_same(text in prop_oneof![terms(), written()]) {
        if let Ok(query) = Query::parse(&text) {
            let canonical = query.to_string();
            let again = Query::parse(&canonical);
            prop_assert_eq!(again.as_ref(), Ok(&query), "{}", &canonical);
            prop_assert_eq!(again.unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn well_formed_queries_are_read(text in terms()) {
        prop_assert!(Query::parse(&text).is_ok(), "{}", text);
    }

    #[test]
    fn a_quoted_text_is_one_word(text in any::<String>()) {
        let query = Query::parse(&format!("name:{}", quote(&text)));
        prop_assert!(query.is_ok());
        prop_assert_eq!(Query::parse(&query.unwrap().to_string()).unwrap().to_string(), format!("name:{}", quote(&text)));
    }

    #[test]
    fn negation_turns_the_answer_around(text in pieces()) {
        if let Ok(plain) = check(Kind::Lead, &text)
            && let Ok(turned) = check(Kind::Lead, &format!("-({text})"))
        {
            let asked = |filter: &Filter| filter.matches(&lead(), &view(), &office());
            prop_assert_ne!(asked(&plain), asked(&turned));
        }
    }
}

/// Prints what a filter costs; run it in release with `--ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn filters_over_fifteen_thousand_creators() {
    let office = office();
    let view = view();
    let creators: Vec<Creator> = (0..15_000_u32)
        .map(|n| Creator {
            handle: format!("creator_{n}"),
            name: format!(
                "{} {n}",
                if n % 3 == 0 {
                    "节日主播"
                } else {
                    "Kayla Live"
                }
            ),
            platform_id: format!("73591358551034{n:05}"),
            former_handles: vec![format!("old{n}")],
            network: Some("n-nova".into()),
            group: "Group A".into(),
            manager: "Lee".into(),
            relationship_status: "Contract active".into(),
            followers: Some(i64::from(n)),
            last_live_at: "2026-11-01T00:00:00Z".parse().ok(),
            ..Creator::default()
        })
        .collect();
    for text in [
        "followers>10k dark>7d",
        "kayla",
        "节日",
        "group:a -relationship_status:trial",
        "network.lifecycle:new followers:1k..2k",
        "network:nova",
        "joined_at:none last_live_at<today",
        "zzz or yyy or xxx",
        "sort:-followers",
        "sort:name",
    ] {
        let filter = check(Kind::Creator, text).unwrap();
        let start = std::time::Instant::now();
        let found = filter.select(&creators, &view, &office).len();
        println!("{:>8.2?}  {found:>6}  {text}", start.elapsed());
    }
}
