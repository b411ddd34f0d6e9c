//! A clean image to what it shows: category, colours, print and every attribute that a head was fitted for.
//!
//! What it must never do: guess. An answer under its head's threshold, and any answer about a picture that the gate
//! takes for no garment, is a question (`to_review`). To add an attribute: fit a head over [`Features::look`] or
//! [`Features::print`] and put it into the head set under the attribute's id; it is applied without a line here.

mod category;
mod colour;
mod gate;

use crate::{
    Backbone, CleanImage, FaceFinder, Foreground, IntakeError, Kernel, Limits, ModelError, Picture, Scratch, Views,
    colours::{NamedColour, colours},
    derivative,
    foreground::{Ground, attention},
    picture::View,
    print::{print_features, texture_measures},
    views::{looks, mirrored},
};
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, collections::HashMap};
use vestry_model::{
    AttributeId, ColourShare, Confidence, HeadError, HeadSet, LOOK_DIMENSIONS, LinearHead, LookVector, Projection,
    Region, Suggestion, TagState, Taxonomy,
};

pub use gate::{GATE_FEATURES, garment_probability, gate_features};

/// Names in [`HeadSet::heads`] and [`HeadSet::numbers`] that this crate reads, and how logistics stand in the latter.
pub mod numbers {
    use vestry_model::HeadSet;

    /// Number: [`crate::Views::number`] of the views that heads and projection were fitted on; `PadAndCrop` when absent.
    pub const VIEWS: &str = "views";
    /// Number: least confidence of a finer category that ImageNet's classes name; 0.5 when absent.
    pub const REFINE: &str = "refine.confidence";
    /// Logistic over [`crate::gate_features`]. When absent, every picture passes as a garment.
    pub const GATE: &str = "gate";
    /// Number: probability of a garment under which everything is a question; 0.5 when absent.
    pub const GATE_THRESHOLD: &str = "gate.threshold";
    /// Head over the 256 numbers of the look vector: a class a row (its mean vector, bias 0); only scores are read.
    /// Not an attribute; no suggestion comes of it.
    pub const GATE_MEANS: &str = "gate-means";
    /// Logistic over [`crate::NamedColour::signs`]: how sure a colour's name is. When absent, it is an even guess.
    pub const COLOUR: &str = "colour";
    /// Head of categories, over [`crate::Features::look`].
    pub const CATEGORY: &str = "category";
    /// Head of prints, over [`crate::Features::print`].
    pub const PRINT: &str = "print";

    /// Writes the logistic `name` into `heads`: the numbers `name.bias` and `name.w0`, `name.w1`…
    pub fn put_logistic(heads: &mut HeadSet, name: &str, bias: f64, weights: &[f64]) {
        heads.numbers.insert(format!("{name}.bias"), bias as f32);
        heads.numbers.extend(weights.iter().enumerate().map(|(at, w)| (format!("{name}.w{at}"), *w as f32)));
    }

    /// What the logistic `name` of `heads` says of `values`; `None` when there is none. A missing weight is 0.
    pub(super) fn logistic(heads: &HeadSet, name: &str, values: &[f32]) -> Option<f32> {
        let bias = heads.numbers.get(&format!("{name}.bias"))?;
        let weight = |at: usize| heads.numbers.get(&format!("{name}.w{at}")).copied().unwrap_or(0.0);
        let score = bias + values.iter().enumerate().map(|(at, value)| weight(at) * value).sum::<f32>();
        Some(1.0 / (1.0 + (-score).exp()))
    }
}

/// Why the recogniser does not start.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// A network's weights.
    #[error("a built-in network does not load; install the program again")]
    Model(#[from] ModelError),
    /// The fitted heads.
    #[error("the built-in heads do not load; make them again with `vestry learn`")]
    Heads(#[from] HeadError),
}

/// What heads read of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// The views' features side by side or averaged: [`Views::dimensions`] numbers.
    pub look: Vec<f32>,
    /// [`Features::look`], then [`crate::TEXTURES`] measures of the cloth.
    pub print: Vec<f32>,
    /// ImageNet's 1000 scores before softmax, mean of the views.
    pub logits: Vec<f32>,
}

/// One thing in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectSeen {
    /// Where it is, in fractions of the whole oriented picture.
    pub region: Region,
    /// Its category; `None` only when the head set has no category head.
    pub category: Option<Suggestion>,
    /// By attribute id: one suggestion for each fitted head, one for each colour that covers enough.
    pub tags: Vec<Suggestion>,
    /// Its colours, largest share first.
    pub colours: Vec<ColourShare>,
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// How many faces were hidden.
    pub faces: usize,
    /// What is on it; one entry until a garment detector exists.
    pub objects: Vec<ObjectSeen>,
    /// How it looks, for search.
    pub look: Option<LookVector>,
    /// What the heads read.
    pub features: Features,
}

/// The recogniser: networks, and the heads on top of them. Shared by all threads.
#[derive(Debug)]
pub struct Vision {
    backbone: Backbone,
    faces: FaceFinder,
    heads: HeadSet,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

impl Vision {
    /// Built-in networks and heads on `kernel`.
    pub fn builtin(kernel: Kernel) -> Result<Self, VisionError> {
        Ok(Self::unfitted(kernel)?.with_heads(builtin_heads()?))
    }

    /// Built-in networks under [`unfitted_heads`]: what a fit starts from.
    pub fn unfitted(kernel: Kernel) -> Result<Self, VisionError> {
        let (backbone, faces) = (Backbone::builtin(kernel)?, FaceFinder::builtin(kernel)?);
        Ok(Self { backbone, faces, heads: unfitted_heads() })
    }

    /// The same networks under other heads.
    #[must_use]
    pub fn with_heads(self, heads: HeadSet) -> Self {
        Self { heads, ..self }
    }

    /// The heads it was given.
    pub fn heads(&self) -> &HeadSet {
        &self.heads
    }

    /// Reads `bytes` as a picture, hides its faces and makes the form in which it may be stored.
    pub fn intake(&self, bytes: &[u8], limits: &Limits) -> Result<CleanImage, IntakeError> {
        derivative::clean(bytes, limits, |picture| self.find_faces(picture))
    }

    /// Only how `bytes`, or `crop` of them, look, for a search that stores nothing: faces are hidden first, as
    /// always, but no derivative is made and nothing else is asked. The vector is within 0.99 of the derivative's.
    pub fn look(&self, bytes: &[u8], limits: &Limits, crop: Option<Region>) -> Result<Option<LookVector>, IntakeError> {
        let (picture, _) = derivative::faceless(bytes, limits, |picture| self.find_faces(picture))?;
        let picture = match crop {
            Some(crop) => picture.view().part(crop),
            None => picture,
        };
        let looks =
            SCRATCH.with_borrow_mut(|scratch| looks(&self.backbone, &picture.view(), views_of(&self.heads), scratch));
        Ok(self.heads.projection.apply(&looks.look))
    }

    /// Opens a stored derivative again; its features are those of the first time.
    pub fn open_derivative(&self, jpeg: &[u8], faces: Vec<Region>) -> Result<CleanImage, IntakeError> {
        CleanImage::open(jpeg.to_vec(), faces)
    }

    /// Where faces are in `picture`.
    pub fn find_faces(&self, picture: &Picture) -> Vec<Region> {
        let found = SCRATCH
            .with_borrow_mut(|scratch| self.faces.find(picture.pixels(), picture.width(), picture.height(), scratch));
        found.into_iter().map(|face| face.region).collect()
    }

    /// What heads read of `image`, or of `crop` of it, under the views of [`Vision::heads`].
    pub fn features(&self, image: &CleanImage, crop: Option<Region>) -> Features {
        self.features_under(image, crop, views_of(&self.heads))
    }

    /// The same under `views`.
    pub fn features_under(&self, image: &CleanImage, crop: Option<Region>, views: Views) -> Features {
        self.look_at(image, crop, views).0
    }

    /// [`Features::look`] of `image` mirrored, of nine tenths of it and of eight: other looks at the same thing, from which
    /// a head learns what does not matter.
    pub fn other_looks(&self, image: &CleanImage, views: Views) -> [Vec<f32>; 3] {
        let view = image.view();
        let mirror = Picture::new(view.width, view.height, mirrored(view.pixels, view.width));
        let middle = |side| view.part(Region::middle(side));
        [mirror, middle(0.9), middle(0.8)].map(|picture| {
            SCRATCH.with_borrow_mut(|scratch| looks(&self.backbone, &picture.view(), views, scratch).look)
        })
    }

    /// What is on `image`, or on `crop` of it, as `heads` say.
    ///
    /// # Panics
    /// When `heads` read features of another length than their views give.
    pub fn recognise(
        &self,
        image: &CleanImage,
        crop: Option<Region>,
        heads: &HeadSet,
        taxonomy: &Taxonomy,
    ) -> Recognition {
        let (features, place) = self.look_at(image, crop, views_of(heads));
        let look = heads.projection.apply(&features.look);
        let garment = garment_probability(heads, &gate_features(&features, look.as_ref(), heads, taxonomy));
        let category = category::suggest(&features, garment, heads, taxonomy);
        let foreground = place.foreground(&features, heads);
        let mut tags = tags(&features, garment, heads);
        let named = colours(&foreground, colour::woven(&tags, taxonomy), taxonomy);
        tags.extend(colour::suggestions(&named, garment, heads));
        tags.sort_by(|a, b| a.attribute.cmp(&b.attribute));
        let object = ObjectSeen {
            region: crop.unwrap_or(foreground.region()),
            category,
            tags,
            colours: named.into_iter().map(|c| c.colour).collect(),
        };
        Recognition {
            width: image.width,
            height: image.height,
            faces: image.faces.len(),
            objects: vec![object],
            look,
            features,
        }
    }

    /// The colours of the garment in `image` with what tells how sure their names are: what a fit of that reads.
    pub fn named_colours(&self, image: &CleanImage, heads: &HeadSet, taxonomy: &Taxonomy) -> Vec<NamedColour> {
        let (features, place) = self.look_at(image, None, views_of(heads));
        let woven = colour::woven(&tags(&features, 1.0, heads), taxonomy);
        colours(&place.foreground(&features, heads), woven, taxonomy)
    }

    /// The pixels that the garment covers in `image` or in `crop` of it, as the heads' attention has it.
    pub fn foreground(&self, image: &CleanImage, crop: Option<Region>) -> Foreground {
        let (features, place) = self.look_at(image, crop, views_of(&self.heads));
        place.foreground(&features, &self.heads)
    }

    fn look_at(&self, image: &CleanImage, crop: Option<Region>, views: Views) -> (Features, Place) {
        with_part(image, crop, |part| {
            let looks = SCRATCH.with_borrow_mut(|scratch| looks(&self.backbone, part, views, scratch));
            let place = match crop {
                Some(_) => Place::Chosen(Foreground::whole(part)),
                None => Place::Estimated { ground: Ground::new(part), map: looks.map },
            };
            // The print's own foreground leaves heads aside, so that fitting a head never moves another's features.
            let foreground = match &place {
                Place::Chosen(foreground) => foreground,
                Place::Estimated { ground, map } => &ground.under(&attention(map, None)),
            };
            let print = print_features(&looks.look, &texture_measures(image, crop, foreground));
            (Features { look: looks.look, print, logits: looks.logits }, place)
        })
    }
}

/// Where the garment is, as far as it is known before heads speak.
enum Place {
    /// The caller drew a box.
    Chosen(Foreground),
    /// The border and the backbone's map are to be asked.
    Estimated { ground: Ground, map: Vec<f32> },
}

impl Place {
    /// The foreground where the category head of `heads` looks.
    fn foreground(self, features: &Features, heads: &HeadSet) -> Foreground {
        match self {
            Self::Chosen(foreground) => foreground,
            Self::Estimated { ground, map } => {
                let head = heads.heads.get(numbers::CATEGORY);
                ground.under(&attention(&map, head.map(|head| category::attended_row(head, &features.look))))
            }
        }
    }
}

/// Runs `then` on `crop` of `image`, or on all of it.
fn with_part<T>(image: &CleanImage, crop: Option<Region>, then: impl FnOnce(&View<'_>) -> T) -> T {
    match crop {
        None => then(&image.view()),
        Some(crop) => then(&image.view().part(crop).view()),
    }
}

/// The views that `heads` were fitted on.
pub fn views_of(heads: &HeadSet) -> Views {
    heads.numbers.get(numbers::VIEWS).and_then(|number| Views::from_number(*number)).unwrap_or_default()
}

/// What each head says that is an attribute and not the category.
fn tags(features: &Features, garment: f32, heads: &HeadSet) -> Vec<Suggestion> {
    heads
        .heads
        .iter()
        .filter(|(name, _)| ![numbers::CATEGORY, numbers::GATE_MEANS].contains(&name.as_str()))
        .filter_map(|(name, head)| Some((AttributeId::new(name)?, head)))
        .flat_map(|(attribute, head)| {
            let input = if head.dimensions() == features.print.len() { &features.print } else { &features.look };
            suggestions(&attribute, head, input, garment, heads)
        })
        .collect()
}

/// The surest class of `head`, or of several that a picture can have each that is likelier than not; a question when under
/// its threshold or when the gate is not passed.
fn suggestions(
    attribute: &AttributeId,
    head: &LinearHead,
    input: &[f32],
    garment: f32,
    heads: &HeadSet,
) -> Vec<Suggestion> {
    let suggestion = |(at, probability): (usize, f32)| {
        let (confidence, state) = judged(probability, head.threshold(), garment, heads);
        Suggestion { attribute: attribute.clone(), value: head.classes()[at].clone(), confidence, state }
    };
    head.said(input).into_iter().map(suggestion).collect()
}

/// How sure an answer of `probability` is once the gate has spoken, and whether it is one.
fn judged(probability: f32, threshold: f32, garment: f32, heads: &HeadSet) -> (Confidence, TagState) {
    let passed = garment >= heads.numbers.get(numbers::GATE_THRESHOLD).copied().unwrap_or(0.5);
    let probability = if passed { probability } else { probability * garment };
    let state = if passed && probability >= threshold { TagState::Suggested } else { TagState::ToReview };
    (Confidence::new(probability), state)
}

/// The heads of `models/apparel`.
pub fn builtin_heads() -> Result<HeadSet, HeadError> {
    read_heads(include_bytes!("../../../models/apparel/heads.safetensors"))
}

/// Reads heads of the features that are made here.
///
/// # Errors
/// [`HeadError::Features`] for those of another backbone; what [`HeadSet::from_bytes`] refuses, and other widths.
pub fn read_heads(bytes: &[u8]) -> Result<HeadSet, HeadError> {
    let mut heads = HeadSet::from_bytes(bytes)?;
    // What people teach starts from these, so that nothing of them may be lost on the way.
    let named = heads.heads.iter().filter(|(name, _)| name.as_str() != numbers::GATE_MEANS);
    let rows = named.flat_map(|(_, head)| head.weights().chunks_exact(head.dimensions()));
    heads.reading = heads.reading.take().map(|reading| reading.seeing(rows));
    if heads.features != Backbone::NAME {
        return Err(HeadError::Features { read: heads.features, made: Backbone::NAME });
    }
    match heads.projection.dimensions() == views_of(&heads).dimensions() {
        true => Ok(heads),
        false => Err(HeadError::Part("projection".into())),
    }
}

/// Heads before any fit: no attribute, and a look vector by fixed random signs, which keeps likeness roughly
/// (Johnson and Lindenstrauss), so that search by photo works before the first fit.
pub fn unfitted_heads() -> HeadSet {
    let dimensions = Views::default().dimensions();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut sign = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state >> 63 == 0 { 1.0 } else { -1.0 }
    };
    let matrix = (0..dimensions * LOOK_DIMENSIONS).map(|_| sign()).collect();
    let projection = Projection::new(vec![0.0; dimensions], matrix).expect("256 rows of as many numbers as the mean");
    HeadSet {
        name: "unfitted@1".into(),
        features: Backbone::NAME.into(),
        projection,
        heads: HashMap::new(),
        numbers: HashMap::new(),
        reading: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestry_model::{ValueId, Values};

    #[track_caller]
    fn check_refused(heads: &HeadSet, expected: &str) {
        let error = read_heads(&heads.to_bytes()).expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn heads_of_other_features_are_refused() {
        let heads = unfitted_heads();
        assert_eq!(read_heads(&heads.to_bytes()).expect("those of the features made here"), heads);
        let others = HeadSet { features: "efficientnet-lite4-0123456789abcdef".into(), ..heads.clone() };
        check_refused(&others, "of `efficientnet-lite4-0123456789abcdef`, and `efficientnet-lite0-");
        let narrow = Projection::new(vec![0.0; 3], vec![1.0; 3 * LOOK_DIMENSIONS]).expect("a projection");
        check_refused(&HeadSet { projection: narrow, ..heads }, "`projection`");
    }

    /// Which values a head whose scores are these suggests.
    #[track_caller]
    fn check(scores: [f32; 3], values: Values, expected: &[(&str, TagState)]) {
        let classes = ["pocket", "hood", "zip"].map(|class| ValueId::new(class).expect("an id")).to_vec();
        let head = LinearHead::new(classes, 1, vec![0.0; 3], scores.to_vec(), 0.2, 0.9).expect("a head");
        let heads =
            HeadSet { numbers: [(numbers::GATE_THRESHOLD.into(), 0.5)].into(), ..builtin_heads().expect("heads") };
        let attribute = AttributeId::new("detail").expect("an id");
        let said = suggestions(&attribute, &head.with_values(values), &[0.0], 1.0, &heads);
        let said: Vec<(&str, TagState)> = said.iter().map(|one| (one.value.as_str(), one.state)).collect();
        assert_eq!(said, expected, "{scores:?}");
    }

    #[test]
    fn of_an_attribute_with_several_values_each_is_suggested_that_is_likelier_than_not() {
        use TagState::{Suggested, ToReview};
        check([0.9, 0.6, 0.1], Values::Many, &[("pocket", Suggested), ("hood", ToReview)]);
        check([0.4, 0.3, 0.1], Values::Many, &[]);
        check([0.9, 0.6, 0.1], Values::One, &[("pocket", ToReview)]);
    }
}
