//! A text as the squares that a phone reads.

use qrcode::{Color, QrCode};
use std::fmt::Write;

/// White squares that a reader needs around it.
const QUIET: usize = 4;

/// A QR code, to be drawn as one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QrView {
    /// Squares a side, the quiet ones included.
    pub(crate) side: usize,
    /// The dark squares, as the `d` of a path.
    pub(crate) path: String,
}

impl QrView {
    /// The squares of `text`; none for one that is too long for any code.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (at, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                let (x, y) = (at % width + QUIET, at / width + QUIET);
                write!(path, "M{x} {y}h1v1h-1z").expect("a text takes what is written");
            }
        }
        Some(Self { side: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::QrView;

    #[test]
    fn a_code_has_its_three_corners_and_white_around_them() {
        let view = QrView::of("otpauth://totp/Vestry:kim").expect("short enough");
        let last = view.side - 4 - 7;
        for (x, y) in [(4, 4), (last, 4), (4, last)] {
            assert!(view.path.contains(&format!("M{x} {y}h1v1h-1z")), "a corner at {x}, {y}");
        }
        assert!(!view.path.contains("M3 ") && !view.path.contains(" 3h"), "four squares stay white");
        assert_eq!(QrView::of(&"x".repeat(9_999)), None);
    }
}
