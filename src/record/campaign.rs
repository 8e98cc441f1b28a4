//! Campaigns and who takes part.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::field::LongText;
use super::{AnyRef, Audience, Creator, Derived, Id, Message, Money, Network, Record};

open_enum! {
    /// Who runs a campaign, and for what.
    CampaignKind {
        /// Run by the platform.
        Platform = "platform",
        /// Run by a CN.
        Network = "network",
        /// A contest with prizes.
        Challenge = "challenge",
        /// A reward for reaching a rung.
        Incentive = "incentive",
    }
}

open_enum! {
    /// Whether someone takes part.
    ParticipationState {
        /// Asked.
        Invited = "invited",
        /// Has not made up their mind.
        Undecided = "undecided",
        /// Takes part.
        Joined = "joined",
        /// Does not take part.
        Declined = "declined",
        /// Took part; the result is in.
        Done = "done",
    }
}

record! {
    /// A campaign, a challenge or an incentive.
    Campaign ("campaign", "campaigns") audience Audience::Everyone;
    columns ["name", "kind", "starts", "ends", "prize_pool"];
    /// Name.
    name: String,
    /// Who runs it, and for what.
    kind: CampaignKind,
    /// First day.
    starts: Option<Date>,
    /// Last day.
    ends: Option<Date>,
    /// Rules in short.
    rules: LongText,
    /// All prizes together.
    prize_pool: Option<Money>,
    /// What it may cost.
    budget: Option<Money>,
    /// Where the brief is.
    brief_url: String,
}

impl Record for Campaign {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

record! {
    /// Whether a CN or a creator takes part in a campaign.
    Participation ("participation", "participations") audience Audience::Parent("network");
    columns ["campaign", "network", "creator", "state", "creators"];
    /// The campaign.
    campaign: Option<Id<Campaign>>,
    /// The CN.
    network: Option<Id<Network>>,
    /// The creator, where a single one takes part.
    creator: Option<Id<Creator>>,
    /// Whether they take part.
    state: ParticipationState,
    /// How many creators the CN brings.
    creators: Option<i64>,
    /// When they answered.
    answered_at: Option<Timestamp>,
    /// The message that answered.
    origin: Option<Id<Message>>,
    /// What came of it.
    result: String,
    /// What was paid.
    payout: Option<Money>,
}

impl Record for Participation {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.state.as_str())
    }
    fn parent(&self) -> Option<AnyRef> {
        self.network.as_ref().map(Id::link)
    }
}
