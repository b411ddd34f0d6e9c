//! What an archive says of itself.

use super::StreamName;
use crate::{hex, place::InstallationId};
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A backup of the data, of which nothing personal opens without keys.
    Data,
    /// One generation of the key database.
    Keys,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Data => "data",
            Self::Keys => "keys",
        })
    }
}

/// Whose archive it is, and of which moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The installation whose data it is.
    #[serde(with = "installation_text")]
    pub installation: InstallationId,
    /// What is in it.
    pub kind: Kind,
    /// Counts up from archive to archive of one kind; for keys, the generation.
    pub sequence: u64,
    /// The moment of the snapshot.
    pub created: Timestamp,
    /// How many entries the audit log had at that moment.
    pub audit_size: u64,
    /// The root of the audit log's tree at that moment.
    #[serde(with = "hex_text")]
    pub audit_root: [u8; 32],
    /// The policy that was in force.
    #[serde(with = "hex_text")]
    pub policy_hash: [u8; 32],
}

/// One stream of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamFacts {
    /// Its name.
    pub name: StreamName,
    /// Its length in bytes.
    pub length: u64,
    /// The SHA-256 of its bytes.
    #[serde(with = "hex_text")]
    pub sha256: [u8; 32],
    /// How many of what the writer counts are in it, such as rows.
    pub count: u64,
}

/// All that an archive holds, in order; what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Whose and of when.
    pub header: Header,
    /// Its streams.
    pub streams: Vec<StreamFacts>,
}

/// What a signature is for, so that one for the manifest never passes for one of a sidecar or of the audit log.
#[derive(Clone, Copy)]
pub(super) enum Signed {
    Manifest,
    Statement,
}

impl Signed {
    /// The bytes that are signed for `text`.
    pub(super) fn message(self, text: &[u8]) -> Vec<u8> {
        let label: &[u8] = match self {
            Self::Manifest => b"vestry/1/archive/manifest\n",
            Self::Statement => b"vestry/1/archive/sidecar\n",
        };
        [label, text].concat()
    }

    /// Whether `signature` is one of `key` for `text`.
    pub(super) fn verify(self, key: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
        key.verify_strict(&self.message(text), &Signature::from_bytes(signature)).is_ok()
    }
}

/// JSON without white space, fields in the order of their declaration.
pub(super) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers, written to memory")
}

pub(super) mod hex_text {
    //! Bytes as hex digits.

    use super::hex;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in super::super) fn serialize<const N: usize, S: Serializer>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(in super::super) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = hex::decode(text.as_bytes());
        bytes.map(|bytes| *bytes).ok_or_else(|| D::Error::custom(format_args!("not {} hex digits", 2 * N)))
    }
}

mod installation_text {
    use super::{InstallationId, hex_text};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &InstallationId, serializer: S) -> Result<S::Ok, S::Error> {
        hex_text::serialize(id.as_bytes(), serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<InstallationId, D::Error> {
        hex_text::deserialize(deserializer).map(InstallationId::from_bytes)
    }
}
