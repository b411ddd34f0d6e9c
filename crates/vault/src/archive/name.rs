//! The names of streams.

use std::{collections::HashSet, fmt, str::FromStr};

/// The longest name, in bytes.
pub const MAX_NAME: usize = 1_024;
/// The most streams in one archive: their names, lengths and hashes stay in memory until the manifest is signed. Many
/// small things go into one stream, framed by the caller.
pub const MAX_STREAMS: usize = 100_000;
/// The most bytes that all names take together.
const MAX_NAMES: usize = 16 << 20;

/// The name of a stream: a relative path with slashes, safe to join to a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct StreamName(String);

/// What is wrong with a name, to follow `it`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameFault(&'static str);

impl StreamName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamName {
    type Err = NameFault;

    fn from_str(name: &str) -> Result<Self, NameFault> {
        if name.is_empty() {
            return Err(NameFault("is empty"));
        }
        if name.len() > MAX_NAME {
            return Err(NameFault("is longer than 1,024 bytes"));
        }
        if name.starts_with('/') {
            return Err(NameFault("is absolute"));
        }
        // A backslash parts folders and a colon names a drive where archives may be unpacked.
        if name.contains(|c: char| c.is_control() || c == '\\' || c == ':') {
            return Err(NameFault("holds a control character, a backslash or a colon"));
        }
        if name.split('/').any(|part| ["", ".", ".."].contains(&part)) {
            return Err(NameFault("has a part that is empty, `.` or `..`"));
        }
        Ok(Self(name.to_owned()))
    }
}

impl TryFrom<String> for StreamName {
    type Error = NameFault;

    fn try_from(name: String) -> Result<Self, NameFault> {
        name.parse()
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The names that an archive has so far.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<StreamName>,
    bytes: usize,
}

/// Why a name cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Taken,
    TooMany,
}

impl Names {
    /// Take `name`, once.
    pub(super) fn take(&mut self, name: &StreamName) -> Result<(), Refused> {
        let bytes = self.bytes + name.0.len();
        if self.taken.len() == MAX_STREAMS || bytes > MAX_NAMES {
            return Err(Refused::TooMany);
        }
        if !self.taken.insert(name.clone()) {
            return Err(Refused::Taken);
        }
        self.bytes = bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, allowed: bool) {
        assert_eq!(name.parse::<StreamName>().is_ok(), allowed, "{name:?}");
    }

    #[test]
    fn names_stay_below_the_folder_they_are_joined_to() {
        check("a", true);
        check("tables/accounts", true);
        check("사진/0001.jpg", true);
        check("..a/b..", true);
        check(&"n".repeat(MAX_NAME), true);
        check(&"n".repeat(MAX_NAME + 1), false);
        for name in ["", "/", "/etc/passwd", "..", "a/../b", "../a", "a/..", ".", "a/./b", "a//b", "a/", "a\\b", "C:/a"]
        {
            check(name, false);
        }
        check("a\0b", false);
        check("a\nb", false);
    }

    #[test]
    fn names_are_taken_once_and_are_limited() {
        let mut names = Names::default();
        let name = |text: &str| text.parse::<StreamName>().expect("a name");
        assert_eq!(names.take(&name("a")), Ok(()));
        assert_eq!(names.take(&name("a")), Err(Refused::Taken));
        let long = "n".repeat(MAX_NAME - 10);
        let added = (0..).take_while(|i| names.take(&name(&format!("{long}{i:010}"))).is_ok()).count();
        assert_eq!(added, MAX_NAMES / MAX_NAME - 1);
    }
}
