//! What is printed on cloth, as numbers for a linear head: solid, striped, checked, dotted, floral, graphic,
//! camouflage, animal.
//!
//! A print head reads [`print_features`]: the features of the picture as its views give them, then the
//! [`TEXTURES`] measures of [`texture_measures`], in this order (each 0–1 or nearly):
//!
//! | at | measure |
//! |---|---|
//! | 0 | mean gradient of lightness |
//! | 1 | share of pixels with a clear gradient |
//! | 2–9 | share of gradient energy by direction, eight bins of 22.5° from 0° (a vertical edge) |
//! | 10 | energy of the strongest bin and its neighbours |
//! | 11 | energy of the bins at right angles to it |
//! | 12 | entropy of the eight bins |
//! | 13–18 | largest autocorrelation of lightness along rows at lags 3–32, its lag; the same along columns; along diagonals |
//! | 19–21 | depth of the autocorrelation's first dip: rows, columns, diagonals |
//! | 22 | spread of lightness |
//! | 23 | spread of chroma |
//! | 24 | entropy of colours (4 × 4 × 4 cells) |
//! | 25 | share of the commonest colour cell |
//! | 26 | share of the two commonest colour cells |
//! | 27 | mean chroma |
//! | 28 | number of separate spots of the second colour, by area |
//! | 29 | how alike in size these spots are |
//! | 30 | how round they are |
//! | 31 | difference of gradient between the centre and the rest: one motif or an all-over print |

use crate::{
    CleanImage, Foreground, Picture,
    picture::{Window, resized},
};
use fast_image_resize::FilterType;
use vestry_model::{Oklab, Region, Rgb};

/// How many measures [`texture_measures`] gives.
pub const TEXTURES: usize = 32;
/// Pixels a side of the patch that is measured.
const PATCH: usize = 128;
/// Directions that gradients are sorted into.
const BINS: usize = 8;

/// The features of a print head: `look`, then the texture of the garment.
pub fn print_features(look: &[f32], textures: &[f32; TEXTURES]) -> Vec<f32> {
    look.iter().chain(textures).copied().collect()
}

/// The texture of the middle of `foreground`'s box, measured on the derivative's own pixels; see the module's table.
pub fn texture_measures(image: &CleanImage, crop: Option<Region>, foreground: &Foreground) -> [f32; TEXTURES] {
    let patch = patch(image, crop, foreground);
    let lab: Vec<Oklab> = patch.pixels().chunks_exact(3).map(|p| Oklab::from(Rgb([p[0], p[1], p[2]]))).collect();
    let light: Vec<f32> = lab.iter().map(|c| c.l).collect();
    let mut out = [0.0; TEXTURES];
    gradients(&light, &mut out);
    repeats(&light, &mut out);
    palette(&lab, &patch, &mut out);
    spots(&lab, &mut out);
    out
}

/// The middle of the foreground's box (the inner 60 % each way), as 128 × 128 pixels.
fn patch(image: &CleanImage, crop: Option<Region>, foreground: &Foreground) -> Picture {
    let [x, y, w, h] = foreground.region().to_array().map(f64::from);
    let [left, top, width, height] = crop.unwrap_or(Region::WHOLE).to_array().map(f64::from);
    let inner = 0.6;
    let (x, y) = (left + width * (x + w * (1.0 - inner) / 2.0), top + height * (y + h * (1.0 - inner) / 2.0));
    let (w, h) = (width * w * inner, height * h * inner);
    let (full_width, full_height) = (image.width as f64, image.height as f64);
    // A square, so that directions stay directions.
    let side = (w * full_width).min(h * full_height).max(1.0).min(full_width.min(full_height));
    let left = ((x + w / 2.0) * full_width - side / 2.0).clamp(0.0, full_width - side);
    let top = ((y + h / 2.0) * full_height - side / 2.0).clamp(0.0, full_height - side);
    let window = Window { left, top, width: side, height: side };
    Picture::new(PATCH, PATCH, resized(&image.view(), window, PATCH, PATCH, FilterType::Bilinear))
}

fn gradients(light: &[f32], out: &mut [f32; TEXTURES]) {
    let (mut total, mut clear, mut energy, mut bins) = (0.0, 0.0, 0.0, [0.0f32; BINS]);
    let (mut centre, mut rest) = ((0.0, 0.0f32), (0.0, 0.0f32));
    for y in 1..PATCH - 1 {
        for x in 1..PATCH - 1 {
            let at = y * PATCH + x;
            let (dx, dy) = (light[at + 1] - light[at - 1], light[at + PATCH] - light[at - PATCH]);
            let strength = (dx * dx + dy * dy).sqrt();
            total += strength;
            clear += f32::from(u8::from(strength > 0.06));
            let angle = dy.atan2(dx).rem_euclid(std::f32::consts::PI) / std::f32::consts::PI;
            let bin = ((angle * BINS as f32 + 0.5) as usize) % BINS;
            bins[bin] += strength * strength;
            energy += strength * strength;
            let inner = |p: usize| (PATCH / 4..PATCH * 3 / 4).contains(&p);
            let side = if inner(x) && inner(y) { &mut centre } else { &mut rest };
            side.0 += strength;
            side.1 += 1.0;
        }
    }
    let count = ((PATCH - 2) * (PATCH - 2)) as f32;
    out[0] = (total / count * 8.0).min(1.0);
    out[1] = clear / count;
    let share = bins.map(|b| b / energy.max(1e-6));
    out[2..2 + BINS].copy_from_slice(&share);
    let around = |bin: usize| share[bin] + share[(bin + 1) % BINS] + share[(bin + BINS - 1) % BINS];
    let strongest = (0..BINS).max_by(|a, b| around(*a).total_cmp(&around(*b))).unwrap_or(0);
    out[10] = around(strongest);
    out[11] = around((strongest + BINS / 2) % BINS);
    out[12] = entropy(&share);
    out[31] = ((centre.0 / centre.1.max(1.0) - rest.0 / rest.1.max(1.0)) * 8.0).clamp(-1.0, 1.0);
}

/// Entropy of shares, 0–1.
fn entropy(shares: &[f32]) -> f32 {
    let bits: f32 = shares.iter().filter(|s| **s > 0.0).map(|s| -s * s.ln()).sum();
    bits / (shares.len() as f32).ln()
}

/// How well lightness repeats along rows, columns and diagonals.
fn repeats(light: &[f32], out: &mut [f32; TEXTURES]) {
    let mean = light.iter().sum::<f32>() / light.len() as f32;
    let centred: Vec<f32> = light.iter().map(|l| l - mean).collect();
    let power = centred.iter().map(|l| l * l).sum::<f32>() / centred.len() as f32;
    if power < 1e-5 {
        return;
    }
    for (direction, (dx, dy)) in [(1, 0), (0, 1), (1, 1)].into_iter().enumerate() {
        let curve: Vec<f32> = (0..=32).map(|lag| correlation(&centred, lag * dx, lag * dy) / power).collect();
        let dip = (1..32).find(|lag| curve[*lag] <= curve[lag + 1]).unwrap_or(32);
        let peak = (dip.max(3)..=32).max_by(|a, b| curve[*a].total_cmp(&curve[*b])).unwrap_or(32);
        out[13 + direction * 2] = (curve[peak] - curve[dip].max(0.0)).max(0.0);
        out[14 + direction * 2] = peak as f32 / 32.0;
        out[19 + direction] = (1.0 - curve[dip]) / 2.0;
    }
}

fn correlation(values: &[f32], dx: usize, dy: usize) -> f32 {
    let mut sum = 0.0;
    for y in 0..PATCH - dy {
        let row = &values[y * PATCH..][..PATCH - dx];
        let moved = &values[(y + dy) * PATCH + dx..][..PATCH - dx];
        sum += row.iter().zip(moved).map(|(a, b)| a * b).sum::<f32>();
    }
    sum / ((PATCH - dx) * (PATCH - dy)) as f32
}

fn palette(lab: &[Oklab], patch: &Picture, out: &mut [f32; TEXTURES]) {
    let count = lab.len() as f32;
    let spread = |channel: &dyn Fn(&Oklab) -> f32| {
        let mean = lab.iter().map(channel).sum::<f32>() / count;
        (lab.iter().map(|c| (channel(c) - mean).powi(2)).sum::<f32>() / count).sqrt()
    };
    out[22] = (spread(&|c| c.l) * 3.0).min(1.0);
    out[23] = ((spread(&|c| c.a).powi(2) + spread(&|c| c.b).powi(2)).sqrt() * 6.0).min(1.0);
    let mut cells = [0.0f32; 64];
    for p in patch.pixels().chunks_exact(3) {
        cells[usize::from(p[0] >> 6) * 16 + usize::from(p[1] >> 6) * 4 + usize::from(p[2] >> 6)] += 1.0 / count;
    }
    out[24] = entropy(&cells);
    cells.sort_by(|a, b| b.total_cmp(a));
    out[25] = cells[0];
    out[26] = cells[0] + cells[1];
    out[27] = (lab.iter().map(|c| c.a.hypot(c.b)).sum::<f32>() / count * 4.0).min(1.0);
}

/// Islands of what differs from the ground colour: how many, how alike, how round.
fn spots(lab: &[Oklab], out: &mut [f32; TEXTURES]) {
    let mut sorted: Vec<f32> = lab.iter().map(|c| c.l).collect();
    let middle = sorted.len() / 2;
    sorted.select_nth_unstable_by(middle, f32::total_cmp);
    let median = |channel: fn(&Oklab) -> f32| {
        let mut values: Vec<f32> = lab.iter().map(channel).collect();
        *values.select_nth_unstable_by(middle, f32::total_cmp).1
    };
    let ground = Oklab { l: sorted[middle], a: median(|c| c.a), b: median(|c| c.b) };
    let mut differs: Vec<bool> = lab.iter().map(|c| c.distance(ground) > 0.12).collect();
    let mut spots: Vec<(f32, f32)> = Vec::new();
    for start in 0..differs.len() {
        if !differs[start] {
            continue;
        }
        let (area, round) = island(&mut differs, start);
        if area >= 9.0 {
            spots.push((area, round));
        }
    }
    if spots.is_empty() {
        return;
    }
    let count = spots.len() as f32;
    let mean = spots.iter().map(|s| s.0).sum::<f32>() / count;
    let deviation = (spots.iter().map(|s| (s.0 - mean).powi(2)).sum::<f32>() / count).sqrt();
    out[28] = (count / 60.0).min(1.0);
    out[29] = if spots.len() < 3 { 0.0 } else { 1.0 / (1.0 + deviation / mean) };
    out[30] = spots.iter().map(|s| s.1).sum::<f32>() / count;
}

/// Removes the island at `start` from `open`: its area, and how much of its bounding circle it fills.
fn island(open: &mut [bool], start: usize) -> (f32, f32) {
    let mut stack = vec![start];
    open[start] = false;
    let (mut area, mut low, mut high) = (0.0f32, (PATCH, PATCH), (0, 0));
    while let Some(at) = stack.pop() {
        let (x, y) = (at % PATCH, at / PATCH);
        area += 1.0;
        (low, high) = ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)));
        let next = [
            (x > 0).then(|| at - 1),
            (x + 1 < PATCH).then_some(at + 1),
            (y > 0).then(|| at - PATCH),
            (y + 1 < PATCH).then_some(at + PATCH),
        ];
        for next in next.into_iter().flatten() {
            if std::mem::take(&mut open[next]) {
                stack.push(next);
            }
        }
    }
    let longer = (high.0 - low.0).max(high.1 - low.1) as f32 + 1.0;
    (area, (area / (longer * longer * std::f32::consts::FRAC_PI_4)).min(1.0))
}
