//! The pictures of `models/weightfile.py`: whole numbers only, so that both languages draw the same ones.

/// In the order of the reference files.
pub(crate) const PATTERNS: [&str; 4] = ["ramps", "checks", "noise", "disc"];

/// `height` × `width` RGB pixels of a pattern.
pub(crate) fn picture(pattern: &str, height: usize, width: usize) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(height * width * 3);
    for y in 0..height {
        for x in 0..width {
            for c in 0..3 {
                pixels.push(value(pattern, (y, height), (x, width), c));
            }
        }
    }
    pixels
}

fn value(pattern: &str, (y, height): (usize, usize), (x, width): (usize, usize), c: usize) -> u8 {
    let value = match pattern {
        "ramps" => [x * 255 / width, y * 255 / height, (x + y) / 2 % 256][c],
        "checks" => (x / 16 + y / 16) % 2 * (200 - 40 * c) + 30,
        "noise" => {
            let part = |at: usize, prime: u32| (at as u32).wrapping_mul(prime);
            ((part(x, 73_856_093) ^ part(y, 19_349_663) ^ part(c, 83_492_791)) >> 8 & 255) as usize
        }
        "disc" => {
            let off = |at: usize, length: usize| (2 * at).abs_diff(length).pow(2);
            if off(x, width) + off(y, height) < (height * 3 / 2).pow(2) { 60 + 70 * c } else { 250 }
        }
        other => panic!("no pattern `{other}`"),
    };
    u8::try_from(value).expect("patterns stay within a byte")
}
