//! Other looks at a picture, from which heads learn what does not matter.

use vestry_vision::{CleanImage, Kernel, Picture, Views, Vision};

const SIDE: usize = 240;

/// A dark corner on a bright ground, at the left or at the right.
fn picture(is_left: bool) -> CleanImage {
    let pixel = |at: usize| {
        let (x, y) = (at % SIDE, at / SIDE);
        let x = if is_left { x } else { SIDE - 1 - x };
        if x < 100 && y < 160 && (x + y) % 40 < 30 { [40, 60, 120] } else { [230, 220, 210] }
    };
    CleanImage::new(Picture::new(SIDE, SIDE, (0..SIDE * SIDE).flat_map(pixel).collect()), vec![])
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn the_first_is_the_mirror_image_and_the_others_come_nearer() {
    let vision = Vision::unfitted(Kernel::best()).expect("built-in networks");
    let views = Views::default();
    let own = |image: &CleanImage| vision.features_under(image, None, views).look;
    let (left, right) = (picture(true), picture(false));
    let [mirrored, near, nearer] = vision.other_looks(&left, views);
    let to_right = [&mirrored, &own(&left), &near, &nearer].map(|look| cosine(look, &own(&right)));
    assert!(to_right[0] > 0.999, "{to_right:?}");
    assert!(to_right[1..].iter().all(|other| *other < to_right[0]), "{to_right:?}");
    let to_left = [&near, &nearer].map(|look| cosine(look, &own(&left)));
    assert!(to_left[0] > to_left[1], "nine tenths of a picture are more like it than eight: {to_left:?}");
    assert_eq!(mirrored.len(), views.dimensions());
}
