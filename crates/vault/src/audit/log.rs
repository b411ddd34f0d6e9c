//! The one writer of a log.

use super::{
    AuditError, Entry, MAX_BATCH,
    form::{self, Frame, HEAD_FRAME, MAX_BODY, Next, Rotation, SALT, START},
    head::{PublicKey, SignedHead, SigningKey},
    proof::{Consistency, Inclusion},
    tree::Frontier,
};
use crate::{
    files::{Disk, Files},
    place::InstallationId,
    random,
};
use jiff::{Timestamp, civil::Date};
use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

/// An append-only log in a folder of its own.
#[derive(Debug)]
pub struct AuditLog {
    folder: PathBuf,
    installation: InstallationId,
    key: SigningKey,
    frontier: Frontier,
    head: SignedHead,
    made_at: Timestamp,
    /// The bytes up to the last head: what counts.
    length: u64,
    /// Where some entries begin, so that reading from one does not read all: entry and byte, in rising order.
    marks: Vec<(u64, u64)>,
    /// A write failed and could not be undone: nothing is appended until the log is opened again.
    is_broken: bool,
    files: Arc<dyn Files>,
    _lock: File,
}

impl AuditLog {
    /// Makes an empty log in `folder`, which is made when absent, with a first head.
    ///
    /// # Errors
    /// [`AuditError::Exists`] where there is a log already.
    pub fn make(
        folder: &Path,
        installation: InstallationId,
        key: SigningKey,
        now: Timestamp,
    ) -> Result<Self, AuditError> {
        Self::make_with(folder, installation, key, now, Arc::new(Disk))
    }

    pub(super) fn make_with(
        folder: &Path,
        installation: InstallationId,
        key: SigningKey,
        now: Timestamp,
        files: Arc<dyn Files>,
    ) -> Result<Self, AuditError> {
        let failed = |source| AuditError::Write { path: folder.into(), source };
        files.make_folder(&folder.join(SEALED)).map_err(failed)?;
        let lock = lock(folder)?;
        let log = folder.join(LOG);
        if log.exists() {
            return Err(AuditError::Exists { folder: folder.into() });
        }
        let frontier = Frontier::default();
        let head = signed(&key, installation, &frontier, now);
        let mut bytes = form::write_start(installation);
        form::write_head(0, head.time.as_microsecond(), &head.root, &head.signature, &mut bytes);
        files.append(&log, &bytes).and_then(|()| files.sync(&log)).map_err(failed)?;
        files.sync_folder(folder).map_err(failed)?;
        let length = bytes.len() as u64;
        let folder = folder.into();
        Ok(Self {
            folder,
            installation,
            key,
            frontier,
            made_at: head.time,
            head,
            length,
            marks: Vec::new(),
            is_broken: false,
            files,
            _lock: lock,
        })
    }

    /// Opens the log in `folder`. What stands after its last head was never acknowledged and is cut off.
    ///
    /// # Errors
    /// [`AuditError::Damaged`] when something before a later signed head cannot be read or is not what was signed;
    /// [`AuditError::InUse`] while another process writes it; [`AuditError::OtherInstallation`] and
    /// [`AuditError::OtherKey`].
    pub fn open(folder: &Path, installation: InstallationId, key: SigningKey) -> Result<Self, AuditError> {
        Self::open_with(folder, installation, key, Arc::new(Disk))
    }

    pub(crate) fn open_with(
        folder: &Path,
        installation: InstallationId,
        key: SigningKey,
        files: Arc<dyn Files>,
    ) -> Result<Self, AuditError> {
        let lock = lock(folder)?;
        let read = read_log(folder, installation, &key.public())?;
        let ReadLog { head, frontier, length, marks, made_at } = read;
        if !head.is_signed_by(&key.public()) {
            return Err(AuditError::OtherKey);
        }
        let folder = folder.to_owned();
        let log = Self {
            folder,
            installation,
            key,
            frontier,
            made_at,
            head,
            length,
            marks,
            is_broken: false,
            files,
            _lock: lock,
        };
        log.cut()?;
        Ok(log)
    }

    /// Appends `entries` under one new head, durable when this returns: first the bodies that end with a day, then the
    /// log with the head. If it fails, nothing of it counts.
    ///
    /// # Errors
    /// [`AuditError::TooLong`], [`AuditError::TooMany`], [`AuditError::Write`]; [`AuditError::Broken`] after a failure
    /// that could not be undone.
    pub fn append(&mut self, entries: &[Entry], now: Timestamp) -> Result<SignedHead, AuditError> {
        self.append_after(Vec::new(), None, entries, now)
    }

    /// Appends `entries` after the frames in `log`, under a head signed by `key` from here on, if there is one.
    fn append_after(
        &mut self,
        mut log: Vec<u8>,
        key: Option<SigningKey>,
        entries: &[Entry],
        now: Timestamp,
    ) -> Result<SignedHead, AuditError> {
        if self.is_broken {
            return Err(AuditError::Broken);
        }
        if entries.len() > MAX_BATCH {
            return Err(AuditError::TooMany { entries: entries.len() });
        }
        if let Some(long) = entries.iter().find(|entry| entry.body.len() > MAX_BODY) {
            return Err(AuditError::TooLong { bytes: long.body.len() });
        }
        let mut salts = vec![0; SALT * entries.len()];
        random::fill(&mut salts).map_err(AuditError::Random)?;
        let mut frontier = self.frontier.clone();
        let mut days: BTreeMap<Date, Vec<u8>> = BTreeMap::new();
        let mut none = Vec::new();
        for (entry, salt) in entries.iter().zip(salts.chunks_exact(SALT)) {
            let salt = salt.try_into().expect("16 bytes");
            let day = entry.day.map_or(&mut none, |day| days.entry(day).or_default());
            frontier.push(form::write_entry(entry, frontier.size(), salt, &mut log, day));
        }
        let head = signed(key.as_ref().unwrap_or(&self.key), self.installation, &frontier, now);
        form::write_head(head.size, now.as_microsecond(), &head.root, &head.signature, &mut log);
        if let Err(source) = self.write(&days, &log) {
            self.is_broken = self.cut().is_err();
            return Err(AuditError::Write { path: self.folder.clone(), source });
        }
        mark(&mut self.marks, self.frontier.size(), self.length);
        self.frontier = frontier;
        self.length += log.len() as u64;
        self.head = head.clone();
        if let Some(key) = key {
            self.key = key;
        }
        Ok(head)
    }

    fn write(&mut self, days: &BTreeMap<Date, Vec<u8>>, log: &[u8]) -> io::Result<()> {
        let sealed = self.folder.join(SEALED);
        for (day, bytes) in days {
            let path = sealed.join(day.to_string());
            let is_new = !path.exists();
            self.files.append(&path, bytes)?;
            self.files.sync(&path)?;
            if is_new {
                self.files.sync_folder(&sealed)?;
            }
        }
        let path = self.folder.join(LOG);
        self.files.append(&path, log)?;
        self.files.sync(&path)
    }

    /// Cuts off what no head counts.
    fn cut(&self) -> Result<(), AuditError> {
        cut(&*self.files, &self.folder, self.length, self.frontier.size())
    }

    /// Names another key for the time to come; the old one signs for it, and it for the old one. `entry`, which says so, is
    /// the first under the new key.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn rotate(&mut self, key: SigningKey, entry: Entry, now: Timestamp) -> Result<SignedHead, AuditError> {
        let (before, after) = (*self.key.public().as_bytes(), *key.public().as_bytes());
        let message = rotation_message(self.installation, self.head.size, &before, &after);
        let (by_before, by_key) = (self.key.sign(&message), key.sign(&message));
        let mut log = Vec::new();
        form::write_rotation(&Rotation { before, key: after, by_before, by_key }, &mut log);
        self.append_after(log, Some(key), &[entry], now)
    }

    /// The time of the first head.
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// How many entries count.
    pub fn size(&self) -> u64 {
        self.head.size
    }

    /// The newest head.
    pub fn head(&self) -> SignedHead {
        self.head.clone()
    }

    /// The key that verifies what is signed now.
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// The signature of the log's key over `message`, which begins with a label of its own.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message)
    }

    /// The open entries from `index` on: index, kind, body.
    pub fn entries_from(&self, index: u64) -> Result<Vec<(u64, u8, Vec<u8>)>, AuditError> {
        let before = self.marks.partition_point(|(entry, _)| *entry <= index).checked_sub(1);
        let from = before.map_or((0, START), |at| self.marks[at]);
        open_entries(&self.folder, from, index, self.length)
    }

    /// The bodies that end with `day`, as far as they are there: index, kind, body.
    pub fn sealed_entries(&self, day: Date) -> Result<Vec<(u64, u8, Vec<u8>)>, AuditError> {
        let path = self.day_path(day);
        let failed = |source| AuditError::Read { path: path.clone(), source };
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        let mut input = BufReader::with_capacity(BUFFER, file);
        let mut entries = Vec::new();
        while let Next::Frame(frame, _) = form::read_day_frame(&mut input).map_err(failed)? {
            if frame.index < self.head.size {
                entries.push((frame.index, frame.kind, frame.body));
            }
        }
        Ok(entries)
    }

    /// The days whose bodies are there, in order.
    pub fn days(&self) -> Result<Vec<Date>, AuditError> {
        days_in(&self.folder)
    }

    /// Removes the bodies that end with `day`, durably. Their leaves stay, and say nothing. Repeating it changes nothing.
    pub fn remove_day(&mut self, day: Date) -> Result<(), AuditError> {
        let path = self.day_path(day);
        self.files.remove(&path).map_err(|source| AuditError::Write { path, source })
    }

    /// The proof that entry `index` is in the log as its head was signed.
    pub fn prove(&self, index: u64) -> Result<Inclusion, AuditError> {
        Inclusion::of(&self.folder, self.length, &self.head, index)
    }

    /// The proof that the log began with the `old` entries that an older head was signed over.
    pub fn consistency(&self, old: u64) -> Result<Consistency, AuditError> {
        Consistency::of(&self.folder, self.length, &self.head, old)
    }

    /// Brings the copy of this log in `target` up to date, durably: what is missing is appended, and the bodies of days
    /// that are gone here are removed there.
    ///
    /// # Errors
    /// [`AuditError::Forked`] when what is there is not a beginning of this log.
    pub fn ship(&self, target: &Path) -> Result<(), AuditError> {
        let ship = || super::ship::ship(&*self.files, &self.folder, self.length, target);
        match ship() {
            // After a restore the log may go on otherwise than a copy that was not copied to its end.
            Err(forked @ AuditError::Forked { .. }) => {
                cut_tail(&*self.files, target, &self.key.public()).map_err(|_| forked)?;
                ship()
            }
            shipped => shipped,
        }
    }

    fn day_path(&self, day: Date) -> PathBuf {
        self.folder.join(SEALED).join(day.to_string())
    }
}

pub(super) const LOG: &str = "log";
pub(super) const SEALED: &str = "sealed";
pub(super) const BUFFER: usize = 1 << 18;

/// What both keys sign of a rotation after `size` entries.
pub(super) fn rotation_message(installation: InstallationId, size: u64, before: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
    [b"vestry/1/audit/rotation\n".as_slice(), installation.as_bytes(), &size.to_be_bytes(), before, key].concat()
}

fn signed(key: &SigningKey, installation: InstallationId, frontier: &Frontier, time: Timestamp) -> SignedHead {
    let (size, root) = (frontier.size(), frontier.root());
    let signature = key.sign(&SignedHead::message(installation, size, time, &root));
    SignedHead { installation, size, root, time, signature }
}

/// Cuts off what no head counts: the log's tail after `length` bytes, and bodies of entries after the first `size` in
/// the days' files.
fn cut(files: &dyn Files, folder: &Path, length: u64, size: u64) -> Result<(), AuditError> {
    let failed = |path: &Path, source| AuditError::Write { path: path.into(), source };
    let log = folder.join(LOG);
    if fs::metadata(&log).map_err(|e| failed(&log, e))?.len() > length {
        files.truncate(&log, length).map_err(|e| failed(&log, e))?;
    }
    for day in days_in(folder)? {
        let path = folder.join(SEALED).join(day.to_string());
        let file = File::open(&path).map_err(|e| failed(&path, e))?;
        let length = file.metadata().map_err(|e| failed(&path, e))?.len();
        let mut input = BufReader::with_capacity(BUFFER, file);
        let mut counted = 0;
        while let Next::Frame(frame, bytes) = form::read_day_frame(&mut input).map_err(|e| failed(&path, e))? {
            if frame.index >= size {
                break;
            }
            counted += bytes;
        }
        if counted == 0 {
            files.remove(&path).map_err(|e| failed(&path, e))?;
        } else if counted < length {
            files.truncate(&path, counted).map_err(|e| failed(&path, e))?;
        }
    }
    Ok(())
}

/// Cuts off of a copy of a log what a stop in the middle of copying left after its last head.
///
/// # Errors
/// [`AuditError::Damaged`] when something before a head cannot be read.
pub(super) fn cut_tail(files: &dyn Files, folder: &Path, key: &PublicKey) -> Result<(), AuditError> {
    let path = folder.join(LOG);
    let unread = |source| AuditError::Read { path: path.clone(), source };
    let start = File::open(&path).and_then(|mut file| form::read_start(&mut file)).map_err(unread)?;
    let what = "it does not begin as a log";
    let installation = start.ok_or_else(|| AuditError::Damaged { path: path.clone(), offset: 0, entry: 0, what })?;
    let read = read_log(folder, installation, key)?;
    cut(files, folder, read.length, read.frontier.size())
}

fn lock(folder: &Path) -> Result<File, AuditError> {
    let path = folder.join("lock");
    let failed = |source| AuditError::Write { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AuditError::InUse { folder: folder.into() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Entries between two marks, at least.
const MARKED: u64 = 1_024;

/// Notes that `entry` begins at byte `offset`, if the last mark is far enough.
fn mark(marks: &mut Vec<(u64, u64)>, entry: u64, offset: u64) {
    if marks.last().is_none_or(|(last, _)| entry >= last + MARKED) {
        marks.push((entry, offset));
    }
}

/// A log as far as its last head.
struct ReadLog {
    head: SignedHead,
    frontier: Frontier,
    length: u64,
    marks: Vec<(u64, u64)>,
    made_at: Timestamp,
}

fn read_log(folder: &Path, installation: InstallationId, key: &PublicKey) -> Result<ReadLog, AuditError> {
    let path = folder.join(LOG);
    let failed = |source: io::Error| AuditError::Read { path: path.clone(), source };
    let mut input = BufReader::with_capacity(BUFFER, File::open(&path).map_err(failed)?);
    let damaged = |offset, entry, what| AuditError::Damaged { path: path.clone(), offset, entry, what };
    match form::read_start(&mut input).map_err(failed)? {
        None => return Err(damaged(0, 0, "it does not begin as a log")),
        Some(other) if other != installation => return Err(AuditError::OtherInstallation),
        Some(_) => {}
    }
    let (mut frontier, mut offset, mut buffer) = (Frontier::default(), START, Vec::new());
    let mut last: Option<ReadLog> = None;
    let mut marks = Vec::new();
    let fault = loop {
        let (frame, bytes) = match form::read_frame(&mut input, &mut buffer).map_err(failed)? {
            Next::Frame(frame, bytes) => (frame, bytes),
            Next::End => break None,
            Next::Broken => break Some("no frame can be read"),
        };
        offset += bytes;
        match frame {
            Frame::Open { leaf, salt, kind, body } if form::open_leaf(&salt, kind, &body) != leaf => {
                break Some("a body does not have its leaf");
            }
            Frame::Open { leaf, .. } | Frame::Sealed { leaf, .. } => frontier.push(leaf),
            Frame::Rotation(_) => {}
            Frame::Head { size, time, root, signature } => {
                let Ok(time) = Timestamp::from_microsecond(time) else { break Some("a head has no time") };
                if size != frontier.size() || root != frontier.root() {
                    break Some("the entries are not those that a head was signed over");
                }
                let head = SignedHead { installation, size, root, time, signature };
                let made_at = last.as_ref().map_or(time, |last| last.made_at);
                last = Some(ReadLog { head, frontier: frontier.clone(), length: offset, marks: Vec::new(), made_at });
                mark(&mut marks, size, offset);
            }
        }
    };
    let counted = last.as_ref().map_or(START, |last| last.length);
    // A tail that no head counts was never acknowledged. One that a later head counts is a damage.
    if let Some(what) = fault
        && a_head_follows(&path, counted, installation, key).map_err(failed)?
    {
        return Err(damaged(offset, frontier.size(), what));
    }
    let last = last.ok_or_else(|| damaged(START, 0, "it has no head"))?;
    Ok(ReadLog { marks, ..last })
}

/// Whether a head that `key` signed stands anywhere after byte `from`.
fn a_head_follows(path: &Path, from: u64, installation: InstallationId, key: &PublicKey) -> io::Result<bool> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    let is_head = |frame: &[u8]| match form::read_frame(&mut &frame[..], &mut Vec::new()) {
        Ok(Next::Frame(Frame::Head { size, time, root, signature }, _)) => Timestamp::from_microsecond(time)
            .is_ok_and(|time| SignedHead { installation, size, root, time, signature }.is_signed_by(key)),
        _ => false,
    };
    Ok(rest.windows(HEAD_FRAME).any(|frame| frame[..5] == form::HEAD_START && is_head(frame)))
}

pub(super) fn days_in(folder: &Path) -> Result<Vec<Date>, AuditError> {
    let path = folder.join(SEALED);
    let failed = |source| AuditError::Read { path: path.clone(), source };
    let mut days = Vec::new();
    for entry in fs::read_dir(&path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        days.extend(name.to_str().and_then(|name| name.parse::<Date>().ok()));
    }
    days.sort();
    Ok(days)
}

/// The open entries from `index` on among the first `length` bytes of the log in `folder`, read from an entry and byte on.
pub(super) fn open_entries(
    folder: &Path,
    (entry, offset): (u64, u64),
    index: u64,
    length: u64,
) -> Result<Vec<(u64, u8, Vec<u8>)>, AuditError> {
    let path = folder.join(LOG);
    let failed = |source| AuditError::Read { path: path.clone(), source };
    let mut file = File::open(&path).map_err(failed)?;
    file.seek(SeekFrom::Start(offset)).map_err(failed)?;
    let mut input = BufReader::with_capacity(BUFFER, file.take(length.saturating_sub(offset)));
    let (mut at, mut buffer, mut entries) = (entry, Vec::new(), Vec::new());
    while let Next::Frame(frame, _) = form::read_frame(&mut input, &mut buffer).map_err(failed)? {
        match frame {
            Frame::Open { kind, body, .. } => {
                if at >= index {
                    entries.push((at, kind, body));
                }
                at += 1;
            }
            Frame::Sealed { .. } => at += 1,
            Frame::Head { .. } | Frame::Rotation(_) => {}
        }
    }
    Ok(entries)
}
