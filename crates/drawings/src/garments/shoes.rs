//! Shoes, a pair each: the far one behind, the near one before it.

use super::Look;
use crate::canvas::{Canvas, Fill, Fold, lightness, shade};
use vestry_model::Rgb;

/// Moves every point of an absolute path.
fn moved(path: &str, dx: f32, dy: f32, scale: f32) -> String {
    let mut out = String::with_capacity(path.len() + 16);
    let mut number = String::new();
    let mut is_x = true;
    for c in path.chars().chain(std::iter::once('Z')) {
        if c.is_ascii_digit() || c == '.' || c == '-' {
            number.push(c);
            continue;
        }
        if let Ok(value) = number.parse::<f32>() {
            out += &format!("{:.1}", value * scale + if is_x { dx } else { dy });
            is_x = !is_x;
        }
        number.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// Draws `shoe` twice, the far one smaller.
fn pair(c: &mut Canvas, gap: f32, shoe: impl Fn(&mut Canvas, &dyn Fn(&str) -> String)) {
    shoe(c, &|path| moved(path, -26.0, -gap, 0.94));
    shoe(c, &|path| moved(path, 22.0, gap * 0.45, 1.0));
}

pub(super) fn sneakers(c: &mut Canvas, look: &mut Look) {
    let high = look.random.chance(0.35);
    let stripe = look.random.below(3);
    let rubber = if look.random.chance(0.8) { Rgb([0xf6, 0xf4, 0xee]) } else { Rgb([0xc9, 0x9a, 0x63]) };
    let second = c.second;
    pair(c, if high { 116.0 } else { 92.0 }, |c, at| {
        let inner = shade(c.main, -0.35);
        if high {
            c.piece(&at("M-112 -92Q-76 -108 -42 -92L-30 -60L-116 -50Z"), Fill::Plain(inner), &[]);
            c.piece(
                &at("M-118 52C-124 0 -112 -50 -114 -92Q-78 -80 -44 -94L-8 -28C20 -6 70 0 104 14C124 22 130 40 128 56Z"),
                Fill::Cloth(0.0),
                &[Fold(-60.0, 40.0, -20.0, -10.0, 6.0, 4.0)],
            );
        } else {
            c.piece(&at("M-108 -48Q-70 -62 -34 -52L-20 -20L-112 -10Z"), Fill::Plain(inner), &[]);
            c.piece(&at("M-118 52C-124 20 -118 -20 -110 -50C-98 -30 -70 -22 -46 -34L-34 -54C-14 -26 24 -4 70 4C112 12 130 34 128 56Z"), Fill::Cloth(0.0), &[Fold(-60.0, 40.0, -10.0, 0.0, 6.0, 4.0)]);
        }
        c.piece(
            &at("M58 6C98 6 130 30 128 56L62 56C56 40 52 22 58 6Z"),
            Fill::Plain(shade(c.main, if lightness(c.main) > 0.6 { -0.08 } else { 0.1 })),
            &[],
        );
        if stripe == 0 {
            c.piece(&at("M-52 52L-18 -16L0 -6L-28 52Z"), Fill::Plain(second), &[]);
        } else if stripe == 1 {
            c.piece(&at("M-96 34C-40 36 0 20 26 -2L34 6C4 40 -50 52 -96 46Z"), Fill::Plain(second), &[]);
        }
        c.piece(
            &at("M-118 -20C-108 -20 -98 -8 -96 8L-100 54L-119 54Z"),
            Fill::Plain(if stripe < 2 { second } else { shade(c.main, -0.15) }),
            &[],
        );
        c.piece(&at("M-126 50L132 50C136 62 132 76 124 76L-118 76C-126 74 -130 62 -126 50Z"), Fill::Plain(rubber), &[]);
        c.seam(&at("M-124 64L131 64"));
        let laces = if lightness(c.main) > 0.8 { shade(rubber, -0.15) } else { Rgb([0xfa, 0xf8, 0xf3]) };
        for i in 0..4 {
            let (x, y) = (-30.0 + 22.0 * i as f32, -38.0 + 12.0 * i as f32 - if high { 6.0 } else { 0.0 });
            c.stroke(
                &at(&format!("M{:.1} {:.1}L{:.1} {:.1}", x - 10.0, y + 14.0, x + 14.0, y - 2.0)),
                shade(laces, -0.25),
                6.0,
            );
            c.stroke(&at(&format!("M{:.1} {:.1}L{:.1} {:.1}", x - 10.0, y + 14.0, x + 14.0, y - 2.0)), laces, 4.4);
        }
    });
}

pub(super) fn boots(c: &mut Canvas, look: &mut Look) {
    let chelsea = look.random.chance(0.5);
    let second = shade(c.main, if lightness(c.main) > 0.4 { -0.4 } else { 0.18 });
    pair(c, 150.0, |c, at| {
        c.piece(&at("M-96 -122Q-56 -134 -14 -122L-20 -100L-92 -100Z"), Fill::Plain(shade(c.main, -0.45)), &[]);
        c.piece(&at("M-104 52C-110 10 -96 -40 -98 -122Q-56 -110 -12 -122C-16 -80 -18 -50 -4 -26C26 -8 76 2 104 18C122 28 126 42 124 56L-104 56Z"), Fill::Cloth(0.0), &[Fold(-70.0, -10.0, -10.0, -30.0, 6.0, 5.0), Fold(-76.0, 8.0, 4.0, -12.0, 6.0, 4.0), Fold(30.0, 40.0, 90.0, 24.0, -5.0, 4.0)]);
        if chelsea {
            c.piece(
                &at("M-66 -114L-30 -114C-32 -70 -36 -50 -46 -18C-60 -44 -68 -70 -66 -114Z"),
                Fill::Plain(second),
                &[],
            );
            c.piece(&at("M-104 -128L-94 -128L-92 -104L-102 -104Z"), Fill::Plain(second), &[]);
        } else {
            for i in 0..6 {
                let y = -104.0 + 15.0 * i as f32;
                c.stroke(&at(&format!("M-38 {:.1}L-8 {y:.1}", y + 5.0)), shade(second, 0.25), 3.6);
            }
            c.seam(&at("M-40 -116C-42 -70 -42 -40 -30 -16"));
            c.seam(&at("M40 0C34 20 36 40 40 54"));
        }
        c.piece(
            &at("M-108 54L128 54C132 62 130 70 126 70L-40 70L-44 88L-104 88Z"),
            Fill::Plain(Rgb([0x2b, 0x24, 0x20])),
            &[],
        );
    });
}

pub(super) fn loafers(c: &mut Canvas, look: &mut Look) {
    let kind = look.random.below(3);
    pair(c, 84.0, |c, at| {
        c.piece(&at("M-112 -26Q-60 -40 4 -26L0 2L-108 4Z"), Fill::Plain(shade(c.main, -0.45)), &[]);
        c.piece(&at("M-120 44C-124 14 -120 -10 -112 -28C-92 -10 -50 -6 -10 -14L6 -30C36 -24 92 -2 118 22C128 34 128 42 126 48L-120 48Z"), Fill::Cloth(0.0), &[Fold(-80.0, 36.0, 0.0, 20.0, 5.0, 4.0)]);
        c.seam(&at("M8 -26C40 -22 84 -4 106 20C84 26 44 18 18 4"));
        c.hem(&at("M4 -20C40 -14 80 2 98 20"));
        let strap = shade(c.main, if lightness(c.main) > 0.4 { -0.14 } else { 0.14 });
        c.piece(&at("M-4 -26L24 -24C30 -6 32 20 30 40L2 42C4 16 2 -6 -4 -26Z"), Fill::Plain(strap), &[]);
        match kind {
            0 => c.flat(&at("M6 -2L22 -2L22 8L6 8Z"), shade(c.main, -0.5), 0.9),
            1 => {
                c.stroke(&at("M4 2L26 4"), Rgb([0xc9, 0xa3, 0x55]), 4.0);
                c.stroke(&at("M8 -3L8 8M22 -2L22 9"), Rgb([0xc9, 0xa3, 0x55]), 3.0);
            }
            _ => {
                for dx in [0.0, 8.0] {
                    c.piece(
                        &at(&format!("M{:.1} 2L{:.1} 4L{:.1} 26L{:.1} 24Z", 8.0 + dx, 14.0 + dx, 16.0 + dx, 8.0 + dx)),
                        Fill::Plain(strap),
                        &[],
                    );
                }
            }
        }
        c.piece(
            &at("M-124 46L128 46C132 54 130 60 126 60L-56 60L-58 74L-122 74Z"),
            Fill::Plain(Rgb([0x33, 0x2a, 0x24])),
            &[],
        );
    });
}

pub(super) fn pumps(c: &mut Canvas, look: &mut Look) {
    let heel = look.random.between(46.0, 76.0);
    pair(c, 104.0, move |c, at| {
        let h = heel;
        c.piece(
            &at(&format!(
                "M-104 {:.1}C-90 {:.1} -40 {:.1} 20 4L8 26L-96 {:.1}Z",
                -h - 22.0,
                -h + 6.0,
                -20.0,
                -h + 26.0
            )),
            Fill::Plain(Rgb([0xd9, 0xbf, 0x9d])),
            &[],
        );
        c.piece(&at(&format!("M-110 {:.1}C-106 {:.1} -104 {:.1} -104 {:.1}C-92 {:.1} -40 {:.1} 16 8C52 10 96 20 124 46C130 54 128 58 124 60L30 60C0 58 -40 {:.1} -76 {:.1}C-98 {:.1} -114 {:.1} -110 {:.1}Z", -h + 10.0, -h - 10.0, -h - 20.0, -h - 24.0, -h + 20.0, -6.0, 20.0 - h * 0.3, 20.0 - h * 0.5, 22.0 - h * 0.6, 20.0 - h * 0.5, -h + 10.0)), Fill::Cloth(0.0), &[Fold(-60.0, -h * 0.4, 20.0, 30.0, 6.0, 4.0)]);
        c.piece(
            &at(&format!(
                "M-108 {:.1}C-112 10 -102 40 -100 62L-88 62C-88 30 -84 {:.1} -70 {:.1}Z",
                6.0 - h * 0.4,
                26.0 - h * 0.3,
                20.0 - h * 0.45
            )),
            Fill::Plain(shade(c.main, -0.12)),
            &[],
        );
        c.stroke(
            &at(&format!("M124 61L30 61C0 59 -40 {:.1} -72 {:.1}", 22.0 - h * 0.3, 22.0 - h * 0.48)),
            Rgb([0x2b, 0x22, 0x1e]),
            3.2,
        );
    });
}
