//! What bytes are, by what they hold; a file's name and a client's content type are never asked.

use std::fmt;

/// Formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        })
    }
}

/// A format to read, or the name of what it is instead, as far as its content says.
pub(super) fn sniff(bytes: &[u8]) -> Result<Format, Option<&'static str>> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::WebP);
    }
    let known = MAGIC.iter().find(|(magic, _)| starts(magic)).map(|(_, name)| *name);
    Err(known.or_else(|| container(bytes)).or_else(|| markup(bytes)))
}

/// First bytes that name a kind by themselves.
const MAGIC: &[(&[u8], &str)] = &[
    (b"GIF87a", "GIF image"),
    (b"GIF89a", "GIF image"),
    (b"BM", "BMP image"),
    (b"II*\0", "TIFF image"),
    (b"MM\0*", "TIFF image"),
    (b"8BPS", "Photoshop document"),
    (b"\0\0\x01\0", "icon"),
    (b"\xff\x0a", "JPEG XL image"),
    (b"\0\0\0\x0cJXL ", "JPEG XL image"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000 image"),
    (b"%PDF", "PDF document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xfd7zXZ\0", "xz archive"),
    (b"\x28\xb5\x2f\xfd", "zstd archive"),
    (b"ID3", "audio"),
    (b"\xff\xfb", "audio"),
    (b"\xff\xf3", "audio"),
    (b"\xff\xf2", "audio"),
    (b"\xff\xf1", "audio"),
    (b"\xff\xf9", "audio"),
    (b"OggS", "audio"),
    (b"fLaC", "audio"),
    (b"MThd", "audio"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"FLV\x01", "video"),
    (b"\0\0\x01\xba", "video"),
    (b"\0\0\x01\xb3", "video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
];

/// Kinds whose name stands further in.
fn container(bytes: &[u8]) -> Option<&'static str> {
    let at = |from: usize, word: &[u8]| bytes.get(from..from + word.len()) == Some(word);
    if at(257, b"ustar") {
        return Some("TAR archive");
    }
    if at(0, b"RIFF") || at(0, b"FORM") {
        return match bytes.get(8..12)? {
            b"AVI " => Some("video"),
            b"WAVE" | b"AIFF" | b"AIFC" => Some("audio"),
            _ => None,
        };
    }
    if at(4, b"ftyp") {
        return Some(match bytes.get(8..12)? {
            b"avif" | b"avis" => "AVIF image",
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => "HEIC image",
            b"M4A " | b"M4B " | b"F4A " => "audio",
            _ => "video",
        });
    }
    None
}

/// Text that a browser would run or draw. UTF-16 is read by its every other byte.
fn markup(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(4096)];
    let text: String = head.iter().filter(|b| **b != 0).map(|b| b.to_ascii_lowercase() as char).collect();
    let text = text.trim_start_matches(['\u{ef}', '\u{bb}', '\u{bf}', '\u{ff}', '\u{fe}']).trim_start();
    if text.contains("<svg") {
        return Some("SVG drawing");
    }
    if text.starts_with("<!doctype html") || text.starts_with("<html") || text.contains("<script") {
        return Some("HTML page");
    }
    if text.starts_with('<') {
        return Some("XML document");
    }
    let plain = !head.is_empty() && head.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | 32..=126 | 128..));
    (plain && std::str::from_utf8(&head[..head.len().saturating_sub(3)]).is_ok()).then_some("text")
}
