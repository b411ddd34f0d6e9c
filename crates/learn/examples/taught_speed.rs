//! How well and how fast people teach, on features that `vestry-app`'s example `features` wrote; `bench/learn/README.md`
//! quotes it.
//!
//! `taught_speed curve TRAIN TEST`: for 5, 10, 20, 50 and 120 labels a class, twenty draws each: a JSON line a draw with the
//! ids drawn and the share of TEST that the head gets right, starting from nothing. `bench/learn/compare.py` reads it.
//! `taught_speed times TRAIN TEST`: all labels at once, one correction more, and how good the head then is.
//! `taught_speed forget TRAIN PEOPLE`: so many people with two hundred judgements each, one of whom is forgotten.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use std::{collections::BTreeMap, env, error::Error, fs, time::Instant};
use vestry_learn::{
    Sample, Samples, measure,
    taught::{Contributor, Judgement, Judgements, Learner, Prior, Said, Shipped, TaughtHead, Values, reading},
};
use vestry_model::{ImageId, Reading, Row, ValueId};

const READ: usize = 512;
const LABELS: [usize; 5] = [5, 10, 20, 50, 120];
const DRAWS: u64 = 20;

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

fn right(head: &TaughtHead, test: &Pictures, rows: &[Row]) -> usize {
    let is_right = |(row, class): (&Row, &ValueId)| {
        head.scorer.classes.get(measure::best(&head.scorer.scores(row))) == Some(class)
    };
    rows.iter().zip(&test.classes).filter(|pair| is_right(*pair)).count()
}

fn learner(reading: &Reading) -> Learner {
    let prior = Prior::none(reading.dimensions(), f64::from(reading.spread()));
    Learner::new(Shipped { prior, values: Values::One })
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
            let top1 = right(&learner.fit()?, test, &unseen) as f64 / unseen.len() as f64;
            println!("{{\"labels\":{labels},\"draw\":{draw},\"top1\":{top1},\"rows\":{drawn:?}}}");
        }
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
    let (right, n) = (right(&head, test, &unseen), unseen.len());
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
    judgements.forget(someone);
    let mut alone = Learner::new(Shipped {
        prior: Prior::none(reading.dimensions(), f64::from(reading.spread())),
        values: Values::One,
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
        ["times", train, test] => times(&Pictures::read(train)?, &Pictures::read(test)?),
        ["forget", train, people] => forget(&Pictures::read(train)?, people.parse()?),
        _ => Err("usage: taught_speed curve TRAIN TEST | times TRAIN TEST | forget TRAIN PEOPLE".into()),
    }
}
