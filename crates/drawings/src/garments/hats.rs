//! Hats.

use super::Look;
use crate::canvas::{Canvas, Fill, Fold, shade};

pub(super) fn cap(c: &mut Canvas, look: &mut Look) {
    let brim = if look.random.chance(0.35) && !c.is_printed() { Fill::Plain(c.second) } else { Fill::Cloth(8.0) };
    c.piece(
        "M-104 64C-110 -36 -60 -92 0 -94C62 -92 106 -38 102 54Q0 26 -104 64Z",
        Fill::Cloth(0.0),
        &[Fold(-80.0, 40.0, -52.0, -50.0, -10.0, 5.0), Fold(84.0, 36.0, 64.0, -40.0, 10.0, 5.0)],
    );
    c.seam("M0 -94C-14 -40 -12 0 -8 38");
    c.seam("M0 -94C-56 -60 -70 -6 -70 50");
    c.seam("M0 -94C48 -60 66 -10 62 36");
    c.hem("M0 -94C-10 -40 -8 0 -4 38");
    for (x, y) in [(-42.0, -30.0), (28.0, -34.0)] {
        c.button(x, y, 2.6, shade(c.main, -0.25));
    }
    c.graphic(-2.0, -18.0, 26.0);
    c.piece(
        "M-104 62C-60 30 56 22 102 52C138 66 150 84 146 98C120 78 40 72 -20 84C-60 90 -96 92 -108 78Z",
        brim,
        &[Fold(-60.0, 76.0, 110.0, 74.0, -10.0, 4.0)],
    );
    for d in [6.0, 12.0, 18.0] {
        c.hem(&format!(
            "M{:.1} {:.1}C-50 {:.1} 50 {:.1} {:.1} {:.1}",
            -98.0 + d,
            66.0 + d * 0.7,
            40.0 + d,
            32.0 + d,
            112.0 + d * 1.2,
            62.0 + d
        ));
    }
    c.piece("M-9 -95Q0 -104 9 -95Q0 -88 -9 -95Z", Fill::Plain(shade(c.main, -0.12)), &[]);
}

pub(super) fn bucket(c: &mut Canvas, look: &mut Look) {
    let wide = look.random.between(118.0, 136.0);
    c.piece(
        &format!(
            "M-76 8C{:.1} 40 {:.1} 70 {:.1} 84C-60 112 60 112 {wide:.1} 84C{:.1} 70 {:.1} 40 76 8Q0 34 -76 8Z",
            -wide * 0.75,
            -wide * 0.95,
            -wide,
            wide * 0.95,
            wide * 0.75
        ),
        Fill::Cloth(0.0),
        &[
            Fold(-100.0, 86.0, -66.0, 26.0, -6.0, 5.0),
            Fold(90.0, 90.0, 64.0, 26.0, 6.0, 5.0),
            Fold(10.0, 106.0, 4.0, 34.0, 4.0, 5.0),
        ],
    );
    c.piece(
        "M-76 10C-74 -30 -68 -66 -62 -78Q0 -96 62 -78C68 -66 74 -30 76 10Q0 36 -76 10Z",
        Fill::Cloth(0.0),
        &[Fold(-66.0, 10.0, -54.0, -60.0, -6.0, 5.0), Fold(40.0, 20.0, 44.0, -56.0, 5.0, 5.0)],
    );
    c.seam("M-62 -76Q0 -58 62 -76");
    c.hem("M-76 2Q0 28 76 2");
    for d in [10.0, 20.0, 30.0] {
        let w = wide - d * 0.6;
        c.hem(&format!("M{:.1} {:.1}C-60 {:.1} 60 {:.1} {w:.1} {:.1}", -w, 82.0 - d, 110.0 - d, 110.0 - d, 82.0 - d));
    }
}

pub(super) fn beanie(c: &mut Canvas, look: &mut Look) {
    if look.random.chance(0.4) {
        let fluff = shade(c.second, 0.1);
        c.piece(
            "M-30 -112C-42 -140 -18 -160 0 -158C20 -160 42 -140 30 -112C34 -96 -34 -96 -30 -112Z",
            Fill::Plain(fluff),
            &[Fold(-18.0, -112.0, -6.0, -146.0, 4.0, 4.0), Fold(16.0, -110.0, 10.0, -146.0, -4.0, 4.0)],
        );
    }
    c.piece(
        "M-92 56C-98 -40 -58 -108 0 -108C58 -108 98 -40 92 56Z",
        Fill::Cloth(0.0),
        &[Fold(-60.0, 20.0, -34.0, -80.0, -10.0, 5.0), Fold(58.0, 20.0, 36.0, -80.0, 10.0, 5.0)],
    );
    for i in -4..=4 {
        let x = 20.0 * i as f32;
        c.seam(&format!("M{x:.1} 40C{x:.1} -20 {:.1} -80 {:.1} -104", x * 0.8, x * 0.2));
    }
    c.piece("M-98 34Q0 12 98 34L100 86Q0 66 -100 86Z", Fill::Plain(shade(c.main, -0.06)), &[]);
    c.ribs([(-96.0, 32.0), (96.0, 32.0)], [(-98.0, 84.0), (98.0, 84.0)], 7.0);
    if look.random.chance(0.5) {
        c.piece("M26 40L58 43L58 66L26 63Z", Fill::Plain(c.second), &[]);
    }
}
