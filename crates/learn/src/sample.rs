//! Examples: features, what each shows, and an id from which its fold follows.

use vestry_model::ValueId;

/// One example.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Stable and unique, such as the path below the data folder.
    pub id: String,
    /// Index of its class.
    pub label: usize,
    /// Its features.
    pub features: Vec<f32>,
}

/// Why examples cannot be learnt from.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum SampleError {
    /// Nothing to learn from.
    #[error("no examples; give at least one for each of two classes")]
    Empty,
    /// An example of another length, or with a number that is not finite.
    #[error("`{0}` has features of another length or not finite; make its features again")]
    Features(String),
    /// An example of a class that is not listed.
    #[error("`{0}` names a class that is not listed")]
    Label(String),
    /// The same id twice.
    #[error("`{0}` is there twice; give every example its own id")]
    Twice(String),
}

/// Examples in the order of their ids, so that the order in which they were found changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    classes: Vec<ValueId>,
    dimensions: usize,
    ids: Vec<String>,
    labels: Vec<usize>,
    features: Vec<f32>,
    also: Vec<Samples>,
}

impl Samples {
    /// Examples of `classes`.
    pub fn new(classes: Vec<ValueId>, mut samples: Vec<Sample>) -> Result<Self, SampleError> {
        samples.sort_by(|a, b| a.id.cmp(&b.id));
        let dimensions = samples.first().ok_or(SampleError::Empty)?.features.len();
        let mut out = Self { dimensions, ids: vec![], labels: vec![], features: vec![], also: vec![], classes };
        out.features.reserve_exact(samples.len() * dimensions);
        for sample in samples {
            let finite = sample.features.iter().all(|v| v.is_finite());
            if dimensions == 0 || sample.features.len() != dimensions || !finite {
                return Err(SampleError::Features(sample.id));
            }
            if sample.label >= out.classes.len() {
                return Err(SampleError::Label(sample.id));
            }
            if out.ids.last() == Some(&sample.id) {
                return Err(SampleError::Twice(sample.id));
            }
            out.features.extend_from_slice(&sample.features);
            out.labels.push(sample.label);
            out.ids.push(sample.id);
        }
        Ok(out)
    }

    /// The same examples looked at in another way, for a head to learn from as well. Nothing is measured on them, and they
    /// are in the fold of the example that they are of.
    ///
    /// # Panics
    /// When they are of other examples.
    #[must_use]
    pub fn and_also(mut self, others: Self) -> Self {
        let is_of_these =
            (&others.ids, &others.labels, others.dimensions) == (&self.ids, &self.labels, self.dimensions);
        assert!(is_of_these, "other looks are at the same examples");
        self.also.push(others);
        self
    }

    /// These, then each other look at them, all in one order.
    pub(crate) fn looks(&self) -> Vec<&Self> {
        std::iter::once(self).chain(&self.also).collect()
    }

    /// The classes that labels index.
    pub fn classes(&self) -> &[ValueId] {
        &self.classes
    }

    /// Numbers an example.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many there are; never zero.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Ids, ascending.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The label of each.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// The features of example `index`.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.features[index * self.dimensions..(index + 1) * self.dimensions]
    }

    /// Those examples for which `keep` holds of index; `None` when that is none.
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Option<Self> {
        let kept: Vec<usize> = (0..self.len()).filter(|i| keep(*i)).collect();
        (!kept.is_empty()).then(|| self.those(&kept))
    }

    fn those(&self, kept: &[usize]) -> Self {
        Self {
            classes: self.classes.clone(),
            dimensions: self.dimensions,
            ids: kept.iter().map(|i| self.ids[*i].clone()).collect(),
            labels: kept.iter().map(|i| self.labels[*i]).collect(),
            features: kept.iter().flat_map(|i| self.row(*i)).copied().collect(),
            also: self.also.iter().map(|look| look.those(kept)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(id: &str, label: usize, features: &[f32]) -> Sample {
        Sample { id: id.into(), label, features: features.into() }
    }

    #[track_caller]
    fn check(samples: Vec<Sample>, expected: Result<&[&str], SampleError>) {
        let classes = ["a", "b"].map(|c| ValueId::new(c).expect("an id")).to_vec();
        let found = Samples::new(classes, samples);
        match (found, expected) {
            (Ok(found), Ok(ids)) => assert_eq!(found.ids(), ids),
            (found, expected) => assert_eq!(found.err(), expected.err()),
        }
    }

    #[test]
    fn examples_are_ordered_and_checked() {
        check(vec![sample("y", 0, &[1.0]), sample("x", 1, &[2.0])], Ok(&["x", "y"]));
        check(vec![], Err(SampleError::Empty));
        check(vec![sample("x", 0, &[1.0]), sample("y", 0, &[])], Err(SampleError::Features("y".into())));
        check(vec![sample("x", 0, &[f32::NAN])], Err(SampleError::Features("x".into())));
        check(vec![sample("x", 2, &[1.0])], Err(SampleError::Label("x".into())));
        check(vec![sample("x", 0, &[1.0]), sample("x", 1, &[1.0])], Err(SampleError::Twice("x".into())));
    }

    /// An example and all looks at it are held out together.
    #[test]
    fn other_looks_go_where_their_example_goes() {
        let look = |add: f32| {
            let rows = ["x", "y", "z"].iter().zip([1.0, 2.0, 3.0]).map(|(id, x)| sample(id, 0, &[x + add]));
            Samples::new(vec![ValueId::new("a").expect("an id")], rows.collect()).expect("examples")
        };
        let kept = look(0.0).and_also(look(10.0)).filter(|at| at != 1).expect("some");
        let found: Vec<(&[String], f32)> = kept.looks().iter().map(|look| (look.ids(), look.row(1)[0])).collect();
        let ids = ["x".to_owned(), "z".to_owned()];
        assert_eq!(found, [(&ids[..], 3.0), (&ids[..], 13.0)]);
        assert_eq!(kept.len(), 2, "nothing is measured on another look");
    }

    #[test]
    #[should_panic(expected = "the same examples")]
    fn other_looks_are_not_of_other_examples() {
        let of = |id: &str| {
            Samples::new(vec![ValueId::new("a").expect("an id")], vec![sample(id, 0, &[1.0])]).expect("examples")
        };
        let _ = of("x").and_also(of("y"));
    }
}
