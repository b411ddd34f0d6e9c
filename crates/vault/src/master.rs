//! The master key: read from one source outside the data, made by one call, checked against the data.

mod check;
mod command;
mod error;
mod file;
mod text;

pub use check::{KeyCheck, WrongMasterKey};
pub use error::MasterKeyError;

use crate::{committing::CommittingKey, place::Store, secret::Secret};
use std::{
    fmt,
    path::{Path, PathBuf},
};
use text::KeyText;
use zeroize::Zeroizing;

/// The key that wraps all data keys of one store. Without it nothing opens, and nothing replaces it.
///
/// 32 bytes, of which only what is derived from them is held: one key that wraps, one for key checks, one from which
/// look-up keys follow. All are wiped when dropped; none is printed, copied or serialised.
///
/// ```compile_fail
/// fn twice(key: vestry_vault::MasterKey) -> (vestry_vault::MasterKey, vestry_vault::MasterKey) {
///     (key.clone(), key)
/// }
/// ```
pub struct MasterKey {
    wrap: CommittingKey,
    check: Secret,
    lookup: Secret,
}

/// Where the master key is read from. As text: 64 hex digits, or the 44 characters of base64 for 32 bytes, on one line.
#[derive(PartialEq, Eq)]
pub enum MasterKeySource {
    /// A file outside the data folder that its owner alone may read.
    File(PathBuf),
    /// The value of an environment variable.
    Environment {
        /// The variable's name, for messages.
        name: String,
        /// Its value, which the caller read.
        value: Zeroizing<String>,
    },
    /// A program and its arguments, run without a shell; what it prints is the key. It has 30 seconds, no input, and
    /// its standard error goes nowhere, since it may hold what must not be logged.
    Command(Vec<String>),
}

impl MasterKeySource {
    /// The one source among those that the configuration may give.
    ///
    /// # Errors
    /// [`MasterKeyError::NoSource`] and [`MasterKeyError::SeveralSources`]: with two sources, an operator who changes
    /// one of them does not know which counts.
    pub fn only(given: impl IntoIterator<Item = Self>) -> Result<Self, MasterKeyError> {
        let mut given = given.into_iter();
        let source = given.next().ok_or(MasterKeyError::NoSource)?;
        if given.next().is_some() { Err(MasterKeyError::SeveralSources) } else { Ok(source) }
    }
}

impl fmt::Debug for MasterKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Environment { name, .. } => f.debug_tuple("Environment").field(name).finish(),
            // Arguments may hold a token.
            Self::Command(argv) => f.debug_tuple("Command").field(&argv.first()).finish(),
        }
    }
}

impl MasterKey {
    /// Read the key from `source`; for a file, make sure that it lies outside `data_folder`, which must exist.
    ///
    /// Nothing is made where nothing is found: a lost key must not look like a first start.
    ///
    /// # Errors
    /// [`MasterKeyError`], each with what to do next; none holds any of the key.
    pub fn read(source: &MasterKeySource, data_folder: &Path) -> Result<Self, MasterKeyError> {
        Ok(Self::new(&read_secret(source, data_folder)?))
    }

    /// Make a new key in a new file at `path`: mode 0600, on disk when this returns. The folder must exist, outside
    /// `data_folder`, which must exist too.
    ///
    /// # Errors
    /// [`MasterKeyError::Exists`] where there is a file already, whatever it holds; and other [`MasterKeyError`]s.
    pub fn create(path: &Path, data_folder: &Path) -> Result<Self, MasterKeyError> {
        Ok(Self::new(&write_secret(path, data_folder)?))
    }

    fn new(secret: &Secret) -> Self {
        Self {
            wrap: CommittingKey::new(&secret.derive("vestry/1/master/wrap", &[])),
            check: secret.derive("vestry/1/master/check", &[]),
            lookup: secret.derive("vestry/1/master/lookup", &[]),
        }
    }

    pub(crate) fn wrapping(&self) -> &CommittingKey {
        &self.wrap
    }

    pub(crate) fn lookup_root(&self) -> &Secret {
        &self.lookup
    }
}

/// The 32 bytes that `source` gives; of a master key, or of the key that signs the audit log.
pub(crate) fn read_secret(source: &MasterKeySource, data_folder: &Path) -> Result<Secret, MasterKeyError> {
    let (text, origin) = match source {
        MasterKeySource::File(path) => (file::read(path, data_folder)?, path.display().to_string()),
        MasterKeySource::Environment { name, value } => (KeyText::of(value), name.clone()),
        MasterKeySource::Command(argv) => {
            let program = argv.first().ok_or(MasterKeyError::EmptyCommand)?;
            (command::read(program, &argv[1..], command::PATIENCE)?, program.clone())
        }
    };
    text.parse(&origin)
}

/// 32 new random bytes, in a new file at `path`.
pub(crate) fn write_secret(path: &Path, data_folder: &Path) -> Result<Secret, MasterKeyError> {
    let secret = Secret::random()?;
    file::create(path, data_folder, &secret.to_hex())?;
    Ok(secret)
}

/// The master keys of both stores.
#[derive(Debug)]
pub(crate) struct Masters {
    pub(crate) live: MasterKey,
    pub(crate) separated: MasterKey,
}

impl Masters {
    pub(crate) fn of(&self, store: Store) -> &MasterKey {
        match store {
            Store::Live => &self.live,
            Store::Separated => &self.separated,
        }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([secret])")
    }
}
