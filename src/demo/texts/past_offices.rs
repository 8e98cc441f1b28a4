//! Conversations with colleagues that ended long ago.

use super::super::script::Place::Direct;
use super::past::{Chat, Other::Office, chat};

/// With colleagues.
pub(super) static OFFICE_CHATS: &[Chat] = &[
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
            "~材料看了，只有一个问题：{m-1}的活动算不算在基线里？",
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
            "~Any news from them?",
            ">Yes: works on both phones now. You can close it.",
            "Closed, thanks for the chase.",
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
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "{own} 那边的设备清单你有吗？后台登记的是三年前的。",
            ">我要一下，明天给你。",
            "~>清单来了，{4-12} 台，都换过一轮。",
            "好，我更新后台，旧的作废。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "下周我休假，{cn} 的事先找子墨。",
            ">好的，玩得开心！",
            "~回来啦，有没有漏掉什么？",
            ">没有大事，都在交接表里。",
            "看完了，靠谱👍",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "你们那边说的 “went dark” 具体指几天没播？",
            ">三天没开播就进名单，七天我就打电话。",
            "明白，那我文档里按三天写。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "英文版公告我翻了一版，帮忙看下语气？",
            ">第二段有点硬，我改了两句，发回给你了。",
            "改得好，就用你的。",
            ">不客气～",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "{cn} 的合同扫描件缺最后一页。",
            ">我让他们补，法务那边也在催。",
            "~收到补件了，归档完成。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "问个小事：你们说 “battle” 的时候，是指连麦 PK 还是所有比赛？",
            ">只指连麦 PK，别的我们叫 challenge。",
            "哈哈难怪对不上，我改一下标签。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "上次你提的需求评审过了，排在下个月。",
            ">太好了！需要我补材料吗？",
            "不用，效果图你看一眼就行。",
            ">看了，按钮再大一点更好。",
            "OK，已经跟设计说了。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Shanghai"),
        "zh",
        &[
            "今年的供应商问卷你填了吗？就差你一个😂",
            ">马上！",
            ">填好了，抱歉拖到最后。",
            "没事，刚好赶上。",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            "Is {own} ok with being quoted in the newsletter?",
            ">Asked, yes, but first name only please.",
            "Changed. It goes out on Thursday.",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            ">Could you re-run the job for {cn}? Two days are missing.",
            "Running, give it twenty minutes.",
            "Done. Both days are back.",
            ">Confirmed from here, thank you!",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            "Public holiday on our side next Monday, desk is closed.",
            ">Noted, I'll move the clinic to Tuesday.",
            "Best. Will update the invite.",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            "Your screenshot shows the old badge, is your app updated?",
            ">It was not. Sorry for the false alarm.",
            "No worries, happens weekly 😅",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Singapore"),
        "en",
        &[
            "For the regional call, five minutes on {cn} enough for you?",
            ">Plenty. I'll bring one slide.",
            "Slide received, very clean.",
            ">Thanks, see you on the call.",
        ],
    ),
    chat(
        Direct,
        Office("Asia/Tokyo"),
        "ja",
        &[
            "アナさん、{cn} の紹介資料を日本語にしてもよろしいでしょうか。",
            ">Of course, please go ahead!",
            "~翻訳が終わりました。共有フォルダに入れておきます。",
            ">Thank you, it looks beautiful.",
        ],
    ),
    chat(
        Direct,
        Office("Europe/London"),
        "en",
        &[
            "Do you have a one-pager on how you run kick-offs?",
            ">Sending mine, it's a bit home-made.",
            "Home-made is the best kind. Borrowed with thanks.",
        ],
    ),
    chat(
        Direct,
        Office("America/Los_Angeles"),
        "en",
        &[
            "Are you in the office tomorrow?",
            ">Yes until three, then I have {cn}.",
            "Lunch at twelve then?",
            ">Booked.",
        ],
    ),
    chat(
        Direct,
        Office("America/Denver"),
        "en",
        &[
            ">Did the one from Boulder ever call back?",
            "Not yet. Third message goes out on Monday.",
            "~Update: they called, meeting is set.",
            ">Nice persistence!",
        ],
    ),
    chat(
        Direct,
        Office("America/Sao_Paulo"),
        "pt",
        &[
            "Oi Ana, pode me passar o contato do financeiro que cuida de {cn}?",
            ">Claro, te mandei por e-mail.",
            "Recebido, obrigado!",
        ],
    ),
];
