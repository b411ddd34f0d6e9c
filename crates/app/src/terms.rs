//! The terms of use that whoever signs up agrees to: the operator's files, or the ones that come along.

use crate::TermsConfig;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};
use vestry_mail::Language;
use vestry_model::hex;

/// At most so many bytes of terms in one language.
const MAX_FILE: u64 = 256 * 1024;
const KOREAN: &str = include_str!("../../../policy/terms.ko.txt");
const ENGLISH: &str = include_str!("../../../policy/terms.en.txt");

/// Why there are no terms of use.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
    /// A file cannot be read, or is no text.
    #[error("could not read the terms of use in `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing, or too much.
    #[error("the terms of use in `{}` have to be a text of 1 to {MAX_FILE} bytes", path.display())]
    Length {
        /// The file.
        path: PathBuf,
    },
    /// One language without the other.
    #[error("`terms.ko` and `terms.en` go together; name both files or none")]
    OneLanguage,
}

/// Terms of use in both languages, paragraphs apart by empty lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    korean: String,
    english: String,
}

impl Terms {
    pub(crate) fn read(config: &TermsConfig) -> Result<Self, TermsError> {
        match (config.ko.as_os_str().is_empty(), config.en.as_os_str().is_empty()) {
            (true, true) => Ok(Self { korean: KOREAN.into(), english: ENGLISH.into() }),
            (false, false) => Ok(Self { korean: read(&config.ko)?, english: read(&config.en)? }),
            _ => Err(TermsError::OneLanguage),
        }
    }

    /// The text in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Korean => &self.korean,
            Language::English => &self.english,
        }
    }

    /// SHA-256 of that text, in hexadecimal: what stands in the record of who agreed to it.
    pub fn digest(&self, language: Language) -> String {
        hex(&Sha256::digest(self.text(language)))
    }
}

fn read(path: &Path) -> Result<String, TermsError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_string(&mut text));
    let length = read.map_err(|source| TermsError::Read { path: path.into(), source })?;
    match text.trim().is_empty() || length as u64 > MAX_FILE {
        true => Err(TermsError::Length { path: path.into() }),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_of_both_languages_take_the_place_of_what_comes_along() {
        let folder = tempfile::tempdir().expect("a folder");
        let (ko, en) = (folder.path().join("ko.txt"), folder.path().join("en.txt"));
        let config = TermsConfig { ko: ko.clone(), en: en.clone() };
        assert!(matches!(Terms::read(&config), Err(TermsError::Read { path, .. }) if path == ko));
        fs::write(&ko, "약관").expect("written");
        fs::write(&en, " \n").expect("written");
        assert!(matches!(Terms::read(&config), Err(TermsError::Length { path }) if path == en));
        fs::write(&en, [b'a'; MAX_FILE as usize + 1]).expect("written");
        assert!(matches!(Terms::read(&config), Err(TermsError::Length { path }) if path == en));
        fs::write(&en, "terms").expect("written");
        let terms = Terms::read(&config).expect("both");
        assert_eq!((terms.text(Language::Korean), terms.text(Language::English)), ("약관", "terms"));
        let one = TermsConfig { ko, ..TermsConfig::default() };
        assert!(matches!(Terms::read(&one), Err(TermsError::OneLanguage)));
        assert_ne!(Terms::read(&TermsConfig::default()).expect("ours"), terms);
    }
}
