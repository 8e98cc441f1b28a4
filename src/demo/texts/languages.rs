//! The snippets in the other languages that people of the demo read, in the order of the library.

/// A title and a body for each snippet of the library.
type Translated = [(&'static str, &'static str); 9];

/// The snippets by language.
pub(in crate::demo) static TRANSLATED: &[(&str, Translated)] =
    &[("pt", PT), ("ja", JA), ("vi", VI), ("ar", AR)];

const PT: Translated = [
    (
        "Obrigada, vou ver",
        "Oi {{ sender.first_name }}, obrigada. Vou verificar e respondo ainda hoje.",
    ),
    (
        "Dado com a data",
        "Oi {{ sender.first_name }}, aqui está o dado de {{ network.name }} (UTC, até ontem): {{ figure }}",
    ),
    ("Sim, confirmado", "Sim, confirmado. Pode seguir."),
    (
        "Onde fica no portal",
        "Oi {{ sender.first_name }}, fica no portal, na gestão de criadores, no menu no fim de cada linha. Se o botão não aparecer, me avise.",
    ),
    (
        "Recurso aberto",
        "Oi {{ sender.first_name }}, o caso está aberto. Me mande a gravação completa e a captura do aviso; aviso assim que responderem.",
    ),
    (
        "Como contam horas e dias",
        "Só contam as LIVEs públicas, somadas por dia UTC; o dia vale a partir de uma hora completa.",
    ),
    (
        "Como estão",
        "Oi {{ sender.first_name }}, até ontem {{ network.name }} está assim em relação à meta do mês: {{ figure.goal }}",
    ),
    (
        "Próximos passos do lead",
        "Oi {{ sender.first_name }}, que bom falar com {{ lead.name }}. O próximo passo é uma ligação curta; depois vocês recebem a proposta por escrito.",
    ),
    (
        "Anotado para o produto",
        "Obrigada por avisar, anotei para o time de produto junto com os outros que sentem o mesmo.",
    ),
];

const JA: Translated = [
    (
        "確認します",
        "{{ sender.first_name }}さん、ありがとうございます。確認して本日中にご連絡します。",
    ),
    (
        "数値と集計日",
        "{{ sender.first_name }}さん、{{ network.name }} の数値です（UTC 区切り、昨日まで）：{{ figure }}",
    ),
    ("はい、確定です", "はい、確定です。そのまま進めてください。"),
    (
        "ポータルでの場所",
        "{{ sender.first_name }}さん、ポータルの配信者管理で、各行の右端のメニューにあります。ボタンが見えない場合はお知らせください。",
    ),
    (
        "異議申し立て済み",
        "{{ sender.first_name }}さん、申し立てを出しました。録画の全体と通知の画面を送ってください。回答があり次第お知らせします。",
    ),
    (
        "時間と日数の数え方",
        "公開配信だけが対象で、UTC の日ごとに合計します。一時間を超えた日が有効日になります。",
    ),
    (
        "現在の状況",
        "{{ sender.first_name }}さん、昨日の時点で {{ network.name }} は今月の目標に対してこうなっています：{{ figure.goal }}",
    ),
    (
        "候補先の次の段階",
        "{{ sender.first_name }}さん、{{ lead.name }} のご連絡ありがとうございます。次は短い通話で、その後に書面でご提案します。",
    ),
    (
        "製品チームへ伝達",
        "お知らせありがとうございます。同じ声と一緒に製品チームの一覧に載せました。",
    ),
];

const VI: Translated = [
    (
        "Cảm ơn, đang xử lý",
        "Chào {{ sender.first_name }}, cảm ơn bạn. Mình đang xem và trả lời trong hôm nay.",
    ),
    (
        "Số liệu kèm ngày",
        "Chào {{ sender.first_name }}, đây là số liệu của {{ network.name }} (theo UTC, đến hôm qua): {{ figure }}",
    ),
    (
        "Đồng ý, xác nhận",
        "Đồng ý, đã xác nhận. Bạn cứ tiến hành nhé.",
    ),
    (
        "Tìm ở đâu trong cổng",
        "Chào {{ sender.first_name }}, bạn vào cổng, mục quản lý nhà sáng tạo, menu ở cuối mỗi dòng. Nếu không thấy nút thì báo mình.",
    ),
    (
        "Đã gửi khiếu nại",
        "Chào {{ sender.first_name }}, khiếu nại đã được mở. Bạn gửi giúp mình toàn bộ bản ghi và ảnh chụp thông báo; có kết quả mình báo ngay.",
    ),
    (
        "Cách tính giờ và ngày",
        "Chỉ tính các buổi LIVE công khai, cộng theo ngày UTC; ngày hợp lệ khi đủ một giờ trọn.",
    ),
    (
        "Tình hình hiện tại",
        "Chào {{ sender.first_name }}, đến hôm qua {{ network.name }} so với mục tiêu tháng như sau: {{ figure.goal }}",
    ),
    (
        "Bước tiếp theo",
        "Chào {{ sender.first_name }}, rất vui khi nghe tin từ {{ lead.name }}. Bước tiếp theo là một cuộc gọi ngắn, sau đó bạn nhận đề xuất bằng văn bản.",
    ),
    (
        "Đã ghi cho sản phẩm",
        "Cảm ơn bạn đã nói, mình đã ghi lại cho nhóm sản phẩm cùng với những người gặp điều tương tự.",
    ),
];

const AR: Translated = [
    (
        "شكرًا، أتابع",
        "مرحبًا {{ sender.first_name }}، شكرًا لك. أتابع الأمر وأعود إليك اليوم.",
    ),
    (
        "رقم مع تاريخه",
        "مرحبًا {{ sender.first_name }}، هذا رقم {{ network.name }} (بتوقيت UTC حتى أمس): {{ figure }}",
    ),
    ("نعم، مؤكد", "نعم، مؤكد. تفضلوا بالمتابعة."),
    (
        "مكانه في البوابة",
        "مرحبًا {{ sender.first_name }}، تجده في البوابة ضمن إدارة صناع المحتوى، في القائمة في نهاية كل سطر. أخبرني إن لم يظهر الزر.",
    ),
    (
        "تم فتح التظلم",
        "مرحبًا {{ sender.first_name }}، فُتحت الحالة. أرسل لي التسجيل كاملًا وصورة الإشعار، وأخبرك فور وصول الرد.",
    ),
    (
        "كيف تُحسب الساعات والأيام",
        "تُحسب البثوث العامة فقط، وتُجمع لكل يوم بتوقيت UTC؛ ويُحتسب اليوم من ساعة كاملة.",
    ),
    (
        "الوضع الحالي",
        "مرحبًا {{ sender.first_name }}، حتى أمس يقف {{ network.name }} أمام هدف الشهر هكذا: {{ figure.goal }}",
    ),
    (
        "الخطوات التالية",
        "مرحبًا {{ sender.first_name }}، يسعدنا تواصل {{ lead.name }}. الخطوة التالية مكالمة قصيرة، ثم يصلكم العرض مكتوبًا.",
    ),
    (
        "سُجل لفريق المنتج",
        "شكرًا لإخبارنا، سجلته لفريق المنتج مع من يشعرون بالأمر نفسه.",
    ),
];
