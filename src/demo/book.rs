//! The books of CNs: twenty-four of Ana's, nine of each team-mate.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::record::{Circle, Id, Lifecycle, Network, Person};

use super::calendar::days_between;
use super::chance::{Chance, float};
use super::names::{self, FullName, LOOKALIKES, NETWORKS_EN, NETWORKS_ES, NETWORKS_PT, Namer};
use super::texts::library::{HEALTH_REASONS, STRATEGIES};
use super::world::{World, address, mail, office_hours, phone};

/// How a CN has been doing lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Steady,
    /// No LIVE hours for days, and nobody answers.
    Dark,
    /// Far below the pace of this month's goal.
    Behind,
}

/// A CN with what the texts need to know of it.
#[derive(Clone, Debug)]
pub(super) struct Cn {
    pub(super) id: Id<Network>,
    pub(super) record: Network,
    /// Position of the user who looks after it.
    pub(super) user: usize,
    /// Positions of the owner and of the manager among the people.
    pub(super) owner: usize,
    pub(super) staff: usize,
    pub(super) mood: Mood,
    pub(super) creators: usize,
    pub(super) signed: Date,
    /// User names of the first three creators.
    pub(super) handles: [String; 3],
}

impl Cn {
    /// Tells whether the CN has graduated from new to mature.
    pub(super) fn graduated(&self) -> bool {
        self.record.lifecycle == Lifecycle::Mature
    }
}

struct Slot {
    market: &'static str,
    zone: &'static str,
    locale: &'static str,
    languages: &'static [&'static str],
    new: bool,
    creators: usize,
    mood: Mood,
}

const fn slot(
    market: &'static str,
    zone: &'static str,
    locale: &'static str,
    languages: &'static [&'static str],
    creators: usize,
) -> Slot {
    Slot {
        market,
        zone,
        locale,
        languages,
        new: false,
        creators,
        mood: Mood::Steady,
    }
}

impl Slot {
    const fn fresh(mut self) -> Self {
        self.new = true;
        self
    }
    const fn mood(mut self, mood: Mood) -> Self {
        self.mood = mood;
        self
    }
}

const LA: &str = "America/Los_Angeles";
const NY: &str = "America/New_York";

/// Ana's book: seventeen mature CNs, seven new ones, 2,400 creators; three went dark, two are behind.
static ANA: [Slot; 24] = [
    slot("US", LA, "en", &["en"], 310),
    slot("US", NY, "en", &["en"], 240),
    slot("US", "America/Chicago", "en", &["en"], 150).mood(Mood::Dark),
    slot("US", "America/Chicago", "es", &["es", "en"], 145),
    slot("MX", "America/Mexico_City", "es", &["es"], 130),
    slot("MX", "America/Monterrey", "es", &["es"], 120).mood(Mood::Behind),
    slot("BR", "America/Sao_Paulo", "pt", &["pt"], 115),
    slot("CA", "America/Toronto", "en", &["en", "fr"], 125),
    slot("CA", "America/Vancouver", "zh", &["zh", "en"], 95),
    slot("UK", "Europe/London", "en", &["en"], 110).mood(Mood::Behind),
    slot("US", "America/Phoenix", "en", &["en", "es"], 90),
    slot("US", NY, "en", &["en"], 70).mood(Mood::Dark),
    slot("US", "America/Denver", "en", &["en"], 85).mood(Mood::Dark),
    slot("CO", "America/Bogota", "es", &["es"], 80),
    slot("US", LA, "vi", &["vi", "en"], 105),
    slot("US", "America/Detroit", "ar", &["ar", "en"], 75),
    slot("US", LA, "en", &["en"], 140),
    slot("US", NY, "es", &["es", "en"], 38).fresh(),
    slot("US", LA, "en", &["en"], 34).fresh(),
    slot("US", "America/Puerto_Rico", "es", &["es"], 30).fresh(),
    slot("BR", "America/Fortaleza", "pt", &["pt"], 28).fresh(),
    slot("US", LA, "vi", &["vi", "en"], 26).fresh(),
    slot("US", NY, "en", &["en"], 33).fresh(),
    slot("US", LA, "en", &["en"], 26).fresh(),
];

/// The CNs with the two names that look alike.
const TWINS: [usize; 2] = [16, 22];
/// CNs in each team-mate's book.
const MATE_NETWORKS: usize = 9;
/// Creators of each of those.
const MATE_CREATORS: usize = 12;

const ARCHETYPES: &[&str] = &[
    "talent agency",
    "former creator",
    "LIVE-only firm",
    "challenge operator",
];

/// Draws an archetype of owner, as the BD strategy divides them.
pub(super) fn archetype(chance: &mut Chance) -> String {
    (*chance.pick(ARCHETYPES)).to_owned()
}

/// Signs all CNs.
pub(super) fn sign(world: &mut World, namer: &mut Namer) {
    let mut chance = world.chance("network names", 0);
    let mut pools: [Vec<&str>; 3] = [
        NETWORKS_EN.to_vec(),
        NETWORKS_ES.to_vec(),
        NETWORKS_PT.to_vec(),
    ];
    for pool in &mut pools {
        chance.shuffle(pool);
    }
    let mut name = |locale: &str| -> String {
        let pool = match locale {
            "es" => 1,
            "pt" => 2,
            _ => 0,
        };
        let drawn = pools[pool].pop().or_else(|| pools[0].pop());
        drawn.unwrap_or("Unnamed network").to_owned()
    };
    for (index, slot) in ANA.iter().enumerate() {
        let name = match TWINS.iter().position(|twin| *twin == index) {
            Some(twin) => LOOKALIKES[twin].to_owned(),
            None => name(slot.locale),
        };
        add(world, namer, slot, name, 0);
    }
    for user in 1..4 {
        for place in 0..MATE_NETWORKS {
            let mut chance = world.chance("mate slot", user * 100 + place);
            let like = chance.pick(&ANA);
            let mood = if place == 4 {
                Mood::Behind
            } else {
                Mood::Steady
            };
            let slot = Slot {
                new: place < 3,
                creators: MATE_CREATORS,
                mood,
                ..*like
            };
            let name = name(slot.locale);
            add(world, namer, &slot, name, user);
        }
    }
}

fn add(world: &mut World, namer: &mut Namer, slot: &Slot, name: String, user: usize) {
    let index = world.networks.len();
    let mut chance = world.chance("network", index);
    let age = if slot.new {
        chance.between(14, 80)
    } else {
        chance.between(420, 1400)
    };
    let signed = world.calendar.day(-age);
    let made = world
        .calendar
        .days_ago(age.min(430), chance.between(0, 600));
    let id: Id<Network> = Id::new(chance.id(made));
    let owner = contact(world, namer, &mut chance, slot, &name, &id, "Owner");
    let staff = contact(world, namer, &mut chance, slot, &name, &id, "Manager");
    let graduated = (!slot.new).then(|| {
        let days = chance.between(60, 180).min(age - 30);
        world.calendar.day(days - age)
    });
    let health = match slot.mood {
        Mood::Dark => chance.between(18, 34),
        Mood::Behind => chance.between(45, 58),
        Mood::Steady => chance.between(62, 96),
    };
    let reason = match slot.mood {
        Mood::Dark => 2,
        Mood::Behind => 3,
        Mood::Steady => usize::from(health < 75),
    };
    let record = Network {
        aliases: aliases(&name, index),
        lifecycle: if slot.new {
            Lifecycle::New
        } else {
            Lifecycle::Mature
        },
        tier: if slot.new {
            "T1".into()
        } else {
            format!("T{}", chance.between(2, 6))
        },
        archetype: archetype(&mut chance),
        market: slot.market.into(),
        languages: slot.languages.iter().map(|tag| (*tag).to_owned()).collect(),
        zone: slot.zone.into(),
        owner: Some(world.users[user].0.clone()),
        contact: Some(world.people[owner].id.clone()),
        platform_id: chance.between(100_000, 999_999).to_string(),
        signed_at: Some(signed),
        graduated_at: graduated,
        creators: i64::try_from(slot.creators).ok(),
        health: Some(float(health)),
        health_reason: HEALTH_REASONS[reason].into(),
        last_contact_at: Some(quiet_since(world, slot.mood, &mut chance)),
        url: format!(
            "https://backstage.example/cn/{}",
            chance.between(100_000, 999_999)
        ),
        strategy: (*chance.pick(STRATEGIES)).into(),
        name,
        ..Network::default()
    };
    let handles = std::array::from_fn(|_| names::handle(&mut chance));
    world.networks.push(Cn {
        id,
        record,
        user,
        owner,
        staff,
        mood: slot.mood,
        creators: slot.creators,
        signed,
        handles,
    });
}

/// Returns when someone last talked to the CN, before the messages of the night are counted.
fn quiet_since(world: &World, mood: Mood, chance: &mut Chance) -> Timestamp {
    let days = match mood {
        Mood::Dark => chance.between(15, 22),
        _ => chance.between(1, 6),
    };
    world.calendar.days_ago(days, chance.between(0, 700))
}

fn aliases(name: &str, index: usize) -> Vec<String> {
    let short: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .collect();
    if short.chars().count() > 1 && index.is_multiple_of(3) {
        vec![short.to_uppercase()]
    } else {
        Vec::new()
    }
}

fn contact(
    world: &mut World,
    namer: &mut Namer,
    chance: &mut Chance,
    slot: &Slot,
    network: &str,
    id: &Id<Network>,
    role: &str,
) -> usize {
    let FullName { full, short } = namer.person(chance, slot.locale);
    let person = Person {
        name: full,
        org: network.into(),
        circle: Circle::Owner,
        role: role.into(),
        zone: slot.zone.into(),
        locale: slot.locale.into(),
        handles: vec![
            phone(chance),
            mail(&short, network),
            address(
                "discord",
                &format!("{}#{}", short.to_lowercase(), chance.between(1000, 9999)),
            ),
        ],
        hours: office_hours(slot.zone),
        network: Some(id.clone()),
        ..Person::default()
    };
    world.add_person(person, short)
}

/// Returns the days since the CN was signed.
pub(super) fn age(world: &World, cn: &Cn) -> i64 {
    days_between(cn.signed, world.calendar.today)
}
