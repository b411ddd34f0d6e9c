//! Vector text to pixels, and pixels to files.

use jpeg_encoder::{ColorType, Encoder};
use resvg::{tiny_skia, usvg};

/// Pixels: 8-bit sRGB, three bytes a pixel, row after row from the top left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// `width × height × 3` bytes.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Draws `svg`, scaled to fill `width` × `height` (at least 1 × 1, at most 4096 each) on white.
    ///
    /// The text is always our own, so one that does not parse is a broken invariant.
    pub(crate) fn draw(svg: &str, width: usize, height: usize) -> Self {
        let (width, height) = (width.clamp(1, 4096), height.clamp(1, 4096));
        let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).expect("a drawing is valid SVG");
        let mut pixels = tiny_skia::Pixmap::new(width as u32, height as u32).expect("the size is within 1 to 4096");
        pixels.fill(tiny_skia::Color::WHITE);
        let scale = (width as f32 / tree.size().width()).max(height as f32 / tree.size().height());
        let shift = |side: usize, of: f32| (side as f32 - of * scale) / 2.0;
        let place = tiny_skia::Transform::from_row(
            scale,
            0.0,
            0.0,
            scale,
            shift(width, tree.size().width()),
            shift(height, tree.size().height()),
        );
        resvg::render(&tree, place, &mut pixels.as_mut());
        let rgb = pixels.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        Self { width, height, rgb }
    }

    /// A PNG file.
    pub fn to_png(&self) -> Vec<u8> {
        let mut pixels =
            tiny_skia::Pixmap::new(self.width as u32, self.height as u32).expect("a picture has at least one pixel");
        for (to, from) in pixels.data_mut().chunks_exact_mut(4).zip(self.rgb.chunks_exact(3)) {
            to.copy_from_slice(&[from[0], from[1], from[2], 255]);
        }
        pixels.encode_png().expect("writing to memory does not fail")
    }

    /// A JPEG file of `quality` 1–100.
    pub fn to_jpeg(&self, quality: u8) -> Vec<u8> {
        let mut file = Vec::new();
        Encoder::new(&mut file, quality.clamp(1, 100))
            .encode(&self.rgb, self.width as u16, self.height as u16, ColorType::Rgb)
            .expect("a picture is at most 4096 pixels a side, and writing to memory does not fail");
        file
    }

    /// The pixel at `x`, `y`.
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let from = (y * self.width + x) * 3;
        [self.rgb[from], self.rgb[from + 1], self.rgb[from + 2]]
    }
}
