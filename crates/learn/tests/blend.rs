//! Search weights from clicks: that they follow what visitors choose, only when it is sure, and forget a visitor.

use proptest::prelude::*;
use vestry_learn::blend::{BLENDS, Clicks, ENOUGH, Shown};
use vestry_model::{ProductId, Visitor};

fn item(id: i64) -> ProductId {
    ProductId::from_row(id)
}

fn visitor(number: u32) -> Visitor {
    Visitor(u128::from(number).to_be_bytes())
}

/// Ten products: `look` has them in this order, `words` in the opposite one, colour has none.
fn shown() -> Vec<Shown> {
    (1..=10).map(|n| Shown { item: item(n), places: [Some(n as u32), None, Some(11 - n as u32)] }).collect()
}

/// So many visitors with a click each: on the item that look has first, or, of every `astray`-th, that words have first.
fn clicks(visitors: u32, astray: u32) -> Clicks {
    let mut clicks = Clicks::default();
    for who in 0..visitors {
        // What is clicked stands last, so that its place does not speak for it.
        let (one, mut list) = (if who % astray == 0 { 10 } else { 1 }, shown());
        if one == 1 {
            list.reverse();
        }
        clicks.learn(visitor(who), i64::from(who), item(one), &list);
    }
    clicks
}

#[track_caller]
fn check(visitors: u32, astray: u32, moves: bool) {
    let choice = clicks(visitors, astray).choose();
    assert_eq!(choice.visitors, visitors as usize);
    assert_eq!(choice.weights != BLENDS[0], moves, "{choice:?}");
    if moves {
        assert_eq!(choice.weights, BLENDS[choice.best]);
        assert!(choice.weights[0] > choice.weights[2], "look speaks for what was clicked: {choice:?}");
    }
}

#[test]
fn weights_follow_clicks_once_they_are_surely_better() {
    check(0, 1_000, false);
    check(ENOUGH as u32 - 1, 1_000, false);
    check(ENOUGH as u32, 1_000, true);
    // Nearly half of them speak for words.
    check(200, 2, false);
}

#[test]
fn a_click_counts_more_the_further_down_it_was() {
    let of = |place: usize| {
        let (mut clicks, mut list) = (Clicks::default(), shown());
        list.swap(2, place);
        (0..ENOUGH as u32).for_each(|who| clicks.learn(visitor(who), 1, item(3), &list));
        clicks.choose().difference[0]
    };
    assert!((of(4) / of(1) - 5.0 / 2.0).abs() < 1e-4, "{} {}", of(4), of(1));
}

#[test]
fn a_click_on_what_was_not_shown_says_nothing() {
    let mut clicks = Clicks::default();
    clicks.learn(visitor(1), 1, item(99), &shown());
    assert_eq!(clicks, Clicks::default());
}

#[test]
fn one_visitor_who_clicks_all_day_is_one_visitor() {
    let mut clicks = clicks(ENOUGH as u32, 2);
    (0..5_000).for_each(|search| clicks.learn(visitor(1), 1_000 + search, item(1), &shown()));
    assert_eq!(clicks.choose().weights, BLENDS[0]);
    assert_eq!(clicks.forget(visitor(1)), 100, "the last hundred are held");
}

proptest! {
    /// Shuffled, doubled, and with somebody who came and went, clicks come to the same.
    #[test]
    fn order_repetition_and_the_forgotten_change_nothing(seed in any::<u64>(), count in 0usize..400) {
        let mut state = seed;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let events: Vec<(u32, i64, i64)> =
            (0..count).map(|_| (below(3) as u32, below(200) as i64, below(10) as i64 + 1)).collect();
        let mut shuffled: Vec<_> = events.iter().chain(&events[count / 2..]).copied().collect();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, below(at as u64 + 1) as usize);
        }
        let (mut straight, mut other) = (Clicks::default(), Clicks::default());
        let without = events.iter().filter(|(who, ..)| *who != 0);
        without.for_each(|(who, search, id)| straight.learn(visitor(*who), *search, item(*id), &shown()));
        shuffled.iter().for_each(|(who, search, id)| other.learn(visitor(*who), *search, item(*id), &shown()));
        other.forget(visitor(0));
        prop_assert_eq!(&straight, &other);
        prop_assert_eq!(straight.choose(), other.choose());
    }
}
