//! Chinese names of the cities that zones are named after.

/// Returns the Chinese name of the city of a zone, if it is a well-known one.
pub(super) fn chinese_name(zone: &str) -> Option<&'static str> {
    CITIES
        .binary_search_by_key(&zone, |(name, _)| name)
        .ok()
        .map(|index| CITIES[index].1)
}

/// Sorted by zone name.
const CITIES: &[(&str, &str)] = &[
    ("Africa/Cairo", "开罗"),
    ("Africa/Casablanca", "卡萨布兰卡"),
    ("Africa/Johannesburg", "约翰内斯堡"),
    ("Africa/Lagos", "拉各斯"),
    ("Africa/Nairobi", "内罗毕"),
    ("America/Anchorage", "安克雷奇"),
    ("America/Argentina/Buenos_Aires", "布宜诺斯艾利斯"),
    ("America/Bogota", "波哥大"),
    ("America/Chicago", "芝加哥"),
    ("America/Denver", "丹佛"),
    ("America/Halifax", "哈利法克斯"),
    ("America/Lima", "利马"),
    ("America/Los_Angeles", "洛杉矶"),
    ("America/Mexico_City", "墨西哥城"),
    ("America/New_York", "纽约"),
    ("America/Phoenix", "凤凰城"),
    ("America/Santiago", "圣地亚哥"),
    ("America/Sao_Paulo", "圣保罗"),
    ("America/Toronto", "多伦多"),
    ("America/Vancouver", "温哥华"),
    ("Asia/Bangkok", "曼谷"),
    ("Asia/Colombo", "科伦坡"),
    ("Asia/Dhaka", "达卡"),
    ("Asia/Dubai", "迪拜"),
    ("Asia/Ho_Chi_Minh", "胡志明市"),
    ("Asia/Hong_Kong", "香港"),
    ("Asia/Jakarta", "雅加达"),
    ("Asia/Jerusalem", "耶路撒冷"),
    ("Asia/Karachi", "卡拉奇"),
    ("Asia/Kathmandu", "加德满都"),
    ("Asia/Kolkata", "加尔各答"),
    ("Asia/Kuala_Lumpur", "吉隆坡"),
    ("Asia/Macau", "澳门"),
    ("Asia/Manila", "马尼拉"),
    ("Asia/Riyadh", "利雅得"),
    ("Asia/Seoul", "首尔"),
    ("Asia/Shanghai", "上海"),
    ("Asia/Singapore", "新加坡"),
    ("Asia/Taipei", "台北"),
    ("Asia/Tehran", "德黑兰"),
    ("Asia/Tokyo", "东京"),
    ("Asia/Urumqi", "乌鲁木齐"),
    ("Australia/Brisbane", "布里斯班"),
    ("Australia/Melbourne", "墨尔本"),
    ("Australia/Perth", "珀斯"),
    ("Australia/Sydney", "悉尼"),
    ("Europe/Amsterdam", "阿姆斯特丹"),
    ("Europe/Athens", "雅典"),
    ("Europe/Berlin", "柏林"),
    ("Europe/Brussels", "布鲁塞尔"),
    ("Europe/Bucharest", "布加勒斯特"),
    ("Europe/Budapest", "布达佩斯"),
    ("Europe/Copenhagen", "哥本哈根"),
    ("Europe/Dublin", "都柏林"),
    ("Europe/Helsinki", "赫尔辛基"),
    ("Europe/Istanbul", "伊斯坦布尔"),
    ("Europe/Kyiv", "基辅"),
    ("Europe/Lisbon", "里斯本"),
    ("Europe/London", "伦敦"),
    ("Europe/Madrid", "马德里"),
    ("Europe/Moscow", "莫斯科"),
    ("Europe/Oslo", "奥斯陆"),
    ("Europe/Paris", "巴黎"),
    ("Europe/Prague", "布拉格"),
    ("Europe/Rome", "罗马"),
    ("Europe/Stockholm", "斯德哥尔摩"),
    ("Europe/Vienna", "维也纳"),
    ("Europe/Warsaw", "华沙"),
    ("Europe/Zurich", "苏黎世"),
    ("Pacific/Auckland", "奥克兰"),
    ("Pacific/Honolulu", "檀香山"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_zone_exists() {
        assert!(CITIES.is_sorted());
        for (zone, _) in CITIES {
            assert!(crate::slots::Zone::load(zone).is_ok(), "{zone}");
        }
        assert_eq!(chinese_name("Europe/Warsaw"), Some("华沙"));
    }
}
