//! Bytes of a feed as UTF-8 text, a block at a time: what is not text is refused, what is not UTF-8 is decoded.

use super::{FeedError, Limits};
use encoding_rs::{CoderResult, Decoder, EUC_KR, Encoding, UTF_8};
use std::io::{self, Read};

/// Bytes read at once.
const BLOCK: usize = 64 << 10;

/// Files that are sent in place of a feed, by their first bytes.
const KINDS: [(&[u8], &str, &str); 15] = [
    (b"PK\x03\x04", "a ZIP archive", "unpack it and send the CSV inside"),
    (b"PK\x05\x06", "an empty ZIP archive", "send the CSV itself"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and send the CSV inside"),
    (b"BZh", "a bzip2 archive", "unpack it and send the CSV inside"),
    (b"\xfd7zXZ\0", "an xz archive", "unpack it and send the CSV inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and send the CSV inside"),
    (b"Rar!", "a RAR archive", "unpack it and send the CSV inside"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it and send the CSV inside"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", "save it as CSV (UTF-8) and send that"),
    (b"%PDF", "a PDF", "send the CSV or JSON lines it was made from"),
    (b"\x89PNG", "a picture", "send a CSV that names the pictures"),
    (b"\xff\xd8\xff", "a picture", "send a CSV that names the pictures"),
    (b"PAR1", "a Parquet file", "export it as CSV or JSON lines"),
    (b"SQLite format 3", "a database", "export it as CSV or JSON lines"),
    (b"\x7fELF", "a program", "send a CSV or JSON lines"),
];

fn refuse_what_is_no_text(head: &[u8]) -> Result<(), FeedError> {
    let not = |kind, instead| Err(FeedError::NotText { kind, instead });
    let has = |needle: &[u8]| head.windows(needle.len()).any(|w| w == needle);
    if head.starts_with(b"PK\x03\x04") && (has(b"[Content_Types].xml") || has(b"xl/")) {
        return not("an Excel workbook", "save it as CSV (UTF-8) and send that");
    }
    if let Some((_, kind, instead)) = KINDS.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return not(kind, instead);
    }
    if head.len() > 262 && &head[257..262] == b"ustar" {
        return not("a tar archive", "unpack it and send the CSV inside");
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return not("a picture", "send a CSV that names the pictures");
    }
    Ok(())
}

/// A feed as text. [`Text::block`] shows what is ready, [`Text::consume`] moves on.
pub(super) struct Text<'a> {
    reader: Box<dyn Read + Send + 'a>,
    raw: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    decoder: Option<Decoder>,
    /// The encoding, once a byte beyond ASCII has told.
    encoding: Option<&'static Encoding>,
    read: u64,
    limit: u64,
    ended: bool,
    /// Whether the file went on past its limit.
    pub(super) cut: bool,
}

impl<'a> Text<'a> {
    pub(super) fn open(reader: impl Read + Send + 'a, limits: Limits) -> Result<Self, FeedError> {
        let mut text = Self {
            reader: Box::new(reader),
            raw: Vec::new(),
            out: Vec::new(),
            at: 0,
            decoder: None,
            encoding: None,
            read: 0,
            limit: limits.file_bytes,
            ended: false,
            cut: false,
        };
        let mut head = text.read_block()?;
        refuse_what_is_no_text(&head)?;
        if let Some((encoding, mark)) = Encoding::for_bom(&head) {
            text.encoding = Some(encoding);
            head.drain(..mark);
        } else if head.len() >= 8 && head.iter().filter(|b| **b == 0).count() * 10 > head.len() {
            return Err(FeedError::NotText {
                kind: "a binary file or UTF-16 without its mark",
                instead: "save it as CSV (UTF-8) and send that",
            });
        }
        text.decode(&head);
        let shown = text.out.iter().find(|b| !b.is_ascii_whitespace());
        match shown {
            None if text.ended => Err(FeedError::Empty),
            Some(b'<') => Err(FeedError::NotText {
                kind: "XML or a web page",
                instead: "export the products as CSV or JSON lines",
            }),
            Some(b'[') => {
                Err(FeedError::NotText { kind: "a JSON array", instead: "write one object a line (JSON lines)" })
            }
            _ => Ok(text),
        }
    }

    /// The name of the encoding; ASCII is UTF-8.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.unwrap_or(UTF_8).name()
    }

    /// How much memory the blocks hold.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.raw.capacity() + self.out.capacity()
    }

    fn read_block(&mut self) -> io::Result<Vec<u8>> {
        let mut block = std::mem::take(&mut self.raw);
        block.resize(BLOCK, 0);
        let mut filled = 0;
        while filled < BLOCK {
            match self.reader.read(&mut block[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let left = self.limit - self.read.min(self.limit);
        if filled as u64 > left {
            filled = left as usize;
            (self.cut, self.ended) = (true, true);
        }
        self.read += filled as u64;
        block.truncate(filled);
        Ok(block)
    }

    /// Appends `block` to what is ready, as UTF-8.
    fn decode(&mut self, block: &[u8]) {
        self.out.clear();
        self.at = 0;
        let Some(encoding) = self.encoding.or_else(|| guess(block, self.ended)) else {
            self.out.extend_from_slice(block);
            return;
        };
        self.encoding = Some(encoding);
        let decoder = self.decoder.get_or_insert_with(|| encoding.new_decoder_without_bom_handling());
        let mut from = block;
        loop {
            let wanted = decoder.max_utf8_buffer_length(from.len()).unwrap_or(from.len() * 3 + 16);
            let start = self.out.len();
            self.out.resize(start + wanted, 0);
            let (result, read, written, _) = decoder.decode_to_utf8(from, &mut self.out[start..], self.ended);
            self.out.truncate(start + written);
            from = &from[read..];
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }

    /// What is ready; empty at the end.
    pub(super) fn block(&mut self) -> io::Result<&[u8]> {
        while self.at == self.out.len() && !self.ended {
            let block = self.read_block()?;
            self.decode(&block);
            self.raw = block;
        }
        Ok(&self.out[self.at..])
    }

    /// Moves on by `bytes` of the block.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.out.len());
    }
}

/// UTF-8 where it is valid, else CP949 where that is, else whichever breaks less; `None` while all is ASCII.
fn guess(block: &[u8], ended: bool) -> Option<&'static Encoding> {
    if block.is_ascii() {
        return None;
    }
    match std::str::from_utf8(block) {
        Ok(_) => return Some(UTF_8),
        Err(error) if error.error_len().is_none() && !ended => return Some(UTF_8),
        Err(_) => {}
    }
    let broken = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(block);
        text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count()
    };
    Some(if broken(EUC_KR) <= broken(UTF_8) { EUC_KR } else { UTF_8 })
}
