//! Personal data under keys: what is held about a person is sealed, and ends when its key ends.
//!
//! Three layers of keys. The [`MasterKey`] stands outside the data and is read from exactly one
//! [`MasterKeySource`]; it wraps data keys and seals nothing else. A [`DataKey`] seals the values that always end on
//! the same day, and is stored only as a [`WrappedKey`]. A [`LookupKey`] turns a mail address into a hash that finds
//! its row again and says nothing to whoever has only the rows. Every wrapped key and every sealed value is bound to
//! its [`Place`]: moved to another row, column, shop or installation it does not open.
//!
//! What is opened travels as [`Personal`], which cannot be printed, serialised or copied; reading it takes an
//! [`Opening`] that names purpose, reader and reason.
//!
//! A [`Vault`] keeps all of this in three databases: people, what is kept apart, and keys. It carries out what `policy`
//! plans, and what must not be undone is a line of the [`audit`] log before it is done. What leaves the machine leaves in an
//! [`archive`]: encrypted to recipients whose identities the server does not hold, and signed.
//!
//! # What it must never do
//!
//! Make a master key where one is missing; let a key or what is sealed appear in an error, a log or a `Debug`; use one
//! key for two algorithms; take randomness from anywhere but the operating system (a seeded source exists in this
//! crate's unit tests alone); read a clock or the environment.
//!
//! # To add a kind of key
//!
//! Derive it in the constructor of the key above it, under a label of its own (the table in `secret.rs` lists them
//! all), give it a type of its own, and write down in its doc comment what ends when it is destroyed. A key that is stored
//! needs its rows in `rotating.rs`, which wraps every key anew.

pub mod archive;
mod asking;
pub mod audit;
mod backup;
mod blocking;
mod carrying_out;
mod certificate;
mod challenges;
mod changing;
mod cipher;
mod committing;
mod days;
mod error;
mod exposure;
mod files;
mod generations;
mod hex;
mod journal;
mod keyring;
mod lookup;
mod master;
mod names;
mod notices;
mod people;
mod personal;
mod place;
mod posting;
#[cfg(test)]
mod power;
mod proposals;
mod random;
mod reading;
mod roles;
mod rotating;
mod seal;
mod sealing;
mod secret;
mod sessions;
mod steps;
mod strays;
mod sweeping;
mod together;
mod tombstone;
mod uncertified;
mod vault;
mod visitors;
mod writing;

pub use asking::ConsentOnFile;
pub use backup::{RestoreAim, RestoreFrom, Restored, Restoring};
pub use carrying_out::{Done, Planned};
pub use certificate::{Certificate, CertificateRow, CertificateState, Counted, GenerationState, ModelChange};
pub use challenges::ChallengeKey;
pub use changing::{Hold, HoldSubject};
pub use days::{DayOnFile, DayRecord};
pub use error::{VaultError, causes};
pub use journal::{Change, Ledger, LedgerReason, Line, SubjectText};
pub use lookup::{LookupKey, MAX_MAIL_CHARS, MailError, normalised_mail};
pub use master::{KeyCheck, MasterKey, MasterKeyError, MasterKeySource, WrongMasterKey};
pub use names::event_named;
pub use notices::{Addressed, Concerns, NoticeKind, NoticeOnFile};
pub use people::{CaseOnFile, PersonOnFile, RecordOnFile, Standing, Waits};
pub use personal::{Opening, OpeningError, Personal, Reader, ReasonCode};
pub use place::{InstallationId, KeyId, NotAnId, NoticeId, PersonId, Place, RecordId, Store, VisitorId};
pub use posting::{MAX_POSTED, PostedPolicy};
pub use proposals::Proposal;
pub use random::RandomError;
pub use reading::{Look, OpenedRecord};
pub use roles::{NotARole, Role};
pub use rotating::Rotated;
pub use seal::{BUCKET, DataKey, MAX_PLAINTEXT, SealError, WRAPPED_LENGTH, WrappedKey, sealed_length};
pub use sessions::{AttemptsOnFile, CountedAttempt, SessionOnFile};
pub use steps::Steps;
pub use sweeping::{PlanFacts, SweepTurn};
pub use tombstone::{Subject, Tombstone};
pub use vault::{Vault, VaultKeys, VaultPlace};
pub use writing::{Edit, EndedSessions, NewPerson, NewRecord, SpentLink};

/// What every column of the three databases holds: an item of the policy, or nothing personal and why.
pub const COLUMNS: &str = include_str!("../columns.toml");
