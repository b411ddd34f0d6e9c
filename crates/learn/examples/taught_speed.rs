//! How well and how fast people teach, on features that `vestry-app`'s example `features` wrote; `bench/learn/README.md`
//! quotes it.
//!
//! `taught_speed curve TRAIN TEST`: for 5, 10, 20, 50 and 120 labels a class, twenty draws each: a JSON line a draw with the
//! ids drawn, the share of TEST that the head gets right, starting from nothing, and its calibration error there at
//! temperature 1 and at the one that was found. `bench/learn/compare.py` reads it.
//! `taught_speed asked TRAIN TEST`: what teaches most first against random order, twenty paired draws of pictures to ask about;
//! a table.
//! `taught_speed times TRAIN TEST`: all labels at once, one correction more, and how good the head then is.
//! `taught_speed few TRAIN`: 20, 100, 300, 500 and 520 labels become a model and a working head, and one of them is forgotten.
//! `taught_speed forget TRAIN PEOPLE`: so many people with two hundred judgements each, one of whom is forgotten.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fs,
    time::Instant,
};
use vestry_learn::{
    Sample, Samples,
    asking::{Candidate, Subject, order},
    calibrate::softmax,
    measure,
    taught::{Contributor, Judgement, Judgements, Learner, Prior, Rival, Said, Scorer, Shipped, reading},
};
use vestry_model::{ImageId, Reading, Row, ValueId, Values};

const READ: usize = 512;
/// Fits of which the quickest counts.
const REPEATED: usize = 7;
const LABELS: [usize; 5] = [5, 10, 20, 50, 120];
const DRAWS: u64 = 20;
/// Pictures to ask about in a draw of equal shares, and of the commonest class where shares are unequal.
const POOL: usize = 800;
const COMMONEST: usize = 112;
/// As the review asks: so many at a time, by a head of this temperature once it has five answers.
const AT_ONCE: usize = 10;
const FEW: usize = 5;
const TEMPERATURE: f32 = 0.15;

/// Pictures of one tree: ids, classes, features.
struct Pictures {
    ids: Vec<String>,
    classes: Vec<ValueId>,
    features: Vec<Vec<f32>>,
}

impl Pictures {
    fn read(stem: &str) -> Result<Self, Box<dyn Error>> {
        let names = fs::read_to_string(format!("{stem}.tsv"))?;
        let bytes = fs::read(format!("{stem}.f32"))?;
        let (mut ids, mut classes) = (Vec::new(), Vec::new());
        for line in names.lines() {
            let (id, class) = line.split_once('\t').ok_or("a line is an id, a tab and a class")?;
            ids.push(id.to_owned());
            classes.push(ValueId::new(class).ok_or("a class is an id")?);
        }
        let numbers: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let width = numbers.len() / ids.len().max(1);
        Ok(Self { ids, classes, features: numbers.chunks_exact(width).map(<[f32]>::to_vec).collect() })
    }

    fn samples(&self) -> Result<Samples, Box<dyn Error>> {
        let mut classes = self.classes.clone();
        classes.sort();
        classes.dedup();
        let sample = |at: usize| Sample {
            id: self.ids[at].clone(),
            label: classes.binary_search(&self.classes[at]).unwrap_or(0),
            features: self.features[at].clone(),
        };
        Ok(Samples::new(classes.clone(), (0..self.ids.len()).map(sample).collect())?)
    }
}

fn rows(pictures: &Pictures, reading: &Reading) -> Vec<Row> {
    pictures.features.iter().map(|features| reading.row(features)).collect()
}

fn judgement(who: u32, at: usize, class: &ValueId, sequence: i64) -> Judgement {
    let mut contributor = [0; 16];
    contributor[..4].copy_from_slice(&who.to_be_bytes());
    let (contributor, image) = (Contributor(contributor), ImageId::from_row(at as i64));
    Judgement { contributor, image, said: Said::Is(class.clone()), sequence }
}

fn right(head: &Scorer, test: &Pictures, rows: &[Row]) -> usize {
    let is_right = |(row, class): (&Row, &ValueId)| head.classes.get(measure::best(&head.scores(row))) == Some(class);
    rows.iter().zip(&test.classes).filter(|pair| is_right(*pair)).count()
}

/// How far answers at a temperature are from as sure as they are right.
fn calibration_error(head: &Scorer, temperature: f32, test: &Pictures, rows: &[Row]) -> f64 {
    let answer = |(row, class): (&Row, &ValueId)| {
        let sure = softmax(&head.scores(row), temperature);
        let best = measure::best(&sure);
        (sure[best], head.classes[best] == *class)
    };
    measure::calibration_error(&rows.iter().zip(&test.classes).map(answer).collect::<Vec<_>>())
}

fn learner(reading: &Reading) -> Learner {
    let prior = Prior::none(reading.dimensions(), f64::from(reading.spread()));
    Learner::new(Shipped { prior, values: Values::One, rival: Rival::Nobody })
}

/// Numbers that a seed decides (SplitMix64).
fn shuffled(mut of: Vec<usize>, seed: u64) -> Vec<usize> {
    let mut state = seed;
    for at in (1..of.len()).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        of.swap(at, ((z ^ (z >> 31)) % (at as u64 + 1)) as usize);
    }
    of
}

fn curve(train: &Pictures, test: &Pictures) -> Result<(), Box<dyn Error>> {
    let reading = reading(&train.samples()?, READ)?;
    let (known, unseen) = (rows(train, &reading), rows(test, &reading));
    let mut by_class: BTreeMap<&ValueId, Vec<usize>> = BTreeMap::new();
    train.classes.iter().enumerate().for_each(|(at, class)| by_class.entry(class).or_default().push(at));
    for labels in LABELS {
        for draw in 0..DRAWS {
            let drawn = by_class.values().zip(0..).flat_map(|(of, class)| {
                shuffled(of.clone(), draw * 1000 + class).into_iter().take(labels).collect::<Vec<_>>()
            });
            let drawn: Vec<usize> = drawn.collect();
            let mut learner = learner(&reading);
            let said = drawn.iter().map(|at| judgement(1, *at, &train.classes[*at], *at as i64));
            learner.learn(said, drawn.iter().map(|at| (ImageId::from_row(*at as i64), known[*at].clone())));
            let head = learner.fit()?;
            let top1 = right(&head.scorer, test, &unseen) as f64 / unseen.len() as f64;
            let [before, after] = [1.0, head.temperature].map(|t| calibration_error(&head.scorer, t, test, &unseen));
            println!(
                "{{\"labels\":{labels},\"draw\":{draw},\"top1\":{top1},\"ece\":[{before},{after}],\"rows\":{drawn:?}}}"
            );
        }
    }
    Ok(())
}

/// Places of pictures to ask about: of all alike, or of each class half as many, a third, … of the commonest, which one it is
/// being drawn.
fn pool(train: &Pictures, is_even: bool, draw: u64) -> Vec<usize> {
    let all = shuffled((0..train.ids.len()).collect(), draw);
    if is_even {
        return all.into_iter().take(POOL).collect();
    }
    let classes: BTreeSet<&ValueId> = train.classes.iter().collect();
    let of = |(class, rank): (&&ValueId, usize)| -> Vec<usize> {
        all.iter().copied().filter(|at| train.classes[*at] == **class).take(COMMONEST / (rank + 1)).collect()
    };
    classes.iter().zip(shuffled((0..classes.len()).collect(), draw)).flat_map(of).collect()
}

/// The next to ask about of `pool`, when what `learner` knows was answered.
fn next(learner: &Learner, known: &[Row], pool: &[usize], answered: &[usize]) -> Result<Vec<usize>, Box<dyn Error>> {
    let head = if answered.len() < FEW { None } else { Some(learner.working()?) };
    let open: Vec<usize> = pool.iter().copied().filter(|at| !answered.contains(at)).collect();
    let likely = |row: &Row| head.as_ref().map_or(Vec::new(), |head| softmax(&head.scores(row), TEMPERATURE));
    let candidate = |at: &usize| -> Candidate<'_> {
        let row = &known[*at];
        Candidate { subject: Subject { row, value: None }, likely: likely(row) }
    };
    let candidates: Vec<Candidate<'_>> = open.iter().map(candidate).collect();
    let subjects: Vec<Subject<'_>> = learner.answered().collect();
    Ok(order(&candidates, &subjects, AT_ONCE)?.into_iter().map(|at| open[at]).collect())
}

/// The share of `test` that is right after each of `marks` answers, asked in this order or, without one, in random order.
fn walk(
    (train, known): (&Pictures, &[Row]),
    (test, unseen): (&Pictures, &[Row]),
    new: Learner,
    (pool, marks, is_random): (&[usize], &[usize], bool),
) -> Result<Vec<f64>, Box<dyn Error>> {
    let (mut learner, mut answered, mut shares) = (new, Vec::new(), Vec::new());
    while shares.len() < marks.len() {
        let asked = match is_random {
            true => pool[answered.len()..][..AT_ONCE].to_vec(),
            false => next(&learner, known, pool, &answered)?,
        };
        let said = asked.iter().map(|at| judgement(1, *at, &train.classes[*at], *at as i64));
        learner.learn(said, asked.iter().map(|at| (ImageId::from_row(*at as i64), known[*at].clone())));
        answered.extend(asked);
        if marks.contains(&answered.len()) {
            shares.push(right(&learner.working()?, test, unseen) as f64 / unseen.len() as f64);
        }
    }
    Ok(shares)
}

fn asked(train: &Pictures, test: &Pictures) -> Result<(), Box<dyn Error>> {
    let reading = reading(&train.samples()?, READ)?;
    let (known, unseen) = (rows(train, &reading), rows(test, &reading));
    for (is_even, name, marks) in [
        (true, "of 800 photos, ten classes alike", &[10, 20, 30, 40, 50, 100, 200, 400][..]),
        (false, "of about 325, the rarest class a tenth of the commonest", &[10, 20, 30, 40, 50, 100, 200]),
    ] {
        println!("| answers, {name} | random order | what teaches most first | difference |\n|---|---|---|---|");
        let mut of_draws = Vec::new();
        for draw in 0..DRAWS {
            // Out of order once more, since a pool may come class by class.
            let pool = shuffled(pool(train, is_even, draw), draw + 1000);
            let shares = |is_random| {
                let asked = (pool.as_slice(), marks, is_random);
                walk((train, &known), (test, &unseen), learner(&reading), asked)
            };
            of_draws.push((shares(true)?, shares(false)?));
        }
        for (at, mark) in marks.iter().enumerate() {
            let n = of_draws.len() as f64;
            let [random, best] =
                [0, 1].map(|arm| of_draws.iter().map(|d| if arm == 0 { d.0[at] } else { d.1[at] }).sum::<f64>() / n);
            let mean = best - random;
            let variance = of_draws.iter().map(|d| (d.1[at] - d.0[at] - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let half = 1.96 * (variance / n).sqrt();
            println!("| {mark} | {random:.3} | {best:.3} | {mean:+.3} ({:+.3} to {:+.3}) |", mean - half, mean + half);
        }
        println!();
    }
    Ok(())
}

fn times(train: &Pictures, test: &Pictures) -> Result<(), Box<dyn Error>> {
    let reading = reading(&train.samples()?, READ)?;
    let (known, unseen) = (rows(train, &reading), rows(test, &reading));
    let start = Instant::now();
    let mut learner = learner(&reading);
    let said = train.classes.iter().enumerate().map(|(at, class)| judgement(at as u32 % 7, at, class, at as i64));
    let rows_of = known.iter().enumerate().map(|(at, row)| (ImageId::from_row(at as i64), row.clone()));
    learner.learn(said.collect::<Vec<_>>(), rows_of);
    let head = learner.fit()?;
    let fitted = start.elapsed();
    let start = Instant::now();
    learner.learn([judgement(99, 0, &train.classes[1], 10_000)], []);
    let working = learner.working()?;
    println!("{} labels to a head: {fitted:?}; one more to a working head: {:?}", known.len(), start.elapsed());
    let (right, n) = (right(&head.scorer, test, &unseen), unseen.len());
    let [low, high] = measure::wilson(right, n);
    let evidence = &head.evidence;
    println!("right on the other tree: {right} of {n}, {:.3} ({low:.3} to {high:.3})", right as f64 / n as f64);
    println!(
        "out of fold: {} of {}; calibration error {:.3}; λ {}, temperature {:.3}; {} values",
        evidence.right,
        evidence.held_out,
        evidence.calibration_error,
        head.lambda,
        head.temperature,
        working.classes.len()
    );
    Ok(())
}

fn few(train: &Pictures) -> Result<(), Box<dyn Error>> {
    let reading = reading(&train.samples()?, READ)?;
    let known = rows(train, &reading);
    let order = shuffled((0..known.len()).collect(), 1);
    for count in [20, 100, 300, 500, 520] {
        let mut learner = learner(&reading);
        let said = order.iter().take(count).enumerate();
        let said = said.map(|(nth, at)| judgement(u32::from(nth == 0), *at, &train.classes[*at], nth as i64));
        let rows_of = order.iter().take(count).map(|at| (ImageId::from_row(*at as i64), known[*at].clone()));
        learner.learn(said.collect::<Vec<_>>(), rows_of);
        let mut times = Vec::new();
        for _ in 0..REPEATED {
            let start = Instant::now();
            learner.working()?;
            let working = start.elapsed();
            learner.fit()?;
            times.push((start.elapsed() - working, working));
        }
        let (fit, working) = (times.iter().map(|t| t.0).min(), times.iter().map(|t| t.1).min());
        let start = Instant::now();
        learner.forget(judgement(1, 0, &train.classes[0], 0).contributor);
        learner.fit()?;
        let forgotten = start.elapsed();
        println!(
            "{count} labels: model {:?}, working head {:?}, one forgotten {forgotten:?}",
            fit.unwrap_or_default(),
            working.unwrap_or_default()
        );
    }
    Ok(())
}

fn forget(train: &Pictures, people: u32) -> Result<(), Box<dyn Error>> {
    let reading = reading(&train.samples()?, READ)?;
    let known = rows(train, &reading);
    // Pictures of a larger shop: those of the tree, each many times, a step off.
    let count = 20_000usize;
    let row = |image: usize| {
        let mut steps = known[image % known.len()].steps().to_vec();
        steps[image % READ] = steps[image % READ].wrapping_add((image / known.len()) as i16);
        Row::new(steps)
    };
    let mut judgements = Judgements::new(Values::One);
    for who in 0..people {
        for at in 0..200usize {
            let image = (who as usize * 7919 + at * 104_729) % count;
            judgements.add(judgement(
                who,
                image,
                &train.classes[image % known.len()],
                i64::from(who) * 200 + at as i64,
            ));
        }
    }
    let mut learner = learner(&reading);
    let start = Instant::now();
    learner.become_those(judgements.clone(), (0..count).map(|image| (ImageId::from_row(image as i64), row(image))));
    println!("{} judgements of {people} people on {count} pictures summed in {:?}", judgements.len(), start.elapsed());
    let start = Instant::now();
    learner.fit()?;
    println!("fitted in {:?}", start.elapsed());
    let someone = judgement(people / 2, 0, &train.classes[0], 0).contributor;
    let start = Instant::now();
    learner.forget(someone);
    let summed = start.elapsed();
    let working = Instant::now();
    learner.working()?;
    let working = working.elapsed();
    let fitted = learner.fit()?;
    println!("one of them forgotten: sums in {summed:?}, working head in {working:?}, model in {:?}", start.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    println!("{peak} of memory at most, what the model without them is made of included");
    judgements.forget(someone);
    let mut alone = Learner::new(Shipped {
        prior: Prior::none(reading.dimensions(), f64::from(reading.spread())),
        values: Values::One,
        rival: Rival::Nobody,
    });
    alone.become_those(judgements, (0..count).map(|image| (ImageId::from_row(image as i64), row(image))));
    assert_eq!(learner.moments(), alone.moments(), "the same sums");
    assert_eq!(fitted, alone.fit()?, "the same model");
    println!("the sums and the model are those without them, bit for bit");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["curve", train, test] => curve(&Pictures::read(train)?, &Pictures::read(test)?),
        ["asked", train, test] => asked(&Pictures::read(train)?, &Pictures::read(test)?),
        ["times", train, test] => times(&Pictures::read(train)?, &Pictures::read(test)?),
        ["few", train] => few(&Pictures::read(train)?),
        ["forget", train, people] => forget(&Pictures::read(train)?, people.parse()?),
        _ => {
            Err("usage: taught_speed curve TRAIN TEST | asked TRAIN TEST | times TRAIN TEST | few TRAIN | forget TRAIN PEOPLE"
                .into())
        }
    }
}
