//! Σ w·wᵀ of some items, in little memory.

/// The lower triangle, row after row. Nearly all sums are below 2¹⁶, and there are as many triangles as items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Square {
    low: Vec<u16>,
    /// What the others have above 2¹⁶, by place.
    high: Vec<(u32, u16)>,
}

/// Where the sum of two items stands.
fn at(i: usize, j: usize) -> usize {
    let (high, low) = (i.max(j), i.min(j));
    high * (high + 1) / 2 + low
}

impl Square {
    /// Of the lower halves of all sums, and the upper ones that are not zero, ascending.
    pub(super) fn new(low: Vec<u16>, high: Vec<(u32, u16)>) -> Self {
        Self { low, high }
    }

    /// How many items.
    pub(super) fn len(&self) -> usize {
        (self.low.len() * 2).isqrt()
    }

    pub(super) fn sum(&self, i: usize, j: usize) -> u32 {
        let at = at(i, j);
        let high = self.high.binary_search_by_key(&(at as u32), |(at, _)| *at).map_or(0, |found| self.high[found].1);
        u32::from(high) << 16 | u32::from(self.low[at])
    }

    /// Makes `sums` all of them, row after row.
    pub(super) fn write(&self, sums: &mut Vec<f64>) {
        sums.clear();
        sums.extend(self.low.iter().map(|low| f64::from(*low)));
        self.high.iter().for_each(|(at, above)| sums[*at as usize] += f64::from(u32::from(*above) << 16));
    }

    pub(super) fn subtract(&mut self, (i, j): (usize, usize), sum: u32) {
        let left = self.sum(i, j) - sum;
        let at = at(i, j);
        self.low[at] = left as u16;
        if let Ok(found) = self.high.binary_search_by_key(&(at as u32), |(at, _)| *at) {
            self.high[found].1 = (left >> 16) as u16;
            self.high.retain(|(_, above)| *above > 0);
        }
    }
}

impl FromIterator<u32> for Square {
    fn from_iter<I: IntoIterator<Item = u32>>(sums: I) -> Self {
        let mut square = Self::default();
        for (sum, at) in sums.into_iter().zip(0..) {
            square.low.push(sum as u16);
            if sum >> 16 > 0 {
                square.high.push((at, (sum >> 16) as u16));
            }
        }
        square
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_any_size_are_kept_and_taken_from() {
        let sums = [7, 70_000, 65_535, 65_536, u32::MAX, 0];
        let mut square: Square = sums.into_iter().collect();
        assert_eq!(square.len(), 3);
        let mut found = Vec::new();
        square.write(&mut found);
        assert_eq!(found, sums.map(f64::from));
        square.subtract((1, 0), 5_000);
        square.subtract((2, 0), 1);
        square.subtract((2, 1), 1);
        let left = [7, 65_000, 65_535, 65_535, u32::MAX - 1, 0];
        assert_eq!(square, left.into_iter().collect(), "whatever it was before");
        assert_eq!((square.sum(0, 1), square.sum(1, 2)), (65_000, u32::MAX - 1));
    }
}
