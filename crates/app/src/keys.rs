//! API keys: made once, kept as a hash, rotated with an overlap, revoked at once.

use crate::{App, AppError, accounts::FIRST_ORGANISATION};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use vestry_model::{KeyId, OrganisationId};
use vestry_store::{Key, KeyKind, Store, StoreError};
use vestry_vault::Role;

/// A key that was just made; its secret is shown once and kept nowhere.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Its id.
    pub id: KeyId,
    /// `vs_…` for a secret key, `vp_…` for a publishable one, and 64 digits of randomness.
    pub secret: String,
}

/// What a presented key allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Whose key it is; everything it reaches belongs to this organisation.
    pub organisation: OrganisationId,
    /// Which key.
    pub key: KeyId,
    /// What it may do.
    pub kind: KeyKind,
}

/// How long the database is not asked about a key again, where no other process can revoke it; this one's own revocation
/// is seen at once.
const TRUSTED: SignedDuration = SignedDuration::from_secs(1);
/// How often a key's use is noted.
const NOTED: SignedDuration = SignedDuration::from_mins(1);
/// Keys that are remembered; more than a shop has.
const MOST: usize = 10_000;

/// Keys that were asked for a moment ago, by the hash of their secret; none where another process may revoke one.
#[derive(Debug)]
pub(crate) struct KnownKeys {
    keeps: bool,
    keys: Mutex<HashMap<[u8; 32], Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    access: Access,
    asked: Timestamp,
    revoked: Option<Timestamp>,
}

impl KnownKeys {
    pub(crate) fn of(store: &Store) -> Self {
        Self { keeps: !store.is_shared(), keys: Mutex::default() }
    }

    fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<Access> {
        let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(hash)?.clone();
        let fresh = known.asked <= now && now.duration_since(known.asked) < TRUSTED;
        (fresh && known.revoked.is_none_or(|r| now < r)).then_some(known.access)
    }

    fn put(&self, hash: [u8; 32], known: Known) {
        if !self.keeps {
            return;
        }
        let mut all = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(hash, known);
    }

    fn forget(&self) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl App {
    /// Makes a key for `organisation`.
    pub async fn make_key(&self, organisation: OrganisationId, kind: KeyKind, name: &str) -> Result<NewKey, AppError> {
        let secret = self.new_secret(&kind);
        let mut tx = self.store().begin().await?;
        let id = tx.create_key(organisation, &kind, name, &hash(&secret), self.now()).await?;
        tx.commit().await?;
        Ok(NewKey { id, secret })
    }

    /// Makes a new key of the same kind and lets the old one work for another `overlap_hours`.
    pub async fn rotate_key(
        &self,
        organisation: OrganisationId,
        id: KeyId,
        overlap_hours: u16,
    ) -> Result<NewKey, AppError> {
        let keys = self.keys(organisation).await?;
        let old = keys.iter().find(|k| k.id == id).ok_or(AppError::UnknownKey)?;
        let secret = self.new_secret(&old.kind);
        let now = self.now();
        let ends = now + jiff::SignedDuration::from_hours(overlap_hours.into());
        let mut tx = self.store().begin().await?;
        let (id, ended) = tx.rotate_key(organisation, id, &hash(&secret), ends, now).await.map_err(unknown_key)?;
        self.note_key_ended(&ended, ends).await?;
        tx.commit().await?;
        self.known_keys().forget();
        Ok(NewKey { id, secret })
    }

    /// Refuses a key from now on.
    pub async fn revoke_key(&self, organisation: OrganisationId, id: KeyId) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        let ended = tx.revoke_key(organisation, id, self.now()).await.map_err(unknown_key)?;
        self.note_key_ended(&ended, self.now()).await?;
        tx.commit().await?;
        self.known_keys().forget();
        Ok(())
    }

    /// Notes where a restore looks that a key ends: a backup may be older than that.
    async fn note_key_ended(&self, key: &[u8; 32], at: Timestamp) -> Result<(), AppError> {
        if let Some(privacy) = self.privacy() {
            privacy.vault().note_key_ended(key, at, self.now()).await?;
        }
        Ok(())
    }

    /// All keys of an organisation, newest first, without their secrets.
    pub async fn keys(&self, organisation: OrganisationId) -> Result<Vec<Key>, AppError> {
        Ok(self.store().read().await?.keys(organisation).await?)
    }

    /// What `secret` allows; `None` when it is no key, or no longer one.
    pub async fn authorise(&self, secret: &str) -> Result<Option<Access>, AppError> {
        if secret.len() > 100 {
            return Ok(None);
        }
        let (hash, now) = (hash(secret), self.now());
        if let Some(access) = self.known_keys().get(&hash, now) {
            return Ok(Some(access));
        }
        let Some(key) = self.store().read().await?.key_by_hash(&hash, now).await? else { return Ok(None) };
        if key.last_used.is_none_or(|last| now.duration_since(last) >= NOTED) {
            // Whoever may read is not refused because a note about it cannot be written.
            if let Err(error) = self.note_use(key.id, now).await {
                tracing::warn!(%error, key = %key.id, "the use of a key could not be noted");
            }
        }
        let access = Access { organisation: key.organisation, key: key.id, kind: key.kind };
        self.known_keys().put(hash, Known { access: access.clone(), asked: now, revoked: key.revoked });
        Ok(Some(access))
    }

    async fn note_use(&self, key: KeyId, now: Timestamp) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        tx.touch_key(key, now).await?;
        Ok(tx.commit().await?)
    }

    /// The first secret key of an installation without any, behind the name in addresses of the organisation that it is for:
    /// the first there is, or `shop`, made now. `None` when there are keys already, or owners with accounts, who make their
    /// own.
    pub async fn first_key(&self) -> Result<Option<(String, String)>, AppError> {
        for organisation in self.organisations().await? {
            if !self.keys(organisation.id).await?.is_empty() || self.has_owner(organisation.id).await? {
                return Ok(None);
            }
        }
        let (organisation, slug) = match self.organisations().await?.into_iter().next() {
            Some(organisation) => (organisation.id, organisation.slug),
            None => (self.organisation_or_new(FIRST_ORGANISATION).await?, FIRST_ORGANISATION.into()),
        };
        Ok(Some((slug, self.make_key(organisation, KeyKind::Secret, "first start").await?.secret)))
    }

    /// Whether an organisation has an owner with an account, or had one: then its keys open no console.
    pub async fn has_owner(&self, organisation: OrganisationId) -> Result<bool, AppError> {
        let Some(privacy) = self.privacy() else { return Ok(false) };
        if self.store().read().await?.was_owned(organisation).await? {
            return Ok(true);
        }
        let members = privacy.vault().with_roles(Some(organisation)).await?;
        Ok(members.iter().any(|(_, role)| *role == Role::Owner))
    }

    /// Whether anybody has an account: one of the operator's people, or an owner. Until then whoever reads the printed key
    /// may do everything, so that nothing but loopback is listened on.
    pub async fn has_accounts(&self) -> Result<bool, AppError> {
        let Some(privacy) = self.privacy() else { return Ok(false) };
        if !privacy.vault().with_roles(None).await?.is_empty() {
            return Ok(true);
        }
        for organisation in self.organisations().await? {
            if self.has_owner(organisation.id).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn new_secret(&self, kind: &KeyKind) -> String {
        let prefix = match kind {
            KeyKind::Secret => "vs_",
            KeyKind::Publishable { .. } => "vp_",
        };
        format!("{prefix}{}", vestry_model::hex(&[self.random(), self.random()].concat()))
    }
}

fn unknown_key(error: StoreError) -> AppError {
    match error {
        StoreError::Unknown { .. } => AppError::UnknownKey,
        error => error.into(),
    }
}
