//! Tests of funnel: people.

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::record::{Handle, Network, Person, Thread, ThreadState, View, WaitingOn};

fn view() -> View {
    View::new(now(), TimeZone::get("America/Los_Angeles").unwrap(), "ana")
}

#[test]
fn the_next_lead_is_the_one_that_presses_most() {
    let mut world = World::new();
    world.stage("proposal").limit_days = Some(8);
    let step = |lead: &mut Lead, due| {
        lead.next_step = "call".into();
        lead.next_due = Some(due);
    };
    step(world.lead("calm", &[("new", 3.0)]), date(2026, 11, 25));
    step(
        world.lead("limit", &[("proposal", 12.5)]),
        date(2026, 11, 25),
    );
    step(world.lead("today", &[("new", 3.0)]), date(2026, 11, 17));
    step(world.lead("overdue", &[("new", 3.0)]), date(2026, 11, 12));
    world.lead("idle", &[("new", 3.0)]);
    step(world.lead("writes", &[("new", 3.0)]), date(2026, 11, 25));
    let expires = world.lead("expires", &[("new", 3.0)]);
    step(expires, date(2026, 11, 25));
    expires.expires_at = Some(ago(-1.0));
    world.lead("lost", &[("lost", 3.0)]);
    world.lead("signed", &[("signed", 3.0)]);
    world.lead("parked", &[("parked", 3.0)]);
    world.lead("merged", &[("new", 3.0)]).duplicate_of = Some(Id::new("idle"));
    let thread = Thread {
        lead: Some(Id::new("writes")),
        state: ThreadState::Open,
        waiting_on: WaitingOn::Me,
        last_at: Some(ago(0.25)),
        sla_due: Some(ago(0.1)),
        ..Thread::default()
    };
    let threads = [(Id::new("t"), thread)];
    let found = needs(
        &world.pipeline(),
        &world.leads,
        threads.iter().map(|(id, thread)| (id, thread)),
        &view(),
        NeedLimits::default(),
    );
    let words: Vec<String> = found
        .iter()
        .map(|need| format!("{}: {}", need.lead, need.reasons[0]))
        .collect();
    assert_eq!(
        words,
        [
            "expires: expires in 24h",
            "writes: waits 6h for a reply, late",
            "overdue: 5 d overdue: call",
            "today: today: call",
            "limit: 12 d, limit 8: proposal",
            "idle: no next step",
        ]
    );
}

#[test]
fn today_is_the_day_of_the_reader() {
    let mut world = World::new();
    // 03:00 UTC on the 18th is still the 17th in Los Angeles.
    let mut view = view();
    view.now = "2026-11-18T03:00:00Z".parse().unwrap();
    world.lead("a", &[("new", 3.0)]).next_due = Some(date(2026, 11, 17));
    let found = needs(
        &world.pipeline(),
        &world.leads,
        [],
        &view,
        NeedLimits::default(),
    );
    assert!(matches!(found[0].reasons[0], NeedReason::StepToday { .. }));
}

#[test]
fn a_gate_names_the_facts_that_are_missing() {
    let mut world = World::new();
    let stage = world.stage("contract");
    stage.required = [
        "signer",
        "tax_form",
        "expected_value",
        "blood_type",
        "signer",
    ]
    .map(str::to_owned)
    .to_vec();
    let stage = stage.clone();
    let lead = world.lead("a", &[("proposal", 3.0)]);
    lead.signer = "Jo".into();
    let names = |lead: &Lead| -> Vec<String> {
        missing_facts(lead, &stage)
            .iter()
            .map(|fact| fact.name().to_owned())
            .collect()
    };
    assert_eq!(names(lead), ["tax_form", "expected_value", "blood_type"]);
    lead.tax_form = true;
    assert_eq!(names(lead), ["expected_value", "blood_type"]);
    assert_eq!(
        missing_facts(lead, &stage)[1],
        Fact::Unknown("blood_type".into())
    );
}

#[test]
fn a_jump_names_the_stages_it_leaves_out() {
    let pipeline = World::new().pipeline();
    let between = |from: &str, to: &str| -> Vec<String> {
        pipeline
            .between(&Id::new(from), &Id::new(to))
            .iter()
            .map(|rung| rung.id.to_string())
            .collect()
    };
    assert_eq!(between("new", "proposal"), ["contacted", "qualified"]);
    assert!(between("new", "contacted").is_empty());
    assert!(between("proposal", "new").is_empty());
    assert!(between("new", "lost").is_empty());
}

fn named(name: &str, contact: Option<&str>) -> Lead {
    Lead {
        name: name.into(),
        contact: contact.map(Id::new),
        ..Lead::default()
    }
}

fn person(channel: &str, address: &str) -> Person {
    Person {
        handles: vec![Handle {
            channel: channel.into(),
            address: address.into(),
            preferred: false,
        }],
        ..Person::default()
    }
}

#[test]
fn duplicates_are_found_by_contact_address_and_name() {
    let leads = [
        (Id::new("l1"), named("Brightwell Media, Inc.", Some("p1"))),
        (Id::new("l2"), named("ＢＲＩＧＨＴＷＥＬＬ  media", None)),
        (Id::new("l3"), named("Tidepool", Some("p2"))),
        (Id::new("l4"), named("Other name", Some("p3"))),
        (Id::new("l5"), named("Tide Pool Live", None)),
        (Id::new("l6"), named("Sundial", Some("p1"))),
        (Id::new("l7"), named("Northfold", None)),
    ];
    let networks = [(
        Id::new("n1"),
        Network {
            name: "Northfald".into(),
            aliases: vec!["新星".into()],
            ..Network::default()
        },
    )];
    let people = [
        (Id::new("p1"), person("email", "Tom@Brightwell.example")),
        (Id::new("p2"), person("whatsapp", "+1 (555) 010-0199")),
        (Id::new("p3"), person("phone", "0015550100199")),
    ];
    let index = Duplicates::index(
        leads.iter().map(|(id, lead)| (id, lead)),
        networks.iter().map(|(id, network)| (id, network)),
        people.iter().map(|(id, person)| (id, person)),
    );
    let pairs: Vec<(String, String, Likeness)> = index
        .pairs()
        .into_iter()
        .map(|(record, candidate)| {
            (
                record.to_string(),
                candidate.record.to_string(),
                candidate.likeness[0].clone(),
            )
        })
        .collect();
    let found: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(one, other, _)| (one.as_str(), other.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("lead:l1", "lead:l6"),
            ("lead:l3", "lead:l4"),
            ("lead:l1", "lead:l2"),
            ("lead:l3", "lead:l5"),
        ]
    );
    assert_eq!(pairs[0].2, Likeness::SameContact);
    assert_eq!(pairs[1].2, Likeness::SameAddress("tel 15550100199".into()));
    assert_eq!(pairs[2].2, Likeness::SameName);
    assert!(matches!(pairs[3].2, Likeness::SimilarName(_)));
    let new = index.of_new(&named("新星 Inc", None));
    assert_eq!(new[0].record.to_string(), "network:n1");
    assert!(index.of_new(&named("Media Agency", None)).is_empty());
    assert!(index.of_new(&named("", None)).is_empty());
}

#[test]
fn names_are_folded_for_comparison() {
    assert_eq!(folded("  Ｃafé  Lumière, S.A.S. "), "cafe lumiere s a s");
    assert_eq!(folded("Kite Ltd."), "kite");
    assert_eq!(folded("Co."), "co");
    assert_eq!(folded("🎉"), "");
}
