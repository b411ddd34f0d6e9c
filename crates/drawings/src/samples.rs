//! Cloth as a camera sees it: what a print head is fitted on.

use crate::{
    camera::{Shot, photograph},
    catalogue::Design,
    garments::{KINDS, Kind},
    picture::Picture,
    prints::Print,
    random::Random,
};
use vestry_model::{Rgb, ValueId};

/// A garment near the camera, wrinkled, lit from a side, on some background: made so that what is learnt from it
/// holds for photos.
#[derive(Debug, Clone)]
pub struct PrintSample {
    /// A value of `print`.
    pub print: ValueId,
    svg: String,
    seed: u64,
    graphic: bool,
}

impl PrintSample {
    /// The pixels, `side` × `side`; pure, so samples can be drawn in parallel.
    pub fn picture(&self, side: usize) -> Picture {
        let mut random = Random::new(self.seed);
        // A picture on a chest must stay in sight; a pattern is as true of a close-up.
        let seen = if self.graphic { random.between(0.62, 1.0) } else { random.between(0.22, 1.0) };
        let wander = if self.graphic { 0.04 } else { 0.10 };
        let shot = Shot {
            seen,
            middle: (0.5 + random.between(-wander, wander), 0.47 + random.between(-wander, wander)),
            lean: random.between(-14.0, 14.0),
            wrinkles: random.between(0.15, 0.9),
            blur: *random.pick(&[0, 0, 1, 1, 2]),
            noise: random.between(1.0, 7.0),
        };
        // Drawn large enough that the crop is not magnified more than a cheap camera would.
        let width = ((side as f32 / seen) as usize).clamp(side, side * 2);
        let flat = Picture::draw(&self.svg, width, width * 5 / 4);
        photograph(&flat, (side, side), shot, &mut random)
    }
}

/// Backgrounds that photos have: floors, walls, sheets, wood.
fn scene(random: &mut Random) -> Rgb {
    let grey = random.between(60.0, 245.0);
    let tint = [random.between(-22.0, 26.0), random.between(-12.0, 12.0), random.between(-26.0, 18.0)];
    Rgb(tint.map(|t| (grey + t).clamp(0.0, 255.0) as u8))
}

/// `count` samples that follow from `seed`, the eight prints in turn.
pub fn print_samples(seed: u64, count: usize) -> Vec<PrintSample> {
    (0..count)
        .map(|number| {
            let print = Print::ALL[number % Print::ALL.len()];
            let mut random = Random::part(seed ^ 0x5052_494e_5453, number as u64);
            let worn: Vec<&'static Kind> =
                KINDS.iter().filter(|k| k.prints.contains(&print) && !k.fits.is_empty()).collect();
            let design = Design::new(worn[random.below(worn.len())], print, &mut random);
            let colours = design.colours(&mut random);
            let ground = scene(&mut random);
            PrintSample {
                print: ValueId::new(print.id()).expect("the tables hold valid ids"),
                svg: design.svg_on(colours, ground, &mut random),
                seed: random.next(),
                graphic: print == Print::Graphic,
            }
        })
        .collect()
}
