//! The journal: what must never be undone is appended to the audit log first, then done. A start repeats what the
//! journal says and the databases do not; so does a restore, from the newest copy of the log.

use crate::{
    Vault,
    audit::{self, AuditError, AuditLog, Entry, PublicKey, SignedHead},
    certificate::{Certificate, ModelChange},
    error::VaultError,
    generations::AUDIT,
    hex,
    tombstone::{Subject, Tombstone},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, mpsc},
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// The kind of an open entry of the audit log that holds a [`Line`].
pub(crate) const LINE: u8 = 1;
/// The kind of a sealed entry that holds a look at personal data.
pub(crate) const LOOK: u8 = 2;
/// The most entries that are made durable together.
const MOST_TOGETHER: usize = 4_096;

/// One line of the journal. It names people and records by [`Subject`], keys by [`Tombstone`]: nothing here is personal,
/// and it stays for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub enum Line {
    /// These keys are destroyed, from now on and for good.
    Ledger(Ledger),
    /// What was destroyed, and where it is gone from.
    Certificate(Box<Certificate>),
    /// Something about a person or a record changed that a restore must not take back.
    Change {
        /// About whom or what.
        subject: SubjectText,
        /// What.
        change: Change,
        /// When.
        at: Timestamp,
    },
    /// An officer confirmed the clock after a jump.
    ClockConfirmed {
        /// Why, as a code.
        reason: String,
    },
    /// The data was restored from a backup.
    Restored {
        /// People on file afterwards.
        people: u64,
        /// Sealed values of the backup whose keys were destroyed since; they were left out.
        dropped: u64,
    },
    /// A version of the policy was posted.
    PolicyPosted {
        /// Its name.
        version: String,
        /// The whole of its file.
        text: String,
        /// The id of the notice that tells of it.
        notice: String,
        /// What the notice says.
        body: String,
        /// When.
        at: Timestamp,
    },
    /// A transfer of the business was posted.
    TransferPosted {
        /// The notice's id.
        notice: String,
        /// What it says.
        body: String,
        /// When.
        at: Timestamp,
    },
    /// What is held went to the transferee.
    TransferDone {
        /// The notice's id.
        notice: String,
        /// When.
        at: Timestamp,
    },
    /// A model is made anew of what is left.
    Model(ModelChange),
    /// A key of the API lets nobody in any more.
    KeyEnded {
        /// SHA-256 of its secret, as hex.
        key: String,
        /// From when on.
        at: Timestamp,
    },
    /// Another key signs from here on.
    SigningKey {
        /// The public key, as hex.
        key: String,
    },
    /// The log is alive; nothing happened.
    Alive,
}

impl Vault {
    /// Notes that the key of the API with this SHA-256 lets nobody in from `at` on, so that a restore leaves it so.
    pub async fn note_key_ended(&self, key: &[u8; 32], at: Timestamp, now: Timestamp) -> Result<(), VaultError> {
        self.journal.append(&[Line::KeyEnded { key: hex::encode(key).as_str().to_owned(), at }], now).await.map(drop)
    }

    /// The keys of the API that ended, by their SHA-256, and from when on.
    pub fn ended_keys(&self) -> Result<Vec<([u8; 32], Timestamp)>, VaultError> {
        let unreadable = || VaultError::Unreadable { what: "a line of the journal" };
        let ended = self.journal.lines(0)?.into_iter().filter_map(|(_, line)| match line {
            Line::KeyEnded { key, at } => Some((key, at)),
            _ => None,
        });
        ended.map(|(key, at)| Ok((*hex::decode(key.as_bytes()).ok_or_else(unreadable)?, at))).collect()
    }
}

impl Line {
    /// As the audit log keeps it.
    pub(crate) fn entry(&self) -> Entry {
        Entry::open(LINE, serde_json::to_vec(self).expect("a line is JSON"))
    }
}

/// Keys to be destroyed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Why.
    pub because: LedgerReason,
    /// Their tombstones, 32 bytes each, as base64.
    keys: String,
}

/// Why keys are destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerReason {
    /// Nothing holds any more what they seal.
    Due,
    /// What they sealed was sealed anew: corrected, moved, or held past its day.
    Replaced,
    /// They are the ways to visitors who are forgotten.
    Forgotten,
}

impl Ledger {
    /// A ledger of `keys`.
    pub fn new(because: LedgerReason, keys: &[Tombstone]) -> Self {
        let bytes: Vec<u8> = keys.iter().flat_map(|key| *key.as_bytes()).collect();
        Self { because, keys: STANDARD_NO_PAD.encode(bytes) }
    }

    /// Its keys; none when it cannot be read.
    pub fn keys(&self) -> Vec<Tombstone> {
        let bytes = STANDARD_NO_PAD.decode(&self.keys).unwrap_or_default();
        bytes.chunks_exact(32).map(|key| Tombstone::from_bytes(key.try_into().expect("32 bytes"))).collect()
    }
}

/// A [`Subject`] as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubjectText(String);

impl From<Subject> for SubjectText {
    fn from(subject: Subject) -> Self {
        Self(subject.to_hex())
    }
}

impl SubjectText {
    pub(crate) fn subject(&self) -> Option<Subject> {
        Subject::from_hex(&self.0)
    }
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Change {
    /// The member left.
    Withdrawn,
    /// The person objected to improvement.
    Objected,
    /// The member left and objected to improvement, both at once.
    Erased,
    /// A hold was placed.
    Held {
        /// Why, as a code.
        reason: String,
    },
    /// A hold was released.
    Released {
        /// Why, as a code.
        reason: String,
    },
    /// A consent was taken back.
    ConsentTakenBack {
        /// To what.
        purpose: String,
    },
    /// A member was shut out for misuse.
    Banned {
        /// Until when.
        until: Timestamp,
    },
    /// A block after misuse was ended, and with it the ban.
    BlockEnded,
    /// Two of the staff did together what the policy asks two for.
    TwoStaff {
        /// What, as the policy calls it.
        act: String,
        /// Who proposed it.
        proposed: SubjectText,
        /// Who approved.
        approved: SubjectText,
    },
    /// Somebody of the staff lost a role.
    RoleRemoved {
        /// Which.
        role: String,
    },
}

/// The writer of the audit log: entries that come while others are made durable are made durable together.
#[derive(Debug)]
pub(crate) struct Journal {
    log: Arc<Mutex<AuditLog>>,
    /// Read without waiting for what is being made durable, as is the key.
    head: Arc<Mutex<SignedHead>>,
    public: PublicKey,
    requests: Mutex<Option<mpsc::Sender<Request>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    behind: Arc<Mutex<Vec<PathBuf>>>,
}

struct Request {
    entries: Vec<Entry>,
    now: Timestamp,
    ship: bool,
    reply: oneshot::Sender<Result<u64, Arc<AuditError>>>,
}

impl Journal {
    /// Writes to `log`; what a restore must not miss is copied to `places` before it is acknowledged.
    pub(crate) fn new(log: AuditLog, places: Vec<PathBuf>) -> Self {
        let (head, public) = (Arc::new(Mutex::new(log.head())), log.public());
        let log = Arc::new(Mutex::new(log));
        let behind = Arc::new(Mutex::new(Vec::new()));
        let (sender, receiver) = mpsc::channel();
        let writer = Writer { log: Arc::clone(&log), head: Arc::clone(&head), places, behind: Arc::clone(&behind) };
        let writer = std::thread::spawn(move || writer.write(&receiver));
        Self { log, head, public, requests: Mutex::new(Some(sender)), writer: Mutex::new(Some(writer)), behind }
    }

    /// Appends `lines`; the index of the first. Durable here when this returns, and at every place that could be
    /// reached.
    pub(crate) async fn append(&self, lines: &[Line], now: Timestamp) -> Result<u64, VaultError> {
        self.send(lines.iter().map(Line::entry).collect(), now, true).await
    }

    /// Appends looks, sealed by the caller, that end with `day`.
    pub(crate) async fn append_look(&self, sealed: Vec<u8>, day: Date, now: Timestamp) -> Result<u64, VaultError> {
        self.send(vec![Entry::sealed(LOOK, sealed, day)], now, false).await
    }

    async fn send(&self, entries: Vec<Entry>, now: Timestamp, ship: bool) -> Result<u64, VaultError> {
        let (reply, answer) = oneshot::channel();
        let request = Request { entries, now, ship, reply };
        let sender = self.requests.lock().expect("no holder panics").clone();
        let closed = || VaultError::Audit(AuditError::Closed);
        sender.ok_or_else(closed)?.send(request).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?.map_err(VaultError::Shared)
    }

    /// The log itself, for reading.
    pub(crate) fn log(&self) -> MutexGuard<'_, AuditLog> {
        self.log.lock().expect("no holder panics")
    }

    /// The lines from entry `from` on, with their indices.
    pub(crate) fn lines(&self, from: u64) -> Result<Vec<(u64, Line)>, VaultError> {
        read_lines(self.log().entries_from(from)?)
    }

    /// The signature of the log's key over `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.log().sign(message)
    }

    /// Brings the copy of the log at a backup place up to date.
    pub(crate) fn ship_to(&self, place: &Path) -> Result<(), VaultError> {
        Ok(self.log().ship(&place.join(AUDIT))?)
    }

    /// The newest signed head.
    pub(crate) fn head(&self) -> SignedHead {
        self.head.lock().expect("no holder panics").clone()
    }

    /// The key that verifies what is signed.
    pub(crate) fn public(&self) -> PublicKey {
        self.public
    }

    /// Places that missed something: their copy of the log is behind.
    pub(crate) fn behind(&self) -> Vec<PathBuf> {
        self.behind.lock().expect("no holder panics").clone()
    }

    /// Ends the writer after what was sent.
    pub(crate) fn close(&self) {
        drop(self.requests.lock().expect("no holder panics").take());
        if let Some(writer) = self.writer.lock().expect("no holder panics").take() {
            // It panics only on a broken invariant, which it has printed.
            let _ = writer.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.close();
    }
}

/// The lines of the verified log in `folder`, from entry `from` on, with their indices.
pub(crate) fn lines_of(folder: &Path, from: u64) -> Result<Vec<(u64, Line)>, VaultError> {
    read_lines(audit::entries_of(folder, from)?)
}

fn read_lines(entries: Vec<(u64, u8, Vec<u8>)>) -> Result<Vec<(u64, Line)>, VaultError> {
    let lines = entries.into_iter().filter(|(_, kind, _)| *kind == LINE);
    lines
        .map(|(index, _, body)| {
            let line = serde_json::from_slice(&body);
            Ok((index, line.map_err(|_| VaultError::Unreadable { what: "a line of the journal" })?))
        })
        .collect()
}

/// The thread that alone appends.
struct Writer {
    log: Arc<Mutex<AuditLog>>,
    head: Arc<Mutex<SignedHead>>,
    places: Vec<PathBuf>,
    behind: Arc<Mutex<Vec<PathBuf>>>,
}

impl Writer {
    fn write(&self, receiver: &mpsc::Receiver<Request>) {
        while let Ok(first) = receiver.recv() {
            let mut count = first.entries.len();
            let mut requests = vec![first];
            while count < MOST_TOGETHER
                && let Ok(next) = receiver.try_recv()
            {
                count += next.entries.len();
                requests.push(next);
            }
            let counts: Vec<u64> = requests.iter().map(|request| request.entries.len() as u64).collect();
            let entries: Vec<Entry> =
                requests.iter_mut().flat_map(|request| std::mem::take(&mut request.entries)).collect();
            let mut log = self.log.lock().expect("no holder panics");
            let mut index = log.size();
            // A clock that was set back does not turn the log's time back.
            let now = requests.iter().map(|request| request.now).fold(log.head().time, Timestamp::max);
            let appended = log.append(&entries, now).map_err(Arc::new);
            if let Ok(head) = &appended {
                *self.head.lock().expect("no holder panics") = head.clone();
            }
            if appended.is_ok() && requests.iter().any(|request| request.ship) {
                // A folder that is not there is not mounted; making it would keep the copy on this machine.
                let misses = |place: &&PathBuf| !place.is_dir() || log.ship(&place.join(AUDIT)).is_err();
                let missed = self.places.iter().filter(misses).cloned().collect();
                *self.behind.lock().expect("no holder panics") = missed;
            }
            drop(log);
            for (request, count) in requests.into_iter().zip(counts) {
                // Whoever asked may be gone.
                let _ = request.reply.send(appended.clone().map(|_| index));
                index += count;
            }
        }
    }
}
