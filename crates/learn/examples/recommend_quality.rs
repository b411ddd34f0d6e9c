//! `recommend_quality TRAIN TEST OUT`: for every user of TEST, whom TRAIN knows, the twenty items that are recommended to
//! them: lines of a user and its items. Lines of TRAIN and TEST are a user, an item and when, in seconds, tabs between.
//! Prints what was fitted, in how many seconds, and how many kB of memory it took at most meanwhile, tabs between.
//! `bench/learn/recommend.py` makes the files and measures.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use std::{collections::BTreeSet, env, error::Error, fmt::Write, fs, time::Instant};
use vestry_learn::recommend::{Arrangement, Deed, Event, Fresh, Histories, arrange, fit};
use vestry_model::{DeedKind, ProductId, Rules, Visitor};

/// A user, an item and when.
type Line = (u128, i64, i64);

fn read(path: &str) -> Result<Vec<Line>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let line = |line: &str| {
        let [user, item, second] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err("a line is a user, an item and when".into());
        };
        Ok((user.parse()?, item.parse()?, second.parse()?))
    };
    text.lines().map(line).collect()
}

/// A line of what the kernel says of this process's memory, in kB: `VmRSS:` or `VmHWM:`.
fn memory_kb(name: &str) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("a line of memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn visitor(user: u128) -> Visitor {
    Visitor(user.to_be_bytes())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [train, test, out] = args.as_slice() else { return Err("usage: recommend_quality TRAIN TEST OUT".into()) };
    let mut histories = Histories::default();
    let event = |(user, item, second)| {
        let deed = Deed { kind: DeedKind::View, second, item: ProductId::from_row(item) };
        Event { visitor: visitor(user), deed }
    };
    histories.learn(read(train)?.into_iter().map(event));
    // From here on the most that the process held is counted anew (proc(5)).
    fs::write("/proc/self/clear_refs", "5")?;
    let (before, start) = (memory_kb("VmRSS:")?, Instant::now());
    let model = fit(&histories);
    let (took, grown) = (start.elapsed().as_secs_f64(), memory_kb("VmHWM:")?.saturating_sub(before));
    println!("{} items, λ {}\t{took}\t{grown}", model.items().count(), model.lambda());
    let users: BTreeSet<u128> = read(test)?.into_iter().map(|(user, ..)| user).collect();
    let (fresh, rules, mut text) = (Fresh::new(), Rules::default(), String::new());
    for user in users {
        let history = histories.of(visitor(user));
        let arrangement = Arrangement { limit: 20, history, hide: DeedKind::View, diversity: 0.0, rules: &rules };
        let lists = model.for_history(history, &fresh).chain(model.popular());
        let found = arrange(lists, arrangement, |_| true, |_, _| 0.0);
        let items: Vec<String> = found.iter().map(|one| one.item.to_string()).collect();
        writeln!(text, "{user}\t{}", items.join(" "))?;
    }
    fs::write(out, text)?;
    Ok(())
}
