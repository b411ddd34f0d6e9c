//! Shirts, knits and dresses.

use super::{
    Fit, Length, Look, Neck, Sleeve,
    parts::{
        Cut, End, NECK_Y, back, body_folds, collar, hem_band, hood, hood_front, neck_edge, pocket, sleeve_of, sleeves,
        trim,
    },
};
use crate::canvas::{Canvas, Fill, Fold, Half, lightness, shade};
use vestry_model::Rgb;

const PEARL: Rgb = Rgb([0xee, 0xea, 0xe0]);

/// Sleeves, body and neck edge of `cut`.
fn upper(c: &mut Canvas, look: &mut Look, cut: &Cut, end: End, band: f32) {
    back(c, cut, look.neck);
    sleeves(c, cut, sleeve_of(look), end);
    let folds = body_folds(cut, &mut look.random);
    c.piece(&cut.body(look.neck).both(), Fill::Cloth(0.0), &folds);
    neck_edge(c, cut, look.neck, band);
}

fn stitched_hem(c: &mut Canvas, cut: &Cut) {
    let (h, y, dip) = (cut.hem, cut.hem_y, cut.hem_dip);
    c.hem(&format!("M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}", -h + 1.0, y - 7.0, y - 7.0 + dip * 1.9, h - 1.0, y - 7.0));
}

pub(super) fn tee(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    if look.random.chance(0.15) {
        cut.hem_y -= 40.0;
    }
    let band = if look.neck == Some(Neck::Boat) { 3.0 } else { 6.5 };
    upper(c, look, &cut, End::Hem, band);
    stitched_hem(c, &cut);
    if look.neck == Some(Neck::Round) && look.random.chance(0.2) {
        pocket(c, 32.0, 158.0, 17.0, 34.0);
    }
    c.graphic(0.0, 202.0, 42.0);
}

pub(super) fn polo(c: &mut Canvas, look: &mut Look) {
    let cut = Cut::of(look.fit).with_neck(look.neck);
    back(c, &cut, look.neck);
    sleeves(c, &cut, sleeve_of(look), End::Hem);
    let folds = body_folds(&cut, &mut look.random);
    c.piece(&cut.body(look.neck).both(), Fill::Cloth(0.0), &folds);
    stitched_hem(c, &cut);
    let top = NECK_Y + 24.0;
    let placket = format!("M-8 {top:.1}L8 {top:.1}L8 {:.1}L-8 {:.1}Z", top + 62.0, top + 62.0);
    c.piece(&placket, Fill::Cloth(0.0), &[]);
    c.buttons(0.0, top + 16.0, top + 48.0, 3, PEARL);
    let fill = Fill::Plain(trim(c));
    collar(c, &cut, 24.0, fill);
}

fn placket(c: &mut Canvas, from: f32, to: f32, count: usize) {
    c.seam(&format!("M-8 {from:.1}L-8 {to:.1}"));
    c.seam(&format!("M8 {from:.1}L8 {to:.1}"));
    let colour = if lightness(c.main) > 0.35 { PEARL } else { shade(c.main, 0.3) };
    c.buttons(0.0, from + 12.0, to - 22.0, count, colour);
}

pub(super) fn shirt(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    cut.hem_dip = if look.random.chance(0.5) { 20.0 } else { 8.0 };
    back(c, &cut, look.neck);
    let end = if sleeve_of(look) == Sleeve::Long { End::Cuff } else { End::Hem };
    sleeves(c, &cut, sleeve_of(look), end);
    let folds = body_folds(&cut, &mut look.random);
    c.piece(&cut.body(look.neck).both(), Fill::Cloth(0.0), &folds);
    placket(c, NECK_Y + 24.0, cut.hem_y + cut.hem_dip, 7);
    if look.random.chance(0.6) {
        pocket(c, 36.0, 160.0, 17.0, 36.0);
    }
    collar(c, &cut, 28.0, Fill::Cloth(8.0));
}

pub(super) fn blouse(c: &mut Canvas, look: &mut Look) {
    if look.neck == Some(Neck::OffShoulder) {
        return off_shoulder(c, look, 330.0, 82.0);
    }
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    cut.hem += 10.0;
    cut.hem_y -= 20.0;
    let end = match sleeve_of(look) {
        Sleeve::Long => *look.random.pick(&[End::Puff, End::Cuff, End::Bell]),
        _ => *look.random.pick(&[End::Puff, End::Bell]),
    };
    upper(c, look, &cut, end, 2.4);
    match (look.neck, look.random.below(2)) {
        (Some(Neck::Vee), 0) => bow(c, NECK_Y + 64.0),
        (Some(Neck::Round), 0) => {
            for side in [-1.0, 1.0] {
                for i in 0..3 {
                    let x = (10.0 + 9.0 * i as f32) * side;
                    c.seam(&format!("M{x:.1} {:.1}L{x:.1} {:.1}", NECK_Y + 24.0 - i as f32 * 3.0, NECK_Y + 96.0));
                }
            }
            c.buttons(0.0, NECK_Y + 34.0, NECK_Y + 92.0, 4, PEARL);
        }
        _ => c.buttons(0.0, NECK_Y + cut.neck_depth + 16.0, cut.hem_y - 20.0, 6, PEARL),
    }
}

fn bow(c: &mut Canvas, y: f32) {
    for side in [-1.0, 1.0] {
        let p = |x: f32, dy: f32| format!("{:.1} {:.1}", x * side, y + dy);
        c.piece(
            &format!("M{}Q{} {}L{}Z", p(0.0, 0.0), p(14.0, 40.0), p(12.0, 74.0), p(22.0, 70.0)),
            Fill::Cloth(0.0),
            &[],
        );
        c.piece(
            &format!("M{}C{} {} {}Z", p(0.0, 0.0), p(30.0, -24.0), p(44.0, 18.0), p(0.0, 6.0)),
            Fill::Cloth(30.0 * side),
            &[],
        );
    }
    c.piece(&format!("M-5 {:.1}L5 {:.1}L5 {:.1}L-5 {:.1}Z", y - 4.0, y - 4.0, y + 8.0, y + 8.0), Fill::Cloth(0.0), &[]);
}

/// A ruffled band across bare shoulders, and a body below it.
fn off_shoulder(c: &mut Canvas, look: &mut Look, hem_y: f32, hem: f32) {
    let body = Half::new(0.0, 128.0)
        .line(66.0, 124.0)
        .curve((66.0, 170.0), (58.0, 200.0), (58.0, 224.0))
        .curve((60.0, 260.0), (hem - 4.0, hem_y - 60.0), (hem, hem_y))
        .curve((hem * 0.6, hem_y + 7.0), (hem * 0.3, hem_y + 7.0), (0.0, hem_y + 7.0));
    let cut = Cut { hem, hem_y, armpit: 66.0, armpit_y: 150.0, ..Cut::of(look.fit) };
    let folds = body_folds(&cut, &mut look.random);
    c.piece(&body.both(), Fill::Cloth(0.0), &folds);
    c.seam("M-58 224.0Q0 234 58 224");
    let mut edge = String::from("M-112 124Q0 92 112 124");
    let waves = 9;
    let mut x = 124.0_f32;
    edge += "L124 172";
    for i in 0..waves {
        let next = 124.0 - 248.0 * (i + 1) as f32 / waves as f32;
        let sag = 26.0 * (1.0 - (next / 124.0).powi(2));
        edge += &format!("Q{:.1} {:.1} {next:.1} {:.1}", (x + next) / 2.0, 190.0 + sag, 170.0 + sag * 0.6);
        x = next;
    }
    edge += "Z";
    let folds: Vec<Fold> =
        (0..7).map(|i| -90.0 + 30.0 * i as f32).map(|x| Fold(x * 0.94, 112.0, x, 186.0, 3.0, 3.0)).collect();
    c.piece(&edge, Fill::Cloth(0.0), &folds);
    c.hem("M-111 131Q0 99 111 131");
}

pub(super) fn sweatshirt(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    cut.hem_y -= 22.0;
    upper(c, look, &cut, End::Rib, 9.0);
    hem_band(c, &cut, 20.0);
    c.seam(&format!("M-9 {:.1}L0 {:.1}L9 {:.1}", NECK_Y + 28.0, NECK_Y + 42.0, NECK_Y + 28.0));
    c.graphic(0.0, 208.0, 44.0);
}

pub(super) fn hoodie(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    cut.hem_y -= 16.0;
    hood(c);
    sleeves(c, &cut, sleeve_of(look), End::Rib);
    let folds = body_folds(&cut, &mut look.random);
    c.piece(&cut.body(Some(Neck::Round)).both(), Fill::Cloth(0.0), &folds);
    hem_band(c, &cut, 20.0);
    let cords = if lightness(c.main) > 0.85 { Rgb([0x9a, 0x9a, 0x9c]) } else { Rgb([0xf1, 0xee, 0xe7]) };
    let zipped = look.random.chance(0.35) && !c.has_graphic();
    let y = cut.hem_y;
    let pouch = format!(
        "M-38 {:.1}L38 {:.1}L58 {:.1}L58 {:.1}L-58 {:.1}L-58 {:.1}Z",
        y - 76.0,
        y - 76.0,
        y - 30.0,
        y + 2.0,
        y + 2.0,
        y - 30.0
    );
    c.piece(&pouch, Fill::Cloth(0.0), &[]);
    c.hem(&format!("M-34 {:.1}L-53 {:.1}M34 {:.1}L53 {:.1}", y - 72.0, y - 29.0, y - 72.0, y - 29.0));
    if zipped {
        c.zip(0.0, NECK_Y + 40.0, y + 20.0);
    }
    hood_front(c, cords);
    c.graphic(0.0, 200.0, 36.0);
}

pub(super) fn sweater(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    cut.hem_y -= 20.0;
    upper(c, look, &cut, End::Rib, 9.0);
    hem_band(c, &cut, 22.0);
    if !c.is_printed() {
        match look.random.below(3) {
            0 => cables(c, &cut),
            1 => c.ribs(
                [(-cut.armpit + 6.0, cut.armpit_y + 6.0), (cut.armpit - 6.0, cut.armpit_y + 6.0)],
                [(-cut.hem + 4.0, cut.hem_y), (cut.hem - 4.0, cut.hem_y)],
                6.5,
            ),
            _ => {}
        }
    }
}

fn cables(c: &mut Canvas, cut: &Cut) {
    for x in [-42.0, 0.0, 42.0] {
        let mut y = if x == 0.0 { NECK_Y + cut.neck_depth + 18.0 } else { NECK_Y + 44.0 };
        while y < cut.hem_y - 16.0 {
            c.seam(&format!(
                "M{:.1} {y:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                x - 7.0,
                x - 7.0,
                y + 8.0,
                x + 7.0,
                y + 8.0,
                x + 7.0,
                y + 16.0
            ));
            c.seam(&format!(
                "M{:.1} {y:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                x + 7.0,
                x + 7.0,
                y + 5.0,
                x + 2.0,
                y + 7.0,
                x + 1.0,
                y + 7.5
            ));
            y += 16.0;
        }
        c.seam(&format!(
            "M{:.1} {:.1}L{:.1} {:.1}M{:.1} {:.1}L{:.1} {:.1}",
            x - 12.0,
            NECK_Y + 90.0,
            x - 12.0,
            cut.hem_y,
            x + 12.0,
            NECK_Y + 90.0,
            x + 12.0,
            cut.hem_y
        ));
    }
}

/// A body without sleeves, its armholes edged.
fn sleeveless(c: &mut Canvas, look: &mut Look, cut: &Cut, band: f32) {
    back(c, cut, look.neck);
    let folds = body_folds(cut, &mut look.random);
    c.piece(&cut.body(look.neck).both(), Fill::Cloth(0.0), &folds);
    let (s, y, a, ay) = (cut.shoulder, NECK_Y + cut.drop, cut.armpit, cut.armpit_y);
    let (edge, ink) = (trim(c), c.ink());
    for side in [-1.0, 1.0] {
        let hole = Half::new(s, y).curve((s - 7.0, y + 26.0), (a - 13.0, ay - 18.0), (a, ay)).open(side);
        c.stroke(&hole, ink, band + 2.0);
        c.stroke(&hole, edge, band);
    }
    neck_edge(c, cut, look.neck, band);
}

pub(super) fn vest(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    (cut.shoulder, cut.hem_y) = (66.0, 326.0);
    sleeveless(c, look, &cut, 9.0);
    hem_band(c, &cut, 20.0);
    if !c.is_printed() && look.random.chance(0.6) {
        cables(c, &cut);
    }
}

/// A strapped top: the bodice's top edge by neckline, straps up to the shoulders.
fn strapped(c: &mut Canvas, neck: Option<Neck>, lower: impl FnOnce(Half) -> Half, folds: &[Fold]) {
    let top = 138.0;
    let dark = shade(c.main, -0.25);
    c.piece(
        &format!(
            "M-52 {:.1}Q0 {:.1} 52 {:.1}L52 {:.1}L-52 {:.1}Z",
            top + 14.0,
            top + 26.0,
            top + 14.0,
            top + 60.0,
            top + 60.0
        ),
        Fill::Plain(dark),
        &[],
    );
    let start = match neck {
        Some(Neck::Vee) => Half::new(0.0, top + 44.0).curve((14.0, top + 34.0), (32.0, top + 16.0), (40.0, top)),
        Some(Neck::Square) => Half::new(0.0, top + 8.0).line(42.0, top + 4.0),
        _ => Half::new(0.0, top + 32.0).curve((20.0, top + 32.0), (36.0, top + 20.0), (40.0, top)),
    };
    let start = start.curve((48.0, top + 18.0), (56.0, top + 34.0), (68.0, top + 40.0));
    c.piece(&lower(start).both(), Fill::Cloth(0.0), folds);
    let (ink, strap) = (c.ink(), trim(c));
    for side in [-1.0, 1.0] {
        let path = format!(
            "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
            40.5 * side,
            top + 2.0,
            42.0 * side,
            top - 34.0,
            36.0 * side,
            top - 62.0
        );
        c.stroke(&path, ink, 5.0);
        c.stroke(&path, strap, 3.2);
    }
}

pub(super) fn camisole(c: &mut Canvas, look: &mut Look) {
    let hem = if look.fit == Some(Fit::Slim) { 64.0 } else { 80.0 };
    let y = look.random.between(318.0, 352.0);
    let folds = [
        Fold(60.0, 190.0, 24.0, 222.0, 5.0, 3.6),
        Fold(-60.0, 196.0, -20.0, 230.0, -5.0, 3.6),
        Fold(20.0, y, 12.0, y - 80.0, 5.0, 4.0),
        Fold(-34.0, y, -28.0, y - 70.0, -5.0, 4.0),
    ];
    strapped(
        c,
        look.neck,
        |half| {
            half.curve((66.0, 220.0), (hem - 10.0, 240.0), (hem - 6.0, 262.0))
                .curve((hem - 4.0, 290.0), (hem, y - 20.0), (hem, y))
                .curve((hem * 0.6, y + 8.0), (hem * 0.3, y + 8.0), (0.0, y + 8.0))
        },
        &folds,
    );
    c.hem(&format!("M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}", -hem + 1.0, y - 6.0, y + 9.0, hem - 1.0, y - 6.0));
}

pub(super) fn cardigan(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    if look.neck == Some(Neck::Vee) {
        cut.neck_depth = 96.0;
    }
    cut.hem_y -= 16.0;
    upper(c, look, &cut, End::Rib, 10.0);
    hem_band(c, &cut, 20.0);
    let from = NECK_Y + cut.neck_depth;
    let band = format!("M-8 {from:.1}L8 {from:.1}L8 {y:.1}L-8 {y:.1}Z", y = cut.hem_y + 26.0);
    let fill = trim(c);
    c.piece(&band, Fill::Plain(fill), &[]);
    let button = *look.random.pick(&[PEARL, Rgb([0x6b, 0x4a, 0x33]), Rgb([0xc2, 0x9a, 0x4d])]);
    let count = if look.neck == Some(Neck::Vee) { 5 } else { 7 };
    c.buttons(0.0, from + 14.0, cut.hem_y + 14.0, count, button);
    if look.random.chance(0.5) {
        pocket(c, 42.0, cut.hem_y - 66.0, 20.0, 46.0);
        pocket(c, -42.0, cut.hem_y - 66.0, 20.0, 46.0);
    }
}

/// Where a dress ends.
fn hem_of(length: Option<Length>) -> f32 {
    match length {
        Some(Length::Mini) => 372.0,
        Some(Length::Knee) => 424.0,
        Some(Length::Maxi | Length::Long) => 540.0,
        _ => 478.0,
    }
}

/// Folds of a skirt that fall from a waist.
fn skirt_folds(waist: f32, waist_y: f32, hem: f32, hem_y: f32, count: usize) -> Vec<Fold> {
    (0..count)
        .map(|i| -0.82 + 1.64 * i as f32 / (count - 1).max(1) as f32)
        .map(|t| Fold(t * hem, hem_y + 4.0, t * waist * 0.8, waist_y + 10.0 + 40.0 * (1.0 - t.abs()), t * 8.0, 5.5))
        .collect()
}

pub(super) fn dress(c: &mut Canvas, look: &mut Look) {
    let hem_y = hem_of(look.length);
    if look.neck == Some(Neck::OffShoulder) {
        return off_shoulder(c, look, hem_y - 10.0, 112.0);
    }
    let mut cut = Cut::of(Some(Fit::Slim)).with_neck(look.neck);
    let flare = match look.fit {
        Some(Fit::Slim) => 76.0,
        Some(Fit::Loose) => 132.0,
        _ => 112.0,
    } + (hem_y - 420.0) * 0.12;
    (cut.waist, cut.waist_y) = (if look.fit == Some(Fit::Loose) { 62.0 } else { 52.0 }, 236.0);
    (cut.hem, cut.hem_y, cut.hem_dip) = (cut.waist, 236.0, 4.0);
    let skirt = Half::new(0.0, 240.0)
        .curve((20.0, 240.0), (40.0, 238.0), (cut.waist, 236.0))
        .curve((cut.waist + 10.0, 274.0), (flare - 12.0, hem_y - 90.0), (flare, hem_y))
        .curve((flare * 0.6, hem_y + 12.0), (flare * 0.3, hem_y + 14.0), (0.0, hem_y + 14.0));
    let folds = skirt_folds(cut.waist, 240.0, flare, hem_y, if flare > 100.0 { 7 } else { 3 });
    c.piece(&skirt.both(), Fill::Cloth(0.0), &folds);
    if look.random.chance(0.35) && flare > 90.0 {
        let y = 240.0 + (hem_y - 240.0) * 0.6;
        let w = cut.waist + (flare - cut.waist) * 0.66;
        c.seam(&format!("M{:.1} {y:.1}Q0 {:.1} {w:.1} {y:.1}", -w, y + 18.0));
    }
    let end = *look.random.pick(&[End::Hem, End::Puff, End::Bell]);
    if sleeve_of(look) == Sleeve::None {
        cut.shoulder = 58.0;
        sleeveless(c, look, &cut, 2.4);
    } else {
        upper(c, look, &cut, end, 2.4);
    }
    match look.random.below(3) {
        0 => {
            let belt = shade(c.second, -0.05);
            c.piece(
                &format!(
                    "M{:.1} 230L{:.1} 230Q0 238 {:.1} 230L{:.1} 244Q0 252 {:.1} 244Z",
                    -cut.waist - 1.0,
                    -cut.waist - 1.0,
                    cut.waist + 1.0,
                    cut.waist + 1.0,
                    -cut.waist - 1.0
                ),
                Fill::Plain(belt),
                &[],
            );
            c.stroke("M-9 234L9 234L9 249L-9 249Z", Rgb([0xc7, 0xa7, 0x62]), 2.4);
        }
        1 => c.buttons(0.0, NECK_Y + cut.neck_depth + 14.0, 226.0, 5, PEARL),
        _ => {}
    }
    c.hem(&format!(
        "M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}",
        -flare + 2.0,
        hem_y - 8.0,
        hem_y + 20.0,
        flare - 2.0,
        hem_y - 8.0
    ));
}

pub(super) fn shirt_dress(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(look.fit).with_neck(look.neck);
    cut.hem_y = hem_of(look.length);
    (cut.waist, cut.waist_y, cut.hem, cut.hem_dip) = (cut.waist - 4.0, 250.0, cut.hem + 26.0, 14.0);
    back(c, &cut, look.neck);
    let end = if sleeve_of(look) == Sleeve::Long { End::Cuff } else { End::Hem };
    sleeves(c, &cut, sleeve_of(look), end);
    let mut folds = body_folds(&cut, &mut look.random);
    folds.extend(skirt_folds(cut.waist, 262.0, cut.hem, cut.hem_y, 5));
    c.piece(&cut.body(look.neck).both(), Fill::Cloth(0.0), &folds);
    placket(c, NECK_Y + 24.0, cut.hem_y + 10.0, 9);
    let w = cut.waist + 1.5;
    c.piece(&format!("M{:.1} 244Q0 252 {w:.1} 244L{w:.1} 258Q0 266 {:.1} 258Z", -w, -w), Fill::Cloth(90.0), &[]);
    c.piece("M-4 252L-22 300L-12 304L4 256Z", Fill::Cloth(20.0), &[]);
    c.piece("M2 252L14 306L24 303L9 252Z", Fill::Cloth(-20.0), &[]);
    collar(c, &cut, 28.0, Fill::Cloth(8.0));
}

pub(super) fn slip_dress(c: &mut Canvas, look: &mut Look) {
    let hem_y = hem_of(look.length);
    let hem = 84.0 + (hem_y - 372.0) * 0.12;
    let mut folds = vec![
        Fold(60.0, 190.0, 20.0, 226.0, 6.0, 4.0),
        Fold(-60.0, 192.0, -22.0, 232.0, -6.0, 4.0),
        Fold(50.0, 262.0, -30.0, 290.0, 8.0, 5.0),
    ];
    folds.extend(skirt_folds(50.0, 270.0, hem, hem_y, 5));
    strapped(
        c,
        look.neck,
        |half| {
            half.curve((62.0, 210.0), (55.0, 228.0), (55.0, 248.0))
                .curve((58.0, 290.0), (hem - 8.0, hem_y - 110.0), (hem, hem_y))
                .curve((hem * 0.6, hem_y + 9.0), (hem * 0.3, hem_y + 10.0), (0.0, hem_y + 10.0))
        },
        &folds,
    );
    c.hem(&format!("M{:.1} {:.1}Q0 {:.1} {:.1} {:.1}", -hem + 2.0, hem_y - 6.0, hem_y + 14.0, hem - 2.0, hem_y - 6.0));
}

pub(super) fn knit_dress(c: &mut Canvas, look: &mut Look) {
    let mut cut = Cut::of(Some(Fit::Slim)).with_neck(look.neck);
    let wide = if look.fit == Some(Fit::Slim) { 0.0 } else { 10.0 };
    cut.hem_y = hem_of(look.length);
    (cut.waist, cut.waist_y, cut.hem) = (54.0 + wide, 246.0, 72.0 + wide * 1.5);
    upper(c, look, &cut, End::Rib, 8.0);
    if !c.is_printed() {
        c.ribs(
            [(-cut.waist + 4.0, 250.0), (cut.waist - 4.0, 250.0)],
            [(-cut.hem + 4.0, cut.hem_y), (cut.hem - 4.0, cut.hem_y)],
            7.0,
        );
    }
    hem_band(c, &cut, 16.0);
}
