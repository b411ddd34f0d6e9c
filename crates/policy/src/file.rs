//! The policy file: TOML in, a checked [`Policy`] out. Reading finds what is no policy at all; checking finds every
//! contradiction, and says each with its place and what to write instead.

mod check;
mod mistake;
pub(crate) mod raw;

pub use mistake::Wrong;

use crate::Policy;
use serde::de::DeserializeOwned;
use std::{fmt, ops::Range};

/// The longest policy file, bytes. The document as data takes a twentieth of it.
pub const MAX_FILE: usize = 1 << 20;

/// Why a file is no policy: each mistake with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// The file, as the caller named it.
    pub file: String,
    /// Its mistakes, from top to bottom; never empty.
    pub mistakes: Vec<Mistake>,
}

/// One mistake in a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub wrong: Wrong,
    /// What its sentence names.
    pub values: Vec<String>,
}

impl Mistake {
    /// What is wrong, then what to write instead.
    pub fn message(&self) -> String {
        mistake::filled(self.wrong.says(), &self.values)
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.mistakes.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}:{}: {}", self.file, mistake.line, mistake.column, mistake.message())?;
        }
        Ok(())
    }
}

/// Where in the text a mistake is, and what it names.
pub(crate) type Located = (Range<usize>, Wrong, Vec<String>);

pub(crate) fn read(text: &str, file: &str) -> Result<Policy, PolicyError> {
    let raw = parse(text, file)?;
    check::policy(raw, text).map_err(|mistakes| error(text, file, mistakes))
}

/// The values in a TOML text of bounded length.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, PolicyError> {
    if text.len() > MAX_FILE {
        return Err(error(text, file, vec![(0..0, Wrong::TooLong, vec![MAX_FILE.to_string()])]));
    }
    toml::from_str(text).map_err(|problem| {
        let said = problem.message().replace('\n', ", ");
        error(text, file, vec![(problem.span().unwrap_or(0..0), Wrong::NotRead, vec![said])])
    })
}

pub(crate) fn error(text: &str, file: &str, mistakes: Vec<Located>) -> PolicyError {
    PolicyError { file: file.into(), mistakes: places(text, mistakes) }
}

/// The mistakes with line and column, from top to bottom.
fn places(text: &str, mut mistakes: Vec<Located>) -> Vec<Mistake> {
    mistakes.sort_by_key(|(span, ..)| span.start);
    let place = |(span, wrong, values): Located| {
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Mistake { line, column, wrong, values }
    };
    mistakes.into_iter().map(place).collect()
}
