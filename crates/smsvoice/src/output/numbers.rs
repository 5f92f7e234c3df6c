//! Numbers as a person reads them.

use super::value::Value;

/// What is not there.
pub(super) const NULL: &str = "–";

/// From 0 to 1: `41.7 %`. What is not quite nothing, and not quite all, is not told as that.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", digits(share * 100.0, 1))
}

fn digits(percent: f64, places: usize) -> String {
    let rounded = format!("{percent:.places$}");
    let is_edge = rounded.parse().is_ok_and(|rounded: f64| rounded.abs() < 1e-9 || (rounded - 100.0).abs() < 1e-9);
    if is_edge && percent.abs() > 0.0 && (percent - 100.0).abs() > f64::EPSILON && places < 4 {
        return digits(percent, places + 1);
    }
    rounded
}

/// A rate with the interval it lies in: `41.7 % (19–68)`. A narrow interval has a decimal place, so that its ends differ.
pub(super) fn interval(rate: &Value, low: &Value, high: &Value) -> String {
    let Value::Float(rate) = rate else { return NULL.to_owned() };
    let (Value::Float(low), Value::Float(high)) = (low, high) else { return percent(*rate) };
    let (low, high) = (low * 100.0, high * 100.0);
    let places = usize::from(high - low < 3.0);
    format!("{} ({low:.places$}–{high:.places$})", percent(*rate))
}

/// Cents stay, and whatever digits say more: 0.005810 is 0.00581, 12.500000 is 12.50.
pub(super) fn without_idle_zeros(digits: &str) -> &str {
    let Some(point) = digits.find('.') else { return digits };
    let shortest = (point + 3).min(digits.len());
    let used = digits.trim_end_matches('0').len();
    &digits[..used.max(shortest)]
}

/// Groups the digits before the point by three.
pub(super) fn thousands(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let digits = whole.trim_start_matches('-');
    let mut grouped = whole[..whole.len() - digits.len()].to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_say_neither_nothing_nor_all_unless_it_is_so() {
        for (share, shown) in [
            (0.0, "0.0 %"),
            (1.0, "100.0 %"),
            (0.41666, "41.7 %"),
            (0.0004, "0.04 %"),
            (0.999_99, "99.999 %"),
            (0.000_000_1, "0.0000 %"),
        ] {
            assert_eq!(percent(share), shown);
        }
    }

    #[test]
    fn an_interval_is_one_cell() {
        let [rate, low, high] = [0.416_66, 0.193, 0.680_4].map(Value::Float);
        assert_eq!(interval(&rate, &low, &high), "41.7 % (19–68)");
        let [low, high] = [0.412, 0.421].map(Value::Float);
        assert_eq!(interval(&rate, &low, &high), "41.7 % (41.2–42.1)");
        assert_eq!(interval(&Value::Null, &Value::Null, &Value::Null), "–");
    }
}
