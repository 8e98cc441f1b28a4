//! Channels of the CNs' Discord servers.

use super::super::offices::{BOT_GATE, BOT_SCORE};
use super::super::script::{
    EN, ES, NONE, PT, Place, Script, VI, Who::Me, Who::Member, Who::Owner, Who::Staff, ack, bot,
    chase, coach, decline, fyi, help, incident, join, old, pain, standing, talk, urgent,
};

/// The conversations.
pub(in crate::demo) static DISCORD: &[Script] = &[
    talk(Place::Discord, "#agency-desk · {cn}").cn(0).says(&[
        old(Member(0), EN, "gm gm"),
        bot(BOT_GATE, EN, "Gatekeeper: {2-6} new members passed the check, 0 were turned away."),
        help(Member(1), EN, "@{me} do rehearsals in private mode count toward the hours or only public LIVE? two of us disagree and there is pizza at stake"),
        fyi(Member(0), EN, "it's only public, I have it in writing from last year, still curious what the official answer is").re(1),
        ack(Member(1), NONE, "🍕🍕👨‍👩‍👧‍👦").sticker(),
    ]),
    talk(Place::Discord, "#live-ops · {cn}").cn(7).says(&[
        old(Member(2), EN, "new overlay pack is pinned").alias("pixelwren_beta"),
        fyi(Member(3), EN, "lights test from last night, left is the cheap panel, right is the expensive one, can you tell? me neither").image("lights.jpg"),
        fyi(Member(2), EN, "left has a green tint but honestly who cares at 480p").image("zoom.jpg").re(1),
        help(Staff, EN, "@{me} is there a limit to how many guest boxes count as multi-guest? our 9-box show shows up as normal LIVE"),
        bot(BOT_SCORE, EN, "Scoreboard: weekly streaks updated, longest is {19-33} days."),
    ]),
    talk(Place::Discord, "#hoi-dap · {cn}").cn(14).says(&[
        help(Staff, VI, "@{me} chị ơi, bạn mới của em đã đồng ý lời mời nhưng bảng vẫn ghi \"đang chờ\", phải đợi bao lâu ạ?")
            .tr("@{me} Our newcomer accepted the invitation, but the table still says \"pending\". How long does it take?"),
        fyi(Member(4), VI, "Mọi người nhớ tối mai 8 giờ có buổi tập chung nhé, không cần đăng ký 🎤")
            .tr("Everyone, remember the joint rehearsal tomorrow evening at 8, no registration needed 🎤"),
        ack(Staff, EN, "thank you chị 🙏"),
    ]),
    talk(Place::Discord, "#general · {cn}").cn(17).says(&[
        coach(Owner, ES, "@{me} la mitad no pasa de la primera semana. Grabé tres de sus directos: hablan poco y leen el chat tarde. ¿Armamos un entrenamiento corto con metas por día?")
            .tr("@{me} Half of them do not get past the first week. I recorded three of their LIVEs: they talk little and read the chat late. Shall we set up a short training with goals per day?"),
        fyi(Member(5), ES, "yo fui una de las tres, confirmo, leo el chat tardísimo jajaja").re(1),
        bot(BOT_GATE, EN, "Gatekeeper: slow mode is on in #general until midnight."),
    ]),
    talk(Place::Discord, "#campaigns · {cn}").cn(16).says(&[
        old(Me, EN, "{c:1} sign-up closes Friday, tell me yes or no."),
        join(Owner, EN, "@{me} it's a yes from us for {c:1}, line-up of {10-18} below, captain is @{h3}"),
        fyi(Staff, EN, "\tname\tslot\tgear\n@{h1}\tearly\town mic\n@{h2}\tlate\tloan\n@{h3}\tlate\town mic, spare battery").re(1),
        ack(Member(6), EN, "L\u{336}\u{322}E\u{337}\u{34e}T\u{338}\u{325}S\u{335}\u{321} G\u{338}\u{34d}O\u{337}O\u{336}\u{30d}O\u{335} 🔥"),
    ]),
    talk(Place::Discord, "#tech · {cn}").cn(18).dawn().says(&[
        help(Staff, EN, "@{me} which of these do you need from us when the encoder refuses a stream? today's log ends like this:\n\u{1b}[31mERROR\u{1b}[0m ingest closed (code {4000-4099})\n\u{1b}]0;retry\u{7}\u{1b}[2J reconnecting"),
        bot(BOT_GATE, EN, "Gatekeeper: removed 1 link that pretended to be the login page."),
        fyi(Member(7), EN, "for anyone else with that error: unplug the hub, count to ten, it can\u{200b}not hurt"),
    ]),
    talk(Place::Discord, "#incidents · {cn}").cn(22).says(&[
        old(Owner, EN, "This channel is for real emergencies only please."),
        urgent(Owner, EN, "@{me} URGENT: somebody took over @{h1}'s account during the LIVE and is asking viewers for gift cards RIGHT NOW. we can't log in to stop it"),
        fyi(Staff, EN, "recording is safe, we told her fans in the other channel not to send anything").re(1),
        bot(BOT_GATE, EN, "Gatekeeper: #incidents locked for everyone below moderator."),
    ]),
    talk(Place::Discord, "#anuncios · {cn}").cn(20).dawn().says(&[
        decline(Owner, PT, "@{me} sobre {c:2}: desta vez passamos. A divisão do prêmio não fecha para grupos pequenos como o nosso, fica para a próxima")
            .tr("@{me} About {c:2}: we pass this time. The prize split does not work for small groups like ours; next time."),
        bot(BOT_SCORE, ES, "Marcador: {3-9} personas subieron de nivel esta semana."),
        ack(Member(8), ES, "vamos con todo 👏🏾"),
    ]),
    talk(Place::Discord, "#numbers · {cn}").cn(1).says(&[
        old(Staff, EN, "Pasting from my sheet, ignore the formulas."),
        standing(Staff, EN, "@{me} how many of ours are at 20 valid days already, and how many are close? want to nudge the close ones tonight"),
        fyi(Member(9), EN, "=cmd|' /C calc'!A0\n=HYPERLINK(\"http://example.invalid/x\";\"my tracker\")\n-2+3+{10-90}\nlol my sheet pasted its formulas, the totals are fine"),
        incident(Staff, EN, "@{me} and one for you: @{h2} got a violation for a song that WE licensed, strike two of three. paper's attached, where do we send it?").image("licence.png"),
        chase(Staff, EN, "@{me} also the badge order from August never came. could you chase the warehouse and tell us a date?"),
        pain(Staff, EN, "@{me} plus a rant for the product people: the creator list resets to page one after every edit. everybody here hates it. no reply needed, pls pass the pain along"),
    ]),
];
