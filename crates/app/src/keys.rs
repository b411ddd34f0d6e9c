//! API keys: made once, kept as a hash, rotated with an overlap, revoked at once.

use crate::{App, AppError};
use sha2::{Digest, Sha256};
use vestry_model::{KeyId, OrganisationId};
use vestry_store::{Key, KeyKind, StoreError};

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
        let id = tx.rotate_key(organisation, id, &hash(&secret), ends, now).await.map_err(unknown_key)?;
        tx.commit().await?;
        Ok(NewKey { id, secret })
    }

    /// Refuses a key from now on.
    pub async fn revoke_key(&self, organisation: OrganisationId, id: KeyId) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        tx.revoke_key(organisation, id, self.now()).await.map_err(unknown_key)?;
        Ok(tx.commit().await?)
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
        let found = self.store().read().await?.key_by_hash(&hash(secret), self.now()).await?;
        Ok(found.map(|key| Access { organisation: key.organisation, key: key.id, kind: key.kind }))
    }

    /// The first secret key of an installation without any: makes organisation `shop` and its key. `None` when
    /// there are keys already.
    pub async fn first_key(&self) -> Result<Option<String>, AppError> {
        for organisation in self.organisations().await? {
            if !self.keys(organisation.id).await?.is_empty() {
                return Ok(None);
            }
        }
        let organisation = match self.organisations().await?.first() {
            Some(organisation) => organisation.id,
            None => self.organisation_or_new("shop").await?,
        };
        Ok(Some(self.make_key(organisation, KeyKind::Secret, "first start").await?.secret))
    }

    fn new_secret(&self, kind: &KeyKind) -> String {
        let prefix = match kind {
            KeyKind::Secret => "vs_",
            KeyKind::Publishable { .. } => "vp_",
        };
        let random = [self.random(), self.random()].concat();
        let digits: String = random.iter().map(|b| format!("{b:02x}")).collect();
        format!("{prefix}{digits}")
    }
}

fn unknown_key(error: StoreError) -> AppError {
    match error {
        StoreError::Unknown { .. } => AppError::UnknownKey,
        error => error.into(),
    }
}
