//! The order in which the records come: what a console needs first, the figures last.

use jiff::Timestamp;

use crate::record::{Id, Record, User};

use super::calendar::minutes_after;
use super::inbox::{self, Conversation};
use super::performers::{self, Performer};
use super::pipeline::{self, Prospect};
use super::world::World;
use super::{
    Filed, Options, Transaction, agenda, craft, duties, filed, goals, history, past, points,
    series, vocabulary,
};

/// The largest number of records in one transaction of small kinds.
const BATCH: usize = 200;
/// Conversations that were dealt with lately: Ana's, and those of each team-mate.
const RECENT: [usize; 2] = [60, 10];
/// Threads with new messages of each team-mate.
const WAITING: usize = 12;
/// Follow-ups that were done lately.
const DONE: usize = 30;
/// What every further step of the scale adds.
const BLOCK: Block = Block {
    conversations: 2200,
    leads: 250,
    follow_ups: 600,
    days: 75,
};

struct Block {
    conversations: usize,
    leads: usize,
    follow_ups: usize,
    /// The stretch of time that a block covers.
    days: i64,
}

/// Generates the morning, transaction by transaction.
///
/// Users, teams, stages and the other small kinds come first, then the inbox, the pipeline and the
/// calendars, then the past, and the figures of the creators last. Only the open working set and the
/// days of the creators are held in memory; the past is made while it is read.
pub fn generate(options: &Options) -> impl Iterator<Item = Transaction> + use<> {
    let mut world = World::new(options);
    let inbox = inbox::write(&world);
    inbox::note_contact(&mut world, &inbox);
    let performers = performers::perform(&world);
    let series = series::sum_up(&world, &performers);
    let mut desk = Desk::default();
    desk.house(&world);
    desk.conversations(&world, &inbox.conversations);
    desk.pipeline(&world);
    desk.duties(&world, &inbox, &series);
    desk.craft(&world);
    desk.creators(&world, &performers);
    desk.recent(&world);
    let figures: Vec<Filed> = series
        .iter()
        .enumerate()
        .flat_map(|(index, series)| points::of_network(&world, index, series))
        .chain(points::of_users(&world))
        .collect();
    let blocks = world.scale - 1;
    let (before, months) = (world.clone(), i64::from(blocks));
    batches(desk.records)
        .chain((0..blocks).flat_map(move |block| past_block(&before, block)))
        .chain(batches(figures))
        .chain(creators_figures(world, performers, months))
}

/// Makes the figures of the creators: the ninety days first, then one earlier month after the other.
fn creators_figures(
    world: World,
    performers: Vec<Performer>,
    months: i64,
) -> impl Iterator<Item = Transaction> {
    let count = performers.len();
    let chunk = 8;
    (-1..months)
        .flat_map(move |back| (0..count).step_by(chunk).map(move |first| (back, first)))
        .filter_map(move |(back, first)| {
            let records: Vec<Filed> = performers[first..(first + chunk).min(count)]
                .iter()
                .flat_map(|performer| match back {
                    -1 => points::of_creator(&world, performer),
                    _ => points::of_creator_earlier(&world, performer, back),
                })
                .collect();
            (!records.is_empty()).then_some(Transaction { records })
        })
}

/// Makes one block of the past: conversations, closed leads and done follow-ups, in small transactions.
fn past_block(world: &World, block: u32) -> impl Iterator<Item = Transaction> + use<> {
    let world = world.clone();
    let block = usize::try_from(block).unwrap_or(0);
    let oldest = 65 + i64::try_from(block).unwrap_or(0) * BLOCK.days;
    let days = move |place: usize, of: usize| {
        let share = i64::try_from(place * 1000 / of.max(1)).unwrap_or(0);
        oldest + BLOCK.days * share / 1000
    };
    let per = 10;
    let steps = BLOCK.conversations / per;
    (0..steps).map(move |step| {
        let mut desk = Desk::default();
        for place in step * per..(step + 1) * per {
            let mut chance = world.chance("past thread", block * BLOCK.conversations + place);
            let conversation =
                past::dealt_with(&world, &mut chance, 0, days(place, BLOCK.conversations));
            desk.conversation(&conversation, world.ana());
        }
        for place in share(BLOCK.leads, step, steps) {
            let mut chance = world.chance("past lead", block * BLOCK.leads + place);
            let lead = pipeline::past_lead(&world, &mut chance, days(place, BLOCK.leads));
            desk.lead(&world, &lead);
        }
        for place in share(BLOCK.follow_ups, step, steps) {
            let mut chance = world.chance("past follow-up", block * BLOCK.follow_ups + place);
            let (id, record) = duties::done(&world, &mut chance, days(place, BLOCK.follow_ups));
            let at = record.done_at.unwrap_or(world.calendar.evening);
            desk.put(&id, &record, at, world.ana());
        }
        Transaction {
            records: desk.records,
        }
    })
}

/// Returns which of `total` things belong to one of `steps` equal steps.
fn share(total: usize, step: usize, steps: usize) -> std::ops::Range<usize> {
    total * step / steps..total * (step + 1) / steps
}

fn batches(records: Vec<Filed>) -> impl Iterator<Item = Transaction> {
    let mut records = records.into_iter();
    std::iter::from_fn(move || {
        let records: Vec<Filed> = records.by_ref().take(BATCH).collect();
        (!records.is_empty()).then_some(Transaction { records })
    })
}

/// Collects records in their order.
#[derive(Default)]
struct Desk {
    records: Vec<Filed>,
}

impl Desk {
    fn put<R: Record>(&mut self, id: &Id<R>, record: &R, at: Timestamp, by: &Id<User>) {
        self.records.push(filed(id, record, at, by));
    }

    fn all<R: Record>(&mut self, records: &[(Id<R>, R)], at: Timestamp, by: &Id<User>) {
        for (id, record) in records {
            self.put(id, record, at, by);
        }
    }

    /// Files who is there and what is set up: the small kinds.
    fn house(&mut self, world: &World) {
        let (founded, ana) = (world.founded(), world.ana());
        self.all(&world.users, founded, ana);
        self.all(&world.teams, founded, ana);
        self.all(&pipeline::stages(), founded, ana);
        self.all(&vocabulary::terms(world), founded, ana);
        self.all(&vocabulary::rubrics(world), founded, ana);
        for person in &world.people {
            self.put(&person.id, &person.record, founded, ana);
        }
        for cn in &world.networks {
            let at = cn.record.last_contact_at.unwrap_or(founded);
            self.put(&cn.id, &cn.record, at, &world.users[cn.user].0);
        }
        self.all(&duties::snippets(world), founded, ana);
        self.all(&points::definitions(), founded, ana);
    }

    fn conversations(&mut self, world: &World, conversations: &[Conversation]) {
        for conversation in conversations {
            self.conversation(conversation, world.ana());
        }
        for user in 1..4 {
            for place in 0..WAITING {
                let mut chance = world.chance("waiting thread", user * 100 + place);
                let conversation = past::waiting(world, &mut chance, user);
                self.conversation(&conversation, &world.users[user].0);
            }
        }
    }

    fn conversation(&mut self, conversation: &Conversation, by: &Id<User>) {
        let thread = &conversation.thread;
        let at = thread
            .done_at
            .max(thread.last_at)
            .unwrap_or(Timestamp::UNIX_EPOCH);
        self.put(&conversation.id, thread, at, by);
        for (id, message) in &conversation.messages {
            self.put(id, message, message.sent_at.unwrap_or(at), by);
        }
    }

    fn pipeline(&mut self, world: &World) {
        for lead in &world.leads {
            self.lead(world, lead);
        }
    }

    fn lead(&mut self, world: &World, lead: &Prospect) {
        let by = &world.users[lead.user].0;
        let at = lead.record.entered_at.unwrap_or(world.calendar.evening);
        self.put(&lead.id, &lead.record, at, by);
        for (id, event) in &lead.events {
            self.put(id, event, event.at.unwrap_or(at), by);
        }
    }

    /// Files follow-ups, calendars, goals and the other records around CNs.
    fn duties(&mut self, world: &World, inbox: &inbox::Inbox, series: &[series::Series]) {
        let (evening, ana) = (world.calendar.evening, world.ana());
        for (id, record) in duties::follow_ups(world, inbox) {
            let by = record.owner.clone().unwrap_or_default();
            self.put(&id, &record, minutes_after(evening, -600), &by);
        }
        for (id, record) in agenda::meetings(world) {
            let by = record.owner.clone().unwrap_or_default();
            self.put(&id, &record, minutes_after(evening, -900), &by);
        }
        self.all(&agenda::busy(world), evening, ana);
        self.all(
            &goals::set(world, series),
            minutes_after(evening, -4000),
            ana,
        );
        self.all(
            &vocabulary::goals(world),
            minutes_after(evening, -4000),
            ana,
        );
        self.all(&duties::incidents(world), minutes_after(evening, -300), ana);
        self.all(&duties::coaching(world), minutes_after(evening, -2000), ana);
        let campaigns = duties::campaigns(world);
        self.all(&campaigns, minutes_after(evening, -9000), ana);
        self.all(
            &duties::participations(world, &campaigns),
            minutes_after(evening, -700),
            ana,
        );
        for (id, note) in duties::notes(world) {
            let by = note.by.clone().unwrap_or_default();
            self.put(&id, &note, note.at.unwrap_or(evening), &by);
        }
    }

    /// Files what belongs to the craft: onboarding, dimensions, contracts, plans, the library.
    fn craft(&mut self, world: &World) {
        let (founded, ana) = (world.founded(), world.ana());
        let lately = minutes_after(world.calendar.evening, -1500);
        let sets = craft::dimension_sets(world);
        self.all(&craft::criteria(world), founded, ana);
        self.all(&sets, founded, ana);
        self.all(&craft::scores(world, &sets), lately, ana);
        self.all(&craft::milestones(world), lately, ana);
        self.all(&craft::contracts(world), lately, ana);
        self.all(&craft::pains(world), lately, ana);
        self.all(&craft::articles(world), founded, ana);
        let (objectives, results) = craft::objectives(world);
        self.all(&objectives, lately, ana);
        self.all(&results, lately, ana);
        let (plans, items) = craft::plans(world);
        self.all(&plans, lately, ana);
        self.all(&items, lately, ana);
    }

    fn creators(&mut self, world: &World, performers: &[Performer]) {
        for performer in performers {
            let user = world.networks[performer.network].user;
            let at = performer.record.last_live_at.unwrap_or(world.founded());
            self.put(&performer.id, &performer.record, at, &world.users[user].0);
        }
    }

    /// Files what was dealt with in the last weeks, and the closed leads of the last year.
    fn recent(&mut self, world: &World) {
        for lead in history::closed(world) {
            self.lead(world, &lead);
        }
        for user in 0..4 {
            let count = RECENT[usize::from(user > 0)];
            for place in 0..count {
                let mut chance = world.chance("recent thread", user * 1000 + place);
                let days = chance.between(1, 60);
                let conversation = past::dealt_with(world, &mut chance, user, days);
                self.conversation(&conversation, &world.users[user].0);
            }
        }
        for place in 0..DONE {
            let mut chance = world.chance("done follow-up", place);
            let days = chance.between(1, 60);
            let (id, record) = duties::done(world, &mut chance, days);
            let at = record.done_at.unwrap_or(world.calendar.evening);
            self.put(&id, &record, at, world.ana());
        }
    }
}
