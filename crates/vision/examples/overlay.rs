//! What the recogniser looks at: `cargo run -p vestry-vision --example overlay -- OUT.png PICTURE…`.
//!
//! One row of tiles a picture: the derivative, then its foreground with the rest dimmed, then its colours as bars.
#![expect(clippy::print_stdout, reason = "its output")]

use std::error::Error;
use vestry_model::Taxonomy;
use vestry_vision::{Kernel, Limits, Picture, Vision};

const TILE: usize = 128;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("where to write?")?;
    let files: Vec<String> = arguments.collect();
    let vision = Vision::builtin(Kernel::best())?;
    let across = 4;
    let down = files.len().div_ceil(across).max(1);
    let mut sheet = Picture::filled(across * TILE * 3, down * TILE, [255; 3]);
    for (at, file) in files.iter().enumerate() {
        let image = vision.intake(&std::fs::read(file)?, &Limits::default())?;
        let seen = vision.recognise(&image, None, vision.heads(), Taxonomy::builtin());
        let ground = vision.foreground(&image, None);
        let (left, top) = (at % across * TILE * 3, at / across * TILE);
        let small = ground.picture();
        for y in 0..small.height() {
            for x in 0..small.width() {
                let pixel = small.at(x, y);
                let kept = ground.mask()[y * small.width() + x];
                paint(&mut sheet, left + x, top + y, pixel);
                paint(&mut sheet, left + TILE + x, top + y, if kept { pixel } else { pixel.map(|c| c / 5 + 60) });
            }
        }
        let mut from = 0;
        for colour in &seen.objects[0].colours {
            let height = (colour.share * TILE as f32) as usize;
            for y in from..(from + height).min(TILE) {
                for x in 0..TILE / 2 {
                    paint(&mut sheet, left + 2 * TILE + x, top + y, colour.rgb.0);
                }
            }
            from += height;
        }
        let named: Vec<String> =
            seen.objects[0].colours.iter().map(|c| format!("{} {:.2}", c.value, c.share)).collect();
        println!("{at}: {} share {:.2} faces {}: {}", file, ground.share(), seen.faces, named.join(", "));
    }
    image::save_buffer(&out, sheet.pixels(), sheet.width() as u32, sheet.height() as u32, image::ColorType::Rgb8)?;
    Ok(())
}

fn paint(sheet: &mut Picture, x: usize, y: usize, colour: [u8; 3]) {
    let at = (y * sheet.width() + x) * 3;
    sheet.pixels_mut()[at..at + 3].copy_from_slice(&colour);
}
