//! Fits how sure the name of a colour is, on pictures whose colours a person named.

use super::PictureFile;
use rayon::prelude::*;
use std::{collections::BTreeMap, fs};
use vestry_learn::{Logistic, Weigh, measure};
use vestry_model::{HeadSet, Taxonomy, ValueId};
use vestry_vision::{COLOUR_SIGNS, Limits, NamedColour, Vision, builtin_heads, numbers};

/// Names by eye for training photos, by their path below the tree.
const LABELS: &str = include_str!("../../../../models/apparel/colour_labels.toml");
/// Fewer named colours than this say nothing of how sure a name is.
const LEAST: usize = 40;
/// Parts of the cross-validation.
const FOLDS: usize = 5;

/// A picture's colours as the program names them, and every name that a person would give to one of them.
#[derive(Debug)]
struct NamedByEye {
    /// What the program found.
    found: Vec<NamedColour>,
    /// What is right.
    names: Vec<ValueId>,
}

/// How a fit of colours came out, out of fold.
#[derive(Debug, Clone, PartialEq)]
pub struct ColourFit {
    /// How sure each suggested colour was, and whether a person names it so.
    pub answers: Vec<(f32, bool)>,
    /// Share of pictures whose largest colour is rightly named; nothing of it is fitted here.
    pub largest: f64,
}

impl ColourFit {
    /// Expected calibration error.
    pub fn ece(&self) -> f64 {
        measure::calibration_error(&self.answers)
    }

    /// Its bootstrap interval, 95 %.
    pub fn ece_ci95(&self) -> [f64; 2] {
        measure::bootstrap(&self.answers, "colour", measure::calibration_error)
    }
}

/// Fits on the named photos among `files` and puts the numbers into `heads`. A tree of other photos keeps the
/// built-in numbers: names of colours do not hang on the classes of a tree.
pub(super) fn fit_photos(
    files: &[PictureFile],
    vision: &Vision,
    taxonomy: &Taxonomy,
    heads: &mut HeadSet,
) -> Option<ColourFit> {
    let labels: BTreeMap<String, Vec<ValueId>> =
        toml::from_str(LABELS).expect("a test reads the labels that are built in");
    let named: Vec<NamedByEye> = files
        .par_iter()
        .filter_map(|file| Some((file, labels.get(&file.id)?)))
        .filter_map(|(file, names)| {
            let image = vision.intake(&fs::read(&file.path).ok()?, &Limits::default()).ok()?;
            Some(NamedByEye { found: vision.named_colours(&image, heads, taxonomy), names: names.clone() })
        })
        .collect();
    let fit = fit_colours(&named, heads);
    if fit.is_none() {
        let built_in = builtin_heads().expect("a test reads the heads that are built in");
        heads.numbers.extend(built_in.numbers.into_iter().filter(|(name, _)| name.starts_with("colour.")));
    }
    fit
}

/// Fits on `named` and puts the numbers into `heads`; `None`, and nothing changes, when they are too few.
fn fit_colours(named: &[NamedByEye], heads: &mut HeadSet) -> Option<ColourFit> {
    if named.iter().map(|one| examples(one).len()).sum::<usize>() < LEAST {
        return None;
    }
    let part = |keep: &dyn Fn(usize) -> bool| {
        let all = named.iter().enumerate().filter(|(at, _)| keep(*at)).flat_map(|(_, one)| examples(one));
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        all.for_each(|(signs, right)| if right { yes.push(signs) } else { no.push(signs) });
        Logistic::fit(&yes, &no, Weigh::EachAlike).ok()
    };
    let mut answers = Vec::new();
    for fold in 0..FOLDS {
        let fitted = part(&|at| at % FOLDS != fold)?;
        let held_out = named.iter().skip(fold).step_by(FOLDS).flat_map(examples);
        answers.extend(held_out.map(|(signs, right)| (fitted.probability(&signs) as f32, right)));
    }
    let fitted = part(&|_| true)?;
    numbers::put_logistic(heads, numbers::COLOUR, fitted.bias, &fitted.weights);
    let largest = named.iter().filter(|one| one.found.first().is_some_and(|c| one.names.contains(&c.colour.value)));
    Some(ColourFit { answers, largest: largest.count() as f64 / named.len() as f64 })
}

/// The suggested colours of a picture, and whether they are right.
fn examples(one: &NamedByEye) -> Vec<([f32; COLOUR_SIGNS], bool)> {
    let suggested = one.found.iter().filter(|named| named.is_suggested());
    suggested.map(|c| (c.signs, one.names.contains(&c.colour.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_by_eye_is_a_colour_of_the_taxonomy() {
        let labels: BTreeMap<String, Vec<ValueId>> = toml::from_str(LABELS).expect("a table of names");
        assert_eq!(labels.len(), 100);
        for name in labels.values().flatten() {
            assert!(Taxonomy::builtin().value("colour", name.as_str()).is_some(), "{name}");
        }
    }
}
