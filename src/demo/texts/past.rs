//! Conversations that ended long ago; the history behind the morning.

use super::super::script::Place;
use super::past_offices::OFFICE_CHATS;

/// With whom an old conversation was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Other {
    Office(&'static str),
    Owner,
    Contact,
}

/// An old conversation: lines that begin with `>` are Ana's; a `~` before that says that days went by.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Chat {
    pub(in crate::demo) place: Place,
    pub(in crate::demo) other: Other,
    pub(in crate::demo) lang: &'static str,
    pub(in crate::demo) lines: &'static [&'static str],
}

pub(super) const fn chat(
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

use Other::{Contact, Owner};
use Place::{Discord, Email, WhatsApp};

/// One line of an old conversation.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Said {
    /// Days went by before it.
    pub(in crate::demo) later: bool,
    /// Ana says it.
    pub(in crate::demo) mine: bool,
    pub(in crate::demo) text: &'static str,
}

/// Reads a line with its marks.
pub(in crate::demo) fn read(line: &'static str) -> Said {
    let (later, rest) = match line.strip_prefix('~') {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    match rest.strip_prefix('>') {
        Some(text) => Said {
            later,
            mine: true,
            text,
        },
        None => Said {
            later,
            mine: false,
            text: rest,
        },
    }
}

/// All conversations that history is made of.
pub(in crate::demo) fn chats() -> impl ExactSizeIterator<Item = &'static Chat> + Clone {
    (0..OFFICE_CHATS.len() + PARTNER_CHATS.len()).map(chat_at)
}

/// Returns the conversation at a position.
pub(in crate::demo) fn chat_at(index: usize) -> &'static Chat {
    match index.checked_sub(OFFICE_CHATS.len()) {
        Some(later) => &PARTNER_CHATS[later],
        None => &OFFICE_CHATS[index],
    }
}

/// With owners of CNs and with leads.
static PARTNER_CHATS: &[Chat] = &[
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
            "~Ayudó: {2-6} días más en total 💃",
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
            "~Ya volvió y ya firmó ✅",
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
            "~Good. We'll collect the documents this week.",
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
        WhatsApp,
        Owner,
        "en",
        &[
            "quick photo of our first group dinner 🍜 {6-14} people came",
            ">I love this. Who is the one with the hat?",
            "that's @{h2}, never takes it off",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            "two of mine want to try cooking shows, any rules for open fire?",
            ">No open flame on camera. An induction plate is fine.",
            "ok ordered two",
            "~first show went great, burnt rice and all",
            ">The best kind of show.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            ">{own}, the form for the training closes tomorrow.",
            "oops. how many seats do I have?",
            ">Five, and one spare if you ask nicely.",
            "asking nicely 🙏 six names sent",
            ">All six are in.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            "is it normal that numbers of yesterday change during the day?",
            ">Yes, they settle around noon your time.",
            "good, I'll stop refreshing then",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            "our mic supplier went bust. do you know another?",
            ">Two of my networks use a shop in Burbank, I'll send you the address.",
            "~went there, they were lovely. thanks!",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            ">How was week one with the newcomers?",
            "messy and fun. {3-7} of them went live every day",
            ">That is a strong start. Keep the daily check-in for one more week.",
            "will do",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "en",
        &[
            "can I give read access to my accountant?",
            ">Yes, as a viewer. They won't see the chats.",
            "set up, she's in. ty",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "es",
        &[
            "Ana, ¿el logo nuevo lo subo yo o lo suben ustedes?",
            ">Lo subes tú, en el perfil de la red.",
            "Subido, quedó precioso.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "es",
        &[
            ">Felicidades por el mes, {own}. ¿Qué hicieron distinto?",
            "Un horario fijo por grupo y café gratis jaja",
            ">Anotado: café.",
            "Y una persona que solo cuida a los nuevos.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "es",
        &[
            "¿Hay alguna guía corta para moderadores?",
            ">Sí, dos páginas, te la paso en español.",
            "Recibida, la imprimí y la pegué en la pared.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "es",
        &[
            "Se nos fue la luz en el estudio dos horas 😩",
            ">Uf. ¿Afectó a alguien en vivo?",
            "A {2-5}, ya les avisé a sus seguidores.",
            ">Gracias por avisar, no cuenta como falta.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "es",
        &[
            "¿Puedo cambiar la fecha de nuestra llamada mensual?",
            ">Claro, ¿te va el jueves a la misma hora?",
            "Perfecto, jueves.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "pt",
        &[
            "Oi Ana, dá para repetir o treinamento de som?",
            ">Dá sim, abrimos outra turma na quinta.",
            "Fechado, levo {3-8} pessoas.",
        ],
    ),
    chat(
        WhatsApp,
        Owner,
        "zh",
        &[
            "Ana，主播请产假期间，名额会被收回吗？",
            ">不会，跟我说一声就行，我备注上。",
            "太好了，她本人也放心了。",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "en",
        &[
            "hi Ana, met you at the booth, still interested but slow this month",
            ">No rush at all. Shall I write again in two weeks?",
            "yes please, two weeks is perfect",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "en",
        &[
            ">Hello {con}, {lead} was recommended to me by one of our networks. May I tell you what we do?",
            "sure, short version?",
            ">You keep your creators, we give you tools, training and a person to call. That person is me.",
            "ha, ok. send me the long version then",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "en",
        &[
            "does it matter that half of my people are outside the US?",
            ">It does a bit, they would count for another region. How many are inside?",
            "{9-30}, give or take",
            ">That is a fine start.",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "en",
        &[
            ">Hi {con}, did the numbers reach you?",
            "they did. my co-founder is the numbers person, she reads them this weekend",
            ">Perfect. Happy to walk her through.",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "es",
        &[
            "Hola Ana, ¿trabajan también con redes pequeñas?",
            ">Sí, varias de las mejores empezaron con ocho personas.",
            "Qué alivio, nosotros somos {8-15}.",
        ],
    ),
    chat(
        WhatsApp,
        Contact,
        "es",
        &[
            ">Hola {con}, te dejo el resumen de la charla en una página.",
            "Recibido. ¿Puedo compartirlo con mi socia?",
            ">Por supuesto.",
            "~Le gustó. Tiene dos preguntas, te las mando mañana.",
        ],
    ),
];
