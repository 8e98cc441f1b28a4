//! Numbers, amounts of money and lengths of time as people write them.

use jiff::SignedDuration;

/// A decimal number, exactly: `digits × 10^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    exponent: i32,
}

/// A length of time and the unit in which it was last counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrittenSpan {
    pub(super) length: SignedDuration,
    /// The smallest unit that was written; a bare zero counts in seconds.
    pub(super) unit: SignedDuration,
}

/// An amount of money: thousandths of the currency's major unit, and the currency if one was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenMoney {
    pub(super) thousandths: i128,
    pub(super) currency: Option<Box<str>>,
}

impl Decimal {
    /// Reads `12`, `-3.5`, `2.98M`, `88k`, `4,001,930`, `3万`.
    pub(super) fn read(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let (negative, unsigned) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let suffix = unsigned.chars().next_back()?;
        let power = match suffix {
            'k' | 'K' | '千' => 3,
            'm' | 'M' => 6,
            'b' | 'B' => 9,
            '万' => 4,
            '亿' => 8,
            _ => 0,
        };
        let number = if power > 0 {
            unsigned.strip_suffix(suffix)?
        } else {
            unsigned
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut digits: i128 = 0;
        let mut count = 0;
        for c in ungrouped(whole)?.chars().chain(fraction.chars()) {
            let digit = c.to_digit(10)?;
            count += 1;
            if count > 30 {
                return None;
            }
            digits = digits * 10 + i128::from(digit);
        }
        let places = i32::try_from(fraction.len()).ok()?;
        (count > 0).then_some(Decimal {
            digits: if negative { -digits } else { digits },
            exponent: power - places,
        })
    }

    /// Returns the nearest floating-point number.
    pub(super) fn number(self) -> Option<f64> {
        format!("{}e{}", self.digits, self.exponent).parse().ok()
    }

    /// Returns the number in thousandths, finer parts cut off.
    fn thousandths(self) -> Option<i128> {
        let power = self.exponent + 3;
        let scale = 10_i128.checked_pow(power.unsigned_abs())?;
        if power >= 0 {
            self.digits.checked_mul(scale)
        } else {
            Some(self.digits / scale)
        }
    }
}

/// Takes out the commas between groups of three digits; `None` when they stand anywhere else.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// Reads `45m`, `7d`, `1h30m`, `-2h`, `1.5h`; `0` needs no unit.
pub(super) fn span(text: &str) -> Option<WrittenSpan> {
    let text = text.trim();
    let (negative, mut rest) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest == "0" {
        return Some(WrittenSpan {
            length: SignedDuration::ZERO,
            unit: SignedDuration::from_secs(1),
        });
    }
    let mut milliseconds: i64 = 0;
    let mut smallest = i64::MAX;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(end)?;
        let end = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let unit = seconds(unit)?;
        let amount = Decimal::read(number)?.thousandths()?;
        let amount = i64::try_from(amount).ok()?.checked_mul(unit)?;
        milliseconds = milliseconds.checked_add(amount)?;
        smallest = smallest.min(unit);
        rest = after;
    }
    let length = SignedDuration::from_millis(milliseconds);
    (smallest < i64::MAX).then_some(WrittenSpan {
        length: if negative { -length } else { length },
        unit: SignedDuration::from_secs(smallest),
    })
}

/// Returns the seconds of a unit of elapsed time: a day is 24 hours, a week 7 days.
fn seconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" | "sec" | "秒" => 1,
        "m" | "min" | "分钟" => 60,
        "h" | "小时" => 3_600,
        "d" | "天" => 86_400,
        "w" | "周" => 604_800,
        _ => return None,
    })
}

/// Reads `1.5M`, `$500`, `1200.50 USD`, `EUR 20k`.
pub(super) fn money(text: &str) -> Option<WrittenMoney> {
    let text = text.trim();
    let without_sign = text.strip_prefix(['$', '€', '£', '¥']).unwrap_or(text);
    if let Some(amount) = Decimal::read(without_sign) {
        return Some(WrittenMoney {
            thousandths: amount.thousandths()?,
            currency: None,
        });
    }
    let letters = |part: &str| part.len() == 3 && part.chars().all(|c| c.is_ascii_alphabetic());
    let (amount, currency) = text
        .len()
        .checked_sub(3)
        .and_then(|at| text.split_at_checked(at))
        .filter(|(_, code)| letters(code))
        .or_else(|| {
            let (code, amount) = text.split_at_checked(3)?;
            letters(code).then_some((amount, code))
        })?;
    Some(WrittenMoney {
        thousandths: Decimal::read(amount)?.thousandths()?,
        currency: Some(currency.to_ascii_uppercase().into()),
    })
}

/// Returns an amount in minor units as thousandths of the major unit (ISO 4217: most currencies have 100
/// minor units, some none, some 1,000).
pub(super) fn thousandths(minor: i64, currency: &str) -> i128 {
    let scale = match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 1_000,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 1,
        _ => 10,
    };
    i128::from(minor) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<f64> {
        Decimal::read(text)?.number()
    }

    #[test]
    fn numbers_are_read_as_the_platform_writes_them() {
        assert_eq!(number("2.98M"), Some(2_980_000.0));
        assert_eq!(number("88.46K"), Some(88_460.0));
        assert_eq!(number("4,001,930"), Some(4_001_930.0));
        assert_eq!(number("3万"), Some(30_000.0));
        assert_eq!(number("-0.5"), Some(-0.5));
        for wrong in ["", "-", ".", "1,2", "1.2.3", "k", "1e5", "∞", "12abc"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lengths_of_time_add_up() {
        let read = |text| span(text).map(|span| span.length.as_secs());
        assert_eq!(read("2h"), Some(7_200));
        assert_eq!(read("1h30m"), Some(5_400));
        assert_eq!(read("-1.5d"), Some(-129_600));
        assert_eq!(read("3w"), Some(1_814_400));
        assert_eq!(read("0"), Some(0));
        for wrong in ["", "2", "h", "2x", "2h3", "99999999999999999999w", "1..5h"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn money_knows_its_currency_when_it_is_written() {
        assert_eq!(money("1.5M").unwrap().thousandths, 1_500_000_000);
        let euros = money("EUR 20k").unwrap();
        assert_eq!(euros.currency.as_deref(), Some("EUR"));
        assert_eq!(euros.thousandths, thousandths(2_000_000, "EUR"));
        assert_eq!(money("500usd").unwrap().currency.as_deref(), Some("USD"));
        assert_eq!(money("¥3万").unwrap().thousandths, 30_000_000);
        assert_eq!(thousandths(500, "JPY"), 500_000);
        assert_eq!(money("USD"), None);
    }
}
