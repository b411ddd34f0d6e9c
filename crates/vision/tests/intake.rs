//! What is taken in is the right way up, in sRGB, without metadata and without faces, and stays the same when it is
//! looked at again.

#[path = "support/fixtures.rs"]
mod fixtures;

use fixtures::{
    cmyk_jpeg, exif, exif_segment, jpeg, painted, png, quarters, stored_for, webp, webp_with_exif, with_chunk,
};
use image::ExtendedColorType;
use jpeg_encoder::ColorType;
use moxcms::ColorProfile;
use vestry_model::{Region, Rgb};
use vestry_vision::{
    CleanImage, DERIVATIVE_SIDE, FACE_BLOCKS, Kernel, Limits, Picture, Vision, clean, decode, hide, thumbnail,
};

fn taken(bytes: &[u8]) -> Picture {
    decode(bytes, &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// The middles of the picture's quarters: upper left, upper right, lower left, lower right.
#[track_caller]
fn check_quarters(picture: &Picture, expected: [[u8; 3]; 4], tolerance: u8) {
    let (w, h) = (picture.width(), picture.height());
    let places = [(w / 4, h / 4), (w * 3 / 4, h / 4), (w / 4, h * 3 / 4), (w * 3 / 4, h * 3 / 4)];
    for ((x, y), expected) in places.into_iter().zip(expected) {
        let seen = picture.at(x, y);
        let far = seen.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max();
        assert!(far <= Some(tolerance), "{seen:?} at {x},{y}; expected {expected:?}");
    }
}

const QUARTERS: [[u8; 3]; 4] = [[220, 30, 30], [30, 200, 40], [30, 40, 220], [230, 220, 30]];

#[test]
fn each_orientation_ends_the_right_way_up() {
    let upright = quarters(64, 48);
    for orientation in 1..=8 {
        let (w, h, stored) = stored_for(orientation, 64, 48, &upright);
        for little in [true, false] {
            let picture = taken(&jpeg(w, h, &stored, &[(0xe1, exif_segment(orientation, little))]));
            assert_eq!((picture.width(), picture.height()), (64, 48), "orientation {orientation}");
            check_quarters(&picture, QUARTERS, 6);
        }
        let chunk = fixtures::chunk(b"eXIf", &exif(orientation, false));
        let picture = taken(&with_chunk(png(w, h, &stored, ExtendedColorType::Rgb8, None), &chunk));
        assert_eq!(picture.pixels(), upright, "png, orientation {orientation}");
        let picture = taken(&webp_with_exif(w, h, &webp(w, h, &stored), &exif(orientation, true)));
        check_quarters(&picture, QUARTERS, 24);
    }
}

#[test]
fn a_broken_orientation_is_no_orientation() {
    let upright = quarters(64, 48);
    for body in
        [b"Exif\0\0".to_vec(), b"Exif\0\0II*\0\xff\xff\xff\xff".to_vec(), exif_segment(9, true), exif_segment(0, false)]
    {
        check_quarters(&taken(&jpeg(64, 48, &upright, &[(0xe1, body)])), QUARTERS, 6);
    }
}

#[test]
fn four_inks_become_light() {
    // Cyan, magenta, yellow and black at full strength, each on a quarter.
    let inks: Vec<u8> = (0..64 * 64)
        .flat_map(|at| match (at % 64 < 32, at / 64 < 32) {
            (true, true) => [255, 0, 0, 0],
            (false, true) => [0, 255, 0, 0],
            (true, false) => [0, 0, 255, 0],
            (false, false) => [0, 0, 0, 255],
        })
        .collect();
    let light = [[0, 255, 255], [255, 0, 255], [255, 255, 0], [0, 0, 0]];
    for mode in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        check_quarters(&taken(&cmyk_jpeg(64, 64, &inks, mode)), light, 8);
    }
}

#[test]
fn sixteen_bits_grey_and_transparency_are_read() {
    let wide: Vec<u8> = quarters(64, 48).iter().flat_map(|v| (u16::from(*v) * 257).to_ne_bytes()).collect();
    check_quarters(&taken(&png(64, 48, &wide, ExtendedColorType::Rgb16, None)), QUARTERS, 0);
    let grey = vec![100; 64 * 48];
    check_quarters(&taken(&png(64, 48, &grey, ExtendedColorType::L8, None)), [[100; 3]; 4], 0);
    let half: Vec<u8> = [200, 0, 0, 128].repeat(64 * 48);
    check_quarters(&taken(&png(64, 48, &half, ExtendedColorType::Rgba8, None)), [[227, 127, 127]; 4], 1);
    let clear: Vec<u8> = [0, 0, 0, 0].repeat(64 * 48);
    check_quarters(&taken(&png(64, 48, &clear, ExtendedColorType::Rgba8, None)), [[255; 3]; 4], 0);
    let wide_half: Vec<u8> = [51_400u16, 0, 0, 32_896].repeat(64 * 48).iter().flat_map(|v| v.to_ne_bytes()).collect();
    check_quarters(&taken(&png(64, 48, &wide_half, ExtendedColorType::Rgba16, None)), [[227, 127, 127]; 4], 1);
}

/// Display P3 to sRGB by the published matrices, channels clipped.
fn from_display_p3(pixel: [u8; 3]) -> [u8; 3] {
    let linear = pixel.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let rows = [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]];
    rows.map(|row| {
        let v: f64 = row.iter().zip(linear).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0);
        let v = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        (v * 255.0).round() as u8
    })
}

#[test]
fn a_profile_is_applied_and_then_gone() {
    let wide = [[180, 90, 60], [90, 160, 90], [70, 90, 170], [200, 190, 120]];
    let pixels = painted(64, 48, |x, y| wide[usize::from(x * 2 >= 64) + 2 * usize::from(y * 2 >= 48)]);
    let profile = ColorProfile::new_display_p3().encode().expect("a built-in profile");
    let expected = wide.map(from_display_p3);
    assert_ne!(expected, wide);
    check_quarters(&taken(&png(64, 48, &pixels, ExtendedColorType::Rgb8, Some(profile.clone()))), expected, 2);
    let segment = [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat();
    check_quarters(&taken(&jpeg(64, 48, &pixels, &[(0xe2, segment)])), expected, 6);
    // A profile that cannot be read is no reason to refuse the picture.
    check_quarters(&taken(&png(64, 48, &pixels, ExtendedColorType::Rgb8, Some(vec![7; 300]))), wide, 0);
}

#[test]
fn nothing_of_the_file_but_its_pixels_is_kept() {
    let profile = ColorProfile::new_display_p3().encode().expect("a built-in profile");
    let segments = [
        (0xe1, exif_segment(6, true)),
        (0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>CANARY-XMP</x:xmpmeta>".to_vec()),
        (0xe2, [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat()),
        (0xed, b"Photoshop 3.0\0CANARY-IPTC".to_vec()),
        (0xfe, b"CANARY-COMMENT".to_vec()),
    ];
    let mut sent = jpeg(64, 48, &quarters(64, 48), &segments);
    sent.extend_from_slice(b"CANARY-AFTER-THE-END");
    let image = clean(&sent, &Limits::default(), |_| Vec::new()).expect("a picture");
    for kept in [&image.jpeg, &thumbnail(&image, 320)] {
        for canary in [b"CANARY".as_slice(), b"GPSN", b"Exif", b"ICC_PROFILE", b"ICCP", b"xmp"] {
            assert!(!kept.windows(canary.len()).any(|w| w == canary), "{}", String::from_utf8_lossy(canary));
        }
    }
    // The only application segment is JFIF's; there is no comment.
    let mut at = 2;
    while image.jpeg[at + 1] != 0xda {
        let marker = image.jpeg[at + 1];
        assert!(!(0xe1..=0xef).contains(&marker) && marker != 0xfe, "marker {marker:02x}");
        at += 2 + usize::from(u16::from_be_bytes([image.jpeg[at + 2], image.jpeg[at + 3]]));
    }
}

#[test]
fn a_derivative_is_small_and_opens_to_the_same_pixels() {
    let pixels = painted(1600, 700, |x, y| [(x / 7) as u8, (y / 3) as u8, ((x ^ y) & 255) as u8]);
    let sent = jpeg(1600, 700, &pixels, &[]);
    let image = clean(&sent, &Limits::default(), |_| Vec::new()).expect("a picture");
    assert_eq!((image.width, image.height), (DERIVATIVE_SIDE, 448));
    assert_eq!(clean(&sent, &Limits::default(), |_| Vec::new()).expect("a picture").jpeg, image.jpeg);
    let again = CleanImage::open(image.jpeg.clone(), Vec::new()).expect("a derivative");
    assert_eq!(again, image);
    let error = CleanImage::open(sent, Vec::new()).expect_err("an original is no derivative");
    assert_eq!(error.code(), "image_not_derivative");
}

#[test]
fn looking_again_gives_the_same_numbers() {
    let vision = Vision::unfitted(Kernel::best()).expect("built-in networks");
    let pixels = painted(300, 400, |x, y| [(x * y % 256) as u8, (x / 2) as u8, (y / 2) as u8]);
    let image = vision.intake(&jpeg(300, 400, &pixels, &[]), &Limits::default()).expect("a picture");
    let crop = Region::new(0.2, 0.1, 0.5, 0.6).expect("a region");
    let first = [vision.features(&image, None), vision.features(&image, Some(crop))];
    assert_ne!(first[0], first[1]);
    let stored = image.jpeg.clone();
    let again = std::thread::scope(|scope| {
        let other = || {
            let image = vision.open_derivative(&stored, Vec::new()).expect("a derivative");
            [vision.features(&image, None), vision.features(&image, Some(crop))]
        };
        scope.spawn(other).join().expect("a thread that ends")
    });
    assert_eq!(first, again);
}

#[test]
fn thumbnails_are_webp_of_the_width_asked_for() {
    let image = clean(
        &jpeg(900, 600, &painted(900, 600, |x, _| [(x / 4) as u8, 80, 200]), &[]),
        &Limits::default(),
        |_| vec![],
    )
    .expect("a picture");
    for (asked, (width, height)) in [(320, (320, 213)), (640, (640, 427)), (2000, (900, 600))] {
        let file = thumbnail(&image, asked);
        let seen = taken(&file);
        assert_eq!((seen.width(), seen.height()), (width, height));
    }
    let Rgb([_, green, blue]) = image.placeholder();
    assert!(green.abs_diff(80) < 4 && blue.abs_diff(200) < 4);
}

/// Fine detail everywhere: what must not survive under a mosaic.
fn detail(width: usize, height: usize) -> Picture {
    Picture::new(
        width,
        height,
        painted(width, height, |x, y| [((x * 37 + y * 91) % 256) as u8, ((x * y) % 256) as u8, (y * 53 % 256) as u8]),
    )
}

#[test]
fn a_hidden_face_is_a_few_flat_blocks() {
    let face = Region::new(0.4, 0.2, 0.2, 0.15).expect("a region");
    let before = detail(400, 500);
    let mut after = before.clone();
    hide(&mut after, &[face]);
    // The box, and its margin of a quarter on each side, in pixels.
    let (left, right, top, bottom) = (140, 260, 81, 194);
    let mut colours = std::collections::HashSet::new();
    for y in 0..500 {
        for x in 0..400 {
            if (left..right).contains(&x) && (top..bottom).contains(&y) {
                colours.insert(after.at(x, y));
            } else if !(left - 1..=right).contains(&x) || !(top - 1..=bottom + 1).contains(&y) {
                assert_eq!(after.at(x, y), before.at(x, y), "{x},{y} is outside");
            }
        }
    }
    assert!(colours.len() <= FACE_BLOCKS * FACE_BLOCKS, "{} blocks", colours.len());
}

#[test]
fn no_detail_of_a_face_is_stored() {
    let sent = png(400, 500, detail(400, 500).pixels(), ExtendedColorType::Rgb8, None);
    let face = Region::new(0.4, 0.2, 0.2, 0.15).expect("a region");
    let image = clean(&sent, &Limits::default(), |_| vec![face]).expect("a picture");
    assert_eq!(image.faces, [face]);
    // A second look that still finds it flattens it whole: neighbours differ by coding noise only.
    let picture = Picture::new(image.width, image.height, image.pixels);
    for y in 112..160 {
        for x in 176..224 {
            let (here, next) = (picture.at(x, y), picture.at(x + 1, y));
            assert!(here.iter().zip(next).all(|(a, b)| a.abs_diff(b) <= 3), "{here:?} beside {next:?} at {x},{y}");
        }
    }
}

#[test]
fn faces_at_the_edge_and_of_a_pixel_are_hidden_too() {
    for (x, y, w, h) in [(0.0, 0.0, 0.1, 0.1), (0.95, 0.95, 0.05, 0.05), (0.0, 0.0, 1.0, 1.0), (0.5, 0.5, 1e-4, 1e-4)] {
        let mut picture = detail(97, 41);
        hide(&mut picture, &[Region::new(x, y, w, h).expect("a region")]);
    }
    let mut dot = Picture::filled(1, 1, [9, 9, 9]);
    hide(&mut dot, &[Region::WHOLE]);
    assert_eq!(dot.at(0, 0), [9, 9, 9]);
}
