//! Creators managed by a CN.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{AnyRef, Audience, Derived, FieldInfo, FieldType, Id, Network, Record, Value};

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
