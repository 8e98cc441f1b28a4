//! Snippets, notes and the small texts of records.

/// A prepared answer in three languages.
pub(in crate::demo) struct Prepared {
    pub(in crate::demo) key: &'static str,
    pub(in crate::demo) title: [&'static str; 3],
    pub(in crate::demo) body: [&'static str; 3],
    pub(in crate::demo) tags: &'static [&'static str],
}

/// The languages of the snippets, in the order of the arrays.
pub(in crate::demo) const SNIPPET_LANGS: [&str; 3] = ["en", "zh", "es"];

/// The snippets.
pub(in crate::demo) static SNIPPETS: &[Prepared] = &[
    Prepared {
        key: "1",
        title: ["Thanks, on it", "收到，我来处理", "Gracias, lo veo"],
        body: [
            "Hi {{ sender.first_name }}, thanks, I'm on it and come back to you today.",
            "{{ sender.first_name }} 你好，收到，我来跟进，今天内回复你。",
            "Hola {{ sender.first_name }}, gracias. Lo reviso y te respondo hoy.",
        ],
        tags: &["thanks", "ack"],
    },
    Prepared {
        key: "2",
        title: [
            "Figure with its date",
            "数据答复（带截止日）",
            "Dato con su fecha",
        ],
        body: [
            "Hi {{ sender.first_name }}, here is the figure for {{ network.name }}, cut in UTC, data up to yesterday: {{ figure }}",
            "{{ sender.first_name }} 你好，{{ network.name }} 的数据如下（UTC 切日，截至昨日）：{{ figure }}",
            "Hola {{ sender.first_name }}, este es el dato de {{ network.name }} (UTC, hasta ayer): {{ figure }}",
        ],
        tags: &["data", "metric"],
    },
    Prepared {
        key: "3",
        title: ["Yes, confirmed", "确认，可以", "Sí, confirmado"],
        body: [
            "Yes, confirmed. Please go ahead.",
            "确认，没问题，请按这个来。",
            "Sí, confirmado. Adelante.",
        ],
        tags: &["yes", "confirm"],
    },
    Prepared {
        key: "4",
        title: [
            "Where to find it in the portal",
            "门户里的位置",
            "Dónde está en el portal",
        ],
        body: [
            "Hi {{ sender.first_name }}, you find it in the portal under Manage creators, in the menu at the right end of the row. Shout if the button is missing.",
            "{{ sender.first_name }} 你好，在门户的「主播管理」里，每行最右边的菜单就是。如果看不到按钮告诉我。",
            "Hola {{ sender.first_name }}, está en el portal, en la gestión de creadores, en el menú al final de cada fila. Si no ves el botón, avísame.",
        ],
        tags: &["support", "howto"],
    },
    Prepared {
        key: "5",
        title: ["Appeal opened", "申诉已提交", "Apelación abierta"],
        body: [
            "Hi {{ sender.first_name }}, the case is open. Please send the full recording and the notice as a picture; I'll tell you as soon as the desk answers.",
            "{{ sender.first_name }} 你好，申诉已开单，请把完整录屏和通知截图发我，有结果第一时间告诉你。",
            "Hola {{ sender.first_name }}, el caso está abierto. Mándame la grabación completa y la captura del aviso; te aviso en cuanto respondan.",
        ],
        tags: &["incident", "appeal"],
    },
    Prepared {
        key: "6",
        title: [
            "How hours and days count",
            "时长与天数怎么算",
            "Cómo cuentan horas y días",
        ],
        body: [
            "Only public LIVEs count, added up per UTC day; a day is valid from one full hour on.",
            "只计算公开直播，按 UTC 日累计，当天满一小时才算有效天。",
            "Solo cuentan los directos públicos, sumados por día UTC; el día vale a partir de una hora completa.",
        ],
        tags: &["rules", "valid days"],
    },
    Prepared {
        key: "7",
        title: ["Where you stand", "目前进度", "Cómo van"],
        body: [
            "Hi {{ sender.first_name }}, as of yesterday {{ network.name }} stands like this against the goal of the month: {{ figure.goal }}",
            "{{ sender.first_name }} 你好，截至昨日，{{ network.name }} 对照本月目标的进度是：{{ figure.goal }}",
            "Hola {{ sender.first_name }}, hasta ayer {{ network.name }} va así frente a la meta del mes: {{ figure.goal }}",
        ],
        tags: &["goal", "pace"],
    },
    Prepared {
        key: "8",
        title: ["Next steps for a lead", "线索的下一步", "Próximos pasos"],
        body: [
            "Hi {{ sender.first_name }}, glad to hear from {{ lead.name }}. The next step is a short call; after it you get a proposal in writing.",
            "{{ sender.first_name }} 你好，很高兴收到 {{ lead.name }} 的消息。下一步是一个简短的电话，之后会给你书面方案。",
            "Hola {{ sender.first_name }}, qué gusto saber de {{ lead.name }}. El siguiente paso es una llamada corta; después reciben la propuesta por escrito.",
        ],
        tags: &["lead", "welcome"],
    },
    Prepared {
        key: "9",
        title: [
            "Noted for the product team",
            "已记录给产品",
            "Anotado para producto",
        ],
        body: [
            "Thank you for saying so, I've put it on the list for the product team together with the others who feel it.",
            "谢谢反馈，我已经和其他遇到同样问题的 CN 一起记给产品同学了。",
            "Gracias por decirlo, lo anoté para el equipo de producto junto con los demás a quienes les pasa.",
        ],
        tags: &["pain", "product"],
    },
];

/// Notes on CNs.
pub(in crate::demo) static NETWORK_NOTES: &[&str] = &[
    "{own} decides alone, but asks the second manager first. Give a day.",
    "Prefers short voice notes to long mails. Answers after 21:00.",
    "Strong in music, weak in talk formats; the talk group has no coach.",
    "Wants to hire a scout next quarter if the bonus holds.",
    "Agreed on the phone: goal stays, we look again on the 20th.",
    "The top creator carries about a third of the diamonds. Risk.",
    "Very tidy tracker. Could be shown to the new CNs.",
    "They were burnt by an earlier manager; be punctual.",
    "Night shift works since the new schedule; day shift does not.",
    "Asked for a Spanish version of every brief. Do it without being asked.",
    "{own}'s cousin does the numbers. Put both in copy.",
    "Lost two creators to a rival network in the summer, does not like to talk about it.",
];

/// Notes on leads.
pub(in crate::demo) static LEAD_NOTES: &[&str] = &[
    "Warm. Knows two of our CNs personally.",
    "Price is not the question, control is: who talks to the creators?",
    "Needs a week for every decision; the partner is abroad.",
    "Had a network elsewhere until spring. Left on good terms, says {con}.",
    "Good English, better Spanish. Switch if it gets technical.",
    "Asked for references; sent two names.",
];

/// Growth strategies.
pub(in crate::demo) static STRATEGIES: &[&str] = &[
    "Hold the top five, build a middle tier of twenty: weekly practice battles, one theme night a week, coach per ten creators.",
    "Recruit from the owner's own circle of musicians; two cohorts of eight a quarter, four weeks of close care each.",
    "Move day-time hosts to the evening, when their viewers are there; measure valid days, not hours.",
    "Fewer, better: let go of sleepers with dignity, spend the freed time on week one of the newcomers.",
    "Use campaigns as a reason to come back: one per month, never two at once.",
    "Second language as the growth lever: Spanish shows hosted by the bilingual third of the roster.",
];

/// Reasons of the health score: well, so-so, dark, behind.
pub(in crate::demo) const HEALTH_REASONS: [&str; 4] = [
    "Hours and diamonds grow together; answers within a day.",
    "Steady, but few newcomers stay past week two.",
    "No LIVE hours for days and no answer to three messages.",
    "Far below the pace that the goal of the month needs.",
];

/// Topics of coaching, what made us think of them, and what was said.
pub(in crate::demo) static COACHING: &[(&str, &str, &str, &str)] = &[
    (
        "First-week care for newcomers",
        "Six of ten stop after day five",
        "new_creators",
        "Buddy system: every newcomer gets one experienced host for seven days.",
    ),
    (
        "Bring the 15-day hosts to 20",
        "A dozen hosts end at 15 to 17 valid days",
        "valid_days",
        "Calendar with two fixed evenings; {own} checks on the 10th and the 20th.",
    ),
    (
        "Light and sound for small rooms",
        "Viewers leave in the first two minutes",
        "live_hours",
        "Two evenings with the training team; before and after recordings.",
    ),
    (
        "Less talk about gifts, more show",
        "Violations for pushing viewers",
        "violations",
        "Script of things not to say; {own} listens in once a week.",
    ),
    (
        "A battle plan for the middle tier",
        "All matches are played by the top three",
        "matches",
        "Practice league on Wednesdays, no prizes, only ranks.",
    ),
    (
        "Second host for long shows",
        "Hours drop after the first ninety minutes",
        "live_hours",
        "Pairs with a hand-over at half time.",
    ),
    (
        "Wake up the sleepers",
        "A third of the roster has not been live this month",
        "active_creators",
        "Three personal messages, then an honest talk about leaving.",
    ),
    (
        "Fan club as a habit",
        "Followers grow, diamonds do not",
        "diamonds",
        "Weekly thank-you show for members.",
    ),
];

/// Incidents that are known already: title, kind, severity, state, CN.
pub(in crate::demo) static INCIDENTS: &[(&str, &str, &str, &str, usize)] = &[
    (
        "@{h1} suspended for music rights",
        "suspension",
        "p2",
        "submitted",
        4,
    ),
    (
        "Payout of two creators of {cn} returned by the bank",
        "payout",
        "p3",
        "waiting_platform",
        1,
    ),
    (
        "@{h3} flagged as a minor by mistake",
        "violation",
        "p2",
        "waiting_platform",
        7,
    ),
    ("Group filter empty for {cn}", "tool", "p3", "open", 14),
    (
        "@{h2} banned after a report wave",
        "ban",
        "p2",
        "submitted",
        10,
    ),
    (
        "Login of {cn} locked after office move",
        "tool",
        "p3",
        "closed",
        0,
    ),
    (
        "@{h2} suspended for a quiet screen",
        "suspension",
        "p3",
        "won",
        3,
    ),
    (
        "Bonus line of {cn} missing in the statement",
        "payout",
        "p2",
        "closed",
        6,
    ),
    (
        "@{h1} lost the appeal on outdoor driving",
        "violation",
        "p3",
        "lost",
        13,
    ),
    (
        "Second account of @{h3} reported as affiliated",
        "ban",
        "p3",
        "won",
        15,
    ),
    ("Export of {cn} without ids", "tool", "p4", "closed", 16),
];

/// A meeting of the week, in the local time of Los Angeles.
pub(in crate::demo) struct Planned {
    pub(in crate::demo) title: &'static str,
    /// Days from Monday.
    pub(in crate::demo) day: i64,
    pub(in crate::demo) hour: i8,
    pub(in crate::demo) minute: i8,
    pub(in crate::demo) minutes: i64,
    /// The CN that it is about.
    pub(in crate::demo) network: Option<usize>,
    pub(in crate::demo) state: &'static str,
}

const fn planned(
    title: &'static str,
    [day, minutes]: [i64; 2],
    [hour, minute]: [i8; 2],
    network: Option<usize>,
    state: &'static str,
) -> Planned {
    Planned {
        title,
        day,
        hour,
        minute,
        minutes,
        network,
        state,
    }
}

/// Meetings of the week: title, day and length, time of day, CN, state.
pub(in crate::demo) static MEETINGS: &[Planned] = &[
    planned("Team stand-up", [0, 15], [9, 0], None, "confirmed"),
    planned("Kick-off, {cn}", [0, 45], [10, 0], Some(21), "confirmed"),
    planned("Pipeline review", [0, 60], [14, 0], None, "confirmed"),
    planned("Asia sync", [0, 45], [17, 0], None, "confirmed"),
    planned("Team stand-up", [1, 15], [9, 30], None, "confirmed"),
    planned("Monthly talk, {cn}", [1, 45], [10, 0], Some(0), "confirmed"),
    planned("Goal talk, {cn}", [1, 30], [11, 30], Some(5), "confirmed"),
    planned("Focus: portfolio", [1, 90], [14, 0], None, "confirmed"),
    planned(
        "Appeals clinic with Singapore",
        [1, 30],
        [20, 45],
        None,
        "held",
    ),
    planned("Team stand-up", [2, 15], [9, 0], None, "confirmed"),
    planned(
        "Onboarding week 2, {cn}",
        [2, 45],
        [10, 30],
        Some(20),
        "confirmed",
    ),
    planned(
        "Contract questions with Legal",
        [2, 30],
        [11, 30],
        None,
        "confirmed",
    ),
    planned(
        "{cn}: battles for the middle tier",
        [2, 45],
        [15, 0],
        Some(14),
        "confirmed",
    ),
    planned(
        "Incentive rules with Shanghai",
        [2, 45],
        [18, 0],
        None,
        "proposed",
    ),
    planned("Team stand-up", [3, 15], [9, 0], None, "confirmed"),
    planned("Incentive review", [3, 60], [10, 0], None, "confirmed"),
    planned("Growth plan, {cn}", [3, 60], [13, 0], Some(1), "confirmed"),
    planned("Campaign clinic", [3, 45], [17, 0], None, "held"),
    planned("Team stand-up", [4, 15], [9, 0], None, "confirmed"),
    planned(
        "Portfolio review with Joan",
        [4, 60],
        [10, 0],
        None,
        "confirmed",
    ),
    planned(
        "First numbers, {cn}",
        [4, 30],
        [11, 30],
        Some(18),
        "confirmed",
    ),
    planned("Library hour", [4, 45], [14, 0], None, "proposed"),
];

/// What fills other people's calendars.
pub(in crate::demo) static BUSY: &[&str] = &[
    "Stand-up",
    "One-to-one",
    "Review",
    "Workshop",
    "Focus time",
    "Interview",
    "Planning",
    "Vendor call",
    "Training",
    "",
    "",
    "School run",
    "Desk duty",
    "Budget round",
];

/// Campaigns: name, kind, days from today to start and end, rules, prize pool and budget in dollars.
pub(in crate::demo) static CAMPAIGNS: &[(&str, &str, i64, i64, &str, i64, i64)] = &[
    (
        "Harvest Lights",
        "platform",
        9,
        30,
        "Teams of up to thirty creators; points for valid days and shows with guests. Line-up closes two days before the start.",
        48_000,
        60_000,
    ),
    (
        "Winter Duet League",
        "challenge",
        14,
        45,
        "Pairs meet once a week; the audience decides. A network enters with at least six pairs.",
        26_000,
        30_000,
    ),
    (
        "Steady Streak",
        "incentive",
        4,
        34,
        "A reward for every creator who is live on 20 days of the month, one hour or more each.",
        15_000,
        18_000,
    ),
    (
        "Comet Night",
        "network",
        -20,
        -6,
        "One evening, one stage, sixteen creators of four networks.",
        4_000,
        5_000,
    ),
];
