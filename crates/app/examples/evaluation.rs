//! Measures what `docs/evaluation.md` says of the heads that the server comes with and prints those sections;
//! `bench/evaluation.py` makes the page.
//!
//! `cargo run --release -p vestry-app --example evaluation -- TRAIN VALIDATION [--objects DIR] [--labels FILE]
//! [--fashion-mnist DIR]`: two trees with one folder a class; a folder of photos without garments; colours named by
//! eye; the four unpacked files of Fashion-MNIST.

#[path = "evaluation/fashion_mnist.rs"]
mod fashion_mnist;
#[path = "evaluation/pages.rs"]
mod pages;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use std::{collections::BTreeMap, env, fs, path::PathBuf, time::Instant};
use vestry_app::{
    evaluate::{Seeing, evaluate_seen, see_both, unseen_classes},
    fit::{FITTED_KINDS, Seen, classes_of, fit_seen, read_tree, samples},
};
use vestry_learn::{Fitted, Recipe, Samples, measure};
use vestry_model::{HeadSet, LOOK_DIMENSIONS, LinearHead, Region, Suggestion, TagState, Taxonomy};
use vestry_vision::{CleanImage, Features, Kernel, Limits, Picture, Recognition, Views, Vision};

/// What the drawings of the measurement follow from; not the seed of the fit.
const SEED: u64 = 7;

/// Ids as one text.
struct Names<'n>(&'n [vestry_model::ValueId]);

impl std::fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|id| write!(f, "{id} "))
    }
}

/// Right answers out of how many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Share {
    hits: usize,
    tries: usize,
}

struct Arguments {
    train: PathBuf,
    validation: PathBuf,
    objects: Option<PathBuf>,
    labels: Option<PathBuf>,
    fashion_mnist: Option<PathBuf>,
}

fn arguments() -> Result<Arguments> {
    let (mut places, mut named) = (Vec::new(), BTreeMap::new());
    let mut given = env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.strip_prefix("--") {
            Some(name) => named.insert(name.to_owned(), given.next().context("a flag wants a value")?),
            None => {
                places.push(argument);
                continue;
            }
        };
    }
    let [train, validation] =
        <[String; 2]>::try_from(places).map_err(|_| anyhow::anyhow!("give TRAIN and VALIDATION"))?;
    let mut take = |name: &str| named.remove(name).map(PathBuf::from);
    let out = Arguments {
        train: train.into(),
        validation: validation.into(),
        objects: take("objects"),
        labels: take("labels"),
        fashion_mnist: take("fashion-mnist"),
    };
    match named.keys().next() {
        Some(unknown) => bail!("`--{unknown}` is unknown"),
        None => Ok(out),
    }
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn main() -> Result<()> {
    let arguments = arguments()?;
    let taxonomy = Taxonomy::builtin();
    let vision = Vision::unfitted(Kernel::best())?;
    let start = Instant::now();
    let (train, validation) = (read_tree(&arguments.train, taxonomy)?, read_tree(&arguments.validation, taxonomy)?);
    let seeing = see_both(&train, &validation, &vision, &|| start.elapsed(), &|| ());
    eprintln!("{:.0?}: looked at {} pictures", start.elapsed(), train.len() + validation.len());
    let (evaluation, fitted) = evaluate_seen(&seeing)?;
    eprintln!("{:.0?}: {}", start.elapsed(), serde_json::to_string(&evaluation)?);
    pages::category(&evaluation, gain(&seeing, &fitted)?);
    pages::unseen(unseen_classes(&seeing)?);
    let (heads, report) = fit_seen(&seeing.train, &train, &vision, taxonomy, &|| ())?;
    eprintln!("{:.0?}: {report:?}", start.elapsed());
    let crops = crops(&vision, &heads, &seeing.train, &train)?;
    pages::crops(crops);
    let photos = photos(&vision, &heads, &validation)?;
    let nothing = nothing(&vision, &heads, arguments.objects.as_deref())?;
    pages::gate(&photos, &nothing, &report);
    if let Some(labels) = &arguments.labels {
        pages::colour_photos(colours(&photos, &fs::read_to_string(labels)?)?, &report);
    }
    let drawn = drawn(&vision, &heads);
    pages::drawn(drawn, &report);
    eprintln!("{:.0?}: drawn catalogue", start.elapsed());
    if let Some(folder) = &arguments.fashion_mnist {
        pages::fashion_mnist(&fashion_mnist::measure(folder)?);
        eprintln!("{:.0?}: Fashion-MNIST", start.elapsed());
    }
    Ok(())
}

/// What the head gained over the first one there was.
struct Gain {
    /// Share of test pictures that the first head is right about.
    first: f64,
    /// How much more that are, pair by pair, with the bounds of its interval.
    more: [f64; 3],
}

/// The first head was the same ridge, on the backbone's features of the whole picture alone, as they are.
fn gain(seeing: &Seeing, fitted: &Fitted) -> Result<Gain> {
    let whole = |seen: &Seen| -> Seen {
        let look = seen.features.look[..Views::Pad.dimensions()].iter().map(|root| root * root).collect();
        Seen { features: Features { look, ..seen.features.clone() }, also: vec![], ..seen.clone() }
    };
    let wholes = |seen: &[Seen]| -> Vec<Seen> { seen.iter().map(whole).collect() };
    let classes = classes_of(seeing.train.iter().chain(&seeing.test));
    let first = Recipe::default().fit_head(&samples(&classes, &wholes(&seeing.train))?)?.head;
    let (before, now) = (samples(&classes, &wholes(&seeing.test))?, samples(&classes, &seeing.test)?);
    let is_right =
        |head: &LinearHead, of: &Samples, at: usize| measure::best(&head.scores(of.row(at))) == of.labels()[at];
    let pairs: Vec<(bool, bool)> =
        (0..now.len()).map(|at| (is_right(&fitted.head.head, &now, at), is_right(&first, &before, at))).collect();
    let right = pairs.iter().filter(|(_, before)| *before).count();
    Ok(Gain { first: right as f64 / pairs.len().max(1) as f64, more: measure::paired(&pairs) })
}

/// Queries are the middle 60 % of each tenth training photo: is the photo itself first, is it among the first ten?
fn crops(
    vision: &Vision,
    heads: &HeadSet,
    seen: &[Seen],
    files: &[vestry_app::fit::PictureFile],
) -> Result<[Share; 2]> {
    let look = |features: &[f32]| -> Vec<f32> {
        let look = heads.projection.apply(features);
        look.map_or(vec![0.0; LOOK_DIMENSIONS], |l| l.as_slice().iter().map(|v| v.to_f32()).collect())
    };
    let gallery: Vec<f32> = seen.iter().flat_map(|s| look(&s.features.look)).collect();
    let middle = Region::middle(0.6);
    let asked: Vec<&vestry_app::fit::PictureFile> = files.iter().step_by(10).collect();
    let queries: Vec<Vec<f32>> = asked
        .par_iter()
        .map(|file| -> Result<Vec<f32>> {
            let image = vision.intake(&fs::read(&file.path)?, &Limits::default())?;
            Ok(look(&vision.features(&image, Some(middle)).look))
        })
        .collect::<Result<_>>()?;
    let found = measure::nearest(&queries.concat(), &gallery, LOOK_DIMENSIONS, 10, false);
    let rank = |file: &vestry_app::fit::PictureFile, found: &[(usize, f32)]| {
        found.iter().position(|(i, _)| seen[*i].id == file.id)
    };
    let ranks: Vec<Option<usize>> = asked.iter().zip(&found).map(|(file, found)| rank(file, found)).collect();
    let share = |good: &dyn Fn(&Option<usize>) -> bool| Share {
        hits: ranks.iter().filter(|r| good(r)).count(),
        tries: ranks.len(),
    };
    Ok([share(&|r| *r == Some(0)), share(&|r| r.is_some())])
}

/// What the fitted heads say of each validation photo.
fn photos(
    vision: &Vision,
    heads: &HeadSet,
    files: &[vestry_app::fit::PictureFile],
) -> Result<Vec<(String, Recognition)>> {
    files
        .par_iter()
        .map(|file| {
            let image = vision.intake(&fs::read(&file.path)?, &Limits::default())?;
            Ok((file.id.clone(), vision.recognise(&image, None, heads, Taxonomy::builtin())))
        })
        .collect()
}

/// Whether a category was answered without a question.
fn answered(recognition: &Recognition) -> bool {
    recognition.objects.iter().any(|o| o.category.as_ref().is_some_and(|c| c.state == TagState::Suggested))
}

/// How many pictures without a garment get a category, by kind; none of the kinds was fitted on.
fn nothing(vision: &Vision, heads: &HeadSet, objects: Option<&std::path::Path>) -> Result<BTreeMap<String, Share>> {
    let recognise = |picture: vestry_drawings::Picture| {
        let image = CleanImage::new(Picture::new(picture.width, picture.height, picture.rgb), vec![]);
        vision.recognise(&image, None, heads, Taxonomy::builtin())
    };
    let drawn: Vec<_> =
        vestry_drawings::no_garment(SEED, 400).into_iter().filter(|d| !FITTED_KINDS.contains(&d.kind)).collect();
    let mut found: Vec<(String, bool)> =
        drawn.par_iter().map(|d| (format!("drawn: {}", d.kind), answered(&recognise(d.picture(400, 400))))).collect();
    found.extend((0..20u32).map(|i| {
        let noise = |at: u32| ((at ^ (i << 20)).wrapping_mul(2_654_435_761) >> 13) as u8;
        let block = i % 5 * 4 + 2;
        let rgb = (0..400 * 400)
            .flat_map(|p| {
                let cell = (p / 400 / block) * 1000 + (p % 400) / block;
                [0, 1, 2].map(|c| noise(cell * 3 + if i % 2 == 0 { c } else { 0 }))
            })
            .collect();
        (
            "noise of coloured or grey blocks".into(),
            answered(&recognise(vestry_drawings::Picture { width: 400, height: 400, rgb })),
        )
    }));
    if let Some(folder) = objects {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<Result<_>>()?;
        files.sort();
        let seen: Vec<(String, bool)> = files
            .par_iter()
            .map(|file| {
                let image = vision.intake(&fs::read(file)?, &Limits::default())?;
                let recognition = vision.recognise(&image, None, heads, Taxonomy::builtin());
                Ok(("photos of objects, textures, places, and their parts".to_owned(), answered(&recognition)))
            })
            .collect::<Result<_>>()?;
        found.extend(seen);
    }
    let mut out: BTreeMap<String, Share> = BTreeMap::new();
    for (kind, answered) in found {
        let share = out.entry(kind).or_default();
        share.tries += 1;
        share.hits += usize::from(answered);
    }
    Ok(out)
}

/// Of the photos that were named by eye: is the largest colour among those names, is any of the first three, and is
/// the largest when it is an answer and not a question?
fn colours(photos: &[(String, Recognition)], labels: &str) -> Result<[Share; 3]> {
    let labels: BTreeMap<String, Vec<String>> = toml::from_str(labels)?;
    let mut out = [Share::default(); 3];
    for (id, names) in &labels {
        let Some((_, recognition)) = photos.iter().find(|(photo, _)| photo == id) else { continue };
        let object = &recognition.objects[0];
        let found: Vec<&str> = object.colours.iter().map(|c| c.value.as_str()).collect();
        let good = |first: usize| found.iter().take(first).any(|c| names.iter().any(|n| n == c));
        if !good(1) {
            eprintln!("{id}: {names:?} by eye, {found:?} found");
        }
        let is_largest = |tag: &Suggestion| found.first() == Some(&tag.value.as_str());
        let mut colours = object.tags.iter().filter(|tag| tag.attribute.as_str() == "colour");
        let answered = colours.any(|tag| is_largest(tag) && tag.state == TagState::Suggested);
        for (share, first, asked) in [(0, 1, true), (1, 3, true), (2, 1, answered)] {
            out[share].tries += usize::from(asked);
            out[share].hits += usize::from(asked && good(first));
        }
    }
    Ok(out)
}

/// Largest colour, first three colours, print, on the second half of a drawn catalogue; neither was fitted on it.
fn drawn(vision: &Vision, heads: &HeadSet) -> [Share; 3] {
    let drawings = vestry_drawings::catalogue(SEED, 240);
    let found: Vec<[bool; 3]> = drawings[drawings.len() / 2..]
        .par_iter()
        .map(|drawing| {
            let picture = vestry_drawings::render(drawing, 480, 600);
            let image = CleanImage::new(Picture::new(picture.width, picture.height, picture.rgb), vec![]);
            let object = &vision.recognise(&image, None, heads, Taxonomy::builtin()).objects[0];
            let named =
                |first: usize| object.colours.iter().take(first).any(|c| drawing.labels.colours.contains(&c.value));
            let (colour, three) = (named(1), named(3));
            let print = object.tags.iter().any(|t| t.attribute.as_str() == "print" && t.value == drawing.labels.print);
            if !(colour && print) {
                let found: Vec<&str> = object.colours.iter().map(|c| c.value.as_str()).collect();
                let labels = &drawing.labels;
                eprintln!(
                    "{}: {} {} drawn, {found:?} {:?} found",
                    drawing.sku,
                    Names(&labels.colours),
                    labels.print,
                    object.tags
                );
            }
            [colour, three, print]
        })
        .collect();
    [0, 1, 2].map(|i| Share { hits: found.iter().filter(|f| f[i]).count(), tries: found.len() })
}
