//! Numbers that look random and follow from names alone.

/// A 64-bit hash of `bytes` (FNV-1a, then a finaliser, so that short ids spread over all bits).
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    mix(fnv)
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of numbers that a seed determines (SplitMix64).
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, evenly below `bound`; the bias of the multiplication is below 2⁻³² for any slice in memory.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ((u128::from(mix(self.0)) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_cover() {
        let take = |seed| {
            let mut draws = Draws::new(seed);
            (0..1000).map(|_| draws.below(10)).collect::<Vec<_>>()
        };
        assert_eq!(take(hash(b"a")), take(hash(b"a")));
        assert_ne!(take(hash(b"a")), take(hash(b"b")));
        for value in 0..10 {
            let count = take(1).iter().filter(|v| **v == value).count();
            assert!((60..140).contains(&count), "{value}: {count}");
        }
    }
}
