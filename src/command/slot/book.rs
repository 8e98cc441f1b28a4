//! Meetings in the book: kept free until they expire, proposed, agreed, declined, moved.

use jiff::{SignedDuration, Timestamp};

use super::super::phrase::{instant_of, stamp_zoned as zoned};
use super::super::{CommandError, Cx, Targets, due_of, read_phrase};
use super::people::guests;
use super::timetable::{Offer, Timetable, agenda};
use super::{nobody_can, timetable};
use crate::effect::Effect;
use crate::list::World;
use crate::pane::{Focus, Place, SlotsScreen, Tone};
use crate::record::{Attendee, Id, Kind, Lead, Meeting, MeetingState, Network, Person};
use crate::slots::Span;
use crate::slots::text::Language;
use crate::when::{wall, zone};

/// Best times that go into a proposal.
pub(super) const PROPOSED: usize = 3;

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
fn meeting(
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
    let names: Vec<String> = people
        .iter()
        .filter(|person| Some(*person) != mine.as_ref())
        .filter_map(|person| world.get(person))
        .map(|person| person.name.clone())
        .collect();
    format!("Meeting with {}", names.join(", "))
}

/// When a hold is released: as asked, else after the time of the settings, and never later than the meeting begins.
fn expiry(cx: &Cx<'_>, until: Option<&str>, start: Timestamp) -> Result<Timestamp, CommandError> {
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
        return move_to(cx, &moving, start);
    }
    let mut slots = shown.clone().unwrap_or_default();
    if let Some(names) = &args.with {
        slots.people = named(cx.world, names)?;
        slots.optional.clear();
    }
    if let Some(length) = &args.length {
        slots.minutes = super::find::read_length(length)?;
    }
    let start = match &args.at {
        Some(phrase) => instant_of(&due_start(cx, phrase)?, cx),
        None if shown.is_none() => {
            return Err(CommandError::usage(
                "`slot hold` needs a time",
                "write for example `slot hold --at \"tue 17:00\" --with \"Wei, Ana\"`",
            ));
        }
        None => under_cursor(cx, "slot hold")?,
    };
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
    let expires = expiry(cx, args.until.as_deref(), start)?;
    let mut record = meeting(
        cx.world,
        &slots,
        &people,
        (start, end),
        args.title.as_deref(),
    );
    record.expires_at = Some(expires);
    let (free, whole) = turnout(cx.world, &slots, &people, start)?;
    let id = cx.create(record);
    let at = zoned(start, cx);
    cx.label(format!("hold {at}"));
    let come = if free < whole {
        format!("{} of {whole} cannot come", whole - free)
    } else {
        "everyone can come".to_owned()
    };
    let until = zoned(expires, cx);
    cx.say(Tone::Done, format!("held {at} until {until}, {come}: {id}"));
    if let Some(screen) = cx.screen.as_deref_mut() {
        screen.slots.meeting = Some(id);
    }
    Ok(())
}

fn due_start(cx: &Cx<'_>, phrase: &str) -> Result<crate::record::Due, CommandError> {
    let mut reading = read_phrase(phrase, cx)?;
    reading.end = None;
    Ok(due_of(&reading))
}

/// Returns the people named, me first.
pub(super) fn named(world: &World, names: &str) -> Result<Vec<Id<Person>>, CommandError> {
    let mut people: Vec<Id<Person>> = world
        .me()
        .and_then(|me| me.person.clone())
        .into_iter()
        .collect();
    for name in super::find::split_names(names) {
        let id = super::find::person_called(world, name)?;
        if !people.contains(&id) {
            people.push(id);
        }
    }
    Ok(people)
}

/// Counts who could come to a meeting, and who was asked.
fn turnout(
    world: &World,
    slots: &SlotsScreen,
    people: &[Id<Person>],
    start: Timestamp,
) -> Result<(usize, usize), CommandError> {
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
    Ok((free.unwrap_or(0), people.len()))
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

/// Moves a meeting to a time that is named, or lets the user choose it on the hours of its people.
pub(super) fn change_time(
    cx: &mut Cx<'_>,
    to: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = meetings(cx, targets)?;
    let Some(id) = ids.first().cloned() else {
        return Ok(());
    };
    if let Some(phrase) = to {
        let start = instant_of(&due_start(cx, phrase)?, cx);
        return move_to(cx, &id, start);
    }
    let Some(meeting) = cx.world.get(&id).cloned() else {
        return Err(CommandError::NoTarget(format!("no meeting `{id}`")));
    };
    let span = slot_of_meeting(&meeting)?;
    let here = cx.world.view.zone.clone();
    let day = here.to_datetime(span.start.timestamp()).date();
    let today = cx.world.view.today();
    let screen = cx.screen("slot move")?;
    screen.go(Place::Slots);
    let slots = &mut screen.slots;
    slots.people = meeting
        .attendees
        .iter()
        .map(|one| one.person.clone())
        .collect();
    slots.optional = meeting
        .attendees
        .iter()
        .filter(|one| !one.required)
        .map(|one| one.person.clone())
        .collect();
    slots.minutes = i64::from(span.minutes()).clamp(5, 480);
    slots.day = Some(day.max(today));
    (slots.from, slots.within) = (None, None);
    if let Some(start) = wall::day_start(day, &here) {
        slots.cell = super::find::cell_of(span.start.timestamp(), start, slots.step);
    }
    slots.moving = Some(id);
    cx.say(
        Tone::Info,
        format!(
            "moving `{}`: choose a time, Enter moves it, Esc leaves it",
            meeting.title
        ),
    );
    Ok(())
}

fn move_to(cx: &mut Cx<'_>, id: &Id<Meeting>, start: Timestamp) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    if start < now {
        return Err(CommandError::refused(
            format!("a meeting at {}", zoned(start, cx)),
            "that is over",
            "choose a later time",
        ));
    }
    let Some(meeting) = cx.world.get(id).cloned() else {
        return Err(CommandError::NoTarget(format!("no meeting `{id}`")));
    };
    let minutes = meeting.start.map_or(60, |_| {
        slot_of_meeting(&meeting).map_or(60, |span| i64::from(span.minutes()))
    });
    let end = start.checked_add(SignedDuration::from_mins(minutes)).ok();
    let expires = expiry(cx, None, start)?;
    let here = zone::name(&cx.world.view.zone);
    cx.change::<Meeting>(id.as_str(), |meeting| {
        let off = meeting.is_off(now);
        (meeting.start, meeting.end) = (Some(start), end);
        meeting.zone = here;
        if off {
            meeting.state = MeetingState::Held;
        }
        meeting.expires_at = (meeting.state != MeetingState::Confirmed).then_some(expires);
    })?;
    let at = zoned(start, cx);
    conclude(cx, "move", format!("moved to {at}; u takes it back"))
}

/// Puts the best times into a reply of the thread that the place came from, or on the clipboard without one, and
/// notes each as proposed or held.
pub(super) fn propose(
    cx: &mut Cx<'_>,
    language: Option<Language>,
    held: bool,
) -> Result<(), CommandError> {
    let table = timetable(cx, "slot propose")?;
    let slots = cx.screen("slot propose")?.slots.clone();
    let language = language.unwrap_or_else(|| language_of_reader(cx.world, &slots));
    let Some(text) = table.proposal(PROPOSED, language) else {
        return Err(nobody_can(&table));
    };
    let people = guests(cx.world, &slots);
    let proposal = cx.world.ids.next(cx.world.view.now);
    let offers: Vec<Offer> = table.offers.iter().take(PROPOSED).cloned().collect();
    for offer in &offers {
        let expires = expiry(cx, None, offer.start)?;
        let mut record = meeting(cx.world, &slots, &people, (offer.start, offer.end), None);
        record.expires_at = Some(expires);
        record.proposal.clone_from(&proposal);
        if !held {
            record.state = MeetingState::Proposed;
        }
        cx.create(record);
    }
    let verb = if held { "held" } else { "proposed" };
    cx.label(format!("{verb} ×{}", offers.len()));
    let count = offers.len();
    let Some(thread) = &slots.thread else {
        cx.effects.push(Effect::Copy(text));
        let words = format!("{count} times {verb} and copied; paste them anywhere");
        cx.say(Tone::Done, words);
        return Ok(());
    };
    cx.asks.push(super::super::Ask::Propose {
        thread: thread.to_string(),
        text,
    });
    let words = format!("{count} times {verb}; Enter sends the reply");
    cx.say(Tone::Done, words);
    Ok(())
}

/// Returns the language in which the one who is written to reads.
fn language_of_reader(world: &World, slots: &SlotsScreen) -> Language {
    let thread = slots.thread.as_ref().and_then(|id| world.get(id));
    let reader = thread.and_then(|thread| world.follow::<Person>(thread.from.as_ref()));
    match reader {
        Some(person) if person.locale.starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

/// Holds the meetings of the series that is shown, except those that somebody cannot come to.
pub(super) fn hold_series(cx: &mut Cx<'_>, title: Option<&str>) -> Result<(), CommandError> {
    let table = timetable(cx, "slot hold-series")?;
    let slots = cx.screen("slot hold-series")?.slots.clone();
    let Some(series) = &table.series else {
        return Err(CommandError::refused(
            "a series",
            "none is shown",
            "s shows the series that begins at the time under the cursor",
        ));
    };
    let people = guests(cx.world, &slots);
    let id = cx.world.ids.next(cx.world.view.now);
    let (mut held, mut left) = (0, 0);
    for row in &series.rows {
        let (start, end) = (row.span.start.timestamp(), row.span.end.timestamp());
        if !row.possible || start < cx.world.view.now {
            left += 1;
            continue;
        }
        let mut record = meeting(cx.world, &slots, &people, (start, end), title);
        record.expires_at = Some(expiry(cx, None, start)?);
        record.series.clone_from(&id);
        if let Some(clock) = &series.zone {
            record.zone = zone::name(clock);
        }
        cx.create(record);
        held += 1;
    }
    cx.label(format!("hold ×{held}"));
    let words = match left {
        0 => format!("held {held} meetings; C confirms one"),
        left => format!("held {held} meetings; {left} left out, somebody cannot come"),
    };
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
    cx.say(Tone::Info, words);
    Ok(true)
}
