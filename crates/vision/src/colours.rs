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
/// The least share of a garment that makes a colour a suggestion.
const SUGGESTED_SHARE: f32 = 0.2;
/// Colours that are named at most.
pub const MOST_COLOURS: usize = 5;

/// How many numbers [`NamedColour::signs`] has.
pub const COLOUR_SIGNS: usize = 6;

/// A colour of a garment, and what tells how sure its name is.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedColour {
    /// The colour.
    pub colour: ColourShare,
    /// 0 its share; 1 whether it is the largest; 2 how much farther the next name's sample lies; 3 how far its own
    /// name's sample lies; 4 chroma; 5 lightness. Distances are those that names are given by.
    pub signs: [f32; COLOUR_SIGNS],
}

impl NamedColour {
    /// Whether it covers enough of the garment to be suggested.
    pub fn is_suggested(&self) -> bool {
        self.colour.share >= SUGGESTED_SHARE
    }
}

/// The colours of `foreground`, largest share first. Threads of two colours that cross mix into a third that no thread
/// has; in cloth that is `woven` so, a check, such a mix counts for its threads.
pub fn colours(foreground: &Foreground, woven: bool, taxonomy: &Taxonomy) -> Vec<NamedColour> {
    let samples = samples(taxonomy);
    let pixels = sampled(foreground);
    if samples.is_empty() || pixels.is_empty() {
        return Vec::new();
    }
    let groups = grouped(&pixels);
    let mut named: Vec<(&ValueId, Group)> = Vec::new();
    for group in if woven { threads(&groups) } else { groups } {
        let name = nearest(group.lab(), &samples);
        match named.iter_mut().find(|(value, _)| *value == name) {
            Some((_, all)) => all.add(group.mean, group.pixels),
            None => named.push((name, group)),
        }
    }
    named.sort_by(|a, b| b.1.pixels.total_cmp(&a.1.pixels).then_with(|| a.0.cmp(b.0)));
    named
        .into_iter()
        .map(|(value, group)| ColourShare {
            value: value.clone(),
            rgb: group.rgb(),
            share: group.pixels / pixels.len() as f32,
        })
        .filter(|colour| colour.share >= SMALLEST_SHARE)
        .take(MOST_COLOURS)
        .enumerate()
        .map(|(at, colour)| NamedColour { signs: signs(&colour, at == 0, &samples), colour })
        .collect()
}

fn signs(colour: &ColourShare, largest: bool, samples: &[(Oklab, &ValueId)]) -> [f32; COLOUR_SIGNS] {
    let lab = Oklab::from(colour.rgb);
    let closest = |own: bool| {
        let of = samples.iter().filter(|(_, value)| (**value == colour.value) == own);
        of.map(|(sample, _)| named_by(*sample).distance(named_by(lab))).fold(1.0, f32::min)
    };
    let (own, other) = (closest(true), closest(false));
    [colour.share, f32::from(u8::from(largest)), other - own, own, lab.a.hypot(lab.b), lab.l]
}

/// Pixels of one colour.
#[derive(Debug, Clone, Copy)]
struct Group {
    mean: [f32; 3],
    pixels: f32,
}

impl Group {
    fn add(&mut self, mean: [f32; 3], pixels: f32) {
        let part = pixels / (self.pixels + pixels);
        self.mean = [0, 1, 2].map(|c| self.mean[c] + (mean[c] - self.mean[c]) * part);
        self.pixels += pixels;
    }

    fn rgb(&self) -> Rgb {
        Rgb(self.mean.map(|c| c.round() as u8))
    }

    fn lab(&self) -> Oklab {
        Oklab::from(self.rgb())
    }
}

/// The groups that are threads: one that lies between two others is their mix, and they share its pixels.
fn threads(groups: &[Group]) -> Vec<Group> {
    let (mixes, pure): (Vec<Group>, Vec<Group>) = groups.iter().partition(|group| mix(group, groups).is_some());
    let mut threads = pure.clone();
    for group in mixes {
        match mix(&group, &pure) {
            Some((a, b, part)) => {
                threads[a].pixels += group.pixels * (1.0 - part);
                threads[b].pixels += group.pixels * part;
            }
            None => threads.push(group),
        }
    }
    threads
}

/// Which two of `groups` mix into `group`, and the second's part in it. Nothing is a mix of itself.
fn mix(group: &Group, groups: &[Group]) -> Option<(usize, usize, f32)> {
    let pairs = (0..groups.len()).flat_map(|a| (a + 1..groups.len()).map(move |b| (a, b)));
    let mixes = pairs.filter_map(|(a, b)| {
        let (part, off) = between(group.mean, groups[a].mean, groups[b].mean)?;
        Some((off, (a, b, part)))
    });
    mixes.min_by(|x, y| x.0.total_cmp(&y.0)).map(|(_, mix)| mix)
}

/// How far along the way from `a` to `b` the colour lies, and how far off it, when it is a mix of the two.
fn between(colour: [f32; 3], a: [f32; 3], b: [f32; 3]) -> Option<(f32, f32)> {
    let dot = |x: [f32; 3], y: [f32; 3]| (0..3).map(|c| x[c] * y[c]).sum::<f32>();
    let minus = |x: [f32; 3], y: [f32; 3]| [0, 1, 2].map(|c| x[c] - y[c]);
    let (way, from) = (minus(b, a), minus(colour, a));
    let length = dot(way, way);
    let part = dot(from, way) / length.max(1.0);
    let rest = [0, 1, 2].map(|c| from[c] - way[c] * part);
    let off = dot(rest, rest).sqrt();
    (length > APART * APART && (0.2..=0.8).contains(&part) && off < OFF_WAY).then_some((part, off))
}

/// How different two threads are at least, for a mix of them to be known as one (of 255 a channel).
const APART: f32 = 70.0;
/// How far a mix may be from the straight way between its threads.
const OFF_WAY: f32 = 16.0;

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

/// k-means (Lloyd). It starts from the pixel nearest the mean, then each time from the pixel farthest from all starts,
/// so that the same picture always gives the same groups; none of them is empty.
fn grouped(pixels: &[[u8; 3]]) -> Vec<Group> {
    let lab: Vec<Oklab> = pixels.iter().map(|p| Oklab::from(Rgb(*p))).collect();
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
        gaps.iter_mut().zip(&lab).for_each(|(gap, c)| *gap = gap.min(c.distance(next)));
    }
    let mut groups = vec![0usize; lab.len()];
    for _ in 0..ROUNDS {
        for (group, colour) in groups.iter_mut().zip(&lab) {
            let closer = |a: &usize, b: &usize| centres[*a].distance(*colour).total_cmp(&centres[*b].distance(*colour));
            *group = (0..centres.len()).min_by(closer).unwrap_or(0);
        }
        let mut sums = vec![(Oklab { l: 0.0, a: 0.0, b: 0.0 }, 0.0f32); centres.len()];
        for (group, colour) in groups.iter().zip(&lab) {
            let (sum, n) = &mut sums[*group];
            *sum = Oklab { l: sum.l + colour.l, a: sum.a + colour.a, b: sum.b + colour.b };
            *n += 1.0;
        }
        for (centre, (sum, n)) in centres.iter_mut().zip(sums).filter(|(_, (_, n))| *n > 0.0) {
            *centre = Oklab { l: sum.l / n, a: sum.a / n, b: sum.b / n };
        }
    }
    let mut out: Vec<Option<Group>> = vec![None; centres.len()];
    for (group, pixel) in groups.iter().zip(pixels) {
        let mean = pixel.map(f32::from);
        match &mut out[*group] {
            Some(all) => all.add(mean, 1.0),
            none => *none = Some(Group { mean, pixels: 1.0 }),
        }
    }
    out.into_iter().flatten().collect()
}
