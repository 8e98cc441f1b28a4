//! Creator Networks.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Audience, Derived, FieldInfo, FieldType, Id, Person, Record, User, Value};

open_enum! {
    /// Where a CN stands in its life.
    Lifecycle {
        /// Signed, not yet through its onboarding milestones.
        Onboarding = "onboarding",
        /// New: not graduated yet.
        New = "new",
        /// Graduated.
        Mature = "mature",
        /// Mature, and in danger.
        AtRisk = "at_risk",
        /// Suspended by the platform.
        Suspended = "suspended",
        /// No longer a partner.
        Exited = "exited",
    }
}

record! {
    /// A Creator Network: an agency that recruits, trains and manages LIVE creators.
    Network ("CN", "CNs") audience Audience::Users(&["owner", "shared_with"]);
    columns ["name", "lifecycle", "tier", "market", "creators", "days", "owner"];
    /// Name of the network.
    name: String,
    /// Other names it is known by.
    aliases: Vec<String>,
    /// Where it stands in its life.
    lifecycle: Lifecycle,
    /// Tier given by the platform; the names are data.
    tier: String,
    /// Kind of owner, as the BD strategy divides them.
    archetype: String,
    /// Market, for example `US`.
    market: String,
    /// Languages spoken, as BCP 47 tags.
    languages: Vec<String>,
    /// IANA time zone.
    zone: String,
    /// The CNM who looks after it.
    owner: Option<Id<User>>,
    /// Colleagues who may see it too.
    shared_with: Vec<Id<User>>,
    /// To whom it is handed over.
    next_owner: Option<Id<User>>,
    /// The day (UTC) on which the backend hands it over.
    handover_on: Option<Date>,
    /// Whom to talk to.
    contact: Option<Id<Person>>,
    /// Id on the platform, a string.
    platform_id: String,
    /// Countersigning date of the contract.
    signed_at: Option<Date>,
    /// Date of graduation from new to mature.
    graduated_at: Option<Date>,
    /// Managed creators at the last count.
    creators: Option<i64>,
    /// Health from 0 to 100 as the backend scores it.
    health: Option<f64>,
    /// Why the health is what it is.
    health_reason: String,
    /// Last time anyone talked to them.
    last_contact_at: Option<Timestamp>,
    /// Dashboard in the browser.
    url: String,
    /// Growth strategy in a paragraph.
    strategy: super::field::LongText,
}

impl Record for Network {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[
        Derived {
            info: FieldInfo {
                name: "days",
                help: "Days since the contract was signed.",
                ty: FieldType::Number,
            },
            get: |network, view| {
                network.signed_at.map_or(Value::Empty, |signed| {
                    Value::Number(f64::from((view.today() - signed).get_days()))
                })
            },
        },
        Derived {
            info: FieldInfo {
                name: "quiet",
                help: "Time since anyone last talked to them.",
                ty: FieldType::Span,
            },
            get: |network, view| {
                network.last_contact_at.map_or(Value::Empty, |last| {
                    Value::Span(view.now.duration_since(last))
                })
            },
        },
    ];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
    fn is_open(&self) -> bool {
        self.lifecycle != Lifecycle::Exited
    }
}
