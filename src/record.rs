//! Layer 0: what is true of each record.
//!
//! Every kind of record is one Rust struct in one file, written with the `record!` macro. From
//! the list of its fields come the JSON on the wire, the columns of its table, its form, its place
//! in the query language and its detail view: nothing about a field is said twice.
//!
//! * Ids are strings ([`Id`]), never numbers: a creator's id has 19 digits.
//! * Enumerations are open (`open_enum!`): an unknown value is kept and shown as it came, and never
//!   offered as a choice.
//! * Reading is lenient: a field of the wrong shape reads as empty instead of hiding the record, and
//!   because an edit sends only the fields it changed, what was not understood is never overwritten.
//! * `records!` is the one list of kinds; [`Kind::visit`] turns a kind known at run time back into a type.

#[macro_use]
mod declare;
#[macro_use]
mod open;
#[macro_use]
mod field;

mod called;
mod campaign;
mod closing;
mod coaching_action;
mod contract;
mod creator;
mod creator_snapshot;
mod dimension;
mod exported;
mod follow_up;
mod goal;
mod id;
mod import;
mod incident;
mod knowledge;
mod lead;
mod meeting;
mod message;
mod metric;
mod milestone;
mod network;
mod note;
mod patch;
mod person;
mod plan;
mod rubric;
mod shared;
mod snippet;
mod stage;
mod term;
mod thread;
mod user;
mod value;

pub use called::{called, nameless};
pub use campaign::{Campaign, CampaignKind, Participation, ParticipationState};
pub use closing::missing_to_close;
pub use coaching_action::{CoachingAction, CoachingState};
pub use contract::{Contract, ContractState};
pub use creator::{AsExported, Creator};
pub use creator_snapshot::{Columns, CreatorSnapshot};
pub use dimension::{Dimension, DimensionScore, DimensionSet};
pub use exported::{
    ACTIVE_CREATORS, EXPORT_SOURCE, ExportSum, LARGEST_CREATOR, MANAGED_CREATORS, exported_metric,
    exported_state, exported_status,
};
pub use field::{
    Derived, Field, FieldError, FieldInfo, FieldType, FieldValue, ListItem, LongText, lenient, read,
};
pub use follow_up::{FollowUp, FollowUpKind, FollowUpState};
pub use goal::{Goal, GoalPeriod};
pub use id::{AnyRef, Id};
pub use import::Import;
pub use incident::{Incident, IncidentKind, IncidentState, Severity};
pub use knowledge::{Article, ArticleKind, Pain, PainState};
pub use lead::{Lead, LeadSource, StageEvent};
pub use meeting::{Attendee, BusyBlock, Meeting, MeetingState};
pub use message::{Attachment, Direction, Message, MessageKind, MessageState};
pub use metric::{MetricDef, MetricPoint, PeriodKind, PointStatus};
pub use milestone::{Bound, CriteriaSet, Criterion, Milestone};
pub use network::{Lifecycle, Network};
pub use note::Note;
pub use patch::{Op, Patch, diff};
pub use person::{Circle, Handle, Hours, Person, Window};
pub use plan::{KeyResult, Objective, Plan, PlanHorizon, PlanItem, PlanItemState, PlanPhase};
pub use rubric::{Rubric, RubricQuestion, ScoreAnswer};
pub use shared::SharedHours;
pub use snippet::Snippet;
pub use stage::{Stage, Terminal};
pub use term::{Term, Vocabulary};
pub use thread::{Channel, Thread, ThreadState, WaitingOn, WakeOn};
pub use user::{Role, Team, User};
pub use value::{Due, Money, Value, View};

use std::borrow::Cow;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Says who may see a record, in terms of its fields; the server enforces it, the console only reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who has a token may see it: users, stages, metric definitions.
    Everyone,
    /// The users named in these fields (a user id or a list of them) and the leads of their teams.
    Users(&'static [&'static str]),
    /// Whoever may see the record that this link field names.
    Parent(&'static str),
}

/// One kind of record: its fields, its table and who may see it.
pub trait Record:
    Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The kind on the wire, in the cache and on the command line.
    const KIND: Kind;
    /// What a person reads for one record, for example `CN`.
    const LABEL: &'static str;
    /// What a person reads for several records, for example `CNs`.
    const PLURAL: &'static str;
    /// The stored fields with their accessors, in the order of the form.
    const FIELDS: &'static [Field<Self>];
    /// The same fields without their types, for code that knows the kind only at run time.
    const INFO: &'static [FieldInfo];
    /// Figures computed from the record and the present moment: columns and query fields, never stored.
    const DERIVED: &'static [Derived<Self>];
    /// The columns of its table, by field name, most important first.
    const COLUMNS: &'static [&'static str];
    /// Who may see it.
    const AUDIENCE: Audience;
    /// Returns the one line by which a person knows this record.
    fn title(&self) -> Cow<'_, str>;
    /// Tells whether the record belongs to the working set that the console holds in memory.
    fn is_open(&self) -> bool {
        true
    }
    /// Returns the record that this one hangs under, for reading all of a parent's children.
    fn parent(&self) -> Option<AnyRef> {
        None
    }
    /// Returns the instant by which records of this kind are ordered when read from the cache.
    fn at(&self) -> Option<jiff::Timestamp> {
        None
    }
}

/// Receives the Rust type that belongs to a [`Kind`]; see [`Kind::visit`].
pub trait KindVisitor {
    /// What the visit returns.
    type Out;
    /// Is called with the record type of the kind.
    fn visit<R: Record>(self) -> Self::Out;
}

impl Kind {
    /// Returns the title of a record of this kind from its fields, unsanitised; nothing where they cannot be read or
    /// name nothing.
    pub fn title_of(self, fields: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
        struct Title<'a>(&'a serde_json::Map<String, serde_json::Value>);
        impl KindVisitor for Title<'_> {
            type Out = Option<String>;
            fn visit<R: Record>(self) -> Self::Out {
                let record: R = serde_json::from_value(self.0.clone().into()).ok()?;
                Some(record.title().into_owned())
            }
        }
        self.visit(Title(fields))
            .filter(|title| !title.trim().is_empty())
    }
}

records! {
    User = "user", "users";
    Team = "team", "teams";
    Stage = "stage", "stages";
    Term = "term", "terms";
    Rubric = "rubric", "rubrics";
    Person = "person", "people";
    Network = "network", "networks";
    Thread = "thread", "threads";
    Message = "message", "messages";
    Lead = "lead", "leads";
    FollowUp = "follow_up", "follow-ups";
    Meeting = "meeting", "meetings";
    BusyBlock = "busy_block", "busy-blocks";
    Goal = "goal", "goals";
    Snippet = "snippet", "snippets";
    StageEvent = "stage_event", "stage-events";
    Incident = "incident", "incidents";
    CoachingAction = "coaching_action", "coaching-actions";
    Campaign = "campaign", "campaigns";
    Participation = "participation", "participations";
    Note = "note", "notes";
    MetricDef = "metric_def", "metric-defs";
    Milestone = "milestone", "milestones";
    CriteriaSet = "criteria_set", "criteria-sets";
    DimensionSet = "dimension_set", "dimension-sets";
    DimensionScore = "dimension_score", "dimension-scores";
    Contract = "contract", "contracts";
    Pain = "pain", "pains";
    Article = "article", "articles";
    Objective = "objective", "objectives";
    KeyResult = "key_result", "key-results";
    Plan = "plan", "plans";
    PlanItem = "plan_item", "plan-items";
    Creator = "creator", "creators";
    MetricPoint = "metric_point", "metric-points";
    CreatorSnapshot = "creator_snapshot", "creator-snapshots";
    Import = "import", "imports";
}

impl Kind {
    /// Finds the stored field of this name.
    pub fn field(self, name: &str) -> Option<&'static FieldInfo> {
        self.fields().iter().find(|field| field.name == name)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Kind::from_name(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown kind `{name}`")))
    }
}

/// Compares two names at compile time.
#[doc(hidden)]
pub const fn same_name(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests;
