//! What people said about pictures, each for themselves: nobody's judgement is written over by another's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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

/// All live judgements on one attribute: the last of each person on each thing. It is a set; in which order they came
/// changes nothing.
#[derive(Debug, Clone)]
pub struct Judgements {
    values: Values,
    /// Values that were named, and where among them each is.
    names: Vec<ValueId>,
    places: HashMap<ValueId, u32>,
    /// By picture, then by person, and where there are several values, by value.
    of: BTreeMap<ImageId, Vec<Last>>,
}

/// The last that somebody said: of a picture, or where there are several values, of one of them.
#[derive(Debug, Clone, Copy)]
struct Last {
    who: Contributor,
    sequence: i64,
    /// Its place among the names.
    value: u32,
    /// Whether it is that value.
    is: bool,
}

impl Last {
    fn vote(&self) -> i64 {
        if self.is { 1 } else { -1 }
    }
}

/// How often somebody agrees with what others said of the same thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Things that others judged as well, and agree on among themselves.
    pub compared: usize,
    /// Of these, those of which they said the same.
    pub agreed: usize,
}

impl Agreement {
    fn compare(&mut self, agreed: bool) {
        self.compared += 1;
        self.agreed += usize::from(agreed);
    }
}

/// What a picture is taken for: its values. None of several is an answer too.
pub type Labels = BTreeMap<ImageId, Vec<ValueId>>;

impl Judgements {
    /// None yet.
    pub fn new(values: Values) -> Self {
        Self { values, names: Vec::new(), places: HashMap::new(), of: BTreeMap::new() }
    }

    /// How many are live.
    pub fn len(&self) -> usize {
        self.of.values().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// How many values a picture can have.
    pub fn values(&self) -> Values {
        self.values
    }

    /// Takes one in. An older one on the same thing by the same person gives way; a newer one stays.
    pub fn add(&mut self, Judgement { contributor, image, said, sequence }: Judgement) {
        let (Said::Is(value) | Said::IsNot(value)) = &said;
        let place = self.places.get(value).copied().unwrap_or_else(|| {
            let place = u32::try_from(self.names.len()).expect("fewer values than numbers");
            self.names.push(value.clone());
            self.places.insert(value.clone(), place);
            place
        });
        let new = Last { who: contributor, sequence, value: place, is: matches!(said, Said::Is(_)) };
        let name = |last: &Last| &self.names[last.value as usize];
        let about = |last: &Last| (last.who, (self.values == Values::Many).then(|| name(last)));
        let age = |last: &Last| (last.sequence, !last.is, name(last));
        let of = self.of.entry(image).or_default();
        match of.binary_search_by_key(&about(&new), about) {
            Ok(at) if age(&of[at]) < age(&new) => of[at] = new,
            Ok(_) => {}
            Err(at) => of.insert(at, new),
        }
    }

    /// Takes out all of one person's; how many there were.
    pub fn forget(&mut self, contributor: Contributor) -> usize {
        let before = self.len();
        self.of.retain(|_, of| {
            of.retain(|last| last.who != contributor);
            !of.is_empty()
        });
        before - self.len()
    }

    /// All of them, by picture, person and value.
    pub fn iter(&self) -> impl Iterator<Item = Judgement> {
        self.of.iter().flat_map(|(image, of)| of.iter().map(|last| (*image, last))).map(|(image, last)| {
            let value = self.names[last.value as usize].clone();
            let said = if last.is { Said::Is(value) } else { Said::IsNot(value) };
            Judgement { contributor: last.who, image, said, sequence: last.sequence }
        })
    }

    /// The pictures that somebody judged.
    pub(super) fn pictures(&self) -> impl Iterator<Item = ImageId> {
        self.of.keys().copied()
    }

    /// Pictures, and the values that were said or denied of them, by each person for themselves.
    pub(super) fn named(&self) -> impl Iterator<Item = (ImageId, &ValueId)> {
        self.of.iter().flat_map(|(image, of)| of.iter().map(|last| (*image, &self.names[last.value as usize])))
    }

    /// What pictures are taken for without the word of `distrusted`: the value with most votes, a refusal taking one away.
    /// Contradiction makes no label: with as many votes for another value there is none.
    pub fn labels(&self, distrusted: &BTreeSet<Contributor>) -> Labels {
        let mut votes = Votes::default();
        let label = |(image, of): (&ImageId, &Vec<Last>)| {
            votes.0.clear();
            of.iter()
                .filter(|last| !distrusted.contains(&last.who))
                .for_each(|last| votes.add(last.value, last.vote()));
            let values = match self.values {
                Values::One => votes.most(1).map(|value| vec![value])?,
                Values::Many => votes.any(1).then(|| votes.at_least(1).collect())?,
            };
            let mut values: Vec<ValueId> = values.into_iter().map(|value| self.names[value as usize].clone()).collect();
            values.sort_unstable();
            Some((*image, values))
        };
        self.of.iter().filter_map(label).collect()
    }

    /// How often each person agrees with the others, where two or more of these agree among themselves: of two who contradict
    /// each other neither is known to be wrong.
    pub fn agreement(&self) -> BTreeMap<Contributor, Agreement> {
        let mut found: HashMap<Contributor, Agreement> = HashMap::new();
        let mut votes = Votes::default();
        for of in self.of.values() {
            votes.0.clear();
            of.iter().for_each(|last| votes.add(last.value, last.vote()));
            for own in of.chunk_by(|a, b| a.who == b.who) {
                // What the others say: without their own votes, which are given back below.
                own.iter().for_each(|last| votes.add(last.value, -last.vote()));
                let agreed = |last: &Last| match self.values {
                    Values::One => votes.most(2).map(|label| (last.value == label) == last.is),
                    Values::Many => {
                        let of_value = votes.of(last.value);
                        (of_value.abs() >= 2).then_some((of_value >= 2) == last.is)
                    }
                };
                for agreed in own.iter().filter_map(agreed) {
                    found.entry(own[0].who).or_default().compare(agreed);
                }
                own.iter().for_each(|last| votes.add(last.value, last.vote()));
            }
        }
        found.into_iter().collect()
    }

    /// How often each person says what `answers` say of the same pictures; denials say nothing.
    pub(super) fn agreement_with(&self, answers: &HashMap<ImageId, ValueId>) -> BTreeMap<Contributor, Agreement> {
        let mut found: HashMap<Contributor, Agreement> = HashMap::new();
        for (image, answer) in answers {
            let place = self.places.get(answer);
            for last in self.of.get(image).into_iter().flatten().filter(|last| last.is) {
                found.entry(last.who).or_default().compare(Some(&last.value) == place);
            }
        }
        found.into_iter().collect()
    }
}

impl PartialEq for Judgements {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |(a, b): (&Last, &Last)| {
            let names = (&self.names[a.value as usize], &other.names[b.value as usize]);
            (a.who, a.sequence, a.is) == (b.who, b.sequence, b.is) && names.0 == names.1
        };
        let are_same = |a: &[Last], b: &[Last]| a.len() == b.len() && a.iter().zip(b).all(is_same);
        let mut pictures = self.of.iter().zip(&other.of);
        self.values == other.values
            && self.of.len() == other.of.len()
            && pictures.all(|((a, of), (b, others))| a == b && are_same(of, others))
    }
}

/// Votes on the values of one picture, by place: few, so that looking through them is quickest.
#[derive(Debug, Default)]
struct Votes(Vec<(u32, i64)>);

impl Votes {
    fn add(&mut self, value: u32, votes: i64) {
        match self.0.iter_mut().find(|(other, _)| *other == value) {
            Some((_, sum)) => *sum += votes,
            None => self.0.push((value, votes)),
        }
    }

    fn of(&self, value: u32) -> i64 {
        self.0.iter().find(|(other, _)| *other == value).map_or(0, |(_, votes)| *votes)
    }

    /// The value with most votes, `least` and more; none where two have as many.
    fn most(&self, least: i64) -> Option<u32> {
        let most = self.0.iter().map(|(_, votes)| *votes).max().filter(|most| *most >= least)?;
        let mut first = self.0.iter().filter(|(_, votes)| *votes == most).map(|(value, _)| *value);
        let value = first.next()?;
        first.next().is_none().then_some(value)
    }

    /// Whether `least` and more are of one mind about a value.
    fn any(&self, least: i64) -> bool {
        self.0.iter().any(|(_, votes)| votes.abs() >= least)
    }

    /// The values with `least` votes and more.
    fn at_least(&self, least: i64) -> impl Iterator<Item = u32> {
        self.0.iter().filter(move |(_, votes)| *votes >= least).map(|(value, _)| *value)
    }
}
