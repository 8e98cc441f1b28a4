//! Creators managed by a CN.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use serde::{Deserialize, Serialize};

use super::{
    AnyRef, Audience, Derived, FieldInfo, FieldType, Id, LongText, Network, Record, Value,
};

/// What an export said of the fields that people may change too: a value that differs from it was typed by
/// someone, and no later export overwrites it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AsExported(pub serde_json::Map<String, serde_json::Value>);

json_field!(AsExported);

record! {
    /// A LIVE creator, as the platform's exports describe them.
    Creator ("creator", "creators") audience Audience::Parent("network");
    columns ["handle", "group", "relationship_status", "tier_status", "dark", "followers"];
    /// User name on the platform, without the at sign.
    handle: String,
    /// Display name; never used to match records.
    name: String,
    /// Id on the platform: 19 digits, a string.
    platform_id: String,
    /// Names used before.
    former_handles: Vec<String>,
    /// The CN that manages the creator.
    network: Option<Id<Network>>,
    /// Group inside the CN.
    group: String,
    /// Manager inside the CN.
    manager: String,
    /// When the creator joined.
    joined_at: Option<Date>,
    /// State of the relationship, as the platform words it.
    relationship_status: String,
    /// How the creator was invited.
    invitation_type: String,
    /// Graduation status, as the platform words it.
    graduation_status: String,
    /// Tier status, as the platform words it.
    tier_status: String,
    /// Followers at the last count.
    followers: Option<i64>,
    /// Last time the creator was LIVE.
    last_live_at: Option<Timestamp>,
    /// Status, as the platform words it.
    status: String,
    /// When the invitation of the status expires, computed from the countdown in it.
    invitation_expires_at: Option<Timestamp>,
    /// When the trial of the status ends, computed from the countdown in it.
    trial_ends_at: Option<Timestamp>,
    /// Tier status of the month before, as the platform words it.
    tier_last_month: String,
    /// State of the subscription, as the platform words it.
    subscription_status: String,
    /// Who invited the creator.
    invited_by: String,
    /// Manager of the group, where the export names one instead of a manager.
    group_manager: String,
    /// Whether the creator may be promoted.
    promote_permission: Option<bool>,
    /// Whether the platform lists violations.
    violative: Option<bool>,
    /// Whether the creator was new to LIVE when the relationship began.
    rookie_at_join: Option<bool>,
    /// First day of the management relationship.
    contract_start: Option<Date>,
    /// Last day of the management relationship.
    contract_end: Option<Date>,
    /// First day of the renewed relationship.
    renewal_start: Option<Date>,
    /// Last day of the renewed relationship.
    renewal_end: Option<Date>,
    /// The notes that the export carries; our own are notes.
    platform_notes: LongText,
    /// State of the export that these fields come from.
    exported_at: Option<Timestamp>,
    /// What the last export said of the fields that people may change too.
    imported: AsExported,
}

impl Record for Creator {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[Derived {
        info: FieldInfo {
            name: "dark",
            help: "Time since the creator was last LIVE.",
            ty: FieldType::Span,
        },
        get: |creator, view| {
            creator
                .last_live_at
                .map_or(Value::Empty, |at| Value::Span(view.now.duration_since(at)))
        },
    }];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.handle)
    }
    fn is_open(&self) -> bool {
        false
    }
    fn parent(&self) -> Option<AnyRef> {
        self.network.as_ref().map(Id::link)
    }
    fn at(&self) -> Option<Timestamp> {
        self.last_live_at
    }
}
