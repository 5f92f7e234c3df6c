//! What this crate does with US dollars beyond reading them: multiply and add up.

use smsvoice_event::Usd;

/// Nothing.
pub(crate) const ZERO: Usd = Usd::from_micros(0);

pub(crate) const fn times(amount: Usd, units: u32) -> Usd {
    Usd::from_micros(amount.micros() * units as i64)
}

pub(crate) fn add_to(sum: &mut Usd, amount: Usd) {
    *sum = Usd::from_micros(sum.micros() + amount.micros());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_are_exact() {
        let mut sum = Usd::from_micros(100_000);
        add_to(&mut sum, Usd::from_micros(200_000));
        assert_eq!(sum.to_string(), "0.300000");
        assert_eq!(times(Usd::from_micros(5_810), 3).to_string(), "0.017430");
    }
}
