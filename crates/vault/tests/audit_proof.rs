//! A verifier of audit proofs, written from the documented form alone: its own hashing, its own recursion, no function
//! of the crate but the one that makes the proof.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::Path;
use vestry_vault::{
    InstallationId,
    audit::{AuditLog, Entry, SigningKey},
};

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap_or(0)).collect()
}

fn sha(parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().to_vec()
}

/// The root that `leaf`, at `index` of `size`, has with the hashes of `path`, taken from its end.
fn root(leaf: &[u8], index: u64, size: u64, path: &mut Vec<Vec<u8>>) -> Option<Vec<u8>> {
    if size <= 1 {
        return (index == 0 && size == 1).then(|| leaf.to_vec());
    }
    let mut half = 1;
    while half * 2 < size {
        half *= 2;
    }
    let other = path.pop()?;
    if index < half {
        Some(sha(&[&[1], &root(leaf, index, half, path)?, &other]))
    } else {
        Some(sha(&[&[1], &other, &root(leaf, index - half, size - half, path)?]))
    }
}

/// Whether the proof holds under `key`, and the body if it has one.
fn accepts(proof: &Value, key: &[u8; 32]) -> Option<Vec<u8>> {
    let head: Vec<&str> = proof["head"].as_str()?.split(' ').collect();
    let (installation, size) = (unhex(head[0]), head[1].parse::<u64>().ok()?);
    let (expected, time) = (unhex(head[2]), head[3].parse::<i64>().ok()?);
    let signed =
        [b"vestry/1/audit/head\n".as_slice(), &installation, &size.to_be_bytes(), &time.to_be_bytes(), &expected]
            .concat();
    let signature = Signature::from_slice(&unhex(head[4])).ok()?;
    VerifyingKey::from_bytes(key).ok()?.verify_strict(&signed, &signature).ok()?;
    let leaf = unhex(proof["leaf"].as_str()?);
    let mut path: Vec<Vec<u8>> = proof["path"].as_array()?.iter().map(|h| unhex(h.as_str().unwrap_or(""))).collect();
    let found = root(&leaf, proof["index"].as_u64()?, size, &mut path)?;
    if found != expected || !path.is_empty() {
        return None;
    }
    if proof["entry"].is_null() {
        return Some(Vec::new());
    }
    let entry = &proof["entry"];
    let body = STANDARD.decode(entry["body"].as_str()?).ok()?;
    let kind = u8::try_from(entry["kind"].as_u64()?).ok()?;
    let inner = sha(&[&unhex(entry["salt"].as_str()?), &[kind], &body]);
    let made = match proof["day"].as_str() {
        None => sha(&[&[0], &[1], &inner]),
        Some(day) => sha(&[&[0], &[2], day.as_bytes(), &inner]),
    };
    (made == leaf).then_some(body)
}

fn log(folder: &Path) -> AuditLog {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).expect("a folder");
    let key = SigningKey::create(&folder.join("signing.key"), &data).expect("a key");
    let now = Timestamp::from_second(1_577_804_400).expect("an instant");
    let mut log = AuditLog::make(&data.join("audit"), InstallationId::from_bytes([3; 16]), key, now).expect("made");
    let day = "2020-01-01".parse().expect("a day");
    for n in 0..11_u8 {
        let batch = [Entry::open(1, vec![n; 40]), Entry::sealed(2, vec![n; 50], day), Entry::open(1, Vec::new())];
        log.append(&batch[..1 + usize::from(n % 3)], now).expect("appended");
    }
    log
}

#[test]
fn a_verifier_of_its_own_accepts_each_proof_and_no_changed_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = log(folder.path());
    let key = *log.public().as_bytes();
    for index in 0..log.size() {
        let proof = serde_json::to_value(log.prove(index).expect("proven")).expect("JSON");
        assert!(accepts(&proof, &key).is_some(), "{index}: {proof}");
        assert!(log.prove(index).expect("proven").holds(&log.public()));
        for field in ["index", "leaf", "path", "head", "entry"] {
            let mut changed = proof.clone();
            match field {
                "index" => changed["index"] = (index + 1).into(),
                "path" => changed["path"][0] = "00".repeat(32).into(),
                "entry" => changed["entry"]["body"] = STANDARD.encode("another").into(),
                text => {
                    let old = changed[text].as_str().expect("a text");
                    let (first, rest) = old.split_at(1);
                    changed[text] = format!("{}{rest}", if first == "0" { "1" } else { "0" }).into();
                }
            }
            assert_eq!(accepts(&changed, &key), None, "{index} {field}");
        }
        assert_eq!(accepts(&proof, &[7; 32]), None);
    }
    // The body goes with its day; that the entry was there is proven still.
    log.remove_day("2020-01-01".parse().expect("a day")).expect("removed");
    let gone = serde_json::to_value(log.prove(2).expect("proven")).expect("JSON");
    assert!(gone["entry"].is_null() && gone["day"] == "2020-01-01", "{gone}");
    assert_eq!(accepts(&gone, &key), Some(Vec::new()));
}

#[test]
fn an_older_head_is_proven_to_be_a_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = log(folder.path());
    let older = log.head();
    let now = Timestamp::from_second(1_577_890_800).expect("an instant");
    log.append(&[Entry::open(1, b"later".to_vec())], now).expect("appended");
    let proof = log.consistency(older.size).expect("proven");
    assert!(proof.holds(&log.public(), &older));
    let mut other = older.clone();
    other.root[0] ^= 1;
    assert!(!proof.holds(&log.public(), &other));
}
