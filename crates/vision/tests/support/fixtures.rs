//! Pictures made on the spot; no binary file is kept.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Pseudo-random numbers (xorshift), the same on each run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.roll() >> 11) as usize % limit
    }
}

/// RGB pixels, each as `paint` says of its column and row.
pub fn painted(width: usize, height: usize, paint: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    (0..width * height).flat_map(|at| paint(at % width, at / width)).collect()
}

/// A quarter each of red, green, blue and yellow: no turn or mirror image of it is itself.
pub fn quarters(width: usize, height: usize) -> Vec<u8> {
    painted(width, height, |x, y| match (x * 2 < width, y * 2 < height) {
        (true, true) => [220, 30, 30],
        (false, true) => [30, 200, 40],
        (true, false) => [30, 40, 220],
        (false, false) => [230, 220, 30],
    })
}

/// A JPEG file with these application segments (marker number, body) right after its start.
pub fn jpeg(width: usize, height: usize, pixels: &[u8], segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 95);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.encode(pixels, width as u16, height as u16, ColorType::Rgb).expect("writing to memory does not fail");
    let mut extra = Vec::new();
    for (marker, body) in segments {
        extra.extend([0xff, *marker]);
        extra.extend((body.len() as u16 + 2).to_be_bytes());
        extra.extend(body);
    }
    out.splice(2..2, extra);
    out
}

/// A progressive JPEG file.
pub fn progressive(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_progressive(true);
    encoder.encode(pixels, width as u16, height as u16, ColorType::Rgb).expect("writing to memory does not fail");
    out
}

/// A JPEG file of four inks; `pixels` are cyan, magenta, yellow, black, 255 full ink.
pub fn cmyk_jpeg(width: usize, height: usize, pixels: &[u8], mode: ColorType) -> Vec<u8> {
    let mut out = Vec::new();
    Encoder::new(&mut out, 95)
        .encode(pixels, width as u16, height as u16, mode)
        .expect("writing to memory does not fail");
    out
}

/// A PNG file of raw samples; 16-bit samples are native-endian.
pub fn png(
    width: usize,
    height: usize,
    samples: &[u8],
    colour: ExtendedColorType,
    profile: Option<Vec<u8>>,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = PngEncoder::new(&mut out);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).expect("PNG carries profiles");
    }
    encoder.write_image(samples, width as u32, height as u32, colour).expect("writing to memory does not fail");
    out
}

/// A PNG chunk with its length and checksum.
pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    let mut crc = u32::MAX;
    for byte in &named {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    [&(body.len() as u32).to_be_bytes(), named.as_slice(), &(!crc).to_be_bytes()].concat()
}

/// A PNG file that claims `width` × `height` RGB pixels and holds a few compressed bytes.
pub fn claiming_png(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    // zlib header, one stored block of four zeros, Adler-32.
    let data = [0x78, 0x01, 1, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 4, 0, 1];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &header), &chunk(b"IDAT", &data), &chunk(b"IEND", &[])].concat()
}

/// `png` with `extra` chunks before its first IDAT.
pub fn with_chunk(mut png: Vec<u8>, extra: &[u8]) -> Vec<u8> {
    let at = png.windows(4).position(|w| w == b"IDAT").expect("a PNG file has data") - 4;
    png.splice(at..at, extra.iter().copied());
    png
}

/// A WebP file.
pub fn webp(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    webp::Encoder::from_rgb(pixels, width as u32, height as u32).encode(90.0).to_vec()
}

/// A lossless WebP file.
pub fn lossless_webp(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    webp::Encoder::from_rgb(pixels, width as u32, height as u32).encode_lossless().to_vec()
}

fn riff_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = [name.as_slice(), &(body.len() as u32).to_le_bytes(), body].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

fn three(value: usize) -> [u8; 3] {
    [value as u8, (value >> 8) as u8, (value >> 16) as u8]
}

fn riff(chunks: Vec<u8>) -> Vec<u8> {
    [b"RIFF".as_slice(), &(chunks.len() as u32 + 4).to_le_bytes(), b"WEBP", &chunks].concat()
}

/// An extended WebP file with EXIF: the frame of a plain one under a canvas header.
pub fn webp_with_exif(width: usize, height: usize, plain: &[u8], exif: &[u8]) -> Vec<u8> {
    let header = [&[0b1000, 0, 0, 0][..], &three(width - 1), &three(height - 1)].concat();
    riff([riff_chunk(b"VP8X", &header), plain[12..].to_vec(), riff_chunk(b"EXIF", exif)].concat())
}

/// A WebP file of two frames, both `plain`.
pub fn animated_webp(width: usize, height: usize, plain: &[u8]) -> Vec<u8> {
    let header = [&[0b10, 0, 0, 0][..], &three(width - 1), &three(height - 1)].concat();
    let place = [&three(0)[..], &three(0), &three(width - 1), &three(height - 1), &three(100), &[0]].concat();
    let frame = riff_chunk(b"ANMF", &[place.as_slice(), &plain[12..]].concat());
    riff([riff_chunk(b"VP8X", &header), riff_chunk(b"ANIM", &[0; 6]), frame.clone(), frame].concat())
}

/// An EXIF block: orientation, a camera's name and a GPS directory, little- or big-endian.
pub fn exif(orientation: u16, little: bool) -> Vec<u8> {
    let two = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
    let four = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
    let entry =
        |tag: u16, kind: u16, count: u32, value: [u8; 4]| [&two(tag)[..], &two(kind), &four(count), &value].concat();
    let short = |v: u16| [two(v)[0], two(v)[1], 0, 0];
    let name = b"CANARY-CAMERA\0";
    // Header 8, directory 2 + 3 × 12 + 4 = 42, name 14, GPS directory 2 + 12 + 4.
    let (name_at, gps_at) = (50, 64);
    [
        if little { b"II" } else { b"MM" }.as_slice(),
        &two(42),
        &four(8),
        &two(3),
        &entry(0x010f, 2, name.len() as u32, four(name_at)),
        &entry(0x0112, 3, 1, short(orientation)),
        &entry(0x8825, 4, 1, four(gps_at)),
        &four(0),
        name,
        &two(1),
        &entry(0x0001, 2, 4, *b"GPSN"),
        &four(0),
    ]
    .concat()
}

/// The body of a JPEG APP1 segment with EXIF.
pub fn exif_segment(orientation: u16, little: bool) -> Vec<u8> {
    [b"Exif\0\0".as_slice(), &exif(orientation, little)].concat()
}

/// Where a picture was stored sideways, what has to be stored so that `orientation` brings `pixels` up again.
pub fn stored_for(orientation: u16, width: usize, height: usize, pixels: &[u8]) -> (usize, usize, Vec<u8>) {
    let (w, h) = if orientation >= 5 { (height, width) } else { (width, height) };
    let mut out = vec![0; w * h * 3];
    for y in 0..height {
        for x in 0..width {
            let (to_x, to_y) = match orientation {
                1 => (x, y),
                2 => (width - 1 - x, y),
                3 => (width - 1 - x, height - 1 - y),
                4 => (x, height - 1 - y),
                5 => (y, x),
                6 => (y, width - 1 - x),
                7 => (height - 1 - y, width - 1 - x),
                _ => (height - 1 - y, x),
            };
            let (to, from) = ((to_y * w + to_x) * 3, (y * width + x) * 3);
            out[to..to + 3].copy_from_slice(&pixels[from..from + 3]);
        }
    }
    (w, h, out)
}
