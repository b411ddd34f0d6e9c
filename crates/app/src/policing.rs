//! The policy that is obeyed: read whole, and holding the database's columns within what it lists.

use crate::{App, PrivacyError};
use jiff::Timestamp;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::OnceLock,
};
use vestry_policy::{
    BUILTIN, BUILTIN_FILE, MAX_FILE, Policy, PolicyError, Schema, SchemaFaults, Versions, VersionsError,
};
use vestry_vault::{PostedPolicy, Vault};

/// Why there is no policy to obey, or the database does not keep to it.
#[derive(Debug, thiserror::Error)]
pub enum PoliciesError {
    /// A file cannot be read.
    #[error("could not read the policy in `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The files are not versions of one policy.
    #[error(transparent)]
    Versions(#[from] VersionsError),
    /// None is in force yet.
    #[error("no version of policy `{id}` is in force yet; add the one that governs today to `policy.files`")]
    NotInForce {
        /// The policy.
        id: String,
    },
    /// A file says something else than what was posted under its name.
    #[error("the file of policy `{version}` is not what was posted; give a changed policy another version")]
    NotAsPosted {
        /// The version.
        version: String,
    },
    /// The database holds what the policy does not list.
    #[error("the database does not keep to policy `{version}`")]
    Schema {
        /// The version in force.
        version: String,
        /// What does not fit.
        source: SchemaFaults,
    },
}

/// The versions of the policy, which grow while the server runs. Whoever reads them keeps what they read.
#[derive(Debug)]
pub(crate) struct Policies {
    versions: Versions,
    /// The same and one that was posted since.
    later: OnceLock<Box<Self>>,
}

impl Policies {
    pub(crate) fn new(versions: Versions) -> Self {
        Self { versions, later: OnceLock::new() }
    }

    /// All that are known now.
    pub(crate) fn newest(&self) -> &Versions {
        let mut known = self;
        while let Some(later) = known.later.get() {
            known = later;
        }
        &known.versions
    }

    /// Knows `versions` from now on.
    pub(crate) fn grow(&self, versions: Versions) {
        let mut known = self;
        let mut new = Box::new(Self::new(versions));
        while let Err(refused) = known.later.set(new) {
            known = known.later.get().expect("set by somebody else");
            new = refused;
        }
    }
}

/// The version that governs at `now`, of versions of which one was in force when they were read.
pub(crate) fn in_force(versions: &Versions, now: Timestamp) -> &Policy {
    // A later one only follows it.
    versions.governs(now).or_else(|| versions.iter().next()).expect("there is at least one version")
}

/// The versions that the settings name and those that were posted; a posted one may be named as well.
pub(crate) fn with_posted(configured: &Versions, posted: &[PostedPolicy]) -> Result<Versions, PoliciesError> {
    let mut all: Vec<Policy> = configured.iter().cloned().collect();
    for one in posted {
        let policy = Policy::read(&one.text, POSTED)?;
        match all.iter().find(|known| known.version == policy.version) {
            None => all.push(policy),
            Some(known) if known.hash() == policy.hash() => {}
            Some(_) => return Err(PoliciesError::NotAsPosted { version: policy.version }),
        }
    }
    Ok(Versions::new(all)?)
}

/// What a posted policy is called in errors: it has no file.
pub(crate) const POSTED: &str = "the posted policy";

/// The versions in `files`, or the built-in policy when there is none.
pub fn policies(files: &[PathBuf]) -> Result<Versions, PoliciesError> {
    let policies = match files {
        [] => vec![Policy::read(BUILTIN, BUILTIN_FILE)?],
        files => files.iter().map(|file| policy(file)).collect::<Result<_, _>>()?,
    };
    Ok(Versions::new(policies)?)
}

/// The policy in a file.
pub fn policy(path: &Path) -> Result<Policy, PoliciesError> {
    let mut text = String::new();
    // One byte more than a policy may have: the reader of the text refuses it.
    let limit = MAX_FILE as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text));
    read.map_err(|source| PoliciesError::Read { path: path.into(), source })?;
    Ok(Policy::read(&text, &path.display().to_string())?)
}

/// Refuses a database with a column that `policy` does not know of.
pub(crate) fn bound(policy: &Policy, columns: &[(String, String)]) -> Result<(), PoliciesError> {
    let declared = Schema::read(vestry_store::COLUMNS, "crates/store/columns.toml")?;
    declared.check(policy, columns).map_err(|source| PoliciesError::Schema { version: policy.version.clone(), source })
}

/// The version that governs at `now`.
pub(crate) fn governing(policies: &Versions, now: Timestamp) -> Result<&Policy, PoliciesError> {
    policies.governs(now).ok_or_else(|| PoliciesError::NotInForce {
        id: policies.iter().next().map_or(String::new(), |policy| policy.id.clone()),
    })
}

/// Refuses a vault with a column that nobody declared, or with rows of an item or a class that `policy` does not list.
pub(crate) async fn bound_vault(policy: &Policy, vault: &Vault) -> Result<(), PrivacyError> {
    let declared = Schema::read(vestry_vault::COLUMNS, "crates/vault/columns.toml").map_err(PoliciesError::from)?;
    let checked = declared.check(policy, &vault.columns().await?);
    checked.map_err(|source| PoliciesError::Schema { version: policy.version.clone(), source })?;
    Ok(vault.check_names(policy).await?)
}

impl App {
    /// The version of the policy that governs now.
    pub fn policy(&self) -> &Policy {
        in_force(self.policies(), self.now())
    }
}
