//! Folds that follow from ids, with near-duplicates in one fold.

use crate::{Samples, hash::hash, ridge::mean};
use faer::{Mat, MatRef, Par, linalg::matmul::matmul};

/// Past this many examples near-duplicates are not looked for: every pair is compared, and a set this large
/// moves its estimates little by a few leaked pairs.
pub const COMPARED_AT_MOST: usize = 20_000;

/// A chain longer than this is not copies of one picture but a kind of thing that looks alike, such as plain
/// drawings; it is dealt out singly, since one fold would otherwise hold all of a class.
pub const COPIES_AT_MOST: usize = 20;

/// For each example the smallest index among those that its chain of near-duplicates reaches: two examples are
/// near-duplicates when the cosine of their features, the mean taken off, is above `cosine`.
pub fn near_duplicates(samples: &Samples, cosine: f32) -> Vec<usize> {
    let n = samples.len();
    let mut parent: Vec<usize> = (0..n).collect();
    if n > COMPARED_AT_MOST {
        return parent;
    }
    let d = samples.dimensions();
    let mean = mean(&[samples]);
    let mut unit = vec![0.0f32; n * d];
    for (i, to) in unit.chunks_exact_mut(d).enumerate() {
        to.iter_mut().zip(samples.row(i)).zip(&mean).for_each(|((to, v), m)| *to = v - *m as f32);
        let norm = to.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        to.iter_mut().for_each(|v| *v /= norm);
    }
    let unit = MatRef::from_row_major_slice(&unit, n, d);
    for start in (0..n).step_by(512) {
        let rows = 512.min(n - start);
        let mut cosines = Mat::<f32>::zeros(rows, n);
        matmul(cosines.as_mut(), faer::Accum::Replace, unit.subrows(start, rows), unit.transpose(), 1.0, Par::Seq);
        for j in 0..n {
            for (i, value) in cosines.col(j).iter().enumerate() {
                if start + i < j && *value > cosine {
                    join(&mut parent, start + i, j);
                }
            }
        }
    }
    let roots: Vec<usize> = (0..n).map(|i| root(&mut parent, i)).collect();
    let mut sizes = vec![0usize; n];
    roots.iter().for_each(|r| sizes[*r] += 1);
    (0..n).map(|i| if sizes[roots[i]] > COPIES_AT_MOST { i } else { roots[i] }).collect()
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

fn join(parent: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b)] = a.min(b);
}

/// A fold below `count` for each example, from the hash of its group's first id.
///
/// # Panics
/// When `count` is zero.
pub fn deal(samples: &Samples, count: usize, cosine: f32) -> Vec<usize> {
    assert!(count > 0, "examples are dealt into at least one fold");
    near_duplicates(samples, cosine)
        .into_iter()
        .map(|first| (hash(samples.ids()[first].as_bytes()) % count as u64) as usize)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;
    use vestry_model::ValueId;

    fn samples(rows: &[(&str, &[f32])]) -> Samples {
        let rows = rows.iter().map(|(id, f)| Sample { id: (*id).into(), label: 0, features: f.to_vec() });
        Samples::new(vec![ValueId::new("a").expect("an id")], rows.collect()).expect("examples")
    }

    #[track_caller]
    fn check(rows: &[(&str, &[f32])], cosine: f32, expected: &[usize]) {
        assert_eq!(near_duplicates(&samples(rows), cosine), expected);
    }

    #[test]
    fn near_duplicates_chain() {
        check(&[("a", &[1.0, 0.0]), ("b", &[0.0, 1.0])], 0.9, &[0, 1]);
        check(&[("a", &[3.0, 0.0]), ("b", &[-5.0, 0.0]), ("c", &[3.1, 0.01])], 0.9, &[0, 1, 0]);
        check(&[("a", &[0.0, 0.0]), ("b", &[0.0, 0.0])], 0.9, &[0, 1]);
    }

    #[test]
    fn a_kind_is_not_a_copy() {
        let ids: Vec<String> = (0..60).map(|i| format!("{i:02}")).collect();
        let rows: Vec<[f32; 2]> = (0..60).map(|i| [if i < 30 { 1.0 } else { -1.0 }, i as f32 * 1e-4]).collect();
        let rows: Vec<(&str, &[f32])> = ids.iter().zip(&rows).map(|(id, row)| (id.as_str(), row.as_slice())).collect();
        let alone: Vec<usize> = (0..60).collect();
        assert_eq!(near_duplicates(&samples(&rows), 0.9), alone);
    }

    #[test]
    fn a_fold_depends_on_the_id_only() {
        let ids: Vec<String> = (0..200).map(|i| format!("photo-{i}")).collect();
        let rows: Vec<(&str, Vec<f32>)> =
            ids.iter().enumerate().map(|(i, id)| (id.as_str(), vec![(i as f32).cos(), (i as f32).sin()])).collect();
        let all: Vec<(&str, &[f32])> = rows.iter().map(|(id, f)| (*id, f.as_slice())).collect();
        let (whole, half) = (samples(&all), samples(&all[..100]));
        let (of_whole, of_half) = (deal(&whole, 5, 2.0), deal(&half, 5, 2.0));
        for (id, fold) in half.ids().iter().zip(of_half) {
            let at = whole.ids().iter().position(|other| other == id).expect("a subset");
            assert_eq!(of_whole[at], fold, "{id}");
        }
        for fold in 0..5 {
            assert!((20..=60).contains(&of_whole.iter().filter(|f| **f == fold).count()));
        }
    }
}
