//! Meetings in the book: kept free until they expire, proposed, agreed, declined, moved.

mod moving;

pub(super) use moving::change_time;
use moving::move_to;

use jiff::{SignedDuration, Timestamp};

use super::super::phrase::{instant_of, stamp_zoned as zoned};
use super::super::{CommandError, Cx, Targets, due_of, read_phrase};
use super::people::guests;
use super::timetable;
use super::timetable::{Timetable, agenda};
use crate::effect::BatchRole;
use crate::list::World;
use crate::pane::{Focus, Place, SlotsScreen, Tone};
use crate::record::{Attendee, Id, Kind, Lead, Meeting, MeetingState, Network, Person};
use crate::slots::Span;
use crate::when::zone;

/// Returns the time of a meeting; an hour where its end is not known.
pub(super) fn slot_of_meeting(meeting: &Meeting) -> Result<Span, CommandError> {
    let Some(start) = meeting.start else {
        return Err(CommandError::refused(
            format!("`{}`", meeting.title),
            "it has no start",
            "`slot move` gives it one",
        ));
    };
    let hour = start.checked_add(SignedDuration::from_hours(1));
    let end = meeting.end.filter(|end| *end > start).or(hour.ok());
    Ok(Span::covering(start, end.unwrap_or(start)))
}

/// Makes a meeting of these people at a time, about what the slots place came from.
pub(super) fn meeting(
    world: &World,
    slots: &SlotsScreen,
    people: &[Id<Person>],
    (start, end): (Timestamp, Timestamp),
    title: Option<&str>,
) -> Meeting {
    let attendee = |person: &Id<Person>| Attendee {
        person: person.clone(),
        required: !slots.optional.contains(person),
    };
    let about = slots.about.as_ref();
    Meeting {
        title: title.map_or_else(|| title_of(world, people), str::to_owned),
        start: Some(start),
        end: Some(end),
        zone: zone::name(&world.view.zone),
        attendees: people.iter().map(attendee).collect(),
        state: MeetingState::Held,
        owner: Some(world.my_id()),
        network: about.and_then(crate::record::AnyRef::id_of::<Network>),
        lead: about.and_then(crate::record::AnyRef::id_of::<Lead>),
        thread: slots.thread.clone(),
        ..Meeting::default()
    }
}

/// Names a meeting after those who come.
pub(super) fn title_of(world: &World, people: &[Id<Person>]) -> String {
    let mine = world.me().and_then(|me| me.person.clone());
    let others: Vec<Id<Person>> = (people.iter())
        .filter(|person| Some(*person) != mine.as_ref() && world.get(*person).is_some())
        .cloned()
        .collect();
    let names: Vec<String> = (super::names::apart(world, &others).into_iter())
        .map(|one| one.full)
        .collect();
    format!("Meeting with {}", names.join(", "))
}

/// When a hold is released: as asked, else after the time of the settings, and never later than the meeting begins.
pub(super) fn expiry(
    cx: &Cx<'_>,
    until: Option<&str>,
    start: Timestamp,
) -> Result<Timestamp, CommandError> {
    let now = cx.world.view.now;
    let at = match until {
        Some(phrase) => {
            let at = instant_of(&due_of(&read_phrase(phrase, cx)?), cx);
            if at <= now {
                return Err(CommandError::refused(
                    format!("a hold until {phrase}"),
                    "that has passed",
                    "name a later time",
                ));
            }
            at
        }
        None => now.checked_add(cx.settings.hold).unwrap_or(start),
    };
    Ok(at.min(start))
}

/// What a hold is made from.
#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
pub struct HoldArgs {
    /// What it is about.
    #[arg(value_name = "TITLE")]
    pub title: Option<String>,
    /// When it is released by itself, as a phrase such as `fri noon`; after the time of the settings otherwise.
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// When the meeting is, instead of the time under the cursor.
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
    /// Who comes, instead of the people shown.
    #[arg(long, value_name = "NAMES")]
    pub with: Option<String>,
    /// How long it lasts, instead of the length shown.
    #[arg(long = "for", value_name = "LENGTH")]
    pub length: Option<String>,
}

/// Holds the time under the cursor or the one that is named; moves a meeting there where one is being moved.
pub(super) fn hold(cx: &mut Cx<'_>, args: &HoldArgs) -> Result<(), CommandError> {
    let shown = cx.screen.as_deref().map(|screen| screen.slots.clone());
    if let Some(moving) = shown.as_ref().and_then(|slots| slots.moving.clone())
        && args.at.is_none()
    {
        let start = under_cursor(cx, "slot hold")?;
        let screen = cx.screen("slot hold")?;
        screen.slots.moving = None;
        return move_to(cx, &moving, start, "");
    }
    let (slots, start, doubt) = asked_for(cx, args, shown)?;
    if start < cx.world.view.now {
        return Err(CommandError::refused(
            format!("a meeting at {}", zoned(start, cx)),
            "that is over",
            "l and J go on in time",
        ));
    }
    let people = guests(cx.world, &slots);
    let end = start
        .checked_add(SignedDuration::from_mins(slots.minutes))
        .unwrap_or(start);
    let proposed = not_yet_held(cx, &people, (start, end))?;
    let expires = expiry(cx, args.until.as_deref(), start)?;
    let mut record = meeting(
        cx.world,
        &slots,
        &people,
        (start, end),
        args.title.as_deref(),
    );
    record.expires_at = Some(expires);
    let (free, whole, why) = turnout(cx.world, &slots, &people, start)?;
    let id = match proposed {
        Some(id) => firmer(cx, id, expires, args.title.as_deref())?,
        None => cx.create(record),
    };
    let at = zoned(start, cx);
    cx.label(format!("hold {at}"));
    let come = if free < whole {
        format!("{} of {whole} cannot come ({why})", whole - free)
    } else {
        "everyone can come".to_owned()
    };
    let until = zoned(expires, cx);
    // A script wants the id, whoever looks at the screen what it is.
    let what = match cx.screen {
        None => id.to_string(),
        Some(_) => (cx.world.get(&id)).map_or(String::new(), |meeting| meeting.title.clone()),
    };
    cx.say(
        Tone::Done,
        format!("held {at} until {until}, {come}: {what}{doubt}"),
    );
    if let Some(screen) = cx.screen.as_deref_mut() {
        screen.slots.meeting = Some(id);
    }
    Ok(())
}

/// Who, when and how long: as named, else as shown; and what is doubtful about the time that is named.
fn asked_for(
    cx: &mut Cx<'_>,
    args: &HoldArgs,
    shown: Option<SlotsScreen>,
) -> Result<(SlotsScreen, Timestamp, String), CommandError> {
    let nothing_shown = shown.is_none();
    let mut slots = shown.unwrap_or_default();
    if let Some(names) = &args.with {
        slots.people = named(cx.world, names)?;
        slots.optional.clear();
    }
    if let Some(length) = &args.length {
        slots.minutes = super::find::read_length(length)?;
    }
    let mut doubt = String::new();
    let start = match &args.at {
        Some(phrase) => {
            let named = due_start(cx, phrase)?;
            doubt = named.1;
            instant_of(&named.0, cx)
        }
        None if nothing_shown => {
            return Err(CommandError::usage(
                "`slot hold` needs a time",
                "write for example `slot hold --at \"tue 17:00\" --with \"Wei, Ana\"`",
            ));
        }
        None => under_cursor(cx, "slot hold")?,
    };
    Ok((slots, start, doubt))
}

/// Refuses a time that is held or agreed already; returns what is only proposed for it.
fn not_yet_held(
    cx: &Cx<'_>,
    people: &[Id<Person>],
    times: (Timestamp, Timestamp),
) -> Result<Option<Id<Meeting>>, CommandError> {
    let Some((id, there)) = booked_already(cx.world, people, times) else {
        return Ok(None);
    };
    let firm = match there.state {
        MeetingState::Proposed => return Ok(Some(id)),
        MeetingState::Confirmed => "agreed",
        _ => "held",
    };
    Err(CommandError::refused(
        format!("a hold of {}", zoned(times.0, cx)),
        format!(
            "the time is {firm} already for these people: {}{}",
            there.title,
            if cx.screen.is_some() {
                String::new()
            } else {
                format!(" ({id})")
            }
        ),
        "C confirms it, F gives it free, l chooses another time",
    ))
}

/// Makes a proposed time one that is kept free.
fn firmer(
    cx: &mut Cx<'_>,
    id: Id<Meeting>,
    expires: Timestamp,
    title: Option<&str>,
) -> Result<Id<Meeting>, CommandError> {
    cx.change::<Meeting>(id.as_str(), |meeting| {
        meeting.state = MeetingState::Held;
        meeting.expires_at = Some(expires);
        if let Some(title) = title {
            title.clone_into(&mut meeting.title);
        }
    })?;
    Ok(id)
}

/// Reads when a meeting begins, and what is doubtful about it, such as an hour that the clocks skip.
pub(super) fn due_start(
    cx: &Cx<'_>,
    phrase: &str,
) -> Result<(crate::record::Due, String), CommandError> {
    let mut reading = read_phrase(phrase, cx)?;
    reading.end = None;
    let doubt = reading.ambiguous.as_ref();
    let doubt = doubt.map_or(String::new(), |doubt| format!(" ({doubt})"));
    Ok((due_of(&reading), doubt))
}

/// Tells whether exactly these people meet.
pub(super) fn has_exactly(meeting: &Meeting, people: &[Id<Person>]) -> bool {
    let comes = |person: &Id<Person>| meeting.attendees.iter().any(|one| one.person == *person);
    meeting.attendees.len() == people.len() && people.iter().all(comes)
}

/// Finds the meeting of just these people at just this time that is not off.
pub(super) fn booked_already(
    world: &World,
    people: &[Id<Person>],
    (start, end): (Timestamp, Timestamp),
) -> Option<(Id<Meeting>, Meeting)> {
    let same = |meeting: &Meeting| {
        (meeting.start, meeting.end) == (Some(start), Some(end))
            && !meeting.is_off(world.view.now)
            && has_exactly(meeting, people)
    };
    let mut found: Vec<_> = world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| same(meeting))
        .collect();
    // The firmest of them.
    found.sort_by_key(|(_, meeting)| match meeting.state {
        MeetingState::Confirmed => 0,
        MeetingState::Held => 1,
        _ => 2,
    });
    let (id, meeting) = found.first()?;
    Some(((*id).clone(), (*meeting).clone()))
}

/// Returns the people named, me first.
pub(super) fn named(world: &World, names: &str) -> Result<Vec<Id<Person>>, CommandError> {
    let mut people: Vec<Id<Person>> = world
        .me()
        .and_then(|me| me.person.clone())
        .into_iter()
        .collect();
    for name in super::find::split_names(names) {
        let id = super::names::person_called(world, name)?;
        if !people.contains(&id) {
            people.push(id);
        }
    }
    Ok(people)
}

/// Counts who could come to a meeting and who was asked, and says why the others cannot.
fn turnout(
    world: &World,
    slots: &SlotsScreen,
    people: &[Id<Person>],
    start: Timestamp,
) -> Result<(usize, usize, String), CommandError> {
    let day = world.view.zone.to_datetime(start).date();
    let asked = SlotsScreen {
        people: people.to_vec(),
        day: Some(day),
        from: None,
        days: 1,
        within: None,
        step: 15,
        view: crate::pane::SlotView::Times,
        ..slots.clone()
    };
    let table = Timetable::of(world, &asked).map_err(|error| super::cannot_plan(&error))?;
    let at = table.cells.iter().position(|cell| *cell == start);
    let free = at.and_then(|at| table.turnout.get(at)).copied();
    let why = table.brief_of(start);
    Ok((free.unwrap_or(0), people.len(), why))
}

/// Returns the time under the cursor of the slots place.
pub(super) fn under_cursor(cx: &mut Cx<'_>, name: &'static str) -> Result<Timestamp, CommandError> {
    let table = timetable(cx, name)?;
    let cell = cx.screen(name)?.slots.cell;
    let cell = cell.min(table.cells.len().saturating_sub(1));
    table
        .cells
        .get(cell)
        .copied()
        .ok_or_else(|| CommandError::NoTarget("there is no time under the cursor".into()))
}

/// Returns the meetings to act on: those named, else the one under the cursor of the agenda, else the one at the
/// time under the cursor of the hours.
pub(super) fn meetings(
    cx: &mut Cx<'_>,
    targets: &Targets,
) -> Result<Vec<Id<Meeting>>, CommandError> {
    let here = cx
        .screen
        .as_deref()
        .map(|screen| (screen.place, screen.focus, screen.slots.clone()));
    let Some((Place::Slots, focus, slots)) = here else {
        let ids = targets.of(Kind::Meeting, cx)?;
        return Ok(ids.into_iter().map(Id::new).collect());
    };
    if !targets.ids.is_empty() {
        let ids = targets.of(Kind::Meeting, cx)?;
        return Ok(ids.into_iter().map(Id::new).collect());
    }
    let day = slots.day.unwrap_or_else(|| cx.world.view.today());
    let rows = agenda(cx.world, day);
    let chosen = rows
        .iter()
        .find(|(_, id)| Some(id) == slots.meeting.as_ref())
        .or_else(|| rows.first())
        .map(|(_, id)| id.clone());
    if focus == Focus::Detail {
        return chosen.map(|id| vec![id]).ok_or_else(|| {
            CommandError::NoTarget("there is no meeting in this week; J goes on".into())
        });
    }
    let at = under_cursor(cx, "slot")?;
    let covers = |meeting: &Meeting| {
        meeting.start.is_some_and(|start| start <= at) && meeting.end.is_some_and(|end| at < end)
    };
    rows.iter()
        .find(|(_, id)| cx.world.get(id).is_some_and(covers))
        .map(|(_, id)| vec![id.clone()])
        .ok_or_else(|| {
            CommandError::NoTarget(
                "no meeting at the time under the cursor; Tab goes to the meetings".into(),
            )
        })
}

/// Agrees meetings; the other times of the same proposal are released.
pub(super) fn confirm(cx: &mut Cx<'_>, targets: &Targets) -> Result<(), CommandError> {
    let ids = meetings(cx, targets)?;
    let mut freed = 0;
    for id in &ids {
        let proposal = cx
            .world
            .get(id)
            .map(|meeting| meeting.proposal.clone())
            .unwrap_or_default();
        cx.change::<Meeting>(id.as_str(), |meeting| {
            meeting.state = MeetingState::Confirmed;
            meeting.expires_at = None;
        })?;
        if proposal.is_empty() {
            continue;
        }
        let others: Vec<Id<Meeting>> = cx
            .world
            .table::<Meeting>()
            .records()
            .filter(|(other, meeting)| {
                *other != id
                    && meeting.proposal == proposal
                    && matches!(meeting.state, MeetingState::Held | MeetingState::Proposed)
            })
            .map(|(other, _)| other.clone())
            .collect();
        for other in others {
            freed += 1;
            cx.change::<Meeting>(other.as_str(), |meeting| {
                meeting.state = MeetingState::Released;
            })?;
        }
    }
    let words = match freed {
        0 => "confirmed".to_owned(),
        more => format!("confirmed; {more} other times released"),
    };
    conclude(cx, "confirm", words)
}

/// Puts meetings into a state.
pub(super) fn settle(
    cx: &mut Cx<'_>,
    targets: &Targets,
    state: &MeetingState,
    word: &str,
) -> Result<(), CommandError> {
    let ids = meetings(cx, targets)?;
    for id in &ids {
        cx.change::<Meeting>(id.as_str(), |meeting| {
            meeting.state = state.clone();
            meeting.expires_at = None;
        })?;
    }
    conclude(cx, word, format!("{word}; u takes it back"))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is the last expression of every verb"
)]
fn conclude(cx: &mut Cx<'_>, label: &str, words: String) -> Result<(), CommandError> {
    if cx.edit_count() == 0 {
        cx.say(Tone::Info, format!("{label}: nothing to change"));
        return Ok(());
    }
    cx.label(label);
    cx.say(Tone::Done, words);
    Ok(())
}

/// Releases the meetings of mine that were kept free until a moment that has come; says whether there were any.
pub fn release_expired(cx: &mut Cx<'_>) -> Result<bool, CommandError> {
    let (now, me) = (cx.world.view.now, cx.world.my_id());
    let expired: Vec<(Id<Meeting>, String)> = cx
        .world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| meeting.has_expired(now) && meeting.owner.as_ref() == Some(&me))
        .map(|(id, meeting)| (id.clone(), meeting.title.clone()))
        .collect();
    for (id, _) in &expired {
        cx.change::<Meeting>(id.as_str(), |meeting| {
            meeting.state = MeetingState::Released;
        })?;
    }
    let words = match expired.as_slice() {
        [] => return Ok(false),
        [(_, title)] => format!("hold released, it had expired: {title}"),
        many => format!("{} holds released, they had expired", many.len()),
    };
    cx.label("expired holds released");
    cx.set_role(BatchRole::Aside);
    cx.say(Tone::Info, words);
    Ok(true)
}
