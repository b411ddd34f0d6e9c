//! Ten years of the whole system, real files and all, day by day: people come, pay, complain, stay away, return and
//! leave; sweeps are missed, stop half way and go on; clocks go wrong. After each sweep the vault is held against a naive
//! reading of the document.
//!
//! A few members by default; `VESTRY_SYSTEM_DECADE=50x10` lives fifty members under ten seeds, as many at once as there
//! are processors.

#[path = "../../../tests/decade/calendar.rs"]
mod calendar;
#[path = "decade/certified.rs"]
mod certified;
#[path = "decade/checks.rs"]
mod checks;
#[path = "decade/deeds.rs"]
mod deeds;
#[path = "../../../tests/decade/events.rs"]
mod events;
#[path = "decade/house.rs"]
mod house;
#[path = "../../../tests/decade/oracle.rs"]
mod oracle;
#[path = "decade/rows.rs"]
mod rows;
#[path = "decade/story.rs"]
mod story;
#[path = "../../../tests/decade/versions.rs"]
mod versions;
#[path = "../../../tests/decade/world.rs"]
mod world;

use house::{House, Tally};
use std::{
    env,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use story::Story;

/// 2019-08-01, when the document came into force, and ten years.
const FIRST: i64 = 212;
const LAST: i64 = FIRST + 3652;

/// The steps of carrying out and certifying. From [`LONG`] on, a crash comes before each of them at least once.
const CARRYING_OUT: [&str; 19] = [
    "repeat the ledger of a stop",
    "store the keys of what is sealed anew",
    "seal at the new place",
    "write the ledger",
    "destroy the keys",
    "delete the separated ciphertext",
    "delete the live ciphertext",
    "commit",
    "destroy the replaced keys",
    "store the keys of what is held past its day",
    "write the day's ledger",
    "destroy the day's keys",
    "delete the day's records",
    "destroy keys that were replaced",
    "write the databases anew",
    "empty the write-ahead logs",
    "write the generations of the keys",
    "append the certificate",
    "note what the certificate has",
];
/// Those of them that crashes find even in three members' ten years.
const EVEN_BRIEFLY: [&str; 8] = [
    "store the keys of what is held past its day",
    "write the day's ledger",
    "destroy the day's keys",
    "write the databases anew",
    "empty the write-ahead logs",
    "write the generations of the keys",
    "append the certificate",
    "note what the certificate has",
];
/// Steps of what people do, some of them rare.
const OF_DEEDS: [&str; 8] = [
    "write the change to the journal",
    "change the database",
    "make what is written count",
    "store the keys of who returns",
    "bring back",
    "name the keys of strays",
    "delete strays",
    "commit that somebody came of age",
];
/// Members times seeds of a run that finds all of them: `50x4`.
const LONG: u64 = 200;

/// Whether a crash closes the vault and opens it again, as a new process would. Everything that is meant to survive a
/// restart does so in files; switch this off to look at carrying out alone.
const REOPENS: bool = true;

#[test]
fn clause_4_and_6_the_whole_system_lives_ten_years() {
    let size = env::var("VESTRY_SYSTEM_DECADE").unwrap_or_else(|_| "3x1".into());
    let (members, seeds) = size.split_once('x').expect("members x seeds, such as `50x10`");
    let (members, seeds): (usize, usize) = (members.parse().expect("a number"), seeds.parse().expect("a number"));
    // Another first seed lives other stories.
    let first: usize = env::var("VESTRY_SYSTEM_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(seeds);
    let processors = core_affinity::get_core_ids().unwrap_or_default();
    let next = AtomicUsize::new(first);
    let live = |worker: usize| {
        // A database answers on a thread of its own: waking it on another processor takes longer than what it is asked.
        if let Some(processor) = processors.get(worker) {
            core_affinity::set_for_current(*processor);
        }
        let seeds =
            std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < first + seeds));
        seeds.map(|seed| told(Story::new(seed as u64, members, LAST))).fold(Tally::default(), Tally::plus)
    };
    let tally = thread::scope(|scope| {
        let live = &live;
        let workers: Vec<_> = (0..workers).map(|worker| scope.spawn(move || live(worker))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no story failed")).fold(Tally::default(), Tally::plus)
    });
    println_tally(&tally);
    let least = (members * seeds) as u64;
    assert!(tally.destroyed > 10 * least && tally.crashes > least && tally.opened > least, "too little: {tally:?}");
    let expected = if least < LONG { EVEN_BRIEFLY.as_slice() } else { &CARRYING_OUT };
    let missed: Vec<_> = expected.iter().filter(|step| !tally.stopped.contains_key(*step)).collect();
    assert!(missed.is_empty(), "no crash came before {missed:?}: {tally:?}");
    let unlisted = tally.stopped.keys().find(|step| !CARRYING_OUT.contains(step) && !OF_DEEDS.contains(step));
    assert_eq!(unlisted, None, "a step that no list here has");
}

#[expect(clippy::print_stdout, reason = "how much was lived, for whoever asks with --nocapture")]
fn println_tally(tally: &impl std::fmt::Debug) {
    println!("{tally:?}");
}

/// Lives a story; where it fails, the shortest that does is told.
fn told(story: Story) -> Tally {
    story::attempt(|| lived(&story))
        .unwrap_or_else(|failure| panic!("{}", story::shortest(story, failure, |story| drop(lived(story)))))
}

#[test]
fn a_fault_tells_a_short_story() {
    let mut story = Story::new(1, 3, LAST);
    story.fault = Some("delete the live ciphertext");
    let whole = story::attempt(|| lived(&story)).expect_err("noticed");
    let short = story::attempt(|| told(story)).expect_err("noticed");
    println_tally(&(&whole, &short));
    assert!(short.starts_with("1 of ") && short.lines().count() < 8, "{short}");
    assert!(short.lines().count() < whole.lines().count(), "{short}\n\n{whole}");
}

fn lived(story: &Story) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(decade(story.clone()))
}

/// Lives the ten years of one installation.
async fn decade(story: Story) -> Tally {
    let until = story.until;
    let mut house = House::made(story, FIRST).await;
    for day in FIRST + 1..=until {
        house.live(day).await;
    }
    house.end().await
}
