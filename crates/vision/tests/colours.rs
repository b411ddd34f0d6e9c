//! Colours are those of the garment, not of what it lies on, and carry the taxonomy's names.

#[path = "support/fixtures.rs"]
mod fixtures;

use fixtures::{painted, png};
use image::ExtendedColorType;
use std::sync::OnceLock;
use vestry_model::{ColourShare, HeadSet, Region, TagState, Taxonomy};
use vestry_vision::{Kernel, Limits, METALS, Vision, builtin_heads, colours};

fn vision() -> &'static Vision {
    static VISION: OnceLock<Vision> = OnceLock::new();
    VISION.get_or_init(|| Vision::unfitted(Kernel::best()).expect("built-in networks"))
}

/// A sample of colour `id`.
fn sample(id: &str) -> [u8; 3] {
    Taxonomy::builtin().value("colour", id).unwrap_or_else(|| panic!("no colour `{id}`")).rgb[0].0
}

/// The colours of a shirt-like shape painted by `cloth`, which lies on `ground`.
fn seen(ground: [u8; 3], crop: Option<Region>, cloth: impl Fn(usize, usize) -> [u8; 3]) -> Vec<ColourShare> {
    seen_as(false, ground, crop, cloth)
}

/// The same, of cloth that is known to be `woven` of threads in several colours.
fn seen_as(
    woven: bool,
    ground: [u8; 3],
    crop: Option<Region>,
    cloth: impl Fn(usize, usize) -> [u8; 3],
) -> Vec<ColourShare> {
    let pixels = painted(300, 400, |x, y| {
        let body = (75..225).contains(&x) && (80..340).contains(&y);
        let sleeves = (35..265).contains(&x) && (80..160).contains(&y);
        let neck = x.abs_diff(150).pow(2) + y.abs_diff(80).pow(2) < 30 * 30;
        if (body || sleeves) && !neck { cloth(x, y) } else { ground }
    });
    let file = png(300, 400, &pixels, ExtendedColorType::Rgb8, None);
    let image = vision().intake(&file, &Limits::default()).expect("a picture");
    let named = colours(&vision().foreground(&image, crop), woven, Taxonomy::builtin());
    named.into_iter().map(|c| c.colour).collect()
}

#[track_caller]
fn check(colours: &[ColourShare], expected: &[(&str, f32)]) {
    let seen: Vec<(&str, f32)> = colours.iter().map(|c| (c.value.as_str(), c.share)).collect();
    let near =
        seen.len() == expected.len() && seen.iter().zip(expected).all(|(s, e)| s.0 == e.0 && (s.1 - e.1).abs() < 0.12);
    assert!(near, "{seen:?}; expected {expected:?}");
}

#[test]
fn a_plain_garment_has_one_colour() {
    let taxonomy = Taxonomy::builtin();
    let values = &taxonomy.attribute("colour").expect("the colours").values;
    for value in values.iter().filter(|v| !v.rgb.is_empty() && !METALS.contains(&v.id.as_str())) {
        let cloth = value.rgb[0].0;
        let bright = cloth.iter().map(|c| u32::from(*c)).sum::<u32>() > 450;
        let ground = if bright { [40, 60, 70] } else { [240, 238, 236] };
        check(&seen(ground, None, |_, _| cloth), &[(value.id.as_str(), 1.0)]);
    }
}

#[test]
fn a_check_has_the_colours_of_its_threads() {
    let (red, white) = (sample("red"), sample("white"));
    let cloth = |x: usize, y: usize| match (x % 24 < 15, y % 24 < 15) {
        (true, true) => red,
        (false, false) => white,
        _ => [0, 1, 2].map(|c| red[c].midpoint(white[c])),
    };
    check(&seen_as(true, [40, 60, 70], None, cloth), &[("red", 0.62), ("white", 0.38)]);
    let unknown = seen([40, 60, 70], None, cloth);
    assert!(unknown.iter().any(|c| !["red", "white"].contains(&c.value.as_str())), "{unknown:?}");
}

#[test]
fn stripes_have_their_shares() {
    let (navy, white) = (sample("navy"), sample("white"));
    let cloth = |_: usize, y: usize| if (y / 10).is_multiple_of(3) { white } else { navy };
    check(&seen([190, 170, 120], None, cloth), &[("navy", 0.67), ("white", 0.33)]);
}

#[test]
fn a_button_is_no_colour() {
    let (red, black) = (sample("red"), sample("black"));
    let button = |x: usize, y: usize| if x.abs_diff(150) < 8 && y % 60 < 12 { black } else { red };
    check(&seen([250; 3], None, button), &[("red", 1.0)]);
}

#[test]
fn a_crop_is_all_foreground() {
    let crop = Region::new(0.3, 0.3, 0.4, 0.4).expect("a region");
    let half = |x: usize, _: usize| if x < 150 { sample("green") } else { sample("yellow") };
    let mut colours = seen([250; 3], Some(crop), half);
    colours.sort_by(|a, b| a.value.cmp(&b.value));
    check(&colours, &[("green", 0.5), ("yellow", 0.5)]);
}

#[test]
fn the_gate_holds_back_colours_too() {
    let vision = Vision::builtin(Kernel::best()).expect("built-in networks");
    let blank = png(300, 400, &painted(300, 400, |_, _| sample("red")), ExtendedColorType::Rgb8, None);
    let image = vision.intake(&blank, &Limits::default()).expect("a picture");
    let seen = vision.recognise(&image, None, vision.heads(), Taxonomy::builtin());
    let tags = &seen.objects[0].tags;
    assert!(tags.iter().any(|tag| tag.value.as_str() == "red"), "{tags:?}");
    assert!(tags.iter().all(|tag| tag.state == TagState::ToReview), "{tags:?}");
}

#[test]
fn how_sure_a_colour_is_was_fitted() {
    let vision = Vision::unfitted(Kernel::best()).expect("built-in networks");
    let mut heads = builtin_heads().expect("built-in heads");
    heads.numbers.retain(|name, _| !name.starts_with("gate."));
    let ground = |x: usize, y: usize| (75..225).contains(&x) && (60..340).contains(&y);
    let sure = |cloth: [u8; 3], heads: &HeadSet| -> f32 {
        let pixels = painted(300, 400, |x, y| if ground(x, y) { cloth } else { [250; 3] });
        let file = png(300, 400, &pixels, ExtendedColorType::Rgb8, None);
        let image = vision.intake(&file, &Limits::default()).expect("a picture");
        let seen = vision.recognise(&image, None, heads, Taxonomy::builtin());
        let colour = seen.objects[0].tags.iter().find(|tag| tag.attribute.as_str() == "colour").expect("a colour");
        colour.confidence.get()
    };
    let (red, melange) = (sure(sample("red"), &heads), sure([0x9b, 0x9b, 0x9b], &heads));
    assert!(red > melange && melange != 0.5, "red {red}, between two greys {melange}");
    heads.numbers.clear();
    assert_eq!(sure(sample("red"), &heads), 0.5, "unfitted, it is an even guess");
}

#[test]
fn the_same_picture_has_the_same_colours() {
    let cloth = |x: usize, y: usize| [(x * 3 % 256) as u8, (y * 2 % 256) as u8, (x * y % 256) as u8];
    assert_eq!(seen([250; 3], None, cloth), seen([250; 3], None, cloth));
}
