//! Which pixels are the garment: where the network looks, minus what is like the border.
//!
//! Two weak witnesses are heard together. The border of a product photo is mostly background, so that a pixel whose
//! colour is common along the border, and that is joined to it, is likely background. The class activation map says
//! which places speak for the category. Where both fail, the whole picture is the answer.

use crate::{Backbone, Picture, views::padded_place};
use vestry_model::{Oklab, Region, Rgb};

/// Longer side of the mask, pixels; a garment's outline needs no more, and the backbone's map has 7 cells.
pub(crate) const MASK_SIDE: usize = 128;
/// Under this share of the picture a mask is a mistake and the whole picture is taken.
const SMALLEST: f32 = 0.02;
/// Colours of the border that are tried as background.
const BORDER_COLOURS: usize = 3;
/// OKLab distance within which a pixel is of a border colour.
const LIKE_BORDER: f32 = 0.075;

/// Which pixels of a reduced picture are foreground.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreground {
    picture: Picture,
    mask: Vec<bool>,
    region: Region,
    share: f32,
}

impl Foreground {
    /// The reduced picture that it speaks of, its longer side at most 128 pixels.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// One flag a pixel of [`Foreground::picture`].
    pub fn mask(&self) -> &[bool] {
        &self.mask
    }

    /// The box around it, in fractions of the picture; the whole picture where no foreground stood out.
    pub fn region(&self) -> Region {
        self.region
    }

    /// Its part of the picture, 0–1.
    pub fn share(&self) -> f32 {
        self.share
    }

    /// All of `picture`, for a crop whose maker has already chosen.
    pub(crate) fn whole(picture: Picture) -> Self {
        let mask = vec![true; picture.width() * picture.height()];
        Self { picture, mask, region: Region::WHOLE, share: 1.0 }
    }

    /// Estimates it on `picture`, which is reduced already. `attention` is 7 × 7 numbers from [`attention`].
    pub(crate) fn estimate(picture: Picture, attention: &[f32]) -> Self {
        let (width, height) = (picture.width(), picture.height());
        let heat = spread(attention, width, height);
        let background = background(&picture);
        let keep = |at: usize| {
            let seen = heat[at];
            if background[at] { seen > FIRM } else { seen > FAINT }
        };
        let mut mask: Vec<bool> = (0..width * height).map(keep).collect();
        smooth(&mut mask, width, height);
        let count = mask.iter().filter(|m| **m).count();
        let share = count as f32 / mask.len() as f32;
        if share < SMALLEST {
            return Self::whole(picture);
        }
        let region = bounds(&mask, width, height);
        Self { picture, mask, region, share }
    }
}

/// What the network must see at least, of its most, to keep a pixel unlike the border.
const FAINT: f32 = 0.30;
/// The same for a pixel that looks like background: white shirts on white walls.
const FIRM: f32 = 0.75;

/// How much each of the 7 × 7 cells of the backbone's map speaks for a class whose weights over one view's feature are
/// `row`, or how much happens there at all without one; 0–1.
pub(crate) fn attention(map: &[f32], row: Option<&[f32]>) -> Vec<f32> {
    let cells = map.chunks_exact(Backbone::FEATURES);
    let mut heat: Vec<f32> = match row {
        Some(row) => cells.map(|cell| cell.iter().zip(row).map(|(x, w)| x * w).sum::<f32>().max(0.0)).collect(),
        None => cells.map(|cell| cell.iter().map(|x| x * x).sum::<f32>().sqrt()).collect(),
    };
    let low = heat.iter().copied().fold(f32::INFINITY, f32::min);
    let high = heat.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let range = (high - low).max(1e-6);
    heat.iter_mut().for_each(|h| *h = (*h - low) / range);
    heat
}

/// The 7 × 7 cells of the padded view as one number a pixel of a `width` × `height` picture, bilinear.
fn spread(cells: &[f32], width: usize, height: usize) -> Vec<f32> {
    let side = Backbone::MAP_SIDE;
    let (left, top, w, h) = padded_place(width, height);
    let cell = Backbone::SIDE as f32 / side as f32;
    let place = |at: usize, from: usize, span: usize, whole: usize| {
        let on_view = from as f32 + (at as f32 + 0.5) * span as f32 / whole as f32;
        let position = (on_view / cell - 0.5).clamp(0.0, (side - 1) as f32);
        let low = (position as usize).min(side - 2);
        (low, position - low as f32)
    };
    let columns: Vec<(usize, f32)> = (0..width).map(|x| place(x, left, w, width)).collect();
    let mut out = Vec::with_capacity(width * height);
    for y in 0..height {
        let (row, down) = place(y, top, h, height);
        for &(column, right) in &columns {
            let at = |dy: usize, dx: usize| cells[(row + dy) * side + column + dx];
            let upper = at(0, 0) * (1.0 - right) + at(0, 1) * right;
            let lower = at(1, 0) * (1.0 - right) + at(1, 1) * right;
            out.push(upper * (1.0 - down) + lower * down);
        }
    }
    out
}

/// Pixels of the border's common colours that are joined to the border through their like.
fn background(picture: &Picture) -> Vec<bool> {
    let (width, height) = (picture.width(), picture.height());
    let lab: Vec<Oklab> = picture.pixels().chunks_exact(3).map(|p| Oklab::from(Rgb([p[0], p[1], p[2]]))).collect();
    let ring = ring(width, height);
    let colours = common(&ring.iter().map(|at| lab[*at]).collect::<Vec<_>>());
    let like = |at: usize| colours.iter().any(|c| c.distance(lab[at]) < LIKE_BORDER);
    let mut out = vec![false; lab.len()];
    let mut open: Vec<usize> = ring.into_iter().filter(|at| like(*at)).collect();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut out[at], true) {
            continue;
        }
        let (x, y) = (at % width, at / width);
        let next = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then_some(at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then_some(at + width),
        ];
        open.extend(next.into_iter().flatten().filter(|next| !out[*next] && like(*next)));
    }
    out
}

/// The outermost pixels: 3 % of each side, at least one.
fn ring(width: usize, height: usize) -> Vec<usize> {
    let (across, down) = ((width * 3 / 100).max(1), (height * 3 / 100).max(1));
    let edge = |at: usize, thick: usize, whole: usize| at < thick || at + thick >= whole;
    (0..width * height).filter(|at| edge(at % width, across, width) || edge(at / width, down, height)).collect()
}

/// The colours that each cover at least a sixth of `ring`, most common first, by greedy balls.
fn common(ring: &[Oklab]) -> Vec<Oklab> {
    let mut left: Vec<Oklab> = ring.to_vec();
    let mut colours = Vec::new();
    while colours.len() < BORDER_COLOURS && !left.is_empty() {
        let step = (left.len() / 48).max(1);
        let near = |c: &Oklab| left.iter().filter(|o| o.distance(*c) < LIKE_BORDER).count();
        let Some(centre) = left.iter().copied().step_by(step).max_by_key(near) else { break };
        let (inside, rest): (Vec<Oklab>, Vec<Oklab>) = left.iter().partition(|o| o.distance(centre) < LIKE_BORDER);
        if inside.len() * 6 < ring.len() {
            break;
        }
        let count = inside.len() as f32;
        let sum = |channel: fn(&Oklab) -> f32| inside.iter().map(channel).sum::<f32>() / count;
        colours.push(Oklab { l: sum(|c| c.l), a: sum(|c| c.a), b: sum(|c| c.b) });
        left = rest;
    }
    colours
}

/// Drops specks and fills pinholes: each pixel as most of its 5 × 5 neighbours say.
fn smooth(mask: &mut Vec<bool>, width: usize, height: usize) {
    let before = mask.clone();
    for y in 0..height {
        for x in 0..width {
            let (mut yes, mut all) = (0, 0);
            for ny in y.saturating_sub(2)..(y + 3).min(height) {
                for nx in x.saturating_sub(2)..(x + 3).min(width) {
                    yes += usize::from(before[ny * width + nx]);
                    all += 1;
                }
            }
            mask[y * width + x] = yes * 2 > all;
        }
    }
}

/// The box that holds all but the outermost hundredth of the mask on each side.
fn bounds(mask: &[bool], width: usize, height: usize) -> Region {
    let total = mask.iter().filter(|m| **m).count();
    let span = |counts: Vec<usize>| {
        let cut = total / 100;
        let edge = |counts: &mut dyn Iterator<Item = &usize>| {
            let mut sum = 0;
            counts
                .take_while(|count| {
                    sum += **count;
                    sum <= cut
                })
                .count()
        };
        let from = edge(&mut counts.iter());
        let to = counts.len() - edge(&mut counts.iter().rev());
        (from as f32 / counts.len() as f32, (to - from) as f32 / counts.len() as f32)
    };
    let columns = (0..width).map(|x| (0..height).filter(|y| mask[y * width + x]).count()).collect();
    let rows = (0..height).map(|y| mask[y * width..(y + 1) * width].iter().filter(|m| **m).count()).collect();
    let ((x, w), (y, h)) = (span(columns), span(rows));
    Region::new(x, y, w, h).unwrap_or(Region::WHOLE)
}
