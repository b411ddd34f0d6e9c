//! Leaving, at once and everywhere, with a letter that says so; and the address under which a certificate is shown that
//! could not be given at once.

use super::{AccountError, Queued, desk::kept, second::Code};
use crate::{Leaving, Privacy, PrivacyError, Sweep};
use jiff::{ToSpan, civil::Date};
use sha2::{Digest, Sha256};
use vestry_credentials::TokenHash;
use vestry_model::hex;
use vestry_vault::{Certificate, PersonId, Personal};

/// For how many days an address shows a certificate.
const SHOWN_FOR_DAYS: i64 = 30;

/// An address under which a certificate is shown, once there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateLink {
    /// Its last part.
    pub token: String,
    /// The last day on which it is good.
    pub last_day: Date,
}

impl Privacy {
    /// Leaves: after a password, at once and everywhere. Without a sweep what is due goes with the next one.
    pub async fn leave(
        &self,
        person: PersonId,
        password: &Personal<String>,
        leaving: Leaving,
    ) -> Result<Option<Sweep>, AccountError> {
        self.prove(person, password, Code::NotAsked).await?;
        self.end_and_tell(person, leaving).await
    }

    /// Ends a membership. A last letter to the address that was its member's says so, and what stays. It is a stranger's, and
    /// goes by its own clock.
    pub(super) async fn end_and_tell(&self, person: PersonId, leaving: Leaving) -> Result<Option<Sweep>, AccountError> {
        let policy = self.policy();
        let opened = self.open_to_return(person, "membership", &["email"]).await?;
        let language = self.language_of(person).await?;
        let kept = kept(policy, &self.stays_after(person, leaving).await?, language);
        let swept = self.end_membership(person, leaving).await?;
        // Under a policy that lists no such letters there is none.
        if let (Some(to), Some(_)) = (opened.text(policy, "email"), policy.item_named("letter")) {
            // They are out with or without it.
            if let Err(error) = self.write_to(to, &Queued::AccountLeft { kept }, language).await {
                tracing::error!(%error, "a letter that says that an account is closed could not be written");
            }
        }
        Ok(swept)
    }

    /// An address for whoever leaves now and has no certificate yet. It holds how long the audit log is, its last day and a
    /// keyed hash of both: nothing of it is stored, and it names nobody.
    pub fn certificate_link(&self) -> CertificateLink {
        let today = self.policy().local(self.now()).date();
        let last_day = today.checked_add(SHOWN_FOR_DAYS.days()).unwrap_or(Date::MAX);
        let said = format!("{}.{last_day}", self.vault().audit_head().size);
        CertificateLink { token: format!("{said}.{}", hex(&self.vault().mark_of_certificate(&said))), last_day }
    }

    /// The certificate that such an address shows, with its entry; none as long as there is none. It is that of the first
    /// sweep of everybody that began later: one that ran already may have passed whoever left, and one of a single person is
    /// theirs.
    ///
    /// # Errors
    /// [`AccountError::Link`] for an address that was not made here, or is over.
    pub fn certificate_behind(&self, link: &str) -> Result<Option<(u64, Certificate)>, AccountError> {
        let (said, mark) = link.rsplit_once('.').ok_or(AccountError::Link)?;
        let right = hex(&self.vault().mark_of_certificate(said));
        let (entries, last_day) = said.split_once('.').ok_or(AccountError::Link)?;
        let (Ok(entries), Ok(last_day)) = (entries.parse(), last_day.parse::<Date>()) else {
            return Err(AccountError::Link);
        };
        if !is_same(mark, &right) || self.policy().local(self.now()).date() > last_day {
            return Err(AccountError::Link);
        }
        Ok(self.vault().certificate_of_all_since(entries).map_err(PrivacyError::from)?)
    }
}

/// Whether two texts are the same, in a time that tells nothing of where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let digest = |text: &str| TokenHash::from_bytes(Sha256::digest(text).into());
    digest(one) == digest(other)
}
