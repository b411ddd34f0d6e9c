//! What a power loss leaves, what a full disk leaves, and that every changed byte is found.

use super::{AuditError, AuditLog, Entry, PublicKey, SignedHead, SigningKey, Verified, verify};
use crate::{files::lossy::Lossy, place::InstallationId, secret::Secret};
use jiff::{Timestamp, civil::Date};
use std::{fs, path::Path, sync::Arc};

const INSTALLATION: InstallationId = InstallationId::from_bytes([9; 16]);

fn key(byte: u8) -> SigningKey {
    SigningKey::of(&Secret::copy_of(&[byte; 32]))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_577_804_400 + second).expect("an instant")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn open(text: &str) -> Entry {
    Entry::open(1, text.into())
}

fn sealed(text: &str, ends: &str) -> Entry {
    Entry::sealed(2, text.into(), day(ends))
}

/// Three heads over seven entries, three of which end with two days.
fn small(folder: &Path) -> (AuditLog, Vec<SignedHead>) {
    let mut log = AuditLog::make(folder, INSTALLATION, key(1), at(0)).expect("made");
    let batches = [
        vec![open("one"), sealed("two", "2020-01-01")],
        vec![sealed("three", "2020-01-02"), open("four"), open("five")],
        vec![open("six"), sealed("seven", "2020-01-02")],
    ];
    let heads = batches.iter().zip(1..).map(|(batch, n)| log.append(batch, at(n)).expect("appended")).collect();
    (log, heads)
}

fn verified(folder: &Path, published: Option<&SignedHead>) -> Result<Verified, Vec<String>> {
    let public = key(1).public();
    verify(folder, &public, published).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

#[test]
fn a_log_verifies_and_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, heads) = small(folder.path());
    assert!(matches!(AuditLog::open(folder.path(), INSTALLATION, key(1)), Err(AuditError::InUse { .. })));
    drop(log);
    let whole = verified(folder.path(), heads.last()).expect("whole");
    assert_eq!((whole.size, whole.heads, whole.destroyed), (7, 4, 0));
    let mut log = AuditLog::open(folder.path(), INSTALLATION, key(1)).expect("opens");
    assert_eq!(log.head(), heads[2]);
    let open = log.entries_from(3).expect("read");
    assert_eq!(open, [(3, 1, b"four".to_vec()), (4, 1, b"five".to_vec()), (5, 1, b"six".to_vec())]);
    assert_eq!(log.sealed_entries(day("2020-01-02")).expect("read").len(), 2);
    log.remove_day(day("2020-01-02")).expect("removed");
    log.remove_day(day("2020-01-02")).expect("again");
    assert!(log.sealed_entries(day("2020-01-02")).expect("read").is_empty());
    assert_eq!(verified(folder.path(), None).expect("still whole").destroyed, 2);
    assert!(matches!(AuditLog::make(folder.path(), INSTALLATION, key(1), at(9)), Err(AuditError::InUse { .. })));
    drop(log);
    assert!(matches!(AuditLog::make(folder.path(), INSTALLATION, key(1), at(9)), Err(AuditError::Exists { .. })));
    assert!(matches!(AuditLog::open(folder.path(), INSTALLATION, key(2)), Err(AuditError::OtherKey)));
    let other = InstallationId::from_bytes([8; 16]);
    assert!(matches!(AuditLog::open(folder.path(), other, key(1)), Err(AuditError::OtherInstallation)));
}

#[test]
fn every_flipped_byte_of_every_file_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, heads) = small(folder.path());
    drop(log);
    for file in ["log", "sealed/2020-01-01", "sealed/2020-01-02"] {
        let path = folder.path().join(file);
        let whole = fs::read(&path).expect("read");
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(&path, &flipped).expect("written");
            let faults = verified(folder.path(), heads.last()).expect_err("found");
            assert!(!faults.is_empty(), "{file} byte {at}");
        }
        fs::write(&path, &whole).expect("written");
    }
    verified(folder.path(), heads.last()).expect("whole again");
}

#[test]
fn a_tail_that_was_cut_is_found_against_a_published_head() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, heads) = small(folder.path());
    drop(log);
    let path = folder.path().join("log");
    let whole = fs::read(&path).expect("read");
    let mut clean = 0;
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).expect("written");
        assert!(verified(folder.path(), heads.last()).is_err(), "cut at {cut}");
        // Where a head ends, nothing in the log says that there was more; bodies of later entries still do.
        for later in ["2020-01-01", "2020-01-02"] {
            fs::rename(folder.path().join("sealed").join(later), folder.path().join(later)).expect("put aside");
        }
        clean += u32::from(verified(folder.path(), None).is_ok());
        for later in ["2020-01-01", "2020-01-02"] {
            fs::rename(folder.path().join(later), folder.path().join("sealed").join(later)).expect("put back");
        }
    }
    assert_eq!(clean, 3, "the heads before the last one");
}

#[test]
fn swapped_removed_and_added_entries_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = AuditLog::make(folder.path(), INSTALLATION, key(1), at(0)).expect("made");
    let head = log.append(&[open("aaaa"), open("bbbb"), open("cccc")], at(1)).expect("appended");
    drop(log);
    let path = folder.path().join("log");
    let whole = fs::read(&path).expect("read");
    // Behind the start (35 bytes) and the first head (117), each entry takes as many bytes.
    let entry = |n: usize| 152 + n * 58..152 + (n + 1) * 58;
    let join = |order: &[usize]| {
        let mut bytes = whole[..152].to_vec();
        order.iter().for_each(|n| bytes.extend_from_slice(&whole[entry(*n)]));
        bytes.extend_from_slice(&whole[326..]);
        bytes
    };
    assert_eq!(join(&[0, 1, 2]), whole);
    for order in [&[1, 0, 2][..], &[0, 2, 1], &[0, 1], &[0, 1, 2, 2], &[0, 0, 1, 2]] {
        fs::write(&path, join(order)).expect("written");
        let faults = verified(folder.path(), Some(&head)).expect_err("found");
        assert!(faults[0].contains("not those that the head was signed over"), "{order:?}: {faults:?}");
        let refused = AuditLog::open(folder.path(), INSTALLATION, key(1));
        assert!(matches!(refused, Err(AuditError::Damaged { .. })), "{order:?}");
    }
}

/// Appends until the power goes at the `calls`-th write or sync, loses what was not synced, and opens again.
fn power_loss(calls: u32, share: u64) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Lossy::default();
    let made = AuditLog::make_with(folder.path(), INSTALLATION, key(1), at(0), Arc::new(disk.clone()));
    let mut log = made.expect("made");
    disk.fail_after(calls);
    let mut acknowledged = Vec::new();
    for n in 0..6_i64 {
        let text = format!("entry {n}");
        let batch = [open(&text), sealed(&text, if n < 3 { "2020-01-01" } else { "2020-01-02" })];
        match log.append(&batch, at(n)) {
            Ok(head) => acknowledged.push((head, text)),
            Err(_) => break,
        }
    }
    drop(log);
    disk.lose(share);
    let log = AuditLog::open(folder.path(), INSTALLATION, key(1)).expect("opens after a power loss");
    let entries = log.entries_from(0).expect("read");
    let bodies: usize = log.days().expect("days").iter().map(|d| log.sealed_entries(*d).expect("read").len()).sum();
    // The batch that failed may be there whole, or not at all.
    assert!(entries.len() == acknowledged.len() || entries.len() == acknowledged.len() + 1, "{calls}, {share}");
    assert_eq!(bodies, entries.len(), "calls {calls}, share {share}");
    for ((_, text), (_, _, body)) in acknowledged.iter().zip(&entries) {
        assert_eq!(text.as_bytes(), body);
    }
    drop(log);
    verified(folder.path(), acknowledged.last().map(|(head, _)| head)).expect("whole");
    acknowledged.len() == 6
}

#[test]
fn a_power_loss_at_any_write_keeps_what_was_acknowledged() {
    for share in [0, 100, 255, 256] {
        let first_that_does_all = (0..64).find(|calls| power_loss(*calls, share));
        assert!(first_that_does_all.is_some_and(|calls| calls > 12), "{first_that_does_all:?}");
    }
}

#[test]
fn a_failed_write_counts_nothing_and_the_log_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Lossy::default();
    let made = AuditLog::make_with(folder.path(), INSTALLATION, key(1), at(0), Arc::new(disk.clone()));
    let mut log = made.expect("made");
    disk.fail_after(0);
    assert!(matches!(log.append(&[open("lost")], at(1)), Err(AuditError::Write { .. })));
    // It could not even cut what it wrote.
    assert!(matches!(log.append(&[open("refused")], at(2)), Err(AuditError::Broken)));
    drop(log);
    let mut log = AuditLog::open(folder.path(), INSTALLATION, key(1)).expect("opens");
    log.append(&[open("kept")], at(3)).expect("appended");
    assert_eq!(log.entries_from(0).expect("read"), [(0, 1, b"kept".to_vec())]);
}

#[test]
fn a_key_is_followed_by_the_one_it_signed_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, _) = small(folder.path());
    let before = log.size();
    let head = log.rotate(key(2), open("another key"), at(10)).expect("rotated");
    log.append(&[open("nine")], at(11)).expect("appended");
    log.rotate(key(3), open("and another"), at(12)).expect("rotated");
    assert!(head.is_signed_by(&key(2).public()));
    drop(log);
    let whole = verified(folder.path(), Some(&head)).expect("whole");
    assert_eq!(*whole.signers.newest(), key(3).public());
    let at_size = |size| whole.signers.at(size).to_string();
    let expected = [(0, 1), (before, 1), (before + 1, 2), (before + 2, 2), (before + 3, 3), (before + 9, 3)];
    for (size, number) in expected {
        assert_eq!(at_size(size), key(number).public().to_string(), "at {size} entries");
    }
    for number in [2, 3] {
        assert_eq!(
            verify(folder.path(), &key(number).public(), None),
            Ok(whole.clone()),
            "each vouches for the others"
        );
    }
    assert!(verify(folder.path(), &key(4).public(), None).is_err(), "a key that never signed vouches for nothing");
    AuditLog::open(folder.path(), INSTALLATION, key(3)).expect("opens with the new key");
    assert!(matches!(AuditLog::open(folder.path(), INSTALLATION, key(2)), Err(AuditError::OtherKey)));
}

#[test]
fn a_copy_follows_and_a_fork_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, _) = small(&folder.path().join("here"));
    let there = folder.path().join("there");
    log.ship(&there).expect("shipped");
    log.append(&[open("eight"), sealed("nine", "2020-01-03")], at(9)).expect("appended");
    log.remove_day(day("2020-01-01")).expect("removed");
    log.ship(&there).expect("shipped again");
    log.ship(&there).expect("and again");
    let copied = verified(&there, Some(&log.head())).expect("whole");
    assert_eq!((copied.size, copied.destroyed), (9, 1));
    // A tail that no head counts is what a stop in the middle of copying leaves.
    let whole = fs::read(there.join("log")).expect("read");
    fs::write(there.join("log"), [whole.as_slice(), &[0]].concat()).expect("written");
    log.ship(&there).expect("cut and shipped");
    assert_eq!(fs::read(there.join("log")).expect("read"), whole);
    let before = fs::read(folder.path().join("here/log")).expect("read");
    log.append(&[open("ten")], at(10)).expect("appended");
    log.ship(&there).expect("shipped");
    drop(log);
    fs::write(folder.path().join("here/log"), before).expect("set back");
    let log = AuditLog::open(&folder.path().join("here"), INSTALLATION, key(1)).expect("opens");
    assert!(matches!(log.ship(&there), Err(AuditError::Forked { .. })), "a head further than ours");
    let other = folder.path().join("other");
    AuditLog::make(&other, INSTALLATION, key(1), at(5)).expect("another log");
    assert!(matches!(log.ship(&other), Err(AuditError::Forked { .. })), "another beginning");
}

#[test]
fn limits_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, _) = small(folder.path());
    let long = Entry::open(1, vec![0; super::MAX_BODY + 1]);
    assert!(matches!(log.append(&[long], at(9)), Err(AuditError::TooLong { .. })));
    let many = vec![open("x"); super::MAX_BATCH + 1];
    assert!(matches!(log.append(&many, at(9)), Err(AuditError::TooMany { .. })));
    assert_eq!(log.size(), 7);
    assert!(matches!(log.prove(7), Err(AuditError::NoEntry { index: 7, size: 7 })));
    let text = log.head().to_string();
    assert_eq!(text.parse::<SignedHead>().expect("reads"), log.head());
    let public = log.public().to_string();
    assert_eq!(public.parse::<PublicKey>().expect("reads"), log.public());
}
