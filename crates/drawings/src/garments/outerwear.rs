//! Coats and jackets.

use super::{
    Fit, Length, Look, Neck,
    parts::{Cut, End, NECK_Y, back, body_folds, collar, hem_band, hood, lapels, neck_edge, pocket, sleeves},
};
use crate::canvas::{Canvas, Fill, Fold, lightness, shade};
use vestry_model::Rgb;

const HORN: Rgb = Rgb([0x4b, 0x38, 0x2a]);
const COPPER: Rgb = Rgb([0xb9, 0x7d, 0x4b]);
const THREAD: Rgb = Rgb([0xd6, 0x9a, 0x4a]);

fn outer(look: &Look, hem_y: f32) -> Cut {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    cut.shoulder += 5.0;
    cut.armpit += 5.0;
    cut.waist += 4.0;
    cut.hem += 6.0;
    cut.hem_y = hem_y;
    cut
}

fn lined_body(c: &mut Canvas, look: &mut Look, cut: &Cut, end: End) {
    back(c, cut, look.neck);
    sleeves(c, cut, super::Sleeve::Long, end);
    let folds = body_folds(cut, &mut look.random);
    c.piece(&cut.body(look.neck).both(), Fill::Cloth(0.0), &folds);
}

fn horn(c: &Canvas) -> Rgb {
    if lightness(c.main) < 0.35 { shade(c.main, 0.22) } else { HORN }
}

fn flap(c: &mut Canvas, x: f32, y: f32, w: f32, lean: f32) {
    let path = format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
        x - w,
        y + lean,
        x + w,
        y - lean,
        x + w,
        y + 14.0 - lean,
        x - w,
        y + 14.0 + lean
    );
    c.piece(&path, Fill::Cloth(0.0), &[]);
}

fn coat_hem(length: Option<Length>) -> f32 {
    match length {
        Some(Length::Knee) => 412.0,
        Some(Length::Long | Length::Maxi) => 500.0,
        _ => 456.0,
    }
}

pub(super) fn coat(c: &mut Canvas, look: &mut Look) {
    let mut cut = outer(look, coat_hem(look.length));
    cut.hem += 12.0;
    cut.neck_depth = look.random.between(110.0, 140.0);
    lined_body(c, look, &cut, End::Hem);
    let (from, to) = (NECK_Y + cut.neck_depth, cut.hem_y);
    let button = horn(c);
    if look.random.chance(0.5) {
        c.seam(&format!("M22 {:.1}L24 {:.1}", from + 4.0, to + 3.0));
        for i in 0..3 {
            let y = from + 10.0 + 42.0 * i as f32;
            c.button(-20.0, y, 4.4, button);
            c.button(16.0, y, 4.4, button);
        }
    } else {
        c.seam(&format!("M3 {from:.1}L4 {:.1}", to + 4.0));
        for i in 0..3 {
            c.button(-4.0, from + 12.0 + 44.0 * i as f32, 4.4, button);
        }
    }
    flap(c, 52.0, 316.0, 21.0, 2.0);
    flap(c, -52.0, 316.0, 21.0, -2.0);
    lapels(c, &cut, cut.neck_depth, Fill::Cloth);
}

pub(super) fn trench(c: &mut Canvas, look: &mut Look) {
    let mut cut = outer(look, coat_hem(look.length));
    cut.hem += 22.0;
    cut.waist -= 8.0;
    cut.neck_depth = 104.0;
    lined_body(c, look, &cut, End::Cuff);
    let (from, to) = (NECK_Y + cut.neck_depth, cut.hem_y);
    c.seam(&format!("M20 {from:.1}L24 {:.1}", to + 3.0));
    let button = horn(c);
    for y in [from + 10.0, from + 44.0, 306.0, 346.0] {
        c.button(-22.0, y, 4.0, button);
        c.button(14.0, y, 4.0, button);
    }
    // The storm flap and the belt make it a trench coat.
    c.piece("M-78 98L-34 84L-30 158Q-54 166 -72 156Z", Fill::Cloth(0.0), &[]);
    let w = cut.waist + 2.0;
    c.piece(&format!("M{:.1} 250Q0 260 {w:.1} 250L{w:.1} 268Q0 278 {:.1} 268Z", -w, -w), Fill::Cloth(90.0), &[]);
    c.stroke("M-13 255L13 255L13 277L-13 277Z", shade(button, 0.15), 4.0);
    c.piece("M8 262L34 318L22 324L-2 268Z", Fill::Cloth(20.0), &[]);
    flap(c, 54.0, 322.0, 18.0, 7.0);
    flap(c, -54.0, 322.0, 18.0, -7.0);
    for side in [-1.0, 1.0] {
        c.seam(&format!("M{:.1} 88L{:.1} 100L{:.1} 94", 48.0 * side, 74.0 * side, 80.0 * side));
    }
    lapels(c, &cut, cut.neck_depth, Fill::Cloth);
}

pub(super) fn blazer(c: &mut Canvas, look: &mut Look) {
    let mut cut = outer(look, 356.0);
    cut.waist -= if look.fit == Some(Fit::Oversized) { 4.0 } else { 10.0 };
    cut.neck_depth = look.random.between(126.0, 160.0);
    cut.hem_dip = 9.0;
    lined_body(c, look, &cut, End::Hem);
    let from = NECK_Y + cut.neck_depth;
    c.seam(&format!("M2 {from:.1}L3 {:.1}Q6 {:.1} 16 {:.1}", cut.hem_y - 16.0, cut.hem_y + 2.0, cut.hem_y + 8.0));
    let button = horn(c);
    for i in 0..(1 + look.random.below(2)) {
        c.button(-3.0, from + 8.0 + 38.0 * i as f32, 4.0, button);
    }
    for side in [-1.0, 1.0] {
        flap(c, 44.0 * side, 292.0, 20.0, 2.0 * side);
        c.seam(&format!(
            "M{:.1} 176C{:.1} 220 {:.1} 260 {:.1} 290",
            48.0 * side,
            40.0 * side,
            40.0 * side,
            42.0 * side
        ));
    }
    c.piece("M30 168L58 164L58 171L30 175Z", Fill::Cloth(0.0), &[]);
    if look.random.chance(0.3) {
        c.flat("M34 168L40 158L46 166L53 157L55 164Z", c.second, 0.95);
    }
    lapels(c, &cut, cut.neck_depth, Fill::Cloth);
}

pub(super) fn denim_jacket(c: &mut Canvas, look: &mut Look) {
    let mut cut = outer(look, 306.0);
    cut.hem -= 6.0;
    lined_body(c, look, &cut, End::Cuff);
    c.flat("M-60 180Q-36 150 -14 210L-20 296L-58 300Z", shade(c.main, 0.5), 0.16);
    c.flat("M60 180Q36 150 14 210L20 296L58 300Z", shade(c.main, 0.5), 0.16);
    for side in [-1.0, 1.0] {
        let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
        c.seam(&format!("M{}L{}", p(8.0, 148.0), p(cut.armpit - 8.0, 144.0)));
        c.stitch(&format!("M{}L{}", p(8.0, 151.0), p(cut.armpit - 8.0, 147.0)), THREAD);
        c.piece(
            &format!(
                "M{}L{}L{}L{}L{}Z",
                p(22.0, 150.0),
                p(58.0, 148.0),
                p(58.0, 164.0),
                p(40.0, 174.0),
                p(22.0, 166.0)
            ),
            Fill::Cloth(0.0),
            &[],
        );
        c.button(40.0 * side, 165.0, 3.0, COPPER);
        for (a, b) in [(26.0, 30.0), (54.0, 44.0)] {
            c.seam(&format!("M{}L{}", p(a, 172.0), p(b, 304.0)));
            c.stitch(&format!("M{}L{}", p(a + 2.5, 172.0), p(b + 2.5, 304.0)), THREAD);
        }
    }
    c.stitch(&format!("M-8 104L-8 {y:.1}M8 104L8 {y:.1}", y = cut.hem_y), THREAD);
    let (h, y) = (cut.hem, cut.hem_y);
    c.piece(
        &format!(
            "M{:.1} {y:.1}Q0 {:.1} {h:.1} {y:.1}L{:.1} {:.1}Q0 {:.1} {:.1} {:.1}Z",
            -h,
            y + 8.0,
            h - 1.0,
            y + 20.0,
            y + 28.0,
            1.0 - h,
            y + 20.0
        ),
        Fill::Cloth(0.0),
        &[],
    );
    c.stitch(&format!("M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}", -h, y + 4.0, y + 12.0, h, y + 4.0), THREAD);
    c.buttons(0.0, 120.0, y + 14.0, 6, COPPER);
    collar(c, &cut, 30.0, Fill::Cloth(10.0));
}

/// Quilting of both sleeves.
fn sleeve_chambers(c: &mut Canvas, cut: &Cut) {
    // Chambers run across the sleeve, square to its direction.
    let (sin, cos) = 19.0_f32.to_radians().sin_cos();
    let (mx, my) = ((cut.shoulder + cut.armpit) / 2.0, (NECK_Y + cut.drop + cut.armpit_y) / 2.0);
    let wide = (cut.armpit_y - NECK_Y - cut.drop) * 0.5;
    for side in [-1.0, 1.0] {
        for i in 0..6 {
            let t = 0.26 + 0.125 * i as f32;
            let (x, y) = (mx + sin * 222.0 * t, my + cos * 222.0 * t);
            let half = wide * (0.9 - 0.36 * t);
            c.seam(&format!(
                "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
                (x - cos * half) * side,
                y + sin * half,
                (x + sin * 8.0) * side,
                y + cos * 8.0,
                (x + cos * half) * side,
                y - sin * half
            ));
        }
    }
}

pub(super) fn puffer(c: &mut Canvas, look: &mut Look) {
    let mut cut = outer(look, 318.0);
    cut.armpit += 8.0;
    cut.waist += 12.0;
    cut.hem += 8.0;
    let hooded = look.neck == Some(Neck::Hood);
    let neck = Some(Neck::Round);
    if hooded {
        hood(c);
    }
    sleeves(c, &cut, super::Sleeve::Long, End::Puff);
    c.piece(&cut.body(neck).both(), Fill::Cloth(0.0), &[]);
    // Quilting: a seam with a highlight above and a shadow below makes each chamber look filled.
    let (light, dark) = (Rgb([255, 255, 255]), Rgb([0, 0, 0]));
    for i in 0..6 {
        let y = 142.0 + 30.0 * i as f32;
        let w = if y < cut.armpit_y { cut.armpit - 10.0 } else { cut.waist - 1.0 };
        c.flat(
            &format!("M{:.1} {y:.1}Q0 {:.1} {w:.1} {y:.1}Q0 {:.1} {:.1} {y:.1}Z", -w, y + 8.0, y + 24.0, -w),
            dark,
            0.10,
        );
        c.flat(
            &format!(
                "M{:.1} {:.1}Q0 {:.1} {w:.1} {:.1}Q0 {:.1} {:.1} {:.1}Z",
                -w,
                y + 16.0,
                y + 18.0,
                y + 16.0,
                y + 28.0,
                -w,
                y + 16.0
            ),
            light,
            0.13,
        );
        c.seam(&format!("M{:.1} {y:.1}Q0 {:.1} {w:.1} {y:.1}", -w, y + 9.0));
    }
    sleeve_chambers(c, &cut);
    c.zip(0.0, NECK_Y + 18.0, cut.hem_y + 6.0);
    for side in [-1.0, 1.0] {
        c.seam(&format!("M{:.1} 250L{:.1} 292", 40.0 * side, 52.0 * side));
    }
    let high = if hooded { 10.0 } else { 30.0 };
    let path = format!(
        "M-36 {:.1}Q-36 {:.1} -28 {:.1}Q0 {:.1} 28 {:.1}Q36 {:.1} 36 {:.1}Q0 {:.1} -36 {:.1}Z",
        NECK_Y + 6.0,
        NECK_Y - high * 0.5,
        NECK_Y - high,
        NECK_Y - high - 8.0,
        NECK_Y - high,
        NECK_Y - high * 0.5,
        NECK_Y + 6.0,
        NECK_Y + 36.0,
        NECK_Y + 6.0
    );
    c.piece(&path, Fill::Cloth(0.0), &[Fold(-30.0, NECK_Y, 30.0, NECK_Y, 14.0, 4.0)]);
    c.zip(0.0, NECK_Y - high + 2.0, NECK_Y + 22.0);
}

pub(super) fn bomber(c: &mut Canvas, look: &mut Look) {
    let mut cut = outer(look, 306.0);
    cut.waist += 4.0;
    lined_body(c, look, &cut, End::Rib);
    hem_band(c, &cut, 22.0);
    c.zip(0.0, NECK_Y + 4.0, cut.hem_y + 24.0);
    for side in [-1.0, 1.0] {
        let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
        c.piece(
            &format!("M{}L{}L{}L{}Z", p(38.0, 238.0), p(56.0, 284.0), p(50.0, 287.0), p(32.0, 241.0)),
            Fill::Cloth(0.0),
            &[],
        );
    }
    neck_edge(c, &cut, look.neck, 9.0);
    if look.random.chance(0.4) {
        pocket(c, -38.0, 150.0, 15.0, 30.0);
    }
}
