//! From whole-number sums to how much items speak for each other.

use super::{incidence::Incidence, square::Square};
use faer::{
    Mat, MatMut, Par,
    dyn_stack::{MemBuffer, MemStack, StackReq},
    linalg::cholesky::llt,
    prelude::{Reborrow, ReborrowMut},
};
use rayon::prelude::*;

/// Regressions of single items, one after the other in the same memory.
pub(super) struct Regression {
    block: Mat<f64>,
    answer: Mat<f64>,
    sums: Vec<f64>,
    memory: MemBuffer,
}

impl Regression {
    /// On at most so many others.
    pub(super) fn of_up_to(most: usize) -> Self {
        let solving = llt::solve::solve_in_place_scratch::<f64>(most, 1, Par::Seq);
        let memory = MemBuffer::new(factorising(most, Par::Seq).or(solving));
        Self { block: Mat::zeros(most, most), answer: Mat::zeros(most, 1), sums: Vec::new(), memory }
    }

    /// How much the other items of this square speak for the one at a place: its ridge regression on them.
    pub(super) fn weights(&mut self, square: &Square, place: usize, lambda: f64) -> Vec<f32> {
        let n = square.len() - 1;
        let mut block = self.block.submatrix_mut(0, 0, n, n);
        let mut answer = self.answer.submatrix_mut(0, 0, n, 1);
        square.write(&mut self.sums);
        let mut rest = &self.sums[..];
        for i in 0..=n {
            let (row, further) = rest.split_at(i + 1);
            rest = further;
            let (before, own_and_after) = row.split_at(place.min(row.len()));
            let (own, after) = own_and_after.split_at(own_and_after.len().min(1));
            if i == place {
                answer.rb_mut().col_mut(0).iter_mut().zip(before).for_each(|(to, sum)| *to = *sum);
            } else {
                let at = i - usize::from(i > place);
                block.rb_mut().row_mut(at).iter_mut().zip(before.iter().chain(after)).for_each(|(to, sum)| *to = *sum);
                own.iter().for_each(|sum| answer[(at, 0)] = *sum);
            }
        }
        let stack = MemStack::new(&mut self.memory);
        // One thread an item: there are thousands.
        factorise(block.rb_mut(), lambda, Par::Seq, stack);
        llt::solve::solve_in_place(block.rb(), answer.rb_mut(), Par::Seq, stack);
        answer.col(0).iter().map(|weight| *weight as f32).collect()
    }
}

fn factorising(n: usize, par: Par) -> StackReq {
    llt::factor::cholesky_in_place_scratch::<f64>(n, par, Default::default())
}

/// L of LLᵀ = G + λI, of which the lower triangle is read and written.
fn factorise(mut square: MatMut<'_, f64>, lambda: f64, par: Par, stack: &mut MemStack) {
    (0..square.nrows()).for_each(|i| square[(i, i)] += lambda);
    llt::factor::cholesky_in_place(square, Default::default(), par, stack, Default::default())
        .expect("a sum of squares and a penalty is positive definite");
}

/// (G + λI)⁻¹, of the lower triangle of G.
pub(super) fn inverse(mut square: Mat<f64>, lambda: f64, par: Par) -> Mat<f64> {
    let n = square.nrows();
    let mut memory = MemBuffer::new(factorising(n, par).or(llt::inverse::inverse_scratch::<f64>(n, par)));
    let stack = MemStack::new(&mut memory);
    factorise(square.as_mut(), lambda, par, stack);
    let mut inverse = Mat::zeros(n, n);
    llt::inverse::inverse(inverse.as_mut(), square.as_ref(), par, stack);
    for j in 0..n {
        (0..j).for_each(|i| inverse[(i, j)] = inverse[(j, i)]);
    }
    inverse
}

/// The weights of all items on all.
pub(super) fn everything(incidence: &Incidence, lambda: f64) -> Vec<Vec<(u32, f32)>> {
    let live: Vec<u32> = incidence.live().collect();
    let mut square = Mat::zeros(live.len(), live.len());
    let mut sums = Vec::new();
    incidence.squares(&[&live])[0].write(&mut sums);
    let mut rest = &sums[..];
    for i in 0..live.len() {
        let (row, further) = rest.split_at(i + 1);
        rest = further;
        square.row_mut(i).iter_mut().zip(row).for_each(|(to, sum)| *to = *sum);
    }
    let p = inverse(square, lambda, Par::rayon(0));
    let own: Vec<f64> = p.diagonal().column_vector().iter().copied().collect();
    let of = |i: usize| -> Vec<(u32, f32)> {
        // It is symmetric, and a column lies together.
        let weights = live.iter().zip(p.col(i).iter().zip(&own)).map(|(to, (p, own))| (*to, (-p / own) as f32));
        weights.filter(|(to, _)| *to != live[i]).collect()
    };
    let found: Vec<Vec<(u32, f32)>> = (0..live.len()).into_par_iter().map(of).collect();
    let mut weights = vec![Vec::new(); incidence.items.len()];
    live.iter().zip(found).for_each(|(from, of)| weights[*from as usize] = of);
    weights
}
