//! Fashion-MNIST through the backbone.

use super::Share;
use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use std::{cell::RefCell, fs, path::Path};
use vestry_learn::{Recipe, Sample, Samples, measure};
use vestry_model::ValueId;
use vestry_vision::{Backbone, Kernel, Scratch};

const SIDE: usize = 28;

/// What came out.
pub(crate) struct Found {
    pub(super) share: Share,
    pub(super) lambda: f64,
}

/// Fits a head on the 60,000, measures it on the 10,000.
pub(crate) fn measure(folder: &Path) -> Result<Found> {
    let backbone = Backbone::builtin(Kernel::best())?;
    let (train, test) = (load(folder, "train", &backbone)?, load(folder, "t10k", &backbone)?);
    let fitted = Recipe { lambdas: vec![0.001, 0.003, 0.01, 0.03, 0.1], ..Recipe::default() }.fit_head(&train)?;
    let hits = (0..test.len())
        .into_par_iter()
        .filter(|i| measure::best(&fitted.head.scores(test.row(*i))) == test.labels()[*i])
        .count();
    Ok(Found { share: Share { hits, tries: test.len() }, lambda: fitted.lambda })
}

fn load(folder: &Path, part: &str, backbone: &Backbone) -> Result<Samples> {
    let read =
        |name: String| fs::read(folder.join(&name)).with_context(|| format!("could not read `{name}`; unpack it"));
    let images = read(format!("{part}-images-idx3-ubyte"))?;
    let labels = read(format!("{part}-labels-idx1-ubyte"))?;
    ensure!(images[..4] == [0, 0, 8, 3] && labels[..4] == [0, 0, 8, 1], "not the files of Fashion-MNIST");
    thread_local! { static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default()); }
    let samples: Vec<Sample> = images[16..]
        .par_chunks_exact(SIDE * SIDE)
        .zip(labels[8..].par_iter())
        .enumerate()
        .map(|(i, (image, label))| {
            let features = SCRATCH.with_borrow_mut(|scratch| {
                [1.0, 224.0 / 256.0]
                    .into_iter()
                    .flat_map(|shown| backbone.run(&enlarged(image, shown), scratch).feature.to_vec())
                    .map(|v| v.max(0.0).sqrt())
                    .collect()
            });
            Sample { id: format!("{part}-{i:05}"), label: usize::from(*label), features }
        })
        .collect();
    let classes = (0..10).map(|c| ValueId::new(&format!("class-{c}")).expect("an id")).collect();
    Ok(Samples::new(classes, samples)?)
}

/// The middle `shown` of a picture on 224 × 224 pixels, bilinear, dark on white as photos of products are.
fn enlarged(image: &[u8], shown: f32) -> Vec<u8> {
    const LARGE: usize = Backbone::SIDE;
    let at = |p: usize| {
        let middle = (p as f32 + 0.5) / LARGE as f32 - 0.5;
        ((middle * shown + 0.5) * SIDE as f32 - 0.5).clamp(0.0, (SIDE - 1) as f32)
    };
    let mut out = Vec::with_capacity(LARGE * LARGE * 3);
    for y in 0..LARGE {
        let fy = at(y);
        let (y0, ty) = (fy as usize, fy.fract());
        let y1 = (y0 + 1).min(SIDE - 1);
        for x in 0..LARGE {
            let fx = at(x);
            let (x0, tx) = (fx as usize, fx.fract());
            let x1 = (x0 + 1).min(SIDE - 1);
            let pixel = |y: usize, x: usize| f32::from(255 - image[y * SIDE + x]);
            let top = pixel(y0, x0) * (1.0 - tx) + pixel(y0, x1) * tx;
            let bottom = pixel(y1, x0) * (1.0 - tx) + pixel(y1, x1) * tx;
            out.extend([(top * (1.0 - ty) + bottom * ty).round() as u8; 3]);
        }
    }
    out
}
