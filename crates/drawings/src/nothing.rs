//! Pictures that are no garment, for the gate.

use crate::{
    camera::{Shot, photograph},
    canvas::shade,
    picture::Picture,
    prints::blob,
    random::Random,
};
use std::fmt::Write;
use vestry_model::Rgb;

/// A picture without a garment.
#[derive(Debug, Clone)]
pub struct NoGarment {
    /// One of [`KINDS`]; hold some kinds out to see whether a gate has learnt more than a list.
    pub kind: &'static str,
    svg: String,
    seed: u64,
}

/// What can be in such a picture.
pub const KINDS: [&str; 20] = [
    "blank",
    "gradient",
    "noise",
    "cup",
    "chair",
    "tree",
    "house",
    "car",
    "glyphs",
    "chart",
    "fruit",
    "bottle",
    "lamp",
    "landscape",
    "book",
    "clock",
    "fish",
    "screen",
    "shapes",
    "plate",
];

impl NoGarment {
    /// The pixels; pure, so pictures can be drawn in parallel.
    pub fn picture(&self, width: usize, height: usize) -> Picture {
        let mut random = Random::new(self.seed);
        let flat = Picture::draw(&self.svg, width, height);
        let grain = if self.kind == "noise" { random.between(30.0, 120.0) } else { random.between(0.5, 6.0) };
        // Every third stays flat: drawings, charts and screens are sent to taggers as they are.
        if self.kind != "noise" && random.chance(0.33) {
            return flat;
        }
        let shot = Shot {
            seen: random.between(0.7, 1.0),
            middle: (0.5 + random.between(-0.06, 0.06), 0.5 + random.between(-0.06, 0.06)),
            lean: random.between(-8.0, 8.0),
            wrinkles: random.between(0.0, 0.25),
            blur: *random.pick(&[0, 0, 1]),
            noise: grain,
        };
        photograph(&flat, (width, height), shot, &mut random)
    }
}

/// `count` pictures that follow from `seed`, the kinds in turn.
pub fn no_garment(seed: u64, count: usize) -> Vec<NoGarment> {
    (0..count)
        .map(|number| {
            let kind = KINDS[number % KINDS.len()];
            let mut random = Random::part(seed ^ 0x004e_4f54_4849_4e47, number as u64);
            let mut scene = Scene::new(&mut random);
            scene.draw(kind, &mut random);
            NoGarment { kind, svg: scene.finish(&mut random), seed: random.next() }
        })
        .collect()
}

/// A picture of 400 × 400 around the origin.
struct Scene {
    out: String,
    ground: Rgb,
    /// The thing's colours.
    a: Rgb,
    b: Rgb,
    upright: bool,
}

fn any_colour(random: &mut Random) -> Rgb {
    let hue = random.between(0.0, 6.0);
    let (saturation, value) = (random.between(0.1, 0.85), random.between(0.25, 0.95));
    let channel = |offset: f32| {
        let k = (offset + hue) % 6.0;
        ((value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0)) * 255.0) as u8
    };
    Rgb([channel(5.0), channel(3.0), channel(1.0)])
}

impl Scene {
    fn new(random: &mut Random) -> Self {
        let ground = if random.chance(0.5) { shade(any_colour(random), 0.7) } else { any_colour(random) };
        Self { out: String::new(), ground, a: any_colour(random), b: any_colour(random), upright: false }
    }

    fn path(&mut self, d: &str, colour: Rgb) {
        let edge = shade(colour, -0.45);
        let _ = write!(self.out, r#"<path d="{d}" fill="{colour}" stroke="{edge}" stroke-width="2"/>"#);
    }

    fn line(&mut self, d: &str, colour: Rgb, width: f32) {
        let _ = write!(
            self.out,
            r#"<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:.1}" stroke-linecap="round"/>"#
        );
    }

    fn block(&mut self, x: f32, y: f32, w: f32, h: f32, colour: Rgb) {
        self.path(&format!("M{x:.1} {y:.1}h{w:.1}v{h:.1}h{:.1}z", -w), colour);
    }

    fn disc(&mut self, x: f32, y: f32, r: f32, colour: Rgb) {
        let edge = shade(colour, -0.4);
        let _ = write!(
            self.out,
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{r:.1}" fill="{colour}" stroke="{edge}" stroke-width="2"/>"#
        );
    }

    fn finish(self, random: &mut Random) -> String {
        let far = shade(self.ground, random.between(-0.3, 0.2));
        let (turn, size) =
            if self.upright { (0.0, 1.0) } else { (random.between(-7.0, 7.0), random.between(0.7, 1.15)) };
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400" viewBox="-200 -200 400 400"><defs><linearGradient id="g" x1="0" y1="0" x2="{:.2}" y2="1"><stop offset="0" stop-color="{}"/><stop offset="1" stop-color="{far}"/></linearGradient></defs><rect x="-400" y="-400" width="800" height="800" fill="url(#g)"/><g transform="rotate({turn:.1}) scale({size:.2})">{}</g></svg>"#,
            random.fraction(),
            self.ground,
            self.out
        )
    }

    fn draw(&mut self, kind: &str, random: &mut Random) {
        match kind {
            "gradient" => self.gradient(),
            "cup" => self.cup(random),
            "chair" => self.chair(random),
            "tree" => self.tree(random),
            "house" => self.house(random),
            "car" => self.car(random),
            "glyphs" => self.glyphs(random),
            "chart" => self.chart(random),
            "fruit" => self.fruit(random),
            "bottle" => self.bottle(random),
            "lamp" => self.lamp(random),
            "landscape" => self.landscape(random),
            "book" => self.book(random),
            "clock" => self.clock(random),
            "fish" => self.fish(random),
            "screen" => self.screen(random),
            "shapes" => self.shapes(random),
            "plate" => self.plate(random),
            // A blank has nothing on it, and noise comes with the camera.
            _ => {}
        }
    }

    fn gradient(&mut self) {
        let (a, b) = (self.a, self.b);
        let _ = write!(
            self.out,
            r#"<defs><radialGradient id="r"><stop offset="0" stop-color="{a}"/><stop offset="1" stop-color="{b}"/></radialGradient></defs><rect x="-400" y="-400" width="800" height="800" fill="url(#r)"/>"#
        );
    }

    fn cup(&mut self, random: &mut Random) {
        let (w, h) = (random.between(58.0, 80.0), random.between(50.0, 90.0));
        self.line(
            &format!(
                "M{w:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                -h * 0.5,
                w + 60.0,
                -h * 0.6,
                w + 50.0,
                h * 0.5,
                w * 0.9,
                h * 0.5
            ),
            shade(self.a, -0.2),
            14.0,
        );
        self.path(
            &format!(
                "M{:.1} {:.1}Q0 {:.1} {w:.1} {:.1}L{:.1} {h:.1}Q0 {:.1} {:.1} {h:.1}Z",
                -w,
                -h,
                -h + 18.0,
                -h,
                w * 0.8,
                h + 18.0,
                -w * 0.8
            ),
            self.a,
        );
        let _ = write!(self.out, r##"<ellipse cx="0" cy="{:.1}" rx="{w:.1}" ry="13" fill="#4a2e1d"/>"##, -h);
        let _ = write!(
            self.out,
            r#"<ellipse cx="0" cy="{:.1}" rx="{:.1}" ry="16" fill="{}" opacity=".6"/>"#,
            h + 16.0,
            w * 1.7,
            self.b
        );
    }

    fn chair(&mut self, random: &mut Random) {
        let back = random.between(110.0, 150.0);
        for x in [-62.0, 50.0] {
            self.block(x, 20.0, 12.0, 130.0, shade(self.a, -0.2));
        }
        self.block(-70.0, 4.0, 140.0, 22.0, self.a);
        for x in [-66.0, 54.0] {
            self.block(x, 4.0 - back, 12.0, back, self.a);
        }
        for i in 0..(2 + random.below(3)) {
            self.block(-60.0, 4.0 - back + 8.0 + 30.0 * i as f32, 120.0, 13.0, shade(self.a, 0.1));
        }
    }

    fn tree(&mut self, random: &mut Random) {
        let green = Rgb([60, 110 + random.below(70) as u8, 60]);
        self.path("M-14 150L-8 20L8 20L16 150Z", Rgb([104, 72, 46]));
        if random.chance(0.4) {
            for i in 0..4 {
                let (y, w) = (-150.0 + 48.0 * i as f32, 46.0 + 22.0 * i as f32);
                self.path(
                    &format!("M0 {:.1}L{w:.1} {:.1}L{:.1} {:.1}Z", y - 30.0, y + 46.0, -w, y + 46.0),
                    shade(green, -0.06 * i as f32),
                );
            }
        } else {
            for _ in 0..9 {
                let (x, y) = (random.between(-72.0, 72.0), random.between(-130.0, 10.0));
                let r = random.between(36.0, 58.0);
                self.disc(x, y, r, shade(green, random.between(-0.2, 0.2)));
            }
        }
    }

    fn house(&mut self, random: &mut Random) {
        let (w, h) = (random.between(90.0, 130.0), random.between(70.0, 110.0));
        self.block(-w, 0.0, w * 2.0, h, self.a);
        self.path(&format!("M{:.1} 0L0 {:.1}L{:.1} 0Z", -w - 18.0, random.between(-110.0, -60.0), w + 18.0), self.b);
        self.block(-18.0, h - 62.0, 36.0, 62.0, shade(self.b, -0.3));
        for x in [-w * 0.66, w * 0.36] {
            self.block(x, 22.0, 34.0, 34.0, Rgb([196, 222, 238]));
            self.line(&format!("M{:.1} 22v34M{x:.1} 39h34", x + 17.0), Rgb([90, 90, 90]), 3.0);
        }
    }

    fn car(&mut self, random: &mut Random) {
        let roof = random.between(-64.0, -44.0);
        self.path(
            &format!("M-150 40L-150 4Q-148 -8 -110 -12L-64 {roof:.1}L50 {roof:.1}L96 -12Q150 -8 152 18L152 40Z"),
            self.a,
        );
        self.path(&format!("M-92 -12L-56 {:.1}L-8 {:.1}L-8 -12Z", roof + 9.0, roof + 9.0), Rgb([186, 214, 230]));
        self.path(&format!("M4 -12L4 {:.1}L44 {:.1}L76 -12Z", roof + 9.0, roof + 9.0), Rgb([186, 214, 230]));
        for x in [-88.0, 90.0] {
            self.disc(x, 42.0, 32.0, Rgb([38, 38, 40]));
            self.disc(x, 42.0, 15.0, Rgb([180, 182, 186]));
        }
        self.disc(142.0, 12.0, 8.0, Rgb([250, 236, 160]));
    }

    fn glyphs(&mut self, random: &mut Random) {
        self.upright = true;
        self.ground = if random.chance(0.7) { Rgb([250, 249, 246]) } else { Rgb([34, 36, 40]) };
        let ink = if self.ground.0[0] > 128 { Rgb([30, 30, 34]) } else { Rgb([235, 235, 232]) };
        let size = random.between(12.0, 46.0);
        let mut y = -170.0;
        while y < 180.0 {
            let mut x = -172.0;
            let end = random.between(90.0, 176.0);
            while x < end {
                if random.chance(0.82) {
                    let mut d = String::new();
                    for _ in 0..(2 + random.below(3)) {
                        let mut p = || (x + random.fraction() * size * 0.62, y + random.fraction() * size);
                        let (a, b, c) = (p(), p(), p());
                        let _ = write!(d, "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", a.0, a.1, b.0, b.1, c.0, c.1);
                    }
                    self.line(&d, ink, size * 0.1);
                }
                x += size * 0.82;
            }
            y += size * 1.6;
        }
    }

    fn chart(&mut self, random: &mut Random) {
        self.upright = true;
        self.ground = Rgb([252, 252, 250]);
        let count = 4 + random.below(6);
        let step = 280.0 / count as f32;
        match random.below(3) {
            0 => {
                for i in 0..count {
                    let h = random.between(20.0, 260.0);
                    let colour = if i % 2 == 0 { self.a } else { self.b };
                    self.block(-136.0 + step * i as f32, 140.0 - h, step * 0.66, h, colour);
                }
            }
            1 => {
                for colour in [self.a, self.b] {
                    let mut d = String::from("M");
                    for i in 0..=count {
                        let _ = write!(
                            d,
                            "{}{:.1} {:.1}",
                            if i == 0 { "" } else { "L" },
                            -140.0 + step * i as f32,
                            random.between(-120.0, 130.0)
                        );
                    }
                    self.line(&d, colour, 4.0);
                }
            }
            _ => {
                let mut from = 0.0_f32;
                for i in 0..4 {
                    let to = if i == 3 { 360.0 } else { from + random.between(40.0, 100.0) };
                    let point = |degrees: f32| (120.0 * degrees.to_radians().cos(), 120.0 * degrees.to_radians().sin());
                    let (p, q) = (point(from), point(to));
                    let large = u8::from(to - from > 180.0);
                    let colour = shade(if i % 2 == 0 { self.a } else { self.b }, 0.18 * i as f32 - 0.2);
                    self.path(
                        &format!("M0 0L{:.1} {:.1}A120 120 0 {large} 1 {:.1} {:.1}Z", p.0, p.1, q.0, q.1),
                        colour,
                    );
                    from = to;
                }
                return;
            }
        }
        self.line("M-146 -140L-146 142L150 142", Rgb([60, 60, 64]), 3.0);
    }

    fn fruit(&mut self, random: &mut Random) {
        let skin = *random.pick(&[Rgb([204, 44, 40]), Rgb([240, 146, 34]), Rgb([150, 190, 60]), Rgb([236, 206, 70])]);
        for _ in 0..(1 + random.below(4)) {
            let (x, y) = (random.between(-70.0, 70.0), random.between(-30.0, 70.0));
            let r = random.between(46.0, 82.0);
            self.disc(x, y, r, skin);
            let _ = write!(
                self.out,
                r##"<circle cx="{:.1}" cy="{:.1}" r="{:.1}" fill="#fff" opacity=".3"/>"##,
                x - r * 0.35,
                y - r * 0.35,
                r * 0.24
            );
            self.line(&format!("M{x:.1} {:.1}q6 -18 14 -26", y - r * 0.9), Rgb([92, 66, 40]), 6.0);
            self.path(&format!("M{:.1} {:.1}q26 -22 44 -2q-22 16 -44 2z", x + 4.0, y - r - 8.0), Rgb([84, 142, 66]));
        }
    }

    fn bottle(&mut self, random: &mut Random) {
        for i in 0..(1 + random.below(3)) {
            let x = -70.0 + 80.0 * i as f32;
            let colour = if i % 2 == 0 { self.a } else { self.b };
            let shoulder = random.between(-60.0, -20.0);
            self.path(&format!("M{:.1} 150V{shoulder:.1}Q{:.1} {:.1} {:.1} {:.1}V-140H{:.1}V{:.1}Q{:.1} {:.1} {:.1} {shoulder:.1}V150Z", x - 32.0, x - 32.0, shoulder - 28.0, x - 12.0, shoulder - 36.0, x + 12.0, shoulder - 36.0, x + 32.0, shoulder - 28.0, x + 32.0), colour);
            self.block(x - 30.0, 20.0, 60.0, 64.0, shade(colour, 0.7));
            self.block(x - 15.0, -156.0, 30.0, 20.0, shade(colour, -0.4));
        }
    }

    fn lamp(&mut self, random: &mut Random) {
        let w = random.between(60.0, 96.0);
        self.line("M0 -40L0 130", shade(self.b, -0.3), 9.0);
        self.path("M-56 140Q0 108 56 140Z", shade(self.b, -0.3));
        self.path(&format!("M{:.1} -140L{:.1} -140L{w:.1} -34L{:.1} -34Z", -w * 0.55, w * 0.55, -w), self.a);
        let _ = write!(self.out, r##"<circle cx="0" cy="-30" r="150" fill="#ffe9a8" opacity=".18"/>"##);
    }

    fn landscape(&mut self, random: &mut Random) {
        self.upright = true;
        self.ground = Rgb([150, 196, 232]);
        self.disc(random.between(-140.0, 140.0), -120.0, 30.0, Rgb([252, 232, 150]));
        for i in 0..4 {
            let base = -20.0 + 56.0 * i as f32;
            let mut d = format!("M-420 {base:.1}");
            for step in 0..6 {
                let x = -420.0 + 140.0 * (step + 1) as f32;
                let _ = write!(d, "Q{:.1} {:.1} {x:.1} {base:.1}", x - 70.0, base - random.between(10.0, 130.0));
            }
            let colour = Rgb([70 + 20 * i as u8, 110 + 14 * i as u8, 120 - 22 * i as u8]);
            self.path(&(d + "V500H-420Z"), colour);
        }
    }

    fn book(&mut self, random: &mut Random) {
        for i in 0..(2 + random.below(5)) {
            let colour = any_colour(random);
            let (w, h) = (random.between(210.0, 270.0), random.between(30.0, 46.0));
            let (x, y) = (-w / 2.0 + random.between(-16.0, 16.0), 110.0 - 48.0 * i as f32);
            self.block(x, y, w, h, colour);
            self.block(x + 20.0, y + h * 0.3, w * 0.4, h * 0.3, shade(colour, 0.6));
        }
    }

    fn clock(&mut self, random: &mut Random) {
        self.disc(0.0, 0.0, 140.0, self.a);
        self.disc(0.0, 0.0, 120.0, Rgb([250, 248, 240]));
        for i in 0..12 {
            let _ = write!(
                self.out,
                r##"<rect x="-3" y="-112" width="6" height="18" fill="#222" transform="rotate({})"/>"##,
                i * 30
            );
        }
        for (length, width) in [(60.0, 8.0), (92.0, 5.0)] {
            let angle = random.between(0.0, std::f32::consts::TAU);
            self.line(
                &format!("M0 0L{:.1} {:.1}", length * angle.cos(), length * angle.sin()),
                Rgb([30, 30, 30]),
                width,
            );
        }
    }

    fn fish(&mut self, random: &mut Random) {
        let h = random.between(50.0, 84.0);
        self.path(&format!("M60 0L150 {:.1}L136 0L150 {h:.1}Z", -h), self.b);
        self.path(&format!("M-150 0Q-60 {:.1} 90 0Q-60 {:.1} -150 0Z", -h * 1.9, h * 1.9), self.a);
        self.disc(-96.0, -12.0, 12.0, Rgb([250, 250, 250]));
        self.disc(-98.0, -12.0, 5.0, Rgb([20, 20, 20]));
        for i in 0..4 {
            let x = -50.0 + 30.0 * i as f32;
            self.line(&format!("M{x:.1} -26Q{:.1} 0 {x:.1} 26", x + 20.0), shade(self.a, -0.3), 4.0);
        }
    }

    fn screen(&mut self, random: &mut Random) {
        self.upright = true;
        self.ground = Rgb([243, 244, 246]);
        self.block(-200.0, -200.0, 400.0, 42.0, self.a);
        self.block(-200.0, -158.0, 92.0, 360.0, Rgb([228, 230, 234]));
        for i in 0..8 {
            self.block(-188.0, -142.0 + 38.0 * i as f32, random.between(30.0, 66.0), 10.0, Rgb([160, 164, 172]));
        }
        for i in 0..6 {
            let (x, y) = (-92.0 + 96.0 * (i % 3) as f32, -140.0 + 160.0 * (i / 3) as f32);
            self.block(x, y, 84.0, 92.0, shade(self.b, random.between(0.2, 0.8)));
            self.block(x, y + 100.0, random.between(40.0, 80.0), 9.0, Rgb([120, 124, 130]));
            self.block(x, y + 116.0, random.between(30.0, 60.0), 9.0, Rgb([180, 182, 188]));
        }
    }

    fn shapes(&mut self, random: &mut Random) {
        self.upright = true;
        for _ in 0..(3 + random.below(9)) {
            let d = blob(random.between(20.0, 90.0), random.between(0.7, 1.5), random.between(0.0, 0.4), random);
            let (x, y) = (random.between(-160.0, 160.0), random.between(-160.0, 160.0));
            let _ = write!(
                self.out,
                r#"<path d="{d}" fill="{}" transform="translate({x:.1} {y:.1})"/>"#,
                any_colour(random)
            );
        }
    }

    fn plate(&mut self, random: &mut Random) {
        self.disc(0.0, 0.0, 150.0, Rgb([246, 245, 242]));
        self.disc(0.0, 0.0, 104.0, Rgb([236, 235, 231]));
        for _ in 0..(4 + random.below(8)) {
            let (x, y) = (random.between(-66.0, 66.0), random.between(-66.0, 66.0));
            let food = *random.pick(&[
                Rgb([190, 84, 40]),
                Rgb([96, 146, 58]),
                Rgb([232, 196, 92]),
                Rgb([214, 60, 44]),
                Rgb([240, 226, 196]),
            ]);
            self.disc(x, y, random.between(14.0, 36.0), food);
        }
        self.block(168.0, -120.0, 9.0, 240.0, Rgb([176, 178, 182]));
        self.block(-178.0, -120.0, 9.0, 240.0, Rgb([176, 178, 182]));
    }
}
