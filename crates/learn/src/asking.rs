//! Which pictures to ask about next, so that few answers teach much.
//!
//! Each picture in turn is the one that leaves least unsure pictures without anything like them among those that were
//! answered (*Uncertainty Herding*; Bae, Oliveira, Sutherland, ICLR 2025): one in the middle of many while nothing is known,
//! one that the head hesitates about later. `docs/evaluation.md` holds it against random order.

use crate::ridge::product;
use faer::{ColRef, Mat};
use vestry_model::{Row, ValueId};

/// Candidates that are looked at, the first ones, and answered pictures, evenly among all: comparing each with each costs
/// their product.
pub const MOST: usize = 1_000;
/// How far a picture speaks for others, in mean squared distances between candidates.
const REACH: f64 = 0.2;
/// How unsure a head is at least: of pictures that it is sure of alike, those like nothing known still come first.
const LEAST: f64 = 0.01;

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Subject<'a> {
    /// The picture.
    pub row: &'a Row,
    /// The value, where each is a question of its own; `None` where the question is which.
    pub value: Option<&'a ValueId>,
}

/// A question that may be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    /// What it is about.
    pub subject: Subject<'a>,
    /// How likely the head holds each answer; empty while there is no head.
    pub likely: Vec<f32>,
}

/// Pictures were read in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture is a row of {found} numbers and the first one of {wanted}; read them all alike")]
pub struct OtherDimension {
    /// Numbers of the first.
    pub wanted: usize,
    /// Numbers of another.
    pub found: usize,
}

impl Candidate<'_> {
    /// How near the second likeliest answer is to the likeliest, at most 1.
    fn unsure(&self) -> f64 {
        let [mut first, mut second] = [0.0f32; 2];
        for likely in &self.likely {
            (first, second) = if *likely > first { (*likely, first) } else { (first, second.max(*likely)) };
        }
        f64::from(1.0 - (first - second)).clamp(LEAST, 1.0)
    }
}

/// The places of the `count` candidates that teach most, the first first, when `answered` is known already.
pub fn order(
    candidates: &[Candidate<'_>],
    answered: &[Subject<'_>],
    count: usize,
) -> Result<Vec<usize>, OtherDimension> {
    let candidates = &candidates[..candidates.len().min(MOST)];
    let open: Vec<Subject<'_>> = candidates.iter().map(|one| one.subject).collect();
    let answered: Vec<Subject<'_>> = answered.iter().step_by(answered.len().div_ceil(MOST).max(1)).copied().collect();
    let mut dimensions = open.iter().chain(&answered).map(|one| one.row.steps().len());
    let Some(wanted) = dimensions.next() else { return Ok(Vec::new()) };
    if let Some(found) = dimensions.find(|found| *found != wanted) {
        return Err(OtherDimension { wanted, found });
    }
    let scale = REACH * mean_square_distance(&open).max(f64::MIN_POSITIVE);
    let unsure: Vec<f64> = candidates.iter().map(Candidate::unsure).collect();
    // How like the likest of what is known each one is.
    let mut covered = vec![0.0f64; open.len()];
    let known = alike(&open, &answered, scale);
    (0..answered.len()).for_each(|at| cover(&mut covered, known.col(at)));
    let alike = alike(&open, &open, scale);
    let mut order: Vec<usize> = Vec::new();
    while order.len() < count.min(open.len()) {
        let gain = |at: usize| -> f64 {
            let each = alike.col(at).iter().zip(&covered).zip(&unsure);
            each.map(|((to, had), unsure)| unsure * (to - had).max(0.0)).sum()
        };
        let left = (0..open.len()).filter(|at| !order.contains(at)).map(|at| (gain(at), unsure[at], at));
        // The unsurer of those that gain alike, then the first.
        let best = left.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(b.2.cmp(&a.2)));
        let Some((.., at)) = best else { break };
        cover(&mut covered, alike.col(at));
        order.push(at);
    }
    Ok(order)
}

fn cover(covered: &mut [f64], by: ColRef<'_, f64>) {
    covered.iter_mut().zip(by.iter()).for_each(|(covered, by)| *covered = covered.max(*by));
}

/// In steps.
fn mean_square_distance(subjects: &[Subject<'_>]) -> f64 {
    let n = subjects.len() as f64;
    let mut sums = vec![0i64; subjects.first().map_or(0, |one| one.row.steps().len())];
    let mut squares = 0i64;
    for x in subjects.iter().map(|one| one.row.steps()) {
        sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += i64::from(*x));
        squares += x.iter().map(|x| i64::from(*x).pow(2)).sum::<i64>();
    }
    let middle: f64 = sums.iter().map(|sum| (*sum as f64 / n).powi(2)).sum();
    2.0 * (squares as f64 / n - middle)
}

/// How much each of `of` says of each of `to`, a column each: exp(−|x − y|² / scale), nothing across values. Products of
/// whole numbers are exact, so the order is the same wherever it is made.
fn alike(of: &[Subject<'_>], to: &[Subject<'_>], scale: f64) -> Mat<f64> {
    let steps = |all: &[Subject<'_>]| {
        Mat::from_fn(all.first().map_or(0, |one| one.row.steps().len()), all.len(), |i, n| {
            f64::from(all[n].row.steps()[i])
        })
    };
    let square = |one: &Subject<'_>| one.row.steps().iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let [squares_of, squares_to] = [of, to].map(|all| all.iter().map(square).collect::<Vec<f64>>());
    if of.is_empty() || to.is_empty() {
        return Mat::zeros(of.len(), to.len());
    }
    let products = product(steps(of).transpose(), steps(to).as_ref());
    Mat::from_fn(of.len(), to.len(), |i, j| match of[i].value == to[j].value {
        true => (-(squares_of[i] + squares_to[j] - 2.0 * products[(i, j)]) / scale).exp(),
        false => 0.0,
    })
}
