//! Adding a lead from one line, and looking first whether it is known.

use std::fmt::Write as _;

use crate::command::cx::Expects;
use crate::command::{Ask, Choice, CommandError, Cx, quote_word};
use crate::funnel::{Candidate, Duplicates, Likeness};
use crate::list::World;
use crate::pane::{Focus, Place, Tone, arrange, terms};
use crate::record::{Id, Lead, LeadSource, Network, Person, Stage, StageEvent, User, Vocabulary};
use crate::text::fold;

/// At most this many known records are offered.
const OFFERED: usize = 6;

/// Reads a line such as `Brightwell, referral, US, 40`: the name first, the rest in any order.
///
/// The error names the part that is not understood.
pub(crate) fn quick_lead(line: &str, world: &World) -> Result<Lead, String> {
    let mut parts = line
        .split([',', ';', '，', '；'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let name = parts
        .next()
        .ok_or("write a name, then source, market, … behind commas")?;
    let mut lead = Lead {
        name: name.to_owned(),
        ..Lead::default()
    };
    let sources = words(world, &Vocabulary::Source, LeadSource::KNOWN);
    let archetypes = words(world, &Vocabulary::Archetype, &[]);
    for part in parts {
        let number = part
            .strip_suffix("creators")
            .unwrap_or(part)
            .trim()
            .parse::<i64>();
        if let Ok(creators) = number {
            lead.creators = Some(creators);
        } else if let Some(source) = one_of(part, &sources) {
            lead.source = LeadSource::from(source.as_str());
        } else if let Some(archetype) = one_of(part, &archetypes) {
            lead.archetype = archetype;
        } else if part.len() == 2 && part.chars().all(|letter| letter.is_ascii_uppercase()) {
            part.clone_into(&mut lead.market);
        } else if part.contains('@') || part.starts_with("http") || part.starts_with('+') {
            lead.summary = format!("{}{part}\n", lead.summary.0).into();
        } else {
            return Err(format!(
                "`{part}` is no source ({}), archetype, market such as US, number or address",
                sources.join(", ")
            ));
        }
    }
    Ok(lead)
}

fn words(world: &World, list: &Vocabulary, otherwise: &[&str]) -> Vec<String> {
    let terms = terms(world, list);
    if terms.is_empty() {
        return otherwise.iter().map(|word| (*word).to_owned()).collect();
    }
    terms.into_iter().map(|term| term.name.clone()).collect()
}

/// Finds the word that is meant: the same, or the only one that begins so.
fn one_of(part: &str, words: &[String]) -> Option<String> {
    let wanted = fold(part);
    if let Some(same) = words.iter().find(|word| fold(word) == wanted) {
        return Some(same.clone());
    }
    let mut begins = words.iter().filter(|word| fold(word).starts_with(&wanted));
    let first = begins.next()?;
    begins.next().is_none().then(|| first.clone())
}

/// Writes in what way a record is alike: `same name`.
pub(crate) fn likeness_words(likeness: &[Likeness]) -> String {
    let words: Vec<String> = likeness
        .iter()
        .map(|likeness| match likeness {
            Likeness::SameContact => "same contact".to_owned(),
            Likeness::SameAddress(_) => "same address".to_owned(),
            Likeness::SameName => "same name".to_owned(),
            Likeness::SimilarName(share) => format!("name {:.0} % alike", share * 100.0),
        })
        .collect();
    words.join(", ")
}

/// Indexes what is in memory.
pub(super) fn index(world: &World) -> Duplicates {
    Duplicates::index(
        world.table::<Lead>().records(),
        world.table::<Network>().records(),
        world.table::<Person>().records(),
    )
}

/// Says what a record that is alike is: `lead in Proposal of Ana, same name`.
pub(super) fn standing(world: &World, candidate: &Candidate) -> String {
    let mut words = String::new();
    if let Some(lead) = candidate
        .record
        .id_of::<Lead>()
        .and_then(|id| world.get(&id))
    {
        let stage = world.follow::<Stage>(lead.stage.as_ref());
        let _ = write!(words, "{}", stage.map_or("lead", |stage| &stage.name));
        if !lead.lost_reason.is_empty() && lead.closed_at.is_some() {
            let _ = write!(words, " ({})", lead.lost_reason);
        }
        if let Some(owner) = world.follow::<User>(lead.owner.as_ref()) {
            let _ = write!(words, ", {}", owner.name);
        }
    } else {
        words.push_str("a CN already");
    }
    let _ = write!(words, ", {}", likeness_words(&candidate.likeness));
    words
}

pub(super) fn add(
    cx: &mut Cx<'_>,
    line: Option<String>,
    known: Option<&str>,
) -> Result<(), CommandError> {
    let Some(line) = line else {
        return cx.ask(
            "lead add",
            Ask::Prompt {
                title: "new lead".into(),
                command: "lead add".into(),
                text: String::new(),
                expects: Expects::Lead,
            },
        );
    };
    let lead = quick_lead(&line, cx.world)
        .map_err(|why| CommandError::usage(why, "for example `Brightwell, referral, US, 40`"))?;
    match known {
        Some("new") => {
            create(cx, lead);
            return Ok(());
        }
        Some(word) => return go_to(cx, word),
        None => {}
    }
    let found = index(cx.world).of_new(&lead);
    if found.is_empty() {
        create(cx, lead);
        return Ok(());
    }
    if cx.screen.is_none() {
        let words: Vec<String> = found
            .iter()
            .take(OFFERED)
            .map(|one| {
                format!(
                    "{} `{}` ({})",
                    one.record,
                    cx.world.title(&one.record),
                    standing(cx.world, one)
                )
            })
            .collect();
        return Err(CommandError::refused(
            format!("add {}", lead.name),
            format!("it looks known: {}", words.join("; ")),
            "write `new` behind the line to add it anyway",
        ));
    }
    let choices = offered(cx.world, &lead, &found);
    cx.ask(
        "lead add",
        Ask::Pick {
            title: "it looks known".into(),
            command: format!("lead add {}", quote_word(&line)),
            choices,
        },
    )
}

/// Offers what is known, and to add the lead anyway.
fn offered(world: &World, lead: &Lead, found: &[Candidate]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = found
        .iter()
        .take(OFFERED)
        .zip('1'..)
        .map(|(one, key)| {
            let closed = one
                .record
                .id_of::<Lead>()
                .and_then(|id| world.get(&id))
                .is_some_and(|lead| lead.closed_at.is_some());
            let verb = if closed { "bring back" } else { "go to" };
            Choice {
                key: Some(key),
                label: format!("{verb} {}", world.title(&one.record)),
                detail: standing(world, one),
                word: one.record.to_string(),
            }
        })
        .collect();
    choices.push(Choice {
        key: Some('n'),
        label: format!("add {} anyway", lead.name),
        detail: "it is another one".into(),
        word: "new".into(),
    });
    choices
}

/// Makes the lead in the first stage, mine, and puts the cursor on it.
fn create(cx: &mut Cx<'_>, lead: Lead) {
    let now = cx.world.view.now;
    let me = cx.world.my_id();
    let stage = super::path(cx.world).into_iter().next();
    let name = lead.name.clone();
    let id = cx.create(Lead {
        stage: stage.clone(),
        created_at: Some(now),
        entered_at: Some(now),
        owner: Some(me.clone()),
        ..lead
    });
    if stage.is_some() {
        cx.create(StageEvent {
            lead: Some(id.clone()),
            from: None,
            to: stage,
            at: Some(now),
            by: Some(me),
            reason: String::new(),
            source: "console".into(),
            origin: None,
        });
    }
    cx.label(format!("new lead {name}"));
    let words = if cx.screen.is_some() {
        format!("new lead {name}")
    } else {
        format!("new lead {id}")
    };
    cx.say(Tone::Done, words);
    let keys = [id.as_str()];
    if let Some(screen) = cx.screen.as_deref_mut()
        && screen.place == Place::Funnel
        && screen.funnel.stepping.is_none()
    {
        screen.shelf_mut(Place::Funnel).list.admit(keys);
        arrange(cx.world, screen, Place::Funnel, true);
        screen.shelf_mut(Place::Funnel).list.go_to_key(id.as_str());
    }
}

/// Goes to a record that is known; a lead that was closed comes back to where it was.
fn go_to(cx: &mut Cx<'_>, word: &str) -> Result<(), CommandError> {
    let link = crate::record::AnyRef::parse(word)
        .filter(|link| link.known_kind().is_some())
        .ok_or_else(|| {
            CommandError::usage(
                format!("`{word}` is neither `new` nor a record such as `lead:ID`"),
                "see what is offered without it",
            )
        })?;
    if let Some(network) = link.id_of::<Network>() {
        if let Some(screen) = cx.screen.as_deref_mut() {
            screen.go(Place::Networks);
            screen.focus = Focus::Detail;
            screen.shelf_mut(Place::Networks).filter.clear();
            arrange(cx.world, screen, Place::Networks, true);
            let list = &mut screen.shelf_mut(Place::Networks).list;
            list.go_to_key(network.as_str());
        }
        return Ok(());
    }
    let id: Id<Lead> = link
        .id_of()
        .ok_or_else(|| CommandError::NoTarget(format!("`{word}` is no lead and no CN")))?;
    let closed = cx
        .world
        .get(&id)
        .ok_or_else(|| CommandError::NoTarget(format!("no lead `{id}` in the cache")))?
        .closed_at
        .is_some();
    if closed {
        let path = super::path(cx.world);
        let place = super::last_open_stage(cx.world, id.as_str(), &path);
        if let Some(stage) = path.get(place) {
            super::enter(cx, id.as_str(), stage, "asked again")?;
            super::conclude(cx, "back again", &[id.as_str().to_owned()])?;
        }
    }
    if let Some(screen) = cx.screen.as_deref_mut() {
        if screen.place != Place::Funnel {
            screen.go(Place::Funnel);
        }
        screen.shelf_mut(Place::Funnel).filter.clear();
        screen.shelf_mut(Place::Funnel).list.admit([id.as_str()]);
        arrange(cx.world, screen, Place::Funnel, true);
        screen.shelf_mut(Place::Funnel).list.go_to_key(id.as_str());
    }
    Ok(())
}
