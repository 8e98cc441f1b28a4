//! Cards from bots, requests to approve, invitations, notices of the platform and mentions in documents.

use super::super::offices::{
    BAI, BOT_APPROVE, BOT_CALENDAR, BOT_CONTRACT, BOT_DATA, BOT_INVITE, BOT_PLATFORM, BOT_POLICY,
    BOT_RELEASE, BOT_RISK, BOT_TASKS, CHEN_SG, FANG, FINCH, GU, HE, JOAN, LIM, LU, LUO, QIN, SHEN,
    TEO, XU,
};
use super::super::script::{
    EN, Place, Script, Shape, Who::Me, ZH, accept, approve, ask, bot, due, fyi, old, pass_on,
    postpone, refuse, reject, talk,
};

/// Cards in Lark.
pub(in crate::demo) static CARDS: &[Script] = &[
    talk(Place::Card, "数据看板").says(&[
        old(BOT_DATA, ZH, "📊 昨日数据已就绪（UTC+0），延迟 1 天。"),
        bot(BOT_DATA, ZH, "📊 看板刷新完成：{m}累计口径，数据截至昨日 24:00（UTC+0）。\n你的 24 家 CN 全部有数。"),
        bot(BOT_DATA, ZH, "📈 本周涨幅前三：{cn:14} +{11-19}%，{cn:4} +{8-10}%，{cn:18} +{5-7}%。\n［查看详情］")
            .tr("📈 Top three of the week: {cn:14} +{11-19} %, {cn:4} +{8-10} %, {cn:18} +{5-7} %. [Details]"),
        bot(BOT_DATA, ZH, "🔻 连续 3 天无开播：共 {9-18} 位主播，名单已推送到各 CN 主页，无需操作。"),
        bot(BOT_DATA, ZH, "🧮 上月账单数据定稿，之前的「暂估」标记已移除。"),
        bot(BOT_DATA, ZH, "🛠 今晚 23:30–23:50（UTC+8）例行维护，期间导出会排队，之后自动补发。"),
    ]),
    talk(Place::Card, "Calendar").dawn().says(&[
        old(BOT_CALENDAR, EN, "🗓 Your week: 21 meetings, 2 evenings used of 3."),
        bot(BOT_CALENDAR, EN, "🗓 Room change: \"Portfolio review\" moves from 6A to 6D. Time stays."),
        bot(BOT_CALENDAR, EN, "🗓 Lim Jia Min accepted \"Tier forecast read-through\"."),
        bot(BOT_CALENDAR, EN, "🗓 Reminder: focus block 14:00–15:30 today, notifications will be held back."),
    ]),
    talk(Place::Card, "Contract desk").says(&[
        old(BOT_CONTRACT, EN, "📝 Envelope {1200-4800} created from template \"Standard agreement\"."),
        bot(BOT_CONTRACT, EN, "📝 {lead:5} opened the agreement again, {2-4} times in all. No signature yet, reminders run by themselves."),
        bot(BOT_CONTRACT, EN, "📝 Annex B of {cn:20} was archived. Retention: 7 years."),
        bot(BOT_CONTRACT, EN, "📝 Clause library updated: payment terms now in plain language. Old drafts are not touched."),
    ]),
    talk(Place::Card, "风险雷达").says(&[
        bot(BOT_RISK, ZH, "🛡 例行扫描：你名下 {2300-2400} 位主播，新增提示 {1-4} 条，均为低风险，系统已自动提醒本人。"),
        bot(BOT_RISK, ZH, "🛡 {cn:9} 的提示「音乐版权」已由主播本人确认删除，事项自动关闭。")
            .tr("🛡 The notice \"music copyright\" of {cn:9}: the creator removed the clip; closed automatically."),
        bot(BOT_RISK, ZH, "🛡 规则库升级到 {31-39} 版：外链识别更准了，误报预计下降一成。"),
    ]),
    talk(Place::Card, "任务提醒").says(&[
        old(BOT_TASKS, ZH, "✅ 你上周完成 23 项任务。"),
        bot(BOT_TASKS, ZH, "✅ 方若溪完成了你创建的任务「邀请页批量粘贴」。"),
        bot(BOT_TASKS, ZH, "✅ 罗佳把任务「西语同传报价」的截止日推迟了一天，你是关注人。"),
    ]),
    talk(Place::Card, "Backstage releases").dawn().says(&[
        bot(BOT_RELEASE, EN, "🚀 Release {41-49}.2 is live: group filter remembers its last value, exports start 3 s sooner."),
        bot(BOT_RELEASE, EN, "🚀 Heads-up: the tier badge gets a new colour on Thursday. Pure cosmetics."),
    ]),
    talk(Place::Card, "审批 · 里程碑激励").cn(3).says(&[
        approve(BOT_APPROVE, ZH, "【待你审批】{cn} 里程碑激励 ${1200-2400}\n申请人：何以安\n规则校验：全部通过 ✅　预算余额：充足\n［同意］［拒绝］")
            .tr("[Awaiting your approval] {cn}, milestone incentive\nApplicant: He Yian\nRule check: all passed ✅ Budget: sufficient\n[Approve] [Reject]"),
    ]),
    talk(Place::Card, "审批 · 物料采购").cn(18).says(&[
        approve(BOT_APPROVE, ZH, "【待你审批】{cn} 新人灯光套装 {6-12} 套\n申请人：罗佳\n规则校验：全部通过 ✅　预算：培训科目内\n［同意］［拒绝］"),
    ]),
    talk(Place::Card, "审批 · 激励追加").cn(15).says(&[
        reject(BOT_APPROVE, ZH, "【待你审批】{cn} 激励追加 $9{100-900}\n申请人：何以安\n规则校验：超出单次上限 $5000 ❌，缺少证明材料 ❌\n［同意］［拒绝，需填写原因］")
            .tr("[Awaiting your approval] {cn}, additional incentive of more than $9,000\nApplicant: He Yian\nRule check: above the limit of $5,000 ❌, evidence missing ❌\n[Approve] [Reject with a reason]"),
    ]),
    talk(Place::Card, "Approval · Travel").says(&[
        approve(BOT_APPROVE, EN, "Your approval is needed: Odell Pruitt, train to the San Diego meet-up, ${60-140}\nPolicy check: passed ✅\n[Approve] [Reject]"),
    ]),
    talk(Place::Card, "Approval · Challenge prize").cn(0).says(&[
        approve(BOT_APPROVE, EN, "Your approval is needed: {cn}, prize pool of the weekend challenge, ${400-900} of $1000 allowed\nPolicy check: passed ✅ Evidence: 3 files\n[Approve] [Reject]"),
    ]),
    talk(Place::Card, "Approval · Revenue share exception").cn(1).says(&[
        postpone(BOT_APPROVE, EN, "Your approval is needed: {cn}, share exception of {2-4} points for one quarter\nPolicy check: on the agenda of Thursday's incentive review, decide there\n[Approve] [Reject] [Snooze]"),
    ]),
    talk(Place::Card, "Invitation · Asia sync").says(&[
        accept(BOT_INVITE, EN, "🗓 Invitation from Teo Wei Xuan: \"Asia sync, onboarding deck\", {d+1} 09:00–09:30 SGT ({d+0} 17:00 your time). You are free.\n[Accept] [Decline] [Propose another time]"),
    ]),
    talk(Place::Card, "Invitation · Platform all-hands").says(&[
        refuse(BOT_INVITE, EN, "🗓 Invitation from Platform Office: \"All-hands, optional\", {d+2} 19:00–20:30 UTC+8 (03:00 your time). Outside your hours, a recording follows.\n[Accept] [Decline] [Propose another time]"),
    ]),
];

/// Notices of the platform.
pub(in crate::demo) static NOTICES: &[Script] = &[
    talk(Place::Platform, "Platform notices · creators").says(&[
        bot(BOT_PLATFORM, EN, "Notice: @{h1:4} accepted the invitation of {cn:4}. The trial runs for seven days."),
        bot(BOT_PLATFORM, EN, "Notice: the management relationship of @{h2:10} with {cn:10} was renewed for a year."),
        bot(BOT_PLATFORM, EN, "Notice: an invitation of {cn:22} to @{h1:22} expired without an answer. It can be sent again."),
    ]),
    talk(Place::Platform, "Platform notices · policy").dawn().says(&[
        bot(BOT_POLICY, EN, "The LIVE reward rules page was republished. Wording only; rates and dates stay as they are."),
        bot(BOT_POLICY, EN, "Quarterly policy quiz: all your CNs have passed. Certificates are in the archive."),
    ]),
];

/// Mentions in documents.
pub(in crate::demo) static DOCS: &[Script] = &[
    talk(Place::Doc, "《{m}新 CN 拓展复盘》").says(&[
        old(SHEN, ZH, "新建了文档，大家按模板填。"),
        due(SHEN, ZH, "沈嘉禾在文档中提到了你：@{me} 第 2 节 outbound 的转化请补上，周三下班前要定稿。", "周三下班前")
            .tr("Shen Jiahe mentioned you: @{me} please add the outbound conversion in section 2; it is finalised before Wednesday evening.")
            .shape(Shape::DocLink("新 CN 拓展复盘")),
        fyi(QIN, ZH, "秦子墨评论：第 3 节我合并了重复的两段，没有改数字。"),
    ]),
    talk(Place::Doc, "《激励规则 FAQ》").says(&[
        ask(HE, ZH, "何以安在文档中提到了你：@{me} 这条「中途加入的主播怎么算」，你们对外是按比例还是按整月解释的？")
            .tr("He Yian mentioned you: @{me} \"creators who join mid-month\": do you explain it to CNs pro rata or as a full month?"),
        fyi(LUO, ZH, "罗佳评论：培训里先按旧口径讲着，等这条定了我再改讲义。").re(1),
    ]),
    talk(Place::Doc, "Partner onboarding deck v5").says(&[
        old(Me, EN, "Left comments on slides 3 to 7."),
        due(TEO, EN, "Teo Wei Xuan mentioned you: @{me} slide 9 needs one real quote from an owner, please drop it in before Wed 10:00 SGT, then I freeze the file.", "Wed 10:00 SGT")
            .shape(Shape::DocLink("Partner onboarding deck v5")),
        fyi(CHEN_SG, EN, "陈晨 commented: swapped the photo on the cover, licence is ours."),
    ]),
    talk(Place::Doc, "《CN 健康度模型说明》").says(&[
        pass_on(LU, ZH, "陆一鸣在文档中提到了你：@{me} 第 4 节要一份美区 2025 年的设备去重明细，门户查不到，麻烦转给你们那边管底层数据的同事。")
            .tr("Lu Yiming mentioned you: @{me} section 4 needs the device-level dedupe of the US for 2025. The portal does not have it; please pass it to whoever owns raw data on your side."),
        fyi(XU, ZH, "徐朗评论：权重部分先空着，等评审，不影响其他章节。"),
    ]),
    talk(Place::Doc, "《{c:0} 玩法说明》").says(&[
        fyi(GU, ZH, "顾晓棠评论：第 1 页的时间轴改成了双时区，看着清楚多了。"),
        fyi(BAI, ZH, "白予评论：合规检查已过，锁定「规则」一节，后续改动走评审。"),
    ]),
    talk(Place::Doc, "Q1 planning, US West").says(&[
        ask(JOAN, EN, "Joan Whitlock mentioned you: @{me} is the plan for {cn:23} still three hires, or did they drop to two? The table says both."),
        fyi(FINCH, EN, "Tobias Finch commented: stole your risk table for London, credited you on page 2.").re(1),
    ]),
    talk(Place::Doc, "Backstage 需求池").says(&[
        due(FANG, ZH, "方若溪在文档中提到了你：@{me} 第 14 条需求缺少「影响多少家 CN」，周五前补上我才能排期。", "周五前")
            .tr("Fang Ruoxi mentioned you: @{me} request 14 lacks \"how many CNs are affected\"; add it before Friday so that I can schedule it."),
        fyi(LIM, EN, "Lim Jia Min commented: added the Malaysian numbers to rows 8 and 11."),
    ]),
];
