//! A rectangle inside a picture, in fractions of the oriented picture.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A rectangle `x, y, w, h` in fractions of the oriented image: inside the unit square, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f32; 4]", into = "[f32; 4]")]
pub struct Region {
    x: f32,
    y: f32,
    w: f32,
    h: f32,
}

/// Why four numbers are not a region.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RegionError {
    /// Not four finite numbers.
    #[error("`{0}` is not a region; write four fractions `x,y,w,h` such as `0.1,0.2,0.5,0.6`")]
    NotFourNumbers(String),
    /// Outside the picture, or without area.
    #[error("region `{0}` leaves the picture or is empty; `x + w` and `y + h` are at most 1 and `w`, `h` above 0")]
    Outside(String),
}

impl From<Region> for [f32; 4] {
    fn from(region: Region) -> Self {
        region.to_array()
    }
}

impl TryFrom<[f32; 4]> for Region {
    type Error = RegionError;

    fn try_from([x, y, w, h]: [f32; 4]) -> Result<Self, RegionError> {
        Self::new(x, y, w, h)
    }
}

impl Region {
    /// The whole picture.
    pub const WHOLE: Self = Self { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };

    /// The middle of a picture: `side` of its width and of its height, above 0 and at most 1.
    pub fn middle(side: f32) -> Self {
        let side = side.clamp(f32::MIN_POSITIVE, 1.0);
        let from = (1.0 - side) / 2.0;
        Self { x: from, y: from, w: side, h: side }
    }

    /// A region of fractions; a rounding excess of one part in a thousand is clipped.
    pub fn new(x: f32, y: f32, w: f32, h: f32) -> Result<Self, RegionError> {
        let text = || format!("{x},{y},{w},{h}");
        if ![x, y, w, h].iter().all(|v| v.is_finite()) {
            return Err(RegionError::NotFourNumbers(text()));
        }
        let slack = 1e-3;
        if x < 0.0
            || y < 0.0
            || w <= 0.0
            || h <= 0.0
            || x + w > 1.0 + slack
            || y + h > 1.0 + slack
            || x >= 1.0
            || y >= 1.0
        {
            return Err(RegionError::Outside(text()));
        }
        Ok(Self { x, y, w: w.min(1.0 - x), h: h.min(1.0 - y) })
    }

    /// `[x, y, w, h]`, fractions.
    pub const fn to_array(self) -> [f32; 4] {
        [self.x, self.y, self.w, self.h]
    }

    /// The pixels it covers in a picture of `width` × `height`: left, top, width, height; at least one pixel each way.
    pub fn to_pixels(self, width: usize, height: usize) -> (usize, usize, usize, usize) {
        let span = |start: f32, length: f32, whole: usize| {
            let from = ((start * whole as f32).round() as usize).min(whole.saturating_sub(1));
            let to = (((start + length) * whole as f32).round() as usize).clamp(from + 1, whole.max(from + 1));
            (from, to - from)
        };
        let (left, w) = span(self.x, self.w, width);
        let (top, h) = span(self.y, self.h, height);
        (left, top, w, h)
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        let numbers: Vec<f32> = text.split(',').map_while(|part| part.trim().parse().ok()).collect();
        match (numbers.as_slice(), text.split(',').count()) {
            (&[x, y, w, h], 4) => Self::new(x, y, w, h),
            _ => Err(RegionError::NotFourNumbers(text.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.x, self.y, self.w, self.h)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, pixels: Option<(usize, usize, usize, usize)>) {
        let region: Option<Region> = text.parse().ok();
        assert_eq!(region.map(|r| r.to_pixels(100, 200)), pixels, "{text}");
    }

    #[test]
    fn the_middle_of_a_picture_is_as_far_from_each_border() {
        assert_eq!(Region::middle(0.8).to_pixels(100, 200), (10, 20, 80, 160));
        assert_eq!(Region::middle(1.0), Region::WHOLE);
        assert_eq!(Region::middle(0.0).to_pixels(100, 200).2, 1);
    }

    #[test]
    fn regions_are_inside_the_picture() {
        check("0,0,1,1", Some((0, 0, 100, 200)));
        check("0.5, 0.25, 0.5, 0.5", Some((50, 50, 50, 100)));
        check("0.999,0.999,0.001,0.001", Some((99, 199, 1, 1)));
        check("0,0,0,1", None);
        check("0.6,0,0.6,1", None);
        check("-0.1,0,0.5,1", None);
        check("nan,0,1,1", None);
        check("0,0,1", None);
        check("0,0,1,1,1", None);
        check("", None);
    }
}
