//! Prints: tiles that cover cloth, and pictures that sit on it.

use crate::{
    canvas::{lightness, shade},
    random::Random,
};
use std::{f32::consts::TAU, fmt::Write};
use vestry_model::Rgb;

/// The eight prints, by their ids in the taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Print {
    Solid,
    Striped,
    Checked,
    Dotted,
    Floral,
    Graphic,
    Camouflage,
    Animal,
}

impl Print {
    pub(crate) const ALL: [Self; 8] = [
        Self::Solid,
        Self::Striped,
        Self::Checked,
        Self::Dotted,
        Self::Floral,
        Self::Graphic,
        Self::Camouflage,
        Self::Animal,
    ];

    /// Its id in the taxonomy's `print`.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Striped => "striped",
            Self::Checked => "checked",
            Self::Dotted => "dotted",
            Self::Floral => "floral",
            Self::Graphic => "graphic",
            Self::Camouflage => "camouflage",
            Self::Animal => "animal",
        }
    }
}

/// A repeating tile.
#[derive(Debug, Clone)]
pub(crate) struct Tile {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) content: String,
    angle: f32,
}

impl Tile {
    /// The tile's place on a piece that is itself turned by `angle` degrees.
    pub(crate) fn transform(&self, angle: f32) -> String {
        format!("rotate({:.1})", self.angle + angle)
    }
}

/// What cloth looks like close by.
#[derive(Debug, Clone)]
pub(crate) enum Weave {
    /// One colour.
    Plain,
    /// A tile.
    Tiled(Tile),
    /// One colour, and a picture in a box from −1 to 1.
    Motif(String),
}

impl Weave {
    pub(crate) fn tile(&self) -> Option<&Tile> {
        if let Self::Tiled(tile) = self { Some(tile) } else { None }
    }

    pub(crate) fn motif(&self) -> Option<&str> {
        if let Self::Motif(content) = self { Some(content) } else { None }
    }
}

/// The cloth of `print` in `colours`: the main one, then two for the print. `scale` 1 suits a shirt.
pub(crate) fn weave(print: Print, colours: [Rgb; 3], scale: f32, random: &mut Random) -> Weave {
    let tile = match print {
        Print::Solid => return Weave::Plain,
        Print::Graphic => return Weave::Motif(motif(colours, random)),
        Print::Striped => stripes(colours, scale, random),
        Print::Checked => checks(colours, scale, random),
        Print::Dotted => dots(colours, scale, random),
        Print::Floral => flowers(colours, scale, random),
        Print::Camouflage => camouflage(colours, scale, random),
        Print::Animal => animal(colours, scale, random),
    };
    Weave::Tiled(tile)
}

fn rectangle(out: &mut String, x: f32, y: f32, w: f32, h: f32, colour: Rgb, opacity: f32) {
    let _ = write!(
        out,
        r#"<rect x="{x:.2}" y="{y:.2}" width="{w:.2}" height="{h:.2}" fill="{colour}" fill-opacity="{opacity:.2}"/>"#
    );
}

fn stripes([main, second, third]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let angle = *random.pick(&[0.0, 0.0, 0.0, 90.0, 90.0, 45.0]);
    let kind = random.below(4);
    let height = scale
        * match kind {
            0 => random.between(15.0, 22.0),
            1 => random.between(18.0, 42.0),
            2 => random.between(8.0, 13.0),
            _ => random.between(30.0, 52.0),
        };
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, 20.0, height, main, 1.0);
    match kind {
        0 => rectangle(&mut content, 0.0, 0.0, 20.0, height * 0.34, second, 1.0),
        1 => rectangle(&mut content, 0.0, 0.0, 20.0, height * 0.5, second, 1.0),
        2 => rectangle(&mut content, 0.0, 0.0, 20.0, height * 0.24, second, 1.0),
        _ => {
            rectangle(&mut content, 0.0, height * 0.06, 20.0, height * 0.30, second, 1.0);
            rectangle(&mut content, 0.0, height * 0.46, 20.0, height * 0.12, third, 1.0);
            rectangle(&mut content, 0.0, height * 0.66, 20.0, height * 0.12, third, 1.0);
        }
    }
    Tile { width: 20.0, height, content, angle }
}

fn checks([main, second, third]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let kind = random.below(4);
    let side = scale * [random.between(14.0, 24.0), random.between(46.0, 72.0), random.between(26.0, 44.0), 40.0][kind];
    let angle = if random.chance(0.15) { 45.0 } else { 0.0 };
    // The sett: bands over the ground as (start, width, colour), in parts of the side.
    let bands: &[(f32, f32, Rgb)] = match kind {
        0 => &[(0.0, 0.5, second)],
        1 => &[(0.0, 0.30, second), (0.13, 0.04, third), (0.42, 0.06, second), (0.56, 0.18, third)],
        2 => &[(0.46, 0.09, second)],
        _ => &[(0.0, 0.5, second), (0.22, 0.06, third), (0.72, 0.06, third)],
    };
    // As woven: the weft lies there, and each second thread that shows is the warp's.
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    for &(from, width, colour) in bands {
        rectangle(&mut content, 0.0, from * side, side, width * side, colour, 1.0);
    }
    let _ = write!(content, r#"<g opacity=".5">"#);
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    for &(from, width, colour) in bands {
        rectangle(&mut content, from * side, 0.0, width * side, side, colour, 1.0);
    }
    content += "</g>";
    Tile { width: side, height: side, content, angle }
}

fn dots([main, second, third]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let side = scale * random.between(13.0, 34.0);
    let radius = side * random.between(0.13, 0.24);
    let two = random.chance(0.25);
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    for (x, y, colour) in [(0.25, 0.25, second), (0.75, 0.75, if two { third } else { second })] {
        let _ =
            write!(content, r#"<circle cx="{:.2}" cy="{:.2}" r="{radius:.2}" fill="{colour}"/>"#, x * side, y * side);
    }
    Tile { width: side, height: side, content, angle: *random.pick(&[0.0, 0.0, 0.0, 45.0, 20.0]) }
}

/// Writes `content` at every place where a motif of `reach` around `x`, `y` touches the tile, so that it repeats
/// without a seam.
fn wrapped(out: &mut String, side: f32, (x, y): (f32, f32), reach: f32, content: &str) {
    for dx in [-side, 0.0, side] {
        for dy in [-side, 0.0, side] {
            let (x, y) = (x + dx, y + dy);
            if x > -reach && x < side + reach && y > -reach && y < side + reach {
                let _ = write!(out, r#"<g transform="translate({x:.2} {y:.2})">{content}</g>"#);
            }
        }
    }
}

fn scattered(side: f32, across: usize, random: &mut Random) -> Vec<(f32, f32)> {
    let cell = side / across as f32;
    (0..across * across)
        .map(|i| {
            let (column, row) = (i % across, i / across);
            let offset = if row % 2 == 1 { 0.5 } else { 0.0 };
            (
                (column as f32 + offset + random.between(0.25, 0.75)) * cell % side,
                (row as f32 + random.between(0.3, 0.7)) * cell,
            )
        })
        .collect()
}

/// A flower of radius `r`: petals around a heart, some with leaves.
fn flower(r: f32, petals: usize, slim: f32, petal: Rgb, heart: Rgb, leaf: Option<Rgb>, turn: f32) -> String {
    let mut out = String::new();
    if let Some(leaf) = leaf {
        for side in [40.0, 165.0] {
            let _ = write!(
                out,
                r#"<path d="M0 0Q{:.2} {:.2} {:.2} 0Q{:.2} {:.2} 0 0Z" fill="{leaf}" transform="rotate({:.0})"/>"#,
                r * 1.1,
                -r * 0.6,
                r * 1.75,
                r * 1.1,
                r * 0.5,
                side + turn
            );
        }
    }
    for i in 0..petals {
        let angle = 360.0 * i as f32 / petals as f32 + turn;
        let _ = write!(
            out,
            r#"<ellipse cx="{:.2}" cy="0" rx="{:.2}" ry="{:.2}" fill="{petal}" transform="rotate({angle:.0})"/>"#,
            r * 0.56,
            r * 0.5,
            r * slim
        );
    }
    let inner = shade(petal, if lightness(petal) > 0.6 { -0.16 } else { 0.2 });
    let _ = write!(out, r#"<circle r="{:.2}" fill="{inner}"/><circle r="{:.2}" fill="{heart}"/>"#, r * 0.34, r * 0.2);
    out
}

fn flowers([main, second, third]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let (across, side) = *random.pick(&[(2, 62.0), (3, 84.0), (3, 70.0), (2, 84.0), (4, 92.0)]);
    let side = side * scale;
    let cell = side / across as f32;
    let leaf = if lightness(main) > 0.55 { Rgb([0x5f, 0x86, 0x5a]) } else { Rgb([0x8f, 0xb0, 0x86]) };
    let (petals, slim) = *random.pick(&[(5, 0.42), (6, 0.34), (8, 0.2), (5, 0.36)]);
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    for place in scattered(side, across, random) {
        let r = cell * random.between(0.24, 0.42);
        let (petal, heart) = if random.chance(0.65) { (second, third) } else { (third, second) };
        let heart = if random.chance(0.5) { Rgb([0xf0, 0xc2, 0x4b]) } else { heart };
        let leaves = random.chance(0.7).then_some(leaf);
        let one = flower(r, petals, slim, petal, heart, leaves, random.between(0.0, 360.0));
        wrapped(&mut content, side, place, r * 1.8, &one);
    }
    Tile { width: side, height: side, content, angle: random.between(-12.0, 12.0) }
}

/// A closed smooth shape around the origin: radii jittered by `rough`, stretched `wide` across.
pub(crate) fn blob(r: f32, wide: f32, rough: f32, random: &mut Random) -> String {
    let count = 7 + random.below(4);
    let points: Vec<(f32, f32)> = (0..count)
        .map(|i| {
            let angle = TAU * (i as f32 + random.between(-0.25, 0.25)) / count as f32;
            let radius = r * random.between(1.0 - rough, 1.0 + rough);
            (radius * angle.cos() * wide, radius * angle.sin())
        })
        .collect();
    let middle = |i: usize| {
        let (a, b) = (points[i % count], points[(i + 1) % count]);
        ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
    };
    let start = middle(count - 1);
    let mut path = format!("M{:.2} {:.2}", start.0, start.1);
    for (i, corner) in points.iter().enumerate() {
        let to = middle(i);
        let _ = write!(path, "Q{:.2} {:.2} {:.2} {:.2}", corner.0, corner.1, to.0, to.1);
    }
    path + "Z"
}

fn camouflage([main, second, third]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let side = scale * random.between(78.0, 120.0);
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    let dark = shade(main, -0.5);
    for (colour, count, size) in [(second, 5, 0.19), (third, 5, 0.16), (dark, 4, 0.12), (main, 3, 0.07)] {
        for _ in 0..count {
            let place = (random.fraction() * side, random.fraction() * side);
            let r = side * size * random.between(0.7, 1.2);
            let shape = blob(r, random.between(1.2, 1.9), 0.42, random);
            let one = format!(
                r#"<path d="{shape}" fill="{colour}" transform="rotate({:.0})"/>"#,
                random.between(-30.0, 30.0)
            );
            wrapped(&mut content, side, place, r * 3.2, &one);
        }
    }
    Tile { width: side, height: side, content, angle: random.between(-8.0, 8.0) }
}

fn animal(colours: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    match random.below(5) {
        0 => zebra(colours, scale, random),
        1 => cow(colours, scale, random),
        _ => leopard(colours, scale, random),
    }
}

fn leopard([main, second, third]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let across = 4;
    let side = scale * random.between(68.0, 104.0);
    let cell = side / across as f32;
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    for place in scattered(side, across, random) {
        let r = cell * random.between(0.26, 0.38);
        let inside = blob(r * 0.72, 1.15, 0.2, random);
        let turn = random.between(0.0, 360.0);
        // A rosette: a broken ring of two or three strokes around a darker heart.
        let mut one = format!(r#"<g transform="rotate({turn:.0})"><path d="{inside}" fill="{third}" opacity=".7"/>"#);
        let strokes = 2 + random.below(2);
        for i in 0..strokes {
            let from = TAU * i as f32 / strokes as f32;
            let to = from + TAU / strokes as f32 * random.between(0.62, 0.78);
            let bow = (from + to) / 2.0;
            let _ = write!(
                one,
                r#"<path d="M{:.2} {:.2}Q{:.2} {:.2} {:.2} {:.2}" fill="none" stroke="{second}" stroke-width="{:.2}" stroke-linecap="round"/>"#,
                r * from.cos(),
                r * from.sin(),
                r * 1.5 * bow.cos(),
                r * 1.5 * bow.sin(),
                r * to.cos(),
                r * to.sin(),
                r * random.between(0.42, 0.62)
            );
        }
        one += "</g>";
        wrapped(&mut content, side, place, r * 1.8, &one);
    }
    Tile { width: side, height: side, content, angle: random.between(-15.0, 15.0) }
}

fn zebra([main, second, _]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let side = scale * random.between(64.0, 90.0);
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    let bands = 4;
    for i in 0..bands {
        let y = side * (i as f32 + 0.5) / bands as f32;
        let (up, down) = (side * random.between(0.05, 0.11), side * random.between(-0.11, -0.05));
        let thick = side * random.between(0.05, 0.075);
        // Start and end share height and slope, so that the band goes on in the next tile.
        let band = format!(
            "M{a:.2} 0C{b:.2} {up:.2} {c:.2} {down:.2} {d:.2} 0L{d:.2} {t:.2}C{c:.2} {e:.2} {b:.2} {f:.2} {a:.2} {t:.2}Z",
            a = -1.0,
            b = side * 0.33,
            c = side * 0.66,
            d = side + 1.0,
            t = thick,
            e = down + thick * random.between(0.5, 1.6),
            f = up + thick * random.between(0.4, 1.7),
        );
        for dy in [-side, 0.0, side] {
            let _ = write!(content, r#"<path d="{band}" fill="{second}" transform="translate(0 {:.2})"/>"#, y + dy);
        }
        let tooth = format!(
            r#"<path d="M0 0Q{:.2} {:.2} {:.2} {:.2}Q{:.2} {:.2} 0 {:.2}Z" fill="{second}"/>"#,
            side * 0.12,
            side * 0.03,
            side * 0.3,
            side * 0.11,
            side * 0.12,
            side * 0.12,
            thick
        );
        wrapped(&mut content, side, (side * random.fraction(), y), side * 0.35, &tooth);
    }
    Tile { width: side, height: side, content, angle: *random.pick(&[0.0, 75.0, 90.0, 20.0]) }
}

fn cow([main, second, _]: [Rgb; 3], scale: f32, random: &mut Random) -> Tile {
    let side = scale * random.between(80.0, 120.0);
    let mut content = String::new();
    rectangle(&mut content, 0.0, 0.0, side, side, main, 1.0);
    for place in scattered(side, 2, random) {
        let r = side * random.between(0.12, 0.21);
        let one = format!(
            r#"<path d="{}" fill="{second}" transform="rotate({:.0})"/>"#,
            blob(r, random.between(0.9, 1.5), 0.4, random),
            random.between(0.0, 360.0)
        );
        wrapped(&mut content, side, place, r * 2.6, &one);
    }
    Tile { width: side, height: side, content, angle: 0.0 }
}

/// A picture for a chest or a bag, in a box from −1 to 1.
fn motif([main, second, third]: [Rgb; 3], random: &mut Random) -> String {
    let (a, b, ground) = (second, third, main);
    let mix = shade(a, if lightness(a) > 0.5 { -0.25 } else { 0.3 });
    match random.below(9) {
        0 => format!(
            r#"<circle cx="0" cy="-.1" r=".62" fill="{a}"/><path d="M-1 .2Q-.75 .02 -.5 .2T0 .2T.5 .2T1 .2L1 .34Q.75 .52 .5 .34T0 .34T-.5 .34T-1 .34Z" fill="{b}"/><path d="M-.8 .5Q-.6 .35 -.4 .5T0 .5T.4 .5T.8 .5L.8 .6Q.6 .75 .4 .6T0 .6T-.4 .6T-.8 .6Z" fill="{mix}"/>"#
        ),
        1 => format!(
            r#"<circle r=".95" fill="{a}"/><path d="M-.86 .4L-.25 -.42L.12 .08L.36 -.18L.86 .4A.95 .95 0 0 1 -.86 .4Z" fill="{b}"/><path d="M-.25 -.42L-.08 -.19L-.22 -.12L-.34 -.2L-.42 -.19Z" fill="{ground}"/><circle cx=".42" cy="-.5" r=".16" fill="{ground}"/>"#
        ),
        2 => {
            let mut out = String::new();
            for (i, colour) in [a, b, mix, ground, a].iter().enumerate() {
                let r = 0.95 - 0.19 * i as f32;
                let _ = write!(out, r#"<path d="M{:.2} .5A{r:.2} {r:.2} 0 0 1 {r:.2} .5Z" fill="{colour}"/>"#, -r);
            }
            out
        }
        3 => {
            let mut out = String::new();
            let _ = write!(
                out,
                r#"<path d="M0 .1C.1 .5 .05 .8 0 1" fill="none" stroke="{mix}" stroke-width=".07"/><path d="M.03 .65Q.4 .3 .55 .55Q.35 .8 .03 .65Z" fill="{mix}"/>"#
            );
            let _ = write!(
                out,
                r#"<g transform="translate(0 -.25)">{}</g>"#,
                flower(0.7, 8, 0.24, a, b, None, random.between(0.0, 40.0))
            );
            out
        }
        4 => format!(
            r#"<path d="M-.62 -.1L-.66 -.85L-.25 -.52Q0 -.6 .25 -.52L.66 -.85L.62 -.1Q.75 .62 0 .68Q-.75 .62 -.62 -.1Z" fill="{a}"/><circle cx="-.27" cy="-.02" r=".1" fill="{b}"/><circle cx=".27" cy="-.02" r=".1" fill="{b}"/><path d="M-.09 .2L.09 .2L0 .3ZM0 .3Q-.1 .46 -.24 .4M0 .3Q.1 .46 .24 .4" fill="{b}" stroke="{b}" stroke-width=".03"/><path d="M-.95 .12L-.45 .2M-.95 .38L-.45 .3M.95 .12L.45 .2M.95 .38L.45 .3" stroke="{b}" stroke-width=".035"/>"#
        ),
        5 => format!(
            r#"<rect x="-.9" y="-.9" width=".86" height=".86" fill="{a}"/><circle cx=".47" cy="-.47" r=".43" fill="{b}"/><path d="M-.9 .9L-.47 .04L-.04 .9Z" fill="{b}"/><path d="M.04 .04L.9 .04A.86 .86 0 0 1 .04 .9Z" fill="{mix}"/>"#
        ),
        6 => {
            let mut out = String::new();
            for i in 0..12 {
                let _ = write!(
                    out,
                    r#"<path d="M-.09 -.45L0 -.98L.09 -.45Z" fill="{}" transform="rotate({})"/>"#,
                    if i % 2 == 0 { a } else { b },
                    i * 30
                );
            }
            out + &format!(
                r#"<circle r=".48" fill="{a}"/><circle cx="-.17" cy="-.08" r=".055" fill="{b}"/><circle cx=".17" cy="-.08" r=".055" fill="{b}"/><path d="M-.2 .1Q0 .3 .2 .1" fill="none" stroke="{b}" stroke-width=".05"/>"#
            )
        }
        7 => format!(
            r#"<path d="M.1 -.9Q.15 -.2 -.38 .28M.1 -.9Q.35 -.3 .4 .22" fill="none" stroke="{mix}" stroke-width=".06"/><path d="M.1 -.9Q.6 -.95 .75 -.55Q.3 -.5 .1 -.9Z" fill="{mix}"/><circle cx="-.4" cy=".52" r=".36" fill="{a}"/><circle cx=".42" cy=".46" r=".36" fill="{a}"/><circle cx="-.5" cy=".4" r=".09" fill="{b}"/><circle cx=".32" cy=".34" r=".09" fill="{b}"/>"#
        ),
        _ => format!(
            r#"<rect x="-.95" y="-.62" width="1.9" height=".3" fill="{a}"/><rect x="-.95" y="-.2" width="1.3" height=".3" fill="{b}"/><rect x=".45" y="-.2" width=".5" height=".3" fill="{a}"/><rect x="-.95" y=".22" width=".5" height=".3" fill="{a}"/><rect x="-.35" y=".22" width="1.3" height=".3" fill="{mix}"/>"#
        ),
    }
}
