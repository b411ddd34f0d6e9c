//! What is no picture is refused by its content, with a code; nothing that is sent brings the process down.

#[path = "support/fixtures.rs"]
mod fixtures;

use fixtures::{
    Dice, animated_webp, chunk, claiming_png, exif_segment, jpeg, lossless_webp, painted, png, progressive, quarters,
    webp, with_chunk,
};
use image::ExtendedColorType;
use vestry_vision::{Limits, decode, fuzz};

#[track_caller]
fn check(bytes: &[u8], code: &str) {
    let error = decode(bytes, &Limits::default()).expect_err("refused");
    assert_eq!(error.code(), code, "{error}");
}

/// The message names the kind, so that whoever sent it knows what they sent.
#[track_caller]
fn check_kind(bytes: &[u8], kind: &str) {
    let error = decode(bytes, &Limits::default()).expect_err("refused");
    assert_eq!(
        (error.code(), error.to_string().contains(&format!("`{kind}`"))),
        ("image_kind_refused", true),
        "{error}"
    );
}

fn samples() -> [(&'static str, Vec<u8>); 6] {
    let pixels = painted(61, 47, |x, y| [(x * 4) as u8, (y * 5) as u8, ((x * y) % 251) as u8]);
    [
        ("jpeg", jpeg(61, 47, &pixels, &[(0xe1, exif_segment(6, true))])),
        ("progressive jpeg", progressive(61, 47, &pixels)),
        ("png", png(61, 47, &pixels, ExtendedColorType::Rgb8, None)),
        ("png with a profile", png(61, 47, &pixels, ExtendedColorType::Rgb8, Some(display_p3()))),
        ("webp", webp(61, 47, &pixels)),
        ("lossless webp", lossless_webp(61, 47, &pixels)),
    ]
}

fn display_p3() -> Vec<u8> {
    moxcms::ColorProfile::new_display_p3().encode().expect("a built-in profile")
}

#[test]
fn what_is_no_still_picture_is_refused_by_its_content() {
    check(b"", "image_empty");
    check(b"\x01\x02\x03\x04", "image_kind_unknown");
    check(&[0; 4096], "image_kind_unknown");
    check_kind(b"<?xml version=\"1.0\"?>\n<!-- a --><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG drawing");
    check_kind(b"\xef\xbb\xbf  <SVG onload=alert(1)>", "SVG drawing");
    let wide: Vec<u8> = "\u{feff}<svg/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_kind(&wide, "SVG drawing");
    check_kind(b"<!DOCTYPE html><html></html>", "HTML page");
    check_kind(b"<note/>", "XML document");
    check_kind(b"sku,title\n1,shirt\n", "text");
    check_kind(b"GIF89a\x01\0\x01\0", "GIF image");
    check_kind(b"BM\x46\0\0\0", "BMP image");
    check_kind(b"II*\0\x08\0\0\0", "TIFF image");
    check_kind(b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC image");
    check_kind(b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF image");
    check_kind(b"\0\0\0\x18ftypmp42\0\0\0\0", "video");
    check_kind(b"\0\0\0\x18ftypM4A \0\0\0\0", "audio");
    check_kind(b"\x1aE\xdf\xa3\x01\0\0\0", "video");
    check_kind(b"RIFF\x24\0\0\0AVI LIST", "video");
    check_kind(b"RIFF\x24\0\0\0WAVEfmt ", "audio");
    check_kind(b"ID3\x04\0\0\0\0\0\0", "audio");
    check_kind(b"\xff\xfb\x90\x64", "audio");
    check_kind(b"OggS\0\x02", "audio");
    check_kind(b"fLaC\0\0\0\x22", "audio");
    check_kind(b"PK\x03\x04\x14\0", "ZIP archive");
    check_kind(b"\x1f\x8b\x08\0", "gzip archive");
    check_kind(b"7z\xbc\xaf\x27\x1c\0\x04", "7z archive");
    check_kind(b"Rar!\x1a\x07\x01\0", "RAR archive");
    check_kind(b"%PDF-1.7", "PDF document");
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    check_kind(&tar, "TAR archive");
}

#[test]
fn limits_hold_before_a_pixel_is_read() {
    check(&claiming_png(30_000, 30_000), "image_too_many_pixels");
    check(&claiming_png(u32::MAX, u32::MAX), "image_too_many_pixels");
    check(&claiming_png(0, 10), "image_without_pixels");
    let small = Limits { max_bytes: 100, ..Limits::default() };
    let error = decode(&samples()[0].1, &small).expect_err("refused");
    assert_eq!(error.code(), "image_too_many_bytes");
    let few = Limits { max_pixels: 61 * 47 - 1, ..Limits::default() };
    for (name, bytes) in samples() {
        assert_eq!(decode(&bytes, &few).expect_err(name).code(), "image_too_many_pixels", "{name}");
    }
    let shallow = Limits { max_decoded_bytes: 61 * 47 * 2, ..Limits::default() };
    for (name, bytes) in samples() {
        assert_eq!(decode(&bytes, &shallow).expect_err(name).code(), "image_too_deep", "{name}");
    }
}

#[test]
fn a_header_that_lies_about_its_size_is_not_believed() {
    check(&claiming_png(4000, 4000), "image_damaged");
    let mut grown = jpeg(64, 48, &quarters(64, 48), &[]);
    let frame = grown.windows(2).position(|w| w == [0xff, 0xc0]).expect("a frame header");
    grown[frame + 5..frame + 9].copy_from_slice(&[0x0f, 0xa0, 0x0f, 0xa0]);
    check(&grown, "image_damaged");
    let mut canvas = fixtures::webp_with_exif(64, 48, &webp(64, 48, &quarters(64, 48)), b"");
    canvas[24..30].copy_from_slice(&[0xff, 0x0f, 0, 0xff, 0x0f, 0]);
    check(&canvas, "image_damaged");
}

#[test]
fn a_picture_that_moves_is_refused() {
    let plain = webp(64, 48, &quarters(64, 48));
    check(&animated_webp(64, 48, &plain), "image_animated");
    let control = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let still = png(64, 48, &quarters(64, 48), ExtendedColorType::Rgb8, None);
    check(&with_chunk(still, &control), "image_animated");
}

#[test]
fn a_picture_that_is_cut_off_is_refused() {
    for (name, bytes) in samples() {
        for cut in (1..bytes.len() - 12).step_by(7) {
            assert!(fuzz::intake(&bytes[..cut]).is_err(), "{name} of {} bytes cut to {cut}", bytes.len());
        }
        fuzz::intake(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn flipped_bits_never_bring_it_down() {
    let mut dice = Dice(0x5eed);
    for (name, bytes) in samples() {
        let mut taken = 0;
        for _ in 0..600 {
            let mut bytes = bytes.clone();
            for _ in 0..=dice.below(8) {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
            taken += usize::from(fuzz::intake(&bytes).is_ok());
        }
        eprintln!("{name}: {taken} of 600 with flipped bits were still pictures");
    }
}

#[test]
fn noise_after_a_known_beginning_never_brings_it_down() {
    let mut dice = Dice(7);
    for (_, bytes) in samples() {
        for _ in 0..200 {
            let keep = dice.below(bytes.len().min(64));
            let mut noisy = bytes[..keep].to_vec();
            noisy.extend((0..dice.below(600)).map(|_| dice.roll() as u8));
            let _ = fuzz::intake(&noisy);
        }
    }
}

#[test]
fn a_compressed_bomb_in_side_data_is_not_blown_up() {
    let still = png(64, 48, &quarters(64, 48), ExtendedColorType::Rgb8, None);
    // A profile that claims to inflate without end is dropped or refused, never expanded past the limit.
    let body = [b"icc\0\0".as_slice(), &[0x78, 0x01], &[0xff; 2000]].concat();
    let _ = fuzz::intake(&with_chunk(still, &chunk(b"iCCP", &body)));
}
