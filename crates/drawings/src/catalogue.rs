//! The demo's products: which garment, in what colours, called what, for how much.

use crate::picture::Picture;
use vestry_model::{LocalText, Price, ValueId};

/// What is true of a drawing, in ids of the built-in taxonomy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// A value of `category`.
    pub category: ValueId,
    /// Values of `colour`: the main one, then those of the print.
    pub colours: Vec<ValueId>,
    /// A value of `print`.
    pub print: ValueId,
    /// A value of `neckline`, where the garment has one.
    pub neckline: Option<ValueId>,
    /// A value of `sleeve-length`, where the garment has sleeves or plainly lacks them.
    pub sleeve_length: Option<ValueId>,
    /// A value of `length`, for dresses, skirts, trousers and coats.
    pub length: Option<ValueId>,
    /// A value of `fit`, where the drawing shows one.
    pub fit: Option<ValueId>,
}

/// A product of the demo.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Unique in its catalogue.
    pub sku: String,
    /// Title, Korean and English.
    pub title: LocalText,
    /// Description, Korean and English.
    pub description: LocalText,
    /// Price in won.
    pub price: Price,
    /// Shared by the same design in other colours.
    pub group: String,
    /// What is true of the picture.
    pub labels: Labels,
    /// The picture, 4:5, as SVG text.
    pub svg: String,
}

/// `count` products that follow from `seed`: same seed, same bytes.
pub fn catalogue(_seed: u64, _count: usize) -> Vec<Drawing> {
    Vec::new()
}

/// The pixels of `drawing`; 4:5 fits, another shape crops evenly.
pub fn render(drawing: &Drawing, width: usize, height: usize) -> Picture {
    Picture::draw(&drawing.svg, width, height)
}
