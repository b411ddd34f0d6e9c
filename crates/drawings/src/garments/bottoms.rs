//! Trousers, shorts and skirts.

use super::{Fit, Length, Look};
use crate::canvas::{Canvas, Fill, Fold, Half, lightness, shade};
use vestry_model::Rgb;

const THREAD: Rgb = Rgb([0xd6, 0x9a, 0x4a]);
const COPPER: Rgb = Rgb([0xb9, 0x7d, 0x4b]);

/// The cut of a pair of legs: half widths at the waist and hip, the leg's outer and inner edge at its hem.
struct Legs {
    waist: f32,
    hip: f32,
    outer: f32,
    inner: f32,
    crotch: f32,
    hem: f32,
}

fn legs_of(look: &Look) -> Legs {
    let (outer, inner) = match look.fit {
        Some(Fit::Slim) => (60.0, 27.0),
        Some(Fit::Wide) => (96.0, 15.0),
        Some(Fit::Loose) => (80.0, 18.0),
        _ => (74.0, 22.0),
    };
    let hem = match look.length {
        Some(Length::Ankle) => 436.0,
        _ => 466.0,
    };
    Legs { waist: 52.0, hip: 70.0, outer, inner, crotch: 196.0, hem }
}

/// Both legs and the waistband.
fn trousers(c: &mut Canvas, l: &Legs, band: Band) {
    let top = 84.0;
    let knee = l.crotch + (l.hem - l.crotch) * 0.45;
    let inside =
        Half::new(0.0, top + 4.0).line(l.waist - 4.0, top + 4.0).line(l.waist - 4.0, top + 14.0).line(0.0, top + 20.0);
    c.piece(&inside.both(), Fill::Plain(shade(c.main, -0.3)), &[]);
    let half = Half::new(0.0, top + 14.0)
        .curve((20.0, top + 14.0), (40.0, top + 11.0), (l.waist, top + 8.0))
        .curve((l.waist + 12.0, 128.0), (l.hip, 160.0), (l.hip + 1.0, l.crotch))
        .curve((l.hip + 1.0, knee - 30.0), ((l.hip + l.outer) / 2.0, knee + 20.0), (l.outer, l.hem))
        .line(l.inner, l.hem + 3.0)
        .curve((l.inner - 4.0, knee + 20.0), (6.0, l.crotch + 60.0), (0.0, l.crotch));
    let mut folds = vec![
        Fold(0.0, l.crotch - 2.0, 36.0, l.crotch - 26.0, 5.0, 3.6),
        Fold(0.0, l.crotch - 2.0, -36.0, l.crotch - 26.0, -5.0, 3.6),
        Fold(2.0, l.crotch + 6.0, 42.0, l.crotch + 16.0, -5.0, 3.4),
        Fold(-2.0, l.crotch + 6.0, -42.0, l.crotch + 16.0, 5.0, 3.4),
    ];
    let middle = (l.outer + l.inner) / 2.0;
    if l.hem > 380.0 {
        for side in [-1.0, 1.0] {
            folds.push(Fold((middle - 16.0) * side, knee + 4.0, (middle + 16.0) * side, knee - 10.0, 5.0 * side, 3.4));
            folds.push(Fold(
                (middle - 12.0) * side,
                knee + 18.0,
                (middle + 18.0) * side,
                knee + 12.0,
                -4.0 * side,
                3.0,
            ));
            folds.push(Fold(middle * side, l.hem, (middle - 4.0) * side, l.hem - 60.0, 4.0 * side, 3.6));
        }
    }
    c.piece(&half.both(), Fill::Cloth(0.0), &folds);
    c.seam(&format!("M0 {:.1}L0 {:.1}", top + 14.0, l.crotch));
    waistband(c, l.waist, top, band);
}

/// How a waist is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Band {
    Belted,
    Plain,
    Elastic,
}

fn waistband(c: &mut Canvas, w: f32, top: f32, band: Band) {
    let path = format!(
        "M{:.1} {top:.1}Q0 {:.1} {:.1} {top:.1}L{w:.1} {:.1}Q0 {:.1} {:.1} {:.1}Z",
        -w + 1.5,
        top + 10.0,
        w - 1.5,
        top + 13.0,
        top + 24.0,
        -w,
        top + 13.0
    );
    c.piece(&path, Fill::Cloth(90.0), &[]);
    match band {
        Band::Elastic => {
            c.ribs([(-w + 2.0, top + 2.0), (w - 2.0, top + 2.0)], [(-w + 1.0, top + 15.0), (w - 1.0, top + 15.0)], 5.0);
            let cord = if lightness(c.main) > 0.8 { Rgb([0x8d, 0x8d, 0x90]) } else { Rgb([0xf1, 0xee, 0xe7]) };
            c.stroke(
                &format!(
                    "M-3 {:.1}Q-12 {:.1} -8 {:.1}M3 {:.1}Q13 {:.1} 9 {:.1}",
                    top + 12.0,
                    top + 30.0,
                    top + 52.0,
                    top + 12.0,
                    top + 28.0,
                    top + 48.0
                ),
                cord,
                2.4,
            );
        }
        Band::Belted => {
            for x in [-34.0, 34.0] {
                c.piece(
                    &format!(
                        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
                        x - 3.0,
                        top + 3.0,
                        x + 3.0,
                        top + 3.0,
                        x + 3.0,
                        top + 21.0,
                        x - 3.0,
                        top + 21.0
                    ),
                    Fill::Plain(c.main),
                    &[],
                );
            }
            c.button(0.0, top + 11.5, 3.2, COPPER);
        }
        Band::Plain => c.button(0.0, top + 11.5, 2.6, shade(c.main, if lightness(c.main) > 0.4 { -0.3 } else { 0.3 })),
    }
}

fn slant_pockets(c: &mut Canvas, thread: Option<Rgb>) {
    for side in [-1.0, 1.0] {
        let path = format!("M{:.1} 100Q{:.1} 128 {:.1} 136", 30.0 * side, 36.0 * side, 62.0 * side);
        c.seam(&path);
        let inner = format!("M{:.1} 101Q{:.1} 131 {:.1} 139", 27.5 * side, 34.0 * side, 62.0 * side);
        match thread {
            Some(colour) => c.stitch(&inner, colour),
            None => c.hem(&inner),
        }
    }
}

fn fly(c: &mut Canvas, crotch: f32, thread: Option<Rgb>) {
    let path = format!("M13 102L13 {:.1}Q12 {:.1} 0 {:.1}", crotch - 46.0, crotch - 30.0, crotch - 26.0);
    match thread {
        Some(colour) => c.stitch(&path, colour),
        None => c.hem(&path),
    }
}

fn leg_hems(c: &mut Canvas, l: &Legs, depth: f32, thread: Option<Rgb>) {
    for side in [-1.0, 1.0] {
        let y = l.hem - depth;
        let path = format!("M{:.1} {y:.1}L{:.1} {:.1}", (l.outer + 0.5) * side, (l.inner - 0.5) * side, y + 3.0);
        match thread {
            Some(colour) => c.stitch(&path, colour),
            None => c.hem(&path),
        }
    }
}

pub(super) fn jeans(c: &mut Canvas, look: &mut Look) {
    let l = legs_of(look);
    trousers(c, &l, Band::Belted);
    let middle = (l.outer + l.inner) / 2.0;
    // Where denim fades: thighs and knees.
    for side in [-1.0, 1.0] {
        let x = middle * 0.9 * side;
        c.flat(
            &format!(
                "M{:.1} 190Q{:.1} 250 {:.1} 340Q{:.1} 260 {:.1} 190Z",
                x - 12.0,
                x - 22.0,
                x + 2.0,
                x + 24.0,
                x + 12.0
            ),
            Rgb([255, 255, 255]),
            0.13,
        );
        c.stitch(
            &format!(
                "M{:.1} 140C{:.1} 220 {:.1} 300 {:.1} {:.1}",
                (l.hip - 3.0) * side,
                (l.hip - 1.0) * side,
                (l.outer - 1.0) * side,
                (l.outer - 4.0) * side,
                l.hem
            ),
            THREAD,
        );
    }
    slant_pockets(c, Some(THREAD));
    fly(c, l.crotch, Some(THREAD));
    if look.random.chance(0.3) {
        for side in [-1.0, 1.0] {
            c.piece(
                &format!(
                    "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
                    l.outer * side + side,
                    l.hem - 20.0,
                    (l.inner - 1.0) * side,
                    l.hem - 17.0,
                    (l.inner - 1.0) * side,
                    l.hem + 4.0,
                    l.outer * side + side,
                    l.hem + 1.0
                ),
                Fill::Plain(shade(c.main, 0.35)),
                &[],
            );
        }
    } else {
        leg_hems(c, &l, 8.0, Some(THREAD));
    }
}

pub(super) fn slacks(c: &mut Canvas, look: &mut Look) {
    let l = legs_of(look);
    trousers(c, &l, if look.random.chance(0.5) { Band::Belted } else { Band::Plain });
    let middle = (l.outer + l.inner) / 2.0;
    for side in [-1.0, 1.0] {
        c.seam(&format!(
            "M{:.1} 108C{:.1} 200 {:.1} 300 {:.1} {:.1}",
            36.0 * side,
            38.0 * side,
            middle * side,
            middle * side,
            l.hem
        ));
    }
    slant_pockets(c, None);
    fly(c, l.crotch, None);
    leg_hems(c, &l, 10.0, None);
}

pub(super) fn joggers(c: &mut Canvas, look: &mut Look) {
    let mut l = legs_of(look);
    (l.outer, l.inner, l.hem) = (66.0, 27.0, 438.0);
    trousers(c, &l, Band::Elastic);
    slant_pockets(c, None);
    for side in [-1.0, 1.0] {
        let (o, i) = ((l.outer - 5.0) * side, (l.inner + 4.0) * side);
        c.piece(
            &format!(
                "M{o:.1} {:.1}L{i:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
                l.hem - 1.0,
                l.hem + 1.0,
                i + side,
                l.hem + 24.0,
                o - side,
                l.hem + 22.0
            ),
            Fill::Plain(shade(c.main, -0.08)),
            &[],
        );
        c.ribs([(i, l.hem + 1.0), (o, l.hem - 1.0)], [(i + side, l.hem + 24.0), (o - side, l.hem + 22.0)], 3.4);
    }
    if look.random.chance(0.4) && !c.is_printed() {
        for side in [-1.0, 1.0] {
            let line = format!(
                "M{:.1} 140C{:.1} 230 {:.1} 320 {:.1} {:.1}",
                (l.hip - 4.0) * side,
                (l.hip - 1.0) * side,
                (l.hip - 4.0) * side,
                (l.outer - 4.0) * side,
                l.hem - 2.0
            );
            let second = c.second;
            c.stroke(&line, second, 5.0);
        }
    }
}

pub(super) fn cargo(c: &mut Canvas, look: &mut Look) {
    let l = legs_of(look);
    trousers(c, &l, Band::Belted);
    slant_pockets(c, None);
    fly(c, l.crotch, None);
    leg_hems(c, &l, 9.0, None);
    for side in [-1.0, 1.0] {
        let p = |x: f32, y: f32| format!("{:.1} {y:.1}", x * side);
        let o = l.hip + (l.outer - l.hip) * 0.3;
        c.piece(
            &format!("M{}L{}L{}L{}Z", p(o - 34.0, 256.0), p(o + 9.0, 256.0), p(o + 11.0, 312.0), p(o - 33.0, 314.0)),
            Fill::Cloth(0.0),
            &[],
        );
        c.piece(
            &format!("M{}L{}L{}L{}Z", p(o - 36.0, 250.0), p(o + 10.0, 250.0), p(o + 11.0, 266.0), p(o - 35.0, 268.0)),
            Fill::Cloth(0.0),
            &[],
        );
        c.button((o - 12.0) * side, 261.0, 2.4, shade(c.main, if lightness(c.main) > 0.4 { -0.35 } else { 0.3 }));
    }
}

pub(super) fn leggings(c: &mut Canvas, look: &mut Look) {
    let mut l = legs_of(look);
    (l.waist, l.hip, l.outer, l.inner) = (44.0, 58.0, 41.0, 21.0);
    trousers(c, &l, Band::Plain);
    c.piece("M-42 84Q0 92 42 84L49 116Q0 130 -49 116Z", Fill::Cloth(0.0), &[]);
    leg_hems(c, &l, 7.0, None);
}

pub(super) fn shorts(c: &mut Canvas, look: &mut Look) {
    let mut l = legs_of(look);
    l.hem = if look.length == Some(Length::Half) { 306.0 } else { 254.0 };
    (l.outer, l.inner) = if look.fit == Some(Fit::Wide) { (100.0, 10.0) } else { (84.0, 12.0) };
    l.hip = 74.0;
    l.crotch = 184.0;
    let elastic = look.random.chance(0.5);
    trousers(c, &l, if elastic { Band::Elastic } else { Band::Belted });
    slant_pockets(c, None);
    if !elastic {
        fly(c, l.crotch, None);
    }
    leg_hems(c, &l, 9.0, None);
}

fn skirt_hem(length: Option<Length>) -> f32 {
    match length {
        Some(Length::Mini) => 248.0,
        Some(Length::Knee) => 318.0,
        Some(Length::Maxi | Length::Long) => 452.0,
        _ => 388.0,
    }
}

/// A skirt of a waist, a hem and folds.
fn skirt_body(c: &mut Canvas, flare: f32, hem: f32, dip: f32, folds: &[Fold]) {
    let w = 50.0;
    let half = Half::new(0.0, 98.0)
        .curve((20.0, 98.0), (40.0, 95.0), (w, 92.0))
        .curve((w + 18.0, 128.0), (flare - (flare - w) * 0.3, hem - (hem - 92.0) * 0.45), (flare, hem))
        .curve((flare * 0.6, hem + dip), (flare * 0.3, hem + dip * 1.1), (0.0, hem + dip * 1.1));
    c.piece(&half.both(), Fill::Cloth(0.0), folds);
}

pub(super) fn skirt(c: &mut Canvas, look: &mut Look) {
    let hem = skirt_hem(look.length);
    let kind = look.random.below(3);
    let (flare, count) = match kind {
        0 => (76.0, 2),
        1 => (104.0 + (hem - 248.0) * 0.14, 6),
        _ => (128.0 + (hem - 248.0) * 0.16, 9),
    };
    let folds: Vec<Fold> = (0..count)
        .map(|i| -0.8 + 1.6 * i as f32 / (count - 1) as f32)
        .map(|t: f32| Fold(t * flare, hem + 10.0, t * 44.0, 108.0 + 40.0 * look.random.fraction(), t * 12.0, 5.5))
        .collect();
    let dip = if kind == 0 { 4.0 } else { 14.0 };
    skirt_body(c, flare, hem, dip, &folds);
    waistband(c, 50.0, 82.0, if kind == 2 { Band::Plain } else { Band::Belted });
    match kind {
        0 => {
            for side in [-1.0, 1.0] {
                c.seam(&format!("M{:.1} 98L{:.1} 140", 26.0 * side, 28.0 * side));
            }
            c.seam(&format!("M0 98L0 {:.1}", hem + 3.0));
        }
        1 if look.random.chance(0.5) => {
            for i in 0..5 {
                c.button(0.0, 124.0 + (hem - 150.0) * i as f32 / 4.0, 3.2, Rgb([0xee, 0xea, 0xe0]));
            }
            c.seam(&format!("M-9 100L-9 {:.1}M9 100L9 {:.1}", hem + 12.0, hem + 12.0));
        }
        2 => {
            for t in [0.42, 0.72] {
                let y = 98.0 + (hem - 98.0) * t;
                let w = 50.0 + (flare - 50.0) * (t + 0.12);
                c.seam(&format!("M{:.1} {y:.1}Q0 {:.1} {w:.1} {y:.1}", -w, y + 24.0));
            }
        }
        _ => {}
    }
    c.hem(&format!(
        "M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}",
        -flare + 2.0,
        hem - 7.0,
        hem - 7.0 + dip * 1.9,
        flare - 2.0,
        hem - 7.0
    ));
}

pub(super) fn pleated(c: &mut Canvas, look: &mut Look) {
    let hem = skirt_hem(look.length);
    let flare = 112.0 + (hem - 248.0) * 0.12;
    skirt_body(c, flare, hem, 14.0, &[]);
    let count = 15;
    for i in 0..count {
        let t = -1.0 + 2.0 * (i as f32 + 0.5) / count as f32;
        let next = -1.0 + 2.0 * (i as f32 + 0.95) / count as f32;
        let bottom = |t: f32| hem + 14.0 * (1.0 - t * t);
        c.flat(
            &format!(
                "M{:.1} 96L{:.1} {:.1}L{:.1} {:.1}L{:.1} 96Z",
                t * 48.0,
                t * flare,
                bottom(t),
                next * flare,
                bottom(next),
                t * 48.0
            ),
            Rgb([0, 0, 0]),
            if lightness(c.main) > 0.4 { 0.12 } else { 0.3 },
        );
        c.seam(&format!("M{:.1} 96L{:.1} {:.1}", t * 48.0, t * flare, bottom(t)));
    }
    waistband(c, 50.0, 82.0, Band::Plain);
}
