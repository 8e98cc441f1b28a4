//! What a message asks of the person at the console.

use crate::record::{Channel, Circle, Message, MessageKind, Person, Thread};

use super::acknowledgement::is_acknowledgement;
use super::cue::{Cue, Cues};
use super::deadline::{self, Firmness};

/// What a message asks, the weightiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// It reports that something went wrong.
    Incident,
    /// It waits for a yes or no: an approval, an invitation.
    Approval,
    /// It asks for something by a time.
    Deadline,
    /// It asks a question and names me.
    QuestionToMe,
    /// It asks a question.
    Question,
    /// It asks for something.
    Request,
    /// It names me.
    Mention,
    /// It was written to me, or comes from a CN or a lead.
    Direct,
    /// It cannot be read here, such as a voice message.
    Unreadable,
}

impl Ask {
    /// Returns the reason in words, to follow the name of the sender.
    pub const fn words(self) -> &'static str {
        match self {
            Ask::Incident => "reports an incident",
            Ask::Approval => "waits for a yes or no",
            Ask::Deadline => "asks for something by a time",
            Ask::QuestionToMe => "asks you a question",
            Ask::Question => "asks a question",
            Ask::Request => "asks for something",
            Ask::Mention => "names you",
            Ask::Direct => "wrote to you",
            Ask::Unreadable => "sent something that cannot be read here",
        }
    }
}

/// What one message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It needs a decision.
    Asks(Ask),
    /// A card, a notice or another text that a program wrote.
    Notice,
    /// It only says that someone has read something, or nothing at all.
    Acknowledges,
    /// People talk, and nobody asks anything of me.
    Chatter,
    /// The same text as another message, which is looked at in its place.
    Copy,
}

/// A message as the rules see it: what the screen shows of it.
pub(super) struct Seen<'a> {
    pub(super) text: &'a str,
    pub(super) kind: &'a MessageKind,
    pub(super) mentions_me: bool,
    pub(super) recalled: bool,
    pub(super) channel: &'a Channel,
    pub(super) people: usize,
    /// From which side the sender writes; `None` for someone unknown.
    pub(super) circle: Option<&'a Circle>,
}

impl<'a> Seen<'a> {
    pub(super) fn message(
        message: &'a Message,
        thread: &'a Thread,
        sender: Option<&'a Person>,
    ) -> Self {
        // Of what others said among themselves only the words above it speak to the reader.
        let text = match message.kind {
            MessageKind::MergeForward => {
                let first = message.text.lines().find(|line| !line.trim().is_empty());
                first.unwrap_or("")
            }
            _ => &*message.text,
        };
        Seen {
            text,
            kind: &message.kind,
            mentions_me: message.mentions_me,
            recalled: message.recalled_at.is_some(),
            channel: &thread.channel,
            people: thread.participants.len(),
            circle: sender.map(|sender| &sender.circle),
        }
    }

    /// A conversation of many, where most of what is said is not for me.
    fn is_group(&self) -> bool {
        /// With more people than this a messenger conversation is a group.
        const FEW: usize = 3;
        match self.channel {
            // In a document most comments are for whoever reads it next; those for me name me.
            Channel::LarkGroup | Channel::LarkDoc => true,
            // A server's channel has at least one reader beside the two who talk.
            Channel::Discord => self.people >= FEW,
            Channel::WhatsApp => self.people > FEW,
            _ => false,
        }
    }

    fn is_program(&self) -> bool {
        self.circle == Some(&Circle::System)
            || *self.kind == MessageKind::Card
            || matches!(self.channel, Channel::LarkCard | Channel::Platform)
    }

    /// Reads the message by the first rule that fits; `folded` is its text after [`super::cue::folded`].
    ///
    /// Of several messages that were forwarded as one, only the line above them counts.
    ///
    /// 1. Recalled messages and lines of the channel itself say nothing any more; stickers, emoji and words
    ///    such as "收到", "+1", "thanks" only acknowledge.
    /// 2. What a program wrote asks only if it offers a choice (approve, accept) or reports an incident.
    /// 3. A voice message asks, because nobody can tell what it says, unless it goes round a group of colleagues.
    /// 4. Words of trouble are an incident, unless colleagues talk about it in a group without naming me.
    /// 5. Approvals, then a request or my name together with words such as "by Friday" or 周五前.
    /// 6. Questions: with a question mark anywhere; without one where I am named or in a conversation of few.
    /// 7. Where I am named or few take part: any due time, then requests; then my name alone.
    /// 8. Whatever a CN, a lead or someone unknown writes, talk in a Discord channel left out, and whatever is
    ///    written to me alone.
    /// 9. All else is chatter.
    pub(super) fn read(&self, folded: &str) -> Reading {
        if self.recalled || matches!(self.kind, MessageKind::System | MessageKind::Sticker) {
            return Reading::Acknowledges;
        }
        let cues = Cues::of_folded(folded);
        if self.is_program() {
            return match () {
                () if cues.has(Cue::Approval) => Reading::Asks(Ask::Approval),
                () if cues.has(Cue::Incident) => Reading::Asks(Ask::Incident),
                () => Reading::Notice,
            };
        }
        let colleague = self.circle == Some(&Circle::Colleague);
        let to_me = self.mentions_me || !self.is_group();
        if *self.kind == MessageKind::Voice {
            return if to_me || !colleague {
                Reading::Asks(Ask::Unreadable)
            } else {
                Reading::Chatter
            };
        }
        let worded = matches!(
            self.kind,
            MessageKind::Text | MessageKind::Post | MessageKind::Other(_)
        );
        if worded && is_acknowledgement(folded) {
            return Reading::Acknowledges;
        }
        match self.asks(cues, to_me, colleague) {
            Some(ask) => Reading::Asks(ask),
            None if to_me || !(colleague || *self.channel == Channel::Discord) => {
                Reading::Asks(Ask::Direct)
            }
            None => Reading::Chatter,
        }
    }

    fn asks(&self, cues: Cues, to_me: bool, colleague: bool) -> Option<Ask> {
        if cues.has(Cue::Incident) && (to_me || !colleague) {
            return Some(Ask::Incident);
        }
        if cues.has(Cue::Approval) && to_me {
            return Some(Ask::Approval);
        }
        let wants = cues.has(Cue::Request) || self.mentions_me;
        // Looking for times is the dearest part; where no rule asks for one, none is looked for.
        let dues = if wants || to_me {
            deadline::find(self.text)
        } else {
            Vec::new()
        };
        let bound = dues.iter().any(|due| due.firmness == Firmness::Bound);
        let question = cues.has(Cue::PlainQuestion) || (cues.has(Cue::Question) && to_me);
        match () {
            () if bound && wants => Some(Ask::Deadline),
            () if question && self.mentions_me => Some(Ask::QuestionToMe),
            () if question => Some(Ask::Question),
            () if to_me && (bound || (wants && !dues.is_empty())) => Some(Ask::Deadline),
            () if cues.has(Cue::Request) && to_me => Some(Ask::Request),
            () if self.mentions_me => Some(Ask::Mention),
            () => None,
        }
    }
}
