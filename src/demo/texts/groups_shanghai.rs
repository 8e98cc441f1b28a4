//! Groups in which the Shanghai offices talk.

use super::super::offices::{
    BAI, BOT_DATA, BOT_OPS, BOT_RISK, CHEN_SH, FANG, GU, HE, LU, LUO, QIN, SHEN, XU,
};
use super::super::script::{
    EN, Mark, NONE, Place, Script, Shape, Who::Me, ZH, ack, ask, bot, due, figure, fyi, old,
    pass_on, talk,
};

/// The conversations.
pub(in crate::demo) static GROUPS_SHANGHAI: &[Script] = &[
    talk(Place::Group, "美区 CN 日报").says(&[
        old(SHEN, ZH, "昨天的日报已归档。"),
        fyi(SHEN, ZH, "今天的日报：美区整体钻石环比 +{2-6}%，新主播 {60-120} 位，没有重大异常。")
            .tr("Today's report: diamonds in the US +{2-6} % on the day before, {60-120} new creators, nothing serious."),
        fyi(LU, ZH, "补充一下，凌晨有一段数据延迟，10 点以后看的是全的。"),
        fyi(QIN, ZH, "图里是各梯队的分布，橙色是上周。").image("tiers.png"),
        fyi(SHEN, ZH, "新 CN 那一栏这周开始单独列，大家看习惯一下。"),
        fyi(XU, ZH, "我看中腰部涨得比头部快，挺健康的。"),
        fyi(QIN, ZH, "头部那几家在备战活动，下周才会起来。").re(1),
        ack(LU, ZH, "[辛苦了]☕️").sticker(),
    ]),
    talk(Place::Group, "美区增长 × 中台").says(&[
        old(QIN, ZH, "中台这边排期满到月底，大家提需求请走表单。"),
        old(Me, ZH, "好的，我们的两个需求已经在表里了。"),
        fyi(QIN, ZH, "表单里一共收到 {18-34} 条，先按影响面排了优先级，大家可以自己看。"),
        fyi(FANG, ZH, "批量邀请那条合并到新版流程里做，不单独排了。"),
        ask(QIN, ZH, "@{me} 你提的「导出带主播 ID」那条，是要 xlsx 还是 csv？")
            .tr("@{me} Your request \"export with creator ID\": do you want xlsx or csv?"),
        fyi(XU, ZH, "xlsx 会把长 ID 吃掉尾数，我投 csv 一票。").re(1),
        due(QIN, ZH, "@{me} 另外「离线申诉模板」缺业务方签字，明天下班前补一下，不然要掉到下个迭代。", "明天下班前")
            .tr("@{me} Also, the \"offline appeal template\" lacks the business owner's sign-off. Please add it before tomorrow evening or it slips to the next iteration."),
        fyi(SHEN, ZH, "模板我看过了，内容没问题，就差签字。"),
        ack(FANG, ZH, "+1，内容 OK"),
    ]),
    talk(Place::Group, "CN 毕业标准讨论").says(&[
        old(XU, ZH, "先统一口径：毕业看的是签约后 90 天的窗口。"),
        fyi(
            XU,
            ZH,
            "【口径说明】\n一、窗口从双方签完那天算起，按 UTC 切日；\n二、有效开播天数只认满一小时的；\n三、中途换主体的按新主体重新算。\n有异议的在这条下面回复。",
        )
        .post(),
        fyi(SHEN, ZH, "第三条会不会太严？换主体有时候是税务原因，不是他们想换。").re(1),
        fyi(XU, ZH, "可以走例外，但要留记录，否则窗口能一直重置。").re(1),
        ask(LU, ZH, "@{me} 你那边 {cn:17} 的签约日，是按对方签的那天还是我们盖章那天？")
            .tr("@{me} For {cn:17}, is the signing date the day they signed or the day we countersigned?"),
        fyi(SHEN, ZH, "那就先按这个版本试一个季度。"),
    ]),
    talk(Place::Group, "{c:0} 项目群").says(&[
        old(GU, ZH, "大家好，这是 {c:0} 的项目群，公告里有时间线。"),
        fyi(GU, ZH, "主视觉第二版出来了，改了字体，星星少了一半。").image("kv_v2.png"),
        fyi(BAI, ZH, "安全这边看过了，没有敏感元素，可以用。"),
        fyi(HE, ZH, "奖金池财务已批，按档位发，税前金额。"),
        due(GU, ZH, "@{me} 美西的参赛名单请在 Wed 20:00 GMT+8 之前填到公告里的表，后面要做分组抽签。", "Wed 20:00 GMT+8")
            .tr("@{me} Please fill the US West line-up into the sheet before Wed 20:00 GMT+8; the groups are drawn afterwards."),
        ack(HE, ZH, "收到"),
        fyi(GU, ZH, "抽签会直播，链接到时候发群里。"),
        ack(BAI, NONE, "🎉🎉✨").sticker(),
        fyi(FANG, ZH, "活动页埋点已上线，数据第二天早上能看。"),
    ]),
    talk(Place::Group, "申诉与违规同步").says(&[
        old(CHEN_SH, ZH, "申诉通道昨晚升级完了。"),
        fyi(CHEN_SH, ZH, "昨天一共 {30-60} 件申诉，通过 {9-25} 件，平均 {18-29} 小时出结果。")
            .tr("Yesterday {30-60} appeals came in, {9-25} were granted, results took {18-29} hours on average."),
        fyi(BAI, ZH, "被驳回的一大半是录屏不完整，模板里加了提示。"),
        fyi(CHEN_SH, ZH, "示例截图贴这里，以后照这个截就行。").image("appeal_example.png"),
        fyi(BAI, ZH, "「误伤」标签这周下线，统一改成「复核通过」。"),
        fyi(QIN, ZH, "有道理，之前那个词 CN 看了不舒服。").re(1),
    ]),
    talk(Place::Group, "Backstage 工具反馈").says(&[
        old(FANG, ZH, "反馈请带截图和时间，方便查日志。"),
        bot(BOT_OPS, ZH, "【值班机器人】今日值班：方若溪、秦子墨。未关闭工单 {6-19} 个，其中超时 {1-4} 个。"),
        fyi(FANG, ZH, "筛选器记不住上次选项的问题定位到了，是缓存 key 写错了😂"),
        fyi(QIN, ZH, "那个我踩过好几次，终于。").re(1),
        fyi(
            FANG,
            ZH,
            "修复计划：\n1️⃣ 今晚灰度 10%\n2️⃣ 明早全量\n3️⃣ 旧缓存自动清，不用大家手动操作",
        )
        .post(),
        bot(BOT_OPS, ZH, "【值班机器人】工单 #{1200-4800} 已由方若溪关闭：筛选条件丢失。"),
        fyi(LU, ZH, "导出那边我也顺手验了，正常。").mark(Mark::Recalled),
        ack(QIN, ZH, "nice，收工🍜"),
    ]),
    talk(Place::Group, "内容安全周知").says(&[
        old(BAI, ZH, "本群只发通知，讨论请移步违规同步群。"),
        bot(BOT_RISK, ZH, "【风险雷达】过去 24 小时高风险直播间 {3-9} 个，均已处置，明细见看板。"),
        fyi(
            BAI,
            ZH,
            "【提醒】节日期间严查：\n· 未成年人出镜\n· 诱导打赏话术\n· 户外直播的版权音乐\n请各位同步给 CN，文案可以直接用附件里的。",
        )
        .post()
        .tr("[Reminder] Strictly checked over the holidays:\n· minors on camera\n· pushing viewers to gift\n· copyrighted music outdoors\nPlease tell your CNs; the attached wording can be used as it is."),
        fyi(BAI, ZH, "英文版文案晚点补。"),
        fyi(CHEN_SH, ZH, "西语版我这边也在翻，好了发出来。"),
        ack(LUO, ZH, CROSS_POST),
    ]),
    talk(Place::Group, "培训中心 · 讲师群").says(&[
        old(LUO, ZH, "下月课表初版已上传，冲突的找我换。"),
        fyi(LUO, ZH, "上周那场满意度 {4.5-4.9}，破纪录了！"),
        fyi(SHEN, ZH, "[语音转文字] 大家好，录播我放在老地方了，直播那段网卡，后半段可以跳过。")
            .shape(Shape::Voice("voice_0032.ogg")),
        fyi(LUO, ZH, "讲义第 {3-9} 页的案例换成匿名的，CN 名字不要出现。"),
        fyi(GU, ZH, "已经换了，顺便把截图里的头像也打码了。").re(1),
        ack(LUO, ZH, CROSS_POST),
        ack(GU, NONE, "👍🏽🌟5️⃣").sticker(),
    ]),
    talk(Place::Group, "数据口径 Q&A").says(&[
        old(LU, ZH, "常见问题整理到置顶文档里了。"),
        bot(BOT_DATA, ZH, "【数据机器人】口径文档有更新：第 {3-8} 节「活跃主播」新增示例 2 条。"),
        fyi(LU, ZH, "示例是根据上周的提问加的，感谢各位当小白鼠🐭"),
        figure(XU, ZH, "@{me} {cn:1} 的有效开播天数，门户上这个月显示多少？我想看和我表里差在哪。")
            .tr("@{me} How many valid go LIVE days does the portal show for {cn:1} this month? I want to see where my table differs."),
        fyi(LU, ZH, "先确认一下时区，十有八九是 UTC 切日的问题。").re(1),
        pass_on(XU, ZH, "@{me} 还有一个：{cn:16} 每场的观众留存明细，门户没有，得底层日志权限才能拉，麻烦转给你们那边的同事。").re(2),
        fyi(XU, ZH, "对比表放这里，红色是差异超过 1% 的。").file("口径对比.xlsx"),
    ]),
    talk(Place::Group, "Q4 冲刺 War Room").says(&[
        old(SHEN, ZH, "Ｑ４ ＫＰＩ 拆解表在公告，请大家每天 update 一次。"),
        bot(BOT_DATA, EN, "Daily pulse: Q4 target {58-74}% reached, {41-46} days left, need-rate {1.01-1.09}x."),
        fyi(SHEN, ZH, "整体 on track，但美东掉了 {1-3} 个点，主要是两家头部停播。"),
        fyi(QIN, ZH, "停播那两家是 owner 在搬办公室，下周恢复，不用 panic。").re(1),
        ask(SHEN, ZH, "@{me} 你的 new CN pipeline 里，这个月还有几家有机会 close？给个 ballpark 就行。")
            .tr("@{me} How many CNs in your pipeline could still close this month? A ballpark figure is enough."),
        due(XU, ZH, "@{me} 明年的 {cn:0} growth plan 需要你补一段 narrative，Thu 11:00 SGT 要给大老板过。", "Thu 11:00 SGT")
            .tr("@{me} The growth plan of {cn:0} for next year needs a paragraph of narrative from you; the big boss reviews it Thu 11:00 SGT."),
        fyi(
            SHEN,
            ZH,
            "今日小结：\n① 头部稳住，② 腰部 push 新人开播，③ 尾部不投资源。\n细节看 doc，群里不展开。",
        )
        .post(),
        fyi(GU, ZH, "活动侧会配合 ②，下周给新人多一个曝光位。").re(1),
    ]),
    talk(Place::Group, "新功能内测").says(&[
        old(FANG, ZH, "内测名额还有 5 个。"),
        fyi(
            FANG,
            ZH,
            "【内测更新 0.{7-9}】\n新增：主播分组拖拽\n优化：邀请页支持 30 个账号一次查\n已知问题：夜间模式下按钮看不清",
        )
        .post(),
        fyi(LUO, ZH, "拖拽很顺，就是撤销键藏得有点深。"),
        fyi(FANG, ZH, "收到，撤销会挪到右上角。").re(1),
        fyi(QIN, ZH, "夜间模式那个我给设计提了，排在周四。"),
        ack(LUO, ZH, CROSS_POST),
    ]),
    talk(Place::Group, "周会纪要").says(&[
        old(SHEN, ZH, "纪要每周二更新，请勿在本群闲聊。"),
        fyi(SHEN, ZH, "[合并转发] 业务讨论全文，留档用，不需要回复。").shape(Shape::LongForward),
        fyi(
            SHEN,
            ZH,
            "【纪要】1. 目标拆解通过；2. 美区激励规则下季度再议；3. 培训预算增加 {5-15}%；4. 下次会议改线上。",
        )
        .post(),
        fyi(HE, ZH, "预算表同步更新了，见附件。").file("budget_q4_final_FINAL.xlsx").mark(Mark::Edited),
    ]),
];

/// The text that was posted in three groups.
const CROSS_POST: &str = "【转发】下月「直播间灯光与收音」公开课开放报名，名额 80 个，扫码即可，先到先得～（多群同发，见谅）";
