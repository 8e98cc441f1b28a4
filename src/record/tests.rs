use serde_json::json;

use super::*;

#[test]
fn an_unknown_enumeration_value_is_kept_and_not_offered() {
    let thread: Thread = serde_json::from_value(json!({"state": "paused"})).unwrap();
    assert_eq!(thread.state.as_str(), "paused");
    assert!(!ThreadState::KNOWN.contains(&"paused"));
    assert_eq!(
        serde_json::to_value(&thread).unwrap(),
        json!({"state": "paused"})
    );
}

#[test]
fn a_field_of_the_wrong_shape_reads_as_empty_and_an_edit_does_not_touch_it() {
    let raw = json!({"name": null, "score": "high", "market": "US"});
    let before: Lead = serde_json::from_value(raw).unwrap();
    assert_eq!(before.market, "US");
    assert_eq!(before.score, None);
    let mut after = before.clone();
    after.market = "CA".into();
    let (before, after) = (fields(&before), fields(&after));
    assert_eq!(diff(Kind::Lead, &before, &after).fields(), ["market"]);
}

#[test]
fn two_people_adding_to_one_list_do_not_replace_it() {
    let before: Network = serde_json::from_value(json!({"aliases": ["Nova"]})).unwrap();
    let mut after = before.clone();
    after.aliases.push("Nova Media".into());
    let patch = diff(Kind::Network, &fields(&before), &fields(&after));
    assert!(patch.set.is_empty());
    let mut theirs = fields(&before);
    theirs.insert("aliases".into(), json!(["Nova", "新星"]));
    patch.apply(&mut theirs);
    assert_eq!(theirs["aliases"], json!(["Nova", "新星", "Nova Media"]));
}

#[test]
fn every_field_reads_and_writes_its_own_value() {
    struct RoundTrip;
    impl KindVisitor for RoundTrip {
        type Out = ();
        fn visit<R: Record>(self) {
            let mut record = R::default();
            assert_eq!(R::FIELDS.len(), R::INFO.len());
            for (field, info) in R::FIELDS.iter().zip(R::INFO) {
                assert_eq!(field.info, *info);
                assert!(
                    !info.help.is_empty(),
                    "{}.{} has no help",
                    R::KIND,
                    info.name
                );
                let value = (field.get)(&record).into_owned();
                (field.set)(&mut record, value).unwrap();
            }
            assert_eq!(record, R::default());
            for column in R::COLUMNS {
                assert!(
                    R::INFO.iter().any(|info| info.name == *column)
                        || R::DERIVED
                            .iter()
                            .any(|derived| derived.info.name == *column),
                    "{} has no column {column}",
                    R::KIND
                );
            }
            if let Audience::Parent(link) = R::AUDIENCE {
                assert!(R::KIND.field(link).is_some());
            }
        }
    }
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(*kind));
        assert_eq!(Kind::from_path(kind.path()), Some(*kind));
        kind.visit(RoundTrip);
    }
}

fn fields<R: Record>(record: &R) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(record).unwrap() {
        serde_json::Value::Object(fields) => fields,
        _ => panic!("a record is an object"),
    }
}
