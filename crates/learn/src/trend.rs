//! Shares over time: which may be shown, how sure they are, and whether they rise or fall.

use crate::measure::wilson;

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Those of whom it is true.
    pub hits: u64,
    /// All.
    pub of: u64,
}

impl Count {
    /// Whether neither those of whom it is true nor the others are somebody and yet fewer than `least`: few are known by
    /// what they did, and by what everybody else did.
    pub fn is_shown(self, least: u64) -> bool {
        let is_small = |people: u64| 0 < people && people < least;
        !is_small(self.hits) && !is_small(self.of.saturating_sub(self.hits))
    }

    /// The share, 0 to 1, and its 95 % interval (Wilson); `None` of nobody.
    pub fn share(self) -> Option<[f64; 3]> {
        if self.of == 0 {
            return None;
        }
        let [low, high] = wilson(self.hits as usize, self.of as usize);
        Some([self.hits as f64 / self.of as f64, low, high])
    }
}

/// Where a share goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Up, for sure.
    Rising,
    /// Down, for sure.
    Falling,
    /// Not for sure anywhere.
    Unsure,
}

/// How a share changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// From the first period to the last, along the line that fits best; −1 to 1.
    pub change: f64,
    /// Its interval: 95 % for all values that were compared together.
    pub interval: [f64; 2],
    /// What that says.
    pub direction: Direction,
}

/// How a share changed over periods of equal length, oldest first, when `compared` shares are looked at together. `None` where
/// fewer than three periods show anything, or none of them a hit.
///
/// The line is the least squares one, each period with the weight of its count, as in the test for trend of Cochran (1954) and
/// Armitage (1955). The variance of a period's share is that of Agresti and Coull (1998), two hits and two others added, so that
/// a row of zeros is not taken for certain; the interval is widened for `compared` looks (Bonferroni).
pub fn trend(counts: &[Option<Count>], compared: usize) -> Option<Trend> {
    let shown = || {
        let count = |(at, count): (usize, &Option<Count>)| Some((at as f64, (*count)?));
        counts.iter().enumerate().filter_map(count).filter(|(_, count)| count.of > 0)
    };
    let [first, .., last] = shown().map(|(at, _)| at).collect::<Vec<_>>()[..] else { return None };
    if shown().count() < 3 || shown().all(|(_, count)| count.hits == 0) {
        return None;
    }
    let weight: f64 = shown().map(|(_, count)| count.of as f64).sum();
    let centre = shown().map(|(at, count)| at * count.of as f64).sum::<f64>() / weight;
    let (mut slope, mut spread, mut variance) = (0.0, 0.0, 0.0);
    for (at, count) in shown() {
        let (away, of) = (at - centre, count.of as f64);
        let likely = (count.hits as f64 + 2.0) / (of + 4.0);
        slope += away * count.hits as f64;
        spread += of * away * away;
        variance += of * away * away * likely * (1.0 - likely);
    }
    let length = last - first;
    let change = slope / spread * length;
    let half = normal_quantile(1.0 - 0.025 / compared.max(1) as f64) * variance.sqrt() / spread * length;
    let direction = match change {
        _ if change - half > 0.0 => Direction::Rising,
        _ if change + half < 0.0 => Direction::Falling,
        _ => Direction::Unsure,
    };
    Some(Trend { change, interval: [change - half, change + half], direction })
}

/// The normal distribution's quantile of `share` above one half, within 4.5e-4 (Abramowitz and Stegun 1964, 26.2.23).
fn normal_quantile(share: f64) -> f64 {
    let t = (-2.0 * (1.0 - share).ln()).sqrt();
    t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Draws;

    fn row(counts: &[(u64, u64)]) -> Vec<Option<Count>> {
        counts.iter().map(|(hits, of)| Some(Count { hits: *hits, of: *of })).collect()
    }

    #[test]
    fn few_are_not_shown_neither_who_did_nor_who_did_not() {
        for (hits, of, least, is_shown) in [
            (0, 0, 5, true),
            (0, 100, 5, true),
            (4, 100, 5, false),
            (5, 100, 5, true),
            (96, 100, 5, false),
            (100, 100, 5, true),
            (0, 4, 5, false),
            (3, 3, 5, false),
            (1, 2, 0, true),
        ] {
            assert_eq!(Count { hits, of }.is_shown(least), is_shown, "{hits} of {of}, at least {least}");
        }
    }

    #[test]
    fn a_line_is_found_exactly() {
        let rising = trend(&row(&[(100, 1000), (200, 1000), (300, 1000), (400, 1000)]), 1).expect("a trend");
        assert!((rising.change - 0.3).abs() < 1e-12 && rising.direction == Direction::Rising, "{rising:?}");
        let falling = trend(&row(&[(400, 1000), (300, 1000), (200, 1000), (100, 1000)]), 1).expect("a trend");
        assert!((falling.change + 0.3).abs() < 1e-12 && falling.direction == Direction::Falling, "{falling:?}");
        let level = trend(&row(&[(1, 50), (1, 50), (1, 50)]), 1).expect("a trend");
        assert!(level.change == 0.0 && level.direction == Direction::Unsure && level.interval[1] > 0.0, "{level:?}");
        assert_eq!(trend(&row(&[(0, 50), (0, 50), (0, 50)]), 1), None);
    }

    #[test]
    fn periods_that_are_not_shown_keep_their_place() {
        let whole = row(&[(10, 100), (20, 100), (30, 100), (40, 100), (50, 100)]);
        let mut with_gaps = whole.clone();
        (with_gaps[1], with_gaps[3]) = (None, Some(Count::default()));
        let change = |counts: &[Option<Count>]| trend(counts, 1).map(|trend| trend.change);
        assert!((change(&with_gaps).expect("a trend") - change(&whole).expect("a trend")).abs() < 1e-12);
        with_gaps[4] = None;
        assert_eq!(change(&with_gaps), None, "two periods are no trend");
    }

    /// Of twenty shares that do not change, in nineteen of twenty rows none is called rising or falling.
    #[test]
    fn what_does_not_change_is_seldom_called_rising() {
        let mut draws = Draws::new(7);
        let (rows, values) = (300, 20);
        let mut alarms = 0;
        for _ in 0..rows {
            let mut is_alarm = false;
            for _ in 0..values {
                let hits = |draws: &mut Draws| (0..200).filter(|_| draws.below(10) == 0).count() as u64;
                let counts: Vec<_> = (0..12).map(|_| Some(Count { hits: hits(&mut draws), of: 200 })).collect();
                is_alarm |= trend(&counts, values).is_some_and(|trend| trend.direction != Direction::Unsure);
            }
            alarms += usize::from(is_alarm);
        }
        assert!((3..=27).contains(&alarms), "{alarms} of {rows}; 15 are expected");
    }

    #[test]
    fn quantiles_are_the_tables() {
        for (share, expected) in [(0.975, 1.959_964), (0.995, 2.575_829), (0.9995, 3.290_527), (0.999_95, 3.890_592)] {
            assert!((normal_quantile(share) - expected).abs() < 4.5e-4, "{share}");
        }
    }
}
