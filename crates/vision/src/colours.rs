//! The colours of a garment, named as the taxonomy names them.

use crate::Foreground;
use vestry_model::{ColourShare, Oklab, Rgb, Taxonomy, ValueId};

/// Groups of k-means: more than a garment has, since names merge them again.
const GROUPS: usize = 8;
/// Rounds of k-means; on a few thousand pixels it stands still by then.
const ROUNDS: usize = 12;
/// Pixels that are grouped at most.
const SAMPLE: usize = 4096;
/// A colour with less of the garment is a seam, a button or a shadow.
pub const SMALLEST_SHARE: f32 = 0.06;
/// Colours that are named at most.
pub const MOST_COLOURS: usize = 5;

/// The colours of `foreground`, largest share first.
pub fn colours(foreground: &Foreground, taxonomy: &Taxonomy) -> Vec<ColourShare> {
    let samples = samples(taxonomy);
    let pixels = sampled(foreground);
    if samples.is_empty() || pixels.is_empty() {
        return Vec::new();
    }
    let lab: Vec<Oklab> = pixels.iter().map(|p| Oklab::from(Rgb(*p))).collect();
    let groups = grouped(&lab);
    let mut named: Vec<(ValueId, [u64; 3], u64)> = Vec::new();
    for group in 0..GROUPS {
        let members = || groups.iter().zip(&pixels).filter(move |(g, _)| **g == group).map(|(_, pixel)| pixel);
        let count = members().count() as u64;
        if count == 0 {
            continue;
        }
        let sums = members().fold([0u64; 3], |sums, p| [0, 1, 2].map(|c| sums[c] + u64::from(p[c])));
        let name = nearest(Oklab::from(Rgb(sums.map(|sum| ((sum + count / 2) / count) as u8))), &samples);
        match named.iter_mut().find(|(value, ..)| value == name) {
            Some((_, all, n)) => {
                *all = [0, 1, 2].map(|c| all[c] + sums[c]);
                *n += count;
            }
            None => named.push((name.clone(), sums, count)),
        }
    }
    named.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    named
        .into_iter()
        .map(|(value, sums, count)| ColourShare {
            value,
            rgb: Rgb(sums.map(|sum| ((sum + count / 2) / count) as u8)),
            share: count as f32 / pixels.len() as f32,
        })
        .filter(|colour| colour.share >= SMALLEST_SHARE)
        .take(MOST_COLOURS)
        .collect()
}

/// Every sample colour with the value it stands for.
fn samples(taxonomy: &Taxonomy) -> Vec<(Oklab, &ValueId)> {
    let values = taxonomy.attribute("colour").map_or(&[][..], |attribute| &attribute.values);
    let flat = values.iter().filter(|value| !METALS.contains(&value.id.as_str()));
    flat.flat_map(|value| value.rgb.iter().map(|rgb| (Oklab::from(*rgb), &value.id))).collect()
}

/// Colours that are a gloss: a mean colour is no sign of them, and every grey wall would be silver.
pub const METALS: [&str; 3] = ["silver", "gold", "rose-gold"];

fn nearest<'t>(colour: Oklab, samples: &[(Oklab, &'t ValueId)]) -> &'t ValueId {
    let colour = named_by(colour);
    let gap = |sample: Oklab| named_by(sample).distance(colour);
    samples.iter().min_by(|a, b| gap(a.0).total_cmp(&gap(b.0))).expect("the caller has samples").1
}

/// Where a colour lies among names. Photos wash colours out and light falls unevenly on cloth, so that lightness counts
/// less and a little chroma counts more than eyes say side by side: washed-out blue is a blue, not a grey.
fn named_by(colour: Oklab) -> Oklab {
    let chroma = colour.a.hypot(colour.b);
    let kept = (chroma - TINT).max(0.0);
    let scale = if chroma > 0.0 { kept.powf(CHROMA_POWER) * CHROMA_WEIGHT / chroma } else { 0.0 };
    Oklab { l: colour.l * LIGHTNESS, a: colour.a * scale, b: colour.b * scale }
}

/// The weight of lightness in [`named_by`].
const LIGHTNESS: f32 = 0.5;
/// Chroma that warm or cold light alone gives to a grey.
const TINT: f32 = 0.008;
/// How strongly larger chroma is compressed.
const CHROMA_POWER: f32 = 0.5;
/// The weight of compressed chroma.
const CHROMA_WEIGHT: f32 = 1.2;

/// The foreground's pixels, evenly thinned; without those where two colours blend, as long as enough are left.
fn sampled(foreground: &Foreground) -> Vec<[u8; 3]> {
    let (points, blurred) = (foreground.points(), foreground.picture());
    let (width, height) = (points.width(), points.height());
    let masked = |x: usize, y: usize| foreground.mask()[y * width + x];
    let inner = |x: usize, y: usize| {
        (0..9).all(|n| {
            let (x, y) = ((x + n % 3).wrapping_sub(1), (y + n / 3).wrapping_sub(1));
            x >= width || y >= height || masked(x, y)
        })
    };
    let clear = |x: usize, y: usize| {
        let gap = points.at(x, y).iter().zip(blurred.at(x, y)).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>();
        gap < BLEND
    };
    let all: Vec<(usize, usize)> =
        (0..width * height).map(|at| (at % width, at / width)).filter(|(x, y)| masked(*x, *y)).collect();
    let narrowed = |from: &[(usize, usize)], keep: &dyn Fn(usize, usize) -> bool, least: usize| {
        let kept: Vec<(usize, usize)> = from.iter().copied().filter(|(x, y)| keep(*x, *y)).collect();
        if kept.len() * 100 >= from.len() * least { kept } else { from.to_vec() }
    };
    let kept = narrowed(&narrowed(&all, &inner, 50), &clear, 40);
    let step = kept.len().div_ceil(SAMPLE).max(1);
    kept.into_iter().step_by(step).map(|(x, y)| points.at(x, y)).collect()
}

/// How far a pixel may be from the mean of its surroundings, all channels together.
const BLEND: u32 = 60;

/// k-means (Lloyd), one group number a pixel. It starts from the pixel nearest the mean, then each time from the pixel
/// farthest from all starts, so that the same picture always gives the same groups.
fn grouped(lab: &[Oklab]) -> Vec<usize> {
    let count = lab.len() as f32;
    let total = |channel: fn(&Oklab) -> f32| lab.iter().map(channel).sum::<f32>() / count;
    let mean = Oklab { l: total(|c| c.l), a: total(|c| c.a), b: total(|c| c.b) };
    let first = lab.iter().copied().min_by(|a, b| a.distance(mean).total_cmp(&b.distance(mean))).unwrap_or(mean);
    let mut centres = vec![first];
    let mut gaps: Vec<f32> = lab.iter().map(|c| c.distance(first)).collect();
    while centres.len() < GROUPS {
        let Some((at, gap)) = gaps.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) else { break };
        if *gap < 0.03 {
            break;
        }
        let next = lab[at];
        centres.push(next);
        gaps.iter_mut().zip(lab).for_each(|(gap, c)| *gap = gap.min(c.distance(next)));
    }
    let mut groups = vec![0; lab.len()];
    for _ in 0..ROUNDS {
        for (group, colour) in groups.iter_mut().zip(lab) {
            let closer = |a: &usize, b: &usize| centres[*a].distance(*colour).total_cmp(&centres[*b].distance(*colour));
            *group = (0..centres.len()).min_by(closer).unwrap_or(0);
        }
        let mut sums = vec![(Oklab { l: 0.0, a: 0.0, b: 0.0 }, 0.0f32); centres.len()];
        for (group, colour) in groups.iter().zip(lab) {
            let (sum, n) = &mut sums[*group];
            *sum = Oklab { l: sum.l + colour.l, a: sum.a + colour.a, b: sum.b + colour.b };
            *n += 1.0;
        }
        for (centre, (sum, n)) in centres.iter_mut().zip(sums).filter(|(_, (_, n))| *n > 0.0) {
            *centre = Oklab { l: sum.l / n, a: sum.a / n, b: sum.b / n };
        }
    }
    groups
}
