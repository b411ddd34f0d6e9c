//! What the face finder finds; `bench/faces/README.md` quotes it.
//!
//! `faces_report folder DIR THRESHOLD` prints each face in the pictures below a folder: score, region, path.
//! `faces_report smallest PICTURE` takes a picture with a face, makes it smaller and smaller on a grey ground and says
//! from which height on the face is no longer found.

use image::{Rgb, RgbImage, imageops};
use std::{
    error::Error,
    io::{Write, stdout},
    path::{Path, PathBuf},
};
use vestry_vision::{Face, FaceFinder, Kernel, Scratch};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["folder", folder, threshold] => report_folder(Path::new(folder), threshold.parse()?),
        ["smallest", picture] => report_smallest(&image::open(picture)?.to_rgb8()),
        _ => Err("write `faces_report folder DIR THRESHOLD` or `faces_report smallest PICTURE`".into()),
    }
}

fn report_folder(folder: &Path, threshold: f32) -> Outcome {
    let finder = FaceFinder::builtin(Kernel::best())?;
    let mut scratch = Scratch::default();
    let mut waiting = vec![folder.to_owned()];
    let mut pictures: Vec<PathBuf> = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { waiting.push(path) } else { pictures.push(path) }
        }
    }
    pictures.sort();
    let (mut read, mut with_faces, mut long_side) = (0, 0, 0);
    for path in pictures {
        let Ok(picture) = image::open(&path) else { continue };
        let picture = picture.to_rgb8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let faces = finder.find_above(threshold, &picture, width, height, &mut scratch);
        for face in &faces {
            let path = path.strip_prefix(folder)?.display();
            writeln!(stdout(), "{:.3} {:.3} {path}", face.score, face.region)?;
        }
        read += 1;
        long_side = long_side.max(width.max(height));
        with_faces += usize::from(!faces.is_empty());
    }
    writeln!(stdout(), "{with_faces} of {read} pictures have a face at {threshold}; longest side {long_side}")?;
    Ok(())
}

fn report_smallest(picture: &RgbImage) -> Outcome {
    let finder = FaceFinder::builtin(Kernel::best())?;
    let mut scratch = Scratch::default();
    let whole = finder.find(picture, picture.width() as usize, picture.height() as usize, &mut scratch);
    let face = whole.first().ok_or("no face in this picture")?;
    let face_height = face.region.to_array()[3] * picture.height() as f32;
    writeln!(stdout(), "face of {face_height:.0} pixels, score {:.2}\n", face.score)?;
    writeln!(stdout(), "| picture's long side | found from (pixels high) | part of the long side |\n|---|---|---|")?;
    for side in [320_u32, 640, 800, 801, 1200, 2000] {
        let mut smallest = None;
        for height in (4..=100).rev() {
            let ratio = height as f32 / face_height;
            let scaled = |length: u32| ((length as f32 * ratio).round() as u32).max(1);
            let (w, h) = (scaled(picture.width()), scaled(picture.height()));
            if w > side || h > side {
                continue;
            }
            let small = imageops::resize(picture, w, h, imageops::FilterType::Triangle);
            let mut canvas = RgbImage::from_pixel(side, side, Rgb([200, 200, 200]));
            imageops::overlay(&mut canvas, &small, i64::from(side / 3), i64::from(side / 4));
            let offset = ((side / 3) as f32, (side / 4) as f32);
            let [x, y, across, down] = face.region.to_array();
            let middle = (offset.0 + (x + across / 2.0) * w as f32, offset.1 + (y + down / 2.0) * h as f32);
            let found = finder.find(&canvas, side as usize, side as usize, &mut scratch);
            if !found.iter().any(|f| is_there(f, middle, height as f32, side as f32)) {
                break;
            }
            smallest = Some(height);
        }
        match smallest {
            Some(height) => {
                let part = 100.0 * height as f32 / side as f32;
                writeln!(stdout(), "| {side} | {height} | {part:.1} % |")?;
            }
            None => writeln!(stdout(), "| {side} | not at 100 or below | |")?,
        }
    }
    Ok(())
}

/// Whether `found` is the face of `height` pixels at `middle`, not something else in the picture: its middle within
/// half a face, its height between half and twice the face's.
fn is_there(found: &Face, middle: (f32, f32), height: f32, side: f32) -> bool {
    let [x, y, w, h] = found.region.to_array().map(|part| part * side);
    let off = (x + w / 2.0 - middle.0).abs().max((y + h / 2.0 - middle.1).abs());
    off <= height / 2.0 && (0.5..=2.0).contains(&(h / height))
}
