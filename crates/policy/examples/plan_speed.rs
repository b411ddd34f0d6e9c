//! How many records a second the planner decides on, in what memory: a million records of 125,000 persons, made as
//! they are asked for. `cargo run --release -p vestry-policy --example plan_speed`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use jiff::{Timestamp, civil::Date};
use std::time::Instant;
use vestry_policy::{
    BUILTIN, BUILTIN_FILE, Event, Membership, PersonFacts, Planner, Policy, PurposeSet, RecordFacts, StoredIn, Verdict,
};

const PERSONS: u32 = 125_000;
const CLASSES: [(&str, Event); 8] = [
    ("account", Event::Made),
    ("usage", Event::Made),
    ("misuse", Event::Made),
    ("payment", Event::Payment),
    ("contract", Event::ContractEnd),
    ("complaint", Event::Closed),
    ("request", Event::Closed),
    ("consent", Event::Made),
];

fn main() {
    let policy = Policy::read(BUILTIN, BUILTIN_FILE).expect("the built-in policy is whole");
    let classes = CLASSES.map(|(name, event)| {
        let class = policy.class_named(name).expect("a class of the policy");
        (class, policy.items_of(class), event)
    });
    let day: Date = "2024-08-01".parse().expect("a day");
    let start = Instant::now();
    let mut planner = Planner::new(&policy, day);
    let mut verdicts = 0_u64;
    for person in 0..PERSONS {
        // Spread over ten years from 2014-08-01, every second person left.
        let at = |step: u32| {
            let hour = person.wrapping_mul(7919).wrapping_add(step * 3571) % 87_600;
            Timestamp::from_second(1_406_851_200 + i64::from(hour) * 3600).expect("within the calendar")
        };
        let events: [[(Event, Timestamp); 1]; 8] = std::array::from_fn(|n| [(classes[n].2, at(n as u32))]);
        let records: [RecordFacts<'_>; 8] = std::array::from_fn(|n| RecordFacts {
            record: (u128::from(person) << 8 | n as u128).to_be_bytes(),
            class: classes[n].0,
            stored: if n % 2 == 0 { StoredIn::Live } else { StoredIn::Separated },
            items: classes[n].1,
            events: &events[n],
            held: person % 1000 == 0,
        });
        let membership = if person % 2 == 0 {
            Membership::Active { last_use: at(9), notified: None, chosen: None }
        } else {
            Membership::Ended { at: at(9) }
        };
        let facts = PersonFacts {
            person: u128::from(person).to_be_bytes(),
            membership,
            consents: PurposeSet::EMPTY,
            taken_back: &[],
            objected: false,
            records: &records,
        };
        planner.person(&facts, &mut |_: Verdict| verdicts += 1).expect("in order");
    }
    let (totals, _) = planner.finish();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} records, {verdicts} verdicts ({} to destroy) in {seconds:.3} s: {:.0} records a second",
        totals.records,
        totals.destroyed,
        f64::from(u32::try_from(totals.records).expect("a million")) / seconds
    );
}
