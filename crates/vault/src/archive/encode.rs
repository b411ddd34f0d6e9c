//! Streams to bytes.

use super::{
    ArchiveError, Header, MAGIC, MANIFEST, Manifest, Recipients, STREAM, StreamFacts, StreamName, VERSION,
    manifest::{Signed, to_json},
    name::{Names, Refused},
    pipe::Pipe,
    sidecar::FileFacts,
};
use sha2::{Digest, Sha256};
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// The length in front of a chunk.
const LENGTH: usize = 4;

/// What makes an archive of streams, on any output.
pub(super) struct Encoder<W> {
    pipe: Pipe<W>,
    /// For messages.
    path: PathBuf,
    manifest: Manifest,
    names: Names,
    open: Option<Open>,
}

/// The stream that is being written.
struct Open {
    name: StreamName,
    hash: Sha256,
    length: u64,
    /// Where in the buffer the length of its chunk goes, once it is known.
    chunk: usize,
}

impl<W: Write + Send + 'static> Encoder<W> {
    pub(super) fn new(
        output: W,
        path: PathBuf,
        recipients: &Recipients,
        header: &Header,
    ) -> Result<Self, ArchiveError> {
        let mut pipe = Pipe::new(recipients.encryptor(), output);
        let text = to_json(header);
        let length = u32::try_from(text.len()).expect("seven short fields");
        let head = [MAGIC, [VERSION].as_slice(), &length.to_be_bytes(), &text].concat();
        pipe.put(&head).map_err(|source| ArchiveError::write(&path, source))?;
        let manifest = Manifest { header: header.clone(), streams: Vec::new() };
        Ok(Self { pipe, path, manifest, names: Names::default(), open: None })
    }

    /// Begin a stream.
    pub(super) fn begin(&mut self, name: &str) -> Result<(), ArchiveError> {
        self.check()?;
        let parsed = name.parse::<StreamName>();
        let name: StreamName = parsed.map_err(|fault| ArchiveError::NameNotAllowed { name: name.into(), fault })?;
        self.names.take(&name).map_err(|refused| match refused {
            Refused::Taken => ArchiveError::NameTaken { name: name.to_string() },
            Refused::TooMany => ArchiveError::TooManyStreams,
        })?;
        let length = u16::try_from(name.as_str().len()).expect("at most 1,024 bytes");
        let head = [&[STREAM], length.to_be_bytes().as_slice(), name.as_str().as_bytes()].concat();
        self.open = Some(Open { name, hash: Sha256::new(), length: 0, chunk: 0 });
        self.pipe.put(&head).and_then(|()| self.open_chunk()).map_err(|source| ArchiveError::write(&self.path, source))
    }

    /// Add bytes to the stream that was begun last: all of them, or an error.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.pipe.check()?;
        while !bytes.is_empty() {
            if self.pipe.room() == 0 {
                self.close_chunk();
                self.pipe.send()?;
                self.open_chunk()?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(self.pipe.room()));
            self.pipe.buffer().extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// End the stream that was begun last, which holds `count` of what the caller counts.
    pub(super) fn end(&mut self, count: u64) -> Result<(), ArchiveError> {
        self.close_chunk();
        let Open { name, hash, length, .. } = self.open.take().expect("a stream is open");
        self.pipe.put(&[0; LENGTH]).map_err(|source| ArchiveError::write(&self.path, source))?;
        self.manifest.streams.push(StreamFacts { name, length, sha256: hash.finalize().into(), count });
        Ok(())
    }

    /// Sign and add the manifest, and end the file.
    pub(super) fn finish(self, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Result<(W, Manifest, FileFacts), ArchiveError> {
        self.check()?;
        let text = to_json(&self.manifest);
        let signature = sign(&Signed::Manifest.message(&text));
        let length = u32::try_from(text.len()).expect("names and streams are limited");
        let head = [[MANIFEST].as_slice(), &length.to_be_bytes()].concat();
        let Self { mut pipe, path, manifest, .. } = self;
        let parts = [head.as_slice(), &text, &signature];
        let put = parts.into_iter().try_for_each(|part| pipe.put(part));
        let (output, file) = put.and_then(|()| pipe.finish()).map_err(|source| ArchiveError::write(path, source))?;
        Ok((output, manifest, file))
    }

    /// What went wrong before.
    fn check(&self) -> Result<(), ArchiveError> {
        self.pipe.check().map_err(|source| ArchiveError::write(&self.path, source))?;
        match &self.open {
            Some(open) => Err(ArchiveError::Unfinished { name: open.name.to_string() }),
            None => Ok(()),
        }
    }

    /// Leave room for a length, in a buffer that also takes some of what it counts.
    fn open_chunk(&mut self) -> io::Result<()> {
        if self.pipe.room() <= LENGTH {
            self.pipe.send()?;
        }
        let buffer = self.pipe.buffer();
        let chunk = buffer.len();
        buffer.extend_from_slice(&[0; LENGTH]);
        self.open.as_mut().expect("a stream is open").chunk = chunk;
        Ok(())
    }

    /// Write down how long the chunk became, and hash it; one without bytes goes.
    fn close_chunk(&mut self) {
        let open = self.open.as_mut().expect("a stream is open");
        let buffer = self.pipe.buffer();
        let Some(bytes) = buffer.get(open.chunk + LENGTH..).filter(|bytes| !bytes.is_empty()) else {
            buffer.truncate(open.chunk);
            return;
        };
        open.hash.update(bytes);
        open.length += bytes.len() as u64;
        let length = u32::try_from(bytes.len()).expect("no longer than the buffer");
        buffer[open.chunk..open.chunk + LENGTH].copy_from_slice(&length.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{super::decode::Decoder, *};
    use crate::{
        archive::{Identity, Kind},
        place::InstallationId,
    };
    use age::secrecy::ExposeSecret;
    use std::{
        path::Path,
        sync::{Arc, Mutex},
    };

    /// A disk with room for so many bytes more.
    #[derive(Clone)]
    struct Disk {
        room: usize,
        bytes: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.room);
            if count == 0 && !bytes.is_empty() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.room -= count;
            self.bytes.lock().expect("not poisoned").extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn write(disk: Disk, recipients: &Recipients, length: usize) -> Result<(), ArchiveError> {
        let header = Header {
            installation: InstallationId::from_bytes([1; 16]),
            kind: Kind::Data,
            sequence: 1,
            created: jiff::Timestamp::UNIX_EPOCH,
            audit_size: 0,
            audit_root: [0; 32],
            policy_hash: [0; 32],
        };
        let mut encoder = Encoder::new(disk, "archive".into(), recipients, &header)?;
        for name in ["a", "b"] {
            encoder.begin(name)?;
            for _ in 0..length / 1_000 {
                // Who writes may pass over an error: the end says it again.
                let _ = encoder.write(&[7; 1_000]);
            }
            encoder.end(1)?;
        }
        encoder.finish(|_| [0; 64]).map(drop)
    }

    #[test]
    fn a_disk_that_is_full_at_any_byte_leaves_nothing_that_looks_whole() {
        let key = age::x25519::Identity::generate();
        let text = key.to_string();
        let identity = Identity::parse(text.expose_secret().as_bytes(), Path::new("identity")).expect("parsed");
        let recipients = key.to_public().to_string().parse().expect("a recipient");
        // A short archive, and one of more bytes than all buffers hold.
        for (length, steps) in [(0, 61), (3_000_000, 400_009)] {
            let disk = |room| Disk { room, bytes: Arc::default() };
            let all = disk(usize::MAX);
            write(all.clone(), &recipients, length).expect("room");
            let whole = all.bytes.lock().expect("not poisoned").len();
            // What age adds in front varies by some hundred bytes: this much there is always.
            for room in (0..whole - 1_000).step_by(steps) {
                let disk = disk(room);
                let error = write(disk.clone(), &recipients, length).expect_err("full");
                assert!(matches!(error, ArchiveError::DiskFull { .. }), "{room}: {error}");
                let bytes = disk.bytes.lock().expect("not poisoned");
                assert_eq!(bytes.len(), room);
                let opened = Decoder::new(bytes.as_slice(), room as u64, Path::new("archive"), &identity);
                let read = opened.and_then(|mut decoder| {
                    while decoder.next()?.is_some() {}
                    Ok(())
                });
                let error = read.expect_err("refused");
                assert!(matches!(error, ArchiveError::CutShort { .. }), "{room}: {error}");
            }
        }
    }
}
