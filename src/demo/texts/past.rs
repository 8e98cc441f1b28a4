//! Conversations that ended long ago; the history behind the morning.

use super::super::script::Place;

/// With whom an old conversation was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Other {
    Office(&'static str),
    Owner,
    Contact,
}

/// An old conversation: lines that begin with `>` are Ana's.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Chat {
    pub(in crate::demo) place: Place,
    pub(in crate::demo) other: Other,
    pub(in crate::demo) lang: &'static str,
    pub(in crate::demo) lines: &'static [&'static str],
}

const fn chat(
    place: Place,
    other: Other,
    lang: &'static str,
    lines: &'static [&'static str],
) -> Chat {
    Chat {
        place,
        other,
        lang,
        lines,
    }
}

use Other::{Contact, Office, Owner};
use Place::{Direct, Discord, Email, WhatsApp};

/// The conversations that history is made of.
pub(in crate::demo) static CHATS: &[Chat] = &[
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "Ana，{cn} 的负责人邮箱换了吗？系统退信了。",
            ">换了，我刚更新到联系人里。",
            "看到了，我重发一遍。",
            "发出去了，这次没退。",
            ">好的，谢谢！",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "想跟你约 15 分钟对一下 {cn} 的目标。",
            ">可以，我周四傍晚有空。",
            "那就你那边周四 17:30，我发日程。",
            ">OK，材料我提前一天给你。",
            "收到👌",
            "材料看了，只有一个问题：{m-1}的活动算不算在基线里？",
            ">不算，基线只看没有活动的周。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "这周的数据看起来 {cn} 有 {2-9} 个账号重复了。",
            ">我查了，是同一个人换了手机。",
            "那我合并掉旧的。",
            ">合并前备份一下历史，owner 会问。",
            "已备份，已合并。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            "Hi Ana, for {cn}, which timezone do they use for their weekly report?",
            ">Theirs, but I convert it to UTC before I send it on.",
            "Ok noted, then my table is one day off.",
            ">Happens to all of us once 🙂",
            "Fixed liao, thanks.",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            "Can you check if {own} got the invitation for the clinic?",
            ">Asking now.",
            ">Landed in spam. Resent, accepted.",
            "Perfect, that makes {8-19} networks.",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            "We close the ticket for {cn} if nothing more comes by tomorrow.",
            ">Please keep it open two more days, the owner is travelling.",
            "Sure, set to Friday.",
            "Any news from them?",
            ">Yes: works on both phones now. You can close it.",
            "Closed, thanks for the chase.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            "Hi Ana, can a creator be in two groups at once?",
            ">No, one group at a time. Moving keeps the history.",
            "ok good to know",
            "and does the move show up in their app?",
            ">They get a short notice, nothing scary.",
            "perfect thx",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            "we did it!! {10-30} valid days for @{h1} 🎉",
            ">Wonderful! Tell her congratulations from me.",
            "she says hi back 😄",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            ">Morning {own}, your goal for {m} is agreed: same as we said on the phone.",
            "great. can I show it to the team?",
            ">Of course, it's yours.",
            "done, they want a cake if we make it",
            ">I'll bring the cake.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            "ana the battle button is gone for half my people",
            ">Known since an hour ago, the tools team is on it.",
            "phew thought it was us",
            ">Back now, please try.",
            "yep back",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "es",
        &[
            "Hola Ana, ¿los ensayos cuentan como horas?",
            ">Solo cuentan los directos públicos de una hora o más por día.",
            "Entendido, entonces cambio el horario de tres personas.",
            ">Buena idea. La semana que viene vemos si ayudó.",
            "Ayudó: {2-6} días más en total 💃",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "es",
        &[
            ">{own}, ¿cómo fue la reunión con tu equipo?",
            "Muy bien, todos firmaron el reglamento.",
            "Falta uno que está de viaje.",
            ">Perfecto, cuando vuelva me avisas.",
            "Ya volvió y ya firmó ✅",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "en",
        &[
            ">Hi {con}, thanks for your time today. Here are the next steps as promised.",
            "Thanks Ana, very clear.",
            "My partner asks how long a decision takes on your side.",
            ">Usually ten working days after the last document.",
            "Good. We'll collect the documents this week.",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "es",
        &[
            "Buenas, ¿tienen un mínimo de creadores para entrar?",
            ">No hay un mínimo fijo, miramos el plan y la experiencia.",
            "Ah, perfecto, pensé que eran cien.",
            ">¿Cuántos tienen hoy?",
            "Unos {12-60}, casi todos activos.",
        ],
    ),
    chat(
        Email,
        Contact,
        "en",
        &[
            "Dear Ana,\n\nwe met at the meet-up last week. Attached is our short profile.\n\n{con}",
            ">Hello {con},\n\nthank you, I read it with interest. When would a first call suit you?\n\nAna",
            "Tuesday or Wednesday afternoon would be best.\n\n{con}",
            ">Wednesday it is, the invitation is on its way.\n\nAna",
        ],
    ),
    chat(
        Email,
        Contact,
        "en",
        &[
            ">Hello {con},\n\njust checking that the proposal reached you.\n\nAna",
            "It did, we are reading it with our accountant.\n\n{con}",
            "One question: is the bonus paid monthly?\n\n{con}",
            ">Monthly, about two weeks after the month is closed.\n\nAna",
            "Understood, thank you.\n\n{con}",
        ],
    ),
    chat(
        Email,
        Owner,
        "en",
        &[
            "Hi Ana,\n\nplease find our plan for the next month attached.\n\n{own}",
            ">Hi {own},\n\nthank you. I like the part on week one; could you add how you will measure it?\n\nAna",
            "Added on page 3: days live in the first fourteen.\n\n{own}",
            ">Perfect, filed.\n\nAna",
        ],
    ),
    chat(
        Email,
        Owner,
        "es",
        &[
            "Hola Ana:\n\n¿nos confirmas la fecha del próximo taller?\n\n{own}",
            ">Hola {own}:\n\nel segundo jueves del mes, a las 10:00 de ustedes.\n\nAna",
            "Gracias, ya lo anuncié.\n\n{own}",
        ],
    ),
    chat(
        Discord,
        Owner,
        "en",
        &[
            "pinned the new schedule, shout if your slot is wrong",
            "mine's fine",
            ">Looks good from here, thanks for pinning.",
            "slot 4 and 5 swapped, all set",
        ],
    ),
    chat(
        Discord,
        Owner,
        "en",
        &[
            "is the export late today or is it me?",
            ">Late for everyone, about an hour.",
            "k",
            "it's here now",
            ">👍",
        ],
    ),
    chat(
        Direct,
        Office("America/New_York"),
        "en",
        &[
            "Clause 4 again: they want thirty days instead of fifteen.",
            ">Would twenty-one work?",
            "If the lead confirms in writing, yes.",
            ">Confirmed, forwarding the mail.",
            "Received, filed.",
        ],
    ),
    chat(
        Direct,
        Office("America/Mexico_City"),
        "es",
        &[
            "¿Te sirve que traduzca yo el resumen para {cn}?",
            ">¡Sí, por favor! Con las cifras en una tabla.",
            "Listo, lo subí a la carpeta.",
            ">Eres un sol, gracias.",
        ],
    ),
];
