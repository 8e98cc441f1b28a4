//! The form in which the conversations of the morning are written down.

use super::{Class, Outcome};

/// Who writes a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The owner of the inbox.
    Me,
    /// A colleague, by the position in the table of colleagues.
    Office(usize),
    /// A bot or a system, by the position in its table.
    Bot(usize),
    /// The owner of the CN that the conversation is about.
    Owner,
    /// A manager who works for that CN.
    Staff,
    /// The contact of the lead that the conversation is about.
    Contact,
    /// Someone who writes for the first time.
    Stranger(usize),
    /// A member of a Discord server, by the position in the table of nicknames.
    Member(usize),
}

/// Where a conversation takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Direct,
    Group,
    Card,
    Doc,
    WhatsApp,
    Discord,
    Email,
    Platform,
}

/// What a message is made of, with the name of its attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// What is usual in the place: text, a card or, in e-mail, a post.
    Usual,
    Post,
    Image(&'static str),
    File(&'static str),
    Sticker,
    Voice(&'static str),
    Forward,
    /// A merged forward of 40 KB.
    LongForward,
    DocLink(&'static str),
}

/// What is unusual about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Plain,
    Edited,
    Recalled,
    /// The sender's clock runs ahead.
    Ahead,
    /// It answers a message that does not exist.
    Rootless,
}

/// One line of a conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) who: Who,
    pub(super) lang: &'static str,
    pub(super) text: &'static str,
    pub(super) translation: &'static str,
    pub(super) shape: Shape,
    /// What the line wants and what becomes of it; `None` for a line from before the evening.
    pub(super) intent: Option<(Class, Outcome)>,
    /// The words that say by when.
    pub(super) due: &'static str,
    /// How many lines back the line is that this one answers; 0 for none.
    pub(super) answers: usize,
    pub(super) mark: Mark,
    /// The name under which it was sent, where that is not the present one.
    pub(super) alias: &'static str,
    /// The follow-up that this line promised, counted from 1; 0 for none.
    pub(super) promise: usize,
}

pub(super) const EN: &str = "en";
pub(super) const ZH: &str = "zh";
pub(super) const ES: &str = "es";
pub(super) const PT: &str = "pt";
pub(super) const JA: &str = "ja";
pub(super) const VI: &str = "vi";
pub(super) const AR: &str = "ar";
/// No language: emoji only.
pub(super) const NONE: &str = "";

const fn line(
    who: Who,
    lang: &'static str,
    text: &'static str,
    intent: Option<(Class, Outcome)>,
) -> Line {
    Line {
        who,
        lang,
        text,
        translation: "",
        shape: Shape::Usual,
        intent,
        due: "",
        answers: 0,
        mark: Mark::Plain,
        alias: "",
        promise: 0,
    }
}

/// A line from before the evening, dealt with long ago.
pub(super) const fn old(who: Who, lang: &'static str, text: &'static str) -> Line {
    line(who, lang, text, None)
}

/// Declares the short names by which the scripts write what a line is.
macro_rules! intents {
    ($($(#[doc = $about:literal])+ $name:ident = $class:ident, $outcome:ident;)+) => {
        $(
            $(#[doc = $about])+
            pub(super) const fn $name(who: Who, lang: &'static str, text: &'static str) -> Line {
                line(who, lang, text, Some((Class::$class, Outcome::$outcome)))
            }
        )+
    };
}

intents! {
    /// Talk that needs no answer.
    fyi = GroupTalk, Done;
    /// A notice of a bot or a system.
    bot = Notice, Done;
    /// A thank-you, an emoji, a cross-post.
    ack = Acknowledgement, Done;
    /// A question that a sentence answers.
    ask = Question, Reply;
    /// A question for a figure.
    figure = Figure, Reply;
    /// A question for a figure that someone else must look up.
    pass_on = Figure, Delegate;
    /// A request to approve that meets its rules.
    approve = Approval, Approve;
    /// A request to approve that breaks its rules.
    reject = Approval, Reject;
    /// A request to approve that waits for a meeting.
    postpone = Approval, Snooze;
    /// A CN asks how something is done.
    help = Support, Reply;
    /// A CN complains of what many complain of.
    pain = Support, Pain;
    /// A CN asks to look into something with others.
    chase = Support, FollowUp;
    /// Something went wrong for a creator.
    incident = Incident, OpenIncident;
    /// Something went wrong that cannot wait.
    urgent = Incident, OpenUrgentIncident;
    /// A CN needs a plan.
    coach = Performance, Coach;
    /// A CN asks where it stands.
    standing = Performance, Reply;
    /// Someone wants to become a CN.
    newcomer = NewLead, CreateLead;
    /// Someone who is a lead already asks again.
    again = NewLead, MergeLead;
    /// A lead does what its next stage asks.
    onward = LeadProgress, Advance;
    /// A lead says no.
    lost = LeadProgress, Lose;
    /// A lead asks for time.
    later = LeadProgress, Snooze;
    /// A CN takes part in a campaign.
    join = Campaign, Join;
    /// A CN does not take part.
    decline = Campaign, Decline;
    /// Someone asks for times to meet.
    propose = Meeting, ProposeSlots;
    /// An invitation that fits.
    accept = Meeting, Accept;
    /// An invitation that does not fit.
    refuse = Meeting, Refuse;
}

/// A request with a deadline, and the words of the text that say it.
pub(super) const fn due(
    who: Who,
    lang: &'static str,
    text: &'static str,
    phrase: &'static str,
) -> Line {
    let mut line = line(who, lang, text, Some((Class::Deadline, Outcome::FollowUp)));
    line.due = phrase;
    line
}

impl Line {
    /// Carries this translation.
    pub(super) const fn tr(mut self, translation: &'static str) -> Self {
        self.translation = translation;
        self
    }
    /// Is made of this.
    pub(super) const fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }
    /// Is a long formatted post.
    pub(super) const fn post(self) -> Self {
        self.shape(Shape::Post)
    }
    /// Is a picture.
    pub(super) const fn image(self, name: &'static str) -> Self {
        self.shape(Shape::Image(name))
    }
    /// Is a file.
    pub(super) const fn file(self, name: &'static str) -> Self {
        self.shape(Shape::File(name))
    }
    /// Is a sticker.
    pub(super) const fn sticker(self) -> Self {
        self.shape(Shape::Sticker)
    }
    /// Is a voice message.
    pub(super) const fn voice(self, name: &'static str) -> Self {
        self.shape(Shape::Voice(name))
    }
    /// Answers the line this many lines before.
    pub(super) const fn re(mut self, back: usize) -> Self {
        self.answers = back;
        self
    }
    /// Is unusual in this way.
    pub(super) const fn mark(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }
    /// Was sent under another name.
    pub(super) const fn alias(mut self, name: &'static str) -> Self {
        self.alias = name;
        self
    }
    /// Made the promise of this follow-up, counted from 1.
    pub(super) const fn promise(mut self, number: usize) -> Self {
        self.promise = number;
        self
    }
}

/// One conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    pub(super) place: Place,
    /// Title with places to fill; empty where the other side is the title.
    pub(super) title: &'static str,
    /// The CN that it is about, by its position in Ana's book.
    pub(super) network: Option<usize>,
    /// The lead that it is about, by its position in Ana's pipeline.
    pub(super) lead: Option<usize>,
    /// Whether its new messages came after four in the morning.
    pub(super) dawn: bool,
    pub(super) lines: &'static [Line],
}

/// Begins a conversation.
pub(super) const fn talk(place: Place, title: &'static str) -> Script {
    Script {
        place,
        title,
        network: None,
        lead: None,
        dawn: false,
        lines: &[],
    }
}

impl Script {
    /// Is about this CN.
    pub(super) const fn cn(mut self, slot: usize) -> Self {
        self.network = Some(slot);
        self
    }
    /// Is about this lead.
    pub(super) const fn lead(mut self, slot: usize) -> Self {
        self.lead = Some(slot);
        self
    }
    /// Was written after four in the morning.
    pub(super) const fn dawn(mut self) -> Self {
        self.dawn = true;
        self
    }
    /// Says this.
    pub(super) const fn says(mut self, lines: &'static [Line]) -> Self {
        self.lines = lines;
        self
    }
}
