//! Which penalty tells best what visitors have.

use super::{incidence::Incidence, solve::inverse};
use crate::hash::hash;
use faer::{Accum, Mat, Par, linalg::matmul::matmul};
use rayon::prelude::*;
use std::cmp::Reverse;

/// Penalties to choose from.
const LAMBDAS: [f64; 9] = [3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0];
/// The penalty where nobody is held out.
const USUAL: f64 = 100.0;
/// Items that most visitors have, on which penalties are judged: five folds and nine penalties of more would take longer
/// than the model.
const JUDGED: usize = 200;
/// Parts into which visitors fall, by their ids.
const FOLDS: u64 = 5;

/// The penalty under which what visitors have is best told from what else they have, by weights fitted without them.
///
/// With P of the other folds, the squared error of item j over a fold's visitors is (P·G_fold·P)ⱼⱼ / Pⱼⱼ².
pub(super) fn choose(incidence: &Incidence) -> f64 {
    let mut most: Vec<u32> = incidence.live().collect();
    most.sort_by_key(|at| Reverse(incidence.columns[*at as usize].len()));
    most.truncate(JUDGED);
    let folds = squares_by_fold(incidence, &most);
    let n = most.len();
    let all = folds.iter().fold(Mat::<f64>::zeros(n, n), |sum, fold| sum + fold);
    let held_out: Vec<&Mat<f64>> = folds.iter().filter(|fold| (0..n).any(|i| fold[(i, i)] > 0.0)).collect();
    if held_out.len() < 2 {
        return USUAL;
    }
    let tried: Vec<(f64, &Mat<f64>)> =
        LAMBDAS.iter().flat_map(|lambda| held_out.iter().map(|fold| (*lambda, *fold))).collect();
    let error = |(lambda, fold): &(f64, &Mat<f64>)| -> f64 {
        // One thread each: there are dozens.
        let p = inverse(&all - *fold, *lambda, Par::Seq);
        let mut left = Mat::zeros(n, n);
        matmul(left.as_mut(), Accum::Replace, fold.as_ref(), p.as_ref(), 1.0, Par::Seq);
        let squared = |j: usize| p.col(j).iter().zip(left.col(j).iter()).map(|(p, l)| p * l).sum::<f64>();
        (0..n).map(|j| squared(j) / p[(j, j)].powi(2)).sum::<f64>()
    };
    let errors: Vec<f64> = tried.par_iter().map(error).collect();
    let errors: Vec<f64> = errors.chunks(held_out.len()).map(|of| of.iter().sum()).collect();
    let best = (0..LAMBDAS.len()).min_by(|a, b| errors[*a].total_cmp(&errors[*b]));
    best.map_or(USUAL, |at| LAMBDAS[at])
}

/// Σ w·wᵀ of these items over the visitors of each fold, which follows from who they are.
fn squares_by_fold(incidence: &Incidence, items: &[u32]) -> Vec<Mat<f64>> {
    let n = items.len();
    let mut places = vec![None; incidence.items.len()];
    items.iter().enumerate().for_each(|(place, item)| places[*item as usize] = Some(place));
    let of_fold = |fold: u64| {
        let (mut square, mut here) = (vec![0u32; n * n], Vec::new());
        let visitors = incidence.visitors.iter().zip(&incidence.rows);
        for (_, row) in visitors.filter(|(visitor, _)| hash(&visitor.0) % FOLDS == fold) {
            here.clear();
            here.extend(row.iter().filter_map(|cell| Some((places[cell.at as usize]?, u32::from(cell.weight)))));
            for (j, b) in &here {
                let line = &mut square[j * n..][..n];
                here.iter().for_each(|(i, a)| line[*i] += a * b);
            }
        }
        Mat::from_fn(n, n, |i, j| f64::from(square[j * n + i]))
    };
    (0..FOLDS).into_par_iter().map(of_fold).collect()
}
