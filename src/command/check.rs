//! What can be known of a command before there is any record: whether a place, a kind, a field, a choice, a query, a
//! length or a date phrase can be read. Who and what is meant by a name is found out when the command runs.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::follow_up::{read_rule, read_severity, read_waiting};
use super::input::typed;
use super::slot::read_length;
use super::turn::TurnCommand;
use super::{
    AppCommand, Command, CommandError, ConflictCommand, Cx, FilterCommand, FollowUpCommand,
    HoldArgs, InboxCommand, LeadCommand, MacroCommand, NetworkCommand, PORTFOLIO_COLUMNS,
    PaneCommand, PromiseCommand, Settings, SlotCommand, Targets, UndoLog, find_kind,
};
use crate::list::World;
use crate::pane::{Filter, Place, Tab};
use crate::query::{Fault, Query, QueryError};
use crate::record::{AnyRef, FieldType, Kind, ParticipationState, Rubric, View};
use crate::when::phrase::{PhraseContext, Problem, read};
use crate::when::shift::Shift;

/// What is known of the place in which a command will run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The kind of the rows that will be there, where it is certain.
    pub kind: Option<Kind>,
    /// The words that are filled in before it runs: nobody knows yet what they say.
    pub filled: &'a [String],
}

/// Tells that a word that stands beside values that are filled in can be read.
type Checked = Result<(), CommandError>;

/// Moments from which a date phrase is read: what neither a common nor a leap year has never exists.
const MOMENTS: [i64; 2] = [1_770_681_600, 1_833_753_600];

impl Command {
    /// Checks the names and values that it brings along, as far as they do not depend on records.
    ///
    /// # Errors
    /// Names the first word that can never be read, and says what could stand in its place.
    pub fn check(&self, known: &Known<'_>) -> Checked {
        if let (kind, Some(targets)) = self.asked_for() {
            known.targets(targets, kind)?;
        }
        match self {
            Self::Inbox(command) => known.inbox(command),
            Self::Lead(command) => known.lead(command),
            Self::Network(command) => known.network(command),
            Self::FollowUp(command) => known.follow_up(command),
            Self::Promise(PromiseCommand::Keep { due, .. }) => known.phrase(due.as_deref()),
            Self::Slot(command) => known.slot(command),
            Self::New(command) => {
                if known.is_filled(&command.kind) {
                    return known.values(None, &command.values);
                }
                known.values(Some(find_kind(&command.kind)?), &command.values)
            }
            Self::Edit(command) => known.values(known.kind_of(&command.targets), &command.values),
            Self::Conflict(ConflictCommand::Edit { values, .. }) => known.values(None, values),
            Self::Pane(PaneCommand::Show { place }) => known.place(place),
            Self::Filter(FilterCommand::Set { query }) => known.filter(query),
            Self::Exec(command) => command.check(),
            _ => Ok(()),
        }
    }

    /// Returns the records that it names, and their kind where the command leaves no choice.
    fn asked_for(&self) -> (Option<Kind>, Option<&Targets>) {
        let (kind, targets) = self.named();
        let kind = match self {
            Self::Network(NetworkCommand::Step(_) | NetworkCommand::StepBack(_))
            | Self::FollowUp(FollowUpCommand::Add { .. })
            | Self::Slot(SlotCommand::Meet(_)) => None,
            Self::Network(NetworkCommand::Waive { .. }) => Some(Kind::Milestone),
            Self::Network(NetworkCommand::Split(_)) => Some(Kind::Goal),
            _ => kind,
        };
        match self {
            Self::App(AppCommand::Copy(targets)) => (None, Some(targets)),
            _ => (kind, targets),
        }
    }

    /// Returns the kind of the rows that are there after it has run, where it was this one before.
    pub fn kind_after(&self, before: Option<Kind>) -> Option<Kind> {
        match self {
            Self::Pane(PaneCommand::Show { place }) => Place::from_name(place)?.kind(),
            Self::Pane(
                PaneCommand::Zoom | PaneCommand::OlderMessage | PaneCommand::NewerMessage,
            )
            | Self::Inbox(_)
            | Self::Lead(_)
            | Self::FollowUp(_)
            | Self::Edit(_)
            | Self::Note(_)
            | Self::Cursor(_)
            | Self::Mark(_)
            | Self::Filter(_)
            | Self::Exec(_)
            | Self::Notify(_) => before,
            _ => None,
        }
    }

    /// Returns what it names that lies in a file of the user's and is not there: a macro, a theme.
    pub fn lacks(
        &self,
        macros: &dyn Fn(&str) -> bool,
        themes: &dyn Fn(&str) -> bool,
    ) -> Option<String> {
        match self {
            Self::Macro(MacroCommand::Play {
                name: Some(name), ..
            }) if !macros(name) => Some(format!("there is no macro `{name}`")),
            Self::App(AppCommand::Theme { name: Some(name) }) if !themes(name) => {
                Some(format!("there is no theme `{name}`"))
            }
            _ => None,
        }
    }
}

/// Checks a date phrase as far as it can be read without contacts.
///
/// # Errors
/// A word is none of a date, and no name of a contact would make it one.
pub fn check_phrase(text: &str) -> Result<(), CommandError> {
    let read_at = |text: &str, second: i64| {
        let now = Timestamp::from_second(second).unwrap_or_default();
        read(text, &PhraseContext::new(now, TimeZone::UTC))
    };
    let mut wrong = None;
    for moment in MOMENTS {
        match read_at(text, moment) {
            Ok(_) => return Ok(()),
            Err(error) => wrong = Some(error),
        }
    }
    let Some(error) = wrong else { return Ok(()) };
    // A word that nobody knows may be somebody's name, where there is a time without it and it is no slip of the pen.
    let word = error.word.as_str();
    let slip = error.hint.starts_with("did you mean")
        && word.chars().count() > 4
        && word.chars().all(char::is_lowercase);
    let may_be_name =
        error.problem == Problem::Unknown && !slip && word.chars().all(char::is_alphabetic);
    let rest = text.replace(&error.word, " ");
    if may_be_name && MOMENTS.iter().any(|moment| read_at(&rest, *moment).is_ok()) {
        return Ok(());
    }
    Err(CommandError::usage(
        error.to_string(),
        "`cnm when PHRASE` says how a phrase is read",
    ))
}

/// Checks a query about rows of a kind, or of any kind where it is not known of which.
///
/// # Errors
/// It cannot be read, or names a field or a value that no such row has.
pub fn check_query(kind: Option<Kind>, text: &str) -> Result<(), QueryError> {
    let view = View::new(Timestamp::UNIX_EPOCH, TimeZone::UTC, "");
    if let Some(kind) = kind {
        return Filter::compile(kind, text, &view).map(drop);
    }
    Query::parse(text)?;
    let mut first = None;
    for kind in Kind::ALL {
        match Filter::compile(*kind, text, &view) {
            Ok(_) => return Ok(()),
            Err(error) => first = first.or(Some(error)),
        }
    }
    first.map_or(Ok(()), Err)
}

/// A query; of one into which values are filled only what stands there already counts.
fn check_part(kind: Option<Kind>, text: &str, filled: bool) -> Result<(), QueryError> {
    match check_query(kind, text) {
        Err(error) if filled && !matches!(error.fault, Fault::Syntax | Fault::UnknownField) => {
            Ok(())
        }
        result => result,
    }
}

impl Known<'_> {
    fn is_filled(&self, word: &str) -> bool {
        self.filled.iter().any(|filled| filled == word)
    }

    /// Returns the word where it is there and nothing is filled into it.
    fn certain<'w>(&self, word: Option<&'w str>) -> Option<&'w str> {
        word.filter(|word| !self.is_filled(word))
    }

    fn phrase(&self, text: Option<&str>) -> Checked {
        self.certain(text).map_or(Ok(()), check_phrase)
    }

    /// A date phrase, or one of these words.
    fn phrase_or(&self, words: &[&str], text: Option<&str>) -> Checked {
        self.phrase(text.filter(|text| !words.contains(text)))
    }

    fn place(&self, name: &str) -> Checked {
        if self.is_filled(name) || Place::from_name(name).is_some() {
            return Ok(());
        }
        Err(super::go::no_place(name))
    }

    /// The kind of the records that are named, else of those that will be there.
    fn kind_of(&self, targets: &Targets) -> Option<Kind> {
        if let Some(id) = targets.ids.first() {
            return AnyRef::parse(id).and_then(|link| link.known_kind());
        }
        match &targets.query {
            Some(query) => find_kind(query.split_whitespace().next().unwrap_or_default()).ok(),
            None => self.kind,
        }
    }

    fn targets(&self, targets: &Targets, kind: Option<Kind>) -> Checked {
        let Some(query) = &targets.query else {
            return Ok(());
        };
        let (kind, text) = if let Some(kind) = kind {
            (kind, query.as_str())
        } else {
            let (name, rest) = query.trim().split_once(' ').unwrap_or((query.trim(), ""));
            if self.is_filled(query) && find_kind(name).is_err() {
                return Ok(());
            }
            (find_kind(name)?, rest)
        };
        check_part(Some(kind), text, self.is_filled(query)).map_err(|error| {
            CommandError::usage(
                format!("--where `{text}`: {error}"),
                "it is the language of `/`",
            )
        })
    }

    fn filter(&self, words: &[String]) -> Checked {
        let text = words.join(" ");
        let filled = words.iter().any(|word| self.is_filled(word));
        check_part(self.kind, &text, filled).map_err(|error| {
            CommandError::usage(
                format!("filter `{text}`: {error}"),
                "`cnm list KIND QUERY` tries it",
            )
        })
    }

    /// Words of the form `field=value`.
    fn values(&self, kind: Option<Kind>, words: &[String]) -> Checked {
        for word in words {
            let Some((name, text)) = word.split_once('=') else {
                if self.is_filled(word) {
                    continue;
                }
                return Err(CommandError::usage(
                    format!("`{word}` is not of the form field=value"),
                    "write for example `name=Nova`",
                ));
            };
            let kinds = kind.as_ref().map_or(Kind::ALL, std::slice::from_ref);
            let Some(info) = kinds.iter().find_map(|kind| kind.field(name)) else {
                return Err(match kind {
                    Some(kind) => super::input::no_field(kind, name),
                    None => CommandError::usage(
                        format!("nothing has a field `{name}`"),
                        "`cnm list KIND --help` names the fields",
                    ),
                });
            };
            if kind.is_some() && !self.is_filled(word) && !text.trim().is_empty() {
                value(&info.ty, text).map_err(|error| {
                    let (what, hint) = error.parts();
                    CommandError::usage(format!("{name}: {what}"), hint)
                })?;
            }
        }
        Ok(())
    }

    fn inbox(&self, command: &InboxCommand) -> Checked {
        match command {
            InboxCommand::Snooze { until, .. } => {
                self.phrase_or(&["reply", "stage", "morning"], until.as_deref())
            }
            InboxCommand::FollowUp { due, .. } => self.phrase_or(&["said"], due.as_deref()),
            InboxCommand::Turn(TurnCommand::Delegate { due, .. }) => {
                self.phrase_or(&["said"], Some(due))
            }
            InboxCommand::Turn(TurnCommand::Incident { severity, .. }) => {
                self.severity(severity.as_deref())
            }
            _ => Ok(()),
        }
    }

    fn severity(&self, word: Option<&str>) -> Checked {
        match self.certain(word) {
            Some(word) => read_severity(word).map(drop),
            None => Ok(()),
        }
    }

    fn lead(&self, command: &LeadCommand) -> Checked {
        match command {
            LeadCommand::Advance { facts, .. }
            | LeadCommand::Lose { facts, .. }
            | LeadCommand::Park { facts, .. }
            | LeadCommand::Move { facts, .. } => self.values(Some(Kind::Lead), &facts.facts),
            LeadCommand::Expires { at, .. } => self.phrase_or(&["never"], at.as_deref()),
            LeadCommand::Score { answers, .. } => {
                let wrong = answers.iter().find(|answer| {
                    let points = answer.split_once('=').and_then(|(_, rest)| {
                        let points = rest.split(':').next()?.trim().parse::<i64>().ok()?;
                        (0..=Rubric::MOST).contains(&points).then_some(points)
                    });
                    !self.is_filled(answer) && points.is_none()
                });
                wrong.map_or(Ok(()), |answer| {
                    Err(CommandError::usage(
                        format!("`{answer}` is not of the form question=points"),
                        "write `trend=4`: 0 to 5 points",
                    ))
                })
            }
            LeadCommand::HandOver(over) => self.phrase(over.day()),
            _ => Ok(()),
        }
    }

    fn network(&self, command: &NetworkCommand) -> Checked {
        match command {
            NetworkCommand::Tab { tab }
                if !self.is_filled(tab) && Tab::from_name(tab).is_none() =>
            {
                Err(super::network::no_tab(tab))
            }
            NetworkCommand::Enrol { answer, .. }
                if !self.is_filled(answer)
                    && !ParticipationState::KNOWN.contains(&answer.as_str()) =>
            {
                Err(super::enrol::no_answer(answer))
            }
            NetworkCommand::Columns { columns } => {
                let names = columns.iter().filter(|word| !self.is_filled(word));
                let mut names = names.flat_map(|word| word.split(',')).map(str::trim);
                let known = |name: &str| {
                    let name = name.trim_start_matches(['+', '-']);
                    ["", "none"].contains(&name)
                        || PORTFOLIO_COLUMNS.iter().any(|(known, _)| *known == name)
                };
                names
                    .find(|name| !known(name))
                    .map_or(Ok(()), |name| Err(super::columns::no_column(name)))
            }
            NetworkCommand::HandOver(over) => self.phrase(over.day()),
            _ => Ok(()),
        }
    }

    fn follow_up(&self, command: &FollowUpCommand) -> Checked {
        match command {
            FollowUpCommand::Add { due, repeat, .. } => {
                self.phrase(due.as_deref())?;
                self.rule(repeat.as_deref())
            }
            FollowUpCommand::Slip { to, .. } => self.phrase(to.as_deref()),
            FollowUpCommand::Snooze { until, .. } => self.phrase_or(&["morning"], until.as_deref()),
            FollowUpCommand::Nudge { at, .. } => self.phrase(at.as_deref()),
            FollowUpCommand::Repeat { rule, .. } => self.rule(rule.as_deref()),
            FollowUpCommand::Escalate { severity, .. } => self.severity(severity.as_deref()),
            FollowUpCommand::Wait { who, .. } => {
                let who = self.certain(who.as_deref());
                who.map_or(Ok(()), |who| read_waiting(who).map(drop))
            }
            FollowUpCommand::Shift { by, .. } => {
                let by = self.certain(by.as_deref());
                let wrong = by.and_then(|by| Shift::parse(by).err());
                wrong.map_or(Ok(()), |error| {
                    Err(CommandError::usage(
                        error.to_string(),
                        "write `+2d`, `-1d`, `1w`, `3 workdays` or `4h`",
                    ))
                })
            }
            _ => Ok(()),
        }
    }

    fn rule(&self, rule: Option<&str>) -> Checked {
        let rule = self.certain(rule);
        rule.map_or(Ok(()), |rule| read_rule(rule).map(drop))
    }

    fn slot(&self, command: &SlotCommand) -> Checked {
        match command {
            SlotCommand::Length { length } => self.length(length.as_deref()),
            SlotCommand::Move { to, .. } => self.phrase(to.as_deref()),
            SlotCommand::Hold(args) => self.hold(args),
            SlotCommand::HoldSeries(args) => self.hold(&args.hold),
            _ => Ok(()),
        }
    }

    fn hold(&self, args: &HoldArgs) -> Checked {
        self.phrase(args.at.as_deref())?;
        self.phrase(args.until.as_deref())?;
        self.length(args.length.as_deref())
    }

    fn length(&self, text: Option<&str>) -> Checked {
        let text = self.certain(text);
        text.map_or(Ok(()), |text| read_length(text).map(drop))
    }
}

/// Checks the text of a field, as far as it names no record.
fn value(ty: &FieldType, text: &str) -> Checked {
    match ty {
        FieldType::Link(_) => Ok(()),
        FieldType::Many(inner) if matches!(**inner, FieldType::Link(_)) => Ok(()),
        FieldType::Instant | FieldType::Date | FieldType::Due => {
            if text.trim().parse::<Timestamp>().is_ok() {
                return Ok(());
            }
            check_phrase(text.trim())
        }
        _ => {
            // Nothing of these reads a record.
            let (settings, mut undo) = (Settings::default(), UndoLog::default());
            let mut world = World::new("", Timestamp::UNIX_EPOCH, TimeZone::UTC, 0);
            let cx = Cx::new(&mut world, None, &settings, &mut undo);
            typed(ty, text, &cx).map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str) -> Result<(), String> {
        let command = Command::parse(line).map_err(|error| format!("not read: {error}"))?;
        let known = Known {
            kind: Some(Kind::Thread),
            filled: &[],
        };
        command.check(&known).map_err(|error| error.to_string())
    }

    #[test]
    fn what_no_record_can_make_true_is_found_out_at_once() {
        for (line, word) in [
            ("pane show nowhere", "nowhere"),
            ("new leed name=x", "leed"),
            ("new lead nmae=x", "nmae"),
            ("new follow_up title=x due=fryday", "due"),
            ("new lead name=x created_at=soon", "soon"),
            ("edit --id lead:x nmae=y", "nmae"),
            ("edit --id follow_up:x state=opne", "opne"),
            ("edit nothing", "nothing"),
            ("edit --where 'leed name:x' name=y", "leed"),
            ("note --where 'lead nmae:x' text", "nmae"),
            ("inbox done --where 'channle:lark'", "channle"),
            ("inbox done --where 'state:opne'", "opne"),
            ("filter set slaa<2h", "slaa"),
            ("inbox snooze 'tomorow 9am'", "tomorow"),
            ("inbox snooze 'tomorrow 9:75'", "9:75"),
            ("inbox follow-up 'feb 30'", "feb"),
            ("inbox delegate Ben --due sometime", "sometime"),
            ("inbox incident p9", "p9"),
            ("follow-up escalate urgent", "urgent"),
            ("follow-up add fryday", "fryday"),
            ("follow-up add fri --repeat fortnightish", "fortnightish"),
            ("follow-up shift 2x", "no span"),
            ("follow-up wait ben", "ben"),
            ("follow-up slip 25:00", "25:00"),
            ("lead expires nevr", "nevr"),
            ("lead advance --fact nmae=x", "nmae"),
            ("lead score trend=9", "trend=9"),
            ("lead hand-over Ben --on 'the day'", "day"),
            ("network tab gaols", "gaols"),
            ("network enrol zz --as maybe", "maybe"),
            ("network columns goal,haelth", "haelth"),
            ("slot length 9999", "9999"),
            ("slot hold x --at nevr", "nevr"),
            ("conflict edit next", "next"),
            ("exec --trust -- true", "--trust"),
        ] {
            let error = check(line).expect_err(line);
            assert!(error.contains(word), "{line}: {error}");
            assert!(!error.starts_with("not read"), "{line}: {error}");
        }
    }

    #[test]
    fn what_only_records_can_tell_is_left_for_later() {
        for line in [
            "pane show follow-ups",
            "pane show cn-goals",
            "new lead 'name=Brook' owner=Nobody stage=Somewhere",
            "new follow_up title=x due=fri network=Nova",
            "edit --id lead:gone next_step=call",
            "inbox assign Nobody",
            "inbox snooze 'thu 18:00 Ana'",
            "inbox snooze reply",
            "inbox snooze 'feb 29'",
            "inbox follow-up said",
            "inbox done --where 'channel:lark network:Nowhere sla<2h'",
            "note --where 'lead name:halo' text",
            "filter set from_name:dana",
            "follow-up add +1d --title x",
            "follow-up repeat 'every 2 weeks'",
            "lead move nowhere",
            "lead score anything=4:why",
            "slot find 'next tue 4-6pm with dana for 45m'",
            "jump to lead:halo",
            "macro play later",
        ] {
            assert_eq!(check(line), Ok(()), "{line}");
        }
    }

    #[test]
    fn where_the_place_is_not_known_a_query_must_fit_some_kind() {
        let filter = |text: &str| {
            let command = Command::parse(&format!("filter set {text}")).unwrap();
            command.check(&Known::default()).is_ok()
        };
        assert!(filter("stage:new"));
        assert!(!filter("nothing_has_this:new"));
    }

    #[test]
    fn after_another_place_other_rows_are_there() {
        let after = |line: &str| Command::parse(line).unwrap().kind_after(Some(Kind::Thread));
        assert_eq!(after("pane show funnel"), Some(Kind::Lead));
        assert_eq!(after("inbox done"), Some(Kind::Thread));
        assert_eq!(after("jump lead"), None);
    }
}
