//! How fast a sweep destroys on SQLite, ledger and certificate included, and how fast a look-up by mail is.
//! `cargo run --release -p vestry-app --example sweep_speed [FOLDER]`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use jiff::Timestamp;
use std::{
    path::PathBuf,
    sync::atomic::{AtomicI64, Ordering},
    time::Instant,
};
use vestry_app::{Config, Opening, Personal, Privacy, Reader, Surroundings, SweepOutcome, SweepRequest};
use vestry_model::OrganisationId;
use vestry_policy::{Event, Membership};
use vestry_vault::{DayRecord, NewPerson, NewRecord};

const PEOPLE: usize = 20_000;
const VISITS: usize = 200_000;

static NOW: AtomicI64 = AtomicI64::new(1_577_847_600_000_000);

fn now() -> Timestamp {
    Timestamp::from_microsecond(NOW.load(Ordering::Relaxed)).expect("an instant")
}

#[tokio::main]
async fn main() {
    let root = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(root).expect("a folder");
    let data = folder.path().join("data");
    let surroundings = Surroundings { now, random: || [0; 16] };
    let config = Config::default();
    Privacy::make(&data, &config, surroundings).await.expect("made");
    let privacy = Privacy::open(&data, &config, surroundings).await.expect("opens");
    let policy = privacy.policy();
    let item = |name: &str| policy.item_named(name).expect("an item");
    let class = |name: &str| policy.class_named(name).expect("a class");

    let start = Instant::now();
    for round in 0..PEOPLE / 1_000 {
        let people: Vec<NewPerson> = (0..1_000)
            .map(|n| {
                let items = vec![(item("email"), Personal::new(format!("{}@shop.example", round * 1_000 + n)))];
                let account = NewRecord { class: class("account"), events: vec![(Event::Made, now())], items };
                let items = vec![(item("misuse"), Personal::new("x".repeat(100)))];
                let misuse = NewRecord { class: class("misuse"), events: vec![(Event::Made, now())], items };
                let (organisation, records) = (Some(OrganisationId::from_row(1)), vec![account, misuse]);
                let membership = Membership::None;
                NewPerson { organisation, role: None, membership, consents: Vec::new(), records }
            })
            .collect();
        privacy.vault().add_people(policy, &people, now()).await.expect("added");
    }
    println!("put on file: {:.0} records a second", (2 * PEOPLE) as f64 / start.elapsed().as_secs_f64());

    let mut took: Vec<f64> = Vec::new();
    for n in 0..2_000 {
        let mail = Personal::new(format!("{}@shop.example", n * 7 % PEOPLE));
        let start = Instant::now();
        privacy.vault().find(&mail).await.expect("asked").expect("found");
        took.push(start.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    println!("look-up by mail: median {:.3} ms, p99 {:.3} ms", took[1_000], took[1_980]);
    let opening = Opening::new("rights", Reader::Program, None).expect("an opening");
    let someone = privacy.vault().find(&Personal::new("7@shop.example".into())).await.expect("asked").expect("found");
    let start = Instant::now();
    privacy.show_person(someone, &opening, None).await.expect("shown");
    println!("a look, its entry durable: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);

    let record = || DayRecord { person: None, items: vec![(item("ip_address"), Personal::new("203.0.113.7".into()))] };
    let visits: Vec<DayRecord> = (0..1_000).map(|_| record()).collect();
    for _ in 0..VISITS / 1_000 {
        privacy.vault().add_day_records(policy, class("visit"), &visits, now()).await.expect("added");
    }
    let sweep = async |days: i64, what: &str, count: usize| {
        NOW.fetch_add(days * 86_400_000_000, Ordering::Relaxed);
        let request = SweepRequest { confirm_clock: Some("bench".parse().expect("a code")), ..Default::default() };
        let start = Instant::now();
        let outcome = privacy.sweep(&request, |_| {}).await.expect("sweeps");
        let seconds = start.elapsed().as_secs_f64();
        let SweepOutcome::CarriedOut(sweep) = outcome else { unreachable!("not a dry run") };
        let sum = |list: &[vestry_vault::Counted]| list.iter().map(|c| c.count).sum::<u64>();
        let (destroyed, moved) = (sum(&sweep.certificate.destroyed), sum(&sweep.certificate.separated));
        let rate = (destroyed + moved) as f64 / seconds;
        println!("{what}: {destroyed} destroyed, {moved} moved of {count} in {seconds:.2} s: {rate:.0} a second");
    };
    // People without a membership: their account is due at once.
    sweep(0, "person records, first", 2 * PEOPLE).await;
    sweep(100, "visits by day", VISITS).await;
    sweep(367, "person records, a year on", PEOPLE).await;
}
