//! What a camera does to a flat drawing: crop, lean, wrinkles, light, blur, noise.

use crate::{picture::Picture, random::Random};

/// Smooth noise between −1 and 1: random values on a grid, blended by smoothstep.
struct Field {
    values: Vec<f32>,
    side: usize,
}

impl Field {
    fn new(side: usize, random: &mut Random) -> Self {
        Self { values: (0..(side + 1) * (side + 1)).map(|_| random.between(-1.0, 1.0)).collect(), side }
    }

    /// The value at `x`, `y`, both 0–1.
    fn at(&self, x: f32, y: f32) -> f32 {
        let cell = |v: f32| {
            let v = v.clamp(0.0, 1.0) * self.side as f32;
            let whole = (v as usize).min(self.side - 1);
            let part = v - whole as f32;
            (whole, part * part * (3.0 - 2.0 * part))
        };
        let ((column, u), (row, v)) = (cell(x), cell(y));
        let value = |c: usize, r: usize| self.values[r * (self.side + 1) + c];
        let top = value(column, row) * (1.0 - u) + value(column + 1, row) * u;
        let bottom = value(column, row + 1) * (1.0 - u) + value(column + 1, row + 1) * u;
        top * (1.0 - v) + bottom * v
    }
}

/// How rough the camera is with the picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shot {
    /// Part of the drawing's width that is seen, 0–1.
    pub(crate) seen: f32,
    /// Middle of what is seen, 0–1 across and down.
    pub(crate) middle: (f32, f32),
    /// Lean, degrees.
    pub(crate) lean: f32,
    /// Wrinkles: displacement and shading, 0 none to 1 crumpled.
    pub(crate) wrinkles: f32,
    /// Blur, passes of a 3 × 3 box.
    pub(crate) blur: usize,
    /// Sensor noise, standard deviation in 0–255 or so.
    pub(crate) noise: f32,
}

fn bilinear(from: &Picture, x: f32, y: f32) -> [f32; 3] {
    let x = x.clamp(0.0, (from.width - 1) as f32);
    let y = y.clamp(0.0, (from.height - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(from.width - 1), (top + 1).min(from.height - 1));
    let (u, v) = (x - left as f32, y - top as f32);
    let corners = [from.at(left, top), from.at(right, top), from.at(left, bottom), from.at(right, bottom)];
    std::array::from_fn(|i| {
        let [a, b, c, d] = corners.map(|p| f32::from(p[i]));
        (a * (1.0 - u) + b * u) * (1.0 - v) + (c * (1.0 - u) + d * u) * v
    })
}

/// A photo of `from`, `width` × `height`.
pub(crate) fn photograph(from: &Picture, (width, height): (usize, usize), shot: Shot, random: &mut Random) -> Picture {
    let (bend_x, bend_y) = (Field::new(4, random), Field::new(4, random));
    let (wrinkle, fine) = (Field::new(5, random), Field::new(13, random));
    let light = (random.between(-0.22, 0.22), random.between(-0.22, 0.22));
    let exposure = random.between(0.82, 1.12);
    let warmth = random.between(-0.06, 0.06);
    let cast = [1.0 + warmth, 1.0 + random.between(-0.02, 0.02), 1.0 - warmth];
    let haze = random.between(0.0, 0.09);
    let slant = random.between(-1.2, 1.2);
    let (sin, cos) = shot.lean.to_radians().sin_cos();
    let scale = shot.seen * from.width as f32;
    let mut picture = Picture { width, height, rgb: Vec::with_capacity(width * height * 3) };
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / width as f32);
            let down = y as f32 / height as f32;
            let (cx, cy) = (u - 0.5, v - 0.5 * height as f32 / width as f32);
            let bend = 0.045 * shot.wrinkles;
            let (cx, cy) = (cx + bend * bend_x.at(u, down), cy + bend * bend_y.at(u, down));
            let at = (
                shot.middle.0 * from.width as f32 + (cx * cos - cy * sin) * scale,
                shot.middle.1 * from.height as f32 + (cx * sin + cy * cos) * scale,
            );
            let colour = bilinear(from, at.0, at.1);
            // Wrinkles run along a slant; their shading is the noise's slope more than its height.
            let along = (u + slant * down).rem_euclid(1.0);
            let slope = wrinkle.at(along, down) - wrinkle.at((along + 0.05).min(1.0), (down + 0.03).min(1.0));
            let shading = 1.0 + shot.wrinkles * (0.75 * slope + 0.09 * fine.at(u, down));
            let lit = exposure * shading * (1.0 + light.0 * (u - 0.5) + light.1 * (down - 0.5));
            for (channel, tint) in colour.iter().zip(cast) {
                let noise = (random.fraction() + random.fraction() + random.fraction() - 1.5) * 2.0 * shot.noise;
                let value = channel * lit * tint * (1.0 - haze) + 255.0 * haze * 0.8 + noise;
                picture.rgb.push(value.round().clamp(0.0, 255.0) as u8);
            }
        }
    }
    for _ in 0..shot.blur {
        picture = blurred(&picture);
    }
    picture
}

/// A 3 × 3 box blur.
fn blurred(from: &Picture) -> Picture {
    let mut to = from.clone();
    for y in 1..from.height.saturating_sub(1) {
        for x in 1..from.width.saturating_sub(1) {
            let mut sums = [0u16; 3];
            for (dx, dy) in (0..9).map(|i| (i % 3, i / 3)) {
                let pixel = from.at(x + dx - 1, y + dy - 1);
                for (sum, channel) in sums.iter_mut().zip(pixel) {
                    *sum += u16::from(channel);
                }
            }
            let place = (y * from.width + x) * 3;
            for (i, sum) in sums.iter().enumerate() {
                to.rgb[place + i] = (sum / 9) as u8;
            }
        }
    }
    to
}
