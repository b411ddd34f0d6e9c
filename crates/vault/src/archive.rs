//! The container in which backups and generations of the key database leave the machine: named streams, encrypted to
//! recipients whose identities the server does not hold, under one signed manifest.
//!
//! ```text
//! NAME                  an age file; what it holds:
//!   magic 15 ‖ version 1 ‖ length 4 ‖ header (JSON)
//!   for each stream:  1 ‖ length 2 ‖ name ‖ chunks: (length 4 ‖ bytes)… ‖ 0 4
//!   at the end:       2 ‖ length 4 ‖ manifest (JSON) ‖ signature 64 ‖ zeros up to a multiple of 65,536
//! NAME.manifest.json    {"statement": {"file": {length, sha256}, "manifest": …}, "signature": …}
//!                                                                (lengths in bytes, integers big-endian)
//!
//! signature inside  = Ed25519(`vestry/1/archive/manifest` ‖ line end ‖ manifest)
//! signature beside  = Ed25519(`vestry/1/archive/sidecar` ‖ line end ‖ statement as JSON without white space)
//! ```
//!
//! **What may be trusted, and when.** Whoever knows a recipient can encrypt to it, so that a file opens says nothing of
//! who made it. Until [`ArchiveReader::finish`] has returned the manifest, everything that came out of the reader, its
//! header included, is a stranger's word: restore into a scratch folder, use nothing of it, and remove it when `finish`
//! fails. [`check()`] needs no identity: it says that the file is, byte for byte, the one that was signed for.
//!
//! **Why the zeros.** age encrypts chunks of 65,536 bytes, the last of which may be shorter; a short last chunk that
//! does not open was either cut or changed. Here every chunk is full, so that a file of any other length was cut, which
//! is seen before anything is decrypted.
//!
//! **A stop at any moment** leaves `NAME.….partial`, never half an archive under its own name: [`ArchiveWriter::finish`]
//! renames when all bytes are durable, the sidecar first. [`leftovers`] finds what a stop left; it holds as much as an
//! archive does, and must be removed like one.
//!
//! Names and counts of streams stand in the sidecar for all to read: neither may say anything of a person.

mod check;
mod decode;
mod encode;
mod error;
mod identity;
mod manifest;
mod name;
mod pipe;
mod read;
mod recipients;
mod sidecar;
mod write;

pub use check::check;
pub use error::ArchiveError;
pub use identity::{Identity, IdentityError};
pub use manifest::{Header, Kind, Manifest, StreamFacts};
pub use name::{MAX_NAME, MAX_STREAMS, NameFault, StreamName};
pub use read::{ArchiveReader, Expected, Stream};
pub use recipients::{MAX_RECIPIENTS, Recipients, RecipientsError};
pub use sidecar::sidecar_path;
pub use write::{ArchiveWriter, Entry, leftovers};

/// What the decrypted bytes begin with.
const MAGIC: &[u8; 15] = b"vestry archive\n";
/// The form of this module's bytes; part of stored bytes.
const VERSION: u8 = 1;
/// A stream begins.
const STREAM: u8 = 1;
/// The manifest follows, and nothing after it.
const MANIFEST: u8 = 2;
/// What age encrypts at once, and what the decrypted length is a multiple of.
const AGE_CHUNK: u64 = 65_536;
/// What becomes of [`AGE_CHUNK`] bytes: a tag of Poly1305 follows them.
const AGE_CHUNK_ENCRYPTED: u64 = AGE_CHUNK + 16;
/// The most bytes in front of what age encrypts: 32 recipients of a hundred bytes, and some that age adds to keep
/// readers tolerant.
const MAX_AGE_HEADER: usize = 16_384;
/// The longest chunk of a stream: what one buffer holds on its way to the disk.
const MAX_CHUNK: usize = 1 << 20;
/// The longest header: seven short fields.
const MAX_HEADER: usize = 4_096;
/// The longest manifest: [`MAX_STREAMS`] streams of 200 bytes each beside their names, which [`name`] limits together.
const MAX_MANIFEST: usize = 64 << 20;
