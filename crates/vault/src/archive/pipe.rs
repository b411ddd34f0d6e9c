//! A thread that encrypts, hashes and writes, so that it does so while the next bytes are made and hashed.

use super::{AGE_CHUNK, MAX_AGE_HEADER, MAX_CHUNK, error::copy_of, sidecar::FileFacts};
use sha2::{Digest, Sha256};
use std::{
    io::{self, BufWriter, Write},
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
};

/// How many buffers there are: one that fills, one that is encrypted, and two between, for when one side is slow.
const BUFFERS: usize = 4;

/// Where decrypted bytes go in and an encrypted file comes out. What is left unfinished is no whole file.
pub(super) struct Pipe<W> {
    /// What is not with the thread yet; at most [`MAX_CHUNK`] bytes.
    buffer: Vec<u8>,
    full: Sender<Filled>,
    empty: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<io::Result<(W, FileFacts)>>>,
    /// How many bytes the thread has got.
    sent: u64,
    failed: Option<io::Error>,
}

enum Filled {
    Bytes(Vec<u8>),
    /// All bytes were sent. Without this the last chunk is not written, and the file does not open.
    End,
}

impl<W: Write + Send + 'static> Pipe<W> {
    pub(super) fn new(encryptor: age::Encryptor, output: W) -> Self {
        let (full, filled) = mpsc::channel();
        let (emptied, empty) = mpsc::channel();
        for _ in 1..BUFFERS {
            emptied.send(Vec::with_capacity(MAX_CHUNK)).expect("the receiver is here");
        }
        let thread = thread::spawn(move || encrypt(encryptor, output, &filled, &emptied));
        let buffer = Vec::with_capacity(MAX_CHUNK);
        Self { buffer, full, empty, thread: Some(thread), sent: 0, failed: None }
    }

    /// How many bytes the buffer still takes.
    pub(super) fn room(&self) -> usize {
        MAX_CHUNK - self.buffer.len()
    }

    /// The buffer, to add at most [`room`](Self::room) bytes to it.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Hand the buffer over and take an empty one.
    pub(super) fn send(&mut self) -> io::Result<()> {
        self.check()?;
        self.sent += self.buffer.len() as u64;
        let full = std::mem::take(&mut self.buffer);
        match self.full.send(Filled::Bytes(full)).ok().and_then(|()| self.empty.recv().ok()) {
            Some(empty) => {
                self.buffer = empty;
                Ok(())
            }
            None => Err(self.fail()),
        }
    }

    /// Add `bytes`, of any length.
    pub(super) fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.room() == 0 {
                self.send()?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(self.room()));
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        self.check()
    }

    /// Fill the last chunk with zeros and end the file.
    pub(super) fn finish(mut self) -> io::Result<(W, FileFacts)> {
        let total = self.sent + self.buffer.len() as u64;
        let zeros = usize::try_from(total.next_multiple_of(AGE_CHUNK) - total).expect("less than a chunk");
        self.put(&vec![0; zeros])?;
        self.send()?;
        // A thread that is gone says why below.
        let _ = self.full.send(Filled::End);
        self.thread.take().expect("there until it failed or finished").join().expect("the thread does not panic")
    }

    /// What went wrong before.
    pub(super) fn check(&self) -> io::Result<()> {
        self.failed.as_ref().map_or(Ok(()), |error| Err(copy_of(error)))
    }

    /// The thread is gone: remember why.
    fn fail(&mut self) -> io::Error {
        let thread = self.thread.take().expect("there until it failed or finished");
        let error = thread.join().expect("the thread does not panic").err();
        let error = error.expect("it ends on an error alone, or after the end, when nothing is sent");
        let copy = copy_of(&error);
        self.buffer = Vec::with_capacity(MAX_CHUNK);
        self.failed = Some(error);
        copy
    }
}

impl<W> Drop for Pipe<W> {
    /// Nothing is written any more when this returns.
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // Closing the channel ends the thread; the sender that remains leads nowhere.
            self.full = mpsc::channel().0;
            let _ = thread.join();
        }
    }
}

/// The thread: encrypt and write what comes in until its end.
fn encrypt<W: Write>(
    encryptor: age::Encryptor,
    output: W,
    filled: &Receiver<Filled>,
    emptied: &Sender<Vec<u8>>,
) -> io::Result<(W, FileFacts)> {
    // With room for all that age puts in front: of an error in writing that, age would keep no more than its text.
    let output = BufWriter::with_capacity(MAX_AGE_HEADER, output);
    let output = Hashed { output, hash: Sha256::new(), length: 0 };
    let mut encrypted = encryptor.wrap_output(output)?;
    loop {
        match filled.recv() {
            Ok(Filled::Bytes(mut bytes)) => {
                encrypted.write_all(&bytes)?;
                bytes.clear();
                // Who fills them may be at the end and want no more.
                let _ = emptied.send(bytes);
            }
            Ok(Filled::End) => break,
            Err(mpsc::RecvError) => return Err(io::Error::other("given up before its end")),
        }
    }
    let Hashed { output, hash, length } = encrypted.finish()?;
    let output = output.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok((output, FileFacts { length, sha256: hash.finalize().into() }))
}

/// What hashes all that is written to it.
struct Hashed<W> {
    output: W,
    hash: Sha256,
    length: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.output.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.length += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
