//! Heads that people teach: what comes of what they say, and that forgetting somebody leaves what would be without them.

use proptest::prelude::*;
use std::collections::BTreeMap;
use vestry_learn::taught::{
    Contributor, Example, Judgement, Labels, Learner, Moments, Prior, Ridge, Rival, Said, Shipped, Sign, TaughtHead,
    Verdict, fit, weight,
};
use vestry_model::{ImageId, Row, STEP, ValueId, Values};

const D: usize = 12;
const CLASSES: [&str; 4] = ["coat", "dress", "shirt", "skirt"];
/// How much a picture of each counts, where a test says it.
const WEIGHTS: [i64; 4] = [1, 2, 4, 1024];

fn value(name: &str) -> ValueId {
    ValueId::new(name).expect("an id")
}

fn values() -> Vec<ValueId> {
    CLASSES.iter().map(|name| value(name)).collect()
}

fn person(number: u8) -> Contributor {
    Contributor([number; 16])
}

/// Numbers that a seed decides.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// What picture `image` of a class looks like: a class has a direction, and pictures stray from it.
fn row(image: i64, class: usize) -> Row {
    let mut draws = Draws(image as u64 * 977 + 13);
    let steps = (0..D).map(|i| {
        let stray = draws.below(1200) as i16 - 600;
        if i % CLASSES.len() == class { 900 + stray } else { stray }
    });
    Row::new(steps.collect())
}

fn truth(image: i64) -> usize {
    Draws(image as u64).below(CLASSES.len() as u64) as usize
}

fn shipped(values: Values) -> Shipped {
    Shipped { prior: Prior::none(D, 4.0), values, rival: Rival::Nobody }
}

fn says(who: u8, image: i64, said: Said, sequence: i64) -> Judgement {
    Judgement { contributor: person(who), image: ImageId::from_row(image), said, sequence }
}

fn is(who: u8, image: i64, class: usize, sequence: i64) -> Judgement {
    says(who, image, Said::Is(value(CLASSES[class])), sequence)
}

fn rows_of(judgements: &[Judgement]) -> Vec<(ImageId, Row)> {
    judgements.iter().map(|j| (j.image, row(j.image.get(), truth(j.image.get())))).collect()
}

fn fitted(judgements: &[Judgement], values: Values) -> TaughtHead {
    fit(&shipped(values), judgements.to_vec(), rows_of(judgements)).expect("fits")
}

/// Everything at once, from the definition: weighted normal equations by elimination.
fn naive(rows: &[(Row, usize)], prior: &Prior, lambda: f64, spread: f64) -> Vec<f64> {
    const WORTH: i64 = 10;
    let x = |i: usize, j: usize| f64::from(rows[i].0.steps()[j]) * STEP;
    let whole: Vec<i64> = rows.iter().map(|(_, class)| WEIGHTS[*class]).collect();
    let mass = whole.iter().sum::<i64>();
    let scale = rows.len() as f64 / mass as f64;
    let beside = (WORTH * mass / rows.len() as i64) as f64 * scale;
    let w = |i: usize| whole[i] as f64 * scale;
    let n = rows.len() as f64 + beside;
    let mean: Vec<f64> = (0..D).map(|j| (0..rows.len()).map(|i| w(i) * x(i, j)).sum::<f64>() / n).collect();
    let known = prior.head();
    let mut all = Vec::new();
    for (class, name) in CLASSES.iter().enumerate() {
        let at = known.classes.iter().position(|c| *c == value(name));
        let w0: Vec<f64> = (0..D).map(|j| at.map_or(0.0, |at| known.weights[at * D + j])).collect();
        let b0 = at.map_or(0.0, |at| known.bias[at]);
        let y = |i: usize| f64::from(u8::from(rows[i].1 == class));
        let share = ((0..rows.len()).map(|i| w(i) * y(i)).sum::<f64>() + beside * b0) / n;
        // The rows, and the pseudo-rows at zero as one of that weight.
        let centred = |i: usize, j: usize| if i < rows.len() { x(i, j) - mean[j] } else { -mean[j] };
        let weight = |i: usize| if i < rows.len() { w(i) } else { beside };
        let target = |i: usize| if i < rows.len() { y(i) - share } else { b0 - share };
        let mut table: Vec<Vec<f64>> = (0..D)
            .map(|a| {
                let mut line: Vec<f64> = (0..D)
                    .map(|b| (0..=rows.len()).map(|i| weight(i) * centred(i, a) * centred(i, b)).sum::<f64>())
                    .collect();
                let left: f64 = (0..=rows.len())
                    .map(|i| {
                        let explained: f64 = (0..D).map(|b| centred(i, b) * w0[b]).sum();
                        weight(i) * centred(i, a) * (target(i) - explained)
                    })
                    .sum();
                line[a] += lambda * spread;
                line.push(left);
                line
            })
            .collect();
        for pivot in 0..D {
            for other in (0..D).filter(|other| *other != pivot) {
                let factor = table[other][pivot] / table[pivot][pivot];
                let from = table[pivot].clone();
                table[other].iter_mut().zip(from).for_each(|(v, f)| *v -= factor * f);
            }
        }
        let weights: Vec<f64> = (0..D).map(|a| table[a][D] / table[a][a] + w0[a]).collect();
        let bias = share - weights.iter().zip(&mean).map(|(w, m)| w * m).sum::<f64>();
        all.extend(weights);
        all.push(bias);
    }
    all
}

#[track_caller]
fn check_solution(n: i64, prior: &Prior, lambda: f64) {
    let rows: Vec<(Row, usize)> = (0..n).map(|image| (row(image, truth(image)), truth(image))).collect();
    let labels: Vec<[ValueId; 1]> = rows.iter().map(|(_, class)| [value(CLASSES[*class])]).collect();
    let mut moments = Moments::new(D);
    let examples: Vec<Example<'_>> = rows
        .iter()
        .zip(&labels)
        .map(|((row, class), values): (&(Row, usize), &[ValueId; 1])| Example { row, values, weight: WEIGHTS[*class] })
        .collect();
    moments.change(&examples, Sign::Add);
    let expected = naive(&rows, prior, lambda, 4.0);
    for ridge in [Ridge::new(&moments, prior), Ridge::of(&moments, examples.into_iter(), prior)] {
        let found = ridge.solve(lambda).expect("solves");
        assert_eq!(found.classes, values());
        let flat = found.weights.chunks_exact(D).zip(&found.bias).flat_map(|(w, b)| w.iter().copied().chain([*b]));
        for (found, expected) in flat.zip(&expected) {
            assert!((found - expected).abs() < 1e-9, "n {n}, λ {lambda}: {found} for {expected}");
        }
    }
}

#[test]
fn a_head_is_the_ridge_about_what_is_shipped() {
    let weights: Vec<f64> = (0..4 * D).map(|i| ((i * 37 % 23) as f64 - 11.0) / 40.0).collect();
    let known = Prior::new(values(), weights, vec![0.1, 0.2, 0.3, 0.4], D, 4.0);
    // All four classes occur among the first pictures.
    for n in [10, 40, 200] {
        for lambda in [0.1, 1.0, 30.0] {
            check_solution(n, &Prior::new(values(), vec![0.0; 4 * D], vec![0.0; 4], D, 4.0), lambda);
            check_solution(n, &known, lambda);
        }
    }
}

#[test]
fn without_examples_the_shipped_head_answers() {
    let weights: Vec<f64> = (0..4 * D).map(|i| (i as f64 * 0.7).sin()).collect();
    let prior = Prior::new(values(), weights, vec![0.4, 0.3, 0.2, 0.1], D, 4.0);
    let found = Ridge::new(&Moments::new(D), &prior).solve(1.0).expect("solves");
    for (found, expected) in
        found.weights.iter().chain(&found.bias).zip(prior.head().weights.iter().chain(&prior.head().bias))
    {
        assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Many rows at once, one by one, in and out again: the same bits.
    #[test]
    fn moments_do_not_know_how_rows_came(images in prop::collection::vec(0i64..500, 1..60), out in 0usize..60) {
        let rows: Vec<(Row, [ValueId; 1])> =
            images.iter().map(|i| (row(*i, truth(*i)), [value(CLASSES[truth(*i)])])).collect();
        let pairs: Vec<Example<'_>> = rows.iter().zip(&images)
            .map(|((row, values), image)| Example { row, values, weight: WEIGHTS[truth(*image)] }).collect();
        let out = out.min(pairs.len());
        let (mut at_once, mut singly, mut without) = (Moments::new(D), Moments::new(D), Moments::new(D));
        at_once.change(&pairs, Sign::Add);
        pairs.iter().rev().for_each(|pair| singly.change(&[*pair], Sign::Add));
        prop_assert_eq!(&at_once, &singly);
        at_once.change(&pairs[..out], Sign::Remove);
        without.change(&pairs[out..], Sign::Add);
        prop_assert_eq!(&at_once, &without);
        singly.change(&pairs, Sign::Remove);
        prop_assert_eq!(&singly, &Moments::new(D));
    }

    /// With fewer examples than numbers as many equations as examples are solved: the same head.
    #[test]
    fn few_examples_make_the_head_of_their_moments(
        images in prop::collection::btree_set(0i64..500, 0..2 * D), seed in any::<u64>(), penalty in 0usize..4,
    ) {
        let mut draws = Draws(seed);
        let weights = (0..4 * D).map(|_| draws.below(1000) as f64 / 2000.0 - 0.25).collect();
        let prior = Prior::new(values(), weights, vec![0.1, 0.2, 0.3, 0.4], D, 4.0);
        let rows: Vec<(Row, [ValueId; 1])> =
            images.iter().map(|i| (row(*i, truth(*i)), [value(CLASSES[truth(*i)])])).collect();
        let examples: Vec<Example<'_>> = rows.iter()
            .map(|(row, values)| Example { row, values, weight: WEIGHTS[draws.below(4) as usize] }).collect();
        let mut moments = Moments::new(D);
        moments.change(&examples, Sign::Add);
        let lambda = [0.1, 1.0, 10.0, 100.0][penalty];
        let whole = Ridge::new(&moments, &prior).solve(lambda).expect("solves");
        let few = Ridge::of(&moments, examples.iter().copied(), &prior).solve(lambda).expect("solves");
        let largest = whole.weights.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
        for (a, b) in few.weights.iter().chain(&few.bias).zip(whole.weights.iter().chain(&whole.bias)) {
            prop_assert!((a - b).abs() <= 1e-9 * largest, "{} for {}", a, b);
        }
    }

    /// People teach and are forgotten in any order; what is left is what those who stayed teach alone, verdict and all.
    #[test]
    fn forgetting_somebody_leaves_the_model_without_them(
        said in prop::collection::vec((0u8..6, 0i64..60, 0usize..4, any::<bool>()), 1..150),
        forgotten in prop::collection::vec((0u8..6, 0usize..150), 0..6),
        many in any::<bool>(),
    ) {
        let values = if many { Values::Many } else { Values::One };
        let judgements: Vec<Judgement> = said.iter().zip(0..).map(|((who, image, class, yes), sequence)| {
            let value = value(CLASSES[if *yes { truth(*image) } else { *class }]);
            says(*who, *image, if *yes || sequence % 3 > 0 { Said::Is(value) } else { Said::IsNot(value) }, sequence)
        }).collect();
        let mut learner = Learner::new(shipped(values));
        for (at, judgement) in judgements.iter().enumerate() {
            learner.learn([judgement.clone()], rows_of(std::slice::from_ref(judgement)));
            for (who, _) in forgotten.iter().filter(|(_, when)| *when == at) {
                learner.forget(person(*who));
            }
        }
        // Who was forgotten and came back said only what they said since.
        let since: BTreeMap<u8, usize> = forgotten.iter().fold(BTreeMap::new(), |mut since, (who, at)| {
            let at = if *at < judgements.len() { *at + 1 } else { 0 };
            since.entry(*who).and_modify(|s: &mut usize| *s = (*s).max(at)).or_insert(at);
            since
        });
        let mut live: Vec<Judgement> = judgements.iter().enumerate()
            .filter(|(at, j)| since.get(&j.contributor.0[0]).is_none_or(|since| at >= since))
            .map(|(_, j)| j.clone()).collect();
        live.reverse();
        let mut alone = Learner::new(shipped(values));
        alone.learn(live.clone(), rows_of(&live));
        prop_assert_eq!(learner.judgements(), alone.judgements());
        prop_assert_eq!(learner.moments(), alone.moments());
        let (found, expected) = (learner.fit().expect("fits"), alone.fit().expect("fits"));
        prop_assert_eq!(&found.evidence, &expected.evidence);
        prop_assert_eq!(&found.distrusted, &expected.distrusted);
        prop_assert_eq!((found.lambda, found.temperature, found.threshold), (expected.lambda, expected.temperature, expected.threshold));
        for (a, b) in found.scorer.weights.iter().zip(&expected.scorer.weights) {
            prop_assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-9), "{} for {}", a, b);
        }
    }
}

/// As many pictures as a row has numbers and a few more or fewer, in all or in what folds leave: whoever goes, the head is the
/// one without them, bit for bit.
#[test]
fn forgetting_down_to_few_examples_leaves_the_head_without_them() {
    for values in [Values::One, Values::Many] {
        for (many, few) in [(D + 1, D), (D, D - 1), (D + 4, D - 4), (2 * D, D + 2), (D - 1, 3)] {
            let all: Vec<Judgement> = (0..many as i64)
                .map(|image| is(if image < few as i64 { 1 } else { 2 }, image, truth(image), image))
                .collect();
            let mut learner = Learner::new(shipped(values));
            learner.learn(all.clone(), rows_of(&all));
            let before = learner.fit().expect("fits");
            learner.forget(person(2));
            let found = learner.fit().expect("fits");
            assert_eq!(found, fitted(&all[..few], values), "{few} of {many}");
            assert_ne!(found, before);
            let mut alone = Learner::new(shipped(values));
            alone.learn(all[..few].to_vec(), rows_of(&all[..few]));
            assert_eq!(learner.working().expect("solves"), alone.working().expect("solves"));
        }
    }
}

/// Ten thousand updates, and the sums are still those of a fresh start.
#[test]
fn ten_thousand_updates_leave_no_trace() {
    let mut learner = Learner::new(shipped(Values::One));
    let mut draws = Draws(3);
    let mut live: BTreeMap<(u8, i64), Judgement> = BTreeMap::new();
    for sequence in 0..10_000 {
        let (who, image) = (draws.below(40) as u8, draws.below(300) as i64);
        if draws.below(50) == 0 {
            learner.forget(person(who));
            live.retain(|(other, _), _| *other != who);
        } else {
            let judgement =
                is(who, image, if draws.below(10) == 0 { draws.below(4) as usize } else { truth(image) }, sequence);
            learner.learn([judgement.clone()], rows_of(std::slice::from_ref(&judgement)));
            live.insert((who, image), judgement);
        }
    }
    let live: Vec<Judgement> = live.into_values().collect();
    let mut fresh = Learner::new(shipped(Values::One));
    fresh.learn(live.clone(), rows_of(&live));
    assert_eq!(learner.moments(), fresh.moments());
    let (found, expected) = (learner.fit().expect("fits"), fresh.fit().expect("fits"));
    assert_eq!(expected.evidence.verdict, Verdict::Promote, "there is enough to be judged");
    assert_eq!(found, expected);
}

#[track_caller]
fn labels(values: Values, judgements: &[Judgement], expected: &[(i64, &[&str])]) {
    let mut live = vestry_learn::taught::Judgements::new(values);
    judgements.iter().rev().cloned().for_each(|judgement| live.add(judgement));
    let expected: Labels =
        expected.iter().map(|(image, of)| (ImageId::from_row(*image), of.iter().map(|v| value(v)).collect())).collect();
    assert_eq!(live.labels(&Default::default()), expected);
}

#[test]
fn what_people_say_comes_to_labels() {
    let not = |who, image, class: usize, sequence| says(who, image, Said::IsNot(value(CLASSES[class])), sequence);
    labels(Values::One, &[is(1, 7, 0, 1)], &[(7, &["coat"])]);
    // The last word of one person counts, whatever comes in first; another's word does not write over it.
    labels(Values::One, &[is(1, 7, 0, 1), is(1, 7, 2, 5)], &[(7, &["shirt"])]);
    labels(Values::One, &[is(1, 7, 0, 1), is(2, 7, 2, 5)], &[]);
    labels(Values::One, &[is(1, 7, 0, 1), is(2, 7, 2, 5), is(3, 7, 0, 6)], &[(7, &["coat"])]);
    // What it is not teaches nothing of what it is, but takes a vote away.
    labels(Values::One, &[not(1, 7, 0, 1)], &[]);
    labels(Values::One, &[is(1, 7, 0, 1), not(2, 7, 0, 2)], &[]);
    // Several values stand beside each other; none of them is an answer.
    labels(Values::Many, &[is(1, 7, 0, 1), is(1, 7, 2, 2), not(1, 7, 3, 3)], &[(7, &["coat", "shirt"])]);
    labels(Values::Many, &[not(1, 7, 0, 1)], &[(7, &[])]);
    labels(Values::Many, &[is(1, 7, 0, 1), not(2, 7, 0, 2)], &[]);
}

/// A value is taught with one example: it fits, and nothing is promoted.
#[test]
fn one_example_is_not_enough_evidence() {
    let head = fitted(&[is(1, 1, 0, 1)], Values::One);
    assert_eq!((head.examples, head.evidence.verdict), (1, Verdict::NotEnoughEvidence));
    assert!(head.scorer.weights.iter().chain(&head.scorer.bias).all(|v| v.is_finite()));
    let nothing = fitted(&[], Values::One);
    assert_eq!((nothing.examples, nothing.evidence.held_out), (0, 0));
}

/// Five examples of a new value are enough to be told from the others.
#[test]
fn five_examples_teach_a_value() {
    let judgements: Vec<Judgement> = (0..400)
        .filter(|image| truth(*image) != 3 || *image < 40 && (0..*image).filter(|i| truth(*i) == 3).count() < 5)
        .map(|image| is(1, image, truth(image), image))
        .collect();
    assert_eq!(judgements.iter().filter(|j| *j.said.value() == value("skirt")).count(), 5);
    let head = fitted(&judgements, Values::One);
    let new: Vec<i64> = (400..800).filter(|image| truth(*image) == 3).collect();
    let found = new.iter().filter(|image| {
        let scores = head.scorer.scores(&row(**image, 3));
        (0..4).all(|class| class == 3 || scores[class] < scores[3])
    });
    let found = found.count();
    assert!(found * 10 > new.len() * 6, "{found} of {}", new.len());
}

/// Somebody says something wrong of two hundred pictures: they are not believed, and forgetting them is as if they had
/// never been.
#[test]
fn who_says_wrong_things_is_caught_and_forgotten() {
    let honest: Vec<Judgement> = (0..600).map(|image| is(image as u8 % 5 + 1, image, truth(image), image)).collect();
    let wrong = |image: i64| is(99, image, (truth(image) + 1) % 4, 10_000 + image);
    // Pictures that nobody else judged, so that only held-out heads can tell; then such that others judged as well.
    for range in [600..800, 100..300] {
        let mut all = honest.clone();
        all.extend(range.map(wrong));
        let head = fitted(&all, Values::One);
        assert_eq!(head.distrusted, [person(99)].into(), "by name");
        let without = fitted(&honest, Values::One);
        assert_eq!(head.scorer, without.scorer, "their word does not count");
        let mut learner = Learner::new(shipped(Values::One));
        learner.learn(all.clone(), rows_of(&all));
        assert_eq!(learner.forget(person(99)), 200);
        assert_eq!(learner.fit().expect("fits"), without);
    }
}

/// Two people agree, and a third contradicts them on pictures of which heads know nothing, for they all look alike.
#[track_caller]
fn check_agreement(values: Values, honest: Said, wrong: Said) {
    let said = |who: u8, said: &Said| -> Vec<Judgement> {
        (0..60).map(|image| says(who, image, said.clone(), i64::from(who) * 100 + image)).collect()
    };
    let others = [said(1, &honest), said(2, &honest)].concat();
    // What else there is: as many pictures of another class, so that the third agrees with heads as often as chance has it.
    let rest = (100..160).map(|image| is(3, image, 1, image));
    let all: Vec<Judgement> = others.into_iter().chain(rest).chain(said(99, &wrong)).collect();
    let rows = all.iter().map(|one| (one.image, row(0, 0)));
    let head = fit(&shipped(values), all.clone(), rows).expect("fits");
    assert_eq!(head.distrusted, [person(99)].into());
}

#[test]
fn who_contradicts_those_who_agree_is_caught_where_heads_know_nothing() {
    let of = |class: usize| value(CLASSES[class]);
    check_agreement(Values::One, Said::Is(of(0)), Said::Is(of(1)));
    check_agreement(Values::Many, Said::Is(of(0)), Said::IsNot(of(0)));
    check_agreement(Values::Many, Said::IsNot(of(0)), Said::Is(of(0)));
}

/// A head that is better than what is shipped is promoted, one that is not is kept back.
#[test]
fn only_what_is_surely_no_worse_is_promoted() {
    let judgements: Vec<Judgement> = (0..400).map(|image| is(1, image, truth(image), image)).collect();
    assert_eq!(fitted(&judgements, Values::One).evidence.verdict, Verdict::Promote);
    // The shipped head is as good as what can be taught.
    let taught = fitted(&judgements, Values::One).scorer;
    let prior = Prior::new(taught.classes, taught.weights, taught.bias, D, 4.0);
    let again = (1000..1100).map(|image| is(1, image, truth(image), image)).collect::<Vec<_>>();
    let best = |scores: &[f32]| (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).expect("a class");
    let shipped = prior.head();
    let said = rows_of(&again).into_iter();
    let said: Vec<_> =
        said.map(|(image, row)| (image, vec![shipped.classes[best(&shipped.scores(&row))].clone()])).collect();
    let mut learner = Learner::new(Shipped { prior, values: Values::One, rival: Rival::Told });
    learner.hear(said);
    learner.learn(again.clone(), rows_of(&again));
    let head = learner.fit().expect("fits");
    assert!(head.evidence.difference[0] <= 0.02, "{:?}", head.evidence.difference);
    let few = &judgements[..99];
    assert_eq!(fitted(few, Values::One).evidence.verdict, Verdict::NotEnoughEvidence);
}

#[test]
fn values_count_alike_however_many_pictures_have_them() {
    for (count, expected) in [(0, 1 << 17), (7, 1 << 17), (15, 1 << 17), (16, 1 << 16), (1 << 20, 1), (1 << 30, 1)] {
        assert_eq!(weight(count), expected, "{count}");
    }
}

/// Heads of the first answers know less than those of all, and none is asked about what it saw: of labels that follow from
/// nothing they know nothing.
#[test]
fn the_curve_rises_with_answers_and_sees_nothing_before() {
    let curve = |count: i64, class: &dyn Fn(i64) -> usize| {
        let mut learner = Learner::new(shipped(Values::One));
        // The first answers are about the last pictures.
        let said = (0..count).map(|image| is(1, image, class(image), 1000 - image));
        learner.learn(
            said.collect::<Vec<_>>(),
            (0..count).map(|image| (ImageId::from_row(image), row(image, truth(image)))),
        );
        learner.curve().expect("solves")
    };
    let taught = curve(120, &truth);
    assert_eq!(taught.iter().map(|point| point.answers).collect::<Vec<_>>(), [10, 20, 50, 100, 120]);
    assert!(taught.iter().all(|point| point.held_out == 120), "{taught:?}");
    assert!(taught[0].right < taught[4].right && taught[4].right > 110, "{taught:?}");
    // So few pictures would be known by heart.
    let chance = curve(16, &|image| image as usize % CLASSES.len());
    assert!(chance[1].right < 10, "{chance:?}");
    // Where the first ten answers are all of one class, that is all that is known.
    let one_first = curve(120, &|image| if image >= 110 { 0 } else { truth(image).max(1) });
    assert_eq!(one_first[0].right, 10, "{one_first:?}");
    assert!(Learner::new(shipped(Values::One)).curve().expect("solves").iter().all(|point| point.held_out == 0));
}

/// What is in use already may read more than rows do: then its own answers are what a head has to do better than.
#[test]
fn bug_a_head_was_held_against_nothing_where_the_shipped_machine_reads_more_than_rows() {
    let judgements: Vec<Judgement> = (0..200).map(|image| is(1, image, truth(image), image)).collect();
    let verdict = |told: &dyn Fn(i64) -> Option<usize>| {
        let mut learner = Learner::new(Shipped { rival: Rival::Told, ..shipped(Values::One) });
        let said = |image| Some((ImageId::from_row(image), vec![value(CLASSES[told(image)?])]));
        learner.hear((0..200).filter_map(said));
        learner.learn(judgements.clone(), rows_of(&judgements));
        let evidence = learner.fit().expect("fits").evidence;
        (evidence.verdict, evidence.held_out, evidence.right_before)
    };
    assert_eq!(verdict(&|image| Some(truth(image))), (Verdict::Keep, 200, 200), "it is always right");
    assert_eq!(verdict(&|image| Some((truth(image) + 1) % 4)), (Verdict::Promote, 200, 0), "it is always wrong");
    assert_eq!(verdict(&|_| None), (Verdict::NotComparable, 0, 0));
    assert_eq!(verdict(&|image| (image < 99).then_some(truth(image))), (Verdict::NotEnoughEvidence, 99, 99));
}

#[test]
fn bug_a_head_of_several_values_said_none_of_the_rare_ones() {
    // Of twelve values most are rare, as colours are.
    let class = |image: i64| (Draws(image as u64).below(12) as usize).saturating_sub(4);
    let names = |class: usize| value(&format!("value-{class}"));
    let row = |image: i64| {
        let mut draws = Draws(image as u64 * 977 + 13);
        let stray = |draws: &mut Draws| draws.below(900) as i16 - 450;
        Row::new((0..D).map(|i| stray(&mut draws) + if i == class(image) { 900 } else { 0 }).collect())
    };
    let judgements: Vec<Judgement> =
        (0..300).map(|image| says(1, image, Said::Is(names(class(image))), image)).collect();
    let rows = judgements.iter().map(|one| (one.image, row(one.image.get())));
    let evidence = fit(&shipped(Values::Many), judgements.clone(), rows).expect("fits").evidence;
    assert!(evidence.right * 10 >= evidence.held_out * 6, "{} of {}", evidence.right, evidence.held_out);
}
