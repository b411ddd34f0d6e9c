//! How often somebody may ask, in memory that does not grow with how many ask.

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::{BuildHasher, Hash, RandomState};

/// Counters. Two who fall on the same one share what each may ask; which two do is drawn anew with every start.
const COUNTERS: u64 = 1 << 16;

/// A limit for each of many.
#[derive(Debug)]
pub(crate) struct Limits {
    limiter: DefaultKeyedRateLimiter<u16>,
    hasher: RandomState,
}

impl Limits {
    pub(crate) fn new(quota: Quota) -> Self {
        Self { limiter: RateLimiter::keyed(quota), hasher: RandomState::new() }
    }

    /// Whether `who` may ask now; counted when they may.
    pub(crate) fn allows(&self, who: impl Hash) -> bool {
        let counter = self.hasher.hash_one(who) % COUNTERS;
        self.limiter.check_key(&u16::try_from(counter).expect("fewer counters than that")).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    #[test]
    fn one_who_asks_without_end_stops_nobody_else_and_takes_no_memory() {
        let limits = Limits::new(Quota::per_hour(NonZeroU32::new(10).expect("ten")));
        let heard = (0..1_000).filter(|_| limits.allows("attacker")).count();
        assert_eq!(heard, 10);
        let others = (0..100).filter(|other| limits.allows(("other", other))).count();
        assert!(others >= 99, "{others} of 100 are heard");
        for other in 0..300_000_u32 {
            limits.allows(other);
        }
        assert!(limits.limiter.len() <= COUNTERS as usize);
    }
}
