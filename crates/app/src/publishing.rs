//! A version of the policy on its way: written as a draft, looked at beside the version before, posted for good. From its
//! posting on it stands on the public page, in the audit log and in every backup; on its day it governs.

use crate::{
    Privacy, PrivacyError,
    notices::NoticeText,
    policing::{self, POSTED, PoliciesError},
};
use jiff::{ToSpan, civil::Date};
use vestry_policy::{Change, Policy, TooLate, Versions};
use vestry_vault::NoticeId;

/// Why a draft cannot be posted as it is.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// It is no policy, its rows say otherwise, or it follows no version.
    #[error(transparent)]
    Policy(#[from] PoliciesError),
    /// Too late for its first day.
    #[error(transparent)]
    TooLate(#[from] TooLate),
    /// It is not what was looked at.
    #[error("the draft was changed since; look at it again")]
    Changed,
    /// There is none.
    #[error("there is no draft")]
    None,
    /// The vault.
    #[error(transparent)]
    Privacy(#[from] PrivacyError),
}

impl From<vestry_vault::VaultError> for DraftError {
    fn from(error: vestry_vault::VaultError) -> Self {
        Self::Privacy(error.into())
    }
}

/// A draft beside what it would follow.
#[derive(Debug)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// What it says.
    pub policy: Policy,
    /// The version before, and what is different from it.
    pub before: Option<(String, Vec<Change>)>,
    /// What keeps it from being posted now.
    pub refused: Option<DraftError>,
}

impl Privacy {
    /// Keeps `text` as the draft, instead of the one before.
    ///
    /// # Errors
    /// [`DraftError::Policy`] for what is no policy, with line and column and what to write instead.
    pub async fn put_draft(&self, text: &str) -> Result<(), DraftError> {
        let policy = Policy::read(text, "draft").map_err(PoliciesError::from)?;
        Ok(self.vault().put_draft(&policy.version, text).await?)
    }

    /// The draft as it stands now.
    pub async fn draft(&self) -> Result<Option<Draft>, DraftError> {
        let Some(text) = self.vault().draft().await? else { return Ok(None) };
        let policy = Policy::read(&text, POSTED).map_err(PoliciesError::from)?;
        let before = self.policies().iter().filter(|known| known.effective < policy.effective).last();
        let before = before.map(|before| (before.version.clone(), policy.changes_since(before)));
        let refused = self.may_be_posted(&policy).await.err();
        Ok(Some(Draft { text, policy, before, refused }))
    }

    /// Throws the draft away.
    pub async fn drop_draft(&self) -> Result<(), DraftError> {
        Ok(self.vault().drop_draft().await?)
    }

    /// Posts the draft whose file has this hash, for good, and has every member told.
    ///
    /// # Errors
    /// [`DraftError`]: then nothing was posted.
    pub async fn post_draft(&self, hash: [u8; 32]) -> Result<NoticeId, DraftError> {
        let draft = self.draft().await?.ok_or(DraftError::None)?;
        if draft.policy.hash() != hash {
            return Err(DraftError::Changed);
        }
        if let Some(refused) = draft.refused {
            return Err(refused);
        }
        let (versions, now) = (self.with(&draft.policy)?, self.now());
        let (version, effective) = (draft.policy.version, draft.policy.effective);
        let told = NoticeText::Policy { version: version.clone(), effective }.to_json();
        let notice = self.vault().post_policy(&version, &draft.text, &told, now).await?;
        self.grow(versions);
        Ok(notice)
    }

    /// Knows what another process over the same databases posted since this one looked.
    pub(crate) async fn know_posted(&self) -> Result<(), PrivacyError> {
        let (known, posted) = (self.policies(), self.vault().posted_policies().await?);
        let all = policing::with_posted(known, &posted)?;
        if all.iter().count() > known.iter().count() {
            self.grow(all);
        }
        Ok(())
    }

    /// The first day for which a version that is posted today may be effective.
    pub fn earliest_effective(&self) -> Date {
        let today = self.policy().local(self.now()).date();
        let days = i64::from(self.policy().change_notice().full_days) + 1;
        today.checked_add(days.days()).unwrap_or(Date::MAX)
    }

    /// The versions that are known and `policy`.
    fn with(&self, policy: &Policy) -> Result<Versions, PoliciesError> {
        let all = self.policies().iter().cloned().chain([policy.clone()]);
        Ok(Versions::new(all.collect())?)
    }

    async fn may_be_posted(&self, policy: &Policy) -> Result<(), DraftError> {
        self.with(policy)?;
        policy.may_be_published(self.now())?;
        // What is held already must have a place in it, or the first start under it would be refused.
        policing::bound(policy, &self.store().columns().await.map_err(PrivacyError::from)?)?;
        Ok(policing::bound_vault(policy, self.vault()).await?)
    }
}
