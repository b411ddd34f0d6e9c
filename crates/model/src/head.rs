//! Linear heads and projections: what `learn` makes and `vision` applies.

use crate::{Confidence, LOOK_DIMENSIONS, LookVector, Reading, ValueId};
use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::collections::HashMap;

/// Why bytes are not a head set.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// Not a safetensors file.
    #[error("not a safetensors file")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor or a note that must be there is not, or has another shape.
    #[error("`{0}` is missing or has the wrong shape; make the file again with `vestry learn`")]
    Part(String),
    /// Fitted on features that something else made.
    #[error("it reads features of `{read}`, and `{made}` makes them here; fit it anew with `vestry learn`")]
    Features {
        /// Whose features it reads.
        read: String,
        /// What makes them here.
        made: &'static str,
    },
}

/// How many values of an attribute a picture can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Values {
    /// One, such as its category.
    #[default]
    One,
    /// Several, such as its details.
    Many,
}

/// A linear classifier over frozen features, with scores `W·x + b`: of one value of all, `softmax(scores / temperature)`; of
/// several, each by itself, `softmax([1 − score, score] / temperature)`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearHead {
    values: Values,
    classes: Vec<ValueId>,
    dimensions: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
    temperature: f32,
    threshold: f32,
}

impl LinearHead {
    /// A head of `classes.len()` rows of `dimensions` weights, row after row. `threshold` is the calibrated
    /// probability under which its answer is a question.
    pub fn new(
        classes: Vec<ValueId>,
        dimensions: usize,
        weights: Vec<f32>,
        bias: Vec<f32>,
        temperature: f32,
        threshold: f32,
    ) -> Result<Self, HeadError> {
        let part = |name: &str| HeadError::Part(name.into());
        if classes.is_empty() || dimensions == 0 || weights.len() != classes.len() * dimensions {
            return Err(part("weights"));
        }
        if bias.len() != classes.len() || !weights.iter().chain(&bias).all(|v| v.is_finite()) {
            return Err(part("bias"));
        }
        if !(temperature.is_finite() && temperature > 0.0 && (0.0..=1.0).contains(&threshold)) {
            return Err(part("temperature"));
        }
        Ok(Self { values: Values::One, classes, dimensions, weights, bias, temperature, threshold })
    }

    /// The same, of pictures that have so many values each.
    #[must_use]
    pub fn with_values(self, values: Values) -> Self {
        Self { values, ..self }
    }

    /// How many values a picture can have.
    pub fn values(&self) -> Values {
        self.values
    }

    /// Its classes, in the order of its rows.
    pub fn classes(&self) -> &[ValueId] {
        &self.classes
    }

    /// How many features it reads.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// What scores are divided by before they become probabilities.
    pub fn temperature(&self) -> f32 {
        self.temperature
    }

    /// The weights of all classes, row after row.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// A number a class.
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    /// The weights of class `class`.
    pub fn row(&self, class: usize) -> &[f32] {
        &self.weights[class * self.dimensions..(class + 1) * self.dimensions]
    }

    /// The probability under which its answer is a question.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// `W·x + b`, one number a class.
    ///
    /// # Panics
    /// When `features` has another length than [`LinearHead::dimensions`].
    pub fn scores(&self, features: &[f32]) -> Vec<f32> {
        assert_eq!(features.len(), self.dimensions, "a head reads the features it was fitted on");
        self.weights
            .chunks_exact(self.dimensions)
            .zip(&self.bias)
            .map(|(row, bias)| bias + dot(row, features))
            .collect()
    }

    /// What it says of `features`, by places among its classes, with the probability of each: the likeliest, or of several that
    /// a picture can have each that is likelier than not.
    pub fn said(&self, features: &[f32]) -> Vec<(usize, f32)> {
        let mut said: Vec<(usize, f32)> = self.probabilities(features).into_iter().enumerate().collect();
        match self.values {
            Values::One => said = said.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).into_iter().collect(),
            Values::Many => said.retain(|(_, probability)| *probability > 0.5),
        }
        said
    }

    /// Every value with its probability, likeliest first.
    pub fn ranked(&self, features: &[f32]) -> Vec<(ValueId, Confidence)> {
        let probabilities = self.probabilities(features).into_iter().map(Confidence::new);
        let mut ranked: Vec<_> = self.classes.iter().cloned().zip(probabilities).collect();
        ranked.sort_by(|a, b| b.1.get().total_cmp(&a.1.get()));
        ranked
    }

    /// Calibrated probabilities, one a class; adding up to 1 where a picture has one value.
    pub fn probabilities(&self, features: &[f32]) -> Vec<f32> {
        let mut scores = self.scores(features);
        if self.values == Values::Many {
            scores.iter_mut().for_each(|s| *s = 1.0 / (1.0 + ((1.0 - 2.0 * *s) / self.temperature).exp()));
            return scores;
        }
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        scores.iter_mut().for_each(|s| *s = ((*s - top) / self.temperature).exp());
        let sum: f32 = scores.iter().sum();
        scores.iter_mut().for_each(|s| *s /= sum);
        scores
    }
}

/// The dot product in sixteen running sums, which the compiler keeps in vector registers; the order of additions is
/// fixed, so the answer is the same on every processor.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let (a_parts, b_parts) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = a_parts.remainder().iter().zip(b_parts.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_parts.zip(b_parts) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    rest + sums.iter().sum::<f32>()
}

/// An affine map from features to a look vector: `normalise(P · (x − mean))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    mean: Vec<f32>,
    matrix: Vec<f32>,
}

impl Projection {
    /// `matrix` has 256 rows of `mean.len()` numbers, row after row.
    pub fn new(mean: Vec<f32>, matrix: Vec<f32>) -> Result<Self, HeadError> {
        if mean.is_empty() || matrix.len() != mean.len() * LOOK_DIMENSIONS {
            return Err(HeadError::Part("projection".into()));
        }
        Ok(Self { mean, matrix })
    }

    /// How many features it reads.
    pub fn dimensions(&self) -> usize {
        self.mean.len()
    }

    /// The look vector of `features`; `None` when they fall on the mean.
    ///
    /// # Panics
    /// When `features` has another length than [`Projection::dimensions`].
    pub fn apply(&self, features: &[f32]) -> Option<LookVector> {
        assert_eq!(features.len(), self.mean.len(), "a projection reads the features it was fitted on");
        let centred: Vec<f32> = features.iter().zip(&self.mean).map(|(x, m)| x - m).collect();
        let out: Vec<f32> = self.matrix.chunks_exact(centred.len()).map(|row| dot(row, &centred)).collect();
        LookVector::from_f32(&out)
    }
}

/// Everything that is fitted on top of the frozen backbone, under one name and version.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadSet {
    /// Name and version, such as `apparel@1`.
    pub name: String,
    /// Which backbone makes the features that they read: its name and the beginning of its weights' SHA-256.
    pub features: String,
    /// Features to look vector.
    pub projection: Projection,
    /// One head an attribute, by attribute id: `category` always, `print`…
    pub heads: HashMap<String, LinearHead>,
    /// Plain numbers that were fitted, by name (`gate.distance`, …); each is read by whoever wrote it.
    pub numbers: HashMap<String, f32>,
    /// Features as heads read them that people teach; without it nobody can teach.
    pub reading: Option<Reading>,
}

impl HeadSet {
    /// A safetensors file: fp16 weights, everything else in its metadata.
    pub fn to_bytes(&self) -> Vec<u8> {
        let half =
            |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect() };
        let full = |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
        let mut parts: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = vec![
            ("projection.mean".into(), Dtype::F32, vec![self.projection.mean.len()], full(&self.projection.mean)),
            (
                "projection.matrix".into(),
                Dtype::F16,
                vec![LOOK_DIMENSIONS, self.projection.mean.len()],
                half(&self.projection.matrix),
            ),
        ];
        let mut notes =
            HashMap::from([("name".to_owned(), self.name.clone()), ("features".to_owned(), self.features.clone())]);
        if let Some(reading) = &self.reading {
            let shape = vec![reading.dimensions(), reading.mean().len()];
            parts.push(("reading.mean".into(), Dtype::F32, vec![reading.mean().len()], full(reading.mean())));
            parts.push(("reading.matrix".into(), Dtype::F16, shape, half(reading.matrix())));
            notes.insert("reading.spread".into(), reading.spread().to_string());
        }
        for (attribute, head) in &self.heads {
            let shape = vec![head.classes.len(), head.dimensions];
            parts.push((format!("head.{attribute}.weights"), Dtype::F16, shape, half(&head.weights)));
            parts.push((format!("head.{attribute}.bias"), Dtype::F32, vec![head.bias.len()], full(&head.bias)));
            let classes: Vec<&str> = head.classes.iter().map(ValueId::as_str).collect();
            notes.insert(format!("head.{attribute}.classes"), classes.join(" "));
            notes.insert(format!("head.{attribute}.temperature"), head.temperature.to_string());
            notes.insert(format!("head.{attribute}.threshold"), head.threshold.to_string());
            if head.values == Values::Many {
                notes.insert(format!("head.{attribute}.values"), "many".into());
            }
        }
        for (name, value) in &self.numbers {
            notes.insert(format!("number.{name}"), value.to_string());
        }
        let views = parts.iter().map(|(name, dtype, shape, bytes)| {
            (name, TensorView::new(*dtype, shape.clone(), bytes).expect("shapes follow the values"))
        });
        // The format's notes have no order; one note whose lines are sorted makes the same set the same bytes.
        let mut lines: Vec<String> = notes.into_iter().map(|(name, value)| format!("{name}\t{value}")).collect();
        lines.sort();
        let notes = HashMap::from([("notes".to_owned(), lines.join("\n"))]);
        safetensors::serialize(views, Some(notes)).expect("in-memory tensors serialise")
    }

    /// Reads what [`HeadSet::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeadError> {
        let missing = |name: &str| HeadError::Part(name.to_owned());
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let text = metadata.metadata().as_ref().and_then(|m| m.get("notes")).ok_or_else(|| missing("notes"))?;
        let notes: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once('\t')).collect();
        let tensors = SafeTensors::deserialize(bytes)?;
        let values = |name: &str| -> Result<(Vec<usize>, Vec<f32>), HeadError> {
            let tensor = tensors.tensor(name).map_err(|_| missing(name))?;
            let data = tensor.data();
            let values = match tensor.dtype() {
                Dtype::F16 => data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
                Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
                _ => return Err(missing(name)),
            };
            Ok((tensor.shape().to_vec(), values))
        };
        let word = |name: &str| notes.get(name).map(|text| (*text).to_owned()).ok_or_else(|| missing(name));
        let number = |name: &str| notes.get(name).and_then(|v| v.parse::<f32>().ok()).ok_or_else(|| missing(name));
        let mut heads = HashMap::new();
        for (note, classes) in &notes {
            let Some(attribute) = note.strip_prefix("head.").and_then(|n| n.strip_suffix(".classes")) else { continue };
            let classes: Option<Vec<ValueId>> = classes.split(' ').map(ValueId::new).collect();
            let (shape, weights) = values(&format!("head.{attribute}.weights"))?;
            let (_, bias) = values(&format!("head.{attribute}.bias"))?;
            let head = LinearHead::new(
                classes.ok_or_else(|| missing(note))?,
                shape.last().copied().unwrap_or(0),
                weights,
                bias,
                number(&format!("head.{attribute}.temperature"))?,
                number(&format!("head.{attribute}.threshold"))?,
            )?;
            let is_many = notes.get(format!("head.{attribute}.values").as_str()) == Some(&"many");
            heads.insert(attribute.to_owned(), head.with_values(if is_many { Values::Many } else { Values::One }));
        }
        let numbers = notes
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("number.")?.to_owned(), value.parse().ok()?)))
            .collect();
        let reading = match notes.contains_key("reading.spread") {
            true => {
                let spread = number("reading.spread")?;
                Some(Reading::new(values("reading.mean")?.1, values("reading.matrix")?.1, spread)?)
            }
            false => None,
        };
        Ok(Self {
            reading,
            name: word("name")?,
            features: word("features")?,
            projection: Projection::new(values("projection.mean")?.1, values("projection.matrix")?.1)?,
            heads,
            numbers,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head_set() -> HeadSet {
        let classes = ["dress", "t-shirt"].map(|c| ValueId::new(c).expect("an id")).to_vec();
        let head =
            LinearHead::new(classes, 3, vec![1.0, 0.0, 0.0, 0.0, 2.0, 0.0], vec![0.5, -0.5], 2.0, 0.6).expect("a head");
        let matrix = (0..LOOK_DIMENSIONS * 3).map(|i| (i % 7) as f32).collect();
        HeadSet {
            name: "apparel@1".into(),
            features: "backbone-1".into(),
            projection: Projection::new(vec![0.0, 1.0, 2.0], matrix).expect("a projection"),
            heads: HashMap::from([("category".into(), head)]),
            numbers: HashMap::from([("gate.distance".into(), 0.25)]),
            reading: Some(Reading::new(vec![0.5, 0.0, 1.0], vec![1.0, 0.0, 0.0], 2.0).expect("a reading")),
        }
    }

    #[test]
    fn a_head_set_is_read_back() {
        let mut set = head_set();
        assert_eq!(HeadSet::from_bytes(&set.to_bytes()).expect("reads"), set);
        let details = set.heads["category"].clone().with_values(Values::Many);
        set.heads.insert("detail".into(), details);
        assert_eq!(HeadSet::from_bytes(&set.to_bytes()).expect("reads"), set);
    }

    #[test]
    fn the_same_set_is_the_same_bytes() {
        let first = head_set().to_bytes();
        for _ in 0..8 {
            assert_eq!(head_set().to_bytes(), first);
        }
    }

    #[test]
    fn a_broken_head_set_is_refused() {
        let bytes = head_set().to_bytes();
        for cut in [0, 7, 8, 100, bytes.len() - 1] {
            assert!(HeadSet::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn probabilities_add_up_and_follow_the_temperature() {
        let set = head_set();
        let p = set.heads["category"].probabilities(&[1.0, 0.0, 0.0]);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let expected = 1.0 / (1.0 + ((-0.5f32 - 1.5) / 2.0).exp());
        assert!((p[0] - expected).abs() < 1e-6, "{p:?}");
        // Scores 1.5 and −0.5, each against what speaks for the value not being there.
        let each = set.heads["category"].clone().with_values(Values::Many).probabilities(&[1.0, 0.0, 0.0]);
        for (probability, score) in each.iter().zip([1.5f32, -0.5]) {
            let expected = (score / 2.0).exp() / ((score / 2.0).exp() + ((1.0 - score) / 2.0).exp());
            assert!((probability - expected).abs() < 1e-6, "{each:?}");
        }
    }
}
