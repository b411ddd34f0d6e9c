//! Colours as pixels have them and as eyes compare them.

use crate::ValueId;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::LazyLock};

/// An sRGB colour, eight bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rgb(pub [u8; 3]);

impl Rgb {
    /// Reads `#rrggbb`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.is_ascii())?;
        let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([channel(0)?, channel(2)?, channel(4)?]))
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

/// A colour in OKLab (Ottosson 2020): lightness 0–1, then the green–red and blue–yellow axes.
/// Euclidean distance follows what eyes see; 0.02 is just noticeable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Oklab {
    /// Lightness, 0 black to 1 white.
    pub l: f32,
    /// Green (−) to red (+).
    pub a: f32,
    /// Blue (−) to yellow (+).
    pub b: f32,
}

impl Oklab {
    /// The distance between two colours.
    pub fn distance(self, other: Self) -> f32 {
        let (l, a, b) = (self.l - other.l, self.a - other.a, self.b - other.b);
        (l * l + a * a + b * b).sqrt()
    }
}

/// The light of each of the 256 steps of an sRGB channel; a power is dear, and pictures ask for many.
static LIGHT: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|c| {
        let c = c as f32 / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
});

impl From<Rgb> for Oklab {
    fn from(Rgb(channels): Rgb) -> Self {
        let [r, g, b] = channels.map(|c| LIGHT[usize::from(c)]);
        let long = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
        let medium = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
        let short = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
        Self {
            l: 0.210_454_26 * long + 0.793_617_8 * medium - 0.004_072_047 * short,
            a: 1.977_998_5 * long - 2.428_592_2 * medium + 0.450_593_7 * short,
            b: 0.025_904_037 * long + 0.782_771_77 * medium - 0.808_675_77 * short,
        }
    }
}

/// How much of a garment has one of the taxonomy's colours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColourShare {
    /// A value of the attribute `colour`.
    pub value: ValueId,
    /// The measured colour itself, not the taxonomy's sample of it.
    pub rgb: Rgb,
    /// Its part of the foreground, 0–1; the shares of a garment add up to at most 1.
    pub share: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oklab_of_the_primaries_is_as_published() {
        for (hex, l, a, b) in
            [("#ffffff", 1.0, 0.0, 0.0), ("#ff0000", 0.628, 0.225, 0.126), ("#0000ff", 0.452, -0.032, -0.312)]
        {
            let lab = Oklab::from(Rgb::from_hex(hex).expect("a colour"));
            assert!(lab.distance(Oklab { l, a, b }) < 2e-3, "{hex}: {lab:?}");
        }
    }

    #[test]
    fn hex_is_read_back() {
        assert_eq!(Rgb::from_hex("#0a1b2c").map(|c| c.to_string()).as_deref(), Some("#0a1b2c"));
        for wrong in ["0a1b2c", "#0a1b2", "#0a1b2g", "#한글"] {
            assert_eq!(Rgb::from_hex(wrong), None, "{wrong}");
        }
    }
}
