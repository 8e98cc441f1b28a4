//! Who is there: users, contacts, CNs and leads, before anything is written or counted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::record::{Circle, Handle, Hours, Id, Person, Role, SharedHours, Team, User, Window};

use super::Options;
use super::book::{self, Cn};
use super::calendar::{Calendar, HOME, days_from, is_weekend};
use super::chance::Chance;
use super::names::{FullName, Namer};
use super::offices::{BOTS, MEMBERS, OFFICES, Seat};
use super::pipeline::{self, Prospect};
use super::script::Who;

/// A contact with the short name by which one addresses them.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) id: Id<Person>,
    pub(super) record: Person,
    pub(super) short: String,
}

/// Someone who writes for the first time, and their company.
#[derive(Clone, Debug)]
pub(super) struct Stranger {
    pub(super) person: usize,
    pub(super) company: String,
}

/// Everyone and everything that the texts may name.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) scale: u32,
    pub(super) calendar: Calendar,
    pub(super) teams: Vec<(Id<Team>, Team)>,
    /// Ana, her three team-mates, and their lead.
    pub(super) users: Vec<(Id<User>, User)>,
    /// Ana first, then the colleagues, the bots, and everyone else.
    pub(super) people: Vec<Contact>,
    pub(super) networks: Vec<Cn>,
    pub(super) leads: Vec<Prospect>,
    pub(super) strangers: Vec<Stranger>,
}

/// The languages of the six who write for the first time.
const STRANGER_LOCALES: [&str; 6] = ["es", "en", "en", "es", "en", "en"];
/// The lead whose company the sixth of them works for.
pub(super) const MERGE_INTO: usize = 8;
/// The position of the Growth Lead among the users.
pub(super) const LEAD: usize = 4;

impl World {
    /// Draws everyone and everything.
    pub(super) fn new(options: &Options) -> Self {
        let calendar = Calendar::new(options.now);
        let mut world = Self {
            seed: options.seed,
            scale: options.scale.max(1),
            calendar,
            teams: Vec::new(),
            users: Vec::new(),
            people: Vec::new(),
            networks: Vec::new(),
            leads: Vec::new(),
            strangers: Vec::new(),
        };
        let mut namer = Namer::default();
        world.hire();
        book::sign(&mut world, &mut namer);
        world.join_members();
        pipeline::open(&mut world, &mut namer);
        world.meet_strangers(&mut namer);
        world
    }

    /// Returns a stream of chance for one purpose.
    pub(super) fn chance(&self, label: &str, index: usize) -> Chance {
        Chance::new(self.seed, label, u64::try_from(index).unwrap_or(u64::MAX))
    }

    /// Returns Ana's user id.
    pub(super) fn ana(&self) -> &Id<User> {
        &self.users[0].0
    }

    /// Returns when the older parts of the data were made.
    pub(super) fn founded(&self) -> Timestamp {
        self.calendar.days_ago(430, 0)
    }

    /// Finds the contact behind a name of the scripts.
    pub(super) fn person(&self, who: Who, network: Option<usize>, lead: Option<usize>) -> usize {
        match who {
            Who::Me => 0,
            Who::Office(index) => 1 + index,
            Who::Bot(index) => 1 + OFFICES.len() + index,
            Who::Member(index) => 1 + OFFICES.len() + BOTS.len() + index,
            Who::Owner => network.map_or(0, |index| self.networks[index].owner),
            Who::Staff => network.map_or(0, |index| self.networks[index].staff),
            Who::Contact => lead.map_or(0, |index| self.leads[index].contact),
            Who::Stranger(index) => self.strangers[index].person,
        }
    }

    /// Adds a contact and returns the position.
    pub(super) fn add_person(&mut self, record: Person, short: String) -> usize {
        let index = self.people.len();
        let mut chance = self.chance("person", index);
        let made = self
            .calendar
            .days_ago(chance.between(40, 420), chance.between(0, 1400));
        let id = Id::new(chance.id(made));
        self.people.push(Contact { id, record, short });
        index
    }

    fn hire(&mut self) {
        let mut chance = self.chance("users", 0);
        let founded = self.founded();
        let region: Id<Team> = Id::new(chance.id(founded));
        let team: Id<Team> = Id::new(chance.id(founded));
        self.teams = vec![
            (
                region.clone(),
                Team {
                    name: "US Growth".into(),
                    area: "US".into(),
                    ..Team::default()
                },
            ),
            (
                team.clone(),
                Team {
                    name: "CN Growth West".into(),
                    parent: Some(region),
                    area: "US West".into(),
                },
            ),
        ];
        let ana = Seat {
            name: "Ana Belmonte",
            role: "CNM",
            office: "Los Angeles",
            zone: HOME,
            locale: "en",
        };
        // The order of the users: Ana, her team-mates (the second to fourth seat), the lead (the first).
        let seats = [&ana, &OFFICES[1], &OFFICES[2], &OFFICES[3], &OFFICES[0]];
        for (index, seat) in seats.iter().enumerate() {
            let first = seat
                .name
                .split(' ')
                .next()
                .unwrap_or(seat.name)
                .to_lowercase();
            let user = User {
                name: seat.name.into(),
                email: format!("{first}@cnm.example"),
                role: if index == LEAD { Role::Lead } else { Role::Cnm },
                team: Some(team.clone()),
                zone: seat.zone.into(),
                locale: seat.locale.into(),
                meetings_from: "16:00".into(),
                meetings_to: "22:00".into(),
                max_nights: Some(3),
                ..User::default()
            };
            self.users.push((Id::new(chance.id(founded)), user));
        }
        self.seat(&ana, Circle::Colleague, 0);
        for (index, seat) in OFFICES.iter().enumerate() {
            self.seat(seat, Circle::Colleague, index + 1);
        }
        for (index, seat) in BOTS.iter().enumerate() {
            self.seat(seat, Circle::System, index + 1 + OFFICES.len());
        }
        for (nickname, _) in MEMBERS {
            let person = Person {
                name: (*nickname).into(),
                circle: Circle::Owner,
                role: "Discord member".into(),
                zone: HOME.into(),
                locale: "en".into(),
                handles: vec![address("discord", nickname)],
                ..Person::default()
            };
            self.add_person(person, (*nickname).into());
        }
        for (user, person) in [(0, 0), (1, 2), (2, 3), (3, 4), (LEAD, 1)] {
            self.people[person].record.user = Some(self.users[user].0.clone());
            self.users[user].1.person = Some(self.people[person].id.clone());
        }
    }

    fn seat(&mut self, seat: &Seat, circle: Circle, index: usize) {
        let mut chance = self.chance("seat", index);
        let human = circle == Circle::Colleague;
        let person = Person {
            name: seat.name.into(),
            org: if human {
                "Partner organisation".into()
            } else {
                "System".into()
            },
            office: seat.office.into(),
            circle,
            role: seat.role.into(),
            zone: seat.zone.into(),
            locale: seat.locale.into(),
            handles: vec![address("lark", &format!("ou_{:010x}", chance.bits() >> 24))],
            hours: if human {
                office_hours(seat.zone)
            } else {
                SharedHours::default()
            },
            days_off: if human {
                days_off(&self.calendar, seat.zone, &mut chance)
            } else {
                Vec::new()
            },
            ..Person::default()
        };
        let short = match seat.name.split_once(' ') {
            Some((first, _)) => first.to_owned(),
            None => seat.name.to_owned(),
        };
        self.add_person(person, short);
    }

    fn join_members(&mut self) {
        for (index, (_, network)) in MEMBERS.iter().enumerate() {
            let person = self.person(Who::Member(index), None, None);
            let cn = &self.networks[*network];
            let member = &mut self.people[person].record;
            member.org.clone_from(&cn.record.name);
            member.network = Some(cn.id.clone());
        }
    }

    fn meet_strangers(&mut self, namer: &mut Namer) {
        for (index, locale) in STRANGER_LOCALES.iter().enumerate() {
            let mut chance = self.chance("stranger", index);
            let FullName { full, short } = namer.person(&mut chance, locale);
            let company = if index + 1 == STRANGER_LOCALES.len() {
                self.leads[MERGE_INTO].record.name.clone()
            } else {
                namer.company(&mut chance)
            };
            let person = Person {
                name: full,
                org: company.clone(),
                circle: Circle::Lead,
                role: "Founder".into(),
                zone: HOME.into(),
                locale: (*locale).into(),
                handles: vec![phone(&mut chance), mail(&short, &company)],
                ..Person::default()
            };
            let person = self.add_person(person, short);
            self.strangers.push(Stranger { person, company });
        }
    }
}

/// Makes an address on a channel.
pub(super) fn address(channel: &str, address: &str) -> Handle {
    Handle {
        channel: channel.into(),
        address: address.into(),
        preferred: false,
    }
}

/// Makes a phone number of the range that is kept free for stories.
pub(super) fn phone(chance: &mut Chance) -> Handle {
    let area = chance.pick(&["213", "305", "512", "602", "702"]);
    let number = chance.between(100, 199);
    Handle {
        channel: "whatsapp".into(),
        address: format!("+1 {area} 555 0{number}"),
        preferred: true,
    }
}

/// Makes an e-mail address at a company, under a domain that cannot exist.
pub(super) fn mail(first: &str, company: &str) -> Handle {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase()
    };
    let first = plain(first);
    let local = if first.is_empty() { "hello" } else { &first };
    address("email", &format!("{local}@{}.example", plain(company)))
}

fn week(windows: &[(&str, &str)]) -> BTreeMap<String, Vec<Window>> {
    ["mon", "tue", "wed", "thu", "fri"]
        .into_iter()
        .map(|day| (day.to_owned(), spans(windows)))
        .collect()
}

fn spans(windows: &[(&str, &str)]) -> Vec<Window> {
    windows
        .iter()
        .map(|(from, to)| Window {
            from: (*from).into(),
            to: (*to).into(),
        })
        .collect()
}

/// The hours of an office: Los Angeles meets Asia in the evening, Asia starts at nine or ten.
pub(super) fn office_hours(zone: &str) -> SharedHours {
    let (preferred, working, acceptable): (&[_], &[_], &[_]) = match zone {
        "America/Los_Angeles" | "America/Denver" => (
            &[("09:30", "12:00"), ("16:00", "19:00")],
            &[("08:30", "12:00"), ("13:00", "18:30")],
            &[("08:00", "22:00")],
        ),
        "Asia/Shanghai" | "Asia/Tokyo" => (
            &[("10:00", "11:30"), ("14:00", "17:00")],
            &[("09:30", "12:00"), ("13:30", "19:00")],
            &[("08:00", "12:00"), ("13:00", "21:00")],
        ),
        "Asia/Singapore" => (
            &[("09:00", "11:30"), ("14:00", "16:30")],
            &[("09:00", "12:30"), ("13:30", "18:00")],
            &[("08:00", "20:00")],
        ),
        _ => (
            &[("10:00", "12:00"), ("14:00", "16:00")],
            &[("09:00", "17:30")],
            &[("08:00", "20:00")],
        ),
    };
    let mut hours = Hours {
        preferred: week(preferred),
        working: week(working),
        acceptable: week(acceptable),
    };
    if zone == HOME {
        // Sunday evening is Monday morning in Asia.
        hours
            .acceptable
            .insert("sun".into(), spans(&[("17:00", "21:00")]));
    }
    hours.into()
}

/// Draws the days on which someone does not work in the next four weeks.
fn days_off(calendar: &Calendar, zone: &str, chance: &mut Chance) -> Vec<Date> {
    let mut days = Vec::new();
    if zone.starts_with("America/") && !zone.contains("Sao") && !zone.contains("Mexico") {
        // The fourth Thursday of November and the day after it.
        let first = calendar.today.first_of_year();
        let thursday = days_from(first, 310)
            .nth_weekday_of_month(4, jiff::civil::Weekday::Thursday)
            .unwrap_or(first);
        days.extend([thursday, days_from(thursday, 1)]);
    }
    for _ in 0..chance.below(3) {
        let day = calendar.day(chance.between(3, 27));
        if !is_weekend(day) && !days.contains(&day) {
            days.push(day);
        }
    }
    days.sort_unstable();
    days
}
