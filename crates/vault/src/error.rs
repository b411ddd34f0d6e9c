//! Why the vault did not do what was asked. No text here holds a value, a key, or anything that says who somebody is.

use crate::{
    archive::ArchiveError,
    audit::AuditError,
    lookup::MailError,
    master::{MasterKeyError, WrongMasterKey},
    place::{PersonId, RecordId},
    random::RandomError,
    seal::SealError,
};
use jiff::{Timestamp, civil::Date};
use std::{io, path::PathBuf};
use vestry_database::{DatabaseError, DumpError};

/// Why the vault did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A text that is kept or posted is too long.
    #[error("longer than {most} bytes")]
    TooLong {
        /// The most.
        most: usize,
    },
    /// One of the databases.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The audit log.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The audit log, for all that was to be written together.
    #[error(transparent)]
    Shared(std::sync::Arc<AuditError>),
    /// An archive.
    #[error(transparent)]
    Archive(Box<ArchiveError>),
    /// A table's rows, on their way into an archive or out of it.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// Nobody else would be left who may let others in.
    #[error("nobody else has the role `{role}`; give it to somebody first")]
    LastOfRole {
        /// The role.
        role: &'static str,
    },
    /// Copies are to be written and nobody may read them.
    #[error("backups and copies of the keys need a recipient; put an `age1…` line under `backup.recipients`")]
    NoRecipients,
    /// A restore would write into a database that holds something.
    #[error(
        "the {which} database is not empty; a restore writes into empty ones: make new ones and name them in the settings"
    )]
    NotEmpty {
        /// `people`, `separated` or `keys`.
        which: &'static str,
    },
    /// No place has what a restore needs.
    #[error("no {what} at any of the places given; name a folder that `backup.places` had")]
    NoCopies {
        /// What.
        what: &'static str,
    },
    /// The newest copy of the log is older than what was published.
    #[error(
        "the newest copy of the audit log has {size} entries and a head over {published} was published; bring a newer copy"
    )]
    BehindPublished {
        /// How many entries it has.
        size: u64,
        /// How many were published.
        published: u64,
    },
    /// The newest copy of the log is older than the keys.
    #[error(
        "generation {sequence} of the keys was written at {keys} entries of the audit log and the newest copy has {log}; \
         bring a newer copy"
    )]
    LogBehindKeys {
        /// The generation.
        sequence: u64,
        /// Entries of the copy.
        log: u64,
        /// Entries at the generation's writing.
        keys: u64,
    },
    /// A copy of the log that is not as it was signed.
    #[error("the copy of the audit log in `{}` is damaged: {first}; bring another copy, and see that it is \
         this installation's", folder.display())]
    DamagedCopy {
        /// Where.
        folder: PathBuf,
        /// What was found first.
        first: String,
    },
    /// A key is missing, open to others, or no key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// A key is another installation's.
    #[error(transparent)]
    WrongMasterKey(#[from] WrongMasterKey),
    /// A value does not open where it stands.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// A mail address is none.
    #[error(transparent)]
    Mail(#[from] MailError),

    /// There is no vault.
    #[error("no personal data is kept in `{}` yet; make its keys and databases with `vestry admin init`", folder.display())]
    NotMade {
        /// The data folder.
        folder: PathBuf,
    },
    /// There is one already.
    #[error("`{}` keeps personal data already; nothing was made", folder.display())]
    MadeAlready {
        /// The data folder.
        folder: PathBuf,
    },
    /// The people are there and the keys are not.
    #[error(
        "the keys of this data are lost: `keys.db` is missing or of another installation; everything stays sealed, and \
         nothing was made in its place; bring it back with `vestry backup restore`"
    )]
    KeysLost,
    /// A rotation that was stopped.
    #[error(
        "a rotation of a key was stopped; end it with the `vestry admin rotate` that began it, which goes on from `{}`",
        path.display()
    )]
    RotationStopped {
        /// The new key.
        path: PathBuf,
    },
    /// A key that is not in a file.
    #[error("the key comes from a program or the environment; only one in a file is replaced here")]
    NotAFile,
    /// A database of another installation.
    #[error("the {which} database belongs to another installation; give the one of this data")]
    OtherInstallation {
        /// `people` or `separated`.
        which: &'static str,
    },
    /// A file beside the databases.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A row that this program cannot have written.
    #[error("{what} in the database cannot be read; restore a backup and report it")]
    Unreadable {
        /// What.
        what: &'static str,
    },

    /// No such person.
    #[error("no person `{0}` here; they may have been destroyed")]
    UnknownPerson(PersonId),
    /// No such record.
    #[error("no record `{0}` here; it may have been destroyed")]
    UnknownRecord(RecordId),
    /// Neither a person nor a record.
    #[error("neither a person nor a record has this id; `vestry admin person` prints them")]
    UnknownSubject,
    /// A name that the policy does not have.
    #[error("policy `{policy}` has no {kind} `{name}`; `vestry policy check` counts them, `show` lists them")]
    NotInPolicy {
        /// The policy's version.
        policy: String,
        /// `item`, `purpose`, `class`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// An item in a record of another class.
    #[error("`{item}` does not belong in a record of class `{class}`; put it into a record of its own class")]
    WrongClass {
        /// The item.
        item: String,
        /// The class.
        class: String,
    },
    /// A member needs this item.
    #[error("`{item}` is required at sign-up and was not given")]
    Required {
        /// The item.
        item: String,
    },
    /// An item without its consent.
    #[error("`{item}` serves `{purpose}` alone, which needs consent; record the consent first, or leave the item out")]
    NoConsent {
        /// The item.
        item: String,
        /// The purpose.
        purpose: String,
    },
    /// Somebody with this mail address is there already.
    #[error("somebody with this mail address is here already; find them with `vestry admin person find`")]
    KnownAlready,
    /// Somebody blocked.
    #[error("this mail address is blocked after misuse until the block ends; an officer can end it")]
    Blocked,
    /// A purpose that the item does not serve.
    #[error("`{item}` may not be opened for `{purpose}`; the policy lists {listed}")]
    Purpose {
        /// The item.
        item: String,
        /// What it was asked for.
        purpose: String,
        /// What it may be opened for.
        listed: String,
    },
    /// Nothing that serves the purpose.
    #[error("nothing held about this person may be opened for `{purpose}`")]
    NothingFor {
        /// The purpose.
        purpose: String,
    },
    /// A separated record without a lawful use.
    #[error("the record is kept apart and serves its basis alone; name a lawful use, or the person's right")]
    KeptApart,
    /// A lawful use that the record does not serve.
    #[error("what is kept apart of class `{class}` does not serve `{used}`")]
    NotServed {
        /// The class.
        class: String,
        /// The use.
        used: String,
    },
    /// The key is gone.
    #[error("it was destroyed")]
    Destroyed,
    /// Something changed meanwhile.
    #[error("the person changed meanwhile; repeat")]
    Changed,
    /// No membership in this state.
    #[error("the membership is {state}; this needs one that is {needed}")]
    State {
        /// What it is.
        state: &'static str,
        /// What it must be.
        needed: &'static str,
    },

    /// A link that was for one.
    #[error("somebody came by the link for `{what}` already")]
    Spent {
        /// What it was for.
        what: &'static str,
    },
    /// Another sweep is running.
    #[error("another sweep is running; wait until it has ended")]
    Busy,
    /// The day to come.
    #[error("`{day}` is yet to come; what is due then can only be shown, with `--dry-run`")]
    Future {
        /// The day asked for.
        day: Date,
    },
    /// The clock stands behind what was signed.
    #[error(
        "the clock stands before the last signed head of the audit log ({last}); set the clock, nothing was destroyed"
    )]
    ClockBehind {
        /// When that was.
        last: Timestamp,
    },
    /// The clock is far ahead of what was signed.
    #[error(
        "the clock is more than a day ahead of the last signed head of the audit log ({last}); \
         an officer confirms it with `--confirm-clock`, nothing was destroyed"
    )]
    ClockAhead {
        /// When that was.
        last: Timestamp,
    },
    /// A key that should be gone is there.
    #[error("`{left}` keys that were to be destroyed are still there; no certificate is given")]
    StillThere {
        /// How many.
        left: u64,
    },
    /// The work stopped, as a test asked.
    #[error("stopped before step {step}: {name}")]
    Stopped {
        /// Its number.
        step: u32,
        /// What it would have been.
        name: &'static str,
    },
}

impl VaultError {
    /// Whether no space is left in a database.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_full())
    }
}

/// An error with its causes, on one line, for a log or a certificate. None of ours holds personal data.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
