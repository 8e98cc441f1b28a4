//! E-mail.

use super::super::offices::{BLOOM, BOT_DIGEST, BOT_FORMS, BOT_LEARN, HE, SHEN};
use super::super::script::{
    EN, ES, Place, Script, Who::Contact, Who::Me, Who::Owner, Who::Staff, Who::Stranger, ZH, again,
    bot, chase, coach, due, figure, incident, join, newcomer, old, onward, pass_on, propose, talk,
};

/// The conversations.
pub(in crate::demo) static EMAIL: &[Script] = &[
    talk(Place::Email, "Weekly digest").dawn().says(&[
        bot(BOT_DIGEST, EN, "Your week in numbers\n\n- {250-400} messages answered\n- median first answer {2-5} h\n- 2 evenings with meetings\n\nYou get this mail every week. Nothing to do."),
        bot(BOT_DIGEST, EN, "Storage report: 61 % of your mailbox is used. Old attachments are kept.")
    ]),
    talk(Place::Email, "Form submissions").says(&[
        bot(BOT_FORMS, EN, "Form \"Talk to us\": {1-4} submissions yesterday, all routed to their regions. None for US West."),
        bot(BOT_FORMS, EN, "Form \"Event feedback\": {40-90} answers so far, average {4.1-4.8} of 5."),
        bot(BOT_FORMS, EN, "The form \"Studio visit\" reached its end date and was closed automatically."),
    ]),
    talk(Place::Email, "Learning centre").dawn().says(&[
        bot(BOT_LEARN, EN, "Course completed\n\nRavi Sethuraman finished \"Reading a contract in an hour\". You are listed as his buddy; no action is needed."),
        bot(BOT_LEARN, EN, "New in the catalogue: \"Light for small rooms\", 12 minutes, with subtitles in Spanish and Chinese."),
    ]),
    talk(Place::Email, "Incentive reconciliation, {m-1}").cn(4).says(&[
        old(HE, ZH, "Ana，附件为初稿，供参考。"),
        figure(HE, EN, "Hi Ana,\n\nfor the closing file I need the number of active creators of {cn} at the end of {m-1}, with the date of the data. One line is enough.\n\nThank you\nYian").file("closing_file.xlsx"),
        pass_on(HE, ZH, "Ana：\n\n另有一项需要账单系统的逐笔明细（{cn}，{m-1}），门户中无法导出。烦请转交贵方有账单权限的同事处理。\n\n何以安")
            .tr("Ana:\n\nOne more item needs the billing system's transaction list ({cn}, {m-1}), which the portal cannot export. Please hand it to a colleague on your side with billing access.\n\nHe Yian"),
    ]),
    talk(Place::Email, "签约主体变更登记").says(&[
        due(SHEN, ZH, "Ana，你好：\n\n名下 CN 如有签约主体变更，请于{d+3} 18:00（北京时间）前回填登记表；没有变更也请回复「无」。\n\n沈嘉禾", "{d+3} 18:00（北京时间）前")
            .tr("Dear Ana,\n\nif any of your CNs changed its contracting entity, please fill in the register before {d+3} 18:00 (Beijing time); if there is none, answer \"none\".\n\nShen Jiahe"),
    ]),
    talk(Place::Email, "Conflict-of-interest statement").dawn().says(&[
        old(BLOOM, EN, "The yearly statement opens next week."),
        due(BLOOM, EN, "Dear Ana,\n\nyours is one of three statements still open. Please sign it by Friday 17:00 ET; it takes five minutes and the auditors do count.\n\nBest\nMarguerite", "by Friday 17:00 ET"),
    ]),
    talk(Place::Email, "Moving house, and {c:1}").cn(23).dawn().says(&[
        chase(Owner, EN, "Hi Ana,\n\nwe move to a bigger place on the 1st. The platform still has the old address on the certificate, and the form bounces. Could you find out who can change it and get back to me?\n\nThanks a lot\n{own}"),
        join(Owner, EN, "PS: forgot the good part. We take part in {c:1} with {7-12} people. The list comes with the new address, ha."),
    ]),
    talk(Place::Email, "Payout {m-1}, third request").cn(19).dawn().says(&[
        old(Owner, ES, "Sigo esperando respuesta sobre el pago."),
        old(Me, ES, "Lo tengo pedido a finanzas, te confirmo el viernes.").promise(7),
        incident(Staff, EN, "Dear Ana,\n\nthis is the third time we write: the statement of {m-1} shows {3-6} creators of {cn} with zero, although all of them were live. We need a case number so that we can answer them.\n\nKind regards\nAccounts, {cn}"),
    ]),
    talk(Place::Email, "Plan de reclutamiento").cn(13).dawn().says(&[
        coach(Owner, ES, "Estimada Ana:\n\nte adjunto el borrador del plan para el próximo trimestre. Reclutamos bien pero retenemos mal: de cada diez se quedan cuatro. Me gustaría que definamos juntos dos o tres acciones y cómo medirlas.\n\nUn abrazo\n{own}")
            .tr("Dear Ana,\n\nattached is the draft of the plan for next quarter. We recruit well but retain badly: of ten, four stay. I would like us to define two or three actions together and how to measure them.\n\nBest\n{own}")
            .file("plan_reclutamiento.docx"),
    ]),
    talk(Place::Email, "Becoming a Creator Network").says(&[
        newcomer(Stranger(4), EN, "Good evening,\n\nwe are {sc:4}, a small talent house with {25-60} hosts in live shopping and music. A friend of ours is in your programme and speaks highly of it. What are the steps to apply, and who would look after us?\n\nSincerely\n{s:4}"),
    ]),
    talk(Place::Email, "Application of {lead:8}").lead(8).says(&[
        again(Stranger(5), EN, "Hello,\n\nmy colleague {con:8} filled in your form for {lead:8} last month. I write from the same company to ask how to go on; sorry if you now have us twice.\n\nRegards\n{s:5}, {lead:8}"),
    ]),
    talk(Place::Email, "Re: Agreement, signed copy").lead(5).dawn().says(&[
        old(Me, EN, "Hi {con},\n\nthe final version is in your signing folder.\n\nAna"),
        onward(Contact, EN, "Hi Ana,\n\nall done from our side: both of us signed this morning, copy attached. What is the first thing you need from us now?\n\n{con}").file("agreement_signed.pdf"),
    ]),
    talk(Place::Email, "Re: Proposal for {lead}").lead(6).dawn().says(&[
        old(Contact, EN, "We have one question on clause 4 and then we are ready."),
        old(Me, EN, "Answered in the margin. I'll keep the offer open until the end of the month.").promise(8),
        onward(Contact, EN, "Ana,\n\nthe board said yes to the proposal as it stands. Please send the contract to the address below; the tax form is already in your folder.\n\n{con}"),
        propose(Contact, EN, "One more: our lawyer would like a short call with you and Marguerite before we sign. Could you suggest two or three times later this week?\n\n{con}").re(1),
    ]),
    talk(Place::Email, "Re: Próximos pasos").lead(7).dawn().says(&[
        old(Me, EN, "Hola {con}, para calificar nos faltan dos datos: mercado y número de creadores."),
        onward(Contact, ES, "Hola Ana:\n\naquí van los datos: mercado Estados Unidos, {35-70} creadores, casi todos música y charla. Con eso creo que ya cumplimos lo que pedías para pasar a la siguiente etapa.\n\nSaludos\n{con}")
            .tr("Hi Ana,\n\nhere is what you asked for: market United States, {35-70} creators, nearly all music and talk. I think we now meet what you need for the next stage.\n\nRegards\n{con}"),
        propose(Contact, ES, "Y si te parece, agendemos una llamada con mi socia. Mándame por favor dos o tres horarios de esta semana.")
            .tr("And if you like, let's arrange a call with my partner. Please send me two or three times this week."),
    ]),
];
