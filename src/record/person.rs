//! Contacts: everyone one talks to or meets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::{Audience, Derived, Id, Network, Record, SharedHours, User};

open_enum! {
    /// From which side a person writes.
    Circle {
        /// A colleague in one of the offices.
        Colleague = "colleague",
        /// An owner or manager of a CN.
        Owner = "owner",
        /// Someone of a lead that has not signed yet.
        Lead = "lead",
        /// A bot or a system.
        System = "system",
    }
}

/// An address on one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handle {
    /// Channel, for example `whatsapp`.
    pub channel: String,
    /// Address on that channel.
    pub address: String,
    /// Whether the person prefers this channel.
    pub preferred: bool,
}
json_item!(Handle);

/// A stretch of a local day as `HH:MM`; an end before the start lies on the next day, `24:00` is midnight.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Start, local wall time.
    pub from: String,
    /// End, local wall time.
    pub to: String,
}

/// Hours by weekday (`mon` … `sun`) in three layers; a missing layer falls back to `working`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hours {
    /// Hours the person likes best for meetings.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub preferred: BTreeMap<String, Vec<Window>>,
    /// Ordinary working hours.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub working: BTreeMap<String, Vec<Window>>,
    /// Hours the person would still accept.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub acceptable: BTreeMap<String, Vec<Window>>,
}

impl Hours {
    /// Returns hours of which nothing is said.
    pub const fn none() -> Self {
        Self {
            preferred: BTreeMap::new(),
            working: BTreeMap::new(),
            acceptable: BTreeMap::new(),
        }
    }

    /// The keys of the tables of windows and the weekdays that they mean.
    pub const WEEKDAYS: [(&'static str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
}

record! {
    /// A contact: a colleague, an owner of a CN, someone of a lead, or a bot.
    Person ("contact", "contacts") audience Audience::Everyone;
    columns ["name", "org", "office", "zone", "role"];
    /// Name as they write it.
    name: String,
    /// Company or network.
    org: String,
    /// Office or place, as the inbox groups people: `Shanghai`, `Singapore`, …
    office: String,
    /// From which side they write.
    circle: Circle,
    /// What they do.
    role: String,
    /// IANA time zone.
    zone: String,
    /// Language, as a BCP 47 tag.
    locale: String,
    /// Addresses by channel.
    handles: Vec<Handle>,
    /// Hours for meetings.
    hours: SharedHours,
    /// Local dates on which they do not work.
    days_off: Vec<Date>,
    /// The two letters of the country whose public holidays they keep: `CN`, `GB`, `JP`, `PL`, `SG` or `US`.
    country: String,
    /// At most this many evenings a week (18:00 to 06:00, from Monday) go to meetings.
    nights: Option<i64>,
    /// What they keep free before and after a meeting.
    buffer: Option<SignedDuration>,
    /// How long before a meeting they must know of it.
    notice: Option<SignedDuration>,
    /// The user account of the same human being.
    user: Option<Id<User>>,
    /// The CN they belong to.
    network: Option<Id<Network>>,
}

impl Record for Person {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
