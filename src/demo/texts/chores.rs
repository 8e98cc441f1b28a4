//! Follow-ups: what Ana promised, was asked for, or must chase.

use super::super::offices::{
    BLOOM, FANG, HE, JOAN, NURUL, ODELL, PRAVIN, SHEN, TEO, THIAGO, XIMENA,
};
use super::super::script::Who;

/// When a follow-up is due, seen from the morning.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) enum Term {
    /// Some days ago at half an hour before the time of day at which the console is opened.
    DaysAgoNow(i64),
    /// On a date some days ago.
    DaysAgo(i64),
    /// Some days ago at this hour in Los Angeles.
    DaysAgoAt(i64, i8),
    /// On today's date.
    Today,
    /// Today, this many hours after the console is opened, or on today's date if that is tomorrow.
    TodayIn(i64),
    /// On a date some days ahead.
    InDays(i64),
    /// Some days ahead at this hour in this zone.
    InDaysAt(i64, i8, &'static str),
    /// On the next day of this name, not today; 0 is Monday.
    Weekday(i8),
}

/// What a follow-up is about.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) enum About {
    Nothing,
    Cn(usize),
    Lead(usize),
}

/// One follow-up of the morning.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Chore {
    pub(in crate::demo) title: &'static str,
    pub(in crate::demo) kind: &'static str,
    pub(in crate::demo) priority: &'static str,
    pub(in crate::demo) about: About,
    pub(in crate::demo) term: Term,
    /// Who is waited for; `None` when it is Ana's turn.
    pub(in crate::demo) waits_for: Option<Who>,
    pub(in crate::demo) recurrence: &'static str,
    /// What was said; where the words stand in a message, the message is found by its promise.
    pub(in crate::demo) quote: &'static str,
    pub(in crate::demo) promise: usize,
    pub(in crate::demo) slipped: i64,
}

const fn chore(
    title: &'static str,
    kind: &'static str,
    priority: &'static str,
    about: About,
    term: Term,
) -> Chore {
    Chore {
        title,
        kind,
        priority,
        about,
        term,
        waits_for: None,
        recurrence: "",
        quote: "",
        promise: 0,
        slipped: 0,
    }
}

impl Chore {
    const fn waits(mut self, who: Who) -> Self {
        self.waits_for = Some(who);
        self
    }
    const fn every(mut self, rule: &'static str) -> Self {
        self.recurrence = rule;
        self
    }
    const fn said(mut self, quote: &'static str) -> Self {
        self.quote = quote;
        self
    }
    const fn promised(mut self, number: usize) -> Self {
        self.promise = number;
        self
    }
    const fn slipped(mut self, times: i64) -> Self {
        self.slipped = times;
        self
    }
}

use About::{Cn, Lead, Nothing};
use Term::{DaysAgo, DaysAgoAt, DaysAgoNow, InDays, InDaysAt, Today, TodayIn, Weekday};

/// The follow-ups of the morning: seventeen overdue, nine due today, fifteen later.
pub(in crate::demo) static CHORES: &[Chore] = &[
    // Overdue.
    chore(
        "Ask finance for the October bridge of {cn}",
        "support",
        "p3",
        Cn(1),
        DaysAgoNow(23),
    )
    .waits(HE)
    .slipped(3),
    chore(
        "Send {cn} the studio light list",
        "promise",
        "p4",
        Cn(10),
        DaysAgo(19),
    )
    .said("I'll send you the list of lights we recommend")
    .slipped(2),
    chore(
        "Log why {lead} went quiet after the first call",
        "lead",
        "p3",
        Lead(36),
        DaysAgo(16),
    )
    .slipped(2),
    chore(
        "Chase the trademark check for {cn}",
        "support",
        "p3",
        Cn(4),
        DaysAgo(14),
    )
    .waits(BLOOM),
    chore(
        "Review the group split proposed by {own}",
        "plan",
        "p3",
        Cn(0),
        DaysAgo(12),
    )
    .slipped(1),
    chore(
        "Second call with {lead}: who signs?",
        "lead",
        "p2",
        Lead(41),
        DaysAgo(11),
    )
    .slipped(1),
    chore(
        "Call {cn}: nobody has answered for over two weeks",
        "plan",
        "p2",
        Cn(2),
        DaysAgo(9),
    )
    .slipped(2),
    chore(
        "Find out what happened to the appeal of @{h2}",
        "incident",
        "p2",
        Cn(16),
        DaysAgoAt(8, 17),
    )
    .waits(NURUL),
    chore(
        "Write up the night-shift experiment of {cn}",
        "plan",
        "p4",
        Cn(14),
        DaysAgo(7),
    ),
    chore(
        "Get the countersigned annex from {lead}",
        "lead",
        "p2",
        Lead(5),
        DaysAgo(6),
    )
    .waits(BLOOM),
    chore(
        "Call {cn}: LIVE hours fell to nothing",
        "plan",
        "p2",
        Cn(11),
        DaysAgo(5),
    ),
    chore(
        "Answer {own} on the sub-manager rights in writing",
        "promise",
        "p3",
        Cn(8),
        DaysAgo(4),
    )
    .said("I'll write it down for you so that you can forward it"),
    chore(
        "Check the tier projection of {cn} again",
        "plan",
        "p3",
        Cn(7),
        DaysAgo(3),
    ),
    chore(
        "Pass the music licence question to policy",
        "request",
        "p3",
        Cn(1),
        DaysAgoAt(3, 12),
    )
    .waits(NURUL),
    chore(
        "Tell my CNs that the {c:0} material is ready",
        "promise",
        "p3",
        Cn(3),
        DaysAgo(2),
    )
    .promised(1),
    chore(
        "Send the recap of the kick-off to {cn}",
        "promise",
        "p2",
        Cn(21),
        DaysAgoAt(1, 18),
    )
    .said("Recap comes on Monday, with the three dates"),
    chore(
        "Score {lead} before the pipeline review",
        "lead",
        "p3",
        Lead(31),
        DaysAgoAt(1, 15),
    ),
    // Due today.
    chore(
        "Agree with {own} on what to do about this month's goal",
        "promise",
        "p1",
        Cn(5),
        Today,
    )
    .promised(2),
    chore(
        "Weekly check of creators without LIVE for three days",
        "plan",
        "p3",
        Nothing,
        Today,
    )
    .every("FREQ=WEEKLY;BYDAY=TU"),
    chore(
        "Confirm the room for the Friday review",
        "plan",
        "p4",
        Nothing,
        Today,
    )
    .waits(ODELL),
    chore(
        "Proposal to {lead}: send or drop",
        "lead",
        "p2",
        Lead(46),
        Today,
    )
    .slipped(1),
    chore(
        "Onboarding milestone of {cn}: first ten creators",
        "plan",
        "p2",
        Cn(20),
        Today,
    ),
    chore(
        "Two lines on {cn} for the regional letter",
        "request",
        "p3",
        Cn(14),
        TodayIn(3),
    ),
    chore(
        "Ring {own} before the flight",
        "promise",
        "p2",
        Cn(18),
        TodayIn(2),
    )
    .said("I'll ring you before your flight on Tuesday"),
    chore(
        "Hand in the travel form for the spring meet-up",
        "request",
        "p4",
        Nothing,
        TodayIn(5),
    ),
    chore(
        "Show the new invite flow to {own}",
        "support",
        "p3",
        Cn(6),
        TodayIn(7),
    ),
    // Later.
    chore(
        "Comment on the onboarding deck",
        "promise",
        "p3",
        Nothing,
        Weekday(2),
    )
    .promised(3),
    chore(
        "Send Joan the list of CNs at risk",
        "promise",
        "p2",
        Nothing,
        Weekday(4),
    )
    .promised(4),
    chore(
        "Send {own} the summary of our call",
        "promise",
        "p2",
        Cn(3),
        Weekday(2),
    )
    .promised(5),
    chore(
        "Certificates for the team of {cn}",
        "promise",
        "p3",
        Cn(15),
        Weekday(5),
    )
    .promised(6),
    chore(
        "Answer {cn} on the payout",
        "promise",
        "p2",
        Cn(19),
        Weekday(4),
    )
    .promised(7),
    chore(
        "Offer to {lead} ends with the month",
        "promise",
        "p2",
        Lead(6),
        InDays(13),
    )
    .promised(8),
    chore(
        "Portfolio numbers for the Asia sync",
        "plan",
        "p3",
        Nothing,
        InDaysAt(2, 10, "Asia/Singapore"),
    )
    .every("FREQ=WEEKLY;BYDAY=TH"),
    chore(
        "Ask 沈嘉禾 for the list of new signing entities",
        "request",
        "p3",
        Nothing,
        InDaysAt(3, 18, "Asia/Shanghai"),
    )
    .waits(SHEN),
    chore(
        "Backfill of the missing weekend for {cn}",
        "support",
        "p3",
        Cn(17),
        InDays(2),
    )
    .waits(PRAVIN),
    chore(
        "Bulk paste in the invite flow: when is it live?",
        "request",
        "p4",
        Nothing,
        InDays(6),
    )
    .waits(FANG),
    chore(
        "Second round of comments from XFN",
        "plan",
        "p4",
        Nothing,
        InDaysAt(4, 16, "Asia/Singapore"),
    )
    .waits(TEO),
    chore(
        "Monthly letter to all owners",
        "plan",
        "p3",
        Nothing,
        InDays(14),
    )
    .every("FREQ=MONTHLY;BYMONTHDAY=1"),
    chore(
        "Holiday plan of the Brazilian networks",
        "plan",
        "p3",
        Cn(6),
        InDays(9),
    )
    .waits(THIAGO),
    chore(
        "One-to-one with Joan: bring three asks",
        "plan",
        "p3",
        Nothing,
        InDays(7),
    )
    .every("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    .waits(JOAN),
    chore(
        "Join Ximena's call with {cn}",
        "support",
        "p4",
        Cn(19),
        InDays(5),
    )
    .waits(XIMENA),
];

/// Titles and results of follow-ups that were done long ago.
pub(in crate::demo) static DONE_CHORES: &[(&str, &str)] = &[
    (
        "Send the onboarding checklist to {cn}",
        "Sent; they ticked the first four points on the call.",
    ),
    (
        "Find the right person for the tax question of {cn}",
        "Handed to finance, answered within two days.",
    ),
    (
        "Compare the two spring campaigns for {cn}",
        "The second brought fewer, but steadier creators.",
    ),
    (
        "Ask {own} for feedback on the new portal page",
        "Likes it; wants the export button higher up.",
    ),
    (
        "Check whether @{h1} may change groups",
        "Yes, from the first of the month.",
    ),
    (
        "Remind {cn} of the licence for outdoor music",
        "They had it; copy is in the folder.",
    ),
    (
        "Prepare numbers for the monthly talk with {own}",
        "Used in the talk; goal agreed.",
    ),
    (
        "Close the loop on the duplicate invitation of @{h2}",
        "Closed as a display error.",
    ),
    (
        "Send {cn} the slides of the retention session",
        "Sent in Spanish and English.",
    ),
    (
        "Ask {own} who covers the holidays",
        "The second manager does.",
    ),
    (
        "Write down what {cn} does in week one",
        "Became an article in the library.",
    ),
    ("Verify the bank form of {cn}", "Valid; finance confirmed."),
];
