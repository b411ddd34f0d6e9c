//! What people said about pictures, each for themselves: nobody's judgement is written over by another's.

use std::collections::{BTreeMap, BTreeSet};
use vestry_model::{ImageId, ValueId, Values};

/// Somebody who teaches, under a name that says nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contributor(pub [u8; 16]);

/// What was said of one attribute of a picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// It has this value.
    Is(ValueId),
    /// It has another value than this one, or none.
    IsNot(ValueId),
}

impl Said {
    /// The value that it is about.
    pub fn value(&self) -> &ValueId {
        match self {
            Self::Is(value) | Self::IsNot(value) => value,
        }
    }
}

/// One judgement on one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whose.
    pub contributor: Contributor,
    /// Of which picture.
    pub image: ImageId,
    /// What.
    pub said: Said,
    /// Its place among all judgements; of one person's on the same thing the last counts.
    pub sequence: i64,
}

/// What a judgement is about: a picture, by whom, and which value where there are several.
type About = (ImageId, Contributor, Option<ValueId>);

/// All live judgements on one attribute: the last of each person on each thing. It is a set; in which order they came
/// changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgements {
    values: Values,
    last: BTreeMap<About, (i64, Said)>,
}

/// How often somebody agrees with what others said of the same thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Things that others judged as well, and agree on among themselves.
    pub compared: usize,
    /// Of these, those of which they said the same.
    pub agreed: usize,
}

/// What a picture is taken for: its values. None of several is an answer too.
pub type Labels = BTreeMap<ImageId, Vec<ValueId>>;

impl Judgements {
    /// None yet.
    pub fn new(values: Values) -> Self {
        Self { values, last: BTreeMap::new() }
    }

    /// How many are live.
    pub fn len(&self) -> usize {
        self.last.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    /// How many values a picture can have.
    pub fn values(&self) -> Values {
        self.values
    }

    /// Takes one in. An older one on the same thing by the same person gives way; a newer one stays.
    pub fn add(&mut self, judgement: Judgement) {
        let value = (self.values == Values::Many).then(|| judgement.said.value().clone());
        let about = (judgement.image, judgement.contributor, value);
        let newer = (judgement.sequence, judgement.said);
        let last = self.last.entry(about).or_insert_with(|| newer.clone());
        if *last < newer {
            *last = newer;
        }
    }

    /// Takes out all of one person's; how many there were.
    pub fn forget(&mut self, contributor: Contributor) -> usize {
        let before = self.last.len();
        self.last.retain(|(_, who, _), _| *who != contributor);
        before - self.last.len()
    }

    /// All of them, by picture and person.
    pub fn iter(&self) -> impl Iterator<Item = Judgement> {
        self.last.iter().map(|((image, contributor, _), (sequence, said))| Judgement {
            contributor: *contributor,
            image: *image,
            said: said.clone(),
            sequence: *sequence,
        })
    }

    /// All of them as they stand: picture, person, what was said.
    pub(super) fn said(&self) -> impl Iterator<Item = (ImageId, Contributor, &Said)> {
        self.last.iter().map(|((image, contributor, _), (_, said))| (*image, *contributor, said))
    }

    /// What pictures are taken for without the word of `distrusted`: the value with most votes, a refusal taking one away.
    /// Contradiction makes no label: with as many votes for another value there is none.
    pub fn labels(&self, distrusted: &BTreeSet<Contributor>) -> Labels {
        let mut labels = Labels::new();
        let mut votes: BTreeMap<&ValueId, i64> = BTreeMap::new();
        let mut of = None;
        let heard = self.last.iter().filter(|((_, who, _), _)| !distrusted.contains(who));
        for ((image, _, _), (_, said)) in heard {
            if of != Some(*image) {
                self.settle(of, &mut votes, &mut labels);
                of = Some(*image);
            }
            *votes.entry(said.value()).or_default() += vote(said);
        }
        self.settle(of, &mut votes, &mut labels);
        labels
    }

    fn settle(&self, image: Option<ImageId>, votes: &mut BTreeMap<&ValueId, i64>, labels: &mut Labels) {
        if let Some(image) = image
            && let Some(values) = settled(self.values, votes, 1)
        {
            labels.insert(image, values.into_iter().cloned().collect());
        }
        votes.clear();
    }

    /// How often each person agrees with the others, where two or more of these agree among themselves: of two who contradict
    /// each other neither is known to be wrong.
    pub fn agreement(&self) -> BTreeMap<Contributor, Agreement> {
        let mut found: BTreeMap<Contributor, Agreement> = BTreeMap::new();
        let all: Vec<(&About, &Said)> = self.last.iter().map(|(about, (_, said))| (about, said)).collect();
        for of_image in all.chunk_by(|(a, _), (b, _)| a.0 == b.0) {
            let mut votes: BTreeMap<&ValueId, i64> = BTreeMap::new();
            of_image.iter().for_each(|(_, said)| *votes.entry(said.value()).or_default() += vote(said));
            for own in of_image.chunk_by(|(a, _), (b, _)| a.1 == b.1) {
                // What the others say: without their own votes, which are given back below.
                own.iter().for_each(|(_, said)| *votes.entry(said.value()).or_default() -= vote(said));
                if let Some(label) = settled(self.values, &votes, 2) {
                    let agreement = found.entry(own[0].0.1).or_default();
                    let is_judged = |said: &&Said| self.values == Values::One || votes[said.value()].abs() >= 2;
                    for said in own.iter().map(|(_, said)| *said).filter(is_judged) {
                        agreement.compared += 1;
                        agreement.agreed += usize::from(label.contains(&said.value()) == matches!(said, Said::Is(_)));
                    }
                }
                own.iter().for_each(|(_, said)| *votes.entry(said.value()).or_default() += vote(said));
            }
        }
        found
    }
}

fn vote(said: &Said) -> i64 {
    match said {
        Said::Is(_) => 1,
        Said::IsNot(_) => -1,
    }
}

/// What votes make of a picture, where at least `least` say the same; `None` where they contradict each other, or only say
/// what it is not.
fn settled<'v>(values: Values, votes: &BTreeMap<&'v ValueId, i64>, least: i64) -> Option<Vec<&'v ValueId>> {
    match values {
        Values::One => {
            let most = votes.values().copied().max().filter(|most| *most >= least)?;
            let mut first = votes.iter().filter(|(_, count)| **count == most).map(|(value, _)| *value);
            let value = first.next()?;
            first.next().is_none().then(|| vec![value])
        }
        Values::Many => {
            let is_judged = votes.values().any(|count| count.abs() >= least);
            let is = |(value, count): (&&'v ValueId, &i64)| (*count >= least).then_some(*value);
            is_judged.then(|| votes.iter().filter_map(is).collect())
        }
    }
}
