//! Which part of a seed's story is lived, and the least part of one that still fails.

use crate::{FIRST, world::Dice};
use std::{cell::Cell, collections::BTreeSet, panic, sync::Mutex};

thread_local! {
    /// How far the story of this thread came: people, and its last day.
    pub(crate) static CAME: Cell<(usize, i64)> = const { Cell::new((0, 0)) };
}

/// Something that may be left out. What else happens does not hang on it: everybody has dice of their own for each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// All of a person, by their number.
    Person(usize),
    /// What goes wrong with the machine on a day.
    Trouble(i64),
    /// What a person does on a day.
    Deeds(usize, i64),
}

/// What decides a story.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) seed: u64,
    pub(crate) members: usize,
    /// A step that does nothing and says that it was done, to see that somebody notices.
    pub(crate) fault: Option<&'static str>,
    /// Its last day.
    pub(crate) until: i64,
    without: BTreeSet<Part>,
}

impl Story {
    pub(crate) fn new(seed: u64, members: usize, until: i64) -> Self {
        Self { seed, members, fault: None, until, without: BTreeSet::new() }
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        !self.without.contains(&part)
    }

    /// Dice for `who` on `day`.
    pub(crate) fn dice(&self, who: u64, day: i64) -> Dice {
        let stir = |seed: u64| Dice(seed).below(u64::MAX);
        Dice(stir(stir(self.seed) ^ who).wrapping_add(day.unsigned_abs()))
    }
}

/// The most stories that are lived in search of a shorter one.
const MOST_TRIES: u32 = 300;

/// Leaves out of `story`, which fails, whatever it fails without; `lives` lives it, and panics where it fails. The answer
/// is what the shortest says of its failure.
pub(crate) fn shortest(mut story: Story, failure: String, lives: impl Fn(&Story)) -> String {
    static ONE: Mutex<()> = Mutex::new(());
    let one = ONE.lock();
    // Every try panics; the last word is enough.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let mut search = Search { failure, tries: 0, lives };
    let (people, day) = CAME.get();
    story.until = day;
    search.leave_out(&mut story, (FIRST..=day).map(Part::Trouble).collect());
    search.leave_out(&mut story, (0..people).map(Part::Person).collect());
    let left: Vec<usize> = (0..people).filter(|person| story.has(Part::Person(*person))).collect();
    for person in &left {
        search.leave_out(&mut story, (FIRST..=day).map(|day| Part::Deeds(*person, day)).collect());
    }
    panic::set_hook(hook);
    drop(one);
    format!("{} of {people} people were left after {} tries\n{}", left.len(), search.tries, search.failure)
}

struct Search<L> {
    failure: String,
    tries: u32,
    lives: L,
}

impl<L: Fn(&Story)> Search<L> {
    /// Leaves out all of `parts`, or else each half of them that is not needed, and so on.
    fn leave_out(&mut self, story: &mut Story, parts: Vec<Part>) {
        let mut waiting = vec![parts];
        while let Some(parts) = waiting.pop() {
            let mut less = story.clone();
            less.without.extend(&parts);
            if self.still_fails(&less) {
                *story = Story { until: CAME.get().1, ..less };
            } else if parts.len() > 1 {
                let (first, second) = parts.split_at(parts.len() / 2);
                waiting.extend([first.to_vec(), second.to_vec()]);
            }
        }
    }

    fn still_fails(&mut self, story: &Story) -> bool {
        if self.tries == MOST_TRIES {
            return false;
        }
        self.tries += 1;
        let lived = attempt(|| (self.lives)(story));
        let fails = lived.is_err();
        if let Err(failure) = lived {
            self.failure = failure;
        }
        fails
    }
}

/// What comes of `lives`, or what it panics with.
pub(crate) fn attempt<T>(lives: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(panic::AssertUnwindSafe(lives)).map_err(|caught| match caught.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast::<&str>().map_or("a panic".into(), |text| (*text).into()),
    })
}
