//! The fixed cast: colleagues in the offices, bots, and people who are known by a nickname only.

use super::script::Who;

/// A colleague or a system.
pub(super) struct Seat {
    pub(super) name: &'static str,
    pub(super) role: &'static str,
    pub(super) office: &'static str,
    pub(super) zone: &'static str,
    pub(super) locale: &'static str,
}

/// Declares a table of seats and the names by which the scripts call them.
macro_rules! seats {
    ($(#[doc = $about:literal])+ $table:ident, $order:ident, $who:ident;
     $($key:ident = $name:literal, $role:literal, $office:literal, $zone:literal, $locale:literal;)+) => {
        #[allow(clippy::upper_case_acronyms, non_camel_case_types, reason = "they are the names of the constants below")]
        enum $order { $($key,)+ }
        $(pub(super) const $key: Who = Who::$who($order::$key as usize);)+
        $(#[doc = $about])+
        pub(super) static $table: &[Seat] = &[$(
            Seat { name: $name, role: $role, office: $office, zone: $zone, locale: $locale },
        )+];
    };
}

seats! {
    /// The colleagues.
    OFFICES, OfficeOrder, Office;
    JOAN = "Joan Whitlock", "CN Growth Lead", "Los Angeles", "America/Los_Angeles", "en";
    THEO = "Theo Marsh", "CNM", "Los Angeles", "America/Los_Angeles", "en";
    KEZIA = "Kezia Boateng", "CNM", "Los Angeles", "America/Los_Angeles", "en";
    RAVI = "Ravi Sethuraman", "CNM", "Los Angeles", "America/Denver", "en";
    ODELL = "Odell Pruitt", "Events", "Los Angeles", "America/Los_Angeles", "en";
    SHEN = "沈嘉禾 Shen Jiahe", "CN operations lead", "Shanghai", "Asia/Shanghai", "zh";
    LU = "陆一鸣 Lu Yiming", "Data analyst", "Shanghai", "Asia/Shanghai", "zh";
    GU = "顾晓棠 Gu Xiaotang", "Campaign manager", "Shanghai", "Asia/Shanghai", "zh";
    CHEN_SH = "陈晨", "Policy and appeals", "Shanghai", "Asia/Shanghai", "zh";
    FANG = "方若溪 Fang Ruoxi", "Product manager, Backstage", "Shanghai", "Asia/Shanghai", "zh";
    HE = "何以安 He Yian", "Incentive finance", "Shanghai", "Asia/Shanghai", "zh";
    QIN = "秦子墨 Qin Zimo", "CN operations", "Shanghai", "Asia/Shanghai", "zh";
    LUO = "罗佳 Luo Jia", "Training", "Shanghai", "Asia/Shanghai", "zh";
    XU = "徐朗 Xu Lang", "Growth analytics", "Shanghai", "Asia/Shanghai", "zh";
    BAI = "白予 Bai Yu", "Content safety", "Shanghai", "Asia/Shanghai", "zh";
    TEO = "Teo Wei Xuan", "XFN programmes", "Singapore", "Asia/Singapore", "en";
    NURUL = "Nurul Hakim", "Appeals desk", "Singapore", "Asia/Singapore", "en";
    PRAVIN = "Pravin Chandran", "Data platform", "Singapore", "Asia/Singapore", "en";
    GOH = "Charmaine Goh", "Campaign operations", "Singapore", "Asia/Singapore", "en";
    CHEN_SG = "陈晨", "Partner success", "Singapore", "Asia/Singapore", "zh";
    ISMAIL = "Danial Ismail", "Tools", "Singapore", "Asia/Singapore", "en";
    LIM = "Lim Jia Min", "Regional operations", "Singapore", "Asia/Singapore", "en";
    MIZUNO = "水野 彩 Mizuno Aya", "CN operations, Japan", "Tokyo", "Asia/Tokyo", "ja";
    BLOOM = "Marguerite Bloom", "Legal", "New York", "America/New_York", "en";
    FINCH = "Tobias Finch", "CN Growth, UK", "London", "Europe/London", "en";
    XIMENA = "Ximena Arriaga", "CN operations, LatAm", "Mexico City", "America/Mexico_City", "es";
    THIAGO = "Thiago Valadão", "CN operations, Brazil", "São Paulo", "America/Sao_Paulo", "pt";
}

seats! {
    /// The bots and systems.
    BOTS, BotOrder, Bot;
    BOT_DATA = "数据助手 Data desk", "Dashboards", "System", "UTC", "zh";
    BOT_OPS = "值班机器人", "Duty roster", "System", "UTC", "zh";
    BOT_RISK = "风险雷达", "Risk scans", "System", "UTC", "zh";
    BOT_TASKS = "任务提醒", "Tasks", "System", "UTC", "zh";
    BOT_APPROVE = "审批助手 Approvals", "Approvals", "System", "UTC", "zh";
    BOT_CALENDAR = "Calendar", "Calendar", "System", "UTC", "en";
    BOT_INVITE = "Invitations", "Invitations", "System", "UTC", "en";
    BOT_CONTRACT = "Contract desk", "Signing folder", "System", "UTC", "en";
    BOT_RELEASE = "Backstage releases", "Release notes", "System", "UTC", "en";
    BOT_EVENTS = "Event desk", "Registrations", "System", "UTC", "en";
    BOT_GATE = "Gatekeeper", "Discord moderation", "System", "UTC", "en";
    BOT_SCORE = "Scoreboard", "Discord statistics", "System", "UTC", "en";
    BOT_DIGEST = "Weekly digest", "Mail digest", "System", "UTC", "en";
    BOT_FORMS = "Form desk", "Web forms", "System", "UTC", "en";
    BOT_LEARN = "Learning centre", "Courses", "System", "UTC", "en";
    BOT_PLATFORM = "Platform notices", "Creator relations", "System", "UTC", "en";
    BOT_POLICY = "Policy notices", "Policy", "System", "UTC", "en";
}

/// Nicknames on the CNs' Discord servers with the CN, by its position in Ana's book; the fourth one
/// holds a right-to-left override, as a spoof does.
pub(super) const MEMBERS: &[(&str, usize)] = &[
    ("brisa.exe", 0),
    ("Captain Oatmilk", 0),
    ("pixelwren", 7),
    ("mod\u{202e}nimda\u{202c}", 7),
    ("út nhỏ 🌻", 14),
    ("Mariposa_33", 17),
    ("ＮＥＯＮ大福", 16),
    ("static.on.line.4", 18),
    ("Jota ✨ do Farol", 20),
    ("r̵o̷w̴a̸n̶", 1),
];
