//! Writes a contact sheet: `cargo run -p vestry-drawings --example contact_sheet -- FILE [catalogue|prints|nothing] [SEED]`.

use std::{env, error::Error, fs};
use vestry_drawings::{Picture, catalogue, no_garment, print_samples, render};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let file = arguments.next().ok_or("name the PNG file to write")?;
    let what = arguments.next().unwrap_or_else(|| "catalogue".into());
    let seed = arguments.next().map_or(Ok(1), |s| s.parse())?;
    let (w, h) = if what == "catalogue" { (160, 200) } else { (160, 160) };
    let (columns, rows) = (12, 8);
    let tiles: Vec<Picture> = match what.as_str() {
        "prints" => print_samples(seed, columns * rows).iter().map(|s| s.picture(w)).collect(),
        "nothing" => no_garment(seed, columns * rows).iter().map(|s| s.picture(w, h)).collect(),
        _ => {
            let page: usize = arguments.next().map_or(Ok(0), |s| s.parse())?;
            catalogue(seed, 240)
                .iter()
                .skip(page * columns * rows)
                .take(columns * rows)
                .map(|d| render(d, w, h))
                .collect()
        }
    };
    let (gap, mut sheet) = (4, Picture { width: 0, height: 0, rgb: Vec::new() });
    (sheet.width, sheet.height) = (columns * (w + gap), rows * (h + gap));
    sheet.rgb = vec![255; sheet.width * sheet.height * 3];
    for (i, tile) in tiles.iter().enumerate() {
        let (left, top) = (i % columns * (w + gap), i / columns * (h + gap));
        for y in 0..h {
            let to = ((top + y) * sheet.width + left) * 3;
            sheet.rgb[to..to + w * 3].copy_from_slice(&tile.rgb[y * w * 3..(y + 1) * w * 3]);
        }
    }
    fs::write(file, sheet.to_png())?;
    Ok(())
}
