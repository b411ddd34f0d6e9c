//! Who can read archives: read from a file when something is restored, and held by nobody else.

use crate::exposure::{Exposure, exposure};
use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The longest identity file.
const MAX_FILE: usize = 65_536;

/// The secret keys in one identity file: lines of `AGE-SECRET-KEY-1…`, as `age-keygen` writes it. Not printed.
pub struct Identity(Vec<age::x25519::Identity>);

/// Why there is no identity. None of these holds any of it.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No such file.
    #[error("no identity at `{}`; bring it from where it is kept", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is something, but not a file.
    #[error("`{}` is not a file; name the file that holds the identity", path.display())]
    NotAFile {
        /// What was named.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("could not read `{}`; make it readable for the user that runs `vestry`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Group or others may read or write the file.
    #[error(
        "`{}` is open to other users (mode {mode:04o}); run `chmod 600` on it, and use another recipient from now on \
         if others were here",
        path.display()
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file belongs to another user.
    #[error(
        "`{}` belongs to user `{owner}`, and `vestry` runs as `{user}`; run `chown {user}` on it",
        path.display()
    )]
    ForeignOwner {
        /// The file.
        path: PathBuf,
        /// The numeric id of its owner.
        owner: u32,
        /// The numeric id that the process runs as.
        user: u32,
    },
    /// Longer than any identity file.
    #[error("`{}` is longer than 64 KiB; name the file that holds the identity and nothing else", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// No key in it.
    #[error("`{}` holds no identity; it takes a line `AGE-SECRET-KEY-1…` as `age-keygen` writes it", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A line is something else, such as a recipient or a file that a passphrase protects.
    #[error(
        "line {line} of `{}` is no identity; it takes `AGE-SECRET-KEY-1…` as `age-keygen` writes it, and a file that a \
         passphrase protects is first opened with `age -d`",
        path.display()
    )]
    NotAnIdentity {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
}

impl Identity {
    /// Read the identity file at `path`, if its owner, who runs this, alone may touch it. Empty lines and lines that
    /// begin with `#` are passed over.
    ///
    /// # Errors
    /// [`IdentityError`], each with what to do next.
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        let unreadable = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => IdentityError::Missing { path: path.into() },
            _ => IdentityError::Unreadable { path: path.into(), source },
        };
        // Before opening: a pipe would wait for a writer.
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(IdentityError::NotAFile { path: path.into() });
        }
        let mut file = File::open(path).map_err(unreadable)?;
        match exposure(&file.metadata().map_err(unreadable)?) {
            Some(Exposure::OpenToOthers { mode }) => {
                return Err(IdentityError::OpenToOthers { path: path.into(), mode });
            }
            Some(Exposure::ForeignOwner { owner, user }) => {
                return Err(IdentityError::ForeignOwner { path: path.into(), owner, user });
            }
            None => {}
        }
        let mut text = Zeroizing::new(vec![0; MAX_FILE + 1]);
        let mut length = 0;
        // Into room of its own: a buffer that grows leaves copies of the secret behind.
        while length < text.len() {
            match file.read(&mut text[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(error)),
            }
        }
        if length > MAX_FILE {
            return Err(IdentityError::TooLong { path: path.into() });
        }
        Self::parse(&text[..length], path)
    }

    /// The keys in `text`; `path` is for messages.
    pub(super) fn parse(text: &[u8], path: &Path) -> Result<Self, IdentityError> {
        let mut keys = Vec::new();
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let key = std::str::from_utf8(line).ok().and_then(|line| line.parse().ok());
            keys.push(key.ok_or_else(|| IdentityError::NotAnIdentity { path: path.into(), line: index + 1 })?);
        }
        if keys.is_empty() { Err(IdentityError::Empty { path: path.into() }) } else { Ok(Self(keys)) }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|key| key as &dyn age::Identity)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity([secret])")
    }
}
