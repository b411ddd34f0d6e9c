//! SVG text, piece by piece: cloth with its print, shading, folds, seams and a fitted frame.

use crate::{prints::Weave, random::Random};
use std::fmt::Write;
use vestry_model::Rgb;

/// The frame of a catalogue picture, in units of the drawing.
pub(crate) const FRAME: (f32, f32) = (400.0, 500.0);

/// Mixes `colour` with white (`amount` > 0) or black (`amount` < 0); 0 leaves it, ±1 is white or black.
pub(crate) fn shade(colour: Rgb, amount: f32) -> Rgb {
    let to = if amount > 0.0 { 255.0 } else { 0.0 };
    Rgb(colour.0.map(|c| (f32::from(c) + (to - f32::from(c)) * amount.abs().min(1.0)).round() as u8))
}

/// How light a colour looks, 0–1.
pub(crate) fn lightness(colour: Rgb) -> f32 {
    vestry_model::Oklab::from(colour).l
}

/// A fold: a thin lens from one point to another, bowed by the third number, as wide as the fourth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fold(pub(crate) f32, pub(crate) f32, pub(crate) f32, pub(crate) f32, pub(crate) f32, pub(crate) f32);

/// What a piece is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fill {
    /// The garment's cloth, its print turned by so many degrees.
    Cloth(f32),
    /// One colour.
    Plain(Rgb),
}

/// A garment while it is drawn. All paths use absolute `M L C Q Z` only; the middle of the garment is at x = 0.
pub(crate) struct Canvas {
    defs: String,
    body: String,
    ids: usize,
    weave: Weave,
    bounds: [f32; 4],
    /// The outlines of all pieces, for the shadow.
    outline: String,
    /// The garment's main colour.
    pub(crate) main: Rgb,
    /// The colour of its details.
    pub(crate) second: Rgb,
}

impl Canvas {
    pub(crate) fn new(main: Rgb, second: Rgb, weave: Weave) -> Self {
        let mut defs = String::new();
        if let Some(tile) = weave.tile() {
            let _ = write!(
                defs,
                r#"<pattern id="p" width="{w:.2}" height="{h:.2}" patternUnits="userSpaceOnUse" patternTransform="{t}">{c}</pattern>"#,
                w = tile.width,
                h = tile.height,
                t = tile.transform(0.0),
                c = tile.content
            );
        }
        Self {
            defs,
            body: String::new(),
            ids: 0,
            weave,
            bounds: [f32::MAX, f32::MAX, f32::MIN, f32::MIN],
            outline: String::new(),
            main,
            second,
        }
    }

    /// Whether a tile covers the cloth.
    pub(crate) fn is_printed(&self) -> bool {
        self.weave.tile().is_some()
    }

    /// Whether a picture sits on the cloth.
    pub(crate) fn has_graphic(&self) -> bool {
        self.weave.motif().is_some()
    }

    /// The colour of outlines: the cloth in deep shade.
    pub(crate) fn ink(&self) -> Rgb {
        shade(self.main, if lightness(self.main) > 0.4 { -0.52 } else { -0.6 })
    }

    /// The colour of seams: visible on light and on dark cloth.
    pub(crate) fn seam_colour(&self) -> Rgb {
        if lightness(self.main) > 0.42 { shade(self.main, -0.38) } else { shade(self.main, 0.26) }
    }

    fn grow(&mut self, path: &str) {
        let numbers: Vec<f32> = path
            .split(|c: char| c.is_ascii_alphabetic() || c == ' ' || c == ',')
            .filter_map(|n| n.parse().ok())
            .collect();
        for point in numbers.chunks_exact(2) {
            let b = &mut self.bounds;
            *b = [b[0].min(point[0]), b[1].min(point[1]), b[2].max(point[0]), b[3].max(point[1])];
        }
    }

    fn fill(&mut self, fill: Fill) -> String {
        match fill {
            Fill::Plain(colour) => colour.to_string(),
            Fill::Cloth(angle) => match self.weave.tile() {
                None => self.main.to_string(),
                Some(_) if angle == 0.0 => "url(#p)".into(),
                Some(tile) => {
                    let transform = tile.transform(angle);
                    self.ids += 1;
                    let _ = write!(
                        self.defs,
                        r##"<pattern id="p{}" xlink:href="#p" patternTransform="{transform}"/>"##,
                        self.ids
                    );
                    format!("url(#p{})", self.ids)
                }
            },
        }
    }

    /// A piece of cloth: filled, shaded from the side, folded, outlined.
    pub(crate) fn piece(&mut self, path: &str, fill: Fill, folds: &[Fold]) {
        self.grow(path);
        self.outline += path;
        let paint = self.fill(fill);
        self.ids += 1;
        let id = self.ids;
        let _ = write!(self.defs, r#"<clipPath id="c{id}"><path d="{path}"/></clipPath>"#);
        let _ = write!(self.body, r#"<path d="{path}" fill="{paint}"/><g clip-path="url(#c{id})">"#);
        let _ = write!(self.body, r#"<path d="{path}" fill="url(#side)"/>"#);
        let deep = if lightness(self.main) > 0.4 { 0.10 } else { 0.30 };
        for &Fold(x, y, to_x, to_y, bow, width) in folds {
            let (middle_x, middle_y) = ((x + to_x) / 2.0, (y + to_y) / 2.0);
            let length = (to_x - x).hypot(to_y - y).max(1e-3);
            let (across_x, across_y) = ((to_y - y) / length, (x - to_x) / length);
            let lens = |from: f32, to: f32| {
                format!(
                    "M{x:.1} {y:.1}Q{:.1} {:.1} {to_x:.1} {to_y:.1}Q{:.1} {:.1} {x:.1} {y:.1}Z",
                    middle_x + across_x * from,
                    middle_y + across_y * from,
                    middle_x + across_x * to,
                    middle_y + across_y * to
                )
            };
            let _ = write!(
                self.body,
                r##"<path d="{}" fill="#fff" opacity=".11"/><path d="{}" fill="#000" opacity="{deep:.2}"/>"##,
                lens(bow - width, bow),
                lens(bow, bow + width),
            );
        }
        let _ = write!(
            self.body,
            r#"</g><path d="{path}" fill="none" stroke="{}" stroke-width="1.5" stroke-linejoin="round"/>"#,
            self.ink()
        );
    }

    /// A stroke in the given colour.
    pub(crate) fn stroke(&mut self, path: &str, colour: Rgb, width: f32) {
        self.grow(path);
        let _ = write!(
            self.body,
            r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.2}" stroke-linecap="round" stroke-linejoin="round"/>"#
        );
    }

    /// A seam.
    pub(crate) fn seam(&mut self, path: &str) {
        let colour = self.seam_colour();
        let _ = write!(
            self.body,
            r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2" stroke-linecap="round" opacity=".85"/>"#
        );
    }

    /// A row of stitches.
    pub(crate) fn stitch(&mut self, path: &str, colour: Rgb) {
        let _ = write!(
            self.body,
            r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width=".9" stroke-dasharray="3 2" opacity=".75"/>"#
        );
    }

    /// Stitches in the colour of seams.
    pub(crate) fn hem(&mut self, path: &str) {
        let colour = self.seam_colour();
        self.stitch(path, colour);
    }

    /// A flat shape without outline, such as a label or a reflection.
    pub(crate) fn flat(&mut self, path: &str, colour: Rgb, opacity: f32) {
        let _ = write!(self.body, r#"<path d="{path}" fill="{colour}" opacity="{opacity:.2}"/>"#);
    }

    /// A button.
    pub(crate) fn button(&mut self, x: f32, y: f32, r: f32, colour: Rgb) {
        let rim = shade(colour, if lightness(colour) > 0.45 { -0.4 } else { 0.3 });
        let _ = write!(
            self.body,
            r##"<circle cx="{x:.1}" cy="{:.1}" r="{r:.1}" fill="#000" opacity=".18"/><circle cx="{x:.1}" cy="{y:.1}" r="{r:.1}" fill="{colour}" stroke="{rim}" stroke-width=".8"/><circle cx="{:.1}" cy="{y:.1}" r=".6" fill="{rim}"/><circle cx="{:.1}" cy="{y:.1}" r=".6" fill="{rim}"/>"##,
            y + 1.2,
            x - 1.1,
            x + 1.1
        );
    }

    /// A column of buttons.
    pub(crate) fn buttons(&mut self, x: f32, from: f32, to: f32, count: usize, colour: Rgb) {
        for i in 0..count {
            let y = from + (to - from) * i as f32 / count.saturating_sub(1).max(1) as f32;
            self.button(x, y, 3.1, colour);
        }
    }

    /// A zip from top to bottom.
    pub(crate) fn zip(&mut self, x: f32, from: f32, to: f32) {
        let path = format!("M{x:.1} {from:.1}L{x:.1} {to:.1}");
        self.stroke(&path, shade(self.main, -0.35), 5.0);
        let _ = write!(
            self.body,
            r##"<path d="{path}" fill="none" stroke="#c9c6bf" stroke-width="2.4" stroke-dasharray="1.4 1.2"/>"##
        );
        self.stroke(&format!("M{x:.1} {:.1}L{x:.1} {:.1}", from + 3.0, from + 12.0), Rgb([0xb5, 0xb2, 0xaa]), 3.4);
        self.seam(&format!("M{:.1} {from:.1}L{:.1} {to:.1}", x - 6.0, x - 6.0));
        self.seam(&format!("M{:.1} {from:.1}L{:.1} {to:.1}", x + 6.0, x + 6.0));
    }

    /// Ribbing: short lines across a band, from one edge's points to the other's.
    pub(crate) fn ribs(&mut self, a: [(f32, f32); 2], b: [(f32, f32); 2], step: f32) {
        let length = (a[1].0 - a[0].0).hypot(a[1].1 - a[0].1);
        let count = (length / step).max(2.0) as usize;
        let mut path = String::new();
        for i in 1..count {
            let t = i as f32 / count as f32;
            let at = |e: [(f32, f32); 2]| (e[0].0 + (e[1].0 - e[0].0) * t, e[0].1 + (e[1].1 - e[0].1) * t);
            let (from, to) = (at(a), at(b));
            let _ = write!(path, "M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1);
        }
        let colour = self.seam_colour();
        let _ = write!(self.body, r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="1" opacity=".45"/>"#);
    }

    /// The picture on a garment, if its print is one, around `x`, `y`, `size` half a side.
    pub(crate) fn graphic(&mut self, x: f32, y: f32, size: f32) {
        if let Some(content) = self.weave.motif() {
            let _ = write!(self.body, r#"<g transform="translate({x:.1} {y:.1}) scale({size:.2})">{content}</g>"#);
        }
    }

    /// The finished drawing on `ground`, fitted into the frame, leaning by a degree or so.
    pub(crate) fn finish(self, ground: Rgb, random: &mut Random) -> String {
        let [left, top, right, bottom] = self.bounds;
        let (wide, high) = (FRAME.0 * 0.82, FRAME.1 * 0.83);
        let scale = (wide / (right - left)).min(high / (bottom - top)).min(1.5);
        let lean = random.between(-1.2, 1.2);
        let glow = shade(ground, 0.45);
        // A soft shadow from outlines that slide away: a blur of the whole picture costs as much as all the rest.
        let mut shadow = String::new();
        for away in 1..=6 {
            let away = away as f32;
            let _ = write!(
                shadow,
                r##"<path d="{}" fill="#2a2118" fill-opacity="{:.3}" transform="translate({:.1} {:.1}) rotate({lean:.2}) scale({:.3}) translate({:.1} {:.1})"/>"##,
                self.outline,
                0.052 - 0.005 * away,
                FRAME.0 / 2.0 + 0.6 * away,
                FRAME.1 / 2.0 + 1.9 * away,
                scale * (1.0 + 0.0016 * away),
                -(left + right) / 2.0,
                -(top + bottom) / 2.0
            );
        }
        format!(
            concat!(
                r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{w}" height="{h}" viewBox="0 0 {w} {h}"><defs>"##,
                r##"<radialGradient id="glow" cx=".45" cy=".4" r=".8"><stop offset="0" stop-color="{glow}"/><stop offset="1" stop-color="{ground}"/></radialGradient>"##,
                r##"<linearGradient id="side" x1="0" y1="0" x2="1" y2=".12"><stop offset="0" stop-color="#000" stop-opacity=".10"/><stop offset=".22" stop-color="#000" stop-opacity="0"/><stop offset=".4" stop-color="#fff" stop-opacity=".08"/><stop offset=".6" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".15"/></linearGradient>"##,
                r##"{defs}</defs>"##,
                r##"<rect id="ground" width="{w}" height="{h}" fill="url(#glow)"/>"##,
                r##"{shadow}<g transform="translate({cx:.1} {cy:.1}) rotate({lean:.2}) scale({scale:.3}) translate({dx:.1} {dy:.1})">{body}</g></svg>"##
            ),
            w = FRAME.0,
            h = FRAME.1,
            glow = glow,
            ground = ground,
            defs = self.defs,
            cx = FRAME.0 / 2.0,
            cy = FRAME.1 / 2.0,
            lean = lean,
            scale = scale,
            dx = -(left + right) / 2.0,
            dy = -(top + bottom) / 2.0,
            body = self.body,
            shadow = shadow
        )
    }
}

/// The right half of a symmetric outline, from its top middle to its bottom middle.
#[derive(Debug, Clone)]
pub(crate) struct Half {
    start: (f32, f32),
    parts: Vec<[f32; 6]>,
}

impl Half {
    pub(crate) fn new(x: f32, y: f32) -> Self {
        Self { start: (x, y), parts: Vec::new() }
    }

    fn last(&self) -> (f32, f32) {
        self.parts.last().map_or(self.start, |p| (p[4], p[5]))
    }

    /// A straight edge.
    pub(crate) fn line(mut self, x: f32, y: f32) -> Self {
        let (from_x, from_y) = self.last();
        let third = |a: f32, b: f32, t: f32| a + (b - a) * t;
        self.parts.push([
            third(from_x, x, 1.0 / 3.0),
            third(from_y, y, 1.0 / 3.0),
            third(from_x, x, 2.0 / 3.0),
            third(from_y, y, 2.0 / 3.0),
            x,
            y,
        ]);
        self
    }

    /// A Bézier edge.
    pub(crate) fn curve(mut self, a: (f32, f32), b: (f32, f32), to: (f32, f32)) -> Self {
        self.parts.push([a.0, a.1, b.0, b.1, to.0, to.1]);
        self
    }

    /// The whole outline, mirrored at x = 0 and closed.
    pub(crate) fn both(&self) -> String {
        let mut path = format!("M{:.1} {:.1}", self.start.0, self.start.1);
        for p in &self.parts {
            let _ = write!(path, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", p[0], p[1], p[2], p[3], p[4], p[5]);
        }
        let (x, y) = self.last();
        if x != 0.0 {
            let _ = write!(path, "L{:.1} {y:.1}", -x);
        }
        for i in (0..self.parts.len()).rev() {
            let p = self.parts[i];
            let to = if i == 0 { self.start } else { (self.parts[i - 1][4], self.parts[i - 1][5]) };
            let _ = write!(path, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", -p[2], p[3], -p[0], p[1], -to.0, to.1);
        }
        path + "Z"
    }

    /// This half only, not closed; `side` 1 for the right, −1 for the left.
    pub(crate) fn open(&self, side: f32) -> String {
        let mut path = format!("M{:.1} {:.1}", self.start.0 * side, self.start.1);
        for p in &self.parts {
            let _ = write!(
                path,
                "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                p[0] * side,
                p[1],
                p[2] * side,
                p[3],
                p[4] * side,
                p[5]
            );
        }
        path
    }
}
