//! How good it is: each figure a pure function, each interval by a stated method.

use crate::hash::{Draws, hash};
use faer::{Accum, Mat, MatRef, Par, linalg::matmul::matmul};

/// Index of the largest value; the first of equals.
pub fn best(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

/// The share of `answers` that equal `labels`.
pub fn accuracy(answers: &[usize], labels: &[usize]) -> f64 {
    answers.iter().zip(labels).filter(|(a, b)| a == b).count() as f64 / labels.len().max(1) as f64
}

/// The 95 % Wilson score interval of `hits` in `tries`.
pub fn wilson(hits: usize, tries: usize) -> [f64; 2] {
    if tries == 0 {
        return [0.0, 1.0];
    }
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (tries as f64, hits as f64 / tries as f64);
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)]
}

/// Row: what it is; column: what was answered.
pub fn confusion(answers: &[usize], labels: &[usize], classes: usize) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; classes]; classes];
    answers.iter().zip(labels).for_each(|(answer, label)| table[*label][*answer] += 1);
    table
}

/// The mean over classes that occur of the harmonic mean of precision and recall.
pub fn macro_f1(confusion: &[Vec<usize>]) -> f64 {
    let scores: Vec<f64> = (0..confusion.len())
        .filter_map(|class| {
            let truth: usize = confusion[class].iter().sum();
            let said: usize = confusion.iter().map(|row| row[class]).sum();
            (truth + said > 0).then(|| 2.0 * confusion[class][class] as f64 / (truth + said) as f64)
        })
        .collect();
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

/// Answers of like sureness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// How sure they were, in the mean.
    pub sure: f64,
    /// The share that was right.
    pub right: f64,
    /// How many they are.
    pub count: usize,
}

/// The answers in ten bins of equal mass, least sure first; none that is empty.
pub fn reliability(answers: &[(f32, bool)]) -> Vec<Bin> {
    let mut sorted: Vec<(f32, bool)> = answers.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let bin = |part: &[(f32, bool)]| Bin {
        sure: part.iter().map(|(p, _)| f64::from(*p)).sum::<f64>() / part.len() as f64,
        right: part.iter().filter(|(_, right)| *right).count() as f64 / part.len() as f64,
        count: part.len(),
    };
    tenths(&sorted).filter(|part| !part.is_empty()).map(bin).collect()
}

/// Ten parts of like length, some of them empty where there are fewer than ten.
fn tenths<T>(sorted: &[T]) -> impl Iterator<Item = &[T]> {
    let n = sorted.len();
    (0..10).map(move |bin| &sorted[bin * n / 10..(bin + 1) * n / 10])
}

/// Expected calibration error over ten bins of equal mass: the mean distance between how sure the answers of a bin
/// were and how often they were right.
pub fn calibration_error(answers: &[(f32, bool)]) -> f64 {
    if answers.is_empty() {
        return 0.0;
    }
    let apart = reliability(answers).into_iter().map(|bin| (bin.sure - bin.right).abs() * bin.count as f64);
    apart.sum::<f64>() / answers.len() as f64
}

/// The [`calibration_error`] that perfectly calibrated answers, as sure as these, are expected to show for being few: a
/// bin's sum of right answers strays from its mean by `√(2/π · Σ p(1−p))`, the mean distance of a normal deviate.
pub fn calibration_by_chance(answers: &[(f32, bool)]) -> f64 {
    let mut sure: Vec<f64> = answers.iter().map(|(p, _)| f64::from(*p)).collect();
    sure.sort_by(f64::total_cmp);
    let strays = |part: &[f64]| part.iter().map(|p| p * (1.0 - p)).sum::<f64>().sqrt();
    tenths(&sure).map(strays).sum::<f64>() * std::f64::consts::FRAC_2_PI.sqrt() / sure.len().max(1) as f64
}

/// The mean of now − before over pairs of what was right, and the bounds of its 95 % normal interval.
pub fn paired(pairs: &[(bool, bool)]) -> [f64; 3] {
    if pairs.is_empty() {
        return [0.0; 3];
    }
    let n = pairs.len() as f64;
    let differences = || pairs.iter().map(|(now, before)| f64::from(u8::from(*now)) - f64::from(u8::from(*before)));
    let mean = differences().sum::<f64>() / n;
    let variance = differences().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    let half = 1.959_963_984_540_054 * (variance / n).sqrt();
    [mean, mean - half, mean + half]
}

/// The 95 % percentile interval of `statistic` over 1,000 resamples whose draws follow from `name`.
pub fn bootstrap<T: Clone>(items: &[T], name: &str, statistic: impl Fn(&[T]) -> f64) -> [f64; 2] {
    let mut draws = Draws::new(hash(name.as_bytes()));
    let mut found: Vec<f64> = (0..1000)
        .map(|_| {
            let resample: Vec<T> = items.iter().map(|_| items[draws.below(items.len())].clone()).collect();
            statistic(&resample)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    [found[25], found[974]]
}

/// For each query the `count` indexes of the gallery of largest cosine, best first, ties by index. Rows of `width`
/// numbers; a row need not have unit length. With `skip_same` a query's own index is left out.
pub fn nearest(
    queries: &[f32],
    gallery: &[f32],
    width: usize,
    count: usize,
    skip_same: bool,
) -> Vec<Vec<(usize, f32)>> {
    let (queries, gallery) = (unit(queries, width), unit(gallery, width));
    let gallery_rows = MatRef::from_row_major_slice(&gallery, gallery.len() / width, width);
    let query_rows = MatRef::from_row_major_slice(&queries, queries.len() / width, width);
    let n = query_rows.nrows();
    let mut out = Vec::with_capacity(n);
    for start in (0..n).step_by(256) {
        let rows = 256.min(n - start);
        let mut cosines = Mat::<f32>::zeros(gallery_rows.nrows(), rows);
        let block = query_rows.subrows(start, rows).transpose();
        matmul(cosines.as_mut(), Accum::Replace, gallery_rows, block, 1.0, Par::rayon(0));
        for i in 0..rows {
            let mut found: Vec<(usize, f32)> = cosines.col(i).iter().copied().enumerate().collect();
            if skip_same {
                found.retain(|(j, _)| *j != start + i);
            }
            let order = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
            if found.len() > count {
                found.select_nth_unstable_by(count, order);
                found.truncate(count);
            }
            found.sort_by(order);
            out.push(found);
        }
    }
    out
}

fn unit(rows: &[f32], width: usize) -> Vec<f32> {
    let mut out = rows.to_vec();
    for row in out.chunks_exact_mut(width) {
        let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        row.iter_mut().for_each(|v| *v /= norm);
    }
    out
}

/// The mean share of a query's neighbours that have its label; a query without neighbours counts as 0.
pub fn precision(neighbours: &[Vec<(usize, f32)>], query_labels: &[usize], gallery_labels: &[usize]) -> f64 {
    let one = |(found, label): (&Vec<(usize, f32)>, &usize)| {
        found.iter().filter(|(i, _)| gallery_labels[*i] == *label).count() as f64 / found.len().max(1) as f64
    };
    neighbours.iter().zip(query_labels).map(one).sum::<f64>() / query_labels.len().max(1) as f64
}

/// What the neighbours vote for, each with its cosine as weight; the first class of equals.
pub fn vote(neighbours: &[(usize, f32)], gallery_labels: &[usize], classes: usize) -> usize {
    let mut votes = vec![0.0f32; classes];
    neighbours.iter().for_each(|(i, cosine)| votes[gallery_labels[*i]] += cosine.max(0.0));
    best(&votes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
    }

    #[test]
    fn wilson_intervals_are_those_of_the_tables() {
        for (hits, tries, low, high) in
            [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (300, 341, 0.8410, 0.9099)]
        {
            let [found_low, found_high] = wilson(hits, tries);
            close(found_low, low);
            close(found_high, high);
        }
        assert_eq!(wilson(0, 0), [0.0, 1.0]);
    }

    #[test]
    fn macro_f1_weighs_classes_alike() {
        close(macro_f1(&confusion(&[0, 0, 1], &[0, 0, 1], 2)), 1.0);
        close(macro_f1(&confusion(&[0, 0, 0], &[0, 0, 1], 2)), 0.4);
        close(macro_f1(&confusion(&[0, 1], &[0, 1], 5)), 1.0);
        close(macro_f1(&[]), 0.0);
    }

    #[test]
    fn chance_alone_shows_what_draws_show() {
        let sure: Vec<f32> = (0..200).map(|i| 0.05 + 0.9 * (i as f32 / 200.0)).collect();
        let mut draws = Draws::new(3);
        let mut once = || {
            let answer = |p: &f32| (*p, (draws.below(1_000_000) as f32) < p * 1e6);
            calibration_error(&sure.iter().map(answer).collect::<Vec<_>>())
        };
        let drawn = (0..400).map(|_| once()).sum::<f64>() / 400.0;
        let answers: Vec<(f32, bool)> = sure.iter().map(|p| (*p, false)).collect();
        let expected = calibration_by_chance(&answers);
        assert!((drawn / expected - 1.0).abs() < 0.1, "{drawn} drawn, {expected} expected");
    }

    #[test]
    fn bug_of_nothing_the_difference_was_less_than_nothing() {
        assert_eq!(paired(&[]).map(f64::to_bits), [0; 3]);
        assert_eq!(calibration_error(&[]).to_bits(), 0);
    }

    #[test]
    fn calibration_error_is_the_gap_a_bin() {
        let always =
            |p: f32, right: usize, n: usize| -> Vec<(f32, bool)> { (0..n).map(|i| (p, i % n < right)).collect() };
        close(calibration_error(&always(1.0, 100, 100)), 0.0);
        close(calibration_error(&always(1.0, 0, 100)), 1.0);
        let mut mixed = Vec::new();
        for bin in 0..10 {
            let p = 0.05 + 0.1 * bin as f32;
            mixed.extend(always(p, bin * 10, 100));
        }
        close(calibration_error(&mixed), 0.05);
        close(calibration_error(&[]), 0.0);
    }

    #[test]
    fn a_bootstrap_holds_the_mean_and_repeats() {
        let items: Vec<f64> = (0..100).map(f64::from).collect();
        let mean = |items: &[f64]| items.iter().sum::<f64>() / items.len() as f64;
        let [low, high] = bootstrap(&items, "a", mean);
        assert!(low < 49.5 && 49.5 < high && high - low < 15.0, "{low}..{high}");
        assert_eq!(bootstrap(&items, "a", mean), [low, high]);
        assert_ne!(bootstrap(&items, "b", mean), [low, high]);
    }

    #[test]
    fn neighbours_agree_with_sorting_all() {
        let mut draws = Draws::new(3);
        let rows: Vec<f32> = (0..300 * 8).map(|_| draws.below(200) as f32 - 100.0).collect();
        let cosine = |a: &[f32], b: &[f32]| {
            let norm = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
            a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>() / norm(a) / norm(b)
        };
        let found = nearest(&rows, &rows, 8, 5, true);
        for (i, found) in found.iter().enumerate() {
            let query = &rows[i * 8..i * 8 + 8];
            let mut all: Vec<f32> =
                (0..300).filter(|j| *j != i).map(|j| cosine(query, &rows[j * 8..j * 8 + 8])).collect();
            all.sort_by(|a, b| b.total_cmp(a));
            for (found, expected) in found.iter().zip(&all) {
                assert!((found.1 - expected).abs() < 1e-5);
                assert_ne!(found.0, i);
            }
        }
        assert_eq!(nearest(&rows[..8], &rows[..16], 8, 5, false)[0].len(), 2);
    }

    #[test]
    fn precision_and_votes() {
        let found = vec![vec![(0, 0.9), (1, 0.8)], vec![(2, 0.5), (1, 0.4)]];
        close(precision(&found, &[0, 1], &[0, 1, 1]), 0.75);
        assert_eq!(vote(&found[0], &[0, 1, 1], 2), 0);
        assert_eq!(vote(&[(0, 0.5), (1, 0.3), (2, 0.3)], &[0, 1, 1], 2), 1);
    }
}
