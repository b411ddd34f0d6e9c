//! Which pixels are the garment: where the network looks, minus what is like the border.
//!
//! Two weak witnesses are heard together. The border of a product photo is mostly background, so that a pixel whose
//! colour is common along the border, and that is joined to it, is likely background. The class activation map says
//! which places speak for the category. Where both fail, the whole picture is the answer.

use crate::{
    Backbone, Picture,
    picture::View,
    views::{padded_place, reduced},
};
use vestry_model::{Oklab, Region, Rgb};

/// Longer side of the mask, pixels; a garment's outline needs no more, and the backbone's map has 7 cells.
const MASK_SIDE: usize = 128;
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
    points: Picture,
    mask: Vec<bool>,
    region: Region,
    share: f32,
}

impl Foreground {
    /// The reduced picture that it speaks of, its longer side at most 128 pixels.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The pixels of the full picture at the places of [`Foreground::picture`]'s, not blended with their neighbours.
    pub fn points(&self) -> &Picture {
        &self.points
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

    /// All of `part`, for a crop whose maker has already chosen.
    pub(crate) fn whole(part: &View<'_>) -> Self {
        let picture = reduced(part, MASK_SIDE);
        let points = points(part, picture.width(), picture.height());
        Self::all(picture, points)
    }

    fn all(picture: Picture, points: Picture) -> Self {
        let mask = vec![true; picture.width() * picture.height()];
        Self { picture, points, mask, region: Region::WHOLE, share: 1.0 }
    }
}

/// What the border says of a picture, before the network is heard.
pub(crate) struct Ground {
    picture: Picture,
    points: Picture,
    /// One flag a pixel: joined to the border through the like of it.
    background: Vec<bool>,
    /// Whether a few colours are nearly all of the border.
    plain: bool,
}

impl Ground {
    pub(crate) fn new(part: &View<'_>) -> Self {
        let picture = reduced(part, MASK_SIDE);
        let points = points(part, picture.width(), picture.height());
        let (background, plain) = background(&picture);
        Self { picture, points, background, plain }
    }

    /// The foreground under `attention`: 7 × 7 numbers from [`attention`].
    pub(crate) fn under(&self, attention: &[f32]) -> Foreground {
        let (width, height) = (self.picture.width(), self.picture.height());
        let heat = spread(attention, width, height);
        // Where most of what the network looks at is like the border, the border says nothing: white on white. A plain
        // border with enough in it that is unlike it speaks for itself.
        let seen = heat.iter().filter(|h| **h > FIRM).count();
        let unlike = heat.iter().zip(&self.background).filter(|(h, ground)| **h > FIRM && !**ground).count();
        let inside = self.background.iter().filter(|ground| !**ground).count() as f32 / heat.len() as f32;
        let trusted = unlike as f32 >= seen as f32 * TRUSTED || (self.plain && inside > PLAIN_INSIDE);
        let on_ground = if trusted { f32::INFINITY } else { FIRM };
        let keep = |(heat, ground): (&f32, &bool)| *heat > if *ground { on_ground } else { FAINT };
        let mask = smooth(&heat.iter().zip(&self.background).map(keep).collect::<Vec<bool>>(), width, height);
        let share = mask.iter().filter(|m| **m).count() as f32 / mask.len() as f32;
        let (picture, points) = (self.picture.clone(), self.points.clone());
        if share < SMALLEST {
            return Foreground::all(picture, points);
        }
        let region = bounds(&mask, width, height);
        Foreground { picture, points, mask, region, share }
    }
}

/// One pixel of `part` for each of `width` × `height` places, from the middle of the place.
fn points(part: &View<'_>, width: usize, height: usize) -> Picture {
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        let row = (y * 2 + 1) * part.height / (height * 2);
        for x in 0..width {
            let at = (row * part.width + (x * 2 + 1) * part.width / (width * 2)) * 3;
            pixels.extend_from_slice(&part.pixels[at..at + 3]);
        }
    }
    Picture::new(width, height, pixels)
}

/// What the network must see at least, of its most, to keep a pixel unlike the border.
const FAINT: f32 = 0.30;
/// The same for a pixel that looks like background: white shirts on white walls.
const FIRM: f32 = 0.75;
/// Share of what the network looks at most that must be unlike the border before the border is believed.
const TRUSTED: f32 = 0.35;
/// Share of the border that its common colours cover when it is plain.
const PLAIN_BORDER: f32 = 0.9;
/// Share of the picture that must be unlike a plain border for it to be believed by itself.
const PLAIN_INSIDE: f32 = 0.12;

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

/// Pixels of the border's common colours that are joined to the border through their like, and the soft shadows
/// beside them; and whether these colours are nearly all of the border.
fn background(picture: &Picture) -> (Vec<bool>, bool) {
    let (width, height) = (picture.width(), picture.height());
    let lab: Vec<Oklab> = picture.pixels().chunks_exact(3).map(|p| Oklab::from(Rgb([p[0], p[1], p[2]]))).collect();
    let ring = ring(width, height);
    let colours = common(&ring.iter().map(|at| lab[*at]).collect::<Vec<_>>());
    let gap: Vec<f32> =
        lab.iter().map(|c| colours.iter().map(|b| apart(*b, *c)).fold(f32::INFINITY, f32::min)).collect();
    let mut out = vec![false; lab.len()];
    let border = ring.len();
    let mut open: Vec<usize> = ring.into_iter().filter(|at| gap[*at] < LIKE_BORDER).collect();
    let plain = open.len() as f32 >= border as f32 * PLAIN_BORDER;
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
        let joined =
            |next: usize| gap[next] < LIKE_BORDER || (gap[next] < SHADOW && apart(lab[at], lab[next]) < SHADOW_STEP);
        open.extend(next.into_iter().flatten().filter(|next| !out[*next] && joined(*next)));
    }
    (out, plain)
}

/// How far a shadow may be from the border's colour, if it gets there in steps of at most [`SHADOW_STEP`].
const SHADOW: f32 = 0.16;
const SHADOW_STEP: f32 = 0.016;

/// A distance in which light and shade count half and a change of hue counts double.
fn apart(one: Oklab, other: Oklab) -> f32 {
    let (l, a, b) = (one.l - other.l, one.a - other.a, one.b - other.b);
    (0.5 * l * l + 2.0 * (a * a + b * b)).sqrt()
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
        let near = |c: &Oklab| left.iter().filter(|o| apart(**o, *c) < LIKE_BORDER).count();
        let Some(centre) = left.iter().copied().step_by(step).max_by_key(near) else { break };
        let (inside, rest): (Vec<Oklab>, Vec<Oklab>) = left.iter().partition(|o| apart(**o, centre) < LIKE_BORDER);
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

/// Drops specks and fills pinholes: each pixel as most of its 5 × 5 neighbours say. Summed along rows, then columns.
fn smooth(mask: &[bool], width: usize, height: usize) -> Vec<bool> {
    let mut rows = vec![0u8; mask.len()];
    for (row, sums) in mask.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        for (x, sum) in sums.iter_mut().enumerate() {
            *sum = row[x.saturating_sub(2)..(x + 3).min(width)].iter().map(|m| u8::from(*m)).sum();
        }
    }
    let mut out = Vec::with_capacity(mask.len());
    for y in 0..height {
        let (from, to) = (y.saturating_sub(2), (y + 3).min(height));
        for x in 0..width {
            let yes: u8 = (from..to).map(|y| rows[y * width + x]).sum();
            let all = ((x + 3).min(width) - x.saturating_sub(2)) * (to - from);
            out.push(usize::from(yes) * 2 > all);
        }
    }
    out
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
