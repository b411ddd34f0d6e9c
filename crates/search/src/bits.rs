//! Sets of slots, one bit each.

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    pub(crate) fn with_room(numbers: usize) -> Self {
        Self { words: vec![0; numbers.div_ceil(64)] }
    }

    pub(crate) fn set(&mut self, number: u32) {
        let word = number as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (number % 64);
    }

    pub(crate) fn clear(&mut self, number: u32) {
        if let Some(word) = self.words.get_mut(number as usize / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    pub(crate) fn has(&self, number: u32) -> bool {
        self.words.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn keep(&mut self, other: &Self) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or(0);
        }
    }

    pub(crate) fn count_shared(&self, other: &Self) -> usize {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros();
                    left &= left - 1;
                    at as u32 * 64 + bit
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_set() {
        let mut bits = Bits::default();
        for number in [0, 63, 64, 700] {
            bits.set(number);
        }
        bits.clear(63);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 64, 700]);
        assert_eq!(bits.count(), 3);
        assert!(bits.has(700) && !bits.has(63) && !bits.has(100_000));
        let mut other = Bits::with_room(65);
        other.set(64);
        assert_eq!(bits.count_shared(&other), 1);
        bits.keep(&other);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [64]);
    }
}
