//! Where the time of an import goes: `cargo run --release -p vestry-vision --example import_speed -- DIR [COUNT]`.
//!
//! Takes every n-th picture under DIR, one thread, and prints the mean milliseconds of each step and its share: time
//! on the processor as Linux accounts it, so that a busy machine does not spoil the figures.
#![expect(clippy::print_stdout, reason = "its output")]

use std::{
    error::Error,
    path::{Path, PathBuf},
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
    let names = ["decode, shrink, turn", "find faces", "encode, decode again", "thumbnails 320, 640", "recognise"];
    let mut spent = [0.0f64; 5];
    let mut faces = 0;
    for (at, file) in files.iter().enumerate() {
        let bytes = std::fs::read(file)?;
        let mut mark = on_processor();
        let mut lap = |step: usize| {
            let now = on_processor();
            // The first picture warms caches up.
            if at > 0 {
                spent[step] += now - mark;
            }
            mark = now;
        };
        let mut picture = decode(&bytes, &limits)?;
        lap(0);
        let found = vision.find_faces(&picture);
        if !found.is_empty() {
            hide(&mut picture, &found);
            vision.find_faces(&picture);
        }
        faces += usize::from(!found.is_empty());
        lap(1);
        let image = CleanImage::new(picture, found);
        lap(2);
        std::hint::black_box([thumbnail(&image, 320), thumbnail(&image, 640)]);
        lap(3);
        std::hint::black_box(vision.recognise(&image, None, vision.heads(), Taxonomy::builtin()));
        lap(4);
    }
    let total: f64 = spent.iter().sum();
    let pictures = files.len() - 1;
    println!("{pictures} pictures, {faces} with a face, kernel {}", Kernel::best());
    for (name, spent) in names.iter().zip(spent) {
        println!("{name:22} {:7.2} ms {:5.1} %", spent / pictures as f64, spent / total * 100.0);
    }
    println!("{:22} {:7.2} ms", "together", total / pictures as f64);
    Ok(())
}

/// Milliseconds that this thread has run.
fn on_processor() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e6
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
