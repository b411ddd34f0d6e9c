//! What goes with what: that it is the textbook's, whatever the order of events, and that forgetting leaves no trace.

use proptest::prelude::*;
use std::collections::BTreeMap;
use vestry_learn::recommend::{
    Arrangement, Because, Deed, Event, FEW, Fresh, HELD, Histories, Model, Recommended, arrange, fit,
};
use vestry_model::{DeedKind, ProductId, Rules, Visitor};

const NOTHING: [i64; 0] = [];
const KINDS: [DeedKind; 4] = [DeedKind::View, DeedKind::Click, DeedKind::Cart, DeedKind::Purchase];

fn item(id: i64) -> ProductId {
    ProductId::from_row(id)
}

fn visitor(number: u32) -> Visitor {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Visitor(bytes)
}

fn event(who: u32, id: i64, kind: DeedKind, second: i64) -> Event {
    Event { visitor: visitor(who), deed: Deed { kind, second, item: item(id) } }
}

fn histories(events: impl IntoIterator<Item = Event>) -> Histories {
    let mut histories = Histories::default();
    histories.learn(events);
    histories
}

/// Numbers that a seed decides.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn event(&mut self, visitors: u64, items: u64) -> Event {
        // The square of a draw: some items are met far more often than others.
        let (who, id) = (self.below(visitors) as u32, (self.below(items) * self.below(items) / items) as i64 + 1);
        event(who, id, KINDS[self.below(4) as usize], self.below(1_000) as i64)
    }
}

fn drawn(seed: u64, count: usize, visitors: u64, items: u64) -> Vec<Event> {
    let mut draws = Draws(seed);
    (0..count).map(|_| draws.event(visitors, items)).collect()
}

/// The textbook's EASEᴿ in plain loops: B = I − P·diag(P)⁻¹, P = (XᵀX + λI)⁻¹ by elimination.
fn naive(histories: &Histories, items: &[ProductId], lambda: f64) -> Vec<Vec<f64>> {
    let n = items.len();
    let mut table = vec![vec![0.0; 2 * n]; n];
    for (_, deeds) in histories.iter() {
        let x =
            |id: ProductId| deeds.iter().find(|deed| deed.item == id).map_or(0.0, |deed| f64::from(deed.kind.weight()));
        let x: Vec<f64> = items.iter().map(|id| x(*id)).collect();
        (0..n).for_each(|i| (0..n).for_each(|j| table[i][j] += x[i] * x[j]));
    }
    for (i, line) in table.iter_mut().enumerate() {
        line[i] += lambda;
        line[n + i] = 1.0;
    }
    for pivot in 0..n {
        let by = table[pivot][pivot];
        table[pivot].iter_mut().for_each(|v| *v /= by);
        for other in (0..n).filter(|other| *other != pivot) {
            let (factor, from) = (table[other][pivot], table[pivot].clone());
            table[other].iter_mut().zip(from).for_each(|(v, f)| *v -= factor * f);
        }
    }
    let p = |i: usize, j: usize| table[i][n + j];
    (0..n).map(|i| (0..n).map(|j| if i == j { 0.0 } else { -p(i, j) / p(j, j) }).collect()).collect()
}

fn weight(model: &Model, from: ProductId, to: ProductId) -> f32 {
    model.weights(from).find(|(item, _)| *item == to).map_or(0.0, |(_, weight)| weight)
}

fn close(found: f32, expected: f64) -> bool {
    (f64::from(found) - expected).abs() <= 1e-6 * expected.abs().max(1e-3)
}

#[test]
fn few_items_have_the_textbook_s_weights() {
    let histories = histories(drawn(1, 900, 80, 30));
    let model = fit(&histories);
    let items: Vec<ProductId> = model.items().collect();
    let expected = naive(&histories, &items, model.lambda());
    for (i, from) in items.iter().enumerate() {
        for (j, to) in items.iter().enumerate() {
            let found = weight(&model, *from, *to);
            assert!(close(found, expected[i][j]), "{from} {to}: {found} for {}", expected[i][j]);
        }
    }
}

/// More items than are solved at once: small groups of visitors who share a few of them, and one item that all have.
fn many() -> Vec<Event> {
    let mut draws = Draws(5);
    let groups = FEW as u32 / 10 + 20;
    (0..groups * 3)
        .flat_map(|who| {
            let mut own: Vec<Event> = (0..10)
                .filter(|at| who % 3 == 0 || draws.below(3) > at % 2)
                .map(|at| event(who, i64::from(who / 3) * 10 + 2 + at as i64, KINDS[(at % 4) as usize], at as i64))
                .collect();
            own.push(event(who, 1, DeedKind::View, 0));
            own
        })
        .collect()
}

#[test]
fn many_items_have_the_textbook_s_weights_over_their_nearest_co_items() {
    let events = many();
    let histories = histories(events.clone());
    let model = fit(&histories);
    assert!(model.items().count() > FEW);
    // An item of a group has its group and the item of all for co-items; the regression is that of these eleven.
    let group: Vec<ProductId> = (1..=1).chain(2..12).map(item).collect();
    let expected = naive(&histories, &group, model.lambda());
    for (j, to) in group.iter().enumerate().skip(1) {
        for (i, from) in group.iter().enumerate() {
            let found = weight(&model, *from, *to);
            assert!(close(found, expected[i][j]), "{from} {to}: {found} for {}", expected[i][j]);
        }
    }
    // The item of all is regressed on a hundred: those whose cosine with it is highest, of equals the lesser ids.
    let mut of: BTreeMap<ProductId, (u64, u64)> = BTreeMap::new();
    for (_, deeds) in histories.iter() {
        for deed in deeds {
            let (weight, (sum, norm)) = (u64::from(deed.kind.weight()), of.entry(deed.item).or_default());
            (*sum, *norm) = (*sum + weight, *norm + weight * weight);
        }
    }
    of.remove(&item(1));
    let mut nearest: Vec<(ProductId, (u64, u64))> = of.into_iter().collect();
    nearest.sort_by_key(|(id, _)| *id);
    nearest.sort_by(|(_, (a, of_a)), (_, (b, of_b))| (b * b * of_a).cmp(&(a * a * of_b)));
    let mut expected: Vec<ProductId> = nearest.into_iter().take(100).map(|(id, _)| id).collect();
    expected.sort();
    let found: Vec<ProductId> = model.items().filter(|from| weight(&model, *from, item(1)) != 0.0).collect();
    assert_eq!(found, expected);
}

#[test]
fn forgetting_among_many_items_leaves_the_model_without_them() {
    let events = many();
    let all = histories(events.clone());
    let (mut model, mut left) = (fit(&all), all.clone());
    let before = model.clone();
    for who in [3, 4, 700, 0] {
        assert_eq!(model.forget(visitor(who)), left.forget(visitor(who)));
        assert!(model == fit(&left), "without {who}");
    }
    assert!(model != before);
    assert_eq!(model.forget(visitor(3)), 0, "they are gone");
}

/// What a visitor had comes nearer to what they did not have, and is regressed on where something else was.
#[test]
fn forgetting_among_items_with_many_co_items_leaves_the_model_without_them() {
    let mut draws = Draws(11);
    let items = FEW as u64 + 200;
    let event = |n: u64| event((n / 60) as u32, draws.below(items) as i64 + 1, KINDS[draws.below(4) as usize], 0);
    let mut left = histories((0..items * 6).map(event));
    let mut model = fit(&left);
    for who in [5, 17, 40] {
        model.forget(visitor(who));
        left.forget(visitor(who));
        assert!(model == fit(&left), "without {who}");
    }
    assert!(model.items().count() > FEW);
}

/// How many threads there are changes nothing, where all items are solved at once and where each is by itself.
#[test]
fn one_thread_makes_the_model_of_many() {
    for items in [600, FEW as u64 + 200] {
        let histories = histories(drawn(3, 60_000, 400, items * 2));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| fit(&histories))
        };
        assert!(on(1) == on(3), "{items}");
    }
}

/// As people leave, the items come to be few enough to be solved at once.
#[test]
fn forgetting_down_to_few_items_leaves_the_model_without_them() {
    let mut left = histories((0..FEW as i64 + 1).flat_map(|id| {
        [event(id as u32, id + 1, DeedKind::View, 0), event(id as u32, id / 60 * 60 + 1, DeedKind::View, 0)]
    }));
    let mut model = fit(&left);
    for who in [1, 2] {
        model.forget(visitor(who));
        left.forget(visitor(who));
    }
    assert_eq!(model.items().count(), FEW - 1);
    assert!(model == fit(&left));
}

#[test]
fn after_ten_thousand_updates_everything_is_as_if_only_what_is_left_had_come() {
    let (visitors, items) = (150, 60);
    let mut draws = Draws(9);
    let mut live: Vec<Event> = Vec::new();
    let mut learnt = Histories::default();
    for n in 0..10_000 {
        if draws.below(40) == 0 {
            let gone = visitor(draws.below(visitors) as u32);
            learnt.forget(gone);
            live.retain(|event| event.visitor != gone);
        } else {
            let event = draws.event(visitors, items);
            learnt.learn([event]);
            live.push(event);
        }
        if n % 1_000 == 999 {
            let mut without = histories(live.iter().rev().copied());
            assert_eq!(learnt, without, "after {n}");
            let mut model = fit(&learnt);
            let gone = visitor(draws.below(visitors) as u32);
            model.forget(gone);
            without.forget(gone);
            assert!(model == fit(&without), "after {n}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Shuffled and doubled, past the number that is held, events come to the same histories.
    #[test]
    fn order_and_repetition_of_events_change_nothing(seed in any::<u64>(), count in 0usize..900) {
        let mut draws = Draws(seed);
        let events: Vec<Event> = (0..count)
            .map(|_| event(draws.below(2) as u32, draws.below(300) as i64, KINDS[draws.below(4) as usize], draws.below(50) as i64))
            .collect();
        let mut shuffled: Vec<Event> = events.iter().chain(&events[count / 2..]).copied().collect();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, draws.below(at as u64 + 1) as usize);
        }
        let (straight, shuffled) = (histories(events), histories(shuffled));
        prop_assert_eq!(&straight, &shuffled);
        prop_assert!(straight.iter().all(|(_, deeds)| deeds.len() <= HELD));
    }

    #[test]
    fn forgetting_in_any_order_leaves_the_model_without_them(seed in any::<u64>(), count in 1usize..400) {
        let mut draws = Draws(seed);
        let all = histories(drawn(seed, count, 12, 20));
        let (mut model, mut left) = (fit(&all), all);
        for _ in 0..5 {
            let gone = visitor(draws.below(12) as u32);
            prop_assert_eq!(model.forget(gone), left.forget(gone));
            prop_assert!(model == fit(&left));
        }
    }
}

fn ids(found: impl IntoIterator<Item = Recommended>) -> Vec<i64> {
    found.into_iter().map(|one| one.item.get()).collect()
}

fn seen(ids: &[i64]) -> Vec<Deed> {
    ids.iter().map(|id| Deed { kind: DeedKind::View, second: 0, item: item(*id) }).collect()
}

/// 1 and 2 are had together, 3 and 4 are, and 5 by itself.
fn two_tastes() -> Model {
    let sets: [&[i64]; 3] = [&[1, 2], &[3, 4], &[5]];
    let events =
        (0..60).flat_map(|who| sets[who as usize % 3].iter().map(move |id| event(who, *id, DeedKind::Purchase, 0)));
    fit(&histories(events))
}

#[test]
fn nothing_is_known_of_nobody() {
    let model = fit(&Histories::default());
    assert_eq!(model.items().count(), 0);
    assert_eq!(ids(model.popular()), NOTHING);
    assert_eq!(ids(model.for_history(&seen(&[1]), &Fresh::new())), NOTHING);
    assert_eq!(ids(model.goes_with(item(1))), NOTHING);
}

#[test]
fn a_shop_with_three_products_recommends_them() {
    let model = fit(&histories((0..20).flat_map(|who| {
        (1..=3).filter(move |id| who % 4 != *id as u32).map(move |id| event(who, id, DeedKind::Cart, 0))
    })));
    assert_eq!(ids(model.for_history(&seen(&[1, 2]), &Fresh::new())).len(), 3);
    assert_eq!(ids(model.popular()).len(), 3);
    let alone = fit(&histories([event(1, 1, DeedKind::View, 0)]));
    assert_eq!(ids(alone.popular()), [1]);
    assert_eq!(ids(alone.for_history(&seen(&[1]), &Fresh::new())), NOTHING);
}

#[test]
fn what_goes_with_the_history_comes_with_its_reason() {
    let (model, fresh) = (two_tastes(), Fresh::new());
    let history = seen(&[3, 5]);
    let found: Vec<Recommended> = model.for_history(&history, &fresh).collect();
    assert_eq!((found[0].item, found[0].because), (item(4), Because::History));
    assert_eq!(model.reason(item(4), &history, &fresh), Some(item(3)));
    assert_eq!(model.reason(item(2), &history, &fresh), None);
    let history = seen(&[1]);
    assert_eq!(ids(model.for_history(&history, &fresh).take(1)), [2], "similar to one item");
}

#[test]
fn what_was_done_last_says_most() {
    let (model, fresh) = (two_tastes(), Fresh::new());
    for (first, then) in [((1, 2), (3, 4)), ((3, 4), (1, 2))] {
        let deed = |id, second| Deed { kind: DeedKind::View, second, item: item(id) };
        let mut history = [deed(first.0, 7), deed(then.0, 8)];
        let found: Vec<Recommended> = model.for_history(&history, &fresh).collect();
        assert_eq!(ids(found.iter().copied().take(2)), [then.1, first.1]);
        assert!((found[1].score / found[0].score - 0.5f32.sqrt()).abs() < 1e-6, "{found:?}");
        // What came at once says as much as what came with it.
        history[0].second = 8;
        let found: Vec<Recommended> = model.for_history(&history, &fresh).collect();
        assert_eq!(found[0].score, found[1].score);
    }
}

#[test]
fn only_baskets_of_two_visitors_say_what_goes_together() {
    let mut events =
        vec![event(1, 1, DeedKind::Cart, 0), event(1, 5, DeedKind::Purchase, 0), event(1, 3, DeedKind::Cart, 0)];
    events.extend([
        event(2, 1, DeedKind::Purchase, 0),
        event(2, 5, DeedKind::Cart, 0),
        event(2, 4, DeedKind::Click, 0),
    ]);
    // Everybody buys 2, so that it says little of 1.
    events.extend((3..60).map(|who| event(who, 2, DeedKind::Purchase, 0)));
    events.extend((1..3).map(|who| event(who, 2, DeedKind::Purchase, 0)));
    let model = fit(&histories(events));
    assert_eq!(ids(model.goes_with(item(1))), [5, 2]);
    assert_eq!(ids(model.goes_with(item(3))), NOTHING);
}

#[test]
fn what_many_had_to_do_with_is_popular() {
    let events = [(1, 1, DeedKind::View), (2, 1, DeedKind::View), (3, 2, DeedKind::Purchase), (4, 3, DeedKind::Cart)];
    let model = fit(&histories(events.map(|(who, id, kind)| event(who, id, kind, 0))));
    assert_eq!(ids(model.popular()), [2, 3, 1]);
}

#[test]
fn a_new_item_stands_where_its_look_alikes_do() {
    let model = two_tastes();
    let fresh: Fresh = [(item(9), vec![item(4), item(8)])].into();
    let history = seen(&[3]);
    let found: Vec<Recommended> = model.for_history(&history, &fresh).filter(|one| one.item == item(9)).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(model.reason(item(9), &history, &fresh), Some(item(3)));
    let history = seen(&[9]);
    assert_eq!(model.reason(item(3), &history, &fresh), Some(item(9)));
    assert_eq!(ids(model.for_history(&history, &fresh).take(1)), [3], "whoever saw it is shown what goes with 4");
}

fn list(ids: std::ops::Range<i64>) -> Vec<Recommended> {
    ids.map(|id| Recommended { item: item(id), score: 1.0 / id as f32, because: Because::Popular }).collect()
}

#[track_caller]
fn check(history: &[Deed], hide: DeedKind, diversity: f32, rules: &Rules, expected: &[i64]) {
    let arrangement = Arrangement { limit: 4, history, hide, diversity, rules };
    // 7 is sold out; ids of one parity look alike.
    let alike = |a: ProductId, b: ProductId| if (a.get() - b.get()) % 2 == 0 { 1.0 } else { 0.0 };
    let both = list(1..20).into_iter().chain(list(1..40));
    assert_eq!(ids(arrange(both, arrangement, |id| id != item(7), alike)), expected);
}

#[test]
fn answers_are_put_together_by_the_shop_s_rules() {
    let items = |ids: &[i64]| ids.iter().map(|id| item(*id)).collect::<Vec<_>>();
    let none = Rules::default();
    check(&[], DeedKind::View, 0.0, &none, &[1, 2, 3, 4]);
    check(&seen(&[1, 3]), DeedKind::View, 0.0, &none, &[2, 4, 5, 6]);
    check(&seen(&[1, 3]), DeedKind::Purchase, 0.0, &none, &[1, 2, 3, 4]);
    let bought = [Deed { kind: DeedKind::Purchase, second: 0, item: item(2) }];
    check(&bought, DeedKind::Purchase, 0.0, &none, &[1, 3, 4, 5]);
    check(&[], DeedKind::View, 0.0, &Rules { pin: items(&[50, 7, 3]), ..none.clone() }, &[50, 3, 1, 2]);
    check(&[], DeedKind::View, 0.0, &Rules { boost: items(&[30, 2]), ..none.clone() }, &[2, 30, 1, 3]);
    check(&[], DeedKind::View, 0.0, &Rules { bury: items(&[1, 2]), ..none.clone() }, &[3, 4, 5, 6]);
    let all_but_three: Vec<ProductId> = (4..40).map(item).collect();
    check(&[], DeedKind::View, 0.0, &Rules { bury: items(&[1]), exclude: all_but_three, ..none.clone() }, &[2, 3, 1]);
    check(&[], DeedKind::View, 0.0, &Rules { pin: items(&[2]), exclude: items(&[2]), ..none.clone() }, &[1, 3, 4, 5]);
    check(&[], DeedKind::View, 1.0, &none, &[1, 2, 3, 4]);
    check(&seen(&[2, 4]), DeedKind::View, 0.5, &none, &[1, 6, 3, 5]);
    check(&seen(&[2, 4]), DeedKind::View, 0.02, &none, &[1, 3, 5, 6]);
}
