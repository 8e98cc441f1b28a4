//! The words of the craft: onboarding steps, plans, objectives, pain points, articles.

/// A step of the onboarding programme: key, title, days after signing.
pub(in crate::demo) const MILESTONES: [(&str, &str, i64); 8] = [
    ("kickoff", "Kick-off meeting held", 7),
    ("portal", "Managers have their portal access", 10),
    ("first_10", "First ten creators signed", 21),
    ("training", "Managers trained on the playbook", 28),
    ("rhythm", "Five creators with seven valid go LIVE days", 35),
    ("first_review", "First monthly review held", 45),
    ("hours", "Three hundred LIVE hours in a month", 60),
    ("growth_plan", "Growth plan agreed for the next quarter", 75),
];

/// Why a step of the programme was not asked for.
pub(in crate::demo) const WAIVED: [&str; 3] = [
    "they ran the same programme in another market",
    "no studio; training was done by video",
    "managers came from a CN that we trained",
];

/// What a step of the programme rests on.
pub(in crate::demo) const EVIDENCE: [&str; 4] = [
    "minutes of the call",
    "screenshot of the portal",
    "list of names in the sheet",
    "report of the month",
];

/// Why a score is what it is.
pub(in crate::demo) const SCORE_NOTES: [&str; 6] = [
    "saw it in the last two reviews",
    "owner answers within the day, managers do not",
    "schedule is kept since September",
    "depends on one manager",
    "better than the quarter before, still uneven",
    "creators say so themselves",
];

/// Pain points: title, category, severity, state, team that was asked, days until they expect it, CNs.
pub(in crate::demo) type PainText = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static [usize],
);

/// The pain points.
pub(in crate::demo) const PAINS: [PainText; 9] = [
    (
        "Invite button missing for managers with a new role",
        "portal",
        "p2",
        "requested",
        "Backstage tools",
        9,
        &[0, 3, 7, 17, 21],
    ),
    (
        "Appeal page shows no deadline",
        "appeals",
        "p2",
        "requested",
        "Trust and safety",
        30,
        &[1, 4, 9],
    ),
    (
        "Export cuts the month at midnight UTC, reviews are local",
        "data",
        "p3",
        "triaged",
        "",
        0,
        &[0, 1, 6, 14],
    ),
    (
        "Payout statement has no line per creator",
        "payout",
        "p2",
        "triaged",
        "",
        0,
        &[2, 5, 13],
    ),
    (
        "Match invitations arrive after the start",
        "LIVE",
        "p3",
        "new",
        "",
        0,
        &[8, 16],
    ),
    (
        "Campaign brief is in English only",
        "campaigns",
        "p3",
        "requested",
        "Campaign operations",
        14,
        &[3, 5, 13, 17, 19],
    ),
    (
        "Training videos cannot be found from the phone",
        "training",
        "p4",
        "new",
        "",
        0,
        &[18, 22],
    ),
    (
        "Two managers see different diamond counts",
        "data",
        "p3",
        "shipped",
        "Backstage tools",
        -12,
        &[0, 10],
    ),
    (
        "Fan club totals reset after a change of name",
        "LIVE",
        "p4",
        "wontfix",
        "",
        0,
        &[11],
    ),
];

/// An article of the library.
pub(in crate::demo) struct ArticleText {
    pub(in crate::demo) title: &'static str,
    pub(in crate::demo) kind: &'static str,
    pub(in crate::demo) body: &'static str,
    pub(in crate::demo) steps: &'static [&'static str],
    pub(in crate::demo) tags: &'static [&'static str],
    /// Position of the CN from which it comes.
    pub(in crate::demo) source: Option<usize>,
    /// Days since somebody made sure that it holds.
    pub(in crate::demo) verified: i64,
}

/// The articles.
pub(in crate::demo) const ARTICLES: [ArticleText; 8] = [
    ArticleText {
        title: "First two weeks with a new CN",
        kind: "sop",
        body: "What must have happened before the first review, in this order.",
        steps: &[
            "Agree one channel and one person for decisions",
            "Open portal access and try it together",
            "Draw the list of the first ten creators",
            "Fix the LIVE schedule of the first week",
            "Write down what the owner wants to reach in 90 days",
        ],
        tags: &["onboarding", "kickoff"],
        source: None,
        verified: 21,
    },
    ArticleText {
        title: "Monthly review of a mature CN",
        kind: "sop",
        body: "Half an hour. Figures first, then people, then one decision.",
        steps: &[
            "Month against the month before, for each day",
            "Like for like: creators who were there in both months",
            "Who carries the CN, and who went silent",
            "One coaching action with its windows",
            "Align next month's goal and note who agreed",
        ],
        tags: &["review", "goals"],
        source: None,
        verified: 44,
    },
    ArticleText {
        title: "A schedule that creators keep",
        kind: "practice",
        body: "Fixed evenings in pairs: two creators share the slot and stand in for each other. Valid days rose within three weeks.",
        steps: &[],
        tags: &["valid days", "schedule"],
        source: Some(0),
        verified: 30,
    },
    ArticleText {
        title: "When one creator carries half of the CN",
        kind: "practice",
        body: "Give the second tier the early evening and let the star open their LIVE. Watch the share of the largest creator, not the total.",
        steps: &[],
        tags: &["concentration", "risk"],
        source: Some(1),
        verified: 75,
    },
    ArticleText {
        title: "Appeal after a suspension",
        kind: "sop",
        body: "Evidence within the first day decides most appeals.",
        steps: &[
            "Note the notice, its time and its deadline",
            "Ask the creator for the recording before it expires",
            "Open the incident and set its severity",
            "Send the appeal with the evidence in one message",
            "Ask again after two working days",
        ],
        tags: &["incident", "appeal"],
        source: None,
        verified: 12,
    },
    ArticleText {
        title: "Revenue share in the market",
        kind: "policy",
        body: "The rules in force are with partner operations; quote them with their date and never from memory.",
        steps: &[],
        tags: &["payout", "rules"],
        source: None,
        verified: 130,
    },
    ArticleText {
        title: "Challenge with prizes of one's own",
        kind: "practice",
        body: "Ranks by valid days and not by diamonds: twice as many took part, and the hours stayed after it had ended.",
        steps: &[],
        tags: &["challenge", "campaigns"],
        source: Some(6),
        verified: 58,
    },
    ArticleText {
        title: "Figures in an answer",
        kind: "policy",
        body: "Every figure that leaves the house says its window, its zone and the state of its data.",
        steps: &[],
        tags: &["data", "answers"],
        source: None,
        verified: 18,
    },
];

/// A key result: title, metric, unit, start, target, current, confidence.
pub(in crate::demo) type ResultText =
    (&'static str, &'static str, &'static str, f64, f64, f64, f64);

/// The objectives of the quarter: title, whether it is the lead's, its key results.
pub(in crate::demo) const OBJECTIVES: [(&str, bool, &[ResultText]); 3] = [
    (
        "New CNs that last",
        true,
        &[
            ("New CNs signed", "", "CNs", 0.0, 24.0, 13.0, 0.6),
            ("CNs graduated", "", "CNs", 0.0, 9.0, 4.0, 0.5),
            (
                "Graduation rate of the due cohort",
                "",
                "%",
                31.0,
                45.0,
                37.5,
                0.4,
            ),
        ],
    ),
    (
        "Mature CNs grow like for like",
        true,
        &[
            ("Like-for-like growth", "diamonds", "%", 0.0, 8.0, 5.2, 0.7),
            (
                "CNs below an active rate of 40 %",
                "active_creators",
                "CNs",
                11.0,
                5.0,
                8.0,
                0.5,
            ),
        ],
    ),
    (
        "Every CN of mine knows its next step",
        false,
        &[
            (
                "CNs with an agreed goal for the month",
                "",
                "CNs",
                15.0,
                24.0,
                20.0,
                0.8,
            ),
            (
                "Coaching actions with a measured effect",
                "",
                "actions",
                2.0,
                12.0,
                5.0,
                0.5,
            ),
            (
                "Overdue follow-ups on Friday evening",
                "",
                "follow-ups",
                30.0,
                5.0,
                17.0,
                0.3,
            ),
        ],
    ),
];

/// What the plan of a CN says.
pub(in crate::demo) const PLAN_SUMMARIES: [&str; 4] = [
    "Fewer, steadier creators: win valid days before diamonds, then widen the second tier.",
    "Bring the evening of the east coast into the schedule and sign ten creators there.",
    "Out of the dependence on one creator: two new faces a month, with the star as host.",
    "Through graduation on time, then a challenge of their own before the holidays.",
];

/// What plans of CNs want done.
pub(in crate::demo) const PLAN_ITEMS: [&str; 9] = [
    "Agree the goal of the next month with the owner",
    "Weekly call with the managers",
    "Train two managers on the ladder of incentives",
    "Sign five creators for the early evening",
    "Pair creators so that each evening is covered",
    "Review of the appeals of the last month",
    "Enrol in the holiday campaign",
    "Challenge of their own with prizes by valid days",
    "Write down what worked for the library",
];

/// What the plan of the team wants done.
pub(in crate::demo) const TEAM_ITEMS: [&str; 6] = [
    "Set the lead target by archetype",
    "Agree the conditions of graduation with partner operations",
    "Two training sessions for new CNs every month",
    "Review the onboarding programme with three CNs that graduated",
    "Special project: holiday schedule with the campaign team",
    "Hand the books over before the December leave",
];
