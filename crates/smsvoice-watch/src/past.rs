//! What is usual: medians, and shares with what chance alone makes of them.

/// The median; of an even number of values the mean of the middle two; 0 of none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// The median distance from the median, so scaled that it is the standard deviation of normal values, and at least what
/// counts vary by chance.
pub(crate) fn spread(values: &[f64], median: f64) -> f64 {
    let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    let mad = self::median(&mut distances) * 1.4826;
    mad.max(median.sqrt() + 1.0)
}

/// The ends of Wilson's interval of `hits` of `trials`; 0 to 1 of none.
pub(crate) fn wilson(hits: f64, trials: f64, z: f64) -> (f64, f64) {
    if trials <= 0.0 {
        return (0.0, 1.0);
    }
    let (share, spread) = (hits / trials, z * z / trials);
    let middle = (share + spread / 2.0) / (1.0 + spread);
    let half = z / (1.0 + spread) * (share * (1.0 - share) / trials + spread / (4.0 * trials)).sqrt();
    (middle - half, middle + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spreads_are_not_moved_by_one_wild_day() {
        let values = [10.0, 12.0, 11.0, 9.0, 5_000.0];
        let middle = median(&mut values.to_vec());
        assert!((middle - 11.0).abs() < 1e-9);
        assert!(spread(&values, middle) < 5.0);
        assert!((spread(&[100.0; 5], 100.0) - 11.0).abs() < 1e-9, "counts vary by chance even if these did not");
    }

    #[test]
    fn the_interval_holds_the_share() {
        let (low, high) = wilson(50.0, 100.0, 1.96);
        assert!(low < 0.41 && low > 0.40 && high > 0.59 && high < 0.60);
        assert_eq!(wilson(0.0, 0.0, 1.96), (0.0, 1.0));
    }
}
