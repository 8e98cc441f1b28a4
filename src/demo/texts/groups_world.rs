//! Groups in which several offices talk.

use super::super::offices::{
    BOT_EVENTS, CHEN_SG, FINCH, GOH, ISMAIL, JOAN, KEZIA, LIM, MIZUNO, NURUL, ODELL, PRAVIN, RAVI,
    TEO, THEO, THIAGO, XIMENA,
};
use super::super::script::{
    EN, ES, JA, Mark, NONE, PT, Place, Script, Who::Me, ack, ask, bot, due, figure, fyi, old, talk,
};

/// The conversations.
pub(in crate::demo) static GROUPS_WORLD: &[Script] = &[
    talk(Place::Group, "SG ↔ LA partner desk").says(&[
        old(TEO, EN, "Desk hours this week: 09:00 to 18:00 SGT, Friday until 16:00.").alias("Teo WX (XFN)"),
        old(Me, EN, "Thanks, I'll keep the late ones for Thursday."),
        fyi(TEO, EN, "Handover from Friday is done, {4-9} items closed, nothing for LA."),
        fyi(NURUL, EN, "Appeals queue is under 24 h again, finally can breathe."),
        figure(LIM, EN, "@{me} what is {cn:7}'s new creator count this month, as of yesterday? I only see last month on my side."),
        fyi(
            GOH,
            EN,
            "Notes from the campaign clinic:\n- brief template got shorter\n- prize tables moved to page 1\n- translations arrive one day after the English text\nNo action, just so you know where things are.",
        )
        .post(),
        fyi(ISMAIL, EN, "Template link inside the notes is fixed now, somebody pasted the old one.").re(1),
        ask(CHEN_SG, EN, "@{me} do your owners get the monthly letter from us or from you? Don't want to double send."),
        fyi(PRAVIN, EN, "Data team is on a half day Friday, plan your pulls."),
        ack(NURUL, EN, "Noted with thanks 🙆‍♀️"),
    ]),
    talk(Place::Group, "日本 × US 連携").says(&[
        old(MIZUNO, JA, "グループを作成しました。よろしくお願いします。"),
        fyi(MIZUNO, JA, "先週のキャンペーン結果をまとめました。新人の定着率が一番伸びています。")
            .tr("I put together last week's campaign results. Retention of newcomers improved most."),
        fyi(FINCH, EN, "Interesting, in London it was the other way round: the veterans carried it."),
        fyi(MIZUNO, JA, "ロンドンの数字も共有していただけると嬉しいです。来月で大丈夫です。").re(1),
        fyi(FINCH, EN, "Will do once the month is closed.").re(1),
        ack(MIZUNO, JA, "了解です、ありがとうございます🙇‍♀️"),
    ]),
    talk(Place::Group, "LatAm CN sync").dawn().says(&[
        old(XIMENA, ES, "Reunión quincenal: jueves 10:00 de México."),
        fyi(XIMENA, ES, "Les dejo el resumen: tres redes nuevas en revisión, ninguna bloqueada. Buen ritmo 💪")
            .tr("Here is the summary: three new networks under review, none blocked. Good pace 💪"),
        fyi(THIAGO, PT, "No Brasil o feriado de sexta derruba o tráfego, já avisei as redes.")
            .tr("In Brazil Friday's holiday pulls traffic down; I have told the networks."),
        fyi(THIAGO, EN, "Chart for those who don't read Portuguese: it is the same dip as last year.").image("dip.png").re(1),
        ack(XIMENA, ES, "Perfecto, gracias Thiago 🙌🏼").re(2),
        fyi(RAVI, EN, "I'll copy the holiday table into our planner so nobody books trainings on it."),
    ]),
    talk(Place::Group, "CN Growth West").says(&[
        old(JOAN, EN, "Stand-up stays async this week, post by noon."),
        old(Me, EN, "Yesterday: two kick-offs, one redline. Today: inbox, then the funnel."),
        fyi(JOAN, EN, "Numbers first: we are at {61-72}% of the quarter with {44-48} days to go. Comfortable, not lazy.").post(),
        fyi(RAVI, EN, "My side: one network lost to a rival, two proposals out, nothing blocked."),
        ask(THEO, EN, "@{me} did you end up offering the two-month ramp to the Seattle folks or the three-month one? I have a twin case."),
        fyi(KEZIA, EN, "I went with three in mine, they were fine with the lower bonus.").re(1),
        due(JOAN, EN, "@{me} your reviewers for the mid-year cycle, names in the form by Friday noon PT. System locks itself.", "by Friday noon PT"),
        fyi(THEO, EN, "Form takes two minutes, the long text box at the end is optional."),
        ack(KEZIA, NONE, "💪🏻💪🏾💪🏿").sticker(),
    ]),
    talk(Place::Group, "LA office · floor 6").says(&[
        old(ODELL, EN, "Badge readers are being swapped on Wednesday, bring the old card one more time."),
        fyi(ODELL, EN, "The good coffee machine is alive again. Please descale it, not me, us.").image("coffee.jpg"),
        ack(RAVI, EN, "hero of the floor"),
        fyi(KEZIA, EN, "Someone left a ring light in room 6C, it's on my desk now."),
        ack(THEO, NONE, "☕️👩🏽‍💻❤️‍🔥").sticker(),
    ]),
    talk(Place::Group, "US events crew").says(&[
        old(ODELL, EN, "Venue shortlist for the spring meet-up is in the sheet."),
        bot(BOT_EVENTS, EN, "Event desk: {36-88} registrations for \"Creators' Night\", {4-9} waiting. Next report in 24 h."),
        fyi(ODELL, EN, "Caterer confirmed, vegan and halal both covered."),
        fyi(ODELL, EN, "Floor plan attached, stage is on the short side now so the queue does not block the bar.").image("floorplan.png"),
        fyi(GOH, EN, "From our side two people fly in, badges please under the full names in the sheet.").mark(Mark::Rootless),
    ]),
];
