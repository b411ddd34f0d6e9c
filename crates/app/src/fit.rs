//! Fits everything that stands on the frozen backbone, on a tree of pictures with one folder a class.

mod colour;
mod folder;
mod gate;

pub use colour::ColourFit;
pub use folder::{PictureFile, class_of, read_tree};
pub use gate::{FITTED_KINDS, fit_gate};

use rayon::prelude::*;
use std::{collections::HashMap, fs, io, path::PathBuf};
use vestry_learn::{Fitted, LearnError, Recipe, Sample, Samples, measure, recipe::prototypes, taught};
use vestry_model::{HeadSet, Taxonomy, ValueId};
use vestry_vision::{Backbone, CleanImage, Features, Limits, Picture, Views, Vision, numbers};

/// The name under which the built-in set is kept.
pub const NAME: &str = "apparel@3";
/// What the drawings of a fit follow from.
const SEED: u64 = 20_190_801;
/// Drawn samples of cloth for the print head, and drawn pictures without garment for the gate.
const DRAWN: usize = 1_200;
/// Numbers of a row that taught heads read: fewer cost accuracy, more cost time and give nothing (decision 18).
const READ: usize = 512;
/// Pictures past which each is looked at once; what fewer gain by more looks stands in `models/apparel/README.md`.
const MANY: usize = 5_000;
/// Pixels a side of a drawn picture.
const DRAWN_SIDE: usize = 320;

/// Why a fit or an evaluation stops.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// A folder or a file in it cannot be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No pictures.
    #[error("`{}` holds no pictures; give a folder with one subfolder of JPEG, PNG or WebP files for each class", .0.display())]
    NoPictures(PathBuf),
    /// `classes.toml` is not a table of folder names and categories.
    #[error("`{}` does not map folder names to categories; write lines such as `outwear = \"outerwear\"`", path.display())]
    Classes {
        /// The file.
        path: PathBuf,
        /// What it holds instead.
        source: Box<toml::de::Error>,
    },
    /// A name in `classes.toml` that cannot be an id.
    #[error("`{0}` is no id; use lower-case letters, digits and `-`")]
    Id(String),
    /// The pictures cannot be learnt from.
    #[error("could not learn from these pictures")]
    Learn(#[from] LearnError),
}

impl From<vestry_learn::SampleError> for FitError {
    fn from(source: vestry_learn::SampleError) -> Self {
        Self::Learn(source.into())
    }
}

/// A picture with what heads read of it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Path below the tree, `/` between the parts.
    pub id: String,
    /// What its folder says it shows.
    pub class: ValueId,
    /// What heads read.
    pub features: Features,
    /// [`Features::look`] of other looks at it, as many of each picture of a tree; heads learn from them as well.
    pub also: Vec<Vec<f32>>,
}

/// How often a picture is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// As recognition does.
    Once,
    /// Also mirrored and nearer, so that a head learns what does not matter.
    Several,
}

impl Looks {
    /// What a fit on so many pictures asks for: many show by themselves what other looks would.
    pub fn to_fit(pictures: usize) -> Self {
        if pictures > MANY { Self::Once } else { Self::Several }
    }
}

/// A picture that was passed over.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// Path below the tree.
    pub id: String,
    /// Why.
    pub because: String,
}

/// Looks at each of `pictures` as an import would, on the current rayon pool; `tick` is called once a picture.
pub fn see(
    vision: &Vision,
    pictures: &[PictureFile],
    looks: Looks,
    tick: &(dyn Fn() + Sync),
) -> (Vec<Seen>, Vec<Skipped>) {
    let (limits, views) = (Limits::default(), Views::default());
    let also = |image: &CleanImage| match looks {
        Looks::Once => vec![],
        Looks::Several => vision.other_looks(image, views).into(),
    };
    let one = |file: &PictureFile| {
        let seen = fs::read(&file.path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| vision.intake(&bytes, &limits).map_err(|error| error.to_string()))
            .map(|image| (vision.features_under(&image, None, views), also(&image)));
        tick();
        seen.map(|(features, also)| Seen { id: file.id.clone(), class: file.class.clone(), features, also })
            .map_err(|because| Skipped { id: file.id.clone(), because })
    };
    let mut out = (Vec::new(), Vec::new());
    for result in pictures.par_iter().map(one).collect::<Vec<_>>() {
        match result {
            Ok(seen) => out.0.push(seen),
            Err(skipped) => out.1.push(skipped),
        }
    }
    out
}

/// The pictures that every fit draws, before they are drawn.
struct Drawings {
    no_garments: Vec<vestry_drawings::NoGarment>,
    cloth: Vec<vestry_drawings::PrintSample>,
    products: Vec<vestry_drawings::Drawing>,
}

impl Drawings {
    fn new() -> Self {
        let mut no_garments = vestry_drawings::no_garment(SEED, DRAWN);
        no_garments.retain(|drawn| FITTED_KINDS.contains(&drawn.kind));
        Self {
            no_garments,
            cloth: vestry_drawings::print_samples(SEED, DRAWN),
            products: vestry_drawings::catalogue(SEED, DRAWN / 2),
        }
    }
}

/// How many pictures [`fit`] looks at on a tree of so many.
pub fn looked_at(pictures: usize) -> usize {
    let Drawings { no_garments, cloth, products } = Drawings::new();
    pictures + no_garments.len() + cloth.len() + products.len()
}

/// What heads read of pictures that are drawn, not read; `tick` is called once a picture.
fn see_drawn<T: Sync>(
    vision: &Vision,
    drawn: &[T],
    tick: &(dyn Fn() + Sync),
    picture: impl Fn(&T) -> vestry_drawings::Picture + Sync,
) -> Vec<Features> {
    let one = |drawn: &T| {
        let drawn = picture(drawn);
        let image = CleanImage::new(Picture::new(drawn.width, drawn.height, drawn.rgb), vec![]);
        let features = vision.features_under(&image, None, Views::default());
        tick();
        features
    };
    drawn.par_iter().map(one).collect()
}

/// Examples of `classes` out of `seen`, by what [`Features::look`] holds, with all other looks at them.
pub fn samples(classes: &[ValueId], seen: &[Seen]) -> Result<Samples, FitError> {
    let of = |look: &dyn Fn(&Seen) -> Vec<f32>| {
        let example = |seen: &Seen| {
            let label = classes.binary_search(&seen.class).unwrap_or(classes.len());
            Sample { id: seen.id.clone(), label, features: look(seen) }
        };
        Samples::new(classes.to_vec(), seen.iter().map(example).collect())
    };
    let others = seen.iter().map(|seen| seen.also.len()).min().unwrap_or(0);
    let mut samples = of(&|seen| seen.features.look.clone())?;
    for at in 0..others {
        samples = samples.and_also(of(&|seen| seen.also[at].clone())?);
    }
    Ok(samples)
}

/// The classes of `seen`, ascending.
pub fn classes_of<'s>(seen: impl IntoIterator<Item = &'s Seen>) -> Vec<ValueId> {
    let mut classes: Vec<ValueId> = seen.into_iter().map(|s| s.class.clone()).collect();
    classes.sort();
    classes.dedup();
    classes
}

/// What a fit says of itself, all of it measured out of fold.
#[derive(Debug, Clone)]
pub struct FitReport {
    /// Pictures learnt from.
    pub pictures: usize,
    /// Pictures passed over.
    pub skipped: Vec<Skipped>,
    /// Penalty of the category head.
    pub lambda: f64,
    /// Shrinkage of the within-class covariance.
    pub shrink: f64,
    /// Boost of the class directions.
    pub boost: f64,
    /// Share of right categories.
    pub top1: f64,
    /// Expected calibration error of the category.
    pub ece: f64,
    /// Precision@10 of the projection.
    pub precision_at_10: f64,
    /// Share of right prints among drawn samples; `None` when nothing was drawn.
    pub print_top1: Option<f64>,
    /// Share of the fit's own pictures without garment that the gate lets through; `None` when there is no gate.
    pub gate_passes: Option<f64>,
    /// How sure colours are; `None` when too few of the pictures had theirs named by a person.
    pub colour: Option<ColourFit>,
}

/// A head set with its report.
#[derive(Debug, Clone)]
pub struct Fit {
    /// What `vision` applies.
    pub heads: HeadSet,
    /// How it came out.
    pub report: FitReport,
}

/// Fits category, projection, gate and print on the pictures of `train`; `tick` is called once for each of
/// [`looked_at`].
pub fn fit(
    train: &std::path::Path,
    vision: &Vision,
    taxonomy: &Taxonomy,
    tick: &(dyn Fn() + Sync),
) -> Result<Fit, FitError> {
    let files = read_tree(train, taxonomy)?;
    let (seen, skipped) = see(vision, &files, Looks::to_fit(files.len()), tick);
    if seen.is_empty() {
        return Err(FitError::NoPictures(train.to_owned()));
    }
    let (heads, report) = fit_seen(&seen, &files, vision, taxonomy, tick)?;
    Ok(Fit { heads, report: FitReport { skipped, ..report } })
}

/// The same on pictures already looked at, but for those that are drawn; `files` are theirs, to read colours from.
pub fn fit_seen(
    seen: &[Seen],
    files: &[PictureFile],
    vision: &Vision,
    taxonomy: &Taxonomy,
    tick: &(dyn Fn() + Sync),
) -> Result<(HeadSet, FitReport), FitError> {
    let samples = samples(&classes_of(seen), seen)?;
    let recipe = Recipe::default();
    let fitted = recipe.fit(&samples)?;
    let mut heads = head_set(&samples, &fitted)?;
    let Drawings { no_garments, cloth, products } = Drawings::new();
    let others = see_drawn(vision, &no_garments, tick, |d| d.picture(DRAWN_SIDE, DRAWN_SIDE));
    let gate_passes = fit_gate(&recipe, &fitted, &samples, seen, &others, taxonomy, &mut heads)?;
    let cloth_seen = see_drawn(vision, &cloth, tick, |d| d.picture(DRAWN_SIDE));
    let products_seen =
        see_drawn(vision, &products, tick, |d| vestry_drawings::render(d, DRAWN_SIDE, DRAWN_SIDE * 5 / 4));
    let prints = cloth.iter().map(|d| &d.print).chain(products.iter().map(|d| &d.labels.print));
    let print_top1 = fit_print(&recipe, prints.zip(cloth_seen.into_iter().chain(products_seen)), &mut heads)?;
    heads.numbers.insert(numbers::VIEWS.into(), Views::default().number());
    let colour = colour::fit_photos(files, vision, taxonomy, &mut heads);
    let answers = out_of_fold(&samples, &fitted);
    let report = FitReport {
        pictures: seen.len(),
        skipped: vec![],
        lambda: fitted.head.lambda,
        shrink: fitted.projection.shrink,
        boost: fitted.projection.boost,
        top1: answers.iter().filter(|(_, right)| *right).count() as f64 / answers.len().max(1) as f64,
        ece: measure::calibration_error(&answers),
        precision_at_10: fitted.projection.precision_at_10,
        print_top1,
        gate_passes,
        colour,
    };
    Ok((heads, report))
}

/// How sure each answer out of fold was, and whether it was right.
pub fn out_of_fold(samples: &Samples, fitted: &Fitted) -> Vec<(f32, bool)> {
    let one = |(i, p): &(usize, Vec<f32>)| {
        let best = measure::best(p);
        (p[best], best == samples.labels()[*i])
    };
    fitted.head.held_out.iter().map(one).collect()
}

/// Category head, projection and class means, without gate.
fn head_set(samples: &Samples, fitted: &Fitted) -> Result<HeadSet, FitError> {
    let projection = fitted.projection.projection.clone();
    let means = prototypes(&projection, samples)?;
    Ok(HeadSet {
        name: NAME.into(),
        features: Backbone::NAME.into(),
        heads: HashMap::from([
            (numbers::CATEGORY.to_owned(), fitted.head.head.clone()),
            (numbers::GATE_MEANS.to_owned(), means),
        ]),
        projection,
        numbers: HashMap::new(),
        reading: Some(taught::reading(samples, READ).map_err(LearnError::from)?),
    })
}

/// Adds the print head, fitted on drawn cloth near the camera and on drawn products; the share of right answers out
/// of fold.
fn fit_print<'p>(
    recipe: &Recipe,
    drawn: impl Iterator<Item = (&'p ValueId, Features)>,
    heads: &mut HeadSet,
) -> Result<Option<f64>, FitError> {
    let (prints, features): (Vec<&ValueId>, Vec<Features>) = drawn.unzip();
    let mut classes: Vec<ValueId> = prints.iter().copied().cloned().collect();
    classes.sort();
    classes.dedup();
    if classes.len() < 2 {
        return Ok(None);
    }
    let examples = prints.into_iter().zip(features).enumerate().map(|(i, (print, features))| Sample {
        id: format!("drawn-{i:05}"),
        label: classes.binary_search(print).unwrap_or(0),
        features: features.print,
    });
    let samples = Samples::new(classes.clone(), examples.collect())?;
    let fitted = recipe.fit_head(&samples)?;
    let right = fitted.held_out.iter().filter(|(i, p)| measure::best(p) == samples.labels()[*i]).count() as f64;
    heads.heads.insert(numbers::PRINT.into(), fitted.head);
    Ok(Some(right / fitted.held_out.len().max(1) as f64))
}
