//! Logging in and out, and who a session's token is.

use super::{
    AccountError, hash_of,
    letters::Queued,
    own::Meanwhile,
    second::{Proof, SecondOf},
    token,
};
use crate::{Privacy, PrivacyError};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::{fmt, future::Future, time::Duration};
use tokio::time::Instant;
use vestry_credentials::{Attempts, LockoutRules, SessionRules, SessionTimes, Token, TokenUse, Verdict};
use vestry_mail::Language;
use vestry_model::OrganisationId;
use vestry_policy::Membership;
use vestry_vault::{
    AttemptsOnFile, CountedAttempt, Opening, PersonId, Personal, Reader, Role, SessionOnFile, VaultError,
};
use zeroize::Zeroizing;

/// Who tries to log in, from where, with what.
#[derive(Debug)]
pub struct LogIn {
    /// The address.
    pub mail: Personal<String>,
    /// The password.
    pub password: Personal<String>,
    /// The one-time password or a recovery code, if one was asked for.
    pub code: Option<Personal<String>>,
    /// Where they come from.
    pub device: Device,
}

/// Where somebody comes from. `Debug` does not show the address.
#[derive(Clone)]
pub struct Device {
    /// The address of the network, for counting tries and for the record of the visit.
    pub network: String,
    /// What the browser calls itself, in few words: `Firefox, Linux`.
    pub name: String,
    /// The language they read.
    pub language: Language,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What came of it. `Debug` does not show the token.
pub enum Entered {
    /// They are in; the session's token, for the cookie.
    In(Zeroizing<String>),
    /// Mail and password are right; the account asks for a one-time password too.
    CodeNeeded,
    /// All is right, but they are shut out for misuse.
    ShutOut {
        /// The last day of it.
        until: Date,
        /// A token by which it is contested.
        contest: Zeroizing<String>,
    },
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::In(_) => "In([token])",
            Self::CodeNeeded => "CodeNeeded",
            Self::ShutOut { .. } => "ShutOut([token])",
        })
    }
}

/// Somebody who is in.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// Who.
    pub person: PersonId,
    /// Where they work.
    pub organisation: Option<OrganisationId>,
    /// What they may do there, or for the operator.
    pub role: Option<Role>,
    /// When they proved who they are.
    pub since: Timestamp,
    /// The hash of the session's token.
    pub session: [u8; 32],
}

impl Privacy {
    /// Lets a member in.
    ///
    /// # Errors
    /// [`AccountError::Wrong`], whatever of the three is wrong, and in like time whether or not there is such a member;
    /// [`AccountError::Wait`] after too many tries.
    pub async fn log_in(&self, form: &LogIn) -> Result<Entered, AccountError> {
        in_like_time(self.let_in(form)).await
    }

    async fn let_in(&self, form: &LogIn) -> Result<Entered, AccountError> {
        let policy = self.policy();
        let opening = Opening::new("membership", Reader::Program, None).map_err(PrivacyError::from)?;
        let typed = form.mail.open(&opening).trim().to_lowercase();
        let tried = self.count_try("member", &typed, &form.device.network).await?;
        let found = self.vault().find(&form.mail).await.ok().flatten();
        let opened = match found {
            Some(person) => Some((person, self.open_to_return(person, "membership", &["password"]).await?)),
            None => None,
        };
        let hash = opened.as_ref().and_then(|(_, opened)| hash_of(opened.text(policy, "password")));
        let is_right = self.hashing().fits(hash, &form.password, &opening).await;
        let (Some((person, _)), true) = (opened, is_right) else { return Err(AccountError::Wrong) };
        let security = self.open_to_return(person, "security", &["totp_secret", "device"]).await?;
        if Proof::read(security.text(policy, "totp_secret"), None).is_needed() {
            let Some(code) = &form.code else {
                self.vault().take_back_attempt(&tried).await?;
                return Ok(Entered::CodeNeeded);
            };
            if !self.spend_code(SecondOf::Member, person, code.open(&opening)).await? {
                return Err(AccountError::Wrong);
            }
        }
        self.succeeded(&tried).await?;
        self.enter(person, security.text(policy, "device"), &form.device).await
    }

    /// Lets somebody in who proved who they are, unless they are shut out. `known` are the devices that they came with before.
    pub(super) async fn enter(
        &self,
        person: PersonId,
        known: Option<&str>,
        device: &Device,
    ) -> Result<Entered, AccountError> {
        if let Some((until, contest)) = self.shut_out(person).await? {
            return Ok(Entered::ShutOut { until, contest });
        }
        self.wake(person).await?;
        self.vault().used(self.policy(), person, self.now()).await?;
        self.note_visit(person, device).await?;
        let of = DevicesOf { class: "security", item: "device", to: None };
        self.note_device(person, of, known, device).await?;
        self.begin(person).await.map(Entered::In)
    }

    /// Begins a session; its token.
    pub(super) async fn begin(&self, person: PersonId) -> Result<Zeroizing<String>, AccountError> {
        let token = token(self, TokenUse::Session);
        self.vault().begin_session(token.hash().as_bytes(), person, self.now()).await?;
        Ok(token.to_text())
    }

    /// Brings back who was set apart for want of use: they have just proved who they are.
    pub(super) async fn wake(&self, person: PersonId) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        if let Membership::Dormant { .. } = self.vault().person(policy, person).await?.membership {
            self.vault().return_member(policy, person, now).await?;
        }
        Ok(())
    }

    /// Writes down a proof that was found right when the person had changed `since` times, so that it is not good again;
    /// whether that holds. Where somebody changed meanwhile it has to be judged anew, and so it has where they were set apart
    /// and are brought back first, for nothing that is kept apart is changed. Whoever is shut out is let in nowhere, and stays
    /// as they are.
    pub(super) async fn spend_proof(
        &self,
        person: PersonId,
        class: &str,
        values: Vec<(&str, Option<String>)>,
        since: i64,
    ) -> Result<bool, AccountError> {
        let meanwhile = Meanwhile { since: Some(since), ..Meanwhile::default() };
        match self.put_items(self.policy(), person, class, values, meanwhile).await {
            Err(AccountError::Privacy(PrivacyError::Vault(VaultError::Changed))) => Ok(false),
            Err(AccountError::Privacy(PrivacyError::Vault(VaultError::KeptApart))) => {
                let is_shut_out = self.vault().banned_until(person, self.now()).await?.is_some();
                if !is_shut_out {
                    self.wake(person).await?;
                }
                Ok(is_shut_out)
            }
            other => other.map(|()| true),
        }
    }

    /// Who a session's token is, as long as the session lasts; asked of the vault each time.
    pub async fn visitor(&self, text: &str) -> Result<Option<Visitor>, AccountError> {
        let now = self.now();
        let Ok(token) = Token::parse(TokenUse::Session, text) else { return Ok(None) };
        let hash = *token.hash().as_bytes();
        let Some(found) = self.vault().session(&hash, now).await? else { return Ok(None) };
        if !is_live(&found, now) {
            self.vault().end_session(&hash).await?;
            return Ok(None);
        }
        self.vault().use_session(&hash, &found, now).await?;
        let SessionOnFile { person, organisation, role, begun, .. } = found;
        Ok(Some(Visitor { person, organisation, role, since: begun, session: hash }))
    }

    /// Ends a session.
    pub async fn log_out(&self, visitor: &Visitor) -> Result<(), AccountError> {
        Ok(self.vault().end_session(&visitor.session).await?)
    }

    /// Counts a try at a door as one in vain before it is made, of the account first, then of the network. Refused while
    /// either has to wait.
    pub(super) async fn count_try(
        &self,
        door: &str,
        who: &str,
        network: &str,
    ) -> Result<Vec<CountedAttempt>, AccountError> {
        // A network has many people behind it.
        self.count(&[(door, who, self.accounts().free_tries.get()), ("network", network, 100)]).await
    }

    /// Counts a letter that anybody may ask for, by the address it goes to: strangers are not written to at will. Refused while
    /// the address has to wait, whether or not it has an account.
    pub(super) async fn count_letter_to(&self, mail: &str, what: &str) -> Result<(), AccountError> {
        self.count(&[(&format!("letter {what}"), &mail.to_lowercase(), FREE_LETTERS)]).await.map(drop)
    }

    /// Lets the try of somebody who is let in make nobody wait.
    pub(super) async fn succeeded(&self, tried: &[CountedAttempt]) -> Result<(), AccountError> {
        let [of_who, others @ ..] = tried else { return Ok(()) };
        self.vault().forget_attempts(of_who).await?;
        Ok(self.vault().take_back_attempt(others).await?)
    }

    /// Counts a try of each, which is a kind, a name and how many are free.
    pub(super) async fn count(&self, tried: &[(&str, &str, u32)]) -> Result<Vec<CountedAttempt>, AccountError> {
        let now = self.now();
        let subjects: Vec<_> =
            tried.iter().map(|(what, who, _)| self.vault().attempts_of(&format!("{what}\n{who}"))).collect();
        let judge = |at: usize, AttemptsOnFile { failures, last }| {
            let (attempts, rules) = (Attempts { failures, last: Some(last) }, self.lockout(tried[at].2));
            match attempts.verdict(&rules, now) {
                Verdict::Wait(wait) => Err(AccountError::Wait(wait)),
                Verdict::Go => Ok(AttemptsOnFile { failures: attempts.failed(&rules, now).failures, last: now }),
            }
        };
        self.vault().count_attempt(&subjects, (now - FORGET, now), judge).await
    }

    /// When whoever failed so often has to wait: half a minute at first, then twice as long each time.
    fn lockout(&self, free: u32) -> LockoutRules {
        LockoutRules::new(free, SignedDuration::from_secs(30), 2, self.accounts().longest_wait(), FORGET)
            .unwrap_or_default()
    }

    /// Remembers a device by its name beside those that are `known`, and tells its owner by mail when it is a new one; neither
    /// under a policy that does not list the item.
    pub(super) async fn note_device(
        &self,
        person: PersonId,
        of: DevicesOf<'_>,
        known: Option<&str>,
        device: &Device,
    ) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let known = known.and_then(|text| serde_json::from_str(text).ok());
        let mut known: Vec<KnownDevice> = known.unwrap_or_default();
        if policy.item_named(of.item).is_none() || known.iter().any(|known| known.name == device.name) {
            return Ok(());
        }
        let is_first = known.is_empty();
        known.push(KnownDevice { name: device.name.clone(), since: now });
        // The oldest give way.
        let known = &known[known.len().saturating_sub(MOST_DEVICES)..];
        let text = serde_json::to_string(known).expect("devices are JSON");
        self.put_item(policy, person, of.class, of.item, text).await?;
        if !is_first {
            let told = Queued::NewDevice { device: device.name.clone(), at: now };
            self.queue_to(person, of.to, &told, device.language).await?;
        }
        Ok(())
    }
}

/// The answer to a try at a door. A wrong one is answered on the next whole step since it came, so that it takes no longer for
/// an address that is known: what is read of a member is written down, and that takes its time.
pub(super) async fn in_like_time<T>(trying: impl Future<Output = Result<T, AccountError>>) -> Result<T, AccountError> {
    let came = Instant::now();
    let answer = trying.await;
    if let Err(AccountError::Wrong) = answer {
        tokio::time::sleep_until(came + whole_steps(came.elapsed())).await;
    }
    answer
}

/// `taken`, made up to whole steps.
fn whole_steps(taken: Duration) -> Duration {
    let steps = taken.as_nanos().div_ceil(ANSWERED_EVERY.as_nanos());
    ANSWERED_EVERY.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

/// Several times what a try takes on a machine that has other things to do.
const ANSWERED_EVERY: Duration = Duration::from_millis(250);
/// Letters of a kind that an address is sent at once, because somebody asks.
const FREE_LETTERS: u32 = 10;
/// When failures are forgotten; no wait is longer.
const FORGET: SignedDuration = SignedDuration::from_hours(24);
const MOST_DEVICES: usize = 20;

#[derive(Serialize, Deserialize)]
struct KnownDevice {
    name: String,
    since: Timestamp,
}

/// Where the devices of a door are remembered, and at which address their owner is told; `None` for a member's own.
pub(super) struct DevicesOf<'d> {
    pub(super) class: &'d str,
    pub(super) item: &'d str,
    pub(super) to: Option<&'d str>,
}

/// Whether a session lasts, by the rules for whose it is.
fn is_live(session: &SessionOnFile, now: Timestamp) -> bool {
    SessionTimes::new(session.begun, session.used).is_live(session_rules(session.role), now)
}

/// How long sessions of somebody with that role last.
pub(super) fn session_rules(role: Option<Role>) -> &'static SessionRules {
    if role.is_some_and(Role::is_staff) { &SessionRules::STAFF } else { &SessionRules::MEMBER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_refusal_leaves_on_a_whole_step_whatever_it_took_and_who_is_let_in_does_not_wait() {
        for (taken_ms, left_ms) in [(1, 250), (31, 250), (251, 500), (740, 750)] {
            let trying = async |answer| {
                let came = Instant::now();
                let answer = in_like_time(async {
                    tokio::time::sleep(Duration::from_millis(taken_ms)).await;
                    answer
                });
                (answer.await.is_ok(), came.elapsed().as_millis())
            };
            assert_eq!(trying(Err(AccountError::Wrong)).await, (false, left_ms), "{taken_ms}");
            assert_eq!(trying(Ok(())).await, (true, u128::from(taken_ms)), "{taken_ms}");
        }
    }
}
