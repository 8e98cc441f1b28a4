//! The figures of a creator in one export.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AnyRef, Audience, Creator, Derived, Id, Import, PeriodKind, Record};

/// Columns by their names in the export, with their cells as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Columns(pub std::collections::BTreeMap<String, String>);

json_field!(Columns);

record! {
    /// What an export said of one creator and one period; figures of different kinds of period stand in
    /// records of their own.
    CreatorSnapshot ("creator figures", "creator figures") audience Audience::Parent("creator");
    columns ["creator", "period_kind", "period_start", "period_end", "diamonds", "live_seconds", "valid_days", "as_of"];
    /// The creator.
    creator: Option<Id<Creator>>,
    /// The import that brought it.
    import: Option<Id<Import>>,
    /// Kind of the period: month to date and 30 days are never mixed.
    period_kind: PeriodKind,
    /// First day of the period (UTC+0).
    period_start: Option<Date>,
    /// Last day of the period (UTC+0).
    period_end: Option<Date>,
    /// State of the export.
    as_of: Option<Timestamp>,
    /// Diamonds.
    diamonds: Option<i64>,
    /// LIVE time in seconds.
    live_seconds: Option<i64>,
    /// Days with an hour of LIVE or more.
    valid_days: Option<i64>,
    /// LIVE sessions.
    live_streams: Option<i64>,
    /// Followers won.
    new_followers: Option<i64>,
    /// Followers at the time of the export.
    followers: Option<i64>,
    /// Videos at the time of the export.
    videos: Option<i64>,
    /// Likes at the time of the export.
    likes: Option<i64>,
    /// Matches played.
    matches: Option<i64>,
    /// Diamonds from matches.
    match_diamonds: Option<i64>,
    /// Diamonds from multi-guest.
    guest_diamonds: Option<i64>,
    /// Diamonds from multi-guest as the host.
    guest_diamonds_as_host: Option<i64>,
    /// Diamonds from multi-guest as a guest.
    guest_diamonds_as_guest: Option<i64>,
    /// Whether the creator is new to LIVE this month.
    new_live_creator: Option<bool>,
    /// Fans won.
    new_fans: Option<i64>,
    /// Fans.
    fans: Option<i64>,
    /// Active fans of the fan club.
    active_fans: Option<i64>,
    /// Diamonds from the fan club.
    fan_club_diamonds: Option<i64>,
    /// Share of the Diamonds that fans gave, in percent.
    fan_share: Option<f64>,
    /// Diamonds of the month before, as this export says it.
    last_month_diamonds: Option<i64>,
    /// LIVE hours of the month before, as this export says it.
    last_month_hours: Option<f64>,
    /// Valid go LIVE days of the month before, as this export says it.
    last_month_valid_days: Option<i64>,
    /// The estimate of the bonus, digits and a point; it is not what is paid.
    estimated_bonus: String,
    /// The items of the bonus by their names in the export.
    bonus_items: Columns,
    /// Columns that the column map does not know, as they came.
    other: Columns,
}

impl Record for CreatorSnapshot {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        match self.period_start {
            Some(first) => Cow::Owned(format!("{} from {first}", self.period_kind)),
            None => Cow::Borrowed(self.period_kind.as_str()),
        }
    }
    fn is_open(&self) -> bool {
        false
    }
    fn parent(&self) -> Option<AnyRef> {
        self.creator.as_ref().map(Id::link)
    }
    fn at(&self) -> Option<Timestamp> {
        let zoned = self.period_start?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    }
}
