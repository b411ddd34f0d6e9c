//! The demo's catalogue: drawn, written as a feed with pictures, and the heads that know such drawings.
//!
//! Drawings are outside the world of heads fitted on photos. The demo therefore fits heads of its own on every
//! second drawing, whose labels it gives away; the other half is recognised like any shop's pictures.

use crate::{App, AppError};
use jiff::{ToSpan, civil::Date};
use rayon::prelude::*;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};
use vestry_drawings::Drawing;
use vestry_learn::{LearnError, Recipe, Samples, sample::Sample};
use vestry_model::{AttributeId, DeedKind, HeadSet, OrganisationId, ValueId};
use vestry_store::{AskedDay, DayCounts, SearchDay, UnmetDay};
use vestry_vision::{Limits, Vision};

/// The demo is the same everywhere.
const SEED: u64 = 2026;
/// Pixels of a drawn picture.
const SIZE: (usize, usize) = (480, 600);

/// Why the demo's heads could not be fitted.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Too few drawings to learn from.
    #[error("`{0}` products are too few for the demo; draw at least 60")]
    TooFew(usize),
    /// The fit.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// The examples.
    #[error(transparent)]
    Samples(#[from] vestry_learn::sample::SampleError),
    /// A drawing was refused as an image.
    #[error(transparent)]
    Image(#[from] vestry_vision::IntakeError),
    /// A file of the catalogue.
    #[error("could not write `{}`", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The demo's `count` products.
pub fn drawings(count: usize) -> Vec<Drawing> {
    vestry_drawings::catalogue(SEED, count)
}

/// The JPEG of a drawing, as the demo imports it.
pub fn picture(drawing: &Drawing) -> Vec<u8> {
    vestry_drawings::render(drawing, SIZE.0, SIZE.1).to_jpeg(92)
}

/// Writes a feed with its pictures into `folder`; the path of the feed. Labels are not in it.
pub fn write_catalogue(folder: &Path, drawings: &[Drawing], said: impl Fn(usize) + Sync) -> Result<PathBuf, DemoError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| DemoError::File { path, source }
    };
    std::fs::create_dir_all(folder).map_err(fail(folder))?;
    let path = folder.join("products.csv");
    let mut feed =
        csv::Writer::from_path(&path).map_err(|e| DemoError::File { path: path.clone(), source: e.into() })?;
    let mut rows: Vec<[String; 9]> = vec![
        ["sku", "title_ko", "title_en", "description_ko", "description_en", "price", "currency", "group", "image"]
            .map(Into::into),
    ];
    let done = AtomicUsize::new(0);
    drawings.par_iter().try_for_each(|drawing| {
        let file = folder.join(format!("{}.jpg", drawing.sku));
        std::fs::write(&file, picture(drawing)).map_err(fail(&file))?;
        said(done.fetch_add(1, Ordering::Relaxed) + 1);
        Ok::<_, DemoError>(())
    })?;
    for drawing in drawings {
        rows.push([
            drawing.sku.clone(),
            drawing.title.pick(true).into(),
            drawing.title.pick(false).into(),
            drawing.description.pick(true).into(),
            drawing.description.pick(false).into(),
            drawing.price.to_string(),
            drawing.price.currency.as_str().into(),
            drawing.group.clone(),
            format!("{}.jpg", drawing.sku),
        ]);
    }
    for row in &rows {
        feed.write_record(row).map_err(|e| DemoError::File { path: path.clone(), source: e.into() })?;
    }
    feed.flush().map_err(fail(&path))?;
    Ok(path)
}

/// Weeks that the demo looks back on.
const WEEKS: usize = 12;

/// What a visitor of the demo did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Who, by number.
    pub visitor: usize,
    /// What.
    pub kind: DeedKind,
    /// With which drawing, by number.
    pub drawing: usize,
    /// How many days ago.
    pub days_ago: usize,
}

/// What the demo's visitors did with `drawings` in twelve weeks. Each comes on one day, likes two of the categories, looks at a dozen
/// such products, takes every fourth along and buys the last. From week to week more of them like the first category.
pub fn visits(drawings: &[Drawing]) -> Vec<Visit> {
    const VISITORS: usize = 1_200;
    let categories: BTreeSet<&ValueId> = drawings.iter().map(|d| &d.labels.category).collect();
    let categories: Vec<&ValueId> = categories.into_iter().collect();
    let mut visits = Vec::new();
    for visitor in 0..VISITORS {
        let dice = dice(visitor);
        let week = visitor * WEEKS / VISITORS;
        let is_of_fashion = (dice >> 48) as usize % WEEKS < week / 2;
        let taste = if is_of_fashion { 0 } else { (dice >> 33) as usize % categories.len().max(1) };
        let likes = |d: &Drawing| {
            let at = categories.iter().position(|category| **category == d.labels.category);
            at == Some(taste) || at == Some((taste + 1) % categories.len())
        };
        let liked: Vec<usize> = (0..drawings.len()).filter(|at| likes(&drawings[*at])).collect();
        let start = (dice >> 40) as usize;
        let steps = liked.len().min(12);
        for step in 0..steps {
            let kinds = [DeedKind::View, DeedKind::Click, DeedKind::View, DeedKind::Cart];
            let kind = if step + 1 == steps { DeedKind::Purchase } else { kinds[step % 4] };
            let days_ago = 7 * (WEEKS - 1 - week) + (dice >> 52) as usize % 7;
            visits.push(Visit { visitor, kind, drawing: liked[(start + 7 * step) % liked.len()], days_ago });
        }
    }
    visits
}

/// A step of a linear congruential generator (Knuth's MMIX): the same everywhere.
fn dice(number: usize) -> u64 {
    (number as u64 + SEED).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}

/// What shoppers of the demo searched for in twelve weeks until `today`, and did not find.
pub fn searches(organisation: OrganisationId, today: Date) -> DayCounts {
    const ASKED: [(&str, &str, u64, u64); 6] = [
        ("category", "dress", 20, 1),
        ("category", "coat", 8, 4),
        ("category", "skirt", 24, 0),
        ("colour", "black", 30, 1),
        ("colour", "navy", 6, 3),
        ("print", "striped", 12, 0),
    ];
    const UNMET: [(&str, usize, u64); 3] =
        [("벨벳 블레이저", 3, 4), ("velvet jumpsuit", 5, 2), ("크리스탈 글라스", 9, 1)];
    let mut counts = DayCounts::default();
    for days_ago in 0..7 * WEEKS {
        let day = today.saturating_sub((days_ago as i64).days());
        let week = (WEEKS - 1 - days_ago / 7) as u64;
        let mut searches = 60;
        for (number, (attribute, value, base, rise)) in ASKED.into_iter().enumerate() {
            let (Some(attribute), Some(value)) = (AttributeId::new(attribute), ValueId::new(value)) else { continue };
            let some = base + rise * week + (dice(7 * days_ago + number) >> 60) % 5;
            searches += some;
            counts.asked.push(AskedDay { organisation, day, attribute, value, searches: some });
        }
        let mut empty = 0;
        for (words, every, some) in UNMET {
            if days_ago.is_multiple_of(every) {
                empty += some;
                counts.unmet.push(UnmetDay { organisation, day, words: words.into(), searches: some });
            }
        }
        counts.searches.push(SearchDay { organisation, day, searches: searches + empty, empty });
    }
    counts
}

/// Whether the labels of the drawing at `index` are given away for fitting.
pub const fn is_given(index: usize) -> bool {
    index.is_multiple_of(2)
}

/// Heads fitted on every second drawing of `drawings`, on top of the features that `vision` makes.
pub fn fit_heads(vision: &Vision, drawings: &[Drawing], said: impl Fn(usize) + Sync) -> Result<HeadSet, DemoError> {
    if drawings.len() < 60 {
        return Err(DemoError::TooFew(drawings.len()));
    }
    let given: Vec<&Drawing> =
        drawings.iter().enumerate().filter(|(at, _)| is_given(*at)).map(|(_, drawing)| drawing).collect();
    let features = features(vision, &given, said)?;
    let category = samples(&given, |d| &d.labels.category, |at| features[at].look.clone())?;
    let print = samples(&given, |d| &d.labels.print, |at| features[at].print.clone())?;
    let recipe = Recipe::default();
    let fitted = recipe.fit(&category)?;
    let mut set = vision.heads().clone();
    set.name = "drawings@1".into();
    set.projection = fitted.projection.projection;
    set.heads.insert("category".into(), fitted.head.head);
    set.heads.insert("print".into(), recipe.fit_head(&print)?.head);
    // The gate of the photo heads takes drawings for no garment.
    set.numbers.retain(|name, _| !name.starts_with("gate."));
    set.heads.retain(|name, _| !name.starts_with("gate"));
    Ok(set)
}

fn features(
    vision: &Vision,
    drawings: &[&Drawing],
    said: impl Fn(usize) + Sync,
) -> Result<Vec<vestry_vision::Features>, DemoError> {
    let done = AtomicUsize::new(0);
    drawings
        .par_iter()
        .map(|drawing| {
            let image = vision.intake(&picture(drawing), &Limits::default())?;
            let features = vision.features(&image, None);
            said(done.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(features)
        })
        .collect()
}

fn samples(
    drawings: &[&Drawing],
    label: impl Fn(&Drawing) -> &ValueId,
    features: impl Fn(usize) -> Vec<f32>,
) -> Result<Samples, DemoError> {
    let mut classes: Vec<ValueId> = drawings.iter().map(|d| label(d).clone()).collect();
    classes.sort();
    classes.dedup();
    let one = |(at, drawing): (usize, &&Drawing)| Sample {
        id: drawing.sku.clone(),
        label: classes.iter().position(|c| c == label(drawing)).expect("every label is a class"),
        features: features(at),
    };
    let all = drawings.iter().enumerate().map(one).collect();
    Ok(Samples::new(classes.clone(), all)?)
}

impl App {
    /// How the heads in use answer for drawings whose labels they were not given: right categories of all answered
    /// ones, as the demo's page says it.
    pub async fn demo_accuracy(&self, drawings: &[Drawing]) -> Result<(usize, usize), AppError> {
        let organisation = self.organisation("hanbit").await?;
        let (mut right, mut asked) = (0, 0);
        for (_, drawing) in drawings.iter().enumerate().filter(|(at, _)| !is_given(*at)) {
            let product = self.product(organisation, &vestry_model::Sku::new(&drawing.sku)?).await?;
            let category = product.tags.iter().find(|t| t.attribute.as_str() == "category");
            asked += 1;
            right += usize::from(category.is_some_and(|t| t.value == drawing.labels.category));
        }
        Ok((right, asked))
    }
}
