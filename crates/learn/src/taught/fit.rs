//! `fit`: what was said, and what is shipped → a head with its penalty, its calibration, whom it does not believe, and
//! whether it may be published. A pure function: the same live judgements give the same head, whoever was here before.

use super::{
    head::{Prior, Ridge, Scorer, classes_of},
    judgements::{Agreement, Contributor, Judgement, Judgements, Labels},
    moments::{Example, Moments, Sign, weight},
};
use crate::{asking::Subject, calibrate, hash::hash, measure, ridge::NotFactorised};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use vestry_model::{ImageId, Row, ValueId, Values};

/// Parts into which pictures fall, by their ids.
const FOLDS: usize = 5;
/// The penalty of a head that nobody has fitted yet, and of the one that judges contributors.
const USUAL: f64 = 1.0;
/// Penalties to choose from, in units of [`Prior`]'s spread.
const LAMBDAS: [f64; 7] = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];
/// Held-out pictures that are looked at, at most: those of the least hashes. More would move a share by less than 0.6 points.
const LOOKED_AT: usize = 5_000;
/// The share of sure answers that must be right.
const WANTED_PRECISION: f64 = 0.9;
/// Held-out pictures under which nothing is promoted.
pub const ENOUGH: usize = 100;
/// Answers after which [`Learner::curve`] looks, besides all of them.
const MARKS: [usize; 8] = [10, 20, 50, 100, 200, 500, 1_000, 2_000];
/// Judgements of one person under which nobody is distrusted.
const FEW: usize = 20;

/// Everything about one attribute that was not learnt from members.
#[derive(Debug, Clone, PartialEq)]
pub struct Shipped {
    /// The head to start from.
    pub prior: Prior,
    /// How many values a picture can have.
    pub values: Values,
    /// What a taught head is held against.
    pub rival: Rival,
}

/// What answers an attribute as long as nobody taught it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    /// Nothing does: the commonest value would.
    Nobody,
    /// The machine as it came, which may read more of a picture than its row; its answers come with the rows
    /// ([`Learner::hear`]).
    Told,
}

/// Whether a head may take the place of the shipped one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is better, and surely not worse by a point.
    Promote,
    /// It is not.
    Keep,
    /// Fewer than [`ENOUGH`] held-out pictures.
    NotEnoughEvidence,
    /// Of no held-out picture it is known what the shipped machine says.
    NotComparable,
}

/// How a head did on pictures that it had not seen, beside the shipped one.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// How many pictures, of which it is known what the shipped machine says.
    pub held_out: usize,
    /// How many it got right.
    pub right: usize,
    /// How many the shipped machine got right; where none is shipped, the commonest value.
    pub right_before: usize,
    /// The mean paired difference, and its 95 % bounds.
    pub difference: [f64; 3],
    /// Expected calibration error, ten bins of equal mass.
    pub calibration_error: f64,
    /// Sure answers: how sure, and whether right.
    pub answers: Vec<(f32, bool)>,
    /// What follows.
    pub verdict: Verdict,
}

/// A head that people taught.
#[derive(Debug, Clone, PartialEq)]
pub struct TaughtHead {
    /// Weights over rows.
    pub scorer: Scorer,
    /// The penalty that was chosen.
    pub lambda: f64,
    /// The temperature that was found.
    pub temperature: f32,
    /// The probability under which an answer is a question.
    pub threshold: f32,
    /// Pictures that it was fitted on.
    pub examples: usize,
    /// Whose word did not count.
    pub distrusted: BTreeSet<Contributor>,
    /// How it did.
    pub evidence: Evidence,
}

/// How much heads of the first answers knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePoint {
    /// Pictures that had been answered.
    pub answers: usize,
    /// How many of the pictures of all answers it gets right, none of which it saw.
    pub right: usize,
    /// How many pictures that is.
    pub held_out: usize,
}

/// All that is live of one attribute, ready to be fitted: judgements, and the moments of what they come to, by fold.
#[derive(Debug, Clone)]
pub struct Learner {
    shipped: Shipped,
    judgements: Judgements,
    rows: HashMap<ImageId, Row>,
    /// What [`Rival::Told`] says of them.
    told: HashMap<ImageId, Vec<ValueId>>,
    /// What the moments hold.
    entered: Entered,
    folds: Vec<Moments>,
}

/// What pictures count as, and how much.
type Entered = BTreeMap<ImageId, (Vec<ValueId>, i64)>;

/// A held-out picture's scores and what it is.
struct HeldOut<'l> {
    image: ImageId,
    label: &'l [ValueId],
    /// For each penalty.
    scores: Vec<Vec<f32>>,
}

/// Where a picture stands among all follows from its id alone, and so does its fold.
fn place(image: ImageId) -> u64 {
    hash(&image.get().to_be_bytes())
}

fn fold_of(image: ImageId) -> usize {
    (place(image) % FOLDS as u64) as usize
}

fn example<'r>(
    rows: &'r HashMap<ImageId, Row>,
    image: ImageId,
    (values, weight): &'r (Vec<ValueId>, i64),
) -> Example<'r> {
    Example { row: &rows[&image], values, weight: *weight }
}

impl Learner {
    /// Nobody said anything yet.
    pub fn new(shipped: Shipped) -> Self {
        let moments = Moments::new(shipped.prior.dimensions());
        let judgements = Judgements::new(shipped.values);
        let (rows, told) = (HashMap::new(), HashMap::new());
        Self { shipped, judgements, rows, told, entered: Entered::new(), folds: vec![moments; FOLDS] }
    }

    /// What is live.
    pub fn judgements(&self) -> &Judgements {
        &self.judgements
    }

    /// The moments, by fold.
    pub fn moments(&self) -> &[Moments] {
        &self.folds
    }

    /// Whether the picture's row is known, without which a judgement on it teaches nothing.
    pub fn knows(&self, image: ImageId) -> bool {
        self.rows.contains_key(&image)
    }

    /// What [`Rival::Told`] says of pictures, ascending; of the others it is not known.
    pub fn hear(&mut self, told: impl IntoIterator<Item = (ImageId, Vec<ValueId>)>) {
        self.told.extend(told);
    }

    /// What was answered of the pictures whose rows are known.
    pub fn answered(&self) -> impl Iterator<Item = Subject<'_>> {
        self.judgements.named().filter_map(|(image, value)| {
            let value = (self.shipped.values == Values::Many).then_some(value);
            Some(Subject { row: self.rows.get(&image)?, value })
        })
    }

    /// Takes judgements in, with the rows of pictures that are not known yet.
    pub fn learn(
        &mut self,
        judgements: impl IntoIterator<Item = Judgement>,
        rows: impl IntoIterator<Item = (ImageId, Row)>,
    ) {
        self.rows.extend(rows);
        judgements.into_iter().for_each(|judgement| self.judgements.add(judgement));
        self.settle();
    }

    /// Holds these judgements and no others, with the rows of pictures that are not known yet: what changed since is all that
    /// is added and taken away.
    pub fn become_those(&mut self, judgements: Judgements, rows: impl IntoIterator<Item = (ImageId, Row)>) {
        self.rows.extend(rows);
        self.judgements = judgements;
        self.settle();
        self.drop_rows();
    }

    /// Takes out all that one person said; how much it was. Pictures of which nobody says anything any more go with it.
    pub fn forget(&mut self, contributor: Contributor) -> usize {
        let forgotten = self.judgements.forget(contributor);
        self.settle();
        self.drop_rows();
        forgotten
    }

    /// Rows of which nobody says anything any more.
    fn drop_rows(&mut self) {
        let live: BTreeSet<ImageId> = self.judgements.pictures().collect();
        self.rows.retain(|image, _| live.contains(image));
        self.told.retain(|image, _| live.contains(image));
    }

    /// Makes the moments those of the labels that the judgements come to.
    fn settle(&mut self) {
        let entered = self.without(&BTreeSet::new());
        change(&mut self.folds, &self.rows, &self.entered, &entered);
        self.entered = entered;
    }

    /// What counts when these people are not heard.
    fn without(&self, distrusted: &BTreeSet<Contributor>) -> Entered {
        let mut labels = self.judgements.labels(distrusted);
        labels.retain(|image, _| self.rows.contains_key(image));
        self.weighed(labels)
    }

    /// Labels with how much each counts among them.
    fn weighed(&self, labels: Labels) -> Entered {
        let mut counts: BTreeMap<ValueId, usize> = BTreeMap::new();
        labels.values().flatten().for_each(|value| *counts.entry(value.clone()).or_default() += 1);
        let weighted = |(image, values): (ImageId, Vec<ValueId>)| {
            let weight = match values.as_slice() {
                [value] if self.shipped.values == Values::One => weight(counts[value]),
                _ => 1,
            };
            (image, (values, weight))
        };
        labels.into_iter().map(weighted).collect()
    }

    /// The head at the usual penalty, all at once and everybody believed: what suggestions follow while people teach.
    pub fn working(&self) -> Result<Scorer, NotFactorised> {
        self.ridge(&total(&self.folds), &self.entered, None).solve(USUAL)
    }

    /// The ridge of what was entered, or of what is not in one of its folds; `moments` are its own.
    fn ridge(&self, moments: &Moments, entered: &Entered, without: Option<usize>) -> Ridge<'_> {
        let within = entered.iter().filter(|(image, _)| Some(fold_of(**image)) != without);
        Ridge::of(moments, within.map(|(image, one)| example(&self.rows, *image, one)), &self.shipped.prior)
    }

    /// The head, as [`fit`] makes it of what is live.
    pub fn fit(&self) -> Result<TaughtHead, NotFactorised> {
        let distrusted = self.distrusted()?;
        let (mut folds, mut entered) = (self.folds.clone(), self.entered.clone());
        if !distrusted.is_empty() {
            entered = self.without(&distrusted);
            change(&mut folds, &self.rows, &self.entered, &entered);
        }
        let labels = entered.iter().map(|(image, (values, _))| (*image, values.as_slice()));
        let mut held_out = self.held_out((&folds, &entered), labels.collect(), &LAMBDAS)?;
        let all = total(&folds);
        let ridge = self.ridge(&all, &entered, None);
        let classes = classes_of(&all, &self.shipped.prior);
        let values = self.shipped.values;
        // What a ridge makes small is what its penalty is judged by: the squared error, on pictures it did not see.
        let error =
            |at: usize| held_out.iter().map(|one| squared_error(&classes, one.label, &one.scores[at])).sum::<f64>();
        let usual = LAMBDAS.iter().position(|lambda| *lambda == USUAL).unwrap_or(0);
        let best = (0..LAMBDAS.len()).min_by(|a, b| error(*a).total_cmp(&error(*b)));
        let at = best.filter(|_| !held_out.is_empty()).unwrap_or(usual);
        let mut scorer = ridge.solve(LAMBDAS[at])?;
        if values == Values::Many {
            let lift = lift(&classes, &mut held_out, at);
            scorer.bias.iter_mut().for_each(|bias| *bias += f64::from(lift));
        }
        let (scores, truths): (Vec<Vec<f32>>, Vec<usize>) =
            held_out.iter().flat_map(|one| questions(&classes, one.label, &one.scores[at], values)).unzip();
        let temperature = if truths.is_empty() { 1.0 } else { calibrate::temperature(&scores, &truths) };
        let probabilities: Vec<Vec<f32>> = scores.iter().map(|s| calibrate::softmax(s, temperature)).collect();
        let threshold = calibrate::threshold(&probabilities, &truths, WANTED_PRECISION);
        let answers: Vec<(f32, bool)> = probabilities
            .iter()
            .zip(&truths)
            .map(|(p, truth)| (p[measure::best(p)], measure::best(p) == *truth))
            .collect();
        let evidence = self.evidence(&held_out, (&classes, at), answers);
        let examples = entered.len();
        Ok(TaughtHead { scorer, lambda: LAMBDAS[at], temperature, threshold, examples, distrusted, evidence })
    }

    /// How much more it knows with each answer: heads of the first ten pictures that were answered, the first twenty, …, of
    /// all, at the usual penalty and everybody believed, each asked for the pictures of all answers that it did not see.
    pub fn curve(&self) -> Result<Vec<CurvePoint>, NotFactorised> {
        let mut first: HashMap<ImageId, i64> = HashMap::new();
        for Judgement { image, sequence, .. } in self.judgements.iter() {
            first.entry(image).and_modify(|at| *at = sequence.min(*at)).or_insert(sequence);
        }
        let mut order: Vec<ImageId> = self.entered.keys().copied().collect();
        order.sort_by_key(|image| first.get(image));
        let mut curve = Vec::new();
        for answers in MARKS.into_iter().filter(|mark| *mark < order.len()) {
            let labels = order[..answers].iter().map(|image| (*image, self.entered[image].0.clone())).collect();
            let mut folds = vec![Moments::new(self.shipped.prior.dimensions()); FOLDS];
            let entered = self.weighed(labels);
            change(&mut folds, &self.rows, &Entered::new(), &entered);
            curve.push(self.point(answers, (&folds, &entered))?);
        }
        curve.push(self.point(order.len(), (&self.folds, &self.entered))?);
        Ok(curve)
    }

    fn point(&self, answers: usize, learnt: (&[Moments], &Entered)) -> Result<CurvePoint, NotFactorised> {
        let labels = self.entered.iter().map(|(image, (values, _))| (*image, values.as_slice()));
        let mut held_out = self.held_out(learnt, labels.collect(), &[USUAL])?;
        let classes = classes_of(&total(learnt.0), &self.shipped.prior);
        if self.shipped.values == Values::Many {
            lift(&classes, &mut held_out, 0);
        }
        let right = held_out.iter().filter(|one| self.is_right(&classes, one.label, &one.scores[0])).count();
        Ok(CurvePoint { answers, right, held_out: held_out.len() })
    }

    /// Whether scores over `classes` answer what a picture is.
    fn is_right(&self, classes: &[ValueId], label: &[ValueId], scores: &[f32]) -> bool {
        match self.shipped.values {
            Values::One => {
                !scores.is_empty() && classes.get(measure::best(scores)).is_some_and(|value| label.contains(value))
            }
            Values::Many => chosen(classes, scores) == label,
        }
    }

    /// What heads fitted without a fold of what was entered say of its pictures, which have these labels.
    fn held_out<'l>(
        &self,
        (folds, entered): (&[Moments], &Entered),
        labels: Vec<(ImageId, &'l [ValueId])>,
        lambdas: &[f64],
    ) -> Result<Vec<HeldOut<'l>>, NotFactorised> {
        let mut looked_at: Vec<_> = labels.into_iter().map(|(image, label)| (place(image), image, label)).collect();
        if looked_at.len() > LOOKED_AT {
            looked_at.select_nth_unstable_by_key(LOOKED_AT, |(hash, image, _)| (*hash, *image));
            looked_at.truncate(LOOKED_AT);
        }
        let all = total(folds);
        // Every head answers for the values of all, so that answers are told apart by place.
        let classes = classes_of(&all, &self.shipped.prior);
        let of_fold = |(fold, moments): (usize, &Moments)| {
            let here: Vec<_> = looked_at.iter().filter(|one| (one.0 % FOLDS as u64) as usize == fold).collect();
            if here.is_empty() {
                return Ok(Vec::new());
            }
            let ridge = self.ridge(&all.clone().minus(moments), entered, Some(fold));
            let heads: Vec<Scorer> = lambdas.iter().map(|lambda| ridge.solve(*lambda)).collect::<Result<_, _>>()?;
            let rows: Vec<&Row> = here.iter().map(|(_, image, _)| &self.rows[image]).collect();
            let of_heads: Vec<Vec<Vec<f32>>> = heads.iter().map(|head| head.scores_of(&rows)).collect();
            let one = |(at, (_, image, label)): (usize, &(u64, ImageId, &'l [ValueId]))| {
                let of_head = |(head, scores): (&Scorer, &Vec<Vec<f32>>)| over(&classes, &head.classes, &scores[at]);
                HeldOut { image: *image, label, scores: heads.iter().zip(&of_heads).map(of_head).collect() }
            };
            Ok(here.into_iter().enumerate().map(one).collect())
        };
        let of_folds: Vec<Vec<HeldOut<'l>>> =
            folds.par_iter().enumerate().map(of_fold).collect::<Result<_, NotFactorised>>()?;
        let mut found: Vec<HeldOut<'l>> = of_folds.into_iter().flatten().collect();
        found.sort_unstable_by_key(|one| one.image);
        Ok(found)
    }

    /// Whose word does not count: who is contradicted by two others and more, or by heads that did not see the picture, in
    /// most of what they said, and surely so.
    fn distrusted(&self) -> Result<BTreeSet<Contributor>, NotFactorised> {
        let surely_below = |found: Agreement, least: f64| {
            found.compared >= FEW && measure::wilson(found.agreed, found.compared)[1] < least
        };
        let by_others = self.judgements.agreement();
        let others = by_others.into_iter().filter(|(_, found)| surely_below(*found, 0.5)).map(|(who, _)| who);
        let mut distrusted: BTreeSet<Contributor> = others.collect();
        if self.shipped.values == Values::One {
            let (by_heads, usual) = self.agreement_with_heads()?;
            let heads = by_heads.into_iter().filter(|(_, found)| surely_below(*found, usual / 2.0));
            distrusted.extend(heads.map(|(who, _)| who));
        }
        Ok(distrusted)
    }

    /// How often each person says what heads say that did not see the picture, and how often labels do.
    fn agreement_with_heads(&self) -> Result<(BTreeMap<Contributor, Agreement>, f64), NotFactorised> {
        // Pictures of which people contradict each other have no label, and are looked at all the same.
        let known = self.judgements.pictures().filter(|image| self.rows.contains_key(image));
        let label = |image: &ImageId| self.entered.get(image).map_or(&[][..], |(values, _)| values);
        let judged: Vec<(ImageId, &[ValueId])> = known.map(|image| (image, label(&image))).collect();
        let classes = classes_of(&total(&self.folds), &self.shipped.prior);
        let held_out = self.held_out((&self.folds, &self.entered), judged, &[USUAL])?;
        let answer = |one: &HeldOut<'_>| Some((one.image, classes.get(measure::best(&one.scores[0]))?.clone()));
        let answers: HashMap<ImageId, ValueId> = held_out.iter().filter_map(answer).collect();
        let labelled = || held_out.iter().filter(|one| !one.label.is_empty());
        let right = labelled().filter(|one| answers.get(&one.image).is_some_and(|a| one.label.contains(a))).count();
        Ok((self.judgements.agreement_with(&answers), right as f64 / labelled().count().max(1) as f64))
    }

    fn evidence(
        &self,
        held_out: &[HeldOut<'_>],
        (classes, at): (&[ValueId], usize),
        answers: Vec<(f32, bool)>,
    ) -> Evidence {
        let commonest = commonest(&self.entered);
        let says = |said: &[ValueId], label: &[ValueId]| match self.shipped.values {
            Values::One => said.iter().any(|value| label.contains(value)),
            Values::Many => said == label,
        };
        let before = |one: &HeldOut<'_>| match self.shipped.rival {
            Rival::Nobody => Some(says(commonest.as_slice(), one.label)),
            Rival::Told => self.told.get(&one.image).map(|said| says(said, one.label)),
        };
        let now = |one: &HeldOut<'_>| self.is_right(classes, one.label, &one.scores[at]);
        let pairs: Vec<(bool, bool)> = held_out.iter().filter_map(|one| Some((now(one), before(one)?))).collect();
        let difference = measure::paired(&pairs);
        let is_comparable = held_out.is_empty() || !pairs.is_empty();
        Evidence {
            held_out: pairs.len(),
            right: pairs.iter().filter(|(now, _)| *now).count(),
            right_before: pairs.iter().filter(|(_, before)| *before).count(),
            difference,
            calibration_error: measure::calibration_error(&answers),
            answers,
            verdict: if is_comparable { verdict(pairs.len(), difference) } else { Verdict::NotComparable },
        }
    }
}

/// What `held_out` pictures say that are rightly named so much more often, with the bounds of the interval.
fn verdict(held_out: usize, difference: [f64; 3]) -> Verdict {
    match difference {
        _ if held_out < ENOUGH => Verdict::NotEnoughEvidence,
        [estimate, low, _] if low > -0.01 && estimate > 0.0 => Verdict::Promote,
        _ => Verdict::Keep,
    }
}

/// The head of all `judgements` whose pictures have `rows`.
pub fn fit(
    shipped: &Shipped,
    judgements: impl IntoIterator<Item = Judgement>,
    rows: impl IntoIterator<Item = (ImageId, Row)>,
) -> Result<TaughtHead, NotFactorised> {
    let mut learner = Learner::new(shipped.clone());
    learner.learn(judgements, rows);
    learner.fit()
}

fn total(folds: &[Moments]) -> Moments {
    let (first, rest) = folds.split_first().expect("there are folds");
    rest.iter().fold(first.clone(), Moments::plus)
}

/// Takes out of the folds what counts no longer so, and in what does now.
fn change(folds: &mut [Moments], rows: &HashMap<ImageId, Row>, before: &Entered, now: &Entered) {
    for (entered, others, sign) in [(before, now, Sign::Remove), (now, before, Sign::Add)] {
        let mut of_fold: Vec<Vec<Example<'_>>> = vec![Vec::new(); folds.len()];
        for (image, one) in entered.iter().filter(|(image, one)| others.get(*image) != Some(*one)) {
            of_fold[fold_of(*image)].push(example(rows, *image, one));
        }
        folds.iter_mut().zip(of_fold).for_each(|(moments, examples)| moments.change(&examples, sign));
    }
}

/// Scores of `of` put at the places of `classes`; a value that is not among them is as unlikely as nothing.
fn over(classes: &[ValueId], of: &[ValueId], scores: &[f32]) -> Vec<f32> {
    classes.iter().map(|class| of.binary_search(class).map_or(0.0, |at| scores[at])).collect()
}

/// Σ (score − truth)² over values.
fn squared_error(classes: &[ValueId], label: &[ValueId], scores: &[f32]) -> f64 {
    let truth = |class: &ValueId| f64::from(u8::from(label.contains(class)));
    classes.iter().zip(scores).map(|(class, score)| (f64::from(*score) - truth(class)).powi(2)).sum()
}

/// What calibration asks: of one value, which; of several, whether each.
fn questions(classes: &[ValueId], label: &[ValueId], scores: &[f32], values: Values) -> Vec<(Vec<f32>, usize)> {
    match values {
        Values::One => {
            let at = label.first().and_then(|value| classes.binary_search(value).ok());
            at.map(|at| (scores.to_vec(), at)).into_iter().collect()
        }
        Values::Many => {
            let one =
                |(class, score): (&ValueId, &f32)| (vec![1.0 - score, *score], usize::from(label.contains(class)));
            classes.iter().zip(scores).map(one).collect()
        }
    }
}

/// The values that are likelier than not.
fn chosen(classes: &[ValueId], scores: &[f32]) -> Vec<ValueId> {
    classes.iter().zip(scores).filter(|(_, score)| **score > 0.5).map(|(class, _)| class.clone()).collect()
}

/// Lifts the scores of a head of several values, which says a value where its score is past a half, and says by how much: a
/// ridge shrinks the scores of rare values far below. It is the lift of a grid with which most held-out pictures are right, and
/// of equals the one with the best F1, then the least.
fn lift(classes: &[ValueId], held_out: &mut [HeldOut<'_>], at: usize) -> f32 {
    let mut best = ((0, 0.0), 0.0);
    for step in 0..=20_u8 {
        let lift = f32::from(step) * 0.02;
        let (mut right, mut hits, mut said, mut true_) = (0_usize, 0_usize, 0_usize, 0_usize);
        for HeldOut { label, scores, .. } in &*held_out {
            let lifted: Vec<f32> = scores[at].iter().map(|score| score + lift).collect();
            let chosen = chosen(classes, &lifted);
            right += usize::from(chosen == *label);
            hits += chosen.iter().filter(|value| label.contains(value)).count();
            (said, true_) = (said + chosen.len(), true_ + label.len());
        }
        let found = (right, 2.0 * hits as f64 / (said + true_).max(1) as f64);
        if found > best.0 {
            best = (found, lift);
        }
    }
    held_out.iter_mut().flat_map(|one| &mut one.scores[at]).for_each(|score| *score += best.1);
    best.1
}

/// The value of most pictures; the first of equals.
fn commonest(entered: &Entered) -> Option<ValueId> {
    let mut counts: BTreeMap<&ValueId, usize> = BTreeMap::new();
    entered.values().flat_map(|(values, _)| values).for_each(|value| *counts.entry(value).or_default() += 1);
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `better` pictures that are rightly named now only, `worse` that were before only, of `of`.
    #[track_caller]
    fn check(better: usize, worse: usize, of: usize, expected: Verdict) {
        let pair = |at: usize| (at < better || at >= better + worse, at >= better);
        let pairs: Vec<(bool, bool)> = (0..of).map(pair).collect();
        let difference = measure::paired(&pairs);
        assert_eq!(verdict(of, difference), expected, "{difference:?}");
    }

    #[test]
    fn a_head_is_promoted_that_is_better_and_surely_not_worse_by_a_point() {
        check(5, 0, 100, Verdict::Promote);
        check(5, 0, 99, Verdict::NotEnoughEvidence);
        // Better by a point, but perhaps worse by two.
        check(2, 1, 100, Verdict::Keep);
        check(10, 9, 1_000, Verdict::Promote);
        check(10, 9, 500, Verdict::Keep);
        // No better, however surely no worse.
        check(0, 0, 100_000, Verdict::Keep);
        check(9, 10, 100_000, Verdict::Keep);
        check(0, 50, 1_000, Verdict::Keep);
    }
}
