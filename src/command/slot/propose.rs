//! Several times at once: proposed in a reply or on the clipboard, or held as a series.

use super::super::phrase::instant_of;
use super::super::{Ask, CommandError, Cx};
use super::book::{HoldArgs, booked_already, due_start, expiry, has_exactly, meeting, named};
use super::find::read_length;
use super::offers::Offer;
use super::people::guests;
use super::series::SeriesRow;
use super::timetable::Timetable;
use super::{cannot_plan, nobody_can, timetable};
use crate::effect::Effect;
use crate::list::World;
use crate::pane::{Anchored, Focus, Place, SlotView, SlotsScreen, Tone};
use crate::record::{Id, Meeting, MeetingState, Person};
use crate::slots::text::Language;
use crate::when::{told, zone};

/// Best times that go into a proposal.
pub(super) const PROPOSED: usize = 3;

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
        // What was proposed before is not proposed twice; held it becomes firmer.
        let times = (offer.start, offer.end);
        if let Some((id, there)) = booked_already(cx.world, &people, times) {
            if held && there.state == MeetingState::Proposed {
                cx.change::<Meeting>(id.as_str(), |meeting| {
                    meeting.state = MeetingState::Held;
                    meeting.expires_at = Some(expires);
                })?;
            }
            continue;
        }
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
    cx.asks.push(Ask::Propose {
        thread: thread.to_string(),
        text,
    });
    // What the keys do stands below the reply while it is open.
    cx.say(Tone::Done, format!("{count} times {verb}, in the reply"));
    Ok(())
}

/// Returns the language in which the one who is written to reads.
pub(super) fn language_of_reader(world: &World, slots: &SlotsScreen) -> Language {
    let thread = slots.thread.as_ref().and_then(|id| world.get(id));
    let reader = thread.and_then(|thread| world.follow::<Person>(thread.from.as_ref()));
    match reader {
        Some(person) if person.locale.starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

/// What a series is held from.
#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
pub struct SeriesArgs {
    /// Its first meeting.
    #[command(flatten)]
    pub hold: HoldArgs,
    /// Whose clock it keeps, instead of that of the series shown: mine, theirs, taking turns.
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub clock: Option<Anchored>,
    /// Weeks from one meeting to the next.
    #[arg(long, value_name = "WEEKS", value_parser = clap::value_parser!(i64).range(1..=26))]
    pub every: Option<i64>,
}

impl SeriesArgs {
    /// Returns the place with the series that is meant: the one shown, changed by what is named.
    fn shown(&self, cx: &mut Cx<'_>) -> Result<SlotsScreen, CommandError> {
        let shown = cx.screen.as_deref().map(|screen| screen.slots.clone());
        if shown.is_none() && self.hold.at.is_none() {
            return Err(CommandError::usage(
                "`slot hold-series` needs a time",
                "write for example `slot hold-series --at \"tue 17:00\" --with \"Wei, Ana\"`",
            ));
        }
        let mut slots = shown.unwrap_or_default();
        if let Some(phrase) = &self.hold.at {
            let (due, _) = due_start(cx, phrase)?;
            slots.first = Some(instant_of(&due, cx));
            slots.view = SlotView::Series;
        }
        if let Some(names) = &self.hold.with {
            slots.people = named(cx.world, names)?;
            slots.optional.clear();
        }
        if let Some(length) = &self.hold.length {
            slots.minutes = read_length(length)?;
        }
        slots.anchored = self.clock.unwrap_or(slots.anchored);
        slots.every = self.every.unwrap_or(slots.every);
        Ok(slots)
    }
}

/// Returns when the first meeting of a series that is held for exactly these people begins, as it is written.
fn held_series(world: &World, people: &[Id<Person>]) -> Option<String> {
    let now = world.view.now;
    let of_series = world.table::<Meeting>().records().filter(|(_, meeting)| {
        !meeting.series.is_empty()
            && meeting.state == MeetingState::Held
            && !meeting.is_off(now)
            && has_exactly(meeting, people)
    });
    let ahead = of_series
        .filter_map(|(_, meeting)| meeting.start)
        .filter(|start| *start > now);
    let here = &world.view.zone;
    let today = world.view.today();
    ahead
        .min()
        .map(|start| told::moment_zoned(start, here, today))
}

/// Says which meeting of a series is not held, and why: `Tue 1 Dec, Joan cannot`.
fn left_out(row: &SeriesRow, table: &Timetable, world: &World) -> String {
    let here = &world.view.zone;
    let start = row.span.start.timestamp();
    let day = told::date(here.to_datetime(start).date(), table.today);
    if row.possible || row.absent.is_empty() {
        return format!("{day}, over or without a time");
    }
    let absent = row.absent.iter().filter_map(|at| table.guests.get(*at));
    let names: Vec<&str> = absent.map(|guest| guest.short.as_str()).collect();
    format!("{day}, {} cannot", names.join(", "))
}

/// Says how many meetings of a series are held, when the first of them is, and which are not.
fn series_words(
    world: &World,
    (held, first): (usize, Option<jiff::Timestamp>),
    left: &[String],
) -> String {
    let here = &world.view.zone;
    let first = first.map_or(String::new(), |start| {
        let at = told::moment_zoned(start, here, world.view.today());
        format!(", the first {at}")
    });
    let left = match left {
        [] => String::new(),
        left => format!("; left out: {}", left.join("; ")),
    };
    format!("held {held} meetings{first}{left}; C confirms one")
}

/// Holds the meetings of the series that is shown, except those that somebody cannot come to.
pub(super) fn hold_series(cx: &mut Cx<'_>, args: &SeriesArgs) -> Result<(), CommandError> {
    let slots = args.shown(cx)?;
    let title = args.hold.title.as_deref();
    let table = Timetable::of(cx.world, &slots).map_err(|error| cannot_plan(&error))?;
    let Some(series) = &table.series else {
        return Err(CommandError::refused(
            "a series",
            "none is shown",
            "s shows the series that begins at the time under the cursor",
        ));
    };
    let people = guests(cx.world, &slots);
    if let Some(first) = held_series(cx.world, &people) {
        // What is shown is planned around the one that is held: a second would stand beside it.
        return Err(CommandError::refused(
            "a series",
            format!("one is held for these people already, from {first} on"),
            "C confirms one of its meetings, F gives one free, u takes the series back",
        ));
    }
    let id = cx.world.ids.next(cx.world.view.now);
    let (mut held, mut left, mut first, mut first_start) = (0, Vec::new(), None, None);
    for row in &series.rows {
        let (start, end) = (row.span.start.timestamp(), row.span.end.timestamp());
        if !row.possible || start < cx.world.view.now {
            left.push(left_out(row, &table, cx.world));
            continue;
        }
        first_start.get_or_insert(start);
        let mut record = meeting(cx.world, &slots, &people, (start, end), title);
        record.expires_at = Some(expiry(cx, args.hold.until.as_deref(), start)?);
        record.series.clone_from(&id);
        if let Some(clock) = &series.zone {
            record.zone = zone::name(clock);
        }
        let id = cx.create(record);
        first.get_or_insert(id);
        held += 1;
    }
    if let (Some(screen), Some(first)) = (cx.screen.as_deref_mut(), first)
        && screen.place == Place::Slots
    {
        // A series is planned around what is held: shown again it would be another one than that.
        (screen.slots.view, screen.slots.first) = (SlotView::Times, None);
        screen.slots.meeting = Some(first);
        screen.focus = Focus::Detail;
    }
    cx.label(format!("hold ×{held}"));
    let words = series_words(cx.world, (held, first_start), &left);
    cx.say(Tone::Done, words);
    Ok(())
}
