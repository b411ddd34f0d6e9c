//! Which pictures are asked about next.

use proptest::prelude::*;
use vestry_learn::asking::{Candidate, MOST, OtherDimension, Subject, order};
use vestry_model::{Row, ValueId};

fn row(numbers: &[i16]) -> Row {
    Row::new(numbers.to_vec())
}

fn subject(row: &Row) -> Subject<'_> {
    Subject { row, value: None }
}

/// A head's answers at this margin; 1 is sure.
fn candidate(row: &Row, margin: f32) -> Candidate<'_> {
    Candidate { subject: subject(row), likely: vec![(1.0 + margin) / 2.0, (1.0 - margin) / 2.0] }
}

/// Candidates at these places with these margins, and what is answered → the order.
#[track_caller]
fn check(candidates: &[(&[i16], f32)], answered: &[&[i16]], expected: &[usize]) {
    let rows: Vec<Row> = candidates.iter().map(|(at, _)| row(at)).collect();
    let known: Vec<Row> = answered.iter().map(|at| row(at)).collect();
    let candidates: Vec<Candidate<'_>> =
        rows.iter().zip(candidates).map(|(row, (_, margin))| candidate(row, *margin)).collect();
    let known: Vec<Subject<'_>> = known.iter().map(subject).collect();
    assert_eq!(order(&candidates, &known, expected.len()), Ok(expected.to_vec()));
}

#[test]
fn the_unsure_come_before_the_sure() {
    check(&[(&[0, 0], 0.9), (&[900, 0], 0.1), (&[0, 900], 0.5)], &[], &[1, 2, 0]);
    // The very same picture.
    check(&[(&[5, 5], 0.9), (&[5, 5], 0.1), (&[5, 5], 0.5)], &[], &[1, 2, 0]);
    // Of what a head is sure of, what is like nothing known.
    check(&[(&[0, 0], 1.0), (&[10, 0], 1.0), (&[900, 0], 1.0)], &[], &[1, 2, 0]);
}

#[test]
fn equally_unsure_ones_are_spread() {
    let crowd: [(&[i16], f32); 5] =
        [(&[0, 0], 0.2), (&[10, 0], 0.2), (&[0, 10], 0.2), (&[900, 900], 0.2), (&[-900, 900], 0.2)];
    check(&crowd, &[], &[0, 3, 4, 1, 2]);
    check(&crowd, &[&[1, 1], &[890, 900]], &[4]);
}

/// With nothing known, the middle of the largest crowd stands for most.
#[test]
fn without_a_head_the_most_typical_comes_first() {
    let places: [&[i16]; 6] = [&[900, 0], &[100, 0], &[-100, 0], &[0, 0], &[0, 110], &[0, -110]];
    let rows: Vec<Row> = places.iter().map(|at| row(at)).collect();
    let unknown: Vec<Candidate<'_>> =
        rows.iter().map(|row| Candidate { subject: subject(row), likely: Vec::new() }).collect();
    assert_eq!(order(&unknown, &[], 2), Ok(vec![3, 0]));
}

/// Where each value is a question of its own, an answer about one says nothing of another.
#[test]
fn values_of_one_picture_are_asked_apart() {
    let (here, there) = (row(&[0, 0]), row(&[300, 0]));
    let [red, blue] = ["red", "blue"].map(|name| ValueId::new(name).expect("an id"));
    let about = |row, value| Candidate { subject: Subject { row, value: Some(value) }, likely: vec![0.5, 0.5] };
    let candidates = [about(&here, &red), about(&here, &blue), about(&there, &blue)];
    assert_eq!(order(&candidates, &[Subject { row: &here, value: Some(&red) }], 2), Ok(vec![1, 2]));
}

#[test]
fn rows_of_another_length_are_refused() {
    let (short, long) = (row(&[1]), row(&[1, 2]));
    let refused = Err(OtherDimension { wanted: 1, found: 2 });
    assert_eq!(order(&[candidate(&short, 0.5), candidate(&long, 0.5)], &[], 1), refused);
    assert_eq!(order(&[candidate(&short, 0.5)], &[subject(&long)], 1), refused);
    assert_eq!(order(&[], &[subject(&long)], 1), Ok(vec![]));
}

#[test]
fn no_more_than_the_first_are_looked_at() {
    let rows: Vec<Row> = (0..MOST as i16).chain([30_000]).map(|at| row(&[at])).collect();
    let mut candidates: Vec<Candidate<'_>> = rows.iter().map(|row| candidate(row, 1.0)).collect();
    candidates[MOST].likely = Vec::new();
    let answered: Vec<Subject<'_>> = rows[..MOST].iter().map(subject).collect();
    let found = order(&candidates, &answered, MOST + 1).expect("rows are alike");
    assert_eq!(found.len(), MOST);
    assert!(!found.contains(&MOST), "the unsurest, unlike all others, is one too many");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// As many as wanted, none twice, the same each time, and a longer order begins with the shorter one.
    #[test]
    fn orders_repeat_and_continue(
        places in prop::collection::vec((prop::array::uniform3(-3000i16..3000), 0.0f32..1.0), 0..40),
        answered in prop::collection::vec(prop::array::uniform3(-3000i16..3000), 0..5),
        count in 0usize..50,
    ) {
        let rows: Vec<Row> = places.iter().map(|(at, _)| row(at)).collect();
        let known: Vec<Row> = answered.iter().map(|at| row(at)).collect();
        let candidates: Vec<Candidate<'_>> =
            rows.iter().zip(&places).map(|(row, (_, margin))| candidate(row, *margin)).collect();
        let known: Vec<Subject<'_>> = known.iter().map(subject).collect();
        let found = order(&candidates, &known, count).expect("rows are alike");
        let mut distinct = found.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), found.len());
        prop_assert_eq!(found.len(), count.min(places.len()));
        prop_assert_eq!(&order(&candidates, &known, count), &Ok(found.clone()));
        let shorter = order(&candidates, &known, count / 2).expect("rows are alike");
        prop_assert_eq!(&found[..shorter.len()], &shorter[..]);
    }
}
