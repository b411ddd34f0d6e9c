//! How many values of 256 bytes are sealed and opened a second on one core, with the key at hand: sealed once and
//! opened once each.
//! `cargo run --release -p vestry-vault --example speed`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use std::{hint::black_box, time::Instant};
use vestry_model::OrganisationId;
use vestry_vault::{DataKey, InstallationId, KeyId, PersonId, Place, RecordId, Store};

/// Other work on the machine makes a round slower and none quicker: the best says what the code takes, the median what
/// the machine gave.
const ROUNDS: usize = 11;
const VALUES: u32 = 200_000;

fn main() {
    let key = DataKey::generate().expect("randomness");
    let place = Place {
        installation: InstallationId::from_bytes([1; 16]),
        store: Store::Live,
        organisation: Some(OrganisationId::from_row(7)),
        person: Some(PersonId::from_bytes([2; 16])),
        class: "account",
        record: RecordId::from_bytes([3; 16]),
        column: "email",
        key: KeyId::from_bytes([4; 16]),
        revision: 1,
    };
    let text = [7; 256];
    let mut rates = [(); ROUNDS].map(|()| {
        let start = Instant::now();
        for revision in 0..u64::from(VALUES) {
            let place = Place { revision, ..place };
            let sealed = key.seal(&place, black_box(&text)).expect("sealed");
            black_box(key.open(&place, &sealed).expect("opens"));
        }
        f64::from(VALUES) / start.elapsed().as_secs_f64()
    });
    rates.sort_by(f64::total_cmp);
    let [slowest, .., best] = rates;
    let median = rates[ROUNDS / 2];
    println!(
        "256 bytes sealed and opened, {ROUNDS} rounds of {VALUES}: best {best:.0} a second, median {median:.0}, slowest {slowest:.0}"
    );
}
