//! Bytes to streams.

use super::{
    AGE_CHUNK, AGE_CHUNK_ENCRYPTED, ArchiveError, Header, Identity, MAGIC, MANIFEST, MAX_AGE_HEADER, MAX_CHUNK,
    MAX_HEADER, MAX_MANIFEST, Manifest, NameFault, STREAM, StreamName, VERSION,
    error::copy_of,
    manifest::Signed,
    name::{MAX_NAME, Names},
};
use age::{DecryptError, Decryptor, stream::StreamReader};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};
use std::{
    io::{self, BufRead, Chain, Cursor, Read},
    path::{Path, PathBuf},
};

/// What every age file begins with, of any version.
const AGE_MAGIC: &[u8] = b"age-encryption.org/";

/// What takes an archive apart, from any input.
pub(super) struct Decoder<R: BufRead> {
    input: StreamReader<Chain<Cursor<Vec<u8>>, R>>,
    /// For messages.
    path: PathBuf,
    header: Header,
    names: Names,
    streams: Vec<ReadStream>,
    at: At,
}

/// What was read of a stream: all that [`StreamFacts`](super::StreamFacts) says, but for the count.
pub(super) struct ReadStream {
    name: StreamName,
    length: u64,
    sha256: [u8; 32],
}

/// What comes next.
enum At {
    /// A stream or the manifest.
    Border,
    /// Bytes of a stream.
    Stream { name: StreamName, hash: Sha256, length: u64, chunk: u32 },
    /// The manifest.
    Manifest,
    /// Nothing that could be used.
    Fault(Fault),
}

/// What is wrong with an archive, without its name, so that it can be said as often as it is asked.
pub(super) enum Fault {
    CutShort,
    Damaged,
    Malformed(&'static str),
    Name(String, NameFault),
    Read(io::Error),
}

impl Fault {
    fn copy(&self) -> Self {
        match self {
            Self::CutShort => Self::CutShort,
            Self::Damaged => Self::Damaged,
            Self::Malformed(fault) => Self::Malformed(fault),
            Self::Name(name, fault) => Self::Name(name.clone(), *fault),
            Self::Read(error) => Self::Read(copy_of(error)),
        }
    }

    fn of(self, path: &Path) -> ArchiveError {
        let path = path.into();
        match self {
            Self::CutShort => ArchiveError::CutShort { path },
            Self::Damaged => ArchiveError::Damaged { path },
            Self::Malformed(fault) => ArchiveError::Malformed { path, fault },
            Self::Name(name, fault) => ArchiveError::NameNotAllowed { name, fault },
            Self::Read(source) => ArchiveError::read(path, source),
        }
    }
}

/// What age's reader says: it ended before its last chunk, a chunk does not open, or the file below failed.
impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutShort,
            io::ErrorKind::InvalidData => Self::Damaged,
            _ => Self::Read(error),
        }
    }
}

impl<R: BufRead> Decoder<R> {
    /// Begin to read an archive of `length` bytes.
    pub(super) fn new(mut file: R, length: u64, path: &Path, identity: &Identity) -> Result<Self, ArchiveError> {
        let mut head = Vec::new();
        let read = file.by_ref().take(MAX_AGE_HEADER as u64).read_to_end(&mut head);
        read.map_err(|source| ArchiveError::read(path, source))?;
        // Once over the head alone, which is limited: age reads on for as long as a header does not end.
        let mut rest = head.as_slice();
        let seen = Decryptor::new_buffered(&mut rest).map(drop);
        seen.map_err(|error| not_opened(error, &head, path))?;
        let payload = length.saturating_sub((head.len() - rest.len()) as u64);
        if !payload.is_multiple_of(AGE_CHUNK_ENCRYPTED) {
            return Err(ArchiveError::CutShort { path: path.into() });
        }
        let decryptor = Decryptor::new_buffered(Cursor::new(head).chain(file));
        let decrypted = decryptor.and_then(|decryptor| decryptor.decrypt(identity.keys()));
        let mut input = decrypted.map_err(|error| not_opened(error, &[], path))?;
        let header = read_header(&mut input, path)?;
        let (names, streams, at) = (Names::default(), Vec::new(), At::Border);
        Ok(Self { input, path: path.into(), header, names, streams, at })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Go to the next stream, past what is left of this one; `None` when there is none left.
    pub(super) fn next(&mut self) -> Result<Option<&StreamName>, ArchiveError> {
        let mut scrap = [0; 8_192];
        while matches!(self.at, At::Stream { .. }) {
            self.read(&mut scrap)?;
        }
        if matches!(self.at, At::Border) {
            self.at = self.border().unwrap_or_else(At::Fault);
        }
        match &self.at {
            At::Stream { name, .. } => Ok(Some(name)),
            At::Fault(fault) => Err(fault.copy().of(&self.path)),
            At::Border | At::Manifest => Ok(None),
        }
    }

    /// Bytes of the stream; none when it has ended.
    pub(super) fn read(&mut self, bytes: &mut [u8]) -> Result<usize, ArchiveError> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.at {
            At::Stream { hash, length, chunk, .. } => {
                let limit = bytes.len().min(*chunk as usize);
                read_chunk(&mut self.input, &mut bytes[..limit], chunk).inspect(|count| {
                    hash.update(&bytes[..*count]);
                    *length += *count as u64;
                })
            }
            At::Fault(fault) => Err(fault.copy()),
            At::Border | At::Manifest => Ok(0),
        };
        match read {
            Ok(0) => self.close(),
            Ok(_) => {}
            Err(fault) => {
                self.at = At::Fault(fault.copy());
                return Err(fault.of(&self.path));
            }
        }
        read.map_err(|fault| fault.of(&self.path))
    }

    /// Read the rest, and make sure that the holder of `key` signed exactly what was read.
    pub(super) fn finish(mut self, key: &VerifyingKey) -> Result<Manifest, ArchiveError> {
        while self.next()?.is_some() {}
        let Self { mut input, path, header, streams, .. } = self;
        let (text, signature) = read_manifest(&mut input).map_err(|fault| fault.of(&path))?;
        if !Signed::Manifest.verify(key, &text, &signature) {
            return Err(ArchiveError::Signature { path });
        }
        let manifest: Manifest = match serde_json::from_slice(&text) {
            Ok(manifest) => manifest,
            Err(_) => return Err(Fault::Malformed("a manifest that says nothing").of(&path)),
        };
        let same = manifest.streams.len() == streams.len()
            && manifest.streams.iter().zip(&streams).all(|(signed, read)| {
                signed.name == read.name && signed.length == read.length && signed.sha256 == read.sha256
            });
        if !same || manifest.header != header {
            return Err(ArchiveError::NotAsSigned { path });
        }
        Ok(manifest)
    }

    /// What stands behind a stream or the header.
    fn border(&mut self) -> Result<At, Fault> {
        let [tag] = read_array(&mut self.input)?;
        match tag {
            STREAM => {}
            MANIFEST => return Ok(At::Manifest),
            _ => return Err(Fault::Malformed("neither a stream nor a manifest")),
        }
        let length = usize::from(u16::from_be_bytes(read_array(&mut self.input)?));
        if length > MAX_NAME {
            return Err(Fault::Malformed("a name that is too long"));
        }
        let name = String::from_utf8(read_bytes(&mut self.input, length)?);
        let name = name.map_err(|_| Fault::Malformed("a name that is no text"))?;
        let name: StreamName = name.parse().map_err(|fault| Fault::Name(name, fault))?;
        self.names.take(&name).map_err(|_| Fault::Malformed("a stream too many, or one of the same name"))?;
        let chunk = read_length(&mut self.input)?;
        Ok(At::Stream { name, hash: Sha256::new(), length: 0, chunk })
    }

    /// Write down what was read of the stream that has ended, if one has.
    fn close(&mut self) {
        match std::mem::replace(&mut self.at, At::Border) {
            At::Stream { name, hash, length, .. } => {
                self.streams.push(ReadStream { name, length, sha256: hash.finalize().into() });
            }
            at => self.at = at,
        }
    }
}

/// Why age does not open a file that begins with `head`.
fn not_opened(error: DecryptError, head: &[u8], path: &Path) -> ArchiveError {
    let path = path.into();
    match error {
        DecryptError::NoMatchingKeys => ArchiveError::WrongIdentity { path },
        DecryptError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            if AGE_MAGIC.starts_with(head) || (head.starts_with(AGE_MAGIC) && head.len() < MAX_AGE_HEADER) {
                ArchiveError::CutShort { path }
            } else {
                ArchiveError::NotAnArchive { path }
            }
        }
        DecryptError::Io(source) => ArchiveError::read(path, source),
        DecryptError::UnknownFormat => ArchiveError::UnknownVersion { path },
        DecryptError::InvalidHeader if !head.is_empty() && !head.starts_with(AGE_MAGIC) => {
            ArchiveError::NotAnArchive { path }
        }
        _ => ArchiveError::Damaged { path },
    }
}

fn read_header(input: &mut impl Read, path: &Path) -> Result<Header, ArchiveError> {
    let of = |fault: Fault| fault.of(path);
    if read_array(input).map_err(of)? != *MAGIC {
        return Err(ArchiveError::NotAnArchive { path: path.into() });
    }
    if read_array(input).map_err(of)? != [VERSION] {
        return Err(ArchiveError::UnknownVersion { path: path.into() });
    }
    let length = u32::from_be_bytes(read_array(input).map_err(of)?) as usize;
    if length > MAX_HEADER {
        return Err(of(Fault::Malformed("a header that is too long")));
    }
    let text = read_bytes(input, length).map_err(of)?;
    serde_json::from_slice(&text).map_err(|_| of(Fault::Malformed("a header that says nothing")))
}

/// The manifest and its signature; and that zeros follow, to the end of one chunk, and nothing else.
fn read_manifest(input: &mut impl Read) -> Result<(Vec<u8>, [u8; 64]), Fault> {
    let length = u32::from_be_bytes(read_array(input)?) as usize;
    if length > MAX_MANIFEST {
        return Err(Fault::Malformed("a manifest that is too long"));
    }
    let text = read_bytes(input, length)?;
    let signature = read_array(input)?;
    let mut zeros = Vec::new();
    input.take(AGE_CHUNK).read_to_end(&mut zeros)?;
    if zeros.len() as u64 == AGE_CHUNK || zeros.iter().any(|byte| *byte != 0) {
        return Err(Fault::Malformed("something behind the manifest"));
    }
    Ok((text, signature))
}

/// Bytes of a chunk that has `left` of them; of the next when it is used up. None at the end of the stream.
fn read_chunk(input: &mut impl Read, bytes: &mut [u8], left: &mut u32) -> Result<usize, Fault> {
    if *left == 0 {
        return Ok(0);
    }
    let count = input.read(bytes)?;
    if count == 0 {
        return Err(Fault::Malformed("a stream without an end"));
    }
    *left -= u32::try_from(count).expect("no more than is left");
    if *left == 0 {
        *left = read_length(input)?;
    }
    Ok(count)
}

/// The length of a chunk.
fn read_length(input: &mut impl Read) -> Result<u32, Fault> {
    let length = u32::from_be_bytes(read_array(input)?);
    if length as usize > MAX_CHUNK { Err(Fault::Malformed("a chunk that is too long")) } else { Ok(length) }
}

fn read_array<const N: usize>(input: &mut impl Read) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    fill(input, &mut bytes)?;
    Ok(bytes)
}

/// `length` bytes, which the caller has limited; room is taken as they come.
fn read_bytes(input: &mut impl Read, length: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    input.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length { Err(ended()) } else { Ok(bytes) }
}

/// Unlike `read_exact`, tells an archive that was cut, which age knows, from one that was made too short.
fn fill(input: &mut impl Read, mut bytes: &mut [u8]) -> Result<(), Fault> {
    while !bytes.is_empty() {
        let count = input.read(bytes)?;
        if count == 0 {
            return Err(ended());
        }
        bytes = &mut bytes[count..];
    }
    Ok(())
}

fn ended() -> Fault {
    Fault::Malformed("an end where more belongs")
}
