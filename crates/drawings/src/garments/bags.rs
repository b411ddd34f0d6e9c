//! Bags.

use super::Look;
use crate::canvas::{Canvas, Fill, Fold, lightness, shade};
use vestry_model::Rgb;

const BRASS: Rgb = Rgb([0xc9, 0xa3, 0x55]);

fn handle(c: &mut Canvas, path: &str, colour: Rgb, width: f32) {
    let ink = shade(colour, -0.45);
    c.stroke(path, ink, width + 2.4);
    c.stroke(path, colour, width);
    c.hem(path);
}

pub(super) fn tote(c: &mut Canvas, look: &mut Look) {
    let strap = if look.random.chance(0.5) { shade(c.main, -0.12) } else { Rgb([0x8a, 0x5f, 0x3e]) };
    let wide = look.random.between(96.0, 122.0);
    handle(c, "M-46 -62C-46 -170 46 -170 46 -62", shade(strap, -0.2), 9.0);
    c.piece(
        &format!(
            "M{:.1} -66Q0 -76 {:.1} -66L{:.1} -50L{:.1} -50Z",
            -wide * 0.95,
            wide * 0.95,
            wide * 0.95,
            -wide * 0.95
        ),
        Fill::Plain(shade(c.main, -0.35)),
        &[],
    );
    c.piece(
        &format!(
            "M{:.1} -62Q0 -50 {:.1} -62L{wide:.1} 108Q{wide:.1} 122 {:.1} 122L{:.1} 122Q{:.1} 122 {:.1} 108Z",
            -wide * 0.95,
            wide * 0.95,
            wide - 14.0,
            -wide + 14.0,
            -wide,
            -wide
        ),
        Fill::Cloth(0.0),
        &[
            Fold(-wide * 0.8, 110.0, -wide * 0.6, -30.0, -6.0, 5.0),
            Fold(wide * 0.5, 114.0, wide * 0.62, -10.0, 6.0, 5.0),
            Fold(-20.0, 118.0, -30.0, 40.0, 5.0, 4.0),
        ],
    );
    c.hem(&format!("M{:.1} -50Q0 -38 {:.1} -50", -wide * 0.95, wide * 0.95));
    handle(c, "M-46 -46C-46 -142 46 -142 46 -46", strap, 9.0);
    for x in [-46.0, 46.0] {
        c.piece(
            &format!("M{:.1} -50L{:.1} -50L{:.1} -22L{:.1} -22Z", x - 7.0, x + 7.0, x + 7.0, x - 7.0),
            Fill::Plain(strap),
            &[],
        );
        c.seam(&format!("M{:.1} -48L{:.1} -24M{:.1} -48L{:.1} -24", x - 5.0, x + 5.0, x + 5.0, x - 5.0));
    }
    c.graphic(0.0, 40.0, 46.0);
}

pub(super) fn crossbody(c: &mut Canvas, look: &mut Look) {
    let strap = shade(c.main, if lightness(c.main) > 0.4 { -0.12 } else { 0.08 });
    let chain = look.random.chance(0.4);
    let path = "M-92 -40C-120 -190 120 -190 92 -40";
    if chain {
        c.stroke(path, shade(BRASS, -0.35), 6.4);
        c.stroke(path, BRASS, 4.4);
    } else {
        handle(c, path, strap, 7.0);
    }
    let round = look.random.between(14.0, 40.0);
    let body = format!(
        "M-96 -44L96 -44L104 {:.1}Q104 78 {:.1} 78L{:.1} 78Q-104 78 -104 {:.1}Z",
        78.0 - round,
        104.0 - round,
        -104.0 + round,
        78.0 - round
    );
    c.piece(&body, Fill::Cloth(0.0), &[Fold(-90.0, 70.0, -84.0, -20.0, -4.0, 5.0)]);
    let deep = look.random.between(14.0, 40.0);
    c.piece(
        &format!(
            "M-100 -50Q0 -58 100 -50L98 {:.1}Q{:.1} {deep:.1} 0 {deep:.1}Q{:.1} {deep:.1} -98 {:.1}Z",
            deep - 26.0,
            86.0,
            -86.0,
            deep - 26.0
        ),
        Fill::Cloth(0.0),
        &[Fold(-60.0, -30.0, 60.0, -34.0, -5.0, 4.0)],
    );
    c.hem(&format!(
        "M-94 -44L-92 {:.1}Q-80 {:.1} 0 {:.1}Q80 {:.1} 92 {:.1}L94 -44",
        deep - 30.0,
        deep - 6.0,
        deep - 6.0,
        deep - 6.0,
        deep - 30.0
    ));
    c.piece(
        &format!("M-11 {:.1}L11 {:.1}L11 {:.1}L-11 {:.1}Z", deep - 12.0, deep - 12.0, deep + 8.0, deep + 8.0),
        Fill::Plain(BRASS),
        &[],
    );
    for x in [-92.0, 92.0] {
        c.stroke(&format!("M{:.1} -44L{:.1} -34L{:.1} -34Z", x, x - 6.0, x + 6.0), BRASS, 3.0);
    }
}

pub(super) fn backpack(c: &mut Canvas, look: &mut Look) {
    let strap = shade(c.main, if lightness(c.main) > 0.4 { -0.22 } else { 0.1 });
    handle(c, "M-22 -112C-22 -142 22 -142 22 -112", strap, 8.0);
    for side in [-1.0, 1.0] {
        handle(
            c,
            &format!("M{:.1} -70C{:.1} -20 {:.1} 50 {:.1} 104", 84.0 * side, 116.0 * side, 116.0 * side, 84.0 * side),
            strap,
            13.0,
        );
    }
    c.piece("M-88 110C-94 20 -92 -50 -78 -86C-64 -120 64 -120 78 -86C92 -50 94 20 88 110Q86 124 70 124L-70 124Q-86 124 -88 110Z", Fill::Cloth(0.0), &[Fold(-76.0, 60.0, -66.0, -60.0, -5.0, 5.0), Fold(70.0, 40.0, 64.0, -60.0, 5.0, 5.0)]);
    c.seam("M-80 -60C-60 -92 60 -92 80 -60");
    c.stroke("M-80 -56C-60 -88 60 -88 80 -56", shade(c.main, -0.45), 3.0);
    let kind = look.random.below(2);
    c.piece(
        "M-62 112C-66 70 -64 40 -58 24Q0 14 58 24C64 40 66 70 62 112Q60 118 52 118L-52 118Q-60 118 -62 112Z",
        if kind == 0 {
            Fill::Cloth(0.0)
        } else {
            Fill::Plain(shade(c.main, if lightness(c.main) > 0.4 { -0.14 } else { 0.12 }))
        },
        &[Fold(-40.0, 110.0, -44.0, 50.0, 4.0, 4.0)],
    );
    c.stroke("M-50 40Q0 30 50 40", shade(c.main, -0.45), 3.0);
    c.stroke("M46 40L50 54", BRASS, 3.4);
    c.piece("M-20 -34L20 -34L20 -12L-20 -12Z", Fill::Plain(c.second), &[]);
    for side in [-1.0, 1.0] {
        c.piece(
            &format!("M{:.1} 34L{:.1} 40L{:.1} 108L{:.1} 112Z", 88.0 * side, 100.0 * side, 98.0 * side, 87.0 * side),
            Fill::Cloth(0.0),
            &[],
        );
    }
}
