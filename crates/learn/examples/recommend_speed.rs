//! How fast what visitors did becomes recommendations, and is forgotten.
//!
//! `recommend_speed fit ITEMS VISITORS EACH [even]`: visitors with so many items each become a model, five of them are
//! forgotten one after the other, and lists are made for all others. Few items are met by many, most by few (Zipf, seven in ten of them of the
//! visitor's own taste among a hundred), or, `even`, all alike.
//! `recommend_speed events COUNT ITEMS VISITORS`: so many events become histories.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use std::{collections::BTreeSet, env, error::Error, fs, time::Instant};
use vestry_learn::recommend::{Arrangement, Deed, Event, Fresh, Histories, arrange, fit};
use vestry_model::{DeedKind, ProductId, Rules, Visitor};

const KINDS: [DeedKind; 8] = [
    DeedKind::View,
    DeedKind::View,
    DeedKind::View,
    DeedKind::View,
    DeedKind::View,
    DeedKind::Click,
    DeedKind::Cart,
    DeedKind::Purchase,
];
const TASTES: u64 = 100;
/// Visitors who are forgotten, one after the other.
const FORGOTTEN: u64 = 5;

/// Numbers that a seed decides (SplitMix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    /// A rank below `n`, each in inverse proportion to itself.
    fn rank(&mut self, n: u64) -> u64 {
        let even = self.below(1 << 52) as f64 / (1u64 << 52) as f64;
        ((n as f64 + 1.0).powf(even) as u64).saturating_sub(1).min(n - 1)
    }

    fn item(&mut self, items: u64, taste: u64, even: bool) -> i64 {
        if even {
            return self.below(items) as i64;
        }
        let rank = self.rank(items);
        let of_taste = rank - rank % TASTES + taste;
        (if self.below(10) < 7 { of_taste.min(items - 1) } else { rank }) as i64
    }

    fn deed(&mut self, item: i64) -> Deed {
        let kind = KINDS[self.below(KINDS.len() as u64) as usize];
        Deed { kind, second: self.below(1 << 25) as i64, item: ProductId::from_row(item) }
    }
}

fn visitor(number: u64) -> Visitor {
    Visitor(u128::from(number).to_be_bytes())
}

fn made(items: u64, visitors: u64, each: usize, even: bool) -> Histories {
    let (mut draws, mut histories) = (Draws(1), Histories::default());
    for who in 0..visitors {
        let taste = draws.below(TASTES);
        let mut have = BTreeSet::new();
        while have.len() < each {
            have.insert(draws.item(items, taste, even));
        }
        histories.learn(have.into_iter().map(|item| Event { visitor: visitor(who), deed: draws.deed(item) }));
    }
    histories
}

fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned();
    format!("{} now, {} at most", of("VmRSS:"), of("VmHWM:"))
}

/// For how long processors worked for this process, in steps of 10 ms.
fn work_ms() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // In user mode and in the kernel: fields 14 and 15 of proc(5), in hundredths of a second.
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

fn fitted(items: u64, visitors: u64, each: usize, even: bool) {
    let mut histories = made(items, visitors, each, even);
    let start = Instant::now();
    let mut model = fit(&histories);
    println!("{} items, λ {}: fitted in {:?}; {}", model.items().count(), model.lambda(), start.elapsed(), memory());
    for part in 1..=FORGOTTEN {
        let gone = visitor(visitors * part / (FORGOTTEN + 1));
        let (start, worked) = (Instant::now(), work_ms());
        let forgotten = model.forget(gone);
        let (took, worked) = (start.elapsed(), work_ms() - worked);
        println!("one with {forgotten} items forgotten in {took:?}, λ {}; {worked} ms of processors", model.lambda());
        histories.forget(gone);
    }
    println!("{}", memory());
    assert!(model == fit(&histories), "the model without them");
    println!("the model is the one without them");
    let (rules, mut times) = (Rules::default(), Vec::new());
    let fresh: Fresh =
        (0..200).map(|n| (ProductId::from_row((items + n) as i64), vec![ProductId::from_row(n as i64)])).collect();
    for (_, history) in histories.iter().take(20_000) {
        let start = Instant::now();
        let arrangement = Arrangement { limit: 20, history, hide: DeedKind::View, diversity: 0.3, rules: &rules };
        let alike = |a: ProductId, b: ProductId| ((a.get() ^ b.get()) % 7) as f32 / 7.0;
        let found = arrange(model.for_history(history, &fresh).chain(model.popular()), arrangement, |_| true, alike);
        let reasons = found.iter().filter_map(|one| model.reason(one.item, history, &fresh)).count();
        times.push((start.elapsed(), reasons));
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].0;
    println!("{} lists of 20: median {:?}, p99 {:?}, at most {:?}", times.len(), at(50), at(99), at(100));
}

fn events(count: u64, items: u64, visitors: u64) {
    let (mut draws, mut histories) = (Draws(2), Histories::default());
    let start = Instant::now();
    histories.learn((0..count).map(|_| {
        let who = draws.below(visitors);
        let item = draws.item(items, who % TASTES, false);
        Event { visitor: visitor(who), deed: draws.deed(item) }
    }));
    let held: usize = histories.iter().map(|(_, deeds)| deeds.len()).sum();
    println!("{count} events to {held} deeds in {:?}; {}", start.elapsed(), memory());
    let start = Instant::now();
    let model = fit(&histories);
    println!("{} items, λ {}: fitted in {:?}; {}", model.items().count(), model.lambda(), start.elapsed(), memory());
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fit", items, visitors, each] => fitted(items.parse()?, visitors.parse()?, each.parse()?, false),
        ["fit", items, visitors, each, "even"] => fitted(items.parse()?, visitors.parse()?, each.parse()?, true),
        ["events", count, items, visitors] => events(count.parse()?, items.parse()?, visitors.parse()?),
        _ => return Err("usage: recommend_speed fit ITEMS VISITORS EACH [even] | events COUNT ITEMS VISITORS".into()),
    }
    Ok(())
}
