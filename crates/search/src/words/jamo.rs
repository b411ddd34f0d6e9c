//! Korean syllables as the keys that type them, so that one slip of a finger is one edit.
//!
//! The two-set layout (KS X 5002): a double consonant is one key with shift, a compound vowel or final is two.

const FIRST: [&str; 19] =
    ["r", "R", "s", "e", "E", "f", "a", "q", "Q", "t", "T", "d", "w", "W", "c", "z", "x", "v", "g"];
const MIDDLE: [&str; 21] =
    ["k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b", "m", "ml", "l"];
const LAST: [&str; 28] = [
    "", "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "qt", "t", "T",
    "d", "w", "c", "z", "x", "v", "g",
];
/// Compatibility jamo from U+3131 on: consonants with clusters, then vowels.
const SINGLE: [&str; 51] = [
    "r", "R", "rt", "s", "sw", "sg", "e", "E", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "Q", "qt", "t",
    "T", "d", "w", "W", "c", "z", "x", "v", "g", "k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y",
    "n", "nj", "np", "nl", "b", "m", "ml", "l",
];

/// Set in a key that types Hangul, so that Korean and Latin words are far apart.
pub(super) const HANGUL: u8 = 0x80;

/// Whether `c` is a composed Korean syllable.
pub(super) fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Whether the syllable ends in a consonant, and whether that is `ㄹ`; `None` for what is no syllable.
pub(super) fn final_consonant(c: char) -> Option<Final> {
    is_syllable(c).then(|| match (c as u32 - '가' as u32) % 28 {
        0 => Final::None,
        8 => Final::Rieul,
        _ => Final::Other,
    })
}

/// How a syllable ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Final {
    /// In a vowel.
    None,
    /// In `ㄹ`, after which some particles go as after a vowel.
    Rieul,
    /// In another consonant.
    Other,
}

/// The keys that type `word`; `None` when it has anything but Latin letters and Hangul.
pub(super) fn keys(word: &str) -> Option<Vec<u8>> {
    let mut keys = Vec::with_capacity(word.len());
    for c in word.chars() {
        let parts = match c {
            'a'..='z' => {
                keys.push(c as u8);
                continue;
            }
            '가'..='힣' => {
                let at = (c as u32 - '가' as u32) as usize;
                [FIRST[at / 588], MIDDLE[at % 588 / 28], LAST[at % 28]]
            }
            '\u{3131}'..='\u{3163}' => [SINGLE[(c as u32 - 0x3131) as usize], "", ""],
            _ => return None,
        };
        keys.extend(parts.iter().flat_map(|p| p.bytes()).map(|b| b | HANGUL));
    }
    Some(keys)
}

/// The key without language and shift: what the finger pressed.
pub(super) fn finger(key: u8) -> u8 {
    (key & !HANGUL).to_ascii_lowercase()
}
