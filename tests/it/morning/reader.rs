//! Reading the screen as a person does, and deciding by what it says.

/// What is decided about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing is to be decided.
    Pass,
    /// Answer in words.
    Reply(&'static str),
    /// Answer with the snippet of this key.
    Snippet(char),
    /// Press these keys.
    Keys(&'static str, &'static str),
    /// Give it to the first colleague.
    Delegate,
    /// Refuse with a reason.
    Reject(&'static str),
    /// Put it off until.
    Until(&'static str),
    /// Make a lead, or file it under the one that is there.
    Lead {
        /// They are a lead already.
        again: bool,
    },
}

impl Act {
    /// Tells whether it moves the lead of the thread.
    pub(super) fn moves_a_lead(&self) -> bool {
        matches!(self, Act::Keys("advance" | "lost", _))
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Act::Pass => "pass",
            Act::Reply(_) | Act::Snippet(_) => "reply",
            Act::Keys(name, _) => name,
            Act::Delegate => "delegate",
            Act::Reject(_) => "reject",
            Act::Until(_) => "snooze",
            Act::Lead { again: true } => "merge",
            Act::Lead { again: false } => "lead",
        }
    }
}

/// What says that nothing is asked.
const NOTHING: &[&str] = &[
    "no need to answer",
    "No need to call me",
    "no answer needed",
    "不用回",
    "不需要回复",
    "nada urgente",
    "same case as above",
    "captura del historial",
    "cousin here",
    "gracias de antemano",
    "I'm offline tomorrow",
    "You're a star",
    "I won't touch it",
    "转完跟我说一声",
    "你醒了再回",
    "me neither",
    "会不会太严",
    "still curious what the official answer",
    "[voice message without a transcript]",
    "my sheet pasted its formulas",
    "recording is safe",
    "confirmo, leo el chat",
    "không cần đăng ký",
    "own mic",
    "No action",
];

/// What each decision is told by; the first line that fits decides.
const RULES: &[(&[&str], Act)] = &[
    (&["decide there"], Act::Until("thu 9am")),
    (
        &["超出单次上限", "missing ❌", "缺少证明材料"],
        Act::Reject("above the limit, evidence missing"),
    ),
    (&["全部通过", "passed ✅"], Act::Keys("approve", "v y")),
    (&["You are free"], Act::Keys("accept", "v y")),
    (&["Outside your hours"], Act::Keys("decline", "v n")),
    (
        &[
            "hand it to",
            "pass it to whoever",
            "pass this on",
            "转交",
            "转给",
        ],
        Act::Delegate,
    ),
    (
        &["URGENT", "permanently banned"],
        Act::Keys("incident p1", "i 1"),
    ),
    (
        &[
            "got a violation",
            "no le llegó el pago",
            "suspenderam",
            "lost LIVE access",
            "third time we write",
        ],
        Act::Keys("incident p2", "i 2"),
    ),
    (&["you now have us twice"], Act::Lead { again: true }),
    (
        &[
            "apply to be a network",
            "How does one become a network",
            "queremos probar con ustedes",
            "steps to apply",
            "met somebody for you",
        ],
        Act::Lead { again: false },
    ),
    (
        &[
            "Confirmado el jueves",
            "Happy to talk",
            "both of us signed",
            "siguiente etapa",
            "board said yes",
        ],
        Act::Keys("advance", ">"),
    ),
    (
        &["Lo dejamos aquí", "close it here"],
        Act::Keys("lost", "t x enter"),
    ),
    (&["pick this up next Monday"], Act::Keys("snooze", "s w")),
    (&["desta vez passamos"], Act::Keys("declines", "t n")),
    (
        &[
            "it's a yes from us",
            "Nos apuntamos",
            "Count us in",
            "We take part in",
            "Put us down for",
            "joins Harvest Lights",
        ],
        Act::Keys("joins", "t j"),
    ),
    (
        &[
            "lo veamos juntos",
            "Armamos un entrenamiento",
            "armar un plan",
            "set up something for them",
            "walk me through",
            "definamos juntos",
        ],
        Act::Keys("coaching", "t c"),
    ),
    (
        &["pass the pain along", "just log it", "quede anotado"],
        Act::Keys("pain", "t p"),
    ),
    (
        &[
            "chase the warehouse",
            "preguntar tú por dentro",
            "who can change it",
            "check with finance",
        ],
        Act::Keys("follow-up", "f m"),
    ),
    (
        &[
            "meet for half an hour",
            "find 30 minutes",
            "agendemos una llamada",
            "short call with you",
        ],
        Act::Keys("times to meet", "t m enter"),
    ),
    (
        &[
            "SGT",
            "GMT+8",
            "周五前",
            "周四前",
            "周五 12:00",
            "周五） 18:00",
            "下班前",
            "by Friday",
            "by 5pm",
        ],
        Act::Keys("follow-up as they say", "f d"),
    ),
    (
        &["switch on", "权限在哪里开", "which of these do you need"],
        Act::Snippet('1'),
    ),
];

/// Decides about a message.
pub(super) fn decide(message: &str) -> Act {
    let tight: String = message.split_whitespace().collect();
    let says = |words: &&str| {
        let bare: String = words.split_whitespace().collect();
        tight.contains(&bare)
    };
    if NOTHING.iter().any(says) {
        return Act::Pass;
    }
    RULES
        .iter()
        .find(|(cues, _)| cues.iter().any(says))
        .map_or(Act::Reply("Thanks, here is what I have."), |(_, act)| {
            act.clone()
        })
}

/// Finds the message that the console points at: all lines behind the bar at its left, empty ones too; the
/// original before the translation beside it.
pub(super) fn at_hand(screen: &str) -> Option<String> {
    let rows: Vec<&str> = screen
        .lines()
        .map(|row| row.trim_matches(['┃', ' ']))
        .collect();
    let first = rows.iter().position(|row| row.starts_with("▶ "))?;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in rows.iter().skip(first + 1) {
        // What it answers stands above its own words.
        if row.starts_with("↳ answers") {
            continue;
        }
        let Some(row) = row.strip_prefix('│') else {
            break;
        };
        match row.split_once(" │ ") {
            Some((one, other)) => {
                left.push(one.trim());
                right.push(other.trim());
            }
            None => left.push(row.trim()),
        }
    }
    left.extend(right);
    Some(left.join(" "))
}

/// What stands within the frame and the line at the left of what is new.
fn inside(row: &str) -> &str {
    let row = row.trim_matches(['┃', '│', ' ']);
    row.trim_start_matches("│ ")
}

/// How many messages the sweep says that it clears.
pub(super) fn swept(screen: &str) -> Option<usize> {
    let line = screen
        .lines()
        .find(|line| line.contains("Needs no decision"))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|word| word.starts_with("message"))?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// What is typed so far behind the title of a prompt.
pub(super) fn prompt(screen: &str, title: &str) -> Option<String> {
    let line = screen
        .lines()
        .find(|line| line.contains(&format!("{title}: ")))?;
    let (_, typed) = line.split_once(&format!("{title}: "))?;
    Some(typed.split("  ").next().unwrap_or("").trim().to_owned())
}

/// Reads the row of the list under the cursor and counts the rows from there on that say the same.
pub(super) fn row_at_hand(screen: &str) -> Option<(String, usize)> {
    let rows: Vec<&str> = screen
        .lines()
        .skip_while(|line| !inside(line).starts_with('▶'))
        .collect();
    let (_, words) = rows.first()?.split_once("Nova ")?;
    let words = words.split('(').next()?.trim();
    let words: String = words.chars().take(30).collect();
    let alike = rows
        .iter()
        .take_while(|line| line.contains(words.as_str()))
        .count();
    Some((words, alike))
}
