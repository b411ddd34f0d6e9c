//! Accounts: how somebody becomes a member, proves who they are, and leaves.
//!
//! Which personal data a sign-up asks for is the policy's to say, not this code's. An address that nobody confirmed makes
//! no member: until then everything waits sealed in one record with a clock of its own. What is answered gives away to
//! nobody whether somebody has an account.

mod address;
mod auditing;
mod bans;
mod desk;
mod entering;
mod exports;
mod first;
mod guardians;
mod history;
mod joining;
mod leaving;
mod letters;
mod organisations;
mod own;
mod passkeys;
mod passwords;
mod returned;
mod second;
mod showing;
mod staff;
mod training;
mod two_staff;
mod using;

pub use desk::{
    CHECKS, CaseLine, CaseView, Channel, Checked, Course, Decision, Deed, DryRun, Given, NewCase, Outcome, Stay,
};
pub use entering::{Device, Entered, LogIn, Visitor};
pub use exports::ExportStands;
pub(crate) use first::FIRST_ORGANISATION;
pub use first::{FirstLinks, FirstStart};
pub use guardians::{ChildAccount, GuardianPage, NamedGuardian};
pub use history::HistoryError;
pub use joining::{AskedItem, Joined, SignUp, TERMS, consent_items};
pub use leaving::CertificateLink;
pub(crate) use letters::Queued;
pub use letters::{Delivered, PostOffice, PostOfficeError};
pub use organisations::Colleague;
pub(crate) use own::MARKETING;
pub use own::{ConsentView, OwnRecord, SessionView};
pub(crate) use passkeys::RelyingParty;
pub use passkeys::{NotAnOrigin, Origin, OwnPasskeys, PasskeyAsked, PasskeyLine};
pub use returned::Returned;
pub use second::{SecondShown, SecondStands};
pub use showing::{DemoPeople, DemoStaff};
pub use staff::{NewStaff, StaffEntered, StaffMember};
pub use training::Training;
pub use two_staff::Asking;
pub(crate) use using::Searches;

use crate::{Privacy, PrivacyError};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::sync::Semaphore;
use vestry_credentials::{Password, PasswordHash, Random, Token, TokenUse, WeakPassword};
use vestry_policy::{CaseError, ItemId, LawfulUse, Membership, Policy};
use vestry_vault::{NewPerson, NewRecord, Opening, PersonId, Personal, Reader, RecordId, VaultError};

/// The longest value of an item that a form takes, in characters.
const MAX_VALUE: usize = 500;

/// Why an account did not do what was asked. No text holds what was typed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The vault or the policy.
    #[error(transparent)]
    Privacy(#[from] PrivacyError),
    /// Something that the policy requires was left out.
    #[error("`{item}` is required")]
    Missing {
        /// The item.
        item: String,
    },
    /// A value that cannot be one.
    #[error("`{item}` cannot be that")]
    Unusable {
        /// The item.
        item: String,
    },
    /// A password that is too easy.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The password, the code or both are wrong.
    #[error("mail and password do not go together")]
    Wrong,
    /// Too many tries in vain.
    #[error("too many tries; wait {} seconds", .0.as_secs().max(1))]
    Wait(SignedDuration),
    /// A link that was spent, is too old, or was never one.
    #[error("this link was used already or is too old; ask for a new one")]
    Link,
    /// An invitation that somebody else took up, or that is too old.
    #[error("the invitation was taken up already or is too old; ask for another one")]
    Invitation,
    /// A child's consent, which is their guardian's to give.
    #[error("until the fourteenth birthday the guardian consents, by the link that was mailed to them")]
    Guarded,
    /// A step of a case that may not follow.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// What takes two of the staff was asked of one.
    #[error("this takes a second one of the staff; the one who began it cannot be both")]
    SameStaff,
    /// What takes two of the staff was asked of the prompt, which cannot say who asks.
    #[error("this takes two of the staff: one proposes it at /office/desk, another approves it there")]
    TwoAtTheDesk,
}

impl From<VaultError> for AccountError {
    fn from(error: VaultError) -> Self {
        Self::Privacy(error.into())
    }
}

/// Fills `bytes` with what nobody can guess.
fn random(privacy: &Privacy) -> impl FnMut(&mut [u8]) {
    let draw = privacy.surroundings().random;
    move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(16) {
            chunk.copy_from_slice(&draw()[..chunk.len()]);
        }
    }
}

fn token(privacy: &Privacy, of: TokenUse) -> Token {
    let mut random = random(privacy);
    let random: Random<'_> = &mut random;
    Token::make(of, random)
}

/// Password hashes take tens of milliseconds and megabytes: a few at a time, off the threads that answer.
#[derive(Debug, Clone)]
pub(crate) struct Hashing(Arc<Semaphore>);

impl Default for Hashing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))))
    }
}

impl Hashing {
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _place = self.0.acquire().await.expect("the semaphore is never closed");
        match tokio::task::spawn_blocking(work).await {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

impl Hashing {
    /// The hash of a new password.
    async fn make(&self, password: Password, salt: [u8; 16]) -> PasswordHash {
        self.run(move || PasswordHash::make(&password, salt)).await
    }

    /// Whether `given` is the password of `hash`. Without a hash it takes as long, and is not.
    async fn fits(&self, hash: Option<PasswordHash>, given: &Personal<String>, opening: &Opening) -> bool {
        // What is longer than any password is none.
        let Some(given) = Password::given(given.open(opening).clone()) else { return false };
        self.run(move || PasswordHash::verify_or_decoy(hash.as_ref(), &given)).await
    }
}

/// Words that a password must not be made of: the name at the mail address, and the person's own.
fn own_words<'v>(mail: Option<&'v str>, name: Option<&'v str>) -> [&'v str; 2] {
    [mail.and_then(|mail| mail.split('@').next()).unwrap_or_default(), name.unwrap_or_default()]
}

/// How names of people begin in the catalogue's database.
pub(crate) const PSEUDONYM: &str = "member-";

impl Privacy {
    /// The hash of a password that is chosen now.
    ///
    /// # Errors
    /// [`AccountError::Weak`].
    async fn hash_new(
        &self,
        password: &Personal<String>,
        words: [&str; 2],
        opening: &Opening,
    ) -> Result<PasswordHash, AccountError> {
        let password = Password::new(password.open(opening).clone(), &words)?;
        let mut salt = [0; 16];
        random(self)(&mut salt);
        Ok(self.hashing().make(password, salt).await)
    }

    /// Whom a link is about that was mailed for `what` and still holds, with the hash of its token.
    ///
    /// # Errors
    /// [`AccountError::Link`].
    async fn linked(&self, of: TokenUse, link: &str, what: &str) -> Result<([u8; 32], PersonId), AccountError> {
        let hash = *Token::parse(of, link).map_err(|_| AccountError::Link)?.hash().as_bytes();
        let person = self.vault().link(&hash, what, self.now()).await?;
        person.map(|person| (hash, person)).ok_or(AccountError::Link)
    }

    /// Spends a link, which nobody else spent in the meantime.
    ///
    /// # Errors
    /// [`AccountError::Link`].
    async fn spend(&self, hash: &[u8; 32], what: &str) -> Result<(), AccountError> {
        self.vault().spend_link(hash, what, self.now()).await?.map(drop).ok_or(AccountError::Link)
    }

    /// Puts somebody on file who is no member: what waits for an answer, and the link by which it comes until `ends`.
    async fn await_answer(
        &self,
        records: Vec<NewRecord>,
        (link, what, ends): (&Token, &str, Timestamp),
    ) -> Result<PersonId, AccountError> {
        let (organisation, role, membership) = (None, None, Membership::None);
        let stranger = NewPerson { organisation, role, membership, consents: Vec::new(), records };
        let person = self.vault().add_people(self.policy(), &[stranger], self.now()).await?;
        let person = person[0];
        self.vault().put_link(link.hash().as_bytes(), person, what, ends).await?;
        Ok(person)
    }

    /// Under which name somebody's corrections stand in the catalogue: a keyed hash, which nobody can lead back to them once
    /// their row is gone.
    pub fn pseudonym(&self, person: PersonId) -> String {
        format!("{PSEUDONYM}{}", vestry_model::hex(&self.vault().pseudonym_of(person)[..8]))
    }

    /// Whether such a name stands for a person, not for a key or the shop's own data.
    pub(crate) fn is_pseudonym(who: &str) -> bool {
        who.starts_with(PSEUDONYM)
    }

    /// Opens what of one person is `items`, for the program's own use or theirs. What was set apart for want of use stays
    /// shut.
    async fn open_items(
        &self,
        person: PersonId,
        purpose: &str,
        reader: Reader,
        items: &[&str],
    ) -> Result<Opened, AccountError> {
        self.open_for(person, purpose, reader, items, None).await
    }

    /// The same on the way in, which leads whoever was set apart back: their password, their second proof, and the letters
    /// that let them in again.
    async fn open_to_return(&self, person: PersonId, purpose: &str, items: &[&str]) -> Result<Opened, AccountError> {
        self.open_for(person, purpose, Reader::Program, items, Some(LawfulUse::Return)).await
    }

    async fn open_for(
        &self,
        person: PersonId,
        purpose: &str,
        reader: Reader,
        items: &[&str],
        used: Option<LawfulUse>,
    ) -> Result<Opened, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = Opening::new(purpose, reader, None).map_err(PrivacyError::from)?;
        let set = items.iter().filter_map(|name| policy.item_named(name)).collect();
        let records = match self.vault().read_person(policy, person, &opening, Some(set), used, now).await {
            Ok(records) => records,
            Err(VaultError::NothingFor { .. }) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut found = Vec::new();
        for record in records {
            found.extend(record.items.into_iter().map(|(item, value)| (record.record, item, value)));
        }
        Ok(Opened { opening, found })
    }
}

/// Values of one person, with what they were opened for.
struct Opened {
    opening: Opening,
    found: Vec<(RecordId, ItemId, Personal<String>)>,
}

impl Opened {
    fn text(&self, policy: &Policy, item: &str) -> Option<&str> {
        let id = policy.item_named(item)?;
        self.found.iter().find(|(_, item, _)| *item == id).map(|(.., value)| value.open(&self.opening).as_str())
    }

    /// A value as it is, for whoever says themselves what they open it for.
    fn take(&mut self, policy: &Policy, item: &str) -> Option<Personal<String>> {
        let id = policy.item_named(item)?;
        let at = self.found.iter().position(|(_, item, _)| *item == id)?;
        Some(self.found.swap_remove(at).2)
    }
}

/// A record of one class, from values by name.
fn record(
    policy: &Policy,
    class: &str,
    values: Vec<(&str, String)>,
    events: Vec<(vestry_policy::Event, Timestamp)>,
) -> Result<NewRecord, AccountError> {
    let unknown =
        |kind, name: &str| VaultError::NotInPolicy { policy: policy.version.clone(), kind, name: name.into() };
    let class_id = policy.class_named(class).ok_or_else(|| unknown("class", class))?;
    let mut items = Vec::with_capacity(values.len());
    for (name, value) in values {
        let item = policy.item_named(name).ok_or_else(|| unknown("item", name))?;
        items.push((item, Personal::new(value)));
    }
    Ok(NewRecord { class: class_id, events, items })
}

/// A hash of what may be one; nothing where it is damaged, so that nobody gets in by it.
fn hash_of(text: Option<&str>) -> Option<PasswordHash> {
    text.and_then(|text| PasswordHash::parse(text).ok())
}
