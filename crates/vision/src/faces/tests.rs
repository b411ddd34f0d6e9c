//! The network inside against onnxruntime; what is made of its cells.

use super::*;
use safetensors::SafeTensors;

#[path = "../../tests/pictures/drawn.rs"]
mod drawn;

const REFERENCE: &[u8] = include_bytes!("../../../../models/centerface/reference.safetensors");

#[test]
fn every_kernel_agrees_with_onnxruntime() {
    let file = SafeTensors::deserialize(REFERENCE).unwrap();
    let tensor = file.tensor("cells").unwrap();
    let expected: Vec<f32> =
        tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let (height, width) = (96, 128);
    let length = height / 4 * (width / 4) * CELL;
    for kernel in Kernel::available() {
        let finder = FaceFinder::builtin(kernel).unwrap();
        let mut scratch = Scratch::default();
        let mut worst = 0.0_f32;
        for (pattern, expected) in drawn::PATTERNS.iter().zip(expected.chunks_exact(length)) {
            let pixels = drawn::picture(pattern, height, width);
            let picture = scratch.picture.room(pixels.len());
            picture.iter_mut().zip(&pixels).for_each(|(to, from)| *to = f32::from(*from));
            assert_eq!(finder.cells((height, width), &mut scratch), (height / 4, width / 4));
            for (cell, expected) in scratch.map[..length].chunks_exact(CELL).zip(expected.chunks_exact(CELL)) {
                let heat = 1.0 / (1.0 + (-cell[0]).exp());
                let got = [heat, cell[1], cell[2], cell[3], cell[4]];
                worst = got.iter().zip(expected).fold(worst, |m, (g, e)| m.max((g - e).abs() / e.abs().max(1.0)));
            }
        }
        eprintln!("{kernel}: at most {worst:.1e} from onnxruntime");
        assert!(worst <= 1e-3, "{kernel}: {worst}");
    }
}

fn candidate(left: f32, top: f32, side: f32, score: f32) -> Candidate {
    Candidate { left, top, right: left + side, bottom: top + side, score }
}

#[track_caller]
fn check(candidates: &[(f32, f32, f32, f32)], kept: &[f32]) {
    let candidates = candidates.iter().map(|&(left, top, side, score)| candidate(left, top, side, score)).collect();
    let scores: Vec<f32> = distinct(candidates).iter().map(|c| c.score).collect();
    assert_eq!(scores, kept);
}

#[test]
fn one_face_is_counted_once() {
    check(&[], &[]);
    check(&[(0.0, 0.0, 10.0, 0.5), (1.0, 1.0, 10.0, 0.9)], &[0.9]);
    check(&[(0.0, 0.0, 10.0, 0.5), (20.0, 0.0, 10.0, 0.9)], &[0.9, 0.5]);
    // Mostly inside a larger one: the other pass's idea of the same face.
    check(&[(0.0, 0.0, 40.0, 0.5), (10.0, 10.0, 12.0, 0.9)], &[0.9]);
    // Neighbours that touch are two.
    check(&[(0.0, 0.0, 10.0, 0.5), (8.0, 0.0, 10.0, 0.9)], &[0.9, 0.5]);
}

#[test]
fn a_cell_is_read_as_a_box() {
    let cell = [0.0, 10.0_f32.ln(), 5.0_f32.ln(), 0.25, -0.5];
    let found = Candidate::read(&cell, 7, 9);
    let expected = Candidate { left: 26.0, top: 11.0, right: 46.0, bottom: 51.0, score: 0.5 };
    for (got, expected) in [(found.left, expected.left), (found.top, expected.top), (found.right, expected.right)] {
        assert!((got - expected).abs() < 1e-4, "{found:?}");
    }
    assert!((found.bottom - expected.bottom).abs() < 1e-4 && found.score == 0.5, "{found:?}");
    assert_eq!(found.scaled(2.0, 2.0, 40.0, 400.0), None, "nothing of it is in the picture");
}

#[test]
fn four_results_go_to_four_places() {
    let map: Vec<f32> = (0..2 * 4 * NECK).map(|i| (i / NECK) as f32).collect();
    let mut out = Aligned::default();
    spread(&map, (1, 2), &mut out);
    let firsts: Vec<f32> = out.iter().step_by(NECK).copied().collect();
    assert_eq!(firsts, [0.0, 1.0, 4.0, 5.0, 2.0, 3.0, 6.0, 7.0]);
}

#[test]
fn the_weights_are_those_of_model_toml() {
    use sha2::{Digest, Sha256};
    let about: toml::Table = FaceFinder::MODEL_TOML.parse().unwrap();
    let digest: String = Sha256::digest(WEIGHTS).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(about["weights"]["sha256"].as_str(), Some(digest.as_str()));
}
