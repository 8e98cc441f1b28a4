//! Jumping between what belongs together: message, CN, lead, follow-up, meeting.

use clap::Subcommand;
use jiff::Timestamp;

use super::{Ask, Choice, CommandError, Cx, Targets};
use crate::list::World;
use crate::record::{
    AnyRef, FollowUp, Id, Kind, KindVisitor, Lead, Meeting, Message, Network, Person, Record,
    Thread, Value,
};
use crate::text::fold;

/// A jump to what belongs to the selection.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum JumpCommand {
    /// Goes to the CN that the selection is about.
    Network(Targets),
    /// Goes to the lead that the selection is about.
    Lead(Targets),
    /// Goes to the conversation that the selection came from, or the newest about the same.
    Message(Targets),
    /// Goes to the follow-up that is due first among those about the same.
    FollowUp(Targets),
    /// Goes to the next meeting about the same.
    Meeting(Targets),
    /// Offers everything that belongs to the selection.
    Related(Targets),
    /// Goes to what needs me most, over all places.
    Urgent,
    /// Goes to a record, wherever it stands: `kind:id`, or its kind and its name, as in `cn nova`.
    To {
        /// The record.
        #[arg(value_name = "RECORD", required = true)]
        record: Vec<String>,
    },
}

/// What a record is about.
#[derive(Debug, Default)]
struct About {
    network: Option<Id<Network>>,
    lead: Option<Id<Lead>>,
    thread: Option<Id<Thread>>,
    people: Vec<Id<Person>>,
}

/// What can be jumped to, with the word that says so.
const KINDS: [(Kind, &str); 5] = [
    (Kind::Network, "CN"),
    (Kind::Lead, "lead"),
    (Kind::Thread, "conversation"),
    (Kind::FollowUp, "follow-up"),
    (Kind::Meeting, "meeting"),
];

/// At most so many of a kind are offered.
const OFFERED: usize = 5;

impl JumpCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        cx.screen("jump")?;
        let (kind, targets) = match &self {
            Self::To { record } => {
                cx.asks.push(Ask::Reach(record_meant(cx.world, record)?));
                return Ok(());
            }
            Self::Related(targets) => return related(cx, targets),
            Self::Urgent => {
                cx.asks.push(Ask::Urgent);
                return Ok(());
            }
            Self::Network(targets) => (Kind::Network, targets),
            Self::Lead(targets) => (Kind::Lead, targets),
            Self::Message(targets) => (Kind::Thread, targets),
            Self::FollowUp(targets) => (Kind::FollowUp, targets),
            Self::Meeting(targets) => (Kind::Meeting, targets),
        };
        let from = selection(cx, targets)?;
        let found = belonging(cx.world, &from, kind);
        let Some(link) = found.first().cloned() else {
            if let (Kind::Thread, Some(origin)) = (kind, origin(cx.world, &from)) {
                cx.asks.push(Ask::Reach(origin));
                return Ok(());
            }
            return Err(CommandError::NoTarget(format!(
                "no {} belongs to “{}”; `jump related` shows what does",
                word(kind),
                cx.world.title(&from)
            )));
        };
        if found.len() > 1 {
            let words = format!("the first of {}; `jump related` offers more", found.len());
            cx.say(crate::pane::Tone::Info, words);
        }
        cx.asks.push(Ask::Reach(link));
        Ok(())
    }
}

/// Finds the record that is written as `kind:id`, or as its kind and its name.
fn record_meant(world: &World, words: &[String]) -> Result<AnyRef, CommandError> {
    let unclear = || {
        CommandError::usage(
            format!("`{}` does not say which record it is", words.join(" ")),
            "write its kind and its name, as in `cn nova`, or `kind:id`",
        )
    };
    match words {
        [one] => AnyRef::parse(one)
            .filter(|link| link.known_kind().is_some())
            .ok_or_else(unclear),
        [kind, name @ ..] => {
            let (kind, name) = (super::find_kind(kind)?, name.join(" "));
            let found = records_named(world, kind, &name);
            match found.as_slice() {
                [] => Err(CommandError::NoTarget(format!(
                    "no {} at hand is called `{name}`; `app find {name}` searches all",
                    kind.label()
                ))),
                [(_, link), ..] => Ok(link.clone()),
            }
        }
        [] => Err(unclear()),
    }
}

/// Lists the records of a kind that a beginning or words of a name fit, each with how surely (0 is the whole name), the
/// surest first.
pub(crate) fn records_named(world: &World, kind: Kind, name: &str) -> Vec<(u8, AnyRef)> {
    struct Named<'a> {
        world: &'a World,
        wanted: String,
    }
    impl KindVisitor for Named<'_> {
        type Out = Vec<(u8, String, AnyRef)>;
        fn visit<R: Record>(self) -> Self::Out {
            let records = self.world.table::<R>().records();
            let graded = records.filter_map(|(id, record)| {
                let title = fold(&record.title());
                let grade = super::input::name_grade(&title, &self.wanted)?;
                Some((grade, title, id.link()))
            });
            graded.collect()
        }
    }
    let mut found = kind.visit(Named {
        world,
        wanted: fold(name.trim()),
    });
    found.sort_by(|one, other| (one.0, &one.1, &*one.2.id).cmp(&(other.0, &other.1, &*other.2.id)));
    found
        .into_iter()
        .map(|(grade, _, link)| (grade, link))
        .collect()
}

fn word(kind: Kind) -> &'static str {
    KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("record", |(_, word)| word)
}

fn selection(cx: &Cx<'_>, targets: &Targets) -> Result<AnyRef, CommandError> {
    let links = targets.any(None, cx)?;
    let first = links.into_iter().next();
    first.ok_or_else(|| CommandError::NoTarget("nothing is selected".into()))
}

/// Offers what belongs to the selection, a few of each kind.
fn related(cx: &mut Cx<'_>, targets: &Targets) -> Result<(), CommandError> {
    let from = selection(cx, targets)?;
    let mut choices = Vec::new();
    let mut keys = "abcdefghijklmnopqrstuvwxyz".chars();
    for (kind, word) in KINDS {
        for link in belonging(cx.world, &from, kind).into_iter().take(OFFERED) {
            choices.push(Choice {
                key: keys.next(),
                label: cx.world.title(&link),
                detail: detail(cx.world, &link, word),
                word: link.to_string(),
            });
        }
    }
    let title = cx.world.title(&from);
    if choices.is_empty() {
        return Err(CommandError::NoTarget(format!(
            "nothing belongs to “{title}” yet; name its CN or lead with `=`"
        )));
    }
    cx.asks.push(Ask::Pick {
        title: format!("belongs to {title}"),
        command: "jump to".into(),
        choices,
    });
    Ok(())
}

/// Says of what kind a record is and when it is, for the list of choices.
fn detail(world: &World, link: &AnyRef, word: &str) -> String {
    let at = when(world, link).map(|at| {
        let local = world.view.zone.to_datetime(at);
        local.strftime("%a %-d %b %H:%M").to_string()
    });
    match at {
        Some(at) => format!("{word} · {at}"),
        None => word.to_owned(),
    }
}

fn when(world: &World, link: &AnyRef) -> Option<Timestamp> {
    struct At<'a>(&'a World, &'a AnyRef);
    impl KindVisitor for At<'_> {
        type Out = Option<Timestamp>;
        fn visit<R: Record>(self) -> Self::Out {
            self.0.table::<R>().record(&self.1.id)?.at()
        }
    }
    let kind = link.known_kind()?;
    if matches!(kind, Kind::Network | Kind::Lead) {
        return None;
    }
    kind.visit(At(world, link))
}

/// Returns the message that a record was made from.
fn origin(world: &World, from: &AnyRef) -> Option<AnyRef> {
    let follow_up = world.table::<FollowUp>().record(&from.id)?;
    (from.known_kind() == Some(Kind::FollowUp))
        .then(|| follow_up.origin.as_ref().map(Id::link))
        .flatten()
}

/// Finds out what a record is about, by its own links and those of what it hangs under.
fn about(world: &World, link: &AnyRef) -> About {
    let mut about = About::default();
    let Some(kind) = link.known_kind() else {
        return about;
    };
    let id = |name: &str| match world.any(kind).cell(&link.id, name, &world.view) {
        Some(Value::Link(link)) => Some(link),
        _ => None,
    };
    about.network = id("network").and_then(|link| link.id_of());
    about.lead = id("lead").and_then(|link| link.id_of());
    about.thread = id("thread").and_then(|link| link.id_of());
    match kind {
        Kind::Network => about.network = link.id_of(),
        Kind::Lead => {
            about.lead = link.id_of();
            let lead = world.table::<Lead>().record(&link.id);
            about
                .people
                .extend(lead.and_then(|lead| lead.contact.clone()));
        }
        Kind::Thread => {
            about.thread = link.id_of();
            let thread = world.table::<Thread>().record(&link.id);
            about
                .people
                .extend(thread.and_then(|thread| thread.from.clone()));
        }
        Kind::Person => about.people.extend(link.id_of()),
        Kind::FollowUp => {
            let follow_up = world.table::<FollowUp>().record(&link.id);
            let message = follow_up.and_then(|one| world.follow(one.origin.as_ref()));
            about.thread = message.and_then(|message: &Message| message.thread.clone());
            about
                .people
                .extend(follow_up.and_then(|one| one.waiting_for.clone()));
        }
        Kind::Meeting => {
            let meeting = world.table::<Meeting>().record(&link.id);
            let attendees = meeting.map(|meeting| meeting.attendees.as_slice());
            let attendees = attendees.unwrap_or_default();
            about
                .people
                .extend(attendees.iter().map(|one| one.person.clone()));
        }
        _ => {}
    }
    if let Some(thread) = world.follow(about.thread.as_ref()) {
        about.network = about.network.or_else(|| thread.network.clone());
        about.lead = about.lead.or_else(|| thread.lead.clone());
    }
    if let Some(lead) = world.follow(about.lead.as_ref()) {
        about.network = about.network.or_else(|| lead.network.clone());
    }
    about
}

/// How closely two records belong together; 0 is not at all.
fn closeness(one: &About, other: &About) -> u8 {
    fn same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
        one.is_some() && one == other
    }
    if same(one.thread.as_ref(), other.thread.as_ref()) {
        4
    } else if same(one.lead.as_ref(), other.lead.as_ref()) {
        3
    } else if same(one.network.as_ref(), other.network.as_ref()) {
        2
    } else {
        u8::from(
            one.people
                .iter()
                .any(|person| other.people.contains(person)),
        )
    }
}

/// Returns the records of a kind that belong to a record, the closest and most urgent first.
fn belonging(world: &World, from: &AnyRef, kind: Kind) -> Vec<AnyRef> {
    let here = about(world, from);
    let direct = match kind {
        Kind::Network => here.network.as_ref().map(Id::link),
        Kind::Lead => here.lead.as_ref().map(Id::link),
        Kind::Thread => here.thread.as_ref().map(Id::link),
        _ => None,
    };
    let direct = direct.filter(|link| link != from);
    if kind == Kind::Network {
        return direct.into_iter().collect();
    }
    let now = world.view.now;
    let mut found: Vec<(u8, bool, i64, AnyRef)> = world
        .any(kind)
        .ids()
        .into_iter()
        .map(|id| AnyRef::new(kind, &id))
        .filter(|link| link != from && Some(link) != direct.as_ref())
        .filter_map(|link| {
            let close = closeness(&here, &about(world, &link));
            if close == 0 {
                return None;
            }
            let at = when(world, &link);
            let seconds = at.map_or(i64::MAX, Timestamp::as_second);
            // What is to come stands before what was; conversations the other way round.
            let (past, order) = match kind {
                Kind::Thread => (false, seconds.saturating_neg()),
                Kind::Meeting => (at.is_some_and(|at| at < now), seconds),
                _ => (!is_open(world, &link), seconds),
            };
            Some((u8::MAX - close, past, order, link))
        })
        .collect();
    found.sort_by(|one, other| {
        (one.0, one.1, one.2, &one.3.id).cmp(&(other.0, other.1, other.2, &other.3.id))
    });
    direct
        .into_iter()
        .chain(found.into_iter().map(|(.., link)| link))
        .collect()
}

fn is_open(world: &World, link: &AnyRef) -> bool {
    struct Open<'a>(&'a World, &'a AnyRef);
    impl KindVisitor for Open<'_> {
        type Out = bool;
        fn visit<R: Record>(self) -> Self::Out {
            let record = self.0.table::<R>().record(&self.1.id);
            record.is_some_and(Record::is_open)
        }
    }
    link.known_kind()
        .is_some_and(|kind| kind.visit(Open(world, link)))
}
