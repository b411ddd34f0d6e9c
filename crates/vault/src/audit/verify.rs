//! Verifying a copy of a log with the public key alone, in bounded memory.

use super::{
    form::{self, DayFrame, Frame, Next, Rotation, START},
    head::{PublicKey, SignedHead},
    log::{BUFFER, LOG, SEALED, days_in, rotation_message},
    tree::{Frontier, Hash},
};
use crate::place::InstallationId;
use jiff::{Timestamp, civil::Date};
use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

/// The most faults that are named; a log with more is not looked at further.
const MAX_FAULTS: usize = 100;

/// A log that is as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whose log.
    pub installation: InstallationId,
    /// How many entries.
    pub size: u64,
    /// How many heads were signed over them.
    pub heads: u64,
    /// How many bodies are gone with their day.
    pub destroyed: u64,
    /// The newest head.
    pub head: SignedHead,
    /// The keys that signed it.
    pub signers: Signers,
}

/// The keys that signed a log, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signers {
    /// Each with how many entries the log had when it took over; never empty.
    keys: Vec<(u64, PublicKey)>,
}

impl Signers {
    fn beginning_with(key: PublicKey) -> Self {
        Self { keys: vec![(0, key)] }
    }

    /// The key that signs now.
    pub fn newest(&self) -> &PublicKey {
        &self.keys.last().expect("never empty").1
    }

    /// The key that signed while the log had `size` entries. A rotation is followed by an entry of its own, so that the
    /// size at which it happened is still the old key's.
    pub fn at(&self, size: u64) -> &PublicKey {
        let after = self.keys.partition_point(|(from, _)| *from < size);
        &self.keys[after.saturating_sub(1)].1
    }
}

/// Something that is not as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// In which file.
    pub file: PathBuf,
    /// Near which byte.
    pub offset: u64,
    /// Near which entry.
    pub entry: u64,
    /// What.
    pub what: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` byte {}, entry {}: {}", self.file.display(), self.offset, self.entry, self.what)
    }
}

/// The bodies of one day, read along with the log.
struct Day {
    path: PathBuf,
    input: Option<BufReader<File>>,
    offset: u64,
    is_there: bool,
}

struct Verifier {
    log: PathBuf,
    installation: InstallationId,
    signers: Signers,
    frontier: Frontier,
    heads: u64,
    head: Option<SignedHead>,
    destroyed: u64,
    days: BTreeMap<Date, Day>,
    published: Option<SignedHead>,
    has_published: bool,
    faults: Vec<Fault>,
    offset: u64,
    counted: u64,
}

/// Verifies the log in `folder`, of which `key` is or was a public key: every frame, every head's signature and root, every
/// rotation under both its keys, every body that is there against its leaf. With a `published` head, also that the log goes
/// at least that far and had that root there.
///
/// Without one a log that ends cleanly with an older head passes for that older log: nothing in it can say otherwise.
///
/// # Errors
/// What is not as it was signed: near which byte of which file, and which entry.
pub fn verify(folder: &Path, key: &PublicKey, published: Option<&SignedHead>) -> Result<Verified, Vec<Fault>> {
    let log = folder.join(LOG);
    let fault = |offset, what| vec![Fault { file: log.clone(), offset, entry: 0, what }];
    let file = File::open(&log).map_err(|_| fault(0, "it cannot be read"))?;
    let mut input = BufReader::with_capacity(BUFFER, file);
    let start = form::read_start(&mut input).map_err(|_| fault(0, "it cannot be read"))?;
    let installation = start.ok_or_else(|| fault(0, "it does not begin as a log"))?;
    let days = days_in(folder).map_err(|_| fault(0, "its folder of days cannot be read"))?;
    let first = first_key(&log, key).map_err(|_| fault(0, "it cannot be read"))?;
    let mut verifier = Verifier {
        log: log.clone(),
        installation,
        signers: Signers::beginning_with(first),
        frontier: Frontier::default(),
        heads: 0,
        head: None,
        destroyed: 0,
        days: days.into_iter().map(|day| (day, Day::at(folder, day))).collect(),
        published: published.cloned(),
        has_published: false,
        faults: Vec::new(),
        offset: START,
        counted: 0,
    };
    verifier.log(&mut input);
    verifier.finish()
}

/// The key with which a log begins that rotations link to `key`; `key` itself where none does.
fn first_key(log: &Path, key: &PublicKey) -> io::Result<PublicKey> {
    let mut input = BufReader::with_capacity(BUFFER, File::open(log)?);
    let installation = form::read_start(&mut input)?;
    let (mut buffer, mut first, mut is_linked, mut is_begun) = (Vec::new(), None, false, false);
    while let Next::Frame(frame, _) = form::read_frame(&mut input, &mut buffer)? {
        match frame {
            // The usual case, told by the head with which every log begins.
            Frame::Head { size, time, root, signature } if !is_begun => {
                is_begun = true;
                let signed = Timestamp::from_microsecond(time).ok().zip(installation).map(|(time, installation)| {
                    SignedHead { installation, size, root, time, signature }.is_signed_by(key)
                });
                if signed == Some(true) {
                    return Ok(*key);
                }
            }
            Frame::Rotation(rotation) => {
                first.get_or_insert(rotation.before);
                is_linked |= &rotation.key == key.as_bytes();
            }
            _ => {}
        }
    }
    Ok(first.filter(|_| is_linked).map_or(*key, PublicKey::from_bytes))
}

impl Day {
    fn at(folder: &Path, day: Date) -> Self {
        let path = folder.join(SEALED).join(day.to_string());
        Self { path, input: None, offset: 0, is_there: true }
    }

    fn absent(folder: &Path, day: Date) -> Self {
        Self { is_there: false, ..Self::at(folder, day) }
    }

    fn next(&mut self) -> io::Result<Next<DayFrame>> {
        if self.input.is_none() {
            self.input = Some(BufReader::with_capacity(1 << 14, File::open(&self.path)?));
        }
        let next = form::read_day_frame(self.input.as_mut().expect("just opened"))?;
        if let Next::Frame(_, bytes) = &next {
            self.offset += bytes;
        }
        Ok(next)
    }
}

impl Verifier {
    fn fault(&mut self, what: &'static str) {
        let (file, offset, entry) = (self.log.clone(), self.offset, self.frontier.size());
        self.faults.push(Fault { file, offset, entry, what });
    }

    fn log(&mut self, input: &mut BufReader<File>) {
        let mut buffer = Vec::new();
        let mut is_tail = false;
        while self.faults.len() < MAX_FAULTS {
            let (frame, bytes) = match form::read_frame(input, &mut buffer) {
                Ok(Next::Frame(frame, bytes)) => (frame, bytes),
                Ok(Next::End) => break,
                Ok(Next::Broken) => return self.fault("no frame can be read from here on"),
                Err(_) => return self.fault("the disk cannot read on"),
            };
            is_tail = !matches!(frame, Frame::Head { .. });
            match frame {
                Frame::Open { leaf, salt, kind, body } => {
                    if form::open_leaf(&salt, kind, &body) != leaf {
                        self.fault("the body is not the one of its leaf");
                    }
                    self.frontier.push(leaf);
                }
                Frame::Sealed { leaf, day } => self.sealed(leaf, day),
                Frame::Rotation(rotation) => self.rotation(&rotation),
                Frame::Head { size, time, root, signature } => {
                    if !self.signed(size, time, root, signature) {
                        return;
                    }
                    self.counted = self.frontier.size();
                }
            }
            self.offset += bytes;
        }
        if is_tail {
            self.fault("what stands after the last head was never signed; it was not acknowledged");
        }
    }

    fn sealed(&mut self, leaf: Hash, day: Date) {
        let index = self.frontier.size();
        self.frontier.push(leaf);
        let folder = self.log.parent().map(Path::to_path_buf).unwrap_or_default();
        let bodies = self.days.entry(day).or_insert_with(|| Day::absent(&folder, day));
        if !bodies.is_there {
            self.destroyed += 1;
            return;
        }
        let (at, file) = (bodies.offset, bodies.path.clone());
        let what = match bodies.next() {
            Ok(Next::Frame(body, _)) if body.index == index => {
                let is_its = form::sealed_leaf(day, &body.salt, body.kind, &body.body) == leaf;
                (!is_its).then_some("the body is not the one of its leaf")
            }
            Ok(Next::Frame(..)) => Some("another entry's body stands here; one is missing, added or moved"),
            Ok(Next::End) => Some("the body is missing"),
            Ok(Next::Broken) => Some("no body can be read from here on"),
            Err(_) => Some("the disk cannot read on"),
        };
        if let Some(what) = what {
            self.faults.push(Fault { file, offset: at, entry: index, what });
        }
    }

    fn rotation(&mut self, Rotation { before, key, by_before, by_key }: &Rotation) {
        let message = rotation_message(self.installation, self.counted, before, key);
        let (old, new) = (PublicKey::from_bytes(*before), PublicKey::from_bytes(*key));
        if old != *self.signers.newest() || !old.verifies(&message, by_before) || !new.verifies(&message, by_key) {
            self.fault("a key was named that does not follow the one before");
        }
        self.signers.keys.push((self.counted, new));
    }

    /// Whether the head stands; if not, nothing after it can be judged.
    fn signed(&mut self, size: u64, time: i64, root: Hash, signature: [u8; 64]) -> bool {
        let Ok(time) = Timestamp::from_microsecond(time) else {
            self.fault("a head has no time");
            return false;
        };
        let head = SignedHead { installation: self.installation, size, root, time, signature };
        if !head.is_signed_by(self.signers.newest()) {
            self.fault("the head is not signed by the log's key");
            return false;
        }
        if size != self.frontier.size() || root != self.frontier.root() {
            self.fault("the entries before are not those that the head was signed over");
            return false;
        }
        if self.published.as_ref().is_some_and(|published| published.size == size) {
            self.has_published = self.published.as_ref().is_some_and(|published| published.root == root);
            if !self.has_published {
                self.fault("the published head has another root");
            }
        }
        self.heads += 1;
        self.head = Some(head);
        true
    }

    fn finish(mut self) -> Result<Verified, Vec<Fault>> {
        if self.faults.is_empty() {
            let entry = self.frontier.size();
            for day in self.days.values_mut().filter(|day| day.is_there) {
                if !matches!(day.next(), Ok(Next::End)) {
                    let (file, offset) = (day.path.clone(), day.offset);
                    self.faults.push(Fault {
                        file,
                        offset,
                        entry,
                        what: "more bodies than the log has entries of this day",
                    });
                }
            }
            if self.published.is_some() && !self.has_published {
                self.fault("it does not reach the published head; its tail was cut off, or it is another log");
            }
        }
        match self.head {
            Some(head) if self.faults.is_empty() => Ok(Verified {
                installation: self.installation,
                size: head.size,
                heads: self.heads,
                destroyed: self.destroyed,
                head,
                signers: self.signers,
            }),
            _ if self.faults.is_empty() => {
                self.fault("it has no head");
                Err(self.faults)
            }
            _ => Err(self.faults),
        }
    }
}
