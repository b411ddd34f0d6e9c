//! How many entries a second the audit log takes in durable batches, and verifies.
//! `cargo run --release -p vestry-vault --example audit_speed [FOLDER]`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use jiff::Timestamp;
use std::{path::PathBuf, time::Instant};
use vestry_vault::{
    InstallationId,
    audit::{AuditLog, Entry, SigningKey, verify},
};

const BATCH: usize = 256;
const BATCHES: usize = 1_000;

fn main() {
    let root = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(root).expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    let now = Timestamp::from_second(1_577_804_400).expect("an instant");
    let make = |name: &str| {
        let key = SigningKey::create(&folder.path().join(format!("{name}.key")), &data).expect("a key");
        AuditLog::make(&data.join(name), InstallationId::from_bytes([1; 16]), key, now).expect("made")
    };
    let entry = Entry::open(1, vec![7; 200]);
    let mut log = make("batches");
    let batch = vec![entry.clone(); BATCH];
    let start = Instant::now();
    for _ in 0..BATCHES {
        log.append(&batch, now).expect("appended");
    }
    let seconds = start.elapsed().as_secs_f64();
    let entries = (BATCH * BATCHES) as f64;
    println!("append: {:.0} entries a second, {BATCH} of 200 bytes a durable batch", entries / seconds);
    let mut log = make("heads");
    let batch = vec![entry; 64];
    for _ in 0..8_000 {
        // As durable as the disk makes it; what is measured is the verifying.
        log.append(&batch, now).expect("appended");
    }
    let (size, key) = (log.size(), log.public());
    drop(log);
    let best = (0..3).map(|_| {
        let start = Instant::now();
        verify(&data.join("heads"), &key, None).expect("whole");
        start.elapsed().as_secs_f64()
    });
    let best = best.fold(f64::MAX, f64::min);
    println!("verify: {:.0} entries a second, 64 of 200 bytes a head, {size} in all, best of 3", size as f64 / best);
}
