//! What this crate does with US dollars beyond reading them: multiply, add up, write as AWS writes them.

use smsvoice_event::Usd;

use crate::json::write_int;

/// Nothing.
pub(crate) const ZERO: Usd = Usd::from_micros(0);

pub(crate) const fn times(amount: Usd, units: u32) -> Usd {
    Usd::from_micros(amount.micros() * units as i64)
}

pub(crate) fn add_to(sum: &mut Usd, amount: Usd) {
    *sum = Usd::from_micros(sum.micros() + amount.micros());
}

/// Appends the amount, which is never negative, as AWS's JSON numbers look: no trailing zeros, but one decimal at least
/// (`0.00581`, `0.0`).
pub(crate) fn write_number(amount: Usd, out: &mut Vec<u8>) {
    write_int(amount.micros() / 1_000_000, out);
    out.push(b'.');
    let point = out.len();
    let (mut rest, mut unit) = (amount.micros() % 1_000_000, 100_000);
    while rest > 0 || out.len() == point {
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_aws_writes_them() {
        let cases = [(5_810, "0.00581"), (0, "0.0"), (13_000, "0.013"), (1_000_000, "1.0"), (12_500_001, "12.500001")];
        for (micros, expected) in cases {
            let mut out = Vec::new();
            write_number(Usd::from_micros(micros), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn sums_and_products_are_exact() {
        let mut sum = Usd::from_micros(100_000);
        add_to(&mut sum, Usd::from_micros(200_000));
        assert_eq!(sum.to_string(), "0.300000");
        assert_eq!(times(Usd::from_micros(5_810), 3).to_string(), "0.017430");
    }
}
