//! Accounts: how somebody becomes a member, proves who they are, and leaves.
//!
//! Which personal data a sign-up asks for is the policy's to say, not this code's. An address that nobody confirmed makes
//! no member: until then everything waits sealed in one record with a clock of its own. What is answered gives away to
//! nobody whether somebody has an account.

mod entering;
mod guardians;
mod joining;
mod letters;
mod organisations;
mod own;
mod passwords;
mod showing;
mod staff;

pub use entering::{Device, Entered, LogIn, Visitor};
pub use guardians::{ChildAccount, GuardianPage, NamedGuardian};
pub use joining::{AskedItem, Joined, SignUp};
pub use letters::{Delivered, PostOffice, PostOfficeError};
pub use organisations::Colleague;
pub use own::{ConsentView, OwnRecord, SessionView};
pub use showing::DemoPeople;
pub use staff::{NewStaff, StaffEntered, StaffMember};

use crate::{Privacy, PrivacyError};
use jiff::SignedDuration;
use std::sync::Arc;
use tokio::sync::Semaphore;
use vestry_credentials::{PasswordHash, Random, Token, TokenUse, WeakPassword};
use vestry_policy::{ItemId, Policy};
use vestry_vault::{NewRecord, Opening, PersonId, Personal, Reader, RecordId, VaultError};

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
    /// Too long ago that they proved who they are, for something that matters.
    #[error("confirm with your password first")]
    NotFresh,
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

impl Privacy {
    /// Under which name somebody's corrections stand in the catalogue: a keyed hash, which nobody can lead back to them once
    /// their row is gone.
    pub fn pseudonym(&self, person: PersonId) -> String {
        format!("member-{}", joining::hex(&self.vault().pseudonym_of(person)[..8]))
    }

    /// Opens what of one person is `items`, for the program's own use or theirs.
    async fn open_items(
        &self,
        person: PersonId,
        purpose: &str,
        reader: Reader,
        items: &[&str],
    ) -> Result<Opened, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = Opening::new(purpose, reader, None).map_err(PrivacyError::from)?;
        let set = items.iter().filter_map(|name| policy.item_named(name)).collect();
        let used = Some(vestry_policy::LawfulUse::Return);
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
}

/// A record of one class, from values by name.
fn record(
    policy: &Policy,
    class: &str,
    values: Vec<(&str, String)>,
    events: Vec<(vestry_policy::Event, jiff::Timestamp)>,
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
