//! Conversations with owners of CNs and with leads in `WhatsApp`.

use super::super::script::{
    AR, EN, ES, Mark, NONE, PT, Place, Script, Shape, VI, Who::Contact, Who::Me, Who::Owner,
    Who::Staff, Who::Stranger, ZH, ack, chase, coach, fyi, help, incident, join, later, lost,
    newcomer, old, onward, pain, propose, standing, talk, urgent,
};

/// Owners and managers of CNs.
pub(in crate::demo) static WHATSAPP: &[Script] = &[
    talk(Place::WhatsApp, "").cn(0).says(&[
        old(Owner, EN, "New office keys today!! Come see the studio when you're in town"),
        old(Me, EN, "Congrats {own}! Will do, first week of the month?"),
        help(Owner, EN, "Ana quick one, where do I see which of my people still owe the tax form? Finance asks and I only find the totals"),
        fyi(Owner, EN, "And the studio with its little cafe\u{301} corner, as promised 😍 no answer needed, just showing off").image("studio.jpg"),
    ]),
    talk(Place::WhatsApp, "").cn(3).says(&[
        old(Owner, ES, "¡Gracias por la llamada de ayer!"),
        old(Me, ES, "¡A ti! Te mando el resumen el miércoles.").promise(5),
        help(Owner, ES, "Ana, ¿cómo cambio de grupo a un creador sin que pierda su historial? Tengo {3-6} que pasan al turno de noche")
            .tr("Ana, how do I move a creator to another group without losing the history? I have {3-6} who change to the night shift."),
        ack(Staff, ES, "buenas, soy del equipo de {own}, gracias de antemano 🙏🏽"),
    ]),
    talk(Place::WhatsApp, "").cn(4).says(&[
        coach(Owner, ES, "Buenas noches. Con toda honestidad, {8-14} de mis creadores se me apagan a mitad de mes. ¿Me ayudas a armar un plan para que lleguen a los 20 días?")
            .tr("Good evening. Honestly, {8-14} of my creators fade out mid-month. Will you help me make a plan so that they reach the 20 days?"),
        fyi(Staff, ES, "[Transcripción] Hola Ana, nada urgente, solo contarte que el taller de ayer salió muy bien, vinieron casi todos.")
            .shape(Shape::Voice("audio_0412.ogg")),
    ]),
    talk(Place::WhatsApp, "").cn(5).says(&[
        old(Me, ES, "{own}, ¿cómo vas con la meta del mes?"),
        old(Owner, ES, "Complicado, te escribo con calma más tarde."),
        coach(Owner, ES, "Perdón la demora. Vamos muy por debajo de la meta de {m} y no sé por dónde empezar: ¿más horas o más gente? Necesito que lo veamos juntos")
            .tr("Sorry for the delay. We are far below the goal for {m} and I don't know where to start: more hours or more people? I need us to look at it together."),
    ]),
    talk(Place::WhatsApp, "").cn(6).says(&[
        old(Owner, PT, "Boa tarde! O treinamento foi ótimo, o pessoal adorou."),
        incident(Owner, PT, "Ana, suspenderam a @{h1} hoje à tarde por \"conteúdo repetido\". Ela só reprisou a própria abertura 😭 O recurso vence em 48h, consegue ajudar?")
            .tr("Ana, @{h1} was suspended this afternoon for \"repeated content\". She only replayed her own opening 😭 The appeal closes in 48 h, can you help?"),
        ack(Owner, PT, "Valeu desde já!! 💚🇧🇷🏳️‍🌈").re(1),
    ]),
    talk(Place::WhatsApp, "").cn(7).says(&[
        old(Me, EN, "Brief for {c:1} is in your inbox, deadline for the line-up is Friday."),
        join(Owner, EN, "Read the brief. Count us in for {c:1}, {14-22} creators confirmed, I'll send the handles tonight"),
        standing(Owner, EN, "also where do we stand this month vs goal? my own sheet says we're fine but I don't trust my own sheet lol"),
    ]),
    talk(Place::WhatsApp, "").cn(8).says(&[
        old(Owner, ZH, "Ana 你好，我们签了两个新主播，太开心了！"),
        help(Owner, ZH, "请问 sub-manager 的权限在哪里开？我想让合伙人能看到收入，但不能改分组。")
            .tr("Where do I switch on rights for a sub-manager? My partner should see the income but not change the groups."),
        ack(Owner, ZH, "不着急，谢谢你🌷"),
    ]),
    talk(Place::WhatsApp, "").cn(9).dawn().says(&[
        old(Owner, EN, "Morning from rainy London."),
        coach(Owner, EN, "Right, I'll say it before you do: we're behind on diamonds. Two of my biggest went part-time. Could you walk me through what the others did about their middle tier?"),
        fyi(Owner, EN, "(No need to call me today, at the dentist until four.)").mark(Mark::Ahead),
    ]),
    talk(Place::WhatsApp, "").cn(10).says(&[
        old(Me, EN, "Did you see the {c:2} rules?"),
        join(Owner, EN, "Yes and yes! Put us down for {c:2}, whole night shift wants it"),
    ]),
    talk(Place::WhatsApp, "").cn(13).says(&[
        incident(Owner, ES, "Hola, a @{h1} no le llegó el pago de {m-1}. Son {900-2400} dólares y ya pasaron las fechas. ¿Con quién lo vemos?")
            .tr("Hello, @{h1} did not get the payout of {m-1}. It is {900-2400} dollars and the dates have passed. Whom do we turn to?"),
        fyi(Owner, ES, "Aquí la captura del historial, donde sale en blanco.").image("historial.png").re(1),
    ]),
    talk(Place::WhatsApp, "").cn(14).says(&[
        old(Owner, EN, "My cousin will write sometimes, better English than mine 😄"),
        help(Owner, VI, "Chị Ana ơi, em muốn đổi tên hiển thị của nhóm thì vào mục nào ạ? Em tìm mãi không thấy.")
            .tr("Ana, where do I change the display name of a group? I have looked for ages."),
        ack(Staff, EN, "(cousin here: it is about the group name, thanks so much!!)").re(1),
    ]),
    talk(Place::WhatsApp, "").cn(15).says(&[
        old(Owner, EN, "Salam Ana, we finished the training, all {20-30} of them."),
        old(Me, EN, "Mabrouk! Certificates come by the weekend.").promise(6),
        help(Owner, AR, "مساء الخير آنا، كيف يمكنني إضافة مدير ثانٍ إلى الحساب؟ الزر لا يظهر عندي.")
            .tr("Good evening, Ana. How can I add a second manager to the account? I do not see the button."),
        ack(Owner, AR, "شكراً جزيلاً على وقتك 🌹"),
    ]),
    talk(Place::WhatsApp, "").cn(16).says(&[
        urgent(Owner, EN, "🚨 @{h1} just got permanently banned in the middle of her battle, {9-15}k people watching. Appeal window says 24h. This is our number one. Please, now"),
        fyi(Owner, EN, "screen of the notice, same case as above").image("ban_notice.png").re(1),
    ]),
    talk(Place::WhatsApp, "").cn(17).says(&[
        old(Owner, ES, "Ya completamos el paso 2 del onboarding ✅"),
        pain(Owner, ES, "Una queja, sin urgencia: el portal me saca de la sesión cada 20 minutos y a mis otros dos managers también. No hace falta que me respondas, solo que quede anotado")
            .tr("A complaint, not urgent: the portal logs me out every 20 minutes, my two other managers as well. No need to answer, I only want it on record."),
    ]),
    talk(Place::WhatsApp, "").cn(18).says(&[
        help(Owner, EN, "hi! what happens to a trial if the creator goes live from a different phone? does the clock start over?"),
        pain(Owner, EN, "and for your wish list: invites die without telling us, we lose people every single week because nobody sees it. just log it, I know you can't fix it tonight"),
    ]),
    talk(Place::WhatsApp, "").cn(19).says(&[
        old(Me, ES, "¿Te animas con {c:0}?"),
        join(Owner, ES, "¡Nos apuntamos a {c:0}! Somos {8-13}, el resto se suma si ve que va bien")
            .tr("We're in for {c:0}! There are {8-13} of us, the rest will join if it goes well."),
        chase(Owner, ES, "Otra cosa: el comité de música lleva semanas sin contestarnos. ¿Puedes preguntar tú por dentro y avisarme cuando sepas algo?")
            .tr("Another thing: the music committee has not answered for weeks. Could you ask inside and tell me when you know more?"),
    ]),
    talk(Place::WhatsApp, "").cn(20).says(&[
        old(Owner, PT, "Oi Ana! Contrato assinado, agora é correr atrás dos 10 primeiros."),
        help(Owner, PT, "Dúvida boba: a hora válida conta se a pessoa fizer duas lives de 30 minutos no mesmo dia?")
            .tr("Silly question: does the valid hour count if someone does two LIVEs of 30 minutes on the same day?"),
    ]),
    talk(Place::WhatsApp, "").cn(22).says(&[
        old(Owner, EN, "We keep getting mail meant for {cn:16} by the way. Every week."),
        old(Me, EN, "Sorry about that, the names are nearly twins. I'll flag it."),
        incident(Owner, EN, "Ok this one is ours: @{h2} lost LIVE access since noon, reason given is \"age check\", she's 31 and verified. Can you open a case?"),
    ]),
    talk(Place::WhatsApp, "").cn(1).says(&[
        join(Owner, EN, "We talked it over with the team, {cn} joins {c:0}. {20-28} names in the sheet, two of them first-timers"),
        standing(Owner, EN, "how far are we from the next tier btw? rough number is enough, I want to tell them tomorrow at standup"),
        ack(Owner, EN, "legend, ty 🫶"),
    ]),
    talk(Place::WhatsApp, "").cn(23).says(&[
        old(Owner, EN, "Vegas is loud, sorry for the voice notes."),
        coach(Owner, EN, "So the new ones start strong and then stop after day four or five. I clearly do something wrong in week one. Can we set up something for them, with you checking on me? (the voice note is only the jingle my kid made for it)"),
        fyi(Owner, NONE, "").voice("voice_note_0107.opus"),
    ]),
    talk(Place::WhatsApp, "").cn(21).says(&[
        old(Owner, EN, "Thank you for the intro to the training team!"),
        propose(Owner, EN, "Can we meet for half an hour this week about month two? Late afternoon is best for me, just send me a few times that work"),
        chase(Staff, EN, "And please check with finance why our bonus line says \"on hold\", we were told one week and it's been three. Let me know what they say"),
        fyi(Owner, EN, "ah and I'm offline tomorrow morning, school thing for the kids"),
    ]),
];

/// Leads that write in `WhatsApp`.
pub(in crate::demo) static WHATSAPP_LEADS: &[Script] = &[
    talk(Place::WhatsApp, "").lead(0).says(&[
        old(Me, EN, "Hi {con}, Ana from the partner team. You coach streamers, I look after networks. Worth a chat?"),
        onward(Contact, EN, "Hey Ana, yes! Sorry for the silence, we were at a festival. Happy to talk, tell me what you need from me"),
    ]),
    talk(Place::WhatsApp, "").lead(1).says(&[
        old(Me, EN, "Hi {con}, did you have time to look at the numbers?"),
        lost(Contact, EN, "Hi Ana, being straight with you: we signed with somebody else last week. You were lovely, it was about the upfront money. Let's close it here"),
    ]),
    talk(Place::WhatsApp, "").lead(2).says(&[
        old(Me, ES, "{con}, ¿seguimos con lo de la red?"),
        lost(Contact, ES, "Hola Ana, al final mi socio no quiere seguir y así no puedo. Lo dejamos aquí, gracias por la paciencia")
            .tr("Hi Ana, in the end my partner does not want to go on and I can't do it alone. We leave it here, thank you for your patience."),
    ]),
    talk(Place::WhatsApp, "").lead(3).says(&[
        old(Contact, ES, "Buenas, ¿qué falta para avanzar?"),
        old(Me, ES, "Solo confirmar la reunión con su equipo, ¿les va el jueves?"),
        onward(Contact, ES, "Confirmado el jueves, ahí estaremos los tres socios. Ya le di aceptar a la invitación")
            .tr("Thursday is confirmed, all three partners will be there. I have accepted the invitation."),
    ]),
    talk(Place::WhatsApp, "").lead(4).says(&[
        old(Me, EN, "Morning {con}! Any thoughts on the proposal?"),
        later(Contact, EN, "Still on the road with the tour, can we pick this up next Monday? Nothing wrong, I just can't think on a bus 😅"),
    ]),
    talk(Place::WhatsApp, "").says(&[
        newcomer(Stranger(2), EN, "Hello! Got your number from the Creators' Night desk. I'm {s:2}, I run {sc:2}, {15-35} streamers, mostly cooking and crafts. How does one become a network with you?"),
    ]),
    talk(Place::WhatsApp, "").says(&[
        newcomer(Stranger(3), ES, "Hola, soy {s:3} de {sc:3}. Llevamos a {12-28} músicos que hacen directos en otra plataforma y queremos probar con ustedes. ¿Qué piden para entrar?")
            .tr("Hello, I'm {s:3} from {sc:3}. We manage {12-28} musicians who go live on another platform and want to try yours. What do you ask for to join?"),
    ]),
];
