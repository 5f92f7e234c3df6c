//! Chance from a seed, by integer arithmetic alone: the same draws on every machine.
//!
//! Sampling is done here rather than with `rand`'s distributions, whose values may change between its releases.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator of one stream of a seed. Streams of one seed are independent of each other, so that message 7 lives the
/// same life whether or not message 6 was asked for.
pub fn seeded(seed: u64, stream: u64) -> ChaCha8Rng {
    Streams::new(seed, 0).stream(stream)
}

/// The streams of one seed for one purpose. Purposes are independent too: turning a fault on changes no life.
pub(crate) struct Streams(ChaCha8Rng);

impl Streams {
    pub(crate) fn new(seed: u64, purpose: u8) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = purpose;
        Self(ChaCha8Rng::from_seed(key))
    }

    pub(crate) fn stream(&self, stream: u64) -> ChaCha8Rng {
        let mut rng = self.0.clone();
        rng.set_stream(stream);
        rng
    }
}

/// A share between 0 and 1, as the threshold of a 32-bit draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// `share` must lie in 0..=1.
    pub(crate) fn new(share: f64) -> Self {
        Self((share * 4_294_967_296.0) as u64)
    }

    pub(crate) const fn is_never(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn hits<R: Rng + ?Sized>(self, rng: &mut R) -> bool {
        u64::from(rng.next_u32()) < self.0
    }
}

/// 0 to `n` - 1; 0 if `n` is 0.
pub(crate) fn below<R: Rng + ?Sized>(rng: &mut R, n: u32) -> u32 {
    ((u64::from(rng.next_u32()) * u64::from(n)) >> 32) as u32
}

/// 0 to `n` - 1; 0 if `n` is 0.
pub(crate) fn below_u64<R: Rng + ?Sized>(rng: &mut R, n: u64) -> u64 {
    ((u128::from(rng.next_u64()) * u128::from(n)) >> 64) as u64
}

pub(crate) fn percent<R: Rng + ?Sized>(rng: &mut R, of_hundred: u32) -> bool {
    below(rng, 100) < of_hundred
}

/// One of `choices`, which must not be empty.
pub(crate) fn pick<'c, T, R: Rng + ?Sized>(rng: &mut R, choices: &'c [T]) -> &'c T {
    &choices[below(rng, choices.len() as u32) as usize]
}

/// One of `choices` by its weight; none if the weights add up to 0.
pub(crate) fn weighted<T: Copy, R: Rng + ?Sized>(rng: &mut R, choices: &[(T, u32)]) -> Option<T> {
    let total = choices.iter().map(|(_, weight)| weight).sum();
    let mut at = below(rng, total);
    for (choice, weight) in choices {
        match at.checked_sub(*weight) {
            Some(rest) => at = rest,
            None => return Some(*choice),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_of_zero_never_hits_and_of_one_always() {
        let mut rng = seeded(1, 1);
        assert!((0..10_000).all(|_| !Chance::new(0.0).hits(&mut rng) && Chance::new(1.0).hits(&mut rng)));
    }

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut rng = seeded(1, 1);
        assert!((0..10_000).all(|_| weighted(&mut rng, &[('a', 0), ('b', 3), ('c', 0)]) == Some('b')));
        assert_eq!(weighted(&mut rng, &[('a', 0)]), None);
    }

    #[test]
    fn streams_and_seeds_differ() {
        let draws = [(1, 1), (1, 2), (2, 1)].map(|(seed, stream)| seeded(seed, stream).next_u64());
        assert!(draws[0] != draws[1] && draws[0] != draws[2] && draws[1] != draws[2]);
        assert_eq!(seeded(1, 1).next_u64(), draws[0]);
    }
}
