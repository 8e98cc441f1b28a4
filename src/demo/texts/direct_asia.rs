//! Direct conversations with colleagues in Shanghai, Singapore and Tokyo.

use super::super::offices::{
    BAI, CHEN_SG, CHEN_SH, FANG, GOH, GU, HE, ISMAIL, LIM, LU, LUO, MIZUNO, NURUL, PRAVIN, QIN,
    SHEN, TEO, XU,
};
use super::super::script::{
    EN, JA, Mark, Place, Script, Who::Me, ZH, ack, ask, due, figure, fyi, old, pass_on, talk,
};

/// The conversations.
pub(in crate::demo) static DIRECT_ASIA: &[Script] = &[
    talk(Place::Direct, "").cn(0).says(&[
        old(SHEN, ZH, "美区周会从这周起改到周三早上，你那边是周二傍晚，能来吗？"),
        old(Me, ZH, "可以的，周二 17:00 以后我都在。"),
        old(SHEN, ZH, "太好了，议程我周二发你。"),
        ask(SHEN, ZH, "睡醒了吗？想跟你确认一下，{cn} 现在的负责人还是 {own} 吗？我们系统里登记的是另一个名字。")
            .tr("Awake yet? I want to confirm: is {own} still in charge of {cn}? Our system shows another name."),
        ask(SHEN, ZH, "如果换人了，新负责人的邮箱也发我一下，我好改合同上的联系人。").re(1)
            .tr("If it changed, send me the new contact's e-mail too, so I can fix the contract."),
    ]),
    talk(Place::Direct, "").cn(1).says(&[
        old(Me, ZH, "上周的看板数据我这边已经核对完了，没问题。"),
        old(LU, ZH, "好的👌 那我就不重跑了。"),
        figure(LU, ZH, "Ana，帮忙查一下 {cn} {m-1}的钻石总数，我这边跑出来是 {180-640} 万，和你们周报对不上。")
            .tr("Ana, please look up the {m-1} diamonds of {cn}. I get {180-640}0k, which does not match your weekly report."),
        figure(LU, ZH, "表在附件里。顺便同一个月的直播时长也给我一个数，我一起核。").re(1)
            .file("{cn} 对数表.xlsx"),
    ]),
    talk(Place::Direct, "").cn(3).says(&[
        old(GU, ZH, "{c:0} 的素材包今晚会更新第二版。"),
        old(Me, ZH, "收到，CN 这边我来通知。").promise(1),
        ask(GU, ZH, "{cn} 的报名人数写的是 26，名单里只有 24 个，是漏了还是有人退出？"),
        due(GU, ZH, "最终名单要锁了，麻烦周四前把确认版发我，过了就只能等下一轮😭", "周四前")
            .tr("The final list is about to be locked; please send me the confirmed version before Thursday, otherwise it has to wait for the next round 😭"),
    ]),
    talk(Place::Direct, "").cn(4).says(&[
        ask(CHEN_SH, ZH, "hi，我是政策组的陈晨（上海），不是新加坡那位同名的哈哈。想问下 {cn} 的运营主要说西语吗？")
            .tr("Hi, I'm Chen Chen from Policy in Shanghai, not the namesake in Singapore, haha. Does the {cn} team mainly speak Spanish?"),
        ask(CHEN_SH, ZH, "如果是的话，新版管理规范要不要我安排翻译成西语再发？").re(1)
            .tr("If so, shall I have the new management policy translated into Spanish before sending it?"),
    ]),
    talk(Place::Direct, "").says(&[
        old(FANG, ZH, "新的 invite flow 下周灰度，先给你看个 demo。"),
        old(Me, EN, "Looks clean! One thing: please keep the bulk paste, owners live off it."),
        old(FANG, ZH, "批量粘贴保留的，放心。"),
        ask(FANG, ZH, "Ana，灰度名单我们想加两家 CN，你觉得 {cn:6} 和 {cn:9} 哪家更愿意给 feedback？"),
        ask(FANG, ZH, "另外他们的 creator 能接受英文 UI 吗，还是一定要 localized version？").re(1),
        ack(FANG, ZH, "不急哈，你醒了再回🌙"),
    ]),
    talk(Place::Direct, "").cn(10).says(&[
        old(HE, ZH, "{m-1}激励的初算出来了，细节表周一给你。"),
        due(HE, ZH, "{m-1}激励明细见附件，请在周五 12:00（北京时间）前确认有没有要申诉的行，逾期按无异议处理。", "周五 12:00（北京时间）前")
            .tr("The incentive details of {m-1} are attached. Please confirm before Friday 12:00 (Beijing time) whether any line is disputed; after that we take it as agreed.")
            .file("incentive_detail_v2.xlsx"),
        ask(HE, ZH, "还有，{cn} 的收款账户是公司户还是个人户？财务系统里是空的。"),
    ]),
    talk(Place::Direct, "").cn(5).says(&[
        old(QIN, ZH, "{cn} 这个月有点慢啊。"),
        old(Me, ZH, "是的，我这周跟 {own} 约了聊。").promise(2),
        figure(QIN, ZH, "{cn} 离月目标还差多少？老板在群里点名了，我先帮你挡一下。"),
        figure(QIN, ZH, "还有活跃主播数，最近 7 天的就行。").re(1),
        ack(QIN, ZH, "谢啦，辛苦🙏"),
    ]),
    talk(Place::Direct, "").says(&[
        old(LUO, ZH, "上次那场培训的回放链接我发你邮箱了。"),
        old(Me, ZH, "看到了，owner 们反馈很好。"),
        ask(LUO, ZH, "下个月的新 CN 培训，你这边七家新的都参加吗？"),
        ask(LUO, ZH, "要不要加西语同传？加的话我得提前两周订老师。").re(1)
            .tr("Should I add Spanish interpreting? If so I must book the teacher two weeks ahead."),
    ]),
    talk(Place::Direct, "").cn(16).says(&[
        pass_on(XU, ZH, "想看 {cn} 逐场的打赏原始流水，门户里没有，得有底层日志权限的同事拉。你帮我转给对的人？")
            .tr("I'd like the raw gift log of {cn}, session by session. The portal does not have it; someone with log access must pull it. Could you pass this on to the right person?"),
        ack(XU, ZH, "转完跟我说一声就行，谢谢～").re(1),
    ]),
    talk(Place::Direct, "").cn(8).says(&[
        old(BAI, ZH, "{cn} 上周的违规率我整理好了：21.4%。"),
        fyi(BAI, ZH, "更正：上次那个数我抄反了，{cn} 的违规率应该是 12.4%，以这条为准，不用回。")
            .tr("Correction: last time I swapped the digits, the violation rate of {cn} is 12.4%. This one counts; no need to answer.")
            .mark(Mark::Edited),
        ask(BAI, ZH, "{cn} 的主播培训里有讲未成年人出镜那一条吗？"),
    ]),
    talk(Place::Direct, "").says(&[
        old(TEO, EN, "XFN sync notes are in the folder, nothing urgent for you."),
        old(Me, EN, "Thanks! I'll add my comments to the deck by Wednesday.").promise(3),
        ask(TEO, EN, "Morning Ana! For the onboarding deck, do we still call it \"first ten creators\" or did the US team rename that milestone already?"),
        ask(TEO, EN, "And who signs it off on your side, you or Joan?").re(1),
    ]),
    talk(Place::Direct, "").cn(18).says(&[
        old(NURUL, EN, "Appeal desk is short of people this week, expect about 30 h instead of 24."),
        old(Me, EN, "Ok, I'll set expectations with the owners."),
        ask(NURUL, EN, "Hey, is @{h1} under {cn} or did she move to a different network last month? I see two records."),
        ask(NURUL, EN, "If she moved, which of the two should I close lah?").re(1),
    ]),
    talk(Place::Direct, "").cn(17).says(&[
        old(PRAVIN, EN, "Backfill for the weekend gap finished at 02:10 SGT."),
        old(Me, EN, "Great, thank you for staying up."),
        figure(PRAVIN, EN, "Can you read me the valid go LIVE days of {cn} as you see them for {m-1}? Want to compare with my table before I close the ticket."),
        pass_on(PRAVIN, EN, "Also someone needs to check the device-level dedupe for them, that is not in the portal. Please hand it to whoever owns raw session logs on the US side.").re(1),
    ]),
    talk(Place::Direct, "").cn(23).says(&[
        ask(GOH, EN, "Hi hi, {cn} put two contact emails on the {c:1} form. Which one shall I use for the brief?"),
        due(GOH, EN, "And I need their bank form before I can open the prize pool, EOD SGT please if can 🙏", "EOD SGT"),
    ]),
    talk(Place::Direct, "").cn(22).says(&[
        old(CHEN_SG, ZH, "我是新加坡的陈晨，partner success，之后你们美西的 CN 由我这边支持。"),
        old(Me, ZH, "欢迎欢迎！以后多多关照。"),
        ask(CHEN_SG, ZH, "我在做 kickoff 名单，发现 {cn} 和 {cn:16} 名字几乎一样，是同一家吗？会不会登记重复了？")
            .tr("I'm preparing the kick-off list and noticed that {cn} and {cn:16} have almost the same name. Are they one company, or was one registered twice?"),
        ack(CHEN_SG, ZH, "好的，等你确认，谢谢！"),
    ]),
    talk(Place::Direct, "").says(&[
        old(ISMAIL, EN, "Export job is fixed, the empty group filter was ours."),
        ask(ISMAIL, EN, "Quick one: do your owners open Backstage on phones or only on laptops? Deciding whether to test the mobile layout."),
        ack(ISMAIL, EN, "tks ah, no rush"),
    ]),
    talk(Place::Direct, "").cn(14).says(&[
        old(LIM, EN, "Regional review is moved to next week, so you get a few more days for your slides."),
        figure(LIM, EN, "For the slide: what is the active rate of {cn} as of yesterday, and out of how many creators?"),
        due(LIM, EN, "Last thing, can you fill the tier forecast tab for your top five before Thu 18:00 SGT? I consolidate right after.", "Thu 18:00 SGT"),
    ]),
    talk(Place::Direct, "").says(&[
        old(MIZUNO, JA, "先日の資料、とても助かりました。ありがとうございます。"),
        old(Me, EN, "Happy to hear that! Tell me if the team in Tokyo needs the Spanish one too."),
        ask(MIZUNO, JA, "アナさん、おはようございます。来週の日米合同セッション、そちらのCNは何社くらい参加できそうですか？")
            .tr("Good morning, Ana. About how many of your CNs could join the joint Japan–US session next week?"),
    ]),
];
