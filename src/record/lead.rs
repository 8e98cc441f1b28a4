//! Leads and the history of their stages.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::field::LongText;
use super::{
    AnyRef, Audience, Derived, FieldInfo, FieldType, Id, Message, Money, Network, Person, Record,
    ScoreAnswer, Stage, User, Value,
};

open_enum! {
    /// How a lead came to us.
    LeadSource {
        /// They asked.
        Inbound = "inbound",
        /// We asked.
        Outbound = "outbound",
        /// Someone introduced them.
        Referral = "referral",
        /// Met at an event.
        Event = "event",
        /// Found by scouting.
        Scout = "scout",
    }
}

record! {
    /// A company or person that may become a Creator Network.
    Lead ("lead", "leads") audience Audience::Users(&["owner", "shared_with"]);
    columns ["name", "stage", "idle", "source", "next_step", "next_due", "owner"];
    /// Company or person.
    name: String,
    /// Stage of the pipeline it stands in.
    stage: Option<Id<Stage>>,
    /// When it entered that stage.
    entered_at: Option<Timestamp>,
    /// When it became known.
    created_at: Option<Timestamp>,
    /// How it came to us.
    source: LeadSource,
    /// Channel or form it came through.
    channel: String,
    /// Campaign or event that brought it.
    campaign: String,
    /// Kind of owner, as the BD strategy divides them.
    archetype: String,
    /// The CNM who works on it.
    owner: Option<Id<User>>,
    /// Colleagues who may see it too.
    shared_with: Vec<Id<User>>,
    /// To whom it is handed over.
    next_owner: Option<Id<User>>,
    /// The day (UTC) on which the backend hands it over.
    handover_on: Option<Date>,
    /// Whom to talk to.
    contact: Option<Id<Person>>,
    /// Market, for example `US`.
    market: String,
    /// IANA time zone.
    zone: String,
    /// Creators they say they manage.
    creators: Option<i64>,
    /// Score by the rubric.
    score: Option<f64>,
    /// Version of the rubric that gave the score.
    score_version: String,
    /// The points for each question of the rubric, with what they rest on.
    score_answers: Vec<ScoreAnswer>,
    /// Expected revenue of the first 90 days.
    expected_value: Option<Money>,
    /// What happens next.
    next_step: String,
    /// When it happens.
    next_due: Option<Date>,
    /// When the lead expires if nothing happens.
    expires_at: Option<Timestamp>,
    /// Why it was lost.
    lost_reason: String,
    /// When it was signed, lost or merged; empty while it is worked on.
    closed_at: Option<Timestamp>,
    /// The lead that this one duplicates.
    duplicate_of: Option<Id<Lead>>,
    /// The CN it became.
    network: Option<Id<Network>>,
    /// Who signs on their side.
    signer: String,
    /// Whether the tax form is in.
    tax_form: bool,
    /// What else is worth knowing.
    summary: LongText,
    /// The message that it was made from.
    origin: Option<Id<Message>>,
}

impl Record for Lead {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[Derived {
        info: FieldInfo {
            name: "idle",
            help: "Time since it entered its stage.",
            ty: FieldType::Span,
        },
        get: |lead, view| {
            lead.entered_at
                .map_or(Value::Empty, |at| Value::Span(view.now.duration_since(at)))
        },
    }];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
    fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
    fn at(&self) -> Option<Timestamp> {
        self.closed_at.or(self.created_at)
    }
}

record! {
    /// One move of a lead from stage to stage; append-only.
    StageEvent ("stage event", "stage events") audience Audience::Parent("lead");
    columns ["at", "lead", "from", "to", "by", "reason"];
    /// The lead that moved.
    lead: Option<Id<Lead>>,
    /// Stage it left; empty when it was created.
    from: Option<Id<Stage>>,
    /// Stage it entered.
    to: Option<Id<Stage>>,
    /// When.
    at: Option<Timestamp>,
    /// Who moved it.
    by: Option<Id<User>>,
    /// Why, for a loss or a step back.
    reason: String,
    /// What made the event: `console`, `import`, `rule`, or `undo` for the way back of a move that was taken back.
    source: String,
    /// The message that made the lead move.
    origin: Option<Id<Message>>,
}

impl StageEvent {
    /// The source of the way back of a move that was taken back.
    pub const UNDO: &'static str = "undo";
}

impl Record for StageEvent {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.to.as_ref().map_or("", Id::as_str))
    }
    fn is_open(&self) -> bool {
        false
    }
    fn parent(&self) -> Option<AnyRef> {
        self.lead.as_ref().map(Id::link)
    }
    fn at(&self) -> Option<Timestamp> {
        self.at
    }
}
