//! Fits on one tree of pictures, measures on another.
//!
//! The test pictures are read once, by the fitted head; nothing is chosen by them. The calibration error is that of
//! the training pictures out of fold: small test sets fill ten bins badly.

use crate::fit::{FitError, Looks, PictureFile, Seen, Skipped, out_of_fold, read_tree, samples, see};
use serde::Serialize;
use std::{path::Path, time::Duration};
use vestry_learn::{Fitted, Recipe, Samples, measure, recipe::looks};
use vestry_model::{LOOK_DIMENSIONS, Taxonomy, ValueId};
use vestry_vision::Vision;

/// How good a fit is on pictures it has not seen. Serialised it has the nine keys of `vestry eval --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Pictures fitted on.
    pub n_train: usize,
    /// Pictures measured on.
    pub n_test: usize,
    /// Share of test pictures whose likeliest class is right.
    pub top1: f64,
    /// Its 95 % Wilson interval.
    pub top1_ci95: [f64; 2],
    /// Mean over classes of F1.
    pub macro_f1: f64,
    /// Share right by vote of the five nearest training pictures under the fitted projection.
    pub knn5: f64,
    /// Mean share of a test picture's ten nearest training pictures that show its class, under the fitted projection.
    pub precision_at_10: f64,
    /// Expected calibration error, ten bins of equal mass, training pictures out of fold.
    pub ece: f64,
    /// Wall time of reading, cleaning and looking at one test picture, all threads of the pool at work.
    pub ms_per_image: f64,
    /// What is not part of the JSON document.
    #[serde(skip)]
    pub detail: Detail,
}

/// Figures behind [`Evaluation`].
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Bootstrap interval of [`Evaluation::ece`], 95 %.
    pub ece_ci95: [f64; 2],
    /// Calibration error of the test pictures.
    pub ece_test: f64,
    /// Share right out of fold on the training pictures.
    pub top1_out_of_fold: f64,
    /// Share of test answers that reach the head's threshold, and share of these that are right.
    pub sure: [f64; 2],
    /// The classes, ascending.
    pub classes: Vec<ValueId>,
    /// A row what it is, a column what was answered.
    pub confusion: Vec<Vec<usize>>,
    /// Penalty, shrinkage and boost that were chosen.
    pub settings: [f64; 3],
    /// Pictures passed over.
    pub skipped: Vec<Skipped>,
}

/// Both trees as the recogniser sees them.
#[derive(Debug, Clone)]
pub struct Seeing {
    /// Pictures to fit on.
    pub train: Vec<Seen>,
    /// Pictures to measure on.
    pub test: Vec<Seen>,
    /// Pictures passed over.
    pub skipped: Vec<Skipped>,
    /// As [`Evaluation::ms_per_image`].
    pub ms_per_image: f64,
}

/// Fits on `train`, measures on `test`. `elapsed` tells the time since some fixed moment; `tick` is called once a
/// picture.
pub fn evaluate(
    train: &Path,
    test: &Path,
    vision: &Vision,
    taxonomy: &Taxonomy,
    elapsed: &dyn Fn() -> Duration,
    tick: &(dyn Fn() + Sync),
) -> Result<Evaluation, FitError> {
    let seeing = see_both(&read_tree(train, taxonomy)?, &read_tree(test, taxonomy)?, vision, elapsed, tick);
    evaluate_seen(&seeing).map(|(evaluation, _)| evaluation)
}

/// Looks at both trees.
pub fn see_both(
    train: &[PictureFile],
    test: &[PictureFile],
    vision: &Vision,
    elapsed: &dyn Fn() -> Duration,
    tick: &(dyn Fn() + Sync),
) -> Seeing {
    let (train, mut skipped) = see(vision, train, Looks::to_fit(train.len()), tick);
    let start = elapsed();
    let (test, others) = see(vision, test, Looks::Once, tick);
    skipped.extend(others);
    let count = test.len().max(1) as f64;
    Seeing { train, test, skipped, ms_per_image: (elapsed() - start).as_secs_f64() * 1e3 / count }
}

/// Fits on what was seen of the training pictures and measures on the others; the fit comes along for further
/// figures.
pub fn evaluate_seen(seeing: &Seeing) -> Result<(Evaluation, Fitted), FitError> {
    let classes = crate::fit::classes_of(seeing.train.iter().chain(&seeing.test));
    let (train, test) = (samples(&classes, &seeing.train)?, samples(&classes, &seeing.test)?);
    let fitted = Recipe::default().fit(&train)?;
    let answers = out_of_fold(&train, &fitted);
    let probabilities: Vec<Vec<f32>> = (0..test.len()).map(|i| fitted.head.head.probabilities(test.row(i))).collect();
    let found: Vec<usize> = probabilities.iter().map(|p| measure::best(p)).collect();
    let sure: Vec<(f32, bool)> =
        probabilities.iter().zip(&found).zip(test.labels()).map(|((p, f), label)| (p[*f], f == label)).collect();
    let hits = sure.iter().filter(|(_, right)| *right).count();
    let confusion = measure::confusion(&found, test.labels(), classes.len());
    let neighbours = neighbours(&fitted, &test, &train);
    let voted: Vec<usize> =
        neighbours.iter().map(|n| measure::vote(&n[..n.len().min(5)], train.labels(), classes.len())).collect();
    let over: Vec<bool> =
        sure.iter().filter(|(p, _)| *p >= fitted.head.head.threshold()).map(|(_, right)| *right).collect();
    let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
    let evaluation = Evaluation {
        n_train: train.len(),
        n_test: test.len(),
        top1: share(hits, test.len()),
        top1_ci95: measure::wilson(hits, test.len()),
        macro_f1: measure::macro_f1(&confusion),
        knn5: measure::accuracy(&voted, test.labels()),
        precision_at_10: measure::precision(&neighbours, test.labels(), train.labels()),
        ece: measure::calibration_error(&answers),
        ms_per_image: seeing.ms_per_image,
        detail: Detail {
            ece_ci95: measure::bootstrap(&answers, "calibration error", measure::calibration_error),
            ece_test: measure::calibration_error(&sure),
            top1_out_of_fold: share(answers.iter().filter(|(_, right)| *right).count(), answers.len()),
            sure: [share(over.len(), sure.len()), share(over.iter().filter(|right| **right).count(), over.len())],
            confusion,
            settings: [fitted.head.lambda, fitted.projection.shrink, fitted.projection.boost],
            skipped: seeing.skipped.clone(),
            classes,
        },
    };
    Ok((evaluation, fitted))
}

fn neighbours(fitted: &Fitted, test: &Samples, train: &Samples) -> Vec<Vec<(usize, f32)>> {
    let projection = &fitted.projection.projection;
    measure::nearest(&looks(projection, test), &looks(projection, train), LOOK_DIMENSIONS, 10, false)
}

/// Precision@10 of test pictures of classes that the projection was not fitted on, among all training pictures:
/// every third class is left out in turn, so each is left out once. The second number is the same figure without
/// any projection.
pub fn unseen_classes(seeing: &Seeing) -> Result<[f64; 2], FitError> {
    let classes = crate::fit::classes_of(&seeing.train);
    let of = |seen: &[Seen]| -> Vec<Seen> {
        seen.iter().filter(|s| classes.binary_search(&s.class).is_ok()).cloned().collect()
    };
    let (train, test) = (samples(&classes, &of(&seeing.train))?, samples(&classes, &of(&seeing.test))?);
    let raw = |samples: &Samples| -> Vec<f32> { (0..samples.len()).flat_map(|i| samples.row(i).to_vec()).collect() };
    let (mut hits, mut raw_hits, mut count) = (0.0, 0.0, 0usize);
    let turns = classes.len().div_ceil(3);
    for turn in 0..turns {
        let left_out = |label: usize| label % turns == turn;
        let Some(kept) = train.filter(|i| !left_out(train.labels()[i])) else { continue };
        let Some(queries) = test.filter(|i| left_out(test.labels()[i])) else { continue };
        let projection = Recipe::default().fit_projection(&kept)?.projection;
        let found =
            measure::nearest(&looks(&projection, &queries), &looks(&projection, &train), LOOK_DIMENSIONS, 10, false);
        let raw_found = measure::nearest(&raw(&queries), &raw(&train), train.dimensions(), 10, false);
        hits += measure::precision(&found, queries.labels(), train.labels()) * queries.len() as f64;
        raw_hits += measure::precision(&raw_found, queries.labels(), train.labels()) * queries.len() as f64;
        count += queries.len();
    }
    Ok([hits / count.max(1) as f64, raw_hits / count.max(1) as f64])
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestry_vision::Features;

    /// Two classes told apart by number 0, a third that is only in the test tree.
    fn seeing(test_only: bool) -> Seeing {
        let seen = |prefix: &str, count: usize, classes: usize| -> Vec<Seen> {
            (0..count)
                .map(|i| {
                    let class = i % classes;
                    let noise = |j: usize| ((i * 31 + j * 17 + prefix.len()) % 23) as f32 / 40.0;
                    let look = (0..12).map(|j| if j == class { 1.0 + noise(j) } else { noise(j) }).collect();
                    Seen {
                        id: format!("{prefix}/{i:03}"),
                        class: ValueId::new(["a", "b", "c"][class]).expect("an id"),
                        features: Features { look, print: vec![], logits: vec![] },
                        also: vec![],
                    }
                })
                .collect()
        };
        Seeing {
            train: seen("train", 80, 2),
            test: seen("test", 30, if test_only { 3 } else { 2 }),
            skipped: vec![],
            ms_per_image: 1.5,
        }
    }

    #[test]
    fn what_can_be_told_apart_is() {
        let (found, _) = evaluate_seen(&seeing(false)).expect("evaluates");
        assert_eq!((found.n_train, found.n_test), (80, 30));
        assert_eq!((found.top1, found.macro_f1, found.knn5, found.precision_at_10), (1.0, 1.0, 1.0, 1.0));
        assert!(found.top1_ci95[0] > 0.85 && found.top1_ci95[1] == 1.0);
    }

    #[test]
    fn a_class_never_fitted_counts_as_wrong() {
        let (found, _) = evaluate_seen(&seeing(true)).expect("evaluates");
        assert!((found.top1 - 2.0 / 3.0).abs() < 1e-9, "{}", found.top1);
        assert_eq!(found.detail.confusion[2][2], 0);
    }

    #[test]
    fn the_document_has_nine_keys() {
        let (found, _) = evaluate_seen(&seeing(false)).expect("evaluates");
        let document = serde_json::to_value(&found).expect("serialises");
        let mut keys: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
        keys.sort_unstable();
        let mut expected =
            ["n_train", "n_test", "top1", "top1_ci95", "macro_f1", "knn5", "precision_at_10", "ece", "ms_per_image"];
        expected.sort_unstable();
        assert_eq!(keys, expected);
    }
}
