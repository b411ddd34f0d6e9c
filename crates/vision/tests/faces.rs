//! A face is found wherever it stands in a picture; what is none is not.

#[path = "pictures/drawn.rs"]
mod drawn;

use image::ImageEncoder;
use vestry_vision::{Face, FaceFinder, Kernel, Limits, Picture, Scratch, Vision};

/// A painted head with hair, neck and shoulders: soft ellipses, `radius` half a face wide, centred at `x`, `y`.
struct Head {
    x: f32,
    y: f32,
    radius: f32,
}

impl Head {
    /// Offsets and half axes in radii, softness of the edge, strength, colour; painted in this order.
    const PARTS: [([f32; 4], f32, f32, [f32; 3]); 17] = [
        ([0.0, -0.12, 0.95, 1.22], 12.0, 1.0, [45.0, 32.0, 25.0]),
        ([0.0, 1.35, 0.42, 0.7], 12.0, 1.0, [190.0, 140.0, 115.0]),
        ([0.0, 2.6, 1.8, 1.1], 12.0, 1.0, [60.0, 70.0, 110.0]),
        ([0.0, 0.1, 0.78, 1.05], 14.0, 1.0, [212.0, 162.0, 136.0]),
        ([-0.32, -0.1, 0.24, 0.15], 5.0, 0.5, [150.0, 100.0, 85.0]),
        ([-0.32, -0.08, 0.14, 0.065], 6.0, 1.0, [245.0, 240.0, 235.0]),
        ([-0.32, -0.08, 0.065, 0.065], 6.0, 1.0, [40.0, 25.0, 20.0]),
        ([-0.32, -0.28, 0.2, 0.035], 4.0, 1.0, [60.0, 40.0, 30.0]),
        ([0.32, -0.1, 0.24, 0.15], 5.0, 0.5, [150.0, 100.0, 85.0]),
        ([0.32, -0.08, 0.14, 0.065], 6.0, 1.0, [245.0, 240.0, 235.0]),
        ([0.32, -0.08, 0.065, 0.065], 6.0, 1.0, [40.0, 25.0, 20.0]),
        ([0.32, -0.28, 0.2, 0.035], 4.0, 1.0, [60.0, 40.0, 30.0]),
        ([0.06, 0.2, 0.1, 0.28], 4.0, 0.45, [170.0, 115.0, 95.0]),
        ([0.0, 0.42, 0.13, 0.045], 4.0, 0.7, [120.0, 70.0, 60.0]),
        ([0.0, 0.68, 0.26, 0.075], 5.0, 1.0, [165.0, 75.0, 75.0]),
        ([0.0, 0.67, 0.24, 0.018], 5.0, 0.8, [90.0, 40.0, 40.0]),
        ([0.0, 1.02, 0.35, 0.1], 3.0, 0.35, [140.0, 95.0, 80.0]),
    ];

    fn paint(&self, pixels: &mut [u8], width: usize) {
        for (at, pixel) in pixels.chunks_exact_mut(3).enumerate() {
            let dx = ((at % width) as f32 - self.x) / self.radius;
            let dy = ((at / width) as f32 - self.y) / self.radius;
            if dx.abs() > 2.0 || dy.abs() > 4.0 {
                continue;
            }
            for ([right, down, half_width, half_height], softness, strength, colour) in Self::PARTS {
                let distance = ((dx - right) / half_width).powi(2) + ((dy - down) / half_height).powi(2);
                let cover = strength / (1.0 + ((distance - 1.0) * softness).exp());
                for (value, colour) in pixel.iter_mut().zip(colour) {
                    *value = (f32::from(*value) * (1.0 - cover) + colour * cover).round() as u8;
                }
            }
        }
    }

    /// Whether `face` lies on it: its middle within half a radius, its width between one and three radii.
    fn is_at(&self, face: &Face, width: usize, height: usize) -> bool {
        let [x, y, w, h] = face.region.to_array();
        let off_x = (x + w / 2.0) * width as f32 - self.x;
        let off_y = (y + h / 2.0) * height as f32 - self.y;
        let across = w * width as f32 / self.radius;
        off_x.abs() < 0.5 * self.radius && off_y.abs() < 0.5 * self.radius && (1.0..3.0).contains(&across)
    }
}

#[track_caller]
fn check((width, height): (usize, usize), heads: &[(f32, f32, f32)]) {
    let heads: Vec<Head> = heads.iter().map(|&(x, y, radius)| Head { x, y, radius }).collect();
    let mut pixels = vec![205; width * height * 3];
    heads.iter().for_each(|head| head.paint(&mut pixels, width));
    for kernel in Kernel::available() {
        let finder = FaceFinder::builtin(kernel).expect("an available kernel");
        let faces = finder.find(&pixels, width, height, &mut Scratch::default());
        assert_eq!(faces.len(), heads.len(), "{kernel}: {faces:?}");
        for head in &heads {
            assert!(faces.iter().any(|f| head.is_at(f, width, height)), "{kernel}: {}, {}: {faces:?}", head.x, head.y);
        }
        assert!(faces.is_sorted_by(|a, b| a.score >= b.score));
    }
}

#[test]
fn a_face_is_found_where_it_stands() {
    check((256, 256), &[(128.0, 100.0, 30.0)]);
    check((256, 256), &[(70.0, 60.0, 20.0), (180.0, 120.0, 30.0)]);
    check((300, 200), &[(220.0, 70.0, 24.0)]);
    check((201, 333), &[(90.0, 200.0, 28.0)]);
    check((640, 480), &[(400.0, 200.0, 50.0)]);
}

#[test]
fn a_small_face_in_a_large_picture_needs_the_second_look() {
    // At 320 pixels its half width is four pixels, which the first look cannot see.
    check((1280, 960), &[(700.0, 300.0, 26.0)]);
    check((1280, 960), &[(300.0, 300.0, 26.0), (800.0, 420.0, 120.0)]);
}

#[test]
fn patterns_and_odd_sizes_have_no_face() {
    let finder = FaceFinder::builtin(Kernel::best()).unwrap();
    let mut scratch = Scratch::default();
    for pattern in drawn::PATTERNS {
        for (width, height) in [(224, 224), (1, 1), (1, 900), (2000, 3), (33, 31), (810, 500)] {
            let pixels = drawn::picture(pattern, height, width);
            let faces = finder.find(&pixels, width, height, &mut scratch);
            assert!(faces.is_empty(), "{pattern} {width}×{height}: {faces:?}");
        }
    }
    assert!(finder.find(&[], 0, 0, &mut scratch).is_empty());
}

#[test]
#[should_panic(expected = "three bytes a pixel")]
fn a_picture_of_another_size_is_refused() {
    let finder = FaceFinder::builtin(Kernel::Portable).unwrap();
    finder.find(&[0; 10], 2, 2, &mut Scratch::default());
}

/// `VESTRY_FACE_PHOTO` names a photo with one face, such as scikit-image's `astronaut` saved as PNG.
#[test]
fn a_photographed_face_is_found() {
    let Some(path) = std::env::var_os("VESTRY_FACE_PHOTO") else {
        eprintln!("NOT RUN on a photo: `VESTRY_FACE_PHOTO` is not set");
        return;
    };
    let photo = image::open(path).unwrap().to_rgb8();
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    for kernel in Kernel::available() {
        let finder = FaceFinder::builtin(kernel).unwrap();
        let faces = finder.find(&photo, width, height, &mut Scratch::default());
        assert_eq!(faces.len(), 1, "{kernel}: {faces:?}");
    }
}

#[test]
fn a_hidden_face_is_found_no_more() {
    let vision = Vision::unfitted(Kernel::best()).unwrap();
    for (width, height, head) in [(640, 480, (400.0, 200.0, 50.0)), (256, 256, (128.0, 100.0, 30.0))] {
        let mut pixels = vec![205; width * height * 3];
        Head { x: head.0, y: head.1, radius: head.2 }.paint(&mut pixels, width);
        let mut sent = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut sent);
        encoder.write_image(&pixels, width as u32, height as u32, image::ExtendedColorType::Rgb8).unwrap();
        let stored = vision.intake(&sent, &Limits::default()).unwrap();
        assert_eq!(stored.faces.len(), 1);
        let again = vision.find_faces(&Picture::new(stored.width, stored.height, stored.pixels));
        assert!(again.is_empty(), "{again:?}");
    }
}
