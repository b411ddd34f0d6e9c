//! Choosing settings by cross-validation inside the examples, then fitting on all of them.

use crate::{
    Samples, calibrate, folds, measure,
    projection::Whitening,
    ridge::{NotFactorised, Ridge, Weights},
    sample::SampleError,
};
use vestry_model::{HeadError, LOOK_DIMENSIONS, LinearHead, Projection};

/// Why nothing was learnt.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The examples themselves.
    #[error(transparent)]
    Samples(#[from] SampleError),
    /// The features cannot be factorised.
    #[error(transparent)]
    Factorise(#[from] NotFactorised),
    /// Fewer than two classes occur.
    #[error("a head tells at least two classes apart; give examples of another class")]
    OneClass,
    /// The fitted numbers are no head.
    #[error("the fitted head is not usable")]
    Head(#[from] HeadError),
}

/// What is chosen from, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Examples whose features have a larger cosine lie in one fold.
    pub duplicate_cosine: f32,
    /// Penalties to choose from, in units of the features' mean squared distance from their centre.
    pub lambdas: Vec<f64>,
    /// Shrinkages of the within-class covariance to choose from.
    pub shrinks: Vec<f64>,
    /// Boosts of the class directions to choose from, ascending.
    pub boosts: Vec<f64>,
    /// A smaller boost is taken when it costs at most this much precision@10: a boost helps known classes only.
    pub boost_tolerance: f64,
    /// The share of answers above the threshold that must be right.
    pub wanted_precision: f64,
    /// Past this many examples one fold is held out instead of each in turn.
    pub large: usize,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            folds: 5,
            duplicate_cosine: 0.9,
            lambdas: vec![0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0, 2.0, 4.0],
            shrinks: vec![0.1, 0.3, 0.6],
            boosts: vec![1.0, 2.0, 3.0, 5.0],
            boost_tolerance: 0.005,
            wanted_precision: 0.9,
            large: 20_000,
        }
    }
}

/// A head, and what it answered for the examples when it had not seen them.
#[derive(Debug, Clone)]
pub struct FittedHead {
    /// Fitted on all examples.
    pub head: LinearHead,
    /// The penalty that was chosen.
    pub lambda: f64,
    /// The temperature that was found.
    pub temperature: f32,
    /// Calibrated probabilities of examples held out, with the index of each.
    pub held_out: Vec<(usize, Vec<f32>)>,
}

/// A projection, and how well classes came together for examples it had not seen.
#[derive(Debug, Clone)]
pub struct FittedProjection {
    /// Fitted on all examples.
    pub projection: Projection,
    /// The shrinkage that was chosen.
    pub shrink: f64,
    /// The boost that was chosen.
    pub boost: f64,
    /// Precision@10 of held-out examples among the others.
    pub precision_at_10: f64,
}

/// Everything that the category needs.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The head.
    pub head: FittedHead,
    /// The projection.
    pub projection: FittedProjection,
}

impl Recipe {
    /// Fits head and projection on `samples`.
    pub fn fit(&self, samples: &Samples) -> Result<Fitted, LearnError> {
        Ok(Fitted { head: self.fit_head(samples)?, projection: self.fit_projection(samples)? })
    }

    /// Fits a head: λ of the least log loss out of fold (at its own temperature), then temperature and threshold
    /// from the same held-out scores.
    pub fn fit_head(&self, samples: &Samples) -> Result<FittedHead, LearnError> {
        if classes_that_occur(samples) < 2 {
            return Err(LearnError::OneClass);
        }
        let mut held_out: Vec<Vec<(usize, Vec<f32>)>> = vec![vec![]; self.lambdas.len()];
        for (train, test) in self.splits(samples) {
            let ridge = Ridge::new(&train);
            for (lambda, out) in self.lambdas.iter().zip(&mut held_out) {
                let weights = ridge.weights(*lambda)?;
                out.extend(test.iter().map(|i| (*i, weights.scores(samples.row(*i)))));
            }
        }
        let (_, chosen, temperature) = held_out
            .iter()
            .enumerate()
            .map(|(at, out)| {
                let (scores, labels) = unzip(samples, out);
                let temperature = if labels.is_empty() { 1.0 } else { calibrate::temperature(&scores, &labels) };
                (calibrate::log_loss(&scores, &labels, temperature), at, temperature)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .ok_or(LearnError::OneClass)?;
        let lambda = self.lambdas[chosen];
        let probabilities: Vec<(usize, Vec<f32>)> =
            held_out.swap_remove(chosen).into_iter().map(|(i, s)| (i, calibrate::softmax(&s, temperature))).collect();
        let (values, labels) = unzip(samples, &probabilities);
        let threshold = calibrate::threshold(&values, &labels, self.wanted_precision);
        let Weights { weights, bias } = Ridge::new(samples).weights(lambda)?;
        let classes = samples.classes().to_vec();
        let head = LinearHead::new(classes, samples.dimensions(), weights, bias, temperature, threshold)?;
        Ok(FittedHead { head, lambda, temperature, held_out: probabilities })
    }

    /// Fits a projection: shrinkage and boost by precision@10 of held-out examples among the others.
    pub fn fit_projection(&self, samples: &Samples) -> Result<FittedProjection, LearnError> {
        let settings: Vec<(f64, f64)> =
            self.shrinks.iter().flat_map(|s| self.boosts.iter().map(move |b| (*s, *b))).collect();
        let mut hits = vec![(0.0, 0usize); settings.len()];
        for (train, test) in self.splits(samples) {
            let whitening = Whitening::new(&train)?;
            let Some(queries) = samples.filter(|i| test.binary_search(&i).is_ok()) else { continue };
            for ((shrink, boost), (sum, count)) in settings.iter().zip(&mut hits) {
                let projection = whitening.projection(*shrink, *boost);
                let (from, among) = (looks(&projection, &queries), looks(&projection, &train));
                let found = measure::nearest(&from, &among, LOOK_DIMENSIONS, 10, false);
                *sum += measure::precision(&found, queries.labels(), train.labels()) * queries.len() as f64;
                *count += queries.len();
            }
        }
        let figures: Vec<f64> = hits.iter().map(|(sum, count)| sum / (*count).max(1) as f64).collect();
        let best = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let good = |i: &usize| figures[*i] >= best - self.boost_tolerance;
        let chosen = (0..settings.len())
            .filter(good)
            .min_by(|a, b| settings[*a].1.total_cmp(&settings[*b].1).then(figures[*b].total_cmp(&figures[*a])))
            .unwrap_or(0);
        let (shrink, boost) = settings[chosen];
        let projection = Whitening::new(samples)?.projection(shrink, boost);
        Ok(FittedProjection { projection, shrink, boost, precision_at_10: figures[chosen] })
    }

    /// Training examples and the ascending indexes held out of them, fold after fold. Folds that leave fewer than
    /// two classes to train on are passed over.
    pub fn splits<'s>(&'s self, samples: &'s Samples) -> impl Iterator<Item = (Samples, Vec<usize>)> + 's {
        let fold_of = folds::deal(samples, self.folds, self.duplicate_cosine);
        let count = if samples.len() > self.large { 1 } else { self.folds };
        (0..count).filter_map(move |fold| {
            let test: Vec<usize> = (0..samples.len()).filter(|i| fold_of[*i] == fold).collect();
            let train = samples.filter(|i| fold_of[i] != fold)?;
            (!test.is_empty() && classes_that_occur(&train) >= 2).then_some((train, test))
        })
    }
}

fn classes_that_occur(samples: &Samples) -> usize {
    let mut seen = vec![false; samples.classes().len()];
    samples.labels().iter().for_each(|label| seen[*label] = true);
    seen.into_iter().filter(|seen| *seen).count()
}

fn unzip(samples: &Samples, rows: &[(usize, Vec<f32>)]) -> (Vec<Vec<f32>>, Vec<usize>) {
    rows.iter().map(|(i, values)| (values.clone(), samples.labels()[*i])).unzip()
}

/// The look vectors of `samples`, 256 numbers each; zeros for what falls on the mean.
pub fn looks(projection: &Projection, samples: &Samples) -> Vec<f32> {
    (0..samples.len())
        .flat_map(|i| match projection.apply(samples.row(i)) {
            Some(look) => look.as_slice().iter().map(|v| v.to_f32()).collect(),
            None => vec![0.0; LOOK_DIMENSIONS],
        })
        .collect()
}

/// A prototype a class, as a head over look vectors whose scores are cosines: the unit mean of its look vectors.
pub fn prototypes(projection: &Projection, samples: &Samples) -> Result<LinearHead, LearnError> {
    let looks = looks(projection, samples);
    let classes = samples.classes().len();
    let mut sums = vec![0.0f32; classes * LOOK_DIMENSIONS];
    for (label, look) in samples.labels().iter().zip(looks.chunks_exact(LOOK_DIMENSIONS)) {
        let to = &mut sums[label * LOOK_DIMENSIONS..(label + 1) * LOOK_DIMENSIONS];
        to.iter_mut().zip(look).for_each(|(to, v)| *to += v);
    }
    for row in sums.chunks_exact_mut(LOOK_DIMENSIONS) {
        let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        row.iter_mut().for_each(|v| *v /= norm);
    }
    Ok(LinearHead::new(samples.classes().to_vec(), LOOK_DIMENSIONS, sums, vec![0.0; classes], 1.0, 0.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::Draws, sample::Sample};
    use vestry_model::ValueId;

    fn samples(n: usize, classes: usize, noise: f32) -> Samples {
        let mut draws = Draws::new(11);
        let rows: Vec<Sample> = (0..n)
            .map(|i| Sample {
                id: format!("p{i:04}"),
                label: i % classes,
                features: (0..24)
                    .map(|j| {
                        f32::from(u8::from(j % classes == i % classes)) + noise * draws.below(1000) as f32 / 1000.0
                    })
                    .collect(),
            })
            .collect();
        let names = (0..classes).map(|c| ValueId::new(&format!("c{c}")).expect("an id")).collect();
        Samples::new(names, rows).expect("examples")
    }

    #[track_caller]
    fn check(noise: f32, at_least: f64, at_most: f64) {
        let samples = samples(300, 4, noise);
        let fitted = Recipe::default().fit(&samples).expect("fits");
        assert_eq!(fitted.head.held_out.len(), 300, "each example is held out once");
        let answers: Vec<usize> = fitted.head.held_out.iter().map(|(_, p)| measure::best(p)).collect();
        let labels: Vec<usize> = fitted.head.held_out.iter().map(|(i, _)| samples.labels()[*i]).collect();
        let found = measure::accuracy(&answers, &labels);
        assert!((at_least..=at_most).contains(&found), "noise {noise}: {found}");
        let sure: Vec<(f32, bool)> =
            fitted.head.held_out.iter().zip(&answers).map(|((i, p), a)| (p[*a], *a == samples.labels()[*i])).collect();
        assert!(measure::calibration_error(&sure) < 0.1, "{}", measure::calibration_error(&sure));
    }

    #[test]
    fn heads_are_as_good_as_the_examples() {
        check(0.1, 0.99, 1.0);
        check(6.0, 0.5, 0.95);
        check(1e4, 0.1, 0.4);
    }

    #[test]
    fn fitting_twice_is_the_same_and_order_does_not_matter() {
        let samples = samples(120, 3, 2.0);
        let rows = (0..samples.len()).rev().map(|i| Sample {
            id: samples.ids()[i].clone(),
            label: samples.labels()[i],
            features: samples.row(i).to_vec(),
        });
        let shuffled = Samples::new(samples.classes().to_vec(), rows.collect()).expect("examples");
        let (a, b) = (Recipe::default().fit(&samples), Recipe::default().fit(&shuffled));
        let (a, b) = (a.expect("fits"), b.expect("fits"));
        assert_eq!(a.head.head, b.head.head);
        assert_eq!(a.projection.projection, b.projection.projection);
    }

    #[test]
    fn one_class_is_refused() {
        let all = samples(40, 2, 1.0);
        let one = all.filter(|i| all.labels()[i] == 1).expect("some");
        assert!(matches!(Recipe::default().fit_head(&one), Err(LearnError::OneClass)));
    }

    #[test]
    fn a_prototype_is_nearest_to_its_class() {
        let samples = samples(120, 3, 0.5);
        let projection = Recipe::default().fit_projection(&samples).expect("fits").projection;
        let prototypes = prototypes(&projection, &samples).expect("a head");
        for (i, look) in looks(&projection, &samples).chunks_exact(LOOK_DIMENSIONS).enumerate() {
            assert_eq!(measure::best(&prototypes.scores(look)), samples.labels()[i]);
        }
    }
}
