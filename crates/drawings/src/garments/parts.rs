//! What upper garments share: bodies, sleeves, necks, collars, hoods.

use super::{Fit, Look, Neck, Sleeve};
use crate::canvas::{Canvas, Fill, Fold, Half, lightness, shade};
use vestry_model::Rgb;

/// Where the neck meets the shoulder, for every upper garment.
pub(super) const NECK_Y: f32 = 80.0;

/// The cut of a body: half widths and heights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) neck: f32,
    pub(super) neck_depth: f32,
    pub(super) shoulder: f32,
    pub(super) drop: f32,
    pub(super) armpit: f32,
    pub(super) armpit_y: f32,
    pub(super) waist: f32,
    pub(super) waist_y: f32,
    pub(super) hem: f32,
    pub(super) hem_y: f32,
    pub(super) hem_dip: f32,
}

impl Cut {
    /// A hip-long body in `fit`.
    pub(super) fn of(fit: Option<Fit>) -> Self {
        let (shoulder, drop, armpit, waist, hem) = match fit {
            Some(Fit::Slim) => (72.0, 17.0, 66.0, 57.0, 66.0),
            Some(Fit::Loose) => (84.0, 22.0, 84.0, 84.0, 88.0),
            Some(Fit::Oversized) => (94.0, 28.0, 92.0, 92.0, 92.0),
            _ => (78.0, 18.0, 74.0, 70.0, 74.0),
        };
        Self {
            neck: 31.0,
            neck_depth: 22.0,
            shoulder,
            drop,
            armpit,
            armpit_y: if fit == Some(Fit::Oversized) { 184.0 } else { 168.0 },
            waist,
            waist_y: 258.0,
            hem,
            hem_y: 352.0,
            hem_dip: 5.0,
        }
    }

    /// With the neckline's own width and depth.
    pub(super) fn with_neck(mut self, neck: Option<Neck>) -> Self {
        (self.neck, self.neck_depth) = match neck {
            Some(Neck::Vee) => (31.0, 66.0),
            Some(Neck::Scoop) => (40.0, 58.0),
            Some(Neck::Boat) => (54.0, 12.0),
            Some(Neck::Square) => (44.0, 50.0),
            Some(Neck::Turtle | Neck::Mock) => (28.0, 10.0),
            Some(Neck::Lapel) => (30.0, 130.0),
            Some(Neck::Collar) => (30.0, 26.0),
            Some(Neck::Hood) => (34.0, 30.0),
            _ => (31.0, 22.0),
        };
        self
    }

    fn shoulder_y(&self) -> f32 {
        NECK_Y + self.drop
    }

    /// The front neckline from its middle to the shoulder.
    pub(super) fn neckline(&self, neck: Option<Neck>) -> Half {
        let (w, y) = (self.neck, NECK_Y);
        let bottom = y + self.neck_depth;
        match neck {
            Some(Neck::Vee | Neck::Lapel) => Half::new(0.0, bottom).line(w, y),
            Some(Neck::Square) => Half::new(0.0, bottom).line(w * 0.94, bottom - 1.0).line(w, y + 2.0),
            Some(Neck::Scoop) => Half::new(0.0, bottom).curve((w * 0.7, bottom), (w * 0.98, y + 30.0), (w, y + 1.0)),
            _ => Half::new(0.0, bottom).curve((w * 0.62, bottom), (w * 0.95, y + self.neck_depth * 0.55), (w, y)),
        }
    }

    /// The whole body.
    pub(super) fn body(&self, neck: Option<Neck>) -> Half {
        let (sy, ay, wy, hy) = (self.shoulder_y(), self.armpit_y, self.waist_y, self.hem_y);
        self.neckline(neck)
            .line(self.shoulder, sy)
            .curve((self.shoulder - 6.0, sy + 24.0), (self.armpit - 10.0, ay - 22.0), (self.armpit, ay))
            .curve((self.armpit - 1.0, ay + 28.0), (self.waist, wy - 34.0), (self.waist, wy))
            .curve((self.waist, wy + 34.0), (self.hem - 1.0, hy - 40.0), (self.hem, hy))
            .curve((self.hem * 0.6, hy + self.hem_dip), (self.hem * 0.3, hy + self.hem_dip), (0.0, hy + self.hem_dip))
    }
}

/// How a sleeve ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A hem.
    Hem,
    /// A knitted band.
    Rib,
    /// A buttoned cuff.
    Cuff,
    /// Wide open.
    Bell,
    /// Gathered into a band.
    Puff,
}

/// Both sleeves; draw them before the body.
pub(super) fn sleeves(c: &mut Canvas, cut: &Cut, sleeve: Sleeve, end: End) {
    let (length, lean): (f32, f32) = match sleeve {
        Sleeve::None => return,
        Sleeve::Cap => (26.0, 62.0),
        Sleeve::Short => (70.0, 44.0),
        Sleeve::Elbow => (112.0, 33.0),
        Sleeve::ThreeQuarter => (164.0, 23.0),
        Sleeve::Long => (222.0, 19.0),
    };
    let (sx, sy) = (cut.shoulder, NECK_Y + cut.drop);
    let (ax, ay) = (cut.armpit, cut.armpit_y);
    let (sin, cos) = lean.to_radians().sin_cos();
    let (mx, my) = ((sx + ax) / 2.0, (sy + ay) / 2.0);
    let (cx, cy) = (mx + sin * length, my + cos * length);
    let wide = (ay - sy) * 0.5;
    let taper = match sleeve {
        Sleeve::Cap | Sleeve::Short => 0.80,
        Sleeve::Elbow => 0.72,
        Sleeve::ThreeQuarter => 0.62,
        _ => 0.54,
    };
    let half = wide * if end == End::Bell { taper + 0.38 } else { taper };
    let (ox, oy) = (cx + cos * half, cy - sin * half);
    let (ix, iy) = (cx - cos * half, cy + sin * half);
    let puff = if end == End::Puff { 18.0 } else { 4.0 };
    // The outer edge leaves the shoulder as the shoulder runs and turns down by a third of the sleeve.
    let reach = 0.36_f32.min(26.0 / length + 0.2);
    let (qx, qy) = (
        mx + sin * length * reach + cos * (wide * 0.92 + puff),
        my + cos * length * reach - sin * (wide * 0.92 + puff),
    );
    for side in [-1.0, 1.0] {
        let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
        let inside = (cut.armpit - 16.0, ay + 4.0);
        let path = format!(
            "M{}L{}C{} {} {}L{}C{} {} {}L{}L{}Z",
            p(sx - 16.0, sy - 4.0),
            p(sx, sy),
            p(sx + 13.0 + puff * 0.4, sy + 4.0 - puff * 0.3),
            p(qx, qy),
            p(ox, oy),
            p(ix, iy),
            p(ix + (ax - ix) * 0.3 - cos * puff, iy + (ay - iy) * 0.3 + sin * puff),
            p(ax + 4.0, ay + 10.0),
            p(ax - 2.0, ay - 4.0),
            p(inside.0, inside.1),
            p(sx - 22.0, (sy + ay) / 2.0),
        );
        let bend = (mx + sin * length * 0.45, my + cos * length * 0.45);
        let mut folds = vec![
            Fold(ax * side, ay, (mx + sin * 26.0 + cos * 6.0) * side, my + cos * 26.0, 5.0 * side, 3.5),
            Fold((ax - 6.0) * side, ay - 12.0, (sx - 2.0) * side, sy + 14.0, -6.0 * side, 4.0),
        ];
        if length > 100.0 {
            folds.push(Fold(
                (bend.0 - cos * wide * 0.6) * side,
                bend.1 + sin * wide * 0.6,
                (bend.0 + cos * wide * 0.45) * side,
                bend.1 + 14.0,
                4.0 * side,
                3.4,
            ));
        }
        c.piece(&path, Fill::Cloth(-lean * side), &folds);
        sleeve_end(c, end, side, [(ox, oy), (ix, iy)], (sin, cos));
    }
}

fn sleeve_end(c: &mut Canvas, end: End, side: f32, [o, i]: [(f32, f32); 2], (sin, cos): (f32, f32)) {
    let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
    match end {
        End::Hem | End::Bell => {
            let d = 6.0;
            c.hem(&format!("M{}L{}", p(o.0 - sin * d, o.1 - cos * d), p(i.0 - sin * d, i.1 - cos * d)));
        }
        End::Rib | End::Cuff | End::Puff => {
            let depth = if end == End::Puff { 9.0 } else { 17.0 };
            let tuck = if end == End::Puff { 0.2 } else { 0.1 };
            let near = |a: (f32, f32), b: (f32, f32)| (a.0 + (b.0 - a.0) * tuck, a.1 + (b.1 - a.1) * tuck);
            let (a, b) = (near(o, i), near(i, o));
            let (far_a, far_b) = ((a.0 + sin * depth, a.1 + cos * depth), (b.0 + sin * depth, b.1 + cos * depth));
            let path = format!("M{}L{}L{}L{}Z", p(a.0, a.1), p(b.0, b.1), p(far_b.0, far_b.1), p(far_a.0, far_a.1));
            let fill = if end == End::Rib { Fill::Plain(trim(c)) } else { Fill::Cloth(0.0) };
            c.piece(&path, fill, &[]);
            if end == End::Rib {
                c.ribs(
                    [(a.0 * side, a.1), (b.0 * side, b.1)],
                    [(far_a.0 * side, far_a.1), (far_b.0 * side, far_b.1)],
                    3.2,
                );
            } else if end == End::Cuff {
                c.button(
                    (b.0 + sin * depth * 0.5 + cos * 5.0) * side,
                    b.1 + cos * depth * 0.5 - 2.0,
                    2.2,
                    Rgb([235, 232, 225]),
                );
            }
        }
    }
}

/// The colour of ribs and bindings: the cloth a little deeper or, on dark cloth, a little lighter.
pub(super) fn trim(c: &Canvas) -> Rgb {
    shade(c.main, if lightness(c.main) > 0.4 { -0.07 } else { 0.07 })
}

/// The inside of the back, seen through the neckline; draw it first.
pub(super) fn back(c: &mut Canvas, cut: &Cut, neck: Option<Neck>) {
    let w = cut.neck + 3.0;
    let y = NECK_Y - 1.0;
    let bottom = NECK_Y + cut.neck_depth + 6.0;
    let path = format!("M{:.1} {y:.1}Q0 {:.1} {w:.1} {y:.1}L{:.1} {bottom:.1}L{:.1} {bottom:.1}Z", -w, y + 12.0, w, -w);
    let inner = shade(c.main, if lightness(c.main) > 0.4 { -0.22 } else { -0.35 });
    c.piece(&path, Fill::Plain(inner), &[]);
    if !matches!(neck, Some(Neck::Turtle | Neck::Mock)) {
        let tag = if lightness(c.main) > 0.8 { Rgb([70, 70, 74]) } else { Rgb([244, 241, 234]) };
        c.flat(&format!("M-9 {:.1}L9 {:.1}L9 {:.1}L-9 {:.1}Z", y + 8.0, y + 8.0, y + 18.0, y + 18.0), tag, 0.92);
    }
}

/// The edge of a neckline: a ribbed band for knits and jersey, a stitched edge otherwise.
pub(super) fn neck_edge(c: &mut Canvas, cut: &Cut, neck: Option<Neck>, band: f32) {
    let half = cut.neckline(neck);
    let (left, right) = (half.open(-1.0), half.open(1.0));
    match neck {
        Some(Neck::Turtle | Neck::Mock) => {
            let high = if neck == Some(Neck::Turtle) { 34.0 } else { 18.0 };
            let w = cut.neck;
            let path = format!(
                "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}Q0 {:.1} {:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}Q0 {:.1} {:.1} {:.1}Z",
                -w - 2.0,
                NECK_Y + 2.0,
                -w + 4.0,
                NECK_Y - high * 0.5,
                -w + 4.0,
                NECK_Y - high,
                NECK_Y - high - 7.0,
                w - 4.0,
                NECK_Y - high,
                w - 4.0,
                NECK_Y - high * 0.5,
                w + 2.0,
                NECK_Y + 2.0,
                NECK_Y + cut.neck_depth * 2.2,
                -w - 2.0,
                NECK_Y + 2.0,
            );
            c.piece(&path, Fill::Cloth(0.0), &[Fold(-w + 8.0, NECK_Y - 6.0, w - 12.0, NECK_Y + 4.0, 7.0, 2.5)]);
            c.ribs(
                [(-w + 4.0, NECK_Y - high - 2.0), (w - 4.0, NECK_Y - high - 2.0)],
                [(-w, NECK_Y + 7.0), (w, NECK_Y + 7.0)],
                4.0,
            );
            if neck == Some(Neck::Turtle) {
                c.seam(&format!(
                    "M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}",
                    -w + 3.0,
                    NECK_Y - 9.0,
                    NECK_Y + 4.0,
                    w - 3.0,
                    NECK_Y - 9.0
                ));
            }
        }
        _ => {
            let (edge, ink) = (trim(c), c.ink());
            for path in [&left, &right] {
                c.stroke(path, ink, band + 2.2);
            }
            for path in [&left, &right] {
                c.stroke(path, edge, band);
            }
        }
    }
}

/// A shirt collar around a neck as wide as `cut`'s, its tips `tip` below.
pub(super) fn collar(c: &mut Canvas, cut: &Cut, tip: f32, fill: Fill) {
    let (w, y) = (cut.neck, NECK_Y);
    let deep = y + cut.neck_depth;
    let stand = format!(
        "M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}L{:.1} {:.1}Q0 {:.1} {:.1} {:.1}Z",
        -w - 1.0,
        y - 10.0,
        y - 17.0,
        w + 1.0,
        y - 10.0,
        w,
        y + 6.0,
        y + 20.0,
        -w,
        y + 6.0,
    );
    c.piece(&stand, Fill::Plain(shade(c.main, if lightness(c.main) > 0.4 { -0.16 } else { -0.3 })), &[]);
    for side in [-1.0, 1.0] {
        let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
        let path = format!(
            "M{}Q{} {}Q{} {}L{}Q{} {}Z",
            p(1.5, deep - 2.0),
            p(w * 0.72, y + 12.0),
            p(w, y - 11.0),
            p(w + 12.0, y - 2.0),
            p(w + 13.0, y + 8.0),
            p(w * 0.62 + 5.0, deep + tip),
            p(w * 0.3, deep + tip * 0.45),
            p(1.5, deep - 2.0),
        );
        c.piece(&path, fill, &[]);
        c.hem(&format!("M{}L{}", p(w + 9.0, y + 8.0), p(w * 0.62 + 4.0, deep + tip - 5.0)));
    }
}

/// Notched lapels down to `depth` under the neck.
pub(super) fn lapels(c: &mut Canvas, cut: &Cut, depth: f32, fill: impl Fn(f32) -> Fill) {
    let (w, y) = (cut.neck, NECK_Y);
    let end = y + depth;
    let stand = format!(
        "M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}L{:.1} {:.1}Q0 {:.1} {:.1} {:.1}Z",
        -w - 2.0,
        y - 8.0,
        y - 15.0,
        w + 2.0,
        y - 8.0,
        w,
        y + 8.0,
        y + 16.0,
        -w,
        y + 8.0,
    );
    c.piece(&stand, fill(0.0), &[]);
    for side in [-1.0, 1.0] {
        let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
        let lapel = format!(
            "M{}L{}L{}L{}Q{} {}L{}Z",
            p(w - 2.0, y + 4.0),
            p(w + 9.0, y + 30.0),
            p(w + 6.0, y + 38.0),
            p(w + 27.0, y + 34.0),
            p(w * 0.9 + 8.0, y + depth * 0.62),
            p(0.5, end),
            p(0.5, end - 4.0),
        );
        c.piece(&lapel, fill(-12.0 * side), &[]);
        let collar = format!(
            "M{}Q{} {}L{}L{}Q{} {}Z",
            p(w + 1.0, y - 9.0),
            p(w + 13.0, y),
            p(w + 21.0, y + 22.0),
            p(w + 7.0, y + 33.0),
            p(w * 0.66, y + 34.0),
            p(w * 0.9, y + 16.0),
            p(w + 1.0, y - 9.0),
        );
        c.piece(&collar, fill(-24.0 * side), &[]);
    }
}

/// A hood lying behind the neck; draw it before the body. Its front edge comes with [`hood_front`].
pub(super) fn hood(c: &mut Canvas) {
    let y = NECK_Y;
    let path = format!(
        "M-50 {:.1}C-64 {:.1} -54 {:.1} 0 {:.1}C54 {:.1} 64 {:.1} 50 {:.1}Q0 {:.1} -50 {:.1}Z",
        y + 18.0,
        y - 34.0,
        y - 66.0,
        y - 66.0,
        y - 66.0,
        y - 34.0,
        y + 18.0,
        y + 40.0,
        y + 18.0,
    );
    c.piece(
        &path,
        Fill::Cloth(0.0),
        &[Fold(-40.0, y - 6.0, -22.0, y - 50.0, -6.0, 4.0), Fold(40.0, y - 6.0, 22.0, y - 50.0, 6.0, 4.0)],
    );
    let inside = format!(
        "M-34 {:.1}C-40 {:.1} -30 {:.1} 0 {:.1}C30 {:.1} 40 {:.1} 34 {:.1}Q0 {:.1} -34 {:.1}Z",
        y + 14.0,
        y - 22.0,
        y - 46.0,
        y - 46.0,
        y - 46.0,
        y - 22.0,
        y + 14.0,
        y + 46.0,
        y + 14.0,
    );
    c.piece(&inside, Fill::Plain(shade(c.main, if lightness(c.main) > 0.4 { -0.26 } else { -0.4 })), &[]);
}

/// The crossing front edges of a hood, with cords.
pub(super) fn hood_front(c: &mut Canvas, cords: Rgb) {
    let y = NECK_Y;
    for side in [-1.0, 1.0] {
        let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
        let path = format!(
            "M{}C{} {} {}L{}C{} {} {}Z",
            p(49.0, y + 4.0),
            p(50.0, y + 22.0),
            p(26.0, y + 36.0),
            p(-4.0, y + 46.0),
            p(-2.0, y + 32.0),
            p(18.0, y + 24.0),
            p(34.0, y + 12.0),
            p(35.0, y - 6.0),
        );
        c.piece(&path, Fill::Cloth(20.0 * side), &[]);
    }
    for side in [-1.0, 1.0] {
        let path = format!(
            "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
            15.0 * side,
            y + 33.0,
            21.0 * side,
            y + 62.0,
            17.0 * side,
            y + 90.0
        );
        c.stroke(&path, shade(cords, -0.3), 3.6);
        c.stroke(&path, cords, 2.4);
        c.stroke(
            &format!("M{:.1} {:.1}L{:.1} {:.1}", 17.0 * side, y + 90.0, 17.0 * side, y + 96.0),
            Rgb([190, 186, 178]),
            3.4,
        );
    }
}

/// The usual folds of a body: from the armpits inwards and up from the hem.
pub(super) fn body_folds(cut: &Cut, random: &mut crate::random::Random) -> Vec<Fold> {
    let (a, ay, hy) = (cut.armpit, cut.armpit_y, cut.hem_y);
    let mut folds = vec![
        Fold(a - 3.0, ay + 2.0, a * 0.5, ay - 26.0, 5.0, 3.6),
        Fold(-a + 3.0, ay + 2.0, -a * 0.5, ay - 26.0, -5.0, 3.6),
        Fold(a, ay + 22.0, a * 0.42, ay + 52.0, -6.0, 4.0),
        Fold(-a, ay + 30.0, -a * 0.35, ay + 58.0, 6.0, 4.0),
    ];
    for _ in 0..3 {
        let x = random.between(-0.75, 0.75) * cut.hem;
        let high = random.between(40.0, 0.42 * (hy - ay) + 42.0);
        folds.push(Fold(x, hy + 6.0, x + random.between(-14.0, 14.0), hy - high, random.between(-7.0, 7.0), 4.2));
    }
    folds
}

/// A ribbed band along the hem, `depth` high.
pub(super) fn hem_band(c: &mut Canvas, cut: &Cut, depth: f32) {
    let (h, y, dip) = (cut.hem, cut.hem_y, cut.hem_dip);
    let narrow = h * 0.95;
    let path = format!(
        "M{:.1} {y:.1}Q0 {:.1} {h:.1} {y:.1}L{narrow:.1} {:.1}Q0 {:.1} {:.1} {:.1}Z",
        -h,
        y + dip * 1.6,
        y + depth,
        y + depth + dip * 1.6,
        -narrow,
        y + depth
    );
    let fill = trim(c);
    c.piece(&path, Fill::Plain(fill), &[]);
    c.ribs([(-h, y + 3.0), (h, y + 3.0)], [(-narrow, y + depth + 2.0), (narrow, y + depth + 2.0)], 4.0);
}

/// A patch pocket.
pub(super) fn pocket(c: &mut Canvas, x: f32, y: f32, w: f32, h: f32) {
    let path = format!(
        "M{:.1} {y:.1}L{:.1} {y:.1}L{:.1} {:.1}Q{x:.1} {:.1} {:.1} {:.1}Z",
        x - w,
        x + w,
        x + w,
        y + h * 0.8,
        y + h * 1.15,
        x - w,
        y + h * 0.8
    );
    c.piece(&path, Fill::Cloth(0.0), &[]);
    c.hem(&format!("M{:.1} {:.1}L{:.1} {:.1}", x - w, y + 5.0, x + w, y + 5.0));
}

/// The sleeve of a look, or none.
pub(super) fn sleeve_of(look: &Look) -> Sleeve {
    look.sleeve.unwrap_or(Sleeve::None)
}
