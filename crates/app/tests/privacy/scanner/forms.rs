//! The forms in which a canary may stand somewhere.

use super::{Canary, What};
use aho_corasick::AhoCorasick;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use unicode_normalization::UnicodeNormalization;

/// All forms of all canaries, looked for in one pass.
pub(super) struct Forms {
    automaton: AhoCorasick,
    /// By pattern: which canary, which form.
    meanings: Vec<(usize, &'static str)>,
}

impl Forms {
    pub(super) fn of(canaries: &[Canary]) -> Self {
        let (mut patterns, mut meanings) = (Vec::new(), Vec::new());
        for (at, canary) in canaries.iter().enumerate() {
            for (form, bytes) in forms(&canary.what) {
                patterns.push(bytes);
                meanings.push((at, form));
            }
        }
        Self { automaton: AhoCorasick::new(patterns).expect("patterns"), meanings }
    }

    /// Where which canary stands in which form.
    pub(super) fn find(&self, bytes: &[u8]) -> impl Iterator<Item = (usize, usize, &'static str)> {
        self.automaton.find_overlapping_iter(bytes).map(|found| {
            let (canary, form) = self.meanings[found.pattern().as_usize()];
            (found.start(), canary, form)
        })
    }
}

fn forms(what: &What) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = Vec::new();
    let plain: Vec<u8> = match what {
        What::Bytes(bytes) => bytes.clone(),
        What::Text(text) => {
            let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
            forms.push(("UTF-16LE", wide(u16::to_le_bytes)));
            forms.push(("UTF-16BE", wide(u16::to_be_bytes)));
            forms.push(("NFD", text.nfd().collect::<String>().into_bytes()));
            forms.push(("lower case", text.to_lowercase().into_bytes()));
            forms.push(("upper case", text.to_uppercase().into_bytes()));
            text.clone().into_bytes()
        }
    };
    let hex: String = plain.iter().map(|byte| format!("{byte:02x}")).collect();
    forms.push(("upper-case hex", hex.to_uppercase().into_bytes()));
    forms.push(("hex", hex.into_bytes()));
    for shift in 0..3 {
        forms.push(("base64", aligned(&STANDARD_NO_PAD.encode(shifted(&plain, shift)), plain.len(), shift)));
        forms.push(("base64url", aligned(&URL_SAFE_NO_PAD.encode(shifted(&plain, shift)), plain.len(), shift)));
    }
    forms.push(("as it is", plain));
    // The plainest of equal forms stands last and stays.
    let mut kept: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for form in forms.into_iter().rev() {
        if kept.iter().all(|(_, bytes)| *bytes != form.1) {
            kept.push(form);
        }
    }
    kept
}

fn shifted(plain: &[u8], shift: usize) -> Vec<u8> {
    [&vec![0; shift], plain].concat()
}

/// The characters that hold bits of the canary alone, whatever stands before and behind it.
fn aligned(text: &str, length: usize, shift: usize) -> Vec<u8> {
    text.as_bytes()[(8 * shift).div_ceil(6)..8 * (shift + length) / 6].to_vec()
}

#[test]
fn a_canary_is_found_in_every_form() {
    let canaries = [Canary::text("it", "Canary-김하나-0001"), Canary::bytes("id", vec![0x5a; 16])];
    let known = Forms::of(&canaries);
    let check = |form: &str, bytes: &[u8]| {
        let around = [b"before".as_slice(), bytes, b"behind"].concat();
        assert!(known.find(&around).any(|(at, canary, found)| (at, canary, found) == (6, 0, form)), "{form}");
    };
    let text = "Canary-김하나-0001";
    check("as it is", text.as_bytes());
    check("NFD", text.nfd().collect::<String>().as_bytes());
    check("UTF-16LE", &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    check("UTF-16BE", &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
    for before in ["", "x", "xy", "xyz"] {
        for (form, engine) in [("base64", &STANDARD_NO_PAD), ("base64url", &URL_SAFE_NO_PAD)] {
            let bytes = engine.encode(format!("{before}{text}and more"));
            assert!(
                known.find(bytes.as_bytes()).any(|(_, canary, found)| canary == 0 && found.starts_with("base64")),
                "{form}"
            );
        }
    }
    let id: String = "5a".repeat(16);
    assert!(known.find(id.as_bytes()).any(|(_, canary, form)| (canary, form) == (1, "hex")));
    assert!(known.find(b"nothing here").next().is_none());
}
