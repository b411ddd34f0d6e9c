//! The bytes of the log: frames in `log`, bodies that end with a day in `sealed/YYYY-MM-DD`.
//!
//! ```text
//! log         = "vestry audit log 1\n" ‖ installation 16 ‖ frame*
//! frame       = kind 1 ‖ length 4 ‖ payload
//! open 1      : leaf 32 ‖ salt 16 ‖ kind of body 1 ‖ body
//! sealed 2    : leaf 32 ‖ day 10 (YYYY-MM-DD)
//! head 3      : size 8 ‖ time 8 ‖ root 32 ‖ signature 64
//! rotation 4  : public key before 32 ‖ public key from here on 32 ‖ signature 64 of the one ‖ signature 64 of the other
//!
//! sealed day  = (index 8 ‖ length 4 ‖ salt 16 ‖ kind of body 1 ‖ body)*
//!
//! inner       = SHA-256(salt ‖ kind of body ‖ body)
//! leaf        = leaf hash of 1 ‖ inner, or of 2 ‖ day ‖ inner        (lengths in bytes, integers big-endian)
//! ```
//!
//! The leaf of a sealed entry says nothing of its body without the salt, so that it may stay when the day is gone.

use super::{
    Entry,
    tree::{Hash, leaf_hash},
};
use crate::place::InstallationId;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

pub(super) const MAGIC: &[u8; 19] = b"vestry audit log 1\n";
/// Where the first frame begins.
pub(super) const START: u64 = 19 + 16;
/// The longest body, in bytes.
pub const MAX_BODY: usize = 1 << 20;
pub(super) const SALT: usize = 16;
const OPEN: u8 = 1;
const SEALED: u8 = 2;
const HEAD: u8 = 3;
const ROTATION: u8 = 4;
/// The longest payload: an open entry with the longest body.
const MAX_PAYLOAD: usize = 32 + SALT + 1 + MAX_BODY;
/// The bytes of a head's frame.
pub(super) const HEAD_FRAME: usize = 5 + 8 + 8 + 32 + 64;
/// How a head's frame begins.
pub(super) const HEAD_START: [u8; 5] = [HEAD, 0, 0, 0, 112];

/// A frame as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    Open { leaf: Hash, salt: [u8; SALT], kind: u8, body: Vec<u8> },
    Sealed { leaf: Hash, day: Date },
    Head { size: u64, time: i64, root: Hash, signature: [u8; 64] },
    Rotation(Box<Rotation>),
}

/// Another key from here on. Each signs that the other is its neighbour, so that either vouches for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rotation {
    pub(super) before: [u8; 32],
    pub(super) key: [u8; 32],
    pub(super) by_before: [u8; 64],
    pub(super) by_key: [u8; 64],
}

/// A body in a day's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DayFrame {
    pub(super) index: u64,
    pub(super) salt: [u8; SALT],
    pub(super) kind: u8,
    pub(super) body: Vec<u8>,
}

fn inner(salt: &[u8; SALT], kind: u8, body: &[u8]) -> Hash {
    Sha256::new().chain_update(salt).chain_update([kind]).chain_update(body).finalize().into()
}

/// The leaf of an open entry.
pub(super) fn open_leaf(salt: &[u8; SALT], kind: u8, body: &[u8]) -> Hash {
    let mut bytes = [OPEN; 33];
    bytes[1..].copy_from_slice(&inner(salt, kind, body));
    leaf_hash(&bytes)
}

/// The leaf of an entry that ends with `day`.
pub(super) fn sealed_leaf(day: Date, salt: &[u8; SALT], kind: u8, body: &[u8]) -> Hash {
    leaf_hash(&[&[SEALED][..], day.to_string().as_bytes(), &inner(salt, kind, body)].concat())
}

fn frame(kind: u8, parts: &[&[u8]], out: &mut Vec<u8>) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.push(kind);
    out.extend_from_slice(&u32::try_from(length).expect("payloads are limited").to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// Writes an entry's frames: into `log`, and for one that ends with a day into `day`. Its leaf.
pub(super) fn write_entry(entry: &Entry, index: u64, salt: &[u8; SALT], log: &mut Vec<u8>, day: &mut Vec<u8>) -> Hash {
    match entry.day {
        None => {
            let leaf = open_leaf(salt, entry.kind, &entry.body);
            frame(OPEN, &[&leaf, salt, &[entry.kind], &entry.body], log);
            leaf
        }
        Some(ends) => {
            let leaf = sealed_leaf(ends, salt, entry.kind, &entry.body);
            frame(SEALED, &[&leaf, ends.to_string().as_bytes()], log);
            let length = u32::try_from(SALT + 1 + entry.body.len()).expect("bodies are limited");
            day.extend_from_slice(&index.to_be_bytes());
            day.extend_from_slice(&length.to_be_bytes());
            day.extend_from_slice(salt);
            day.push(entry.kind);
            day.extend_from_slice(&entry.body);
            leaf
        }
    }
}

pub(super) fn write_head(size: u64, time: i64, root: &Hash, signature: &[u8; 64], out: &mut Vec<u8>) {
    frame(HEAD, &[&size.to_be_bytes(), &time.to_be_bytes(), root, signature], out);
}

pub(super) fn write_rotation(rotation: &Rotation, out: &mut Vec<u8>) {
    frame(ROTATION, &[&rotation.before, &rotation.key, &rotation.by_before, &rotation.by_key], out);
}

pub(super) fn write_start(installation: InstallationId) -> Vec<u8> {
    [MAGIC.as_slice(), installation.as_bytes()].concat()
}

/// The installation of a log, from its first bytes; `None` for bytes that begin no log.
pub(super) fn read_start(input: &mut impl Read) -> io::Result<Option<InstallationId>> {
    let mut start = [0; 35];
    match input.read_exact(&mut start) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let (magic, installation) = start.split_at(19);
    Ok((magic == MAGIC).then(|| InstallationId::from_bytes(installation.try_into().expect("16 bytes"))))
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next<T> {
    /// A frame, and how many bytes it takes.
    Frame(T, u64),
    /// Nothing more.
    End,
    /// Bytes that are no frame, or the beginning of one.
    Broken,
}

/// The next frame of a log.
pub(super) fn read_frame(input: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<Next<Frame>> {
    let mut head = [0; 5];
    match read_full(input, &mut head)? {
        0 => return Ok(Next::End),
        5 => {}
        _ => return Ok(Next::Broken),
    }
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let fits = match head[0] {
        OPEN => (49..=MAX_PAYLOAD).contains(&length),
        SEALED => length == 42,
        HEAD => length == 112,
        ROTATION => length == 192,
        _ => false,
    };
    if !fits {
        return Ok(Next::Broken);
    }
    buffer.resize(length, 0);
    if read_full(input, buffer)? < length {
        return Ok(Next::Broken);
    }
    Ok(parse(head[0], buffer).map_or(Next::Broken, |frame| Next::Frame(frame, 5 + length as u64)))
}

fn parse(kind: u8, bytes: &[u8]) -> Option<Frame> {
    Some(match kind {
        OPEN => {
            let (leaf, rest) = bytes.split_first_chunk()?;
            let (salt, rest) = rest.split_first_chunk()?;
            let (kind, body) = rest.split_first()?;
            Frame::Open { leaf: *leaf, salt: *salt, kind: *kind, body: body.to_vec() }
        }
        SEALED => {
            let (leaf, day) = bytes.split_first_chunk()?;
            let text = std::str::from_utf8(day).ok()?;
            let day: Date = text.parse().ok()?;
            // One way to write a day.
            (day.to_string() == text).then_some(Frame::Sealed { leaf: *leaf, day })?
        }
        HEAD => {
            let (size, rest) = bytes.split_first_chunk()?;
            let (time, rest) = rest.split_first_chunk()?;
            let (root, rest) = rest.split_first_chunk()?;
            Frame::Head {
                size: u64::from_be_bytes(*size),
                time: i64::from_be_bytes(*time),
                root: *root,
                signature: rest.try_into().ok()?,
            }
        }
        _ => {
            let (before, rest) = bytes.split_first_chunk()?;
            let (key, rest) = rest.split_first_chunk()?;
            let (by_before, by_key) = rest.split_first_chunk()?;
            let (by_before, by_key) = (*by_before, by_key.try_into().ok()?);
            Frame::Rotation(Box::new(Rotation { before: *before, key: *key, by_before, by_key }))
        }
    })
}

/// The next body of a day's file.
pub(super) fn read_day_frame(input: &mut impl Read) -> io::Result<Next<DayFrame>> {
    let mut head = [0; 12];
    match read_full(input, &mut head)? {
        0 => return Ok(Next::End),
        12 => {}
        _ => return Ok(Next::Broken),
    }
    let (index, length) = head.split_at(8);
    let length = u32::from_be_bytes(length.try_into().expect("4 bytes")) as usize;
    if !(SALT + 1..=SALT + 1 + MAX_BODY).contains(&length) {
        return Ok(Next::Broken);
    }
    let mut bytes = vec![0; length];
    if read_full(input, &mut bytes)? < length {
        return Ok(Next::Broken);
    }
    let (salt, rest) = bytes.split_first_chunk().expect("longer than a salt");
    let (kind, body) = rest.split_first().expect("a kind of body");
    let index = u64::from_be_bytes(index.try_into().expect("8 bytes"));
    Ok(Next::Frame(DayFrame { index, salt: *salt, kind: *kind, body: body.to_vec() }, 12 + length as u64))
}

/// As many bytes as there are, up to what has room.
fn read_full(input: &mut impl Read, mut bytes: &mut [u8]) -> io::Result<usize> {
    let wanted = bytes.len();
    while !bytes.is_empty() {
        match input.read(bytes) {
            Ok(0) => break,
            Ok(count) => bytes = &mut bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(wanted - bytes.len())
}
