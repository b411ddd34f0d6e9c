//! Proofs as JSON, for whoever has the public key and nothing else.

use super::{
    AuditError,
    form::{self, Frame, Next},
    head::{PublicKey, SignedHead},
    log::{BUFFER, LOG, SEALED},
    tree::{self, Hash},
};
use crate::hex;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

/// The proof that an entry is in a log whose head was signed.
///
/// Its leaf is the RFC 6962 leaf hash of 0x01 ‖ inner, or of 0x02 ‖ day (`YYYY-MM-DD`) ‖ inner for an entry that ends with
/// a day, where inner = SHA-256(salt ‖ kind of body ‖ body).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// Which entry.
    pub index: u64,
    /// Its leaf, as hex.
    pub leaf: String,
    /// The day with which its body ends, if it does.
    pub day: Option<String>,
    /// Its body, if it is still there.
    pub entry: Option<ProvenEntry>,
    /// The audit path, from the sibling up, as hex.
    pub path: Vec<String>,
    /// The signed head, as [`SignedHead`] prints.
    pub head: String,
}

/// What a leaf was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenEntry {
    /// 16 bytes, as hex.
    pub salt: String,
    /// What kind of body it is.
    pub kind: u8,
    /// The body, as base64.
    pub body: String,
}

/// The proof that a log began with what an older head was signed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// How many entries the older head was signed over.
    pub old_size: u64,
    /// Its root, as hex.
    pub old_root: String,
    /// The hashes of RFC 9162, 2.1.4.1, as hex.
    pub path: Vec<String>,
    /// The newer signed head, as [`SignedHead`] prints.
    pub head: String,
}

/// An entry as it was found, with all leaves before and after it.
struct Found {
    day: Option<Date>,
    entry: Option<ProvenEntry>,
}

impl Inclusion {
    pub(super) fn of(folder: &Path, length: u64, head: &SignedHead, index: u64) -> Result<Self, AuditError> {
        let (leaves, found) = leaves(folder, length, Some(index))?;
        let found = found.ok_or(AuditError::NoEntry { index, size: head.size })?;
        let at = usize::try_from(index).map_err(|_| AuditError::NoEntry { index, size: head.size })?;
        let entry = match (found.entry, found.day) {
            (None, Some(day)) => day_entry(folder, day, index)?,
            (entry, _) => entry,
        };
        Ok(Self {
            index,
            leaf: text(&leaves[at]),
            day: found.day.map(|day| day.to_string()),
            entry,
            path: tree::inclusion(&leaves, at).iter().map(text).collect(),
            head: head.to_string(),
        })
    }

    /// The body, if it is still there.
    pub fn body(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.entry.as_ref()?.body).ok()
    }

    /// Whether this proves, under `key`, that the entry is in the log; with the body, that it is the entry's.
    pub fn holds(&self, key: &PublicKey) -> bool {
        let check = || {
            let head: SignedHead = self.head.parse().ok()?;
            let leaf: Hash = *hex::decode(self.leaf.as_bytes())?;
            let path: Vec<Hash> =
                self.path.iter().map(|hash| hex::decode(hash.as_bytes()).map(|h| *h)).collect::<Option<_>>()?;
            let is_entrys = match &self.entry {
                None => true,
                Some(entry) => {
                    let salt = *hex::decode::<16>(entry.salt.as_bytes())?;
                    let body = STANDARD.decode(&entry.body).ok()?;
                    let made = match &self.day {
                        None => form::open_leaf(&salt, entry.kind, &body),
                        Some(day) => form::sealed_leaf(day.parse().ok()?, &salt, entry.kind, &body),
                    };
                    made == leaf
                }
            };
            let is_in = tree::includes(&leaf, self.index, head.size, &path, &head.root);
            Some(is_entrys && is_in && head.is_signed_by(key))
        };
        check().unwrap_or(false)
    }
}

impl Consistency {
    pub(super) fn of(folder: &Path, length: u64, head: &SignedHead, old: u64) -> Result<Self, AuditError> {
        let (leaves, _) = leaves(folder, length, None)?;
        let at = usize::try_from(old).ok().filter(|old| *old <= leaves.len());
        let at = at.ok_or(AuditError::NoEntry { index: old, size: head.size })?;
        Ok(Self {
            old_size: old,
            old_root: text(&tree::root(&leaves[..at])),
            path: tree::consistency(&leaves, at).iter().map(text).collect(),
            head: head.to_string(),
        })
    }

    /// Whether this proves, under `key`, that the newer log begins with what `older` was signed over.
    pub fn holds(&self, key: &PublicKey, older: &SignedHead) -> bool {
        let check = || {
            let head: SignedHead = self.head.parse().ok()?;
            let path: Vec<Hash> =
                self.path.iter().map(|hash| hex::decode(hash.as_bytes()).map(|h| *h)).collect::<Option<_>>()?;
            let is_beginning = tree::is_consistent(older.size, head.size, &older.root, &head.root, &path);
            Some(is_beginning && head.is_signed_by(key) && older.installation == head.installation)
        };
        check().unwrap_or(false)
    }
}

fn text(hash: &Hash) -> String {
    hex::encode(hash).to_string()
}

fn proven(salt: &[u8; 16], kind: u8, body: &[u8]) -> ProvenEntry {
    ProvenEntry { salt: hex::encode(salt).to_string(), kind, body: STANDARD.encode(body) }
}

/// All leaves, 32 bytes each, and the entry that was asked for.
fn leaves(folder: &Path, length: u64, index: Option<u64>) -> Result<(Vec<Hash>, Option<Found>), AuditError> {
    let path = folder.join(LOG);
    let failed = |source| AuditError::Read { path: path.clone(), source };
    let file = File::open(&path).map_err(failed)?;
    let mut input = BufReader::with_capacity(BUFFER, file.take(length));
    form::read_start(&mut input).map_err(failed)?;
    let (mut leaves, mut buffer, mut found) = (Vec::new(), Vec::new(), None);
    while let Next::Frame(frame, _) = form::read_frame(&mut input, &mut buffer).map_err(failed)? {
        let is_asked = index == Some(leaves.len() as u64);
        match frame {
            Frame::Open { leaf, salt, kind, body } => {
                if is_asked {
                    found = Some(Found { day: None, entry: Some(proven(&salt, kind, &body)) });
                }
                leaves.push(leaf);
            }
            Frame::Sealed { leaf, day } => {
                if is_asked {
                    found = Some(Found { day: Some(day), entry: None });
                }
                leaves.push(leaf);
            }
            Frame::Head { .. } | Frame::Rotation(_) => {}
        }
    }
    Ok((leaves, found))
}

fn day_entry(folder: &Path, day: Date, index: u64) -> Result<Option<ProvenEntry>, AuditError> {
    let path = folder.join(SEALED).join(day.to_string());
    let Ok(file) = File::open(&path) else { return Ok(None) };
    let mut input = BufReader::with_capacity(BUFFER, file);
    let failed = |source| AuditError::Read { path: path.clone(), source };
    while let Next::Frame(frame, _) = form::read_day_frame(&mut input).map_err(failed)? {
        if frame.index == index {
            return Ok(Some(proven(&frame.salt, frame.kind, &frame.body)));
        }
    }
    Ok(None)
}
