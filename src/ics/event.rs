//! One event as it is written: start, length, rules, exceptions.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lines::{Component, Property};
use super::rule::{PeriodEnd, Rule, parse_period};
use super::stamp::{DAY, Length, Stamp};
use super::zones::{Clock, Zones};
use super::{AllDay, Reason, Remark, Shows};

/// How long each instance of an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Seconds of elapsed time.
    Exact(i64),
    /// Days on the wall, then seconds.
    Nominal(Length),
}

impl Extent {
    /// Returns the end of an instance.
    pub(super) fn end(self, start: i64, clock: &Clock) -> i64 {
        match self {
            Self::Exact(seconds) => start + seconds,
            Self::Nominal(length) if length.days == 0 => start + length.seconds,
            Self::Nominal(length) => {
                clock.instant(clock.wall(start) + length.days * DAY) + length.seconds
            }
        }
    }

    /// Returns a length in seconds that no instance exceeds.
    pub(super) fn most(self) -> i64 {
        match self {
            Self::Exact(seconds) => seconds,
            Self::Nominal(length) if length.days == 0 => length.seconds,
            Self::Nominal(length) => (length.days + 1) * DAY + length.seconds,
        }
    }
}

/// A set of instances, named by instant or by local date.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub(super) instants: BTreeSet<i64>,
    pub(super) days: BTreeSet<i64>,
}

impl Named {
    /// Adds a date or time as written for an event with that start and clock.
    ///
    /// A date names every instance of that day; a time names the day when the event has no times.
    pub(super) fn add(&mut self, stamp: Stamp, clock: &Clock, event_start: Stamp) {
        match (stamp, event_start) {
            (Stamp::Day(day), _) => {
                self.days.insert(day);
            }
            (_, Stamp::Day(_)) => {
                self.days.insert(stamp.written().div_euclid(DAY));
            }
            _ => {
                self.instants.insert(instant(stamp, clock));
            }
        }
    }

    /// Tells whether an instance is named.
    pub(super) fn has(&self, start: i64, clock: &Clock) -> bool {
        self.instants.contains(&start)
            || (!self.days.is_empty() && self.days.contains(&clock.wall(start).div_euclid(DAY)))
    }
}

/// Returns the instant of a date or time on a clock.
pub(super) fn instant(stamp: Stamp, clock: &Clock) -> i64 {
    match stamp {
        Stamp::Utc(instant) => instant,
        Stamp::Day(_) | Stamp::Wall(_) => clock.instant(stamp.written()),
    }
}

/// Which instance an event replaces, and whether all later ones too.
#[derive(Clone, Debug)]
pub(super) struct Replaced {
    pub(super) stamp: Stamp,
    pub(super) clock: Clock,
    pub(super) reach: ReplacedReach,
}

/// How far a replacement reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplacedReach {
    One,
    ThisAndFuture,
}

/// Whether an event takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Planned,
    Cancelled,
}

/// An event of a file.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) uid: Arc<str>,
    pub(super) summary: Arc<str>,
    pub(super) line: usize,
    pub(super) start: Stamp,
    pub(super) clock: Clock,
    pub(super) extent: Extent,
    pub(super) recurrence: Recurring,
    pub(super) replaces: Option<Replaced>,
    pub(super) sequence: i64,
    pub(super) standing: Standing,
    pub(super) shows: Shows,
    /// Whether it blocks no time only because it is of whole days and nothing says that it does.
    pub(super) of_days: bool,
}

/// What makes an event repeat.
#[derive(Clone, Debug, Default)]
pub(super) struct Recurring {
    pub(super) rules: Vec<Rule>,
    pub(super) except_rules: Vec<Rule>,
    /// Further starts, with a length of their own if they are periods.
    pub(super) dates: Vec<(i64, Option<Extent>)>,
    pub(super) except: Named,
}

/// What an event is read with.
pub(super) struct Reading<'a> {
    pub(super) zones: &'a mut Zones,
    /// For times without a zone, and for days.
    pub(super) floating: Clock,
    pub(super) all_day: AllDay,
    pub(super) remarks: &'a mut Vec<Remark>,
}

impl Reading<'_> {
    /// Reads an event; one that cannot be read is named in the remarks.
    pub(super) fn event(&mut self, component: &Component<'_>) -> Option<Event> {
        match self.try_event(component) {
            Ok(event) => Some(event),
            Err(reason) => {
                self.remark(component, reason);
                None
            }
        }
    }

    pub(super) fn remark(&mut self, component: &Component<'_>, reason: Reason) {
        self.remarks.push(Remark {
            event: title(component),
            line: component.line,
            reason,
        });
    }

    fn try_event(&mut self, component: &Component<'_>) -> Result<Event, Reason> {
        if !component.inside.is_empty() {
            return Err(Reason::Inside {
                name: excerpt(&component.inside),
            });
        }
        if !component.closed {
            return Err(Reason::NotClosed);
        }
        let (start, clock) = self.stamp(component.first("DTSTART").ok_or(Reason::NoStart)?)?;
        for name in ["DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"] {
            if component.all(name).nth(1).is_some() {
                self.remark(component, Reason::Twice { name });
            }
        }
        let (start, extent) = self.extent(component, start, &clock)?;
        let recurrence = self.recurrence(component, start, &clock)?;
        let replaces = match component.first("RECURRENCE-ID") {
            Some(property) => {
                let (stamp, clock) = self.stamp(property)?;
                let future = property
                    .parameter("RANGE")
                    .is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
                let reach = if future {
                    ReplacedReach::ThisAndFuture
                } else {
                    ReplacedReach::One
                };
                Some(Replaced {
                    stamp,
                    clock,
                    reach,
                })
            }
            None => None,
        };
        let value = |name: &str| {
            component
                .first(name)
                .map(|property| property.value.trim().to_ascii_uppercase())
        };
        let cancelled = value("STATUS").is_some_and(|status| status == "CANCELLED");
        let transparency = value("TRANSP");
        let outlook = value("X-MICROSOFT-CDO-BUSYSTATUS");
        let (shows, of_days) = self.shows(start, transparency.as_deref(), outlook.as_deref());
        Ok(Event {
            uid: component
                .first("UID")
                .map(Property::text)
                .unwrap_or_default()
                .into(),
            summary: component
                .first("SUMMARY")
                .map(Property::text)
                .unwrap_or_default()
                .into(),
            line: component.line,
            start,
            clock,
            extent,
            recurrence,
            replaces,
            sequence: value("SEQUENCE")
                .and_then(|number| number.parse().ok())
                .unwrap_or(0),
            standing: if cancelled {
                Standing::Cancelled
            } else {
                Standing::Planned
            },
            shows,
            of_days,
        })
    }

    /// Decides whether an event blocks time: TRANSP, then what Outlook adds, then the policy for days; and whether it was
    /// that policy alone which let it block none.
    fn shows(
        &self,
        start: Stamp,
        transparency: Option<&str>,
        outlook: Option<&str>,
    ) -> (Shows, bool) {
        if transparency == Some("TRANSPARENT")
            || matches!(outlook, Some("FREE" | "WORKINGELSEWHERE"))
        {
            return (Shows::Free, false);
        }
        let said = transparency == Some("OPAQUE") || matches!(outlook, Some("BUSY" | "OOF"));
        match (start, self.all_day) {
            (Stamp::Wall(_) | Stamp::Utc(_), _) | (Stamp::Day(_), AllDay::Busy) => {
                (Shows::Busy, false)
            }
            (Stamp::Day(_), AllDay::BusyWhenSaid) if said => (Shows::Busy, false),
            (Stamp::Day(_), AllDay::BusyWhenSaid | AllDay::Free) => (Shows::Free, true),
        }
    }

    /// Reads a date or time and finds the clock it is written for.
    fn stamp(&mut self, property: &Property<'_>) -> Result<(Stamp, Clock), Reason> {
        let value = property.value.trim();
        let stamp = Stamp::parse(value).ok_or_else(|| Reason::BadTime {
            text: excerpt(value),
        })?;
        Ok((stamp, self.clock(property, stamp)?))
    }

    fn clock(&mut self, property: &Property<'_>, stamp: Stamp) -> Result<Clock, Reason> {
        match (stamp, property.parameter("TZID")) {
            (Stamp::Utc(_), _) => Ok(Clock::Fixed(0)),
            (Stamp::Wall(_), Some(id)) => self
                .zones
                .resolve(&id)
                .ok_or_else(|| Reason::UnknownZone { name: excerpt(&id) }),
            (Stamp::Wall(_), None) | (Stamp::Day(_), _) => Ok(self.floating.clone()),
        }
    }

    /// Works out the length; an end before the start is taken as the start and noted.
    fn extent(
        &mut self,
        component: &Component<'_>,
        start: Stamp,
        clock: &Clock,
    ) -> Result<(Stamp, Extent), Reason> {
        if let Some(property) = component.first("DTEND") {
            let (end, end_clock) = self.stamp(property)?;
            if let (Stamp::Day(first), Stamp::Day(last)) = (start, end) {
                let (from, days) = (first.min(last), (last - first).abs().max(1));
                if last < first {
                    self.remark(component, Reason::EndsSwapped);
                }
                return Ok((
                    Stamp::Day(from),
                    Extent::Nominal(Length { days, seconds: 0 }),
                ));
            }
            let seconds = instant(end, &end_clock) - instant(start, clock);
            if seconds >= 0 {
                return Ok((start, Extent::Exact(seconds)));
            }
            self.remark(component, Reason::EndsSwapped);
            // the end is put on the start's own clock, on which the rules repeat
            let earlier = match start {
                Stamp::Utc(_) => Stamp::Utc(instant(end, &end_clock)),
                Stamp::Wall(_) | Stamp::Day(_) => Stamp::Wall(clock.wall(instant(end, &end_clock))),
            };
            return Ok((earlier, Extent::Exact(-seconds)));
        }
        if let Some(property) = component.first("DURATION") {
            let text = property.value.trim();
            let length = Length::parse(text).ok_or_else(|| Reason::BadTime {
                text: excerpt(text),
            })?;
            return Ok((start, Extent::Nominal(length)));
        }
        let days = i64::from(matches!(start, Stamp::Day(_)));
        Ok((start, Extent::Nominal(Length { days, seconds: 0 })))
    }

    fn recurrence(
        &mut self,
        component: &Component<'_>,
        start: Stamp,
        clock: &Clock,
    ) -> Result<Recurring, Reason> {
        let rules = |name: &str| {
            component
                .all(name)
                .filter(|property| !property.value.trim().is_empty())
                .map(|property| {
                    let rule = Rule::parse(&property.value).map_err(|part| Reason::BadRule {
                        part: excerpt(&part),
                    })?;
                    Ok(if matches!(start, Stamp::Day(_)) {
                        rule.for_whole_days()
                    } else {
                        rule
                    })
                })
                .collect::<Result<Vec<Rule>, Reason>>()
        };
        let mut recurring = Recurring {
            rules: rules("RRULE")?,
            except_rules: rules("EXRULE")?,
            ..Recurring::default()
        };
        for property in component.all("RDATE") {
            for text in property
                .value
                .split(',')
                .filter(|text| !text.trim().is_empty())
            {
                match self.further_date(property, text, start, clock)? {
                    Some(date) => recurring.dates.push(date),
                    None => self.remark(
                        component,
                        Reason::DateIgnored {
                            text: excerpt(text),
                        },
                    ),
                }
            }
        }
        for property in component.all("EXDATE") {
            for text in property
                .value
                .split(',')
                .filter(|text| !text.trim().is_empty())
            {
                let Some(stamp) = Stamp::parse(text) else {
                    self.remark(
                        component,
                        Reason::DateIgnored {
                            text: excerpt(text),
                        },
                    );
                    continue;
                };
                // an exception without a zone is written for the event's own clock
                let own = property.parameter("TZID").is_none() && matches!(stamp, Stamp::Wall(_));
                let exception = if own {
                    clock.clone()
                } else {
                    self.clock(property, stamp)?
                };
                recurring.except.add(stamp, &exception, start);
            }
        }
        Ok(recurring)
    }

    fn further_date(
        &mut self,
        property: &Property<'_>,
        text: &str,
        start: Stamp,
        clock: &Clock,
    ) -> Result<Option<(i64, Option<Extent>)>, Reason> {
        let (stamp, end) = match parse_period(text) {
            Some((stamp, end)) => (stamp, Some(end)),
            None => match Stamp::parse(text) {
                Some(stamp) => (stamp, None),
                None => return Ok(None),
            },
        };
        let own = property.parameter("TZID").is_none() && matches!(stamp, Stamp::Wall(_));
        let date_clock = if own {
            clock.clone()
        } else {
            self.clock(property, stamp)?
        };
        let at = match (stamp, start) {
            // a date for an event with a time: that time on the date
            (Stamp::Day(day), Stamp::Wall(wall) | Stamp::Utc(wall)) => {
                clock.instant(day * DAY + wall.rem_euclid(DAY))
            }
            (_, Stamp::Day(_)) => clock.instant(stamp.written().div_euclid(DAY) * DAY),
            _ => instant(stamp, &date_clock),
        };
        let extent = match end {
            None => None,
            Some(PeriodEnd::After(length)) => Some(Extent::Nominal(length)),
            Some(PeriodEnd::At(end)) => {
                Some(Extent::Exact((instant(end, &date_clock) - at).max(0)))
            }
        };
        Ok(Some((at, extent)))
    }

    /// Reads the busy periods of a VFREEBUSY component, as starts and ends.
    pub(super) fn free_busy(&mut self, component: &Component<'_>) -> Vec<(i64, i64)> {
        let mut out = Vec::new();
        for property in component.all("FREEBUSY") {
            if property
                .parameter("FBTYPE")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("FREE"))
            {
                continue;
            }
            for text in property
                .value
                .split(',')
                .filter(|text| !text.trim().is_empty())
            {
                let period = parse_period(text).and_then(|(start, end)| {
                    let clock = self.clock(property, start).ok()?;
                    let from = instant(start, &clock);
                    let to = match end {
                        PeriodEnd::At(end) => instant(end, &clock),
                        PeriodEnd::After(length) => Extent::Nominal(length).end(from, &clock),
                    };
                    Some((from, to))
                });
                match period {
                    Some(period) => out.push(period),
                    None => self.remark(
                        component,
                        Reason::DateIgnored {
                            text: excerpt(text),
                        },
                    ),
                }
            }
        }
        out
    }
}

/// Names an event for a remark: its summary, else its UID; the line is given beside it.
fn title(component: &Component<'_>) -> String {
    let text = |name: &str| {
        component
            .first(name)
            .map(Property::text)
            .filter(|text| !text.trim().is_empty())
    };
    excerpt(&text("SUMMARY").or_else(|| text("UID")).unwrap_or_default())
}

/// Shortens what a file says to something that can be shown in a line.
pub(super) fn excerpt(text: &str) -> String {
    let mut out: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}
