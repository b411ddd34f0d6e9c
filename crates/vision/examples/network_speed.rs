//! Runs the networks on request, so that another program can time them turn by turn with something else.
//!
//! Reads lines `backbone KERNEL COUNT` or `faces KERNEL COUNT WIDTH HEIGHT` and answers each with one line when done.
//! `bench/backbone/compare.py` drives it; it reads no clock itself.

#[path = "../tests/pictures/drawn.rs"]
#[expect(dead_code, reason = "the tests use the list of patterns, timing one of them")]
mod drawn;

use std::{
    collections::{HashMap, hash_map::Entry},
    error::Error,
    io::{Write, stdin, stdout},
};
use vestry_vision::{Backbone, FaceFinder, Kernel, Scratch};

fn main() -> Result<(), Box<dyn Error>> {
    let mut backbones: HashMap<Kernel, Backbone> = HashMap::new();
    let mut finders: HashMap<Kernel, FaceFinder> = HashMap::new();
    let mut scratch = Scratch::default();
    let kernels: Vec<String> = Kernel::available().iter().map(Kernel::to_string).collect();
    writeln!(stdout(), "{}", kernels.join(" "))?;
    for line in stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words.get(at).and_then(|w| w.parse::<usize>().ok()).ok_or("a number is missing");
        let kernel: Kernel = words.get(1).ok_or("a kernel is missing")?.parse()?;
        let answer = match words[0] {
            "backbone" => {
                if let Entry::Vacant(place) = backbones.entry(kernel) {
                    place.insert(Backbone::builtin(kernel)?);
                }
                let pixels = drawn::picture("noise", Backbone::SIDE, Backbone::SIDE);
                let mut sum = 0.0;
                for _ in 0..number(2)? {
                    sum += backbones[&kernel].run(&pixels, &mut scratch).feature[0];
                }
                f64::from(sum)
            }
            "faces" => {
                if let Entry::Vacant(place) = finders.entry(kernel) {
                    place.insert(FaceFinder::builtin(kernel)?);
                }
                let (width, height) = (number(3)?, number(4)?);
                let pixels = drawn::picture("noise", height, width);
                let mut found = 0;
                for _ in 0..number(2)? {
                    found += finders[&kernel].find(&pixels, width, height, &mut scratch).len();
                }
                found as f64
            }
            other => return Err(format!("`{other}` is not a network").into()),
        };
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}
