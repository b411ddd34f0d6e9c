//! The backbone against onnxruntime's answers on the same fp16-rounded weights, and what it takes from memory.

#[path = "pictures/drawn.rs"]
mod drawn;

use safetensors::SafeTensors;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};
use vestry_vision::{Backbone, Kernel, ModelError, Scratch};

const REFERENCE: &[u8] = include_bytes!("../../../models/efficientnet-lite0/reference.safetensors");
const WEIGHTS: &[u8] = include_bytes!("../../../models/efficientnet-lite0/weights.safetensors");

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting what each thread asks of it.
struct Counting;

#[expect(unsafe_code, reason = "an allocator can only be counted by being one")]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn reference(name: &str) -> Vec<f32> {
    let file = SafeTensors::deserialize(REFERENCE).expect("the committed reference");
    let tensor = file.tensor(name).expect("a tensor of the reference");
    tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// The largest difference, as a part of the largest expected value.
fn difference(got: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(got.len(), expected.len());
    let largest = expected.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    got.iter().zip(expected).fold(0.0_f32, |m, (g, e)| m.max((g - e).abs())) / largest
}

#[test]
fn every_kernel_agrees_with_onnxruntime() {
    let (features, logits) = (reference("feature"), reference("logits"));
    for kernel in Kernel::available() {
        let backbone = Backbone::builtin(kernel).unwrap();
        let mut scratch = Scratch::default();
        let expected = features.chunks_exact(Backbone::FEATURES).zip(logits.chunks_exact(Backbone::CLASSES));
        let mut worst = 0.0_f32;
        for (pattern, (feature, logits)) in drawn::PATTERNS.iter().zip(expected) {
            let pixels = drawn::picture(pattern, Backbone::SIDE, Backbone::SIDE);
            let outputs = backbone.run(&pixels, &mut scratch);
            let off = difference(outputs.feature, feature).max(difference(outputs.logits, logits));
            assert!(off <= 1e-3, "{kernel} on `{pattern}`: {off} of the largest value");
            worst = worst.max(off);
        }
        eprintln!("{kernel}: at most {worst:.1e} of the largest value from onnxruntime");
    }
    for absent in [Kernel::Avx512, Kernel::Avx2].into_iter().filter(|k| !Kernel::available().contains(k)) {
        eprintln!("{absent}: NOT RUN, this processor does not have it");
        assert!(matches!(Backbone::builtin(absent), Err(ModelError::Kernel(k)) if k == absent));
    }
}

#[test]
fn the_feature_is_the_mean_of_the_map() {
    let backbone = Backbone::builtin(Kernel::best()).unwrap();
    let mut scratch = Scratch::default();
    let pixels = drawn::picture("disc", Backbone::SIDE, Backbone::SIDE);
    let outputs = backbone.run(&pixels, &mut scratch);
    let cells = Backbone::MAP_SIDE * Backbone::MAP_SIDE;
    assert_eq!(outputs.map.len(), cells * Backbone::FEATURES);
    let mean: Vec<f32> = (0..Backbone::FEATURES)
        .map(|f| outputs.map.iter().skip(f).step_by(Backbone::FEATURES).sum::<f32>() / cells as f32)
        .collect();
    assert!(difference(outputs.feature, &mean) < 1e-5);
    assert!(outputs.map.iter().all(|v| (0.0..=6.0).contains(v)));
}

#[test]
fn nothing_is_allocated_after_the_first_picture() {
    for kernel in Kernel::available() {
        let backbone = Backbone::builtin(kernel).unwrap();
        let mut scratch = Scratch::default();
        let pictures = drawn::PATTERNS.map(|p| drawn::picture(p, Backbone::SIDE, Backbone::SIDE));
        backbone.run(&pictures[0], &mut scratch);
        let before = ALLOCATIONS.with(Cell::get);
        let first: f32 = backbone.run(&pictures[1], &mut scratch).feature[0];
        let second: f32 = backbone.run(&pictures[2], &mut scratch).feature[0];
        assert_eq!(ALLOCATIONS.with(Cell::get), before, "{kernel} allocated");
        assert_ne!(first, second, "other pictures, other features");
    }
}

#[test]
fn what_ran_before_changes_nothing() {
    let backbone = Backbone::builtin(Kernel::best()).unwrap();
    let [noise, disc] = ["noise", "disc"].map(|p| drawn::picture(p, Backbone::SIDE, Backbone::SIDE));
    let fresh = backbone.run(&disc, &mut Scratch::default()).feature.to_vec();
    let mut used = Scratch::default();
    backbone.run(&noise, &mut used);
    assert_eq!(backbone.run(&disc, &mut used).feature, fresh, "bit for bit");
}

#[test]
fn a_damaged_weight_file_is_an_error() {
    #[track_caller]
    fn check(file: &[u8], part: &str) {
        let message = Backbone::read(file, Kernel::Portable).expect_err("damaged").to_string();
        assert!(message.contains(part), "{message}");
    }
    check(&[], "not a safetensors file");
    check(&WEIGHTS[..WEIGHTS.len() / 2], "not a safetensors file");
    check(REFERENCE, "tensor `stem.weight`");
    let mut infinite = WEIGHTS.to_vec();
    let end = infinite.len();
    infinite[end - 2..].copy_from_slice(&[0x00, 0x7c]);
    check(&infinite, "not finite");
}

#[test]
fn the_weights_are_those_of_model_toml() {
    use sha2::{Digest, Sha256};
    let about: toml::Table = Backbone::MODEL_TOML.parse().unwrap();
    let digest: String = Sha256::digest(WEIGHTS).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(about["weights"]["sha256"].as_str(), Some(digest.as_str()));
    assert_eq!(Backbone::NAME, format!("efficientnet-lite0-{}", &digest[..16]), "what features are said to be of");
    assert_eq!(about["input"]["width"].as_integer(), Some(Backbone::SIDE as i64));
}
