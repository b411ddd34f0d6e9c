//! Where the time of an import goes: `cargo run --release -p vestry-vision --example import_speed -- DIR [COUNT]`.
//!
//! Takes every n-th picture under DIR on one thread, each step three times, and prints the mean over pictures of the
//! quickest time of each step, milliseconds, and its share.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a stopwatch that prints")]

use std::{
    error::Error,
    path::{Path, PathBuf},
    time::Instant,
};
use vestry_model::Taxonomy;
use vestry_vision::{CleanImage, Kernel, Limits, Vision, decode, hide, thumbnail};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder of pictures?")?;
    let count: usize = arguments.next().map_or(Ok(200), |count| count.parse())?;
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files)?;
    files.sort();
    let step = (files.len() / count.max(1)).max(1);
    let files: Vec<PathBuf> = files.into_iter().step_by(step).take(count).collect();
    let vision = Vision::builtin(Kernel::best())?;
    let limits = Limits::default();
    let names = ["decode, shrink, turn", "find faces", "encode, decode again", "thumbnail, 400 wide", "recognise"];
    let mut spent = [0.0f64; 5];
    let mut faces = 0;
    for file in &files {
        let bytes = std::fs::read(file)?;
        let mut quickest = [f64::INFINITY; 5];
        for _ in 0..3 {
            let mut mark = Instant::now();
            let mut lap = |step: usize| {
                quickest[step] = quickest[step].min(mark.elapsed().as_secs_f64() * 1e3);
                mark = Instant::now();
            };
            let mut picture = decode(&bytes, &limits)?;
            lap(0);
            let found = vision.find_faces(&picture);
            if !found.is_empty() {
                hide(&mut picture, &found);
                vision.find_faces(&picture);
            }
            lap(1);
            let image = CleanImage::new(picture, found);
            lap(2);
            std::hint::black_box(thumbnail(&image, 400));
            lap(3);
            std::hint::black_box(vision.recognise(&image, None, vision.heads(), Taxonomy::builtin()));
            lap(4);
            faces += usize::from(!image.faces.is_empty());
        }
        spent.iter_mut().zip(quickest).for_each(|(sum, step)| *sum += step);
    }
    faces /= 3;
    let total: f64 = spent.iter().sum();
    let pictures = files.len();
    println!("{pictures} pictures, {faces} with a face, kernel {}", Kernel::best());
    for (name, spent) in names.iter().zip(spent) {
        println!("{name:22} {:7.2} ms {:5.1} %", spent / pictures as f64, spent / total * 100.0);
    }
    println!("{:22} {:7.2} ms", "together", total / pictures as f64);
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|e| ["jpg", "jpeg", "png", "webp"].iter().any(|k| e.eq_ignore_ascii_case(k)))
        {
            files.push(path);
        }
    }
    Ok(())
}
