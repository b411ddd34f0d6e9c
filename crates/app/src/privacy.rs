//! The privacy side of one data folder: the policy that is obeyed and the vault that holds personal data.

use crate::{
    AccountsConfig, Config, Surroundings,
    accounts::{Hashing, RelyingParty, Searches},
    owed::Owed,
    policing::{self, Policies, PoliciesError},
    terms::{Terms, TermsError},
};
use jiff::Timestamp;
use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
};
use vestry_policy::{Policy, Versions};
use vestry_store::{Store, StoreError, StorePlace};
use vestry_vault::{
    MasterKeySource, OpeningError, Rotated, Vault, VaultError, VaultKeys, VaultPlace,
    archive::{IdentityError, Recipients, RecipientsError},
    audit::PublicKey,
};

/// Policy and vault over one data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Privacy(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    vault: Vault,
    policies: Policies,
    surroundings: Surroundings,
    hashing: Hashing,
    searches: Searches,
    accounts: AccountsConfig,
    terms: Terms,
    owed: Owed,
    passkeys: Option<RelyingParty>,
    /// Keeps the data folder locked, and holds what sweeps reach besides the vault.
    store: Store,
    /// Where letters are written for want of a mail server.
    posted: PathBuf,
}

/// Why something about people did not happen.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The policy.
    #[error(transparent)]
    Policy(#[from] PoliciesError),
    /// The catalogue's database, or the folder's lock.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A head that people taught cannot be solved.
    #[error("what was taught cannot be fitted")]
    Taught(#[source] vestry_learn::ridge::NotFactorised),
    /// The folder's own heads.
    #[error(transparent)]
    Heads(#[from] crate::opening::HeadsError),
    /// The threads that solve heads.
    #[error("could not start the threads of the CPU pool")]
    Threads(#[source] rayon::ThreadPoolBuildError),
    /// Purpose or reason.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// Nowhere to write a backup.
    #[error("no place for backups; name folders under `backup.places`, or one with `--out`")]
    NoPlace,
    /// Something is where a restore would write.
    #[error("`{}` is not empty; a restore writes into a new folder", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// The identity that opens archives.
    #[error(transparent)]
    Identity(Box<IdentityError>),
    /// Not as many rows as the backup says.
    #[error("`{stream}` of the backup should hold {wrote}, and {found} came back; nothing was restored")]
    Count {
        /// Its stream.
        stream: String,
        /// How many it says.
        wrote: u64,
        /// How many came.
        found: u64,
    },
    /// Who may read backups.
    #[error("`backup.recipients` cannot be used")]
    Recipients(#[from] RecipientsError),
    /// A plan.
    #[error(transparent)]
    Plan(#[from] vestry_policy::PlanError),
    /// Some database URLs but not all.
    #[error("`vault.people_url`, `separated_url` and `keys_url` go together and are three databases; give all or none")]
    Urls,
    /// A description of a person that cannot be read. Texts are not repeated: they may be personal.
    #[error("the description of a person cannot be read: {0}")]
    Description(String),
    /// The terms of use.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// A file.
    #[error("could not use `{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl PrivacyError {
    /// Whether nothing is wrong but that a sweep has to wait: for another one, or for an officer to look at the clock.
    pub(crate) fn waits(&self) -> bool {
        let Self::Vault(error) = self else { return false };
        matches!(error, VaultError::Busy | VaultError::ClockAhead { .. } | VaultError::ClockBehind { .. })
    }

    /// Whether no space is left.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Store(error) => error.is_full(),
            Self::Vault(error) => error.is_full(),
            _ => false,
        }
    }
}

impl Privacy {
    /// Whether the data folder has a vault.
    pub fn is_made(folder: &Path, config: &Config) -> Result<bool, PrivacyError> {
        Ok(Vault::is_made(&place(folder, config)?))
    }

    /// Whether one was made from this data folder, wherever its databases are.
    pub fn is_made_here(folder: &Path, config: &Config) -> Result<bool, PrivacyError> {
        Ok(Vault::is_made_here(&place(folder, config)?))
    }

    /// Makes keys and databases; the folder of the keys, and the key that verifies the audit log.
    pub async fn make(
        folder: &Path,
        config: &Config,
        surroundings: Surroundings,
    ) -> Result<(PathBuf, String), PrivacyError> {
        // The lock: nobody makes the same folder's vault at once.
        let store = Store::open(&StorePlace { data_dir: folder.into(), url: url(config) }).await?;
        let keys = keys_folder(folder, config);
        let place = place(folder, config)?;
        let made = Vault::make(&place, &keys, (surroundings.now)()).await;
        // Also where it is refused: nothing of the database's is left beside it.
        store.close().await;
        Ok((keys, made?.to_string()))
    }

    /// Replaces the master key of one store: every data key is wrapped anew. Nothing else may use the folder meanwhile.
    pub async fn rotate(
        folder: &Path,
        config: &Config,
        surroundings: Surroundings,
        which: vestry_vault::Store,
    ) -> Result<Rotated, PrivacyError> {
        let store = Store::open(&StorePlace { data_dir: folder.into(), url: url(config) }).await?;
        let (place, now) = (place(folder, config)?, (surroundings.now)());
        let policies = policies_at(&place, config).await?;
        let keys = key_sources(folder, config)?;
        let rotated = Vault::rotate(&place, &keys, which, policing::governing(&policies, now)?, now).await?;
        store.close().await;
        Ok(rotated)
    }

    /// Replaces the key that signs the audit log and the archives; the new public key. Nothing else may use the folder
    /// meanwhile.
    pub async fn rotate_signing(
        folder: &Path,
        config: &Config,
        surroundings: Surroundings,
    ) -> Result<PublicKey, PrivacyError> {
        let store = Store::open(&StorePlace { data_dir: folder.into(), url: url(config) }).await?;
        let (place, now) = (place(folder, config)?, (surroundings.now)());
        let policies = policies_at(&place, config).await?;
        let keys = key_sources(folder, config)?;
        let public = Vault::rotate_signing(&place, &keys, policing::governing(&policies, now)?, now).await?;
        store.close().await;
        Ok(public)
    }

    /// Opens the data folder `folder` for the work of the privacy office alone, and takes its lock.
    pub async fn open(folder: &Path, config: &Config, surroundings: Surroundings) -> Result<Self, PrivacyError> {
        let store = Store::open(&StorePlace { data_dir: folder.into(), url: url(config) }).await?;
        let policies = policing::policies(&config.policy.files)?;
        Self::over(folder, config, surroundings, store, policies).await
    }

    pub(crate) async fn over(
        folder: &Path,
        config: &Config,
        surroundings: Surroundings,
        store: Store,
        configured: Versions,
    ) -> Result<Self, PrivacyError> {
        let now = (surroundings.now)();
        let terms = Terms::read(&config.terms)?;
        let vault = Vault::open(&place(folder, config)?, &key_sources(folder, config)?, now).await?;
        let policies = policing::with_posted(&configured, &vault.posted_policies().await?)?;
        policing::bound_vault(policing::governing(&policies, now)?, &vault).await?;
        let policies = Policies::new(policies);
        Ok(Self(Arc::new(Parts {
            vault,
            policies,
            surroundings,
            hashing: Hashing::default(),
            searches: Searches::default(),
            accounts: config.accounts,
            terms,
            owed: Owed::default(),
            passkeys: config.passkeys.origin.as_ref().map(|origin| RelyingParty::new(origin, &config.mail.name)),
            store,
            posted: posted_letters(folder),
        })))
    }

    /// How patient accounts are.
    pub fn accounts(&self) -> &AccountsConfig {
        &self.0.accounts
    }

    /// What whoever signs up agrees to.
    pub fn terms(&self) -> &Terms {
        &self.0.terms
    }

    /// Whom passkeys are made for; nobody where no origin is set.
    pub(crate) fn relying_party(&self) -> Option<&RelyingParty> {
        self.0.passkeys.as_ref()
    }

    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The catalogue's database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The versions of the policy.
    pub fn policies(&self) -> &Versions {
        self.0.policies.newest()
    }

    pub(crate) fn owed(&self) -> &Owed {
        &self.0.owed
    }

    /// The folder of letters that are written for want of a mail server.
    pub(crate) fn posted_letters(&self) -> &Path {
        &self.0.posted
    }

    /// Knows `versions` from now on.
    pub(crate) fn grow(&self, versions: Versions) {
        self.0.policies.grow(versions);
    }

    /// The version that governs now.
    pub fn policy(&self) -> &Policy {
        policing::in_force(self.policies(), self.now())
    }

    pub(crate) fn surroundings(&self) -> Surroundings {
        self.0.surroundings
    }

    pub(crate) fn searches(&self) -> &Searches {
        &self.0.searches
    }

    pub(crate) fn hashing(&self) -> &Hashing {
        &self.0.hashing
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.0.surroundings.now)()
    }

    /// Closes the vault and the database.
    pub async fn close(&self) {
        self.vault().close().await;
        self.store().close().await;
    }
}

/// Where the letters of a data folder are written for want of a mail server.
pub(crate) fn posted_letters(folder: &Path) -> PathBuf {
    folder.join("mail")
}

/// The policy's versions that are configured or were posted in the vault at `place`, which nobody has open.
async fn policies_at(place: &VaultPlace, config: &Config) -> Result<Versions, PrivacyError> {
    let posted = Vault::posted_policies_at(place).await?;
    Ok(policing::with_posted(&policing::policies(&config.policy.files)?, &posted)?)
}

pub(crate) fn url(config: &Config) -> Option<String> {
    (!config.store.url.is_empty()).then(|| config.store.url.clone())
}

pub(crate) fn place(folder: &Path, config: &Config) -> Result<VaultPlace, PrivacyError> {
    let urls = [&config.vault.people_url, &config.vault.separated_url, &config.vault.keys_url];
    let urls = match urls.iter().filter(|url| !url.is_empty()).count() {
        0 => None,
        3 if urls[0] != urls[1] && urls[1] != urls[2] && urls[0] != urls[2] => Some(urls.map(Clone::clone)),
        _ => return Err(PrivacyError::Urls),
    };
    let recipients = &config.backup.recipients;
    let recipients = (!recipients.is_empty()).then(|| recipients.join("\n").parse::<Recipients>()).transpose()?;
    if recipients.is_none() && !config.backup.places.is_empty() {
        return Err(VaultError::NoRecipients.into());
    }
    let (places, archive_days) = (config.backup.places.clone(), NonZeroU32::new(config.vault.archive_days));
    Ok(VaultPlace { folder: folder.into(), urls, archive_days, places, recipients })
}

/// The folder of the key files: outside the data folder, beside it when nothing else is said.
pub fn keys_folder(folder: &Path, config: &Config) -> PathBuf {
    if !config.vault.keys.as_os_str().is_empty() {
        return config.vault.keys.clone();
    }
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push("-keys");
    folder.with_file_name(name)
}

pub(crate) fn key_sources(folder: &Path, config: &Config) -> Result<VaultKeys, PrivacyError> {
    let files = VaultKeys::in_folder(&keys_folder(folder, config));
    let source = |file: MasterKeySource, command: &Vec<String>, value: &crate::config::KeyVariable| {
        let mut given: Vec<MasterKeySource> = Vec::new();
        if !command.is_empty() {
            given.push(MasterKeySource::Command(command.clone()));
        }
        if let Some(value) = &value.value {
            given.push(MasterKeySource::Environment { name: value.0.clone(), value: value.1.clone() });
        }
        if given.is_empty() {
            given.push(file);
        }
        MasterKeySource::only(given).map_err(VaultError::MasterKey)
    };
    let (vault, [live, separated, signing]) = (&config.vault, &config.key_variables);
    Ok(VaultKeys {
        live: source(files.live, &vault.master_command, live)?,
        separated: source(files.separated, &vault.separated_command, separated)?,
        signing: source(files.signing, &vault.signing_command, signing)?,
    })
}
